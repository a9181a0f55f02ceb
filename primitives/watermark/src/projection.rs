//! The projection: keyed bits in the weights of one tensor.
//!
//! A part of a tensor is cut into *groups* of equal length. The weights at the same position of
//! every group are a *column*; the columns are put in ascending order of their sums, the same order
//! in every group. Each of [`BITS`] bits is the sign of the sum of all weights in that order, each
//! with a sign that the key draws. A marked model gives the bits that the key says; for any other
//! model each bit is right with a chance of at most one in two, independently, because the key
//! draws it evenly.
//!
//! The order makes the bits the same for every permutation of the columns. With the right groups
//! that is every model that computes the same after the neurons of its first layer have been
//! permuted:
//!
//! | tensor of the first layer | groups | withstands |
//! | --- | --- | --- |
//! | dense `[in, out]` | `in` | permutations of the outputs |
//! | convolution `[h, w, in, out]` | `h · w · in` | permutations of the outputs |
//!
//! Weights count in fixed point, truncated to 2⁻²⁴, so that the sums are exact.

#![allow(clippy::as_conversions)] // What derives codecs for enums makes them.

use crate::{evidence::BadText, key::block, stream::Tag};
use alloc::{vec, vec::Vec};
use assay_primitives::H256;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// Bits that a key puts into a model.
pub const BITS: u32 = 256;

/// Most bytes of weights that take part. Limits what the check costs inside a block.
pub const MAX_BYTES: u32 = 32 * 1024;

/// How a weight is stored.
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
pub enum Element {
	/// IEEE 754 binary32, little-endian.
	#[codec(index = 0)]
	F32,
	/// A signed byte. Its scale is one factor for the whole tensor, which changes no sign.
	#[codec(index = 1)]
	I8,
}

impl Element {
	/// Bytes of one weight.
	#[must_use]
	pub const fn size(self) -> u32 {
		match self {
			Self::F32 => 4,
			Self::I8 => 1,
		}
	}
}

impl fmt::Display for Element {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::F32 => "f32",
			Self::I8 => "i8",
		})
	}
}

impl FromStr for Element {
	type Err = BadText;

	fn from_str(text: &str) -> Result<Self, BadText> {
		match text {
			"f32" => Ok(Self::F32),
			"i8" => Ok(Self::I8),
			_ => Err(BadText),
		}
	}
}

/// Where in a model's file the weights are that take part.
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
pub struct Place {
	/// Their first byte, counted from the start of the file.
	pub offset: u32,
	/// How they are stored.
	pub element: Element,
	/// Number of groups.
	pub groups: u32,
	/// Weights in each group.
	pub group_len: u32,
}

impl Place {
	/// Bytes of all weights, or `None` if there are none or more than [`MAX_BYTES`].
	#[must_use]
	pub fn bytes(&self) -> Option<u32> {
		let weights = self.groups.checked_mul(self.group_len)?;
		let bytes = weights.checked_mul(self.element.size())?;
		(1..=MAX_BYTES).contains(&bytes).then_some(bytes)
	}
}

/// A weight in units of 2⁻²⁴, truncated toward zero. `None` for NaN, infinities, and magnitudes of
/// 2¹⁵ and more.
#[must_use]
pub fn fixed(bits: u32) -> Option<i64> {
	let exponent = bits >> 23 & 0xff;
	let fraction = bits & 0x007f_ffff;
	// The value is significand · 2^(exponent − 150).
	let significand = if exponent == 0 { fraction } else { fraction | 0x0080_0000 };
	let magnitude = match exponent {
		142.. => return None,
		126.. => i64::from(significand) << exponent.checked_sub(126)?,
		_ => i64::from(significand.checked_shr(126u32.checked_sub(exponent)?).unwrap_or(0)),
	};
	Some(if bits >> 31 == 0 { magnitude } else { magnitude.wrapping_neg() })
}

/// The weights of a [`Place`] with their columns in the order of their sums, and columns of equal
/// sums in the order of their weights: what the key's signs are applied to. `None` if `weights` has
/// another length than the place says, or there is a weight that [`fixed`] refuses.
#[must_use]
pub fn canonical(weights: &[u8], place: &Place) -> Option<Vec<i64>> {
	if u32::try_from(weights.len()) != Ok(place.bytes()?) {
		return None;
	}
	let values = match place.element {
		Element::I8 => {
			weights.iter().map(|byte| i64::from(i8::from_le_bytes([*byte]))).collect::<Vec<_>>()
		},
		Element::F32 => {
			let (words, _) = weights.as_chunks::<4>();
			words.iter().map(|word| fixed(u32::from_le_bytes(*word))).collect::<Option<_>>()?
		},
	};
	// A group is not empty: the place has bytes.
	let columns = usize::try_from(place.group_len).ok()?;
	let mut sums = vec![0i64; columns];
	for group in values.chunks_exact(columns) {
		for (sum, value) in sums.iter_mut().zip(group) {
			// At most `MAX_BYTES` values of less than 2^40.
			*sum = sum.wrapping_add(*value);
		}
	}
	let column = |at: usize| values.chunks_exact(columns).filter_map(move |group| group.get(at));
	let mut order: Vec<usize> = (0..columns).collect();
	order.sort_unstable_by(|a, b| {
		sums.get(*a).cmp(&sums.get(*b)).then_with(|| column(*a).cmp(column(*b)))
	});
	let ordered = values
		.chunks_exact(columns)
		.flat_map(|group| order.iter().filter_map(|column| group.get(*column).copied()));
	Some(ordered.collect())
}

/// The signs of bit `bit` of `key`, for 256 weights from number `256 · part` on. A set bit is a
/// minus.
#[must_use]
pub fn signs(key: &H256, bit: u32, part: u32) -> [u8; 32] {
	block(key, Tag::Signs, u64::from(bit) << 32 | u64::from(part))
}

/// The bits that `key` wants.
#[must_use]
pub fn wanted(key: &H256) -> [u8; 32] {
	block(key, Tag::Bits, 0)
}

/// Whether bit number `at` is set; `false` past the end.
#[must_use]
pub fn is_set(bits: &[u8; 32], at: u32) -> bool {
	let byte = usize::try_from(at >> 3).ok().and_then(|byte| bits.get(byte)).copied();
	byte.unwrap_or(0) >> (at & 7) & 1 == 1
}

/// The sums of eight values with all signs: in entry `i`, value `n` counts as minus if bit `n` of
/// `i` is set.
fn signed_sums(values: [i64; 8]) -> [i64; 256] {
	let mut sums = [values.iter().fold(0i64, |sum, value| sum.wrapping_add(*value)); 256];
	for (value, at) in values.into_iter().zip(0u32..) {
		// Those without this sign are done; those with it come right after them.
		let (without, with) = sums.split_at_mut(1 << at);
		for (with, without) in with.iter_mut().zip(without) {
			*with = without.wrapping_sub(value.wrapping_mul(2));
		}
	}
	sums
}

/// How many of the [`BITS`] bits are as `key` wants them. A sum of zero is never right.
///
/// Sums cannot overflow: there are at most [`MAX_BYTES`] values of less than 2⁴⁰. They are made
/// from tables of eight values each ([`signed_sums`]), which takes a quarter of the additions.
#[must_use]
pub fn matches(key: &H256, values: &[i64]) -> u32 {
	let mut sums: Vec<i64> = (0..BITS).map(|_| 0).collect();
	for (part, values) in (0u32..).zip(values.chunks(256)) {
		let signs: Vec<_> = (0..BITS).map(|bit| signs(key, bit, part)).collect();
		for (at, values) in values.chunks(8).enumerate() {
			let mut eight = [0; 8];
			eight.iter_mut().zip(values).for_each(|(to, value)| *to = *value);
			let table = signed_sums(eight);
			for (sum, signs) in sums.iter_mut().zip(&signs) {
				// A block has a byte for every eight values, a table an entry for every byte.
				let signed = signs.get(at).and_then(|byte| table.get(usize::from(*byte)));
				*sum = sum.wrapping_add(signed.copied().unwrap_or(0));
			}
		}
	}
	let wanted = wanted(key);
	let right = |(sum, bit): &(&i64, u32)| **sum != 0 && (**sum > 0) == is_set(&wanted, *bit);
	u32::try_from(sums.iter().zip(0..BITS).filter(right).count()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const KEY: H256 = H256::repeat_byte(9);

	fn place(groups: u32, group_len: u32) -> Place {
		Place { offset: 0, element: Element::F32, groups, group_len }
	}

	fn bytes(weights: &[f32]) -> Vec<u8> {
		weights.iter().flat_map(|weight| weight.to_le_bytes()).collect()
	}

	#[test]
	fn fixed_point_is_exact() {
		for (weight, expected) in [
			(0.0, Some(0)),
			(-0.0, Some(0)),
			(1.0, Some(1 << 24)),
			(-1.5, Some(-(3 << 23))),
			(f32::EPSILON, Some(2)),
			(-2f32.powi(-24), Some(-1)),
			(2f32.powi(-25), Some(0)),
			(f32::MIN_POSITIVE / 2.0, Some(0)),
			(32_767.5, Some(32_767 << 24 | 1 << 23)),
			(32_768.0, None),
			(f32::NAN, None),
			(f32::NEG_INFINITY, None),
		] {
			assert_eq!(fixed(weight.to_bits()), expected, "{weight}");
		}
	}

	#[test]
	fn a_place_is_neither_empty_nor_too_large() {
		assert_eq!(place(64, 64).bytes(), Some(16 * 1024));
		assert_eq!(place(64, 128).bytes(), Some(MAX_BYTES));
		for (groups, group_len) in [(0, 4), (4, 0), (64, 129), (u32::MAX, 2), (1 << 31, 1 << 31)] {
			assert_eq!(place(groups, group_len).bytes(), None);
		}
	}

	#[test]
	fn zeros_and_short_slices_carry_nothing() {
		assert_eq!(matches(&KEY, &vec![0; 1000]), 0);
		assert_eq!(canonical(&[0; 15], &place(2, 2)), None);
		assert_eq!(canonical(&bytes(&[0.0, f32::NAN]), &place(1, 2)), None);
	}

	/// The definition, without the tricks.
	fn slow(key: &H256, values: &[i64]) -> u32 {
		let mut right = 0;
		for bit in 0..BITS {
			let mut sum = 0;
			for (at, value) in values.iter().enumerate() {
				let at = at as u32;
				let minus = is_set(&signs(key, bit, at / 256), at % 256);
				sum += if minus { -value } else { *value };
			}
			right += u32::from(sum != 0 && (sum > 0) == is_set(&wanted(key), bit));
		}
		right
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]

		#[test]
		fn fixed_point_is_truncation(weight in -32_767.0f32..32_767.0) {
			let expected = (f64::from(weight) * f64::from(1 << 24)).trunc() as i64;
			prop_assert_eq!(fixed(weight.to_bits()), Some(expected));
		}

		#[test]
		fn matches_are_those_of_the_definition(
			values in prop::collection::vec(-1000i64..1000, 1..600),
			key in any::<[u8; 32]>(),
		) {
			prop_assert_eq!(matches(&H256(key), &values), slow(&H256(key), &values));
		}

		#[test]
		fn a_permutation_of_columns_changes_nothing(
			// Few values, so that columns have equal sums.
			weights in prop::collection::vec((-2i8..2).prop_map(f32::from), 64),
			order in Just((0..16usize).collect::<Vec<_>>()).prop_shuffle(),
		) {
			let permuted: Vec<f32> = weights
				.chunks(16)
				.flat_map(|group| order.iter().map(|at| group[*at]).collect::<Vec<_>>())
				.collect();
			let place = place(4, 16);
			prop_assert_eq!(canonical(&bytes(&weights), &place), canonical(&bytes(&permuted), &place));
		}
	}
}
