//! Benchmarks of the calls and of the work at the start of a block.
#![allow(clippy::arithmetic_side_effects)]

use super::*;
use assay_traits::{Appeals as _, Stake as _};
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

/// A slash that was appealed and confirmed.
fn appealed<T: Config>(index: u32) -> SlashId {
	let who = staker::<T>(index, T::MaxUnbonding::get());
	let number = slash::<T>(&who);
	T::Appeals::make_appealable(number);
	Pallet::<T>::do_appeal_slash(&who, number).expect("the account can pay");
	Pallet::<T>::on_rerun(number, Finding::Confirmed);
	number
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
		T::Appeals::make_appealable(number);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, number);

		assert_eq!(Pallet::<T>::pending_slash(number), None);
		Ok(())
	}

	#[benchmark]
	fn rotate_key() {
		let who = staker::<T>(0, T::MaxUnbonding::get());
		let new: T::AccountId = account("new", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), new);

		assert!(Rotations::<T>::contains_key(who));
	}

	#[benchmark]
	fn cancel_rotation() {
		let who = staker::<T>(0, T::MaxUnbonding::get());
		Pallet::<T>::do_rotate_key(who.clone(), account("new", 0, 0))
			.expect("nothing is against it");

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Rotations::<T>::contains_key(who));
	}

	#[benchmark]
	fn accept_rotation() {
		let who = staker::<T>(0, T::MaxUnbonding::get());
		let new: T::AccountId = account("new", 0, 0);
		let amount = Pallet::<T>::min_stake(Role::Miner);
		let _ = <T::Currency as fungible::Balanced<_>>::deposit(&new, amount, Precision::Exact)
			.expect("the account can be paid");
		Pallet::<T>::do_rotate_key(who.clone(), new.clone()).expect("nothing is against it");
		let from = Rotations::<T>::get(&who).expect("it is announced").from;
		frame_system::Pallet::<T>::set_block_number(from);

		#[extrinsic_call]
		_(RawOrigin::Signed(new.clone()), who);

		assert!(Ledgers::<T>::contains_key(new));
	}

	#[benchmark]
	fn appeal_slash() {
		let who = staker::<T>(0, T::MaxUnbonding::get());
		let number = slash::<T>(&who);
		T::Appeals::make_appealable(number);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), number);

		let stage = Slashes::<T>::get(number).and_then(|slash| slash.appeal).map(|of| of.stage);
		assert!(matches!(stage, Some(Stage::Running(_))));
	}

	/// A denied appeal, which takes the stake and the bond.
	#[benchmark]
	fn resolve_appeal() -> Result<(), BenchmarkError> {
		let origin = T::SlashCancelOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let number = appealed::<T>(0);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, number, false);

		assert_eq!(Pallet::<T>::pending_slash(number), None);
		Ok(())
	}

	/// `n` appealed slashes become final, with the loss of their bonds; one more is there and not
	/// due.
	#[benchmark]
	fn finalise_slashes(n: Linear<0, { T::MaxSlashesPerBlock::get() }>) {
		for index in 0..n {
			appealed::<T>(index);
		}
		let now = frame_system::Pallet::<T>::block_number();
		let due = now + T::AppealWindow::get();
		AgendaCursor::<T>::put(due);
		frame_system::Pallet::<T>::set_block_number(due + 1u32.into());
		let last = slash::<T>(&staker::<T>(n, 0));
		let pending = Slashes::<T>::get(last).expect("it is pending");
		// Not due whatever the period is.
		Pallet::<T>::set_due(last, pending, Some(due + 2u32.into()));
		let steps;

		#[block]
		{
			steps = Pallet::<T>::finalise_due(due);
		}

		assert_eq!((steps, Slashes::<T>::iter().count()), (n, 1));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().stakers(Default::default()).build(),
		crate::mock::Test
	);
}
