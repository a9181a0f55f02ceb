//! The forest on the digits and on the breast-cancer data.

use assay_guest::local::{train, Dataset, Failure, Options, Trained};
use forest::{Fitted, Forest, Trees};
use smartcore::{
	ensemble::random_forest_classifier::RandomForestClassifierParameters,
	linalg::basic::matrix::DenseMatrix,
};

fn read(data: &str, part: &str) -> Dataset {
	let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");
	Dataset::read(format!("{folder}/{data}.{part}.safetensors")).unwrap()
}

fn trained(data: &str, seed: u64, params: &str) -> Result<Trained<Forest>, Failure> {
	train(&read(data, "train"), &Options { seed, params, ..Options::default() })
}

#[test]
fn it_is_as_accurate_as_the_reference() {
	let text = include_str!("../../data/reference.json");
	let reference: serde_json::Value = serde_json::from_str(text).unwrap();
	// Two standard errors of the reference: 2 · sqrt(0.97 · 0.03 / 360), 2 · sqrt(0.956 · 0.044 /
	// 114).
	for (data, steps, errors) in
		[("digits", 1 + 45 + 1, 0.018), ("breast_cancer", 1 + 15 + 1, 0.038)]
	{
		let bound = reference["accuracy"][data]["forest"].as_f64().unwrap() - errors;
		let mut trained = trained(data, 1, "").unwrap();
		assert_eq!(trained.steps(), steps);
		let accuracy = trained.accuracy(&read(data, "holdout")).unwrap();
		assert!(accuracy >= bound, "{data}: {accuracy} is below {bound}");
	}
}

#[test]
fn the_trees_read_out_vote_as_smartcore_does() {
	// Labels with a gap: classes 2, 5 and 9.
	let values: Vec<f32> = (0..120u32).map(|i| (i * 37 % 101) as f32 / 7.0).collect();
	let y: Vec<u32> = values
		.chunks(4)
		.map(|row| {
			if row[0] > row[1] {
				2
			} else if row[2] > 7.0 {
				5
			} else {
				9
			}
		})
		.collect();
	let x = DenseMatrix::new(30, 4, values.clone(), false).unwrap();
	let parameters = RandomForestClassifierParameters::default().with_n_trees(7).with_seed(3);
	let fitted = Fitted::fit(&x, &y, parameters).unwrap();
	let trees = Trees::of(&fitted).unwrap();
	assert_eq!(trees.len(), 7);
	let other: Vec<f32> = values.iter().rev().map(|v| v * 0.9).collect();
	for rows in [values, other] {
		let x = DenseMatrix::new(30, 4, rows.clone(), false).unwrap();
		for (row, expected) in rows.chunks(4).zip(fitted.predict(&x).unwrap()) {
			let mut votes = [0; 10];
			trees.votes(row).for_each(|class| votes[class] += 1);
			// smartcore takes the first of the classes with most votes.
			let most = votes.iter().max().unwrap();
			assert_eq!(votes.iter().position(|v| v == most), Some(expected as usize));
		}
	}
}

#[test]
fn parameters_and_seed_are_all_that_matters() {
	let model = |seed, params| trained("breast_cancer", seed, params).unwrap().model().to_vec();
	let first = model(1, "trees=5");
	assert_eq!(model(1, "trees=5"), first);
	assert_ne!(model(2, "trees=5"), first);
	for other in ["trees=6", "trees=5 depth=3", "trees=5 leaf=5", "trees=5 features=1"] {
		assert_ne!(model(1, other), first, "{other}");
	}
}

#[test]
fn outputs_are_shares_of_votes() {
	let mut trained = trained("breast_cancer", 1, "trees=4").unwrap();
	for row in trained.predict(&read("breast_cancer", "holdout")).unwrap().chunks(2) {
		assert_eq!(row[0] + row[1], 1.0);
		assert_eq!(row[0] * 4.0, (row[0] * 4.0).round());
	}
}

#[test]
fn senseless_parameters_are_refused() {
	for (params, reason) in [
		("trees=0", "trees and leaf must be at least 1"),
		("leaf=0", "trees and leaf must be at least 1"),
		("trees=many", "cannot be read"),
		("features=31", "fewer features"),
		("n_trees=3", "unknown name"),
	] {
		let message = trained("breast_cancer", 1, params).err().expect(params).to_string();
		assert!(message.contains(reason), "{message:?} does not contain {reason:?}");
	}
}
