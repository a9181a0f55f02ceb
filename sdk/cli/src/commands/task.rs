//! `assay task …`

use super::{artifact, program, Context};
use crate::{
	amount::Amount,
	arguments::{Blob, RunOptions, Task, TaskOptions},
	chain::{api, Chain, Holdout, Reward, TaskOf, TaskSpec},
	local,
	output::{pairs, table},
};
use anyhow::{bail, Result};
use assay_primitives::{ArtifactId, Limits, Metric, Score, TaskId, TrainingJob, H256, VM_VERSION};
use assay_vm::Dataset;
use serde_json::{json, Value};
use subxt::utils::Static;
use subxt_signer::sr25519::Keypair;

pub async fn run(context: &Context, command: Task) -> Result<()> {
	match command {
		Task::Create(options) => create(context, *options).await,
		Task::List => list(context).await,
		Task::Show { task } => show(context, task).await,
	}
}

/// The terms of a task, in the types of this crate.
pub struct Terms {
	/// What it is called.
	pub name: String,
	/// Training data.
	pub train: ArtifactId,
	/// Its Merkle root.
	pub train_root: H256,
	/// Rows in each chunk.
	pub chunk_rows: u32,
	/// Holdout data.
	pub holdout: ArtifactId,
	/// How claims are scored.
	pub metric: Metric,
	/// A claim must reach this.
	pub threshold: Score,
	/// By how much a measured score may be worse than the claimed one.
	pub tolerance: Score,
	/// What a run may use.
	pub limits: Limits,
	/// Paid for each claim that wins.
	pub reward: Amount,
	/// How many claims are paid in all.
	pub winners: u32,
	/// How many were paid.
	pub paid: u32,
	/// By how much a claim must improve on the best one.
	pub min_improvement: Score,
	/// Last block in which claims can be committed.
	pub deadline: u32,
}

impl Terms {
	/// Reads a record.
	pub fn of(record: &TaskOf) -> Self {
		let spec = &record.spec;
		let Holdout::Open(holdout) = spec.holdout;
		let Reward::Bounty { amount, winners, min_improvement } = spec.reward;
		Self {
			name: String::from_utf8_lossy(&spec.name.0).into_owned(),
			train: spec.train,
			train_root: spec.train_root,
			chunk_rows: spec.chunk_rows,
			holdout,
			metric: *spec.metric,
			threshold: *spec.threshold,
			tolerance: Score(spec.tolerance.unwrap_or_default()),
			limits: *spec.limits,
			reward: Amount(amount),
			winners,
			paid: record.paid,
			min_improvement: Score(min_improvement),
			deadline: spec.deadline,
		}
	}

	/// The job that verifies a claim.
	pub fn job(&self, program: ArtifactId, run: &RunOptions) -> TrainingJob {
		TrainingJob {
			vm_version: VM_VERSION,
			program,
			params: run.params.clone(),
			seed: run.seed,
			train: self.train,
			train_root: self.train_root,
			chunk_rows: self.chunk_rows,
			holdout: self.holdout,
			metric: self.metric,
			file: None,
			limits: self.limits,
		}
	}

	fn state(&self, now: u64) -> &'static str {
		if now > self.deadline.into() {
			"past its deadline"
		} else if self.paid >= self.winners {
			"open, all bounties paid"
		} else {
			"open"
		}
	}

	fn json(&self, task: TaskId, record: &TaskOf, now: u64) -> Value {
		json!({
			"task": task,
			"name": self.name,
			"sponsor": record.sponsor,
			"train": self.train,
			"train_root": self.train_root,
			"chunk_rows": self.chunk_rows,
			"holdout": self.holdout,
			"metric": self.metric.name(),
			"threshold": self.threshold,
			"tolerance": self.tolerance,
			"limits": self.limits,
			"reward": self.reward,
			"winners": self.winners,
			"paid": self.paid,
			"min_improvement": self.min_improvement,
			"created_at": record.created_at,
			"deadline": self.deadline,
			"open": now <= self.deadline.into(),
			"open_claims": record.open_claims,
			"block": now,
		})
	}
}

async fn create(context: &Context, options: TaskOptions) -> Result<()> {
	let output = context.output;
	if options.train == options.holdout {
		bail!("training data and holdout are the same; expected data that no program has seen");
	}
	let key = context.key()?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let train = artifact::read(output, &chain, &store, &options.train, "the training data").await?;
	let holdout =
		artifact::read(output, &chain, &store, &options.holdout, "the holdout data").await?;
	check_data(&train, &holdout, options.metric)?;
	let train_root =
		program::root(&train, "the training data", options.metric, options.chunk_rows)?;

	let train = stored(context, &chain, &key, &options.train, &train).await?;
	let holdout = stored(context, &chain, &key, &options.holdout, &holdout).await?;
	let now = chain.best().await?.block_number();
	let deadline = u32::try_from(now)?.saturating_add(options.deadline_blocks);
	let spec = TaskSpec {
		name: api::runtime_types::bounded_collections::bounded_vec::BoundedVec(
			options.name.clone().into_bytes(),
		),
		train,
		train_root,
		chunk_rows: options.chunk_rows,
		holdout: Holdout::Open(holdout),
		metric: Static(options.metric),
		threshold: Static(options.threshold),
		tolerance: options.tolerance.map(|tolerance| tolerance.0),
		limits: Static(options.limits.into()),
		reward: Reward::Bounty {
			amount: options.reward.0,
			winners: options.winners,
			min_improvement: options.min_improvement.0,
		},
		deadline,
	};
	let escrow = Amount(options.reward.0.saturating_mul(options.winners.into()));
	let call = api::transactions().tasks().create(spec);
	let included = chain.submit(output, &key, &call, escrow).await?;
	let event: api::tasks::events::TaskCreated = included.event()?;
	let value = json!({
		"task": event.task,
		"name": options.name,
		"train": train,
		"train_root": train_root,
		"holdout": holdout,
		"escrow": Amount(event.escrow),
		"deadline": event.deadline,
		"block": included.block,
	});
	output.show(&value, || {
		pairs([
			("task", event.task.to_string()),
			("created", format!("in block {}", included.block)),
			("training data", format!("{train:?}")),
			("holdout", format!("{holdout:?}")),
			("escrow", format!("{} AIT", Amount(event.escrow))),
			("deadline", format!("block {}", event.deadline)),
			("next", format!("assay task show {}", event.task)),
		])
	});
	Ok(())
}

/// Fails unless models trained on the one can be measured on the other.
fn check_data(train: &[u8], holdout: &[u8], metric: Metric) -> Result<()> {
	let bad = |what, fault| anyhow::anyhow!("the {what} data cannot be used: {fault}");
	let train = Dataset::parse(train, metric).map_err(|fault| bad("training", fault))?;
	let holdout = Dataset::parse(holdout, metric).map_err(|fault| bad("holdout", fault))?;
	train.check_train(metric).map_err(|fault| bad("training", fault))?;
	train.check_holdout(&holdout, metric).map_err(|fault| bad("holdout", fault))
}

/// The id of some data, which is stored first if it is a file.
async fn stored(
	context: &Context,
	chain: &Chain,
	key: &Keypair,
	blob: &Blob,
	bytes: &[u8],
) -> Result<ArtifactId> {
	match blob {
		Blob::Id(id) => Ok(*id),
		Blob::File(path) => {
			context.output.note(format!("storing {}", path.display()));
			Ok(artifact::put(context.output, chain, key, bytes).await?.id)
		},
	}
}

async fn list(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let now = at.block_number();
	let mut entries = at.storage().iter(api::storage().tasks().tasks(), ()).await?;
	let mut tasks: Vec<(TaskId, TaskOf)> = Vec::new();
	while let Some(entry) = entries.next().await {
		let entry = entry?;
		let (task,) = entry.key()?.decode()?;
		tasks.push((task, entry.value().decode()?));
	}
	tasks.sort_by_key(|(task, _)| *task);
	let value: Vec<Value> =
		tasks.iter().map(|(task, record)| Terms::of(record).json(*task, record, now)).collect();
	context.output.show(&json!({ "tasks": value }), || {
		if tasks.is_empty() {
			return "There are no tasks. To post one: assay task create --help".into();
		}
		let rows = tasks.iter().map(|(task, record)| {
			let terms = Terms::of(record);
			[
				task.to_string(),
				terms.name.clone(),
				format!("{} {}", terms.metric, goal(&terms)),
				format!("{} AIT", terms.reward),
				format!("{} of {}", terms.paid, terms.winners),
				record.open_claims.to_string(),
				format!("{}, until block {}", terms.state(now), terms.deadline),
			]
		});
		table(
			["task", "name", "asks for", "bounty", "paid", "open claims", "state"],
			rows.collect(),
		)
	});
	Ok(())
}

fn goal(terms: &Terms) -> String {
	let sign = if terms.metric.higher_is_better() { "≥" } else { "≤" };
	format!("{sign} {}", terms.threshold)
}

async fn show(context: &Context, task: TaskId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let now = at.block_number();
	let record = chain.task(&at, task).await?;
	let terms = Terms::of(&record);
	let fee = chain.claim_fee(&at, &terms.limits, terms.reward).await?;
	let mut value = terms.json(task, &record, now);
	value["verification_fee"] = json!(fee);
	context.output.show(&value, || {
		let left = u64::from(terms.deadline).saturating_sub(now);
		pairs([
			("task", task.to_string()),
			("name", terms.name.clone()),
			("sponsor", record.sponsor.to_string()),
			("state", terms.state(now).into()),
			("deadline", format!("block {} ({} left)", terms.deadline, chain.duration(&at, left))),
			("asks for", format!("{} {}", terms.metric, goal(&terms))),
			("tolerance", terms.tolerance.to_string()),
			("bounty", format!("{} AIT, {} of {} paid", terms.reward, terms.paid, terms.winners)),
			("to be paid", format!("improve on the best claim by {}", terms.min_improvement)),
			("verification", format!("{fee} AIT a claim")),
			("open claims", record.open_claims.to_string()),
			("training data", format!("{:?}", terms.train)),
			("its root", format!("{:?} in chunks of {} rows", terms.train_root, terms.chunk_rows)),
			("holdout", format!("{:?}", terms.holdout)),
			("limits", local::limits(&terms.limits)),
		])
	});
	Ok(())
}
