//! A runtime of balances and this pallet; claims and verification are small doubles that keep their
//! books in storage, so that a failed call undoes them, too.

use crate as pallet_assay_audits;
use crate::*;
use assay_primitives::merkle::Tree;
use assay_traits::Settled;
use frame_support::{
	assert_ok, construct_runtime, derive_impl, parameter_types, storage_alias,
	traits::{fungible::InspectHold, ConstU32, ConstU64},
};
use frame_system::EnsureRoot;
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;
pub type AccountId = u64;
pub type Balance = u64;

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Audits: pallet_assay_audits,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

/// A claim on which there was a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Record {
	pub miner: AccountId,
	pub commitment: H256,
	pub committed_at: u64,
	pub job: JobId,
	pub rejected: bool,
	pub paid: Balance,
	/// How often it is retained.
	pub retained: u32,
	/// Who paid for it to be revoked.
	pub revoked: Option<AccountId>,
}

#[storage_alias]
pub type Claims = StorageMap<System, Twox64Concat, ClaimId, Record>;
#[storage_alias]
pub type NextClaim = StorageValue<System, ClaimId, ValueQuery>;
/// Jobs that can be audited: what was settled, and what hung on it.
#[storage_alias]
pub type Cases = StorageMap<System, Twox64Concat, JobId, (Option<Outcome>, Balance)>;
/// Jobs that are being re-run.
#[storage_alias]
pub type Reruns = StorageMap<System, Twox64Concat, JobId, AccountId>;
/// How audits ended.
#[storage_alias]
pub type Concluded = StorageMap<System, Twox64Concat, JobId, Option<Outcome>>;

parameter_types! {
	/// Whether the tasks of claims are there.
	pub static TaskOpen: bool = true;
}

pub struct ClaimsDouble;

impl AuditedClaims for ClaimsDouble {
	type AccountId = AccountId;
	type Balance = Balance;
	type BlockNumber = u64;

	fn judged(claim: ClaimId) -> Option<Judged<AccountId, Balance, u64>> {
		let Record { miner, commitment, committed_at, job, rejected, paid, .. } =
			Claims::get(claim)?;
		Some(Judged { miner, commitment, committed_at, job, rejected, paid })
	}

	fn retain(claim: ClaimId) -> bool {
		Claims::mutate(claim, |record| record.as_mut().unwrap().retained += 1);
		TaskOpen::get()
	}

	fn release(claim: ClaimId) {
		Claims::mutate(claim, |record| record.as_mut().unwrap().retained -= 1);
	}

	fn revoke(claim: ClaimId, payer: &AccountId) {
		let paid = Claims::mutate(claim, |record| {
			let record = record.as_mut().unwrap();
			assert_eq!(record.revoked.replace(*payer), None);
			core::mem::take(&mut record.paid)
		});
		if paid > 0 && TaskOpen::get() {
			let origin = RuntimeOrigin::signed(*payer);
			assert_ok!(Balances::transfer_keep_alive(origin, SPONSOR, paid));
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_judged(job: JobId, rejected: bool) -> ClaimId {
		claim(job, rejected, 0)
	}
}

pub struct VerificationDouble;

impl assay_traits::Audits for VerificationDouble {
	type AccountId = AccountId;
	type Balance = Balance;

	fn settled(job: JobId) -> Option<Settled<Balance>> {
		let (outcome, value) = Cases::get(job)?;
		Some(Settled { outcome, value })
	}

	fn rerun(job: JobId, payer: &AccountId) -> Result<JobId, DispatchError> {
		Cases::take(job).expect("it can be audited");
		Reruns::insert(job, payer);
		Ok(1_000 + job)
	}

	fn audited(job: JobId, found: Option<Outcome>) {
		assert!(Cases::take(job).is_some() || Reruns::take(job).is_some());
		Concluded::insert(job, found);
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_auditable(settled: Settled<Balance>) -> JobId {
		Cases::insert(7, (settled.outcome, settled.value));
		7
	}
}

impl Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type AdminOrigin = EnsureRoot<AccountId>;
	type Claims = ClaimsDouble;
	type Verification = VerificationDouble;
	type MinDeposit = ConstU64<100>;
	type BatchTime = ConstU64<50>;
	type MaxCanaries = ConstU32<8>;
}

pub const AUDITOR: AccountId = 1;
pub const MINER: AccountId = 2;
pub const SPONSOR: AccountId = 3;
pub const FUNDS: Balance = 10_000;
/// What hangs on each job.
pub const VALUE: Balance = 120;
pub const DEPOSIT: Balance = 150;

/// The commitment of the claim that will have a number.
pub fn commitment_of(claim: ClaimId) -> H256 {
	H256::from_low_u64_be(claim + 1)
}

/// The salt of the canary of a claim.
pub fn salt(claim: ClaimId) -> H256 {
	H256::from_low_u64_be(claim + 1_000)
}

/// The leaf of a claim that gives an outcome.
pub fn leaf(claim: ClaimId, outcome: &Outcome) -> H256 {
	let data = commitment::canary(&commitment_of(claim), &MINER, outcome, &salt(claim));
	merkle::leaf(data.as_bytes())
}

/// A claim on which there was a verdict, committed now.
pub fn claim(job: JobId, rejected: bool, paid: Balance) -> ClaimId {
	let claim = NextClaim::mutate(|next| {
		*next += 1;
		*next - 1
	});
	let record = Record {
		miner: MINER,
		commitment: commitment_of(claim),
		committed_at: System::block_number(),
		job,
		rejected,
		paid,
		retained: 0,
		revoked: None,
	};
	Claims::insert(claim, record);
	claim
}

/// The batch of the next claims, which give these outcomes.
pub fn batch(outcomes: &[Outcome]) -> (BatchId, Tree) {
	let first = NextClaim::get();
	let tree = Tree::new((first..).zip(outcomes).map(|(n, outcome)| leaf(n, outcome)).collect());
	let id = NextBatch::<Test>::get();
	let count = outcomes.len() as u32;
	assert_ok!(Audits::open_batch(RuntimeOrigin::signed(AUDITOR), tree.root(), count, DEPOSIT));
	(id, tree)
}

pub fn held() -> Balance {
	Balances::balance_on_hold(&HoldReason::Canary.into(), &AUDITOR)
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: [AUDITOR, MINER, SPONSOR].map(|who| (who, FUNDS)).to_vec(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		TaskOpen::set(true);
		System::set_block_number(1);
		assert_ok!(Audits::appoint(RuntimeOrigin::root(), AUDITOR, 20));
	});
	ext
}

/// Runs a test with an auditor who is appointed for 20 canaries, and checks the invariants after
/// it.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		check();
	});
}

/// What must hold at any time, here and between the pallets.
pub fn check() {
	Audits::do_try_state().unwrap();
	let running: Vec<_> = Trials::<Test>::iter().collect();
	assert_eq!(Reruns::iter().count(), running.len());
	let retained: u32 = Claims::iter_values().map(|record| record.retained).sum();
	assert_eq!(retained as usize, running.len());
	if Batches::<Test>::iter().next().is_none() && running.is_empty() {
		assert_eq!(held(), 0);
	}
}
