//! Hostile programs end in an outcome, in bounded time.

mod common;

use assay_primitives::Outcome;
use assay_vm::Run;
use common::{
	hostile::{corpus, Ends, Hostile, HOSTILE},
	*,
};
use std::time::{Duration, Instant};

/// Far above what any of them takes, also on a slow machine with other work, and far below what one
/// without a bound would.
const PATIENCE: Duration = Duration::from_secs(60);

fn run_hostile(hostile: &Hostile) -> Run {
	let (train, holdout) = (train(), holdout());
	let mut job = job(&hostile.program, &train, &holdout);
	job.limits = HOSTILE;
	run_job(&job, &hostile.program, &train, &holdout)
}

#[test]
fn every_hostile_program_ends_in_an_outcome() {
	let mut wrong = Vec::new();
	for hostile in corpus() {
		let started = Instant::now();
		let Run { outcome, detail, .. } = run_hostile(&hostile);
		let taken = started.elapsed();
		let name = &hostile.name;
		match (hostile.ends, outcome) {
			(Ends::Scores, Outcome::Scored(_)) => {},
			(Ends::Fails(reason), Outcome::Failed { reason: found, .. }) if reason == found => {},
			(expected, _) => {
				wrong.push(format!("{name}: {outcome:?}, expected {expected:?}; {detail:?}"));
			},
		}
		assert!(taken < PATIENCE, "{name} took {taken:?}");
	}
	assert!(wrong.is_empty(), "{wrong:#?}");
}
