//! Programs: validated, prepared, and run.

use crate::{
	common::{
		holdout, hostile, job, program,
		random::{random_program, random_trainer, Random},
		run_job, train, LIMITS,
	},
	Target,
};
use assay_primitives::{Limits, Outcome};
use assay_vm::{
	check, prepare, prepare::FUEL, Call, Engine, Instance, Prepared, Trapped, Value, Wasmi,
};
use wasmparser::{Validator, WasmFeatures};

/// Any bytes, modules that are valid but of any shape, and programs that train.
pub const TARGET: Target = Target {
	name: "module",
	about:
		"a program is refused, or prepared to a valid module that runs to the same end each time",
	check: checked,
	seeds,
};

/// Small, so that a case is short.
const SMALL: Limits =
	Limits { steps: 12, step_fuel: 200_000, total_fuel: 2_000_000, memory_pages: 4, ..LIMITS };
/// What a prepared module may use.
const FEATURES: WasmFeatures = WasmFeatures::WASM1
	.union(WasmFeatures::SIGN_EXTENSION)
	.union(WasmFeatures::SATURATING_FLOAT_TO_INT);

/// The first byte says what the others are: a program, what a module is made of, or a seed.
fn checked(input: &[u8]) -> bool {
	let Some((kind, rest)) = input.split_first() else { return false };
	let program = match kind % 3 {
		0 => rest.to_vec(),
		1 => match random_program(rest, kind & 4 == 0) {
			Some(program) => program,
			None => return false,
		},
		_ => random_trainer(&mut Random(number(rest))),
	};
	let limits = Limits { program_bytes: 1 << 20, ..SMALL };
	let known = check(&program, &limits);
	let prepared = match prepare(&program, &limits) {
		Ok(prepared) => prepared,
		Err(reason) => {
			assert_eq!(known, Err(reason), "what is refused is refused for one reason");
			run(&program, false);
			return false;
		},
	};
	assert_eq!(known.as_ref(), Ok(prepared.info()));
	Validator::new_with_features(FEATURES)
		.validate_all(prepared.wasm())
		.expect("what was prepared is valid");
	assert_eq!(prepare(&program, &limits).as_ref(), Ok(&prepared));
	assert_eq!(calls(&prepared), calls(&prepared), "calls end in the same each time");
	run(&program, true)
}

/// A number from the first bytes.
pub(crate) fn number(bytes: &[u8]) -> u64 {
	let mut number = [0; 8];
	number.iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte);
	u64::from_le_bytes(number)
}

/// Runs a whole job, twice. Gives whether it was scored.
fn run(program: &[u8], admitted: bool) -> bool {
	let (train, holdout) = (train(), holdout());
	let mut job = job(program, &train, &holdout);
	job.limits = Limits { program_bytes: 1 << 20, ..SMALL };
	let first = run_job(&job, program, &train, &holdout);
	assert_eq!(first, run_job(&job, program, &train, &holdout), "runs end in the same each time");
	match first.outcome {
		Outcome::Scored(scored) => {
			assert!(admitted, "a refused program was scored");
			assert_eq!(first.trace.len() as u64, u64::from(scored.steps) + 1);
			assert!(scored.fuel <= job.limits.total_fuel);
			let (least, most) = job.metric.range();
			assert!((least..=most).contains(&scored.score));
			true
		},
		_ => {
			assert!(first.model.is_empty() && first.detail.is_some());
			false
		},
	}
}

/// What all exports give one after the other, with the memory in the end.
fn calls(prepared: &Prepared) -> (Vec<Result<i64, ()>>, Vec<u8>) {
	let engine = Wasmi::new();
	let module = engine.load(prepared).expect("wasmi runs what was prepared");
	let mut instance = engine.instantiate(&module).expect("there is memory");
	let mut ends = Vec::new();
	for call in [
		Call::Abi,
		Call::Io,
		Call::Init(3, 4),
		Call::Want,
		Call::Step(5),
		Call::Predict(6),
		Call::Model,
		Call::Step(-1),
	] {
		for (index, global) in prepared.globals().iter().enumerate() {
			instance.set_global(index, global.initial).expect("a global of its type");
		}
		instance.set_global(FUEL, Value::I64(100_000)).expect("the fuel");
		ends.push(match instance.call(call) {
			Ok(value) => Ok(value),
			Err(Trapped::Trap(_)) => Err(()),
			Err(Trapped::Fault(fault)) => panic!("{fault}"),
		});
		let Ok(Value::I64(left)) = instance.global(FUEL) else { panic!("the fuel is gone") };
		assert!(left <= 100_000, "fuel was gained");
	}
	(ends, instance.memory().to_vec())
}

fn seeds() -> Vec<Vec<u8>> {
	let with = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
	let mut random = Random(7);
	let mut seeds = vec![with(0, &program(&[]))];
	// What takes long is tried elsewhere.
	let hostile = [hostile::structure(), hostile::malformed()].concat();
	let small = hostile.iter().filter(|hostile| hostile.program.len() < 4_096);
	seeds.extend(small.map(|hostile| with(0, &hostile.program)));
	for seed in 0..12 {
		seeds.push(with(0, &random_trainer(&mut Random(seed))));
		seeds.push(with(2, &seed.to_le_bytes()));
		let length = 200 + random.below(1_000);
		seeds.push(with(1 + 3 * (seed as u8 % 2), &random.bytes(length)));
	}
	seeds
}
