//! Weights of the pallet's calls and hooks.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`commit_verdict`](crate::Call::commit_verdict), as the last of the largest committee.
	fn commit_verdict() -> Weight;
	/// Validation of a commitment.
	fn authorize_commit_verdict() -> Weight;
	/// [`reveal_verdict`](crate::Call::reveal_verdict), as the last of the largest committee, with
	/// the settlement: of an appeal that has the earlier committee slashed.
	fn reveal_verdict() -> Weight;
	/// [`reveal_verdict`](crate::Call::reveal_verdict), when others have not revealed yet.
	fn reveal_among_others() -> Weight;
	/// Validation of a reveal.
	fn authorize_reveal_verdict() -> Weight;
	/// A block without deadlines.
	fn idle() -> Weight;
	/// A deadline at which the largest committee is drawn from the most verifiers.
	fn draw() -> Weight;
	/// A deadline at which the largest committee has not agreed, and a larger one could be drawn.
	fn escalate() -> Weight;
	/// A deadline at which the largest committee settles an appeal that has the earlier one slashed.
	fn conclude() -> Weight;
	/// One job that can be audited no more.
	fn end_window() -> Weight;
}

/// Database operations of each, and computation of the order measured for calls of this kind.
impl WeightInfo for () {
	fn commit_verdict() -> Weight {
		Weight::from_parts(60_000_000, 60_000)
			.saturating_add(ParityDbWeight::get().reads_writes(3, 4))
	}
	fn authorize_commit_verdict() -> Weight {
		Weight::from_parts(70_000_000, 60_000).saturating_add(ParityDbWeight::get().reads(2))
	}
	fn reveal_verdict() -> Weight {
		Weight::from_parts(900_000_000, 300_000)
			.saturating_add(ParityDbWeight::get().reads_writes(310, 150))
	}
	fn reveal_among_others() -> Weight {
		Weight::from_parts(60_000_000, 60_000)
			.saturating_add(ParityDbWeight::get().reads_writes(1, 1))
	}
	fn authorize_reveal_verdict() -> Weight {
		Weight::from_parts(40_000_000, 60_000).saturating_add(ParityDbWeight::get().reads(2))
	}
	fn idle() -> Weight {
		Weight::from_parts(5_000_000, 4_000).saturating_add(ParityDbWeight::get().reads(2))
	}
	fn draw() -> Weight {
		Weight::from_parts(500_000_000, 400_000)
			.saturating_add(ParityDbWeight::get().reads_writes(210, 20))
	}
	fn escalate() -> Weight {
		Weight::from_parts(600_000_000, 400_000)
			.saturating_add(ParityDbWeight::get().reads_writes(250, 40))
	}
	fn conclude() -> Weight {
		Weight::from_parts(900_000_000, 400_000)
			.saturating_add(ParityDbWeight::get().reads_writes(310, 150))
	}
	fn end_window() -> Weight {
		Weight::from_parts(30_000_000, 12_000)
			.saturating_add(ParityDbWeight::get().reads_writes(3, 6))
	}
}
