//! Weights for `pallet_assay_parameters`: estimates, until `frame-omni-bencher` replaces this file by
//! measured ones.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_assay_parameters`.
pub trait WeightInfo {
	fn set(n: u32, ) -> Weight;
}

/// Weights for `pallet_assay_parameters` using the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// The range of component `n` is the one of its benchmark.
	fn set(n: u32, ) -> Weight {
		Weight::from_parts(100_000_000, 4764)
			.saturating_add(Weight::from_parts(15_000_000, 2501).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(40_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn set(n: u32, ) -> Weight {
		Weight::from_parts(100_000_000, 4764)
			.saturating_add(Weight::from_parts(15_000_000, 2501).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(40_u64))
			.saturating_add(RocksDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes((1_u64).saturating_mul(n.into())))
	}
}
