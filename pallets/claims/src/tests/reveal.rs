use super::*;

#[test]
fn opens_a_job_for_the_claim() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(3));
		next_block();
		assert_ok!(try_reveal(claim, &body(3)));

		let score = body(3).score;
		assert_last_event(Event::ClaimRevealed { claim, task, miner: ALICE, score, job: 0 });
		assert_eq!(pins(program()), 1);
		let (client, payer, job) = Jobs::get(0).unwrap();
		assert_eq!((client, payer), (Client::Claim(claim), ALICE));
		// What the miner can win, and what it can lose.
		assert_eq!(Value::get(), BOUNTY + ClaimBond::get());
		assert_eq!(
			job,
			TrainingJob {
				vm_version: VM_VERSION,
				program: program(),
				params: body(3).params,
				seed: 3,
				train: train(),
				train_root: H256::repeat_byte(4),
				chunk_rows: 64,
				holdout: holdout(),
				metric: assay_primitives::Metric::Accuracy,
				file: None,
				limits: LIMITS,
			}
		);
		let record = Claims::<Test>::get(claim).unwrap();
		assert_eq!(record.status, Status::Revealed { settles_by: 27 });
		assert_eq!(record.revealed, Some(Revealed { body: body(3), seed: Some(3), job: 0, at: 2 }));
		assert_eq!(lock_of(ALICE, claim), Some(BOND));
	});
}

#[test]
fn has_its_time() {
	build_and_execute(|task| {
		let (early, late) = (commit(ALICE, task, &body(0)), commit(ALICE, task, &body(1)));
		let last = commit(BOB, task, &body(2));
		assert_noop!(try_reveal(early, &body(0)), Error::<Test>::TooEarly);
		next_block();
		assert_ok!(try_reveal(early, &body(0)));
		run_to(11);
		assert_ok!(try_reveal(last, &body(2)));
		run_to(12);
		assert_noop!(try_reveal(late, &body(1)), Error::<Test>::RevealWindowOver);
		run_to(13);
		assert_noop!(try_reveal(late, &body(1)), Error::<Test>::ClaimEnded);
	});
}

#[test]
fn is_possible_after_the_deadline_of_the_task() {
	build_and_execute(|task| {
		run_to(51);
		let claim = commit(ALICE, task, &body(0));
		run_to(61);
		assert_ok!(try_reveal(claim, &body(0)));
	});
}

#[test]
fn needs_what_was_committed_to() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		next_block();
		let origin = || RuntimeOrigin::signed(ALICE);
		for change in [
			|b: &mut ClaimBody| b.program = H256::zero(),
			|b: &mut ClaimBody| b.params = Default::default(),
			|b: &mut ClaimBody| b.seed += 1,
			|b: &mut ClaimBody| b.score.0 -= 1,
			|b: &mut ClaimBody| b.sealed_trace = H256::zero(),
		] {
			let mut other = body(0);
			change(&mut other);
			assert_noop!(
				AssayClaims::reveal(origin(), claim, other, SALT),
				Error::<Test>::CommitmentMismatch
			);
		}
		assert_noop!(
			AssayClaims::reveal(origin(), claim, body(0), H256::zero()),
			Error::<Test>::CommitmentMismatch
		);
		assert_ok!(AssayClaims::reveal(origin(), claim, body(0), SALT));
	});
}

#[test]
fn is_the_miners_alone_and_once() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		next_block();
		let reveal =
			|who, claim| AssayClaims::reveal(RuntimeOrigin::signed(who), claim, body(0), SALT);
		assert_noop!(reveal(BOB, claim), Error::<Test>::NotTheMiner);
		assert_noop!(reveal(ALICE, 7), Error::<Test>::ClaimUnknown);
		assert_ok!(reveal(ALICE, claim));
		assert_noop!(reveal(ALICE, claim), Error::<Test>::AlreadyRevealed);
		settle(claim, Settlement::Undecided);
		assert_noop!(reveal(ALICE, claim), Error::<Test>::ClaimEnded);
	});
}

#[test]
fn a_copied_commitment_is_useless() {
	build_and_execute(|task| {
		// Bob sees the commitment of Alice and is first with it in the block.
		let copied = commitment::claim(&ALICE, task, &body(0), &SALT);
		assert_ok!(AssayClaims::commit(RuntimeOrigin::signed(BOB), task, copied));
		next_block();
		assert_noop!(
			AssayClaims::reveal(RuntimeOrigin::signed(BOB), 0, body(0), SALT),
			Error::<Test>::CommitmentMismatch
		);
	});
}

#[test]
fn needs_a_score_that_can_win() {
	build_and_execute(|task| {
		let of = |score| ClaimBody { score: Score(score), ..body(0) };
		let (low, high) = (of(899_999_999), of(Score::ONE + 1));
		let just = of(900_000_000);
		let claims = [&low, &high, &just].map(|body| commit(ALICE, task, body));
		next_block();
		assert_noop!(try_reveal(claims[0], &low), Error::<Test>::BelowThreshold);
		assert_noop!(try_reveal(claims[1], &high), Error::<Test>::ScoreOutOfRange);
		assert_ok!(try_reveal(claims[2], &just));
	});
}

#[test]
fn needs_a_low_score_where_less_is_better() {
	build_and_execute(|_| {
		let task = create(pallet_assay_tasks::TaskSpec {
			metric: assay_primitives::Metric::Rmse,
			threshold: Score(5_000_000_000),
			..spec()
		});
		let of = |score| ClaimBody { score: Score(score), ..body(0) };
		let (high, low) = (of(5_000_000_001), of(5_000_000_000));
		let claims = [&high, &low].map(|body| commit(ALICE, task, body));
		next_block();
		assert_noop!(try_reveal(claims[0], &high), Error::<Test>::BelowThreshold);
		assert_ok!(try_reveal(claims[1], &low));
	});
}

#[test]
fn needs_a_program_that_stays_until_the_verdict() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		next_block();
		// The verdict comes by block 27.
		store(program(), 26, 1_000);
		assert_noop!(try_reveal(claim, &body(0)), DispatchError::Other("artifact expires"));
		store(program(), 27, 1_001);
		assert_noop!(try_reveal(claim, &body(0)), DispatchError::Other("artifact too large"));
		Stored::remove(program());
		assert_noop!(try_reveal(claim, &body(0)), DispatchError::Other("artifact missing"));
		store(program(), 27, 1_000);
		assert_ok!(try_reveal(claim, &body(0)));
	});
}

#[test]
fn needs_the_fee() {
	build_and_execute(|task| {
		use frame_support::traits::fungible::Mutate;
		let claim = commit(ALICE, task, &body(0));
		next_block();
		let all_but_some = Balances::balance(&ALICE) - (FEE - 1);
		assert_ok!(Balances::burn_from(
			&ALICE,
			all_but_some,
			tokens::Preservation::Preserve,
			tokens::Precision::Exact,
			tokens::Fortitude::Polite,
		));
		assert_noop!(try_reveal(claim, &body(0)), TokenError::FundsUnavailable);
		assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), claim));
	});
}

mod of_the_same_run {
	use super::*;

	#[test]
	fn a_later_commitment_is_refused() {
		build_and_execute(|task| {
			let first = commit(ALICE, task, &body(0));
			let second = commit(BOB, task, &body(0));
			next_block();
			assert_ok!(try_reveal(first, &body(0)));
			assert_noop!(try_reveal(second, &body(0)), Error::<Test>::DuplicateRun);
			settle(first, scored(950_000, 1));
			assert_noop!(try_reveal(second, &body(0)), Error::<Test>::DuplicateRun);
			// Its bond is not lost.
			assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(BOB), second));
			assert_eq!(Free::get(BOB), STAKED);
		});
	}

	#[test]
	fn another_score_does_not_make_another_run() {
		build_and_execute(|task| {
			let first = commit(ALICE, task, &body(0));
			let other = ClaimBody { score: Score(960_000_000), ..body(0) };
			let second = commit(BOB, task, &other);
			next_block();
			assert_ok!(try_reveal(first, &body(0)));
			assert_noop!(try_reveal(second, &other), Error::<Test>::DuplicateRun);
		});
	}

	#[test]
	fn an_earlier_commitment_takes_over() {
		build_and_execute(|task| {
			let first = commit(ALICE, task, &body(0));
			let second = commit(BOB, task, &body(0));
			next_block();
			assert_ok!(try_reveal(second, &body(0)));
			assert_ok!(try_reveal(first, &body(0)));
			settle(second, scored(950_000, 1));
			settle(first, scored(950_000, 1));
			assert_eq!(ending(first).stage(), Stage::Verified);
			next_block();
			assert_last_event(Event::ClaimSuperseded {
				claim: second,
				task,
				miner: BOB,
				by: first,
			});
			assert_eq!(Free::get(BOB), STAKED);
			assert_eq!(Balances::total_balance(&BOB), ENDOWED);
			assert_eq!(Balances::total_balance(&ALICE), ENDOWED + BOUNTY);
		});
	}

	#[test]
	fn what_is_verified_is_final() {
		build_and_execute(|task| {
			let first = reveal(BOB, task, &body(0));
			let later = commit(ALICE, task, &body(0));
			next_block();
			settle(first, scored(950_000, 1));
			assert_noop!(try_reveal(later, &body(0)), Error::<Test>::DuplicateRun);
		});
	}

	#[test]
	fn a_false_or_undecided_claim_blocks_nobody() {
		build_and_execute(|task| {
			let lie = ClaimBody { score: Score(990_000_000), ..body(0) };
			let undecided = commit(ALICE, task, &body(0));
			let rejected = commit(BOB, task, &lie);
			let last = commit(BOB, task, &body(0));
			next_block();
			assert_ok!(try_reveal(undecided, &body(0)));
			settle(undecided, Settlement::Undecided);
			assert_ok!(try_reveal(rejected, &lie));
			settle(rejected, scored(950_000, 1));
			assert_eq!(ending(rejected).stage(), Stage::Rejected);
			assert_ok!(try_reveal(last, &body(0)));
		});
	}

	#[test]
	fn an_earlier_claim_that_fails_leaves_the_run_to_the_later() {
		build_and_execute(|task| {
			let lie = ClaimBody { score: Score(990_000_000), ..body(0) };
			let first = commit(ALICE, task, &lie);
			let second = commit(BOB, task, &body(0));
			next_block();
			assert_ok!(try_reveal(second, &body(0)));
			assert_ok!(try_reveal(first, &lie));
			settle(first, scored(950_000, 1));
			settle(second, scored(950_000, 1));
			assert_eq!(ending(first).stage(), Stage::Rejected);
			assert_eq!(ending(second).stage(), Stage::Verified);
		});
	}

	#[test]
	fn tasks_do_not_mix() {
		build_and_execute(|task| {
			let other = create(spec());
			let first = commit(ALICE, task, &body(0));
			let second = commit(BOB, other, &body(0));
			next_block();
			assert_ok!(try_reveal(first, &body(0)));
			assert_ok!(try_reveal(second, &body(0)));
			settle(first, scored(950_000, 1));
			settle(second, scored(950_000, 1));
			assert_eq!(ending(second).stage(), Stage::Verified);
		});
	}
}
