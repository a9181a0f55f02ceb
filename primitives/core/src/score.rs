//! Fixed-point scores and the metrics that they measure.

use alloc::string::{String, ToString};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// A score in units of 10⁻⁹, signed.
///
/// As text (and in JSON) it is a decimal number: `0.975`, `-1.25`.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Score(pub i64);

impl Score {
	/// Units in 1.
	pub const ONE: i64 = 1_000_000_000;
	/// Decimal places.
	const PLACES: usize = 9;

	/// The score of `numerator / denominator`, rounded to the nearest unit, halves away from zero.
	/// `None` if the denominator is zero or the result does not fit.
	#[must_use]
	pub fn ratio(numerator: i128, denominator: i128) -> Option<Self> {
		let scaled = numerator.checked_mul(i128::from(Self::ONE))?;
		let doubled = scaled.checked_mul(2)?;
		let half = if (scaled < 0) == (denominator < 0) {
			denominator
		} else {
			denominator.checked_neg()?
		};
		let rounded = doubled.checked_add(half)?.checked_div(denominator.checked_mul(2)?)?;
		i64::try_from(rounded).ok().map(Self)
	}
}

impl fmt::Display for Score {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let one = Self::ONE.unsigned_abs();
		let magnitude = self.0.unsigned_abs();
		let (whole, part) = (magnitude / one, magnitude % one);
		let sign = if self.0 < 0 { "-" } else { "" };
		let digits = alloc::format!("{part:09}");
		let digits = digits.trim_end_matches('0');
		if digits.is_empty() {
			f.pad(&alloc::format!("{sign}{whole}"))
		} else {
			f.pad(&alloc::format!("{sign}{whole}.{digits}"))
		}
	}
}

/// Why a text is not a [`Score`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseScoreError {
	/// Not a decimal number such as `0.975`.
	NotADecimal,
	/// More than nine digits after the point.
	TooPrecise,
	/// Outside ±9 223 372 036.
	OutOfRange,
}

impl fmt::Display for ParseScoreError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::NotADecimal => "not a decimal number; expected something like 0.975",
			Self::TooPrecise => "too many digits; a score has at most nine after the point",
			Self::OutOfRange => "too large; a score lies between -9223372036 and 9223372036",
		})
	}
}

impl core::error::Error for ParseScoreError {}

impl FromStr for Score {
	type Err = ParseScoreError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let (negative, digits) = match text.strip_prefix('-') {
			Some(rest) => (true, rest),
			None => (false, text),
		};
		let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
		let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
		if !plain(whole) || !plain(part) {
			return Err(ParseScoreError::NotADecimal);
		}
		if part.len() > Self::PLACES {
			return Err(ParseScoreError::TooPrecise);
		}
		let padded = alloc::format!("{whole}{part:0<9}");
		let magnitude: i64 = padded.parse().map_err(|_| ParseScoreError::OutOfRange)?;
		let signed = if negative { magnitude.checked_neg() } else { Some(magnitude) };
		signed.map(Self).ok_or(ParseScoreError::OutOfRange)
	}
}

impl From<Score> for String {
	fn from(score: Score) -> Self {
		score.to_string()
	}
}

#[cfg(feature = "serde")]
impl serde::Serialize for Score {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Score {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		text.parse().map_err(serde::de::Error::custom)
	}
}

/// How outputs are compared with labels. Computed by the host, never by the training program.
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
pub enum Metric {
	/// Share of rows whose predicted class is the label.
	#[codec(index = 0)]
	Accuracy,
	/// Mean over the classes present in the labels of their recall.
	#[codec(index = 1)]
	BalancedAccuracy,
	/// Mean over the classes present in labels or predictions of their F1 (macro average).
	#[codec(index = 2)]
	F1,
	/// Area under the ROC curve; two classes, ties count one half.
	#[codec(index = 3)]
	RocAuc,
	/// Mean negative natural logarithm of the probability given to the label.
	#[codec(index = 4)]
	LogLoss,
	/// Root of the mean squared error.
	#[codec(index = 5)]
	Rmse,
	/// Mean absolute error.
	#[codec(index = 6)]
	Mae,
	/// Coefficient of determination.
	#[codec(index = 7)]
	R2,
}

impl Metric {
	/// All metrics, in the order of their codec indices.
	pub const ALL: [Self; 8] = [
		Self::Accuracy,
		Self::BalancedAccuracy,
		Self::F1,
		Self::RocAuc,
		Self::LogLoss,
		Self::Rmse,
		Self::Mae,
		Self::R2,
	];

	/// Whether a larger score is the better one.
	#[must_use]
	pub const fn higher_is_better(self) -> bool {
		!matches!(self, Self::LogLoss | Self::Rmse | Self::Mae)
	}

	/// Whether the labels are class numbers.
	#[must_use]
	pub const fn is_classification(self) -> bool {
		!matches!(self, Self::Rmse | Self::Mae | Self::R2)
	}

	/// The smallest and the largest score that the metric can give.
	#[must_use]
	pub const fn range(self) -> (Score, Score) {
		match self {
			Self::Accuracy | Self::BalancedAccuracy | Self::F1 | Self::RocAuc => {
				(Score(0), Score(Score::ONE))
			},
			Self::LogLoss | Self::Rmse | Self::Mae => (Score(0), Score(i64::MAX)),
			Self::R2 => (Score(i64::MIN), Score(Score::ONE)),
		}
	}

	/// By how many units of [`Score`] `new` is better than `old`; negative if it is worse.
	#[must_use]
	pub const fn gain(self, new: Score, old: Score) -> i64 {
		if self.higher_is_better() {
			new.0.saturating_sub(old.0)
		} else {
			old.0.saturating_sub(new.0)
		}
	}

	/// The name as written in JSON and on the command line.
	#[must_use]
	pub const fn name(self) -> &'static str {
		match self {
			Self::Accuracy => "accuracy",
			Self::BalancedAccuracy => "balanced_accuracy",
			Self::F1 => "f1",
			Self::RocAuc => "roc_auc",
			Self::LogLoss => "log_loss",
			Self::Rmse => "rmse",
			Self::Mae => "mae",
			Self::R2 => "r2",
		}
	}
}

impl fmt::Display for Metric {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.pad(self.name())
	}
}

impl FromStr for Metric {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		Self::ALL.into_iter().find(|m| m.name() == text).ok_or_else(|| {
			let names = Self::ALL.map(Self::name).join(", ");
			alloc::format!("no metric is called {text:?}; expected one of {names}")
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn scores_read_as_decimals() {
		for (text, units) in [
			("0", 0),
			("0.975", 975_000_000),
			("-1.25", -1_250_000_000),
			("1", Score::ONE),
			("0.000000001", 1),
			("9223372036.854775807", i64::MAX),
		] {
			assert_eq!(text.parse(), Ok(Score(units)));
			assert_eq!(Score(units).to_string(), text);
		}
	}

	#[test]
	fn what_is_no_score_is_refused_with_the_reason() {
		for text in ["", ".", "1.", ".5", "1e3", "+1", "0.9 ", "NaN", "--1"] {
			assert_eq!(text.parse::<Score>(), Err(ParseScoreError::NotADecimal), "{text}");
		}
		assert_eq!("0.0000000001".parse::<Score>(), Err(ParseScoreError::TooPrecise));
		assert_eq!("9223372037".parse::<Score>(), Err(ParseScoreError::OutOfRange));
	}

	#[test]
	fn ratios_round_to_nearest() {
		assert_eq!(Score::ratio(1, 3), Some(Score(333_333_333)));
		assert_eq!(Score::ratio(2, 3), Some(Score(666_666_667)));
		assert_eq!(Score::ratio(-2, 3), Some(Score(-666_666_667)));
		assert_eq!(Score::ratio(1, 0), None);
		assert_eq!(Score::ratio(i128::MAX, 1), None);
	}

	#[test]
	fn a_lower_error_is_a_gain() {
		assert_eq!(Metric::Accuracy.gain(Score(5), Score(3)), 2);
		assert_eq!(Metric::Rmse.gain(Score(5), Score(3)), -2);
		assert_eq!(Metric::R2.gain(Score(i64::MAX), Score(i64::MIN)), i64::MAX);
	}

	proptest! {
		#[test]
		fn text_keeps_every_score(units in any::<i64>().prop_filter("has no negation", |u| *u != i64::MIN)) {
			prop_assert_eq!(Score(units).to_string().parse(), Ok(Score(units)));
		}

		#[test]
		fn metric_names_are_read_back(index in 0usize..8) {
			let metric = Metric::ALL[index];
			prop_assert_eq!(metric.to_string().parse(), Ok(metric));
			prop_assert_eq!(usize::from(metric.encode()[0]), index);
		}
	}
}
