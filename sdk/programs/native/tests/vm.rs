//! The programs in the training VM, on real data.

use assay_guest::local::{train, Dataset, Options};
use assay_primitives::{Limits, Manifest, Metric, Outcome, Scored, TrainingJob, VM_VERSION};
use assay_vm::{run, Inputs, Progress, Run, Wasmi};
use codec::Encode;
use std::{
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
	process::Command,
	sync::OnceLock,
};

/// Limits under which the chain can replay every step.
const REPLAYABLE: Limits = Limits {
	program_bytes: 1 << 20,
	memory_pages: Limits::REPLAY_PAGES,
	steps: 10_000,
	step_fuel: Limits::REPLAY_FUEL,
	total_fuel: 20_000_000_000,
};
/// Limits that leave room for a whole fit in one step.
const LARGE: Limits = Limits { memory_pages: 256, step_fuel: REPLAYABLE.total_fuel, ..REPLAYABLE };

/// Program, data, limits.
const RUNS: [(&str, &str, Limits); 4] = [
	("mlp", "digits", REPLAYABLE),
	("logistic", "breast_cancer", REPLAYABLE),
	("forest", "digits", LARGE),
	("forest", "breast_cancer", LARGE),
];

/// Where the programs are after `scripts/programs` has built them.
fn build(level: &str, programs: &[&str]) -> PathBuf {
	let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("vm-{level}"));
	let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../scripts/programs");
	let mut command = Command::new(script);
	let status = command.arg(&out).args(programs).env("OPT_LEVEL", level).status().unwrap();
	assert!(status.success(), "{script} failed: {status}");
	out
}

/// The bytes of a program at the optimisation level that it is published with.
fn program(name: &str) -> Vec<u8> {
	static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
	let folder = PROGRAMS.get_or_init(|| build("3", &["mlp", "logistic", "forest"]));
	fs::read(folder.join(name).with_extension("wasm")).unwrap()
}

fn data(name: &str, part: &str) -> PathBuf {
	let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");
	Path::new(folder).join(format!("{name}.{part}.safetensors"))
}

/// A scored run, and the most fuel that one of its steps has used.
fn scored(wasm: &[u8], name: &str, params: &str, limits: Limits) -> (Run, Scored, u64) {
	let [train, holdout] = ["train", "holdout"].map(|part| fs::read(data(name, part)).unwrap());
	let (metric, chunk_rows) = (Metric::Accuracy, 32);
	let job = TrainingJob {
		vm_version: VM_VERSION,
		program: Manifest::of(wasm).id(),
		params: params.as_bytes().to_vec().try_into().unwrap(),
		seed: 1,
		train: Manifest::of(&train).id(),
		train_root: assay_vm::Dataset::parse(&train, metric).unwrap().root(chunk_rows),
		chunk_rows,
		holdout: Manifest::of(&holdout).id(),
		metric,
		file: None,
		limits,
	};
	let (mut before, mut most) = (0, 0);
	let mut observer = |progress| {
		if let Progress::Trained { fuel, .. } = progress {
			most = most.max(fuel - before);
			before = fuel;
		}
	};
	let inputs = Inputs { program: wasm, train: &train, holdout: &holdout, file: &[] };
	let run = run(&Wasmi::default(), &job, &inputs, &mut observer).unwrap();
	match run.outcome {
		Outcome::Scored(scored) => (run, scored, most),
		other => panic!("{name}: {other:?}: {:?}", run.detail),
	}
}

#[test]
fn they_score_what_the_table_says() {
	let table = fs::read_to_string(data("x", "y").with_file_name("README.md")).unwrap();
	for (name, data, limits) in RUNS {
		let (run, scored, most) = scored(&program(name), data, "", limits);
		let score = scored.score.0 as f64 / 1e9;
		let (start, end) =
			(format!("| {} |", data.replace('_', " ")), format!("| `{name}` | {score:.4} |"));
		assert!(
			table.lines().any(|line| line.starts_with(&start) && line.ends_with(&end)),
			"the table has no line {start} … {end}"
		);
		println!("{name} on {data}: {scored:?}, most fuel in a step {most}");
		println!("outcome {name} {data} {:02x?}", run.outcome.encode());
	}
}

#[test]
fn another_process_comes_to_the_same_outcomes() {
	let outcomes = || {
		let mut test = Command::new(std::env::current_exe().unwrap());
		test.args(["--exact", "they_score_what_the_table_says", "--nocapture"]);
		let output = test.output().unwrap();
		assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
		let text = String::from_utf8(output.stdout).unwrap();
		text.lines().filter(|line| line.starts_with("outcome ")).map(String::from).collect()
	};
	let first: Vec<String> = outcomes();
	assert_eq!(first.len(), RUNS.len());
	assert_eq!(outcomes(), first);
}

#[test]
fn native_code_trains_the_same_model() {
	fn native<T: assay_guest::Trainer>(name: &str) -> (u32, Vec<u8>) {
		let data = Dataset::read(data(name, "train")).unwrap();
		let mut trained = train::<T>(&data, &Options::default()).unwrap();
		(trained.steps(), trained.model().to_vec())
	}
	for (name, data, (steps, model)) in [
		("mlp", "digits", native::<mlp::Mlp>("digits")),
		("logistic", "breast_cancer", native::<logistic::Logistic>("breast_cancer")),
	] {
		let (run, scored, _) = scored(&program(name), data, "", REPLAYABLE);
		assert_eq!(scored.steps, steps, "{name}");
		assert_eq!(run.model, model, "{name}");
	}
}

#[test]
fn every_optimisation_level_trains_the_same_model() {
	let mut programs = BTreeSet::new();
	let mut models = BTreeSet::new();
	for level in ["0", "1", "2", "3", "s", "z"] {
		let folder = build(level, &["mlp", "logistic"]);
		for (name, data, params) in
			[("mlp", "digits", "epochs=2"), ("logistic", "breast_cancer", "")]
		{
			let wasm = fs::read(folder.join(name).with_extension("wasm")).unwrap();
			let (first, outcome, _) = scored(&wasm, data, params, LARGE);
			let (second, ..) = scored(&wasm, data, params, LARGE);
			assert_eq!(first, second, "{name} at level {level}");
			programs.insert(wasm);
			models.insert((name, outcome.model_hash));
		}
	}
	assert_eq!(models.len(), 2, "one model for each program, whatever the level");
	assert_eq!(programs.len(), 12, "other bytes at each level");
}
