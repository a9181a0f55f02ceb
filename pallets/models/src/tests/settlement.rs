use super::*;

/// A pending model of Alice, with its stated statistics.
fn pending() -> (ModelId, Registration) {
	let secret = secret(1);
	let intent = ready(ALICE, &secret);
	let bytes = marked(&keys_of(intent, &secret), 0);
	let registration = registration(intent, &secret, 0, &bytes);
	(register(ALICE, &registration), *registration)
}

#[test]
fn a_true_model_is_the_first_version_of_its_name() {
	build_and_execute(|| {
		let (model, registration) = pending();
		settle(Client::Model(model), reported(&Report::Measured(registration.statistics), 960));
		let accuracy = Score(960_000_000);
		assert_last_event(Event::ModelVerified {
			model,
			owner: ALICE,
			name: name("digits"),
			version: 1,
			accuracy,
		});
		let view = view(model);
		assert_eq!(
			(view.stage, view.version, view.measured),
			(Stage::Verified, Some(1), Some(accuracy))
		);
		let name = AssayModels::registered(name("digits")).unwrap();
		assert_eq!((name.owner, name.versions), (ALICE, 1));
		// The bond stays: the model can be contested.
		assert_eq!(bonds(ALICE), BOND);
		assert_eq!(pins(program()), 0);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED);
	});
}

#[test]
fn versions_are_counted_up() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = ready(ALICE, &secret);
		let models = [0, 1, 2].map(|seed| {
			let bytes = marked(&keys_of(intent, &secret), seed);
			verified(ALICE, intent, &secret, &bytes)
		});
		assert_eq!(models.map(|model| view(model).version), [Some(1), Some(2), Some(3)]);
		assert_ok!(AssayModels::revoke(RuntimeOrigin::signed(ALICE), models[2]));
		let bytes = marked(&keys_of(intent, &secret), 3);
		let next = verified(ALICE, intent, &secret, &bytes);
		assert_eq!(view(next).version, Some(4));
	});
}

#[test]
fn the_accuracy_may_be_lower_by_the_tolerance() {
	for (measured, stage) in [(949, Stage::Verified), (948, Stage::Rejected)] {
		build_and_execute(|| {
			let (model, registration) = pending();
			let report = Report::Measured(registration.statistics);
			// What was registered keeps its tolerance.
			AccuracyTolerance::set(Score(0));
			settle(Client::Model(model), reported(&report, measured));
			assert_eq!(view(model).stage, stage);
			AccuracyTolerance::set(Score(1_000_000));
		});
	}
}

#[test]
fn what_is_not_true_is_rejected_and_the_bond_slashed() {
	let failed = FailReason::OutOfFuel;
	let other = Statistics { trigger_matches: 59, bit_matches: 0, classes: 10, ratio: RATIO };
	let unavailable = |input, fault| Settlement::Agreed(Outcome::Unavailable { input, fault });
	let bad = |input, fault| Reason::BadInput { input, fault };
	for (settlement, reason) in [
		(
			Settlement::Agreed(Outcome::Failed { reason: failed, trace_root: H256::zero() }),
			Reason::RunFailed(failed),
		),
		(reported(&Report::Refused(Refusal::BadGraph), 950), Reason::Refused(Refusal::BadGraph)),
		(reported(&Report::Measured(other), 950), Reason::StatisticsDiffer),
		(
			unavailable(Input::File, DataFault::RootMismatch),
			bad(Input::File, DataFault::RootMismatch),
		),
		(
			unavailable(Input::Holdout, DataFault::BadShape),
			bad(Input::Holdout, DataFault::BadShape),
		),
	] {
		build_and_execute(|| {
			let (model, registration) = pending();
			settle(Client::Model(model), settlement);
			assert_last_event(Event::ModelRejected {
				model,
				owner: ALICE,
				name: name("digits"),
				reason,
			});
			assert_eq!(bonds(ALICE), 0);
			assert_eq!(Balances::total_balance(&ALICE), ENDOWED - BOND);
			assert_eq!(Balances::total_balance(&TREASURY), 10 + BOND);
			assert_eq!(AssayModels::registered(name("digits")), None);
			assert_eq!(AssayModels::model_of_artifact(registration.file.id), None);
			let view = view(model);
			assert_eq!((view.stage, view.reason), (Stage::Rejected, Some(reason)));
			assert_eq!(view.evidence, None);
		});
	}
}

#[test]
fn a_lower_accuracy_is_named() {
	build_and_execute(|| {
		let (model, registration) = pending();
		settle(Client::Model(model), reported(&Report::Measured(registration.statistics), 700));
		let measured = Score(700_000_000);
		assert_eq!(view(model).reason, Some(Reason::LessAccurate { measured }));
	});
}

#[test]
fn without_a_verdict_nobody_is_at_fault() {
	let missing =
		|input| Settlement::Agreed(Outcome::Unavailable { input, fault: DataFault::Missing });
	let program = Outcome::Unavailable { input: Input::Program, fault: DataFault::BadShape };
	for settlement in [
		Settlement::Undecided,
		missing(Input::File),
		missing(Input::Train),
		missing(Input::Program),
		Settlement::Agreed(program),
		Settlement::Agreed(Outcome::Failed {
			reason: FailReason::BadProgram,
			trace_root: H256::zero(),
		}),
	] {
		build_and_execute(|| {
			let (model, _) = pending();
			settle(Client::Model(model), settlement);
			assert_eq!(view(model).stage, Stage::Returned);
			assert_eq!(bonds(ALICE), 0);
			assert_eq!(Balances::total_balance(&ALICE), ENDOWED);
		});
	}
}

#[test]
fn what_was_not_verified_can_be_registered_again() {
	for settlement in [
		Settlement::Undecided,
		Settlement::Agreed(Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() }),
	] {
		build_and_execute(|| {
			let secret = secret(1);
			let intent = ready(ALICE, &secret);
			let bytes = marked(&keys_of(intent, &secret), 0);
			let model = register(ALICE, &registration(intent, &secret, 0, &bytes));
			settle(Client::Model(model), settlement);
			let again = verified(ALICE, intent, &secret, &bytes);
			assert_eq!(view(again).evidence.unwrap().sub_key, 1);
			assert_eq!(view(again).version, Some(1));
		});
	}
}

/// Two registrations of Alice and one of Bob, all of one name.
fn rivals() -> ([Box<Registration>; 2], Box<Registration>) {
	let secrets = [secret(1), secret(2)];
	let intents = [intend(ALICE, &secrets[0]), intend(BOB, &secrets[1])];
	next_epoch();
	next_epoch();
	let alices = [0u32, 1].map(|sub_key| {
		let bytes = marked(&keys_of(intents[0], &secrets[0]), u64::from(sub_key));
		registration(intents[0], &secrets[0], sub_key, &bytes)
	});
	let bytes = marked(&keys_of(intents[1], &secrets[1]), 2);
	(alices, registration(intents[1], &secrets[1], 0, &bytes))
}

#[test]
fn a_pending_model_keeps_the_name_from_others_until_it_ends() {
	let failed = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };
	for settlement in [None, Some(Settlement::Undecided), Some(Settlement::Agreed(failed))] {
		build_and_execute(|| {
			let ([first, _], second) = rivals();
			let model = register(ALICE, &first);
			let taken = Err(refused(Error::<Test>::NameTaken));
			next_block();
			assert_eq!(validate(BOB, register_call(&second)), taken);
			assert_eq!(send(BOB, register_call(&second)).map(drop), taken);
			// It has cost him nothing, and no sub-key is known.
			assert_eq!(
				(bonds(BOB), AssayModels::intent(second.intent).unwrap().opened),
				(0, vec![])
			);

			let verified = settlement.is_none();
			settle(Client::Model(model), settlement.unwrap_or_else(|| confirmed(first.statistics)));
			let now = if verified { taken } else { Ok(()) };
			assert_eq!(validate(BOB, register_call(&second)), now);
			assert_eq!(Reserved::<Test>::iter().count(), 0);
		});
	}
}

#[test]
fn a_name_is_kept_until_the_last_of_its_pending_models_ends() {
	build_and_execute(|| {
		let (alices, bobs) = rivals();
		let models = alices.each_ref().map(|registration| register(ALICE, registration));
		next_block();
		for model in models {
			let taken = refused(Error::<Test>::NameTaken);
			assert_eq!(validate(BOB, register_call(&bobs)), Err(taken));
			settle(Client::Model(model), Settlement::Undecided);
			check();
		}
		register(BOB, &bobs);
	});
}

#[test]
fn what_is_pending_keeps_no_name_from_its_owner() {
	build_and_execute(|| {
		let (alices, bobs) = rivals();
		let models = alices.each_ref().map(|registration| register(ALICE, registration));
		settle(Client::Model(models[0]), confirmed(alices[0].statistics));
		let transfer = |who| AssayModels::transfer(RuntimeOrigin::signed(who), name("digits"), BOB);
		assert_ok!(transfer(ALICE));
		assert_ok!(transfer(BOB));
		let second = register(BOB, &bobs);
		settle(Client::Model(models[1]), confirmed(alices[1].statistics));
		assert_eq!(view(models[1]).reason, Some(Reason::NameTaken));
		assert_eq!(view(models[1]).stage, Stage::Returned);
		settle(Client::Model(second), confirmed(bobs.statistics));
		assert_eq!(view(second).version, Some(2));
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED);
	});
}

#[test]
fn two_first_versions_of_one_owner_get_along() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = ready(ALICE, &secret);
		let registrations = [0, 1].map(|n| {
			let bytes = marked(&keys_of(intent, &secret), n.into());
			registration(intent, &secret, n, &bytes)
		});
		let models = [0, 1].map(|n| register(ALICE, &registrations[n]));
		for n in [1, 0] {
			settle(Client::Model(models[n]), confirmed(registrations[n].statistics));
		}
		assert_eq!(models.map(|model| view(model).version), [Some(2), Some(1)]);
	});
}

#[test]
fn strange_settlements_change_nothing() {
	build_and_execute(|| {
		let (model, registration) = pending();
		settle(Client::Model(model), confirmed(registration.statistics));
		let before = Models::<Test>::get(model);
		for client in [
			Client::Model(model),
			Client::Model(9),
			Client::Contest(9),
			Client::Contest(model),
			Client::Claim(model),
		] {
			AssayModels::on_settled(client, Settlement::Undecided);
		}
		assert_eq!(Models::<Test>::get(model), before);
	});
}
