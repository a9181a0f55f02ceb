//! Gives the off-chain worker a verifier service: one that the node starts and keeps running, or
//! one that somebody else runs.
//!
//! The off-chain worker finds the service through two values in the node's persistent off-chain
//! storage, [`ADDRESS_KEY`] and [`TOKEN_KEY`]. They stand there exactly while there is a service to
//! talk to: when a supervised one dies its address goes first, since its port may belong to another
//! process the next moment.
//!
//! Beside them stands a secret under [`SECRET_KEY`], from which the worker derives the salts of its
//! verdicts. It is in a file for the life of the node, because the storage may lose in a power cut
//! what was written last.

use crate::cli::VerifierParams;
use assay_runtime::worker::{ADDRESS_KEY, LOCK_KEY, SECRET_KEY, TOKEN_KEY};
use codec::Encode;
use rustix::{
	io::Errno,
	process::{getpid, getppid, set_parent_process_death_signal, Signal},
};
use sc_network::{multiaddr::Protocol, Multiaddr};
use serde::Deserialize;
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use std::{
	fs, io,
	io::{BufRead, BufReader, Write},
	net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
	os::unix::{fs::OpenOptionsExt, fs::PermissionsExt, process::CommandExt},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
	thread::JoinHandle,
	time::{Duration, Instant},
};

/// Name of the service's executable.
const EXECUTABLE: &str = "assay-verifier";
/// Name of the file with the secret of the node's verdicts.
const SECRET: &str = "verdicts.secret";
/// Time that a service has to say where it listens.
const START_LIMIT: Duration = Duration::from_secs(30);
/// First and longest pause before a service that died is started again.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A service that ran so long is healthy: its next death begins with the first pause again.
const HEALTHY: Duration = Duration::from_secs(60);
/// How often a running service is looked at.
const WATCH: Duration = Duration::from_millis(200);

/// Why there is no verifier.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// There is no executable.
	#[error(
		"no verifier at `{0}`: install `assay-verifier` there, name another place with \
		 --verifier-path, or leave out --verifier"
	)]
	NoExecutable(PathBuf),
	/// The token file of `--verifier-token-file` cannot be used.
	#[error("cannot read the verifier's token from `{0}`: {1}")]
	Token(PathBuf, io::Error),
	/// A file or folder under the base path cannot be written.
	#[error("cannot write `{0}` for the verifier: {1}")]
	Write(PathBuf, io::Error),
	/// The file of the secret cannot be read, or holds something else.
	#[error(
		"cannot read the secret of the node's verdicts from `{0}`: {1}. Without the file a new one is \
		 made; verdicts not yet revealed may need the old one"
	)]
	Secret(PathBuf, io::Error),
	/// No random bytes for a token or secret.
	#[error("no random bytes for the verifier's token or secret: {0}")]
	Random(getrandom::Error),
	/// The service fetches artifacts from the node, which does not serve JSON-RPC.
	#[error("--verifier needs the node's JSON-RPC, which listens nowhere")]
	NoRpc,
	/// The supervising thread cannot be started.
	#[error("cannot start the thread that watches the verifier: {0}")]
	Thread(io::Error),
}

/// What the command line asks for, checked.
pub enum Plan {
	/// No verifier.
	None,
	/// One that somebody else runs.
	External {
		/// Where it listens.
		address: SocketAddr,
		/// What it asks for.
		token: String,
	},
	/// One that the node runs.
	Supervised {
		/// Its executable.
		path: PathBuf,
		/// Its folder, which holds the token too.
		base: PathBuf,
		/// Options that are handed on to it.
		options: Vec<String>,
	},
}

impl Plan {
	/// Checks `params`. `base` is the node's base path.
	pub fn new(params: VerifierParams, base: &Path) -> Result<Self, Error> {
		if let (Some(address), Some(file)) = (params.verifier_url, params.verifier_token_file) {
			let token = fs::read_to_string(&file)
				.and_then(|token| match token.trim() {
					"" => Err(io::Error::other("the file is empty")),
					token => Ok(token.to_owned()),
				})
				.map_err(|error| Error::Token(file, error))?;
			return Ok(Self::External { address, token });
		}
		if !params.verifier {
			return Ok(Self::None);
		}
		let path = params.verifier_path.unwrap_or_else(|| {
			std::env::current_exe()
				.ok()
				.and_then(|node| Some(node.parent()?.join(EXECUTABLE)))
				.unwrap_or_else(|| EXECUTABLE.into())
		});
		if !path.is_file() {
			return Err(Error::NoExecutable(path));
		}
		let mut options: Vec<String> = Vec::new();
		if let Some(engine) = params.verifier_engine {
			options.extend(["--engine".into(), engine]);
		}
		if params.verifier_allow_incomplete_sandbox {
			options.push("--allow-incomplete-sandbox".into());
		}
		Ok(Self::Supervised { path, base: base.join("verifier"), options })
	}

	/// Puts the plan into effect. `rpc` is where the node's JSON-RPC listens; `folder` is that of
	/// the chain, which holds the secret; `storage` is what the off-chain worker reads. The service
	/// runs until the result is dropped.
	pub fn start<S: OffchainStorage + 'static>(
		self,
		rpc: &[Multiaddr],
		folder: &Path,
		mut storage: S,
	) -> Result<Option<Supervisor>, Error> {
		if !matches!(self, Self::None) {
			storage.set(STORAGE_PREFIX, SECRET_KEY, &secret(folder)?.encode());
		}
		match self {
			Self::None => Ok(None),
			Self::External { address, token } => {
				publish(&storage, Some((address, &token)));
				log::info!("⚖️  Verifier service at {address}");
				Ok(None)
			},
			Self::Supervised { path, base, options } => {
				// Elsewhere it may be limited in what and whom it answers.
				let address = rpc
					.iter()
					.filter_map(reachable)
					.min_by_key(|address| !address.ip().is_loopback())
					.ok_or(Error::NoRpc)?;
				let token = hex::encode(random()?);
				let token_file = base.join("token");
				fs::create_dir_all(&base).map_err(|error| Error::Write(base.clone(), error))?;
				write_secret(&token_file, &token)
					.map_err(|error| Error::Write(token_file.clone(), error))?;
				publish(&storage, None);
				let node = format!("http://{address}");
				let service = Service { path, base, node, token_file, options };
				Supervisor::start(service, move |address| {
					publish(&storage, address.map(|address| (address, &*token)))
				})
				.map(Some)
			},
		}
	}
}

/// Where what listens at an address is reached from this machine. Nobody else can listen there.
fn reachable(address: &Multiaddr) -> Option<SocketAddr> {
	let mut ip: Option<IpAddr> = None;
	for part in address.iter() {
		match part {
			Protocol::Ip4(v4) if v4.is_unspecified() => ip = Some(Ipv4Addr::LOCALHOST.into()),
			Protocol::Ip6(v6) if v6.is_unspecified() => ip = Some(Ipv6Addr::LOCALHOST.into()),
			Protocol::Ip4(v4) => ip = Some(v4.into()),
			Protocol::Ip6(v6) => ip = Some(v6.into()),
			Protocol::Tcp(port) => return Some((ip?, port).into()),
			_ => {},
		}
	}
	None
}

/// Forgets what a node left that was killed: the lock of its worker, and address and token of its
/// service, where somebody else can listen by now. To be called before a worker runs.
pub fn forget<S: OffchainStorage>(storage: &S) {
	storage.clone().remove(STORAGE_PREFIX, LOCK_KEY);
	publish(storage, None);
}

/// Tells the off-chain worker where the service is, or that there is none.
fn publish<S: OffchainStorage>(storage: &S, service: Option<(SocketAddr, &str)>) {
	let mut storage = storage.clone();
	let mut put = |key, value: &str| {
		storage.set(STORAGE_PREFIX, key, &value.as_bytes().to_vec().encode());
	};
	match service {
		Some((address, token)) => {
			put(TOKEN_KEY, token);
			put(ADDRESS_KEY, &address.to_string());
		},
		None => {
			storage.remove(STORAGE_PREFIX, ADDRESS_KEY);
			storage.remove(STORAGE_PREFIX, TOKEN_KEY);
		},
	}
}

fn random() -> Result<[u8; 32], Error> {
	let mut bytes = [0; 32];
	getrandom::fill(&mut bytes).map_err(Error::Random)?;
	Ok(bytes)
}

/// The secret in `folder`, which is made if there is none.
fn secret(folder: &Path) -> Result<[u8; 32], Error> {
	let path = folder.join(SECRET);
	let mut secret = [0; 32];
	match fs::read_to_string(&path) {
		Ok(text) => hex::decode_to_slice(text.trim(), &mut secret)
			.map_err(|error| Error::Secret(path, io::Error::other(error)))?,
		Err(error) if error.kind() == io::ErrorKind::NotFound => {
			secret = random()?;
			write_for_good(folder, &hex::encode(secret))
				.map_err(|error| Error::Write(path, error))?;
		},
		Err(error) => return Err(Error::Secret(path, error)),
	}
	Ok(secret)
}

/// Writes the secret, so that a power cut leaves all of it or nothing.
fn write_for_good(folder: &Path, secret: &str) -> io::Result<()> {
	let (new, path) = (folder.join(format!("{SECRET}.new")), folder.join(SECRET));
	fs::create_dir_all(folder)?;
	write_secret(&new, secret)?;
	fs::File::open(&new)?.sync_all()?;
	fs::rename(new, path)?;
	fs::File::open(folder)?.sync_all()
}

/// Writes a file that only its owner can read, whatever stood there before.
fn write_secret(path: &Path, secret: &str) -> io::Result<()> {
	let mut file =
		fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
	file.set_permissions(fs::Permissions::from_mode(0o600))?;
	file.write_all(secret.as_bytes())
}

/// How to start the service.
struct Service {
	path: PathBuf,
	base: PathBuf,
	node: String,
	token_file: PathBuf,
	/// What it gets besides.
	options: Vec<String>,
}

/// The line that a service prints once it can be asked.
#[derive(Deserialize)]
struct Ready {
	listening: SocketAddr,
}

impl Service {
	/// Starts the service, which the kernel kills when the calling thread ends, for whatever
	/// reason.
	fn spawn(&self) -> io::Result<Child> {
		let node = getpid();
		let mut command = Command::new(&self.path);
		command
			.args(["serve", "--listen", "127.0.0.1:0"])
			.arg("--base-path")
			.arg(&self.base)
			.args(["--node", &self.node])
			.arg("--token-file")
			.arg(&self.token_file)
			.args(&self.options)
			.stdin(Stdio::null())
			.stdout(Stdio::piped());
		let bind_lives = move || {
			set_parent_process_death_signal(Some(Signal::KILL))?;
			// The node may have died before that call: then nobody would ever send the signal.
			if getppid() == Some(node) {
				Ok(())
			} else {
				Err(Errno::SRCH.into())
			}
		};
		// SAFETY: between fork and exec the closure makes two system calls and touches no memory
		// but its own copy of a number.
		unsafe { command.pre_exec(bind_lives) };
		command.spawn()
	}

	/// Starts the service and waits until it says where it listens.
	fn start(&self, stop: &Receiver<()>) -> Result<(Child, SocketAddr), String> {
		let mut child = self
			.spawn()
			.map_err(|error| format!("cannot run `{}`: {error}", self.path.display()))?;
		let lines = read_lines(&mut child);
		let deadline = Instant::now() + START_LIMIT;
		let problem = loop {
			match lines.recv_timeout(WATCH) {
				Ok(line) => match serde_json::from_str::<Ready>(&line) {
					Ok(Ready { listening }) => {
						// Whatever else it prints is of no use here, but must not block it.
						std::thread::spawn(move || lines.into_iter().for_each(drop));
						return Ok((child, listening));
					},
					Err(error) => {
						break format!(
							"it printed `{line}` instead of {{\"listening\":\"ADDRESS:PORT\"}}: {error}"
						);
					},
				},
				Err(RecvTimeoutError::Disconnected) => break "it ended before it was ready".into(),
				Err(RecvTimeoutError::Timeout) if Instant::now() > deadline => {
					break format!("it was not ready within {} s", START_LIMIT.as_secs());
				},
				Err(RecvTimeoutError::Timeout) if stopped(stop) => break "the node ends".into(),
				Err(RecvTimeoutError::Timeout) => {},
			}
		};
		end(&mut child);
		Err(problem)
	}
}

/// The lines that a child prints, read on a thread of their own.
fn read_lines(child: &mut Child) -> Receiver<String> {
	let (send, receive) = mpsc::channel();
	if let Some(stdout) = child.stdout.take() {
		std::thread::spawn(move || {
			for line in BufReader::new(stdout).lines().map_while(Result::ok) {
				if send.send(line).is_err() {
					break;
				}
			}
		});
	}
	receive
}

/// Kills a child and buries it.
fn end(child: &mut Child) {
	// Fails only for a child that is dead already.
	let _ = child.kill();
	let _ = child.wait();
}

/// Whether the [`Supervisor`] was dropped.
fn stopped(stop: &Receiver<()>) -> bool {
	!matches!(stop.try_recv(), Err(mpsc::TryRecvError::Empty))
}

/// Sleeps; `true` if the [`Supervisor`] was dropped meanwhile.
fn sleep_or_stopped(stop: &Receiver<()>, time: Duration) -> bool {
	!matches!(stop.recv_timeout(time), Err(RecvTimeoutError::Timeout))
}

/// Keeps a service running until it is dropped.
///
/// It lives on a thread of its own, because the kernel ties the service's life to the thread that
/// started it, and a runtime's threads come and go.
pub struct Supervisor {
	stop: Option<Sender<()>>,
	thread: Option<JoinHandle<()>>,
}

impl Supervisor {
	/// Starts `service` and calls `announce` with its address whenever it is ready, and with `None`
	/// whenever it died.
	fn start(
		service: Service,
		announce: impl Fn(Option<SocketAddr>) + Send + 'static,
	) -> Result<Self, Error> {
		let (stop, stopping) = mpsc::channel();
		let thread = std::thread::Builder::new()
			.name("verifier".into())
			.spawn(move || supervise(&service, announce, &stopping))
			.map_err(Error::Thread)?;
		Ok(Self { stop: Some(stop), thread: Some(thread) })
	}
}

impl Drop for Supervisor {
	fn drop(&mut self) {
		drop(self.stop.take());
		if let Some(thread) = self.thread.take() {
			// A panic of the thread was reported when it happened.
			let _ = thread.join();
		}
	}
}

fn supervise(service: &Service, announce: impl Fn(Option<SocketAddr>), stop: &Receiver<()>) {
	let mut pause = BACKOFF.0;
	loop {
		match service.start(stop) {
			Ok((mut child, address)) => {
				log::info!("⚖️  Verifier service ready at {address}");
				announce(Some(address));
				let since = Instant::now();
				let status = loop {
					match child.try_wait() {
						Ok(None) => {},
						Ok(Some(status)) => break status.to_string(),
						Err(error) => break error.to_string(),
					}
					if sleep_or_stopped(stop, WATCH) {
						announce(None);
						end(&mut child);
						return;
					}
				};
				announce(None);
				if since.elapsed() >= HEALTHY {
					pause = BACKOFF.0;
				}
				log::warn!("⚖️  Verifier service ended ({status}), next start in {pause:?}");
			},
			Err(_) if stopped(stop) => return,
			Err(problem) => {
				log::error!("⚖️  Verifier service not started: {problem}; next start in {pause:?}");
			},
		}
		if sleep_or_stopped(stop, pause) {
			return;
		}
		pause = (pause * 2).min(BACKOFF.1);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Decode;
	use rustix::process::{kill_process, Pid};
	use sp_core::offchain::storage::InMemOffchainStorage;
	use std::sync::{Arc, Mutex};

	/// A service that follows `script`, in a folder of its own.
	fn service(script: &str) -> (tempfile::TempDir, Service) {
		let base = tempfile::tempdir().unwrap();
		let path = base.path().join(EXECUTABLE);
		fs::write(&path, format!("#!/bin/sh\ncd {}\n{script}\n", base.path().display())).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
		let service = Service {
			path,
			base: base.path().into(),
			node: "http://127.0.0.1:9944".into(),
			token_file: base.path().join("token"),
			options: vec!["--engine".into(), "wasmi".into()],
		};
		(base, service)
	}

	/// Prints where it listens, leaves its process id behind, and stays.
	const GOOD: &str = r#"
		echo "$@" > args
		echo $$ > pid.new && mv pid.new pid
		echo '{"listening":"127.0.0.1:4321"}'
		exec sleep 1000"#;

	/// Runs a service; gives the announcements as they come.
	fn run(service: Service) -> (Supervisor, Receiver<Option<SocketAddr>>) {
		let (send, receive) = mpsc::channel();
		let supervisor = Supervisor::start(service, move |address| {
			let _ = send.send(address);
		})
		.unwrap();
		(supervisor, receive)
	}

	fn pid(base: &Path) -> Pid {
		let pid = fs::read_to_string(base.join("pid")).unwrap();
		Pid::from_raw(pid.trim().parse().unwrap()).unwrap()
	}

	/// Whether a process runs: neither gone nor dead and waiting to be buried by its parent.
	fn runs(pid: Pid) -> bool {
		let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid()));
		// The state is the first field after the name, which stands in parentheses.
		stat.is_ok_and(|stat| !stat.rsplit(") ").next().unwrap_or("Z").starts_with(['Z', 'X']))
	}

	fn wait_until(what: &str, condition: impl Fn() -> bool) {
		let deadline = Instant::now() + Duration::from_secs(20);
		while !condition() {
			assert!(Instant::now() < deadline, "{what} did not happen");
			std::thread::sleep(Duration::from_millis(20));
		}
	}

	const PATIENCE: Duration = Duration::from_secs(20);

	#[test]
	fn a_service_is_announced_with_its_arguments() {
		let (base, service) = service(GOOD);
		let (_supervisor, announced) = run(service);
		assert_eq!(announced.recv_timeout(PATIENCE), Ok(Some("127.0.0.1:4321".parse().unwrap())));
		let base = base.path().display();
		assert_eq!(
			fs::read_to_string(format!("{base}/args")).unwrap().trim(),
			format!(
				"serve --listen 127.0.0.1:0 --base-path {base} --node http://127.0.0.1:9944 \
				 --token-file {base}/token --engine wasmi"
			)
		);
	}

	#[test]
	fn a_service_that_dies_is_withdrawn_and_started_again() {
		let (base, service) = service(GOOD);
		let (_supervisor, announced) = run(service);
		assert!(announced.recv_timeout(PATIENCE).unwrap().is_some());
		let first = pid(base.path());
		kill_process(first, Signal::KILL).unwrap();
		assert_eq!(announced.recv_timeout(PATIENCE), Ok(None));
		assert!(announced.recv_timeout(PATIENCE).unwrap().is_some());
		assert_ne!(pid(base.path()), first);
	}

	#[test]
	fn a_service_ends_with_its_supervisor() {
		let (base, service) = service(GOOD);
		let (supervisor, announced) = run(service);
		assert!(announced.recv_timeout(PATIENCE).unwrap().is_some());
		drop(supervisor);
		assert_eq!(announced.recv_timeout(PATIENCE), Ok(None));
		assert!(!runs(pid(base.path())));
	}

	#[test]
	fn a_service_that_never_gets_ready_is_not_announced() {
		for script in ["echo ready; exec sleep 1000", "exit 1", ""] {
			let (_base, service) = service(script);
			let (supervisor, announced) = run(service);
			assert_eq!(
				announced.recv_timeout(Duration::from_millis(1_500)),
				Err(RecvTimeoutError::Timeout)
			);
			drop(supervisor);
		}
	}

	/// Not a test of its own: the node that [`a_service_ends_when_its_node_is_killed`] kills.
	#[test]
	fn node_to_be_killed() {
		let Ok(base) = std::env::var("ASSAY_TEST_NODE_TO_BE_KILLED") else { return };
		let base = PathBuf::from(base);
		let service = Service {
			path: base.join(EXECUTABLE),
			node: String::new(),
			token_file: base.join("token"),
			base,
			options: Vec::new(),
		};
		let (_supervisor, announced) = run(service);
		let _ = announced.recv();
		std::thread::sleep(Duration::from_secs(1_000));
	}

	#[test]
	fn a_service_ends_when_its_node_is_killed() {
		let (base, _) = service(GOOD);
		let mut node = Command::new(std::env::current_exe().unwrap())
			.args(["--exact", "verifier::tests::node_to_be_killed"])
			.env("ASSAY_TEST_NODE_TO_BE_KILLED", base.path())
			.stdout(Stdio::null())
			.spawn()
			.unwrap();
		wait_until("the start of the service", || base.path().join("pid").exists());
		let service = pid(base.path());
		assert!(runs(service));
		end(&mut node);
		wait_until("the end of the service", || !runs(service));
	}

	#[test]
	fn the_off_chain_worker_sees_address_and_token() {
		/// Storage whose clones are one.
		#[derive(Clone, Default)]
		struct Shared(Arc<Mutex<InMemOffchainStorage>>);
		impl OffchainStorage for Shared {
			fn set(&mut self, prefix: &[u8], key: &[u8], value: &[u8]) {
				self.0.lock().unwrap().set(prefix, key, value)
			}
			fn remove(&mut self, prefix: &[u8], key: &[u8]) {
				self.0.lock().unwrap().remove(prefix, key)
			}
			fn get(&self, prefix: &[u8], key: &[u8]) -> Option<Vec<u8>> {
				self.0.lock().unwrap().get(prefix, key)
			}
			fn compare_and_set(
				&mut self,
				prefix: &[u8],
				key: &[u8],
				old: Option<&[u8]>,
				new: &[u8],
			) -> bool {
				self.0.lock().unwrap().compare_and_set(prefix, key, old, new)
			}
		}
		let storage = Shared::default();
		let read = |key| {
			let value = storage.get(STORAGE_PREFIX, key)?;
			String::from_utf8(Vec::decode(&mut &value[..]).unwrap()).ok()
		};

		let (base, service) = service(GOOD);
		let plan = Plan::Supervised {
			path: service.path,
			base: base.path().into(),
			options: service.options,
		};
		let rpc = ["/ip4/127.0.0.1/tcp/9977".parse().unwrap()];
		let supervisor = plan.start(&rpc, base.path(), storage.clone()).unwrap();
		assert_eq!(
			storage.get(STORAGE_PREFIX, SECRET_KEY),
			Some(secret(base.path()).unwrap().to_vec())
		);
		wait_until("the announcement", || read(ADDRESS_KEY).is_some());
		assert_eq!(read(ADDRESS_KEY).unwrap(), "127.0.0.1:4321");
		let token = read(TOKEN_KEY).unwrap();
		assert_eq!(token.len(), 64);
		assert_eq!(fs::read_to_string(base.path().join("token")).unwrap(), token);
		assert!(fs::read_to_string(base.path().join("args")).unwrap().contains(":9977"));
		drop(supervisor);
		assert_eq!((read(ADDRESS_KEY), read(TOKEN_KEY)), (None, None));

		let external =
			Plan::External { address: "127.0.0.1:7".parse().unwrap(), token: "secret".into() };
		assert!(external.start(&rpc, base.path(), storage.clone()).unwrap().is_none());
		assert_eq!(read(ADDRESS_KEY).unwrap(), "127.0.0.1:7");
		assert_eq!(read(TOKEN_KEY).unwrap(), "secret");

		// The next start of the node, with or without a service.
		storage.clone().set(STORAGE_PREFIX, LOCK_KEY, b"of a worker that was killed");
		forget(&storage);
		assert_eq!(storage.get(STORAGE_PREFIX, LOCK_KEY), None);
		assert_eq!((read(ADDRESS_KEY), read(TOKEN_KEY)), (None, None));
		assert!(Plan::None.start(&rpc, base.path(), storage.clone()).unwrap().is_none());
		assert_eq!(read(ADDRESS_KEY), None);
	}

	#[test]
	fn the_token_file_is_its_owners_alone() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("token");
		fs::write(&path, "an older and longer token").unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
		write_secret(&path, "new").unwrap();
		assert_eq!(fs::read_to_string(&path).unwrap(), "new");
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	}

	#[test]
	fn the_secret_is_made_once_and_its_owners_alone() {
		let folder = tempfile::tempdir().unwrap();
		let chain = folder.path().join("chains/local");
		let made = secret(&chain).unwrap();
		assert_eq!(secret(&chain).unwrap(), made);
		assert_ne!(secret(folder.path()).unwrap(), made);
		let path = chain.join(SECRET);
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		assert_eq!(fs::read_dir(&chain).unwrap().count(), 1);
		// One that is damaged is not replaced.
		fs::write(&path, "12").unwrap();
		assert!(matches!(secret(&chain), Err(Error::Secret(..))));
		assert_eq!(fs::read_to_string(&path).unwrap(), "12");
	}

	#[test]
	fn json_rpc_is_reached_where_it_listens() {
		for (listens, at) in [
			("/ip4/127.0.0.1/tcp/9944", Some("127.0.0.1:9944")),
			("/ip4/0.0.0.0/tcp/9944", Some("127.0.0.1:9944")),
			("/ip6/::/tcp/9944", Some("[::1]:9944")),
			("/ip4/10.0.0.7/tcp/1", Some("10.0.0.7:1")),
			("/ip4/127.0.0.1", None),
			("/tcp/9944", None),
		] {
			let found = reachable(&listens.parse().unwrap());
			assert_eq!(found, at.map(|at| at.parse().unwrap()), "{listens}");
		}
	}

	#[test]
	fn plans_are_checked_before_they_are_used() {
		let folder = tempfile::tempdir().unwrap();
		let params = |verifier, path: Option<&str>, url: Option<&str>, token: Option<PathBuf>| {
			VerifierParams {
				verifier,
				verifier_path: path.map(Into::into),
				verifier_url: url.map(|url| url.parse().unwrap()),
				verifier_token_file: token,
				verifier_engine: Some("wasmi".into()),
				verifier_allow_incomplete_sandbox: true,
			}
		};
		let plan = |params| Plan::new(params, folder.path());
		assert!(matches!(plan(params(false, None, None, None)), Ok(Plan::None)));
		assert!(matches!(
			plan(params(true, Some("/nowhere"), None, None)),
			Err(Error::NoExecutable(_))
		));
		let file = folder.path().join("token");
		let external = || params(false, None, Some("127.0.0.1:1"), Some(file.clone()));
		assert!(matches!(plan(external()), Err(Error::Token(..))));
		fs::write(&file, " \n").unwrap();
		assert!(matches!(plan(external()), Err(Error::Token(..))));
		fs::write(&file, "secret\n").unwrap();
		assert!(matches!(plan(external()), Ok(Plan::External { token, .. }) if token == "secret"));
		assert!(matches!(
			plan(params(true, Some("/bin/sh"), None, None)),
			Ok(Plan::Supervised { options, .. })
				if options == ["--engine", "wasmi", "--allow-incomplete-sandbox"]
		));
		assert!(matches!(
			plan(params(true, Some("/bin/sh"), None, None)).map(|plan| plan.start(
				&[],
				folder.path(),
				InMemOffchainStorage::default()
			)),
			Ok(Err(Error::NoRpc))
		));
	}
}
