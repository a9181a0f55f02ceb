//! Pools that the best claims share.

use super::*;

fn create() -> TaskId {
	let task = NextTask::<Test>::get();
	assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), contest()));
	task
}

fn close(task: TaskId) -> DispatchResult {
	AssayTasks::close(RuntimeOrigin::signed(OTHER), task)
}

#[test]
fn the_pool_is_in_escrow_and_claims_are_hidden() {
	build_and_execute(|| {
		let task = create();
		assert_eq!(held(HoldReason::Reward, SPONSOR), 600);
		let terms = AssayTasks::terms(task).unwrap();
		assert_eq!(terms.holdout, Some(holdout()));
		assert_eq!(terms.reveals, Some(RevealPhase { from: 52, until: 61 }));
		assert_eq!((terms.sealed_until, terms.min_improvement), (None, None));
		assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(0));
	});
}

#[test]
fn shares_are_paid_at_the_close() {
	build_and_execute(|| {
		let task = create();
		run_to(52);
		Best::set(vec![(8, MINER), (5, OTHER), (9, MINER), (7, OTHER)]);
		assert_ok!(close(task));
		assert_eq!(Balances::balance(&MINER), ENDOWED + 300 + 100);
		assert_eq!(Balances::balance(&OTHER), ENDOWED + 200);
		assert_eq!(Balances::balance(&SPONSOR), ENDOWED - 600);
		assert_eq!(Rewarded::get(), [(8, 300), (5, 200), (9, 100)]);
		System::assert_has_event(
			Event::SharePaid { task, place: 2, claim: 5, miner: OTHER, amount: 200 }.into(),
		);
		assert_eq!(last_event(), Event::TaskClosed { task, returned: 0 }.into());
	});
}

#[test]
fn places_that_nobody_takes_go_back() {
	build_and_execute(|| {
		let task = create();
		run_to(52);
		Best::set(vec![(8, MINER)]);
		assert_ok!(close(task));
		assert_eq!(last_event(), Event::TaskClosed { task, returned: 300 }.into());
		assert_eq!(Balances::balance(&SPONSOR), ENDOWED - 300);
	});
}

#[test]
fn a_sponsor_that_is_nearly_broke_gets_the_odd_rest() {
	build_and_execute(|| {
		// 301, 201 and 100 of 603.
		let mut spec = contest();
		let Reward::Contest { pool, .. } = &mut spec.reward else { unreachable!() };
		*pool += 3;
		assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec));
		// It lives on with less than the existential deposit, as something else needs it.
		System::inc_providers(&SPONSOR);
		let all = Balances::balance(&SPONSOR) - 5;
		assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(SPONSOR), OTHER, all));
		let deposit = held(HoldReason::Deposit, SPONSOR);
		run_to(52);
		Best::set(vec![(8, MINER), (5, MINER), (9, MINER)]);
		assert_ok!(close(0));
		assert_eq!(last_event(), Event::TaskClosed { task: 0, returned: 1 }.into());
		assert_eq!(Balances::balance(&SPONSOR), 5 + deposit + 1);
	});
}

#[test]
fn it_waits_for_all_verdicts() {
	build_and_execute(|| {
		let task = create();
		assert_ok!(AssayTasks::claim_opened(task));
		run_to(100);
		assert_noop!(close(task), Error::<Test>::ClaimsOpen);
		AssayTasks::claim_closed(task);
		assert_ok!(close(task));
	});
}

#[test]
fn the_sponsor_cannot_cancel_it_once_claims_are_seen() {
	build_and_execute(|| {
		let cancel = |task| AssayTasks::cancel(RuntimeOrigin::signed(SPONSOR), task);
		let (early, late) = (create(), create());
		run_to(51);
		assert_ok!(cancel(early));
		run_to(52);
		assert_noop!(cancel(late), Error::<Test>::DeadlinePassed);
	});
}

#[test]
fn what_is_left_of_a_forfeit_is_shared() {
	build_and_execute(|| {
		let spec = TaskSpec { reward: contest().reward, ..sealed() };
		assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec));
		assert_ok!(AssayTasks::claim_revealed(0));
		assert_ok!(AssayTasks::claim_revealed(0));
		run_to(67);
		assert_eq!(AssayTasks::pay_forfeit(0, &MINER), Ok(320));
		Best::set(vec![(8, OTHER), (9, OTHER)]);
		assert_ok!(close(0));
		// 300 of the 320, and of the second place what is left.
		assert_eq!(Balances::balance(&OTHER), ENDOWED + 320);
		assert_eq!(last_event(), Event::TaskClosed { task: 0, returned: 0 }.into());
	});
}

#[test]
fn shares_that_make_no_sense_are_refused() {
	build_and_execute(|| {
		let cases = [
			(600, vec![], Error::<Test>::SharesOutOfOrder),
			(600, vec![2, 3], Error::<Test>::SharesOutOfOrder),
			(600, vec![0], Error::<Test>::SharesOutOfOrder),
			(600, vec![u32::MAX, 1], Error::<Test>::SharesOutOfOrder),
			(u64::MAX, vec![2, 1], Error::<Test>::SharesOutOfOrder),
			(39, vec![1, 1], Error::<Test>::BountyTooSmall),
			(600, vec![1, 0], Error::<Test>::BountyTooSmall),
		];
		for (pool, shares, error) in cases {
			let reward = Reward::Contest { pool, shares: Shares::truncate_from(shares) };
			let spec = TaskSpec { reward, ..spec() };
			assert_noop!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec), error);
		}
	});
}

#[test]
fn it_takes_no_more_bounties() {
	build_and_execute(|| {
		let task = create();
		assert_noop!(
			AssayTasks::top_up(RuntimeOrigin::signed(SPONSOR), task, 1),
			Error::<Test>::NotABounty
		);
	});
}
