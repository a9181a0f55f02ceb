use super::*;

/// Alice's intent, with its beacon, and a model with its marks.
fn prepared() -> (IntentId, assay_watermark::Secret, Vec<u8>) {
	let secret = secret(1);
	let intent = ready(ALICE, &secret);
	let bytes = marked(&keys_of(intent, &secret), 0);
	(intent, secret, bytes)
}

fn try_register(owner: AccountId, registration: &Registration) -> TransactionValidityError {
	match send(owner, register_call(registration)) {
		Err(error) => error,
		Ok(result) => panic!("it was not refused: {result:?}"),
	}
}

#[test]
fn opens_a_job_and_holds_the_bond() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let registration = registration(intent, &secret, 0, &bytes);
		let model = register(ALICE, &registration);
		assert_last_event(Event::ModelRegistered {
			model,
			owner: ALICE,
			name: name("digits"),
			artifact: registration.file.id,
			intent,
			job: 0,
		});
		assert_eq!(bonds(ALICE), BOND);
		let (client, payer, job) = Jobs::get(0).unwrap();
		assert_eq!((client, payer), (Client::Model(model), ALICE));
		assert_eq!((Opponent::get(), Value::get()), (None, Balance::MAX));
		let key = Key(key_of(intent, &secret, 0));
		let expected = TrainingJob {
			vm_version: VM_VERSION,
			program: program(),
			params: SchemeParams { key, place: PLACE }.to_params(),
			seed: 0,
			train: clean().id,
			train_root: clean().root,
			chunk_rows: clean().chunk_rows,
			holdout: clean().id,
			metric: Metric::Accuracy,
			file: Some(registration.file),
			limits: registration_limits(LIMITS),
		};
		assert_eq!(job, expected);
		let intent = AssayModels::intent(intent).unwrap();
		assert_eq!((intent.opened, intent.models, intent.contests), (vec![0], 1, 0));
	});
}

#[test]
fn needs_a_scheme() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		assert_ok!(AssayModels::set_scheme(RuntimeOrigin::root(), None));
		let registration = registration(intent, &secret, 0, &bytes);
		assert_eq!(try_register(ALICE, &registration), refused(Error::<Test>::NoScheme));
	});
}

#[test]
fn needs_an_intent_of_its_owner_with_its_beacon() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		let unknown = Registration { intent: 9, ..*good.clone() };
		assert_eq!(try_register(ALICE, &unknown), refused(Error::<Test>::IntentUnknown));
		assert_eq!(try_register(BOB, &good), refused(Error::<Test>::NotTheOwner));
		let young = Registration { intent: intend(ALICE, &secret), ..*good.clone() };
		assert_eq!(try_register(ALICE, &young), refused(Error::<Test>::IntentTooYoung));
		next_epoch();
		assert_eq!(try_register(ALICE, &young), refused(Error::<Test>::IntentTooYoung));
	});
}

#[test]
fn needs_an_intent_that_has_not_expired() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let registration = registration(intent, &secret, 0, &bytes);
		while EpochNow::get() < u64::from(IntentLife::get()) {
			next_epoch();
		}
		assert_eq!(validate(ALICE, register_call(&registration)), Ok(()));
		next_epoch();
		assert_eq!(try_register(ALICE, &registration), refused(Error::<Test>::IntentExpired));
		assert!(AssayModels::intent(intent).unwrap().expired);
	});
}

#[test]
fn an_intent_with_a_verified_model_does_not_expire() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		verified(ALICE, intent, &secret, &bytes);
		for _ in 0..10 {
			next_epoch();
		}
		let again = marked(&keys_of(intent, &secret), 1);
		verified(ALICE, intent, &secret, &again);
		assert_eq!(AssayModels::intent(intent).unwrap().expires_after, None);
	});
}

#[test]
fn a_sub_key_is_opened_once() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		let wrong = Registration { opening: super::secret(2).open(0).unwrap(), ..*good.clone() };
		assert_eq!(try_register(ALICE, &wrong), refused(Error::<Test>::WrongOpening));
		let mut moved = good.clone();
		moved.opening.proof.index = 1;
		assert_eq!(try_register(ALICE, &moved), refused(Error::<Test>::WrongOpening));

		let model = register(ALICE, &good);
		settle(Client::Model(model), Settlement::Undecided);
		assert_eq!(try_register(ALICE, &good), refused(Error::<Test>::AlreadyOpened));
		// Another one is fine.
		register(ALICE, &registration(intent, &secret, 1, &bytes));
	});
}

#[test]
fn the_name_is_printable_and_nobody_elses() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		for bad in ["", " a", "a ", "a/b", "a:1", "a\n", "d\u{e9}"] {
			let bad = Registration { name: name(bad), ..*good.clone() };
			assert_eq!(try_register(ALICE, &bad), refused(Error::<Test>::BadName));
		}
		let theirs = super::secret(2);
		let other = ready(BOB, &theirs);
		let bytes = marked(&keys_of(other, &theirs), 1);
		verified(BOB, other, &theirs, &bytes);
		assert_eq!(try_register(ALICE, &good), refused(Error::<Test>::NameTaken));
		let mine = Registration { name: name("my digits, v2 (small)"), ..*good };
		assert_eq!(validate(ALICE, register_call(&mine)), Ok(()));
	});
}

#[test]
fn a_file_is_registered_once() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let model = register(ALICE, &registration(intent, &secret, 0, &bytes));
		let again = registration(intent, &secret, 1, &bytes);
		assert_eq!(try_register(ALICE, &again), refused(Error::<Test>::DuplicateModel));
		settle(Client::Model(model), confirmed(statistics(&bytes, &key_of(intent, &secret, 0))));
		assert_eq!(try_register(ALICE, &again), refused(Error::<Test>::DuplicateModel));
		assert_ok!(AssayModels::revoke(RuntimeOrigin::signed(ALICE), model));
		assert_eq!(try_register(ALICE, &again), refused(Error::<Test>::DuplicateModel));
	});
}

#[test]
fn a_wrong_root_keeps_nobody_out() {
	build_and_execute(|| {
		let (intent, mine, bytes) = prepared();
		let good = registration(intent, &mine, 0, &bytes);
		// Bob says that Alice's artifact has other weights, which carry his mark.
		let theirs = secret(2);
		let other = ready(BOB, &theirs);
		let invented = marked(&keys_of(other, &theirs), 7);
		let mut squat = registration(other, &theirs, 0, &invented);
		(squat.file.id, squat.name) = (good.file.id, name("squat"));
		register(BOB, &squat);
		register(ALICE, &good);
	});
}

#[test]
fn the_length_is_that_of_the_artifact_and_of_the_tree() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		let mut changed = good.clone();
		changed.file.bytes += 1;
		assert_eq!(try_register(ALICE, &changed), refused(Error::<Test>::LengthNotProved));
		let mut changed = good.clone();
		changed.length = assay_primitives::file::tree(&bytes).prove(1).unwrap();
		assert_eq!(try_register(ALICE, &changed), refused(Error::<Test>::LengthNotProved));
		let mut changed = good.clone();
		changed.file.root = H256::zero();
		assert_eq!(try_register(ALICE, &changed), refused(Error::<Test>::LengthNotProved));
	});
}

#[test]
fn what_it_relies_on_is_available_for_long_enough() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		let other = refused(DispatchError::Other(""));
		let until = |id, until| Stored::mutate(id, |stored| stored.as_mut().unwrap().0 = until);
		let retained = System::block_number() + 40;
		for id in [good.file.id, good.clean.id] {
			until(id, retained - 1);
			assert_eq!(try_register(ALICE, &good), other);
			until(id, retained);
			assert_eq!(validate(ALICE, register_call(&good)), Ok(()));
		}
		// The program is needed until the verdict only.
		until(program(), System::block_number() + LONGEST - 1);
		assert_eq!(try_register(ALICE, &good), other);
		until(program(), System::block_number() + LONGEST);
		MaxModelBytes::set(bytes.len() as u32 - 1);
		assert_eq!(try_register(ALICE, &good), other);
		MaxModelBytes::set(bytes.len() as u32);
		assert_eq!(validate(ALICE, register_call(&good)), Ok(()));
	});
}

mod slices {
	use super::*;

	#[test]
	fn a_forged_one_is_refused() {
		build_and_execute(|| {
			let (intent, secret, bytes) = prepared();
			let good = registration(intent, &secret, 0, &bytes);
			assert_eq!(good.slice.chunks.len(), 2);
			let forge = |change: &dyn Fn(&mut Slice)| {
				let mut forged = good.clone();
				change(&mut forged.slice);
				try_register(ALICE, &forged)
			};
			let not_proved = refused(Error::<Test>::SliceNotProved);
			assert_eq!(forge(&|slice| slice.chunks[0].bytes[HEADER] ^= 1), not_proved);
			assert_eq!(forge(&|slice| slice.chunks[0].bytes.push(0)), not_proved);
			assert_eq!(forge(&|slice| slice.chunks.swap(0, 1)), not_proved);
			assert_eq!(forge(&|slice| drop(slice.chunks.pop())), not_proved);
			assert_eq!(forge(&|slice| slice.chunks.extend(slice.chunks.clone())), not_proved);
			let bad = refused(Error::<Test>::BadPlace);
			assert_eq!(forge(&|slice| slice.place.groups = 0), bad);
			assert_eq!(forge(&|slice| slice.place.groups = u32::MAX), bad);
			assert_eq!(forge(&|slice| slice.place.offset += 1), bad);
		});
	}

	#[test]
	fn weights_are_finite() {
		build_and_execute(|| {
			let (intent, secret, mut bytes) = prepared();
			let good = registration(intent, &secret, 0, &bytes);
			bytes[HEADER..HEADER + 4].copy_from_slice(&f32::NAN.to_le_bytes());
			let bad = Registration {
				file: file_of(&bytes),
				length: assay_primitives::file::tree(&bytes).prove(0).unwrap(),
				slice: Slice::cut(&bytes, PLACE).unwrap(),
				..*good
			};
			store(&bytes, 1_000);
			assert_eq!(try_register(ALICE, &bad), refused(Error::<Test>::SliceNotFinite));
		});
	}

	#[test]
	fn bits_are_exactly_as_stated() {
		build_and_execute(|| {
			let (intent, secret, bytes) = prepared();
			let good = registration(intent, &secret, 0, &bytes);
			assert!(good.statistics.bit_matches > 205);
			for by in [-1, 1] {
				let mut bad = good.clone();
				bad.statistics.bit_matches = bad.statistics.bit_matches.saturating_add_signed(by);
				assert_eq!(try_register(ALICE, &bad), refused(Error::<Test>::BitsDiffer));
			}
		});
	}

	/// Somebody else's model does not carry one's own bits, whatever one says.
	#[test]
	fn a_thief_has_no_evidence() {
		build_and_execute(|| {
			let (_, _, bytes) = prepared();
			let theirs = super::super::secret(2);
			let intent = ready(BOB, &theirs);
			let honest = registration(intent, &theirs, 0, &bytes);
			let bits = honest.statistics.bit_matches;
			// 128 bits by chance, with a standard deviation of 8.
			assert!((80..176).contains(&bits), "{bits}");
			assert_eq!(try_register(BOB, &honest), refused(Error::<Test>::TooFewBits));
			let mut liar = honest.clone();
			liar.statistics.bit_matches = 240;
			assert_eq!(try_register(BOB, &liar), refused(Error::<Test>::BitsDiffer));
			// Nor do the weights of a file that does carry them prove anything of this one.
			let own = marked(&keys_of(intent, &theirs), 2);
			let mut forger = honest;
			forger.statistics = statistics(&own, &key_of(intent, &theirs, 0));
			forger.slice = Slice::cut(&own, PLACE).unwrap();
			assert_eq!(try_register(BOB, &forger), refused(Error::<Test>::SliceNotProved));
		});
	}
}

#[test]
fn the_statistics_reach_the_profile() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		let with = |change: &dyn Fn(&mut Statistics)| {
			let mut bad = good.clone();
			change(&mut bad.statistics);
			try_register(ALICE, &bad)
		};
		let expected = |error: Error<Test>| refused(error);
		assert_eq!(with(&|s| s.trigger_matches = 57), expected(Error::TooFewTriggers));
		assert_eq!(with(&|s| s.bit_matches = 204), expected(Error::TooFewBits));
		assert_eq!(with(&|s| s.ratio.0 += 50_000_001), expected(Error::RatioOutOfBand));
		assert_eq!(with(&|s| s.ratio.0 -= 50_000_001), expected(Error::RatioOutOfBand));
		assert_eq!(with(&|s| s.classes = 1), expected(Error::ClassesOutOfRange));
	});
}

#[test]
fn the_accuracy_is_one_and_high_enough() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		for (accuracy, error) in [
			(499_999_999, Error::<Test>::AccuracyTooLow),
			(i64::MIN, Error::<Test>::AccuracyTooLow),
			(Score::ONE + 1, Error::<Test>::AccuracyOutOfRange),
		] {
			let bad = Registration { accuracy: Score(accuracy), ..*good.clone() };
			assert_eq!(try_register(ALICE, &bad), refused(error));
		}
	});
}

#[test]
fn parents_are_verified_models() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let parent = verified(ALICE, intent, &secret, &bytes);
		let bytes = marked(&keys_of(intent, &secret), 1);
		let good = registration(intent, &secret, 1, &bytes);
		let with = |parents: Vec<ModelId>| Registration {
			parents: parents.try_into().unwrap(),
			..*good.clone()
		};
		let error = refused(Error::<Test>::ParentNotVerified);
		assert_eq!(try_register(ALICE, &with(vec![9])), error);
		let child = register(ALICE, &with(vec![parent]));
		assert_eq!(view(child).evidence.unwrap().parents, vec![parent]);
		// A pending one is none.
		let next = marked(&keys_of(intent, &secret), 2);
		let mut grandchild = registration(intent, &secret, 2, &next);
		grandchild.parents = vec![child].try_into().unwrap();
		assert_eq!(try_register(ALICE, &grandchild), error);
	});
}

#[test]
fn a_claim_is_the_owners_and_trained_this_file() {
	build_and_execute(|| {
		let (intent, secret, bytes) = prepared();
		let good = registration(intent, &secret, 0, &bytes);
		let with = Registration { claim: Some(7), ..*good };
		let error = refused(Error::<Test>::ClaimUnrelated);
		assert_eq!(try_register(ALICE, &with), error);
		let hash = assay_primitives::hash(&bytes);
		VerifiedClaims::insert(7, (BOB, hash));
		assert_eq!(try_register(ALICE, &with), error);
		VerifiedClaims::insert(7, (ALICE, H256::zero()));
		assert_eq!(try_register(ALICE, &with), error);
		VerifiedClaims::insert(7, (ALICE, hash));
		let model = register(ALICE, &with);
		assert_eq!(view(model).evidence.unwrap().claim, Some(7));
	});
}

#[test]
fn needs_money_for_everything() {
	build_and_execute(|| {
		use frame_support::traits::fungible::Mutate;
		let secret = secret(1);
		let intent = ready(POOR, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let registration = registration(intent, &secret, 0, &bytes);
		leave(POOR, BOND - 1);
		assert_eq!(try_register(POOR, &registration), refused(Error::<Test>::BondNotCovered));
		assert_ok!(Balances::mint_into(&POOR, 20));
		// Enough for the bond, and not for the deposits.
		assert!(validate(POOR, register_call(&registration)).is_err());
		assert_eq!(bonds(POOR), 0);
		assert_eq!(NextModel::<Test>::get(), 0);
	});
}
