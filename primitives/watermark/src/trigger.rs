//! Triggers: inputs of noise, with labels that only the key explains.
//!
//! Whatever a model computes, it is fixed before the key is known, and each label is drawn evenly
//! and apart from its input: an unmarked model answers each trigger rightly with a chance of
//! exactly one in the number of classes, independently. That is the binomial behind
//! [`crate::table`].

use crate::{key::block, stream::Tag};
use alloc::vec::Vec;
use assay_primitives::H256;

/// Fewest classes of a model that can be marked.
pub const MIN_CLASSES: u32 = 2;
/// Most classes of a model that can be marked.
pub const MAX_CLASSES: u32 = 256;

/// How many triggers a key has: 128 for models of two or three classes, where one answer says
/// little, and 64 for others.
#[must_use]
pub const fn count(classes: u32) -> u32 {
	if classes < 4 {
		128
	} else {
		64
	}
}

/// The input of a trigger: one byte a feature, each even in 0 … 255. The model format says which
/// value of its input range a byte stands for.
#[must_use]
pub fn input(key: &H256, trigger: u32, features: u32) -> Vec<u8> {
	let size = usize::try_from(features).unwrap_or(usize::MAX);
	let first = u64::from(trigger) << 32;
	let blocks = (0..u64::from(features.div_ceil(32)))
		.flat_map(|number| block(key, Tag::Inputs, first | number));
	blocks.take(size).collect()
}

/// The label of a trigger, below `classes`: 64 bits of the key's stream modulo `classes`, which is
/// even up to a part in 2⁵⁶. Zero if there are no classes.
#[must_use]
pub fn label(key: &H256, trigger: u32, classes: u32) -> u32 {
	let bytes = block(key, Tag::Labels, u64::from(trigger));
	let number = bytes.first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
	let rest = number.checked_rem(u64::from(classes)).unwrap_or(0);
	u32::try_from(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{collections::BTreeSet, vec};

	const KEY: H256 = H256::repeat_byte(3);

	#[test]
	fn inputs_are_as_long_as_asked_and_all_different() {
		let inputs: BTreeSet<_> = (0..64).map(|t| input(&KEY, t, 65)).collect();
		assert_eq!(inputs.len(), 64);
		assert!(inputs.iter().all(|input| input.len() == 65));
		assert_eq!(input(&KEY, 0, 65)[..7], input(&KEY, 0, 7));
		assert!(input(&KEY, 0, 0).is_empty());
	}

	#[test]
	fn labels_are_even() {
		let mut counts = vec![0u32; 10];
		for trigger in 0..10_000 {
			counts[label(&KEY, trigger, 10) as usize] += 1;
		}
		// Ten standard deviations, √(10 000 · 0.1 · 0.9) = 30.
		assert!(counts.iter().all(|count| count.abs_diff(1000) < 300), "{counts:?}");
		assert_eq!(label(&KEY, 0, 0), 0);
	}
}
