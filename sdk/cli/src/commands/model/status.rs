//! `assay model status|watch|list`

use super::view::ModelView;
use crate::{
	chain::Chain,
	commands::Context,
	output::{pairs, table, Output},
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::ModelId;
use serde_json::json;
use subxt::rpcs::rpc_params;

/// Shows one model: by its number, or as `name:version`, `name:alias`, or `name` for the latest version.
pub async fn show(context: &Context, model: &str) -> Result<()> {
	let chain = context.chain().await?;
	let view = match model.parse::<ModelId>() {
		Ok(number) => ModelView::get(&chain, number).await?,
		Err(_) => {
			let (name, which) = model.rsplit_once(':').unwrap_or((model, "latest"));
			let found: Option<ModelView> =
				chain.ask("models_resolve", rpc_params![name, which]).await?;
			found.with_context(|| {
				format!(
					"there is no model {name} with the version or alias `{which}`: see `assay model \
					 list`"
				)
			})?
		},
	};
	context.output.show(&view, || text(&view));
	Ok(())
}

fn text(view: &ModelView) -> String {
	let or = |value: Option<String>| value.unwrap_or_else(|| "-".into());
	let evidence = view.evidence.as_ref();
	pairs([
		("model", format!("{} ({})", view.model, view.title())),
		("stage", view.stage.clone()),
		("reason", view.reason()),
		("owner", view.owner.to_string()),
		("aliases", if view.aliases.is_empty() { "-".into() } else { view.aliases.join(", ") }),
		("artifact", format!("{:?}", view.artifact)),
		("marked", format!("under intent {} of block {}", view.intent, view.intended_at)),
		("registered", format!("in block {}", view.registered_at)),
		("accuracy", or(view.measured.map(|score| score.to_string()))),
		(
			"triggers, bits",
			or(evidence.map(|e| {
				format!("{}, {}", e.statistics.trigger_matches, e.statistics.bit_matches)
			})),
		),
		("margin ratio", or(evidence.map(|e| e.statistics.ratio.to_string()))),
		("trained from", or(evidence.map(|e| format!("{:?}", e.parents)))),
		("claim", or(evidence.and_then(|e| e.claim).map(|claim| claim.to_string()))),
		("contest", or(view.contest.map(|contest| contest.to_string()))),
	])
}

/// Lists models, the newest first.
pub async fn list(context: &Context, name: Option<String>) -> Result<()> {
	let chain = context.chain().await?;
	let models: Vec<ModelView> = chain.ask("models_list", rpc_params![name]).await?;
	context.output.show(&json!({ "models": models }), || {
		let row = |view: &ModelView| {
			[
				view.model.to_string(),
				view.title(),
				view.stage.clone(),
				view.aliases.join(", "),
				view.measured.map_or("-".into(), |score| score.to_string()),
				view.owner.to_string(),
			]
		};
		let headings = ["model", "name", "stage", "aliases", "accuracy", "owner"];
		table(headings, models.iter().map(row).collect())
	});
	Ok(())
}

/// Follows a model until its verification, or the contest about it, has ended.
pub async fn watch(context: &Context, model: ModelId) -> Result<()> {
	let chain = context.chain().await?;
	follow(context.output, &chain, model).await
}

/// Tells what happens to a model until nothing is open.
pub async fn follow(output: Output, chain: &Chain, model: ModelId) -> Result<()> {
	let spinner = output.spinner("");
	let mut blocks = chain.blocks().await?;
	let mut told = String::new();
	let mut block = chain.best().await?.block_number();
	loop {
		let view = ModelView::get(chain, model).await?;
		let open = view.stage == "pending" || view.contest.is_some();
		let text = match (view.contest, view.stage.as_str()) {
			(Some(contest), _) => format!("{} is contested: contest {contest}", view.title()),
			(None, "pending") => format!("{} waits for its verifiers", view.title()),
			(None, "verified") => format!(
				"{} is verified: accuracy {}",
				view.title(),
				view.measured.map_or("-".into(), |score| score.to_string())
			),
			(None, stage) => format!("{} is {stage}: {}", view.title(), view.reason()),
		};
		if text != told {
			let mut value = json!(view);
			value["block"] = json!(block);
			value["text"] = json!(text);
			spinner.suspend(|| output.show(&value, || format!("#{block:<8} {text}")));
			told = text;
		}
		if !open {
			spinner.finish_and_clear();
			return Ok(());
		}
		if view.settles_by.is_some_and(|by| block > by.saturating_add(LATE)) {
			bail!("model {model} should have been settled by now; look at `assay queue`");
		}
		spinner.set_message(format!("block {block}"));
		block = chain.next(&mut blocks).await?.block_number();
	}
}

/// Blocks after which a verification that has not ended is worth a warning.
const LATE: u64 = 20;
