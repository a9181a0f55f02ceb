//! Everything that an author of a training program needs.
//!
//! A training program learns from data, one step at a time, and then predicts. Implement
//! [`Trainer`], hand the type to [`export!`], and build the crate for `wasm32v1-none`: the result
//! is a WebAssembly module that the chain's verifiers can run and check bit for bit.
//!
//! ```
//! use assay_guest::{Chunk, Error, Features, Header, Outputs, Params, Safetensors, Status, Trainer, Want};
//!
//! /// Predicts the most frequent class of the training data.
//! pub struct Majority {
//!     counts: Vec<f32>,
//!     next: u32,
//!     chunks: u32,
//! }
//!
//! impl Trainer for Majority {
//!     type Settings = ();
//!
//!     fn settings(params: &Params<'_>) -> Result<(), Error> {
//!         params.only(&[])
//!     }
//!
//!     fn new((): (), _seed: u64, header: &Header) -> Result<Self, Error> {
//!         let counts = vec![0.0; header.classes as usize];
//!         Ok(Self { counts, next: 0, chunks: header.chunks })
//!     }
//!
//!     fn want(&self) -> Want {
//!         Want::Chunk(self.next)
//!     }
//!
//!     fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error> {
//!         for row in 0..chunk.rows() {
//!             self.counts[chunk.class(row)] += 1.0;
//!         }
//!         self.next += 1;
//!         Ok(if self.next == self.chunks { Status::Trained } else { Status::Continue })
//!     }
//!
//!     fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error> {
//!         for row in 0..features.rows() {
//!             outputs.row_mut(row).copy_from_slice(&self.counts);
//!         }
//!         Ok(())
//!     }
//!
//!     fn model(&self) -> Vec<u8> {
//!         Safetensors::new().f32("counts", &[self.counts.len()], &self.counts).finish()
//!     }
//! }
//!
//! assay_guest::export!(Majority);
//! ```
//!
//! # What the crate does for the program
//!
//! - [`export!`] defines the exports of guest ABI 1 and the transfer buffer. On `wasm32v1-none` the
//!   crate also brings an allocator ([dlmalloc]) and a panic handler that traps.
//! - [`Guest`] turns bytes into typed views ([`Chunk`], [`Features`], [`Values`]) and back.
//! - [`Params`] reads parameters, [`Rng`] gives random numbers from the seed, [`math`] gives
//!   functions whose results are the same on every machine, [`Safetensors`] writes the model.
//! - `local` (feature `local`) runs the same program on the host, for tests and debugging.
//!
//! # What makes a program deterministic
//!
//! A program has no way to ask for time, randomness or files, so it cannot help being
//! deterministic in the VM. For equal results on the host too, take `exp`, `ln` and the like from
//! [`math`], not from `std`.
//!
//! [dlmalloc]: https://docs.rs/dlmalloc
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "local"))]
extern crate std;

mod data;
mod guest;
#[cfg(feature = "local")]
pub mod local;
pub mod math;
mod params;
mod rng;
mod safetensors;

pub use assay_abi::{DType, Header, FILE_CHUNK};
pub use data::{Chunk, Features, Outputs, Values};
pub use guest::{Error, Guest, Status, Trainer, Want};
pub use params::Params;
pub use rng::Rng;
pub use safetensors::Safetensors;

/// What [`export!`] expands to needs these; not for authors.
#[doc(hidden)]
pub mod __private {
	pub use crate::guest::Exclusive;
	pub use assay_abi::{pack, VERSION};
}

#[cfg(all(target_arch = "wasm32", target_os = "none"))]
mod wasm {
	#[global_allocator]
	static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

	#[panic_handler]
	fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
		core::arch::wasm32::unreachable()
	}
}

/// Exports a [`Trainer`] as a training program of guest ABI 1.
///
/// Outside of WebAssembly the macro defines nothing, so that a program can be tested on the host.
#[macro_export]
macro_rules! export {
	($trainer:ty) => {
		#[cfg(target_arch = "wasm32")]
		const _: () = {
			use $crate::__private::{pack, Exclusive, VERSION};
			use $crate::{Guest, Trainer};

			const SIZE: usize = <$trainer as Trainer>::BUFFER;
			// Two statics: this one is all zeros, so the module has no data for it.
			static BUFFER: Exclusive<[u8; SIZE]> = Exclusive::new([0; SIZE]);
			static GUEST: Exclusive<Guest<$trainer>> = Exclusive::new(Guest::new());

			#[unsafe(no_mangle)]
			extern "C" fn abi() -> i32 {
				VERSION
			}

			#[unsafe(no_mangle)]
			extern "C" fn io() -> i64 {
				BUFFER.with(|buffer| pack(buffer.as_ptr() as u32, SIZE as u32))
			}

			#[unsafe(no_mangle)]
			extern "C" fn init(seed: i64, params_len: i32) -> i32 {
				GUEST.with(|guest| BUFFER.with(|buffer| guest.init(buffer, seed, params_len)))
			}

			#[unsafe(no_mangle)]
			extern "C" fn want() -> i64 {
				GUEST.with(|guest| guest.want())
			}

			#[unsafe(no_mangle)]
			extern "C" fn step(len: i32) -> i32 {
				GUEST.with(|guest| BUFFER.with(|buffer| guest.step(buffer, len)))
			}

			#[unsafe(no_mangle)]
			extern "C" fn predict(len: i32) -> i32 {
				GUEST.with(|guest| BUFFER.with(|buffer| guest.predict(buffer, len)))
			}

			#[unsafe(no_mangle)]
			extern "C" fn model() -> i64 {
				GUEST.with(|guest| {
					let model = guest.model();
					pack(model.as_ptr() as u32, model.len() as u32)
				})
			}
		};
	};
}
