//! The off-chain worker of a verifier's node.
//!
//! After each block it looks at the committees that keys of its keystore sit on (and at nothing
//! else), hands their jobs to the verifier service beside the node, and returns: a run takes as
//! long as it takes, and later blocks ask again. What the service found is written to the node's
//! disk together with a salt *before* the commitment is first sent, under a key that names
//! verifier, job, round and every input (goal 4 of the [crate](crate)): restarted, or on another
//! fork, the node finds the record and sends the same verdict again. A record that is lost all the
//! same, as by a power cut, is made again: the salt is derived from a secret of the node, and the
//! service has the outcome on its disk. It is believed if it opens the commitment on the chain.
//!
//! A verdict is sent after every block until the chain has it: the pool may not know the newest
//! block yet when the worker does, and then drops, without a word, what only that block makes
//! valid.
//!
//! Address and token of the service are in the persistent off-chain storage under [`ADDRESS_KEY`]
//! and [`TOKEN_KEY`], put there by the node, which removes them before its worker runs:
//! what somebody else stores there is gone with the next start. The secret is under
//! [`SECRET_KEY`], put there by a node with a service.

use crate::{
	Assignments, Call, Commitment, Config, JobOf, Jobs, Pallet, Phase, Verdict, VerifierId, LOG,
};
use alloc::{format, string::String, vec, vec::Vec};
use assay_primitives::{commitment, hash, service::JobState, JobId, Outcome, H256};
use codec::{Decode, DecodeAll, Encode};
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
/// Where the secret is stored from which salts are derived: 32 bytes, random, the same for the life
/// of the node. Without it salts are random.
pub const SECRET_KEY: &[u8] = b"assay::verifier::secret";

/// Where the worker's lock is stored. A node removes it when it starts: no worker runs then.
pub const LOCK_KEY: &[u8] = b"assay::verifier::lock";
const RECORD_PREFIX: &[u8] = b"assay::verifier::verdict";

/// Most time for one request to the service, in milliseconds. It answers from memory, on loopback.
const REQUEST_MS: u64 = 500;
/// Most bytes of an answer that are read.
const MAX_ANSWER: usize = 64 * 1024;

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

/// The salt for the record under `storage_key`: the same each time, where the node has a secret.
fn salt(storage_key: &[u8]) -> H256 {
	let secret = StorageValueRef::persistent(SECRET_KEY).get::<[u8; 32]>().ok().flatten();
	secret.map_or_else(
		|| H256(sp_io::offchain::random_seed()),
		|secret| hash(&(*b"assay/salt", secret, storage_key).encode()),
	)
}

/// Looks once at all committees that keys of this node sit on.
pub fn run<T: Config>(now: BlockNumberFor<T>) {
	let keys = VerifierId::all();
	let seats = keys.iter().flat_map(|key| {
		Assignments::<T>::iter_prefix(key)
			.filter_map(move |(id, seat)| Some((key, id, seat, Jobs::<T>::get(id)?)))
	});
	let mut waiting: Vec<_> =
		seats.filter(|(_, _, seat, job)| is_awaited::<T>(now, *seat, job)).collect();
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

/// Whether the chain waits for the verdict of a seat: the next block takes it at the earliest. A
/// window that is over stands until its deadline is served.
fn is_awaited<T: Config>(now: BlockNumberFor<T>, seat: u32, job: &JobOf<T>) -> bool {
	let member = usize::try_from(seat).ok().and_then(|seat| job.members.get(seat));
	match (member.map(|member| member.verdict), job.phase) {
		(Some(Verdict::Awaited), Phase::Committing { until })
		| (Some(Verdict::Committed(_)), Phase::Revealing { until }) => now < until,
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
					let found = Record { outcome, salt: salt(&storage_key) };
					// Before anybody can see it. What another worker kept meanwhile stays: it may
					// have told it.
					storage
						.mutate::<Record, (), _>(|kept| Ok(kept.ok().flatten().unwrap_or(found)))
						.map_err(|_| "another worker keeps its record of the verdict")?
				},
			};
			let hash = commitment::verdict(&member.account, id, job.round, &outcome, &salt);
			let commitment = Commitment { job: id, round: job.round, member: seat, hash };
			let signature = key
				.sign(&Pallet::<T>::signed_payload(job.spec.key(), &commitment))
				.ok_or("the keystore did not sign")?;
			send::<T>(Call::commit_verdict { commitment, signature });
		},
		(Phase::Revealing { .. }, Verdict::Committed(hash)) => {
			let opens = |Record { outcome, salt }: &Record| {
				commitment::verdict(&member.account, id, job.round, outcome, salt) == hash
			};
			let Record { outcome, salt } = match record.filter(opens) {
				Some(record) => record,
				None => {
					let Some(outcome) = outcome_of::<T>(job, service)? else { return Ok(()) };
					let found = Record { outcome, salt: salt(&storage_key) };
					if !opens(&found) {
						return Err("neither the record nor what the service finds now opens the \
						            commitment"
							.into());
					}
					storage.set(&found);
					found
				},
			};
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
	let early = until.saturating_sub(now).saturating_mul(4u32.into()) > job.commit_window;
	let outcome = outcome_of::<T>(job, service)?;
	Ok(outcome.filter(|outcome| !(early && matches!(outcome, Outcome::Unavailable { .. }))))
}

/// What the service has found, or finds now. `None`: nothing yet.
fn outcome_of<T: Config>(
	job: &JobOf<T>,
	service: Option<&Service>,
) -> Result<Option<Outcome>, String> {
	let service = service
		.ok_or("no verifier service is known: start the node with --verifier or --verifier-url")?;
	match service.post(job.spec.encode())? {
		JobState::Queued | JobState::Running => Ok(None),
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
		let mut body = response.body();
		body.deadline(deadline);
		let bytes: Vec<u8> = body.by_ref().take(MAX_ANSWER).collect();
		if let Some(error) = body.error() {
			return Err(format!("the verifier service does not answer to the end: {error:?}"));
		}
		JobState::decode_all(&mut bytes.as_slice())
			.map_err(|_| "the verifier service answers with something that is no job state".into())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::*;
	use assay_primitives::{FailReason, Score, Scored};
	use assay_traits::{Client, Verification as _};
	use sp_core::offchain::testing::{OffchainState, PoolState};

	const SCORED: Outcome = Outcome::Scored(Scored {
		score: Score(3),
		trace_root: H256::repeat_byte(8),
		model_hash: H256::repeat_byte(9),
		fuel: 10,
		steps: 11,
	});
	const TRAP: Outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };

	/// Runs `test` on the node of the only verifier, whose seat on a committee it gets.
	fn with_a_seat(test: impl FnOnce(JobId, Shared<OffchainState>, Shared<PoolState>)) {
		let Node { mut ext, http, pool } = Node::start();
		ext.execute_with(|| {
			let id = Verification::open(Client::Claim(5), &MINER, None, 0, spec(), 150).unwrap();
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			test(id, http, pool);
		});
	}

	/// Has the worker look at the block, with a service that answers `state` if it is asked, and
	/// another random seed each time. Gives what it sent.
	fn work(
		http: &Shared<OffchainState>,
		pool: &Shared<PoolState>,
		state: Option<JobState>,
	) -> Option<Call<Test>> {
		let seed = sp_io::hashing::blake2_256(&http.read().seed);
		http.write().seed = seed;
		if let Some(state) = state {
			expect(http, &state);
		}
		run::<Test>(System::block_number());
		let mut sent = sent(pool);
		assert!(sent.len() <= 1);
		sent.pop()
	}

	/// The commitment in what was sent.
	fn committed(sent: Option<Call<Test>>) -> H256 {
		match sent {
			Some(Call::commit_verdict { commitment, .. }) => commitment.hash,
			other => panic!("no commitment: {other:?}"),
		}
	}

	/// As after a power cut.
	fn lose_the_record(id: JobId) {
		let job = Jobs::<Test>::get(id).unwrap();
		let storage_key = record_key::<Test>(&key(1), id, &job);
		let mut record = StorageValueRef::persistent(&storage_key);
		assert!(record.get::<Record>().unwrap().is_some());
		record.clear();
	}

	/// As when the only commitment that is needed is on the chain.
	fn ask_for_reveals(id: JobId, hash: H256) {
		Jobs::<Test>::mutate(id, |job| {
			let job = job.as_mut().unwrap();
			job.phase = Phase::Revealing { until: 100 };
			job.members[0].verdict = Verdict::Committed(hash);
		});
	}

	fn give_a_secret() {
		StorageValueRef::persistent(SECRET_KEY).set(&[7u8; 32]);
	}

	#[test]
	fn a_lost_record_is_made_again() {
		with_a_seat(|id, http, pool| {
			give_a_secret();
			let done = || Some(JobState::Done(SCORED));
			let first = committed(work(&http, &pool, done()));
			lose_the_record(id);
			assert_eq!(committed(work(&http, &pool, done())), first);

			lose_the_record(id);
			ask_for_reveals(id, first);
			// The service itself may have to run it again.
			assert!(work(&http, &pool, Some(JobState::Running)).is_none());
			for state in [done(), None] {
				let Some(Call::reveal_verdict { job, round, member, outcome, salt }) =
					work(&http, &pool, state)
				else {
					panic!("no reveal")
				};
				assert_eq!((job, round, member, outcome), (id, 0, 0, SCORED));
				assert_eq!(commitment::verdict(&1u64, id, round, &outcome, &salt), first);
			}
		});
	}

	#[test]
	fn an_answer_is_not_read_without_end() {
		with_a_seat(|_, http, pool| {
			let answer = JobState::Done(SCORED).encode();
			expect_bytes(&http, [&answer[..], &[0; MAX_ANSWER]].concat());
			assert!(work(&http, &pool, None).is_none());
			assert!(work(&http, &pool, Some(JobState::Done(SCORED))).is_some());
		});
	}

	#[test]
	fn what_does_not_open_the_commitment_is_not_revealed() {
		with_a_seat(|id, http, pool| {
			give_a_secret();
			let hash = committed(work(&http, &pool, Some(JobState::Done(SCORED))));
			lose_the_record(id);
			ask_for_reveals(id, hash);
			assert!(work(&http, &pool, Some(JobState::Done(TRAP))).is_none());
			// The right one still is.
			assert!(work(&http, &pool, Some(JobState::Done(SCORED))).is_some());
		});
	}

	#[test]
	fn a_record_that_does_not_open_the_commitment_is_made_again() {
		with_a_seat(|id, http, pool| {
			give_a_secret();
			let hash = committed(work(&http, &pool, Some(JobState::Done(SCORED))));
			let storage_key = record_key::<Test>(&key(1), id, &Jobs::<Test>::get(id).unwrap());
			let other = Record { outcome: TRAP, salt: salt(&storage_key) };
			StorageValueRef::persistent(&storage_key).set(&other);
			ask_for_reveals(id, hash);
			assert!(work(&http, &pool, Some(JobState::Done(TRAP))).is_none());
			let sent = work(&http, &pool, Some(JobState::Done(SCORED)));
			let Some(Call::reveal_verdict { outcome, .. }) = sent else { panic!("no reveal") };
			assert_eq!(outcome, SCORED);
		});
	}

	#[test]
	fn salts_are_random_without_a_secret_and_differ_with_one() {
		with_a_seat(|_, http, _| {
			http.write().seed = [1; 32];
			assert_eq!(salt(b"one"), H256([1; 32]));
			give_a_secret();
			assert_eq!(salt(b"one"), salt(b"one"));
			assert_ne!(salt(b"one"), salt(b"another"));
			let one = salt(b"one");
			StorageValueRef::persistent(SECRET_KEY).set(&[8u8; 32]);
			assert_ne!(salt(b"one"), one);
		});
	}
}
