//! What is declared, registered and contested.
// Derived codecs of enums convert their indices.
#![allow(clippy::as_conversions)]

use assay_primitives::{
	json, merkle::Proof, ArtifactId, ClaimId, DataFault, FailReason, File, Input, JobId, Limits,
	Score, H256,
};
use assay_traits::{IntentId, ModelId};
use assay_watermark::{Opening, Place, Refusal, Slice, Statistics};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most bytes in the name of a model.
pub const MAX_NAME: u32 = 64;
/// Most bytes in an alias.
pub const MAX_ALIAS: u32 = 32;
/// Most aliases of a name.
pub const MAX_ALIASES: u32 = 16;
/// Most models that a model can be said to be trained from.
pub const MAX_PARENTS: u32 = 8;

/// Name of a registered model, see [`is_name`].
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME>>;
/// Name of a version, see [`is_alias`].
pub type Alias = BoundedVec<u8, ConstU32<MAX_ALIAS>>;
/// Models that a model was trained from.
pub type Parents = BoundedVec<ModelId, ConstU32<MAX_PARENTS>>;

/// Whether a name can be that of a model: printable ASCII, without `/` and `:` (which separate
/// names from versions in addresses of models), and without a space at its ends.
#[must_use]
pub fn is_name(name: &[u8]) -> bool {
	let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'/' | b':');
	let ends = [name.first(), name.last()];
	!name.is_empty() && name.iter().all(plain) && !ends.contains(&Some(&b' '))
}

/// Whether a version can be called so: ASCII letters, digits, `_` and `-`. Numbers, `v` with a
/// number, and `latest` are taken: they mean versions.
#[must_use]
pub fn is_alias(alias: &[u8]) -> bool {
	let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
	let digits = alias.strip_prefix(b"v").unwrap_or(alias);
	let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
	!alias.is_empty() && alias.iter().all(plain) && alias != b"latest" && !number
}

/// The program that verifies models, and what it may use.
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
	Serialize,
	Deserialize,
)]
pub struct SchemeTerms {
	/// The program.
	pub program: ArtifactId,
	/// What one run of it may use.
	pub limits: Limits,
}

/// Data that were not used to mark the model: its accuracy is measured on them.
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
	Serialize,
	Deserialize,
)]
pub struct CleanData {
	/// Safetensors with `x` and `y`.
	pub id: ArtifactId,
	/// Merkle root of its chunks.
	pub root: H256,
	/// Rows in each chunk.
	pub chunk_rows: u32,
}

/// What an owner says of a model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Registration {
	/// The intent under which the model was marked.
	pub intent: IntentId,
	/// What it is called. The first with a verified model of a name owns the name; as long as
	/// nobody does, who has one pending under it keeps others from it.
	pub name: Name,
	/// The model.
	pub file: File,
	/// That the file has the length that it is declared with: leaf 0 of its tree.
	pub length: Proof,
	/// One of the sub-keys of the intent.
	pub opening: Opening,
	/// The weights that carry the mark.
	pub slice: Slice,
	/// What is measured of the mark, to the bit.
	pub statistics: Statistics,
	/// Accuracy on the clean data.
	pub accuracy: Score,
	/// The clean data.
	pub clean: CleanData,
	/// Hash of the model card.
	pub card: H256,
	/// Hash of the OpenSSF Model Signing manifest.
	pub signature_manifest: H256,
	/// Verified models that it was trained from.
	pub parents: Parents,
	/// The owner's verified claim whose program gave exactly this file for its model. What a program
	/// gives is its own word: that it trained it in that run is not checked.
	pub claim: Option<ClaimId>,
}

/// What somebody says whose mark is in a registered model of somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Challenge {
	/// The model.
	pub model: ModelId,
	/// The contestant's intent, declared in an earlier block than that of the registration.
	pub intent: IntentId,
	/// One of its sub-keys.
	pub opening: Opening,
	/// Weights of the model's file.
	pub slice: Slice,
	/// What is measured of the contestant's mark, to the bit.
	pub statistics: Statistics,
}

/// Which epochs the chain was in.
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
pub struct Turn {
	/// The current one.
	pub current: u64,
	/// The one before it, if the chain has seen it.
	pub previous: Option<u64>,
}

/// The beacon of the intents of one epoch.
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
pub struct Beacon {
	/// The randomness, once it is there.
	pub value: Option<H256>,
	/// Intents on record that were declared in the epoch.
	pub intents: u32,
}

/// A commitment to the sub-keys with which a model is going to be marked.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Intent<AccountId, BlockNumber, Ticket> {
	/// Who committed.
	pub owner: AccountId,
	/// Merkle root of the sub-keys.
	pub root: H256,
	/// The margin ratio that the owner is going to aim at.
	pub ratio: Score,
	/// Epoch of the declaration.
	pub epoch: u64,
	/// Block of the declaration.
	pub declared_at: BlockNumber,
	/// Last epoch in which it can be used, unless a model was verified under it.
	pub expires_after: u64,
	/// Whether a model was verified under it.
	pub registered: bool,
	/// Sub-keys that were opened: bit `i` for sub-key `i`.
	pub opened: u16,
	/// Models that were registered under it and are pending or verified.
	pub models: u32,
	/// Contests under it that are open.
	pub contests: u32,
	/// What the owner put down for this record.
	pub deposit: Ticket,
}

/// Why a model was not verified, or a contest not won.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
	/// The run of the scheme's program on the model failed.
	#[codec(index = 0)]
	RunFailed(FailReason),
	/// The scheme's program refused the model.
	#[codec(index = 1)]
	Refused(Refusal),
	/// What was measured of the mark is not what was stated.
	#[codec(index = 2)]
	StatisticsDiffer,
	/// The accuracy is lower than stated by more than the tolerance.
	#[codec(index = 3)]
	LessAccurate {
		/// What was measured.
		measured: Score,
	},
	/// The model file or the clean data are not what they were said to be.
	#[codec(index = 4)]
	BadInput {
		/// Which of them.
		input: Input,
		/// What is wrong with it.
		fault: DataFault,
	},
	/// The committee could not use an input, through nobody's fault.
	#[codec(index = 5)]
	InputUnavailable {
		/// Which input.
		input: Input,
		/// What is wrong with it.
		fault: DataFault,
	},
	/// The committees did not agree on an outcome.
	#[codec(index = 6)]
	Undecided,
	/// Somebody else owns the name since the registration.
	#[codec(index = 7)]
	NameTaken,
	/// The contested model was lost to somebody else meanwhile.
	#[codec(index = 8)]
	LostToAnother,
}

/// Where a model stands.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Status<AccountId, BlockNumber> {
	/// Is being verified.
	#[codec(index = 0)]
	Pending {
		/// Block by which there is a verdict.
		settles_by: BlockNumber,
	},
	/// Its mark is its owner's.
	#[codec(index = 1)]
	Verified {
		/// Its number under its name, from 1.
		version: u32,
		/// Accuracy as measured.
		accuracy: Score,
		/// Block of the verdict.
		at: BlockNumber,
	},
	/// What its owner said of it is not true. The bond was slashed.
	#[codec(index = 2)]
	Rejected {
		/// What is not.
		reason: Reason,
		/// Block of the verdict.
		at: BlockNumber,
	},
	/// Not judged, through nobody's fault. The bond went back.
	#[codec(index = 3)]
	Returned {
		/// Why not.
		reason: Reason,
		/// In which block.
		at: BlockNumber,
	},
	/// Taken back after it was verified. It can be contested as long as its bond is held.
	#[codec(index = 4)]
	Revoked {
		/// Its number under its name.
		version: u32,
		/// In which block.
		at: BlockNumber,
	},
	/// Somebody else's mark was found in it. The bond went to them.
	#[codec(index = 5)]
	Lost {
		/// Its number under its name.
		version: u32,
		/// Whose.
		to: AccountId,
		/// Block of the verdict.
		at: BlockNumber,
	},
}

impl<AccountId, BlockNumber> Status<AccountId, BlockNumber> {
	/// The status by name only.
	#[must_use]
	pub const fn stage(&self) -> Stage {
		match self {
			Self::Pending { .. } => Stage::Pending,
			Self::Verified { .. } => Stage::Verified,
			Self::Rejected { .. } => Stage::Rejected,
			Self::Returned { .. } => Stage::Returned,
			Self::Revoked { .. } => Stage::Revoked,
			Self::Lost { .. } => Stage::Lost,
		}
	}

	/// The number under the name, if the model was ever verified.
	#[must_use]
	pub const fn version(&self) -> Option<u32> {
		match self {
			Self::Verified { version, .. }
			| Self::Revoked { version, .. }
			| Self::Lost { version, .. } => Some(*version),
			_ => None,
		}
	}
}

/// What is known of a model as long as its bond is held.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(bound(
	serialize = "Balance: core::fmt::Display",
	deserialize = "Balance: core::str::FromStr"
))]
pub struct Evidence<Balance> {
	/// Its bytes.
	pub file: File,
	/// The sub-key that was opened for it.
	pub sub_key: u32,
	/// Where the mark is.
	pub place: Place,
	/// What is measured of the mark.
	pub statistics: Statistics,
	/// Accuracy as stated.
	pub accuracy: Score,
	/// By how much the measured accuracy may be lower.
	pub tolerance: Score,
	/// What the accuracy is measured on.
	pub clean: CleanData,
	/// Hash of the model card.
	pub card: H256,
	/// Hash of the OpenSSF Model Signing manifest.
	pub signature_manifest: H256,
	/// What it was trained from.
	pub parents: Parents,
	/// The claim that trained it.
	pub claim: Option<ClaimId>,
	/// The program that verifies it.
	pub scheme: ArtifactId,
	/// What is held from the owner; a decimal string in JSON.
	#[serde(with = "json::amount")]
	pub bond: Balance,
}

/// The evidence of a model, with what the chain does on account of it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Details<Balance, Ticket> {
	/// The evidence.
	pub evidence: Evidence<Balance>,
	/// The job that verifies it.
	pub job: JobId,
	/// What the owner put down for the name, while nobody owns it.
	pub name_deposit: Option<Ticket>,
}

/// The record of a model.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Model<AccountId, Balance, BlockNumber, Ticket> {
	/// Who marked it.
	pub owner: AccountId,
	/// What it is called.
	pub name: Name,
	/// Its bytes.
	pub artifact: ArtifactId,
	/// The intent under which it was marked.
	pub intent: IntentId,
	/// Block in which that was declared.
	pub intended_at: BlockNumber,
	/// Block of the registration.
	pub registered_at: BlockNumber,
	/// Where it stands.
	pub status: Status<AccountId, BlockNumber>,
	/// The rest, as long as its bond is held.
	pub details: Option<Details<Balance, Ticket>>,
	/// What the owner put down for this record.
	pub deposit: Ticket,
}

/// A name with its versions.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Registered<AccountId, Ticket> {
	/// Who registers versions and sets aliases.
	pub owner: AccountId,
	/// Who can take it over.
	pub proposed: Option<AccountId>,
	/// The highest number that was given to a version.
	pub versions: u32,
	/// Names of versions.
	pub aliases: BoundedVec<(Alias, u32), ConstU32<MAX_ALIASES>>,
	/// What the owner put down for this record.
	pub deposit: Ticket,
}

/// That a name is kept for who has registered models under it that are pending.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Reservation<AccountId> {
	/// For whom.
	pub owner: AccountId,
	/// How many of its pending models were registered while nobody owned the name.
	pub pending: u32,
}

/// An open contest.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Contest<AccountId, Balance, BlockNumber, Ticket> {
	/// Over which model.
	pub model: ModelId,
	/// Who contests it.
	pub contestant: AccountId,
	/// The contestant's intent.
	pub intent: IntentId,
	/// The sub-key that was opened for it.
	pub sub_key: u32,
	/// What is measured of the contestant's mark.
	pub statistics: Statistics,
	/// What is held from the contestant.
	pub bond: Balance,
	/// The program that decides it.
	pub program: ArtifactId,
	/// The job that decides it.
	pub job: JobId,
	/// Block in which it was opened.
	pub opened_at: BlockNumber,
	/// Block by which there is a verdict.
	pub settles_by: BlockNumber,
	/// What the contestant put down for this record.
	pub deposit: Ticket,
}

/// Where a model stands, by name only.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
	/// Is being verified.
	#[codec(index = 0)]
	Pending,
	/// Its mark is its owner's.
	#[codec(index = 1)]
	Verified,
	/// What its owner said of it is not true.
	#[codec(index = 2)]
	Rejected,
	/// Not judged, through nobody's fault.
	#[codec(index = 3)]
	Returned,
	/// Taken back by the owner of its name.
	#[codec(index = 4)]
	Revoked,
	/// Somebody else's mark was found in it.
	#[codec(index = 5)]
	Lost,
}
