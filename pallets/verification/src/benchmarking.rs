//! Worst cases of the pallet's calls and hooks: the largest committee, drawn from the most
//! verifiers.
#![allow(clippy::arithmetic_side_effects)]

use super::*;
use assay_primitives::{FailReason, Metric, Params, MAX_PARAMS, VM_VERSION};
use assay_traits::Settled;
use frame_benchmarking::{account, v2::*};
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;

const OUTCOME: Outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };
const SALT: H256 = H256::repeat_byte(7);
/// A slash that the ledger does not know: what it does is [`Stake::on_rerun_weight`].
const SLASH: SlashId = SlashId::MAX;

fn spec<T: Config>() -> TrainingJob {
	TrainingJob {
		vm_version: VM_VERSION,
		program: T::Artifacts::make_available(1),
		params: Params::truncate_from(alloc::vec![0; MAX_PARAMS as usize]),
		seed: 0,
		train: T::Artifacts::make_available(2),
		train_root: H256::repeat_byte(3),
		chunk_rows: 32,
		holdout: T::Artifacts::make_available(3),
		metric: Metric::Accuracy,
		file: None,
		limits: Limits { program_bytes: 1, memory_pages: 1, steps: 1, step_fuel: 1, total_fuel: 1 },
	}
}

/// A case that a committee of the largest size settled, of one mind and not as [`mixed`] does, as
/// the ground of `slash`.
pub fn make_appealable<T: Config>(slash: SlashId) {
	let stood = Outcome::Failed { reason: FailReason::BadProgram, trace_root: H256::zero() };
	let juror = |n| {
		let account = account("juror", n, slash as u32);
		T::Stake::make_active(&account, Role::Verifier);
		Juror { weight: T::Stake::bonded(&account), account, prevailed: true }
	};
	let job = NextJob::<T>::mutate(|next| {
		*next += 1;
		*next - 1
	});
	let mut case = Case {
		payer: account("payer", 1, 0),
		opponent: Some(account("opponent", 1, 0)),
		spec: spec::<T>(),
		outcome: Some(stood),
		decided: true,
		value: Zero::zero(),
		penalties: Penalties {
			wrong: T::FalseVerdictSlash::get(),
			withheld: T::WithheldVerdictSlash::get(),
		},
		drawn_at: frame_system::Pallet::<T>::block_number(),
		jurors: BoundedVec::truncate_from((0..T::MaxCommittee::get()).map(juror).collect()),
		slashes: 1,
		pinned: false,
		overturned: false,
		audit: Audit::Over,
	};
	Pallet::<T>::pin_inputs(&mut case);
	Cases::<T>::insert(job, 0, case);
	Grounds::<T>::insert(slash, Ground { job, round: 0, said: Some(stood) });
}

/// A claim's job that a committee of the largest size settled, after all others of as many rounds
/// as there can be had said something that nobody has judged. All of them are wrong where it ends
/// as [`mixed`] does not.
pub fn make_auditable<T: Config>(settled: Settled<BalanceOf<T>>) -> JobId {
	const SLASH: SlashId = 1 << 20;
	make_appealable::<T>(SLASH);
	let Ground { job, .. } = Grounds::<T>::take(SLASH).expect("it was made");
	let drawn_at = frame_system::Pallet::<T>::block_number();
	Cases::<T>::mutate(job, 0, |case| {
		let case = case.as_mut().expect("it was made");
		case.outcome = settled.outcome;
		case.decided = settled.outcome.is_some();
		case.value = settled.value;
		case.slashes = 0;
		Pallet::<T>::unpin_inputs(case);
		let client = Client::Claim(0);
		case.audit = Pallet::<T>::open_window(job, client, &Settlement::Undecided);
	});
	for round in 0..MAX_ROUNDS {
		let ballot = |n| {
			let account = account("ballot", n, round.into());
			T::Stake::make_active(&account, Role::Verifier);
			let said =
				Outcome::Failed { reason: FailReason::StackOverflow, trace_root: H256::zero() };
			Ballot { weight: T::Stake::bonded(&account), account, drawn_at, said }
		};
		let ballots = (0..T::MaxCommittee::get()).map(ballot).collect();
		Ballots::<T>::insert(job, round, BoundedVec::truncate_from(ballots));
	}
	job
}

/// An appeal whose committee of the largest size was drawn from the most verifiers.
fn drawn<T: Config<Currency: Mutate<T::AccountId>>>() -> JobId {
	let verifiers: Vec<ActiveVerifierOf<T>> = (0..T::MaxVerifiers::get())
		.map(|n| {
			let account = account("verifier", n, 0);
			T::Stake::make_active(&account, Role::Verifier);
			let (key, noted) = (VerifierId::generate_pair(None), T::Stake::bonded(&account));
			ActiveVerifier { account, key, noted }
		})
		.collect();
	ActiveVerifiers::<T>::put(BoundedVec::truncate_from(verifiers));
	let id = opened::<T>();
	Jobs::<T>::mutate(id, |job| {
		if let Some(job) = job {
			make_appealable::<T>(SLASH);
			job.client = Client::Appeal(SLASH);
			inputs(&job.spec).for_each(|id| T::Artifacts::pin(id).unwrap());
			job.committee_size = T::MaxCommittee::get();
			let now = frame_system::Pallet::<T>::block_number();
			job.drawn_at = now;
			let members = Pallet::<T>::candidates(job)
				.into_iter()
				.take(T::MaxCommittee::get() as usize)
				.collect();
			job.members = BoundedVec::truncate_from(members);
			for (member, at) in job.members.iter().zip(0u32..) {
				Assignments::<T>::insert(&member.key, id, at);
			}
			Pallet::<T>::enter(id, job, Phase::Committing { until: now + job.commit_window });
		}
	});
	id
}

fn opened<T: Config<Currency: Mutate<T::AccountId>>>() -> JobId {
	let payer: T::AccountId = account("payer", 0, 0);
	let fee = Pallet::<T>::fee(&spec::<T>().limits, Zero::zero());
	let enough = fee.saturating_mul(10u32.into()).saturating_add(T::Currency::minimum_balance());
	T::Currency::set_balance(&payer, enough);
	Pallet::<T>::open(Client::Claim(0), &payer, None, Zero::zero(), spec::<T>(), Zero::zero())
		.unwrap()
}

/// Lets every member commit to `outcome(position)`, and all but `silent` last ones reveal it.
fn revealed<T: Config>(id: JobId, silent: usize, outcome: impl Fn(usize) -> Outcome) {
	Jobs::<T>::mutate(id, |job| {
		if let Some(job) = job {
			let count = job.members.len();
			for (at, member) in job.members.iter_mut().enumerate() {
				let said = outcome(at);
				member.verdict = if at + silent < count {
					Verdict::Revealed(said)
				} else {
					let hash = commitment::verdict(&member.account, id, 0, &said, &SALT);
					Verdict::Committed(hash)
				};
			}
			let until = frame_system::Pallet::<T>::block_number() + job.reveal_window;
			Pallet::<T>::enter(id, job, Phase::Revealing { until });
		}
	});
}

/// Three quarters agree: the settlement pays many and slashes some, and the earlier committee.
fn mixed(at: usize) -> Outcome {
	if at % 4 == 1 {
		Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::zero() }
	} else {
		OUTCOME
	}
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	fn last_commitment<T: Config<Currency: Mutate<T::AccountId>>>(
	) -> (Commitment, VerifierSignature) {
		let id = drawn::<T>();
		let last = T::MaxCommittee::get() - 1;
		let (account, key) = Jobs::<T>::mutate(id, |job| {
			let members = &mut job.as_mut().unwrap().members;
			for member in members.iter_mut().take(last as usize) {
				member.verdict = Verdict::Committed(H256::zero());
			}
			let member = &members[last as usize];
			(member.account.clone(), member.key.clone())
		});
		let hash = commitment::verdict(&account, id, 0, &OUTCOME, &SALT);
		let commitment = Commitment { job: id, round: 0, member: last, hash };
		let payload = Pallet::<T>::signed_payload(spec::<T>().key(), &commitment);
		let signature = key.sign(&payload).unwrap();
		(commitment, signature)
	}

	#[benchmark]
	fn commit_verdict() {
		let (commitment, signature) = last_commitment::<T>();
		let id = commitment.job;

		#[extrinsic_call]
		commit_verdict(RawOrigin::Authorized, commitment, signature);

		assert!(matches!(Jobs::<T>::get(id).unwrap().phase, Phase::Revealing { .. }));
	}

	#[benchmark]
	fn authorize_commit_verdict() {
		let (commitment, signature) = last_commitment::<T>();
		let valid;
		#[block]
		{
			valid = Pallet::<T>::authorize_commitment(
				TransactionSource::External,
				&commitment,
				&signature,
			);
		}
		assert!(valid.is_ok());
	}

	#[benchmark]
	fn reveal_verdict() {
		let id = drawn::<T>();
		revealed::<T>(id, 1, mixed);
		let last = T::MaxCommittee::get() - 1;

		#[extrinsic_call]
		reveal_verdict(RawOrigin::Authorized, id, 0, last, mixed(last as usize), SALT);

		assert!(!Jobs::<T>::contains_key(id));
	}

	#[benchmark]
	fn reveal_among_others() {
		let id = drawn::<T>();
		revealed::<T>(id, 2, mixed);
		let last = T::MaxCommittee::get() - 1;

		#[extrinsic_call]
		reveal_verdict(RawOrigin::Authorized, id, 0, last, mixed(last as usize), SALT);

		assert!(Jobs::<T>::contains_key(id));
	}

	#[benchmark]
	fn authorize_reveal_verdict() {
		let id = drawn::<T>();
		revealed::<T>(id, 1, mixed);
		let last = T::MaxCommittee::get() - 1;
		let outcome = mixed(last as usize);
		let valid;
		#[block]
		{
			valid = Pallet::<T>::authorize_reveal(
				TransactionSource::External,
				&id,
				&0,
				&last,
				&outcome,
				&SALT,
			);
		}
		assert!(valid.is_ok());
	}

	#[benchmark]
	fn idle() {
		let now = frame_system::Pallet::<T>::block_number();
		AgendaCursor::<T>::put(now);
		#[block]
		{
			Pallet::<T>::serve_deadlines(now + One::one());
		}
		assert_eq!(AgendaCursor::<T>::get(), now + One::one());
	}

	#[benchmark]
	fn draw() {
		let id = drawn::<T>();
		Jobs::<T>::mutate(id, |job| {
			let job = job.as_mut().unwrap();
			Pallet::<T>::clear_assignments(id, job);
			job.members = BoundedVec::new();
			job.round = 1;
			let at = frame_system::Pallet::<T>::block_number();
			Pallet::<T>::enter(id, job, Phase::Drawing { at });
		});
		#[block]
		{
			// There is none in a benchmark.
			let _ = T::Randomness::random(b"assay/committee");
			let job = Jobs::<T>::get(id).unwrap();
			Pallet::<T>::draw_by(id, job, H256::repeat_byte(1));
		}
		let job = Jobs::<T>::get(id).unwrap();
		assert_eq!(job.members.len(), T::MaxCommittee::get() as usize);
	}

	/// Everybody is counted, nobody agrees.
	#[benchmark]
	fn escalate() {
		let id = drawn::<T>();
		revealed::<T>(id, 1, |at| match at % 3 {
			0 => OUTCOME,
			1 => Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::zero() },
			_ => Outcome::Unavailable { input: Input::Train, fault: DataFault::Missing },
		});
		#[block]
		{
			Pallet::<T>::serve(id);
		}
		assert!(Jobs::<T>::get(id).is_some_and(|job| job.round == 1));
	}

	#[benchmark]
	fn conclude() {
		let id = drawn::<T>();
		revealed::<T>(id, 1, mixed);
		#[block]
		{
			Pallet::<T>::serve(id);
		}
		assert!(!Jobs::<T>::contains_key(id));
	}

	/// A job that nobody has audited in time.
	#[benchmark]
	fn end_window() {
		let job = make_auditable::<T>(Settled { outcome: None, value: Zero::zero() });
		#[block]
		{
			Pallet::<T>::end_window(job);
		}
		assert!(!Cases::<T>::contains_key(job, 0));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::benchmark_externalities(), crate::mock::Test);
}
