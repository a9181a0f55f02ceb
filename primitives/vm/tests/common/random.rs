//! Random programs.

use super::{program, text};
use arbitrary::Unstructured;

/// A random module with the exports of guest ABI 1.
pub fn random_program(seed: &[u8], floats: bool) -> Option<Vec<u8>> {
	let mut source = Unstructured::new(seed);
	let config = wasm_smith::Config {
		exports: Some(program(&[])),
		allow_floats: floats,
		allow_start_export: false,
		bulk_memory_enabled: false,
		compact_imports_enabled: false,
		exceptions_enabled: false,
		extended_const_enabled: false,
		gc_enabled: false,
		max_imports: 0,
		// The exported one comes on top.
		max_memories: 0,
		max_memory32_bytes: 2 << 16,
		max_table_elements: 20,
		memory64_enabled: false,
		memory_max_size_required: true,
		multi_value_enabled: false,
		reference_types_enabled: false,
		relaxed_simd_enabled: false,
		simd_enabled: false,
		tail_call_enabled: false,
		threads_enabled: false,
		wide_arithmetic_enabled: false,
		max_instructions: 300,
		..Default::default()
	};
	let module = wasm_smith::Module::new(config, &mut source).ok()?;
	Some(module.to_bytes())
}

/// Numbers that look random (SplitMix64).
pub struct Random(pub u64);

impl Random {
	pub fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	/// One of `0..count`.
	pub fn below(&mut self, count: usize) -> usize {
		(self.next() % count as u64) as usize
	}

	pub fn bytes(&mut self, count: usize) -> Vec<u8> {
		(0..count).map(|_| self.next() as u8).collect()
	}

	fn pick(&mut self, from: &[&'static str]) -> &'static str {
		from[self.below(from.len())]
	}
}

const TYPES: [&str; 4] = ["i32", "i64", "f32", "f64"];
/// Locals of each type in a body.
const LOCALS: usize = 3;

/// The program of the tests with a random `step` and `predict`, which keep to the memory most of
/// the time, end most of the time, and trap rarely; so that runs get far.
pub fn random_trainer(random: &mut Random) -> Vec<u8> {
	let counted = "(i32.store (i32.const 12) (i32.add (i32.load (i32.const 12)) (i32.const 1)))";
	let helper = Body::new(random, "f64").text(4, "", "f64.reinterpret_i64 (i64.const 0)");
	let step = Body::new(random, "i32").text(
		8,
		counted,
		"i32.ge_u (i32.load (i32.const 12)) (i32.const 6)",
	);
	let predict = Body::new(random, "i32").text(3, "", "i32.shl (local.get $p) (i32.const 1)");
	let parts = [
		("helper", format!("(func $helper (param $p i32) (result f64) {helper})")),
		("table", "(table 2 funcref) (elem (i32.const 0) $helper)".into()),
		("step", format!(r#"(func (export "step") (param $p i32) (result i32) {step})"#)),
		("predict", format!(r#"(func (export "predict") (param $p i32) (result i32) {predict})"#)),
	];
	let parts: Vec<_> = parts.iter().map(|(name, text)| (*name, text.as_str())).collect();
	wat::parse_str(text(&parts)).expect("the text is WebAssembly")
}

/// Random statements of a function with the parameter `$p` and [`LOCALS`] locals of each type.
struct Body<'a> {
	random: &'a mut Random,
	result: &'static str,
	loops: usize,
}

impl<'a> Body<'a> {
	fn new(random: &'a mut Random, result: &'static str) -> Self {
		Self { random, result, loops: 0 }
	}

	/// The `first` statement, some others, then the result.
	fn text(mut self, statements: usize, first: &str, result: &str) -> String {
		let mut text = String::new();
		for ty in TYPES {
			for number in 0..LOCALS {
				text += &format!("(local ${ty}{number} {ty}) ");
			}
		}
		text += first;
		for _ in 0..1 + self.random.below(statements) {
			text += &self.statement(3);
		}
		text + &format!("({result})")
	}

	fn local(&mut self, ty: &str) -> String {
		format!("${ty}{}", self.random.below(LOCALS))
	}

	fn statement(&mut self, depth: usize) -> String {
		let ty = self.random.pick(&TYPES);
		let choice = if depth == 0 { self.random.below(6) } else { self.random.below(12) };
		match choice {
			0..=2 => format!("(local.set {} {}) ", self.local(ty), self.value(ty, depth)),
			3..=5 => {
				let store = match ty {
					"i32" => self.random.pick(&["i32.store", "i32.store8", "i32.store16"]),
					"i64" => self.random.pick(&["i64.store", "i64.store8", "i64.store32"]),
					"f32" => "f32.store",
					_ => "f64.store",
				};
				format!("({store} {} {}) ", self.address(depth), self.value(ty, depth))
			},
			6 | 7 => {
				let (condition, then, or) =
					(self.value("i32", 1), self.statement(depth - 1), self.statement(depth - 1));
				format!("(if {condition} (then {then}) (else {or})) ")
			},
			8 => {
				// A counter of its own, which nothing else changes.
				let name = format!("$loop{}", self.loops);
				self.loops += 1;
				let (body, at) = (self.statement(depth - 1), 4096 + 4 * self.loops);
				let rounds = self.random.below(40);
				format!(
					"(i32.store (i32.const {at}) (i32.const {rounds})) (loop {name} {body} \
					 (i32.store (i32.const {at}) (i32.sub (i32.load (i32.const {at})) (i32.const 1))) \
					 (br_if {name} (i32.gt_s (i32.load (i32.const {at})) (i32.const 0)))) "
				)
			},
			9 => {
				let (index, a, b) =
					(self.value("i32", 1), self.statement(depth - 1), self.statement(depth - 1));
				format!(
					"(block (block (block (br_table 0 1 2 1 (i32.and {index} (i32.const 7)))) {a}) {b}) "
				)
			},
			10 if self.result == "i32" => {
				let (target, argument) = (self.local("f64"), self.value("i32", 1));
				// Nothing is at 1 of the table.
				let index = usize::from(self.random.below(30) == 0);
				let call = match self.random.below(2) {
					0 => format!("call $helper {argument}"),
					_ => format!(
						"call_indirect (param i32) (result f64) {argument} (i32.const {index})"
					),
				};
				format!("(local.set {target} ({call})) ")
			},
			_ => {
				let local = self.local("i32");
				let pages = self.random.below(4);
				format!("(local.set {local} (memory.grow (i32.const {pages}))) ")
			},
		}
	}

	/// An address, mostly of the first page but not of what the program counts there.
	fn address(&mut self, depth: usize) -> String {
		let value = self.value("i32", depth.min(1));
		if self.random.below(60) == 0 {
			return value;
		}
		format!("(i32.add (i32.and {value} (i32.const 16383)) (i32.const 8192))")
	}

	fn value(&mut self, ty: &'static str, depth: usize) -> String {
		if depth == 0 || self.random.below(5) == 0 {
			return match self.random.below(3) {
				0 => self.constant(ty),
				1 if ty == "i32" => "(local.get $p)".into(),
				_ => format!("(local.get {})", self.local(ty)),
			};
		}
		let depth = depth - 1;
		match (ty, self.random.below(10)) {
			(_, 0) => {
				let load = match ty {
					"i32" => self.random.pick(&["i32.load", "i32.load8_s", "i32.load16_u"]),
					"i64" => self.random.pick(&["i64.load", "i64.load8_u", "i64.load32_s"]),
					"f32" => "f32.load",
					_ => "f64.load",
				};
				format!("({load} {})", self.address(depth))
			},
			(_, 1) => {
				let (a, b) = (self.value(ty, depth), self.value(ty, depth));
				let condition = self.value("i32", depth);
				let zero = self.random.pick(&[
					"",
					"i32.eqz",
					"i32.eq (i32.const 0)",
					"i32.ne (i32.const 0)",
				]);
				match zero {
					"" => format!("(select {a} {b} {condition})"),
					zero => format!("(select {a} {b} ({zero} {condition}))"),
				}
			},
			("i32" | "i64", 2) => {
				let of = self.random.pick(&TYPES);
				let (a, b) = (self.value(of, depth), self.value(of, depth));
				let operator = match of {
					"i32" | "i64" => {
						self.random.pick(&["eq", "ne", "lt_s", "lt_u", "gt_s", "le_u", "ge_s"])
					},
					_ => self.random.pick(&["eq", "ne", "lt", "gt", "le", "ge"]),
				};
				let compared = format!("({of}.{operator} {a} {b})");
				if ty == "i32" {
					compared
				} else {
					format!("(i64.extend_i32_u {compared})")
				}
			},
			(_, 3 | 4) => self.converted(ty, depth),
			("i32" | "i64", 5) => {
				let operator =
					self.random.pick(&["clz", "ctz", "popcnt", "extend8_s", "extend16_s"]);
				format!("({ty}.{operator} {})", self.value(ty, depth))
			},
			("i32" | "i64", 6) => {
				// The divisor is odd, and the quotient fits, but for some that are not made so.
				let operator = self.random.pick(&["div_s", "div_u", "rem_s", "rem_u"]);
				let (a, b) = (self.value(ty, depth), self.value(ty, depth));
				if self.random.below(20) == 0 {
					return format!("({ty}.{operator} {a} {b})");
				}
				// Powers of two have ways of their own in compilers, and so has the smallest number.
				if self.random.below(4) == 0 {
					let bits = if ty == "i32" { 32 } else { 64 };
					let power = 1u128 << self.random.below(bits);
					let sign = if self.random.below(2) == 0 { "" } else { "-" };
					let smallest = format!("({ty}.shl {b} ({ty}.const {}))", bits - 1);
					let a = if self.random.below(2) == 0 { smallest } else { a };
					return format!("({ty}.{operator} {a} ({ty}.const {sign}{power}))");
				}
				format!("({ty}.{operator} {a} ({ty}.or ({ty}.shr_u {b} ({ty}.const 1)) ({ty}.const 1)))")
			},
			("i32" | "i64", _) => {
				let operator = self.random.pick(&[
					"add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl",
					"rotr",
				]);
				format!("({ty}.{operator} {} {})", self.value(ty, depth), self.value(ty, depth))
			},
			(_, 5 | 6) => {
				let operator =
					self.random.pick(&["abs", "neg", "sqrt", "ceil", "floor", "trunc", "nearest"]);
				format!("({ty}.{operator} {})", self.value(ty, depth))
			},
			_ => {
				let operator =
					self.random.pick(&["add", "sub", "mul", "div", "min", "max", "copysign"]);
				format!("({ty}.{operator} {} {})", self.value(ty, depth), self.value(ty, depth))
			},
		}
	}

	/// A value of another type, made into one of this.
	fn converted(&mut self, ty: &str, depth: usize) -> String {
		let (operator, of) = match ty {
			"i32" => match self.random.below(6) {
				0 => ("i32.wrap_i64", "i64"),
				1 => ("i32.reinterpret_f32", "f32"),
				2 => ("i32.trunc_sat_f32_s", "f32"),
				3 => ("i32.trunc_sat_f64_u", "f64"),
				4 => ("i32.trunc_sat_f32_u", "f32"),
				// Traps where it does not fit.
				_ if self.random.below(20) == 0 => ("i32.trunc_f64_s", "f64"),
				_ => ("i32.trunc_sat_f64_s", "f64"),
			},
			"i64" => match self.random.below(5) {
				0 => ("i64.extend_i32_s", "i32"),
				1 | 2 => ("i64.reinterpret_f64", "f64"),
				3 => ("i64.trunc_sat_f32_u", "f32"),
				_ => ("i64.trunc_sat_f64_s", "f64"),
			},
			"f32" => match self.random.below(6) {
				0 => ("f32.convert_i32_s", "i32"),
				1 => ("f32.convert_i64_u", "i64"),
				2 | 3 => ("f32.reinterpret_i32", "i32"),
				_ => ("f32.demote_f64", "f64"),
			},
			_ => match self.random.below(6) {
				0 => ("f64.convert_i32_u", "i32"),
				1 => ("f64.convert_i64_s", "i64"),
				2 | 3 => ("f64.reinterpret_i64", "i64"),
				_ => ("f64.promote_f32", "f32"),
			},
		};
		format!("({operator} {})", self.value(of, depth))
	}

	fn constant(&mut self, ty: &str) -> String {
		let value = match ty {
			"i32" | "i64" => match self.random.below(4) {
				0 => format!("{}", self.random.below(70_000)),
				1 => "-1".into(),
				2 if ty == "i32" => "0x80000000".into(),
				2 => "0x8000000000000000".into(),
				_ => format!("{}", self.random.next() as i32),
			},
			_ => self
				.random
				.pick(&[
					"0",
					"-0",
					"1",
					"-1.5",
					"inf",
					"-inf",
					"nan",
					"-nan",
					"1e-40",
					"3.4e38",
					"0x1p-149",
					"nan:0x200001",
					"-nan:0x1",
					"16777217",
				])
				.into(),
		};
		format!("({ty}.const {value})")
	}
}
