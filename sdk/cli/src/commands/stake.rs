//! `assay stake …`

use super::Context;
use crate::{
	account,
	amount::Amount,
	arguments::Stake,
	chain::{api, view, AppealStage, At, Chain, Offence, SlashOf},
	output::table,
};
use anyhow::{ensure, Context as _, Result};
use assay_primitives::SlashId;
use serde_json::{json, Value};
use subxt::utils::AccountId32;

pub async fn run(context: &Context, command: Stake) -> Result<()> {
	match command {
		Stake::Slashes { account } => slashes(context, account).await,
		Stake::Appeal { slash } => appeal(context, slash).await,
		Stake::RotateKey { new } => rotate_key(context, new).await,
		Stake::CancelRotation => cancel_rotation(context).await,
		Stake::AcceptRotation { old } => accept_rotation(context, old).await,
	}
}

async fn slashes(context: &Context, account: Option<AccountId32>) -> Result<()> {
	let account = context.account(account)?;
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let mut entries = at.storage().iter(api::storage().stake().slashes(), ()).await?;
	let mut found: Vec<(SlashId, SlashOf)> = Vec::new();
	while let Some(entry) = entries.next().await {
		let entry = entry?;
		let (slash,) = entry.key()?.decode()?;
		let record: SlashOf = entry.value().decode()?;
		if record.who == account {
			found.push((slash, record));
		}
	}
	found.sort_unstable_by_key(|(slash, _)| *slash);
	let value: Vec<_> = found.iter().map(|(slash, record)| json(*slash, record)).collect();
	let value = json!({ "account": account, "block": at.block_number(), "slashes": value });
	context.output.show(&value, || {
		if found.is_empty() {
			return format!("no slash of {account} is pending");
		}
		let rows = found.iter().map(|(slash, record)| {
			[
				slash.to_string(),
				format!("{} AIT", Amount(record.amount)),
				because(&record.offence),
				standing(&chain, &at, record),
			]
		});
		table(["slash", "amount", "for", "final"], rows.collect())
	});
	Ok(())
}

/// All that is known of a slash, for machines.
fn json(slash: SlashId, record: &SlashOf) -> Value {
	let (code, number) = offence(&record.offence);
	let appeal = record.appeal.as_ref().map(|appeal| {
		let (stage, job) = stage(&appeal.stage);
		json!({ "bond": Amount(appeal.bond), "stage": stage, "job": job })
	});
	json!({
		"slash": slash,
		"account": record.who,
		"amount": Amount(record.amount),
		"offence": { "code": code, "number": number },
		"final_at": record.due,
		"appeal": appeal,
	})
}

/// What a slash is for: a code, and the number of a claim or a job.
fn offence(offence: &Offence) -> (&'static str, u64) {
	match offence {
		Offence::FalseClaim(claim) => ("false_claim", *claim),
		Offence::ClaimNotRevealed(claim) => ("claim_not_revealed", *claim),
		Offence::FalseVerdict(job) => ("false_verdict", *job),
		Offence::VerdictWithheld(job) => ("verdict_withheld", *job),
		Offence::VerdictContradicted(job) => ("verdict_contradicted", *job),
	}
}

fn because(of: &Offence) -> String {
	match of {
		Offence::FalseClaim(claim) => format!("claim {claim}, which was found false"),
		Offence::ClaimNotRevealed(claim) => format!("claim {claim}, which was never revealed"),
		Offence::FalseVerdict(job) => format!("a wrong verdict on job {job}"),
		Offence::VerdictWithheld(job) => format!("a missing verdict on job {job}"),
		Offence::VerdictContradicted(job) => {
			format!("a verdict on job {job} that most of the committee contradicts")
		},
	}
}

/// How far an appeal has come, and the job that re-runs what was decided.
fn stage(stage: &AppealStage) -> (&'static str, Option<u64>) {
	match stage {
		AppealStage::Running(job) => ("running", Some(*job)),
		AppealStage::Confirmed => ("confirmed", None),
		AppealStage::Undecided => ("undecided", None),
	}
}

/// When a slash is final, and what can still change that.
fn standing(chain: &Chain, at: &At, record: &SlashOf) -> String {
	let due = record.due.map(|due| {
		let left = u64::from(due).saturating_sub(at.block_number());
		format!("in block {due} ({})", chain.duration(at, left))
	});
	let due = due.unwrap_or_else(|| "not before its re-run".into());
	match record.appeal.as_ref().map(|appeal| &appeal.stage) {
		None => format!("{due}, unless it is appealed"),
		Some(AppealStage::Running(job)) => format!("{due}, job {job}, has ended"),
		Some(AppealStage::Confirmed) => {
			format!("{due}, unless governance upholds the appeal; the re-run found it right")
		},
		Some(AppealStage::Undecided) => format!("{due}, unless governance upholds the appeal"),
	}
}

async fn appeal(context: &Context, slash: SlashId) -> Result<()> {
	let key = context.key()?;
	let account = account::of(&key);
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let record =
		view(&at, api::view_functions().stake().pending_slash(slash)).await?.with_context(
			|| format!("slash {slash} is not pending: it never was, is final, or was cancelled"),
		)?;
	ensure!(
		record.who == account,
		"slash {slash} is one of {}; expected the key of that account",
		record.who
	);
	ensure!(record.appeal.is_none(), "slash {slash} was appealed already; that is possible once");
	let bond: u128 = at.constants().entry(api::constants().stake().appeal_bond())?;
	let call = api::transactions().stake().appeal_slash(slash);
	let included = chain.submit(context.output, &key, &call, Amount(bond)).await?;
	let event: api::stake::events::SlashAppealed = included.event()?;
	let value = json!({
		"slash": slash,
		"account": account,
		"bond": Amount(event.bond),
		"job": event.job,
		"block": included.block,
	});
	context.output.show(&value, || {
		let who = match event.job {
			Some(job) => format!("job {job} re-runs what it followed from"),
			None => "there is nothing to re-run: governance decides".into(),
		};
		format!(
			"slash {slash} is appealed since block {} with a bond of {} AIT; {who}",
			included.block,
			Amount(event.bond)
		)
	});
	Ok(())
}

async fn rotate_key(context: &Context, new: AccountId32) -> Result<()> {
	let key = context.key()?;
	let account = account::of(&key);
	let chain = context.chain().await?;
	let call = api::transactions().stake().rotate_key(new);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	let event: api::stake::events::RotationAnnounced = included.event()?;
	let value = json!({
		"account": account,
		"new": event.new,
		"from": event.from,
		"block": included.block,
	});
	context.output.show(&value, || {
		format!(
			"{} can take over the stake of {account} from block {} on: assay stake accept-rotation \
			 {account}; until it has, assay stake cancel-rotation takes this back",
			event.new, event.from
		)
	});
	Ok(())
}

async fn cancel_rotation(context: &Context) -> Result<()> {
	let key = context.key()?;
	let account = account::of(&key);
	let chain = context.chain().await?;
	let call = api::transactions().stake().cancel_rotation();
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	let event: api::stake::events::RotationCancelled = included.event()?;
	let value = json!({ "account": account, "new": event.new, "block": included.block });
	context
		.output
		.show(&value, || format!("{account} keeps its stake; {} cannot take it over", event.new));
	Ok(())
}

async fn accept_rotation(context: &Context, old: AccountId32) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().stake().accept_rotation(old);
	let included = chain.submit(context.output, &key, &call, Amount(0)).await?;
	let event: api::stake::events::Rotated = included.event()?;
	let value = json!({
		"account": event.new,
		"old": event.who,
		"amount": Amount(event.amount),
		"answers_until": event.until,
		"block": included.block,
	});
	context.output.show(&value, || {
		format!(
			"{} has the stake of {}, {} AIT, since block {}; it answers for what the old account did \
			 until block {}",
			event.new,
			event.who,
			Amount(event.amount),
			included.block,
			event.until
		)
	});
	Ok(())
}
