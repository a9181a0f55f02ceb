//! Session keys. Upstream's benchmarks of them need its pallet for staking.

use crate::{
	config::consensus::{KeyDeposit, MAX_VALIDATORS},
	AccountId, Authorship, Balances, Runtime, RuntimeOrigin, Session, SessionKeys, System,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use pallet_session::{KeyOwner, NextKeys, Validators};
use sp_runtime::{traits::OpaqueKeys, DigestItem};

/// What is benchmarked.
pub struct Pallet<T>(core::marker::PhantomData<T>);

/// Whose calls are benchmarked: those of this runtime.
pub trait Config: frame_system::Config {}

impl Config for Runtime {}

/// New keys of an account, and the proof that it has them.
fn generate(owner: &AccountId) -> (SessionKeys, Vec<u8>) {
	let generated = SessionKeys::generate(&owner.encode(), None);
	(generated.keys, generated.proof.encode())
}

/// An account that can pay for its keys.
fn owner() -> AccountId {
	let owner = account("validator", 0, 0);
	Balances::set_balance(&owner, 10 * KeyDeposit::get());
	owner
}

/// Makes the most validators that there can be, and gives the keys of the last, which the keystore
/// has.
pub fn validators() -> SessionKeys {
	let owners: Vec<AccountId> = (0..MAX_VALIDATORS).map(|n| account("validator", n, 0)).collect();
	let all = owners.iter().map(|owner| (owner, generate(owner).0)).collect::<Vec<_>>();
	for (owner, keys) in &all {
		NextKeys::<Runtime>::insert(owner, keys);
		for id in SessionKeys::key_ids() {
			KeyOwner::<Runtime>::insert((*id, keys.get_raw(*id).to_vec()), owner);
		}
	}
	Validators::<Runtime>::put(&owners);
	all.last().map(|(_, keys)| keys.clone()).expect("there is a validator")
}

/// Gives the current block an author, who has money.
pub fn author() {
	use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
	let digest =
		PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot: 1.into() });
	let engine = sp_consensus_babe::BABE_ENGINE_ID;
	System::deposit_log(DigestItem::PreRuntime(engine, digest.encode()));
	let author = Authorship::author().expect("the genesis has a validator");
	Balances::set_balance(&author, KeyDeposit::get());
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Other keys than those that are stored.
	#[benchmark]
	fn set_keys() -> Result<(), BenchmarkError> {
		let owner = owner();
		let origin = || RuntimeOrigin::signed(owner.clone());
		let (old, proof) = generate(&owner);
		Session::set_keys(origin(), old, proof)?;
		let (keys, proof) = generate(&owner);

		#[block]
		{
			Session::set_keys(origin(), keys.clone(), proof)?;
		}

		assert_eq!(NextKeys::<Runtime>::get(owner), Some(keys));
		Ok(())
	}

	#[benchmark]
	fn purge_keys() -> Result<(), BenchmarkError> {
		let owner = owner();
		let origin = || RuntimeOrigin::signed(owner.clone());
		let (keys, proof) = generate(&owner);
		Session::set_keys(origin(), keys, proof)?;

		#[block]
		{
			Session::purge_keys(origin())?;
		}

		assert_eq!(NextKeys::<Runtime>::get(owner), None);
		Ok(())
	}
}
