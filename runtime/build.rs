//! Builds the runtime's WebAssembly, with the metadata hash that offline signers check.

fn main() {
	#[cfg(feature = "std")]
	{
		// Without this hint a build with a target directory elsewhere would not find `Cargo.lock`.
		if std::env::var_os("WASM_BUILD_WORKSPACE_HINT").is_none() {
			std::env::set_var(
				"WASM_BUILD_WORKSPACE_HINT",
				concat!(env!("CARGO_MANIFEST_DIR"), "/.."),
			);
		}
		substrate_wasm_builder::WasmBuilder::init_with_defaults()
			.enable_metadata_hash("AIT", 12)
			.build();
	}
}
