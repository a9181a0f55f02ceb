//! Programs that are refused, or fail: each with its reason.

mod common;

use assay_primitives::{
	file, DataFault, FailReason, File, Input, Limits, Manifest, Outcome, Params, TrainingJob,
};
use assay_vm::{check, prepare, run, BadProgram, Engine, Fault, Inputs, Run, Wasmi};
use common::*;

#[test]
fn a_good_program_is_scored() {
	let program = program(&[]);
	let info = check(&program, &LIMITS).unwrap();
	assert_eq!(info.bytes as usize, program.len());
	assert_eq!((info.functions, info.memory_min, info.memory_max), (7, 1, 2));
	let run = run_program(&program);
	let Outcome::Scored(scored) = run.outcome else { panic!("{run:?}") };
	assert_eq!(scored.score.to_string(), "1");
	// The header, and four chunks of at most three of the ten rows.
	assert_eq!(scored.steps, 5);
	assert_eq!(run.trace.len(), 6);
	assert_eq!(run.model.len(), 68);
	assert_eq!(run.detail, None);
}

fn refused(program: &[u8]) -> BadProgram {
	let reason = prepare(program, &LIMITS).unwrap_err();
	assert_eq!(check(program, &LIMITS), Err(reason.clone()));
	let run = run_program(program);
	assert_eq!(reason_of(&run), FailReason::BadProgram);
	assert!(run.trace.is_empty());
	assert_eq!(run.detail, Some(reason.to_string()));
	reason
}

fn refused_with(changes: &[(&str, &str)]) -> BadProgram {
	refused(&program(changes))
}

#[test]
fn what_is_not_webassembly_is_refused() {
	assert_eq!(refused(b""), BadProgram::NotWasm);
	assert_eq!(refused(b"#!/usr/bin/env python"), BadProgram::NotWasm);
	assert_eq!(refused(b"\0asm\x02\0\0\0"), BadProgram::NotWasm);
	// A component.
	assert_eq!(refused(b"\0asm\x0d\0\x01\0"), BadProgram::NotWasm);
	assert!(BadProgram::NotWasm.to_string().contains("expected a binary module"));
}

#[test]
fn every_cut_of_a_program_is_refused() {
	let program = program(&[]);
	let whole = prepare(&program, &LIMITS).unwrap();
	let mut whole_without_names = 0;
	for length in 0..program.len() {
		match prepare(&program[..length], &LIMITS) {
			Ok(prepared) => {
				assert_eq!(prepared.wasm(), whole.wasm());
				whole_without_names += 1;
			},
			Err(reason) => assert_ne!(reason.to_string(), ""),
		}
	}
	assert_eq!(whole_without_names, 1);
}

#[test]
fn imports_are_refused() {
	assert_eq!(
		refused_with(&[("import", r#"(import "env" "time" (func))"#)]),
		BadProgram::Import { module: "env".into(), name: "time".into() }
	);
	assert_eq!(
		refused_with(&[
			("import", r#"(import "env" "memory" (memory 1 2))"#),
			("memory", r#"(export "memory" (memory 0))"#),
		])
		.to_string(),
		"the program imports env.memory; expected no imports"
	);
}

#[test]
fn a_start_function_is_refused() {
	assert_eq!(refused_with(&[("start", "(func $go) (start $go)")]), BadProgram::Start);
}

#[test]
fn missing_exports_are_refused() {
	for name in ["memory", "abi", "io", "init", "want", "step", "predict", "model"] {
		let text = text(&[]).replace(&format!("(export \"{name}\")"), "");
		assert_eq!(refused(&wat::parse_str(text).unwrap()), BadProgram::MissingExport { name });
	}
}

#[test]
fn wrongly_typed_exports_are_refused() {
	assert_eq!(
		refused_with(&[("step", r#"(func (export "step") (param i64) (result i32) i32.const 0)"#)]),
		BadProgram::WrongExport {
			name: "step",
			found: "a function (i64) -> (i32)".into(),
			expected: "a function (i32) -> (i32)".into(),
		}
	);
	assert_eq!(
		refused_with(&[("want", r#"(func (export "want"))"#)]).to_string(),
		"the export `want` is a function () -> (); expected a function () -> (i64)"
	);
	assert_eq!(
		refused_with(&[("model", r#"(global (export "model") i64 (i64.const 0))"#)]).to_string(),
		"the export `model` is a global; expected a function () -> (i64)"
	);
	assert_eq!(
		refused_with(&[("memory", r#"(memory 1 2) (table (export "memory") 1 funcref)"#)])
			.to_string(),
		"the export `memory` is a table; expected the memory"
	);
}

#[test]
fn a_memory_must_have_a_maximum_within_the_limit() {
	let memory = |text| refused_with(&[("memory", text)]);
	assert_eq!(memory(r#"(memory (export "memory") 1)"#), BadProgram::NoMaximum);
	assert_eq!(
		memory(r#"(memory (export "memory") 1 17)"#),
		BadProgram::MemoryOverLimit { found: 17, limit: 16 }
	);
	assert_eq!(
		memory(r#"(memory (export "memory") 1 2) (memory 1 2)"#),
		BadProgram::ManyMemories { found: 2 }
	);
	let none = [
		("memory", ""),
		("init", r#"(func (export "init") (param i64 i32) (result i32) i32.const 0)"#),
		("want", r#"(func (export "want") (result i64) i64.const -1)"#),
		("step", r#"(func (export "step") (param i32) (result i32) i32.const 1)"#),
		("predict", r#"(func (export "predict") (param i32) (result i32) i32.const 0)"#),
	];
	assert_eq!(refused_with(&none), BadProgram::NoMemory);
}

#[test]
fn too_large_a_program_is_refused() {
	let program = program(&[]);
	let limits = Limits { program_bytes: program.len() as u32 - 1, ..LIMITS };
	assert_eq!(
		prepare(&program, &limits),
		Err(BadProgram::TooLarge { found: program.len(), limit: limits.program_bytes })
	);
	assert!(prepare(&program, &Limits { program_bytes: program.len() as u32, ..LIMITS }).is_ok());
}

#[test]
fn proposals_are_refused_by_name() {
	for (text, expected) in [
		("(func i32.const 0 i32.const 0 i32.const 0 memory.copy)", "bulk memory"),
		("(func (result i32 i32) i32.const 0 i32.const 0)", "multi-value"),
		("(func (result externref) ref.null extern)", "reference types"),
		("(func $f return_call $f)", "tail calls"),
		("(func (result v128) v128.const i32x4 0 0 0 0)", "SIMD"),
		("(func i32.const 0 i32.atomic.load drop)", "threads"),
		("(tag) (func throw 0)", "exceptions"),
		("(global i32 (i32.add (i32.const 1) (i32.const 2)))", "constant expression"),
		("(table 1 funcref) (table 1 funcref)", "multiple tables"),
		("(type (struct))", "gc"),
	] {
		let reason = refused_with(&[("extra", text)]);
		let BadProgram::Proposal { reason: what, .. } = &reason else { panic!("{text}: {reason}") };
		assert!(what.to_lowercase().contains(&expected.to_lowercase()), "{text}: {what}");
		assert!(reason.to_string().contains("build for wasm32v1-none"));
	}
	let memory64 = refused_with(&[("memory", r#"(memory (export "memory") i64 1 2)"#)]);
	assert!(matches!(memory64, BadProgram::Proposal { .. } | BadProgram::Invalid { .. }));
}

/// A load names its memory where a bit of its alignment says so, in the encoding of multiple
/// memories. Copied as it is, it would be in a module that no engine takes.
#[test]
fn other_encodings_of_the_same_instruction_are_refused() {
	let extra = "(func (result i32) i32.const 0 i32.load8_u offset=128)";
	let plain = program(&[("extra", extra)]);
	let (load, other) = ([0x2d, 0, 0x80, 1], [0x2d, 0x40, 0, 1]);
	let at = plain.windows(4).position(|bytes| bytes == load).unwrap();
	let mut named = plain.clone();
	named[at..at + 4].copy_from_slice(&other);
	prepare(&plain, &LIMITS).unwrap();
	let reason = prepare(&named, &LIMITS).unwrap_err();
	assert_eq!(check(&named, &LIMITS), Err(reason.clone()));
	assert!(matches!(reason, BadProgram::Proposal { .. }), "{reason}");
}

/// A section of the same content, as later versions of WebAssembly have it, would be copied as it
/// is, and its bounds would not be known.
#[test]
fn other_encodings_of_the_same_section_are_refused() {
	let (table, element, data) = (4, 9, 11);
	let extra = r#"(table 1 funcref) (elem (i32.const 0) 0) (data (i32.const 70) "x")"#;
	let plain = hostile::sections(&program(&[("extra", extra)]));
	let with = |id: u8, content: &[u8]| {
		let mut sections = plain.clone();
		let section = sections.iter_mut().find(|section| section.0 == id).unwrap();
		section.1 = content.to_vec();
		hostile::module(&sections)
	};
	for (id, content) in [
		(table, &[1, 0x70, 0, 1][..]),
		(element, &[1, 0, 0x41, 0, 0x0b, 1, 0]),
		(element, &[1, 0x80, 0, 0x41, 0, 0x0b, 1, 0]),
		(data, &[1, 0, 0x41, 0, 0x0b, 1, 120]),
		(data, &[1, 0x80, 0x80, 0, 0x41, 0, 0x0b, 1, 120]),
	] {
		prepare(&with(id, content), &LIMITS).unwrap();
	}
	for (id, content) in [
		// The type in full.
		(table, &[1, 0x63, 0x70, 0, 1][..]),
		// Table 0 by its number.
		(element, &[1, 2, 0, 0x41, 0, 0x0b, 0, 1, 0]),
		// No expressions: in the table, and beyond it.
		(element, &[1, 4, 0x41, 0, 0x0b, 0]),
		(element, &[1, 4, 0x41, 9, 0x0b, 0]),
		(element, &[1, 6, 0, 0x41, 0, 0x0b, 0x70, 0]),
		// Memory 0 by its number.
		(data, &[1, 2, 0, 0x41, 0, 0x0b, 1, 120]),
		(data, &[1, 0x82, 0, 0, 0x41, 0, 0x0b, 1, 120]),
	] {
		let reason = refused(&with(id, content));
		assert!(matches!(reason, BadProgram::Proposal { .. }), "{id}, {content:?}: {reason}");
	}
}

#[test]
fn what_rustc_emits_is_admitted() {
	let extra = r#"
		(global $stack (mut i32) (i32.const 65536))
		(global $heap (export "__heap_base") i32 (i32.const 65536))
		(table 2 2 funcref)
		(elem (i32.const 1) $f)
		(data (i32.const 70) "constant")
		(func $f (param f64) (result i64)
			local.get 0
			i64.trunc_sat_f64_s
			i64.extend8_s)"#;
	let program = program(&[("extra", extra)]);
	let info = check(&program, &LIMITS).unwrap();
	assert_eq!((info.table, info.globals, info.data_bytes), (2, 1, 8));
	assert!(matches!(run_program(&program).outcome, Outcome::Scored(_)));
}

#[test]
fn what_does_not_validate_is_refused() {
	let reason = refused_with(&[("extra", "(func (result i32) i64.const 0)")]);
	let BadProgram::Invalid { at, reason } = reason else { panic!("{reason}") };
	assert!(at > 0);
	assert_eq!(reason, "type mismatch: expected i32, found i64");
}

#[test]
fn segments_out_of_bounds_are_refused() {
	assert_eq!(
		refused_with(&[("extra", r#"(data (i32.const 65530) "1234567")"#)]),
		BadProgram::SegmentOutOfBounds { kind: "data", index: 0, end: 65537, size: 65536 }
	);
	assert_eq!(
		refused_with(&[("extra", r#"(data (i32.const -1) "1")"#)]),
		BadProgram::SegmentOutOfBounds { kind: "data", index: 0, end: 1 << 32, size: 65536 }
	);
	assert_eq!(
		refused_with(&[("extra", r#"(table 1 funcref) (elem (i32.const 0) 0 1)"#)]).to_string(),
		"element segment 0 ends at 2; expected at most 1, the declared size"
	);
}

#[test]
fn too_many_of_anything_are_refused() {
	let many = |what: &str, count: usize| what.repeat(count);
	let blocks = format!("(func {} {})", many("block ", 4096), many("end ", 4096));
	let operands = format!("(func {} {})", many("i32.const 0 ", 4097), many("drop ", 4097));
	let body = format!("(func {})", many("nop ", 131_072));
	let branches = format!(
		"(func (param i32) (local {}) {})",
		many("i32 ", 2039),
		many("local.get 0 br_if 0 ", 2048)
	);
	let locals = format!("(func (local {}))", many("i64 ", 4096));
	// Where nothing is reached nothing has to be pushed for a call, which takes two bytes.
	let wide = format!("(type $w (func (param {}) (result i32)))", many("i32 ", 999));
	let calls = format!("{wide} (func $f (type $w) unreachable) (table 1 funcref)");
	let direct = format!("{calls} (func unreachable {})", many("call $f drop ", 4_195));
	let indirect =
		format!("{calls} (func unreachable {})", many("call_indirect (type $w) drop ", 4_195));
	let cases = [
		("functions", many("(func)", 65_530), 65_537, 65_536),
		("globals", many("(global i32 (i32.const 0))", 65), 65, 64),
		("table entries", "(table 16385 funcref)".into(), 16_385, 16_384),
		(
			"entries of element segments",
			format!("(table 6 funcref) {}", many("(elem (i32.const 1) 0 0 0 0 0)", 4_096)),
			16_385,
			16_384,
		),
		(
			"bytes of data segments",
			many(&format!("(data (i32.const 0) \"{}\")", many("x", 32_769)), 2),
			65_538,
			65_536,
		),
		("data segments", many("(data (i32.const 0) \"\")", 4097), 4097, 4096),
		(
			"element segments",
			format!("(table 1 funcref) {}", many("(elem (i32.const 0))", 4097)),
			4097,
			4096,
		),
		(
			"locals in a function",
			format!("(func (param i32) (local {}))", many("i32 ", 4096)),
			4097,
			4096,
		),
		// The block of the function itself is one of them.
		("blocks in one another", blocks, 4097, 4096),
		(
			"targets of a br_table",
			format!("(func i32.const 0 br_table {})", many("0 ", 65_538)),
			65_537,
			65_536,
		),
		(
			"memory.grow in a function",
			format!("(func i32.const 0 {} drop)", many("memory.grow ", 1025)),
			1025,
			1024,
		),
		(
			"memory.grow and signed divisions",
			many(&format!("(func i32.const 0 {} drop)", many("memory.grow ", 1000)), 17),
			17_000,
			16_384,
		),
		("operands in a function", operands, 4097, 4096),
		// One byte for the number of locals, and one for `end`.
		("bytes in a function", body, 131_074, 131_072),
		(
			"blocks and branches in a function",
			format!("(func {})", many("block end ", 2049)),
			2049,
			2048,
		),
		(
			"blocks and branches in a function",
			format!("(func (param i32) local.get 0 {} drop)", many("local.get 0 i32.div_s ", 1025)),
			2050,
			2048,
		),
		// In a frame of 8 slots, 2 040 locals and one operand.
		("blocks and branches times slots of frames", branches, 4_196_352, 4_194_304),
		// Those of the rest of the program are some too.
		("locals in all functions", many(&locals, 256), 1_048_577, 1_048_576),
		("parameters and results of all calls", direct, 4_195_000, 4_194_304),
		("parameters and results of all calls", indirect, 4_195_000, 4_194_304),
	];
	for (what, text, found, limit) in cases {
		let expected = BadProgram::TooMany { what, found, limit };
		assert_eq!(refused_with(&[("extra", &text)]), expected);
	}
}

#[test]
fn the_largest_functions_are_translated() {
	let many = |what: &str, count: usize| what.repeat(count);
	for text in [
		format!("(func {} {})", many("block ", 2048), many("end ", 2048)),
		format!("(func {} {})", many("i32.const 0 ", 4096), many("drop ", 4096)),
		format!("(func (param i32) (local {}) local.get 4095 drop)", many("i64 ", 4095)),
		format!("(func i32.const 0 {} drop)", many("memory.grow ", 1024)),
		// What grows most in the pass, in functions of the largest size.
		format!(
			"(func f64.const 0 {} drop)",
			many("f64.abs i64.reinterpret_f64 f64.reinterpret_i64 ", 43_600)
		),
		format!("(func {})", many("loop memory.size drop end ", 2_048)),
		format!("(func (param i32) {})", many("local.get 0 br_if 0 ", 2_048)),
		format!("(func $f {})", many("call $f loop end ", 2_048)),
		format!(
			"(func $f (param {})) (func unreachable {})",
			many("f64 ", 1_000),
			many("call $f ", 4_194)
		),
		format!("(func i32.const 0 br_table {})", many("0 ", 65_537)),
		format!(
			"(func (param i32) (local {}) {})",
			many("i32 ", 2039),
			many("local.get 0 br_if 0 ", 2044)
		),
		format!("(func {})", many("block i32.const 0 br_table 0 0 0 0 end ", 1_024)),
	] {
		let prepared = prepare(&program(&[("extra", &text)]), &LIMITS).unwrap();
		Wasmi::new().load(&prepared).unwrap();
	}
}

#[test]
fn another_abi_is_refused() {
	let detail = fails(
		&[("abi", r#"(func (export "abi") (result i32) i32.const 2)"#)],
		FailReason::BadProgram,
	);
	assert_eq!(detail, "abi() returned 2; expected 1");
}

#[test]
fn parameters_can_be_refused() {
	let init = |body| format!(r#"(func (export "init") (param i64 i32) (result i32) {body})"#);
	assert_eq!(
		fails(&[("init", &init("i32.const -3"))], FailReason::BadParams),
		"init returned -3"
	);
	assert_eq!(
		fails(
			&[("io", r#"(func (export "io") (result i64) i64.const 0x40000000007)"#)],
			FailReason::BadParams
		),
		"the transfer buffer has 7 bytes; the parameters have 8"
	);
}

const STEP: &str = r#"(func (export "step") (param i32) (result i32)"#;

fn step(body: &str) -> String {
	format!("{STEP} {body})")
}

#[test]
fn traps_fail_the_run() {
	for (body, what) in [
		("unreachable", "unreachable"),
		("i32.const 1 i32.const 0 i32.div_s", "divide by zero"),
		("i32.const 65536 i32.load", "out of bounds memory access"),
		("f32.const nan i32.trunc_f32_s", "invalid conversion"),
	] {
		let detail = fails(&[("step", &step(body))], FailReason::Trap);
		assert!(detail.starts_with("step() trapped: "), "{detail}");
		assert!(detail.contains(what), "{detail}");
	}
}

#[test]
fn running_out_of_memory_is_the_programs_own_failure() {
	// As an allocator does: the memory cannot grow beyond its maximum, and it gives up.
	let body = "loop i32.const 1 memory.grow i32.const -1 i32.ne br_if 0 end unreachable";
	fails(&[("step", &step(body))], FailReason::Trap);
}

#[test]
fn endless_loops_run_out_of_fuel() {
	for body in [
		"loop br 0 end i32.const 0",
		"loop $a loop $b br $a end end i32.const 0",
		"loop i32.const 1 br_if 0 end i32.const 0",
		"loop i32.const 0 br_table 0 0 end i32.const 0",
		"loop i32.const 1 if br 1 end end i32.const 0",
	] {
		let detail = fails(&[("step", &step(body))], FailReason::OutOfFuel);
		assert!(detail.starts_with("step() used more than the 1000000 of fuel"), "{detail}");
	}
}

#[test]
fn each_call_has_a_cap() {
	let endless = "loop br 0 end";
	for (name, head, end) in [
		("abi", "(result i32)", "i32.const 1"),
		("io", "(result i64)", "i64.const 0"),
		("init", "(param i64 i32) (result i32)", "i32.const 0"),
		("want", "(result i64)", "i64.const 0"),
		("predict", "(param i32) (result i32)", "i32.const 0"),
		("model", "(result i64)", "i64.const 0"),
	] {
		let text = format!(r#"(func (export "{name}") {head} {endless} {end})"#);
		let detail = fails(&[(name, &text)], FailReason::OutOfFuel);
		assert!(detail.starts_with(&format!("{name}() used more")), "{detail}");
	}
}

#[test]
fn the_whole_run_has_a_cap() {
	let (program, train, holdout) = (program(&[]), train(), holdout());
	let job = job(&program, &train, &holdout);
	let Outcome::Scored(scored) = run_job(&job, &program, &train, &holdout).outcome else {
		panic!("it is scored without the cap")
	};
	let with = |total_fuel| {
		let job = TrainingJob { limits: Limits { total_fuel, ..job.limits }, ..job.clone() };
		run_job(&job, &program, &train, &holdout)
	};
	assert_eq!(with(scored.fuel).outcome, Outcome::Scored(scored));
	for less in [scored.fuel - 1, scored.fuel / 2, 10, 0] {
		assert_eq!(reason_of(&with(less)), FailReason::OutOfFuel, "{less}");
	}
}

#[test]
fn endless_recursion_overflows_the_stack() {
	for body in [
		// Directly, through another function, and through the table.
		"local.get 0 call $f",
		"local.get 0 call $g",
		"local.get 0 i32.const 0 call_indirect (type $t)",
	] {
		let extra = format!(
			"(type $t (func (param i32) (result i32)))
			(table 1 1 funcref)
			(elem (i32.const 0) $f)
			(func $f (type $t) {body})
			(func $g (type $t) local.get 0 call $f)"
		);
		let detail = fails(
			&[("extra", &extra), ("step", &step("local.get 0 call $f"))],
			FailReason::StackOverflow,
		);
		assert_eq!(detail, "step() used more than 65536 slots of stack");
	}
}

#[test]
fn buffers_must_be_inside_of_the_memory() {
	let io = |value: &str| format!(r#"(func (export "io") (result i64) i64.const {value})"#);
	assert_eq!(
		fails(&[("io", &io("0xffff00000002"))], FailReason::BadBuffer),
		"io() named 2 bytes at 65535; the memory has 65536 bytes"
	);
	fails(&[("io", &io("-1"))], FailReason::BadBuffer);
	// Room for the parameters, but not for the header.
	assert_eq!(
		fails(&[("io", &io("0x40000000020"))], FailReason::BadBuffer),
		"the transfer buffer has 32 bytes; expected at least 40"
	);
	assert_eq!(
		fails(
			&[("model", r#"(func (export "model") (result i64) i64.const 0x100010000)"#)],
			FailReason::BadBuffer
		),
		"model() named 65536 bytes at 1; the memory has 65536 bytes"
	);
}

#[test]
fn want_must_name_what_exists() {
	let want = |value: &str| format!(r#"(func (export "want") (result i64) i64.const {value})"#);
	for value in ["4", "0xffffffff", "0x100000001", "0x200000000", "-2"] {
		let detail = fails(&[("want", &want(value))], FailReason::BadWant);
		assert!(detail.contains("an index below 4"), "{detail}");
	}
}

/// A run of a program that reads the first chunk of a file, and is trained.
fn run_with_file(declared: &[u8], given: &[u8]) -> Run {
	let want = r#"(func (export "want") (result i64) i64.const 0x200000000)"#;
	let program = program(&[("want", want), ("step", &step("i32.const 1"))]);
	let (train, holdout) = (train(), holdout());
	let file = File {
		id: Manifest::of(declared).id(),
		bytes: declared.len() as u32,
		root: file::tree(declared).root(),
	};
	let job = TrainingJob { file: Some(file), ..job(&program, &train, &holdout) };
	let inputs = Inputs { program: &program, train: &train, holdout: &holdout, file: given };
	run(&Wasmi::new(), &job, &inputs, &mut |_| ()).unwrap()
}

#[test]
fn a_file_is_read_in_chunks_and_is_part_of_the_trace() {
	let trace = |file: &[u8]| match run_with_file(file, file).outcome {
		Outcome::Scored(scored) => scored.trace_root,
		outcome => panic!("{outcome:?}"),
	};
	assert_eq!(trace(b"a model"), trace(b"a model"));
	assert_ne!(trace(b"a model"), trace(b"another"));
	let empty = run_with_file(b"", b"");
	assert_eq!(reason_of(&empty), FailReason::BadWant);
	assert!(empty.detail.unwrap().contains("an index below 0"));
}

#[test]
fn a_file_other_than_the_declared_one_is_unavailable() {
	for given in [&b"b model"[..], b"a mode", b"a model ", b""] {
		let outcome = run_with_file(b"a model", given).outcome;
		let fault = DataFault::RootMismatch;
		assert_eq!(outcome, Outcome::Unavailable { input: Input::File, fault });
	}
}

#[test]
fn training_that_never_ends_has_too_many_steps() {
	let want = r#"(func (export "want") (result i64) i64.const -1)"#;
	let detail = fails(&[("want", want), ("step", &step("i32.const 0"))], FailReason::TooManySteps);
	assert_eq!(detail, "training did not end within 100 steps");
}

#[test]
fn a_step_reports_continue_or_trained() {
	for (status, text) in [("-1", "-1"), ("2", "2"), ("0x80000000", "-2147483648")] {
		let detail =
			fails(&[("step", &step(&format!("i32.const {status}")))], FailReason::StepFailed);
		assert_eq!(detail, format!("step() returned {text} in step 1; expected 0 or 1"));
	}
}

#[test]
fn outputs_must_be_finite_and_as_many_as_rows() {
	let predict =
		|body: &str| format!(r#"(func (export "predict") (param i32) (result i32) {body})"#);
	let bad = |body: &str, reason| fails(&[("predict", &predict(body))], reason);
	let store = |value: &str| {
		format!("i32.const 1024 f32.const {value} f32.store local.get 0 i32.const 1 i32.shl")
	};
	for value in ["nan", "-nan:0x200001", "inf", "-inf"] {
		let detail = bad(&store(value), FailReason::BadOutput);
		assert_eq!(detail, "output 0 of predict() is NaN or infinite");
	}
	assert_eq!(bad("i32.const -1", FailReason::BadOutput), "predict() returned -1");
	assert_eq!(
		bad("i32.const 6", FailReason::BadOutput),
		"predict() returned 6 bytes; expected a multiple of 4"
	);
	assert_eq!(
		bad("i32.const 4", FailReason::BadOutput),
		"predict() gave 2 outputs for 5 rows; expected 1 or 2 a row"
	);
	// Before they are kept: five rows have ten numbers at the most.
	assert_eq!(
		bad("i32.const 4096", FailReason::BadOutput),
		"predict() returned 1024 outputs; all rows that are left have 10 at the most"
	);
	assert_eq!(
		bad("i32.const 4097", FailReason::BadBuffer),
		"predict() returned 4097 bytes; the transfer buffer has 4096"
	);
}

#[test]
fn parameters_reach_the_program() {
	let (program, train, holdout) = (program(&[]), train(), holdout());
	let mut job = job(&program, &train, &holdout);
	let model = |job: &TrainingJob| run_job(job, &program, &train, &holdout).model;
	let first = model(&job);
	job.params = Params::truncate_from(vec![1; 1024]);
	assert_ne!(model(&job)[..], first[..]);
}

#[test]
fn a_job_of_another_version_is_no_outcome() {
	let (program, train, holdout) = (program(&[]), train(), holdout());
	let job = TrainingJob { vm_version: 2, ..job(&program, &train, &holdout) };
	let inputs = Inputs { program: &program, train: &train, holdout: &holdout, file: &[] };
	assert_eq!(
		run(&Wasmi::new(), &job, &inputs, &mut |_| ()),
		Err(Fault::Version { found: 2, expected: 1 })
	);
}

/// The trace of a failed run.
mod failures {
	use super::*;
	use assay_vm::{origin, run_until, StateImage, FAILED};

	const IDLE: (&str, &str) = ("want", r#"(func (export "want") (result i64) i64.const -1)"#);

	fn init(body: &str) -> String {
		format!(r#"(func (export "init") (param i64 i32) (result i32) {body})"#)
	}

	#[test]
	fn each_kind_has_the_same_root_twice_and_no_other_program_has_it() {
		let deep = "(func $f (param i32) (result i32) local.get 0 call $f)";
		let predict = r#"(func (export "predict") (param i32) (result i32) i32.const -1)"#;
		let io = r#"(func (export "io") (result i64) i64.const -1)"#;
		let mut roots = Vec::new();
		for (changes, reason) in [
			(&[("init", &*init("i32.const -1"))][..], FailReason::BadParams),
			(&[("init", &init("unreachable"))], FailReason::Trap),
			(&[("step", &step("unreachable"))], FailReason::Trap),
			(&[("step", &step("loop br 0 end i32.const 0"))], FailReason::OutOfFuel),
			(&[("extra", deep), ("step", &step("local.get 0 call $f"))], FailReason::StackOverflow),
			(&[("io", io)], FailReason::BadBuffer),
			(
				&[("want", r#"(func (export "want") (result i64) i64.const 4)"#)],
				FailReason::BadWant,
			),
			(&[IDLE, ("step", &step("i32.const 0"))], FailReason::TooManySteps),
			(&[("step", &step("i32.const 2"))], FailReason::StepFailed),
			(&[("predict", predict)], FailReason::BadOutput),
		] {
			let program = program(changes);
			let run = run_program(&program);
			assert_eq!(reason_of(&run), reason);
			assert_eq!(run_program(&program), run);
			let Outcome::Failed { trace_root, .. } = run.outcome else { unreachable!() };
			assert!(!roots.contains(&trace_root), "{reason:?}");
			roots.push(trace_root);
		}
	}

	#[test]
	fn the_state_in_which_a_run_failed_is_the_last_of_its_trace() {
		let program =
			program(&[IDLE, ("step", &step("i32.const 100 i32.const 7 i32.store unreachable"))]);
		let (train, holdout) = (train(), holdout());
		let job = job(&program, &train, &holdout);
		let inputs = Inputs { program: &program, train: &train, holdout: &holdout, file: &[] };
		let StateImage { fuel, mut memory, .. } =
			run_until(&Wasmi::new(), &job, &inputs, 0).unwrap().unwrap();
		assert_eq!(memory[100], 0);
		memory[100] = 7;
		// `want` has returned, for one; the call that failed is not charged.
		let (origin, fuel) = (origin(&job, &program), fuel + 1);
		let last = StateImage { origin, step: 0, status: FAILED, fuel, memory };
		let trace = run_job(&job, &program, &train, &holdout).trace;
		assert_eq!(trace.len(), 2);
		assert_eq!(trace[1], last.commitment());
	}

	#[test]
	fn what_the_failed_call_did_is_in_the_root() {
		let count =
			"loop i32.const 100 i32.const 100 i32.load i32.const 1 i32.add i32.store br 0 end";
		let with = |changes: &[(&str, &str)], change: fn(&mut TrainingJob)| {
			let (program, train, holdout) = (program(changes), train(), holdout());
			let mut job = job(&program, &train, &holdout);
			change(&mut job);
			let run = run_job(&job, &program, &train, &holdout);
			assert_eq!(reason_of(&run), FailReason::OutOfFuel);
			run.trace
		};
		// In a step: the states before it are the same.
		let step = [IDLE, ("step", &step(&format!("{count} i32.const 0")))];
		let (less, more) = (with(&step, |job| job.limits.step_fuel = 1_000), with(&step, |_| ()));
		assert_eq!((less.len(), less[0]), (2, more[0]));
		assert_ne!(less[1], more[1]);
		// In `init`, before there is any.
		let init = [("init", &*init(&format!("{count} i32.const 0")))];
		let (less, more) = (with(&init, |job| job.limits.step_fuel = 1_000), with(&init, |_| ()));
		assert_eq!((less.len(), more.len()), (1, 1));
		assert_ne!(less, more);
	}
}
