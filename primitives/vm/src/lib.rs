//! The training VM: the one place that executes untrusted WebAssembly.
//!
//! [`run`] takes a [`TrainingJob`](assay_primitives::TrainingJob) and the bytes that it names, and
//! gives the same [`Outcome`](assay_primitives::Outcome) on every machine and in every [`Engine`]:
//!
//! 1. [`Dataset::parse`] reads the training data and the holdout (safetensors);
//! 2. [`prepare`] validates the program, and rewrites it so that nothing is left to the engine:
//!    metering, canonical NaNs, a depth limit;
//! 3. the program is trained step by step; after each step the whole state is committed to
//!    ([`StateImage::commitment`]), and the list of commitments is the trace;
//! 4. the trained state predicts the holdout, and [`metrics::score`] compares outputs with labels.
//!
//! [`replay_step`] repeats a single step from a [`StateImage`]: that is how a quarrel about a trace
//! ends. Everything is `no_std`, so that the same code runs in a verifier's service, in the command
//! line of a miner, and inside the chain's runtime.
//!
//! `docs/vm.md` is the specification, precise enough for a second implementation.
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

pub mod cost;
pub mod data;
pub mod engine;
mod interpreter;
pub mod metrics;
pub mod prepare;
mod run;
mod state;

pub use data::Dataset;
pub use engine::{Call, Engine, Fault, Instance, Trapped, Value};
pub use interpreter::Wasmi;
pub use prepare::{check, prepare, BadProgram, Prepared, ProgramInfo};
pub use run::{origin, replay_step, run, run_until, Feed, Inputs, Progress, Run, Stopped};
pub use state::{StateImage, FAILED, LEAF_BYTES, PAGE_BYTES};
