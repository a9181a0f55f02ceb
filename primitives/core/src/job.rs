//! What a verifier is asked to re-run.

use crate::{hash, ArtifactId, File, Metric, H256};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Version of guest ABI, preparation pass, cost table and metrics together. Outcomes of different
/// versions are not comparable.
pub const VM_VERSION: u16 = 1;

/// Most bytes of parameters that a claim hands to its program.
pub const MAX_PARAMS: u32 = 1024;

/// Parameters of a training program: any bytes, [`MAX_PARAMS`] at the most.
pub type Params = BoundedVec<u8, ConstU32<MAX_PARAMS>>;

/// What one run may use.
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
pub struct Limits {
	/// Size of the program in bytes.
	pub program_bytes: u32,
	/// Memory in WebAssembly pages of 64 KiB: the largest maximum that a program may declare.
	pub memory_pages: u32,
	/// Number of calls of `step`.
	pub steps: u32,
	/// Fuel of each single call (`init`, `want`, `step`, `predict`, `model`).
	pub step_fuel: u64,
	/// Fuel of the whole run: training and prediction together.
	pub total_fuel: u64,
}

impl Limits {
	/// Most fuel in a step that the runtime can replay inside one block.
	pub const REPLAY_FUEL: u64 = 20_000_000;
	/// Most memory pages of a state that the runtime can replay (1 MiB).
	pub const REPLAY_PAGES: u32 = 16;

	/// Whether a quarrel about any step under these limits can be settled by the runtime.
	#[must_use]
	pub const fn replayable(&self) -> bool {
		self.step_fuel <= Self::REPLAY_FUEL && self.memory_pages <= Self::REPLAY_PAGES
	}

	/// Whether each of these limits is at least 1 and no more than that of `most`.
	#[must_use]
	pub fn are_within(&self, most: &Self) -> bool {
		let is_within = |value: u64, most: u64| (1..=most).contains(&value);
		is_within(self.program_bytes.into(), most.program_bytes.into())
			&& is_within(self.memory_pages.into(), most.memory_pages.into())
			&& is_within(self.steps.into(), most.steps.into())
			&& is_within(self.step_fuel, most.step_fuel)
			&& is_within(self.total_fuel, most.total_fuel)
	}
}

/// Everything that the outcome of a run depends on. Two runs of the same job give the same
/// [`Outcome`](crate::Outcome), to the byte.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TrainingJob {
	/// [`VM_VERSION`] under which the job was opened.
	pub vm_version: u16,
	/// The training program.
	pub program: ArtifactId,
	/// Bytes handed to the program's `init`.
	pub params: Params,
	/// Seed handed to the program's `init`.
	pub seed: u64,
	/// Training data: safetensors with `x` and `y`.
	pub train: ArtifactId,
	/// Merkle root of the chunks of the training data, see `assay_vm::Dataset::root`.
	pub train_root: H256,
	/// Rows in each chunk of training data and of predictions.
	pub chunk_rows: u32,
	/// Holdout data: safetensors with `x` and `y`.
	pub holdout: ArtifactId,
	/// How predictions on the holdout are scored.
	pub metric: Metric,
	/// A file that the program reads besides, if it needs one.
	pub file: Option<File>,
	/// What the run may use.
	pub limits: Limits,
}

impl TrainingJob {
	/// Address of the job: BLAKE2b-256 of its SCALE encoding. Verifiers keep results under it.
	#[must_use]
	pub fn key(&self) -> H256 {
		hash(&self.encode())
	}
}
