//! Logistic regression of two classes, fitted by Newton's method.
//!
//! The first pass over the training chunks measures mean and deviation of each feature. Each later
//! pass is one iteration: every chunk adds to gradient and curvature of the loss, and after the
//! last one the weights move to where the quadratic approximation has its minimum. The loss is the
//! sum of the negative log-likelihoods plus `l2 / 2` times the squared weights of the standardised
//! features (not the bias), so that `l2=1` is scikit-learn's `LogisticRegression(C=1)`.
//!
//! | parameter | default | meaning |
//! | --- | --- | --- |
//! | `iterations` | 10 | passes over the data after the first |
//! | `l2` | 1 | penalty on large weights |
//!
//! All computation is in `f64`. The model has the tensors `mean`, `deviation` and `weights`
//! [features], and `bias` [1]: the probability of class 1 is
//! `1 / (1 + exp(-(bias + Σ weights · (x - mean) / deviation)))`.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::{vec, vec::Vec};
use assay_guest::{
	math, Chunk, Error, Features, Header, Outputs, Params, Safetensors, Status, Trainer, Values,
	Want,
};

/// Most features: the curvature matrix of more would not fit into the program's memory of 1 MiB.
const MAX_FEATURES: u32 = 256;

/// What the parameters say.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
	iterations: u32,
	l2: f64,
}

/// The training program.
pub struct Logistic {
	settings: Settings,
	chunks: u32,
	rows: f64,
	/// The chunk that the next step reads.
	next: u32,
	/// Passes done: the first standardises.
	passes: u32,
	/// In the first pass the sums of the features, later their means.
	mean: Vec<f64>,
	/// In the first pass the sums of their squares, later their deviations.
	deviation: Vec<f64>,
	/// One a feature, then the bias.
	weights: Vec<f64>,
	/// Of the loss in this pass, one a weight.
	gradient: Vec<f64>,
	/// Second derivatives of the loss in this pass: the lower triangle, row by row.
	curvature: Vec<f64>,
}

impl Logistic {
	/// The standardised features of a row, then 1 for the bias.
	fn standardise(&self, row: Values<'_>, to: &mut Vec<f64>) {
		to.clear();
		to.extend(
			row.iter()
				.zip(&self.mean)
				.zip(&self.deviation)
				.map(|((value, mean), deviation)| (f64::from(value) - mean) / deviation),
		);
		to.push(1.0);
	}

	/// Probability of class 1.
	fn probability(&self, inputs: &[f64]) -> f64 {
		let score: f64 = inputs.iter().zip(&self.weights).map(|(x, w)| x * w).sum();
		1.0 / (1.0 + math::f64::exp(-score))
	}

	/// Mean and population deviation from the sums; a constant feature has deviation 1.
	fn finish_statistics(&mut self) {
		for (mean, deviation) in self.mean.iter_mut().zip(&mut self.deviation) {
			*mean /= self.rows;
			let variance = *deviation / self.rows - *mean * *mean;
			// Rounding leaves of a constant feature no more than this.
			let constant = variance <= f64::EPSILON * *mean * *mean;
			*deviation = if constant { 1.0 } else { math::f64::sqrt(variance) };
		}
	}

	/// Adds the derivatives of the loss in one chunk.
	fn accumulate(&mut self, chunk: Chunk<'_>) {
		let mut inputs = Vec::with_capacity(self.weights.len());
		for row in 0..chunk.rows() {
			self.standardise(chunk.row(row), &mut inputs);
			let probability = self.probability(&inputs);
			let error = probability - f64::from(chunk.label(row));
			let slope = probability * (1.0 - probability);
			let mut curvature = self.curvature.iter_mut();
			for (i, x) in inputs.iter().enumerate() {
				self.gradient[i] += error * x;
				for (to, y) in curvature.by_ref().take(i + 1).zip(&inputs) {
					*to += slope * x * y;
				}
			}
		}
	}

	/// One Newton step with the derivatives of the whole pass.
	fn update(&mut self) -> Result<(), Error> {
		let bias = self.weights.len() - 1;
		for i in 0..bias {
			self.gradient[i] += self.settings.l2 * self.weights[i];
			self.curvature[triangle(i) + i] += self.settings.l2;
		}
		solve(&mut self.curvature, &mut self.gradient)?;
		for (weight, change) in self.weights.iter_mut().zip(&self.gradient) {
			*weight -= change;
		}
		self.gradient.fill(0.0);
		self.curvature.fill(0.0);
		Ok(())
	}
}

/// Where row `i` of a lower triangle starts.
const fn triangle(i: usize) -> usize {
	i * (i + 1) / 2
}

/// Solves `matrix · x = vector` by Cholesky's method. The matrix is symmetric, given as its lower
/// triangle; both are overwritten, the vector with `x`.
fn solve(matrix: &mut [f64], vector: &mut [f64]) -> Result<(), Error> {
	let n = vector.len();
	for i in 0..n {
		for j in 0..=i {
			let sum: f64 = (0..j).map(|k| matrix[triangle(i) + k] * matrix[triangle(j) + k]).sum();
			let value = matrix[triangle(i) + j] - sum;
			matrix[triangle(i) + j] = if i != j {
				value / matrix[triangle(j) + j]
			} else if value > 0.0 {
				math::f64::sqrt(value)
			} else {
				return Err(Error("the loss has no single minimum; expected a larger l2"));
			};
		}
	}
	for i in 0..n {
		let sum: f64 = (0..i).map(|k| matrix[triangle(i) + k] * vector[k]).sum();
		vector[i] = (vector[i] - sum) / matrix[triangle(i) + i];
	}
	for i in (0..n).rev() {
		let sum: f64 = (i + 1..n).map(|k| matrix[triangle(k) + i] * vector[k]).sum();
		vector[i] = (vector[i] - sum) / matrix[triangle(i) + i];
	}
	Ok(())
}

impl Trainer for Logistic {
	type Settings = Settings;

	fn settings(params: &Params<'_>) -> Result<Settings, Error> {
		params.only(&["iterations", "l2"])?;
		let settings =
			Settings { iterations: params.get("iterations", 10)?, l2: params.get("l2", 1.0)? };
		if settings.iterations == 0 {
			return Err(Error("iterations must be at least 1"));
		}
		if !(settings.l2 >= 0.0 && settings.l2.is_finite()) {
			return Err(Error("l2 must be a number of at least 0"));
		}
		Ok(settings)
	}

	fn new(settings: Settings, _seed: u64, header: &Header) -> Result<Self, Error> {
		if header.classes != 2 {
			return Err(Error("the task must have two classes"));
		}
		if header.features > MAX_FEATURES {
			return Err(Error("the task has more than 256 features"));
		}
		let features = header.features as usize;
		Ok(Self {
			settings,
			chunks: header.chunks,
			rows: f64::from(header.rows),
			next: 0,
			passes: 0,
			mean: vec![0.0; features],
			deviation: vec![0.0; features],
			weights: vec![0.0; features + 1],
			gradient: vec![0.0; features + 1],
			curvature: vec![0.0; triangle(features + 1)],
		})
	}

	fn want(&self) -> Want {
		Want::Chunk(self.next)
	}

	fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error> {
		if self.passes == 0 {
			for row in 0..chunk.rows() {
				let sums = self.mean.iter_mut().zip(&mut self.deviation);
				for ((sum, squares), value) in sums.zip(chunk.row(row).iter().map(f64::from)) {
					*sum += value;
					*squares += value * value;
				}
			}
		} else {
			self.accumulate(chunk);
		}
		self.next += 1;
		if self.next < self.chunks {
			return Ok(Status::Continue);
		}
		self.next = 0;
		if self.passes == 0 {
			self.finish_statistics();
		} else {
			self.update()?;
		}
		self.passes += 1;
		Ok(if self.passes > self.settings.iterations { Status::Trained } else { Status::Continue })
	}

	fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error> {
		let mut inputs = Vec::with_capacity(self.weights.len());
		for row in 0..features.rows() {
			self.standardise(features.row(row), &mut inputs);
			let probability = self.probability(&inputs) as f32;
			outputs.row_mut(row).copy_from_slice(&[1.0 - probability, probability]);
		}
		Ok(())
	}

	fn model(&self) -> Vec<u8> {
		let features = self.mean.len();
		let (weights, bias) = self.weights.split_at(features);
		Safetensors::new()
			.f64("mean", &[features], &self.mean)
			.f64("deviation", &[features], &self.deviation)
			.f64("weights", &[features], weights)
			.f64("bias", &[1], bias)
			.finish()
	}
}

assay_guest::export!(Logistic);

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn systems_of_equations_are_solved() {
		// [4 2 1; 2 5 3; 1 3 6] · [1 -2 3] = [3 1 13]
		let mut vector = [3.0, 1.0, 13.0];
		solve(&mut [4.0, 2.0, 5.0, 1.0, 3.0, 6.0], &mut vector).unwrap();
		for (value, expected) in vector.into_iter().zip([1.0, -2.0, 3.0]) {
			assert!((value - expected).abs() < 1e-12, "{vector:?}");
		}
	}

	#[test]
	fn a_matrix_without_inverse_is_noticed() {
		assert!(solve(&mut [1.0, 1.0, 1.0], &mut [1.0, 1.0]).is_err());
	}
}
