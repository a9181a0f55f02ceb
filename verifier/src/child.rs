//! One run in one child process, seen from the service.
//!
//! The child is this same program, called as `assay-verifier run-job`. On its standard input it
//! gets the length of a [`Header`] (`u32`, little-endian), the header in SCALE, and the bytes of
//! the program, the training data, the holdout and the file. On its standard output it leaves a
//! [`Report`] in SCALE. Whatever else it does, the service carries on.

use crate::metrics::Metrics;
use assay_primitives::{Outcome, TrainingJob};
use assay_verifier::{EngineKind, Sandbox};
use assay_vm::{metrics::most_outputs, Dataset};
use codec::{Decode, DecodeAll, Encode};
use std::{
	io::{self, Read, Write},
	os::unix::process::{CommandExt, ExitStatusExt},
	process::{Child, Command, Output, Stdio},
	sync::mpsc::{self, RecvTimeoutError},
	thread,
	time::{Duration, Instant},
};

/// Most bytes that are read of a report.
const MAX_REPORT_BYTES: u64 = 64 * 1024;
/// Most bytes that are kept of what a child says on standard error.
const MAX_STDERR_BYTES: u64 = 4 * 1024;
/// Most memory that the outputs of a run and what is made of them are granted, in bytes: those of
/// eleven million rows of ten classes.
const MAX_RESULT_BYTES: u64 = 1 << 30;
/// How often a run is looked at that nobody may want any more.
const LOOK: Duration = Duration::from_millis(500);
/// No run is granted more wall-clock time than this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What a run reads: program, training data, holdout, and a file, which is empty if there is none.
pub type Inputs = [Vec<u8>; 4];

/// What a child is told first.
#[derive(Encode, Decode)]
pub struct Header {
	/// The job.
	pub job: TrainingJob,
	/// Sizes in bytes of its [`Inputs`], which follow.
	pub sizes: [u64; 4],
	/// Most bytes that its outputs and what is made of them take, by what the data say.
	pub results: u64,
}

/// What a child leaves behind.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Report {
	/// What the run ended in.
	pub outcome: Outcome,
	/// What there is to say about it in words, [`plain`]; may be empty.
	pub detail: String,
}

/// In what children run.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
	/// The engine.
	pub engine: EngineKind,
	/// What must confine them; a child in which some of it is missing does not run.
	pub sandbox: Sandbox,
	/// How long a job may take, on one engine or on both.
	pub pace: Pace,
}

/// How long a job may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
	/// Granted to every job, for starting and for reading and translating its inputs.
	pub grace: Duration,
	/// The slowest speed at which this machine is expected to run.
	pub fuel_per_second: u64,
}

impl Pace {
	/// Wall-clock time in which a run with `total_fuel` must be over.
	pub fn deadline(&self, total_fuel: u64) -> Duration {
		let run = Duration::from_secs_f64(total_fuel as f64 / self.fuel_per_second as f64);
		self.grace.saturating_add(run).min(LONGEST)
	}
}

/// Some text that a stranger may have had a hand in, as one line of at most 1000 characters.
pub fn plain(text: &str) -> String {
	let line: String = text.trim().chars().take(1000).collect();
	line.replace(char::is_control, " ")
}

/// Most bytes that the outputs of a run and what is made of them take: 8 for each output (one, and
/// as much again while their list moves), and 12 for each row (its label, and its place on a ROC
/// curve).
fn results(job: &TrainingJob, [_, train, holdout, _]: &Inputs) -> u64 {
	let read = |bytes| Dataset::parse(bytes, job.metric);
	// On data that cannot be read nothing is predicted.
	let (Ok(train), Ok(holdout)) = (read(train), read(holdout)) else { return 0 };
	let outputs = most_outputs(job.metric, holdout.rows() as usize, train.classes());
	let bytes = (outputs as u64).saturating_mul(8).saturating_add(u64::from(holdout.rows()) * 12);
	bytes.min(MAX_RESULT_BYTES)
}

/// Why there is no report.
#[derive(Debug, PartialEq, Eq)]
pub enum NoReport {
	/// The child was killed, crashed, took too long, or answered with something else; with a
	/// sentence about it.
	Broken(String),
	/// Nobody wanted it any more.
	Unwanted,
}

impl From<String> for NoReport {
	fn from(reason: String) -> Self {
		Self::Broken(reason)
	}
}

/// Runs `job` in a child process of its own, which is killed after `limit`, or when nobody wants it
/// any more.
pub fn run(
	job: &TrainingJob,
	inputs: &Inputs,
	setting: Setting,
	limit: Duration,
	is_wanted: &dyn Fn() -> bool,
	metrics: &Metrics,
) -> Result<Report, NoReport> {
	let sizes = [0, 1, 2, 3].map(|i: usize| inputs[i].len() as u64);
	let header = Header { job: job.clone(), sizes, results: results(job, inputs) }.encode();
	let mut command = command("run-job", setting.engine);
	for (needed, option) in
		[(setting.sandbox.landlock, "--need-landlock"), (setting.sandbox.seccomp, "--need-seccomp")]
	{
		if needed {
			command.arg(option);
		}
	}
	let mut child =
		command.spawn().map_err(|error| format!("cannot start a child process: {error}"))?;
	let Ending { report, status, complaint } =
		attend(&mut child, &header, inputs, limit, is_wanted)
			.map_err(|error| format!("lost sight of the child process: {error}"))?;
	let complaint = plain(&complaint);
	let kills = |cause| metrics.child_kills.with_label_values(&[cause]).inc();
	let report = match report {
		Ok(report) => report,
		Err(Cut::Late) => {
			kills("deadline");
			return Err(NoReport::Broken(format!(
				"the run was stopped after {:.1} s, at the end of the time that this machine is given \
				 for its fuel",
				limit.as_secs_f64(),
			)));
		},
		Err(Cut::Unwanted) => {
			kills("unwanted");
			return Err(NoReport::Unwanted);
		},
	};
	if let Some(signal) = status.signal() {
		kills("signal");
		return Err(format!("the child process was killed by signal {signal}; {complaint}").into());
	}
	if !status.success() {
		return Err(format!("the child process failed: {complaint}").into());
	}
	Report::decode_all(&mut &report[..]).map_err(|error| {
		NoReport::Broken(format!("the child process left no report ({error}); {complaint}"))
	})
}

/// What the sandbox consists of on this machine: a child enters it, and says so.
pub fn try_sandbox(engine: EngineKind) -> io::Result<Sandbox> {
	let Output { status, stdout, stderr } = command("try-sandbox", engine).output()?;
	if !status.success() {
		let complaint = plain(&String::from_utf8_lossy(&stderr));
		return Err(io::Error::other(format!("{status}; {complaint}")));
	}
	Ok(serde_json::from_slice(&stdout)?)
}

/// This program as a child of its own.
fn command(name: &str, engine: EngineKind) -> Command {
	// The file that this process runs, also after an upgrade has replaced it on disk.
	let mut command = Command::new("/proc/self/exe");
	command
		.arg0(env!("CARGO_PKG_NAME"))
		.args([name, "--parent", &std::process::id().to_string()])
		.args(["--engine", &engine.to_string()])
		.env_clear()
		.current_dir("/")
		.process_group(0)
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped());
	command
}

struct Ending {
	/// What was read from standard output.
	report: Result<Vec<u8>, Cut>,
	status: std::process::ExitStatus,
	complaint: String,
}

/// Why a child was not waited for.
enum Cut {
	/// Its time was over.
	Late,
	/// Nobody wanted its report any more.
	Unwanted,
}

/// Feeds the child, and waits until it closes its output, or is killed: after `limit`, or when it
/// is not wanted any more.
fn attend(
	child: &mut Child,
	header: &[u8],
	inputs: &Inputs,
	limit: Duration,
	is_wanted: &dyn Fn() -> bool,
) -> io::Result<Ending> {
	let started = Instant::now();
	let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
	thread::scope(|scope| {
		scope.spawn(move || -> io::Result<()> {
			// Fails if the child is gone before it has read everything; its status says why.
			let mut stdin = stdin.ok_or(io::ErrorKind::BrokenPipe)?;
			stdin.write_all(&(header.len() as u32).to_le_bytes())?;
			stdin.write_all(header)?;
			inputs.iter().try_for_each(|input| stdin.write_all(input))
		});
		let complaint = scope.spawn(move || {
			let mut kept = Vec::new();
			if let Some(mut stderr) = stderr {
				// Nothing to do about errors: what was read until then is all that there is.
				let _ = stderr.by_ref().take(MAX_STDERR_BYTES).read_to_end(&mut kept);
				let _ = io::copy(&mut stderr, &mut io::sink());
			}
			String::from_utf8_lossy(&kept).into_owned()
		});
		let (done, report) = mpsc::channel();
		scope.spawn(move || {
			let mut bytes = Vec::new();
			if let Some(stdout) = stdout {
				// An output cut short is no report.
				let _ = stdout.take(MAX_REPORT_BYTES).read_to_end(&mut bytes);
			}
			let _ = done.send(bytes);
		});
		let report = loop {
			let left = limit.saturating_sub(started.elapsed());
			match report.recv_timeout(left.min(LOOK)) {
				Ok(report) => break Ok(report),
				Err(RecvTimeoutError::Timeout) if left > LOOK => {
					if !is_wanted() {
						break Err(Cut::Unwanted);
					}
				},
				Err(_) => break Err(Cut::Late),
			}
		};
		// A child that has closed its output has nothing left to do; one that has ended already
		// keeps its status. As it was not waited for, its number is still its own.
		let group = rustix::process::Pid::from_child(child);
		let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
		child.kill()?;
		let status = child.wait()?;
		let complaint = complaint.join().unwrap_or_default();
		Ok(Ending { report, status, complaint })
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_deadline_grows_with_the_fuel_and_never_overflows() {
		let pace = Pace { grace: Duration::from_secs(30), fuel_per_second: 1_000 };
		assert_eq!(pace.deadline(0), Duration::from_secs(30));
		assert_eq!(pace.deadline(10_000), Duration::from_secs(40));
		assert_eq!(pace.deadline(u64::MAX), LONGEST);
	}
}
