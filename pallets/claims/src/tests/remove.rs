use super::*;

fn remove(miner: AccountId, claim: ClaimId) -> DispatchResultWithPostInfo {
	AssayClaims::remove(RuntimeOrigin::signed(miner), claim)
}

#[test]
fn gives_the_deposit_back_for_free() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, Settlement::Undecided);
		// Kept for 15 blocks after the end, and for as long as the rate limit counts it.
		assert_eq!(view(claim).next, Deadline::Remove { from: 22 });
		run_to(21);
		assert_noop!(remove(ALICE, claim), Error::<Test>::ClaimRetained);
		run_to(22);
		assert_eq!(remove(ALICE, claim), Ok(Pays::No.into()));
		assert_last_event(Event::ClaimRemoved { claim, task, miner: ALICE });
		assert_eq!(Balances::balance(&ALICE), ENDOWED);
		assert_eq!(AssayClaims::explain(claim), None);
		assert!(!RecentCommits::<Test>::contains_key(ALICE));
		assert_eq!(Commitments::<Test>::iter().count(), 0);
		assert_noop!(remove(ALICE, claim), Error::<Test>::ClaimGone);
	});
}

#[test]
fn keeps_a_rejected_claim_for_the_retention() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		run_to(20);
		settle(claim, scored(900_000, 1));
		run_to(35);
		assert_noop!(remove(ALICE, claim), Error::<Test>::ClaimRetained);
		run_to(36);
		assert_ok!(remove(ALICE, claim));
	});
}

#[test]
fn keeps_a_withdrawn_claim_for_the_rate_limit_only() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		run_to(10);
		assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), claim));
		run_to(21);
		assert_noop!(remove(ALICE, claim), Error::<Test>::ClaimRetained);
		run_to(22);
		assert_ok!(remove(ALICE, claim));
	});
}

#[test]
fn keeps_a_verified_claim_for_its_task() {
	build_and_execute(|task| {
		let claims = [(ALICE, 0), (BOB, 1)].map(|(who, seed)| reveal(who, task, &body(seed)));
		settle(claims[0], scored(950_000, 1));
		settle(claims[1], scored(970_000, 2));
		run_to(52);
		assert_noop!(remove(ALICE, claims[0]), Error::<Test>::TaskNotEnded);
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(ALICE), task));
		assert_eq!(AssayClaims::leaderboard(task).len(), 2);
		assert_ok!(remove(ALICE, claims[0]));
		let board = AssayClaims::leaderboard(task).into_iter().map(|entry| entry.claim);
		assert_eq!(board.collect::<Vec<_>>(), [claims[1]]);
		check();
		assert_ok!(remove(BOB, claims[1]));
		// Nothing is left of any of them.
		assert_eq!(Leaderboards::<Test>::iter().count(), 0);
		assert_eq!(Runs::<Test>::iter().count(), 0);
		assert_eq!(Models::<Test>::iter().count(), 0);
		assert_eq!(Commitments::<Test>::iter().count(), 0);
		assert_eq!(RecentCommits::<Test>::iter().count(), 0);
		assert_eq!(Claims::<Test>::iter().count(), 0);
		assert_eq!((held(ALICE), held(BOB)), (0, 0));
	});
}

#[test]
fn is_the_miners_alone_and_for_ended_claims() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		assert_noop!(remove(ALICE, 7), Error::<Test>::ClaimUnknown);
		assert_noop!(remove(ALICE, claim), Error::<Test>::ClaimNotEnded);
		next_block();
		assert_ok!(try_reveal(claim, &body(0)));
		assert_noop!(remove(ALICE, claim), Error::<Test>::ClaimNotEnded);
		settle(claim, Settlement::Undecided);
		run_to(40);
		assert_noop!(remove(BOB, claim), Error::<Test>::NotTheMiner);
		assert_ok!(remove(ALICE, claim));
	});
}

#[test]
fn leaves_later_commits_counted() {
	build_and_execute(|task| {
		let first = commit(ALICE, task, &body(0));
		assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), first));
		run_to(10);
		commit(ALICE, task, &body(1));
		run_to(22);
		assert_ok!(remove(ALICE, first));
		assert_eq!(RecentCommits::<Test>::get(ALICE).into_inner(), [10]);
	});
}
