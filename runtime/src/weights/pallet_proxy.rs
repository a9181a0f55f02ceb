//! Weights of `pallet_proxy`: written by `scripts/weights pallet_proxy`, 50 steps of 20 repetitions, on AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_proxy`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_proxy::WeightInfo for WeightInfo<T> {
	/// Storage: `Proxy::Proxies` (r:1 w:0)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// `p` is `1` … `31`.
	fn proxy(p: u32, ) -> Weight {
		// At least 8_173 ns.
		Weight::from_parts(8_704_020, 0)
			// ± 201
			.saturating_add(Weight::from_parts(10_974, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:0)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// Storage: `Proxy::Announcements` (r:1 w:1)
	/// Proof: `Proxy::Announcements` (`max_values`: None, `max_size`: Some(2233), added: 4708, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `a` is `0` … `31`.
	/// `p` is `1` … `31`.
	fn proxy_announced(a: u32, p: u32, ) -> Weight {
		// At least 24_527 ns.
		Weight::from_parts(25_196_175, 0)
			// ± 1_456
			.saturating_add(Weight::from_parts(144_866, 0).saturating_mul(a.into()))
			// ± 1_505
			.saturating_add(Weight::from_parts(8_644, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Proxy::Announcements` (r:1 w:1)
	/// Proof: `Proxy::Announcements` (`max_values`: None, `max_size`: Some(2233), added: 4708, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `a` is `0` … `31`.
	/// `p` is `1` … `31`.
	fn remove_announcement(a: u32, p: u32, ) -> Weight {
		// At least 16_996 ns.
		Weight::from_parts(18_102_926, 0)
			// ± 739
			.saturating_add(Weight::from_parts(139_782, 0).saturating_mul(a.into()))
			// ± 764
			.saturating_add(Weight::from_parts(2_595, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Proxy::Announcements` (r:1 w:1)
	/// Proof: `Proxy::Announcements` (`max_values`: None, `max_size`: Some(2233), added: 4708, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `a` is `0` … `31`.
	/// `p` is `1` … `31`.
	fn reject_announcement(a: u32, _p: u32, ) -> Weight {
		// At least 17_046 ns.
		Weight::from_parts(18_067_863, 0)
			// ± 700
			.saturating_add(Weight::from_parts(140_200, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:0)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// Storage: `Proxy::Announcements` (r:1 w:1)
	/// Proof: `Proxy::Announcements` (`max_values`: None, `max_size`: Some(2233), added: 4708, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `a` is `0` … `31`.
	/// `p` is `1` … `31`.
	fn announce(a: u32, p: u32, ) -> Weight {
		// At least 21_792 ns.
		Weight::from_parts(22_770_560, 0)
			// ± 1_076
			.saturating_add(Weight::from_parts(143_000, 0).saturating_mul(a.into()))
			// ± 1_111
			.saturating_add(Weight::from_parts(14_626, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:1)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// `p` is `1` … `31`.
	fn add_proxy(p: u32, ) -> Weight {
		// At least 16_675 ns.
		Weight::from_parts(17_367_645, 0)
			// ± 275
			.saturating_add(Weight::from_parts(21_666, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:1)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// `p` is `1` … `31`.
	fn remove_proxy(p: u32, ) -> Weight {
		// At least 16_474 ns.
		Weight::from_parts(17_089_837, 0)
			// ± 290
			.saturating_add(Weight::from_parts(16_666, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:1)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// `p` is `1` … `31`.
	fn remove_proxies(p: u32, ) -> Weight {
		// At least 16_184 ns.
		Weight::from_parts(15_637_500, 0)
			// ± 469
			.saturating_add(Weight::from_parts(1_301_088, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:1)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// `p` is `1` … `31`.
	fn create_pure(p: u32, ) -> Weight {
		// At least 19_079 ns.
		Weight::from_parts(19_922_865, 0)
			// ± 299
			.saturating_add(Weight::from_parts(4_357, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:1)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// `p` is `0` … `30`.
	fn kill_pure(p: u32, ) -> Weight {
		// At least 17_607 ns.
		Weight::from_parts(18_215_561, 0)
			// ± 248
			.saturating_add(Weight::from_parts(11_973, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Proxy::Proxies` (r:1 w:1)
	/// Proof: `Proxy::Proxies` (`max_values`: None, `max_size`: Some(1241), added: 3716, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Proxy::Announcements` (r:1 w:1)
	/// Proof: `Proxy::Announcements` (`max_values`: None, `max_size`: Some(2233), added: 4708, mode: `MaxEncodedLen`)
	fn poke_deposit() -> Weight {
		// At least 29_905 ns.
		Weight::from_parts(31_407_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
