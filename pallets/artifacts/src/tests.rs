//! Tests of the calls and of the trait.

mod invariants;

use crate::{mock::*, AdmitChunk, Call, Error, Event, Stored, WeightInfo};
use assay_primitives::{artifact::CHUNK_BYTES, hash, ArtifactId, Manifest, H256};
use assay_traits::Artifacts as _;
use frame_support::{
	assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::fungible::Inspect, BoundedVec,
};
use sp_runtime::{
	traits::{DispatchTransaction, TransactionExtension},
	DispatchError, DispatchResult, TokenError,
};
use sp_state_machine::IndexOperation;

/// Bytes of one chunk.
const SMALL: &[u8] = b"some program";

/// Bytes of two chunks, the second of them with `tail` bytes.
fn large(tail: usize) -> Vec<u8> {
	(0..CHUNK_BYTES + tail).map(|at| (at % 251) as u8).collect()
}

fn announce_call(manifest: &Manifest) -> Call<Test> {
	let chunks = BoundedVec::try_from(manifest.chunks.clone()).unwrap();
	Call::announce { size: manifest.size, chunks }
}

fn announce(who: AccountId, bytes: &[u8]) -> Result<ArtifactId, DispatchError> {
	let manifest = Manifest::of(bytes);
	apply(who, announce_call(&manifest)).map(|()| manifest.id())
}

fn upload(who: AccountId, id: ArtifactId, index: u32, chunk: &[u8]) -> DispatchResult {
	apply(who, Call::upload { id, index, chunk: chunk.to_vec() })
}

fn renew(who: AccountId, id: ArtifactId, index: u32) -> DispatchResult {
	apply(who, Call::renew { id, index })
}

fn remove(who: AccountId, id: ArtifactId) -> DispatchResult {
	apply(who, Call::remove { id })
}

/// Announces and uploads.
fn store(who: AccountId, bytes: &[u8]) -> ArtifactId {
	let id = announce(who, bytes).unwrap();
	for (index, chunk) in bytes.chunks(CHUNK_BYTES).enumerate() {
		upload(who, id, index as u32, chunk).unwrap();
	}
	id
}

fn expires_at(id: ArtifactId) -> u64 {
	Artifacts::status(id).unwrap().expires_at
}

/// That a transaction fails with `error` and leaves the pallet's state as it was.
fn refused(result: impl FnOnce() -> DispatchResult, error: impl Into<DispatchError>) {
	let state = || {
		let mut all: Vec<_> = crate::Artifacts::<Test>::iter().collect();
		all.sort_by_key(|(id, _)| *id);
		(all, Balances::reserved_balance(OWNER), Balances::reserved_balance(OTHER))
	};
	let before = state();
	assert_eq!(result(), Err(error.into()));
	assert_eq!(state(), before);
}

fn last_event() -> Event<Test> {
	System::events()
		.into_iter()
		.rev()
		.find_map(|record| match record.event {
			RuntimeEvent::Artifacts(event) => Some(event),
			_ => None,
		})
		.expect("there is an event")
}

#[docify::export]
#[test]
fn an_artifact_from_announcement_to_removal() {
	build_and_execute(|| {
		// The owner announces a file of two chunks, and puts down a deposit.
		let bytes = large(3);
		let manifest = Manifest::of(&bytes);
		assert_ok!(apply(OWNER, announce_call(&manifest)));
		let id = manifest.id();
		assert_eq!(Balances::reserved_balance(OWNER), deposit(manifest.size));

		// Each chunk is uploaded in a transaction of its own.
		assert_ok!(upload(OWNER, id, 0, &bytes[..CHUNK_BYTES]));
		assert_eq!(
			Artifacts::ensure_available(id, 5, u64::MAX),
			Err(Error::<Test>::Incomplete.into())
		);
		assert_ok!(upload(OWNER, id, 1, &bytes[CHUNK_BYTES..]));
		assert_ok!(Artifacts::ensure_available(id, 11, u64::MAX));

		// Others rely on it: it stays registered, and anybody can have it kept for longer.
		assert_ok!(Artifacts::pin(id));
		refused(|| remove(OWNER, id), Error::<Test>::Pinned);
		run_to(8);
		assert_ok!(renew(OTHER, id, 0));
		assert_ok!(renew(OTHER, id, 1));
		assert_eq!(Artifacts::status(id).map(|status| status.expires_at), Some(18));

		// Nobody needs it any more: the owner has the deposit back.
		Artifacts::unpin(id);
		assert_ok!(remove(OWNER, id));
		assert_eq!(Balances::free_balance(OWNER), FUNDS);
	});
}

#[test]
fn what_was_just_uploaded_stays_for_who_is_about_to_rely_on_it() {
	build_and_execute(|| {
		Stay::set(3);
		// Announced by one, uploaded by another: the first could take it away before the second
		// uses it.
		let id = announce(OTHER, SMALL).unwrap();
		run_to(5);
		upload(OWNER, id, 0, SMALL).unwrap();
		refused(|| remove(OTHER, id), Error::<Test>::JustStored);
		run_to(7);
		refused(|| remove(OTHER, id), Error::<Test>::JustStored);
		run_to(8);
		assert_ok!(remove(OTHER, id));
	});
}

#[test]
fn who_announces_first_cannot_pull_the_record_away_from_an_upload() {
	build_and_execute(|| {
		Stay::set(3);
		let id = announce(OTHER, SMALL).unwrap();
		// The upload is in the pool: the record must be there when it comes.
		refused(|| remove(OTHER, id), Error::<Test>::JustStored);
		run_to(3);
		refused(|| remove(OTHER, id), Error::<Test>::JustStored);
		assert_ok!(upload(OWNER, id, 0, SMALL));
		run_to(5);
		refused(|| remove(OTHER, id), Error::<Test>::JustStored);
		run_to(6);
		assert_ok!(remove(OTHER, id));

		// Nobody comes to upload: the owner need not wait for it to expire.
		let id = announce(OTHER, SMALL).unwrap();
		run_to(9);
		assert_ok!(remove(OTHER, id));
	});
}

#[test]
fn renewals_by_others_do_not_keep_the_owner_from_removing() {
	build_and_execute(|| {
		Stay::set(3);
		let id = store(OWNER, SMALL);
		for block in 2..=4 {
			run_to(block);
			assert_ok!(renew(OTHER, id, 0));
		}
		assert_ok!(remove(OWNER, id));
	});
}

mod announce {
	use super::*;

	#[test]
	fn does_not_take_what_has_ended_from_who_uploads_it() {
		build_and_execute(|| {
			Stay::set(3);
			let bytes = large(1);
			let id = store(OWNER, &bytes);
			run_to(expires_at(id) + 1);
			// One of two chunks: it has not begun anew.
			assert_ok!(upload(OTHER, id, 0, &bytes[..CHUNK_BYTES]));
			refused(|| announce(OTHER, &bytes).map(drop), Error::<Test>::AlreadyAnnounced);
			run_to(System::block_number() + 3);
			assert_ok!(announce(OTHER, &bytes));
		});
	}

	#[test]
	fn files_the_manifest_under_its_hash() {
		build_and_execute(|| {
			let manifest = Manifest::of(SMALL);
			let id = announce(OWNER, SMALL).unwrap();
			assert_eq!(
				last_event(),
				Event::Announced { id, owner: OWNER, size: manifest.size, upload_by: 11 }
			);
			assert_eq!(Artifacts::manifest(id), Some(manifest));
			let status = Artifacts::status(id).unwrap();
			assert_eq!((status.chunks, status.complete, status.pins), (vec![None], false, 0));
			assert_eq!(status.expires_at, 11);
		});
	}

	#[test]
	fn refuses_sizes_and_counts_that_cannot_be() {
		build_and_execute(|| {
			let call = |size, chunks: usize| {
				let chunks = BoundedVec::try_from(vec![H256::zero(); chunks]).unwrap();
				apply(OWNER, Call::announce { size, chunks })
			};
			let chunk = CHUNK_BYTES as u64;
			refused(|| call(0, 0), Error::<Test>::Empty);
			refused(|| call(0, 1), Error::<Test>::Empty);
			refused(|| call(MaxBytes::get() + 1, 3), Error::<Test>::TooLarge);
			refused(|| call(u64::MAX, 3), Error::<Test>::TooLarge);
			refused(|| call(1, 0), Error::<Test>::WrongChunkCount);
			refused(|| call(chunk, 2), Error::<Test>::WrongChunkCount);
			refused(|| call(chunk + 1, 1), Error::<Test>::WrongChunkCount);
			assert_ok!(call(MaxBytes::get(), 3));
		});
	}

	#[test]
	fn refuses_what_is_there() {
		build_and_execute(|| {
			let id = announce(OWNER, SMALL).unwrap();
			for block in [1, 11] {
				run_to(block);
				for who in [OWNER, OTHER] {
					refused(|| announce(who, SMALL).map(drop), Error::<Test>::AlreadyAnnounced);
				}
			}
			assert_eq!(Artifacts::status(id).map(|status| status.owner), Some(OWNER));
		});
	}

	#[test]
	fn replaces_what_has_expired_unless_it_is_pinned() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			assert_ok!(Artifacts::pin(id));
			run_to(12);
			refused(|| announce(OTHER, SMALL).map(drop), Error::<Test>::AlreadyAnnounced);
			Artifacts::unpin(id);
			assert_ok!(announce(OTHER, SMALL));
			let status = Artifacts::status(id).unwrap();
			assert_eq!((status.owner, status.complete), (OTHER, false));
			assert_eq!(Balances::free_balance(OWNER), FUNDS);
		});
	}

	#[test]
	fn needs_the_deposit() {
		build_and_execute(|| {
			refused(|| announce(3, SMALL).map(drop), TokenError::FundsUnavailable);
		});
	}

	#[test]
	fn weighs_each_chunk() {
		let weight =
			|bytes: &[u8]| announce_call(&Manifest::of(bytes)).get_dispatch_info().call_weight;
		assert_eq!(weight(SMALL), <() as WeightInfo>::announce(1));
		assert_eq!(weight(&large(1)), <() as WeightInfo>::announce(2));
	}
}

mod upload {
	use super::*;

	#[test]
	fn stores_chunks_in_any_order() {
		build_and_execute(|| {
			let bytes = large(3);
			let id = announce(OWNER, &bytes).unwrap();
			run_to(4);
			assert_ok!(upload(OWNER, id, 1, &bytes[CHUNK_BYTES..]));
			assert_eq!(last_event(), Event::Uploaded { id, index: 1, complete: false });
			run_to(6);
			assert_ok!(System::remark(RuntimeOrigin::signed(OWNER), vec![]));
			assert_ok!(upload(OWNER, id, 0, &bytes[..CHUNK_BYTES]));
			assert_eq!(last_event(), Event::Uploaded { id, index: 0, complete: true });
			let status = Artifacts::status(id).unwrap();
			assert_eq!(
				status.chunks,
				[
					Some(Stored { block: 6, extrinsic: 0, until: 16 }),
					Some(Stored { block: 4, extrinsic: 0, until: 14 }),
				]
			);
			assert_eq!((status.complete, status.expires_at), (true, 14));
		});
	}

	#[test]
	fn refuses_other_bytes() {
		build_and_execute(|| {
			let bytes = large(3);
			let id = announce(OWNER, &bytes).unwrap();
			let (first, last) = bytes.split_at(CHUNK_BYTES);
			refused(|| upload(OWNER, id, 0, &first[1..]), Error::<Test>::WrongChunkSize);
			refused(|| upload(OWNER, id, 0, last), Error::<Test>::WrongChunkSize);
			refused(|| upload(OWNER, id, 1, &[]), Error::<Test>::WrongChunkSize);
			refused(|| upload(OWNER, id, 1, &[1, 2, 3]), Error::<Test>::WrongChunkHash);
			refused(|| upload(OWNER, id, 2, last), Error::<Test>::NoSuchChunk);
			refused(|| upload(OWNER, id, u32::MAX, last), Error::<Test>::NoSuchChunk);
			refused(|| upload(OWNER, H256::zero(), 0, last), Error::<Test>::UnknownArtifact);
		});
	}

	#[test]
	fn who_announced_first_cannot_keep_others_from_storing() {
		build_and_execute(|| {
			let id = announce(OWNER, SMALL).unwrap();
			upload(OTHER, id, 0, SMALL).unwrap();
			assert!(Artifacts::status(id).unwrap().complete);
		});
	}

	#[test]
	fn refuses_a_chunk_that_is_stored_until_it_has_ended() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			for block in [1, 11] {
				run_to(block);
				refused(|| upload(OWNER, id, 0, SMALL), Error::<Test>::AlreadyStored);
			}
			run_to(12);
			assert_ok!(upload(OWNER, id, 0, SMALL));
			assert_eq!(expires_at(id), 22);
		});
	}

	#[test]
	fn two_artifacts_may_share_a_chunk() {
		build_and_execute(|| {
			let bytes = large(3);
			let short = store(OWNER, &bytes[..CHUNK_BYTES]);
			let long = store(OTHER, &bytes);
			assert_ok!(remove(OWNER, short));
			assert_ok!(Artifacts::ensure_available(long, 1, u64::MAX));
		});
	}

	#[test]
	fn weighs_each_byte() {
		let weight = |len: usize| {
			let call: Call<Test> = Call::upload { id: H256::zero(), index: 0, chunk: vec![0; len] };
			call.get_dispatch_info().call_weight.ref_time()
		};
		assert_eq!(weight(2_000) - weight(1_000), weight(1_000) - weight(0));
		assert!(weight(1_000) > weight(0));
	}
}

mod renew {
	use super::*;

	#[test]
	fn of_every_chunk_extends_the_artifact() {
		build_and_execute(|| {
			let id = store(OWNER, &large(3));
			run_to(6);
			assert_ok!(renew(OTHER, id, 1));
			assert_eq!(last_event(), Event::Renewed { id, index: 1, until: 16 });
			assert_eq!(expires_at(id), 11);
			assert_ok!(renew(OTHER, id, 0));
			assert_eq!(expires_at(id), 16);
			assert_eq!(
				Artifacts::status(id).unwrap().chunks[0],
				Some(Stored { block: 6, extrinsic: 1, until: 16 })
			);
		});
	}

	#[test]
	fn is_possible_until_the_last_block_and_not_after() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			run_to(11);
			assert_ok!(renew(OWNER, id, 0));
			run_to(22);
			refused(|| renew(OWNER, id, 0), Error::<Test>::Expired);
		});
	}

	#[test]
	fn weighs_what_reading_its_chunk_costs_others() {
		let weight = |call: Call<Test>| AdmitChunk::<Test>::new().weight(&call.into());
		let id = H256::zero();
		let renewal = weight(Call::renew { id, index: 0 });
		assert!(renewal.all_gte(RenewalWeight::get()));
		// Its own bytes are in the block.
		let upload = weight(Call::upload { id, index: 0, chunk: Vec::new() });
		assert!(upload.ref_time() < RenewalWeight::get().ref_time());
	}

	#[test]
	fn refuses_what_is_not_there() {
		build_and_execute(|| {
			let id = announce(OWNER, SMALL).unwrap();
			refused(|| renew(OWNER, id, 0), Error::<Test>::NotStored);
			refused(|| renew(OWNER, id, 1), Error::<Test>::NoSuchChunk);
			refused(|| renew(OWNER, H256::zero(), 0), Error::<Test>::UnknownArtifact);
		});
	}

	#[test]
	fn never_shortens() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			Retention::set(2);
			assert_ok!(renew(OWNER, id, 0));
			assert_eq!(expires_at(id), 11);
			run_to(10);
			assert_ok!(renew(OWNER, id, 0));
			assert_eq!(expires_at(id), 12);
		});
	}
}

mod report_missing {
	use super::*;

	fn reported(id: ArtifactId) -> Option<u64> {
		Artifacts::status(id).unwrap().reported
	}

	#[test]
	fn burns_the_deposit_with_the_removal_once_it_cannot_be_cleared() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			run_to(3);
			Artifacts::report_missing(id);
			assert_eq!(last_event(), Event::Reported { id, owner: OWNER, until: 7 });
			assert_eq!(reported(id), Some(7));
			run_to(7);
			refused(|| remove(OWNER, id), Error::<Test>::Reported);
			run_to(8);
			assert_ok!(remove(OWNER, id));
			assert_eq!(last_event(), Event::Forfeited { id, owner: OWNER });
			assert_eq!(Balances::total_balance(&OWNER), FUNDS - deposit(SMALL.len() as u64));
		});
	}

	#[test]
	fn burns_it_whoever_removes_or_replaces_the_artifact() {
		for announced in [true, false] {
			build_and_execute(|| {
				let id = store(OWNER, SMALL);
				Artifacts::report_missing(id);
				run_to(12);
				if announced {
					assert_ok!(announce(OTHER, SMALL));
				} else {
					assert_ok!(remove(OTHER, id));
				}
				assert_eq!(Balances::total_balance(&OWNER), FUNDS - deposit(SMALL.len() as u64));
			});
		}
	}

	#[test]
	fn keeps_others_from_relying_on_it() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			assert_ok!(Artifacts::ensure_available(id, 1, 100));
			Artifacts::report_missing(id);
			assert_noop!(Artifacts::ensure_available(id, 1, 100), Error::<Test>::Reported);
			// But not from looking once more whether it is there.
			assert_ok!(Artifacts::ensure_kept(id, 1));
		});
	}

	#[test]
	fn can_be_cleared_by_governance_as_long_as_the_deposit_is_there() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			let clear = |origin| Artifacts::force_clear_report(origin, id);
			assert_noop!(clear(RuntimeOrigin::root()), Error::<Test>::NotReported);
			Artifacts::report_missing(id);
			assert_noop!(clear(RuntimeOrigin::signed(OWNER)), DispatchError::BadOrigin);
			run_to(5);
			assert_ok!(clear(RuntimeOrigin::root()));
			assert_eq!(last_event(), Event::ReportCleared { id });
			assert_ok!(Artifacts::ensure_available(id, 5, 100));
			assert_ok!(remove(OWNER, id));
			assert_eq!(Balances::free_balance(OWNER), FUNDS);

			// Also when it could be burnt, and others rely on the artifact.
			let id = store(OWNER, SMALL);
			assert_ok!(Artifacts::pin(id));
			Artifacts::report_missing(id);
			run_to(10);
			assert_ok!(clear(RuntimeOrigin::root()));
			assert_ok!(Artifacts::ensure_available(id, 10, 100));
			Artifacts::unpin(id);
			assert_ok!(remove(OWNER, id));
			assert_eq!(Balances::free_balance(OWNER), FUNDS);

			let id = store(OWNER, SMALL);
			Artifacts::report_missing(id);
			run_to(15);
			assert_ok!(remove(OWNER, id));
			assert_noop!(clear(RuntimeOrigin::root()), Error::<Test>::UnknownArtifact);
		});
	}

	#[test]
	fn ends_with_another_announcement_while_others_rely_on_it() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			assert_ok!(Artifacts::pin(id));
			Artifacts::report_missing(id);
			run_to(5);
			refused(|| announce(OTHER, SMALL).map(drop), Error::<Test>::AlreadyAnnounced);
			run_to(6);
			// It has not expired, and nobody can store what the chain says is stored.
			refused(|| upload(OTHER, id, 0, SMALL), Error::<Test>::AlreadyStored);
			assert_ok!(announce(OTHER, SMALL));
			let status = Artifacts::status(id).unwrap();
			assert_eq!((status.owner, status.pins, status.reported), (OTHER, 1, None));
			assert_eq!(Balances::total_balance(&OWNER), FUNDS - deposit(SMALL.len() as u64));
			assert_noop!(Artifacts::ensure_available(id, 6, 100), Error::<Test>::Incomplete);
			// Nothing is promised yet that could be missed.
			Artifacts::report_missing(id);
			assert_eq!(reported(id), None);

			assert_ok!(upload(OWNER, id, 0, SMALL));
			assert_ok!(Artifacts::ensure_available(id, 6, 100));
			refused(|| remove(OTHER, id), Error::<Test>::Pinned);
			Artifacts::unpin(id);
			assert_ok!(remove(OTHER, id));
			assert_eq!(Balances::free_balance(OTHER), FUNDS);
		});
	}

	#[test]
	fn has_no_effect_twice_or_on_what_has_ended_or_never_was() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			Artifacts::report_missing(H256::zero());
			Artifacts::report_missing(id);
			run_to(3);
			Artifacts::report_missing(id);
			assert_eq!(reported(id), Some(5));
			let ended = store(OTHER, b"x");
			run_to(14);
			Artifacts::report_missing(ended);
			assert_eq!(reported(ended), None);
		});
	}
}

mod remove {
	use super::*;

	#[test]
	fn is_for_the_owner_at_any_time() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			assert_ok!(remove(OWNER, id));
			assert_eq!(last_event(), Event::Removed { id, owner: OWNER });
			assert_eq!((Artifacts::manifest(id), Artifacts::status(id)), (None, None));
			assert_eq!(Balances::free_balance(OWNER), FUNDS);
			refused(|| remove(OWNER, id), Error::<Test>::UnknownArtifact);
		});
	}

	#[test]
	fn is_for_anybody_after_expiry() {
		build_and_execute(|| {
			let (stored, incomplete) = (store(OWNER, SMALL), announce(OWNER, b"x").unwrap());
			for id in [stored, incomplete] {
				run_to(11);
				refused(|| remove(OTHER, id), Error::<Test>::NotOwner);
			}
			run_to(12);
			for id in [stored, incomplete] {
				assert_ok!(remove(OTHER, id));
			}
			assert_eq!(Balances::free_balance(OWNER), FUNDS);
			assert_eq!(Balances::free_balance(OTHER), FUNDS);
		});
	}

	#[test]
	fn waits_for_every_pin() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			assert_ok!(Artifacts::pin(id));
			assert_ok!(Artifacts::pin(id));
			Artifacts::unpin(id);
			refused(|| remove(OWNER, id), Error::<Test>::Pinned);
			run_to(12);
			refused(|| remove(OTHER, id), Error::<Test>::Pinned);
			Artifacts::unpin(id);
			assert_ok!(remove(OTHER, id));
		});
	}
}

mod pin {
	use super::*;

	#[test]
	fn needs_an_artifact() {
		build_and_execute(|| {
			assert_noop!(Artifacts::pin(H256::zero()), Error::<Test>::UnknownArtifact);
		});
	}

	#[test]
	fn does_not_overflow() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			crate::Artifacts::<Test>::mutate(id, |artifact| {
				artifact.as_mut().unwrap().pins = u32::MAX
			});
			assert_noop!(Artifacts::pin(id), sp_runtime::ArithmeticError::Overflow);
		});
	}

	#[test]
	#[cfg(debug_assertions)]
	#[should_panic(expected = "unpinned more often than pinned")]
	fn is_undone_once_only() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			Artifacts::unpin(id);
		});
	}

	#[test]
	#[cfg(not(debug_assertions))]
	fn is_undone_once_only() {
		build_and_execute(|| {
			let id = store(OWNER, SMALL);
			Artifacts::unpin(id);
			assert_eq!(Artifacts::status(id).map(|status| status.pins), Some(0));
		});
	}
}

mod ensure_available {
	use super::*;

	#[test]
	fn tells_what_is_wrong() {
		build_and_execute(|| {
			let size = SMALL.len() as u64;
			let check = |id, until, max| Artifacts::ensure_available(id, until, max);
			let id = Manifest::of(SMALL).id();
			assert_noop!(check(id, 1, size), Error::<Test>::UnknownArtifact);
			announce(OWNER, SMALL).unwrap();
			assert_noop!(check(id, 1, size), Error::<Test>::Incomplete);
			upload(OWNER, id, 0, SMALL).unwrap();
			assert_noop!(check(id, 1, size - 1), Error::<Test>::TooLarge);
			assert_noop!(check(id, 12, size), Error::<Test>::ExpiresTooSoon);
			assert_ok!(check(id, 11, size));
			run_to(12);
			assert_noop!(check(id, 1, size), Error::<Test>::ExpiresTooSoon);
		});
	}
}

mod top_level {
	use super::*;

	/// Indexing of what `test` did, oldest first.
	fn indexed(test: impl FnOnce()) -> Vec<IndexOperation> {
		let mut ext = build();
		ext.execute_with(test);
		ext.overlayed_changes().transaction_index_ops().to_vec()
	}

	#[test]
	fn uploads_and_renewals_are_indexed_under_their_transaction() {
		let operations = indexed(|| {
			let id = store(OWNER, SMALL);
			renew(OTHER, id, 0).unwrap();
		});
		let content = hash(SMALL).0.to_vec();
		assert!(matches!(
			&operations[..],
			[
				// The transaction with index 0 announced.
				IndexOperation::Insert { extrinsic: 1, hash: inserted, size },
				IndexOperation::Renew { extrinsic: 2, hash: renewed },
			] if *inserted == content && *renewed == content && *size as usize == SMALL.len()
		));
	}

	#[test]
	fn what_is_nested_is_refused_and_not_indexed() {
		let operations = indexed(|| {
			let id = announce(OWNER, SMALL).unwrap();
			let stored = store(OWNER, b"stored");
			let upload = Call::upload { id, index: 0, chunk: SMALL.to_vec() };
			let renew = Call::renew { id: stored, index: 0 };
			for call in [upload, renew] {
				let nested = vec![call.into()];
				refused(
					|| apply(OWNER, pallet_utility::Call::batch_all { calls: nested.clone() }),
					Error::<Test>::NotTopLevel,
				);
				// As the inner call of the inner call.
				let inner = pallet_utility::Call::as_derivative {
					index: 0,
					call: Box::new(pallet_utility::Call::batch_all { calls: nested }.into()),
				};
				assert!(apply(OWNER, inner).is_err());
			}
		});
		assert_eq!(operations.len(), 1, "the one of the artifact that was stored");
	}

	#[test]
	fn what_no_transaction_calls_is_refused() {
		let operations = indexed(|| {
			let id = announce(OWNER, SMALL).unwrap();
			run_to(2);
			let call = Call::upload { id, index: 0, chunk: SMALL.to_vec() };
			System::note_extrinsic(encode(OWNER, call));
			let made = || Artifacts::upload(RuntimeOrigin::signed(OWNER), id, 0, SMALL.to_vec());
			assert_noop!(made(), Error::<Test>::NotTopLevel);
		});
		assert!(operations.is_empty());
	}

	#[test]
	fn what_does_not_end_with_the_bytes_is_refused() {
		let operations = indexed(|| {
			let id = announce(OWNER, SMALL).unwrap();
			let call = Call::upload { id, index: 0, chunk: SMALL.to_vec() };
			let encoded = encode(OWNER, call.clone());
			System::note_extrinsic([&encoded[..], b"more"].concat());
			let (call, origin) = (RuntimeCall::from(call), RuntimeOrigin::signed(OWNER));
			let info = call.get_dispatch_info();
			let extension = AdmitChunk::<Test>::new();
			let result = extension.dispatch_transaction(origin, call, &info, 0, 0).unwrap();
			assert_eq!(result.unwrap_err().error, Error::<Test>::NotTopLevel.into());
		});
		assert!(operations.is_empty());
	}
}
