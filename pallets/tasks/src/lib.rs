//! # Tasks
//!
//! The registry of tasks: what is to be trained, on what data, and the reward in escrow.
//!
//! - [`Config`], [`Call`], [`Pallet`], [`Event`], [`Error`]
//!
//! ## Overview
//!
//! A *sponsor* creates a task: training data, holdout, metric, threshold, limits of a run, a deadline
//! and a reward. The reward is held on the sponsor's own account until it is paid to the miners of
//! verified claims, or given back. A task ends in one of two ways, both of which remove its record,
//! give back what is left of the reward and the deposit, and let go of the data:
//!
//! - the sponsor *cancels* it at any time, or
//! - anybody *closes* it after its deadline.
//!
//! Neither is possible while a claim in the task is open: whoever committed to a claim is judged and
//! paid under the terms that it saw. Claims that ended need nothing of the task, so the record goes
//! as a whole; `pallet-assay-claims` keeps (and has paid for) the leaderboard.
//!
//! Other pallets reach a task through [`assay_traits::Tasks`].
//!
//! ## Example
//!
//! A task of three bounties of 100 that is cancelled after the first was paid:
#![doc = docify::embed!("src/tests/mod.rs", gives_everything_back)]
//! ## Rules
//!
//! 1. The reward of every task is in escrow in full: a hold ([`HoldReason::Reward`]) on the sponsor's
//!    account equals what its tasks can still pay. Freezes on that account do not get in the way of a
//!    payment.
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
pub use types::{Holdout, Name, Reward, Task, TaskSpec, MAX_NAME};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

use assay_primitives::{Limits, Score, TaskId};
use assay_traits::{Artifacts, TaskTerms};
use frame_support::{
	ensure,
	pallet_prelude::*,
	traits::{
		fungible::{self, hold::Mutate as _},
		tokens::{Fortitude, Precision, Restriction},
		Consideration, Footprint,
	},
};
use frame_system::pallet_prelude::*;
use sp_runtime::{
	traits::{CheckedMul, Convert, Saturating, Zero},
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
pub type TermsOf<T> = TaskTerms<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

#[frame_support::pallet]
// The macro takes its attributes for paths, and the code that it makes converts and expects.
#[allow(clippy::as_conversions, clippy::expect_used, unused_qualifications)]
pub mod pallet {
	use super::*;

	/// The pallet.
	#[pallet::pallet]
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

		/// What a sponsor puts down for the record of a task. Without a price, state grows for free.
		type Deposit: Consideration<Self::AccountId, Footprint>;

		/// Where the data is.
		type Artifacts: Artifacts<BlockNumber = BlockNumberFor<Self>>;

		/// Blocks that a claim under some limits takes at the most, from its commitment to its
		/// settlement. Data must stay available for so long after the deadline. If it is too short,
		/// late claims come back without a verdict because their data is gone.
		type ClaimTime: Convert<Limits, BlockNumberFor<Self>>;

		/// The most that the limits of a task may allow, field by field. Memory and fuel here are what
		/// every verifier must be able to provide; too high, and runs do not end within the time that a
		/// committee has.
		///
		/// Sane: 16 MiB of program, 10 minutes at the reference speed of fuel in total.
		type MaxLimits: Get<Limits>;

		/// Largest training data or holdout in bytes. Every verifier fetches both. Sane: 16 MiB.
		type MaxDataBytes: Get<u64>;

		/// Tolerance, in units of [`Score`], of a task that names none. Zero punishes miners for the
		/// last digit of a rounded claim; a large one lets them exaggerate. Sane: 0.001.
		type DefaultTolerance: Get<i64>;

		/// Smallest bounty. At least the existential deposit; below what a claim costs its miner, tasks
		/// are only noise.
		type MinBounty: Get<BalanceOf<Self>>;

		/// Fewest blocks from creation to the deadline. Too few, and nobody has the time to train.
		type MinDuration: Get<BlockNumberFor<Self>>;

		/// Most blocks from creation to the deadline. Artifacts must stay that long; above their longest
		/// retention no task of that duration can be created.
		type MaxDuration: Get<BlockNumberFor<Self>>;
	}

	/// Why money of a sponsor is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Bounties that are not paid yet.
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
		/// The sponsor cancelled a task.
		TaskCancelled {
			/// The task.
			task: TaskId,
			/// What was left of the reward and went back.
			returned: BalanceOf<T>,
		},
		/// A task was closed after its deadline.
		TaskClosed {
			/// The task.
			task: TaskId,
			/// What was left of the reward and went back.
			returned: BalanceOf<T>,
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
		/// A claim in the task has not ended. Try again when it was settled, withdrawn or has expired.
		ClaimsOpen,
		/// The name is empty.
		NameEmpty,
		/// The name is not UTF-8.
		NameNotText,
		/// A chunk must have at least one row.
		ChunkRowsZero,
		/// The holdout is the training data itself.
		HoldoutIsTraining,
		/// The threshold is no value of the metric.
		ThresholdOutOfRange,
		/// The tolerance is negative, or larger than the range of the metric.
		ToleranceOutOfRange,
		/// The smallest improvement is negative, or larger than the range of the metric.
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
		/// Holds the whole reward and a deposit on the sponsor's account, and pins the data. The data
		/// must be available until the last claim can have ended.
		///
		/// Errors: `NameEmpty`, `NameNotText`, `ChunkRowsZero`, `HoldoutIsTraining`,
		/// `ThresholdOutOfRange`, `ToleranceOutOfRange`, `ImprovementOutOfRange`, `LimitIsZero`,
		/// `LimitTooHigh`, `StepFuelAboveTotal`, `BountyTooSmall`, `NoWinners`, `DeadlineTooSoon`,
		/// `DeadlineTooFar`; those of the artifacts, if the data is not available; those of the
		/// currency, if the sponsor cannot pay.
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
		/// Errors: `TaskUnknown`, `TaskEnded`, `DeadlinePassed`, `NotTheSponsor`, `NoWinners`; those of
		/// the currency, if the sponsor cannot pay.
		///
		/// Emits `TaskToppedUp`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::top_up())]
		pub fn top_up(origin: OriginFor<T>, task: TaskId, winners: u32) -> DispatchResult {
			let sponsor = ensure_signed(origin)?;
			Self::do_top_up(&sponsor, task, winners)
		}

		/// Cancel a task in which no claim is open.
		///
		/// Origin: signed, by the sponsor.
		///
		/// Gives back what is left of the reward and the deposit, lets go of the data and removes the
		/// record.
		///
		/// Errors: `TaskUnknown`, `TaskEnded`, `NotTheSponsor`, `ClaimsOpen`.
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
		/// Gives back to the sponsor what is left of the reward and the deposit, lets go of the data and
		/// removes the record.
		///
		/// Errors: `TaskUnknown`, `TaskEnded`, `DeadlineAhead`, `ClaimsOpen`.
		///
		/// Emits `TaskClosed`.
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

		let last = spec.deadline.saturating_add(T::ClaimTime::convert(spec.limits));
		for data in [spec.train, spec.holdout.artifact()] {
			T::Artifacts::ensure_available(data, last, T::MaxDataBytes::get())?;
			T::Artifacts::pin(data)?;
		}

		let Reward::Bounty { amount, winners, .. } = spec.reward;
		let escrow = Self::hold_bounties(&sponsor, amount, winners)?;
		let deposit =
			T::Deposit::new(&sponsor, Footprint::from_parts(1, TaskOf::<T>::max_encoded_len()))?;

		let task = NextTask::<T>::get();
		NextTask::<T>::put(task.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let deadline = spec.deadline;
		let record = Task {
			sponsor: sponsor.clone(),
			spec,
			paid: 0,
			open_claims: 0,
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

		let Reward::Bounty { amount, winners, .. } = &mut record.spec.reward;
		*winners = winners.checked_add(more).ok_or(ArithmeticError::Overflow)?;
		let escrow = Self::hold_bounties(sponsor, *amount, more)?;
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::TaskToppedUp { task, winners: more, escrow });
		Ok(())
	}

	fn do_cancel(sponsor: &T::AccountId, task: TaskId) -> DispatchResult {
		let record = Self::get(task)?;
		ensure!(record.sponsor == *sponsor, Error::<T>::NotTheSponsor);
		let returned = Self::remove(task, record)?;
		Self::deposit_event(Event::TaskCancelled { task, returned });
		Ok(())
	}

	fn do_close(task: TaskId) -> DispatchResult {
		let record = Self::get(task)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now > record.spec.deadline, Error::<T>::DeadlineAhead);
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
		ensure!(core::str::from_utf8(&spec.name).is_ok(), Error::<T>::NameNotText);
		ensure!(spec.chunk_rows > 0, Error::<T>::ChunkRowsZero);
		ensure!(spec.train != spec.holdout.artifact(), Error::<T>::HoldoutIsTraining);

		let Reward::Bounty { amount, winners, min_improvement } = spec.reward;
		let (least, most) = spec.metric.range();
		let differences = 0..=most.0.saturating_sub(least.0);
		ensure!((least..=most).contains(&spec.threshold), Error::<T>::ThresholdOutOfRange);
		ensure!(differences.contains(&tolerance), Error::<T>::ToleranceOutOfRange);
		ensure!(differences.contains(&min_improvement), Error::<T>::ImprovementOutOfRange);
		Self::check_limits(&spec.limits)?;
		ensure!(amount >= T::MinBounty::get(), Error::<T>::BountyTooSmall);
		ensure!(winners > 0, Error::<T>::NoWinners);

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

	fn hold_bounties(
		sponsor: &T::AccountId,
		amount: BalanceOf<T>,
		winners: u32,
	) -> Result<BalanceOf<T>, DispatchError> {
		let escrow = amount.checked_mul(&winners.into()).ok_or(ArithmeticError::Overflow)?;
		T::Currency::hold(&HoldReason::Reward.into(), sponsor, escrow)?;
		Ok(escrow)
	}

	/// Gives back everything that a task holds, and removes it.
	fn remove(task: TaskId, record: TaskOf<T>) -> Result<BalanceOf<T>, DispatchError> {
		ensure!(record.open_claims == 0, Error::<T>::ClaimsOpen);
		let left = Self::escrow(&record);
		T::Currency::release(&HoldReason::Reward.into(), &record.sponsor, left, Precision::Exact)?;
		record.deposit.drop(&record.sponsor)?;
		T::Artifacts::unpin(record.spec.train);
		T::Artifacts::unpin(record.spec.holdout.artifact());
		Tasks::<T>::remove(task);
		Ok(left)
	}

	/// What a task can still pay.
	fn escrow(record: &TaskOf<T>) -> BalanceOf<T> {
		let Reward::Bounty { amount, winners, .. } = record.spec.reward;
		amount.saturating_mul(winners.saturating_sub(record.paid).into())
	}

	fn terms_of(record: TaskOf<T>) -> TermsOf<T> {
		let Reward::Bounty { min_improvement, .. } = record.spec.reward;
		let spec = record.spec;
		TaskTerms {
			sponsor: record.sponsor,
			train: spec.train,
			train_root: spec.train_root,
			chunk_rows: spec.chunk_rows,
			holdout: spec.holdout.artifact(),
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

	fn prize(task: TaskId) -> BalanceOf<T> {
		Self::get(task).map_or_else(|_| Zero::zero(), |record| {
			let Reward::Bounty { amount, .. } = record.spec.reward;
			amount
		})
	}

	fn pay_bounty(task: TaskId, miner: &T::AccountId) -> Result<BalanceOf<T>, DispatchError> {
		let mut record = Self::get(task)?;
		let Reward::Bounty { amount, winners, .. } = record.spec.reward;
		let Some(left) = winners.checked_sub(record.paid).and_then(|left| left.checked_sub(1))
		else {
			return Ok(Zero::zero());
		};
		// By force: a sponsor that froze its balance owes the bounty all the same (rule 1).
		T::Currency::transfer_on_hold(
			&HoldReason::Reward.into(),
			&record.sponsor,
			miner,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		record.paid.saturating_inc();
		Tasks::<T>::insert(task, record);
		Self::deposit_event(Event::BountyPaid { task, miner: miner.clone(), amount, left });
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
	/// 2. No task has paid more bounties than it promised, and its tolerance is filled in.
	/// 3. What is held of a sponsor for rewards is what its tasks can still pay.
	///
	/// # Errors
	///
	/// The number of the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use fungible::hold::Inspect;
		let mut escrow = alloc::collections::BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (task, record) in Tasks::<T>::iter() {
			ensure!(task < NextTask::<T>::get(), "tasks 1: a number was not given out");
			let Reward::Bounty { winners, .. } = record.spec.reward;
			ensure!(record.paid <= winners, "tasks 2: too many bounties were paid");
			ensure!(record.spec.tolerance.is_some(), "tasks 2: a tolerance is missing");
			let left = Self::escrow(&record);
			let sum = escrow.entry(record.sponsor).or_default();
			*sum = sum.saturating_add(left);
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
