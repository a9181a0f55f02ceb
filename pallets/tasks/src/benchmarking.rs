//! What the calls cost.

use super::*;
use assay_primitives::{Metric, H256};
use assay_traits::Tasks as _;
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate as _;
use frame_system::RawOrigin;

/// An account that can pay for some tasks.
fn sponsor<T: Config>() -> T::AccountId {
	let sponsor = account("sponsor", 0, 0);
	let bounty = T::MinBounty::get();
	T::Deposit::ensure_successful(
		&sponsor,
		Footprint::from_parts(1, 16 * TaskOf::<T>::max_encoded_len()),
	);
	assert!(T::Currency::mint_into(&sponsor, bounty.saturating_mul(1_000u32.into())).is_ok());
	sponsor
}

/// A task like any other, with the longest name. Each has data of its own.
fn spec<T: Config>() -> SpecOf<T> {
	let seed = (NextTask::<T>::get() as u32).saturating_mul(2);
	TaskSpec {
		name: Name::truncate_from(alloc::vec![b'a'; MAX_NAME as usize]),
		train: T::Artifacts::make_available(seed),
		train_root: H256::repeat_byte(1),
		chunk_rows: 64,
		holdout: Holdout::Open(T::Artifacts::make_available(seed + 1)),
		metric: Metric::Accuracy,
		threshold: Score(0),
		tolerance: None,
		limits: T::MaxLimits::get(),
		reward: Reward::Bounty { amount: T::MinBounty::get(), winners: 2, min_improvement: 0 },
		deadline: frame_system::Pallet::<T>::block_number() + T::MinDuration::get(),
	}
}

/// Creates a task that claims can be committed in.
pub(crate) fn make_open<T: Config>() -> TaskId {
	Pallet::<T>::do_create(sponsor::<T>(), spec::<T>()).unwrap()
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn create() {
		let sponsor = sponsor::<T>();
		let spec = spec::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(sponsor), spec);

		assert!(Tasks::<T>::contains_key(0));
	}

	#[benchmark]
	fn top_up() {
		let task = make_open::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(sponsor::<T>()), task, 3);

		let Reward::Bounty { winners, .. } = Tasks::<T>::get(task).unwrap().spec.reward;
		assert_eq!(winners, 5);
	}

	#[benchmark]
	fn cancel() {
		let task = make_open::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(sponsor::<T>()), task);

		assert!(!Tasks::<T>::contains_key(task));
	}

	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let task = make_open::<T>();
		let terms = Pallet::<T>::terms(task)?;
		frame_system::Pallet::<T>::set_block_number(terms.deadline + 1u32.into());

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), task);

		assert!(!Tasks::<T>::contains_key(task));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
