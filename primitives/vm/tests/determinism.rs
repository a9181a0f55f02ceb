//! The same job gives the same run; everything that it depends on changes its trace; and any step
//! can be repeated alone.

mod common;

use assay_primitives::{merkle, FailReason, Limits, Outcome, Params, Scored, TrainingJob, H256};
use assay_vm::{
	data::Chunks, origin, prepare, replay_step, run_until, Dataset, Engine, Inputs, Prepared, Run,
	StateImage, Stopped, Wasmi, LEAF_BYTES, PAGE_BYTES,
};
use common::*;
use proptest::prelude::*;

fn scored(run: &Run) -> Scored {
	match run.outcome {
		Outcome::Scored(scored) => scored,
		outcome => panic!("{outcome:?}: {:?}", run.detail),
	}
}

#[test]
fn the_outcome_is_the_same_in_every_process() {
	// Written down from a first run: another machine, another build, or another version of a
	// dependency must not change it. Only a new version of the VM may.
	let scored = scored(&Case::new(program(&[])).run());
	assert_eq!(scored.fuel, 139_052);
	assert_eq!(
		format!("{:?}", scored.trace_root),
		"0xb23b9ad614005b6fc4da23abf7e0156b35fce978bc1ea0778026aae3cd385e39"
	);
	assert_eq!(
		format!("{:?}", scored.model_hash),
		"0xe20372e43879e48cf0248d7088adf87267e9976ee2cd2e3315d1a6503390d5e8"
	);
}

/// A program whose step keeps a counter in a global, a count of steps in memory, and grows the
/// memory in its third step. It ends after six.
fn growing() -> Vec<u8> {
	program(&[
		("counter", "(global $counter (mut i32) (i32.const 5))"),
		(
			"want",
			r#"(func (export "want") (result i64)
				global.get $counter
				i32.const 1
				i32.add
				global.set $counter
				i32.const 12
				i64.load32_u
				i64.const 3
				i64.and)"#,
		),
		(
			"step",
			r#"(func (export "step") (param $len i32) (result i32)
				global.get $counter
				i32.const 100
				i32.add
				global.set $counter
				i32.const 16
				global.get $counter
				i32.store
				i32.const 12
				i32.const 12
				i32.load
				i32.const 1
				i32.add
				i32.store
				i32.const 12
				i32.load
				i32.const 3
				i32.eq
				if
					i32.const 1
					memory.grow
					drop
					i32.const 131068
					i32.const -1
					i32.store
				end
				i32.const 12
				i32.load
				i32.const 6
				i32.eq)"#,
		),
	])
}

struct Case {
	program: Vec<u8>,
	train: Vec<u8>,
	holdout: Vec<u8>,
	job: TrainingJob,
}

impl Case {
	fn new(program: Vec<u8>) -> Self {
		let (train, holdout) = (train(), holdout());
		let job = job(&program, &train, &holdout);
		Self { program, train, holdout, job }
	}

	fn run(&self) -> Run {
		run_job(&self.job, &self.program, &self.train, &self.holdout)
	}

	fn prepared(&self) -> Prepared {
		prepare(&self.program, &self.job.limits).unwrap()
	}

	fn image(&self, step: u32) -> Option<StateImage> {
		let inputs = Inputs { program: &self.program, train: &self.train, ..Inputs::default() };
		run_until(&Wasmi::new(), &self.job, &inputs, step).unwrap()
	}

	fn replay(&self, before: &StateImage) -> Result<StateImage, Stopped> {
		let data = Dataset::parse(&self.train, self.job.metric).unwrap();
		let step_fuel = self.job.limits.step_fuel;
		let feed = Chunks { data, chunk_rows: CHUNK_ROWS, step_fuel, file: &[] };
		replay_step(&Wasmi::new(), &self.prepared(), &self.job.limits, before, &feed)
	}
}

#[test]
fn every_step_can_be_repeated_alone() {
	for program in [program(&[]), growing()] {
		let case = Case::new(program);
		let run = case.run();
		let steps = scored(&run).steps;
		for step in 0..steps {
			let before = case.image(step).unwrap();
			assert_eq!(before.commitment(), run.trace[step as usize]);
			let after = case.replay(&before).unwrap();
			assert_eq!(after.commitment(), run.trace[step as usize + 1], "step {step}");
			assert_eq!(Some(after), case.image(step + 1));
		}
		assert_eq!(case.image(steps + 1), None);
	}
}

#[test]
fn globals_are_no_state() {
	// In each call the counter starts at 5 again: `want` cannot tell `step` anything by it.
	let case = Case::new(growing());
	let last = case.image(6).unwrap();
	assert_eq!(last.memory[16..20], 105i32.to_le_bytes());
	assert_eq!(last.pages(), 2);
	assert_eq!(last.status, 1);
}

#[test]
fn a_step_that_fails_is_repeated_too() {
	let case = Case::new(program(&[(
		"step",
		r#"(func (export "step") (param i32) (result i32) unreachable)"#,
	)]));
	let before = case.image(0).unwrap();
	let Err(Stopped::Failed(reason, _)) = case.replay(&before) else { panic!("it traps") };
	assert_eq!(reason, FailReason::Trap);
}

#[test]
fn the_trace_root_and_the_model_hash_are_what_they_say() {
	let run = Case::new(program(&[])).run();
	let leaves = run.trace.iter().map(|commitment| merkle::leaf(&commitment.0)).collect();
	assert_eq!(scored(&run).trace_root, merkle::Tree::new(leaves).root());
	assert_eq!(scored(&run).model_hash, assay_primitives::hash(&run.model));
}

#[test]
fn predictions_see_the_trained_state_only() {
	// Each call adds one to a counter in memory, and predicts it. Were the state kept, the chunks
	// would differ, and with them the accuracy.
	let predict = r#"(func (export "predict") (param $len i32) (result i32) (local $row i32)
		i32.const 100
		i32.const 100
		i32.load
		i32.const 1
		i32.add
		i32.store
		loop $next
			local.get $row
			i32.const 2
			i32.shl
			i32.const 100
			i32.load
			f32.convert_i32_u
			f32.store offset=1024
			local.get $row
			i32.const 1
			i32.add
			local.tee $row
			i32.const 1
			i32.shl
			local.get $len
			i32.lt_u
			br_if $next
		end
		i32.const 1
		memory.grow
		drop
		local.get $len
		i32.const 1
		i32.shl)"#;
	let run = run_program(&program(&[("predict", predict)]));
	// Three of five rows are of class 1.
	assert_eq!(scored(&run).score.to_string(), "0.6");
	let zero = predict.replace(
		"i32.const 1\n\t\ti32.add\n\t\ti32.store",
		"i32.const 0\n\t\ti32.add\n\t\ti32.store",
	);
	let run = run_program(&program(&[("predict", &zero)]));
	assert_eq!(scored(&run).score.to_string(), "0.4");
}

#[test]
fn what_predict_grows_by_is_charged() {
	let run = |pages: u32| {
		let predict = format!(
			r#"(func (export "predict") (param $len i32) (result i32)
				i32.const {pages} memory.grow drop local.get $len i32.const 1 i32.shl)"#
		);
		let case = Case::new(program(&[("predict", &predict)]));
		(scored(&case.run()).fuel, u64::from(case.job.chunk_rows))
	};
	let ((grown, rows), (same, _)) = (run(1), run(0));
	// A page when the memory is restored after each chunk of the five rows.
	assert_eq!(grown - same, 5u64.div_ceil(rows) * 10_000);
}

#[test]
fn a_trace_does_not_depend_on_limits_that_did_not_matter() {
	let mut case = Case::new(program(&[]));
	let first = case.run();
	case.job.limits = Limits { steps: 5, memory_pages: 2, total_fuel: 1 << 40, ..LIMITS };
	assert_eq!(case.run(), first);
	// The header tells the fuel of a step.
	case.job.limits.step_fuel += 1;
	assert_ne!(case.run().trace, first.trace);
}

#[test]
fn the_origin_names_everything_that_training_depends_on() {
	let case = Case::new(program(&[]));
	let first = origin(&case.job, &case.program);
	let with = |change: fn(&mut TrainingJob)| {
		let mut job = case.job.clone();
		change(&mut job);
		origin(&job, &case.program)
	};
	assert_ne!(with(|job| job.seed += 1), first);
	assert_ne!(with(|job| job.params = Params::default()), first);
	assert_ne!(with(|job| job.train_root = H256::zero()), first);
	assert_eq!(with(|job| job.holdout = H256::zero()), first);
	assert_ne!(origin(&case.job, &[]), first);
}

#[test]
fn an_image_survives_its_encoding() {
	use codec::{Decode, Encode};
	let image = Case::new(program(&[])).image(2).unwrap();
	assert_eq!(image.memory.len(), PAGE_BYTES);
	assert_eq!(StateImage::decode(&mut &image.encode()[..]), Ok(image));
}

#[test]
fn a_prepared_module_is_translated_once_and_used_often() {
	let engine = Wasmi::new();
	let module = engine.load(&Case::new(program(&[])).prepared()).unwrap();
	for _ in 0..100 {
		engine.instantiate(&module).unwrap();
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn runs_are_repeated_to_the_byte(
		seed in any::<u64>(),
		params in prop::collection::vec(any::<u8>(), 0..40),
		first in prop::collection::vec(any::<u8>(), 1..20),
		chunk_rows in 1u32..8,
	) {
		let mut case = Case::new(program(&[]));
		case.train = rows(&[&[0, 255], &first[..]].concat());
		case.job.seed = seed;
		case.job.params = Params::truncate_from(params);
		case.job.chunk_rows = chunk_rows;
		case.job.train_root =
			Dataset::parse(&case.train, case.job.metric).unwrap().root(chunk_rows);
		let run = case.run();
		prop_assert_eq!(scored(&run).score.to_string(), "1");
		prop_assert_eq!(case.run(), run);
	}

	#[test]
	fn every_byte_of_program_params_seed_and_data_changes_the_trace(
		what in 0usize..4,
		at in any::<prop::sample::Index>(),
		bit in 0u32..8,
	) {
		// A custom section, so that the program does the same with any other byte in it.
		let mut program = program(&[]);
		program.extend([0, 5, 1, b'n', 1, 2, 3]);
		let case = Case::new(program);
		let first = case.run();
		let mut other = Case::new(case.program.clone());
		match what {
			0 => {
				let length = other.program.len();
				other.program[length - 3 + at.index(3)] ^= 1 << bit;
			},
			1 => {
				let mut params = other.job.params.to_vec();
				let at = at.index(params.len());
				params[at] ^= 1 << bit;
				other.job.params = Params::truncate_from(params);
			},
			2 => other.job.seed ^= 1 << (at.index(8) * 8 + bit as usize),
			_ => {
				// The features and labels are the last thirty bytes; labels stay classes 0 and 1.
				let length = other.train.len();
				let at = at.index(30);
				other.train[length - 30 + at] ^= if at < 20 { 1 << bit } else { 1 };
				let data = Dataset::parse(&other.train, other.job.metric).unwrap();
				other.job.train_root = data.root(CHUNK_ROWS);
			},
		}
		let changed = other.run();
		prop_assert_eq!(scored(&first).steps, scored(&changed).steps);
		for (old, new) in first.trace.iter().zip(&changed.trace) {
			prop_assert_ne!(old, new);
		}
		prop_assert_ne!(scored(&first).trace_root, scored(&changed).trace_root);
	}

	#[test]
	fn every_part_of_a_state_changes_its_commitment(
		what in 0usize..6,
		at in any::<prop::sample::Index>(),
		bit in 0u32..8,
	) {
		let image = StateImage {
			origin: H256::repeat_byte(1),
			step: 3,
			status: 0,
			fuel: 1 << 40,
			memory: (0..2 * PAGE_BYTES).map(|i| (i / LEAF_BYTES) as u8).collect(),
		};
		let mut other = image.clone();
		match what {
			0 => other.origin.0[at.index(32)] ^= 1 << bit,
			1 => other.step ^= 1 << (at.index(4) * 8 + bit as usize),
			2 => other.status ^= 1 << bit,
			3 => other.fuel ^= 1 << (at.index(8) * 8 + bit as usize),
			4 => other.memory[at.index(2 * PAGE_BYTES)] ^= 1 << bit,
			_ => other.memory.resize(3 * PAGE_BYTES, 0),
		}
		prop_assert_ne!(other.commitment(), image.commitment());
	}
}
