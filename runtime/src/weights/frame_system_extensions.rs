//! Weights of `frame_system_extensions`: written by `scripts/weights frame_system_extensions`, 50 steps of 20 repetitions, on AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `frame_system_extensions`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
	fn check_genesis() -> Weight {
		// At least 1_322 ns.
		Weight::from_parts(1_482_000, 0)
	}
	fn check_mortality_mortal_transaction() -> Weight {
		// At least 2_624 ns.
		Weight::from_parts(2_905_000, 0)
	}
	fn check_mortality_immortal_transaction() -> Weight {
		// At least 2_614 ns.
		Weight::from_parts(2_904_000, 0)
	}
	fn check_non_zero_sender() -> Weight {
		// At least 450 ns.
		Weight::from_parts(531_000, 0)
	}
	fn check_nonce() -> Weight {
		// At least 4_627 ns.
		Weight::from_parts(4_957_000, 0)
	}
	fn check_spec_version() -> Weight {
		// At least 341 ns.
		Weight::from_parts(401_000, 0)
	}
	fn check_tx_version() -> Weight {
		// At least 340 ns.
		Weight::from_parts(410_000, 0)
	}
	fn check_weight() -> Weight {
		// At least 2_633 ns.
		Weight::from_parts(2_874_000, 0)
	}
	fn weight_reclaim() -> Weight {
		// At least 1_412 ns.
		Weight::from_parts(1_572_000, 0)
	}
}
