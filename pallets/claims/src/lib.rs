//! # Claims
//!
//! Commit and reveal of claims, what follows from their verdicts, and the leaderboard.
//!
//! - [`Config`], [`Call`], [`Pallet`], [`Event`], [`Error`]
//!
//! ## Overview
//!
//! A *claim* says: this training program, with these parameters and this seed, reaches this score
//! on the data of that task.
//!
//! ```text
//!                 withdraw                                    ┌─► Verified ──► paid, ranked
//!              ┌───────────► Withdrawn                        ├─► Superseded, Duplicate
//!   commit ────┤                             ┌─► Measured ───►│     bond back
//!              ├─ reveal ──► Revealed ─ verdict ┴──────────────┼─► Returned
//!              │                                              │     bond back
//!              └───────────► Expired (bond slashed)           └─► Rejected (bond slashed)
//!                 window over
//! ```
//!
//! 1. The *miner* commits to the hash of its claim. A bond is locked in its stake, and a deposit is
//!    held for the record.
//! 2. From the next block on, until the reveal window is over, it reveals the claim; a verification
//!    job is opened, for a fee. What the miner does not want to reveal it withdraws. In a task that
//!    hides its claims both are different: they are revealed after the task's deadline, and
//!    withdrawn before it, while nobody has seen another's.
//! 3. A committee of verifiers re-runs the claim. If it measures what was claimed, within the
//!    tolerance of the task, the claim is verified at the measured score; the task pays a bounty
//!    for it if it improves on the best one. If not, the bond is slashed. A claim on which there is
//!    no verdict goes back. A task verifies its claims in the order of their commitments: one that
//!    is found true waits for those that were committed earlier and are open. Under a sealed
//!    holdout no miner can know its score. There, a claim that does not reach the threshold goes
//!    back, too, at the cost of the fee; only a run that fails is the miner's fault. Where the chain draws the seed, the score is one that the miner stands for
//!    with any seed.
//! 4. The miner removes the record once nothing depends on it, and gets its deposit back.
//!
//! ## Example
//!
//! A claim that is found true:
#![doc = docify::embed!("src/tests/settlement.rs", a_true_claim_is_paid_and_ranked)]
//! ## Rules
//!
//! 1. Of two claims for the same run (program, parameters, seed) the earlier commitment wins: a
//!    later one cannot be revealed after it, and is superseded if it was revealed before it, or if
//!    claims are hidden in the task and it could not know. A verified run is final, and so is a
//!    verified model, whoever brings it again.
//! 2. A copied commitment is useless: it names its miner. It does no harm either: commitments are
//!    told apart by miner and hash.
//! 3. Every open claim has a bond locked, and every ended claim has none.
//! 4. A commitment that is neither revealed nor withdrawn in time always loses its bond: a cursor
//!    walks over the blocks in which reveal windows end, as far as the weight left in each block
//!    reaches, and goes on from there in the next.
//! 5. A settlement never fails: whatever is wrong elsewhere, the claim ends.
//! 6. No claim is verified before one of its task that was committed earlier and is open: a copy,
//!    which can only be made of what its original shows when it stores its program, after its
//!    commitment, never overtakes it as long as that can be revealed and while a committee holds it
//!    up; and what is not true yet takes the run from nobody. A claim that waits is ended by the end
//!    of those that it waits for: in the idle weight of that block, or of the next ones.
//! 7. The bond grows with the fuel that the task allows, as the fee of the verification does: what
//!    a false claim costs covers the work that it causes.
//!
//! ## Low-level details
//!
//! *Storage.* What a miner's deposit pays for is, besides the record, every index entry that the
//! claim can have: its commitment, run, model, place on the leaderboard and the block number that
//! the rate limit counts; and what verification keeps of its job as long as it can be audited. All
//! of them go with the record. The record stays for [`Config::Retention`] blocks after the claim
//! has ended, and for as long as the rate limit counts it. That of a verified claim stays as long
//! as its task does, too: best score, runs and models of a task are complete while a claim in it
//! can be open. A leaderboard lasts until its miners take their deposits back; it is not refilled
//! from below.
//!
//! *Order.* [`Queue`] has the claims of a task as the trie has its keys: in the order of their
//! bytes, which are those of the claim's number, the highest first. The first key is the first
//! claim.
//!
//! *Expiry.* The walk is done in `on_idle`: it has no deadline, and the bond stays locked
//! meanwhile. Whether a reveal is in time depends on the claim's own window only.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects,
		clippy::as_conversions
	)
)]

extern crate alloc;

pub use extension::{CheckClaim, REVEAL_PRIORITY};
pub use pallet::*;
pub use types::{Claim, ClaimView, Deadline, Ending, Entry, Reason, Revealed, Stage, Status};
pub use weights::WeightInfo;

mod audit;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod extension;
#[cfg(test)]
mod mock;
mod settle;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

use alloc::vec::Vec;
use assay_primitives::{
	commitment::{self, ClaimBody},
	ClaimId, JobId, Limits, Score, Scored, SlashId, TaskId, TrainingJob, H256, VM_VERSION,
};
use assay_traits::{
	Artifacts, Client, LockReason, Offence, Ranking, RevealPhase, Role, SeedSource, Stake,
	TaskTerms, Tasks, Verification,
};
use core::marker::PhantomData;
use frame_support::{
	ensure,
	pallet_prelude::*,
	storage::with_storage_layer,
	traits::{tokens, Consideration, Defensive, Footprint},
	weights::WeightMeter,
};
use frame_system::pallet_prelude::*;
use sp_runtime::{
	traits::{Bounded, Convert, One, Saturating, Zero},
	ArithmeticError,
};

const LOG_TARGET: &str = "assay::claims";

/// How many claims that expire, or that have waited for others, are looked up at a time.
const AT_ONCE: usize = 32;
/// The part of a block that ending claims takes at the most.
const IDLE_PART: u64 = 20;

/// The record of a claim.
pub type ClaimOf<T> = Claim<
	<T as frame_system::Config>::AccountId,
	<T as Config>::Balance,
	BlockNumberFor<T>,
	<T as Config>::Deposit,
>;
/// A place on a leaderboard.
pub type EntryOf<T> =
	Entry<<T as frame_system::Config>::AccountId, <T as Config>::Balance, BlockNumberFor<T>>;
/// What a client is shown of a claim.
pub type ViewOf<T> =
	ClaimView<<T as frame_system::Config>::AccountId, <T as Config>::Balance, BlockNumberFor<T>>;
/// What a claim needs to know of its task.
type TermsOf<T> = TaskTerms<BlockNumberFor<T>>;
/// When a claim can be revealed.
type RevealsOf<T> = RevealPhase<BlockNumberFor<T>>;
/// Blocks of a miner's latest commitments.
type Commits<T> = BoundedVec<BlockNumberFor<T>, <T as Config>::MaxRecent>;

#[frame_support::pallet]
// The macro takes its attributes for paths, and the code that it makes converts and expects.
#[allow(clippy::as_conversions, clippy::expect_used, unused_qualifications)]
pub mod pallet {
	use super::*;

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the pallet needs.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of the calls and of the rest.
		type WeightInfo: WeightInfo;

		/// Amounts of the native token.
		type Balance: tokens::Balance;

		/// What a miner puts down for the record of a claim. Without a price, state grows for free.
		type Deposit: Consideration<Self::AccountId, Footprint>;

		/// Where bonds are locked and slashed.
		type Stake: Stake<
			AccountId = Self::AccountId,
			Balance = Self::Balance,
			BlockNumber = BlockNumberFor<Self>,
		>;

		/// What is claimed for, and who pays.
		type Tasks: Tasks<
			AccountId = Self::AccountId,
			Balance = Self::Balance,
			BlockNumber = BlockNumberFor<Self>,
		>;

		/// Where the programs are.
		type Artifacts: Artifacts<BlockNumber = BlockNumberFor<Self>>;

		/// Who judges. It must tell this pallet of each settlement ([`assay_traits::OnSettled`]).
		type Verification: Verification<
			AccountId = Self::AccountId,
			Balance = Self::Balance,
			BlockNumber = BlockNumberFor<Self>,
		>;

		/// Bond of a claim, besides the fee of its verification. If a false claim costs less than
		/// what it can bring (a bounty, or the time of the verifiers), it pays to try; more than
		/// the smallest stake of a miner, and newly registered miners can claim nothing.
		#[pallet::constant]
		type ClaimBond: Get<Self::Balance>;

		/// Blocks after the commitment in which a claim can be revealed or withdrawn. At least 1: a
		/// reveal in the block of the commitment is refused. Too few, and a full chain costs honest
		/// miners their bond.
		type RevealWindow: Get<BlockNumberFor<Self>>;

		/// Commitments of one miner in any [`Self::RateWindow`] blocks. 0 stops all claims; more
		/// than [`Self::MaxRecent`] counts as that.
		type MaxClaims: Get<u32>;

		/// Blocks over which [`Self::MaxClaims`] counts. 0 counts none: there is no limit.
		type RateWindow: Get<BlockNumberFor<Self>>;

		/// Blocks for which the record of a claim is kept after it has ended, at the least. Too
		/// few, and clients that were away cannot learn why a claim was rejected; more only keeps
		/// the miner from its deposit.
		type Retention: Get<BlockNumberFor<Self>>;

		/// Upper bound of [`Self::MaxClaims`]. A smaller one than before makes longer lists
		/// unreadable: it can only grow.
		#[pallet::constant]
		type MaxRecent: Get<u32>;

		/// Places on the leaderboard of a task. At least 1: the best score is read from it. It can
		/// only grow, too.
		#[pallet::constant]
		type MaxLeaders: Get<u32>;
	}

	/// Why money of a miner is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for the record of a claim.
		#[codec(index = 0)]
		Deposit,
	}

	/// Number of the next claim.
	#[pallet::storage]
	pub type NextClaim<T: Config> = StorageValue<_, ClaimId, ValueQuery>;

	/// The claims that wait to be revealed, by the last block in which they can be.
	// Twox64Concat: block numbers and numbers counted up by the chain.
	#[pallet::storage]
	pub type Expiries<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Twox64Concat, ClaimId, ()>;

	/// No claim waits to be revealed until a block before this one.
	#[pallet::storage]
	pub type ExpiryCursor<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	/// All claims, until their miners remove them.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Claims<T: Config> = StorageMap<_, Twox64Concat, ClaimId, ClaimOf<T>>;

	/// Which claim of a miner has a commitment. Another miner's of the same hash is another one:
	/// who copies it from the pool keeps nobody out.
	// Blake2_128Concat: accounts can be ground, and miners choose the hashes freely.
	#[pallet::storage]
	pub type Commitments<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, H256, ClaimId>;

	/// Which claim has the right to a run of a task ([`commitment::run`]): of those that are
	/// revealed and not judged, or verified, the one with the earliest commitment.
	// Twox64Concat, Identity: a number counted up by the chain, and a hash made by it.
	#[pallet::storage]
	pub type Runs<T: Config> = StorageDoubleMap<_, Twox64Concat, TaskId, Identity, H256, ClaimId>;

	/// Which verified claim of a task brought a model first, by the hash of the model.
	// Blake2_128Concat: the hash is what a committee says it is.
	#[pallet::storage]
	pub type Models<T: Config> =
		StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, H256, ClaimId>;

	/// The best verified claims of each task, the best first; of equals, the earlier commitment.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Leaderboards<T: Config> =
		StorageMap<_, Twox64Concat, TaskId, BoundedVec<EntryOf<T>, T::MaxLeaders>, ValueQuery>;

	/// Blocks in which each miner committed, as far as the rate limit counts them; the oldest
	/// first.
	// Blake2_128Concat: accounts can be ground.
	#[pallet::storage]
	pub type RecentCommits<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Commits<T>, ValueQuery>;

	/// The claims of each task that have not ended, in the order of their commitments.
	// Twox64Concat, Identity: numbers counted up by the chain; the second has to keep its order.
	#[pallet::storage]
	pub type Queue<T: Config> = StorageDoubleMap<_, Twox64Concat, TaskId, Identity, [u8; 8], ()>;

	/// The tasks in which a claim has ended, and another may wait for nothing any more.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Due<T: Config> = StorageMap<_, Twox64Concat, TaskId, ()>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A miner committed to a claim.
		ClaimCommitted {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// Last block in which it can be revealed.
			reveal_until: BlockNumberFor<T>,
		},
		/// A claim was revealed.
		ClaimRevealed {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// The claimed score.
			score: Score,
			/// The job that verifies it.
			job: JobId,
		},
		/// A claim was found true. It waits for claims that were committed earlier.
		ClaimMeasured {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// The measured score.
			score: Score,
		},
		/// A claim was found true. Its bond went back.
		ClaimVerified {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// The measured score.
			score: Score,
			/// The bounty.
			paid: T::Balance,
			/// Why there was none.
			unpaid: Option<Reason>,
		},
		/// A claim was found false. Its bond was slashed.
		ClaimRejected {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// The measured score, if the run did not fail.
			score: Option<Score>,
			/// What is wrong with the claim.
			reason: Reason,
			/// The slash of the bond.
			slash: Option<SlashId>,
		},
		/// A claim was not found true, through no fault of its miner. Its bond went back.
		ClaimReturned {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// Why not.
			reason: Reason,
			/// What the sponsor forfeited to it.
			paid: T::Balance,
		},
		/// A claim is true, but an earlier commitment claims the same run. Its bond went back.
		ClaimSuperseded {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// The earlier claim.
			by: ClaimId,
		},
		/// A claim is true, but the same model was verified before. Its bond went back.
		ClaimDuplicated {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who claims.
			miner: T::AccountId,
			/// The claim that brought the model first.
			of: ClaimId,
		},
		/// A miner took back a commitment. Its bond went back.
		ClaimWithdrawn {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who had claimed.
			miner: T::AccountId,
		},
		/// A commitment was not revealed in time. Its bond was slashed.
		ClaimExpired {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who had committed.
			miner: T::AccountId,
			/// The slash of the bond.
			slash: Option<SlashId>,
		},
		/// The record of a claim was removed. Its deposit went back.
		ClaimRemoved {
			/// The claim.
			claim: ClaimId,
			/// Its task.
			task: TaskId,
			/// Who had claimed.
			miner: T::AccountId,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// No claim has this number yet.
		ClaimUnknown,
		/// The record of the claim was removed.
		ClaimGone,
		/// Only the miner of the claim may do this.
		NotTheMiner,
		/// The miner has committed as often as it may. `next_commit_at` tells the block from which
		/// it can commit again.
		RateLimited,
		/// The miner has a claim with this commitment. Draw a new salt.
		DuplicateCommitment,
		/// A claim cannot be revealed in the block of its commitment, nor before the deadline of a
		/// task that hides claims. `explain` tells the first block in which it can.
		TooEarly,
		/// The claim could be revealed until an earlier block; its bond is lost.
		RevealWindowOver,
		/// What was revealed is not what was committed to: body, salt, miner or task differ.
		CommitmentMismatch,
		/// The claimed score is no value of the task's metric.
		ScoreOutOfRange,
		/// The claimed score does not reach the threshold of the task.
		BelowThreshold,
		/// The same run is claimed by an earlier commitment, or is verified. Withdraw the claim to
		/// keep its bond.
		DuplicateRun,
		/// The claim was revealed already.
		AlreadyRevealed,
		/// The claim has ended.
		ClaimEnded,
		/// The claim was not revealed, so there is nothing to settle.
		ClaimNotRevealed,
		/// The claim has not ended. Try again when it has.
		ClaimNotEnded,
		/// The record is kept a while longer. `explain` tells the block from which it can be
		/// removed.
		ClaimRetained,
		/// The claim is verified and its task still there. Try again when the task was closed.
		TaskNotEnded,
		/// The claim could be withdrawn until an earlier block. Reveal it to keep its bond.
		TooLateToWithdraw,
		/// The chain draws the seed in this task: a claim must name seed 0.
		SeedIsDrawn,
		/// The miner's free stake does not cover the bond. `ClaimBond` and the fee of the
		/// verification together are needed.
		BondNotCovered,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Ends claims that wait for no other any more (rule 6), and those whose reveal window is
		/// over (rule 4). The only hook that does work.
		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			// An author that ends for want of time has weight left, and no time.
			let share = T::BlockWeights::get().max_block.saturating_div(IDLE_PART);
			let mut meter = WeightMeter::with_limit(limit.min(share));
			Self::serve_due(&mut meter);
			Self::expire_due(now, &mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(!T::RevealWindow::get().is_zero(), "no claim can be revealed");
			assert!(!T::ClaimBond::get().is_zero(), "a false claim costs nothing");
			assert!(
				(1..=T::MaxRecent::get()).contains(&T::MaxClaims::get()),
				"the rate limit is none, or not the one that is kept"
			);
			assert!(T::MaxLeaders::get() > 0, "the best score is read from the leaderboard");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Commit to a claim.
		///
		/// Origin: signed, by an active miner.
		///
		/// `commitment` is the hash of miner, task, claim and a salt. Locks the bond in the miner's
		/// stake and holds a deposit for the record. The claim can be revealed from the next block
		/// on.
		///
		/// Errors: `RateLimited`, `DuplicateCommitment`, `BondNotCovered`; those of the stake, if
		/// the miner is not active; those of the task, if it is not open; those of the currency, if
		/// the miner cannot pay the deposit.
		///
		/// Emits `ClaimCommitted`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::commit())]
		pub fn commit(origin: OriginFor<T>, task: TaskId, commitment: H256) -> DispatchResult {
			let miner = ensure_signed(origin)?;
			Self::do_commit(miner, task, commitment)
		}

		/// Reveal a claim, and have it verified.
		///
		/// Origin: signed, by the miner of the claim.
		///
		/// Pins the program, which must stay available until there is a verdict, and opens a
		/// verification job. The miner pays the fee of the job.
		///
		/// Errors: `ClaimUnknown`, `ClaimGone`, `NotTheMiner`, `AlreadyRevealed`, `ClaimEnded`,
		/// `TooEarly`, `RevealWindowOver`, `CommitmentMismatch`, `SeedIsDrawn`, `ScoreOutOfRange`,
		/// `BelowThreshold`, `DuplicateRun`; those of the artifacts, if the program is not
		/// available or too large; those of the verification, if no job can be opened or the miner
		/// cannot pay it.
		///
		/// Emits `ClaimRevealed`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::reveal())]
		pub fn reveal(
			origin: OriginFor<T>,
			claim: ClaimId,
			body: ClaimBody,
			salt: H256,
		) -> DispatchResult {
			let miner = ensure_signed(origin)?;
			Self::do_reveal(&miner, claim, body, &salt)
		}

		/// Take back a commitment that was not revealed.
		///
		/// Origin: signed, by the miner of the claim.
		///
		/// Unlocks the bond. Possible in the block of the commitment and until the reveal window is
		/// over; in a task that hides claims, until its deadline. The rate limit counts the
		/// commitment all the same.
		///
		/// Errors: `ClaimUnknown`, `ClaimGone`, `NotTheMiner`, `AlreadyRevealed`, `ClaimEnded`,
		/// `TooLateToWithdraw`.
		///
		/// Emits `ClaimWithdrawn`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>, claim: ClaimId) -> DispatchResult {
			let miner = ensure_signed(origin)?;
			Self::do_withdraw(&miner, claim)
		}

		/// Remove the record of a claim that has ended.
		///
		/// Origin: signed, by the miner of the claim.
		///
		/// Gives back the deposit. The claim leaves the leaderboard. Free of charge if it succeeds.
		///
		/// Errors: `ClaimUnknown`, `ClaimGone`, `NotTheMiner`, `ClaimNotEnded`, `ClaimRetained`,
		/// `TaskNotEnded`.
		///
		/// Emits `ClaimRemoved`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, claim: ClaimId) -> DispatchResultWithPostInfo {
			let miner = ensure_signed(origin)?;
			Self::do_remove(&miner, claim)?;
			Ok(Pays::No.into())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Where a claim stands, why, and what happens next; nothing if there is no record of it.
		pub fn explain(claim: ClaimId) -> Option<ViewOf<T>> {
			Claims::<T>::get(claim).map(|record| Self::view(claim, record))
		}

		/// What a claim in a task that is open locks of its miner's stake; zero if the task is not
		/// open.
		pub fn bond_in(task: TaskId) -> T::Balance {
			T::Tasks::open(task).map_or_else(|_| Zero::zero(), |terms| Self::bond(task, &terms))
		}

		/// The best verified claims of a task, the best first.
		pub fn leaderboard(task: TaskId) -> Vec<EntryOf<T>> {
			Leaderboards::<T>::get(task).into_inner()
		}

		/// First block, from the current one on, in which the rate limit lets a miner commit; the
		/// largest block number if it never does.
		pub fn next_commit_at(miner: T::AccountId) -> BlockNumberFor<T> {
			let now = frame_system::Pallet::<T>::block_number();
			Self::free_at(&Self::recent(&miner, now), now)
		}
	}
}

/// Blocks that a claim under some limits takes at the most, from its commitment to its settlement.
/// Tasks keep their data for as long after their deadline.
pub struct ClaimTime<T>(PhantomData<T>);

impl<T: Config> Convert<Limits, BlockNumberFor<T>> for ClaimTime<T> {
	fn convert(limits: Limits) -> BlockNumberFor<T> {
		T::RevealWindow::get().saturating_add(T::Verification::longest(&limits))
	}
}

impl<T: Config> Ranking for Pallet<T> {
	type AccountId = T::AccountId;
	type Balance = T::Balance;

	fn best(task: TaskId, places: usize) -> Vec<(ClaimId, T::AccountId)> {
		let board = Leaderboards::<T>::get(task).into_iter();
		board.take(places).map(|entry| (entry.claim, entry.miner)).collect()
	}

	fn rewarded(task: TaskId, claim: ClaimId, amount: T::Balance) {
		Claims::<T>::mutate(claim, |record| {
			let status = record.as_mut().map(|record| &mut record.status);
			if let Some(Status::Ended { ending: Ending::Verified { paid, unpaid, .. }, .. }) =
				status
			{
				(*paid, *unpaid) = (amount, None);
			}
		});
		Leaderboards::<T>::mutate(task, |board| {
			board
				.iter_mut()
				.filter(|entry| entry.claim == claim)
				.for_each(|entry| entry.paid = amount);
		});
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_best(task: TaskId, places: u32) {
		benchmarking::make_best::<T>(task, places);
	}
}

impl<T: Config> assay_traits::Claims for Pallet<T> {
	type AccountId = T::AccountId;

	fn verified_model(claim: ClaimId) -> Option<(T::AccountId, H256)> {
		let record = Claims::<T>::get(claim)?;
		let Scored { model_hash, .. } = Self::verified(&record)?;
		Some((record.miner, model_hash))
	}
}

/// What the calls do.
impl<T: Config> Pallet<T> {
	fn do_commit(miner: T::AccountId, task: TaskId, commitment: H256) -> DispatchResult {
		let (terms, bond) = Self::ensure_can_commit(&miner, task, commitment)?;
		let now = frame_system::Pallet::<T>::block_number();
		let claim = NextClaim::<T>::get();
		NextClaim::<T>::put(claim.checked_add(1).ok_or(ArithmeticError::Overflow)?);

		let mut recent = Self::recent(&miner, now);
		recent.try_push(now).map_err(|_| Error::<T>::RateLimited)?;
		RecentCommits::<T>::insert(&miner, recent);

		T::Stake::lock(&miner, LockReason::Claim(claim), bond)?;
		T::Tasks::claim_opened(task)?;
		let (withdraw_until, RevealPhase { from: reveal_from, until: reveal_until }) =
			terms.reveals.map_or_else(
				|| {
					let until = now.saturating_add(T::RevealWindow::get());
					(until, RevealPhase { from: now.saturating_add(One::one()), until })
				},
				|reveals| (terms.deadline, reveals),
			);
		let record = Claim {
			miner: miner.clone(),
			task,
			commitment,
			committed_at: now,
			bond,
			tolerance: terms.tolerance,
			revealed: None,
			status: Status::Committed { withdraw_until, reveal_from, reveal_until },
			deposit: T::Deposit::new(&miner, Self::footprint())?,
		};
		Claims::<T>::insert(claim, record);
		Commitments::<T>::insert(&miner, commitment, claim);
		Expiries::<T>::insert(reveal_until, claim, ());
		Queue::<T>::insert(task, Self::turn(claim), ());
		Self::deposit_event(Event::ClaimCommitted { claim, task, miner, reveal_until });
		Ok(())
	}

	fn do_reveal(
		miner: &T::AccountId,
		claim: ClaimId,
		body: ClaimBody,
		salt: &H256,
	) -> DispatchResult {
		let (mut record, terms) = Self::ensure_can_reveal(miner, claim, &body, salt)?;
		let now = frame_system::Pallet::<T>::block_number();
		let task = record.task;
		Self::stop_waiting(claim, &record);
		Self::take_run(claim, task, &body);
		T::Tasks::claim_revealed(task)?;
		T::Artifacts::pin(body.program)?;
		let job = T::Verification::open(
			Client::Claim(claim),
			miner,
			None,
			Self::begins(&terms),
			TrainingJob {
				vm_version: VM_VERSION,
				program: body.program,
				params: body.params.clone(),
				seed: body.seed,
				train: terms.train,
				train_root: terms.train_root,
				chunk_rows: terms.chunk_rows,
				// What is not known yet is filled in at the draw.
				holdout: terms.holdout.unwrap_or_default(),
				metric: terms.metric,
				file: None,
				limits: terms.limits,
			},
			Self::value(task),
		)?;

		let score = body.score;
		let seed = (terms.seed == SeedSource::Miner).then_some(body.seed);
		record.revealed = Some(Revealed { body, seed, job, at: now });
		record.status = Status::Revealed { settles_by: Self::settles_by(&terms) };
		Claims::<T>::insert(claim, record);
		let miner = miner.clone();
		Self::deposit_event(Event::ClaimRevealed { claim, task, miner, score, job });
		Ok(())
	}

	fn do_withdraw(miner: &T::AccountId, claim: ClaimId) -> DispatchResult {
		let record = Self::get_own(miner, claim)?;
		let (withdraw_until, _) = Self::waiting(&record)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now <= withdraw_until, Error::<T>::TooLateToWithdraw);

		Self::stop_waiting(claim, &record);
		T::Stake::unlock(miner, LockReason::Claim(claim))?;
		Self::end(claim, record, Ending::Withdrawn);
		Ok(())
	}

	fn do_expire(claim: ClaimId, record: ClaimOf<T>) {
		Self::stop_waiting(claim, &record);
		let slash = Self::slash(claim, &record, Offence::ClaimNotRevealed(claim));
		Self::end(claim, record, Ending::Expired { slash });
	}

	fn do_remove(miner: &T::AccountId, claim: ClaimId) -> DispatchResult {
		let record = Self::get_own(miner, claim)?;
		let Status::Ended { ending, keep_until, .. } = record.status else {
			return Err(Error::<T>::ClaimNotEnded.into());
		};
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now > keep_until, Error::<T>::ClaimRetained);
		let task = record.task;
		if let Ending::Verified { measured, .. } = ending {
			ensure!(T::Tasks::terms(task).is_err(), Error::<T>::TaskNotEnded);
			Self::unlist(claim, task, measured.model_hash, record.revealed.map(|it| it.body));
		}
		RecentCommits::<T>::mutate_exists(miner, |recent| {
			*recent = recent.take().and_then(|mut recent| {
				if let Some(at) = recent.iter().position(|at| *at == record.committed_at) {
					recent.remove(at);
				}
				(!recent.is_empty()).then_some(recent)
			});
		});
		Commitments::<T>::remove(miner, record.commitment);
		Claims::<T>::remove(claim);
		record.deposit.drop(miner)?;
		Self::deposit_event(Event::ClaimRemoved { claim, task, miner: miner.clone() });
		Ok(())
	}

	/// Ends the claims whose reveal window is over, in the order in which they end.
	fn expire_due(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::expire_base()).is_err() {
			return;
		}
		let start = ExpiryCursor::<T>::get();
		let mut at = start;
		while at < now && meter.can_consume(T::WeightInfo::expire_claim()) {
			// Some at once: each look begins with those that were removed in this block.
			let due: Vec<_> = Expiries::<T>::iter_key_prefix(at).take(AT_ONCE).collect();
			if due.is_empty() {
				meter.consume(T::WeightInfo::expire_pass());
				at.saturating_inc();
			}
			for claim in due {
				if meter.try_consume(T::WeightInfo::expire_claim()).is_err() {
					break;
				}
				if let Some(record) = Claims::<T>::get(claim).defensive() {
					Self::do_expire(claim, record);
				} else {
					Expiries::<T>::remove(at, claim);
				}
			}
		}
		if at > start {
			ExpiryCursor::<T>::put(at);
		}
	}
}

/// Parts that the calls share.
impl<T: Config> Pallet<T> {
	fn get(claim: ClaimId) -> Result<ClaimOf<T>, Error<T>> {
		Claims::<T>::get(claim).ok_or_else(|| {
			if claim < NextClaim::<T>::get() {
				Error::<T>::ClaimGone
			} else {
				Error::<T>::ClaimUnknown
			}
		})
	}

	fn get_own(miner: &T::AccountId, claim: ClaimId) -> Result<ClaimOf<T>, Error<T>> {
		let record = Self::get(claim)?;
		ensure!(record.miner == *miner, Error::<T>::NotTheMiner);
		Ok(record)
	}

	/// Last block in which a claim can be withdrawn, and those in which it can be revealed.
	fn waiting(record: &ClaimOf<T>) -> Result<(BlockNumberFor<T>, RevealsOf<T>), Error<T>> {
		match record.status {
			Status::Committed { withdraw_until, reveal_from, reveal_until } => {
				Ok((withdraw_until, RevealPhase { from: reveal_from, until: reveal_until }))
			},
			Status::Revealed { .. } | Status::Measured { .. } => Err(Error::<T>::AlreadyRevealed),
			Status::Ended { .. } => Err(Error::<T>::ClaimEnded),
		}
	}

	/// The claim is no longer one that waits to be revealed.
	fn stop_waiting(claim: ClaimId, record: &ClaimOf<T>) {
		if let Status::Committed { reveal_until, .. } = record.status {
			Expiries::<T>::remove(reveal_until, claim);
		}
	}

	/// Block by which there is a verdict on a claim that is revealed now.
	fn settles_by(terms: &TermsOf<T>) -> BlockNumberFor<T> {
		Self::begins(terms).saturating_add(T::Verification::longest(&terms.limits))
	}

	/// Block from which on a claim is verified that is revealed now. Hidden ones wait for the last
	/// that can be revealed: the earlier commitment wins, and not the earlier reveal.
	fn begins(terms: &TermsOf<T>) -> BlockNumberFor<T> {
		let reveals = terms.reveals.as_ref().map(|reveals| reveals.until);
		let begins = terms.sealed_until.or(reveals);
		begins.unwrap_or_else(frame_system::Pallet::<T>::block_number)
	}

	/// The key of a claim in [`Queue`].
	const fn turn(claim: ClaimId) -> [u8; 8] {
		claim.to_be_bytes()
	}

	/// The claim in [`Queue`] that was committed first.
	fn first(task: TaskId) -> Option<ClaimId> {
		Queue::<T>::iter_key_prefix(task).next().map(ClaimId::from_be_bytes)
	}

	/// Ends the claims that are found true and wait for no other any more.
	fn serve_due(meter: &mut WeightMeter) {
		while meter.try_consume(T::WeightInfo::serve_base()).is_ok() {
			let tasks: Vec<_> = Due::<T>::iter_keys().take(AT_ONCE).collect();
			let all = tasks.len() < AT_ONCE;
			if !tasks.into_iter().all(|task| Self::serve_task(task, meter)) || all {
				return;
			}
		}
	}

	/// Ends those of a task, some at once: each look begins with those that were removed in this
	/// block. Gives whether there was weight for it.
	fn serve_task(task: TaskId, meter: &mut WeightMeter) -> bool {
		if meter.try_consume(T::WeightInfo::serve_base()).is_err() {
			return false;
		}
		let first: Vec<_> = Queue::<T>::iter_key_prefix(task).take(AT_ONCE).collect();
		let all = first.len() < AT_ONCE;
		let mut waits = false;
		for claim in first.into_iter().map(ClaimId::from_be_bytes) {
			if meter.try_consume(T::WeightInfo::serve_claim()).is_err() {
				return false;
			}
			let record = Claims::<T>::get(claim);
			waits = !record.is_some_and(|record| Self::take_turn(claim, record));
			if waits {
				break;
			}
		}
		if waits || all {
			Due::<T>::remove(task);
		}
		true
	}

	/// What hangs on a claim in a task.
	fn value(task: TaskId) -> T::Balance {
		T::Tasks::prize(task).saturating_add(T::ClaimBond::get())
	}

	/// Bond of a claim in a task.
	fn bond(task: TaskId, terms: &TermsOf<T>) -> T::Balance {
		let fee = T::Verification::fee(&terms.limits, Self::value(task));
		T::ClaimBond::get().saturating_add(fee)
	}

	/// The part of `commit` that can be checked before its transaction is in a block. Gives the
	/// bond, too.
	pub(crate) fn ensure_can_commit(
		miner: &T::AccountId,
		task: TaskId,
		commitment: H256,
	) -> Result<(TermsOf<T>, T::Balance), DispatchError> {
		T::Stake::ensure_active(miner, Role::Miner)?;
		let terms = T::Tasks::open(task)?;
		let now = frame_system::Pallet::<T>::block_number();
		let free_at = Self::free_at(&Self::recent(miner, now), now);
		ensure!(free_at <= now, Error::<T>::RateLimited);
		ensure!(
			!Commitments::<T>::contains_key(miner, commitment),
			Error::<T>::DuplicateCommitment
		);
		let bond = Self::bond(task, &terms);
		ensure!(T::Stake::free(miner) >= bond, Error::<T>::BondNotCovered);
		Ok((terms, bond))
	}

	/// The part of `reveal` that can be checked before its transaction is in a block.
	pub(crate) fn ensure_can_reveal(
		miner: &T::AccountId,
		claim: ClaimId,
		body: &ClaimBody,
		salt: &H256,
	) -> Result<(ClaimOf<T>, TermsOf<T>), DispatchError> {
		let record = Self::get_own(miner, claim)?;
		let (_, RevealPhase { from, until }) = Self::waiting(&record)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now >= from, Error::<T>::TooEarly);
		ensure!(now <= until, Error::<T>::RevealWindowOver);
		ensure!(
			commitment::claim(miner, record.task, body, salt) == record.commitment,
			Error::<T>::CommitmentMismatch
		);
		let terms = T::Tasks::terms(record.task)?;
		ensure!(terms.seed == SeedSource::Miner || body.seed == 0, Error::<T>::SeedIsDrawn);
		let (least, most) = terms.metric.range();
		ensure!((least..=most).contains(&body.score), Error::<T>::ScoreOutOfRange);
		ensure!(terms.metric.gain(body.score, terms.threshold) >= 0, Error::<T>::BelowThreshold);
		// Hidden claims cannot be withdrawn any more: of one run, the later is superseded.
		if terms.reveals.is_none() {
			Self::ensure_free(claim, record.task, body)?;
		}
		let largest = u64::from(terms.limits.program_bytes);
		T::Artifacts::ensure_available(body.program, Self::settles_by(&terms), largest)?;
		Self::ensure_verifiable(miner, record.task, &terms)?;
		Ok((record, terms))
	}

	/// Fails unless the miner can pay now for the verification of a claim.
	fn ensure_verifiable(miner: &T::AccountId, task: TaskId, terms: &TermsOf<T>) -> DispatchResult {
		T::Verification::ensure_payable(miner, &terms.limits, Self::value(task))
	}

	/// The same of a claim that can be revealed otherwise.
	pub(crate) fn ensure_reveal_is_paid(miner: &T::AccountId, claim: ClaimId) -> DispatchResult {
		let record = Self::get_own(miner, claim)?;
		Self::ensure_verifiable(miner, record.task, &T::Tasks::terms(record.task)?)
	}

	/// The commitments of a miner that the rate limit counts.
	fn recent(miner: &T::AccountId, now: BlockNumberFor<T>) -> Commits<T> {
		let window = T::RateWindow::get();
		let mut recent = RecentCommits::<T>::get(miner);
		recent.retain(|at| at.saturating_add(window) > now);
		recent
	}

	/// First block, from `now` on, in which there is room for another commitment.
	fn free_at(recent: &Commits<T>, now: BlockNumberFor<T>) -> BlockNumberFor<T> {
		let most = T::MaxClaims::get().min(T::MaxRecent::get());
		let most = usize::try_from(most).unwrap_or(usize::MAX);
		match recent.len().checked_sub(most) {
			None => now,
			// There is room again when this one is counted no more.
			Some(index) => recent
				.get(index)
				.map_or_else(Bounded::max_value, |at| at.saturating_add(T::RateWindow::get())),
		}
	}

	/// Fails if another claim has a better right to a run (rule 1).
	fn ensure_free(claim: ClaimId, task: TaskId, body: &ClaimBody) -> Result<(), Error<T>> {
		let run = commitment::run(&body.program, &body.params, body.seed);
		if let Some(holder) = Runs::<T>::get(task, run) {
			let judged = Claims::<T>::get(holder)
				.is_none_or(|holder| matches!(holder.status, Status::Ended { .. }));
			ensure!(claim < holder && !judged, Error::<T>::DuplicateRun);
		}
		Ok(())
	}

	/// Gives a claim the right to its run, unless an earlier one has it, or it is verified.
	fn take_run(claim: ClaimId, task: TaskId, body: &ClaimBody) {
		let run = commitment::run(&body.program, &body.params, body.seed);
		let ended = |holder: ClaimId| {
			Claims::<T>::get(holder)
				.is_none_or(|record| matches!(record.status, Status::Ended { .. }))
		};
		if Runs::<T>::get(task, run).is_none_or(|holder| claim < holder && !ended(holder)) {
			Runs::<T>::insert(task, run, claim);
		}
	}

	/// Ends what [`Self::take_run`] gave, unless another claim has it since.
	fn release_run(claim: ClaimId, task: TaskId, body: &ClaimBody) {
		let run = commitment::run(&body.program, &body.params, body.seed);
		Runs::<T>::mutate_exists(task, run, |holder| {
			if *holder == Some(claim) {
				*holder = None;
			}
		});
	}

	/// Takes a verified claim from the lists of its task.
	fn unlist(claim: ClaimId, task: TaskId, model: H256, body: Option<ClaimBody>) {
		Models::<T>::remove(task, model);
		if let Some(body) = body {
			Self::release_run(claim, task, &body);
		}
		Leaderboards::<T>::mutate_exists(task, |board| {
			*board = board.take().and_then(|mut board| {
				board.retain(|entry| entry.claim != claim);
				(!board.is_empty()).then_some(board)
			});
		});
	}

	/// Slashes the bond of a claim. A bond that cannot be slashed is nowhere: it is logged, and the
	/// claim ends all the same.
	fn slash(claim: ClaimId, record: &ClaimOf<T>, offence: Offence) -> Option<SlashId> {
		let lock = LockReason::Claim(claim);
		with_storage_layer(|| T::Stake::slash_lock(&record.miner, lock, offence))
			.inspect_err(|error| log::error!(target: LOG_TARGET, "bond of {claim}: {error:?}"))
			.ok()
	}

	/// Ends a claim: writes how, lets the task know and emits the event.
	fn end(claim: ClaimId, mut record: ClaimOf<T>, ending: Ending<T::Balance>) {
		let at = frame_system::Pallet::<T>::block_number();
		let counted_until = record.committed_at.saturating_add(T::RateWindow::get());
		let keep_until = match ending {
			Ending::Withdrawn => counted_until,
			_ => at.saturating_add(T::Retention::get()).max(counted_until),
		};
		T::Tasks::claim_closed(record.task);
		Queue::<T>::remove(record.task, Self::turn(claim));
		// Whether another one has its turn is seen to once a block: each look for the first goes over
		// all that ended in this block.
		Due::<T>::insert(record.task, ());
		let (task, miner) = (record.task, record.miner.clone());
		Self::deposit_event(match &ending {
			Ending::Verified { measured, paid, unpaid } => Event::ClaimVerified {
				claim,
				task,
				miner,
				score: measured.score,
				paid: *paid,
				unpaid: *unpaid,
			},
			Ending::Rejected { measured, reason, slash } => Event::ClaimRejected {
				claim,
				task,
				miner,
				score: measured.map(|measured| measured.score),
				reason: *reason,
				slash: *slash,
			},
			Ending::Returned { reason, paid, .. } => {
				Event::ClaimReturned { claim, task, miner, reason: *reason, paid: *paid }
			},
			Ending::Superseded { by, .. } => Event::ClaimSuperseded { claim, task, miner, by: *by },
			Ending::Duplicate { of, .. } => Event::ClaimDuplicated { claim, task, miner, of: *of },
			Ending::Withdrawn => Event::ClaimWithdrawn { claim, task, miner },
			Ending::Expired { slash } => Event::ClaimExpired { claim, task, miner, slash: *slash },
		});
		record.status = Status::Ended { ending, at, keep_until };
		Claims::<T>::insert(claim, record);
	}

	/// What was measured of a verified claim.
	fn verified(record: &ClaimOf<T>) -> Option<Scored> {
		match &record.status {
			Status::Ended { ending: Ending::Verified { measured, .. }, .. } => Some(*measured),
			_ => None,
		}
	}

	/// What the deposit for a claim pays for: its record and all entries that it can have
	/// elsewhere.
	fn footprint() -> Footprint {
		let bytes = [
			ClaimOf::<T>::max_encoded_len(),
			<(T::AccountId, H256, ClaimId)>::max_encoded_len(),
			<(TaskId, H256, ClaimId)>::max_encoded_len(),
			<(TaskId, H256, ClaimId)>::max_encoded_len(),
			<(TaskId, EntryOf<T>)>::max_encoded_len(),
			<(T::AccountId, BlockNumberFor<T>)>::max_encoded_len(),
			<(BlockNumberFor<T>, ClaimId)>::max_encoded_len(),
			T::Verification::kept_bytes(),
			<(TaskId, ClaimId)>::max_encoded_len(),
			TaskId::max_encoded_len(),
		];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}

	fn view(claim: ClaimId, record: ClaimOf<T>) -> ViewOf<T> {
		let (stage, next, ended) = match record.status.clone() {
			Status::Committed { withdraw_until, reveal_from, reveal_until } => {
				let (from, until) = (reveal_from, reveal_until);
				(Stage::Committed, Deadline::Reveal { from, until, withdraw_until }, None)
			},
			Status::Revealed { settles_by } => {
				(Stage::Revealed, Deadline::Settle { by: settles_by }, None)
			},
			Status::Measured { settles_by, .. } => {
				(Stage::Measured, Deadline::Settle { by: settles_by }, None)
			},
			Status::Ended { ending, at, keep_until } => {
				let from = keep_until.saturating_add(One::one());
				(ending.stage(), Deadline::Remove { from }, Some((ending, at)))
			},
		};
		let ending = ended.as_ref().map(|(ending, _)| ending);
		let paid = match ending {
			Some(Ending::Verified { paid, .. } | Ending::Returned { paid, .. }) => *paid,
			_ => Zero::zero(),
		};
		let closed = || T::Tasks::terms(record.task).is_err();
		let measured = match &record.status {
			Status::Measured { measured, .. } => Some(*measured),
			_ => ending.and_then(Ending::measured),
		};
		let earlier = || Self::first(record.task).filter(|first| *first < claim);
		let reason = match ending.and_then(Ending::reason) {
			Some(Reason::PaidAtClose) if closed() => Some(Reason::NoShare),
			None if stage == Stage::Measured => earlier().map(Reason::EarlierOpen),
			reason => reason,
		};
		let revealed = record.revealed.as_ref();
		ClaimView {
			claim,
			task: record.task,
			stage,
			reason,
			next,
			claimed: revealed.map(|revealed| revealed.body.score),
			measured: measured.map(|measured| measured.score),
			tolerance: record.tolerance,
			paid,
			bond: record.bond,
			slash: ending.and_then(Ending::slash),
			program: revealed.map(|revealed| revealed.body.program),
			seed: revealed.and_then(|revealed| revealed.seed),
			job: revealed.map(|revealed| revealed.job),
			committed_at: record.committed_at,
			revealed_at: revealed.map(|revealed| revealed.at),
			ended_at: ended.as_ref().map(|(_, at)| *at),
			miner: record.miner,
		}
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// Checks the invariants of the pallet.
	///
	/// 1. Every claim has a number below [`NextClaim`]; those that wait to be revealed stand in
	///    [`Expiries`], at their last block, not before [`ExpiryCursor`], and no others.
	/// 2. [`Commitments`] has one entry for each claim and no other.
	/// 3. A claim was revealed if it waits for a verdict or has one, and only then.
	/// 4. The right to a run belongs to a revealed or verified claim of that run; every verified
	///    claim has the right to its run.
	/// 5. [`Models`] has one entry for each verified claim and no other.
	/// 6. Leaderboards are not empty, list verified claims of their task at the measured score,
	///    each once, and are sorted by commitment among equals.
	/// 7. The blocks that the rate limit counts are those of claims with a record, in order.
	/// 8. [`Queue`] has the claims that have not ended, and no others. Where the first of a task is
	///    found true, the task is in [`Due`].
	///
	/// # Errors
	///
	/// The number of the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		Self::check_claims()?;
		Self::check_indices()?;
		Self::check_leaderboards()?;
		Self::check_recent()?;
		Self::check_queue()
	}

	fn check_claims() -> Result<(), sp_runtime::TryRuntimeError> {
		let (next, cursor) = (NextClaim::<T>::get(), ExpiryCursor::<T>::get());
		let mut waiting = 0usize;
		for (claim, record) in Claims::<T>::iter() {
			ensure!(claim < next, "claims 1: a number was not given out");
			if let Status::Committed { reveal_until, .. } = record.status {
				waiting = waiting.saturating_add(1);
				ensure!(
					reveal_until >= cursor && Expiries::<T>::contains_key(reveal_until, claim),
					"claims 1: a commitment was passed over"
				);
			}
			ensure!(
				Commitments::<T>::get(&record.miner, record.commitment) == Some(claim),
				"claims 2: a commitment is not listed"
			);
			let judged = match &record.status {
				Status::Committed { .. } => false,
				Status::Revealed { .. } | Status::Measured { .. } => true,
				Status::Ended { ending, .. } => {
					!matches!(ending, Ending::Withdrawn | Ending::Expired { .. })
				},
			};
			ensure!(record.revealed.is_some() == judged, "claims 3: a body is missing or extra");
			if let Some(measured) = Self::verified(&record) {
				ensure!(
					record.revealed.as_ref().is_some_and(|revealed| {
						let body = &revealed.body;
						let run = commitment::run(&body.program, &body.params, body.seed);
						Runs::<T>::get(record.task, run) == Some(claim)
					}),
					"claims 4: a verified claim lost its run"
				);
				ensure!(
					Models::<T>::get(record.task, measured.model_hash) == Some(claim),
					"claims 5: a verified model is not listed"
				);
			}
		}
		ensure!(
			Expiries::<T>::iter_keys().count() == waiting,
			"claims 1: a claim expires that does not wait"
		);
		let claims = Claims::<T>::iter_keys().count();
		ensure!(
			Commitments::<T>::iter_keys().count() == claims,
			"claims 2: a commitment has no claim"
		);
		Ok(())
	}

	fn check_indices() -> Result<(), sp_runtime::TryRuntimeError> {
		for (task, run, claim) in Runs::<T>::iter() {
			let record = Self::get(claim)?;
			ensure!(record.task == task, "claims 4: a run belongs to another task");
			ensure!(
				matches!(record.status, Status::Revealed { .. } | Status::Measured { .. })
					|| Self::verified(&record).is_some(),
				"claims 4: a run belongs to a claim that lost"
			);
			ensure!(
				record.revealed.is_some_and(|revealed| {
					let body = &revealed.body;
					commitment::run(&body.program, &body.params, body.seed) == run
				}),
				"claims 4: a run belongs to a claim of another run"
			);
		}
		for (task, model, claim) in Models::<T>::iter() {
			let record = Self::get(claim)?;
			ensure!(
				record.task == task
					&& Self::verified(&record).is_some_and(|scored| scored.model_hash == model),
				"claims 5: a model was not verified"
			);
		}
		Ok(())
	}

	fn check_leaderboards() -> Result<(), sp_runtime::TryRuntimeError> {
		for (task, board) in Leaderboards::<T>::iter() {
			ensure!(!board.is_empty(), "claims 6: a leaderboard is empty");
			for entry in &board {
				let record = Self::get(entry.claim)?;
				ensure!(
					record.task == task
						&& record.miner == entry.miner
						&& Self::verified(&record)
							.is_some_and(|scored| scored.score == entry.score),
					"claims 6: an entry is not that of a verified claim"
				);
			}
			let terms = T::Tasks::terms(task).ok();
			for (better, worse) in board.iter().zip(board.iter().skip(1)) {
				let tied = better.score == worse.score && better.claim < worse.claim;
				let gains = terms
					.as_ref()
					.is_none_or(|terms| terms.metric.gain(better.score, worse.score) > 0);
				ensure!(
					tied || (better.score != worse.score && gains),
					"claims 6: a leaderboard is not sorted"
				);
			}
		}
		Ok(())
	}

	fn check_recent() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut commits =
			alloc::collections::BTreeMap::<T::AccountId, Vec<BlockNumberFor<T>>>::new();
		for record in Claims::<T>::iter_values() {
			commits.entry(record.miner).or_default().push(record.committed_at);
		}
		for (miner, recent) in RecentCommits::<T>::iter() {
			ensure!(recent.is_sorted(), "claims 7: commits are out of order");
			let commits = commits.entry(miner).or_default();
			for at in recent {
				let found = commits.iter().position(|commit| *commit == at);
				commits.swap_remove(found.ok_or("claims 7: a commit has no claim")?);
			}
		}
		Ok(())
	}

	fn check_queue() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut waiting = 0usize;
		for (claim, record) in Claims::<T>::iter() {
			let measured = matches!(record.status, Status::Measured { .. });
			let open = !matches!(record.status, Status::Ended { .. });
			ensure!(
				Queue::<T>::contains_key(record.task, Self::turn(claim)) == open,
				"claims 8: a claim is not in its queue, or in one that is not its own"
			);
			waiting = waiting.saturating_add(usize::from(open));
			let first = Self::first(record.task) == Some(claim);
			ensure!(
				!(first && measured) || Due::<T>::contains_key(record.task),
				"claims 8: a claim waits for ever"
			);
		}
		ensure!(Queue::<T>::iter_keys().count() == waiting, "claims 8: a queue has no claim");
		Ok(())
	}
}
