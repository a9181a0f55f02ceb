use super::*;

fn withdraw(miner: AccountId, claim: ClaimId) -> DispatchResult {
	AssayClaims::withdraw(RuntimeOrigin::signed(miner), claim)
}

#[test]
fn gives_the_bond_back() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		assert_ok!(withdraw(ALICE, claim));
		assert_last_event(Event::ClaimWithdrawn { claim, task, miner: ALICE });
		assert_eq!(Free::get(ALICE), STAKED);
		assert_eq!(open_claims(task), 0);
		assert_eq!(ending(claim), Ending::Withdrawn);
		assert!(Deeds::get().is_empty());
	});
}

#[test]
fn has_its_time() {
	build_and_execute(|task| {
		let (first, second) = (commit(ALICE, task, &body(0)), commit(ALICE, task, &body(1)));
		run_to(11);
		assert_ok!(withdraw(ALICE, first));
		run_to(12);
		assert_noop!(withdraw(ALICE, second), Error::<Test>::TooLateToWithdraw);
	});
}

#[test]
fn is_the_miners_alone_and_for_commitments() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		assert_noop!(withdraw(BOB, claim), Error::<Test>::NotTheMiner);
		assert_noop!(withdraw(ALICE, 7), Error::<Test>::ClaimUnknown);
		next_block();
		assert_ok!(try_reveal(claim, &body(0)));
		assert_noop!(withdraw(ALICE, claim), Error::<Test>::AlreadyRevealed);
		settle(claim, Settlement::Undecided);
		assert_noop!(withdraw(ALICE, claim), Error::<Test>::ClaimEnded);
	});
}

#[test]
fn leaves_nothing_to_reveal_or_to_expire() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		assert_ok!(withdraw(ALICE, claim));
		next_block();
		assert_noop!(try_reveal(claim, &body(0)), Error::<Test>::ClaimEnded);
		run_to(20);
		assert_eq!(ending(claim), Ending::Withdrawn);
		assert_eq!(NextSlash::get(), 0);
	});
}
