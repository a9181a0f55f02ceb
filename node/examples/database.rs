//! What a read and a write of the state take in a database as the node keeps it: ParityDB, pruned,
//! with many accounts.
//!
//! ```text
//! target/release/examples/database [--accounts N] [--blocks N] [--writes N] [--weights FILE]
//! ```
//!
//! Reads are of random accounts, one after the other, without the cache of the trie, as if no block
//! had touched them for long; the pages of the database's files are mostly in memory. Writes are
//! measured a block at a time, as a node imports it: new values of random accounts, the state's new
//! root, the commitment to the database, and the finalisation of the block before, with pruning.
//!
//! The weight of a read or write is the mean, since a block has thousands of them, times
//! [`MARGIN`]. `--weights` writes it to a file of the runtime.

use assay_runtime::{opaque::Block, AccountId, Hash, Header, Runtime};
use clap::Parser;
use codec::Encode;
use frame_system::AccountInfo;
use pallet_balances::AccountData;
use sc_client_api::{
	backend::{Backend as _, BlockImportOperation, NewBlockState, TrieCacheContext},
	StateBackend,
};
use sc_client_db::DatabaseSettings;
use sc_service::{config::PruningMode, BlocksPruning, DatabaseSource};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Header as _, StateVersion};
use sp_storage::Storage;
use std::{
	error::Error,
	fmt::Write as _,
	fs,
	io::Write as _,
	path::{Path, PathBuf},
	sync::Arc,
	time::{Duration, Instant},
};

type Backend = sc_service::TFullBackend<Block>;

/// What a weight is of the mean.
const MARGIN: f64 = 1.25;
/// Reads of the state of one block, as many as a full one has.
const READS: u32 = 10_000;
/// Blocks whose state is kept: the node's default.
const KEPT: u32 = 256;

#[derive(Parser)]
struct Options {
	/// Accounts in the state.
	#[arg(long, default_value_t = 1_000_000)]
	accounts: u32,
	/// Blocks that are read from, and that are written.
	#[arg(long, default_value_t = 100)]
	blocks: u32,
	/// Accounts that a block changes.
	#[arg(long, default_value_t = 10_000)]
	writes: u32,
	/// Where to put the database; by default a folder that is removed at the end.
	#[arg(long)]
	path: Option<PathBuf>,
	/// File that gets the weights.
	#[arg(long)]
	weights: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
	let options = Options::parse();
	let folder = tempfile::tempdir()?;
	let path = options.path.clone().unwrap_or_else(|| folder.path().into());

	let begin = Instant::now();
	let mut parent = genesis(&*open(&path, None)?, options.accounts)?;
	tell(&format!("{} accounts written in {:.0?}", options.accounts, begin.elapsed()));

	let mut numbers = Numbers(1);
	let database = open(&path, None)?;
	// Once to bring the files into memory, as far as they fit.
	reads(&database, parent.hash(), &options, &mut numbers)?;
	let reads = Times::new(reads(&database, parent.hash(), &options, &mut numbers)?);
	tell(&format!("read:  {reads}"));

	let mut times = Vec::new();
	for block in 0..options.blocks {
		let changes: Vec<_> = (0..options.writes)
			.map(|_| record(numbers.below(options.accounts), u128::from(block) + 2))
			.collect();
		let begin = Instant::now();
		parent = import(&database, &parent, changes)?;
		times.push(begin.elapsed() / options.writes);
	}
	let writes = Times::new(times);
	tell(&format!("write: {writes}"));

	if let Some(file) = &options.weights {
		fs::write(file, weights(&options, &reads, &writes)?)?;
	}
	Ok(())
}

fn tell(line: &str) {
	println!("{line}");
	drop(std::io::stdout().flush());
}

/// Opens the database, or makes it.
fn open(
	path: &Path,
	trie_cache_maximum_size: Option<usize>,
) -> sp_blockchain::Result<Arc<Backend>> {
	sc_service::new_db_backend(DatabaseSettings {
		trie_cache_maximum_size,
		state_pruning: Some(PruningMode::blocks_pruning(KEPT)),
		source: DatabaseSource::ParityDb { path: path.join("paritydb") },
		blocks_pruning: BlocksPruning::KeepFinalized,
		pruning_filters: Vec::new(),
		metrics_registry: None,
	})
}

/// Key and value of an account.
fn record(number: u32, free: u128) -> (Vec<u8>, Vec<u8>) {
	let account = AccountId::from(blake2_256(&number.encode()));
	let data = AccountData { free, ..Default::default() };
	let info = AccountInfo::<u32, _> { nonce: 1, providers: 1, data, ..Default::default() };
	(frame_system::Account::<Runtime>::hashed_key_for(account), info.encode())
}

/// Writes the first block, whose state has that many accounts.
fn genesis(database: &Backend, accounts: u32) -> sp_blockchain::Result<Header> {
	let top = (0..accounts).map(|number| record(number, 1)).collect();
	let storage = Storage { top, ..Default::default() };
	let mut operation = database.begin_operation()?;
	let root = operation.set_genesis_state(storage, true, StateVersion::V1)?;
	let none = Hash::default();
	let header = Header::new(0, none, root, none, Default::default());
	let body = Some(Vec::new());
	operation.set_block_data(header.clone(), body, None, None, NewBlockState::Final, true)?;
	database.commit_operation(operation)?;
	Ok(header)
}

/// The time of each read.
fn reads(
	database: &Backend,
	block: Hash,
	options: &Options,
	numbers: &mut Numbers,
) -> Result<Vec<Duration>, Box<dyn Error>> {
	let mut times = Vec::new();
	for _ in 0..options.blocks {
		let state = database.state_at(block, TrieCacheContext::Trusted)?;
		for _ in 0..READS {
			let (key, _) = record(numbers.below(options.accounts), 0);
			let begin = Instant::now();
			let value = state.storage(&key)?;
			times.push(begin.elapsed());
			value.ok_or("an account is missing")?;
		}
	}
	Ok(times)
}

/// Adds a block that changes the state, and finalises the one before it.
fn import(
	database: &Backend,
	parent: &Header,
	changes: Vec<(Vec<u8>, Vec<u8>)>,
) -> sp_blockchain::Result<Header> {
	let state = database.state_at(parent.hash(), TrieCacheContext::Trusted)?;
	let delta = changes.iter().map(|(key, value)| (&key[..], Some(&value[..])));
	let (root, update) = state.storage_root(delta, StateVersion::V1);
	let number = parent.number + 1;
	let header = Header::new(number, Hash::default(), root, parent.hash(), Default::default());
	let mut operation = database.begin_operation()?;
	database.begin_state_operation(&mut operation, parent.hash())?;
	operation.set_block_data(
		header.clone(),
		Some(Vec::new()),
		None,
		None,
		NewBlockState::Best,
		true,
	)?;
	operation.update_db_storage(update)?;
	if parent.number > 0 {
		operation.mark_finalized(parent.hash(), None)?;
	}
	database.commit_operation(operation)?;
	Ok(header)
}

/// Numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
	/// One of `0..count`.
	fn below(&mut self, count: u32) -> u32 {
		// Xorshift.
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 7;
		self.0 ^= self.0 << 17;
		(self.0 % u64::from(count)) as u32
	}
}

/// Durations in order.
struct Times(Vec<Duration>);

impl Times {
	fn new(mut times: Vec<Duration>) -> Self {
		times.sort();
		Self(times)
	}

	fn mean(&self) -> Duration {
		self.0.iter().sum::<Duration>() / self.0.len() as u32
	}

	/// The time that so many of a hundred do not exceed.
	fn percentile(&self, percent: usize) -> Duration {
		self.0[(self.0.len() - 1) * percent / 100]
	}

	/// Nanoseconds of the weight.
	fn weight(&self) -> u64 {
		(self.mean().as_nanos() as f64 * MARGIN) as u64
	}
}

impl std::fmt::Display for Times {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "mean {:.2?}", self.mean())?;
		for percent in [50, 75, 95, 99, 100] {
			write!(f, ", {percent} % {:.2?}", self.percentile(percent))?;
		}
		Ok(())
	}
}

/// The file of the runtime.
fn weights(options: &Options, reads: &Times, writes: &Times) -> Result<String, std::fmt::Error> {
	let Options { accounts, blocks, writes: changes, .. } = options;
	let mut file = String::new();
	writeln!(
		file,
		"//! What reads and writes of the state weigh. Written by `scripts/weights paritydb`: {accounts} accounts,
//! {blocks} blocks, each with {READS} reads, or {changes} writes.

use frame_support::{{
	parameter_types,
	weights::{{constants::WEIGHT_REF_TIME_PER_NANOS, RuntimeDbWeight}},
}};

parameter_types! {{
	/// Weights of ParityDB: {MARGIN} times the mean.
	pub const ParityDbWeight: RuntimeDbWeight = RuntimeDbWeight {{
		// {reads}
		read: {} * WEIGHT_REF_TIME_PER_NANOS,
		// {writes}
		write: {} * WEIGHT_REF_TIME_PER_NANOS,
	}};
}}",
		reads.weight(),
		writes.weight(),
	)?;
	Ok(file)
}
