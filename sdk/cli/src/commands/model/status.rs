//! `assay model status|watch|list`

use super::view::ModelView;
use crate::{
	chain::{
		api::{
			models::events::{ContestLost, ContestReturned, ContestWon},
			runtime_types::pallet_assay_models::types::Reason,
		},
		At, Chain,
	},
	commands::Context,
	output::{pairs, table, Output},
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::{ContestId, Input, ModelId};
use serde::Serialize;
use serde_json::json;
use std::ops::RangeInclusive;
use subxt::{events::DecodeAsEvent, rpcs::rpc_params};

/// Shows one model: by its number, or as `name:version`, `name:alias`, or `name` for the latest
/// version.
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
		("contests", or(Some(numbers(&view.contests)).filter(|text| !text.is_empty()))),
	])
}

fn numbers(contests: &[ContestId]) -> String {
	contests.iter().map(ContestId::to_string).collect::<Vec<_>>().join(", ")
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

/// Follows a model until its verification, or the contests about it, have ended.
pub async fn watch(context: &Context, model: ModelId) -> Result<()> {
	let chain = context.chain().await?;
	follow(context.output, &chain, model).await
}

/// Tells what happens to a model until nothing is open.
pub async fn follow(output: Output, chain: &Chain, model: ModelId) -> Result<()> {
	let spinner = output.spinner("");
	let mut blocks = chain.blocks().await?;
	let mut at = chain.best().await?;
	let start = at.block_number();
	let (mut told, mut contests) = (String::new(), Vec::new());
	loop {
		let block = at.block_number();
		let view = ModelView::at(chain, model, Some(at.block_hash())).await?;
		let tell = |block: u64, text: &str, ended: Option<&Ended>| {
			let mut value = json!(view);
			value["block"] = json!(block);
			value["text"] = json!(text);
			value["contest_ended"] = json!(ended);
			spinner.suspend(|| output.show(&value, || format!("#{block:<8} {text}")));
		};
		for contest in contests.iter().filter(|contest| !view.contests.contains(contest)) {
			let (block, ended) = Ended::find(chain, *contest, start..=block).await?;
			tell(block, &format!("{}: {}", view.title(), ended.text()), Some(&ended));
		}
		let text = match (view.contests.as_slice(), view.stage.as_str()) {
			([], "pending") => format!("{} waits for its verifiers", view.title()),
			([], "verified") => format!(
				"{} is verified: accuracy {}",
				view.title(),
				view.measured.map_or("-".into(), |score| score.to_string())
			),
			([], stage) => format!("{} is {stage}: {}", view.title(), view.reason()),
			(open, _) => format!("{} is contested: contest {}", view.title(), numbers(open)),
		};
		if text != told {
			tell(block, &text, None);
			told = text;
		}
		if view.stage != "pending" && view.contests.is_empty() {
			spinner.finish_and_clear();
			return Ok(());
		}
		if view.settles_by.is_some_and(|by| block > by.saturating_add(LATE)) {
			bail!("model {model} should have been settled by now; look at `assay queue`");
		}
		spinner.set_message(format!("block {block}"));
		contests = view.contests;
		at = chain.next(&mut blocks).await?;
	}
}

/// Blocks after which a verification that has not ended is worth a warning.
const LATE: u64 = 20;

/// How a contest has ended.
#[derive(Serialize)]
struct Ended {
	contest: ContestId,
	result: &'static str,
	reason: Option<String>,
}

impl Ended {
	/// Looks for the end of a contest in some blocks, the last one first. Gives its block, too.
	async fn find(
		chain: &Chain,
		contest: ContestId,
		blocks: RangeInclusive<u64>,
	) -> Result<(u64, Self)> {
		for number in blocks.rev() {
			if let Some(ended) = Self::at(&chain.block(number).await?, contest).await? {
				return Ok((number, ended));
			}
		}
		bail!("contest {contest} is not open any more, and has not ended: its block was undone")
	}

	/// The end of a contest, if that is in this block.
	async fn at(at: &At, contest: ContestId) -> Result<Option<Self>> {
		let ended = |result, reason| Ok(Some(Self { contest, result, reason }));
		if event(at, |event: &ContestWon| event.contest == contest).await?.is_some() {
			return ended("won", None);
		}
		if let Some(lost) = event(at, |event: &ContestLost| event.contest == contest).await? {
			return ended("lost", Some(because(&lost.reason)));
		}
		let returned = event(at, |event: &ContestReturned| event.contest == contest).await?;
		match returned {
			Some(returned) => ended("returned", Some(because(&returned.reason))),
			None => Ok(None),
		}
	}

	/// For people.
	fn text(&self) -> String {
		let Self { contest, result, reason } = self;
		match reason {
			Some(reason) => format!("contest {contest} was {result}: {reason}"),
			None => format!("contest {contest} was {result}"),
		}
	}
}

/// The first event of a kind in a block that is wanted.
async fn event<E: DecodeAsEvent>(at: &At, wanted: impl Fn(&E) -> bool) -> Result<Option<E>> {
	let events = at.events().fetch().await?.find::<E>().collect::<Result<Vec<_>, _>>()?;
	Ok(events.into_iter().find(wanted))
}

/// Why a contest was not won.
fn because(reason: &Reason) -> String {
	let name = |input: &Input| format!("{input:?}").to_lowercase();
	match reason {
		Reason::RunFailed(reason) => format!("the run failed: {}", **reason),
		Reason::Refused(refusal) => format!("the model is refused: {}", **refusal),
		Reason::StatisticsDiffer => "what was measured is not what was stated".into(),
		Reason::LessAccurate { measured } => format!("an accuracy of {} was measured", **measured),
		Reason::BadInput { input, fault } => format!("the {} is wrong: {}", name(input), **fault),
		Reason::InputUnavailable { input, fault } => {
			format!("the {} could not be used: {}", name(input), **fault)
		},
		Reason::Undecided => "the committees did not agree".into(),
		Reason::NameTaken => "somebody else owns the name".into(),
		Reason::LostToAnother => "the model was lost to somebody else meanwhile".into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::Score;
	use subxt::utils::Static;

	#[test]
	fn the_end_of_a_contest_is_told_with_its_reason() {
		let text = |result, reason: Option<Reason>| {
			Ended { contest: 3, result, reason: reason.as_ref().map(because) }.text()
		};
		assert_eq!(text("won", None), "contest 3 was won");
		assert_eq!(
			text("lost", Some(Reason::StatisticsDiffer)),
			"contest 3 was lost: what was measured is not what was stated"
		);
		let reason = Reason::LessAccurate { measured: Static(Score(500_000_000)) };
		assert_eq!(because(&reason), "an accuracy of 0.5 was measured");
	}
}
