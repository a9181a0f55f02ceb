//! Weights of the pallet's calls and hooks. A runtime has measured ones.

use frame_support::weights::Weight;

/// Weights of the pallet's calls and hooks.
pub trait WeightInfo {
	/// [`register`](crate::Call::register).
	fn register() -> Weight;
	/// [`bond_extra`](crate::Call::bond_extra).
	fn bond_extra() -> Weight;
	/// [`unbond`](crate::Call::unbond).
	fn unbond() -> Weight;
	/// [`withdraw_unbonded`](crate::Call::withdraw_unbonded).
	fn withdraw_unbonded() -> Weight;
	/// [`deregister`](crate::Call::deregister).
	fn deregister() -> Weight;
	/// [`rotate_key`](crate::Call::rotate_key).
	fn rotate_key() -> Weight;
	/// [`cancel_rotation`](crate::Call::cancel_rotation).
	fn cancel_rotation() -> Weight;
	/// [`accept_rotation`](crate::Call::accept_rotation).
	fn accept_rotation() -> Weight;
	/// [`appeal_slash`](crate::Call::appeal_slash).
	fn appeal_slash() -> Weight;
	/// [`resolve_appeal`](crate::Call::resolve_appeal).
	fn resolve_appeal() -> Weight;
	/// [`force_cancel_slash`](crate::Call::force_cancel_slash).
	fn force_cancel_slash() -> Weight;
	/// `n` pending slashes that become final in one block.
	fn finalise_slashes(n: u32) -> Weight;
}

/// For mocks: 50 µs each, and a nanosecond for each unit of what it depends on.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn unbond() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn withdraw_unbonded() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn deregister() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn rotate_key() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn cancel_rotation() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn accept_rotation() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn appeal_slash() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn resolve_appeal() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn force_cancel_slash() -> Weight {
		Weight::from_parts(50_000_000, 0)
	}
	fn finalise_slashes(n: u32) -> Weight {
		Weight::from_parts(50_000_000, 0)
			.saturating_add(Weight::from_parts(1_000, 0).saturating_mul(n.into()))
	}
}
