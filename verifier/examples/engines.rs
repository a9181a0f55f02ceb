//! Measures both engines of the verifier on one job: preparing and translating, training with trace
//! and fresh state, and the whole run.
//!
//! `scripts/bench vm` runs it on the programs of this repository.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/engines PROGRAM.wasm TRAIN HOLDOUT [CHUNK_ROWS [PARAMS [NATIVE…]]]
//! ```
//!
//! `TRAIN` and `HOLDOUT` are safetensors files, the metric is accuracy. `NATIVE…` is a command that
//! does the same training natively and reports it as `seconds=…`.

use assay_primitives::{Limits, Manifest, Metric, Params, TrainingJob, VM_VERSION};
use assay_verifier::Wasmtime;
use assay_vm::{run, Dataset, Engine, Inputs, Progress, Run, Wasmi};
use std::{
	env, fs,
	process::Command,
	time::{Duration, Instant},
};

/// How often each is measured.
const ROUNDS: u32 = 5;

/// Time that this thread has run (Linux), so that other work on the machine disturbs less.
fn now() -> Duration {
	let status = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
	let nanoseconds = status.split(' ').next().and_then(|ns| ns.parse().ok());
	Duration::from_nanos(nanoseconds.expect("nanoseconds come first"))
}

/// Seconds of preparing and translating, of training, and of the whole run; the shortest so far.
struct Times([f64; 3]);

impl Times {
	/// Runs the job once.
	fn measure(&mut self, engine: &impl Engine, job: &TrainingJob, inputs: &Inputs<'_>) -> Run {
		let (mut ready, mut trained) = (Duration::ZERO, Duration::ZERO);
		// Wall clock up to there, for the other is too coarse.
		let (clock, mut translated) = (Instant::now(), Duration::ZERO);
		let started = now();
		let result = run(engine, job, inputs, &mut |progress| match progress {
			Progress::Prepared(_) => (ready, translated) = (now(), clock.elapsed()),
			Progress::Trained { .. } => trained = now(),
			Progress::Predicted { .. } => {},
		})
		.expect("no fault");
		for (best, time) in self.0.iter_mut().zip([translated, trained - ready, now() - started]) {
			*best = best.min(time.as_secs_f64());
		}
		result
	}
}

/// Seconds of training that a native command reports as `seconds=…`.
fn run_native(command: &[String]) -> f64 {
	let [program, arguments @ ..] = command else { return f64::NAN };
	let output = Command::new(program).args(arguments).output().expect("it can be started");
	let text = String::from_utf8_lossy(&output.stdout);
	let seconds = text.split_whitespace().find_map(|word| word.strip_prefix("seconds="));
	seconds.and_then(|seconds| seconds.parse().ok()).expect("it reports seconds")
}

fn main() {
	let arguments: Vec<String> = env::args().skip(1).collect();
	let [program, train, holdout, rest @ ..] = arguments.as_slice() else {
		eprintln!("usage: engines PROGRAM.wasm TRAIN HOLDOUT [CHUNK_ROWS [PARAMS [NATIVE…]]]");
		std::process::exit(2);
	};
	let read = |path: &String| fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
	let (program, train, holdout) = (read(program), read(train), read(holdout));
	let chunk_rows = rest.first().map_or(32, |rows| rows.parse().expect("a number of rows"));
	let params = rest.get(1).map_or(&b""[..], |params| params.as_bytes());
	let command = rest.get(2..).unwrap_or_default();

	let metric = Metric::Accuracy;
	let job = TrainingJob {
		vm_version: VM_VERSION,
		program: Manifest::of(&program).id(),
		params: Params::try_from(params.to_vec()).expect("at most 1 KiB of parameters"),
		seed: 1,
		train: Manifest::of(&train).id(),
		train_root: Dataset::parse(&train, metric).expect("training data").root(chunk_rows),
		chunk_rows,
		holdout: Manifest::of(&holdout).id(),
		metric,
		file: None,
		limits: Limits {
			program_bytes: 16 << 20,
			memory_pages: 4096,
			steps: 1_000_000,
			step_fuel: 1 << 50,
			total_fuel: 1 << 60,
		},
	};
	let inputs = Inputs { program: &program, train: &train, holdout: &holdout, file: &[] };
	let wasmtime = Wasmtime::new().expect("Cranelift compiles for this processor");
	let (mut slow, mut fast) = (Times([f64::MAX; 3]), Times([f64::MAX; 3]));
	let mut native = f64::MAX;
	// They take turns, so that what disturbs meets all of them.
	for _ in 0..ROUNDS {
		let one = slow.measure(&Wasmi::new(), &job, &inputs);
		let other = fast.measure(&wasmtime, &job, &inputs);
		assert_eq!(one, other, "the engines disagree");
		native = run_native(command).min(native);
	}
	println!(
		"{:<10}{:>12}{:>12}{:>12}{:>12}",
		"", "translating", "training", "to native", "whole run"
	);
	for (name, Times([translating, training, whole])) in [("wasmi", slow), ("wasmtime", fast)] {
		println!(
			"{name:<10}{:>9.1} ms{training:>10.3} s{:>12.2}{whole:>10.3} s",
			translating * 1e3,
			training / native,
		);
	}
	println!("{:<22}{native:>10.3} s", "native");
}
