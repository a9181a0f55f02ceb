//! Upgrades of chains in use, with the checks of try-runtime: sound ones hold at any moment, and
//! what a migration does wrong is noticed.

use assay_fuzz::{
	case::{after, run},
	chain::Chain,
	failure::Failure,
};
use assay_runtime::{migrations::rehearsal::REWRITTEN, Claims, Runtime, Tasks};
use codec::Encode;
use frame_support::{
	storage::unhashed,
	traits::{OnRuntimeUpgrade, StorageVersion},
	weights::Weight,
};
use pallet_assay_verification::Jobs;
use sp_runtime::TryRuntimeError;

/// Blocks are also imported with the checks, and one of sixteen begins with an upgrade.
#[test]
fn chains_in_use_are_upgraded_at_any_moment() {
	for seed in 0..8 {
		let run = run(seed, 1_000, None);
		assert_eq!(run.failure, None, "seed {seed}, step {}", run.steps.len());
	}
}

/// A chain with a job in progress, one of whose upgrades had something to do.
fn busy() -> Chain {
	let is_busy = || {
		let rewritten = unhashed::get::<u64>(REWRITTEN);
		Jobs::<Runtime>::count() > 0 && rewritten > Some(0)
	};
	let mut chains = (0..20).map(|seed| after(seed, 300).unwrap());
	chains.find_map(|mut chain| chain.ask(is_busy).then_some(chain)).expect("one of them is")
}

fn failure<M: OnRuntimeUpgrade>() -> (String, String) {
	let mut chain = busy();
	assert_eq!(chain.try_upgrade::<()>(), Ok(()));
	let Failure { kind, detail } = chain.try_upgrade::<M>().unwrap_err();
	// What was tried has left nothing.
	assert_eq!(chain.try_upgrade::<()>(), Ok(()));
	(kind, detail)
}

fn failed(why: &str) -> (String, String) {
	("an upgrade fails".into(), why.into())
}

fn some_job() -> u64 {
	Jobs::<Runtime>::iter_keys().next().unwrap()
}

#[test]
fn a_migration_that_loses_a_job_is_noticed() {
	struct Loses;
	impl OnRuntimeUpgrade for Loses {
		fn on_runtime_upgrade() -> Weight {
			Jobs::<Runtime>::remove(some_job());
			Weight::zero()
		}
	}
	assert_eq!(failure::<Loses>().0, "an upgrade fails");
}

#[test]
fn a_migration_that_leaves_what_does_not_decode_is_noticed() {
	struct Garbles;
	impl OnRuntimeUpgrade for Garbles {
		fn on_runtime_upgrade() -> Weight {
			unhashed::put_raw(&Jobs::<Runtime>::hashed_key_for(some_job()), &[0xff]);
			Weight::zero()
		}
	}
	assert_eq!(failure::<Garbles>(), failed("`try_decode_entire_state` failed"));
}

#[test]
fn a_version_that_is_not_that_of_the_code_is_noticed() {
	struct Unfinished;
	impl OnRuntimeUpgrade for Unfinished {
		fn on_runtime_upgrade() -> Weight {
			StorageVersion::new(1).put::<Claims>();
			Weight::zero()
		}
	}
	let why = "On chain and in-code storage version do not match. Missing runtime upgrade?";
	assert_eq!(failure::<Unfinished>(), failed(why));
}

#[test]
fn a_migration_is_held_to_its_own_checks() {
	struct Doubts;
	impl OnRuntimeUpgrade for Doubts {
		fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
			Ok(StorageVersion::get::<Tasks>().encode())
		}

		fn on_runtime_upgrade() -> Weight {
			Weight::zero()
		}

		fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
			assert_eq!(before, StorageVersion::get::<Tasks>().encode());
			Err("the version did not increase".into())
		}
	}
	assert_eq!(failure::<Doubts>(), failed("the version did not increase"));
}

#[test]
fn a_migration_that_does_not_fit_into_a_block_is_noticed() {
	struct Heavy;
	impl OnRuntimeUpgrade for Heavy {
		fn on_runtime_upgrade() -> Weight {
			<Runtime as frame_system::Config>::BlockWeights::get().max_block
		}
	}
	assert_eq!(failure::<Heavy>().0, "an upgrade does not fit into a block");
}
