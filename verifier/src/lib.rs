//! What the verifier service says to people and programs in JSON, and its fast engine
//! ([`Wasmtime`]).
//!
//! The service itself is the binary of this crate. It runs training jobs for the off-chain worker
//! of its node, each in a child process with limits on memory and time; it holds no keys. The
//! requests that carry jobs are SCALE and described in [`assay_primitives::service`]. Beside them
//! it answers:
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /health` | [`Health`]; needs no token |
//! | `GET /jobs` | a list of [`JobInfo`], the latest change first |
//! | `GET /metrics` | Prometheus text |
//!
//! On standard output it prints one line, a [`Ready`], once it accepts connections.

pub mod compiler;

pub use compiler::Wasmtime;

use assay_primitives::{Outcome, H256};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::{fmt, net::SocketAddr};

/// The line on standard output by which the service says that it accepts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
	/// Where it listens; the port is the real one, also where port 0 was asked for.
	pub listening: SocketAddr,
}

/// An engine that can run prepared modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
	/// The reference: an interpreter.
	Wasmi,
	/// The fast one: a compiler. What it cannot run, the reference does.
	Wasmtime,
}

impl fmt::Display for EngineKind {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Wasmi => "wasmi",
			Self::Wasmtime => "wasmtime",
		})
	}
}

/// What confines the child process of each job, besides the limits that every kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
	/// Landlock: no file can be opened, and, as far as the kernel knows such rules, no port bound
	/// or connected to, and no process outside signalled.
	pub landlock: bool,
	/// Seccomp: the system calls that a run needs, and no other.
	pub seccomp: bool,
}

impl Sandbox {
	/// Whether nothing is missing.
	#[must_use]
	pub fn is_complete(&self) -> bool {
		self.landlock && self.seccomp
	}
}

/// Names what is missing.
impl fmt::Display for Sandbox {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let missing = [
			(
				self.landlock,
				"Landlock (file system), in Linux 5.13 and later, as a security module",
			),
			(self.seccomp, "seccomp filters (system calls), in Linux 4.14 and later"),
		];
		let missing: Vec<_> =
			missing.iter().filter(|(here, _)| !here).map(|(_, name)| *name).collect();
		f.write_str(&missing.join("; "))
	}
}

/// Answer to `GET /health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
	/// Version of the service.
	pub version: String,
	/// [`VM_VERSION`](assay_primitives::VM_VERSION) of its training VM.
	pub vm_version: u16,
	/// The engine that runs are made with.
	pub engine: EngineKind,
	/// What confines them.
	pub sandbox: Sandbox,
	/// Jobs waiting.
	pub queue: usize,
	/// Jobs being run, the fetching of their inputs included.
	pub running: usize,
	/// Seconds since the service was started.
	pub uptime: u64,
}

/// How far a job has come, without its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
	/// Waiting for a worker.
	Queued,
	/// Its inputs are being fetched, or it runs.
	Running,
	/// It has an outcome.
	Done,
	/// The service could not run it; `detail` says why.
	Broken,
}

/// One job in the answer to `GET /jobs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobInfo {
	/// [`TrainingJob::key`](assay_primitives::TrainingJob::key).
	pub key: H256,
	/// How far it has come.
	pub stage: Stage,
	/// Its outcome, once it is done.
	pub outcome: Option<Outcome>,
	/// What there is to say in words about the outcome, or why it is broken.
	pub detail: String,
	/// When it came to this stage: seconds since the Unix epoch.
	pub since: u64,
	/// How long it ran, in seconds, without the fetching of its inputs.
	pub run_seconds: Option<f64>,
}
