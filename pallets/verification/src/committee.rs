//! The draw of a committee: weighted by stake, without replacement.

use alloc::vec::Vec;
use assay_primitives::{hash, H256};
use codec::Encode;

/// Draws up to `size` of the candidates, given as (item, weight). The chance of each candidate in
/// each draw is its share of the weight that is left; weight 0 is never drawn.
///
/// Draw `i` takes the first 16 bytes of `H(seed ‖ i)` modulo the weight left. With weights that add
/// up to less than 2⁶⁴ the modulo favours nobody by more than 2⁻⁶⁴.
pub fn draw<C>(seed: H256, mut candidates: Vec<(C, u128)>, size: u32) -> Vec<C> {
	let mut drawn = Vec::new();
	for i in 0..size {
		let total = candidates.iter().fold(0u128, |sum, (_, weight)| sum.saturating_add(*weight));
		let random = hash(&(seed, i).encode());
		let bytes = random.0.first_chunk().copied().unwrap_or_default();
		let Some(mut point) = u128::from_le_bytes(bytes).checked_rem(total) else { break };
		let hit = candidates.iter().position(|(_, weight)| match point.checked_sub(*weight) {
			Some(rest) => {
				point = rest;
				false
			},
			None => true,
		});
		let Some(at) = hit else { break };
		drawn.push(candidates.swap_remove(at).0);
	}
	drawn
}

/// The size of the committee of the next round: twice the last one and one more, so that it is odd
/// and the earlier committee is a minority in it.
pub const fn next_size(size: u32) -> u32 {
	size.saturating_mul(2).saturating_add(1)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn nobody_is_drawn_twice_and_nobody_without_stake() {
		let candidates = vec![('a', 5), ('b', 0), ('c', 1), ('d', u128::from(u64::MAX))];
		for seed in 0..50u8 {
			let mut drawn = draw(H256::repeat_byte(seed), candidates.clone(), 10);
			drawn.sort_unstable();
			assert_eq!(drawn, ['a', 'c', 'd']);
		}
		assert!(draw(H256::zero(), Vec::<(char, u128)>::new(), 3).is_empty());
	}

	#[test]
	fn the_first_draw_follows_the_stake() {
		// 4 000 draws; the standard deviation of each share is below 0.8 %.
		let candidates = vec![(0usize, 1u128), (1, 2), (2, 7)];
		let mut count = [0u32; 3];
		for i in 0..4_000u32 {
			let seed = hash(&i.to_le_bytes());
			count[draw(seed, candidates.clone(), 1)[0]] += 1;
		}
		for (share, of) in [(0.1, count[0]), (0.2, count[1]), (0.7, count[2])] {
			let measured = f64::from(of) / 4_000.0;
			assert!((measured - share).abs() < 0.04, "{measured} instead of {share}");
		}
	}

	#[test]
	fn the_draw_depends_on_the_seed_only() {
		let candidates: Vec<(u32, u128)> = (0..20).map(|i| (i, 100)).collect();
		let seed = H256::repeat_byte(9);
		assert_eq!(draw(seed, candidates.clone(), 5), draw(seed, candidates.clone(), 5));
		assert_ne!(draw(seed, candidates.clone(), 5), draw(H256::zero(), candidates, 5));
	}
}
