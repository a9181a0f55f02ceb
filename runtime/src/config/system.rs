//! System, time, transactions and migrations.

use super::accounts::OpenCalls;
use crate::{
	weights::{
		self,
		blocks::{BlockExecutionWeight, ExtrinsicBaseWeight},
		paritydb::ParityDbWeight,
	},
	AccountId, Balance, Block, Hash, Migrations, Moment, Nonce, PalletInfo, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeOrigin, RuntimeTask, TxExtension, UncheckedExtrinsic, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	migrations::FreezeChainOnFailedMigration,
	parameter_types,
	traits::{ConstU16, ConstU32, ConstU64},
	weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::{
	limits::{BlockLength, BlockWeights},
	ExtensionsWeightInfo as _,
};
use pallet_transaction_payment::WeightInfo as _;
use sp_runtime::{generic::Era, Perbill};
use sp_version::RuntimeVersion;

/// Durations.
pub mod time {
	use crate::{BlockNumber, Moment};

	/// Milliseconds between two slots, each of which has a block: 3 s.
	pub const SLOT_MILLIS: Moment = 3_000;
	/// Blocks in a minute.
	pub const MINUTES: BlockNumber = 20;
	/// Blocks in an hour.
	pub const HOURS: BlockNumber = 60 * MINUTES;
	/// Blocks in a day.
	pub const DAYS: BlockNumber = 24 * HOURS;

	/// The first duration normally, the second in a `fast-runtime`.
	#[must_use]
	pub const fn prod_or_fast(prod: BlockNumber, fast: BlockNumber) -> BlockNumber {
		if cfg!(feature = "fast-runtime") {
			fast
		} else {
			prod
		}
	}
}

/// Share of a block that ordinary transactions can fill. The rest is for operational ones.
const NORMAL_RATIO: Perbill = Perbill::from_percent(75);
/// Share of a block that hooks are expected to take on average.
const HOOKS_RATIO: Perbill = Perbill::from_percent(10);
/// Time that a block may take to run: two thirds of a slot. Its author has somewhat more to make it
/// (`PROPOSING` in `node/src/authoring.rs`). Weights are worst cases, and what each block and transaction has
/// anyway is a quarter more than its mean: in fact a full block takes less, and the rest of the
/// slot is left for it to travel and be imported. Reads and writes are in the time. Nobody has to
/// prove them, so there is no bound on the proof.
const BLOCK_WEIGHT: Weight = Weight::from_parts(
	WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(time::SLOT_MILLIS * 2 / 3),
	u64::MAX,
);
/// Bytes in a block. Three quarters of it hold two chunks of an artifact (2 MiB each) with their
/// transactions.
pub const BLOCK_BYTES: u32 = 6 * 1024 * 1024;

/// What a transaction weighs besides its call and its extensions: what one that does nothing takes
/// as a whole, without the extensions that are weighed by themselves, and the account of its
/// sender, which nonce, fee and call share.
fn base_extrinsic() -> Weight {
	type System = weights::frame_system_extensions::WeightInfo<Runtime>;
	type Payment = weights::pallet_transaction_payment::WeightInfo<Runtime>;
	let extensions = [
		System::check_non_zero_sender(),
		System::check_spec_version(),
		System::check_tx_version(),
		System::check_genesis(),
		System::check_mortality_mortal_transaction(),
		System::check_nonce(),
		System::check_weight(),
		System::weight_reclaim(),
		Payment::charge_transaction_payment(),
	];
	let weighed = extensions.into_iter().fold(Weight::zero(), Weight::saturating_add);
	let account = ParityDbWeight::get().reads_writes(1, 1);
	ExtrinsicBaseWeight::get().saturating_sub(weighed).saturating_add(account)
}

/// What ordinary transactions can fill of `whole`.
fn normal(whole: Weight) -> Weight {
	let share = |part| NORMAL_RATIO.mul_floor(part);
	Weight::from_parts(share(whole.ref_time()), share(whole.proof_size()))
}

parameter_types! {
	/// Blocks whose hashes the chain remembers: two hours, the longest that a transaction can live.
	pub const BlockHashCount: u32 = 2_400;
	/// See [`VERSION`].
	pub const Version: RuntimeVersion = VERSION;
	/// How much a block can do.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
		.base_block(BlockExecutionWeight::get())
		.for_class(DispatchClass::all(), |weights| {
			weights.base_extrinsic = base_extrinsic();
		})
		.for_class(DispatchClass::non_mandatory(), |weights| {
			// An author cannot stop within a transaction when its time is over.
			weights.max_extrinsic = Some(BLOCK_WEIGHT.saturating_div(8));
		})
		.for_class(DispatchClass::Normal, |weights| {
			weights.max_total = Some(normal(BLOCK_WEIGHT));
		})
		.for_class(DispatchClass::Operational, |weights| {
			weights.max_total = Some(BLOCK_WEIGHT);
			weights.reserved = Some(BLOCK_WEIGHT.saturating_sub(normal(BLOCK_WEIGHT)));
		})
		.avg_block_initialization(HOOKS_RATIO)
		.build_or_panic();
	/// What of a block migrations take: there is nothing else in it.
	pub MaxServiceWeight: Weight = normal(BLOCK_WEIGHT);
	/// How long a block can be.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(BLOCK_BYTES)
		.modify_max_length_for_class(DispatchClass::Normal, |max| *max = NORMAL_RATIO.mul_floor(*max))
		.build();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type BaseCallFilter = OpenCalls;
	type Block = Block;
	type BlockHashCount = BlockHashCount;
	type BlockLength = RuntimeBlockLength;
	type BlockWeights = RuntimeBlockWeights;
	type DbWeight = ParityDbWeight;
	type ExtensionsWeightInfo = weights::frame_system_extensions::WeightInfo<Runtime>;
	type Hash = Hash;
	type MaxConsumers = ConstU32<16>;
	type MultiBlockMigrator = Migrations;
	type Nonce = Nonce;
	type SS58Prefix = ConstU16<42>;
	type SingleBlockMigrations = crate::migrations::SingleBlock;
	type SystemWeightInfo = weights::frame_system::WeightInfo<Runtime>;
	type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
	type MinimumPeriod = ConstU64<{ time::SLOT_MILLIS / 2 }>;
	type Moment = Moment;
	type OnTimestampSet = crate::Babe;
	type WeightInfo = weights::pallet_timestamp::WeightInfo<Runtime>;
}

/// Migrations that take more than one block. As long as one is under way, blocks have no
/// transactions, so that no call sees a state of which one half is old. One that fails leaves the
/// chain so: root, by what was scheduled before, or a new runtime goes on from there.
impl pallet_migrations::Config for Runtime {
	type CursorMaxLen = ConstU32<65_536>;
	type FailedMigrationHandler = FreezeChainOnFailedMigration;
	type IdentifierMaxLen = ConstU32<256>;
	type MaxServiceWeight = MaxServiceWeight;
	type MigrationStatusHandler = ();
	#[cfg(not(feature = "runtime-benchmarks"))]
	type Migrations = ();
	#[cfg(feature = "runtime-benchmarks")]
	type Migrations = pallet_migrations::mock_helpers::MockedMigrations;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_migrations::WeightInfo<Runtime>;
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<LocalCall> frame_system::offchain::CreateBare<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}

impl<LocalCall> frame_system::offchain::CreateTransaction<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

/// Transactions of off-chain workers: nobody signs them, their call authorizes itself.
impl<LocalCall> frame_system::offchain::CreateAuthorizedTransaction<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> TxExtension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckEra::from(Era::immortal()),
			frame_system::CheckNonce::from(0),
			frame_system::CheckWeight::new(),
			pallet_transaction_payment::ChargeTransactionPayment::from(0),
			(
				pallet_assay_claims::CheckClaim::new(),
				pallet_assay_models::CheckModel::new(),
				pallet_assay_artifacts::AdmitChunk::new(),
			),
			frame_metadata_hash_extension::CheckMetadataHash::new(false),
			frame_system::WeightReclaim::new(),
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::{Decode, Encode};
	use frame_support::{dispatch::GetDispatchInfo, traits::Get};
	use frame_system::offchain::CreateAuthorizedTransaction;

	#[test]
	fn two_chunks_of_an_artifact_fit_into_a_block() {
		let chunk = u32::try_from(assay_primitives::artifact::CHUNK_BYTES).unwrap();
		// Call, signature and extensions of a transaction are far below 1 KiB.
		let room = *RuntimeBlockLength::get().max.get(DispatchClass::Normal);
		assert!(room >= 2 * (chunk + 1024), "{room}");
	}

	/// What a transaction with this call and all extensions weighs.
	fn weight(call: RuntimeCall) -> u64 {
		let extension =
			<Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::create_extension(
			);
		let signature = crate::Signature::Sr25519(Default::default());
		let who = AccountId::from([1; 32]).into();
		let transaction = UncheckedExtrinsic::new_signed(call, who, signature, extension);
		crate::genesis::tests::development().execute_with(|| {
			let info = transaction.get_dispatch_info();
			info.total_weight().saturating_add(base_extrinsic()).ref_time()
		})
	}

	fn transfer() -> RuntimeCall {
		let dest = AccountId::from([2; 32]).into();
		RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest, value: 1 })
	}

	#[test]
	fn a_second_of_transfers_is_1_650() {
		let limits = RuntimeBlockWeights::get();
		let room = limits.get(DispatchClass::Normal).max_total.unwrap().ref_time();
		let hooks = HOOKS_RATIO * limits.max_block.ref_time();
		let each = weight(transfer());
		let count = (room - hooks) / each;
		assert!(count >= 1_650 * time::SLOT_MILLIS / 1_000, "{count} of {each} ps");
	}

	#[test]
	fn a_transaction_that_does_nothing_weighs_what_it_was_measured_to() {
		let nothing = RuntimeCall::System(frame_system::Call::remark { remark: vec![] });
		let account = ParityDbWeight::get().reads_writes(1, 1);
		let least = ExtrinsicBaseWeight::get().saturating_add(account).ref_time();
		let weight = weight(nothing);
		assert!((least..2 * least).contains(&weight), "{weight} and {least} ps");
	}

	#[test]
	fn transactions_of_off_chain_workers_are_general_ones() {
		let call = RuntimeCall::System(frame_system::Call::remark { remark: vec![1] });
		let transaction = <Runtime as CreateAuthorizedTransaction<
			frame_system::Call<Runtime>,
		>>::create_authorized_transaction(call.clone());
		let decoded = UncheckedExtrinsic::decode(&mut &transaction.encode()[..]).unwrap();
		assert_eq!(decoded.function, call);
		assert!(matches!(decoded.preamble, sp_runtime::generic::Preamble::General(_)));
	}

	#[test]
	fn the_chain_uses_the_common_address_prefix() {
		let prefix: u16 = <Runtime as frame_system::Config>::SS58Prefix::get();
		assert_eq!(prefix, 42);
	}
}
