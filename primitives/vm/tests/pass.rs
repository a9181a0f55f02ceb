//! What the pass does to a program: nothing that it can see, and all that the engine could decide.

mod common;

use assay_primitives::Limits;
use assay_vm::{
	cost, prepare,
	prepare::{DEPTH, FUEL, HALT, HALT_DEPTH, HALT_FUEL},
	Call, Engine, Instance, Prepared, Trapped, Value, Wasmi,
};
use common::{random::random_program, *};
use proptest::prelude::*;
use wasmparser::{Validator, WasmFeatures};

const CALLS: [Call; 7] = [
	Call::Abi,
	Call::Io,
	Call::Init(3, 4),
	Call::Want,
	Call::Step(5),
	Call::Predict(6),
	Call::Model,
];

/// What a call leaves behind.
#[derive(Debug, PartialEq)]
struct Left {
	result: Result<i64, Trapped>,
	fuel: i64,
	depth: i32,
	halt: i32,
}

struct Machine(<Wasmi as Engine>::Instance);

impl Machine {
	fn new(prepared: &Prepared) -> Self {
		let engine = Wasmi::new();
		let module = engine.load(prepared).unwrap();
		Self(engine.instantiate(&module).unwrap())
	}

	fn of(changes: &[(&str, &str)]) -> Self {
		Self::new(&prepare(&program(changes), &LIMITS).unwrap())
	}

	fn call(&mut self, call: Call, fuel: i64) -> Left {
		self.0.set_global(FUEL, Value::I64(fuel)).unwrap();
		let result = self.0.call(call);
		let mut global = |index| self.0.global(index).unwrap();
		let (Value::I64(fuel), Value::I32(depth), Value::I32(halt)) =
			(global(FUEL), global(DEPTH), global(HALT))
		else {
			panic!("other types")
		};
		Left { result, fuel, depth, halt }
	}

	/// Fuel that `step(len)` uses.
	fn step_fuel(&mut self, len: i32) -> i64 {
		let left = self.call(Call::Step(len), 1_000_000);
		assert!(left.result.is_ok(), "{left:?}");
		1_000_000 - left.fuel
	}

	fn word(&self, at: usize) -> u32 {
		u32::from_le_bytes(self.0.memory()[at..at + 4].try_into().unwrap())
	}

	fn long(&self, at: usize) -> u64 {
		u64::from_le_bytes(self.0.memory()[at..at + 8].try_into().unwrap())
	}
}

fn step(text: &str) -> String {
	format!(r#"(func (export "step") (param $p i32) (result i32) {text})"#)
}

#[test]
fn fuel_is_the_sum_of_the_instructions_that_ran() {
	let f = "(func $f (param i32) (result i32) local.get 0)";
	for (body, len, expected) in [
		("i32.const 0", 0, 1),
		("nop block i32.const 0 drop end i32.const 0", 0, 3),
		// Division, square root, rounding, and growth cost more.
		("i32.const 7 i32.const 2 i32.div_u", 0, 6),
		("f32.const 2 f32.sqrt drop i64.const 1 i64.const 1 i64.rem_s i32.wrap_i64", 0, 13),
		("f32.const 2 f32.floor drop i32.const 0", 0, 7),
		("i32.const 0 memory.grow", 0, 10_001),
		// A call, and the 1 of the callee.
		("local.get 0 call $f", 0, 7),
		// One in eight of the locals: nine, and the parameter is none of them.
		("(local i64 i64 i64 i64 i64 i64 i64 i64 i64) i32.const 0", 0, 3),
		// Only the arm that is taken.
		("local.get 0 if (result i32) i32.const 0 else nop i32.const 0 i32.eqz end", 1, 3),
		("local.get 0 if (result i32) i32.const 0 else nop i32.const 0 i32.eqz end", 0, 4),
		// What a branch skips costs nothing; `return` is a branch.
		("block local.get 0 br_if 0 i32.const 0 drop end i32.const 0", 1, 3),
		("block local.get 0 br_if 0 i32.const 0 drop end i32.const 0", 0, 5),
		("i32.const 0 local.get 0 br_if 0 drop i32.const 1", 1, 3),
		("i32.const 0 return", 0, 2),
		("block block block local.get 0 br_table 0 1 2 end i32.const 0 drop end end i32.const 0", 0, 5),
		("block block block local.get 0 br_table 0 1 2 end i32.const 0 drop end end i32.const 0", 1, 3),
		// Unreachable code costs nothing.
		("i32.const 0 return i32.const 1 i32.const 1 i32.div_s block end if loop end else end", 0, 2),
		// Three rounds of six, and two after them.
		("loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end local.get 0 i32.eqz drop i32.const 0", 3, 19),
	] {
		let mut machine = Machine::of(&[("step", &step(body)), ("f", f)]);
		let used = machine.step_fuel(len);
		assert_eq!(used, expected, "{body}");
		assert_eq!(machine.step_fuel(len), used);
	}
}

#[test]
fn fuel_runs_out_at_loop_heads_and_function_entries_only() {
	// Twelve of fuel, none of it in a loop: the call returns, with less than nothing left.
	let straight =
		"local.get 0 if unreachable end i32.const 7 i32.const 2 i32.div_u i32.const 2 i32.div_u";
	let left = Machine::of(&[("step", &step(straight))]).call(Call::Step(0), 3);
	assert_eq!((left.result, left.fuel, left.halt), (Ok(1), 3 - 13, 0));
	// A trap on the way comes first.
	let left = Machine::of(&[("step", &step(straight))]).call(Call::Step(1), 2);
	assert!(matches!(left.result, Err(Trapped::Trap(_))));
	assert_eq!(left.halt, 0);
	// At the entry nothing has run yet.
	let store = "i32.const 0 i32.const 9 i32.store loop end unreachable";
	let mut machine = Machine::of(&[("step", &step(store))]);
	let left = machine.call(Call::Step(0), 2);
	assert_eq!((left.halt, machine.word(0)), (HALT_FUEL, 0));
	// What costs 3 is paid for by 3, and the loop's head finds nothing missing.
	let mut machine = Machine::of(&[("step", &step(store))]);
	let left = machine.call(Call::Step(0), 3);
	assert_eq!((left.halt, machine.word(0)), (0, 9));
}

#[test]
fn the_stack_has_room_for_slots_and_no_more() {
	// A frame of 8, 1 parameter, and 2 operands; it counts its calls at 0.
	let f = "(func $f (param i32) (result i32)
		i32.const 0 i32.const 0 i32.load i32.const 1 i32.add i32.store
		local.get 0 call $f)";
	let mut machine = Machine::of(&[("f", f), ("step", &step("local.get 0 call $f"))]);
	let Value::I32(free) = machine.0.global(DEPTH).unwrap() else { panic!() };
	let left = machine.call(Call::Step(0), i64::MAX);
	assert_eq!(left.halt, HALT_DEPTH);
	// `step` has 1 parameter, and 1 operand. No leaf has a larger frame than `predict`.
	let frame_of_step = cost::FRAME + 2;
	let frame_of_f = cost::FRAME + 1 + 3;
	let leaf = cost::STACK_SLOTS as u32 - free as u32;
	assert!(leaf > cost::FRAME && leaf < 2 * cost::FRAME);
	assert_eq!(machine.word(0), (free as u32 - frame_of_step) / frame_of_f);
}

#[test]
fn frames_are_given_back() {
	let f = "(func $f (param i32) (result i32) local.get 0 if local.get 0 i32.const 1 i32.sub call $f drop
		local.get 0 i32.const 3 i32.and if i32.const 1 return end end i32.const 0)";
	let mut machine = Machine::of(&[("f", f), ("step", &step("local.get 0 call $f"))]);
	let Value::I32(free) = machine.0.global(DEPTH).unwrap() else { panic!() };
	let left = machine.call(Call::Step(1000), i64::MAX);
	assert_eq!((left.result, left.depth), (Ok(0), free));
}

#[test]
fn nans_are_canonical_where_their_bits_show() {
	let body = "
		;; 0 / 0, whose sign and payload the engine may choose, and -nan made of it
		(local $f f32) (local $d f64)
		f32.const 0 f32.const 0 f32.div f32.neg local.set $f
		f64.const 0 f64.const 0 f64.div f64.neg local.set $d
		i32.const 0 local.get $f f32.store
		i32.const 4 local.get $f i32.reinterpret_f32 i32.store
		i32.const 8 local.get $d f64.store
		i32.const 16 local.get $d i64.reinterpret_f64 i64.store
		i32.const 24 f32.const 1 local.get $f f32.copysign f32.store
		i32.const 32 f64.const 1 local.get $d f64.copysign f64.store
		;; a payload of the program's own, through a local
		f32.const -nan:0x200001 local.set $f
		i32.const 40 local.get $f f32.store
		;; numbers stay what they are
		i32.const 44 f32.const -0 f32.neg f32.neg f32.store
		i32.const 48 f32.const 1 f32.const -2 f32.copysign f32.store
		;; what is copied from memory keeps its bits
		i32.const 56 i32.const 0xff812345 i32.store
		i32.const 60 i32.const 56 f32.load f32.store
		i32.const 64 i32.const 56 f32.load i32.reinterpret_f32 i32.store
		i32.const 0";
	let mut machine = Machine::of(&[("step", &step(body))]);
	machine.step_fuel(0);
	assert_eq!(machine.word(0), 0x7fc0_0000);
	assert_eq!(machine.word(4), 0x7fc0_0000);
	assert_eq!(machine.long(8), 0x7ff8_0000_0000_0000);
	assert_eq!(machine.long(16), 0x7ff8_0000_0000_0000);
	assert_eq!(machine.word(24), 1f32.to_bits());
	assert_eq!(machine.long(32), 1f64.to_bits());
	assert_eq!(machine.word(40), 0x7fc0_0000);
	assert_eq!(machine.word(44), (-0f32).to_bits());
	assert_eq!(machine.word(48), (-1f32).to_bits());
	assert_eq!(machine.word(60), 0xff81_2345);
	assert_eq!(machine.word(64), 0xff81_2345);
}

#[test]
fn a_program_cannot_reach_what_the_pass_adds() {
	// The names are taken, and the numbers of the globals are beyond those that are valid.
	let extra = r#"
		(global $mine (mut i64) (i64.const 7))
		(global (mut f32) (f32.const -nan:0x12345))
		(global f64 (f64.const 2))
		(export "assay:fuel" (global $mine))
		(func (export "assay:halt"))"#;
	let prepared = prepare(&program(&[("extra", extra)]), &LIMITS).unwrap();
	let globals: Vec<_> =
		prepared.globals().iter().map(|global| (global.name.as_str(), global.initial)).collect();
	assert_eq!(globals[FUEL], ("assay:fuel", Value::I64(0)));
	assert_eq!(globals[DEPTH].0, "assay:depth");
	assert_eq!(globals[HALT], ("assay:halt", Value::I32(0)));
	assert_eq!(globals[3], ("assay:global:0", Value::I64(7)));
	assert_eq!(globals[4], ("assay:global:1", Value::F32(0xff81_2345)));
	assert_eq!(globals.len(), 5);
	let mut machine = Machine::new(&prepared);
	for (index, (_, value)) in globals.iter().enumerate() {
		assert_eq!(machine.0.global(index), Ok(*value));
		machine.0.set_global(index, *value).unwrap();
		assert_eq!(machine.0.global(index), Ok(*value));
	}
}

#[test]
fn the_memory_grows_to_its_maximum() {
	let body = "local.get 0 memory.grow";
	let mut machine = Machine::of(&[("step", &step(body))]);
	let mut grow = |pages| {
		let result = machine.call(Call::Step(pages), 1_000_000).result;
		(result.unwrap(), machine.0.memory().len() >> 16)
	};
	assert_eq!(grow(0), (1, 1));
	assert_eq!(grow(2), (-1, 1));
	assert_eq!(grow(-1), (-1, 1));
	assert_eq!(grow(1), (1, 2));
	assert_eq!(grow(0), (2, 2));
	assert_eq!(grow(1), (-1, 2));
	assert_eq!(grow(65_535), (-1, 2));
}

#[test]
fn growing_by_nothing_forever_ends_by_fuel() {
	let endless =
		"loop i32.const 0 memory.grow drop i32.const 9 memory.grow drop br 0 end i32.const 0";
	let left = Machine::of(&[("step", &step(endless))]).call(Call::Step(0), 20_000_000_000);
	assert_eq!(left.halt, HALT_FUEL);
}

/// The translator of wasmi 2.0 panics where a register holds both address and number, and the
/// offset has more than 16 bits. Found by fuzzing.
#[test]
fn a_number_is_stored_at_itself_however_far() {
	for (store, load) in
		[("i32.store", "i32.load"), ("i32.store8", "i32.load8_u"), ("i32.store16", "i32.load16_u")]
	{
		for offset in [0, 65_535, 65_536, 131_000] {
			let body = format!(
				"(local.set $p (i32.add (local.get $p) (i32.const 1)))
				({store} offset={offset} (local.get $p) (local.get $p))
				({load} offset={offset} (local.get $p))"
			);
			let memory = r#"(memory (export "memory") 3 3)"#;
			let mut machine = Machine::of(&[("memory", memory), ("step", &step(&body))]);
			let left = machine.call(Call::Step(100), 1_000);
			assert_eq!(left.result, Ok(101), "{store} offset={offset}");
			assert_eq!(machine.0.memory()[offset + 101], 101, "{store} offset={offset}");
		}
	}
}

/// The same where the number is the address in 64 bits, which is the same register.
#[test]
fn a_number_is_stored_at_itself_however_far_and_wide() {
	for store in ["i64.store", "i64.store8", "i64.store16", "i64.store32"] {
		for offset in [0, 65_535, 65_536, 131_000] {
			let body = format!(
				"(local.set $p (i32.add (local.get $p) (i32.const 1)))
				({store} offset={offset} (local.get $p) (i64.extend_i32_u (local.get $p)))
				(i32.load8_u offset={offset} (local.get $p))"
			);
			let memory = r#"(memory (export "memory") 3 3)"#;
			let mut machine = Machine::of(&[("memory", memory), ("step", &step(&body))]);
			let left = machine.call(Call::Step(100), 1_000);
			assert_eq!(left.result, Ok(101), "{store} offset={offset}");
		}
	}
}

/// The translator of wasmi 2.0 leaves out a comparison with zero before a `select`, which then goes
/// by what the register holds: here the fuel, elsewhere what was computed last.
#[test]
fn a_selection_goes_by_its_condition() {
	let places = [
		"local.get $p",
		"call $same (local.get $p)",
		"i32.load (i32.const 8)",
		"i32.add (local.get $p) (i32.const 0)",
		"local.tee $p (i32.sub (local.get $p) (i32.const 0))",
	];
	let zero = [
		"i32.eqz (PLACE)",
		"i32.eq (PLACE) (i32.const 0)",
		"i32.eq (i32.const 0) (PLACE)",
		"i32.lt_u (PLACE) (i32.const 1)",
		"i32.le_u (PLACE) (i32.const 0)",
		"i32.wrap_i64 (i64.extend_i32_u (i32.eqz (PLACE)))",
		"i32.eqz (i32.eqz (i32.eqz (PLACE)))",
		"i32.xor (i32.ne (PLACE) (i32.const 0)) (i32.const 1)",
		"block (result i32) (i32.eqz (PLACE)) end",
		"(local.set $z (i32.eqz (PLACE))) local.get $z",
		"(local.tee $z (i32.eqz (PLACE))) nop",
	];
	let other = ["i32.ne (PLACE) (i32.const 0)", "i32.ne (i32.const 0) (PLACE)", "PLACE"];
	// Whether the condition holds for zero, which selects the 7.
	for (conditions, [if_zero, if_not]) in [(&zero[..], [7, 9]), (&other[..], [9, 7])] {
		for (condition, place) in conditions.iter().flat_map(|c| places.map(|p| (c, p))) {
			let condition = condition.replace("PLACE", place);
			let written = match condition.starts_with("block") || condition.contains("$z") {
				true => condition,
				false => format!("({condition})"),
			};
			let body = format!(
				"(local $z i32) (i32.store (i32.const 8) (local.get $p))
				i32.const 7 i32.const 9 {written} select"
			);
			let same = "(func $same (param i32) (result i32) local.get 0)";
			let mut machine = Machine::of(&[("extra", same), ("step", &step(&body))]);
			for (given, expected) in [(0, if_zero), (1, if_not), (-5, if_not), (9, if_not)] {
				let left = machine.call(Call::Step(given), 10_000);
				assert_eq!(left.result, Ok(expected), "{body}, {given}");
			}
		}
	}
}

/// The compiler of wasmtime 36 mistakes the smallest number as a divisor, so the pass asks for it.
#[test]
fn a_division_is_what_it_was() {
	const NARROW: [i32; 6] = [i32::MIN, i32::MIN + 1, -1, 1, 7, i32::MAX];
	const WIDE: [i64; 6] = [i64::MIN, i64::MIN + 1, -1, 1, 7, i64::MAX];
	for (a, b) in NARROW.iter().flat_map(|a| NARROW.map(|b| (*a, b))) {
		for divisor in [format!("(i32.const {b})"), format!("(local.tee 0 (i32.const {b}))")] {
			let body = format!("(i32.div_s (i32.const {a}) {divisor})");
			let left = Machine::of(&[("step", &step(&body))]).call(Call::Step(0), 1_000);
			assert_eq!(left.result.ok(), a.checked_div(b).map(i64::from), "{body}");
		}
	}
	for (a, b) in WIDE.iter().flat_map(|a| WIDE.map(|b| (*a, b))) {
		for divisor in [format!("(i64.const {b})"), "(i64.load (i32.const 8))".into()] {
			let body = format!(
				"(i64.store (i32.const 8) (i64.const {b}))
				(i64.store (i32.const 16) (i64.div_s (i64.const {a}) {divisor})) i32.const 0"
			);
			let mut machine = Machine::of(&[("step", &step(&body))]);
			let found = machine.call(Call::Step(0), 1_000).result.ok();
			let found = found.map(|_| machine.long(16).cast_signed());
			assert_eq!(found, a.checked_div(b), "{body}");
		}
	}
	let by_zero = step("(i32.div_s (i32.const 1) (local.get 0))");
	let left = Machine::of(&[("step", &by_zero)]).call(Call::Step(0), 1_000);
	assert!(matches!(left.result, Err(Trapped::Trap(_))));
}

#[test]
fn long_data_is_cut_and_stays_the_same() {
	let bytes: String = (0..700_000).map(|i| format!("\\{:02x}", i % 251)).collect();
	let extra = format!("(data (i32.const 100) \"{bytes}\")");
	let changes = [("extra", extra.as_str()), ("memory", r#"(memory (export "memory") 16 16)"#)];
	let machine = Machine::of(&changes);
	assert!(machine.0.memory()[100..700_100]
		.iter()
		.zip(0..)
		.all(|(byte, i)| *byte == (i % 251) as u8));
}

/// What calls gave, one after the other (`None`: too long), and the memory after them.
type Story = (Vec<Option<Result<i64, String>>>, Vec<u8>);

/// What the original does in plain wasmi. On a thread of its own: handlers of wasmi take native
/// stack where they are no tail calls (`memory.grow` in 2.0).
fn original(program: &[u8]) -> Option<Story> {
	let program = program.to_vec();
	let thread = std::thread::Builder::new().stack_size(256 << 20);
	thread.spawn(move || original_here(&program)).unwrap().join().unwrap()
}

/// Call by call, until one does not return. `None` from where it would take too long.
fn original_here(program: &[u8]) -> Option<Story> {
	let mut config = wasmi::Config::default();
	config.consume_fuel(true);
	let engine = wasmi::Engine::new(&config);
	let module = wasmi::Module::new(&engine, program).unwrap();
	let mut store = wasmi::Store::new(&engine, ());
	store.set_fuel(100_000).unwrap();
	let instance = wasmi::Instance::new(&mut store, &module, &[]).ok()?;
	let mut results = Vec::new();
	for call in CALLS {
		let function = instance.get_func(&store, call.name()).unwrap();
		let parameters: &[wasmi::Val] = match call {
			Call::Init(seed, len) => &[seed.into(), len.into()],
			Call::Step(len) | Call::Predict(len) => &[len.into()],
			_ => &[],
		};
		let mut result = [wasmi::Val::I32(0)];
		let ended = function.call(&mut store, parameters, &mut result);
		let ended = match ended.map_err(|error| error.as_trap_code()) {
			Ok(()) => Some(Ok(match result[0] {
				wasmi::Val::I32(value) => value.into(),
				wasmi::Val::I64(value) => value,
				_ => panic!("no export returns a float"),
			})),
			Err(Some(wasmi::TrapCode::OutOfFuel | wasmi::TrapCode::StackOverflow)) => None,
			Err(code) => Some(Err(code.unwrap().to_string())),
		};
		let stop = !matches!(ended, Some(Ok(_)));
		results.push(ended);
		if stop {
			break;
		}
	}
	let memory = instance.get_memory(&store, "memory").unwrap();
	Some((results, memory.data(&store).to_vec()))
}

const MANY: Limits = Limits { program_bytes: 1 << 24, ..LIMITS };

fn is_valid(prepared: &Prepared) -> bool {
	let features =
		WasmFeatures::WASM1 | WasmFeatures::SIGN_EXTENSION | WasmFeatures::SATURATING_FLOAT_TO_INT;
	Validator::new_with_features(features).validate_all(prepared.wasm()).is_ok()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn a_prepared_program_does_what_the_original_does(
		seed in prop::collection::vec(any::<u8>(), 100..3_000),
	) {
		let Some(program) = random_program(&seed, false) else { return Ok(()) };
		// What its declared memory and table have no room for is refused.
		let prepared = match prepare(&program, &MANY) {
			Ok(prepared) => prepared,
			Err(reason) => {
				prop_assert!(original(&program).is_none(), "{reason}");
				return Ok(());
			},
		};
		prop_assert!(is_valid(&prepared));
		prop_assert_eq!(prepare(&program, &MANY).unwrap(), prepared.clone());
		let Some((results, memory)) = original(&program) else { return Ok(()) };
		let mut machine = Machine::new(&prepared);
		for (call, expected) in CALLS.into_iter().zip(&results) {
			let Some(expected) = expected else { return Ok(()) };
			let left = machine.call(call, 1_000_000_000);
			match (&left.result, expected) {
				(Ok(value), Ok(expected)) => prop_assert_eq!(value, expected),
				(Err(Trapped::Trap(trap)), Err(expected)) => prop_assert_eq!(trap, expected),
				_ => prop_assert!(false, "{:?}, expected {:?}", left, expected),
			}
			prop_assert_eq!(left.halt, 0);
		}
		prop_assert_eq!(machine.0.memory(), &memory[..]);
	}

	#[test]
	fn what_is_canonical_stays_so(seed in prop::collection::vec(any::<u8>(), 100..3_000)) {
		// The pass over a prepared program changes nothing but costs.
		let Some(program) = random_program(&seed, true) else { return Ok(()) };
		let Ok(once) = prepare(&program, &MANY) else { return Ok(()) };
		prop_assert!(is_valid(&once));
		let twice = prepare(once.wasm(), &MANY).unwrap();
		prop_assert!(is_valid(&twice));
		let (mut one, mut other) = (Machine::new(&once), Machine::new(&twice));
		for call in CALLS {
			// The fuel and the stack of the inner pass are globals of the program to the outer.
			for (index, value) in [(0, Value::I64(10_000)), (1, Value::I32(20_000))] {
				other.0.set_global(3 + once.globals().len() - 3 + index, value).unwrap();
			}
			one.0.set_global(DEPTH, Value::I32(20_000)).unwrap();
			other.0.set_global(DEPTH, twice.globals()[DEPTH].initial).unwrap();
			let left = one.call(call, 10_000);
			prop_assert_eq!(left.result, other.call(call, 1_000_000_000).result);
			prop_assert_eq!(one.0.memory(), other.0.memory());
		}
	}
}
