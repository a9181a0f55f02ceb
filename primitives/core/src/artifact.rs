//! Content addresses of programs, data sets and models.

use crate::{hash, H256};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// Address of an artifact: [`Manifest::id`].
pub type ArtifactId = H256;

/// Bytes in each chunk of an artifact but the last.
pub const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// What an artifact consists of. The same bytes always have the same manifest, so the id is an
/// address of the content.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Manifest {
	/// Size of the whole artifact in bytes.
	pub size: u64,
	/// BLAKE2b-256 of each chunk of [`CHUNK_BYTES`] (the last one may be shorter).
	pub chunks: Vec<H256>,
}

impl Manifest {
	/// The manifest of some bytes.
	#[must_use]
	pub fn of(bytes: &[u8]) -> Self {
		Self {
			size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
			chunks: bytes.chunks(CHUNK_BYTES).map(hash).collect(),
		}
	}

	/// The artifact's address: BLAKE2b-256 of the SCALE encoding of the manifest.
	#[must_use]
	pub fn id(&self) -> ArtifactId {
		hash(&self.encode())
	}

	/// Number of chunks that an artifact of `size` bytes has.
	#[must_use]
	pub fn chunks_for(size: u64) -> u64 {
		size.div_ceil(u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX))
	}

	/// Size in bytes of chunk `index`, or `None` if there is no such chunk.
	#[must_use]
	pub fn chunk_size(size: u64, index: u32) -> Option<u32> {
		let chunk = u64::try_from(CHUNK_BYTES).ok()?;
		let left = size.checked_sub(u64::from(index).checked_mul(chunk)?)?;
		let here = left.min(chunk);
		(here > 0).then_some(u32::try_from(here).ok()?)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_address_depends_on_every_byte_and_on_the_length() {
		let bytes = alloc::vec![7u8; CHUNK_BYTES + 1];
		let manifest = Manifest::of(&bytes);
		assert_eq!(manifest.chunks.len(), 2);
		assert_eq!(Manifest::chunks_for(manifest.size), 2);
		for at in [0, CHUNK_BYTES - 1, CHUNK_BYTES] {
			let mut other = bytes.clone();
			other[at] ^= 1;
			assert_ne!(Manifest::of(&other).id(), manifest.id());
		}
		assert_ne!(Manifest::of(&bytes[..CHUNK_BYTES]).id(), manifest.id());
	}

	#[test]
	fn chunk_sizes_add_up() {
		let chunk = CHUNK_BYTES as u64;
		for size in [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk] {
			let sizes: Vec<u32> = (0..).map_while(|i| Manifest::chunk_size(size, i)).collect();
			assert_eq!(sizes.len() as u64, Manifest::chunks_for(size));
			assert_eq!(sizes.iter().map(|s| u64::from(*s)).sum::<u64>(), size);
		}
	}
}
