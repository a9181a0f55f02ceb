//! Keys: bound to their owner before they are known.
//!
//! 1. The owner draws a [`Secret`] and derives sub-keys from it, [`Secret::sub_key`]. It commits to
//!    the Merkle root of all of them ([`Secret::root`]) in its intent.
//! 2. The chain draws a beacon, later than the intent.
//! 3. [`watermark`] makes the key of each sub-key from it, the owner and the beacon. Nobody, the
//!    owner included, could know it before, so neither triggers nor projection can be chosen to fit
//!    a model that exists.
//! 4. A registration opens one sub-key ([`Opening`]), a dispute another. What is not opened stays
//!    unknown to those who would remove the mark.

use crate::stream::Tag;
use alloc::vec::Vec;
use assay_primitives::{
	hash,
	merkle::{self, Proof, Tree},
	IntentId, H256,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// Fewest sub-keys under one root: one to register with, one for a dispute.
pub const MIN_SUB_KEYS: u32 = 2;
/// Most sub-keys under one root.
pub const MAX_SUB_KEYS: u32 = 16;

/// What only the owner knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
	/// 32 random bytes.
	pub bytes: H256,
	/// Number of sub-keys, from [`MIN_SUB_KEYS`] to [`MAX_SUB_KEYS`].
	pub sub_keys: u32,
}

impl Secret {
	/// `H("assay/subkey" ‖ secret ‖ index)`.
	#[must_use]
	pub fn sub_key(&self, index: u32) -> H256 {
		hash(&(*b"assay/subkey", self.bytes, index).encode())
	}

	fn tree(&self) -> Tree {
		let leaves = (0..self.sub_keys).map(|index| merkle::leaf(&self.sub_key(index).0));
		Tree::new(leaves.collect::<Vec<_>>())
	}

	/// Merkle root of the sub-keys: what an intent commits to.
	#[must_use]
	pub fn root(&self) -> H256 {
		self.tree().root()
	}

	/// Opens a sub-key; `None` if there is none with that index.
	#[must_use]
	pub fn open(&self, index: u32) -> Option<Opening> {
		Some(Opening { sub_key: self.sub_key(index), proof: self.tree().prove(index)? })
	}
}

/// A sub-key, and that it stands under a root.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Opening {
	/// The sub-key.
	pub sub_key: H256,
	/// Its place: the index, and how many there are.
	pub proof: Proof,
}

impl Opening {
	/// The root under which the sub-key stands; `None` if the proof is malformed or the number of
	/// sub-keys is out of range. Hashes four times at the most.
	#[must_use]
	pub fn root(&self) -> Option<H256> {
		let fits = (MIN_SUB_KEYS..=MAX_SUB_KEYS).contains(&self.proof.count);
		if fits {
			self.proof.root(merkle::leaf(&self.sub_key.0))
		} else {
			None
		}
	}
}

/// The watermark key of a sub-key:
/// `H("assay/watermark" ‖ owner ‖ intent ‖ root ‖ index ‖ sub_key ‖ beacon)`, where `owner` is the
/// SCALE encoding of the account that declared the intent (32 bytes), and `intent` the intent's
/// number: a root that is declared twice has other keys each time.
#[must_use]
pub fn watermark<AccountId: Encode>(
	owner: &AccountId,
	intent: IntentId,
	root: &H256,
	index: u32,
	sub_key: &H256,
	beacon: &H256,
) -> H256 {
	hash(&(*b"assay/watermark", owner, intent, root, index, sub_key, beacon).encode())
}

/// Block `number` of one of the streams that a watermark key drives:
/// `H(key ‖ tag ‖ number)`, `tag` one byte, `number` 64 bits little-endian.
pub(crate) fn block(key: &H256, tag: Tag, number: u64) -> [u8; 32] {
	// Not by way of `Encode`: there are 32 768 blocks in a projection, and allocations are calls to
	// the host in a runtime.
	let mut input = [tag.byte(); 41];
	let (before, after) = input.split_at_mut(32);
	before.copy_from_slice(&key.0);
	// One byte stays the tag.
	let (_, last) = after.split_at_mut(1);
	last.copy_from_slice(&number.to_le_bytes());
	hash(&input).0
}

#[cfg(test)]
mod tests {
	use super::*;

	fn secret(sub_keys: u32) -> Secret {
		Secret { bytes: H256::repeat_byte(7), sub_keys }
	}

	#[test]
	fn every_sub_key_opens_to_the_root_and_no_other_does() {
		for count in MIN_SUB_KEYS..=MAX_SUB_KEYS {
			let secret = secret(count);
			for index in 0..count {
				let opening = secret.open(index).unwrap();
				assert_eq!(opening.root(), Some(secret.root()));
				let other = Opening { sub_key: secret.sub_key(index + 1), ..opening };
				assert_ne!(other.root(), Some(secret.root()));
			}
			assert_eq!(secret.open(count), None);
		}
	}

	#[test]
	fn roots_of_too_few_or_too_many_are_refused() {
		for count in [1, MAX_SUB_KEYS + 1] {
			assert_eq!(secret(count).open(0).unwrap().root(), None);
		}
	}

	#[test]
	fn a_key_depends_on_everything() {
		let [a, b, c] = [1, 2, 3].map(H256::repeat_byte);
		let key = watermark(&[0u8; 32], 0, &a, 0, &b, &c);
		for other in [
			watermark(&[1u8; 32], 0, &a, 0, &b, &c),
			watermark(&[0u8; 32], 1, &a, 0, &b, &c),
			watermark(&[0u8; 32], 0, &b, 0, &b, &c),
			watermark(&[0u8; 32], 0, &a, 1, &b, &c),
			watermark(&[0u8; 32], 0, &a, 0, &c, &c),
			watermark(&[0u8; 32], 0, &a, 0, &b, &a),
		] {
			assert_ne!(key, other);
		}
	}
}
