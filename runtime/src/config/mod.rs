//! How each pallet is configured, by concern.

pub mod accounts;
pub mod assay;
pub mod consensus;
pub mod governance;
pub mod monetary;
pub mod parameters;
pub mod system;
