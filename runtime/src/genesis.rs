//! The states in which chains begin.
//!
//! | preset | validators | sudo | accounts |
//! | --- | --- | --- | --- |
//! | `development` | Alice | Alice | Alice to Ferdie, with stashes |
//! | `local_testnet` | Alice, Bob, Charlie, Dave | nobody | the same |

use crate::{
	config::{
		consensus::{SessionKeys, BABE_GENESIS_EPOCH},
		monetary::AIT,
	},
	AccountId, BabeConfig, Balance, BalancesConfig, ModelsConfig, RuntimeGenesisConfig,
	SessionConfig, StakeConfig, SudoConfig,
};
use alloc::{vec, vec::Vec};
use assay_primitives::H256;
use assay_traits::Role;
use assay_watermark::evidence::LIMITS;
use frame_support::build_struct_json_patch;
use pallet_assay_models::SchemeTerms;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// What each known account has to begin with.
const ENDOWMENT: Balance = 1_000_000 * AIT;
/// What each validator has at stake as a verifier.
const STAKE: Balance = 10_000 * AIT;

/// The program of the scheme `multi_factor_v1`: the artifact that `sdk/programs/multi_factor` is
/// built to.
pub const MULTI_FACTOR_V1: H256 = H256([
	0x51, 0x4d, 0x37, 0x6d, 0xa5, 0xc8, 0x5c, 0xec, 0x69, 0x58, 0x75, 0xa9, 0x5e, 0xd5, 0xf1, 0x76,
	0x1f, 0x26, 0xa5, 0x6c, 0xd3, 0xaf, 0x8f, 0x52, 0x74, 0x08, 0xed, 0xaa, 0x05, 0x21, 0xe1, 0x42,
]);

/// A validator of a test network: account and keys are derived from its name.
fn validator(account: Sr25519Keyring, finality: Ed25519Keyring) -> (AccountId, SessionKeys) {
	let keys = SessionKeys {
		babe: account.public().into(),
		grandpa: finality.public().into(),
		verifier: account.public().into(),
	};
	(account.to_account_id(), keys)
}

fn genesis(validators: Vec<(AccountId, SessionKeys)>, sudo: Option<AccountId>) -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH },
		balances: BalancesConfig {
			balances: Sr25519Keyring::well_known()
				.map(|key| (key.to_account_id(), ENDOWMENT))
				.collect::<Vec<_>>(),
		},
		models: ModelsConfig {
			scheme: Some(SchemeTerms { program: MULTI_FACTOR_V1, limits: LIMITS }),
		},
		session: SessionConfig {
			keys: validators
				.iter()
				.cloned()
				.map(|(account, keys)| (account.clone(), account, keys))
				.collect::<Vec<_>>(),
		},
		stake: StakeConfig {
			stakers: validators
				.into_iter()
				.map(|(account, _)| (account, Role::Verifier, STAKE))
				.collect::<Vec<_>>(),
		},
		sudo: SudoConfig { key: sudo },
	})
}

fn development() -> Value {
	genesis(
		vec![validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice)],
		Some(Sr25519Keyring::Alice.to_account_id()),
	)
}

fn local() -> Value {
	genesis(
		vec![
			validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
			validator(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
			validator(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
			validator(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
		],
		None,
	)
}

/// The preset called `id`: a JSON patch of the default genesis. `None` if there is none such.
#[must_use]
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// Names of all presets.
#[must_use]
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::{
		Artifacts, AssayParameters, Audits, Balances, Claims, Models, Runtime, Session, Stake,
		Tasks, Verification,
	};
	use assay_primitives::Manifest;
	use assay_traits::Stake as _;
	use frame_support::genesis_builder_helper::build_state;
	use sp_io::TestExternalities;

	/// Lays a JSON merge patch (RFC 7396) over a value.
	fn merge(value: &mut Value, patch: Value) {
		match (value, patch) {
			(Value::Object(value), Value::Object(patch)) => {
				for (key, patch) in patch {
					merge(value.entry(key).or_insert(Value::Null), patch);
				}
			},
			(value, patch) => *value = patch,
		}
	}

	/// The state that a preset leads to, as a chain's first block finds it.
	fn state(name: &str) -> TestExternalities {
		let patch = serde_json::from_slice(&preset(&name.into()).unwrap()).unwrap();
		let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		merge(&mut config, patch);
		let mut chain = TestExternalities::default();
		chain.execute_with(|| {
			build_state::<RuntimeGenesisConfig>(serde_json::to_vec(&config).unwrap()).unwrap();
		});
		chain
	}

	/// A chain of the preset `development`.
	pub fn development() -> TestExternalities {
		state(DEV_RUNTIME_PRESET)
	}

	/// A chain of the preset `local_testnet`.
	pub fn local() -> TestExternalities {
		state(LOCAL_TESTNET_RUNTIME_PRESET)
	}

	/// Checks what each of our pallets says must always hold.
	pub fn try_state() {
		Artifacts::do_try_state().unwrap();
		AssayParameters::do_try_state().unwrap();
		Audits::do_try_state().unwrap();
		Claims::do_try_state().unwrap();
		Models::do_try_state().unwrap();
		Stake::do_try_state().unwrap();
		Tasks::do_try_state().unwrap();
		Verification::do_try_state().unwrap();
	}

	#[test]
	fn all_presets_build_a_sound_state() {
		for name in preset_names() {
			state(name.as_ref()).execute_with(try_state);
		}
		assert_eq!(preset(&"unknown".into()), None);
	}

	#[test]
	fn the_development_chain_has_one_validator_and_sudo() {
		development().execute_with(|| {
			let alice = Sr25519Keyring::Alice.to_account_id();
			assert_eq!(Session::validators(), std::slice::from_ref(&alice));
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(alice));
		});
	}

	#[test]
	fn the_local_chain_has_four_validators_and_no_sudo() {
		local().execute_with(|| {
			let validators = [
				Sr25519Keyring::Alice,
				Sr25519Keyring::Bob,
				Sr25519Keyring::Charlie,
				Sr25519Keyring::Dave,
			];
			assert_eq!(Session::validators(), validators.map(|key| key.to_account_id()));
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
		});
	}

	#[test]
	fn validators_are_active_verifiers() {
		for mut chain in [development(), local()] {
			chain.execute_with(|| {
				let active = pallet_assay_verification::ActiveVerifiers::<Runtime>::get();
				let accounts: Vec<_> = active.iter().map(|verifier| &verifier.account).collect();
				assert_eq!(accounts, Session::validators().iter().collect::<Vec<_>>());
				for verifier in &active {
					assert_eq!(Stake::ensure_active(&verifier.account, Role::Verifier), Ok(()));
					assert_eq!(verifier.noted, Stake::bonded(&verifier.account));
				}
			});
		}
	}

	#[test]
	fn models_can_be_verified_from_the_start() {
		for mut chain in [development(), local()] {
			chain.execute_with(|| {
				let scheme = pallet_assay_models::Scheme::<Runtime>::get();
				let published =
					include_bytes!("../../sdk/programs/multi_factor/multi_factor_v1.wasm");
				assert_eq!(Manifest::of(published).id(), MULTI_FACTOR_V1);
				let (program, limits) = (MULTI_FACTOR_V1, LIMITS);
				assert_eq!(scheme, Some(SchemeTerms { program, limits }));
			});
		}
	}

	#[test]
	fn issuance_is_the_sum_of_the_endowments() {
		local().execute_with(|| {
			assert_eq!(Balances::total_issuance(), 12 * ENDOWMENT);
		});
	}
}
