//! Scores that are better than what a run gives, and that some run can have: otherwise, the score
//! would tell a canary from a claim.

use assay_primitives::{hash, Metric, Score, H256};
use assay_vm::metrics;

/// Most tolerances by which such a score is better, where there are scores so near.
const MOST: i64 = 10;

/// A score that is better than `measured` by more than the tolerance, drawn by `dice`. None if only
/// a perfect one is.
///
/// What a metric counts has few values, so that of outputs with some mistakes is taken. `labels` are
/// those of the holdout, of so many `classes`.
pub fn better(
	metric: Metric,
	tolerance: Score,
	measured: Score,
	labels: &[f32],
	classes: u32,
	dice: H256,
) -> Option<Score> {
	let tolerance = tolerance.0.max(1);
	match metric {
		Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 | Metric::RocAuc => {
			counted(metric, tolerance, measured, &Rows::new(labels, classes, dice), dice)
		},
		Metric::LogLoss | Metric::Rmse | Metric::Mae | Metric::R2 => {
			// Two tolerances at the least, and by no round number.
			let span = tolerance.saturating_mul(MOST - 2);
			let by = tolerance.saturating_mul(2).saturating_add(below(&dice, span));
			let sign = if metric.higher_is_better() { 1 } else { -1 };
			let score = Score(measured.0.saturating_add(by.saturating_mul(sign)));
			let (least, most) = metric.range();
			(least < score && score < most).then_some(score)
		},
	}
}

fn counted(
	metric: Metric,
	tolerance: i64,
	measured: Score,
	rows: &Rows<'_>,
	dice: H256,
) -> Option<Score> {
	let gain = |mistakes| Some(metric.gain(rows.score(metric, mistakes)?, measured));
	// Each mistake makes it worse: those come first that are better by more than so much.
	let better_by = |by: i64| {
		let (mut from, mut to) = (0, rows.labels.len() + 1);
		while from < to {
			let middle = from.midpoint(to);
			if gain(middle).is_some_and(|gain| gain > by) {
				from = middle + 1;
			} else {
				to = middle;
			}
		}
		from
	};
	let end = better_by(tolerance);
	if end < 2 {
		return None;
	}
	let begin = better_by(tolerance.saturating_mul(MOST)).clamp(1, end - 1);
	let among = i64::try_from(end - begin).ok()?;
	rows.score(metric, begin + usize::try_from(below(&dice, among)).ok()?)
}

/// A number from 0 to below another one, which is not negative; 0 below 0.
fn below(dice: &H256, end: i64) -> i64 {
	let [a, b, c, d, e, f, g, h, ..] = dice.0;
	let number = u64::from_le_bytes([a, b, c, d, e, f, g, h]) >> 1;
	i64::try_from(number).ok().and_then(|number| number.checked_rem(end)).unwrap_or(0)
}

/// Rows of a holdout, with what could be said of them.
struct Rows<'a> {
	labels: &'a [f32],
	classes: u32,
	/// Rows in the order in which they are mistaken, each with dice of its own.
	order: Vec<(H256, usize)>,
}

impl<'a> Rows<'a> {
	fn new(labels: &'a [f32], classes: u32, dice: H256) -> Self {
		let of = |row: usize| hash(&[dice.as_bytes(), &row.to_le_bytes()].concat());
		let mut order: Vec<_> = (0..labels.len()).map(|row| (of(row), row)).collect();
		order.sort_unstable();
		Self { labels, classes, order }
	}

	/// What a metric says of outputs of which so many rows are mistaken, and all others right.
	fn score(&self, metric: Metric, mistakes: usize) -> Option<Score> {
		let each = if self.classes > 2 { self.classes as usize } else { 1 };
		let mut outputs = vec![0.0; self.labels.len() * each];
		for (at, (dice, row)) in self.order.iter().enumerate() {
			let [.., a, b, c, d] = dice.0;
			// More than a half, and another number in each row.
			let sure = 0.5 + f32::from(u16::from_le_bytes([a, b])) / 140_000.0;
			let (label, right) = (self.labels[*row], at >= mistakes);
			if each == 1 {
				let is_one = (label == 1.0) == right;
				outputs[*row] = if is_one { sure } else { 1.0 - sure };
			} else {
				let other = 1 + usize::from(u16::from_le_bytes([c, d])) % (each - 1);
				let class = label as usize + if right { 0 } else { other };
				outputs[row * each + class % each] = sure;
			}
		}
		metrics::score(metric, &outputs, self.labels, self.classes).ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const COUNTED: [Metric; 4] =
		[Metric::Accuracy, Metric::BalancedAccuracy, Metric::F1, Metric::RocAuc];

	fn dice(seed: u8) -> H256 {
		hash(&[seed])
	}

	/// Labels of two classes, so many of each.
	fn two(zeros: usize, ones: usize) -> Vec<f32> {
		[vec![0.0; zeros], vec![1.0; ones]].concat()
	}

	/// All scores that some outputs have on labels of two classes.
	fn possible(metric: Metric, zeros: usize, ones: usize) -> Vec<Score> {
		let ratio = |a: usize, b: usize| Score::ratio(a as i128, b as i128).unwrap();
		if metric == Metric::RocAuc {
			return (0..=2 * zeros * ones).map(|won| ratio(won, 2 * zeros * ones)).collect();
		}
		let labels = two(zeros, ones);
		let says = |count, all| (0..all).map(move |row| if row < count { 1.0 } else { 0.0 });
		let outputs = (0..=zeros)
			.flat_map(|wrong| (0..=ones).map(move |right| (wrong, right)))
			.map(|(wrong, right)| says(wrong, zeros).chain(says(right, ones)).collect::<Vec<_>>());
		outputs.map(|outputs| metrics::score(metric, &outputs, &labels, 2).unwrap()).collect()
	}

	#[test]
	fn it_is_better_by_more_than_the_tolerance_and_some_run_can_have_it() {
		let (zeros, ones) = (23, 40);
		let labels = two(zeros, ones);
		for metric in COUNTED {
			let possible = possible(metric, zeros, ones);
			for measured in [500, 700, 850, 900].map(|score| Score(score * 1_000_000)) {
				for tolerance in [0, 1_000_000, 10_000_000].map(Score) {
					let scores: Vec<_> = (0..20)
						.map(|seed| better(metric, tolerance, measured, &labels, 2, dice(seed)))
						.collect();
					for score in &scores {
						let score = score.expect("there is room");
						assert!(metric.gain(score, measured) > tolerance.0, "{metric}: {score}");
						assert!(possible.contains(&score), "{metric}: no run has {score}");
						assert!(score < Score(Score::ONE));
					}
				}
			}
		}
	}

	#[test]
	fn where_scores_are_near_it_is_better_by_ten_tolerances_at_the_most() {
		let labels: Vec<f32> = (0..3_000_u16).map(|row| f32::from(row % 10)).collect();
		for metric in [Metric::Accuracy, Metric::BalancedAccuracy, Metric::F1] {
			let (measured, tolerance) = (Score(900_000_000), Score(1_000_000));
			let mut scores: Vec<_> = (0..30)
				.filter_map(|seed| better(metric, tolerance, measured, &labels, 10, dice(seed)))
				.collect();
			assert_eq!(scores.len(), 30);
			for score in &scores {
				let gain = metric.gain(*score, measured);
				assert!((1_000_001..=10_000_000).contains(&gain), "{metric}: {gain}");
			}
			scores.sort();
			scores.dedup();
			assert!(scores.len() > 5, "{metric}: {scores:?}");
		}
	}

	#[test]
	fn nothing_is_much_better_than_what_is_nearly_perfect() {
		let labels = two(50, 50);
		for metric in COUNTED {
			for measured in [Score(Score::ONE), Score(999_500_000)] {
				assert_eq!(better(metric, Score(1_000_000), measured, &labels, 2, dice(1)), None);
			}
		}
		// The one better score is perfect.
		let measured = Score(990_000_000);
		assert_eq!(better(Metric::Accuracy, Score(1), measured, &labels, 2, dice(1)), None);
		assert_eq!(better(Metric::Rmse, Score(1_000_000), Score(1_500_000), &[], 0, dice(1)), None);
	}

	#[test]
	fn of_reals_it_is_better_by_no_round_number() {
		let tolerance = Score(1_000_000);
		for (metric, measured) in [(Metric::Rmse, Score(3_000_000_000)), (Metric::R2, Score(5_000))]
		{
			let gains: Vec<_> = (0..20)
				.filter_map(|seed| better(metric, tolerance, measured, &[], 0, dice(seed)))
				.map(|score| metric.gain(score, measured))
				.collect();
			assert_eq!(gains.len(), 20);
			assert!(gains.iter().all(|gain| (2_000_000..10_000_000).contains(gain)), "{gains:?}");
			assert!(gains.iter().any(|gain| gain % 1_000 != 0));
		}
	}
}
