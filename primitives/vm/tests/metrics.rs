//! Metrics, against values computed by hand and by scikit-learn.

use assay_primitives::{Metric, Score};
use assay_vm::metrics::{score, BadOutputs};
use proptest::prelude::*;

fn of(metric: Metric, outputs: &[f32], labels: &[f32], classes: u32) -> String {
	score(metric, outputs, labels, classes).unwrap().to_string()
}

#[test]
fn classes_are_predicted_by_the_largest_output_or_the_threshold() {
	// Of equal outputs the first wins; from 0.5 on it is class 1.
	assert_eq!(of(Metric::Accuracy, &[0.2, 0.4, 0.4, 0.1, 0.1, 0.1], &[1.0, 0.0], 3), "1");
	assert_eq!(of(Metric::Accuracy, &[-0.0, 0.0, -3.0, -2.0], &[0.0, 1.0], 2), "1");
	assert_eq!(of(Metric::Accuracy, &[0.5, 0.499_999_97], &[1.0, 0.0], 2), "1");
	assert_eq!(of(Metric::Accuracy, &[0.7, 0.1], &[0.0, 0.0], 1), "0.5");
	assert_eq!(of(Metric::Accuracy, &[0.9, 0.9, 0.9], &[1.0, 1.0, 0.0], 2), "0.666666667");
}

#[test]
fn balanced_accuracy_leaves_out_classes_without_rows() {
	// Class 0: 1 of 2. Class 1: 3 of 3. Class 2 has no rows, and is predicted once.
	let outputs: Vec<f32> = [0, 2, 1, 1, 1]
		.iter()
		.flat_map(|class| (0..3).map(move |column| if column == *class { 1.0 } else { 0.0 }))
		.collect();
	let labels = [0.0, 0.0, 1.0, 1.0, 1.0];
	assert_eq!(of(Metric::BalancedAccuracy, &outputs, &labels, 3), "0.75");
	// F1: 2·1/(2+1), 2·3/(3+3), and 0 for class 2, which is predicted.
	assert_eq!(of(Metric::F1, &outputs, &labels, 3), "0.555555556");
	// With a fourth class that occurs nowhere the mean is still over three.
	let four: Vec<f32> =
		outputs.chunks(3).flat_map(|row| row.iter().copied().chain([0.0])).collect();
	assert_eq!(of(Metric::F1, &four, &labels, 4), "0.555555556");
}

#[test]
fn roc_auc_counts_pairs() {
	let labels = [1.0, 0.0, 1.0, 0.0];
	// Pairs: 0.8 over 0.1 and 0.5, 0.5 over 0.1, and equal to 0.5: 3.5 of 4.
	assert_eq!(of(Metric::RocAuc, &[0.8, 0.1, 0.5, 0.5], &labels, 2), "0.875");
	assert_eq!(of(Metric::RocAuc, &[0.0, -0.0, 0.0, -0.0], &labels, 2), "0.5");
	// Of two outputs it is the second.
	let two = [0.0, 0.8, 9.0, 0.1, 9.0, 0.5, 0.0, 0.5];
	assert_eq!(of(Metric::RocAuc, &two, &labels, 2), "0.875");
	assert_eq!(of(Metric::RocAuc, &[0.1, 0.2], &[1.0, 1.0], 2), "0");
}

#[test]
fn log_loss_clips_and_normalises() {
	// ln 2, for 1/2 of what is given in all.
	assert_eq!(of(Metric::LogLoss, &[0.5], &[1.0], 2), "0.693147181");
	assert_eq!(of(Metric::LogLoss, &[0.25, 0.25], &[0.0], 2), "0.693147181");
	// -ln 1e-15.
	assert_eq!(of(Metric::LogLoss, &[0.0], &[1.0], 2), "34.538776395");
	assert_eq!(of(Metric::LogLoss, &[-5.0, 7.0], &[0.0], 2), "34.538776395");
	assert_eq!(of(Metric::LogLoss, &[1.0, 0.0, 0.0], &[0.0], 3), "0");
}

#[test]
fn errors_are_about_differences() {
	let (values, labels) = ([1.0, 2.0, 6.0], [1.0, 4.0, 2.0]);
	// Squares 0, 4, 16; magnitudes 0, 2, 4; spread around 7/3: 42/9.
	assert_eq!(of(Metric::Rmse, &values, &labels, 0), "2.581988897");
	assert_eq!(of(Metric::Mae, &values, &labels, 0), "2");
	assert_eq!(of(Metric::R2, &values, &labels, 0), "-3.285714286");
	assert_eq!(of(Metric::R2, &labels, &labels, 0), "1");
	assert_eq!(of(Metric::R2, &[0.1, 0.1], &[0.1, 0.1], 0), "1");
	assert_eq!(of(Metric::R2, &[0.1, 0.2], &[0.1, 0.1], 0), "0");
}

#[test]
fn scores_stop_at_the_end_of_their_range() {
	let huge = [3e38, -3e38];
	assert_eq!(score(Metric::Rmse, &huge, &[0.0, 1.0], 0), Ok(Score(i64::MAX)));
	assert_eq!(score(Metric::Mae, &huge, &[0.0, 1.0], 0), Ok(Score(i64::MAX)));
	assert_eq!(score(Metric::R2, &huge, &[0.0, 1.0], 0), Ok(Score(i64::MIN)));
}

#[test]
fn outputs_of_another_number_are_refused() {
	let count = |found, rows, each| Err(BadOutputs::Count { found, rows, each });
	let labels = [0.0, 1.0, 1.0];
	assert_eq!(score(Metric::Accuracy, &[0.0; 4], &labels, 2), count(4, 3, 2));
	assert_eq!(score(Metric::Accuracy, &[0.0; 3], &labels, 3), count(3, 3, 3));
	assert_eq!(score(Metric::Accuracy, &[], &labels, 2), count(0, 3, 2));
	assert_eq!(score(Metric::Rmse, &[0.0; 6], &labels, 0), count(6, 3, 1));
	for (each, expected) in [(1, "1 a row"), (2, "1 or 2 a row"), (3, "3 a row")] {
		let error = BadOutputs::Count { found: 5, rows: 3, each }.to_string();
		assert_eq!(error, format!("predict() gave 5 outputs for 3 rows; expected {expected}"));
	}
}

#[test]
fn outputs_must_be_finite() {
	for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
		for metric in Metric::ALL {
			let result = score(metric, &[0.5, bad], &[0.0, 1.0], 2);
			assert_eq!(result, Err(BadOutputs::NotFinite { at: 1 }), "{metric}");
		}
	}
}

/// Outputs for labels, and what they are worth.
struct Case {
	classes: u32,
	labels: &'static [f32],
	outputs: &'static [f32],
	expected: &'static [(Metric, &'static str)],
}

/// Random outputs and labels, measured by scikit-learn 1.9.1: `accuracy_score`,
/// `balanced_accuracy_score`, `f1_score(average="macro")`, `roc_auc_score`, `log_loss` (after
/// clipping to 1e-15 and normalising), `mean_squared_error`, `mean_absolute_error`, `r2_score`.
#[allow(clippy::approx_constant)] // Random numbers, one of them near 2π.
const CASES: &[Case] = &[
	Case {
		classes: 3,
		labels: &[0.0, 1.0, 2.0, 2.0, 1.0, 2.0, 2.0, 0.0, 0.0, 0.0],
		outputs: &[
			0.85, 0.0, 0.45, 0.41, 0.51, 0.38, 0.14, 0.39, 0.77, 0.36, 0.04, 0.9, 0.37, 0.48, 0.45,
			0.06, 0.04, 1.2, 0.22, 0.64, 0.44, 0.53, 0.53, 0.24, 0.32, 0.22, 0.76, 0.61, 0.68, 0.0,
		],
		expected: &[
			(Metric::Accuracy, "0.700000000"),
			(Metric::BalancedAccuracy, "0.750000000"),
			(Metric::F1, "0.694444444"),
			(Metric::LogLoss, "0.747501389"),
		],
	},
	Case {
		classes: 4,
		labels: &[0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 3.0, 3.0, 0.0, 2.0, 3.0, 3.0, 2.0, 2.0],
		outputs: &[
			1.07, 0.05, 0.1, 0.08, 0.4, 0.72, 0.04, 0.13, 0.51, 0.03, 0.35, 0.41, 0.28, 0.41, 0.11,
			0.5, 0.18, 0.22, 0.33, 0.57, 0.31, 0.6, 0.01, 0.38, 0.26, 0.26, 0.14, 0.64, 0.37, 0.15,
			0.08, 0.7, 0.68, 0.42, 0.06, 0.14, 0.5, 0.18, 0.31, 0.32, 0.09, 0.56, 0.16, 0.49, 0.07,
			0.0, 0.85, 0.37, 0.42, 0.03, 0.85, 0.0, 0.31, 0.03, 0.37, 0.58,
		],
		expected: &[
			(Metric::Accuracy, "0.571428571"),
			(Metric::BalancedAccuracy, "0.700000000"),
			(Metric::F1, "0.588095238"),
			(Metric::LogLoss, "0.894099194"),
		],
	},
	Case {
		classes: 2,
		labels: &[0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0],
		outputs: &[0.4, 0.8, 0.5, 0.4, 0.5, 0.9, 0.1, 1.0, 0.3],
		expected: &[
			(Metric::RocAuc, "0.825000000"),
			(Metric::Accuracy, "0.777777778"),
			(Metric::F1, "0.775000000"),
			(Metric::LogLoss, "0.449531443"),
		],
	},
	Case {
		classes: 2,
		labels: &[0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0],
		outputs: &[
			0.6, 0.4, 0.2, 0.8, 0.5, 0.5, 0.6, 0.4, 0.5, 0.5, 0.1, 0.9, 0.9, 0.1, 0.0, 1.0, 0.7,
			0.3,
		],
		expected: &[(Metric::RocAuc, "0.825000000")],
	},
	Case {
		classes: 2,
		labels: &[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0],
		outputs: &[0.4, 0.9, 0.7, 0.8, 0.5, 0.4, 0.3, 0.4, 0.2, 1.0, 0.7, 0.5],
		expected: &[
			(Metric::RocAuc, "0.962962963"),
			(Metric::Accuracy, "0.833333333"),
			(Metric::F1, "0.812500000"),
			(Metric::LogLoss, "0.445947829"),
		],
	},
	Case {
		classes: 2,
		labels: &[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0],
		outputs: &[
			0.6, 0.4, 0.1, 0.9, 0.3, 0.7, 0.2, 0.8, 0.5, 0.5, 0.6, 0.4, 0.7, 0.3, 0.6, 0.4, 0.8,
			0.2, 0.0, 1.0, 0.3, 0.7, 0.5, 0.5,
		],
		expected: &[(Metric::RocAuc, "0.962962963")],
	},
	Case {
		classes: 0,
		labels: &[1.31, -15.37, 12.49, 14.42, -0.66, -2.74],
		outputs: &[0.67, -19.27, 16.88, 12.25, -0.86, -5.91],
		expected: &[
			(Metric::Rmse, "2.877773975"),
			(Metric::Mae, "2.411666632"),
			(Metric::R2, "0.916481071"),
		],
	},
	Case {
		classes: 0,
		labels: &[-6.26, -12.78, 12.57, -1.54, 9.66, 0.13, -6.94, -3.27, -5.6, 0.08, -3.75],
		outputs: &[-7.46, -18.29, 9.34, 5.08, 6.98, -4.09, -5.59, 2.36, -11.42, -0.75, -6.28],
		expected: &[
			(Metric::Rmse, "4.106865757"),
			(Metric::Mae, "3.601818232"),
			(Metric::R2, "0.651279076"),
		],
	},
];

#[test]
fn scikit_learn_agrees() {
	for case in CASES {
		for (metric, expected) in case.expected {
			let expected: Score = expected.parse().unwrap();
			let score = score(*metric, case.outputs, case.labels, case.classes).unwrap();
			// Both are rounded, from numbers that differ in the last places.
			assert!(score.0.abs_diff(expected.0) <= 1, "{metric}: {score}, expected {expected}");
		}
	}
}

proptest! {
	#[test]
	fn every_table_has_a_score(
		metric in prop::sample::select(&Metric::ALL[..]),
		classes in 1u32..5,
		rows in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<f32>(), 4)), 1..30),
	) {
		let (k, classes) = if metric.is_classification() { (classes, classes) } else { (1, 0) };
		let outputs: Vec<f32> = rows.iter().flat_map(|row| &row.1[..k as usize]).copied().collect();
		let labels: Vec<f32> = rows.iter().map(|row| f32::from(row.0 % k as u8)).collect();
		let result = score(metric, &outputs, &labels, classes);
		prop_assert_eq!(result.is_ok(), outputs.iter().all(|output| output.is_finite()));
		if let (Ok(score), Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 | Metric::RocAuc) =
			(result, metric)
		{
			prop_assert!((0..=Score::ONE).contains(&score.0));
		}
	}

	#[test]
	fn the_order_of_rows_does_not_matter_to_counts(
		metric in prop::sample::select(&Metric::ALL[..4]),
		rows in prop::collection::vec((0u8..2, 0f32..1.0), 1..30),
	) {
		let measure = |rows: &[(u8, f32)]| {
			let outputs: Vec<f32> = rows.iter().map(|row| row.1).collect();
			let labels: Vec<f32> = rows.iter().map(|row| f32::from(row.0)).collect();
			score(metric, &outputs, &labels, 2)
		};
		let backwards: Vec<_> = rows.iter().copied().rev().collect();
		prop_assert_eq!(measure(&rows), measure(&backwards));
	}
}
