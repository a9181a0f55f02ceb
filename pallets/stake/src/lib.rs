//! One ledger an account of the money that it has at risk.
//!
//! - [`Config`], [`Call`], [`Error`], [`Event`]
//! - For other pallets: [`assay_traits::Stake`], implemented by [`Pallet`].
//!
//! # Overview
//!
//! Miners and verifiers put money at risk before they may act. The money stays on their account,
//! held for [`HoldReason::Stake`]; a [`Ledger`] says what each part of it is for:
//!
//! ```text
//!            register, bond_extra          unbond, deregister           withdraw_unbonded
//! account ───────────────────────► bonded ───────────────────► unbonding ───────────────► account
//!                                 (partly      UnbondingPeriod     │
//!                                  locked)                         │
//!                                    │  slash, slash_lock          │ slash
//!                                    └────────────► frozen ◄───────┘
//!                                                   │    │ SlashDefer
//!                 appeal, force_cancel_slash        │    └──────────► Config::SlashHandler
//!                       bonded ◄────────────────────┘
//! ```
//!
//! A miner registers with the smallest stake of its role, and a part of it is locked for each
//! claim. A verdict says that one claim is false: its lock becomes a *pending* slash. The frozen
//! money can be neither withdrawn nor used. The miner may appeal, and governance may cancel the
//! slash; otherwise it is final after [`Config::SlashDefer`] blocks. A miner that stops unbonds
//! what is free, waits, and withdraws.
//!
//! # Appeals
//!
//! ```text
//!                         re-run: wrong
//!            ┌─► Running ──────────────────────────────────► cancelled, bond back
//! appeal ────┤      │ re-run: right          uphold  ▲  ▲
//!            │      ├──────────────► Confirmed ──────┘  │  ── deny, or AppealWindow ──► final, bond lost
//!            │      │ no majority             uphold    │
//!            └──────┴──────────────► Undecided ─────────┘  ── deny ──► final, bond lost
//!           nothing to re-run                              ── AppealWindow ──► final, bond back
//! ```
//!
//! The account that is slashed appeals once, with a bond. A larger committee re-runs the job that
//! the slash followed from ([`assay_traits::Appeals`]); where no re-run can decide, as of a verdict
//! that was withheld, governance does. An upheld appeal gives the frozen stake back, and nothing
//! else: what the job had decided besides stays as it is.
//!
//! # Rotation
//!
//! Who fears for a key moves the ledger to another account: `rotate_key` by the old account
//! announces it, `cancel_rotation` by the old account takes it back, and after
//! [`Config::RotationDelay`] blocks `accept_rotation` by the new account completes it. The whole
//! ledger passes, with the money, the roles, what is unbonding, and the reputation; what other
//! pallets hold of the old account stays there. It waits until nothing is locked and no slash is
//! pending: claims that are open under the old account end there. For an unbonding period after it,
//! the new account answers for what the old one did ([`Successor`]), and in that time neither can
//! the old account have a ledger again nor the new one pass its own on: one step leads from any
//! fault to the stake that answers for it.
//!
//! # Example
//!
//! A part of the stake is slashed while the rest is on its way out:
#![doc = docify::embed!("src/tests.rs", a_slash_reaches_what_was_unbonded_after_the_fault)]
//!
//! # Goals
//!
//! 1. *No escape.* What was bonded at a fault answers for it during a whole unbonding period,
//!    bonded or not: a slash and an unbond in any order take the same.
//! 2. *No double use.* What is locked, unbonding or frozen cannot be locked, unbonded or withdrawn.
//! 3. *Nothing is lost.* Held money is what the ledger says, to the unit. A slash is never dropped:
//!    if more are due than fit in a block, the others follow in the next. Each ends, appealed or
//!    not.
//! 4. *Bounded work.* Each call and each block touches a bounded number of records, which its
//!    weight covers.
//!
//! # Terms
//!
//! - *Bonded*: in force; counts towards the smallest stake of a role.
//! - *Locked*: the part of the bonded stake that something open (a claim) has a right to.
//! - *Free*: bonded and not locked.
//! - *Frozen*: taken by a slash that is pending.
//! - *Active*: registered for a role with at least the smallest stake of that role bonded. A slash
//!   can make an account inactive; `bond_extra` makes it active again.
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
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{
	Appeal, Item, Ledger, PendingSlash, Reputation, Rotation, Stage, Successor, Unbonding,
	UnbondingFull, MAX_ROLES,
};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use assay_primitives::{JobId, SlashId};
use assay_traits::{give_back, Appeals, Deed, Finding, LockReason, Offence, Role};
use frame_support::{
	defensive,
	pallet_prelude::*,
	traits::{
		fungible::{self, hold, hold::Mutate as _},
		tokens::{Fortitude, Precision, Restriction},
		OnUnbalanced,
	},
};
use frame_system::pallet_prelude::*;
use sp_runtime::{
	traits::{CheckedAdd, Saturating, Zero},
	ArithmeticError,
};
#[cfg(any(feature = "try-runtime", feature = "std"))]
use {alloc::collections::BTreeMap, sp_runtime::TryRuntimeError};

/// Amounts of the native token.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// What a final slash took.
pub type CreditOf<T> =
	fungible::Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;
/// See [`Ledger`].
pub type LedgerOf<T> = Ledger<BalanceOf<T>, BlockNumberFor<T>, <T as Config>::MaxUnbonding>;
/// See [`PendingSlash`].
pub type PendingSlashOf<T> =
	PendingSlash<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// See [`Rotation`].
pub type RotationOf<T> = Rotation<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;
/// See [`Successor`].
pub type SuccessorOf<T> = Successor<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

// FRAME's macros expand to code that does this. What is written by hand does not.
#[allow(clippy::as_conversions, clippy::expect_used, unused_qualifications)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of the calls and of the work at the start of a block.
		type WeightInfo: WeightInfo;

		/// The native token.
		type Currency: hold::Inspect<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ hold::Mutate<Self::AccountId>
			+ hold::Balanced<Self::AccountId>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Who gets what final slashes take. `()` burns it.
		type SlashHandler: OnUnbalanced<CreditOf<Self>>;

		/// Who has the job re-run that a slash followed from.
		type Appeals: Appeals<AccountId = Self::AccountId>;

		/// Who may cancel a pending slash and resolve an appeal. Whoever holds this origin can undo
		/// every punishment that is not final yet: a council's majority or root is sane, a single
		/// account is not.
		type SlashCancelOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Smallest stake of an active miner.
		///
		/// Must not be below the existential deposit, or ledgers cost nothing and state can be
		/// filled. If it is below the bond of one claim, a miner registers and can still not submit
		/// anything. When it rises, miners with less turn inactive until they top up.
		type MinMinerStake: Get<BalanceOf<Self>>;

		/// Smallest stake of an active verifier.
		///
		/// Must not be below the existential deposit, nor below the largest slash of one verdict,
		/// or part of that slash finds nothing to take. When it rises, verifiers with less turn
		/// inactive until they top up.
		type MinVerifierStake: Get<BalanceOf<Self>>;

		/// Blocks from unbonding to withdrawal.
		///
		/// Must be longer than the longest time from a fault to its slash: for claims, the window
		/// for the reveal plus all rounds of verification; for verdicts, all phases of one round.
		/// The runtime checks that relation. If it does not hold, offenders withdraw before they
		/// are found. Stake that is unbonding already keeps the period it started under.
		type UnbondingPeriod: Get<BlockNumberFor<Self>>;

		/// Blocks from a slash to the moment when it is final.
		///
		/// Must leave the slashed the time to appeal, and governance the time to cancel it; zero
		/// leaves none. It does not need to be shorter than [`Config::UnbondingPeriod`], as a
		/// pending slash is frozen at once. Slashes that are pending already keep their block.
		type SlashDefer: Get<BlockNumberFor<Self>>;

		/// What is held for an appeal, and lost if the slash is found right. Zero makes it free to
		/// appeal what is right.
		#[pallet::constant]
		type AppealBond: Get<BalanceOf<Self>>;

		/// Blocks that governance has to resolve an appeal, from the end of the re-run, or from the
		/// appeal if nothing can be re-run. Zero leaves none.
		type AppealWindow: Get<BlockNumberFor<Self>>;

		/// Most parts that an account can have unbonding at the same time. Zero would make it
		/// impossible to leave; ledgers grow with it, 8 to 32 is sane.
		#[pallet::constant]
		type MaxUnbonding: Get<u32>;

		/// Blocks from the announcement of a rotation to its completion. Must leave the owner of a
		/// stolen key the time to notice and cancel; zero leaves none.
		type RotationDelay: Get<BlockNumberFor<Self>>;

		/// Most slashes that become final, successors that are forgotten, and blocks without either
		/// that are passed, in one block; the others follow in the next one. Zero would leave all
		/// slashes pending for ever. The work of that many, see [`WeightInfo::finalise_slashes`],
		/// must fit in a block beside everything else.
		#[pallet::constant]
		type MaxSlashesPerBlock: Get<u32>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Stake: bonded, unbonding, or frozen by a pending slash.
		#[codec(index = 0)]
		Stake,
		/// The bond of an appeal.
		#[codec(index = 1)]
		Appeal,
	}

	// Accounts are chosen by their owners: a cryptographic hash keeps the trie balanced.
	/// The ledger of each account that has something at risk.
	#[pallet::storage]
	pub type Ledgers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, LedgerOf<T>, OptionQuery>;

	// Accounts are chosen by their owners; numbers inside of a reason are given by the chain.
	/// How much of an account's bonded stake is locked for each reason.
	#[pallet::storage]
	pub type Locks<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Twox64Concat,
		LockReason,
		BalanceOf<T>,
		OptionQuery,
	>;

	// Numbers are given by the chain.
	/// Slashes that are neither final nor cancelled.
	#[pallet::storage]
	pub type Slashes<T: Config> =
		StorageMap<_, Twox64Concat, SlashId, PendingSlashOf<T>, OptionQuery>;

	/// Number of the next slash.
	#[pallet::storage]
	pub type NextSlash<T: Config> = StorageValue<_, SlashId, ValueQuery>;

	// Block numbers are given by the chain; accounts are chosen by their owners.
	/// What is due at the start of which block.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		BlockNumberFor<T>,
		Blake2_128Concat,
		Item<T::AccountId>,
		(),
		OptionQuery,
	>;

	/// First block of which not all is done.
	#[pallet::storage]
	pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	// Accounts are chosen by their owners.
	/// Rotations that were announced, by the account whose ledger it is.
	#[pallet::storage]
	pub type Rotations<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, RotationOf<T>, OptionQuery>;

	// Accounts are chosen by their owners.
	/// Where the ledgers of accounts went in the last unbonding period.
	#[pallet::storage]
	pub type Successors<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, SuccessorOf<T>, OptionQuery>;

	// Accounts are chosen by their owners.
	/// [`Successors`] the other way round: for whom an account answers besides itself.
	#[pallet::storage]
	pub type Predecessors<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId, OptionQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account registered for a role.
		Registered {
			/// Whose ledger.
			who: T::AccountId,
			/// The new role.
			role: Role,
			/// What was added to the bonded stake.
			amount: BalanceOf<T>,
		},
		/// Stake was added.
		Bonded {
			/// Whose ledger.
			who: T::AccountId,
			/// What was added to the bonded stake.
			amount: BalanceOf<T>,
		},
		/// Stake is on its way out.
		Unbonded {
			/// Whose ledger.
			who: T::AccountId,
			/// What is no longer bonded.
			amount: BalanceOf<T>,
			/// First block in which it can be withdrawn.
			ends_at: BlockNumberFor<T>,
		},
		/// Unbonded stake went back to the account's free balance.
		Withdrawn {
			/// Whose ledger.
			who: T::AccountId,
			/// How much.
			amount: BalanceOf<T>,
		},
		/// An account left all its roles.
		Deregistered {
			/// Whose ledger.
			who: T::AccountId,
		},
		/// A part of the bonded stake was locked.
		Locked {
			/// Whose ledger.
			who: T::AccountId,
			/// For what.
			reason: LockReason,
			/// How much.
			amount: BalanceOf<T>,
		},
		/// A lock ended without a slash.
		Unlocked {
			/// Whose ledger.
			who: T::AccountId,
			/// What it was for.
			reason: LockReason,
			/// How much it held.
			amount: BalanceOf<T>,
		},
		/// Stake was frozen by a slash that is pending.
		SlashPending {
			/// Number of the slash.
			slash: SlashId,
			/// Whose stake.
			who: T::AccountId,
			/// What was frozen: less than what was asked for if there was no more.
			amount: BalanceOf<T>,
			/// For what.
			offence: Offence,
			/// First block in which it can become final.
			due: BlockNumberFor<T>,
		},
		/// A slash became final: the frozen stake is gone.
		SlashFinal {
			/// Number of the slash.
			slash: SlashId,
			/// Whose stake.
			who: T::AccountId,
			/// What was taken.
			amount: BalanceOf<T>,
			/// For what.
			offence: Offence,
		},
		/// A pending slash was cancelled: the frozen stake is bonded again.
		SlashCancelled {
			/// Number of the slash.
			slash: SlashId,
			/// Whose stake.
			who: T::AccountId,
			/// What was given back.
			amount: BalanceOf<T>,
			/// For what.
			offence: Offence,
		},
		/// A pending slash was appealed.
		SlashAppealed {
			/// Number of the slash.
			slash: SlashId,
			/// Whose stake, and whose appeal.
			who: T::AccountId,
			/// What is held for the appeal.
			bond: BalanceOf<T>,
			/// The re-run; `None` if governance decides.
			job: Option<JobId>,
		},
		/// A slash that was appealed was re-run.
		SlashRerun {
			/// Number of the slash.
			slash: SlashId,
			/// What the committee found.
			finding: Finding,
		},
		/// An appeal has ended, and the slash with it.
		AppealEnded {
			/// Number of the slash.
			slash: SlashId,
			/// Whose appeal.
			who: T::AccountId,
			/// What was held for the appeal.
			bond: BalanceOf<T>,
			/// Whether it went back; if not, it is lost.
			returned: bool,
		},
		/// A rotation was announced.
		RotationAnnounced {
			/// Whose ledger.
			who: T::AccountId,
			/// Who is to take it over.
			new: T::AccountId,
			/// First block in which it can.
			from: BlockNumberFor<T>,
		},
		/// A rotation was taken back.
		RotationCancelled {
			/// Whose ledger.
			who: T::AccountId,
			/// Who was to take it over.
			new: T::AccountId,
		},
		/// A ledger passed to another account, with its money.
		Rotated {
			/// Who had it.
			who: T::AccountId,
			/// Who has it.
			new: T::AccountId,
			/// How much money is in it.
			amount: BalanceOf<T>,
			/// Until when the new account answers for the old one.
			until: BlockNumberFor<T>,
		},
		/// Something counted for or against an account's reputation.
		Noted {
			/// Whose ledger.
			who: T::AccountId,
			/// What it did.
			deed: Deed,
		},
		/// Something that had counted for or against an account's reputation counts no more.
		Retracted {
			/// Whose ledger.
			who: T::AccountId,
			/// What it had been said to have done.
			deed: Deed,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account is not registered, or not for this role: call `register` first.
		NotRegistered,
		/// The account is registered for this role already: use `bond_extra` to add stake.
		AlreadyRegistered,
		/// The bonded stake is, or would be, below the smallest stake of a role: add the difference
		/// with `bond_extra`, or leave with `deregister`.
		StakeTooSmall,
		/// The amount is larger than the part of the bonded stake that no lock holds: wait until
		/// open claims are settled, or add stake with `bond_extra`.
		StakeLocked,
		/// The amount must not be zero.
		AmountZero,
		/// Too many parts are unbonding: withdraw those that are done, or wait for the first one.
		TooManyUnbonding,
		/// Nothing can be withdrawn yet: the ledger says in which block each part can.
		NothingToWithdraw,
		/// There is a lock for this reason already.
		AlreadyLocked,
		/// There is no lock for this reason.
		NotLocked,
		/// There is no such pending slash: it never was, is final, or was cancelled.
		UnknownSlash,
		/// Only the account that is slashed can appeal.
		NotTheSlashed,
		/// The slash was appealed already: an appeal can be made once.
		AlreadyAppealed,
		/// Nobody has appealed: a slash without an appeal is undone by `force_cancel_slash`.
		NotAppealed,
		/// A committee is re-running the job: resolve the appeal when it has settled.
		AppealRunning,
		/// A rotation is announced already: cancel it first.
		AlreadyRotating,
		/// No rotation to this account is announced.
		NotRotating,
		/// The rotation cannot be completed yet: its announcement says from which block on.
		RotationTooEarly,
		/// Slashes are pending: the rotation waits until they are final or cancelled.
		SlashesPending,
		/// The account took part in a rotation within the last unbonding period: `Successors` says
		/// until when it can neither have another ledger nor pass its own on.
		RecentlyRotated,
	}

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Who is registered from the start, for what, and with how much. An account with several
		/// roles is listed once for each; the amounts add up. The amounts must be there as free
		/// balances.
		pub stakers: Vec<(T::AccountId, Role, BalanceOf<T>)>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (who, role, amount) in &self.stakers {
				let registered = Pallet::<T>::do_register(who, *role, *amount);
				// A chain must not start from a specification that means something else.
				assert!(
					registered.is_ok(),
					"stake of {who:?} as {role:?} with {amount:?}: {registered:?}"
				);
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			T::WeightInfo::finalise_slashes(Self::finalise_due(now))
		}

		fn integrity_test() {
			assert!(T::MaxUnbonding::get() > 0, "nobody could leave");
			assert!(T::MaxSlashesPerBlock::get() > 0, "no slash would ever be final");
			assert!(!T::UnbondingPeriod::get().is_zero(), "offenders could withdraw at once");
			let deposit = <T::Currency as fungible::Inspect<_>>::minimum_balance();
			assert!(T::MinMinerStake::get() >= deposit, "ledgers of miners would cost nothing");
			assert!(
				T::MinVerifierStake::get() >= deposit,
				"ledgers of verifiers would cost nothing"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The ledger of `who`: roles, bonded, locked and frozen stake, what is unbonding and when
		/// each part of it ends, reputation. `None` if it has nothing at risk.
		pub fn ledger(who: T::AccountId) -> Option<LedgerOf<T>> {
			Ledgers::<T>::get(who)
		}

		/// What `who` can lock or unbond.
		pub fn free_stake(who: T::AccountId) -> BalanceOf<T> {
			Ledgers::<T>::get(who).map_or_else(Zero::zero, |ledger| ledger.free())
		}

		/// First block in which all of what is unbonding can be withdrawn. `None` if nothing is.
		pub fn unbonding_ends_at(who: T::AccountId) -> Option<BlockNumberFor<T>> {
			let ledger = Ledgers::<T>::get(who)?;
			ledger.unbonding.iter().map(|chunk| chunk.ends_at).max()
		}

		/// The rotation that `who` has announced.
		pub fn rotation(who: T::AccountId) -> Option<RotationOf<T>> {
			Rotations::<T>::get(who)
		}

		/// Who has the ledger that `who` had, and until when it answers for `who`.
		pub fn successor(who: T::AccountId) -> Option<SuccessorOf<T>> {
			Successors::<T>::get(who)
		}

		/// A slash that is neither final nor cancelled.
		pub fn pending_slash(slash: SlashId) -> Option<PendingSlashOf<T>> {
			Slashes::<T>::get(slash)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers the sender for a role.
		///
		/// Origin: signed.
		///
		/// Adds `amount` to the bonded stake, which must then reach the smallest stake of the role.
		/// All roles of an account share one stake, so `amount` can be zero for a second role. An
		/// account that left can register again at once; what is still unbonding stays so.
		///
		/// Errors: [`Error::AlreadyRegistered`], [`Error::StakeTooSmall`], and those of the
		/// currency if the free balance does not suffice.
		///
		/// Events: [`Event::Registered`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(
			origin: OriginFor<T>,
			role: Role,
			#[pallet::compact] amount: BalanceOf<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(&who, role, amount)
		}

		/// Adds to the bonded stake of the sender.
		///
		/// Origin: signed, registered.
		///
		/// Moves `amount` from the free balance to the bonded stake.
		///
		/// Errors: [`Error::AmountZero`], [`Error::NotRegistered`], and those of the currency if
		/// the free balance does not suffice.
		///
		/// Events: [`Event::Bonded`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::bond_extra())]
		pub fn bond_extra(
			origin: OriginFor<T>,
			#[pallet::compact] amount: BalanceOf<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_bond_extra(&who, amount)
		}

		/// Starts to take out a part of the sender's stake.
		///
		/// Origin: signed.
		///
		/// `amount` of the free stake stops being bonded. It can be withdrawn after the unbonding
		/// period and can be slashed until then. What stays bonded must reach the smallest stake of
		/// each role of the sender; `deregister` takes out everything.
		///
		/// Errors: [`Error::AmountZero`], [`Error::NotRegistered`], [`Error::StakeLocked`],
		/// [`Error::StakeTooSmall`], [`Error::TooManyUnbonding`].
		///
		/// Events: [`Event::Unbonded`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::unbond())]
		pub fn unbond(
			origin: OriginFor<T>,
			#[pallet::compact] amount: BalanceOf<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unbond(&who, amount)
		}

		/// Gives the sender back what has finished unbonding.
		///
		/// Origin: signed.
		///
		/// The ledger disappears when nothing is left in it and the sender has no role.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::NothingToWithdraw`].
		///
		/// Events: [`Event::Withdrawn`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::withdraw_unbonded())]
		pub fn withdraw_unbonded(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_unbonded(&who)
		}

		/// Leaves all roles of the sender.
		///
		/// Origin: signed, registered.
		///
		/// Nothing may be locked. All of the bonded stake starts to unbond.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::StakeLocked`], [`Error::TooManyUnbonding`].
		///
		/// Events: [`Event::Deregistered`], and [`Event::Unbonded`] unless nothing was bonded.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::deregister())]
		pub fn deregister(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deregister(&who)
		}

		/// Announces that another account takes over the sender's ledger.
		///
		/// Origin: signed.
		///
		/// `new` can complete it with `accept_rotation` after [`Config::RotationDelay`] blocks.
		/// Until then, the sender can do with its stake whatever it could before, and can cancel.
		///
		/// Errors: [`Error::NotRegistered`], [`Error::AlreadyRegistered`] if `new` has a ledger or
		/// is the sender, [`Error::AlreadyRotating`], [`Error::RecentlyRotated`].
		///
		/// Events: [`Event::RotationAnnounced`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::rotate_key())]
		pub fn rotate_key(origin: OriginFor<T>, new: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_rotate_key(who, new)
		}

		/// Takes back the sender's announcement of a rotation.
		///
		/// Origin: signed.
		///
		/// Possible until the new account has completed it.
		///
		/// Errors: [`Error::NotRotating`].
		///
		/// Events: [`Event::RotationCancelled`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::cancel_rotation())]
		pub fn cancel_rotation(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let Rotation { new, .. } = Rotations::<T>::take(&who).ok_or(Error::<T>::NotRotating)?;
			Self::deposit_event(Event::RotationCancelled { who, new });
			Ok(())
		}

		/// Appeals against a pending slash.
		///
		/// Origin: signed, by the account that is slashed.
		///
		/// [`Config::AppealBond`] is held. A committee three times as large as the one that decided
		/// re-runs the job that the slash followed from, for three times its fee, which the sender
		/// pays; the slash does not become final meanwhile. If the re-run says that the slash was
		/// wrong, it is cancelled and the bond goes back. If it says that it was right, the slash
		/// becomes final and the bond is lost, unless governance upholds the appeal within
		/// [`Config::AppealWindow`]. If it says nothing, or there is nothing to re-run, governance
		/// decides; if it does not in that time, the slash becomes final and the bond goes back.
		///
		/// Errors: [`Error::UnknownSlash`], [`Error::NotTheSlashed`], [`Error::AlreadyAppealed`],
		/// and those of the currency and of the re-run if the free balance does not suffice.
		///
		/// Events: [`Event::SlashAppealed`].
		#[pallet::call_index(7)]
		// The re-run looks at its inputs, four at the most, and pins them.
		#[pallet::weight(
			T::WeightInfo::appeal_slash().saturating_add(T::DbWeight::get().reads_writes(4, 4))
		)]
		pub fn appeal_slash(
			origin: OriginFor<T>,
			#[pallet::compact] slash: SlashId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_appeal_slash(&who, slash)
		}

		/// Resolves an appeal.
		///
		/// Origin: [`Config::SlashCancelOrigin`].
		///
		/// Upheld, the slash is cancelled and the appeal's bond goes back. Denied, the slash is
		/// final at once and the bond is lost. Possible whatever the re-run found, but not while it
		/// runs.
		///
		/// Errors: [`Error::UnknownSlash`], [`Error::NotAppealed`], [`Error::AppealRunning`].
		///
		/// Events: [`Event::SlashCancelled`] or [`Event::SlashFinal`], [`Event::AppealEnded`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::resolve_appeal())]
		pub fn resolve_appeal(
			origin: OriginFor<T>,
			#[pallet::compact] slash: SlashId,
			uphold: bool,
		) -> DispatchResult {
			T::SlashCancelOrigin::ensure_origin(origin)?;
			Self::do_resolve_appeal(slash, uphold)
		}

		/// Cancels a pending slash.
		///
		/// Origin: [`Config::SlashCancelOrigin`].
		///
		/// The frozen stake is bonded again, also where it was taken from unbonding stake; an
		/// account that has left takes it out with `unbond`. The bond of an appeal goes back,
		/// whatever its re-run says later.
		///
		/// Errors: [`Error::UnknownSlash`].
		///
		/// Events: [`Event::SlashCancelled`], and [`Event::AppealEnded`] if it was appealed.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::force_cancel_slash())]
		pub fn force_cancel_slash(
			origin: OriginFor<T>,
			#[pallet::compact] slash: SlashId,
		) -> DispatchResult {
			T::SlashCancelOrigin::ensure_origin(origin)?;
			Self::do_cancel_slash(slash)
		}

		/// Takes over the ledger of `old`, which has announced it.
		///
		/// Origin: signed, by the account that was announced.
		///
		/// The whole ledger passes to the sender: the money that is held for it, the roles, what is
		/// unbonding, and the reputation. The sender answers for what `old` did for a whole
		/// unbonding period.
		///
		/// Errors: [`Error::NotRotating`], [`Error::RotationTooEarly`], [`Error::StakeLocked`]
		/// while claims of `old` are open, [`Error::SlashesPending`], [`Error::AlreadyRegistered`]
		/// if the sender has a ledger, [`Error::RecentlyRotated`], and those of the currency if the
		/// sender cannot hold the money.
		///
		/// Events: [`Event::Rotated`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::accept_rotation())]
		pub fn accept_rotation(origin: OriginFor<T>, old: T::AccountId) -> DispatchResult {
			let new = ensure_signed(origin)?;
			Self::do_accept_rotation(old, new)
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Smallest stake of `role`.
	#[must_use]
	pub fn min_stake(role: Role) -> BalanceOf<T> {
		match role {
			Role::Miner => T::MinMinerStake::get(),
			Role::Verifier => T::MinVerifierStake::get(),
		}
	}

	fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	fn unbonding_ends() -> BlockNumberFor<T> {
		// At the end of block numbers, a stake that never leaves is the safe side.
		Self::now().saturating_add(T::UnbondingPeriod::get())
	}

	fn registered(who: &T::AccountId) -> Result<LedgerOf<T>, Error<T>> {
		Ledgers::<T>::get(who)
			.filter(|ledger| !ledger.roles.is_empty())
			.ok_or(Error::<T>::NotRegistered)
	}

	/// Writes a ledger, or removes it if nothing is left in it.
	fn put(who: &T::AccountId, ledger: LedgerOf<T>) {
		if ledger.is_spent() {
			Ledgers::<T>::remove(who);
			Rotations::<T>::remove(who);
		} else {
			Ledgers::<T>::insert(who, ledger);
		}
	}

	fn bond(who: &T::AccountId, ledger: &mut LedgerOf<T>, amount: BalanceOf<T>) -> DispatchResult {
		ledger.bonded = ledger.bonded.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
		if !amount.is_zero() {
			T::Currency::hold(&HoldReason::Stake.into(), who, amount)?;
		}
		Ok(())
	}

	fn do_register(who: &T::AccountId, role: Role, amount: BalanceOf<T>) -> DispatchResult {
		let mut ledger = Ledgers::<T>::get(who).unwrap_or_default();
		let new = ledger.roles.try_insert(role).map_err(|_| {
			defensive!("there is room for all roles");
			DispatchError::Exhausted
		})?;
		ensure!(new, Error::<T>::AlreadyRegistered);
		ensure!(!Successors::<T>::contains_key(who), Error::<T>::RecentlyRotated);
		let bonded = ledger.bonded.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
		ensure!(bonded >= Self::min_stake(role), Error::<T>::StakeTooSmall);
		Self::bond(who, &mut ledger, amount)?;
		Self::put(who, ledger);
		Self::deposit_event(Event::Registered { who: who.clone(), role, amount });
		Ok(())
	}

	fn do_bond_extra(who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::AmountZero);
		let mut ledger = Self::registered(who)?;
		Self::bond(who, &mut ledger, amount)?;
		Self::put(who, ledger);
		Self::deposit_event(Event::Bonded { who: who.clone(), amount });
		Ok(())
	}

	fn do_unbond(who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::AmountZero);
		// No role is asked for: a cancelled slash can leave bonded stake to one that has left.
		let mut ledger = Ledgers::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		let least = ledger.roles.iter().map(|role| Self::min_stake(*role)).max();
		ensure!(amount <= ledger.free(), Error::<T>::StakeLocked);
		// Exact: free stake is a part of the bonded.
		let rest = ledger.bonded.saturating_sub(amount);
		ensure!(rest >= least.unwrap_or_else(Zero::zero), Error::<T>::StakeTooSmall);
		let ends_at = Self::unbonding_ends();
		ledger
			.unbond(amount, Self::now(), ends_at)
			.map_err(|UnbondingFull| Error::<T>::TooManyUnbonding)?;
		Self::put(who, ledger);
		Self::deposit_event(Event::Unbonded { who: who.clone(), amount, ends_at });
		Ok(())
	}

	fn do_withdraw_unbonded(who: &T::AccountId) -> DispatchResult {
		let mut ledger = Ledgers::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		let amount = ledger.withdraw(Self::now());
		ensure!(!amount.is_zero(), Error::<T>::NothingToWithdraw);
		T::Currency::release(&HoldReason::Stake.into(), who, amount, Precision::Exact)?;
		Self::put(who, ledger);
		Self::deposit_event(Event::Withdrawn { who: who.clone(), amount });
		Ok(())
	}

	fn do_deregister(who: &T::AccountId) -> DispatchResult {
		let mut ledger = Self::registered(who)?;
		// A lock of nothing counts as well: its claim is open. They are counted, because a look for
		// one would go over all that ended in this block.
		ensure!(ledger.locks == 0, Error::<T>::StakeLocked);
		let (amount, ends_at) = (ledger.bonded, Self::unbonding_ends());
		ledger
			.unbond(amount, Self::now(), ends_at)
			.map_err(|UnbondingFull| Error::<T>::TooManyUnbonding)?;
		ledger.roles = Default::default();
		Self::put(who, ledger);
		Self::deposit_event(Event::Deregistered { who: who.clone() });
		if !amount.is_zero() {
			Self::deposit_event(Event::Unbonded { who: who.clone(), amount, ends_at });
		}
		Ok(())
	}

	/// Fails unless `new` can get a ledger from another account.
	fn ensure_can_succeed(new: &T::AccountId) -> DispatchResult {
		ensure!(!Ledgers::<T>::contains_key(new), Error::<T>::AlreadyRegistered);
		ensure!(!Successors::<T>::contains_key(new), Error::<T>::RecentlyRotated);
		// Who answers for one account cannot answer for a second one meanwhile.
		ensure!(!Predecessors::<T>::contains_key(new), Error::<T>::RecentlyRotated);
		Ok(())
	}

	fn do_rotate_key(who: T::AccountId, new: T::AccountId) -> DispatchResult {
		ensure!(Ledgers::<T>::contains_key(&who), Error::<T>::NotRegistered);
		ensure!(!Predecessors::<T>::contains_key(&who), Error::<T>::RecentlyRotated);
		ensure!(!Rotations::<T>::contains_key(&who), Error::<T>::AlreadyRotating);
		// The sender is one of those who have a ledger.
		Self::ensure_can_succeed(&new)?;
		// At the end of block numbers, a ledger that stays is the safe side.
		let from = Self::now().saturating_add(T::RotationDelay::get());
		Rotations::<T>::insert(&who, Rotation { new: new.clone(), from });
		Self::deposit_event(Event::RotationAnnounced { who, new, from });
		Ok(())
	}

	fn do_accept_rotation(old: T::AccountId, new: T::AccountId) -> DispatchResult {
		let rotation = Rotations::<T>::get(&old)
			.filter(|rotation| rotation.new == new)
			.ok_or(Error::<T>::NotRotating)?;
		ensure!(Self::now() >= rotation.from, Error::<T>::RotationTooEarly);
		Self::ensure_can_succeed(&new)?;
		let ledger = Ledgers::<T>::get(&old).ok_or(Error::<T>::NotRegistered)?;
		ensure!(ledger.locks == 0, Error::<T>::StakeLocked);
		ensure!(ledger.slashing.is_zero(), Error::<T>::SlashesPending);
		let amount = ledger.held();
		if !amount.is_zero() {
			T::Currency::transfer_on_hold(
				&HoldReason::Stake.into(),
				&old,
				&new,
				amount,
				Precision::Exact,
				Restriction::OnHold,
				Fortitude::Polite,
			)?;
		}
		Rotations::<T>::remove(&old);
		Ledgers::<T>::remove(&old);
		Self::put(&new, ledger);
		let until = Self::unbonding_ends();
		Successors::<T>::insert(&old, Successor { account: new.clone(), until });
		Predecessors::<T>::insert(&new, &old);
		Agenda::<T>::insert(until, Item::Successor(old.clone()), ());
		Self::deposit_event(Event::Rotated { who: old, new, amount, until });
		Ok(())
	}

	/// Forgets where the ledger of an account went: what it did is too long ago.
	fn forget_successor(at: BlockNumberFor<T>, old: T::AccountId) {
		if let Some(Successor { account, .. }) = Successors::<T>::take(&old) {
			Predecessors::<T>::remove(account);
		} else {
			defensive!("the agenda names an account without a successor");
		}
		Agenda::<T>::remove(at, Item::Successor(old));
	}

	fn do_cancel_slash(slash: SlashId) -> DispatchResult {
		let pending = Slashes::<T>::get(slash).ok_or(Error::<T>::UnknownSlash)?;
		Self::cancel(slash, pending);
		Ok(())
	}

	fn do_appeal_slash(who: &T::AccountId, slash: SlashId) -> DispatchResult {
		let mut pending = Slashes::<T>::get(slash).ok_or(Error::<T>::UnknownSlash)?;
		ensure!(pending.who == *who, Error::<T>::NotTheSlashed);
		ensure!(pending.appeal.is_none(), Error::<T>::AlreadyAppealed);
		let bond = T::AppealBond::get();
		if !bond.is_zero() {
			T::Currency::hold(&HoldReason::Appeal.into(), who, bond)?;
		}
		let job = T::Appeals::rerun(slash, who)?;
		let stage = job.map_or(Stage::Undecided, Stage::Running);
		pending.appeal = Some(Appeal { bond, stage });
		let due = job.is_none().then(Self::appeal_window_ends);
		Self::set_due(slash, pending, due);
		Self::deposit_event(Event::SlashAppealed { slash, who: who.clone(), bond, job });
		Ok(())
	}

	fn do_resolve_appeal(slash: SlashId, uphold: bool) -> DispatchResult {
		let pending = Slashes::<T>::get(slash).ok_or(Error::<T>::UnknownSlash)?;
		let appeal = pending.appeal.ok_or(Error::<T>::NotAppealed)?;
		ensure!(!matches!(appeal.stage, Stage::Running(_)), Error::<T>::AppealRunning);
		if uphold {
			<Self as assay_traits::Stake>::note(&pending.who, Deed::AppealWon);
			Self::cancel(slash, pending);
		} else {
			Self::finalise(slash, pending, Loser::Appellant);
		}
		Ok(())
	}

	fn appeal_window_ends() -> BlockNumberFor<T> {
		// At the end of block numbers, a slash that stays pending is the safe side.
		Self::now().saturating_add(T::AppealWindow::get())
	}

	/// Writes a ledger from which `amount` was just frozen, and plans the slash.
	fn plan_slash(
		who: &T::AccountId,
		ledger: LedgerOf<T>,
		amount: BalanceOf<T>,
		offence: Offence,
	) -> Result<SlashId, DispatchError> {
		let slash = NextSlash::<T>::get();
		NextSlash::<T>::put(slash.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		// At the end of block numbers, a slash that stays pending is the safe side.
		let due = Self::now().saturating_add(T::SlashDefer::get());
		let pending =
			PendingSlash { who: who.clone(), amount, offence, due: Some(due), appeal: None };
		Agenda::<T>::insert(due, Item::<T::AccountId>::Slash(slash), ());
		Slashes::<T>::insert(slash, pending);
		Self::put(who, ledger);
		Self::deposit_event(Event::SlashPending { slash, who: who.clone(), amount, offence, due });
		Ok(slash)
	}

	/// Writes a pending slash with another deadline, or none.
	fn set_due(slash: SlashId, mut pending: PendingSlashOf<T>, due: Option<BlockNumberFor<T>>) {
		if let Some(due) = pending.due {
			Agenda::<T>::remove(due, Item::<T::AccountId>::Slash(slash));
		}
		if let Some(due) = due {
			Agenda::<T>::insert(due, Item::<T::AccountId>::Slash(slash), ());
		}
		pending.due = due;
		Slashes::<T>::insert(slash, pending);
	}

	/// Makes final what is due. Gives the steps that it took, [`Config::MaxSlashesPerBlock`] at the
	/// most: one for each item and one for each block that has no more of them.
	fn finalise_due(now: BlockNumberFor<T>) -> u32 {
		let start = AgendaCursor::<T>::get();
		let mut at = start;
		let mut steps = 0u32;
		while steps < T::MaxSlashesPerBlock::get() {
			match Agenda::<T>::iter_key_prefix(at).next() {
				Some(Item::Slash(slash)) => Self::time_out(at, slash),
				Some(Item::Successor(old)) => Self::forget_successor(at, old),
				None if at < now => at.saturating_inc(),
				None => break,
			}
			// Cannot saturate: below the bound of the loop.
			steps = steps.saturating_add(1);
		}
		if at != start {
			AgendaCursor::<T>::put(at);
		}
		steps
	}

	/// Ends a slash against which nothing was found in time.
	fn time_out(at: BlockNumberFor<T>, slash: SlashId) {
		match Slashes::<T>::get(slash) {
			Some(pending) => {
				let loser = match pending.appeal.map(|appeal| appeal.stage) {
					Some(Stage::Confirmed) => Loser::Appellant,
					_ => Loser::Nobody,
				};
				Self::finalise(slash, pending, loser);
			},
			None => {
				defensive!("the agenda names a slash that is not pending");
				Agenda::<T>::remove(at, Item::<T::AccountId>::Slash(slash));
			},
		}
	}

	/// Gives frozen stake back.
	fn cancel(slash: SlashId, pending: PendingSlashOf<T>) {
		let PendingSlash { who, amount, offence, .. } = Self::end(slash, pending, Loser::Nobody);
		Self::thaw(&who, amount, |ledger| {
			// Cannot saturate: part of the sum held on one account.
			ledger.bonded = ledger.bonded.saturating_add(amount);
		});
		Self::deposit_event(Event::SlashCancelled { slash, who, amount, offence });
	}

	/// Takes frozen stake.
	fn finalise(slash: SlashId, pending: PendingSlashOf<T>, loser: Loser) {
		let PendingSlash { who, amount, offence, .. } = Self::end(slash, pending, loser);
		Self::thaw(&who, amount, |_| ());
		Self::take(HoldReason::Stake, &who, amount);
		Self::deposit_event(Event::SlashFinal { slash, who, amount, offence });
	}

	/// What ends with a slash, cancelled or final: its deadline, its appeal, and what was kept for
	/// one.
	fn end(slash: SlashId, pending: PendingSlashOf<T>, loser: Loser) -> PendingSlashOf<T> {
		Slashes::<T>::remove(slash);
		if let Some(due) = pending.due {
			Agenda::<T>::remove(due, Item::<T::AccountId>::Slash(slash));
		}
		T::Appeals::slash_ended(slash);
		if let Some(Appeal { bond, .. }) = pending.appeal {
			let who = pending.who.clone();
			let returned = loser == Loser::Nobody;
			if returned {
				if !give_back::<_, T::Currency>(&HoldReason::Appeal.into(), &who, bond) {
					defensive!("the bond of an appeal is held");
				}
			} else {
				<Self as assay_traits::Stake>::note(&who, Deed::AppealLost);
				Self::take(HoldReason::Appeal, &who, bond);
			}
			Self::deposit_event(Event::AppealEnded { slash, who, bond, returned });
		}
		pending
	}

	/// Ends the freezing of `amount`, and writes the ledger after `then`.
	fn thaw(who: &T::AccountId, amount: BalanceOf<T>, then: impl FnOnce(&mut LedgerOf<T>)) {
		if amount.is_zero() {
			return;
		}
		let Some(mut ledger) = Ledgers::<T>::get(who) else {
			defensive!("a frozen stake keeps its ledger");
			return;
		};
		// Exact: frozen stake is the sum of the pending slashes.
		ledger.slashing = ledger.slashing.saturating_sub(amount);
		then(&mut ledger);
		Self::put(who, ledger);
	}

	/// Hands over held money for good.
	fn take(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) {
		if amount.is_zero() {
			return;
		}
		let (credit, missing) =
			<T::Currency as hold::Balanced<_>>::slash(&reason.into(), who, amount);
		if !missing.is_zero() {
			defensive!("what is taken is held");
		}
		T::SlashHandler::on_unbalanced(credit);
	}
}

/// Who loses by the end of a slash, besides whose stake it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loser {
	/// No appeal, or one that was not found wrong.
	Nobody,
	/// The appeal was wrong: its bond is lost.
	Appellant,
}

impl<T: Config> assay_traits::Stake for Pallet<T> {
	type AccountId = T::AccountId;
	type Balance = BalanceOf<T>;
	type BlockNumber = BlockNumberFor<T>;

	fn ensure_active(who: &T::AccountId, role: Role) -> DispatchResult {
		let ledger = Self::registered(who)?;
		ensure!(ledger.roles.contains(&role), Error::<T>::NotRegistered);
		ensure!(ledger.bonded >= Self::min_stake(role), Error::<T>::StakeTooSmall);
		Ok(())
	}

	fn bonded(who: &T::AccountId) -> BalanceOf<T> {
		Ledgers::<T>::get(who).map_or_else(Zero::zero, |ledger| ledger.bonded)
	}

	fn free(who: &T::AccountId) -> BalanceOf<T> {
		Self::free_stake(who.clone())
	}

	fn lock(who: &T::AccountId, reason: LockReason, amount: BalanceOf<T>) -> DispatchResult {
		let mut ledger = Self::registered(who)?;
		ensure!(!Locks::<T>::contains_key(who, reason), Error::<T>::AlreadyLocked);
		ensure!(amount <= ledger.free(), Error::<T>::StakeLocked);
		// Cannot saturate: at most what is bonded.
		ledger.locked = ledger.locked.saturating_add(amount);
		ledger.locks = ledger.locks.saturating_add(1);
		Locks::<T>::insert(who, reason, amount);
		Self::put(who, ledger);
		Self::deposit_event(Event::Locked { who: who.clone(), reason, amount });
		Ok(())
	}

	fn unlock(who: &T::AccountId, reason: LockReason) -> DispatchResult {
		let mut ledger = Self::registered(who)?;
		let amount = Locks::<T>::take(who, reason).ok_or(Error::<T>::NotLocked)?;
		// Exact: `locked` is the sum of the locks.
		ledger.locked = ledger.locked.saturating_sub(amount);
		ledger.locks = ledger.locks.saturating_sub(1);
		Self::put(who, ledger);
		Self::deposit_event(Event::Unlocked { who: who.clone(), reason, amount });
		Ok(())
	}

	fn slash_lock(
		who: &T::AccountId,
		reason: LockReason,
		offence: Offence,
	) -> Result<SlashId, DispatchError> {
		let mut ledger = Self::registered(who)?;
		let amount = Locks::<T>::take(who, reason).ok_or(Error::<T>::NotLocked)?;
		let taken = ledger.slash_locked(amount);
		Self::plan_slash(who, ledger, taken, offence)
	}

	fn slash(
		who: &T::AccountId,
		amount: BalanceOf<T>,
		fault_at: BlockNumberFor<T>,
		offence: Offence,
	) -> Result<SlashId, DispatchError> {
		let who = Self::answerable(who);
		let mut ledger = Ledgers::<T>::get(&who).ok_or(Error::<T>::NotRegistered)?;
		let taken = ledger.slash(amount, fault_at);
		Self::plan_slash(&who, ledger, taken, offence)
	}

	fn answerable(who: &T::AccountId) -> T::AccountId {
		Successors::<T>::get(who).map_or_else(|| who.clone(), |successor| successor.account)
	}

	fn note(who: &T::AccountId, deed: Deed) {
		let who = Self::answerable(who);
		let counted = Ledgers::<T>::mutate_extant(&who, |ledger| {
			ledger.reputation.note(deed);
			true
		});
		if counted {
			Self::deposit_event(Event::Noted { who, deed });
		}
	}

	fn retract(who: &T::AccountId, deed: Deed) {
		let who = Self::answerable(who);
		let counted = Ledgers::<T>::mutate_extant(&who, |ledger| {
			ledger.reputation.retract(deed);
			true
		});
		if counted {
			Self::deposit_event(Event::Retracted { who, deed });
		}
	}

	fn cancel_slash(slash: SlashId) -> DispatchResult {
		Self::do_cancel_slash(slash)
	}

	fn on_rerun(slash: SlashId, finding: Finding) {
		let Some(mut pending) = Slashes::<T>::get(slash) else { return };
		let Some(Appeal { bond, stage: Stage::Running(_) }) = pending.appeal else {
			defensive!("a re-run is that of an appeal");
			return;
		};
		Self::deposit_event(Event::SlashRerun { slash, finding });
		let stage = match finding {
			Finding::Refuted => {
				Self::note(&pending.who, Deed::AppealWon);
				return Self::cancel(slash, pending);
			},
			Finding::Confirmed => Stage::Confirmed,
			Finding::Undecided => Stage::Undecided,
		};
		pending.appeal = Some(Appeal { bond, stage });
		Self::set_due(slash, pending, Some(Self::appeal_window_ends()));
	}

	fn on_rerun_weight() -> Weight {
		// It cancels the slash, or leaves it as it is; governance cancels it or makes it final.
		T::WeightInfo::resolve_appeal()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_active(who: &T::AccountId, role: Role) {
		// Enough for any bond or slash of a benchmark, beside what the account keeps.
		let stake = Self::min_stake(role).saturating_mul(1_000u32.into());
		let funds = stake.saturating_mul(2u32.into());
		let _ = <T::Currency as fungible::Balanced<_>>::deposit(who, funds, Precision::Exact)
			.expect("a benchmark's account can be paid");
		Self::do_register(who, role, stake).expect("the stake is there");
	}
}

/// Something due, and when.
#[cfg(any(feature = "try-runtime", feature = "std"))]
type PlannedOf<T> = (BlockNumberFor<T>, Item<<T as frame_system::Config>::AccountId>);

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// Checks what must hold between blocks:
	///
	/// 1. What is held for stake on an account is what its ledger says: bonded, unbonding, frozen.
	/// 2. No ledger is empty.
	/// 3. What a ledger says is locked is the sum of the account's locks, and only registered
	///    accounts have locks.
	/// 4. Parts on their way out are not empty, are in the order of their block, and end after it.
	/// 5. What a ledger says is frozen is the sum of the account's pending slashes.
	/// 6. Pending slashes have numbers that were given out, and a deadline unless they are being
	///    re-run. The agenda is these deadlines and those of 9; nothing stands there before the
	///    cursor.
	/// 7. What is held for appeals on an account is the sum of the bonds of its appeals.
	/// 8. Each announced rotation is that of a ledger.
	/// 9. An account whose ledger went to a successor has none, the successor knows its
	///    predecessor, and the agenda says when both forget; nobody has two predecessors, or both
	///    of them.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_ledgers()?;
		Self::check_locks()?;
		let mut planned = Self::check_slashes()?;
		planned.extend(Self::check_rotations()?);
		Self::check_agenda(planned)
	}

	fn check_ledgers() -> Result<(), TryRuntimeError> {
		for (who, ledger) in Ledgers::<T>::iter() {
			let held =
				<T::Currency as hold::Inspect<_>>::balance_on_hold(&HoldReason::Stake.into(), &who);
			ensure!(held == ledger.held(), "1: the held balance is not what the ledger says");
			ensure!(!ledger.is_spent(), "2: a ledger is empty");
			for chunk in &ledger.unbonding {
				ensure!(!chunk.amount.is_zero(), "4: nothing is unbonding");
				ensure!(chunk.ends_at >= chunk.unbonded_at, "4: unbonding ends before it starts");
			}
			let blocks = ledger.unbonding.iter().map(|chunk| chunk.unbonded_at);
			ensure!(blocks.is_sorted(), "4: unbonding is out of order");
		}
		Ok(())
	}

	fn check_locks() -> Result<(), TryRuntimeError> {
		let mut locked = BTreeMap::<T::AccountId, (u32, BalanceOf<T>)>::new();
		for (who, _, amount) in Locks::<T>::iter() {
			ensure!(Self::registered(&who).is_ok(), "3: a lock without a registered account");
			let (locks, sum) = locked.entry(who).or_default();
			*locks = locks.saturating_add(1);
			*sum = sum.saturating_add(amount);
		}
		for (who, ledger) in Ledgers::<T>::iter() {
			let (locks, sum) = locked.get(&who).copied().unwrap_or_default();
			ensure!(ledger.locked == sum, "3: the locked stake is not the sum of the locks");
			ensure!(ledger.locks == locks, "3: the ledger does not count the locks");
		}
		Ok(())
	}

	fn check_slashes() -> Result<Vec<PlannedOf<T>>, TryRuntimeError> {
		let next = NextSlash::<T>::get();
		let mut planned = Vec::new();
		let mut frozen = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let mut bonds = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (slash, pending) in Slashes::<T>::iter() {
			ensure!(slash < next, "6: a number was not given out");
			let stage = pending.appeal.map(|appeal| appeal.stage);
			let running = matches!(stage, Some(Stage::Running(_)));
			ensure!(pending.due.is_none() == running, "6: a deadline is missing or extra");
			planned.extend(pending.due.map(|due| (due, Item::Slash(slash))));
			let sum = frozen.entry(pending.who.clone()).or_default();
			*sum = sum.saturating_add(pending.amount);
			if let Some(appeal) = pending.appeal {
				let sum = bonds.entry(pending.who).or_default();
				*sum = sum.saturating_add(appeal.bond);
			}
		}
		for (who, ledger) in Ledgers::<T>::iter() {
			let sum = frozen.remove(&who).unwrap_or_default();
			ensure!(ledger.slashing == sum, "5: the frozen stake is not the sum of the slashes");
		}
		ensure!(frozen.values().all(Zero::is_zero), "5: a slash has no ledger");
		for (who, sum) in bonds {
			let held = <T::Currency as hold::Inspect<_>>::balance_on_hold(
				&HoldReason::Appeal.into(),
				&who,
			);
			ensure!(held == sum, "7: the held balance is not the bonds of the appeals");
		}
		Ok(planned)
	}

	fn check_rotations() -> Result<Vec<PlannedOf<T>>, TryRuntimeError> {
		for who in Rotations::<T>::iter_keys() {
			ensure!(Ledgers::<T>::contains_key(who), "8: a rotation without a ledger");
		}
		let mut planned = Vec::new();
		for (old, Successor { account, until }) in Successors::<T>::iter() {
			ensure!(
				!Ledgers::<T>::contains_key(&old),
				"9: an account has a ledger and a successor"
			);
			ensure!(!Successors::<T>::contains_key(&account), "9: a successor has a successor");
			ensure!(
				Predecessors::<T>::get(account).as_ref() == Some(&old),
				"9: a successor does not know its predecessor"
			);
			planned.push((until, Item::Successor(old)));
		}
		ensure!(
			Predecessors::<T>::iter_keys().count() == planned.len(),
			"9: a predecessor without a successor"
		);
		Ok(planned)
	}

	fn check_agenda(planned: Vec<PlannedOf<T>>) -> Result<(), TryRuntimeError> {
		let agenda: Vec<_> = Agenda::<T>::iter().map(|(at, item, ())| (at, item)).collect();
		let listed = |one: &PlannedOf<T>| agenda.contains(one);
		ensure!(
			agenda.len() == planned.len() && planned.iter().all(listed),
			"6: the agenda is not what is due"
		);
		let cursor = AgendaCursor::<T>::get();
		ensure!(agenda.iter().all(|(at, _)| *at >= cursor), "6: something due was passed over");
		Ok(())
	}
}
