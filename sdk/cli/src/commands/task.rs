//! `assay task …`

use super::{artifact, program, random, Context};
use crate::{
	account,
	amount::Amount,
	arguments::{Blob, RunOptions, Task, TaskOptions},
	chain::{
		api::{self, runtime_types::bounded_collections::bounded_vec::BoundedVec},
		Chain, Holdout, Reward, SeedSource, TaskOf, TaskSpec,
	},
	local,
	output::{pairs, table, Output},
	store::{HoldoutSecrets, Secrets, Store},
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::{
	ArtifactId, Limits, Manifest, Metric, Score, TaskId, TrainingJob, H256, VM_VERSION,
};
use assay_vm::Dataset;
use serde_json::{json, Value};
use std::path::Path;
use subxt::utils::Static;
use subxt_signer::sr25519::Keypair;

pub async fn run(context: &Context, command: Task) -> Result<()> {
	match command {
		Task::Create(options) => create(context, *options).await,
		Task::List => list(context).await,
		Task::Show { task } => show(context, task).await,
		Task::RevealHoldout { task } => reveal_holdout(context, task).await,
		Task::TopUp { task, winners } => top_up(context, task, winners).await,
		Task::Cancel { task } => cancel(context, task).await,
		Task::Close { task } => close(context, task).await,
	}
}

async fn top_up(context: &Context, task: TaskId, winners: u32) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let terms = Terms::of(&chain.task(&chain.best().await?, task).await?);
	let escrow = Amount(terms.reward.0.saturating_mul(winners.into()));
	let call = api::transactions().tasks().top_up(task, winners);
	let included = chain.submit(context.output, &key, &call, escrow).await?;
	let value =
		json!({ "task": task, "winners": winners, "escrow": escrow, "block": included.block });
	context.output.show(&value, || {
		format!("{winners} bounties were added to task {task} in block {}", included.block)
	});
	Ok(())
}

async fn cancel(context: &Context, task: TaskId) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().tasks().cancel(task);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	let event: api::tasks::events::TaskCancelled = included.event()?;
	let returned = Amount(event.returned);
	let value = json!({ "task": task, "returned": returned, "block": included.block });
	context.output.show(&value, || {
		format!("task {task} was cancelled in block {}; {returned} AIT went back", included.block)
	});
	Ok(())
}

async fn close(context: &Context, task: TaskId) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().tasks().close(task);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	let event: api::tasks::events::TaskClosed = included.event()?;
	let returned = Amount(event.returned);
	let value = json!({ "task": task, "returned": returned, "block": included.block });
	context.output.show(&value, || {
		format!(
			"task {task} was closed in block {}; {returned} AIT went back to the sponsor",
			included.block
		)
	});
	Ok(())
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
	/// Holdout data, as soon as they are known.
	pub holdout: Option<ArtifactId>,
	/// Last block in which a sealed holdout can be published.
	pub sealed_until: Option<u32>,
	/// First and last block in which claims are revealed that are hidden until the deadline.
	pub reveals: Option<(u32, u32)>,
	/// Whether the chain draws the seeds.
	pub draws_seeds: bool,
	/// How claims are scored.
	pub metric: Metric,
	/// A claim must reach this.
	pub threshold: Score,
	/// By how much a measured score may be worse than the claimed one.
	pub tolerance: Score,
	/// What a run may use.
	pub limits: Limits,
	/// Paid for each claim that wins; in a contest, what they share.
	pub reward: Amount,
	/// How many claims are paid in all.
	pub winners: u32,
	/// In which proportions they share the reward of a contest.
	pub shares: Option<Vec<u32>>,
	/// How many bounties were paid.
	pub paid: u32,
	/// By how much a claim must improve on the best one to get a bounty.
	pub min_improvement: Option<Score>,
	/// Last block in which claims can be committed.
	pub deadline: u32,
}

impl Terms {
	/// Reads a record.
	pub fn of(record: &TaskOf) -> Self {
		let spec = &record.spec;
		let (reward, winners, shares, min_improvement) = match &spec.reward {
			Reward::Bounty { amount, winners, min_improvement } => {
				(*amount, *winners, None, Some(Score(*min_improvement)))
			},
			Reward::Contest { pool, shares } => {
				let places = u32::try_from(shares.0.len()).unwrap_or(u32::MAX);
				(*pool, places, Some(shares.0.clone()), None)
			},
		};
		Self {
			name: String::from_utf8_lossy(&spec.name.0).into_owned(),
			train: spec.train,
			train_root: spec.train_root,
			chunk_rows: spec.chunk_rows,
			holdout: record.holdout,
			sealed_until: record.sealed_until,
			reveals: record.reveals.as_ref().map(|reveals| (reveals.from, reveals.until)),
			draws_seeds: matches!(spec.seed, SeedSource::Chain),
			metric: *spec.metric,
			threshold: *spec.threshold,
			tolerance: Score(spec.tolerance.unwrap_or_default()),
			limits: *spec.limits,
			reward: Amount(reward),
			winners,
			shares,
			paid: record.paid,
			min_improvement,
			deadline: spec.deadline,
		}
	}

	/// The most that one claim can be paid.
	pub fn prize(&self) -> Amount {
		match &self.shares {
			Some(shares) => {
				let sum: u128 = shares.iter().map(|share| u128::from(*share)).sum();
				let first = shares.first().copied().unwrap_or_default();
				let part = self.reward.0.saturating_mul(first.into());
				Amount(part.checked_div(sum).unwrap_or_default())
			},
			None => self.reward,
		}
	}

	/// The job that verifies a claim, with some holdout.
	pub fn job(&self, program: ArtifactId, run: &RunOptions, holdout: ArtifactId) -> TrainingJob {
		TrainingJob {
			vm_version: VM_VERSION,
			program,
			params: run.params.clone(),
			seed: run.seed,
			train: self.train,
			train_root: self.train_root,
			chunk_rows: self.chunk_rows,
			holdout,
			metric: self.metric,
			file: None,
			limits: self.limits,
		}
	}

	/// What a run is scored on here: the holdout, or as long as it is sealed, some other data.
	pub async fn scored_on(
		&self,
		output: Output,
		chain: &Chain,
		store: &Store,
		validate: Option<&Path>,
		train: &[u8],
	) -> Result<(ArtifactId, Vec<u8>)> {
		let bytes = match (self.holdout, validate) {
			(Some(id), _) => return Ok((id, artifact::fetch(output, chain, store, &id).await?)),
			(None, Some(path)) => local::read(path, "the validation data")?,
			(None, None) => {
				output.warn(
					"the holdout is sealed: the run is scored on its own training data, which says \
					 little; expected other data (--validate FILE)",
				);
				train.to_vec()
			},
		};
		Ok((Manifest::of(&bytes).id(), bytes))
	}

	fn state(&self, now: u64) -> &'static str {
		if now > self.deadline.into() {
			"past its deadline"
		} else if self.shares.is_none() && self.paid >= self.winners {
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
			"sealed_until": self.sealed_until,
			"reveals": self.reveals.map(|(from, until)| json!({ "from": from, "until": until })),
			"seeds": if self.draws_seeds { "chain" } else { "miner" },
			"metric": self.metric.name(),
			"threshold": self.threshold,
			"tolerance": self.tolerance,
			"limits": self.limits,
			"reward": self.reward,
			"winners": self.winners,
			"shares": self.shares,
			"escrow": Amount(record.escrow),
			"paid": self.paid,
			"min_improvement": self.min_improvement,
			"created_at": record.created_at,
			"deadline": self.deadline,
			"open": now <= self.deadline.into(),
			"open_claims": record.open_claims,
			"revealed_claims": record.revealed,
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
	let holdout = if options.sealed {
		// On disk before anybody can see the commitment: from here on, nothing is lost by a crash.
		let id = Manifest::of(&holdout).id();
		store.cache(&id, &holdout)?;
		let secrets = HoldoutSecrets { sponsor: account::of(&key), holdout: id, salt: random()? };
		let file = store.save(&chain.genesis(), &secrets)?;
		output.note(format!("what opens the sealed holdout is in {}", file.display()));
		Holdout::Sealed(secrets.commitment())
	} else {
		Holdout::Open(stored(context, &chain, &key, &options.holdout, &holdout).await?)
	};
	let now = chain.best().await?.block_number();
	let deadline = u32::try_from(now)?.saturating_add(options.deadline_blocks);
	let reward = if options.shares.is_empty() {
		Reward::Bounty {
			amount: options.reward.0,
			winners: options.winners,
			min_improvement: options.min_improvement.0,
		}
	} else {
		Reward::Contest { pool: options.reward.0, shares: BoundedVec(options.shares.clone()) }
	};
	let places = if options.shares.is_empty() { options.winners } else { 1 };
	let needs = Amount(options.reward.0.saturating_mul(places.into()));
	let spec = TaskSpec {
		name: BoundedVec(options.name.clone().into_bytes()),
		train,
		train_root,
		chunk_rows: options.chunk_rows,
		holdout,
		metric: Static(options.metric),
		threshold: Static(options.threshold),
		tolerance: options.tolerance.map(|tolerance| tolerance.0),
		limits: Static(options.limits.into()),
		reward,
		seed: if options.draw_seeds { SeedSource::Chain } else { SeedSource::Miner },
		deadline,
	};
	let call = api::transactions().tasks().create(spec);
	let included = chain.submit(output, &key, &call, needs).await?;
	let event: api::tasks::events::TaskCreated = included.event()?;
	let terms = Terms::of(&chain.task(&chain.best().await?, event.task).await?);
	let value = json!({
		"task": event.task,
		"name": options.name,
		"train": train,
		"train_root": train_root,
		"holdout": terms.holdout,
		"sealed_until": terms.sealed_until,
		"escrow": Amount(event.escrow),
		"deadline": event.deadline,
		"block": included.block,
	});
	output.show(&value, || {
		pairs([
			("task", event.task.to_string()),
			("created", format!("in block {}", included.block)),
			("training data", format!("{train:?}")),
			("holdout", holdout_line(&terms)),
			("escrow", format!("{} AIT", Amount(event.escrow))),
			("deadline", format!("block {}", event.deadline)),
			("next", format!("assay task show {}", event.task)),
		])
	});
	Ok(())
}

fn holdout_line(terms: &Terms) -> String {
	match (terms.holdout, terms.sealed_until, terms.reveals) {
		(Some(holdout), ..) => format!("{holdout:?}"),
		(None, Some(until), Some((_, reveals))) => {
			format!("sealed; published in blocks {} to {until}", reveals.saturating_add(1))
		},
		(None, ..) => "sealed".into(),
	}
}

async fn reveal_holdout(context: &Context, task: TaskId) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let at = chain.best().await?;
	let record = chain.task(&at, task).await?;
	let Holdout::Sealed(sealed) = record.spec.holdout else {
		bail!("the holdout of task {task} is open; there is nothing to publish");
	};
	let secrets = store.all::<HoldoutSecrets>(&chain.genesis())?;
	let Some(secrets) = secrets.into_iter().find(|secrets| secrets.commitment() == sealed) else {
		bail!(
			"this machine does not have what opens the holdout of task {task}; expected the data \
			 folder (--data-dir) that the task was created with"
		);
	};
	if let (Some((_, reveals)), Some(until)) = (Terms::of(&record).reveals, record.sealed_until) {
		let now = at.block_number();
		if now < reveals.into() {
			let left = u64::from(reveals).saturating_sub(now);
			bail!(
				"claims can be revealed until block {reveals}; publish the holdout in blocks {} to \
				 {until}: try again in {}",
				reveals.saturating_add(1),
				chain.duration(&at, left)
			);
		}
	}
	let holdout = store.cached(&secrets.holdout).with_context(|| {
		format!("the data folder has no unharmed copy of the holdout {:?}", secrets.holdout)
	})?;
	output.note("storing the holdout");
	artifact::put(output, &chain, &key, &holdout).await?;
	let call = api::transactions().tasks().reveal_holdout(task, secrets.holdout, secrets.salt);
	let included = chain.submit(output, &key, &call, Amount(0)).await?;
	let value = json!({ "task": task, "holdout": secrets.holdout, "block": included.block });
	output.show(&value, || {
		format!("the holdout {:?} was published in block {}", secrets.holdout, included.block)
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
				match terms.shares {
					Some(_) => format!("{} places", terms.winners),
					None => format!("{} of {}", terms.paid, terms.winners),
				},
				record.open_claims.to_string(),
				format!("{}, until block {}", terms.state(now), terms.deadline),
			]
		});
		table(
			["task", "name", "asks for", "reward", "paid", "open claims", "state"],
			rows.collect(),
		)
	});
	Ok(())
}

fn reward_line(terms: &Terms) -> String {
	match (&terms.shares, terms.min_improvement) {
		(Some(shares), _) => {
			let shares = shares.iter().map(ToString::to_string).collect::<Vec<_>>().join(" : ");
			format!("{} AIT, shared {shares} by the best when the task is closed", terms.reward)
		},
		(None, least) => format!(
			"{} AIT for each claim that improves on the best one by {}; {} of {} paid",
			terms.reward,
			least.unwrap_or_default(),
			terms.paid,
			terms.winners
		),
	}
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
	let fee = chain.claim_fee(&at, &terms.limits, terms.prize()).await?;
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
			("reward", reward_line(&terms)),
			(
				"claims",
				match terms.reveals {
					Some((from, until)) => format!("hidden; revealed in blocks {from} to {until}"),
					None => "revealed from the block after their commitment on".into(),
				},
			),
			("seeds", if terms.draws_seeds { "drawn by the chain" } else { "the miner's" }.into()),
			("verification", format!("{fee} AIT a claim")),
			("open claims", record.open_claims.to_string()),
			("training data", format!("{:?}", terms.train)),
			("its root", format!("{:?} in chunks of {} rows", terms.train_root, terms.chunk_rows)),
			("holdout", holdout_line(&terms)),
			("limits", local::limits(&terms.limits)),
		])
	});
	Ok(())
}
