//! Weights for `pallet_assay_claims`.
//!
//! Set by hand from the number of reads and writes, until measured by `frame-omni-bencher`.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_assay_claims`.
pub trait WeightInfo {
	fn commit() -> Weight;
	fn reveal() -> Weight;
	fn withdraw() -> Weight;
	fn remove() -> Weight;
	fn expire_base() -> Weight;
	fn expire_pass() -> Weight;
	fn expire_claim() -> Weight;
	fn on_settled() -> Weight;
	fn serve_base() -> Weight;
	fn serve_claim() -> Weight;
	fn check_claim() -> Weight;
}

/// Weights for `pallet_assay_claims` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `NextClaim` (r:1 w:1), `Commitments` (r:1 w:1), `RecentCommits` (r:1 w:1), `Claims` (r:0 w:1),
	/// `Expiries` (r:0 w:1), the task (r:1 w:1), the stake's ledger (r:1 w:1), account and holds of the miner (r:2 w:2).
	fn commit() -> Weight {
		Weight::from_parts(120_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	/// Storage: `Claims` (r:2 w:1), `Expiries` (r:0 w:1), `Queue` (r:0 w:1), `Runs` (r:1 w:1), the task (r:1 w:1), the program (r:1 w:1), the job and its queue
	/// (r:3 w:4), account and holds of the miner (r:2 w:2).
	fn reveal() -> Weight {
		Weight::from_parts(170_000_000, 14_000)
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(12_u64))
	}
	/// Storage: `Claims` (r:1 w:1), `Expiries` (r:0 w:1), the stake's ledger (r:1 w:1), the task (r:1 w:1).
	fn withdraw() -> Weight {
		Weight::from_parts(70_000_000, 7_000)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `Claims` (r:1 w:1), the task (r:1 w:0), `Models` (r:0 w:1), `Runs` (r:1 w:1), `Leaderboards` (r:1 w:1),
	/// `RecentCommits` (r:1 w:1), `Commitments` (r:0 w:1), account and holds of the miner (r:2 w:2).
	fn remove() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	/// Storage: `ExpiryCursor` (r:1 w:1).
	fn expire_base() -> Weight {
		Weight::from_parts(8_000_000, 1_500)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Expiries` (r:1 w:0).
	fn expire_pass() -> Weight {
		Weight::from_parts(10_000_000, 4_500)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	/// Storage: `Expiries` (r:1 w:1), `Claims` (r:1 w:1), the stake's ledger and slashes (r:3 w:4), the task (r:1 w:1).
	fn expire_claim() -> Weight {
		Weight::from_parts(90_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	/// `on_draw` and the settlement. Storage: `Claims` (r:2 w:1), `Queue` (r:2 w:1), `Due` (r:0 w:1), the task (r:1 w:1), the stake's ledger (r:2 w:2), `Runs`
	/// (r:1 w:1), `Models` (r:1 w:1), `Leaderboards` (r:1 w:1), the program (r:1 w:1), accounts and holds (r:3 w:3).
	fn on_settled() -> Weight {
		Weight::from_parts(180_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	/// Storage: `Due` (r:32 w:0), or `Queue` (r:32 w:0) and `Due` (r:0 w:1).
	fn serve_base() -> Weight {
		Weight::from_parts(6_000_000, 4_000)
			.saturating_add(T::DbWeight::get().reads(33_u64))
	}
	/// Storage: `Due` (r:1 w:1), `Queue` (r:2 w:1), and that of the settlement.
	fn serve_claim() -> Weight {
		Weight::from_parts(190_000_000, 24_000)
			.saturating_add(T::DbWeight::get().reads(15_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	/// Storage: `Claims` (r:2 w:0), `Runs`, task and program (r:3 w:0), or stake, task, `RecentCommits` and `Commitments`
	/// (r:4 w:0).
	fn check_claim() -> Weight {
		Weight::from_parts(40_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads(5_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn commit() -> Weight {
		Weight::from_parts(120_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(9_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(170_000_000, 14_000)
			.saturating_add(RocksDbWeight::get().reads(10_u64))
			.saturating_add(RocksDbWeight::get().writes(12_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(70_000_000, 7_000)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn remove() -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn expire_base() -> Weight {
		Weight::from_parts(8_000_000, 1_500)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn expire_pass() -> Weight {
		Weight::from_parts(10_000_000, 4_500)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
	}
	fn expire_claim() -> Weight {
		Weight::from_parts(90_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn on_settled() -> Weight {
		Weight::from_parts(180_000_000, 20_000)
			.saturating_add(RocksDbWeight::get().reads(14_u64))
			.saturating_add(RocksDbWeight::get().writes(13_u64))
	}
	fn serve_base() -> Weight {
		Weight::from_parts(6_000_000, 4_000)
			.saturating_add(RocksDbWeight::get().reads(33_u64))
	}
	fn serve_claim() -> Weight {
		Weight::from_parts(190_000_000, 24_000)
			.saturating_add(RocksDbWeight::get().reads(15_u64))
			.saturating_add(RocksDbWeight::get().writes(13_u64))
	}
	fn check_claim() -> Weight {
		Weight::from_parts(40_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
	}
}
