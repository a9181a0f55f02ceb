//! Weights of the pallet's calls and hooks. A runtime has measured ones.

use frame_support::weights::Weight;

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`appoint`](crate::Call::appoint).
	fn appoint() -> Weight;
	/// [`dismiss`](crate::Call::dismiss).
	fn dismiss() -> Weight;
	/// [`open_batch`](crate::Call::open_batch) of the most canaries.
	fn open_batch() -> Weight;
	/// [`open_canary`](crate::Call::open_canary) of a claim that was rejected, with the most
	/// verdicts to judge; or of one that is re-run.
	fn open_canary() -> Weight;
	/// [`close_batch`](crate::Call::close_batch) of the most canaries.
	fn close_batch() -> Weight;
	/// The end of a re-run that overturns the largest committee and unlists a claim.
	fn on_settled() -> Weight;
}

/// For mocks: 50 µs each, and a nanosecond for each unit of what it depends on.
impl WeightInfo for () {
	fn appoint() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn dismiss() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn open_batch() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn open_canary() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn close_batch() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn on_settled() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
}
