//! Marks an MLP and a CNN on the digits, attacks them, and writes what is left of their marks: the
//! tables of `docs/models.md`.
//!
//! `cargo run --release -p assay-marking --example attacks -- <folder of the data> <folder for models>`

use assay_marking::{
	accuracy, attack, chance::log2_tail, check_at, find, mark, train::unmarked, Architecture,
	Checked, Data, Error, Options, Rng,
};
use assay_model::Model;
use assay_primitives::H256;
use assay_watermark::profile::beyond_chance;
use std::{fs, path::PathBuf, time::Instant};

fn keys(seed: u64) -> Vec<H256> {
	let mut rng = Rng::new(seed);
	(0..4).map(|_| rng.key()).collect()
}

fn span(values: impl Iterator<Item = f64>, places: usize) -> String {
	let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
	for value in values {
		(low, high) = (low.min(value), high.max(value));
	}
	let (low, high) = (format!("{low:.places$}"), format!("{high:.places$}"));
	if low == high {
		low
	} else {
		format!("{low} to {high}")
	}
}

fn row(what: &str, model: &Model, keys: &[H256], clean: &Data) -> Result<(), Error> {
	let right = accuracy(model, clean)?;
	let checked: Result<Vec<Checked>, Error> =
		keys.iter().map(|key| check_at(model, key, find(model, key).0, clean)).collect();
	let checked = match checked {
		Ok(checked) => checked,
		Err(Error::Refused(refusal)) => {
			println!("| {what} | {right:.4} | refused: {refusal} | | | | | |");
			return Ok(());
		},
		Err(other) => return Err(other),
	};
	let each = || checked.iter().map(|checked| checked.statistics);
	println!(
		"| {what} | {right:.4} | {} | {} | {} | {} | {} | {} of {} |",
		span(each().map(|s| f64::from(s.trigger_matches)), 0),
		span(each().map(|s| log2_tail(64, s.trigger_matches, 0.1)), 0),
		span(each().map(|s| f64::from(s.bit_matches)), 0),
		span(each().map(|s| log2_tail(256, s.bit_matches, 0.5)), 0),
		span(each().map(|s| s.ratio.0 as f64 / 1e9), 3),
		each().filter(|statistics| beyond_chance(statistics).is_ok()).count(),
		checked.len(),
	);
	Ok(())
}

fn attacks(
	name: &str,
	train: &Data,
	clean: &Data,
	out: &std::path::Path,
) -> Result<(), Box<dyn std::error::Error>> {
	let options = Options::default();
	let architecture = Architecture::named(name, train.features)?;
	let (owner, thief, stranger) = (keys(1), keys(2), keys(3));

	let start = Instant::now();
	let plain = unmarked(&architecture, train, clean, &options, 1)?;
	let plain_took = start.elapsed();
	fs::write(out.join(format!("{name}.unmarked.safetensors")), plain.to_bytes())?;
	let start = Instant::now();
	let marked = mark(&architecture, train, clean, &owner, &options, 1, |_| ())?;
	let took = start.elapsed();
	let model = marked.model;
	fs::write(out.join(format!("{name}.marked.safetensors")), model.to_bytes())?;
	println!(
		"\n## {name}\n\n{} parameters, {} multiplications a row; trained in {:.1} s, with marks in {:.1} s; reached: {}; {:?}\n",
		model.parameters(),
		model.multiply_adds(),
		plain_took.as_secs_f64(),
		took.as_secs_f64(),
		marked.reached,
		model.place(),
	);
	println!("| model | accuracy | triggers | log2 p | bits | log2 p | ratio | beyond chance |");
	println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
	row("not marked", &plain, &owner, clean)?;
	row("marked", &model, &owner, clean)?;
	row("marked, keys of a stranger", &model, &stranger, clean)?;
	row(
		"fine-tuned, 10 epochs, rate / 10",
		&attack::fine_tune(&model, train, 10, 0.1, 5)?,
		&owner,
		clean,
	)?;
	row(
		"fine-tuned, 10 epochs, same rate",
		&attack::fine_tune(&model, train, 10, 1.0, 5)?,
		&owner,
		clean,
	)?;
	for share in [0.3, 0.5, 0.7] {
		let pruned = attack::prune(&model, share)?;
		row(&format!("{:.0} % pruned", share * 100.0), &pruned, &owner, clean)?;
	}
	row("int8", &attack::quantise(&model)?, &owner, clean)?;
	row("neurons permuted", &attack::permute(&model, 5)?, &owner, clean)?;
	let both = attack::fine_tune(&attack::permute(&model, 5)?, train, 10, 0.1, 5)?;
	row("permuted and fine-tuned, rate / 10", &both, &owner, clean)?;
	row("neurons rescaled", &attack::rescale(&model, 5)?, &owner, clean)?;
	for (what, rate, epochs) in
		[("rate / 10", 0.1, 10), ("rate / 3", 0.3, 15), ("same rate", 1.0, 30)]
	{
		let thiefs = Options { learning_rate: options.learning_rate * rate, epochs, ..options };
		let over = attack::overwrite(&model, train, clean, &thief, &thiefs, 5)?;
		let what = format!("overwritten, {what}");
		row(&format!("{what}: thief's keys"), &over.model, &thief, clean)?;
		row(&format!("{what}: owner's keys"), &over.model, &owner, clean)?;
	}
	let student = attack::distil(&model, &architecture, train, &options, 5)?;
	row("distilled", &student, &owner, clean)?;
	let degenerate = attack::triggers_only(&model, &owner[0], &options, 5)?;
	row("trained on the triggers of one key alone", &degenerate, &owner[..1], clean)?;
	Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
	let mut arguments = std::env::args().skip(1).map(PathBuf::from);
	let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
		return Err("expected the folder of the data, and one for the models".into());
	};
	let train = Data::read(&fs::read(data.join("digits.train.safetensors"))?)?;
	let clean = Data::read(&fs::read(data.join("digits.holdout.safetensors"))?)?;
	let only = arguments.next();
	for name in ["mlp", "cnn"] {
		if only.as_ref().is_none_or(|only| only.as_os_str() == name) {
			attacks(name, &train, &clean, &out)?;
		}
	}
	Ok(())
}
