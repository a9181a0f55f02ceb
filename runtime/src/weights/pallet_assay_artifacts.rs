//! Weights of `pallet_assay_artifacts`: written by `scripts/weights pallet_assay_artifacts`, 50 steps of 20 repetitions, on Intel(R) Xeon(R) Processor.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_assay_artifacts`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_assay_artifacts::WeightInfo for WeightInfo<T> {
	/// Storage: `Parameters::Parameters` (r:2 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:1 w:1)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// `c` is `1` … `8`.
	fn announce(c: u32, ) -> Weight {
		// At least 105_815 ns.
		Weight::from_parts(115_047_108, 0)
			// ± 57_874
			.saturating_add(Weight::from_parts(957_246, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Artifacts::Artifacts` (r:1 w:1)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Admitted` (r:1 w:0)
	/// Proof: `Artifacts::Admitted` (`max_values`: Some(1), `max_size`: Some(0), added: 495, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `System::ExtrinsicData` (r:0 w:1)
	/// Proof: `System::ExtrinsicData` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// `b` is `1` … `2097152`.
	fn upload(b: u32, ) -> Weight {
		// At least 33_089 ns.
		Weight::from_parts(33_560_000, 0)
			// ± 32
			.saturating_add(Weight::from_parts(8_162, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Artifacts::Artifacts` (r:1 w:1)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Admitted` (r:1 w:0)
	/// Proof: `Artifacts::Admitted` (`max_values`: Some(1), `max_size`: Some(0), added: 495, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	fn renew() -> Weight {
		// At least 23_924 ns.
		Weight::from_parts(29_232_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Artifacts::Artifacts` (r:1 w:1)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	fn remove() -> Weight {
		// At least 49_738 ns.
		Weight::from_parts(60_876_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Artifacts::Artifacts` (r:1 w:1)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	fn force_clear_report() -> Weight {
		// At least 17_477 ns.
		Weight::from_parts(20_805_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
