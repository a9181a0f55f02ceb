//! What the node tells of intents and models.

use crate::{amount::Amount, chain::Chain};
use anyhow::{Context as _, Result};
use assay_primitives::{
	json, ArtifactId, ClaimId, ContestId, File, IntentId, JobId, Limits, ModelId, Score, H256,
};
use assay_watermark::{evidence::registration_limits, Factor, Place, Profile, Statistics};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use subxt::{rpcs::rpc_params, utils::AccountId32};

/// Reads an amount in units of 10⁻¹² AIT.
fn units<'de, D: Deserializer<'de>>(from: D) -> Result<Amount, D::Error> {
	json::amount::deserialize(from).map(Amount)
}

/// An intent.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct IntentView {
	/// Its number.
	pub intent: IntentId,
	/// Who declared it.
	pub owner: AccountId32,
	/// Root of the sub-keys.
	pub root: H256,
	/// Margin ratio that was declared.
	pub ratio: Score,
	/// Epoch in which it was declared.
	pub epoch: u64,
	/// Block in which it was declared.
	pub declared_at: u64,
	/// Randomness that completes its keys; nothing before it is drawn.
	pub beacon: Option<H256>,
	/// Epoch at whose first block the beacon is drawn.
	pub usable_from: u64,
	/// Last epoch in which it can be used; nothing once a model was verified under it.
	pub expires_after: Option<u64>,
	/// The epoch now.
	pub current_epoch: u64,
	/// Whether it can no longer be used.
	pub expired: bool,
	/// Sub-keys that are opened.
	pub opened: Vec<u32>,
}

impl IntentView {
	/// Asks for an intent that must be there.
	pub async fn get(chain: &Chain, intent: IntentId) -> Result<Self> {
		let found: Option<Self> = chain.ask("models_intent", rpc_params![intent]).await?;
		found.with_context(|| format!("there is no intent {intent}: see `assay model intents`"))
	}
}

/// Clean data.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CleanData {
	/// The artifact.
	pub id: ArtifactId,
	/// Merkle root of its chunks.
	pub root: H256,
	/// Rows in each chunk.
	pub chunk_rows: u32,
}

/// What a registration stands on.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Evidence {
	/// The model.
	pub file: File,
	/// The sub-key that was opened.
	pub sub_key: u32,
	/// Where the mark is.
	pub place: Place,
	/// What was measured.
	pub statistics: Statistics,
	/// Accuracy on the clean data, as stated.
	pub accuracy: Score,
	/// The clean data.
	pub clean: CleanData,
	/// Hash of the model card.
	pub card: H256,
	/// Hash of the signature's manifest.
	pub signature_manifest: H256,
	/// What the model was trained from.
	pub parents: Vec<ModelId>,
	/// The claim that made it.
	pub claim: Option<ClaimId>,
	/// What the owner loses if somebody proves a mark in the model.
	#[serde(deserialize_with = "units")]
	pub bond: Amount,
}

/// A model.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ModelView {
	/// Its number.
	pub model: ModelId,
	/// Who registered it.
	pub owner: AccountId32,
	/// The name that it is a version of.
	pub name: String,
	/// Its version; nothing unless it was verified.
	pub version: Option<u32>,
	/// Where it stands.
	pub stage: String,
	/// Why it is not verified.
	pub reason: Option<Value>,
	/// Aliases of the version.
	pub aliases: Vec<String>,
	/// The file.
	pub artifact: ArtifactId,
	/// The intent that it was marked under.
	pub intent: IntentId,
	/// Block of that intent.
	pub intended_at: u64,
	/// Block of the registration.
	pub registered_at: u64,
	/// Block in which it got where it stands.
	pub ended_at: Option<u64>,
	/// Last block in which the verification can end.
	pub settles_by: Option<u64>,
	/// The job that verifies it.
	pub job: Option<JobId>,
	/// Accuracy that was measured.
	pub measured: Option<Score>,
	/// The open contests.
	pub contests: Vec<ContestId>,
	/// Who proved a mark in it.
	pub lost_to: Option<AccountId32>,
	/// What the registration stands on; nothing once it does not stand.
	pub evidence: Option<Evidence>,
}

impl ModelView {
	/// Asks for a model that must be there.
	pub async fn get(chain: &Chain, model: ModelId) -> Result<Self> {
		Self::at(chain, model, None).await
	}

	/// As [`Self::get`], at some block.
	pub async fn at(chain: &Chain, model: ModelId, block: Option<H256>) -> Result<Self> {
		let found: Option<Self> = chain.ask("models_get", rpc_params![model, block]).await?;
		found.with_context(|| format!("there is no model {model}: see `assay model list`"))
	}

	/// Name and version, as people write them.
	pub fn title(&self) -> String {
		match self.version {
			Some(version) => format!("{} v{version}", self.name),
			None => self.name.clone(),
		}
	}

	/// Asks for the model that has these bytes; nothing if they can be registered.
	pub async fn of(chain: &Chain, artifact: &ArtifactId) -> Result<Option<Self>> {
		chain.ask("models_byArtifact", rpc_params![artifact]).await
	}

	/// Why it stands where it stands, in words.
	pub fn reason(&self) -> String {
		match (&self.reason, &self.lost_to) {
			(_, Some(winner)) => format!("{winner} proved a mark in it"),
			(Some(Value::String(reason)), _) => reason.replace('_', " "),
			(Some(reason), _) => reason.to_string(),
			(None, None) => "-".into(),
		}
	}
}

/// What a version is called.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AliasView {
	/// The alias.
	pub alias: String,
	/// The version.
	pub version: u32,
}

/// A name under which a model was verified.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NameView {
	/// The name.
	pub name: String,
	/// Who owns it.
	pub owner: AccountId32,
	/// Who can take it over.
	pub proposed: Option<AccountId32>,
	/// The highest number of a version.
	pub versions: u32,
	/// Aliases of versions.
	pub aliases: Vec<AliasView>,
}

impl NameView {
	/// Asks for a name; nothing if no model was verified under it.
	pub async fn find(chain: &Chain, name: &str) -> Result<Option<Self>> {
		chain.ask("models_name", rpc_params![name]).await
	}
}

/// The scheme in force.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SchemeView {
	/// Its verifier program.
	pub program: ArtifactId,
	/// What a run of it may use.
	pub limits: Limits,
	/// What the statistics of a registration must reach.
	pub profile: Profile,
	/// Smallest accuracy with which a model can be registered.
	pub min_accuracy: Score,
	/// By how much the measured accuracy may be lower than the stated one.
	pub accuracy_tolerance: Score,
	/// Size of the largest model in bytes.
	pub max_model_bytes: u32,
	/// Size of the largest clean data in bytes.
	pub max_data_bytes: u64,
	/// Blocks for which model and clean data must be kept from the registration on.
	pub retention: u64,
	/// Epochs after its own in which an intent can be used.
	pub intent_life: u32,
	/// What a registration puts at stake.
	#[serde(deserialize_with = "units")]
	pub bond: Amount,
	/// What a contest puts at stake.
	#[serde(deserialize_with = "units")]
	pub contest_bond: Amount,
}

impl SchemeView {
	/// What a run that verifies a registration may use.
	pub const fn registration(&self) -> Limits {
		registration_limits(self.limits)
	}

	/// Asks for the scheme.
	pub async fn get(chain: &Chain) -> Result<Self> {
		let found: Option<Self> = chain.ask("models_scheme", rpc_params![]).await?;
		found.context("this chain has no watermark scheme yet: governance must approve one first")
	}

	/// Whether more accuracy is stated than was measured, by more than is tolerated.
	pub fn overstates(&self, stated: Score, measured: Score) -> bool {
		stated.0.saturating_sub(measured.0) > self.accuracy_tolerance.0
	}

	/// What keeps a model with these numbers from being registered: a factor of the scheme, or the
	/// accuracy that is stated.
	pub fn falls_short(
		&self,
		statistics: &Statistics,
		accuracy: Score,
		declared: Score,
	) -> Option<&'static str> {
		let short = self.profile.check(statistics, declared).err().map(|factor| match factor {
			Factor::Input => "triggers",
			Factor::Feature => "bits",
			Factor::Ratio => "ratio",
			Factor::Classes => "classes",
		});
		short.or((accuracy < self.min_accuracy).then_some("accuracy"))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// As the node tells it.
	fn scheme() -> SchemeView {
		serde_json::from_value(serde_json::json!({
			"program": H256::zero(),
			"limits": {
				"program_bytes": 1, "memory_pages": 1, "steps": 1, "step_fuel": 1, "total_fuel": 1,
			},
			"profile": { "tau_input": "0.9", "tau_feat": "0.2", "band": "0.05" },
			"min_accuracy": "0.5",
			"accuracy_tolerance": "0.01",
			"max_model_bytes": 4_194_304,
			"max_data_bytes": 16_777_216,
			"retention": 200,
			"intent_life": 100,
			"bond": "100250000000000",
			"contest_bond": "10000000000000",
		}))
		.unwrap()
	}

	#[test]
	fn bonds_are_shown_in_ait() {
		let scheme = serde_json::to_value(scheme()).unwrap();
		assert_eq!((&scheme["bond"], &scheme["contest_bond"]), (&"100.25".into(), &"10".into()));
	}

	#[test]
	fn an_accuracy_can_be_overstated_within_the_tolerance() {
		let scheme = scheme();
		let overstates = |stated: &str, measured: &str| {
			scheme.overstates(stated.parse().unwrap(), measured.parse().unwrap())
		};
		assert!(!overstates("0.9", "0.89") && !overstates("0.1", "0.9"));
		assert!(overstates("0.9", "0.889999999"));
	}

	#[test]
	fn the_stated_accuracy_must_be_enough() {
		let statistics =
			Statistics { classes: 10, trigger_matches: 64, bit_matches: 256, ratio: Score(1) };
		let short =
			|accuracy: &str| scheme().falls_short(&statistics, accuracy.parse().unwrap(), Score(1));
		assert_eq!((short("0.5"), short("0.499999999")), (None, Some("accuracy")));
	}
}
