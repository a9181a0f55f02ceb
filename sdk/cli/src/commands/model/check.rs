//! `assay model check`, `assay model scheme`, and what a registration measures first.

use super::{
	view::{CleanData, SchemeView},
	Marks,
};
use crate::{
	arguments::{Blob, CheckOptions},
	chain::Chain,
	commands::{artifact, Context},
	local::{self, Inputs},
	output::{pairs, table, thousands},
	store::Store,
};
use anyhow::{bail, ensure, Context as _, Result};
use assay_marking::chance::log2_tail;
use assay_model::Model;
use assay_primitives::{
	file, File, Limits, Manifest, Metric, Score, TrainingJob, H256, VM_VERSION,
};
use assay_vm::Dataset;
use assay_watermark::{
	profile::{CONTEST, CONTEST_BITS},
	trigger, Key, Place, Report, SchemeParams, Statistics, BITS,
};
use codec::DecodeAll;
use serde_json::json;

/// The verifier program of `multi_factor_v1`, as the chain knows it by its hash.
const MULTI_FACTOR: &[u8] =
	include_bytes!("../../../../programs/multi_factor/multi_factor_v1.wasm");

/// Most rows in each chunk of clean data.
const CHUNK_ROWS: usize = 32;
/// Bytes that the verifier program reads at a time (`assay_guest`'s buffer).
const BUFFER: usize = 65_536;

/// A model and clean data, as bytes.
pub struct Subject {
	/// The model's file.
	pub file: Vec<u8>,
	/// The clean data.
	pub clean: Vec<u8>,
	/// The clean data as a registration names them.
	pub clean_data: CleanData,
	/// Where the model says that its mark is.
	pub place: Place,
}

impl Subject {
	/// Reads both, and refuses a model that the scheme would refuse. The clean data are cut as
	/// `named` says, if they are registered already.
	pub async fn read(
		context: &Context,
		chain: &Chain,
		store: &Store,
		scheme: &SchemeView,
		model: &Blob,
		clean: &Blob,
		named: Option<CleanData>,
	) -> Result<Self> {
		let output = context.output;
		let file = artifact::read(output, chain, store, model, "the model").await?;
		let clean = artifact::read(output, chain, store, clean, "the clean data").await?;
		ensure_size("the model", &file, scheme.max_model_bytes.into())?;
		ensure_size("the clean data", &clean, scheme.max_data_bytes)?;
		let place = Model::parse(&file).context("the model is refused")?.place();
		let clean_data = named.map_or_else(|| cut(&clean), Ok)?;
		Ok(Self { file, clean, clean_data, place })
	}

	/// The model as a job names it.
	pub fn named(&self) -> Result<File> {
		let bytes = u32::try_from(self.file.len()).context("the model is too large")?;
		Ok(File { id: Manifest::of(&self.file).id(), bytes, root: file::tree(&self.file).root() })
	}
}

/// Cuts clean data into chunks that the verifier program has room for.
fn cut(clean: &[u8]) -> Result<CleanData> {
	let data = Dataset::parse(clean, Metric::Accuracy)
		.map_err(|fault| anyhow::anyhow!("the clean data cannot be used: {fault}"))?;
	let row = data.chunk(1, 0).map_or(1, |row| row.len().max(1));
	ensure!(
		row <= BUFFER,
		"a row of the clean data has {} bytes; expected {} at the most",
		thousands(row as u64),
		thousands(BUFFER as u64)
	);
	let chunk_rows = u32::try_from((BUFFER / row).min(CHUNK_ROWS))?;
	Ok(CleanData { id: Manifest::of(clean).id(), root: data.root(chunk_rows), chunk_rows })
}

/// Fails if a file is larger than a registration may name.
fn ensure_size(what: &str, bytes: &[u8], most: u64) -> Result<()> {
	let size = bytes.len() as u64;
	ensure!(
		size <= most,
		"{what} is too large: {} bytes; expected {} at the most",
		thousands(size),
		thousands(most)
	);
	Ok(())
}

/// What the scheme's verifier program found.
pub struct Measured {
	/// What it found with the key.
	pub statistics: Statistics,
	/// Accuracy on the clean data.
	pub accuracy: Score,
	/// Fuel used.
	pub fuel: u64,
}

/// Runs the scheme's verifier program with a key under these limits, as verifiers do.
pub async fn measure(
	context: &Context,
	scheme: &SchemeView,
	limits: Limits,
	subject: &Subject,
	key: H256,
) -> Result<Measured> {
	ensure!(
		Manifest::of(MULTI_FACTOR).id() == scheme.program,
		"the chain's scheme is {:?}, another one than this command line knows; expected the same \
		 release of both",
		scheme.program
	);
	let clean = &subject.clean_data;
	let job = TrainingJob {
		vm_version: VM_VERSION,
		program: scheme.program,
		params: SchemeParams { key: Key(key), place: subject.place }.to_params(),
		seed: 0,
		train: clean.id,
		train_root: clean.root,
		chunk_rows: clean.chunk_rows,
		holdout: clean.id,
		metric: Metric::Accuracy,
		file: Some(subject.named()?),
		limits,
	};
	let inputs = Inputs {
		program: MULTI_FACTOR.to_vec(),
		train: subject.clean.clone(),
		holdout: subject.clean.clone(),
		file: subject.file.clone(),
	};
	let report = local::run(context.output, job, inputs).await?;
	let scored = report.scored()?;
	match Report::decode_all(&mut &report.run.model[..])? {
		Report::Refused(refusal) => bail!("the model is refused: {refusal}"),
		Report::Measured(statistics) => {
			Ok(Measured { statistics, accuracy: scored.score, fuel: scored.fuel })
		},
	}
}

/// The four statistics beside what they must reach.
pub fn describe(scheme: &SchemeView, measured: &Measured, declared: Score) -> String {
	let profile = scheme.profile;
	let Statistics { classes, trigger_matches, bit_matches, ratio } = measured.statistics;
	let triggers = trigger::count(classes);
	let row = |name: &str, found: String, needed: String, contest: String, chance: String| {
		[name.to_string(), found, needed, contest, chance]
	};
	table(
		["factor", "measured", "to register", "in a contest", "by chance"],
		vec![
			row(
				"triggers",
				format!("{trigger_matches} of {triggers}"),
				profile.triggers_needed(classes).map_or("-".into(), |needed| needed.to_string()),
				format!("2^-{CONTEST} together"),
				format!("2^{:.0}", log2_tail(triggers, trigger_matches, 1.0 / f64::from(classes))),
			),
			row(
				"bits",
				format!("{bit_matches} of {BITS}"),
				profile.bits_needed().to_string(),
				format!("2^-{CONTEST_BITS} alone"),
				format!("2^{:.0}", log2_tail(BITS, bit_matches, 0.5)),
			),
			row(
				"margin ratio",
				ratio.to_string(),
				format!("{declared} ± {}", profile.band),
				"-".into(),
				"-".into(),
			),
			row(
				"clean accuracy",
				measured.accuracy.to_string(),
				format!("{}, and as stated", scheme.min_accuracy),
				"-".into(),
				"-".into(),
			),
		],
	)
}

/// Measures a model with the sub-keys of an intent.
pub async fn run(context: &Context, options: CheckOptions) -> Result<()> {
	let chain = context.chain().await?;
	let store = context.store()?;
	let marks = Marks::find(context, &chain, &store, options.intent).await?;
	let scheme = SchemeView::get(&chain).await?;
	let subject =
		Subject::read(context, &chain, &store, &scheme, &options.model, &options.clean, None)
			.await?;
	let all = 0..marks.secrets.sub_keys;
	let indices = match options.index {
		Some(index) if !all.contains(&index) => {
			bail!("there is no sub-key {index}; expected one below {}", all.end)
		},
		Some(index) => index..index + 1,
		None => all,
	};
	for index in indices {
		let measured =
			measure(context, &scheme, scheme.registration(), &subject, marks.key(index)).await?;
		let declared = marks.intent.ratio;
		let short = scheme.falls_short(&measured.statistics, measured.accuracy, declared);
		let value = json!({
			"sub_key": index,
			"place": subject.place,
			"statistics": measured.statistics,
			"accuracy": measured.accuracy,
			"fuel": measured.fuel,
			"falls_short": short,
		});
		context.output.show(&value, || {
			let says =
				short.map_or("can be registered".into(), |factor| format!("falls short: {factor}"));
			format!("sub-key {index}: {says}\n{}", describe(&scheme, &measured, declared))
		});
	}
	Ok(())
}

/// Shows the scheme in force, and stores its program if that is asked for.
pub async fn scheme(context: &Context, upload: bool) -> Result<()> {
	let chain = context.chain().await?;
	let scheme = SchemeView::get(&chain).await?;
	if upload {
		let id = Manifest::of(MULTI_FACTOR).id();
		ensure!(
			id == scheme.program,
			"this command line has program {id:?}; the chain's scheme is {:?}",
			scheme.program
		);
		artifact::put(context.output, &chain, &context.key()?, MULTI_FACTOR).await?;
	}
	let status = chain.artifact(&chain.best().await?, &scheme.program).await?;
	let stored = status.is_some_and(|status| status.complete);
	let mut value = json!(scheme);
	value["stored"] = json!(stored);
	context.output.show(&value, || {
		pairs([
			("scheme", "multi_factor_v1".into()),
			("program", format!("{:?}", scheme.program)),
			("stored", if stored { "yes" } else { "no: assay model scheme --upload" }.into()),
			("limits", local::limits(&scheme.limits)),
			("triggers", format!("at least {} of them right", scheme.profile.tau_input)),
			("bits", format!("at most {} of them wrong", scheme.profile.tau_feat)),
			("margin ratio", format!("the declared one ± {}", scheme.profile.band)),
			(
				"accuracy",
				format!(
					"at least {}, and the stated one - {}",
					scheme.min_accuracy, scheme.accuracy_tolerance
				),
			),
			("largest model", format!("{} bytes", thousands(scheme.max_model_bytes.into()))),
			("largest clean data", format!("{} bytes", thousands(scheme.max_data_bytes))),
			("kept for", format!("at least {} blocks", thousands(scheme.retention))),
			("bond", format!("{} AIT", scheme.bond)),
			("bond of a contest", format!("{} AIT", scheme.contest_bond)),
			("life of an intent", format!("{} epochs", scheme.intent_life)),
		])
	});
	Ok(())
}
