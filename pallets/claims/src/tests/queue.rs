//! Claims that are found true wait for those that were committed earlier.

use super::*;
use assay_traits::OnSettled;
use frame_system::limits::BlockWeights;

/// Claims of Alice and Bob, in this order, both revealed.
fn two(task: TaskId) -> [ClaimId; 2] {
	[(ALICE, 0), (BOB, 1)].map(|(who, seed)| reveal(who, task, &body(seed)))
}

#[test]
fn a_copy_does_not_overtake_its_original() {
	build_and_execute(|task| {
		let [original, copy] = two(task);
		let at = System::block_number();
		settle(copy, scored(955_000, 2));
		assert_last_event(Event::ClaimMeasured {
			claim: copy,
			task,
			miner: BOB,
			score: Score(955_000_000),
		});
		check();
		// Nothing is paid, ranked or decided; the bond stays.
		next_block();
		let waits = view(copy);
		assert_eq!(
			(waits.stage, waits.reason),
			(Stage::Measured, Some(Reason::EarlierOpen(original)))
		);
		assert_eq!(
			(waits.measured, waits.paid, waits.ended_at),
			(Some(Score(955_000_000)), 0, None)
		);
		// The reveal window of 10 and a job of 25 after the commitment of the copy in block 2.
		assert_eq!(waits.next, Deadline::Settle { by: 37 });
		assert!(AssayClaims::leaderboard(task).is_empty());
		assert_eq!(lock_of(BOB, copy), Some(BOND));
		assert_eq!(pins(program()), 1);
		assert_noop!(
			AssayClaims::withdraw(RuntimeOrigin::signed(BOB), copy),
			Error::<Test>::AlreadyRevealed
		);

		settle(original, scored(950_000, 1));
		assert_eq!(view(original).paid, BOUNTY);
		// Then it is the turn of the copy, which improves by too little.
		assert_eq!(view(copy).reason, None);
		next_block();
		assert_eq!(
			(view(copy).stage, view(copy).reason),
			(Stage::Verified, Some(Reason::NoImprovement))
		);
		let board = AssayClaims::leaderboard(task).into_iter();
		let board: Vec<_> = board.map(|entry| (entry.claim, entry.paid)).collect();
		assert_eq!(board, [(copy, 0), (original, BOUNTY)]);
		assert!(System::block_number() > at);
		assert_eq!(Free::get(BOB), STAKED);
	});
}

#[test]
fn a_copy_of_what_is_false_or_comes_back_has_its_turn() {
	for settlement in [scored(900_000, 1), Settlement::Undecided] {
		build_and_execute(|task| {
			let [original, copy] = two(task);
			settle(copy, scored(955_000, 2));
			settle(original, settlement);
			assert_eq!(view(copy).stage, Stage::Measured);
			next_block();
			assert_eq!((view(copy).stage, view(copy).paid), (Stage::Verified, BOUNTY));
		});
	}
}

#[test]
fn the_model_is_whose_commitment_is_earlier() {
	build_and_execute(|task| {
		let [original, copy] = two(task);
		settle(copy, scored(950_000, 7));
		settle(original, scored(950_000, 7));
		next_block();
		assert_eq!(view(original).stage, Stage::Verified);
		assert_eq!(view(copy).reason, Some(Reason::SameModel(original)));
	});
}

/// Its program may be on the way: what can be made of that must not be first.
#[test]
fn what_can_be_revealed_is_waited_for() {
	build_and_execute(|task| {
		let hidden = commit(ALICE, task, &body(0));
		let later = reveal(BOB, task, &body(2));
		settle(later, scored(990_000, 2));
		assert_eq!(view(later).reason, Some(Reason::EarlierOpen(hidden)));
		assert_ok!(try_reveal(hidden, &body(0)));
		settle(hidden, scored(980_000, 3));
		next_block();
		// In the order of the commitments, both improve.
		assert_eq!([hidden, later].map(|claim| view(claim).paid), [BOUNTY; 2]);
	});
}

#[test]
fn what_is_taken_back_or_can_be_revealed_no_more_is_not_waited_for() {
	for withdraws in [true, false] {
		build_and_execute(|task| {
			let hidden = commit(ALICE, task, &body(0));
			let later = reveal(BOB, task, &body(1));
			settle(later, scored(950_000, 1));
			assert_eq!(view(later).stage, Stage::Measured);
			if withdraws {
				assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), hidden));
				next_block();
			} else {
				// One that is committed now is not waited for.
				commit(ALICE, task, &body(3));
				let Deadline::Reveal { until, .. } = view(hidden).next else { unreachable!() };
				run_to(until + 4);
			}
			assert_eq!((view(later).stage, view(later).paid), (Stage::Verified, BOUNTY));
		});
	}
}

#[test]
fn what_is_false_or_comes_back_does_not_wait() {
	build_and_execute(|task| {
		let [original, other] = two(task);
		settle(other, scored(900_000, 2));
		assert_eq!(view(other).stage, Stage::Rejected);
		let third = reveal(ALICE, task, &body(3));
		settle(third, Settlement::Undecided);
		assert_eq!(view(third).stage, Stage::Returned);
		assert_eq!(view(original).stage, Stage::Revealed);
	});
}

#[test]
fn tasks_do_not_wait_for_each_other() {
	build_and_execute(|task| {
		let other = create(spec());
		reveal(ALICE, task, &body(0));
		let claim = reveal(BOB, other, &body(0));
		settle(claim, scored(950_000, 1));
		assert_eq!(view(claim).stage, Stage::Verified);
	});
}

#[test]
fn claims_of_a_contest_wait_as_well() {
	build_and_execute(|_| {
		let task = create(contest());
		let claims = [(ALICE, 0), (BOB, 1)].map(|(who, seed)| commit(who, task, &body(seed)));
		run_to(52);
		for (claim, seed) in claims.into_iter().zip(0..) {
			assert_ok!(try_reveal(claim, &body(seed)));
		}
		settle(claims[1], scored(950_000, 1));
		assert_eq!(view(claims[1]).reason, Some(Reason::EarlierOpen(claims[0])));
		settle(claims[0], scored(960_000, 2));
		next_block();
		for claim in claims {
			assert_eq!(view(claim).reason, Some(Reason::PaidAtClose));
		}
	});
}

#[test]
fn the_queue_is_in_the_order_of_the_numbers() {
	build_and_execute(|task| {
		let numbers = [1, 255, 256, 65_536, 1 << 40, u64::MAX];
		for claim in numbers.into_iter().rev() {
			Queue::<Test>::insert(task, AssayClaims::turn(claim), ());
		}
		let keys = Queue::<Test>::iter_key_prefix(task).map(ClaimId::from_be_bytes);
		assert_eq!(keys.collect::<Vec<_>>(), numbers);
		let _ = Queue::<Test>::clear_prefix(task, 10, None);
	});
}

#[test]
fn many_have_their_turn_in_order_and_over_several_blocks() {
	build_and_execute(|task| {
		MaxClaims::set(5);
		let first = reveal(ALICE, task, &body(0));
		let later = [1, 2, 3, 4].map(|seed| reveal(ALICE, task, &body(seed)));
		for (claim, score) in later.into_iter().zip([960_000, 970_000, 980_000, 990_000]).rev() {
			settle(claim, scored(score, claim));
		}
		settle(first, scored(950_000, 9));
		check();
		// No weight is left, then enough for one of them in each block.
		let base = <() as WeightInfo>::serve_base();
		for (idle, ended) in [(base, 0), (base * 2 + <() as WeightInfo>::serve_claim(), 1)] {
			IdleWeight::set(idle);
			next_block();
			check();
			let is_over = |claim: &&ClaimId| view(**claim).stage == Stage::Verified;
			assert_eq!(later.iter().filter(is_over).count(), ended);
		}
		IdleWeight::set(Weight::MAX);
		next_block();
		let ends = later.map(|claim| (view(claim).stage, view(claim).reason));
		assert_eq!(ends[0], (Stage::Verified, None));
		assert!(ends[1..].iter().all(|end| *end == (Stage::Verified, Some(Reason::NoBountyLeft))));
		assert_eq!(Due::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn tasks_in_which_something_ended_are_all_served_in_one_block() {
	build_and_execute(|_| {
		const TASKS: usize = AT_ONCE + 3;
		RateWindow::set(1);
		for miner in [ALICE, BOB] {
			Free::insert(miner, BOND * TASKS as u64);
		}
		let claims = [(); TASKS].map(|()| {
			let task = create(pallet_assay_tasks::SpecOf::<Test> { deadline: 100, ..spec() });
			let claims = [(ALICE, 0), (BOB, 1)].map(|(who, seed)| commit(who, task, &body(seed)));
			next_block();
			for (claim, seed) in claims.into_iter().zip(0..) {
				assert_ok!(try_reveal(claim, &body(seed)));
			}
			settle(claims[1], scored(955_000, claims[1]));
			claims
		});
		for [original, _] in claims {
			settle(original, scored(900_000, 0));
		}
		assert_eq!(Due::<Test>::iter_keys().count(), TASKS);
		next_block();
		for [_, other] in claims {
			assert_eq!(view(other).stage, Stage::Verified);
		}
	});
}

#[test]
fn what_is_done_in_idle_time_takes_a_twentieth_of_a_block_at_most() {
	build_and_execute(|task| {
		let [original, copy] = two(task);
		settle(copy, scored(955_000, 2));
		settle(original, scored(950_000, 1));
		let needed = <() as WeightInfo>::serve_base() * 2 + <() as WeightInfo>::serve_claim();
		for (share, stage) in
			[(needed - Weight::from_parts(1, 0), Stage::Measured), (needed, Stage::Verified)]
		{
			let whole = (share * 20).set_proof_size(u64::MAX);
			Blocks::set(BlockWeights::simple_max(whole));
			next_block();
			assert_eq!(view(copy).stage, stage);
		}
	});
}

#[test]
fn a_second_settlement_changes_nothing() {
	build_and_execute(|task| {
		let [_, waits] = two(task);
		settle(waits, scored(950_000, 1));
		let before = Claims::<Test>::get(waits);
		AssayClaims::on_settled(Client::Claim(waits), Settlement::Undecided);
		assert_eq!(Claims::<Test>::get(waits), before);
	});
}
