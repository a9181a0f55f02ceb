//! Weights of `pallet_assay_audits`: written by `scripts/weights pallet_assay_audits`, 50 steps of 20 repetitions, on Intel(R) Xeon(R) Processor.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_assay_audits`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_assay_audits::WeightInfo for WeightInfo<T> {
	/// Storage: `Audits::Auditors` (r:0 w:1)
	/// Proof: `Audits::Auditors` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn appoint() -> Weight {
		// At least 6_313 ns.
		Weight::from_parts(7_466_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Audits::Auditors` (r:1 w:1)
	/// Proof: `Audits::Auditors` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn dismiss() -> Weight {
		// At least 9_987 ns.
		Weight::from_parts(11_777_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Audits::Auditors` (r:1 w:1)
	/// Proof: `Audits::Auditors` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:2 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `Audits::NextBatch` (r:1 w:1)
	/// Proof: `Audits::NextBatch` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Batches` (r:0 w:1)
	/// Proof: `Audits::Batches` (`max_values`: None, `max_size`: Some(362), added: 2837, mode: `MaxEncodedLen`)
	fn open_batch() -> Weight {
		// At least 67_498 ns.
		Weight::from_parts(73_584_000, 0)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `Audits::Batches` (r:1 w:1)
	/// Proof: `Audits::Batches` (`max_values`: None, `max_size`: Some(362), added: 2837, mode: `MaxEncodedLen`)
	/// Storage: `Claims::Claims` (r:1 w:1)
	/// Proof: `Claims::Claims` (`max_values`: None, `max_size`: Some(1380), added: 3855, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:3 w:1)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Ballots` (r:3 w:3)
	/// Proof: `Verification::Ballots` (`max_values`: None, `max_size`: Some(2081), added: 4556, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:46 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:46 w:46)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::NextSlash` (r:1 w:1)
	/// Proof: `Stake::NextSlash` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Slashes` (r:1 w:46)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:45)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:46)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:1)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	fn open_canary() -> Weight {
		// At least 1_452_501 ns.
		Weight::from_parts(1_573_428_000, 0)
			.saturating_add(T::DbWeight::get().reads(109))
			.saturating_add(T::DbWeight::get().writes(196))
	}
	/// Storage: `Audits::Batches` (r:1 w:1)
	/// Proof: `Audits::Batches` (`max_values`: None, `max_size`: Some(362), added: 2837, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	fn close_batch() -> Weight {
		// At least 59_259 ns.
		Weight::from_parts(69_773_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Trials` (r:1 w:1)
	/// Proof: `Audits::Trials` (`max_values`: None, `max_size`: Some(166), added: 2641, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:3 w:1)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:61 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:61 w:61)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::NextSlash` (r:1 w:1)
	/// Proof: `Stake::NextSlash` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:3 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Ballots` (r:3 w:3)
	/// Proof: `Verification::Ballots` (`max_values`: None, `max_size`: Some(2081), added: 4556, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Claims::Claims` (r:1 w:1)
	/// Proof: `Claims::Claims` (`max_values`: None, `max_size`: Some(1380), added: 3855, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `Claims::Runs` (r:1 w:1)
	/// Proof: `Claims::Runs` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Claims::Leaderboards` (r:1 w:1)
	/// Proof: `Claims::Leaderboards` (`max_values`: None, `max_size`: Some(6818), added: 9293, mode: `MaxEncodedLen`)
	/// Storage: `Tasks::Tasks` (r:1 w:1)
	/// Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(468), added: 2943, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:60)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Slashes` (r:0 w:60)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Claims::Models` (r:0 w:1)
	/// Proof: `Claims::Models` (`max_values`: None, `max_size`: Some(72), added: 2547, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:0 w:60)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	fn on_settled() -> Weight {
		// At least 1_877_498 ns.
		Weight::from_parts(2_008_933_000, 0)
			.saturating_add(T::DbWeight::get().reads(144))
			.saturating_add(T::DbWeight::get().writes(259))
	}
}
