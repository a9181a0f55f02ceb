//! What keeps blocks coming where there is more to do than time: ends proposals early enough, and
//! has transactions wait that are not in a block yet.

use assay_runtime::{opaque::Block, Header};
use futures::{
	future::{BoxFuture, MapOk},
	FutureExt, TryFutureExt,
};
use rustix::process::setpriority_process;
use sc_service::SpawnEssentialTaskHandle;
use sp_consensus::{Environment, ProposeArgs, Proposer};
use sp_core::traits::SpawnEssentialNamed;

/// How much of a slot a proposal may take. Two thirds are what the runtime allows a block to weigh.
pub const PROPOSING: f32 = 0.8;
/// How much of a slot it may take when slots before it are empty: the next one is not its own.
pub const PROPOSING_LATE: f32 = 1.0;
/// How much of that time the proposer is told of. In the rest, 0.4 s, the root of the state after some
/// thousand transactions is worked out: a proposal that is late is lost with all that is in it.
const TOLD: f32 = 0.83;
/// Niceness of the threads that validate transactions, beside the one that makes a block.
const VALIDATING: i32 = 10;

/// A proposer that ends early.
pub struct Early<P>(pub P);

impl<E: Environment<Block>> Environment<Block> for Early<E> {
	type Proposer = Early<E::Proposer>;
	type CreateProposer = MapOk<E::CreateProposer, fn(E::Proposer) -> Early<E::Proposer>>;
	type Error = E::Error;

	fn init(&mut self, parent: &Header) -> Self::CreateProposer {
		self.0.init(parent).map_ok(Early)
	}
}

impl<P: Proposer<Block>> Proposer<Block> for Early<P> {
	type Error = P::Error;
	type Proposal = P::Proposal;

	fn propose(self, mut args: ProposeArgs<Block>) -> Self::Proposal {
		args.max_duration = args.max_duration.mul_f32(TOLD);
		self.0.propose(args)
	}
}

/// Starts the tasks of the pool so that those which validate transactions yield to the proposer:
/// how many there are, strangers decide.
#[derive(Clone)]
pub struct Yielding(pub SpawnEssentialTaskHandle);

impl SpawnEssentialNamed for Yielding {
	fn spawn_essential_blocking(
		&self,
		name: &'static str,
		group: Option<&'static str>,
		task: BoxFuture<'static, ()>,
	) {
		let validates = name.starts_with("transaction-pool-task");
		let yielding = async move {
			if validates {
				// Of this thread, which the task has for itself as long as it runs.
				if let Err(error) = setpriority_process(None, VALIDATING) {
					log::warn!("{name} has the priority of any other task: {error}");
				}
			}
			task.await;
		};
		self.0.spawn_blocking(name, group, yielding.boxed());
	}

	fn spawn_essential(
		&self,
		name: &'static str,
		group: Option<&'static str>,
		task: BoxFuture<'static, ()>,
	) {
		self.0.spawn(name, group, task);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::future::{ready, Ready};
	use rustix::process::getpriority_process;
	use sc_service::TaskManager;
	use sp_consensus::{Error, Proposal};
	use std::{
		sync::{
			mpsc::{channel, Sender},
			Arc, Barrier,
		},
		time::Duration,
	};

	/// Says how much time it was given.
	struct Asked(Sender<Duration>);

	impl Proposer<Block> for Asked {
		type Error = Error;
		type Proposal = Ready<Result<Proposal<Block>, Error>>;

		fn propose(self, args: ProposeArgs<Block>) -> Self::Proposal {
			self.0.send(args.max_duration).unwrap();
			ready(Err(Error::ClientImport("there is no client".into())))
		}
	}

	#[test]
	fn a_proposer_has_time_left_for_the_root() {
		let (asked, told) = channel();
		let args = ProposeArgs { max_duration: Duration::from_millis(2_400), ..Default::default() };
		assert!(futures::executor::block_on(Early(Asked(asked)).propose(args)).is_err());
		let left = Duration::from_millis(2_400) - told.recv().unwrap();
		assert!((350..450).contains(&left.as_millis()), "{left:?}");
	}

	#[test]
	fn only_what_validates_transactions_yields() {
		let runtime = sc_cli::build_runtime().unwrap();
		let manager = TaskManager::new(runtime.handle().clone(), None).unwrap();
		let spawner = Yielding(manager.spawn_essential_handle());
		// Neither ends before the other begins, so that each has a thread of its own.
		let both = Arc::new(Barrier::new(2));
		let (sender, receiver) = channel();
		for name in ["transaction-pool-task-0", "another"] {
			let (sender, both) = (sender.clone(), both.clone());
			let task = async move {
				both.wait();
				sender.send((name, getpriority_process(None).unwrap())).unwrap();
			};
			spawner.spawn_essential_blocking(name, None, task.boxed());
		}
		drop(sender);
		let mut found: Vec<_> = receiver.iter().take(2).collect();
		found.sort_unstable();
		let own = getpriority_process(None).unwrap();
		assert_eq!(found, [("another", own), ("transaction-pool-task-0", VALIDATING)]);
	}
}
