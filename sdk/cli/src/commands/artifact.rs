//! `assay artifact …`

use super::Context;
use crate::{
	amount::Amount,
	arguments::{Artifact, Blob},
	chain::{api, ArtifactStatus, At, Chain},
	local,
	output::{pairs, thousands, Output},
	store::Store,
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::{artifact::CHUNK_BYTES, ArtifactId, Manifest};
use serde_json::json;
use std::{
	fs,
	io::{stdout, IsTerminal, Write},
};
use subxt::utils::AccountId32;
use subxt_signer::sr25519::Keypair;

pub async fn run(context: &Context, command: Artifact) -> Result<()> {
	let output = context.output;
	match command {
		Artifact::Put { file } => {
			let bytes = local::read(&file, "the file")?;
			let key = context.key()?;
			let chain = context.chain().await?;
			let put = put(output, &chain, &key, &bytes).await?;
			let value = json!({
				"artifact": put.id,
				"size": bytes.len(),
				"uploaded_chunks": put.uploaded,
				"kept_until": put.kept_until,
			});
			output.show(&value, || {
				pairs([
					("artifact", format!("{:?}", put.id)),
					("size", format!("{} bytes", thousands(bytes.len() as u64))),
					(
						"uploaded",
						match put.uploaded {
							0 => "nothing: it was stored already".into(),
							1 => "1 chunk".into(),
							chunks => format!("{chunks} chunks"),
						},
					),
					("kept until", format!("block {}", put.kept_until)),
				])
			});
			Ok(())
		},
		Artifact::Get { id, output: file } => get(context, &id, file.as_deref()).await,
		Artifact::Show { id } => show(context, &id).await,
		Artifact::Renew { id } => renew(context, &id).await,
		Artifact::Remove { id } => remove(context, &id).await,
	}
}

/// An artifact that is on the chain.
pub struct Put {
	/// Its id.
	pub id: ArtifactId,
	/// How many chunks were sent.
	uploaded: usize,
	/// Last block in which every node has it.
	kept_until: u32,
}

type Status = ArtifactStatus<AccountId32, u32>;

/// Makes sure that some bytes are stored on the chain.
pub async fn put(output: Output, chain: &Chain, key: &Keypair, bytes: &[u8]) -> Result<Put> {
	if bytes.is_empty() {
		bail!("the file is empty; expected at least one byte");
	}
	let manifest = Manifest::of(bytes);
	let id = manifest.id();
	let at = chain.best().await?;
	let now = at.block_number();
	let status = match chain.artifact(&at, &id).await?.filter(|status| alive(status, now)) {
		Some(status) => status,
		None => announce(output, chain, key, manifest).await?,
	};

	let missing: Vec<u32> = status
		.chunks
		.iter()
		.zip(0..)
		.filter(|(stored, _)| stored.as_ref().is_none_or(|stored| u64::from(stored.until) < now))
		.map(|(_, index)| index)
		.collect();
	// Whoever has announced it: anybody can upload the chunks, and to wait for the owner, who need
	// not come, can take longer than a deadline.
	let mut uploaded = 0;
	let bar = output.bar(missing.len() as u64, "chunks");
	bar.set_message("uploading");
	for index in &missing {
		let chunk = bytes.chunks(CHUNK_BYTES).nth(*index as usize).unwrap_or_default();
		let call = api::transactions().artifacts().upload(id, *index, chunk.to_vec());
		match chain.submit(output.still(), key, &call, Amount(0)).await {
			Ok(_) => uploaded += 1,
			// Somebody else can have been quicker.
			Err(error) => {
				if !is_stored(chain, &id, *index).await? {
					return Err(error);
				}
			},
		}
		bar.inc(1);
	}
	bar.finish_and_clear();
	let status =
		chain.artifact(&chain.best().await?, &id).await?.context("the upload was undone")?;
	Ok(Put { id, uploaded, kept_until: status.expires_at })
}

/// Whether a chunk of an artifact is stored.
async fn is_stored(chain: &Chain, id: &ArtifactId, index: u32) -> Result<bool> {
	let at = chain.best().await?;
	let status = chain.artifact(&at, id).await?;
	let stored = status.and_then(|status| status.chunks.into_iter().nth(index as usize).flatten());
	Ok(stored.is_some_and(|stored| u64::from(stored.until) >= at.block_number()))
}

/// Whether an artifact cannot be announced again.
fn alive(status: &Status, now: u64) -> bool {
	let lost = status.reported.is_some_and(|until| u64::from(until) < now);
	!lost && (u64::from(status.expires_at) >= now || status.pins > 0)
}

/// Fails if some bytes are stored, but not for long enough: what is stored is not sent again.
pub async fn ensure_kept(chain: &Chain, at: &At, bytes: &[u8], until: u64) -> Result<()> {
	let id = Manifest::of(bytes).id();
	let now = at.block_number();
	let Some(status) = chain.artifact(at, &id).await?.filter(|status| alive(status, now)) else {
		return Ok(());
	};
	let chunks = status.chunks.iter().flatten().map(|stored| u64::from(stored.until));
	if let Some(end) = chunks.filter(|end| (now..until).contains(end)).min() {
		bail!(
			"artifact {id:?} is kept until block {end}; expected block {until} at the least: assay \
			 artifact renew {id:?}"
		);
	}
	Ok(())
}

/// Announces an artifact, unless somebody else was quicker.
async fn announce(
	output: Output,
	chain: &Chain,
	key: &Keypair,
	manifest: Manifest,
) -> Result<Status> {
	let id = manifest.id();
	output.note(format!("announcing artifact {id:?}"));
	let call = api::transactions().artifacts().announce(manifest.size, vector(manifest.chunks));
	let announced = chain.submit(output, key, &call, Amount(0)).await;
	let at = chain.best().await?;
	let status = chain.artifact(&at, &id).await?.filter(|status| alive(status, at.block_number()));
	match (status, announced) {
		(Some(status), _) => Ok(status),
		(None, Err(error)) => Err(error),
		(None, Ok(_)) => bail!("the announcement of artifact {id:?} was undone; try again"),
	}
}

fn vector<T>(
	values: Vec<T>,
) -> api::runtime_types::bounded_collections::bounded_vec::BoundedVec<T> {
	api::runtime_types::bounded_collections::bounded_vec::BoundedVec(values)
}

/// The bytes of an artifact, from the data folder or from the node.
pub async fn fetch(
	output: Output,
	chain: &Chain,
	store: &Store,
	id: &ArtifactId,
) -> Result<Vec<u8>> {
	if let Some(bytes) = store.cached(id) {
		return Ok(bytes);
	}
	let bytes = download(output, chain, id).await?;
	store.cache(id, &bytes)?;
	Ok(bytes)
}

/// The bytes of a file, or of an artifact.
pub async fn read(
	output: Output,
	chain: &Chain,
	store: &Store,
	blob: &Blob,
	what: &str,
) -> Result<Vec<u8>> {
	match blob {
		Blob::File(path) => local::read(path, what),
		Blob::Id(id) => fetch(output, chain, store, id).await,
	}
}

async fn download(output: Output, chain: &Chain, id: &ArtifactId) -> Result<Vec<u8>> {
	let Some(manifest) = chain.manifest(id).await? else {
		bail!(
			"there is no artifact {id:?}: it was never announced, or was removed; expected an id as \
			 `assay artifact put` prints it"
		);
	};
	if !manifest.complete {
		bail!("chunks of artifact {id:?} are missing; try again when somebody has uploaded all");
	}
	let bar = output.bar(manifest.chunks.len() as u64, "chunks");
	bar.set_message("downloading");
	let mut bytes = Vec::new();
	for hash in &manifest.chunks {
		bytes.extend(chain.chunk(hash).await?);
		bar.inc(1);
	}
	bar.finish_and_clear();
	if Manifest::of(&bytes).id() != *id {
		bail!("the chunks of artifact {id:?} are not cut as expected, into 2 MiB each");
	}
	Ok(bytes)
}

async fn get(context: &Context, id: &ArtifactId, file: Option<&std::path::Path>) -> Result<()> {
	if file.is_none() && (context.output.json || stdout().is_terminal()) {
		bail!("standard output is no place for these bytes; expected --output FILE, or a pipe");
	}
	let chain = context.chain().await?;
	let bytes = download(context.output, &chain, id).await?;
	let Some(path) = file else {
		stdout().write_all(&bytes)?;
		return Ok(());
	};
	fs::write(path, &bytes).with_context(|| format!("{} cannot be written", path.display()))?;
	let value = json!({ "artifact": id, "size": bytes.len(), "file": path });
	context.output.show(&value, || {
		format!(
			"{} bytes of artifact {id:?} are in {}",
			thousands(bytes.len() as u64),
			path.display()
		)
	});
	Ok(())
}

async fn show(context: &Context, id: &ArtifactId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let Some(status) = chain.artifact(&at, id).await? else {
		bail!("there is no artifact {id:?}: it was never announced, or was removed");
	};
	let stored = status.chunks.iter().flatten().count();
	let ArtifactStatus { owner, size, chunks, complete, expires_at, pins, reported } = status;
	let value = json!({
		"artifact": id,
		"owner": owner,
		"size": size,
		"chunks": chunks.len(),
		"stored_chunks": stored,
		"complete": complete,
		"expires_at": expires_at,
		"reported_until": reported,
		"pins": pins,
	});
	context.output.show(&value, || {
		let left = u64::from(expires_at).saturating_sub(at.block_number());
		pairs([
			("artifact", format!("{id:?}")),
			("owner", owner.to_string()),
			("size", format!("{} bytes", thousands(size))),
			("chunks", format!("{stored} of {} stored", chunks.len())),
			(
				if complete { "kept until" } else { "upload by" },
				format!("block {expires_at} ({})", chain.duration(&at, left)),
			),
			("relied on by", format!("{pins} others")),
			(
				"missing",
				match reported {
					Some(until) => format!(
						"committees could not get it: unless governance clears that, its deposit \
						 can be burnt after block {until}"
					),
					None => "no".into(),
				},
			),
		])
	});
	Ok(())
}

async fn renew(context: &Context, id: &ArtifactId) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let chain = context.chain().await?;
	let Some(status) = chain.artifact(&chain.best().await?, id).await? else {
		bail!("there is no artifact {id:?}: it was never announced, or was removed");
	};
	let bar = output.bar(status.chunks.len() as u64, "chunks");
	bar.set_message("renewing");
	for index in (0..).take(status.chunks.len()) {
		let call = api::transactions().artifacts().renew(*id, index);
		chain.submit(output.still(), &key, &call, Amount(0)).await?;
		bar.inc(1);
	}
	bar.finish_and_clear();
	show(context, id).await
}

async fn remove(context: &Context, id: &ArtifactId) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().artifacts().remove(*id);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	context.output.show(&json!({ "artifact": id, "block": included.block }), || {
		format!("artifact {id:?} was removed in block {}", included.block)
	});
	Ok(())
}
