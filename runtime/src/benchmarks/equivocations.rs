//! Reports of blocks and votes that contradict each other: validated and executed, among the most
//! validators there can be, in the session in which they were made, whose proofs cost the most.

use super::session::validators;
use crate::{
	config::consensus::EPOCH_SLOTS, Babe, Grandpa, Hash, Header, Historical, Runtime, RuntimeOrigin,
};
use alloc::boxed::Box;
use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_support::traits::KeyOwnerProofSystem;
use pallet_session::CurrentIndex;
use sp_runtime::{traits::Header as _, Digest, DigestItem, RuntimeAppPublic};
use sp_staking::offence::OffenceReportSystem;

/// The session of the reports.
const SESSION: u32 = 1;

/// An author that made two blocks in one slot.
pub mod babe {
	use super::*;
	use sp_consensus_babe::{
		digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
		AuthorityId, BabeEpochConfiguration, EquivocationProof, Slot, KEY_TYPE,
	};
	use sp_session::MembershipProof;

	/// What is benchmarked.
	pub struct Pallet<T>(core::marker::PhantomData<T>);

	/// Whose calls are benchmarked: those of this runtime.
	pub trait Config: frame_system::Config {}

	impl Config for Runtime {}

	fn block(key: &AuthorityId, slot: Slot, state: u8) -> Header {
		let digest = SecondaryPlainPreDigest { authority_index: 0, slot };
		let pre = DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(digest));
		let digest = Digest { logs: alloc::vec![pre] };
		let state = Hash::repeat_byte(state);
		let mut header = Header::new(1, Hash::zero(), state, Hash::zero(), digest);
		let seal = key.sign(&header.hash()).expect("the keystore has the key");
		header.digest_mut().push(DigestItem::babe_seal(seal));
		header
	}

	fn report() -> (EquivocationProof<Header>, MembershipProof) {
		let offender = validators().babe;
		CurrentIndex::<Runtime>::put(SESSION);
		pallet_babe::GenesisSlot::<Runtime>::put(Slot::from(1));
		let slot = Slot::from(1 + u64::from(SESSION * EPOCH_SLOTS));
		let owner =
			Historical::prove((KEY_TYPE, offender.clone())).expect("the validator is there");
		let (first_header, second_header) = (block(&offender, slot, 1), block(&offender, slot, 2));
		(EquivocationProof { offender, slot, first_header, second_header }, owner)
	}

	#[benchmarks]
	mod benchmarks {
		use super::*;

		#[benchmark]
		fn plan_config_change() -> Result<(), BenchmarkError> {
			let BabeEpochConfiguration { c, allowed_slots } =
				crate::config::consensus::BABE_GENESIS_EPOCH;
			let config = sp_consensus_babe::digests::NextConfigDescriptor::V1 { c, allowed_slots };

			#[block]
			{
				Babe::plan_config_change(RuntimeOrigin::root(), config)?;
			}

			Ok(())
		}

		#[benchmark]
		fn report_equivocation() -> Result<(), BenchmarkError> {
			type System = <Runtime as pallet_babe::Config>::EquivocationReportSystem;
			let (equivocation, owner) = report();

			#[block]
			{
				System::check_evidence((equivocation.clone(), owner.clone()))
					.map_err(|_| "the evidence is refused")?;
				Babe::report_equivocation_unsigned(
					RuntimeOrigin::none(),
					Box::new(equivocation),
					owner,
				)
				.map_err(|refused| refused.error)?;
			}

			assert_eq!(pallet_offences::Reports::<Runtime>::iter().count(), 1);
			Ok(())
		}
	}
}

/// A voter that voted for two blocks in one round.
pub mod grandpa {
	use super::*;
	use sp_consensus_grandpa::{EquivocationProof, KEY_TYPE};
	use sp_session::MembershipProof;

	/// What is benchmarked.
	pub struct Pallet<T>(core::marker::PhantomData<T>);

	/// Whose calls are benchmarked: those of this runtime.
	pub trait Config: frame_system::Config {}

	impl Config for Runtime {}

	/// The code of a prevote, among votes and among equivocations.
	const PREVOTE: u8 = 0;

	fn report() -> (EquivocationProof<Hash, u32>, MembershipProof) {
		let offender = validators().grandpa;
		CurrentIndex::<Runtime>::put(SESSION);
		let (set, round) = (u64::from(SESSION), 1u64);
		for set in 0..=SESSION {
			pallet_grandpa::SetIdSession::<Runtime>::insert(u64::from(set), set);
		}
		let owner =
			Historical::prove((KEY_TYPE, offender.clone())).expect("the validator is there");
		let vote = |hash| {
			let target = (Hash::repeat_byte(hash), 1u32);
			let payload = (PREVOTE, target, round, set).encode();
			let signature = offender.sign(&payload).expect("the keystore has the key");
			(target, signature)
		};
		let proof = (set, PREVOTE, round, offender.clone(), vote(1), vote(2)).encode();
		let proof = Decode::decode(&mut proof.as_slice()).expect("this is how it is encoded");
		(proof, owner)
	}

	#[benchmarks]
	mod benchmarks {
		use super::*;

		#[benchmark]
		fn report_equivocation() -> Result<(), BenchmarkError> {
			type System = <Runtime as pallet_grandpa::Config>::EquivocationReportSystem;
			let (equivocation, owner) = report();

			#[block]
			{
				System::check_evidence((equivocation.clone(), owner.clone()))
					.map_err(|_| "the evidence is refused")?;
				Grandpa::report_equivocation_unsigned(
					RuntimeOrigin::none(),
					Box::new(equivocation),
					owner,
				)
				.map_err(|refused| refused.error)?;
			}

			assert_eq!(pallet_offences::Reports::<Runtime>::iter().count(), 1);
			Ok(())
		}

		#[benchmark]
		fn note_stalled() -> Result<(), BenchmarkError> {
			#[block]
			{
				Grandpa::note_stalled(RuntimeOrigin::root(), 1_000, 1)?;
			}

			Ok(())
		}
	}
}
