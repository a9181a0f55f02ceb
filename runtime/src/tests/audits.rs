//! Canaries among the claims of this runtime, and committees that have run them, or not.

use super::store;
use crate::{
	config::{
		monetary::AIT,
		parameters::{self, audits},
	},
	genesis, AccountId, Audits, Balance, Balances, Claims, Runtime, RuntimeEvent, RuntimeOrigin,
	Stake, System, Tasks, Verification,
};
use assay_primitives::{
	commitment::{self, ClaimBody},
	merkle::{self, Proof, Tree},
	ClaimId, JobId, Limits, Metric, Outcome, Score, Scored, TaskId, H256,
};
use assay_traits::{Deed, Role, SeedSource};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{Inspect, InspectHold, Mutate},
		Get, Hooks,
	},
};
use frame_system::RawOrigin;
use pallet_assay_claims::{Ending, Reason, Status};
use pallet_assay_tasks::{Holdout, Name, Reward, TaskSpec};
use pallet_assay_verification::{
	ActiveVerifier, ActiveVerifiers, Commitment, Config as VerificationConfig, Jobs, Phase,
	VerifierId, VerifierSignature,
};
use sp_keyring::Sr25519Keyring;
use std::collections::BTreeMap;

const SPONSOR: Sr25519Keyring = Sr25519Keyring::One;
const BOUNTY: Balance = 40 * AIT;
const STAKED: Balance = 10_000 * AIT;
const DEPOSIT: Balance = 250 * AIT;
const SALT: H256 = H256::repeat_byte(5);

fn auditor() -> AccountId {
	AccountId::new([8; 32])
}

fn miner() -> AccountId {
	AccountId::new([9; 32])
}

fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

fn scored(score: i64, run: u8) -> Outcome {
	Outcome::Scored(Scored {
		score: Score(score * 1_000_000),
		trace_root: H256::repeat_byte(run),
		model_hash: H256::repeat_byte(run),
		fuel: 1,
		steps: 1,
	})
}

/// What the run of the claim gives: 0.91, where 0.95 is claimed.
fn gives() -> Outcome {
	scored(910, 1)
}

/// What somebody says who has not run it.
fn lazy() -> Outcome {
	scored(950, 2)
}

/// A chain with twelve verifiers, a miner, an auditor and a task.
fn chain(test: impl FnOnce(TaskId)) {
	genesis::tests::local().execute_with(|| {
		System::set_block_number(1);
		let verifiers: Vec<_> = Sr25519Keyring::well_known().collect();
		assert_eq!(verifiers.len(), 12);
		for who in &verifiers {
			let who = who.to_account_id();
			if Stake::ledger(who.clone()).is_none() {
				assert_ok!(Stake::register(signed(&who), Role::Verifier, STAKED));
			}
		}
		let active = verifiers.iter().map(|who| ActiveVerifier {
			account: who.to_account_id(),
			key: VerifierId::from(who.public()),
			noted: STAKED,
		});
		ActiveVerifiers::<Runtime>::put(frame_support::BoundedVec::truncate_from(
			active.collect::<Vec<_>>(),
		));
		for who in [SPONSOR.to_account_id(), auditor(), miner()] {
			assert_ok!(Balances::mint_into(&who, 10_000 * AIT));
		}
		assert_ok!(Stake::register(signed(&miner()), Role::Miner, 1_000 * AIT));
		assert_ok!(Audits::appoint(RuntimeOrigin::root(), auditor(), 9));
		test(create());
		genesis::tests::try_state();
	});
}

fn create() -> TaskId {
	let spec = TaskSpec {
		name: Name::truncate_from(b"digits".to_vec()),
		train: store(b"train"),
		train_root: H256::repeat_byte(1),
		chunk_rows: 32,
		holdout: Holdout::Open(store(b"holdout")),
		metric: Metric::Accuracy,
		threshold: Score(900_000_000),
		tolerance: None,
		limits: Limits {
			program_bytes: 1_000,
			memory_pages: 1,
			steps: 10,
			step_fuel: 1_000,
			total_fuel: 1_000_000,
		},
		reward: Reward::Bounty { amount: BOUNTY, winners: 2, min_improvement: 1 },
		seed: SeedSource::Miner,
		deadline: 1 + parameters::tasks::MinDuration::get(),
	};
	let task = pallet_assay_tasks::NextTask::<Runtime>::get();
	assert_ok!(Tasks::create(signed(&SPONSOR.to_account_id()), spec));
	task
}

fn body() -> ClaimBody {
	ClaimBody {
		program: store(b"program"),
		params: Default::default(),
		seed: 1,
		score: Score(950_000_000),
		sealed_trace: H256::repeat_byte(2),
	}
}

/// The auditor commits to the claim that the miner will commit to, as one that gives `outcome`.
fn open_batch(task: TaskId, body: &ClaimBody, outcome: Outcome) -> Proof {
	let claim = commitment::claim(&miner(), task, body, &SALT);
	let data = commitment::canary(&claim, &miner(), &outcome, &SALT);
	let tree = Tree::new(vec![merkle::leaf(data.as_bytes())]);
	assert_ok!(Audits::open_batch(signed(&auditor()), tree.root(), 1, DEPOSIT));
	tree.prove(0).unwrap()
}

fn open_canary(claim: ClaimId, outcome: Outcome, proof: Proof) {
	assert_ok!(Audits::open_canary(signed(&auditor()), 0, claim, outcome, SALT, proof));
	genesis::tests::try_state();
}

fn run_to(block: u32) {
	while System::block_number() < block {
		let now = System::block_number() + 1;
		System::set_block_number(now);
		pallet_assay_models::Mix::<Runtime>::put(H256::repeat_byte(now as u8));
		Verification::on_initialize(now);
		Stake::on_initialize(now);
	}
}

fn next_block() {
	run_to(System::block_number() + 1);
}

/// Commits to a claim and reveals it. Gives its job.
fn claim(task: TaskId, body: &ClaimBody) -> (ClaimId, JobId) {
	next_block();
	let claim = pallet_assay_claims::NextClaim::<Runtime>::get();
	let commitment = commitment::claim(&miner(), task, body, &SALT);
	assert_ok!(Claims::commit(signed(&miner()), task, commitment));
	next_block();
	assert_ok!(Claims::reveal(signed(&miner()), claim, body.clone(), SALT));
	(claim, Claims::explain(claim).unwrap().job.unwrap())
}

/// Goes on until the committee of the current round is drawn. Gives its members.
fn drawn(job: JobId) -> Vec<AccountId> {
	let delay: u32 = <Runtime as VerificationConfig>::DrawDelay::get();
	run_to(System::block_number() + delay);
	Jobs::<Runtime>::get(job).unwrap().members.into_iter().map(|member| member.account).collect()
}

/// All members of the committee commit to, then reveal, what `outcome` says for their seat.
fn vote(job: JobId, outcome: impl Fn(usize) -> Outcome) {
	let record = Jobs::<Runtime>::get(job).unwrap();
	assert!(matches!(record.phase, Phase::Committing { .. }));
	let origin = || RuntimeOrigin::from(RawOrigin::Authorized);
	for (seat, member) in record.members.iter().enumerate() {
		let hash = commitment::verdict(&member.account, job, record.round, &outcome(seat), &SALT);
		let commitment = Commitment { job, round: record.round, member: seat as u32, hash };
		// Checked by the transaction's validity.
		let signature = VerifierSignature::from(Sr25519Keyring::Alice.sign(b""));
		assert_ok!(Verification::commit_verdict(origin(), commitment, signature));
	}
	for seat in 0..record.members.len() {
		let (round, member) = (record.round, seat as u32);
		assert_ok!(Verification::reveal_verdict(origin(), job, round, member, outcome(seat), SALT));
	}
	genesis::tests::try_state();
}

fn ending(claim: ClaimId) -> Ending<Balance> {
	match pallet_assay_claims::Claims::<Runtime>::get(claim).unwrap().status {
		Status::Ended { ending, .. } => ending,
		other => panic!("the claim has not ended: {other:?}"),
	}
}

fn held() -> Balance {
	Balances::balance_on_hold(&pallet_assay_audits::HoldReason::Canary.into(), &auditor())
}

/// What a committee of a claim finds out is taken from nobody but the deposit for its transactions.
#[test]
fn a_canary_that_is_caught_costs_its_fee() {
	chain(|task| {
		let body = body();
		let proof = open_batch(task, &body, gives());
		assert_eq!(held(), DEPOSIT);
		let (claim, job) = claim(task, &body);
		let committee = drawn(job);
		let fee = Jobs::<Runtime>::get(job).unwrap().fee;
		let before = Balances::balance(&committee[0]);
		vote(job, |_| gives());
		assert_eq!(Balances::balance(&committee[0]), before + fee / 3);
		let ledger = Stake::ledger(miner()).unwrap();
		assert!(ledger.slashing > 0 && matches!(ending(claim), Ending::Rejected { .. }));

		open_canary(claim, gives(), proof);
		let ledger = Stake::ledger(miner()).unwrap();
		assert_eq!((ledger.bonded, ledger.slashing, ledger.locked), (1_000 * AIT, 0, 0));
		assert_eq!(ledger.reputation, Default::default());
		assert_eq!(held(), 0);
		let Ending::Returned { reason, paid: 0, .. } = ending(claim) else { panic!("returned") };
		assert_eq!(reason, Reason::KnownWrong);
		// Nothing else is undone.
		assert_eq!(Balances::balance(&committee[0]), before + fee / 3);
		for member in committee {
			let ledger = Stake::ledger(member).unwrap();
			assert_eq!((ledger.slashing, ledger.reputation.verdicts_right), (0, 1));
		}
	});
}

#[test]
fn a_lazy_committee_is_slashed_and_its_verdict_undone() {
	chain(|task| {
		let body = body();
		let proof = open_batch(task, &body, gives());
		let (claim, job) = claim(task, &body);
		let committee = drawn(job);
		let before = Balances::balance(&miner());
		vote(job, |_| lazy());
		assert!(Balances::balance(&miner()) >= before + BOUNTY);
		assert_eq!(Claims::leaderboard(task).len(), 1);
		let escrow = Tasks::task(task).unwrap().escrow;

		// Three times as many, and none of them.
		open_canary(claim, gives(), proof);
		assert_eq!((held(), Tasks::task(task).unwrap().open_claims), (DEPOSIT, 1));
		let rerun = pallet_assay_verification::NextJob::<Runtime>::get() - 1;
		let larger = drawn(rerun);
		assert_eq!(larger.len(), 9);
		assert!(committee.iter().all(|member| !larger.contains(member)));
		let auditors = Balances::balance(&auditor());
		vote(rerun, |_| gives());

		for member in &committee {
			let ledger = Stake::ledger(member.clone()).unwrap();
			let slash = parameters::verification::FalseVerdictSlash::get() * STAKED;
			assert_eq!((ledger.slashing, ledger.reputation.verdicts_wrong), (slash, 1));
		}
		assert_eq!(Claims::leaderboard(task), []);
		let Ending::Returned { reason: Reason::KnownWrong, .. } = ending(claim) else {
			panic!("{:?}", ending(claim))
		};
		let record = Tasks::task(task).unwrap();
		assert_eq!((record.escrow, record.paid, record.open_claims), (escrow + BOUNTY, 0, 0));
		assert_eq!((held(), Balances::balance(&auditor())), (0, auditors + DEPOSIT - BOUNTY));
		assert_eq!(Stake::ledger(miner()).unwrap().reputation, Default::default());

		// A lie that is found out can be appealed like any other.
		let slash = pallet_assay_stake::Slashes::<Runtime>::iter()
			.find(|(_, slash)| slash.who == committee[0])
			.map(|(slash, _)| slash)
			.unwrap();
		assert_ok!(Stake::appeal_slash(signed(&committee[0]), slash));
		genesis::tests::try_state();
		let appeal = pallet_assay_verification::NextJob::<Runtime>::get() - 1;
		// By all the others: too few are left without those who re-ran the job.
		assert_eq!(drawn(appeal).len(), 11);
	});
}

#[test]
fn an_auditor_that_is_wrong_loses_its_deposit() {
	chain(|task| {
		let body = body();
		// It says that a true claim is false.
		let proof = open_batch(task, &body, gives());
		let (claim, job) = claim(task, &body);
		drawn(job);
		vote(job, |_| lazy());
		let verified = ending(claim);
		open_canary(claim, gives(), proof);
		let rerun = pallet_assay_verification::NextJob::<Runtime>::get() - 1;
		drawn(rerun);
		let issued = Balances::total_issuance();
		vote(rerun, |_| lazy());
		assert_eq!((held(), Balances::total_issuance()), (0, issued - DEPOSIT));
		assert_eq!(ending(claim), verified);
		assert_eq!(Tasks::task(task).unwrap().open_claims, 0);
		assert!(Verification::job(rerun).is_none());
		assert_eq!(pallet_assay_stake::Slashes::<Runtime>::iter().count(), 0);
	});
}

#[test]
fn verdicts_that_no_tally_has_judged_are_judged_by_a_canary() {
	chain(|task| {
		let body = body();
		let proof = open_batch(task, &body, gives());
		let (claim, job) = claim(task, &body);
		// All of the first committee say that an input is missing; others are asked, and find the
		// truth.
		let missing = Outcome::Unavailable {
			input: assay_primitives::Input::Train,
			fault: assay_primitives::DataFault::Missing,
		};
		let first = drawn(job);
		vote(job, |_| missing);
		let second = drawn(job);
		vote(job, |_| gives());
		let slashing = |who: &AccountId| Stake::ledger(who.clone()).unwrap().slashing;
		// The largest committee would have 15, and is all verifiers.
		assert_eq!((first.len(), second.len()), (3, 12));
		assert!(first.iter().all(|who| slashing(who) == 0));

		open_canary(claim, gives(), proof);
		let withheld = parameters::verification::WithheldVerdictSlash::get() * STAKED;
		assert!(first.iter().all(|who| slashing(who) == withheld));
		assert!(second.iter().all(|who| first.contains(who) || slashing(who) == 0));
	});
}

#[test]
fn it_is_too_late_when_the_window_is_over() {
	chain(|task| {
		let body = body();
		let proof = open_batch(task, &body, gives());
		let (claim, job) = claim(task, &body);
		drawn(job);
		vote(job, |_| lazy());
		run_to(System::block_number() + audits::Window::get() + 1);
		genesis::tests::try_state();
		assert_noop!(
			Audits::open_canary(signed(&auditor()), 0, claim, gives(), SALT, proof),
			pallet_assay_audits::Error::<Runtime>::AuditOver
		);
		assert_eq!(pallet_assay_verification::Cases::<Runtime>::iter().count(), 0);
	});
}

/// All that is in the state.
fn state() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let mut all = BTreeMap::new();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		all.insert(next.clone(), sp_io::storage::get(&next).unwrap_or_default().to_vec());
		key = next;
	}
	all
}

#[test]
fn nothing_tells_a_canary_from_another_claim_before_it_is_opened() {
	let mut seen = Vec::new();
	for outcome in [gives(), lazy()] {
		// The leaf is that of this claim, or one that opens nothing.
		chain(|task| {
			let body = body();
			let other = ClaimBody { seed: 2, ..body.clone() };
			let listed = if outcome == gives() { &body } else { &other };
			open_batch(task, listed, gives());
			let (_, job) = claim(task, &body);
			drawn(job);
			vote(job, |_| gives());
			let events: Vec<RuntimeEvent> =
				System::events().into_iter().map(|record| record.event).collect();
			seen.push((state(), events.encode()));
		});
	}
	let [(canary, canary_events), (plain, plain_events)] = &seen[..] else { panic!("two chains") };
	assert_eq!(canary_events, plain_events);
	let differs: Vec<_> =
		canary.iter().filter(|(key, value)| plain.get(*key) != Some(*value)).collect();
	// The root of the batch, which hides its leaves.
	let batch = pallet_assay_audits::Batches::<Runtime>::hashed_key_for(0);
	assert_eq!(differs.iter().map(|(key, _)| (*key).clone()).collect::<Vec<_>>(), [batch]);
	assert_eq!(canary.len(), plain.len());
}

#[test]
fn reputation_is_given_back_to_whom_it_was_taken_from() {
	use assay_traits::Stake as _;
	chain(|_| {
		let before = Stake::ledger(miner()).unwrap();
		Stake::note(&miner(), Deed::ClaimRejected);
		assert_eq!(Stake::ledger(miner()).unwrap().reputation.claims_rejected, 1);
		Stake::retract(&miner(), Deed::ClaimRejected);
		assert_eq!(Stake::ledger(miner()).unwrap(), before);
	});
}
