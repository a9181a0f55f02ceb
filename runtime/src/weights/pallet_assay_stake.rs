//! Weights of `pallet_assay_stake`: written by `scripts/weights pallet_assay_stake`, 50 steps of 20 repetitions, on Intel(R) Xeon(R) Processor.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_assay_stake`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_assay_stake::WeightInfo for WeightInfo<T> {
	/// Storage: `Stake::Ledgers` (r:1 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:1 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	fn register() -> Weight {
		// At least 65_972 ns.
		Weight::from_parts(86_204_000, 0)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Stake::Ledgers` (r:1 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	fn bond_extra() -> Weight {
		// At least 61_198 ns.
		Weight::from_parts(67_871_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Stake::Ledgers` (r:1 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:2 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	fn unbond() -> Weight {
		// At least 20_058 ns.
		Weight::from_parts(22_759_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Stake::Ledgers` (r:1 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	fn withdraw_unbonded() -> Weight {
		// At least 53_842 ns.
		Weight::from_parts(59_639_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Stake::Ledgers` (r:1 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	fn deregister() -> Weight {
		// At least 20_551 ns.
		Weight::from_parts(24_775_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Stake::Slashes` (r:1 w:1)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:1)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:1 w:1)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:1 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:1)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	fn force_cancel_slash() -> Weight {
		// At least 57_237 ns.
		Weight::from_parts(61_519_000, 0)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Storage: `Stake::Ledgers` (r:2 w:0)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Predecessors` (r:2 w:0)
	/// Proof: `Stake::Predecessors` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Rotations` (r:1 w:1)
	/// Proof: `Stake::Rotations` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:1 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	fn rotate_key() -> Weight {
		// At least 23_603 ns.
		Weight::from_parts(27_467_000, 0)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Stake::Rotations` (r:1 w:1)
	/// Proof: `Stake::Rotations` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	fn cancel_rotation() -> Weight {
		// At least 10_586 ns.
		Weight::from_parts(13_563_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Stake::Rotations` (r:1 w:1)
	/// Proof: `Stake::Rotations` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:2 w:2)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:1 w:1)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Predecessors` (r:1 w:1)
	/// Proof: `Stake::Predecessors` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:1)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	fn accept_rotation() -> Weight {
		// At least 94_275 ns.
		Weight::from_parts(103_181_000, 0)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// Storage: `Stake::Slashes` (r:1 w:1)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:9 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:0)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:1 w:0)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Verification::NextJob` (r:1 w:1)
	/// Proof: `Verification::NextJob` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Jobs` (r:1 w:1)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CounterForJobs` (r:1 w:1)
	/// Proof: `Verification::CounterForJobs` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:1)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:1)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	fn appeal_slash() -> Weight {
		// At least 193_748 ns.
		Weight::from_parts(206_948_000, 0)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Stake::Slashes` (r:1 w:1)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:1)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:1 w:1)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:1 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:1 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:1)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	fn resolve_appeal() -> Weight {
		// At least 115_877 ns.
		Weight::from_parts(128_406_000, 0)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// Storage: `Stake::AgendaCursor` (r:1 w:0)
	/// Proof: `Stake::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:32 w:32)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Slashes` (r:32 w:32)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:32 w:32)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:32 w:32)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:32 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:32 w:32)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:32 w:32)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:32 w:32)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `n` is `0` … `32`.
	fn finalise_slashes(n: u32, ) -> Weight {
		// At least 8_740 ns.
		Weight::from_parts(76_994_904, 0)
			// ± 678_640
			.saturating_add(Weight::from_parts(114_767_307, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((8_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((7_u64).saturating_mul(n.into())))
	}
}
