//! `assay model name|alias|transfer|revoke|remove|withdraw`

use super::view::NameView;
use crate::{
	amount::Amount,
	chain::{api, name_bytes},
	commands::Context,
	output::pairs,
};
use anyhow::{Context as _, Result};
use assay_primitives::{IntentId, ModelId};
use serde_json::json;
use subxt::{transactions::Payload, utils::AccountId32};

async fn submit(context: &Context, call: &impl Payload, told: String) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let included = chain.submit(context.output, &key, call, Amount(0)).await?;
	let block = included.block;
	context.output.show(&json!({ "block": block }), || format!("{told} (block {block})"));
	Ok(())
}

/// Shows a name.
pub async fn show(context: &Context, name: &str) -> Result<()> {
	let chain = context.chain().await?;
	let view = NameView::find(&chain, name).await?;
	let view =
		view.with_context(|| format!("nobody owns {name}: no model was verified under it"))?;
	context.output.show(&view, || {
		let aliases: Vec<_> = view
			.aliases
			.iter()
			.map(|alias| format!("{} is version {}", alias.alias, alias.version))
			.collect();
		pairs([
			("name", view.name.clone()),
			("owner", view.owner.to_string()),
			("offered to", view.proposed.map_or("-".into(), |who| who.to_string())),
			("versions", view.versions.to_string()),
			("aliases", if aliases.is_empty() { "-".into() } else { aliases.join(", ") }),
		])
	});
	Ok(())
}

/// Points an alias at a version, or removes it.
pub async fn alias(context: &Context, name: &str, alias: &str, version: Option<u32>) -> Result<()> {
	let told = match version {
		Some(version) => format!("{name}:{alias} is version {version}"),
		None => format!("{name} has no alias {alias} any more"),
	};
	let call = api::transactions().models().set_alias(name_bytes(name), name_bytes(alias), version);
	submit(context, &call, told).await
}

/// Proposes a name to another account, or accepts a proposal.
pub async fn transfer(context: &Context, name: &str, to: Option<AccountId32>) -> Result<()> {
	let own = context.account(None)?;
	let told = match to {
		Some(to) if to != own => format!("{name} is offered to {to}, who accepts with its own key"),
		_ => format!("{name} belongs to {own}"),
	};
	let call = api::transactions().models().transfer(name_bytes(name), to.unwrap_or(own));
	submit(context, &call, told).await
}

/// Revokes a model.
pub async fn revoke(context: &Context, model: ModelId) -> Result<()> {
	let call = api::transactions().models().revoke(model);
	submit(
		context,
		&call,
		format!(
		"model {model} is revoked; once it cannot be contested any more, `assay model remove {model}` \
		 frees its bond"
	),
	)
	.await
}

/// Removes the record of a model that was not verified.
pub async fn remove(context: &Context, model: ModelId) -> Result<()> {
	let call = api::transactions().models().remove(model);
	submit(context, &call, format!("the record of model {model} is removed")).await
}

/// Takes back an intent.
pub async fn withdraw(context: &Context, intent: IntentId) -> Result<()> {
	let call = api::transactions().models().withdraw_intent(intent);
	submit(context, &call, format!("intent {intent} is withdrawn; its deposit is free")).await
}
