//! The built programs have the form that guest ABI 1 asks for.

use std::{collections::BTreeMap, path::Path, process::Command};
use wasmparser::{
	ExternalKind, FuncType, Parser, Payload,
	ValType::{self, I32, I64},
	Validator, WasmFeatures,
};

/// What the VM accepts: WebAssembly 1.0, mutable globals, sign extension, saturating conversions.
const FEATURES: WasmFeatures = WasmFeatures::WASM1
	.union(WasmFeatures::SIGN_EXTENSION)
	.union(WasmFeatures::SATURATING_FLOAT_TO_INT);

/// Parameters and results of the exported functions.
const EXPORTS: [(&str, &[ValType], ValType); 7] = [
	("abi", &[], I32),
	("init", &[I64, I32], I32),
	("io", &[], I64),
	("model", &[], I64),
	("predict", &[I32], I32),
	("step", &[I32], I32),
	("want", &[], I64),
];

#[test]
fn they_have_the_form_of_guest_abi_1() {
	let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
	let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../scripts/programs");
	let status = Command::new(script).arg(&out).status().unwrap();
	assert!(status.success(), "{script} failed: {status}");
	// Pages of 64 KiB; 16 are what a replayable task allows.
	for (program, pages) in [("mlp", 16), ("logistic", 16), ("forest", 256)] {
		let wasm = std::fs::read(out.join(program).with_extension("wasm")).unwrap();
		check(program, &wasm, pages);
	}
}

fn check(program: &str, wasm: &[u8], pages: u64) {
	let types = Validator::new_with_features(FEATURES)
		.validate_all(wasm)
		.unwrap_or_else(|error| panic!("{program}: {error}"));
	let mut functions = BTreeMap::new();
	let mut memories = Vec::new();
	for payload in Parser::new(0).parse_all(wasm) {
		match payload.unwrap() {
			Payload::ImportSection(_) => panic!("{program} has imports"),
			Payload::StartSection { .. } => panic!("{program} has a start function"),
			Payload::MemorySection(section) => {
				memories.extend(section.into_iter().map(|memory| memory.unwrap().maximum));
			},
			Payload::ExportSection(section) => {
				for export in section.into_iter().map(Result::unwrap) {
					match export.kind {
						ExternalKind::Func => {
							let index = types.as_ref().core_function_at(export.index);
							let function = types.as_ref()[index].unwrap_func().clone();
							functions.insert(export.name, function);
						},
						ExternalKind::Memory => assert_eq!(export.name, "memory", "{program}"),
						_ => {},
					}
				}
			},
			_ => {},
		}
	}
	assert_eq!(memories, [Some(pages)], "{program}: pages of memory");
	let expected = EXPORTS
		.map(|(name, params, result)| (name, FuncType::new(params.iter().copied(), [result])));
	assert_eq!(functions, BTreeMap::from(expected), "{program}: exported functions");
}
