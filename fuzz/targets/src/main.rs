//! Runs targets for some seconds each, without instrumentation; or writes what libFuzzer begins
//! with.

use anyhow::{bail, Context, Result};
use assay_fuzz_targets::{slice, target, Target, TARGETS};
use clap::Parser;
use std::{fs, path::PathBuf, time::Duration};

/// Fuzzes programs, data, models, proofs and messages.
#[derive(Parser)]
#[command(version)]
enum Command {
	/// Lists the targets.
	List,
	/// Changes known inputs at random, and exits with 1 if something does not hold for one of them.
	Run {
		/// The targets; without any, all.
		targets: Vec<String>,
		/// How long to run each, in seconds.
		#[arg(long, default_value_t = 10)]
		seconds: u64,
		/// Seed of the changes.
		#[arg(long, default_value_t = 0)]
		seed: u64,
	},
	/// Writes the known inputs of a target to a folder, one file each.
	Seeds {
		/// The target.
		target: String,
		/// The folder.
		folder: PathBuf,
	},
	/// Checks the inputs in some files.
	Check {
		/// The target.
		target: String,
		/// The files.
		files: Vec<PathBuf>,
	},
}

fn main() -> Result<()> {
	match Command::parse() {
		Command::List => TARGETS.iter().for_each(|one| println!("{:<12}{}", one.name, one.about)),
		Command::Run { targets, seconds, seed } => {
			let chosen = match targets.as_slice() {
				[] => TARGETS.to_vec(),
				names => names.iter().map(|name| known(name)).collect::<Result<_>>()?,
			};
			for one in chosen {
				run(&one, seed, Duration::from_secs(seconds))?;
			}
		},
		Command::Seeds { target, folder } => {
			let one = known(&target)?;
			fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
			for (number, input) in (one.seeds)().into_iter().enumerate() {
				let path = folder.join(format!("seed-{number:03}"));
				fs::write(&path, input).with_context(|| path.display().to_string())?;
			}
		},
		Command::Check { target, files } => {
			let one = known(&target)?;
			for path in files {
				let input = fs::read(&path).with_context(|| path.display().to_string())?;
				let deep = (one.check)(&input);
				println!("{}: holds{}", path.display(), if deep { ", and got deep" } else { "" });
			}
		},
	}
	Ok(())
}

fn known(name: &str) -> Result<Target> {
	let names = || TARGETS.map(|one| one.name).join(", ");
	target(name)
		.with_context(|| format!("no target is called '{name}'; expected one of: {}", names()))
}

fn run(one: &Target, seed: u64, time: Duration) -> Result<()> {
	match slice(one, seed, time) {
		Ok(tally) => {
			let rate = tally.executions as f64 / time.as_secs_f64().max(1.0);
			println!(
				"{:<12}{:>9} executions, {rate:.0} a second, {} got deep: everything held",
				one.name, tally.executions, tally.deep
			);
			Ok(())
		},
		Err(found) => {
			let path = std::env::temp_dir().join(format!("assay-fuzz-{}", one.name));
			fs::write(&path, &found.input).with_context(|| path.display().to_string())?;
			bail!(
				"{}: '{}' does not hold after {} executions with seed {seed}; the input is in {}",
				one.name,
				one.about,
				found.tally.executions,
				path.display()
			)
		},
	}
}
