//! What can be benchmarked in this runtime: every call, hook and transaction extension.
//!
//! Hooks of pallets that are not in the list (BABE, authorship, session, GRANDPA, transaction
//! payment) are in every block, also an empty one: they are part of the weight of a block itself.

mod equivocations;
mod session;

use crate::{
	AccountId, AllPalletsWithSystem, Artifacts, AssayParameters, Audits, Balances, Claims,
	Migrations, Models, Multisig, Parameters, Preimage, Proxy, Runtime, Scheduler, Session, Stake,
	Sudo, Tasks, Timestamp, TransactionPayment, Utility, Verification,
};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{
	account, define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList,
};
use frame_support::traits::{
	StorageInfo, StorageInfoTrait, TrackedStorageKey, WhitelistedStorageKeys,
};
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
	[pallet_babe, equivocations::babe::Pallet::<Runtime>]
	[pallet_balances, Balances]
	[pallet_grandpa, equivocations::grandpa::Pallet::<Runtime>]
	[pallet_migrations, Migrations]
	[pallet_multisig, Multisig]
	[pallet_parameters, Parameters]
	[pallet_preimage, Preimage]
	[pallet_proxy, Proxy]
	[pallet_scheduler, Scheduler]
	[pallet_session, session::Pallet::<Runtime>]
	[pallet_sudo, Sudo]
	[pallet_timestamp, Timestamp]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_utility, Utility]
);

impl frame_system_benchmarking::Config for Runtime {}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {
	/// There is an author, who gets the fee.
	fn setup_benchmark_environment() {
		session::author();
	}
}

/// Which benchmarks there are, and what the pallets store.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs a benchmark.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let mut whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	whitelist.extend(everybodys());
	let mut batches = Vec::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}

/// Accounts that every transaction reads and writes. That of its sender (as benchmarks of
/// extensions call it), which nonce, fee and call share, is part of the weight of a transaction
/// itself; that of the author is written once a block.
fn everybodys() -> impl Iterator<Item = TrackedStorageKey> {
	let sender: AccountId = account("caller", 0, 0);
	let author = Session::validators().into_iter().next();
	author
		.into_iter()
		.chain([sender])
		.map(|who| frame_system::Account::<Runtime>::hashed_key_for(who).into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{genesis, Block};
	use sc_client_db::BenchmarkingState;
	use sc_executor::WasmExecutor;
	use sp_core::{storage::Storage, traits::ReadRuntimeVersionExt};
	use sp_externalities::{set_and_run_with_externalities, Extensions};
	use sp_io::SubstrateHostFunctions;
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	use sp_runtime::traits::HashingFor;
	use sp_state_machine::Ext;
	use std::panic::{catch_unwind, AssertUnwindSafe};

	type State = BenchmarkingState<HashingFor<Block>>;

	/// The development chain before its first block.
	fn state() -> State {
		let mut storage = Storage::default();
		genesis::tests::development().execute_with(|| {
			let mut key = Vec::new();
			while let Some(next) = sp_io::storage::next_key(&key) {
				let value = sp_io::storage::get(&next).unwrap();
				storage.top.insert(next.clone(), value.to_vec());
				key = next;
			}
		});
		State::new(storage, None, false, false).unwrap()
	}

	/// Runs something where a bencher would, but natively.
	fn run<R>(state: &State, what: impl FnOnce() -> R) -> R {
		let mut extensions = Extensions::default();
		extensions.register(KeystoreExt::new(MemoryKeystore::new()));
		let executor = WasmExecutor::<SubstrateHostFunctions>::builder().build();
		extensions.register(ReadRuntimeVersionExt::new(executor));
		let mut overlay = Default::default();
		let mut externalities = Ext::new(&mut overlay, state, Some(&mut extensions));
		set_and_run_with_externalities(&mut externalities, what)
	}

	#[test]
	fn each_benchmark_runs_at_its_largest() {
		let mut failed = Vec::new();
		for BenchmarkList { pallet, instance, benchmarks } in run(&state(), || metadata(false)).0 {
			for benchmark in benchmarks {
				let components = benchmark.components.iter();
				let config = BenchmarkConfig {
					pallet: pallet.clone(),
					instance: instance.clone(),
					benchmark: benchmark.name.clone(),
					selected_components: components.map(|(name, _, most)| (*name, *most)).collect(),
					verify: true,
					internal_repeats: 1,
				};
				let name =
					String::from_utf8([&pallet[..], &b"::"[..], &benchmark.name[..]].concat())
						.unwrap();
				println!("{name}");
				// One that panics keeps none of the others from being tried.
				match catch_unwind(AssertUnwindSafe(|| run(&state(), || dispatch(config)))) {
					Ok(Ok(_)) => {},
					Ok(Err(error)) => failed.push((name, error)),
					Err(_) => failed.push((name, "it panicked".into())),
				}
			}
		}
		assert_eq!(failed, []);
	}
}
