//! What a run ends in: a closed list, the same for every verifier.

use crate::{hash, Score, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// A run that was completed and scored.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Scored {
	/// The metric on the holdout.
	pub score: Score,
	/// Merkle root of the state commitments after `init` and after each step.
	pub trace_root: H256,
	/// BLAKE2b-256 of the trained model's bytes.
	pub model_hash: H256,
	/// Fuel used by training and prediction together.
	pub fuel: u64,
	/// Calls of `step`.
	pub steps: u32,
}

/// Why a run failed: always the fault of the program or its parameters.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FailReason {
	/// The module was refused before it ran.
	#[codec(index = 0)]
	BadProgram,
	/// `init` refused its parameters or does not fit them in its transfer buffer.
	#[codec(index = 1)]
	BadParams,
	/// A WebAssembly trap: unreachable code, division by zero, access out of bounds, ….
	#[codec(index = 2)]
	Trap,
	/// One call, or the whole run, used more fuel than its limit.
	#[codec(index = 3)]
	OutOfFuel,
	/// Calls were nested too deeply.
	#[codec(index = 4)]
	StackOverflow,
	/// `io` or `model` named a region outside of the memory, or the buffer is too small.
	#[codec(index = 5)]
	BadBuffer,
	/// `want` asked for something that does not exist.
	#[codec(index = 6)]
	BadWant,
	/// Training did not end within the allowed number of steps.
	#[codec(index = 7)]
	TooManySteps,
	/// `step` returned a negative or unknown status.
	#[codec(index = 8)]
	StepFailed,
	/// `predict` failed, or its outputs have the wrong size, or are NaN or infinite.
	#[codec(index = 9)]
	BadOutput,
}

impl fmt::Display for FailReason {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::BadProgram => "the program was refused before it ran",
			Self::BadParams => "the program refused its parameters",
			Self::Trap => "the program trapped",
			Self::OutOfFuel => "the program ran out of fuel",
			Self::StackOverflow => "the program nested its calls too deeply",
			Self::BadBuffer => "the program named a buffer outside of its memory, or one too small",
			Self::BadWant => "the program asked for data that does not exist",
			Self::TooManySteps => "training did not end within the allowed number of steps",
			Self::StepFailed => "a training step reported failure",
			Self::BadOutput => "the outputs failed, have the wrong size, or are NaN or infinite",
		})
	}
}

/// One of the artifacts that a run reads.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Input {
	/// The training program.
	#[codec(index = 0)]
	Program,
	/// The training data.
	#[codec(index = 1)]
	Train,
	/// The holdout data.
	#[codec(index = 2)]
	Holdout,
	/// The file that the run reads besides.
	#[codec(index = 3)]
	File,
}

/// What is wrong with an input.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum DataFault {
	/// It, or one of its chunks, could not be fetched.
	#[codec(index = 0)]
	Missing,
	/// It is not a safetensors file with the tensors `x` and `y`.
	#[codec(index = 1)]
	NotSafetensors,
	/// A tensor has the wrong shape, or the two files do not fit together.
	#[codec(index = 2)]
	BadShape,
	/// A tensor has a type other than those allowed, or labels are out of range.
	#[codec(index = 3)]
	BadType,
	/// It has no rows.
	#[codec(index = 4)]
	Empty,
	/// Its length or its Merkle root is not the declared one.
	#[codec(index = 5)]
	RootMismatch,
}

impl fmt::Display for DataFault {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Missing => "it could not be fetched; expected every chunk to be stored and unexpired",
			Self::NotSafetensors => "it is not a safetensors file; expected tensors `x` and `y`",
			Self::BadShape => "a tensor has the wrong shape; expected x of [n, d…] and y of [n]",
			Self::BadType => "a tensor has the wrong type; expected x of F32 or U8, and y of U8 classes or F32 targets as the metric needs",
			Self::Empty => "it has no rows",
			Self::RootMismatch => "its length or Merkle root is not the declared one",
		})
	}
}

/// What a run ends in.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Outcome {
	/// Completed and scored.
	#[codec(index = 0)]
	Scored(Scored),
	/// Failed through the claimant's fault.
	#[codec(index = 1)]
	Failed {
		/// Why.
		reason: FailReason,
		/// Merkle root of the state commitments after `init` and after each step, and that of the
		/// state in which it failed. A program that is not admitted has no states.
		trace_root: H256,
	},
	/// An input could not be used: not the claimant's fault, who pays the fee all the same unless
	/// it is missing.
	#[codec(index = 2)]
	Unavailable {
		/// Which input.
		input: Input,
		/// What is wrong with it.
		fault: DataFault,
	},
}

impl Outcome {
	/// BLAKE2b-256 of the SCALE encoding.
	#[must_use]
	pub fn hash(&self) -> H256 {
		hash(&self.encode())
	}
}
