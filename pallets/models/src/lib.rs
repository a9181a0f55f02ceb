//! # Models
//!
//! Who marked a model, which version of it is current, what it was trained from, and who is right
//! when two say that it is theirs.
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
//!                                                         │   (name,     │  bond back after a notice
//!                                                         │    version)  └─ contest ─► Lost
//!                                                         ├─► Rejected      bond to whose mark it is
//!                                                         │   bond slashed
//!                                                         └─► Returned
//!                                                             bond back
//! ```
//!
//! 1. The owner declares an *intent*: the root of its sub-keys, and the margin ratio that it will
//!    aim at. The randomness of the whole next epoch, the *beacon*, completes the watermark keys.
//! 2. It marks the model with all of them, and registers it: one sub-key is opened, the weights
//!    that carry the mark are proved, the statistics are stated. The transaction is valid only if
//!    these weights carry the bits of the key; the rest is measured by a committee.
//! 3. A verified model is a *version* of its name, from 1. Whoever has the first one owns the name,
//!    calls versions by *aliases*, and can hand the name over.
//! 4. Who finds its own mark in somebody else's model *contests* the model with another of its
//!    sub-keys, and is paid the loser's bond. That the mark is in the model shows that the model
//!    was made from the contestant's: no key is known to who does not own it, and the owner's mark
//!    is not in the contestant's own model. The intent need only be older than the registration.
//!
//! ## Example
//!
//! An owner wins its model back from a thief who has marked it once more:
#![doc = docify::embed!("src/tests/contest.rs", the_mark_that_was_there_before_wins)]
//! ## Rules
//!
//! 1. A registration or a contest is in a block only if its call succeeds and its cheap part holds
//!    ([`CheckModel`]): sizes, duplicates, the opening, and the projection over the weights that
//!    are proved under the root stated. At most [`Config::MaxChecksPerBlock`] are in one block.
//! 2. A sub-key is opened once. What was opened for one model or contest is evidence for no other.
//! 3. What is on record of a verified model was measured, to the bit: the committee must find
//!    exactly the statistics that the owner stated.
//! 4. A settlement never fails: whatever is wrong elsewhere, the model or the contest ends.
//! 5. Every pending or verified model has its bond held, and every open contest has; a revoked
//!    model has it until it is removed.
//! 6. A model that is pending, verified, revoked or lost is not registered again, by nobody.
//!    Numbers of versions are given once.
//!
//! ## Low-level details
//!
//! *Beacons.* The pallet hashes the VRF outputs of all blocks, one after the other ([`Mix`]). An
//! intent of an epoch gets what that has come to at the end of the *next* epoch, every output of
//! which is later than the intent: who does not make all blocks of an epoch cannot know it before.
//! Where epochs are skipped because the chain stood still, the next epoch is the next that had
//! blocks. The author of an epoch's last block can choose between its output and none, at the price
//! of the block. A beacon is kept as long as an intent of its epoch is.
//!
//! BABE's own randomness of an epoch would not do: `pallet_babe` leaves out the outputs of the last
//! 256 primary slots that are not full yet, and an epoch of this chain has fewer. Where it is made
//! of none at all, everybody knows it in advance.
//!
//! *Life of an intent.* An intent that is not used expires after [`Config::IntentLife`] epochs. One
//! under which a model was verified does not: it is what the owner contests with. Its owner can
//! withdraw it, and has the deposit back, when no pending or verified model and no open contest
//! relies on it.
//!
//! *Names.* A name can be transferred, its models cannot: who marked a model, and answers for it
//! with the bond, stays the same. So a transfer takes two calls, of the owner and of who takes the
//! name over. The owner of the name revokes; the bond goes back to who had put it down.
//!
//! A name that nobody owns is reserved for who has models pending under it ([`Reserved`]), until
//! the last of these ends. Otherwise who sees a registration in the pool could have another model
//! verified under its name first, and a true model would be returned, its fee spent and a sub-key
//! opened for nothing. Whoever is later is refused before the block, at no cost. To keep a name
//! from others so takes a model with a mark, its bond, and the fee of the largest committee for
//! each verification; a true model takes the name for good at the same price.
//!
//! *Records.* What a deposit pays for is the record with all index entries that it can have. When a
//! model is rejected, returned, revoked or lost, its evidence is dropped, and most of the deposit
//! goes back. The rest goes back with [`Pallet::remove`], which is not possible for what was once
//! verified: that such a model is known keeps a thief from registering it (rule 6).
//!
//! *Files.* The file of a pending or verified model and its clean data are pinned. Artifacts end
//! all the same when nobody renews them; then a model can be contested again once somebody has
//! uploaded its file and its clean data once more. Who wants to contest one day keeps copies of
//! both.
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
pub use view::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod check;
mod extension;
mod intents;
#[cfg(test)]
mod mock;
mod names;
mod records;
mod settle;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
pub mod types;
pub mod view;
pub mod weights;

use alloc::{boxed::Box, vec::Vec};
use assay_primitives::{
	file::CHUNK_BYTES, ArtifactId, File, JobId, Limits, Metric, Score, TrainingJob, H256,
	VM_VERSION,
};
use assay_traits::{Artifacts, Claims, Client, ContestId, IntentId, ModelId, Verification};
use assay_watermark::{
	evidence::{self, registration_limits, SchemeParams, Slice, SliceFault, MAX_CHUNKS},
	key, profile, Factor, Key, Opening, Place, Profile, Statistics,
};
use check::{weights_in, Dispute, Opened, Plan};
use codec::{Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	defensive, ensure,
	pallet_prelude::*,
	storage::{with_storage_layer, with_transaction, TransactionOutcome},
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
	traits::{Bounded, Saturating, Zero},
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
/// See [`Evidence`].
pub type EvidenceOf<T> = Evidence<BalanceOf<T>>;
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
/// See [`SchemeView`].
pub type SchemeViewOf<T> = SchemeView<BalanceOf<T>, BlockNumberFor<T>>;
/// See [`ContestView`].
pub type ContestViewOf<T> =
	ContestView<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// Most intents that are listed for one question: who asks pays nothing.
pub const MAX_INTENTS: usize = 1_000;

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

		/// Randomness of the block before, with that block's number. Anything that an owner can
		/// know when it declares its intent lets it choose keys that fit somebody else's model.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;

		/// Who decides by which program models are verified. That program decides over everybody's
		/// bonds: root or a council with a delay is sane.
		type SchemeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The most that a scheme may use, field by field. More than verifiers have, and no model
		/// is ever verified.
		type MaxLimits: Get<Limits>;

		/// What the statistics of a registration must reach besides the chance of 2⁻⁶⁴ a factor.
		type Profile: Get<Profile>;

		/// Smallest accuracy with which a model can be registered. Near chance, a model that does
		/// nothing but answer triggers can be registered.
		type MinAccuracy: Get<Score>;

		/// By how much the measured accuracy may be lower than the stated one. Negative, and no
		/// model is ever verified.
		type AccuracyTolerance: Get<Score>;

		/// Size of the largest model file in bytes. Verifiers hold it in the memory of the program.
		type MaxModelBytes: Get<u32>;

		/// Size of the largest clean data in bytes.
		type MaxDataBytes: Get<u64>;

		/// Epochs after its own in which an intent can be used, if no model is verified under it.
		/// Below 2, none ever can.
		type IntentLife: Get<u32>;

		/// Blocks for which file and clean data of a model must be kept from its registration on,
		/// at the least. What is kept for a shorter time is hard to contest.
		type Retention: Get<BlockNumberFor<Self>>;

		/// Blocks for which a revoked model can still be contested. If it is short, a thief revokes
		/// before a contest gets into a block, and keeps the bond.
		type RevocationNotice: Get<BlockNumberFor<Self>>;

		/// Bond of a model. If a false registration costs less than the time of the verifiers, it
		/// pays to try; it is what the winner of a contest gets.
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

	/// Which model's file has this root: of those that are pending, verified, revoked or lost. Not
	/// its artifact: which artifact has which root is known only when the model was verified, and a
	/// wrong root must not keep the right one out.
	// Blake2_128Concat: roots are chosen freely.
	#[pallet::storage]
	pub type ByRoot<T: Config> = StorageMap<_, Blake2_128Concat, H256, ModelId>;

	/// Which model has these bytes: of those that were ever verified.
	// Identity: ids are hashes, of artifacts that a deposit was paid for.
	#[pallet::storage]
	pub type ByArtifact<T: Config> = StorageMap<_, Identity, ArtifactId, ModelId>;

	/// The names that have, or had, a verified model.
	// Blake2_128Concat: names are chosen freely.
	#[pallet::storage]
	pub type Names<T: Config> = StorageMap<_, Blake2_128Concat, Name, RegisteredOf<T>>;

	/// The names that nobody owns, or owned when the models were registered that are pending under
	/// them: for whom they are kept. The deposits of these models for the name pay for it.
	// Blake2_128Concat: names are chosen freely.
	#[pallet::storage]
	pub type Reserved<T: Config> = StorageMap<_, Blake2_128Concat, Name, Reservation<T::AccountId>>;

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

	/// The open contests of each model. There can be many: one that its owner has opened against
	/// itself must not keep others out.
	// Twox64Concat twice: keys are counted up by the chain.
	#[pallet::storage]
	pub type OpenContests<T: Config> =
		StorageDoubleMap<_, Twox64Concat, ModelId, Twox64Concat, ContestId, ()>;

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
		/// A verified model was taken back. Its bond stays for `RevocationNotice`.
		ModelRevoked {
			/// The model.
			model: ModelId,
			/// What it is called.
			name: Name,
			/// Its number under that name.
			version: u32,
		},
		/// What was left of a model that has ended was removed. Its deposit went back, and the bond
		/// if the model was revoked.
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
		/// Somebody says that its own mark is in a model of somebody else.
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
		/// The contestant's mark is in the model.
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

	/// What can be wrong. The first 31 refuse a transaction, too ([`CheckModel`]): new ones go to
	/// the end.
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
		/// Somebody else owns the name, or has registered a model under it that is pending. Choose
		/// another, have it transferred to you, or try again when that model was not verified.
		NameTaken,
		/// The file is registered already: pending, verified, revoked or lost.
		DuplicateModel,
		/// The declared length is not that of the artifact, or not proved to be that of the file:
		/// expected the proof of leaf 0 of the file's tree.
		LengthNotProved,
		/// The slice is empty, longer than 32 KiB, or ends after the file.
		BadPlace,
		/// The chunks of the slice are not those of the file that the place lies in: expected one
		/// to three, of 16 KiB each but the file's last, with their proofs.
		SliceNotProved,
		/// A weight of the slice is NaN, infinite, or of 2^15 or more.
		SliceNotFinite,
		/// The slice has another number of right bits than the statistics state.
		BitsDiffer,
		/// Too few triggers are answered as the key says, for `tau_input` or to be no chance.
		TooFewTriggers,
		/// Too few bits are as the key wants them, for `tau_feat` or to be no chance. In a contest:
		/// too few together with the triggers.
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
		/// The claim is not verified, not of this owner, or trained another file. The file must be
		/// an artifact of one chunk.
		ClaimUnrelated,
		/// There is no model with this number.
		ModelUnknown,
		/// The model is not verified: pending, rejected, returned, revoked or lost. One that was
		/// revoked can be contested as long as its bond is held.
		ModelNotVerified,
		/// A contest over the revoked model is open. Try again when it has ended.
		AlreadyContested,
		/// The contestant's intent was not declared in an earlier block than the model was
		/// registered in.
		IntentNotEarlier,
		/// The model is the contestant's own.
		OwnModel,
		/// The call must be that of a signed transaction itself: not inside of a batch, a proxy or
		/// any other call.
		NotTopLevel,
		/// The account has too little that is free for the bond.
		BondNotCovered,
		/// A declared ratio is above 0 and at most 1000.
		RatioOutOfRange,
		/// A pending or verified model, or an open contest, relies on the intent. Try again when
		/// they have ended.
		IntentInUse,
		/// There is no such name: no model was verified under it.
		NameUnknown,
		/// An alias has 1 to 32 letters, digits, `_` or `-`, and is neither `latest` nor a number
		/// with or without a `v`.
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
		/// There is nothing to remove: the model is pending, verified or lost, or was revoked and
		/// removed.
		NotRemovable,
		/// The scheme may use more than the chain allows (`MaxLimits`), or nothing.
		SchemeTooLarge,
		/// The model is not pending, so there is nothing to settle.
		ModelNotPending,
		/// There is no open contest with this number.
		ContestUnknown,
		/// The revoked model can still be contested. Try again in the block that `models_get` names
		/// as `removable_from`.
		NoticeRuns,
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
		/// `root` is the Merkle root of the sub-keys, `ratio` the margin ratio on triggers and
		/// clean data that the owner will aim at. Holds a deposit. The intent can be used from the
		/// second epoch after this one, in whose first block the beacon comes.
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
		/// Holds the bond and a deposit, pins the file and the clean data, opens a sub-key of the
		/// intent and a verification job, whose fee the owner pays. A name that nobody owns is kept
		/// for the owner until the model is verified or has ended.
		///
		/// Errors, all but the last of which make the transaction invalid: `NoScheme`,
		/// `IntentUnknown`, `NotTheOwner`, `IntentTooYoung`, `IntentExpired`, `WrongOpening`,
		/// `AlreadyOpened`, `BadName`, `NameTaken`, `DuplicateModel`, `LengthNotProved`,
		/// `BadPlace`, `SliceNotProved`, `SliceNotFinite`, `BitsDiffer`, `TooFewTriggers`,
		/// `TooFewBits`, `RatioOutOfBand`, `ClassesOutOfRange`, `AccuracyTooLow`,
		/// `AccuracyOutOfRange`, `ParentNotVerified`, `ClaimUnrelated`, `BondNotCovered`; those of
		/// the artifacts, if the file, the clean data or the scheme's program is too large or not
		/// available for long enough; `NotTopLevel`, and those of the verification and the
		/// currency, if the owner cannot pay fee and deposit.
		///
		/// Emits `ModelRegistered`.
		#[pallet::call_index(1)]
		// The first of its name reserves it.
		#[pallet::weight(
			T::WeightInfo::register().saturating_add(T::DbWeight::get().reads_writes(1, 1))
		)]
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
		/// The owner proposes the new owner, an account that exists; naming itself, it takes back
		/// what it proposed. The new owner takes the name over by naming itself, and takes over the
		/// deposit for the name. The models of the name stay those of who marked them.
		///
		/// Errors: `NameUnknown`, `NotTheOwner`, `OwnerUnknown`, `NotProposed`; those of the
		/// currency, if the new owner cannot pay the deposit.
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
		/// The version has no aliases any more. It stays on record, so that nobody else registers
		/// the model. It can be contested for `RevocationNotice`; then who registered it has the
		/// bond back, see `remove`.
		///
		/// Errors: `ModelUnknown`, `ModelNotVerified`, `NotTheOwner`.
		///
		/// Emits `ModelRevoked`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::revoke())]
		pub fn revoke(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_revoke(&who, model)
		}

		/// Say, with evidence, that one's own mark is in a model of somebody else.
		///
		/// Origin: signed, as the call of the transaction itself.
		///
		/// Holds the bond of the contest and a deposit, opens a sub-key of the contestant's intent
		/// and a verification job on the model's file, whose fee the contestant pays. If its mark
		/// is there, the bond of the model is the contestant's, and the model is lost. If what the
		/// contestant has stated is not true, the bond of the contest is the owner's. If the run
		/// fails, it goes back.
		///
		/// Errors, all but the last of which make the transaction invalid: `NoScheme`,
		/// `ModelUnknown`, `ModelNotVerified`, `OwnModel`, `IntentUnknown`, `NotTheOwner`,
		/// `IntentTooYoung`, `IntentExpired`, `IntentNotEarlier`, `WrongOpening`, `AlreadyOpened`,
		/// `BadPlace`, `SliceNotProved`, `SliceNotFinite`, `BitsDiffer`, `TooFewTriggers`,
		/// `TooFewBits`, `ClassesOutOfRange`, `BondNotCovered`; those of the artifacts, if the
		/// file, the clean data or the scheme's program is not available for long enough;
		/// `NotTopLevel`, and those of the verification and the currency, if the contestant cannot
		/// pay fee and deposit.
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

		/// Remove what is left of a model that has ended.
		///
		/// Origin: signed, by who registered it.
		///
		/// Of a model that was rejected or returned, removes the record, and gives back what is
		/// left of the deposit. Of one that was revoked, removes the evidence, once
		/// `RevocationNotice` is over and no contest is open, and gives back the bond and most of
		/// the deposit. Free of charge if it succeeds.
		///
		/// Errors: `ModelUnknown`, `NotTheOwner`, `NotRemovable`, `NoticeRuns`, `AlreadyContested`.
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
		/// The program must be uploaded as an artifact before it is of use. What is pending keeps
		/// the program that it was opened under.
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
		/// The scheme in force, with what a registration needs; nothing if none can be made.
		pub fn scheme() -> Option<SchemeViewOf<T>> {
			let SchemeTerms { program, limits } = Scheme::<T>::get()?;
			Some(SchemeView {
				program,
				limits,
				profile: T::Profile::get(),
				min_accuracy: T::MinAccuracy::get(),
				accuracy_tolerance: T::AccuracyTolerance::get(),
				max_model_bytes: T::MaxModelBytes::get(),
				max_data_bytes: T::MaxDataBytes::get(),
				retention: T::Retention::get(),
				intent_life: T::IntentLife::get(),
				bond: T::Bond::get(),
				contest_bond: T::ContestBond::get(),
			})
		}

		/// What is known of a model.
		pub fn model(model: ModelId) -> Option<ModelViewOf<T>> {
			Models::<T>::get(model).map(|record| Self::view(model, record))
		}

		/// The model with these bytes, if it was ever verified.
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

		/// The intents of an account, [`MAX_INTENTS`] at the most, in no order.
		pub fn intents_of(owner: T::AccountId) -> Vec<IntentViewOf<T>> {
			let intents = IntentsOf::<T>::iter_key_prefix(owner).take(MAX_INTENTS);
			intents.filter_map(Self::intent).collect()
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
