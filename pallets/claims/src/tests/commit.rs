use super::*;

const HASH: H256 = H256::repeat_byte(5);

fn try_commit(miner: AccountId, task: TaskId, salt: u8) -> DispatchResult {
	AssayClaims::commit(RuntimeOrigin::signed(miner), task, H256::repeat_byte(salt))
}

#[test]
fn locks_the_bond_and_holds_a_deposit() {
	build_and_execute(|task| {
		assert_ok!(AssayClaims::commit(RuntimeOrigin::signed(ALICE), task, HASH));

		assert_last_event(Event::ClaimCommitted { claim: 0, task, miner: ALICE, reveal_until: 11 });
		assert_eq!(lock_of(ALICE, 0), Some(BOND));
		assert_eq!(held(ALICE), deposit());
		assert_eq!(open_claims(task), 1);
		let record = Claims::<Test>::get(0).unwrap();
		assert_eq!((record.commitment, record.committed_at), (HASH, 1));
		assert_eq!((record.bond, record.tolerance), (BOND, 1_000_000));
	});
}

#[test]
fn keeps_what_the_claim_was_opened_under() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		ClaimBond::set(999);
		RevealWindow::set(1);
		let record = Claims::<Test>::get(claim).unwrap();
		let waits = Status::Committed { withdraw_until: 11, reveal_from: 2, reveal_until: 11 };
		assert_eq!(record.status, waits);
		run_to(11);
		assert_ok!(try_reveal(claim, &body(0)));
		settle(claim, Settlement::Undecided);
		assert_eq!(Free::get(ALICE), STAKED);
	});
}

#[test]
fn needs_an_active_miner_with_stake_and_money() {
	build_and_execute(|task| {
		assert_noop!(try_commit(STRANGER, task, 1), DispatchError::Other("not an active miner"));
		assert_noop!(try_commit(POOR, task, 1), TokenError::FundsUnavailable);
		Free::insert(BOB, BOND - 1);
		assert_noop!(try_commit(BOB, task, 1), Error::<Test>::BondNotCovered);
		Free::insert(BOB, BOND);
		assert_ok!(try_commit(BOB, task, 1));
		assert_noop!(
			AssayClaims::commit(RuntimeOrigin::root(), task, HASH),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn needs_an_open_task() {
	use pallet_assay_tasks::Error as TaskError;
	build_and_execute(|task| {
		assert_noop!(try_commit(ALICE, 7, 1), TaskError::<Test>::TaskUnknown);
		run_to(51);
		assert_ok!(try_commit(ALICE, task, 1));
		run_to(52);
		assert_noop!(try_commit(ALICE, task, 2), TaskError::<Test>::DeadlinePassed);
		assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), 0));
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(STRANGER), task));
		assert_noop!(try_commit(ALICE, task, 2), TaskError::<Test>::TaskEnded);
	});
}

#[test]
fn takes_each_commitment_once() {
	build_and_execute(|task| {
		assert_ok!(try_commit(ALICE, task, 1));
		assert_noop!(try_commit(ALICE, task, 1), Error::<Test>::DuplicateCommitment);
		assert_ok!(try_commit(ALICE, task, 2));
	});
}

#[test]
fn is_forestalled_by_nobody() {
	build_and_execute(|task| {
		// Bob has seen in the pool what Alice is about to commit to.
		let commitment = commitment::claim(&ALICE, task, &body(0), &SALT);
		assert_ok!(AssayClaims::commit(RuntimeOrigin::signed(BOB), task, commitment));
		let claim = commit(ALICE, task, &body(0));
		next_block();
		assert_noop!(try_reveal(0, &body(0)), Error::<Test>::CommitmentMismatch);
		assert_ok!(try_reveal(claim, &body(0)));
		settle(claim, scored(950_000, 1));
		// Until the other bond is lost.
		assert_eq!(view(claim).reason, Some(Reason::EarlierOpen(0)));
		run_to(15);
		assert_eq!([0, claim].map(|claim| view(claim).stage), [Stage::Expired, Stage::Verified]);
	});
}

#[test]
fn is_limited_in_a_sliding_window() {
	build_and_execute(|task| {
		// Three in any twenty blocks.
		assert_ok!(try_commit(ALICE, task, 1));
		run_to(5);
		assert_ok!(try_commit(ALICE, task, 2));
		assert_eq!(AssayClaims::next_commit_at(ALICE), 5);
		assert_ok!(try_commit(ALICE, task, 3));
		assert_noop!(try_commit(ALICE, task, 4), Error::<Test>::RateLimited);
		assert_eq!(AssayClaims::next_commit_at(ALICE), 21);
		assert_eq!(AssayClaims::next_commit_at(BOB), 5);
		assert_ok!(try_commit(BOB, task, 5));
		run_to(20);
		assert_noop!(try_commit(ALICE, task, 4), Error::<Test>::RateLimited);
		run_to(21);
		assert_ok!(try_commit(ALICE, task, 4));
		assert_noop!(try_commit(ALICE, task, 6), Error::<Test>::RateLimited);
		assert_eq!(AssayClaims::next_commit_at(ALICE), 25);
	});
}

#[test]
fn counts_withdrawn_claims() {
	build_and_execute(|task| {
		for salt in 1..=3 {
			assert_ok!(try_commit(ALICE, task, salt));
			assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), u64::from(salt) - 1));
		}
		assert_noop!(try_commit(ALICE, task, 4), Error::<Test>::RateLimited);
	});
}

#[test]
fn follows_a_changed_limit() {
	build_and_execute(|task| {
		for salt in 1..=3 {
			run_to(2 * u64::from(salt));
			assert_ok!(try_commit(ALICE, task, salt));
		}
		assert_eq!(AssayClaims::next_commit_at(ALICE), 22);
		// With one claim in twenty blocks the last one counts.
		MaxClaims::set(1);
		assert_eq!(AssayClaims::next_commit_at(ALICE), 26);
		MaxClaims::set(0);
		assert_eq!(AssayClaims::next_commit_at(ALICE), u64::MAX);
		assert_eq!(AssayClaims::next_commit_at(BOB), u64::MAX);
		// Not more than can be remembered.
		MaxClaims::set(100);
		assert_ok!(try_commit(ALICE, task, 4));
		assert_ok!(try_commit(ALICE, task, 5));
		assert_noop!(try_commit(ALICE, task, 6), Error::<Test>::RateLimited);
		RateWindow::set(0);
		assert_ok!(try_commit(ALICE, task, 6));
	});
}
