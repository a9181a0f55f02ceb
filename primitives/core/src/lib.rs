//! Types and pure logic that more than one part of Assay shares.
//!
//! - [`Score`] and [`Metric`]: what a claim is about, in fixed point.
//! - [`TrainingJob`], [`Limits`] and [`Outcome`]: what a verifier is asked, and what it can answer.
//! - [`service`]: how the off-chain worker and the verifier service talk.
//! - [`artifact`]: how bytes become a content address.
//! - [`file`](mod@file): files that a run reads beside its data, in chunks that can be proved.
//! - [`merkle`]: binary Merkle trees with proofs.
//! - [`commitment`]: the hashes that miners and verifiers commit to before they reveal.
//! - `json`: how amounts and names are written in JSON (with feature `serde`).
//!
//! Everything is `no_std`, free of floating point, and does not panic.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;

pub mod artifact;
pub mod commitment;
pub mod file;
pub mod job;
#[cfg(feature = "serde")]
pub mod json;
pub mod merkle;
pub mod outcome;
pub mod score;
pub mod service;

pub use artifact::{ArtifactId, Manifest};
pub use file::File;
pub use job::{Limits, Params, TrainingJob, MAX_PARAMS, VM_VERSION};
pub use outcome::{DataFault, FailReason, Input, Outcome, Scored};
pub use primitive_types::H256;
pub use score::{Metric, Score};
pub use service::JobState;

/// Number of a task, counted from 0.
pub type TaskId = u64;
/// Number of a claim, counted from 0 over all tasks. An earlier commitment has a smaller number.
pub type ClaimId = u64;
/// Number of a verification job, counted from 0.
pub type JobId = u64;
/// Number of an intent to mark a model, counted from 0.
pub type IntentId = u64;
/// Number of a registered model, counted from 0.
pub type ModelId = u64;
/// Number of a contest about a model, counted from 0.
pub type ContestId = u64;
/// Number of a slash, counted from 0.
pub type SlashId = u64;
/// Number of a batch of canaries, counted from 0.
pub type BatchId = u64;

/// BLAKE2b-256, the hash of everything in Assay.
#[must_use]
pub fn hash(data: &[u8]) -> H256 {
	H256(sp_crypto_hashing::blake2_256(data))
}

/// [`hash`] of each of some inputs: with feature `std` several at a time, where the processor has
/// the instructions.
#[cfg(feature = "std")]
#[must_use]
pub fn hash_each(inputs: &[impl AsRef<[u8]>]) -> Vec<H256> {
	use blake2b_simd::many::{hash_many, HashManyJob};
	let mut params = blake2b_simd::Params::new();
	params.hash_length(32);
	let mut jobs: Vec<_> =
		inputs.iter().map(|input| HashManyJob::new(&params, input.as_ref())).collect();
	hash_many(&mut jobs);
	let hashes = jobs.iter().map(HashManyJob::to_hash);
	hashes.map(|hash| H256(hash.as_bytes().first_chunk().copied().unwrap_or_default())).collect()
}

/// [`hash`] of each of some inputs.
#[cfg(not(feature = "std"))]
#[must_use]
pub fn hash_each(inputs: &[impl AsRef<[u8]>]) -> Vec<H256> {
	inputs.iter().map(|input| hash(input.as_ref())).collect()
}
