use super::*;

#[test]
fn a_commitment_that_is_not_revealed_loses_its_bond() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		run_to(12);
		assert_eq!(view(claim).stage, Stage::Committed);
		run_to(13);
		assert_eq!(ending(claim), Ending::Expired { slash: Some(0) });
		assert_last_event(Event::ClaimExpired { claim, task, miner: ALICE, slash: Some(0) });
		assert_eq!(Slashes::get(0), Some((ALICE, BOND, Offence::ClaimNotRevealed(claim))));
		assert_eq!(Free::get(ALICE), STAKED - BOND);
		assert_eq!(open_claims(task), 0);
	});
}

#[test]
fn what_does_not_fit_into_a_block_is_carried_on() {
	build_and_execute(|task| {
		MaxClaims::set(5);
		for seed in 0..5 {
			commit(ALICE, task, &body(seed));
			commit(BOB, task, &body(10 + seed));
		}
		run_to(12);
		let expired = || {
			let records = Claims::<Test>::iter_values();
			records.filter(|record| matches!(record.status, Status::Ended { .. })).count()
		};
		// Two and a half a block.
		let base = <() as WeightInfo>::serve_base() + <() as WeightInfo>::expire_base();
		let each = <() as WeightInfo>::expire_claim();
		// In those that come after one in which claims ended, the task is looked at, too.
		let look = <() as WeightInfo>::serve_base() + <() as WeightInfo>::serve_claim();
		for blocks in 1..=5 {
			IdleWeight::set(base + each * 5 / 2 + if blocks > 1 { look } else { Weight::zero() });
			run_to(12 + blocks);
			assert_eq!(expired(), 2 * blocks as usize);
			check();
		}
		assert_eq!(NextSlash::get(), 10);
	});
}

#[test]
fn a_full_block_delays_and_loses_nothing() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		IdleWeight::set(Weight::zero());
		run_to(30);
		assert_eq!(view(claim).stage, Stage::Committed);
		// It is too late for the miner all the same.
		assert_noop!(try_reveal(claim, &body(0)), Error::<Test>::RevealWindowOver);
		IdleWeight::set(Weight::MAX);
		next_block();
		assert_eq!(view(claim).stage, Stage::Expired);
	});
}

#[test]
fn claims_that_do_not_wait_do_not_expire() {
	build_and_execute(|task| {
		let claims = [0, 1, 2].map(|seed| commit(ALICE, task, &body(seed)));
		assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), claims[0]));
		next_block();
		assert_ok!(try_reveal(claims[1], &body(1)));
		let later = commit(BOB, task, &body(3));
		run_to(13);
		assert_eq!(view(claims[1]).stage, Stage::Revealed);
		assert_eq!(view(claims[2]).stage, Stage::Expired);
		assert_eq!(view(later).stage, Stage::Committed);
	});
}

#[test]
fn a_shorter_window_ends_before_a_longer_one() {
	build_and_execute(|task| {
		let hidden = commit(ALICE, create(contest()), &body(2));
		let long = commit(ALICE, task, &body(0));
		RevealWindow::set(2);
		let short = commit(ALICE, task, &body(1));
		run_to(5);
		let stages = || [hidden, long, short].map(|claim| view(claim).stage);
		assert_eq!(stages(), [Stage::Committed, Stage::Committed, Stage::Expired]);
		run_to(13);
		assert_eq!(stages(), [Stage::Committed, Stage::Expired, Stage::Expired]);
		run_to(62);
		assert_eq!(stages(), [Stage::Committed, Stage::Expired, Stage::Expired]);
		run_to(63);
		assert_eq!(view(hidden).stage, Stage::Expired);
	});
}

#[test]
fn a_bond_that_is_gone_stops_nobody() {
	build_and_execute(|task| {
		let claims = [0, 1].map(|seed| commit(ALICE, task, &body(seed)));
		Locks::remove((ALICE, LockReason::Claim(claims[0])));
		run_to(13);
		assert_eq!(ending(claims[0]), Ending::Expired { slash: None });
		assert_eq!(ending(claims[1]), Ending::Expired { slash: Some(0) });
	});
}
