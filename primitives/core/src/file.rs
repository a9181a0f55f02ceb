//! Files that a run reads beside its data: any bytes, in chunks that can be proved on their own.

use crate::{
	merkle::{self, Tree},
	ArtifactId, H256,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Bytes in each chunk of a file but, perhaps, the last.
pub const CHUNK_BYTES: usize = assay_abi::FILE_CHUNK;

/// A file that a run reads: for instance a model that somebody else trained.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct File {
	/// Where its bytes are.
	pub id: ArtifactId,
	/// Its length in bytes.
	pub bytes: u32,
	/// Root of its [`tree`].
	pub root: H256,
}

/// The chunks of a file.
pub fn chunks(file: &[u8]) -> impl Iterator<Item = &[u8]> {
	file.chunks(CHUNK_BYTES)
}

/// What leaf 0 of a file's tree is made of: the length in bytes, `u64` little-endian.
#[must_use]
pub fn length_leaf(bytes: u64) -> H256 {
	merkle::leaf(&bytes.to_le_bytes())
}

/// The Merkle tree of a file. Leaf 0 is the [`length_leaf`]; leaf `1 + i` is chunk `i`.
#[must_use]
pub fn tree(file: &[u8]) -> Tree {
	let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
	let leaves = core::iter::once(length_leaf(length)).chain(chunks(file).map(merkle::leaf));
	Tree::new(leaves.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_tree_tells_files_of_different_lengths_apart() {
		let long = [0u8; CHUNK_BYTES + 1];
		assert_eq!(tree(&long).len(), 3);
		assert_eq!(tree(&[]).len(), 1);
		assert_ne!(tree(&long).root(), tree(&long[1..]).root());
		assert_eq!(tree(&long).leaves()[2], merkle::leaf(&[0]));
	}
}
