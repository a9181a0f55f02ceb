//! # Models
//!
//! Who marked a model, which version of it is current, what it was trained from, and who is right when
//! two say that it is theirs.
//!
//! - [`Config`], [`Call`], [`Pallet`], [`Event`], [`Error`]
//!
//! ## Overview
//!
//! An *owner* marks a model while it is trained, with keys that nobody could know before the owner
//! committed to them ([`assay_watermark::key`]), and registers it with the evidence of the mark.
//!
//! ```text
//!   intend ──► Intent ── beacon ──► register ──► Pending ─┬─► Verified ──┬─ revoke ──► Revoked
//!                                                         │   (name,     │  bond back
//!                                                         │    version)  └─ contest ─► Lost
//!                                                         ├─► Rejected      bond to who was earlier
//!                                                         │   bond slashed
//!                                                         └─► Returned
//!                                                             bond back
//! ```
//!
//! 1. The owner declares an *intent*: the root of its sub-keys, and the margin ratio that it will aim
//!    at. The randomness of the whole next epoch, the *beacon*, completes the watermark keys.
//! 2. It marks the model with all of them, and registers it: one sub-key is opened, the weights that
//!    carry the mark are proved, the statistics are stated. The transaction is valid only if these
//!    weights carry the bits of the key; the rest is measured by a committee.
//! 3. A verified model is a *version* of its name, from 1. Whoever has the first one owns the name,
//!    calls versions by *aliases*, and can hand the name over.
//! 4. Who finds its own mark in somebody else's model, under an intent that was declared earlier,
//!    *contests* the model with another of its sub-keys, and is paid the loser's bond.
//!
//! ## Example
//!
//! An owner wins its model back from a thief who has marked it once more:
#![doc = docify::embed!("src/tests/contest.rs", the_earlier_mark_wins)]
//! ## Rules
//!
//! 1. A registration or a contest is in a block only if its cheap part holds ([`CheckModel`]): sizes,
//!    duplicates, the opening, and the projection over the proved weights. At most
//!    [`Config::MaxChecksPerBlock`] are in one block.
//! 2. A sub-key is opened once. What was opened for one model or contest is evidence for no other.
//! 3. What is on record of a verified model was measured, to the bit: the committee must find exactly
//!    the statistics that the owner stated.
//! 4. A settlement never fails: whatever is wrong elsewhere, the model or the contest ends.
//! 5. Every pending or verified model has its bond held, and every open contest has.
//! 6. A model that is pending, verified, revoked or lost is not registered again, by nobody. Numbers
//!    of versions are given once.
//!
//! ## Low-level details
//!
//! *Beacons.* The pallet hashes the VRF outputs of all blocks, one after the other ([`Mix`]). An intent
//! of an epoch gets what that has come to at the end of the *next* epoch, every output of which is
//! later than the intent: who does not make all blocks of an epoch cannot know it before. Where epochs
//! are skipped because the chain stood still, the next epoch is the next that had blocks. The author
//! of an epoch's last block can choose between its output and none, at the price of the block. A
//! beacon is kept as long as an intent of its epoch is.
//!
//! BABE's own randomness of an epoch would not do: `pallet_babe` leaves out the outputs of the last 256
//! primary slots that are not full yet, and an epoch of this chain has fewer. Where it is made of none
//! at all, everybody knows it in advance.
//!
//! *Life of an intent.* An intent that is not used expires after [`Config::IntentLife`] epochs. One
//! under which a model was verified does not: it is what the owner contests with. Its owner can
//! withdraw it, and has the deposit back, when no pending or verified model and no open contest relies
//! on it.
//!
//! *Names.* A name can be transferred, its models cannot: who marked a model, and answers for it with
//! the bond, stays the same. So a transfer takes two calls, of the owner and of who takes the name
//! over. The owner of the name revokes; the bond goes back to who had put it down.
//!
//! *Records.* What a deposit pays for is the record with all index entries that it can have. When a
//! model is rejected, returned, revoked or lost, its evidence is dropped, and most of the deposit
//! goes back. The rest goes back with [`Pallet::remove`], which is not possible for what was once
//! verified: that such a model is known keeps a thief from registering it (rule 6).
//!
//! *Files.* The file of a pending or verified model and its clean data are pinned. Artifacts end all
//! the same when nobody renews them; then a model can be contested again once somebody has uploaded
//! its file once more.
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

pub use extension::CheckModel;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

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

use alloc::{boxed::Box, vec::Vec};
use assay_primitives::{
	file::CHUNK_BYTES, ArtifactId, JobId, Limits, Metric, Score, TrainingJob, H256, VM_VERSION,
};
use assay_traits::{Artifacts, Claims, Client, ContestId, IntentId, ModelId, Verification};
use assay_watermark::{
	evidence::{self, SchemeParams, Slice, SliceFault, MAX_CHUNKS},
	key, profile, Factor, Key, Opening, Place, Profile, Statistics,
};
use codec::{Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	defensive, ensure,
	pallet_prelude::*,
	storage::with_storage_layer,
	traits::{
		fungible::{
			self,
			hold::{Balanced, Inspect as _, Mutate as _},
		},
		tokens::{Fortitude, Precision, Restriction},
		Consideration, Footprint, OnUnbalanced, Randomness,
	},
};
use frame_system::pallet_prelude::*;
use sp_runtime::{
	traits::{Saturating, Zero},
	ArithmeticError,
};

const LOG_TARGET: &str = "assay::models";

/// Amounts of the native token.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// What a slash took.
pub type CreditOf<T> =
	fungible::Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;
/// See [`Intent`].
pub type IntentOf<T> =
	Intent<<T as frame_system::Config>::AccountId, BlockNumberFor<T>, <T as Config>::Deposit>;
/// See [`Details`].
pub type DetailsOf<T> = Details<BalanceOf<T>, <T as Config>::Deposit>;
/// See [`Model`].
pub type ModelOf<T> = Model<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::Deposit,
>;
/// See [`Registered`].
pub type RegisteredOf<T> =
	Registered<<T as frame_system::Config>::AccountId, <T as Config>::Deposit>;
/// See [`Contest`].
pub type ContestOf<T> = Contest<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::Deposit,
>;
/// See [`IntentView`].
pub type IntentViewOf<T> = IntentView<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;
/// See [`ModelView`].
pub type ModelViewOf<T> =
	ModelView<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// See [`NameView`].
pub type NameViewOf<T> = NameView<<T as frame_system::Config>::AccountId>;
/// See [`ContestView`].
pub type ContestViewOf<T> =
	ContestView<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

#[frame_support::pallet]
// The macro takes its attributes for paths, and the code that it makes converts and expects.
#[allow(clippy::as_conversions, clippy::expect_used, unused_qualifications)]
pub mod pallet {
	use super::*;

	/// The pallet.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What the pallet needs. [`CheckModel`] must be among the runtime's transaction extensions, or
	/// nothing can be registered.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of the calls and of the rest.
		type WeightInfo: WeightInfo;

		/// The native token.
		type Currency: fungible::hold::Inspect<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ fungible::hold::Mutate<Self::AccountId>
			+ fungible::hold::Balanced<Self::AccountId>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Who gets the bond of a model that is rejected. `()` burns it.
		type SlashHandler: OnUnbalanced<CreditOf<Self>>;

		/// What is put down for a record. Without a price, state grows for free.
		type Deposit: Consideration<Self::AccountId, Footprint>;

		/// Where models, clean data and the scheme's program are.
		type Artifacts: Artifacts<BlockNumber = BlockNumberFor<Self>>;

		/// What models can have been trained by.
		type Claims: Claims<AccountId = Self::AccountId>;

		/// Who measures. It must tell this pallet of each settlement ([`assay_traits::OnSettled`]).
		type Verification: Verification<
			AccountId = Self::AccountId,
			Balance = BalanceOf<Self>,
			BlockNumber = BlockNumberFor<Self>,
		>;

		/// Number of the current epoch. It grows, not always by one.
		type Epoch: Get<u64>;

		/// Randomness of the block before, with that block's number. Anything that an owner can know
		/// when it declares its intent lets it choose keys that fit somebody else's model.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;

		/// Who decides by which program models are verified. That program decides over everybody's
		/// bonds: root or a council with a delay is sane.
		type SchemeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The most that a scheme may use, field by field. More than verifiers have, and no model is
		/// ever verified.
		type MaxLimits: Get<Limits>;

		/// What the statistics of a registration must reach besides the chance of 2⁻⁶⁴ a factor.
		type Profile: Get<Profile>;

		/// Smallest accuracy with which a model can be registered. Near chance, a model that does
		/// nothing but answer triggers can be registered.
		type MinAccuracy: Get<Score>;

		/// By how much the measured accuracy may be lower than the stated one. Negative, and no model
		/// is ever verified.
		type AccuracyTolerance: Get<Score>;

		/// Size of the largest model file in bytes. Verifiers hold it in the memory of the program.
		type MaxModelBytes: Get<u32>;

		/// Size of the largest clean data in bytes.
		type MaxDataBytes: Get<u64>;

		/// Epochs after its own in which an intent can be used, if no model is verified under it. Below
		/// 2, none ever can.
		type IntentLife: Get<u32>;

		/// Blocks for which file and clean data of a model must be kept from its registration on, at
		/// the least. What is kept for a shorter time is hard to contest.
		type Retention: Get<BlockNumberFor<Self>>;

		/// Bond of a model. If a false registration costs less than the time of the verifiers, it pays
		/// to try; it is what the winner of a contest gets.
		type Bond: Get<BalanceOf<Self>>;

		/// Bond of a contest. If it is too low, owners can be bothered for nothing.
		type ContestBond: Get<BalanceOf<Self>>;

		/// Registrations and contests in one block. 0 stops both; the check of one takes up to a
		/// twentieth of a block.
		#[pallet::constant]
		type MaxChecksPerBlock: Get<u32>;
	}

	/// Why this pallet holds somebody's tokens.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposits for records.
		#[codec(index = 0)]
		Deposit,
		/// Bonds of models and of contests.
		#[codec(index = 1)]
		Bond,
	}

	/// The program that verifies models; nothing can be registered without.
	#[pallet::storage]
	pub type Scheme<T: Config> = StorageValue<_, SchemeTerms>;

	/// The current epoch and the one before, as of the start of the block.
	#[pallet::storage]
	pub type Epochs<T: Config> = StorageValue<_, Turn>;

	/// The VRF outputs of all blocks before this one, hashed one after the other.
	#[pallet::storage]
	pub type Mix<T: Config> = StorageValue<_, H256, ValueQuery>;

	/// The beacons of the epochs in which intents on record were declared.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Beacons<T: Config> = StorageMap<_, Twox64Concat, u64, Beacon>;

	/// Registrations and contests in this block.
	#[pallet::storage]
	pub type Checked<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Whether the call of the current transaction was checked. Never set between transactions.
	#[pallet::storage]
	pub type Admitted<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// Number of the next intent.
	#[pallet::storage]
	pub type NextIntent<T: Config> = StorageValue<_, IntentId, ValueQuery>;

	/// All intents, until their owners withdraw them.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Intents<T: Config> = StorageMap<_, Twox64Concat, IntentId, IntentOf<T>>;

	/// Whose intents these are.
	// Blake2_128Concat: accounts can be ground.
	#[pallet::storage]
	pub type IntentsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, IntentId, ()>;

	/// Number of the next model.
	#[pallet::storage]
	pub type NextModel<T: Config> = StorageValue<_, ModelId, ValueQuery>;

	/// All models.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelOf<T>>;

	/// Which model has these bytes: of those that are pending, verified, revoked or lost.
	// Identity: ids are hashes, of artifacts that a deposit was paid for.
	#[pallet::storage]
	pub type ByArtifact<T: Config> = StorageMap<_, Identity, ArtifactId, ModelId>;

	/// The names that have, or had, a verified model.
	// Blake2_128Concat: names are chosen freely.
	#[pallet::storage]
	pub type Names<T: Config> = StorageMap<_, Blake2_128Concat, Name, RegisteredOf<T>>;

	/// The versions of each name.
	// Blake2_128Concat, Twox64Concat: names are chosen freely, versions counted up by the chain.
	#[pallet::storage]
	pub type Versions<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Name, Twox64Concat, u32, ModelId>;

	/// Number of the next contest.
	#[pallet::storage]
	pub type NextContest<T: Config> = StorageValue<_, ContestId, ValueQuery>;

	/// The open contests.
	// Twox64Concat: keys are counted up by the chain.
	#[pallet::storage]
	pub type Contests<T: Config> = StorageMap<_, Twox64Concat, ContestId, ContestOf<T>>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An owner committed to its sub-keys.
		IntentDeclared {
			/// The intent.
			intent: IntentId,
			/// Who committed.
			owner: T::AccountId,
			/// Merkle root of the sub-keys.
			root: H256,
			/// The margin ratio that the owner will aim at.
			ratio: Score,
			/// Epoch of the declaration.
			epoch: u64,
		},
		/// An owner took back an intent. Its deposit went back.
		IntentWithdrawn {
			/// The intent.
			intent: IntentId,
			/// Who had committed.
			owner: T::AccountId,
		},
		/// The intents of an epoch can be used.
		BeaconDrawn {
			/// The epoch in which they were declared.
			epoch: u64,
			/// The randomness that completes their keys.
			beacon: H256,
		},
		/// A model was registered, and is being verified.
		ModelRegistered {
			/// The model.
			model: ModelId,
			/// Who says that it is theirs.
			owner: T::AccountId,
			/// What it is called.
			name: Name,
			/// Its bytes.
			artifact: ArtifactId,
			/// The intent under which it was marked.
			intent: IntentId,
			/// The job that verifies it.
			job: JobId,
		},
		/// A model was found to be its owner's.
		ModelVerified {
			/// The model.
			model: ModelId,
			/// Who marked it.
			owner: T::AccountId,
			/// What it is called.
			name: Name,
			/// Its number under that name.
			version: u32,
			/// Accuracy as measured.
			accuracy: Score,
		},
		/// What was said of a model is not true. Its bond was slashed.
		ModelRejected {
			/// The model.
			model: ModelId,
			/// Who had registered it.
			owner: T::AccountId,
			/// What it was called.
			name: Name,
			/// What is not true.
			reason: Reason,
		},
		/// There is no verdict on a model, through nobody's fault. Its bond went back.
		ModelReturned {
			/// The model.
			model: ModelId,
			/// Who had registered it.
			owner: T::AccountId,
			/// What it was called.
			name: Name,
			/// Why not.
			reason: Reason,
		},
		/// A verified model was taken back. Its bond went back.
		ModelRevoked {
			/// The model.
			model: ModelId,
			/// What it is called.
			name: Name,
			/// Its number under that name.
			version: u32,
		},
		/// The record of a model was removed. The rest of its deposit went back.
		ModelRemoved {
			/// The model.
			model: ModelId,
			/// Who had registered it.
			owner: T::AccountId,
		},
		/// A version is called, or is not called any more, by an alias.
		AliasSet {
			/// The name.
			name: Name,
			/// The alias.
			alias: Alias,
			/// The version; nothing if the alias is free again.
			version: Option<u32>,
		},
		/// The owner of a name proposed it to somebody, or took that back.
		TransferProposed {
			/// The name.
			name: Name,
			/// Who owns it.
			owner: T::AccountId,
			/// Who can take it over.
			to: Option<T::AccountId>,
		},
		/// A name has a new owner.
		NameTransferred {
			/// The name.
			name: Name,
			/// Who had it.
			from: T::AccountId,
			/// Who has it.
			to: T::AccountId,
		},
		/// Somebody says to have marked a model before its owner.
		ContestOpened {
			/// The contest.
			contest: ContestId,
			/// The model.
			model: ModelId,
			/// Who says so.
			contestant: T::AccountId,
			/// The contestant's intent.
			intent: IntentId,
			/// The job that decides it.
			job: JobId,
		},
		/// The contestant had marked the model before its owner.
		ContestWon {
			/// The contest.
			contest: ContestId,
			/// The model.
			model: ModelId,
			/// Who won.
			contestant: T::AccountId,
			/// Who lost.
			owner: T::AccountId,
			/// What the winner got: the bond of the model.
			paid: BalanceOf<T>,
		},
		/// The contestant's mark is not in the model.
		ContestLost {
			/// The contest.
			contest: ContestId,
			/// The model.
			model: ModelId,
			/// Who lost.
			contestant: T::AccountId,
			/// Who won.
			owner: T::AccountId,
			/// What is not true.
			reason: Reason,
			/// What the owner got: the bond of the contest.
			paid: BalanceOf<T>,
		},
		/// There is no verdict on a contest, through nobody's fault. Its bond went back.
		ContestReturned {
			/// The contest.
			contest: ContestId,
			/// The model.
			model: ModelId,
			/// Who contested it.
			contestant: T::AccountId,
			/// Why not.
			reason: Reason,
		},
		/// Models are verified by another program.
		SchemeSet {
			/// The program, and what it may use; nothing if no models can be registered.
			scheme: Option<SchemeTerms>,
		},
	}

	/// What can be wrong. The first 31 refuse a transaction, too ([`CheckModel`]): new ones go to the
	/// end.
	#[pallet::error]
	pub enum Error<T> {
		/// No program verifies models on this chain now. Try again when `SchemeSet` was emitted.
		NoScheme,
		/// There is no intent with this number: it was never declared, or was withdrawn.
		IntentUnknown,
		/// The intent, the model or the name belongs to somebody else.
		NotTheOwner,
		/// The beacon of the intent is not there. Retry in the epoch that `models_intent` names as
		/// `usable_from`: two after that of the declaration.
		IntentTooYoung,
		/// The intent was not used in time. Withdraw it and declare a new one.
		IntentExpired,
		/// The sub-key does not stand under the root of the intent.
		WrongOpening,
		/// This sub-key of the intent was opened before. Open another.
		AlreadyOpened,
		/// A name has 1 to 64 printable ASCII characters, no `/` or `:`, and no space at its ends.
		BadName,
		/// Somebody else owns the name. Choose another, or have it transferred to you.
		NameTaken,
		/// The file is registered already: pending, verified, revoked or lost.
		DuplicateModel,
		/// The declared length is not that of the artifact, or not proved to be that of the file:
		/// expected the proof of leaf 0 of the file's tree.
		LengthNotProved,
		/// The slice is empty, longer than 32 KiB, or ends after the file.
		BadPlace,
		/// The chunks of the slice are not those of the file that the place lies in: expected one to
		/// three, of 16 KiB each but the file's last, with their proofs.
		SliceNotProved,
		/// A weight of the slice is NaN, infinite, or of 2^15 or more.
		SliceNotFinite,
		/// The slice has another number of right bits than the statistics state.
		BitsDiffer,
		/// Too few triggers are answered as the key says, for `tau_input` or to be no chance.
		TooFewTriggers,
		/// Too few bits are as the key wants them, for `tau_feat` or to be no chance. In a contest: too
		/// few together with the triggers.
		TooFewBits,
		/// The margin ratio is farther from the declared one than the band.
		RatioOutOfBand,
		/// A model that can be marked has 2 to 256 classes.
		ClassesOutOfRange,
		/// The stated accuracy is lower than the chain asks for (`MinAccuracy`).
		AccuracyTooLow,
		/// An accuracy is not above 1.
		AccuracyOutOfRange,
		/// A parent is not a verified model.
		ParentNotVerified,
		/// The claim is not verified, not of this owner, or trained another file. The file must be an
		/// artifact of one chunk.
		ClaimUnrelated,
		/// There is no model with this number.
		ModelUnknown,
		/// The model is not verified: pending, rejected, returned, revoked or lost.
		ModelNotVerified,
		/// A contest over the model is open. Try again when it has ended.
		AlreadyContested,
		/// The contestant's intent was not declared in an earlier block than that of the model.
		IntentNotEarlier,
		/// The model is the contestant's own.
		OwnModel,
		/// The call must be that of a signed transaction itself: not inside of a batch, a proxy or any
		/// other call.
		NotTopLevel,
		/// The account has too little that is free for the bond.
		BondNotCovered,
		/// A declared ratio is above 0 and at most 1000.
		RatioOutOfRange,
		/// A pending or verified model, or an open contest, relies on the intent. Try again when they
		/// have ended.
		IntentInUse,
		/// There is no such name: no model was verified under it.
		NameUnknown,
		/// An alias has 1 to 32 letters, digits, `_` or `-`, and is neither `latest` nor a number with
		/// or without a `v`.
		BadAlias,
		/// The name has no such alias.
		AliasUnknown,
		/// The name has 16 aliases. Free one first.
		TooManyAliases,
		/// The name has no such version.
		VersionUnknown,
		/// The new owner is no account of this chain: it must exist to take the name over.
		OwnerUnknown,
		/// The owner has not proposed the name to this account.
		NotProposed,
		/// A record can be removed once the model was rejected or returned; that of a model that was
		/// verified stays.
		NotRemovable,
		/// The scheme may use more than the chain allows (`MaxLimits`), or nothing.
		SchemeTooLarge,
		/// The model is not pending, so there is nothing to settle.
		ModelNotPending,
		/// There is no open contest with this number.
		ContestUnknown,
	}

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The program that verifies models from the start.
		pub scheme: Option<SchemeTerms>,
		/// The runtime.
		#[serde(skip)]
		pub runtime: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let set = Pallet::<T>::do_set_scheme(self.scheme);
			// A chain must not start from a specification that means something else.
			assert!(set.is_ok(), "scheme {:?}: {set:?}", self.scheme);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::turn_epoch()
		}

		// Here and not at the start of a block: the pool asks in between, and must find room.
		fn on_finalize(_: BlockNumberFor<T>) {
			Checked::<T>::kill();
		}

		fn integrity_test() {
			assert!(T::MaxChecksPerBlock::get() > 0, "nothing can be registered");
			assert!(!T::Bond::get().is_zero(), "a false registration costs nothing");
			assert!(!T::ContestBond::get().is_zero(), "an unfounded contest costs nothing");
			assert!(T::IntentLife::get() >= 2, "intents expire before they can be used");
			assert!(T::AccuracyTolerance::get().0 >= 0, "no model is accurate enough");
			assert!(
				(0..=Score::ONE).contains(&T::MinAccuracy::get().0),
				"no model is accurate enough, or every one is"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Commit to the sub-keys with which a model is going to be marked.
		///
		/// Origin: signed.
		///
		/// `root` is the Merkle root of the sub-keys, `ratio` the margin ratio on triggers and clean data
		/// that the owner will aim at. Holds a deposit. The intent can be used from the second epoch after
		/// this one, in whose first block the beacon comes.
		///
		/// Errors: `RatioOutOfRange`; those of the currency, if the owner cannot pay the deposit.
		///
		/// Emits `IntentDeclared`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::intend())]
		pub fn intend(origin: OriginFor<T>, root: H256, ratio: Score) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_intend(owner, root, ratio)
		}

		/// Register a model, and have its mark verified.
		///
		/// Origin: signed, as the call of the transaction itself.
		///
		/// Holds the bond and a deposit, pins the file and the clean data, opens a sub-key of the intent
		/// and a verification job, whose fee the owner pays.
		///
		/// Errors, all but the last of which make the transaction invalid: `NoScheme`, `IntentUnknown`,
		/// `NotTheOwner`, `IntentTooYoung`, `IntentExpired`, `WrongOpening`, `AlreadyOpened`, `BadName`,
		/// `NameTaken`, `DuplicateModel`, `LengthNotProved`, `BadPlace`, `SliceNotProved`,
		/// `SliceNotFinite`, `BitsDiffer`, `TooFewTriggers`, `TooFewBits`, `RatioOutOfBand`,
		/// `ClassesOutOfRange`, `AccuracyTooLow`, `AccuracyOutOfRange`, `ParentNotVerified`,
		/// `ClaimUnrelated`, `BondNotCovered`; those of the artifacts, if the file, the clean data or the
		/// scheme's program is too large or not available for long enough; `NotTopLevel`, and those of
		/// the verification and the currency, if the owner cannot pay fee and deposit.
		///
		/// Emits `ModelRegistered`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(origin: OriginFor<T>, registration: Box<Registration>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, *registration)
		}

		/// Call a version by an alias, or free an alias.
		///
		/// Origin: signed, by the owner of the name.
		///
		/// An alias that is in use moves to the version. Without a version it is freed.
		///
		/// Errors: `NameUnknown`, `NotTheOwner`, `BadAlias`, `AliasUnknown`, `TooManyAliases`,
		/// `VersionUnknown`, `ModelNotVerified`.
		///
		/// Emits `AliasSet`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_alias())]
		pub fn set_alias(
			origin: OriginFor<T>,
			name: Name,
			alias: Alias,
			version: Option<u32>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_alias(&owner, name, alias, version)
		}

		/// Hand over a name.
		///
		/// Origin: signed, by the owner of the name, then by the new owner.
		///
		/// The owner proposes the new owner, an account that exists; naming itself, it takes back what it
		/// proposed. The new owner takes the name over by naming itself, and takes over the deposit for
		/// the name. The models of the name stay those of who marked them.
		///
		/// Errors: `NameUnknown`, `NotTheOwner`, `OwnerUnknown`, `NotProposed`; those of the currency, if
		/// the new owner cannot pay the deposit.
		///
		/// Emits `TransferProposed` or `NameTransferred`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::transfer())]
		pub fn transfer(
			origin: OriginFor<T>,
			name: Name,
			new_owner: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_transfer(who, name, new_owner)
		}

		/// Take back a verified model.
		///
		/// Origin: signed, by the owner of its name.
		///
		/// Gives the bond back to who registered the model, and most of the deposit. The version has no
		/// aliases any more. It stays on record, so that nobody else registers the model.
		///
		/// Errors: `ModelUnknown`, `ModelNotVerified`, `NotTheOwner`, `AlreadyContested`.
		///
		/// Emits `ModelRevoked`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::revoke())]
		pub fn revoke(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_revoke(&who, model)
		}

		/// Say, with evidence, to have marked a model before its owner.
		///
		/// Origin: signed, as the call of the transaction itself.
		///
		/// Holds the bond of the contest and a deposit, opens a sub-key of the contestant's intent and a
		/// verification job on the model's file, whose fee the contestant pays. If its mark is there, the
		/// bond of the model is the contestant's, and the model is lost. If not, the bond of the contest
		/// is the owner's.
		///
		/// Errors, all but the last of which make the transaction invalid: `NoScheme`, `ModelUnknown`,
		/// `ModelNotVerified`, `AlreadyContested`, `OwnModel`, `IntentUnknown`, `NotTheOwner`,
		/// `IntentTooYoung`, `IntentExpired`, `IntentNotEarlier`, `WrongOpening`, `AlreadyOpened`,
		/// `BadPlace`, `SliceNotProved`, `SliceNotFinite`, `BitsDiffer`, `TooFewTriggers`, `TooFewBits`,
		/// `ClassesOutOfRange`, `BondNotCovered`; those of the artifacts, if the file, the clean data or
		/// the scheme's program is not available for long enough; `NotTopLevel`, and those of the
		/// verification and the currency, if the contestant cannot pay fee and deposit.
		///
		/// Emits `ContestOpened`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::contest())]
		pub fn contest(origin: OriginFor<T>, challenge: Box<Challenge>) -> DispatchResult {
			let contestant = ensure_signed(origin)?;
			Self::do_contest(contestant, *challenge)
		}

		/// Take back an intent that nothing relies on.
		///
		/// Origin: signed, by the owner of the intent.
		///
		/// Gives back the deposit. Free of charge if it succeeds.
		///
		/// Errors: `IntentUnknown`, `NotTheOwner`, `IntentInUse`.
		///
		/// Emits `IntentWithdrawn`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::withdraw_intent())]
		pub fn withdraw_intent(
			origin: OriginFor<T>,
			intent: IntentId,
		) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			Self::do_withdraw_intent(owner, intent)?;
			Ok(Pays::No.into())
		}

		/// Remove the record of a model that was rejected or returned.
		///
		/// Origin: signed, by who registered it.
		///
		/// Gives back what is left of the deposit. Free of charge if it succeeds.
		///
		/// Errors: `ModelUnknown`, `NotTheOwner`, `NotRemovable`.
		///
		/// Emits `ModelRemoved`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, model: ModelId) -> DispatchResultWithPostInfo {
			let owner = ensure_signed(origin)?;
			Self::do_remove(owner, model)?;
			Ok(Pays::No.into())
		}

		/// Have models verified by another program from now on, or by none.
		///
		/// Origin: [`Config::SchemeOrigin`].
		///
		/// The program must be uploaded as an artifact before it is of use. What is pending keeps the
		/// program that it was opened under.
		///
		/// Errors: `SchemeTooLarge`.
		///
		/// Emits `SchemeSet`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::set_scheme())]
		pub fn set_scheme(origin: OriginFor<T>, scheme: Option<SchemeTerms>) -> DispatchResult {
			T::SchemeOrigin::ensure_origin(origin)?;
			Self::do_set_scheme(scheme)?;
			Self::deposit_event(Event::SchemeSet { scheme });
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What is known of a model.
		pub fn model(model: ModelId) -> Option<ModelViewOf<T>> {
			Models::<T>::get(model).map(|record| Self::view(model, record))
		}

		/// The model with these bytes, if it is pending, verified, revoked or lost.
		pub fn model_of_artifact(artifact: ArtifactId) -> Option<ModelViewOf<T>> {
			Self::model(ByArtifact::<T>::get(artifact)?)
		}

		/// A version of a name.
		pub fn version_of(name: Name, version: u32) -> Option<ModelViewOf<T>> {
			Self::model(Versions::<T>::get(name, version)?)
		}

		/// The version of a name that is called so.
		pub fn alias_of(name: Name, alias: Alias) -> Option<ModelViewOf<T>> {
			let aliases = Names::<T>::get(&name)?.aliases;
			let (_, version) = aliases.into_iter().find(|(known, _)| *known == alias)?;
			Self::version_of(name, version)
		}

		/// Owner, versions and aliases of a name.
		pub fn registered(name: Name) -> Option<NameViewOf<T>> {
			let record = Names::<T>::get(&name)?;
			let aliases = record
				.aliases
				.into_iter()
				.map(|(alias, version)| AliasView { alias: alias.into_inner(), version });
			Some(NameView {
				name: name.into_inner(),
				owner: record.owner,
				proposed: record.proposed,
				versions: record.versions,
				aliases: aliases.collect(),
			})
		}

		/// An intent, with its beacon once that is there.
		pub fn intent(intent: IntentId) -> Option<IntentViewOf<T>> {
			let record = Intents::<T>::get(intent)?;
			let current_epoch = Self::epoch();
			Some(IntentView {
				intent,
				root: record.root,
				ratio: record.ratio,
				epoch: record.epoch,
				declared_at: record.declared_at,
				beacon: Self::beacon(&record),
				usable_from: record.epoch.saturating_add(2),
				expires_after: (!record.registered).then_some(record.expires_after),
				current_epoch,
				expired: Self::has_expired(&record),
				opened: (0..u16::BITS)
					.filter(|sub_key| record.opened & Self::bit(*sub_key) != 0)
					.collect(),
				models: record.models,
				contests: record.contests,
				owner: record.owner,
			})
		}

		/// The intents of an account.
		pub fn intents_of(owner: T::AccountId) -> Vec<IntentViewOf<T>> {
			IntentsOf::<T>::iter_key_prefix(owner).filter_map(Self::intent).collect()
		}

		/// An open contest.
		pub fn open_contest(contest: ContestId) -> Option<ContestViewOf<T>> {
			let record = Contests::<T>::get(contest)?;
			Some(ContestView {
				contest,
				model: record.model,
				contestant: record.contestant,
				intent: record.intent,
				sub_key: record.sub_key,
				statistics: record.statistics,
				bond: record.bond,
				job: record.job,
				opened_at: record.opened_at,
				settles_by: record.settles_by,
			})
		}
	}
}

/// An intent of which a sub-key was opened.
struct Opened<T: Config> {
	intent: IntentOf<T>,
	/// The sub-key's index.
	sub_key: u32,
	/// The watermark key that it leads to.
	key: H256,
}

/// What has to be known before something is verified.
struct Plan<T: Config> {
	opened: Opened<T>,
	scheme: SchemeTerms,
	settles_by: BlockNumberFor<T>,
}

/// What has to be known before a model is contested.
struct Dispute<T: Config> {
	plan: Plan<T>,
	model: ModelOf<T>,
	details: DetailsOf<T>,
}

/// Weights that a slice has, as far as it costs something to look at them.
fn weights_in(place: &Place) -> u32 {
	// `Place::bytes` is the product of all three, if it does not fail.
	place.bytes().and_then(|bytes| bytes.checked_div(place.element.size())).unwrap_or(0)
}

/// What can be checked before a transaction is in a block.
impl<T: Config> Pallet<T> {
	/// All that makes a `register` valid; the expensive part comes last.
	pub(crate) fn check_registration(
		owner: &T::AccountId,
		registration: &Registration,
	) -> DispatchResult {
		let plan = Self::plan_registration(owner, registration)?;
		let Registration { file, slice, statistics, .. } = registration;
		Ok(Self::ensure_bits(slice, file, &plan.opened.key, statistics)?)
	}

	/// All that makes a `contest` valid; the expensive part comes last.
	pub(crate) fn check_challenge(
		contestant: &T::AccountId,
		challenge: &Challenge,
	) -> DispatchResult {
		let Dispute { plan, details, .. } = Self::plan_challenge(contestant, challenge)?;
		let Challenge { slice, statistics, .. } = challenge;
		Ok(Self::ensure_bits(slice, &details.file, &plan.opened.key, statistics)?)
	}

	/// Lets the call of the current transaction be made.
	pub(crate) fn admit() {
		Checked::<T>::mutate(|checked| *checked = checked.saturating_add(1));
		Admitted::<T>::put(true);
	}

	/// All checks of a registration but the projection.
	fn plan_registration(
		owner: &T::AccountId,
		registration: &Registration,
	) -> Result<Plan<T>, DispatchError> {
		let scheme = Scheme::<T>::get().ok_or(Error::<T>::NoScheme)?;
		let opened = Self::open(owner, registration.intent, &registration.opening)?;
		let Registration { name, file, statistics, accuracy, clean, .. } = registration;
		ensure!(is_name(name), Error::<T>::BadName);
		let taken = |name: RegisteredOf<T>| name.owner != *owner;
		ensure!(!Names::<T>::get(name).is_some_and(taken), Error::<T>::NameTaken);
		ensure!(!ByArtifact::<T>::contains_key(file.id), Error::<T>::DuplicateModel);

		let (now, settles_by) = Self::times(&scheme);
		let until = settles_by.max(now.saturating_add(T::Retention::get()));
		T::Artifacts::ensure_available(file.id, until, T::MaxModelBytes::get().into())?;
		T::Artifacts::ensure_available(clean.id, until, T::MaxDataBytes::get())?;
		Self::ensure_program(&scheme, settles_by)?;
		let manifest = T::Artifacts::manifest(file.id).ok_or(Error::<T>::LengthNotProved)?;
		ensure!(
			manifest.size == u64::from(file.bytes)
				&& evidence::length_is_proved(file, &registration.length),
			Error::<T>::LengthNotProved
		);

		ensure!(accuracy.0 <= Score::ONE, Error::<T>::AccuracyOutOfRange);
		ensure!(*accuracy >= T::MinAccuracy::get(), Error::<T>::AccuracyTooLow);
		T::Profile::get().check(statistics, opened.intent.ratio).map_err(Self::too_little)?;
		for parent in &registration.parents {
			let verified = |model: ModelOf<T>| model.status.stage() == Stage::Verified;
			let parent = Models::<T>::get(parent);
			ensure!(parent.is_some_and(verified), Error::<T>::ParentNotVerified);
		}
		if let Some(claim) = registration.claim {
			let trained = T::Claims::verified_model(claim);
			let own = |(miner, model): (T::AccountId, H256)| {
				miner == *owner && manifest.chunks == [model]
			};
			ensure!(trained.is_some_and(own), Error::<T>::ClaimUnrelated);
		}
		Self::ensure_bond(owner, T::Bond::get())?;
		Ok(Plan { opened, scheme, settles_by })
	}

	/// All checks of a contest but the projection.
	fn plan_challenge(
		contestant: &T::AccountId,
		challenge: &Challenge,
	) -> Result<Dispute<T>, DispatchError> {
		let scheme = Scheme::<T>::get().ok_or(Error::<T>::NoScheme)?;
		let model = Models::<T>::get(challenge.model).ok_or(Error::<T>::ModelUnknown)?;
		let (Status::Verified { contest, .. }, Some(details)) = (&model.status, &model.details)
		else {
			return Err(Error::<T>::ModelNotVerified.into());
		};
		ensure!(contest.is_none(), Error::<T>::AlreadyContested);
		ensure!(model.owner != *contestant, Error::<T>::OwnModel);
		let opened = Self::open(contestant, challenge.intent, &challenge.opening)?;
		ensure!(opened.intent.declared_at < model.intended_at, Error::<T>::IntentNotEarlier);
		profile::beyond_chance(&challenge.statistics).map_err(Self::too_little)?;

		let (_, settles_by) = Self::times(&scheme);
		T::Artifacts::ensure_available(details.file.id, settles_by, u64::MAX)?;
		T::Artifacts::ensure_available(details.clean.id, settles_by, u64::MAX)?;
		Self::ensure_program(&scheme, settles_by)?;
		Self::ensure_bond(contestant, T::ContestBond::get())?;
		let details = details.clone();
		Ok(Dispute { plan: Plan { opened, scheme, settles_by }, model, details })
	}

	/// The intent of `who` that a sub-key was opened of.
	fn open(
		who: &T::AccountId,
		intent: IntentId,
		opening: &Opening,
	) -> Result<Opened<T>, Error<T>> {
		let intent = Intents::<T>::get(intent).ok_or(Error::<T>::IntentUnknown)?;
		ensure!(intent.owner == *who, Error::<T>::NotTheOwner);
		let beacon = Self::beacon(&intent).ok_or(Error::<T>::IntentTooYoung)?;
		ensure!(!Self::has_expired(&intent), Error::<T>::IntentExpired);
		ensure!(opening.root() == Some(intent.root), Error::<T>::WrongOpening);
		let sub_key = opening.proof.index;
		ensure!(intent.opened & Self::bit(sub_key) == 0, Error::<T>::AlreadyOpened);
		let key = key::watermark(who, &intent.root, sub_key, &opening.sub_key, &beacon);
		Ok(Opened { intent, sub_key, key })
	}

	/// That the weights are those of the file, and carry as many bits of the key as stated.
	fn ensure_bits(
		slice: &Slice,
		file: &assay_primitives::File,
		key: &H256,
		stated: &Statistics,
	) -> Result<(), Error<T>> {
		// What is longer cannot be right, and would only cost time.
		let fits = slice.chunks.len() <= MAX_CHUNKS
			&& slice.chunks.iter().all(|chunk| chunk.bytes.len() <= CHUNK_BYTES);
		ensure!(fits, Error::<T>::SliceNotProved);
		let bits = evidence::bit_matches(slice, file, key).map_err(|fault| match fault {
			SliceFault::BadPlace => Error::<T>::BadPlace,
			SliceFault::NotProved => Error::<T>::SliceNotProved,
			SliceFault::NotFinite => Error::<T>::SliceNotFinite,
		})?;
		ensure!(bits == stated.bit_matches, Error::<T>::BitsDiffer);
		Ok(())
	}

	fn too_little(factor: Factor) -> Error<T> {
		match factor {
			Factor::Input => Error::<T>::TooFewTriggers,
			Factor::Feature => Error::<T>::TooFewBits,
			Factor::Ratio => Error::<T>::RatioOutOfBand,
			Factor::Classes => Error::<T>::ClassesOutOfRange,
		}
	}

	/// This block, and the one by which a job that is opened in it is settled.
	fn times(scheme: &SchemeTerms) -> (BlockNumberFor<T>, BlockNumberFor<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		(now, now.saturating_add(T::Verification::longest(&scheme.limits)))
	}

	fn ensure_program(scheme: &SchemeTerms, until: BlockNumberFor<T>) -> DispatchResult {
		let largest = u64::from(scheme.limits.program_bytes);
		T::Artifacts::ensure_available(scheme.program, until, largest)
	}

	fn ensure_bond(who: &T::AccountId, bond: BalanceOf<T>) -> Result<(), Error<T>> {
		let covered = T::Currency::can_hold(&HoldReason::Bond.into(), who, bond);
		ensure!(covered, Error::<T>::BondNotCovered);
		Ok(())
	}
}

/// What the calls do.
impl<T: Config> Pallet<T> {
	fn do_intend(owner: T::AccountId, root: H256, ratio: Score) -> DispatchResult {
		let most = Score::ONE.saturating_mul(1_000);
		ensure!((1..=most).contains(&ratio.0), Error::<T>::RatioOutOfRange);
		let intent = NextIntent::<T>::get();
		NextIntent::<T>::put(intent.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let epoch = Self::epoch();
		let record = Intent {
			owner: owner.clone(),
			root,
			ratio,
			epoch,
			declared_at: frame_system::Pallet::<T>::block_number(),
			expires_after: epoch.saturating_add(T::IntentLife::get().into()),
			registered: false,
			opened: 0,
			models: 0,
			contests: 0,
			deposit: T::Deposit::new(&owner, Self::intent_footprint())?,
		};
		Intents::<T>::insert(intent, record);
		IntentsOf::<T>::insert(&owner, intent, ());
		Beacons::<T>::mutate(epoch, |beacon| {
			let beacon = beacon.get_or_insert_default();
			beacon.intents = beacon.intents.saturating_add(1);
		});
		Self::deposit_event(Event::IntentDeclared { intent, owner, root, ratio, epoch });
		Ok(())
	}

	fn do_withdraw_intent(owner: T::AccountId, intent: IntentId) -> DispatchResult {
		let record = Intents::<T>::get(intent).ok_or(Error::<T>::IntentUnknown)?;
		ensure!(record.owner == owner, Error::<T>::NotTheOwner);
		ensure!(record.models == 0 && record.contests == 0, Error::<T>::IntentInUse);
		Intents::<T>::remove(intent);
		IntentsOf::<T>::remove(&owner, intent);
		Beacons::<T>::mutate_exists(record.epoch, |beacon| {
			*beacon = beacon.take().and_then(|beacon| {
				let intents = beacon.intents.saturating_sub(1);
				(intents > 0).then_some(Beacon { intents, ..beacon })
			});
		});
		record.deposit.drop(&owner)?;
		Self::deposit_event(Event::IntentWithdrawn { intent, owner });
		Ok(())
	}

	fn do_register(owner: T::AccountId, registration: Registration) -> DispatchResult {
		ensure!(Admitted::<T>::take(), Error::<T>::NotTopLevel);
		let Plan { opened, scheme, settles_by } = Self::plan_registration(&owner, &registration)?;
		let Registration { intent, name, file, slice, clean, .. } = registration;
		let model = NextModel::<T>::get();
		NextModel::<T>::put(model.checked_add(1).ok_or(ArithmeticError::Overflow)?);

		let bond = T::Bond::get();
		T::Currency::hold(&HoldReason::Bond.into(), &owner, bond)?;
		let deposit = T::Deposit::new(&owner, Self::model_footprint())?;
		let name_deposit = match Names::<T>::contains_key(&name) {
			true => None,
			false => Some(T::Deposit::new(&owner, Self::name_footprint())?),
		};
		T::Artifacts::pin(file.id)?;
		T::Artifacts::pin(clean.id)?;
		let (sub_key, place) = (opened.sub_key, slice.place);
		let client = Client::Model(model);
		let params = SchemeParams { key: Key(opened.key), place };
		let job = Self::open_job(client, (&owner, None), &scheme, &params, file, clean)?;
		let Opened { intent: mut marked, .. } = opened;
		marked.opened |= Self::bit(sub_key);
		marked.models = marked.models.saturating_add(1);
		let intended_at = marked.declared_at;
		Intents::<T>::insert(intent, marked);

		let details = Details {
			file,
			sub_key,
			place,
			statistics: registration.statistics,
			accuracy: registration.accuracy,
			tolerance: T::AccuracyTolerance::get(),
			clean,
			card: registration.card,
			signature_manifest: registration.signature_manifest,
			parents: registration.parents,
			claim: registration.claim,
			program: scheme.program,
			job,
			bond,
			name_deposit,
		};
		let artifact = file.id;
		let record = Model {
			owner: owner.clone(),
			name: name.clone(),
			artifact,
			intent,
			intended_at,
			registered_at: frame_system::Pallet::<T>::block_number(),
			status: Status::Pending { settles_by },
			details: Some(details),
			deposit,
		};
		Models::<T>::insert(model, record);
		ByArtifact::<T>::insert(artifact, model);
		Self::deposit_event(Event::ModelRegistered { model, owner, name, artifact, intent, job });
		Ok(())
	}

	fn do_contest(contestant: T::AccountId, challenge: Challenge) -> DispatchResult {
		ensure!(Admitted::<T>::take(), Error::<T>::NotTopLevel);
		let dispute = Self::plan_challenge(&contestant, &challenge)?;
		let Dispute { plan, model: mut record, details } = dispute;
		let Plan { opened, scheme, settles_by } = plan;
		let Challenge { model, intent, slice, statistics, .. } = challenge;
		let contest = NextContest::<T>::get();
		NextContest::<T>::put(contest.checked_add(1).ok_or(ArithmeticError::Overflow)?);

		let bond = T::ContestBond::get();
		T::Currency::hold(&HoldReason::Bond.into(), &contestant, bond)?;
		let deposit = T::Deposit::new(&contestant, Self::contest_footprint())?;
		let Details { file, clean, .. } = details;
		let client = Client::Contest(contest);
		let (sub_key, place) = (opened.sub_key, slice.place);
		let params = SchemeParams { key: Key(opened.key), place };
		let parties = (&contestant, Some(&record.owner));
		let job = Self::open_job(client, parties, &scheme, &params, file, clean)?;
		let Opened { intent: mut marked, .. } = opened;
		marked.opened |= Self::bit(sub_key);
		marked.contests = marked.contests.saturating_add(1);
		Intents::<T>::insert(intent, marked);
		if let Status::Verified { contest: open, .. } = &mut record.status {
			*open = Some(contest);
		}
		Models::<T>::insert(model, record);
		let record = Contest {
			model,
			contestant: contestant.clone(),
			intent,
			sub_key,
			statistics,
			bond,
			program: scheme.program,
			job,
			opened_at: frame_system::Pallet::<T>::block_number(),
			settles_by,
			deposit,
		};
		Contests::<T>::insert(contest, record);
		Self::deposit_event(Event::ContestOpened { contest, model, contestant, intent, job });
		Ok(())
	}

	fn do_set_alias(
		owner: &T::AccountId,
		name: Name,
		alias: Alias,
		version: Option<u32>,
	) -> DispatchResult {
		let mut record = Names::<T>::get(&name).ok_or(Error::<T>::NameUnknown)?;
		ensure!(record.owner == *owner, Error::<T>::NotTheOwner);
		ensure!(is_alias(&alias), Error::<T>::BadAlias);
		let known = record.aliases.iter().position(|(known, _)| *known == alias);
		if let Some(at) = known {
			record.aliases.remove(at);
		}
		match version {
			None => ensure!(known.is_some(), Error::<T>::AliasUnknown),
			Some(version) => {
				let model = Versions::<T>::get(&name, version).ok_or(Error::<T>::VersionUnknown)?;
				let verified = |model: ModelOf<T>| model.status.stage() == Stage::Verified;
				ensure!(
					Models::<T>::get(model).is_some_and(verified),
					Error::<T>::ModelNotVerified
				);
				let entry = (alias.clone(), version);
				record.aliases.try_push(entry).map_err(|_| Error::<T>::TooManyAliases)?;
			},
		}
		Names::<T>::insert(&name, record);
		Self::deposit_event(Event::AliasSet { name, alias, version });
		Ok(())
	}

	fn do_transfer(who: T::AccountId, name: Name, new_owner: T::AccountId) -> DispatchResult {
		let mut record = Names::<T>::get(&name).ok_or(Error::<T>::NameUnknown)?;
		if record.owner == who {
			let to = (new_owner != who).then_some(new_owner);
			if let Some(to) = &to {
				let exists = frame_system::Pallet::<T>::account_exists(to);
				ensure!(exists, Error::<T>::OwnerUnknown);
			}
			record.proposed.clone_from(&to);
			Names::<T>::insert(&name, record);
			Self::deposit_event(Event::TransferProposed { name, owner: who, to });
			return Ok(());
		}
		ensure!(new_owner == who, Error::<T>::NotTheOwner);
		ensure!(record.proposed.as_ref() == Some(&who), Error::<T>::NotProposed);
		let deposit = T::Deposit::new(&who, Self::name_footprint())?;
		let Registered { owner: from, deposit: old, versions, aliases, .. } = record;
		old.drop(&from)?;
		let record = Registered { owner: who.clone(), proposed: None, versions, aliases, deposit };
		Names::<T>::insert(&name, record);
		Self::deposit_event(Event::NameTransferred { name, from, to: who });
		Ok(())
	}

	fn do_revoke(who: &T::AccountId, model: ModelId) -> DispatchResult {
		let mut record = Models::<T>::get(model).ok_or(Error::<T>::ModelUnknown)?;
		let Status::Verified { version, contest, .. } = record.status else {
			return Err(Error::<T>::ModelNotVerified.into());
		};
		let name = Names::<T>::get(&record.name).ok_or(Error::<T>::NameUnknown)?;
		ensure!(name.owner == *who, Error::<T>::NotTheOwner);
		ensure!(contest.is_none(), Error::<T>::AlreadyContested);
		let at = frame_system::Pallet::<T>::block_number();
		Self::release(&record.owner, Self::bond(&record));
		record.status = Status::Revoked { version, at };
		let name = record.name.clone();
		Self::drop_aliases(&name, version);
		Self::retire(model, record);
		Self::deposit_event(Event::ModelRevoked { model, name, version });
		Ok(())
	}

	fn do_remove(owner: T::AccountId, model: ModelId) -> DispatchResult {
		let record = Models::<T>::get(model).ok_or(Error::<T>::ModelUnknown)?;
		ensure!(record.owner == owner, Error::<T>::NotTheOwner);
		ensure!(
			matches!(record.status, Status::Rejected { .. } | Status::Returned { .. }),
			Error::<T>::NotRemovable
		);
		Models::<T>::remove(model);
		record.deposit.drop(&owner)?;
		Self::deposit_event(Event::ModelRemoved { model, owner });
		Ok(())
	}

	fn do_set_scheme(scheme: Option<SchemeTerms>) -> Result<(), Error<T>> {
		if let Some(SchemeTerms { limits, .. }) = scheme {
			let most = T::MaxLimits::get();
			let fits = |value: u64, most: u64| (1..=most).contains(&value);
			ensure!(
				fits(limits.program_bytes.into(), most.program_bytes.into())
					&& fits(limits.memory_pages.into(), most.memory_pages.into())
					&& fits(limits.steps.into(), most.steps.into())
					&& fits(limits.step_fuel, most.step_fuel)
					&& fits(limits.total_fuel, most.total_fuel),
				Error::<T>::SchemeTooLarge
			);
		}
		Scheme::<T>::set(scheme);
		Ok(())
	}
}

/// Parts that are shared.
impl<T: Config> Pallet<T> {
	/// The current epoch, as of the start of the block.
	fn epoch() -> u64 {
		Epochs::<T>::get().map_or_else(T::Epoch::get, |turn| turn.current)
	}

	/// Takes in the output of the block before. In the first block of an epoch, draws the beacon of the
	/// one before the last.
	fn turn_epoch() -> Weight {
		let mut mix = Mix::<T>::get();
		if let (Some(output), _) = T::Randomness::random(b"assay/beacon") {
			mix = assay_primitives::hash(&(mix, output).encode());
			Mix::<T>::put(mix);
		}
		let current = T::Epoch::get();
		let turn = Epochs::<T>::get();
		if turn.is_some_and(|turn| turn.current == current) {
			return T::WeightInfo::on_initialize();
		}
		// The block before was the last of `turn.current`, all of which is after the intents of
		// `turn.previous`.
		if let Some(epoch) = turn.and_then(|turn| turn.previous) {
			Beacons::<T>::mutate_extant(epoch, |record| {
				record.value = Some(mix);
				Self::deposit_event(Event::BeaconDrawn { epoch, beacon: mix });
			});
		}
		Epochs::<T>::put(Turn { current, previous: turn.map(|turn| turn.current) });
		T::WeightInfo::turn_epoch()
	}

	fn beacon(intent: &IntentOf<T>) -> Option<H256> {
		Beacons::<T>::get(intent.epoch)?.value
	}

	fn has_expired(intent: &IntentOf<T>) -> bool {
		!intent.registered && Self::epoch() > intent.expires_after
	}

	/// The bit of a sub-key among those that were opened; none if it cannot be a sub-key.
	fn bit(sub_key: u32) -> u16 {
		1u16.checked_shl(sub_key).unwrap_or(0)
	}

	/// Has the mark of a key measured on a file. The parties are who pays, and who stands to lose if
	/// the payer is right.
	fn open_job(
		client: Client,
		(payer, opponent): (&T::AccountId, Option<&T::AccountId>),
		scheme: &SchemeTerms,
		params: &SchemeParams,
		file: assay_primitives::File,
		clean: CleanData,
	) -> Result<JobId, DispatchError> {
		T::Artifacts::pin(scheme.program)?;
		let job = TrainingJob {
			vm_version: VM_VERSION,
			program: scheme.program,
			params: params.to_params(),
			seed: 0,
			train: clean.id,
			train_root: clean.root,
			chunk_rows: clean.chunk_rows,
			holdout: clean.id,
			metric: Metric::Accuracy,
			file: Some(file),
			limits: scheme.limits,
		};
		T::Verification::open(client, payer, opponent, job)
	}

	/// Drops the evidence of a model that has ended: gives back what was paid for it, and lets go of
	/// what it relied on. Stores the record.
	fn retire(model: ModelId, mut record: ModelOf<T>) {
		if let Some(details) = record.details.take() {
			T::Artifacts::unpin(details.file.id);
			T::Artifacts::unpin(details.clean.id);
		}
		Intents::<T>::mutate_extant(record.intent, |intent| {
			intent.models = intent.models.saturating_sub(1);
		});
		let smaller = with_storage_layer(|| {
			record.deposit.clone().update(&record.owner, Self::retired_footprint())
		});
		match smaller {
			Ok(deposit) => record.deposit = deposit,
			Err(error) => log::error!(target: LOG_TARGET, "deposit of {model}: {error:?}"),
		}
		Models::<T>::insert(model, record);
	}

	fn drop_aliases(name: &Name, version: u32) {
		Names::<T>::mutate_extant(name, |record| {
			record.aliases.retain(|(alias, of)| {
				let keep = *of != version;
				if !keep {
					let (name, alias) = (name.clone(), alias.clone());
					Self::deposit_event(Event::AliasSet { name, alias, version: None });
				}
				keep
			});
		});
	}

	/// The bond of a pending or verified model.
	fn bond(record: &ModelOf<T>) -> BalanceOf<T> {
		record.details.as_ref().map_or_else(Zero::zero, |details| details.bond)
	}

	fn release(who: &T::AccountId, bond: BalanceOf<T>) {
		let reason = HoldReason::Bond.into();
		let released = T::Currency::release(&reason, who, bond, Precision::BestEffort);
		if released != Ok(bond) {
			defensive!("a bond is held");
		}
	}

	fn burn(who: &T::AccountId, bond: BalanceOf<T>) {
		let (credit, missing) = T::Currency::slash(&HoldReason::Bond.into(), who, bond);
		if !missing.is_zero() {
			defensive!("a bond is held");
		}
		T::SlashHandler::on_unbalanced(credit);
	}

	/// Gives a bond to somebody else. Gives what was paid.
	fn pay(from: &T::AccountId, to: &T::AccountId, bond: BalanceOf<T>) -> BalanceOf<T> {
		T::Currency::transfer_on_hold(
			&HoldReason::Bond.into(),
			from,
			to,
			bond,
			Precision::BestEffort,
			Restriction::Free,
			Fortitude::Force,
		)
		.inspect_err(|error| log::error!(target: LOG_TARGET, "bond of {from:?}: {error:?}"))
		.unwrap_or_else(|_| Zero::zero())
	}

	/// An intent with its index entry and its share in a beacon.
	fn intent_footprint() -> Footprint {
		let bytes = [
			IntentOf::<T>::max_encoded_len(),
			<(T::AccountId, IntentId)>::max_encoded_len(),
			<(u64, Beacon)>::max_encoded_len(),
		];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}

	/// A model with its index entries.
	fn model_footprint() -> Footprint {
		let bytes = [
			ModelOf::<T>::max_encoded_len(),
			<(ArtifactId, ModelId)>::max_encoded_len(),
			<(Name, u32, ModelId)>::max_encoded_len(),
		];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}

	/// A model without its evidence.
	fn retired_footprint() -> Footprint {
		let whole = Self::model_footprint();
		let details = u64::try_from(DetailsOf::<T>::max_encoded_len()).unwrap_or(0);
		Footprint { size: whole.size.saturating_sub(details), ..whole }
	}

	/// A name with all aliases.
	fn name_footprint() -> Footprint {
		let bytes = [RegisteredOf::<T>::max_encoded_len(), Name::max_encoded_len()];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}

	/// A contest.
	fn contest_footprint() -> Footprint {
		Footprint::from_parts(1, ContestOf::<T>::max_encoded_len())
	}

	fn view(model: ModelId, record: ModelOf<T>) -> ModelViewOf<T> {
		let version = record.status.version();
		let aliases = Names::<T>::get(&record.name)
			.map(|name| name.aliases.into_inner())
			.unwrap_or_default()
			.into_iter()
			.filter(|(_, of)| Some(*of) == version)
			.map(|(alias, _)| alias.into_inner())
			.collect();
		let mut view = ModelView {
			model,
			owner: record.owner,
			name: record.name.into_inner(),
			version,
			stage: record.status.stage(),
			reason: None,
			aliases,
			artifact: record.artifact,
			intent: record.intent,
			intended_at: record.intended_at,
			registered_at: record.registered_at,
			ended_at: None,
			settles_by: None,
			job: record.details.as_ref().map(|details| details.job),
			measured: None,
			contest: None,
			lost_to: None,
			evidence: record.details.map(|details| Evidence {
				file: details.file,
				sub_key: details.sub_key,
				place: details.place,
				statistics: details.statistics,
				accuracy: details.accuracy,
				tolerance: details.tolerance,
				clean: details.clean,
				card: details.card,
				signature_manifest: details.signature_manifest,
				parents: details.parents.into_inner(),
				claim: details.claim,
				scheme: details.program,
				bond: details.bond,
			}),
		};
		match record.status {
			Status::Pending { settles_by } => view.settles_by = Some(settles_by),
			Status::Verified { accuracy, at, contest, .. } => {
				view.measured = Some(accuracy);
				view.ended_at = Some(at);
				view.contest = contest;
			},
			Status::Rejected { reason, at } | Status::Returned { reason, at } => {
				view.reason = Some(reason);
				view.ended_at = Some(at);
			},
			Status::Revoked { at, .. } => view.ended_at = Some(at),
			Status::Lost { to, at, .. } => {
				view.lost_to = Some(to);
				view.ended_at = Some(at);
			},
		}
		view
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// Checks the invariants of the pallet.
	///
	/// 1. Numbers were given out: all are below the next one.
	/// 2. [`ByArtifact`] has one entry for each model that is pending, verified, revoked or lost, and
	///    no other.
	/// 3. A model has its details as long as it is pending or verified.
	/// 4. The versions of a name are numbered from 1, and are the models of that name that were ever
	///    verified. Aliases differ, and name verified versions.
	/// 5. Each intent counts its pending and verified models and its open contests, whose sub-keys are
	///    opened and differ; it is listed for its owner, and a verified model has marked it.
	/// 6. There is a beacon record for each epoch with intents on record, and it counts them.
	/// 7. What is held for bonds is the sum of those of pending and verified models and of open
	///    contests, account by account.
	/// 8. An open contest is that of a verified model, which names it, and of nobody else.
	/// 9. No call is admitted between transactions.
	///
	/// # Errors
	///
	/// The number of the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		ensure!(!Admitted::<T>::get(), "models 9: a call is admitted outside of a transaction");
		Self::check_models()?;
		Self::check_names()?;
		Self::check_intents()?;
		Self::check_contests()?;
		Self::check_bonds()
	}

	fn check_models() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut listed = 0usize;
		for (model, record) in Models::<T>::iter() {
			ensure!(model < NextModel::<T>::get(), "models 1: a number was not given out");
			let known = !matches!(record.status.stage(), Stage::Rejected | Stage::Returned);
			if known {
				listed = listed.saturating_add(1);
				ensure!(
					ByArtifact::<T>::get(record.artifact) == Some(model),
					"models 2: a model is not listed"
				);
			}
			let open = matches!(record.status.stage(), Stage::Pending | Stage::Verified);
			ensure!(record.details.is_some() == open, "models 3: details are missing or extra");
			if let Some(version) = record.status.version() {
				ensure!(
					Versions::<T>::get(&record.name, version) == Some(model),
					"models 4: a verified model is not listed"
				);
			}
		}
		ensure!(ByArtifact::<T>::iter_keys().count() == listed, "models 2: an entry has no model");
		Ok(())
	}

	fn check_names() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut all = 0usize;
		for (name, record) in Names::<T>::iter() {
			ensure!(record.versions > 0, "models 4: a name has no version");
			for version in 1..=record.versions {
				all = all.saturating_add(1);
				let model = Versions::<T>::get(&name, version)
					.and_then(Models::<T>::get)
					.ok_or("models 4: a version is missing")?;
				ensure!(
					model.name == name && model.status.version() == Some(version),
					"models 4: a version is another one"
				);
				let named = record.aliases.iter().any(|(_, of)| *of == version);
				ensure!(
					!named || model.status.stage() == Stage::Verified,
					"models 4: an alias names what is not verified"
				);
			}
			for (at, (alias, version)) in record.aliases.iter().enumerate() {
				let first = record.aliases.iter().position(|(other, _)| other == alias);
				ensure!(first == Some(at), "models 4: an alias is there twice");
				ensure!(
					(1..=record.versions).contains(version),
					"models 4: an alias names no version"
				);
			}
		}
		ensure!(Versions::<T>::iter_keys().count() == all, "models 4: a version has no name");
		Ok(())
	}

	fn check_intents() -> Result<(), sp_runtime::TryRuntimeError> {
		use alloc::collections::{BTreeMap, BTreeSet};
		let mut keys = BTreeMap::<IntentId, (u32, u32, BTreeSet<u32>)>::new();
		for record in Models::<T>::iter_values() {
			if let Some(details) = record.details {
				let (models, _, opened) = keys.entry(record.intent).or_default();
				*models = models.saturating_add(1);
				ensure!(opened.insert(details.sub_key), "models 5: a sub-key was opened twice");
				let marked = Intents::<T>::get(record.intent);
				ensure!(
					marked.is_some_and(|intent| {
						intent.owner == record.owner
							&& (intent.registered || record.status.stage() == Stage::Pending)
					}),
					"models 5: a model has another intent"
				);
			}
		}
		for record in Contests::<T>::iter_values() {
			let (_, contests, opened) = keys.entry(record.intent).or_default();
			*contests = contests.saturating_add(1);
			ensure!(opened.insert(record.sub_key), "models 5: a sub-key was opened twice");
		}
		let mut epochs = BTreeMap::<u64, u32>::new();
		let mut intents = 0usize;
		for (intent, record) in Intents::<T>::iter() {
			intents = intents.saturating_add(1);
			ensure!(intent < NextIntent::<T>::get(), "models 1: a number was not given out");
			let (models, contests, opened) = keys.remove(&intent).unwrap_or_default();
			ensure!(
				(record.models, record.contests) == (models, contests),
				"models 5: an intent counts what it does not have"
			);
			ensure!(
				opened.iter().all(|sub_key| record.opened & Self::bit(*sub_key) != 0),
				"models 5: a sub-key is used and not opened"
			);
			ensure!(
				IntentsOf::<T>::contains_key(&record.owner, intent),
				"models 5: an intent is not listed"
			);
			let count = epochs.entry(record.epoch).or_default();
			*count = count.saturating_add(1);
		}
		ensure!(keys.is_empty(), "models 5: an intent in use is gone");
		ensure!(
			IntentsOf::<T>::iter_keys().count() == intents,
			"models 5: a listed intent is gone"
		);
		let counted: BTreeMap<_, _> =
			Beacons::<T>::iter().map(|(epoch, beacon)| (epoch, beacon.intents)).collect();
		ensure!(counted == epochs, "models 6: beacons are not those of the intents");
		Ok(())
	}

	fn check_contests() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut open = 0usize;
		for (contest, record) in Contests::<T>::iter() {
			open = open.saturating_add(1);
			ensure!(contest < NextContest::<T>::get(), "models 1: a number was not given out");
			let model = Models::<T>::get(record.model).ok_or("models 8: a contest has no model")?;
			ensure!(
				matches!(model.status, Status::Verified { contest: Some(named), .. } if named == contest),
				"models 8: a model does not name its contest"
			);
			ensure!(model.owner != record.contestant, "models 8: an owner contests its own model");
		}
		let named = Models::<T>::iter_values()
			.filter(|model| matches!(model.status, Status::Verified { contest: Some(_), .. }));
		ensure!(named.count() == open, "models 8: a model names a contest that is not open");
		Ok(())
	}

	fn check_bonds() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut bonds = alloc::collections::BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let models = Models::<T>::iter_values()
			.filter_map(|record| Some((record.owner, record.details?.bond)));
		let contests = Contests::<T>::iter_values().map(|record| (record.contestant, record.bond));
		for (who, bond) in models.chain(contests) {
			let sum = bonds.entry(who).or_default();
			*sum = sum.saturating_add(bond);
		}
		for (who, sum) in bonds {
			let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &who);
			ensure!(held == sum, "models 7: held bonds are not those of models and contests");
		}
		Ok(())
	}
}
