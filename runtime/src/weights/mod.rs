//! What everything weighs: measured, not estimated. `scripts/weights` writes the files here; see
//! docs/benchmarks.md.
//!
//! A weight is the time in picoseconds that a call takes in WebAssembly, with reads and writes of the
//! state at the price that they have in the node's database ([`paritydb`]). What every transaction takes
//! besides, its signature first of all, is in [`blocks`], as is what the hooks of an empty block take.

pub mod blocks;
pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_assay_artifacts;
pub mod pallet_assay_audits;
pub mod pallet_assay_claims;
pub mod pallet_assay_models;
pub mod pallet_assay_parameters;
pub mod pallet_assay_stake;
pub mod pallet_assay_tasks;
pub mod pallet_assay_verification;
pub mod pallet_babe;
pub mod pallet_balances;
pub mod pallet_grandpa;
pub mod pallet_migrations;
pub mod pallet_multisig;
pub mod pallet_parameters;
pub mod pallet_preimage;
pub mod pallet_proxy;
pub mod pallet_scheduler;
pub mod pallet_session;
pub mod pallet_sudo;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_utility;
pub mod paritydb;

#[cfg(test)]
mod tests {
	use std::fs;

	/// Lines of the runtime's configuration that name weights, where they are.
	fn configured() -> Vec<(String, String)> {
		let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config");
		let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
		let mut found = Vec::new();
		for file in files {
			let text = fs::read_to_string(&file).unwrap();
			let weights = text.lines().filter(|line| {
				let name =
					line.trim_start().strip_prefix("type ").and_then(|rest| rest.split(' ').next());
				name.is_some_and(|name| name.ends_with("WeightInfo"))
			});
			found.extend(weights.map(|line| (file.display().to_string(), line.trim().to_string())));
		}
		found
	}

	#[test]
	fn all_weights_are_those_that_were_measured() {
		let mut files: Vec<_> = configured()
			.into_iter()
			.map(|(file, line)| {
				let measured = line
					.split_once("= weights::")
					.and_then(|(_, rest)| rest.strip_suffix("::WeightInfo<Runtime>;"));
				measured.unwrap_or_else(|| panic!("{file}: {line}")).to_string()
			})
			.collect();
		files.extend(["blocks", "mod", "paritydb"].map(String::from));
		files.sort();
		// And what was measured is used, once.
		let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/weights");
		let mut written: Vec<_> = fs::read_dir(folder)
			.unwrap()
			.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_string())
			.collect();
		written.sort();
		assert_eq!(files, written);
	}
}
