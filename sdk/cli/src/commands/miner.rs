//! `assay miner …`

use super::Context;
use crate::{
	account,
	amount::Amount,
	arguments::Miner,
	chain::{api, view, LedgerOf, Role},
	output::{pairs, table},
};
use anyhow::Result;
use serde_json::json;
use subxt::utils::AccountId32;

pub async fn run(context: &Context, command: Miner) -> Result<()> {
	match command {
		Miner::Register { stake } => register(context, stake).await,
		Miner::Bond { stake } => bond(context, stake).await,
		Miner::Status { account } => status(context, account).await,
	}
}

async fn register(context: &Context, stake: Amount) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().stake().register(Role::Miner, stake.0);
	let included = chain.submit(context.output, &key, &call, stake).await?;
	let account = account::of(&key);
	let value = json!({ "account": account, "stake": stake, "block": included.block });
	context.output.show(&value, || {
		format!("{account} is a miner since block {} with {stake} AIT at stake", included.block)
	});
	Ok(())
}

async fn bond(context: &Context, stake: Amount) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let call = api::transactions().stake().bond_extra(stake.0);
	let included = chain.submit(context.output, &key, &call, stake).await?;
	let account = account::of(&key);
	let value = json!({ "account": account, "stake": stake, "block": included.block });
	context.output.show(&value, || {
		format!("{account} has {stake} AIT more at stake since block {}", included.block)
	});
	Ok(())
}

/// What is bonded and not locked.
pub fn free(ledger: &LedgerOf) -> Amount {
	Amount(ledger.bonded.saturating_sub(ledger.locked))
}

async fn status(context: &Context, account: Option<AccountId32>) -> Result<()> {
	let account = context.account(account)?;
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let now = at.block_number();
	let funds = chain.funds(&at, &account).await?;
	let next = view(&at, api::view_functions().claims().next_commit_at(account)).await?;
	let Some(ledger) = chain.ledger(&at, &account).await? else {
		let value = json!({
			"account": account,
			"block": now,
			"spendable": funds.spendable,
			"held": funds.held,
			"roles": [],
		});
		context.output.show(&value, || {
			pairs([
				("account", account.to_string()),
				("roles", "none; to become a miner: assay miner register --stake AIT".into()),
				("spendable", format!("{} AIT", funds.spendable)),
				("held", format!("{} AIT", funds.held)),
			])
		});
		return Ok(());
	};
	let roles: Vec<&str> = ledger.roles.0.iter().map(role).collect();
	let reputation = &ledger.reputation;
	let value = json!({
		"account": account,
		"block": now,
		"spendable": funds.spendable,
		"held": funds.held,
		"roles": roles,
		"bonded": Amount(ledger.bonded),
		"locked": Amount(ledger.locked),
		"free": free(&ledger),
		"slashing": Amount(ledger.slashing),
		"unbonding": ledger
			.unbonding
			.0
			.iter()
			.map(|part| json!({ "amount": Amount(part.amount), "ends_at": part.ends_at }))
			.collect::<Vec<_>>(),
		"next_commit_at": next,
		"claims_verified": reputation.claims_verified,
		"claims_rejected": reputation.claims_rejected,
		"verdicts_right": reputation.verdicts_right,
		"verdicts_wrong": reputation.verdicts_wrong,
		"verdicts_missed": reputation.verdicts_missed,
		"appeals_won": reputation.appeals_won,
		"appeals_lost": reputation.appeals_lost,
	});
	context.output.show(&value, || {
		let wait = u64::from(next).saturating_sub(now);
		let mut text = pairs([
			("account", account.to_string()),
			("roles", if roles.is_empty() { "none".into() } else { roles.join(", ") }),
			("spendable", format!("{} AIT", funds.spendable)),
			("held", format!("{} AIT", funds.held)),
			("bonded", format!("{} AIT", Amount(ledger.bonded))),
			("locked", format!("{} AIT, bonds of open claims", Amount(ledger.locked))),
			("free", format!("{} AIT", free(&ledger))),
			(
				"slashing",
				format!("{} AIT, frozen by slashes that are not final", Amount(ledger.slashing)),
			),
			(
				"next claim",
				match wait {
					0 => "now".into(),
					_ => format!("from block {next} on ({})", chain.duration(&at, wait)),
				},
			),
			(
				"claims",
				format!(
					"{} verified, {} rejected",
					reputation.claims_verified, reputation.claims_rejected
				),
			),
			(
				"verdicts",
				format!(
					"{} right, {} wrong, {} missed",
					reputation.verdicts_right,
					reputation.verdicts_wrong,
					reputation.verdicts_missed
				),
			),
			(
				"appeals",
				format!("{} won, {} lost", reputation.appeals_won, reputation.appeals_lost),
			),
		]);
		if !ledger.unbonding.0.is_empty() {
			let rows = ledger.unbonding.0.iter().map(|part| {
				let left = u64::from(part.ends_at).saturating_sub(now);
				[
					format!("{} AIT", Amount(part.amount)),
					format!("block {} ({})", part.ends_at, chain.duration(&at, left)),
				]
			});
			text += "\n";
			text += &table(["unbonding", "can be withdrawn from"], rows.collect());
		}
		text
	});
	Ok(())
}

fn role(role: &Role) -> &'static str {
	match role {
		Role::Miner => "miner",
		Role::Verifier => "verifier",
	}
}
