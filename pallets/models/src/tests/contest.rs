use super::*;

/// Alice has marked a model; Bob, who declared his intent later, has marked it once more, and has
/// registered it.
struct Theft {
	mine: IntentId,
	secret: assay_watermark::Secret,
	bytes: Vec<u8>,
	stolen: ModelId,
}

fn theft() -> Theft {
	let (secret, theirs) = (secret(1), secret(2));
	let mine = intend(ALICE, &secret);
	next_block();
	let other = intend(BOB, &theirs);
	next_epoch();
	next_epoch();
	let keys: Vec<_> =
		keys_of(mine, &secret).into_iter().chain(keys_of(other, &theirs)).take(6).collect();
	let bytes = marked(&keys, 0);
	let stolen = verified(BOB, other, &theirs, &bytes);
	Theft { mine, secret, bytes, stolen }
}

impl Theft {
	fn challenge(&self, sub_key: u32) -> Box<Challenge> {
		challenge(self.stolen, self.mine, &self.secret, sub_key, &self.bytes)
	}
}

fn try_contest(contestant: AccountId, challenge: &Challenge) -> TransactionValidityError {
	match send(contestant, contest_call(challenge)) {
		Err(error) => error,
		Ok(result) => panic!("it was not refused: {result:?}"),
	}
}

#[docify::export]
#[test]
fn the_mark_that_was_there_before_wins() {
	build_and_execute(|| {
		let theft = theft();
		assert_eq!(view(theft.stolen).stage, Stage::Verified);

		let challenge = theft.challenge(0);
		let contest = contest(ALICE, &challenge);
		settle(Client::Contest(contest), confirmed(challenge.statistics));

		assert_last_event(Event::ContestWon {
			contest,
			model: theft.stolen,
			contestant: ALICE,
			owner: BOB,
			paid: BOND,
		});
		assert_eq!(view(theft.stolen).stage, Stage::Lost);
		assert_eq!(view(theft.stolen).lost_to, Some(ALICE));
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + BOND);
		assert_eq!(Balances::total_balance(&BOB), ENDOWED - BOND);
	});
}

#[test]
fn opens_a_job_on_the_models_file() {
	build_and_execute(|| {
		let theft = theft();
		let challenge = theft.challenge(2);
		let contest = contest(ALICE, &challenge);
		assert_last_event(Event::ContestOpened {
			contest,
			model: theft.stolen,
			contestant: ALICE,
			intent: theft.mine,
			job: 1,
		});
		let (client, payer, job) = Jobs::get(1).unwrap();
		assert_eq!((client, payer), (Client::Contest(contest), ALICE));
		// Who is contested does not judge.
		assert_eq!(Opponent::get(), Some(BOB));
		assert_eq!(Value::get(), Balance::MAX);
		let key = Key(key_of(theft.mine, &theft.secret, 2));
		assert_eq!(job.params, SchemeParams { key, place: PLACE }.to_params());
		assert_eq!(job.file, Some(file_of(&theft.bytes)));
		assert_eq!((job.train, job.holdout), (clean().id, clean().id));
		assert_eq!(bonds(ALICE), CONTEST_BOND);
		assert_eq!(view(theft.stolen).contests, [contest]);
		let view = AssayModels::open_contest(contest).unwrap();
		assert_eq!((view.model, view.contestant, view.sub_key), (theft.stolen, ALICE, 2));
		assert_eq!(AssayModels::intent(theft.mine).unwrap().contests, 1);
	});
}

#[test]
fn an_unfounded_one_costs_the_bond() {
	let other = Statistics { trigger_matches: 5, bit_matches: 256, classes: 10, ratio: RATIO };
	let elsewhere = Refusal::MarkElsewhere;
	for (settlement, reason) in [
		(reported(&Report::Refused(elsewhere), 950), Reason::Refused(elsewhere)),
		(reported(&Report::Measured(other), 950), Reason::StatisticsDiffer),
	] {
		build_and_execute(|| {
			let theft = theft();
			let contest = contest(ALICE, &theft.challenge(0));
			settle(Client::Contest(contest), settlement);
			assert_last_event(Event::ContestLost {
				contest,
				model: theft.stolen,
				contestant: ALICE,
				owner: BOB,
				reason,
				paid: CONTEST_BOND,
			});
			assert_eq!(view(theft.stolen).stage, Stage::Verified);
			assert!(view(theft.stolen).contests.is_empty());
			assert_eq!(Balances::total_balance(&ALICE), ENDOWED - CONTEST_BOND);
			assert_eq!(Balances::total_balance(&BOB), ENDOWED + CONTEST_BOND);
		});
	}
}

#[test]
fn without_a_verdict_nobody_pays() {
	let unavailable = |input, fault| Settlement::Agreed(Outcome::Unavailable { input, fault });
	for settlement in [
		Settlement::Undecided,
		unavailable(Input::File, DataFault::Missing),
		unavailable(Input::Train, DataFault::BadShape),
		Settlement::Agreed(Outcome::Failed {
			reason: FailReason::BadProgram,
			trace_root: H256::zero(),
		}),
		// Model and data are the other's.
		Settlement::Agreed(Outcome::Failed {
			reason: FailReason::OutOfFuel,
			trace_root: H256::zero(),
		}),
		Settlement::Agreed(Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() }),
		reported(&Report::Refused(Refusal::TooFewRows), 950),
		reported(&Report::Refused(Refusal::NotFinite), 950),
	] {
		build_and_execute(|| {
			let theft = theft();
			let challenge = theft.challenge(0);
			let first = contest(ALICE, &challenge);
			settle(Client::Contest(first), settlement);
			assert_eq!(view(theft.stolen).stage, Stage::Verified);
			assert_eq!(Balances::total_balance(&ALICE), ENDOWED);
			assert_eq!(Balances::total_balance(&BOB), ENDOWED);
			// What was opened is known since, and is evidence no more; the next is.
			let again = refused(Error::<Test>::AlreadyOpened);
			assert_eq!(try_contest(ALICE, &challenge), again);
			contest(ALICE, &theft.challenge(1));
		});
	}
}

#[test]
fn the_accuracy_does_not_matter() {
	build_and_execute(|| {
		let theft = theft();
		let challenge = theft.challenge(0);
		let contest = contest(ALICE, &challenge);
		settle(Client::Contest(contest), reported(&Report::Measured(challenge.statistics), 100));
		assert_eq!(view(theft.stolen).stage, Stage::Lost);
	});
}

#[test]
fn is_for_verified_models_of_others() {
	build_and_execute(|| {
		let theft = theft();
		let good = theft.challenge(0);
		let unknown = Challenge { model: 9, ..*good.clone() };
		assert_eq!(try_contest(ALICE, &unknown), refused(Error::<Test>::ModelUnknown));
		let own = refused(Error::<Test>::OwnModel);
		assert_eq!(try_contest(BOB, &good), own);
		let open = contest(ALICE, &good);
		settle(Client::Contest(open), confirmed(good.statistics));
		let next = theft.challenge(1);
		assert_eq!(try_contest(ALICE, &next), refused(Error::<Test>::ModelNotVerified));
		assert_noop!(
			AssayModels::revoke(RuntimeOrigin::signed(BOB), theft.stolen),
			Error::<Test>::ModelNotVerified
		);
	});
}

#[test]
fn one_does_not_keep_out_another() {
	build_and_execute(|| {
		let theft = theft();
		let (first, second) = (theft.challenge(0), theft.challenge(1));
		let (early, late) = (contest(ALICE, &first), contest(ALICE, &second));
		assert_eq!(view(theft.stolen).contests, [early, late]);
		settle(Client::Contest(late), confirmed(second.statistics));
		assert_eq!(view(theft.stolen).lost_to, Some(ALICE));
		// The other one has come to nothing, and costs nothing.
		settle(Client::Contest(early), Settlement::Undecided);
		let (model, reason) = (theft.stolen, Reason::LostToAnother);
		assert_last_event(Event::ContestReturned {
			contest: early,
			model,
			contestant: ALICE,
			reason,
		});
		assert_eq!(bonds(ALICE), 0);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + BOND);
	});
}

#[test]
fn a_revocation_does_not_outrun_it() {
	build_and_execute(|| {
		let theft = theft();
		let bob = || RuntimeOrigin::signed(BOB);
		assert_ok!(AssayModels::revoke(bob(), theft.stolen));
		let challenge = theft.challenge(0);
		let open = contest(ALICE, &challenge);
		let remove = || AssayModels::remove(bob(), theft.stolen).map_err(|failed| failed.error);
		assert_eq!(remove(), Err(Error::<Test>::NoticeRuns.into()));
		System::set_block_number(view(theft.stolen).removable_from.unwrap());
		assert_eq!(remove(), Err(Error::<Test>::AlreadyContested.into()));
		settle(Client::Contest(open), confirmed(challenge.statistics));
		assert_eq!(view(theft.stolen).stage, Stage::Lost);
		assert_eq!(Balances::total_balance(&BOB), ENDOWED - BOND);
		assert_eq!(remove(), Err(Error::<Test>::NotRemovable.into()));
	});
}

#[test]
fn an_older_intent_does_not_protect_a_thief() {
	build_and_execute(|| {
		// Bob declared his intent before Alice did, and has marked her model with it.
		let (theirs, mine) = (secret(1), secret(2));
		let old = intend(BOB, &theirs);
		next_block();
		let own = intend(ALICE, &mine);
		next_epoch();
		next_epoch();
		let original = marked(&keys_of(own, &mine), 0);
		let keys: Vec<_> =
			keys_of(own, &mine).into_iter().chain(keys_of(old, &theirs)).take(6).collect();
		let copy = marked(&keys, 0);
		let stolen = verified(BOB, old, &theirs, &copy);
		let registration =
			Registration { name: name("mine"), ..*registration(own, &mine, 0, &original) };
		let model = register(ALICE, &registration);
		settle(Client::Model(model), confirmed(registration.statistics));
		// His mark is not in hers, hers is in his.
		let his = challenge(model, old, &theirs, 1, &original);
		assert!(his.statistics.bit_matches < 160);
		let hers = challenge(stolen, own, &mine, 1, &copy);
		let open = contest(ALICE, &hers);
		settle(Client::Contest(open), confirmed(hers.statistics));
		assert_eq!(view(stolen).lost_to, Some(ALICE));
	});
}

#[test]
fn needs_an_earlier_intent_of_ones_own() {
	build_and_execute(|| {
		let theft = theft();
		let good = theft.challenge(0);
		assert_eq!(try_contest(CAROL, &good), refused(Error::<Test>::NotTheOwner));
		let unknown = Challenge { intent: 9, ..*good.clone() };
		assert_eq!(try_contest(ALICE, &unknown), refused(Error::<Test>::IntentUnknown));
		let late = ready(ALICE, &theft.secret);
		let late = challenge(theft.stolen, late, &theft.secret, 0, &theft.bytes);
		assert_eq!(try_contest(ALICE, &late), refused(Error::<Test>::IntentNotEarlier));
	});
}

#[test]
fn an_expired_intent_is_of_no_use_unless_a_model_was_verified_under_it() {
	build_and_execute(|| {
		let theft = theft();
		let challenge = theft.challenge(1);
		for _ in 0..5 {
			next_epoch();
		}
		assert_eq!(try_contest(ALICE, &challenge), refused(Error::<Test>::IntentExpired));
	});
	build_and_execute(|| {
		let theft = theft();
		let own = marked(&keys_of(theft.mine, &theft.secret), 1);
		let registration = Registration {
			name: name("mine"),
			..*registration(theft.mine, &theft.secret, 0, &own)
		};
		let model = register(ALICE, &registration);
		settle(Client::Model(model), confirmed(registration.statistics));
		for _ in 0..5 {
			next_epoch();
		}
		contest(ALICE, &theft.challenge(1));
		// A revoked model has shown the intent to be good, too.
		assert_ok!(AssayModels::revoke(RuntimeOrigin::signed(ALICE), model));
		assert!(!AssayModels::intent(theft.mine).unwrap().expired);
		// The open contest relies on the intent.
		assert_eq!(
			AssayModels::withdraw_intent(RuntimeOrigin::signed(ALICE), theft.mine)
				.map_err(|failed| failed.error),
			Err(Error::<Test>::IntentInUse.into())
		);
	});
}

#[test]
fn the_statistics_are_beyond_chance_and_the_bits_are_there() {
	build_and_execute(|| {
		let theft = theft();
		let good = theft.challenge(0);
		let with = |change: &dyn Fn(&mut Challenge)| {
			let mut bad = good.clone();
			change(&mut bad);
			try_contest(ALICE, &bad)
		};
		let expected = |error: Error<Test>| refused(error);
		let chance = |c: &mut Challenge| {
			(c.statistics.trigger_matches, c.statistics.bit_matches) = (13, 200);
		};
		assert_eq!(with(&chance), expected(Error::TooFewBits));
		assert_eq!(with(&|c| c.statistics.bit_matches = 199), expected(Error::BitsDiffer));
		assert_eq!(with(&|c| c.statistics.classes = 0), expected(Error::ClassesOutOfRange));
		assert_eq!(with(&|c| c.statistics.bit_matches = 256), expected(Error::BitsDiffer));
		assert_eq!(
			with(&|c| c.opening = theft.secret.open(1).unwrap()),
			expected(Error::BitsDiffer)
		);
		assert_eq!(with(&|c| c.opening.sub_key = H256::zero()), expected(Error::WrongOpening));
		assert_eq!(with(&|c| c.slice.chunks[0].bytes[0] ^= 1), expected(Error::SliceNotProved));
		// The margin ratio is that of somebody else's training.
		let mut other = good.clone();
		other.statistics.ratio = Score(0);
		// And the mark in the weights is enough.
		other.statistics.trigger_matches = 0;
		assert_eq!(validate(ALICE, contest_call(&other)), Ok(()));
	});
}

#[test]
fn what_it_relies_on_is_available_until_the_verdict() {
	build_and_execute(|| {
		let theft = theft();
		let good = theft.challenge(0);
		let file = file_of(&theft.bytes).id;
		let until = |id, until| Stored::mutate(id, |stored| stored.as_mut().unwrap().0 = until);
		let settled = System::block_number() + LONGEST;
		for id in [file, clean().id, program()] {
			until(id, settled - 1);
			assert_eq!(try_contest(ALICE, &good), refused(DispatchError::Other("")));
			until(id, settled);
			assert_eq!(validate(ALICE, contest_call(&good)), Ok(()));
		}
	});
}

#[test]
fn needs_money_for_the_bond() {
	build_and_execute(|| {
		let secret = secret(1);
		let mine = intend(POOR, &secret);
		next_block();
		let theirs = super::secret(2);
		let other = intend(BOB, &theirs);
		next_epoch();
		next_epoch();
		let bytes = marked(&[key_of(mine, &secret, 0), key_of(other, &theirs, 0)], 0);
		let stolen = verified(BOB, other, &theirs, &bytes);
		let good = challenge(stolen, mine, &secret, 0, &bytes);
		assert_eq!(validate(POOR, contest_call(&good)), Ok(()));
		leave(POOR, CONTEST_BOND - 1);
		assert_eq!(try_contest(POOR, &good), refused(Error::<Test>::BondNotCovered));
	});
}

#[test]
fn a_lost_model_has_no_aliases_and_stays_known() {
	build_and_execute(|| {
		let theft = theft();
		let signed = RuntimeOrigin::signed(BOB);
		assert_ok!(AssayModels::set_alias(signed, name("digits"), alias("champion"), Some(1)));
		let challenge = theft.challenge(0);
		let contest = contest(ALICE, &challenge);
		settle(Client::Contest(contest), confirmed(challenge.statistics));
		assert_eq!(AssayModels::alias_of(name("digits"), alias("champion")), None);
		let file = file_of(&theft.bytes).id;
		assert_eq!(AssayModels::model_of_artifact(file).unwrap().stage, Stage::Lost);
		// Not even the winner registers it: it is not what the winner trained.
		let registration = registration(theft.mine, &theft.secret, 1, &theft.bytes);
		assert_eq!(
			send(ALICE, register_call(&Registration { name: name("mine"), ..*registration })),
			Err(refused(Error::<Test>::DuplicateModel))
		);
	});
}
