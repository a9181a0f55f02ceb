//! Holdouts that are published when all claims are revealed.

use super::*;

fn create() -> TaskId {
	let task = NextTask::<Test>::get();
	assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), sealed()));
	task
}

fn publish(who: AccountId, task: TaskId, data: ArtifactId, salt: H256) -> DispatchResult {
	AssayTasks::reveal_holdout(RuntimeOrigin::signed(who), task, data, salt)
}

/// A task in which some claims were revealed, after the time in which its holdout could be
/// published.
fn withheld(claims: u32) -> TaskId {
	let task = create();
	for _ in 0..claims {
		assert_ok!(AssayTasks::claim_opened(task));
		assert_ok!(AssayTasks::claim_revealed(task));
	}
	run_to(67);
	task
}

#[test]
fn a_pledge_is_held_besides_the_reward() {
	build_and_execute(|| {
		let task = create();
		System::assert_last_event(
			Event::TaskCreated { task, sponsor: SPONSOR, escrow: 300 + PLEDGE, deadline: 51 }
				.into(),
		);
		assert_eq!(held(HoldReason::Reward, SPONSOR), 300 + PLEDGE);
		assert_eq!((pins(train()), pins(holdout())), (1, 0));
		let terms = AssayTasks::terms(task).unwrap();
		assert_eq!(terms.holdout, None);
		assert_eq!(terms.reveals, Some(RevealPhase { from: 52, until: 61 }));
		assert_eq!(terms.sealed_until, Some(66));
	});
}

#[test]
fn training_data_must_stay_for_the_whole_way() {
	build_and_execute(|| {
		// 30 blocks for claims that begin at block 66.
		store(train(), 95, 500);
		assert_noop!(
			AssayTasks::create(RuntimeOrigin::signed(SPONSOR), sealed()),
			DispatchError::Other("artifact expires")
		);
		store(train(), 96, 500);
		create();
	});
}

#[test]
fn the_holdout_is_published_after_the_reveals() {
	build_and_execute(|| {
		let task = create();
		run_to(61);
		assert_noop!(publish(SPONSOR, task, holdout(), SALT), Error::<Test>::RevealsOpen);
		run_to(62);
		assert_ok!(publish(SPONSOR, task, holdout(), SALT));
		assert_eq!(last_event(), Event::HoldoutPublished { task, holdout: holdout() }.into());
		assert_eq!(pins(holdout()), 1);
		assert_eq!(AssayTasks::terms(task).unwrap().holdout, Some(holdout()));
		assert_noop!(publish(SPONSOR, task, holdout(), SALT), Error::<Test>::HoldoutKnown);

		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(OTHER), task));
		assert_eq!(Balances::balance(&SPONSOR), ENDOWED);
		assert_eq!((pins(train()), pins(holdout())), (0, 0));
	});
}

#[test]
fn it_is_the_one_that_was_committed_to() {
	build_and_execute(|| {
		let task = create();
		let open = super::create();
		run_to(66);
		assert_noop!(publish(OTHER, task, holdout(), SALT), Error::<Test>::NotTheSponsor);
		assert_noop!(publish(SPONSOR, 7, holdout(), SALT), Error::<Test>::TaskUnknown);
		assert_noop!(publish(SPONSOR, open, holdout(), SALT), Error::<Test>::HoldoutNotSealed);
		assert_noop!(
			publish(SPONSOR, task, holdout(), H256::zero()),
			Error::<Test>::HoldoutMismatch
		);
		let other = H256::repeat_byte(8);
		assert_noop!(publish(SPONSOR, task, other, SALT), Error::<Test>::HoldoutMismatch);
		assert_ok!(publish(SPONSOR, task, holdout(), SALT));
	});
}

#[test]
fn it_cannot_be_the_training_data() {
	build_and_execute(|| {
		let sealed = Holdout::Sealed(commitment::holdout(&SPONSOR, &train(), &SALT));
		let spec = TaskSpec { holdout: sealed, ..spec() };
		assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec));
		run_to(62);
		assert_noop!(publish(SPONSOR, 0, train(), SALT), Error::<Test>::HoldoutIsTraining);
	});
}

#[test]
fn it_must_stay_until_the_last_verdict() {
	build_and_execute(|| {
		let task = create();
		run_to(62);
		store(holdout(), 95, 100);
		assert_noop!(
			publish(SPONSOR, task, holdout(), SALT),
			DispatchError::Other("artifact expires")
		);
		store(holdout(), 96, 501);
		assert_noop!(
			publish(SPONSOR, task, holdout(), SALT),
			DispatchError::Other("artifact too large")
		);
		store(holdout(), 96, 500);
		assert_ok!(publish(SPONSOR, task, holdout(), SALT));
	});
}

#[test]
fn whoever_is_late_forfeits_everything_to_the_claimants() {
	build_and_execute(|| {
		let task = withheld(3);
		assert_noop!(publish(SPONSOR, task, holdout(), SALT), Error::<Test>::HoldoutTooLate);
		// 340 in three parts.
		for _ in 0..3 {
			assert_eq!(AssayTasks::pay_forfeit(task, &MINER), Ok(113));
			assert_eq!(last_event(), Event::ForfeitPaid { task, miner: MINER, amount: 113 }.into());
			AssayTasks::claim_closed(task);
		}
		assert_eq!(Balances::balance(&MINER), ENDOWED + 339);
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(OTHER), task));
		assert_eq!(last_event(), Event::TaskClosed { task, returned: 1 }.into());
		assert_eq!(Balances::balance(&SPONSOR), ENDOWED - 339);
	});
}

#[test]
fn no_more_is_forfeited_than_is_in_escrow() {
	build_and_execute(|| {
		super::create();
		let task = withheld(1);
		assert_eq!(AssayTasks::pay_forfeit(task, &MINER), Ok(340));
		assert_eq!(AssayTasks::pay_forfeit(task, &MINER), Ok(0));
		// What vouches for the other task is untouched.
		assert_eq!(held(HoldReason::Reward, SPONSOR), 300);
		AssayTasks::claim_closed(task);
	});
}

#[test]
fn one_wrong_word_on_the_holdout_does_not_cost_the_others_their_reward() {
	build_and_execute(|| {
		let task = withheld(10);
		assert_eq!(AssayTasks::pay_forfeit(task, &MINER), Ok(34));
		// 340 less 34, in bounties of 100.
		for _ in 0..3 {
			assert_eq!(AssayTasks::pay_bounty(task, &OTHER), Ok(100));
		}
		assert_eq!(AssayTasks::pay_forfeit(task, &MINER), Ok(6));
		(0..10).for_each(|_| AssayTasks::claim_closed(task));
	});
}

#[test]
fn an_open_holdout_forfeits_nothing() {
	build_and_execute(|| {
		let task = super::create();
		assert_ok!(AssayTasks::claim_revealed(task));
		assert_eq!(AssayTasks::pay_forfeit(task, &MINER), Ok(0));
		assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(100));
	});
}

#[test]
fn without_claims_nothing_is_lost() {
	build_and_execute(|| {
		let task = withheld(0);
		assert_ok!(AssayTasks::close(RuntimeOrigin::signed(OTHER), task));
		assert_eq!(Balances::balance(&SPONSOR), ENDOWED);
	});
}
