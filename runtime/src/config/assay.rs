//! The pallets that make this chain Assay: stake, artifacts, tasks, claims, verification, models.

use super::{
	consensus::{BabeEpoch, MAX_VALIDATORS},
	monetary::{ArtifactPrice, RecordPrice},
	parameters,
};
use crate::{
	AccountId, Artifacts, Balance, Balances, Claims, Models, Runtime, RuntimeHoldReason, Stake,
	Tasks, Verification,
};
use assay_watermark::Profile;
use frame_support::{
	parameter_types,
	traits::{fungible::HoldConsideration, ConstU32, Get},
};
use frame_system::EnsureRoot;

parameter_types! {
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
	type WeightInfo = pallet_assay_stake::weights::SubstrateWeight<Runtime>;
}

impl pallet_assay_artifacts::Config for Runtime {
	type Consideration = HoldConsideration<AccountId, Balances, ArtifactHold, ArtifactPrice>;
	type MaxBytes = parameters::artifacts::MaxBytes;
	type MaxChunks = MaxArtifactChunks;
	type Retention = parameters::artifacts::Retention;
	type WeightInfo = pallet_assay_artifacts::weights::SubstrateWeight<Runtime>;
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
	// One window for both: hidden claims have after the deadline what others have after their
	// commitment.
	type RevealWindow = parameters::claims::RevealWindow;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_assay_tasks::weights::SubstrateWeight<Runtime>;
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
	type WeightInfo = pallet_assay_claims::weights::SubstrateWeight<Runtime>;
}

impl pallet_assay_verification::Config for Runtime {
	type BaseFee = parameters::verification::BaseFee;
	type Clients = (Claims, Models);
	type CommitWindow = parameters::verification::CommitWindow;
	type CommitteeSize = parameters::verification::CommitteeSize;
	type Currency = Balances;
	type DeadlinesPerBlock = ConstU32<64>;
	type FalseVerdictSlash = parameters::verification::FalseVerdictSlash;
	type FeePerGigafuel = parameters::verification::FeePerGigafuel;
	type FuelPerBlock = parameters::verification::FuelPerBlock;
	type MaxCommittee = MaxCommittee;
	type MaxVerifiers = ConstU32<MAX_VALIDATORS>;
	type Randomness = pallet_babe::ParentBlockRandomness<Runtime>;
	type RevealWindow = parameters::verification::RevealWindow;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Stake = Stake;
	type ValuePerMember = parameters::verification::ValuePerMember;
	type WeightInfo = ();
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
	type WeightInfo = pallet_assay_models::weights::SubstrateWeight<Runtime>;
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
	use crate::{config::system::RuntimeBlockWeights, genesis};
	use pallet_assay_models::WeightInfo as _;

	#[test]
	fn the_check_of_a_model_takes_a_twentieth_of_a_block_at_the_most() {
		// Weights of one byte each fill the largest slice.
		let most = assay_watermark::projection::MAX_BYTES;
		let check = pallet_assay_models::weights::SubstrateWeight::<Runtime>::check_model(most);
		let block = RuntimeBlockWeights::get().max_block;
		assert!(check.ref_time() <= block.ref_time() / 20, "{check:?} of {block:?}");
	}

	#[test]
	fn marks_are_asked_for_what_the_scheme_says() {
		genesis::tests::development().execute_with(|| {
			assert_eq!(ModelProfile::get(), Profile::default());
		});
	}
}
