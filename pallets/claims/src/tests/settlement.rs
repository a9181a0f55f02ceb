use super::*;
use assay_traits::OnSettled;

#[docify::export]
#[test]
fn a_true_claim_is_paid_and_ranked() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, scored(950_000, 1));

		assert_last_event(Event::ClaimVerified {
			claim,
			task,
			miner: ALICE,
			score: Score(950_000_000),
			paid: BOUNTY,
			unpaid: None,
		});
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + BOUNTY);
		assert_eq!(Free::get(ALICE), STAKED);
		assert_eq!(Deeds::get(), [(ALICE, Deed::ClaimVerified)]);
		assert_eq!(pins(program()), 0);
		assert_eq!(open_claims(task), 0);
		assert_eq!(
			AssayClaims::leaderboard(task),
			[Entry { claim, miner: ALICE, score: Score(950_000_000), paid: BOUNTY, at: 2 }]
		);
	});
}

#[test]
fn a_claim_is_verified_at_the_measured_score() {
	build_and_execute(|task| {
		// Worse by just the tolerance, and better.
		let (worse, better) = (reveal(ALICE, task, &body(0)), reveal(BOB, task, &body(1)));
		settle(worse, scored(949_000, 1));
		settle(better, scored(990_000, 2));
		let scores = AssayClaims::leaderboard(task).into_iter().map(|entry| entry.score.0);
		assert_eq!(scores.collect::<Vec<_>>(), [990_000_000, 949_000_000]);
	});
}

#[test]
fn a_false_claim_is_slashed() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, scored(948_999, 1));

		assert_last_event(Event::ClaimRejected {
			claim,
			task,
			miner: ALICE,
			score: Some(Score(948_999_000)),
			reason: Reason::WorseThanClaimed,
			slash: Some(0),
		});
		assert_eq!(Slashes::get(0), Some((ALICE, BOND, Offence::FalseClaim(claim))));
		assert_eq!(Free::get(ALICE), STAKED - BOND);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED);
		assert_eq!(Deeds::get(), [(ALICE, Deed::ClaimRejected)]);
		assert!(AssayClaims::leaderboard(task).is_empty());
	});
}

#[test]
fn the_threshold_holds_for_the_measured_score() {
	build_and_execute(|task| {
		let of = |seed| ClaimBody { score: Score(900_000_000), ..body(seed) };
		let (below, just) = (reveal(ALICE, task, &of(0)), reveal(ALICE, task, &of(1)));
		// Within the tolerance of the claim, but not good enough for the task.
		settle(below, scored(899_999, 1));
		settle(just, scored(900_000, 2));
		assert_eq!(ending(below).reason(), Some(Reason::BelowThreshold));
		assert_eq!(ending(below).stage(), Stage::Rejected);
		assert_eq!(ending(just).stage(), Stage::Verified);
	});
}

#[test]
fn a_failed_run_is_a_false_claim() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(
			claim,
			Settlement::Agreed(Outcome::Failed {
				reason: FailReason::OutOfFuel,
				trace_root: H256::zero(),
			}),
		);
		let reason = Reason::RunFailed(FailReason::OutOfFuel);
		assert_eq!(ending(claim), Ending::Rejected { measured: None, reason, slash: Some(0) });
		assert_eq!(Free::get(ALICE), STAKED - BOND);
	});
}

#[test]
fn without_a_verdict_nobody_is_at_fault() {
	build_and_execute(|task| {
		let claims = [0, 1].map(|seed| reveal(ALICE, task, &body(seed)));
		let (input, fault) = (Input::Train, DataFault::Missing);
		settle(claims[0], Settlement::Agreed(Outcome::Unavailable { input, fault }));
		settle(claims[1], Settlement::Undecided);
		let reasons = [Reason::InputUnavailable { input, fault }, Reason::Undecided];
		for (claim, reason) in claims.into_iter().zip(reasons) {
			assert_eq!(ending(claim), Ending::Returned { reason, measured: None, paid: 0 });
		}
		assert_last_event(Event::ClaimReturned {
			claim: claims[1],
			task,
			miner: ALICE,
			reason: Reason::Undecided,
			paid: 0,
		});
		assert_eq!(Free::get(ALICE), STAKED);
		assert!(Deeds::get().is_empty());
		// The same claim can be tried again.
		let again = reveal(BOB, task, &body(0));
		settle(again, scored(950_000, 1));
		assert_eq!(ending(again).stage(), Stage::Verified);
	});
}

#[test]
fn a_model_is_verified_once() {
	build_and_execute(|task| {
		let claims = [(ALICE, 0), (BOB, 1)].map(|(who, seed)| reveal(who, task, &body(seed)));
		settle(claims[0], scored(950_000, 7));
		settle(claims[1], scored(990_000, 7));
		assert_last_event(Event::ClaimDuplicated {
			claim: claims[1],
			task,
			miner: BOB,
			of: claims[0],
		});
		assert_eq!(Free::get(BOB), STAKED);
		assert_eq!(Balances::total_balance(&BOB), ENDOWED);
		assert_eq!(AssayClaims::leaderboard(task).len(), 1);
		assert_eq!(Deeds::get(), [(ALICE, Deed::ClaimVerified)]);
	});
}

#[test]
fn only_an_improvement_is_paid() {
	build_and_execute(|task| {
		let claims = [0, 1, 2].map(|seed| reveal(ALICE, task, &body(seed)));
		settle(claims[0], scored(950_000, 1));
		// By one unit less than the task asks for, then by just as much.
		settle(claims[1], scored(959_999, 2));
		settle(claims[2], scored(969_999, 3));
		let paid = claims.map(|claim| (view(claim).paid, view(claim).reason));
		assert_eq!(paid, [(BOUNTY, None), (0, Some(Reason::NoImprovement)), (BOUNTY, None)]);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + 2 * BOUNTY);
	});
}

#[test]
fn bounties_run_out() {
	build_and_execute(|task| {
		let claims = [0, 1, 2].map(|seed| reveal(ALICE, task, &body(seed)));
		for (claim, score) in claims.into_iter().zip([950_000, 960_000, 970_000]) {
			settle(claim, scored(score, claim));
		}
		assert_eq!(view(claims[2]).reason, Some(Reason::NoBountyLeft));
		assert_eq!(view(claims[2]).stage, Stage::Verified);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWED + 2 * BOUNTY);
		assert_eq!(
			Balances::balance_on_hold(&pallet_assay_tasks::HoldReason::Reward.into(), &SPONSOR,),
			0
		);
	});
}

#[test]
fn the_leaderboard_keeps_the_best_in_order() {
	build_and_execute(|task| {
		MaxClaims::set(5);
		let claims = [0, 1, 2, 3, 4].map(|seed| reveal(ALICE, task, &body(seed)));
		// Settled in another order than committed; three places, and a tie.
		for (index, score) in [(3, 960_000), (1, 970_000), (4, 960_000), (0, 960_000), (2, 950_000)]
		{
			settle(claims[index], scored(score, claims[index]));
		}
		next_block();
		let board = AssayClaims::leaderboard(task).into_iter().map(|entry| entry.claim);
		assert_eq!(board.collect::<Vec<_>>(), [claims[1], claims[0], claims[3]]);
	});
}

#[test]
fn less_is_better_for_errors() {
	build_and_execute(|_| {
		let task = create(pallet_assay_tasks::TaskSpec {
			metric: assay_primitives::Metric::Mae,
			threshold: Score(950_000_000),
			..spec()
		});
		let claims = [0, 1, 2].map(|seed| reveal(ALICE, task, &body(seed)));
		settle(claims[0], scored(940_000, 1));
		settle(claims[1], scored(930_000, 2));
		settle(claims[2], scored(951_001, 3));
		let board = AssayClaims::leaderboard(task).into_iter().map(|entry| entry.claim);
		assert_eq!(board.collect::<Vec<_>>(), [claims[1], claims[0]]);
		assert_eq!(view(claims[1]).paid, BOUNTY);
		assert_eq!(ending(claims[2]).reason(), Some(Reason::WorseThanClaimed));
	});
}

#[test]
fn strange_settlements_change_nothing() {
	build_and_execute(|task| {
		let committed = commit(ALICE, task, &body(0));
		let settled = reveal(ALICE, task, &body(1));
		settle(settled, scored(950_000, 1));
		let before = (Claims::<Test>::get(committed), Claims::<Test>::get(settled));
		for claim in [committed, settled, 7] {
			AssayClaims::on_settled(Client::Claim(claim), scored(990_000, 9));
			// A model or a contest of the same number is no claim.
			AssayClaims::on_settled(Client::Model(claim), Settlement::Undecided);
			AssayClaims::on_settled(Client::Contest(claim), Settlement::Undecided);
		}
		assert_eq!(before, (Claims::<Test>::get(committed), Claims::<Test>::get(settled)));
	});
}

#[test]
fn a_claim_ends_even_if_its_bond_is_gone() {
	build_and_execute(|task| {
		let claims = [0, 1].map(|seed| reveal(ALICE, task, &body(seed)));
		for claim in claims {
			Locks::remove((ALICE, LockReason::Claim(claim)));
		}
		settle(claims[0], scored(950_000, 1));
		settle(claims[1], scored(900_000, 2));
		assert_eq!(ending(claims[0]).stage(), Stage::Verified);
		assert_eq!(ending(claims[1]).slash(), None);
		assert_eq!(ending(claims[1]).stage(), Stage::Rejected);
	});
}
