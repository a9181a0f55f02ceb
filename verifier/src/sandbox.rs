//! What a child process gives up before it reads anything that a stranger wrote.

use anyhow::{ensure, Context, Result};
use rustix::{
	process::{getppid, set_parent_process_death_signal, setrlimit, Resource, Rlimit, Signal},
	thread::set_no_new_privs,
};
use std::fs;

/// Bytes in a WebAssembly page.
const PAGE: u64 = 64 * 1024;

/// Address space of the process itself, and of what does not grow with the inputs, in bytes.
/// Measured: 11 MiB for the smallest run, 31 MiB for a program of 60 000 empty functions.
const OWN_SPACE: u64 = 64 * 1024 * 1024;

/// Most bytes of address space that a run may take whose inputs (program, training data, holdout, file)
/// have these sizes:
///
/// - 4 times the guest's memory: the memory itself, the state that it is compared with, and room to
///   grow (measured: 2 times, and 33 MiB);
/// - 32 times the program: as it came, prepared, and translated (measured over fifteen programs of
///   1 MiB, each of one instruction over and over: at the most 23 times, for `br_if`);
/// - 4 times the data and the file, which are read in place, and outputs (measured: 1 time);
/// - 64 MiB for the process itself.
///
/// Repeat the measurements by reading `VmPeak` in `/proc/PID/status` of a `run-job` process.
pub const fn address_space(memory_pages: u32, [program, train, holdout, file]: [u64; 4]) -> u64 {
	(memory_pages as u64)
		.saturating_mul(4 * PAGE)
		.saturating_add(program.saturating_mul(32))
		.saturating_add(train.saturating_add(holdout).saturating_add(file).saturating_mul(4))
		.saturating_add(OWN_SPACE)
}

/// Confines this process for good: it dies with `parent`, gains no privilege, is the first to be
/// killed when the machine runs out of memory, dumps no core, writes no file, opens next to none,
/// starts no process (unless it is root's), and takes no more than `address_space` bytes.
pub fn enter(parent: i32, address_space: u64) -> Result<()> {
	set_parent_process_death_signal(Some(Signal::KILL)).context("cannot bind to the parent")?;
	// The parent may have died before the call above.
	let alive = getppid().is_some_and(|pid| pid.as_raw_pid() == parent);
	ensure!(alive, "the service that started this job is gone");
	set_no_new_privs(true).context("cannot give up privileges")?;
	fs::write("/proc/self/oom_score_adj", "1000").context("cannot offer to be killed first")?;
	for (resource, limit) in [
		(Resource::Core, 0),
		(Resource::Fsize, 0),
		(Resource::Nofile, 16),
		(Resource::Nproc, 0),
		(Resource::As, address_space),
	] {
		setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
			.with_context(|| format!("cannot set the limit {resource:?} to {limit}"))?;
	}
	Ok(())
}
