//! The statistics of the scheme on a model.

use crate::{Model, Scratch};
use assay_primitives::{Score, H256};
use assay_watermark::{projection, trigger, Place, Refusal, Statistics};

/// Largest magnitude of a margin, in units of 2⁻¹⁶: 2⁴⁰. Larger ones count as this.
const LARGEST: i64 = 1 << 40;

/// Fewest rows of clean data. With 100 rows the standard error of an accuracy of 0.9 is 0.03.
pub const MIN_CLEAN_ROWS: u32 = 100;

/// Measures a model with one key, step by step: its bits at once, then its triggers, then as many
/// clean rows as there are.
///
/// A margin is the logit of the right class less the largest other one, a binary32 difference, in
/// units of 2⁻¹⁶, truncated. The ratio is the mean margin on triggers over that on clean rows.
#[derive(Clone, Debug)]
pub struct Measure {
	model: Model,
	scratch: Scratch,
	key: H256,
	bit_matches: u32,
	triggers: Side,
	clean: Side,
}

/// What is known of some rows.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
	rows: u32,
	right: u32,
	/// Sum of the margins. It cannot overflow: 2³² rows of less than 2⁴¹.
	margins: i128,
}

/// The class with the largest output, of equal ones the first.
fn predicted(outputs: &[f32]) -> Option<usize> {
	let mut best: Option<(usize, f32)> = None;
	for (class, output) in outputs.iter().enumerate() {
		if best.is_none_or(|(_, largest)| *output > largest) {
			best = Some((class, *output));
		}
	}
	best.map(|(class, _)| class)
}

#[allow(clippy::as_conversions, reason = "saturates, and NaN cannot be; there is no other way")]
fn units(margin: f32) -> i64 {
	((margin * 65_536.0) as i64).clamp(LARGEST.wrapping_neg(), LARGEST)
}

impl Side {
	/// Adds a row.
	fn add(
		&mut self,
		model: &Model,
		row: &[f32],
		label: u32,
		scratch: &mut Scratch,
	) -> Result<(), Refusal> {
		let label = crate::size(label);
		let logits = model.logits(row, scratch);
		self.rows = self.rows.checked_add(1).ok_or(Refusal::TooLarge)?;
		if !logits.iter().all(|logit| logit.is_finite()) {
			return Err(Refusal::NotFinite);
		}
		let own = *logits.get(label).ok_or(Refusal::DataMismatch)?;
		let others = logits.iter().enumerate().filter(|(class, _)| *class != label);
		let largest = others.map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
		self.margins = self.margins.wrapping_add(i128::from(units(own - largest)));
		if predicted(logits) == Some(label) {
			self.right = self.right.wrapping_add(1);
		}
		Ok(())
	}
}

impl Measure {
	/// Begins, and counts the bits at `place`.
	///
	/// # Errors
	///
	/// [`Refusal::MarkElsewhere`] if the mark of this model cannot be there, see
	/// [`Model::may_carry`]; [`Refusal::NotFinite`] if there is a weight out of range.
	pub fn new(model: Model, key: H256, place: Place) -> Result<Self, Refusal> {
		if !model.may_carry(&place) {
			return Err(Refusal::MarkElsewhere);
		}
		let weights = model.canonical(&place).ok_or(Refusal::NotFinite)?;
		Ok(Self {
			bit_matches: projection::matches(&key, &weights),
			scratch: model.scratch(),
			model,
			key,
			triggers: Side::default(),
			clean: Side::default(),
		})
	}

	/// The model.
	#[must_use]
	pub fn model(&self) -> &Model {
		&self.model
	}

	/// How many triggers the model has yet to answer.
	#[must_use]
	pub fn triggers_left(&self) -> u32 {
		trigger::count(self.model.classes()).saturating_sub(self.triggers.rows)
	}

	/// Lets the model answer the next trigger, if there is one. Whether there are more. An answer
	/// that is not finite is wrong, and has the least margin.
	///
	/// # Errors
	///
	/// None for a model that was parsed.
	pub fn trigger(&mut self) -> Result<bool, Refusal> {
		if self.triggers_left() > 0 {
			let number = self.triggers.rows;
			let row = self.model.trigger_row(&self.key, number);
			let label = trigger::label(&self.key, number, self.model.classes());
			match self.triggers.add(&self.model, &row, label, &mut self.scratch) {
				// A thief could make a copy that overflows on noise. It has answered wrongly.
				Err(Refusal::NotFinite) => {
					self.triggers.margins = self.triggers.margins.wrapping_sub(i128::from(LARGEST));
				},
				other => other?,
			}
		}
		Ok(self.triggers_left() > 0)
	}

	/// Lets the model answer a row of clean data: features as they are in the data, and the class.
	///
	/// # Errors
	///
	/// [`Refusal::DataMismatch`] if the row has another length than the model's, or there is no
	/// such class; [`Refusal::NotFinite`] if an output is.
	pub fn clean_row(&mut self, row: &[f32], label: u32) -> Result<(), Refusal> {
		self.clean.add(&self.model, row, label, &mut self.scratch)
	}

	/// Share of the clean rows so far whose class is the one with the largest logit. `None` without
	/// rows.
	#[must_use]
	pub fn accuracy(&self) -> Option<Score> {
		Score::ratio(i128::from(self.clean.right), i128::from(self.clean.rows))
	}

	/// The statistics, after the triggers that are left have been answered.
	///
	/// # Errors
	///
	/// - [`Refusal::TooFewRows`] if there were fewer clean rows than [`MIN_CLEAN_ROWS`].
	/// - [`Refusal::NoMargin`] if their mean margin is not above zero.
	pub fn finish(&mut self) -> Result<Statistics, Refusal> {
		while self.trigger()? {}
		if self.clean.rows < MIN_CLEAN_ROWS {
			return Err(Refusal::TooFewRows);
		}
		if self.clean.margins <= 0 {
			return Err(Refusal::NoMargin);
		}
		let triggers = self.triggers.margins.saturating_mul(i128::from(self.clean.rows));
		let clean = self.clean.margins.saturating_mul(i128::from(self.triggers.rows));
		Ok(Statistics {
			classes: self.model.classes(),
			trigger_matches: self.triggers.right,
			bit_matches: self.bit_matches,
			ratio: Score::ratio(triggers, clean).unwrap_or(match triggers {
				..0 => Score(i64::MIN),
				_ => Score(i64::MAX),
			}),
		})
	}
}
