use super::*;
use frame_support::{dispatch::GetDispatchInfo, pallet_prelude::TransactionSource};
use sp_runtime::traits::{DispatchTransaction, TransactionExtension};

/// Registrations of Alice, each of a file of its own.
fn registrations(count: u32) -> Vec<Registration> {
	let secret = secret(1);
	let intent = ready(ALICE, &secret);
	let keys = keys_of(intent, &secret);
	(0..count).map(|n| *registration(intent, &secret, n, &marked(&keys, n.into()))).collect()
}

#[test]
fn a_refusal_is_above_those_of_other_pallets_in_the_runtime() {
	// In the runtime this is pallet 55, and 255 is no error: of the first 31, none is.
	let places = [Error::<Test>::NoScheme, Error::BondNotCovered, Error::RatioOutOfRange]
		.map(|error| codec::Encode::encode(&error)[0]);
	assert_eq!(places, [0, 29, 30]);
}

#[test]
fn the_calls_are_made_at_the_top_level_only() {
	build_and_execute(|| {
		let registration = registrations(1).remove(0);
		assert_noop!(
			AssayModels::register(RuntimeOrigin::signed(ALICE), registration.clone().into()),
			Error::<Test>::NotTopLevel
		);
		let slice = registration.slice.clone();
		let opening = registration.opening.clone();
		let statistics = registration.statistics;
		let challenge = Challenge { model: 0, intent: 0, opening, slice, statistics };
		assert_noop!(
			AssayModels::contest(RuntimeOrigin::signed(ALICE), Box::new(challenge)),
			Error::<Test>::NotTopLevel
		);
		assert_eq!(send(ALICE, register_call(&registration)), Ok(Ok(())));
	});
}

#[test]
fn a_block_has_room_for_some() {
	build_and_execute(|| {
		let all = registrations(4);
		for registration in &all[..3] {
			assert_eq!(send(ALICE, register_call(registration)), Ok(Ok(())));
		}
		let full = TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources);
		assert_eq!(send(ALICE, register_call(&all[3])), Err(full));
		assert_eq!(Models::<Test>::iter().count(), 3);
		next_block();
		assert_eq!(send(ALICE, register_call(&all[3])), Ok(Ok(())));
	});
}

/// What the pool asks happens between blocks: the last one being full is no matter.
#[test]
fn the_pool_finds_room_after_a_full_block() {
	build_and_execute(|| {
		use frame_support::traits::Hooks;
		let all = registrations(4);
		for registration in &all[..3] {
			assert_eq!(send(ALICE, register_call(registration)), Ok(Ok(())));
		}
		<AssayModels as Hooks<u64>>::on_finalize(System::block_number());
		assert_eq!(validate(ALICE, register_call(&all[3])), Ok(()));
	});
}

#[test]
fn what_would_fail_is_not_valid_and_takes_no_room() {
	build_and_execute(|| {
		let secret = secret(3);
		let intent = ready(POOR, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let registration = registration(intent, &secret, 0, &bytes);
		leave(POOR, BOND + 10);
		frame_support::assert_storage_noop!(assert!(
			send(POOR, register_call(&registration)).is_err()
		));
	});
}

/// The fee is taken between the check and the call.
#[test]
fn what_the_fee_leaves_too_little_for_is_not_valid_and_takes_no_room() {
	build_and_execute(|| {
		let secret = secret(3);
		let intent = ready(POOR, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let call = RuntimeCall::from(register_call(&registration(intent, &secret, 0, &bytes)));
		let (info, source) = (call.get_dispatch_info(), TransactionSource::External);
		let (_, checked, origin) = CheckModel::<Test>::new()
			.validate_only(RuntimeOrigin::signed(POOR), &call, &info, 0, source, 0)
			.unwrap();
		leave(POOR, BOND + 10);
		frame_support::assert_storage_noop!(assert!(CheckModel::<Test>::new()
			.prepare(checked, &origin, &call, &info, 0)
			.is_err()));
	});
}

/// Else everybody could have authors look at marks for nothing.
#[test]
fn what_the_fee_leaves_too_little_for_is_not_looked_at() {
	build_and_execute(|| {
		let secret = secret(3);
		let intent = ready(POOR, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let mut bad = registration(intent, &secret, 0, &bytes);
		bad.slice.chunks[0].bytes[HEADER] ^= 1;
		let call = RuntimeCall::from(register_call(&bad));
		let info = call.get_dispatch_info();
		let validate = |source| {
			let origin = RuntimeOrigin::signed(POOR);
			CheckModel::<Test>::new().validate_only(origin, &call, &info, 0, source, 0)
		};
		let not_proved = refused(Error::<Test>::SliceNotProved);
		assert_eq!(validate(TransactionSource::External).unwrap_err(), not_proved);
		let (_, checked, origin) = validate(TransactionSource::InBlock).unwrap();
		let prepare = || CheckModel::<Test>::new().prepare(checked, &origin, &call, &info, 0);
		assert_eq!(prepare().unwrap_err(), not_proved);
		leave(POOR, BOND + 10);
		assert_ne!(prepare().unwrap_err(), not_proved);
	});
}

/// A block of an author who does not check is executed by nodes that do.
#[test]
fn an_invalid_registration_makes_its_block_invalid() {
	build_and_execute(|| {
		let mut bad = registrations(1).remove(0);
		bad.slice.chunks[0].bytes[HEADER] ^= 1;
		let call = RuntimeCall::from(register_call(&bad));
		let info = call.get_dispatch_info();
		// Executing a block applies each transaction so; an error here is an invalid block.
		let applied = CheckModel::<Test>::new().dispatch_transaction(
			RuntimeOrigin::signed(ALICE),
			call,
			&info,
			0,
			0,
		);
		assert_eq!(applied.unwrap_err(), refused(Error::<Test>::SliceNotProved));
		assert_eq!(Checked::<Test>::get(), 0);
	});
}

#[test]
fn other_calls_pass_and_weigh_nothing() {
	build_and_execute(|| {
		let registration = registrations(1).remove(0);
		let extension = CheckModel::<Test>::new();
		let weight = |call: crate::Call<Test>| extension.weight(&call.into());
		let remark = crate::Call::revoke { model: 0 };
		assert_eq!(weight(remark.clone()), Weight::zero());
		assert_eq!(validate(ALICE, remark.clone()), Ok(()));
		assert!(send(ALICE, remark).is_ok());
		assert_eq!(Checked::<Test>::get(), 0);
		assert_eq!(weight(register_call(&registration)), <() as WeightInfo>::check_model(WEIGHTS));
		let mut huge = registration.clone();
		huge.slice.place.groups = u32::MAX;
		assert_eq!(weight(register_call(&huge)), <() as WeightInfo>::check_model(0));
	});
}
