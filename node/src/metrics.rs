//! Prometheus metrics of verification, as the chain sees it.
//!
//! The length of the queue follows the best block. What is counted is counted in finalised blocks,
//! so that forks count once; a node that was off counts on from where it comes back.

use crate::service::Client;
use assay_primitives::{JobId, Outcome};
use assay_runtime::{
	apis::AssayApi,
	config::system::time::SLOT_MILLIS,
	queries::{Activity, Settlement},
	BlockNumber, Hash,
};
use futures::{select, StreamExt};
use sc_client_api::BlockchainEvents;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use std::{collections::BTreeMap, sync::Arc};
use substrate_prometheus_endpoint::{
	register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts, PrometheusError,
	Registry, U64,
};

/// The metrics, and what they need to remember.
pub struct Metrics {
	queue: Gauge<U64>,
	opened: Counter<U64>,
	committed: Counter<U64>,
	revealed: Counter<U64>,
	settled: CounterVec<U64>,
	duration: Histogram,
	/// Blocks in which the jobs that are open were opened, as far as this node saw it.
	open: BTreeMap<JobId, BlockNumber>,
}

impl Metrics {
	/// Registers the metrics.
	pub fn new(registry: &Registry) -> Result<Self, PrometheusError> {
		let counter = |name, help| register(Counter::new(name, help)?, registry);
		Ok(Self {
			queue: register(
				Gauge::new("assay_verification_queue", "Verification jobs in progress")?,
				registry,
			)?,
			opened: counter("assay_verification_jobs_total", "Verification jobs opened")?,
			committed: counter("assay_verdicts_committed_total", "Verdicts committed to")?,
			revealed: counter("assay_verdicts_revealed_total", "Verdicts revealed")?,
			settled: register(
				CounterVec::new(
					Opts::new(
						"assay_verification_settled_total",
						"Verification jobs settled, by outcome: scored, failed, unavailable, undecided, incomplete",
					),
					&["outcome"],
				)?,
				registry,
			)?,
			duration: register(
				Histogram::with_opts(
					HistogramOpts::new(
						"assay_verification_seconds",
						"Time from the opening of a verification job to its settlement, by block numbers",
					)
					.buckets(vec![15., 30., 60., 120., 300., 600., 1_200., 2_400.]),
				)?,
				registry,
			)?,
			open: BTreeMap::new(),
		})
	}

	/// Follows the chain.
	pub async fn run(mut self, client: Arc<Client>) {
		let mut imported = client.import_notification_stream().fuse();
		let mut finalised = client.finality_notification_stream().fuse();
		loop {
			select! {
				block = imported.select_next_some() => if block.is_new_best {
					if let Some((_, activity)) = activity(&client, block.hash) {
						self.queue.set(activity.queue.into());
					}
				},
				block = finalised.select_next_some() => {
					for hash in block.tree_route.iter().chain([&block.hash]) {
						if let Some((number, activity)) = activity(&client, *hash) {
							self.count(number, &activity);
						}
					}
				},
				complete => return,
			}
		}
	}

	/// Counts what happened in a block.
	fn count(&mut self, number: BlockNumber, activity: &Activity) {
		self.opened.inc_by(activity.opened.len() as u64);
		self.committed.inc_by(activity.committed.into());
		self.revealed.inc_by(activity.revealed.into());
		self.open.extend(activity.opened.iter().map(|job| (*job, number)));
		for (job, settlement) in &activity.settled {
			let outcome = match settlement {
				Settlement::Agreed(Outcome::Scored(_)) => "scored",
				Settlement::Agreed(Outcome::Failed { .. }) => "failed",
				Settlement::Agreed(Outcome::Unavailable { .. }) => "unavailable",
				Settlement::Undecided => "undecided",
				Settlement::Incomplete => "incomplete",
			};
			self.settled.with_label_values(&[outcome]).inc();
			if let Some(opened) = self.open.remove(job) {
				let blocks = f64::from(number.saturating_sub(opened));
				self.duration.observe(blocks * SLOT_MILLIS as f64 / 1_000.);
			}
		}
	}
}

/// Number of a block and what happened in it; nothing if its state is gone already.
fn activity(client: &Client, hash: Hash) -> Option<(BlockNumber, Activity)> {
	let number = client.number(hash).ok().flatten()?;
	let activity = client
		.runtime_api()
		.verification_activity(hash)
		.inspect_err(|error| log::debug!("no verification metrics of block {number}: {error}"))
		.ok()?;
	Some((number, activity))
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::{FailReason, H256};

	#[test]
	fn each_outcome_is_named_in_the_help() {
		use assay_primitives::{DataFault, Input, Score, Scored};
		let registry = Registry::new();
		let mut metrics = Metrics::new(&registry).unwrap();
		let agreed = [
			Outcome::Scored(Scored {
				score: Score(0),
				trace_root: H256::zero(),
				model_hash: H256::zero(),
				fuel: 0,
				steps: 0,
			}),
			Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() },
			Outcome::Unavailable { input: Input::Train, fault: DataFault::Missing },
		];
		let all = agreed.map(Settlement::Agreed).into_iter();
		let all = all.chain([Settlement::Undecided, Settlement::Incomplete]);
		let settled = (1..).zip(all).collect();
		metrics.count(10, &Activity { settled, ..Default::default() });
		let families = registry.gather();
		let family = families
			.iter()
			.find(|family| family.get_name() == "assay_verification_settled_total")
			.unwrap();
		assert_eq!(family.get_metric().len(), 5);
		for metric in family.get_metric() {
			let outcome = metric.get_label()[0].get_value();
			assert!(family.get_help().contains(outcome), "{outcome}");
		}
	}

	#[test]
	fn jobs_are_counted_and_timed() {
		let mut metrics = Metrics::new(&Registry::new()).unwrap();
		let failed = Settlement::Agreed(Outcome::Failed {
			reason: FailReason::Trap,
			trace_root: H256::zero(),
		});
		metrics.count(
			10,
			&Activity { opened: vec![1, 2], committed: 3, revealed: 4, ..Default::default() },
		);
		metrics.count(
			20,
			&Activity {
				settled: vec![(1, failed), (2, Settlement::Undecided), (7, Settlement::Undecided)],
				..Default::default()
			},
		);
		assert_eq!(metrics.opened.get(), 2);
		assert_eq!(metrics.committed.get(), 3);
		assert_eq!(metrics.revealed.get(), 4);
		assert_eq!(metrics.settled.with_label_values(&["failed"]).get(), 1);
		assert_eq!(metrics.settled.with_label_values(&["undecided"]).get(), 2);
		// Two of the three jobs were seen from their opening on; each took 10 blocks of 3 s.
		assert_eq!(metrics.duration.get_sample_count(), 2);
		assert_eq!(metrics.duration.get_sample_sum(), 60.);
		assert!(metrics.open.is_empty());
	}
}
