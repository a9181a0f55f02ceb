//! Runs cases until the time is over or something fails.

use anyhow::{bail, Result};
use assay_fuzz::{
	case::{replay, run, shrink},
	coverage::Coverage,
	failure::Failure,
	step::Step,
};
use clap::Parser;
use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};

/// How often it says how far it is.
const REPORT: Duration = Duration::from_secs(10);

/// Runs random transactions and blocks on the runtime, and checks what must always hold.
///
/// Exits with 1 if something does not hold, and prints the seed and the fewest steps that show it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
	/// Seed of the first case; the following cases have the following seeds. Without it, the time
	/// of day.
	#[arg(long)]
	seed: Option<u64>,
	/// How long to run, in seconds.
	#[arg(long, default_value_t = 60)]
	seconds: u64,
	/// How many cases to run; without it, as many as the time allows.
	#[arg(long)]
	cases: Option<u64>,
	/// Steps of a case.
	#[arg(long, default_value_t = 1_500)]
	steps: usize,
	/// Goes on after a failure. Each kind of failure is told once.
	#[arg(long)]
	keep_going: bool,
	/// How long a case that failed is made smaller, in seconds.
	#[arg(long, default_value_t = 120)]
	shrink: u64,
}

fn main() -> Result<()> {
	let arguments = Arguments::parse();
	let seed = arguments.seed.unwrap_or_else(|| {
		let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
		now.map_or(0, |now| now.as_secs() * 1_000_000)
	});
	println!("seed {seed}, {} steps a case", arguments.steps);
	let started = Instant::now();
	let deadline = started + Duration::from_secs(arguments.seconds);
	let mut coverage = Coverage::default();
	let (mut cases, mut transactions, mut blocks, mut told) = (0u64, 0u64, 0u64, started);
	let mut failures = BTreeMap::<String, u64>::new();
	while arguments.cases.is_none_or(|most| cases < most) && Instant::now() < deadline {
		let number = seed.wrapping_add(cases);
		let run = run(number, arguments.steps, Some(deadline));
		cases += 1;
		transactions += run.transactions;
		blocks += run.blocks;
		coverage.add(run.coverage);
		if let Some(failure) = run.failure {
			let count = failures.entry(failure.kind.clone()).or_default();
			*count += 1;
			if *count == 1 {
				explain(number, run.steps, &failure, Duration::from_secs(arguments.shrink));
			}
			if !arguments.keep_going {
				break;
			}
		}
		if told.elapsed() >= REPORT {
			told = Instant::now();
			let seconds = started.elapsed().as_secs_f64();
			let rate = transactions as f64 / seconds;
			println!(
				"{seconds:.0} s: {cases} cases, {blocks} blocks, {transactions} transactions, {rate:.0} a second"
			);
		}
	}
	let seconds = started.elapsed().as_secs_f64();
	let rate = transactions as f64 / seconds;
	println!("{coverage}");
	println!(
		"{cases} cases from seed {seed}, {blocks} blocks, {transactions} transactions in \
		 {seconds:.0} s ({rate:.0} a second)"
	);
	if failures.is_empty() {
		println!("Everything held.");
		return Ok(());
	}
	failures.iter().for_each(|(kind, count)| println!("{count} cases: {kind}"));
	bail!("something does not hold")
}

/// Tells how a case failed, with the fewest steps that show it.
fn explain(seed: u64, steps: Vec<Step>, failure: &Failure, time: Duration) {
	println!("seed {seed} failed at step {}: {failure}", steps.len());
	println!("--seed {seed} --cases 1 repeats it. Looking for the fewest steps …");
	let again = |steps: &[Step]| replay(steps).failure.is_some_and(|it| it.kind == failure.kind);
	let steps = shrink(steps, again, time);
	for (at, step) in steps.iter().enumerate() {
		println!("  {at:>3} {step:?}");
	}
	match replay(&steps).failure {
		Some(failure) => println!("These {} steps end in: {failure}", steps.len()),
		None => println!("It does not repeat: time is part of it."),
	}
}
