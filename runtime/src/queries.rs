//! What clients ask about claims, jobs, artifacts and models, in the form in which they get it.

use crate::{AccountId, Artifacts, Balance, BlockNumber, Models, Runtime, RuntimeEvent, System};
use alloc::vec::Vec;
pub use assay_primitives::{ArtifactId, ClaimId, JobId, TaskId, H256};
pub use assay_traits::{Client, ContestId, IntentId, ModelId, Settlement};
use codec::{Decode, Encode};
use pallet_assay_models::{Names, Stage};
pub use pallet_assay_verification::Phase;
use pallet_assay_verification::{Event, Jobs, Verdict};
use scale_info::TypeInfo;

/// Most jobs in an answer.
pub const MAX_QUEUE: usize = 1_000;
/// Most models in an answer.
pub const MAX_MODELS: usize = 1_000;

/// A claim with its status, why it has it, and what happens next.
pub type Explanation = pallet_assay_claims::ViewOf<Runtime>;
/// A place on a leaderboard.
pub type Leader = pallet_assay_claims::EntryOf<Runtime>;

/// A model with its status and its evidence.
pub type ModelInfo = pallet_assay_models::ModelViewOf<Runtime>;
/// A name with its owner, versions and aliases.
pub type NameInfo = pallet_assay_models::NameViewOf<Runtime>;
/// An intent with its beacon.
pub type IntentInfo = pallet_assay_models::IntentViewOf<Runtime>;
/// An open contest.
pub type ContestInfo = pallet_assay_models::ContestViewOf<Runtime>;
/// The watermark scheme, and what it asks of models.
pub type SchemeInfo = pallet_assay_models::SchemeViewOf<Runtime>;

/// A verification job in progress.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize))]
pub struct QueuedJob {
	/// Its number.
	pub job: JobId,
	/// For whom it is run.
	pub client: Client,
	/// Who pays.
	pub payer: AccountId,
	/// What the winners share, in units of 10⁻¹² AIT; a decimal string in JSON.
	#[cfg_attr(feature = "std", serde(serialize_with = "text"))]
	pub fee: Balance,
	/// Key of the run: verifiers keep its result under it.
	pub key: H256,
	/// Number of the round, from 0.
	pub round: u8,
	/// What it waits for.
	pub phase: Phase<BlockNumber>,
	/// The committee; empty before it is drawn.
	pub members: Vec<AccountId>,
	/// Members that committed, revealed or not.
	pub committed: u32,
	/// Members that revealed.
	pub revealed: u32,
}

/// What an artifact consists of.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize))]
pub struct ArtifactManifest {
	/// Size of the whole artifact in bytes.
	pub size: u64,
	/// BLAKE2b-256 of each chunk of 2 MiB.
	pub chunks: Vec<H256>,
	/// Whether all chunks were stored.
	pub complete: bool,
}

/// What verification did in one block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Activity {
	/// Jobs in progress after the block.
	pub queue: u32,
	/// Jobs opened.
	pub opened: Vec<JobId>,
	/// Verdicts committed to.
	pub committed: u32,
	/// Verdicts revealed.
	pub revealed: u32,
	/// Jobs that ended, and how.
	pub settled: Vec<(JobId, Settlement)>,
}

/// Amounts as decimal strings: JSON readers lose digits of large numbers.
#[cfg(feature = "std")]
fn text<S: serde::Serializer>(amount: &Balance, to: S) -> Result<S::Ok, S::Error> {
	to.collect_str(amount)
}

/// The jobs in progress, the most urgent first, [`MAX_QUEUE`] at the most.
pub(crate) fn queue() -> Vec<QueuedJob> {
	let mut jobs: Vec<_> = Jobs::<Runtime>::iter().collect();
	jobs.sort_by_key(|(id, job)| (job.due(), *id));
	let count = |job: &pallet_assay_verification::JobOf<Runtime>, wanted: fn(&Verdict) -> bool| {
		let count = job.members.iter().filter(|member| wanted(&member.verdict)).count();
		u32::try_from(count).unwrap_or(u32::MAX)
	};
	jobs.into_iter()
		.take(MAX_QUEUE)
		.map(|(id, job)| QueuedJob {
			job: id,
			committed: count(&job, |verdict| *verdict != Verdict::Awaited),
			revealed: count(&job, |verdict| matches!(verdict, Verdict::Revealed(_))),
			client: job.client,
			payer: job.payer,
			fee: job.fee,
			key: job.spec.key(),
			round: job.round,
			phase: job.phase,
			members: job.members.into_iter().map(|member| member.account).collect(),
		})
		.collect()
}

/// The manifest of an artifact that was announced.
pub(crate) fn manifest(id: ArtifactId) -> Option<ArtifactManifest> {
	let manifest = Artifacts::manifest(id)?;
	let complete = Artifacts::status(id)?.complete;
	Some(ArtifactManifest { size: manifest.size, chunks: manifest.chunks, complete })
}

/// The versions of a name, or all models; the newest first, [`MAX_MODELS`] at the most.
pub(crate) fn models(name: Option<Vec<u8>>) -> Vec<ModelInfo> {
	// Some have been removed. However many: so many numbers are looked at.
	const LOOKS: usize = 10 * MAX_MODELS;
	match name.map(pallet_assay_models::Name::try_from) {
		None => {
			let next = pallet_assay_models::NextModel::<Runtime>::get();
			(0..next).rev().take(LOOKS).filter_map(Models::model).take(MAX_MODELS).collect()
		},
		Some(Ok(name)) => {
			let highest = Names::<Runtime>::get(&name).map_or(0, |record| record.versions);
			let versions = (1..=highest).rev().take(LOOKS);
			let model = |version| Models::version_of(name.clone(), version);
			versions.filter_map(model).take(MAX_MODELS).collect()
		},
		Some(Err(_)) => Vec::new(),
	}
}

/// The version of a name that is called so: a number, with or without a `v`, an alias, or `latest`,
/// the highest version that is verified.
pub(crate) fn resolve(name: Vec<u8>, which: &[u8]) -> Option<ModelInfo> {
	let name: pallet_assay_models::Name = name.try_into().ok()?;
	if which == b"latest" {
		let highest = Names::<Runtime>::get(&name)?.versions;
		let versions = (1..=highest).rev().take(MAX_MODELS);
		return versions
			.filter_map(|version| Models::version_of(name.clone(), version))
			.find(|model| model.stage == Stage::Verified);
	}
	let number = which.strip_prefix(b"v").unwrap_or(which);
	match core::str::from_utf8(number).ok()?.parse() {
		Ok(version) => Models::version_of(name, version),
		Err(_) => Models::alias_of(name, which.to_vec().try_into().ok()?),
	}
}

/// What verification did in the current block.
pub(crate) fn activity() -> Activity {
	let mut activity = Activity { queue: Jobs::<Runtime>::count(), ..Default::default() };
	for record in System::read_events_no_consensus() {
		match record.event {
			RuntimeEvent::Verification(Event::JobOpened { job, .. }) => activity.opened.push(job),
			RuntimeEvent::Verification(Event::VerdictCommitted { .. }) => {
				activity.committed = activity.committed.saturating_add(1);
			},
			RuntimeEvent::Verification(Event::VerdictRevealed { .. }) => {
				activity.revealed = activity.revealed.saturating_add(1);
			},
			RuntimeEvent::Verification(Event::JobSettled { job, settlement, .. }) => {
				activity.settled.push((job, settlement));
			},
			_ => {},
		}
	}
	activity
}
