//! Weights of `pallet_assay_parameters`: written by `scripts/weights pallet_assay_parameters`, 50 steps of 20 repetitions, on Intel(R) Xeon(R) Processor.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_assay_parameters`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_assay_parameters::WeightInfo for WeightInfo<T> {
	/// Storage: `Parameters::Parameters` (r:47 w:1)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Models::Scheme` (r:1 w:0)
	/// Proof: `Models::Scheme` (`max_values`: Some(1), `max_size`: Some(60), added: 555, mode: `MaxEncodedLen`)
	/// `n` is `1` … `32`.
	fn set(n: u32, ) -> Weight {
		// At least 245_770 ns.
		Weight::from_parts(318_399_559, 0)
			// ± 133_084
			.saturating_add(Weight::from_parts(4_910_846, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(48))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
