//! Chains that the node knows by name. Their genesis is a preset inside the runtime.

use assay_runtime::WASM_BINARY;
use sc_chain_spec::{ChainSpecExtension, ChainType, GenericChainSpec, Properties};
use sc_sync_state_rpc::LightSyncStateExtension;
use serde::{Deserialize, Serialize};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// What a chain specification holds beside the genesis.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
	/// A finalised block from which light clients begin; `sync_state_genSyncSpec` fills it in.
	pub light_sync_state: LightSyncStateExtension,
}

/// Specification of an Assay chain.
pub type ChainSpec = GenericChainSpec<Extensions>;

/// The chain called `id`: `dev`, `local`, or the path of a JSON file.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" => {
			known("Assay Development", "assay_dev", ChainType::Development, DEV_RUNTIME_PRESET)
		},
		"local" | "" => {
			known("Assay Local", "assay_local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
		},
		path => ChainSpec::from_json_file(path.into()).map_err(|error| {
			format!("`{path}` is neither `dev` nor `local`, and as a file: {error}")
		}),
	}
}

fn known(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let code = WASM_BINARY.ok_or(
		"this node was built with SKIP_WASM_BUILD and holds no runtime: give it a chain \
		 specification file with --chain, or build it again without that variable",
	)?;
	let properties = Properties::from_iter([
		("ss58Format".into(), 42.into()),
		("tokenDecimals".into(), 12.into()),
		("tokenSymbol".into(), "AIT".into()),
	]);
	Ok(ChainSpec::builder(code, Extensions::default())
		.with_name(name)
		.with_id(id)
		.with_chain_type(kind)
		.with_properties(properties)
		.with_genesis_config_preset_name(preset)
		.build())
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_chain_spec::ChainSpec as _;

	#[test]
	fn the_named_chains_build_their_genesis() {
		for (id, kind) in [("dev", ChainType::Development), ("local", ChainType::Local)] {
			let spec = load(id).unwrap();
			assert_eq!(spec.chain_type(), kind);
			assert_eq!(spec.properties()["tokenSymbol"], "AIT");
			let raw = spec.as_json(true).unwrap();
			assert!(raw.contains("genesis"));
		}
	}

	#[test]
	fn an_unknown_chain_is_explained() {
		let error = load("mainnet").err().unwrap();
		assert!(error.contains("neither `dev` nor `local`"), "{error}");
	}
}
