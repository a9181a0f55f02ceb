//! `assay canary …`

mod score;

use super::{artifact, claim, random, task::Terms, Context};
use crate::{
	account,
	amount::Amount,
	arguments::{Blob, Canary, CanaryOptions},
	chain::{api, At, Chain, Stage},
	local,
	output::table,
	store::{BatchSecrets, CanarySecrets, ClaimSecrets, Secrets, Store},
};
use anyhow::{anyhow, bail, ensure, Context as _, Result};
use assay_primitives::{
	commitment::{self, ClaimBody},
	merkle::Proof,
	BatchId, ClaimId, Manifest, Outcome, Score, H256,
};
use assay_vm::Dataset;
use serde_json::{json, Value};
use subxt::utils::Static;

/// A batch of which something is not opened.
type BatchOf = api::audits::storage::batches::Output;

pub async fn run(context: &Context, command: Canary) -> Result<()> {
	match command {
		Canary::Make(options) => make(context, *options).await,
		Canary::OpenBatch { deposit } => open_batch(context, deposit).await,
		Canary::Send { canary } => send(context, canary).await,
		Canary::Open { claim } => open(context, claim).await,
		Canary::Status => status(context).await,
		Canary::CloseBatch { batch } => close_batch(context, batch).await,
	}
}

/// A canary of this machine, and what has become of it.
struct Known {
	secrets: CanarySecrets,
	/// Its batch, if that is on the chain, and its place in it.
	batch: Option<(BatchId, Proof)>,
	/// The claim, once it is committed.
	claim: Option<ClaimId>,
}

/// All canaries of this machine.
async fn known(chain: &Chain, store: &Store, at: &At) -> Result<Vec<Known>> {
	let genesis = chain.genesis();
	let batches: Vec<BatchSecrets> = store.all(&genesis)?;
	let mut all = Vec::new();
	for secrets in store.all::<CanarySecrets>(&genesis)? {
		let leaf = secrets.commitment();
		let batch = batches.iter().find_map(|batch| {
			let index = batch.canaries.iter().position(|canary| *canary == leaf)?;
			Some((batch.batch?, batch.tree().prove(u32::try_from(index).ok()?)?))
		});
		let claim = claim::find(at, secrets.miner, secrets.claim).await?;
		all.push(Known { secrets, batch, claim });
	}
	all.sort_by_key(|canary| {
		(canary.batch.as_ref().map(|(batch, proof)| (*batch, proof.index)), canary.claim)
	});
	Ok(all)
}

async fn batch(at: &At, batch: BatchId) -> Result<Option<BatchOf>> {
	let found = at.storage().try_fetch(api::storage().audits().batches(), (batch,)).await?;
	Ok(found.map(|found| found.decode()).transpose()?)
}

async fn make(context: &Context, options: CanaryOptions) -> Result<()> {
	let output = context.output;
	let chain = context.chain().await?;
	let store = context.store()?;
	let at = chain.best().await?;
	let terms = Terms::of(&chain.task(&at, options.task).await?);
	ensure!(
		terms.holdout.is_some() && !terms.draws_seeds && terms.reveals.is_none(),
		"what a claim gives in task {} nobody can know beforehand; expected a task with an open \
		 holdout, seeds of the miner, and bounties",
		options.task
	);
	let program = match &options.program {
		Blob::File(path) => local::read(path, "the program")?,
		Blob::Id(id) => artifact::fetch(output, &chain, &store, id).await?,
	};
	assay_vm::check(&program, &terms.limits).context("the program is refused")?;
	let id = Manifest::of(&program).id();
	let train = artifact::fetch(output, &chain, &store, &terms.train).await?;
	let (holdout_id, holdout) = terms.scored_on(output, &chain, &store, None, &train).await?;
	let job = terms.job(id, &options.run, holdout_id);
	let inputs = local::Inputs {
		program: program.clone(),
		train,
		holdout: holdout.clone(),
		file: Vec::new(),
	};
	let report = local::run(output, job, inputs).await?;
	output.note(report.text());
	let outcome = report.run.outcome;
	let score = wrong_score(&terms, &outcome, options.score, &holdout)?;

	store.cache(&id, &program)?;
	let trace_salt = random()?;
	// The trace root that it seals is nobody's: the claim is never defended.
	let sealed_trace = commitment::sealed_trace(&random()?, &trace_salt);
	let (params, seed) = (options.run.params, options.run.seed);
	let claim = ClaimSecrets {
		miner: options.miner,
		task: options.task,
		body: ClaimBody { program: id, params, seed, score, sealed_trace },
		salt: random()?,
		trace_root: None,
		trace_salt,
		claim: None,
	};
	let secrets = CanarySecrets {
		claim: claim.commitment(),
		miner: options.miner,
		task: options.task,
		outcome,
		salt: random()?,
	};
	let genesis = chain.genesis();
	store.save(&genesis, &claim)?;
	let file = store.save(&genesis, &secrets)?;
	let value = json!({
		"canary": secrets.claim,
		"task": options.task,
		"miner": options.miner,
		"score": score,
		"outcome": outcome,
		"file": file,
	});
	output.show(&value, || {
		format!(
			"canary {:?} claims {} {score}; it is in no batch yet: assay canary open-batch",
			secrets.claim, terms.metric
		)
	});
	Ok(())
}

/// The score to claim: the one that is named, or one that is better than what is true.
fn wrong_score(
	terms: &Terms,
	outcome: &Outcome,
	named: Option<Score>,
	holdout: &[u8],
) -> Result<Score> {
	let metric = terms.metric;
	let (least, most) = metric.range();
	let score = match (named, outcome) {
		(_, Outcome::Unavailable { input, fault }) => {
			bail!("the {} cannot be used: {fault}", format!("{input:?}").to_lowercase())
		},
		(Some(score), _) => score,
		(None, Outcome::Failed { .. }) => {
			bail!("the run failed, and has no score; expected --score to claim one")
		},
		(None, Outcome::Scored(scored)) => {
			let holdout = Dataset::parse(holdout, metric)
				.map_err(|fault| anyhow!("the holdout cannot be used: {fault}"))?;
			let labels: Vec<f32> = holdout.labels().collect();
			let (tolerance, measured) = (terms.tolerance, scored.score);
			let dice = random()?;
			score::better(metric, tolerance, measured, &labels, holdout.classes(), dice)
				.with_context(|| {
					format!(
						"only a perfect score is better than {measured} by more than the tolerance; \
						 expected another run, or --score"
					)
				})?
		},
	};
	ensure!(
		(least..=most).contains(&score) && terms.metric.gain(score, terms.threshold) >= 0,
		"{score} cannot be claimed in this task; expected {least} to {most}, and {} or better",
		terms.threshold
	);
	if let Outcome::Scored(scored) = outcome {
		ensure!(
			terms.metric.gain(score, scored.score) > terms.tolerance.0,
			"{score} is what the run gives, or within the tolerance of it; expected a claim that is \
			 wrong: another run, or --score"
		);
	}
	Ok(score)
}

async fn open_batch(context: &Context, deposit: Option<Amount>) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let genesis = chain.genesis();
	let at = chain.best().await?;
	recover(&chain, &store, &at).await?;
	let free: Vec<_> = known(&chain, &store, &at)
		.await?
		.into_iter()
		.filter(|canary| canary.batch.is_none() && canary.claim.is_none())
		.map(|canary| canary.secrets.commitment())
		.collect();
	ensure!(!free.is_empty(), "no canary waits for a batch; expected some: assay canary make");
	let deposit = match deposit {
		Some(deposit) => deposit,
		None => Amount(at.constants().entry(api::constants().audits().min_deposit())?),
	};
	let mut secrets = BatchSecrets { auditor: account::of(&key), canaries: free, batch: None };
	let count = u32::try_from(secrets.canaries.len())?;
	let root = secrets.commitment();
	store.save(&genesis, &secrets)?;
	let call = api::transactions().audits().open_batch(root, count, deposit.0);
	let needs = Amount(deposit.0.saturating_mul(count.into()));
	let included = chain.submit(output, &key, &call, needs).await?;
	let event: api::audits::events::BatchOpened = included.event()?;
	secrets.batch = Some(event.batch);
	store.save(&genesis, &secrets)?;
	let value = json!({
		"batch": event.batch,
		"root": root,
		"canaries": count,
		"deposit": deposit,
		"until": event.until,
		"block": included.block,
	});
	output.show(&value, || {
		format!(
			"batch {} has {count} canaries with a deposit of {deposit} AIT each, since block {}; their \
			 miners can send them: assay canary send; what is not opened until block {} is lost",
			event.batch, included.block, event.until
		)
	});
	Ok(())
}

/// Finds the numbers of batches that were sent by a command that did not see the end of it.
async fn recover(chain: &Chain, store: &Store, at: &At) -> Result<()> {
	let genesis = chain.genesis();
	for mut secrets in store.all::<BatchSecrets>(&genesis)? {
		if secrets.batch.is_some() {
			continue;
		}
		let mut entries = at.storage().iter(api::storage().audits().batches(), ()).await?;
		while let Some(entry) = entries.next().await {
			let entry = entry?;
			let (id,) = entry.key()?.decode()?;
			let record: BatchOf = entry.value().decode()?;
			if record.root == secrets.commitment() && record.auditor == secrets.auditor {
				secrets.batch = Some(id);
			}
		}
		if secrets.batch.is_some() {
			store.save(&genesis, &secrets)?;
		}
	}
	Ok(())
}

async fn send(context: &Context, canary: Option<H256>) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let miner = account::of(&key);
	let chain = context.chain().await?;
	let store = context.store()?;
	let at = chain.best().await?;
	let next = known(&chain, &store, &at).await?.into_iter().find(|known| {
		let wanted = canary.is_none_or(|canary| canary == known.secrets.claim);
		wanted && known.secrets.miner == miner && known.claim.is_none() && known.batch.is_some()
	});
	let Some(Known { secrets, .. }) = next else {
		bail!(
			"no canary of {miner} waits to be sent; expected one in a batch (assay canary open-batch), \
			 and the key of its miner"
		);
	};
	let claims: Vec<ClaimSecrets> = store.all(&chain.genesis())?;
	let mut claim = claims
		.into_iter()
		.find(|claim| claim.commitment() == secrets.claim)
		.context("this machine does not have what the canary commits to")?;
	// Stored when the commitment is final, as that of any claim is: nothing tells a canary.
	store.cached(&claim.body.program).context("the program is gone")?;
	let call = api::transactions().claims().commit(claim.task, secrets.claim);
	let included = chain.submit(output, &key, &call, Amount(0)).await?;
	let committed: api::claims::events::ClaimCommitted = included.event()?;
	claim.claim = Some(committed.claim);
	store.save(&chain.genesis(), &claim)?;
	let (view, revealed_at) = claim::reveal_one(context, &chain, &key, &claim).await?;
	let value = json!({
		"claim": view.claim,
		"task": view.task,
		"miner": miner,
		"committed_at": view.committed_at,
		"revealed_at": revealed_at,
		"job": view.job,
	});
	output.show(&value, || {
		format!(
			"claim {} was revealed in block {revealed_at}; to follow it: assay claim watch {0}",
			view.claim
		)
	});
	Ok(())
}

async fn open(context: &Context, only: Option<ClaimId>) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let at = chain.best().await?;
	let mut opened = Vec::new();
	let mut failed = None;
	for Known { secrets, batch: place, claim } in known(&chain, &store, &at).await? {
		let (Some((id, proof)), Some(claim)) = (place, claim) else { continue };
		if only.is_some_and(|only| only != claim) || !is_sealed(&at, id, &proof).await? {
			continue;
		}
		let stage = chain.claim(&at, claim).await?.stage;
		if matches!(stage, Stage::Committed | Stage::Revealed) {
			output.note(format!("claim {claim} has no verdict yet"));
			continue;
		}
		let call = api::transactions().audits().open_canary(
			id,
			claim,
			Static(secrets.outcome),
			secrets.salt,
			Static(proof),
		);
		let result = chain.submit(output, &key, &call, Amount(0)).await.and_then(|included| {
			let event: api::audits::events::CanaryOpened = included.event()?;
			Ok((included.block, event.job))
		});
		match result {
			Ok((block, job)) => opened.push((id, claim, block, job)),
			Err(error) => {
				output.warn(format!("claim {claim}: {error:#}"));
				failed = Some(error);
			},
		}
	}
	let value: Vec<_> = opened
		.iter()
		.map(|(batch, claim, block, job)| {
			json!({ "batch": batch, "claim": claim, "block": block, "rerun": job })
		})
		.collect();
	output.show(&json!({ "opened": value }), || {
		if opened.is_empty() {
			return "No canary can be opened: see assay canary status.".into();
		}
		let lines =
			opened.iter().map(|(_, claim, block, job)| match job {
				None => format!("claim {claim} was caught; opened in block {block}\n"),
				Some(job) => {
					format!("claim {claim} was not caught; opened in block {block}, job {job} re-runs it\n")
				},
			});
		lines.collect()
	});
	failed.map_or(Ok(()), Err)
}

/// Whether a canary is on the chain, and not opened.
async fn is_sealed(at: &At, id: BatchId, proof: &Proof) -> Result<bool> {
	let record = batch(at, id).await?;
	let index = usize::try_from(proof.index)?;
	Ok(record.is_some_and(|record| record.opened.0.get(index) == Some(&false)))
}

async fn status(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let store = context.store()?;
	let at = chain.best().await?;
	let mut rows: Vec<(Value, [String; 6])> = Vec::new();
	for Known { secrets, batch: place, claim } in known(&chain, &store, &at).await? {
		let stage = match claim {
			Some(claim) => {
				// Its miner can have removed the record.
				let view = chain.claim(&at, claim).await.ok();
				view.map_or("removed", |view| claim::stage(&view.stage))
			},
			None => "not sent",
		};
		let (id, until, sealed) = match &place {
			Some((id, proof)) => {
				let until = batch(&at, *id).await?.map(|record| record.until);
				(Some(*id), until, is_sealed(&at, *id, proof).await?)
			},
			None => (None, None, true),
		};
		let value = json!({
			"canary": secrets.claim,
			"task": secrets.task,
			"miner": secrets.miner,
			"batch": id,
			"claim": claim,
			"stage": stage,
			"sealed": sealed,
			"open_until": until,
		});
		let or_none = |number: Option<u64>| number.map_or("none".into(), |n| n.to_string());
		let opened = match (sealed, until) {
			(false, _) => "yes, or lost".into(),
			(true, Some(until)) => {
				let left = u64::from(until).saturating_sub(at.block_number());
				format!("until block {until} ({})", chain.duration(&at, left))
			},
			(true, None) => "no".into(),
		};
		let short: String = format!("{:?}", secrets.claim).chars().take(10).collect();
		let task = secrets.task.to_string();
		rows.push((value, [short, task, or_none(id), or_none(claim), stage.into(), opened]));
	}
	let values: Vec<_> = rows.iter().map(|(value, _)| value).collect();
	context.output.show(&json!({ "block": at.block_number(), "canaries": values }), || {
		if rows.is_empty() {
			return "There are no canaries on this machine: assay canary make.".into();
		}
		let headings = ["canary", "task", "batch", "claim", "stage", "opened"];
		table(headings, rows.iter().map(|(_, row)| row.clone()).collect())
	});
	Ok(())
}

async fn close_batch(context: &Context, batch: BatchId) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().audits().close_batch(batch);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	let event: api::audits::events::BatchClosed = included.event()?;
	let value = json!({
		"batch": batch,
		"sealed": event.sealed,
		"burnt": Amount(event.burnt),
		"block": included.block,
	});
	context.output.show(&value, || {
		format!(
			"batch {batch} is closed; {} canaries were never opened, which costs {} AIT",
			event.sealed,
			Amount(event.burnt)
		)
	});
	Ok(())
}
