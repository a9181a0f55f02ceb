//! One run in one child process, seen from inside.

use crate::{
	child::{plain, Header, Inputs, Report},
	fetch::MAX_ARTIFACT_BYTES,
	sandbox,
};
use anyhow::{ensure, Context, Result};
use assay_primitives::TrainingJob;
use assay_vm::Wasmi;
use codec::{DecodeAll, Encode, MaxEncodedLen};
use std::io::{self, Read, Write};

/// Reads a job from standard input, runs it under its limits, and writes the [`Report`] to standard
/// output. `parent` is the process that started this one.
pub fn run(parent: i32) -> Result<()> {
	let mut input = io::stdin().lock();
	let Header { job, sizes } = read_header(&mut input).context("cannot read the job")?;
	ensure!(sizes.iter().all(|size| *size <= MAX_ARTIFACT_BYTES), "inputs of {sizes:?} bytes");
	sandbox::enter(parent, sandbox::address_space(job.limits.memory_pages, sizes))
		.context("cannot enter the sandbox")?;
	let mut inputs = Inputs::default();
	for (bytes, size) in inputs.iter_mut().zip(sizes) {
		*bytes = vec![0; usize::try_from(size)?];
		input.read_exact(bytes).context("the input ends too early")?;
	}
	let [program, train, holdout, file] = &inputs;
	let inputs = assay_vm::Inputs { program, train, holdout, file };
	let run =
		assay_vm::run(&Wasmi::new(), &job, &inputs, &mut |_| ()).map_err(anyhow::Error::msg)?;
	let detail = plain(&run.detail.unwrap_or_default());
	let report = Report { outcome: run.outcome, detail };
	io::stdout().write_all(&report.encode()).context("cannot hand over the report")
}

fn read_header(input: &mut impl Read) -> Result<Header> {
	let mut length = [0; 4];
	input.read_exact(&mut length)?;
	let length = u32::from_le_bytes(length) as usize;
	ensure!(length <= TrainingJob::max_encoded_len() + 32, "a header of {length} bytes");
	let mut header = vec![0; length];
	input.read_exact(&mut header)?;
	Ok(Header::decode_all(&mut &header[..])?)
}
