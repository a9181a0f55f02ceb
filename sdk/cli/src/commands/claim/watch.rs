//! `assay claim watch`

use super::explain;
use crate::{
	chain::{api, At, Chain, ClaimViewOf, JobOf, Phase, Stage},
	commands::queue::Count,
	output::Output,
};
use anyhow::Result;
use assay_primitives::{ClaimId, JobId};
use serde_json::{json, Value};
use std::collections::BTreeSet;

/// Tells each stage of a claim once, until the block in which it has ended is final.
pub async fn watch(output: Output, chain: &Chain, claim: ClaimId) -> Result<()> {
	let mut blocks = chain.blocks().await?;
	let mut told = Told { output, claim, keys: BTreeSet::new() };
	let mut at = chain.best().await?;
	let spinner = output.spinner("");
	loop {
		let view = chain.claim(&at, claim).await?;
		let job = match view.job {
			Some(job) => in_progress(&at, job).await?,
			None => None,
		};
		spinner.suspend(|| told.stages(&at, &view, job.as_ref()));
		spinner.set_message(format!("block {}", at.block_number()));
		if view.ended_at.is_some() {
			let finalized = chain.finalized().await?;
			let view = chain.claim(&finalized, claim).await;
			if let Some(view) = view.ok().filter(|view| view.ended_at.is_some()) {
				spinner.finish_and_clear();
				told.last(&finalized, &view);
				return Ok(());
			}
		}
		at = chain.next(&mut blocks).await?;
	}
}

async fn in_progress(at: &At, job: JobId) -> Result<Option<JobOf>> {
	let found = at.storage().try_fetch(api::storage().verification().jobs(), (job,)).await?;
	Ok(found.map(|found| found.decode()).transpose()?)
}

/// What was told.
struct Told {
	output: Output,
	claim: ClaimId,
	keys: BTreeSet<String>,
}

impl Told {
	/// Tells that something happened in a block, unless that was told before.
	fn tell(&mut self, event: &str, block: impl Into<u64>, text: String, more: Value) {
		if !self.keys.insert(format!("{event} {more}")) {
			return;
		}
		let block = block.into();
		let mut value =
			json!({ "claim": self.claim, "event": event, "block": block, "text": text });
		if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
			value.extend(more);
		}
		self.output.show(&value, || format!("#{block:<8} {text}"));
	}

	/// Tells what is new.
	fn stages(&mut self, at: &At, view: &ClaimViewOf, job: Option<&JobOf>) {
		let text = format!("claim {} committed by {}", view.claim, view.miner);
		self.tell("committed", view.committed_at, text, json!({}));
		if let (Some(block), Some(claimed), Some(id)) =
			(view.revealed_at, view.claimed.as_ref(), view.job)
		{
			let text = format!("revealed: {} is claimed, job {id} verifies it", **claimed);
			self.tell("revealed", block, text, json!({ "job": id, "claimed": **claimed }));
		}
		if let Some(job) = job.filter(|job| !matches!(job.phase, Phase::Drawing { .. })) {
			let Count { members, committed, revealed } = Count::of(job);
			let round = job.round;
			let text = format!("committee of {members} drawn (round {round})");
			self.tell("drawn", job.drawn_at, text, json!({ "round": round, "members": members }));
			for (event, count, what) in [
				("verdicts_committed", committed, "committed"),
				("verdicts_revealed", revealed, "revealed"),
			] {
				if count > 0 {
					let text = format!("{count} of {members} verdicts {what}");
					let more = json!({ "round": round, "members": members, "verdicts": count });
					self.tell(event, at.block_number(), text, more);
				}
			}
		}
		if let (Stage::Measured, Some(measured)) = (&view.stage, &view.measured) {
			let (text, more) = (explain::sentence(view), json!({ "measured": **measured }));
			self.tell("measured", at.block_number(), text, more);
		}
		if let Some(block) = view.ended_at {
			self.tell(
				explain::stage(&view.stage),
				block,
				explain::sentence(view),
				explain::json(view),
			);
		}
	}

	/// Tells that nothing can change any more.
	fn last(&mut self, at: &At, view: &ClaimViewOf) {
		let text = format!("final: {}", explain::stage(&view.stage));
		self.tell("final", at.block_number(), text, explain::json(view));
	}
}
