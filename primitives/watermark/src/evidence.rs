//! The weights that carry the mark, proved to be those of a model; and what the verifier program is
//! told.

use crate::projection::{canonical, matches, Place};
use alloc::{format, vec::Vec};
use assay_primitives::{
	file::{length_leaf, CHUNK_BYTES},
	merkle::{self, Proof},
	File, Limits, Params, H256,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// Most chunks that a slice of [`crate::projection::MAX_BYTES`] can touch.
pub const MAX_CHUNKS: usize = 3;

/// One chunk of a file, and where it stands in the file's tree.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FileChunk {
	/// Its bytes.
	pub bytes: Vec<u8>,
	/// Its leaf in [`assay_primitives::file::tree`].
	pub proof: Proof,
}

/// The weights of a [`Place`], as the chunks of the file that they lie in, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Slice {
	/// Where the weights are.
	pub place: Place,
	/// The chunks that cover the place, and no others.
	pub chunks: Vec<FileChunk>,
}

/// What is wrong with a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceFault {
	/// The place is empty, larger than [`crate::projection::MAX_BYTES`], or ends after the file.
	BadPlace,
	/// There are other chunks than the place lies in, or they are not those of the file.
	NotProved,
	/// A weight is NaN, infinite or out of range.
	NotFinite,
}

impl Slice {
	/// Cuts the slice out of a file. `None` if the place is empty, too large, or not in the file.
	#[must_use]
	pub fn cut(file: &[u8], place: Place) -> Option<Self> {
		let (first, last) = covered(&place, u32::try_from(file.len()).ok()?)?;
		let tree = assay_primitives::file::tree(file);
		let chunks = (first..=last).map(|index| {
			let chunk = assay_primitives::file::chunks(file).nth(usize::try_from(index).ok()?)?;
			let proof = tree.prove(index.checked_add(1)?)?;
			Some(FileChunk { bytes: chunk.to_vec(), proof })
		});
		Some(Self { place, chunks: chunks.collect::<Option<_>>()? })
	}

	/// The weights in their canonical order ([`canonical`]), once it is proved that they are those
	/// of the file. Hashes each chunk once, and a tree's height of nodes for each.
	///
	/// # Errors
	///
	/// See [`SliceFault`].
	pub fn open(&self, file: &File) -> Result<Vec<i64>, SliceFault> {
		let (first, last) = covered(&self.place, file.bytes).ok_or(SliceFault::BadPlace)?;
		let expected = (first..=last).map(|index| index.saturating_add(1));
		if !expected.eq(self.chunks.iter().map(|chunk| chunk.proof.index)) {
			return Err(SliceFault::NotProved);
		}
		let proved = |chunk: &FileChunk| {
			chunk.proof.root(merkle::leaf(&chunk.bytes)) == Some(file.root)
				// All chunks before the last of a file are full: without this, positions could
				// shift.
				&& (chunk.bytes.len() == CHUNK_BYTES || is_last(chunk))
		};
		if !self.chunks.iter().all(proved) {
			return Err(SliceFault::NotProved);
		}
		let bytes: Vec<u8> = self.chunks.iter().flat_map(|chunk| &chunk.bytes).copied().collect();
		let chunk = u32::try_from(CHUNK_BYTES).unwrap_or(u32::MAX);
		let start = self.place.offset.checked_rem(chunk).and_then(|at| usize::try_from(at).ok());
		let length = self.place.bytes().and_then(|length| usize::try_from(length).ok());
		let weights = start
			.zip(length)
			.and_then(|(start, length)| bytes.get(start..start.checked_add(length)?))
			.ok_or(SliceFault::NotProved)?;
		canonical(weights, &self.place).ok_or(SliceFault::NotFinite)
	}
}

fn is_last(chunk: &FileChunk) -> bool {
	chunk.proof.index.checked_add(1) == Some(chunk.proof.count)
}

/// First and last chunk that a place lies in; `None` if the place is not in a file of this length.
fn covered(place: &Place, bytes: u32) -> Option<(u32, u32)> {
	let end = place.offset.checked_add(place.bytes()?)?;
	let chunk = u32::try_from(CHUNK_BYTES).ok()?;
	if end > bytes {
		return None;
	}
	Some((place.offset.checked_div(chunk)?, end.checked_sub(1)?.checked_div(chunk)?))
}

/// That a file has the length that it is declared with: leaf 0 of its tree.
#[must_use]
pub fn length_is_proved(file: &File, proof: &Proof) -> bool {
	proof.index == 0 && proof.root(length_leaf(u64::from(file.bytes))) == Some(file.root)
}

/// What one run of the verifier program may use. All of it takes 40 s at the reference speed.
pub const LIMITS: Limits = Limits {
	program_bytes: 1024 * 1024,
	memory_pages: 512,
	steps: 4_096,
	step_fuel: 4_000_000_000,
	total_fuel: 40_000_000_000,
};

/// What a run that verifies a registration may use: three quarters of the fuel of a contest. So a
/// contest of the same model on the same data never runs out of it, however large the slice is that
/// it looks at. The memory is the same: the program declares how much it can use.
#[must_use]
pub const fn registration_limits(limits: Limits) -> Limits {
	Limits {
		step_fuel: limits.step_fuel.saturating_sub(limits.step_fuel / 4),
		total_fuel: limits.total_fuel.saturating_sub(limits.total_fuel / 4),
		..limits
	}
}

/// What the verifier program is told. As parameters of a job it is text, as for every program:
/// `key=<64 hex digits> offset=1088 element=f32 groups=64 group_len=64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemeParams {
	/// The watermark key.
	pub key: Key,
	/// Where the evidence says that the mark is.
	pub place: Place,
}

impl SchemeParams {
	/// As the parameters of a job.
	#[must_use]
	pub fn to_params(&self) -> Params {
		let Place { offset, element, groups, group_len } = self.place;
		let text = format!(
			"key={} offset={offset} element={element} groups={groups} group_len={group_len}",
			self.key
		);
		Params::truncate_from(text.into_bytes())
	}
}

/// A watermark key as text: 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub H256);

impl fmt::Display for Key {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

/// A text is not what was expected of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadText;

impl FromStr for Key {
	type Err = BadText;

	fn from_str(text: &str) -> Result<Self, BadText> {
		let mut key = H256::zero();
		let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(BadText) };
		if pairs.len() != key.0.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
			return Err(BadText);
		}
		for (byte, pair) in key.0.iter_mut().zip(pairs) {
			let digits = core::str::from_utf8(pair).map_err(|_| BadText)?;
			*byte = u8::from_str_radix(digits, 16).map_err(|_| BadText)?;
		}
		Ok(Self(key))
	}
}

/// Right bits of `key` in a slice that is proved to be of `file`.
///
/// # Errors
///
/// See [`SliceFault`].
pub fn bit_matches(slice: &Slice, file: &File, key: &H256) -> Result<u32, SliceFault> {
	Ok(matches(key, &slice.open(file)?))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::projection::{Element, MAX_BYTES};
	use proptest::prelude::*;

	fn file(bytes: &[u8]) -> File {
		File {
			id: H256::zero(),
			bytes: bytes.len() as u32,
			root: assay_primitives::file::tree(bytes).root(),
		}
	}

	fn place(offset: u32, weights: u32) -> Place {
		Place { offset, element: Element::I8, groups: 1, group_len: weights }
	}

	fn noise(length: usize) -> Vec<u8> {
		(0..length as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
	}

	#[test]
	fn the_largest_slice_touches_no_more_chunks_than_stated() {
		let bytes = noise(5 * CHUNK_BYTES);
		for offset in [0, 1, CHUNK_BYTES as u32 - 1] {
			let slice = Slice::cut(&bytes, place(offset, MAX_BYTES)).unwrap();
			assert!(slice.chunks.len() <= MAX_CHUNKS);
			assert!(slice.open(&file(&bytes)).is_ok());
		}
	}

	#[test]
	fn a_forged_slice_is_refused() {
		let bytes = noise(3 * CHUNK_BYTES + 100);
		let of = file(&bytes);
		let good = Slice::cut(&bytes, place(CHUNK_BYTES as u32 - 10, 1000)).unwrap();
		assert_eq!(good.chunks.len(), 2);
		assert!(good.open(&of).is_ok());
		let forge = |change: &dyn Fn(&mut Slice)| {
			let mut slice = good.clone();
			change(&mut slice);
			slice.open(&of)
		};
		assert_eq!(forge(&|s| s.chunks[0].bytes[0] ^= 1), Err(SliceFault::NotProved));
		assert_eq!(forge(&|s| s.chunks.swap(0, 1)), Err(SliceFault::NotProved));
		assert_eq!(forge(&|s| drop(s.chunks.pop())), Err(SliceFault::NotProved));
		assert_eq!(forge(&|s| s.chunks.push(s.chunks[1].clone())), Err(SliceFault::NotProved));
		assert_eq!(forge(&|s| s.chunks[1].proof.count += 1), Err(SliceFault::NotProved));
		assert_eq!(forge(&|s| s.place.offset += CHUNK_BYTES as u32), Err(SliceFault::NotProved));
		assert_eq!(forge(&|s| s.place.offset = u32::MAX), Err(SliceFault::BadPlace));
		assert_eq!(forge(&|s| s.place.offset = of.bytes - 999), Err(SliceFault::BadPlace));
		assert_eq!(forge(&|s| s.place.groups = 0), Err(SliceFault::BadPlace));
		assert_eq!(Slice::cut(&bytes, place(of.bytes, 1)), None);
	}

	#[test]
	fn a_file_with_a_short_chunk_in_its_middle_proves_nothing() {
		// A tree that no file has: its second chunk is short.
		let parts = [noise(CHUNK_BYTES), noise(10), noise(CHUNK_BYTES)];
		let bytes = (2 * CHUNK_BYTES + 10) as u32;
		let leaves = core::iter::once(length_leaf(u64::from(bytes)))
			.chain(parts.iter().map(|part| merkle::leaf(part)));
		let tree = merkle::Tree::new(leaves.collect());
		let file = File { id: H256::zero(), bytes, root: tree.root() };
		let chunks = vec![FileChunk { bytes: parts[1].clone(), proof: tree.prove(2).unwrap() }];
		let slice = Slice { place: place(CHUNK_BYTES as u32, 10), chunks };
		assert_eq!(slice.open(&file), Err(SliceFault::NotProved));
	}

	#[test]
	fn the_program_is_told_in_text() {
		let params = SchemeParams { key: Key(H256::repeat_byte(0xa7)), place: place(1088, 9) };
		let digits = "a7".repeat(32);
		let text = format!("key={digits} offset=1088 element=i8 groups=1 group_len=9");
		assert_eq!(params.to_params().into_inner(), text.into_bytes());
		assert_eq!(digits.parse(), Ok(params.key));
		for bad in ["", "a7", &digits[1..], &digits.replace("7a", "+1"), &digits.replace('7', "g")]
		{
			assert_eq!(bad.parse::<Key>(), Err(BadText), "{bad}");
		}
		assert_eq!("f32".parse(), Ok(Element::F32));
		assert_eq!("f64".parse::<Element>(), Err(BadText));
	}

	proptest! {
		#[test]
		fn a_slice_is_what_the_file_has_there(offset in 0u32..50_000, weights in 1u32..9_000) {
			let bytes = noise(60_000);
			let place = place(offset, weights);
			let slice = Slice::cut(&bytes, place).unwrap();
			let expected = canonical(&bytes[offset as usize..][..weights as usize], &place);
			prop_assert_eq!(slice.open(&file(&bytes)).ok(), expected);
		}
	}
}
