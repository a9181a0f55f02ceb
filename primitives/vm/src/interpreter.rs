//! The reference engine: wasmi.

use crate::{
	cost,
	engine::{self, Call, Engine, Fault, Trapped, Value},
	Prepared,
};
use alloc::{
	string::{String, ToString},
	sync::Arc,
	vec::Vec,
};
use wasmi::{
	CompilationMode, Config, Global, Memory, Store, StoreLimits, StoreLimitsBuilder, TrapCode,
	TypedFunc, Val, F32, F64,
};

/// The reference engine: wasmi, translating eagerly, with its fuel off and its limits above those
/// of the prepared module.
pub struct Wasmi {
	engine: wasmi::Engine,
}

impl Wasmi {
	/// A new engine.
	#[must_use]
	pub fn new() -> Self {
		let mut config = Config::default();
		// A frame of wasmi has a cell of eight bytes for each local and each operand, which are
		// what `cost::frame` counts, and some for what `prepare` adds: far below a second slot
		// each.
		config
			.set_max_stack_height(cost::STACK_SLOTS.saturating_mul(16))
			.set_max_recursion_depth(cost::STACK_SLOTS)
			.compilation_mode(CompilationMode::Eager)
			.consume_fuel(false)
			.allow_start_fn(false)
			.ignore_custom_sections(true);
		Self { engine: wasmi::Engine::new(&config) }
	}
}

impl Default for Wasmi {
	fn default() -> Self {
		Self::new()
	}
}

fn fault(error: impl ToString) -> Fault {
	Fault::Engine(error.to_string())
}

/// A module translated by [`Wasmi`].
pub struct Module {
	module: wasmi::Module,
	globals: Arc<[String]>,
}

/// A running [`Module`].
pub struct Instance {
	store: Store<StoreLimits>,
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

impl Engine for Wasmi {
	type Module = Module;
	type Instance = Instance;

	fn load(&self, program: &Prepared) -> Result<Module, Fault> {
		let module = wasmi::Module::new(&self.engine, program.wasm()).map_err(fault)?;
		let globals = program.globals().iter().map(|global| global.name.clone()).collect();
		Ok(Module { module, globals })
	}

	fn instantiate(&self, module: &Module) -> Result<Instance, Fault> {
		// Whether the host can provide a memory depends on the machine, so the guest must not see
		// it: what fails there traps, and `stopped` makes it a fault.
		let limits = StoreLimitsBuilder::new().trap_on_grow_failure(true).build();
		let mut store = Store::new(&self.engine, limits);
		store.limiter(|limits| limits);
		let instance = wasmi::Instance::new(&mut store, &module.module, &[]).map_err(fault)?;
		let memory = instance.get_memory(&store, "memory").ok_or_else(|| fault("no memory"))?;
		let globals = module
			.globals
			.iter()
			.map(|name| instance.get_global(&store, name).ok_or_else(|| fault(name)))
			.collect::<Result<_, _>>()?;
		macro_rules! function {
			($call:expr) => {
				instance.get_typed_func(&store, $call.name()).map_err(fault)?
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
fn stopped(error: wasmi::Error) -> Trapped {
	match error.as_trap_code() {
		Some(
			TrapCode::StackOverflow
			| TrapCode::OutOfFuel
			| TrapCode::GrowthOperationLimited
			| TrapCode::OutOfSystemMemory,
		)
		| None => Trapped::Fault(fault(error)),
		Some(code) => Trapped::Trap(code.to_string()),
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
		match global.get(&self.store) {
			Val::I32(value) => Ok(Value::I32(value)),
			Val::I64(value) => Ok(Value::I64(value)),
			Val::F32(value) => Ok(Value::F32(value.to_bits())),
			Val::F64(value) => Ok(Value::F64(value.to_bits())),
			_ => Err(fault("a global is no number")),
		}
	}

	fn set_global(&mut self, index: usize, value: Value) -> Result<(), Fault> {
		let global = self.globals.get(index).ok_or_else(|| fault("no such global"))?;
		let value = match value {
			Value::I32(value) => Val::I32(value),
			Value::I64(value) => Val::I64(value),
			Value::F32(bits) => Val::F32(F32::from_bits(bits)),
			Value::F64(bits) => Val::F64(F64::from_bits(bits)),
		};
		global.set(&mut self.store, value).map_err(fault)
	}
}
