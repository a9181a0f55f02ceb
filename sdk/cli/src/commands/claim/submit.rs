//! `assay claim submit`

use super::{reveal_one, watch};
use crate::{
	account,
	amount::Amount,
	arguments::{Blob, ClaimOptions},
	chain::{api, view, At, Chain, Role},
	commands::{artifact, miner, random, task::Terms, Context},
	local::{self, Report},
	output::{pairs, Output},
	store::{ClaimSecrets, Secrets},
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::{
	commitment::{self, ClaimBody},
	Manifest, Score, Scored, H256,
};
use serde_json::json;
use subxt::utils::AccountId32;

pub async fn run(context: &Context, options: ClaimOptions) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let who = account::of(&key);
	let chain = context.chain().await?;
	let store = context.store()?;
	let at = chain.best().await?;
	let terms = Terms::of(&chain.task(&at, options.task).await?);
	ensure_can_claim(&chain, &at, &who, &options, &terms).await?;

	let program = match &options.program {
		Blob::File(path) => local::read(path, "the program")?,
		Blob::Id(id) => artifact::fetch(output, &chain, &store, id).await?,
	};
	assay_vm::check(&program, &terms.limits).context("the program is refused")?;
	let id = Manifest::of(&program).id();
	// Where the chain draws it, a claim names no seed.
	let seed = if terms.draws_seeds { 0 } else { options.run.seed };
	ensure_is_new(&at, options.task, &commitment::run(&id, &options.run.params, seed)).await?;

	let report = match options.no_run {
		true => None,
		false => {
			let train = artifact::fetch(output, &chain, &store, &terms.train).await?;
			let (holdout_id, holdout) = terms
				.scored_on(output, &chain, &store, options.validate.as_deref(), &train)
				.await?;
			let job = terms.job(id, &options.run, holdout_id);
			let report = {
				let inputs =
					local::Inputs { program: program.clone(), train, holdout, file: Vec::new() };
				local::run(output, job, inputs).await?
			};
			output.note(report.text());
			Some(report)
		},
	};
	let measured = report.as_ref().map(Report::scored).transpose()?;
	let score = score(output, &options, &terms, measured.as_ref())?;
	if let Some(scored) = &measured {
		ensure_model_is_new(&at, options.task, scored).await?;
	}
	// Nobody is to see the program, or its hash, before the commitment: they are enough to commit to
	// the same first. It is stored on the chain right before the claim is revealed.
	store.cache(&id, &program)?;

	let trace_root = measured.map(|scored| scored.trace_root);
	let trace_salt = random()?;
	let mut secrets = ClaimSecrets {
		miner: who,
		task: options.task,
		body: ClaimBody {
			program: id,
			params: options.run.params.clone(),
			seed,
			score,
			sealed_trace: commitment::sealed_trace(&trace_root.unwrap_or_default(), &trace_salt),
		},
		salt: random()?,
		trace_root,
		trace_salt,
		claim: None,
	};
	// On disk before anybody can see the commitment: from here on, nothing is lost by a crash.
	let file = store.save(&chain.genesis(), &secrets)?;
	output.note(format!("what the claim commits to is in {}", file.display()));

	let call = api::transactions().claims().commit(options.task, secrets.commitment());
	let included = chain.submit(output, &key, &call, Amount(0)).await?;
	let committed: api::claims::events::ClaimCommitted = included.event()?;
	output.note(format!("committed to claim {} in block {}", committed.claim, included.block));
	secrets.claim = Some(committed.claim);
	store.save(&chain.genesis(), &secrets)?;

	if let (Some((from, until)), false) = (terms.reveals, options.watch) {
		let next = format!("assay claim reveal {}", committed.claim);
		let value = json!({
			"claim": committed.claim,
			"task": options.task,
			"miner": who,
			"commitment": secrets.commitment(),
			"program": secrets.body.program,
			"seed": secrets.body.seed,
			"score": score,
			"measured": measured.map(|scored| scored.score),
			"committed_at": included.block,
			"reveal": { "from": from, "until": until },
		});
		output.show(&value, || {
			pairs([
				("claim", committed.claim.to_string()),
				("claimed", format!("{} {score}", terms.metric)),
				("committed", format!("in block {}", included.block)),
				("reveal", format!("in blocks {from} to {until}, or the bond is lost: {next}")),
			])
		});
		return Ok(());
	}
	let (view, revealed_at) = reveal_one(context, &chain, &key, &secrets).await?;
	let value = json!({
		"claim": view.claim,
		"task": view.task,
		"miner": who,
		"commitment": secrets.commitment(),
		"program": secrets.body.program,
		"seed": secrets.body.seed,
		"score": score,
		"measured": measured.map(|scored| scored.score),
		"bond": Amount(view.bond),
		"committed_at": view.committed_at,
		"revealed_at": revealed_at,
		"job": view.job,
	});
	output.show(&value, || {
		pairs([
			("claim", view.claim.to_string()),
			("claimed", format!("{} {score}", terms.metric)),
			("bond", format!("{} AIT", Amount(view.bond))),
			("committed", format!("in block {}", view.committed_at)),
			("revealed", format!("in block {revealed_at}")),
			("next", format!("assay claim watch {}", view.claim)),
		])
	});
	if options.watch {
		watch(output, &chain, view.claim).await?;
	}
	Ok(())
}

/// Fails if a commitment would be refused, before any work is done.
async fn ensure_can_claim(
	chain: &Chain,
	at: &At,
	who: &AccountId32,
	options: &ClaimOptions,
	terms: &Terms,
) -> Result<()> {
	let now = at.block_number();
	if now >= terms.deadline.into() {
		bail!(
			"task {} takes no more claims: its deadline was block {}, this is block {now}; see \
			 `assay task list`",
			options.task,
			terms.deadline
		);
	}
	let ledger = chain.ledger(at, who).await?;
	let Some(ledger) = ledger.filter(|l| l.roles.0.iter().any(|role| matches!(role, Role::Miner)))
	else {
		bail!("{who} is no miner; expected stake first: assay miner register --stake AIT");
	};
	let next: u32 = view(at, api::view_functions().claims().next_commit_at(*who)).await?;
	let wait = u64::from(next).saturating_sub(now);
	if wait > 1 {
		bail!(
			"{who} has committed as often as it may; try again from block {next} on ({})",
			chain.duration(at, wait)
		);
	}
	let bond: u128 = view(at, api::view_functions().claims().bond_in(options.task)).await?;
	let free = miner::free(&ledger);
	if free.0 < bond {
		bail!(
			"{free} AIT of the stake of {who} are free; expected {} AIT for the bond of the claim: try \
			 again when an open claim is settled, or add stake: assay miner bond --stake AIT",
			Amount(bond)
		);
	}
	let fee = chain.claim_fee(at, &terms.limits, terms.prize()).await?;
	let spendable = chain.funds(at, who).await?.spendable;
	if spendable <= fee {
		bail!(
			"insufficient balance: {who} has {spendable} AIT to spend; more than {fee} AIT are \
			 needed for the verification, deposits and fees"
		);
	}
	Ok(())
}

/// Fails if somebody has a better right to the same run.
async fn ensure_is_new(at: &At, task: u64, run: &H256) -> Result<()> {
	let found = at.storage().try_fetch(api::storage().claims().runs(), (task, *run)).await?;
	if let Some(found) = found {
		bail!(
			"claim {} is about the same program, parameters and seed; expected another run",
			found.decode()?
		);
	}
	Ok(())
}

/// Fails if the model would be a duplicate.
async fn ensure_model_is_new(at: &At, task: u64, scored: &Scored) -> Result<()> {
	let key = (task, scored.model_hash);
	let found = at.storage().try_fetch(api::storage().claims().models(), key).await?;
	if let Some(found) = found {
		bail!(
			"the run gives the model of claim {}, which is verified; expected another model",
			found.decode()?
		);
	}
	Ok(())
}

/// The score to claim.
fn score(
	output: Output,
	options: &ClaimOptions,
	terms: &Terms,
	measured: Option<&Scored>,
) -> Result<Score> {
	// What a sealed holdout gives, or a seed that the chain draws, nobody can know: a miner stands
	// for the threshold.
	let unknown = terms.holdout.is_none() || terms.draws_seeds;
	let score = options
		.score
		.or(unknown.then_some(terms.threshold))
		.or(measured.map(|scored| scored.score))
		.context("no score is claimed; expected --score, or a run")?;
	let (least, most) = terms.metric.range();
	if !(least..=most).contains(&score) {
		bail!("{score} is no value of {}; expected {least} to {most}", terms.metric);
	}
	if terms.metric.gain(score, terms.threshold) < 0 {
		bail!(
			"{} {score} does not reach the threshold of task {}; expected {} or better",
			terms.metric,
			options.task,
			terms.threshold
		);
	}
	if let Some(measured) = measured.filter(|_| terms.holdout.is_some() && terms.draws_seeds) {
		if options.score.is_none() && terms.metric.gain(measured.score, terms.threshold) < 0 {
			bail!(
				"{} was measured with seed {}, and {} or better is expected with the seed that the \
				 chain draws, or the bond is slashed; to claim all the same: --score {}",
				measured.score,
				options.run.seed,
				terms.threshold,
				terms.threshold
			);
		}
	}
	if let Some(measured) = measured.filter(|_| !unknown) {
		let worse = terms.metric.gain(score, measured.score);
		if worse > terms.tolerance.0 {
			output.warn(format!(
				"{score} is claimed and {} was measured: verifiers will measure the same, and the \
				 bond will be slashed",
				measured.score
			));
		}
	}
	Ok(score)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::arguments::RunOptions;
	use assay_primitives::{Limits, Metric};

	const fn thousandths(value: i64) -> Score {
		Score(value * 1_000_000)
	}

	/// A task for an accuracy of 0.9, whose holdout everybody has, and whose seeds are the miners'.
	fn terms() -> Terms {
		Terms {
			name: "digits".into(),
			train: H256::zero(),
			train_root: H256::zero(),
			chunk_rows: 32,
			holdout: Some(H256::zero()),
			sealed_until: None,
			reveals: None,
			draws_seeds: false,
			metric: Metric::Accuracy,
			threshold: thousandths(900),
			tolerance: thousandths(1),
			limits: Limits {
				program_bytes: 1,
				memory_pages: 1,
				steps: 1,
				step_fuel: 1,
				total_fuel: 1,
			},
			reward: Amount(1),
			winners: 1,
			shares: None,
			paid: 0,
			min_improvement: None,
			deadline: 100,
		}
	}

	/// What is claimed in thousandths, or why nothing is.
	fn claimed(terms: &Terms, named: Option<i64>, measured: Option<i64>) -> Result<i64, String> {
		let options = ClaimOptions {
			task: 7,
			program: Blob::Id(H256::zero()),
			run: RunOptions { params: Default::default(), seed: 3 },
			score: named.map(thousandths),
			validate: None,
			no_run: measured.is_none(),
			watch: false,
		};
		let (trace_root, model_hash) = (H256::zero(), H256::zero());
		let measured = measured.map(thousandths);
		let scored = |score| Scored { score, trace_root, model_hash, fuel: 1, steps: 1 };
		let output = Output { json: true, still: true };
		score(output, &options, terms, measured.map(scored).as_ref())
			.map(|score| score.0 / 1_000_000)
			.map_err(|error| error.to_string())
	}

	#[test]
	fn what_was_measured_is_claimed_unless_another_score_is_named() {
		assert_eq!(claimed(&terms(), None, Some(950)), Ok(950));
		assert_eq!(claimed(&terms(), Some(940), Some(950)), Ok(940));
		assert_eq!(claimed(&terms(), Some(940), None), Ok(940));
	}

	#[test]
	fn what_no_verdict_can_confirm_is_not_claimed() {
		let refused = |named, measured, expected: &str| {
			let error = claimed(&terms(), named, measured).unwrap_err();
			assert!(error.contains(expected), "{error}");
		};
		refused(None, None, "expected --score");
		refused(None, Some(899), "does not reach the threshold");
		refused(Some(899), Some(950), "does not reach the threshold");
		refused(Some(1_001), None, "no value of");
	}

	/// A lucky seed says little of the one that the chain draws, and a sealed holdout may be harder.
	#[test]
	fn of_what_nobody_can_know_the_threshold_is_claimed() {
		let drawn = Terms { draws_seeds: true, ..terms() };
		let sealed = Terms { holdout: None, ..terms() };
		for terms in [&drawn, &sealed] {
			assert_eq!(claimed(terms, None, Some(990)), Ok(900));
			assert_eq!(claimed(terms, Some(950), Some(990)), Ok(950));
		}
		let error = claimed(&drawn, None, Some(850)).unwrap_err();
		assert!(error.contains("with seed 3") && error.contains("--score 0.9"), "{error}");
		assert_eq!(claimed(&drawn, Some(900), Some(850)), Ok(900));
		// What it gives on other data than the holdout is the miner's own affair.
		assert_eq!(claimed(&sealed, None, Some(850)), Ok(900));
	}
}
