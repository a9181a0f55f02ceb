//! Gives the program a fingerprint of the VM that it is built with: of all that an outcome depends
//! on.

use std::{
	collections::hash_map::DefaultHasher,
	fs,
	hash::{Hash, Hasher},
	io,
	path::{Path, PathBuf},
};

/// The VM, its fast engine, what it is made of, and the versions of everything else.
const SOURCES: [&str; 11] = [
	"../primitives/vm/src",
	"../primitives/core/src",
	"../primitives/abi/src",
	"src/compiler.rs",
	"../Cargo.lock",
	// Features and profiles.
	"../Cargo.toml",
	"../primitives/vm/Cargo.toml",
	"../primitives/core/Cargo.toml",
	"../primitives/abi/Cargo.toml",
	"Cargo.toml",
	"../rust-toolchain.toml",
];

fn main() -> io::Result<()> {
	let mut hasher = DefaultHasher::new();
	for path in SOURCES {
		println!("cargo::rerun-if-changed={path}");
		add(Path::new(path), &mut hasher)?;
	}
	println!("cargo::rustc-env=ASSAY_VM_BUILD={:016x}", hasher.finish());
	Ok(())
}

/// Hashes a file, or all that is in a folder, with its name.
fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
	if !path.is_dir() {
		path.hash(hasher);
		fs::read(path)?.hash(hasher);
		return Ok(());
	}
	let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
	let mut paths = entries.collect::<io::Result<Vec<PathBuf>>>()?;
	paths.sort();
	paths.iter().try_for_each(|path| add(path, hasher))
}
