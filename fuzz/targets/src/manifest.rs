//! Manifests and messages: what nodes, clients and services tell each other in SCALE.

use crate::{
	common::{holdout, job, train},
	Target,
};
use assay_primitives::{
	artifact::CHUNK_BYTES, commitment::ClaimBody, FailReason, JobState, Manifest, Outcome, Params,
	Score, Scored, TrainingJob, H256,
};
use assay_vm::StateImage;
use assay_watermark::Report;
use codec::{Compact, DecodeAll, Encode};
use std::fmt::Debug;

/// Encoded manifests, jobs, outcomes, claims and states; and bytes whose manifest is made.
pub const TARGET: Target = Target {
	name: "manifest",
	about: "what decodes is what would have been encoded; an address depends on every byte",
	check: checked,
	seeds,
};

/// The first byte says what the others are.
fn checked(input: &[u8]) -> bool {
	let Some((kind, rest)) = input.split_first() else { return false };
	match kind % 8 {
		0 => manifest(rest),
		1 => same::<TrainingJob>(rest).is_some_and(|job| job.key() == job.clone().key()),
		2 => same::<Outcome>(rest).is_some(),
		3 => same::<JobState>(rest).is_some(),
		4 => same::<ClaimBody>(rest).is_some(),
		5 => same::<StateImage>(rest).is_some_and(|state| state.commitment() != H256::zero()),
		6 => same::<Report>(rest).is_some(),
		_ => content(rest),
	}
}

/// Decodes; then nothing else has this encoding, and this is its only one.
fn same<T: DecodeAll + Encode + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
	let value = T::decode_all(&mut &*bytes).ok()?;
	assert_eq!(value.encode(), bytes, "{value:?} has two encodings");
	Some(value)
}

fn manifest(bytes: &[u8]) -> bool {
	let Some(manifest) = same::<Manifest>(bytes) else { return false };
	let count = Manifest::chunks_for(manifest.size);
	let chunk = CHUNK_BYTES as u64;
	assert!(count <= manifest.size && count >= manifest.size / chunk);
	for index in [0, count / 2, count.saturating_sub(1), count, u64::from(u32::MAX)] {
		let Ok(index) = u32::try_from(index) else { continue };
		let size = Manifest::chunk_size(manifest.size, index);
		assert_eq!(size.is_some(), u64::from(index) < count);
		assert!(size.is_none_or(|size| size > 0 && u64::from(size) <= chunk));
	}
	true
}

/// The manifest of some bytes, and of the same with one changed.
fn content(bytes: &[u8]) -> bool {
	let manifest = Manifest::of(bytes);
	assert_eq!(manifest.chunks.len() as u64, Manifest::chunks_for(manifest.size));
	assert_eq!(same::<Manifest>(&manifest.encode()), Some(manifest.clone()));
	let mut other = bytes.to_vec();
	other.push(0);
	assert_ne!(Manifest::of(&other).id(), manifest.id());
	match other.first_mut() {
		Some(byte) if !bytes.is_empty() => *byte ^= 1,
		_ => return false,
	}
	other.pop();
	assert_ne!(Manifest::of(&other).id(), manifest.id());
	true
}

fn seeds() -> Vec<Vec<u8>> {
	let with = |kind: u8, bytes: Vec<u8>| [vec![kind], bytes].concat();
	let scored = Outcome::Scored(Scored {
		score: Score(970_000_000),
		trace_root: H256::repeat_byte(1),
		model_hash: H256::repeat_byte(2),
		fuel: 1 << 40,
		steps: 100,
	});
	let body = ClaimBody {
		program: H256::repeat_byte(3),
		params: Params::truncate_from(b"rate=0.5".to_vec()),
		seed: 7,
		score: Score(-1),
		sealed_trace: H256::repeat_byte(4),
	};
	let state = StateImage {
		origin: H256::repeat_byte(5),
		step: 3,
		status: 1,
		fuel: 9,
		memory: vec![1; 2_048],
	};
	vec![
		with(0, Manifest::of(&[7; CHUNK_BYTES + 1]).encode()),
		with(0, Manifest { size: u64::MAX, chunks: vec![H256::zero(); 3] }.encode()),
		with(0, (u64::MAX, Compact(u32::MAX)).encode()),
		with(1, job(b"program", &train(), &holdout()).encode()),
		with(2, scored.encode()),
		with(2, Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() }.encode()),
		with(3, JobState::Done(scored).encode()),
		with(3, JobState::Broken(b"no memory".to_vec()).encode()),
		with(4, body.encode()),
		with(5, state.encode()),
		with(6, Report::Refused(assay_watermark::Refusal::NoMargin).encode()),
		with(7, b"some bytes".to_vec()),
	]
}
