//! What the tests share: a small training program in text form, data, and jobs.
#![allow(dead_code)] // Each test crate uses its own part.

pub mod hostile;
pub mod random;

use assay_primitives::{
	merkle, FailReason, Limits, Manifest, Metric, Outcome, Params, TrainingJob, VM_VERSION,
};
use assay_vm::{run, Dataset, Inputs, Run, Wasmi};

/// The parts of a program that sums its data chunk by chunk into sixteen numbers, and predicts
/// class 1 for rows whose first feature is above 8. Two `u8` features, and a buffer of 4 KiB at
/// 1024.
const PARTS: [(&str, &str); 8] = [
	("memory", r#"(memory (export "memory") 1 2)"#),
	("abi", r#"(func (export "abi") (result i32) i32.const 1)"#),
	(
		"io",
		r#"(func (export "io") (result i64)
			i64.const 0x40000001000)"#,
	),
	(
		"init",
		r#"(func (export "init") (param $seed i64) (param $len i32) (result i32)
			i32.const 0
			local.get $seed
			i64.store
			loop $next
				local.get $len
				if
					local.get $len
					i32.const 1
					i32.sub
					local.set $len
					i32.const 80
					i32.const 80
					i32.load
					i32.const 31
					i32.mul
					local.get $len
					i32.load8_u offset=1024
					i32.add
					i32.store
					br $next
				end
			end
			i32.const 0)"#,
	),
	(
		"want",
		r#"(func (export "want") (result i64)
			i32.const 8
			i32.load
			i32.eqz
			if
				i64.const 0x100000000
				return
			end
			i32.const 12
			i64.load32_u)"#,
	),
	(
		"step",
		r#"(func (export "step") (param $len i32) (result i32) (local $at i32)
			i32.const 8
			i32.load
			i32.eqz
			if
				i32.const 8
				i32.const 1024
				i32.load offset=24
				i32.store
				i32.const 0
				return
			end
			loop $next
				local.get $len
				if
					local.get $len
					i32.const 1
					i32.sub
					local.tee $len
					i32.const 15
					i32.and
					i32.const 2
					i32.shl
					local.tee $at
					local.get $at
					i32.load offset=16
					i32.const 31
					i32.mul
					local.get $len
					i32.load8_u offset=1024
					i32.add
					i32.const 0
					i32.load
					i32.add
					i32.store offset=16
					br $next
				end
			end
			i32.const 12
			i32.const 12
			i32.load
			i32.const 1
			i32.add
			i32.store
			i32.const 12
			i32.load
			i32.const 8
			i32.load
			i32.eq)"#,
	),
	(
		"predict",
		r#"(func (export "predict") (param $len i32) (result i32) (local $row i32)
			local.get $len
			i32.const 1
			i32.shr_u
			local.set $row
			loop $next
				local.get $row
				if
					local.get $row
					i32.const 1
					i32.sub
					local.tee $row
					i32.const 2
					i32.shl
					local.get $row
					i32.const 1
					i32.shl
					i32.load8_u offset=1024
					i32.const 8
					i32.gt_u
					f32.convert_i32_u
					f32.store offset=1024
					br $next
				end
			end
			local.get $len
			i32.const 1
			i32.shl)"#,
	),
	(
		"model",
		r#"(func (export "model") (result i64)
			i64.const 0x1000000044)"#,
	),
];

/// The program, with some of its parts replaced, as text. A part of another name is added.
pub fn text(changes: &[(&str, &str)]) -> String {
	let part = |name: &str| changes.iter().find(|change| change.0 == name).map(|change| change.1);
	let kept = PARTS.iter().map(|(name, text)| part(name).unwrap_or(text));
	let added = changes.iter().filter(|change| PARTS.iter().all(|part| part.0 != change.0));
	// Imports come first in a module.
	let all: Vec<&str> = added.map(|change| change.1).chain(kept).collect();
	format!("(module {})", all.join("\n"))
}

/// The program, with some of its parts replaced.
pub fn program(changes: &[(&str, &str)]) -> Vec<u8> {
	wat::parse_str(text(changes)).expect("the text is WebAssembly")
}

/// A safetensors file of tensors given as (name, type, shape, bytes).
pub fn safetensors(tensors: &[(&str, &str, &str, &[u8])]) -> Vec<u8> {
	let (mut entries, mut data) = (Vec::new(), Vec::new());
	for (name, dtype, shape, bytes) in tensors {
		let begin = data.len();
		data.extend_from_slice(bytes);
		entries.push(format!(
			r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{}]}}"#,
			data.len()
		));
	}
	file(&format!("{{{}}}", entries.join(",")), &data)
}

/// A safetensors file of a header and data.
pub fn file(header: &str, data: &[u8]) -> Vec<u8> {
	[&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// Rows of two features; the label says whether the first is above 8.
pub fn rows(first: &[u8]) -> Vec<u8> {
	let x: Vec<u8> = first.iter().flat_map(|value| [*value, value.wrapping_mul(7)]).collect();
	let y: Vec<u8> = first.iter().map(|value| u8::from(*value > 8)).collect();
	let (n, shape) = (first.len(), format!("[{},2]", first.len()));
	safetensors(&[("x", "U8", &shape, &x), ("y", "U8", &format!("[{n}]"), &y)])
}

/// Training data of ten rows, in chunks of [`CHUNK_ROWS`].
pub fn train() -> Vec<u8> {
	rows(&[1, 9, 3, 200, 5, 10, 7, 255, 0, 8])
}

/// A holdout of five rows.
pub fn holdout() -> Vec<u8> {
	rows(&[2, 30, 4, 50, 60])
}

/// Rows in a chunk.
pub const CHUNK_ROWS: u32 = 3;

/// Enough for every program that ends.
pub const LIMITS: Limits = Limits {
	program_bytes: 1 << 20,
	memory_pages: 16,
	steps: 100,
	step_fuel: 1_000_000,
	total_fuel: 100_000_000,
};

/// A job over a program and data.
pub fn job(program: &[u8], train: &[u8], holdout: &[u8]) -> TrainingJob {
	let metric = Metric::Accuracy;
	TrainingJob {
		vm_version: VM_VERSION,
		program: Manifest::of(program).id(),
		params: Params::truncate_from(b"rate=0.5".to_vec()),
		seed: 42,
		train: Manifest::of(train).id(),
		train_root: Dataset::parse(train, metric)
			.map_or_else(|_| Default::default(), |data| data.root(CHUNK_ROWS)),
		chunk_rows: CHUNK_ROWS,
		holdout: Manifest::of(holdout).id(),
		metric,
		file: None,
		limits: LIMITS,
	}
}

/// Runs a job on the reference engine.
pub fn run_job(job: &TrainingJob, program: &[u8], train: &[u8], holdout: &[u8]) -> Run {
	let inputs = Inputs { program, train, holdout, file: &[] };
	run(&Wasmi::new(), job, &inputs, &mut |_| ()).expect("no fault")
}

/// Runs a program on the data of these tests.
pub fn run_program(program: &[u8]) -> Run {
	let (train, holdout) = (train(), holdout());
	run_job(&job(program, &train, &holdout), program, &train, &holdout)
}

/// Why a run failed, whose root must be that of its trace.
pub fn reason_of(run: &Run) -> FailReason {
	let Outcome::Failed { reason, trace_root } = run.outcome else { panic!("{run:?}") };
	let leaves = run.trace.iter().map(|commitment| merkle::leaf(&commitment.0)).collect();
	assert_eq!(trace_root, merkle::Tree::new(leaves).root());
	reason
}

/// Runs the program with some parts replaced, which must fail. Gives the sentence about it.
pub fn fails(changes: &[(&str, &str)], reason: FailReason) -> String {
	let run = run_program(&program(changes));
	assert_eq!(reason_of(&run), reason, "{:?}", run.detail);
	assert!(run.model.is_empty());
	run.detail.expect("a failed run says why")
}
