//! The hashes that miners, verifiers and auditors commit to before they reveal.
//!
//! Each starts with a tag of its own, so that a preimage of one kind is never one of another, and
//! names its author, so that copying somebody's commitment is useless.

use crate::{hash, ArtifactId, ClaimId, JobId, Outcome, Params, Score, TaskId, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a miner reveals about its claim.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ClaimBody {
	/// The training program.
	pub program: ArtifactId,
	/// Bytes handed to the program.
	pub params: Params,
	/// Seed handed to the program.
	pub seed: u64,
	/// The score that the miner claims on the holdout.
	pub score: Score,
	/// [`sealed_trace`] of the miner's own run: binds the miner to it, opened only in a dispute.
	pub sealed_trace: H256,
}

/// `H("assay/claim" ‖ miner ‖ task ‖ body ‖ salt)`: the commitment of a claim. `miner` is the SCALE
/// encoding of the account (32 bytes).
#[must_use]
pub fn claim<AccountId: Encode>(
	miner: &AccountId,
	task: TaskId,
	body: &ClaimBody,
	salt: &H256,
) -> H256 {
	hash(&(*b"assay/claim", miner, task, body, salt).encode())
}

/// `H("assay/trace" ‖ trace_root ‖ salt)`.
#[must_use]
pub fn sealed_trace(trace_root: &H256, salt: &H256) -> H256 {
	hash(&(*b"assay/trace", trace_root, salt).encode())
}

/// `H("assay/holdout" ‖ sponsor ‖ artifact ‖ salt)`: the commitment of a sealed holdout. `sponsor`
/// is the SCALE encoding of the account (32 bytes), `salt` keeps data that others have from being
/// found by trial.
#[must_use]
pub fn holdout<AccountId: Encode>(sponsor: &AccountId, artifact: &ArtifactId, salt: &H256) -> H256 {
	hash(&(*b"assay/holdout", sponsor, artifact, salt).encode())
}

/// `H("assay/seed" ‖ random ‖ claim)`, the first 53 bits of it: the seed that the chain draws for
/// the run of a claim. So many a reader of JSON keeps exactly.
#[must_use]
pub fn drawn_seed(random: &H256, claim: ClaimId) -> u64 {
	let hash = hash(&(*b"assay/seed", random, claim).encode());
	let mut first = [0; 8];
	first.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
	u64::from_be_bytes(first) >> 11
}

/// `H("assay/verdict" ‖ verifier ‖ job ‖ round ‖ outcome ‖ salt)`: the commitment of a verdict.
#[must_use]
pub fn verdict<AccountId: Encode>(
	verifier: &AccountId,
	job: JobId,
	round: u8,
	outcome: &Outcome,
	salt: &H256,
) -> H256 {
	hash(&(*b"assay/verdict", verifier, job, round, outcome, salt).encode())
}

/// `H("assay/canary" ‖ claim ‖ miner ‖ outcome ‖ salt)`: what an auditor knew of a claim before it
/// was committed. `claim` is the claim's commitment ([`claim`](fn@claim)), `miner` the SCALE
/// encoding of the account (32 bytes), `outcome` what a run gives. It is the data of a leaf of the
/// tree ([`crate::merkle`]) to whose root the auditor commits.
#[must_use]
pub fn canary<AccountId: Encode>(
	claim: &H256,
	miner: &AccountId,
	outcome: &Outcome,
	salt: &H256,
) -> H256 {
	hash(&(*b"assay/canary", claim, miner, outcome, salt).encode())
}

/// What makes two claims in a task the same run: `H("assay/run" ‖ program ‖ params ‖ seed)`.
#[must_use]
pub fn run(program: &ArtifactId, params: &Params, seed: u64) -> H256 {
	hash(&(*b"assay/run", program, params, seed).encode())
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec::Vec;

	#[test]
	fn a_claim_commitment_depends_on_every_part() {
		let body = ClaimBody {
			program: H256::repeat_byte(1),
			params: Params::default(),
			seed: 2,
			score: Score(3),
			sealed_trace: H256::repeat_byte(4),
		};
		let salt = H256::repeat_byte(5);
		let base = claim(&[0u8; 32], 7, &body, &salt);
		assert_ne!(base, claim(&[1u8; 32], 7, &body, &salt));
		assert_ne!(base, claim(&[0u8; 32], 8, &body, &salt));
		assert_ne!(base, claim(&[0u8; 32], 7, &body, &H256::zero()));
		for change in [
			|b: &mut ClaimBody| b.program = H256::zero(),
			|b: &mut ClaimBody| b.params = Params::truncate_from(alloc::vec![0]),
			|b: &mut ClaimBody| b.seed = 0,
			|b: &mut ClaimBody| b.score = Score(0),
			|b: &mut ClaimBody| b.sealed_trace = H256::zero(),
		] {
			let mut other = body.clone();
			change(&mut other);
			assert_ne!(base, claim(&[0u8; 32], 7, &other, &salt));
		}
	}

	#[test]
	fn a_holdout_commitment_depends_on_every_part() {
		let (data, salt) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let base = holdout(&[0u8; 32], &data, &salt);
		assert_ne!(base, holdout(&[1u8; 32], &data, &salt));
		assert_ne!(base, holdout(&[0u8; 32], &salt, &salt));
		assert_ne!(base, holdout(&[0u8; 32], &data, &data));
	}

	#[test]
	fn a_drawn_seed_has_53_bits_and_is_that_of_its_claim() {
		let random = H256::repeat_byte(1);
		let seeds = (0..100).map(|claim| drawn_seed(&random, claim)).collect::<Vec<_>>();
		assert!(seeds.iter().all(|seed| *seed < 1 << 53));
		assert!(seeds.iter().any(|seed| *seed >= 1 << 52));
		let different: alloc::collections::BTreeSet<_> = seeds.iter().collect();
		assert_eq!(different.len(), seeds.len());
		assert_ne!(drawn_seed(&H256::zero(), 0), drawn_seed(&random, 0));
	}

	#[test]
	fn a_canary_depends_on_every_part() {
		let (claim, salt) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let failed = |reason| Outcome::Failed { reason, trace_root: H256::zero() };
		let outcome = failed(crate::FailReason::Trap);
		let base = canary(&claim, &[0u8; 32], &outcome, &salt);
		let other = failed(crate::FailReason::OutOfFuel);
		assert_ne!(base, canary(&salt, &[0u8; 32], &outcome, &salt));
		assert_ne!(base, canary(&claim, &[1u8; 32], &outcome, &salt));
		assert_ne!(base, canary(&claim, &[0u8; 32], &other, &salt));
		assert_ne!(base, canary(&claim, &[0u8; 32], &outcome, &claim));
	}

	#[test]
	fn a_verdict_commitment_names_its_round() {
		let outcome = Outcome::Failed { reason: crate::FailReason::Trap, trace_root: H256::zero() };
		let of = |round| verdict(&[0u8; 32], 1, round, &outcome, &H256::zero());
		assert_ne!(of(0), of(1));
	}
}
