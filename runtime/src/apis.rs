//! What a node can ask the runtime.

use crate::{
	config::consensus::{BABE_GENESIS_EPOCH, EPOCH_SLOTS},
	queries::{
		self, Activity, ArtifactId, ArtifactManifest, ClaimId, ContestId, ContestInfo, Explanation,
		IntentId, IntentInfo, Leader, ModelId, ModelInfo, NameInfo, QueuedJob, SchemeInfo, TaskId,
	},
	AccountId, Babe, Balance, Block, Claims, Executive, Grandpa, Historical, InherentDataExt,
	Models, Nonce, Runtime, RuntimeCall, RuntimeGenesisConfig, SessionKeys, System,
	TransactionPayment, VERSION,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	traits::KeyOwnerProofSystem,
	view_functions::{ViewFunctionDispatchError, ViewFunctionId},
	weights::Weight,
};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_version::RuntimeVersion;

sp_api::decl_runtime_apis! {
	/// What clients ask about claims, jobs, artifacts and models.
	pub trait AssayApi {
		/// The best verified claims of a task, the best first.
		fn claims_leaderboard(task: TaskId) -> Vec<Leader>;
		/// Where a claim stands, why, and what happens next; nothing if there is no record of it.
		fn claims_explain(claim: ClaimId) -> Option<Explanation>;
		/// The verification jobs in progress, the most urgent first, [`queries::MAX_QUEUE`] at the
		/// most.
		fn verification_queue() -> Vec<QueuedJob>;
		/// What verification did in the block that is asked.
		fn verification_activity() -> Activity;
		/// What an artifact consists of; nothing if none such was announced.
		fn artifacts_manifest(id: ArtifactId) -> Option<ArtifactManifest>;
		/// What is known of a model; nothing if there is no record of it.
		fn models_get(model: ModelId) -> Option<ModelInfo>;
		/// The model with these bytes, if it is verified, revoked or lost.
		fn models_by_artifact(artifact: ArtifactId) -> Option<ModelInfo>;
		/// The versions of a name, or all models; the newest first, [`queries::MAX_MODELS`] at the
		/// most.
		fn models_list(name: Option<Vec<u8>>) -> Vec<ModelInfo>;
		/// The version of a name that is called so: a number, an alias, or `latest`, the highest
		/// version that is verified.
		fn models_resolve(name: Vec<u8>, which: Vec<u8>) -> Option<ModelInfo>;
		/// Owner, versions and aliases of a name; nothing if no model was verified under it.
		fn models_name(name: Vec<u8>) -> Option<NameInfo>;
		/// An intent, with its beacon once that is there; nothing if there is none such.
		fn models_intent(intent: IntentId) -> Option<IntentInfo>;
		/// The intents of an account.
		fn models_intents(owner: AccountId) -> Vec<IntentInfo>;
		/// A contest, as long as it is open.
		fn models_contest(contest: ContestId) -> Option<ContestInfo>;
		/// The program that verifies models, and what a registration needs; nothing if none can be
		/// made.
		fn models_scheme() -> Option<SchemeInfo>;
	}
}

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block)
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: InherentData,
		) -> CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_consensus_babe::BabeApi<Block> for Runtime {
		fn configuration() -> sp_consensus_babe::BabeConfiguration {
			let epoch = Babe::epoch_config().unwrap_or(BABE_GENESIS_EPOCH);
			sp_consensus_babe::BabeConfiguration {
				slot_duration: Babe::slot_duration(),
				epoch_length: EPOCH_SLOTS.into(),
				c: epoch.c,
				authorities: Babe::authorities().to_vec(),
				randomness: Babe::randomness(),
				allowed_slots: epoch.allowed_slots,
			}
		}

		fn current_epoch_start() -> sp_consensus_babe::Slot {
			Babe::current_epoch_start()
		}

		fn current_epoch() -> sp_consensus_babe::Epoch {
			Babe::current_epoch()
		}

		fn next_epoch() -> sp_consensus_babe::Epoch {
			Babe::next_epoch()
		}

		fn generate_key_ownership_proof(
			_: sp_consensus_babe::Slot,
			authority: sp_consensus_babe::AuthorityId,
		) -> Option<sp_consensus_babe::OpaqueKeyOwnershipProof> {
			let proof = Historical::prove((sp_consensus_babe::KEY_TYPE, authority))?;
			Some(sp_consensus_babe::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation: sp_consensus_babe::EquivocationProof<<Block as BlockT>::Header>,
			owner: sp_consensus_babe::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			Babe::submit_unsigned_equivocation_report(equivocation, owner.decode()?)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			pallet_grandpa::CurrentSetId::<Runtime>::get()
		}

		fn generate_key_ownership_proof(
			_: sp_consensus_grandpa::SetId,
			authority: sp_consensus_grandpa::AuthorityId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			let proof = Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority))?;
			Some(sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation: sp_consensus_grandpa::EquivocationProof<
				<Block as BlockT>::Hash,
				NumberFor<Block>,
			>,
			owner: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			Grandpa::submit_unsigned_equivocation_report(equivocation, owner.decode()?)
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> sp_session::OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
		for Runtime
	{
		fn query_info(
			transaction: <Block as BlockT>::Extrinsic,
			len: u32,
		) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(transaction, len)
		}

		fn query_fee_details(
			transaction: <Block as BlockT>::Extrinsic,
			len: u32,
		) -> FeeDetails<Balance> {
			TransactionPayment::query_fee_details(transaction, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<
		Block,
		Balance,
		RuntimeCall,
	> for Runtime {
		fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_call_info(call, len)
		}

		fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_call_fee_details(call, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl self::AssayApi<Block> for Runtime {
		fn claims_leaderboard(task: TaskId) -> Vec<Leader> {
			Claims::leaderboard(task)
		}

		fn claims_explain(claim: ClaimId) -> Option<Explanation> {
			Claims::explain(claim)
		}

		fn verification_queue() -> Vec<QueuedJob> {
			queries::queue()
		}

		fn verification_activity() -> Activity {
			queries::activity()
		}

		fn artifacts_manifest(id: ArtifactId) -> Option<ArtifactManifest> {
			queries::manifest(id)
		}

		fn models_get(model: ModelId) -> Option<ModelInfo> {
			Models::model(model)
		}

		fn models_by_artifact(artifact: ArtifactId) -> Option<ModelInfo> {
			Models::model_of_artifact(artifact)
		}

		fn models_list(name: Option<Vec<u8>>) -> Vec<ModelInfo> {
			queries::models(name)
		}

		fn models_resolve(name: Vec<u8>, which: Vec<u8>) -> Option<ModelInfo> {
			queries::resolve(name, &which)
		}

		fn models_name(name: Vec<u8>) -> Option<NameInfo> {
			Models::registered(name.try_into().ok()?)
		}

		fn models_intent(intent: IntentId) -> Option<IntentInfo> {
			Models::intent(intent)
		}

		fn models_intents(owner: AccountId) -> Vec<IntentInfo> {
			Models::intents_of(owner)
		}

		fn models_contest(contest: ContestId) -> Option<ContestInfo> {
			Models::open_contest(contest)
		}

		fn models_scheme() -> Option<SchemeInfo> {
			Models::scheme()
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, crate::genesis::preset)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			crate::genesis::preset_names()
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(
			extra: bool,
		) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
			crate::benchmarks::metadata(extra)
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			crate::benchmarks::dispatch(config)
		}
	}

	// A try-runtime build is a tool of developers, never what a chain runs: its failures are meant
	// to stop it where they happen.
	#[cfg(feature = "try-runtime")]
	#[allow(clippy::unwrap_used)]
	impl frame_try_runtime::TryRuntime<Block> for Runtime {
		fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
			let used = Executive::try_runtime_upgrade(checks).unwrap();
			(used, crate::config::system::RuntimeBlockWeights::get().max_block)
		}

		fn execute_block(
			block: <Block as BlockT>::LazyBlock,
			state_root_check: bool,
			signature_check: bool,
			select: frame_try_runtime::TryStateSelect,
		) -> Weight {
			Executive::try_execute_block(block, state_root_check, signature_check, select).unwrap()
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::{Decode, Encode};
	use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};

	fn prefixed(version: u32) -> RuntimeMetadataPrefixed {
		// Some constants are parameters, which are read from the state.
		let bytes = sp_io::TestExternalities::default()
			.execute_with(|| Runtime::metadata_at_version(version))
			.expect("the version is offered");
		RuntimeMetadataPrefixed::decode(&mut &bytes[..]).expect("the metadata decodes")
	}

	fn metadata(version: u32) -> RuntimeMetadata {
		prefixed(version).1
	}

	#[test]
	fn the_command_line_knows_this_runtime() {
		let mut metadata = prefixed(16);
		let RuntimeMetadata::V16(known) = &mut metadata.1 else { panic!("16 was asked for") };
		for constant in known.pallets.iter_mut().flat_map(|pallet| &mut pallet.constants) {
			constant.value.clear();
		}
		let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/cli/metadata.scale");
		if std::env::var_os("ASSAY_WRITE_METADATA").is_some() {
			std::fs::write(file, metadata.encode()).expect("the file can be written");
		}
		let written = std::fs::read(file).expect("the file is there");
		assert!(
			written == metadata.encode(),
			"sdk/cli/metadata.scale is old: run scripts/metadata"
		);
	}

	#[test]
	fn clients_can_decode_every_version_of_the_metadata() {
		assert_eq!(Runtime::metadata_versions(), [14, 15, 16]);
		let pallets = |version| match metadata(version) {
			RuntimeMetadata::V14(metadata) => metadata.pallets.len(),
			RuntimeMetadata::V15(metadata) => metadata.pallets.len(),
			RuntimeMetadata::V16(metadata) => metadata.pallets.len(),
			_ => panic!("version {version} was asked for"),
		};
		assert_eq!(pallets(14), pallets(16));
		assert_eq!(pallets(15), pallets(16));
	}

	#[test]
	fn indices_are_what_clients_depend_on() {
		let RuntimeMetadata::V15(metadata) = metadata(15) else { panic!("15 was asked for") };
		let index = |name: &str| {
			metadata.pallets.iter().find(|pallet| pallet.name == name).map(|pallet| pallet.index)
		};
		for (name, expected) in [
			("System", 0),
			("Timestamp", 1),
			("Migrations", 2),
			("Babe", 10),
			("Session", 12),
			("Grandpa", 15),
			("Balances", 20),
			("Parameters", 30),
			("AssayParameters", 31),
			("Preimage", 32),
			("Scheduler", 33),
			("Utility", 40),
			("Multisig", 41),
			("Proxy", 42),
			("Stake", 50),
			("Artifacts", 51),
			("Tasks", 52),
			("Claims", 53),
			("Verification", 54),
			("Models", 55),
			("Sudo", 255),
		] {
			assert_eq!(index(name), Some(expected), "{name}");
		}
		let extensions: Vec<_> =
			metadata.extrinsic.signed_extensions.iter().map(|e| e.identifier.as_str()).collect();
		assert_eq!(
			extensions,
			[
				"AuthorizeCall",
				"CheckNonZeroSender",
				"CheckSpecVersion",
				"CheckTxVersion",
				"CheckGenesis",
				"CheckMortality",
				"CheckNonce",
				"CheckWeight",
				"ChargeTransactionPayment",
				"CheckClaim",
				"CheckModel",
				"AdmitChunk",
				"CheckMetadataHash",
				"WeightReclaim",
			]
		);
	}

	#[test]
	fn our_questions_are_part_of_the_metadata() {
		let RuntimeMetadata::V15(metadata) = metadata(15) else { panic!("15 was asked for") };
		let api = metadata.apis.iter().find(|api| api.name == "AssayApi").expect("it is there");
		let methods: Vec<_> = api.methods.iter().map(|method| method.name.as_str()).collect();
		assert_eq!(
			methods,
			[
				"claims_leaderboard",
				"claims_explain",
				"verification_queue",
				"verification_activity",
				"artifacts_manifest",
				"models_get",
				"models_by_artifact",
				"models_list",
				"models_resolve",
				"models_name",
				"models_intent",
				"models_intents",
				"models_contest",
				"models_scheme",
			]
		);
	}
}
