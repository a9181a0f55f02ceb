//! Jobs: queued, run by workers, and remembered.
//!
//! The service may be killed at any moment. A job is on disk before its hand-over is answered, and
//! leaves the disk only when it is finished, or dropped; a result is on disk before it is told.
//! After a start, what is on disk is queued again.
//!
//! The node asks for each job that it still waits for after every block, soonest due first. Waiting
//! jobs are run in the order in which it last did, and one that nobody asks for any more is
//! dropped: nobody would take its outcome, and it would keep others waiting. That costs little
//! where it is wrong, for a job that is asked for again is a new one.

use crate::{
	child::{self, NoReport, Report, Setting},
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
	cmp::Reverse,
	collections::{HashMap, VecDeque},
	io,
	panic::{catch_unwind, AssertUnwindSafe},
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
	thread,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How many finished jobs are kept in memory, for `GET /jobs`. Older outcomes are on disk only.
const FINISHED_KEPT: usize = 1000;
/// Who has handed over no job for so long begins a new round. The node hands over all of a block in
/// less, and blocks are 3 s apart.
const PAUSE: Duration = Duration::from_secs(1);
/// What an outcome on disk was computed with: a fingerprint of the sources.
const BUILD: &str = env!("ASSAY_VM_BUILD");

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
	/// How long a job is kept that nobody asks for.
	patience: Duration,
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
	rounds: Rounds,
}

struct Entry {
	state: JobState,
	/// How it ended before, if it is run again.
	before: Option<JobState>,
	detail: String,
	since: u64,
	run_seconds: Option<f64>,
	/// When somebody last asked for it.
	asked: Instant,
	turn: Turn,
}

/// When a waiting job is run, the smallest first: in the order of its round, the newest first.
type Turn = (Reverse<u64>, u64);

/// In which order the node hands over jobs. It hands over all that it waits for again and again.
#[derive(Default)]
struct Rounds {
	round: u64,
	place: u64,
	last: Option<Instant>,
}

impl Rounds {
	/// The turn of a job that is handed over now.
	fn next(&mut self, now: Instant) -> Turn {
		if self.last.is_none_or(|last| now.duration_since(last) > PAUSE) {
			self.round += 1;
		}
		self.last = Some(now);
		self.place += 1;
		(Reverse(self.round), self.place)
	}
}

impl Jobs {
	/// Takes the waiting job whose turn it is.
	fn take(&mut self) -> Option<(H256, TrainingJob)> {
		let turn = |index: &usize| {
			let (key, _) = self.queue.get(*index)?;
			self.known.get(key).map(|entry| entry.turn)
		};
		let first = (0..self.queue.len()).min_by_key(turn)?;
		self.queue.remove(first)
	}

	/// Takes all waiting jobs that nobody has asked for in this time.
	fn take_forgotten(&mut self, patience: Duration) -> Vec<H256> {
		let Self { known, queue, .. } = self;
		let mut forgotten = Vec::new();
		queue.retain(|(key, _)| {
			let keep = known.get(key).is_some_and(|entry| entry.asked.elapsed() <= patience);
			if !keep {
				known.remove(key);
				forgotten.push(*key);
			}
			keep
		});
		forgotten
	}
}

/// Why a job that was taken up did not end: nobody asks for it any more, and others wait.
struct Unwanted;

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
	/// Over the key, the other fields, and the build: a damaged file is noticed, and one of another
	/// VM, which may have been wrong without being of another version.
	check: H256,
}

impl Kept {
	fn new(key: &H256, outcome: Outcome, detail: String, build: &str) -> Self {
		let check = hash(&(key, outcome, &detail, build).encode());
		Self { outcome, detail, check }
	}

	fn read(key: &H256, bytes: &[u8], build: &str) -> Option<Self> {
		let Self { outcome, detail, check } = Self::decode_all(&mut &bytes[..]).ok()?;
		Some(Self::new(key, outcome, detail, build)).filter(|kept| kept.check == check)
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
	/// A service with the jobs that an earlier one left unfinished. They count as asked for now,
	/// but those that are asked for later come first. `patience` is how long a job is kept that
	/// nobody asks for.
	pub fn new(
		stores: Stores,
		fetcher: Fetcher,
		setting: Setting,
		queue_limit: usize,
		patience: Duration,
		metrics: Arc<Metrics>,
	) -> io::Result<Self> {
		let service = Self {
			jobs: Mutex::default(),
			wake: Condvar::new(),
			stores,
			fetcher,
			setting,
			queue_limit,
			patience,
			metrics,
			started: Instant::now(),
		};
		let mut jobs = service.lock();
		for key in service.stores.jobs.keys()? {
			let bytes = service.stores.jobs.get(&key)?.unwrap_or_default();
			match TrainingJob::decode_all(&mut &bytes[..]) {
				Ok(job) if job.key() == key && service.result(&key).is_none() => {
					service.enqueue(&mut jobs, key, job, None);
				},
				_ => service.stores.jobs.remove(&key)?,
			}
		}
		if !jobs.queue.is_empty() {
			tracing::info!(jobs = jobs.queue.len(), "taking up unfinished jobs");
		}
		// Whoever hands over the first job begins a round.
		jobs.rounds.last = None;
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
	/// an input was missing, is run again; until all inputs are there, the answer is how it ended
	/// before: who asks once a block would see no end otherwise.
	pub fn submit(&self, job: TrainingJob) -> Result<JobState, SubmitError> {
		let key = job.key();
		let mut jobs = self.lock();
		let Jobs { known, rounds, .. } = &mut *jobs;
		if let Some(entry) = known.get_mut(&key).filter(|entry| entry.is_unfinished()) {
			entry.asked = Instant::now();
			entry.turn = rounds.next(entry.asked);
			return Ok(entry.before.clone().unwrap_or_else(|| entry.state.clone()));
		}
		let before = self.find(&jobs, &key);
		if let Some(state @ JobState::Done(_)) = before.as_ref().filter(|state| !is_missing(state))
		{
			self.metrics.cache_hits.with_label_values(&["result"]).inc();
			return Ok(state.clone());
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
		self.forget(&mut jobs);
		if jobs.queue.len() >= self.queue_limit {
			return before.ok_or(SubmitError::Full(jobs.queue.len()));
		}
		self.stores.jobs.put(&key, &job.encode())?;
		self.enqueue(&mut jobs, key, job, before.clone());
		Ok(before.unwrap_or(JobState::Queued))
	}

	/// How far a job is, if it is known.
	pub fn state(&self, key: &H256) -> Option<JobState> {
		let mut jobs = self.lock();
		if let Some(entry) = jobs.known.get_mut(key) {
			entry.asked = Instant::now();
		}
		self.find(&jobs, key)
	}

	/// The jobs in memory, the latest change first.
	pub fn list(&self) -> Vec<JobInfo> {
		let mut jobs = self.lock();
		self.forget(&mut jobs);
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
		list.sort_by_key(|info| (Reverse(info.since), info.key));
		list
	}

	/// How the service is.
	pub fn health(&self) -> Health {
		let mut jobs = self.lock();
		self.forget(&mut jobs);
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
			let kept = Kept::read(key, &bytes, BUILD);
			if kept.is_none() {
				tracing::warn!(
					"the result of job {key:?} is damaged, or of another build; it is removed"
				);
				self.stores.results.remove(key)?;
			}
			Ok(kept)
		};
		read().unwrap_or_else(|error| {
			tracing::error!(%error, "cannot read the result of job {key:?}");
			None
		})
	}

	fn enqueue(&self, jobs: &mut Jobs, key: H256, job: TrainingJob, before: Option<JobState>) {
		jobs.finished.retain(|finished| *finished != key);
		let turn = jobs.rounds.next(Instant::now());
		jobs.known.insert(key, Entry { turn, before, ..Entry::new(JobState::Queued) });
		jobs.queue.push_back((key, job));
		self.wake.notify_one();
	}

	/// Drops the waiting jobs that nobody asks for any more.
	fn forget(&self, jobs: &mut Jobs) {
		let forgotten = jobs.take_forgotten(self.patience);
		self.dropped(&forgotten);
	}

	/// Removes jobs that are not in memory any more without having ended.
	fn dropped(&self, keys: &[H256]) {
		for key in keys {
			tracing::info!("job {key:?} is dropped: nobody asks for it any more");
			self.metrics.dropped.inc();
		}
		self.remove(keys);
	}

	/// Removes jobs from disk.
	fn remove(&self, keys: &[H256]) {
		if let Err(error) = self.stores.jobs.remove_all(keys) {
			tracing::error!(%error, "cannot remove jobs {keys:?} from disk");
		}
	}

	/// Whether a running job is to go on: somebody asks for it, or nobody for any other.
	fn is_wanted(&self, key: &H256) -> bool {
		let mut jobs = self.lock();
		self.forget(&mut jobs);
		let asked = jobs.known.get(key).map(|entry| entry.asked.elapsed());
		jobs.queue.is_empty() || asked.is_some_and(|asked| asked <= self.patience)
	}

	fn work_once(&self) {
		let (key, job) = self.next();
		tracing::info!("job {key:?} is started");
		let panicked = |_| Ok(End::broken("a bug in the service: its worker panicked".into()));
		let end =
			catch_unwind(AssertUnwindSafe(|| self.process(&key, &job))).unwrap_or_else(panicked);
		if let Ok(end) = &end {
			self.count(end);
			self.keep(&key, end);
		}
		// With the lock held, lest the job be handed over again in between.
		let mut jobs = self.lock();
		jobs.running -= 1;
		match end {
			Ok(end) => {
				self.conclude(&mut jobs, key, end);
				self.remove(&[key]);
			},
			Err(Unwanted) => {
				jobs.known.remove(&key);
				self.dropped(&[key]);
			},
		}
	}

	/// Keeps an outcome on disk, unless it may change.
	fn keep(&self, key: &H256, end: &End) {
		let JobState::Done(outcome) = &end.state else { return };
		if is_missing(&end.state) {
			return;
		}
		let kept = Kept::new(key, *outcome, end.detail.clone(), BUILD).encode();
		if let Err(error) = self.stores.results.put(key, &kept) {
			tracing::error!(%error, "cannot keep the result of job {key:?}");
		}
	}

	/// Waits for a job and marks it as running.
	fn next(&self) -> (H256, TrainingJob) {
		let mut jobs = self.lock();
		loop {
			self.forget(&mut jobs);
			if let Some((key, job)) = jobs.take() {
				jobs.running += 1;
				if let Some(entry) = jobs.known.get_mut(&key) {
					(entry.state, entry.since) = (JobState::Running, now());
				}
				return (key, job);
			}
			jobs = self.wake.wait(jobs).unwrap_or_else(PoisonError::into_inner);
		}
	}

	fn process(&self, key: &H256, job: &TrainingJob) -> Result<End, Unwanted> {
		let mut inputs = child::Inputs::default();
		let wanted = [
			(Input::Program, Some(job.program)),
			(Input::Train, Some(job.train)),
			(Input::Holdout, Some(job.holdout)),
			(Input::File, job.file.map(|file| file.id)),
		];
		for (bytes, (input, id)) in inputs.iter_mut().zip(wanted) {
			let Some(id) = id else { continue };
			if !self.is_wanted(key) {
				return Err(Unwanted);
			}
			match self.fetcher.get(&id) {
				Ok(fetched) => *bytes = fetched,
				Err(error @ FetchError::Missing(_)) => {
					let outcome = Outcome::Unavailable { input, fault: DataFault::Missing };
					let state = JobState::Done(outcome);
					return Ok(End { state, detail: error.to_string(), run_seconds: None });
				},
				Err(error) => return Ok(End::broken(error.to_string())),
			}
		}
		self.forget_end(key);
		let started = Instant::now();
		let result = self.run(key, job, &inputs);
		let run_seconds = started.elapsed().as_secs_f64();
		self.metrics.run_seconds.observe(run_seconds);
		let run_seconds = Some(run_seconds);
		match result {
			Ok(Report { outcome, detail }) => {
				Ok(End { state: JobState::Done(outcome), detail, run_seconds })
			},
			Err(NoReport::Broken(reason)) => Ok(End { run_seconds, ..End::broken(reason) }),
			Err(NoReport::Unwanted) => Err(Unwanted),
		}
	}

	/// How a job ended before says nothing any more: its inputs are there.
	fn forget_end(&self, key: &H256) {
		if let Some(entry) = self.lock().known.get_mut(key) {
			entry.before = None;
		}
	}

	/// Runs a job on the chosen engine. Where that is not the reference and fails, by a limit of
	/// its own or otherwise, the reference decides, in what is left of the job's time.
	fn run(
		&self,
		key: &H256,
		job: &TrainingJob,
		inputs: &child::Inputs,
	) -> Result<Report, NoReport> {
		let started = Instant::now();
		let limit = self.setting.pace.deadline(job.limits.total_fuel);
		let left = || limit.saturating_sub(started.elapsed());
		let is_wanted = || self.is_wanted(key);
		let on = |engine| {
			let setting = Setting { engine, ..self.setting };
			child::run(job, inputs, setting, left(), &is_wanted, &self.metrics)
		};
		let result = on(self.setting.engine);
		match result {
			Err(NoReport::Broken(reason))
				if self.setting.engine != EngineKind::Wasmi && !left().is_zero() =>
			{
				tracing::warn!("job {key:?} is run again on {}: {reason}", EngineKind::Wasmi);
				self.metrics.second_runs.inc();
				on(EngineKind::Wasmi)
			},
			result => result,
		}
	}

	fn count(&self, end: &End) {
		if let JobState::Done(Outcome::Scored(scored)) = &end.state {
			self.metrics.fuel.inc_by(scored.fuel);
		}
		self.metrics.jobs.with_label_values(&[kind(&end.state)]).inc();
	}

	/// Remembers how a job ended, and forgets the oldest that are finished.
	fn conclude(&self, jobs: &mut Jobs, key: H256, end: End) {
		let End { state, detail, run_seconds } = end;
		match &state {
			JobState::Broken(_) => tracing::warn!("job {key:?} is broken: {detail}"),
			// No more: whoever reads the log before verdicts are revealed could copy this one.
			state => tracing::info!("job {key:?}: {}", kind(state)),
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
		Self {
			state,
			before: None,
			detail: String::new(),
			since: now(),
			run_seconds: None,
			asked: Instant::now(),
			turn: Turn::default(),
		}
	}

	fn is_unfinished(&self) -> bool {
		matches!(self.state, JobState::Queued | JobState::Running)
	}
}

/// Seconds since the Unix epoch.
fn now() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

impl End {
	fn broken(reason: String) -> Self {
		let state = JobState::Broken(reason.clone().into_bytes());
		Self { state, detail: reason, run_seconds: None }
	}
}

/// What a job ended in, in a word.
fn kind(state: &JobState) -> &'static str {
	match state {
		JobState::Done(Outcome::Scored(_)) => "scored",
		JobState::Done(Outcome::Failed { .. }) => "failed",
		JobState::Done(Outcome::Unavailable { .. }) => "unavailable",
		JobState::Queued | JobState::Running | JobState::Broken(_) => "broken",
	}
}

/// Whether an input was missing, which may change.
fn is_missing(state: &JobState) -> bool {
	matches!(state, JobState::Done(Outcome::Unavailable { fault: DataFault::Missing, .. }))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{child::Pace, fetch::Sources};
	use assay_primitives::{FailReason, Limits, Metric, Params};
	use assay_verifier::Sandbox;
	use std::path::Path;

	const PATIENCE: Duration = Duration::from_secs(100);

	/// A service without workers, for three jobs.
	fn service(dir: &Path) -> Service {
		let open = |name| Store::open(dir.join(name), u64::MAX).unwrap();
		let metrics = Arc::new(Metrics::new().unwrap());
		let sources = Sources { folder: None, node: None, gateway: None, attempts: 1 };
		let fetcher = Fetcher::new(open("artifacts"), sources, metrics.clone());
		let stores = Stores { jobs: open("jobs"), results: open("results") };
		let setting = Setting {
			engine: EngineKind::Wasmi,
			sandbox: Sandbox { landlock: true, seccomp: true },
			pace: Pace { grace: Duration::ZERO, fuel_per_second: 1 },
		};
		Service::new(stores, fetcher, setting, 3, PATIENCE, metrics).unwrap()
	}

	fn job(seed: u64) -> TrainingJob {
		TrainingJob {
			vm_version: VM_VERSION,
			program: H256::zero(),
			params: Params::default(),
			seed,
			train: H256::zero(),
			train_root: H256::zero(),
			chunk_rows: 1,
			holdout: H256::zero(),
			metric: Metric::Mae,
			file: None,
			limits: Limits {
				program_bytes: 1,
				memory_pages: 1,
				steps: 1,
				step_fuel: 1,
				total_fuel: 1,
			},
		}
	}

	/// Makes it so much later for the service.
	fn pass(service: &Service, time: Duration) {
		let mut jobs = service.lock();
		let Jobs { known, rounds, .. } = &mut *jobs;
		for at in known.values_mut().map(|entry| &mut entry.asked).chain(&mut rounds.last) {
			*at -= time;
		}
	}

	fn hand_over(service: &Service, jobs: &[&TrainingJob]) {
		for job in jobs {
			assert_eq!(service.submit((*job).clone()).unwrap(), JobState::Queued);
		}
	}

	#[test]
	fn waiting_jobs_that_nobody_asks_for_are_dropped() {
		let dir = tempfile::tempdir().unwrap();
		let service = service(dir.path());
		let [first, second, third, last] = [1, 2, 3, 4].map(job);
		hand_over(&service, &[&first, &second, &third]);
		assert!(matches!(service.submit(last.clone()), Err(SubmitError::Full(3))));
		pass(&service, PATIENCE / 2);
		// Both ways of asking count.
		hand_over(&service, &[&first]);
		assert_eq!(service.state(&second.key()), Some(JobState::Queued));
		pass(&service, PATIENCE * 2 / 3);
		assert_eq!(service.health().queue, 2);
		assert_eq!((service.state(&third.key()), service.list().len()), (None, 2));
		assert!(service.metrics().unwrap().contains("assay_verifier_dropped_total 1\n"));
		let kept = service.stores.jobs.keys().unwrap();
		assert!(kept.len() == 2 && !kept.contains(&third.key()), "{kept:?}");
		hand_over(&service, &[&last]);
		// One that is asked for again is a new one.
		pass(&service, PATIENCE * 2);
		hand_over(&service, &[&third]);
		assert_eq!(service.next().0, third.key());
		assert_eq!(service.health().queue, 0);
	}

	#[test]
	fn who_asks_again_is_told_how_a_job_ended_while_it_is_run_again() {
		let dir = tempfile::tempdir().unwrap();
		let service = service(dir.path());
		let job = job(1);
		let input = Input::Train;
		let missing = JobState::Done(Outcome::Unavailable { input, fault: DataFault::Missing });
		hand_over(&service, &[&job]);
		for state in [missing, JobState::Broken(b"killed".to_vec())] {
			let (key, _) = service.next();
			let end = End { state: state.clone(), detail: String::new(), run_seconds: None };
			service.lock().running -= 1;
			service.conclude(&mut service.lock(), key, end);
			assert_eq!(service.state(&key), Some(state.clone()));
			for now in [JobState::Queued, JobState::Queued] {
				assert_eq!(service.submit(job.clone()).unwrap(), state);
				assert_eq!(service.state(&key), Some(now));
			}
		}
		// Where there is no room to run it again, too.
		hand_over(&service, &[&self::job(2), &self::job(3)]);
		assert!(matches!(service.submit(self::job(4)), Err(SubmitError::Full(3))));
		let (key, _) = service.next();
		assert_eq!(key, job.key());
		assert!(matches!(service.submit(job.clone()).unwrap(), JobState::Broken(_)));
		service.forget_end(&key);
		assert_eq!(service.submit(job).unwrap(), JobState::Running);
	}

	#[test]
	fn waiting_jobs_are_run_in_the_order_in_which_the_node_last_asked() {
		let dir = tempfile::tempdir().unwrap();
		let service = service(dir.path());
		let [first, second, third] = [1, 2, 3].map(job);
		hand_over(&service, &[&first, &second, &third]);
		// After the next block one is due sooner, and another not asked for any more.
		pass(&service, 2 * PAUSE);
		hand_over(&service, &[&third, &first]);
		let order = [(); 3].map(|()| service.next().0);
		assert_eq!(order, [third.key(), first.key(), second.key()]);
	}

	#[test]
	fn what_an_earlier_service_left_waits_for_whoever_asks_and_not_for_long() {
		let dir = tempfile::tempdir().unwrap();
		let [first, second, third] = [1, 2, 3].map(job);
		hand_over(&service(dir.path()), &[&first, &second, &third]);
		let service = service(dir.path());
		assert_eq!(service.health().queue, 3);
		hand_over(&service, &[&second]);
		assert_eq!(service.next().0, second.key());
		pass(&service, PATIENCE * 2);
		assert_eq!(service.health().queue, 0);
		// The one that runs is still there.
		assert_eq!(service.stores.jobs.keys().unwrap(), [second.key()]);
	}

	#[test]
	fn a_run_that_nobody_asks_for_goes_on_until_others_wait() {
		let dir = tempfile::tempdir().unwrap();
		let service = service(dir.path());
		let [first, second] = [1, 2].map(job);
		hand_over(&service, &[&first]);
		assert_eq!(service.next().0, first.key());
		pass(&service, PATIENCE * 2);
		assert!(service.is_wanted(&first.key()));
		hand_over(&service, &[&second]);
		assert!(!service.is_wanted(&first.key()));
		assert_eq!(service.submit(first.clone()).unwrap(), JobState::Running);
		assert!(service.is_wanted(&first.key()));
	}

	#[test]
	fn an_outcome_of_another_build_is_none() {
		let (key, other) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };
		let bytes = Kept::new(&key, outcome, "detail".into(), "build").encode();
		assert!(Kept::read(&key, &bytes, "build").is_some());
		assert!(Kept::read(&key, &bytes, "another").is_none());
		assert!(Kept::read(&other, &bytes, "build").is_none());
	}
}
