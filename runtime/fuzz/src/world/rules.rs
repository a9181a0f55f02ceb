//! Root: parameters, slashes; and validators, who change their keys.

use super::World;
use crate::{random::Random, shape::number, step::Step};
use assay_runtime::{
	config::parameters::{
		artifacts, audits, claims, models, stake, tasks, verification,
		RuntimeParameters as Parameter,
	},
	Runtime, SessionKeys,
};
use codec::Encode;
use frame_support::traits::Get;
use sp_core::crypto::Pair;
use sp_runtime::Perbill;

/// A change of one value to some share or multiple of what it is.
macro_rules! change {
	($group:ident, $variant:ident, $key:ident, $random:expr) => {{
		let now = u128::from($group::$key::get());
		let value = match $random.below(8) {
			0 => number($random),
			1 => 0,
			2 => now.saturating_add(1),
			3 => now / 10,
			4 => now.saturating_mul(2),
			_ => now / 2,
		};
		let value = if $random.chance(10) { None } else { Some(value.try_into().ok()?) };
		Parameter::$variant($group::Parameters::$key($group::$key, value))
	}};
}

impl World {
	/// Changes some values together. Most changes are refused, because values depend on each other.
	pub(super) fn set_parameters(&mut self, random: &mut Random) -> Option<Step> {
		let changes = (0..1 + random.below(3))
			.map(|_| Self::parameter(random))
			.collect::<Option<Vec<_>>>()?;
		let changes = changes.try_into().ok()?;
		Some(Step::sudo(pallet_assay_parameters::Call::<Runtime>::set { changes }))
	}

	fn parameter(random: &mut Random) -> Option<Parameter> {
		let share = |random: &mut Random| Some(Perbill::from_percent(random.below(101) as u32));
		Some(match random.below(40) {
			0 => change!(stake, Stake, MinMinerStake, random),
			1 => change!(stake, Stake, MinVerifierStake, random),
			2 => change!(stake, Stake, UnbondingPeriod, random),
			3 => change!(stake, Stake, SlashDefer, random),
			4 => change!(stake, Stake, AppealBond, random),
			5 => change!(stake, Stake, AppealWindow, random),
			6 => change!(stake, Stake, RotationDelay, random),
			7 => change!(artifacts, Artifacts, MaxBytes, random),
			8 => change!(artifacts, Artifacts, Retention, random),
			9 => change!(artifacts, Artifacts, ReportWindow, random),
			10 => change!(tasks, Tasks, MaxDataBytes, random),
			11 => change!(tasks, Tasks, MinBounty, random),
			12 => change!(tasks, Tasks, MinDuration, random),
			13 => change!(tasks, Tasks, MaxDuration, random),
			14 => change!(tasks, Tasks, HoldoutWindow, random),
			15 => change!(tasks, Tasks, HoldoutPledge, random),
			16 => change!(tasks, Tasks, RevealWindow, random),
			17 => change!(claims, Claims, ClaimBond, random),
			18 => change!(claims, Claims, RevealWindow, random),
			19 => change!(claims, Claims, MaxClaims, random),
			20 => change!(claims, Claims, RateWindow, random),
			21 => change!(claims, Claims, Retention, random),
			22 => change!(verification, Verification, CommitteeSize, random),
			23 => change!(verification, Verification, CommitWindow, random),
			24 => change!(verification, Verification, RevealWindow, random),
			25 => change!(verification, Verification, FuelPerBlock, random),
			26 => change!(verification, Verification, BaseFee, random),
			27 => change!(verification, Verification, FeePerGigafuel, random),
			28 => change!(verification, Verification, ValuePerMember, random),
			29 => change!(models, Models, Bond, random),
			30 => change!(models, Models, ContestBond, random),
			31 => change!(models, Models, MaxModelBytes, random),
			32 => change!(models, Models, Retention, random),
			33 => change!(models, Models, RevocationNotice, random),
			34 => change!(models, Models, IntentLife, random),
			35 => change!(audits, Audits, Window, random),
			36 => change!(audits, Audits, BatchTime, random),
			37 => change!(audits, Audits, MinDeposit, random),
			38 => {
				let share = share(random);
				let key = verification::FalseVerdictSlash;
				Parameter::Verification(verification::Parameters::FalseVerdictSlash(key, share))
			},
			_ => {
				let share = share(random);
				let key = verification::WithheldVerdictSlash;
				Parameter::Verification(verification::Parameters::WithheldVerdictSlash(key, share))
			},
		})
	}

	/// Governance finds a slash wrong.
	pub(super) fn cancel_slash(&mut self, random: &mut Random) -> Option<Step> {
		let pending: Vec<u64> = pallet_assay_stake::Slashes::<Runtime>::iter_keys().collect();
		let slash = random.pick(&pending)?;
		Some(Step::sudo(pallet_assay_stake::Call::<Runtime>::force_cancel_slash { slash }))
	}

	/// Somebody appeals against a slash, or governance decides about an appeal.
	pub(super) fn appeal(&mut self, random: &mut Random) -> Option<Step> {
		type Call = pallet_assay_stake::Call<Runtime>;
		let pending: Vec<_> = pallet_assay_stake::Slashes::<Runtime>::iter().collect();
		let (slash, record) = random.pick(&pending)?;
		if record.appeal.is_some() && random.chance(50) {
			return Some(Step::sudo(Call::resolve_appeal { slash, uphold: random.chance(50) }));
		}
		let who = self.signer_or_other(&record.who, random)?;
		Some(Step::signed(who, Call::appeal_slash { slash }))
	}

	/// A stake goes from one key to another.
	pub(super) fn rotate_key(&mut self, random: &mut Random) -> Option<Step> {
		type Call = pallet_assay_stake::Call<Runtime>;
		let announced: Vec<_> = pallet_assay_stake::Rotations::<Runtime>::iter().collect();
		if let (Some((old, rotation)), true) = (random.pick(&announced), random.chance(70)) {
			return Some(if random.chance(15) {
				Step::signed(self.signer_or_other(&old, random)?, Call::cancel_rotation {})
			} else {
				Step::signed(
					self.signer_or_other(&rotation.new, random)?,
					Call::accept_rotation { old },
				)
			});
		}
		let ledgers: Vec<_> = pallet_assay_stake::Ledgers::<Runtime>::iter_keys().collect();
		let who = self.signer_or_other(&random.pick(&ledgers)?, random)?;
		let new = self.account(self.anybody(random));
		Some(Step::signed(who, Call::rotate_key { new }))
	}

	/// A validator gives itself the keys of another account, or takes its keys away.
	pub(super) fn set_keys(&mut self, random: &mut Random) -> Option<Step> {
		let who = if random.chance(60) { random.below(4) } else { self.somebody(random) };
		if random.chance(20) {
			return Some(Step::signed(who, pallet_session::Call::<Runtime>::purge_keys {}));
		}
		let pair = self.signers.pair(self.anybody(random));
		let finality = sp_core::ed25519::Pair::from_seed(&[random.below(20) as u8; 32]);
		let keys = SessionKeys {
			babe: pair.public().into(),
			grandpa: finality.public().into(),
			verifier: pair.public().into(),
		};
		// Each key signs for its owner, in the order of the keys.
		let statement =
			sp_core::proof_of_possession::statement_of_ownership(&self.account(who).encode());
		let proof =
			(pair.sign(&statement), finality.sign(&statement), pair.sign(&statement)).encode();
		Some(Step::signed(who, pallet_session::Call::<Runtime>::set_keys { keys, proof }))
	}
}
