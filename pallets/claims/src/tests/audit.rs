use super::*;
use assay_traits::{AuditedClaims, Judged};

fn revoke(claim: ClaimId, payer: AccountId) {
	<AssayClaims as AuditedClaims>::revoke(claim, &payer);
}

fn known_wrong(claim: ClaimId) -> bool {
	matches!(ending(claim), Ending::Returned { reason: Reason::KnownWrong, paid: 0, .. })
}

#[test]
fn is_of_claims_on_which_there_was_a_verdict() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		assert_eq!(AssayClaims::judged(claim), None);
		next_block();
		assert_ok!(try_reveal(claim, &body(0)));
		assert_eq!(AssayClaims::judged(claim), None);
		settle(claim, scored(950_000, 1));
		let commitment = commitment::claim(&ALICE, task, &body(0), &SALT);
		let (miner, committed_at, job) = (ALICE, 1, 0);
		let judged = Judged { miner, commitment, committed_at, job, rejected: false, paid: BOUNTY };
		assert_eq!(AssayClaims::judged(claim), Some(judged));

		let withdrawn = commit(BOB, task, &body(1));
		assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(BOB), withdrawn));
		assert_eq!((AssayClaims::judged(withdrawn), AssayClaims::judged(99)), (None, None));
	});
}

#[test]
fn gives_the_bond_of_a_rejected_claim_back() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, scored(900_000, 1));
		assert_eq!(Free::get(ALICE), STAKED - BOND);
		assert!(AssayClaims::judged(claim).unwrap().rejected);
		revoke(claim, BOB);
		assert_eq!((Free::get(ALICE), Deeds::get(), Slashes::iter().count()), (STAKED, vec![], 0));
		assert!(known_wrong(claim));
		let (miner, reason) = (ALICE, Reason::KnownWrong);
		assert_last_event(Event::ClaimReturned { claim, task, miner, reason, paid: 0 });
		assert_eq!(view(claim).measured, Some(Score(900_000_000)));
	});
}

#[test]
fn undoes_a_verified_claim_at_the_cost_of_whoever_knew() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, scored(950_000, 1));
		let escrow = AssayTasks::task(task).unwrap().escrow;
		revoke(claim, STRANGER);
		assert_eq!(Balances::balance(&STRANGER), ENDOWED - BOUNTY);
		let record = AssayTasks::task(task).unwrap();
		assert_eq!((record.escrow, record.paid), (escrow + BOUNTY, 0));
		assert_eq!(Leaderboards::<Test>::get(task).into_inner(), []);
		assert_eq!(Deeds::get(), []);
		assert!(known_wrong(claim));
		// The run and the model are free again, and so is the bounty.
		let again = reveal(BOB, task, &body(0));
		settle(again, scored(950_000, 1));
		assert!(matches!(ending(again), Ending::Verified { paid: BOUNTY, .. }));
	});
}

#[test]
fn keeps_record_and_task_while_it_lasts() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, Settlement::Undecided);
		assert!(AssayClaims::retain(claim));
		run_to(60);
		assert_noop!(
			AssayClaims::remove(RuntimeOrigin::signed(ALICE), claim),
			Error::<Test>::ClaimRetained
		);
		let close = || AssayTasks::close(RuntimeOrigin::signed(BOB), task);
		assert_noop!(close(), pallet_assay_tasks::Error::<Test>::ClaimsOpen);
		AssayClaims::release(claim);
		assert_ok!(close());
		assert_eq!(view(claim).next, Deadline::Remove { from: 76 });
		run_to(76);
		assert_ok!(AssayClaims::remove(RuntimeOrigin::signed(ALICE), claim));
	});
}

#[test]
fn of_a_claim_whose_task_has_ended_returns_no_bounty() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, scored(950_000, 1));
		run_to(52);
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(BOB), task));
		assert!(!AssayClaims::retain(claim));
		revoke(claim, STRANGER);
		AssayClaims::release(claim);
		assert_eq!(Balances::balance(&STRANGER), ENDOWED);
		assert!(known_wrong(claim));
	});
}
