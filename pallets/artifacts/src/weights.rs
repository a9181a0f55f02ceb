//! Weights of the pallet's calls and hooks. A runtime has measured ones.

use frame_support::weights::Weight;

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`announce`](crate::Call::announce).
	fn announce(c: u32) -> Weight;
	/// [`upload`](crate::Call::upload).
	fn upload(b: u32) -> Weight;
	/// [`renew`](crate::Call::renew).
	fn renew() -> Weight;
	/// [`remove`](crate::Call::remove).
	fn remove() -> Weight;
	/// [`force_clear_report`](crate::Call::force_clear_report).
	fn force_clear_report() -> Weight;
}

/// For mocks: 50 µs each, and a nanosecond for each unit of what it depends on.
impl WeightInfo for () {
	fn announce(c: u32) -> Weight {
		Weight::from_parts(50_000_000, 0)
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(c.into()))
	}
	fn upload(b: u32) -> Weight {
		Weight::from_parts(50_000_000, 0)
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(b.into()))
	}
	fn renew() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn remove() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn force_clear_report() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
}
