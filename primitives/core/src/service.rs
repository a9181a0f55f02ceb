//! What a verifier service answers to the off-chain worker that handed it a job.
//!
//! The service listens on loopback; every request but `GET /health` carries
//! `Authorization: Bearer <token>`. Bodies are SCALE, `application/octet-stream`:
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `POST /jobs` | [`TrainingJob`](crate::TrainingJob) | the [`JobState`]: 200 if it is [`JobState::Done`], else 202; 400 not a job; 503 the queue is full |
//! | `GET /jobs/{key}` | | 200 with the [`JobState`]; 404 no such job |
//!
//! `{key}` is [`TrainingJob::key`](crate::TrainingJob::key) in hex, with or without `0x`.

use crate::Outcome;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// How far a verifier service has come with a job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum JobState {
	/// Waiting for a worker.
	#[codec(index = 0)]
	Queued,
	/// Its inputs are being fetched, or it runs.
	#[codec(index = 1)]
	Running,
	/// It has an outcome. An [`Outcome::Unavailable`] for a missing input is tried again when the
	/// job is handed over again: the data may have appeared.
	#[codec(index = 2)]
	Done(Outcome),
	/// The service itself could not run it, for the reason given (UTF-8). Nothing is voted. The job
	/// is tried again when it is handed over again.
	#[codec(index = 3)]
	Broken(Vec<u8>),
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{FailReason, H256};

	#[test]
	fn the_encoding_is_the_one_that_services_and_workers_agreed_on() {
		let failed =
			Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::repeat_byte(9) };
		for (state, bytes) in [
			(JobState::Queued, &[0][..]),
			(JobState::Running, &[1]),
			(JobState::Done(failed), &[&[2, 1, 3][..], &[9; 32]].concat()),
			(JobState::Broken(b"no".to_vec()), &[3, 8, b'n', b'o']),
		] {
			assert_eq!(state.encode(), bytes);
			assert_eq!(JobState::decode(&mut &bytes[..]), Ok(state));
		}
	}
}
