//! How each pallet is configured, by concern.

pub mod assay;
pub mod consensus;
pub mod monetary;
pub mod parameters;
pub mod system;
