//! Benchmark of the call.

use super::*;
use frame_benchmarking::v2::*;

#[benchmarks(where T::RuntimeParameters: Default)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn set(n: Linear<1, { T::MaxChanges::get() }>) -> Result<(), BenchmarkError> {
		let origin =
			T::UpdateOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let changes =
			BoundedVec::truncate_from(alloc::vec![T::RuntimeParameters::default(); n as usize]);

		#[extrinsic_call]
		_(origin as <T as frame_system::Config>::RuntimeOrigin, changes);

		assert_eq!(Pallet::<T>::check(), Ok(()));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
