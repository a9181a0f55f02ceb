//! What holds after any sequence of calls.

use super::*;
use proptest::prelude::*;
use sp_runtime::StateVersion;

/// Something that can happen.
#[derive(Clone, Debug)]
enum Action {
	Register(AccountId, Role, Balance),
	BondExtra(AccountId, Balance),
	Unbond(AccountId, Balance),
	Withdraw(AccountId),
	Deregister(AccountId),
	Lock(AccountId, u64, Balance),
	Unlock(AccountId, u64),
	SlashLock(AccountId, u64),
	Slash(AccountId, Balance, u64),
	Cancel(SlashId),
	Appeal(AccountId, SlashId, bool),
	Rerun(SlashId, Finding),
	Resolve(SlashId, bool),
	Rotate(AccountId, AccountId),
	Accept(AccountId, AccountId),
	CancelRotation(AccountId),
	Wait(u64),
}

impl Action {
	fn run(&self) -> Result<(), DispatchError> {
		match *self {
			Self::Register(who, role, amount) => Stake::register(signed(who), role, amount),
			Self::BondExtra(who, amount) => Stake::bond_extra(signed(who), amount),
			Self::Unbond(who, amount) => Stake::unbond(signed(who), amount),
			Self::Withdraw(who) => Stake::withdraw_unbonded(signed(who)),
			Self::Deregister(who) => Stake::deregister(signed(who)),
			Self::Lock(who, claim, amount) => Stake::lock(&who, LockReason::Claim(claim), amount),
			Self::Unlock(who, claim) => Stake::unlock(&who, LockReason::Claim(claim)),
			Self::SlashLock(who, claim) => {
				Stake::slash_lock(&who, LockReason::Claim(claim), FALSE_CLAIM).map(drop)
			},
			Self::Slash(who, amount, ago) => {
				let fault_at = System::block_number().saturating_sub(ago);
				<Stake as assay_traits::Stake>::slash(&who, amount, fault_at, FALSE_CLAIM).map(drop)
			},
			Self::Cancel(slash) => Stake::force_cancel_slash(RuntimeOrigin::root(), slash),
			Self::Appeal(who, slash, rerun) => {
				Reruns::set(rerun.then_some(slash).into_iter().collect());
				Stake::appeal_slash(signed(who), slash)
			},
			Self::Rerun(slash, finding) => {
				let appeal = Stake::pending_slash(slash).and_then(|slash| slash.appeal);
				if appeal.is_some_and(|appeal| appeal.stage == Stage::Running(job_of(slash))) {
					Stake::on_rerun(slash, finding);
				}
				Ok(())
			},
			Self::Resolve(slash, uphold) => {
				Stake::resolve_appeal(RuntimeOrigin::root(), slash, uphold)
			},
			Self::Rotate(who, new) => Stake::rotate_key(signed(who), new),
			Self::Accept(new, old) => Stake::accept_rotation(signed(new), old),
			Self::CancelRotation(who) => Stake::cancel_rotation(signed(who)),
			Self::Wait(blocks) => {
				run_to(System::block_number() + blocks);
				Ok(())
			},
		}
	}
}

fn who() -> impl Strategy<Value = AccountId> {
	1u64..5
}

fn amount() -> impl Strategy<Value = Balance> {
	prop_oneof![8 => 0u64..1_500, 1 => Just(FUNDS), 1 => Just(Balance::MAX)]
}

fn role() -> impl Strategy<Value = Role> {
	prop_oneof![Just(Role::Miner), Just(Role::Verifier)]
}

fn finding() -> impl Strategy<Value = Finding> {
	prop_oneof![Just(Finding::Confirmed), Just(Finding::Refuted), Just(Finding::Undecided)]
}

fn action() -> impl Strategy<Value = Action> {
	prop_oneof![
		2 => (who(), role(), amount()).prop_map(|(who, role, n)| Action::Register(who, role, n)),
		2 => (who(), amount()).prop_map(|(who, n)| Action::BondExtra(who, n)),
		4 => (who(), amount()).prop_map(|(who, n)| Action::Unbond(who, n)),
		3 => who().prop_map(Action::Withdraw),
		1 => who().prop_map(Action::Deregister),
		3 => (who(), 0u64..6, 0u64..300).prop_map(|(who, claim, n)| Action::Lock(who, claim, n)),
		2 => (who(), 0u64..6).prop_map(|(who, claim)| Action::Unlock(who, claim)),
		2 => (who(), 0u64..6).prop_map(|(who, claim)| Action::SlashLock(who, claim)),
		3 => (who(), amount(), 0u64..30).prop_map(|(who, n, ago)| Action::Slash(who, n, ago)),
		1 => (0u64..20).prop_map(Action::Cancel),
		3 => (who(), 0u64..20, any::<bool>())
			.prop_map(|(who, slash, rerun)| Action::Appeal(who, slash, rerun)),
		2 => (0u64..20, finding()).prop_map(|(slash, finding)| Action::Rerun(slash, finding)),
		1 => (0u64..20, any::<bool>()).prop_map(|(slash, up)| Action::Resolve(slash, up)),
		3 => (who(), who()).prop_map(|(who, new)| Action::Rotate(who, new)),
		3 => (who(), who()).prop_map(|(new, old)| Action::Accept(new, old)),
		1 => who().prop_map(Action::CancelRotation),
		4 => (1u64..12).prop_map(Action::Wait),
	]
}

fn ledgers_slashing() -> Balance {
	(1..5).filter_map(Stake::ledger).map(|ledger| ledger.slashing).sum()
}

fn state() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

proptest! {
	/// Numbered invariants hold, no unit of money appears or disappears, and whatever fails leaves
	/// the state as it was.
	#[test]
	fn hold_after_any_sequence(actions in prop::collection::vec(action(), 1..60)) {
		ExtBuilder::default().build().execute_with(|| {
			let everything = Balances::total_issuance();
			for action in actions {
				let before = state();
				if action.run().is_err() {
					assert_eq!(state(), before, "{action:?} failed and left a trace");
				}
				check();
				assert_eq!(Balances::total_issuance(), everything, "after {action:?}");
			}
			// Whatever was appealed, and however: every slash ends, and is told to be over once.
			let slashes = NextSlash::<Test>::get();
			for slash in 0..slashes {
				assert_ok!(Action::Rerun(slash, Finding::Undecided).run());
			}
			run_to(System::block_number() + 10 + slashes);
			check();
			let mut ended = Ended::get();
			ended.sort_unstable();
			assert_eq!(ended, (0..slashes).collect::<Vec<_>>());
			assert_eq!(ledgers_slashing(), 0);
		});
	}

	/// A slash and an unbond in any order take the same, whatever else is locked or on its way out.
	#[test]
	fn a_slash_and_an_unbond_commute(
		locked in 0u64..600,
		earlier in 0u64..300,
		unbonded in 1u64..1_000,
		slashed in 0u64..1_500,
	) {
		let outcome = |slash_first: bool| {
			let mut taken = None;
			ExtBuilder::default().build_and_execute(|| {
				assert_ok!(Stake::lock(&MINER, CLAIM, locked));
				let _ = Stake::unbond(signed(MINER), earlier);
				run_to(5);
				if slash_first {
					slash(MINER, slashed, 3);
				}
				let unbond = Stake::unbond(signed(MINER), unbonded).is_ok();
				if !slash_first {
					slash(MINER, slashed, 3);
				}
				let ledger = ledger(MINER);
				taken = Some((ledger.slashing, unbond, ledger));
			});
			taken.unwrap()
		};
		let (slash_first, unbond_first) = (outcome(true), outcome(false));
		prop_assert_eq!(slash_first.0, unbond_first.0);
		if slash_first.1 && unbond_first.1 {
			prop_assert_eq!(slash_first.2, unbond_first.2);
		}
	}

	/// What was bonded at a fault answers for it during a whole unbonding period, whatever the
	/// offender does meanwhile.
	#[test]
	fn nobody_escapes(
		moves in prop::collection::vec((0u64..1_100, 0u64..8), 0..6),
		rotates in prop::option::of(0usize..6),
		leaves in any::<bool>(),
	) {
		ExtBuilder::default().build_and_execute(|| {
			run_to(3);
			Delay::set(0);
			let mut key = MINER;
			for (at, (amount, wait)) in moves.into_iter().enumerate() {
				run_to((System::block_number() + wait).min(22));
				if rotates == Some(at) {
					assert_ok!(Stake::rotate_key(signed(MINER), POOR));
					assert_ok!(Stake::accept_rotation(signed(POOR), MINER));
					key = POOR;
				}
				let _ = Stake::unbond(signed(key), amount);
				let _ = Stake::withdraw_unbonded(signed(key));
			}
			if leaves {
				let _ = Stake::deregister(signed(key));
			}
			run_to(22);
			let _ = Stake::withdraw_unbonded(signed(key));
			slash(MINER, 1_000, 3);
			assert_eq!(ledger(key).slashing, 1_000);
		});
	}
}
