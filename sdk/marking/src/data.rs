//! Data sets, as files with the tensors `x` and `y`.

use crate::Error;
use safetensors::{tensor::TensorView, Dtype, SafeTensors};

/// Rows of features, and the class of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
	/// Values in a row.
	pub features: usize,
	/// `[rows, features]`, row-major, as they are in the file.
	pub x: Vec<f32>,
	/// The class of each row.
	pub y: Vec<u32>,
}

impl Data {
	/// Reads a safetensors file with `x` of type F32 or U8 and `[n, d…]`, and `y` of type U8 and
	/// `[n]`.
	///
	/// # Errors
	///
	/// [`Error::Data`] says what is wrong with the file.
	pub fn read(file: &[u8]) -> Result<Self, Error> {
		let tensors = SafeTensors::deserialize(file).map_err(|e| Error::Data(e.to_string()))?;
		let tensor = |name| {
			let missing = |_| Error::Data(format!("there is no tensor {name}"));
			tensors.tensor(name).map_err(missing)
		};
		let (x, y) = (tensor("x")?, tensor("y")?);
		let [rows, rest @ ..] = x.shape() else {
			return Err(Error::Data("x has no rows".into()));
		};
		let features = rest.iter().product::<usize>();
		if rest.is_empty() || *rows == 0 || features == 0 {
			return Err(Error::Data("x is not of [n, d], or empty".into()));
		}
		if y.shape() != [*rows] || y.dtype() != Dtype::U8 {
			return Err(Error::Data("y is not of type U8 with one class for each row of x".into()));
		}
		let data =
			Self { features, x: floats(&x)?, y: y.data().iter().map(|y| u32::from(*y)).collect() };
		if data.x.iter().all(|value| value.is_finite()) {
			Ok(data)
		} else {
			Err(Error::Data("x has values that are NaN or infinite".into()))
		}
	}

	/// Number of rows.
	#[must_use]
	pub fn len(&self) -> usize {
		self.y.len()
	}

	/// Whether there are no rows.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.y.is_empty()
	}

	/// The features of a row.
	///
	/// Panics if there is no such row.
	#[must_use]
	pub fn row(&self, row: usize) -> &[f32] {
		&self.x[row * self.features..][..self.features]
	}

	/// All rows with their classes.
	pub fn rows(&self) -> impl Iterator<Item = (&[f32], u32)> {
		self.x.chunks_exact(self.features).zip(self.y.iter().copied())
	}

	/// Classes: one more than the largest.
	#[must_use]
	pub fn classes(&self) -> u32 {
		self.y.iter().max().map_or(0, |class| class + 1)
	}
}

fn floats(tensor: &TensorView<'_>) -> Result<Vec<f32>, Error> {
	match tensor.dtype() {
		Dtype::U8 => Ok(tensor.data().iter().map(|value| f32::from(*value)).collect()),
		Dtype::F32 => {
			let (words, _) = tensor.data().as_chunks::<4>();
			Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
		},
		other => Err(Error::Data(format!("x is of type {other:?}; expected F32 or U8"))),
	}
}
