//! What is stored, and how long an artifact lasts.

use alloc::vec::Vec;
use assay_primitives::{Manifest, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, FullCodec, MaxEncodedLen};
use core::fmt::Debug;
use frame_support::{
	traits::Get, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_runtime::traits;

/// Where and until when the bytes of a chunk are kept.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Stored<BlockNumber> {
	/// The block in which the chunk was stored or renewed last.
	pub block: BlockNumber,
	/// The transaction in that block, counted from 0.
	pub extrinsic: u32,
	/// Last block in which every node still has it.
	pub until: BlockNumber,
}

/// A part of an artifact.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Chunk<BlockNumber> {
	/// BLAKE2b-256 of its bytes.
	pub hash: H256,
	/// `None` until it was uploaded.
	pub stored: Option<Stored<BlockNumber>>,
}

/// An artifact that was announced.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxChunks))]
pub struct Artifact<AccountId, BlockNumber, Ticket, MaxChunks>
where
	AccountId: FullCodec + Clone + Debug + Eq,
	BlockNumber: traits::BlockNumber,
	Ticket: FullCodec + Clone + Debug + Eq,
	MaxChunks: Get<u32>,
{
	/// Who announced it, uploads it, and gets the deposit back.
	pub owner: AccountId,
	/// The owner's deposit.
	pub ticket: Ticket,
	/// Size of the whole artifact in bytes.
	pub size: u64,
	/// Its chunks in order; at least one.
	pub chunks: BoundedVec<Chunk<BlockNumber>, MaxChunks>,
	/// Last block in which an incomplete artifact cannot be removed by others.
	pub upload_by: BlockNumber,
	/// Block of the announcement or of the last upload, whichever is later. A renewal, which
	/// anybody can make at any time, does not move it.
	pub uploaded_at: BlockNumber,
	/// How often it was pinned and not unpinned.
	pub pins: u32,
	/// Last block before the deposit can be burnt, because its bytes are not to be had: from the
	/// next one on, with its removal or with another announcement. `None` if there is no report.
	pub reported: Option<BlockNumber>,
}

impl<AccountId, BlockNumber, Ticket, MaxChunks> Artifact<AccountId, BlockNumber, Ticket, MaxChunks>
where
	AccountId: FullCodec + Clone + Debug + Eq,
	BlockNumber: traits::BlockNumber,
	Ticket: FullCodec + Clone + Debug + Eq,
	MaxChunks: Get<u32>,
{
	/// Last block in which every node has all of it. `None` while chunks are missing.
	#[must_use]
	pub fn available_until(&self) -> Option<BlockNumber> {
		let until = |chunk: &Chunk<BlockNumber>| chunk.stored.map(|stored| stored.until);
		let all: Option<Vec<_>> = self.chunks.iter().map(until).collect();
		all?.into_iter().min()
	}

	/// Last block in which it cannot be removed by others.
	#[must_use]
	pub fn expires_at(&self) -> BlockNumber {
		self.available_until().unwrap_or(self.upload_by)
	}

	/// What it consists of.
	#[must_use]
	pub fn manifest(&self) -> Manifest {
		Manifest { size: self.size, chunks: self.chunks.iter().map(|chunk| chunk.hash).collect() }
	}
}

/// How an artifact is doing, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Status<AccountId, BlockNumber> {
	/// Who announced it.
	pub owner: AccountId,
	/// Size of the whole artifact in bytes.
	pub size: u64,
	/// For each chunk where and until when it is kept; `None` if it was not uploaded.
	pub chunks: Vec<Option<Stored<BlockNumber>>>,
	/// Whether all chunks were uploaded.
	pub complete: bool,
	/// Last block in which it cannot be removed by others. If it is complete, this is also the last
	/// block in which every node has all of it.
	pub expires_at: BlockNumber,
	/// How many others rely on it; it cannot be removed while there are any.
	pub pins: u32,
	/// Last block before the deposit can be burnt, because its bytes are not to be had: from the
	/// next one on, with its removal or with another announcement. `None` if there is no report.
	pub reported: Option<BlockNumber>,
}
