//! Typed views of the bytes in the transfer buffer.

use crate::{DType, Error, Header};
use alloc::{vec, vec::Vec};

/// Numbers in the buffer, stored as bytes or as little-endian `f32`.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
	bytes: &'a [u8],
	dtype: DType,
}

impl<'a> Values<'a> {
	/// Number of values.
	#[must_use]
	pub const fn len(&self) -> usize {
		self.bytes.len() / self.dtype.size()
	}

	/// Whether there are none.
	#[must_use]
	pub const fn is_empty(&self) -> bool {
		self.bytes.is_empty()
	}

	/// How they are stored.
	#[must_use]
	pub const fn dtype(&self) -> DType {
		self.dtype
	}

	/// The value at `index`. Panics past the end.
	#[must_use]
	pub fn get(&self, index: usize) -> f32 {
		match self.dtype {
			DType::U8 => f32::from(self.bytes[index]),
			DType::F32 => float(&self.bytes[index * 4..index * 4 + 4]),
		}
	}

	/// All values in order.
	pub fn iter(self) -> impl Iterator<Item = f32> + 'a {
		(0..self.len()).map(move |index| self.get(index))
	}

	/// Copies all values into `to`, which must have the same length. Panics otherwise.
	pub fn copy_to(&self, to: &mut [f32]) {
		assert_eq!(to.len(), self.len());
		match self.dtype {
			DType::U8 => {
				for (to, byte) in to.iter_mut().zip(self.bytes) {
					*to = f32::from(*byte);
				}
			},
			DType::F32 => {
				for (to, bytes) in to.iter_mut().zip(self.bytes.chunks_exact(4)) {
					*to = float(bytes);
				}
			},
		}
	}

	/// The stored bytes, if the values are bytes.
	#[must_use]
	pub fn as_u8(&self) -> Option<&'a [u8]> {
		(self.dtype == DType::U8).then_some(self.bytes)
	}

	/// Values `from..to`.
	fn slice(&self, from: usize, to: usize) -> Self {
		let size = self.dtype.size();
		Self { bytes: &self.bytes[from * size..to * size], dtype: self.dtype }
	}
}

/// The float in four bytes.
fn float(bytes: &[u8]) -> f32 {
	let mut word = [0; 4];
	word.copy_from_slice(bytes);
	f32::from_le_bytes(word)
}

/// Rows of features, without labels.
#[derive(Clone, Copy, Debug)]
pub struct Features<'a> {
	values: Values<'a>,
	width: usize,
}

impl<'a> Features<'a> {
	/// Views `bytes` as rows of the task in `header`.
	pub(crate) fn new(bytes: &'a [u8], header: &Header) -> Result<Self, Error> {
		let row = header.row_bytes();
		if row == 0 || !bytes.len().is_multiple_of(row) {
			return Err(Error("the features are not a whole number of rows"));
		}
		let values = Values { bytes, dtype: header.x_type };
		Ok(Self { values, width: header.features as usize })
	}

	/// Number of rows.
	#[must_use]
	pub const fn rows(&self) -> usize {
		self.values.len() / self.width
	}

	/// Number of features in a row.
	#[must_use]
	pub const fn width(&self) -> usize {
		self.width
	}

	/// The features of one row. Panics if there is no such row.
	#[must_use]
	pub fn row(&self, row: usize) -> Values<'a> {
		self.values.slice(row * self.width, (row + 1) * self.width)
	}
}

/// A training chunk: rows of features with their labels.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
	features: Features<'a>,
	labels: Values<'a>,
}

impl<'a> Chunk<'a> {
	/// Views `bytes` as a chunk of the task in `header`: all features, then all labels.
	pub(crate) fn new(bytes: &'a [u8], header: &Header) -> Result<Self, Error> {
		let row = header.row_bytes();
		let label = header.y_type.size();
		if row == 0 || !bytes.len().is_multiple_of(row + label) {
			return Err(Error("the chunk is not a whole number of rows"));
		}
		let (features, labels) = bytes.split_at(bytes.len() / (row + label) * row);
		Ok(Self {
			features: Features::new(features, header)?,
			labels: Values { bytes: labels, dtype: header.y_type },
		})
	}

	/// Number of rows; 0 if the step wanted nothing.
	#[must_use]
	pub const fn rows(&self) -> usize {
		self.labels.len()
	}

	/// The rows without their labels.
	#[must_use]
	pub const fn features(&self) -> Features<'a> {
		self.features
	}

	/// The features of one row. Panics if there is no such row.
	#[must_use]
	pub fn row(&self, row: usize) -> Values<'a> {
		self.features.row(row)
	}

	/// All labels.
	#[must_use]
	pub const fn labels(&self) -> Values<'a> {
		self.labels
	}

	/// The label of one row as a number. Panics if there is no such row.
	#[must_use]
	pub fn label(&self, row: usize) -> f32 {
		self.labels.get(row)
	}

	/// The label of one row as a class, from 0 to [`Header::classes`]` - 1`. Panics if there is no
	/// such row.
	#[must_use]
	pub fn class(&self, row: usize) -> usize {
		self.labels.get(row) as usize
	}
}

/// Where a program writes its predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
	values: Vec<f32>,
	width: usize,
}

impl Outputs {
	/// Zeros for `rows` rows of `width` values. Panics if `width` is 0.
	#[must_use]
	pub fn new(rows: usize, width: usize) -> Self {
		assert!(width > 0, "outputs have at least one value a row");
		Self { values: vec![0.0; rows * width], width }
	}

	/// Number of rows.
	#[must_use]
	pub fn rows(&self) -> usize {
		self.values.len() / self.width
	}

	/// Number of values in a row: that of the classes, or 1 for a regression task.
	#[must_use]
	pub const fn width(&self) -> usize {
		self.width
	}

	/// The outputs for one row. Panics if there is no such row.
	#[must_use]
	pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
		&mut self.values[row * self.width..(row + 1) * self.width]
	}

	/// All outputs, row by row.
	#[must_use]
	pub fn values(&self) -> &[f32] {
		&self.values
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const HEADER: Header = Header {
		x_type: DType::U8,
		y_type: DType::F32,
		features: 3,
		classes: 0,
		rows: 2,
		chunk_rows: 2,
		chunks: 1,
		step_fuel: 1,
		file_bytes: 0,
	};

	#[test]
	fn labels_are_read_at_any_alignment() {
		let mut bytes = vec![1, 2, 3, 4, 5, 6];
		for label in [-1.5f32, 1e9] {
			bytes.extend(label.to_le_bytes());
		}
		let chunk = Chunk::new(&bytes, &HEADER).unwrap();
		assert_eq!((chunk.rows(), chunk.features().width()), (2, 3));
		assert_eq!((chunk.label(0), chunk.label(1)), (-1.5, 1e9));
		assert_eq!(chunk.row(1).as_u8(), Some(&[4, 5, 6][..]));
		assert!(chunk.row(1).iter().eq([4.0, 5.0, 6.0]));
		let mut row = [0.0; 3];
		chunk.row(0).copy_to(&mut row);
		assert_eq!(row, [1.0, 2.0, 3.0]);
	}

	#[test]
	fn float_features_are_read() {
		let header = Header { x_type: DType::F32, y_type: DType::U8, features: 2, ..HEADER };
		let mut bytes: Vec<u8> = [0.5f32, -2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
		bytes.push(9);
		let chunk = Chunk::new(&bytes, &header).unwrap();
		assert_eq!(chunk.class(0), 9);
		assert_eq!(chunk.row(0).as_u8(), None);
		let mut row = [0.0; 2];
		chunk.row(0).copy_to(&mut row);
		assert_eq!(row, [0.5, -2.0]);
		assert!(chunk.row(0).iter().eq(row));
	}

	#[test]
	fn parts_of_rows_are_refused() {
		assert!(Features::new(&[0; 6], &HEADER).is_ok());
		assert!(Features::new(&[0; 7], &HEADER).is_err());
		assert!(Chunk::new(&[0; 14], &HEADER).is_ok());
		assert!(Chunk::new(&[0; 13], &HEADER).is_err());
		assert!(Chunk::new(&[], &Header { features: 0, ..HEADER }).is_err());
	}
}
