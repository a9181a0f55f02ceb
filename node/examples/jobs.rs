//! Measures what the start of a block costs the runtime when many verification jobs are open,
//! executed as the node does it, on the state of a chain with four validators.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/jobs [JOBS]
//! ```

use assay_primitives::{Limits, Metric, TrainingJob, H256, VM_VERSION};
use assay_runtime::{BlockNumber, Header, Runtime, System, Verification, WASM_BINARY};
use assay_traits::{Client, Verification as _};
use codec::Encode;
use sc_chain_spec::{ChainType, GenericChainSpec};
use sc_executor::{HeapAllocStrategy, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::Ferdie;
use sp_runtime::{traits::Header as _, BuildStorage, Digest, DigestItem};
use std::time::Instant;

/// Blocks that are measured with nothing due.
const BLOCKS: BlockNumber = 100;

/// The chain, and what executes it.
struct Chain {
	state: TestExternalities,
	executor: WasmExecutor<sp_io::SubstrateHostFunctions>,
	wasm: &'static [u8],
}

impl Chain {
	fn new() -> Self {
		let wasm = WASM_BINARY.expect("built without SKIP_WASM_BUILD");
		let storage = GenericChainSpec::<()>::builder(wasm, ())
			.with_chain_type(ChainType::Local)
			.with_genesis_config_preset_name(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET)
			.build()
			.build_storage()
			.expect("the preset is valid");
		let executor = WasmExecutor::builder()
			.with_onchain_heap_alloc_strategy(DEFAULT_HEAP_ALLOC_STRATEGY)
			.with_offchain_heap_alloc_strategy(HeapAllocStrategy::Dynamic { maximum_pages: None })
			.build();
		let mut chain = Self { state: TestExternalities::new(storage), executor, wasm };
		// The first call compiles the runtime and notes its version.
		chain.start_block(1);
		chain
	}

	/// Starts a block. Gives the milliseconds that it took.
	fn start_block(&mut self, number: BlockNumber) -> f64 {
		let slot = u64::from(number).into();
		let pre = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
		let logs = vec![DigestItem::PreRuntime(BABE_ENGINE_ID, pre.encode())];
		let header = Header::new(
			number,
			Default::default(),
			Default::default(),
			Default::default(),
			Digest { logs },
		);
		self.state.execute_with(|| {
			// What the block before has left for the draw of committees.
			pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some([7; 32]));
		});
		let code = RuntimeCode {
			code_fetcher: &WrappedRuntimeCode(self.wasm.into()),
			heap_pages: None,
			hash: sp_io::hashing::blake2_256(self.wasm).to_vec(),
		};
		let started = Instant::now();
		let (result, _) = self.executor.call(
			&mut self.state.ext(),
			&code,
			"Core_initialize_block",
			&header.encode(),
			CallContext::Onchain { import: true },
		);
		result.expect("the block starts");
		let time = started.elapsed().as_secs_f64() * 1e3;
		self.state.commit_all().expect("no transaction is open");
		time
	}

	/// Opens jobs whose committees are drawn in the block of that number.
	fn open(&mut self, jobs: u64, not_before: BlockNumber) {
		let limits = Limits {
			program_bytes: 1,
			memory_pages: 1,
			steps: 1,
			step_fuel: 1,
			total_fuel: 1_000_000_000,
		};
		let spec = |seed| TrainingJob {
			vm_version: VM_VERSION,
			program: H256::repeat_byte(1),
			params: Default::default(),
			seed,
			train: H256::repeat_byte(2),
			train_root: H256::repeat_byte(3),
			chunk_rows: 32,
			holdout: H256::repeat_byte(4),
			metric: Metric::Accuracy,
			file: None,
			limits,
		};
		self.state.execute_with(|| {
			let payer = Ferdie.to_account_id();
			for seed in 0..jobs {
				let client = Client::Model(seed);
				Verification::open(client, &payer, None, not_before, spec(seed), 0)
					.expect("the payer has enough");
			}
			System::reset_events();
		});
		self.state.commit_all().expect("no transaction is open");
	}

	fn now(&mut self) -> BlockNumber {
		self.state.execute_with(System::block_number)
	}

	/// Starts so many blocks. Prints the median and the largest time.
	fn measure(&mut self, what: &str, blocks: BlockNumber) {
		let now = self.now();
		let mut times: Vec<_> = (1..=blocks).map(|ahead| self.start_block(now + ahead)).collect();
		times.sort_by(f64::total_cmp);
		let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
		println!("{what:<52}{blocks:>8}{median:>11.3} ms{longest:>11.3} ms");
	}
}

fn main() {
	let jobs: u64 = std::env::args().nth(1).map_or(10_000, |text| text.parse().expect("a number"));
	println!("{:<52}{:>8}{:>14}{:>14}", "start of a block", "blocks", "median", "slowest");
	let mut chain = Chain::new();
	chain.measure("no jobs", BLOCKS);
	for share in [100, 10, 1] {
		let mut chain = Chain::new();
		// As far ahead as no block here comes.
		chain.open(jobs / share, 1_000_000);
		chain.measure(&format!("{} jobs, none due", jobs / share), BLOCKS);
	}
	let mut chain = Chain::new();
	chain.open(jobs, 0);
	// The delay before a draw.
	let now = chain.now();
	for ahead in 1..=2 {
		chain.start_block(now + ahead);
	}
	let batches = 20.min(jobs / 64) as BlockNumber;
	chain.measure(&format!("{jobs} jobs, 64 committees drawn in each block"), batches);
}
