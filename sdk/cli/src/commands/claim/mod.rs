//! `assay claim …`

mod explain;
mod submit;
mod watch;

use super::{artifact, task::Terms, Context};
use crate::{
	account,
	amount::Amount,
	arguments::Claim,
	chain::{api, At, Chain, ClaimViewOf, Deadline, Stage},
	store::{ClaimSecrets, Secrets, Store},
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::ClaimId;
use serde_json::json;
use subxt::utils::{AccountId32, Static, H256};
use subxt_signer::sr25519::Keypair;
use watch::watch;

pub use explain::stage;

pub async fn run(context: &Context, command: Claim) -> Result<()> {
	match command {
		Claim::Submit(options) => submit::run(context, *options).await,
		Claim::Reveal { claim, watch } => reveal(context, claim, watch).await,
		Claim::Withdraw { claim } => withdraw(context, claim).await,
		Claim::Remove { claim } => remove(context, claim).await,
		Claim::Status { claim } => explain::run(context, claim).await,
		Claim::Watch { claim } => watch(context.output, &context.chain().await?, claim).await,
	}
}

/// The claim of a miner that has a commitment, at some block.
pub async fn find(at: &At, miner: AccountId32, commitment: H256) -> Result<Option<ClaimId>> {
	let key = (miner, commitment);
	let found = at.storage().try_fetch(api::storage().claims().commitments(), key).await?;
	Ok(found.map(|found| found.decode()).transpose()?)
}

/// What this machine has committed to and not revealed: secrets with the numbers of their claims.
async fn unrevealed(
	chain: &Chain,
	store: &Store,
	key: &Keypair,
	only: Option<ClaimId>,
) -> Result<Vec<(ClaimId, ClaimSecrets)>> {
	let at = chain.best().await?;
	let who = account::of(key);
	let mut found = Vec::new();
	for secrets in store.all::<ClaimSecrets>(&chain.genesis())? {
		let Some(claim) = find(&at, secrets.miner, secrets.commitment()).await? else { continue };
		if secrets.miner != who || only.is_some_and(|only| only != claim) {
			continue;
		}
		let view = chain.claim(&at, claim).await?;
		if matches!(view.stage, Stage::Committed) {
			found.push((claim, secrets));
		} else if only.is_some() {
			bail!(
				"claim {claim} is {}, not waiting to be revealed: see `assay claim status {claim}`",
				explain::stage(&view.stage)
			);
		}
	}
	found.sort_by_key(|(claim, _)| *claim);
	Ok(found)
}

async fn reveal(context: &Context, only: Option<ClaimId>, follow: bool) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let waiting = unrevealed(&chain, &store, &key, only).await?;
	if let (Some(claim), true) = (only, waiting.is_empty()) {
		let view = chain.claim(&chain.best().await?, claim).await?;
		if view.miner != account::of(&key) {
			bail!("claim {claim} belongs to {}; expected its key to sign", view.miner);
		}
		bail!(
			"this machine does not have what claim {claim} committed to; expected the data folder \
			 (--data-dir) that it was submitted with, or `assay claim withdraw {claim}` to keep its \
			 bond"
		);
	}
	let mut revealed = Vec::new();
	let mut failed = None;
	for (claim, secrets) in waiting {
		// The others are not to wait for a claim that is hidden for long.
		let at = chain.best().await?;
		if let (None, Deadline::Reveal { from, .. }) = (only, chain.claim(&at, claim).await?.next) {
			if u64::from(from) > at.block_number().saturating_add(1) {
				output.note(format!("claim {claim} can be revealed from block {from} on"));
				continue;
			}
		}
		match reveal_one(context, &chain, &key, &secrets).await {
			Ok((view, block)) => {
				output.note(format!("claim {claim} was revealed in block {block}"));
				revealed.push((claim, block, view.job));
			},
			Err(error) => {
				output.warn(format!("{error:#}"));
				failed = Some(error);
			},
		}
	}
	let value: Vec<_> = revealed
		.iter()
		.map(|(claim, block, job)| json!({ "claim": claim, "revealed_at": block, "job": job }))
		.collect();
	output.show(&json!({ "revealed": value }), || match revealed.len() {
		0 => "Nothing waits to be revealed.".into(),
		1 => "1 claim revealed.".into(),
		claims => format!("{claims} claims revealed."),
	});
	if follow {
		for (claim, ..) in revealed {
			watch(output, &chain, claim).await?;
		}
	}
	failed.map_or(Ok(()), Err)
}

/// Reveals a claim. Waits until its commitment is final first, or until half of the reveal window
/// is over: who sees a revealed claim while its commitment can still be undone could commit to the
/// same before it.
pub async fn reveal_one(
	context: &Context,
	chain: &Chain,
	key: &Keypair,
	secrets: &ClaimSecrets,
) -> Result<(ClaimViewOf, u64)> {
	let spinner = context
		.output
		.spinner("waiting until the claim can be revealed and its commitment is final");
	let mut blocks = chain.blocks().await?;
	let (claim, fee) = loop {
		let at = chain.best().await?;
		let found = find(&at, secrets.miner, secrets.commitment()).await?;
		if let Some(claim) = found {
			let view = chain.claim(&at, claim).await?;
			let Deadline::Reveal { from, until, .. } = view.next else {
				bail!("claim {claim} is {} already", explain::stage(&view.stage));
			};
			let half = u64::from(from.midpoint(until));
			let finalized =
				find(&chain.finalized().await?, secrets.miner, secrets.commitment()).await?;
			// The next block is the first that can take it.
			let open = at.block_number().saturating_add(1) >= from.into();
			if open && (finalized == Some(claim) || at.block_number() >= half) {
				let record = chain.task(&at, view.task).await?;
				let terms = Terms::of(&record);
				break (claim, chain.claim_fee(&at, &terms.limits, terms.prize()).await?);
			}
		}
		chain.next(&mut blocks).await?;
	};
	spinner.finish_and_clear();
	let again = || {
		format!(
			"claim {claim} is committed and not revealed; to try again: assay claim reveal {claim}, to \
			 take it back: assay claim withdraw {claim}"
		)
	};
	if let Some(program) = context.store()?.cached(&secrets.body.program) {
		artifact::put(context.output, chain, key, &program).await.with_context(again)?;
	}
	let call =
		api::transactions().claims().reveal(claim, Static(secrets.body.clone()), secrets.salt);
	let included = chain.submit(context.output, key, &call, fee).await.with_context(again)?;
	let view = chain.claim(&chain.best().await?, claim).await?;
	Ok((view, included.block))
}

async fn withdraw(context: &Context, claim: ClaimId) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().claims().withdraw(claim);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	context.output.show(&json!({ "claim": claim, "block": included.block }), || {
		format!("claim {claim} was withdrawn in block {}; its bond is free", included.block)
	});
	Ok(())
}

async fn remove(context: &Context, claim: ClaimId) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().claims().remove(claim);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	context.output.show(&json!({ "claim": claim, "block": included.block }), || {
		format!("the record of claim {claim} was removed in block {}", included.block)
	});
	Ok(())
}
