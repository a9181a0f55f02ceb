//! What a dishonest author would publish: the last of some exported blocks, with one more
//! transaction that nobody has validated, sealed anew with the author's key.
//!
//! ```text
//! assay-node export-blocks --binary --to N blocks
//! target/release/examples/reseal blocks forged //Alice [TRANSACTION]
//! assay-node import-blocks --binary forged
//! ```
//!
//! The slot and its VRF proof stay: they do not depend on what is in the block. Nor does the state
//! root change, so that without TRANSACTION (in hex) the block stays valid.

use assay_runtime::{Block, UncheckedExtrinsic, VERSION};
use codec::{Decode, DecodeAll, Encode};
use sp_consensus_babe::digests::CompatibleDigestItem;
use sp_core::{sr25519, Pair};
use sp_runtime::{
	generic::{DigestItem, SignedBlock},
	traits::{BlakeTwo256, Hash},
};
use std::{error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
	let arguments: Vec<_> = std::env::args().skip(1).collect();
	let (from, to, author, transaction) = match &arguments[..] {
		[from, to, author] => (from, to, author, None),
		[from, to, author, transaction] => (from, to, author, Some(transaction)),
		_ => return Err("expected BLOCKS OUTPUT AUTHOR [TRANSACTION]".into()),
	};
	let author = sr25519::Pair::from_string(author, None).map_err(|error| format!("{error:?}"))?;
	let exported = fs::read(from)?;
	let input = &mut &exported[..];
	// As `export-blocks --binary` writes them: how many, then one after the other.
	let count = u64::decode(input)?;
	let mut blocks = Vec::new();
	for _ in 0..count {
		blocks.push(SignedBlock::<Block>::decode(input)?);
	}

	let last = blocks.last_mut().ok_or("there are no blocks")?;
	let (header, extrinsics) = (&mut last.block.header, &mut last.block.extrinsics);
	if let Some(transaction) = transaction {
		let bytes = sp_core::bytes::from_hex(transaction).map_err(|error| error.to_string())?;
		extrinsics.push(UncheckedExtrinsic::decode_all(&mut &bytes[..])?);
	}
	let encoded = extrinsics.iter().map(Encode::encode).collect();
	header.extrinsics_root =
		BlakeTwo256::ordered_trie_root(encoded, VERSION.extrinsics_root_state_version());
	header.digest.logs.pop().ok_or("the block has no seal")?;
	let seal = author.sign(BlakeTwo256::hash_of(header).as_bytes());
	header.digest.push(DigestItem::babe_seal(seal.into()));
	println!("{} {:?}", header.number, BlakeTwo256::hash_of(header));

	let mut output = count.encode();
	blocks.iter().for_each(|block| block.encode_to(&mut output));
	Ok(fs::write(to, output)?)
}
