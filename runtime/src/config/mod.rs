//! How each pallet is configured, by concern.

pub mod assay;
pub mod consensus;
pub mod monetary;
// FRAME's macros expand to code that does this. What is written by hand does not.
#[allow(clippy::as_conversions)]
pub mod parameters;
pub mod system;
