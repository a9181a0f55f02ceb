//! Validation of programs, and the pass that leaves nothing to the engine.

use crate::{
	cost,
	engine::{Call, Value},
	state::PAGE_BYTES,
};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use assay_primitives::Limits;
use core::{fmt, ops::Range};
use wasm_encoder::{
	CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, GlobalSection, Ieee32, Ieee64,
	RawSection, SectionId,
};
use wasmparser::{
	BinaryReaderError, DataKind, ElementItems, ElementKind, ExternalKind, FromReader, FuncType,
	FuncValidatorAllocations, GlobalType, MemoryType, Operator, Parser, Payload, SectionLimited,
	ValType, ValidPayload, Validator, WasmFeatures,
};

mod function;

/// Position of the fuel in [`Prepared::globals`]: `i64`, what is left; negative: too much was used.
pub const FUEL: usize = 0;
/// Position of the free slots of the stack in [`Prepared::globals`]: `i32`.
pub const DEPTH: usize = 1;
/// Position of the reason in [`Prepared::globals`] for which the pass trapped: `i32`.
pub const HALT: usize = 2;
/// [`HALT`]: fuel was found to be negative.
pub const HALT_FUEL: i32 = 1;
/// [`HALT`]: the stack has no free slots.
pub const HALT_DEPTH: i32 = 2;
/// [`HALT`]: the host could not grow the memory, which is no outcome.
pub const HALT_MEMORY: i32 = 3;

/// What can be said of a program without running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramInfo {
	/// Size of the program in bytes.
	pub bytes: u32,
	/// Size of the prepared module in bytes.
	pub prepared_bytes: u32,
	/// Number of functions.
	pub functions: u32,
	/// Pages of memory to start with.
	pub memory_min: u32,
	/// Pages of memory at the most.
	pub memory_max: u32,
	/// Bytes of data segments.
	pub data_bytes: u32,
	/// Entries of the function table.
	pub table: u32,
	/// Mutable globals.
	pub globals: u32,
}

/// A global of a prepared module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedGlobal {
	/// Name of its export.
	pub name: String,
	/// Value at the start of each call.
	pub initial: Value,
}

/// A module in which nothing is left to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
	wasm: Vec<u8>,
	globals: Vec<PreparedGlobal>,
	info: ProgramInfo,
}

impl Prepared {
	/// The module: WebAssembly 1.0, sign extension, saturating conversions.
	#[must_use]
	pub fn wasm(&self) -> &[u8] {
		&self.wasm
	}

	/// All mutable globals: those of the pass ([`FUEL`], [`DEPTH`], [`HALT`]), then those of the
	/// program. The fuel is set by whoever calls.
	#[must_use]
	pub fn globals(&self) -> &[PreparedGlobal] {
		&self.globals
	}

	/// What can be said of the program.
	#[must_use]
	pub fn info(&self) -> &ProgramInfo {
		&self.info
	}
}

/// What a program may use: WebAssembly 1.0, mutable globals, sign extension, saturating
/// conversions.
const FEATURES: WasmFeatures = WasmFeatures::WASM1
	.union(WasmFeatures::SIGN_EXTENSION)
	.union(WasmFeatures::SATURATING_FLOAT_TO_INT);

/// Most types, and most functions, of a program.
pub const MAX_FUNCTIONS: usize = 65_536;
/// Most bytes of the body of a function: twice those of the largest one in the runtime of this
/// chain, a module of 3.8 MB.
pub const MAX_BODY_BYTES: usize = 131_072;
/// Most parameters and locals of a function, together.
pub const MAX_LOCALS: usize = 4_096;
/// Most locals that all functions declare, together.
pub const MAX_ALL_LOCALS: usize = 1_048_576;
/// Most blocks and branches of a function, a `br_table` being one, an indirect call eight:
/// compilers take more than twice the time for twice as many. The largest known number is 970.
pub const MAX_BLOCKS: usize = 2_048;
/// Most blocks and branches, each times the slots of its function's frame, in all functions
/// together: compilers follow each value through each of them. The runtime of this chain has 2.7
/// million.
pub const MAX_FLOW: usize = 4_194_304;
/// Most parameters and results of all calls in all functions together, those that cannot be reached
/// included: each is validated, at no cost in fuel. The runtime of this chain has 0.1 million.
pub const MAX_PASSED: usize = 4_194_304;
/// Most operands on the stack of a function.
pub const MAX_OPERANDS: usize = 4_096;
/// Most targets of a `br_table`, without its default.
pub const MAX_TARGETS: usize = 65_536;
/// Most `memory.grow` in a function: each becomes some sixty bytes, and engines have limits.
pub const MAX_GROWS: usize = 1_024;
/// Most `memory.grow`, and signed divisions by what may be the smallest number, in all functions
/// together: each takes some hundreds of bytes once it is translated.
pub const MAX_WIDENED: usize = 16_384;
/// Most blocks around an instruction.
pub const MAX_NESTING: usize = 4_096;
/// Most globals: each mutable one is set before each call, at no cost in fuel. The runtime of this
/// chain has three.
pub const MAX_GLOBALS: usize = 64;
/// Most entries of the function table, and most entries of all element segments together: instances
/// are made anew during a run, at no cost in fuel. The runtime of this chain has 1 192.
pub const MAX_TABLE: usize = 16_384;
/// Most data segments, and most element segments.
pub const MAX_SEGMENTS: usize = 4_096;
/// What a type begins with, see [`begins`]: that it is one of a function.
const TYPE: (u8, u8) = (0xff, 0x60);
/// What a table begins with: that it is one of functions.
const TABLE: (u8, u8) = (0xff, 0x70);
/// What a segment begins with: the number of its memory or table, 0, which may take more bytes than
/// it needs. Later versions have flags there.
const SEGMENT: (u8, u8) = (0x7f, 0);
/// Data segments of the prepared module are cut to this many bytes: engines have limits.
const DATA_PIECE: usize = 524_288;

/// Why a program is refused before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadProgram {
	/// Larger than the task allows.
	TooLarge {
		/// Bytes found.
		found: usize,
		/// Bytes allowed.
		limit: u32,
	},
	/// Does not start like a WebAssembly module of version 1.
	NotWasm,
	/// Malformed, or does not validate.
	Invalid {
		/// Offset in bytes.
		at: u64,
		/// What is wrong there.
		reason: String,
	},
	/// Valid, but only with proposals that the VM does not admit.
	Proposal {
		/// Offset in bytes.
		at: u64,
		/// What is not admitted.
		reason: String,
	},
	/// Imports something.
	Import {
		/// Module of the first import.
		module: String,
		/// Name of the first import.
		name: String,
	},
	/// Has a start function.
	Start,
	/// Declares no memory.
	NoMemory,
	/// Declares more than one memory.
	ManyMemories {
		/// Memories found.
		found: u32,
	},
	/// Its memory has no maximum.
	NoMaximum,
	/// The maximum of its memory is over the limit of the task.
	MemoryOverLimit {
		/// Pages found.
		found: u64,
		/// Pages allowed.
		limit: u32,
	},
	/// An export is missing.
	MissingExport {
		/// Its name.
		name: &'static str,
	},
	/// An export is not what it should be.
	WrongExport {
		/// Its name.
		name: &'static str,
		/// What it is.
		found: String,
		/// What it should be.
		expected: String,
	},
	/// A data or element segment does not fit in the memory or table as declared.
	SegmentOutOfBounds {
		/// `data` or `element`.
		kind: &'static str,
		/// Position of the segment.
		index: usize,
		/// Where the segment ends, in bytes or entries.
		end: u64,
		/// Size of the memory or table.
		size: u64,
	},
	/// More of something than the protocol allows.
	TooMany {
		/// What there is too much of.
		what: &'static str,
		/// How many there are.
		found: usize,
		/// How many are allowed.
		limit: usize,
	},
}

impl fmt::Display for BadProgram {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLarge { found, limit } => {
				write!(f, "the program has {found} bytes; the task allows {limit}")
			},
			Self::NotWasm => f.write_str(
				"the program is not WebAssembly; expected a binary module of version 1 (\\0asm)",
			),
			Self::Invalid { at, reason } => {
				write!(f, "the program is no valid WebAssembly: {reason} (at byte {at})")
			},
			Self::Proposal { at, reason } => write!(
				f,
				"the program uses a WebAssembly proposal that is not admitted: {reason} (at byte \
				 {at}); expected WebAssembly 1.0 with mutable globals, sign extension and saturating \
				 conversions: build for wasm32v1-none"
			),
			Self::Import { module, name } => {
				write!(f, "the program imports {module}.{name}; expected no imports")
			},
			Self::Start => {
				f.write_str("the program has a start function; expected none: initialise in `init`")
			},
			Self::NoMemory => f.write_str("the program has no memory; expected one"),
			Self::ManyMemories { found } => {
				write!(f, "the program has {found} memories; expected one")
			},
			Self::NoMaximum => f.write_str(
				"the memory has no maximum; expected one: link with --max-memory=<bytes>",
			),
			Self::MemoryOverLimit { found, limit } => write!(
				f,
				"the memory has a maximum of {found} pages; the task allows {limit}: link with \
				 --max-memory={}",
				u64::from(*limit).saturating_mul(65_536)
			),
			Self::MissingExport { name } => {
				write!(f, "the program does not export `{name}`, which guest ABI 1 needs")
			},
			Self::WrongExport { name, found, expected } => {
				write!(f, "the export `{name}` is {found}; expected {expected}")
			},
			Self::SegmentOutOfBounds { kind, index, end, size } => write!(
				f,
				"{kind} segment {index} ends at {end}; expected at most {size}, the declared size"
			),
			Self::TooMany { what, found, limit } => {
				write!(f, "the program has {found} {what}; expected at most {limit}")
			},
		}
	}
}

impl core::error::Error for BadProgram {}

impl From<BinaryReaderError> for BadProgram {
	fn from(error: BinaryReaderError) -> Self {
		Self::Invalid { at: error.offset(), reason: error.message().to_string() }
	}
}

/// What can be said of a program without running it.
///
/// # Errors
///
/// Why the program is refused.
pub fn check(program: &[u8], limits: &Limits) -> Result<ProgramInfo, BadProgram> {
	prepare(program, limits).map(|prepared| prepared.info)
}

/// Validates a program, and rewrites it so that nothing is left to the engine.
///
/// The result depends on the program alone, and has all its functions, types, tables and globals at
/// the same positions. `docs/vm.md` says what it does.
///
/// # Errors
///
/// Why the program is refused.
pub fn prepare(program: &[u8], limits: &Limits) -> Result<Prepared, BadProgram> {
	if u32::try_from(program.len()).map_or(true, |size| size > limits.program_bytes) {
		return Err(BadProgram::TooLarge { found: program.len(), limit: limits.program_bytes });
	}
	if !program.starts_with(b"\0asm\x01\0\0\0") {
		return Err(BadProgram::NotWasm);
	}
	let module = Module::read(program, limits).map_err(|error| match error {
		BadProgram::Invalid { at, reason } if is_proposal(program, &reason) => {
			BadProgram::Proposal { at, reason }
		},
		error => error,
	})?;
	module.finish(program)
}

/// Most bytes of a program that is validated once more to say by what it is refused. With all
/// proposals that can take a second for each 150 kB.
const NAMED_BYTES: usize = 16 * 1024;

/// Whether a program would be valid with all proposals, as far as it is cheap to tell. SIMD cannot
/// be read in this build, and is known by what the parser says of it.
fn is_proposal(program: &[u8], reason: &str) -> bool {
	let all = || Validator::new_with_features(WasmFeatures::all()).validate_all(program).is_ok();
	reason.ends_with("support is not enabled") || (program.len() <= NAMED_BYTES && all())
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), BadProgram> {
	if found > limit {
		return Err(BadProgram::TooMany { what, found, limit });
	}
	Ok(())
}

/// Widening on every platform that this crate supports: pointers have 32 bits or more.
fn size(value: u32) -> usize {
	usize::try_from(value).unwrap_or(usize::MAX)
}

/// A count that limits keep below 2³².
fn number(value: usize) -> u32 {
	u32::try_from(value).unwrap_or(u32::MAX)
}

fn bytes(program: &[u8], range: Range<u64>) -> &[u8] {
	let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
	program.get(at(range.start)..at(range.end)).unwrap_or_default()
}

/// Fails unless the first byte of each entry of a section has these bits, as in WebAssembly 1.0.
/// Later versions have other encodings of the same, which validation takes, too.
fn begins<'a, T: FromReader<'a>>(
	program: &[u8],
	section: &SectionLimited<'a, T>,
	(mask, expected): (u8, u8),
	reason: &str,
) -> Result<(), BadProgram> {
	for entry in section.clone().into_iter_with_offsets() {
		let (at, _) = entry?;
		let first = bytes(program, at..at.saturating_add(1)).first();
		if first.is_none_or(|first| first & mask != expected) {
			return Err(BadProgram::Proposal { at, reason: reason.to_string() });
		}
	}
	Ok(())
}

/// What the pass keeps of a program.
#[derive(Default)]
struct Module<'a> {
	types: Vec<FuncType>,
	/// Type of each function.
	functions: Vec<u32>,
	/// Sections that are copied as they are.
	type_section: Option<&'a [u8]>,
	function_section: Option<&'a [u8]>,
	table_section: Option<&'a [u8]>,
	memory_section: Option<&'a [u8]>,
	element_section: Option<&'a [u8]>,
	memory: Option<(u32, u32)>,
	table: u32,
	globals: Vec<(GlobalType, Value)>,
	exports: Vec<(&'a str, ExternalKind, u32)>,
	code: CodeSection,
	/// Slots of the largest frame of a function that calls nothing.
	leaf: u32,
	/// Locals that the functions so far have declared.
	locals: usize,
	/// Their blocks and branches, times slots of their frames.
	flow: usize,
	/// Parameters and results of their calls.
	passed: usize,
	/// Their instructions that have become some dozens.
	widened: usize,
	data: Vec<(u32, &'a [u8])>,
}

impl<'a> Module<'a> {
	/// Validates a program, and rewrites its functions.
	fn read(program: &'a [u8], limits: &Limits) -> Result<Self, BadProgram> {
		let mut module = Self::default();
		let mut validator = Validator::new_with_features(FEATURES);
		let mut allocations = FuncValidatorAllocations::default();
		// Or instructions are read as other proposals encode them, and copied so.
		let mut parser = Parser::new(0);
		parser.set_features(FEATURES);
		for payload in parser.parse_all(program) {
			let payload = payload?;
			module.look_at(&payload, limits)?;
			if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
				at_most("bytes in a function", body.as_bytes().len(), MAX_BODY_BYTES)?;
				let index = size(function.index);
				let mut validator = function.into_validator(allocations);
				let ty = module.functions.get(index).and_then(|ty| module.types.get(size(*ty)));
				let Some(ty) = ty else { return Err(BadProgram::NotWasm) };
				let surroundings = function::Surroundings {
					program,
					types: &module.types,
					functions: &module.functions,
					globals: number(module.globals.len()),
					pages: module.memory.map_or(0, |memory| memory.1),
				};
				let rewritten = function::rewrite(&surroundings, &body, ty, &mut validator)?;
				module.code.function(&rewritten.code);
				module.locals = module.locals.saturating_add(size(rewritten.locals));
				at_most("locals in all functions", module.locals, MAX_ALL_LOCALS)?;
				module.flow = module.flow.saturating_add(rewritten.flow);
				at_most("blocks and branches times slots of frames", module.flow, MAX_FLOW)?;
				module.passed = module.passed.saturating_add(rewritten.passed);
				at_most("parameters and results of all calls", module.passed, MAX_PASSED)?;
				module.widened = module.widened.saturating_add(rewritten.widened);
				at_most("memory.grow and signed divisions", module.widened, MAX_WIDENED)?;
				if rewritten.leaf {
					module.leaf = module.leaf.max(rewritten.frame);
				}
				allocations = validator.into_allocations();
			}
			module.keep(program, payload)?;
		}
		Ok(module)
	}

	/// Checks that come before validation, so that they give the better reason.
	fn look_at(&self, payload: &Payload<'a>, limits: &Limits) -> Result<(), BadProgram> {
		match payload {
			Payload::ImportSection(section) => {
				if let Some(import) = section.clone().into_imports().next() {
					let import = import?;
					return Err(BadProgram::Import {
						module: import.module.to_string(),
						name: import.name.to_string(),
					});
				}
			},
			Payload::StartSection { .. } => return Err(BadProgram::Start),
			Payload::TypeSection(section) => {
				at_most("types", size(section.count()), MAX_FUNCTIONS)?;
			},
			Payload::FunctionSection(section) => {
				at_most("functions", size(section.count()), MAX_FUNCTIONS)?;
			},
			Payload::TableSection(section) => {
				for table in section.clone() {
					let entries = usize::try_from(table?.ty.initial).unwrap_or(usize::MAX);
					at_most("table entries", entries, MAX_TABLE)?;
				}
			},
			Payload::MemorySection(section) => match section.count() {
				0 => return Err(BadProgram::NoMemory),
				1 => {
					for memory in section.clone() {
						check_memory(&memory?, limits)?;
					}
				},
				found => return Err(BadProgram::ManyMemories { found }),
			},
			Payload::GlobalSection(section) => {
				at_most("globals", size(section.count()), MAX_GLOBALS)?;
			},
			Payload::ElementSection(section) => {
				at_most("element segments", size(section.count()), MAX_SEGMENTS)?;
			},
			Payload::DataSection(section) => {
				at_most("data segments", size(section.count()), MAX_SEGMENTS)?;
			},
			_ => {},
		}
		Ok(())
	}

	/// Takes over what a valid section says.
	fn keep(&mut self, program: &'a [u8], payload: Payload<'a>) -> Result<(), BadProgram> {
		match payload {
			Payload::TypeSection(section) => {
				begins(program, &section, TYPE, "a type encoded for gc")?;
				self.type_section = Some(bytes(program, section.range()));
				self.types = section
					.into_iter_err_on_gc_types()
					.collect::<Result<_, BinaryReaderError>>()?;
			},
			Payload::FunctionSection(section) => {
				self.function_section = Some(bytes(program, section.range()));
				self.functions = section.into_iter().collect::<Result<_, BinaryReaderError>>()?;
			},
			Payload::TableSection(section) => {
				begins(program, &section, TABLE, "a table encoded for reference types")?;
				self.table_section = Some(bytes(program, section.range()));
				for table in section {
					self.table = u32::try_from(table?.ty.initial).unwrap_or(u32::MAX);
				}
			},
			Payload::MemorySection(section) => {
				self.memory_section = Some(bytes(program, section.range()));
				for memory in section {
					let MemoryType { initial, maximum, .. } = memory?;
					let pages = |count| u32::try_from(count).unwrap_or(u32::MAX);
					self.memory = Some((pages(initial), pages(maximum.unwrap_or(u64::MAX))));
				}
			},
			Payload::GlobalSection(section) => {
				for global in section {
					let global = global?;
					self.globals.push((global.ty, constant(&global.init_expr)?));
				}
			},
			Payload::ExportSection(section) => {
				for export in section {
					let export = export?;
					self.exports.push((export.name, export.kind, export.index));
				}
			},
			Payload::ElementSection(section) => {
				begins(program, &section, SEGMENT, "an element segment encoded for bulk memory")?;
				self.element_section = Some(bytes(program, section.range()));
				let mut entries = 0usize;
				for (index, element) in section.into_iter().enumerate() {
					let element = element?;
					if let (
						ElementKind::Active { offset_expr, .. },
						ElementItems::Functions(items),
					) = (element.kind, element.items)
					{
						let table = u64::from(self.table);
						entries = entries.saturating_add(size(items.count()));
						at_most("entries of element segments", entries, MAX_TABLE)?;
						let count = u64::from(items.count());
						in_bounds("element", index, offset(&offset_expr)?, count, table)?;
					}
				}
			},
			Payload::DataSection(section) => {
				begins(program, &section, SEGMENT, "a data segment encoded for bulk memory")?;
				let size = u64::from(self.memory.map_or(0, |memory| memory.0))
					.saturating_mul(u64::try_from(PAGE_BYTES).unwrap_or(u64::MAX));
				let memory = usize::try_from(size).unwrap_or(usize::MAX);
				let mut all = 0usize;
				for (index, data) in section.into_iter().enumerate() {
					let data = data?;
					if let DataKind::Active { offset_expr, .. } = data.kind {
						let start = offset(&offset_expr)?;
						let count = u64::try_from(data.data.len()).unwrap_or(u64::MAX);
						in_bounds("data", index, start, count, size)?;
						// Each byte once: an instance is paid for by its memory.
						all = all.saturating_add(data.data.len());
						at_most("bytes of data segments", all, memory)?;
						self.data.push((start, data.data));
					}
				}
			},
			_ => {},
		}
		Ok(())
	}

	/// Checks the exports, and puts the prepared module together.
	fn finish(self, program: &[u8]) -> Result<Prepared, BadProgram> {
		let Some((memory_min, memory_max)) = self.memory else {
			return Err(BadProgram::NoMemory);
		};
		let mut exports = ExportSection::new();
		self.export_memory(&mut exports)?;
		for call in [
			Call::Abi,
			Call::Io,
			Call::Init(0, 0),
			Call::Want,
			Call::Step(0),
			Call::Predict(0),
			Call::Model,
		] {
			self.export_function(call, &mut exports)?;
		}

		let own = number(self.globals.len());
		let depth = number(cost::STACK_SLOTS).saturating_sub(self.leaf);
		let mut all = Vec::from([
			("assay:fuel".to_string(), own, Value::I64(0)),
			("assay:depth".to_string(), own.saturating_add(1), Value::I32(depth.cast_signed())),
			("assay:halt".to_string(), own.saturating_add(2), Value::I32(0)),
		]);
		let mut section = GlobalSection::new();
		for (index, (ty, value)) in (0..).zip(&self.globals) {
			declare(&mut section, *value, ty.mutable);
			if ty.mutable {
				all.push((format!("assay:global:{index}"), index, *value));
			}
		}
		let mut globals = Vec::new();
		for (name, index, initial) in all {
			if index >= own {
				declare(&mut section, initial, true);
			}
			exports.export(&name, ExportKind::Global, index);
			globals.push(PreparedGlobal { name, initial });
		}

		let mut data = DataSection::new();
		for (start, segment) in &self.data {
			for (piece, at) in segment.chunks(DATA_PIECE).zip((*start..).step_by(DATA_PIECE)) {
				data.active(0, &ConstExpr::i32_const(at.cast_signed()), piece.iter().copied());
			}
		}

		let mut module = wasm_encoder::Module::new();
		let copy = |id: SectionId, section: Option<&[u8]>, module: &mut wasm_encoder::Module| {
			if let Some(data) = section {
				module.section(&RawSection { id: id.into(), data });
			}
		};
		copy(SectionId::Type, self.type_section, &mut module);
		copy(SectionId::Function, self.function_section, &mut module);
		copy(SectionId::Table, self.table_section, &mut module);
		copy(SectionId::Memory, self.memory_section, &mut module);
		module.section(&section);
		module.section(&exports);
		copy(SectionId::Element, self.element_section, &mut module);
		module.section(&self.code);
		module.section(&data);
		let wasm = module.finish();

		let data_bytes = self.data.iter().map(|(_, segment)| segment.len()).sum();
		let info = ProgramInfo {
			bytes: number(program.len()),
			prepared_bytes: number(wasm.len()),
			functions: number(self.functions.len()),
			memory_min,
			memory_max,
			data_bytes: number(data_bytes),
			table: self.table,
			globals: number(self.globals.iter().filter(|(ty, _)| ty.mutable).count()),
		};
		Ok(Prepared { wasm, globals, info })
	}

	fn exported(&self, name: &'static str) -> Result<(ExternalKind, u32), BadProgram> {
		let found = self.exports.iter().find(|export| export.0 == name);
		found.map(|export| (export.1, export.2)).ok_or(BadProgram::MissingExport { name })
	}

	fn export_memory(&self, exports: &mut ExportSection) -> Result<(), BadProgram> {
		const NAME: &str = "memory";
		match self.exported(NAME)? {
			(ExternalKind::Memory, index) => {
				exports.export(NAME, ExportKind::Memory, index);
				Ok(())
			},
			(kind, _) => Err(BadProgram::WrongExport {
				name: NAME,
				found: format!("a {}", kind_name(kind)),
				expected: "the memory".to_string(),
			}),
		}
	}

	fn export_function(&self, call: Call, exports: &mut ExportSection) -> Result<(), BadProgram> {
		use ValType::{I32, I64};
		let name = call.name();
		let (params, result): (&[ValType], ValType) = match call {
			Call::Abi => (&[], I32),
			Call::Io | Call::Want | Call::Model => (&[], I64),
			Call::Init(..) => (&[I64, I32], I32),
			Call::Step(_) | Call::Predict(_) => (&[I32], I32),
		};
		let expected = FuncType::new(params.iter().copied(), [result]);
		let (kind, index) = self.exported(name)?;
		let ty = self.functions.get(size(index)).and_then(|ty| self.types.get(size(*ty)));
		match (kind, ty) {
			(ExternalKind::Func, Some(ty)) if *ty == expected => {
				exports.export(name, ExportKind::Func, index);
				Ok(())
			},
			(kind, ty) => Err(BadProgram::WrongExport {
				name,
				found: match (kind, ty) {
					(ExternalKind::Func, Some(ty)) => signature(ty),
					(kind, _) => format!("a {}", kind_name(kind)),
				},
				expected: signature(&expected),
			}),
		}
	}
}

fn check_memory(memory: &MemoryType, limits: &Limits) -> Result<(), BadProgram> {
	let found = memory.maximum.ok_or(BadProgram::NoMaximum)?;
	if found > u64::from(limits.memory_pages) {
		return Err(BadProgram::MemoryOverLimit { found, limit: limits.memory_pages });
	}
	Ok(())
}

fn declare(section: &mut GlobalSection, value: Value, mutable: bool) {
	let (val_type, initial) = match value {
		Value::I32(value) => (wasm_encoder::ValType::I32, ConstExpr::i32_const(value)),
		Value::I64(value) => (wasm_encoder::ValType::I64, ConstExpr::i64_const(value)),
		Value::F32(bits) => (wasm_encoder::ValType::F32, ConstExpr::f32_const(Ieee32::new(bits))),
		Value::F64(bits) => (wasm_encoder::ValType::F64, ConstExpr::f64_const(Ieee64::new(bits))),
	};
	section.global(wasm_encoder::GlobalType { val_type, mutable, shared: false }, &initial);
}

/// The value of a constant expression: without imports it is a single constant.
fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<Value, BadProgram> {
	let mut reader = expression.get_operators_reader();
	let at = reader.original_position();
	match reader.read()? {
		Operator::I32Const { value } => Ok(Value::I32(value)),
		Operator::I64Const { value } => Ok(Value::I64(value)),
		Operator::F32Const { value } => Ok(Value::F32(value.bits())),
		Operator::F64Const { value } => Ok(Value::F64(value.bits())),
		_ => Err(BadProgram::Invalid { at, reason: "expected a constant".to_string() }),
	}
}

/// Where a segment starts.
fn offset(expression: &wasmparser::ConstExpr<'_>) -> Result<u32, BadProgram> {
	match constant(expression)? {
		Value::I32(value) => Ok(value.cast_unsigned()),
		_ => Err(BadProgram::Invalid {
			at: expression.get_binary_reader().original_position(),
			reason: "expected a constant of type i32".to_string(),
		}),
	}
}

fn in_bounds(
	kind: &'static str,
	index: usize,
	start: u32,
	count: u64,
	size: u64,
) -> Result<(), BadProgram> {
	let end = u64::from(start).saturating_add(count);
	if end > size {
		return Err(BadProgram::SegmentOutOfBounds { kind, index, end, size });
	}
	Ok(())
}

fn kind_name(kind: ExternalKind) -> &'static str {
	match kind {
		ExternalKind::Table => "table",
		ExternalKind::Memory => "memory",
		ExternalKind::Global => "global",
		_ => "function",
	}
}

fn signature(ty: &FuncType) -> String {
	let list =
		|types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
	format!("a function ({}) -> ({})", list(ty.params()), list(ty.results()))
}
