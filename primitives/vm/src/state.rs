//! The state of a run, and the commitment to it.

use alloc::vec::Vec;
use assay_primitives::{hash, merkle, H256};
use codec::{Decode, Encode};

/// Bytes in a page of memory.
pub const PAGE_BYTES: usize = 65_536;
/// Bytes in a leaf of the Merkle tree over the memory.
pub const LEAF_BYTES: usize = 1_024;
/// Status of a state in which a run failed.
pub const FAILED: u8 = 2;

/// The whole state between two steps.
///
/// Memory is the whole state of the program: every call starts with all globals at their initial
/// values, and tables cannot change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StateImage {
	/// Which run it belongs to, see [`origin`](crate::origin).
	pub origin: H256,
	/// Steps done: 0 after `init`.
	pub step: u32,
	/// What the last step returned: 0 continue, 1 trained. 0 after `init`; [`FAILED`] where the run
	/// failed.
	pub status: u8,
	/// Fuel used so far.
	pub fuel: u64,
	/// The memory: whole pages.
	pub memory: Vec<u8>,
}

impl StateImage {
	/// Pages of memory.
	#[must_use]
	pub fn pages(&self) -> u32 {
		pages(self.memory.len())
	}

	/// The commitment to the state:
	/// `H("assay/state" ‖ origin ‖ step ‖ status ‖ fuel ‖ pages ‖ root of the memory)`, numbers
	/// little-endian. The leaves of the memory's Merkle tree are its pieces of [`LEAF_BYTES`].
	#[must_use]
	pub fn commitment(&self) -> H256 {
		let leaves = merkle::leaves(self.memory.chunks(LEAF_BYTES));
		self.commit(&merkle::Tree::new(leaves).root())
	}

	fn commit(&self, memory: &H256) -> H256 {
		let Self { origin, step, status, fuel, memory: _ } = self;
		hash(&(*b"assay/state", origin, step, status, fuel, self.pages(), memory).encode())
	}
}

/// Pages in some bytes of memory.
pub(crate) fn pages(bytes: usize) -> u32 {
	u32::try_from(bytes / PAGE_BYTES).unwrap_or(u32::MAX)
}

/// A state with the Merkle tree over its memory, so that the next commitment costs only what has
/// changed.
pub(crate) struct Tracked {
	pub image: StateImage,
	tree: merkle::Tree,
	/// Hash of a leaf of zeros.
	zero: H256,
}

impl Tracked {
	/// A state whose memory has no pages yet.
	pub fn empty(origin: H256) -> Self {
		Self::new(StateImage { origin, step: 0, status: 0, fuel: 0, memory: Vec::new() })
	}

	pub fn new(image: StateImage) -> Self {
		let zero = merkle::leaf(&[0; LEAF_BYTES]);
		let leaves = merkle::leaves(image.memory.chunks(LEAF_BYTES));
		Self { image, tree: merkle::Tree::new(leaves), zero }
	}

	/// Takes over a memory, which may have grown. Gives the number of leaves that have changed; new
	/// ones were zero before.
	pub fn update(&mut self, memory: &[u8]) -> u64 {
		let grown = memory.len() > self.image.memory.len();
		// Not twice the room of before: that would be memory that nobody uses.
		let missing = memory.len().saturating_sub(self.image.memory.len());
		self.image.memory.reserve_exact(missing);
		self.image.memory.resize(memory.len(), 0);
		let (mut changed, mut contents) = (Vec::new(), Vec::new());
		let leaves = self.image.memory.chunks_mut(LEAF_BYTES).zip(memory.chunks(LEAF_BYTES));
		for (index, (old, new)) in leaves.enumerate() {
			if old != new {
				old.copy_from_slice(new);
				changed.push(index);
				contents.push(new);
			}
		}
		if grown {
			let mut all = self.tree.leaves().to_vec();
			all.resize(memory.len() / LEAF_BYTES, self.zero);
			self.tree = merkle::Tree::new(all);
		}
		let count = u64::try_from(changed.len()).unwrap_or(u64::MAX);
		self.tree.update(changed.into_iter().zip(merkle::leaves(contents)));
		count
	}

	pub fn commitment(&self) -> H256 {
		self.image.commit(&self.tree.root())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn a_memory_that_grows_takes_no_more_than_it_needs() {
		let mut tracked = Tracked::empty(H256::zero());
		for pages in [20, 21, 23] {
			tracked.update(&vec![0; pages * PAGE_BYTES]);
			assert_eq!(tracked.image.memory.capacity(), pages * PAGE_BYTES);
		}
	}

	proptest! {
		#[test]
		fn a_tracked_state_is_committed_to_like_its_image(
			rounds in prop::collection::vec(
				(0usize..3, prop::collection::vec((any::<u32>(), any::<u8>()), 0..20)),
				1..6,
			),
		) {
			let mut memory = vec![0; PAGE_BYTES];
			let mut tracked = Tracked::empty(H256::repeat_byte(7));
			for (growth, writes) in rounds {
				let before = memory.clone();
				memory.resize(memory.len() + growth * PAGE_BYTES, 0);
				let size = memory.len();
				for (at, value) in writes {
					memory[at as usize % size] = value;
				}
				let expected = memory
					.chunks(LEAF_BYTES)
					.enumerate()
					.filter(|(index, leaf)| {
						let old = before.chunks(LEAF_BYTES).nth(*index);
						*leaf != old.unwrap_or(&[0; LEAF_BYTES])
					})
					.count();
				let first = tracked.image.memory.is_empty();
				let changed = tracked.update(&memory);
				if !first {
					prop_assert_eq!(changed, expected as u64);
				}
				tracked.image.step += 1;
				prop_assert_eq!(tracked.commitment(), tracked.image.commitment());
				prop_assert_eq!(&tracked.image.memory, &memory);
			}
		}
	}
}
