//! The pallets that make this chain Assay: stake, artifacts, tasks, claims, verification, models,
//! audits.

use super::{
	consensus::{BabeEpoch, MAX_VALIDATORS},
	monetary::{ArtifactPrice, RecordPrice},
	parameters,
};
use crate::{
	config::system::{
		time::{self, prod_or_fast},
		MaxServiceWeight,
	},
	weights, AccountId, Artifacts, Audits, Balance, Balances, BlockNumber, Claims, Models, Runtime,
	RuntimeHoldReason, Stake, System, Tasks, Verification,
};
use assay_primitives::H256;
use assay_watermark::Profile;
use frame_support::{
	parameter_types,
	traits::{fungible::HoldConsideration, ConstU32, Get, Randomness},
	weights::Weight,
};
use frame_system::EnsureRoot;

parameter_types! {
	/// A block has room for fewer than 16 renewals, whose chunks are 32 MiB: some tens of
	/// milliseconds each time it is read.
	pub RenewalWeight: Weight =
		Weight::from_parts(MaxServiceWeight::get().ref_time().div_ceil(16), 0);
	/// Chunks of 2 MiB in the largest artifact that a record has room for: 64 MiB.
	pub const MaxArtifactChunks: u32 = 32;
	/// Commitments of a miner that the rate limit can count.
	pub const MaxClaimsCounted: u32 = 100;
	/// Members of the largest committee: that of the third round of a first one of three.
	pub const MaxCommittee: u32 = 15;
	/// Hold of the deposit for an artifact.
	pub const ArtifactHold: RuntimeHoldReason =
		RuntimeHoldReason::Artifacts(pallet_assay_artifacts::HoldReason::Artifact);
	/// Hold of the deposit for the record of a task.
	pub const TaskHold: RuntimeHoldReason =
		RuntimeHoldReason::Tasks(pallet_assay_tasks::HoldReason::Deposit);
	/// Hold of the deposit for the record of a claim.
	pub const ClaimHold: RuntimeHoldReason =
		RuntimeHoldReason::Claims(pallet_assay_claims::HoldReason::Deposit);
	/// Hold of the deposits for intents, models, names and contests.
	pub const ModelHold: RuntimeHoldReason =
		RuntimeHoldReason::Models(pallet_assay_models::HoldReason::Deposit);
}

impl pallet_assay_stake::Config for Runtime {
	type AppealBond = parameters::stake::AppealBond;
	type AppealWindow = parameters::stake::AppealWindow;
	type Appeals = Verification;
	type Currency = Balances;
	type MaxSlashesPerBlock = ConstU32<32>;
	type MaxUnbonding = ConstU32<16>;
	type MinMinerStake = parameters::stake::MinMinerStake;
	type MinVerifierStake = parameters::stake::MinVerifierStake;
	type RotationDelay = parameters::stake::RotationDelay;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SlashCancelOrigin = EnsureRoot<AccountId>;
	type SlashDefer = parameters::stake::SlashDefer;
	// What is slashed is burnt.
	type SlashHandler = ();
	type UnbondingPeriod = parameters::stake::UnbondingPeriod;
	type WeightInfo = weights::pallet_assay_stake::WeightInfo<Runtime>;
}

impl pallet_assay_artifacts::Config for Runtime {
	type ClearOrigin = EnsureRoot<AccountId>;
	type Consideration = HoldConsideration<AccountId, Balances, ArtifactHold, ArtifactPrice>;
	type MaxBytes = parameters::artifacts::MaxBytes;
	type MaxChunks = MaxArtifactChunks;
	type RenewalWeight = RenewalWeight;
	type ReportWindow = parameters::artifacts::ReportWindow;
	type Stay = ConstU32<{ prod_or_fast(10 * time::MINUTES, 3) }>;
	type Retention = parameters::artifacts::Retention;
	type WeightInfo = weights::pallet_assay_artifacts::WeightInfo<Runtime>;
}

impl pallet_assay_tasks::Config for Runtime {
	type Artifacts = Artifacts;
	type ClaimTime = pallet_assay_claims::ClaimTime<Runtime>;
	type Currency = Balances;
	type DefaultTolerance = parameters::tasks::DefaultTolerance;
	type Deposit = HoldConsideration<AccountId, Balances, TaskHold, RecordPrice>;
	type HoldoutPledge = parameters::tasks::HoldoutPledge;
	type HoldoutWindow = parameters::tasks::HoldoutWindow;
	type MaxDataBytes = parameters::tasks::MaxDataBytes;
	type MaxDuration = parameters::tasks::MaxDuration;
	type MaxLimits = parameters::tasks::MaxLimits;
	type MinBounty = parameters::tasks::MinBounty;
	type MinDuration = parameters::tasks::MinDuration;
	type Ranking = Claims;
	type RevealWindow = parameters::tasks::RevealWindow;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = weights::pallet_assay_tasks::WeightInfo<Runtime>;
}

impl pallet_assay_claims::Config for Runtime {
	type Artifacts = Artifacts;
	type Balance = Balance;
	type ClaimBond = parameters::claims::ClaimBond;
	type Deposit = HoldConsideration<AccountId, Balances, ClaimHold, RecordPrice>;
	type MaxClaims = parameters::claims::MaxClaims;
	type MaxLeaders = ConstU32<100>;
	type MaxRecent = MaxClaimsCounted;
	type RateWindow = parameters::claims::RateWindow;
	type Retention = parameters::claims::Retention;
	type RevealWindow = parameters::claims::RevealWindow;
	type Stake = Stake;
	type Tasks = Tasks;
	type Verification = Verification;
	type WeightInfo = weights::pallet_assay_claims::WeightInfo<Runtime>;
}

impl pallet_assay_verification::Config for Runtime {
	type Artifacts = Artifacts;
	type AuditWindow = parameters::audits::Window;
	type BaseFee = parameters::verification::BaseFee;
	type Clients = (Claims, (Models, Audits));
	type CommitWindow = parameters::verification::CommitWindow;
	type CommitteeSize = parameters::verification::CommitteeSize;
	type Currency = Balances;
	type DeadlinesPerBlock = ConstU32<64>;
	type DrawDelay = ConstU32<DRAW_DELAY>;
	type FalseVerdictSlash = parameters::verification::FalseVerdictSlash;
	type FeePerGigafuel = parameters::verification::FeePerGigafuel;
	type FuelPerBlock = parameters::verification::FuelPerBlock;
	type MaxCommittee = MaxCommittee;
	type MaxVerifiers = ConstU32<MAX_VALIDATORS>;
	type Randomness = AllBlocks;
	type RevealWindow = parameters::verification::RevealWindow;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Stake = Stake;
	type ValuePerMember = parameters::verification::ValuePerMember;
	type WeightInfo = weights::pallet_assay_verification::WeightInfo<Runtime>;
	type WithheldVerdictSlash = parameters::verification::WithheldVerdictSlash;
}

impl pallet_assay_models::Config for Runtime {
	type AccuracyTolerance = parameters::models::AccuracyTolerance;
	type Artifacts = Artifacts;
	type Bond = parameters::models::Bond;
	type Claims = Claims;
	type ContestBond = parameters::models::ContestBond;
	type Currency = Balances;
	type Deposit = HoldConsideration<AccountId, Balances, ModelHold, RecordPrice>;
	type Epoch = BabeEpoch;
	type IntentLife = parameters::models::IntentLife;
	type MaxChecksPerBlock = ConstU32<4>;
	type MaxDataBytes = parameters::tasks::MaxDataBytes;
	type MaxLimits = parameters::tasks::MaxLimits;
	type MaxModelBytes = parameters::models::MaxModelBytes;
	type MinAccuracy = parameters::models::MinAccuracy;
	type Profile = ModelProfile;
	type Randomness = pallet_babe::ParentBlockRandomness<Runtime>;
	type Retention = parameters::models::Retention;
	type RevocationNotice = parameters::models::RevocationNotice;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SchemeOrigin = EnsureRoot<AccountId>;
	// The bond of a false registration is burnt.
	type SlashHandler = ();
	type Verification = Verification;
	type WeightInfo = weights::pallet_assay_models::WeightInfo<Runtime>;
}

impl pallet_assay_audits::Config for Runtime {
	type AdminOrigin = EnsureRoot<AccountId>;
	type BatchTime = parameters::audits::BatchTime;
	type Claims = Claims;
	type Currency = Balances;
	type MaxCanaries = ConstU32<256>;
	type MinDeposit = parameters::audits::MinDeposit;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Verification = Verification;
	type WeightInfo = weights::pallet_assay_audits::WeightInfo<Runtime>;
}

/// Blocks from opening a job, or a round, to the draw of its committee. Who wants to choose the
/// committee must be the author of ten blocks in a row, and know it: with a third of the slots that
/// comes every other day, and gives one outcome to take or leave (docs/protocol.md).
const DRAW_DELAY: BlockNumber = prod_or_fast(12, 4);

/// The hash over the VRF outputs of all blocks but the last two that [`Models`] keeps for its
/// beacons: the output of a single block is known to its author hours before.
pub struct AllBlocks;

impl Randomness<Option<H256>, BlockNumber> for AllBlocks {
	fn random(subject: &[u8]) -> (Option<H256>, BlockNumber) {
		let mix = pallet_assay_models::Mix::<Runtime>::get();
		let known = System::block_number().saturating_sub(2);
		(Some(assay_primitives::hash(&[subject, mix.as_ref()].concat())), known)
	}
}

/// What the parameters ask of a mark.
pub struct ModelProfile;

impl Get<Profile> for ModelProfile {
	fn get() -> Profile {
		Profile {
			tau_input: parameters::models::TauInput::get(),
			tau_feat: parameters::models::TauFeat::get(),
			band: parameters::models::Band::get(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		config::{monetary::AIT, system::RuntimeBlockWeights},
		genesis,
		tests::store,
		RuntimeCall, RuntimeOrigin, System,
	};
	use assay_primitives::{
		FailReason, Limits, Metric, Outcome, SlashId, TrainingJob, H256, VM_VERSION,
	};
	use assay_traits::{Client, Offence, Stake as _, Verification as _};
	use frame_support::{
		assert_ok,
		dispatch::{DispatchClass, GetDispatchInfo},
		traits::{
			fungible::{Inspect, InspectHold},
			Hooks,
		},
	};
	use pallet_assay_models::WeightInfo as _;
	use pallet_assay_verification::{
		Audit, Case, Cases, Ground, Grounds, Jobs, Juror, NextJob, Penalties,
	};
	use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
	use sp_runtime::{traits::TransactionExtension, Perbill};

	fn held(who: Sr25519Keyring, reason: pallet_assay_stake::HoldReason) -> Balance {
		Balances::balance_on_hold(&reason.into(), &who.to_account_id())
	}

	/// Bob was outvoted in job 0 and is slashed for it.
	fn outvoted() -> SlashId {
		let limits = Limits {
			program_bytes: 1,
			memory_pages: 1,
			steps: 1,
			step_fuel: 1,
			total_fuel: 1_000_000_000,
		};
		let spec = TrainingJob {
			vm_version: VM_VERSION,
			program: store(b"program"),
			params: Default::default(),
			seed: 0,
			train: store(b"train"),
			train_root: H256::repeat_byte(3),
			chunk_rows: 32,
			holdout: store(b"holdout"),
			metric: Metric::Accuracy,
			file: None,
			limits,
		};
		let juror = |who: Sr25519Keyring| Juror {
			account: who.to_account_id(),
			weight: 1_000 * AIT,
			prevailed: who != Bob,
		};
		let case = Case {
			payer: Eve.to_account_id(),
			opponent: None,
			spec,
			outcome: Some(Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() }),
			decided: true,
			value: 0,
			penalties: Penalties {
				wrong: Perbill::from_percent(10),
				withheld: Perbill::from_percent(1),
			},
			drawn_at: 0,
			jurors: vec![juror(Alice), juror(Bob), juror(Charlie), juror(Dave)].try_into().unwrap(),
			slashes: 1,
			pinned: false,
			overturned: false,
			audit: Audit::Over,
		};
		let bob = Bob.to_account_id();
		let slash = Stake::slash(&bob, 100 * AIT, 0, Offence::FalseVerdict(0)).unwrap();
		NextJob::<Runtime>::put(1);
		Cases::<Runtime>::insert(0, 0, case);
		let said =
			Some(Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::zero() });
		Grounds::<Runtime>::insert(slash, Ground { job: 0, round: 0, said });
		slash
	}

	#[test]
	fn an_appeal_has_the_job_re_run_and_holds_what_it_costs() {
		genesis::tests::local().execute_with(|| {
			let bob = RuntimeOrigin::signed(Bob.to_account_id());
			let (slash, before) = (outvoted(), Balances::balance(&Bob.to_account_id()));
			genesis::tests::try_state();
			assert_ok!(Stake::appeal_slash(bob, slash));
			genesis::tests::try_state();
			let job = Jobs::<Runtime>::get(1).unwrap();
			assert_eq!((job.client, job.committee_size), (Client::Appeal(slash), 12));
			assert_eq!(job.fee, Verification::fee(&job.spec.limits, 0) * 4);
			let bond = parameters::stake::AppealBond::get();
			assert_eq!(held(Bob, pallet_assay_stake::HoldReason::Appeal), bond);
			assert_eq!(Balances::balance(&Bob.to_account_id()), before - bond - job.fee);

			// Governance is faster than the committee.
			assert_ok!(Stake::force_cancel_slash(RuntimeOrigin::root(), slash));
			genesis::tests::try_state();
			assert_eq!(held(Bob, pallet_assay_stake::HoldReason::Appeal), 0);
			assert_eq!(Cases::<Runtime>::iter().count(), 0);
		});
	}

	#[test]
	fn committees_depend_on_every_block_up_to_the_draw() {
		let random_after = |outputs: [u8; 12]| {
			genesis::tests::local().execute_with(|| {
				for (output, number) in outputs.into_iter().zip(1..) {
					pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some([output; 32]));
					Models::on_initialize(number);
				}
				AllBlocks::random(b"committee").0.unwrap()
			})
		};
		let outputs = [7; 12];
		let random = random_after(outputs);
		assert_eq!(random_after(outputs), random);
		// As protocol.md says, with nothing between the subject and what the blocks gave.
		let mix = H256::repeat_byte(9);
		let expected = assay_primitives::hash(&codec::Encode::encode(&(*b"committee", mix)));
		genesis::tests::local().execute_with(|| {
			pallet_assay_models::Mix::<Runtime>::put(mix);
			assert_eq!(AllBlocks::random(b"committee").0, Some(expected));
		});
		for block in 0..outputs.len() {
			let mut other = outputs;
			other[block] = 8;
			assert_ne!(random_after(other), random, "block {block}");
		}
	}

	#[test]
	fn a_stake_passes_to_another_account() {
		genesis::tests::local().execute_with(|| {
			let stake = held(Bob, pallet_assay_stake::HoldReason::Stake);
			let (bob, eve) = (Bob.to_account_id(), Eve.to_account_id());
			assert_ok!(Stake::rotate_key(RuntimeOrigin::signed(bob.clone()), eve.clone()));
			System::set_block_number(parameters::stake::RotationDelay::get());
			assert_ok!(Stake::accept_rotation(RuntimeOrigin::signed(eve.clone()), bob.clone()));
			genesis::tests::try_state();
			assert_eq!(held(Eve, pallet_assay_stake::HoldReason::Stake), stake);
			assert_eq!((Stake::bonded(&bob), Stake::bonded(&eve)), (0, stake));
		});
	}

	#[test]
	fn the_check_of_a_model_takes_a_twentieth_of_a_block_at_the_most() {
		// Weights of one byte each fill the largest slice.
		let most = assay_watermark::projection::MAX_BYTES;
		let check = weights::pallet_assay_models::WeightInfo::<Runtime>::check_model(most);
		let block = RuntimeBlockWeights::get().max_block;
		assert!(check.ref_time() <= block.ref_time() / 20, "{check:?} of {block:?}");
	}

	#[test]
	fn a_block_has_room_for_some_renewals() {
		let call = pallet_assay_artifacts::Call::renew { id: H256::zero(), index: 0 };
		let info = RuntimeCall::from(call.clone()).get_dispatch_info();
		let admission = pallet_assay_artifacts::AdmitChunk::<Runtime>::new().weight(&call.into());
		let whole = info.call_weight.saturating_add(admission);
		let limits = RuntimeBlockWeights::get();
		let class = limits.per_class.get(DispatchClass::Normal);
		assert!(class.max_extrinsic.unwrap().all_gte(whole));
		let room = class.max_total.unwrap().ref_time() / whole.ref_time();
		assert!((10..16).contains(&room), "{room}");
	}

	#[test]
	fn marks_are_asked_for_what_the_scheme_says() {
		genesis::tests::development().execute_with(|| {
			assert_eq!(ModelProfile::get(), Profile::default());
		});
	}
}
