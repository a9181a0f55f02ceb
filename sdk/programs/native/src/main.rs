//! Runs a training program of this workspace as native code, step by step as the VM does: the
//! measure of what the VM costs, and a way to debug.

use assay_guest::{
	local::{train, Dataset, Failure, Options},
	Trainer,
};
use clap::{Parser, ValueEnum};
use std::{path::PathBuf, process::ExitCode, time::Instant};

/// Runs a training program as native code and prints steps, seconds of training, and accuracy.
#[derive(Parser)]
struct Arguments {
	/// The program.
	program: Program,
	/// Training data (safetensors with `x` and `y`).
	#[arg(long)]
	train: PathBuf,
	/// Holdout data (safetensors with `x` and `y`).
	#[arg(long)]
	holdout: PathBuf,
	/// Parameters of the program, such as "epochs=20 lr=0.1".
	#[arg(long, default_value = "")]
	params: String,
	/// Seed of the program.
	#[arg(long, default_value_t = 1)]
	seed: u64,
	/// Rows in a chunk.
	#[arg(long, default_value_t = 32)]
	chunk_rows: u32,
	/// Where to write the trained model (safetensors).
	#[arg(long)]
	model: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Program {
	Forest,
	Logistic,
	Mlp,
}

fn main() -> ExitCode {
	let arguments = Arguments::parse();
	let result = match arguments.program {
		Program::Forest => run::<forest::Forest>(&arguments),
		Program::Logistic => run::<logistic::Logistic>(&arguments),
		Program::Mlp => run::<mlp::Mlp>(&arguments),
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(failure) => {
			eprintln!("error: {failure}");
			ExitCode::FAILURE
		},
	}
}

fn run<T: Trainer>(arguments: &Arguments) -> Result<(), Failure> {
	let data = Dataset::read(&arguments.train)?;
	let holdout = Dataset::read(&arguments.holdout)?;
	let options = Options {
		seed: arguments.seed,
		params: &arguments.params,
		chunk_rows: arguments.chunk_rows,
		..Options::default()
	};
	let start = Instant::now();
	let mut trained = train::<T>(&data, &options)?;
	let seconds = start.elapsed().as_secs_f64();
	let accuracy = trained.accuracy(&holdout)?;
	println!("steps={} seconds={seconds:.6} accuracy={accuracy:.6}", trained.steps());
	if let Some(path) = &arguments.model {
		std::fs::write(path, trained.model())
			.map_err(|error| Failure(format!("{}: {error}", path.display())))?;
	}
	Ok(())
}
