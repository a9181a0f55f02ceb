//! `assay-verifier`: runs untrusted training programs for the off-chain worker of a node.
//!
//! | module | does |
//! | --- | --- |
//! | `connections` | who is listened to |
//! | `http` | requests and answers |
//! | `service` | queue, workers, results |
//! | `fetch` | artifacts by hash |
//! | `child` | starts, feeds and ends the child process of a job |
//! | `run_job` | what the child process does |
//! | `sandbox` | what it gives up first |
//! | `store` | files that survive a kill |
//! | `metrics` | counters |

mod child;
mod connections;
mod fetch;
mod http;
mod metrics;
mod run_job;
mod sandbox;
mod service;
mod store;

use anyhow::{bail, ensure, Context, Result};
use assay_verifier::{EngineKind, Ready, Sandbox};
use child::{Pace, Setting};
use clap::{Args, Parser, Subcommand};
use fetch::{Fetcher, Sources};
use metrics::Metrics;
use rustix::{fs::Mode, process::umask};
use service::{Service, Stores};
use std::{
	fs::{self, DirBuilder, File, TryLockError},
	io::{self, IsTerminal, Write},
	net::SocketAddr,
	num::NonZero,
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use store::Store;
use tokio::{net::TcpListener, signal::unix};
use tracing_subscriber::EnvFilter;

/// Shortest token that is taken, in bytes.
const SHORTEST_TOKEN: usize = 16;
/// Space for outcomes on disk, in bytes: a quarter of a million of them.
const RESULT_BYTES: u64 = 1 << 30;
/// How long open requests may take when the service is asked to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// Runs untrusted training programs in child processes, for the off-chain worker of a node.
#[derive(Parser)]
#[command(version)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Serve until SIGTERM or SIGINT. Prints one line of JSON, `{"listening":"127.0.0.1:PORT"}`,
	/// when ready.
	Serve(Serve),
	/// The child process of a job.
	#[command(hide = true)]
	RunJob {
		/// Process that started this one.
		#[arg(long)]
		parent: i32,
		#[arg(long)]
		engine: EngineKind,
		/// Do not run without Landlock.
		#[arg(long)]
		need_landlock: bool,
		/// Do not run without seccomp.
		#[arg(long)]
		need_seccomp: bool,
	},
	/// A child process that says what the sandbox consists of.
	#[command(hide = true)]
	TrySandbox {
		/// Process that started this one.
		#[arg(long)]
		parent: i32,
		#[arg(long)]
		engine: EngineKind,
	},
}

#[derive(Args)]
struct Serve {
	/// Loopback address to listen on; port 0 picks a free one.
	#[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9955", value_parser = loopback)]
	listen: SocketAddr,
	/// File with the token that requests must carry; at least 16 bytes.
	#[arg(long, value_name = "FILE")]
	token_file: PathBuf,
	/// Folder for jobs, results and cached artifacts. One service at a time uses it.
	#[arg(long, value_name = "DIR")]
	base_path: PathBuf,
	/// JSON-RPC of the node, from which artifacts are fetched.
	#[arg(long, value_name = "URL")]
	node: Option<String>,
	/// IPFS gateway, asked for chunks that the node does not have.
	#[arg(long, value_name = "URL", requires = "node")]
	ipfs_gateway: Option<String>,
	/// Folder of artifacts, each in a file named by its id in hex.
	#[arg(long, value_name = "DIR")]
	artifacts: Option<PathBuf>,
	/// Jobs run at a time [default: processors less one, at least 1].
	#[arg(long, value_name = "N")]
	workers: Option<NonZero<usize>>,
	/// Jobs that may wait; more are refused.
	#[arg(long, value_name = "N", default_value = "256")]
	queue: NonZero<usize>,
	/// Seconds after which a job is dropped that nobody asks for: the node asks for each that it
	/// waits for after every block.
	#[arg(long, value_name = "SECONDS", default_value = "120")]
	forget_after: u32,
	/// How often each source is asked before an artifact counts as missing.
	#[arg(long, value_name = "N", default_value = "5")]
	fetch_attempts: NonZero<u32>,
	/// Space for cached artifacts, in MiB.
	#[arg(long, value_name = "MIB", default_value = "4096")]
	artifact_cache: u64,
	/// Wall-clock seconds granted to every job on top of what its fuel needs.
	#[arg(long, value_name = "SECONDS", default_value = "60")]
	grace: u32,
	/// Slowest speed expected of this machine, in fuel a second: a job that takes longer than its
	/// fuel at this speed, and the grace, is stopped. The defaults are those of the protocol: what
	/// takes longer is too late for its committee, and would keep others waiting.
	#[arg(long, value_name = "FUEL", default_value = "1000000000")]
	fuel_per_second: NonZero<u64>,
	/// Engine that runs programs [default: wasmtime where the sandbox is complete, else wasmi].
	/// Results are the same.
	#[arg(long, value_name = "ENGINE")]
	engine: Option<EngineKind>,
	/// Serve also where the kernel cannot confine programs as it should.
	#[arg(long)]
	allow_incomplete_sandbox: bool,
}

fn loopback(text: &str) -> Result<SocketAddr> {
	let address: SocketAddr = text.parse().context("expected ADDRESS:PORT, as in 127.0.0.1:0")?;
	ensure!(
		address.ip().is_loopback(),
		"the service runs strangers' programs and listens on loopback only; expected an address \
		 such as 127.0.0.1 or [::1]",
	);
	Ok(address)
}

fn main() -> Result<()> {
	// Outcomes are nobody else's to read before they are revealed.
	umask(Mode::RWXG | Mode::RWXO);
	match Cli::parse().command {
		Command::RunJob { parent, engine, need_landlock, need_seccomp } => {
			let needed = Sandbox { landlock: need_landlock, seccomp: need_seccomp };
			run_job::run(parent, engine, needed)
		},
		Command::TrySandbox { parent, engine } => run_job::try_sandbox(parent, engine),
		Command::Serve(options) => serve(options),
	}
}

/// The engine that is asked for, or the fast one where it works in a complete sandbox, with what the
/// sandbox consists of.
fn try_out(asked: Option<EngineKind>) -> io::Result<(EngineKind, Sandbox)> {
	match child::try_sandbox(asked.unwrap_or(EngineKind::Wasmtime)) {
		Ok(sandbox) => {
			let fast = if sandbox.is_complete() { EngineKind::Wasmtime } else { EngineKind::Wasmi };
			Ok((asked.unwrap_or(fast), sandbox))
		},
		Err(error) if asked.is_none() => {
			tracing::warn!("programs are interpreted: the compiler fails in the sandbox ({error})");
			Ok((EngineKind::Wasmi, child::try_sandbox(EngineKind::Wasmi)?))
		},
		Err(error) => Err(error),
	}
}

fn serve(options: Serve) -> Result<()> {
	let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into());
	tracing_subscriber::fmt()
		.with_env_filter(filter.from_env_lossy())
		.with_ansi(io::stderr().is_terminal())
		.with_writer(io::stderr)
		.init();

	let token = read_token(&options.token_file)?;
	let (engine, sandbox) = try_out(options.engine).context("cannot try the sandbox")?;
	if !sandbox.is_complete() {
		ensure!(
			options.allow_incomplete_sandbox,
			"this kernel cannot confine programs as it should; missing: {sandbox}. Use another one, or \
			 --allow-incomplete-sandbox on a machine that has nothing to lose",
		);
		tracing::warn!("the sandbox is incomplete; missing: {sandbox}");
	}
	let base = &options.base_path;
	// Held until the process ends, however it ends.
	let _lock = claim(base).with_context(|| format!("cannot use {}", base.display()))?;
	let open = |name, max_bytes| {
		let dir = base.join(name);
		Store::open(dir.clone(), max_bytes).with_context(|| format!("cannot use {}", dir.display()))
	};
	let metrics = Arc::new(Metrics::new()?);
	let sources = Sources {
		folder: options.artifacts,
		node: options.node,
		gateway: options.ipfs_gateway,
		attempts: options.fetch_attempts.get(),
	};
	let cache = open("artifacts", options.artifact_cache.saturating_mul(1 << 20))?;
	let fetcher = Fetcher::new(cache, sources, metrics.clone());
	let stores = Stores { jobs: open("jobs", u64::MAX)?, results: open("results", RESULT_BYTES)? };
	let pace = Pace {
		grace: Duration::from_secs(options.grace.into()),
		fuel_per_second: options.fuel_per_second.get(),
	};
	let setting = Setting { engine, sandbox, pace };
	let patience = Duration::from_secs(options.forget_after.into());
	let queue = options.queue.get();
	let service = Arc::new(Service::new(stores, fetcher, setting, queue, patience, metrics)?);
	let workers = options.workers.map_or_else(default_workers, NonZero::get);
	service.start_workers(workers)?;

	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	runtime.block_on(async {
		let listener = TcpListener::bind(options.listen)
			.await
			.with_context(|| format!("cannot listen on {}", options.listen))?;
		let ready = Ready { listening: listener.local_addr()? };
		tracing::info!(address = %ready.listening, workers, %engine, "ready");
		let mut out = io::stdout();
		writeln!(out, "{}", serde_json::to_string(&ready)?)?;
		out.flush()?;

		let stop = stop_signal()?;
		let (told, stopping) = tokio::sync::oneshot::channel();
		let server = connections::serve(listener, http::router(service, &token), async {
			stop.await;
			tracing::info!("stopping; unfinished jobs are taken up at the next start");
			let _ = told.send(());
		});
		let drained = async {
			let _ = stopping.await;
			tokio::time::sleep(DRAIN).await;
		};
		tokio::select! {
			() = server => {},
			() = drained => {},
		}
		Ok(())
	})
	// Child processes die with their workers, which die with this process.
}

fn default_workers() -> usize {
	std::thread::available_parallelism().map_or(1, |processors| (processors.get() - 1).max(1))
}

fn read_token(path: &Path) -> Result<String> {
	let text = fs::read_to_string(path)
		.with_context(|| format!("cannot read the token file {}", path.display()))?;
	let token = text.trim();
	ensure!(
		token.len() >= SHORTEST_TOKEN,
		"the token in {} has {} bytes; expected at least {SHORTEST_TOKEN}, for example the output \
		 of `openssl rand -hex 32`",
		path.display(),
		token.len(),
	);
	if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
		tracing::warn!("others can read the token in {}; use `chmod 600`", path.display());
	}
	Ok(token.to_owned())
}

/// Makes the folder if there is none, and locks it against a second service.
fn claim(base: &Path) -> Result<File> {
	DirBuilder::new().recursive(true).mode(0o700).create(base)?;
	let lock = File::create(base.join("lock"))?;
	match lock.try_lock() {
		Ok(()) => Ok(lock),
		Err(TryLockError::WouldBlock) => bail!("another verifier service uses it"),
		Err(TryLockError::Error(error)) => Err(error.into()),
	}
}

fn stop_signal() -> io::Result<impl std::future::Future<Output = ()>> {
	let mut terminate = unix::signal(unix::SignalKind::terminate())?;
	let mut interrupt = unix::signal(unix::SignalKind::interrupt())?;
	Ok(async move {
		tokio::select! {
			_ = terminate.recv() => (),
			_ = interrupt.recv() => (),
		}
	})
}
