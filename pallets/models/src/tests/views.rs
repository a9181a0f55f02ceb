use super::*;

#[test]
fn names_and_aliases_are_what_the_docs_say() {
	for good in ["a", "a b", "digits-cnn_v2 (small)", &"x".repeat(64)] {
		assert!(is_name(good.as_bytes()), "{good}");
	}
	for bad in ["", " ", "a/b", "a:b", " a", "a ", "a\tb", "\u{7f}", "é"] {
		assert!(!is_name(bad.as_bytes()), "{bad}");
	}
	for good in ["champion", "v", "v1a", "1a", "A_b-3", "latest2"] {
		assert!(is_alias(good.as_bytes()), "{good}");
	}
	for bad in ["", "latest", "1", "v1", "a b", "a.b", "é"] {
		assert!(!is_alias(bad.as_bytes()), "{bad}");
	}
}

#[test]
fn an_intent_is_shown_at_each_stage() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = intend(ALICE, &secret);
		let young = IntentView {
			intent,
			owner: ALICE,
			root: secret.root(),
			ratio: RATIO,
			epoch: 0,
			declared_at: 1,
			beacon: None,
			usable_from: 2,
			expires_after: Some(5),
			current_epoch: 0,
			expired: false,
			opened: vec![],
			models: 0,
			contests: 0,
		};
		assert_eq!(AssayModels::intent(intent).unwrap(), young);
		next_epoch();
		next_epoch();
		let ready = IntentView { beacon: Some(Mix::<Test>::get()), current_epoch: 2, ..young };
		assert_eq!(AssayModels::intent(intent).unwrap(), ready);
		let bytes = marked(&keys_of(intent, &secret), 0);
		verified(ALICE, intent, &secret, &bytes);
		let used = IntentView { expires_after: None, opened: vec![0], models: 1, ..ready };
		assert_eq!(AssayModels::intent(intent).unwrap(), used);
	});
}

#[test]
fn a_model_is_shown_at_each_stage() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = ready(ALICE, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let registration = registration(intent, &secret, 0, &bytes);
		let model = register(ALICE, &registration);
		let at = System::block_number();
		let pending = ModelView {
			model,
			owner: ALICE,
			name: b"digits".to_vec(),
			version: None,
			stage: Stage::Pending,
			reason: None,
			aliases: vec![],
			artifact: registration.file.id,
			intent,
			intended_at: 1,
			registered_at: at,
			ended_at: None,
			settles_by: Some(at + LONGEST),
			job: Some(0),
			measured: None,
			contests: vec![],
			lost_to: None,
			removable_from: None,
			evidence: Some(Evidence {
				file: registration.file,
				sub_key: 0,
				place: PLACE,
				statistics: registration.statistics,
				accuracy: registration.accuracy,
				tolerance: Score(1_000_000),
				clean: clean(),
				card: H256::repeat_byte(5),
				signature_manifest: H256::repeat_byte(6),
				parents: Parents::default(),
				claim: None,
				scheme: program(),
				bond: BOND,
			}),
		};
		assert_eq!(view(model), pending);
		run_to(at + 5);
		settle(Client::Model(model), confirmed(registration.statistics));
		let verified = ModelView {
			version: Some(1),
			stage: Stage::Verified,
			ended_at: Some(at + 5),
			settles_by: None,
			measured: Some(Score(950_000_000)),
			..pending
		};
		assert_eq!(view(model), verified);
		assert_eq!(AssayModels::version_of(name("digits"), 1), Some(verified.clone()));
		assert_eq!(AssayModels::model_of_artifact(registration.file.id), Some(verified));
	});
}

#[test]
fn there_is_nothing_to_say_of_what_is_not() {
	build_and_execute(|| {
		assert_eq!(AssayModels::model(0), None);
		assert_eq!(AssayModels::intent(0), None);
		assert_eq!(AssayModels::open_contest(0), None);
		assert_eq!(AssayModels::registered(name("digits")), None);
		assert_eq!(AssayModels::version_of(name("digits"), 1), None);
		assert_eq!(AssayModels::alias_of(name("digits"), alias("champion")), None);
		assert_eq!(AssayModels::model_of_artifact(H256::zero()), None);
	});
}

#[test]
fn json_is_readable_and_read_back() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = ready(ALICE, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let model = verified(ALICE, intent, &secret, &bytes);
		let signed = RuntimeOrigin::signed(ALICE);
		assert_ok!(AssayModels::set_alias(signed, name("digits"), alias("champion"), Some(1)));
		let json = serde_json::to_value(view(model)).unwrap();
		assert_eq!(json["name"], "digits");
		assert_eq!(json["aliases"][0], "champion");
		assert_eq!(json["stage"], "verified");
		assert_eq!(json["measured"], "0.95");
		assert_eq!(json["evidence"]["bond"], "500");
		assert_eq!(json["evidence"]["statistics"]["ratio"], "0.7");
		assert_eq!(json["evidence"]["place"]["element"], "f32");
		assert_eq!(serde_json::from_value::<ModelViewOf<Test>>(json).unwrap(), view(model));

		let name = AssayModels::registered(name("digits")).unwrap();
		let json = serde_json::to_value(&name).unwrap();
		assert_eq!(json["aliases"][0]["alias"], "champion");
		assert_eq!(serde_json::from_value::<NameViewOf<Test>>(json).unwrap(), name);

		let intent = AssayModels::intent(intent).unwrap();
		let json = serde_json::to_value(&intent).unwrap();
		assert_eq!(json["ratio"], "0.7");
		assert_eq!(serde_json::from_value::<IntentViewOf<Test>>(json).unwrap(), intent);

		let reason = Reason::Refused(Refusal::BadGraph);
		assert_eq!(
			serde_json::to_value(reason).unwrap(),
			serde_json::json!({"refused": "bad_graph"})
		);
	});
}
