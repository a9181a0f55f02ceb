//! `assay-node`: makes, finalises and serves blocks of an Assay chain, and gives its validators'
//! off-chain workers a verifier to ask.

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
