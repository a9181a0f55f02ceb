//! Models that can be marked and measured.
//!
//! - [`file`](mod@file): the container, a safetensors file.
//! - [`graph`]: what a model computes, a small JSON text in the file's metadata.
//! - [`model`]: a checked model, and its evaluation in a fixed order of operations.
//! - [`measure`]: the statistics of the scheme `multi_factor_v1` on a model, step by step.
//! - [`error`]: what can be wrong with a file.
//!
//! The format is specified in `docs/models.md`. The crate is `no_std` and does not panic. It
//! computes in binary32 without fused operations and without the platform's mathematical functions,
//! so that the scheme's verifier, a WebAssembly program, and native tools agree to the bit.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects,
		clippy::as_conversions
	)
)]

extern crate alloc;

pub mod error;
pub mod file;
pub mod graph;
pub mod measure;
pub mod model;

pub use error::Error;
pub use file::{Data, Tensor};
pub use graph::{Graph, Input, Layer, Mark};
pub use measure::Measure;
pub use model::{Model, Scratch};

/// Most tensors of a model.
pub const MAX_TENSORS: usize = 128;
/// Most layers of a model.
pub const MAX_LAYERS: usize = 64;
/// Most values that a layer takes or gives.
pub const MAX_VALUES: u32 = 1 << 20;
/// Most features of a model.
pub const MAX_FEATURES: u32 = 1 << 16;
/// Most numbers in all tensors together.
pub const MAX_PARAMETERS: u32 = 1 << 22;
/// Most multiplications of a row.
pub const MAX_MULTIPLY_ADDS: u32 = 1 << 24;
/// Most bytes of the header of a file.
pub const MAX_HEADER_BYTES: usize = 1 << 17;

/// Widening on every platform that this crate supports: pointers have 32 bits or more.
fn size(value: u32) -> usize {
	usize::try_from(value).unwrap_or(usize::MAX)
}
