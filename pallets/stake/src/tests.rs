//! Tests of the calls, of the trait, and of what happens at the start of a block.

mod invariants;

use crate::{
	mock::*, Error, Event, HoldReason, LedgerOf, NextSlash, Reputation, Rotation, Stage, Successor,
	Unbonding,
};
use assay_primitives::SlashId;
use assay_traits::{Deed, Finding, LockReason, Offence, Role, Stake as _};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{Inspect, InspectHold},
		Hooks,
	},
};
use sp_runtime::{DispatchError, TokenError};

const FALSE_CLAIM: Offence = Offence::FalseClaim(7);
const CLAIM: LockReason = LockReason::Claim(7);

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn ledger(who: AccountId) -> LedgerOf<Test> {
	Stake::ledger(who).expect("the account has a ledger")
}

fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Stake.into(), &who)
}

fn slash(who: AccountId, amount: Balance, fault_at: u64) -> SlashId {
	<Stake as assay_traits::Stake>::slash(&who, amount, fault_at, FALSE_CLAIM).unwrap()
}

fn last_event() -> Event<Test> {
	match System::events().pop().expect("there is an event").event {
		RuntimeEvent::Stake(event) => event,
		other => panic!("an event of another pallet: {other:?}"),
	}
}

#[docify::export]
#[test]
fn a_slash_reaches_what_was_unbonded_after_the_fault() {
	ExtBuilder::default().build_and_execute(|| {
		// A miner with 1 000 at stake does wrong in block 1, and takes out what it can in block 2.
		run_to(2);
		assert_ok!(Stake::unbond(signed(MINER), 900));
		assert_eq!(Stake::free_stake(MINER), 100);

		// It is found out later, and owes 600: the rest of the bond, and 500 of what is unbonding.
		run_to(10);
		let number = slash(MINER, 600, 1);
		assert_eq!(ledger(MINER).bonded, 0);
		assert_eq!(ledger(MINER).unbonding[0].amount, 400);

		// The slash is pending for five blocks, then the money is gone.
		assert_eq!(Stake::pending_slash(number).and_then(|slash| slash.due), Some(15));
		run_to(15);
		assert_eq!(Balances::total_balance(&MINER), FUNDS - 600);

		// What is left is paid out when unbonding ends.
		run_to(22);
		assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
		assert_eq!(held(MINER), 0);
	});
}

mod genesis {
	use super::*;

	#[test]
	fn registers_the_stakers() {
		ExtBuilder::default().build_and_execute(|| {
			assert_eq!(ledger(MINER).bonded, 1_000);
			assert_ok!(Stake::ensure_active(&MINER, Role::Miner));
			assert_ok!(Stake::ensure_active(&VERIFIER, Role::Verifier));
			assert_eq!(held(MINER), 1_000);
		});
	}

	#[test]
	fn adds_up_the_roles_of_an_account() {
		let stakers = vec![(1, Role::Miner, 150), (1, Role::Verifier, 50)];
		ExtBuilder::default().stakers(stakers).build_and_execute(|| {
			assert_eq!(ledger(1).bonded, 200);
			assert_ok!(Stake::ensure_active(&1, Role::Verifier));
		});
	}

	#[test]
	#[should_panic(expected = "stake of 1 as Miner with 99")]
	fn refuses_a_stake_that_is_too_small() {
		ExtBuilder::default().stakers(vec![(1, Role::Miner, 99)]).build();
	}
}

mod register {
	use super::*;

	#[test]
	fn bonds_and_takes_the_role() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::register(signed(POOR), Role::Miner, 100));
			assert_eq!(
				last_event(),
				Event::Registered { who: POOR, role: Role::Miner, amount: 100 }
			);
			assert_eq!((held(POOR), Stake::bonded(&POOR)), (100, 100));
			assert_ok!(Stake::ensure_active(&POOR, Role::Miner));
			assert_noop!(Stake::ensure_active(&POOR, Role::Verifier), Error::<Test>::NotRegistered);
		});
	}

	#[test]
	fn adds_a_second_role_to_the_same_stake() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::register(signed(MINER), Role::Verifier, 0));
			assert_eq!(ledger(MINER).bonded, 1_000);
			assert_ok!(Stake::ensure_active(&MINER, Role::Miner));
			assert_ok!(Stake::ensure_active(&MINER, Role::Verifier));
		});
	}

	#[test]
	fn needs_the_smallest_stake_of_the_role() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(
				Stake::register(signed(POOR), Role::Miner, 99),
				Error::<Test>::StakeTooSmall
			);
			assert_ok!(Stake::register(signed(POOR), Role::Miner, 100));
			assert_noop!(
				Stake::register(signed(POOR), Role::Verifier, 99),
				Error::<Test>::StakeTooSmall
			);
			assert_ok!(Stake::register(signed(POOR), Role::Verifier, 100));
		});
	}

	#[test]
	fn refuses_a_role_twice() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(
				Stake::register(signed(MINER), Role::Miner, 500),
				Error::<Test>::AlreadyRegistered
			);
		});
	}

	#[test]
	fn needs_the_money() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(
				Stake::register(signed(POOR), Role::Miner, FUNDS + 1),
				TokenError::FundsUnavailable
			);
			assert_noop!(
				Stake::register(signed(POOR), Role::Miner, Balance::MAX),
				TokenError::FundsUnavailable
			);
		});
	}

	#[test]
	fn is_possible_again_while_the_old_stake_unbonds() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::deregister(signed(MINER)));
			assert_ok!(Stake::register(signed(MINER), Role::Miner, 100));
			assert_eq!((ledger(MINER).bonded, ledger(MINER).unbonding[0].amount), (100, 1_000));
			run_to(21);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_eq!(held(MINER), 100);
		});
	}

	#[test]
	fn needs_a_signature() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(
				Stake::register(RuntimeOrigin::root(), Role::Miner, 500),
				DispatchError::BadOrigin
			);
		});
	}
}

mod bond_extra {
	use super::*;

	#[test]
	fn adds_to_the_bond() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::bond_extra(signed(MINER), 5));
			assert_eq!(last_event(), Event::Bonded { who: MINER, amount: 5 });
			assert_eq!(held(MINER), 1_005);
		});
	}

	#[test]
	fn refuses_strangers_nothing_and_too_much() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(Stake::bond_extra(signed(POOR), 5), Error::<Test>::NotRegistered);
			assert_noop!(Stake::bond_extra(signed(MINER), 0), Error::<Test>::AmountZero);
			assert_noop!(Stake::bond_extra(signed(MINER), FUNDS), TokenError::FundsUnavailable);
			assert_ok!(Stake::deregister(signed(MINER)));
			assert_noop!(Stake::bond_extra(signed(MINER), 5), Error::<Test>::NotRegistered);
		});
	}

	#[test]
	fn makes_a_slashed_account_active_again() {
		ExtBuilder::default().build_and_execute(|| {
			slash(MINER, 950, 1);
			assert_noop!(Stake::ensure_active(&MINER, Role::Miner), Error::<Test>::StakeTooSmall);
			assert_ok!(Stake::bond_extra(signed(MINER), 49));
			assert_noop!(Stake::ensure_active(&MINER, Role::Miner), Error::<Test>::StakeTooSmall);
			assert_ok!(Stake::bond_extra(signed(MINER), 1));
			assert_ok!(Stake::ensure_active(&MINER, Role::Miner));
		});
	}
}

mod unbond {
	use super::*;

	#[test]
	fn starts_the_period() {
		ExtBuilder::default().build_and_execute(|| {
			run_to(3);
			assert_ok!(Stake::unbond(signed(MINER), 300));
			assert_eq!(last_event(), Event::Unbonded { who: MINER, amount: 300, ends_at: 23 });
			assert_eq!(ledger(MINER).bonded, 700);
			assert_eq!(
				ledger(MINER).unbonding.to_vec(),
				[Unbonding { amount: 300, unbonded_at: 3, ends_at: 23 }]
			);
			assert_eq!(Stake::unbonding_ends_at(MINER), Some(23));
			assert_eq!(held(MINER), 1_000);
		});
	}

	#[test]
	fn merges_what_starts_in_the_same_block() {
		ExtBuilder::default().build_and_execute(|| {
			for _ in 0..=MAX_UNBONDING {
				assert_ok!(Stake::unbond(signed(MINER), 10));
			}
			let amount = u64::from(MAX_UNBONDING + 1) * 10;
			assert_eq!(
				ledger(MINER).unbonding.to_vec(),
				[Unbonding { amount, unbonded_at: 1, ends_at: 21 }]
			);
		});
	}

	#[test]
	fn keeps_the_smallest_stake_of_every_role() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(Stake::unbond(signed(MINER), 901), Error::<Test>::StakeTooSmall);
			assert_ok!(Stake::register(signed(MINER), Role::Verifier, 0));
			assert_noop!(Stake::unbond(signed(MINER), 801), Error::<Test>::StakeTooSmall);
			assert_ok!(Stake::unbond(signed(MINER), 800));
		});
	}

	#[test]
	fn leaves_locks_alone() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::lock(&MINER, CLAIM, 400));
			assert_noop!(Stake::unbond(signed(MINER), 601), Error::<Test>::StakeLocked);
			assert_ok!(Stake::unbond(signed(MINER), 600));
			assert_noop!(Stake::unbond(signed(MINER), 1), Error::<Test>::StakeLocked);
		});
	}

	#[test]
	fn refuses_strangers_nothing_and_too_many_parts() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(Stake::unbond(signed(POOR), 1), Error::<Test>::NotRegistered);
			assert_noop!(Stake::unbond(signed(MINER), 0), Error::<Test>::AmountZero);
			for block in 1..=u64::from(MAX_UNBONDING) {
				run_to(block);
				assert_ok!(Stake::unbond(signed(MINER), 1));
			}
			run_to(10);
			assert_noop!(Stake::unbond(signed(MINER), 1), Error::<Test>::TooManyUnbonding);
			assert_noop!(Stake::deregister(signed(MINER)), Error::<Test>::TooManyUnbonding);
			run_to(21);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_ok!(Stake::unbond(signed(MINER), 1));
		});
	}

	#[test]
	fn keeps_the_period_that_it_started_under() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::unbond(signed(MINER), 1));
			Period::set(2);
			assert_ok!(Stake::unbond(signed(MINER), 1));
			let ends: Vec<_> = ledger(MINER).unbonding.iter().map(|chunk| chunk.ends_at).collect();
			assert_eq!(ends, [21, 3]);
			assert_eq!(Stake::unbonding_ends_at(MINER), Some(21));
			run_to(3);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_eq!(held(MINER), 999);
		});
	}
}

mod withdraw_unbonded {
	use super::*;

	#[test]
	fn pays_out_at_the_end_of_the_period_and_not_before() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::unbond(signed(MINER), 300));
			run_to(20);
			assert_noop!(Stake::withdraw_unbonded(signed(MINER)), Error::<Test>::NothingToWithdraw);
			run_to(21);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_eq!(last_event(), Event::Withdrawn { who: MINER, amount: 300 });
			assert_eq!((held(MINER), Balances::free_balance(MINER)), (700, FUNDS - 700));
		});
	}

	#[test]
	fn leaves_what_is_frozen() {
		ExtBuilder::default().build_and_execute(|| {
			Defer::set(100);
			assert_ok!(Stake::deregister(signed(MINER)));
			slash(MINER, 400, 1);
			run_to(21);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_eq!((held(MINER), ledger(MINER).slashing), (400, 400));
			assert_noop!(Stake::withdraw_unbonded(signed(MINER)), Error::<Test>::NothingToWithdraw);
			run_to(101);
			assert_eq!(Stake::ledger(MINER), None);
			assert_eq!(Balances::total_balance(&MINER), FUNDS - 400);
		});
	}

	#[test]
	fn removes_the_ledger_of_one_that_left() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::deregister(signed(MINER)));
			run_to(21);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_eq!(Stake::ledger(MINER), None);
			assert_noop!(Stake::withdraw_unbonded(signed(MINER)), Error::<Test>::NotRegistered);
		});
	}
}

mod deregister {
	use super::*;

	#[test]
	fn leaves_all_roles_and_unbonds_everything() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::register(signed(MINER), Role::Verifier, 0));
			assert_ok!(Stake::deregister(signed(MINER)));
			assert_eq!(last_event(), Event::Unbonded { who: MINER, amount: 1_000, ends_at: 21 });
			for role in [Role::Miner, Role::Verifier] {
				assert_noop!(Stake::ensure_active(&MINER, role), Error::<Test>::NotRegistered);
			}
			assert_eq!((Stake::bonded(&MINER), held(MINER)), (0, 1_000));
			assert_noop!(Stake::deregister(signed(MINER)), Error::<Test>::NotRegistered);
		});
	}

	#[test]
	fn waits_for_open_claims() {
		ExtBuilder::default().build_and_execute(|| {
			for amount in [0, 50] {
				assert_ok!(Stake::lock(&MINER, CLAIM, amount));
				assert_noop!(Stake::deregister(signed(MINER)), Error::<Test>::StakeLocked);
				assert_ok!(Stake::unlock(&MINER, CLAIM));
			}
			assert_ok!(Stake::deregister(signed(MINER)));
		});
	}

	#[test]
	fn of_one_that_lost_everything_ends_its_ledger() {
		ExtBuilder::default().build_and_execute(|| {
			slash(MINER, 1_000, 1);
			run_to(6);
			assert_eq!(held(MINER), 0);
			assert_ok!(Stake::deregister(signed(MINER)));
			assert_eq!(last_event(), Event::Deregistered { who: MINER });
			assert_eq!(Stake::ledger(MINER), None);
		});
	}
}

mod force_cancel_slash {
	use super::*;

	#[test]
	fn gives_the_stake_back() {
		ExtBuilder::default().build_and_execute(|| {
			let number = slash(MINER, 400, 1);
			assert_ok!(Stake::force_cancel_slash(RuntimeOrigin::root(), number));
			assert_eq!(
				last_event(),
				Event::SlashCancelled {
					slash: number,
					who: MINER,
					amount: 400,
					offence: FALSE_CLAIM
				}
			);
			assert_eq!((Stake::bonded(&MINER), ledger(MINER).slashing), (1_000, 0));
			run_to(20);
			assert_eq!(held(MINER), 1_000);
		});
	}

	#[test]
	fn lets_one_that_left_take_it_out() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::deregister(signed(MINER)));
			let number = slash(MINER, 400, 1);
			assert_ok!(Stake::force_cancel_slash(RuntimeOrigin::root(), number));
			assert_eq!((Stake::bonded(&MINER), ledger(MINER).unbonding[0].amount), (400, 600));
			run_to(2);
			assert_ok!(Stake::unbond(signed(MINER), 400));
			run_to(22);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_eq!(Stake::ledger(MINER), None);
			assert_eq!(Balances::free_balance(MINER), FUNDS);
		});
	}

	#[test]
	fn is_for_governance_and_pending_slashes_only() {
		ExtBuilder::default().build_and_execute(|| {
			let number = slash(MINER, 400, 1);
			assert_noop!(
				Stake::force_cancel_slash(signed(MINER), number),
				DispatchError::BadOrigin
			);
			assert_noop!(
				Stake::force_cancel_slash(RuntimeOrigin::root(), number + 1),
				Error::<Test>::UnknownSlash
			);
			run_to(6);
			assert_noop!(
				Stake::force_cancel_slash(RuntimeOrigin::root(), number),
				Error::<Test>::UnknownSlash
			);
		});
	}
}

mod lock {
	use super::*;

	#[test]
	fn takes_from_the_free_stake_and_gives_back() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::lock(&MINER, CLAIM, 600));
			assert_eq!(last_event(), Event::Locked { who: MINER, reason: CLAIM, amount: 600 });
			assert_eq!((Stake::bonded(&MINER), Stake::free_stake(MINER)), (1_000, 400));
			assert_noop!(
				Stake::lock(&MINER, LockReason::Claim(8), 401),
				Error::<Test>::StakeLocked
			);
			assert_noop!(Stake::lock(&MINER, CLAIM, 1), Error::<Test>::AlreadyLocked);
			assert_ok!(Stake::unlock(&MINER, CLAIM));
			assert_eq!(last_event(), Event::Unlocked { who: MINER, reason: CLAIM, amount: 600 });
			assert_eq!(Stake::free_stake(MINER), 1_000);
			assert_noop!(Stake::unlock(&MINER, CLAIM), Error::<Test>::NotLocked);
		});
	}

	#[test]
	fn is_for_registered_accounts() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(Stake::lock(&POOR, CLAIM, 1), Error::<Test>::NotRegistered);
			assert_ok!(Stake::deregister(signed(MINER)));
			assert_noop!(Stake::lock(&MINER, CLAIM, 0), Error::<Test>::NotRegistered);
		});
	}
}

mod slash_lock {
	use super::*;

	#[test]
	fn freezes_the_whole_lock() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::lock(&MINER, CLAIM, 600));
			let number = Stake::slash_lock(&MINER, CLAIM, FALSE_CLAIM).unwrap();
			assert_eq!(
				last_event(),
				Event::SlashPending {
					slash: number,
					who: MINER,
					amount: 600,
					offence: FALSE_CLAIM,
					due: 6
				}
			);
			let ledger = ledger(MINER);
			assert_eq!((ledger.bonded, ledger.locked, ledger.slashing), (400, 0, 600));
			assert_noop!(Stake::slash_lock(&MINER, CLAIM, FALSE_CLAIM), Error::<Test>::NotLocked);
			run_to(6);
			assert_eq!(Balances::total_balance(&MINER), FUNDS - 600);
		});
	}

	#[test]
	fn and_a_slash_of_everything_take_the_same_in_any_order() {
		for lock_first in [true, false] {
			ExtBuilder::default().build_and_execute(|| {
				assert_ok!(Stake::lock(&MINER, CLAIM, 600));
				if lock_first {
					assert_ok!(Stake::slash_lock(&MINER, CLAIM, FALSE_CLAIM));
					slash(MINER, 700, 1);
				} else {
					slash(MINER, 700, 1);
					assert_eq!((ledger(MINER).bonded, ledger(MINER).locked), (300, 600));
					assert_eq!(Stake::free_stake(MINER), 0);
					assert_ok!(Stake::slash_lock(&MINER, CLAIM, FALSE_CLAIM));
				}
				assert_eq!((ledger(MINER).slashing, ledger(MINER).locked), (1_000, 0));
			});
		}
	}
}

mod slash {
	use super::*;

	#[test]
	fn takes_free_stake_first_and_locks_last() {
		ExtBuilder::default().build_and_execute(|| {
			assert_ok!(Stake::lock(&MINER, CLAIM, 500));
			run_to(2);
			assert_ok!(Stake::unbond(signed(MINER), 200));

			slash(MINER, 300, 1);
			assert_eq!((ledger(MINER).bonded, ledger(MINER).unbonding[0].amount), (500, 200));
			slash(MINER, 150, 1);
			assert_eq!((ledger(MINER).bonded, ledger(MINER).unbonding[0].amount), (500, 50));
			slash(MINER, 100, 1);
			assert_eq!((ledger(MINER).bonded, ledger(MINER).unbonding.len()), (450, 0));
		});
	}

	#[test]
	fn leaves_what_was_unbonded_before_the_fault() {
		ExtBuilder::default().build_and_execute(|| {
			for block in [2, 4, 6] {
				run_to(block);
				assert_ok!(Stake::unbond(signed(MINER), 300));
			}
			slash(MINER, 1_000, 4);
			assert_eq!(ledger(MINER).bonded, 0);
			let left: Vec<_> =
				ledger(MINER).unbonding.iter().map(|chunk| chunk.unbonded_at).collect();
			assert_eq!(left, [2]);
			assert_eq!(ledger(MINER).slashing, 700);
		});
	}

	#[test]
	fn takes_what_there_is() {
		ExtBuilder::default().build_and_execute(|| {
			let first = slash(MINER, Balance::MAX, 1);
			let second = slash(MINER, 5, 1);
			assert_eq!(Stake::pending_slash(first).map(|slash| slash.amount), Some(1_000));
			assert_eq!(Stake::pending_slash(second).map(|slash| slash.amount), Some(0));
			run_to(6);
			assert_eq!(
				last_event(),
				Event::SlashFinal { slash: second, who: MINER, amount: 0, offence: FALSE_CLAIM }
			);
			assert_eq!(Balances::total_balance(&MINER), FUNDS - 1_000);
		});
	}

	#[test]
	fn of_nothing_outlives_its_ledger() {
		ExtBuilder::default().build_and_execute(|| {
			slash(MINER, 1_000, 1);
			run_to(4);
			let (kept, cancelled) = (slash(MINER, 1, 1), slash(MINER, 1, 1));
			run_to(6);
			assert_ok!(Stake::deregister(signed(MINER)));
			assert_eq!(Stake::ledger(MINER), None);
			assert_ok!(Stake::force_cancel_slash(RuntimeOrigin::root(), cancelled));
			run_to(9);
			assert_eq!(Stake::pending_slash(kept), None);
		});
	}

	#[test]
	fn needs_a_ledger() {
		ExtBuilder::default().build_and_execute(|| {
			assert_noop!(
				<Stake as assay_traits::Stake>::slash(&POOR, 1, 1, FALSE_CLAIM),
				Error::<Test>::NotRegistered
			);
		});
	}
}

mod finalisation {
	use super::*;

	#[test]
	fn hands_over_the_money_when_it_is_due() {
		ExtBuilder::default().build_and_execute(|| {
			run_to(3);
			let number = slash(MINER, 400, 1);
			run_to(7);
			assert_eq!((held(MINER), Balances::free_balance(TREASURY)), (1_000, 1));
			run_to(8);
			assert_eq!(
				System::events()
					.into_iter()
					.filter(|record| matches!(
						record.event,
						RuntimeEvent::Stake(Event::SlashFinal { slash, who: MINER, amount: 400, .. })
							if slash == number
					))
					.count(),
				1
			);
			assert_eq!((held(MINER), Balances::free_balance(TREASURY)), (600, 401));
			assert_eq!(Stake::pending_slash(number), None);
		});
	}

	#[test]
	fn moves_what_is_too_much_for_a_block_to_the_next() {
		ExtBuilder::default().build_and_execute(|| {
			let slashes: Vec<_> = (0..2 * MAX_SLASHES).map(|_| slash(MINER, 10, 1)).collect();
			// In block 6, one of the four steps goes from block 5 to it.
			for (block, left) in [(5, 8), (6, 5), (7, 1), (8, 0)] {
				run_to(block);
				let pending =
					slashes.iter().filter(|slash| Stake::pending_slash(**slash).is_some()).count();
				assert_eq!(pending, left, "in block {block}");
			}
			assert_eq!(held(MINER), 920);
		});
	}

	#[test]
	fn passes_over_cancelled_slashes() {
		ExtBuilder::default().build_and_execute(|| {
			let slashes: Vec<_> = (0..3).map(|_| slash(MINER, 10, 1)).collect();
			for cancelled in [slashes[0], slashes[1]] {
				assert_ok!(Stake::force_cancel_slash(RuntimeOrigin::root(), cancelled));
			}
			run_to(6);
			assert_eq!(held(MINER), 990);
			assert_eq!(Ended::get(), slashes);
		});
	}

	#[test]
	fn keeps_the_block_when_the_period_gets_shorter() {
		ExtBuilder::default().build_and_execute(|| {
			let first = slash(MINER, 10, 1);
			run_to(2);
			Defer::set(0);
			let second = slash(MINER, 10, 1);
			assert_eq!(Stake::pending_slash(second).and_then(|slash| slash.due), Some(2));
			run_to(3);
			assert_eq!(Stake::pending_slash(second), None);
			run_to(5);
			assert!(Stake::pending_slash(first).is_some());
			run_to(6);
			assert_eq!(held(MINER), 980);
		});
	}

	#[test]
	fn weighs_what_it_passes() {
		use crate::WeightInfo;
		ExtBuilder::default().build_and_execute(|| {
			run_to(2);
			Defer::set(0);
			for _ in 0..2 {
				slash(MINER, 10, 1);
			}
			System::set_block_number(3);
			// Two slashes, and the step to the next block.
			assert_eq!(Stake::on_initialize(3), <() as WeightInfo>::finalise_slashes(3));
			assert_eq!(Stake::on_initialize(3), <() as WeightInfo>::finalise_slashes(0));
		});
	}
}

mod appeal_slash {
	use super::*;

	fn appealed(slash: SlashId) -> Balance {
		assert_ok!(Stake::appeal_slash(signed(MINER), slash));
		Balances::balance_on_hold(&HoldReason::Appeal.into(), &MINER)
	}

	fn stage(slash: SlashId) -> Option<Stage> {
		Stake::pending_slash(slash)?.appeal.map(|appeal| appeal.stage)
	}

	/// A slash of 400 that a committee re-runs.
	fn running() -> SlashId {
		let number = slash(MINER, 400, 1);
		Reruns::set(vec![number]);
		assert_eq!(appealed(number), 30);
		number
	}

	#[test]
	fn holds_a_bond_and_stops_the_clock() {
		ExtBuilder::default().build_and_execute(|| {
			let number = running();
			let job = Some(job_of(number));
			assert_eq!(
				last_event(),
				Event::SlashAppealed { slash: number, who: MINER, bond: 30, job }
			);
			assert_eq!(stage(number), Some(Stage::Running(job_of(number))));
			run_to(50);
			assert_eq!((ledger(MINER).slashing, held(MINER)), (400, 1_000));
		});
	}

	#[test]
	fn that_is_right_gives_everything_back() {
		ExtBuilder::default().build_and_execute(|| {
			let number = running();
			run_to(9);
			Stake::on_rerun(number, Finding::Refuted);
			assert_eq!((ledger(MINER).slashing, ledger(MINER).bonded), (0, 1_000));
			assert_eq!(Balances::free_balance(MINER), FUNDS - 1_000);
			assert_eq!(ledger(MINER).reputation.appeals_won, 1);
			assert_eq!((Stake::pending_slash(number), Ended::get()), (None, vec![number]));
			run_to(30);
			assert_eq!(held(MINER), 1_000);
		});
	}

	#[test]
	fn that_is_wrong_costs_the_bond_unless_governance_is_asked_in_time() {
		ExtBuilder::default().build_and_execute(|| {
			let number = running();
			run_to(9);
			Stake::on_rerun(number, Finding::Confirmed);
			assert_eq!(stage(number), Some(Stage::Confirmed));
			assert_eq!(Stake::pending_slash(number).unwrap().due, Some(13));
			run_to(12);
			assert_eq!(held(MINER), 1_000);
			run_to(13);
			assert_eq!(Balances::total_balance(&MINER), FUNDS - 400 - 30);
			assert_eq!(Balances::free_balance(TREASURY), 1 + 400 + 30);
			assert_eq!(ledger(MINER).reputation.appeals_lost, 1);
		});
	}

	#[test]
	fn without_a_finding_is_for_governance_and_its_silence_costs_no_bond() {
		ExtBuilder::default().build_and_execute(|| {
			let number = running();
			run_to(9);
			Stake::on_rerun(number, Finding::Undecided);
			assert_eq!(stage(number), Some(Stage::Undecided));
			run_to(13);
			assert_eq!(Balances::total_balance(&MINER), FUNDS - 400);
			assert_eq!(Balances::free_balance(MINER), FUNDS - 1_000);
			assert_eq!(ledger(MINER).reputation, Reputation::default());
		});
	}

	#[test]
	fn with_nothing_to_re_run_is_for_governance_at_once() {
		ExtBuilder::default().build_and_execute(|| {
			let number = slash(MINER, 400, 1);
			appealed(number);
			assert_eq!(stage(number), Some(Stage::Undecided));
			assert_eq!(Stake::pending_slash(number).unwrap().due, Some(5));
			run_to(5);
			assert_eq!(Balances::total_balance(&MINER), FUNDS - 400);
		});
	}

	#[test]
	fn is_made_once_in_time_and_by_who_is_slashed() {
		ExtBuilder::default().build_and_execute(|| {
			let number = slash(MINER, 400, 1);
			assert_noop!(
				Stake::appeal_slash(signed(VERIFIER), number),
				Error::<Test>::NotTheSlashed
			);
			assert_noop!(
				Stake::appeal_slash(signed(MINER), number + 1),
				Error::<Test>::UnknownSlash
			);
			appealed(number);
			assert_noop!(
				Stake::appeal_slash(signed(MINER), number),
				Error::<Test>::AlreadyAppealed
			);
			let late = slash(MINER, 1, 1);
			run_to(6);
			assert_noop!(Stake::appeal_slash(signed(MINER), late), Error::<Test>::UnknownSlash);
		});
	}

	#[test]
	fn needs_the_bond() {
		ExtBuilder::default().build_and_execute(|| {
			let number = slash(MINER, 400, 1);
			Bond::set(FUNDS);
			assert_noop!(Stake::appeal_slash(signed(MINER), number), TokenError::FundsUnavailable);
		});
	}

	#[test]
	fn that_governance_cancels_ends_whatever_the_re_run_says_later() {
		ExtBuilder::default().build_and_execute(|| {
			let number = running();
			assert_ok!(Stake::force_cancel_slash(RuntimeOrigin::root(), number));
			assert_eq!(Balances::free_balance(MINER), FUNDS - 1_000);
			Stake::on_rerun(number, Finding::Confirmed);
			run_to(30);
			assert_eq!(held(MINER), 1_000);
			assert_eq!(ledger(MINER).reputation, Reputation::default());
		});
	}
}

mod resolve_appeal {
	use super::*;

	/// A slash of 400 that was appealed, and re-run if `finding` says so.
	fn appealed(finding: Option<Finding>) -> SlashId {
		let number = slash(MINER, 400, 1);
		if finding.is_some() {
			Reruns::set(vec![number]);
		}
		assert_ok!(Stake::appeal_slash(signed(MINER), number));
		if let Some(finding) = finding {
			Stake::on_rerun(number, finding);
		}
		number
	}

	#[test]
	fn has_the_last_word_whatever_was_found() {
		for finding in [None, Some(Finding::Confirmed), Some(Finding::Undecided)] {
			for (uphold, lost, won) in [(true, 0, 1), (false, 430, 0)] {
				ExtBuilder::default().build_and_execute(|| {
					let number = appealed(finding);
					assert_ok!(Stake::resolve_appeal(RuntimeOrigin::root(), number, uphold));
					assert_eq!(Balances::total_balance(&MINER), FUNDS - lost);
					assert_eq!(Balances::free_balance(MINER), FUNDS - 1_000 - lost % 400);
					let Reputation { appeals_won, appeals_lost, .. } = ledger(MINER).reputation;
					assert_eq!((appeals_won, appeals_lost), (won, 1 - won));
					assert_eq!(Stake::pending_slash(number), None);
					run_to(30);
					assert_eq!(Balances::total_balance(&MINER), FUNDS - lost);
				});
			}
		}
	}

	#[test]
	fn waits_for_the_re_run() {
		ExtBuilder::default().build_and_execute(|| {
			let number = slash(MINER, 400, 1);
			Reruns::set(vec![number]);
			assert_ok!(Stake::appeal_slash(signed(MINER), number));
			assert_noop!(
				Stake::resolve_appeal(RuntimeOrigin::root(), number, true),
				Error::<Test>::AppealRunning
			);
		});
	}

	#[test]
	fn is_for_governance_and_appealed_slashes_only() {
		ExtBuilder::default().build_and_execute(|| {
			let number = slash(MINER, 400, 1);
			let resolve = |origin| Stake::resolve_appeal(origin, number, true);
			assert_noop!(resolve(RuntimeOrigin::root()), Error::<Test>::NotAppealed);
			assert_ok!(Stake::appeal_slash(signed(MINER), number));
			assert_noop!(resolve(signed(MINER)), DispatchError::BadOrigin);
			assert_ok!(resolve(RuntimeOrigin::root()));
			assert_noop!(resolve(RuntimeOrigin::root()), Error::<Test>::UnknownSlash);
		});
	}
}

mod rotation {
	use super::*;

	/// Where the miner's ledger goes: an account with money and no stake.
	const NEW: AccountId = POOR;

	fn announced() {
		assert_ok!(Stake::rotate_key(signed(MINER), NEW));
	}

	/// Announced in block 1, done in block 4.
	fn rotated() {
		announced();
		run_to(4);
		assert_ok!(Stake::accept_rotation(signed(NEW), MINER));
	}

	#[test]
	fn takes_the_whole_ledger_along() {
		ExtBuilder::default().build_and_execute(|| {
			Stake::note(&MINER, Deed::ClaimVerified);
			assert_ok!(Stake::unbond(signed(MINER), 300));
			let before = ledger(MINER);
			announced();
			assert_eq!(last_event(), Event::RotationAnnounced { who: MINER, new: NEW, from: 4 });
			assert_eq!(Stake::rotation(MINER), Some(Rotation { new: NEW, from: 4 }));
			run_to(4);
			assert_ok!(Stake::accept_rotation(signed(NEW), MINER));
			assert_eq!(
				last_event(),
				Event::Rotated { who: MINER, new: NEW, amount: 1_000, until: 24 }
			);
			assert_eq!((Stake::ledger(MINER), ledger(NEW)), (None, before));
			assert_eq!((held(MINER), held(NEW)), (0, 1_000));
			assert_eq!(Balances::free_balance(NEW), FUNDS);
			assert_eq!(Stake::successor(MINER), Some(Successor { account: NEW, until: 24 }));
			assert_ok!(Stake::ensure_active(&NEW, Role::Miner));
			assert_noop!(Stake::ensure_active(&MINER, Role::Miner), Error::<Test>::NotRegistered);
			// What was unbonding still ends when it did.
			run_to(21);
			assert_ok!(Stake::withdraw_unbonded(signed(NEW)));
			assert_eq!(held(NEW), 700);
		});
	}

	#[test]
	fn is_cancelled_by_the_old_key_at_any_time_before_its_end() {
		ExtBuilder::default().build_and_execute(|| {
			announced();
			run_to(10);
			assert_noop!(Stake::cancel_rotation(signed(NEW)), Error::<Test>::NotRotating);
			assert_ok!(Stake::cancel_rotation(signed(MINER)));
			assert_eq!(last_event(), Event::RotationCancelled { who: MINER, new: NEW });
			assert_noop!(Stake::accept_rotation(signed(NEW), MINER), Error::<Test>::NotRotating);
			assert_noop!(Stake::cancel_rotation(signed(MINER)), Error::<Test>::NotRotating);
		});
	}

	#[test]
	fn is_completed_after_the_delay_by_the_announced_account_only() {
		ExtBuilder::default().build_and_execute(|| {
			announced();
			run_to(3);
			let accept = |who| Stake::accept_rotation(signed(who), MINER);
			assert_noop!(accept(NEW), Error::<Test>::RotationTooEarly);
			run_to(4);
			assert_noop!(accept(VERIFIER), Error::<Test>::NotRotating);
			assert_noop!(accept(MINER), Error::<Test>::NotRotating);
			assert_ok!(accept(NEW));
		});
	}

	#[test]
	fn waits_for_locks_and_pending_slashes() {
		ExtBuilder::default().build_and_execute(|| {
			announced();
			run_to(4);
			let accept = || Stake::accept_rotation(signed(NEW), MINER);
			for amount in [0, 50] {
				assert_ok!(Stake::lock(&MINER, CLAIM, amount));
				assert_noop!(accept(), Error::<Test>::StakeLocked);
				assert_ok!(Stake::unlock(&MINER, CLAIM));
			}
			slash(MINER, 100, 1);
			assert_noop!(accept(), Error::<Test>::SlashesPending);
			run_to(9);
			assert_ok!(accept());
			assert_eq!(held(NEW), 900);
		});
	}

	#[test]
	fn does_not_lead_away_from_a_slash() {
		ExtBuilder::default().build_and_execute(|| {
			// A fault in block 2, a rotation in block 4, and what the new account could do since.
			rotated();
			assert_ok!(Stake::unbond(signed(NEW), 500));
			assert_ok!(Stake::deregister(signed(NEW)));
			run_to(22);
			Stake::note(&MINER, Deed::VerdictWrong);
			let number = slash(MINER, 1_000, 2);
			assert_eq!(Stake::pending_slash(number).unwrap().who, NEW);
			assert_eq!(ledger(NEW).slashing, 1_000);
			assert_eq!(ledger(NEW).reputation.verdicts_wrong, 1);
			assert_ok!(Stake::appeal_slash(signed(NEW), number));
			run_to(26);
			assert_eq!(Balances::total_balance(&NEW), FUNDS);
		});
	}

	#[test]
	fn is_forgotten_after_an_unbonding_period() {
		ExtBuilder::default().build_and_execute(|| {
			rotated();
			run_to(23);
			assert!(Stake::successor(MINER).is_some());
			run_to(24);
			assert_eq!(Stake::successor(MINER), None);
			assert_noop!(
				<Stake as assay_traits::Stake>::slash(&MINER, 1, 3, FALSE_CLAIM),
				Error::<Test>::NotRegistered
			);
			assert_ok!(Stake::register(signed(MINER), Role::Miner, 100));
			assert_ok!(Stake::rotate_key(signed(NEW), 4));
		});
	}

	#[test]
	fn is_possible_once_in_an_unbonding_period() {
		ExtBuilder::default().build_and_execute(|| {
			rotated();
			let recently = Error::<Test>::RecentlyRotated;
			assert_noop!(Stake::register(signed(MINER), Role::Miner, 100), recently);
			assert_noop!(Stake::rotate_key(signed(NEW), 4), Error::<Test>::RecentlyRotated);
			assert_noop!(
				Stake::rotate_key(signed(VERIFIER), MINER),
				Error::<Test>::RecentlyRotated
			);
		});
	}

	#[test]
	fn needs_a_ledger_here_and_none_there() {
		ExtBuilder::default().build_and_execute(|| {
			let rotate = |who, new| Stake::rotate_key(signed(who), new);
			assert_noop!(rotate(NEW, 4), Error::<Test>::NotRegistered);
			assert_noop!(rotate(MINER, MINER), Error::<Test>::AlreadyRegistered);
			assert_noop!(rotate(MINER, VERIFIER), Error::<Test>::AlreadyRegistered);
			announced();
			assert_noop!(rotate(MINER, 4), Error::<Test>::AlreadyRotating);
			// Of two who name the same account, one is first.
			assert_ok!(rotate(VERIFIER, NEW));
			run_to(4);
			assert_ok!(Stake::accept_rotation(signed(NEW), VERIFIER));
			assert_noop!(
				Stake::accept_rotation(signed(NEW), MINER),
				Error::<Test>::AlreadyRegistered
			);
		});
	}

	#[test]
	fn ends_with_its_ledger() {
		ExtBuilder::default().build_and_execute(|| {
			announced();
			assert_ok!(Stake::deregister(signed(MINER)));
			run_to(21);
			assert_ok!(Stake::withdraw_unbonded(signed(MINER)));
			assert_eq!(Stake::rotation(MINER), None);
		});
	}
}

mod note {
	use super::*;

	#[test]
	fn counts_each_deed() {
		ExtBuilder::default().build_and_execute(|| {
			for (times, deed) in [
				Deed::ClaimVerified,
				Deed::ClaimRejected,
				Deed::VerdictRight,
				Deed::VerdictWrong,
				Deed::VerdictMissed,
				Deed::AppealWon,
				Deed::AppealLost,
			]
			.into_iter()
			.enumerate()
			{
				for _ in 0..=times {
					Stake::note(&MINER, deed);
				}
				assert_eq!(last_event(), Event::Noted { who: MINER, deed });
			}
			assert_eq!(
				ledger(MINER).reputation,
				Reputation {
					claims_verified: 1,
					claims_rejected: 2,
					verdicts_right: 3,
					verdicts_wrong: 4,
					verdicts_missed: 5,
					appeals_won: 6,
					appeals_lost: 7,
				}
			);
		});
	}

	#[test]
	fn has_no_effect_on_strangers() {
		ExtBuilder::default().build_and_execute(|| {
			let events = System::event_count();
			Stake::note(&POOR, Deed::ClaimVerified);
			assert_eq!((Stake::ledger(POOR), System::event_count()), (None, events));
		});
	}
}
