//! The cost table: what each instruction costs in fuel, and what each frame takes of the stack.
//!
//! The table is part of the protocol ([`VM_VERSION`](assay_primitives::VM_VERSION)): an entry
//! cannot change without a new version.

use wasmparser::Operator;

/// Fuel of a call, over the 1 of the instruction: what the callee does to enter and leave.
pub const CALL: u64 = 4;
/// Fuel of an integer division, a remainder, a float division, a square root, or the rounding of a
/// float to an integral one, which engines may call a function for.
pub const SLOW: u64 = 4;
/// Fuel of `memory.grow`, whatever it grows by.
pub const GROW: u64 = 10_000;
/// Declared locals (parameters not counted) that cost 1 at the entry of a function, in which they
/// are set to zero. Rounded up.
pub const LOCALS_PER_FUEL: u64 = 8;

/// Fuel that the host charges for each page of memory after `init` and after each step (comparing
/// it with the state before), and before each call of `predict` and `model` (restoring it).
pub const PAGE: u64 = 10_000;
/// Fuel that the host charges for each leaf of [`LEAF_BYTES`](crate::LEAF_BYTES) that `init` or a
/// step changed: hashing it and its path.
pub const LEAF: u64 = 4_000;

/// Slots of the stack of one call: a frame takes [`FRAME`], one for each parameter, one for each
/// local, and its largest operand height. More is the outcome stack overflow.
pub const STACK_SLOTS: usize = 65_536;
/// Slots that a frame takes besides those of its locals and operands.
pub const FRAME: u32 = 8;

/// Fuel of one instruction.
#[must_use]
pub const fn of(operator: &Operator<'_>) -> u64 {
	match operator {
		// They mark places, and do nothing.
		Operator::Nop | Operator::Block { .. } | Operator::Loop { .. } => 0,
		Operator::Else | Operator::End => 0,
		Operator::Call { .. } | Operator::CallIndirect { .. } => CALL.saturating_add(1),
		Operator::MemoryGrow { .. } => GROW,
		Operator::I32DivS
		| Operator::I32DivU
		| Operator::I32RemS
		| Operator::I32RemU
		| Operator::I64DivS
		| Operator::I64DivU
		| Operator::I64RemS
		| Operator::I64RemU
		| Operator::F32Div
		| Operator::F64Div
		| Operator::F32Sqrt
		| Operator::F64Sqrt
		| Operator::F32Ceil
		| Operator::F32Floor
		| Operator::F32Trunc
		| Operator::F32Nearest
		| Operator::F64Ceil
		| Operator::F64Floor
		| Operator::F64Trunc
		| Operator::F64Nearest => SLOW,
		_ => 1,
	}
}

/// Fuel of entering a function that declares `locals` locals.
#[must_use]
pub const fn entry(locals: u32) -> u64 {
	// Widening; `u64::from` is not const.
	#[allow(clippy::as_conversions)]
	(locals as u64).div_ceil(LOCALS_PER_FUEL)
}
