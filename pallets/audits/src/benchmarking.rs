//! Worst cases of the pallet's calls and of what follows from a re-run.
#![allow(clippy::arithmetic_side_effects)]

use super::*;
use assay_primitives::{merkle::Tree, FailReason};
use assay_traits::Settled;
use frame_benchmarking::{account, v2::*};
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;
use sp_runtime::traits::One;

const TRUE: Outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };
const LAZY: Outcome = Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::zero() };
const SALT: H256 = H256::repeat_byte(7);

fn auditor<T: Config<Currency: Mutate<T::AccountId>>>() -> T::AccountId {
	let who = account("auditor", 0, 0);
	let enough = T::MinDeposit::get().saturating_mul((T::MaxCanaries::get() * 4).into());
	T::Currency::set_balance(&who, enough + T::Currency::minimum_balance());
	Auditors::<T>::insert(&who, u32::MAX);
	who
}

/// A batch of the most canaries whose first is a claim, and what opens that.
fn batch<T: Config<Currency: Mutate<T::AccountId>>>(
	settled: Outcome,
	rejected: bool,
) -> (T::AccountId, ClaimId, Proof) {
	let auditor = auditor::<T>();
	let value = T::MinDeposit::get();
	let job = T::Verification::make_auditable(Settled { outcome: Some(settled), value });
	// After block 0, in which the batch is opened.
	frame_system::Pallet::<T>::set_block_number(One::one());
	let claim = T::Claims::make_judged(job, rejected);
	let judged = T::Claims::judged(claim).expect("it was judged");
	let leaf = commitment::canary(&judged.commitment, &judged.miner, &TRUE, &SALT);
	let leaves = (0..T::MaxCanaries::get()).map(|n| match n {
		0 => merkle::leaf(leaf.as_bytes()),
		n => merkle::leaf(&n.to_le_bytes()),
	});
	let tree = Tree::new(leaves.collect());
	let (root, count) = (tree.root(), T::MaxCanaries::get());
	Pallet::<T>::do_open_batch(auditor.clone(), root, count, value).expect("the auditor can pay");
	Batches::<T>::mutate_extant(0, |batch| batch.opened_at = Zero::zero());
	(auditor, claim, tree.prove(0).expect("there is a leaf"))
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn appoint() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let who: T::AccountId = account("auditor", 0, 0);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone(), 1);

		assert_eq!(Auditors::<T>::get(who), Some(1));
		Ok(())
	}

	#[benchmark]
	fn dismiss() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let who = auditor::<T>();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone());

		assert!(!Auditors::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn open_batch() {
		let who = auditor::<T>();
		let count = T::MaxCanaries::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who), H256::repeat_byte(1), count, T::MinDeposit::get());

		assert!(Batches::<T>::contains_key(0));
	}

	#[benchmark]
	fn open_canary() {
		let (who, claim, proof) = batch::<T>(TRUE, true);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), 0, claim, TRUE, SALT, proof);

		assert!(Trials::<T>::iter().next().is_none());
	}

	#[benchmark]
	fn close_batch() {
		let (who, ..) = batch::<T>(TRUE, true);
		let until = Batches::<T>::get(0).expect("it was opened").until;
		frame_system::Pallet::<T>::set_block_number(until + One::one());

		#[extrinsic_call]
		_(RawOrigin::Signed(who), 0);

		assert!(!Batches::<T>::contains_key(0));
	}

	/// The re-run of a claim that was verified and paid finds what the auditor knew.
	#[benchmark]
	fn on_settled() {
		let (who, claim, proof) = batch::<T>(LAZY, false);
		let job = T::Claims::judged(claim).expect("it was judged").job;
		Pallet::<T>::do_open_canary(&who, 0, claim, TRUE, &SALT, &proof).expect("it can be opened");

		#[block]
		{
			Pallet::<T>::on_settled(Client::Audit(job), Settlement::Agreed(TRUE));
		}

		assert!(!Trials::<T>::contains_key(job));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
