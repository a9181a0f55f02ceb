//! Weights of the pallet's calls and hooks. A runtime has measured ones.

use frame_support::weights::Weight;

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`commit`](crate::Call::commit).
	fn commit() -> Weight;
	/// [`reveal`](crate::Call::reveal).
	fn reveal() -> Weight;
	/// [`withdraw`](crate::Call::withdraw).
	fn withdraw() -> Weight;
	/// [`remove`](crate::Call::remove).
	fn remove() -> Weight;
	/// Looking for commitments whose reveals are over, where there are none.
	fn expire_base() -> Weight;
	/// One block in which no commitment ends.
	fn expire_pass() -> Weight;
	/// One commitment that was not revealed in time.
	fn expire_claim() -> Weight;
	/// A settlement, the worst of them.
	fn on_settled() -> Weight;
	/// Looking for tasks whose first claim can be settled, where there are none.
	fn serve_base() -> Weight;
	/// One claim that has waited for its turn.
	fn serve_claim() -> Weight;
}

/// For mocks: 50 µs each, and a nanosecond for each unit of what it depends on.
impl WeightInfo for () {
	fn commit() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn reveal() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn withdraw() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn remove() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn expire_base() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn expire_pass() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn expire_claim() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn on_settled() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn serve_base() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn serve_claim() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
}
