//! Which stream of a watermark key is meant.

/// The streams that a watermark key drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
	/// Inputs of the triggers.
	Inputs,
	/// Labels of the triggers.
	Labels,
	/// Signs of the projection.
	Signs,
	/// Bits that the projection must give.
	Bits,
}

impl Tag {
	pub(crate) const fn byte(self) -> u8 {
		match self {
			Self::Inputs => 0,
			Self::Labels => 1,
			Self::Signs => 2,
			Self::Bits => 3,
		}
	}
}
