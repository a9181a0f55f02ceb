//! `assay model contest`

use super::{
	check::{describe, measure, Subject},
	follow,
	view::{ModelView, SchemeView},
	Marks,
};
use crate::{
	account,
	arguments::{Blob, ContestOptions},
	chain::{api, registration},
	commands::Context,
	output::pairs,
};
use anyhow::{bail, Context as _, Result};
use assay_model::Model;
use assay_watermark::{
	profile::{self, CONTEST, CONTEST_BITS},
	Slice, Statistics,
};
use serde_json::json;
use std::cmp::Reverse;
use subxt::utils::Static;

pub async fn run(context: &Context, options: ContestOptions) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let marks = Marks::find(context, &chain, &store, options.intent).await?;
	let scheme = SchemeView::get(&chain).await?;
	let unopened = marks.unopened(options.index)?;
	let model = ModelView::get(&chain, options.model).await?;
	let contestable = ["verified", "revoked"].contains(&model.stage.as_str());
	let Some(evidence) = model.evidence.as_ref().filter(|_| contestable) else {
		bail!(
			"model {} is {}; expected a verified one, or one that was revoked and has its bond",
			options.model,
			model.stage
		);
	};
	if model.owner == account::of(&key) {
		bail!("model {} is your own; expected somebody else's", options.model);
	}
	if marks.intent.declared_at >= model.registered_at {
		bail!(
			"intent {} was declared in block {}; expected an intent from before block {}, in which \
			 model {} was registered",
			marks.intent.intent,
			marks.intent.declared_at,
			model.registered_at,
			options.model
		);
	}
	let (file, clean) = (Blob::Id(model.artifact), Blob::Id(evidence.clean.id));
	let mut subject = Subject::read(
		context,
		&chain,
		&store,
		&scheme,
		&file,
		&clean,
		Some(evidence.clean.clone()),
	)
	.await?;
	// A thief's graph says where the thief's mark is: look wherever a mark can be.
	let contested = Model::parse(&subject.file).context("the model is refused")?;
	let mut found: Vec<_> = unopened
		.into_iter()
		.map(|index| (index, assay_marking::find(&contested, &marks.key(index))))
		.collect();
	found.sort_by_key(|(_, (_, bits))| Reverse(*bits));
	// The first that wins, those with more bits before others; else the one that shows most.
	let wins = |statistics: &Statistics| profile::beyond_chance(statistics).is_ok();
	let level = |statistics: &Statistics| {
		profile::levels(statistics).map(|(triggers, bits)| triggers.saturating_add(bits))
	};
	let mut tried = Vec::new();
	for (index, (place, _)) in found {
		subject.place = place;
		match measure(context, &scheme, scheme.limits, &subject, marks.key(index)).await {
			Ok(measured) => tried.push((index, place, measured)),
			// A run can fail with one key, and not with another.
			Err(error) => output.note(format!("sub-key {index} cannot be measured: {error:#}")),
		}
		if tried.last().is_some_and(|(.., measured)| wins(&measured.statistics)) {
			break;
		}
	}
	let (index, place, measured) = tried
		.into_iter()
		.max_by_key(|(.., measured)| (wins(&measured.statistics), level(&measured.statistics)))
		.context("no sub-key can be measured; nothing was sent")?;
	subject.place = place;
	output.note(describe(&scheme, &measured, marks.intent.ratio));
	if let (Err(factor), false) = (profile::beyond_chance(&measured.statistics), options.no_check) {
		let (triggers, bits) = profile::levels(&measured.statistics).unwrap_or_default();
		bail!(
			"sub-key {index} of intent {} does not show in model {} ({factor:?}): triggers and bits \
			 have a chance of 2^-{triggers} and 2^-{bits}, expected 2^-{CONTEST} together and \
			 2^-{CONTEST_BITS} of the bits; nothing was sent",
			marks.intent.intent,
			options.model
		);
	}
	let slice = Slice::cut(&subject.file, subject.place).context("the mark is not in the file")?;
	let opening = marks.secrets.secret().open(index).context("there is no such sub-key")?;
	let call = api::transactions().models().contest(registration::Challenge {
		model: options.model,
		intent: options.intent,
		opening: Static(opening),
		slice: Static(slice),
		statistics: Static(measured.statistics),
	});
	let fee = chain.model_fee(&chain.best().await?, &scheme.limits).await?;
	let included = chain.submit(output, &key, &call, fee).await?;
	let opened: api::models::events::ContestOpened = included.event()?;
	let value = json!({
		"contest": opened.contest,
		"model": options.model,
		"sub_key": index,
		"statistics": measured.statistics,
		"job": opened.job,
		"block": included.block,
	});
	output.show(&value, || {
		pairs([
			("contest", opened.contest.to_string()),
			("model", options.model.to_string()),
			("opened", format!("in block {}", included.block)),
			("next", format!("assay model watch {}", options.model)),
		])
	});
	follow(context, &chain, options.model, options.watch).await
}
