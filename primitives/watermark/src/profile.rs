//! What the statistics must reach.

#![allow(clippy::as_conversions)] // What derives codecs for enums makes them.

use crate::{
	projection::BITS,
	report::Statistics,
	table,
	trigger::{self, MIN_CLASSES},
};
use assay_primitives::Score;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A share of one: [`Score::ONE`].
const ONE: i64 = Score::ONE;

/// What falls short.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Factor {
	/// Too few triggers are answered as the key says.
	#[codec(index = 0)]
	Input,
	/// Too few bits of the projection are as the key wants them.
	#[codec(index = 1)]
	Feature,
	/// The margin ratio is too far from the declared one.
	#[codec(index = 2)]
	Ratio,
	/// The number of classes is out of range.
	#[codec(index = 3)]
	Classes,
}

/// What a registration must reach besides the chance of 2⁻⁶⁴ a factor.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Profile {
	/// Smallest share of triggers answered as the key says (`tau_input`).
	pub tau_input: Score,
	/// Largest share of wrong bits (`tau_feat`).
	pub tau_feat: Score,
	/// How far the measured margin ratio may be from the declared one.
	pub band: Score,
}

impl Default for Profile {
	/// 0.9, 0.2 and 0.05.
	fn default() -> Self {
		Self {
			tau_input: Score(ONE.saturating_mul(9).saturating_div(10)),
			tau_feat: Score(ONE.saturating_div(5)),
			band: Score(ONE.saturating_div(20)),
		}
	}
}

/// Right triggers for each level of chance, 2⁻⁸ to 2⁻¹²⁸. `None` if the number of classes is out of
/// range.
fn trigger_levels(classes: u32) -> Option<&'static [u8; 16]> {
	let at = usize::try_from(classes.checked_sub(MIN_CLASSES)?).ok()?;
	table::TRIGGERS.get(at)
}

/// Fewest triggers that must be answered rightly, so that the chance of that is at most 2⁻⁶⁴ for a
/// model that was not marked with the key. `None` if the number of classes is out of range.
#[must_use]
pub fn least_triggers(classes: u32) -> Option<u32> {
	trigger_levels(classes)?.get(LEVEL_64).map(|least| u32::from(*least))
}

/// Fewest bits that must be right, so that the chance of that is at most 2⁻⁶⁴.
#[must_use]
pub fn least_bits() -> u32 {
	table::BITS.get(LEVEL_64).map_or(BITS, |least| u32::from(*least))
}

/// Place of 2⁻⁶⁴ among the levels.
const LEVEL_64: usize = 7;

/// −log₂ of the chance that triggers and bits must have together in a contest, both rounded towards
/// 2⁰ to a multiple of 8.
///
/// Eight pairs of levels add up to it ([`CONTEST_BITS`]), so that an unmarked model reaches it with
/// a chance of at most 8 · 2⁻⁷²; a contestant who chooses among 17 places of the mark (three tensors with weights) has
/// 17 times that, which is 2⁻⁶⁴·⁹.
pub const CONTEST: u32 = 72;

/// −log₂ of the chance that the bits alone must have in a contest, rounded as [`CONTEST`]: 162 of 256.
///
/// Who publishes data can put the triggers of a key of his own among the rows, and whoever trains on
/// them learns to answer them. No data make the signs of keyed projections of weights what he wants.
pub const CONTEST_BITS: u32 = 16;

/// −log₂ of the chance of both counts, each rounded down to a multiple of 8 and 128 at the most.
/// `None` if the number of classes is out of range.
#[must_use]
pub fn levels(statistics: &Statistics) -> Option<(u32, u32)> {
	let reached = |levels: usize| u32::try_from(levels).unwrap_or(0).saturating_mul(8);
	let triggers = trigger_levels(statistics.classes)?;
	let triggers =
		triggers.iter().filter(|least| u32::from(**least) <= statistics.trigger_matches).count();
	let bits =
		table::BITS.iter().filter(|least| u32::from(**least) <= statistics.bit_matches).count();
	Some((reached(triggers), reached(bits)))
}

/// Whether triggers and bits together are beyond chance ([`CONTEST`]), and the bits more than what
/// comes about by itself ([`CONTEST_BITS`]): what a contest needs. Who overwrites a mark harms one
/// factor more than the other, so no more is asked of either on its own.
///
/// # Errors
///
/// [`Factor::Classes`], or [`Factor::Feature`] if they are not.
pub fn beyond_chance(statistics: &Statistics) -> Result<(), Factor> {
	let (triggers, bits) = levels(statistics).ok_or(Factor::Classes)?;
	if triggers.saturating_add(bits) < CONTEST || bits < CONTEST_BITS {
		return Err(Factor::Feature);
	}
	Ok(())
}

impl Profile {
	/// Fewest triggers of a model with so many classes for a registration. `None` if the number of
	/// classes is out of range.
	#[must_use]
	pub fn triggers_needed(&self, classes: u32) -> Option<u32> {
		let all = i64::from(trigger::count(classes));
		let share = all.saturating_mul(self.tau_input.0).saturating_add(ONE.saturating_sub(1));
		let share = u32::try_from(share.saturating_div(ONE)).unwrap_or(u32::MAX);
		Some(least_triggers(classes)?.max(share))
	}

	/// Fewest right bits for a registration.
	#[must_use]
	pub fn bits_needed(&self) -> u32 {
		let wrong = i64::from(BITS).saturating_mul(self.tau_feat.0).saturating_div(ONE);
		let share = BITS.saturating_sub(u32::try_from(wrong).unwrap_or(0));
		share.max(least_bits())
	}

	/// Whether a model with these statistics can be registered, given the ratio that its owner
	/// declared before the key was known.
	///
	/// # Errors
	///
	/// The first factor that falls short.
	pub fn check(&self, statistics: &Statistics, declared: Score) -> Result<(), Factor> {
		let needed = self.triggers_needed(statistics.classes).ok_or(Factor::Classes)?;
		if statistics.trigger_matches < needed {
			return Err(Factor::Input);
		}
		if statistics.bit_matches < self.bits_needed() {
			return Err(Factor::Feature);
		}
		let distance = statistics.ratio.0.saturating_sub(declared.0).saturating_abs();
		if distance > self.band.0 {
			return Err(Factor::Ratio);
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const GOOD: Statistics =
		Statistics { classes: 10, trigger_matches: 58, bit_matches: 205, ratio: Score(ONE) };

	#[test]
	fn each_factor_is_needed() {
		let profile = Profile::default();
		assert_eq!(profile.check(&GOOD, Score(ONE)), Ok(()));
		for (statistics, factor) in [
			(Statistics { trigger_matches: 57, ..GOOD }, Factor::Input),
			(Statistics { bit_matches: 204, ..GOOD }, Factor::Feature),
			(Statistics { ratio: Score(ONE + 50_000_001), ..GOOD }, Factor::Ratio),
			(Statistics { ratio: Score(i64::MIN), ..GOOD }, Factor::Ratio),
			(Statistics { classes: 1, ..GOOD }, Factor::Classes),
			(Statistics { classes: 257, ..GOOD }, Factor::Classes),
		] {
			assert_eq!(profile.check(&statistics, Score(ONE)), Err(factor));
		}
	}

	#[test]
	fn chance_bounds_even_a_profile_that_asks_nothing() {
		let nothing = Profile { tau_input: Score(0), tau_feat: Score(ONE), band: Score(ONE) };
		assert_eq!(nothing.triggers_needed(10), least_triggers(10));
		assert_eq!(nothing.bits_needed(), least_bits());
	}

	#[test]
	fn a_contest_adds_up_both_factors() {
		let of = |trigger_matches, bit_matches| Statistics { trigger_matches, bit_matches, ..GOOD };
		// Bits alone, each a part of it, and triggers, which need some bits.
		for (statistics, enough) in [
			(of(0, 206), true),
			(of(0, 200), false),
			(of(64, 161), false),
			(of(64, 162), true),
			(of(34, 162), true),
			(of(33, 162), false),
			(of(14, 200), true),
			(of(13, 200), false),
			(of(16, 199), false),
		] {
			let expected = if enough { Ok(()) } else { Err(Factor::Feature) };
			assert_eq!(beyond_chance(&statistics), expected, "{:?}", levels(&statistics));
		}
		assert_eq!(beyond_chance(&Statistics { classes: 1, ..GOOD }), Err(Factor::Classes));
		assert_eq!(levels(&of(64, 256)), Some((128, 128)));
	}
}
