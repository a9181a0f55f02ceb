//! The data folder: secrets, and artifacts that were fetched.
//!
//! ```text
//! <data folder>/claims/<genesis hash>/<commitment>.json    one file a claim, see ClaimSecrets
//! <data folder>/marks/<genesis hash>/<root>.json           one file an intent, see MarkSecrets
//! <data folder>/holdouts/<genesis hash>/<commitment>.json  one file a sealed task, see HoldoutSecrets
//! <data folder>/canaries/<genesis hash>/<leaf>.json        one file a canary, see CanarySecrets
//! <data folder>/batches/<genesis hash>/<root>.json         one file a batch of canaries, see BatchSecrets
//! <data folder>/artifacts/<id>                             bytes of artifacts
//! ```
//!
//! Files are written beside their place, flushed to disk and moved into it: after a crash a file is
//! there as a whole or not at all.

use anyhow::{Context, Result};
use assay_primitives::{
	commitment,
	commitment::ClaimBody,
	merkle::{self, Tree},
	ArtifactId, BatchId, ClaimId, IntentId, Manifest, Outcome, TaskId, H256,
};
use assay_watermark::Secret;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::{
	fs::{self, File},
	io::{ErrorKind, Write},
	path::{Path, PathBuf},
};
use subxt::utils::AccountId32;

/// All that a miner needs to reveal a claim, and later to open its trace. Without it the bond of
/// the claim is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimSecrets {
	/// The miner.
	pub miner: AccountId32,
	/// The task.
	pub task: TaskId,
	/// What is revealed.
	pub body: ClaimBody,
	/// Opens the commitment.
	pub salt: H256,
	/// Trace root of the local run; nothing if there was none.
	pub trace_root: Option<H256>,
	/// Opens [`ClaimBody::sealed_trace`].
	pub trace_salt: H256,
	/// Number of the claim, once it is known.
	pub claim: Option<ClaimId>,
}

impl Secrets for ClaimSecrets {
	const FOLDER: &str = "claims";

	fn commitment(&self) -> H256 {
		commitment::claim(&self.miner, self.task, &self.body, &self.salt)
	}
}

/// All that an owner needs to mark a model, and later to prove that it did. Without it the mark
/// cannot be shown to anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkSecrets {
	/// The owner.
	pub owner: AccountId32,
	/// The sub-keys are derived from it.
	pub secret: H256,
	/// Number of sub-keys.
	pub sub_keys: u32,
	/// Number of the intent, once it is known.
	pub intent: Option<IntentId>,
}

impl MarkSecrets {
	/// The sub-keys.
	pub fn secret(&self) -> Secret {
		Secret { bytes: self.secret, sub_keys: self.sub_keys }
	}
}

impl Secrets for MarkSecrets {
	const FOLDER: &str = "marks";

	fn commitment(&self) -> H256 {
		self.secret().root()
	}
}

/// All that a sponsor needs to publish a sealed holdout. Without it the escrow of the task is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldoutSecrets {
	/// The sponsor.
	pub sponsor: AccountId32,
	/// The holdout, which the data folder has a copy of.
	pub holdout: ArtifactId,
	/// Opens the commitment.
	pub salt: H256,
}

impl Secrets for HoldoutSecrets {
	const FOLDER: &str = "holdouts";

	fn commitment(&self) -> H256 {
		commitment::holdout(&self.sponsor, &self.holdout, &self.salt)
	}
}

/// All that an auditor needs to show that a claim was known to be wrong. Without it the deposit is
/// lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanarySecrets {
	/// Commitment of the claim, whose [`ClaimSecrets`] this machine has, too.
	pub claim: H256,
	/// Who claims.
	pub miner: AccountId32,
	/// In which task.
	pub task: TaskId,
	/// What the run gives.
	pub outcome: Outcome,
	/// Keeps the leaf from being found by trial.
	pub salt: H256,
}

impl Secrets for CanarySecrets {
	const FOLDER: &str = "canaries";

	fn commitment(&self) -> H256 {
		commitment::canary(&self.claim, &self.miner, &self.outcome, &self.salt)
	}
}

/// Canaries to which an auditor has committed together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchSecrets {
	/// The auditor.
	pub auditor: AccountId32,
	/// [`CanarySecrets::commitment`] of each, in the order of the leaves.
	pub canaries: Vec<H256>,
	/// Number of the batch, once it is known.
	pub batch: Option<BatchId>,
}

impl BatchSecrets {
	/// The tree of the leaves.
	pub fn tree(&self) -> Tree {
		Tree::new(merkle::leaves(self.canaries.iter().map(H256::as_bytes)))
	}
}

impl Secrets for BatchSecrets {
	const FOLDER: &str = "batches";

	fn commitment(&self) -> H256 {
		self.tree().root()
	}
}

/// What somebody has committed to on a chain, and must not lose.
pub trait Secrets: Serialize + DeserializeOwned {
	/// Name of the folder that all of a kind are in.
	const FOLDER: &str;

	/// What was committed to.
	fn commitment(&self) -> H256;
}

/// The data folder.
#[derive(Clone, Debug)]
pub struct Store {
	root: PathBuf,
}

impl Store {
	/// The folder that was asked for, or the user's.
	pub fn open(root: Option<&Path>) -> Result<Self> {
		let root = match root {
			Some(root) => root.to_path_buf(),
			None => directories::ProjectDirs::from("", "", "assay")
				.context("this user has no home folder; expected --data-dir or ASSAY_DATA")?
				.data_dir()
				.to_path_buf(),
		};
		Ok(Self { root })
	}

	fn folder<S: Secrets>(&self, genesis: &H256) -> PathBuf {
		self.root.join(S::FOLDER).join(format!("{genesis:?}"))
	}

	/// Writes what belongs to a commitment, and returns when it is on disk.
	pub fn save<S: Secrets>(&self, genesis: &H256, secrets: &S) -> Result<PathBuf> {
		let folder = self.folder::<S>(genesis);
		let path = folder.join(format!("{:?}.json", secrets.commitment()));
		write(&path, &serde_json::to_vec_pretty(secrets)?)?;
		Ok(path)
	}

	/// Everything of a kind that was ever committed to on a chain.
	pub fn all<S: Secrets>(&self, genesis: &H256) -> Result<Vec<S>> {
		let folder = self.folder::<S>(genesis);
		let entries = match fs::read_dir(&folder) {
			Ok(entries) => entries,
			Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
			Err(error) => {
				return Err(error).with_context(|| format!("{} cannot be read", folder.display()))
			},
		};
		let mut all = Vec::new();
		for entry in entries {
			let path = entry?.path();
			let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
			let name = name.strip_suffix(".json").and_then(|name| name.parse::<H256>().ok());
			if let Some(commitment) = name {
				let bytes = fs::read(&path)?;
				all.push(parse(&commitment, &bytes)?);
			}
		}
		Ok(all)
	}

	/// The bytes of an artifact, if they are here and unharmed.
	pub fn cached(&self, id: &ArtifactId) -> Option<Vec<u8>> {
		let bytes = fs::read(self.artifact(id)).ok()?;
		(Manifest::of(&bytes).id() == *id).then_some(bytes)
	}

	/// Keeps the bytes of an artifact.
	pub fn cache(&self, id: &ArtifactId, bytes: &[u8]) -> Result<()> {
		write(&self.artifact(id), bytes)
	}

	fn artifact(&self, id: &ArtifactId) -> PathBuf {
		self.root.join("artifacts").join(format!("{id:?}"))
	}
}

fn parse<S: Secrets>(commitment: &H256, bytes: &[u8]) -> Result<S> {
	let secrets: S = serde_json::from_slice(bytes)
		.with_context(|| format!("the file of commitment {commitment:?} is damaged"))?;
	anyhow::ensure!(
		secrets.commitment() == *commitment,
		"the file of commitment {commitment:?} holds another one; expected it unchanged"
	);
	Ok(secrets)
}

/// Writes a file for its owner alone, as a whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
	let folder = path.parent().unwrap_or(Path::new("."));
	let attempt = || -> std::io::Result<()> {
		fs::create_dir_all(folder)?;
		// Temporary files are private.
		let mut file = tempfile::NamedTempFile::new_in(folder)?;
		file.write_all(bytes)?;
		file.as_file().sync_all()?;
		file.persist(path)?;
		// The name of the file is on disk only after its folder is.
		File::open(folder)?.sync_all()
	};
	attempt().with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::{Params, Score};
	use std::os::unix::fs::PermissionsExt;

	fn secrets() -> ClaimSecrets {
		ClaimSecrets {
			miner: AccountId32([1; 32]),
			task: 7,
			body: ClaimBody {
				program: H256::repeat_byte(2),
				params: Params::truncate_from(b"epochs=3".to_vec()),
				seed: u64::MAX,
				score: Score(975_000_000),
				sealed_trace: H256::repeat_byte(3),
			},
			salt: H256::repeat_byte(4),
			trace_root: Some(H256::repeat_byte(5)),
			trace_salt: H256::repeat_byte(6),
			claim: None,
		}
	}

	fn store() -> (tempfile::TempDir, Store) {
		let folder = tempfile::tempdir().unwrap();
		let store = Store::open(Some(folder.path())).unwrap();
		(folder, store)
	}

	#[test]
	fn secrets_come_back_as_they_were_and_stay_private() {
		let (_folder, store) = store();
		let genesis = H256::repeat_byte(9);
		let mut secrets = secrets();
		assert_eq!(store.all::<ClaimSecrets>(&genesis).unwrap(), []);
		let path = store.save(&genesis, &secrets).unwrap();
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
		assert_eq!(store.all::<ClaimSecrets>(&genesis).unwrap(), [secrets.clone()]);

		secrets.claim = Some(12);
		assert_eq!(store.save(&genesis, &secrets).unwrap(), path);
		assert_eq!(store.all::<ClaimSecrets>(&genesis).unwrap(), [secrets]);
		assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
	}

	#[test]
	fn marks_and_claims_are_apart() {
		let (_folder, store) = store();
		let genesis = H256::repeat_byte(9);
		store.save(&genesis, &secrets()).unwrap();
		let mark = MarkSecrets {
			owner: AccountId32([1; 32]),
			secret: H256::repeat_byte(2),
			sub_keys: 4,
			intent: Some(3),
		};
		store.save(&genesis, &mark).unwrap();
		assert_eq!(store.all::<MarkSecrets>(&genesis).unwrap(), [mark]);
		assert_eq!(store.all::<ClaimSecrets>(&genesis).unwrap(), [secrets()]);
	}

	#[test]
	fn chains_are_apart() {
		let (_folder, store) = store();
		store.save(&H256::repeat_byte(1), &secrets()).unwrap();
		assert_eq!(store.all::<ClaimSecrets>(&H256::repeat_byte(2)).unwrap(), []);
	}

	#[test]
	fn what_was_changed_is_noticed() {
		let (_folder, store) = store();
		let genesis = H256::zero();
		let path = store.save(&genesis, &secrets()).unwrap();
		let text = fs::read_to_string(&path).unwrap();

		fs::write(&path, text.replace("\"task\": 7", "\"task\": 8")).unwrap();
		let error = store.all::<ClaimSecrets>(&genesis).unwrap_err();
		assert!(error.to_string().contains("holds another one"), "{error}");

		fs::write(&path, &text[..text.len() / 2]).unwrap();
		let error = store.all::<ClaimSecrets>(&genesis).unwrap_err();
		assert!(error.to_string().contains("is damaged"), "{error}");
	}

	#[test]
	fn a_cached_artifact_is_checked() {
		let (folder, store) = store();
		let id = Manifest::of(b"data").id();
		assert_eq!(store.cached(&id), None);
		store.cache(&id, b"data").unwrap();
		assert_eq!(store.cached(&id), Some(b"data".to_vec()));
		fs::write(folder.path().join("artifacts").join(format!("{id:?}")), b"dat4").unwrap();
		assert_eq!(store.cached(&id), None);
	}
}
