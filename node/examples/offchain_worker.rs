//! Measures what a block in which nothing concerns a verifier costs its off-chain worker: the call
//! into the runtime, executed as the node does it, on the state of the development chain and with
//! the verifier's key in the keystore.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/offchain_worker [BLOCKS]
//! ```

use assay_runtime::{Header, WASM_BINARY};
use codec::Encode;
use sc_chain_spec::{ChainType, GenericChainSpec};
use sc_executor::{HeapAllocStrategy, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sp_core::{
	crypto::KeyTypeId,
	offchain::{testing::TestOffchainExt, OffchainDbExt, OffchainWorkerExt},
	traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{traits::Header as _, BuildStorage};
use std::time::{Duration, Instant};

/// The type of the `verifier` session key.
const VERIFIER: KeyTypeId = KeyTypeId(*b"asvr");

fn milliseconds(time: Duration) -> f64 {
	time.as_secs_f64() * 1e3
}

fn main() {
	let blocks = std::env::args().nth(1).map_or(2_000, |text| text.parse().expect("a number"));
	let wasm = WASM_BINARY.expect("built without SKIP_WASM_BUILD");
	let storage = GenericChainSpec::<()>::builder(wasm, ())
		.with_chain_type(ChainType::Development)
		.with_genesis_config_preset_name(sp_genesis_builder::DEV_RUNTIME_PRESET)
		.build()
		.build_storage()
		.expect("the preset is valid");
	let keystore = MemoryKeystore::new();
	keystore.sr25519_generate_new(VERIFIER, Some("//Alice")).expect("a valid derivation");
	let (offchain, _) = TestOffchainExt::new();
	let mut state = sp_io::TestExternalities::new(storage);
	state.register_extension(KeystoreExt::new(keystore));
	state.register_extension(OffchainDbExt::new(offchain.clone()));
	state.register_extension(OffchainWorkerExt::new(offchain));

	let executor = WasmExecutor::<sp_io::SubstrateHostFunctions>::builder()
		.with_onchain_heap_alloc_strategy(DEFAULT_HEAP_ALLOC_STRATEGY)
		.with_offchain_heap_alloc_strategy(HeapAllocStrategy::Dynamic { maximum_pages: None })
		.build();
	let code = RuntimeCode {
		code_fetcher: &WrappedRuntimeCode(wasm.into()),
		heap_pages: None,
		hash: sp_io::hashing::blake2_256(wasm).to_vec(),
	};
	let mut call = |number: u32| {
		let header = Header::new(
			number,
			Default::default(),
			Default::default(),
			Default::default(),
			Default::default(),
		);
		let started = Instant::now();
		let (result, _) = executor.call(
			&mut state.ext(),
			&code,
			"OffchainWorkerApi_offchain_worker",
			&header.encode(),
			CallContext::Offchain,
		);
		result.expect("the worker returns");
		started.elapsed()
	};
	// The first call compiles the runtime.
	call(1);
	let mut times: Vec<_> = (2..blocks + 2).map(&mut call).collect();
	times.sort();
	println!("off-chain worker, nothing to do, {blocks} blocks");
	for (name, time) in [
		("median", times[times.len() / 2]),
		("99 %", times[times.len() * 99 / 100]),
		("slowest", times[times.len() - 1]),
	] {
		println!("  {name:<8} {:>8.3} ms", milliseconds(time));
	}
}
