//! `assay leaderboard`

use super::{task::Terms, Context};
use crate::{
	amount::Amount,
	chain::{api, view},
	output::table,
};
use anyhow::Result;
use assay_primitives::TaskId;
use serde_json::json;

pub async fn run(context: &Context, task: TaskId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let entries = view(&at, api::view_functions().claims().leaderboard(task)).await?;
	// Leaderboards outlive their tasks.
	let metric = match entries.is_empty() {
		true => Some(Terms::of(&chain.task(&at, task).await?).metric),
		false => chain.task(&at, task).await.ok().map(|record| Terms::of(&record).metric),
	};
	let rows: Vec<_> = entries
		.iter()
		.map(|entry| {
			json!({
				"claim": entry.claim,
				"miner": entry.miner,
				"score": *entry.score,
				"paid": Amount(entry.paid),
				"block": entry.at,
			})
		})
		.collect();
	let metric = metric.map(|metric| metric.name());
	context.output.show(&json!({ "task": task, "metric": metric, "entries": rows }), || {
		if entries.is_empty() {
			return format!("No claim in task {task} is verified yet.");
		}
		let rows = entries.iter().zip(1..).map(|(entry, place): (_, u32)| {
			[
				place.to_string(),
				entry.score.to_string(),
				entry.claim.to_string(),
				entry.miner.to_string(),
				format!("{} AIT", Amount(entry.paid)),
				entry.at.to_string(),
			]
		});
		table(["", metric.unwrap_or("score"), "claim", "miner", "paid", "block"], rows.collect())
	});
	Ok(())
}
