//! # Tasks
//!
//! The registry of tasks: what is to be trained, on what data, and the reward in escrow.
//!
//! - [`Config`], [`Call`], [`Pallet`], [`Event`], [`Error`]
//!
//! ## Overview
//!
//! A *sponsor* creates a task: training data, holdout, metric, threshold, limits of a run, a
//! deadline and a reward. The reward is held on the sponsor's own account until it is paid to the
//! miners of verified claims, or given back. A task ends in one of two ways, both of which remove
//! its record, give back what is left of the reward and the deposit, and let go of the data:
//!
//! - the sponsor *cancels* it before its deadline, or
//! - anybody *closes* it afterwards.
//!
//! Neither is possible while a claim in the task is open: whoever committed to a claim is judged
//! and paid under the terms that it saw. Claims that ended need nothing of the task, so the record
//! goes as a whole; `pallet-assay-claims` keeps (and has paid for) the leaderboard.
//!
//! A *bounty* is paid as soon as a claim is verified. A *contest* pays shares of a pool to the best
//! verified claims when the task is closed. The claims of a contest are hidden until the deadline:
//! they are revealed in the blocks after it.
//!
//! A *sealed* holdout is one that nobody but the sponsor has while models are made:
//!
//! ```text
//!   create ──────────────► deadline ────────────► reveals over ─────────► sealed_until ──► verdicts
//!     claims are committed    claims are revealed    reveal_holdout
//! ```
//!
//! The sponsor commits to it in the task, claims are hidden until the deadline and revealed after
//! it, and only then is it published: neither can it be trained on, nor chosen by the claims. A
//! sponsor that has all programs and does not publish, or publishes what is no holdout, forfeits
//! the whole escrow, a pledge besides the reward, in equal parts to the claims that were revealed.
//! To publish never costs it more than the reward.
//!
//! Other pallets reach a task through [`assay_traits::Tasks`].
//!
//! ## Example
//!
//! A task of three bounties of 100 that is cancelled after the first was paid:
#![doc = docify::embed!("src/tests/mod.rs", gives_everything_back)]
//! ## Rules
//!
//! 1. The reward of every task is in escrow in full: a hold ([`HoldReason::Reward`]) on the
//!    sponsor's account equals what its tasks can still pay or forfeit. Freezes on that account do
//!    not get in the way of a payment.
//! 2. Never more is paid than was put in escrow.
//! 3. Terms do not change: [`Pallet::top_up`] only adds bounties.
//! 4. The data is checked to stay available until the last claim can have ended, and is pinned.
//! 5. Every record is paid for by a deposit, given back with its removal.
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

pub use pallet::*;
pub use types::{
	Holdout, Name, RevealPhase, Reward, SeedSource, Shares, Task, TaskSpec, MAX_NAME, MAX_PLACES,
};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

use alloc::vec::Vec;
use assay_primitives::{commitment, ArtifactId, ClaimId, Limits, Score, TaskId, H256};
use assay_traits::{Artifacts, Ranking, TaskTerms};
use frame_support::{
	ensure,
	pallet_prelude::*,
	traits::{
		fungible::{self, hold::Mutate as _},
		tokens::{Fortitude, Precision, Preservation, Restriction},
		Consideration, Footprint,
	},
};
use frame_system::pallet_prelude::*;
use sp_runtime::{
	traits::{CheckedAdd, CheckedDiv, CheckedMul, Convert, One, Saturating, Zero},
	ArithmeticError,
};

/// Amounts of the currency.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// What a sponsor asks for.
pub type SpecOf<T> = TaskSpec<BalanceOf<T>, BlockNumberFor<T>>;
/// The record of a task.
pub type TaskOf<T> = Task<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::Deposit,
>;
/// What a claim needs to know of its task.
pub type TermsOf<T> = TaskTerms<BlockNumberFor<T>>;

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
		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// The money that rewards are paid in.
		type Currency: fungible::Mutate<Self::AccountId>
			+ fungible::hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// What a sponsor puts down for the record of a task. Without a price, state grows for
		/// free.
		type Deposit: Consideration<Self::AccountId, Footprint>;

		/// Where the data is.
		type Artifacts: Artifacts<BlockNumber = BlockNumberFor<Self>>;

		/// Who is rewarded when a contest is closed.
		type Ranking: Ranking<AccountId = Self::AccountId, Balance = BalanceOf<Self>>;

		/// Blocks that a claim under some limits takes at the most, from its commitment to its
		/// settlement. Data must stay available for so long after the deadline. If it is too short,
		/// late claims come back without a verdict because their data is gone.
		type ClaimTime: Convert<Limits, BlockNumberFor<Self>>;

		/// The most that the limits of a task may allow, field by field. Memory and fuel here are
		/// what every verifier must be able to provide; too high, and runs do not end within the
		/// time that a committee has.
		///
		/// Sane: 16 MiB of program, 10 minutes at the reference speed of fuel in total.
		type MaxLimits: Get<Limits>;

		/// Largest training data or holdout in bytes. Every verifier fetches both. Sane: 16 MiB.
		type MaxDataBytes: Get<u64>;

		/// Tolerance, in units of [`Score`], of a task that names none. Zero punishes miners for
		/// the last digit of a rounded claim; a large one lets them exaggerate. Sane: 0.001.
		type DefaultTolerance: Get<i64>;

		/// Smallest bounty. At least the existential deposit; below what a claim costs its miner,
		/// tasks are only noise.
		type MinBounty: Get<BalanceOf<Self>>;

		/// Fewest blocks from creation to the deadline. Too few, and nobody has the time to train.
		type MinDuration: Get<BlockNumberFor<Self>>;

		/// Most blocks from creation to the deadline. Artifacts must stay that long; above their
		/// longest retention no task of that duration can be created.
		type MaxDuration: Get<BlockNumberFor<Self>>;

		/// Blocks after the deadline in which claims are revealed that were hidden until then, and
		/// their programs uploaded, all of them in these blocks: before, others could still commit to
		/// them. Too few, and a full chain costs honest miners their bond, and who fills it is left
		/// alone in a contest; sane are hours.
		type RevealWindow: Get<BlockNumberFor<Self>>;

		/// Blocks after the reveals in which a sealed holdout is published. Too few, and honest
		/// sponsors forfeit their escrow; too many, and miners wait.
		type HoldoutWindow: Get<BlockNumberFor<Self>>;

		/// What vouches for a sealed holdout besides the reward. At zero a sponsor whose reward is
		/// due loses nothing by withholding the holdout.
		type HoldoutPledge: Get<BalanceOf<Self>>;
	}

	/// Why money of a sponsor is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Rewards that are not paid yet, and pledges for sealed holdouts.
		#[codec(index = 0)]
		Reward,
		/// The deposit for the record of a task.
		#[codec(index = 1)]
		Deposit,
	}

	/// Number of the next task.
	#[pallet::storage]
	pub type NextTask<T: Config> = StorageValue<_, TaskId, ValueQuery>;

	/// The tasks that were neither cancelled nor closed.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Tasks<T: Config> = StorageMap<_, Twox64Concat, TaskId, TaskOf<T>>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A task was created.
		TaskCreated {
			/// The task.
			task: TaskId,
			/// Who pays.
			sponsor: T::AccountId,
			/// What was put in escrow.
			escrow: BalanceOf<T>,
			/// Last block in which claims can be committed.
			deadline: BlockNumberFor<T>,
		},
		/// Bounties were added to a task.
		TaskToppedUp {
			/// The task.
			task: TaskId,
			/// How many bounties were added.
			winners: u32,
			/// What was put in escrow besides.
			escrow: BalanceOf<T>,
		},
		/// A bounty was paid.
		BountyPaid {
			/// The task.
			task: TaskId,
			/// Who got it.
			miner: T::AccountId,
			/// What was paid.
			amount: BalanceOf<T>,
			/// How many bounties are left.
			left: u32,
		},
		/// A bounty that was paid for nothing went back into the escrow.
		BountyReturned {
			/// The task.
			task: TaskId,
			/// Who gave it back.
			payer: T::AccountId,
			/// How much.
			amount: BalanceOf<T>,
		},
		/// The sponsor cancelled a task.
		TaskCancelled {
			/// The task.
			task: TaskId,
			/// What was left of the escrow and went back.
			returned: BalanceOf<T>,
		},
		/// A task was closed after its deadline.
		TaskClosed {
			/// The task.
			task: TaskId,
			/// What was left of the escrow and went back.
			returned: BalanceOf<T>,
		},
		/// The sponsor published the holdout that it had committed to.
		HoldoutPublished {
			/// The task.
			task: TaskId,
			/// The holdout.
			holdout: ArtifactId,
		},
		/// The holdout of a task was missing or unusable: a claimant got its part of the escrow.
		ForfeitPaid {
			/// The task.
			task: TaskId,
			/// Who got it.
			miner: T::AccountId,
			/// What was paid.
			amount: BalanceOf<T>,
		},
		/// A share of a contest was paid.
		SharePaid {
			/// The task.
			task: TaskId,
			/// The place, from 1.
			place: u32,
			/// The claim.
			claim: ClaimId,
			/// Who got it.
			miner: T::AccountId,
			/// What was paid.
			amount: BalanceOf<T>,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// No task has this number yet.
		TaskUnknown,
		/// The task was cancelled or closed.
		TaskEnded,
		/// The deadline of the task has passed: no more claims, no more bounties.
		DeadlinePassed,
		/// The deadline of the task has not passed. Try again in the block after it.
		DeadlineAhead,
		/// Only the sponsor of the task may do this.
		NotTheSponsor,
		/// A claim in the task has not ended. Try again when it was settled, withdrawn or has
		/// expired.
		ClaimsOpen,
		/// The name is empty.
		NameEmpty,
		/// The name is not UTF-8, or has control characters, which would do more to a terminal than
		/// show a name.
		NameNotText,
		/// A chunk must have at least one row.
		ChunkRowsZero,
		/// The holdout is the training data itself.
		HoldoutIsTraining,
		/// The threshold is no value of the metric.
		ThresholdOutOfRange,
		/// The tolerance is negative, or larger than the range of the metric.
		ToleranceOutOfRange,
		/// The smallest improvement is not positive, or larger than the range of the metric.
		ImprovementOutOfRange,
		/// A limit is zero: nothing could run.
		LimitIsZero,
		/// A limit is above what the protocol allows, see `MaxLimits`.
		LimitTooHigh,
		/// A single call may use more fuel than the whole run.
		StepFuelAboveTotal,
		/// The bounty is below the smallest that is allowed, see `MinBounty`.
		BountyTooSmall,
		/// There must be a bounty for at least one winner.
		NoWinners,
		/// The deadline is too soon, see `MinDuration`.
		DeadlineTooSoon,
		/// The deadline is too far away, see `MaxDuration`.
		DeadlineTooFar,
		/// The shares of a contest are none, grow from a place to the next, or are too large to be
		/// added up.
		SharesOutOfOrder,
		/// Only bounties can be added. A contest shares one pool.
		NotABounty,
		/// The holdout of the task is open.
		HoldoutNotSealed,
		/// The holdout was published already.
		HoldoutKnown,
		/// Claims can still be revealed. Try again in the block after `reveals.until`.
		RevealsOpen,
		/// The holdout could be published until `sealed_until`; the escrow is forfeited to the
		/// revealed claims.
		HoldoutTooLate,
		/// Artifact and salt do not open the commitment of the task.
		HoldoutMismatch,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let max = T::MaxLimits::get();
			assert!(Self::check_limits(&max).is_ok(), "no task can use the largest limits");
			assert!(T::MaxDataBytes::get() > 0, "no data set is small enough");
			assert!(
				(0..=Score::ONE).contains(&T::DefaultTolerance::get()),
				"the default tolerance is refused by bounded metrics"
			);
			assert!(
				T::MinBounty::get() >= <T::Currency as fungible::Inspect<_>>::minimum_balance(),
				"a bounty below the existential deposit cannot be paid to every account"
			);
			assert!(
				!T::MinDuration::get().is_zero() && T::MinDuration::get() <= T::MaxDuration::get(),
				"no duration is allowed"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Create a task and put its reward in escrow.
		///
		/// Origin: signed, by the sponsor.
		///
		/// Holds the whole reward, a pledge for a sealed holdout and a deposit on the sponsor's
		/// account, and pins the data. The data must be available until the last claim can have
		/// ended.
		///
		/// Errors: `NameEmpty`, `NameNotText`, `ChunkRowsZero`, `HoldoutIsTraining`,
		/// `ThresholdOutOfRange`, `ToleranceOutOfRange`, `ImprovementOutOfRange`, `LimitIsZero`,
		/// `LimitTooHigh`, `StepFuelAboveTotal`, `BountyTooSmall`, `NoWinners`, `SharesOutOfOrder`,
		/// `DeadlineTooSoon`, `DeadlineTooFar`; those of the artifacts, if the data is not
		/// available; those of the currency, if the sponsor cannot pay.
		///
		/// Emits `TaskCreated`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::create())]
		pub fn create(origin: OriginFor<T>, spec: SpecOf<T>) -> DispatchResult {
			let sponsor = ensure_signed(origin)?;
			Self::do_create(sponsor, spec).map(|_| ())
		}

		/// Add bounties to a task.
		///
		/// Origin: signed, by the sponsor.
		///
		/// Holds the amount of one bounty for each of `winners` besides.
		///
		/// Errors: `TaskUnknown`, `TaskEnded`, `DeadlinePassed`, `NotTheSponsor`, `NoWinners`,
		/// `NotABounty`; those of the currency, if the sponsor cannot pay.
		///
		/// Emits `TaskToppedUp`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::top_up())]
		pub fn top_up(origin: OriginFor<T>, task: TaskId, winners: u32) -> DispatchResult {
			let sponsor = ensure_signed(origin)?;
			Self::do_top_up(&sponsor, task, winners)
		}

		/// Publish the holdout that a task was created with.
		///
		/// Origin: signed, by the sponsor.
		///
		/// Possible when no claim can be revealed any more, until `sealed_until`. Pins the data,
		/// which must be available until the last verdict. The committees are drawn after
		/// `sealed_until`.
		///
		/// Errors: `TaskUnknown`, `TaskEnded`, `NotTheSponsor`, `HoldoutNotSealed`, `HoldoutKnown`,
		/// `RevealsOpen`, `HoldoutTooLate`, `HoldoutMismatch`, `HoldoutIsTraining`; those of the
		/// artifacts, if the data is not available.
		///
		/// Emits `HoldoutPublished`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::reveal_holdout())]
		pub fn reveal_holdout(
			origin: OriginFor<T>,
			task: TaskId,
			holdout: ArtifactId,
			salt: H256,
		) -> DispatchResult {
			let sponsor = ensure_signed(origin)?;
			Self::do_reveal_holdout(&sponsor, task, holdout, &salt)
		}

		/// Cancel a task before its deadline, in which no claim is open.
		///
		/// Origin: signed, by the sponsor.
		///
		/// Gives back what is left of the escrow and the deposit, lets go of the data and removes
		/// the record.
		///
		/// Errors: `TaskUnknown`, `TaskEnded`, `NotTheSponsor`, `DeadlinePassed` (close it
		/// instead), `ClaimsOpen`.
		///
		/// Emits `TaskCancelled`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
			let sponsor = ensure_signed(origin)?;
			Self::do_cancel(&sponsor, task)
		}

		/// Close a task after its deadline, when no claim in it is open any more.
		///
		/// Origin: signed, by anybody.
		///
		/// Pays the shares of a contest, gives back to the sponsor what is left of the escrow and
		/// the deposit, lets go of the data and removes the record.
		///
		/// Errors: `TaskUnknown`, `TaskEnded`, `DeadlineAhead`, `ClaimsOpen`.
		///
		/// Emits `SharePaid` for each place of a contest that somebody took, and `TaskClosed`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::close())]
		pub fn close(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close(task)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The record of a task; nothing once it was cancelled or closed.
		pub fn task(task: TaskId) -> Option<TaskOf<T>> {
			Tasks::<T>::get(task)
		}
	}
}

/// What the calls do.
impl<T: Config> Pallet<T> {
	fn do_create(sponsor: T::AccountId, mut spec: SpecOf<T>) -> Result<TaskId, DispatchError> {
		let tolerance = spec.tolerance.unwrap_or_else(T::DefaultTolerance::get);
		spec.tolerance = Some(tolerance);
		Self::check_spec(&spec, tolerance)?;

		let reveals = spec.hides_claims().then(|| RevealPhase {
			from: spec.deadline.saturating_add(One::one()),
			until: spec.deadline.saturating_add(T::RevealWindow::get()),
		});
		let (holdout, sealed_until, pledge) = match spec.holdout {
			Holdout::Open(id) => (Some(id), None, Zero::zero()),
			Holdout::Sealed(_) => {
				let revealed = reveals.map_or(spec.deadline, |reveals| reveals.until);
				let until = revealed.saturating_add(T::HoldoutWindow::get());
				(None, Some(until), T::HoldoutPledge::get())
			},
		};
		let last = sealed_until.or(reveals.map(|reveals| reveals.until)).unwrap_or(spec.deadline);
		for data in core::iter::once(spec.train).chain(holdout) {
			Self::take(data, last, &spec.limits, T::MaxDataBytes::get())?;
		}

		let reward = Self::total(&spec.reward).ok_or(ArithmeticError::Overflow)?;
		let escrow = reward.checked_add(&pledge).ok_or(ArithmeticError::Overflow)?;
		T::Currency::hold(&HoldReason::Reward.into(), &sponsor, escrow)?;
		let deposit =
			T::Deposit::new(&sponsor, Footprint::from_parts(1, TaskOf::<T>::max_encoded_len()))?;

		let task = NextTask::<T>::get();
		NextTask::<T>::put(task.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let deadline = spec.deadline;
		let record = Task {
			sponsor: sponsor.clone(),
			spec,
			holdout,
			sealed_until,
			reveals,
			escrow,
			max_data: T::MaxDataBytes::get(),
			paid: 0,
			forfeit: None,
			open_claims: 0,
			revealed: 0,
			created_at: frame_system::Pallet::<T>::block_number(),
			deposit,
		};
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::TaskCreated { task, sponsor, escrow, deadline });
		Ok(task)
	}

	fn do_top_up(sponsor: &T::AccountId, task: TaskId, more: u32) -> DispatchResult {
		let mut record = Self::get(task)?;
		ensure!(record.sponsor == *sponsor, Error::<T>::NotTheSponsor);
		Self::ensure_open(&record)?;
		ensure!(more > 0, Error::<T>::NoWinners);

		let Reward::Bounty { amount, winners, .. } = &mut record.spec.reward else {
			return Err(Error::<T>::NotABounty.into());
		};
		*winners = winners.checked_add(more).ok_or(ArithmeticError::Overflow)?;
		let escrow = amount.checked_mul(&more.into()).ok_or(ArithmeticError::Overflow)?;
		T::Currency::hold(&HoldReason::Reward.into(), sponsor, escrow)?;
		record.escrow = record.escrow.checked_add(&escrow).ok_or(ArithmeticError::Overflow)?;
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::TaskToppedUp { task, winners: more, escrow });
		Ok(())
	}

	fn do_reveal_holdout(
		sponsor: &T::AccountId,
		task: TaskId,
		holdout: ArtifactId,
		salt: &H256,
	) -> DispatchResult {
		let mut record = Self::get(task)?;
		ensure!(record.sponsor == *sponsor, Error::<T>::NotTheSponsor);
		let (Holdout::Sealed(sealed), Some(until), Some(reveals)) =
			(&record.spec.holdout, record.sealed_until, record.reveals)
		else {
			return Err(Error::<T>::HoldoutNotSealed.into());
		};
		ensure!(record.holdout.is_none(), Error::<T>::HoldoutKnown);
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now > reveals.until, Error::<T>::RevealsOpen);
		ensure!(now <= until, Error::<T>::HoldoutTooLate);
		ensure!(
			commitment::holdout(sponsor, &holdout, salt) == *sealed,
			Error::<T>::HoldoutMismatch
		);
		ensure!(holdout != record.spec.train, Error::<T>::HoldoutIsTraining);
		Self::take(holdout, until, &record.spec.limits, record.max_data)?;

		record.holdout = Some(holdout);
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::HoldoutPublished { task, holdout });
		Ok(())
	}

	fn do_cancel(sponsor: &T::AccountId, task: TaskId) -> DispatchResult {
		let record = Self::get(task)?;
		ensure!(record.sponsor == *sponsor, Error::<T>::NotTheSponsor);
		Self::ensure_open(&record)?;
		let returned = Self::remove(task, record)?;
		Self::deposit_event(Event::TaskCancelled { task, returned });
		Ok(())
	}

	fn do_close(task: TaskId) -> DispatchResult {
		let mut record = Self::get(task)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now > record.spec.deadline, Error::<T>::DeadlineAhead);
		ensure!(record.open_claims == 0, Error::<T>::ClaimsOpen);
		Self::pay_shares(task, &mut record)?;
		let returned = Self::remove(task, record)?;
		Self::deposit_event(Event::TaskClosed { task, returned });
		Ok(())
	}
}

/// Parts that the calls share.
impl<T: Config> Pallet<T> {
	fn get(task: TaskId) -> Result<TaskOf<T>, Error<T>> {
		Tasks::<T>::get(task).ok_or_else(|| {
			if task < NextTask::<T>::get() {
				Error::<T>::TaskEnded
			} else {
				Error::<T>::TaskUnknown
			}
		})
	}

	fn ensure_open(record: &TaskOf<T>) -> Result<(), Error<T>> {
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now <= record.spec.deadline, Error::<T>::DeadlinePassed);
		Ok(())
	}

	fn check_spec(spec: &SpecOf<T>, tolerance: i64) -> DispatchResult {
		ensure!(!spec.name.is_empty(), Error::<T>::NameEmpty);
		let plain = |name: &str| !name.chars().any(char::is_control);
		ensure!(core::str::from_utf8(&spec.name).is_ok_and(plain), Error::<T>::NameNotText);
		ensure!(spec.chunk_rows > 0, Error::<T>::ChunkRowsZero);
		ensure!(spec.holdout != Holdout::Open(spec.train), Error::<T>::HoldoutIsTraining);

		let (least, most) = spec.metric.range();
		let differences = 0..=most.0.saturating_sub(least.0);
		ensure!((least..=most).contains(&spec.threshold), Error::<T>::ThresholdOutOfRange);
		ensure!(differences.contains(&tolerance), Error::<T>::ToleranceOutOfRange);
		Self::check_limits(&spec.limits)?;
		match &spec.reward {
			Reward::Bounty { amount, winners, min_improvement } => {
				let improvements = 1..=*differences.end();
				ensure!(improvements.contains(min_improvement), Error::<T>::ImprovementOutOfRange);
				ensure!(*amount >= T::MinBounty::get(), Error::<T>::BountyTooSmall);
				ensure!(*winners > 0, Error::<T>::NoWinners);
			},
			Reward::Contest { pool, shares } => {
				let falling = shares.iter().zip(shares.iter().skip(1)).all(|(a, b)| a >= b);
				let amounts = Self::places(*pool, shares).filter(|amounts| !amounts.is_empty());
				let amounts = amounts.filter(|_| falling).ok_or(Error::<T>::SharesOutOfOrder)?;
				ensure!(
					amounts.iter().all(|amount| *amount >= T::MinBounty::get()),
					Error::<T>::BountyTooSmall
				);
			},
		}

		let now = frame_system::Pallet::<T>::block_number();
		let duration = spec.deadline.saturating_sub(now);
		ensure!(duration >= T::MinDuration::get(), Error::<T>::DeadlineTooSoon);
		ensure!(duration <= T::MaxDuration::get(), Error::<T>::DeadlineTooFar);
		Ok(())
	}

	fn check_limits(limits: &Limits) -> Result<(), Error<T>> {
		let fields = |l: &Limits| {
			[
				u64::from(l.program_bytes),
				u64::from(l.memory_pages),
				u64::from(l.steps),
				l.step_fuel,
				l.total_fuel,
			]
		};
		let (asked, allowed) = (fields(limits), fields(&T::MaxLimits::get()));
		ensure!(asked.iter().all(|limit| *limit > 0), Error::<T>::LimitIsZero);
		ensure!(
			asked.iter().zip(allowed).all(|(limit, most)| *limit <= most),
			Error::<T>::LimitTooHigh
		);
		ensure!(limits.step_fuel <= limits.total_fuel, Error::<T>::StepFuelAboveTotal);
		Ok(())
	}

	/// What a reward comes to.
	fn total(reward: &Reward<BalanceOf<T>>) -> Option<BalanceOf<T>> {
		match reward {
			Reward::Bounty { amount, winners, .. } => amount.checked_mul(&(*winners).into()),
			Reward::Contest { pool, .. } => Some(*pool),
		}
	}

	/// What each place of a contest gets; nothing if that cannot be computed.
	fn places(pool: BalanceOf<T>, shares: &[u32]) -> Option<Vec<BalanceOf<T>>> {
		let sum = shares.iter().try_fold(0u32, |sum, share| sum.checked_add(*share))?;
		shares
			.iter()
			.map(|share| pool.checked_mul(&(*share).into())?.checked_div(&sum.into()))
			.collect()
	}

	/// Checks that the data of a task stays until claims that begin at `last` have ended, and pins
	/// it.
	fn take(
		data: ArtifactId,
		last: BlockNumberFor<T>,
		limits: &Limits,
		max_bytes: u64,
	) -> DispatchResult {
		let until = last.saturating_add(T::ClaimTime::convert(*limits));
		T::Artifacts::ensure_available(data, until, max_bytes)?;
		T::Artifacts::pin(data)
	}

	/// Pays from the escrow of a task.
	fn pay(record: &mut TaskOf<T>, to: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		// By force: a sponsor that froze its balance owes the reward all the same (rule 1).
		T::Currency::transfer_on_hold(
			&HoldReason::Reward.into(),
			&record.sponsor,
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		record.escrow = record.escrow.saturating_sub(amount);
		Ok(())
	}

	/// Pays the shares of a contest, as far as its escrow was not forfeited.
	fn pay_shares(task: TaskId, record: &mut TaskOf<T>) -> DispatchResult {
		let Reward::Contest { pool, shares } = &record.spec.reward else { return Ok(()) };
		let amounts = Self::places(*pool, shares).ok_or(ArithmeticError::Overflow)?;
		let best = T::Ranking::best(task, amounts.len());
		for ((place, amount), (claim, miner)) in (1..).zip(amounts).zip(best) {
			let amount = amount.min(record.escrow);
			Self::pay(record, &miner, amount)?;
			T::Ranking::rewarded(task, claim, amount);
			Self::deposit_event(Event::SharePaid { task, place, claim, miner, amount });
		}
		Ok(())
	}

	/// Gives back everything that a task holds, and removes it.
	fn remove(task: TaskId, record: TaskOf<T>) -> Result<BalanceOf<T>, DispatchError> {
		ensure!(record.open_claims == 0, Error::<T>::ClaimsOpen);
		let left = record.escrow;
		// First the deposit, so that its account can receive the rest, however little that is.
		record.deposit.drop(&record.sponsor)?;
		T::Currency::release(&HoldReason::Reward.into(), &record.sponsor, left, Precision::Exact)?;
		for data in core::iter::once(record.spec.train).chain(record.holdout) {
			T::Artifacts::unpin(data);
		}
		Tasks::<T>::remove(task);
		Ok(left)
	}

	fn terms_of(record: TaskOf<T>) -> TermsOf<T> {
		let spec = record.spec;
		let min_improvement = match spec.reward {
			Reward::Bounty { min_improvement, .. } => Some(min_improvement),
			Reward::Contest { .. } => None,
		};
		TaskTerms {
			train: spec.train,
			train_root: spec.train_root,
			chunk_rows: spec.chunk_rows,
			holdout: record.holdout,
			sealed_until: record.sealed_until,
			reveals: record.reveals,
			seed: spec.seed,
			metric: spec.metric,
			threshold: spec.threshold,
			tolerance: spec.tolerance.unwrap_or_else(T::DefaultTolerance::get),
			limits: spec.limits,
			min_improvement,
			deadline: spec.deadline,
		}
	}
}

impl<T: Config> assay_traits::Tasks for Pallet<T> {
	type AccountId = T::AccountId;
	type Balance = BalanceOf<T>;
	type BlockNumber = BlockNumberFor<T>;

	fn open(task: TaskId) -> Result<TermsOf<T>, DispatchError> {
		let record = Self::get(task)?;
		Self::ensure_open(&record)?;
		Ok(Self::terms_of(record))
	}

	fn terms(task: TaskId) -> Result<TermsOf<T>, DispatchError> {
		Ok(Self::terms_of(Self::get(task)?))
	}

	fn claim_opened(task: TaskId) -> DispatchResult {
		let mut record = Self::get(task)?;
		record.open_claims = record.open_claims.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		Tasks::<T>::insert(task, record);
		Ok(())
	}

	fn claim_closed(task: TaskId) {
		Tasks::<T>::mutate(task, |record| match record {
			Some(record) if record.open_claims > 0 => record.open_claims.saturating_dec(),
			_ => {
				frame_support::defensive!("a claim ended that was never opened");
			},
		});
	}

	fn claim_revealed(task: TaskId) -> DispatchResult {
		let mut record = Self::get(task)?;
		record.revealed = record.revealed.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		Tasks::<T>::insert(task, record);
		Ok(())
	}

	fn prize(task: TaskId) -> BalanceOf<T> {
		let prize = |record: TaskOf<T>| match record.spec.reward {
			Reward::Bounty { amount, .. } => Some(amount),
			Reward::Contest { pool, shares } => Self::places(pool, &shares)?.first().copied(),
		};
		Self::get(task).ok().and_then(prize).unwrap_or_else(Zero::zero)
	}

	fn pay_bounty(task: TaskId, miner: &T::AccountId) -> Result<BalanceOf<T>, DispatchError> {
		let mut record = Self::get(task)?;
		let Reward::Bounty { amount, winners, .. } = record.spec.reward else {
			return Ok(Zero::zero());
		};
		let Some(left) = winners.checked_sub(record.paid).and_then(|left| left.checked_sub(1))
		else {
			return Ok(Zero::zero());
		};
		// Less only if a part of the escrow was forfeited.
		let amount = amount.min(record.escrow);
		Self::pay(&mut record, miner, amount)?;
		record.paid.saturating_inc();
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::BountyPaid { task, miner: miner.clone(), amount, left });
		Ok(amount)
	}

	fn return_bounty(task: TaskId, payer: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		let mut record = Self::get(task)?;
		T::Currency::transfer_and_hold(
			&HoldReason::Reward.into(),
			payer,
			&record.sponsor,
			amount,
			Precision::Exact,
			Preservation::Expendable,
			// Whoever gives it back owes it, frozen or not.
			Fortitude::Force,
		)?;
		record.escrow = record.escrow.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
		record.paid.saturating_dec();
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::BountyReturned { task, payer: payer.clone(), amount });
		Ok(())
	}

	fn pay_forfeit(task: TaskId, miner: &T::AccountId) -> Result<BalanceOf<T>, DispatchError> {
		let mut record = Self::get(task)?;
		if record.sealed_until.is_none() {
			return Ok(Zero::zero());
		}
		let equal =
			|| record.escrow.checked_div(&record.revealed.into()).unwrap_or_else(Zero::zero);
		let part = record.forfeit.unwrap_or_else(equal);
		record.forfeit = Some(part);
		let amount = part.min(record.escrow);
		Self::pay(&mut record, miner, amount)?;
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::ForfeitPaid { task, miner: miner.clone(), amount });
		Ok(amount)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_open() -> TaskId {
		benchmarking::make_open::<T>()
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// Checks the invariants of the pallet.
	///
	/// 1. Every task has a number below [`NextTask`].
	/// 2. No task has paid more bounties than it promised, what it still promises is in its escrow,
	///    and its tolerance is filled in.
	/// 3. What is held of a sponsor for rewards is what its tasks have in escrow.
	/// 4. The holdout of a task is known unless it is sealed, and hidden claims have a time to be
	///    revealed, in that order.
	///
	/// # Errors
	///
	/// The number of the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use fungible::hold::Inspect;
		let mut escrow = alloc::collections::BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (task, record) in Tasks::<T>::iter() {
			ensure!(task < NextTask::<T>::get(), "tasks 1: a number was not given out");
			let owed = match record.spec.reward {
				Reward::Bounty { amount, winners, .. } => {
					ensure!(record.paid <= winners, "tasks 2: too many bounties were paid");
					amount.saturating_mul(winners.saturating_sub(record.paid).into())
				},
				Reward::Contest { pool, .. } => pool,
			};
			ensure!(
				record.forfeit.is_some() || record.escrow >= owed,
				"tasks 2: a reward is not in escrow"
			);
			ensure!(record.spec.tolerance.is_some(), "tasks 2: a tolerance is missing");
			ensure!(
				record.sealed_until.is_some() == matches!(record.spec.holdout, Holdout::Sealed(_))
					&& (record.sealed_until.is_some() || record.holdout.is_some()),
				"tasks 4: a holdout is missing"
			);
			ensure!(
				record.reveals.is_some() == record.spec.hides_claims(),
				"tasks 4: hidden claims cannot be revealed"
			);
			let sum = escrow.entry(record.sponsor).or_default();
			*sum = sum.saturating_add(record.escrow);
		}
		for (sponsor, left) in escrow {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Reward.into(), &sponsor) == left,
				"tasks 3: the escrow of a sponsor is not what its tasks can pay"
			);
		}
		Ok(())
	}
}
