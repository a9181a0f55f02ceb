//! Weights of `pallet_multisig`: written by `scripts/weights pallet_multisig`, 50 steps of 20 repetitions, on AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_multisig`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_multisig::WeightInfo for WeightInfo<T> {
	/// `z` is `0` … `10000`.
	fn as_multi_threshold_1(z: u32, ) -> Weight {
		// At least 29_845 ns.
		Weight::from_parts(30_933_925, 0)
			// ± 10
			.saturating_add(Weight::from_parts(6_375, 0).saturating_mul(z.into()))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` is `2` … `100`.
	/// `z` is `0` … `10000`.
	fn as_multi_create(s: u32, z: u32, ) -> Weight {
		// At least 45_568 ns.
		Weight::from_parts(24_851_034, 0)
			// ± 1_820
			.saturating_add(Weight::from_parts(226_178, 0).saturating_mul(s.into()))
			// ± 17
			.saturating_add(Weight::from_parts(6_260, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` is `3` … `100`.
	/// `z` is `0` … `10000`.
	fn as_multi_approve(s: u32, z: u32, ) -> Weight {
		// At least 34_542 ns.
		Weight::from_parts(12_721_201, 0)
			// ± 1_044
			.saturating_add(Weight::from_parts(237_183, 0).saturating_mul(s.into()))
			// ± 10
			.saturating_add(Weight::from_parts(6_391, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `s` is `2` … `100`.
	/// `z` is `0` … `10000`.
	fn as_multi_complete(s: u32, z: u32, ) -> Weight {
		// At least 50_806 ns.
		Weight::from_parts(22_105_895, 0)
			// ± 2_413
			.saturating_add(Weight::from_parts(313_012, 0).saturating_mul(s.into()))
			// ± 23
			.saturating_add(Weight::from_parts(6_718, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` is `2` … `100`.
	fn approve_as_multi_create(s: u32, ) -> Weight {
		// At least 20_661 ns.
		Weight::from_parts(20_934_800, 0)
			// ± 878
			.saturating_add(Weight::from_parts(240_056, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` is `2` … `100`.
	fn approve_as_multi_approve(s: u32, ) -> Weight {
		// At least 10_486 ns.
		Weight::from_parts(10_798_888, 0)
			// ± 2_158
			.saturating_add(Weight::from_parts(255_985, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` is `2` … `100`.
	fn cancel_as_multi(s: u32, ) -> Weight {
		// At least 19_699 ns.
		Weight::from_parts(20_258_560, 0)
			// ± 650
			.saturating_add(Weight::from_parts(246_473, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` is `2` … `100`.
	fn poke_deposit(s: u32, ) -> Weight {
		// At least 18_968 ns.
		Weight::from_parts(19_000_916, 0)
			// ± 454
			.saturating_add(Weight::from_parts(237_903, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
