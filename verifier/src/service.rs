//! Jobs: queued, run by workers, and remembered.
//!
//! The service may be killed at any moment. A job is on disk before its hand-over is answered, and
//! leaves the disk only when it is finished; a result is on disk before it is told. After a start,
//! what is on disk is queued again.

use crate::{
	child::{self, Report, Setting},
	fetch::{FetchError, Fetcher},
	metrics::Metrics,
	store::Store,
};
use assay_primitives::{
	hash, service::JobState, DataFault, Input, Outcome, TrainingJob, H256, VM_VERSION,
};
use assay_verifier::{EngineKind, Health, JobInfo, Stage};
use codec::{Decode, DecodeAll, Encode};
use std::{
	collections::{HashMap, VecDeque},
	io,
	panic::{catch_unwind, AssertUnwindSafe},
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
	thread,
	time::{Instant, SystemTime, UNIX_EPOCH},
};

/// How many finished jobs are kept in memory, for `GET /jobs`. Older outcomes are on disk only.
const FINISHED_KEPT: usize = 1000;

/// Where a service keeps what must survive it.
pub struct Stores {
	/// Jobs that are not finished.
	pub jobs: Store,
	/// Outcomes.
	pub results: Store,
}

/// The service.
pub struct Service {
	jobs: Mutex<Jobs>,
	wake: Condvar,
	stores: Stores,
	fetcher: Fetcher,
	setting: Setting,
	queue_limit: usize,
	metrics: Arc<Metrics>,
	started: Instant,
}

#[derive(Default)]
struct Jobs {
	known: HashMap<H256, Entry>,
	queue: VecDeque<(H256, TrainingJob)>,
	/// Keys of those that are done or broken, the oldest first.
	finished: VecDeque<H256>,
	running: usize,
}

struct Entry {
	state: JobState,
	detail: String,
	since: u64,
	run_seconds: Option<f64>,
}

/// How a job ended.
struct End {
	state: JobState,
	detail: String,
	run_seconds: Option<f64>,
}

/// An outcome as it is kept on disk.
#[derive(Encode, Decode)]
struct Kept {
	outcome: Outcome,
	detail: String,
	/// Over the key and the other fields: a damaged file is noticed.
	check: H256,
}

impl Kept {
	fn new(key: &H256, outcome: Outcome, detail: String) -> Self {
		let check = hash(&(key, outcome, &detail).encode());
		Self { outcome, detail, check }
	}

	fn read(key: &H256, bytes: &[u8]) -> Option<Self> {
		let kept = Self::decode_all(&mut &bytes[..]).ok()?;
		(hash(&(key, kept.outcome, &kept.detail).encode()) == kept.check).then_some(kept)
	}
}

/// Why a job is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
	/// Too many are waiting.
	#[error("the queue is full: {0} jobs wait; try again when one of them is done")]
	Full(usize),
	/// The job could not be put on disk.
	#[error("cannot keep the job on disk: {0}; try again when that is repaired")]
	Disk(#[from] io::Error),
}

impl Service {
	/// A service with the jobs that an earlier one left unfinished.
	pub fn new(
		stores: Stores,
		fetcher: Fetcher,
		setting: Setting,
		queue_limit: usize,
		metrics: Arc<Metrics>,
	) -> io::Result<Self> {
		let service = Self {
			jobs: Mutex::default(),
			wake: Condvar::new(),
			stores,
			fetcher,
			setting,
			queue_limit,
			metrics,
			started: Instant::now(),
		};
		let mut jobs = service.lock();
		for key in service.stores.jobs.keys()? {
			let bytes = service.stores.jobs.get(&key)?.unwrap_or_default();
			match TrainingJob::decode_all(&mut &bytes[..]) {
				Ok(job) if job.key() == key && service.result(&key).is_none() => {
					service.enqueue(&mut jobs, key, job);
				},
				_ => service.stores.jobs.remove(&key)?,
			}
		}
		if !jobs.queue.is_empty() {
			tracing::info!(jobs = jobs.queue.len(), "taking up unfinished jobs");
		}
		drop(jobs);
		Ok(service)
	}

	/// Starts workers, which run until the process ends. Each child process is bound to the thread
	/// that started it, so these threads must not end before.
	pub fn start_workers(self: &Arc<Self>, count: usize) -> io::Result<()> {
		for number in 0..count {
			let service = self.clone();
			thread::Builder::new().name(format!("worker-{number}")).spawn(move || loop {
				service.work_once();
			})?;
		}
		Ok(())
	}

	/// Takes a job, or says how far it is if it was taken before. A broken one, and one for which
	/// an input was missing, is run again.
	pub fn submit(&self, job: TrainingJob) -> Result<JobState, SubmitError> {
		let key = job.key();
		let mut jobs = self.lock();
		if let Some(state) = self.find(&jobs, &key) {
			let again = matches!(state, JobState::Broken(_)) || is_missing(&state);
			if !again {
				if matches!(state, JobState::Done(_)) {
					self.metrics.cache_hits.with_label_values(&["result"]).inc();
				}
				return Ok(state);
			}
		}
		if job.vm_version != VM_VERSION {
			let reason = format!(
				"the job is for VM version {}, this service has version {VM_VERSION}: upgrade it",
				job.vm_version,
			);
			let state = JobState::Broken(reason.clone().into_bytes());
			self.conclude(
				&mut jobs,
				key,
				End { state: state.clone(), detail: reason, run_seconds: None },
			);
			return Ok(state);
		}
		if jobs.queue.len() >= self.queue_limit {
			return Err(SubmitError::Full(jobs.queue.len()));
		}
		self.stores.jobs.put(&key, &job.encode())?;
		self.enqueue(&mut jobs, key, job);
		Ok(JobState::Queued)
	}

	/// How far a job is, if it is known.
	pub fn state(&self, key: &H256) -> Option<JobState> {
		self.find(&self.lock(), key)
	}

	/// The jobs in memory, the latest change first.
	pub fn list(&self) -> Vec<JobInfo> {
		let jobs = self.lock();
		let mut list: Vec<_> = jobs
			.known
			.iter()
			.map(|(key, entry)| JobInfo {
				key: *key,
				stage: match entry.state {
					JobState::Queued => Stage::Queued,
					JobState::Running => Stage::Running,
					JobState::Done(_) => Stage::Done,
					JobState::Broken(_) => Stage::Broken,
				},
				outcome: match entry.state {
					JobState::Done(outcome) => Some(outcome),
					_ => None,
				},
				detail: entry.detail.clone(),
				since: entry.since,
				run_seconds: entry.run_seconds,
			})
			.collect();
		list.sort_by_key(|info| (std::cmp::Reverse(info.since), info.key));
		list
	}

	/// How the service is.
	pub fn health(&self) -> Health {
		let jobs = self.lock();
		Health {
			version: env!("CARGO_PKG_VERSION").to_owned(),
			vm_version: VM_VERSION,
			engine: self.setting.engine,
			sandbox: self.setting.sandbox,
			queue: jobs.queue.len(),
			running: jobs.running,
			uptime: self.started.elapsed().as_secs(),
		}
	}

	/// The text that Prometheus reads.
	pub fn metrics(&self) -> prometheus::Result<String> {
		let health = self.health();
		self.metrics.queue.set(health.queue as i64);
		self.metrics.running.set(health.running as i64);
		self.metrics.text()
	}

	/// A panic elsewhere leaves the jobs as they were: each change is made in one go.
	fn lock(&self) -> MutexGuard<'_, Jobs> {
		self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn find(&self, jobs: &Jobs, key: &H256) -> Option<JobState> {
		let known = jobs.known.get(key).map(|entry| entry.state.clone());
		known.or_else(|| self.result(key).map(|kept| JobState::Done(kept.outcome)))
	}

	/// The outcome on disk. A damaged one is removed.
	fn result(&self, key: &H256) -> Option<Kept> {
		let read = || -> io::Result<Option<Kept>> {
			let Some(bytes) = self.stores.results.get(key)? else { return Ok(None) };
			let kept = Kept::read(key, &bytes);
			if kept.is_none() {
				tracing::warn!("the result of job {key:?} was damaged; it is removed");
				self.stores.results.remove(key)?;
			}
			Ok(kept)
		};
		read().unwrap_or_else(|error| {
			tracing::error!(%error, "cannot read the result of job {key:?}");
			None
		})
	}

	fn enqueue(&self, jobs: &mut Jobs, key: H256, job: TrainingJob) {
		jobs.finished.retain(|finished| *finished != key);
		jobs.known.insert(key, Entry::new(JobState::Queued));
		jobs.queue.push_back((key, job));
		self.wake.notify_one();
	}

	fn work_once(&self) {
		let (key, job) = self.next();
		tracing::info!("job {key:?} is started");
		let end = catch_unwind(AssertUnwindSafe(|| self.process(&job)))
			.unwrap_or_else(|_| End::broken("a bug in the service: its worker panicked".into()));
		self.count(&end);
		if let JobState::Done(outcome) = &end.state {
			if !is_missing(&end.state) {
				let kept = Kept::new(&key, *outcome, end.detail.clone()).encode();
				if let Err(error) = self.stores.results.put(&key, &kept) {
					tracing::error!(%error, "cannot keep the result of job {key:?}");
				}
			}
		}
		let mut jobs = self.lock();
		jobs.running -= 1;
		self.conclude(&mut jobs, key, end);
		// With the lock held, lest the job be handed over again in between.
		if let Err(error) = self.stores.jobs.remove(&key) {
			tracing::error!(%error, "cannot remove job {key:?} from disk");
		}
	}

	/// Waits for a job and marks it as running.
	fn next(&self) -> (H256, TrainingJob) {
		let mut jobs = self.lock();
		loop {
			if let Some((key, job)) = jobs.queue.pop_front() {
				jobs.running += 1;
				jobs.known.insert(key, Entry::new(JobState::Running));
				return (key, job);
			}
			jobs = self.wake.wait(jobs).unwrap_or_else(PoisonError::into_inner);
		}
	}

	fn process(&self, job: &TrainingJob) -> End {
		let mut inputs = child::Inputs::default();
		let wanted = [
			(Input::Program, Some(job.program)),
			(Input::Train, Some(job.train)),
			(Input::Holdout, Some(job.holdout)),
			(Input::File, job.file.map(|file| file.id)),
		];
		for (bytes, (input, id)) in inputs.iter_mut().zip(wanted) {
			let Some(id) = id else { continue };
			match self.fetcher.get(&id) {
				Ok(fetched) => *bytes = fetched,
				Err(error @ FetchError::Missing(_)) => {
					let outcome = Outcome::Unavailable { input, fault: DataFault::Missing };
					let state = JobState::Done(outcome);
					return End { state, detail: error.to_string(), run_seconds: None };
				},
				Err(error) => return End::broken(error.to_string()),
			}
		}
		let started = Instant::now();
		let result = self.run(job, &inputs);
		let run_seconds = started.elapsed().as_secs_f64();
		self.metrics.run_seconds.observe(run_seconds);
		let run_seconds = Some(run_seconds);
		match result {
			Ok(report) => {
				End { state: JobState::Done(report.outcome), detail: report.detail, run_seconds }
			},
			Err(reason) => End { run_seconds, ..End::broken(reason) },
		}
	}

	/// Runs a job on the chosen engine. Where that is not the reference and fails, by a limit of its own
	/// or otherwise, the reference decides, in what is left of the job's time.
	fn run(&self, job: &TrainingJob, inputs: &child::Inputs) -> Result<Report, String> {
		let started = Instant::now();
		let limit = self.setting.pace.deadline(job.limits.total_fuel);
		let left = || limit.saturating_sub(started.elapsed());
		let on = |engine| {
			let setting = Setting { engine, ..self.setting };
			child::run(job, inputs, setting, left(), &self.metrics)
		};
		let result = on(self.setting.engine);
		match result {
			Err(reason) if self.setting.engine != EngineKind::Wasmi && !left().is_zero() => {
				tracing::warn!(
					"job {:?} is run again on {}: {reason}",
					job.key(),
					EngineKind::Wasmi
				);
				self.metrics.second_runs.inc();
				on(EngineKind::Wasmi)
			},
			result => result,
		}
	}

	fn count(&self, end: &End) {
		let outcome = match &end.state {
			JobState::Done(Outcome::Scored(scored)) => {
				self.metrics.fuel.inc_by(scored.fuel);
				"scored"
			},
			JobState::Done(Outcome::Failed { .. }) => "failed",
			JobState::Done(Outcome::Unavailable { .. }) => "unavailable",
			JobState::Queued | JobState::Running | JobState::Broken(_) => "broken",
		};
		self.metrics.jobs.with_label_values(&[outcome]).inc();
	}

	/// Remembers how a job ended, and forgets the oldest that are finished.
	fn conclude(&self, jobs: &mut Jobs, key: H256, end: End) {
		let End { state, detail, run_seconds } = end;
		match &state {
			JobState::Broken(_) => tracing::warn!("job {key:?} is broken: {detail}"),
			state => tracing::info!("job {key:?}: {state:?} {detail}"),
		}
		jobs.known.insert(key, Entry { detail, run_seconds, ..Entry::new(state) });
		jobs.finished.retain(|finished| *finished != key);
		jobs.finished.push_back(key);
		while jobs.finished.len() > FINISHED_KEPT {
			if let Some(oldest) = jobs.finished.pop_front() {
				jobs.known.remove(&oldest);
			}
		}
	}
}

impl Entry {
	fn new(state: JobState) -> Self {
		let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
		Self { state, detail: String::new(), since, run_seconds: None }
	}
}

impl End {
	fn broken(reason: String) -> Self {
		let state = JobState::Broken(reason.clone().into_bytes());
		Self { state, detail: reason, run_seconds: None }
	}
}

/// Whether an input was missing, which may change.
fn is_missing(state: &JobState) -> bool {
	matches!(state, JobState::Done(Outcome::Unavailable { fault: DataFault::Missing, .. }))
}
