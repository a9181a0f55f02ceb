//! The pallets that make this chain Assay: stake, artifacts, tasks, claims, verification.

use super::{
	consensus::MAX_VALIDATORS,
	monetary::{ArtifactPrice, RecordPrice},
	parameters,
};
use crate::{
	AccountId, Artifacts, Balance, Balances, Claims, Runtime, RuntimeHoldReason, Stake, Tasks,
	Verification,
};
use frame_support::{
	parameter_types,
	traits::{fungible::HoldConsideration, ConstU32},
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
}

impl pallet_assay_stake::Config for Runtime {
	type Currency = Balances;
	type MaxSlashesPerBlock = ConstU32<32>;
	type MaxUnbonding = ConstU32<16>;
	type MinMinerStake = parameters::stake::MinMinerStake;
	type MinVerifierStake = parameters::stake::MinVerifierStake;
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
	type MaxDataBytes = parameters::tasks::MaxDataBytes;
	type MaxDuration = parameters::tasks::MaxDuration;
	type MaxLimits = parameters::tasks::MaxLimits;
	type MinBounty = parameters::tasks::MinBounty;
	type MinDuration = parameters::tasks::MinDuration;
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
	type Clients = Claims;
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
	type WeightInfo = ();
	type WithheldVerdictSlash = parameters::verification::WithheldVerdictSlash;
}
