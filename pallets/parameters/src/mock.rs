//! A runtime with two parameters, the first of which must not exceed the second.

use crate as pallet_assay_parameters;
use crate::{EnsureChecked, Invariant};
use frame_support::{
	derive_impl,
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	parameter_types,
	traits::{ConstU32, Get},
};
use frame_system::EnsureRoot;
use sp_runtime::BuildStorage;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Parameters: pallet_parameters,
		AssayParameters: pallet_assay_parameters,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Test>)]
pub mod params {
	use super::*;

	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod range {
		#[codec(index = 0)]
		pub static Low: u32 = 1;
		#[codec(index = 1)]
		pub static High: u32 = 2;
	}
}
pub use params::range;

#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
	fn default() -> Self {
		RuntimeParameters::Range(range::Parameters::High(range::High, Some(2)))
	}
}

#[derive_impl(pallet_parameters::config_preludes::TestDefaultConfig)]
impl pallet_parameters::Config for Test {
	type AdminOrigin = EnsureChecked;
}

parameter_types! {
	pub const Invariants: &'static [Invariant] = &[
		Invariant {
			name: "low_is_positive",
			meaning: "Low must not be zero, or there is nothing",
			holds: || range::Low::get() > 0,
		},
		Invariant {
			name: "low_below_high",
			meaning: "Low must not exceed High, or the range is empty",
			holds: || range::Low::get() <= range::High::get(),
		},
	];
}

impl pallet_assay_parameters::Config for Test {
	type Invariants = Invariants;
	type MaxChanges = ConstU32<4>;
	type UpdateOrigin = EnsureRoot<u64>;
	type WeightInfo = ();
}

pub fn low(value: u32) -> RuntimeParameters {
	RuntimeParameters::Range(range::Parameters::Low(range::Low, Some(value)))
}

pub fn high(value: impl Into<Option<u32>>) -> RuntimeParameters {
	RuntimeParameters::Range(range::Parameters::High(range::High, value.into()))
}

/// Runs a test, and checks the state after it.
pub fn build_and_execute(test: impl FnOnce()) {
	let storage = RuntimeGenesisConfig::default().build_storage().unwrap();
	sp_io::TestExternalities::new(storage).execute_with(|| {
		System::set_block_number(1);
		test();
		AssayParameters::do_try_state().unwrap();
	});
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	RuntimeGenesisConfig::default().build_storage().unwrap().into()
}
