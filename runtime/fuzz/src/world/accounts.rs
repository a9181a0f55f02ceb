//! Several signers of a call, deputies, and calls that are made later.

use super::World;
use crate::{random::Random, shape::decode, step::Step};
use assay_runtime::{
	config::accounts::ProxyType, AccountId, Address, OriginCaller, Runtime, RuntimeCall,
};
use codec::Encode;
use frame_support::weights::Weight;
use sp_io::hashing::blake2_256;
use sp_runtime::traits::{BlakeTwo256, Hash};

type Multisig = pallet_multisig::Call<Runtime>;
type Preimage = pallet_preimage::Call<Runtime>;
type Proxy = pallet_proxy::Call<Runtime>;
type Scheduler = pallet_scheduler::Call<Runtime>;

/// What a deputy may be for.
const ROLES: [ProxyType; 5] = [
	ProxyType::Any,
	ProxyType::Any,
	ProxyType::NonTransfer,
	ProxyType::Mining,
	ProxyType::Verifying,
];
/// Weight that a call of several signers is allowed: some of what a block with full hooks has left.
const ALLOWED: Weight = Weight::from_parts(100_000_000_000, u64::MAX);
/// Blocks that a deputy waits at the most before it makes a call that it has announced.
const LONGEST_DELAY: u32 = 3;

/// A call that one of two has signed.
#[derive(Clone)]
pub(super) struct Operation {
	call: RuntimeCall,
	signers: [usize; 2],
}

impl World {
	/// A call that somebody made before.
	fn old_call(&self, random: &mut Random) -> Option<RuntimeCall> {
		decode(&random.pick(&self.dictionary.calls)?)
	}

	/// Somebody gets a deputy, or has one no more.
	pub(super) fn deputise(&mut self, random: &mut Random) -> Option<Step> {
		let who = self.somebody(random);
		let delegate = self.account(self.anybody(random)).into();
		let (proxy_type, delay) = (random.pick(&ROLES)?, random.below(3) as u32);
		Some(match random.below(10) {
			0 => Step::signed(who, Proxy::remove_proxy { delegate, proxy_type, delay }),
			1 => Step::signed(who, Proxy::remove_proxies {}),
			2 => Step::signed(who, Proxy::poke_deposit {}),
			_ => Step::signed(who, Proxy::add_proxy { delegate, proxy_type, delay }),
		})
	}

	/// A deputy makes a call, announces it, or makes one that was announced.
	pub(super) fn represent(&mut self, random: &mut Random) -> Option<Step> {
		let deputies: Vec<_> = pallet_proxy::Proxies::<Runtime>::iter().collect();
		let (real, (of_real, _)) = random.pick(&deputies)?;
		let deputy = random.pick(&of_real)?;
		let who = self.signer_or_other(&deputy.delegate, random)?;
		let call = self.old_call(random)?;
		if deputy.delay == 0 && random.chance(70) {
			return Some(Step::signed(who, self.proxy(real, call)));
		}
		let call_hash = BlakeTwo256::hash_of(&call);
		let (delegate, real): (Address, Address) = (deputy.delegate.into(), real.into());
		let announced = Proxy::proxy_announced {
			delegate,
			real: real.clone(),
			force_proxy_type: None,
			call: Box::new(call),
		};
		// A delay that was made up may be as long as it likes.
		self.ahead.extend((0..deputy.delay.min(LONGEST_DELAY)).map(|_| Step::Block(1)));
		self.ahead.push_back(Step::signed(self.anybody(random), announced));
		Some(Step::signed(who, Proxy::announce { real, call_hash }))
	}

	/// The call of a deputy.
	pub(super) fn proxy(&self, real: AccountId, call: RuntimeCall) -> RuntimeCall {
		Proxy::proxy { real: real.into(), force_proxy_type: None, call: Box::new(call) }.into()
	}

	/// The call of an account that needs one signer of some.
	pub(super) fn one_of_some(&self, call: RuntimeCall, random: &mut Random) -> RuntimeCall {
		let other_signatories = vec![self.account(self.anybody(random))];
		Multisig::as_multi_threshold_1 { other_signatories, call: Box::new(call) }.into()
	}

	/// One of two signs a call, or the other one does.
	pub(super) fn cosign(&mut self, random: &mut Random) -> Option<Step> {
		if self.operations.len() < 4 && random.chance(50) {
			let signers = [self.somebody(random), self.somebody(random)];
			let operation = Operation { call: self.old_call(random)?, signers };
			let [first, second] = operation.signers;
			let step = Step::signed(first, self.sign(&operation, second, None));
			self.operations.push(operation);
			return Some(step);
		}
		if self.operations.is_empty() {
			return None;
		}
		let operation = self.operations.swap_remove(random.below(self.operations.len()));
		let [first, second] = operation.signers;
		let mut accounts = vec![self.account(first), self.account(second)];
		accounts.sort();
		let account = pallet_multisig::Pallet::<Runtime>::multi_account_id(&accounts, 2);
		let hash = blake2_256(&operation.call.encode());
		let when = pallet_multisig::Multisigs::<Runtime>::get(account, hash)?.when;
		if random.chance(15) {
			let other_signatories = vec![self.account(second)];
			let (threshold, timepoint, call_hash) = (2, when, hash);
			let cancel =
				Multisig::cancel_as_multi { threshold, other_signatories, timepoint, call_hash };
			return Some(Step::signed(first, cancel));
		}
		Some(Step::signed(second, self.sign(&operation, first, Some(when))))
	}

	fn sign(
		&self,
		operation: &Operation,
		other: usize,
		maybe_timepoint: Option<pallet_multisig::Timepoint<u32>>,
	) -> Multisig {
		Multisig::as_multi {
			threshold: 2,
			other_signatories: vec![self.account(other)],
			maybe_timepoint,
			call: Box::new(operation.call.clone()),
			max_weight: ALLOWED,
		}
	}

	/// Root has a call made later, as root or as somebody, once or some times.
	pub(super) fn schedule(&mut self, random: &mut Random) -> Option<Step> {
		let call = self.old_call(random)?;
		Some(Step::sudo(self.later(self.anybody(random), call, random)))
	}

	/// Root's call that has another one made later.
	pub(super) fn later(&self, who: usize, call: RuntimeCall, random: &mut Random) -> RuntimeCall {
		let origin: OriginCaller = frame_system::RawOrigin::Signed(self.account(who)).into();
		let call = match random.below(4) {
			0 => call,
			_ => pallet_utility::Call::<Runtime>::dispatch_as {
				as_origin: Box::new(origin),
				call: Box::new(call),
			}
			.into(),
		};
		let (after, priority, call) =
			(random.below(4) as u32, random.below(256) as u8, Box::new(call));
		let maybe_periodic = random.chance(20).then(|| (1 + random.below(3) as u32, 3));
		Scheduler::schedule_after { after, maybe_periodic, priority, call }.into()
	}

	/// Bytes of a call are stored for later, or forgotten.
	pub(super) fn note_preimage(&mut self, random: &mut Random) -> Option<Step> {
		let bytes = random.pick(&self.dictionary.calls)?;
		let hash = BlakeTwo256::hash(&bytes);
		let who = self.somebody(random);
		Some(match random.below(6) {
			0 => Step::signed(who, Preimage::unnote_preimage { hash }),
			1 => Step::sudo(Preimage::request_preimage { hash }),
			2 => Step::sudo(Preimage::unrequest_preimage { hash }),
			3 => Step::sudo(Preimage::note_preimage { bytes }),
			_ => {
				self.learn(hash);
				Step::signed(who, Preimage::note_preimage { bytes })
			},
		})
	}
}
