//! One module a call, and one for what claims see of a task.

mod contest;
mod invariants;
mod sealed;

use crate::{mock::*, Event, *};
use assay_primitives::{Metric, H256};
use assay_traits::Tasks as _;
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect as _, InspectHold as _, MutateFreeze as _},
};
use sp_runtime::TokenError;

fn last_event() -> RuntimeEvent {
	System::events().pop().unwrap().event
}

fn create() -> TaskId {
	let task = NextTask::<Test>::get();
	assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec()));
	task
}

mod create {
	use super::*;

	#[test]
	fn holds_the_reward_and_a_deposit_and_pins_the_data() {
		build_and_execute(|| {
			assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec()));

			System::assert_last_event(
				Event::TaskCreated { task: 0, sponsor: SPONSOR, escrow: 300, deadline: 51 }.into(),
			);
			assert_eq!(held(HoldReason::Reward, SPONSOR), 300);
			assert_eq!(held(HoldReason::Deposit, SPONSOR), deposit());
			assert_eq!((pins(train()), pins(holdout())), (1, 1));
			let record = AssayTasks::task(0).unwrap();
			assert_eq!(record.spec.tolerance, Some(1_000_000));
			assert_eq!((record.paid, record.open_claims, record.created_at), (0, 0, 1));
		});
	}

	#[test]
	fn counts_tasks_up() {
		build_and_execute(|| {
			assert_eq!((create(), create()), (0, 1));
			assert_eq!(held(HoldReason::Reward, SPONSOR), 600);
		});
	}

	#[test]
	fn takes_terms_at_the_edge_of_what_is_allowed() {
		build_and_execute(|| {
			for change in [
				|s: &mut SpecOf<Test>| s.deadline = 11,
				|s: &mut SpecOf<Test>| s.deadline = 101,
				|s: &mut SpecOf<Test>| s.threshold = Score(0),
				|s: &mut SpecOf<Test>| s.threshold = Score(Score::ONE),
				|s: &mut SpecOf<Test>| s.tolerance = Some(0),
				|s: &mut SpecOf<Test>| s.tolerance = Some(Score::ONE),
				|s: &mut SpecOf<Test>| {
					s.metric = Metric::R2;
					s.threshold = Score(-5 * Score::ONE);
				},
				|s: &mut SpecOf<Test>| {
					s.metric = Metric::Rmse;
					s.threshold = Score(500 * Score::ONE);
					s.tolerance = Some(2 * Score::ONE);
				},
				|s: &mut SpecOf<Test>| s.limits.step_fuel = 1,
				|s: &mut SpecOf<Test>| {
					s.reward = Reward::Bounty { amount: 20, winners: 1, min_improvement: 1 };
				},
			] {
				let mut spec = spec();
				change(&mut spec);
				assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec));
			}
		});
	}

	#[test]
	fn refuses_terms_that_make_no_sense() {
		type Change = fn(&mut SpecOf<Test>);
		let bounty =
			|amount, winners, min_improvement| Reward::Bounty { amount, winners, min_improvement };
		build_and_execute(|| {
			let cases: [(Change, Error<Test>); 26] = [
				(|s| s.name = Name::default(), Error::NameEmpty),
				(|s| s.name = Name::truncate_from(vec![0xff]), Error::NameNotText),
				(|s| s.name = Name::truncate_from(b"\x1b[2Ja".to_vec()), Error::NameNotText),
				(|s| s.name = Name::truncate_from(b"two\nlines".to_vec()), Error::NameNotText),
				(|s| s.name = Name::truncate_from("\u{9b}2J".into()), Error::NameNotText),
				(|s| s.chunk_rows = 0, Error::ChunkRowsZero),
				(|s| s.holdout = Holdout::Open(train()), Error::HoldoutIsTraining),
				(|s| s.threshold = Score(-1), Error::ThresholdOutOfRange),
				(|s| s.threshold = Score(Score::ONE + 1), Error::ThresholdOutOfRange),
				(
					|s| (s.metric, s.threshold) = (Metric::Mae, Score(-1)),
					Error::ThresholdOutOfRange,
				),
				(
					|s| (s.metric, s.threshold) = (Metric::R2, Score(Score::ONE + 1)),
					Error::ThresholdOutOfRange,
				),
				(|s| s.tolerance = Some(-1), Error::ToleranceOutOfRange),
				(|s| s.tolerance = Some(Score::ONE + 1), Error::ToleranceOutOfRange),
				(|s| s.limits.program_bytes = 0, Error::LimitIsZero),
				(|s| s.limits.memory_pages = 0, Error::LimitIsZero),
				(|s| s.limits.steps = 0, Error::LimitIsZero),
				(|s| s.limits.step_fuel = 0, Error::LimitIsZero),
				(|s| s.limits.program_bytes += 1, Error::LimitTooHigh),
				(|s| s.limits.memory_pages += 1, Error::LimitTooHigh),
				(|s| s.limits.steps += 1, Error::LimitTooHigh),
				(|s| s.limits.step_fuel += 1, Error::LimitTooHigh),
				(|s| s.limits.total_fuel += 1, Error::LimitTooHigh),
				(|s| s.limits.total_fuel = 999, Error::StepFuelAboveTotal),
				(|s| s.deadline = 10, Error::DeadlineTooSoon),
				(|s| s.deadline = 0, Error::DeadlineTooSoon),
				(|s| s.deadline = 102, Error::DeadlineTooFar),
			];
			let rewards = [
				(bounty(19, 1, 1), Error::BountyTooSmall),
				(bounty(20, 0, 1), Error::NoWinners),
				(bounty(20, 1, 0), Error::ImprovementOutOfRange),
				(bounty(20, 1, -1), Error::ImprovementOutOfRange),
				(bounty(20, 1, Score::ONE + 1), Error::ImprovementOutOfRange),
			];
			let bad_specs = cases.into_iter().map(|(change, error)| {
				let mut spec = spec();
				change(&mut spec);
				(spec, error)
			});
			let bad_rewards =
				rewards.into_iter().map(|(reward, error)| (TaskSpec { reward, ..spec() }, error));
			for (bad, error) in bad_specs.chain(bad_rewards) {
				assert_noop!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), bad), error);
			}
		});
	}

	#[test]
	fn needs_data_that_stays_until_the_last_claim_has_ended() {
		build_and_execute(|| {
			let create = || AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec());
			// The deadline is 51 and a claim takes 30 blocks.
			store(holdout(), 80, 100);
			assert_noop!(create(), DispatchError::Other("artifact expires"));
			store(holdout(), 81, 501);
			assert_noop!(create(), DispatchError::Other("artifact too large"));
			Stored::remove(holdout());
			assert_noop!(create(), DispatchError::Other("artifact missing"));
			store(holdout(), 81, 500);
			assert_ok!(create());
		});
	}

	#[test]
	fn needs_the_money() {
		build_and_execute(|| {
			let reward = |amount, winners| Reward::Bounty { amount, winners, min_improvement: 1 };
			let create = |reward| {
				let spec = TaskSpec { reward, ..spec() };
				AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec)
			};
			assert_noop!(create(reward(ENDOWED, 1)), TokenError::FundsUnavailable);
			assert_noop!(create(reward(u64::MAX, 2)), ArithmeticError::Overflow);
			// Enough for the reward, not for the deposit.
			let without_deposit = ENDOWED - deposit();
			assert_noop!(create(reward(without_deposit, 1)), TokenError::FundsUnavailable);
			assert_ok!(create(reward(without_deposit - 10, 1)));
		});
	}

	#[test]
	fn needs_a_signature() {
		build_and_execute(|| {
			assert_noop!(
				AssayTasks::create(RuntimeOrigin::root(), spec()),
				DispatchError::BadOrigin
			);
		});
	}
}

mod top_up {
	use super::*;

	#[test]
	fn adds_bounties_to_the_escrow() {
		build_and_execute(|| {
			let task = create();
			assert_ok!(AssayTasks::top_up(RuntimeOrigin::signed(SPONSOR), task, 2));
			assert_eq!(last_event(), Event::TaskToppedUp { task, winners: 2, escrow: 200 }.into());
			assert_eq!(held(HoldReason::Reward, SPONSOR), 500);
		});
	}

	#[test]
	fn revives_a_task_whose_bounties_are_gone() {
		build_and_execute(|| {
			let task = create();
			for _ in 0..3 {
				assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(100));
			}
			assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(0));
			assert_ok!(AssayTasks::top_up(RuntimeOrigin::signed(SPONSOR), task, 1));
			assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(100));
			assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(0));
		});
	}

	#[test]
	fn refuses_whoever_is_not_the_sponsor_or_too_late_or_cannot_pay() {
		build_and_execute(|| {
			let task = create();
			let top_up =
				|who, task, more| AssayTasks::top_up(RuntimeOrigin::signed(who), task, more);
			assert_noop!(top_up(OTHER, task, 1), Error::<Test>::NotTheSponsor);
			assert_noop!(top_up(SPONSOR, 7, 1), Error::<Test>::TaskUnknown);
			assert_noop!(top_up(SPONSOR, task, 0), Error::<Test>::NoWinners);
			assert_noop!(top_up(SPONSOR, task, 1_000), TokenError::FundsUnavailable);
			assert_noop!(top_up(SPONSOR, task, u32::MAX), ArithmeticError::Overflow);
			run_to(51);
			assert_ok!(top_up(SPONSOR, task, 1));
			run_to(52);
			assert_noop!(top_up(SPONSOR, task, 1), Error::<Test>::DeadlinePassed);
		});
	}
}

mod cancel {
	use super::*;

	#[docify::export]
	#[test]
	fn gives_everything_back() {
		build_and_execute(|| {
			let task = create();
			assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(100));

			assert_ok!(AssayTasks::cancel(RuntimeOrigin::signed(SPONSOR), task));

			assert_eq!(last_event(), Event::TaskCancelled { task, returned: 200 }.into());
			assert_eq!(Balances::total_balance_on_hold(&SPONSOR), 0);
			assert_eq!(Balances::balance(&SPONSOR), ENDOWED - 100);
			assert_eq!((pins(train()), pins(holdout())), (0, 0));
			assert_eq!(AssayTasks::task(task), None);
		});
	}

	#[test]
	fn is_for_the_time_before_the_deadline() {
		build_and_execute(|| {
			let task = create();
			run_to(52);
			assert_noop!(
				AssayTasks::cancel(RuntimeOrigin::signed(SPONSOR), task),
				Error::<Test>::DeadlinePassed
			);
			assert_ok!(AssayTasks::close(RuntimeOrigin::signed(SPONSOR), task));
		});
	}

	#[test]
	fn waits_for_open_claims() {
		build_and_execute(|| {
			let task = create();
			assert_ok!(AssayTasks::claim_opened(task));
			let cancel = || AssayTasks::cancel(RuntimeOrigin::signed(SPONSOR), task);
			assert_noop!(cancel(), Error::<Test>::ClaimsOpen);
			AssayTasks::claim_closed(task);
			assert_ok!(cancel());
		});
	}

	#[test]
	fn is_the_sponsors_alone_and_once() {
		build_and_execute(|| {
			let task = create();
			let cancel = |who, task| AssayTasks::cancel(RuntimeOrigin::signed(who), task);
			assert_noop!(cancel(OTHER, task), Error::<Test>::NotTheSponsor);
			assert_noop!(cancel(SPONSOR, 7), Error::<Test>::TaskUnknown);
			assert_ok!(cancel(SPONSOR, task));
			assert_noop!(cancel(SPONSOR, task), Error::<Test>::TaskEnded);
		});
	}

	#[test]
	fn touches_no_other_task() {
		build_and_execute(|| {
			let (first, second) = (create(), create());
			assert_ok!(AssayTasks::cancel(RuntimeOrigin::signed(SPONSOR), first));
			assert_eq!(held(HoldReason::Reward, SPONSOR), 300);
			assert_eq!(held(HoldReason::Deposit, SPONSOR), deposit());
			assert_eq!(pins(train()), 1);
			assert!(AssayTasks::open(second).is_ok());
		});
	}
}

mod close {
	use super::*;

	#[test]
	fn is_for_everybody_after_the_deadline() {
		build_and_execute(|| {
			let task = create();
			let close = || AssayTasks::close(RuntimeOrigin::signed(OTHER), task);
			run_to(51);
			assert_noop!(close(), Error::<Test>::DeadlineAhead);
			run_to(52);
			assert_ok!(close());
			assert_eq!(last_event(), Event::TaskClosed { task, returned: 300 }.into());
			assert_eq!(Balances::balance(&SPONSOR), ENDOWED);
			assert_eq!((pins(train()), pins(holdout())), (0, 0));
			assert_noop!(close(), Error::<Test>::TaskEnded);
		});
	}

	#[test]
	fn waits_for_open_claims() {
		build_and_execute(|| {
			let task = create();
			assert_ok!(AssayTasks::claim_opened(task));
			run_to(60);
			let close = || AssayTasks::close(RuntimeOrigin::signed(OTHER), task);
			assert_noop!(close(), Error::<Test>::ClaimsOpen);
			AssayTasks::claim_closed(task);
			assert_ok!(close());
		});
	}

	#[test]
	fn needs_a_task_and_a_signature() {
		build_and_execute(|| {
			let task = create();
			run_to(60);
			assert_noop!(AssayTasks::close(RuntimeOrigin::none(), task), DispatchError::BadOrigin);
			assert_noop!(
				AssayTasks::close(RuntimeOrigin::signed(OTHER), 7),
				Error::<Test>::TaskUnknown
			);
		});
	}
}

mod for_claims {
	use super::*;

	#[test]
	fn terms_are_what_the_sponsor_asked_for() {
		build_and_execute(|| {
			let task = create();
			let terms = AssayTasks::open(task).unwrap();
			assert_eq!(
				terms,
				TaskTerms {
					train: train(),
					train_root: H256::repeat_byte(3),
					chunk_rows: 64,
					holdout: Some(holdout()),
					sealed_until: None,
					reveals: None,
					seed: SeedSource::Miner,
					metric: Metric::Accuracy,
					threshold: Score(900_000_000),
					tolerance: 1_000_000,
					limits: LIMITS,
					min_improvement: Some(1_000),
					deadline: 51,
				}
			);
			assert_eq!(AssayTasks::terms(task), Ok(terms));
		});
	}

	#[test]
	fn a_task_is_open_until_its_deadline() {
		build_and_execute(|| {
			let task = create();
			run_to(51);
			assert!(AssayTasks::open(task).is_ok());
			run_to(52);
			assert_eq!(AssayTasks::open(task), Err(Error::<Test>::DeadlinePassed.into()));
			assert!(AssayTasks::terms(task).is_ok());
			assert_ok!(AssayTasks::close(RuntimeOrigin::signed(OTHER), task));
			assert_eq!(AssayTasks::terms(task), Err(Error::<Test>::TaskEnded.into()));
			assert_eq!(AssayTasks::terms(7), Err(Error::<Test>::TaskUnknown.into()));
		});
	}

	#[test]
	fn a_bounty_goes_from_the_escrow_to_the_miner() {
		build_and_execute(|| {
			let task = create();
			assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(100));
			assert_eq!(
				last_event(),
				Event::BountyPaid { task, miner: MINER, amount: 100, left: 2 }.into()
			);
			assert_eq!(held(HoldReason::Reward, SPONSOR), 200);
			assert_eq!(Balances::balance(&MINER), ENDOWED + 100);
		});
	}

	#[test]
	fn a_bounty_can_go_to_the_sponsor_itself() {
		build_and_execute(|| {
			let task = create();
			let before = Balances::balance(&SPONSOR);
			assert_eq!(AssayTasks::pay_bounty(task, &SPONSOR), Ok(100));
			assert_eq!(Balances::balance(&SPONSOR), before + 100);
			assert_eq!(held(HoldReason::Reward, SPONSOR), 200);
		});
	}

	#[test]
	fn a_frozen_balance_is_no_way_out() {
		build_and_execute(|| {
			let task = create();
			assert_ok!(Balances::set_freeze(&[0; 8], &SPONSOR, ENDOWED));
			assert_eq!(AssayTasks::pay_bounty(task, &MINER), Ok(100));
		});
	}

	#[test]
	fn only_known_tasks_take_claims_and_pay() {
		build_and_execute(|| {
			assert_noop!(AssayTasks::claim_opened(0), Error::<Test>::TaskUnknown);
			assert_noop!(AssayTasks::pay_bounty(0, &MINER), Error::<Test>::TaskUnknown);
		});
	}
}
