//! A runtime to test in: real balances and tasks; stake, artifacts and verification as small
//! doubles that keep their books in storage, so that a failed call undoes them, too.

use crate as pallet_assay_claims;
use crate::*;
use assay_primitives::{ArtifactId, Manifest, Metric, Outcome, Scored};
use assay_traits::{Deed, Finding, OnSettled, Settlement};
use frame_support::{
	assert_ok, construct_runtime, derive_impl, parameter_types, storage_alias,
	traits::{
		fungible::{HoldConsideration, Inspect},
		ConstI64, ConstU32, ConstU64, LinearStoragePrice, VariantCountOf,
	},
};
use frame_system::{limits::BlockWeights, RunToBlockHooks};
use pallet_assay_tasks::{Holdout, Name, Reward, Shares, SpecOf, TaskSpec};
use sp_runtime::{BuildStorage, TokenError};

pub type Block = frame_system::mocking::MockBlock<Test>;
pub type AccountId = u64;
pub type Balance = u64;

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		AssayTasks: pallet_assay_tasks,
		AssayClaims: pallet_assay_claims,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type BlockWeights = Blocks;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type ExistentialDeposit = ConstU64<10>;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

/// What is bonded and in no lock.
#[storage_alias]
pub type Free = StorageMap<System, Blake2_128Concat, AccountId, Balance, ValueQuery>;
#[storage_alias]
pub type Locks = StorageMap<System, Blake2_128Concat, (AccountId, LockReason), Balance>;
#[storage_alias]
pub type Slashes = StorageMap<System, Blake2_128Concat, SlashId, (AccountId, Balance, Offence)>;
#[storage_alias]
pub type NextSlash = StorageValue<System, SlashId, ValueQuery>;
#[storage_alias]
pub type Deeds = StorageValue<System, Vec<(AccountId, Deed)>, ValueQuery>;

pub struct StakeDouble;

impl StakeDouble {
	fn end_lock(who: &AccountId, reason: LockReason) -> Result<Balance, DispatchError> {
		Ok(Locks::take((*who, reason)).ok_or("no such lock")?)
	}
}

impl Stake for StakeDouble {
	type AccountId = AccountId;
	type Balance = Balance;
	type BlockNumber = u64;

	fn ensure_active(who: &AccountId, role: Role) -> DispatchResult {
		ensure!(role == Role::Miner && Free::contains_key(who), "not an active miner");
		Ok(())
	}

	fn bonded(who: &AccountId) -> Balance {
		Free::get(who) + Locks::iter().filter(|((w, _), _)| w == who).map(|(_, b)| b).sum::<u64>()
	}

	fn free(who: &AccountId) -> Balance {
		Free::get(who)
	}

	fn lock(who: &AccountId, reason: LockReason, amount: Balance) -> DispatchResult {
		ensure!(!Locks::contains_key((*who, reason)), "locked twice");
		let free = Free::get(who).checked_sub(amount).ok_or("stake too small")?;
		Free::insert(who, free);
		Locks::insert((*who, reason), amount);
		Ok(())
	}

	fn unlock(who: &AccountId, reason: LockReason) -> DispatchResult {
		let amount = Self::end_lock(who, reason)?;
		Free::mutate(who, |free| *free += amount);
		Ok(())
	}

	fn slash_lock(
		who: &AccountId,
		reason: LockReason,
		offence: Offence,
	) -> Result<SlashId, DispatchError> {
		let amount = Self::end_lock(who, reason)?;
		let slash = NextSlash::mutate(|next| {
			*next += 1;
			*next - 1
		});
		Slashes::insert(slash, (*who, amount, offence));
		Ok(slash)
	}

	fn slash(_: &AccountId, _: Balance, _: u64, _: Offence) -> Result<SlashId, DispatchError> {
		Err("claims slash nothing but locks".into())
	}

	fn answerable(who: &AccountId) -> AccountId {
		*who
	}
	fn note(who: &AccountId, deed: Deed) {
		Deeds::append((*who, deed));
	}

	fn retract(who: &AccountId, deed: Deed) {
		Deeds::mutate(|deeds| {
			let at = deeds.iter().rposition(|noted| *noted == (*who, deed)).expect("it was noted");
			deeds.remove(at);
		});
	}

	fn cancel_slash(slash: SlashId) -> DispatchResult {
		let (who, amount, _) = Slashes::take(slash).ok_or("not pending")?;
		Free::mutate(who, |free| *free += amount);
		Ok(())
	}

	fn on_rerun(_: SlashId, _: Finding) {}
	fn on_rerun_weight() -> Weight {
		Weight::zero()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_active(who: &AccountId, _: Role) {
		use frame_support::traits::fungible::Mutate;
		Free::insert(who, 1_000_000);
		assert_ok!(Balances::mint_into(who, 1_000_000));
	}
}

/// Artifacts that are just said to be there: until when, of what size, and how often pinned.
#[storage_alias]
pub type Stored = StorageMap<System, Blake2_128Concat, ArtifactId, (u64, u64, u32)>;

pub struct ArtifactsDouble;

impl Artifacts for ArtifactsDouble {
	type BlockNumber = u64;

	fn ensure_available(id: ArtifactId, until: u64, max_bytes: u64) -> DispatchResult {
		let (stays, bytes, _) = Stored::get(id).ok_or("artifact missing")?;
		ensure!(bytes <= max_bytes, "artifact too large");
		ensure!(stays >= until, "artifact expires");
		Ok(())
	}

	fn ensure_kept(id: ArtifactId, until: u64) -> DispatchResult {
		Self::ensure_available(id, until, u64::MAX)
	}

	fn pin(id: ArtifactId) -> DispatchResult {
		Stored::mutate(id, |stored| {
			let (_, _, pins) = stored.as_mut().ok_or("artifact missing")?;
			*pins += 1;
			Ok(())
		})
	}

	fn unpin(id: ArtifactId) {
		Stored::mutate(id, |stored| stored.as_mut().unwrap().2 -= 1);
	}

	fn report_missing(_: ArtifactId) {}

	fn manifest(_: ArtifactId) -> Option<Manifest> {
		None
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_available(seed: u32) -> ArtifactId {
		let id = H256::from_low_u64_be(1_000 + u64::from(seed));
		store(id, 1_000_000, 1);
		id
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_stored(manifest: Manifest) -> ArtifactId {
		let id = manifest.id();
		store(id, 1_000_000, manifest.size);
		id
	}
}

/// Jobs that were opened and not settled.
#[storage_alias]
pub type Jobs = StorageMap<System, Blake2_128Concat, JobId, (Client, AccountId, TrainingJob)>;
#[storage_alias]
pub type NextJob = StorageValue<System, JobId, ValueQuery>;

pub const FEE: Balance = 50;

/// What a claim locks: the bond itself, and the fee.
pub const BOND: Balance = 100 + FEE;

pub struct VerificationDouble;

impl Verification for VerificationDouble {
	type AccountId = AccountId;
	type Balance = Balance;
	type BlockNumber = u64;

	fn fee(_: &Limits, _: Balance) -> Balance {
		FEE
	}

	fn ensure_payable(payer: &AccountId, _: &Limits, _: Balance) -> DispatchResult {
		ensure!(Balances::balance(payer) >= FEE, TokenError::FundsUnavailable);
		Ok(())
	}

	fn longest(_: &Limits) -> u64 {
		25
	}

	fn open(
		client: Client,
		payer: &AccountId,
		opponent: Option<&AccountId>,
		not_before: u64,
		job: TrainingJob,
		value: Balance,
	) -> Result<JobId, DispatchError> {
		Value::set(value);
		ensure!(opponent.is_none(), "a claim has no opponent");
		ensure!(not_before >= System::block_number(), "a job is drawn in the past");
		Self::ensure_payable(payer, &job.limits, value)?;
		let id = NextJob::get();
		NextJob::put(id + 1);
		Jobs::insert(id, (client, *payer, job));
		Ok(id)
	}
}

pub const LIMITS: Limits = Limits {
	program_bytes: 1_000,
	memory_pages: 16,
	steps: 100,
	step_fuel: 1_000,
	total_fuel: 100_000,
};

parameter_types! {
	pub MaxLimits: Limits = LIMITS;
	pub const TaskDeposit: RuntimeHoldReason =
		RuntimeHoldReason::AssayTasks(pallet_assay_tasks::HoldReason::Deposit);
	pub const ClaimDeposit: RuntimeHoldReason = RuntimeHoldReason::AssayClaims(HoldReason::Deposit);
	/// What hangs on the job that was opened last.
	pub static Value: Balance = 0;
	pub static ClaimBond: Balance = 100;
	pub static RevealWindow: u64 = 10;
	pub static MaxClaims: u32 = 3;
	pub static RateWindow: u64 = 20;
	pub static IdleWeight: Weight = Weight::MAX;
	pub static Blocks: BlockWeights = BlockWeights::simple_max(Weight::MAX);
}

impl pallet_assay_tasks::Config for Test {
	type WeightInfo = ();
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Deposit = HoldConsideration<
		AccountId,
		Balances,
		TaskDeposit,
		LinearStoragePrice<ConstU64<100>, ConstU64<1>, Balance>,
	>;
	type Artifacts = ArtifactsDouble;
	type ClaimTime = ClaimTime<Test>;
	type MaxLimits = MaxLimits;
	type MaxDataBytes = ConstU64<500>;
	type DefaultTolerance = ConstI64<1_000_000>;
	type MinBounty = ConstU64<20>;
	type MinDuration = ConstU64<10>;
	type MaxDuration = ConstU64<100>;
	type Ranking = AssayClaims;
	type RevealWindow = RevealWindow;
	type HoldoutWindow = ConstU64<5>;
	type HoldoutPledge = ConstU64<PLEDGE>;
}

impl Config for Test {
	type WeightInfo = ();
	type Balance = Balance;
	type Deposit = HoldConsideration<
		AccountId,
		Balances,
		ClaimDeposit,
		LinearStoragePrice<ConstU64<100>, ConstU64<1>, Balance>,
	>;
	type Stake = StakeDouble;
	type Tasks = AssayTasks;
	type Artifacts = ArtifactsDouble;
	type Verification = VerificationDouble;
	type ClaimBond = ClaimBond;
	type RevealWindow = RevealWindow;
	type MaxClaims = MaxClaims;
	type RateWindow = RateWindow;
	type Retention = ConstU64<15>;
	type MaxRecent = ConstU32<5>;
	type MaxLeaders = ConstU32<3>;
}

pub const SPONSOR: AccountId = 1;
pub const ALICE: AccountId = 2;
pub const BOB: AccountId = 3;
pub const POOR: AccountId = 4;
pub const STRANGER: AccountId = 5;
pub const ENDOWED: Balance = 1_000_000;
pub const STAKED: Balance = 1_000;
pub const BOUNTY: Balance = 100;
pub const PLEDGE: Balance = 40;
pub const SALT: H256 = H256::repeat_byte(9);

pub fn train() -> ArtifactId {
	H256::repeat_byte(1)
}

pub fn holdout() -> ArtifactId {
	H256::repeat_byte(2)
}

pub fn program() -> ArtifactId {
	H256::repeat_byte(3)
}

pub fn store(id: ArtifactId, until: u64, bytes: u64) {
	Stored::insert(id, (until, bytes, 0));
}

pub fn pins(id: ArtifactId) -> u32 {
	Stored::get(id).unwrap().2
}

/// Two bounties for an accuracy of 0.9 and improvements of 0.01, until block 51.
pub fn spec() -> SpecOf<Test> {
	TaskSpec {
		name: Name::truncate_from(b"digits".to_vec()),
		train: train(),
		train_root: H256::repeat_byte(4),
		chunk_rows: 64,
		holdout: Holdout::Open(holdout()),
		metric: Metric::Accuracy,
		threshold: Score(900_000_000),
		tolerance: None,
		limits: LIMITS,
		reward: Reward::Bounty { amount: BOUNTY, winners: 2, min_improvement: 10_000_000 },
		seed: SeedSource::Miner,
		deadline: 51,
	}
}

/// The same, with the holdout sealed until block 66: claims are revealed in blocks 52 to 61.
pub fn sealed() -> SpecOf<Test> {
	let sealed = commitment::holdout(&SPONSOR, &holdout(), &SALT);
	TaskSpec { holdout: Holdout::Sealed(sealed), ..spec() }
}

/// The same as a contest for shares of 30, 20 and 20 of 70.
pub fn contest() -> SpecOf<Test> {
	let shares = Shares::truncate_from(vec![3, 2, 2]);
	TaskSpec { reward: Reward::Contest { pool: 70, shares }, ..spec() }
}

/// Publishes the holdout of a sealed task.
pub fn publish(task: TaskId) {
	assert_ok!(AssayTasks::reveal_holdout(RuntimeOrigin::signed(SPONSOR), task, holdout(), SALT));
}

pub fn create(spec: SpecOf<Test>) -> TaskId {
	let task = pallet_assay_tasks::NextTask::<Test>::get();
	assert_ok!(AssayTasks::create(RuntimeOrigin::signed(SPONSOR), spec));
	task
}

/// A claim of 0.95, for a run of its own for each seed.
pub fn body(seed: u64) -> ClaimBody {
	ClaimBody {
		program: program(),
		params: assay_primitives::Params::truncate_from(b"lr=0.1".to_vec()),
		seed,
		score: Score(950_000_000),
		sealed_trace: H256::repeat_byte(7),
	}
}

pub fn commit(miner: AccountId, task: TaskId, body: &ClaimBody) -> ClaimId {
	let claim = NextClaim::<Test>::get();
	let commitment = commitment::claim(&miner, task, body, &SALT);
	assert_ok!(AssayClaims::commit(RuntimeOrigin::signed(miner), task, commitment));
	claim
}

pub fn try_reveal(claim: ClaimId, body: &ClaimBody) -> DispatchResult {
	let miner = Claims::<Test>::get(claim).map_or(STRANGER, |record| record.miner);
	AssayClaims::reveal(RuntimeOrigin::signed(miner), claim, body.clone(), SALT)
}

/// Commits a claim and reveals it in the next block.
pub fn reveal(miner: AccountId, task: TaskId, body: &ClaimBody) -> ClaimId {
	let claim = commit(miner, task, body);
	next_block();
	assert_ok!(try_reveal(claim, body));
	claim
}

/// An agreement on a score, in units of 10⁻⁶, with a model of its own for each number.
pub fn scored(score: i64, model: u64) -> Settlement {
	Settlement::Agreed(Outcome::Scored(measured(score, model)))
}

pub fn measured(score: i64, model: u64) -> Scored {
	Scored {
		score: Score(score * 1_000),
		trace_root: H256::repeat_byte(8),
		model_hash: H256::from_low_u64_be(model),
		fuel: 1_000,
		steps: 10,
	}
}

/// Has the committee of a revealed claim drawn: whether its job was complete, and the job.
pub fn draw(claim: ClaimId, random: H256) -> (bool, TrainingJob) {
	let job = Claims::<Test>::get(claim).unwrap().revealed.unwrap().job;
	let (client, payer, mut spec) = Jobs::get(job).unwrap();
	let complete = AssayClaims::on_draw(client, &mut spec, random);
	Jobs::insert(job, (client, payer, spec.clone()));
	(complete, spec)
}

/// Settles the job of a revealed claim.
pub fn settle(claim: ClaimId, settlement: Settlement) {
	let job = Claims::<Test>::get(claim).unwrap().revealed.unwrap().job;
	let (client, ..) = Jobs::take(job).unwrap();
	AssayClaims::on_settled(client, settlement);
}

pub fn view(claim: ClaimId) -> ViewOf<Test> {
	AssayClaims::explain(claim).unwrap()
}

pub fn ending(claim: ClaimId) -> Ending<Balance> {
	match Claims::<Test>::get(claim).unwrap().status {
		Status::Ended { ending, .. } => ending,
		other => panic!("claim {claim} has not ended: {other:?}"),
	}
}

pub fn lock_of(miner: AccountId, claim: ClaimId) -> Option<Balance> {
	Locks::get((miner, LockReason::Claim(claim)))
}

pub fn open_claims(task: TaskId) -> u32 {
	AssayTasks::task(task).unwrap().open_claims
}

/// What the deposit for a claim is.
pub fn deposit() -> Balance {
	100 + AssayClaims::footprint().size
}

pub fn held(who: AccountId) -> Balance {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&HoldReason::Deposit.into(), &who)
}

pub fn next_block() {
	run_to(System::block_number() + 1);
}

/// Ends the current block and those before `block`, with what is idle in each.
pub fn run_to(block: u64) {
	System::run_to_block_with::<AllPalletsWithSystem>(
		block,
		RunToBlockHooks::default().before_finalize(|now| {
			let limit = IdleWeight::get();
			assert!(AssayClaims::on_idle(now, limit).all_lte(limit));
		}),
	);
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let rich = [SPONSOR, ALICE, BOB, STRANGER].map(|who| (who, ENDOWED));
	pallet_balances::GenesisConfig::<Test> {
		balances: rich.into_iter().chain([(POOR, 20)]).collect(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		for (id, bytes) in [(train(), 500), (holdout(), 100), (program(), 1_000)] {
			store(id, 1_000, bytes);
		}
		for miner in [ALICE, BOB, POOR] {
			Free::insert(miner, STAKED);
		}
	});
	ext
}

/// Runs a test with one open task and checks the invariants after it.
pub fn build_and_execute(test: impl FnOnce(TaskId)) {
	new_test_ext().execute_with(|| {
		test(create(spec()));
		check();
	});
}

/// What must hold at any time, here and between the pallets.
pub fn check() {
	AssayClaims::do_try_state().unwrap();
	AssayTasks::do_try_state().unwrap();
	let records: Vec<_> = Claims::<Test>::iter().collect();
	let open = |record: &ClaimOf<Test>| !matches!(record.status, Status::Ended { .. });

	// Every open claim has its bond locked, and nothing else is locked.
	let mut bonds: Vec<_> = records
		.iter()
		.filter(|(_, record)| open(record))
		.map(|(claim, record)| ((record.miner, LockReason::Claim(*claim)), record.bond))
		.collect();
	let mut locks: Vec<_> = Locks::iter().collect();
	bonds.sort();
	locks.sort();
	assert_eq!(locks, bonds);

	// Every task counts its open claims.
	for (task, record) in pallet_assay_tasks::Tasks::<Test>::iter() {
		let claims = records.iter().filter(|(_, claim)| claim.task == task && open(claim));
		assert_eq!(record.open_claims as usize, claims.count());
	}

	// Every claim that is verified has its program pinned, and a job.
	let jobs = records.iter().filter(|(_, r)| matches!(r.status, Status::Revealed { .. })).count();
	assert_eq!(pins(program()) as usize, jobs);
	assert_eq!(Jobs::iter().count(), jobs);

	// Every record has its deposit.
	for miner in [ALICE, BOB, POOR] {
		let records = records.iter().filter(|(_, record)| record.miner == miner).count();
		assert_eq!(held(miner), deposit() * records as u64);
	}
}
