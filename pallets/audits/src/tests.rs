//! Tests of the calls, and of what follows from a re-run.

use crate::{
	mock::{Audits, *},
	*,
};
use assay_primitives::{merkle::Tree, FailReason};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_runtime::{traits::BadOrigin, DispatchResult, TokenError};

const TRUE: Outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };
const LAZY: Outcome = Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::zero() };
const JOB: JobId = 5;

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// Lets a block pass, in which the next claim is committed and settled in the end.
fn settled(outcome: Option<Outcome>, rejected: bool, paid: Balance) -> ClaimId {
	System::set_block_number(System::block_number() + 1);
	Cases::insert(JOB, (outcome, VALUE));
	claim(JOB, rejected, paid)
}

fn open(batch: BatchId, claim: ClaimId, outcome: Outcome, proof: Proof) -> DispatchResult {
	Audits::open_canary(signed(AUDITOR), batch, claim, outcome, salt(claim), proof)
}

/// A batch of one canary whose claim was settled so.
fn canary(outcome: Option<Outcome>, rejected: bool, paid: Balance) -> (BatchId, ClaimId, Proof) {
	let (batch, tree) = batch(&[TRUE]);
	let claim = settled(outcome, rejected, paid);
	(batch, claim, tree.prove(0).unwrap())
}

fn rerun(settlement: Settlement) {
	assert_eq!(Audits::on_settled(Client::Audit(JOB), settlement), None);
}

#[docify::export]
#[test]
fn by_a_re_run_that_agrees_undoes_the_verdict() {
	build_and_execute(|| {
		// A claim that traps was verified by a committee that has not run it, and paid 100.
		let (batch, claim, proof) = canary(Some(LAZY), false, 100);
		assert_ok!(open(batch, claim, TRUE, proof));
		assert_eq!(Trials::<Test>::get(JOB).unwrap().claim, claim);

		rerun(Settlement::Agreed(TRUE));
		assert_eq!(Concluded::get(JOB), Some(Some(TRUE)));
		assert_eq!(Claims::get(claim).unwrap().revoked, Some(AUDITOR));
		// The auditor has its deposit back, and pays what its claim was paid.
		assert_eq!((held(), Balances::balance(&AUDITOR)), (0, FUNDS - 100));
	});
}

mod appoint {
	use super::*;

	#[test]
	fn is_for_governance() {
		build_and_execute(|| {
			assert_noop!(Audits::appoint(signed(AUDITOR), MINER, 1), BadOrigin);
			assert_ok!(Audits::appoint(RuntimeOrigin::root(), MINER, 3));
			assert_eq!(Auditors::<Test>::get(MINER), Some(3));
			System::assert_last_event(
				Event::<Test>::AuditorAppointed { who: MINER, canaries: 3 }.into(),
			);
		});
	}
}

mod dismiss {
	use super::*;

	#[test]
	fn leaves_what_is_open() {
		build_and_execute(|| {
			let (batch, claim, proof) = canary(Some(TRUE), true, 0);
			assert_noop!(Audits::dismiss(signed(AUDITOR), AUDITOR), BadOrigin);
			assert_ok!(Audits::dismiss(RuntimeOrigin::root(), AUDITOR));
			assert_noop!(
				Audits::dismiss(RuntimeOrigin::root(), AUDITOR),
				Error::<Test>::NotAnAuditor
			);
			assert_noop!(
				Audits::open_batch(signed(AUDITOR), H256::zero(), 1, DEPOSIT),
				Error::<Test>::NotAnAuditor
			);
			assert_ok!(open(batch, claim, TRUE, proof));
		});
	}
}

mod open_batch {
	use super::*;

	fn try_open(count: u32, deposit: Balance) -> DispatchResult {
		Audits::open_batch(signed(AUDITOR), H256::repeat_byte(1), count, deposit)
	}

	#[test]
	fn holds_a_deposit_for_each_canary() {
		build_and_execute(|| {
			assert_ok!(try_open(3, 200));
			assert_eq!(held(), 600);
			assert_eq!(Auditors::<Test>::get(AUDITOR), Some(17));
			let batch = Batches::<Test>::get(0).unwrap();
			assert_eq!((batch.opened_at, batch.until, batch.sealed()), (1, 51, 3));
			System::assert_last_event(
				Event::<Test>::BatchOpened {
					batch: 0,
					auditor: AUDITOR,
					count: 3,
					deposit: 200,
					until: 51,
				}
				.into(),
			);
		});
	}

	#[test]
	fn has_its_limits() {
		build_and_execute(|| {
			assert_noop!(try_open(0, DEPOSIT), Error::<Test>::BatchSize);
			assert_noop!(try_open(9, DEPOSIT), Error::<Test>::BatchSize);
			assert_noop!(try_open(1, 99), Error::<Test>::DepositTooSmall);
			assert_noop!(try_open(8, FUNDS), TokenError::FundsUnavailable);
			assert_noop!(try_open(8, Balance::MAX), ArithmeticError::Overflow);
			let stranger = Audits::open_batch(signed(MINER), H256::zero(), 1, DEPOSIT);
			assert_eq!(stranger, Err(Error::<Test>::NotAnAuditor.into()));
			assert_ok!(try_open(8, DEPOSIT));
			assert_ok!(try_open(8, DEPOSIT));
			assert_noop!(try_open(5, DEPOSIT), Error::<Test>::TooManyCanaries);
			assert_ok!(try_open(4, DEPOSIT));
		});
	}
}

mod open_canary {
	use super::*;

	#[test]
	fn of_a_claim_that_was_found_false_frees_its_bond() {
		build_and_execute(|| {
			let (batch, claim, proof) = canary(Some(TRUE), true, 0);
			assert_ok!(open(batch, claim, TRUE, proof));
			assert_eq!(Concluded::get(JOB), Some(Some(TRUE)));
			assert_eq!(Claims::get(claim).unwrap().revoked, Some(AUDITOR));
			assert_eq!((held(), Balances::balance(&AUDITOR)), (0, FUNDS));
			assert!(Batches::<Test>::get(batch).is_none());
			System::assert_has_event(Event::<Test>::CanaryCaught { batch, claim }.into());
			System::assert_last_event(
				Event::<Test>::BatchClosed { batch, sealed: 0, burnt: 0 }.into(),
			);
		});
	}

	#[test]
	fn of_any_other_settlement_has_it_re_run() {
		for (outcome, rejected) in [(Some(LAZY), false), (Some(LAZY), true), (None, false)] {
			build_and_execute(|| {
				let (batch, claim, proof) = canary(outcome, rejected, 0);
				assert_ok!(open(batch, claim, TRUE, proof));
				assert_eq!(Reruns::get(JOB), Some(AUDITOR));
				assert_eq!(held(), DEPOSIT);
				assert_eq!(Claims::get(claim).unwrap().revoked, None);
				let (index, job) = (0, Some(1_000 + JOB));
				System::assert_has_event(
					Event::<Test>::CanaryOpened { batch, index, claim, outcome: TRUE, job }.into(),
				);
			});
		}
	}

	#[test]
	fn keeps_the_deposits_of_the_others() {
		build_and_execute(|| {
			let (batch, tree) = batch(&[TRUE, TRUE, LAZY]);
			let claim = settled(Some(TRUE), true, 0);
			assert_ok!(open(batch, claim, TRUE, tree.prove(0).unwrap()));
			assert_eq!(held(), 2 * DEPOSIT);
			assert_eq!(Batches::<Test>::get(batch).unwrap().opened[..], [true, false, false]);
			assert_noop!(
				open(batch, claim, TRUE, tree.prove(0).unwrap()),
				Error::<Test>::AlreadyOpened
			);
		});
	}

	#[test]
	fn needs_a_proof_of_all_of_it() {
		build_and_execute(|| {
			let (id, tree) = batch(&[TRUE, LAZY]);
			let claim = settled(Some(TRUE), true, 0);
			let proof = tree.prove(0).unwrap();
			assert_noop!(open(id, claim, LAZY, proof.clone()), Error::<Test>::ProofInvalid);
			assert_noop!(
				open(id, claim, TRUE, tree.prove(1).unwrap()),
				Error::<Test>::ProofInvalid
			);
			let other =
				Audits::open_canary(signed(AUDITOR), id, claim, TRUE, H256::zero(), proof.clone());
			assert_eq!(other, Err(Error::<Test>::ProofInvalid.into()));
			// A tree with more leaves than there are deposits.
			let small = NextBatch::<Test>::get();
			assert_ok!(Audits::open_batch(signed(AUDITOR), tree.root(), 1, DEPOSIT));
			System::set_block_number(System::block_number() + 1);
			Claims::mutate(claim, |record| record.as_mut().unwrap().committed_at += 1);
			assert_noop!(open(small, claim, TRUE, proof.clone()), Error::<Test>::ProofInvalid);
			assert_ok!(open(id, claim, TRUE, proof));
		});
	}

	#[test]
	fn is_for_claims_that_were_committed_later() {
		build_and_execute(|| {
			Cases::insert(JOB, (Some(TRUE), VALUE));
			let (batch, tree) = batch(&[TRUE]);
			// In the same block.
			let claim = claim(JOB, true, 0);
			let proof = tree.prove(0).unwrap();
			assert_noop!(open(batch, claim, TRUE, proof), Error::<Test>::ClaimTooOld);
		});
	}

	#[test]
	fn is_for_the_auditor_in_time() {
		build_and_execute(|| {
			let (batch, claim, proof) = canary(Some(TRUE), true, 0);
			let stranger =
				Audits::open_canary(signed(MINER), batch, claim, TRUE, salt(claim), proof.clone());
			assert_eq!(stranger, Err(Error::<Test>::NotTheAuditor.into()));
			assert_noop!(open(7, claim, TRUE, proof.clone()), Error::<Test>::BatchUnknown);
			assert_noop!(open(batch, 7, TRUE, proof.clone()), Error::<Test>::ClaimNotJudged);
			System::set_block_number(52);
			assert_noop!(open(batch, claim, TRUE, proof.clone()), Error::<Test>::BatchOver);
			System::set_block_number(51);
			Cases::remove(JOB);
			assert_noop!(open(batch, claim, TRUE, proof), Error::<Test>::AuditOver);
		});
	}

	#[test]
	fn needs_a_deposit_of_what_the_claim_could_bring() {
		build_and_execute(|| {
			let (batch, claim, proof) = canary(Some(TRUE), true, 0);
			Cases::insert(JOB, (Some(TRUE), DEPOSIT + 1));
			assert_noop!(open(batch, claim, TRUE, proof.clone()), Error::<Test>::DepositNotEnough);
			Cases::insert(JOB, (Some(TRUE), DEPOSIT));
			assert_ok!(open(batch, claim, TRUE, proof));
		});
	}

	#[test]
	fn is_not_for_true_claims() {
		build_and_execute(|| {
			let (batch, claim, proof) = canary(Some(TRUE), false, 100);
			assert_noop!(open(batch, claim, TRUE, proof), Error::<Test>::NotWrong);
		});
	}
}

mod reruns {
	use super::*;

	fn opened(outcome: Option<Outcome>, paid: Balance) -> ClaimId {
		let (batch, claim, proof) = canary(outcome, false, paid);
		assert_ok!(open(batch, claim, TRUE, proof));
		claim
	}

	#[test]
	fn that_find_something_else_cost_the_deposit() {
		for found in
			[LAZY, Outcome::Failed { reason: FailReason::StackOverflow, trace_root: H256::zero() }]
		{
			build_and_execute(|| {
				let claim = opened(Some(LAZY), 100);
				let issued = Balances::total_issuance();
				rerun(Settlement::Agreed(found));
				assert_eq!(Balances::total_issuance(), issued - DEPOSIT);
				assert_eq!((held(), Balances::balance(&AUDITOR)), (0, FUNDS - DEPOSIT));
				assert_eq!(Claims::get(claim).unwrap().revoked, None);
				// Those who had prevailed are judged by it all the same.
				assert_eq!(Concluded::get(JOB), Some(Some(found)));
				let (batch, found, burnt) = (0, Some(found), DEPOSIT);
				System::assert_last_event(
					Event::<Test>::AuditFailed { batch, claim, found, burnt }.into(),
				);
			});
		}
	}

	#[test]
	fn that_find_nothing_cost_nothing() {
		use assay_primitives::{DataFault, Input};
		let missing = Outcome::Unavailable { input: Input::Train, fault: DataFault::Missing };
		for settlement in [Settlement::Undecided, Settlement::Agreed(missing)] {
			build_and_execute(|| {
				let claim = opened(Some(LAZY), 100);
				rerun(settlement);
				assert_eq!((held(), Balances::balance(&AUDITOR)), (0, FUNDS));
				assert_eq!(Claims::get(claim).unwrap().revoked, None);
				assert_eq!(Concluded::get(JOB), Some(None));
			});
		}
	}

	#[test]
	fn burn_the_bounty_of_a_task_that_is_gone() {
		build_and_execute(|| {
			TaskOpen::set(false);
			let claim = opened(Some(LAZY), 100);
			let issued = Balances::total_issuance();
			rerun(Settlement::Agreed(TRUE));
			assert_eq!(Balances::total_issuance(), issued - 100);
			assert_eq!((held(), Balances::balance(&AUDITOR)), (0, FUNDS - 100));
			assert_eq!(Claims::get(claim).unwrap().revoked, Some(AUDITOR));
		});
	}

	#[test]
	fn of_others_are_ignored() {
		build_and_execute(|| {
			opened(Some(LAZY), 0);
			for client in [Client::Claim(JOB), Client::Appeal(JOB), Client::Model(JOB)] {
				assert_eq!(Audits::on_settled(client, Settlement::Agreed(TRUE)), None);
			}
			assert!(Trials::<Test>::contains_key(JOB));
		});
	}
}

mod close_batch {
	use super::*;

	#[test]
	fn burns_the_deposits_of_what_was_not_opened() {
		build_and_execute(|| {
			let (batch, tree) = batch(&[TRUE, TRUE, TRUE]);
			let claim = settled(Some(LAZY), false, 0);
			assert_ok!(open(batch, claim, TRUE, tree.prove(0).unwrap()));
			System::set_block_number(51);
			let close = || Audits::close_batch(signed(MINER), batch);
			assert_noop!(close(), Error::<Test>::BatchNotOver);
			System::set_block_number(52);
			assert_ok!(close());
			// The deposit of the one that is re-run is another matter.
			assert_eq!(held(), DEPOSIT);
			assert_eq!(Balances::balance(&AUDITOR), FUNDS - 3 * DEPOSIT);
			let (sealed, burnt) = (2, 2 * DEPOSIT);
			System::assert_last_event(Event::<Test>::BatchClosed { batch, sealed, burnt }.into());
			assert_noop!(close(), Error::<Test>::BatchUnknown);
			rerun(Settlement::Agreed(TRUE));
			assert_eq!((held(), Balances::balance(&AUDITOR)), (0, FUNDS - 2 * DEPOSIT));
		});
	}
}

mod invariants {
	use super::*;
	use proptest::prelude::*;

	#[derive(Clone, Debug)]
	enum Step {
		Open { count: usize, deposit: Balance },
		Settle { rejected: bool, lazy: bool },
		OpenCanary { batch: u64, index: u32, claim: u64 },
		Rerun { job: u64, found: u8 },
		Close { batch: u64 },
		Blocks(u64),
	}

	fn step() -> impl Strategy<Value = Step> {
		prop_oneof![
			(1usize..5, 90u64..200).prop_map(|(count, deposit)| Step::Open { count, deposit }),
			(any::<bool>(), any::<bool>())
				.prop_map(|(rejected, lazy)| Step::Settle { rejected, lazy }),
			(0u64..4, 0u32..5, 0u64..8).prop_map(|(batch, index, claim)| Step::OpenCanary {
				batch,
				index,
				claim
			}),
			(0u64..8, 0u8..3).prop_map(|(job, found)| Step::Rerun { job, found }),
			(0u64..4).prop_map(|batch| Step::Close { batch }),
			(1u64..30).prop_map(Step::Blocks),
		]
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]
		#[test]
		fn deposits_are_what_is_held_for_any_sequence(
			steps in prop::collection::vec(step(), 1..60),
		) {
			new_test_ext().execute_with(|| {
				// Every batch is of the first claims, so that what is proved is often true.
				let leaves: Vec<_> = (0..8).map(|claim| leaf(claim, &TRUE)).collect();
				let mut trees = vec![];
				for step in steps {
					match step {
						Step::Open { count, deposit } => {
							let tree = Tree::new(leaves[..count].to_vec());
							let (root, count) = (tree.root(), count as u32);
							if Audits::open_batch(signed(AUDITOR), root, count, deposit).is_ok() {
								trees.push(tree);
							}
						},
						Step::Settle { rejected, lazy } => {
							let job = NextClaim::get();
							let outcome = if lazy { LAZY } else { TRUE };
							Cases::insert(job, (Some(outcome), VALUE));
							claim(job, rejected, 0);
						},
						Step::OpenCanary { batch, index, claim } => {
							let tree = trees.get(batch as usize);
							if let Some(proof) = tree.and_then(|tree| tree.prove(index)) {
								let _ = open(batch, claim, TRUE, proof);
							}
						},
						Step::Rerun { job, found } if Trials::<Test>::contains_key(job) => {
							let settlements = [
								Settlement::Agreed(TRUE),
								Settlement::Agreed(LAZY),
								Settlement::Undecided,
							];
							let settlement = settlements[usize::from(found)];
							Audits::on_settled(Client::Audit(job), settlement);
						},
						Step::Rerun { .. } => {},
						Step::Close { batch } => {
							let _ = Audits::close_batch(signed(MINER), batch);
						},
						Step::Blocks(n) => {
							System::set_block_number(System::block_number() + n);
						},
					}
					check();
				}
			});
		}
	}
}
