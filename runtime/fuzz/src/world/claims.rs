//! Sponsors, miners, and what they store.

use super::World;
use crate::{random::Random, shape::number, step::Step};
use assay_primitives::{
	artifact::CHUNK_BYTES,
	commitment::{self, ClaimBody},
	ArtifactId, Limits, Manifest, Metric, Params, Score, H256,
};
use assay_runtime::{
	config::{
		monetary::AIT,
		parameters::{stake, tasks},
	},
	Balance, Runtime, System,
};
use assay_traits::Role;
use frame_support::traits::Get;
use pallet_assay_artifacts::Artifacts;
use pallet_assay_claims::{Claims, Status};
use pallet_assay_tasks::{Holdout, Name, Reward, SeedSource, Shares, TaskSpec, Tasks};

type ArtifactCall = pallet_assay_artifacts::Call<Runtime>;
type ClaimCall = pallet_assay_claims::Call<Runtime>;
type StakeCall = pallet_assay_stake::Call<Runtime>;
type TaskCall = pallet_assay_tasks::Call<Runtime>;

impl World {
	/// Announces an artifact, and stores it next.
	pub(super) fn publish(&mut self, random: &mut Random) -> Option<Step> {
		let bytes = match random.below(60) {
			0 => vec![random.number() as u8; CHUNK_BYTES + 1],
			// The same again, which may be stored or have ended.
			1..=20 => vec![random.below(6) as u8; 1 + random.below(3)],
			_ => {
				let length = 1 + random.below(200);
				random.bytes(length)
			},
		};
		let who = self.somebody(random);
		Some(self.store(who, bytes, random))
	}

	/// The announcement of an artifact; the uploads come next.
	pub(super) fn store(&mut self, who: usize, bytes: Vec<u8>, random: &mut Random) -> Step {
		let manifest = Manifest::of(&bytes);
		let id = self.keep(bytes.clone());
		for (index, chunk) in (0..).zip(bytes.chunks(CHUNK_BYTES)) {
			let chunk = chunk.to_vec();
			self.ahead.push_back(Step::signed(who, ArtifactCall::upload { id, index, chunk }));
		}
		let size = if random.chance(3) { number(random) as u64 } else { manifest.size };
		let chunks = manifest.chunks.try_into().unwrap_or_default();
		Step::signed(who, ArtifactCall::announce { size, chunks })
	}

	pub(super) fn upload(&mut self, random: &mut Random) -> Option<Step> {
		let missing: Vec<(ArtifactId, u32)> = Artifacts::<Runtime>::iter()
			.flat_map(|(id, artifact)| {
				let lacks = artifact.chunks.into_iter().map(|chunk| chunk.stored.is_none());
				(0..)
					.zip(lacks)
					.filter(|(_, lacks)| *lacks)
					.map(move |(at, _)| (id, at))
					.collect::<Vec<_>>()
			})
			.collect();
		let (id, index) = random.pick(&missing)?;
		let bytes = self.contents.get(&id)?;
		let mut chunk = bytes.chunks(CHUNK_BYTES).nth(index as usize)?.to_vec();
		if random.chance(10) {
			crate::shape::mutate(&mut chunk, random);
		}
		Some(Step::signed(self.somebody(random), ArtifactCall::upload { id, index, chunk }))
	}

	/// An artifact on record, and its owner.
	fn some_artifact(&self, random: &mut Random) -> Option<(ArtifactId, usize)> {
		let all: Vec<_> = Artifacts::<Runtime>::iter().map(|(id, one)| (id, one.owner)).collect();
		let (id, owner) = random.pick(&all)?;
		Some((id, self.signer_or_other(&owner, random)?))
	}

	pub(super) fn renew(&mut self, random: &mut Random) -> Option<Step> {
		let (id, who) = self.some_artifact(random)?;
		Some(Step::signed(who, ArtifactCall::renew { id, index: random.below(2) as u32 / 2 }))
	}

	pub(super) fn remove_artifact(&mut self, random: &mut Random) -> Option<Step> {
		let (id, who) = self.some_artifact(random)?;
		Some(Step::signed(who, ArtifactCall::remove { id }))
	}

	/// Artifacts of which everything is stored.
	pub(super) fn stored(&self) -> Vec<ArtifactId> {
		let all = Artifacts::<Runtime>::iter();
		all.filter(|(_, one)| one.chunks.iter().all(|chunk| chunk.stored.is_some()))
			.map(|(id, _)| id)
			.collect()
	}

	/// Becomes a miner, or a verifier.
	pub(super) fn register(&mut self, random: &mut Random) -> Option<Step> {
		let (role, least) = match random.below(4) {
			0 => (Role::Verifier, stake::MinVerifierStake::get()),
			_ => (Role::Miner, stake::MinMinerStake::get()),
		};
		let amount = match random.below(8) {
			0 => least.saturating_sub(1),
			1 => least,
			2 => number(random),
			_ => least.saturating_mul(2 + random.below(4) as Balance),
		};
		let who = if random.chance(90) { self.somebody(random) } else { self.anybody(random) };
		Some(Step::signed(who, StakeCall::register { role, amount }))
	}

	pub(super) fn move_stake(&mut self, random: &mut Random) -> Option<Step> {
		let ledgers: Vec<_> = pallet_assay_stake::Ledgers::<Runtime>::iter().collect();
		let (who, ledger) = random.pick(&ledgers)?;
		let amount = match random.below(5) {
			0 => ledger.free(),
			1 => ledger.free().saturating_add(1),
			2 => ledger.bonded.saturating_sub(stake::MinMinerStake::get()),
			3 => number(random),
			_ => ledger.free() / 3,
		};
		let who = self.signer_or_other(&who, random)?;
		Some(match random.below(8) {
			0 | 1 => Step::signed(who, StakeCall::bond_extra { amount }),
			2..=4 => Step::signed(who, StakeCall::unbond { amount }),
			5 | 6 => Step::signed(who, StakeCall::withdraw_unbonded {}),
			_ => Step::signed(who, StakeCall::deregister {}),
		})
	}

	pub(super) fn create_task(&mut self, random: &mut Random) -> Option<Step> {
		let stored = self.stored();
		let (train, holdout) = (random.pick(&stored)?, random.pick(&stored)?);
		let metric = random.pick(&Metric::ALL)?;
		let (least, most) = metric.range();
		let odd = |random: &mut Random| random.chance(3);
		let threshold = match random.below(6) {
			0 => least,
			1 => most,
			2 if odd(random) => Score(number(random) as i64),
			_ => Score((least.0 / 2 + most.0 / 2).clamp(-2_000_000_000, 2_000_000_000)),
		};
		let fuel = 1 + random.below(6) as u64 * 1_000_000_000;
		let limits = Limits {
			program_bytes: if odd(random) { number(random) as u32 } else { 1 << 20 },
			memory_pages: if odd(random) { number(random) as u32 } else { 16 },
			steps: if odd(random) { number(random) as u32 } else { 100 },
			step_fuel: if odd(random) { number(random) as u64 } else { fuel },
			total_fuel: if odd(random) { number(random) as u64 } else { fuel },
		};
		let shortest = tasks::MinDuration::get();
		let duration = match random.below(10) {
			0 => shortest.saturating_sub(1),
			1 => number(random) as u32,
			_ => shortest + random.below(60) as u32,
		};
		let amount = match random.below(8) {
			0 => number(random),
			_ => tasks::MinBounty::get() + AIT * random.below(50) as Balance,
		};
		let winners = if odd(random) { number(random) as u32 } else { 1 + random.below(4) as u32 };
		let min_improvement = random.pick(&[1, 1, 1, 1_000_000, 0, i64::MAX])?;
		let reward = if random.chance(30) {
			let shares = random.pick(&[vec![1], vec![3, 2, 1], vec![5; 16], vec![1, 2], vec![]])?;
			let pool = amount.saturating_mul(winners.into());
			Reward::Contest { pool, shares: Shares::truncate_from(shares) }
		} else {
			Reward::Bounty { amount, winners, min_improvement }
		};
		let who = self.somebody(random);
		let holdout = if random.chance(30) {
			let salt = random.hash();
			let sealed = commitment::holdout(&self.account(who), &holdout, &salt);
			self.holdouts.insert(sealed, (holdout, salt));
			Holdout::Sealed(sealed)
		} else {
			Holdout::Open(holdout)
		};
		let spec = TaskSpec {
			name: Name::truncate_from(if odd(random) {
				random.bytes(9)
			} else {
				b"digits".to_vec()
			}),
			train,
			train_root: random.hash(),
			chunk_rows: random.below(20) as u32 + u32::from(!odd(random)),
			holdout,
			metric,
			threshold,
			tolerance: random.pick(&[None, None, Some(0), Some(5_000_000), Some(-1)])?,
			limits,
			reward,
			seed: random.pick(&[SeedSource::Miner, SeedSource::Miner, SeedSource::Chain])?,
			deadline: System::block_number().saturating_add(duration),
		};
		Some(Step::signed(who, TaskCall::create { spec }))
	}

	pub(super) fn reveal_holdout(&mut self, random: &mut Random) -> Option<Step> {
		let sealed: Vec<_> = Tasks::<Runtime>::iter()
			.filter_map(|(task, record)| match record.spec.holdout {
				Holdout::Sealed(sealed) => Some((task, record.sponsor, sealed)),
				Holdout::Open(_) => None,
			})
			.collect();
		let (task, sponsor, sealed) = random.pick(&sealed)?;
		let (mut holdout, salt) = self.holdouts.get(&sealed).copied()?;
		if random.chance(5) {
			holdout = random.pick(&self.stored())?;
		}
		let who = self.signer_or_other(&sponsor, random)?;
		Some(Step::signed(who, TaskCall::reveal_holdout { task, holdout, salt }))
	}

	pub(super) fn end_task(&mut self, random: &mut Random) -> Option<Step> {
		let all: Vec<_> =
			Tasks::<Runtime>::iter().map(|(id, record)| (id, record.sponsor)).collect();
		let (task, sponsor) = random.pick(&all)?;
		let who = self.signer_or_other(&sponsor, random)?;
		Some(match random.below(3) {
			0 => Step::signed(who, TaskCall::cancel { task }),
			1 => Step::signed(self.anybody(random), TaskCall::close { task }),
			_ => Step::signed(who, TaskCall::top_up { task, winners: random.below(3) as u32 }),
		})
	}

	pub(super) fn commit(&mut self, random: &mut Random) -> Option<Step> {
		let now = System::block_number();
		let open: Vec<_> = Tasks::<Runtime>::iter()
			.filter(|(_, record)| record.spec.deadline >= now || random.chance(5))
			.collect();
		let (task, record) = random.pick(&open)?;
		let miners: Vec<usize> = pallet_assay_stake::Ledgers::<Runtime>::iter()
			.filter(|(_, ledger)| ledger.roles.contains(&Role::Miner))
			.filter_map(|(who, _)| self.signer(&who))
			.collect();
		let who = if random.chance(95) { random.pick(&miners)? } else { self.anybody(random) };
		// A copy of somebody's commitment.
		if random.chance(4) {
			let commitment = random.pick(&self.claims.keys().copied().collect::<Vec<_>>())?;
			return Some(Step::signed(who, ClaimCall::commit { task, commitment }));
		}
		let spec = record.spec;
		let better = if spec.metric.higher_is_better() { 1 } else { -1 };
		let score = match random.below(10) {
			0 => Score(number(random) as i64),
			1 => spec.threshold,
			_ => Score(spec.threshold.0.saturating_add(better * random.below(50_000_000) as i64)),
		};
		let body = ClaimBody {
			program: random.pick(&self.stored())?,
			params: Params::truncate_from(vec![random.below(2) as u8]),
			seed: match spec.seed {
				SeedSource::Chain if random.chance(90) => 0,
				_ => random.below(4) as u64,
			},
			score,
			sealed_trace: random.hash(),
		};
		let salt = random.hash();
		let commitment = commitment::claim(&self.account(who), task, &body, &salt);
		self.claims.insert(commitment, (body, salt));
		self.learn(commitment);
		Some(Step::signed(who, ClaimCall::commit { task, commitment }))
	}

	pub(super) fn reveal(&mut self, random: &mut Random) -> Option<Step> {
		let waiting: Vec<_> = Claims::<Runtime>::iter()
			.filter(|(_, record)| matches!(record.status, Status::Committed { .. }))
			.collect();
		let (claim, record) = random.pick(&waiting)?;
		let (mut body, mut salt) = self.claims.get(&record.commitment).cloned()?;
		match random.below(40) {
			0 => body.score.0 ^= 1,
			1 => salt = H256::zero(),
			2 => body.program = random.pick(&self.dictionary.hashes)?,
			_ => {},
		}
		let who = self.signer_or_other(&record.miner, random)?;
		Some(Step::signed(who, ClaimCall::reveal { claim, body, salt }))
	}

	pub(super) fn withdraw_claim(&mut self, random: &mut Random) -> Option<Step> {
		let (claim, who) =
			self.some_claim(random, |status| !matches!(status, Status::Ended { .. }))?;
		Some(Step::signed(who, ClaimCall::withdraw { claim }))
	}

	pub(super) fn remove_claim(&mut self, random: &mut Random) -> Option<Step> {
		let (claim, who) =
			self.some_claim(random, |status| matches!(status, Status::Ended { .. }))?;
		Some(Step::signed(who, ClaimCall::remove { claim }))
	}

	fn some_claim(
		&self,
		random: &mut Random,
		fits: impl Fn(&Status<Balance, u32>) -> bool,
	) -> Option<(u64, usize)> {
		let all: Vec<_> = Claims::<Runtime>::iter()
			.filter(|(_, record)| fits(&record.status))
			.map(|(claim, record)| (claim, record.miner))
			.collect();
		let (claim, miner) = random.pick(&all)?;
		Some((claim, self.signer_or_other(&miner, random)?))
	}
}
