//! Decodes every call and event of a chain with nothing but its metadata, as any subxt client does,
//! and prints how often each came, as JSON.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/decode ws://127.0.0.1:9944
//! ```

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use subxt::{dynamic::Value, OnlineClient, SubstrateConfig};

#[tokio::main]
async fn main() -> Result<()> {
	let url = std::env::args().nth(1).context("expected the address of a node")?;
	let client = OnlineClient::<SubstrateConfig>::from_insecure_url(url).await?;
	let last = client.at_current_block().await?.block_number();
	let mut calls = BTreeMap::<String, u32>::new();
	let mut events = BTreeMap::<String, u32>::new();
	for number in 1..=last {
		let block = client.at_block(number).await?;
		for extrinsic in block.extrinsics().fetch().await?.iter() {
			let extrinsic = extrinsic?;
			extrinsic.decode_call_data_as::<Value>()?;
			*calls
				.entry(format!("{}.{}", extrinsic.pallet_name(), extrinsic.call_name()))
				.or_default() += 1;
		}
		for event in block.events().fetch().await?.iter() {
			let event = event?;
			event.decode_as::<Value>()?;
			*events
				.entry(format!("{}.{}", event.pallet_name(), event.event_name()))
				.or_default() += 1;
		}
	}
	println!("{}", serde_json::json!({ "blocks": last, "calls": calls, "events": events }));
	Ok(())
}
