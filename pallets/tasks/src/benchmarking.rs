//! What the calls cost.

use super::*;
use assay_primitives::Metric;
use assay_traits::{Ranking as _, Tasks as _};
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
		holdout: Holdout::Open(holdout::<T>(seed)),
		metric: Metric::Accuracy,
		threshold: Score(0),
		tolerance: None,
		limits: T::MaxLimits::get(),
		reward: Reward::Bounty { amount: T::MinBounty::get(), winners: 2, min_improvement: 1 },
		seed: SeedSource::Miner,
		deadline: frame_system::Pallet::<T>::block_number() + T::MinDuration::get(),
	}
}

/// Holdout data of a task.
fn holdout<T: Config>(seed: u32) -> ArtifactId {
	T::Artifacts::make_available(seed + 1)
}

/// Creates a task with a sealed holdout, and goes to the block in which it can be published.
fn make_sealed<T: Config>(salt: H256) -> (TaskId, ArtifactId) {
	let (spec, holdout) = (spec::<T>(), holdout::<T>(0));
	let sealed = Holdout::Sealed(commitment::holdout(&sponsor::<T>(), &holdout, &salt));
	let spec = TaskSpec { holdout: sealed, ..spec };
	let task = Pallet::<T>::do_create(sponsor::<T>(), spec).unwrap();
	let reveals = Tasks::<T>::get(task).unwrap().reveals.unwrap();
	frame_system::Pallet::<T>::set_block_number(reveals.until + 1u32.into());
	(task, holdout)
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

		let reward = Tasks::<T>::get(task).unwrap().spec.reward;
		assert!(matches!(reward, Reward::Bounty { winners: 5, .. }));
	}

	#[benchmark]
	fn reveal_holdout() {
		let salt = H256::repeat_byte(1);
		let (task, holdout) = make_sealed::<T>(salt);

		#[extrinsic_call]
		_(RawOrigin::Signed(sponsor::<T>()), task, holdout, salt);

		assert_eq!(Tasks::<T>::get(task).unwrap().holdout, Some(holdout));
	}

	#[benchmark]
	fn cancel() {
		let task = make_open::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(sponsor::<T>()), task);

		assert!(!Tasks::<T>::contains_key(task));
	}

	/// A contest, all of whose places were taken.
	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let pool = T::MinBounty::get().saturating_mul(MAX_PLACES.into());
		let shares = Shares::truncate_from(alloc::vec![1; MAX_PLACES as usize]);
		let spec = TaskSpec { reward: Reward::Contest { pool, shares }, ..spec::<T>() };
		let task = Pallet::<T>::do_create(sponsor::<T>(), spec)?;
		T::Ranking::make_best(task, MAX_PLACES);
		let terms = Pallet::<T>::terms(task)?;
		frame_system::Pallet::<T>::set_block_number(terms.deadline + 1u32.into());

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), task);

		assert!(!Tasks::<T>::contains_key(task));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
