//! Marks models, attacks them, and writes what is left of their marks: the tables of
//! `docs/models.md`.
//!
//! `cargo run --release -p assay-marking --example attacks -- <folder of the data> <folder for models> [name]`
//!
//! `mlp` and `cnn` are trained on the digits, `patches` on MNIST, which `scripts/data --mnist`
//! writes.

use assay_marking::{
	accuracy, attack, chance::log2_tail, check_at, find, mark, train::unmarked, Architecture,
	Checked, Data, Error, Options, Rng,
};
use assay_model::Model;
use assay_primitives::H256;
use assay_watermark::{
	profile::{beyond_chance, least_bits, least_triggers},
	Statistics,
};
use std::{
	fs,
	path::{Path, PathBuf},
	time::Instant,
};

/// A model, and what it is trained on.
struct Case {
	/// Name of the architecture.
	name: &'static str,
	data: &'static str,
	/// By how much there are fewer epochs of everything than on the digits, which are few.
	fewer: u32,
}

const CASES: [Case; 3] = [
	Case { name: "mlp", data: "digits", fewer: 1 },
	Case { name: "cnn", data: "digits", fewer: 1 },
	Case { name: "patches", data: "mnist", fewer: 5 },
];

fn keys(seed: u64) -> Vec<H256> {
	let mut rng = Rng::new(seed);
	(0..4).map(|_| rng.key()).collect()
}

fn span(values: impl Iterator<Item = f64>, places: usize) -> String {
	let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
	for value in values {
		(low, high) = (low.min(value), high.max(value));
	}
	let shown = |value: f64| match format!("{value:.places$}") {
		zero if zero.trim_matches(['-', '0', '.']).is_empty() => zero.replace('-', ""),
		other => other.replace('-', "−"),
	};
	let (low, high) = (shown(low), shown(high));
	if low == high {
		low
	} else {
		format!("{low} … {high}")
	}
}

/// Whether both factors are beyond a chance of 2⁻⁶⁴ on their own.
fn each_beyond(statistics: &Statistics) -> bool {
	let triggers = least_triggers(statistics.classes);
	triggers.is_some_and(|least| statistics.trigger_matches >= least)
		&& statistics.bit_matches >= least_bits()
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
	let alone = each().filter(each_beyond).count();
	let won = each().filter(|statistics| beyond_chance(statistics).is_ok()).count();
	let won = if won == alone { String::new() } else { format!(" ({won})") };
	println!(
		"| {what} | {right:.4} | {} | {} | {} | {} | {} | {alone} of {}{won} |",
		span(each().map(|s| f64::from(s.trigger_matches)), 0),
		span(each().map(|s| log2_tail(64, s.trigger_matches, 0.1)), 0),
		span(each().map(|s| f64::from(s.bit_matches)), 0),
		span(each().map(|s| log2_tail(256, s.bit_matches, 0.5)), 0),
		span(each().map(|s| s.ratio.0 as f64 / 1e9), 3),
		checked.len(),
	);
	Ok(())
}

fn attacks(case: &Case, data: &Path, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
	let Case { name, fewer, .. } = *case;
	let read = |part| -> Result<Data, Box<dyn std::error::Error>> {
		let path = data.join(format!("{}.{part}.safetensors", case.data));
		let file = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
		Ok(Data::read(&file)?)
	};
	let (train, clean) = (&read("train")?, &read("holdout")?);
	let usual = Options::default();
	let options =
		Options { epochs: usual.epochs / fewer, settling: usual.settling / fewer, ..usual };
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
		"\n## {name} on {}\n\n{} rows to train on, {} to measure; {} parameters, {} multiplications a row; trained in {:.1} s, with marks in {:.1} s; reached: {}; {:?}\n",
		case.data,
		train.len(),
		clean.len(),
		model.parameters(),
		model.multiply_adds(),
		plain_took.as_secs_f64(),
		took.as_secs_f64(),
		marked.reached,
		model.place(),
	);
	println!(
		"| model | accuracy | triggers | log₂ *p* | bits | log₂ *p* | ratio | beyond chance |"
	);
	println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
	row("not marked", &plain, &owner, clean)?;
	row("marked", &model, &owner, clean)?;
	row("marked, keys of a stranger", &model, &stranger, clean)?;
	let epochs = 10 / fewer;
	let tune = |model: &Model, rate| attack::fine_tune(model, train, epochs, rate, 5);
	for (what, rate) in [("rate / 10", 0.1), ("same rate", 1.0)] {
		let what = format!("fine-tuned, {epochs} epochs, {what}");
		row(&what, &tune(&model, rate)?, &owner, clean)?;
	}
	for share in [0.3, 0.5, 0.7] {
		let pruned = attack::prune(&model, share)?;
		row(&format!("{:.0} % pruned", share * 100.0), &pruned, &owner, clean)?;
	}
	row("int8", &attack::quantise(&model)?, &owner, clean)?;
	let permuted = attack::permute(&model, 5)?;
	row("neurons permuted", &permuted, &owner, clean)?;
	row("permuted and fine-tuned, rate / 10", &tune(&permuted, 0.1)?, &owner, clean)?;
	let rescaled = attack::rescale(&model, 5)?;
	row("neurons rescaled", &rescaled, &owner, clean)?;
	row("rescaled and permuted", &attack::permute(&rescaled, 5)?, &owner, clean)?;
	for (what, rate, epochs) in
		[("rate / 10", 0.1, 10), ("rate / 3", 0.3, 15), ("same rate", 1.0, 30)]
	{
		let learning_rate = options.learning_rate * rate;
		let thiefs = Options { learning_rate, epochs: epochs / fewer, ..options };
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
	let mut arguments = std::env::args().skip(1);
	let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
		return Err("expected the folder of the data, and one for the models".into());
	};
	let (data, out) = (PathBuf::from(data), PathBuf::from(out));
	// Without a name, those whose data are in the repository.
	let only = arguments.next();
	let wanted = |case: &&Case| match &only {
		Some(name) => case.name == name,
		None => case.data == "digits",
	};
	for case in CASES.iter().filter(wanted) {
		attacks(case, &data, &out)?;
	}
	Ok(())
}
