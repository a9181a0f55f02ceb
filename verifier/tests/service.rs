//! The real service, as a process, driven over HTTP as the off-chain worker drives it.

#[path = "../../primitives/vm/tests/common/mod.rs"]
mod common;

use assay_primitives::{
	file, service::JobState, DataFault, FailReason, File, Input, Limits, Manifest, Metric, Outcome,
	Params, Score, TrainingJob, H256, VM_VERSION,
};
use assay_verifier::{compiler, EngineKind, Health, JobInfo, Ready, Sandbox, Stage};
use assay_vm::{Dataset, Inputs, Wasmi};
use codec::{DecodeAll, Encode};
use common::hostile::{self, Ends, Hostile};
use rustix::{
	io::Errno,
	process::{kill_process, setrlimit, test_kill_process, Pid, Resource, Rlimit, Signal},
};
use seccompiler::{apply_filter, BpfProgram, SeccompAction, SeccompFilter};
use std::{
	fs,
	io::{self, BufRead, BufReader, Read, Write},
	net::TcpStream,
	os::{
		fd::AsRawFd,
		unix::{fs::PermissionsExt, process::CommandExt},
	},
	path::{Path, PathBuf},
	process::{Child, Command, Output, Stdio},
	sync::atomic::{AtomicBool, Ordering},
	time::{Duration, Instant},
};
use tempfile::TempDir;

const TOKEN: &str = "a token of 26 bytes, or so";
const CHUNK_ROWS: u32 = 4;
/// Nothing here takes as long, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(40);

/// A training program whose `step` and `predict` are the given WebAssembly text.
fn program(step: &str, predict: &str) -> Vec<u8> {
	let text = format!(
		r#"(module
			(memory (export "memory") 1 4)
			(func (export "abi") (result i32) (i32.const 1))
			(func (export "io") (result i64) (i64.const 32768))
			(func (export "init") (param i64 i32) (result i32) (i32.const 0))
			(func (export "want") (result i64) (i64.const -1))
			(func (export "step") (param i32) (result i32) {step})
			(func (export "predict") (param i32) (result i32) {predict})
			(func (export "model") (result i64) (i64.const 0)))"#
	);
	wat::parse_str(text).unwrap()
}

const TRAINED: &str = "(i32.const 1)";
/// Predicts each row's only feature: right on [`data`].
const SAME: &str = "(local.get 0)";
const TRAP: &str = "(unreachable)";
const ENDLESS: &str = "(loop $again (br $again)) (unreachable)";
/// Takes all memory that it can get, and traps when there is no more.
const HOG: &str = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) \
                   (unreachable)";

/// A safetensors file with `x = y = 0, 1, 2, …` as f32, in rows of one feature.
fn data(rows: u32) -> Vec<u8> {
	let size = rows * 4;
	let header = format!(
		r#"{{"x":{{"dtype":"F32","shape":[{rows},1],"data_offsets":[0,{size}]}},"y":{{"dtype":"F32","shape":[{rows}],"data_offsets":[{size},{}]}}}}"#,
		2 * size,
	);
	let values = (0..rows).flat_map(|row| (row as f32).to_le_bytes());
	let tensor: Vec<u8> = values.collect();
	[&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &tensor, &tensor].concat()
}

/// A job on [`data`] under limits that let a program run for a second at the most.
fn job(program: &[u8]) -> TrainingJob {
	let (train, holdout) = (data(10), data(5));
	TrainingJob {
		vm_version: VM_VERSION,
		program: Manifest::of(program).id(),
		params: Params::default(),
		seed: 7,
		train: Manifest::of(&train).id(),
		train_root: Dataset::parse(&train, Metric::Mae).unwrap().root(CHUNK_ROWS),
		chunk_rows: CHUNK_ROWS,
		holdout: Manifest::of(&holdout).id(),
		metric: Metric::Mae,
		file: None,
		limits: Limits {
			program_bytes: 1 << 20,
			memory_pages: 4,
			steps: 10,
			step_fuel: 100_000_000,
			total_fuel: 1_000_000_000,
		},
	}
}

/// A job that runs for some seconds, then is out of fuel.
fn slow_job(program: &[u8], seed: u64, fuel: u64) -> TrainingJob {
	let mut job = job(program);
	job.seed = seed;
	job.limits.step_fuel = fuel;
	job.limits.total_fuel = fuel;
	job
}

struct Service {
	process: Child,
	url: String,
}

/// Folders of one test: artifacts, and what the service keeps.
struct Home(TempDir);

impl Home {
	/// With [`data`] and some programs among the artifacts.
	fn new(programs: &[&[u8]]) -> Self {
		let home = Self(tempfile::tempdir().unwrap());
		fs::create_dir(home.artifacts()).unwrap();
		fs::write(home.token(), format!("{TOKEN}\n")).unwrap();
		for bytes in [&data(10)[..], &data(5)].iter().chain(programs) {
			fs::write(home.artifact(&Manifest::of(bytes).id()), bytes).unwrap();
		}
		home
	}

	fn token(&self) -> PathBuf {
		self.0.path().join("token")
	}

	fn base(&self) -> PathBuf {
		self.0.path().join("base")
	}

	fn artifacts(&self) -> PathBuf {
		self.0.path().join("artifacts")
	}

	fn artifact(&self, id: &H256) -> PathBuf {
		self.artifacts().join(hex::encode(id))
	}

	fn command(&self, options: &[&str]) -> Command {
		let mut command = Command::new(env!("CARGO_BIN_EXE_assay-verifier"));
		command.arg("serve").arg("--token-file").arg(self.token());
		command.arg("--base-path").arg(self.base()).arg("--artifacts").arg(self.artifacts());
		command.args(["--fetch-attempts", "1"]).args(options);
		command.env("RUST_LOG", "error").stdout(Stdio::piped()).stderr(Stdio::piped());
		command
	}

	/// A running service on a free port.
	fn serve(&self, options: &[&str]) -> Service {
		let mut command = self.command(options);
		command.args(["--listen", "127.0.0.1:0"]).stderr(Stdio::inherit());
		Service::ready(command.spawn().unwrap())
	}

	/// What a service that refuses to start says.
	fn refusal(&self, options: &[&str]) -> String {
		let Output { status, stdout, stderr } = self.command(options).output().unwrap();
		assert!(!status.success());
		assert!(stdout.is_empty());
		String::from_utf8(stderr).unwrap()
	}
}

impl Drop for Service {
	fn drop(&mut self) {
		let _ = self.process.kill();
		let _ = self.process.wait();
	}
}

impl Service {
	/// Waits until the service says that it accepts connections.
	fn ready(mut process: Child) -> Self {
		let mut line = String::new();
		BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
		let ready: Ready = serde_json::from_str(&line).unwrap();
		assert!(ready.listening.ip().is_loopback());
		Self { process, url: format!("http://{}", ready.listening) }
	}

	/// Status and body of the answer to a request: a `POST` if there is a body.
	fn request(&self, path: &str, token: Option<&str>, body: Option<&[u8]>) -> (u16, Vec<u8>) {
		let agent: ureq::Agent = ureq::Agent::config_builder()
			.http_status_as_error(false)
			.timeout_global(Some(PATIENCE))
			.proxy(None)
			.build()
			.into();
		let url = format!("{}{path}", self.url);
		let bearer = token.map(|token| format!("Bearer {token}"));
		let answer = match body {
			Some(body) => {
				let request = agent.post(url).content_type("application/octet-stream");
				match bearer {
					Some(bearer) => request.header("authorization", bearer).send(body),
					None => request.send(body),
				}
			},
			None => match bearer {
				Some(bearer) => agent.get(url).header("authorization", bearer).call(),
				None => agent.get(url).call(),
			},
		};
		let answer = answer.unwrap();
		(answer.status().as_u16(), answer.into_body().read_to_vec().unwrap())
	}

	fn submit(&self, job: &TrainingJob) -> (u16, JobState) {
		let (status, body) = self.request("/jobs", Some(TOKEN), Some(&job.encode()));
		(status, JobState::decode_all(&mut &body[..]).unwrap())
	}

	fn state(&self, job: &TrainingJob) -> Option<JobState> {
		let path = format!("/jobs/{}", hex::encode(job.key()));
		match self.request(&path, Some(TOKEN), None) {
			(200, body) => Some(JobState::decode_all(&mut &body[..]).unwrap()),
			(404, _) => None,
			(status, body) => panic!("{status}: {}", String::from_utf8_lossy(&body)),
		}
	}

	fn wait(&self, job: &TrainingJob, for_what: impl Fn(&JobState) -> bool) -> JobState {
		let started = Instant::now();
		loop {
			let state = self.state(job).expect("the job was handed over");
			if for_what(&state) {
				return state;
			}
			assert!(started.elapsed() < PATIENCE, "still {state:?}");
			std::thread::sleep(Duration::from_millis(10));
		}
	}

	fn finish(&self, job: &TrainingJob) -> JobState {
		self.wait(job, |state| matches!(state, JobState::Done(_) | JobState::Broken(_)))
	}

	/// Hands a job over and gives its end.
	fn run(&self, job: &TrainingJob) -> JobState {
		assert_eq!(self.submit(job), (202, JobState::Queued));
		self.finish(job)
	}

	/// Hands over a job that ended without an outcome that lasts: it is run again, and the answer
	/// is meanwhile how it ended.
	fn run_again(&self, job: &TrainingJob, before: &JobState) -> JobState {
		assert_eq!(self.submit(job).1, *before);
		self.finish(job)
	}

	/// Waits until the job has a child process, and gives that.
	fn child_of(&self, job: &TrainingJob) -> Pid {
		self.wait(job, |state| *state == JobState::Running);
		let started = Instant::now();
		loop {
			if let Some(child) = children(self.process.id()).first() {
				return *child;
			}
			assert!(started.elapsed() < PATIENCE, "no child process");
			std::thread::sleep(Duration::from_millis(10));
		}
	}

	fn metric(&self, line: &str) -> f64 {
		let (status, body) = self.request("/metrics", Some(TOKEN), None);
		assert_eq!(status, 200);
		let text = String::from_utf8(body).unwrap();
		let name = format!("assay_verifier_{line} ");
		let value = text.lines().find_map(|line| line.strip_prefix(&name));
		value.unwrap_or_else(|| panic!("no {name}in {text}")).parse().unwrap()
	}

	fn health(&self) -> Health {
		let (status, body) = self.request("/health", None, None);
		assert_eq!(status, 200);
		serde_json::from_slice(&body).unwrap()
	}

	fn list(&self) -> Vec<JobInfo> {
		let (status, body) = self.request("/jobs", Some(TOKEN), None);
		assert_eq!(status, 200);
		serde_json::from_slice(&body).unwrap()
	}
}

/// Child processes that `run-job` was called in.
fn children(parent: u32) -> Vec<Pid> {
	let is_child = |path: &Path| -> Option<Pid> {
		let pid: i32 = path.file_name()?.to_str()?.parse().ok()?;
		let status = fs::read_to_string(path.join("status")).ok()?;
		let command = fs::read(path.join("cmdline")).ok()?;
		let ours = status.lines().any(|line| line == format!("PPid:\t{parent}"))
			&& String::from_utf8_lossy(&command).contains("run-job");
		ours.then(|| Pid::from_raw(pid))?
	};
	fs::read_dir("/proc").unwrap().filter_map(|entry| is_child(&entry.unwrap().path())).collect()
}

fn is_broken_by(state: &JobState, reason: &str) -> bool {
	matches!(state, JobState::Broken(text) if String::from_utf8_lossy(text).contains(reason))
}

fn is_scored(state: &JobState) -> bool {
	matches!(state, JobState::Done(Outcome::Scored(scored)) if scored.score == Score(0))
}

fn is_out_of_fuel(state: &JobState) -> bool {
	let JobState::Done(Outcome::Failed { reason, .. }) = state else { return false };
	*reason == FailReason::OutOfFuel
}

/// What the reference engine makes of a job on [`data`], in this process.
fn reference(job: &TrainingJob, program: &[u8]) -> JobState {
	let (train, holdout) = (data(10), data(5));
	let inputs = Inputs { program, train: &train, holdout: &holdout, file: &[] };
	JobState::Done(assay_vm::run(&Wasmi::new(), job, &inputs, &mut |_| ()).unwrap().outcome)
}

#[test]
fn an_honest_run_is_scored_once_and_remembered() {
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&honest]);
	let job = job(&honest);

	let service = home.serve(&[]);
	assert_eq!(service.state(&job), None);
	let state = service.run(&job);
	assert!(is_scored(&state), "{state:?}");
	assert_eq!(service.submit(&job), (200, state.clone()));
	let JobState::Done(outcome @ Outcome::Scored(scored)) = state else { unreachable!() };
	assert_eq!(service.metric("jobs_total{outcome=\"scored\"}"), 1.0);
	assert_eq!(service.metric("cache_hits_total{cache=\"result\"}"), 1.0);
	assert_eq!(service.metric("fuel_total"), scored.fuel as f64);
	assert_eq!(service.metric("run_seconds_count"), 1.0);
	assert_eq!(service.metric("running") + service.metric("queue_length"), 0.0);
	let list = service.list();
	assert_eq!(list.len(), 1);
	assert_eq!((list[0].key, list[0].stage), (job.key(), Stage::Done));
	assert_eq!(list[0].outcome, Some(outcome));
	assert!(list[0].run_seconds.unwrap() > 0.0);
	drop(service);

	// Neither the artifacts nor another run are needed now.
	fs::remove_dir_all(home.artifacts()).unwrap();
	let service = home.serve(&[]);
	assert_eq!(service.state(&job), Some(JobState::Done(outcome)));
	assert_eq!(service.submit(&job), (200, JobState::Done(outcome)));
	assert_eq!(service.metric("run_seconds_count"), 0.0);
}

#[test]
fn the_log_says_of_an_outcome_of_which_kind_it_is_and_no_more() {
	let (honest, trap) = (program(TRAINED, SAME), program(TRAP, SAME));
	let home = Home::new(&[&honest, &trap]);
	let log = home.0.path().join("log");
	let mut command = home.command(&["--listen", "127.0.0.1:0"]);
	command.env("RUST_LOG", "debug").stderr(fs::File::create(&log).unwrap());
	let service = Service::ready(command.spawn().unwrap());
	let roots = [&honest, &trap].map(|program| match service.run(&job(program)) {
		JobState::Done(Outcome::Scored(scored)) => scored.trace_root,
		JobState::Done(Outcome::Failed { trace_root, .. }) => trace_root,
		state => panic!("{state:?}"),
	});
	drop(service);
	let log = fs::read_to_string(log).unwrap();
	for said in [": scored", ": failed"] {
		assert!(log.contains(said), "{log}");
	}
	for root in roots.map(hex::encode) {
		assert!(!log.contains(&root), "{log}");
	}
	for secret in ["Score", "Trap", "unreachable", "trace_root"] {
		assert!(!log.contains(secret), "{secret}: {log}");
	}
}

#[test]
fn nobody_else_reads_what_the_service_keeps() {
	let program = program(TRAINED, SAME);
	let home = Home::new(&[&program]);
	let service = home.serve(&[]);
	assert!(is_scored(&service.run(&job(&program))));
	let mut paths = vec![home.base()];
	let mut seen = 0;
	while let Some(path) = paths.pop() {
		let meta = fs::metadata(&path).unwrap();
		assert_eq!(meta.permissions().mode() & 0o077, 0, "{}", path.display());
		seen += 1;
		if meta.is_dir() {
			paths.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
		}
	}
	// The folder, three in it, a result, three artifacts, the lock.
	assert!(seen >= 9);
}

#[test]
fn a_damaged_result_is_computed_again() {
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&honest]);
	let job = job(&honest);
	let service = home.serve(&[]);
	let state = service.run(&job);
	drop(service);
	let file = home.base().join("results").join(hex::encode(job.key()));
	let mut bytes = fs::read(&file).unwrap();
	bytes[2] ^= 1;
	fs::write(&file, bytes).unwrap();

	let service = home.serve(&[]);
	assert_eq!(service.state(&job), None);
	assert_eq!(service.run(&job), state);
}

#[test]
fn requests_are_refused_with_the_reason() {
	let endless = program(ENDLESS, SAME);
	let home = Home::new(&[&endless]);
	let service = home.serve(&["--workers", "1", "--queue", "1"]);
	let text = |(status, body): (u16, Vec<u8>)| (status, String::from_utf8(body).unwrap());
	let jobs = [1, 2, 3].map(|seed| slow_job(&endless, seed, u64::MAX));

	for token in [None, Some(""), Some("wrong"), Some("a token of 26 bytes, or s0")] {
		for (path, body) in [("/jobs", Some(jobs[0].encode())), ("/jobs", None), ("/metrics", None)]
		{
			let (status, reason) = text(service.request(path, token, body.as_deref()));
			assert_eq!(status, 401);
			assert!(reason.contains("expected `Authorization: Bearer"), "{reason}");
		}
	}
	assert_eq!(service.health().queue, 0);
	assert_eq!(service.health().vm_version, VM_VERSION);

	for body in [&b"no job"[..], &[], &[jobs[0].encode(), vec![0]].concat()] {
		let (status, reason) = text(service.request("/jobs", Some(TOKEN), Some(body)));
		assert_eq!(status, 400);
		assert!(reason.contains("not a SCALE-encoded TrainingJob"), "{reason}");
	}
	assert_eq!(service.request("/jobs", Some(TOKEN), Some(&[0; 4096])).0, 413);
	assert_eq!(service.request("/jobs/0x12", Some(TOKEN), None).0, 400);
	assert_eq!(service.request("/other", Some(TOKEN), None).0, 404);

	assert_eq!(service.submit(&jobs[0]).0, 202);
	service.wait(&jobs[0], |state| *state == JobState::Running);
	assert_eq!(service.submit(&jobs[1]), (202, JobState::Queued));
	assert_eq!(service.submit(&jobs[1]), (202, JobState::Queued));
	let (status, reason) = text(service.request("/jobs", Some(TOKEN), Some(&jobs[2].encode())));
	assert_eq!(status, 503);
	assert!(reason.contains("the queue is full"), "{reason}");
	assert_eq!((service.health().queue, service.health().running), (1, 1));
}

#[test]
fn connections_that_say_nothing_do_not_keep_others_out() {
	let home = Home::new(&[]);
	let mut command = home.command(&["--listen", "127.0.0.1:0"]);
	// With few files, so that they would run out.
	let files = || {
		let limit = Rlimit { current: Some(256), maximum: Some(256) };
		setrlimit(Resource::Nofile, limit).map_err(Into::into)
	};
	// SAFETY: between fork and exec the closure makes one system call.
	unsafe { command.pre_exec(files) };
	let service = Service::ready(command.stderr(Stdio::inherit()).spawn().unwrap());
	let address = service.url.strip_prefix("http://").unwrap();
	let mut open: Vec<_> = (0..400)
		.map(|index| {
			let mut stream = TcpStream::connect(address).unwrap();
			let said: &[u8] =
				[&b""[..], b"GET /health HTTP/1.1\r\nhost: h\r\nx-", b"\r\n"][index % 3];
			stream.write_all(said).unwrap();
			stream
		})
		.collect();
	let started = Instant::now();
	assert_eq!(service.health().queue, 0);
	assert_eq!(service.request("/jobs", Some(TOKEN), None).0, 200);
	assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
	// All are closed in the end, with or without a word.
	for stream in &mut open {
		stream.set_read_timeout(Some(PATIENCE)).unwrap();
		let end = stream.read_to_end(&mut Vec::new());
		assert!(!end.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock));
	}
	assert!(started.elapsed() < PATIENCE);
}

/// Makes a connection and resets it, so that nothing of it is left.
fn connect_and_reset(address: &str) {
	let Ok(stream) = TcpStream::connect(address) else { return };
	let linger = libc::linger { l_onoff: 1, l_linger: 0 };
	let size = size_of::<libc::linger>() as libc::socklen_t;
	// SAFETY: reads the option, of its size, which outlives the call.
	let set = unsafe {
		let option = (&raw const linger).cast();
		libc::setsockopt(stream.as_raw_fd(), libc::SOL_SOCKET, libc::SO_LINGER, option, size)
	};
	assert_eq!(set, 0);
}

#[test]
fn a_burst_of_connections_does_not_close_those_that_show_the_token() {
	let home = Home::new(&[]);
	let service = home.serve(&[]);
	let address = service.url.strip_prefix("http://").unwrap();
	let over = AtomicBool::new(false);
	std::thread::scope(|scope| {
		for _ in 0..4 {
			scope.spawn(|| {
				while !over.load(Ordering::Relaxed) {
					(0..50).for_each(|_| connect_and_reset(address));
					std::thread::sleep(Duration::from_millis(100));
				}
			});
		}
		let ask = || {
			// Each by a connection of its own.
			let started = Instant::now();
			while started.elapsed() < Duration::from_secs(4) {
				assert_eq!(service.request("/jobs", Some(TOKEN), None).0, 200);
			}
			// All by one.
			let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
			while started.elapsed() < Duration::from_secs(6) {
				let request = agent.get(format!("{}/jobs", service.url));
				let answer = request.header("authorization", format!("Bearer {TOKEN}")).call();
				assert_eq!(answer.unwrap().body_mut().read_to_string().unwrap(), "[]");
			}
		};
		let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask));
		over.store(true, Ordering::Relaxed);
		asked.unwrap();
	});
}

#[test]
fn a_service_starts_only_where_it_is_safe() {
	let home = Home::new(&[]);
	for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
		let reason = home.refusal(&["--listen", address]);
		assert!(reason.contains("listens on loopback only"), "{reason}");
	}
	let service = home.serve(&[]);
	let reason = home.refusal(&["--listen", "127.0.0.1:0"]);
	assert!(reason.contains("another verifier service uses it"), "{reason}");
	drop(service);
	fs::write(home.token(), "short\n").unwrap();
	let reason = home.refusal(&["--listen", "127.0.0.1:0"]);
	assert!(reason.contains("has 5 bytes; expected at least 16"), "{reason}");
	fs::remove_file(home.token()).unwrap();
	let reason = home.refusal(&["--listen", "127.0.0.1:0"]);
	assert!(reason.contains("cannot read the token file"), "{reason}");
}

#[test]
fn a_job_of_another_version_is_not_run() {
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&honest]);
	let service = home.serve(&[]);
	let mut job = job(&honest);
	job.vm_version += 1;
	let (status, state) = service.submit(&job);
	assert_eq!(status, 202);
	assert!(is_broken_by(&state, "upgrade it"), "{state:?}");
	assert_eq!(service.state(&job), Some(state));
}

#[test]
fn what_is_missing_or_forged_is_unavailable_until_it_appears() {
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&honest]);
	let service = home.serve(&[]);
	let job = job(&honest);
	let missing = |input| JobState::Done(Outcome::Unavailable { input, fault: DataFault::Missing });

	fs::remove_file(home.artifact(&job.program)).unwrap();
	assert_eq!(service.run(&job), missing(Input::Program));
	fs::write(home.artifact(&job.program), &honest).unwrap();

	fs::write(home.artifact(&job.train), data(11)).unwrap();
	assert_eq!(service.run_again(&job, &missing(Input::Program)), missing(Input::Train));
	assert_eq!(service.metric("fetch_errors_total{source=\"folder\"}"), 1.0);
	fs::write(home.artifact(&job.train), data(10)).unwrap();

	let state = service.run_again(&job, &missing(Input::Train));
	assert!(is_scored(&state), "{state:?}");
	assert_eq!(service.submit(&job), (200, state));
	assert_eq!(service.metric("jobs_total{outcome=\"unavailable\"}"), 2.0);
}

#[test]
fn a_file_is_fetched_like_the_rest_and_must_have_its_root() {
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&honest]);
	let service = home.serve(&[]);
	let model = b"a model".to_vec();
	let id = Manifest::of(&model).id();
	let unavailable = |fault| JobState::Done(Outcome::Unavailable { input: Input::File, fault });
	let with = |root| {
		let file = File { id, bytes: model.len() as u32, root };
		TrainingJob { file: Some(file), ..job(&honest) }
	};

	let good = with(file::tree(&model).root());
	assert_eq!(service.run(&good), unavailable(DataFault::Missing));
	fs::write(home.artifact(&id), &model).unwrap();
	let state = service.run_again(&good, &unavailable(DataFault::Missing));
	assert!(is_scored(&state), "{state:?}");
	let forged = with(H256::zero());
	assert_eq!(service.run(&forged), unavailable(DataFault::RootMismatch));
}

#[test]
fn hostile_programs_fail_and_the_service_carries_on() {
	let trap = program(TRAP, SAME);
	let endless = program(ENDLESS, SAME);
	let hog = program(HOG, SAME);
	let late = program(TRAINED, TRAP);
	let mute = program(TRAINED, "(i32.const 0)");
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&trap, &endless, &hog, &late, &mute, &honest, b"no module"]);
	let service = home.serve(&[]);
	for (program, reason) in [
		(&trap[..], FailReason::Trap),
		(&endless, FailReason::OutOfFuel),
		(&hog, FailReason::Trap),
		(&late, FailReason::Trap),
		(&mute, FailReason::BadOutput),
		(b"no module", FailReason::BadProgram),
	] {
		let job = job(program);
		let state = service.run(&job);
		assert_eq!(state, reference(&job, program));
		assert!(
			matches!(&state, JobState::Done(Outcome::Failed { reason: found, .. }) if *found == reason),
			"{state:?} instead of {reason:?}"
		);
	}
	let state = service.run(&job(&honest));
	assert!(is_scored(&state), "{state:?}");
	assert_eq!(service.metric("jobs_total{outcome=\"failed\"}"), 6.0);
	assert_eq!(service.list().iter().filter(|info| info.stage == Stage::Done).count(), 7);
}

#[test]
fn a_large_program_fits_in_its_address_space() {
	// Calls grow most when they are prepared; 1 MiB of them.
	let calls = "(call $trained (i32.const 0)) (drop)".repeat(20_500);
	let functions = format!("(func {calls})").repeat(10);
	let step = format!("{TRAINED}) {functions} (func $trained (param i32) (result i32) {TRAINED}");
	let large = program(&step, SAME);
	assert!((1_000_000..1 << 20).contains(&large.len()), "{}", large.len());
	let home = Home::new(&[&large]);
	let state = home.serve(&[]).run(&job(&large));
	assert!(is_scored(&state), "{state:?}");
}

#[test]
fn a_child_is_confined() {
	let endless = program(ENDLESS, SAME);
	let home = Home::new(&[&endless]);
	let service = home.serve(&[]);
	let job = slow_job(&endless, 0, u64::MAX);
	assert_eq!(service.submit(&job), (202, JobState::Queued));
	let child = service.child_of(&job).as_raw_nonzero();
	let read = |name| fs::read_to_string(format!("/proc/{child}/{name}")).unwrap();
	let data = data(10).len() + data(5).len();
	let steps = job.limits.steps as usize;
	// Five outputs, and as many labels and places on a curve.
	let results = 8 * 5 + 12 * 5;
	let inputs = 48 * endless.len() + 4 * data;
	let memory = 6 * 4 * 65_536 + 256 * steps + inputs + results + (64 << 20);
	let expected = [
		("Max core file size", 0),
		("Max file size", 0),
		("Max open files", 16),
		("Max processes", 0),
		("Max stack size", 2 * compiler::STACK),
		("Max data size", memory),
		("Max address space", memory + compiler::ADDRESS_SPACE as usize),
	];
	let is_set = |(name, value): &(&str, usize)| {
		let limits = read("limits");
		let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
		let set: Vec<_> = line[name.len()..].split_whitespace().take(2).collect();
		set == [value.to_string(), value.to_string()]
	};
	// The child may not have come so far yet.
	let started = Instant::now();
	while !expected.iter().all(is_set) {
		assert!(started.elapsed() < PATIENCE, "{}", read("limits"));
		std::thread::sleep(Duration::from_millis(10));
	}
	assert_eq!(read("oom_score_adj").trim(), "1000");
	// The 19th of the fields, of which the second stands in parentheses.
	assert_eq!(read("stat").rsplit(") ").next().unwrap().split(' ').nth(16), Some("15"));
	assert!(read("status").contains("NoNewPrivs:\t1"));
	assert!(read("status").contains("Seccomp:\t2"));
	assert_eq!(fs::read(format!("/proc/{child}/environ")).unwrap(), b"");
}

#[test]
fn a_run_that_takes_all_its_memory_has_it() {
	// Grows, so that there is room for twice as much; then once more, so that there is a fresh
	// instance besides; and gives all of it as its model.
	let (first, grown): (u32, u32) = (1_500, 1_544);
	let (most, model) = (grown + 1, i64::from(grown) * 65_536);
	let text = format!(
		r#"(module
			(memory (export "memory") {first} {most})
			(func (export "abi") (result i32) (i32.const 1))
			(func (export "io") (result i64) (i64.const 32768))
			(func (export "init") (param i64 i32) (result i32) (i32.const 0))
			(func (export "want") (result i64) (i64.const -1))
			(func (export "step") (param i32) (result i32)
				(drop (memory.grow (i32.const {})))
				(i32.const 1))
			(func (export "predict") (param i32) (result i32)
				(drop (memory.grow (i32.const 1)))
				(local.get 0))
			(func (export "model") (result i64) (i64.const {model})))"#,
		grown - first,
	);
	let large = wat::parse_str(text).unwrap();
	let home = Home::new(&[&large]);
	let mut job = job(&large);
	job.limits.memory_pages = most;
	for engine in ["wasmi", "wasmtime"] {
		let service = home.serve(&["--engine", engine]);
		let state = service.run(&job);
		assert!(is_scored(&state), "{engine}: {state:?}");
		assert_eq!(service.metric("second_runs_total"), 0.0);
		drop(service);
		fs::remove_dir_all(home.base()).unwrap();
	}
}

#[test]
fn a_run_with_many_outputs_has_memory_for_them() {
	const CLASSES: u8 = 100;
	const ROWS: u32 = 250_000;
	// What they are is the same to it: as many as there can be, from a buffer of 8 pages.
	let predict = format!("(i32.mul (local.get 0) (i32.const {}))", 4 * u32::from(CLASSES));
	let text = format!(
		r#"(module
			(memory (export "memory") 8 8)
			(func (export "abi") (result i32) (i32.const 1))
			(func (export "io") (result i64) (i64.const 524288))
			(func (export "init") (param i64 i32) (result i32) (i32.const 0))
			(func (export "want") (result i64) (i64.const -1))
			(func (export "step") (param i32) (result i32) {TRAINED})
			(func (export "predict") (param i32) (result i32) {predict})
			(func (export "model") (result i64) (i64.const 0)))"#
	);
	let program = wat::parse_str(text).unwrap();
	let data = |rows: u32| {
		let classes: Vec<u8> = (0..CLASSES).cycle().take(rows as usize).collect();
		let (x, y) = (format!("[{rows},1]"), format!("[{rows}]"));
		common::safetensors(&[("x", "U8", &x, &classes), ("y", "U8", &y, &classes)])
	};
	let (train, holdout) = (data(CLASSES.into()), data(ROWS));
	let home = Home::new(&[&program, &train, &holdout]);
	let mut job = job(&program);
	(job.metric, job.chunk_rows) = (Metric::Accuracy, 1_000);
	(job.train, job.holdout) = (Manifest::of(&train).id(), Manifest::of(&holdout).id());
	job.train_root = Dataset::parse(&train, job.metric).unwrap().root(job.chunk_rows);
	job.limits.memory_pages = 8;
	for engine in ["wasmi", "wasmtime"] {
		let service = home.serve(&["--engine", engine]);
		let state = service.run(&job);
		assert!(matches!(state, JobState::Done(Outcome::Scored(_))), "{engine}: {state:?}");
		assert_eq!(service.metric("second_runs_total"), 0.0);
		drop(service);
		fs::remove_dir_all(home.base()).unwrap();
	}
}

/// Makes a command run as on a kernel without this system call.
fn without(call: libc::c_long, command: &mut Command) -> &mut Command {
	let missing = SeccompAction::Errno(libc::ENOSYS as u32);
	let arch = std::env::consts::ARCH.try_into().unwrap();
	let calls = [(call, Vec::new())].into_iter().collect();
	let filter = SeccompFilter::new(calls, SeccompAction::Allow, missing, arch).unwrap();
	let filter: BpfProgram = filter.try_into().unwrap();
	// SAFETY: between fork and exec the closure makes two system calls and allocates nothing.
	unsafe {
		command.pre_exec(move || apply_filter(&filter).map_err(|_| Errno::NOSYS.into()));
	}
	command
}

#[test]
fn a_kernel_that_cannot_confine_programs_is_refused_unless_it_is_allowed() {
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&honest]);
	let missing = |call, name, sandbox| {
		let output = without(call, &mut home.command(&[])).output().unwrap();
		let reason = String::from_utf8(output.stderr).unwrap();
		assert!(!output.status.success());
		assert!(reason.contains(&format!("missing: {name}")), "{reason}");
		assert!(reason.contains("--allow-incomplete-sandbox"), "{reason}");

		let mut command = home.command(&["--allow-incomplete-sandbox", "--listen", "127.0.0.1:0"]);
		let service = Service::ready(without(call, &mut command).spawn().unwrap());
		let health = service.health();
		assert_eq!((health.engine, health.sandbox), (EngineKind::Wasmi, sandbox));
		let state = service.run(&job(&honest));
		assert!(is_scored(&state), "{state:?}");
		fs::remove_dir_all(home.base()).unwrap();
	};
	missing(
		libc::SYS_landlock_create_ruleset,
		"Landlock",
		Sandbox { landlock: false, seccomp: true },
	);
	missing(libc::SYS_seccomp, "seccomp", Sandbox { landlock: true, seccomp: false });

	let service = home.serve(&[]);
	let health = service.health();
	assert_eq!(health.engine, EngineKind::Wasmtime);
	assert!(health.sandbox.is_complete());
}

#[test]
fn both_engines_give_the_same() {
	let honest = program(TRAINED, SAME);
	let home = Home::new(&[&honest]);
	let states = ["wasmi", "wasmtime"].map(|engine| {
		let service = home.serve(&["--engine", engine]);
		let state = service.run(&job(&honest));
		assert_eq!(service.metric("second_runs_total"), 0.0);
		fs::remove_dir_all(home.base()).unwrap();
		state
	});
	assert!(is_scored(&states[0]), "{states:?}");
	assert_eq!(states[0], states[1]);
}

#[test]
fn the_hostile_corpus_ends_in_outcomes() {
	// What both engines refuse or fail alike before they start is left to the tests of the VM.
	let corpus: Vec<_> = [hostile::execution(), hostile::translation()].concat();
	let programs: Vec<&[u8]> = corpus.iter().map(|hostile| &hostile.program[..]).collect();
	let home = Home::new(&programs);
	let (train, holdout) = (common::train(), common::holdout());
	for bytes in [&train, &holdout] {
		fs::write(home.artifact(&Manifest::of(bytes).id()), bytes).unwrap();
	}
	for engine in ["wasmi", "wasmtime"] {
		let service = home.serve(&["--engine", engine]);
		for Hostile { name, program, ends } in &corpus {
			let mut job = common::job(program, &train, &holdout);
			job.limits = hostile::HOSTILE;
			let state = service.run(&job);
			let right = match (ends, &state) {
				(Ends::Scores, JobState::Done(Outcome::Scored(_))) => true,
				(Ends::Fails(reason), JobState::Done(Outcome::Failed { reason: found, .. })) => {
					reason == found
				},
				_ => false,
			};
			assert!(right, "{name} on {engine}: {state:?}, expected {ends:?}");
		}
		fs::remove_dir_all(home.base()).unwrap();
	}
}

#[test]
fn a_run_past_its_deadline_is_stopped() {
	let endless = program(ENDLESS, SAME);
	let home = Home::new(&[&endless]);
	let pace = ["--grace", "1", "--fuel-per-second", "18446744073709551615"];
	for engine in ["wasmi", "wasmtime"] {
		let service = home.serve(&[&["--engine", engine][..], &pace].concat());
		let job = slow_job(&endless, 0, u64::MAX);
		let state = service.run(&job);
		assert!(is_broken_by(&state, "was stopped after"), "{state:?}");
		assert_eq!(service.metric("child_kills_total{cause=\"deadline\"}"), 1.0);
		// There is one deadline, not one for each engine.
		assert_eq!(service.metric("second_runs_total"), 0.0);
		assert_eq!(children(service.process.id()), []);
	}
}

#[test]
fn a_job_whose_child_is_killed_can_be_tried_again() {
	let endless = program(ENDLESS, SAME);
	let home = Home::new(&[&endless]);
	let service = home.serve(&["--engine", "wasmi"]);
	let job = slow_job(&endless, 0, 3_000_000_000);
	assert_eq!(service.submit(&job), (202, JobState::Queued));
	kill_process(service.child_of(&job), Signal::KILL).unwrap();
	let state = service.finish(&job);
	assert!(is_broken_by(&state, "killed by signal 9"), "{state:?}");
	assert_eq!(service.metric("child_kills_total{cause=\"signal\"}"), 1.0);
	let state = service.run_again(&job, &state);
	assert!(is_out_of_fuel(&state), "{state:?}");
}

#[test]
fn a_killed_service_takes_up_its_jobs_when_it_is_started_again() {
	let endless = program(ENDLESS, SAME);
	let home = Home::new(&[&endless]);
	let mut service = home.serve(&["--workers", "1"]);
	let jobs = [1, 2].map(|seed| slow_job(&endless, seed, 1_000_000_000));
	for job in &jobs {
		assert_eq!(service.submit(job), (202, JobState::Queued));
	}
	let child = service.child_of(&jobs[0]);
	service.process.kill().unwrap();
	service.process.wait().unwrap();
	let started = Instant::now();
	while test_kill_process(child).is_ok() {
		assert!(started.elapsed() < PATIENCE, "the child outlives its service");
		std::thread::sleep(Duration::from_millis(10));
	}

	let service = home.serve(&[]);
	for job in &jobs {
		let state = service.finish(job);
		assert!(is_out_of_fuel(&state), "{state:?}");
	}
	assert_eq!(fs::read_dir(home.base().join("jobs")).unwrap().count(), 0);
}

#[test]
fn a_run_that_nobody_asks_for_gives_way_to_others() {
	let (endless, honest) = (program(ENDLESS, SAME), program(TRAINED, SAME));
	let home = Home::new(&[&endless, &honest]);
	let service = home.serve(&["--workers", "1", "--forget-after", "3"]);
	let forgotten = [0, 1].map(|seed| slow_job(&endless, seed, u64::MAX));
	for job in &forgotten {
		assert_eq!(service.submit(job), (202, JobState::Queued));
	}
	service.child_of(&forgotten[0]);
	let state = service.run(&job(&honest));
	assert!(is_scored(&state), "{state:?}");
	assert_eq!(forgotten.each_ref().map(|job| service.state(job)), [None, None]);
	assert_eq!(service.metric("dropped_total"), 2.0);
	assert_eq!(service.metric("child_kills_total{cause=\"unwanted\"}"), 1.0);
	// It is not left to the other engine, and did not end.
	assert_eq!(service.metric("second_runs_total"), 0.0);
	assert_eq!(service.metric("jobs_total{outcome=\"broken\"}"), 0.0);
	assert_eq!(service.metric("running") + service.metric("queue_length"), 0.0);
	assert_eq!(fs::read_dir(home.base().join("jobs")).unwrap().count(), 0);
}

#[test]
fn two_jobs_run_at_once() {
	let endless = program(ENDLESS, SAME);
	let home = Home::new(&[&endless]);
	let service = home.serve(&["--workers", "2"]);
	let jobs = [1, 2].map(|seed| slow_job(&endless, seed, u64::MAX));
	for job in &jobs {
		assert_eq!(service.submit(job), (202, JobState::Queued));
	}
	for job in &jobs {
		service.wait(job, |state| *state == JobState::Running);
	}
	let health = service.health();
	assert_eq!((health.queue, health.running), (0, 2));
	assert_eq!(service.metric("running"), 2.0);
}

#[test]
fn a_service_that_is_asked_to_stop_stops() {
	let endless = program(ENDLESS, SAME);
	let home = Home::new(&[&endless]);
	let mut service = home.serve(&[]);
	let job = slow_job(&endless, 0, u64::MAX);
	assert_eq!(service.submit(&job), (202, JobState::Queued));
	service.child_of(&job);
	// A connection that says nothing does not hold it up for long.
	let mut silent = TcpStream::connect(service.url.strip_prefix("http://").unwrap()).unwrap();
	kill_process(Pid::from_child(&service.process), Signal::TERM).unwrap();
	assert!(service.process.wait().unwrap().success());
	assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0);
	assert_eq!(fs::read_dir(home.base().join("jobs")).unwrap().count(), 1);
}
