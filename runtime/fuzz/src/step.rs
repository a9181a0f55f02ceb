//! What a case consists of.

use assay_runtime::{Runtime, RuntimeCall};
use std::fmt;

/// One thing that happens to a chain.
#[derive(Clone, PartialEq, Eq)]
pub enum Step {
	/// The block ends, and the next begins so many slots later.
	Block(u32),
	/// An account sends a transaction.
	Signed {
		/// Which one, counted from 0.
		who: usize,
		/// What it adds to the fee.
		tip: u128,
		/// Its call.
		call: RuntimeCall,
	},
	/// A transaction that nobody has signed.
	Authorized(RuntimeCall),
	/// An encoded transaction, which may be anything.
	Bytes(Vec<u8>),
}

impl Step {
	/// A transaction without a tip.
	pub fn signed(who: usize, call: impl Into<RuntimeCall>) -> Self {
		Self::Signed { who, tip: 0, call: call.into() }
	}

	/// A call as root: by sudo.
	pub fn sudo(call: impl Into<RuntimeCall>) -> Self {
		Self::signed(0, pallet_sudo::Call::<Runtime>::sudo { call: Box::new(call.into()) })
	}

	/// Its call.
	#[must_use]
	pub const fn call(&self) -> Option<&RuntimeCall> {
		match self {
			Self::Signed { call, .. } | Self::Authorized(call) => Some(call),
			Self::Block(_) | Self::Bytes(_) => None,
		}
	}
}

impl fmt::Debug for Step {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Block(slots) => write!(f, "a block, {slots} slots later"),
			Self::Signed { who, tip: 0, call } => write!(f, "account {who}: {call:?}"),
			Self::Signed { who, tip, call } => write!(f, "account {who}, tip {tip}: {call:?}"),
			Self::Authorized(call) => write!(f, "nobody: {call:?}"),
			Self::Bytes(bytes) => {
				write!(f, "bytes: 0x")?;
				bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
			},
		}
	}
}
