//! The chain as peers see it, with a bounded time for the proofs that the node makes for them.
//!
//! Any peer may ask for proofs: of entries of the state, of ranges of it, of what a function of the
//! runtime returns (`/light/2`, `/state/2`). The library answers whatever is asked, one after the
//! other, at the priority of the rest of the node. A validator that spends a processor on that is
//! late with its verdicts, which costs it stake.

use crate::service::Client;
use assay_runtime::{opaque::Block, BlockNumber, Hash, Header};
use sc_client_api::{
	BlockBackend, BlockchainEvents, CompactProof, FinalityNotifications, ImportNotifications,
	KeyValueStates, ProofProvider, StorageEventStream, StorageKey, StorageProof,
};
use sp_api::{ApiRef, ProvideRuntimeApi};
use sp_blockchain::{CachedHeaderMetadata, Error, HeaderBackend, HeaderMetadata, Info};
use sp_consensus::block_validation::Chain;
use sp_core::{storage::ChildInfo, H256};
use sp_runtime::{
	generic::{BlockId, SignedBlock},
	traits::{BlockIdTo, NumberFor},
	Justifications, OpaqueExtrinsic,
};
use sp_state_machine::KeyValueStorageLevel;
use std::{
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};

/// Of each second of a validator, what proofs for all peers together may take: a twentieth.
const SHARE: u32 = 20;

/// What they may take at once, after a time in which nobody has asked: some hundred calls, which is
/// what a light client makes when it starts.
const BURST: Duration = Duration::from_secs(2);

/// Time that is paid in as it passes, and spent.
#[derive(Debug)]
struct Budget {
	/// When there is something to spend.
	from: Instant,
}

impl Budget {
	/// All of it is left.
	fn new(now: Instant) -> Self {
		Self { from: now.checked_sub(BURST * SHARE).unwrap_or(now) }
	}

	/// Whether something may be begun: there is something left.
	fn is_left(&self, now: Instant) -> bool {
		self.from <= now
	}

	/// Takes away what something took that was done now.
	fn spend(&mut self, took: Duration, now: Instant) {
		let full = now.checked_sub(BURST * SHARE).unwrap_or(self.from);
		self.from = self.from.max(full) + took * SHARE;
	}
}

/// The client of the node, with a budget for what is worked out for peers.
pub struct Peers {
	client: Arc<Client>,
	/// None: as much as they ask for.
	budget: Option<Mutex<Budget>>,
}

impl Peers {
	/// Answers peers with `client`; within a budget if the node is a validator, which has something
	/// to lose.
	pub fn new(client: Arc<Client>, validator: bool) -> Self {
		let budget = validator.then(|| Mutex::new(Budget::new(Instant::now())));
		Self { client, budget }
	}

	/// Works something out, if there is time for it.
	///
	/// # Errors
	///
	/// That of `work`, or [`Error::Backend`] if all time is spent.
	fn work<T>(&self, work: impl FnOnce(&Client) -> Result<T, Error>) -> Result<T, Error> {
		let Some(budget) = &self.budget else { return work(&self.client) };
		let lock = || budget.lock().unwrap_or_else(PoisonError::into_inner);
		let begun = Instant::now();
		if !lock().is_left(begun) {
			return Err(Error::Backend(
				"peers have asked for too much: later, or of others".into(),
			));
		}
		let result = work(&self.client);
		let now = Instant::now();
		lock().spend(now - begun, now);
		result
	}
}

impl ProofProvider<Block> for Peers {
	fn read_proof(
		&self,
		hash: Hash,
		keys: &mut dyn Iterator<Item = &[u8]>,
	) -> Result<StorageProof, Error> {
		self.work(|client| client.read_proof(hash, keys))
	}

	fn read_child_proof(
		&self,
		hash: Hash,
		child: &ChildInfo,
		keys: &mut dyn Iterator<Item = &[u8]>,
	) -> Result<StorageProof, Error> {
		self.work(|client| client.read_child_proof(hash, child, keys))
	}

	fn execution_proof(
		&self,
		hash: Hash,
		method: &str,
		data: &[u8],
	) -> Result<(Vec<u8>, StorageProof), Error> {
		self.work(|client| client.execution_proof(hash, method, data))
	}

	fn read_proof_collection(
		&self,
		hash: Hash,
		start: &[Vec<u8>],
		limit: usize,
	) -> Result<(CompactProof, u32), Error> {
		self.work(|client| client.read_proof_collection(hash, start, limit))
	}

	fn storage_collection(
		&self,
		hash: Hash,
		start: &[Vec<u8>],
		limit: usize,
	) -> Result<Vec<(KeyValueStorageLevel, bool)>, Error> {
		self.work(|client| client.storage_collection(hash, start, limit))
	}

	fn verify_range_proof(
		&self,
		root: Hash,
		proof: CompactProof,
		start: &[Vec<u8>],
	) -> Result<(KeyValueStates, usize), Error> {
		self.client.verify_range_proof(root, proof, start)
	}
}

// All else is the client's.

impl ProvideRuntimeApi<Block> for Peers {
	type Api = <Client as ProvideRuntimeApi<Block>>::Api;

	fn runtime_api(&self) -> ApiRef<'_, Self::Api> {
		self.client.runtime_api()
	}
}

impl HeaderMetadata<Block> for Peers {
	type Error = Error;

	fn header_metadata(&self, hash: Hash) -> Result<CachedHeaderMetadata<Block>, Error> {
		self.client.header_metadata(hash)
	}

	fn insert_header_metadata(&self, hash: Hash, metadata: CachedHeaderMetadata<Block>) {
		self.client.insert_header_metadata(hash, metadata);
	}

	fn remove_header_metadata(&self, hash: Hash) {
		self.client.remove_header_metadata(hash);
	}
}

impl HeaderBackend<Block> for Peers {
	fn header(&self, hash: Hash) -> Result<Option<Header>, Error> {
		HeaderBackend::header(&*self.client, hash)
	}

	fn info(&self) -> Info<Block> {
		self.client.info()
	}

	fn status(&self, hash: Hash) -> Result<sp_blockchain::BlockStatus, Error> {
		self.client.status(hash)
	}

	fn number(&self, hash: Hash) -> Result<Option<BlockNumber>, Error> {
		self.client.number(hash)
	}

	fn hash(&self, number: NumberFor<Block>) -> Result<Option<Hash>, Error> {
		self.client.hash(number)
	}
}

impl BlockIdTo<Block> for Peers {
	type Error = Error;

	fn to_hash(&self, id: &BlockId<Block>) -> Result<Option<Hash>, Error> {
		self.client.to_hash(id)
	}

	fn to_number(&self, id: &BlockId<Block>) -> Result<Option<NumberFor<Block>>, Error> {
		self.client.to_number(id)
	}
}

impl Chain<Block> for Peers {
	fn block_status(
		&self,
		hash: Hash,
	) -> Result<sp_consensus::BlockStatus, Box<dyn std::error::Error + Send>> {
		Chain::block_status(&*self.client, hash)
	}
}

impl BlockBackend<Block> for Peers {
	fn block_body(&self, hash: Hash) -> Result<Option<Vec<OpaqueExtrinsic>>, Error> {
		self.client.block_body(hash)
	}

	/// None: nodes that take over a state ask for these, which those of this chain do not. They are
	/// more bytes than an answer may have where a block renews a lot, and read all the same.
	fn block_indexed_body(&self, _: Hash) -> Result<Option<Vec<Vec<u8>>>, Error> {
		Ok(None)
	}

	fn block_indexed_hashes(&self, hash: Hash) -> Result<Option<Vec<H256>>, Error> {
		self.client.block_indexed_hashes(hash)
	}

	fn block(&self, hash: Hash) -> Result<Option<SignedBlock<Block>>, Error> {
		self.client.block(hash)
	}

	fn block_status(&self, hash: Hash) -> Result<sp_consensus::BlockStatus, Error> {
		BlockBackend::block_status(&*self.client, hash)
	}

	fn justifications(&self, hash: Hash) -> Result<Option<Justifications>, Error> {
		self.client.justifications(hash)
	}

	fn block_hash(&self, number: NumberFor<Block>) -> Result<Option<Hash>, Error> {
		BlockBackend::block_hash(&*self.client, number)
	}

	fn indexed_transaction(&self, hash: H256) -> Result<Option<Vec<u8>>, Error> {
		self.client.indexed_transaction(hash)
	}

	fn has_indexed_transaction(&self, hash: H256) -> Result<bool, Error> {
		self.client.has_indexed_transaction(hash)
	}

	fn requires_full_sync(&self) -> bool {
		self.client.requires_full_sync()
	}
}

impl BlockchainEvents<Block> for Peers {
	fn import_notification_stream(&self) -> ImportNotifications<Block> {
		self.client.import_notification_stream()
	}

	fn every_import_notification_stream(&self) -> ImportNotifications<Block> {
		self.client.every_import_notification_stream()
	}

	fn finality_notification_stream(&self) -> FinalityNotifications<Block> {
		self.client.finality_notification_stream()
	}

	fn storage_changes_notification_stream(
		&self,
		keys: Option<&[StorageKey]>,
		children: Option<&[(StorageKey, Option<Vec<StorageKey>>)]>,
	) -> Result<StorageEventStream<Hash>, Error> {
		self.client.storage_changes_notification_stream(keys, children)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const SECOND: Duration = Duration::from_secs(1);

	/// Spends seconds one after the other as long as something is left; gives how many.
	fn ask(budget: &mut Budget, now: Instant) -> u32 {
		let mut asked = 0;
		while budget.is_left(now) {
			budget.spend(SECOND, now);
			asked += 1;
			assert!(asked < 1_000);
		}
		asked
	}

	#[test]
	fn a_burst_then_a_share_of_the_time() {
		let start = Instant::now() + 1_000 * SECOND;
		let mut budget = Budget::new(start);
		// Two seconds are left, and what was begun is done.
		assert_eq!(ask(&mut budget, start), 3);
		// The one that was too much is paid first.
		assert_eq!(ask(&mut budget, start + 19 * SECOND), 0);
		let later = start + 20 * SECOND;
		let hour: u32 = (0..3_600).map(|second| ask(&mut budget, later + second * SECOND)).sum();
		assert_eq!(hour, 180);
		// Nobody asks for a day: the same burst.
		assert_eq!(ask(&mut budget, later + 90_000 * SECOND), 3);
	}
}
