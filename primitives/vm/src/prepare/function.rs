//! The rewriting of one function.
//!
//! ```text
//! func (params) (result)
//!   (locals)  + fuel: i64; where needed, free: i32, pages: i32, and temporaries for NaNs and stores
//!   free := depth − frame; if free < 0 { halt := HALT_DEPTH; unreachable }    if it calls
//!   depth := free                                                             if it calls
//!   fuel := global fuel
//!   block $out
//!     block $exit (result)
//!       charge, and check
//!       the body; `return` is `br $exit`
//!     end
//!     global fuel := fuel
//!     depth := free + frame                                                   if it calls
//!     return
//!   end
//!   halt := HALT_FUEL; unreachable
//! ```
//!
//! To charge is `fuel := fuel − cost`; to check is `br $out` if fuel is negative. No label of the
//! body changes its number, because `$exit` takes the place of the function's own. Code that cannot
//! be reached is left out. `memory.grow` reaches the engine only where it must succeed, because the
//! host's own lack of memory is no outcome, and because engines are not made for growing by nothing
//! forever. Where the translator of wasmi 2.0 mistakes in which place an integer is, that passes
//! through a local of its own ([`detour`]). Signed divisions reach the engine with other divisors
//! than the smallest number only ([`is_division`]), and shifts with amounts below the width
//! ([`is_shift`]).

use super::{at_most, number, size, BadProgram, DEPTH, FUEL, HALT};
use super::{HALT_DEPTH, HALT_FUEL, HALT_MEMORY};
use super::{MAX_BLOCKS, MAX_GROWS, MAX_LOCALS, MAX_NESTING, MAX_OPERANDS, MAX_TARGETS};
use crate::cost;
use alloc::vec::Vec;
use wasm_encoder::{BlockType, Function, Ieee32, Ieee64, InstructionSink, ValType};
use wasmparser::{FuncType, FuncValidator, FunctionBody, MemArg, Operator, WasmModuleResources};

/// Bits of the canonical NaNs.
const NAN32: u32 = 0x7fc0_0000;
const NAN64: u64 = 0x7ff8_0000_0000_0000;

/// A rewritten function.
pub(super) struct Rewritten {
	pub code: Function,
	/// Slots that its frame takes.
	pub frame: u32,
	/// Whether it calls nothing.
	pub leaf: bool,
	/// Locals that it declared.
	pub locals: u32,
	/// Its blocks and branches, times [`Self::frame`].
	pub flow: usize,
	/// Parameters and results of its calls, those that cannot be reached included.
	pub passed: usize,
	/// Instructions that have become some dozens.
	pub widened: usize,
}

/// Follows which instructions can be reached: none from one that never goes on to the end of its
/// block.
#[derive(Default)]
struct Reach {
	/// Blocks that were opened since the code became unreachable.
	dead: Option<u32>,
}

impl Reach {
	/// Whether the next instruction can be reached, or ends what cannot.
	fn reaches(&mut self, operator: &Operator<'_>) -> bool {
		let Some(open) = self.dead else {
			if matches!(
				operator,
				Operator::Unreachable
					| Operator::Return
					| Operator::Br { .. }
					| Operator::BrTable { .. }
			) {
				self.dead = Some(0);
			}
			return true;
		};
		self.dead = match operator {
			Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
				Some(open.saturating_add(1))
			},
			Operator::Else | Operator::End if open == 0 => None,
			Operator::End => Some(open.saturating_sub(1)),
			_ => Some(open),
		};
		self.dead.is_none()
	}
}

/// Whether a new metering block starts after an instruction.
fn ends_block(operator: &Operator<'_>) -> bool {
	matches!(
		operator,
		Operator::Loop { .. }
			| Operator::If { .. }
			| Operator::Else
			| Operator::End
			| Operator::BrIf { .. }
	)
}

/// Blocks that an instruction opens, or branches that it can take. An indirect call is one.
fn flow(operator: &Operator<'_>) -> usize {
	match operator {
		Operator::BrTable { targets } => size(targets.len()).saturating_add(1),
		Operator::Block { .. }
		| Operator::Loop { .. }
		| Operator::If { .. }
		| Operator::Else
		| Operator::Br { .. }
		| Operator::BrIf { .. }
		| Operator::CallIndirect { .. }
		| Operator::Return => 1,
		_ => 0,
	}
}

/// Blocks that compilers make of an instruction: of an indirect call, whose function they look up,
/// about eight.
fn blocks(operator: &Operator<'_>) -> usize {
	match operator {
		Operator::BrTable { .. } => 1,
		Operator::CallIndirect { .. } => 8,
		operator => flow(operator),
	}
}

/// Blocks of what a signed division becomes: `if` and `else`.
const DIVISION_BLOCKS: usize = 2;

/// What is known of a function before it is rewritten.
struct Plan {
	/// Cost of each metering block, in the order of their starts.
	costs: Vec<u64>,
	/// For each call: whether the fuel has to be written before it, and read after it. Not so
	/// between two calls with nothing charged between them.
	calls: Vec<(bool, bool)>,
	/// Largest operand height.
	height: u32,
	/// Whether a NaN of 32, of 64 bits may have to become canonical.
	nans: (bool, bool),
	/// Number of `memory.grow`.
	grows: usize,
	/// Whether an integer of 32, of 64 bits passes through a local of its own.
	detours: (bool, bool),
	/// Whether an integer of 32, of 64 bits is divided by what may be the smallest number.
	dividends: (bool, bool),
	/// Number of such divisions.
	divisions: usize,
	/// Number of blocks and branches, a `br_table` being one, and an indirect call eight.
	blocks: usize,
	/// Number of blocks and branches, each target of a `br_table` being one.
	flow: usize,
	/// Parameters and results of all calls: where they cannot be reached, nothing has to push what
	/// they take, and so a byte can cost as much as its type has parameters.
	passed: usize,
}

/// The width of the integer on top of the stack that has to be in a local before an instruction, so
/// that the translator of wasmi 2.0 knows where it is:
///
/// - The number of a store at an offset of more than 16 bits. Where it is the address, too, perhaps
///   widened, a register holds both, and the translator panics.
/// - The condition of a `select`. Where that compares something with zero, the comparison is left
///   out, and the `select` goes by what the register held before. `read`: it was just read from a
///   local, so that this is done.
fn detour(operator: &Operator<'_>, read: bool) -> Option<Integer> {
	let far = |memarg: &MemArg| memarg.offset > u64::from(u16::MAX);
	match operator {
		Operator::Select => (!read).then_some(Integer::I32),
		Operator::I32Store { memarg }
		| Operator::I32Store8 { memarg }
		| Operator::I32Store16 { memarg } => far(memarg).then_some(Integer::I32),
		Operator::I64Store { memarg }
		| Operator::I64Store8 { memarg }
		| Operator::I64Store16 { memarg }
		| Operator::I64Store32 { memarg } => far(memarg).then_some(Integer::I64),
		_ => None,
	}
}

/// The width of the integers of a signed division whose divisor, as far as the pass can tell, may
/// be the smallest number. The compiler of wasmtime 36 takes that for 2³¹ or 2⁶³ where it knows it,
/// and then has it in itself −1 times. `safe`: the instruction before has pushed another constant.
fn is_division(operator: &Operator<'_>, safe: bool) -> Option<Integer> {
	match operator {
		Operator::I32DivS if !safe => Some(Integer::I32),
		Operator::I64DivS if !safe => Some(Integer::I64),
		_ => None,
	}
}

/// The width of the integers of a shift whose amount, as far as the pass can tell, may be the width
/// or more. The compiler of wasmtime 36 has `a << 0 | b >> 32` as `a`: it takes two shifts whose
/// amounts add up to the width for one of both together, also where one of them is by nothing and
/// the other by the width. `small`: the instruction before has pushed an amount below it.
fn is_shift(operator: &Operator<'_>, small: bool) -> Option<Integer> {
	match operator {
		Operator::I32Shl | Operator::I32ShrU if !small => Some(Integer::I32),
		Operator::I64Shl | Operator::I64ShrU if !small => Some(Integer::I64),
		_ => None,
	}
}

/// Whether an instruction pushes a constant below the width of its type.
fn is_small(operator: &Operator<'_>) -> bool {
	match operator {
		Operator::I32Const { value } => (0..32).contains(value),
		Operator::I64Const { value } => (0..64).contains(value),
		_ => false,
	}
}

/// Whether an instruction pushes a constant that is not the smallest number.
fn is_safe_divisor(operator: &Operator<'_>) -> bool {
	match operator {
		Operator::I32Const { value } => *value != i32::MIN,
		Operator::I64Const { value } => *value != i64::MIN,
		_ => false,
	}
}

/// The width of an integer.
#[derive(Clone, Copy)]
enum Integer {
	I32,
	I64,
}

/// The width of the float on top of the stack whose bits an instruction makes visible.
enum Float {
	F32,
	F64,
}

fn reveals(operator: &Operator<'_>) -> Option<Float> {
	match operator {
		Operator::F32Store { .. } | Operator::I32ReinterpretF32 | Operator::F32Copysign => {
			Some(Float::F32)
		},
		Operator::F64Store { .. } | Operator::I64ReinterpretF64 | Operator::F64Copysign => {
			Some(Float::F64)
		},
		_ => None,
	}
}

/// Whether an instruction gives a float whose bits are the same in every engine.
fn is_exact(operator: &Operator<'_>) -> bool {
	matches!(
		operator,
		Operator::F32Load { .. }
			| Operator::F64Load { .. }
			| Operator::F32Const { .. }
			| Operator::F64Const { .. }
			| Operator::F32ReinterpretI32
			| Operator::F64ReinterpretI64
			| Operator::F32ConvertI32S
			| Operator::F32ConvertI32U
			| Operator::F32ConvertI64S
			| Operator::F32ConvertI64U
			| Operator::F64ConvertI32S
			| Operator::F64ConvertI32U
			| Operator::F64ConvertI64S
			| Operator::F64ConvertI64U
	)
}

/// Validates a function, and finds out what rewriting it needs.
fn plan(
	surroundings: &Surroundings<'_>,
	body: &FunctionBody<'_>,
	declared: u32,
	validator: &mut FuncValidator<impl WasmModuleResources>,
) -> Result<Plan, BadProgram> {
	let mut plan = Plan {
		costs: Vec::from([cost::entry(declared)]),
		calls: Vec::new(),
		height: 0,
		nans: (false, false),
		grows: 0,
		detours: (false, false),
		dividends: (false, false),
		divisions: 0,
		blocks: 0,
		flow: 0,
		passed: 0,
	};
	let mut reach = Reach::default();
	// Whether the local fuel is older than the global one.
	let mut stale = false;
	let (mut exact, mut read, mut safe) = (false, false, false);
	let mut operators = body.get_operators_reader()?;
	while !operators.eof() {
		let (operator, at) = operators.read_with_offset()?;
		validator.op(at, &operator)?;
		at_most("blocks in one another", size(validator.control_stack_height()), MAX_NESTING)?;
		if let Operator::BrTable { targets } = &operator {
			at_most("targets of a br_table", size(targets.len()), MAX_TARGETS)?;
		}
		plan.passed = plan.passed.saturating_add(surroundings.passed(&operator));
		if !reach.reaches(&operator) {
			continue;
		}
		plan.height = plan.height.max(validator.operand_stack_height());
		plan.blocks = plan.blocks.saturating_add(blocks(&operator));
		plan.flow = plan.flow.saturating_add(flow(&operator));
		if let Some(last) = plan.costs.last_mut() {
			*last = last.saturating_add(cost::of(&operator));
		}
		match reveals(&operator) {
			Some(Float::F32) if !exact => plan.nans.0 = true,
			Some(Float::F64) if !exact => plan.nans.1 = true,
			_ => {},
		}
		exact = is_exact(&operator);
		match detour(&operator, read) {
			Some(Integer::I32) => plan.detours.0 = true,
			Some(Integer::I64) => plan.detours.1 = true,
			None => {},
		}
		if let Some(integer) = is_division(&operator, safe) {
			match integer {
				Integer::I32 => plan.dividends.0 = true,
				Integer::I64 => plan.dividends.1 = true,
			}
			plan.divisions = plan.divisions.saturating_add(1);
			plan.blocks = plan.blocks.saturating_add(DIVISION_BLOCKS);
			plan.flow = plan.flow.saturating_add(DIVISION_BLOCKS);
		}
		read = matches!(operator, Operator::LocalGet { .. });
		safe = is_safe_divisor(&operator);
		match operator {
			Operator::Call { .. } | Operator::CallIndirect { .. } => {
				plan.calls.push((!stale, false));
				stale = true;
			},
			Operator::MemoryGrow { .. } => plan.grows = plan.grows.saturating_add(1),
			Operator::Unreachable => stale = false,
			Operator::Return | Operator::Br { .. } | Operator::BrTable { .. } => {
				plan.read_after_last(&mut stale);
			},
			operator if ends_block(&operator) => {
				plan.read_after_last(&mut stale);
				plan.costs.push(0);
			},
			_ => {},
		}
	}
	operators.finish()?;
	at_most("operands in a function", size(plan.height), MAX_OPERANDS)?;
	at_most("memory.grow in a function", plan.grows, MAX_GROWS)?;
	at_most("blocks and branches in a function", plan.blocks, MAX_BLOCKS)?;
	Ok(plan)
}

impl Plan {
	fn read_after_last(&mut self, stale: &mut bool) {
		if let (true, Some(last)) = (*stale, self.calls.last_mut()) {
			last.1 = true;
		}
		*stale = false;
	}
}

/// Positions of the globals and locals that the pass adds.
struct Added {
	fuel_global: u32,
	depth_global: u32,
	halt_global: u32,
	fuel: u32,
	free: u32,
	pages: u32,
	nan32: u32,
	nan64: u32,
	int32: u32,
	int64: u32,
	dividend32: u32,
	dividend64: u32,
}

impl Added {
	fn charge(&self, code: &mut InstructionSink<'_>, cost: u64) {
		if cost > 0 {
			let less = i64::try_from(cost).unwrap_or(i64::MAX).saturating_neg();
			code.local_get(self.fuel).i64_const(less).i64_add().local_set(self.fuel);
		}
	}

	/// `out`: the label of `$out`.
	fn charge_and_check(&self, code: &mut InstructionSink<'_>, cost: u64, out: u32) {
		self.charge(code, cost);
		code.local_get(self.fuel).i64_const(0).i64_lt_s().br_if(out);
	}

	/// `memory.grow` of a memory of up to `maximum` pages.
	fn grow(&self, code: &mut InstructionSink<'_>, maximum: u32) {
		code.local_set(self.pages).block(BlockType::Result(ValType::I32));
		// By nothing: the size.
		code.memory_size(0).local_get(self.pages).i32_eqz().br_if(0).drop();
		// Beyond the maximum: -1.
		code.i32_const(-1).local_get(self.pages);
		code.i32_const(maximum.cast_signed()).memory_size(0).i32_sub().i32_gt_u().br_if(0).drop();
		code.local_get(self.pages).memory_grow(0).local_tee(self.pages);
		code.local_get(self.pages).i32_const(-1).i32_eq().if_(BlockType::Empty);
		code.i32_const(HALT_MEMORY).global_set(self.halt_global).unreachable().end();
		code.end();
	}

	/// A signed division by what may be the smallest number: it is in itself once, and in every
	/// other number not at all.
	fn divide(&self, code: &mut InstructionSink<'_>, integer: Integer) {
		match integer {
			Integer::I32 => {
				let (dividend, divisor) = (self.dividend32, self.int32);
				code.local_set(divisor).local_set(dividend);
				code.local_get(divisor).i32_const(i32::MIN).i32_eq();
				code.if_(BlockType::Result(ValType::I32));
				code.local_get(dividend).i32_const(i32::MIN).i32_eq();
				code.else_().local_get(dividend).local_get(divisor).i32_div_s().end();
			},
			Integer::I64 => {
				let (dividend, divisor) = (self.dividend64, self.int64);
				code.local_set(divisor).local_set(dividend);
				code.local_get(divisor).i64_const(i64::MIN).i64_eq();
				code.if_(BlockType::Result(ValType::I64));
				code.local_get(dividend).i64_const(i64::MIN).i64_eq().i64_extend_i32_u();
				code.else_().local_get(dividend).local_get(divisor).i64_div_s().end();
			},
		}
	}

	/// Makes the float on top of the stack canonical if it is a NaN: of NaNs alone `x >= x` is
	/// false, for which processors need one flag, and two for `x == x`.
	fn canonical(&self, code: &mut InstructionSink<'_>, float: &Float) {
		match float {
			Float::F32 => {
				let local = self.nan32;
				code.local_tee(local).f32_const(Ieee32::new(NAN32));
				code.local_get(local).local_get(local).f32_ge().select();
			},
			Float::F64 => {
				let local = self.nan64;
				code.local_tee(local).f64_const(Ieee64::new(NAN64));
				code.local_get(local).local_get(local).f64_ge().select();
			},
		}
	}
}

fn encoded(ty: wasmparser::ValType) -> ValType {
	match ty {
		wasmparser::ValType::I64 => ValType::I64,
		wasmparser::ValType::F32 => ValType::F32,
		wasmparser::ValType::F64 => ValType::F64,
		// The others are not valid in a program.
		_ => ValType::I32,
	}
}

/// What a function has to know of its program.
pub(super) struct Surroundings<'a> {
	pub program: &'a [u8],
	pub types: &'a [FuncType],
	/// Type of each function.
	pub functions: &'a [u32],
	/// Number of the program's globals, after which come those of the pass.
	pub globals: u32,
	/// Most pages of memory.
	pub pages: u32,
}

impl Surroundings<'_> {
	/// Parameters and results of what an instruction calls.
	fn passed(&self, operator: &Operator<'_>) -> usize {
		let ty = match operator {
			Operator::Call { function_index } => self.functions.get(size(*function_index)).copied(),
			Operator::CallIndirect { type_index, .. } => Some(*type_index),
			_ => None,
		};
		ty.and_then(|ty| self.types.get(size(ty)))
			.map_or(0, |ty| ty.params().len().saturating_add(ty.results().len()))
	}
}

/// Validates a function of type `ty`, and rewrites it.
pub(super) fn rewrite(
	surroundings: &Surroundings<'_>,
	body: &FunctionBody<'_>,
	ty: &FuncType,
	validator: &mut FuncValidator<impl WasmModuleResources>,
) -> Result<Rewritten, BadProgram> {
	validator.read_locals(&mut body.get_binary_reader())?;
	let parameters = number(ty.params().len());
	let all = validator.len_locals();
	at_most("locals in a function", size(all), MAX_LOCALS)?;
	let declared = all.saturating_sub(parameters);
	let plan = plan(surroundings, body, declared, validator)?;
	let leaf = plan.calls.is_empty();
	let frame = cost::FRAME.saturating_add(all).saturating_add(plan.height);
	let flow = plan.flow.saturating_mul(size(frame));

	let mut locals = Vec::new();
	for group in body.get_locals_reader()? {
		let (count, ty) = group?;
		locals.push((count, encoded(ty)));
	}
	let mut next = all;
	let mut add = |needed: bool, ty: ValType| {
		let index = next;
		if needed {
			locals.push((1, ty));
			next = next.saturating_add(1);
		}
		index
	};
	let global = |index: usize| surroundings.globals.saturating_add(number(index));
	let added = Added {
		fuel_global: global(FUEL),
		depth_global: global(DEPTH),
		halt_global: global(HALT),
		fuel: add(true, ValType::I64),
		free: add(!leaf, ValType::I32),
		pages: add(plan.grows > 0, ValType::I32),
		nan32: add(plan.nans.0, ValType::F32),
		nan64: add(plan.nans.1, ValType::F64),
		int32: add(plan.detours.0 || plan.dividends.0, ValType::I32),
		int64: add(plan.detours.1 || plan.dividends.1, ValType::I64),
		dividend32: add(plan.dividends.0, ValType::I32),
		dividend64: add(plan.dividends.1, ValType::I64),
	};

	let mut function = Function::new(locals);
	let slots = frame.cast_signed();
	let result = match ty.results() {
		[one] => BlockType::Result(encoded(*one)),
		_ => BlockType::Empty,
	};
	let mut code = function.instructions();
	if !leaf {
		code.global_get(added.depth_global).i32_const(slots.saturating_neg()).i32_add();
		code.local_tee(added.free).i32_const(0).i32_lt_s().if_(BlockType::Empty);
		code.i32_const(HALT_DEPTH).global_set(added.halt_global).unreachable().end();
		code.local_get(added.free).global_set(added.depth_global);
	}
	code.global_get(added.fuel_global).local_set(added.fuel);
	code.block(BlockType::Empty).block(result);
	rewrite_body(surroundings, body, &plan, &added, &mut function)?;
	let mut code = function.instructions();
	code.local_get(added.fuel).global_set(added.fuel_global);
	if !leaf {
		code.local_get(added.free).i32_const(slots).i32_add().global_set(added.depth_global);
	}
	code.return_().end();
	code.i32_const(HALT_FUEL).global_set(added.halt_global).unreachable().end();
	let widened = plan.grows.saturating_add(plan.divisions);
	let passed = plan.passed;
	Ok(Rewritten { code: function, frame, leaf, locals: declared, flow, passed, widened })
}

/// The body, from its first charge to the `end` of `$exit`.
fn rewrite_body(
	surroundings: &Surroundings<'_>,
	body: &FunctionBody<'_>,
	plan: &Plan,
	added: &Added,
	function: &mut Function,
) -> Result<(), BadProgram> {
	let mut costs = plan.costs.iter().copied();
	let mut calls = plan.calls.iter().copied();
	// Blocks around the instruction, inside of `$exit`: so that is the number of its label.
	let mut exit = 0u32;
	let (mut exact, mut read, mut safe, mut small) = (false, false, false, false);
	let mut reach = Reach::default();
	added.charge_and_check(&mut function.instructions(), costs.next().unwrap_or(0), 1);
	let mut operators = body.get_operators_reader()?;
	while !operators.eof() {
		let (operator, start) = operators.read_with_offset()?;
		if !reach.reaches(&operator) {
			continue;
		}
		if let Some(float) = reveals(&operator).filter(|_| !exact) {
			added.canonical(&mut function.instructions(), &float);
		}
		if let Some(integer) = detour(&operator, read) {
			let local = match integer {
				Integer::I32 => added.int32,
				Integer::I64 => added.int64,
			};
			function.instructions().local_set(local).local_get(local);
		}
		match is_shift(&operator, small) {
			Some(Integer::I32) => {
				function.instructions().i32_const(31).i32_and();
			},
			Some(Integer::I64) => {
				function.instructions().i64_const(63).i64_and();
			},
			None => {},
		}
		let division = is_division(&operator, safe);
		exact = is_exact(&operator);
		read = matches!(operator, Operator::LocalGet { .. });
		safe = is_safe_divisor(&operator);
		small = is_small(&operator);
		let written = super::bytes(surroundings.program, start..operators.original_position());
		match operator {
			Operator::Return => {
				function.instructions().br(exit);
			},
			Operator::MemoryGrow { .. } => {
				added.grow(&mut function.instructions(), surroundings.pages)
			},
			Operator::Call { .. } | Operator::CallIndirect { .. } => {
				let (write, read) = calls.next().unwrap_or((true, true));
				if write {
					function.instructions().local_get(added.fuel).global_set(added.fuel_global);
				}
				function.raw(written.iter().copied());
				if read {
					function.instructions().global_get(added.fuel_global).local_set(added.fuel);
				}
			},
			_ => match division {
				Some(integer) => added.divide(&mut function.instructions(), integer),
				None => {
					function.raw(written.iter().copied());
				},
			},
		}
		match operator {
			Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
				exit = exit.saturating_add(1);
			},
			Operator::End => exit = exit.saturating_sub(1),
			_ => {},
		}
		if ends_block(&operator) {
			let cost = costs.next().unwrap_or(0);
			let mut code = function.instructions();
			if matches!(operator, Operator::Loop { .. }) {
				added.charge_and_check(&mut code, cost, exit.saturating_add(1));
			} else {
				added.charge(&mut code, cost);
			}
		}
	}
	Ok(())
}
