//! Benchmarks of the calls, with the largest records and, for uploads, up to the largest chunk.
#![allow(clippy::as_conversions)]

use super::*;
use alloc::vec;
use assay_primitives::{artifact::CHUNK_BYTES, hash};
use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use sp_runtime::traits::One;

/// Version byte of a transaction without signature, the shortest form of a transaction.
const BARE: u8 = 5;

fn owner<T: Config>() -> T::AccountId {
	let owner = whitelisted_caller();
	let size = T::MaxBytes::get();
	T::Consideration::ensure_successful(&owner, Pallet::<T>::footprint(size));
	owner
}

/// An artifact of the largest number of chunks, all of them stored but the last, which is `chunk`.
fn announced<T: Config>(owner: &T::AccountId, chunk: &[u8]) -> (ArtifactId, u32) {
	let last = T::MaxChunks::get() - 1;
	let size = u64::from(last) * CHUNK_BYTES as u64 + chunk.len() as u64;
	let stored =
		Stored { block: Pallet::<T>::now(), extrinsic: 0, until: Pallet::<T>::retained_until() };
	let mut chunks =
		vec![Chunk { hash: H256::repeat_byte(1), stored: Some(stored) }; last as usize];
	chunks.push(Chunk { hash: hash(chunk), stored: None });
	let ticket = T::Consideration::new(owner, Pallet::<T>::footprint(T::MaxBytes::get()))
		.expect("the owner can pay");
	let artifact = Artifact {
		owner: owner.clone(),
		ticket,
		size,
		chunks: BoundedVec::truncate_from(chunks),
		upload_by: Pallet::<T>::retained_until(),
		uploaded_at: Pallet::<T>::now(),
		pins: 0,
		reported: None,
	};
	let id = artifact.manifest().id();
	Artifacts::<T>::insert(id, artifact);
	(id, last)
}

/// The transaction with this call, as it stands in a block.
fn transaction<T: Config>(call: Call<T>) -> Vec<u8>
where
	T::RuntimeCall: From<Call<T>>,
{
	(BARE, T::RuntimeCall::from(call)).encode().encode()
}

#[benchmarks(where T::RuntimeCall: From<Call<T>>)]
mod benchmarks {
	use super::*;

	/// `c` chunks.
	#[benchmark]
	fn announce(c: Linear<1, { Manifest::chunks_for(T::MaxBytes::get()) as u32 }>) {
		let owner = owner::<T>();
		let size = (u64::from(c) * CHUNK_BYTES as u64).min(T::MaxBytes::get());
		let chunks = vec![H256::repeat_byte(1); c as usize];
		let id = Manifest { size, chunks: chunks.clone() }.id();
		// In the place of one of somebody else that has ended.
		let other: T::AccountId = frame_benchmarking::account("other", 0, 0);
		T::Consideration::ensure_successful(&other, Pallet::<T>::footprint(size));
		let listed = BoundedVec::truncate_from(chunks.clone());
		Pallet::<T>::do_announce(other, size, listed).expect("it can be announced");
		let later = Pallet::<T>::now() + T::Retention::get() + T::Stay::get() + One::one();
		frame_system::Pallet::<T>::set_block_number(later);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), size, BoundedVec::truncate_from(chunks));

		assert!(Artifacts::<T>::contains_key(id));
	}

	/// `b` bytes, with what these cost in any transaction: it is decoded, hashed for its signature,
	/// kept until the end of the block, and hashed for the block's root.
	#[benchmark]
	fn upload(b: Linear<1, { CHUNK_BYTES as u32 }>) -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let chunk = vec![7u8; b as usize];
		let (id, index) = announced::<T>(&owner, &chunk);
		let call = Call::<T>::upload { id, index, chunk };
		let bytes = call.encode();
		let transaction = transaction::<T>(call);
		frame_system::Pallet::<T>::set_extrinsic_index(0);
		Admitted::<T>::put(());

		#[block]
		{
			let call = Call::<T>::decode(&mut &bytes[..]).map_err(|_| "the call is lost")?;
			let _ = sp_io::hashing::blake2_256(&bytes);
			frame_system::Pallet::<T>::note_extrinsic(transaction.clone());
			let Call::upload { id, index, chunk } = call else { return Err("another call".into()) };
			Pallet::<T>::upload(RawOrigin::Signed(owner).into(), id, index, chunk)?;
			let _ = sp_io::trie::blake2_256_ordered_root(
				vec![transaction],
				sp_runtime::StateVersion::V1,
			);
		}

		assert!(Artifacts::<T>::get(id).is_some_and(|a| a.available_until().is_some()));
		Ok(())
	}

	#[benchmark]
	fn renew() {
		let owner = owner::<T>();
		let (id, _) = announced::<T>(&owner, &[7]);
		frame_system::Pallet::<T>::set_extrinsic_index(0);
		Admitted::<T>::put(());
		let now = Pallet::<T>::now() + T::Retention::get();
		frame_system::Pallet::<T>::set_block_number(now);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, 0);

		let renewed = Artifacts::<T>::get(id).and_then(|a| a.chunks.first()?.stored);
		assert_eq!(renewed.map(|stored| stored.block), Some(now));
	}

	#[benchmark]
	fn remove() {
		let owner = owner::<T>();
		let (id, _) = announced::<T>(&owner, &[7]);
		frame_system::Pallet::<T>::set_block_number(Pallet::<T>::now() + T::Stay::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);

		assert!(!Artifacts::<T>::contains_key(id));
	}

	#[benchmark]
	fn force_clear_report() -> Result<(), BenchmarkError> {
		let origin =
			T::ClearOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let (id, _) = announced::<T>(&owner::<T>(), &[7]);
		let now = Pallet::<T>::now();
		Artifacts::<T>::mutate_extant(id, |artifact| artifact.reported = Some(now));

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id);

		assert!(Artifacts::<T>::get(id).is_some_and(|artifact| artifact.reported.is_none()));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::build(), crate::mock::Test);
}
