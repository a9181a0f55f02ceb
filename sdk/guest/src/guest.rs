//! The trait of an author, and what stands between it and the ABI.

use crate::{Chunk, Features, Header, Outputs, Params};
use alloc::vec::Vec;
use assay_abi::{pack, CONTINUE, KIND_CHUNK, KIND_FILE, KIND_HEADER, TRAINED, WANT_NOTHING};
use core::{cell::UnsafeCell, fmt};

/// Why a program refuses or fails, in words. The host learns only that it did; the words are for
/// tests and for runs with `local`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error(pub &'static str);

impl Error {
	/// What the ABI returns for any error.
	const CODE: i32 = -1;
}

impl fmt::Display for Error {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.0)
	}
}

impl core::error::Error for Error {}

/// What the next step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
	/// The training chunk with this index, from 0 to [`Header::chunks`]` - 1`.
	Chunk(u32),
	/// The chunk of the file with this index, from 0 to [`Header::file_chunks`]` - 1`: the step is
	/// [`Trainer::read`].
	File(u32),
	/// No data: the step is called with an empty chunk.
	Nothing,
}

/// How far training is after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
	/// There are more steps to do.
	Continue,
	/// The model is trained. No step follows.
	Trained,
}

/// A training program.
///
/// The host calls [`settings`](Self::settings) with the claim's parameters, then in a first step
/// [`new`](Self::new), then [`want`](Self::want) and [`step`](Self::step) in turn until a step
/// returns [`Status::Trained`]. Then it asks for the [`model`](Self::model), and for the outputs
/// for the holdout data with [`predict`](Self::predict), chunk by chunk.
///
/// The value itself is the whole state: each step may run in a new instance into which the memory
/// of the one before has been copied. Every chunk of the holdout is predicted from a copy of the
/// same trained state.
pub trait Trainer: Sized {
	/// Capacity of the transfer buffer in bytes. It must hold the parameters, one training chunk
	/// (features and labels), and the outputs for one chunk.
	const BUFFER: usize = 1 << 16;

	/// What the parameters say.
	type Settings;

	/// Reads the parameters. An error means that the claim's parameters are wrong.
	fn settings(params: &Params<'_>) -> Result<Self::Settings, Error>;

	/// Starts training on data of the shape in `header`. All randomness comes from `seed`.
	fn new(settings: Self::Settings, seed: u64, header: &Header) -> Result<Self, Error>;

	/// What the next step reads.
	fn want(&self) -> Want;

	/// One training step over the wanted chunk.
	fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error>;

	/// One step over the wanted chunk of the file that the run reads besides its data.
	///
	/// A program that never asks for [`Want::File`] leaves this alone.
	fn read(&mut self, bytes: &[u8]) -> Result<Status, Error> {
		let _ = bytes;
		Err(Error("the program reads no file"))
	}

	/// Fills in the outputs for some rows. `outputs` has a row for each row of `features`, of
	/// zeros: for a task with classes, one value a class, either probabilities or scores that grow
	/// with them; for a regression task a single value.
	///
	/// Every value must be finite. For the metric `log_loss` they must be probabilities.
	fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error>;

	/// The trained model as the bytes of a safetensors file, see
	/// [`Safetensors`](crate::Safetensors).
	fn model(&self) -> Vec<u8>;
}

/// How far a program is.
enum State<T: Trainer> {
	Empty,
	Initialised { settings: T::Settings, seed: u64 },
	Running { trainer: T, header: Header },
}

/// A program between the ABI's bytes and a [`Trainer`]: what the exports call.
///
/// The methods are the functions of guest ABI 1, with the same arguments and results, and the
/// transfer buffer where it is needed.
pub struct Guest<T: Trainer> {
	state: State<T>,
	model: Vec<u8>,
	error: Option<Error>,
}

impl<T: Trainer> Default for Guest<T> {
	fn default() -> Self {
		Self::new()
	}
}

impl<T: Trainer> Guest<T> {
	/// A program before `init`.
	#[must_use]
	pub const fn new() -> Self {
		Self { state: State::Empty, model: Vec::new(), error: None }
	}

	/// Why the last call failed.
	#[must_use]
	pub const fn error(&self) -> Option<Error> {
		self.error
	}

	/// Starts, with the first `params_len` bytes of the buffer as parameters.
	pub fn init(&mut self, buffer: &[u8], seed: i64, params_len: i32) -> i32 {
		let settings = bytes(buffer, params_len)
			.and_then(Params::parse)
			.and_then(|params| T::settings(&params));
		match settings {
			Ok(settings) => {
				self.state = State::Initialised { settings, seed: seed as u64 };
				CONTINUE
			},
			Err(error) => self.fail(error),
		}
	}

	/// What the next step reads: first the header, then what the trainer asks for.
	#[must_use]
	pub fn want(&self) -> i64 {
		match &self.state {
			State::Running { trainer, .. } => match trainer.want() {
				Want::Chunk(index) => pack(KIND_CHUNK, index),
				Want::File(index) => pack(KIND_FILE, index),
				Want::Nothing => WANT_NOTHING,
			},
			State::Empty | State::Initialised { .. } => pack(KIND_HEADER, 0),
		}
	}

	/// One step over the first `len` bytes of the buffer.
	pub fn step(&mut self, buffer: &[u8], len: i32) -> i32 {
		match self.try_step(buffer, len) {
			Ok(Status::Continue) => CONTINUE,
			Ok(Status::Trained) => TRAINED,
			Err(error) => self.fail(error),
		}
	}

	fn try_step(&mut self, buffer: &[u8], len: i32) -> Result<Status, Error> {
		let bytes = bytes(buffer, len)?;
		match core::mem::replace(&mut self.state, State::Empty) {
			State::Empty => Err(Error("a step before init, or after one that failed")),
			State::Initialised { settings, seed } => {
				let header = Header::decode(bytes).ok_or(Error("the buffer holds no header"))?;
				let trainer = T::new(settings, seed, &header)?;
				self.state = State::Running { trainer, header };
				Ok(Status::Continue)
			},
			State::Running { mut trainer, header } => {
				let status = match trainer.want() {
					Want::File(_) => trainer.read(bytes)?,
					Want::Chunk(_) | Want::Nothing => trainer.step(Chunk::new(bytes, &header)?)?,
				};
				self.state = State::Running { trainer, header };
				Ok(status)
			},
		}
	}

	/// Replaces the features in the first `len` bytes of the buffer by outputs, and returns the
	/// length of these in bytes.
	pub fn predict(&mut self, buffer: &mut [u8], len: i32) -> i32 {
		match self.try_predict(buffer, len) {
			Ok(len) => len,
			Err(error) => self.fail(error),
		}
	}

	fn try_predict(&self, buffer: &mut [u8], len: i32) -> Result<i32, Error> {
		let State::Running { trainer, header } = &self.state else {
			return Err(Error("a prediction before training"));
		};
		let features = Features::new(bytes(buffer, len)?, header)?;
		let mut outputs = Outputs::new(features.rows(), (header.classes as usize).max(1));
		trainer.predict(features, &mut outputs)?;
		let values = outputs.values();
		let out = buffer
			.get_mut(..values.len() * 4)
			.ok_or(Error("the buffer is too small for the outputs"))?;
		for (to, value) in out.chunks_exact_mut(4).zip(values) {
			to.copy_from_slice(&value.to_le_bytes());
		}
		i32::try_from(out.len()).map_err(|_| Error("the buffer is too large"))
	}

	/// The trained model; empty before training.
	pub fn model(&mut self) -> &[u8] {
		if let State::Running { trainer, .. } = &self.state {
			self.model = trainer.model();
		}
		&self.model
	}

	fn fail(&mut self, error: Error) -> i32 {
		self.error = Some(error);
		Error::CODE
	}
}

/// The first `len` bytes of the buffer.
fn bytes(buffer: &[u8], len: i32) -> Result<&[u8], Error> {
	usize::try_from(len)
		.ok()
		.and_then(|len| buffer.get(..len))
		.ok_or(Error("more bytes than the buffer holds"))
}

/// A static value that one caller at a time uses.
#[doc(hidden)]
pub struct Exclusive<T>(UnsafeCell<T>);

// SAFETY: a training program has one thread (the VM refuses modules with the threads proposal), and
// `with` is private to the exports, none of which calls another.
#[cfg(target_arch = "wasm32")]
unsafe impl<T> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
	#[must_use]
	pub const fn new(value: T) -> Self {
		Self(UnsafeCell::new(value))
	}

	/// Hands out the value. Must not be called within itself.
	#[cfg(target_arch = "wasm32")]
	pub fn with<R>(&'static self, use_it: impl FnOnce(&mut T) -> R) -> R {
		// SAFETY: see the implementation of `Sync`: nobody else holds a reference.
		use_it(unsafe { &mut *self.0.get() })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::DType;
	use assay_abi::{unpack, HEADER_LEN};
	use std::vec;

	/// Adds up all features; predicts their sum plus the first feature of the row.
	struct Sum {
		target: f32,
		sum: f32,
		left: u32,
	}

	impl Trainer for Sum {
		type Settings = f32;

		fn settings(params: &Params<'_>) -> Result<f32, Error> {
			params.only(&["target"])?;
			params.get("target", 0.0)
		}

		fn new(target: f32, _: u64, header: &Header) -> Result<Self, Error> {
			if header.classes != 0 {
				return Err(Error("only for regression"));
			}
			Ok(Self { target, sum: 0.0, left: header.chunks })
		}

		fn want(&self) -> Want {
			if self.left == 0 {
				Want::Nothing
			} else {
				Want::Chunk(self.left - 1)
			}
		}

		fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error> {
			if self.left == 0 {
				assert_eq!(chunk.rows(), 0);
				return Ok(Status::Trained);
			}
			if chunk.label(0) < 0.0 {
				return Err(Error("a negative label"));
			}
			self.sum += (0..chunk.rows()).flat_map(|i| chunk.row(i).iter()).sum::<f32>();
			self.left -= 1;
			Ok(Status::Continue)
		}

		fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error> {
			for row in 0..features.rows() {
				outputs.row_mut(row)[0] = self.sum + self.target + features.row(row).get(0);
			}
			Ok(())
		}

		fn model(&self) -> Vec<u8> {
			vec![7; self.sum as usize]
		}
	}

	const HEADER: Header = Header {
		x_type: DType::U8,
		y_type: DType::F32,
		features: 2,
		classes: 0,
		rows: 3,
		chunk_rows: 2,
		chunks: 2,
		step_fuel: 1,
		file_bytes: 3,
	};

	/// A program with its buffer.
	struct Host {
		guest: Guest<Sum>,
		buffer: [u8; 64],
	}

	impl Host {
		fn new() -> Self {
			Self { guest: Guest::new(), buffer: [0; 64] }
		}

		fn write(&mut self, bytes: &[u8]) -> i32 {
			self.buffer[..bytes.len()].copy_from_slice(bytes);
			bytes.len() as i32
		}

		fn init(&mut self, params: &[u8]) -> i32 {
			let len = self.write(params);
			self.guest.init(&self.buffer, 3, len)
		}

		fn step(&mut self, bytes: &[u8]) -> i32 {
			let len = self.write(bytes);
			self.guest.step(&self.buffer, len)
		}

		fn predict(&mut self, features: &[u8]) -> i32 {
			let len = self.write(features);
			self.guest.predict(&mut self.buffer, len)
		}

		fn error(&self) -> Option<&'static str> {
			self.guest.error().map(|error| error.0)
		}
	}

	fn started() -> Host {
		let mut host = Host::new();
		assert_eq!(host.init(b"target=0.5"), CONTINUE);
		assert_eq!(unpack(host.guest.want()), (KIND_HEADER, 0));
		assert_eq!(host.step(&HEADER.encode()), CONTINUE);
		host
	}

	/// Rows (bytes) and labels (little-endian floats) as the host lays them out.
	fn chunk(rows: &[[u8; 2]], labels: &[f32]) -> Vec<u8> {
		rows.concat().into_iter().chain(labels.iter().flat_map(|l| l.to_le_bytes())).collect()
	}

	#[test]
	fn a_run_goes_from_parameters_to_outputs() {
		let mut host = started();
		assert_eq!(unpack(host.guest.want()), (KIND_CHUNK, 1));
		assert_eq!(host.step(&chunk(&[[1, 2]], &[1.0])), CONTINUE);
		assert_eq!(unpack(host.guest.want()), (KIND_CHUNK, 0));
		assert_eq!(host.step(&chunk(&[[3, 4], [5, 6]], &[1.0, 1.0])), CONTINUE);
		assert_eq!(host.guest.want(), WANT_NOTHING);
		assert_eq!(host.step(&[]), TRAINED);
		assert_eq!(host.guest.model(), [7; 21]);

		assert_eq!(host.predict(&[10, 0, 20, 0, 30, 0]), 12);
		let outputs =
			host.buffer[..12].chunks(4).map(|c| f32::from_le_bytes(c.try_into().unwrap()));
		assert!(outputs.eq([31.5, 41.5, 51.5]));
	}

	#[test]
	fn wrong_parameters_are_refused_by_init() {
		let mut host = Host::new();
		for (params, reason) in [
			(&b"target=x"[..], "a parameter's value cannot be read"),
			(b"traget=1", "a parameter has an unknown name"),
			(b"target", "a parameter is not of the form name=value"),
			(b"target=1 target=1", "a parameter is given twice"),
			(b"\xff", "the parameters are not text (UTF-8)"),
		] {
			assert_eq!(host.init(params), -1);
			assert_eq!(host.error(), Some(reason));
		}
		for len in [65, -1] {
			assert_eq!(host.guest.init(&host.buffer, 0, len), -1);
			assert_eq!(host.error(), Some("more bytes than the buffer holds"));
		}
	}

	#[test]
	fn a_task_that_does_not_fit_fails_in_the_first_step() {
		let mut host = Host::new();
		assert_eq!(host.init(b""), CONTINUE);
		let header = Header { classes: 2, ..HEADER }.encode();
		assert_eq!(host.step(&header), -1);
		assert_eq!(host.error(), Some("only for regression"));
		assert_eq!(host.step(&header), -1, "and every later one");
	}

	#[test]
	fn damaged_chunks_fail() {
		let mut host = started();
		assert_eq!(host.step(&chunk(&[[1, 2]], &[1.0])[..5]), -1);
		assert_eq!(host.error(), Some("the chunk is not a whole number of rows"));
	}

	/// Adds up the bytes of a file.
	struct Reader {
		sum: u32,
		next: u32,
		chunks: u32,
	}

	impl Trainer for Reader {
		type Settings = ();

		fn settings(_: &Params<'_>) -> Result<(), Error> {
			Ok(())
		}

		fn new((): (), _: u64, header: &Header) -> Result<Self, Error> {
			Ok(Self { sum: 0, next: 0, chunks: header.file_chunks() })
		}

		fn want(&self) -> Want {
			Want::File(self.next)
		}

		fn step(&mut self, _: Chunk<'_>) -> Result<Status, Error> {
			Err(Error("no chunk was wanted"))
		}

		fn read(&mut self, bytes: &[u8]) -> Result<Status, Error> {
			self.sum += bytes.iter().copied().map(u32::from).sum::<u32>();
			self.next += 1;
			Ok(if self.next == self.chunks { Status::Trained } else { Status::Continue })
		}

		fn predict(&self, _: Features<'_>, _: &mut Outputs) -> Result<(), Error> {
			Ok(())
		}

		fn model(&self) -> Vec<u8> {
			self.sum.to_le_bytes().to_vec()
		}
	}

	#[test]
	fn a_file_is_read_chunk_by_chunk() {
		let mut guest = Guest::<Reader>::new();
		let header = Header { file_bytes: 16_386, ..HEADER }.encode();
		assert_eq!(guest.init(&[], 0, 0), CONTINUE);
		assert_eq!(guest.step(&header, HEADER_LEN as i32), CONTINUE);
		assert_eq!(unpack(guest.want()), (KIND_FILE, 0));
		assert_eq!(guest.step(&[1; 16_384], 16_384), CONTINUE);
		assert_eq!(unpack(guest.want()), (KIND_FILE, 1));
		assert_eq!(guest.step(&[7, 8], 2), TRAINED);
		assert_eq!(guest.model(), 16_399u32.to_le_bytes());
	}

	#[test]
	fn a_failed_step_cannot_be_continued() {
		let mut host = started();
		assert_eq!(host.step(&chunk(&[[1, 2]], &[-1.0])), -1);
		assert_eq!(host.error(), Some("a negative label"));
		assert_eq!(host.step(&chunk(&[[1, 2]], &[1.0])), -1);
		assert_eq!(host.predict(&[1, 2]), -1);
		assert!(host.guest.model().is_empty());
	}

	#[test]
	fn outputs_that_do_not_fit_are_an_error() {
		let mut host = started();
		assert_eq!(host.predict(&[0; 32]), 64);
		assert_eq!(host.predict(&[0; 34]), -1);
		assert_eq!(host.error(), Some("the buffer is too small for the outputs"));
	}
}
