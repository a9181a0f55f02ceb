//! What a job is made of.
// What is derived for SCALE converts.
#![allow(clippy::as_conversions)]

use crate::VerifierId;
use assay_primitives::{JobId, Outcome, TrainingJob, H256};
use assay_traits::Client;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::Get, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::Perbill;

/// How far a member of a committee has come in the current round.
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
pub enum Verdict {
	/// Nothing was heard of it.
	#[codec(index = 0)]
	Awaited,
	/// It committed to an outcome.
	#[codec(index = 1)]
	Committed(H256),
	/// It revealed the outcome that it had committed to.
	#[codec(index = 2)]
	Revealed(Outcome),
}

impl Verdict {
	/// Whether it is known what the member says.
	#[must_use]
	pub fn is_revealed(&self) -> bool {
		matches!(self, Self::Revealed(_))
	}
}

/// A verifier drawn for a job. Key and weight are those of the draw, whatever changes later.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Member<AccountId, Balance> {
	/// The validator.
	pub account: AccountId,
	/// The key that signs its commitments.
	pub key: VerifierId,
	/// Its bonded stake: its weight in the settlement.
	pub weight: Balance,
	/// How far it has come.
	pub verdict: Verdict,
}

/// A verifier of the current session.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ActiveVerifier<AccountId, Balance> {
	/// The validator.
	pub account: AccountId,
	/// The key that signs its verdicts.
	pub key: VerifierId,
	/// What it had at stake when the session before this one began.
	pub noted: Balance,
}

/// What a job waits for.
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
pub enum Phase<BlockNumber> {
	/// Its committee is drawn at the start of this block.
	#[codec(index = 0)]
	Drawing {
		/// Block of the draw.
		at: BlockNumber,
	},
	/// Members run the job and commit to what they find.
	#[codec(index = 1)]
	Committing {
		/// Last block that takes a commitment.
		until: BlockNumber,
	},
	/// Members reveal what they committed to.
	#[codec(index = 2)]
	Revealing {
		/// Last block that takes a reveal.
		until: BlockNumber,
	},
}

/// Shares of its weight that a member loses, as they were when the job was opened.
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
pub struct Penalties {
	/// For a verdict that was outvoted ([`crate::Config::FalseVerdictSlash`]).
	pub wrong: Perbill,
	/// For one that it did not deliver ([`crate::Config::WithheldVerdictSlash`]).
	pub withheld: Perbill,
}

/// A job in progress.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxCommittee))]
#[codec(mel_bound(
	AccountId: MaxEncodedLen,
	Balance: MaxEncodedLen,
	BlockNumber: MaxEncodedLen,
	MaxCommittee: Get<u32>,
))]
pub struct Job<AccountId, Balance, BlockNumber, MaxCommittee: Get<u32>> {
	/// Who is told of the settlement.
	pub client: Client,
	/// Who escrowed the fee; never a member of the committee.
	pub payer: AccountId,
	/// Who stands to lose if the payer is right; never a member of the committee, either.
	pub opponent: Option<AccountId>,
	/// What is run.
	pub spec: TrainingJob,
	/// What the winners share.
	pub fee: Balance,
	/// What hangs on it.
	pub value: Balance,
	/// Number of the round, from 0. Each further round asks a larger committee.
	pub round: u8,
	/// Members to draw in this round.
	pub committee_size: u32,
	/// Whether the run was delivered in some round ([`crate::tally::Count::delivered`]).
	pub delivered: bool,
	/// What the majority of an earlier committee found ([`crate::tally::Count::majority`]).
	pub majority: Option<Outcome>,
	/// Blocks for commitments in each round.
	pub commit_window: BlockNumber,
	/// Blocks for reveals in each round.
	pub reveal_window: BlockNumber,
	/// What members lose by it.
	pub penalties: Penalties,
	/// Block in which the committee of this round was drawn.
	pub drawn_at: BlockNumber,
	/// What it waits for.
	pub phase: Phase<BlockNumber>,
	/// The committee of this round; empty before it is drawn.
	pub members: BoundedVec<Member<AccountId, Balance>, MaxCommittee>,
}

/// A member of a committee that had its round, as an appeal sees it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Juror<AccountId, Balance> {
	/// The validator.
	pub account: AccountId,
	/// Its weight in the count.
	pub weight: Balance,
	/// Whether it revealed the outcome that stood.
	pub prevailed: bool,
}

/// A verdict that no tally has judged: of a round that settled nothing, or one that the settlement
/// leaves open.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Ballot<AccountId, Balance, BlockNumber> {
	/// The validator.
	pub account: AccountId,
	/// Its weight in its round.
	pub weight: Balance,
	/// Block in which it was drawn.
	pub drawn_at: BlockNumber,
	/// What it said.
	pub said: Outcome,
}

/// How far the audit of a settled job has come.
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
pub enum Audit<BlockNumber> {
	/// It can be audited.
	#[codec(index = 0)]
	Open {
		/// Last block in which it can.
		until: BlockNumber,
	},
	/// It is being re-run.
	#[codec(index = 1)]
	Running,
	/// There is none, or none any more.
	#[codec(index = 2)]
	Over,
}

/// A round of a job from which slashes follow that are pending, or the last one of a job that can
/// be audited: what is needed to have it re-run.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxCommittee))]
#[codec(mel_bound(
	AccountId: MaxEncodedLen,
	Balance: MaxEncodedLen,
	BlockNumber: MaxEncodedLen,
	MaxCommittee: Get<u32>,
))]
pub struct Case<AccountId, Balance, BlockNumber, MaxCommittee: Get<u32>> {
	/// Who paid for it.
	pub payer: AccountId,
	/// Who stood to lose if the payer was right.
	pub opponent: Option<AccountId>,
	/// What was run.
	pub spec: TrainingJob,
	/// The outcome that stood, or that most of the committee was for; nothing if
	/// there was none.
	pub outcome: Option<Outcome>,
	/// Whether the job was settled by that outcome.
	pub decided: bool,
	/// What hung on the job.
	pub value: Balance,
	/// What members lose by it.
	pub penalties: Penalties,
	/// Block in which the committee was drawn.
	pub drawn_at: BlockNumber,
	/// The committee.
	pub jurors: BoundedVec<Juror<AccountId, Balance>, MaxCommittee>,
	/// Pending slashes that follow from it. With the last of them, and when it cannot be audited
	/// any more, the case is forgotten.
	pub slashes: u32,
	/// Whether its inputs are kept until the last of these slashes ends, for an appeal.
	pub pinned: bool,
	/// Whether a re-run found another outcome, and those who prevailed were slashed for it.
	pub overturned: bool,
	/// How far its audit has come.
	pub audit: Audit<BlockNumber>,
}

/// What a pending slash follows from.
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
pub struct Ground {
	/// The job.
	pub job: JobId,
	/// Its round.
	pub round: u8,
	/// The verdict that is slashed. `None` if the slash is not that of a verdict.
	pub said: Option<Outcome>,
}

/// What a committing verifier signs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Commitment {
	/// The job.
	pub job: JobId,
	/// Its round.
	pub round: u8,
	/// Position of the verifier in the committee.
	pub member: u32,
	/// [`assay_primitives::commitment::verdict`] of what it will reveal.
	pub hash: H256,
}
