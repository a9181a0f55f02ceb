//! What can be typed.

use crate::{account, amount::Amount};
use assay_primitives::{
	ArtifactId, BatchId, ClaimId, IntentId, Limits, Metric, ModelId, Params, Score, SlashId,
	TaskId, H256, MAX_PARAMS,
};
use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, str::FromStr};
use subxt::utils::AccountId32;

/// The command line of Assay: for miners, sponsors, operators, and owners of models.
///
/// Programs are checked and run by the same virtual machine that verifiers use. What changes the
/// chain is signed with a key from --key-file, --suri or the environment variable ASSAY_SURI.
///
/// Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
#[derive(Parser)]
#[command(name = "assay", version, max_term_width = 100)]
pub struct Cli {
	#[command(flatten)]
	pub global: Global,
	#[command(subcommand)]
	pub command: Command,
}

/// Options of every command.
#[derive(Args)]
pub struct Global {
	/// WebSocket of a node's JSON-RPC.
	#[arg(long, global = true, env = "ASSAY_URL", default_value = "ws://127.0.0.1:9944")]
	pub url: String,

	/// Print JSON lines on standard output instead of text.
	#[arg(long, global = true)]
	pub json: bool,

	/// File with the secret URI of the signing account in one line; nobody else may read it.
	#[arg(long, global = true, value_name = "FILE")]
	pub key_file: Option<PathBuf>,

	/// Secret URI of the signing account, such as //Alice. Other users of the machine can see it:
	/// prefer --key-file or ASSAY_SURI.
	#[arg(long, global = true, value_name = "URI", conflicts_with = "key_file")]
	pub suri: Option<String>,

	/// Folder for commitments that are not revealed yet, for the secrets of marks, which must not
	/// be lost, and for downloaded data [default: the user's data folder].
	#[arg(long, global = true, value_name = "FOLDER", env = "ASSAY_DATA")]
	pub data_dir: Option<PathBuf>,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
	/// Check and run training programs on this machine.
	#[command(subcommand)]
	Program(Program),
	/// Store and fetch programs, data and models.
	#[command(subcommand)]
	Artifact(Artifact),
	/// Stake of a miner.
	#[command(subcommand)]
	Miner(Miner),
	/// Slashes of miners and verifiers, appeals against them, and stake that changes its key.
	#[command(subcommand)]
	Stake(Stake),
	/// What is paid for.
	#[command(subcommand)]
	Task(Task),
	/// Claims, from the commitment to the verdict.
	#[command(subcommand)]
	Claim(Claim),
	/// The best verified claims of a task.
	Leaderboard {
		/// Number of the task.
		task: TaskId,
	},
	/// The verification jobs in progress.
	Queue,
	/// Models that carry their owner's mark: intend, mark, register, contest.
	#[command(subcommand)]
	Model(Model),
	/// Claims that are known to be wrong, for auditors: make, open a batch, send, open.
	#[command(subcommand)]
	Canary(Canary),
}

/// `assay program …`
#[derive(Subcommand)]
pub enum Program {
	/// Check a program without running it. Needs no node.
	Check {
		/// The WebAssembly module.
		wasm: PathBuf,
		#[command(flatten)]
		limits: LimitOptions,
	},
	/// Train and score a program as a verifier does. Needs no node unless --task is given.
	Run {
		/// The WebAssembly module.
		wasm: PathBuf,
		/// Take data, metric, chunk rows and limits from this task.
		#[arg(long, conflicts_with_all = ["train", "holdout"])]
		task: Option<TaskId>,
		/// Training data: a safetensors file with `x` and `y`.
		#[arg(long, value_name = "FILE", required_unless_present = "task")]
		train: Option<PathBuf>,
		/// Holdout data: a safetensors file with `x` and `y`.
		#[arg(long, value_name = "FILE", required_unless_present = "task")]
		holdout: Option<PathBuf>,
		/// Data to score the run on where the holdout of the task is sealed [default: its training
		/// data].
		#[arg(long, value_name = "FILE", requires = "task")]
		validate: Option<PathBuf>,
		/// How predictions are scored: accuracy, balanced_accuracy, f1, roc_auc, log_loss, rmse,
		/// mae or r2.
		#[arg(long, default_value = "accuracy")]
		metric: Metric,
		/// Rows in each chunk of training data and of predictions.
		#[arg(long, default_value = "32", value_parser = clap::value_parser!(u32).range(1..))]
		chunk_rows: u32,
		#[command(flatten)]
		run: RunOptions,
		/// Write the trained model to this file.
		#[arg(long, value_name = "FILE")]
		model: Option<PathBuf>,
		#[command(flatten)]
		limits: LimitOptions,
	},
}

/// What a claim fixes about a run.
#[derive(Args)]
pub struct RunOptions {
	/// Parameters handed to the program.
	#[arg(long, default_value = "", value_parser = params)]
	pub params: Params,
	/// Seed handed to the program.
	#[arg(long, default_value = "1")]
	pub seed: u64,
}

/// What one run may use.
#[derive(Args, Clone, Copy)]
pub struct LimitOptions {
	/// Most bytes of a program.
	#[arg(long, value_name = "BYTES", default_value = "4_194_304", value_parser = number::<u32>)]
	pub program_bytes: u32,
	/// Most memory that a program may declare, in pages of 64 KiB.
	#[arg(long, value_name = "PAGES", default_value = "16", value_parser = number::<u32>)]
	pub memory_pages: u32,
	/// Most training steps.
	#[arg(long, value_name = "STEPS", default_value = "100_000", value_parser = number::<u32>)]
	pub steps: u32,
	/// Fuel of each single call. Up to 20 million a step can be replayed by the chain.
	#[arg(long, value_name = "FUEL", default_value = "20_000_000", value_parser = number::<u64>)]
	pub step_fuel: u64,
	/// Fuel of the whole run.
	#[arg(long, value_name = "FUEL", default_value = "20_000_000_000", value_parser = number::<u64>)]
	pub total_fuel: u64,
}

impl From<LimitOptions> for Limits {
	fn from(options: LimitOptions) -> Self {
		let LimitOptions { program_bytes, memory_pages, steps, step_fuel, total_fuel } = options;
		Self { program_bytes, memory_pages, steps, step_fuel, total_fuel }
	}
}

/// `assay artifact …`
#[derive(Subcommand)]
pub enum Artifact {
	/// Store a file on the chain. What is stored already is not sent again.
	Put {
		/// The file.
		file: PathBuf,
	},
	/// Fetch an artifact, and check it against its id.
	Get {
		/// The artifact's id.
		#[arg(value_parser = id)]
		id: ArtifactId,
		/// Where to write it [default: standard output].
		#[arg(short, long, value_name = "FILE")]
		output: Option<PathBuf>,
	},
	/// Show size, chunks, owner and how long it is kept.
	Show {
		/// The artifact's id.
		#[arg(value_parser = id)]
		id: ArtifactId,
	},
	/// Keep an artifact for a whole retention period from now on.
	Renew {
		/// The artifact's id.
		#[arg(value_parser = id)]
		id: ArtifactId,
	},
	/// Remove an artifact that nobody relies on; its owner gets the deposit back.
	Remove {
		/// The artifact's id.
		#[arg(value_parser = id)]
		id: ArtifactId,
	},
}

/// `assay miner …`
#[derive(Subcommand)]
pub enum Miner {
	/// Put money at risk, so that claims can be submitted.
	Register {
		/// How much AIT.
		#[arg(long, value_name = "AIT")]
		stake: Amount,
	},
	/// Add to the stake, for example after a slash.
	Bond {
		/// How much AIT.
		#[arg(long, value_name = "AIT")]
		stake: Amount,
	},
	/// Show stake, locks, slashes and reputation.
	Status {
		/// Whose [default: the signing account].
		#[arg(value_parser = account::address)]
		account: Option<AccountId32>,
	},
}

/// `assay stake …`
#[derive(Subcommand)]
pub enum Stake {
	/// List the slashes that are not final.
	Slashes {
		/// Whose [default: the signing account].
		#[arg(value_parser = account::address)]
		account: Option<AccountId32>,
	},
	/// Appeal against a slash of the signing account: a larger committee re-runs what it followed
	/// from. The bond is lost if the slash is found right.
	Appeal {
		/// Number of the slash.
		slash: SlashId,
	},
	/// Announce that another account takes over the stake of the signing one.
	RotateKey {
		/// The new account.
		#[arg(value_parser = account::address)]
		new: AccountId32,
	},
	/// Take back the announcement.
	CancelRotation,
	/// Take over the stake of another account, which has announced it.
	AcceptRotation {
		/// The old account.
		#[arg(value_parser = account::address)]
		old: AccountId32,
	},
}

/// `assay task …`
#[derive(Subcommand)]
pub enum Task {
	/// Create a task, and store its data if need be.
	Create(Box<TaskOptions>),
	/// List the tasks that were neither cancelled nor closed.
	List,
	/// Show all terms of a task.
	Show {
		/// Number of the task.
		task: TaskId,
	},
	/// Publish the holdout of a sealed task, once all claims are revealed.
	RevealHoldout {
		/// Number of the task.
		task: TaskId,
	},
	/// Add bounties to a task.
	TopUp {
		/// Number of the task.
		task: TaskId,
		/// How many.
		#[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
		winners: u32,
	},
	/// Cancel a task of yours before its deadline, and get everything back.
	Cancel {
		/// Number of the task.
		task: TaskId,
	},
	/// Close a task after its deadline: shares of a contest are paid, and the rest goes back.
	Close {
		/// Number of the task.
		task: TaskId,
	},
}

/// `assay task create …`
#[derive(Args)]
pub struct TaskOptions {
	/// What the task is called, in 64 bytes at the most.
	#[arg(long)]
	pub name: String,
	/// Training data: a safetensors file, or the id of an artifact.
	#[arg(long, value_name = "FILE|ID")]
	pub train: Blob,
	/// Holdout data: a safetensors file, or the id of an artifact.
	#[arg(long, value_name = "FILE|ID")]
	pub holdout: Blob,
	/// Keep the holdout to yourself until all claims are revealed: commit to it now, and publish it
	/// with `assay task reveal-holdout`. Whoever does not loses the reward and a pledge to the
	/// claimants.
	#[arg(long)]
	pub sealed: bool,
	/// Let the chain draw the seed of each run, so that miners cannot search for a good one.
	#[arg(long)]
	pub draw_seeds: bool,
	/// How predictions are scored: accuracy, balanced_accuracy, f1, roc_auc, log_loss, rmse, mae
	/// or r2.
	#[arg(long)]
	pub metric: Metric,
	/// A claim must reach this score.
	#[arg(long, value_name = "SCORE", allow_hyphen_values = true)]
	pub threshold: Score,
	/// Paid for each claim that wins; with --shares, what all winners share.
	#[arg(long, value_name = "AIT")]
	pub reward: Amount,
	/// Make it a contest: when the task is closed, the best claims share the reward in these
	/// proportions, such as 5,3,2. 16 places at the most.
	#[arg(long, value_delimiter = ',', conflicts_with_all = ["winners", "min_improvement"])]
	pub shares: Vec<u32>,
	/// How many claims are paid.
	#[arg(long, default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
	pub winners: u32,
	/// By how much a claim must improve on the best verified one to be paid: at least 0.000000001.
	#[arg(long, value_name = "SCORE", default_value = "0.001", value_parser = improvement)]
	pub min_improvement: Score,
	/// By how much a measured score may be worse than the claimed one [default: the chain's].
	#[arg(long, value_name = "SCORE")]
	pub tolerance: Option<Score>,
	/// Blocks from now on in which claims can be committed.
	#[arg(long, value_name = "BLOCKS", default_value = "600", value_parser = number::<u32>)]
	pub deadline_blocks: u32,
	/// Rows in each chunk of training data and of predictions.
	#[arg(long, default_value = "32", value_parser = clap::value_parser!(u32).range(1..))]
	pub chunk_rows: u32,
	#[command(flatten)]
	pub limits: LimitOptions,
}

/// `assay claim …`
#[derive(Subcommand)]
pub enum Claim {
	/// Run a program, then commit to and reveal a claim about it.
	Submit(Box<ClaimOptions>),
	/// Reveal what was committed to and not revealed, for example because a submission was
	/// interrupted.
	Reveal {
		/// Number of the claim [default: all that this machine has committed to].
		claim: Option<ClaimId>,
		/// Follow the claims until they are final.
		#[arg(long)]
		watch: bool,
	},
	/// Take back a claim that was not revealed, and keep its bond.
	Withdraw {
		/// Number of the claim.
		claim: ClaimId,
	},
	/// Remove the record of a claim that has ended, and get its deposit back.
	Remove {
		/// Number of the claim.
		claim: ClaimId,
	},
	/// Explain where a claim stands, why, and what to do.
	Status {
		/// Number of the claim.
		claim: ClaimId,
	},
	/// Follow a claim, stage by stage, until it is final.
	Watch {
		/// Number of the claim.
		claim: ClaimId,
	},
}

/// `assay claim submit …`
#[derive(Args)]
pub struct ClaimOptions {
	/// Number of the task.
	#[arg(long)]
	pub task: TaskId,
	/// The training program: a WebAssembly file, or the id of an artifact.
	#[arg(long, value_name = "FILE|ID")]
	pub program: Blob,
	#[command(flatten)]
	pub run: RunOptions,
	/// The claimed score [default: that of the local run].
	#[arg(long, allow_hyphen_values = true)]
	pub score: Option<Score>,
	/// Data to score the local run on where the holdout is sealed [default: the training data].
	#[arg(long, value_name = "FILE")]
	pub validate: Option<PathBuf>,
	/// Do not run the program first. Verifiers will: a score that they do not find costs the bond.
	#[arg(long, requires = "score")]
	pub no_run: bool,
	/// Follow the claim until it is final.
	#[arg(long)]
	pub watch: bool,
}

/// `assay model …`
#[derive(Subcommand)]
pub enum Model {
	/// Say that a marked model will come, before its key can be known. The key is drawn by the
	/// chain two epochs later.
	Intend {
		/// Mean margin on triggers over mean margin on clean data that the model will have.
		#[arg(long, default_value = "0.6", value_name = "RATIO", value_parser = ratio)]
		#[arg(allow_hyphen_values = true)]
		ratio: Score,
		/// Number of sub-keys: one is opened by the registration, one by each contest.
		#[arg(long, default_value = "4", value_parser = clap::value_parser!(u32).range(2..=16))]
		sub_keys: u32,
		/// Wait until the key is drawn.
		#[arg(long)]
		wait: bool,
	},
	/// List intents.
	Intents {
		/// Whose [default: the signing account].
		#[arg(value_parser = account::address)]
		account: Option<AccountId32>,
	},
	/// Take back an intent that no model and no contest relies on; its deposit is free.
	Withdraw {
		/// Number of the intent.
		intent: IntentId,
	},
	/// Train a model with the mark of an intent.
	Mark(Box<MarkOptions>),
	/// Measure a model with the sub-keys of an intent, as verifiers do.
	Check(CheckOptions),
	/// Register a marked model.
	Register(Box<RegisterOptions>),
	/// Show a model.
	Status {
		/// Its number, or name:version, name:alias, or a name for its latest version.
		model: String,
	},
	/// Follow a model until its verification, or the contest about it, has ended.
	Watch {
		/// Number of the model.
		model: ModelId,
	},
	/// List models, the newest first.
	List {
		/// Only the versions of this name.
		#[arg(long, value_parser = name)]
		name: Option<String>,
	},
	/// Show a mark of your own in somebody else's model, which is then lost to them.
	Contest(ContestOptions),
	/// Show who owns a name, to whom it is offered, its versions and aliases.
	Name {
		/// The name.
		#[arg(value_parser = name)]
		name: String,
	},
	/// Point an alias of a name at a version, or remove it.
	Alias {
		/// The name.
		#[arg(value_parser = name)]
		name: String,
		/// The alias.
		#[arg(value_parser = alias)]
		alias: String,
		/// The version.
		#[arg(long, required_unless_present = "remove")]
		version: Option<u32>,
		/// Remove the alias.
		#[arg(long, conflicts_with = "version")]
		remove: bool,
	},
	/// Offer a name to another account, or accept an offer.
	Transfer {
		/// The name.
		#[arg(value_parser = name)]
		name: String,
		/// To whom [default: accept what is offered to the signing account].
		#[arg(long, value_parser = account::address)]
		to: Option<AccountId32>,
	},
	/// Revoke a model; its bond is free.
	Revoke {
		/// Number of the model.
		model: ModelId,
	},
	/// Remove the record of a model that was rejected or returned, and get its deposit back.
	Remove {
		/// Number of the model.
		model: ModelId,
	},
	/// Show the watermark scheme in force.
	Scheme {
		/// Store its verifier program on the chain, if it is not there.
		#[arg(long)]
		upload: bool,
	},
}

/// `assay model mark …`
#[derive(Args)]
pub struct MarkOptions {
	/// Number of the intent.
	#[arg(long)]
	pub intent: IntentId,
	/// Training data: a safetensors file, or the id of an artifact.
	#[arg(long, value_name = "FILE|ID")]
	pub train: Blob,
	/// Clean data that the statistics are measured on.
	#[arg(long, value_name = "FILE|ID")]
	pub clean: Blob,
	/// What is trained: `mlp`, `cnn`, `patches` (large images), or a file whose name ends with
	/// .json, such as {"layers": [{"op": "dense", "outputs": 256}, {"op": "relu"}, {"op":
	/// "dense"}]}.
	#[arg(long, default_value = "mlp", conflicts_with = "from")]
	pub architecture: String,
	/// Go on from this model instead.
	#[arg(long, value_name = "FILE|ID")]
	pub from: Option<Blob>,
	/// Where to write the model.
	#[arg(short, long, value_name = "FILE")]
	pub output: PathBuf,
	/// Seed of the training.
	#[arg(long, default_value = "1")]
	pub seed: u64,
	/// Passes over the training data [default: enough for the built-in architectures].
	#[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
	pub epochs: Option<u32>,
}

/// `assay model check …`
#[derive(Args)]
pub struct CheckOptions {
	/// The model: a file, or the id of an artifact.
	#[arg(value_name = "FILE|ID")]
	pub model: Blob,
	/// Number of the intent.
	#[arg(long)]
	pub intent: IntentId,
	/// Clean data: a safetensors file, or the id of an artifact.
	#[arg(long, value_name = "FILE|ID")]
	pub clean: Blob,
	/// Only this sub-key.
	#[arg(long)]
	pub index: Option<u32>,
}

/// `assay model register …`
#[derive(Args)]
pub struct RegisterOptions {
	/// The model: a file, or the id of an artifact.
	#[arg(value_name = "FILE|ID")]
	pub model: Blob,
	/// Number of the intent.
	#[arg(long)]
	pub intent: IntentId,
	/// What it is a version of: 1 to 64 printable ASCII characters without `/` and `:`.
	#[arg(long, value_parser = name)]
	pub name: String,
	/// Clean data that the model's accuracy is measured on.
	#[arg(long, value_name = "FILE|ID")]
	pub clean: Blob,
	/// The accuracy to state [default: what is measured].
	#[arg(long, value_name = "SCORE", value_parser = accuracy, allow_hyphen_values = true)]
	pub accuracy: Option<Score>,
	/// The sub-key to open [default: the first that was not opened].
	#[arg(long)]
	pub index: Option<u32>,
	/// Model card, whose hash goes on record.
	#[arg(long, value_name = "FILE")]
	pub card: Option<PathBuf>,
	/// Manifest of an OpenSSF Model Signing signature, whose hash goes on record.
	#[arg(long, value_name = "FILE")]
	pub manifest: Option<PathBuf>,
	/// Number of a model that this one was trained from; can be given up to 8 times.
	#[arg(long = "parent", value_name = "MODEL")]
	pub parents: Vec<ModelId>,
	/// Number of the verified claim that made this model.
	#[arg(long)]
	pub claim: Option<ClaimId>,
	/// Send it even if it falls short. The chain refuses it then, or takes the bond.
	#[arg(long)]
	pub no_check: bool,
	/// Follow it until it is verified or rejected.
	#[arg(long)]
	pub watch: bool,
}

/// `assay model contest …`
#[derive(Args)]
pub struct ContestOptions {
	/// Number of the model.
	pub model: ModelId,
	/// Number of the own, older intent.
	#[arg(long)]
	pub intent: IntentId,
	/// The sub-key to open [default: of those that were not opened, the one that shows best].
	#[arg(long)]
	pub index: Option<u32>,
	/// Send it even if the mark does not show. The chain refuses it then.
	#[arg(long)]
	pub no_check: bool,
	/// Follow it until it is decided.
	#[arg(long)]
	pub watch: bool,
}

/// `assay canary …`
#[derive(Subcommand)]
pub enum Canary {
	/// Run a program, and prepare a claim that states another score than it has.
	Make(Box<CanaryOptions>),
	/// Commit to all canaries of this machine that are in no batch, before any of them is sent.
	/// Signed by the auditor.
	OpenBatch {
		/// Deposit for each: at least the bounty and the bond of its claim [default: the smallest
		/// that the chain takes].
		#[arg(long, value_name = "AIT")]
		deposit: Option<Amount>,
	},
	/// Commit to the claim of a canary, and reveal it. Signed by its miner.
	Send {
		/// The commitment of its claim [default: the next that was not sent].
		#[arg(value_parser = id)]
		canary: Option<H256>,
	},
	/// Show what was a canary, once there is a verdict on it. Signed by the auditor.
	Open {
		/// Number of the claim [default: all that can be opened].
		claim: Option<ClaimId>,
	},
	/// List the canaries of this machine.
	Status,
	/// Close a batch whose time is over. What was not opened is lost.
	CloseBatch {
		/// Number of the batch.
		batch: BatchId,
	},
}

/// `assay canary make …`
#[derive(Args)]
pub struct CanaryOptions {
	/// Number of the task.
	#[arg(long)]
	pub task: TaskId,
	/// The training program: a WebAssembly file, or the id of an artifact.
	#[arg(long, value_name = "FILE|ID")]
	pub program: Blob,
	#[command(flatten)]
	pub run: RunOptions,
	/// Who will claim it: an account that nobody knows to be the auditor's.
	#[arg(long, value_name = "ADDRESS", value_parser = account::address)]
	pub miner: AccountId32,
	/// The score to claim [default: that of the run, and two to ten tolerances].
	#[arg(long, allow_hyphen_values = true)]
	pub score: Option<Score>,
}

/// Some bytes: in a file, or stored on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blob {
	/// A file.
	File(PathBuf),
	/// An artifact.
	Id(ArtifactId),
}

impl FromStr for Blob {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		if text.starts_with("0x") {
			id(text).map(Self::Id)
		} else {
			Ok(Self::File(text.into()))
		}
	}
}

/// Reads the id of an artifact.
fn id(text: &str) -> Result<ArtifactId, String> {
	let mut bytes = [0; 32];
	let digits = text.strip_prefix("0x").unwrap_or(text);
	hex::decode_to_slice(digits, &mut bytes)
		.map(|()| H256(bytes))
		.map_err(|_| "no artifact id; expected 0x and 64 hexadecimal digits".into())
}

/// Reads parameters.
fn params(text: &str) -> Result<Params, String> {
	Params::try_from(text.as_bytes().to_vec()).map_err(|bytes| {
		format!("{} bytes of parameters; expected {MAX_PARAMS} at the most", bytes.len())
	})
}

/// Most bytes in the name of a model.
const MAX_NAME: usize = 64;
/// Most bytes in an alias.
const MAX_ALIAS: usize = 32;
/// Largest margin ratio that can be declared.
const MAX_RATIO: Score = Score(1_000 * Score::ONE);

/// Reads the name of a model.
fn name(text: &str) -> Result<String, String> {
	let plain = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'/' | b':');
	let fits = (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(plain);
	if fits && text.trim() == text {
		return Ok(text.into());
	}
	Err(format!(
		"no name of a model; expected 1 to {MAX_NAME} printable ASCII characters without / and :, \
		 and no space at the ends"
	))
}

/// Reads an alias.
fn alias(text: &str) -> Result<String, String> {
	let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
	let digits = text.strip_prefix('v').unwrap_or(text);
	let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
	let fits = (1..=MAX_ALIAS).contains(&text.len()) && text.bytes().all(plain);
	if fits && !number && text != "latest" {
		return Ok(text.into());
	}
	Err(format!(
		"no alias; expected 1 to {MAX_ALIAS} ASCII letters, digits, _ and -. Numbers, v with a \
		 number, and latest are versions"
	))
}

/// Reads a margin ratio.
fn ratio(text: &str) -> Result<Score, String> {
	let ratio: Score = text.parse().map_err(|error| format!("{error}"))?;
	match ratio.0 > 0 && ratio <= MAX_RATIO {
		true => Ok(ratio),
		false => Err(format!("no margin ratio; expected more than 0, and {MAX_RATIO} at the most")),
	}
}

/// Reads an accuracy.
fn accuracy(text: &str) -> Result<Score, String> {
	let accuracy: Score = text.parse().map_err(|error| format!("{error}"))?;
	match (0..=Score::ONE).contains(&accuracy.0) {
		true => Ok(accuracy),
		false => Err("no accuracy; expected 0 to 1".into()),
	}
}

/// Reads a whole number, in which `_` may stand between digits.
fn number<T: FromStr>(text: &str) -> Result<T, String> {
	text.replace('_', "")
		.parse()
		.map_err(|_| "no number, or too large; expected digits, which _ may separate".into())
}

/// Reads by how much a claim must improve.
fn improvement(text: &str) -> Result<Score, String> {
	let least: Score = text.parse().map_err(|error| format!("{error}"))?;
	if least.0 < 1 {
		return Err("expected at least 0.000000001: equals would be paid for copies".into());
	}
	Ok(least)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn the_definition_is_sound() {
		Cli::command().debug_assert();
	}

	#[test]
	fn blobs_are_files_or_ids() {
		let id = format!("0x{}", "ab".repeat(32));
		assert_eq!(id.parse(), Ok(Blob::Id(H256::repeat_byte(0xab))));
		assert_eq!("data/x.safetensors".parse(), Ok(Blob::File("data/x.safetensors".into())));
		assert!("0x12".parse::<Blob>().unwrap_err().contains("64 hexadecimal digits"));
	}

	#[test]
	fn numbers_may_be_separated() {
		assert_eq!(number::<u32>("20_000"), Ok(20_000));
		assert!(number::<u32>("4_294_967_296").is_err());
		assert!(number::<u64>("-1").is_err());
		assert!(number::<u64>("1.5").is_err());
	}

	#[test]
	fn equals_are_no_improvement() {
		assert_eq!(improvement("0.000000001"), Ok(Score(1)));
		assert!(improvement("0").unwrap_err().contains("expected at least"));
		assert!(improvement("-0.1").is_err());
		assert!(improvement("much").is_err());
	}

	#[test]
	fn parameters_have_a_largest_size() {
		assert_eq!(params("epochs=3").unwrap().into_inner(), b"epochs=3");
		assert!(params(&"x".repeat(1025)).unwrap_err().contains("expected 1024"));
	}

	#[test]
	fn names_are_those_that_the_chain_takes() {
		for good in ["a", "a b", "v1", "~!", &"x".repeat(64)] {
			assert_eq!(name(good).as_deref(), Ok(good));
		}
		for bad in ["", " ", " a", "a ", "a/b", "a:b", "ä", "a\tb", &"x".repeat(65)] {
			assert!(name(bad).unwrap_err().contains("expected 1 to 64"), "{bad}");
		}
	}

	#[test]
	fn aliases_are_those_that_the_chain_takes() {
		for good in ["production", "v", "v1a", "1a", "a_b-c", &"x".repeat(32)] {
			assert_eq!(alias(good).as_deref(), Ok(good));
		}
		for bad in ["", "a b", "a.b", "1", "v1", "latest", "ä", &"x".repeat(33)] {
			assert!(alias(bad).unwrap_err().contains("expected 1 to 32"), "{bad}");
		}
	}

	#[test]
	fn ratios_and_accuracies_have_bounds() {
		assert_eq!(ratio("0.000000001"), Ok(Score(1)));
		assert_eq!(ratio("1000"), Ok(MAX_RATIO));
		for bad in ["0", "-1", "1000.000000001", "2000"] {
			assert!(ratio(bad).unwrap_err().contains("expected more than 0"), "{bad}");
		}
		assert_eq!(accuracy("1"), Ok(Score(Score::ONE)));
		assert!(accuracy("-0.1").is_err() && accuracy("1.1").is_err() && accuracy("x").is_err());
	}

	#[test]
	fn every_default_is_accepted() {
		let cli = Cli::try_parse_from(["assay", "program", "check", "x.wasm"]);
		let Ok(Cli { command: Command::Program(Program::Check { limits, .. }), .. }) = cli else {
			panic!("it is a correct command")
		};
		assert!(Limits::from(limits).replayable());
	}
}
