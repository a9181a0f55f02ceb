//! What the VM needs of a WebAssembly engine.
//!
//! An engine runs [`Prepared`] modules with plain WebAssembly semantics. Its own fuel, its own NaN
//! modes and everything else that would decide an outcome are off, and its limits on recursion and
//! stack are above those of the prepared module, which therefore always end a run first.

use crate::Prepared;
use alloc::string::String;
use core::fmt;

/// Why the VM could not run a job at all. Not the program's fault, and no outcome: a verifier votes
/// nothing, and tries again or tells its operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
	/// The job was opened under another version of the VM.
	Version {
		/// The version of the job.
		found: u16,
		/// The version of this VM.
		expected: u16,
	},
	/// The engine failed: usually for lack of memory.
	Engine(String),
}

impl fmt::Display for Fault {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Version { found, expected } => write!(
				f,
				"the job was opened under version {found} of the VM; this is version {expected}: \
				 use a matching release"
			),
			Self::Engine(reason) => {
				write!(f, "the engine failed ({reason}); try again with more memory")
			},
		}
	}
}

impl core::error::Error for Fault {}

/// A value of a global, bit for bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
	/// `i32`
	I32(i32),
	/// `i64`
	I64(i64),
	/// Bits of an `f32`.
	F32(u32),
	/// Bits of an `f64`.
	F64(u64),
}

/// A call of one of the exports of guest ABI 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
	/// `abi()`
	Abi,
	/// `io()`
	Io,
	/// `init(seed, params_len)`
	Init(i64, i32),
	/// `want()`
	Want,
	/// `step(len)`
	Step(i32),
	/// `predict(len)`
	Predict(i32),
	/// `model()`
	Model,
}

impl Call {
	/// Name of the export.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::Abi => "abi",
			Self::Io => "io",
			Self::Init(..) => "init",
			Self::Want => "want",
			Self::Step(_) => "step",
			Self::Predict(_) => "predict",
			Self::Model => "model",
		}
	}
}

/// How a call ended that did not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trapped {
	/// A WebAssembly trap; the text says which.
	Trap(String),
	/// The engine itself failed.
	Fault(Fault),
}

/// Runs prepared modules.
pub trait Engine {
	/// A module translated to what the engine executes.
	type Module;
	/// A module with its memory.
	type Instance: Instance;

	/// Translates a prepared module.
	fn load(&self, program: &Prepared) -> Result<Self::Module, Fault>;
	/// A fresh instance: memory, globals and table as the module declares them.
	fn instantiate(&self, module: &Self::Module) -> Result<Self::Instance, Fault>;
}

/// A module with its memory.
pub trait Instance {
	/// Calls an export. A result of type `i32` is sign-extended.
	fn call(&mut self, call: Call) -> Result<i64, Trapped>;
	/// The whole memory.
	fn memory(&self) -> &[u8];
	/// The whole memory, to be changed.
	fn memory_mut(&mut self) -> &mut [u8];
	/// Grows the memory by some pages of 64 KiB of zeros.
	fn grow(&mut self, pages: u32) -> Result<(), Fault>;
	/// The value of the global at this position of [`Prepared::globals`].
	fn global(&mut self, index: usize) -> Result<Value, Fault>;
	/// Sets the global at this position of [`Prepared::globals`] to a value of its type.
	fn set_global(&mut self, index: usize, value: Value) -> Result<(), Fault>;
}
