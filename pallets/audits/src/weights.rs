//! Weights of the pallet's calls and hooks.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`appoint`](crate::Call::appoint).
	fn appoint() -> Weight;
	/// [`dismiss`](crate::Call::dismiss).
	fn dismiss() -> Weight;
	/// [`open_batch`](crate::Call::open_batch) of the most canaries.
	fn open_batch() -> Weight;
	/// [`open_canary`](crate::Call::open_canary) of a claim that was rejected, with the most verdicts to
	/// judge; or of one that is re-run.
	fn open_canary() -> Weight;
	/// [`close_batch`](crate::Call::close_batch) of the most canaries.
	fn close_batch() -> Weight;
	/// The end of a re-run that overturns the largest committee and unlists a claim.
	fn on_settled() -> Weight;
}

/// Database operations of each, and computation of the order measured for calls of this kind.
impl WeightInfo for () {
	fn appoint() -> Weight {
		Weight::from_parts(15_000_000, 4_000)
			.saturating_add(ParityDbWeight::get().reads_writes(1, 1))
	}
	fn dismiss() -> Weight {
		Weight::from_parts(15_000_000, 4_000)
			.saturating_add(ParityDbWeight::get().reads_writes(1, 1))
	}
	fn open_batch() -> Weight {
		Weight::from_parts(60_000_000, 8_000)
			.saturating_add(ParityDbWeight::get().reads_writes(4, 5))
	}
	fn open_canary() -> Weight {
		Weight::from_parts(700_000_000, 250_000)
			.saturating_add(ParityDbWeight::get().reads_writes(120, 210))
	}
	fn close_batch() -> Weight {
		Weight::from_parts(50_000_000, 8_000)
			.saturating_add(ParityDbWeight::get().reads_writes(3, 3))
	}
	fn on_settled() -> Weight {
		Weight::from_parts(900_000_000, 300_000)
			.saturating_add(ParityDbWeight::get().reads_writes(150, 270))
	}
}
