//! `assay`, the command line of miners, sponsors, operators and owners of models.
//! `docs/command-line.md` describes it.

mod account;
mod amount;
mod arguments;
mod chain;
mod commands;
mod local;
mod output;
mod store;

use clap::Parser;
use serde_json::json;
use std::{fmt::Display, process::ExitCode};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
	let cli = arguments::Cli::parse();
	let json = cli.global.json;
	let Err(error) = commands::run(cli).await else { return ExitCode::SUCCESS };
	let error = chain::explain(error);
	if json {
		let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
		eprintln!("{}", json!({ "error": error.to_string(), "causes": causes }));
	} else {
		let shown = |text: &dyn Display| output::harmless_lines(&text.to_string());
		eprintln!("error: {}", shown(&error));
		for cause in error.chain().skip(1) {
			eprintln!("  because {}", shown(&cause));
		}
	}
	ExitCode::FAILURE
}
