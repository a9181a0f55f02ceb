//! Every value that can be tuned without a new runtime, and the relations that the values must
//! keep.
//!
//! One group a pallet. Blocks are 3 s apart. Values change through `AssayParameters::set` only,
//! which refuses a change that breaks one of [`INVARIANTS`]. What is open already keeps the values
//! that it was opened under. A claim's job is opened, and its fee taken, with the reveal.

use super::{
	assay::{MaxArtifactChunks, MaxClaimsCounted, MaxCommittee},
	monetary::{AIT, EXISTENTIAL_DEPOSIT},
	system::time::{prod_or_fast, DAYS, HOURS, MINUTES},
};
use crate::{weights, AccountId, Balance, BlockNumber, Runtime, RuntimeEvent, Verification};
use assay_primitives::{artifact::CHUNK_BYTES, Limits, Score};
use assay_traits::Verification as _;
use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	traits::{ConstU32, Get},
};
use frame_system::EnsureRoot;
use pallet_assay_claims::ClaimTime;
use pallet_assay_parameters::{EnsureChecked, Invariant};
use pallet_assay_verification::committee::next_size;
use sp_runtime::{traits::Convert, Perbill};

/// Fuel that the slowest acceptable verifier uses in a second.
pub const REFERENCE_FUEL: u64 = 1_000_000_000;

/// The values with their defaults. The second of two, where `prod_or_fast` is used, is that of
/// `fast-runtime`.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod groups {
	use super::*;

	/// Money at risk.
	#[dynamic_pallet_params]
	#[codec(index = 50)]
	pub mod stake {
		/// Smallest stake of an active miner, in units of 10⁻¹² AIT. Keeps
		/// `stakes_exceed_deposit` and `bond_fits_stake`.
		#[codec(index = 0)]
		pub static MinMinerStake: Balance = 100 * AIT;
		/// Smallest stake of an active verifier, in units of 10⁻¹² AIT. Keeps
		/// `stakes_exceed_deposit`, `lying_costs_more_than_work` and
		/// `silence_costs_more_than_work`.
		#[codec(index = 1)]
		pub static MinVerifierStake: Balance = 1_000 * AIT;
		/// Blocks from unbonding to withdrawal. Keeps `unbonding_outlives_faults`.
		#[codec(index = 2)]
		pub static UnbondingPeriod: BlockNumber = prod_or_fast(7 * DAYS, 20 * MINUTES);
		/// Blocks from a slash until it is final. Keeps `slashes_can_be_cancelled`,
		/// `unbonding_outlives_faults` and `audits_precede_slashes`.
		#[codec(index = 3)]
		pub static SlashDefer: BlockNumber = prod_or_fast(2 * DAYS, MINUTES);
		/// What is held for an appeal, and lost if the slash is found right, in units of 10⁻¹² AIT.
		/// Keeps `appeals_cover_a_run`.
		#[codec(index = 4)]
		pub static AppealBond: Balance = 50 * AIT;
		/// Blocks that governance has to resolve an appeal. Keeps `appeals_can_be_resolved`.
		#[codec(index = 5)]
		pub static AppealWindow: BlockNumber = prod_or_fast(2 * DAYS, MINUTES);
		/// Blocks from the announcement that another account takes over a stake until it can. Keeps
		/// `rotations_can_be_cancelled`.
		#[codec(index = 6)]
		pub static RotationDelay: BlockNumber = prod_or_fast(DAYS, MINUTES);
	}

	/// Programs, data and models.
	#[dynamic_pallet_params]
	#[codec(index = 51)]
	pub mod artifacts {
		/// Size of the largest artifact in bytes. Keeps `artifacts_fit_records` and
		/// `inputs_fit_artifacts`.
		#[codec(index = 0)]
		pub static MaxBytes: u64 = 16 * 1024 * 1024;
		/// Blocks for which an upload or a renewal keeps a chunk. Keeps `artifacts_outlive_tasks`.
		#[codec(index = 1)]
		pub static Retention: BlockNumber = prod_or_fast(30 * DAYS, 2 * HOURS);
		/// Blocks that governance has to clear the report that an artifact's bytes are not to be
		/// had, before its deposit is lost. Keeps `reports_can_be_cleared`.
		#[codec(index = 2)]
		pub static ReportWindow: BlockNumber = prod_or_fast(2 * DAYS, MINUTES);
	}

	/// What is paid for.
	#[dynamic_pallet_params]
	#[codec(index = 52)]
	pub mod tasks {
		/// The most that the limits of a task may allow, field by field: 16 MiB of program, 64 MiB
		/// of memory, 10 minutes (or one) at [`REFERENCE_FUEL`]. Keeps `inputs_fit_artifacts`,
		/// `unbonding_outlives_faults`, `artifacts_outlive_tasks`, `bond_covers_a_run`,
		/// `lying_costs_more_than_work`, `silence_costs_more_than_work` and `schemes_fit_limits`.
		#[codec(index = 0)]
		pub static MaxLimits: Limits = Limits {
			program_bytes: 16 * 1024 * 1024,
			memory_pages: 1024,
			steps: 1_000_000,
			step_fuel: u64::from(prod_or_fast(600, 60)).saturating_mul(REFERENCE_FUEL),
			total_fuel: u64::from(prod_or_fast(600, 60)).saturating_mul(REFERENCE_FUEL),
		};
		/// Largest training data or holdout in bytes. Keeps `inputs_fit_artifacts`.
		#[codec(index = 1)]
		pub static MaxDataBytes: u64 = 16 * 1024 * 1024;
		/// Tolerance of a task that names none, in units of 10⁻⁹ of a score. Keeps
		/// `tolerance_is_not_negative`.
		#[codec(index = 2)]
		pub static DefaultTolerance: i64 = 1_000_000;
		/// Smallest bounty, in units of 10⁻¹² AIT. Keeps `bounty_exceeds_deposit`.
		#[codec(index = 3)]
		pub static MinBounty: Balance = AIT;
		/// Fewest blocks from the creation of a task to its deadline. Keeps
		/// `durations_are_ordered`.
		#[codec(index = 4)]
		pub static MinDuration: BlockNumber = prod_or_fast(5 * MINUTES, 10);
		/// Most blocks from the creation of a task to its deadline. Keeps `durations_are_ordered`
		/// and `artifacts_outlive_tasks`.
		#[codec(index = 5)]
		pub static MaxDuration: BlockNumber = prod_or_fast(14 * DAYS, HOURS);
		/// Blocks after the reveals in which a sealed holdout is published. Keeps
		/// `holdouts_have_time` and `artifacts_outlive_tasks`.
		#[codec(index = 6)]
		pub static HoldoutWindow: BlockNumber = prod_or_fast(6 * HOURS, 10);
		/// What vouches for a sealed holdout besides the reward, in units of 10⁻¹² AIT. Keeps
		/// `withholding_costs`.
		#[codec(index = 7)]
		pub static HoldoutPledge: Balance = 10 * AIT;
		/// Blocks after the deadline in which claims are revealed that were hidden until then, and
		/// their programs uploaded: whoever fills all these blocks is left alone in a contest. Keeps
		/// `reveals_have_time` and `artifacts_outlive_tasks`.
		#[codec(index = 8)]
		pub static RevealWindow: BlockNumber = prod_or_fast(6 * HOURS, MINUTES);
	}

	/// Commit and reveal of claims.
	#[dynamic_pallet_params]
	#[codec(index = 53)]
	pub mod claims {
		/// What a claim locks of its miner's stake besides the fee of its verification, in units of
		/// 10⁻¹² AIT. Keeps `bond_fits_stake` and `bond_covers_a_run`.
		#[codec(index = 0)]
		pub static ClaimBond: Balance = 50 * AIT;
		/// Blocks after the commitment in which a claim can be revealed. Keeps `reveals_have_time`
		/// and `unbonding_outlives_faults`.
		#[codec(index = 1)]
		pub static RevealWindow: BlockNumber = prod_or_fast(10 * MINUTES, MINUTES);
		/// Commitments of a miner in a rate window. Keeps `claims_are_countable`.
		#[codec(index = 2)]
		pub static MaxClaims: u32 = 10;
		/// Blocks over which commitments of a miner are counted. Keeps `commitments_are_limited`.
		#[codec(index = 3)]
		pub static RateWindow: BlockNumber = prod_or_fast(HOURS, 5 * MINUTES);
		/// Blocks for which the record of an ended claim is kept at the least. Keeps
		/// `audited_claims_are_on_record`.
		#[codec(index = 4)]
		pub static Retention: BlockNumber = prod_or_fast(7 * DAYS, 5 * MINUTES);
	}

	/// Committees and their verdicts.
	#[dynamic_pallet_params]
	#[codec(index = 54)]
	pub mod verification {
		/// Members of the committee in the first round, at the least. Keeps `committees_grow` and
		/// `no_member_decides_alone`.
		#[codec(index = 0)]
		pub static CommitteeSize: u32 = 3;
		/// Blocks for commitments besides those for the run itself. Keeps `verdicts_have_time` and
		/// `unbonding_outlives_faults`.
		#[codec(index = 1)]
		pub static CommitWindow: BlockNumber = prod_or_fast(MINUTES, 5);
		/// Blocks for reveals. Keeps `verdicts_have_time` and `unbonding_outlives_faults`.
		#[codec(index = 2)]
		pub static RevealWindow: BlockNumber = prod_or_fast(MINUTES, 5);
		/// Fuel that the slowest acceptable verifier uses in the time of one block. Keeps, with the
		/// windows, `unbonding_outlives_faults`.
		#[codec(index = 3)]
		pub static FuelPerBlock: u64 = 3 * REFERENCE_FUEL;
		/// Fee of any job, in units of 10⁻¹² AIT. Keeps `bond_covers_a_run`,
		/// `lying_costs_more_than_work`, `silence_costs_more_than_work` and `work_is_paid`.
		#[codec(index = 4)]
		pub static BaseFee: Balance = AIT / 2;
		/// Fee for each started 10⁹ units of the fuel that a job may use, in units of 10⁻¹² AIT.
		/// Keeps `bond_covers_a_run`, `lying_costs_more_than_work`, `silence_costs_more_than_work`
		/// and `work_is_paid`.
		#[codec(index = 5)]
		pub static FeePerGigafuel: Balance = AIT / 100;
		/// Share of its stake that a member loses for a verdict that was outvoted. Keeps
		/// `lying_costs_more_than_silence` and `lying_costs_more_than_work`.
		#[codec(index = 6)]
		pub static FalseVerdictSlash: Perbill = Perbill::from_percent(10);
		/// Share of its stake that a member loses for a verdict that it did not deliver. Keeps
		/// `lying_costs_more_than_silence` and `silence_costs_more_than_work`.
		#[codec(index = 7)]
		pub static WithheldVerdictSlash: Perbill = Perbill::from_percent(1);
		/// How much value (of a claim, the bounty and the bond) one member of a committee stands
		/// for, in units of 10⁻¹² AIT. Keeps `members_risk_what_they_stand_for`.
		#[codec(index = 8)]
		pub static ValuePerMember: Balance = 50 * AIT;
	}

	/// Marked models.
	#[dynamic_pallet_params]
	#[codec(index = 55)]
	pub mod models {
		/// Bond of a model, in units of 10⁻¹² AIT. Keeps `models_bond_covers_a_run`.
		#[codec(index = 0)]
		pub static Bond: Balance = 50 * AIT;
		/// Bond of a contest, in units of 10⁻¹² AIT. Keeps `models_bond_covers_a_run`.
		#[codec(index = 1)]
		pub static ContestBond: Balance = 50 * AIT;
		/// Smallest share of triggers that a registered model answers as its key says. Keeps
		/// `marks_can_be_made`.
		#[codec(index = 2)]
		pub static TauInput: Score = Score(900_000_000);
		/// Largest share of wrong bits in the weights of a registered model. Keeps
		/// `marks_can_be_made`.
		#[codec(index = 3)]
		pub static TauFeat: Score = Score(200_000_000);
		/// How far the margin ratio may be from the declared one. Keeps `marks_can_be_made`.
		#[codec(index = 4)]
		pub static Band: Score = Score(50_000_000);
		/// Smallest accuracy with which a model can be registered. Keeps `accuracies_are_shares`.
		#[codec(index = 5)]
		pub static MinAccuracy: Score = Score(500_000_000);
		/// By how much the measured accuracy may be lower than the stated one. Keeps
		/// `accuracies_are_shares`.
		#[codec(index = 6)]
		pub static AccuracyTolerance: Score = Score(1_000_000);
		/// Size of the largest model file in bytes. Keeps `models_fit_artifacts`.
		#[codec(index = 7)]
		pub static MaxModelBytes: u32 = 4 * 1024 * 1024;
		/// Epochs after its own in which an intent can be used, if no model is verified under it.
		/// Keeps `intents_can_be_used`.
		#[codec(index = 8)]
		pub static IntentLife: u32 = 1_000;
		/// Blocks for which file and clean data of a model must be kept from its registration on,
		/// at the least. Keeps `artifacts_outlive_registrations`.
		#[codec(index = 9)]
		pub static Retention: BlockNumber = prod_or_fast(7 * DAYS, 10 * MINUTES);
		/// Blocks for which a revoked model can be contested, and its bond is held. Keeps
		/// `contests_have_time`.
		#[codec(index = 10)]
		pub static RevocationNotice: BlockNumber = prod_or_fast(DAYS, 2 * MINUTES);
	}

	/// Claims that are known to be wrong.
	#[dynamic_pallet_params]
	#[codec(index = 56)]
	pub mod audits {
		/// Blocks after its settlement in which a claim can be shown to be a canary. Keeps
		/// `audits_precede_slashes` and `audited_claims_are_on_record`.
		#[codec(index = 0)]
		pub static Window: BlockNumber = prod_or_fast(DAYS, 15);
		/// Blocks in which all canaries of a batch must be opened. Keeps `batches_outlive_claims`.
		#[codec(index = 1)]
		pub static BatchTime: BlockNumber = prod_or_fast(14 * DAYS, 10 * MINUTES);
		/// Smallest deposit for a canary, in units of 10⁻¹² AIT. Keeps
		/// `canaries_cost_what_they_save`.
		#[codec(index = 2)]
		pub static MinDeposit: Balance = 200 * AIT;
	}
}
pub use groups::*;

/// Fee of the longest run that a task may allow, by the largest committee.
fn largest_fee() -> Balance {
	Verification::fee(&tasks::MaxLimits::get(), Balance::MAX)
}

/// Blocks that a claim can take at the most, from its commitment to its settlement.
fn longest_claim() -> BlockNumber {
	ClaimTime::<Runtime>::convert(tasks::MaxLimits::get())
}

/// Blocks from a fault to its slash at the most: a verdict about a claim that is audited in the last
/// block, and found wrong by an appeal in the last block against what follows from that.
fn longest_fault() -> BlockNumber {
	let rerun = Verification::longest(&tasks::MaxLimits::get());
	longest_claim()
		.saturating_add(audits::Window::get())
		.saturating_add(rerun)
		.saturating_add(stake::SlashDefer::get())
		.saturating_add(rerun)
}

/// Relations between the values. A client finds name and meaning of each in the metadata, at the
/// place that the error names: new ones go to the end.
pub const INVARIANTS: &[Invariant] = &[
	Invariant {
		name: "stakes_exceed_deposit",
		meaning:
			"stake.MinMinerStake and stake.MinVerifierStake must not be below the existential \
		          deposit, or ledgers cost nothing",
		holds: || {
			stake::MinMinerStake::get().min(stake::MinVerifierStake::get()) >= EXISTENTIAL_DEPOSIT
		},
	},
	Invariant {
		name: "slashes_can_be_cancelled",
		meaning: "stake.SlashDefer must be at least 1, or no slash can be appealed",
		holds: || stake::SlashDefer::get() >= 1,
	},
	Invariant {
		name: "unbonding_outlives_faults",
		meaning:
			"stake.UnbondingPeriod must be longer than the longest claim under tasks.MaxLimits, \
		          audits.Window, stake.SlashDefer and two of the longest re-runs together, or \
		          offenders withdraw before they are found",
		holds: || stake::UnbondingPeriod::get() > longest_fault(),
	},
	Invariant {
		name: "artifacts_fit_records",
		meaning: "artifacts.MaxBytes must fit into Artifacts::MaxChunks chunks of 2 MiB",
		holds: || {
			let chunk = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
			artifacts::MaxBytes::get() <= u64::from(MaxArtifactChunks::get()).saturating_mul(chunk)
		},
	},
	Invariant {
		name: "inputs_fit_artifacts",
		meaning: "tasks.MaxDataBytes and tasks.MaxLimits.program_bytes must not exceed \
		          artifacts.MaxBytes, or tasks promise what cannot be stored",
		holds: || {
			let largest = artifacts::MaxBytes::get();
			tasks::MaxDataBytes::get() <= largest
				&& u64::from(tasks::MaxLimits::get().program_bytes) <= largest
		},
	},
	Invariant {
		name: "artifacts_outlive_tasks",
		meaning: "artifacts.Retention must be longer than tasks.MaxDuration, tasks.RevealWindow, \
		          tasks.HoldoutWindow and the longest claim together, or data ends before the last \
		          verdict",
		holds: || {
			let last = tasks::MaxDuration::get()
				.saturating_add(tasks::RevealWindow::get())
				.saturating_add(tasks::HoldoutWindow::get());
			artifacts::Retention::get() > last.saturating_add(longest_claim())
		},
	},
	Invariant {
		name: "tolerance_is_not_negative",
		meaning: "tasks.DefaultTolerance must not be negative, or every claim is false",
		holds: || tasks::DefaultTolerance::get() >= 0,
	},
	Invariant {
		name: "bounty_exceeds_deposit",
		meaning:
			"tasks.MinBounty must not be below the existential deposit, or it cannot be paid to \
		          a new account",
		holds: || tasks::MinBounty::get() >= EXISTENTIAL_DEPOSIT,
	},
	Invariant {
		name: "durations_are_ordered",
		meaning:
			"tasks.MinDuration must be at least 1 and not above tasks.MaxDuration, or there are \
		          no tasks",
		holds: || (1..=tasks::MaxDuration::get()).contains(&tasks::MinDuration::get()),
	},
	Invariant {
		name: "bond_fits_stake",
		meaning:
			"claims.ClaimBond and the fee of the longest run under tasks.MaxLimits together must \
		          not exceed stake.MinMinerStake, or new miners cannot claim",
		holds: || {
			claims::ClaimBond::get().saturating_add(largest_fee()) <= stake::MinMinerStake::get()
		},
	},
	Invariant {
		name: "bond_covers_a_run",
		meaning: "claims.ClaimBond must not be below the fee of the longest run under \
		          tasks.MaxLimits, or a false claim costs less than the work that it causes",
		holds: || claims::ClaimBond::get() >= largest_fee(),
	},
	Invariant {
		name: "reveals_have_time",
		meaning: "claims.RevealWindow and tasks.RevealWindow must be at least 2, or honest miners \
		          miss them",
		holds: || claims::RevealWindow::get().min(tasks::RevealWindow::get()) >= 2,
	},
	Invariant {
		name: "claims_are_countable",
		meaning:
			"claims.MaxClaims must be at least 1 and not above Claims::MaxRecent, or the rate \
		          limit is another one",
		holds: || (1..=MaxClaimsCounted::get()).contains(&claims::MaxClaims::get()),
	},
	Invariant {
		name: "committees_grow",
		meaning:
			"verification.CommitteeSize must be at least 1, and the committee of the third round \
		          not above Verification::MaxCommittee",
		holds: || {
			let first = verification::CommitteeSize::get();
			first >= 1 && next_size(next_size(first)) <= MaxCommittee::get()
		},
	},
	Invariant {
		name: "verdicts_have_time",
		meaning: "verification.CommitWindow and verification.RevealWindow must be at least 2, or \
		          honest verifiers miss them",
		holds: || verification::CommitWindow::get().min(verification::RevealWindow::get()) >= 2,
	},
	Invariant {
		name: "lying_costs_more_than_silence",
		meaning:
			"verification.FalseVerdictSlash must not be below verification.WithheldVerdictSlash, \
		          or guessing is better than silence",
		holds: || {
			verification::FalseVerdictSlash::get() >= verification::WithheldVerdictSlash::get()
		},
	},
	Invariant {
		name: "lying_costs_more_than_work",
		meaning:
			"verification.FalseVerdictSlash of stake.MinVerifierStake must exceed the fee of the \
		          longest run under tasks.MaxLimits, or it pays to answer without running",
		holds: || {
			verification::FalseVerdictSlash::get() * stake::MinVerifierStake::get() > largest_fee()
		},
	},
	Invariant {
		name: "models_bond_covers_a_run",
		meaning:
			"models.Bond and models.ContestBond must not be below the fee of the longest run under \
		          tasks.MaxLimits, or a false registration costs less than the work that it causes",
		holds: || models::Bond::get().min(models::ContestBond::get()) >= largest_fee(),
	},
	Invariant {
		name: "marks_can_be_made",
		meaning:
			"models.TauInput and models.TauFeat must be shares from 0 to 1, and models.Band must \
		          not be negative, or no model can be registered",
		holds: || {
			let share = |score: Score| (0..=Score::ONE).contains(&score.0);
			share(models::TauInput::get())
				&& share(models::TauFeat::get())
				&& models::Band::get().0 >= 0
		},
	},
	Invariant {
		name: "accuracies_are_shares",
		meaning:
			"models.MinAccuracy and models.AccuracyTolerance must be shares from 0 to 1, or no \
		          model, or every one, is accurate enough",
		holds: || {
			let share = |score: Score| (0..=Score::ONE).contains(&score.0);
			share(models::MinAccuracy::get()) && share(models::AccuracyTolerance::get())
		},
	},
	Invariant {
		name: "models_fit_artifacts",
		meaning: "models.MaxModelBytes must be at least 1 and not exceed artifacts.MaxBytes, or \
		          models are allowed that cannot be stored",
		holds: || {
			(1..=artifacts::MaxBytes::get()).contains(&u64::from(models::MaxModelBytes::get()))
		},
	},
	Invariant {
		name: "intents_can_be_used",
		meaning: "models.IntentLife must be at least 2, or intents expire before their beacon",
		holds: || models::IntentLife::get() >= 2,
	},
	Invariant {
		name: "contests_have_time",
		meaning:
			"models.RevocationNotice must be at least 10 blocks, or a revocation outruns a contest",
		holds: || models::RevocationNotice::get() >= 10,
	},
	Invariant {
		name: "artifacts_outlive_registrations",
		meaning: "artifacts.Retention must be longer than models.Retention and than the longest \
		          job under tasks.MaxLimits, or no model can be registered",
		holds: || {
			let job = Verification::longest(&tasks::MaxLimits::get());
			artifacts::Retention::get() > models::Retention::get().max(job)
		},
	},
	Invariant {
		name: "holdouts_have_time",
		meaning: "tasks.HoldoutWindow must be at least 2, or honest sponsors miss it",
		holds: || tasks::HoldoutWindow::get() >= 2,
	},
	Invariant {
		name: "withholding_costs",
		meaning: "tasks.HoldoutPledge must not be zero, or it costs nothing to withhold a holdout",
		holds: || tasks::HoldoutPledge::get() > 0,
	},
	Invariant {
		name: "appeals_cover_a_run",
		meaning:
			"stake.AppealBond must not be below the fee of the longest run under tasks.MaxLimits, \
		          or a hopeless appeal costs less than the work that it causes",
		holds: || stake::AppealBond::get() >= largest_fee(),
	},
	Invariant {
		name: "appeals_can_be_resolved",
		meaning: "stake.AppealWindow must be at least 1, or governance cannot resolve an appeal",
		holds: || stake::AppealWindow::get() >= 1,
	},
	Invariant {
		name: "rotations_can_be_cancelled",
		meaning: "stake.RotationDelay must be at least 10 blocks, or a stolen key takes the stake \
		          before its owner can cancel",
		holds: || stake::RotationDelay::get() >= 10,
	},
	Invariant {
		name: "reports_can_be_cleared",
		meaning:
			"artifacts.ReportWindow must be at least 1, or an honest publisher loses its deposit \
		          before governance can tell",
		holds: || artifacts::ReportWindow::get() >= 1,
	},
	Invariant {
		name: "members_risk_what_they_stand_for",
		meaning: "verification.ValuePerMember must be at least 1 and not above two thirds of \
		          verification.FalseVerdictSlash of stake.MinVerifierStake, or a committee wins \
		          more by a lie than it loses",
		holds: || {
			let risk = verification::FalseVerdictSlash::get() * stake::MinVerifierStake::get();
			(1..=risk.saturating_mul(2) / 3).contains(&verification::ValuePerMember::get())
		},
	},
	Invariant {
		name: "silence_costs_more_than_work",
		meaning:
			"verification.WithheldVerdictSlash of stake.MinVerifierStake must exceed the fee of the \
		          longest run under tasks.MaxLimits by the smallest committee, or it pays to guess and \
		          to reveal it only if it is right, to contradict a majority that is too small to \
		          settle a job, or to say that an input is unavailable",
		holds: || {
			verification::WithheldVerdictSlash::get() * stake::MinVerifierStake::get()
				> Verification::fee(&tasks::MaxLimits::get(), 0)
		},
	},
	Invariant {
		name: "work_is_paid",
		meaning:
			"verification.BaseFee and verification.FeePerGigafuel must be at least 1, or who does \
		          not run a program has as much as who does",
		holds: || verification::BaseFee::get().min(verification::FeePerGigafuel::get()) >= 1,
	},
	Invariant {
		name: "commitments_are_limited",
		meaning: "claims.RateWindow must be at least 1, or claims.MaxClaims limits nothing",
		holds: || claims::RateWindow::get() >= 1,
	},
	Invariant {
		name: "no_member_decides_alone",
		meaning: "verification.CommitteeSize must be at least 3, or one member decides, or two \
		          contradict each other at no risk",
		holds: || verification::CommitteeSize::get() >= 3,
	},
	Invariant {
		name: "audits_precede_slashes",
		meaning: "audits.Window must be at least 1 and shorter than stake.SlashDefer, or the bond of \
		          a canary is burnt before it can be shown to be one, and verifiers withdraw before \
		          they are found",
		holds: || (1..stake::SlashDefer::get()).contains(&audits::Window::get()),
	},
	Invariant {
		name: "audited_claims_are_on_record",
		meaning: "claims.Retention must not be shorter than audits.Window, or the record of a canary \
		          is removed before it can be shown to be one",
		holds: || claims::Retention::get() >= audits::Window::get(),
	},
	Invariant {
		name: "batches_outlive_claims",
		meaning: "audits.BatchTime must be longer than the longest claim under tasks.MaxLimits, or \
		          deposits are lost for canaries that could not be opened",
		holds: || audits::BatchTime::get() > longest_claim(),
	},
	Invariant {
		name: "canaries_cost_what_they_save",
		meaning: "audits.MinDeposit must not be below claims.ClaimBond and the fee of the longest run \
		          under tasks.MaxLimits together, or an auditor saves more by a canary than it loses \
		          by not opening one",
		holds: || {
			let bond = claims::ClaimBond::get().saturating_add(largest_fee());
			audits::MinDeposit::get() >= bond
		},
	},
	Invariant {
		name: "schemes_fit_limits",
		meaning: "tasks.MaxLimits must not be below the limits of the watermark scheme, or its runs \
		          are longer, and cost more, than other values allow for: Models.set_scheme comes \
		          first",
		holds: || {
			let most = tasks::MaxLimits::get();
			pallet_assay_models::Scheme::<Runtime>::get()
				.is_none_or(|scheme| scheme.limits.are_within(&most))
		},
	},
];

/// [`INVARIANTS`] for the pallet.
pub struct Invariants;

impl Get<&'static [Invariant]> for Invariants {
	fn get() -> &'static [Invariant] {
		INVARIANTS
	}
}

impl pallet_parameters::Config for Runtime {
	type AdminOrigin = EnsureChecked;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type WeightInfo = weights::pallet_parameters::WeightInfo<Runtime>;
}

impl pallet_assay_parameters::Config for Runtime {
	type Invariants = Invariants;
	type MaxChanges = ConstU32<32>;
	type UpdateOrigin = EnsureRoot<AccountId>;
	type WeightInfo = weights::pallet_assay_parameters::WeightInfo<Runtime>;
}

#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
	// The longest value that there is.
	fn default() -> Self {
		RuntimeParameters::Tasks(tasks::Parameters::MaxLimits(
			tasks::MaxLimits,
			Some(tasks::MaxLimits::get()),
		))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{genesis, AssayParameters, RuntimeOrigin};
	use frame_support::{assert_noop, assert_ok, dispatch::DispatchClass};
	use sp_runtime::traits::BadOrigin;

	type Error = pallet_assay_parameters::Error<Runtime>;

	fn set(changes: &[RuntimeParameters]) -> sp_runtime::DispatchResult {
		AssayParameters::set(RuntimeOrigin::root(), changes.to_vec().try_into().unwrap())
	}

	/// A change of one value.
	macro_rules! change {
		(stake::$key:ident = $value:expr) => {
			RuntimeParameters::Stake(stake::Parameters::$key(stake::$key, Some($value)))
		};
		(artifacts::$key:ident = $value:expr) => {
			RuntimeParameters::Artifacts(artifacts::Parameters::$key(artifacts::$key, Some($value)))
		};
		(tasks::$key:ident = $value:expr) => {
			RuntimeParameters::Tasks(tasks::Parameters::$key(tasks::$key, Some($value)))
		};
		(claims::$key:ident = $value:expr) => {
			RuntimeParameters::Claims(claims::Parameters::$key(claims::$key, Some($value)))
		};
		(audits::$key:ident = $value:expr) => {
			RuntimeParameters::Audits(audits::Parameters::$key(audits::$key, Some($value)))
		};
		(models::$key:ident = $value:expr) => {
			RuntimeParameters::Models(models::Parameters::$key(models::$key, Some($value)))
		};
		(verification::$key:ident = $value:expr) => {
			RuntimeParameters::Verification(verification::Parameters::$key(
				verification::$key,
				Some($value),
			))
		};
	}

	/// For each invariant, changes that break it and no earlier one.
	fn breaks() -> Vec<(&'static str, RuntimeParameters)> {
		let limits = tasks::MaxLimits::get();
		vec![
			("stakes_exceed_deposit", change!(stake::MinMinerStake = EXISTENTIAL_DEPOSIT - 1)),
			("stakes_exceed_deposit", change!(stake::MinVerifierStake = 0)),
			("slashes_can_be_cancelled", change!(stake::SlashDefer = 0)),
			("unbonding_outlives_faults", change!(stake::UnbondingPeriod = longest_fault())),
			("unbonding_outlives_faults", change!(stake::SlashDefer = BlockNumber::MAX)),
			("unbonding_outlives_faults", change!(verification::FuelPerBlock = 0)),
			("artifacts_fit_records", change!(artifacts::MaxBytes = 1 << 30)),
			("inputs_fit_artifacts", change!(tasks::MaxDataBytes = artifacts::MaxBytes::get() + 1)),
			(
				"inputs_fit_artifacts",
				change!(tasks::MaxLimits = Limits { program_bytes: u32::MAX, ..limits }),
			),
			("artifacts_outlive_tasks", change!(artifacts::Retention = tasks::MaxDuration::get())),
			("tolerance_is_not_negative", change!(tasks::DefaultTolerance = -1)),
			("bounty_exceeds_deposit", change!(tasks::MinBounty = EXISTENTIAL_DEPOSIT - 1)),
			(
				"artifacts_outlive_tasks",
				change!(tasks::HoldoutWindow = artifacts::Retention::get()),
			),
			("artifacts_outlive_tasks", change!(tasks::RevealWindow = artifacts::Retention::get())),
			("holdouts_have_time", change!(tasks::HoldoutWindow = 1)),
			("withholding_costs", change!(tasks::HoldoutPledge = 0)),
			("durations_are_ordered", change!(tasks::MinDuration = 0)),
			("durations_are_ordered", change!(tasks::MinDuration = tasks::MaxDuration::get() + 1)),
			("bond_fits_stake", change!(claims::ClaimBond = stake::MinMinerStake::get() + 1)),
			("bond_covers_a_run", change!(claims::ClaimBond = largest_fee() - 1)),
			("reveals_have_time", change!(claims::RevealWindow = 1)),
			("reveals_have_time", change!(tasks::RevealWindow = 1)),
			("claims_are_countable", change!(claims::MaxClaims = 0)),
			("claims_are_countable", change!(claims::MaxClaims = MaxClaimsCounted::get() + 1)),
			("committees_grow", change!(verification::CommitteeSize = 0)),
			("committees_grow", change!(verification::CommitteeSize = MaxCommittee::get())),
			("verdicts_have_time", change!(verification::CommitWindow = 1)),
			("verdicts_have_time", change!(verification::RevealWindow = 1)),
			(
				"lying_costs_more_than_silence",
				change!(verification::FalseVerdictSlash = Perbill::from_parts(1)),
			),
			("lying_costs_more_than_work", change!(stake::MinVerifierStake = 10 * largest_fee())),
			("models_bond_covers_a_run", change!(models::Bond = largest_fee() - 1)),
			("models_bond_covers_a_run", change!(models::ContestBond = 0)),
			("marks_can_be_made", change!(models::TauInput = Score(Score::ONE + 1))),
			("marks_can_be_made", change!(models::TauFeat = Score(-1))),
			("marks_can_be_made", change!(models::Band = Score(-1))),
			("accuracies_are_shares", change!(models::MinAccuracy = Score(Score::ONE + 1))),
			("accuracies_are_shares", change!(models::AccuracyTolerance = Score(-1))),
			("models_fit_artifacts", change!(models::MaxModelBytes = 0)),
			("models_fit_artifacts", change!(models::MaxModelBytes = u32::MAX)),
			("intents_can_be_used", change!(models::IntentLife = 1)),
			("contests_have_time", change!(models::RevocationNotice = 9)),
			(
				"artifacts_outlive_registrations",
				change!(models::Retention = artifacts::Retention::get()),
			),
			("appeals_cover_a_run", change!(stake::AppealBond = largest_fee() - 1)),
			("appeals_can_be_resolved", change!(stake::AppealWindow = 0)),
			("rotations_can_be_cancelled", change!(stake::RotationDelay = 9)),
			("reports_can_be_cleared", change!(artifacts::ReportWindow = 0)),
			("members_risk_what_they_stand_for", change!(verification::ValuePerMember = 0)),
			("members_risk_what_they_stand_for", change!(verification::ValuePerMember = 67 * AIT)),
			(
				"silence_costs_more_than_work",
				change!(verification::WithheldVerdictSlash = Perbill::zero()),
			),
			("work_is_paid", change!(verification::BaseFee = 0)),
			("work_is_paid", change!(verification::FeePerGigafuel = 0)),
			("commitments_are_limited", change!(claims::RateWindow = 0)),
			("no_member_decides_alone", change!(verification::CommitteeSize = 2)),
			("audits_precede_slashes", change!(audits::Window = 0)),
			("audits_precede_slashes", change!(audits::Window = stake::SlashDefer::get())),
			(
				"audited_claims_are_on_record",
				change!(claims::Retention = audits::Window::get() - 1),
			),
			("batches_outlive_claims", change!(audits::BatchTime = longest_claim())),
			(
				"canaries_cost_what_they_save",
				change!(audits::MinDeposit = claims::ClaimBond::get() + largest_fee() - 1),
			),
			(
				"schemes_fit_limits",
				change!(tasks::MaxLimits = Limits { total_fuel: 1_000_000_000, ..limits }),
			),
		]
	}

	#[test]
	fn the_defaults_fit_each_other() {
		genesis::tests::development().execute_with(|| {
			for invariant in INVARIANTS {
				assert!((invariant.holds)(), "{}", invariant.name);
			}
		});
	}

	#[test]
	fn each_invariant_refuses_what_breaks_it() {
		genesis::tests::development().execute_with(|| {
			let mut broken = Vec::new();
			for (name, change) in breaks() {
				let place = INVARIANTS.iter().position(|invariant| invariant.name == name).unwrap();
				let place = u8::try_from(place).unwrap();
				assert_noop!(set(&[change]), Error::InvariantBroken(place));
				broken.push(name);
			}
			for invariant in INVARIANTS {
				assert!(broken.contains(&invariant.name), "{} was never broken", invariant.name);
			}
		});
	}

	#[test]
	fn values_that_depend_on_each_other_change_together() {
		genesis::tests::development().execute_with(|| {
			let bond = change!(claims::ClaimBond = 200 * AIT);
			let stake = change!(stake::MinMinerStake = 300 * AIT);
			assert!(set(core::slice::from_ref(&bond)).is_err());
			let deposit = change!(audits::MinDeposit = 300 * AIT);
			assert!(set(&[bond.clone(), stake.clone()]).is_err());
			assert_ok!(set(&[bond, stake, deposit]));
			assert_eq!(claims::ClaimBond::get(), 200 * AIT);
			genesis::tests::try_state();
		});
	}

	#[test]
	fn only_root_changes_values_and_only_through_the_checks() {
		genesis::tests::development().execute_with(|| {
			let change = change!(claims::MaxClaims = 11);
			let alice = RuntimeOrigin::signed(sp_keyring::Sr25519Keyring::Alice.to_account_id());
			let changes: frame_support::BoundedVec<_, _> = vec![change.clone()].try_into().unwrap();
			assert_noop!(AssayParameters::set(alice, changes), BadOrigin);
			assert_noop!(
				crate::Parameters::set_parameter(RuntimeOrigin::root(), change.clone()),
				BadOrigin
			);
			assert_ok!(set(&[change]));
			assert_eq!(claims::MaxClaims::get(), 11);
		});
	}

	/// What docs/threat-model.md says of the windows that can be filled.
	#[test]
	fn a_block_that_is_filled_costs_what_it_says() {
		genesis::tests::development().execute_with(|| {
			let full = crate::config::system::MaxServiceWeight::get();
			let fee = crate::TransactionPayment::weight_to_fee(full);
			assert!(fee >= 29 * AIT / 10, "{fee}");
			// A chunk is kept out by fewer bytes than fill a block.
			let length = crate::config::system::RuntimeBlockLength::get();
			let chunk = u32::try_from(assay_primitives::artifact::CHUNK_BYTES).unwrap();
			let rest = length.max.get(DispatchClass::Normal) - chunk;
			let of_chunks = crate::TransactionPayment::length_to_fee(rest);
			assert!(of_chunks >= 26 * AIT / 10, "{of_chunks}");
			let windows = [tasks::RevealWindow::get(), tasks::HoldoutWindow::get()];
			let blocks = [(6 * HOURS, MINUTES), (6 * HOURS, 10)];
			assert_eq!(windows, blocks.map(|(prod, fast)| prod_or_fast(prod, fast)));
			assert!(fee * Balance::from(6 * HOURS) >= 21_000 * AIT);
			assert!(of_chunks * Balance::from(6 * HOURS) >= 18_000 * AIT);
			assert!(of_chunks * Balance::from(10 * MINUTES) >= 500 * AIT);
		});
	}

	#[test]
	fn pallets_see_the_change() {
		genesis::tests::development().execute_with(|| {
			let before = longest_claim();
			assert_ok!(set(&[change!(claims::RevealWindow = claims::RevealWindow::get() + 7)]));
			assert_eq!(longest_claim(), before + 7);
		});
	}
}
