//! Benchmarks of the calls and of the work at the start of a block.
#![allow(clippy::arithmetic_side_effects)]

use super::*;
use assay_traits::Stake as _;
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use frame_system::RawOrigin;

const OFFENCE: Offence = Offence::FalseClaim(0);

/// An account with stake, a role, and `parts` unbonding that end in the blocks after this one.
fn staker<T: Config>(index: u32, parts: u32) -> T::AccountId {
	let who = account("staker", index, 0);
	<Pallet<T> as assay_traits::Stake>::make_active(&who, Role::Miner);
	let now = frame_system::Pallet::<T>::block_number();
	for part in 0..parts {
		Ledgers::<T>::mutate(&who, |ledger| {
			let ledger = ledger.as_mut().expect("the account was registered");
			ledger.unbond(1u32.into(), now, now + (part + 1).into()).expect("there is room");
		});
	}
	who
}

fn slash<T: Config>(who: &T::AccountId) -> SlashId {
	let now = frame_system::Pallet::<T>::block_number();
	<Pallet<T> as assay_traits::Stake>::slash(who, 1u32.into(), now, OFFENCE)
		.expect("the account has a ledger")
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() {
		let who = staker::<T>(0, T::MaxUnbonding::get());
		let amount = Pallet::<T>::min_stake(Role::Verifier);
		let _ = <T::Currency as fungible::Balanced<_>>::deposit(
			&who,
			amount.saturating_mul(2u32.into()),
			Precision::Exact,
		)
		.expect("the account can be paid");

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), Role::Verifier, amount);

		assert!(Pallet::<T>::ensure_active(&who, Role::Verifier).is_ok());
	}

	#[benchmark]
	fn bond_extra() {
		let who = staker::<T>(0, T::MaxUnbonding::get());
		let before = Pallet::<T>::bonded(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), 1u32.into());

		assert_eq!(Pallet::<T>::bonded(&who), before + 1u32.into());
	}

	#[benchmark]
	fn unbond() {
		let who = staker::<T>(0, T::MaxUnbonding::get() - 1);
		let before = Pallet::<T>::bonded(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), 1u32.into());

		assert_eq!(Pallet::<T>::bonded(&who), before - 1u32.into());
	}

	#[benchmark]
	fn withdraw_unbonded() {
		let parts = T::MaxUnbonding::get();
		let who = staker::<T>(0, parts);
		let now = frame_system::Pallet::<T>::block_number();
		frame_system::Pallet::<T>::set_block_number(now + (parts + 1).into());

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert_eq!(Pallet::<T>::unbonding_ends_at(who), None);
	}

	#[benchmark]
	fn deregister() {
		let who = staker::<T>(0, T::MaxUnbonding::get() - 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(Pallet::<T>::registered(&who).is_err());
	}

	#[benchmark]
	fn force_cancel_slash() -> Result<(), BenchmarkError> {
		let origin = T::SlashCancelOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let who = staker::<T>(0, T::MaxUnbonding::get());
		let number = slash::<T>(&who);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, number);

		assert_eq!(Pallet::<T>::pending_slash(number), None);
		Ok(())
	}

	/// `n` slashes become final; one more is there and not due.
	#[benchmark]
	fn finalise_slashes(n: Linear<0, { T::MaxSlashesPerBlock::get() }>) {
		for index in 0..n {
			slash::<T>(&staker::<T>(index, T::MaxUnbonding::get()));
		}
		let due = SlashQueue::<T>::get().last_due;
		frame_system::Pallet::<T>::set_block_number(due + 1u32.into());
		let last = slash::<T>(&staker::<T>(n, 0));
		// Not due whatever the period is.
		Slashes::<T>::mutate(last, |slash| {
			slash.as_mut().expect("it is pending").due = due + 2u32.into();
		});
		let passed;

		#[block]
		{
			passed = Pallet::<T>::finalise_due(due + 1u32.into());
		}

		assert_eq!((passed, SlashQueue::<T>::get().first), (n, last));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().stakers(Default::default()).build(),
		crate::mock::Test
	);
}
