//! Programs made to be slow, large, deep or wrong. All end in an outcome.

use super::{program, LIMITS};
use assay_primitives::{FailReason, Limits};
use assay_vm::prepare::{MAX_BLOCKS, MAX_FLOW};
use Ends::{Fails, Scores};

/// How the run of a hostile program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
	/// It is a program like any other, but for its size.
	Scores,
	/// With this reason.
	Fails(FailReason),
}

/// A hostile program.
#[derive(Clone)]
pub struct Hostile {
	pub name: String,
	pub program: Vec<u8>,
	pub ends: Ends,
}

/// Bytes of the bodies that are made long: below the limit.
const LONG: usize = 125_000;

fn with(name: &str, changes: &[(&str, &str)], ends: Ends) -> Hostile {
	Hostile { name: name.into(), program: program(changes), ends }
}

/// With functions of about 1 MiB, which are never called, of these declarations, of this piece of
/// text over and over, and of an end. `bytes` is what the piece takes in the module, `blocks` how
/// many blocks and branches it has.
fn long(
	name: &str,
	declared: &str,
	piece: &str,
	(bytes, blocks): (usize, usize),
	end: &str,
) -> Hostile {
	let pieces = (LONG / bytes).min(MAX_BLOCKS.checked_div(blocks).unwrap_or(LONG));
	let function = format!("(func (param i32) {declared} {} {end})", piece.repeat(pieces));
	let rest = "(func $last) (global $g (mut i32) (i32.const 0)) (table 1 funcref)";
	let copies = 8 * LONG / (pieces * bytes);
	with(name, &[("extra", &(function.repeat(copies) + rest))], Scores)
}

fn step(name: &str, text: &str, reason: FailReason) -> Hostile {
	let step = format!(r#"(func $step (export "step") (param $p i32) (result i32) {text})"#);
	with(name, &[("step", &step)], Fails(reason))
}

/// A function of so many locals, of which each has a value, `inside`, and in the end uses of each.
fn locals_through(locals: usize, inside: &str) -> String {
	let declared = "i64 ".repeat(locals);
	let sets: String = (1..=locals)
		.map(|i| format!("(local.set {i} (i64.load offset={i} (local.get 0)))"))
		.collect();
	let uses: String =
		(1..=locals).map(|i| format!("(i64.store (local.get 0) (local.get {i}))")).collect();
	format!("(func (param i32) (local {declared}) {sets} {inside} {uses})")
}

fn locals_through_loops(locals: usize, loops: usize) -> String {
	let one = format!(
		"(loop (local.set 7 (i64.add (local.get 7) (local.get {locals}))) (br_if 0 (local.get 0)))"
	);
	locals_through(locals, &one.repeat(loops))
}

fn locals_through_branches(locals: usize, branches: usize) -> String {
	let half = locals / 2;
	let turns: String = (0..branches)
		.map(|i| 1 + i % half)
		.map(|i| format!("(if (local.get 0) (then (local.set {i} (local.get {}))))", i + half))
		.collect();
	locals_through(locals, &format!("(loop {turns} (br_if 0 (local.get 0)))"))
}

fn locals_through_calls(locals: usize) -> String {
	// What sets and uses a local takes up to 17 bytes, and a call two.
	locals_through(locals, &"(call $last) ".repeat((LONG - 18 * locals) / 2))
}

/// Limits under which all of them end as they should.
pub const HOSTILE: Limits =
	Limits { program_bytes: 4 << 20, step_fuel: LIMITS.total_fuel, ..LIMITS };

/// The corpus.
pub fn corpus() -> Vec<Hostile> {
	let mut all = translation();
	all.extend(execution());
	all.extend(structure());
	all.extend(malformed());
	all
}

/// Slow to prepare or to translate.
pub fn translation() -> Vec<Hostile> {
	let nest = |open: &str, count: usize| {
		format!("(func (param i32) {} nop {})", open.repeat(count), "end ".repeat(count))
	};
	let labels: String = (0..2_000).map(|label| format!("{label} ")).collect();
	let tables = format!(
		"(func (param i32) {} local.get 0 br_table {} 0 {})",
		"block ".repeat(2_000),
		labels.repeat(30),
		"end ".repeat(2_000)
	);
	// Each value is computed twice, so that a compiler may keep all of them from the first time on.
	let kept: String = (0..7_800)
		.map(|i| format!("(i64.xor (i64.mul (local.get 1) (i64.const {})))", 2 * i + 90_001))
		.collect();
	let kept = format!(
		"(func (param i32) (local i64) (local.set 1 (i64.load (i32.const 0))) i64.const 0 {kept} {kept} drop)"
	);
	let mut all = vec![
		with("blocks in one another", &[("extra", &nest("block ", 2_000).repeat(40))], Scores),
		with("loops in one another", &[("extra", &nest("loop ", 2_000).repeat(40))], Scores),
		with("targets of tables of branches", &[("extra", &tables.repeat(6))], Scores),
		with("values kept", &[("extra", &kept.repeat(8))], Scores),
	];
	for locals in [4_000, 1_000, 120] {
		let branches = (MAX_FLOW / 4 / (locals + 16)).min(2_000);
		let copies = MAX_FLOW / (branches * (locals + 16));
		let mut extra = |name: &str, function: String, copies: usize| {
			let name = format!("{locals} locals through {name}");
			let extra = function.repeat(copies) + "(func $last)";
			all.push(with(&name, &[("extra", &extra)], Scores));
		};
		extra("loops", locals_through_loops(locals, branches / 2), copies);
		extra("branches", locals_through_branches(locals, branches - 2), copies);
		extra("calls", locals_through_calls(locals), 8);
	}
	for (name, count, locals) in [
		("functions", 60_000, 0),
		("functions of 100 locals", 10_000, 100),
		("functions of 4 000 locals", 260, 4_000),
	] {
		all.push(Hostile { name: name.into(), program: functions(count, locals), ends: Scores });
	}
	for (name, declared, piece, size, end) in [
		("nop", "", "nop ", (1, 0), ""),
		("block", "", "block end ", (3, 1), ""),
		("loop", "", "loop end ", (3, 1), ""),
		("if", "", "local.get 0 if end ", (5, 1), ""),
		("if and else", "", "local.get 0 if else end ", (6, 2), ""),
		("br_if", "", "local.get 0 br_if 0 ", (4, 1), ""),
		("br_table", "", "block local.get 0 br_table 0 0 0 end ", (10, 2), ""),
		("call", "", "call $last ", (2, 0), ""),
		("call_indirect", "", "local.get 0 call_indirect ", (5, 8), ""),
		("memory.grow", "", "nop ", (1, 0), &"(drop (memory.grow (local.get 0)))".repeat(1_000)),
		("local.set", "", "local.get 0 local.set 0 ", (4, 0), ""),
		("i32.add", "", "local.get 0 local.get 0 i32.add local.set 0 ", (7, 0), ""),
		("i64.rem_s", "(local i64)", "local.get 1 local.get 1 i64.rem_s local.set 1 ", (7, 0), ""),
		(
			"f64.copysign",
			"(local f64)",
			"local.get 1 local.get 1 f64.copysign local.set 1 ",
			(7, 0),
			"",
		),
		("i32.load", "", "local.get 0 i32.load local.set 0 ", (7, 0), ""),
		("i32.store", "", "local.get 0 local.get 0 i32.store ", (7, 0), ""),
		("f32.store", "(local f32)", "local.get 0 local.get 1 f32.store ", (7, 0), ""),
		("f64.min", "(local f64)", "local.get 1 local.get 1 f64.min local.set 1 ", (7, 0), ""),
		("f64.nearest", "(local f64)", "local.get 1 f64.nearest local.set 1 ", (5, 0), ""),
		("i32.trunc_f64_u", "(local f64)", "local.get 1 i32.trunc_f64_u local.set 0 ", (5, 0), ""),
		(
			"i64.trunc_sat_f64_u",
			"(local f64 i64)",
			"local.get 1 i64.trunc_sat_f64_u local.set 2 ",
			(6, 0),
			"",
		),
		("select", "", "local.get 0 local.get 0 local.get 0 select local.set 0 ", (9, 0), ""),
		("global.set", "", "global.get $g global.set $g ", (4, 0), ""),
	] {
		all.push(long(name, declared, piece, size, end));
	}
	all
}

/// Slow, deep or large while they run.
pub fn execution() -> Vec<Hostile> {
	use FailReason::{BadBuffer, BadOutput, BadParams, BadWant, OutOfFuel, StackOverflow, Trap};
	let kept: String = (0..2_000)
		.map(|i| format!("(i64.xor (i64.mul (local.get $x) (i64.const {})))", 2 * i + 90_001))
		.collect();
	let deep = format!(
		"(func $deep (param $x i64) (result i64) i64.const 0 {kept} \
		 (call $deep (i64.add (local.get $x) (i64.const 1))) i64.xor {kept})"
	);
	let part = |name: &str, changed: &str, text: &str, reason| {
		with(name, &[(changed, text)], Fails(reason))
	};
	vec![
		step("endless loop", "(loop (br 0)) i32.const 0", OutOfFuel),
		step("recursion", "local.get 0 call $step", StackOverflow),
		with(
			"recursion through the table",
			&[
				("table", "(table 1 funcref) (elem (i32.const 0) $step)"),
				(
					"step",
					r#"(func $step (export "step") (param i32) (result i32)
					local.get 0 i32.const 0 call_indirect (param i32) (result i32))"#,
				),
			],
			Fails(StackOverflow),
		),
		step(
			"recursion with locals",
			&format!("(local {}) local.get 0 call $step", "f64 ".repeat(4_000)),
			StackOverflow,
		),
		// Native frames far larger than what their locals and operands take.
		with(
			"recursion with values kept",
			&[
				("deep", &deep),
				(
					"step",
					r#"(func (export "step") (param i32) (result i32)
					(i32.wrap_i64 (call $deep (i64.load (i32.const 0)))))"#,
				),
			],
			Fails(StackOverflow),
		),
		step(
			"growing by nothing",
			"(loop (drop (memory.grow (i32.const 0))) (br 0)) i32.const 0",
			OutOfFuel,
		),
		step(
			"growing too far",
			"(loop (drop (memory.grow (i32.const -1))) (br 0)) i32.const 0",
			OutOfFuel,
		),
		step(
			"growing and trapping",
			"(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable",
			Trap,
		),
		step("divided by zero", "(i32.div_s (local.get 0) (i32.const 0))", Trap),
		step("divided beyond", "(i32.div_s (i32.const 0x80000000) (i32.const -1))", Trap),
		step("a NaN made an integer", "(i32.trunc_f32_s (f32.const nan))", Trap),
		step("beyond the memory", "(i32.load offset=0xffffffff (i32.const -1))", Trap),
		step("one byte beyond", "(i32.load (i32.const 65533))", Trap),
		part(
			"want without end",
			"want",
			r#"(func (export "want") (result i64) (loop (br 0)) i64.const 0)"#,
			OutOfFuel,
		),
		part(
			"want of nothing there is",
			"want",
			r#"(func (export "want") (result i64) i64.const 0x7fffffff00000000)"#,
			BadWant,
		),
		part(
			"want of all bits",
			"want",
			r#"(func (export "want") (result i64) i64.const 0xffffffff)"#,
			BadWant,
		),
		part(
			"a buffer beyond",
			"io",
			r#"(func (export "io") (result i64) i64.const -1)"#,
			BadBuffer,
		),
		part(
			"a negative init",
			"init",
			r#"(func (export "init") (param i64 i32) (result i32) i32.const -2147483648)"#,
			BadParams,
		),
		part(
			"outputs without end",
			"predict",
			r#"(func (export "predict") (param i32) (result i32) i32.const 0x7ffffffc)"#,
			BadBuffer,
		),
		part(
			"outputs of NaN",
			"predict",
			r#"(func (export "predict") (param i32) (result i32) (f32.store (i32.const 1024) (f32.const nan)) (i32.shl (local.get 0) (i32.const 1)))"#,
			BadOutput,
		),
		part(
			"negative outputs",
			"predict",
			r#"(func (export "predict") (param i32) (result i32) i32.const -4)"#,
			BadOutput,
		),
		part(
			"a model beyond",
			"model",
			r#"(func (export "model") (result i64) i64.const 0xffffffffffffffff)"#,
			BadBuffer,
		),
		// Sums of NaNs of both signs and many payloads, kept and stored in every way there is.
		with(
			"NaNs",
			&[(
				"step",
				r#"(func (export "step") (param i32) (result i32) (local f32 f64 i32)
				(loop
					(local.set 1 (f32.reinterpret_i32 (i32.add (i32.const 0x7f800000) (i32.mul (local.get 3) (i32.const 7919)))))
					(local.set 2 (f64.promote_f32 (f32.neg (f32.div (f32.sub (local.get 1) (local.get 1)) (f32.const 0)))))
					(f64.store (i32.add (i32.const 8192) (local.get 3)) (f64.min (local.get 2) (f64.promote_f32 (local.get 1))))
					(f32.store (i32.add (i32.const 16384) (local.get 3)) (f32.copysign (local.get 1) (f32.demote_f64 (local.get 2))))
					(i32.store (i32.add (i32.const 20480) (local.get 3)) (i32.reinterpret_f32 (f32.max (local.get 1) (f32.const -nan))))
					(i64.store (i32.add (i32.const 28672) (local.get 3)) (i64.reinterpret_f64 (f64.sqrt (f64.neg (f64.promote_f32 (local.get 1))))))
					(f32.store (i32.add (i32.const 36864) (local.get 3)) (f32.nearest (f32.mul (local.get 1) (f32.const inf))))
					(br_if 0 (i32.lt_u (local.tee 3 (i32.add (local.get 3) (i32.const 4))) (i32.const 4096))))
				i32.const 1)"#,
			)],
			Scores,
		),
	]
}

/// Large in one way or another, and refused where that is over a limit.
pub fn structure() -> Vec<Hostile> {
	let refused = Fails(FailReason::BadProgram);
	let extra = |name: &str, text: &str, ends| with(name, &[("extra", text)], ends);
	let exports: String = (0..100_000).map(|i| format!("(export \"{i:x}\" (func $f)) ")).collect();
	let types = |count: usize| {
		(0..count)
			.map(|i| {
				let parameter = |bit: usize| if i >> bit & 1 == 0 { "i32 " } else { "i64 " };
				format!("(type (func (param {})))", (0..17).map(parameter).collect::<String>())
			})
			.collect::<String>()
	};
	vec![
		extra("100 000 functions", &"(func)".repeat(100_000), refused),
		extra("30 000 types", &types(30_000), Scores),
		extra("100 000 types", &types(100_000), refused),
		extra("100 000 exports", &format!("(func $f) {exports}"), Scores),
		extra("64 globals", &"(global (mut i64) (i64.const 9))".repeat(64), Scores),
		extra("100 000 globals", &"(global (mut i64) (i64.const 9))".repeat(100_000), refused),
		extra("a long name", &format!("(func (export \"{}\"))", "n".repeat(99_000)), Scores),
		extra("a name too long", &format!("(func (export \"{}\"))", "n".repeat(101_000)), refused),
		extra("a full table", "(table 16384 funcref)", Scores),
		extra("a giant table", "(table 4294967295 funcref)", refused),
		extra("a table that grows", "(table 1 4294967295 funcref)", Scores),
		extra("4 000 data segments", &"(data (i32.const 9999) \"x\")".repeat(4_000), Scores),
		extra("5 000 data segments", &"(data (i32.const 9999) \"x\")".repeat(5_000), refused),
		extra("data beyond", "(data (i32.const 65536) \"x\")", refused),
		extra("data far beyond", "(data (i32.const -1) \"xx\")", refused),
		extra("10 000 locals", &format!("(func (local {}))", "i64 ".repeat(10_000)), refused),
		extra("1 000 parameters", &format!("(func (param {}))", "f64 ".repeat(1_000)), Scores),
		extra("4 000 locals through 2 000 loops", &locals_through_loops(4_000, 2_000), refused),
		extra(
			"4 000 locals through 2 000 branches",
			&locals_through_branches(4_000, 2_000),
			refused,
		),
		Hostile {
			name: "40 000 functions of 100 locals".into(),
			program: functions(40_000, 100),
			ends: refused,
		},
		extra("a long body", &format!("(func {})", "nop ".repeat(300_000)), refused),
		extra(
			"5 000 blocks",
			&format!("(func {} {})", "block ".repeat(5_000), "end ".repeat(5_000)),
			refused,
		),
		extra(
			"5 000 operands",
			&format!("(func {} {})", "i32.const 1 ".repeat(5_000), "drop ".repeat(5_000)),
			refused,
		),
		extra(
			"2 000 growths",
			&format!("(func {})", "(drop (memory.grow (i32.const 0)))".repeat(2_000)),
			refused,
		),
		with("a giant memory", &[("memory", r#"(memory (export "memory") 65536 65536)"#)], refused),
		with("no maximum", &[("memory", r#"(memory (export "memory") 1)"#)], refused),
	]
}

/// The sections of a module: id and content.
pub fn sections(module: &[u8]) -> Vec<(u8, Vec<u8>)> {
	let mut rest = &module[8..];
	let mut sections = Vec::new();
	while let [id, after @ ..] = rest {
		let (mut size, mut shift, mut used) = (0usize, 0, 0);
		for byte in after {
			size |= usize::from(byte & 0x7f) << shift;
			shift += 7;
			used += 1;
			if byte & 0x80 == 0 {
				break;
			}
		}
		sections.push((*id, after[used..used + size].to_vec()));
		rest = &after[used + size..];
	}
	sections
}

/// A number in five bytes of LEB128: often more than it needs.
fn five_bytes(number: usize) -> impl Iterator<Item = u8> {
	(0..5).map(move |i| ((number >> (7 * i)) as u8 & 0x7f) | if i < 4 { 0x80 } else { 0 })
}

/// A module of sections.
pub fn module(sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
	let mut module = b"\0asm\x01\0\0\0".to_vec();
	for (id, content) in sections {
		module.push(*id);
		module.extend(five_bytes(content.len()));
		module.extend(content);
	}
	module
}

/// With so many functions that do nothing, each of so many locals.
fn functions(count: usize, locals: usize) -> Vec<u8> {
	let one = program(&[("extra", &format!("(func (local {}))", "i64 ".repeat(locals)))]);
	let mut parts = sections(&one);
	for (id, content) in &mut parts {
		// The first entry is that of the function, and all numbers here are of one byte.
		let more = match id {
			3 => content[1..2].repeat(count),
			10 => content[1..2 + usize::from(content[1])].repeat(count),
			_ => continue,
		};
		let all = five_bytes(usize::from(content[0]) + count);
		*content = all.chain(content[1..].iter().copied()).chain(more).collect();
	}
	module(&parts)
}

/// No modules, or hardly.
pub fn malformed() -> Vec<Hostile> {
	let good = program(&[]);
	// Custom sections can hold anything.
	let parts: Vec<_> = sections(&good).into_iter().filter(|part| part.0 != 0).collect();
	let mut all = vec![("padded numbers".to_string(), module(&parts), Scores)];
	let mut refused =
		|name: String, module| all.push((name, module, Fails(FailReason::BadProgram)));
	refused("nothing".into(), Vec::new());
	refused("a header alone".into(), good[..8].to_vec());
	refused("zeros".into(), vec![0; 1 << 16]);
	refused("another version".into(), [&b"\0asm\x02\0\0\0"[..], &good[8..]].concat());
	for at in 0..parts.len() {
		let mut twice = parts.clone();
		twice.insert(at, parts[at].clone());
		refused(format!("section {at} twice"), module(&twice));
		let mut without = parts.clone();
		without.remove(at);
		refused(format!("no section {at}"), module(&without));
		let mut unknown = parts.clone();
		unknown[at].0 = 77;
		refused(format!("section {at} of another kind"), module(&unknown));
		let mut short = parts.clone();
		short[at].1.pop();
		refused(format!("section {at} cut short"), module(&short));
		let mut many = parts.clone();
		many[at].1.splice(0..1, [0xff, 0xff, 0xff, 0xff, 0x0f]);
		refused(format!("section {at} of 2³² entries"), module(&many));
	}
	let mut endless = good.clone();
	endless.extend([0, 0xff, 0xff, 0xff, 0xff, 0x0f]);
	refused("a section beyond the end".into(), endless);
	let mut overlong = good;
	overlong.extend([0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]);
	refused("a number without end".into(), overlong);
	all.into_iter().map(|(name, program, ends)| Hostile { name, program, ends }).collect()
}
