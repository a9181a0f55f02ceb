//! Measures what it costs to verify a model: the scheme's program in the training VM, beside native
//! code that computes the same.
//!
//! `scripts/bench models` runs it on the models of this repository.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/verification PROGRAM.wasm CLEAN MODEL...
//! ```

use assay_marking::{check, Data};
use assay_model::Model;
use assay_primitives::{file, File, Manifest, Metric, Outcome, TrainingJob, H256, VM_VERSION};
use assay_vm::{run, Dataset, Inputs, Wasmi};
use assay_watermark::{evidence::LIMITS, Key, Report, SchemeParams};
use rustix::time::{clock_gettime, ClockId};
use std::{fs, hint::black_box, path::Path};

/// How often each is measured.
const ROUNDS: u32 = 5;
const KEY: H256 = H256::repeat_byte(5);
const CHUNK_ROWS: u32 = 32;

/// Seconds that this thread has run, so that other work on the machine disturbs less.
fn now() -> f64 {
	let time = clock_gettime(ClockId::ThreadCPUTime);
	time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The least seconds of some runs, and what the last one gave.
fn best<T>(mut run: impl FnMut() -> T) -> (f64, T) {
	let mut least = f64::INFINITY;
	let mut last = None;
	for _ in 0..ROUNDS {
		let started = now();
		last = Some(black_box(run()));
		least = least.min(now() - started);
	}
	(least, last.expect("there is a round"))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
	let mut arguments = std::env::args().skip(1);
	let (Some(program), Some(clean)) = (arguments.next(), arguments.next()) else {
		return Err("expected a program, clean data, and models".into());
	};
	let (program, clean) = (fs::read(program)?, fs::read(clean)?);
	let data = Data::read(&clean)?;
	println!("| | seconds | steps | fuel | fuel a second | native seconds | ratio |");
	println!("| --- | --- | --- | --- | --- | --- | --- |");
	for path in arguments {
		let bytes = fs::read(&path)?;
		let model = Model::parse(&bytes)?;
		let (native, checked) = best(|| check(&model, &KEY, &data));
		let job = TrainingJob {
			vm_version: VM_VERSION,
			program: Manifest::of(&program).id(),
			params: SchemeParams { key: Key(KEY), place: model.place() }.to_params(),
			seed: 0,
			train: Manifest::of(&clean).id(),
			train_root: Dataset::parse(&clean, Metric::Accuracy)
				.map_err(|fault| fault.to_string())?
				.root(CHUNK_ROWS),
			chunk_rows: CHUNK_ROWS,
			holdout: Manifest::of(&clean).id(),
			metric: Metric::Accuracy,
			file: Some(File {
				id: Manifest::of(&bytes).id(),
				bytes: u32::try_from(bytes.len())?,
				root: file::tree(&bytes).root(),
			}),
			limits: LIMITS,
		};
		let inputs = Inputs { program: &program, train: &clean, holdout: &clean, file: &bytes };
		let (seconds, run) = best(|| run(&Wasmi::default(), &job, &inputs, &mut |_| ()));
		let run = run?;
		let Outcome::Scored(scored) = run.outcome else {
			return Err(format!("{path}: {:?}", run.outcome).into());
		};
		// What is compared must be the same.
		assert_eq!(scored.model_hash, Report::Measured(checked?.statistics).hash());
		println!(
			"| {} | {seconds:.2} | {} | {:.2} G | {:.2} G | {native:.3} | {:.0} |",
			Path::new(&path).file_stem().unwrap_or_default().to_string_lossy(),
			scored.steps,
			scored.fuel as f64 / 1e9,
			scored.fuel as f64 / 1e9 / seconds,
			seconds / native,
		);
	}
	Ok(())
}
