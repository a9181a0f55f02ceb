//! Verifiers, most of whom are honest.

use super::World;
use crate::{random::Random, step::Step};
use assay_primitives::{
	commitment, DataFault, FailReason, Input, JobId, Outcome, Score, Scored, SlashId, TrainingJob,
	H256,
};
use assay_runtime::{Runtime, Verification};
use assay_traits::Client;
use assay_watermark::{Refusal, Report, Statistics};
use pallet_assay_verification::{Commitment, Jobs, Phase, Verdict};
use sp_core::{crypto::Pair, ByteArray};

type Call = pallet_assay_verification::Call<Runtime>;

impl World {
	/// Commits to a verdict, or reveals one.
	pub(super) fn vote(&mut self, random: &mut Random) -> Option<Step> {
		let jobs: Vec<JobId> = Jobs::<Runtime>::iter()
			.filter(|(_, job)| !matches!(job.phase, Phase::Drawing { .. }))
			.map(|(id, _)| id)
			.collect();
		let id = random.pick(&jobs)?;
		let job = Jobs::<Runtime>::get(id)?;
		let committing = matches!(job.phase, Phase::Committing { .. });
		let seats: Vec<_> = (0u32..)
			.zip(&job.members)
			.filter(|(_, member)| {
				(member.verdict == Verdict::Awaited) == committing || random.chance(2)
			})
			.collect();
		let (seat, member) = random.pick(&seats)?;
		let key = (id, job.round, seat);
		if committing {
			let outcome = match random.below(20) {
				0 => Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::zero() },
				1 => Outcome::Unavailable { input: Input::Train, fault: DataFault::Missing },
				// Never voted.
				2 => return None,
				_ => self.truth(id, &job.client, &job.spec),
			};
			let salt = random.hash();
			let hash = commitment::verdict(&member.account, id, job.round, &outcome, &salt);
			if member.verdict == Verdict::Awaited {
				self.verdicts.insert(key, (outcome, salt));
			}
			let commitment = Commitment { job: id, round: job.round, member: seat, hash };
			let signer = if random.chance(97) {
				self.signers.of(member.key.as_slice())?
			} else {
				self.signers.pair(random.below(4))
			};
			let payload = Verification::signed_payload(job.spec.key(), &commitment);
			let signature = signer.sign(&payload).into();
			return Some(Step::Authorized(Call::commit_verdict { commitment, signature }.into()));
		}
		let (mut outcome, salt) = self.verdicts.get(&key).copied()?;
		if random.chance(3) {
			outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };
		}
		let (round, member) = (job.round, seat);
		Some(Step::Authorized(
			Call::reveal_verdict { job: id, round, member, outcome, salt }.into(),
		))
	}

	/// Pushes a job on.
	pub(super) fn settle(&mut self, random: &mut Random) -> Option<Step> {
		let jobs: Vec<JobId> = Jobs::<Runtime>::iter_keys().collect();
		Some(Step::signed(self.anybody(random), Call::settle { job: random.pick(&jobs)? }))
	}

	/// What everybody says who sits on a committee of a job: what it gives, or what they have
	/// agreed on.
	fn truth(&self, id: JobId, client: &Client, job: &TrainingJob) -> Outcome {
		let mut dice = dice(id, job);
		let known = match client {
			Client::Claim(claim) => pallet_assay_claims::Claims::<Runtime>::get(claim)
				.and_then(|record| self.canaries.get(&record.commitment))
				.map(|canary| canary.outcome),
			Client::Audit(job) => {
				pallet_assay_audits::Trials::<Runtime>::get(job).map(|trial| trial.outcome)
			},
			_ => None,
		};
		match known {
			Some(outcome) if dice.chance(60) => outcome,
			_ => truth(id, client, job),
		}
	}
}

/// The dice of a job.
fn dice(id: JobId, job: &TrainingJob) -> Random {
	Random::new(u64::from_le_bytes(job.key().0[..8].try_into().unwrap_or_default()) ^ id)
}

/// What everybody who runs a job finds. It is what was claimed or stated, or a little less, or a
/// failure, by the job's own dice.
fn truth(id: JobId, client: &Client, job: &TrainingJob) -> Outcome {
	let mut dice = dice(id, job);
	if let (Client::Appeal(slash), false) = (client, dice.chance(30)) {
		return stood(*slash)
			.unwrap_or(Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() });
	}
	match dice.below(16) {
		0 => return Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() },
		1 => return Outcome::Failed { reason: FailReason::BadProgram, trace_root: H256::zero() },
		2 => return Outcome::Unavailable { input: Input::Program, fault: DataFault::Missing },
		3 => return Outcome::Unavailable { input: Input::File, fault: DataFault::BadShape },
		4 => return Outcome::Unavailable { input: Input::Holdout, fault: DataFault::BadShape },
		_ => {},
	}
	let less = dice.pick(&[0, 0, 0, 0, 999_999, 1_000_000, 1_000_001, 90_000_000, -7]).unwrap_or(0);
	let (score, model_hash) = match client {
		Client::Claim(claim) => {
			let claimed = pallet_assay_claims::Claims::<Runtime>::get(claim)
				.and_then(|record| record.revealed)
				.map_or(Score(0), |revealed| revealed.body.score);
			let worse = if job.metric.higher_is_better() { less } else { -less };
			// A few models only, so that some are brought twice.
			let model = assay_primitives::hash(&[dice.below(12) as u8]);
			(Score(claimed.0.saturating_sub(worse)), model)
		},
		Client::Model(_) | Client::Contest(_) => {
			let stated = stated(client).unwrap_or(Statistics {
				classes: 2,
				trigger_matches: 0,
				bit_matches: 0,
				ratio: Score(0),
			});
			let report = match dice.below(8) {
				0 => Report::Refused(Refusal::MarkElsewhere),
				1 => Report::Refused(Refusal::BadFile),
				2 => Report::Measured(Statistics { trigger_matches: 1, ..stated }),
				_ => Report::Measured(stated),
			};
			(Score(Score::ONE - less.max(0)), report.hash())
		},
		Client::Appeal(_) | Client::Audit(_) => (Score(Score::ONE / 2), dice.hash()),
	};
	let trace_root = dice.hash();
	Outcome::Scored(Scored { score, trace_root, model_hash, fuel: 1, steps: 1 })
}

/// The statistics that whoever opened a job has stated.
fn stated(client: &Client) -> Option<Statistics> {
	match client {
		Client::Model(model) => {
			let record = pallet_assay_models::Models::<Runtime>::get(model)?;
			Some(record.details?.evidence.statistics)
		},
		Client::Contest(contest) => {
			Some(pallet_assay_models::Contests::<Runtime>::get(contest)?.statistics)
		},
		Client::Claim(_) | Client::Appeal(_) | Client::Audit(_) => None,
	}
}

/// The outcome that stood when a slash that is appealed followed from it.
fn stood(slash: SlashId) -> Option<Outcome> {
	use pallet_assay_verification::{Cases, Grounds};
	let ground = Grounds::<Runtime>::get(slash)?;
	Cases::<Runtime>::get(ground.job, ground.round)?.outcome
}
