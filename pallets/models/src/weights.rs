//! Weights of the pallet's calls and hooks. A runtime has measured ones.

use frame_support::weights::Weight;

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`intend`](crate::Call::intend).
	fn intend() -> Weight;
	/// [`register`](crate::Call::register).
	fn register() -> Weight;
	/// [`set_alias`](crate::Call::set_alias).
	fn set_alias() -> Weight;
	/// [`transfer`](crate::Call::transfer).
	fn transfer() -> Weight;
	/// [`revoke`](crate::Call::revoke).
	fn revoke() -> Weight;
	/// [`contest`](crate::Call::contest).
	fn contest() -> Weight;
	/// [`withdraw_intent`](crate::Call::withdraw_intent).
	fn withdraw_intent() -> Weight;
	/// [`remove`](crate::Call::remove).
	fn remove() -> Weight;
	/// [`set_scheme`](crate::Call::set_scheme).
	fn set_scheme() -> Weight;
	/// The start of a block within an epoch, and the end of any.
	fn on_initialize() -> Weight;
	/// The start of the first block of an epoch, and its end.
	fn turn_epoch() -> Weight;
	/// A settlement, the worst of them.
	fn on_settled() -> Weight;
	/// What makes a registration or a contest valid, with a slice of `w` weights.
	fn check_model(w: u32) -> Weight;
}

/// For mocks: 50 µs each, and a nanosecond for each unit of what it depends on.
impl WeightInfo for () {
	fn intend() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn register() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn set_alias() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn transfer() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn revoke() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn contest() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn withdraw_intent() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn remove() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn set_scheme() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn on_initialize() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn turn_epoch() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn on_settled() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn check_model(w: u32) -> Weight {
		Weight::from_parts(50_000_000, 0)
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(w.into()))
	}
}
