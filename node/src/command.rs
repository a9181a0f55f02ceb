//! Runs what the command line asks for.

use crate::{
	chain_spec,
	cli::{self, Cli, Subcommand},
	service,
};
use assay_runtime::opaque::Block;
use sc_cli::SubstrateCli;
use sc_network::config::NetworkBackendType;
use sc_service::{
	config::{RpcEndpoint, RpcMethods},
	PartialComponents,
};
use sp_runtime::traits::Block as BlockT;

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Assay Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the Assay authors".into()
	}

	fn support_url() -> String {
		"see docs/operations.md in the repository".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Refuses unsafe methods where the command line leaves it open.
fn guard(endpoints: &mut [RpcEndpoint]) {
	for endpoint in endpoints {
		if matches!(endpoint.rpc_methods, RpcMethods::Auto) {
			endpoint.rpc_methods = RpcMethods::Safe;
		}
	}
}

/// Runs the node, or the subcommand that was asked for instead.
pub fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();

	match &cli.subcommand {
		Some(Subcommand::Key(cmd)) => cmd.run(&cli),
		Some(Subcommand::BuildSpec(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run(config.chain_spec, config.network))
		},
		Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
		Some(Subcommand::CheckBlock(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let PartialComponents { client, task_manager, import_queue, .. } =
					service::new_partial(&config)?;
				Ok((cmd.run(client, import_queue), task_manager))
			})
		},
		Some(Subcommand::ExportBlocks(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
				Ok((cmd.run(client, config.database), task_manager))
			})
		},
		Some(Subcommand::ExportState(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
				Ok((cmd.run(client, config.chain_spec), task_manager))
			})
		},
		Some(Subcommand::ImportBlocks(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let PartialComponents { client, task_manager, import_queue, .. } =
					service::new_partial(&config)?;
				Ok((cmd.run(client, import_queue), task_manager))
			})
		},
		Some(Subcommand::PurgeChain(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run(config.database))
		},
		Some(Subcommand::Revert(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.async_run(|config| {
				let PartialComponents { client, task_manager, backend, .. } =
					service::new_partial(&config)?;
				let consensus =
					Box::new(|client: std::sync::Arc<service::Client>, backend, blocks| {
						sc_consensus_babe::revert(client.clone(), backend, blocks)?;
						sc_consensus_grandpa::revert(client, blocks)?;
						Ok(())
					});
				Ok((cmd.run(client, backend, Some(consensus)), task_manager))
			})
		},
		Some(Subcommand::ChainInfo(cmd)) => {
			let runner = cli.create_runner(cmd)?;
			runner.sync_run(|config| cmd.run::<Block>(&config))
		},
		None => {
			cli.ensure_executes_blocks()?;
			let runner = cli.create_runner(&cli.run)?;
			let guarded = cli::is_guarded(std::env::args_os());
			runner.run_node_until_exit(|mut config| async move {
				if guarded {
					config.rpc.methods = RpcMethods::Safe;
					guard(config.rpc.addr.as_deref_mut().unwrap_or_default());
					log::info!(
						"🔒 Unsafe RPC methods are refused; --rpc-methods unsafe answers them, as to \
						 rotate keys"
					);
				}
				match config.network.network_backend {
					NetworkBackendType::Litep2p => {
						service::new_full::<sc_network::Litep2pNetworkBackend>(config, cli.verifier)
					},
					NetworkBackendType::Libp2p => service::new_full::<
						sc_network::NetworkWorker<Block, <Block as BlockT>::Hash>,
					>(config, cli.verifier),
				}
				.map_err(sc_cli::Error::Service)
			})
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use sc_cli::CliConfiguration;

	#[test]
	fn a_guarded_node_refuses_unsafe_methods_wherever_it_listens() {
		const LISTEN: &str = "--experimental-rpc-endpoint";
		for (args, open) in [
			(&[][..], 0),
			(&["--rpc-methods", "unsafe"], 2),
			(&[LISTEN, "listen-addr=[::1]:1", LISTEN, "listen-addr=[::1]:2,methods=unsafe"], 1),
		] {
			let endpoints = Cli::parse_from([&["assay-node"], args].concat())
				.run
				.rpc_addr(9944)
				.unwrap()
				.unwrap();
			let mut endpoints: Vec<RpcEndpoint> = endpoints.into_iter().map(Into::into).collect();
			guard(&mut endpoints);
			let unguarded = endpoints
				.iter()
				.filter(|endpoint| !matches!(endpoint.rpc_methods, RpcMethods::Safe));
			assert_eq!(unguarded.count(), open);
		}
	}
}
