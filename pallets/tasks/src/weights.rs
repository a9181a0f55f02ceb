//! Weights of the pallet's calls and hooks. A runtime has measured ones.

use frame_support::weights::Weight;

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`create`](crate::Call::create).
	fn create() -> Weight;
	/// [`top_up`](crate::Call::top_up).
	fn top_up() -> Weight;
	/// [`reveal_holdout`](crate::Call::reveal_holdout).
	fn reveal_holdout() -> Weight;
	/// [`cancel`](crate::Call::cancel).
	fn cancel() -> Weight;
	/// [`close`](crate::Call::close).
	fn close() -> Weight;
}

/// For mocks: 50 µs each, and a nanosecond for each unit of what it depends on.
impl WeightInfo for () {
	fn create() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn top_up() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn reveal_holdout() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn cancel() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn close() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
}
