//! Who makes blocks (BABE), who finalises them (GRANDPA), and what becomes of those who do both
//! twice.

use super::{
	monetary::{BYTE_DEPOSIT, ITEM_DEPOSIT},
	system::time::{self, prod_or_fast},
};
use crate::{
	weights, AccountId, Authorship, Babe, Balance, Balances, BlockNumber, Grandpa, Historical,
	Offences, Runtime, RuntimeEvent, Session, Verification,
};
use alloc::vec::Vec;
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, Get, KeyOwnerProofSystem},
	weights::Weight,
};
use pallet_session::{
	disabling::UpToLimitWithReEnablingDisablingStrategy,
	historical::{IdentificationTuple, NoteHistoricalRoot},
	QueuedKeys,
};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::{
	impl_opaque_keys,
	traits::{Convert, ConvertInto, OpaqueKeys},
	KeyTypeId, Perbill,
};
use sp_session::MembershipProof;
use sp_staking::{
	offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
	SessionIndex,
};

/// Slots, and so blocks, in an epoch: 10 minutes, or one with `fast-runtime`.
pub const EPOCH_SLOTS: BlockNumber = prod_or_fast(10 * time::MINUTES, time::MINUTES);
/// Most validators.
pub const MAX_VALIDATORS: u32 = 100;
/// Sessions during which an equivocation can be reported: a day, or ten sessions with
/// `fast-runtime`.
pub const REPORT_SESSIONS: SessionIndex = prod_or_fast(time::DAYS / (10 * time::MINUTES), 10);

/// How blocks are made: a quarter of the slots have a primary author drawn by lot, and every other
/// one a secondary author. Both kinds carry a VRF output, so that there is randomness in each
/// block.
pub const BABE_GENESIS_EPOCH: BabeEpochConfiguration =
	BabeEpochConfiguration { c: (1, 4), allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

impl_opaque_keys! {
	/// The keys with which a validator's node takes part.
	pub struct SessionKeys {
		pub babe: Babe,
		pub grandpa: Grandpa,
		pub verifier: Verification,
	}
}

parameter_types! {
	/// Held from a validator while its session keys are stored.
	pub const KeyDeposit: Balance = 4 * ITEM_DEPOSIT + 300 * BYTE_DEPOSIT;
	/// Blocks for which a report of an equivocation stays in the pool.
	pub ReportLongevity: u64 = u64::from(REPORT_SESSIONS * EPOCH_SLOTS);
	/// Sessions whose GRANDPA authorities are remembered.
	pub SetIdSessions: u64 = u64::from(REPORT_SESSIONS);
	/// Slots in an epoch.
	pub EpochDuration: u64 = u64::from(EPOCH_SLOTS);
}

impl pallet_babe::Config for Runtime {
	type DisabledValidators = Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = EpochDuration;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, SmallProofs, ReportLongevity>;
	type ExpectedBlockTime = ConstU64<{ time::SLOT_MILLIS }>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<0>;
	type WeightInfo = weights::pallet_babe::WeightInfo<Runtime>;
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = ();
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
	type KeyDeposit = KeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = NoteHistoricalRoot<Self, GenesisValidators>;
	type ShouldEndSession = Babe;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type WeightInfo = weights::pallet_session::WeightInfo<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
	type FullIdentification = ();
	type FullIdentificationOf = NoFurtherIdentification;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
	type IdentificationTuple = IdentificationTuple<Self>;
	type OnOffenceHandler = DisableOffenders;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, SmallProofs, ReportLongevity>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = SetIdSessions;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_grandpa::WeightInfo<Runtime>;
}

/// Proofs of who a key belonged to, none larger than honest ones: all of a proof is put into a trie
/// before anything in it is looked at, and its size is in no weight.
pub struct SmallProofs;

impl SmallProofs {
	/// Most nodes of a trie in a proof. Those to two of 400 entries are five each, or fewer.
	const NODES: usize = 32;
	/// Most bytes of each: 16 hashes with their lengths, and a few more.
	const NODE_BYTES: usize = 1_024;

	fn is_small(proof: &MembershipProof) -> bool {
		proof.trie_nodes.len() <= Self::NODES
			&& proof.trie_nodes.iter().all(|node| node.len() <= Self::NODE_BYTES)
	}
}

impl<D: AsRef<[u8]>> KeyOwnerProofSystem<(KeyTypeId, D)> for SmallProofs {
	type IdentificationTuple = IdentificationTuple<Runtime>;
	type Proof = MembershipProof;

	fn prove(key: (KeyTypeId, D)) -> Option<MembershipProof> {
		Historical::prove(key)
	}

	fn check_proof(
		key: (KeyTypeId, D),
		proof: MembershipProof,
	) -> Option<IdentificationTuple<Runtime>> {
		Self::is_small(&proof).then(|| Historical::check_proof(key, proof))?
	}
}

/// A validator is its account and nothing more.
pub struct NoFurtherIdentification;

impl Convert<AccountId, Option<()>> for NoFurtherIdentification {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

/// The validators of the genesis stay. A new set is announced only when one of them changed its
/// keys, so that GRANDPA's authority set, and with it the proofs of a warp sync, change no more
/// often than they must.
pub struct GenesisValidators;

impl GenesisValidators {
	/// The validators, if the session after next has other keys than the next one, or if there is
	/// no root yet by which their keys can be proved.
	fn changed(planned: SessionIndex) -> Option<Vec<AccountId>> {
		let queued = QueuedKeys::<Runtime>::get();
		let rotated =
			queued.iter().any(|(who, keys)| Session::load_keys(who).as_ref() != Some(keys));
		let unproved = !pallet_session::historical::HistoricalSessions::<Runtime>::contains_key(
			planned.saturating_sub(1),
		);
		(rotated || unproved).then(|| queued.into_iter().map(|(who, _)| who).collect())
	}
}

impl pallet_session::SessionManager<AccountId> for GenesisValidators {
	fn new_session(planned: SessionIndex) -> Option<Vec<AccountId>> {
		Self::changed(planned)
	}
	fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
		None
	}
	fn start_session(_: SessionIndex) {}
	fn end_session(_: SessionIndex) {}
}

impl pallet_session::historical::SessionManager<AccountId, ()> for GenesisValidators {
	fn new_session(planned: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		Some(Self::changed(planned)?.into_iter().map(|who| (who, ())).collect())
	}
	fn new_session_genesis(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		None
	}
	fn start_session(started: SessionIndex) {
		Historical::prune_up_to(started.saturating_sub(REPORT_SESSIONS));
	}
	fn end_session(_: SessionIndex) {
		// Upstream does so when keys change, and only then.
		pallet_session::DisabledValidators::<Runtime>::kill();
	}
}

/// Validators that equivocated make no blocks for the rest of the session, as long as no more than
/// a third of them is shut out.
pub struct DisableOffenders;

impl OnOffenceHandler<AccountId, IdentificationTuple<Runtime>, Weight> for DisableOffenders {
	fn on_offence(
		offenders: &[OffenceDetails<AccountId, IdentificationTuple<Runtime>>],
		fractions: &[Perbill],
		_: SessionIndex,
	) -> Weight {
		for (offence, fraction) in offenders.iter().zip(fractions) {
			let (validator, ()) = &offence.offender;
			Session::report_offence(validator.clone(), OffenceSeverity(*fraction));
		}
		<Runtime as frame_system::Config>::DbWeight::get().reads_writes(2, 1)
	}
}

/// BABE's current epoch. In the first block of an epoch, it is known from the start.
pub struct BabeEpoch;

impl Get<u64> for BabeEpoch {
	fn get() -> u64 {
		Babe::epoch_index()
	}
}

/// The author of the block, once it is known.
pub(super) fn author() -> Option<AccountId> {
	Authorship::author()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{genesis, System};
	use codec::Encode;
	use frame_support::traits::Hooks;
	use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

	fn alice() -> AccountId {
		Sr25519Keyring::Alice.to_account_id()
	}

	/// Goes to the session after the current one.
	fn rotate() {
		Session::rotate_session();
	}

	#[test]
	fn an_epoch_is_ten_minutes_or_one() {
		let millis = u64::from(EPOCH_SLOTS) * time::SLOT_MILLIS;
		assert_eq!(millis, if cfg!(feature = "fast-runtime") { 60_000 } else { 600_000 });
	}

	#[test]
	fn every_block_has_randomness() {
		assert!(BABE_GENESIS_EPOCH.allowed_slots.is_secondary_vrf_slots_allowed());
		genesis::tests::local().execute_with(|| {
			assert_eq!(Babe::epoch_config(), Some(BABE_GENESIS_EPOCH));
		});
	}

	#[test]
	fn the_authority_set_stays_while_keys_stay() {
		genesis::tests::local().execute_with(|| {
			// The first rotation announces the set, so that its keys can be proved afterwards.
			let announced = |session| {
				<GenesisValidators as pallet_session::SessionManager<_>>::new_session(session)
			};
			assert_eq!(announced(2).map(|validators| validators.len()), Some(4));
			for _ in 0..3 {
				rotate();
			}
			assert_eq!(announced(Session::current_index() + 2), None);
			assert_eq!(Session::validators().len(), 4);
		});
	}

	#[test]
	fn rotated_keys_are_announced_and_can_be_proved() {
		genesis::tests::local().execute_with(|| {
			for _ in 0..3 {
				rotate();
			}
			let mut keys = Session::load_keys(&alice()).unwrap();
			keys.grandpa = Ed25519Keyring::Ferdie.public().into();
			pallet_session::NextKeys::<Runtime>::insert(alice(), &keys);
			let planned = Session::current_index() + 2;
			let announced =
				<GenesisValidators as pallet_session::SessionManager<_>>::new_session(planned);
			assert_eq!(announced.map(|validators| validators.len()), Some(4));

			rotate();
			rotate();
			let key = (sp_consensus_grandpa::KEY_TYPE, keys.grandpa.clone());
			let proof = Historical::prove(key.clone()).unwrap();
			rotate();
			assert_eq!(Historical::check_proof(key, proof), Some((alice(), ())));
		});
	}

	#[test]
	fn old_sessions_are_forgotten() {
		genesis::tests::local().execute_with(|| {
			for _ in 0..REPORT_SESSIONS + 5 {
				rotate();
			}
			let kept =
				pallet_session::historical::HistoricalSessions::<Runtime>::iter_keys().count();
			assert!(kept <= REPORT_SESSIONS as usize + 2, "{kept}");
		});
	}

	#[test]
	fn an_offender_is_shut_out_of_a_larger_set() {
		let shut_out = |mut chain: sp_io::TestExternalities| {
			chain.execute_with(|| {
				let offence = OffenceDetails { offender: (alice(), ()), reporters: Vec::new() };
				DisableOffenders::on_offence(&[offence], &[Perbill::from_percent(50)], 0);
				Session::disabled_validators()
			})
		};
		assert_eq!(shut_out(genesis::tests::local()), [0]);
		// A single validator goes on: a chain without any would stand still.
		assert!(shut_out(genesis::tests::development()).is_empty());
	}

	#[test]
	fn an_offender_is_shut_out_for_the_rest_of_the_session() {
		genesis::tests::local().execute_with(|| {
			// Keys change no more.
			for _ in 0..3 {
				rotate();
			}
			let offence = OffenceDetails { offender: (alice(), ()), reporters: Vec::new() };
			DisableOffenders::on_offence(&[offence], &[Perbill::from_percent(50)], 3);
			assert_eq!(Session::disabled_validators(), [0]);
			rotate();
			assert!(Session::disabled_validators().is_empty());
		});
	}

	#[test]
	fn proofs_are_no_larger_than_honest_ones() {
		genesis::tests::local().execute_with(|| {
			let key = (sp_consensus_babe::KEY_TYPE, Session::load_keys(&alice()).unwrap().babe);
			let honest = SmallProofs::prove(key.clone()).unwrap();
			assert_eq!(SmallProofs::check_proof(key.clone(), honest.clone()), Some((alice(), ())));
			// What is refused here is no work for who checks the rest: that would take seconds.
			let nodes = (0..33u32).map(|node| node.encode()).collect();
			let many = MembershipProof { trie_nodes: nodes, ..honest.clone() };
			assert!(!SmallProofs::is_small(&many));
			assert_eq!(SmallProofs::check_proof(key.clone(), many), None);
			let mut large = honest;
			large.trie_nodes.push(vec![0; SmallProofs::NODE_BYTES + 1]);
			assert!(!SmallProofs::is_small(&large));
			assert_eq!(SmallProofs::check_proof(key, large), None);
		});
	}

	#[test]
	fn keys_from_the_seed_are_those_of_the_genesis() {
		use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
		let mut chain = genesis::tests::development();
		chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
		chain.execute_with(|| {
			let generated = SessionKeys::generate(&[], Some(b"//Alice".to_vec()));
			assert_eq!(Some(generated.keys), Session::load_keys(&alice()));
		});
	}

	/// The start of the next block, of some slot, after one with some VRF output.
	fn next_block(slot: u64, output: u8) {
		use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
		let now = System::block_number() + 1;
		pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some([output; 32]));
		let (authority_index, slot) = (0, slot.into());
		let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
		let log = sp_runtime::DigestItem::PreRuntime(
			sp_consensus_babe::BABE_ENGINE_ID,
			codec::Encode::encode(&digest),
		);
		System::initialize(&now, &Default::default(), &sp_runtime::Digest { logs: vec![log] });
		Babe::on_initialize(now);
		Session::on_initialize(now);
		crate::Models::on_initialize(now);
		Babe::on_finalize(now);
	}

	/// The beacon of an intent of epoch 0, if the blocks of epochs 0, 1 and 2 have these outputs.
	fn beacon(outputs: [u8; 3]) -> Option<assay_primitives::H256> {
		genesis::tests::local().execute_with(|| {
			let first = 1_000;
			next_block(first, 0);
			let (root, ratio) = (Default::default(), assay_primitives::Score(1));
			crate::Models::intend(crate::RuntimeOrigin::signed(alice()), root, ratio).unwrap();
			let known = || crate::Models::intent(0).unwrap().beacon;
			for (epoch, output) in (1..).zip(outputs) {
				next_block(first + epoch * EpochDuration::get() - 1, output);
				assert_eq!(BabeEpoch::get(), epoch - 1);
				assert_eq!(known().is_some(), epoch > 2);
				next_block(first + epoch * EpochDuration::get(), output);
				assert_eq!(BabeEpoch::get(), epoch);
				assert_eq!(known().is_some(), epoch >= 2);
			}
			known()
		})
	}

	#[test]
	fn a_beacon_is_made_in_the_epoch_after_that_of_its_intent() {
		let as_it_is = beacon([1, 2, 3]);
		assert!(as_it_is.is_some());
		assert_ne!(beacon([1, 9, 3]), as_it_is);
		assert_eq!(beacon([1, 2, 9]), as_it_is);
	}

	/// Why the beacon is not BABE's own randomness: that of an epoch this short knows nothing of
	/// its blocks.
	#[test]
	fn the_randomness_of_babe_is_foreseen() {
		const { assert!(EPOCH_SLOTS < 256) };
		let randomness = |outputs: Vec<[u8; 32]>| {
			genesis::tests::local().execute_with(|| {
				next_block(1_000, 0);
				let outputs =
					frame_support::BoundedVec::<_, ConstU32<256>>::try_from(outputs).unwrap();
				pallet_babe::UnderConstruction::<Runtime>::insert(0, outputs);
				next_block(1_000 + EpochDuration::get(), 0);
				assert_eq!(BabeEpoch::get(), 1);
				pallet_babe::NextRandomness::<Runtime>::get()
			})
		};
		assert_eq!(randomness(vec![[1; 32]; 200]), randomness(vec![[2; 32]; 200]));
	}

	#[test]
	fn hooks_of_an_empty_block_leave_room() {
		genesis::tests::local().execute_with(|| {
			System::set_block_number(1);
			let used = crate::Verification::on_initialize(1)
				.saturating_add(crate::Stake::on_initialize(1))
				.saturating_add(crate::Models::on_initialize(1));
			let most = super::super::system::RuntimeBlockWeights::get().max_block;
			assert!(used.ref_time() < most.ref_time() / 10, "{used:?}");
		});
	}
}
