//! What keeps blocks coming where there is more to do than time: proposals end early enough.

use assay_runtime::{opaque::Block, Header};
use futures::{future::MapOk, TryFutureExt};
use sp_consensus::{Environment, ProposeArgs, Proposer};

/// How much of a slot a proposal may take. Two thirds are what the runtime allows a block to weigh.
pub const PROPOSING: f32 = 0.8;
/// How much of a slot it may take when slots before it are empty: the next one is not its own.
pub const PROPOSING_LATE: f32 = 1.0;
/// How much of that time the proposer is told of. In the rest, 0.4 s, the root of the state after
/// some thousand transactions is worked out: a proposal that is late is lost with all that is in it.
const TOLD: f32 = 0.83;

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

#[cfg(test)]
mod tests {
	use super::*;
	use futures::future::{ready, Ready};
	use sp_consensus::{Error, Proposal};
	use std::{
		sync::mpsc::{channel, Sender},
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
}
