//! The fast engine: wasmtime, which compiles prepared modules to machine code with Cranelift.
//!
//! Only for where a job has a process of its own. Where it meets a limit of its own (the native
//! stack, the size of a function) it fails with a [`Fault`], and the reference engine decides.

use assay_vm::{engine, Call, Engine, Fault, Prepared, Trapped, Value};
use std::sync::Arc;
use wasmtime::{
	Config, Global, Memory, ModuleVersionStrategy, OptLevel, Store, Strategy, Trap, TypedFunc, Val,
	WasmBacktraceDetails,
};

/// Address space that is reserved for a memory, of which only what the memory has can be used: all
/// that 32 bits can name, so that an access needs no check in code.
const MEMORY_RESERVATION: u64 = 1 << 32;
/// Address space behind it that is never used: an access with a constant offset up to this needs no
/// check either.
const MEMORY_GUARD: u64 = 1 << 25;
/// Address space of the memories of two instances, the most that there are at a time: while one
/// that has grown gives way to a fresh one.
pub const ADDRESS_SPACE: u64 = 2 * (MEMORY_RESERVATION + MEMORY_GUARD);
/// Native stack of a call in bytes, which the thread must have: 256 for each slot of
/// [`cost::STACK_SLOTS`](assay_vm::cost), of which a frame uses 8, and some 60 more for itself.
/// Only a function of which the compiler keeps many more values at a time than it has locals and
/// operands can need more.
pub const STACK: usize = assay_vm::cost::STACK_SLOTS * 256;

/// The fast engine: Cranelift, with the engine's fuel and NaN modes off, no proposal that
/// [`prepare`](assay_vm::prepare()) does not admit, one thread, and no cache.
pub struct Wasmtime {
	engine: wasmtime::Engine,
}

impl Wasmtime {
	/// A new engine.
	///
	/// # Errors
	///
	/// If the processor is none that Cranelift compiles for.
	pub fn new() -> Result<Self, Fault> {
		let mut config = Config::new();
		config
			.wasm_tail_call(false)
			.wasm_custom_page_sizes(false)
			.wasm_threads(false)
			.wasm_shared_everything_threads(false)
			.wasm_reference_types(false)
			.wasm_function_references(false)
			.wasm_wide_arithmetic(false)
			.wasm_gc(false)
			.wasm_simd(false)
			.wasm_relaxed_simd(false)
			.wasm_bulk_memory(false)
			.wasm_multi_value(false)
			.wasm_multi_memory(false)
			.wasm_memory64(false)
			.wasm_extended_const(false)
			.strategy(Strategy::Cranelift)
			.cranelift_opt_level(OptLevel::Speed)
			.cranelift_nan_canonicalization(false)
			.consume_fuel(false)
			.epoch_interruption(false)
			.parallel_compilation(false)
			.max_wasm_stack(STACK)
			.memory_reservation(MEMORY_RESERVATION)
			.memory_guard_size(MEMORY_GUARD)
			.guard_before_linear_memory(false)
			.memory_may_move(false)
			// A store across the end of the memory must not write a part of its bytes. Without a
			// check in code, not every other processor keeps to that.
			.signals_based_traps(cfg!(target_arch = "x86_64"))
			// What follows is for debuggers, or needs files.
			.memory_init_cow(false)
			.debug_info(false)
			.wasm_backtrace(false)
			.wasm_backtrace_details(WasmBacktraceDetails::Disable)
			.native_unwind_info(false)
			.generate_address_map(false);
		config.module_version(ModuleVersionStrategy::None).map_err(fault)?;
		Ok(Self { engine: wasmtime::Engine::new(&config).map_err(fault)? })
	}

	/// Compiles and calls a function that does nothing.
	///
	/// # Errors
	///
	/// [`Fault::Engine`] if that cannot be done. Where the kernel refuses what it takes, the process
	/// is killed.
	pub fn try_out(&self) -> Result<(), Fault> {
		// The sections of types, functions, exports (of function 0 as `f`) and code.
		let program = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x05\x01\x01f\0\0\x0a\x04\x01\x02\0\x0b";
		let module = wasmtime::Module::new(&self.engine, program).map_err(fault)?;
		let mut store = Store::new(&self.engine, ());
		let instance = wasmtime::Instance::new(&mut store, &module, &[]).map_err(fault)?;
		let function = instance.get_typed_func::<(), ()>(&mut store, "f").map_err(fault)?;
		function.call(&mut store, ()).map_err(fault)
	}
}

fn fault(error: impl ToString) -> Fault {
	Fault::Engine(error.to_string())
}

/// A module compiled by [`Wasmtime`].
pub struct Module {
	module: wasmtime::Module,
	globals: Arc<[String]>,
}

/// A running [`Module`].
pub struct Instance {
	store: Store<()>,
	memory: Memory,
	globals: Vec<Global>,
	abi: TypedFunc<(), i32>,
	io: TypedFunc<(), i64>,
	init: TypedFunc<(i64, i32), i32>,
	want: TypedFunc<(), i64>,
	step: TypedFunc<i32, i32>,
	predict: TypedFunc<i32, i32>,
	model: TypedFunc<(), i64>,
}

impl Engine for Wasmtime {
	type Module = Module;
	type Instance = Instance;

	fn load(&self, program: &Prepared) -> Result<Module, Fault> {
		let module = wasmtime::Module::new(&self.engine, program.wasm()).map_err(fault)?;
		let globals = program.globals().iter().map(|global| global.name.clone()).collect();
		Ok(Module { module, globals })
	}

	fn instantiate(&self, module: &Module) -> Result<Instance, Fault> {
		let mut store = Store::new(&self.engine, ());
		let instance = wasmtime::Instance::new(&mut store, &module.module, &[]).map_err(fault)?;
		let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| fault("no memory"))?;
		let globals = module
			.globals
			.iter()
			.map(|name| instance.get_global(&mut store, name).ok_or_else(|| fault(name)))
			.collect::<Result<_, _>>()?;
		macro_rules! function {
			($call:expr) => {
				instance.get_typed_func(&mut store, $call.name()).map_err(fault)?
			};
		}
		Ok(Instance {
			memory,
			globals,
			abi: function!(Call::Abi),
			io: function!(Call::Io),
			init: function!(Call::Init(0, 0)),
			want: function!(Call::Want),
			step: function!(Call::Step(0)),
			predict: function!(Call::Predict(0)),
			model: function!(Call::Model),
			store,
		})
	}
}

/// The engine's own limits never end a run: meeting one is a fault, not an outcome.
fn stopped(error: wasmtime::Error) -> Trapped {
	match error.downcast_ref::<Trap>() {
		Some(
			trap @ (Trap::MemoryOutOfBounds
			| Trap::TableOutOfBounds
			| Trap::IndirectCallToNull
			| Trap::BadSignature
			| Trap::IntegerOverflow
			| Trap::IntegerDivisionByZero
			| Trap::BadConversionToInteger
			| Trap::UnreachableCodeReached),
		) => Trapped::Trap(trap.to_string()),
		_ => Trapped::Fault(fault(error)),
	}
}

impl engine::Instance for Instance {
	fn call(&mut self, call: Call) -> Result<i64, Trapped> {
		let store = &mut self.store;
		match call {
			Call::Abi => self.abi.call(store, ()).map(i64::from),
			Call::Io => self.io.call(store, ()),
			Call::Init(seed, len) => self.init.call(store, (seed, len)).map(i64::from),
			Call::Want => self.want.call(store, ()),
			Call::Step(len) => self.step.call(store, len).map(i64::from),
			Call::Predict(len) => self.predict.call(store, len).map(i64::from),
			Call::Model => self.model.call(store, ()),
		}
		.map_err(stopped)
	}

	fn memory(&self) -> &[u8] {
		self.memory.data(&self.store)
	}

	fn memory_mut(&mut self) -> &mut [u8] {
		self.memory.data_mut(&mut self.store)
	}

	fn grow(&mut self, pages: u32) -> Result<(), Fault> {
		self.memory.grow(&mut self.store, pages.into()).map_err(fault)?;
		Ok(())
	}

	fn global(&mut self, index: usize) -> Result<Value, Fault> {
		let global = self.globals.get(index).ok_or_else(|| fault("no such global"))?;
		match global.get(&mut self.store) {
			Val::I32(value) => Ok(Value::I32(value)),
			Val::I64(value) => Ok(Value::I64(value)),
			Val::F32(bits) => Ok(Value::F32(bits)),
			Val::F64(bits) => Ok(Value::F64(bits)),
			_ => Err(fault("a global is no number")),
		}
	}

	fn set_global(&mut self, index: usize, value: Value) -> Result<(), Fault> {
		let global = self.globals.get(index).ok_or_else(|| fault("no such global"))?;
		let value = match value {
			Value::I32(value) => Val::I32(value),
			Value::I64(value) => Val::I64(value),
			Value::F32(bits) => Val::F32(bits),
			Value::F64(bits) => Val::F64(bits),
		};
		global.set(&mut self.store, value).map_err(fault)
	}
}
