//! A runtime to test in: real balances, artifacts as a small double.

use crate as pallet_assay_tasks;
use crate::*;
use assay_primitives::{ArtifactId, Manifest, Metric, H256};
use frame_support::{
	construct_runtime, derive_impl, parameter_types, storage_alias,
	traits::{
		fungible::{HoldConsideration, InspectHold as _},
		ConstU32, ConstU64, LinearStoragePrice,
	},
};
use sp_runtime::BuildStorage;

pub type Block = frame_system::mocking::MockBlock<Test>;
pub type AccountId = u64;
pub type Balance = u64;

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		AssayTasks: pallet_assay_tasks,
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
	type FreezeIdentifier = [u8; 8];
	type MaxFreezes = ConstU32<1>;
	type ExistentialDeposit = ConstU64<10>;
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

/// A claim takes 30 blocks.
pub struct ThirtyBlocks;

impl Convert<Limits, u64> for ThirtyBlocks {
	fn convert(_: Limits) -> u64 {
		30
	}
}

parameter_types! {
	pub MaxLimits: Limits = LIMITS;
	pub const DepositReason: RuntimeHoldReason =
		RuntimeHoldReason::AssayTasks(HoldReason::Deposit);
}

pub const LIMITS: Limits = Limits {
	program_bytes: 1_000,
	memory_pages: 16,
	steps: 100,
	step_fuel: 1_000,
	total_fuel: 100_000,
};

impl Config for Test {
	type WeightInfo = ();
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Deposit = HoldConsideration<
		AccountId,
		Balances,
		DepositReason,
		LinearStoragePrice<ConstU64<1_000>, ConstU64<1>, Balance>,
	>;
	type Artifacts = ArtifactsDouble;
	type ClaimTime = ThirtyBlocks;
	type MaxLimits = MaxLimits;
	type MaxDataBytes = ConstU64<500>;
	type DefaultTolerance = frame_support::traits::ConstI64<1_000_000>;
	type MinBounty = ConstU64<20>;
	type MinDuration = ConstU64<10>;
	type MaxDuration = ConstU64<100>;
	type Ranking = RankingDouble;
	type RevealWindow = ConstU64<10>;
	type HoldoutWindow = ConstU64<5>;
	type HoldoutPledge = ConstU64<PLEDGE>;
}

parameter_types! {
	/// Who is best in every task, the best first; and what each claim was rewarded.
	pub static Best: Vec<(ClaimId, AccountId)> = vec![];
	pub static Rewarded: Vec<(ClaimId, Balance)> = vec![];
}

pub struct RankingDouble;

impl Ranking for RankingDouble {
	type AccountId = AccountId;
	type Balance = Balance;

	fn best(_: TaskId, places: usize) -> Vec<(ClaimId, AccountId)> {
		Best::get().into_iter().take(places).collect()
	}

	fn rewarded(_: TaskId, claim: ClaimId, amount: Balance) {
		Rewarded::mutate(|all| all.push((claim, amount)));
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_best(_: TaskId, places: u32) {
		Best::set(
			(0..places).map(|place| (place.into(), 1_000 + AccountId::from(place))).collect(),
		);
	}
}

pub const PLEDGE: Balance = 40;
pub const SALT: H256 = H256::repeat_byte(9);
pub const SPONSOR: AccountId = 1;
pub const MINER: AccountId = 2;
pub const OTHER: AccountId = 3;
pub const ENDOWED: Balance = 100_000;

pub fn train() -> ArtifactId {
	H256::repeat_byte(1)
}

pub fn holdout() -> ArtifactId {
	H256::repeat_byte(2)
}

pub fn store(id: ArtifactId, until: u64, bytes: u64) {
	Stored::insert(id, (until, bytes, 0));
}

pub fn pins(id: ArtifactId) -> u32 {
	Stored::get(id).unwrap().2
}

/// Three bounties of 100 for an accuracy of 0.9, until block 51.
pub fn spec() -> SpecOf<Test> {
	TaskSpec {
		name: Name::truncate_from(b"digits".to_vec()),
		train: train(),
		train_root: H256::repeat_byte(3),
		chunk_rows: 64,
		holdout: Holdout::Open(holdout()),
		metric: Metric::Accuracy,
		threshold: Score(900_000_000),
		tolerance: None,
		limits: LIMITS,
		reward: Reward::Bounty { amount: 100, winners: 3, min_improvement: 1_000 },
		seed: SeedSource::Miner,
		deadline: 51,
	}
}

/// The same, with the holdout sealed: reveals until block 61, publication until block 66.
pub fn sealed() -> SpecOf<Test> {
	let sealed = commitment::holdout(&SPONSOR, &holdout(), &SALT);
	TaskSpec { holdout: Holdout::Sealed(sealed), ..spec() }
}

/// The same as a contest for shares of 300, 200 and 100 of 600.
pub fn contest() -> SpecOf<Test> {
	let shares = Shares::truncate_from(vec![3, 2, 1]);
	TaskSpec { reward: Reward::Contest { pool: 600, shares }, ..spec() }
}

/// What the deposit for a task is.
pub fn deposit() -> Balance {
	1_000 + TaskOf::<Test>::max_encoded_len() as u64
}

pub fn held(reason: HoldReason, who: AccountId) -> Balance {
	Balances::balance_on_hold(&reason.into(), &who)
}

pub fn run_to(block: u64) {
	System::run_to_block::<AllPalletsWithSystem>(block);
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: [SPONSOR, MINER, OTHER].map(|who| (who, ENDOWED)).to_vec(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		Best::set(vec![]);
		Rewarded::set(vec![]);
		store(train(), 1_000, 500);
		store(holdout(), 1_000, 100);
	});
	ext
}

/// Runs a test and checks the invariants after it.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		AssayTasks::do_try_state().unwrap();
	});
}
