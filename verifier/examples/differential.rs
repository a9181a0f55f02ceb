//! Runs programs on both engines until they disagree, and says what hostile ones cost.
//!
//! ```text
//! cargo build --release --workspace --examples
//! target/release/examples/differential COUNT [SEED]
//! target/release/examples/differential programs FOLDER
//! target/release/examples/differential translation [NAME]
//! ```
//!
//! `FOLDER` is where `scripts/programs` has put the programs of this repository. Random programs
//! are numbered from `SEED` on. Each is a module of any shape, of which all exports are called, or
//! a training program, which is run to its outcome. A disagreement ends it, with the number.

#[path = "../tests/engines/cases.rs"]
mod cases;

use cases::Tally;
use std::{env, path::Path, time::Instant};

/// How often it says how far it is.
const REPORT: u64 = 5_000;

fn main() {
	let arguments: Vec<String> = env::args().skip(1).collect();
	match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
		["programs", folder] => {
			let mut tally = Tally::default();
			cases::check_repository(&mut tally, Path::new(folder));
			println!("{tally}");
		},
		["translation"] => translation(""),
		["translation", name] => translation(name),
		[count] => random(number(count), 0),
		[count, seed] => random(number(count), number(seed)),
		_ => {
			eprintln!("usage: differential COUNT [SEED] | programs FOLDER | translation [NAME]");
			std::process::exit(2);
		},
	}
}

fn number(text: &str) -> u64 {
	text.parse().expect("a number")
}

fn random(count: u64, seed: u64) {
	let (started, mut tally) = (Instant::now(), Tally::default());
	for case in seed..seed + count {
		tally.check_random(case);
		if tally.cases.is_multiple_of(REPORT) {
			println!("{} of {count} after {:.0} s", tally.cases, started.elapsed().as_secs_f64());
		}
	}
	println!("{tally}\n{:.0} s", started.elapsed().as_secs_f64());
}

fn translation(name: &str) {
	println!("{:<30}{:>8}{:>10}{:>10}{:>10}  seconds", "", "MiB", "prepare", "wasmi", "wasmtime");
	for cost in cases::translation(name) {
		let wasmtime =
			cost.wasmtime.map_or("-".into(), |time| format!("{:.2}", time.as_secs_f64()));
		println!(
			"{:<30}{:>8.2}{:>10.2}{:>10.2}{wasmtime:>10}",
			cost.name,
			cost.bytes as f64 / f64::from(1 << 20),
			cost.prepare.as_secs_f64(),
			cost.wasmi.as_secs_f64(),
		);
	}
}
