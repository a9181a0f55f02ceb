//! Command line of the node.

use clap::{parser::ValueSource, CommandFactory, FromArgMatches};
use sc_cli::SyncMode;
use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

/// Makes, finalises and serves blocks of an Assay chain.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	#[clap(flatten)]
	pub run: sc_cli::RunCmd,

	#[clap(flatten)]
	pub verifier: VerifierParams,
}

/// Where the node's off-chain worker has claims re-run.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifierParams {
	/// Start a verifier service beside the node and keep it running.
	///
	/// The service listens on a free loopback port and keeps its files in `verifier` under the base
	/// path.
	#[arg(long, conflicts_with = "verifier_url")]
	pub verifier: bool,

	/// Executable of the verifier service [default: `assay-verifier` beside this node].
	#[arg(long, value_name = "PATH", requires = "verifier")]
	pub verifier_path: Option<PathBuf>,

	/// Engine of that service [default: `wasmtime` where its sandbox is complete, else `wasmi`].
	#[arg(long, value_name = "ENGINE", requires = "verifier", value_parser = ["wasmi", "wasmtime"])]
	pub verifier_engine: Option<String>,

	/// Have that service run also where the kernel cannot confine programs as it should.
	#[arg(long, requires = "verifier")]
	pub verifier_allow_incomplete_sandbox: bool,

	/// Use a verifier service that somebody else keeps running, for example
	/// `http://127.0.0.1:9955`. It is reached in clear text, so only on this host.
	#[arg(long, value_name = "URL", requires = "verifier_token_file", value_parser = loopback)]
	pub verifier_url: Option<SocketAddr>,

	/// File with the token that the service behind `--verifier-url` expects.
	#[arg(long, value_name = "FILE", requires = "verifier_url")]
	pub verifier_token_file: Option<PathBuf>,
}

/// What to do instead of running the node.
#[derive(Debug, clap::Subcommand)]
// There is one value of this in the whole life of the program.
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
	/// Make, inspect and insert keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Build a chain specification. Prefer `export-chain-spec`.
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Export a chain specification.
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Check a block.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks to a file.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Export the state of a block into a chain specification.
	ExportState(sc_cli::ExportStateCmd),

	/// Import blocks from a file.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove a chain's data.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Go back some blocks that are not final.
	Revert(sc_cli::RevertCmd),

	/// Show what the database holds.
	ChainInfo(sc_cli::ChainInfoCmd),
}

/// Whether the node of this command line answers safe RPC methods only: it makes blocks or votes,
/// and other methods are not asked for. With them, whoever reaches the port chooses its votes. Not
/// on a development chain, whose keys are everybody's.
pub fn is_guarded<I>(arguments: I) -> bool
where
	I: IntoIterator,
	I::Item: Into<OsString> + Clone,
{
	let Ok(matches) = Cli::command().try_get_matches_from(arguments) else { return false };
	let named = matches.value_source("rpc_methods") == Some(ValueSource::CommandLine);
	let Ok(Cli { run, verifier, .. }) = Cli::from_arg_matches(&matches) else { return false };
	let validates = run.validator || run.get_keyring().is_some();
	let votes = verifier.verifier || verifier.verifier_url.is_some();
	(validates || votes) && !run.shared_params.dev && !named
}

impl Cli {
	/// Fails if blocks are to be taken over without being executed. Such a node has no chunks of
	/// artifacts, which execution files, and cannot read the blocks in which one of them is renewed.
	pub fn ensure_executes_blocks(&self) -> sc_cli::Result<()> {
		if self.run.network_params.sync == SyncMode::Full {
			return Ok(());
		}
		Err("expected --sync full, or none: other ways to synchronise do not execute the blocks in \
		     which programs and data are stored, and the node would have neither"
			.into())
	}
}

/// Reads `http://ADDRESS:PORT` or `ADDRESS:PORT` on this host.
fn loopback(url: &str) -> Result<SocketAddr, String> {
	let bare = url.strip_prefix("http://").unwrap_or(url);
	let bare = bare.strip_suffix('/').unwrap_or(bare);
	let address: SocketAddr = bare.parse().map_err(|_| {
		"expected http://ADDRESS:PORT, for example http://127.0.0.1:9955".to_owned()
	})?;
	if !address.ip().is_loopback() {
		return Err("expected a loopback address: the token would cross the network in clear text"
			.to_owned());
	}
	Ok(address)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[test]
	fn the_command_line_is_consistent() {
		Cli::command().debug_assert();
	}

	#[test]
	fn who_validates_or_votes_answers_safe_methods_only_unless_others_are_asked_for() {
		let guarded = |args: &[&str]| is_guarded([&["assay-node"], args].concat());
		for who in [
			&["--validator"][..],
			&["--alice"],
			&["--verifier"],
			&["--verifier-url", "127.0.0.1:1", "--verifier-token-file", "t"],
			&["--validator", "--verifier", "--chain", "local", "--rpc-port", "9999"],
		] {
			assert!(guarded(who), "{who:?}");
			for methods in ["safe", "unsafe", "auto"] {
				assert!(!guarded(&[who, &["--rpc-methods", methods]].concat()));
			}
			assert!(!guarded(&[who, &["--dev"]].concat()));
		}
		for who in [&[][..], &["--chain", "local"], &["--dev"], &["no such command"]] {
			assert!(!guarded(who), "{who:?}");
		}
	}

	#[test]
	fn blocks_are_executed() {
		let ensure = |args: &[&str]| {
			Cli::parse_from([&["assay-node"], args].concat()).ensure_executes_blocks()
		};
		for args in [&[][..], &["--sync", "full"], &["--validator", "--sync", "full"]] {
			assert!(ensure(args).is_ok(), "{args:?}");
		}
		for sync in ["fast", "fast-unsafe", "warp"] {
			let refused = ensure(&["--sync", sync]).unwrap_err().to_string();
			assert!(refused.contains("--sync full"), "{refused}");
		}
	}

	#[test]
	fn only_loopback_verifiers_are_accepted() {
		for url in ["http://127.0.0.1:9955", "127.0.0.1:9955", "http://[::1]:9955/"] {
			assert_eq!(loopback(url).map(|a| a.port()), Ok(9955), "{url}");
		}
		for url in ["http://10.0.0.1:9955", "https://127.0.0.1:9955", "http://localhost", ""] {
			assert!(loopback(url).is_err(), "{url}");
		}
	}

	#[test]
	fn a_verifier_is_either_ours_or_somebody_elses() {
		let parse = |args: &[&str]| Cli::try_parse_from([&["assay-node"], args].concat());
		assert!(parse(&["--verifier", "--verifier-path", "/v"]).is_ok());
		assert!(parse(&["--verifier-url", "127.0.0.1:1", "--verifier-token-file", "t"]).is_ok());
		assert!(parse(&["--verifier-url", "127.0.0.1:1"]).is_err());
		assert!(parse(&["--verifier-path", "/v"]).is_err());
		assert!(parse(&["--verifier", "--verifier-engine", "wasmi"]).is_ok());
		assert!(parse(&["--verifier", "--verifier-engine", "another"]).is_err());
		assert!(parse(&["--verifier-engine", "wasmi"]).is_err());
		assert!(parse(&["--verifier-allow-incomplete-sandbox"]).is_err());
		assert!(parse(&[
			"--verifier",
			"--verifier-url",
			"127.0.0.1:1",
			"--verifier-token-file",
			"t"
		])
		.is_err());
	}
}
