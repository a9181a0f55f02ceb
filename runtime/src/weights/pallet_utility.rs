//! Weights of `pallet_utility`: written by `scripts/weights pallet_utility`, 50 steps of 20 repetitions, on AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_utility`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_utility::WeightInfo for WeightInfo<T> {
	/// `c` is `0` … `1000`.
	fn batch(c: u32, ) -> Weight {
		// At least 3_005 ns.
		Weight::from_parts(3_115_000, 0)
			// ± 708
			.saturating_add(Weight::from_parts(2_346_218, 0).saturating_mul(c.into()))
	}
	fn as_derivative() -> Weight {
		// At least 3_135 ns.
		Weight::from_parts(3_425_000, 0)
	}
	/// `c` is `0` … `1000`.
	fn batch_all(c: u32, ) -> Weight {
		// At least 3_045 ns.
		Weight::from_parts(4_453_000, 0)
			// ± 1_385
			.saturating_add(Weight::from_parts(2_581_097, 0).saturating_mul(c.into()))
	}
	fn dispatch_as() -> Weight {
		// At least 4_266 ns.
		Weight::from_parts(4_647_000, 0)
	}
	/// `c` is `0` … `1000`.
	fn force_batch(c: u32, ) -> Weight {
		// At least 3_055 ns.
		Weight::from_parts(3_291_073, 0)
			// ± 1_404
			.saturating_add(Weight::from_parts(2_398_091, 0).saturating_mul(c.into()))
	}
	fn dispatch_as_fallible() -> Weight {
		// At least 4_297 ns.
		Weight::from_parts(4_637_000, 0)
	}
	fn if_else() -> Weight {
		// At least 5_338 ns.
		Weight::from_parts(5_708_000, 0)
	}
}
