//! Marks models while they are trained, checks marks, and tries to remove them.
//!
//! - [`mark`]: trains a model of an [`Architecture`] on [`Data`] so that it carries all keys of its
//!   owner.
//! - [`check`](fn@check): the statistics of one key, as the chain's verifiers measure them.
//! - [`Embedding`]: the two things that marking adds to a training loop, for those who have their
//!   own: see `examples/own_loop.rs`.
//! - [`chance`]: what unmarked models reach.
//! - [`attack`]: fine-tuning, pruning, quantisation, permutation, overwriting, distillation.
//!
//! Everything is computed on one thread, with generators that start from a seed: the same call
//! gives the same bytes on every machine.

pub mod architecture;
pub mod attack;
pub mod chance;
pub mod data;
pub mod embedding;
pub mod net;
pub mod train;

pub use architecture::{Architecture, Untrained};
pub use data::Data;
pub use embedding::Embedding;
pub use net::{Net, Pass};
pub use train::{fit, mark, Marked, Options, Progress};

use assay_model::{Measure, Model};
use assay_primitives::{Score, H256};
use assay_watermark::{projection, Place, Refusal, Statistics};
use rand_xoshiro::{
	rand_core::{Rng as _, SeedableRng},
	Xoshiro256PlusPlus,
};

/// Why a model cannot be marked or checked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
	/// The file is no data set.
	#[error("the data: {0}")]
	Data(String),
	/// The architecture cannot be.
	#[error("the architecture: {0}")]
	Architecture(String),
	/// The options cannot be.
	#[error("the options: {0}")]
	Options(&'static str),
	/// The file is no model, or training made one that is none.
	#[error("the model: {0}")]
	Model(#[from] assay_model::Error),
	/// The model cannot be measured.
	#[error("{0}")]
	Refused(Refusal),
}

impl From<Refusal> for Error {
	fn from(refusal: Refusal) -> Self {
		Self::Refused(refusal)
	}
}

/// What a model reaches with one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
	/// The factors of the scheme.
	pub statistics: Statistics,
	/// Accuracy on the clean data.
	pub accuracy: Score,
}

/// Measures a model as the chain's verifiers do, with the mark where the model's graph says.
///
/// # Errors
///
/// [`Error::Refused`] with the refusal that the verifiers would report.
pub fn check(model: &Model, key: &H256, clean: &Data) -> Result<Checked, Error> {
	check_at(model, key, model.place(), clean)
}

/// As [`check`](fn@check), with the mark at this place.
///
/// # Errors
///
/// As [`check`](fn@check).
pub fn check_at(model: &Model, key: &H256, place: Place, clean: &Data) -> Result<Checked, Error> {
	let mut measure = Measure::new(model.clone(), *key, place)?;
	for (row, label) in clean.rows() {
		measure.clean_row(row, label)?;
	}
	let accuracy = measure.accuracy().ok_or(Refusal::DataMismatch)?;
	Ok(Checked { statistics: measure.finish()?, accuracy })
}

/// The place of a model where most bits are as this key wants them, and how many: where an owner
/// finds his mark in a model that somebody has changed.
#[must_use]
pub fn find(model: &Model, key: &H256) -> (Place, u32) {
	let mut best = (model.place(), 0);
	for place in model.places() {
		let matches =
			model.canonical(&place).map_or(0, |weights| projection::matches(key, &weights));
		if matches > best.1 {
			best = (place, matches);
		}
	}
	best
}

/// Share of rows that a model classifies rightly.
///
/// # Errors
///
/// [`Error::Refused`] if the data do not suit the model.
pub fn accuracy(model: &Model, data: &Data) -> Result<f64, Error> {
	let mut scratch = model.scratch();
	let mut right = 0u32;
	for (row, label) in data.rows() {
		let logits = model.logits(row, &mut scratch);
		if logits.is_empty() {
			return Err(Refusal::DataMismatch.into());
		}
		right += u32::from(predicted(logits) == label as usize);
	}
	Ok(f64::from(right) / data.len() as f64)
}

/// The class with the largest output, of equal ones the first.
pub(crate) fn predicted(outputs: &[f32]) -> usize {
	let mut best = 0;
	for (class, output) in outputs.iter().enumerate() {
		if *output > outputs[best] {
			best = class;
		}
	}
	best
}

/// A score as a float, for computation that need not be exact.
pub(crate) fn real(score: Score) -> f32 {
	(score.0 as f64 / Score::ONE as f64) as f32
}

/// A seeded generator, xoshiro256++.
#[derive(Clone, Debug)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
	/// The generator with this seed.
	#[must_use]
	pub fn new(seed: u64) -> Self {
		Self(Xoshiro256PlusPlus::seed_from_u64(seed))
	}

	/// Evenly distributed in [0, 1), in steps of 2⁻²⁴.
	pub fn unit(&mut self) -> f32 {
		(self.0.next_u64() >> 40) as f32 / 16_777_216.0
	}

	/// Evenly distributed in 0 … `end` − 1, up to one part in 2³².
	pub fn below(&mut self, end: usize) -> usize {
		(((self.0.next_u64() >> 32) * end as u64) >> 32) as usize
	}

	/// 32 random bytes.
	pub fn key(&mut self) -> H256 {
		let mut key = H256::zero();
		self.0.fill_bytes(&mut key.0);
		key
	}

	/// Puts items in a random order.
	pub fn shuffle<T>(&mut self, items: &mut [T]) {
		for last in (1..items.len()).rev() {
			items.swap(last, self.below(last + 1));
		}
	}
}
