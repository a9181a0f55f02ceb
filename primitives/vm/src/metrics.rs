//! The metrics, computed by the host from outputs and labels.
//!
//! Everything that counts is integer arithmetic; what needs reals is `f64` in a fixed order, with
//! square root and logarithm in software, so that the result does not depend on the platform.

use alloc::{vec, vec::Vec};
use assay_primitives::{Metric, Score};
use core::{cmp::Ordering, fmt};

/// What is wrong with the outputs of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadOutputs {
	/// Another number of outputs than expected.
	Count {
		/// Outputs found.
		found: usize,
		/// Rows of the holdout.
		rows: usize,
		/// Outputs for each row: 1 (not for more than two classes), or this many.
		each: u32,
	},
	/// NaN or infinite.
	NotFinite {
		/// Position of the first such output.
		at: usize,
	},
}

impl fmt::Display for BadOutputs {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Count { found, rows, each: 1 } => {
				write!(f, "predict() gave {found} outputs for {rows} rows; expected 1 a row")
			},
			Self::Count { found, rows, each: 2 } => {
				write!(f, "predict() gave {found} outputs for {rows} rows; expected 1 or 2 a row")
			},
			Self::Count { found, rows, each } => {
				write!(f, "predict() gave {found} outputs for {rows} rows; expected {each} a row")
			},
			Self::NotFinite { at } => write!(f, "output {at} of predict() is NaN or infinite"),
		}
	}
}

/// Outputs for each row: one for each class, or one number.
const fn each_row(metric: Metric, classes: u32) -> u32 {
	if metric.is_classification() {
		classes
	} else {
		1
	}
}

/// Most outputs that [`score`] takes for so many rows.
#[must_use]
pub fn most_outputs(metric: Metric, rows: usize, classes: u32) -> usize {
	let each = usize::try_from(each_row(metric, classes)).unwrap_or(usize::MAX);
	rows.saturating_mul(each.max(1))
}

/// Measures outputs against labels.
///
/// `outputs` holds, row-major, k numbers for each of the `labels`. For a regression metric k = 1:
/// the predicted value. For a classification metric with `classes` classes (labels are class
/// numbers), k = `classes`: a probability or any other score for each class, the largest (of equal
/// ones, the first) being the predicted class; or, with up to two classes, k = 1: the probability
/// of class 1, which is predicted from 0.5 on.
///
/// - [`Metric::Accuracy`]: right rows / rows.
/// - [`Metric::BalancedAccuracy`]: mean of right rows / rows of a class, over the classes that
///   occur in the labels.
/// - [`Metric::F1`]: mean of 2 · right / (rows + predictions) of a class, over the classes that
///   occur in labels or predictions.
/// - [`Metric::RocAuc`]: (pairs of a row of class 1 and one of class 0 in which the former has the
///   larger score + half of those in which they are equal) / pairs; the score is the last of the k
///   outputs. 0 if there are no pairs.
/// - [`Metric::LogLoss`]: mean of −ln p of the label; the k outputs are clipped to [10⁻¹⁵, 1] and
///   then divided by their sum. With k = 1 they are (1 − p, p).
/// - [`Metric::Rmse`], [`Metric::Mae`]: of the differences between values and labels.
/// - [`Metric::R2`]: 1 − Σ (label − value)² / Σ (label − mean)²; if all labels are equal, 1 if all
///   values are right, and 0 otherwise, as in scikit-learn.
///
/// Scores beyond the range of [`Score`] are its largest or smallest.
///
/// # Errors
///
/// [`BadOutputs`], if k is something else, or an output is NaN or infinite.
pub fn score(
	metric: Metric,
	outputs: &[f32],
	labels: &[f32],
	classes: u32,
) -> Result<Score, BadOutputs> {
	let rows = labels.len();
	let each = each_row(metric, classes);
	let columns = |k: u32| usize::try_from(k).ok().and_then(|k| rows.checked_mul(k));
	let found = outputs.len();
	let k = if found == rows && each <= 2 {
		1
	} else if columns(each) == Some(found) && rows > 0 {
		found.checked_div(rows).unwrap_or(1)
	} else {
		return Err(BadOutputs::Count { found, rows, each });
	};
	if let Some(at) = outputs.iter().position(|output| !output.is_finite()) {
		return Err(BadOutputs::NotFinite { at });
	}
	let table = Table { outputs, k, labels };
	Ok(match metric {
		Metric::Accuracy => table.accuracy(),
		Metric::BalancedAccuracy => table.mean_of_classes(classes, |class| {
			(class.rows > 0).then_some((class.right, class.rows))
		}),
		Metric::F1 => table.mean_of_classes(classes, |class| {
			let either = class.rows.saturating_add(class.predictions);
			(either > 0).then_some((class.right.saturating_mul(2), either))
		}),
		Metric::RocAuc => table.roc_auc(),
		Metric::LogLoss => table.log_loss(),
		Metric::Rmse => real(libm::sqrt(table.mean(|difference| difference * difference))),
		Metric::Mae => real(table.mean(f64::abs)),
		Metric::R2 => table.r2(),
	})
}

/// A real as a score, rounded to the nearest unit, halves away from zero.
fn real(value: f64) -> Score {
	// Saturates, and gives 0 for NaN, which no caller has. No `From` exists for it.
	#[allow(clippy::as_conversions)]
	Score(libm::round(value * 1e9) as i64)
}

/// A count of rows as a real, exact below 2⁵³.
fn count(rows: usize) -> f64 {
	#[allow(clippy::as_conversions)]
	let rows = rows as f64;
	rows
}

fn ratio(numerator: i128, denominator: i128) -> Score {
	Score::ratio(numerator, denominator).unwrap_or_default()
}

fn wide(rows: usize) -> i128 {
	i128::try_from(rows).unwrap_or(i128::MAX)
}

/// Counts of a class.
#[derive(Clone, Copy, Default)]
struct Class {
	/// Rows that have it as their label.
	rows: i128,
	/// Rows for which it is predicted.
	predictions: i128,
	/// Both.
	right: i128,
}

struct Table<'a> {
	outputs: &'a [f32],
	k: usize,
	labels: &'a [f32],
}

impl Table<'_> {
	fn rows(&self) -> impl Iterator<Item = (&[f32], f32)> {
		self.outputs.chunks_exact(self.k).zip(self.labels.iter().copied())
	}

	/// Predicted and true class of each row.
	fn classes(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
		self.rows().map(|(outputs, label)| (predicted(outputs), class(label)))
	}

	fn accuracy(&self) -> Score {
		let right = self.classes().filter(|(predicted, label)| predicted == label).count();
		ratio(wide(right), wide(self.labels.len()))
	}

	/// Mean of a fraction of each class, over the classes that have it. Each fraction is rounded
	/// down to units of 10⁻¹⁸ first.
	fn mean_of_classes(
		&self,
		classes: u32,
		fraction: impl Fn(&Class) -> Option<(i128, i128)>,
	) -> Score {
		const UNIT: i128 = 1_000_000_000_000_000_000;
		let mut counts = vec![Class::default(); usize::try_from(classes).unwrap_or(0)];
		let add = |count: &mut i128| *count = count.saturating_add(1);
		for (predicted, label) in self.classes() {
			if let Some(class) = counts.get_mut(predicted) {
				add(&mut class.predictions);
			}
			if let Some(class) = counts.get_mut(label) {
				add(&mut class.rows);
				if predicted == label {
					add(&mut class.right);
				}
			}
		}
		let (mut sum, mut number) = (0i128, 0i128);
		for (numerator, denominator) in counts.iter().filter_map(fraction) {
			let fraction = numerator.saturating_mul(UNIT).checked_div(denominator);
			sum = sum.saturating_add(fraction.unwrap_or(0));
			number = number.saturating_add(1);
		}
		ratio(sum, number.saturating_mul(UNIT))
	}

	fn roc_auc(&self) -> Score {
		let mut rows: Vec<(f32, bool)> = self
			.rows()
			.map(|(outputs, label)| (outputs.last().copied().unwrap_or(0.0), label == 1.0))
			.collect();
		// Outputs are finite, so all compare; the two zeros are equal.
		rows.sort_unstable_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal));
		// Rows of class 0 and of class 1 below the group of equal outputs, and twice the pairs won.
		let (mut zeros, mut ones, mut twice) = (0i128, 0i128, 0i128);
		for group in rows.chunk_by(|a, b| a.0 == b.0) {
			let of_one = wide(group.iter().filter(|row| row.1).count());
			let of_zero = wide(group.len()).saturating_sub(of_one);
			let won = zeros.saturating_mul(2).saturating_add(of_zero);
			twice = twice.saturating_add(of_one.saturating_mul(won));
			zeros = zeros.saturating_add(of_zero);
			ones = ones.saturating_add(of_one);
		}
		ratio(twice, zeros.saturating_mul(ones).saturating_mul(2))
	}

	fn log_loss(&self) -> Score {
		let clip = |p: f64| p.clamp(1e-15, 1.0);
		let mut sum = 0.0;
		for (outputs, label) in self.rows() {
			let (total, of_label) = match outputs {
				[p] => {
					let p = f64::from(*p);
					let (zero, one) = (clip(1.0 - p), clip(p));
					(zero + one, if label == 1.0 { one } else { zero })
				},
				_ => {
					let total = outputs.iter().fold(0.0, |sum, p| sum + clip(f64::from(*p)));
					let of_label = outputs.get(class(label)).copied().unwrap_or(0.0);
					(total, clip(f64::from(of_label)))
				},
			};
			sum -= libm::log(of_label / total);
		}
		real(sum / count(self.labels.len()))
	}

	/// Mean of something about the differences between value and label.
	fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
		let sum = self.rows().fold(0.0, |sum, (outputs, label)| {
			let value = outputs.first().copied().unwrap_or(0.0);
			sum + of(f64::from(value) - f64::from(label))
		});
		sum / count(self.labels.len())
	}

	fn r2(&self) -> Score {
		let rows = count(self.labels.len());
		let mean = self.labels.iter().fold(0.0, |sum, label| sum + f64::from(*label)) / rows;
		let spread = self.labels.iter().fold(0.0, |sum, label| {
			let difference = f64::from(*label) - mean;
			sum + difference * difference
		}) / rows;
		let error = self.mean(|difference| difference * difference);
		// Compared as they are, for the mean of equal labels may be off by rounding.
		let constant = self.labels.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
		match (constant, error == 0.0) {
			(true, true) => Score(Score::ONE),
			(true, false) => Score(0),
			(false, _) => real(1.0 - error / spread),
		}
	}
}

/// The class that a label is. Labels of a classification task are whole numbers below 256.
fn class(label: f32) -> usize {
	#[allow(clippy::as_conversions)]
	let class = label as usize;
	class
}

/// The class that a row of outputs predicts.
fn predicted(outputs: &[f32]) -> usize {
	if let [one] = outputs {
		return usize::from(*one >= 0.5);
	}
	let mut best = (0, f32::NEG_INFINITY);
	for (class, output) in outputs.iter().enumerate() {
		if *output > best.1 {
			best = (class, *output);
		}
	}
	best.0
}
