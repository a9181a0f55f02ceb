//! Random numbers from a seed.

use crate::math;
use rand_xoshiro::{
	rand_core::{Rng as _, SeedableRng},
	Xoshiro256PlusPlus,
};

/// A seeded generator, xoshiro256++. The same seed gives the same numbers on every machine.
#[derive(Clone, Debug)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
	/// The generator with this seed.
	#[must_use]
	pub fn new(seed: u64) -> Self {
		Self(Xoshiro256PlusPlus::seed_from_u64(seed))
	}

	/// 64 random bits.
	pub fn bits(&mut self) -> u64 {
		self.0.next_u64()
	}

	/// A whole number from 0 to `bound - 1`; 0 if `bound` is 0.
	///
	/// The product of 32 random bits and the bound, of which the upper half is kept: some numbers
	/// are more frequent than others by at most `bound / 2³²`.
	pub fn below(&mut self, bound: u32) -> u32 {
		(((self.bits() >> 32) * u64::from(bound)) >> 32) as u32
	}

	/// A number in `0.0..1.0`, a multiple of 2⁻²⁴.
	pub fn unit(&mut self) -> f32 {
		(self.bits() >> 40) as f32 / (1u32 << 24) as f32
	}

	/// A number from the normal distribution with mean 0 and deviation 1 (Box and Muller, 1958).
	pub fn normal(&mut self) -> f32 {
		let radius = math::sqrt(-2.0 * math::ln(1.0 - self.unit()));
		radius * math::cos(2.0 * core::f32::consts::PI * self.unit())
	}

	/// Puts a slice into random order (Fisher and Yates).
	pub fn shuffle<T>(&mut self, slice: &mut [T]) {
		for last in (1..slice.len()).rev() {
			let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
			slice.swap(last, self.below(bound) as usize);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::vec::Vec;

	#[test]
	fn the_stream_is_fixed() {
		// SplitMix64 of seed 0, then the reference implementation of xoshiro256++.
		let mut rng = Rng::new(0);
		assert_eq!(rng.bits(), 5_987_356_902_031_041_503);
		assert_eq!(Rng::new(1).bits(), Rng::new(1).bits());
		assert_ne!(Rng::new(1).bits(), Rng::new(2).bits());
	}

	#[test]
	fn moments_are_right() {
		let mut rng = Rng::new(5);
		let n = 20_000;
		let normal: Vec<f64> = (0..n).map(|_| f64::from(rng.normal())).collect();
		let mean = normal.iter().sum::<f64>() / f64::from(n);
		let var = normal.iter().map(|v| v * v).sum::<f64>() / f64::from(n);
		// Five standard errors: 5 / sqrt(n) and 5 * sqrt(2 / n).
		assert!(mean.abs() < 0.036, "{mean}");
		assert!((var - 1.0).abs() < 0.05, "{var}");
		let unit = (0..n).map(|_| f64::from(rng.unit())).sum::<f64>() / f64::from(n);
		assert!((unit - 0.5).abs() < 0.011, "{unit}");
	}

	#[test]
	fn numbers_stay_below_the_bound() {
		let mut rng = Rng::new(9);
		let mut seen = [0u32; 6];
		for _ in 0..6_000 {
			seen[rng.below(6) as usize] += 1;
		}
		assert!(seen.iter().all(|n| (850..1150).contains(n)), "{seen:?}");
		assert_eq!(rng.below(0), 0);
		assert_eq!(rng.below(1), 0);
	}

	#[test]
	fn a_shuffle_keeps_all_elements() {
		let mut order: Vec<u32> = (0..100).collect();
		Rng::new(3).shuffle(&mut order);
		assert!(order.iter().enumerate().any(|(i, v)| i != *v as usize));
		order.sort_unstable();
		assert!(order.into_iter().eq(0..100));
		Rng::new(3).shuffle::<u32>(&mut []);
	}
}
