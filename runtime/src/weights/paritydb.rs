//! What reads and writes of the state weigh. Written by `scripts/weights paritydb`: 1000000 accounts,
//! 100 blocks, each with 10000 reads, or 10000 writes.

use frame_support::{
	parameter_types,
	weights::{constants::WEIGHT_REF_TIME_PER_NANOS, RuntimeDbWeight},
};

parameter_types! {
	/// Weights of ParityDB: 1.25 times the mean.
	pub const ParityDbWeight: RuntimeDbWeight = RuntimeDbWeight {
		// mean 3.99µs, 50 % 3.97µs, 75 % 4.30µs, 95 % 4.76µs, 99 % 5.25µs, 100 % 1.28ms
		read: 4992 * WEIGHT_REF_TIME_PER_NANOS,
		// mean 36.56µs, 50 % 34.45µs, 75 % 39.45µs, 95 % 53.10µs, 99 % 55.41µs, 100 % 55.44µs
		write: 45705 * WEIGHT_REF_TIME_PER_NANOS,
	};
}
