//! Running a job, and replaying a single step of it.

use crate::{
	cost,
	data::{Chunks, Dataset, MAX_CHUNKS},
	engine::{Call, Engine, Fault, Instance, Trapped, Value},
	metrics,
	prepare::{self, prepare, Prepared, ProgramInfo},
	state::{pages, StateImage, Tracked, FAILED},
};
use alloc::{
	borrow::Cow,
	format,
	string::{String, ToString},
	vec::Vec,
};
use assay_abi::{
	unpack, CONTINUE, KIND_CHUNK, KIND_FILE, KIND_HEADER, TRAINED, VERSION, WANT_NOTHING,
};
use assay_primitives::{
	file, hash, merkle, DataFault, FailReason, File, Input, Limits, Manifest, Outcome, Scored,
	TrainingJob, H256, VM_VERSION,
};
use codec::Encode;

pub use crate::data::Feed;

/// What a run reads: the bytes that a job names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'a> {
	/// The training program.
	pub program: &'a [u8],
	/// The training data.
	pub train: &'a [u8],
	/// The holdout data.
	pub holdout: &'a [u8],
	/// The file that the run reads besides; empty if the job names none.
	pub file: &'a [u8],
}

/// What a run gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
	/// The same for everybody who runs the job.
	pub outcome: Outcome,
	/// The state commitments after `init` and after each step, as far as the run went; if it
	/// failed, that of the state in which it did comes last.
	pub trace: Vec<H256>,
	/// The trained model; empty unless the run was scored.
	pub model: Vec<u8>,
	/// Why the run was not scored, in a sentence.
	pub detail: Option<String>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
	/// The program was validated, prepared and translated.
	Prepared(ProgramInfo),
	/// `init`, or a step, is done.
	Trained {
		/// Steps done.
		steps: u32,
		/// Fuel used so far.
		fuel: u64,
	},
	/// A chunk of the holdout was predicted.
	Predicted {
		/// Chunks done.
		chunks: u32,
		/// Chunks of the holdout.
		of: u32,
	},
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
	/// Through the fault of the program or its parameters; with a sentence about it.
	Failed(FailReason, String),
	/// An input could not be used.
	Unavailable(Input, DataFault),
	/// The VM could not run it: no outcome.
	Fault(Fault),
}

impl From<Fault> for Stopped {
	fn from(fault: Fault) -> Self {
		Self::Fault(fault)
	}
}

/// What the state commitments of a run are bound to:
/// `H("assay/origin" ‖ VM version ‖ program id ‖ params ‖ seed ‖ train root ‖ file root)`, in
/// SCALE; without a file there is no file root.
#[must_use]
pub fn origin(job: &TrainingJob, program: &[u8]) -> H256 {
	let program = Manifest::of(program).id();
	let mut origin =
		(*b"assay/origin", VM_VERSION, program, &job.params, job.seed, job.train_root).encode();
	if let Some(file) = job.file {
		file.root.encode_to(&mut origin);
	}
	hash(&origin)
}

/// Runs a job on the bytes that it names, whose ids the caller has checked.
///
/// # Errors
///
/// Only where the VM could not run the job at all. A program that fails, and data that cannot be
/// used, are outcomes.
pub fn run<E: Engine>(
	engine: &E,
	job: &TrainingJob,
	inputs: &Inputs<'_>,
	observer: &mut impl FnMut(Progress),
) -> Result<Run, Fault> {
	let mut trace = Vec::new();
	let mut model = Vec::new();
	let (outcome, detail) = match attempt(engine, job, inputs, observer, &mut trace, &mut model) {
		Ok(scored) => (Outcome::Scored(scored), None),
		Err(Stopped::Failed(reason, detail)) => {
			(Outcome::Failed { reason, trace_root: root(&trace) }, Some(detail))
		},
		Err(Stopped::Unavailable(input, fault)) => {
			(Outcome::Unavailable { input, fault }, Some(fault.to_string()))
		},
		Err(Stopped::Fault(fault)) => return Err(fault),
	};
	Ok(Run { outcome, trace, model, detail })
}

/// The Merkle root over a trace.
fn root(trace: &[H256]) -> H256 {
	merkle::Tree::new(trace.iter().map(|commitment| merkle::leaf(&commitment.0)).collect()).root()
}

/// The state of a job after `step` steps, from which [`replay_step`] repeats the next one. `None`
/// if training ends before.
///
/// # Errors
///
/// As the run itself ends, if it ends early.
pub fn run_until<E: Engine>(
	engine: &E,
	job: &TrainingJob,
	inputs: &Inputs<'_>,
	step: u32,
) -> Result<Option<StateImage>, Stopped> {
	let feed = feed(job, inputs)?;
	let mut training = Training::open(engine, job, inputs.program, &mut |_| ())?;
	training.init(job)?;
	while training.state.image.step < step {
		if training.state.image.status != 0 || training.state.image.step >= job.limits.steps {
			return Ok(None);
		}
		training.session.advance(&mut training.state, &feed)?;
	}
	Ok(Some(training.state.image))
}

/// Repeats the step that follows a state. The result's [`StateImage::commitment`] is the next of
/// the trace.
///
/// # Errors
///
/// As the run itself ends in that step, if it ends there.
pub fn replay_step<E: Engine>(
	engine: &E,
	program: &Prepared,
	limits: &Limits,
	before: &StateImage,
	feed: &impl Feed,
) -> Result<StateImage, Stopped> {
	let mut session = Session::open(engine, program, limits)?;
	session.fuel = before.fuel;
	session.restore(&before.memory)?;
	let mut state = Tracked::new(before.clone());
	session.advance(&mut state, feed)?;
	Ok(state.image)
}

/// Reads what steps can ask for, and checks it against the job.
fn feed<'a>(job: &TrainingJob, inputs: &Inputs<'a>) -> Result<Chunks<'a>, Stopped> {
	let bad = |fault| Stopped::Unavailable(Input::Train, fault);
	let data = Dataset::parse(inputs.train, job.metric).map_err(bad)?;
	data.check_train(job.metric).map_err(bad)?;
	// None if there are no rows in one.
	let chunks = data.header(job.chunk_rows, job.limits.step_fuel).chunks;
	if chunks == 0 || chunks > MAX_CHUNKS {
		return Err(bad(DataFault::BadShape));
	}
	if data.root(job.chunk_rows) != job.train_root {
		return Err(bad(DataFault::RootMismatch));
	}
	let file = match job.file {
		None => &[],
		Some(File { bytes, root, .. })
			if u32::try_from(inputs.file.len()) == Ok(bytes)
				&& file::tree(inputs.file).root() == root =>
		{
			inputs.file
		},
		Some(_) => return Err(Stopped::Unavailable(Input::File, DataFault::RootMismatch)),
	};
	Ok(Chunks { data, chunk_rows: job.chunk_rows, step_fuel: job.limits.step_fuel, file })
}

/// A failure of the program, with what happened.
fn failed<T>(reason: FailReason, detail: impl Into<String>) -> Result<T, Stopped> {
	Err(Stopped::Failed(reason, detail.into()))
}

/// Runs a job. What there is of trace and model goes to the two last arguments, whatever happens.
fn attempt<E: Engine>(
	engine: &E,
	job: &TrainingJob,
	inputs: &Inputs<'_>,
	observer: &mut impl FnMut(Progress),
	trace: &mut Vec<H256>,
	model: &mut Vec<u8>,
) -> Result<Scored, Stopped> {
	if job.vm_version != VM_VERSION {
		return Err(Fault::Version { found: job.vm_version, expected: VM_VERSION }.into());
	}
	let feed = feed(job, inputs)?;
	let bad = |fault| Stopped::Unavailable(Input::Holdout, fault);
	let holdout = Dataset::parse(inputs.holdout, job.metric).map_err(bad)?;
	feed.data.check_holdout(&holdout, job.metric).map_err(bad)?;

	let mut training = Training::open(engine, job, inputs.program, observer)?;
	let ended = training.complete(job, &feed, &holdout, observer, trace, model);
	if let Err(Stopped::Failed(..)) = ended {
		trace.push(training.failed());
	}
	ended
}

/// A run of a program that was admitted.
struct Training<'e, E: Engine> {
	session: Session<'e, E>,
	state: Tracked,
}

impl<'e, E: Engine> Training<'e, E> {
	/// Prepares the program.
	fn open(
		engine: &'e E,
		job: &TrainingJob,
		program: &[u8],
		observer: &mut impl FnMut(Progress),
	) -> Result<Self, Stopped> {
		let prepared = match prepare(program, &job.limits) {
			Ok(prepared) => prepared,
			Err(reason) => return failed(FailReason::BadProgram, reason.to_string()),
		};
		let session = Session::open(engine, &prepared, &job.limits)?;
		observer(Progress::Prepared(*prepared.info()));
		Ok(Self { session, state: Tracked::empty(origin(job, program)) })
	}

	/// Initialises it.
	fn init(&mut self, job: &TrainingJob) -> Result<(), Stopped> {
		let Self { session, state } = self;
		let version = session.call(Call::Abi)?;
		if version != i64::from(VERSION) {
			return failed(
				FailReason::BadProgram,
				format!("abi() returned {version}; expected {VERSION}"),
			);
		}
		let (at, capacity) = session.buffer()?;
		if job.params.len() > capacity {
			return failed(
				FailReason::BadParams,
				format!(
					"the transfer buffer has {capacity} bytes; the parameters have {}",
					job.params.len()
				),
			);
		}
		session.write(at, &job.params);
		let status = session.call(Call::Init(seed(job.seed), length(job.params.len())))?;
		if status < 0 {
			return failed(FailReason::BadParams, format!("init returned {status}"));
		}
		session.commit(state)
	}

	/// The whole run. What there is of trace and model goes to the two last arguments.
	fn complete(
		&mut self,
		job: &TrainingJob,
		feed: &Chunks<'_>,
		holdout: &Dataset<'_>,
		observer: &mut impl FnMut(Progress),
		trace: &mut Vec<H256>,
		model: &mut Vec<u8>,
	) -> Result<Scored, Stopped> {
		self.init(job)?;
		let Self { session, state } = self;
		loop {
			trace.push(state.commitment());
			observer(Progress::Trained { steps: state.image.step, fuel: state.image.fuel });
			if state.image.status != 0 {
				break;
			}
			if state.image.step >= job.limits.steps {
				return failed(
					FailReason::TooManySteps,
					format!("training did not end within {} steps", job.limits.steps),
				);
			}
			session.advance(state, feed)?;
		}

		let trained = &state.image.memory;
		let chunks = holdout.header(job.chunk_rows, 0).chunks;
		let most = metrics::most_outputs(
			job.metric,
			usize::try_from(holdout.rows()).unwrap_or(usize::MAX),
			feed.data.classes(),
		);
		let mut outputs = Vec::new();
		for index in 0..chunks {
			let features = holdout.features_of(job.chunk_rows, index).unwrap_or_default();
			session.restore_paid(trained)?;
			session.predict(features, &mut outputs, most)?;
			observer(Progress::Predicted { chunks: index.saturating_add(1), of: chunks });
		}
		let labels: Vec<f32> = holdout.labels().collect();
		let score = metrics::score(job.metric, &outputs, &labels, feed.data.classes())
			.or_else(|error| failed(FailReason::BadOutput, error.to_string()))?;
		session.restore_paid(trained)?;
		*model = session.model()?;
		Ok(Scored {
			score,
			trace_root: root(trace),
			model_hash: hash(model),
			fuel: session.fuel,
			steps: state.image.step,
		})
	}

	/// The commitment to the state in which the run has failed: with the memory as the failed call
	/// left it, which nobody knows without the call.
	fn failed(&mut self) -> H256 {
		self.state.update(self.session.instance.memory());
		self.state.image.fuel = self.session.fuel;
		self.state.image.status = FAILED;
		self.state.commitment()
	}
}

/// The seed as the guest gets it: the same 64 bits.
fn seed(seed: u64) -> i64 {
	i64::from_le_bytes(seed.to_le_bytes())
}

/// A length as the guest gets it: the same 32 bits. Nothing longer fits in a memory.
fn length(bytes: usize) -> i32 {
	let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
	i32::from_le_bytes(bytes.to_le_bytes())
}

/// An instance, and the fuel that it has used.
struct Session<'e, E: Engine> {
	engine: &'e E,
	module: E::Module,
	instance: E::Instance,
	/// What every global is set to before each call.
	globals: Vec<Value>,
	limits: Limits,
	/// Fuel used so far.
	fuel: u64,
}

impl<'e, E: Engine> Session<'e, E> {
	fn open(engine: &'e E, program: &Prepared, limits: &Limits) -> Result<Self, Stopped> {
		let module = engine.load(program)?;
		let instance = engine.instantiate(&module)?;
		let globals = program.globals().iter().map(|global| global.initial).collect();
		Ok(Self { engine, module, instance, globals, limits: *limits, fuel: 0 })
	}

	/// Uses fuel of the whole run.
	fn charge(&mut self, fuel: u64) -> Result<(), Stopped> {
		self.fuel = self.fuel.saturating_add(fuel);
		if self.fuel > self.limits.total_fuel {
			return failed(
				FailReason::OutOfFuel,
				format!("the run used more than its {} of fuel", self.limits.total_fuel),
			);
		}
		Ok(())
	}

	/// Calls an export. All globals are at their initial values first, as in a fresh instance.
	fn call(&mut self, call: Call) -> Result<i64, Stopped> {
		let left = self.limits.total_fuel.saturating_sub(self.fuel);
		let budget = i64::try_from(self.limits.step_fuel.min(left)).unwrap_or(i64::MAX);
		for (index, value) in self.globals.iter().enumerate() {
			let value = if index == prepare::FUEL { Value::I64(budget) } else { *value };
			self.instance.set_global(index, value)?;
		}
		let name = call.name();
		let out_of_fuel = || {
			format!(
				"{name}() used more than the {budget} of fuel that one call, or what is left of \
				 the run, may use"
			)
		};
		match self.instance.call(call) {
			Ok(result) => {
				let Value::I64(rest) = self.instance.global(prepare::FUEL)? else {
					return Err(Fault::Engine("the fuel is no i64".into()).into());
				};
				if rest < 0 {
					return failed(FailReason::OutOfFuel, out_of_fuel());
				}
				self.charge(u64::try_from(budget.saturating_sub(rest)).unwrap_or(0))?;
				Ok(result)
			},
			Err(Trapped::Fault(fault)) => Err(fault.into()),
			Err(Trapped::Trap(trap)) => match self.instance.global(prepare::HALT)? {
				Value::I32(prepare::HALT_FUEL) => failed(FailReason::OutOfFuel, out_of_fuel()),
				Value::I32(prepare::HALT_DEPTH) => failed(
					FailReason::StackOverflow,
					format!("{name}() used more than {} slots of stack", cost::STACK_SLOTS),
				),
				Value::I32(prepare::HALT_MEMORY) => {
					Err(Fault::Engine("the memory cannot grow".into()).into())
				},
				_ => failed(FailReason::Trap, format!("{name}() trapped: {trap}")),
			},
		}
	}

	/// The transfer buffer: where it starts, and its capacity.
	fn buffer(&mut self) -> Result<(usize, usize), Stopped> {
		let packed = self.call(Call::Io)?;
		self.region(packed, Call::Io)
	}

	/// A region of memory that an export named.
	fn region(&self, packed: i64, call: Call) -> Result<(usize, usize), Stopped> {
		let (at, len) = unpack(packed);
		let size = self.instance.memory().len();
		match (usize::try_from(at), usize::try_from(len)) {
			(Ok(at), Ok(len)) if at.checked_add(len).is_some_and(|end| end <= size) => {
				Ok((at, len))
			},
			_ => failed(
				FailReason::BadBuffer,
				format!("{}() named {len} bytes at {at}; the memory has {size} bytes", call.name()),
			),
		}
	}

	/// Writes inside of a region that was checked.
	fn write(&mut self, at: usize, bytes: &[u8]) {
		let target = self.instance.memory_mut().get_mut(at..at.saturating_add(bytes.len()));
		if let Some(target) = target {
			target.copy_from_slice(bytes);
		}
	}

	/// Writes to the transfer buffer.
	fn give(&mut self, bytes: &[u8]) -> Result<(usize, usize), Stopped> {
		let (at, capacity) = self.buffer()?;
		if bytes.len() > capacity {
			return failed(
				FailReason::BadBuffer,
				format!(
					"the transfer buffer has {capacity} bytes; expected at least {}",
					bytes.len()
				),
			);
		}
		self.write(at, bytes);
		Ok((at, capacity))
	}

	/// One step: asks the program what it wants, hands it over, lets it train, and takes over the
	/// memory.
	fn advance(&mut self, state: &mut Tracked, feed: &impl Feed) -> Result<(), Stopped> {
		let want = self.call(Call::Want)?;
		let header;
		let input = match unpack(want) {
			_ if want == WANT_NOTHING => None,
			(KIND_HEADER, 0) => {
				header = feed.header().encode();
				Some(Cow::Borrowed(header.as_slice()))
			},
			(KIND_CHUNK, index) => feed.chunk(index),
			(KIND_FILE, index) => feed.file_chunk(index),
			_ => None,
		};
		if let Some(input) = &input {
			self.give(input)?;
		} else if want != WANT_NOTHING {
			let (kind, index) = unpack(want);
			return failed(
				FailReason::BadWant,
				format!(
					"want() asked for kind {kind}, index {index}; expected kind {KIND_CHUNK} and an \
					 index below {}, or kind {KIND_FILE} and an index below {}, or kind \
					 {KIND_HEADER} and index 0, or {WANT_NOTHING}",
					feed.header().chunks,
					feed.header().file_chunks()
				),
			);
		}
		let status = self.call(Call::Step(length(input.map_or(0, |input| input.len()))))?;
		state.image.status = match i32::try_from(status) {
			Ok(CONTINUE) => 0,
			Ok(TRAINED) => 1,
			_ => {
				return failed(
					FailReason::StepFailed,
					format!(
						"step() returned {status} in step {}; expected {CONTINUE} or {TRAINED}",
						state.image.step.saturating_add(1)
					),
				)
			},
		};
		state.image.step = state.image.step.saturating_add(1);
		self.commit(state)
	}

	/// Takes over the memory into the state, for what that costs.
	fn commit(&mut self, state: &mut Tracked) -> Result<(), Stopped> {
		let memory = self.instance.memory();
		let pages = u64::from(pages(memory.len()));
		let changed = state.update(memory);
		let fuel = cost::PAGE.saturating_mul(pages);
		self.charge(fuel.saturating_add(cost::LEAF.saturating_mul(changed)))?;
		state.image.fuel = self.fuel;
		Ok(())
	}

	/// Makes the memory a copy of another one. Memories cannot shrink, so one that has grown gives
	/// way to that of a fresh instance.
	fn restore(&mut self, memory: &[u8]) -> Result<(), Stopped> {
		if self.instance.memory().len() > memory.len() {
			self.instance = self.engine.instantiate(&self.module)?;
		}
		let missing = memory.len().saturating_sub(self.instance.memory().len());
		if missing > 0 {
			self.instance.grow(pages(missing))?;
		}
		self.instance.memory_mut().copy_from_slice(memory);
		Ok(())
	}

	/// Restores a memory, for what that costs: each page of it, and each that the program has grown
	/// by since.
	fn restore_paid(&mut self, memory: &[u8]) -> Result<(), Stopped> {
		let largest = memory.len().max(self.instance.memory().len());
		self.charge(cost::PAGE.saturating_mul(u64::from(pages(largest))))?;
		self.restore(memory)
	}

	/// Adds the outputs for some rows of features to those of the rows before, up to so many in
	/// all. A program that names its whole memory would otherwise fill that of the host.
	fn predict(
		&mut self,
		features: &[u8],
		outputs: &mut Vec<f32>,
		most: usize,
	) -> Result<(), Stopped> {
		let (at, capacity) = self.give(features)?;
		let returned = self.call(Call::Predict(length(features.len())))?;
		let Ok(len) = usize::try_from(returned) else {
			return failed(FailReason::BadOutput, format!("predict() returned {returned}"));
		};
		if len > capacity {
			return failed(
				FailReason::BadBuffer,
				format!("predict() returned {len} bytes; the transfer buffer has {capacity}"),
			);
		}
		let bytes = self.instance.memory().get(at..at.saturating_add(len)).unwrap_or_default();
		let (numbers, rest) = bytes.as_chunks::<4>();
		if !rest.is_empty() {
			return failed(
				FailReason::BadOutput,
				format!("predict() returned {len} bytes; expected a multiple of 4"),
			);
		}
		let room = most.saturating_sub(outputs.len());
		if numbers.len() > room {
			return failed(
				FailReason::BadOutput,
				format!(
					"predict() returned {} outputs; all rows that are left have {room} at the most",
					numbers.len()
				),
			);
		}
		// Room for twice as many, as a list does by itself, but never for more than there can be.
		if outputs.capacity().saturating_sub(outputs.len()) < numbers.len() {
			outputs.reserve_exact(outputs.len().max(numbers.len()).min(room));
		}
		outputs.extend(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)));
		Ok(())
	}

	/// The bytes of the trained model.
	fn model(&mut self) -> Result<Vec<u8>, Stopped> {
		let packed = self.call(Call::Model)?;
		let (at, len) = self.region(packed, Call::Model)?;
		Ok(self.instance.memory().get(at..at.saturating_add(len)).unwrap_or_default().to_vec())
	}
}
