use super::*;

#[test]
fn declares_an_intent_with_a_deposit() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = intend(ALICE, &secret);
		assert_last_event(Event::IntentDeclared {
			intent,
			owner: ALICE,
			root: secret.root(),
			ratio: RATIO,
			epoch: 0,
		});
		assert_eq!(deposits(ALICE), price(AssayModels::intent_footprint()));
		assert_eq!(AssayModels::intents_of(ALICE), [AssayModels::intent(intent).unwrap()]);
		assert!(AssayModels::intents_of(BOB).is_empty());
	});
}

#[test]
fn needs_money_and_a_ratio() {
	build_and_execute(|| {
		let root = secret(1).root();
		for ratio in [0, -1, 1_000 * Score::ONE + 1] {
			assert_noop!(
				AssayModels::intend(RuntimeOrigin::signed(ALICE), root, Score(ratio)),
				Error::<Test>::RatioOutOfRange
			);
		}
		for ratio in [1, 1_000 * Score::ONE] {
			assert_ok!(AssayModels::intend(RuntimeOrigin::signed(ALICE), root, Score(ratio)));
		}
		assert!(AssayModels::intend(RuntimeOrigin::signed(NOBODY), root, RATIO).is_err());
		assert_eq!(NextIntent::<Test>::get(), 2);
	});
}

mod beacons {
	use super::*;

	#[test]
	fn come_at_the_start_of_the_second_epoch_after() {
		build_and_execute(|| {
			let intent = intend(ALICE, &secret(1));
			let beacon = || AssayModels::intent(intent).unwrap().beacon;
			assert_eq!(AssayModels::intent(intent).unwrap().usable_from, 2);
			next_block();
			next_epoch();
			next_block();
			assert_eq!(beacon(), None);
			next_epoch();
			let drawn = Mix::<Test>::get();
			assert_eq!(beacon(), Some(drawn));
			assert!(has_event(Event::BeaconDrawn { epoch: 0, beacon: drawn }));
			// It does not change any more.
			next_epoch();
			next_epoch();
			assert_eq!(beacon(), Some(drawn));
		});
	}

	/// The beacon of epoch 0, if the outputs are other ones from some block on. Epoch 1 begins with
	/// block 4, epoch 2 with block 7.
	fn drawn(other_from: u64) -> H256 {
		let mut drawn = None;
		build_and_execute(|| {
			Seed::set(0);
			let intent = intend(ALICE, &secret(1));
			for block in 2..=8 {
				EpochNow::put(block.saturating_sub(1) / 3);
				// The output of the block before is read in this one.
				Seed::set(u64::from(block > other_from));
				run_to(block);
			}
			drawn = AssayModels::intent(intent).unwrap().beacon;
			Seed::set(0);
		});
		drawn.unwrap()
	}

	#[test]
	fn depend_on_every_block_of_the_epoch_after_and_on_none_later() {
		let as_it_is = drawn(u64::MAX);
		for within in 1..=6 {
			assert_ne!(drawn(within), as_it_is, "{within}");
		}
		assert_eq!(drawn(7), as_it_is);
	}

	#[test]
	fn are_made_wholly_after_the_intent_even_if_epochs_are_skipped() {
		build_and_execute(|| {
			let intent = intend(ALICE, &secret(1));
			let beacon = || AssayModels::intent(intent).unwrap().beacon;
			// The chain stood still: the outputs so far are those of the intent's own epoch.
			EpochNow::put(7);
			next_block();
			assert_eq!(beacon(), None);
			let later = intend(BOB, &secret(2));
			EpochNow::put(9);
			next_block();
			assert_eq!(beacon(), Some(Mix::<Test>::get()));
			assert_eq!(AssayModels::intent(later).unwrap().beacon, None);
			next_epoch();
			let drawn = AssayModels::intent(later).unwrap().beacon;
			assert_eq!(drawn, Some(Mix::<Test>::get()));
		});
	}

	#[test]
	fn are_kept_as_long_as_an_intent_of_their_epoch() {
		build_and_execute(|| {
			let (first, second) = (intend(ALICE, &secret(1)), intend(BOB, &secret(2)));
			for _ in 0..20 {
				next_epoch();
			}
			assert_eq!(Beacons::<Test>::iter().count(), 1);
			assert_ok!(AssayModels::withdraw_intent(RuntimeOrigin::signed(ALICE), first));
			assert_eq!(Beacons::<Test>::get(0).unwrap().intents, 1);
			assert_ok!(AssayModels::withdraw_intent(RuntimeOrigin::signed(BOB), second));
			assert_eq!(Beacons::<Test>::iter().count(), 0);
		});
	}
}

mod withdraw {
	use super::*;

	fn withdraw(owner: AccountId, intent: IntentId) -> DispatchResult {
		AssayModels::withdraw_intent(RuntimeOrigin::signed(owner), intent)
			.map(|_| ())
			.map_err(|failed| failed.error)
	}

	#[test]
	fn gives_the_deposit_back() {
		build_and_execute(|| {
			let intent = intend(ALICE, &secret(1));
			assert_ok!(withdraw(ALICE, intent));
			assert_last_event(Event::IntentWithdrawn { intent, owner: ALICE });
			assert_eq!(deposits(ALICE), 0);
			assert_eq!(AssayModels::intent(intent), None);
			assert!(AssayModels::intents_of(ALICE).is_empty());
		});
	}

	#[test]
	fn is_for_the_owner_and_what_nothing_relies_on() {
		build_and_execute(|| {
			assert_noop!(withdraw(ALICE, 0), Error::<Test>::IntentUnknown);
			let secret = secret(1);
			let intent = ready(ALICE, &secret);
			assert_noop!(withdraw(BOB, intent), Error::<Test>::NotTheOwner);
			let bytes = marked(&keys_of(intent, &secret), 0);
			let registration = registration(intent, &secret, 0, &bytes);
			let model = register(ALICE, &registration);
			assert_noop!(withdraw(ALICE, intent), Error::<Test>::IntentInUse);
			settle(Client::Model(model), confirmed(registration.statistics));
			assert_noop!(withdraw(ALICE, intent), Error::<Test>::IntentInUse);
			assert_ok!(AssayModels::revoke(RuntimeOrigin::signed(ALICE), model));
			assert_noop!(withdraw(ALICE, intent), Error::<Test>::IntentInUse);
			dismiss(ALICE, model);
			assert_ok!(withdraw(ALICE, intent));
		});
	}
}
