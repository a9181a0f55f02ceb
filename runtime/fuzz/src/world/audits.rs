//! Auditors, and the claims that they know to be wrong.

use super::World;
use crate::{random::Random, shape::number, step::Step};
use assay_primitives::{
	commitment,
	merkle::{self, Proof, Tree},
	Outcome, Score, Scored, H256,
};
use assay_runtime::{config::parameters::audits, AccountId, Runtime, RuntimeCall};
use frame_support::traits::Get;
use pallet_assay_audits::{Auditors, Batches};
use pallet_assay_claims::{Claims, Status};
use pallet_assay_tasks::Tasks;

type Call = pallet_assay_audits::Call<Runtime>;
type ClaimCall = pallet_assay_claims::Call<Runtime>;

/// What an auditor knows of a claim.
#[derive(Clone, Debug)]
pub(super) struct Canary {
	/// What the claim gives.
	pub(super) outcome: Outcome,
	salt: H256,
	root: H256,
	proof: Proof,
}

impl World {
	/// An auditor commits to some canaries; miners commit to the claims next. If there is no
	/// auditor, root appoints one.
	pub(super) fn plan_canaries(&mut self, random: &mut Random) -> Option<Step> {
		let auditors: Vec<AccountId> = Auditors::<Runtime>::iter_keys().collect();
		let Some(auditor) = random.pick(&auditors) else {
			let who = self.account(self.somebody(random));
			let canaries = random.below(12) as u32;
			return Some(Step::sudo(Call::appoint { who, canaries }));
		};
		if random.chance(10) {
			return Some(Step::sudo(Call::dismiss { who: auditor }));
		}
		let mut planned = Vec::new();
		let mut steps = Vec::new();
		for _ in 0..1 + random.below(3) {
			let step = self.commit(random)?;
			let Step::Signed { who, call, .. } = &step else { continue };
			let RuntimeCall::Claims(ClaimCall::commit { task, commitment }) = call else {
				continue;
			};
			let Some(outcome) = self.wrong(*task, commitment, random) else { continue };
			let (miner, salt) = (self.account(*who), random.hash());
			let data = commitment::canary(commitment, &miner, &outcome, &salt);
			planned.push((*commitment, outcome, salt, merkle::leaf(data.as_bytes())));
			steps.push(step);
		}
		let tree = Tree::new(planned.iter().map(|(.., leaf)| *leaf).collect());
		let root = tree.root();
		for ((commitment, outcome, salt, _), index) in planned.iter().zip(0u32..) {
			let (outcome, salt, proof) = (*outcome, *salt, tree.prove(index)?);
			self.canaries.insert(*commitment, Canary { outcome, salt, root, proof });
		}
		let deposit = match random.below(12) {
			0 => number(random),
			_ => audits::MinDeposit::get() + number(random) % audits::MinDeposit::get().max(1),
		};
		let count = if random.chance(4) { number(random) as u32 } else { planned.len() as u32 };
		self.ahead.push_back(Step::Block(1));
		self.ahead.extend(steps);
		Some(Step::signed(self.signer(&auditor)?, Call::open_batch { root, count, deposit }))
	}

	/// An outcome that is not what the claim says.
	fn wrong(&self, task: u64, commitment: &H256, random: &mut Random) -> Option<Outcome> {
		let (body, _) = self.claims.get(commitment)?;
		let metric = Tasks::<Runtime>::get(task)?.spec.metric;
		let worse = if metric.higher_is_better() { 90_000_000 } else { -90_000_000 };
		Some(Outcome::Scored(Scored {
			score: Score(body.score.0.saturating_sub(worse)),
			trace_root: random.hash(),
			model_hash: random.hash(),
			fuel: 1,
			steps: 1,
		}))
	}

	/// An auditor shows that a claim was a canary.
	pub(super) fn open_canary(&mut self, random: &mut Random) -> Option<Step> {
		let ended: Vec<_> = Claims::<Runtime>::iter()
			.filter(|(_, record)| matches!(record.status, Status::Ended { .. }) || random.chance(2))
			.filter_map(|(claim, record)| Some((claim, self.canaries.get(&record.commitment)?)))
			.filter_map(|(claim, canary)| {
				let mut batches = Batches::<Runtime>::iter();
				let (id, batch) = batches.find(|(_, batch)| batch.root == canary.root)?;
				let done = batch.opened.get(canary.proof.index as usize).copied();
				(done == Some(false)).then_some((claim, id, batch.auditor, canary.clone()))
			})
			.collect();
		let (claim, batch, auditor, Canary { outcome, mut salt, mut proof, .. }) =
			random.pick(&ended)?;
		match random.below(30) {
			0 => salt = H256::zero(),
			1 => proof.index ^= 1,
			2 => proof.siblings.push(H256::zero()),
			_ => {},
		}
		let who = self.signer_or_other(&auditor, random)?;
		Some(Step::signed(who, Call::open_canary { batch, claim, outcome, salt, proof }))
	}

	/// Somebody closes a batch.
	pub(super) fn close_batch(&mut self, random: &mut Random) -> Option<Step> {
		let all: Vec<_> = Batches::<Runtime>::iter_keys().collect();
		let batch = random.pick(&all)?;
		Some(Step::signed(self.anybody(random), Call::close_batch { batch }))
	}
}
