//! What a child process gives up before it reads anything that a stranger wrote.

use anyhow::{ensure, Context, Result};
use assay_primitives::Limits;
use assay_verifier::{compiler, EngineKind, Sandbox};
use landlock::{
	Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope, ABI as Abi,
};
use rustix::{
	process::{
		getppid, getrlimit, nice, set_parent_process_death_signal, setrlimit, Resource, Rlimit,
		Signal,
	},
	thread::set_no_new_privs,
};
use seccompiler::{
	apply_filter_all_threads, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
	SeccompCondition, SeccompFilter, SeccompRule,
};
use std::{collections::BTreeMap, env::consts::ARCH, fs};

/// Bytes in a WebAssembly page.
const PAGE: u64 = 64 * 1024;

/// Memory of the process itself, and of what does not grow with the inputs, in bytes.
/// Measured: 11 MiB for the smallest run, 31 MiB for a program of 60 000 empty functions.
const OWN_MEMORY: u64 = 64 * 1024 * 1024;

/// Stack of the process: that of the program, and as much again for the engine.
const STACK: u64 = 2 * compiler::STACK as u64;

/// How far a run stands back for other work on the machine, above all for the node that makes
/// blocks. Where something else wants the same processor, the run gets one part in thirty. What
/// blocks notice of it is in docs/benchmarks.md (`scripts/bench saturation`). At 19, one in
/// seventy, short windows were missed on a machine with four nodes.
const NICENESS: i32 = 15;

/// The limits of one run, and the system calls that it needs.
pub struct Confinement {
	engine: EngineKind,
	/// Most bytes of memory, see [`memory`].
	memory: u64,
}

/// Most bytes of memory that a run under these limits may take whose inputs (program, training
/// data, holdout, file) have these sizes, and whose outputs and what is made of them take so many:
///
/// - 6 times the guest's memory. While it grows, that of wasmi has room for twice of what it needs,
///   and while that moves, once more; the state that it is compared with is one, with its tree not
///   much more; a fresh instance, which comes before the old one goes, is one, and so is the model.
///   The last three never come together with the move (measured: 2 times, and 33 MiB, where nothing
///   grows);
/// - 48 times the program: as it came, prepared, and translated. Measured over fifteen programs of
///   1 MiB, each of one instruction over and over: at the most 23 times, for `br_if`. Of what the
///   pass makes longer without a bound on its number, `f64.copysign` takes the most: 29 times
///   translated, and 7 prepared, in a list that may have room for twice of that;
/// - 4 times the data and the file, which are read in place, but for a chunk at a time, which may
///   be all of them (measured: 1 time);
/// - outputs, labels, and rows of a ROC curve, see [`Header::results`](crate::child::Header);
/// - 256 bytes for each step: its commitment, and its part of the tree over them (measured: 160,
///   while lists grow);
/// - 64 MiB for the process itself.
///
/// Repeat the measurements by reading `VmPeak` in `/proc/PID/status` of a `run-job` process. They
/// are those of wasmi. A program that takes more to compile is run again on it.
const fn memory(limits: &Limits, [program, train, holdout, file]: [u64; 4], results: u64) -> u64 {
	(limits.memory_pages as u64)
		.saturating_mul(6 * PAGE)
		.saturating_add(limits.steps as u64 * 256)
		.saturating_add(program.saturating_mul(48))
		.saturating_add(train.saturating_add(holdout).saturating_add(file).saturating_mul(4))
		.saturating_add(results)
		.saturating_add(OWN_MEMORY)
}

impl Confinement {
	/// For a run on `engine` under these limits, on inputs (program, training data, holdout, file)
	/// of these sizes, with outputs that take so many bytes with what is made of them.
	pub const fn new(engine: EngineKind, limits: &Limits, sizes: [u64; 4], results: u64) -> Self {
		Self { engine, memory: memory(limits, sizes, results) }
	}

	/// Confines this process for good: it dies with `parent`, gains no privilege, is the last to be
	/// given a processor and the first to be killed when the machine runs out of memory, dumps no
	/// core, takes no more than its memory, and cannot do anything but compute, read its standard
	/// input, and write to its standard output and error. Says which of the layers that a kernel
	/// may lack are in force.
	pub fn enter(&self, parent: i32) -> Result<Sandbox> {
		set_parent_process_death_signal(Some(Signal::KILL)).context("cannot bind to the parent")?;
		// The parent may have died before the call above.
		let alive = getppid().is_some_and(|pid| pid.as_raw_pid() == parent);
		ensure!(alive, "the service that started this job is gone");
		set_no_new_privs(true).context("cannot give up privileges")?;
		nice(NICENESS).context("cannot give way to other work")?;
		fs::write("/proc/self/oom_score_adj", "1000").context("cannot offer to be killed first")?;
		self.limit()?;
		let landlock = landlock().context("cannot set up Landlock")?;
		let filter = self.filter().context("cannot make the filter of system calls")?;
		let seccomp = match apply_filter_all_threads(&filter) {
			Ok(()) => true,
			Err(seccompiler::Error::Seccomp(_)) => false,
			Err(error) => return Err(error).context("cannot set the filter of system calls"),
		};
		Ok(Sandbox { landlock, seccomp })
	}

	/// Sets limits that hold without Landlock and seccomp too.
	fn limit(&self) -> Result<()> {
		// Memory is limited by what can be written to. Address space that is only reserved takes
		// none.
		let reserved = match self.engine {
			EngineKind::Wasmi => 0,
			EngineKind::Wasmtime => compiler::ADDRESS_SPACE,
		};
		let most_stack = getrlimit(Resource::Stack).maximum.unwrap_or(u64::MAX);
		for (resource, limit) in [
			(Resource::Core, 0),
			(Resource::Fsize, 0),
			(Resource::Nofile, 16),
			(Resource::Nproc, 0),
			(Resource::Stack, STACK.min(most_stack)),
			(Resource::Data, self.memory),
			(Resource::As, self.memory.saturating_add(reserved)),
		] {
			setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
				.with_context(|| format!("cannot set the limit {resource:?} to {limit}"))?;
		}
		Ok(())
	}

	/// The system calls that are allowed. Any other kills the process.
	fn filter(&self) -> Result<BpfProgram> {
		let is = |argument, value| {
			SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
		};
		let has_not = |argument, flag| {
			let op = SeccompCmpOp::MaskedEq(flag);
			SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, 0)
		};
		let rule = |conditions| SeccompRule::new(Vec::from([conditions]));
		let always = Vec::new;
		// Pages of code are for the compiler alone; none is ever mapped as such, only made so.
		let execute = libc::PROT_EXEC as u64;
		let protect = match self.engine {
			EngineKind::Wasmi => Vec::from([rule(has_not(2, execute)?)?]),
			EngineKind::Wasmtime => always(),
		};
		let abort = SeccompRule::new(Vec::from([
			is(0, u64::from(std::process::id()))?,
			is(2, libc::SIGABRT as u64)?,
		]))?;
		let mut calls = Vec::from([
			// The inputs come in, the report goes out, or the reason why there is none.
			(libc::SYS_read, Vec::from([rule(is(0, 0)?)?])),
			(libc::SYS_write, Vec::from([rule(is(0, 1)?)?, rule(is(0, 2)?)?])),
			// Memory.
			(libc::SYS_mmap, Vec::from([rule(has_not(2, execute)?)?])),
			(libc::SYS_mprotect, protect),
			(libc::SYS_munmap, always()),
			(libc::SYS_mremap, always()),
			(libc::SYS_madvise, always()),
			(libc::SYS_brk, always()),
			// Locks of the standard library, and the keys of its hash maps.
			(libc::SYS_futex, always()),
			(libc::SYS_getrandom, always()),
			// The end: in order, or by an abort, as where memory runs out.
			(libc::SYS_sigaltstack, always()),
			(libc::SYS_exit_group, always()),
			(libc::SYS_rt_sigprocmask, always()),
			(libc::SYS_rt_sigaction, always()),
			(libc::SYS_getpid, always()),
			(libc::SYS_gettid, always()),
			(libc::SYS_tgkill, Vec::from([abort])),
		]);
		if self.engine == EngineKind::Wasmtime {
			// Traps of compiled code are signals; so is the end of the compiler's time.
			calls.push((libc::SYS_rt_sigreturn, always()));
			calls.push((libc::SYS_setitimer, Vec::from([rule(is(0, libc::ITIMER_REAL as u64)?)?])));
			// The compiler takes the time of what it does; the kernel has to be asked for it where its
			// clock cannot be read otherwise.
			calls.push((libc::SYS_clock_gettime, always()));
			// Processors whose instructions have a cache of their own.
			#[cfg(target_arch = "aarch64")]
			calls.push((libc::SYS_membarrier, always()));
		}
		let filter = SeccompFilter::new(
			BTreeMap::from_iter(calls),
			SeccompAction::KillProcess,
			SeccompAction::Allow,
			ARCH.try_into()?,
		)?;
		Ok(filter.try_into()?)
	}
}

/// Gives up all files, ports and signals. `false` if the kernel has no Landlock.
fn landlock() -> Result<bool> {
	// Everything that is handled and has no rule is denied. Of an older kernel it is what it knows.
	let status = Ruleset::default()
		.handle_access(AccessFs::from_all(Abi::V6))?
		.handle_access(AccessNet::from_all(Abi::V6))?
		.scope(Scope::from_all(Abi::V6))?
		.create()?
		.restrict_self()?;
	Ok(status.ruleset != RulesetStatus::NotEnforced)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		fs::File,
		io,
		net::{TcpListener, TcpStream, UdpSocket},
		os::{fd::AsRawFd, unix::process::ExitStatusExt},
		process::{Command, ExitStatus, Stdio},
		ptr, thread,
	};

	/// What tells a test binary that it is to attack, and how.
	const ATTACK: &str = "ASSAY_TEST_ATTACK";

	type Attack = fn() -> io::Result<()>;

	/// What a program that has broken out of its engine might try.
	const ATTACKS: [(&str, Attack); 14] = [
		("open", || File::open("/etc/passwd").map(drop)),
		("create", || File::create("/tmp/assay-sandbox-test").map(drop)),
		("write", || {
			// SAFETY: of no bytes, none is read.
			result(unsafe { libc::write(FILE, ptr::null(), 0) })
		}),
		("connect", || TcpStream::connect(&*address()).map(drop)),
		("listen", || TcpListener::bind("127.0.0.1:0").map(drop)),
		("datagram", || UdpSocket::bind("127.0.0.1:0").map(drop)),
		("thread", || thread::Builder::new().spawn(|| ()).map(drop)),
		("fork", || {
			// SAFETY: two processes end instead of one, both soon after this.
			result(unsafe { libc::fork() } as isize)
		}),
		("execute", || Command::new("/bin/true").status().map(drop)),
		("trace", || {
			// SAFETY: no process traces itself, which is what the kernel says.
			let traced = unsafe { libc::ptrace(libc::PTRACE_CONT, libc::getpid(), 0, 0) };
			let error = result(traced as isize).unwrap_err();
			if error.raw_os_error() == Some(libc::ESRCH) {
				Ok(())
			} else {
				Err(error)
			}
		}),
		("memory", || {
			let to = libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 };
			// SAFETY: of no bytes, none is read.
			result(unsafe { libc::process_vm_readv(libc::getppid(), &to, 1, &to, 1, 0) })
		}),
		("signal", || {
			// SAFETY: signal 0 asks only whether it could be sent.
			result(unsafe { libc::kill(libc::getppid(), 0) } as isize)
		}),
		("code", || {
			let access = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
			let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
			// SAFETY: the new page is used by nobody.
			result(unsafe { libc::mmap(ptr::null_mut(), 4096, access, kind, -1, 0) } as isize)
		}),
		("unlimit", || {
			let limit = Rlimit { current: Some(1 << 20), maximum: Some(1 << 20) };
			Ok(setrlimit(Resource::Core, limit)?)
		}),
	];

	/// A file that is open, which a child inherits.
	const FILE: i32 = 9;

	fn address() -> String {
		std::env::var("ASSAY_TEST_ADDRESS").unwrap()
	}

	fn result(returned: isize) -> io::Result<()> {
		match returned {
			-1 => Err(io::Error::last_os_error()),
			_ => Ok(()),
		}
	}

	/// Not a test of its own: the child that [`attack`] starts. It ends with 0 where it succeeded.
	#[test]
	fn child() {
		let Ok(attack) = std::env::var(ATTACK) else { return };
		let (layer, name) = attack.split_once(' ').unwrap();
		let (_, attack) = ATTACKS.iter().find(|attack| attack.0 == name).unwrap();
		let parent = getppid().unwrap().as_raw_pid();
		let file = File::options().write(true).open("/dev/null").unwrap();
		// SAFETY: nobody else uses this number of a descriptor.
		assert_eq!(unsafe { libc::dup2(file.as_raw_fd(), FILE) }, FILE);
		match layer {
			"none" => (),
			"landlock" => assert!(landlock().unwrap()),
			engine => {
				let engine = match engine {
					"wasmi" => EngineKind::Wasmi,
					_ => EngineKind::Wasmtime,
				};
				let limits = Limits {
					program_bytes: 0,
					memory_pages: 4096,
					steps: 0,
					step_fuel: 0,
					total_fuel: 0,
				};
				let sandbox = Confinement::new(engine, &limits, [0; 4], 0).enter(parent).unwrap();
				assert!(sandbox.is_complete());
			},
		}
		let code = attack().map_or_else(|error| error.raw_os_error().unwrap_or(-1), |()| 0);
		// SAFETY: ends the process, and nothing runs any more.
		unsafe { libc::_exit(code) }
	}

	fn attack(layer: &str, name: &str) -> ExitStatus {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		Command::new(std::env::current_exe().unwrap())
			.args(["--exact", "sandbox::tests::child"])
			.env(ATTACK, format!("{layer} {name}"))
			.env("ASSAY_TEST_ADDRESS", listener.local_addr().unwrap().to_string())
			.stdout(Stdio::null())
			.status()
			.unwrap()
	}

	#[test]
	fn a_program_that_breaks_out_is_killed_by_whatever_it_tries() {
		for (name, _) in ATTACKS {
			assert_eq!(attack("none", name).code(), Some(0), "{name} would do nothing anyway");
			for engine in ["wasmi", "wasmtime"] {
				let status = attack(engine, name);
				assert_eq!(status.signal(), Some(libc::SIGSYS), "{name} on {engine}: {status}");
			}
		}
	}

	#[test]
	fn landlock_alone_denies_files_and_ports() {
		for (name, error) in [
			("open", libc::EACCES),
			("create", libc::EACCES),
			("connect", libc::EACCES),
			("execute", libc::EACCES),
			("signal", libc::EPERM),
			// It knows nothing of these.
			("datagram", 0),
			("fork", 0),
		] {
			assert_eq!(attack("landlock", name).code(), Some(error), "{name}");
		}
	}
}
