//! What is kept of canaries.
// What is derived for SCALE converts.
#![allow(clippy::as_conversions)]

use assay_primitives::{BatchId, ClaimId, Outcome, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::Get, BoundedVec};
use scale_info::TypeInfo;

/// Canaries to which an auditor has committed together, as long as some are not opened.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxCanaries))]
#[codec(mel_bound(
	AccountId: MaxEncodedLen,
	Balance: MaxEncodedLen,
	BlockNumber: MaxEncodedLen,
	MaxCanaries: Get<u32>,
))]
pub struct Batch<AccountId, Balance, BlockNumber, MaxCanaries: Get<u32>> {
	/// Who knows them.
	pub auditor: AccountId,
	/// Merkle root of [`assay_primitives::commitment::canary`] of each.
	pub root: H256,
	/// What is held of the auditor for each that is not opened.
	pub deposit: Balance,
	/// Block of the commitment. Claims were committed later.
	pub opened_at: BlockNumber,
	/// Last block in which they can be opened.
	pub until: BlockNumber,
	/// Which were opened, in the order of the leaves.
	pub opened: BoundedVec<bool, MaxCanaries>,
}

impl<AccountId, Balance, BlockNumber, MaxCanaries: Get<u32>>
	Batch<AccountId, Balance, BlockNumber, MaxCanaries>
{
	/// How many are not opened.
	pub fn sealed(&self) -> u32 {
		let sealed = self.opened.iter().filter(|opened| !**opened).count();
		u32::try_from(sealed).unwrap_or(u32::MAX)
	}
}

/// A claim whose job is being re-run because an auditor says that it gives something else.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Trial<AccountId, Balance> {
	/// Who says so.
	pub auditor: AccountId,
	/// The batch that the canary is of.
	pub batch: BatchId,
	/// The claim.
	pub claim: ClaimId,
	/// What the job gives, if the auditor is right.
	pub outcome: Outcome,
	/// What is held of the auditor, and lost if it is wrong.
	pub deposit: Balance,
	/// Whether the task of the claim was still there.
	pub task_open: bool,
}
