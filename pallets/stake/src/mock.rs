//! A runtime with balances and stake.

use crate as pallet_assay_stake;
use crate::Config;
use assay_primitives::{JobId, SlashId};
use assay_traits::{Appeals, Role};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible, tokens::imbalance::ResolveTo, ConstU32, Hooks},
};
use frame_system::EnsureRoot;
use sp_io::TestExternalities;
use sp_runtime::{BuildStorage, DispatchError};

pub type AccountId = u64;
pub type Balance = u64;
type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime! {
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Stake: pallet_assay_stake,
	}
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

/// Where the money of final slashes goes.
pub const TREASURY: AccountId = 999;
pub const MAX_SLASHES: u32 = 4;
pub const MAX_UNBONDING: u32 = 4;

parameter_types! {
	pub static MinMiner: Balance = 100;
	pub static MinVerifier: Balance = 200;
	pub static Period: u64 = 20;
	pub static Defer: u64 = 5;
	pub static Bond: Balance = 30;
	pub static Window: u64 = 4;
	pub static Delay: u64 = 3;
	pub const Treasury: AccountId = TREASURY;
	/// Slashes that a committee can re-run; what is started costs the appellant nothing here.
	pub static Reruns: Vec<SlashId> = vec![];
	/// Slashes of which it was told that they are over.
	pub static Ended: Vec<SlashId> = vec![];
}

/// Number of the job that re-runs a slash.
pub fn job_of(slash: SlashId) -> JobId {
	1_000 + slash
}

/// Re-runs what the test says, and remembers what is over.
pub struct Courts;

impl Appeals for Courts {
	type AccountId = AccountId;

	fn rerun(slash: SlashId, _: &AccountId) -> Result<Option<JobId>, DispatchError> {
		Ok(Reruns::get().contains(&slash).then(|| job_of(slash)))
	}

	fn slash_ended(slash: SlashId) {
		Ended::mutate(|ended| ended.push(slash));
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_appealable(slash: SlashId) {
		Reruns::mutate(|slashes| slashes.push(slash));
	}
}

impl Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SlashHandler = ResolveTo<Treasury, Balances>;
	type SlashCancelOrigin = EnsureRoot<AccountId>;
	type MinMinerStake = MinMiner;
	type MinVerifierStake = MinVerifier;
	type UnbondingPeriod = Period;
	type SlashDefer = Defer;
	type Appeals = Courts;
	type AppealBond = Bond;
	type AppealWindow = Window;
	type RotationDelay = Delay;
	type MaxUnbonding = ConstU32<MAX_UNBONDING>;
	type MaxSlashesPerBlock = ConstU32<MAX_SLASHES>;
}

pub const MINER: AccountId = 1;
pub const VERIFIER: AccountId = 2;
/// Has money and no stake.
pub const POOR: AccountId = 3;
pub const FUNDS: Balance = 10_000;

pub struct ExtBuilder {
	stakers: Vec<(AccountId, Role, Balance)>,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { stakers: vec![(MINER, Role::Miner, 1_000), (VERIFIER, Role::Verifier, 1_000)] }
	}
}

impl ExtBuilder {
	pub fn stakers(self, stakers: Vec<(AccountId, Role, Balance)>) -> Self {
		Self { stakers }
	}

	pub fn build(self) -> TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: (1..=5).map(|who| (who, FUNDS)).chain([(TREASURY, 1)]).collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		pallet_assay_stake::GenesisConfig::<Test> { stakers: self.stakers }
			.assimilate_storage(&mut storage)
			.unwrap();
		let mut ext = TestExternalities::from(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			Reruns::set(vec![]);
			Ended::set(vec![]);
		});
		ext
	}

	/// Runs a test, then checks what must hold between blocks.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			check();
		});
	}
}

/// Checks what must hold between blocks, in this pallet and in the money as a whole.
pub fn check() {
	Stake::do_try_state().unwrap();
	let balances: Balance = frame_system::Account::<Test>::iter_values()
		.map(|account| account.data.free + account.data.reserved)
		.sum();
	assert_eq!(balances, <Balances as fungible::Inspect<AccountId>>::total_issuance());
}

/// Goes to the start of block `to`.
pub fn run_to(to: u64) {
	while System::block_number() < to {
		System::set_block_number(System::block_number() + 1);
		Stake::on_initialize(System::block_number());
	}
}
