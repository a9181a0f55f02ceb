//! A runtime with balances, batches and artifacts, and transactions as a node sees them.

use crate as pallet_assay_artifacts;
use crate::{Config, HoldReason};
use codec::Encode;
use frame_support::{
	derive_impl,
	dispatch::GetDispatchInfo,
	parameter_types,
	traits::{fungible::HoldConsideration, ConstU32, ConstU64, LinearStoragePrice, OnFinalize},
	weights::Weight,
};
use frame_system::EnsureRoot;
use sp_io::TestExternalities;
use sp_runtime::{
	traits::{BlakeTwo256, DispatchTransaction, Hash},
	BuildStorage, DispatchResult,
};

pub type AccountId = u64;
pub type Balance = u64;
type Transaction = frame_system::mocking::MockUncheckedExtrinsic<Test>;
type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime! {
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Utility: pallet_utility,
		Artifacts: pallet_assay_artifacts,
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

impl pallet_utility::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = ();
}

pub const MAX_CHUNKS: u32 = 3;

parameter_types! {
	pub const BaseDeposit: Balance = 10;
	pub const ByteDeposit: Balance = 1;
	pub const ArtifactReason: RuntimeHoldReason =
		RuntimeHoldReason::Artifacts(HoldReason::Artifact);
	pub static MaxBytes: u64 = 5 * 1024 * 1024;
	pub static Retention: u64 = 10;
	pub static Stay: u64 = 0;
	pub const RenewalWeight: Weight = Weight::from_parts(1_000_000_000, 0);
}

impl Config for Test {
	type WeightInfo = ();
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		ArtifactReason,
		LinearStoragePrice<BaseDeposit, ByteDeposit, Balance>,
	>;
	type MaxBytes = MaxBytes;
	type Retention = Retention;
	type ReportWindow = ConstU64<4>;
	type Stay = Stay;
	type ClearOrigin = EnsureRoot<AccountId>;
	type MaxChunks = ConstU32<MAX_CHUNKS>;
	type RenewalWeight = RenewalWeight;
}

pub const OWNER: AccountId = 1;
pub const OTHER: AccountId = 2;
pub const FUNDS: Balance = 1_000_000_000;

pub fn build() -> TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: vec![(OWNER, FUNDS), (OTHER, FUNDS)],
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = TestExternalities::from(storage);
	ext.execute_with(|| start(1));
	ext
}

/// Runs a test, then checks what must hold between blocks.
pub fn build_and_execute(test: impl FnOnce()) {
	build().execute_with(|| {
		test();
		check();
	});
}

/// Checks what must hold between blocks, and that deposits are those of the artifacts.
pub fn check() {
	Artifacts::do_try_state().unwrap();
	for who in [OWNER, OTHER] {
		let deposits: Balance = crate::Artifacts::<Test>::iter_values()
			.filter(|artifact| artifact.owner == who)
			.map(|artifact| deposit(artifact.size))
			.sum();
		assert_eq!(Balances::reserved_balance(who), deposits);
	}
}

/// The deposit for an artifact of `size` bytes.
pub fn deposit(size: u64) -> Balance {
	use codec::MaxEncodedLen;
	BaseDeposit::get() + size + crate::ArtifactOf::<Test>::max_encoded_len() as u64
}

fn start(block: u64) {
	System::initialize(&block, &BlakeTwo256::hash_of(&block), &Default::default());
	System::note_finished_initialize();
}

/// Goes to block `to`.
pub fn run_to(to: u64) {
	while System::block_number() < to {
		System::note_finished_extrinsics();
		<AllPalletsWithSystem as OnFinalize<u64>>::on_finalize(System::block_number());
		System::finalize();
		start(System::block_number() + 1);
	}
}

/// The transaction as it stands in a block.
pub fn encode(who: AccountId, call: impl Into<RuntimeCall>) -> Vec<u8> {
	Transaction::new_signed(call.into(), who, (), ()).encode()
}

/// Applies a transaction as the executive does.
pub fn apply(who: AccountId, call: impl Into<RuntimeCall>) -> DispatchResult {
	let call = call.into();
	System::note_extrinsic(encode(who, call.clone()));
	let info = call.get_dispatch_info();
	let extension = crate::AdmitChunk::<Test>::new();
	let result = extension
		.dispatch_transaction(RuntimeOrigin::signed(who), call, &info, 0, 0)
		.expect("the transaction is valid");
	assert!(!crate::Admitted::<Test>::exists());
	System::note_applied_extrinsic(&result, info);
	result.map(drop).map_err(|failed| failed.error)
}
