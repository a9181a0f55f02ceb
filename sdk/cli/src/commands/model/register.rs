//! `assay model register`

use super::{
	check::{describe, measure, Subject},
	follow,
	view::{ModelView, NameView, SchemeView},
	Marks,
};
use crate::{
	account,
	amount::Amount,
	arguments::RegisterOptions,
	chain::{api, name_bytes, registration, At, Chain},
	commands::{artifact, Context},
	local,
	output::pairs,
};
use anyhow::{bail, ensure, Context as _, Result};
use assay_primitives::{file, hash, ClaimId, Manifest, H256};
use assay_watermark::Slice;
use serde_json::json;
use std::path::Path;
use subxt::utils::{AccountId32, Static};

/// Blocks that the uploads before a registration may take.
const UPLOAD: u64 = 100;

/// Hash of a file, or of nothing.
fn digest(path: Option<&Path>, what: &str) -> Result<H256> {
	path.map_or(Ok(H256::zero()), |path| Ok(hash(&local::read(path, what)?)))
}

pub async fn run(context: &Context, options: RegisterOptions) -> Result<()> {
	let output = context.output;
	let key = context.key()?;
	let card = digest(options.card.as_deref(), "the model card")?;
	let manifest = digest(options.manifest.as_deref(), "the signature's manifest")?;
	let parents = registration::parents(&options.parents)?;
	let chain = context.chain().await?;
	let store = context.store()?;
	let marks = Marks::find(context, &chain, &store, options.intent).await?;
	let scheme = SchemeView::get(&chain).await?;
	let index = *marks.unopened(options.index)?.first().context("there is no sub-key")?;
	let subject =
		Subject::read(context, &chain, &store, &scheme, &options.model, &options.clean, None)
			.await?;
	let at = chain.best().await?;
	let fee = chain.model_fee(&at, &scheme.limits).await?;
	let needs = Amount(fee.0.saturating_add(scheme.bond.0));
	chain.ensure_funds(&at, &account::of(&key), needs).await?;
	ensure_registrable(&chain, &at, &account::of(&key), &options, &subject).await?;
	let until = at.block_number().saturating_add(scheme.retention).saturating_add(UPLOAD);
	artifact::ensure_kept(&chain, &at, &subject.clean, until).await?;
	artifact::ensure_kept(&chain, &at, &subject.file, until).await?;

	let measured =
		measure(context, &scheme, scheme.registration(), &subject, marks.key(index)).await?;
	let declared = marks.intent.ratio;
	output.note(describe(&scheme, &measured, declared));
	let stated = options.accuracy.unwrap_or(measured.accuracy);
	if scheme.overstates(stated, measured.accuracy) {
		let why = format!(
			"an accuracy of {stated} is stated and {} was measured: verifiers will measure the same, \
			 and the bond will be slashed; expected at most {} more",
			measured.accuracy, scheme.accuracy_tolerance
		);
		ensure!(options.no_check, why);
		output.warn(why);
	}
	let short = scheme.falls_short(&measured.statistics, stated, declared);
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
	let clean = &subject.clean_data;
	let call = api::transactions().models().register(registration::Registration {
		intent: options.intent,
		name: name_bytes(&options.name),
		file: Static(named),
		length: Static(length),
		opening: Static(opening),
		slice: Static(slice),
		statistics: Static(measured.statistics),
		accuracy: Static(stated),
		clean: registration::CleanData {
			id: clean.id,
			root: clean.root,
			chunk_rows: clean.chunk_rows,
		},
		card,
		signature_manifest: manifest,
		parents,
		claim: options.claim,
	});
	let included = chain.submit(output, &key, &call, needs).await?;
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

/// Fails if the chain would refuse what is said of the model, before anything is paid.
async fn ensure_registrable(
	chain: &Chain,
	at: &At,
	who: &AccountId32,
	options: &RegisterOptions,
	subject: &Subject,
) -> Result<()> {
	if let Some(name) = NameView::find(chain, &options.name).await? {
		ensure!(
			name.owner == *who,
			"the name {} belongs to {}; expected another name, or its owner's key to sign",
			name.name,
			name.owner
		);
	}
	let manifest = Manifest::of(&subject.file);
	if let Some(model) = ModelView::of(chain, &manifest.id()).await? {
		bail!(
			"model {} has the same bytes and is {}; expected another file",
			model.model,
			model.stage
		);
	}
	for parent in &options.parents {
		let model = ModelView::get(chain, *parent).await?;
		ensure!(
			model.stage == "verified",
			"model {parent} is {}; expected a verified one to be trained from",
			model.stage
		);
	}
	match options.claim {
		Some(claim) => ensure_made_it(chain, at, who, claim, &manifest).await,
		None => Ok(()),
	}
}

/// Fails unless a claim is verified, of this miner, and has made exactly this file.
async fn ensure_made_it(
	chain: &Chain,
	at: &At,
	who: &AccountId32,
	claim: ClaimId,
	file: &Manifest,
) -> Result<()> {
	let view = chain.claim(at, claim).await?;
	let [hash] = file.chunks[..] else {
		bail!("the model is larger than what a claim can have made; expected no --claim");
	};
	let models = api::storage().claims().models();
	let made = at.storage().try_fetch(models, (view.task, hash)).await?;
	let made = made.map(|made| made.decode()).transpose()?;
	ensure!(
		view.miner == *who && made == Some(claim),
		"claim {claim} has not made this model; expected a verified claim of {who} whose model has \
		 exactly these bytes"
	);
	Ok(())
}
