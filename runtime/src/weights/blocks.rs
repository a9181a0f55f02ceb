//! What a block and a transaction weigh by themselves. Written by `scripts/weights blocks`.

use frame_support::{
	parameter_types,
	weights::{constants::WEIGHT_REF_TIME_PER_NANOS, Weight},
};

parameter_types! {
	/// A block without transactions, with all hooks: 1.25 times the mean.
	// Min, Max: 186_327, 4_284_630 ns.
	// Average: 297_179 ns.
	// Median: 210_373 ns.
	// Std-Dev: 569964.85 ns.
	// 99th: 4_283_820 ns.
	// 95th: 258_155 ns.
	// 75th: 231_815 ns.
	pub const BlockExecutionWeight: Weight =
		Weight::from_parts(371_474 * WEIGHT_REF_TIME_PER_NANOS, 0);

	/// A transaction that does nothing, with its signature: 1.25 times the mean.
	// Min, Max: 82_542, 91_951 ns.
	// Average: 85_652 ns.
	// Median: 85_374 ns.
	// Std-Dev: 1505.19 ns.
	// 99th: 90_223 ns.
	// 95th: 88_303 ns.
	// 75th: 86_338 ns.
	pub const ExtrinsicBaseWeight: Weight =
		Weight::from_parts(107_065 * WEIGHT_REF_TIME_PER_NANOS, 0);
}
