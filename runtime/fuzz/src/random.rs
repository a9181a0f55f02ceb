//! Numbers that look random, and are the same for the same seed.

/// A stream of numbers (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
	/// The stream of a seed.
	#[must_use]
	pub const fn new(seed: u64) -> Self {
		Self(seed)
	}

	/// The next number.
	pub fn number(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	/// One of `0..count`; 0 if there is none.
	pub fn below(&mut self, count: usize) -> usize {
		(self.number() % (count as u64).max(1)) as usize
	}

	/// One of `from..=to`.
	pub fn within(&mut self, from: u64, to: u64) -> u64 {
		from + self.number() % (to - from + 1)
	}

	/// True in so many of a hundred cases.
	pub fn chance(&mut self, percent: usize) -> bool {
		self.below(100) < percent
	}

	/// One of the things; nothing if there are none.
	pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
		from.get(self.below(from.len())).cloned()
	}

	/// So many bytes.
	pub fn bytes(&mut self, count: usize) -> Vec<u8> {
		(0..count).map(|_| self.number() as u8).collect()
	}

	/// A hash of nothing.
	pub fn hash(&mut self) -> assay_primitives::H256 {
		let mut hash = assay_primitives::H256::zero();
		hash.0.chunks_mut(8).for_each(|part| part.copy_from_slice(&self.number().to_le_bytes()));
		hash
	}
}
