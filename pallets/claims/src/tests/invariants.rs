//! Whatever happens in whatever order: escrow, bonds, deposits and issuance add up.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Action {
	Commit { miner: AccountId, task: TaskId, run: u64, score: i64 },
	Reveal { nth: usize },
	Withdraw { nth: usize },
	Settle { nth: usize, settlement: Settlement },
	Remove { nth: usize },
	TopUp { task: TaskId },
	Cancel { task: TaskId },
	Publish { task: TaskId },
	Close { task: TaskId },
	Wait { blocks: u64, idle: u64 },
}

fn settlement() -> impl Strategy<Value = Settlement> {
	prop_oneof![
		6 => (920_000..1_000_000i64, 0..8u64).prop_map(|(score, model)| scored(score, model)),
		1 => Just(Settlement::Agreed(Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() })),
		1 => Just(Settlement::Agreed(Outcome::Unavailable {
			input: Input::Program,
			fault: DataFault::Missing,
		})),
		1 => Just(Settlement::Agreed(Outcome::Unavailable {
			input: Input::Holdout,
			fault: DataFault::NotSafetensors,
		})),
		1 => Just(Settlement::Undecided),
		1 => Just(Settlement::Incomplete),
	]
}

fn action() -> impl Strategy<Value = Action> {
	let task = 0..4u64;
	let nth = 0..12usize;
	prop_oneof![
		6 => (ALICE..=POOR, task.clone(), 0..3u64, 0..7i64)
			.prop_map(|(miner, task, run, step)| {
				let score = 895_000_000 + step * 10_000_000;
				Action::Commit { miner, task, run, score }
			}),
		8 => nth.clone().prop_map(|nth| Action::Reveal { nth }),
		1 => nth.clone().prop_map(|nth| Action::Withdraw { nth }),
		6 => (nth.clone(), settlement())
			.prop_map(|(nth, settlement)| Action::Settle { nth, settlement }),
		2 => nth.prop_map(|nth| Action::Remove { nth }),
		1 => task.clone().prop_map(|task| Action::TopUp { task }),
		1 => task.clone().prop_map(|task| Action::Cancel { task }),
		2 => task.clone().prop_map(|task| Action::Publish { task }),
		1 => task.prop_map(|task| Action::Close { task }),
		5 => (1..5u64, 0..3u64).prop_map(|(blocks, idle)| Action::Wait { blocks, idle }),
	]
}

/// What was committed to, by claim: for the reveal.
type Bodies = std::collections::BTreeMap<ClaimId, ClaimBody>;

/// The n-th of the claims at one of some stages, modulo their number.
fn pick(bodies: &Bodies, nth: usize, stages: &[Stage]) -> Option<(ClaimId, ClaimBody)> {
	let mut claims: Vec<_> = bodies.iter().collect();
	claims.retain(|(claim, _)| stages.is_empty() || stages.contains(&view(**claim).stage));
	let count = claims.len().max(1);
	claims.into_iter().nth(nth % count).map(|(claim, body)| (*claim, body.clone()))
}

fn apply(action: Action, bodies: &mut Bodies) {
	let miner_of = |claim| Claims::<Test>::get(claim).map_or(STRANGER, |record| record.miner);
	match action {
		Action::Commit { miner, task, run, score } => {
			let body = ClaimBody { score: Score(score), ..body(run) };
			let claim = NextClaim::<Test>::get();
			let salt = H256::from_low_u64_be(claim);
			let commitment = commitment::claim(&miner, task, &body, &salt);
			let origin = RuntimeOrigin::signed(miner);
			if AssayClaims::commit(origin, task, commitment).is_ok() {
				bodies.insert(claim, body);
			}
		},
		Action::Reveal { nth } => {
			let Some((claim, body)) = pick(bodies, nth, &[Stage::Committed]) else { return };
			let origin = RuntimeOrigin::signed(miner_of(claim));
			let _ = AssayClaims::reveal(origin, claim, body, H256::from_low_u64_be(claim));
		},
		Action::Withdraw { nth } => {
			let Some((claim, _)) = pick(bodies, nth, &[]) else { return };
			let _ = AssayClaims::withdraw(RuntimeOrigin::signed(miner_of(claim)), claim);
		},
		Action::Settle { nth, settlement } => {
			let Some((claim, _)) = pick(bodies, nth, &[Stage::Revealed]) else { return };
			settle(claim, settlement);
		},
		Action::Remove { nth } => {
			let Some((claim, _)) = pick(bodies, nth, &[]) else { return };
			if AssayClaims::remove(RuntimeOrigin::signed(miner_of(claim)), claim).is_ok() {
				bodies.remove(&claim);
			}
		},
		Action::TopUp { task } => {
			let _ = AssayTasks::top_up(RuntimeOrigin::signed(SPONSOR), task, 1);
		},
		Action::Cancel { task } => {
			let _ = AssayTasks::cancel(RuntimeOrigin::signed(SPONSOR), task);
		},
		Action::Publish { task } => {
			let origin = RuntimeOrigin::signed(SPONSOR);
			let _ = AssayTasks::reveal_holdout(origin, task, holdout(), SALT);
		},
		Action::Close { task } => {
			let _ = AssayTasks::close(RuntimeOrigin::signed(STRANGER), task);
		},
		Action::Wait { blocks, idle } => {
			let each = <() as WeightInfo>::expire_claim().max(<() as WeightInfo>::serve_claim());
			let base = <() as WeightInfo>::serve_base() * 2;
			IdleWeight::set(base + <() as WeightInfo>::expire_base() + each * idle);
			run_to(System::block_number() + blocks);
		},
	}
}

/// What all claims were paid, as far as the events tell.
fn paid() -> Balance {
	use pallet_assay_tasks::Event as TaskEvent;
	let paid = |record: frame_system::EventRecord<RuntimeEvent, H256>| match record.event {
		RuntimeEvent::AssayClaims(
			Event::ClaimVerified { paid, .. } | Event::ClaimReturned { paid, .. },
		) => paid,
		RuntimeEvent::AssayTasks(TaskEvent::SharePaid { amount, .. }) => amount,
		_ => 0,
	};
	System::events().into_iter().map(paid).sum()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn everything_adds_up(actions in prop::collection::vec(action(), 1..120)) {
		new_test_ext().execute_with(|| {
			use frame_support::traits::fungible::Mutate;
			assert_ok!(Balances::mint_into(&POOR, ENDOWED));
			MaxClaims::set(4);
			let short = |spec| pallet_assay_tasks::TaskSpec { deadline: 25, ..spec };
			for spec in [spec(), spec(), short(sealed()), short(contest())] {
				create(spec);
			}
			let issued = Balances::total_issuance();
			let mut bodies = Bodies::new();
			for action in actions {
				apply(action, &mut bodies);
				check();
			}
			assert_eq!(Balances::total_issuance(), issued);

			// Every stake is still there: free, in a lock, or slashed.
			let free: Balance = Free::iter_values().sum();
			let locked: Balance = Locks::iter_values().sum();
			let slashed: Balance = Slashes::iter_values().map(|(_, amount, _)| amount).sum();
			assert_eq!(free + locked + slashed, 3 * STAKED);

			// What miners have won is what sponsors have paid, and what the claims say.
			let miners = [ALICE, BOB, POOR].map(|who| Balances::total_balance(&who));
			let won = miners.into_iter().sum::<Balance>() - (3 * ENDOWED + 20);
			assert_eq!(won, paid());
			assert_eq!(Balances::total_balance(&SPONSOR), ENDOWED - won);

			// Once all windows are over, nothing waits any more.
			IdleWeight::set(Weight::MAX);
			run_to(System::block_number() + 100);
			check();
			assert_eq!(Expiries::<Test>::iter().count(), 0);
			for record in Claims::<Test>::iter_values() {
				assert!(!matches!(record.status, Status::Committed { .. }));
			}
			// And what is found true waits for a verdict only.
			let open: Vec<_> = Claims::<Test>::iter_keys()
				.filter(|claim| view(*claim).stage == Stage::Revealed)
				.collect();
			for claim in open {
				settle(claim, Settlement::Undecided);
			}
			next_block();
			check();
			assert_eq!(Queue::<Test>::iter_keys().count(), 0);
			assert_eq!(pallet_assay_tasks::Tasks::<Test>::iter_values().map(|t| t.open_claims).sum::<u32>(), 0);
		});
	}
}
