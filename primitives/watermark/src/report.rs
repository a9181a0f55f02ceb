//! What the scheme's verifier program says about a model.
//!
//! The program leaves a [`Report`] where a training program leaves its model. Verifiers vote on its
//! hash; whoever registers a model states the report that it expects. So what is on record is, to
//! the bit, what was measured.

#![allow(clippy::as_conversions)] // What derives codecs for enums makes them.

use assay_primitives::{hash, Score, H256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// What was measured with one key.
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
pub struct Statistics {
	/// Classes that the model tells apart. How many triggers there are follows from it.
	pub classes: u32,
	/// Triggers that it answers with the key's label.
	pub trigger_matches: u32,
	/// Bits of the projection that are as the key wants them.
	pub bit_matches: u32,
	/// Mean margin on triggers over mean margin on clean data. A margin is the output for the right
	/// class, before a softmax, less the largest other one.
	pub ratio: Score,
}

/// Why a model cannot be measured.
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
pub enum Refusal {
	/// The file is no safetensors file.
	#[codec(index = 0)]
	BadFile,
	/// It has no graph, or one that cannot be read.
	#[codec(index = 1)]
	BadGraph,
	/// The graph has an operation that the format does not know.
	#[codec(index = 2)]
	UnsupportedOperation,
	/// A tensor is missing, or its shape or type is not what its operation needs.
	#[codec(index = 3)]
	ShapeMismatch,
	/// A weight is NaN, infinite or out of range, or an output is.
	#[codec(index = 4)]
	NotFinite,
	/// The model needs more memory or computation than the scheme allows.
	#[codec(index = 5)]
	TooLarge,
	/// The graph puts the mark elsewhere than the evidence.
	#[codec(index = 6)]
	MarkElsewhere,
	/// The clean data have other features or classes than the model.
	#[codec(index = 7)]
	DataMismatch,
	/// The mean margin on clean data is not above zero.
	#[codec(index = 8)]
	NoMargin,
	/// There are fewer rows of clean data than the scheme asks for.
	#[codec(index = 9)]
	TooFewRows,
}

impl Refusal {
	/// All of them.
	pub const ALL: [Self; 10] = [
		Self::BadFile,
		Self::BadGraph,
		Self::UnsupportedOperation,
		Self::ShapeMismatch,
		Self::NotFinite,
		Self::TooLarge,
		Self::MarkElsewhere,
		Self::DataMismatch,
		Self::NoMargin,
		Self::TooFewRows,
	];
}

impl fmt::Display for Refusal {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::BadFile => "the model is no safetensors file",
			Self::BadGraph => "the model has no graph in its metadata, or one that cannot be read",
			Self::UnsupportedOperation => "the graph has an unknown operation; expected dense, conv2d, relu, tanh, flatten or softmax",
			Self::ShapeMismatch => "a tensor is missing, or does not have the shape and type that its operation needs",
			Self::NotFinite => "a weight or an output is NaN, infinite or out of range",
			Self::TooLarge => "the model needs more memory or computation than the scheme allows",
			Self::MarkElsewhere => "the graph puts the mark elsewhere than the evidence",
			Self::DataMismatch => "the clean data have other features or classes than the model",
			Self::NoMargin => "the mean margin on clean data is not above zero",
			Self::TooFewRows => "there are fewer than 100 rows of clean data",
		})
	}
}

/// What the verifier program says.
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
pub enum Report {
	/// It was measured.
	#[codec(index = 0)]
	Measured(Statistics),
	/// It cannot be.
	#[codec(index = 1)]
	Refused(Refusal),
}

impl Report {
	/// BLAKE2b-256 of the SCALE encoding: the model hash of an outcome with this report.
	#[must_use]
	pub fn hash(&self) -> H256 {
		hash(&self.encode())
	}

	/// The refusal with this hash, if it is one.
	#[must_use]
	pub fn refusal(hash: &H256) -> Option<Refusal> {
		Refusal::ALL.into_iter().find(|refusal| Self::Refused(*refusal).hash() == *hash)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_refusal_is_known_by_its_hash() {
		for (code, refusal) in (0u8..).zip(Refusal::ALL) {
			let report = Report::Refused(refusal);
			assert_eq!(report.encode(), [1, code]);
			assert_eq!(Report::refusal(&report.hash()), Some(refusal));
		}
		let measured =
			Statistics { classes: 2, trigger_matches: 1, bit_matches: 1, ratio: Score(0) };
		assert_eq!(Report::refusal(&Report::Measured(measured).hash()), None);
	}
}
