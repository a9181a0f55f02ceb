//! `assay model intend`, `assay model intents`

use super::view::IntentView;
use crate::{
	account,
	amount::Amount,
	chain::{api, Chain},
	commands::{random, Context},
	output::table,
	store::MarkSecrets,
};
use anyhow::Result;
use assay_primitives::{IntentId, Score};
use serde_json::json;
use subxt::{
	rpcs::rpc_params,
	utils::{AccountId32, Static},
};

/// Declares an intent; its secret is on disk before anybody can see its root.
pub async fn declare(context: &Context, ratio: Score, sub_keys: u32, wait: bool) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let owner = account::of(&key);
	let mut secrets = MarkSecrets { owner, secret: random()?, sub_keys, intent: None };
	let file = store.save(&chain.genesis(), &secrets)?;
	output.note(format!("the secret of the mark is in {}: keep a copy", file.display()));
	let root = secrets.secret().root();
	let call = api::transactions().models().intend(root, Static(ratio));
	let included = chain.submit(output, &key, &call, Amount(0)).await?;
	let declared: api::models::events::IntentDeclared = included.event()?;
	let number = declared.intent;
	secrets.intent = Some(number);
	store.save(&chain.genesis(), &secrets)?;
	let mut intent = IntentView::get(&chain, number).await?;
	if wait {
		intent = wait_for_beacon(context, &chain, number).await?;
	}
	let mut value = json!(intent);
	value["block"] = json!(included.block);
	output.show(&value, || {
		let next = match intent.beacon {
			Some(_) => "its key is drawn: assay model mark".into(),
			None => format!(
				"its key is drawn at the start of epoch {}; it is epoch {} now",
				intent.usable_from, intent.current_epoch
			),
		};
		format!("intent {number} was declared in block {}; {next}", included.block)
	});
	Ok(())
}

/// Waits until the randomness of an intent is drawn.
async fn wait_for_beacon(context: &Context, chain: &Chain, number: IntentId) -> Result<IntentView> {
	let spinner = context.output.spinner("");
	let mut blocks = chain.blocks().await?;
	loop {
		let intent = IntentView::get(chain, number).await?;
		if intent.beacon.is_some() {
			spinner.finish_and_clear();
			return Ok(intent);
		}
		spinner.set_message(format!(
			"waiting for the key of intent {number}: epoch {} of {}",
			intent.current_epoch, intent.usable_from
		));
		chain.next(&mut blocks).await?;
	}
}

/// Lists the intents of an account.
pub async fn list(context: &Context, account: Option<AccountId32>) -> Result<()> {
	let chain = context.chain().await?;
	let account = context.account(account)?;
	let intents: Vec<IntentView> =
		chain.ask("models_intents", rpc_params![account.to_string()]).await?;
	context.output.show(&json!({ "intents": intents }), || {
		if intents.is_empty() {
			return format!("{account} has declared no intent: assay model intend");
		}
		let row = |intent: &IntentView| {
			let state = match (intent.expired, intent.beacon) {
				(true, _) => "expired".into(),
				(_, Some(_)) => "usable".into(),
				(_, None) => format!("usable from epoch {}", intent.usable_from),
			};
			let opened: Vec<_> = intent.opened.iter().map(u32::to_string).collect();
			[
				intent.intent.to_string(),
				intent.declared_at.to_string(),
				intent.ratio.to_string(),
				state,
				opened.join(", "),
			]
		};
		let headings = ["intent", "block", "ratio", "state", "opened sub-keys"];
		table(headings, intents.iter().map(row).collect())
	});
	Ok(())
}
