//! The record of a claim, and what clients are shown of it.
// Derived codecs of enums convert their indices.
#![allow(clippy::as_conversions)]

use assay_primitives::{
	commitment::ClaimBody, ArtifactId, ClaimId, DataFault, FailReason, Input, JobId, Score, Scored,
	SlashId, TaskId, H256,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Why a claim was not paid, or has ended without a verdict in its favour.
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
pub enum Reason {
	/// Verified, but not better than the best verified claim by as much as the task asks for.
	#[codec(index = 0)]
	NoImprovement,
	/// Verified, but every bounty of the task was paid before.
	#[codec(index = 1)]
	NoBountyLeft,
	/// The measured score is worse than the claimed one by more than the tolerance.
	#[codec(index = 2)]
	WorseThanClaimed,
	/// The measured score does not reach the threshold of the task.
	#[codec(index = 3)]
	BelowThreshold,
	/// The run failed.
	#[codec(index = 4)]
	RunFailed(FailReason),
	/// The committee could not use an input of the run.
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
	/// The commitment was not revealed in time.
	#[codec(index = 7)]
	NotRevealed,
	/// An earlier commitment claims the same run.
	#[codec(index = 8)]
	EarlierClaim(ClaimId),
	/// A claim with the same model was verified before.
	#[codec(index = 9)]
	SameModel(ClaimId),
	/// The sponsor did not publish the holdout that it had sealed.
	#[codec(index = 10)]
	HoldoutWithheld,
	/// Verified; shares of the contest are paid when the task is closed.
	#[codec(index = 11)]
	PaidAtClose,
	/// Verified, but others were better when the contest was closed.
	#[codec(index = 12)]
	NoShare,
	/// Found true, but this claim was committed earlier and is open.
	#[codec(index = 13)]
	EarlierOpen(ClaimId),
	/// It was known to be wrong: an auditor had it sent to see who finds out.
	#[codec(index = 14)]
	KnownWrong,
}

/// How a claim has ended.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Ending<Balance> {
	/// Found true. The bond went back.
	#[codec(index = 0)]
	Verified {
		/// What the committee measured.
		measured: Scored,
		/// The bounty, or the share of the contest.
		paid: Balance,
		/// Why there was none.
		unpaid: Option<Reason>,
	},
	/// Found false. The bond was slashed.
	#[codec(index = 1)]
	Rejected {
		/// What the committee measured, if the run did not fail.
		measured: Option<Scored>,
		/// What is wrong with the claim.
		reason: Reason,
		/// The slash of the bond.
		slash: Option<SlashId>,
	},
	/// Not found true, through no fault of the miner. The bond went back.
	#[codec(index = 2)]
	Returned {
		/// Why not.
		reason: Reason,
		/// What the committee measured, if it did.
		measured: Option<Scored>,
		/// What the sponsor forfeited to the claim.
		paid: Balance,
	},
	/// True, but an earlier commitment claims the same run. The bond went back.
	#[codec(index = 3)]
	Superseded {
		/// What the committee measured.
		measured: Scored,
		/// The earlier claim.
		by: ClaimId,
	},
	/// True, but the same model was verified before. The bond went back.
	#[codec(index = 4)]
	Duplicate {
		/// What the committee measured.
		measured: Scored,
		/// The claim that brought the model first.
		of: ClaimId,
	},
	/// Taken back before it was revealed. The bond went back.
	#[codec(index = 5)]
	Withdrawn,
	/// Not revealed in time. The bond was slashed.
	#[codec(index = 6)]
	Expired {
		/// The slash of the bond.
		slash: Option<SlashId>,
	},
}

impl<Balance> Ending<Balance> {
	/// The stage that a claim with this ending is in.
	#[must_use]
	pub const fn stage(&self) -> Stage {
		match self {
			Self::Verified { .. } => Stage::Verified,
			Self::Rejected { .. } => Stage::Rejected,
			Self::Returned { .. } => Stage::Returned,
			Self::Superseded { .. } => Stage::Superseded,
			Self::Duplicate { .. } => Stage::Duplicate,
			Self::Withdrawn => Stage::Withdrawn,
			Self::Expired { .. } => Stage::Expired,
		}
	}

	/// Why the claim was not paid.
	#[must_use]
	pub const fn reason(&self) -> Option<Reason> {
		match self {
			Self::Verified { unpaid, .. } => *unpaid,
			Self::Rejected { reason, .. } | Self::Returned { reason, .. } => Some(*reason),
			Self::Superseded { by, .. } => Some(Reason::EarlierClaim(*by)),
			Self::Duplicate { of, .. } => Some(Reason::SameModel(*of)),
			Self::Withdrawn => None,
			Self::Expired { .. } => Some(Reason::NotRevealed),
		}
	}

	/// What the committee measured.
	#[must_use]
	pub const fn measured(&self) -> Option<Scored> {
		match self {
			Self::Verified { measured, .. }
			| Self::Superseded { measured, .. }
			| Self::Duplicate { measured, .. } => Some(*measured),
			Self::Rejected { measured, .. } | Self::Returned { measured, .. } => *measured,
			Self::Withdrawn | Self::Expired { .. } => None,
		}
	}

	/// The slash of the bond.
	#[must_use]
	pub const fn slash(&self) -> Option<SlashId> {
		match self {
			Self::Rejected { slash, .. } | Self::Expired { slash } => *slash,
			_ => None,
		}
	}
}

/// Where a claim stands.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Status<Balance, BlockNumber> {
	/// Waits to be revealed.
	#[codec(index = 0)]
	Committed {
		/// Last block in which it can be taken back.
		withdraw_until: BlockNumber,
		/// First block in which it can be revealed.
		reveal_from: BlockNumber,
		/// Last block in which it can be revealed.
		reveal_until: BlockNumber,
	},
	/// Is being verified.
	#[codec(index = 1)]
	Revealed {
		/// Block by which there is a verdict.
		settles_by: BlockNumber,
	},
	/// Has ended.
	#[codec(index = 2)]
	Ended {
		/// How.
		ending: Ending<Balance>,
		/// In which block.
		at: BlockNumber,
		/// Last block in which the record is kept in any case.
		keep_until: BlockNumber,
	},
	/// Is found true, and waits for claims that were committed earlier.
	#[codec(index = 3)]
	Measured {
		/// What the committee measured.
		measured: Scored,
		/// Block by which there is a verdict on each of them.
		settles_by: BlockNumber,
	},
}

/// What is known of a claim since its reveal.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Revealed<BlockNumber> {
	/// What the miner revealed.
	pub body: ClaimBody,
	/// Seed of the run: the miner's, or what the chain drew; nothing as long as it has not.
	pub seed: Option<u64>,
	/// The job that verifies it.
	pub job: JobId,
	/// Block of the reveal.
	pub at: BlockNumber,
}

/// The record of a claim, from its commitment until its miner removes it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Claim<AccountId, Balance, BlockNumber, Ticket> {
	/// Who claims.
	pub miner: AccountId,
	/// In which task.
	pub task: TaskId,
	/// What the miner committed to.
	pub commitment: H256,
	/// Block of the commitment.
	pub committed_at: BlockNumber,
	/// What was locked of the miner's stake at the commitment.
	pub bond: Balance,
	/// The task's tolerance at the commitment.
	pub tolerance: i64,
	/// What was revealed; nothing in a claim that never was.
	pub revealed: Option<Revealed<BlockNumber>>,
	/// Where the claim stands.
	pub status: Status<Balance, BlockNumber>,
	/// What the miner put down for this record.
	pub deposit: Ticket,
}

/// A verified claim among the best of its task.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
	feature = "serde",
	serde(bound(
		serialize = "AccountId: serde::Serialize, Balance: core::fmt::Display, BlockNumber: serde::Serialize",
		deserialize = "AccountId: serde::Deserialize<'de>, Balance: core::str::FromStr, BlockNumber: serde::Deserialize<'de>"
	))
)]
pub struct Entry<AccountId, Balance, BlockNumber> {
	/// The claim.
	pub claim: ClaimId,
	/// Who brought it.
	pub miner: AccountId,
	/// The measured score.
	pub score: Score,
	/// The bounty, or the share of the contest; a decimal string in JSON.
	#[cfg_attr(feature = "serde", serde(with = "assay_primitives::json::amount"))]
	pub paid: Balance,
	/// Block of the settlement.
	pub at: BlockNumber,
}

/// Where a claim stands, by name only.
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
pub enum Stage {
	/// Waits to be revealed.
	#[codec(index = 0)]
	Committed,
	/// Is being verified.
	#[codec(index = 1)]
	Revealed,
	/// Found true.
	#[codec(index = 2)]
	Verified,
	/// Found false, and slashed.
	#[codec(index = 3)]
	Rejected,
	/// Not found true, through no fault of the miner.
	#[codec(index = 4)]
	Returned,
	/// True, but an earlier commitment claims the same run.
	#[codec(index = 5)]
	Superseded,
	/// True, but the same model was verified before.
	#[codec(index = 6)]
	Duplicate,
	/// Taken back before it was revealed.
	#[codec(index = 7)]
	Withdrawn,
	/// Not revealed in time, and slashed.
	#[codec(index = 8)]
	Expired,
	/// Found true; waits for claims that were committed earlier.
	#[codec(index = 9)]
	Measured,
}

/// What happens to a claim next, and when.
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
pub enum Deadline<BlockNumber> {
	/// The miner must reveal it, or withdraw it.
	#[codec(index = 0)]
	Reveal {
		/// First block in which it can be revealed.
		from: BlockNumber,
		/// Last block in which it can be revealed; after it the bond is slashed.
		until: BlockNumber,
		/// Last block in which it can be withdrawn.
		withdraw_until: BlockNumber,
	},
	/// There will be a verdict; of a claim that is found true, on those that it waits for.
	#[codec(index = 1)]
	Settle {
		/// At the latest in this block.
		by: BlockNumber,
	},
	/// The miner can remove the record and gets its deposit back. A verified claim stays besides
	/// for as long as its task does.
	#[codec(index = 2)]
	Remove {
		/// First block in which it can.
		from: BlockNumber,
	},
}

/// All that a client needs to explain a claim.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
	feature = "serde",
	serde(bound(
		serialize = "AccountId: serde::Serialize, Balance: core::fmt::Display, BlockNumber: serde::Serialize",
		deserialize = "AccountId: serde::Deserialize<'de>, Balance: core::str::FromStr, BlockNumber: serde::Deserialize<'de>"
	))
)]
pub struct ClaimView<AccountId, Balance, BlockNumber> {
	/// The claim.
	pub claim: ClaimId,
	/// Its task.
	pub task: TaskId,
	/// Who claims.
	pub miner: AccountId,
	/// Where it stands.
	pub stage: Stage,
	/// Why it is not paid; nothing if it is, or if it is too early to say.
	pub reason: Option<Reason>,
	/// What happens next.
	pub next: Deadline<BlockNumber>,
	/// The claimed score, since the reveal.
	pub claimed: Option<Score>,
	/// The measured score, since the verdict.
	pub measured: Option<Score>,
	/// By how many units of [`Score`] the measured score may be worse than the claimed one.
	pub tolerance: i64,
	/// What the sponsor paid: a bounty, a share of a contest, or what it forfeited; a decimal
	/// string in JSON.
	#[cfg_attr(feature = "serde", serde(with = "assay_primitives::json::amount"))]
	pub paid: Balance,
	/// The bond; a decimal string in JSON.
	#[cfg_attr(feature = "serde", serde(with = "assay_primitives::json::amount"))]
	pub bond: Balance,
	/// The slash of the bond.
	pub slash: Option<SlashId>,
	/// The program, since the reveal.
	pub program: Option<ArtifactId>,
	/// Seed of the run, since it is known.
	pub seed: Option<u64>,
	/// The job that verifies it, since the reveal.
	pub job: Option<JobId>,
	/// Block of the commitment.
	pub committed_at: BlockNumber,
	/// Block of the reveal.
	pub revealed_at: Option<BlockNumber>,
	/// Block in which it ended.
	pub ended_at: Option<BlockNumber>,
}
