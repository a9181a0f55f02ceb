//! The fuzzer itself: its cases get deep, and what does not hold is noticed.

use assay_fuzz::{
	case::{after, replay, run, shrink},
	chain::Chain,
	coverage::Coverage,
	failure::guarded,
	invariants,
	step::Step,
};
use assay_runtime::{AccountId, Balances, Runtime, System};
use assay_traits::LockReason;
use frame_support::traits::{fungible::Mutate, Get};
use sp_keyring::Sr25519Keyring::Alice;
use std::time::Duration;

/// Calls that some case must have made with success: the ends of what is begun by others.
const DEEP: [(&str, &str); 28] = [
	("Artifacts", "upload"),
	("AssayParameters", "set"),
	("Audits", "close_batch"),
	("Audits", "open_batch"),
	("Audits", "open_canary"),
	("Claims", "remove"),
	("Claims", "reveal"),
	("Claims", "withdraw"),
	("Models", "contest"),
	("Models", "register"),
	("Models", "revoke"),
	("Models", "set_alias"),
	("Multisig", "as_multi"),
	("Preimage", "note_preimage"),
	("Proxy", "proxy"),
	("Proxy", "proxy_announced"),
	("Scheduler", "schedule_after"),
	("Session", "set_keys"),
	("Stake", "accept_rotation"),
	("Stake", "appeal_slash"),
	("Stake", "deregister"),
	("Stake", "resolve_appeal"),
	("Stake", "withdraw_unbonded"),
	("Tasks", "close"),
	("Tasks", "reveal_holdout"),
	("Utility", "batch_all"),
	("Verification", "commit_verdict"),
	("Verification", "reveal_verdict"),
];

#[test]
fn everything_holds_and_cases_get_deep() {
	let (mut coverage, mut rests) = (Coverage::default(), 0);
	for seed in 0..24 {
		let run = run(seed, 1_500, None);
		assert_eq!(run.failure, None, "seed {seed}, step {}", run.steps.len());
		coverage.add(run.coverage);
		rests += u32::from(run.rest > 0);
	}
	assert!(rests > 1, "cases ended with nothing open");
	for (pallet, call) in DEEP {
		assert!(coverage.of(pallet, call).ok > 0, "no {pallet}::{call} succeeded\n{coverage}");
	}
}

#[test]
fn a_case_is_the_same_each_time() {
	let first = run(5, 400, None);
	// Signatures differ, but not what comes of them.
	for again in [run(5, 400, None), replay(&first.steps)] {
		assert_eq!(again.failure, None);
		assert_eq!((again.blocks, again.transactions), (first.blocks, first.transactions));
		for (pallet, call) in DEEP {
			let counts = |coverage: &Coverage| {
				let count = coverage.of(pallet, call);
				(count.ok, count.failed, count.refused)
			};
			assert_eq!(counts(&again.coverage), counts(&first.coverage), "{pallet}::{call}");
		}
	}
}

/// What the checks find after somebody has changed the state.
fn found(change: impl FnOnce(&AccountId)) -> Option<String> {
	let mut chain = Chain::new().unwrap();
	chain.next_block(1).unwrap();
	chain.ask(|| {
		assert_eq!(invariants::check(), Ok(()));
		change(&Alice.to_account_id());
		invariants::check().err().map(|failure| failure.kind)
	})
}

#[test]
fn what_does_not_add_up_is_noticed() {
	use pallet_assay_stake::{Ledgers, Locks};
	let of = |kind: &str| Some(kind.to_string());
	assert_eq!(found(|_| ()), None);
	assert_eq!(
		found(|_| pallet_balances::TotalIssuance::<Runtime>::mutate(|issued| *issued += 1)),
		of("issuance is not the sum of the balances")
	);
	assert_eq!(
		found(|who| frame_system::Account::<Runtime>::mutate(who, |account| {
			account.data.free -= 1;
			account.data.reserved += 1;
		})),
		of("what is reserved is not what is held")
	);
	assert_eq!(
		found(|who| Ledgers::<Runtime>::mutate_extant(who, |ledger| ledger.bonded -= 1)),
		of("a hold is not what is on record")
	);
	assert_eq!(
		found(|who| Locks::<Runtime>::insert(who, LockReason::Claim(0), 1)),
		of("what is locked is not the bond of an open claim")
	);
	assert_eq!(
		found(|who| Ledgers::<Runtime>::mutate_extant(who, |ledger| ledger.locked += 1)),
		of("stake: an invariant is broken")
	);
	// Money from nowhere that is accounted for is money all the same.
	let deposit = <Runtime as pallet_balances::Config>::ExistentialDeposit::get();
	assert_eq!(found(|who| Balances::mint_into(who, deposit).map(drop).unwrap()), None);
}

#[test]
fn what_ends_later_than_promised_is_noticed() {
	let silent = || after(4, 200).unwrap();
	let took = silent().rest().unwrap();
	assert!(took > 10);
	let mut chain = silent();
	let promised = chain.ask(System::block_number) + took - 10;
	let failure = chain.rest_until(promised).unwrap_err();
	assert_eq!(failure.kind, "a claim or a job does not end in time");
}

#[test]
fn panics_and_impossible_branches_are_noticed() {
	let failed = guarded("a test", || -> () { panic!("on purpose") }).unwrap_err();
	assert!(failed.kind.starts_with("panic at") && failed.detail == "a test: on purpose");
	let logged = guarded("a test", || log::error!(target: "runtime::defensive", "claim 7"));
	assert_eq!(logged.unwrap_err().kind, "error logged: runtime::defensive: claim ");
	assert_eq!(guarded("a test", || 7), Ok(7));
}

#[test]
fn a_case_that_fails_is_made_small() {
	let steps: Vec<Step> = (0..300).map(Step::Block).collect();
	let fails = |steps: &[Step]| [70, 200].iter().all(|slots| steps.contains(&Step::Block(*slots)));
	let fewest = shrink(steps, fails, Duration::from_secs(60));
	assert_eq!(fewest, [Step::Block(70), Step::Block(200)]);
}
