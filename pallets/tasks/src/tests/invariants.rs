//! Whatever happens in whatever order, the escrow is what the tasks can pay.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Action {
	Create { who: AccountId, amount: Balance, winners: u32, sealed: bool, contest: bool },
	TopUp { who: AccountId, task: TaskId, winners: u32 },
	Cancel { who: AccountId, task: TaskId },
	Close { task: TaskId },
	OpenClaim { task: TaskId },
	CloseClaim { task: TaskId },
	RevealClaim { task: TaskId },
	Publish { who: AccountId, task: TaskId },
	Forfeit { task: TaskId, miner: AccountId },
	Pay { task: TaskId, miner: AccountId },
	Wait { blocks: u64 },
}

fn action() -> impl Strategy<Value = Action> {
	let (who, task) = (SPONSOR..=OTHER, 0..4u64);
	prop_oneof![
		(who.clone(), 0..2_000u64, 0..5u32, any::<bool>(), any::<bool>()).prop_map(
			|(who, amount, winners, sealed, contest)| {
				Action::Create { who, amount, winners, sealed, contest }
			}
		),
		task.clone().prop_map(|task| Action::RevealClaim { task }),
		(who.clone(), task.clone()).prop_map(|(who, task)| Action::Publish { who, task }),
		(task.clone(), who.clone()).prop_map(|(task, miner)| Action::Forfeit { task, miner }),
		(who.clone(), task.clone(), 0..5u32).prop_map(|(who, task, winners)| Action::TopUp {
			who,
			task,
			winners
		}),
		(who.clone(), task.clone()).prop_map(|(who, task)| Action::Cancel { who, task }),
		task.clone().prop_map(|task| Action::Close { task }),
		task.clone().prop_map(|task| Action::OpenClaim { task }),
		task.clone().prop_map(|task| Action::CloseClaim { task }),
		(task, who).prop_map(|(task, miner)| Action::Pay { task, miner }),
		(1..15u64).prop_map(|blocks| Action::Wait { blocks }),
	]
}

/// What was put in escrow for a task, and what it has paid.
#[derive(Default)]
struct Books {
	escrowed: Balance,
	paid: Balance,
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn escrow_is_what_was_put_in_less_what_was_paid(
		actions in prop::collection::vec(action(), 1..60),
	) {
		new_test_ext().execute_with(|| {
			let issued = Balances::total_issuance();
			Best::set(vec![(1, MINER), (0, OTHER)]);
			let mut books = std::collections::BTreeMap::<TaskId, Books>::new();
			for action in actions {
				match action {
					Action::Create { who, amount, winners, sealed, contest } => {
						let task = NextTask::<Test>::get();
						let total = amount * u64::from(winners);
						let reward = if contest {
							Reward::Contest { pool: total, shares: Shares::truncate_from(vec![3, 1]) }
						} else {
							Reward::Bounty { amount, winners, min_improvement: 1 }
						};
						let hash = commitment::holdout(&who, &holdout(), &SALT);
						let (holdout, pledge) = if sealed {
							(Holdout::Sealed(hash), PLEDGE)
						} else {
							(Holdout::Open(holdout()), 0)
						};
						let deadline = System::block_number() + 20;
						let spec = TaskSpec { holdout, reward, deadline, ..spec() };
						if AssayTasks::create(RuntimeOrigin::signed(who), spec).is_ok() {
							books.insert(task, Books { escrowed: total + pledge, paid: 0 });
						}
					},
					Action::RevealClaim { task } => {
						let _ = AssayTasks::claim_revealed(task);
					},
					Action::Publish { who, task } => {
						let origin = RuntimeOrigin::signed(who);
						let _ = AssayTasks::reveal_holdout(origin, task, holdout(), SALT);
					},
					Action::Forfeit { task, miner } => {
						if let Ok(paid) = AssayTasks::pay_forfeit(task, &miner) {
							books.get_mut(&task).unwrap().paid += paid;
						}
					},
					Action::TopUp { who, task, winners } => {
						let amount = bounty(task);
						if AssayTasks::top_up(RuntimeOrigin::signed(who), task, winners).is_ok() {
							books.get_mut(&task).unwrap().escrowed += amount * u64::from(winners);
						}
					},
					Action::Cancel { who, task } => {
						if AssayTasks::cancel(RuntimeOrigin::signed(who), task).is_ok() {
							books.remove(&task);
						}
					},
					Action::Close { task } => {
						if AssayTasks::close(RuntimeOrigin::signed(OTHER), task).is_ok() {
							books.remove(&task);
						}
					},
					Action::OpenClaim { task } => {
						let _ = AssayTasks::claim_opened(task);
					},
					Action::CloseClaim { task } => {
						if Tasks::<Test>::get(task).is_some_and(|t| t.open_claims > 0) {
							AssayTasks::claim_closed(task);
						}
					},
					Action::Pay { task, miner } => {
						if let Ok(paid) = AssayTasks::pay_bounty(task, &miner) {
							books.get_mut(&task).unwrap().paid += paid;
						}
					},
					Action::Wait { blocks } => run_to(System::block_number() + blocks),
				}
				AssayTasks::do_try_state().unwrap();
			}
			let tasks = Tasks::<Test>::iter().count();
			assert_eq!(tasks, books.len());
			for books in books.values() {
				assert!(books.paid <= books.escrowed);
			}
			let everybody = SPONSOR..=OTHER;
			let rewards: Balance =
				everybody.clone().map(|who| held(HoldReason::Reward, who)).sum();
			assert_eq!(rewards, books.values().map(|b| b.escrowed - b.paid).sum::<Balance>());
			let deposits: Balance = everybody.map(|who| held(HoldReason::Deposit, who)).sum();
			assert_eq!(deposits, deposit() * tasks as u64);
			assert_eq!(u64::from(pins(train())), tasks as u64);
			assert_eq!(Balances::total_issuance(), issued);
		});
	}
}

/// What a bounty of the task is; zero without a task.
fn bounty(task: TaskId) -> Balance {
	Tasks::<Test>::get(task).map_or(0, |record| match record.spec.reward {
		Reward::Bounty { amount, .. } => amount,
		Reward::Contest { .. } => 0,
	})
}
