//! Loads running nodes with transactions that were signed before, in the style of Polkadot's sTPS:
//! transfers between accounts that exist, or commitments to claims of miners that are registered.
//!
//! `scripts/bench transactions` runs it on nodes whose genesis has these accounts.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/load accounts --senders 20000
//! target/release/examples/load run --url http://127.0.0.1:9944 --senders 20000 --count 100000
//! ```
//!
//! It keeps so many transactions ahead of the chain (`--ahead`) that blocks are never short of
//! them, follows the chain meanwhile, and ends when all of them are in final blocks. Then it checks
//! that each is there once and did what it says, and fails if not. What it saw it prints as JSON:
//! times are milliseconds since the Unix epoch.

use assay_runtime::{
	time::SLOT_MILLIS, AccountId, Balance, Hash, Moment, Nonce, Runtime, RuntimeCall, Signature,
	SignedPayload, TxExtension, UncheckedExtrinsic, VERSION,
};
use clap::Parser;
use codec::{Decode, Encode};
use frame_system::{offchain::CreateAuthorizedTransaction, AccountInfo, ConsumedWeight};
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{json, Value};
use sp_core::{sr25519, Pair};
use sp_io::hashing::{blake2_128, blake2_256, twox_128};
use std::{
	collections::{BTreeMap, HashMap},
	num::NonZero,
	sync::{Mutex, PoisonError},
	thread,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use ureq::Agent;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// What each transfer moves: as much as an account must have, 0.001 AIT.
const AMOUNT: Balance = 1_000_000_000;
/// How often the node is asked for its best block.
const POLL: Duration = Duration::from_millis(50);
/// How long is waited for the last transactions after the last one was sent.
const DRAIN_MILLIS: u64 = 120_000;
/// Keys read from the state at a time.
const KEYS: usize = 500;
/// Error of a pool that has no room (`author_submitExtrinsic`).
const POOL_FULL: i64 = 1016;

#[derive(Parser)]
enum Command {
	/// Print the accounts that the genesis must have: those that send, and those that receive.
	Accounts {
		/// How many of each.
		#[arg(long)]
		senders: u32,
	},
	/// Load nodes.
	Run(Run),
}

#[derive(clap::Args)]
struct Run {
	/// JSON-RPC of a node, over HTTP; may be given more than once. The first one is followed.
	#[arg(long = "url", required = true)]
	urls: Vec<String>,
	/// Accounts that send, in turn.
	#[arg(long)]
	senders: NonZero<u32>,
	/// Number of the first transaction: how many were sent on this chain before.
	#[arg(long, default_value = "0")]
	first: u32,
	/// Transactions altogether.
	#[arg(long)]
	count: u32,
	/// Commit to claims in this task, instead of transfers.
	#[arg(long)]
	task: Option<u64>,
	/// Most transactions that are sent and not in a block yet.
	#[arg(long, default_value = "12000")]
	ahead: u32,
	/// Most transactions a second.
	#[arg(long)]
	rate: Option<u32>,
	/// Transactions in a request.
	#[arg(long, default_value = "100")]
	batch: NonZero<usize>,
	/// Connections to each node.
	#[arg(long, default_value = "2")]
	connections: usize,
	/// Seconds after which no more are sent.
	#[arg(long, default_value = "300")]
	seconds: u64,
}

fn milliseconds() -> u64 {
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// The key of the sender of this number.
fn sender(number: u32) -> sr25519::Pair {
	sr25519::Pair::from_seed(&blake2_256(&(b"assay load: sender", number).encode()))
}

/// The account that receives, of this number. Nobody has its key.
fn receiver(number: u32) -> AccountId {
	blake2_256(&(b"assay load: receiver", number).encode()).into()
}

/// What is sent: who sends the transaction of each number, with which nonce, and what it does.
struct Plan {
	senders: u32,
	first: u32,
	count: u32,
	task: Option<u64>,
}

impl Plan {
	fn sender(&self, number: u32) -> u32 {
		(self.first + number) % self.senders
	}

	fn nonce(&self, number: u32) -> Nonce {
		(self.first + number) / self.senders
	}

	/// Another one in each round.
	fn receiver(&self, number: u32) -> u32 {
		(self.sender(number) + self.nonce(number) + 1) % self.senders
	}

	fn commitment(&self, number: u32) -> Hash {
		blake2_256(&(b"assay load: claim", self.first + number).encode()).into()
	}

	fn call(&self, number: u32) -> RuntimeCall {
		match self.task {
			Some(task) => {
				let commitment = self.commitment(number);
				RuntimeCall::Claims(pallet_assay_claims::Call::commit { task, commitment })
			},
			None => {
				let dest = receiver(self.receiver(number)).into();
				RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
					dest,
					value: AMOUNT,
				})
			},
		}
	}

	fn sign(&self, number: u32, key: &sr25519::Pair, genesis: Hash) -> Vec<u8> {
		let mut extension: TxExtension = <Runtime as CreateAuthorizedTransaction<
			frame_system::Call<Runtime>,
		>>::create_extension();
		extension.6 .0 = self.nonce(number);
		let implicit = (
			(),
			(),
			VERSION.spec_version,
			VERSION.transaction_version,
			genesis,
			genesis,
			(),
			(),
			(),
			((), (), ()),
			None,
			(),
		);
		let call = self.call(number);
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = payload.using_encoded(|payload| key.sign(payload));
		let account = AccountId::from(key.public());
		let signature = Signature::Sr25519(signature);
		UncheckedExtrinsic::new_signed(call, account.into(), signature, extension).encode()
	}

	/// All transactions, signed by as many threads as there are processors.
	fn sign_all(&self, genesis: Hash) -> Vec<Vec<u8>> {
		let threads = thread::available_parallelism().map_or(1, NonZero::get);
		let keys: Vec<_> = (0..self.senders).map(sender).collect();
		let numbers: Vec<_> = (0..self.count).collect();
		thread::scope(|scope| {
			let parts: Vec<_> = numbers
				.chunks(numbers.len().div_ceil(threads).max(1))
				.map(|part| {
					let sign = |number: &u32| {
						self.sign(*number, &keys[self.sender(*number) as usize], genesis)
					};
					scope.spawn(move || part.iter().map(sign).collect::<Vec<_>>())
				})
				.collect();
			parts.into_iter().flat_map(|part| part.join().expect("signing does not fail")).collect()
		})
	}
}

/// A node, by JSON-RPC over HTTP.
struct Node {
	agent: Agent,
	url: String,
}

impl Node {
	fn new(url: &str) -> Self {
		let agent = Agent::config_builder()
			.timeout_global(Some(Duration::from_secs(60)))
			.proxy(None)
			.build()
			.into();
		Self { agent, url: url.into() }
	}

	fn post(&self, body: &str) -> Result<Value> {
		let request = self.agent.post(&self.url).content_type("application/json");
		let mut answer = request.send(body)?;
		let text = answer.body_mut().with_config().limit(256 << 20).read_to_string()?;
		Ok(serde_json::from_str(&text)?)
	}

	fn ask<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T> {
		let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		let mut answer = self.post(&request.to_string())?;
		match answer.get("error") {
			Some(error) => Err(format!("{method}: {error}").into()),
			None => Ok(serde_json::from_value(answer["result"].take())?),
		}
	}

	/// A value of the state of a block.
	fn read<T: Decode>(&self, key: &[u8], block: &str) -> Result<Option<T>> {
		let value: Option<String> = self.ask("state_getStorage", json!([to_hex(key), block]))?;
		value.map(|value| Ok(T::decode(&mut &from_hex(&value)?[..])?)).transpose()
	}

	/// Which of some values there are in the state of a block, by key.
	fn read_all(&self, keys: &[Vec<u8>], block: &str) -> Result<HashMap<Vec<u8>, Vec<u8>>> {
		let mut found = HashMap::new();
		for keys in keys.chunks(KEYS) {
			let keys: Vec<_> = keys.iter().map(|key| to_hex(key)).collect();
			let sets: Vec<Value> = self.ask("state_queryStorageAt", json!([keys, block]))?;
			for change in sets.iter().flat_map(|set| set["changes"].as_array()).flatten() {
				if let (Some(key), Some(value)) = (change[0].as_str(), change[1].as_str()) {
					found.insert(from_hex(key)?, from_hex(value)?);
				}
			}
		}
		Ok(found)
	}
}

fn to_hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn from_hex(text: &str) -> Result<Vec<u8>> {
	Ok(hex::decode(text.strip_prefix("0x").unwrap_or(text))?)
}

/// Where a value stands in the state.
fn key(pallet: &str, item: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}

/// Where a value of a map stands whose keys are hashed by `Blake2_128Concat`.
fn map_key(pallet: &str, item: &str, name: &[u8]) -> Vec<u8> {
	[key(pallet, item), blake2_128(name).to_vec(), name.to_vec()].concat()
}

/// How far the sending is.
#[derive(Default)]
struct Progress {
	/// Number of the next transaction that was not sent.
	next: u32,
	/// Those that a full pool sent back.
	again: Vec<u32>,
	/// Those whose request is not answered.
	flying: u32,
	accepted: u32,
	/// Those in the chain as it was last seen.
	included: u32,
	/// How often a pool was full.
	full: u32,
	/// What else nodes refused, by reason.
	refused: BTreeMap<String, u32>,
	/// When the last one was accepted or refused.
	sent_at: Option<u64>,
}

struct Load<'a> {
	run: &'a Run,
	transactions: &'a [Vec<u8>],
	started: Instant,
	progress: Mutex<Progress>,
}

impl Load<'_> {
	fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
		self.progress.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// The next transactions that may be sent; `None` if there are none left.
	fn take(&self) -> Option<Vec<u32>> {
		let mut progress = self.progress();
		let elapsed = self.started.elapsed();
		let total = self.run.count;
		let over = elapsed.as_secs() >= self.run.seconds;
		let left = progress.again.len() + (total - progress.next) as usize;
		if over || left == 0 {
			if progress.flying > 0 {
				return Some(Vec::new());
			}
			progress.sent_at.get_or_insert_with(milliseconds);
			return None;
		}
		let on_the_way = progress.accepted + progress.flying;
		let waiting = on_the_way.saturating_sub(progress.included);
		let mut room = self.run.ahead.saturating_sub(waiting);
		if let Some(rate) = self.run.rate {
			let due = (elapsed.as_secs_f64() * f64::from(rate)) as u32;
			room = room.min(due.saturating_sub(on_the_way));
		}
		let size = (room as usize).min(self.run.batch.get());
		// A request that is almost empty costs as much as a full one.
		let whole = self.run.batch.get().min(left).min(self.run.ahead as usize);
		if size < whole && self.run.rate.is_none() {
			return Some(Vec::new());
		}
		let returned = progress.again.len().min(size);
		let mut batch: Vec<_> = progress.again.drain(..returned).collect();
		let fresh = (size - returned).min((total - progress.next) as usize) as u32;
		batch.extend(progress.next..progress.next + fresh);
		progress.next += fresh;
		progress.flying += batch.len() as u32;
		Some(batch)
	}

	/// Sends to one node until nothing is left.
	fn send(&self, node: &Node) -> Result<()> {
		while let Some(batch) = self.take() {
			if batch.is_empty() {
				thread::sleep(Duration::from_millis(10));
				continue;
			}
			let requests: Vec<_> = batch
				.iter()
				.map(|number| {
					format!(
						r#"{{"jsonrpc":"2.0","id":{number},"method":"author_submitExtrinsic","params":["{}"]}}"#,
						to_hex(&self.transactions[*number as usize]),
					)
				})
				.collect();
			let answers = node.post(&format!("[{}]", requests.join(",")));
			let mut full = false;
			let mut progress = self.progress();
			progress.flying -= batch.len() as u32;
			for answer in answers?.as_array().ok_or("a batch is answered with one")? {
				let Some(error) = answer.get("error") else {
					progress.accepted += 1;
					continue;
				};
				let number = answer["id"].as_u64().and_then(|id| u32::try_from(id).ok());
				if error["code"] == POOL_FULL {
					full = true;
					progress.full += 1;
					progress.again.extend(number);
				} else {
					*progress.refused.entry(error.to_string()).or_default() += 1;
				}
			}
			drop(progress);
			if full {
				thread::sleep(Duration::from_millis(200));
			}
		}
		Ok(())
	}
}

/// A block as it was seen.
#[derive(Serialize)]
struct Seen {
	number: u32,
	hash: String,
	#[serde(skip)]
	parent: String,
	/// When it became the best one.
	at: u64,
	/// How far the last final block was behind it then.
	behind: u32,
	/// The time that its author gave it.
	timestamp: Moment,
	/// Transactions of ours.
	transactions: usize,
	/// All that is in it, inherents included.
	extrinsics: usize,
	bytes: usize,
	/// Declared weight in picoseconds: of ordinary transactions, and altogether.
	normal_weight: u64,
	weight: u64,
	#[serde(skip)]
	ours: Vec<u32>,
}

/// The chain as one node sees it.
struct Chain<'a> {
	node: &'a Node,
	numbers: HashMap<[u8; 32], u32>,
	blocks: Vec<Seen>,
	/// In how many of these blocks each transaction is.
	counts: Vec<u32>,
	included: u32,
}

impl<'a> Chain<'a> {
	fn new(node: &'a Node, transactions: &[Vec<u8>]) -> Result<Self> {
		let numbers = (0..).zip(transactions).map(|(n, bytes)| (blake2_256(bytes), n)).collect();
		let counts = vec![0; transactions.len()];
		let mut chain = Self { node, numbers, blocks: Vec::new(), counts, included: 0 };
		let (finalised, _) = chain.finalised()?;
		chain.blocks.push(chain.read(finalised, 0)?);
		Ok(chain)
	}

	fn best(&self) -> Result<String> {
		self.node.ask("chain_getBlockHash", json!([]))
	}

	fn finalised(&self) -> Result<(String, u32)> {
		let hash: String = self.node.ask("chain_getFinalizedHead", json!([]))?;
		let header: Value = self.node.ask("chain_getHeader", json!([hash]))?;
		Ok((hash, number(&header)?))
	}

	fn read(&self, hash: String, at: u64) -> Result<Seen> {
		let mut block: Value = self.node.ask("chain_getBlock", json!([hash]))?;
		let block = block["block"].take();
		let header = &block["header"];
		let weight: ConsumedWeight =
			self.node.read(&key("System", "BlockWeight"), &hash)?.unwrap_or_default();
		let timestamp = self.node.read(&key("Timestamp", "Now"), &hash)?.unwrap_or_default();
		let extrinsics = block["extrinsics"].as_array().ok_or("a block has extrinsics")?;
		let (mut bytes, mut ours) = (0, Vec::new());
		for extrinsic in extrinsics {
			let extrinsic = from_hex(extrinsic.as_str().unwrap_or_default())?;
			bytes += extrinsic.len();
			ours.extend(self.numbers.get(&blake2_256(&extrinsic)));
		}
		Ok(Seen {
			number: number(header)?,
			parent: header["parentHash"].as_str().unwrap_or_default().into(),
			hash,
			at,
			behind: 0,
			timestamp,
			transactions: ours.len(),
			extrinsics: extrinsics.len(),
			bytes,
			normal_weight: weight.get(frame_support::dispatch::DispatchClass::Normal).ref_time(),
			weight: weight.total().ref_time(),
			ours,
		})
	}

	/// Looks at what is new. Blocks of a fork that was left are forgotten.
	fn follow(&mut self) -> Result<()> {
		let best = self.best()?;
		if self.blocks.last().is_some_and(|last| last.hash == best) {
			return Ok(());
		}
		let at = milliseconds();
		let (_, finalised) = self.finalised()?;
		let mut fresh = vec![self.read(best, at)?];
		while let Some((parent, number)) = fresh.last().map(|b| (b.parent.clone(), b.number)) {
			// The first one is final: no fork begins below it.
			while self.blocks.len() > 1
				&& self.blocks.last().is_some_and(|last| {
					last.number >= number || last.number + 1 == number && last.hash != parent
				}) {
				self.forget();
			}
			if self.blocks.last().is_none_or(|last| last.hash == parent) {
				break;
			}
			fresh.push(self.read(parent, at)?);
		}
		for mut block in fresh.into_iter().rev() {
			block.behind = block.number.saturating_sub(finalised);
			for number in &block.ours {
				let count = &mut self.counts[*number as usize];
				self.included += u32::from(*count == 0);
				*count += 1;
			}
			self.blocks.push(block);
		}
		Ok(())
	}

	fn forget(&mut self) {
		for number in self.blocks.pop().into_iter().flat_map(|block| block.ours) {
			let count = &mut self.counts[number as usize];
			*count -= 1;
			self.included -= u32::from(*count == 0);
		}
	}
}

fn number(header: &Value) -> Result<u32> {
	let text = header["number"].as_str().ok_or("a header has a number")?;
	Ok(u32::from_str_radix(text.trim_start_matches("0x"), 16)?)
}

/// Checks in the state of a block that the transactions in it did what they say.
fn check(node: &Node, plan: &Plan, counts: &[u32], before: &str, after: &str) -> Result<()> {
	let sent = || (0..plan.count).filter(|number| counts[*number as usize] > 0);
	if plan.task.is_some() {
		type Commitments = pallet_assay_claims::Commitments<Runtime>;
		let miners: Vec<_> =
			(0..plan.senders).map(|number| AccountId::from(sender(number).public())).collect();
		let keys: Vec<_> = sent()
			.map(|number| {
				let miner = &miners[plan.sender(number) as usize];
				Commitments::hashed_key_for(miner, plan.commitment(number))
			})
			.collect();
		let found = node.read_all(&keys, after)?.len();
		return match found == keys.len() {
			true => Ok(()),
			false => Err(format!("{} commitments, and {found} claims", keys.len()).into()),
		};
	}
	let mut expected = BTreeMap::<u32, Balance>::new();
	for number in sent() {
		*expected.entry(plan.receiver(number)).or_default() += AMOUNT;
	}
	let keys: Vec<_> = expected
		.keys()
		.map(|number| map_key("System", "Account", receiver(*number).as_ref()))
		.collect();
	let (earlier, later) = (node.read_all(&keys, before)?, node.read_all(&keys, after)?);
	let free = |values: &HashMap<Vec<u8>, Vec<u8>>, key| -> Result<Balance> {
		let Some(bytes) = values.get(key) else { return Ok(0) };
		type Account = AccountInfo<Nonce, pallet_balances::AccountData<Balance>>;
		Ok(Account::decode(&mut &bytes[..])?.data.free)
	};
	for (key, (number, amount)) in keys.iter().zip(expected) {
		let received = free(&later, key)?.checked_sub(free(&earlier, key)?);
		if received != Some(amount) {
			return Err(format!("receiver {number} got {received:?} and not {amount}").into());
		}
	}
	Ok(())
}

fn load(run: &Run) -> Result<()> {
	let plan =
		Plan { senders: run.senders.get(), first: run.first, count: run.count, task: run.task };
	let nodes: Vec<_> = run.urls.iter().map(|url| Node::new(url)).collect();
	let genesis: String = nodes[0].ask("chain_getBlockHash", json!([0]))?;
	let version: Value = nodes[0].ask("state_getRuntimeVersion", json!([]))?;
	if version["specVersion"] != VERSION.spec_version {
		return Err(format!("the node runs version {}", version["specVersion"]).into());
	}
	let signing = Instant::now();
	let transactions = plan.sign_all(Hash::from_slice(&from_hex(&genesis)?));
	let signing = signing.elapsed();

	let mut chain = Chain::new(&nodes[0], &transactions)?;
	let started_at = milliseconds();
	let load = Load {
		run,
		transactions: &transactions,
		started: Instant::now(),
		progress: Mutex::default(),
	};
	thread::scope(|scope| -> Result<()> {
		let senders: Vec<_> = (0..run.connections)
			.flat_map(|_| &run.urls)
			.map(|url| {
				let load = &load;
				scope.spawn(move || load.send(&Node::new(url)))
			})
			.collect();
		loop {
			chain.follow()?;
			let ended = senders.iter().any(|sender| sender.is_finished());
			let mut progress = load.progress();
			progress.included = chain.included;
			let sent = progress.sent_at.is_some();
			// One that ended before all was sent has failed.
			let all = sent && progress.included == progress.accepted;
			let until = progress.sent_at.map_or(u64::MAX, |at| at + DRAIN_MILLIS);
			if all || ended && !sent || milliseconds() > until {
				break;
			}
			drop(progress);
			thread::sleep(POLL);
		}
		senders.into_iter().try_for_each(|sender| sender.join().expect("no bug"))
	})?;

	// What counts is what is final.
	let last = chain.blocks.last().map_or(0, |block| block.number);
	let until = Instant::now() + Duration::from_millis(DRAIN_MILLIS);
	let mut finalised = chain.finalised()?;
	while finalised.1 < last && Instant::now() < until {
		thread::sleep(POLL);
		chain.follow()?;
		finalised = chain.finalised()?;
	}
	while chain.blocks.last().is_some_and(|block| block.number > finalised.1) {
		chain.forget();
	}
	let progress = load.progress();
	let twice = chain.counts.iter().filter(|count| **count > 1).count();
	println!(
		"{}",
		json!({
			"transaction_bytes": transactions.first().map_or(0, Vec::len),
			"signed_per_second": (f64::from(run.count) / signing.as_secs_f64()).round(),
			"slot": SLOT_MILLIS,
			"started": started_at,
			"sent": progress.sent_at,
			"accepted": progress.accepted,
			"pool_full": progress.full,
			"refused": progress.refused,
			"included": chain.included,
			"twice": twice,
			"blocks": chain.blocks[1..],
		})
	);
	if chain.included != progress.accepted || twice > 0 {
		return Err(format!(
			"of {} accepted transactions {} are in final blocks, {twice} of them more than once",
			progress.accepted, chain.included
		)
		.into());
	}
	check(&nodes[0], &plan, &chain.counts, &chain.blocks[0].hash, &finalised.0)
}

fn main() -> Result<()> {
	match Command::parse() {
		Command::Accounts { senders } => {
			let sending: Vec<_> =
				(0..senders).map(|number| AccountId::from(sender(number).public())).collect();
			let receiving: Vec<_> = (0..senders).map(receiver).collect();
			println!("{}", json!({ "senders": sending, "receivers": receiving }));
			Ok(())
		},
		Command::Run(run) => load(&run),
	}
}
