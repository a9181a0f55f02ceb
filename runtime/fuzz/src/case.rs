//! A case: a chain from its genesis, and what happens to it.

use crate::{
	chain::Chain,
	coverage::{Coverage, Ended},
	failure::Failure,
	random::Random,
	shape::Shape,
	step::Step,
	world::World,
};
use assay_runtime::{RuntimeCall, RuntimeEvent, System, UncheckedExtrinsic};
use codec::DecodeLimit;
use std::time::{Duration, Instant};

/// One of so many cases is broken off and ends in silence, in which everything must end.
const RESTING: u64 = 3;

/// What running steps gave.
#[derive(Default)]
pub struct Run {
	/// The steps.
	pub steps: Vec<Step>,
	/// What the calls came to.
	pub coverage: Coverage,
	/// Transactions that were applied.
	pub transactions: u64,
	/// Blocks that were made.
	pub blocks: u64,
	/// Blocks that were made after the last step, until everything had ended.
	pub rest: u32,
	/// What did not hold, after the last step.
	pub failure: Option<Failure>,
}

/// Runs a case made up from a seed, of so many steps at the most. The same seed gives the same
/// steps.
#[must_use]
pub fn run(seed: u64, steps: usize, deadline: Option<Instant>) -> Run {
	let mut run = Run::default();
	run.failure = run.play_to_end(seed, steps, deadline).err();
	run
}

/// The chain that a case made up from a seed leaves, at the end of a block.
///
/// # Errors
///
/// What did not hold.
pub fn after(seed: u64, steps: usize) -> Result<Chain, Failure> {
	Run::default().play(seed, steps, None)
}

/// Runs some steps again, and lets everything end after them.
#[must_use]
pub fn replay(steps: &[Step]) -> Run {
	let mut run = Run::default();
	let mut play = || -> Result<(), Failure> {
		let (mut chain, shape) = (Chain::new()?, Shape::default());
		for step in steps {
			run.steps.push(step.clone());
			run.take(&mut chain, &shape, step.clone())?;
		}
		chain.rest().map(drop)
	};
	run.failure = play().err();
	run
}

impl Run {
	fn play(
		&mut self,
		seed: u64,
		steps: usize,
		deadline: Option<Instant>,
	) -> Result<Chain, Failure> {
		let mut random = Random::new(seed);
		let mut chain = Chain::new()?;
		let mut world = World::new(chain.signers().clone(), &mut random);
		let shape = Shape::default();
		for _ in 0..steps {
			if deadline.is_some_and(|deadline| Instant::now() > deadline) {
				break;
			}
			let step = chain.ask(|| world.next(&mut random));
			self.steps.push(step.clone());
			self.take(&mut chain, &shape, step)?;
		}
		chain.end_block()?;
		Ok(chain)
	}

	/// Plays a case, or a part of it that ends in silence.
	fn play_to_end(
		&mut self,
		seed: u64,
		steps: usize,
		deadline: Option<Instant>,
	) -> Result<(), Failure> {
		if !seed.is_multiple_of(RESTING) {
			return self.play(seed, steps, deadline).map(drop);
		}
		let part = Random::new(!seed).below(steps);
		self.rest = self.play(seed, part, deadline)?.rest()?;
		Ok(())
	}

	fn take(&mut self, chain: &mut Chain, shape: &Shape, step: Step) -> Result<(), Failure> {
		let transaction = match step {
			Step::Block(slots) => {
				self.blocks += 1;
				return chain.next_block(slots);
			},
			Step::Signed { who, tip, call } => chain.signed(who, call, tip)?,
			Step::Authorized(call) => Chain::authorized(call),
			Step::Bytes(bytes) => {
				let depth = frame_support::MAX_EXTRINSIC_DEPTH;
				let bytes = &mut bytes.as_slice();
				match UncheckedExtrinsic::decode_all_with_depth_limit(depth, bytes) {
					Ok(transaction) => transaction,
					// No node would pass it on.
					Err(_) => return Ok(()),
				}
			},
		};
		let call = transaction.function.clone();
		let (ended, permille) = chain.apply(transaction)?;
		self.transactions += 1;
		let inside = shape.inside(&call);
		match (&call, &ended) {
			// What root calls is counted by itself.
			(RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: inner }), Ended::Ok) => {
				let ended = chain.ask(sudo_result);
				self.coverage.count(inner, &ended, 0);
			},
			(_, Ended::Ok) => inside.iter().for_each(|call| self.coverage.count_inside(call)),
			_ => {},
		}
		self.coverage.count(&call, &ended, permille);
		Ok(())
	}
}

/// How the last call of sudo ended.
fn sudo_result() -> Ended {
	let results = System::read_events_no_consensus().filter_map(|record| match record.event {
		RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result }) => Some(sudo_result),
		_ => None,
	});
	match results.last() {
		Some(Err(error)) => Ended::Failed(format!("{:?}", error.stripped())),
		_ => Ended::Ok,
	}
}

/// The fewest steps that still fail, as far as they are found in the time.
#[must_use]
pub fn shrink(mut steps: Vec<Step>, fails: impl Fn(&[Step]) -> bool, time: Duration) -> Vec<Step> {
	let deadline = Instant::now() + time;
	let mut part = steps.len().div_ceil(2);
	while part > 0 {
		let mut at = 0;
		while at < steps.len() {
			if Instant::now() > deadline {
				return steps;
			}
			let mut fewer = steps.clone();
			fewer.drain(at..(at + part).min(steps.len()));
			if fails(&fewer) {
				steps = fewer;
			} else {
				at += part;
			}
		}
		part /= 2;
	}
	steps
}
