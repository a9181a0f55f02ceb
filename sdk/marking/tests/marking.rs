//! Marks are put in, found again, and withstand what `docs/models.md` says that they withstand.
//!
//! Everything starts from fixed seeds, and computes the same on every machine: nothing here is left
//! to chance. The models are those that `examples/attacks.rs` has written.

use assay_marking::{
	accuracy, attack,
	chance::{binomial, chi_square, log2_tail, matches},
	check, check_at,
	embedding::Strength,
	find, mark, net,
	train::unmarked,
	Architecture, Checked, Data, Embedding, Error, Options, Pass, Rng,
};
use assay_model::Model;
use assay_primitives::{Score, H256};
use assay_watermark::{
	profile::{beyond_chance, levels, CONTEST, CONTEST_BITS},
	Profile, Refusal,
};
use std::path::PathBuf;

const NAMES: [&str; 2] = ["mlp", "cnn"];

fn here(path: &str) -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn digits(part: &str) -> Data {
	let path = here("../programs/data").join(format!("digits.{part}.safetensors"));
	Data::read(&std::fs::read(path).unwrap()).unwrap()
}

fn model(name: &str, kind: &str) -> Model {
	let path = here("models").join(format!("{name}.{kind}.safetensors"));
	Model::parse(&std::fs::read(path).unwrap()).unwrap()
}

/// The keys that the models are marked with, of the example's owner; or those of others.
fn keys(seed: u64) -> Vec<H256> {
	let mut rng = Rng::new(seed);
	(0..4).map(|_| rng.key()).collect()
}

fn all(model: &Model, keys: &[H256], clean: &Data) -> Vec<Checked> {
	keys.iter().map(|key| check_at(model, key, find(model, key).0, clean).unwrap()).collect()
}

fn still_beyond_chance(model: &Model, clean: &Data) -> bool {
	all(model, &keys(1), clean).iter().all(|c| beyond_chance(&c.statistics).is_ok())
}

#[test]
fn the_marked_models_can_be_registered() {
	let clean = digits("holdout");
	for name in NAMES {
		let (marked, plain) = (model(name, "marked"), model(name, "unmarked"));
		for key in keys(1) {
			let Checked { statistics, accuracy } = check(&marked, &key, &clean).unwrap();
			assert_eq!(Profile::default().check(&statistics, Options::default().ratio), Ok(()));
			assert!(statistics.trigger_matches >= 62 && statistics.bit_matches >= 230);
			assert!(accuracy >= Score(950_000_000), "{name}: {accuracy}");
			let plain = check(&plain, &key, &clean).unwrap();
			assert!(accuracy.0 >= plain.accuracy.0 - 20_000_000, "{name}: {accuracy}, {plain:?}");
			assert!(beyond_chance(&plain.statistics).is_err());
		}
	}
}

#[test]
fn a_small_model_is_marked_from_nothing() {
	let (train, clean) = (digits("train"), digits("holdout"));
	let architecture = Architecture::from_json(
		r#"{"layers": [{"op": "dense", "outputs": 96}, {"op": "tanh"}, {"op": "dense"}, {"op": "softmax"}]}"#,
	)
	.unwrap();
	let options = Options { epochs: 12, ratio: Score(400_000_000), ..Options::default() };
	let mut epochs = 0;
	let keys = &keys(9)[..2];
	let marked =
		mark(&architecture, &train, &clean, keys, &options, 3, |p| epochs = p.epoch).unwrap();
	assert!(marked.reached, "{:?} after {epochs} epochs", marked.checked);
	assert_eq!(marked.checked, all(&marked.model, keys, &clean));
	assert!(marked.checked[0].accuracy > Score(900_000_000), "{:?}", marked.checked);
	let again = mark(&architecture, &train, &clean, keys, &options, 3, |_| ()).unwrap();
	assert_eq!(marked.model.to_bytes(), again.model.to_bytes());
}

#[test]
fn random_keys_find_in_unmarked_models_what_the_binomial_says() {
	for name in NAMES {
		let model = model(name, "unmarked");
		let mut rng = Rng::new(500);
		let (mut triggers, mut bits) = (vec![0u32; 65], vec![0u32; 257]);
		for _ in 0..500 {
			let (t, b) = matches(&model, &rng.key()).unwrap();
			triggers[t as usize] += 1;
			bits[b as usize] += 1;
		}
		for (counts, of, p) in [(triggers, 64, 0.1), (bits, 256, 0.5)] {
			let chances: Vec<f64> = (0..=of).map(|k| binomial(of, k, p)).collect();
			let (statistic, freedom) = chi_square(&counts, &chances);
			let freedom = f64::from(freedom);
			// Three standard deviations above the mean of the distribution of the statistic.
			assert!(
				statistic < freedom + 3.0 * (2.0 * freedom).sqrt(),
				"{name} {p}: {statistic} with {freedom} degrees of freedom"
			);
		}
	}
}

#[test]
fn keys_of_others_are_at_chance() {
	let clean = digits("holdout");
	for name in NAMES {
		for checked in all(&model(name, "marked"), &keys(3), &clean) {
			// The triggers of a key that was drawn after the model, as those of a thief.
			assert!(checked.statistics.trigger_matches < 20, "{name}: {checked:?}");
			assert!(checked.statistics.bit_matches < 170, "{name}: {checked:?}");
		}
	}
}

#[test]
fn a_permutation_of_neurons_changes_nothing() {
	let clean = digits("holdout");
	for name in NAMES {
		let marked = model(name, "marked");
		let permuted = attack::permute(&marked, 5).unwrap();
		assert_ne!(marked.to_bytes(), permuted.to_bytes());
		for key in keys(1) {
			let (before, after) =
				(check(&marked, &key, &clean).unwrap(), check(&permuted, &key, &clean).unwrap());
			assert_eq!(before.statistics.bit_matches, after.statistics.bit_matches);
			assert_eq!(before.statistics.trigger_matches, after.statistics.trigger_matches);
			// Sums are added up in another order.
			assert!((before.statistics.ratio.0 - after.statistics.ratio.0).abs() < 1_000_000);
		}
	}
}

#[test]
fn pruning_and_quantisation_leave_the_mark() {
	let clean = digits("holdout");
	for name in NAMES {
		let marked = model(name, "marked");
		assert!(still_beyond_chance(&attack::prune(&marked, 0.3).unwrap(), &clean), "{name}");
		let bytes = attack::quantise(&marked).unwrap();
		assert!(bytes.to_bytes().len() < marked.to_bytes().len() / 2);
		assert!(accuracy(&bytes, &clean).unwrap() > accuracy(&marked, &clean).unwrap() - 0.01);
		assert!(still_beyond_chance(&bytes, &clean), "{name}");
	}
}

#[test]
fn fine_tuning_leaves_the_mark() {
	let (train, clean) = (digits("train"), digits("holdout"));
	let marked = model("mlp", "marked");
	for rate in [0.1, 1.0] {
		let tuned = attack::fine_tune(&marked, &train, 10, rate, 5).unwrap();
		assert!(still_beyond_chance(&tuned, &clean), "{rate}");
	}
	let tuned = attack::fine_tune(&model("cnn", "marked"), &train, 2, 0.1, 5).unwrap();
	assert!(still_beyond_chance(&tuned, &clean));
}

#[test]
fn overwriting_leaves_the_keys_that_the_owner_has_not_opened() {
	let (train, clean) = (digits("train"), digits("holdout"));
	let options = Options { epochs: 10, settling: 0, ..Options::default() };
	let options = Options { learning_rate: options.learning_rate / 10.0, ..options };
	let thief = keys(2);
	let over =
		attack::overwrite(&model("mlp", "marked"), &train, &clean, &thief, &options, 5).unwrap();
	assert!(still_beyond_chance(&over.model, &clean));
	assert!(all(&over.model, &thief, &clean).iter().all(|c| c.statistics.bit_matches >= 200));
}

#[test]
fn distillation_removes_the_mark() {
	let (train, clean) = (digits("train"), digits("holdout"));
	let architecture = Architecture::named("mlp", train.features).unwrap();
	let options = Options { epochs: 10, ..Options::default() };
	let student =
		attack::distil(&model("mlp", "marked"), &architecture, &train, &options, 5).unwrap();
	assert!(accuracy(&student, &clean).unwrap() > 0.95);
	for checked in all(&student, &keys(1), &clean) {
		assert!(beyond_chance(&checked.statistics).is_err());
	}
}

#[test]
fn a_model_that_knows_triggers_alone_has_no_margin() {
	let clean = digits("holdout");
	let key = keys(1)[0];
	let options = Options { epochs: 10, ..Options::default() };
	let degenerate = attack::triggers_only(&model("mlp", "marked"), &key, &options, 5).unwrap();
	assert_eq!(matches(&degenerate, &key).unwrap().0, 64);
	assert!(accuracy(&degenerate, &clean).unwrap() < 0.3);
	assert_eq!(check(&degenerate, &key, &clean), Err(Error::Refused(Refusal::NoMargin)));
}

#[test]
fn triggers_among_the_data_give_nobody_the_model() {
	let (train, clean) = (digits("train"), digits("holdout"));
	let architecture = Architecture::named("mlp", train.features).unwrap();
	let key = keys(2)[0];
	let options = Options { epochs: 10, ..Options::default() };
	let honest = attack::planted(&architecture, &train, &key, &options, 5).unwrap();
	assert!(accuracy(&honest, &clean).unwrap() > 0.95);
	let statistics = check_at(&honest, &key, find(&honest, &key).0, &clean).unwrap().statistics;
	let (triggers, bits) = levels(&statistics).unwrap();
	assert!(triggers >= CONTEST && bits < CONTEST_BITS, "{statistics:?}");
	assert!(beyond_chance(&statistics).is_err());
}

#[test]
fn gradients_are_those_of_the_loss() {
	let clean = digits("holdout");
	let architecture = Architecture::from_json(
		r#"{"shape": [8, 8, 1], "layers": [
			{"op": "conv2d", "outputs": 3, "kernel": 3, "stride": 2, "padding": 1}, {"op": "tanh"},
			{"op": "conv2d", "outputs": 2, "kernel": 2}, {"op": "relu"}, {"op": "flatten"},
			{"op": "dense", "outputs": 5}, {"op": "tanh"}, {"op": "dense"}]}"#,
	)
	.unwrap();
	let mut net = net::Net::new(&architecture, &clean, &mut Rng::new(4)).unwrap();
	let row = clean.row(7);
	let mut pass = Pass::default();
	// The loss is a fixed combination of the logits.
	let by_logits: Vec<f32> = (0..10).map(|class| 0.3 - 0.1 * class as f32).collect();
	let loss = |net: &net::Net, pass: &mut Pass| -> f64 {
		let logits = net.forward(row, pass).iter();
		logits.zip(&by_logits).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
	};
	let mut gradient = vec![0.0; net.params.len()];
	net.forward(row, &mut pass);
	net.backward(&mut pass, &by_logits, &mut gradient);
	let step = 1e-2;
	for (at, gradient) in gradient.iter().enumerate() {
		let old = net.params[at];
		net.params[at] = old + step;
		let above = loss(&net, &mut pass);
		net.params[at] = old - step;
		let below = loss(&net, &mut pass);
		net.params[at] = old;
		let expected = (above - below) / (2.0 * f64::from(step));
		let difference = (f64::from(*gradient) - expected).abs();
		assert!(difference < 2e-2 * (1.0 + expected.abs()), "{at}: {gradient} {expected}");
	}
}

#[test]
fn forward_is_what_the_format_computes() {
	let clean = digits("holdout");
	for name in NAMES {
		let model = model(name, "marked");
		let net = net::Net::from_model(&model);
		let (mut pass, mut scratch) = (Pass::default(), model.scratch());
		for (row, _) in clean.rows().take(50) {
			assert_eq!(net.forward(row, &mut pass), model.logits(row, &mut scratch));
		}
		assert_eq!(net.to_model().unwrap().tensors(), model.tensors());
	}
}

#[test]
fn what_does_not_fit_together_is_refused() {
	let (train, clean) = (digits("train"), digits("holdout"));
	let mlp = Architecture::named("mlp", 64).unwrap();
	let options = Options::default();
	let refused = |architecture: &Architecture, clean: &Data, keys: &[H256], options: &Options| {
		let error = mark(architecture, &train, clean, keys, options, 1, |_| ()).unwrap_err();
		assert!(!error.to_string().is_empty());
		error
	};
	assert!(matches!(refused(&mlp, &clean, &[], &options), Error::Options(_)));
	let none = Options { epochs: 0, ..options };
	assert!(matches!(refused(&mlp, &clean, &keys(1), &none), Error::Options(_)));
	let negative = Options { ratio: Score(-1), ..options };
	assert!(matches!(refused(&mlp, &clean, &keys(1), &negative), Error::Options(_)));
	let strength = Strength { bits: f32::NAN, ..Strength::default() };
	let unclear = Options { strength, ..options };
	assert!(matches!(refused(&mlp, &clean, &keys(1), &unclear), Error::Options(_)));
	let other = Data { features: 32, x: vec![0.0; 64], y: vec![0, 1] };
	assert!(matches!(refused(&mlp, &other, &keys(1), &options), Error::Data(_)));
	assert!(matches!(Architecture::named("cnn", 30), Err(Error::Architecture(_))));
	assert!(matches!(Architecture::named("lstm", 64), Err(Error::Architecture(_))));
	assert!(matches!(Architecture::from_json("{}"), Err(Error::Architecture(_))));
	let flat = Architecture::from_json(
		r#"{"layers": [{"op": "conv2d", "outputs": 3, "kernel": 3}, {"op": "flatten"}, {"op": "dense"}]}"#,
	)
	.unwrap();
	assert!(matches!(refused(&flat, &clean, &keys(1), &options), Error::Architecture(_)));
	let bare = Architecture::from_json(r#"{"layers": [{"op": "relu"}]}"#).unwrap();
	assert!(matches!(refused(&bare, &clean, &keys(1), &options), Error::Architecture(_)));
	assert!(matches!(Data::read(b"no data"), Err(Error::Data(_))));
	// An embedding needs keys, too.
	let net = net::Net::new(&mlp, &train, &mut Rng::new(1)).unwrap();
	assert!(Embedding::new(&net, &[], Strength::default()).is_err());
	assert!(unmarked(&mlp, &train, &clean, &none, 1).is_err());
}

#[test]
fn tails_are_those_of_the_tables() {
	for classes in [2u32, 3, 10, 100, 256] {
		let of = assay_watermark::trigger::count(classes);
		let least = assay_watermark::profile::least_triggers(classes).unwrap();
		let p = 1.0 / f64::from(classes);
		assert!(log2_tail(of, least, p) <= -64.0);
		assert!(log2_tail(of, least - 1, p) > -64.0);
	}
	assert!(log2_tail(256, 200, 0.5) <= -64.0 && log2_tail(256, 199, 0.5) > -64.0);
	assert!(log2_tail(64, 40, 0.125) <= -64.0 && log2_tail(64, 39, 0.125) > -64.0);
	assert_eq!(log2_tail(64, 0, 0.1), 0.0);
	assert!((log2_tail(64, 64, 0.5) + 64.0).abs() < 1e-9);
	assert!((log2_tail(2, 1, 0.5) - 0.75f64.log2()).abs() < 1e-9);
	assert_eq!(log2_tail(256, 256, 0.5).round(), -256.0);
}
