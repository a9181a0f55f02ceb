//! Who acts on the chain: sponsors, miners, verifiers, owners of models, root, and whoever sends
//! garbage. They know what no chain tells (contents of artifacts, what a commitment hides), so that
//! they can do the right thing, and a little else.

use crate::{
	chain::Signers,
	random::Random,
	shape::{mutate, number, Dictionary, Shape},
	step::Step,
};
use assay_primitives::{commitment::ClaimBody, ArtifactId, JobId, Manifest, Outcome, H256};
use assay_runtime::{AccountId, OriginCaller, Runtime, RuntimeCall, UncheckedExtrinsic};
use assay_watermark::Secret;
use codec::{DecodeLimit, Encode};
use std::collections::{BTreeMap, VecDeque};

mod accounts;
mod audits;
mod claims;
mod models;
mod money;
mod rules;
mod verdicts;

/// Calls that are remembered to be made again, or nested.
const MEMORY: usize = 200;

/// A move: what somebody does next, if it can be done.
type Move = fn(&mut World, &mut Random) -> Option<Step>;

/// What the first moves of most cases are, in this order: so that there is something to act on.
const OPENING: [Move; 25] = [
	World::publish,
	World::publish,
	World::publish,
	World::publish,
	World::set_scheme,
	World::register,
	World::register,
	World::register,
	World::register,
	World::create_task,
	World::create_task,
	World::plan_canaries,
	World::plan_canaries,
	World::plan_canaries,
	World::intend,
	World::intend,
	World::intend,
	World::commit,
	World::commit,
	World::commit,
	World::next_block,
	World::reveal,
	World::reveal,
	World::reveal,
	World::next_block,
];

/// What is done afterwards, and how often.
const MOVES: [(u32, Move); 42] = [
	(26, World::next_block),
	(3, World::wait),
	(24, World::vote),
	(2, World::settle),
	(8, World::commit),
	(10, World::reveal),
	(1, World::withdraw_claim),
	(2, World::remove_claim),
	(4, World::create_task),
	(2, World::end_task),
	(5, World::reveal_holdout),
	(3, World::publish),
	(4, World::upload),
	(2, World::renew),
	(2, World::remove_artifact),
	(3, World::register),
	(4, World::move_stake),
	(2, World::intend),
	(4, World::prepare_model),
	(8, World::register_model),
	(5, World::contest),
	(2, World::name_model),
	(3, World::end_model),
	(1, World::set_scheme),
	(5, World::pay),
	(3, World::set_parameters),
	(2, World::cancel_slash),
	(3, World::appeal),
	(2, World::plan_canaries),
	(4, World::open_canary),
	(1, World::close_batch),
	(3, World::rotate_key),
	(1, World::set_keys),
	(4, World::nest),
	(2, World::deputise),
	(3, World::represent),
	(2, World::cosign),
	(1, World::schedule),
	(1, World::note_preimage),
	(6, World::any_call),
	(6, World::changed_call),
	(2, World::changed_bytes),
];

/// A key that stands in a model.
#[derive(Clone, Debug)]
struct Mark {
	intent: u64,
	sub_key: u32,
	key: H256,
}

/// What those who act know.
pub struct World {
	shape: Shape,
	signers: Signers,
	dictionary: Dictionary,
	/// Contents of artifacts.
	contents: BTreeMap<ArtifactId, Vec<u8>>,
	/// What commitments of miners hide.
	claims: BTreeMap<H256, (ClaimBody, H256)>,
	/// What auditors know of claims, by commitment.
	canaries: BTreeMap<H256, audits::Canary>,
	/// What commitments of sponsors hide.
	holdouts: BTreeMap<H256, (ArtifactId, H256)>,
	/// What commitments of verifiers hide, by job, round and member.
	verdicts: BTreeMap<(JobId, u8, u32), (Outcome, H256)>,
	/// Sub-keys, by the root that an intent commits to.
	secrets: BTreeMap<H256, Secret>,
	/// Marks of models, by artifact.
	marks: BTreeMap<ArtifactId, Vec<Mark>>,
	/// Calls that one of two has signed.
	operations: Vec<accounts::Operation>,
	/// What follows from what was begun.
	ahead: VecDeque<Step>,
	/// How much of the opening is done.
	opened: usize,
}

impl World {
	/// A world in which nothing has happened.
	#[must_use]
	pub fn new(signers: Signers, random: &mut Random) -> Self {
		let accounts = signers.accounts();
		let remark = frame_system::Call::<Runtime>::remark { remark: vec![1] };
		let remark = RuntimeCall::from(remark);
		let dictionary =
			Dictionary { accounts, hashes: vec![H256::zero()], calls: vec![remark.encode()] };
		// Some cases begin with anything.
		let opened = if random.chance(85) { 0 } else { OPENING.len() };
		Self {
			shape: Shape::default(),
			signers,
			dictionary,
			contents: BTreeMap::new(),
			claims: BTreeMap::new(),
			canaries: BTreeMap::new(),
			holdouts: BTreeMap::new(),
			verdicts: BTreeMap::new(),
			secrets: BTreeMap::new(),
			marks: BTreeMap::new(),
			operations: Vec::new(),
			ahead: VecDeque::from([Step::Block(1)]),
			opened,
		}
	}

	/// What somebody does next. Reads the chain's state.
	pub fn next(&mut self, random: &mut Random) -> Step {
		if let Some(step) = self.ahead.pop_front() {
			return self.remember(step, random);
		}
		loop {
			let chosen = match OPENING.get(self.opened) {
				Some(next) => {
					self.opened += 1;
					*next
				},
				None => pick(random),
			};
			let Some(step) = chosen(self, random) else { continue };
			let step = self.dress(step, random);
			if !self.is_beyond_checks(&step) {
				return self.remember(step, random);
			}
		}
	}

	/// Sometimes puts a call into others.
	fn dress(&self, step: Step, random: &mut Random) -> Step {
		match step {
			Step::Signed { who, call, tip: 0 } if random.chance(8) => {
				let tip = if random.chance(20) { number(random) >> 64 } else { 0 };
				Step::Signed { who, tip, call: self.wrap(who, call, random) }
			},
			step => step,
		}
	}

	/// A call that makes another one.
	fn wrap(&self, who: usize, call: RuntimeCall, random: &mut Random) -> RuntimeCall {
		type Call = pallet_utility::Call<Runtime>;
		let other = |random: &mut Random| {
			let bytes = random.pick(&self.dictionary.calls).unwrap_or_default();
			crate::shape::decode(&bytes).unwrap_or_else(|| call.clone())
		};
		let wrapped: RuntimeCall = match random.below(11) {
			0 => Call::batch { calls: vec![call] }.into(),
			1 => Call::batch { calls: vec![other(random), call.clone(), other(random)] }.into(),
			2 => Call::batch_all { calls: vec![call.clone(), other(random)] }.into(),
			3 => Call::force_batch { calls: vec![other(random), call.clone()] }.into(),
			4 => Call::as_derivative { index: 0, call: Box::new(call) }.into(),
			5 => Call::if_else { main: Box::new(other(random)), fallback: Box::new(call.clone()) }
				.into(),
			6 => {
				let account = self.account(who);
				let origin: OriginCaller = frame_system::RawOrigin::Signed(account).into();
				let (as_origin, call) = (Box::new(origin), Box::new(call));
				let call = Box::new(Call::dispatch_as { as_origin, call }.into());
				pallet_sudo::Call::<Runtime>::sudo { call }.into()
			},
			7 => self.one_of_some(call, random),
			8 => self.proxy(self.account(self.anybody(random)), call),
			9 => {
				let call = Box::new(self.later(who, call, random));
				pallet_sudo::Call::<Runtime>::sudo { call }.into()
			},
			_ => Call::batch { calls: vec![call.clone(), call] }.into(),
		};
		if random.chance(20) {
			self.wrap(who, wrapped, random)
		} else {
			wrapped
		}
	}

	fn remember(&mut self, step: Step, random: &mut Random) -> Step {
		// Large ones are slow to change and to repeat.
		let call = step.call().filter(|call| call.encoded_size() < 20_000);
		if let Some(call) = call {
			let calls = &mut self.dictionary.calls;
			if calls.len() < MEMORY {
				calls.push(call.encode());
			} else {
				let at = random.below(MEMORY);
				calls[at] = call.encode();
			}
		}
		step
	}

	fn learn(&mut self, hash: H256) {
		self.dictionary.hashes.push(hash);
	}

	fn account(&self, who: usize) -> AccountId {
		self.dictionary.accounts[who % self.dictionary.accounts.len()].clone()
	}

	/// The number of an account, if its key is known.
	fn signer(&self, account: &AccountId) -> Option<usize> {
		self.dictionary.accounts.iter().position(|known| known == account)
	}

	/// The number of an account; that of another one now and then.
	fn signer_or_other(&self, account: &AccountId, random: &mut Random) -> Option<usize> {
		if random.chance(4) {
			return Some(self.anybody(random));
		}
		self.signer(account)
	}

	fn anybody(&self, random: &mut Random) -> usize {
		random.below(self.dictionary.accounts.len())
	}

	/// Somebody with money.
	fn somebody(&self, random: &mut Random) -> usize {
		random.below(12)
	}

	/// Contents become known to those who act.
	fn keep(&mut self, bytes: Vec<u8>) -> ArtifactId {
		let id = Manifest::of(&bytes).id();
		self.contents.insert(id, bytes);
		self.learn(id);
		id
	}

	/// Ends the block.
	fn next_block(&mut self, random: &mut Random) -> Option<Step> {
		Some(Step::Block(match random.below(200) {
			0 => random.within(100, 3_000) as u32,
			1..=4 => random.within(10, 60) as u32,
			5..=30 => random.within(2, 5) as u32,
			_ => 1,
		}))
	}

	/// Lets windows pass.
	fn wait(&mut self, random: &mut Random) -> Option<Step> {
		let blocks = random.pick(&[2, 5, 5, 10, 20, 40, 110])?;
		self.ahead.extend((1..blocks).map(|_| Step::Block(1)));
		Some(Step::Block(1))
	}

	/// Any call of any account, with any arguments.
	fn any_call(&mut self, random: &mut Random) -> Option<Step> {
		let call = self.shape.call(random, &self.dictionary)?;
		Some(match random.below(4) {
			0 => Step::sudo(call),
			1 if random.chance(20) => Step::Authorized(call),
			_ => Step::signed(self.anybody(random), call),
		})
	}

	/// A call that was made, with changed bytes.
	fn changed_call(&mut self, random: &mut Random) -> Option<Step> {
		let mut bytes = random.pick(&self.dictionary.calls)?;
		mutate(&mut bytes, random);
		let call = crate::shape::decode(&bytes)?;
		Some(match random.below(8) {
			0 => Step::Authorized(call),
			// Alice signs what sudo was asked.
			1..=3 => Step::signed(0, call),
			_ => Step::signed(self.anybody(random), call),
		})
	}

	/// Bytes that may decode to a transaction.
	fn changed_bytes(&mut self, random: &mut Random) -> Option<Step> {
		let call = crate::shape::decode(&random.pick(&self.dictionary.calls)?)?;
		let transaction = match random.below(3) {
			0 => UncheckedExtrinsic::new_bare(call),
			_ => crate::chain::Chain::authorized(call),
		};
		let mut bytes = transaction.encode();
		mutate(&mut bytes, random);
		let depth = frame_support::MAX_EXTRINSIC_DEPTH;
		let decoded = UncheckedExtrinsic::decode_all_with_depth_limit(depth, &mut bytes.as_slice());
		// Nobody's, it is an inherent, of which a block has one.
		let sets_time =
			|made: UncheckedExtrinsic| matches!(made.function, RuntimeCall::Timestamp(_));
		(!decoded.is_ok_and(sets_time)).then_some(Step::Bytes(bytes))
	}

	/// A call that was made before, once more, inside of others.
	fn nest(&mut self, random: &mut Random) -> Option<Step> {
		let call = crate::shape::decode(&random.pick(&self.dictionary.calls)?)?;
		let who = self.anybody(random);
		Some(Step::signed(who, self.wrap(who, call, random)))
	}

	/// Whether a step has a call that lets root write what it likes to the state. What holds then
	/// is root's own affair.
	fn is_beyond_checks(&self, step: &Step) -> bool {
		let Some(call) = step.call() else { return false };
		self.shape.inside(call).iter().any(writes_anything)
	}
}

/// Whether root can break the ledger, or the chain, by this call alone. Time is set once in each
/// block, and parameters go through their checks.
fn writes_anything(call: &RuntimeCall) -> bool {
	use frame_system::Call as System;
	use pallet_balances::Call as Balances;
	use pallet_sudo::Call as Sudo;
	match call {
		RuntimeCall::System(call) => matches!(
			call,
			System::set_storage { .. }
				| System::kill_storage { .. }
				| System::kill_prefix { .. }
				| System::set_code { .. }
				| System::set_code_without_checks { .. }
				| System::apply_authorized_upgrade { .. }
		),
		RuntimeCall::Balances(call) => match call {
			// Issuance has an end.
			Balances::force_set_balance { new_free, .. } => *new_free > 1 << 100,
			Balances::force_adjust_total_issuance { .. } | Balances::force_unreserve { .. } => true,
			_ => false,
		},
		RuntimeCall::Sudo(call) => matches!(call, Sudo::set_key { .. } | Sudo::remove_key { .. }),
		// A migration that never ends has no transactions beside it.
		RuntimeCall::Migrations(_) | RuntimeCall::Timestamp(_) | RuntimeCall::Parameters(_) => true,
		// Nobody but root can; who paid the deposit is not on record.
		RuntimeCall::Proxy(call) => matches!(call, pallet_proxy::Call::create_pure { .. }),
		_ => false,
	}
}

fn pick(random: &mut Random) -> Move {
	let sum: u32 = MOVES.iter().map(|(weight, _)| weight).sum();
	let mut at = random.below(sum as usize) as u32;
	for (weight, chosen) in MOVES {
		if at < weight {
			return chosen;
		}
		at -= weight;
	}
	World::next_block
}
