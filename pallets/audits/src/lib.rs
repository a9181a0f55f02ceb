//! Auditors who send claims that are known to be wrong, to see which verifiers find out.
//!
//! - [`Config`], [`Call`], [`Event`], [`Error`]
//! - [`types`]: what is kept.
//!
//! ## Overview
//!
//! A *canary* is a claim whose outcome somebody knows beforehand, and knows to be another than what
//! is claimed. Who votes without running it is found out, even where a whole committee does.
//!
//! ```text
//!              before the claims      judged like any other      while it can be audited
//! auditor ───► open_batch ──────────► commit, reveal ──────────► open_canary
//!              root of the leaves     by an ordinary miner         │
//!                                                                  ├─ rejected, with the leaf's outcome: caught
//!                                                                  │
//!                                                                  └─ any other settlement: re-run ─┬─ the leaf's outcome: caught
//!                                                                                                   ├─ another: the deposit is lost
//!                                                                                                   └─ none: nothing follows
//! ```
//!
//! 1. Governance *appoints* an auditor, and says for how many canaries.
//! 2. The auditor commits to a *batch*: the Merkle root of
//!    `H("assay/canary" ‖ commitment of the claim ‖ miner ‖ outcome ‖ salt)` of each canary, and
//!    puts down a deposit for each.
//! 3. *Miners* that are known to nobody as the auditor's commit to the claims, and reveal them.
//! 4. When a claim is settled, and as long as its job can be audited, the auditor *opens* its leaf.
//!    - The committee has found what the auditor knew, and the claim was rejected: the slash of its
//!      bond is cancelled, the fee stays with the verifiers who earned it, and verdicts of earlier
//!      rounds that no tally has judged are judged now.
//!    - It was settled in another way: somebody is wrong, and it may be the auditor, who pays a
//!      committee three times as large without the first one to run it again. If that finds what
//!      the auditor knew, all who said otherwise are slashed (they can appeal), the claim leaves
//!      the leaderboard, and what it was paid goes back from the auditor to the task. If it finds
//!      something else, the auditor loses the deposit and the claim stays what it is. If it finds
//!      nothing, nobody loses anything.
//! 5. What is not opened in the time of its batch costs its deposit when the batch is closed, which
//!    anybody can do.
//!
//! ## Example
//!
//! A lazy committee is found out:
#![doc = docify::embed!("src/tests.rs", by_a_re_run_that_agrees_undoes_the_verdict)]
//! ## Rules
//!
//! 1. *Nothing tells a canary from another claim before it is opened.* It has no state, event or
//!    hold of its own; what is kept of its job is kept of the jobs of all claims.
//! 2. *The auditor gains nothing by its knowledge.* It commits before the claim does, and every
//!    leaf costs its deposit unless it is opened. The deposit is at least what the claim could win
//!    and save: of a batch with smaller deposits it cannot be opened. So a false claim that its
//!    auditor forgets if it is paid, and opens if it is not, loses. What it was paid the auditor
//!    pays back.
//! 3. *The auditor is not believed.* A settlement is undone by nothing but a committee.
//! 4. *Once.* A job is audited once, and a leaf opened once.
//! 5. *Bounded.* A batch has at most [`Config::MaxCanaries`] leaves; all that is kept is covered by
//!    deposits.
//!
//! ## Low-level details
//!
//! Outcomes contain the trace root, so the auditor has run the program. In a task with a sealed
//! holdout or with seeds that the chain draws nobody knows the outcome beforehand: there are no
//! canaries in these.
//!
//! That canaries are a certain share of all jobs is nothing that a chain can see to: it does not
//! know which they are. It knows afterwards: [`Event::CanaryOpened`] counts them.
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

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Batch, Trial};
pub use weights::WeightInfo;

use assay_primitives::{
	commitment,
	merkle::{self, Proof},
	BatchId, ClaimId, JobId, Outcome, SlashId, H256,
};
use assay_traits::{give_back, AuditedClaims, Audits, Client, Judged, OnSettled, Settlement};
use frame_support::{
	defensive,
	pallet_prelude::*,
	traits::{
		fungible::{hold, hold::Mutate as _, Inspect},
		tokens::{Fortitude, Precision},
	},
};
use frame_system::pallet_prelude::*;
use sp_runtime::{
	traits::{CheckedMul, Saturating, Zero},
	ArithmeticError,
};

/// Amounts of the native token.
pub type BalanceOf<T> =
	<<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// A batch of this runtime.
pub type BatchOf<T> = Batch<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::MaxCanaries,
>;
/// A trial of this runtime.
pub type TrialOf<T> = Trial<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// A claim on which there was a verdict.
type JudgedOf<T> = Judged<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

// FRAME's macros expand to code that does this. What is written by hand does not.
#[allow(clippy::as_conversions, clippy::expect_used, unused_qualifications)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	/// The version of what is stored.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of the calls and of the end of a re-run.
		type WeightInfo: WeightInfo;

		/// The native token.
		type Currency: hold::Mutate<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Who may appoint and dismiss auditors. An auditor can have verifiers re-judged at its own
		/// risk, and nothing else; root or a council is sane.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The claims among which canaries are.
		type Claims: AuditedClaims<
			AccountId = Self::AccountId,
			Balance = BalanceOf<Self>,
			BlockNumber = BlockNumberFor<Self>,
		>;

		/// Who has them judged. It must tell this pallet of each settlement
		/// ([`assay_traits::OnSettled`]).
		type Verification: Audits<AccountId = Self::AccountId, Balance = BalanceOf<Self>>;

		/// Smallest deposit for a canary. Below the bond of a claim, no canary can be opened with
		/// it; zero makes state free.
		#[pallet::constant]
		type MinDeposit: Get<BalanceOf<Self>>;

		/// Blocks in which all canaries of a batch must be opened. Not longer than a claim takes,
		/// and none can be; canaries that are committed together are easier to tell, so sane is
		/// many times that.
		#[pallet::constant]
		type BatchTime: Get<BlockNumberFor<Self>>;

		/// Most canaries in a batch. A smaller value than before makes larger batches unreadable:
		/// it can only grow.
		#[pallet::constant]
		type MaxCanaries: Get<u32>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits of canaries that are not opened, or are being re-run.
		#[codec(index = 0)]
		Canary,
	}

	/// The auditors, and for how many canaries each may still commit to batches.
	// Blake2_128Concat: accounts are chosen by their owners.
	#[pallet::storage]
	pub type Auditors<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32>;

	/// Number of the next batch.
	#[pallet::storage]
	pub type NextBatch<T: Config> = StorageValue<_, BatchId, ValueQuery>;

	/// Batches of which something is not opened.
	// Twox64Concat: the numbers are ours, counted up.
	#[pallet::storage]
	pub type Batches<T: Config> = StorageMap<_, Twox64Concat, BatchId, BatchOf<T>>;

	/// Canaries that are being re-run, by the job that had settled otherwise.
	// Twox64Concat: the numbers are the chain's, counted up.
	#[pallet::storage]
	pub type Trials<T: Config> = StorageMap<_, Twox64Concat, JobId, TrialOf<T>>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account is an auditor.
		AuditorAppointed {
			/// Who.
			who: T::AccountId,
			/// For how many canaries it may commit to batches.
			canaries: u32,
		},
		/// An account is an auditor no more. Batches that are open stay so.
		AuditorDismissed {
			/// Who.
			who: T::AccountId,
		},
		/// An auditor committed to a batch of canaries.
		BatchOpened {
			/// The batch.
			batch: BatchId,
			/// Who.
			auditor: T::AccountId,
			/// How many canaries are in it.
			count: u32,
			/// What is held for each of them.
			deposit: BalanceOf<T>,
			/// Last block in which they can be opened.
			until: BlockNumberFor<T>,
		},
		/// A canary was opened.
		CanaryOpened {
			/// Its batch.
			batch: BatchId,
			/// Its leaf.
			index: u32,
			/// Its claim.
			claim: ClaimId,
			/// What the auditor knew.
			outcome: Outcome,
			/// The job that re-runs it; nothing if the committee had found the same.
			job: Option<JobId>,
		},
		/// A claim is known to be false: its committee, or a larger one that ran it again, found
		/// what the auditor knew.
		CanaryCaught {
			/// The batch.
			batch: BatchId,
			/// The claim.
			claim: ClaimId,
		},
		/// A re-run has not found what the auditor said.
		AuditFailed {
			/// The batch.
			batch: BatchId,
			/// The claim.
			claim: ClaimId,
			/// What it found; nothing if it found nothing.
			found: Option<Outcome>,
			/// What the auditor lost.
			burnt: BalanceOf<T>,
		},
		/// No canary of a batch can be opened any more.
		BatchClosed {
			/// The batch.
			batch: BatchId,
			/// How many never were.
			sealed: u32,
			/// What the auditor lost by that.
			burnt: BalanceOf<T>,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is no auditor.
		NotAnAuditor,
		/// The auditor was not appointed for as many canaries.
		TooManyCanaries,
		/// A batch has at least one canary, and `MaxCanaries` at the most.
		BatchSize,
		/// The deposit is below `MinDeposit`.
		DepositTooSmall,
		/// There is no such batch: it never was, or is closed.
		BatchUnknown,
		/// Only the auditor of the batch may do this.
		NotTheAuditor,
		/// The time of the batch is over: what is not opened is lost.
		BatchOver,
		/// The time of the batch is not over. Try again in the block after `until`.
		BatchNotOver,
		/// There is no verdict on the claim, or no record of it.
		ClaimNotJudged,
		/// The claim was committed before the batch.
		ClaimTooOld,
		/// The claim is audited already, or can be audited no more.
		AuditOver,
		/// Outcome, salt and proof do not lead from the claim to the root of the batch.
		ProofInvalid,
		/// The canary was opened before.
		AlreadyOpened,
		/// More hangs on the claim, what it could win and save, than the deposits of this batch.
		DepositNotEnough,
		/// The claim is not false: what was settled is what the auditor knew, and it was not
		/// rejected.
		NotWrong,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(!T::MinDeposit::get().is_zero(), "state would be free");
			assert!(!T::BatchTime::get().is_zero(), "no canary could be opened");
			assert!(T::MaxCanaries::get() > 0, "there could be no canary");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Makes an account an auditor, or changes for how many canaries.
		///
		/// Origin: [`Config::AdminOrigin`].
		///
		/// Batches that are open already do not count. Who it is everybody knows; what must not be
		/// known are the accounts that commit to its claims.
		///
		/// Emits `AuditorAppointed`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::appoint())]
		pub fn appoint(origin: OriginFor<T>, who: T::AccountId, canaries: u32) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Auditors::<T>::insert(&who, canaries);
			Self::deposit_event(Event::AuditorAppointed { who, canaries });
			Ok(())
		}

		/// Ends the role of an auditor.
		///
		/// Origin: [`Config::AdminOrigin`].
		///
		/// It can still open the canaries of its batches, and must.
		///
		/// Errors: `NotAnAuditor`.
		///
		/// Emits `AuditorDismissed`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::dismiss())]
		pub fn dismiss(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Auditors::<T>::take(&who).ok_or(Error::<T>::NotAnAuditor)?;
			Self::deposit_event(Event::AuditorDismissed { who });
			Ok(())
		}

		/// Commit to a batch of canaries, before any of them is committed as a claim.
		///
		/// Origin: signed, by an auditor.
		///
		/// `root` is the Merkle root of `count` leaves, see `assay_primitives::commitment::canary`.
		/// Holds `deposit` for each. All must be opened within `BatchTime`.
		///
		/// Errors: `NotAnAuditor`, `BatchSize`, `TooManyCanaries`, `DepositTooSmall`; those of the
		/// currency, if the auditor cannot pay.
		///
		/// Emits `BatchOpened`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::open_batch())]
		pub fn open_batch(
			origin: OriginFor<T>,
			root: H256,
			count: u32,
			#[pallet::compact] deposit: BalanceOf<T>,
		) -> DispatchResult {
			let auditor = ensure_signed(origin)?;
			Self::do_open_batch(auditor, root, count, deposit)
		}

		/// Show that a claim was a canary.
		///
		/// Origin: signed, by the auditor of the batch.
		///
		/// Possible from the settlement of the claim on, as long as its job can be audited. If the
		/// claim was rejected with this outcome, its bond is free, and so is the deposit. If it was
		/// settled in another way, its job is re-run, at the sender's cost, and the deposit held
		/// until that has an end.
		///
		/// Errors: `BatchUnknown`, `NotTheAuditor`, `BatchOver`, `ClaimNotJudged`, `ClaimTooOld`,
		/// `ProofInvalid`, `AlreadyOpened`, `AuditOver`, `DepositNotEnough`, `NotWrong`; those of
		/// the verification, if the sender cannot pay for the re-run.
		///
		/// Emits `CanaryOpened`, and `CanaryCaught` if nothing is re-run.
		#[pallet::call_index(3)]
		// The re-run looks at its inputs, four at the most, and pins them.
		#[pallet::weight(
			T::WeightInfo::open_canary().saturating_add(T::DbWeight::get().reads_writes(4, 4))
		)]
		pub fn open_canary(
			origin: OriginFor<T>,
			batch: BatchId,
			claim: ClaimId,
			outcome: Outcome,
			salt: H256,
			proof: Proof,
		) -> DispatchResult {
			let auditor = ensure_signed(origin)?;
			Self::do_open_canary(&auditor, batch, claim, outcome, &salt, &proof)
		}

		/// Close a batch whose time is over.
		///
		/// Origin: signed, by anybody.
		///
		/// The deposits of canaries that were not opened are burnt. A batch of which all are opened
		/// is closed by the last one.
		///
		/// Errors: `BatchUnknown`, `BatchNotOver`.
		///
		/// Emits `BatchClosed`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::close_batch())]
		pub fn close_batch(origin: OriginFor<T>, batch: BatchId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close_batch(batch)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A batch of which something is not opened.
		pub fn batch(batch: BatchId) -> Option<BatchOf<T>> {
			Batches::<T>::get(batch)
		}

		/// The re-run of a job that is being audited.
		pub fn trial(job: JobId) -> Option<TrialOf<T>> {
			Trials::<T>::get(job)
		}
	}
}

impl<T: Config> Pallet<T> {
	fn do_open_batch(
		auditor: T::AccountId,
		root: H256,
		count: u32,
		deposit: BalanceOf<T>,
	) -> DispatchResult {
		let left = Auditors::<T>::get(&auditor).ok_or(Error::<T>::NotAnAuditor)?;
		ensure!((1..=T::MaxCanaries::get()).contains(&count), Error::<T>::BatchSize);
		let left = left.checked_sub(count).ok_or(Error::<T>::TooManyCanaries)?;
		ensure!(deposit >= T::MinDeposit::get(), Error::<T>::DepositTooSmall);
		let sum = deposit.checked_mul(&count.into()).ok_or(ArithmeticError::Overflow)?;
		T::Currency::hold(&HoldReason::Canary.into(), &auditor, sum)?;

		let batch = NextBatch::<T>::get();
		NextBatch::<T>::put(batch.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		Auditors::<T>::insert(&auditor, left);
		let opened_at = frame_system::Pallet::<T>::block_number();
		let until = opened_at.saturating_add(T::BatchTime::get());
		let length = usize::try_from(count).unwrap_or(usize::MAX);
		let opened = alloc::vec![false; length].try_into().map_err(|_| Error::<T>::BatchSize)?;
		let record = Batch { auditor: auditor.clone(), root, deposit, opened_at, until, opened };
		Batches::<T>::insert(batch, record);
		Self::deposit_event(Event::BatchOpened { batch, auditor, count, deposit, until });
		Ok(())
	}

	/// The claim that `proof` shows to be a canary of the batch.
	fn prove(
		batch: &BatchOf<T>,
		claim: ClaimId,
		outcome: &Outcome,
		salt: &H256,
		proof: &Proof,
	) -> Result<JudgedOf<T>, Error<T>> {
		let judged = T::Claims::judged(claim).ok_or(Error::<T>::ClaimNotJudged)?;
		// Rule 2.
		ensure!(judged.committed_at > batch.opened_at, Error::<T>::ClaimTooOld);
		let leaf = commitment::canary(&judged.commitment, &judged.miner, outcome, salt);
		let root = proof.root(merkle::leaf(leaf.as_bytes()));
		let whole = usize::try_from(proof.count) == Ok(batch.opened.len());
		ensure!(whole && root == Some(batch.root), Error::<T>::ProofInvalid);
		Ok(judged)
	}

	fn do_open_canary(
		auditor: &T::AccountId,
		id: BatchId,
		claim: ClaimId,
		outcome: Outcome,
		salt: &H256,
		proof: &Proof,
	) -> DispatchResult {
		let mut batch = Batches::<T>::get(id).ok_or(Error::<T>::BatchUnknown)?;
		ensure!(batch.auditor == *auditor, Error::<T>::NotTheAuditor);
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now <= batch.until, Error::<T>::BatchOver);
		let judged = Self::prove(&batch, claim, &outcome, salt, proof)?;
		let at = usize::try_from(proof.index).unwrap_or(usize::MAX);
		let opened = batch.opened.get_mut(at).ok_or(Error::<T>::ProofInvalid)?;
		ensure!(!*opened, Error::<T>::AlreadyOpened);
		*opened = true;

		let settled = T::Verification::settled(judged.job).ok_or(Error::<T>::AuditOver)?;
		ensure!(settled.value <= batch.deposit, Error::<T>::DepositNotEnough);
		let (index, deposit) = (proof.index, batch.deposit);
		let job = if settled.outcome == Some(outcome) {
			ensure!(judged.rejected, Error::<T>::NotWrong);
			None
		} else {
			Some(T::Verification::rerun(judged.job, auditor)?)
		};
		Self::deposit_event(Event::CanaryOpened { batch: id, index, claim, outcome, job });
		if job.is_some() {
			let task_open = T::Claims::retain(claim);
			let auditor = auditor.clone();
			let trial = Trial { auditor, batch: id, claim, outcome, deposit, task_open };
			Trials::<T>::insert(judged.job, trial);
		} else {
			Self::release(auditor, deposit);
			T::Verification::audited(judged.job, Some(outcome));
			T::Claims::revoke(claim, auditor);
			Self::deposit_event(Event::CanaryCaught { batch: id, claim });
		}
		if batch.sealed() == 0 {
			Self::end_batch(id, &batch);
		} else {
			Batches::<T>::insert(id, batch);
		}
		Ok(())
	}

	fn do_close_batch(id: BatchId) -> DispatchResult {
		let batch = Batches::<T>::get(id).ok_or(Error::<T>::BatchUnknown)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now > batch.until, Error::<T>::BatchNotOver);
		Self::end_batch(id, &batch);
		Ok(())
	}

	/// Ends a batch: what is not opened is lost.
	fn end_batch(id: BatchId, batch: &BatchOf<T>) {
		let sealed = batch.sealed();
		let burnt = batch.deposit.saturating_mul(sealed.into());
		Self::burn(&batch.auditor, burnt);
		Batches::<T>::remove(id);
		Self::deposit_event(Event::BatchClosed { batch: id, sealed, burnt });
	}

	fn release(who: &T::AccountId, amount: BalanceOf<T>) {
		if !give_back::<_, T::Currency>(&HoldReason::Canary.into(), who, amount) {
			defensive!("the deposit of a canary is held");
		}
	}

	fn burn(who: &T::AccountId, amount: BalanceOf<T>) {
		if amount.is_zero() {
			return;
		}
		let (reason, force) = (HoldReason::Canary.into(), Fortitude::Force);
		if T::Currency::burn_held(&reason, who, amount, Precision::BestEffort, force) != Ok(amount)
		{
			defensive!("the deposit of a canary is held");
		}
	}

	/// Ends a re-run.
	fn do_settle(job: JobId, settlement: Settlement) {
		let Some(trial) = Trials::<T>::take(job) else {
			defensive!("an audit has its trial");
			return;
		};
		let Trial { auditor, batch, claim, outcome, deposit, task_open } = trial;
		let found = settlement.found();
		T::Verification::audited(job, found);
		if found == Some(outcome) {
			let paid = T::Claims::judged(claim).map_or_else(Zero::zero, |judged| judged.paid);
			// There is no task that it could go back to.
			let burnt = if task_open { Zero::zero() } else { paid.min(deposit) };
			Self::burn(&auditor, burnt);
			Self::release(&auditor, deposit.saturating_sub(burnt));
			T::Claims::revoke(claim, &auditor);
			Self::deposit_event(Event::CanaryCaught { batch, claim });
		} else {
			let burnt = if found.is_some() { deposit } else { Zero::zero() };
			Self::burn(&auditor, burnt);
			Self::release(&auditor, deposit.saturating_sub(burnt));
			Self::deposit_event(Event::AuditFailed { batch, claim, found, burnt });
		}
		T::Claims::release(claim);
	}
}

impl<T: Config> OnSettled for Pallet<T> {
	fn on_settled(client: Client, settlement: Settlement) -> Option<SlashId> {
		if let Client::Audit(job) = client {
			Self::do_settle(job, settlement);
		}
		None
	}

	fn weight(client: Client) -> Weight {
		if matches!(client, Client::Audit(_)) {
			T::WeightInfo::on_settled()
		} else {
			Weight::zero()
		}
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// Checks the pallet's invariants:
	///
	/// 1. Batches have numbers below [`NextBatch`], and something that is not opened.
	/// 2. What is held of an auditor is the deposits of the canaries that are not opened and of
	///    those that are re-run.
	/// 3. What is being re-run is a claim with a verdict, of the job that was re-run.
	///
	/// # Errors
	///
	/// The number of the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use frame_support::traits::fungible::InspectHold;
		let mut deposits = alloc::collections::BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let mut add = |who: T::AccountId, amount: BalanceOf<T>| {
			let sum = deposits.entry(who).or_default();
			*sum = sum.saturating_add(amount);
		};
		for (id, batch) in Batches::<T>::iter() {
			ensure!(id < NextBatch::<T>::get(), "audits 1: a number was not given out");
			ensure!(batch.sealed() > 0, "audits 1: nothing of a batch is left");
			let sum = batch.deposit.saturating_mul(batch.sealed().into());
			add(batch.auditor, sum);
		}
		for (job, trial) in Trials::<T>::iter() {
			let judged = T::Claims::judged(trial.claim);
			ensure!(
				judged.is_some_and(|judged| judged.job == job),
				"audits 3: a claim is not that of its job"
			);
			ensure!(
				trial.batch < NextBatch::<T>::get(),
				"audits 3: a canary of no batch is re-run"
			);
			add(trial.auditor, trial.deposit);
		}
		for (auditor, sum) in deposits {
			let held = T::Currency::balance_on_hold(&HoldReason::Canary.into(), &auditor);
			ensure!(held == sum, "audits 2: what is held is not the deposits");
		}
		Ok(())
	}
}
