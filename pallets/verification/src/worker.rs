//! The off-chain worker of a verifier's node.
//!
//! After each block it looks at the committees that keys of its keystore sit on (and at nothing
//! else), hands their jobs to the verifier service beside the node, and returns: a run takes as long
//! as it takes, and later blocks ask again. What the service found is written to the node's disk
//! together with a salt *before* the commitment is first sent, under a key that names verifier, job,
//! round and every input (goal 4 of the [crate](crate)): restarted, or on another fork, the node
//! finds the record and sends the same verdict again.
//!
//! A verdict is sent after every block until the chain has it: the pool may not know the newest block
//! yet when the worker does, and then drops, without a word, what only that block makes valid.
//!
//! Address and token of the service are in the persistent off-chain storage under [`ADDRESS_KEY`]
//! and [`TOKEN_KEY`], put there by the node or by an operator.

use crate::{
	Assignments, Call, Commitment, Config, JobOf, Jobs, Pallet, Phase, Verdict, VerifierId, LOG,
};
use alloc::{format, string::String, vec, vec::Vec};
use assay_primitives::{commitment, service::JobState, JobId, Outcome, H256};
use codec::{Decode, Encode};
use frame_system::{
	offchain::{CreateAuthorizedTransaction, SubmitTransaction},
	pallet_prelude::BlockNumberFor,
};
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
	offchain::{
		http,
		storage::StorageValueRef,
		storage_lock::{StorageLock, Time},
		Duration,
	},
	traits::Saturating,
};

/// Where the address of the verifier service is stored: `host:port`, a SCALE byte vector.
pub const ADDRESS_KEY: &[u8] = b"assay::verifier::address";
/// Where the token of the verifier service is stored: a SCALE byte vector.
pub const TOKEN_KEY: &[u8] = b"assay::verifier::token";

/// Where the worker's lock is stored. A node removes it when it starts: no worker runs then.
pub const LOCK_KEY: &[u8] = b"assay::verifier::lock";
const RECORD_PREFIX: &[u8] = b"assay::verifier::verdict";

/// Most time for one request to the service, in milliseconds. It answers from memory, on loopback.
const REQUEST_MS: u64 = 500;
/// Most jobs attended to after one block.
const JOBS_A_BLOCK: usize = 64;

/// What a verifier has found out about a job and round, kept on its disk.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Record {
	/// The one outcome that this verifier stands for.
	pub outcome: Outcome,
	/// Salt of its commitment.
	pub salt: H256,
}

/// Where the [`Record`] is stored.
pub(crate) fn record_key<T: Config>(key: &VerifierId, id: JobId, job: &JobOf<T>) -> Vec<u8> {
	(RECORD_PREFIX, key, id, job.round, job.spec.key()).encode()
}

/// Looks once at all committees that keys of this node sit on.
pub fn run<T: Config>(now: BlockNumberFor<T>) {
	let keys = VerifierId::all();
	let seats = keys.iter().flat_map(|key| {
		Assignments::<T>::iter_prefix(key)
			.filter_map(move |(id, seat)| Some((key, id, seat, Jobs::<T>::get(id)?)))
	});
	let mut waiting: Vec<_> =
		seats.filter(|(_, _, seat, job)| is_awaited::<T>(*seat, job)).collect();
	if waiting.is_empty() {
		return;
	}
	// Reveals first: they take no run. Then what ends soonest.
	waiting.sort_by_key(|(_, id, _, job)| {
		(!matches!(job.phase, Phase::Revealing { .. }), job.due(), *id)
	});
	// Workers of different blocks may overlap; the lock makes records and sends one at a time, and
	// frees itself if the node dies.
	let mut lock =
		StorageLock::<Time>::with_deadline(LOCK_KEY, Duration::from_millis(30 * REQUEST_MS));
	let Ok(_guard) = lock.try_lock() else { return };
	let service = Service::find();
	for (key, id, seat, job) in waiting.into_iter().take(JOBS_A_BLOCK) {
		if let Err(problem) = attend::<T>(now, key, id, seat, &job, service.as_ref()) {
			log::warn!(target: LOG, "job {id}, round {}: {problem}", job.round);
		}
	}
}

/// Whether the chain waits for the verdict of a seat.
fn is_awaited<T: Config>(seat: u32, job: &JobOf<T>) -> bool {
	let member = usize::try_from(seat).ok().and_then(|seat| job.members.get(seat));
	match member.map(|member| member.verdict) {
		Some(Verdict::Awaited) => matches!(job.phase, Phase::Committing { .. }),
		Some(Verdict::Committed(_)) => matches!(job.phase, Phase::Revealing { .. }),
		_ => false,
	}
}

/// Does what one seat on a committee calls for now.
fn attend<T: Config>(
	now: BlockNumberFor<T>,
	key: &VerifierId,
	id: JobId,
	seat: u32,
	job: &JobOf<T>,
	service: Option<&Service>,
) -> Result<(), String> {
	let position = usize::try_from(seat).unwrap_or(usize::MAX);
	let member = job.members.get(position).ok_or("the assignment names no member")?;
	let storage_key = record_key::<T>(key, id, job);
	let storage = StorageValueRef::persistent(&storage_key);
	let record = storage
		.get::<Record>()
		.map_err(|_| "the record of the verdict on disk cannot be read; nothing is voted")?;

	match (job.phase, member.verdict) {
		(Phase::Committing { until }, Verdict::Awaited) => {
			let Record { outcome, salt } = match record {
				Some(record) => record,
				None => {
					let Some(outcome) = ask::<T>(now, until, job, service)? else { return Ok(()) };
					let record = Record { outcome, salt: H256(sp_io::offchain::random_seed()) };
					// Before anybody can see it.
					storage.set(&record);
					record
				},
			};
			let hash = commitment::verdict(&member.account, id, job.round, &outcome, &salt);
			let commitment = Commitment { job: id, round: job.round, member: seat, hash };
			let signature = key
				.sign(&Pallet::<T>::signed_payload(&commitment))
				.ok_or("the keystore did not sign")?;
			send::<T>(Call::commit_verdict { commitment, signature });
		},
		(Phase::Revealing { .. }, Verdict::Committed(_)) => {
			let Record { outcome, salt } =
				record.ok_or("committed, but the record is gone from the disk")?;
			send::<T>(Call::reveal_verdict {
				job: id,
				round: job.round,
				member: seat,
				outcome,
				salt,
			});
		},
		_ => {},
	}
	Ok(())
}

/// Hands a job to the service, or asks how far it is. `None`: no outcome yet.
///
/// An input that is missing may still appear, so that answer counts only in the last quarter of the
/// commit window.
fn ask<T: Config>(
	now: BlockNumberFor<T>,
	until: BlockNumberFor<T>,
	job: &JobOf<T>,
	service: Option<&Service>,
) -> Result<Option<Outcome>, String> {
	let service = service.ok_or(
		"no verifier service is known: start the node with --verifier, or store its address and token",
	)?;
	match service.post(job.spec.encode())? {
		JobState::Queued | JobState::Running => Ok(None),
		JobState::Done(Outcome::Unavailable { .. })
			if until.saturating_sub(now).saturating_mul(4u32.into()) > job.commit_window =>
		{
			Ok(None)
		},
		JobState::Done(outcome) => Ok(Some(outcome)),
		JobState::Broken(reason) => {
			Err(format!("the verifier service failed: {}", String::from_utf8_lossy(&reason)))
		},
	}
}

/// Puts a verdict into the pool. That it is refused says little: most often it is there already.
fn send<T: Config>(call: Call<T>) {
	let transaction =
		<T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
	if SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).is_err() {
		log::debug!(target: LOG, "the pool has the verdict already, or does not take it");
	}
}

/// The verifier service beside this node.
struct Service {
	url: String,
	authorization: String,
}

impl Service {
	/// Reads address and token from the persistent off-chain storage.
	fn find() -> Option<Self> {
		let text = |key| {
			let bytes = StorageValueRef::persistent(key).get::<Vec<u8>>().ok().flatten()?;
			String::from_utf8(bytes).ok()
		};
		let (address, token) = (text(ADDRESS_KEY)?, text(TOKEN_KEY)?);
		Some(Self {
			url: format!("http://{address}/jobs"),
			authorization: format!("Bearer {token}"),
		})
	}

	/// Posts a job: the service starts it if it is new, and answers how far it is.
	fn post(&self, body: Vec<u8>) -> Result<JobState, String> {
		let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(REQUEST_MS));
		let response = http::Request::post(&self.url, vec![body])
			.add_header("Authorization", &self.authorization)
			.add_header("Content-Type", "application/octet-stream")
			.deadline(deadline)
			.send()
			.map_err(|error| format!("the verifier service cannot be reached: {error:?}"))?
			.try_wait(deadline)
			.map_err(|_| "the verifier service does not answer in time")?
			.map_err(|error| format!("the verifier service cannot be reached: {error:?}"))?;
		if !matches!(response.code, 200 | 202) {
			return Err(format!("the verifier service answers with status {}", response.code));
		}
		let body: Vec<u8> = response.body().collect();
		JobState::decode(&mut body.as_slice())
			.map_err(|_| "the verifier service answers with something that is no job state".into())
	}
}
