//! What holds after every block, whatever was in it.

use crate::failure::Failure;
use assay_primitives::ArtifactId;
use assay_runtime::{
	config::consensus::KeyDeposit, AccountId, Artifacts, AssayParameters, Audits, Balance,
	Balances, Claims, Models, Runtime, RuntimeHoldReason, Stake, System, Tasks, Verification,
};
use assay_traits::{Client, LockReason};
use codec::{Decode, Encode};
use frame_support::traits::Get;
use pallet_assay_claims::Deadline;
use pallet_assay_verification::{Phase, MAX_ROUNDS};
use sp_runtime::TryRuntimeError;
use std::{collections::BTreeMap, fmt::Debug};

/// Amounts by account and encoded reason.
type Holds = BTreeMap<(AccountId, Vec<u8>), Balance>;

/// Checks the current state.
///
/// 1. Issuance is the sum of all balances, free and reserved.
/// 2. What is reserved of an account is the sum of its holds, and of what it has on record with the
///    pallets that know no holds: multisig and proxy.
/// 3. Each hold of each account is what the pallet to which it belongs has on record, to the unit.
/// 4. Each artifact is pinned as often as tasks, claims, models, contests and re-runs rely on it.
/// 5. What is locked of each stake are the bonds of its open claims, to the unit.
/// 6. What the pallets say must hold.
///
/// # Errors
///
/// The first that does not hold.
pub fn check() -> Result<(), Failure> {
	check_balances()?;
	check_holds()?;
	check_pins()?;
	check_locks()?;
	type TryState = fn() -> Result<(), TryRuntimeError>;
	let pallets: [(&str, TryState); 8] = [
		("artifacts", Artifacts::do_try_state),
		("audits", Audits::do_try_state),
		("parameters", AssayParameters::do_try_state),
		("claims", Claims::do_try_state),
		("models", Models::do_try_state),
		("stake", Stake::do_try_state),
		("tasks", Tasks::do_try_state),
		("verification", Verification::do_try_state),
	];
	for (pallet, try_state) in pallets {
		try_state().map_err(|error| {
			Failure::new(format!("{pallet}: an invariant is broken"), format!("{error:?}"))
		})?;
	}
	Ok(())
}

/// The block by which all claims and jobs have ended that there are now, though nobody sends
/// anything any more, by what claims and verification promise. `None` if all have.
#[must_use]
pub fn ends_by() -> Option<u32> {
	let claims = pallet_assay_claims::Claims::<Runtime>::iter_keys()
		.filter_map(Claims::explain)
		.filter_map(|claim| match claim.next {
			Deadline::Reveal { until, .. } => Some(until),
			Deadline::Settle { by } => Some(by),
			Deadline::Remove { .. } => None,
		});
	// Those of claims are promised by the claims.
	let others = pallet_assay_verification::Jobs::<Runtime>::iter_values()
		.filter(|job| !matches!(job.client, Client::Claim(_)))
		.map(|job| {
			// Windows are those under which it was opened.
			let delay = <Runtime as pallet_assay_verification::Config>::DrawDelay::get();
			let round = [job.commit_window, job.reveal_window, delay, 2];
			let rounds = round.into_iter().sum::<u32>() * u32::from(MAX_ROUNDS);
			let now = System::block_number();
			match job.phase {
				Phase::Drawing { at } => at.max(now) + rounds,
				_ => now + rounds,
			}
		});
	claims.chain(others).max()
}

fn check_balances() -> Result<(), Failure> {
	let unnamed = unnamed();
	let mut sum: Balance = 0;
	for (who, account) in frame_system::Account::<Runtime>::iter() {
		sum += account.data.free + account.data.reserved;
		let held: Balance =
			pallet_balances::Holds::<Runtime>::get(&who).iter().map(|hold| hold.amount).sum();
		let unnamed = unnamed.get(&who).copied().unwrap_or_default();
		if held + unnamed != account.data.reserved {
			let reserved = account.data.reserved;
			let detail = format!("{who}: {reserved} reserved, {held} held, {unnamed} without name");
			return Err(Failure::new("what is reserved is not what is held", detail));
		}
	}
	let issued = Balances::total_issuance();
	if sum != issued {
		let detail = format!("{issued} issued, {sum} owned");
		return Err(Failure::new("issuance is not the sum of the balances", detail));
	}
	Ok(())
}

/// Deposits that are reserved without a reason.
fn unnamed() -> BTreeMap<AccountId, Balance> {
	let mut deposits = BTreeMap::new();
	let mut add = |who: AccountId, amount: Balance| *deposits.entry(who).or_default() += amount;
	for operation in pallet_multisig::Multisigs::<Runtime>::iter_values() {
		add(operation.depositor, operation.deposit);
	}
	for (who, (_, deposit)) in pallet_proxy::Proxies::<Runtime>::iter() {
		add(who, deposit);
	}
	for (who, (_, deposit)) in pallet_proxy::Announcements::<Runtime>::iter() {
		add(who, deposit);
	}
	deposits
}

fn check_holds() -> Result<(), Failure> {
	let keys = RuntimeHoldReason::Session(pallet_session::HoldReason::Keys);
	let mut held = Holds::new();
	for (who, holds) in pallet_balances::Holds::<Runtime>::iter() {
		for hold in holds.into_iter().filter(|hold| hold.amount > 0) {
			// Validators of the genesis have keys without a deposit.
			let registered = pallet_session::NextKeys::<Runtime>::contains_key(&who);
			if hold.id == keys && registered && hold.amount == KeyDeposit::get() {
				continue;
			}
			held.insert((who.clone(), hold.id.encode()), hold.amount);
		}
	}
	let recorded = recorded();
	let places = held.keys().chain(recorded.keys());
	for place in places {
		let (held, recorded) = (held.get(place), recorded.get(place));
		if held != recorded {
			let (who, reason) = place;
			let reason = RuntimeHoldReason::decode(&mut reason.as_slice());
			let detail = format!("{who}, {reason:?}: {held:?} held, {recorded:?} on record");
			return Err(Failure::new("a hold is not what is on record", detail));
		}
	}
	Ok(())
}

fn check_pins() -> Result<(), Failure> {
	let mut reliant = BTreeMap::<ArtifactId, u32>::new();
	let mut add = |id| *reliant.entry(id).or_default() += 1;
	for task in pallet_assay_tasks::Tasks::<Runtime>::iter_values() {
		add(task.spec.train);
		task.holdout.into_iter().for_each(&mut add);
	}
	for claim in pallet_assay_claims::Claims::<Runtime>::iter_values() {
		if let (pallet_assay_claims::Status::Revealed { .. }, Some(revealed)) =
			(claim.status, claim.revealed)
		{
			add(revealed.body.program);
		}
	}
	for model in pallet_assay_models::Models::<Runtime>::iter_values() {
		let Some(details) = model.details else { continue };
		add(details.evidence.file.id);
		add(details.evidence.clean.id);
		if matches!(model.status, pallet_assay_models::Status::Pending { .. }) {
			add(details.evidence.scheme);
		}
	}
	for contest in pallet_assay_models::Contests::<Runtime>::iter_values() {
		add(contest.program);
	}
	let reruns = pallet_assay_verification::Jobs::<Runtime>::iter_values()
		.filter(|job| matches!(job.client, Client::Appeal(_) | Client::Audit(_)))
		.map(|job| job.spec);
	let cases = pallet_assay_verification::Cases::<Runtime>::iter_values()
		.filter(|case| case.pinned)
		.map(|case| case.spec);
	for spec in reruns.chain(cases) {
		[spec.program, spec.train, spec.holdout].into_iter().for_each(&mut add);
		spec.file.into_iter().for_each(|file| add(file.id));
	}
	let pinned: BTreeMap<_, _> = pallet_assay_artifacts::Artifacts::<Runtime>::iter()
		.filter(|(_, artifact)| artifact.pins > 0)
		.map(|(id, artifact)| (id, artifact.pins))
		.collect();
	same("the pins of an artifact are not what relies on it", &pinned, &reliant)
}

fn check_locks() -> Result<(), Failure> {
	let locked: BTreeMap<_, _> = pallet_assay_stake::Locks::<Runtime>::iter()
		.map(|(who, reason, amount)| ((who, reason), amount))
		.collect();
	let bonds: BTreeMap<_, _> = pallet_assay_claims::Claims::<Runtime>::iter()
		.filter(|(_, claim)| !matches!(claim.status, pallet_assay_claims::Status::Ended { .. }))
		.map(|(id, claim)| ((claim.miner, LockReason::Claim(id)), claim.bond))
		.collect();
	same("what is locked is not the bond of an open claim", &locked, &bonds)
}

/// Fails with `kind` at the first key whose value in the state is not the one on record.
fn same<K: Ord + Debug, V: PartialEq + Debug>(
	kind: &str,
	state: &BTreeMap<K, V>,
	recorded: &BTreeMap<K, V>,
) -> Result<(), Failure> {
	match state.keys().chain(recorded.keys()).find(|key| state.get(key) != recorded.get(key)) {
		None => Ok(()),
		Some(key) => {
			let (state, recorded) = (state.get(key), recorded.get(key));
			Err(Failure::new(kind, format!("{key:?}: {state:?}, {recorded:?} on record")))
		},
	}
}

/// The amount of a deposit's ticket, which shows it to nobody but the currency.
fn ticket(ticket: &impl Encode) -> Balance {
	Balance::decode(&mut ticket.encode().as_slice()).unwrap_or(0)
}

/// What the pallets have on record.
fn recorded() -> Holds {
	let mut holds = Holds::new();
	let mut add = |who: AccountId, reason: RuntimeHoldReason, amount: Balance| {
		if amount > 0 {
			*holds.entry((who, reason.encode())).or_default() += amount;
		}
	};
	for (who, ledger) in pallet_assay_stake::Ledgers::<Runtime>::iter() {
		add(who, pallet_assay_stake::HoldReason::Stake.into(), ledger.held());
	}
	for slash in pallet_assay_stake::Slashes::<Runtime>::iter_values() {
		let bond = slash.appeal.map_or(0, |appeal| appeal.bond);
		add(slash.who, pallet_assay_stake::HoldReason::Appeal.into(), bond);
	}
	for artifact in pallet_assay_artifacts::Artifacts::<Runtime>::iter_values() {
		let amount = ticket(&artifact.ticket);
		add(artifact.owner, pallet_assay_artifacts::HoldReason::Artifact.into(), amount);
	}
	for task in pallet_assay_tasks::Tasks::<Runtime>::iter_values() {
		add(task.sponsor.clone(), pallet_assay_tasks::HoldReason::Reward.into(), task.escrow);
		let deposit = ticket(&task.deposit);
		add(task.sponsor, pallet_assay_tasks::HoldReason::Deposit.into(), deposit);
	}
	for claim in pallet_assay_claims::Claims::<Runtime>::iter_values() {
		let deposit = ticket(&claim.deposit);
		add(claim.miner, pallet_assay_claims::HoldReason::Deposit.into(), deposit);
	}
	for job in pallet_assay_verification::Jobs::<Runtime>::iter_values() {
		add(job.payer, pallet_assay_verification::HoldReason::Fee.into(), job.fee);
	}
	let canary = pallet_assay_audits::HoldReason::Canary;
	for batch in pallet_assay_audits::Batches::<Runtime>::iter_values() {
		let sum = batch.deposit * Balance::from(batch.sealed());
		add(batch.auditor, canary.into(), sum);
	}
	for trial in pallet_assay_audits::Trials::<Runtime>::iter_values() {
		add(trial.auditor, canary.into(), trial.deposit);
	}
	for status in pallet_preimage::RequestStatusFor::<Runtime>::iter_values() {
		use pallet_preimage::RequestStatus::{Requested, Unrequested};
		let paid = match status {
			Unrequested { ticket, .. } => Some(ticket),
			Requested { maybe_ticket, .. } => maybe_ticket,
		};
		if let Some((who, paid)) = paid {
			add(who, pallet_preimage::HoldReason::Preimage.into(), ticket(&paid));
		}
	}
	let (deposit, bond) =
		(pallet_assay_models::HoldReason::Deposit, pallet_assay_models::HoldReason::Bond);
	for intent in pallet_assay_models::Intents::<Runtime>::iter_values() {
		add(intent.owner, deposit.into(), ticket(&intent.deposit));
	}
	for model in pallet_assay_models::Models::<Runtime>::iter_values() {
		add(model.owner.clone(), deposit.into(), ticket(&model.deposit));
		if let Some(details) = model.details {
			add(model.owner.clone(), bond.into(), details.evidence.bond);
			let name = details.name_deposit.as_ref().map_or(0, ticket);
			add(model.owner, deposit.into(), name);
		}
	}
	for name in pallet_assay_models::Names::<Runtime>::iter_values() {
		add(name.owner, deposit.into(), ticket(&name.deposit));
	}
	for contest in pallet_assay_models::Contests::<Runtime>::iter_values() {
		add(contest.contestant.clone(), deposit.into(), ticket(&contest.deposit));
		add(contest.contestant, bond.into(), contest.bond);
	}
	holds
}
