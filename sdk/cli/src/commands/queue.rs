//! `assay queue`

use super::Context;
use crate::{
	amount::Amount,
	chain::{api, Client, JobOf, Phase, Verdict},
	output::table,
};
use anyhow::Result;
use assay_primitives::JobId;
use serde_json::json;

pub async fn run(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let now = at.block_number();
	let mut entries = at.storage().iter(api::storage().verification().jobs(), ()).await?;
	let mut jobs: Vec<(JobId, JobOf)> = Vec::new();
	while let Some(entry) = entries.next().await {
		let entry = entry?;
		let (job,) = entry.key()?.decode()?;
		jobs.push((job, entry.value().decode()?));
	}
	jobs.sort_by_key(|(id, job)| (deadline(job), *id));
	let value: Vec<_> = jobs
		.iter()
		.map(|(id, job)| {
			let Count { members, committed, revealed } = Count::of(job);
			let (kind, number) = client(job);
			let of = |wanted: &str| (kind == wanted).then_some(number);
			json!({
				"job": id,
				"claim": of("claim"),
				"model": of("model"),
				"contest": of("contest"),
				"appeal": of("appeal"),
				"audit": of("audit"),
				"round": job.round,
				"phase": phase(job),
				"deadline": deadline(job),
				"members": members,
				"committed": committed,
				"revealed": revealed,
				"fee": Amount(job.fee),
			})
		})
		.collect();
	context.output.show(&json!({ "block": now, "jobs": value }), || {
		if jobs.is_empty() {
			return format!("No verification is in progress in block {now}.");
		}
		let rows = jobs.iter().map(|(id, job)| {
			let Count { members, committed, revealed } = Count::of(job);
			let left = u64::from(deadline(job)).saturating_sub(now);
			[
				id.to_string(),
				format!("{} {}", client(job).0, client(job).1),
				job.round.to_string(),
				phase(job).into(),
				format!("{committed} committed, {revealed} revealed of {members}"),
				format!("block {} ({})", deadline(job), chain.duration(&at, left)),
				format!("{} AIT", Amount(job.fee)),
			]
		});
		table(["job", "for", "round", "phase", "verdicts", "until", "fee"], rows.collect())
	});
	Ok(())
}

/// How many verdicts a job has.
pub struct Count {
	/// Members of the committee; 0 before it is drawn.
	pub members: usize,
	/// Members that committed, revealed or not.
	pub committed: usize,
	/// Members that revealed.
	pub revealed: usize,
}

impl Count {
	/// Counts.
	pub fn of(job: &JobOf) -> Self {
		let count = |wanted: fn(&Verdict) -> bool| {
			job.members.0.iter().filter(|member| wanted(&member.verdict)).count()
		};
		Self {
			members: job.members.0.len(),
			committed: count(|verdict| !matches!(verdict, Verdict::Awaited)),
			revealed: count(|verdict| matches!(verdict, Verdict::Revealed(_))),
		}
	}
}

/// What a job is run for: its kind and number.
fn client(job: &JobOf) -> (&'static str, u64) {
	match job.client {
		Client::Claim(claim) => ("claim", claim),
		Client::Model(model) => ("model", model),
		Client::Contest(contest) => ("contest", contest),
		Client::Appeal(slash) => ("appeal", slash),
		Client::Audit(job) => ("audit", job),
	}
}

/// What a job waits for.
fn phase(job: &JobOf) -> &'static str {
	match job.phase {
		Phase::Drawing { .. } => "drawing",
		Phase::Committing { .. } => "committing",
		Phase::Revealing { .. } => "revealing",
	}
}

/// Last block of the phase.
fn deadline(job: &JobOf) -> u32 {
	match job.phase {
		Phase::Drawing { at } => at,
		Phase::Committing { until } | Phase::Revealing { until } => until,
	}
}
