//! Whether the node is far behind: by its clock and the slots of blocks.
//!
//! The SDK goes by the heights that peers claim, which nobody checks. A node that believes to be far
//! behind makes no blocks, and does not tell its off-chain worker of those that it takes over, so
//! that it gives no verdicts: peers without stake could silence a validator. So what is known to be
//! recent is treated as such, whatever peers claim.

use crate::service::Client;
use assay_runtime::{opaque::Block, Header};
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sp_blockchain::HeaderBackend;
use sp_consensus::{BlockOrigin, SyncOracle};
use sp_consensus_babe::{Slot, SlotDuration};
use sp_timestamp::Timestamp;
use std::sync::Arc;

/// Slots for which a block is recent: a minute. Fewer than this without a block are usual.
const RECENT: u64 = 20;

/// Whether a block of this slot is recent in slot `now`.
fn is_recent(slot: Slot, now: Slot) -> bool {
	slot >= now.saturating_sub(RECENT)
}

/// Whether a block is recent now.
fn is_recent_now(header: &Header, duration: SlotDuration) -> bool {
	let now = Slot::from_timestamp(Timestamp::current(), duration);
	sc_consensus_babe::find_pre_digest::<Block>(header)
		.is_ok_and(|digest| is_recent(digest.slot(), now))
}

/// Says that the node is syncing only if its best block is not recent.
#[derive(Clone)]
pub struct Oracle<O> {
	/// What goes by the claims of peers.
	pub inner: O,
	/// Knows the best block.
	pub client: Arc<Client>,
	/// Of a slot.
	pub duration: SlotDuration,
}

impl<O: SyncOracle> SyncOracle for Oracle<O> {
	fn is_major_syncing(&self) -> bool {
		let best = || self.client.header(self.client.info().best_hash).ok().flatten();
		let is_recent = || best().is_some_and(|best| is_recent_now(&best, self.duration));
		self.inner.is_major_syncing() && !is_recent()
	}

	fn is_offline(&self) -> bool {
		self.inner.is_offline()
	}
}

/// Takes in recent blocks as such, not as those of an initial sync.
#[derive(Clone)]
pub struct Import<I> {
	/// What takes them in.
	pub inner: I,
	/// Of a slot.
	pub duration: SlotDuration,
}

#[async_trait::async_trait]
impl<I: BlockImport<Block> + Send + Sync> BlockImport<Block> for Import<I> {
	type Error = I::Error;

	async fn check_block(&self, block: BlockCheckParams<Block>) -> Result<ImportResult, I::Error> {
		self.inner.check_block(block).await
	}

	async fn import_block(
		&self,
		mut block: BlockImportParams<Block>,
	) -> Result<ImportResult, I::Error> {
		if block.origin == BlockOrigin::NetworkInitialSync
			&& is_recent_now(&block.header, self.duration)
		{
			block.origin = BlockOrigin::NetworkBroadcast;
		}
		self.inner.import_block(block).await
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn blocks_of_the_last_minute_are_recent() {
		let now = Slot::from(1_000);
		for (slot, recent) in [(979, false), (980, true), (1_000, true), (1_001, true)] {
			assert_eq!(is_recent(slot.into(), now), recent, "{slot}");
		}
		assert!(is_recent(0.into(), 7.into()));
	}
}
