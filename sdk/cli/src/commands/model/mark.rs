//! `assay model mark`

use super::{view::SchemeView, Marks};
use crate::{
	arguments::MarkOptions,
	commands::{artifact, Context},
	local,
	output::table,
};
use anyhow::{bail, ensure, Context as _, Result};
use assay_marking::{
	mark, train::mark_net, Architecture, Checked, Data, Marked, Net, Options, Progress, Rng,
};
use assay_model::{measure::MIN_CLEAN_ROWS, Model};
use assay_primitives::Manifest;
use assay_watermark::{trigger, BITS};
use serde_json::json;
use std::{
	fs::{self, OpenOptions},
	path::Path,
};

pub async fn run(context: &Context, options: MarkOptions) -> Result<()> {
	let output = context.output;
	let chain = context.chain().await?;
	let store = context.store()?;
	let marks = Marks::find(context, &chain, &store, options.intent).await?;
	let train = artifact::read(output, &chain, &store, &options.train, "the training data").await?;
	let clean = artifact::read(output, &chain, &store, &options.clean, "the clean data").await?;
	let train = Data::read(&train).context("the training data cannot be used")?;
	let clean = Data::read(&clean).context("the clean data cannot be used")?;
	ensure!(
		clean.len() >= MIN_CLEAN_ROWS as usize,
		"the clean data have {} rows; expected at least {MIN_CLEAN_ROWS}",
		clean.len()
	);
	ensure_writable(&options.output)?;
	let from = match &options.from {
		Some(from) => Some(artifact::read(output, &chain, &store, from, "the model").await?),
		None => None,
	};

	let keys = marks.keys();
	let scheme = SchemeView::get(&chain).await?;
	let declared = marks.intent.ratio;
	let mut training = Options { ratio: declared, profile: scheme.profile, ..Options::default() };
	training.epochs = options.epochs.unwrap_or(training.epochs);
	let bar = output.bar(0, "epochs");
	let shown = bar.clone();
	let tell = move |progress: &Progress| {
		shown.set_length(progress.of.into());
		shown.set_position(progress.epoch.into());
		shown.set_message(format!(
			"accuracy {:.3}, triggers {:.2}",
			progress.accuracy, progress.triggers
		));
	};
	let seed = options.seed;
	let architecture = match (&from, options.architecture.as_str()) {
		(Some(_), _) => None,
		(None, name) => Some(architecture(name, train.features)?),
	};
	let marked = tokio::task::spawn_blocking(move || -> Result<Marked> {
		Ok(match (&architecture, from) {
			(Some(architecture), _) => {
				mark(architecture, &train, &clean, &keys, &training, seed, tell)?
			},
			(None, from) => {
				let model =
					Model::parse(&from.unwrap_or_default()).context("the model is refused")?;
				let mut net = Net::from_model(&model);
				mark_net(&mut net, &train, &clean, &keys, &training, &mut Rng::new(seed), tell)?
			},
		})
	})
	.await??;
	bar.finish_and_clear();

	let bytes = marked.model.to_bytes();
	let path = &options.output;
	fs::write(path, &bytes).with_context(|| unwritable(path))?;
	let passes = |checked: &Checked| {
		scheme.falls_short(&checked.statistics, checked.accuracy, declared).is_none()
	};
	let value = json!({
		"model": path,
		"artifact": Manifest::of(&bytes).id(),
		"bytes": bytes.len(),
		"accuracy": marked.checked.first().map(|checked| checked.accuracy),
		"sub_keys": marked.checked.iter().map(|checked| json!({
			"statistics": checked.statistics,
			"passes": passes(checked),
		})).collect::<Vec<_>>(),
	});
	output.show(&value, || {
		let rows = (0u32..).zip(&marked.checked).map(|(index, checked)| {
			let statistics = checked.statistics;
			[
				index.to_string(),
				format!("{} of {}", statistics.trigger_matches, trigger::count(statistics.classes)),
				format!("{} of {BITS}", statistics.bit_matches),
				statistics.ratio.to_string(),
				checked.accuracy.to_string(),
				if passes(checked) { "passes" } else { "falls short" }.into(),
			]
		});
		let headings = ["sub-key", "triggers", "bits", "margin ratio", "clean accuracy", "profile"];
		format!("{}\n{}", table(headings, rows.collect()), path.display())
	});
	if !marked.checked.iter().all(passes) {
		bail!(
			"the mark falls short with some sub-keys; try more --epochs, another --seed, or a larger \
			 architecture"
		);
	}
	Ok(())
}

/// Fails if a file cannot be written. One that is there stays as it is.
fn ensure_writable(path: &Path) -> Result<()> {
	let there = path.exists();
	OpenOptions::new().append(true).create(true).open(path).with_context(|| unwritable(path))?;
	if !there {
		fs::remove_file(path)?;
	}
	Ok(())
}

fn unwritable(path: &Path) -> String {
	format!("the model cannot be written to {}", path.display())
}

/// An architecture by its name, or from a file.
fn architecture(name: &str, features: usize) -> Result<Architecture> {
	let path = Path::new(name);
	if path.extension().is_some_and(|extension| extension == "json") {
		let text = local::read(path, "the architecture")?;
		let text = String::from_utf8(text).context("the architecture is no text")?;
		return Ok(Architecture::from_json(&text)?);
	}
	Ok(Architecture::named(name, features)?)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_place_for_the_model_is_looked_for_without_a_trace() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("model");
		ensure_writable(&path).unwrap();
		assert!(!path.exists());
		fs::write(&path, "model").unwrap();
		ensure_writable(&path).unwrap();
		assert_eq!(fs::read(&path).unwrap(), b"model");
		for wrong in [folder.path(), &folder.path().join("no/model")] {
			let error = ensure_writable(wrong).unwrap_err();
			assert!(error.to_string().contains("cannot be written"), "{error}");
		}
	}
}
