//! Claims that share a pool.

use super::*;

/// Claims of some scores in a contest, revealed and verified.
fn verified(task: TaskId, scores: &[(AccountId, i64)]) -> Vec<ClaimId> {
	let claims: Vec<_> = (0..)
		.zip(scores)
		.map(|(seed, (miner, _))| (commit(*miner, task, &body(seed)), seed))
		.collect();
	run_to(52);
	for (claim, seed) in &claims {
		assert_ok!(try_reveal(*claim, &body(*seed)));
	}
	for ((claim, seed), (_, score)) in claims.iter().zip(scores) {
		settle(*claim, scored(*score, *seed));
	}
	claims.into_iter().map(|(claim, _)| claim).collect()
}

#[test]
fn the_best_share_the_pool_when_the_task_is_closed() {
	build_and_execute(|_| {
		let task = create(contest());
		let scores = [(ALICE, 960_000), (BOB, 990_000), (ALICE, 951_000), (BOB, 950_000)];
		let claims = verified(task, &scores);
		let unpaid = |claim| (view(claim).paid, view(claim).reason);
		for claim in &claims {
			assert_eq!(unpaid(*claim), (0, Some(Reason::PaidAtClose)));
		}
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(STRANGER), task));
		assert_eq!(unpaid(claims[1]), (30, None));
		assert_eq!(unpaid(claims[0]), (20, None));
		assert_eq!(unpaid(claims[2]), (20, None));
		assert_eq!(unpaid(claims[3]), (0, Some(Reason::NoShare)));
		let board = AssayClaims::leaderboard(task);
		assert_eq!(board.iter().map(|entry| entry.paid).collect::<Vec<_>>(), [30, 20, 20]);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + 40);
		assert_eq!(Balances::total_balance(&BOB), ENDOWED + 30);
	});
}

#[test]
fn of_equals_the_earlier_commitment_is_better() {
	build_and_execute(|_| {
		let task = create(contest());
		let claims = verified(task, &[(ALICE, 960_000), (BOB, 960_000)]);
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(STRANGER), task));
		assert_eq!([view(claims[0]).paid, view(claims[1]).paid], [30, 20]);
	});
}

#[test]
fn of_the_same_run_the_earlier_commitment_is_kept_and_nobody_is_slashed() {
	for earlier_first in [true, false] {
		build_and_execute(|_| {
			let task = create(contest());
			let (first, second) = (commit(ALICE, task, &body(0)), commit(BOB, task, &body(0)));
			run_to(52);
			let order = if earlier_first { [first, second] } else { [second, first] };
			for claim in order {
				assert_ok!(try_reveal(claim, &body(0)));
				check();
			}
			for claim in order {
				settle(claim, scored(950_000, 1));
				check();
			}
			next_block();
			let endings = [first, second].map(|claim| ending(claim).stage());
			assert_eq!(endings, [Stage::Verified, Stage::Superseded]);
			assert_eq!((Free::get(ALICE), Free::get(BOB)), (STAKED, STAKED));
		});
	}
}

#[test]
fn a_false_claim_takes_the_run_from_nobody() {
	for false_first in [true, false] {
		build_and_execute(|_| {
			let task = create(contest());
			let promises = ClaimBody { score: Score(990_000_000), ..body(0) };
			let (liar, honest) = (commit(ALICE, task, &promises), commit(BOB, task, &body(0)));
			run_to(52);
			assert_ok!(try_reveal(liar, &promises));
			assert_ok!(try_reveal(honest, &body(0)));
			let order = if false_first { [liar, honest] } else { [honest, liar] };
			for claim in order {
				settle(claim, scored(950_000, 1));
				check();
			}
			next_block();
			let endings = [liar, honest].map(|claim| ending(claim).stage());
			assert_eq!(endings, [Stage::Rejected, Stage::Verified]);
		});
	}
}

#[test]
fn a_run_that_is_found_true_meanwhile_is_still_whose_commitment_is_earlier() {
	build_and_execute(|_| {
		let task = create(contest());
		let (first, second) = (commit(ALICE, task, &body(0)), commit(BOB, task, &body(0)));
		run_to(52);
		assert_ok!(try_reveal(second, &body(0)));
		settle(second, scored(950_000, 1));
		assert_ok!(try_reveal(first, &body(0)));
		check();
		settle(first, scored(950_000, 1));
		next_block();
		let endings = [first, second].map(|claim| ending(claim).stage());
		assert_eq!(endings, [Stage::Verified, Stage::Superseded]);
		assert_eq!(Free::get(BOB), STAKED);
	});
}

#[test]
fn nobody_sees_a_claim_in_time_to_copy_it() {
	build_and_execute(|_| {
		let task = create(contest());
		let claim = commit(ALICE, task, &body(0));
		run_to(51);
		assert_noop!(try_reveal(claim, &body(0)), Error::<Test>::TooEarly);
		run_to(52);
		assert_ok!(try_reveal(claim, &body(0)));
		let commitment = commitment::claim(&BOB, task, &body(1), &SALT);
		assert_noop!(
			AssayClaims::commit(RuntimeOrigin::signed(BOB), task, commitment),
			pallet_assay_tasks::Error::<Test>::DeadlinePassed
		);
	});
}
