//! Guest ABI 1: the constants and the one structure that a training program and its host share.
//!
//! A training program is a WebAssembly module without imports. The host (the [VM]) calls its
//! exports, and passes bytes through one *transfer buffer* that the guest owns:
//!
//! | export | meaning |
//! | --- | --- |
//! | `memory` | the only memory, with a maximum |
//! | `abi() -> i32` | [`VERSION`] |
//! | `io() -> i64` | pointer of the transfer buffer `<< 32` \| its capacity in bytes |
//! | `init(seed: i64, params_len: i32) -> i32` | start; the parameters are already in the buffer; `< 0` refuses them |
//! | `want() -> i64` | kind `<< 32` \| index of what the next step reads, or [`WANT_NOTHING`] |
//! | `step(len: i32) -> i32` | one training step over `len` bytes in the buffer: [`CONTINUE`], [`TRAINED`], or `< 0` |
//! | `predict(len: i32) -> i32` | `len` bytes of features in the buffer in, that many bytes of `f32` outputs in the buffer out; `< 0` failed |
//! | `model() -> i64` | pointer `<< 32` \| length of the trained model (safetensors bytes) |
//!
//! All numbers in the buffer are little-endian. Nothing here allocates, and nothing panics.
//!
//! [VM]: https://docs.rs/assay-vm
#![no_std]

/// The version that `abi()` returns.
pub const VERSION: i32 = 1;

/// `step` wants to be called again.
pub const CONTINUE: i32 = 0;
/// `step` has finished training: the state after it is the trained one.
pub const TRAINED: i32 = 1;

/// `want` asks for nothing: the next step is called with an empty buffer.
pub const WANT_NOTHING: i64 = -1;
/// `want` asks for a chunk of the training data; the index is the chunk's.
pub const KIND_CHUNK: u32 = 0;
/// `want` asks for the [`Header`]; the index must be 0.
pub const KIND_HEADER: u32 = 1;
/// `want` asks for a chunk of the file that the run reads besides; the index is the chunk's.
pub const KIND_FILE: u32 = 2;

/// Bytes in each chunk of the file but, perhaps, the last.
pub const FILE_CHUNK: usize = 16 * 1024;

/// What [`Header::encode`] writes first.
pub const HEADER_MAGIC: [u8; 4] = *b"ASY1";
/// Length of an encoded [`Header`] in bytes.
pub const HEADER_LEN: usize = 40;

/// Packs a pair into the `i64` that `io`, `want` and `model` return: `high << 32 | low`.
#[must_use]
pub const fn pack(high: u32, low: u32) -> i64 {
	(((high as u64) << 32) | low as u64) as i64
}

/// The inverse of [`pack`]: `(high, low)`.
#[must_use]
pub const fn unpack(value: i64) -> (u32, u32) {
	((value as u64 >> 32) as u32, value as u32)
}

/// Element type of a tensor in a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum DType {
	/// IEEE 754 binary32, little-endian.
	F32 = 0,
	/// Unsigned byte.
	U8 = 1,
}

impl DType {
	/// Size of one element in bytes.
	#[must_use]
	pub const fn size(self) -> usize {
		match self {
			DType::F32 => 4,
			DType::U8 => 1,
		}
	}

	/// The type with the given code.
	#[must_use]
	pub const fn from_code(code: u32) -> Option<Self> {
		match code {
			0 => Some(DType::F32),
			1 => Some(DType::U8),
			_ => None,
		}
	}
}

/// The task header: the shape of the data that a program is trained on.
///
/// Training chunk `i` holds rows `i * chunk_rows ..` (the last one may be shorter): first the
/// features of all its rows, row-major (`rows × features` elements of `x_type`), then their labels
/// (`rows` elements of `y_type`).
///
/// `predict` gets the features of up to `chunk_rows` rows, in the same layout without labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
	/// Element type of the features.
	pub x_type: DType,
	/// Element type of the labels: `U8` class numbers, or `F32` targets.
	pub y_type: DType,
	/// Elements in one row of features (the product of all dimensions after the first).
	pub features: u32,
	/// Number of classes (largest label of the training data + 1), or 0 for a regression task.
	pub classes: u32,
	/// Rows of the training data.
	pub rows: u32,
	/// Rows in each chunk but, perhaps, the last.
	pub chunk_rows: u32,
	/// Number of training chunks.
	pub chunks: u32,
	/// Fuel that one call of `step` may use.
	pub step_fuel: u64,
	/// Length in bytes of the file that the run reads besides; 0 if there is none.
	pub file_bytes: u32,
}

impl Header {
	/// The header as the guest reads it from the buffer: [`HEADER_MAGIC`], then `x_type`, `y_type`,
	/// `features`, `classes`, `rows`, `chunk_rows`, `chunks` as `u32` (the two types as `u16`),
	/// then `step_fuel` as `u64`, then `file_bytes` as `u32`.
	#[must_use]
	pub fn encode(&self) -> [u8; HEADER_LEN] {
		let mut out = [0u8; HEADER_LEN];
		let types = (self.x_type as u32) | ((self.y_type as u32) << 16);
		let words = [types, self.features, self.classes, self.rows, self.chunk_rows, self.chunks];
		let bytes = HEADER_MAGIC
			.into_iter()
			.chain(words.into_iter().flat_map(u32::to_le_bytes))
			.chain(self.step_fuel.to_le_bytes())
			.chain(self.file_bytes.to_le_bytes());
		for (to, from) in out.iter_mut().zip(bytes) {
			*to = from;
		}
		out
	}

	/// Reads an encoded header. `None` if it is too short, starts differently, or names an unknown
	/// type.
	#[must_use]
	pub fn decode(bytes: &[u8]) -> Option<Self> {
		let word = |i: usize| -> Option<u32> {
			let at = i.checked_mul(4)?;
			let slice = bytes.get(at..at.checked_add(4)?)?;
			Some(u32::from_le_bytes(slice.try_into().ok()?))
		};
		if bytes.len() < HEADER_LEN || bytes.get(..4)? != HEADER_MAGIC {
			return None;
		}
		let types = word(1)?;
		Some(Self {
			x_type: DType::from_code(types & 0xffff)?,
			y_type: DType::from_code(types >> 16)?,
			features: word(2)?,
			classes: word(3)?,
			rows: word(4)?,
			chunk_rows: word(5)?,
			chunks: word(6)?,
			step_fuel: u64::from(word(7)?) | (u64::from(word(8)?) << 32),
			file_bytes: word(9)?,
		})
	}

	/// Rows in chunk `index`: 0 if there is no such chunk.
	#[must_use]
	pub fn rows_in(&self, index: u32) -> u32 {
		let start = u64::from(index).saturating_mul(u64::from(self.chunk_rows));
		let left = u64::from(self.rows).saturating_sub(start);
		u32::try_from(left.min(u64::from(self.chunk_rows))).unwrap_or(self.chunk_rows)
	}

	/// Number of chunks of the file.
	#[must_use]
	pub const fn file_chunks(&self) -> u32 {
		self.file_bytes.div_ceil(FILE_CHUNK as u32)
	}

	/// Bytes of the features of one row.
	#[must_use]
	pub const fn row_bytes(&self) -> usize {
		(self.features as usize).saturating_mul(self.x_type.size())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const HEADER: Header = Header {
		x_type: DType::U8,
		y_type: DType::F32,
		features: 64,
		classes: 10,
		rows: 1437,
		chunk_rows: 100,
		chunks: 15,
		step_fuel: (7 << 32) | 9,
		file_bytes: 70_000,
	};

	#[test]
	fn a_header_survives_the_buffer() {
		assert_eq!(Header::decode(&HEADER.encode()), Some(HEADER));
	}

	#[test]
	fn a_damaged_header_is_refused() {
		let good = HEADER.encode();
		assert_eq!(Header::decode(&good[..HEADER_LEN - 1]), None);
		for at in [0, 4, 6] {
			let mut bad = good;
			bad[at] = 99;
			assert_eq!(Header::decode(&bad), None, "byte {at}");
		}
	}

	#[test]
	fn a_file_has_as_many_chunks_as_it_needs() {
		for (file_bytes, chunks) in [(0, 0), (1, 1), (16_384, 1), (16_385, 2), (u32::MAX, 1 << 18)]
		{
			assert_eq!(Header { file_bytes, ..HEADER }.file_chunks(), chunks);
		}
	}

	#[test]
	fn the_last_chunk_is_shorter() {
		assert_eq!(HEADER.rows_in(0), 100);
		assert_eq!(HEADER.rows_in(14), 37);
		assert_eq!(HEADER.rows_in(15), 0);
		assert_eq!(HEADER.rows_in(u32::MAX), 0);
	}

	#[test]
	fn pairs_keep_both_halves() {
		for (high, low) in [(0, 0), (1, u32::MAX), (u32::MAX, 0), (u32::MAX, u32::MAX)] {
			assert_eq!(unpack(pack(high, low)), (high, low));
		}
		assert_eq!(pack(u32::MAX, u32::MAX), WANT_NOTHING);
	}
}
