//! Functions of `f32` and `f64` that give the same bits everywhere: [`libm`], in Rust throughout.
//!
//! `core` has none of them, and those of `std` call the C library of the machine. Addition,
//! multiplication, division and comparison need no care: IEEE 754 fixes them.
//!
//! [`libm`]: https://docs.rs/libm

pub use libm::{
	cosf as cos, expf as exp, log1pf as ln_1p, logf as ln, powf, sinf as sin, sqrtf as sqrt,
	tanhf as tanh,
};

/// The same for `f64`.
pub mod f64 {
	pub use libm::{cos, exp, log as ln, log1p as ln_1p, pow as powf, sin, sqrt, tanh};
}

/// Turns scores into probabilities in place: `exp(v) / Σ exp(v)`, safe for large scores.
pub fn softmax(values: &mut [f32]) {
	let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let mut sum = 0.0;
	for value in values.iter_mut() {
		*value = exp(*value - largest);
		sum += *value;
	}
	for value in values.iter_mut() {
		*value /= sum;
	}
}

/// The logistic function `1 / (1 + exp(-v))`.
#[must_use]
pub fn sigmoid(value: f32) -> f32 {
	1.0 / (1.0 + exp(-value))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn softmax_gives_probabilities() {
		let mut values = [1.0, 2.0, 3.0];
		softmax(&mut values);
		for (value, expected) in values.into_iter().zip([0.090_031, 0.244_728, 0.665_241]) {
			assert!((value - expected).abs() < 1e-6);
		}
		let mut huge = [1e30, -1e30, 1e30];
		softmax(&mut huge);
		assert_eq!(huge, [0.5, 0.0, 0.5]);
	}

	#[test]
	fn sigmoid_saturates() {
		assert_eq!((sigmoid(-1e9), sigmoid(0.0), sigmoid(1e9)), (0.0, 0.5, 1.0));
	}
}
