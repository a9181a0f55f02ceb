//! Measures the verifier service under a queue: jobs a minute with one worker and with one a
//! processor, with few jobs and with thousands waiting, what handing them over takes, the memory of
//! the service, and its start with a full queue.
//!
//! `scripts/bench queue` runs it on the digits program.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/queue PROGRAM.wasm TRAIN HOLDOUT [CHUNK_ROWS [PARAMS]]
//! ```
//!
//! It runs `assay-verifier` as an operator does, from the folder above its own.

use assay_primitives::{Limits, Manifest, Metric, Params, TrainingJob, VM_VERSION};
use assay_verifier::{Health, Ready};
use assay_vm::Dataset;
use codec::Encode;
use serde::de::DeserializeOwned;
use std::{
	env, fs,
	io::{BufRead, BufReader},
	path::Path,
	process::{Child, Command, Stdio},
	thread,
	time::{Duration, Instant},
};

/// How long the work is counted at each length of the queue.
const WINDOW: Duration = Duration::from_secs(30);
/// Jobs that wait when the counting starts.
const LENGTHS: [u64; 3] = [100, 1_000, 10_000];
const TOKEN: &str = "a token of this benchmark alone";

/// A service that ends with this.
struct Service {
	process: Child,
	url: String,
	agent: ureq::Agent,
}

impl Service {
	fn start(home: &Path, workers: usize) -> Self {
		let program = env::current_exe().expect("Linux");
		let folder = program.parent().and_then(Path::parent).expect("in `release/examples`");
		let mut process = Command::new(folder.join("assay-verifier"))
			.args(["serve", "--listen", "127.0.0.1:0", "--queue", "20000"])
			// Nobody asks for a job again.
			.args(["--forget-after", "86400"])
			.args(["--workers", &workers.to_string()])
			.arg("--token-file")
			.arg(home.join("token"))
			.arg("--base-path")
			.arg(home.join("base"))
			.arg("--artifacts")
			.arg(home.join("artifacts"))
			.env("RUST_LOG", "error")
			.stdout(Stdio::piped())
			.spawn()
			.expect("`assay-verifier` is in the folder above");
		let mut line = String::new();
		let output = process.stdout.take().expect("it is piped");
		BufReader::new(output).read_line(&mut line).expect("it says where it listens");
		let ready: Ready = serde_json::from_str(&line).expect("it is ready");
		let agent = ureq::Agent::config_builder().proxy(None).build().into();
		Self { process, url: format!("http://{}", ready.listening), agent }
	}

	fn submit(&self, job: &TrainingJob) {
		let request = self.agent.post(format!("{}/jobs", self.url));
		let answer = request
			.header("authorization", format!("Bearer {TOKEN}"))
			.content_type("application/octet-stream")
			.send(&job.encode())
			.expect("the job is taken");
		assert_eq!(answer.status(), 202);
	}

	fn get(&self, path: &str) -> String {
		let request = self.agent.get(format!("{}/{path}", self.url));
		let mut answer =
			request.header("authorization", format!("Bearer {TOKEN}")).call().expect("it answers");
		answer.body_mut().with_config().limit(64 << 20).read_to_string().expect("text")
	}

	fn json<T: DeserializeOwned>(&self, path: &str) -> T {
		serde_json::from_str(&self.get(path)).expect("JSON")
	}

	/// Runs that ended with a score.
	fn scored(&self) -> f64 {
		let text = self.get("metrics");
		let name = r#"assay_verifier_jobs_total{outcome="scored"} "#;
		let count = text.lines().find_map(|line| line.strip_prefix(name));
		count.and_then(|count| count.parse().ok()).expect("it is counted")
	}

	/// Memory of the service itself, without its child processes, in MiB.
	fn memory(&self) -> f64 {
		let path = format!("/proc/{}/status", self.process.id());
		let status = fs::read_to_string(path).expect("Linux");
		let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
		let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
		kibibytes.map(|kibibytes: f64| kibibytes / 1024.0).expect("it is there")
	}
}

impl Drop for Service {
	fn drop(&mut self) {
		let _ = self.process.kill();
		let _ = self.process.wait();
	}
}

fn main() {
	let arguments: Vec<String> = env::args().skip(1).collect();
	let [program, train, holdout, rest @ ..] = arguments.as_slice() else {
		eprintln!("usage: queue PROGRAM.wasm TRAIN HOLDOUT [CHUNK_ROWS [PARAMS]]");
		std::process::exit(2);
	};
	let read = |path: &String| fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
	let (program, train, holdout) = (read(program), read(train), read(holdout));
	let chunk_rows = rest.first().map_or(32, |rows| rows.parse().expect("a number of rows"));
	let params = rest.get(1).map_or(&b""[..], |params| params.as_bytes());
	let metric = Metric::Accuracy;
	let train_root = Dataset::parse(&train, metric).expect("training data").root(chunk_rows);
	let job = |seed| TrainingJob {
		vm_version: VM_VERSION,
		program: Manifest::of(&program).id(),
		params: Params::try_from(params.to_vec()).expect("at most 1 KiB of parameters"),
		seed,
		train: Manifest::of(&train).id(),
		train_root,
		chunk_rows,
		holdout: Manifest::of(&holdout).id(),
		metric,
		file: None,
		limits: Limits {
			program_bytes: 16 << 20,
			memory_pages: 256,
			steps: 1_000_000,
			step_fuel: 1 << 50,
			total_fuel: 1 << 60,
		},
	};

	let processors = thread::available_parallelism().map_or(1, |processors| processors.get());
	println!(
		"{:>8}{:>10}{:>14}{:>16}{:>18}{:>10}{:>12}",
		"workers", "waiting", "jobs/min", "per worker", "handing over", "memory", "next start"
	);
	for workers in [1, processors] {
		let home = tempfile::tempdir().expect("a temporary folder");
		fs::create_dir(home.path().join("artifacts")).expect("it can be written to");
		fs::write(home.path().join("token"), TOKEN).expect("it can be written to");
		for bytes in [&program, &train, &holdout] {
			let name = hex::encode(Manifest::of(bytes).id());
			fs::write(home.path().join("artifacts").join(name), bytes)
				.expect("it can be written to");
		}
		let mut service = Service::start(home.path(), workers);
		let mut seed = 0;
		for length in LENGTHS {
			let (before, handing_over) = (seed, Instant::now());
			while service.json::<Health>("health").queue < length as usize {
				for _ in 0..50 {
					service.submit(&job(seed));
					seed += 1;
				}
			}
			let each = handing_over.elapsed().as_secs_f64() * 1e3 / (seed - before).max(1) as f64;
			let (done, counting) = (service.scored(), Instant::now());
			thread::sleep(WINDOW);
			let done = service.scored() - done;
			let rate = done * 60.0 / counting.elapsed().as_secs_f64();
			let memory = service.memory();
			drop(service);
			let starting = Instant::now();
			service = Service::start(home.path(), workers);
			println!(
				"{workers:>8}{length:>10}{rate:>14.1}{:>16.1}{each:>15.2} ms{memory:>6.1} MiB{:>10.2} s",
				rate / workers as f64,
				starting.elapsed().as_secs_f64(),
			);
		}
	}
}
