//! The draw of a committee: weighted by stake, without replacement.

use alloc::vec::Vec;
use assay_primitives::{hash, H256};
use codec::Encode;

/// One, as a logarithm.
const ONE: u128 = 1 << 40;

/// Draws up to `size` of the candidates, given as (account, weight, item). The chance of each
/// candidate in each draw is its share of the weight that is left; weight 0 is never drawn.
///
/// Each has a clock of its own, that rings after `−ln(u) / weight` with `u = H(seed ‖ account)`,
/// and those are drawn whose clocks ring first (Efraimidis and Spirakis, 2006). So who comes, goes
/// or changes its stake moves nobody else: with one lottery for all, a single unit of stake would
/// draw all of them anew, as often as somebody likes to try.
pub fn draw<Account: Encode, C>(
	seed: H256,
	candidates: Vec<(Account, u128, C)>,
	size: u32,
) -> Vec<C> {
	let mut clocks: Vec<_> = candidates
		.into_iter()
		.filter_map(|(account, weight, item)| {
			let ticket = hash(&(seed, account).encode());
			Some((rings_at(ticket, weight)?, ticket, item))
		})
		.collect();
	clocks.sort_unstable_by_key(|(time, ticket, _)| (*time, *ticket));
	let size = usize::try_from(size).unwrap_or(usize::MAX);
	clocks.into_iter().take(size).map(|(_, _, item)| item).collect()
}

/// When the clock of a ticket rings, in no particular unit; nothing without weight.
fn rings_at(ticket: H256, weight: u128) -> Option<u128> {
	let uniform = u128::from_le_bytes(ticket.0.first_chunk().copied().unwrap_or_default());
	// Below 2⁴⁷, so that nothing is shifted out; the largest stakes leave 40 bits and more.
	(minus_log2(uniform) << 80u32).checked_div(weight)
}

/// `−log₂(uniform / 2¹²⁸)`, in units of 1 / [`ONE`] (bit by bit, by squaring: Turner, 2010). Zero counts as
/// one.
fn minus_log2(uniform: u128) -> u128 {
	let uniform = uniform.max(1);
	let whole = uniform.leading_zeros();
	// In [1, 2), with 63 bits behind the point.
	let mut mantissa = uniform.checked_shl(whole).unwrap_or_default() >> 64u32;
	let mut log = 0u128;
	let mut bit = ONE;
	while bit > 1 {
		bit >>= 1u32;
		mantissa = mantissa.saturating_mul(mantissa) >> 63u32;
		if mantissa >> 64u32 == 1 {
			mantissa >>= 1u32;
			log |= bit;
		}
	}
	// log₂(uniform) = 127 − whole + log, and 128 − that is left.
	u128::from(whole).saturating_add(1).saturating_mul(ONE).saturating_sub(log)
}

/// The size of the committee of the next round: twice the last one and one more, so that it is odd
/// and the earlier committee is a minority in it.
pub const fn next_size(size: u32) -> u32 {
	size.saturating_mul(2).saturating_add(1)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn all(weights: &[u128]) -> Vec<(u32, u128, u32)> {
		(0..).zip(weights).map(|(account, weight)| (account, *weight, account)).collect()
	}

	#[test]
	fn nobody_is_drawn_twice_and_nobody_without_stake() {
		for seed in 0..50u8 {
			let mut drawn = draw(H256::repeat_byte(seed), all(&[5, 0, 1, u128::MAX]), 10);
			drawn.sort_unstable();
			assert_eq!(drawn, [0, 2, 3]);
		}
		assert!(draw(H256::zero(), all(&[]), 3).is_empty());
	}

	#[test]
	fn logarithms_are_those_of_floating_point() {
		for uniform in [0, 1, 2, 3, 10, u128::MAX / 3, u128::MAX / 2 + 1, u128::MAX - 1, u128::MAX]
		{
			let exact = 128.0 - (uniform.max(1) as f64).log2();
			let found = minus_log2(uniform) as f64 / ONE as f64;
			assert!((found - exact).abs() < 1e-9, "{uniform}: {found} instead of {exact}");
		}
	}

	#[test]
	fn each_draw_follows_the_stake_that_is_left() {
		// 4 000 draws; the standard deviation of each share is below 0.8 %.
		let stakes = [1_000_000u128, 2_000_000, 7_000_000];
		let (mut first, mut second) = ([0u32; 3], [0u32; 3]);
		for i in 0..4_000u32 {
			let [one, two] = draw(hash(&i.to_le_bytes()), all(&stakes), 2)[..] else { panic!() };
			first[one as usize] += 1;
			second[two as usize] += 1;
		}
		// The second: 0.1 · 2/9 + 0.2 · 1/8 + …, by who was the first.
		let after =
			|one: f64, two: f64, own: f64| one * own / (1.0 - one) + two * own / (1.0 - two);
		let shares = [0.1, 0.2, 0.7];
		let expected = [after(0.2, 0.7, 0.1), after(0.1, 0.7, 0.2), after(0.1, 0.2, 0.7)];
		for (count, expected) in [(first, shares), (second, expected)] {
			for (of, share) in count.iter().zip(expected) {
				let measured = f64::from(*of) / 4_000.0;
				assert!((measured - share).abs() < 0.04, "{measured} instead of {share}");
			}
		}
	}

	#[test]
	fn the_draw_depends_on_the_seed_only() {
		let candidates = all(&[100; 20]);
		let seed = H256::repeat_byte(9);
		assert_eq!(draw(seed, candidates.clone(), 5), draw(seed, candidates.clone(), 5));
		assert_ne!(draw(seed, candidates.clone(), 5), draw(H256::zero(), candidates, 5));
	}

	proptest! {
		#[test]
		fn a_stake_that_changes_moves_nobody_else(
			seed: [u8; 32],
			weights in prop::collection::vec(1u128..1 << 90, 2..20),
			changed in 0u128..1 << 90,
			who: prop::sample::Index,
		) {
			let who = who.index(weights.len());
			let order = |weights: &[u128]| {
				let mut drawn = draw(H256(seed), all(weights), u32::MAX);
				drawn.retain(|account| *account as usize != who);
				drawn
			};
			let mut others = weights.clone();
			others[who] = changed;
			prop_assert_eq!(order(&weights), order(&others));
		}

		#[test]
		fn a_larger_stake_is_never_drawn_later(
			seed: [u8; 32],
			weight in 1u128..1 << 80,
			more in 0u128..1 << 80,
		) {
			let ticket = hash(&seed);
			prop_assert!(rings_at(ticket, weight + more) <= rings_at(ticket, weight));
		}
	}
}
