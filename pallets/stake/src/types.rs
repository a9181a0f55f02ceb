//! What is stored, and the arithmetic of a ledger.
// Derived codecs of enums convert their indices.
#![allow(clippy::as_conversions)]

use assay_primitives::{JobId, SlashId};
use assay_traits::{Deed, Offence, Role};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::ConstU32,
	traits::{tokens, Get},
	BoundedBTreeSet, BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound,
	PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_runtime::traits;

/// Room for roles in a ledger; there are fewer [`Role`]s than that.
pub const MAX_ROLES: u32 = 8;

/// Stake on its way out: no longer bonded, not yet withdrawable.
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
pub struct Unbonding<Balance, BlockNumber> {
	/// How much.
	pub amount: Balance,
	/// Block in which it stopped being bonded. It answers for faults up to that block.
	pub unbonded_at: BlockNumber,
	/// First block in which it can be withdrawn.
	pub ends_at: BlockNumber,
}

/// What an account did, as counted by [`assay_traits::Stake::note`]. Counters stop at their largest
/// value.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Reputation {
	/// Claims that were verified.
	pub claims_verified: u32,
	/// Claims that were rejected.
	pub claims_rejected: u32,
	/// Verdicts that agreed with the settlement.
	pub verdicts_right: u32,
	/// Verdicts that disagreed with the settlement.
	pub verdicts_wrong: u32,
	/// Verdicts that were not delivered.
	pub verdicts_missed: u32,
	/// Appeals that cancelled a slash.
	pub appeals_won: u32,
	/// Appeals after which the slash was found right.
	pub appeals_lost: u32,
}

impl Reputation {
	/// Counts a deed.
	pub fn note(&mut self, deed: Deed) {
		let counter = self.counter(deed);
		*counter = counter.saturating_add(1);
	}

	/// Counts a deed no more.
	pub fn retract(&mut self, deed: Deed) {
		let counter = self.counter(deed);
		*counter = counter.saturating_sub(1);
	}

	fn counter(&mut self, deed: Deed) -> &mut u32 {
		match deed {
			Deed::ClaimVerified => &mut self.claims_verified,
			Deed::ClaimRejected => &mut self.claims_rejected,
			Deed::VerdictRight => &mut self.verdicts_right,
			Deed::VerdictWrong => &mut self.verdicts_wrong,
			Deed::VerdictMissed => &mut self.verdicts_missed,
			Deed::AppealWon => &mut self.appeals_won,
			Deed::AppealLost => &mut self.appeals_lost,
		}
	}
}

/// The money that one account has at risk, and for what. All of it is held on the account.
#[derive(
	CloneNoBound,
	DebugNoBound,
	DefaultNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxUnbonding))]
pub struct Ledger<Balance, BlockNumber, MaxUnbonding>
where
	Balance: tokens::Balance,
	BlockNumber: traits::BlockNumber,
	MaxUnbonding: Get<u32>,
{
	/// The roles that the account is registered for. Empty after it left.
	pub roles: BoundedBTreeSet<Role, ConstU32<MAX_ROLES>>,
	/// Stake in force: neither unbonding nor frozen by a slash.
	pub bonded: Balance,
	/// Sum of the account's locks. Locks lie on the bonded stake and may be more than it only after
	/// a slash that found nothing else to take.
	pub locked: Balance,
	/// How many locks the account has.
	pub locks: u32,
	/// Stake on its way out, oldest first.
	pub unbonding: BoundedVec<Unbonding<Balance, BlockNumber>, MaxUnbonding>,
	/// Sum of the account's pending slashes: frozen until they are final or cancelled.
	pub slashing: Balance,
	/// What the account did so far.
	pub reputation: Reputation,
}

/// [`Ledger::unbonding`] has no room.
#[derive(Debug, PartialEq, Eq)]
pub struct UnbondingFull;

impl<Balance, BlockNumber, MaxUnbonding> Ledger<Balance, BlockNumber, MaxUnbonding>
where
	Balance: tokens::Balance,
	BlockNumber: traits::BlockNumber,
	MaxUnbonding: Get<u32>,
{
	/// The bonded stake that no lock holds.
	#[must_use]
	pub fn free(&self) -> Balance {
		// Saturates where a slash reached into the locks: then nothing is free.
		self.bonded.saturating_sub(self.locked)
	}

	/// Everything that is held on the account.
	#[must_use]
	pub fn held(&self) -> Balance {
		// Cannot saturate: the currency holds this sum on one account.
		self.unbonding.iter().fold(self.bonded.saturating_add(self.slashing), |sum, chunk| {
			sum.saturating_add(chunk.amount)
		})
	}

	/// Whether nothing is left to keep a ledger for.
	#[must_use]
	pub fn is_spent(&self) -> bool {
		self.roles.is_empty() && self.held().is_zero()
	}

	/// Moves up to `amount` of the bonded stake to the way out.
	pub fn unbond(
		&mut self,
		amount: Balance,
		now: BlockNumber,
		ends_at: BlockNumber,
	) -> Result<(), UnbondingFull> {
		let amount = amount.min(self.bonded);
		if amount.is_zero() {
			return Ok(());
		}
		match self.unbonding.last_mut() {
			Some(last) if last.unbonded_at == now && last.ends_at == ends_at => {
				// Cannot saturate: part of the sum held on one account.
				last.amount = last.amount.saturating_add(amount);
			},
			_ => self
				.unbonding
				.try_push(Unbonding { amount, unbonded_at: now, ends_at })
				.map_err(|_| UnbondingFull)?,
		}
		// Exact: `amount` is at most `bonded`.
		self.bonded = self.bonded.saturating_sub(amount);
		Ok(())
	}

	/// Takes out what can be withdrawn at `now`. Gives its sum.
	pub fn withdraw(&mut self, now: BlockNumber) -> Balance {
		let mut sum = Balance::zero();
		self.unbonding.retain(|chunk| {
			let matured = chunk.ends_at <= now;
			if matured {
				// Cannot saturate: part of the sum held on one account.
				sum = sum.saturating_add(chunk.amount);
			}
			!matured
		});
		sum
	}

	/// Freezes up to `amount` of what was bonded at `fault_at`. Gives what was found.
	///
	/// Taken in this order: bonded and free; unbonding but still bonded at `fault_at`, oldest
	/// first, since that is what the fewest other faults can reach; bonded and locked. What is
	/// taken from unbonding stake is what would have been taken from the bond, had it not been
	/// unbonded: a slash and an unbond in any order take the same.
	pub fn slash(&mut self, amount: Balance, fault_at: BlockNumber) -> Balance {
		let mut left = amount;
		// Every subtraction below is exact: `taken` is the smaller of the two.
		let mut take = |from: &mut Balance, most: Balance| {
			let taken = left.min(most).min(*from);
			*from = from.saturating_sub(taken);
			left = left.saturating_sub(taken);
		};
		let free = self.free();
		take(&mut self.bonded, free);
		for chunk in self.unbonding.iter_mut().filter(|chunk| chunk.unbonded_at >= fault_at) {
			take(&mut chunk.amount, Balance::max_value());
		}
		take(&mut self.bonded, Balance::max_value());
		self.unbonding.retain(|chunk| !chunk.amount.is_zero());
		let taken = amount.saturating_sub(left);
		// Cannot saturate: part of the sum held on one account.
		self.slashing = self.slashing.saturating_add(taken);
		taken
	}

	/// Ends a lock of `amount` and freezes it, or what is left of the bond. Gives what was frozen.
	pub fn slash_locked(&mut self, amount: Balance) -> Balance {
		self.locks = self.locks.saturating_sub(1);
		// Exact: the lock is part of `locked`, and `taken` of `bonded`.
		self.locked = self.locked.saturating_sub(amount);
		let taken = amount.min(self.bonded);
		self.bonded = self.bonded.saturating_sub(taken);
		// Cannot saturate: part of the sum held on one account.
		self.slashing = self.slashing.saturating_add(taken);
		taken
	}
}

/// An announcement that another account takes over a ledger.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Rotation<AccountId, BlockNumber> {
	/// Who takes over.
	pub new: AccountId,
	/// First block in which it can.
	pub from: BlockNumber,
}

/// Where the ledger of an account went.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Successor<AccountId, BlockNumber> {
	/// Who has it, and answers for what the account did before.
	pub account: AccountId,
	/// The account is forgotten at the start of this block, or of a later one if too much is due.
	pub until: BlockNumber,
}

/// What is due at the start of a block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Item<AccountId> {
	/// A slash becomes final.
	#[codec(index = 0)]
	Slash(SlashId),
	/// The successor of this account stops answering for it.
	#[codec(index = 1)]
	Successor(AccountId),
}

/// How far an appeal has come.
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
pub enum Stage {
	/// A committee re-runs the job that the slash followed from.
	#[codec(index = 0)]
	Running(JobId),
	/// The committee found that the slash was right. It becomes final when it is due, unless
	/// governance upholds the appeal.
	#[codec(index = 1)]
	Confirmed,
	/// No re-run can, or could, decide: governance does. If it is silent until the slash is due,
	/// the slash becomes final, and the appeal's bond goes back.
	#[codec(index = 2)]
	Undecided,
}

/// An appeal against a pending slash, by the account that is slashed.
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
pub struct Appeal<Balance> {
	/// What is held of the account for the appeal.
	pub bond: Balance,
	/// How far it has come.
	pub stage: Stage,
}

/// A slash that is not final: its amount is frozen, and it can be appealed and cancelled.
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
pub struct PendingSlash<AccountId, Balance, BlockNumber> {
	/// Whose stake is frozen.
	pub who: AccountId,
	/// How much. Less than what was asked for if there was no more; possibly zero.
	pub amount: Balance,
	/// For what.
	pub offence: Offence,
	/// The slash becomes final at the start of this block, or of a later one if too many are due.
	/// `None` while a committee re-runs the job that it followed from.
	pub due: Option<BlockNumber>,
	/// The appeal against it.
	pub appeal: Option<Appeal<Balance>>,
}
