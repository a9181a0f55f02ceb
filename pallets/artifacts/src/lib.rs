//! Content-addressed blobs: programs, data and models.
//!
//! - [`Config`], [`Call`], [`Error`], [`Event`]
//! - For other pallets: [`assay_traits::Artifacts`], implemented by [`Pallet`].
//!
//! # Overview
//!
//! An artifact is some bytes, cut into chunks of 2 MiB
//! ([`CHUNK_BYTES`](assay_primitives::artifact::CHUNK_BYTES)). Its id is the hash of its size and
//! of the hashes of its chunks ([`Manifest::id`]): who has the id can check the bytes, wherever
//! they come from. State holds the hashes; the bytes are in the bodies of blocks, as *indexed
//! transactions*, which every node keeps by the chunk's hash.
//!
//! A sponsor announces a data set: the chain computes its id and takes a deposit for its whole
//! size. The sponsor then uploads each chunk in a transaction of its own. Once all are there,
//! others can rely on the artifact, and pin it so that it stays registered. Nodes keep a chunk for
//! [`Config::Retention`] blocks; whoever needs it for longer renews its chunks, one a transaction,
//! without sending the bytes again. In the end the artifact is removed, by its owner or, when it
//! has expired, by anybody, and the owner has its deposit back.
//!
//! # Example
//!
#![doc = docify::embed!("src/tests.rs", an_artifact_from_announcement_to_removal)]
//!
//! # Goals
//!
//! 1. *What is said to be stored is stored.* A chunk counts as stored only if the node's database
//!    files exactly its bytes under its hash. See [below](#only-at-the-top-level).
//! 2. *Every byte is paid for.* The deposit covers the record and the whole size from the start.
//! 3. *No rug pull.* Whoever pinned an artifact can rely on its record, and knows until when the
//!    bytes are kept.
//! 4. *Bounded work.* A record has at most [`Config::MaxChunks`] chunks; the weight of an upload is
//!    linear in its bytes.
//!
//! # How long an artifact lasts
//!
//! Each chunk is kept until the block that its last upload or renewal fixed: the block of that
//! transaction plus the retention of that time. A complete artifact lasts until its first chunk
//! ends, so it takes the renewal of every chunk to extend it. An incomplete one lasts until
//! [`Artifact::upload_by`]. Then it has expired, in this order of what is possible:
//!
//! - somebody uploads the chunks that ended once more, as long as nobody removed the record;
//! - anybody removes it, unless it is pinned;
//! - anybody announces it again, which removes the old record first, unless it is pinned.
//!
//! Anybody may renew, not only the owner: those who depend on an artifact can keep it. The owner is
//! not bound by that. The deposit stays as it is, and an artifact that is not pinned can be removed
//! at any time, but for [`Config::Stay`] blocks after its announcement or an upload. A chunk that
//! has ended cannot be renewed, as nodes may have dropped its bytes.
//!
//! # What is said to be kept, and is not
//!
//! An artifact whose bytes committees could not get is *reported*: nothing new relies on it. Either
//! governance clears the report, or, once [`Config::ReportWindow`] is over, the deposit is burnt:
//! with the removal, or when anybody announces the artifact anew, with a deposit of his own. That
//! is possible also while it is pinned: who relies on it keeps the pin, and the chunks are uploaded
//! once more. So whoever has the bytes can make it usable again.
//!
//! # Only at the top level
//!
//! The host function that indexes a transaction takes the *last* bytes of the *whole* transaction
//! of that index, once the block is complete. It does not know which call asked for it, keeps only
//! one insertion a transaction, prefers a renewal to it, and is not undone when the call that asked
//! fails and is rolled back. Inside of `utility.batch`, `proxy.proxy` and the like, the wrong bytes
//! would thus be filed under a chunk's hash, and the block that carries them could not be read
//! back.
//!
//! So `upload` and `renew` are accepted only as the call of a transaction itself: that is what the
//! extension [`AdmitChunk`] admits. The pallet also compares the transaction's last bytes, as the
//! node sees them in [`frame_system`]'s record of it, with the chunk. What else would call them, in
//! a transaction or outside of any, fails with [`Error::NotTopLevel`] before anything is indexed.
//! Indexing is the last thing that they do, so nothing can fail after it.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects,
		clippy::as_conversions
	)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod extension;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use extension::AdmitChunk;
pub use pallet::*;
pub use types::{Artifact, Chunk, Status, Stored};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use assay_primitives::{ArtifactId, Manifest, H256};
use frame_support::{
	defensive,
	pallet_prelude::*,
	traits::{Consideration, Footprint},
};
use frame_system::pallet_prelude::*;
#[cfg(any(feature = "try-runtime", feature = "std"))]
use sp_runtime::TryRuntimeError;
use sp_runtime::{
	traits::{Saturating, Zero},
	ArithmeticError,
};

/// See [`Artifact`].
pub type ArtifactOf<T> = Artifact<
	<T as frame_system::Config>::AccountId,
	BlockNumberFor<T>,
	<T as Config>::Consideration,
	<T as Config>::MaxChunks,
>;
/// See [`Status`].
pub type StatusOf<T> = Status<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

// FRAME's macros expand to code that does this. What is written by hand does not.
#[allow(clippy::as_conversions, clippy::expect_used, unused_qualifications)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// The deposit for an artifact: one item of the size of its bytes and of its record, in
		/// bytes. Too cheap, and nodes can be filled with bytes for [`Config::Retention`] blocks at
		/// the price of fees only.
		type Consideration: Consideration<Self::AccountId, Footprint>;

		/// Size of the largest artifact in bytes. Must fit in [`Config::MaxChunks`] chunks.
		/// Verifiers hold several artifacts in memory at once, so some tens of MiB are sane.
		type MaxBytes: Get<u64>;

		/// Blocks for which an upload or a renewal keeps a chunk.
		///
		/// Must be longer than any task plus the verification of its last claims, or artifacts end
		/// under those who rely on them; and not longer than nodes keep the bodies of blocks
		/// (`--blocks-pruning`), or they promise what they drop. Chunks keep the block that was
		/// fixed when they were stored.
		type Retention: Get<BlockNumberFor<Self>>;

		/// Blocks after its announcement or an upload in which an artifact cannot be removed. Too
		/// few, and an owner can take away the record when somebody else's upload is on its way, or
		/// what that has stored before he comes to use it; sane is what it takes to send another
		/// transaction, some minutes. It does not count from renewals: anybody could make one every
		/// so often, and the owner could never remove the artifact.
		type Stay: Get<BlockNumberFor<Self>>;

		/// Blocks for which governance can clear a report before the deposit can be burnt. Zero
		/// leaves one.
		type ReportWindow: Get<BlockNumberFor<Self>>;

		/// Who may clear a report. Whoever holds this origin can spare any publisher: a council's
		/// majority or root is sane, a single account is not.
		type ClearOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Most chunks of an artifact. Bounds a record; each chunk adds some 50 bytes to it.
		#[pallet::constant]
		type MaxChunks: Get<u32>;

		/// What a renewal weighs besides its call. Whoever reads its block reads its chunk, of 2 MiB:
		/// if a block has room for more than some tens, nodes are busy reading, and peers that sync
		/// give up. So a few hundredths of a block are sane.
		#[pallet::constant]
		type RenewalWeight: Get<Weight>;
	}

	/// Why this pallet holds money, for a [`Config::Consideration`] by a hold.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for an artifact.
		#[codec(index = 0)]
		Artifact,
	}

	// Ids are hashes already; who wants to choose their prefixes pays a deposit for each.
	/// The artifacts that were announced and not removed.
	#[pallet::storage]
	pub type Artifacts<T: Config> = StorageMap<_, Identity, ArtifactId, ArtifactOf<T>, OptionQuery>;

	/// Set while the transaction that is being applied is itself an `upload` or a `renew`.
	#[pallet::storage]
	pub type Admitted<T: Config> = StorageValue<_, (), OptionQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An artifact was announced: its chunks can be uploaded.
		Announced {
			/// Its address.
			id: ArtifactId,
			/// Who announced it.
			owner: T::AccountId,
			/// Size in bytes.
			size: u64,
			/// Last block in which others cannot remove it while it is incomplete.
			upload_by: BlockNumberFor<T>,
		},
		/// A chunk was stored.
		Uploaded {
			/// The artifact.
			id: ArtifactId,
			/// Which of its chunks, counted from 0.
			index: u32,
			/// Whether all chunks of the artifact are stored now.
			complete: bool,
		},
		/// A chunk is kept for longer.
		Renewed {
			/// The artifact.
			id: ArtifactId,
			/// Which of its chunks, counted from 0.
			index: u32,
			/// Last block in which every node has the chunk.
			until: BlockNumberFor<T>,
		},
		/// An artifact was removed, and its deposit given back.
		Removed {
			/// Its address.
			id: ArtifactId,
			/// Who had announced it.
			owner: T::AccountId,
		},
		/// Committees could not get an artifact's bytes.
		Reported {
			/// Its address.
			id: ArtifactId,
			/// Who announced it.
			owner: T::AccountId,
			/// Last block before the deposit can be burnt.
			until: BlockNumberFor<T>,
		},
		/// The report of an artifact was cleared.
		ReportCleared {
			/// Its address.
			id: ArtifactId,
		},
		/// An artifact was removed, or is announced anew, whose bytes were not to be had: its
		/// deposit is burnt.
		Forfeited {
			/// Its address.
			id: ArtifactId,
			/// Who had announced it.
			owner: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The artifact is announced already and has not expired, or is pinned: use it as it is,
		/// and upload what is missing.
		AlreadyAnnounced,
		/// An artifact has one byte at least.
		Empty,
		/// The artifact has more bytes than allowed.
		TooLarge,
		/// The number of hashes is not the number of chunks of 2 MiB in the announced size.
		WrongChunkCount,
		/// There is no such artifact: it was never announced, or was removed.
		UnknownArtifact,
		/// Only who announced the artifact can do that; anybody can remove it after it has expired.
		NotOwner,
		/// The artifact has fewer chunks: they are counted from 0.
		NoSuchChunk,
		/// All chunks have 2 MiB but the last, which has the rest.
		WrongChunkSize,
		/// The BLAKE2b-256 of the bytes is not the announced one.
		WrongChunkHash,
		/// The chunk is stored already: `renew` keeps it for longer.
		AlreadyStored,
		/// The chunk was not uploaded, so it cannot be renewed: upload it.
		NotStored,
		/// The chunk was not renewed in time, and nodes may have dropped it: the owner uploads it
		/// once more.
		Expired,
		/// The call must be that of a signed transaction itself: not inside of a batch, a proxy or
		/// any other call, and not dispatched by the chain.
		NotTopLevel,
		/// Others rely on the artifact: retry when their tasks and claims are over.
		Pinned,
		/// Chunks of the artifact are missing: retry when all are uploaded.
		Incomplete,
		/// The artifact is not kept for long enough: renew its chunks first.
		ExpiresTooSoon,
		/// Committees could not get the artifact's bytes: it cannot be relied on, nor removed
		/// before the block that `status` tells.
		Reported,
		/// There is no report to clear.
		NotReported,
		/// The artifact was announced or uploaded a moment ago, perhaps for somebody who is about
		/// to upload it or to rely on it: retry in some minutes.
		JustStored,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let chunks = Manifest::chunks_for(T::MaxBytes::get());
			assert!(chunks > 0, "no artifact would be small enough");
			assert!(
				chunks <= T::MaxChunks::get().into(),
				"the largest artifact has too many chunks"
			);
			assert!(!T::Retention::get().is_zero(), "artifacts would end in their own block");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What `id` consists of: its size in bytes and the hashes of its chunks.
		pub fn manifest(id: ArtifactId) -> Option<Manifest> {
			Artifacts::<T>::get(id).map(|artifact| artifact.manifest())
		}

		/// How `id` is doing: what is stored, until when, and how many rely on it.
		pub fn status(id: ArtifactId) -> Option<StatusOf<T>> {
			Artifacts::<T>::get(id).map(|artifact| Status {
				complete: artifact.available_until().is_some(),
				expires_at: artifact.expires_at(),
				chunks: artifact.chunks.iter().map(|chunk| chunk.stored).collect(),
				owner: artifact.owner,
				size: artifact.size,
				pins: artifact.pins,
				reported: artifact.reported,
			})
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Announces an artifact, so that its chunks can be uploaded.
		///
		/// Origin: signed.
		///
		/// `size` is that of the whole artifact in bytes, `chunks` are the BLAKE2b-256 hashes of
		/// its chunks of 2 MiB (the last may be shorter). The chain computes the id, and takes a
		/// deposit for the whole size from the sender, who owns the artifact. If an artifact of
		/// this id has expired and nobody relies on it, it is removed first. So is one that was
		/// reported, once its deposit can be burnt; others may rely on it, and go on doing so.
		///
		/// Errors: [`Error::Empty`], [`Error::TooLarge`], [`Error::WrongChunkCount`],
		/// [`Error::AlreadyAnnounced`], [`Error::Reported`] while the deposit of one that has
		/// expired cannot be burnt, and those of the currency if the sender cannot pay the deposit.
		///
		/// Events: [`Event::Announced`], and before it [`Event::Removed`] or [`Event::Forfeited`]
		/// for the artifact that was there.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::announce(u32::try_from(chunks.len()).unwrap_or(u32::MAX)))]
		pub fn announce(
			origin: OriginFor<T>,
			#[pallet::compact] size: u64,
			chunks: BoundedVec<H256, T::MaxChunks>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_announce(who, size, chunks)
		}

		/// Stores a chunk of an artifact.
		///
		/// Origin: signed, by anybody: the hash says that the bytes are right, and who announced an
		/// artifact first must not be able to keep others from storing it.
		///
		/// `index` counts chunks from 0; `chunk` are its bytes. Must be the call of a transaction
		/// itself. A chunk that was stored and has ended can be stored once more.
		///
		/// Errors: [`Error::UnknownArtifact`], [`Error::NoSuchChunk`], [`Error::AlreadyStored`],
		/// [`Error::WrongChunkSize`], [`Error::WrongChunkHash`], [`Error::NotTopLevel`].
		///
		/// Events: [`Event::Uploaded`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::upload(u32::try_from(chunk.len()).unwrap_or(u32::MAX)))]
		pub fn upload(
			origin: OriginFor<T>,
			id: ArtifactId,
			index: u32,
			// The host indexes the end of the transaction, so this stays the last argument.
			chunk: Vec<u8>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_upload(id, index, &chunk)
		}

		/// Keeps a stored chunk for longer, without its bytes.
		///
		/// Origin: signed.
		///
		/// The chunk is kept for a whole retention period from this block. The artifact lasts until
		/// its first chunk ends, so each chunk must be renewed. Anybody can do that; the owner's
		/// deposit stays as it is, and so does what the owner may do: who needs the artifact to
		/// stay relies on it (by a task or a claim), or announces it himself if it is removed. Must
		/// be the call of a transaction itself.
		///
		/// Errors: [`Error::UnknownArtifact`], [`Error::NoSuchChunk`], [`Error::NotStored`],
		/// [`Error::Expired`], [`Error::NotTopLevel`].
		///
		/// Events: [`Event::Renewed`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::renew())]
		pub fn renew(origin: OriginFor<T>, id: ArtifactId, index: u32) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_renew(id, index)
		}

		/// Removes an artifact and gives its owner the deposit back.
		///
		/// Origin: signed; by the owner, or, when the artifact has expired, by anybody.
		///
		/// Nobody may rely on the artifact, and it was neither announced nor uploaded within the
		/// last [`Config::Stay`] blocks. If it was reported and governance has not cleared that,
		/// the deposit is burnt instead.
		///
		/// Errors: [`Error::UnknownArtifact`], [`Error::NotOwner`], [`Error::Pinned`],
		/// [`Error::JustStored`], [`Error::Reported`] for [`Config::ReportWindow`] blocks.
		///
		/// Events: [`Event::Removed`] or [`Event::Forfeited`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, id: ArtifactId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_remove(&who, id)
		}

		/// Clears the report that an artifact's bytes are not to be had.
		///
		/// Origin: [`Config::ClearOrigin`].
		///
		/// Possible as long as the deposit was not burnt, that is, until the artifact is removed or
		/// announced anew.
		///
		/// Errors: [`Error::UnknownArtifact`], [`Error::NotReported`].
		///
		/// Events: [`Event::ReportCleared`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::force_clear_report())]
		pub fn force_clear_report(origin: OriginFor<T>, id: ArtifactId) -> DispatchResult {
			T::ClearOrigin::ensure_origin(origin)?;
			Self::do_clear_report(id)
		}
	}
}

impl<T: Config> Pallet<T> {
	fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	fn retained_until() -> BlockNumberFor<T> {
		// At the end of block numbers, artifacts end with them.
		Self::now().saturating_add(T::Retention::get())
	}

	/// What the deposit for an artifact of `size` bytes covers: these, and the largest record.
	fn footprint(size: u64) -> Footprint {
		let record = u64::try_from(ArtifactOf::<T>::max_encoded_len()).unwrap_or(u64::MAX);
		// Cannot saturate: the size is at most `MaxBytes`.
		Footprint { count: 1, size: size.saturating_add(record) }
	}

	fn do_announce(
		owner: T::AccountId,
		size: u64,
		chunks: BoundedVec<H256, T::MaxChunks>,
	) -> DispatchResult {
		ensure!(size > 0, Error::<T>::Empty);
		ensure!(size <= T::MaxBytes::get(), Error::<T>::TooLarge);
		ensure!(
			u64::try_from(chunks.len()) == Ok(Manifest::chunks_for(size)),
			Error::<T>::WrongChunkCount
		);
		let manifest = Manifest { size, chunks: chunks.into_inner() };
		let id = manifest.id();
		let now = Self::now();
		let mut pins = 0;
		if let Some(old) = Artifacts::<T>::get(id) {
			// Whoever relies on bytes that are gone is helped by who announces and uploads them
			// once more. The old deposit is lost, so nobody is robbed of it.
			let lost = old.reported.is_some_and(|until| until < now);
			let over = old.pins == 0 && old.expires_at() < now && Self::stays_until(&old) <= now;
			ensure!(lost || over, Error::<T>::AlreadyAnnounced);
			pins = old.pins;
			Self::take_out(id, old)?;
		}
		let ticket = T::Consideration::new(&owner, Self::footprint(size))?;
		let chunks = manifest.chunks.into_iter().map(|hash| Chunk { hash, stored: None }).collect();
		let upload_by = Self::retained_until();
		Artifacts::<T>::insert(
			id,
			Artifact {
				owner: owner.clone(),
				ticket,
				size,
				// Nothing is cut off: there are as many as there were hashes.
				chunks: BoundedVec::truncate_from(chunks),
				upload_by,
				uploaded_at: now,
				pins,
				reported: None,
			},
		);
		Self::deposit_event(Event::Announced { id, owner, size, upload_by });
		Ok(())
	}

	fn do_upload(id: ArtifactId, index: u32, bytes: &[u8]) -> DispatchResult {
		let mut artifact = Artifacts::<T>::get(id).ok_or(Error::<T>::UnknownArtifact)?;
		let size = Manifest::chunk_size(artifact.size, index).ok_or(Error::<T>::NoSuchChunk)?;
		let chunk = Self::chunk_mut(&mut artifact, index)?;
		ensure!(
			chunk.stored.is_none_or(|stored| stored.until < Self::now()),
			Error::<T>::AlreadyStored
		);
		ensure!(u32::try_from(bytes.len()) == Ok(size), Error::<T>::WrongChunkSize);
		// The host hashes large inputs faster than the runtime itself.
		let content = H256(sp_io::hashing::blake2_256(bytes));
		ensure!(content == chunk.hash, Error::<T>::WrongChunkHash);
		let extrinsic = Self::ensure_top_level()?;
		// The bytes that the executive decoded: nothing may come after those of the call.
		let encoded = frame_system::Pallet::<T>::extrinsic_data(extrinsic);
		ensure!(encoded.ends_with(bytes), Error::<T>::NotTopLevel);
		chunk.stored =
			Some(Stored { block: Self::now(), extrinsic, until: Self::retained_until() });
		artifact.uploaded_at = Self::now();
		let complete = artifact.available_until().is_some();
		Artifacts::<T>::insert(id, artifact);
		Self::deposit_event(Event::Uploaded { id, index, complete });
		sp_io::transaction_index::index(extrinsic, size, content.0);
		Ok(())
	}

	fn do_renew(id: ArtifactId, index: u32) -> DispatchResult {
		let mut artifact = Artifacts::<T>::get(id).ok_or(Error::<T>::UnknownArtifact)?;
		let chunk = Self::chunk_mut(&mut artifact, index)?;
		let stored = chunk.stored.ok_or(Error::<T>::NotStored)?;
		ensure!(stored.until >= Self::now(), Error::<T>::Expired);
		let extrinsic = Self::ensure_top_level()?;
		let content = chunk.hash;
		// A retention that got shorter since does not take away what was promised.
		let until = Self::retained_until().max(stored.until);
		chunk.stored = Some(Stored { block: Self::now(), extrinsic, until });
		Artifacts::<T>::insert(id, artifact);
		Self::deposit_event(Event::Renewed { id, index, until });
		sp_io::transaction_index::renew(extrinsic, content.0);
		Ok(())
	}

	fn do_remove(who: &T::AccountId, id: ArtifactId) -> DispatchResult {
		let artifact = Artifacts::<T>::get(id).ok_or(Error::<T>::UnknownArtifact)?;
		ensure!(
			artifact.owner == *who || artifact.expires_at() < Self::now(),
			Error::<T>::NotOwner
		);
		ensure!(artifact.pins == 0, Error::<T>::Pinned);
		ensure!(Self::stays_until(&artifact) <= Self::now(), Error::<T>::JustStored);
		Self::take_out(id, artifact)
	}

	/// The block in which others may take an artifact's record from who uploads it. Counted from the
	/// announcement on: before the first upload, too, somebody may be at it.
	fn stays_until(artifact: &ArtifactOf<T>) -> BlockNumberFor<T> {
		artifact.uploaded_at.saturating_add(T::Stay::get())
	}

	fn take_out(id: ArtifactId, artifact: ArtifactOf<T>) -> DispatchResult {
		let Artifact { owner, ticket, reported, .. } = artifact;
		if let Some(until) = reported {
			ensure!(Self::now() > until, Error::<T>::Reported);
			ticket.burn(&owner);
			Self::deposit_event(Event::Forfeited { id, owner });
		} else {
			ticket.drop(&owner)?;
			Self::deposit_event(Event::Removed { id, owner });
		}
		Artifacts::<T>::remove(id);
		Ok(())
	}

	fn do_clear_report(id: ArtifactId) -> DispatchResult {
		let mut artifact = Artifacts::<T>::get(id).ok_or(Error::<T>::UnknownArtifact)?;
		// However late: the deposit is there as long as the report is.
		artifact.reported.take().ok_or(Error::<T>::NotReported)?;
		Artifacts::<T>::insert(id, artifact);
		Self::deposit_event(Event::ReportCleared { id });
		Ok(())
	}

	/// Whose artifact has ended has kept its word, and one report is enough. Of what was announced
	/// anew while others relied on it, nothing is promised until it is complete.
	fn do_report(id: ArtifactId) {
		let Some(mut artifact) = Artifacts::<T>::get(id) else { return };
		let kept = artifact.available_until().is_some_and(|until| until >= Self::now());
		if !kept || artifact.reported.is_some() {
			return;
		}
		// At the end of block numbers, the deposit is never lost.
		let until = Self::now().saturating_add(T::ReportWindow::get());
		let owner = artifact.owner.clone();
		artifact.reported = Some(until);
		Artifacts::<T>::insert(id, artifact);
		Self::deposit_event(Event::Reported { id, owner, until });
	}

	fn chunk_mut(
		artifact: &mut ArtifactOf<T>,
		index: u32,
	) -> Result<&mut Chunk<BlockNumberFor<T>>, Error<T>> {
		usize::try_from(index)
			.ok()
			.and_then(|index| artifact.chunks.get_mut(index))
			.ok_or(Error::<T>::NoSuchChunk)
	}

	/// The index of the transaction that is being applied, if it is itself the call that asks.
	fn ensure_top_level() -> Result<u32, Error<T>> {
		ensure!(Admitted::<T>::exists(), Error::<T>::NotTopLevel);
		frame_system::Pallet::<T>::extrinsic_index().ok_or(Error::<T>::NotTopLevel)
	}
}

impl<T: Config> assay_traits::Artifacts for Pallet<T> {
	type BlockNumber = BlockNumberFor<T>;

	fn ensure_available(
		id: ArtifactId,
		until: BlockNumberFor<T>,
		max_bytes: u64,
	) -> DispatchResult {
		let artifact = Artifacts::<T>::get(id).ok_or(Error::<T>::UnknownArtifact)?;
		ensure!(artifact.size <= max_bytes, Error::<T>::TooLarge);
		ensure!(artifact.reported.is_none(), Error::<T>::Reported);
		Self::ensure_kept(id, until)
	}

	fn ensure_kept(id: ArtifactId, until: BlockNumberFor<T>) -> DispatchResult {
		let artifact = Artifacts::<T>::get(id).ok_or(Error::<T>::UnknownArtifact)?;
		let available = artifact.available_until().ok_or(Error::<T>::Incomplete)?;
		ensure!(available >= until.max(Self::now()), Error::<T>::ExpiresTooSoon);
		Ok(())
	}

	fn pin(id: ArtifactId) -> DispatchResult {
		Artifacts::<T>::try_mutate_exists(id, |artifact| {
			let artifact = artifact.as_mut().ok_or(Error::<T>::UnknownArtifact)?;
			artifact.pins = artifact.pins.checked_add(1).ok_or(ArithmeticError::Overflow)?;
			Ok(())
		})
	}

	fn unpin(id: ArtifactId) {
		let unpinned = Artifacts::<T>::mutate_extant(id, |artifact| {
			artifact.pins.checked_sub(1).map(|pins| artifact.pins = pins).is_some()
		});
		if !unpinned {
			defensive!("unpinned more often than pinned");
		}
	}

	fn report_missing(id: ArtifactId) {
		Self::do_report(id);
	}

	fn manifest(id: ArtifactId) -> Option<Manifest> {
		Self::manifest(id)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_available(seed: u32) -> ArtifactId {
		// One byte has 256 values, and a seed more: what counts is that ids differ.
		let chunks = alloc::vec![assay_primitives::hash(&seed.to_le_bytes())];
		<Self as assay_traits::Artifacts>::make_stored(Manifest { size: 1, chunks })
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_stored(manifest: Manifest) -> ArtifactId {
		let owner: T::AccountId = frame_benchmarking::account("artifacts", 0, 0);
		let (id, size) = (manifest.id(), manifest.size);
		if Artifacts::<T>::contains_key(id) {
			return id;
		}
		T::Consideration::ensure_successful(&owner, Self::footprint(size));
		let chunks = BoundedVec::try_from(manifest.chunks).expect("so many chunks are allowed");
		Self::do_announce(owner, size, chunks).expect("it is announced once");
		let stored = Stored { block: Self::now(), extrinsic: 0, until: Self::retained_until() };
		Artifacts::<T>::mutate_extant(id, |artifact| {
			for chunk in &mut artifact.chunks {
				chunk.stored = Some(stored);
			}
		});
		id
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// Checks what must hold between blocks:
	///
	/// 1. An artifact is filed under the hash of its manifest.
	/// 2. It has as many chunks as its size needs, at least one.
	/// 3. No chunk was stored in the future or ends before it was stored, and no artifact was
	///    announced or uploaded in the future.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, artifact) in Artifacts::<T>::iter() {
			ensure!(artifact.manifest().id() == id, "1: an artifact has the wrong id");
			ensure!(
				!artifact.chunks.is_empty()
					&& u64::try_from(artifact.chunks.len())
						== Ok(Manifest::chunks_for(artifact.size)),
				"2: an artifact has the wrong number of chunks"
			);
			ensure!(
				artifact.uploaded_at <= Self::now(),
				"3: an artifact was announced or uploaded at an impossible time"
			);
			for stored in artifact.chunks.iter().filter_map(|chunk| chunk.stored) {
				ensure!(
					stored.block <= Self::now() && stored.block <= stored.until,
					"3: a chunk is stored at an impossible time"
				);
			}
		}
		Ok(())
	}
}
