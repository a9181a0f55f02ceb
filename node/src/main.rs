//! `assay-node`: makes, finalises and serves blocks of an Assay chain, and gives its validators'
//! off-chain workers a verifier to ask.
// The errors of the SDK are that large.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod metrics;
mod rpc;
mod service;
mod verifier;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		},
	}
}
