//! Weights for `pallet_assay_models`.
//!
//! Set by hand from the number of reads and writes, until measured by `frame-omni-bencher`.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_assay_models`.
pub trait WeightInfo {
	fn intend() -> Weight;
	fn register() -> Weight;
	fn set_alias() -> Weight;
	fn transfer() -> Weight;
	fn revoke() -> Weight;
	fn contest() -> Weight;
	fn withdraw_intent() -> Weight;
	fn remove() -> Weight;
	fn set_scheme() -> Weight;
	fn on_initialize() -> Weight;
	fn turn_epoch() -> Weight;
	fn on_settled() -> Weight;
	fn check_model(w: u32, ) -> Weight;
}

/// Weights for `pallet_assay_models` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `NextIntent` (r:1 w:1), `Epochs` (r:1 w:0), `Beacons` (r:1 w:1), `Intents`, `IntentsOf` (r:0 w:2), account and holds (r:2 w:2).
	fn intend() -> Weight {
		Weight::from_parts(80_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	/// Storage: `Admitted` (r:1 w:1), what `check_model` reads (r:15 w:0), `NextModel` (r:1 w:1), `Models`, `ByArtifact` (r:0 w:2), `Intents` (r:0 w:1),
	/// three artifacts (r:0 w:3), the job and its queue (r:3 w:4), account and holds (r:2 w:2).
	fn register() -> Weight {
		Weight::from_parts(300_000_000, 30_000)
			.saturating_add(T::DbWeight::get().reads(22_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	/// Storage: `Names` (r:1 w:1), `Versions` (r:1 w:0), `Models` (r:1 w:0).
	fn set_alias() -> Weight {
		Weight::from_parts(40_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Names` (r:1 w:1), two accounts and their holds (r:4 w:4).
	fn transfer() -> Weight {
		Weight::from_parts(80_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Models` (r:1 w:1), `Names` (r:1 w:1), two artifacts (r:2 w:2), `Intents` (r:1 w:1), account and holds (r:2 w:2).
	fn revoke() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	/// Storage: `Admitted` (r:1 w:1), what `check_model` reads (r:13 w:0), `NextContest` (r:1 w:1), `Contests` (r:0 w:1), `Models` (r:0 w:1), `Intents` (r:0 w:1),
	/// the program (r:0 w:1), the job and its queue (r:3 w:4), account and holds (r:2 w:2).
	fn contest() -> Weight {
		Weight::from_parts(260_000_000, 30_000)
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().writes(12_u64))
	}
	/// Storage: `Intents` (r:1 w:1), `IntentsOf` (r:0 w:1), `Beacons` (r:1 w:1), account and holds (r:2 w:2).
	fn withdraw_intent() -> Weight {
		Weight::from_parts(70_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Models` (r:1 w:1), account and holds (r:2 w:2).
	fn remove() -> Weight {
		Weight::from_parts(60_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Scheme` (r:0 w:1), and the parameter for the most that it may use.
	fn set_scheme() -> Weight {
		Weight::from_parts(15_000_000, 2_000)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Mix` (r:1 w:1), `Epochs` (r:1 w:0), BABE's epoch and output (r:2 w:0), `Checked` (r:0 w:1) at the end of the block.
	fn on_initialize() -> Weight {
		Weight::from_parts(10_000_000, 3_000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Mix` (r:1 w:1), `Epochs` (r:1 w:1), BABE's epoch and output (r:2 w:0), `Beacons` (r:1 w:1), `Checked` (r:0 w:1) at the end of
	/// the block.
	fn turn_epoch() -> Weight {
		Weight::from_parts(20_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `Contests` (r:1 w:1), `Models` (r:1 w:1), `Names` (r:1 w:1), `Versions`, `ByArtifact` (r:0 w:2), `Intents` (r:2 w:2), three artifacts (r:3 w:3),
	/// two accounts and their holds (r:4 w:4).
	fn on_settled() -> Weight {
		Weight::from_parts(220_000_000, 30_000)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	/// Storage: what `register` checks: scheme, intent, beacon, epoch, name, model, three artifacts, eight parents, a claim,
	/// parameters (r:24 w:0). The component is the weights of the slice: each is added up 256 times, with a hash for 256 of them.
	/// `w` is 0 … 32768.
	fn check_model(w: u32, ) -> Weight {
		Weight::from_parts(400_000_000, 60_000)
			.saturating_add(Weight::from_parts(1_200_000, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(24_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn intend() -> Weight {
		Weight::from_parts(80_000_000, 8_000)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn register() -> Weight {
		Weight::from_parts(300_000_000, 30_000)
			.saturating_add(RocksDbWeight::get().reads(22_u64))
			.saturating_add(RocksDbWeight::get().writes(14_u64))
	}
	fn set_alias() -> Weight {
		Weight::from_parts(40_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn transfer() -> Weight {
		Weight::from_parts(80_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn revoke() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn contest() -> Weight {
		Weight::from_parts(260_000_000, 30_000)
			.saturating_add(RocksDbWeight::get().reads(20_u64))
			.saturating_add(RocksDbWeight::get().writes(12_u64))
	}
	fn withdraw_intent() -> Weight {
		Weight::from_parts(70_000_000, 8_000)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn remove() -> Weight {
		Weight::from_parts(60_000_000, 8_000)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn set_scheme() -> Weight {
		Weight::from_parts(15_000_000, 2_000)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn on_initialize() -> Weight {
		Weight::from_parts(10_000_000, 3_000)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn turn_epoch() -> Weight {
		Weight::from_parts(20_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn on_settled() -> Weight {
		Weight::from_parts(220_000_000, 30_000)
			.saturating_add(RocksDbWeight::get().reads(12_u64))
			.saturating_add(RocksDbWeight::get().writes(14_u64))
	}
	fn check_model(w: u32, ) -> Weight {
		Weight::from_parts(400_000_000, 60_000)
			.saturating_add(Weight::from_parts(1_200_000, 0).saturating_mul(w.into()))
			.saturating_add(RocksDbWeight::get().reads(24_u64))
	}
}
