//! What a task consists of.
// Derived codecs of enums convert their indices.
#![allow(clippy::as_conversions)]

use assay_primitives::{ArtifactId, Limits, Metric, Score, H256};
pub use assay_traits::{RevealPhase, SeedSource};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Most bytes in the name of a task.
pub const MAX_NAME: u32 = 64;

/// Name of a task: UTF-8 without control characters, 1 to [`MAX_NAME`] bytes. Names need not be
/// unique, and can have characters that turn the direction of the text.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME>>;

/// The data that claims are scored on.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Holdout {
	/// Known to everybody from the start.
	#[codec(index = 0)]
	Open(ArtifactId),
	/// Published when all claims are revealed. The sponsor commits to it:
	/// [`assay_primitives::commitment::holdout`].
	#[codec(index = 1)]
	Sealed(H256),
}

/// What the sponsor pays for.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Reward<Balance> {
	/// The same amount for each of the first verified claims that are good enough.
	#[codec(index = 0)]
	Bounty {
		/// Paid for one claim.
		amount: Balance,
		/// How many claims are paid.
		winners: u32,
		/// By how many units of [`Score`] a claim must improve on the best verified one, at least
		/// 1: equals would be paid for a known program with another seed. The first verified claim
		/// need not improve.
		min_improvement: i64,
	},
	/// A pool that the best verified claims share when the task is closed. Equals rank by the order
	/// of their commitments.
	#[codec(index = 1)]
	Contest {
		/// What is shared.
		pool: Balance,
		/// The part of each place, the first place first, in proportion to the sum of all. A place
		/// that nobody takes goes back to the sponsor.
		shares: Shares,
	},
}

/// Most places that a contest can reward.
pub const MAX_PLACES: u32 = 16;

/// Parts of the places of a contest: 1 to [`MAX_PLACES`], none larger than the one before.
pub type Shares = BoundedVec<u32, ConstU32<MAX_PLACES>>;

/// What a sponsor asks for. Kept in the task's record, with [`Self::tolerance`] filled in.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TaskSpec<Balance, BlockNumber> {
	/// What the task is called.
	pub name: Name,
	/// Training data: safetensors with `x` and `y`.
	pub train: ArtifactId,
	/// Merkle root of the chunks of the training data.
	pub train_root: H256,
	/// Rows in each chunk of training data and of predictions.
	pub chunk_rows: u32,
	/// Holdout data: safetensors with `x` and `y`.
	pub holdout: Holdout,
	/// How claims are scored on the holdout.
	pub metric: Metric,
	/// A claim must reach this score.
	pub threshold: Score,
	/// By how many units of [`Score`] a measured score may be worse than the claimed one; `None`
	/// asks for the default.
	pub tolerance: Option<i64>,
	/// What one run may use.
	pub limits: Limits,
	/// What is paid, and for what.
	pub reward: Reward<Balance>,
	/// Who chooses the seeds of the runs.
	pub seed: SeedSource,
	/// Last block in which claims can be committed.
	pub deadline: BlockNumber,
}

impl<Balance, BlockNumber> TaskSpec<Balance, BlockNumber> {
	/// Whether claims stay hidden until the deadline: with a sealed holdout, so that the sponsor
	/// cannot choose it by them, and in a contest, where otherwise the last one copies the best.
	#[must_use]
	pub const fn hides_claims(&self) -> bool {
		matches!(self.holdout, Holdout::Sealed(_)) || matches!(self.reward, Reward::Contest { .. })
	}
}

/// The record of a task, from its creation until it is cancelled or closed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Task<AccountId, Balance, BlockNumber, Ticket> {
	/// Who pays.
	pub sponsor: AccountId,
	/// What is asked for.
	pub spec: TaskSpec<Balance, BlockNumber>,
	/// The holdout, as soon as it is known.
	pub holdout: Option<ArtifactId>,
	/// Last block in which a sealed holdout can be published.
	pub sealed_until: Option<BlockNumber>,
	/// When claims are revealed that are hidden until the deadline.
	pub reveals: Option<RevealPhase<BlockNumber>>,
	/// What is held for the task: rewards that are not paid, and the pledge for a sealed holdout.
	pub escrow: Balance,
	/// Most bytes that a sealed holdout may have.
	pub max_data: u64,
	/// Bounties that were paid.
	pub paid: u32,
	/// What each revealed claim gets, since the holdout was found missing or unusable.
	pub forfeit: Option<Balance>,
	/// Claims that have not ended.
	pub open_claims: u32,
	/// Claims that were revealed.
	pub revealed: u32,
	/// Block in which the task was created.
	pub created_at: BlockNumber,
	/// What the sponsor put down for this record.
	pub deposit: Ticket,
}
