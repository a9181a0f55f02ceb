//! The program of docs/training-programs.md works as written there.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

/// The files that the page tells the reader to make: a line "`name`:", then a block of code.
fn files(page: &str) -> Vec<(String, String)> {
	let mut files = Vec::new();
	let mut lines = page.lines();
	while let Some(line) = lines.next() {
		if let Some(name) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) {
			let code = lines.by_ref().skip_while(|line| !line.starts_with("```")).skip(1);
			let code = code.take_while(|line| *line != "```").map(|line| format!("{line}\n"));
			files.push((name.to_string(), code.collect()));
		}
	}
	files
}

fn cargo(folder: &Path, arguments: &[&str]) {
	let mut command = Command::new("cargo");
	// The reader has neither of them; cargo sets the second for tests.
	command.env_remove("CARGO_TARGET_DIR").env_remove("CARGO_MANIFEST_DIR");
	let status = command.args(arguments).current_dir(folder).status().unwrap();
	assert!(status.success(), "cargo {arguments:?} failed");
}

#[test]
fn the_example_builds_and_learns() {
	let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").canonicalize().unwrap();
	let page = fs::read_to_string(checkout.join("docs/training-programs.md")).unwrap();
	let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("nearest-mean");
	let files = files(&page);
	let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
	assert_eq!(names, ["Cargo.toml", "build.rs", "src/lib.rs", "tests/digits.rs"]);
	for (name, code) in &files {
		let path = folder.join(name);
		fs::create_dir_all(path.parent().unwrap()).unwrap();
		fs::write(path, code.replace("/path/to/assay", checkout.to_str().unwrap())).unwrap();
	}
	for command in ["cargo test", "cargo build --release --target wasm32v1-none"] {
		assert!(page.lines().any(|line| line == command), "{command:?} is not on the page");
		cargo(&folder, &command.split(' ').skip(1).collect::<Vec<_>>());
	}
	let wasm = "target/wasm32v1-none/release/nearest_mean.wasm";
	assert!(page.contains(wasm));
	wasmparser::validate(&fs::read(folder.join(wasm)).unwrap()).unwrap();
}
