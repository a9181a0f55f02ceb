//! What the calls and the rest cost.

use super::*;
use assay_primitives::{FailReason, Outcome, Params, Scored, MAX_PARAMS};
use assay_traits::{OnSettled, Settlement};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;

const SALT: H256 = H256::repeat_byte(1);

/// A miner that can pay for claims.
fn miner<T: Config>() -> T::AccountId {
	let miner = account("miner", 0, 0);
	T::Stake::make_active(&miner, Role::Miner);
	T::Deposit::ensure_successful(&miner, Pallet::<T>::footprint());
	miner
}

fn advance<T: Config>(blocks: BlockNumberFor<T>) {
	let now = frame_system::Pallet::<T>::block_number();
	frame_system::Pallet::<T>::set_block_number(now.saturating_add(blocks));
}

/// Every other place in the list that the rate limit counts is taken.
fn crowd<T: Config>(miner: &T::AccountId) {
	let now = frame_system::Pallet::<T>::block_number();
	let most = T::MaxClaims::get().min(T::MaxRecent::get());
	let recent = alloc::vec![now; (most as usize).saturating_sub(1)];
	RecentCommits::<T>::insert(miner, Commits::<T>::truncate_from(recent));
}

/// The largest claim that the task accepts, on a program of its own.
fn body<T: Config>(task: TaskId) -> Result<ClaimBody, DispatchError> {
	Ok(ClaimBody {
		program: T::Artifacts::make_available(255),
		params: Params::truncate_from(alloc::vec![7; MAX_PARAMS as usize]),
		seed: 1,
		score: T::Tasks::terms(task)?.threshold,
		sealed_trace: H256::repeat_byte(2),
	})
}

fn commit<T: Config>(
	miner: &T::AccountId,
	task: TaskId,
	body: &ClaimBody,
) -> Result<ClaimId, DispatchError> {
	crowd::<T>(miner);
	let claim = NextClaim::<T>::get();
	Pallet::<T>::do_commit(miner.clone(), task, commitment::claim(miner, task, body, &SALT))?;
	Ok(claim)
}

/// A claim that waits for its verdict.
fn revealed<T: Config>(miner: &T::AccountId, task: TaskId) -> Result<ClaimId, DispatchError> {
	let body = body::<T>(task)?;
	let claim = commit::<T>(miner, task, &body)?;
	advance::<T>(One::one());
	Pallet::<T>::do_reveal(miner, claim, body, &SALT)?;
	Ok(claim)
}

fn fill_leaderboard<T: Config>(miner: &T::AccountId, task: TaskId, score: Score) {
	let entry =
		|claim| Entry { claim, miner: miner.clone(), score, paid: Zero::zero(), at: Zero::zero() };
	let places = u64::from(T::MaxLeaders::get()).saturating_sub(1);
	let board: Vec<_> = (0..places).map(|place| entry(1_000 + place)).collect();
	Leaderboards::<T>::insert(task, BoundedVec::truncate_from(board));
}

/// A full leaderboard, on whose first places are verified claims of different miners.
pub(crate) fn make_best<T: Config>(task: TaskId, places: u32) {
	let at = Zero::zero();
	for place in 0..places {
		let miner: T::AccountId = account("best", place, 0);
		T::Deposit::ensure_successful(&miner, Pallet::<T>::footprint());
		let deposit = T::Deposit::new(&miner, Pallet::<T>::footprint());
		let body = ClaimBody {
			program: H256::zero(),
			params: Params::truncate_from(alloc::vec![7; MAX_PARAMS as usize]),
			seed: 1,
			score: Score(0),
			sealed_trace: H256::zero(),
		};
		let measured = Scored {
			score: Score(0),
			trace_root: H256::zero(),
			model_hash: H256::zero(),
			fuel: 1,
			steps: 1,
		};
		let unpaid = Some(Reason::PaidAtClose);
		let ending = Ending::Verified { measured, paid: Zero::zero(), unpaid };
		let claim = Claim {
			miner,
			task,
			commitment: H256::zero(),
			committed_at: at,
			bond: Zero::zero(),
			tolerance: 0,
			revealed: Some(Revealed { body, seed: Some(1), job: 0, at }),
			status: Status::Ended { ending, at, keep_until: at },
			deposit: deposit.expect("the miner can pay"),
		};
		Claims::<T>::insert(u64::from(place), claim);
	}
	let board = (0..T::MaxLeaders::get())
		.map(|place| Entry {
			claim: place.into(),
			miner: account("best", place, 0),
			score: Score(0),
			paid: Zero::zero(),
			at,
		})
		.collect();
	Leaderboards::<T>::insert(task, BoundedVec::<_, T::MaxLeaders>::truncate_from(board));
}

fn verdict(score: Score) -> Settlement {
	Settlement::Agreed(Outcome::Scored(Scored {
		score,
		trace_root: H256::repeat_byte(3),
		model_hash: H256::repeat_byte(4),
		fuel: 1,
		steps: 1,
	}))
}

/// A claim whose verdict came from `job`: rejected, or verified and paid, with a full leaderboard.
pub fn make_judged<T: Config>(job: JobId, rejected: bool) -> ClaimId {
	let miner = miner::<T>();
	let task = T::Tasks::make_open();
	let claim = revealed::<T>(&miner, task).expect("the claim can be revealed");
	let terms = T::Tasks::terms(task).expect("the task is open");
	let (least, most) = terms.metric.range();
	let (best, worst) = if terms.metric.higher_is_better() { (most, least) } else { (least, most) };
	fill_leaderboard::<T>(&miner, task, worst);
	let settlement = if rejected {
		Settlement::Agreed(Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() })
	} else {
		verdict(best)
	};
	Pallet::<T>::on_settled(Client::Claim(claim), settlement);
	Claims::<T>::mutate_extant(claim, |record| {
		if let Some(revealed) = &mut record.revealed {
			revealed.job = job;
		}
	});
	claim
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// With the check by the transaction extension before it.
	#[benchmark]
	fn commit() -> Result<(), BenchmarkError> {
		let miner = miner::<T>();
		let task = T::Tasks::make_open();
		crowd::<T>(&miner);
		let commitment = H256::repeat_byte(5);

		#[block]
		{
			Pallet::<T>::ensure_can_commit(&miner, task, commitment)?;
			Pallet::<T>::commit(RawOrigin::Signed(miner).into(), task, commitment)?;
		}

		assert!(Claims::<T>::contains_key(0));
		Ok(())
	}

	/// With the check by the transaction extension before it.
	#[benchmark]
	fn reveal() -> Result<(), BenchmarkError> {
		let miner = miner::<T>();
		let task = T::Tasks::make_open();
		let body = body::<T>(task)?;
		let claim = super::commit::<T>(&miner, task, &body)?;
		advance::<T>(One::one());

		#[block]
		{
			Pallet::<T>::ensure_can_reveal(&miner, claim, &body, &SALT)?;
			Pallet::<T>::reveal(RawOrigin::Signed(miner).into(), claim, body, SALT)?;
		}

		let record = Claims::<T>::get(claim).ok_or("no claim")?;
		assert!(matches!(record.status, Status::Revealed { .. }));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let miner = miner::<T>();
		let task = T::Tasks::make_open();
		let claim = super::commit::<T>(&miner, task, &body::<T>(task)?)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(miner), claim);

		let record = Claims::<T>::get(claim).ok_or("no claim")?;
		assert!(matches!(record.status, Status::Ended { ending: Ending::Withdrawn, .. }));
		Ok(())
	}

	/// A verified claim of a task that has ended, on a full leaderboard.
	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let miner = miner::<T>();
		let task = T::Tasks::make_open();
		let claim = revealed::<T>(&miner, task)?;
		let score = T::Tasks::terms(task)?.threshold;
		Pallet::<T>::on_settled(Client::Claim(claim), verdict(score));
		// As if it had been a claim in a task that is not there any more.
		let gone = TaskId::MAX;
		let mut record = Claims::<T>::get(claim).ok_or("no claim")?;
		record.task = gone;
		let Status::Ended { keep_until, .. } = record.status else { return Err("open".into()) };
		let revealed = record.revealed.clone().ok_or("no body")?;
		Claims::<T>::insert(claim, record);
		Pallet::<T>::take_run(claim, gone, &revealed.body);
		fill_leaderboard::<T>(&miner, gone, score);
		Leaderboards::<T>::mutate(gone, |board| {
			let at = Zero::zero();
			let entry = Entry { claim, miner: miner.clone(), score, paid: Zero::zero(), at };
			board.try_push(entry).map_err(|_| "the leaderboard is full")
		})?;
		frame_system::Pallet::<T>::set_block_number(keep_until.saturating_add(One::one()));

		#[extrinsic_call]
		_(RawOrigin::Signed(miner), claim);

		assert!(!Claims::<T>::contains_key(claim));
		Ok(())
	}

	/// No claim waits.
	#[benchmark]
	fn expire_base() {
		let mut meter = WeightMeter::new();

		#[block]
		{
			Pallet::<T>::expire_due(Zero::zero(), &mut meter);
		}

		assert!(ExpiryCursor::<T>::get().is_zero());
	}

	/// One block is looked at, and there is nothing to do.
	#[benchmark]
	fn expire_pass() {
		let mut meter = WeightMeter::new();

		#[block]
		{
			Pallet::<T>::expire_due(One::one(), &mut meter);
		}

		assert!(ExpiryCursor::<T>::get().is_one());
	}

	/// One claim is slashed.
	#[benchmark]
	fn expire_claim() -> Result<(), BenchmarkError> {
		let miner = miner::<T>();
		let task = T::Tasks::make_open();
		let claim = super::commit::<T>(&miner, task, &body::<T>(task)?)?;
		advance::<T>(T::RevealWindow::get().saturating_add(One::one()));
		let now = frame_system::Pallet::<T>::block_number();
		ExpiryCursor::<T>::put(now.saturating_sub(One::one()));
		let mut meter = WeightMeter::new();

		#[block]
		{
			Pallet::<T>::expire_due(now, &mut meter);
		}

		let record = Claims::<T>::get(claim).ok_or("no claim")?;
		assert!(matches!(record.status, Status::Ended { ending: Ending::Expired { .. }, .. }));
		Ok(())
	}

	/// A claim is verified, paid, and takes the first place of a full leaderboard.
	#[benchmark]
	fn on_settled() -> Result<(), BenchmarkError> {
		let miner = miner::<T>();
		let task = T::Tasks::make_open();
		let claim = revealed::<T>(&miner, task)?;
		let terms = T::Tasks::terms(task)?;
		let (least, most) = terms.metric.range();
		let (best, worst) =
			if terms.metric.higher_is_better() { (most, least) } else { (least, most) };
		fill_leaderboard::<T>(&miner, task, worst);

		#[block]
		{
			Pallet::<T>::on_settled(Client::Claim(claim), verdict(best));
		}

		let record = Claims::<T>::get(claim).ok_or("no claim")?;
		let Status::Ended { ending: Ending::Verified { paid, .. }, .. } = record.status else {
			return Err("not verified".into());
		};
		assert!(!paid.is_zero());
		assert_eq!(Leaderboards::<T>::get(task).first().map(|entry| entry.claim), Some(claim));
		Ok(())
	}

	/// As many tasks are due as are looked at in a block.
	#[benchmark]
	fn serve_base() {
		let looked_at = AT_ONCE as TaskId;
		for task in 0..looked_at {
			Due::<T>::insert(task, ());
		}
		let mut meter = WeightMeter::with_limit(T::WeightInfo::serve_base());

		#[block]
		{
			Pallet::<T>::serve_due(&mut meter);
		}

		assert_eq!(Due::<T>::iter_keys().count() as TaskId, looked_at);
	}

	/// A claim has waited, and is verified, paid, and takes the first place of a full leaderboard.
	/// One that was committed later waits, too.
	#[benchmark]
	fn serve_claim() -> Result<(), BenchmarkError> {
		let miner = miner::<T>();
		let task = T::Tasks::make_open();
		let claim = revealed::<T>(&miner, task)?;
		let terms = T::Tasks::terms(task)?;
		let (least, most) = terms.metric.range();
		let (best, worst) =
			if terms.metric.higher_is_better() { (most, least) } else { (least, most) };
		fill_leaderboard::<T>(&miner, task, worst);
		let Settlement::Agreed(Outcome::Scored(measured)) = verdict(best) else {
			return Err("not scored".into());
		};
		let record = Claims::<T>::get(claim).ok_or("no claim")?;
		Pallet::<T>::wait(claim, record.clone(), measured, &terms);
		let later = ClaimId::MAX;
		Pallet::<T>::wait(later, record, measured, &terms);
		Queue::<T>::insert(task, Pallet::<T>::turn(later), ());
		Due::<T>::insert(task, ());

		#[block]
		{
			let first = Pallet::<T>::first(task).ok_or("nothing waits")?;
			let record = Claims::<T>::get(first).ok_or("no claim")?;
			assert!(Pallet::<T>::take_turn(first, record));
		}

		assert_eq!(Leaderboards::<T>::get(task).first().map(|entry| entry.claim), Some(claim));
		assert!(Due::<T>::contains_key(task));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
