//! Conveniences of accounts: several calls at once, several signers, and deputies.
//!
//! Multisig and proxy take their deposits as unnamed reserves: they know no holds yet.

use super::monetary::{BYTE_DEPOSIT, ITEM_DEPOSIT};
use crate::{
	weights, AccountId, Balance, Balances, BlockNumber, Hash, OriginCaller, Runtime, RuntimeCall,
	RuntimeEvent, System,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{ConstU32, Contains, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

/// Deposit for a record of that many bytes, key and value.
const fn record(bytes: usize) -> Balance {
	ITEM_DEPOSIT.saturating_add(more(bytes))
}

/// Deposit for that many bytes more in a record.
#[allow(clippy::as_conversions)]
const fn more(bytes: usize) -> Balance {
	BYTE_DEPOSIT.saturating_mul(bytes as Balance)
}

/// Bytes of an account.
const ACCOUNT: usize = size_of::<AccountId>();
/// Bytes of an amount.
const AMOUNT: usize = size_of::<Balance>();
/// Bytes of a block number.
const NUMBER: usize = size_of::<BlockNumber>();
/// Bytes of a hash.
const HASH: usize = size_of::<Hash>();

parameter_types! {
	/// For an operation of several signers that waits: both halves of its key, when it was opened,
	/// by whom, for how much.
	pub const MultisigBase: Balance = record(2 * (ACCOUNT + 16) + 2 * NUMBER + AMOUNT + ACCOUNT);
	/// For each of its signers.
	pub const MultisigSigner: Balance = more(ACCOUNT);
	/// For having deputies.
	pub const ProxyBase: Balance = record(ACCOUNT + 8 + AMOUNT);
	/// For each deputy: account, role, delay.
	pub const ProxyDeputy: Balance = more(ACCOUNT + 1 + NUMBER);
	/// For announcing calls.
	pub const AnnouncementBase: Balance = record(ACCOUNT + 8 + AMOUNT);
	/// For each call that is announced: for whom, its hash, when.
	pub const Announcement: Balance = more(ACCOUNT + HASH + NUMBER);
}

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_utility::WeightInfo<Runtime>;
}

impl pallet_multisig::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	type DepositBase = MultisigBase;
	type DepositFactor = MultisigSigner;
	type MaxSignatories = ConstU32<100>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_multisig::WeightInfo<Runtime>;
}

impl pallet_proxy::Config for Runtime {
	type AnnouncementDepositBase = AnnouncementBase;
	type AnnouncementDepositFactor = Announcement;
	type BlockNumberProvider = System;
	type CallHasher = BlakeTwo256;
	type Currency = Balances;
	type MaxPending = ConstU32<32>;
	type MaxProxies = ConstU32<32>;
	type ProxyDepositBase = ProxyBase;
	type ProxyDepositFactor = ProxyDeputy;
	type ProxyType = ProxyType;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_proxy::WeightInfo<Runtime>;
}

/// Calls that accounts can make: all but these.
///
/// - That for an account without a key. When such an account ends, upstream gives back to who made
///   it what others paid for its deputies, out of whatever is reserved of that account: also out of
///   a stake.
/// - Signed reports of equivocations. Their proofs are checked in the call only, and so by every
///   author to whom they are sent, and the fee is given back where they hold: for each of as many
///   rounds as a validator has contradicted itself in. Nodes report without a signature, which is
///   checked before.
pub struct OpenCalls;

impl Contains<RuntimeCall> for OpenCalls {
	fn contains(call: &RuntimeCall) -> bool {
		!matches!(
			call,
			RuntimeCall::Proxy(pallet_proxy::Call::create_pure { .. })
				| RuntimeCall::Babe(pallet_babe::Call::report_equivocation { .. })
				| RuntimeCall::Grandpa(pallet_grandpa::Call::report_equivocation { .. })
		)
	}
}

/// What a deputy does for an account. Batches are let through, and what is in them is judged as if
/// it stood alone.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	#[codec(index = 0)]
	Any,
	/// Everything that gives nothing away that can be sold, and by which no money of the account
	/// can come to the deputy: no transfer of money, of a stake or of a model's name, no reward, no
	/// bond that somebody else can win, nothing in the name of other accounts, and no call of
	/// governance. Fees, deposits and bonds that can be burnt are at the deputy's disposal.
	#[codec(index = 1)]
	NonTransfer,
	/// Brings in claims: artifacts, claims, stake.
	#[codec(index = 2)]
	Mining,
	/// Runs a verifier: stake, session keys, settlement.
	#[codec(index = 3)]
	Verifying,
	/// Posts tasks: artifacts, tasks. A deputy can post one whose reward it earns itself, so it can
	/// spend all that is free on the account.
	#[codec(index = 4)]
	Sponsoring,
	/// Looks after models: artifacts, intents, aliases, revocations. Registrations and contests are
	/// the calls of transactions themselves, which only the account can send, and names stay.
	#[codec(index = 5)]
	Publishing,
	/// Calls of root, for the account that is sudo: with them, everything.
	#[codec(index = 6)]
	Governance,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		use pallet_assay_audits::Call as Audits;
		use pallet_assay_models::Call as Models;
		use pallet_assay_stake::Call as Stake;
		use pallet_assay_tasks::Call as Tasks;
		use pallet_proxy::Call as Proxy;
		use pallet_session::Call as Session;
		use RuntimeCall as Of;
		// A stake changes hands by a rotation.
		let keeps_stake = |call: &Stake<Runtime>| {
			!matches!(call, Stake::rotate_key { .. } | Stake::accept_rotation { .. })
		};
		// A bond that is lost is the other party's, which can be the deputy.
		let keeps_models = |call: &Models<Runtime>| {
			!matches!(
				call,
				Models::transfer { .. } | Models::register { .. } | Models::contest { .. }
			)
		};
		// A deputy can earn the reward of its own task.
		let keeps_rewards =
			|call: &Tasks<Runtime>| !matches!(call, Tasks::create { .. } | Tasks::top_up { .. });
		// An auditor pays for the bounty of a claim that is found false, to who had posted it.
		let keeps_bounties = |call: &Audits<Runtime>| !matches!(call, Audits::open_canary { .. });
		// A validator without keys is none any more, and does not become one again.
		let keeps_seat = |call: &Session<Runtime>| !matches!(call, Session::purge_keys { .. });
		// What the account does in the name of another one is judged by what that one allows, and
		// by no role of the deputy here. So there are no calls of `multisig`, either.
		let keeps_to_itself =
			|call: &Proxy<Runtime>| !matches!(call, Proxy::proxy { .. } | Proxy::announce { .. });
		match (self, call) {
			(Self::Any, _) | (_, Of::Utility(_)) => true,
			(Self::NonTransfer | Self::Mining | Self::Verifying, Of::Stake(call)) => {
				keeps_stake(call)
			},
			(Self::NonTransfer | Self::Publishing, Of::Models(call)) => keeps_models(call),
			(
				Self::NonTransfer | Self::Mining | Self::Sponsoring | Self::Publishing,
				Of::Artifacts(_),
			) => true,
			(Self::NonTransfer | Self::Mining, Of::Claims(_)) => true,
			(Self::NonTransfer | Self::Verifying, Of::Session(call)) => keeps_seat(call),
			(Self::NonTransfer | Self::Verifying, Of::Verification(_)) => true,
			(Self::Sponsoring, Of::Tasks(_)) => true,
			(Self::NonTransfer, Of::Tasks(call)) => keeps_rewards(call),
			(Self::NonTransfer, Of::Audits(call)) => keeps_bounties(call),
			(Self::NonTransfer, Of::Proxy(call)) => keeps_to_itself(call),
			(Self::NonTransfer, Of::System(_) | Of::Preimage(_)) => true,
			(Self::Governance, Of::Sudo(_) | Of::Preimage(_)) => true,
			_ => false,
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Any, _) => true,
			(Self::NonTransfer, other) => {
				!matches!(other, Self::Any | Self::Sponsoring | Self::Governance)
			},
			(own, other) => own == other,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{config::monetary::AIT, genesis, Proxy, RuntimeOrigin};
	use frame_support::{assert_noop, assert_ok};
	use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
	use sp_runtime::traits::{Dispatchable, TrailingZeroInput};

	const ROLES: [ProxyType; 7] = [
		ProxyType::Any,
		ProxyType::NonTransfer,
		ProxyType::Mining,
		ProxyType::Verifying,
		ProxyType::Sponsoring,
		ProxyType::Publishing,
		ProxyType::Governance,
	];

	/// An argument that nobody looks at.
	fn anything<T: Decode>() -> T {
		T::decode(&mut TrailingZeroInput::zeroes()).unwrap()
	}

	/// By which the account's money, or what is worth money, can come to a deputy, or a validator's
	/// seat is given up.
	fn gifts() -> Vec<RuntimeCall> {
		use pallet_assay_models::{Call as Models, Name};
		use pallet_assay_stake::Call as Stake;
		use pallet_proxy::Call as Proxy;
		let who = Charlie.to_account_id();
		let nothing =
			|| Box::new(RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() }));
		vec![
			pallet_balances::Call::transfer_all { dest: who.clone().into(), keep_alive: true }
				.into(),
			Stake::rotate_key { new: who.clone() }.into(),
			Stake::accept_rotation { old: who.clone() }.into(),
			pallet_session::Call::purge_keys {}.into(),
			Models::transfer { name: Name::default(), new_owner: who.clone() }.into(),
			Models::register { registration: Box::new(anything()) }.into(),
			Models::contest { challenge: Box::new(anything()) }.into(),
			pallet_assay_audits::Call::open_canary {
				batch: 0,
				claim: 0,
				outcome: anything(),
				salt: anything(),
				proof: anything(),
			}
			.into(),
			Proxy::<Runtime>::proxy {
				real: who.clone().into(),
				force_proxy_type: None,
				call: nothing(),
			}
			.into(),
			Proxy::<Runtime>::announce { real: who.clone().into(), call_hash: Hash::zero() }.into(),
			pallet_multisig::Call::<Runtime>::as_multi_threshold_1 {
				other_signatories: vec![who],
				call: nothing(),
			}
			.into(),
		]
	}

	/// By which a deputy can earn what the account pays.
	fn rewards() -> Vec<RuntimeCall> {
		let spec: pallet_assay_tasks::SpecOf<Runtime> = anything();
		vec![
			pallet_assay_tasks::Call::<Runtime>::create { spec }.into(),
			pallet_assay_tasks::Call::top_up { task: 0, winners: 1 }.into(),
		]
	}

	fn calls() -> Vec<RuntimeCall> {
		use pallet_assay_models::Call as Models;
		use pallet_assay_stake::Call as Stake;
		let others: Vec<RuntimeCall> = vec![
			Stake::bond_extra { amount: 1 }.into(),
			Models::revoke { model: 0 }.into(),
			pallet_assay_claims::Call::withdraw { claim: 0 }.into(),
			pallet_assay_tasks::Call::cancel { task: 0 }.into(),
			pallet_assay_tasks::Call::close { task: 0 }.into(),
			pallet_assay_artifacts::Call::remove { id: Default::default() }.into(),
			pallet_assay_verification::Call::settle { job: 0 }.into(),
			pallet_session::Call::set_keys { keys: anything(), proof: Vec::new() }.into(),
			pallet_assay_audits::Call::close_batch { batch: 0 }.into(),
			pallet_preimage::Call::unnote_preimage { hash: Default::default() }.into(),
			pallet_sudo::Call::remove_key {}.into(),
		];
		gifts().into_iter().chain(rewards()).chain(others).collect()
	}

	#[test]
	fn a_role_that_contains_another_lets_through_what_that_does() {
		for role in ROLES {
			for other in ROLES.iter().filter(|other| role.is_superset(other)) {
				for call in calls() {
					assert!(role.filter(&call) || !other.filter(&call), "{role:?} {call:?}");
				}
			}
		}
	}

	#[test]
	fn roles_give_nothing_away() {
		let may = |call: &RuntimeCall| -> Vec<ProxyType> {
			ROLES.into_iter().filter(|role| role.filter(call)).collect()
		};
		for call in gifts() {
			assert_eq!(may(&call), [ProxyType::Any], "{call:?}");
		}
		for call in rewards() {
			assert_eq!(may(&call), [ProxyType::Any, ProxyType::Sponsoring], "{call:?}");
		}
		let sudo = calls().pop().unwrap();
		assert_eq!(may(&sudo), [ProxyType::Any, ProxyType::Governance]);
	}

	#[test]
	fn a_deputy_of_a_deputy_gets_no_money_either() {
		genesis::tests::local().execute_with(|| {
			let [alice, bob, charlie] = [Alice, Bob, Charlie].map(|key| key.to_account_id());
			let signed = |who: &AccountId| RuntimeOrigin::signed(who.clone());
			let deputy = |of: &AccountId, who: &AccountId, role| {
				assert_ok!(Proxy::add_proxy(signed(of), who.clone().into(), role, 0));
			};
			deputy(&charlie, &alice, ProxyType::Any);
			deputy(&alice, &bob, ProxyType::NonTransfer);
			let before = Balances::free_balance(&charlie);
			let take = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
				dest: bob.clone().into(),
				value: AIT,
			});
			let nested = RuntimeCall::Proxy(pallet_proxy::Call::proxy {
				real: charlie.clone().into(),
				force_proxy_type: None,
				call: Box::new(take),
			});
			assert_ok!(Proxy::proxy(signed(&bob), alice.into(), None, Box::new(nested)));
			assert_eq!(Balances::free_balance(&charlie), before);
		});
	}

	#[test]
	fn no_account_without_a_key_is_made() {
		genesis::tests::local().execute_with(|| {
			let refused = || frame_system::Error::<Runtime>::CallFiltered;
			let signed = || RuntimeOrigin::signed(Alice.to_account_id());
			let (proxy_type, delay, index) = (ProxyType::Any, 0, 0);
			let make: RuntimeCall =
				pallet_proxy::Call::create_pure { proxy_type, delay, index }.into();
			assert_noop!(make.clone().dispatch(signed()), refused());
			let batch: RuntimeCall = pallet_utility::Call::batch_all { calls: vec![make] }.into();
			let refused = sp_runtime::DispatchError::from(refused());
			assert_eq!(batch.dispatch(signed()).map_err(|error| error.error), Err(refused));
		});
	}

	/// Nobody has to look at what its sender has signed.
	#[test]
	fn equivocations_are_reported_by_nodes() {
		genesis::tests::local().execute_with(|| {
			let signed = || RuntimeOrigin::signed(Alice.to_account_id());
			let proof = || sp_session::MembershipProof {
				session: 0,
				trie_nodes: vec![],
				validator_count: 4,
			};
			let blocks: RuntimeCall = pallet_babe::Call::report_equivocation {
				equivocation_proof: Box::new(anything()),
				key_owner_proof: proof(),
			}
			.into();
			let votes: RuntimeCall = pallet_grandpa::Call::report_equivocation {
				equivocation_proof: Box::new(anything()),
				key_owner_proof: proof(),
			}
			.into();
			let refused =
				sp_runtime::DispatchError::from(frame_system::Error::<Runtime>::CallFiltered);
			for call in [blocks, votes] {
				let batch: RuntimeCall =
					pallet_utility::Call::batch_all { calls: vec![call.clone()] }.into();
				for call in [call, batch] {
					let result = call.dispatch(signed());
					assert_eq!(result.map_err(|failed| failed.error), Err(refused));
				}
			}
		});
	}

	#[test]
	fn a_deputy_gets_no_money_out_of_a_batch() {
		genesis::tests::local().execute_with(|| {
			let (alice, bob) = (Alice.to_account_id(), Bob.to_account_id());
			let signed = |who: &AccountId| RuntimeOrigin::signed(who.clone());
			let mining = ProxyType::Mining;
			assert_ok!(Proxy::add_proxy(signed(&alice), bob.clone().into(), mining, 0));
			let before = Balances::free_balance(&alice);
			let take = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
				dest: bob.clone().into(),
				value: AIT,
			});
			for call in [
				take.clone(),
				pallet_utility::Call::batch { calls: vec![take.clone()] }.into(),
				pallet_utility::Call::force_batch { calls: vec![take.clone()] }.into(),
				pallet_proxy::Call::add_proxy {
					delegate: bob.clone().into(),
					proxy_type: ProxyType::Any,
					delay: 0,
				}
				.into(),
			] {
				let call = Box::new(call);
				assert_ok!(Proxy::proxy(signed(&bob), alice.clone().into(), None, call));
				assert_eq!(Balances::free_balance(&alice), before);
			}
			assert_eq!(pallet_proxy::Proxies::<Runtime>::get(&alice).0.len(), 1);
			// An account that has no deputy is nobody's.
			let call = Box::new(take);
			assert_noop!(
				Proxy::proxy(signed(&alice), bob.into(), None, call),
				pallet_proxy::Error::<Runtime>::NotProxy
			);
		});
	}
}
