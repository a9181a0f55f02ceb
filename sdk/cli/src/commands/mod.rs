//! What each command does.

pub mod artifact;
pub mod canary;
pub mod claim;
pub mod leaderboard;
pub mod miner;
pub mod model;
pub mod program;
pub mod queue;
pub mod stake;
pub mod task;

use crate::{
	account::{self, Source, VARIABLE},
	arguments::{Cli, Command, Global},
	chain::Chain,
	output::Output,
	store::Store,
};
use anyhow::{bail, Result};
use assay_primitives::H256;
use std::env;
use subxt::utils::AccountId32;
use subxt_signer::sr25519::Keypair;

/// What commands share.
pub struct Context {
	/// How results are shown.
	pub output: Output,
	global: Global,
}

impl Context {
	/// Connects to the node.
	pub async fn chain(&self) -> Result<Chain> {
		Chain::connect(&self.global.url).await
	}

	/// Opens the data folder.
	pub fn store(&self) -> Result<Store> {
		Store::open(self.global.data_dir.as_deref())
	}

	/// The signing key, if one is given.
	fn given_key(&self) -> Result<Option<Keypair>> {
		let variable = env::var(VARIABLE).ok();
		let source = match (&self.global.key_file, &self.global.suri, &variable) {
			(Some(file), _, _) => Source::File(file),
			(None, Some(uri), _) | (None, None, Some(uri)) => Source::Uri(uri),
			(None, None, None) => return Ok(None),
		};
		account::load(source).map(Some)
	}

	/// The signing key.
	pub fn key(&self) -> Result<Keypair> {
		match self.given_key()? {
			Some(key) => Ok(key),
			None => bail!(
				"nobody is named to sign; expected --key-file FILE, --suri URI, or the environment \
				 variable {VARIABLE}"
			),
		}
	}

	/// The account that is named, or the signing one.
	pub fn account(&self, named: Option<AccountId32>) -> Result<AccountId32> {
		match (named, self.given_key()?) {
			(Some(account), _) => Ok(account),
			(None, Some(key)) => Ok(account::of(&key)),
			(None, None) => bail!(
				"no account is named; expected an SS58 address, or a key (--key-file, --suri or \
				 {VARIABLE})"
			),
		}
	}
}

/// 32 bytes that nobody can guess.
pub fn random() -> Result<H256> {
	let mut bytes = [0; 32];
	getrandom::fill(&mut bytes)
		.map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
	Ok(H256(bytes))
}

/// Does what was asked for.
pub async fn run(cli: Cli) -> Result<()> {
	let context =
		Context { output: Output { json: cli.global.json, still: false }, global: cli.global };
	match cli.command {
		Command::Program(command) => program::run(&context, command).await,
		Command::Artifact(command) => artifact::run(&context, command).await,
		Command::Miner(command) => miner::run(&context, command).await,
		Command::Stake(command) => stake::run(&context, command).await,
		Command::Task(command) => task::run(&context, command).await,
		Command::Claim(command) => claim::run(&context, command).await,
		Command::Leaderboard { task } => leaderboard::run(&context, task).await,
		Command::Queue => queue::run(&context).await,
		Command::Model(command) => model::run(&context, command).await,
		Command::Canary(command) => canary::run(&context, command).await,
	}
}
