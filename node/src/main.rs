//! `assay-node`: makes, finalises and serves blocks of an Assay chain, and gives its validators'
//! off-chain workers a verifier to ask.
// The errors of the SDK are that large.
#![allow(clippy::result_large_err)]

mod authoring;
mod behind;
mod chain_spec;
mod cli;
mod command;
mod metrics;
mod peers;
mod rpc;
mod service;
mod verifier;

use rustix::{fs::Mode, process::umask};
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// A fifth of the time of a loaded node was spent in the allocator of the C library.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// What the node writes is for nobody else on the machine: keys and verdicts before they are
/// revealed are among it.
fn keep_files_private() {
	umask(Mode::RWXG | Mode::RWXO);
}

fn main() -> ExitCode {
	keep_files_private();
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, os::unix::fs::PermissionsExt};

	#[test]
	fn nobody_else_reads_what_the_node_writes() {
		keep_files_private();
		let folder = tempfile::tempdir().unwrap();
		let (inner, file) = (folder.path().join("a/b"), folder.path().join("a/b/file"));
		fs::create_dir_all(&inner).unwrap();
		fs::write(&file, "a verdict").unwrap();
		for path in [inner, file] {
			assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
		}
	}
}
