//! Logistic regression on the breast-cancer data.

use assay_guest::{
	local::{train, Dataset, Failure, Options, Trained},
	Safetensors,
};
use logistic::Logistic;

/// A part of the data: "train" or "holdout".
fn breast_cancer(part: &str) -> Dataset {
	let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");
	Dataset::read(format!("{folder}/breast_cancer.{part}.safetensors")).unwrap()
}

fn trained(params: &str) -> Result<Trained<Logistic>, Failure> {
	train(&breast_cancer("train"), &Options { params, ..Options::default() })
}

fn reference() -> serde_json::Value {
	let text = include_str!("../../data/reference.json");
	serde_json::from_str(text).unwrap()
}

/// The `f64` values at the end of the model: mean, deviation, weights of 30 features, then the
/// bias.
fn parameters(trained: &mut Trained<Logistic>) -> Vec<f64> {
	let model = trained.model();
	let values = &model[model.len() - 8 * 91..];
	values.chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
}

#[test]
fn it_is_as_accurate_as_the_reference() {
	let mut trained = trained("").unwrap();
	assert_eq!(trained.steps(), 1 + 15 * 11, "the header, then eleven passes of 15 chunks");
	let accuracy = trained.accuracy(&breast_cancer("holdout")).unwrap();
	let expected = reference()["accuracy"]["breast_cancer"]["logistic"].as_f64().unwrap();
	// The loss has one minimum, so both find the same model; 114 rows, six decimals.
	assert!((accuracy - expected).abs() < 1e-6, "{accuracy}, not {expected}");
}

#[test]
fn it_finds_the_weights_of_the_reference() {
	let ours = parameters(&mut trained("").unwrap());
	let theirs = reference()["weights"]["logistic"].clone();
	let theirs: Vec<f64> = serde_json::from_value(theirs).unwrap();
	assert_eq!(theirs.len(), 31);
	for (index, (ours, theirs)) in ours[60..].iter().zip(theirs).enumerate() {
		assert!((ours - theirs).abs() < 1e-4, "weight {index}: {ours}, not {theirs}");
	}
}

#[test]
fn the_size_of_chunks_does_not_matter() {
	let expected = parameters(&mut trained("").unwrap());
	let options = Options { chunk_rows: 100, ..Options::default() };
	let mut other = train::<Logistic>(&breast_cancer("train"), &options).unwrap();
	assert_eq!(other.steps(), 1 + 5 * 11);
	for (ours, expected) in parameters(&mut other).iter().zip(expected) {
		assert!(
			(ours - expected).abs() <= 1e-9 * expected.abs().max(1.0),
			"{ours}, not {expected}"
		);
	}
}

#[test]
fn a_larger_penalty_gives_smaller_weights() {
	let size = |params| {
		let all = parameters(&mut trained(params).unwrap());
		all[60..90].iter().map(|weight| weight * weight).sum::<f64>()
	};
	assert!(size("l2=100") < size("l2=1"));
	assert!(size("l2=1") < size("l2=0.1 iterations=20"));
}

#[test]
fn constant_features_do_no_harm() {
	let x = [1.0, 1e6, 2.0, 1e6, 3.0, 1e6, 4.0, 1e6];
	let file = Safetensors::new().f32("x", &[4, 2], &x).u8("y", &[4], &[0, 0, 1, 1]).finish();
	let data = Dataset::parse(&file).unwrap();
	let mut trained = train::<Logistic>(&data, &Options::default()).unwrap();
	assert_eq!(trained.accuracy(&data), Ok(1.0));
}

#[test]
fn what_cannot_be_fitted_is_refused() {
	for (params, reason) in [
		("iterations=0", "iterations must be at least 1"),
		("l2=-1", "l2 must be a number of at least 0"),
		("c=1", "unknown name"),
	] {
		let message = trained(params).err().expect(params).to_string();
		assert!(message.contains(reason), "{message:?} does not contain {reason:?}");
	}
	let refused = |x: &[f32], features, y: &[u8], params| {
		let (rows, shape) = ([y.len()], [y.len(), features]);
		let file = Safetensors::new().f32("x", &shape, x).u8("y", &rows, y).finish();
		let data = Dataset::parse(&file).unwrap();
		let options = Options { params, ..Options::default() };
		train::<Logistic>(&data, &options).err().expect("it must be refused").0
	};
	assert!(refused(&[0.0; 3], 1, &[0, 1, 2], "").contains("two classes"));
	assert!(refused(&[0.0; 514], 257, &[0, 1], "").contains("more than 256 features"));
	// Two features that are the same: without a penalty, any split of the weight is as good.
	let twice = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
	assert!(refused(&twice, 2, &[0, 1, 0], "l2=0").contains("no single minimum"));
}
