//! Registrations of models in blocks of this runtime, and canaries among its claims.

mod audits;

use crate::{
	genesis, Artifacts, Block, Executive, Header, Models, Runtime, RuntimeCall, RuntimeOrigin,
	Signature, SignedPayload, System, TxExtension, UncheckedExtrinsic, Utility,
};
use assay_primitives::{file, ArtifactId, File, Manifest, Score, H256};
use assay_watermark::{
	evidence, key,
	projection::{is_set, signs, wanted, BITS},
	Element, Place, Secret, Slice, Statistics,
};
use codec::Encode;
use frame_support::{
	assert_ok,
	dispatch::{DispatchClass, GetDispatchInfo},
	storage::with_transaction,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_assay_models::{
	Beacon, Beacons, Call, CleanData, Error, Name, Parents, Registration, SchemeTerms, Stage,
};
use sp_keyring::Sr25519Keyring::{self, Alice};
use sp_runtime::{
	traits::{Block as _, Header as _},
	transaction_validity::InvalidTransaction,
	ApplyExtrinsicResult, Digest, DigestItem, DispatchError, TransactionOutcome,
};

const SECRET: Secret = Secret { bytes: H256::repeat_byte(1), sub_keys: 16 };
const BEACON: H256 = H256::repeat_byte(2);
const RATIO: Score = Score(700_000_000);
const PLACE: Place = Place { offset: 8, element: Element::F32, groups: 2_048, group_len: 1 };

/// The header of the first block.
fn header() -> Header {
	use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
	let digest = SecondaryPlainPreDigest { authority_index: 0, slot: 1.into() };
	let pre = PreDigest::SecondaryPlain(digest).encode();
	let logs = vec![DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, pre)];
	let parent = System::block_hash(0);
	Header::new(1, H256::zero(), H256::zero(), parent, Digest { logs })
}

fn signed(who: Sr25519Keyring, nonce: u32, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	let mut extension: TxExtension =
		<Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::create_extension();
	extension.6 = frame_system::CheckNonce::from(nonce);
	let payload = SignedPayload::new(call.into(), extension).unwrap();
	let signature = Signature::Sr25519(payload.using_encoded(|bytes| who.sign(bytes)));
	let (call, extension, _) = payload.deconstruct();
	UncheckedExtrinsic::new_signed(call, who.to_account_id().into(), signature, extension)
}

/// Stores an artifact, as if its chunks had been uploaded.
pub(crate) fn store(bytes: &[u8]) -> ArtifactId {
	let manifest = Manifest::of(bytes);
	let id = manifest.id();
	let chunks = manifest.chunks.try_into().unwrap();
	let owner = RuntimeOrigin::signed(Alice.to_account_id());
	assert_ok!(Artifacts::announce(owner, manifest.size, chunks));
	pallet_assay_artifacts::Artifacts::<Runtime>::mutate_extant(id, |artifact| {
		let stored = pallet_assay_artifacts::Stored { block: 0, extrinsic: 0, until: u32::MAX };
		artifact.chunks.iter_mut().for_each(|chunk| chunk.stored = Some(stored));
	});
	id
}

/// A model that carries the bits of a key: each weight is the sum of the signs that they ask for.
fn marked(key: &H256) -> Vec<u8> {
	let mut weights = vec![0i16; PLACE.groups as usize];
	let wanted = wanted(key);
	for bit in 0..BITS {
		let wish = if is_set(&wanted, bit) { 1 } else { -1 };
		for (part, weights) in (0u32..).zip(weights.chunks_mut(256)) {
			let signs = signs(key, bit, part);
			for (weight, at) in weights.iter_mut().zip(0u32..) {
				*weight += if is_set(&signs, at) { -wish } else { wish };
			}
		}
	}
	let weights = weights.iter().flat_map(|weight| f32::from(*weight).to_le_bytes());
	[0; 8].into_iter().chain(weights).collect()
}

/// A chain before its first block, in which Alice can register a model with each of her sub-keys.
fn with_registrations(test: impl FnOnce(Vec<Registration>)) {
	genesis::tests::development().execute_with(|| {
		let scheme = SchemeTerms { program: store(b"p"), limits: evidence::LIMITS };
		assert_ok!(Models::set_scheme(RuntimeOrigin::root(), Some(scheme)));
		let alice = Alice.to_account_id();
		assert_ok!(Models::intend(RuntimeOrigin::signed(alice.clone()), SECRET.root(), RATIO));
		Beacons::<Runtime>::insert(0, Beacon { value: Some(BEACON), intents: 1 });
		let clean = CleanData { id: store(b"c"), root: H256::zero(), chunk_rows: 64 };
		let registration = |sub_key| {
			let opening = SECRET.open(sub_key).unwrap();
			let key = key::watermark(&alice, 0, &SECRET.root(), sub_key, &opening.sub_key, &BEACON);
			let bytes = marked(&key);
			let tree = file::tree(&bytes);
			let file = File { id: store(&bytes), bytes: bytes.len() as u32, root: tree.root() };
			let slice = Slice::cut(&bytes, PLACE).unwrap();
			let bit_matches = evidence::bit_matches(&slice, &file, &key).unwrap();
			Registration {
				intent: 0,
				name: Name::truncate_from(b"digits".to_vec()),
				file,
				length: tree.prove(0).unwrap(),
				opening,
				slice,
				statistics: Statistics {
					classes: 10,
					trigger_matches: 60,
					bit_matches,
					ratio: RATIO,
				},
				accuracy: Score(Score::ONE),
				clean,
				card: H256::zero(),
				signature_manifest: H256::zero(),
				parents: Parents::default(),
				claim: None,
			}
		};
		let registrations = (0..5).map(registration).collect();
		test(registrations);
		genesis::tests::try_state();
	});
}

fn register(registration: &Registration) -> Call<Runtime> {
	Call::register { registration: registration.clone().into() }
}

/// As an author does it: what is invalid leaves nothing.
fn apply(nonce: u32, call: impl Into<RuntimeCall>) -> ApplyExtrinsicResult {
	with_transaction(|| {
		let applied = Executive::apply_extrinsic(signed(Alice, nonce, call));
		match applied {
			Ok(_) => TransactionOutcome::Commit(Ok::<_, DispatchError>(applied)),
			Err(_) => TransactionOutcome::Rollback(Ok(applied)),
		}
	})
	.unwrap()
}

#[test]
fn no_transaction_takes_an_author_his_slot() {
	with_registrations(|_| {
		Executive::initialize_block(&header());
		let limits = <Runtime as frame_system::Config>::BlockWeights::get();
		for class in DispatchClass::non_mandatory() {
			let most = limits.get(*class).max_extrinsic.unwrap();
			assert!(most.ref_time() <= limits.max_block.ref_time() / 8);
		}
		let batch = |count| {
			let dest = Sr25519Keyring::Bob.to_account_id().into();
			let transfer = pallet_balances::Call::transfer_keep_alive { dest, value: 1 };
			let calls = vec![transfer.into(); count];
			RuntimeCall::from(pallet_utility::Call::<Runtime>::batch { calls })
		};
		let weight = |count| batch(count).get_dispatch_info().call_weight.ref_time();
		let most = limits.get(DispatchClass::Normal).max_extrinsic.unwrap().ref_time();
		let count = (most / (weight(2) - weight(1))) as usize + 1;
		let full = InvalidTransaction::ExhaustsResources.into();
		assert_eq!(apply(0, batch(count)), Err(full));
		assert_eq!(apply(0, batch(count / 2)), Ok(Ok(())));
	});
}

/// How a transaction is refused with an error of the models.
fn custom(error: Error<Runtime>) -> ApplyExtrinsicResult {
	Err(InvalidTransaction::Custom(((55 % 8) << 5) | error.encode()[0]).into())
}

#[test]
fn a_registration_is_in_a_block_if_its_evidence_holds() {
	with_registrations(|registrations| {
		Executive::initialize_block(&header());
		let good = &registrations[0];
		let mut forged = good.clone();
		forged.slice.chunks[0].bytes[100] ^= 1;
		assert_eq!(apply(0, register(&forged)), custom(Error::SliceNotProved));
		let mut liar = good.clone();
		liar.statistics.bit_matches -= 1;
		assert_eq!(apply(0, register(&liar)), custom(Error::BitsDiffer));
		assert_eq!(apply(0, register(good)), Ok(Ok(())));
		assert_eq!(Models::model(0).unwrap().stage, Stage::Pending);
		assert_eq!(apply(1, register(good)), custom(Error::AlreadyOpened));
	});
}

/// What an author puts into a block against the rules no other node executes.
#[test]
#[should_panic(expected = "InvalidTransaction custom error")]
fn a_block_with_an_invalid_registration_is_invalid() {
	with_registrations(|registrations| {
		let mut forged = registrations[0].clone();
		forged.slice.chunks[0].bytes[100] ^= 1;
		let block = Block::new(header(), vec![signed(Alice, 0, register(&forged))]);
		Executive::execute_block(block.into());
	});
}

#[test]
fn four_registrations_are_in_a_block() {
	with_registrations(|registrations| {
		Executive::initialize_block(&header());
		for (nonce, registration) in (0..).zip(&registrations[..4]) {
			assert_eq!(apply(nonce, register(registration)), Ok(Ok(())));
		}
		let full = InvalidTransaction::ExhaustsResources.into();
		assert_eq!(apply(4, register(&registrations[4])), Err(full));
	});
}

#[test]
fn no_registration_is_inside_of_another_call() {
	with_registrations(|registrations| {
		Executive::initialize_block(&header());
		let inner = RuntimeCall::from(register(&registrations[0]));
		let batch = pallet_utility::Call::<Runtime>::batch_all { calls: vec![inner] };
		let error = DispatchError::from(Error::<Runtime>::NotTopLevel);
		let result = apply(0, batch).unwrap();
		assert_eq!(result.map_err(DispatchError::stripped), Err(error.stripped()));
		// Nor after one that is not.
		assert_eq!(apply(1, register(&registrations[0])), Ok(Ok(())));
		let again = Utility::dispatch_as_fallible(
			RuntimeOrigin::root(),
			Box::new(frame_system::RawOrigin::Signed(Alice.to_account_id()).into()),
			Box::new(register(&registrations[1]).into()),
		);
		assert!(again.is_err());
		assert_eq!(pallet_assay_models::NextModel::<Runtime>::get(), 1);
	});
}
