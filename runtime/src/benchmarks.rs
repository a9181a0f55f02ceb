//! What can be benchmarked in this runtime: our own pallets, and those whose weights depend on how
//! they are configured here.

use crate::{
	AllPalletsWithSystem, Artifacts, AssayParameters, Audits, Balances, Claims, Models, Parameters,
	Runtime, Stake, Tasks, Timestamp, Utility, Verification,
};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};
use frame_system_benchmarking::{
	extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
};

define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_assay_artifacts, Artifacts]
	[pallet_assay_audits, Audits]
	[pallet_assay_claims, Claims]
	[pallet_assay_models, Models]
	[pallet_assay_parameters, AssayParameters]
	[pallet_assay_stake, Stake]
	[pallet_assay_tasks, Tasks]
	[pallet_assay_verification, Verification]
	[pallet_balances, Balances]
	[pallet_parameters, Parameters]
	[pallet_timestamp, Timestamp]
	[pallet_utility, Utility]
);

impl frame_system_benchmarking::Config for Runtime {}

/// Which benchmarks there are, and what the pallets store.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs a benchmark.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}
