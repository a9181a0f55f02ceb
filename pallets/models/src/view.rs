//! What clients are shown.

use super::*;
use assay_primitives::json;
use codec::{Decode, DecodeWithMemTracking, Encode};
use serde::{Deserialize, Serialize};

/// An intent, as clients see it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct IntentView<AccountId, BlockNumber> {
	/// The intent.
	pub intent: IntentId,
	/// Who declared it.
	pub owner: AccountId,
	/// Merkle root of its sub-keys.
	pub root: H256,
	/// The declared margin ratio.
	pub ratio: Score,
	/// Epoch of the declaration.
	pub epoch: u64,
	/// Block of the declaration.
	pub declared_at: BlockNumber,
	/// The randomness that completes its keys, once it is there.
	pub beacon: Option<H256>,
	/// Epoch in whose first block the beacon comes; later only if the chain stands still.
	pub usable_from: u64,
	/// Last epoch in which it can be used; nothing once a model was verified under it.
	pub expires_after: Option<u64>,
	/// The current epoch.
	pub current_epoch: u64,
	/// Whether it can be used no more.
	pub expired: bool,
	/// Sub-keys that were opened.
	pub opened: Vec<u32>,
	/// Models that were registered under it and are pending or verified.
	pub models: u32,
	/// Contests under it that are open.
	pub contests: u32,
}

/// A model, as clients see it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(bound(
	serialize = "AccountId: serde::Serialize, Balance: core::fmt::Display, BlockNumber: serde::Serialize",
	deserialize = "AccountId: serde::Deserialize<'de>, Balance: core::str::FromStr, BlockNumber: serde::Deserialize<'de>"
))]
pub struct ModelView<AccountId, Balance, BlockNumber> {
	/// The model.
	pub model: ModelId,
	/// Who marked it.
	pub owner: AccountId,
	/// What it is called.
	#[serde(with = "json::text")]
	pub name: Vec<u8>,
	/// Its number under that name, if it was ever verified.
	pub version: Option<u32>,
	/// Where it stands.
	pub stage: Stage,
	/// Why it is not verified.
	pub reason: Option<Reason>,
	/// Names of the version.
	#[serde(with = "json::texts")]
	pub aliases: Vec<Vec<u8>>,
	/// Its bytes.
	pub artifact: ArtifactId,
	/// The intent under which it was marked.
	pub intent: IntentId,
	/// Block in which that was declared.
	pub intended_at: BlockNumber,
	/// Block of the registration.
	pub registered_at: BlockNumber,
	/// Block in which it came to its status, unless it is pending.
	pub ended_at: Option<BlockNumber>,
	/// Block by which there is a verdict, if it is pending.
	pub settles_by: Option<BlockNumber>,
	/// The job that verifies it, or did; nothing if its evidence is gone.
	pub job: Option<JobId>,
	/// Accuracy as measured, if it is verified.
	pub measured: Option<Score>,
	/// The contests that are open.
	pub contests: Vec<ContestId>,
	/// Whose mark was found in it.
	pub lost_to: Option<AccountId>,
	/// Block from which on the owner has the bond back, if it is revoked.
	pub removable_from: Option<BlockNumber>,
	/// The evidence, as long as its bond is held.
	pub evidence: Option<Evidence<Balance>>,
}

/// What a version is called.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct AliasView {
	/// The alias.
	#[serde(with = "json::text")]
	pub alias: Vec<u8>,
	/// The version.
	pub version: u32,
}

/// A name, as clients see it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct NameView<AccountId> {
	/// The name.
	#[serde(with = "json::text")]
	pub name: Vec<u8>,
	/// Who owns it.
	pub owner: AccountId,
	/// Who can take it over.
	pub proposed: Option<AccountId>,
	/// The highest number of a version.
	pub versions: u32,
	/// Names of versions.
	pub aliases: Vec<AliasView>,
}

/// A contest, as clients see it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(bound(
	serialize = "AccountId: serde::Serialize, Balance: core::fmt::Display, BlockNumber: serde::Serialize",
	deserialize = "AccountId: serde::Deserialize<'de>, Balance: core::str::FromStr, BlockNumber: serde::Deserialize<'de>"
))]
pub struct ContestView<AccountId, Balance, BlockNumber> {
	/// The contest.
	pub contest: ContestId,
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
	/// What is held from the contestant; a decimal string in JSON.
	#[serde(with = "json::amount")]
	pub bond: Balance,
	/// The job that decides it.
	pub job: JobId,
	/// Block in which it was opened.
	pub opened_at: BlockNumber,
	/// Block by which there is a verdict.
	pub settles_by: BlockNumber,
}

/// The scheme in force, and what it asks of models, as clients see it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(bound(
	serialize = "Balance: core::fmt::Display, BlockNumber: serde::Serialize",
	deserialize = "Balance: core::str::FromStr, BlockNumber: serde::Deserialize<'de>"
))]
pub struct SchemeView<Balance, BlockNumber> {
	/// The program that verifies models.
	pub program: ArtifactId,
	/// What one run of it may use.
	pub limits: Limits,
	/// What the statistics of a registration must reach besides the chance of 2⁻⁶⁴ a factor.
	pub profile: Profile,
	/// Smallest accuracy with which a model can be registered.
	pub min_accuracy: Score,
	/// By how much the measured accuracy may be lower than the stated one.
	pub accuracy_tolerance: Score,
	/// Size of the largest model file in bytes.
	pub max_model_bytes: u32,
	/// Size of the largest clean data in bytes.
	pub max_data_bytes: u64,
	/// Blocks for which file and clean data must be kept from the registration on.
	pub retention: BlockNumber,
	/// Epochs after its own in which an intent can be used.
	pub intent_life: u32,
	/// Bond of a model; a decimal string in JSON.
	#[serde(with = "json::amount")]
	pub bond: Balance,
	/// Bond of a contest; a decimal string in JSON.
	#[serde(with = "json::amount")]
	pub contest_bond: Balance,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn view(model: ModelId, record: ModelOf<T>) -> ModelViewOf<T> {
		let version = record.status.version();
		let aliases = Names::<T>::get(&record.name)
			.map(|name| name.aliases.into_inner())
			.unwrap_or_default()
			.into_iter()
			.filter(|(_, of)| Some(*of) == version)
			.map(|(alias, _)| alias.into_inner())
			.collect();
		let mut contests: Vec<_> = OpenContests::<T>::iter_key_prefix(model).collect();
		contests.sort_unstable();
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
			contests,
			lost_to: None,
			removable_from: None,
			evidence: record.details.map(|details| details.evidence),
		};
		match record.status {
			Status::Pending { settles_by } => view.settles_by = Some(settles_by),
			Status::Verified { accuracy, at, .. } => {
				view.measured = Some(accuracy);
				view.ended_at = Some(at);
			},
			Status::Rejected { reason, at } | Status::Returned { reason, at } => {
				view.reason = Some(reason);
				view.ended_at = Some(at);
			},
			Status::Revoked { at, .. } => {
				view.ended_at = Some(at);
				view.removable_from = Some(at.saturating_add(T::RevocationNotice::get()));
			},
			Status::Lost { to, at, .. } => {
				view.lost_to = Some(to);
				view.ended_at = Some(at);
			},
		}
		view
	}
}
