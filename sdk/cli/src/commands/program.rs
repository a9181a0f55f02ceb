//! `assay program …`

use super::{artifact, task::Terms, Context};
use crate::{
	arguments::{Program, RunOptions},
	local,
	output::{pairs, thousands},
};
use anyhow::{Context as _, Result};
use assay_primitives::{Limits, Manifest, Metric, TrainingJob, H256, VM_VERSION};
use assay_vm::{Dataset, ProgramInfo};
use serde_json::json;
use std::{fs, path::Path};

pub async fn run(context: &Context, command: Program) -> Result<()> {
	match command {
		Program::Check { wasm, limits } => check(context, &wasm, &limits.into()),
		Program::Run {
			wasm,
			task,
			train,
			holdout,
			validate,
			metric,
			chunk_rows,
			run,
			model,
			limits,
		} => {
			let program = local::read(&wasm, "the program")?;
			let (job, train, holdout) = match (task, train, holdout) {
				(Some(task), _, _) => {
					let chain = context.chain().await?;
					let at = chain.best().await?;
					let terms = Terms::of(&chain.task(&at, task).await?);
					let (output, store) = (context.output, context.store()?);
					let train = artifact::fetch(output, &chain, &store, &terms.train).await?;
					let (id, holdout) = terms
						.scored_on(output, &chain, &store, validate.as_deref(), &train)
						.await?;
					(terms.job(Manifest::of(&program).id(), &run, id), train, holdout)
				},
				(None, Some(train), Some(holdout)) => {
					let train = local::read(&train, "the training data")?;
					let holdout = local::read(&holdout, "the holdout data")?;
					let job =
						job(&program, &train, &holdout, metric, chunk_rows, limits.into(), run)?;
					(job, train, holdout)
				},
				_ => unreachable!("the arguments require --task, or both files"),
			};
			let report = {
				let inputs = local::Inputs { program, train, holdout, file: Vec::new() };
				local::run(context.output, job, inputs).await?
			};
			context.output.show(&report.json(), || report.text());
			report.scored()?;
			if let Some(path) = model {
				fs::write(&path, &report.run.model).with_context(|| {
					format!("the model cannot be written to {}", path.display())
				})?;
			}
			Ok(())
		},
	}
}

/// The job that a verifier would get for these files.
fn job(
	program: &[u8],
	train: &[u8],
	holdout: &[u8],
	metric: Metric,
	chunk_rows: u32,
	limits: Limits,
	RunOptions { params, seed }: RunOptions,
) -> Result<TrainingJob> {
	let train_root = root(train, "the training data", metric, chunk_rows)?;
	Ok(TrainingJob {
		vm_version: VM_VERSION,
		program: Manifest::of(program).id(),
		params,
		seed,
		train: Manifest::of(train).id(),
		train_root,
		chunk_rows,
		holdout: Manifest::of(holdout).id(),
		metric,
		file: None,
		limits,
	})
}

/// The Merkle root of training data, or of what else is read in chunks.
pub fn root(data: &[u8], what: &str, metric: Metric, chunk_rows: u32) -> Result<H256> {
	let data = Dataset::parse(data, metric)
		.map_err(|fault| anyhow::anyhow!("{what} cannot be used: {fault}"))?;
	Ok(data.root(chunk_rows))
}

fn check(context: &Context, wasm: &Path, limits: &Limits) -> Result<()> {
	let program = local::read(wasm, "the program")?;
	let info = assay_vm::check(&program, limits)
		.with_context(|| format!("{} is refused", wasm.display()))?;
	let id = Manifest::of(&program).id();
	let ProgramInfo {
		bytes,
		prepared_bytes,
		functions,
		memory_min,
		memory_max,
		data_bytes,
		table,
		globals,
	} = info;
	let value = json!({
		"program": id,
		"bytes": bytes,
		"prepared_bytes": prepared_bytes,
		"functions": functions,
		"memory_min": memory_min,
		"memory_max": memory_max,
		"data_bytes": data_bytes,
		"table": table,
		"globals": globals,
		"limits": limits,
		"replayable": limits.replayable(),
	});
	context.output.show(&value, || {
		pairs([
			("program", "accepted".into()),
			("id", format!("{id:?}")),
			(
				"size",
				format!(
					"{} bytes, {} when prepared",
					thousands(bytes.into()),
					thousands(prepared_bytes.into())
				),
			),
			("functions", thousands(functions.into())),
			("memory", format!("{memory_min} to {memory_max} pages of 64 KiB")),
			("data", format!("{} bytes", thousands(data_bytes.into()))),
			("table", format!("{} entries", thousands(table.into()))),
			("globals", thousands(globals.into())),
			("limits", local::limits(limits)),
		])
	});
	Ok(())
}
