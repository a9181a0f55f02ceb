//! Weights of the pallet's calls and hooks. A runtime has measured ones.

use frame_support::weights::Weight;

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
	/// A deadline at which the largest committee settles an appeal that has the earlier one
	/// slashed.
	fn conclude() -> Weight;
	/// One job that can be audited no more.
	fn end_window() -> Weight;
}

/// For mocks: 50 µs each, and a nanosecond for each unit of what it depends on.
impl WeightInfo for () {
	fn commit_verdict() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn authorize_commit_verdict() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn reveal_verdict() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn reveal_among_others() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn authorize_reveal_verdict() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn idle() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn draw() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn escalate() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn conclude() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn end_window() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
}
