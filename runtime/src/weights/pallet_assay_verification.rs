//! Weights of `pallet_assay_verification`: written by `scripts/weights pallet_assay_verification`, 50 steps of 20 repetitions, on Intel(R) Xeon(R) Processor.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_imports, unused_parens)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_assay_verification`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_assay_verification::WeightInfo for WeightInfo<T> {
	/// Storage: `Verification::Jobs` (r:1 w:1)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:1)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	fn commit_verdict() -> Weight {
		// At least 63_591 ns.
		Weight::from_parts(90_148_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Verification::Jobs` (r:1 w:0)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn authorize_commit_verdict() -> Weight {
		// At least 102_928 ns.
		Weight::from_parts(122_504_000, 0)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// Storage: `Verification::Jobs` (r:1 w:1)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:19)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:1 w:2)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:33 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:115 w:30)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::NextSlash` (r:1 w:1)
	/// Proof: `Stake::NextSlash` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:2 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ActiveVerifiers` (r:1 w:0)
	/// Proof: `Verification::ActiveVerifiers` (`max_values`: Some(1), `max_size`: Some(8002), added: 8497, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:12 w:12)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CounterForJobs` (r:1 w:1)
	/// Proof: `Verification::CounterForJobs` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Ballots` (r:1 w:1)
	/// Proof: `Verification::Ballots` (`max_values`: None, `max_size`: Some(2081), added: 4556, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Slashes` (r:1 w:19)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:19)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:1)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:15)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn reveal_verdict() -> Weight {
		// At least 2_347_789 ns.
		Weight::from_parts(2_736_693_000, 0)
			.saturating_add(T::DbWeight::get().reads(174))
			.saturating_add(T::DbWeight::get().writes(125))
	}
	/// Storage: `Verification::Jobs` (r:1 w:1)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	fn reveal_among_others() -> Weight {
		// At least 63_272 ns.
		Weight::from_parts(81_281_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Verification::Jobs` (r:1 w:0)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	fn authorize_reveal_verdict() -> Weight {
		// At least 22_962 ns.
		Weight::from_parts(25_808_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Storage: `Verification::AgendaCursor` (r:1 w:1)
	/// Proof: `Verification::AgendaCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:2 w:0)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::DrawsBy` (r:0 w:1)
	/// Proof: `Verification::DrawsBy` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn idle() -> Weight {
		// At least 10_938 ns.
		Weight::from_parts(13_338_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Models::Mix` (r:1 w:0)
	/// Proof: `Models::Mix` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Jobs` (r:1 w:1)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:0)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:1 w:0)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:18 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ActiveVerifiers` (r:1 w:0)
	/// Proof: `Verification::ActiveVerifiers` (`max_values`: Some(1), `max_size`: Some(8002), added: 8497, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:100 w:0)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:1 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:15)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn draw() -> Weight {
		// At least 1_315_837 ns.
		Weight::from_parts(1_508_164_000, 0)
			.saturating_add(T::DbWeight::get().reads(124))
			.saturating_add(T::DbWeight::get().writes(18))
	}
	/// Storage: `Verification::Jobs` (r:1 w:1)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:19 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:100 w:1)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::NextSlash` (r:1 w:1)
	/// Proof: `Stake::NextSlash` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:2 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:0)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:1 w:0)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ActiveVerifiers` (r:1 w:0)
	/// Proof: `Verification::ActiveVerifiers` (`max_values`: Some(1), `max_size`: Some(8002), added: 8497, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:1)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Slashes` (r:0 w:1)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:2)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:15)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn escalate() -> Weight {
		// At least 1_125_046 ns.
		Weight::from_parts(2_003_189_000, 0)
			.saturating_add(T::DbWeight::get().reads(126))
			.saturating_add(T::DbWeight::get().writes(22))
	}
	/// Storage: `Verification::Jobs` (r:1 w:1)
	/// Proof: `Verification::Jobs` (`max_values`: None, `max_size`: Some(3926), added: 6401, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Grounds` (r:1 w:19)
	/// Proof: `Verification::Grounds` (`max_values`: None, `max_size`: Some(111), added: 2586, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Cases` (r:1 w:2)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Successors` (r:33 w:0)
	/// Proof: `Stake::Successors` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Ledgers` (r:115 w:30)
	/// Proof: `Stake::Ledgers` (`max_values`: None, `max_size`: Some(522), added: 2997, mode: `MaxEncodedLen`)
	/// Storage: `Stake::NextSlash` (r:1 w:1)
	/// Proof: `Stake::NextSlash` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Parameters::Parameters` (r:2 w:0)
	/// Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Verification::ActiveVerifiers` (r:1 w:0)
	/// Proof: `Verification::ActiveVerifiers` (`max_values`: Some(1), `max_size`: Some(8002), added: 8497, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:11 w:11)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Artifacts::Artifacts` (r:3 w:3)
	/// Proof: `Artifacts::Artifacts` (`max_values`: None, `max_size`: Some(1546), added: 4021, mode: `MaxEncodedLen`)
	/// Storage: `Verification::CounterForJobs` (r:1 w:1)
	/// Proof: `Verification::CounterForJobs` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Ballots` (r:1 w:1)
	/// Proof: `Verification::Ballots` (`max_values`: None, `max_size`: Some(2081), added: 4556, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Slashes` (r:1 w:20)
	/// Proof: `Stake::Slashes` (`max_values`: None, `max_size`: Some(104), added: 2579, mode: `MaxEncodedLen`)
	/// Storage: `Stake::Agenda` (r:0 w:20)
	/// Proof: `Stake::Agenda` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:1)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Assignments` (r:0 w:15)
	/// Proof: `Verification::Assignments` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn conclude() -> Weight {
		// At least 2_277_680 ns.
		Weight::from_parts(3_865_462_000, 0)
			.saturating_add(T::DbWeight::get().reads(173))
			.saturating_add(T::DbWeight::get().writes(126))
	}
	/// Storage: `Verification::Cases` (r:1 w:1)
	/// Proof: `Verification::Cases` (`max_values`: None, `max_size`: Some(2218), added: 4693, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Agenda` (r:0 w:1)
	/// Proof: `Verification::Agenda` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
	/// Storage: `Verification::Ballots` (r:0 w:3)
	/// Proof: `Verification::Ballots` (`max_values`: None, `max_size`: Some(2081), added: 4556, mode: `MaxEncodedLen`)
	fn end_window() -> Weight {
		// At least 21_291 ns.
		Weight::from_parts(24_705_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(5))
	}
}
