//! Weights for `pallet_assay_tasks`.
//!
//! Set by hand from the number of reads and writes, until measured by `frame-omni-bencher`.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_assay_tasks`.
pub trait WeightInfo {
	fn create() -> Weight;
	fn top_up() -> Weight;
	fn reveal_holdout() -> Weight;
	fn cancel() -> Weight;
	fn close() -> Weight;
}

/// Weights for `pallet_assay_tasks` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Tasks::NextTask` (r:1 w:1), `Tasks::Tasks` (r:0 w:1), two artifacts (r:2 w:2),
	/// account and holds of the sponsor (r:2 w:2).
	fn create() -> Weight {
		Weight::from_parts(120_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	/// Storage: `Tasks::Tasks` (r:1 w:1), account and holds of the sponsor (r:2 w:2).
	fn top_up() -> Weight {
		Weight::from_parts(70_000_000, 4_000)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Tasks::Tasks` (r:1 w:1), the artifact (r:1 w:1).
	fn reveal_holdout() -> Weight {
		Weight::from_parts(60_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Tasks::Tasks` (r:1 w:1), two artifacts (r:2 w:2), account and holds of the sponsor
	/// (r:2 w:2).
	fn cancel() -> Weight {
		Weight::from_parts(100_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Tasks::Tasks` (r:1 w:1), two artifacts (r:2 w:2), account and holds of the sponsor
	/// (r:2 w:2), the leaderboard (r:1 w:1); for each of 16 places a claim and an account (r:2 w:2).
	fn close() -> Weight {
		Weight::from_parts(900_000_000, 100_000)
			.saturating_add(T::DbWeight::get().reads(38_u64))
			.saturating_add(T::DbWeight::get().writes(38_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn create() -> Weight {
		Weight::from_parts(120_000_000, 8_000)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(6_u64))
	}
	fn top_up() -> Weight {
		Weight::from_parts(70_000_000, 4_000)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn reveal_holdout() -> Weight {
		Weight::from_parts(60_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn cancel() -> Weight {
		Weight::from_parts(100_000_000, 8_000)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn close() -> Weight {
		Weight::from_parts(900_000_000, 100_000)
			.saturating_add(RocksDbWeight::get().reads(38_u64))
			.saturating_add(RocksDbWeight::get().writes(38_u64))
	}
}
