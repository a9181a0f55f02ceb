//! Binary Merkle trees with proofs.
//!
//! Leaf: `H(0 ‖ data)`. Inner node: `H(1 ‖ left ‖ right)`; the last node of a level of odd length
//! moves up unchanged. Root: `H(2 ‖ number of leaves as u32 LE ‖ top)`, so that trees of different
//! sizes never share a root, and a proof fixes the position of its leaf. The tree of no leaves has
//! the top `H256::zero()`.

use crate::{hash, hash_each, H256};
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// Leaves that are copied and hashed at a time: some for each lane of the widest processors.
const BATCH: usize = 32;

/// What is hashed of a leaf.
fn leaf_input(data: &[u8]) -> Vec<u8> {
	let mut bytes = Vec::with_capacity(data.len().saturating_add(1));
	bytes.push(0);
	bytes.extend_from_slice(data);
	bytes
}

/// Hash of a leaf's data.
#[must_use]
pub fn leaf(data: &[u8]) -> H256 {
	hash(&leaf_input(data))
}

/// Hashes of the data of some leaves: [`leaf`] of each, in less time.
#[must_use]
pub fn leaves<'a>(data: impl IntoIterator<Item = &'a [u8]>) -> Vec<H256> {
	let mut data = data.into_iter().map(leaf_input);
	let mut hashes = Vec::new();
	loop {
		let batch: Vec<_> = data.by_ref().take(BATCH).collect();
		if batch.is_empty() {
			return hashes;
		}
		hashes.extend(hash_each(&batch));
	}
}

/// What is hashed of two nodes.
fn node_input(left: &H256, right: &H256) -> [u8; 65] {
	let mut bytes = [1u8; 65];
	bytes[1..33].copy_from_slice(&left.0);
	bytes[33..65].copy_from_slice(&right.0);
	bytes
}

fn node(left: &H256, right: &H256) -> H256 {
	hash(&node_input(left, right))
}

/// The nodes above some pairs, of which the last may be a single one, which moves up.
fn parents<'a>(pairs: impl Iterator<Item = &'a [H256]>) -> Vec<H256> {
	let (mut inputs, mut single) = (Vec::new(), None);
	for pair in pairs {
		match pair {
			[left, right] => inputs.push(node_input(left, right)),
			rest => single = rest.first().copied(),
		}
	}
	let mut nodes = hash_each(&inputs);
	nodes.extend(single);
	nodes
}

fn seal(count: u32, top: &H256) -> H256 {
	let mut bytes = [2u8; 37];
	bytes[1..5].copy_from_slice(&count.to_le_bytes());
	bytes[5..37].copy_from_slice(&top.0);
	hash(&bytes)
}

/// A tree with all its inner nodes, so that one leaf can be changed at the cost of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
	/// From the leaves up to the top. Never empty; the first level may be.
	levels: Vec<Vec<H256>>,
}

impl Tree {
	/// The tree over leaves that are hashed already ([`leaf`]).
	#[must_use]
	pub fn new(leaves: Vec<H256>) -> Self {
		let mut levels = vec![leaves];
		while let Some(below) = levels.last().filter(|level| level.len() > 1) {
			levels.push(parents(below.chunks(2)));
		}
		Self { levels }
	}

	/// Number of leaves.
	#[must_use]
	pub fn len(&self) -> usize {
		self.levels.first().map_or(0, Vec::len)
	}

	/// The leaves, as hashed.
	#[must_use]
	pub fn leaves(&self) -> &[H256] {
		self.levels.first().map_or(&[], Vec::as_slice)
	}

	/// Whether the tree has no leaves.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// The root.
	#[must_use]
	pub fn root(&self) -> H256 {
		let top = self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default();
		seal(u32::try_from(self.len()).unwrap_or(u32::MAX), &top)
	}

	/// Replaces some leaves; each inner node above them is hashed once. Positions outside of the
	/// tree are ignored.
	pub fn update(&mut self, changed: impl IntoIterator<Item = (usize, H256)>) {
		let mut dirty: Vec<usize> = Vec::new();
		if let Some(leaves) = self.levels.first_mut() {
			for (index, value) in changed {
				if let Some(slot) = leaves.get_mut(index) {
					*slot = value;
					dirty.push(index / 2);
				}
			}
		}
		dirty.sort_unstable();
		for height in 1..self.levels.len() {
			dirty.dedup();
			let (below, above) = self.levels.split_at_mut(height);
			let (Some(below), Some(level)) = (below.last(), above.first_mut()) else { return };
			let pairs = dirty.iter().map(|index| below.chunks(2).nth(*index).unwrap_or_default());
			let nodes = parents(pairs);
			for (index, node) in dirty.iter_mut().zip(nodes) {
				if let Some(slot) = level.get_mut(*index) {
					*slot = node;
				}
				*index /= 2;
			}
		}
	}

	/// The proof of the leaf at `index`, or `None` if there is no such leaf.
	#[must_use]
	pub fn prove(&self, index: u32) -> Option<Proof> {
		let mut at = usize::try_from(index).ok().filter(|at| *at < self.len())?;
		let mut siblings = Vec::new();
		for level in &self.levels {
			if let Some(sibling) = level.get(at ^ 1) {
				siblings.push(*sibling);
			}
			at /= 2;
		}
		Some(Proof { index, count: u32::try_from(self.len()).ok()?, siblings })
	}
}

/// That a leaf stands at a position of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Proof {
	/// Position of the leaf.
	pub index: u32,
	/// Number of leaves in the tree.
	pub count: u32,
	/// Hashes beside the path, from the leaf upwards.
	pub siblings: Vec<H256>,
}

impl Proof {
	/// The root of the tree in which `leaf` stands at [`Self::index`], or `None` if the proof has
	/// the wrong length. Costs one hash a level, 32 at the most.
	#[must_use]
	pub fn root(&self, leaf: H256) -> Option<H256> {
		let (mut at, mut width) = (self.index, self.count);
		if at >= width {
			return None;
		}
		let mut siblings = self.siblings.iter();
		let mut top = leaf;
		while width > 1 {
			if at & 1 == 1 {
				top = node(siblings.next()?, &top);
			} else if at < width.saturating_sub(1) {
				top = node(&top, siblings.next()?);
			}
			at /= 2;
			width = width.div_ceil(2);
		}
		siblings.next().is_none().then(|| seal(self.count, &top))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn numbered(count: usize) -> Vec<H256> {
		(0..count).map(|i| leaf(&i.to_le_bytes())).collect()
	}

	#[test]
	fn small_trees_are_what_the_definition_says() {
		let l = numbered(3);
		assert_eq!(Tree::new(vec![]).root(), seal(0, &H256::zero()));
		assert_eq!(Tree::new(l[..1].to_vec()).root(), seal(1, &l[0]));
		assert_eq!(Tree::new(l.clone()).root(), seal(3, &node(&node(&l[0], &l[1]), &l[2])));
	}

	proptest! {
		#[test]
		fn several_leaves_have_the_hashes_of_each(
			data in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..70),
		) {
			let each: Vec<_> = data.iter().map(|data| leaf(data)).collect();
			prop_assert_eq!(leaves(data.iter().map(Vec::as_slice)), each);
		}

		#[test]
		fn every_leaf_is_proved_and_nothing_else(count in 1usize..70, wrong in any::<u8>()) {
			let tree = Tree::new(numbered(count));
			for index in 0..count {
				let proof = tree.prove(index as u32).unwrap();
				let here = leaf(&index.to_le_bytes());
				prop_assert_eq!(proof.root(here), Some(tree.root()));
				prop_assert_ne!(proof.root(leaf(&[wrong])), Some(tree.root()));
				for other in (0..count).filter(|o| *o != index) {
					let moved = Proof { index: other as u32, ..proof.clone() };
					prop_assert_ne!(moved.root(here), Some(tree.root()));
				}
				let mut longer = proof.clone();
				longer.siblings.push(H256::zero());
				prop_assert_eq!(longer.root(here), None);
				let resized = Proof { count: proof.count + 1, ..proof };
				prop_assert_ne!(resized.root(here), Some(tree.root()));
			}
			prop_assert_eq!(tree.prove(count as u32), None);
		}

		#[test]
		fn an_updated_tree_is_a_new_tree(
			count in 1usize..70,
			changes in prop::collection::vec((0usize..80, any::<u8>()), 0..20),
		) {
			let mut plain = numbered(count);
			let mut tree = Tree::new(plain.clone());
			tree.update(changes.iter().map(|(at, value)| (*at, leaf(&[*value]))));
			for (at, value) in changes {
				if let Some(slot) = plain.get_mut(at) {
					*slot = leaf(&[value]);
				}
			}
			prop_assert_eq!(tree, Tree::new(plain));
		}
	}
}
