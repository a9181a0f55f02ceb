//! Has jobs re-run by committees of verifiers who commit to, then reveal, their verdicts.
//!
//! - [`Config`], [`Call`], [`Event`], [`Error`]
//! - [`types`]: what a job is made of. [`committee`]: the draw. [`tally`](mod@tally): the count.
//! - [`worker`]: the off-chain worker that drives a verifier's node.
//!
//! ## Overview
//!
//! Another pallet (claims, models) opens a *job* on behalf of a *payer*: a training run whose
//! outcome depends on nothing but its inputs. The chain draws a *committee* from the active
//! verifiers: validators of the current session with a [`key::VerifierId`] and enough stake. Each
//! member runs the job in a sandbox beside its node, commits to the outcome, and reveals it when
//! commitments are closed. What more than two thirds of those who revealed say, by number and by
//! stake, is the settlement, if half of the members did and have more than half of the stake; the
//! client is told, those who said so share the fee, those who said otherwise or nothing are slashed.
//! The first committee grows by three with the value that hangs on the job
//! ([`Config::ValuePerMember`]), and the fee with it.
//!
//! Silence is slashed only where an outcome stands, or half of the committee delivered one, or two
//! thirds of its members ([`tally::Count::silence_is_late`]):
//! elsewhere nobody knows whether the run can be done in time. A run that no round could deliver,
//! and of which most of the last committee said nothing, costs its payer the fee, which is burnt:
//! verifiers worked for it as long as they could.
//!
//! A round that settles nothing judges, too: whoever contradicts most of the committee
//! ([`tally::Count::most`]) is slashed as for a verdict that was not delivered, or as for a wrong one
//! if the majority of an earlier committee found the same. So no third of a committee blocks it for
//! nothing. That an input cannot be used contradicts nobody's run; so it needs no run to say
//! so. It stands only where the largest committee, or all there are, say it. Who lacks an input that
//! others had has delivered nothing; but whether the bytes of an input can be used is the same
//! everywhere, so who is outvoted in that, either way, is wrong.
//!
//! ```text
//! open ─► Drawing ─► Committing ─► Revealing ─┬─► settled: Agreed(outcome)
//!          │ ▲                                 ├─► settled: Undecided
//!          │ └──── a larger committee ─────────┘
//!          └─► settled: Incomplete
//! ```
//!
//! A client may open a job before all of it is known (a sealed holdout, a seed that the chain
//! draws), and completes it when the first committee is drawn. If it cannot, the job ends there.
//!
//! ## Appeals
//!
//! From a round slashes can follow: of the verdicts that were outvoted, and of what the client
//! slashes. As long as one of them is pending, a [`types::Case`] keeps what was run, what was found
//! (in a round that settled nothing: what more than half of it said) and by whom. Who is
//! slashed can have the job re-run once more ([`assay_traits::Appeals`]): by a committee three
//! times as large, for as much more of a fee, without those who sat on the first one if there are
//! as many others (of whom at least three, or as many as sat, must be left to be drawn). The re-run
//! is a job like any other, and says of the slash:
//!
//! | it finds | slash of a verdict | any other slash |
//! | --- | --- | --- |
//! | the outcome that stood | right | right |
//! | that of the verdict | wrong | |
//! | another outcome | right: the verdict was wrong, too | wrong: it stood on a wrong outcome |
//! | a missing input, or nothing | no saying | no saying |
//!
//! That an input is unusable is such a finding only for a verdict that said the same of it. Where
//! it finds another outcome than the one that stood, those whose verdict had prevailed are slashed
//! for it, once. The settlement itself stays: its client has acted on it. For a verdict that was
//! withheld nothing is kept: no re-run tells who was silent.
//!
//! What is kept is paid for by what it is kept for: it goes with the frozen stake of the last
//! slash.
//!
//! ## Audits
//!
//! The job of a claim can be *audited* for [`Config::AuditWindow`] blocks
//! ([`assay_traits::Audits`]): if somebody knew beforehand what it gives. So its case is kept as a
//! whole for so long, with the [`types::Ballot`]s that no tally has judged, and the deposit for the
//! record of the claim pays for it: a hash of the case would be smaller, but then whoever opens the
//! audit had to keep the state of all blocks to have its preimage. A window that has passed is a
//! deadline like that of a job, and served with them. An audit ends with what the job gives, if
//! that is known: who had prevailed with something else, or said it in a round that judged nobody,
//! is slashed, and nobody twice: whose slash follows from an appeal has no ballot any more. These
//! slashes can be appealed like others.
//!
//! ## Goals
//!
//! 1. **Unpredictable.** Nobody knows the committee while the job can still be changed: it is drawn
//!    from a hash over the VRF outputs of all blocks, [`Config::DrawDelay`] blocks after the job
//!    was opened.
//! 2. **Independent.** A verdict cannot be copied: its commitment names the verifier, and contains
//!    a trace root that only a run yields.
//! 3. **Live.** Every job ends. Each phase has a last block, deadlines are served in order by
//!    [`Hooks::on_initialize`], and what does not fit into one block is served in the next;
//!    [`Pallet::settle`] lets anybody push a job whose deadline has passed.
//! 4. **Once.** A verifier has one verdict a job and round, whatever forks and restarts do: it is
//!    written to the node's disk before its commitment is first sent, and sent again from there.
//! 5. **Bounded.** Members a job, jobs served a block and rounds a job have limits; fees pay for
//!    all that is stored.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects,
		clippy::as_conversions
	)
)]

extern crate alloc;

mod audit;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod committee;
pub mod key;
#[cfg(test)]
mod mock;
pub mod tally;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;
pub mod worker;

pub use key::{VerifierId, VerifierSignature, KEY_TYPE};
pub use pallet::*;
pub use types::{
	ActiveVerifier, Audit, Ballot, Case, Commitment, Ground, Job, Juror, Member, Penalties, Phase,
	Verdict,
};
pub use weights::WeightInfo;

use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use assay_primitives::{
	commitment, ArtifactId, DataFault, Input, JobId, Limits, Outcome, SlashId, TrainingJob, H256,
};
use assay_traits::{
	give_back, Appeals, Artifacts, Client, Deed, Finding, Offence, OnSettled, Role, Settlement,
	Stake, Verification,
};
use codec::Encode;
use frame_support::{
	defensive,
	pallet_prelude::*,
	storage::with_storage_layer,
	traits::{
		fungible::{Inspect, InspectHold, MutateHold},
		tokens::{Fortitude, Precision, Restriction},
		Defensive, OneSessionHandler, Randomness,
	},
};
use frame_system::{
	offchain::CreateAuthorizedTransaction,
	pallet_prelude::{BlockNumberFor, *},
};
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
	traits::{CheckedDiv, One, SaturatedConversion, Saturating, Zero},
	Perbill,
};
use tally::{is_missing, is_of_a_run, Count, Judgement, Tally};

/// Amounts of the native token.
pub type BalanceOf<T> =
	<<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A job of this runtime.
pub type JobOf<T> = Job<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::MaxCommittee,
>;

/// A verifier of a session of this runtime.
pub type ActiveVerifierOf<T> = ActiveVerifier<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A committee member of this runtime.
pub type MemberOf<T> = Member<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A settled job of this runtime that can be appealed.
pub type CaseOf<T> = Case<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::MaxCommittee,
>;

/// An unjudged verdict of this runtime.
pub type BallotOf<T> =
	Ballot<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// How many times as large as the committee that decided is the one that re-runs the job.
pub const APPEAL_FACTOR: u32 = 3;

/// Fewest members that hear an appeal or an audit instead of a committee of as many or more: one
/// would decide alone, and two could not outvote each other.
const JURY: usize = 3;

/// Rounds that a job can have: the first, and two with larger committees.
pub const MAX_ROUNDS: u8 = 3;

/// Codes of `InvalidTransaction::Custom` with which a verdict is refused.
pub mod refusal {
	/// There is no such job, or it is in another round.
	pub const JOB_UNKNOWN: u8 = 1;
	/// The job does not take this kind of call now, or its last block for it has passed.
	pub const WRONG_PHASE: u8 = 2;
	/// The committee has no such member.
	pub const NOT_A_MEMBER: u8 = 3;
	/// The member has given this already.
	pub const ALREADY_GIVEN: u8 = 4;
	/// Outcome and salt do not open the member's commitment.
	pub const COMMITMENT_MISMATCH: u8 = 5;
}

// FRAME's macros expand to code that does this. What is written by hand does not.
#[allow(clippy::as_conversions, clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why this pallet holds somebody's tokens.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Fees of jobs in progress.
		#[codec(index = 0)]
		Fee,
	}

	/// Needs `frame_system::AuthorizeCall` among the runtime's transaction extensions: verdicts are
	/// authorized by the call itself and pay no fee.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<Hash = H256> + CreateAuthorizedTransaction<Call<Self>>
	{
		/// The runtime's hold reason.
		type RuntimeHoldReason: From<HoldReason>;

		/// The native token.
		type Currency: MutateHold<
			Self::AccountId,
			Reason = Self::RuntimeHoldReason,
			Balance: Into<u128>,
		>;

		/// The ledger of money at risk.
		type Stake: Stake<
			AccountId = Self::AccountId,
			Balance = BalanceOf<Self>,
			BlockNumber = BlockNumberFor<Self>,
		>;

		/// Those who open jobs.
		type Clients: OnSettled;

		/// Where inputs are, which are kept there for re-runs. Told of those that the largest
		/// committee, or one of all verifiers, could not get.
		type Artifacts: Artifacts<BlockNumber = BlockNumberFor<Self>>;

		/// Randomness to which all blocks so far have given a part, with the number of the last
		/// one. The output of a single block would not do: its author knows it as soon as it knows
		/// its slots, hours before, and can time a reveal or an appeal by it.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;

		/// Blocks from opening a job (or a round) to the draw. Who wants to know the committee
		/// while the job can still be changed has to be the author of all blocks between (goal 1):
		/// with a share `s` of the slots once in `s^-(delay - 2)` slots. Below 3 the author of the
		/// block that opens it may know it.
		#[pallet::constant]
		type DrawDelay: Get<BlockNumberFor<Self>>;

		/// Members of a committee in the first round, at the least. Below 3, one member decides.
		#[pallet::constant]
		type CommitteeSize: Get<u32>;

		/// How much value, what can be won and lost by a job, one member of the first committee
		/// stands for: with more at stake, three more members are asked, up to
		/// [`Config::MaxCommittee`]. To lie together, more than two thirds of a committee must; if
		/// what each of them is slashed ([`Config::FalseVerdictSlash`]) is less than its share of
		/// the value, a lie pays. Zero means that value is not looked at.
		#[pallet::constant]
		type ValuePerMember: Get<BalanceOf<Self>>;

		/// Blocks for commitments besides those for the run itself. Too few, and honest verifiers
		/// are late; sane is from 5 (15 s).
		#[pallet::constant]
		type CommitWindow: Get<BlockNumberFor<Self>>;

		/// Blocks for reveals. Too few, and honest verifiers are late; sane is from 5 (15 s).
		#[pallet::constant]
		type RevealWindow: Get<BlockNumberFor<Self>>;

		/// Fuel that the slowest acceptable verifier uses in the time of one block. Too high, and
		/// honest verifiers are late with large jobs; zero counts as one.
		#[pallet::constant]
		type FuelPerBlock: Get<u64>;

		/// Fee of any job with a first committee of [`Config::CommitteeSize`], shared by the
		/// winners. A larger first committee costs as much more, so that each share stays the same.
		#[pallet::constant]
		type BaseFee: Get<BalanceOf<Self>>;

		/// Fee for each started 10⁹ units of the fuel that a job may use, likewise. Too low, and
		/// running a program costs the verifiers more than they earn.
		#[pallet::constant]
		type FeePerGigafuel: Get<BalanceOf<Self>>;

		/// Share of its weight that a member loses for a verdict that was outvoted, and for one that
		/// contradicts the majority of its committee where an earlier committee's majority had found
		/// the same (the job's `majority`).
		#[pallet::constant]
		type FalseVerdictSlash: Get<Perbill>;

		/// Share of its weight that a member loses for a verdict that it did not deliver, for one of
		/// `Unavailable` that says an input is missing where others had it, and for one that
		/// contradicts most of the committee ([`tally::Count::most`]) in a round that settles
		/// nothing. If it is less than what a run earns, lazy verdicts pay.
		#[pallet::constant]
		type WithheldVerdictSlash: Get<Perbill>;

		/// Blocks after its settlement in which the job of a claim can be audited. Zero leaves
		/// none; the record of a claim must outlive it, and what was bonded at a verdict must be
		/// there to be slashed.
		#[pallet::constant]
		type AuditWindow: Get<BlockNumberFor<Self>>;

		/// Most verifiers in a session. Verifiers past it are never drawn.
		#[pallet::constant]
		type MaxVerifiers: Get<u32>;

		/// Most members of a committee.
		#[pallet::constant]
		type MaxCommittee: Get<u32>;

		/// Deadlines served in one block. At zero no job ever ends by itself.
		#[pallet::constant]
		type DeadlinesPerBlock: Get<u32>;

		/// Measured weights.
		type WeightInfo: WeightInfo;
	}

	/// Verifiers of the current session, in the order of the session.
	#[pallet::storage]
	pub type ActiveVerifiers<T: Config> =
		StorageValue<_, BoundedVec<ActiveVerifierOf<T>, T::MaxVerifiers>, ValueQuery>;

	/// Stakes of those who are to be validators of the next session, as they were when this one
	/// began: what they are drawn by then.
	#[pallet::storage]
	pub type NotedStakes<T: Config> =
		StorageValue<_, BoundedVec<(T::AccountId, BalanceOf<T>), T::MaxVerifiers>, ValueQuery>;

	/// Number of the next job.
	#[pallet::storage]
	pub type NextJob<T> = StorageValue<_, JobId, ValueQuery>;

	/// Jobs in progress.
	// Twox64Concat: the ids are ours, counted up.
	#[pallet::storage]
	pub type Jobs<T: Config> = CountedStorageMap<_, Twox64Concat, JobId, JobOf<T>>;

	/// Deadlines: the block at whose start a job is looked at next, or is too old to be audited.
	// Twox64Concat: block numbers and ids are ours.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Twox64Concat, JobId, ()>;

	/// First block whose deadlines are not all served.
	#[pallet::storage]
	pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	/// What draws go by that were due in blocks which could not serve all of them: who decides what
	/// is served when must not decide who is drawn.
	// Twox64Concat: block numbers are ours.
	#[pallet::storage]
	pub type DrawsBy<T: Config> = StorageMap<_, Twox64Concat, BlockNumberFor<T>, H256>;

	/// Where a verifier sits on committees: job to position. Off-chain workers read only their own.
	// Blake2_128Concat: keys are chosen by validators.
	#[pallet::storage]
	pub type Assignments<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, VerifierId, Twox64Concat, JobId, u32>;

	/// Rounds of jobs from which slashes follow that are pending, and the last ones of jobs that
	/// can be audited.
	// Twox64Concat: the ids are ours, counted up.
	#[pallet::storage]
	pub type Cases<T: Config> =
		StorageDoubleMap<_, Twox64Concat, JobId, Twox64Concat, u8, CaseOf<T>>;

	/// What each of those slashes follows from.
	// Twox64Concat: the ids are those of the ledger, counted up.
	#[pallet::storage]
	pub type Grounds<T: Config> = StorageMap<_, Twox64Concat, SlashId, Ground>;

	/// Verdicts on each of those that no tally has judged, by round.
	// Twox64Concat: the ids are ours, counted up, and rounds are three.
	#[pallet::storage]
	pub type Ballots<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		JobId,
		Twox64Concat,
		u8,
		BoundedVec<BallotOf<T>, T::MaxCommittee>,
	>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job was opened.
		JobOpened {
			/// Its number.
			job: JobId,
			/// For whom it is run.
			client: Client,
			/// What the winners will share.
			fee: BalanceOf<T>,
		},
		/// A committee was drawn.
		CommitteeDrawn {
			/// The job.
			job: JobId,
			/// Its round.
			round: u8,
			/// The members.
			members: Vec<T::AccountId>,
			/// Last block that takes commitments.
			until: BlockNumberFor<T>,
		},
		/// A verifier committed to its verdict.
		VerdictCommitted {
			/// The job.
			job: JobId,
			/// Its round.
			round: u8,
			/// The verifier.
			verifier: T::AccountId,
		},
		/// Commitments are closed.
		RevealStarted {
			/// The job.
			job: JobId,
			/// Its round.
			round: u8,
			/// Last block that takes reveals.
			until: BlockNumberFor<T>,
		},
		/// A verifier revealed its verdict.
		VerdictRevealed {
			/// The job.
			job: JobId,
			/// Its round.
			round: u8,
			/// The verifier.
			verifier: T::AccountId,
			/// What it found.
			outcome: Outcome,
		},
		/// The committee found no majority, or lacked an input; a larger one is drawn.
		JobEscalated {
			/// The job.
			job: JobId,
			/// The new round.
			round: u8,
		},
		/// A re-run found another outcome than the one that stood: those who had prevailed are
		/// slashed.
		SettlementOverturned {
			/// The job that had settled.
			job: JobId,
			/// What it had found.
			stood: Outcome,
			/// What the re-run found.
			found: Outcome,
		},
		/// A job ended.
		JobSettled {
			/// The job.
			job: JobId,
			/// For whom it was run.
			client: Client,
			/// How it ended.
			settlement: Settlement,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such job in progress. Settled jobs are found in the events.
		JobUnknown,
		/// The job is in another round.
		WrongRound,
		/// The job does not take this now: commitments and reveals have a phase each.
		WrongPhase,
		/// The committee has no such member.
		NotAMember,
		/// The member has given this already.
		AlreadyGiven,
		/// Outcome and salt do not open the member's commitment.
		CommitmentMismatch,
		/// No deadline of the job has passed yet. Retry after the block that the job names.
		NotDue,
		/// The payer has too little to escrow the fee.
		FeeNotCovered,
	}

	/// Stakes of the first validators are those of the genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// There is nothing to configure.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::note_genesis();
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::serve_deadlines(now)
		}

		fn offchain_worker(now: BlockNumberFor<T>) {
			worker::run::<T>(now);
		}

		fn integrity_test() {
			assert!(
				T::DeadlinesPerBlock::get() > 0,
				"DeadlinesPerBlock is 0: no job would ever end"
			);
			assert!(
				T::CommitteeSize::get() <= T::MaxCommittee::get(),
				"CommitteeSize is larger than MaxCommittee"
			);
			assert!(T::CommitteeSize::get() > 0, "CommitteeSize is 0: nobody would be asked");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Commits to a verdict.
		///
		/// # Origin
		/// None; authorized by the member's signature over [`Pallet::signed_payload`]. Free.
		///
		/// # Details
		/// `commitment.hash` is `H("assay/verdict" ‖ verifier ‖ job ‖ round ‖ outcome ‖ salt)`.
		/// When all members have committed, reveals start at once.
		///
		/// # Events
		/// [`Event::VerdictCommitted`], and [`Event::RevealStarted`] by the last member.
		///
		/// # Errors
		/// As transaction validity, see [`refusal`]: none of them costs anything.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::commit_verdict())]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_commit_verdict())]
		#[pallet::authorize(Self::authorize_commitment)]
		pub fn commit_verdict(
			origin: OriginFor<T>,
			commitment: Commitment,
			// Checked by `authorize_commitment`.
			_signature: VerifierSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_commit(commitment)
		}

		/// Reveals a verdict.
		///
		/// # Origin
		/// None; authorized by opening the member's commitment, which nobody else can. Free.
		///
		/// # Details
		/// When all who committed have revealed, the job is settled at once.
		///
		/// # Events
		/// [`Event::VerdictRevealed`]; by the last member also those of the settlement.
		///
		/// # Errors
		/// As transaction validity, see [`refusal`]: none of them costs anything.
		#[pallet::call_index(1)]
		#[pallet::weight(
			T::WeightInfo::reveal_verdict()
				.max(T::WeightInfo::escalate())
				.saturating_add(Pallet::<T>::heaviest_client())
		)]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_reveal_verdict())]
		#[pallet::authorize(Self::authorize_reveal)]
		pub fn reveal_verdict(
			origin: OriginFor<T>,
			job: JobId,
			round: u8,
			member: u32,
			outcome: Outcome,
			salt: H256,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let concluded = Self::do_reveal(job, round, member, outcome, salt)?;
			let weight = concluded.map_or_else(T::WeightInfo::reveal_among_others, |client| {
				T::WeightInfo::reveal_verdict()
					.max(T::WeightInfo::escalate())
					.saturating_add(Self::client_weight(client))
			});
			Ok(Some(weight).into())
		}

		/// Pushes a job whose deadline has passed.
		///
		/// # Origin
		/// Signed, by anybody.
		///
		/// # Details
		/// Deadlines are served by themselves; this is for a chain that has more of them than fit
		/// into its blocks. A draw cannot be pushed: its block decides whom it draws.
		///
		/// # Events
		/// Those of the phase that begins, or [`Event::JobSettled`].
		///
		/// # Errors
		/// [`Error::JobUnknown`], [`Error::NotDue`].
		#[pallet::call_index(2)]
		#[pallet::weight(
			T::WeightInfo::escalate()
				.max(T::WeightInfo::conclude())
				.saturating_add(Pallet::<T>::heaviest_client())
		)]
		pub fn settle(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let record = Jobs::<T>::get(job).ok_or(Error::<T>::JobUnknown)?;
			let due = record.due() <= frame_system::Pallet::<T>::block_number();
			let draw = matches!(record.phase, Phase::Drawing { .. });
			ensure!(due && !draw, Error::<T>::NotDue);
			Ok(Some(Self::serve(job)).into())
		}

		// Indices of calls to come: 3 `open_dispute`, 4 `bisect`, 5 `prove_step`.
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The job, if it is in progress.
		pub fn job(job: JobId) -> Option<JobOf<T>> {
			Jobs::<T>::get(job)
		}

		/// What a job under `limits` costs on which `value` hangs.
		pub fn fee_for(limits: Limits, value: BalanceOf<T>) -> BalanceOf<T> {
			<Self as Verification>::fee(&limits, value)
		}

		/// Number of jobs in progress.
		pub fn queue_length() -> u32 {
			Jobs::<T>::count()
		}
	}
}

impl<AccountId, Balance, BlockNumber, MaxCommittee>
	Job<AccountId, Balance, BlockNumber, MaxCommittee>
where
	BlockNumber: Copy + One + Saturating,
	MaxCommittee: Get<u32>,
{
	/// The block at whose start the job goes on, if nothing happens before.
	pub fn due(&self) -> BlockNumber {
		match self.phase {
			Phase::Drawing { at } => at,
			Phase::Committing { until } | Phase::Revealing { until } => {
				until.saturating_add(One::one())
			},
		}
	}
}

// Opening and deadlines.
impl<T: Config> Pallet<T> {
	/// Serves the deadlines up to `now`, [`Config::DeadlinesPerBlock`] at the most (goals 3 and 5).
	fn serve_deadlines(now: BlockNumberFor<T>) -> Weight {
		let start = AgendaCursor::<T>::get();
		let mut at = start;
		let (mut served, mut looked) = (Weight::zero(), 1u64);
		// Served deadlines and blocks that are looked at.
		let mut left = usize::try_from(T::DeadlinesPerBlock::get()).unwrap_or(usize::MAX);
		let waits = loop {
			// Nothing is entered into a block that has come, so this is all there is.
			let due: Vec<_> = Agenda::<T>::iter_key_prefix(at).take(left).collect();
			left = left.saturating_sub(due.len());
			for job in due {
				served.saturating_accrue(Self::serve(job));
				// Whatever came of it: what cannot be served must not keep others waiting.
				Agenda::<T>::remove(at, job);
			}
			if left == 0 || at >= now {
				break left == 0;
			}
			DrawsBy::<T>::remove(at);
			at.saturating_inc();
			looked = looked.saturating_add(1);
			left = left.saturating_sub(1);
		};
		if at != start {
			AgendaCursor::<T>::put(at);
		}
		if waits {
			DrawsBy::<T>::set(now, Self::random());
		}
		T::WeightInfo::idle()
			.saturating_mul(looked)
			.saturating_add(T::DbWeight::get().reads_writes(1, looked.saturating_add(1)))
			.saturating_add(served)
	}

	/// What a client's part in a draw or a settlement weighs at the most (of an appeal, the
	/// ledger's), and to pin the inputs for appeals, or unpin those of a re-run.
	fn client_weight(client: Client) -> Weight {
		let told = match client {
			Client::Appeal(_) => T::Stake::on_rerun_weight(),
			client => T::Clients::weight(client),
		};
		told.saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}

	/// The same of any client.
	fn heaviest_client() -> Weight {
		let weights = Client::KINDS.map(Self::client_weight);
		weights.into_iter().fold(Weight::zero(), |most, weight| most.max(weight))
	}

	/// Moves a job past its current deadline. Gives what that weighs at the most.
	fn serve(id: JobId) -> Weight {
		let Some(mut job) = Jobs::<T>::get(id) else {
			Self::end_window(id);
			return T::WeightInfo::end_window();
		};
		let client = Self::client_weight(job.client);
		match job.phase {
			Phase::Drawing { .. } => {
				Self::draw(id, job);
				T::WeightInfo::draw().saturating_add(client)
			},
			Phase::Committing { .. }
				if job.members.iter().any(|m| matches!(m.verdict, Verdict::Committed(_))) =>
			{
				Self::start_reveal(id, &mut job);
				Jobs::<T>::insert(id, job);
				// The last commitment does the same.
				T::WeightInfo::commit_verdict()
			},
			Phase::Committing { .. } | Phase::Revealing { .. } => {
				Self::conclude(id, job);
				T::WeightInfo::escalate().max(T::WeightInfo::conclude()).saturating_add(client)
			},
		}
	}

	/// Sets the phase of a job and moves its deadline. The caller stores the job.
	fn enter(id: JobId, job: &mut JobOf<T>, phase: Phase<BlockNumberFor<T>>) {
		Agenda::<T>::remove(job.due(), id);
		job.phase = phase;
		Agenda::<T>::insert(job.due(), id, ());
	}

	/// Accounts that can be drawn for a job, with key and weight: all but its parties, and for an
	/// appeal all but the parties of the settled job and, if there are as many others, its
	/// committee.
	///
	/// Weights were fixed a session before this one, so before anything was known of the draw. What
	/// was taken from a stake since counts, what was added does not. How many others there are does
	/// not change in a session, so that nobody who leaves brings a committee back; if fewer of them
	/// are left than [`JURY`] and than sat, nobody is drawn.
	fn candidates(job: &JobOf<T>) -> Vec<MemberOf<T>> {
		let case = Self::case_of(job.client);
		let settled = case.iter().flat_map(|case| [&case.payer].into_iter().chain(&case.opponent));
		let parties = [&job.payer].into_iter().chain(&job.opponent).chain(settled);
		let concerned = Self::with_successors(parties);
		let seats = case.iter().flat_map(|case| case.jurors.iter().map(|juror| &juror.account));
		let sat = Self::with_successors(seats);
		let (mut all, mut others) = (Vec::new(), Vec::new());
		for verifier in ActiveVerifiers::<T>::get() {
			let ActiveVerifier { account, noted, .. } = &verifier;
			if !concerned.contains(account) && !noted.is_zero() {
				if !sat.contains(account) {
					others.push(verifier.clone());
				}
				all.push(verifier);
			}
		}
		let jurors = case.as_ref().map_or(0, |case| case.jurors.len());
		let enough = case.is_some() && others.len() >= jurors;
		let candidates: Vec<_> = (if enough { others } else { all })
			.into_iter()
			.filter(|verifier| T::Stake::ensure_active(&verifier.account, Role::Verifier).is_ok())
			.map(|ActiveVerifier { account, key, noted }| {
				let weight = T::Stake::bonded(&account).min(noted);
				Member { account, key, weight, verdict: Verdict::Awaited }
			})
			.filter(|member| !member.weight.is_zero())
			.collect();
		if enough && candidates.len() < jurors.min(JURY) {
			return Vec::new();
		}
		candidates
	}

	/// These accounts, and those that have taken over their stakes.
	fn with_successors<'a>(
		accounts: impl Iterator<Item = &'a T::AccountId>,
	) -> BTreeSet<T::AccountId>
	where
		T: 'a,
	{
		accounts.flat_map(|account| [account.clone(), T::Stake::answerable(account)]).collect()
	}

	/// Draws the committee of the current round.
	fn draw(id: JobId, mut job: JobOf<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		let due = job.due();
		let random = if due < now { DrawsBy::<T>::get(due) } else { Self::random() };
		let Some(random) = random else {
			// There is none yet; in the next block there may be.
			Self::enter(id, &mut job, Phase::Drawing { at: now.saturating_add(One::one()) });
			Jobs::<T>::insert(id, job);
			return;
		};
		Self::draw_by(id, job, random);
	}

	/// What draws go by that are due in this block.
	fn random() -> Option<H256> {
		T::Randomness::random(b"assay/committee").0
	}

	/// Draws the committee of the current round by a random value.
	fn draw_by(id: JobId, mut job: JobOf<T>, random: H256) {
		let now = frame_system::Pallet::<T>::block_number();
		if job.round == 0 && !T::Clients::on_draw(job.client, &mut job.spec, random) {
			return Self::finish(id, job, Settlement::Incomplete, None, Vec::new());
		}
		let seed = assay_primitives::hash(&(random, id, job.round).encode());
		let candidates = Self::candidates(&job)
			.into_iter()
			.map(|member| (member.account.clone(), member.weight.into(), member))
			.collect();
		let drawn = committee::draw(seed, candidates, job.committee_size);
		if drawn.is_empty() {
			return Self::finish(id, job, Settlement::Undecided, None, Vec::new());
		}
		job.members = BoundedVec::truncate_from(drawn);
		for (member, position) in job.members.iter().zip(0u32..) {
			Assignments::<T>::insert(&member.key, id, position);
		}
		job.drawn_at = now;
		let until = now.saturating_add(job.commit_window);
		Self::enter(id, &mut job, Phase::Committing { until });
		Self::deposit_event(Event::CommitteeDrawn {
			job: id,
			round: job.round,
			members: job.members.iter().map(|m| m.account.clone()).collect(),
			until,
		});
		Jobs::<T>::insert(id, job);
	}

	fn start_reveal(id: JobId, job: &mut JobOf<T>) {
		let until = frame_system::Pallet::<T>::block_number().saturating_add(job.reveal_window);
		Self::enter(id, job, Phase::Revealing { until });
		Self::deposit_event(Event::RevealStarted { job: id, round: job.round, until });
	}
}

// Verdicts.
impl<T: Config> Pallet<T> {
	/// What the member of a commitment signs: the call's tag, this chain's genesis hash, the
	/// address of what is run ([`TrainingJob::key`]), and the commitment, SCALE encoded. A job of
	/// the same number on another fork may be another run.
	pub fn signed_payload(run: H256, commitment: &Commitment) -> Vec<u8> {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		(*b"assay/commit_verdict", genesis, run, commitment).encode()
	}

	/// The job in the given round, and its member.
	fn seat(job: JobId, round: u8, member: u32) -> Result<(JobOf<T>, MemberOf<T>), Error<T>> {
		let job = Jobs::<T>::get(job).ok_or(Error::<T>::JobUnknown)?;
		ensure!(job.round == round, Error::<T>::WrongRound);
		let position = usize::try_from(member).unwrap_or(usize::MAX);
		let member = job.members.get(position).cloned().ok_or(Error::<T>::NotAMember)?;
		Ok((job, member))
	}

	fn check_commit(commitment: &Commitment) -> Result<(JobOf<T>, MemberOf<T>), Error<T>> {
		let (job, member) = Self::seat(commitment.job, commitment.round, commitment.member)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(
			matches!(job.phase, Phase::Committing { until } if now <= until),
			Error::<T>::WrongPhase
		);
		ensure!(member.verdict == Verdict::Awaited, Error::<T>::AlreadyGiven);
		Ok((job, member))
	}

	fn check_reveal(
		id: JobId,
		round: u8,
		member: u32,
		outcome: &Outcome,
		salt: &H256,
	) -> Result<(JobOf<T>, MemberOf<T>), Error<T>> {
		let (job, member) = Self::seat(id, round, member)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(
			matches!(job.phase, Phase::Revealing { until } if now <= until),
			Error::<T>::WrongPhase
		);
		match member.verdict {
			Verdict::Committed(hash) => {
				let opened = commitment::verdict(&member.account, id, round, outcome, salt);
				ensure!(opened == hash, Error::<T>::CommitmentMismatch);
			},
			Verdict::Revealed(_) => return Err(Error::<T>::AlreadyGiven),
			Verdict::Awaited => return Err(Error::<T>::WrongPhase),
		}
		Ok((job, member))
	}

	fn refuse(error: &Error<T>) -> TransactionValidityError {
		let code = match error {
			Error::WrongPhase => refusal::WRONG_PHASE,
			Error::NotAMember => refusal::NOT_A_MEMBER,
			Error::AlreadyGiven => refusal::ALREADY_GIVEN,
			Error::CommitmentMismatch => refusal::COMMITMENT_MISMATCH,
			_ => refusal::JOB_UNKNOWN,
		};
		InvalidTransaction::Custom(code).into()
	}

	/// A verdict in the pool: one a member, job, round and kind, for a few blocks.
	fn valid_verdict(
		job: JobId,
		round: u8,
		member: u32,
		kind: &'static str,
		until: BlockNumberFor<T>,
	) -> TransactionValidityWithRefund {
		let left = until.saturating_sub(frame_system::Pallet::<T>::block_number());
		ValidTransaction::with_tag_prefix(kind)
			.priority(TransactionPriority::MAX / 2)
			.and_provides((job, round, member))
			.longevity(left.saturated_into::<u64>().max(1))
			.propagate(true)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}

	/// Whether a commitment is valid: the cheap checks first, the signature last.
	fn authorize_commitment(
		_source: TransactionSource,
		commitment: &Commitment,
		signature: &VerifierSignature,
	) -> TransactionValidityWithRefund {
		let (job, member) = Self::check_commit(commitment).map_err(|e| Self::refuse(&e))?;
		let payload = Self::signed_payload(job.spec.key(), commitment);
		if !member.key.verify(&payload, signature) {
			return Err(InvalidTransaction::BadProof.into());
		}
		let Commitment { job: id, round, member, .. } = *commitment;
		Self::valid_verdict(id, round, member, "AssayCommit", job.due())
	}

	/// Whether a reveal is valid.
	fn authorize_reveal(
		_source: TransactionSource,
		id: &JobId,
		round: &u8,
		member: &u32,
		outcome: &Outcome,
		salt: &H256,
	) -> TransactionValidityWithRefund {
		let (job, _) = Self::check_reveal(*id, *round, *member, outcome, salt)
			.map_err(|e| Self::refuse(&e))?;
		Self::valid_verdict(*id, *round, *member, "AssayReveal", job.due())
	}

	fn do_commit(commitment: Commitment) -> DispatchResult {
		let (mut job, member) = Self::check_commit(&commitment)?;
		Self::set_verdict(&mut job, commitment.member, Verdict::Committed(commitment.hash));
		Self::deposit_event(Event::VerdictCommitted {
			job: commitment.job,
			round: job.round,
			verifier: member.account,
		});
		if job.members.iter().all(|m| m.verdict != Verdict::Awaited) {
			Self::start_reveal(commitment.job, &mut job);
		}
		Jobs::<T>::insert(commitment.job, job);
		Ok(())
	}

	/// Gives the job's client, if it was the last one and the round has ended with it.
	fn do_reveal(
		id: JobId,
		round: u8,
		member: u32,
		outcome: Outcome,
		salt: H256,
	) -> Result<Option<Client>, DispatchError> {
		let (mut job, seat) = Self::check_reveal(id, round, member, &outcome, &salt)?;
		Self::set_verdict(&mut job, member, Verdict::Revealed(outcome));
		Self::deposit_event(Event::VerdictRevealed {
			job: id,
			round,
			verifier: seat.account,
			outcome,
		});
		let last = !job.members.iter().any(|m| matches!(m.verdict, Verdict::Committed(_)));
		let client = job.client;
		if last {
			Self::conclude(id, job);
		} else {
			Jobs::<T>::insert(id, job);
		}
		Ok(last.then_some(client))
	}

	fn set_verdict(job: &mut JobOf<T>, member: u32, verdict: Verdict) {
		let position = usize::try_from(member).unwrap_or(usize::MAX);
		if let Some(member) = job.members.get_mut(position).defensive() {
			member.verdict = verdict;
		}
	}
}

// Settlement.
impl<T: Config> Pallet<T> {
	/// Ends a round: settles the job, or draws a larger committee.
	fn conclude(id: JobId, mut job: JobOf<T>) {
		let count = Count::of(&job.members);
		let result = match count.result() {
			Tally::Agreed(found) if !Self::outnumber(&job, &found) => Tally::Split(count.most()),
			result => result,
		};
		let late = count.silence_is_late(&result);
		let (others, larger) = (Self::others(&job), committee::next_size(job.committee_size));
		// Who has nothing to show is believed when nobody more can be asked.
		let unsure = matches!(result, Tally::Agreed(Outcome::Unavailable { .. }))
			&& others && !Self::is_largest(&job);
		let held_up = count.majority().is_some_and(|found| job.majority == Some(found));
		let judgement = Judgement { result, late, unsure, held_up };
		let (grounds, unjudged) = Self::judge(id, &job, &judgement);
		Self::keep_ballots(id, &job, unjudged);
		job.delivered |= count.delivered(&result);
		let next = job.round.saturating_add(1) < MAX_ROUNDS;
		// They weigh less now, or may be done with the run in another window.
		let silent =
			(late || !job.delivered) && job.members.iter().any(|m| !m.verdict.is_revealed());
		match result {
			Tally::Agreed(_) if unsure && next => {
				Self::escalate(id, job, T::MaxCommittee::get());
			},
			Tally::Agreed(_) if unsure => {
				Self::finish(id, job, Settlement::Undecided, None, grounds);
			},
			Tally::Agreed(outcome) => {
				Self::finish(id, job, Settlement::Agreed(outcome), Some(outcome), grounds);
			},
			Tally::Split(most) => {
				if next && (others || silent) {
					Self::keep(id, &job, most, None, &grounds);
					job.majority = count.majority().or(job.majority);
					Self::escalate(id, job, larger);
				} else {
					let heard = job.members.iter().filter(|m| m.verdict.is_revealed()).count();
					if !job.delivered && heard.saturating_mul(2) < job.members.len() {
						Self::burn_fee(&mut job);
					}
					Self::finish(id, job, Settlement::Undecided, most, grounds);
				}
			},
		}
	}

	/// Whether those who found this in a re-run may contradict those who had prevailed: if they are
	/// more than half of as many as were asked for; or, where fewer could be drawn, some of the others
	/// were asked again, or there are more of the former. Where few verifiers are left besides a
	/// committee, or many are silent, two thirds of who reveals are not much.
	fn outnumber(job: &JobOf<T>, found: &Outcome) -> bool {
		let Some(case) = Self::case_of(job.client) else { return true };
		if case.outcome.is_none_or(|stood| stood == *found) || is_missing(found) {
			return true;
		}
		let finders = job.members.iter().filter(|m| m.verdict == Verdict::Revealed(*found)).count();
		let asked = usize::try_from(job.committee_size).unwrap_or(usize::MAX);
		if job.members.len() >= asked {
			return finders.saturating_mul(2) > job.members.len();
		}
		let prevailed: Vec<_> = case.jurors.iter().filter(|juror| juror.prevailed).collect();
		let again = Self::with_successors(prevailed.iter().map(|juror| &juror.account));
		job.members.iter().any(|member| again.contains(&member.account))
			|| finders > prevailed.len()
	}

	/// Whether there is somebody who could be asked and does not sit on the committee.
	fn others(job: &JobOf<T>) -> bool {
		let sits = |who: &MemberOf<T>| job.members.iter().any(|m| m.account == who.account);
		Self::candidates(job).iter().any(|candidate| !sits(candidate))
	}

	/// Whether no committee has more members.
	fn is_largest(job: &JobOf<T>) -> bool {
		u32::try_from(job.members.len()).is_ok_and(|members| members >= T::MaxCommittee::get())
	}

	/// Slashes and counts what the members did in this round. Nobody is wrong where the majority
	/// lacked an input, but who ran what cannot be used. Who committed had an outcome to reveal,
	/// unless nobody could. Gives the slashes that a re-run could refute, and the verdicts that may
	/// be wrong and are not slashed.
	fn judge(
		id: JobId,
		job: &JobOf<T>,
		judgement: &Judgement,
	) -> (Vec<(SlashId, Ground)>, Vec<BallotOf<T>>) {
		let Judgement { result, late, unsure, held_up } = *judgement;
		let (mut grounds, mut unjudged) = (Vec::new(), Vec::new());
		// As while blocks take no transactions.
		let all_are_silent = job.members.iter().all(|member| !member.verdict.is_revealed());
		for member in &job.members {
			let (who, weight, drawn_at) = (&member.account, member.weight, job.drawn_at);
			let slash = |share: Perbill, offence| {
				Self::slash(who, share.mul_floor(weight), drawn_at, offence)
			};
			let ballot = |said| Ballot { account: who.clone(), weight, drawn_at, said };
			let (said, slash) = match (member.verdict, result) {
				(Verdict::Awaited, _) if !late => continue,
				(Verdict::Committed(_), _) if all_are_silent => continue,
				(Verdict::Awaited | Verdict::Committed(_), _) => {
					T::Stake::note(who, Deed::VerdictMissed);
					slash(job.penalties.withheld, Offence::VerdictWithheld(id));
					continue;
				},
				(Verdict::Revealed(said), Tally::Agreed(outcome)) if said == outcome => {
					T::Stake::note(who, Deed::VerdictRight);
					// Others may be asked.
					if matches!(said, Outcome::Unavailable { .. }) {
						unjudged.push(ballot(said));
					}
					continue;
				},
				(Verdict::Revealed(said), Tally::Split(None)) => {
					unjudged.push(ballot(said));
					continue;
				},
				(Verdict::Revealed(said), Tally::Agreed(found))
					if !is_of_a_run(&found)
						&& (unsure || is_missing(&found) || !is_of_a_run(&said)) =>
				{
					unjudged.push(ballot(said));
					continue;
				},
				(Verdict::Revealed(said), Tally::Split(Some(most))) if said == most => {
					unjudged.push(ballot(said));
					continue;
				},
				(Verdict::Revealed(said), Tally::Split(Some(_))) => {
					let Penalties { wrong, withheld } = job.penalties;
					let share = if held_up { wrong } else { withheld };
					(said, slash(share, Offence::VerdictContradicted(id)))
				},
				(Verdict::Revealed(said), Tally::Agreed(_)) => {
					let penalties = &job.penalties;
					(said, Self::slash_verdict(id, who, weight, penalties, drawn_at, &said))
				},
			};
			let ground = Ground { job: id, round: job.round, said: Some(said) };
			grounds.extend(slash.map(|slash| (slash, ground)));
		}
		(grounds, unjudged)
	}

	/// Slashes and counts a verdict that is found wrong. Who lacked an input has not delivered one.
	/// Whether the bytes of an input can be used is the same everywhere.
	fn slash_verdict(
		id: JobId,
		who: &T::AccountId,
		weight: BalanceOf<T>,
		penalties: &Penalties,
		drawn_at: BlockNumberFor<T>,
		said: &Outcome,
	) -> Option<SlashId> {
		let (deed, share, offence) = match said {
			said if is_missing(said) => {
				(Deed::VerdictMissed, penalties.withheld, Offence::VerdictWithheld(id))
			},
			_ => (Deed::VerdictWrong, penalties.wrong, Offence::FalseVerdict(id)),
		};
		T::Stake::note(who, deed);
		Self::slash(who, share.mul_floor(weight), drawn_at, offence)
	}

	/// Slashes a member. From the draw on, it could not leave with what it put at stake.
	fn slash(
		who: &T::AccountId,
		amount: BalanceOf<T>,
		drawn_at: BlockNumberFor<T>,
		offence: Offence,
	) -> Option<SlashId> {
		T::Stake::slash(who, amount, drawn_at, offence)
			.inspect_err(|error| log::warn!(target: LOG, "{offence:?} goes unslashed: {error:?}"))
			.ok()
	}

	/// Burns the fee of a job that nobody could finish: verifiers have worked for it as long as they
	/// could, and who has them do so for nothing keeps them from other jobs.
	fn burn_fee(job: &mut JobOf<T>) {
		let burnt = T::Currency::burn_held(
			&HoldReason::Fee.into(),
			&job.payer,
			job.fee,
			Precision::BestEffort,
			Fortitude::Force,
		);
		job.fee = job.fee.saturating_sub(burnt.unwrap_or_else(|_| Zero::zero()));
	}

	/// Shares the fee among those who revealed `outcome`, equally; an odd rest goes back with what
	/// [`Self::finish`] releases.
	fn pay_winners(job: &mut JobOf<T>, outcome: &Outcome) {
		let winners: Vec<_> = job
			.members
			.iter()
			.filter(|m| m.verdict == Verdict::Revealed(*outcome))
			.map(|m| m.account.clone())
			.collect();
		let count: BalanceOf<T> = u32::try_from(winners.len()).unwrap_or(u32::MAX).into();
		let share = job.fee.checked_div(&count).unwrap_or_else(Zero::zero);
		for winner in winners {
			let paid = T::Currency::transfer_on_hold(
				&HoldReason::Fee.into(),
				&job.payer,
				&winner,
				share,
				Precision::BestEffort,
				Restriction::Free,
				Fortitude::Force,
			)
			.unwrap_or_else(|_| Zero::zero());
			job.fee = job.fee.saturating_sub(paid);
		}
	}

	fn clear_assignments(id: JobId, job: &JobOf<T>) {
		for member in &job.members {
			Assignments::<T>::remove(&member.key, id);
		}
	}

	/// Has a committee of `size` drawn for the next round.
	fn escalate(id: JobId, mut job: JobOf<T>, size: u32) {
		Self::clear_assignments(id, &job);
		job.members = BoundedVec::new();
		job.round.saturating_inc();
		job.committee_size = size.min(T::MaxCommittee::get());
		let at = frame_system::Pallet::<T>::block_number().saturating_add(T::DrawDelay::get());
		Self::enter(id, &mut job, Phase::Drawing { at });
		Self::deposit_event(Event::JobEscalated { job: id, round: job.round });
		Jobs::<T>::insert(id, job);
	}

	/// Ends a job: pays the winners, gives back what is left of the fee, forgets the job, tells the
	/// client, and keeps what an audit, or an appeal against the slashes that follow, would need.
	/// `most` is the outcome that [`Case::outcome`] names.
	fn finish(
		id: JobId,
		mut job: JobOf<T>,
		settlement: Settlement,
		most: Option<Outcome>,
		mut grounds: Vec<(SlashId, Ground)>,
	) {
		// Bytes that are gone are not the payer's fault. Unusable ones it could have looked at.
		let missing = DataFault::Missing;
		match settlement {
			Settlement::Agreed(Outcome::Unavailable { fault, .. }) if fault == missing => {},
			Settlement::Agreed(outcome) => Self::pay_winners(&mut job, &outcome),
			Settlement::Undecided | Settlement::Incomplete => {},
		}
		Agenda::<T>::remove(job.due(), id);
		Self::clear_assignments(id, &job);
		if matches!(job.client, Client::Appeal(_) | Client::Audit(_)) {
			inputs(&job.spec).for_each(T::Artifacts::unpin);
		}
		if !give_back::<_, T::Currency>(&HoldReason::Fee.into(), &job.payer, job.fee) {
			defensive!("the payer's hold does not cover the job's fee");
		}
		Jobs::<T>::remove(id);
		Self::deposit_event(Event::JobSettled { job: id, client: job.client, settlement });
		match job.client {
			// An appeal may come when inputs have ended: nobody answers for that.
			Client::Appeal(slash) => {
				// They follow from this job, so that an appeal against them is not heard by its
				// committee, and finds it wrong if it is.
				for (slash, stood) in Self::decide_appeal(slash, settlement) {
					grounds.push((slash, Ground { job: id, round: job.round, said: Some(stood) }));
				}
			},
			// The same holds of what an audit finds.
			Client::Audit(audited) => {
				if let Some(found) = settlement.found() {
					for (slash, said) in Self::judge_audited(audited, found) {
						let ground = Ground { job: id, round: job.round, said: Some(said) };
						grounds.push((slash, ground));
					}
				}
				T::Clients::on_settled(job.client, settlement);
			},
			client => {
				Self::report_missing(&job.spec, &settlement);
				let slash = T::Clients::on_settled(client, settlement);
				let ground = Ground { job: id, round: job.round, said: None };
				grounds.extend(slash.map(|slash| (slash, ground)));
			},
		}
		Self::keep(id, &job, most, Some(&settlement), &grounds);
	}

	/// Reports the input that a job was settled without.
	fn report_missing(spec: &TrainingJob, settlement: &Settlement) {
		let Settlement::Agreed(Outcome::Unavailable { input, fault: DataFault::Missing }) =
			settlement
		else {
			return;
		};
		let id = match input {
			Input::Program => Some(spec.program),
			Input::Train => Some(spec.train),
			Input::Holdout => Some(spec.holdout),
			Input::File => spec.file.map(|file| file.id),
		};
		id.into_iter().for_each(T::Artifacts::report_missing);
	}
}

/// The artifacts that a run reads.
fn inputs(spec: &TrainingJob) -> impl Iterator<Item = ArtifactId> {
	let file = spec.file.map(|file| file.id);
	[spec.program, spec.train, spec.holdout].into_iter().chain(file)
}

// Appeals.
impl<T: Config> Pallet<T> {
	/// What an appeal or an audit is about, if `client` is one, and the slash that is appealed
	/// still pending.
	fn case_of(client: Client) -> Option<CaseOf<T>> {
		match client {
			Client::Appeal(slash) => {
				let Ground { job, round, .. } = Grounds::<T>::get(slash)?;
				Cases::<T>::get(job, round)
			},
			Client::Audit(job) => Self::audited_case(job).map(|(_, case)| case),
			_ => None,
		}
	}

	/// Keeps a round as long as slashes are pending that follow from it, or the job can be audited
	/// that it has ended with `settlement`.
	fn keep(
		id: JobId,
		job: &JobOf<T>,
		outcome: Option<Outcome>,
		settlement: Option<&Settlement>,
		grounds: &[(SlashId, Ground)],
	) {
		let audit = settlement
			.map_or(Audit::Over, |settlement| Self::open_window(id, job.client, settlement));
		if grounds.is_empty() && audit == Audit::Over {
			return;
		}
		for (slash, ground) in grounds {
			Grounds::<T>::insert(slash, ground);
		}
		let juror = |member: &MemberOf<T>| Juror {
			prevailed: outcome.is_some_and(|most| member.verdict == Verdict::Revealed(most)),
			account: member.account.clone(),
			weight: member.weight,
		};
		let mut case = Case {
			payer: job.payer.clone(),
			opponent: job.opponent.clone(),
			spec: job.spec.clone(),
			outcome,
			decided: matches!(settlement, Some(Settlement::Agreed(_))),
			value: job.value,
			penalties: job.penalties,
			drawn_at: job.drawn_at,
			// Nothing is cut off: there are as many as there were members.
			jurors: BoundedVec::truncate_from(job.members.iter().map(juror).collect()),
			slashes: u32::try_from(grounds.len()).unwrap_or(u32::MAX),
			pinned: false,
			overturned: false,
			audit,
		};
		Self::pin_inputs(&mut case);
		Cases::<T>::insert(id, job.round, case);
	}

	/// Keeps the inputs of a case from which slashes follow, till the last of these ends: who owns
	/// one could take it away, and leave who appeals to governance. If one is gone, none is kept.
	fn pin_inputs(case: &mut CaseOf<T>) {
		if case.slashes > 0 && !case.pinned {
			let pin = || inputs(&case.spec).try_for_each(T::Artifacts::pin);
			case.pinned = with_storage_layer(pin).is_ok();
		}
	}

	/// Lets go of them, if no slash is left.
	fn unpin_inputs(case: &mut CaseOf<T>) {
		if case.slashes == 0 && case.pinned {
			inputs(&case.spec).for_each(T::Artifacts::unpin);
			case.pinned = false;
		}
	}

	/// What the settlement of a re-run says of the slash that was appealed. Gives the slashes of
	/// those whose verdict it finds wrong, with what they said.
	fn decide_appeal(slash: SlashId, settlement: Settlement) -> Vec<(SlashId, Outcome)> {
		let mut overturned = Vec::new();
		// Governance has cancelled it meanwhile: nothing is left to decide.
		let Some(ground) = Grounds::<T>::get(slash) else { return overturned };
		let Some(mut case) = Cases::<T>::get(ground.job, ground.round).defensive() else {
			return overturned;
		};
		let Settlement::Agreed(found) = settlement else {
			T::Stake::on_rerun(slash, Finding::Undecided);
			return overturned;
		};
		// What is gone now may have been there. What cannot be used never could.
		if is_missing(&found) {
			T::Stake::on_rerun(slash, Finding::Undecided);
			return overturned;
		}
		let wrong = match ground.said {
			Some(said) => said == found,
			None => case.outcome != Some(found),
		};
		// Before the slash ends, and the case may with it.
		if case.outcome != Some(found) && !case.overturned {
			overturned = Self::overturn(ground.job, ground.round, &mut case, found);
			Cases::<T>::insert(ground.job, ground.round, case);
		}
		T::Stake::on_rerun(slash, if wrong { Finding::Refuted } else { Finding::Confirmed });
		overturned
	}

	/// Slashes those whose verdict had prevailed and is found wrong. Gives the slashes with that
	/// verdict. The caller stores the case, and what the slashes follow from.
	fn overturn(
		id: JobId,
		round: u8,
		case: &mut CaseOf<T>,
		found: Outcome,
	) -> Vec<(SlashId, Outcome)> {
		let Some(stood) = case.outcome else { return Vec::new() };
		let slash = |juror: &Juror<T::AccountId, BalanceOf<T>>| {
			let (who, weight, at) = (&juror.account, juror.weight, case.drawn_at);
			Self::slash_verdict(id, who, weight, &case.penalties, at, &stood)
		};
		let slashes: Vec<_> = case
			.jurors
			.iter()
			.filter(|juror| juror.prevailed)
			.filter_map(|juror| Some((slash(juror)?, stood)))
			.collect();
		case.overturned = true;
		Self::drop_ballots(id, round, &stood);
		Self::deposit_event(Event::SettlementOverturned { job: id, stood, found });
		slashes
	}
}

impl<T: Config> Appeals for Pallet<T> {
	type AccountId = T::AccountId;

	fn rerun(slash: SlashId, appellant: &T::AccountId) -> Result<Option<JobId>, DispatchError> {
		let client = Client::Appeal(slash);
		let Some(case) = Self::case_of(client) else { return Ok(None) };
		if Self::ensure_inputs(&case.spec).is_err() {
			return Ok(None);
		}
		Self::open_rerun(client, appellant, &case).map(Some)
	}

	fn slash_ended(slash: SlashId) {
		let Some(ground) = Grounds::<T>::take(slash) else { return };
		Cases::<T>::mutate_exists(ground.job, ground.round, |case| {
			*case = case.take().and_then(|mut case| {
				case.slashes = case.slashes.saturating_sub(1);
				Self::unpin_inputs(&mut case);
				case.is_needed().then_some(case)
			});
		});
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_appealable(slash: SlashId) {
		benchmarking::make_appealable::<T>(slash);
	}
}

/// Target of log lines.
const LOG: &str = "assay::verification";

impl<T: Config> Pallet<T> {
	/// Blocks for commitments to a job under `limits`: those for the run, and
	/// [`Config::CommitWindow`].
	fn commit_window(limits: &Limits) -> BlockNumberFor<T> {
		let blocks = limits.total_fuel.div_ceil(T::FuelPerBlock::get().max(1));
		T::CommitWindow::get().saturating_add(blocks.saturated_into())
	}

	/// Members of the first committee of a job on which `value` hangs. It grows by three: more than
	/// two thirds of four are three, as of three.
	fn first_committee(value: BalanceOf<T>) -> u32 {
		let (value, each): (u128, u128) = (value.into(), T::ValuePerMember::get().into());
		let threes: u32 = match each {
			0 => 0,
			each => value.div_ceil(each).div_ceil(3).saturated_into(),
		};
		T::CommitteeSize::get().max(threes.saturating_mul(3)).min(T::MaxCommittee::get())
	}

	/// What a job costs with a first committee of `size`.
	fn fee_of(limits: &Limits, size: u32) -> BalanceOf<T> {
		let gigafuel = limits.total_fuel.div_ceil(1_000_000_000);
		T::FeePerGigafuel::get()
			.saturating_mul(gigafuel.saturated_into())
			.saturating_add(T::BaseFee::get())
			.saturating_mul(size.into())
			.checked_div(&T::CommitteeSize::get().into())
			.unwrap_or_else(Zero::zero)
	}

	/// Fails unless what a settled job read will be there for a re-run. Then it is kept till its end:
	/// who could take it away could have verifiers slashed that do not have it any more.
	fn ensure_inputs(spec: &TrainingJob) -> DispatchResult {
		let now = frame_system::Pallet::<T>::block_number();
		let until = now.saturating_add(<Self as Verification>::longest(&spec.limits));
		inputs(spec).try_for_each(|id| T::Artifacts::ensure_kept(id, until))
	}

	/// Opens the re-run of a settled job, by a committee [`APPEAL_FACTOR`] times as large. Its inputs
	/// must be there ([`Self::ensure_inputs`]).
	fn open_rerun(
		client: Client,
		payer: &T::AccountId,
		case: &CaseOf<T>,
	) -> Result<JobId, DispatchError> {
		let sat = u32::try_from(case.jurors.len()).unwrap_or(u32::MAX);
		let size = sat.saturating_mul(APPEAL_FACTOR).max(T::CommitteeSize::get());
		let spec = case.spec.clone();
		inputs(&spec).try_for_each(T::Artifacts::pin)?;
		// Still a party if what the re-run finds is appealed.
		let party = Some(&case.payer).filter(|party| *party != payer);
		Self::open_job(client, payer, party, Zero::zero(), spec, Zero::zero(), size)
	}

	/// Opens a job on which `value` hangs, with a first committee of `size`.
	fn open_job(
		client: Client,
		payer: &T::AccountId,
		opponent: Option<&T::AccountId>,
		not_before: BlockNumberFor<T>,
		spec: TrainingJob,
		value: BalanceOf<T>,
		size: u32,
	) -> Result<JobId, DispatchError> {
		let size = size.min(T::MaxCommittee::get());
		let fee = Self::fee_of(&spec.limits, size);
		let (wrong, withheld) = (T::FalseVerdictSlash::get(), T::WithheldVerdictSlash::get());
		T::Currency::hold(&HoldReason::Fee.into(), payer, fee)
			.map_err(|_| Error::<T>::FeeNotCovered)?;
		let id = NextJob::<T>::mutate(|next| {
			let id = *next;
			*next = next.saturating_add(1);
			id
		});
		let now = frame_system::Pallet::<T>::block_number();
		let job = Job {
			client,
			payer: payer.clone(),
			opponent: opponent.cloned(),
			commit_window: Self::commit_window(&spec.limits),
			reveal_window: T::RevealWindow::get(),
			penalties: Penalties { wrong, withheld },
			spec,
			fee,
			value,
			round: 0,
			committee_size: size,
			delivered: false,
			majority: None,
			drawn_at: now,
			phase: Phase::Drawing { at: now.max(not_before).saturating_add(T::DrawDelay::get()) },
			members: BoundedVec::new(),
		};
		Agenda::<T>::insert(job.due(), id, ());
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobOpened { job: id, client, fee });
		Ok(id)
	}
}

impl<T: Config> Verification for Pallet<T> {
	type AccountId = T::AccountId;
	type Balance = BalanceOf<T>;
	type BlockNumber = BlockNumberFor<T>;

	fn fee(limits: &Limits, value: Self::Balance) -> Self::Balance {
		Self::fee_of(limits, Self::first_committee(value))
	}

	fn ensure_payable(
		payer: &Self::AccountId,
		limits: &Limits,
		value: Self::Balance,
	) -> DispatchResult {
		let fee = <Self as Verification>::fee(limits, value);
		T::Currency::ensure_can_hold(&HoldReason::Fee.into(), payer, fee)
			.map_err(|_| Error::<T>::FeeNotCovered.into())
	}

	fn kept_bytes() -> usize {
		let ballots = BoundedVec::<BallotOf<T>, T::MaxCommittee>::max_encoded_len();
		CaseOf::<T>::max_encoded_len()
			.saturating_add(ballots.saturating_mul(usize::from(MAX_ROUNDS)))
	}

	fn longest(limits: &Limits) -> Self::BlockNumber {
		let round = Self::commit_window(limits)
			.saturating_add(T::RevealWindow::get())
			.saturating_add(T::DrawDelay::get())
			// Each deadline is served at the start of the block after it.
			.saturating_add(2u32.into());
		round.saturating_mul(u32::from(MAX_ROUNDS).into())
	}

	fn open(
		client: Client,
		payer: &Self::AccountId,
		opponent: Option<&Self::AccountId>,
		not_before: Self::BlockNumber,
		spec: TrainingJob,
		value: Self::Balance,
	) -> Result<JobId, DispatchError> {
		let size = Self::first_committee(value);
		Self::open_job(client, payer, opponent, not_before, spec, value, size)
	}
}

impl<T: Config> sp_runtime::BoundToRuntimeAppPublic for Pallet<T> {
	type Public = VerifierId;
}

impl<T: Config> OneSessionHandler<T::AccountId> for Pallet<T> {
	type Key = VerifierId;

	fn on_genesis_session<'a, I>(validators: I)
	where
		I: 'a + Iterator<Item = (&'a T::AccountId, VerifierId)>,
	{
		Self::set_verifiers(validators);
		Self::note_genesis();
	}

	fn on_new_session<'a, I>(_changed: bool, validators: I, queued: I)
	where
		I: 'a + Iterator<Item = (&'a T::AccountId, VerifierId)>,
	{
		Self::set_verifiers(validators);
		Self::note(queued.map(|(account, _)| account.clone()).collect());
	}

	fn on_disabled(_validator: u32) {}
}

impl<T: Config> Pallet<T> {
	/// Those who were not noted when the last session began are not drawn in this one.
	fn set_verifiers<'a>(validators: impl Iterator<Item = (&'a T::AccountId, VerifierId)>)
	where
		T: 'a,
	{
		let stakes: BTreeMap<_, _> = NotedStakes::<T>::get().into_iter().collect();
		let verifier = |(account, key): (&T::AccountId, VerifierId)| ActiveVerifier {
			account: account.clone(),
			key,
			noted: stakes.get(account).copied().unwrap_or_default(),
		};
		let all: Vec<_> = validators.map(verifier).collect();
		ActiveVerifiers::<T>::put(BoundedVec::truncate_from(all));
	}

	/// Notes what those have at stake as verifiers who are to be validators of the next session.
	fn note(accounts: Vec<T::AccountId>) {
		let noted = |account: T::AccountId| {
			let is_active = T::Stake::ensure_active(&account, Role::Verifier).is_ok();
			let stake = if is_active { T::Stake::bonded(&account) } else { Zero::zero() };
			(account, stake)
		};
		let stakes: Vec<_> = accounts.into_iter().map(noted).collect();
		NotedStakes::<T>::put(BoundedVec::truncate_from(stakes));
	}

	/// Has the first validators drawn by what they have at stake in the genesis, which is complete
	/// only after their session has begun.
	fn note_genesis() {
		let accounts = ActiveVerifiers::<T>::get().into_iter().map(|verifier| verifier.account);
		Self::note(accounts.collect());
		let stakes = NotedStakes::<T>::get();
		ActiveVerifiers::<T>::mutate(|verifiers| {
			for (verifier, (_, stake)) in verifiers.iter_mut().zip(stakes) {
				verifier.noted = stake;
			}
		});
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// Checks the pallet's invariants:
	///
	/// 1. What is held for fees is the sum of the fees of the jobs in progress, payer by payer.
	/// 2. Each job stands in the agenda once, at its own deadline, and each settled job that can be
	///    audited after the last block in which it can; nothing else stands there.
	/// 3. Assignments are the members of the committees, and nothing else.
	/// 4. A committee is empty before its draw, has no account twice, and never its payer or the
	///    payer's opponent.
	/// 5. Nobody has revealed while commitments are taken, and somebody has committed afterwards.
	/// 6. Rounds stay below [`MAX_ROUNDS`], and job numbers below [`NextJob`].
	/// 7. Each case is that of a round that is over and counts the slashes that have it for their
	///    ground, at least one unless it can be audited; only the last round of a job that was
	///    settled can be. Only a case with slashes keeps inputs. No ground is without its case.
	/// 8. Ballots are those of a claim's job in progress, or of one that can be audited.
	/// 9. What draws go by is kept for blocks that are over and not served, and no others.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		use frame_support::traits::fungible::InspectHold;
		let jobs: Vec<_> = Jobs::<T>::iter().collect();

		let mut fees = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (_, job) in &jobs {
			let sum = fees.entry(job.payer.clone()).or_default();
			*sum = sum.saturating_add(job.fee);
		}
		for (payer, sum) in fees {
			let held = T::Currency::balance_on_hold(&HoldReason::Fee.into(), &payer);
			ensure!(held == sum, "1: held fees are not those of the jobs");
		}

		let agenda: BTreeSet<_> = Agenda::<T>::iter().map(|(at, id, ())| (at, id)).collect();
		let windows = Cases::<T>::iter().filter_map(|(id, _, case)| match case.audit {
			Audit::Open { until } => Some((until.saturating_add(One::one()), id)),
			Audit::Running | Audit::Over => None,
		});
		let due: BTreeSet<_> =
			jobs.iter().map(|(id, job)| (job.due(), *id)).chain(windows).collect();
		ensure!(agenda == due, "2: the agenda is not the deadlines of the jobs");

		let assigned: BTreeSet<_> = Assignments::<T>::iter().collect();
		let seats: BTreeSet<_> = jobs
			.iter()
			.flat_map(|(id, job)| {
				job.members.iter().zip(0u32..).map(|(member, at)| (member.key.clone(), *id, at))
			})
			.collect();
		ensure!(assigned == seats, "3: assignments are not the members of the committees");

		for (id, job) in &jobs {
			let accounts: BTreeSet<_> = job.members.iter().map(|m| m.account.clone()).collect();
			let drawing = matches!(job.phase, Phase::Drawing { .. });
			ensure!(drawing == job.members.is_empty(), "4: a committee without its draw");
			ensure!(accounts.len() == job.members.len(), "4: a member sits twice");
			ensure!(!accounts.contains(&job.payer), "4: the payer sits on its own committee");
			let opponent = job.opponent.as_ref();
			ensure!(
				!opponent.is_some_and(|opponent| accounts.contains(opponent)),
				"4: the opponent sits on the committee"
			);
			let revealed = job.members.iter().any(|m| matches!(m.verdict, Verdict::Revealed(_)));
			let open = job.members.iter().any(|m| matches!(m.verdict, Verdict::Committed(_)));
			match job.phase {
				Phase::Revealing { .. } => ensure!(open, "5: nothing is left to reveal"),
				_ => ensure!(!revealed, "5: revealed too early"),
			}
			ensure!(job.round < MAX_ROUNDS, "6: too many rounds");
			ensure!(*id < NextJob::<T>::get(), "6: a job from the future");
		}

		let mut slashes = BTreeMap::<(JobId, u8), u32>::new();
		for ground in Grounds::<T>::iter_values() {
			slashes.entry((ground.job, ground.round)).or_default().saturating_inc();
		}
		let mut audited = BTreeSet::<JobId>::new();
		for (id, round, case) in Cases::<T>::iter() {
			let counted = slashes.remove(&(id, round)).unwrap_or_default();
			ensure!(case.slashes == counted, "7: a case does not count its slashes");
			ensure!(case.is_needed(), "7: a case is kept for nothing");
			ensure!(!case.pinned || counted > 0, "7: inputs are kept for no slash");
			let over = Jobs::<T>::get(id).is_none_or(|job| round < job.round);
			ensure!(over && id < NextJob::<T>::get(), "7: a case of a round that is not over");
			if case.audit != Audit::Over {
				ensure!(!Jobs::<T>::contains_key(id), "7: an audit of a job that is not settled");
				ensure!(audited.insert(id), "7: two rounds of a job can be audited");
			}
		}
		ensure!(slashes.is_empty(), "7: a slash has no case");

		let (cursor, now) = (AgendaCursor::<T>::get(), frame_system::Pallet::<T>::block_number());
		ensure!(
			DrawsBy::<T>::iter_keys().all(|block| (cursor..=now).contains(&block)),
			"9: a random value that nothing waits for"
		);

		for (id, _) in Ballots::<T>::iter_keys() {
			let job = Jobs::<T>::get(id);
			ensure!(
				audited.contains(&id)
					|| job.is_some_and(|job| matches!(job.client, Client::Claim(_))),
				"8: ballots that nobody audits"
			);
		}
		Ok(())
	}
}
