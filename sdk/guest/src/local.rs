//! Runs a training program on the host, step by step as the VM does, but as native code and without
//! limits or trace: for tests, for debugging, and as the measure of what the VM costs.
//!
//! ```no_run
//! # use assay_guest::Trainer;
//! # fn example<MyTrainer: Trainer>() -> Result<(), assay_guest::local::Failure> {
//! use assay_guest::local::{train, Dataset, Options};
//!
//! let data = Dataset::read("digits.train.safetensors")?;
//! let mut trained = train::<MyTrainer>(&data, &Options { params: "epochs=20", ..Options::default() })?;
//! let holdout = Dataset::read("digits.holdout.safetensors")?;
//! println!("{} steps, accuracy {}", trained.steps(), trained.accuracy(&holdout)?);
//! # Ok(())
//! # }
//! ```
//!
//! The results are those of the VM as long as the program computes with [`math`](crate::math) and
//! does not depend on the width of `usize`.

use crate::{Guest, Header, Trainer};
use ::safetensors::{tensor::TensorView, Dtype, SafeTensors};
use assay_abi::{unpack, DType, CONTINUE, KIND_CHUNK, KIND_HEADER, TRAINED, WANT_NOTHING};
use std::{fmt, format, path::Path, string::String, vec, vec::Vec};

/// Why data cannot be read or a run failed, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.0)
	}
}

impl std::error::Error for Failure {}

/// Shorthand for a failure.
macro_rules! fail {
	($($arg:tt)*) => { Failure(format!($($arg)*)) };
}

/// A data set: the tensors `x` (features, [n, d…]) and `y` (labels, [n]) of a safetensors file.
///
/// Labels of type `U8` are taken as classes, those of type `F32` as targets of a regression.
#[derive(Clone, Debug)]
pub struct Dataset {
	x: Vec<u8>,
	y: Vec<u8>,
	x_type: DType,
	y_type: DType,
	rows: usize,
	features: usize,
}

impl Dataset {
	/// Reads a file.
	///
	/// # Errors
	/// As [`parse`](Self::parse), and if the file cannot be read.
	pub fn read(path: impl AsRef<Path>) -> Result<Self, Failure> {
		let path = path.as_ref();
		let bytes = std::fs::read(path).map_err(|e| fail!("{}: {e}", path.display()))?;
		Self::parse(&bytes).map_err(|e| fail!("{}: {e}", path.display()))
	}

	/// Reads the bytes of a safetensors file.
	///
	/// # Errors
	/// If it is no safetensors file, or if `x` or `y` is missing, or has a type other than `F32`
	/// and `U8`, or a shape that does not fit.
	pub fn parse(bytes: &[u8]) -> Result<Self, Failure> {
		let file = SafeTensors::deserialize(bytes).map_err(|e| fail!("not safetensors: {e}"))?;
		let tensor = |name| -> Result<(TensorView<'_>, DType), Failure> {
			let tensor = file.tensor(name).map_err(|_| fail!("there is no tensor {name:?}"))?;
			let dtype = match tensor.dtype() {
				Dtype::F32 => DType::F32,
				Dtype::U8 => DType::U8,
				other => return Err(fail!("{name:?} has type {other:?}; expected F32 or U8")),
			};
			Ok((tensor, dtype))
		};
		let ((x, x_type), (y, y_type)) = (tensor("x")?, tensor("y")?);
		let (rows, features) = match x.shape() {
			[rows, rest @ ..] if *rows > 0 && !rest.is_empty() => (*rows, rest.iter().product()),
			shape => return Err(fail!("\"x\" has shape {shape:?}; expected rows and features")),
		};
		if y.shape() != [rows] || features == 0 {
			return Err(fail!("\"x\" has shape {:?}, \"y\" {:?}", x.shape(), y.shape()));
		}
		Ok(Self { x: x.data().to_vec(), y: y.data().to_vec(), x_type, y_type, rows, features })
	}

	/// Number of rows.
	#[must_use]
	pub const fn rows(&self) -> usize {
		self.rows
	}

	/// The features of all rows as numbers, row after row.
	#[must_use]
	pub fn features(&self) -> Vec<f32> {
		match self.x_type {
			DType::U8 => self.x.iter().copied().map(f32::from).collect(),
			DType::F32 => floats(&self.x),
		}
	}

	/// The labels as numbers.
	#[must_use]
	pub fn labels(&self) -> Vec<f32> {
		match self.y_type {
			DType::U8 => self.y.iter().map(|label| f32::from(*label)).collect(),
			DType::F32 => floats(&self.y),
		}
	}

	/// The header that a program is given for training on this data.
	fn header(&self, chunk_rows: u32) -> Header {
		let classes = match self.y_type {
			DType::U8 => self.y.iter().max().map_or(0, |largest| u32::from(*largest) + 1),
			DType::F32 => 0,
		};
		let rows = self.rows as u32;
		Header {
			x_type: self.x_type,
			y_type: self.y_type,
			features: self.features as u32,
			classes,
			rows,
			chunk_rows,
			chunks: rows.div_ceil(chunk_rows),
			step_fuel: u64::MAX,
			file_bytes: 0,
		}
	}

	/// The features of rows `from..to`.
	fn x(&self, from: usize, to: usize) -> &[u8] {
		let row = self.features * self.x_type.size();
		&self.x[from * row..to * row]
	}

	/// The labels of rows `from..to`.
	fn y(&self, from: usize, to: usize) -> &[u8] {
		&self.y[from * self.y_type.size()..to * self.y_type.size()]
	}
}

/// Little-endian floats.
fn floats(bytes: &[u8]) -> Vec<f32> {
	bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// What a run depends on besides program and data.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
	/// The seed.
	pub seed: u64,
	/// The parameters.
	pub params: &'a str,
	/// Rows in a chunk, of training data and of predictions.
	pub chunk_rows: u32,
	/// Number of steps after which training counts as endless.
	pub max_steps: u32,
}

impl Default for Options<'_> {
	/// Seed 1, no parameters, 32 rows in a chunk, at most 100 000 steps.
	fn default() -> Self {
		Self { seed: 1, params: "", chunk_rows: 32, max_steps: 100_000 }
	}
}

/// A program at the end of its training.
pub struct Trained<T: Trainer> {
	guest: Guest<T>,
	buffer: Vec<u8>,
	header: Header,
	steps: u32,
}

/// Trains a program from `init` to the last step.
///
/// # Errors
/// If the program refuses the parameters, fails, asks for a chunk that does not exist, does not end
/// within [`Options::max_steps`], or if something does not fit into its transfer buffer.
pub fn train<T: Trainer>(data: &Dataset, options: &Options<'_>) -> Result<Trained<T>, Failure> {
	if options.chunk_rows == 0 {
		return Err(fail!("a chunk has no rows; expected at least one"));
	}
	let header = data.header(options.chunk_rows);
	let mut guest = Guest::<T>::new();
	let mut buffer = vec![0; T::BUFFER];
	let len = write(&mut buffer, &[options.params.as_bytes()])?;
	if guest.init(&buffer, options.seed as i64, len) != CONTINUE {
		return Err(fail!("the parameters {:?} are refused: {}", options.params, reason(&guest)));
	}
	for step in 1..=options.max_steps {
		let want = guest.want();
		let len = match unpack(want) {
			_ if want == WANT_NOTHING => 0,
			(KIND_HEADER, 0) => write(&mut buffer, &[&header.encode()])?,
			(KIND_CHUNK, index) if index < header.chunks => {
				let from = (index * header.chunk_rows) as usize;
				let to = from + header.rows_in(index) as usize;
				write(&mut buffer, &[data.x(from, to), data.y(from, to)])?
			},
			(kind, index) => return Err(fail!("step {step} wants {index} of kind {kind}")),
		};
		match guest.step(&buffer, len) {
			CONTINUE => {},
			TRAINED => return Ok(Trained { guest, buffer, header, steps: step }),
			_ => return Err(fail!("step {step} failed: {}", reason(&guest))),
		}
	}
	Err(fail!("training did not end within {} steps", options.max_steps))
}

/// Writes the parts into the transfer buffer one after the other; returns their length.
fn write(buffer: &mut [u8], parts: &[&[u8]]) -> Result<i32, Failure> {
	let bytes = parts.concat();
	let (len, capacity) = (bytes.len(), buffer.len());
	let to = buffer.get_mut(..len).ok_or_else(|| {
		fail!("{len} bytes do not fit into the buffer of {capacity}; see `Trainer::BUFFER`")
	})?;
	to.copy_from_slice(&bytes);
	Ok(len as i32)
}

/// Why the last call failed.
fn reason<T: Trainer>(guest: &Guest<T>) -> &'static str {
	guest.error().map_or("no reason", |error| error.0)
}

impl<T: Trainer> Trained<T> {
	/// Number of steps, the one that reads the header included.
	#[must_use]
	pub const fn steps(&self) -> u32 {
		self.steps
	}

	/// Values in the outputs for one row.
	#[must_use]
	pub fn width(&self) -> usize {
		(self.header.classes as usize).max(1)
	}

	/// The bytes of the trained model.
	#[must_use]
	pub fn model(&mut self) -> &[u8] {
		self.guest.model()
	}

	/// The outputs for all rows, [`width`](Self::width) values a row.
	///
	/// # Errors
	/// If the data has other features than the training data, or the program fails, or an output is
	/// not finite.
	pub fn predict(&mut self, data: &Dataset) -> Result<Vec<f32>, Failure> {
		let header = data.header(self.header.chunk_rows);
		if (header.x_type, header.features) != (self.header.x_type, self.header.features) {
			return Err(fail!("the features are not of the type and number of the training data"));
		}
		let mut outputs = Vec::new();
		for index in 0..header.chunks {
			let from = (index * header.chunk_rows) as usize;
			let rows = header.rows_in(index) as usize;
			let len = write(&mut self.buffer, &[data.x(from, from + rows)])?;
			let len = self.guest.predict(&mut self.buffer, len);
			if usize::try_from(len) != Ok(rows * self.width() * 4) {
				return Err(fail!(
					"the prediction of chunk {index} failed: {}",
					reason(&self.guest)
				));
			}
			outputs.extend(floats(&self.buffer[..len as usize]));
		}
		match outputs.iter().position(|value| !value.is_finite()) {
			Some(at) => Err(fail!("output {at} is {}; expected a finite number", outputs[at])),
			None => Ok(outputs),
		}
	}

	/// Share of rows in which the largest output, the first of equals, is that of the label.
	///
	/// # Errors
	/// As [`predict`](Self::predict).
	pub fn accuracy(&mut self, data: &Dataset) -> Result<f64, Failure> {
		let outputs = self.predict(data)?;
		let right =
			outputs
				.chunks_exact(self.width())
				.zip(data.labels())
				.filter(|(row, label)| {
					let best = row.iter().enumerate().fold(0, |best, (class, value)| {
						if *value > row[best] {
							class
						} else {
							best
						}
					});
					best as f32 == *label
				})
				.count();
		Ok(right as f64 / data.rows() as f64)
	}
}
