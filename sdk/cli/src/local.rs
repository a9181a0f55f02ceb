//! Runs on this machine.

use crate::output::{pairs, thousands, Output};
use anyhow::{bail, Context, Result};
use assay_primitives::{ArtifactId, Limits, Outcome, Scored, TrainingJob};
use assay_vm::{Progress, Run, Wasmi};
use serde_json::{json, Value};
use std::{
	fs,
	path::Path,
	time::{Duration, Instant},
};

/// Reads a file, whatever is in it.
pub fn read(path: &Path, what: &str) -> Result<Vec<u8>> {
	fs::read(path).with_context(|| format!("{what} {} cannot be read", path.display()))
}

/// What a run reads, see [`assay_vm::Inputs`].
#[derive(Default)]
pub struct Inputs {
	/// The program.
	pub program: Vec<u8>,
	/// The training data.
	pub train: Vec<u8>,
	/// The holdout data.
	pub holdout: Vec<u8>,
	/// The file that the run reads besides.
	pub file: Vec<u8>,
}

impl Inputs {
	fn borrow(&self) -> assay_vm::Inputs<'_> {
		let Self { program, train, holdout, file } = self;
		assay_vm::Inputs { program, train, holdout, file }
	}
}

/// A run that was done here.
pub struct Report {
	/// What it gave.
	pub run: Run,
	/// Id of the program.
	pub program: ArtifactId,
	/// The job that was run.
	job: TrainingJob,
	/// Wall-clock time.
	time: Duration,
}

/// Runs a job as a verifier does, and shows how far it is.
pub async fn run(output: Output, job: TrainingJob, inputs: Inputs) -> Result<Report> {
	let bar = output.spinner("preparing the program");
	let shown = bar.clone();
	let started = Instant::now();
	let (run, job) = tokio::task::spawn_blocking(move || {
		let mut observe = |progress| shown.set_message(describe(progress));
		let run = assay_vm::run(&Wasmi::new(), &job, &inputs.borrow(), &mut observe);
		(run, job)
	})
	.await?;
	bar.finish_and_clear();
	Ok(Report { run: run?, program: job.program, job, time: started.elapsed() })
}

fn describe(progress: Progress) -> String {
	match progress {
		Progress::Prepared(_) => "initialising".into(),
		Progress::Trained { steps, fuel } => {
			format!("training: {} steps, {} fuel", thousands(steps.into()), thousands(fuel))
		},
		Progress::Predicted { chunks, of } => {
			format!("predicting the holdout: chunk {chunks} of {of}")
		},
	}
}

impl Report {
	/// The result of a run that was scored; otherwise why it was not.
	pub fn scored(&self) -> Result<Scored> {
		let detail = || self.run.detail.clone().unwrap_or_default();
		match self.run.outcome {
			Outcome::Scored(scored) => Ok(scored),
			Outcome::Failed { reason, .. } => bail!("the run failed: {reason} ({})", detail()),
			Outcome::Unavailable { input, fault } => {
				bail!("the {} cannot be used: {fault}", format!("{input:?}").to_lowercase())
			},
		}
	}

	/// The report for machines.
	pub fn json(&self) -> Value {
		json!({
			"program": self.program,
			"seed": self.job.seed,
			"metric": self.job.metric.name(),
			"outcome": self.run.outcome,
			"detail": self.run.detail,
			"model_bytes": self.run.model.len(),
			"seconds": self.time.as_secs_f64(),
			"replayable": self.job.limits.replayable(),
		})
	}

	/// The report for people.
	pub fn text(&self) -> String {
		let program = format!("{:?}", self.program);
		let seconds = format!("{:.2} s", self.time.as_secs_f64());
		match self.run.outcome {
			Outcome::Scored(Scored { score, trace_root, model_hash, fuel, steps }) => pairs([
				("outcome", "scored".into()),
				(self.job.metric.name(), score.to_string()),
				("steps", thousands(steps.into())),
				("fuel", share(fuel, self.job.limits.total_fuel)),
				("trace root", format!("{trace_root:?}")),
				("model hash", format!("{model_hash:?}")),
				("model", format!("{} bytes", thousands(self.run.model.len() as u64))),
				("program", program),
				("time", seconds),
			]),
			Outcome::Failed { reason, trace_root } => pairs([
				("outcome", format!("failed: {reason}")),
				("detail", self.run.detail.clone().unwrap_or_default()),
				("states", thousands(self.run.trace.len() as u64)),
				("trace root", format!("{trace_root:?}")),
				("program", program),
				("time", seconds),
			]),
			Outcome::Unavailable { input, fault } => pairs([
				("outcome", format!("{input:?} unavailable: {fault}")),
				("program", program),
				("time", seconds),
			]),
		}
	}
}

fn share(fuel: u64, limit: u64) -> String {
	format!("{} of {} allowed", thousands(fuel), thousands(limit))
}

/// Limits for people.
pub fn limits(limits: &Limits) -> String {
	let Limits { program_bytes, memory_pages, steps, step_fuel, total_fuel } = *limits;
	format!(
		"program {} bytes, memory {memory_pages} pages, {} steps, fuel {} a call and {} in total ({})",
		thousands(program_bytes.into()),
		thousands(steps.into()),
		thousands(step_fuel),
		thousands(total_fuel),
		if limits.replayable() { "replayable by the chain" } else { "too large to be replayed" }
	)
}
