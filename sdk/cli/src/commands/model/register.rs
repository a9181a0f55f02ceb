//! `assay model register`

use super::{
	check::{describe, measure, Subject},
	follow,
	view::SchemeView,
	Marks,
};
use crate::{
	arguments::RegisterOptions,
	chain::{api, name_bytes, registration},
	commands::{artifact, Context},
	local,
	output::pairs,
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::{file, hash, H256};
use assay_watermark::Slice;
use serde_json::json;
use std::path::Path;
use subxt::utils::Static;

/// Hash of a file, or of nothing.
fn digest(path: Option<&Path>, what: &str) -> Result<H256> {
	path.map_or(Ok(H256::zero()), |path| Ok(hash(&local::read(path, what)?)))
}

pub async fn run(context: &Context, options: RegisterOptions) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let card = digest(options.card.as_deref(), "the model card")?;
	let manifest = digest(options.manifest.as_deref(), "the signature's manifest")?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let marks = Marks::find(context, &chain, &store, options.intent).await?;
	let scheme = SchemeView::get(&chain).await?;
	let index = *marks.unopened(options.index)?.first().context("there is no sub-key")?;
	let subject = Subject::read(context, &chain, &store, &options.model, &options.clean).await?;

	let measured = measure(context, &scheme, &subject, marks.key(index)).await?;
	let declared = marks.intent.ratio;
	output.note(describe(&scheme, &measured, declared));
	let short = scheme.falls_short(&measured.statistics, measured.accuracy, declared);
	if let (Some(factor), false) = (short, options.no_check) {
		bail!(
			"the model falls short of what a registration needs ({factor}): mark it while it is \
			 trained, see `assay model mark`"
		);
	}
	artifact::put(output, &chain, &key, &subject.clean).await?;
	artifact::put(output, &chain, &key, &subject.file).await?;

	let named = subject.named()?;
	let opening = marks.secrets.secret().open(index).context("there is no such sub-key")?;
	let slice = Slice::cut(&subject.file, subject.place).context("the mark is not in the file")?;
	let length = file::tree(&subject.file).prove(0).context("the model is empty")?;
	let clean = subject.clean_data()?;
	let call = api::transactions().models().register(registration::Registration {
		intent: options.intent,
		name: name_bytes(&options.name),
		file: Static(named),
		length: Static(length),
		opening: Static(opening),
		slice: Static(slice),
		statistics: Static(measured.statistics),
		accuracy: Static(options.accuracy.unwrap_or(measured.accuracy)),
		clean: registration::CleanData {
			id: clean.id,
			root: clean.root,
			chunk_rows: clean.chunk_rows,
		},
		card,
		signature_manifest: manifest,
		parents: registration::parents(options.parents),
		claim: options.claim,
	});
	let fee = chain.verification_fee(&chain.best().await?, &scheme.limits)?;
	let included = chain.submit(output, &key, &call, fee).await?;
	let registered: api::models::events::ModelRegistered = included.event()?;
	let model = registered.model;
	let value = json!({
		"model": model,
		"name": options.name,
		"artifact": named.id,
		"sub_key": index,
		"statistics": measured.statistics,
		"accuracy": measured.accuracy,
		"job": registered.job,
		"block": included.block,
	});
	output.show(&value, || {
		pairs([
			("model", model.to_string()),
			("name", options.name.clone()),
			("artifact", format!("{:?}", named.id)),
			("registered", format!("in block {}", included.block)),
			("next", format!("assay model watch {model}")),
		])
	});
	follow(context, &chain, model, options.watch).await
}
