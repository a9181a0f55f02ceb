//! The perceptron on the digits.

use assay_guest::local::{train, Dataset, Failure, Options, Trained};
use mlp::Mlp;

/// The first `part` of the file name: "train" or "holdout".
fn digits(part: &str) -> Dataset {
	let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");
	Dataset::read(format!("{folder}/digits.{part}.safetensors")).unwrap()
}

fn trained(seed: u64, params: &str) -> Result<Trained<Mlp>, Failure> {
	train(&digits("train"), &Options { seed, params, ..Options::default() })
}

/// What scikit-learn's perceptron reaches on the same split.
fn reference() -> f64 {
	let text = include_str!("../../data/reference.json");
	let json: serde_json::Value = serde_json::from_str(text).unwrap();
	json["accuracy"]["digits"]["mlp"].as_f64().unwrap()
}

#[test]
fn it_is_as_accurate_as_the_reference() {
	// Two standard errors of an accuracy of 0.97 on 360 rows: 2 · sqrt(0.97 · 0.03 / 360) = 0.018.
	let bound = reference() - 0.018;
	for seed in 1..=3 {
		let mut trained = trained(seed, "").unwrap();
		assert_eq!(trained.steps(), 1 + 45 * 60, "the header, then all chunks in each epoch");
		let accuracy = trained.accuracy(&digits("holdout")).unwrap();
		assert!(accuracy >= bound, "seed {seed}: {accuracy} is below {bound}");
	}
}

#[test]
fn outputs_are_probabilities() {
	let mut trained = trained(1, "epochs=2").unwrap();
	let outputs = trained.predict(&digits("holdout")).unwrap();
	assert_eq!(outputs.len(), 360 * 10);
	for row in outputs.chunks(10) {
		assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{row:?}");
	}
}

#[test]
fn parameters_and_seed_are_all_that_matters() {
	let model = |seed, params| trained(seed, params).unwrap().model().to_vec();
	let first = model(1, "epochs=2");
	assert_eq!(model(1, "epochs=2"), first);
	assert_ne!(model(2, "epochs=2"), first);
	for other in ["epochs=3", "epochs=2 lr=0.06", "epochs=2 momentum=0.8", "epochs=2 scale=0.05"] {
		assert_ne!(model(1, other), first, "{other}");
	}
}

#[test]
fn the_model_has_the_documented_tensors() {
	let mut trained = trained(1, "epochs=1 hidden=8").unwrap();
	let model = String::from_utf8_lossy(trained.model()).into_owned();
	for tensor in [
		r#""hidden.weights":{"dtype":"F32","shape":[64, 8]"#,
		r#""hidden.bias":{"dtype":"F32","shape":[8]"#,
		r#""output.weights":{"dtype":"F32","shape":[8, 10]"#,
		r#""output.bias":{"dtype":"F32","shape":[10]"#,
	] {
		assert!(model.contains(tensor), "{tensor} is not in the model");
	}
}

#[test]
fn senseless_parameters_are_refused() {
	for (params, reason) in [
		("epochs=0", "epochs and hidden must be at least 1"),
		("hidden=0", "epochs and hidden must be at least 1"),
		("lr=0", "lr must be a number above 0"),
		("lr=NaN", "lr must be a number above 0"),
		("momentum=1", "momentum must be at least 0 and below 1"),
		("scale=-1", "scale must be a number above 0"),
		("epoch=3", "unknown name"),
	] {
		let message = trained(1, params).err().expect(params).to_string();
		assert!(message.contains(reason), "{message:?} does not contain {reason:?}");
	}
}

#[test]
fn divergence_is_noticed() {
	let mut trained = trained(1, "epochs=1 lr=1e30").unwrap();
	let message = trained.predict(&digits("holdout")).unwrap_err().to_string();
	assert!(message.contains("expected a finite number"), "{message}");
}
