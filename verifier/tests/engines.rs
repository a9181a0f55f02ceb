//! Both engines give the same: outcome, fuel, trace and model.

#[path = "engines/cases.rs"]
mod cases;

use cases::{check_corpus, check_divisions, check_programs, check_repository, check_shifts, Tally};
use std::{
	path::Path,
	process::Command,
	time::{Duration, Instant},
};

/// How long random programs are tried.
const SLICE: Duration = Duration::from_secs(20);

#[test]
fn random_programs() {
	let (started, mut tally) = (Instant::now(), Tally::default());
	let mut seed = 0;
	while started.elapsed() < SLICE {
		tally.check_random(seed);
		seed += 1;
	}
	println!("{tally}");
	// They are no test if they are refused or trap at once.
	let of = |name: &str| tally.outcomes.get(name).copied().unwrap_or(0);
	assert!(of("run: scored") > 10 && of("calls: returned") > 10, "{tally}");
}

#[test]
fn hostile_programs() {
	// Native stack for the engine's limit, and as much again.
	let thread = std::thread::Builder::new().stack_size(2 * assay_verifier::compiler::STACK);
	let check = || {
		let mut tally = Tally::default();
		check_corpus(&mut tally);
		tally
	};
	let tally = thread.spawn(check).unwrap().join().unwrap();
	assert!(tally.cases > 70, "{tally}");
	// The traces of failed runs are compared as well.
	for reason in
		["BadParams", "Trap", "OutOfFuel", "StackOverflow", "BadBuffer", "BadWant", "BadOutput"]
	{
		assert!(tally.outcomes.contains_key(&format!("run: {reason}")), "{reason}: {tally}");
	}
}

#[test]
fn divisions_by_the_smallest_number() {
	let mut tally = Tally::default();
	check_divisions(&mut tally);
	assert_eq!(tally.outcomes["run: scored"], 2, "{tally}");
}

#[test]
fn shifts_by_nothing_and_by_the_width() {
	let mut tally = Tally::default();
	check_shifts(&mut tally);
	assert_eq!(tally.outcomes["run: scored"], 3, "{tally}");
}

#[test]
fn programs_that_people_write() {
	let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
	let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/programs");
	let programs = ["mlp", "logistic", "forest"];
	let status = Command::new(script).arg(&folder).args(programs).status().unwrap();
	assert!(status.success(), "{script} failed: {status}");
	let mut tally = Tally::default();
	check_programs(&mut tally);
	check_repository(&mut tally, &folder);
}
