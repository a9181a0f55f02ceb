//! The traits by which Assay's pallets reach each other. Each pallet owns its storage; nothing else
//! crosses from one to another.
//!
//! ```text
//! claims ──► verification ──► stake
//!    │            │
//!    ▼            ▼
//!  tasks ──► artifacts
//! ```
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;
use assay_primitives::{
	ArtifactId, ClaimId, JobId, Limits, Metric, Outcome, Score, SlashId, TaskId, TrainingJob, H256,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, DispatchResult, Weight};

/// What an account puts its stake at risk for.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Role {
	/// Submits claims.
	#[codec(index = 0)]
	Miner,
	/// Re-runs claims; must be an active validator as well.
	#[codec(index = 1)]
	Verifier,
}

/// Why a part of a stake is locked.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LockReason {
	/// The bond of an open claim.
	#[codec(index = 0)]
	Claim(ClaimId),
}

/// What somebody is slashed for.
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
pub enum Offence {
	/// A claim that was measured to be worse than it says, or whose run failed.
	#[codec(index = 0)]
	FalseClaim(ClaimId),
	/// A commitment whose claim was never revealed.
	#[codec(index = 1)]
	ClaimNotRevealed(ClaimId),
	/// A revealed verdict that lost against more than two thirds.
	#[codec(index = 2)]
	FalseVerdict(JobId),
	/// A verdict that was not committed, or committed and not revealed.
	#[codec(index = 3)]
	VerdictWithheld(JobId),
}

/// What counts for or against somebody's reputation.
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
pub enum Deed {
	/// A claim was verified.
	#[codec(index = 0)]
	ClaimVerified,
	/// A claim was rejected.
	#[codec(index = 1)]
	ClaimRejected,
	/// A verdict agreed with the settlement.
	#[codec(index = 2)]
	VerdictRight,
	/// A verdict disagreed with the settlement.
	#[codec(index = 3)]
	VerdictWrong,
	/// A verdict was not delivered.
	#[codec(index = 4)]
	VerdictMissed,
}

/// The ledger of money at risk.
pub trait Stake {
	/// Who has a ledger.
	type AccountId;
	/// Amounts of the native token.
	type Balance;
	/// Block numbers.
	type BlockNumber;

	/// Fails unless `who` is registered for `role` with the minimum stake of that role.
	fn ensure_active(who: &Self::AccountId, role: Role) -> DispatchResult;
	/// What `who` has bonded: neither unbonding nor slashed.
	fn bonded(who: &Self::AccountId) -> Self::Balance;
	/// Locks `amount` of the bonded stake that no other lock holds.
	fn lock(who: &Self::AccountId, reason: LockReason, amount: Self::Balance) -> DispatchResult;
	/// Ends a lock and gives back its amount to the free part of the stake.
	fn unlock(who: &Self::AccountId, reason: LockReason) -> DispatchResult;
	/// Ends a lock and slashes its whole amount. The slash is pending first.
	fn slash_lock(
		who: &Self::AccountId,
		reason: LockReason,
		offence: Offence,
	) -> Result<SlashId, DispatchError>;
	/// Slashes up to `amount` of what was bonded at `fault_at`, unbonding since or not. The slash is
	/// pending first.
	fn slash(
		who: &Self::AccountId,
		amount: Self::Balance,
		fault_at: Self::BlockNumber,
		offence: Offence,
	) -> Result<SlashId, DispatchError>;
	/// Counts for or against the reputation of `who`.
	fn note(who: &Self::AccountId, deed: Deed);

	/// Makes `who` able to take `role` (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_active(who: &Self::AccountId, role: Role);
}

/// Content-addressed blobs that others rely on.
pub trait Artifacts {
	/// Block numbers.
	type BlockNumber;

	/// Fails unless all chunks of `id` are stored and stay so until the block `until`, and the
	/// artifact is not larger than `max_bytes`.
	fn ensure_available(id: ArtifactId, until: Self::BlockNumber, max_bytes: u64)
		-> DispatchResult;
	/// Keeps `id` from being removed until [`Self::unpin`] was called as often.
	fn pin(id: ArtifactId) -> DispatchResult;
	/// Ends one [`Self::pin`].
	fn unpin(id: ArtifactId);

	/// Stores an artifact of one byte that differs with `seed` (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_available(seed: u32) -> ArtifactId;
}

/// What a claim needs to know of its task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct TaskTerms<AccountId, BlockNumber> {
	/// Who pays.
	pub sponsor: AccountId,
	/// Training data.
	pub train: ArtifactId,
	/// Merkle root of its chunks.
	pub train_root: H256,
	/// Rows in each chunk.
	pub chunk_rows: u32,
	/// Holdout data.
	pub holdout: ArtifactId,
	/// How claims are scored.
	pub metric: Metric,
	/// A claim must reach this.
	pub threshold: Score,
	/// By how many units of [`Score`] a measured score may be worse than the claimed one.
	pub tolerance: i64,
	/// What one run may use.
	pub limits: Limits,
	/// By how many units of [`Score`] a claim must improve on the best verified one to be paid.
	pub min_improvement: i64,
	/// Last block in which claims can be committed.
	pub deadline: BlockNumber,
}

/// The registry of tasks, as claims see it.
pub trait Tasks {
	/// Sponsors and miners.
	type AccountId;
	/// Amounts of the native token.
	type Balance;
	/// Block numbers.
	type BlockNumber;

	/// The terms of an open task. Fails if there is none such, or it is closed or past its deadline.
	fn open(task: TaskId) -> Result<TaskTerms<Self::AccountId, Self::BlockNumber>, DispatchError>;
	/// The terms of a task in any state.
	fn terms(task: TaskId) -> Result<TaskTerms<Self::AccountId, Self::BlockNumber>, DispatchError>;
	/// Counts a claim: a task with open claims can be neither cancelled nor closed.
	fn claim_opened(task: TaskId) -> DispatchResult;
	/// Ends one [`Self::claim_opened`].
	fn claim_closed(task: TaskId);
	/// Pays the next bounty of the task to `miner` from the escrow. Gives what was paid: zero if no
	/// bounty is left.
	fn pay_bounty(task: TaskId, miner: &Self::AccountId) -> Result<Self::Balance, DispatchError>;

	/// Opens a task (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_open() -> TaskId;
}

/// For whom a job is run.
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
pub enum Client {
	/// A claim.
	#[codec(index = 0)]
	Claim(ClaimId),
}

/// How a job ended.
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
pub enum Settlement {
	/// More than two thirds of the revealed weight agree.
	#[codec(index = 0)]
	Agreed(Outcome),
	/// No majority, or nobody to ask: nobody's fault.
	#[codec(index = 1)]
	Undecided,
}

/// The engine that has jobs run by committees.
pub trait Verification {
	/// Who pays.
	type AccountId;
	/// Amounts of the native token.
	type Balance;
	/// Block numbers.
	type BlockNumber;

	/// What a job under `limits` costs.
	fn fee(limits: &Limits) -> Self::Balance;
	/// Blocks that a job under `limits` can take at the most, from opening to settlement.
	fn longest(limits: &Limits) -> Self::BlockNumber;
	/// Opens a job. `payer` escrows [`Self::fee`] and is never drawn for it.
	fn open(
		client: Client,
		payer: &Self::AccountId,
		job: TrainingJob,
	) -> Result<JobId, DispatchError>;
}

/// Told once for each job how it ended.
pub trait OnSettled {
	/// `client` is the one that opened the job.
	fn on_settled(client: Client, settlement: Settlement);
	/// What one [`Self::on_settled`] costs at the most. Whoever settles jobs adds it to its own
	/// weight.
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Draws whom to ask. Implemented over the session's validators.
pub trait Verifiers<AccountId> {
	/// Key with which a verifier signs its verdicts.
	type Key;

	/// The active verifiers: validators of the current session that registered a verifier key, with
	/// that key, in the order of the session.
	fn active() -> Vec<(AccountId, Self::Key)>;
}
