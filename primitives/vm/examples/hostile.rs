//! Writes the corpus of hostile programs into a folder, for those who run it elsewhere.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/hostile FOLDER
//! ```
//!
//! `corpus.json` lists them: each one's name, file, and how it ends, `scores` or the reason of its
//! failure. `train.safetensors` and `holdout.safetensors` are the data that they are run on.

#[path = "../tests/common/mod.rs"]
mod common;

use common::hostile::{corpus, Ends, Hostile};
use std::{env, fs, io, path::Path, process};

fn main() -> io::Result<()> {
	let Some(folder) = env::args_os().nth(1) else {
		eprintln!("usage: hostile FOLDER");
		process::exit(2);
	};
	let folder = Path::new(&folder);
	fs::create_dir_all(folder)?;
	fs::write(folder.join("train.safetensors"), common::train())?;
	fs::write(folder.join("holdout.safetensors"), common::holdout())?;
	let mut lines = Vec::new();
	for (number, Hostile { name, program, ends }) in corpus().into_iter().enumerate() {
		let file = format!("{number}.wasm");
		fs::write(folder.join(&file), program)?;
		let ends = match ends {
			Ends::Scores => "Scores".into(),
			Ends::Fails(reason) => format!("{reason:?}"),
		};
		lines.push(format!("{{\"name\":{name:?},\"file\":{file:?},\"ends\":{ends:?}}}"));
	}
	fs::write(folder.join("corpus.json"), format!("[{}]\n", lines.join(",\n")))
}
