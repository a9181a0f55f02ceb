//! One step on its own against the whole run: what a quarrel ends in.

use crate::{
	common::{
		holdout, job,
		random::{random_trainer, Random},
		rows, CHUNK_ROWS, LIMITS,
	},
	module::number,
	Target,
};
use assay_primitives::{Limits, Metric, Outcome, Params};
use assay_vm::{
	data::Chunks, prepare, replay_step, run, run_until, Dataset, Inputs, StateImage, Stopped, Wasmi,
};
use codec::{DecodeAll, Encode};

/// Programs that train, of any seed, on any rows.
pub const TARGET: Target = Target {
	name: "replay",
	about:
		"a step that is replayed from the state before it gives the next commitment of the trace",
	check: checked,
	seeds,
};

/// Small, so that a case is short.
const SMALL: Limits =
	Limits { steps: 12, step_fuel: 200_000, total_fuel: 2_000_000, memory_pages: 4, ..LIMITS };

/// Eight bytes of the program's seed, one that chooses a step, one of parameters; then the rows.
fn checked(input: &[u8]) -> bool {
	let Some((head, first)) = input.split_at_checked(10).filter(|(_, rows)| !rows.is_empty())
	else {
		return false;
	};
	let program = random_trainer(&mut Random(number(head)));
	let (train, holdout) = (rows(&first[..first.len().min(60)]), holdout());
	let mut job = job(&program, &train, &holdout);
	job.limits = SMALL;
	job.seed = number(&head[4..]);
	job.params = Params::truncate_from(head[9..].to_vec());
	let inputs = Inputs { program: &program, train: &train, holdout: &holdout, file: &[] };
	let engine = Wasmi::new();
	let whole = run(&engine, &job, &inputs, &mut |_| ()).expect("no fault");
	// The last commitment of a failed run is that of no state from which one could go on.
	let failed = matches!(whole.outcome, Outcome::Failed { .. });
	let states = &whole.trace[..whole.trace.len().saturating_sub(usize::from(failed))];
	let Some(last) = states.len().checked_sub(1) else { return false };
	let step = usize::from(head[8]) % (last + 1);

	let before = run_until(&engine, &job, &inputs, step as u32)
		.expect("the run went so far")
		.expect("the trace is so long");
	assert_eq!(before.commitment(), states[step], "the state at {step} of {last}");
	assert_eq!(StateImage::decode_all(&mut before.encode().as_slice()).as_ref(), Ok(&before));
	let mut changed = before.clone();
	let at = number(head) as usize % changed.memory.len().max(1);
	if let Some(byte) = changed.memory.get_mut(at) {
		*byte ^= 1;
		assert_ne!(changed.commitment(), before.commitment(), "byte {at} is not committed to");
	}

	let prepared = prepare(&program, &job.limits).expect("it was run");
	let feed = Chunks {
		data: Dataset::parse(&train, Metric::Accuracy).expect("it was run"),
		chunk_rows: CHUNK_ROWS,
		step_fuel: job.limits.step_fuel,
		file: &[],
	};
	let after = replay_step(&engine, &prepared, &job.limits, &before, &feed);
	match states.get(step + 1) {
		Some(next) => {
			let after = after.expect("the run went on");
			assert_eq!(after.commitment(), *next, "step {step} of {last}");
			true
		},
		// The run ended here: trained, at the limit of steps, or in the next step.
		None => {
			let trained = before.status != 0 || before.step >= job.limits.steps;
			if let (false, Outcome::Failed { reason, .. }) = (trained, whole.outcome) {
				let again = after.expect_err("the run failed in this step");
				assert!(
					matches!(again, Stopped::Failed(found, _) if found == reason),
					"{again:?} instead of {reason:?}"
				);
			}
			false
		},
	}
}

fn seeds() -> Vec<Vec<u8>> {
	let mut random = Random(3);
	(0..24u64)
		.map(|seed| {
			let count = 1 + random.below(50);
			[&seed.to_le_bytes()[..], &[seed as u8, 5], &random.bytes(count)].concat()
		})
		.collect()
}
