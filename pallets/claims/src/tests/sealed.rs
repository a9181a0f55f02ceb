//! Claims on a holdout that is published when all of them are revealed.

use super::*;
use assay_traits::OnSettled;

const RANDOM: H256 = H256::repeat_byte(6);

/// A claim in a sealed task, revealed in block 52.
fn revealed() -> (TaskId, ClaimId) {
	let task = create(sealed());
	let claim = commit(ALICE, task, &body(0));
	run_to(52);
	assert_ok!(try_reveal(claim, &body(0)));
	(task, claim)
}

#[test]
fn claims_are_hidden_until_the_deadline() {
	build_and_execute(|_| {
		let task = create(sealed());
		let claim = commit(ALICE, task, &body(0));
		let next = Deadline::Reveal { from: 52, until: 61, withdraw_until: 51 };
		assert_eq!(view(claim).next, next);
		run_to(51);
		assert_noop!(try_reveal(claim, &body(0)), Error::<Test>::TooEarly);
		run_to(52);
		assert_ok!(try_reveal(claim, &body(0)));
		// By then the holdout is known, and a verdict takes 25 blocks.
		assert_eq!(view(claim).next, Deadline::Settle { by: 66 + 25 });
	});
}

#[test]
fn nobody_withdraws_after_having_seen_others() {
	build_and_execute(|_| {
		let task = create(sealed());
		let claims = [0, 1].map(|seed| commit(ALICE, task, &body(seed)));
		let withdraw = |claim| AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), claim);
		run_to(51);
		assert_ok!(withdraw(claims[0]));
		run_to(52);
		assert_noop!(withdraw(claims[1]), Error::<Test>::TooLateToWithdraw);
		run_to(63);
		assert_eq!(ending(claims[1]), Ending::Expired { slash: Some(0) });
	});
}

#[test]
fn a_committee_gets_the_published_holdout() {
	build_and_execute(|_| {
		let (task, claim) = revealed();
		let (client, _, job) = Jobs::get(0).unwrap();
		assert_eq!((client, job.holdout), (Client::Claim(claim), H256::zero()));
		run_to(62);
		publish(task);
		let (complete, job) = draw(claim, RANDOM);
		assert!(complete);
		assert_eq!((job.holdout, job.seed), (holdout(), 0));
		settle(claim, scored(930_000, 1));
		// Worse than the miner guessed, and good enough.
		assert_eq!(ending(claim).stage(), Stage::Verified);
		assert_eq!(view(claim).paid, BOUNTY);
	});
}

#[test]
fn a_miner_that_could_not_know_keeps_its_bond() {
	build_and_execute(|_| {
		let (task, claim) = revealed();
		run_to(62);
		publish(task);
		settle(claim, scored(899_999, 1));
		let measured = Some(measured(899_999, 1));
		let reason = Reason::BelowThreshold;
		assert_eq!(ending(claim), Ending::Returned { reason, measured, paid: 0 });
		assert_eq!(view(claim).measured, Some(Score(899_999_000)));
		assert_eq!(Free::get(ALICE), STAKED);
		assert!(Deeds::get().is_empty());
	});
}

#[test]
fn training_that_fails_is_the_miners_fault() {
	build_and_execute(|_| {
		let (task, claim) = revealed();
		run_to(62);
		publish(task);
		settle(
			claim,
			Settlement::Agreed(Outcome::Failed {
				reason: FailReason::StepFailed,
				trace_root: H256::zero(),
			}),
		);
		assert_eq!(ending(claim).stage(), Stage::Rejected);
		assert_eq!(Free::get(ALICE), STAKED - BOND);
	});
}

#[test]
fn a_failure_that_the_holdout_can_cause_is_not() {
	for reason in [FailReason::BadOutput, FailReason::OutOfFuel, FailReason::Trap] {
		build_and_execute(|_| {
			let (task, claim) = revealed();
			run_to(62);
			publish(task);
			settle(claim, Settlement::Agreed(Outcome::Failed { reason, trace_root: H256::zero() }));
			let reason = Reason::RunFailed(reason);
			assert_eq!(ending(claim), Ending::Returned { reason, measured: None, paid: 0 });
			assert_eq!(Free::get(ALICE), STAKED);
		});
	}
}

#[test]
fn a_holdout_that_is_withheld_is_paid_for_by_the_sponsor() {
	build_and_execute(|_| {
		let task = create(sealed());
		let claims = [(ALICE, 0), (BOB, 1), (BOB, 2)].map(|(who, n)| commit(who, task, &body(n)));
		run_to(52);
		for (claim, seed) in claims.into_iter().zip(0..).take(2) {
			assert_ok!(try_reveal(claim, &body(seed)));
		}
		run_to(70);
		assert_eq!(ending(claims[2]).stage(), Stage::Expired);
		for claim in [claims[0], claims[1]] {
			assert!(!draw(claim, RANDOM).0);
			settle(claim, Settlement::Incomplete);
		}
		// Two bounties and the pledge, in equal parts.
		let paid = (2 * BOUNTY + PLEDGE) / 2;
		let reason = Reason::HoldoutWithheld;
		assert_eq!(ending(claims[0]), Ending::Returned { reason, measured: None, paid });
		assert_last_event(Event::ClaimReturned {
			claim: claims[1],
			task,
			miner: BOB,
			reason,
			paid,
		});
		assert_eq!(view(claims[1]).paid, paid);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + paid);
		assert_eq!(Free::get(ALICE), STAKED);
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(STRANGER), task));
		assert_eq!(Balances::total_balance(&SPONSOR), ENDOWED - 2 * paid);
	});
}

#[test]
fn a_holdout_that_is_none_is_paid_for_by_the_sponsor() {
	build_and_execute(|_| {
		let (task, claim) = revealed();
		run_to(62);
		publish(task);
		let (input, fault) = (Input::Holdout, DataFault::NotSafetensors);
		settle(claim, Settlement::Agreed(Outcome::Unavailable { input, fault }));
		let reason = Reason::InputUnavailable { input, fault };
		let paid = 2 * BOUNTY + PLEDGE;
		assert_eq!(ending(claim), Ending::Returned { reason, measured: None, paid });
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + paid);
	});
}

#[test]
fn a_published_holdout_that_is_gone_is_not_the_sponsors_fault() {
	build_and_execute(|_| {
		let (task, claim) = revealed();
		run_to(62);
		publish(task);
		let (input, fault) = (Input::Holdout, DataFault::Missing);
		settle(claim, Settlement::Agreed(Outcome::Unavailable { input, fault }));
		let reason = Reason::InputUnavailable { input, fault };
		assert_eq!(ending(claim), Ending::Returned { reason, measured: None, paid: 0 });
	});
}

#[test]
fn what_everybody_could_read_is_not_the_sponsors_fault() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		let (input, fault) = (Input::Holdout, DataFault::Missing);
		settle(claim, Settlement::Agreed(Outcome::Unavailable { input, fault }));
		assert_eq!(view(claim).paid, 0);
		assert_eq!(Balances::total_balance(&SPONSOR), ENDOWED);
	});
}

#[test]
fn jobs_of_others_are_left_alone() {
	build_and_execute(|_| {
		let (_, claim) = revealed();
		let (.., mut job) = Jobs::get(0).unwrap();
		assert!(AssayClaims::on_draw(Client::Model(claim), &mut job, RANDOM));
		assert!(!AssayClaims::on_draw(Client::Claim(77), &mut job, RANDOM));
		assert_eq!(job, Jobs::get(0).unwrap().2);
	});
}
