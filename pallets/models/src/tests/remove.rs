use super::*;

fn remove(who: AccountId, model: ModelId) -> DispatchResult {
	AssayModels::remove(RuntimeOrigin::signed(who), model)
		.map(|info| assert_eq!(info.pays_fee, Pays::No))
		.map_err(|failed| failed.error)
}

#[test]
fn gives_the_rest_of_the_deposit_back() {
	for settlement in [
		Settlement::Undecided,
		Settlement::Agreed(Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() }),
	] {
		build_and_execute(|| {
			let secret = secret(1);
			let intent = ready(ALICE, &secret);
			let bytes = marked(&keys_of(intent, &secret), 0);
			let model = register(ALICE, &registration(intent, &secret, 0, &bytes));
			assert_noop!(remove(ALICE, model), Error::<Test>::NotRemovable);
			settle(Client::Model(model), settlement);
			assert_noop!(remove(BOB, model), Error::<Test>::NotTheOwner);
			assert_ok!(remove(ALICE, model));
			assert_last_event(Event::ModelRemoved { model, owner: ALICE });
			assert_eq!(AssayModels::model(model), None);
			assert_noop!(remove(ALICE, model), Error::<Test>::ModelUnknown);
			assert_ok!(AssayModels::withdraw_intent(RuntimeOrigin::signed(ALICE), intent));
			assert_eq!(deposits(ALICE), 0);
		});
	}
}

#[test]
fn what_was_verified_stays() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = ready(ALICE, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let model = verified(ALICE, intent, &secret, &bytes);
		assert_noop!(remove(ALICE, model), Error::<Test>::NotRemovable);
		assert_ok!(AssayModels::revoke(RuntimeOrigin::signed(ALICE), model));
		assert_noop!(remove(ALICE, model), Error::<Test>::NoticeRuns);
		dismiss(ALICE, model);
		assert_last_event(Event::ModelRemoved { model, owner: ALICE });
		assert_eq!(view(model).stage, Stage::Revoked);
		assert_noop!(remove(ALICE, model), Error::<Test>::NotRemovable);
	});
}
