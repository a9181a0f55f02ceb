//! One run in one child process, seen from inside.

use crate::{
	child::{plain, Header, Inputs, Report},
	fetch::MAX_ARTIFACT_BYTES,
	sandbox::Confinement,
};
use anyhow::{ensure, Context, Result};
use assay_primitives::{Limits, TrainingJob};
use assay_verifier::{EngineKind, Sandbox, Wasmtime};
use assay_vm::{Engine, Fault, Progress, Run, Wasmi};
use codec::{DecodeAll, Encode, MaxEncodedLen};
use std::io::{self, Read, Write};

/// Seconds in which the compiler has to be done: a hundred times what ordinary programs take. It
/// has no bound of its own for programs made to be slow, which the reference engine translates in
/// seconds.
const COMPILATION: i64 = 10;

/// Reads a job from standard input, runs it under its limits, and writes the [`Report`] to standard
/// output. `parent` is the process that started this one.
pub fn run(parent: i32, engine: EngineKind, needed: Sandbox) -> Result<()> {
	let mut input = io::stdin().lock();
	let Header { job, sizes, results } = read_header(&mut input).context("cannot read the job")?;
	ensure!(sizes.iter().all(|size| *size <= MAX_ARTIFACT_BYTES), "inputs of {sizes:?} bytes");
	let sandbox = Confinement::new(engine, &job.limits, sizes, results)
		.enter(parent)
		.context("cannot enter the sandbox")?;
	ensure!(
		(sandbox.landlock || !needed.landlock) && (sandbox.seccomp || !needed.seccomp),
		"the sandbox is no longer what it was when the service was started; missing: {sandbox}"
	);
	let mut inputs = Inputs::default();
	for (bytes, size) in inputs.iter_mut().zip(sizes) {
		*bytes = vec![0; usize::try_from(size)?];
		input.read_exact(bytes).context("the input ends too early")?;
	}
	let run = match engine {
		EngineKind::Wasmi => run_with(&Wasmi::new(), &job, &inputs, &mut |_| ()),
		EngineKind::Wasmtime => {
			kill_after(COMPILATION);
			Wasmtime::new().and_then(|engine| {
				run_with(&engine, &job, &inputs, &mut |progress| {
					if let Progress::Prepared(_) = progress {
						kill_after(0);
					}
				})
			})
		},
	}
	.map_err(anyhow::Error::msg)?;
	let detail = plain(&run.detail.unwrap_or_default());
	let report = Report { outcome: run.outcome, detail };
	io::stdout().write_all(&report.encode()).context("cannot hand over the report")
}

fn run_with(
	engine: &impl Engine,
	job: &TrainingJob,
	inputs: &Inputs,
	observer: &mut impl FnMut(Progress),
) -> Result<Run, Fault> {
	let [program, train, holdout, file] = inputs;
	let inputs = assay_vm::Inputs { program, train, holdout, file };
	assay_vm::run(engine, job, &inputs, observer)
}

/// Has the kernel kill this process in so many seconds; 0: no more.
fn kill_after(seconds: i64) {
	let it_value = libc::timeval { tv_sec: seconds, tv_usec: 0 };
	let timer = libc::itimerval { it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 }, it_value };
	// SAFETY: reads the timer, and writes nothing. With these arguments it cannot fail, and the
	// signal is not handled, so that it kills.
	unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) };
}

/// Enters the sandbox, as for a job without inputs, tries out the compiler there, and writes to
/// standard output in JSON what the sandbox consists of.
pub fn try_sandbox(parent: i32, engine: EngineKind) -> Result<()> {
	let none = Limits { program_bytes: 0, memory_pages: 0, steps: 0, step_fuel: 0, total_fuel: 0 };
	let sandbox = Confinement::new(engine, &none, [0; 4], 0).enter(parent)?;
	if engine == EngineKind::Wasmtime {
		// It may need a system call on one machine that it does not need on others.
		Wasmtime::new().and_then(|engine| engine.try_out()).map_err(anyhow::Error::msg)?;
	}
	Ok(io::stdout().write_all(&serde_json::to_vec(&sandbox)?)?)
}

fn read_header(input: &mut impl Read) -> Result<Header> {
	let mut length = [0; 4];
	input.read_exact(&mut length)?;
	let length = u32::from_le_bytes(length) as usize;
	ensure!(length <= TrainingJob::max_encoded_len() + 40, "a header of {length} bytes");
	let mut header = vec![0; length];
	input.read_exact(&mut header)?;
	Ok(Header::decode_all(&mut &header[..])?)
}
