//! Training data and holdouts: safetensors files with the tensors `x` and `y`.
//!
//! `x` is F32 or U8 of `[n, d…]`; `y` is of `[n]`: U8 class numbers for a classification metric, U8
//! or finite F32 targets for a regression metric. Other tensors are ignored.

use alloc::{borrow::Cow, vec::Vec};
use assay_abi::{DType, Header};
use assay_primitives::{file, merkle, DataFault, Metric, H256};

mod safetensors;

/// Most bytes of the JSON header of a safetensors file.
pub const MAX_HEADER_BYTES: u64 = 1 << 20;

/// A data set, read in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dataset<'a> {
	x_type: DType,
	y_type: DType,
	features: u32,
	classes: u32,
	rows: u32,
	x: &'a [u8],
	y: &'a [u8],
}

/// Widening on every platform that this crate supports: pointers have 32 bits or more.
fn size(value: u32) -> usize {
	usize::try_from(value).unwrap_or(usize::MAX)
}

impl<'a> Dataset<'a> {
	/// Reads a safetensors file. The labels must suit the metric.
	///
	/// # Errors
	///
	/// - [`DataFault::NotSafetensors`]: the header is malformed, or a tensor is missing, or its
	///   place in the file contradicts its shape.
	/// - [`DataFault::Empty`]: no rows.
	/// - [`DataFault::BadShape`]: `x` has not at least two dimensions, none of them zero; `y` is
	///   not of `[n]`; or there are more than 2³² − 1 rows or features.
	/// - [`DataFault::BadType`]: a tensor has another type; or a target is NaN or infinite.
	pub fn parse(bytes: &'a [u8], metric: Metric) -> Result<Self, DataFault> {
		let [x, y] = safetensors::parse(bytes).ok_or(DataFault::NotSafetensors)?;
		let x_type = x.dtype.ok_or(DataFault::BadType)?;
		let y_type = y.dtype.ok_or(DataFault::BadType)?;
		if metric.is_classification() && y_type != DType::U8 {
			return Err(DataFault::BadType);
		}
		let (&rows, dimensions) = x.shape.split_first().ok_or(DataFault::BadShape)?;
		if rows == 0 {
			return Err(DataFault::Empty);
		}
		let features = dimensions.iter().try_fold(1u64, |product, d| product.checked_mul(*d));
		let features = features.and_then(|f| u32::try_from(f).ok()).ok_or(DataFault::BadShape)?;
		let fits = !dimensions.is_empty() && features > 0 && y.shape == [rows];
		let rows = u32::try_from(rows).map_err(|_| DataFault::BadShape)?;
		if !fits {
			return Err(DataFault::BadShape);
		}
		let classes = match metric.is_classification() {
			true => u32::from(y.bytes.iter().copied().max().unwrap_or(0)).saturating_add(1),
			false => 0,
		};
		let data = Self { x_type, y_type, features, classes, rows, x: x.bytes, y: y.bytes };
		if data.labels().all(f32::is_finite) {
			Ok(data)
		} else {
			Err(DataFault::BadType)
		}
	}

	/// Number of rows, at least 1.
	#[must_use]
	pub fn rows(&self) -> u32 {
		self.rows
	}

	/// Elements of a row of `x`, at least 1.
	#[must_use]
	pub fn features(&self) -> u32 {
		self.features
	}

	/// Largest label + 1; 0 for a regression metric.
	#[must_use]
	pub fn classes(&self) -> u32 {
		self.classes
	}

	/// Element type of `x`.
	#[must_use]
	pub fn x_type(&self) -> DType {
		self.x_type
	}

	/// Element type of `y`.
	#[must_use]
	pub fn y_type(&self) -> DType {
		self.y_type
	}

	/// The labels: class numbers or targets.
	pub fn labels(&self) -> impl Iterator<Item = f32> + 'a {
		let y_type = self.y_type;
		self.y.chunks_exact(y_type.size()).map(move |bytes| match (y_type, bytes) {
			(DType::U8, [class]) => f32::from(*class),
			(DType::F32, [a, b, c, d]) => f32::from_le_bytes([*a, *b, *c, *d]),
			_ => f32::NAN,
		})
	}

	/// Fails unless models trained on `self` can be measured by `metric` on `holdout`.
	///
	/// # Errors
	///
	/// The fault of the holdout: [`DataFault::BadShape`] if its rows have another number of
	/// features, [`DataFault::BadType`] if a tensor is of another type, if it has a class that
	/// `self` has not, or, for [`Metric::RocAuc`], if it does not have both classes.
	pub fn check_holdout(&self, holdout: &Dataset<'_>, metric: Metric) -> Result<(), DataFault> {
		if holdout.features != self.features {
			return Err(DataFault::BadShape);
		}
		let types = (holdout.x_type, holdout.y_type) == (self.x_type, self.y_type);
		let both = metric != Metric::RocAuc || [0, 1].iter().all(|class| holdout.y.contains(class));
		if !types || holdout.classes > self.classes || !both {
			return Err(DataFault::BadType);
		}
		Ok(())
	}

	/// Fails unless `metric` can measure models trained on this.
	///
	/// # Errors
	///
	/// [`DataFault::BadType`] for [`Metric::RocAuc`], if there are not exactly two classes.
	pub fn check_train(&self, metric: Metric) -> Result<(), DataFault> {
		if metric == Metric::RocAuc && self.classes != 2 {
			return Err(DataFault::BadType);
		}
		Ok(())
	}

	/// The task header, with chunks of `chunk_rows` rows, of which there are none if that is 0.
	#[must_use]
	pub fn header(&self, chunk_rows: u32, step_fuel: u64) -> Header {
		Header {
			x_type: self.x_type,
			y_type: self.y_type,
			features: self.features,
			classes: self.classes,
			rows: self.rows,
			chunk_rows,
			chunks: self.rows.checked_add(chunk_rows.saturating_sub(1)).map_or_else(
				|| 1, // More rows in a chunk than fit in the number of rows.
				|sum| sum.checked_div(chunk_rows).unwrap_or(0),
			),
			step_fuel,
			file_bytes: 0,
		}
	}

	fn part(&self, of: &'a [u8], element: usize, chunk_rows: u32, index: u32) -> Option<&'a [u8]> {
		let row = element;
		let start = size(index).checked_mul(size(chunk_rows))?;
		let end = start.checked_add(size(chunk_rows))?.min(size(self.rows));
		of.get(start.checked_mul(row)?..end.checked_mul(row)?).filter(|part| !part.is_empty())
	}

	/// The features of chunk `index`: what `predict` gets. `None` if there is no such chunk.
	#[must_use]
	pub fn features_of(&self, chunk_rows: u32, index: u32) -> Option<&'a [u8]> {
		let row = size(self.features).checked_mul(self.x_type.size())?;
		self.part(self.x, row, chunk_rows, index)
	}

	/// Chunk `index`: the features of its rows, then their labels. `None` if there is no such
	/// chunk.
	#[must_use]
	pub fn chunk(&self, chunk_rows: u32, index: u32) -> Option<Vec<u8>> {
		let x = self.features_of(chunk_rows, index)?;
		let y = self.part(self.y, self.y_type.size(), chunk_rows, index)?;
		Some([x, y].concat())
	}

	/// Merkle root of the data set. Leaf 0 is the encoded [`Header`] with a `step_fuel` of 0; leaf
	/// `1 + i` is chunk `i`. So one chunk can be proved on its own, and with it how many rows it
	/// has and what they are made of.
	#[must_use]
	pub fn root(&self, chunk_rows: u32) -> H256 {
		let header = merkle::leaf(&self.header(chunk_rows, 0).encode());
		let chunks = (0..).map_while(|index| self.chunk(chunk_rows, index));
		let leaves = core::iter::once(header).chain(chunks.map(|chunk| merkle::leaf(&chunk)));
		merkle::Tree::new(leaves.collect()).root()
	}
}

/// Most chunks of training data: their tree must fit into the memory of a run, whose limit is known
/// before the data are read.
pub const MAX_CHUNKS: u32 = 65_536;

/// Where a step reads what its program wants.
pub trait Feed {
	/// The task header.
	fn header(&self) -> Header;
	/// A training chunk, or `None` if there is no such chunk.
	fn chunk(&self, index: u32) -> Option<Cow<'_, [u8]>>;
	/// A chunk of the file that the run reads besides, or `None` if there is no such chunk.
	fn file_chunk(&self, index: u32) -> Option<Cow<'_, [u8]>>;
}

/// A data set, and perhaps a file, cut into chunks.
#[derive(Clone, Copy, Debug)]
pub struct Chunks<'a> {
	/// What is cut.
	pub data: Dataset<'a>,
	/// Rows in each chunk but, perhaps, the last.
	pub chunk_rows: u32,
	/// Fuel that one step may use, which the header tells the program.
	pub step_fuel: u64,
	/// The file that the run reads besides; empty if there is none.
	pub file: &'a [u8],
}

impl Feed for Chunks<'_> {
	fn header(&self) -> Header {
		let file_bytes = u32::try_from(self.file.len()).unwrap_or(u32::MAX);
		Header { file_bytes, ..self.data.header(self.chunk_rows, self.step_fuel) }
	}

	fn chunk(&self, index: u32) -> Option<Cow<'_, [u8]>> {
		self.data.chunk(self.chunk_rows, index).map(Cow::Owned)
	}

	fn file_chunk(&self, index: u32) -> Option<Cow<'_, [u8]>> {
		file::chunks(self.file).nth(size(index)).map(Cow::Borrowed)
	}
}
