//! Jobs that are run on both engines.
#![allow(dead_code)] // Test and example each use their own part.

#[path = "../../../primitives/vm/tests/common/mod.rs"]
mod common;

use assay_model::Model;
use assay_primitives::{file, File, Limits, Manifest, Outcome, Params, TrainingJob, H256};
use assay_verifier::Wasmtime;
use assay_vm::{
	prepare, prepare::FUEL, run, Call, Dataset, Engine, Fault, Inputs, Instance, Prepared, Run,
	Trapped, Value, Wasmi,
};
use assay_watermark::{Key, SchemeParams};
use common::{
	hostile,
	random::{random_program, random_trainer, Random},
	*,
};
use std::{
	collections::BTreeMap,
	fmt, fs,
	path::Path,
	time::{Duration, Instant},
};

/// How many cases there were, and how they ended.
#[derive(Default)]
pub struct Tally {
	pub cases: u64,
	pub outcomes: BTreeMap<String, u64>,
}

impl fmt::Display for Tally {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} cases, no difference", self.cases)?;
		self.outcomes.iter().try_for_each(|(name, count)| write!(f, "\n  {name}: {count}"))
	}
}

/// The ends of one engine, of which the text of a trap is its own.
type Ends = Vec<Result<i64, ()>>;

/// Calls all exports of a random module one after the other, whatever they return, and gives their
/// results, and all globals and the memory after each.
fn calls(engine: &impl Engine, prepared: &Prepared) -> Result<(Ends, Vec<Value>, Vec<u8>), Fault> {
	let module = engine.load(prepared)?;
	let mut instance = engine.instantiate(&module)?;
	let (mut ends, mut globals, mut memory) = (Vec::new(), Vec::new(), Vec::new());
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
			instance.set_global(index, global.initial)?;
		}
		instance.set_global(FUEL, Value::I64(200_000))?;
		ends.push(match instance.call(call) {
			Ok(value) => Ok(value),
			Err(Trapped::Trap(_)) => Err(()),
			Err(Trapped::Fault(fault)) => return Err(fault),
		});
		for index in 0..prepared.globals().len() {
			globals.push(canonical(instance.global(index)?));
		}
		memory.extend_from_slice(instance.memory());
	}
	Ok((ends, globals, memory))
}

/// Globals are no state, and their NaNs are the engine's choice.
fn canonical(value: Value) -> Value {
	match value {
		Value::F32(bits) if f32::from_bits(bits).is_nan() => Value::F32(f32::NAN.to_bits()),
		Value::F64(bits) if f64::from_bits(bits).is_nan() => Value::F64(f64::NAN.to_bits()),
		value => value,
	}
}

/// Runs a job on one engine. `Err`: it met a limit of its own.
fn run_on(engine: &impl Engine, job: &TrainingJob, inputs: &Inputs<'_>) -> Result<Run, Fault> {
	let run = run(engine, job, inputs, &mut |_| ())?;
	// A trap is told in the engine's own words.
	Ok(Run { detail: None, ..run })
}

fn name(outcome: &Outcome) -> String {
	match outcome {
		Outcome::Scored(_) => "run: scored".into(),
		Outcome::Failed { reason, .. } => format!("run: {reason:?}"),
		Outcome::Unavailable { .. } => "run: unavailable".into(),
	}
}

impl Tally {
	fn count(&mut self, name: impl Into<String>) {
		*self.outcomes.entry(name.into()).or_default() += 1;
	}

	/// One random program: calls of a module of any shape, or a run.
	pub fn check_random(&mut self, seed: u64) {
		self.cases += 1;
		let mut random = Random(seed);
		if seed.is_multiple_of(2) {
			let length = 100 + random.below(2_900);
			let Some(program) = random_program(&random.bytes(length), true) else {
				return self.count("calls: not generated");
			};
			match prepare(&program, &Limits { program_bytes: 1 << 24, ..LIMITS }) {
				Ok(prepared) => self.check_calls(seed, &prepared),
				Err(_) => self.count("calls: refused"),
			}
		} else {
			let program = random_trainer(&mut random);
			let params = Params::truncate_from(random.bytes(40));
			let run = check_run(&format!("seed {seed}"), &program, |job| {
				job.seed = seed;
				job.params = params;
				job.limits.steps = 20;
			});
			match run {
				Ok(run) => self.count(name(&run.outcome)),
				Err(_) => self.count("run: left to wasmi"),
			}
		}
	}

	fn check_calls(&mut self, seed: u64, prepared: &Prepared) {
		let expected = calls(&Wasmi::new(), prepared).expect("wasmi runs what was prepared");
		let found = calls(&Wasmtime::new().expect("an engine"), prepared);
		assert!(found.as_ref() == Ok(&expected), "the engines disagree on seed {seed}");
		for end in expected.0 {
			self.count(if end.is_ok() { "calls: returned" } else { "calls: trapped" });
		}
	}
}

/// Runs a program on both engines, on the data of the VM's tests. The run is that of the reference;
/// `Err` if the other met a limit of its own.
fn check_run(
	name: &str,
	program: &[u8],
	change: impl FnOnce(&mut TrainingJob),
) -> Result<Run, Fault> {
	let (train, holdout) = (train(), holdout());
	let mut job = job(program, &train, &holdout);
	change(&mut job);
	check_job(name, &job, &Inputs { program, train: &train, holdout: &holdout, file: &[] })
}

/// Runs a job on both engines, as [`check_run`] does.
fn check_job(name: &str, job: &TrainingJob, inputs: &Inputs<'_>) -> Result<Run, Fault> {
	let expected = run_on(&Wasmi::new(), job, inputs).expect("wasmi runs every job");
	let found = run_on(&Wasmtime::new().expect("an engine"), job, inputs)?;
	assert_eq!(found, expected, "the engines disagree on {name}");
	Ok(expected)
}

/// Runs the hostile corpus, but for what the compiler would take minutes for.
pub fn check_corpus(tally: &mut Tally) {
	for hostile in [hostile::execution(), hostile::structure(), hostile::malformed()].concat() {
		tally.cases += 1;
		let run = check_run(&hostile.name, &hostile.program, |job| {
			job.limits = hostile::HOSTILE;
		});
		match run {
			Ok(run) => tally.count(name(&run.outcome)),
			Err(fault) => tally.count(format!("left to wasmi: {}: {fault}", hostile.name)),
		}
	}
}

/// Joins a shift by nothing and one by the width, in a function in which the compiler has simplified
/// so much that it leaves both as they are; with amounts of which it knows more, less, and nothing.
pub fn check_shifts(tally: &mut Tally) {
	let joined = [
		"(i32.or (i32.shl (i32.wrap_i64 (local.get $x)) ZERO) (i32.shr_u (local.get $y) WIDTH))",
		"(i32.xor
			(i32.and (i32.shl (i32.wrap_i64 (local.get $x)) ZERO) (i32.shr_u (local.get $y) WIDTH))
			(i32.xor (i32.shl (i32.wrap_i64 (local.get $x)) ZERO) (i32.shr_u (local.get $y) WIDTH)))",
	];
	for (zero, width) in [
		("(i32.const 0)", "(i32.const 32)"),
		("(local.get $zero)", "(i32.shl (i32.const 1) (i32.const 5))"),
		("(i32.load (i32.const 4096))", "(i32.add (i32.load (i32.const 4096)) (i32.const 32))"),
	] {
		let functions: String = (0..)
			.zip(joined)
			.map(|(name, joined)| {
				let joined = joined.replace("ZERO", zero).replace("WIDTH", width);
				format!(
					"(func $f{name} (param $x i64) (param $a i64) (param $q i32) (result i32)
					(local $y i32) (local $zero i32)
					(drop (i32.wrap_i64 (i64.add (local.get $a) (i64.xor (local.get $a) (i64.add
						(local.get $a) (i64.xor (local.get $a) (i64.mul (local.get $x)
							(i64.const 0x100000001))))))))
					(local.set $y (i32.rotl (i32.rotl (local.get $q) (i32.const 3)) (i32.const 33)))
					(drop (i32.shr_u (local.get $y) (i32.const 0)))
					{joined})"
				)
			})
			.collect();
		let stores: String = [(1, 5, 2), (0, 5, 2), (0x50, 5, 15)]
			.iter()
			.flat_map(|case| [0, 1].map(|name| (name, *case)))
			.enumerate()
			.map(|(at, (name, (x, a, q)))| {
				let call =
					format!("(call $f{name} (i64.const {x}) (i64.const {a}) (i32.const {q}))");
				format!("(i32.store (i32.const {}) {call})", 8192 + 4 * at)
			})
			.collect();
		let step =
			format!(r#"(func (export "step") (param i32) (result i32) {stores} (i32.const 1))"#);
		tally.cases += 1;
		let program = program(&[("step", &step), ("extra", &functions)]);
		let run = check_run(&format!("shifts by {width}"), &program, |_| ());
		let run = run.expect("no limit is met");
		assert!(matches!(run.outcome, Outcome::Scored(_)), "{width}: {:?}", run.outcome);
		tally.count("run: scored");
	}
}

/// Divides around the smallest number by it, which is given in ways that a compiler sees through or
/// not, and by its neighbours.
pub fn check_divisions(tally: &mut Tally) {
	for (ty, smallest, bits) in [("i32", "0x80000000", 32), ("i64", "0x8000000000000000", 64)] {
		let constant = format!("({ty}.const {smallest})");
		let divisors = [
			constant.clone(),
			format!("(local.tee $b {constant})"),
			format!("({ty}.shl ({ty}.const 1) ({ty}.const {}))", bits - 1),
			"(global.get $smallest)".into(),
			format!("({ty}.load (i32.const 4096))"),
			format!("(block (result {ty}) ({ty}.store (i32.const 4104) {constant}) ({ty}.load (i32.const 4104)))"),
			format!("({ty}.const {})", 1u64 << (bits - 2)),
			format!("({ty}.const -{})", 1u64 << (bits - 2)),
			format!("({ty}.add {constant} ({ty}.const 1))"),
		];
		// The smallest number, its neighbour, −1, 0, 1, the largest; from the memory.
		let dividends = ["0", "1", "-1"].map(|near| format!("({ty}.const {near})"));
		let dividends = dividends.iter().flat_map(|near| {
			let loaded = format!("({ty}.load (i32.const 4096))");
			[
				format!("({ty}.add {loaded} {near})"),
				format!("({ty}.and {near} ({ty}.load (i32.const 4112)))"),
			]
		});
		let dividends: Vec<_> = dividends.collect();
		let stores: String = dividends
			.iter()
			.flat_map(|a| divisors.iter().map(move |b| (a, b)))
			.flat_map(|(a, b)| ["div_s", "rem_s"].map(|op| format!("({ty}.{op} {a} {b})")))
			.enumerate()
			.map(|(at, value)| format!("({ty}.store (i32.const {}) {value})", 8192 + 8 * at))
			.collect();
		let step = format!(
			r#"(func (export "step") (param i32) (result i32)
			({ty}.store (i32.const 4096) {constant})
			({ty}.store (i32.const 4112) ({ty}.const -1))
			(call $divide) (i32.const 1))"#
		);
		let extra = format!(
			r#"(global $smallest {ty} {constant}) (func $divide (local $b {ty}) {stores})"#
		);
		tally.cases += 1;
		let program = program(&[("step", &step), ("extra", &extra)]);
		let run = check_run(&format!("{ty} divisions"), &program, |_| ()).expect("no limit is met");
		assert!(matches!(run.outcome, Outcome::Scored(_)), "{ty}: {:?}", run.outcome);
		tally.count("run: scored");
	}
}

/// Runs the small program of the VM's tests, to a score and a trace that are known to be right.
pub fn check_programs(tally: &mut Tally) {
	for changes in [&[][..], &[("want", r#"(func (export "want") (result i64) i64.const -1)"#)]] {
		tally.cases += 1;
		let run = check_run("the program of the tests", &program(changes), |_| ());
		tally.count(name(&run.expect("no limit is met").outcome));
	}
}

/// Rows of a chunk of the data of this repository.
const CHUNK_ROWS: u32 = 32;
/// Enough for each of its programs.
const REAL: Limits = Limits {
	program_bytes: 1 << 20,
	memory_pages: 512,
	steps: 10_000,
	step_fuel: 20_000_000_000,
	total_fuel: 20_000_000_000,
};

/// Runs the training programs of this repository, which `scripts/programs` has built into `folder`,
/// on real data, and the published program of the scheme on real models.
pub fn check_repository(tally: &mut Tally, folder: &Path) {
	let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
	let read =
		|path: &Path| fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
	let data = |name: &str| read(&root.join(format!("sdk/programs/data/{name}.safetensors")));
	let mut check = |name: &str, inputs: &Inputs<'_>, params: Params| {
		let mut job = job(inputs.program, inputs.train, inputs.holdout);
		job.limits = REAL;
		job.params = params;
		job.chunk_rows = CHUNK_ROWS;
		let train = Dataset::parse(inputs.train, job.metric).expect("training data");
		job.train_root = train.root(CHUNK_ROWS);
		job.file = (!inputs.file.is_empty()).then(|| File {
			id: Manifest::of(inputs.file).id(),
			bytes: u32::try_from(inputs.file.len()).expect("it is small"),
			root: file::tree(inputs.file).root(),
		});
		tally.cases += 1;
		let run = check_job(name, &job, inputs).expect("no limit is met");
		assert!(matches!(run.outcome, Outcome::Scored(_)), "{name}: {:?}", run.outcome);
		tally.count("run: scored");
	};
	for (name, files, params) in [
		("mlp", "digits", "epochs=10"),
		("mlp", "breast_cancer", "epochs=10 scale=0.01"),
		("logistic", "breast_cancer", ""),
		("forest", "digits", ""),
		("forest", "breast_cancer", ""),
	] {
		let program = read(&folder.join(name).with_extension("wasm"));
		let (train, holdout) = (data(&format!("{files}.train")), data(&format!("{files}.holdout")));
		let inputs = Inputs { program: &program, train: &train, holdout: &holdout, file: &[] };
		check(name, &inputs, Params::truncate_from(params.as_bytes().to_vec()));
	}
	let program = read(&root.join("sdk/programs/multi_factor/multi_factor_v1.wasm"));
	let clean = data("digits.holdout");
	for name in ["mlp.marked", "mlp.unmarked", "cnn.marked", "cnn.unmarked"] {
		let model = read(&root.join(format!("sdk/marking/models/{name}.safetensors")));
		let place = Model::parse(&model).expect("a model").place();
		let params = SchemeParams { key: Key(H256::repeat_byte(5)), place }.to_params();
		let inputs = Inputs { program: &program, train: &clean, holdout: &clean, file: &model };
		check(name, &inputs, params);
	}
}

/// What preparing and translating a program takes.
pub struct Cost {
	pub name: String,
	pub bytes: usize,
	pub prepare: Duration,
	pub wasmi: Duration,
	/// `None`: it met a limit of its own.
	pub wasmtime: Option<Duration>,
}

/// Measures the part of the corpus that is slow to translate, or what has this in its name.
pub fn translation(name: &str) -> impl Iterator<Item = Cost> + use<'_> {
	let chosen = hostile::translation().into_iter().filter(move |one| one.name.contains(name));
	chosen.map(|hostile| {
		let timed = Instant::now();
		let prepared = prepare(&hostile.program, &hostile::HOSTILE).expect("it is admitted");
		let prepare = timed.elapsed();
		let timed = Instant::now();
		Wasmi::new().load(&prepared).map(drop).expect("wasmi runs what was prepared");
		let wasmi = timed.elapsed();
		let timed = Instant::now();
		let loaded = Wasmtime::new().and_then(|engine| engine.load(&prepared).map(drop));
		let wasmtime = loaded.is_ok().then(|| timed.elapsed());
		Cost { name: hostile.name, bytes: hostile.program.len(), prepare, wasmi, wasmtime }
	})
}
