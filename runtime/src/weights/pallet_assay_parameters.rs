//! Weights of `pallet_assay_parameters`: written by `scripts/weights pallet_assay_parameters`, 50 steps of 20 repetitions, on AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_assay_parameters`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_assay_parameters::WeightInfo for WeightInfo<T> {
	/// Storage: `Parameters::Parameters` (r:46 w:1)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// `n` is `1` … `32`.
	fn set(n: u32, ) -> Weight {
		// At least 161_490 ns.
		Weight::from_parts(166_266_227, 0)
			// ± 8_703
			.saturating_add(Weight::from_parts(4_018_117, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(46))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
