use super::*;

/// Alice has three verified versions of `digits`.
fn three() -> [ModelId; 3] {
	let secret = secret(1);
	let intent = ready(ALICE, &secret);
	[0, 1, 2].map(|seed| {
		let bytes = marked(&keys_of(intent, &secret), seed);
		verified(ALICE, intent, &secret, &bytes)
	})
}

fn set_alias(who: AccountId, text: &str, version: Option<u32>) -> DispatchResult {
	AssayModels::set_alias(RuntimeOrigin::signed(who), name("digits"), alias(text), version)
}

fn transfer(who: AccountId, to: AccountId) -> DispatchResult {
	AssayModels::transfer(RuntimeOrigin::signed(who), name("digits"), to)
}

fn resolve(text: &str) -> Option<ModelId> {
	AssayModels::alias_of(name("digits"), alias(text)).map(|view| view.model)
}

mod aliases {
	use super::*;

	#[test]
	fn name_a_version_and_move() {
		build_and_execute(|| {
			let models = three();
			assert_ok!(set_alias(ALICE, "champion", Some(1)));
			assert_last_event(Event::AliasSet {
				name: name("digits"),
				alias: alias("champion"),
				version: Some(1),
			});
			assert_ok!(set_alias(ALICE, "challenger", Some(1)));
			assert_eq!(resolve("champion"), Some(models[0]));
			assert_eq!(view(models[0]).aliases, [b"champion".to_vec(), b"challenger".to_vec()]);
			assert_ok!(set_alias(ALICE, "champion", Some(3)));
			assert_eq!(resolve("champion"), Some(models[2]));
			assert_ok!(set_alias(ALICE, "champion", None));
			assert_eq!(resolve("champion"), None);
			assert_noop!(set_alias(ALICE, "champion", None), Error::<Test>::AliasUnknown);
		});
	}

	#[test]
	fn are_the_owners_and_of_verified_versions() {
		build_and_execute(|| {
			let no_name = set_alias(ALICE, "champion", Some(1));
			assert_eq!(no_name, Err(Error::<Test>::NameUnknown.into()));
			let models = three();
			assert_noop!(set_alias(BOB, "champion", Some(1)), Error::<Test>::NotTheOwner);
			for version in [0, 4] {
				let unknown = Error::<Test>::VersionUnknown;
				assert_noop!(set_alias(ALICE, "champion", Some(version)), unknown);
			}
			assert_ok!(AssayModels::revoke(RuntimeOrigin::signed(ALICE), models[1]));
			assert_noop!(set_alias(ALICE, "champion", Some(2)), Error::<Test>::ModelNotVerified);
		});
	}

	#[test]
	fn are_words_that_mean_nothing_else() {
		build_and_execute(|| {
			three();
			for bad in ["", "latest", "7", "007", "v7", "a b", "a@b", "\u{e4}"] {
				assert_noop!(set_alias(ALICE, bad, Some(1)), Error::<Test>::BadAlias);
			}
			for good in ["v", "v7b", "a-b_C", "Latest", "7up"] {
				assert_ok!(set_alias(ALICE, good, Some(1)));
			}
		});
	}

	#[test]
	fn are_bounded() {
		build_and_execute(|| {
			three();
			for n in 0..MAX_ALIASES {
				assert_ok!(set_alias(ALICE, &format!("alias-{n}"), Some(1)));
			}
			assert_noop!(set_alias(ALICE, "more", Some(1)), Error::<Test>::TooManyAliases);
			assert_ok!(set_alias(ALICE, "alias-3", Some(2)));
		});
	}
}

mod transfers {
	use super::*;

	#[test]
	fn take_two_calls() {
		build_and_execute(|| {
			let models = three();
			assert_ok!(set_alias(ALICE, "champion", Some(1)));
			assert_ok!(transfer(ALICE, BOB));
			assert_last_event(Event::TransferProposed {
				name: name("digits"),
				owner: ALICE,
				to: Some(BOB),
			});
			assert_eq!(AssayModels::registered(name("digits")).unwrap().proposed, Some(BOB));
			assert_ok!(transfer(BOB, BOB));
			assert_last_event(Event::NameTransferred {
				name: name("digits"),
				from: ALICE,
				to: BOB,
			});
			let record = AssayModels::registered(name("digits")).unwrap();
			assert_eq!((record.owner, record.proposed, record.versions), (BOB, None, 3));
			assert_eq!(record.aliases.len(), 1);
			// Who marked the models stays the same.
			assert_eq!(view(models[0]).owner, ALICE);
			assert_noop!(set_alias(ALICE, "champion", Some(2)), Error::<Test>::NotTheOwner);
			assert_ok!(set_alias(BOB, "champion", Some(2)));
		});
	}

	#[test]
	fn go_to_accounts_that_exist_and_accept() {
		build_and_execute(|| {
			assert_eq!(transfer(ALICE, BOB), Err(Error::<Test>::NameUnknown.into()));
			three();
			assert_noop!(transfer(ALICE, NOBODY), Error::<Test>::OwnerUnknown);
			assert_noop!(transfer(BOB, BOB), Error::<Test>::NotProposed);
			assert_noop!(transfer(BOB, CAROL), Error::<Test>::NotTheOwner);
			assert_ok!(transfer(ALICE, BOB));
			assert_noop!(transfer(CAROL, CAROL), Error::<Test>::NotProposed);
			assert_noop!(transfer(BOB, CAROL), Error::<Test>::NotTheOwner);
			// The last proposal counts, and can be taken back.
			assert_ok!(transfer(ALICE, CAROL));
			assert_noop!(transfer(BOB, BOB), Error::<Test>::NotProposed);
			assert_ok!(transfer(ALICE, ALICE));
			assert_noop!(transfer(CAROL, CAROL), Error::<Test>::NotProposed);
		});
	}

	#[test]
	fn the_new_owner_pays_the_deposit() {
		build_and_execute(|| {
			three();
			let before = deposits(ALICE);
			assert_ok!(transfer(ALICE, BOB));
			assert_ok!(transfer(BOB, BOB));
			let price = price(AssayModels::name_footprint());
			assert_eq!((deposits(ALICE), deposits(BOB)), (before - price, price));
		});
	}

	#[test]
	fn versions_are_registered_by_the_new_owner() {
		build_and_execute(|| {
			let secrets = [secret(1), secret(2)];
			let intents = [intend(ALICE, &secrets[0]), intend(BOB, &secrets[1])];
			next_epoch();
			next_epoch();
			let bytes = [0, 1].map(|n| marked(&keys_of(intents[n], &secrets[n]), n as u64));
			verified(ALICE, intents[0], &secrets[0], &bytes[0]);
			// One is pending while the name goes.
			let next = marked(&keys_of(intents[0], &secrets[0]), 7);
			let registration = registration(intents[0], &secrets[0], 1, &next);
			let pending = register(ALICE, &registration);
			assert_ok!(transfer(ALICE, BOB));
			assert_ok!(transfer(BOB, BOB));
			settle(Client::Model(pending), confirmed(registration.statistics));
			assert_eq!(view(pending).reason, Some(Reason::NameTaken));
			let model = verified(BOB, intents[1], &secrets[1], &bytes[1]);
			assert_eq!(view(model).version, Some(2));
		});
	}
}

mod revoke {
	use super::*;

	fn revoke(who: AccountId, model: ModelId) -> DispatchResult {
		AssayModels::revoke(RuntimeOrigin::signed(who), model)
	}

	#[test]
	fn gives_the_bond_back_after_a_notice_and_keeps_the_model_known() {
		build_and_execute(|| {
			let models = three();
			assert_ok!(set_alias(ALICE, "champion", Some(2)));
			assert_ok!(set_alias(ALICE, "old", Some(1)));
			let before = deposits(ALICE);
			assert_ok!(revoke(ALICE, models[1]));
			let event = Event::ModelRevoked { model: models[1], name: name("digits"), version: 2 };
			assert_last_event(event);
			assert_eq!(bonds(ALICE), 3 * BOND);
			dismiss(ALICE, models[1]);
			assert_eq!(bonds(ALICE), 2 * BOND);
			assert!(deposits(ALICE) < before - 300);
			assert_eq!((resolve("champion"), resolve("old")), (None, Some(models[0])));
			let view = view(models[1]);
			assert_eq!((view.stage, view.version, view.evidence), (Stage::Revoked, Some(2), None));
			assert_eq!(AssayModels::model_of_artifact(view.artifact).unwrap().model, models[1]);
			let version = AssayModels::version_of(name("digits"), 2).unwrap();
			assert_eq!(version.stage, Stage::Revoked);
		});
	}

	#[test]
	fn is_for_the_owner_of_the_name_and_verified_models() {
		build_and_execute(|| {
			assert_noop!(revoke(ALICE, 0), Error::<Test>::ModelUnknown);
			let models = three();
			assert_noop!(revoke(BOB, models[0]), Error::<Test>::NotTheOwner);
			assert_ok!(transfer(ALICE, BOB));
			assert_ok!(transfer(BOB, BOB));
			assert_noop!(revoke(ALICE, models[0]), Error::<Test>::NotTheOwner);
			assert_ok!(revoke(BOB, models[0]));
			// The bond goes to who had put it down.
			dismiss(ALICE, models[0]);
			assert_eq!(bonds(ALICE), 2 * BOND);
			assert_noop!(revoke(BOB, models[0]), Error::<Test>::ModelNotVerified);
		});
	}

	#[test]
	fn a_pending_model_cannot_be_revoked() {
		build_and_execute(|| {
			let secret = secret(1);
			let intent = ready(ALICE, &secret);
			let bytes = marked(&keys_of(intent, &secret), 0);
			let model = register(ALICE, &registration(intent, &secret, 0, &bytes));
			assert_noop!(revoke(ALICE, model), Error::<Test>::ModelNotVerified);
		});
	}
}
