//! The traits by which Assay's pallets reach each other. Each pallet owns its storage; nothing else
//! crosses from one to another.
//!
//! ```text
//! claims ──► verification ──► stake        models ──► verification, claims, artifacts
//!    │            │                        audits ──► verification, claims
//!    ▼            ▼
//!  tasks ──► artifacts ◄── verification
//! ```
//!
//! Appeals go the other way: the ledger asks [`Appeals`], which is verification, to have a job
//! re-run, and is told by [`Stake::on_rerun`] what that found.
//!
//! [`refusal`] is the byte with which the transaction extensions of these pallets refuse a call, and
//! [`give_back`] how all of them end a hold.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;
use assay_primitives::{
	ArtifactId, ClaimId, JobId, Limits, Manifest, Metric, Outcome, Score, SlashId, TaskId,
	TrainingJob, H256,
};
pub use assay_primitives::{ContestId, IntentId, ModelId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{
	fungible::MutateHold,
	tokens::{Fortitude, Precision},
};
use scale_info::TypeInfo;
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	DispatchError, DispatchResult, Weight,
};

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
	/// A verdict that was not committed, or committed and not revealed, or that an input was not
	/// available which the others had.
	#[codec(index = 3)]
	VerdictWithheld(JobId),
	/// A revealed verdict that more than half of its committee's stake contradicts, in a round that
	/// settled nothing.
	#[codec(index = 4)]
	VerdictContradicted(JobId),
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
	/// An appeal against a slash was right.
	#[codec(index = 5)]
	AppealWon,
	/// An appeal against a slash was wrong.
	#[codec(index = 6)]
	AppealLost,
}

/// What the re-run of a job says of a slash that followed from it.
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
pub enum Finding {
	/// The slash was right.
	#[codec(index = 0)]
	Confirmed,
	/// The slash was wrong.
	#[codec(index = 1)]
	Refuted,
	/// There is no knowing.
	#[codec(index = 2)]
	Undecided,
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
	/// What of the bonded stake no lock holds.
	fn free(who: &Self::AccountId) -> Self::Balance;
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
	/// Slashes up to `amount` of what was bonded at `fault_at`, unbonding since or not. The slash
	/// is pending first.
	fn slash(
		who: &Self::AccountId,
		amount: Self::Balance,
		fault_at: Self::BlockNumber,
		offence: Offence,
	) -> Result<SlashId, DispatchError>;
	/// Who answers for what `who` did: itself, or the account that took over its stake since.
	fn answerable(who: &Self::AccountId) -> Self::AccountId;
	/// Counts for or against the reputation of `who`.
	fn note(who: &Self::AccountId, deed: Deed);
	/// Takes back one [`Self::note`].
	fn retract(who: &Self::AccountId, deed: Deed);
	/// Gives the stake back that a pending slash has frozen. Fails if it is not pending.
	fn cancel_slash(slash: SlashId) -> DispatchResult;
	/// Told once for each re-run that [`Appeals::rerun`] opened what it found. Of a slash that is
	/// not pending any more nothing follows.
	fn on_rerun(slash: SlashId, finding: Finding);
	/// What [`Self::on_rerun`] weighs at the most.
	fn on_rerun_weight() -> Weight;

	/// Makes `who` able to take `role` (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_active(who: &Self::AccountId, role: Role);
}

/// Who has the job re-run that a slash followed from.
pub trait Appeals {
	/// Who is slashed.
	type AccountId;

	/// Opens a re-run, at the cost of `appellant`, of the job that `slash` followed from. Its
	/// finding goes to [`Stake::on_rerun`]. Gives the new job; nothing if no re-run can decide.
	fn rerun(slash: SlashId, appellant: &Self::AccountId) -> Result<Option<JobId>, DispatchError>;
	/// Told once for each slash that it is final or cancelled: nothing needs to be kept for it.
	fn slash_ended(slash: SlashId);

	/// Makes `slash` follow from a job (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_appealable(slash: SlashId);
}

/// Content-addressed blobs that others rely on.
pub trait Artifacts {
	/// Block numbers.
	type BlockNumber;

	/// Fails unless all chunks of `id` are stored and stay so until the block `until`, and the
	/// artifact is not larger than `max_bytes`.
	fn ensure_available(id: ArtifactId, until: Self::BlockNumber, max_bytes: u64)
		-> DispatchResult;
	/// Fails unless all chunks of `id` were stored and are promised until the block `until`, even if
	/// somebody could not get them. Enough for a run that finds out whether they are there.
	fn ensure_kept(id: ArtifactId, until: Self::BlockNumber) -> DispatchResult;
	/// Keeps `id` from being removed until [`Self::unpin`] was called as often.
	fn pin(id: ArtifactId) -> DispatchResult;
	/// Ends one [`Self::pin`].
	fn unpin(id: ArtifactId);
	/// Told that committees could not get the bytes of `id`: who announced it answers for that with
	/// its deposit.
	fn report_missing(id: ArtifactId);
	/// What `id` consists of; nothing if there is no such artifact.
	fn manifest(id: ArtifactId) -> Option<Manifest>;

	/// Stores an artifact of one byte that differs with `seed` (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_available(seed: u32) -> ArtifactId;
	/// Stores an artifact with this manifest (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_stored(manifest: Manifest) -> ArtifactId;
}

/// Claims, as those see them who refer to one.
pub trait Claims {
	/// Miners.
	type AccountId;

	/// Miner and model hash of a claim that is verified and still on record.
	fn verified_model(claim: ClaimId) -> Option<(Self::AccountId, H256)>;
}

/// The blocks in which the claims of a task are revealed that keeps them hidden until its deadline.
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
pub struct RevealPhase<BlockNumber> {
	/// The first.
	pub from: BlockNumber,
	/// The last.
	pub until: BlockNumber,
}

/// Who chooses the seed of a run.
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
pub enum SeedSource {
	/// The miner: the seed is a part of its claim.
	#[codec(index = 0)]
	Miner,
	/// The chain draws it once the claim is revealed and cannot be taken back. Claims name seed 0.
	#[codec(index = 1)]
	Chain,
}

/// What a claim needs to know of its task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct TaskTerms<BlockNumber> {
	/// Training data.
	pub train: ArtifactId,
	/// Merkle root of its chunks.
	pub train_root: H256,
	/// Rows in each chunk.
	pub chunk_rows: u32,
	/// Holdout data; nothing while a sealed holdout is not published.
	pub holdout: Option<ArtifactId>,
	/// Last block in which a sealed holdout can be published; nothing if it was open from the
	/// start.
	pub sealed_until: Option<BlockNumber>,
	/// When claims are revealed; nothing if each miner may from the block after its commitment on.
	pub reveals: Option<RevealPhase<BlockNumber>>,
	/// Who chooses the seed.
	pub seed: SeedSource,
	/// How claims are scored.
	pub metric: Metric,
	/// A claim must reach this.
	pub threshold: Score,
	/// By how many units of [`Score`] a measured score may be worse than the claimed one.
	pub tolerance: i64,
	/// What one run may use.
	pub limits: Limits,
	/// By how many units of [`Score`] a claim must improve on the best verified one to be paid at
	/// once; nothing in a contest, which pays when the task is closed.
	pub min_improvement: Option<i64>,
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

	/// The terms of an open task. Fails if there is none such, or it is closed or past its
	/// deadline.
	fn open(task: TaskId) -> Result<TaskTerms<Self::BlockNumber>, DispatchError>;
	/// The terms of a task in any state.
	fn terms(task: TaskId) -> Result<TaskTerms<Self::BlockNumber>, DispatchError>;
	/// Counts a claim: a task with open claims can be neither cancelled nor closed.
	fn claim_opened(task: TaskId) -> DispatchResult;
	/// Ends one [`Self::claim_opened`].
	fn claim_closed(task: TaskId);
	/// Counts a claim that was revealed.
	fn claim_revealed(task: TaskId) -> DispatchResult;
	/// The most that one claim of the task can be paid for being true; zero if there is no such
	/// task.
	fn prize(task: TaskId) -> Self::Balance;
	/// Pays the next bounty of the task to `miner` from the escrow. Gives what was paid: zero if no
	/// bounty is left.
	fn pay_bounty(task: TaskId, miner: &Self::AccountId) -> Result<Self::Balance, DispatchError>;
	/// Puts a bounty that was paid for nothing back into the escrow of its task, from the spendable
	/// balance of `payer`.
	fn return_bounty(
		task: TaskId,
		payer: &Self::AccountId,
		amount: Self::Balance,
	) -> DispatchResult;
	/// Pays `miner` its share of what the sponsor of a sealed task forfeits whose holdout cannot be
	/// used: an equal part of all that is in escrow, for each claim that was revealed. Gives what
	/// was paid: zero if the holdout was open from the start.
	fn pay_forfeit(task: TaskId, miner: &Self::AccountId) -> Result<Self::Balance, DispatchError>;

	/// Opens a task (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_open() -> TaskId;
}

/// The best claims of a task, as those see them who reward them.
pub trait Ranking {
	/// Miners.
	type AccountId;
	/// Amounts of the native token.
	type Balance;

	/// The best `places` verified claims of a task with their miners, the best first.
	fn best(task: TaskId, places: usize) -> Vec<(ClaimId, Self::AccountId)>;
	/// Writes down what one of them was paid.
	fn rewarded(task: TaskId, claim: ClaimId, amount: Self::Balance);

	/// Has that many miners have verified claims, among the most that are ranked (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_best(task: TaskId, places: u32);
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
	/// The registration of a model.
	#[codec(index = 1)]
	Model(ModelId),
	/// A contest over a model.
	#[codec(index = 2)]
	Contest(ContestId),
	/// An appeal against a slash.
	#[codec(index = 3)]
	Appeal(SlashId),
	/// An audit of a settled job.
	#[codec(index = 4)]
	Audit(JobId),
}

impl Client {
	/// One of each kind.
	pub const KINDS: [Self; 5] =
		[Self::Claim(0), Self::Model(0), Self::Contest(0), Self::Appeal(0), Self::Audit(0)];
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
	/// What the job lacked when it was opened was still missing when its committee was to be drawn:
	/// nobody was asked.
	#[codec(index = 2)]
	Incomplete,
}

impl Settlement {
	/// What the run gives, if a committee agrees on that: not that it cannot be run.
	pub fn found(self) -> Option<Outcome> {
		match self {
			Self::Agreed(Outcome::Unavailable { .. }) | Self::Undecided | Self::Incomplete => None,
			Self::Agreed(found) => Some(found),
		}
	}
}

/// The engine that has jobs run by committees.
pub trait Verification {
	/// Who pays.
	type AccountId;
	/// Amounts of the native token.
	type Balance;
	/// Block numbers.
	type BlockNumber;

	/// What a job under `limits` costs on which `value` hangs.
	fn fee(limits: &Limits, value: Self::Balance) -> Self::Balance;
	/// Fails unless [`Self::open`] could hold the fee of such a job from `payer` now.
	fn ensure_payable(
		payer: &Self::AccountId,
		limits: &Limits,
		value: Self::Balance,
	) -> DispatchResult;
	/// Bytes of the state that are kept of the settled job of a claim at the most. Who opens it for
	/// the claim has them paid for, as long as it can be audited.
	fn kept_bytes() -> usize {
		0
	}
	/// Blocks that a job under `limits` can take at the most, from opening to settlement.
	fn longest(limits: &Limits) -> Self::BlockNumber;
	/// Opens a job. `payer` escrows [`Self::fee`]. Neither it nor its `opponent`, if the job
	/// decides between two, is ever drawn for it. The committee is drawn some blocks later, counted
	/// from `not_before` if that is a later block than this. The more `value` hangs on the job,
	/// what can be won and lost, the more verifiers are asked.
	fn open(
		client: Client,
		payer: &Self::AccountId,
		opponent: Option<&Self::AccountId>,
		not_before: Self::BlockNumber,
		job: TrainingJob,
		value: Self::Balance,
	) -> Result<JobId, DispatchError>;
}

/// How the job of a claim was settled, as those see it who audit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled<Balance> {
	/// The outcome that stands; nothing if no committee agreed.
	pub outcome: Option<Outcome>,
	/// What hung on the job.
	pub value: Balance,
}

/// Settled jobs of claims, as those see them who audit them.
pub trait Audits {
	/// Who pays for a re-run.
	type AccountId;
	/// Amounts of the native token.
	type Balance;

	/// How a claim's job was settled that can be audited: not too long ago, and not audited before.
	fn settled(job: JobId) -> Option<Settled<Self::Balance>>;
	/// Has such a job re-run at the cost of `payer`, for [`Client::Audit`], by a committee three
	/// times as large as the one that decided, without that one if there are as many others. Gives
	/// the new job. The audit goes on until [`Self::audited`].
	fn rerun(job: JobId, payer: &Self::AccountId) -> Result<JobId, DispatchError>;
	/// Ends the audit of a job. If it is known what it gives, verdicts that said otherwise are
	/// slashed, as far as they have not been: those that had prevailed, and those that no tally has
	/// judged.
	fn audited(job: JobId, found: Option<Outcome>);

	/// Settles a job that can be audited as [`Settled::outcome`] says, by the largest committee,
	/// with the most verdicts that no tally has judged (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_auditable(settled: Settled<Self::Balance>) -> JobId;
}

/// A claim on which there was a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged<AccountId, Balance, BlockNumber> {
	/// Who claimed.
	pub miner: AccountId,
	/// What it committed to.
	pub commitment: H256,
	/// In which block.
	pub committed_at: BlockNumber,
	/// The job that verified it.
	pub job: JobId,
	/// Whether it was found false.
	pub rejected: bool,
	/// The bounty that it was paid.
	pub paid: Balance,
}

/// Claims, as those see them who audit their verdicts.
pub trait AuditedClaims {
	/// Miners.
	type AccountId;
	/// Amounts of the native token.
	type Balance;
	/// Block numbers.
	type BlockNumber;

	/// A claim on which there was a verdict, and that is still on record.
	fn judged(claim: ClaimId) -> Option<Judged<Self::AccountId, Self::Balance, Self::BlockNumber>>;
	/// Keeps the record of the claim, and its task if it is still there, until [`Self::release`].
	/// Gives whether the task is.
	fn retain(claim: ClaimId) -> bool;
	/// Ends [`Self::retain`].
	fn release(claim: ClaimId);
	/// The claim was sent to see who finds out that it is false, and is false: its bond is free, a
	/// slash of it is cancelled, it leaves the leaderboard, and what it was paid goes back to the
	/// task from the spendable balance of `payer`. Reputation is as if it had never been. What
	/// other claims had of it or lost by it stays.
	fn revoke(claim: ClaimId, payer: &Self::AccountId);

	/// A claim whose verdict came from `job`: rejected, or verified, paid and on a full leaderboard
	/// (benchmarks only).
	#[cfg(feature = "runtime-benchmarks")]
	fn make_judged(job: JobId, rejected: bool) -> ClaimId;
}

/// Told once for each job that it begins, and how it ended. `client` is the one that opened the
/// job. What is not one's own is to be ignored: all clients are told.
pub trait OnSettled {
	/// The first committee of a job is about to be drawn from `random`, which nobody could know
	/// when the job was opened. Fills in what was left open of the job; `false` if it is still
	/// missing: then the job ends as [`Settlement::Incomplete`].
	fn on_draw(_client: Client, _job: &mut TrainingJob, _random: H256) -> bool {
		true
	}
	/// A job has ended. Gives the slash that follows from it, if there is one: what is needed to
	/// re-run the job is kept until it is final.
	fn on_settled(client: Client, settlement: Settlement) -> Option<SlashId>;
	/// What one [`Self::on_draw`] and one [`Self::on_settled`] cost at the most for such a client:
	/// nothing, if it is not one's own. Whoever draws and settles adds it to its own weight.
	fn weight(client: Client) -> Weight;
}

impl<A: OnSettled, B: OnSettled> OnSettled for (A, B) {
	fn on_draw(client: Client, job: &mut TrainingJob, random: H256) -> bool {
		A::on_draw(client, job, random) && B::on_draw(client, job, random)
	}
	fn on_settled(client: Client, settlement: Settlement) -> Option<SlashId> {
		let (first, second) =
			(A::on_settled(client, settlement), B::on_settled(client, settlement));
		first.or(second)
	}
	fn weight(client: Client) -> Weight {
		A::weight(client).saturating_add(B::weight(client))
	}
}

/// Why a transaction extension of an Assay pallet refuses a call:
/// `InvalidTransaction::Custom` with a byte that names the pallet's error.
///
/// The byte is the pallet's index in the metadata modulo 8, times 32, plus the index of the error
/// in the pallet. Pallets whose errors an extension meets have the indices from 48 to 55. The last
/// byte, 255, is that of no error: what is checked before a transaction is in a block must have an
/// error among the first 32 of its pallet, and in the pallet of index 55 among the first 31.
#[must_use]
pub fn refusal(error: DispatchError) -> TransactionValidityError {
	let code = match error {
		DispatchError::Module(error) => {
			let [place, ..] = error.error;
			(error.index << 5) | (place & 31)
		},
		_ => u8::MAX,
	};
	InvalidTransaction::Custom(code).into()
}

/// Gives back what is held of an account. What it cannot receive, because it would be left with less
/// than any account must have, is burnt, as dust always is. Gives whether all of it was held.
#[must_use]
pub fn give_back<AccountId, Currency: MutateHold<AccountId>>(
	reason: &Currency::Reason,
	who: &AccountId,
	amount: Currency::Balance,
) -> bool {
	let (precision, force) = (Precision::BestEffort, Fortitude::Force);
	let given = Currency::release(reason, who, amount, precision)
		.or_else(|_| Currency::burn_held(reason, who, amount, precision, force));
	given == Ok(amount)
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_runtime::ModuleError;

	#[test]
	fn a_refusal_names_pallet_and_error() {
		let error = |index, place| {
			let error = ModuleError { index, error: [place, 0, 0, 0], message: None };
			refusal(DispatchError::Module(error))
		};
		assert_eq!(error(48, 0), InvalidTransaction::Custom(0).into());
		assert_eq!(error(53, 7), InvalidTransaction::Custom(5 << 5 | 7).into());
		assert_eq!(error(55, 30), InvalidTransaction::Custom(254).into());
		let none = refusal(DispatchError::Other("of no pallet"));
		assert_eq!(none, InvalidTransaction::Custom(255).into());
	}

	struct One;
	struct Two;
	impl OnSettled for One {
		fn on_settled(_: Client, _: Settlement) -> Option<SlashId> {
			None
		}
		fn weight(client: Client) -> Weight {
			Weight::from_parts(if matches!(client, Client::Claim(_)) { 3 } else { 0 }, 0)
		}
	}
	impl OnSettled for Two {
		fn on_settled(_: Client, _: Settlement) -> Option<SlashId> {
			None
		}
		fn weight(client: Client) -> Weight {
			Weight::from_parts(if matches!(client, Client::Model(_)) { 2 } else { 0 }, 0)
		}
	}

	#[test]
	fn a_settlement_weighs_what_its_client_does() {
		let weights = Client::KINDS.map(|client| <(One, Two)>::weight(client).ref_time());
		assert_eq!(weights, [3, 2, 0, 0, 0]);
	}
}
