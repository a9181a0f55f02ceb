//! `assay-node`: makes, finalises and serves blocks of an Assay chain, and gives its validators'
//! off-chain workers a verifier to ask.

mod chain_spec;
mod cli;
mod command;
mod metrics;
mod rpc;
mod service;
mod verifier;

fn main() -> sc_cli::Result<()> {
	command::run()
}
