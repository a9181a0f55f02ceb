//! Chances: what an unmarked model reaches.

use crate::{predicted, Error};
use assay_model::Model;
use assay_primitives::H256;
use assay_watermark::{projection, trigger, Refusal};

/// Binary logarithm of the chance of `least` or more out of `of`, each with the chance `p`.
#[must_use]
pub fn log2_tail(of: u32, least: u32, p: f64) -> f64 {
	if least == 0 {
		return 0.0;
	}
	let terms: Vec<f64> = (least..=of).map(|k| ln_binomial(of, k, p)).collect();
	let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
	let sum: f64 = terms.iter().map(|term| libm::exp(term - largest)).sum();
	(largest + libm::log(sum)) / core::f64::consts::LN_2
}

/// The chance of exactly `k` out of `of`, each with the chance `p`.
#[must_use]
pub fn binomial(of: u32, k: u32, p: f64) -> f64 {
	libm::exp(ln_binomial(of, k, p))
}

fn ln_binomial(of: u32, k: u32, p: f64) -> f64 {
	let factorial = |n: u32| libm::lgamma(f64::from(n) + 1.0);
	factorial(of) - factorial(k) - factorial(of - k)
		+ f64::from(k) * libm::log(p)
		+ f64::from(of - k) * libm::log1p(-p)
}

/// Triggers and bits of a key that a model gives rightly, without anything else.
///
/// # Errors
///
/// [`Error::Refused`] if the weights in the mark's place are out of range.
pub fn matches(model: &Model, key: &H256) -> Result<(u32, u32), Error> {
	let weights = model.canonical(&model.place()).ok_or(Refusal::NotFinite)?;
	let classes = model.classes();
	let mut scratch = model.scratch();
	let right = |number: &u32| {
		let row = model.trigger_row(key, *number);
		predicted(model.logits(&row, &mut scratch))
			== trigger::label(key, *number, classes) as usize
	};
	let triggers = (0..trigger::count(classes)).filter(right).count();
	Ok((triggers as u32, projection::matches(key, &weights)))
}

/// How far counts are from a distribution: the statistic of Pearson's test, and its degrees of
/// freedom. Values with an expected count below 5 are put together with their neighbours.
#[must_use]
pub fn chi_square(counts: &[u32], chances: &[f64]) -> (f64, u32) {
	let all = f64::from(counts.iter().sum::<u32>());
	let mut bins: Vec<(f64, f64)> = vec![(0.0, 0.0)];
	for (count, chance) in counts.iter().zip(chances) {
		if let Some(last) = bins.last_mut() {
			last.0 += f64::from(*count);
			last.1 += all * chance;
			if last.1 >= 5.0 {
				bins.push((0.0, 0.0));
			}
		}
	}
	if let (Some(rest), Some(last)) = (bins.pop(), bins.last_mut()) {
		last.0 += rest.0;
		last.1 += rest.1;
	}
	let statistic = bins.iter().map(|(seen, expected)| (seen - expected).powi(2) / expected).sum();
	(statistic, bins.len().saturating_sub(1) as u32)
}
