//! What follows from a verdict.

use super::*;
use assay_primitives::{DataFault, FailReason, Input, Outcome};
use assay_traits::{Deed, OnSettled, Settlement};

impl<T: Config> OnSettled for Pallet<T> {
	/// Names the holdout, if it was sealed, and the seed, if the chain draws it.
	fn on_draw(client: Client, job: &mut TrainingJob, random: H256) -> bool {
		let Client::Claim(claim) = client else { return true };
		let Some(mut record) = Claims::<T>::get(claim) else { return false };
		let (Ok(terms), Some(revealed)) = (T::Tasks::terms(record.task), &mut record.revealed)
		else {
			return false;
		};
		let Some(holdout) = terms.holdout else { return false };
		job.holdout = holdout;
		if terms.seed == SeedSource::Chain {
			job.seed = commitment::drawn_seed(&random, claim);
			revealed.seed = Some(job.seed);
			Claims::<T>::insert(claim, record);
		}
		true
	}

	fn on_settled(client: Client, settlement: Settlement) -> Option<SlashId> {
		let Client::Claim(claim) = client else { return None };
		Self::do_settle(claim, settlement)
			.inspect_err(|error| {
				log::error!(target: LOG_TARGET, "settlement of {claim}: {error:?}");
			})
			.ok()
			.flatten()
	}

	fn weight(client: Client) -> Weight {
		if matches!(client, Client::Claim(_)) {
			T::WeightInfo::on_settled()
		} else {
			Weight::zero()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Ends a revealed claim, unless it is found true and has to wait (rule 6). Once it is known to
	/// be one, nothing fails (rule 5). Gives the slash of its bond, if there is one.
	fn do_settle(claim: ClaimId, settlement: Settlement) -> Result<Option<SlashId>, Error<T>> {
		let record = Self::get(claim)?;
		let (Status::Revealed { .. }, Some(revealed)) = (&record.status, &record.revealed) else {
			return Err(Error::<T>::ClaimNotRevealed);
		};
		let body = revealed.body.clone();
		let task = record.task;
		T::Artifacts::unpin(body.program);
		let ending = match settlement {
			Settlement::Agreed(Outcome::Scored(measured)) => match T::Tasks::terms(task) {
				Ok(terms) => {
					if let Some(ending) = Self::judge(claim, &record, &body, measured, &terms) {
						ending
					} else if Self::first(task).is_some_and(|first| first < claim) {
						Self::wait(claim, record, measured, &terms);
						return Ok(None);
					} else {
						Self::accept(claim, &record, &body, measured, &terms)
					}
				},
				Err(error) => {
					log::error!(target: LOG_TARGET, "task {task} of {claim}: {error:?}");
					Self::give_back(claim, &record, Reason::Undecided, None)
				},
			},
			Settlement::Agreed(Outcome::Failed { reason, .. }) => {
				let sealed =
					|| T::Tasks::terms(task).is_ok_and(|terms| terms.sealed_until.is_some());
				if !Self::is_of_training(reason) && sealed() {
					Self::give_back(claim, &record, Reason::RunFailed(reason), None)
				} else {
					Self::reject(claim, &record, None, Reason::RunFailed(reason))
				}
			},
			Settlement::Agreed(Outcome::Unavailable { input, fault }) => {
				let reason = Reason::InputUnavailable { input, fault };
				// It was stored when it was published: that it is gone is not the sponsor's fault.
				// That it is unusable is the word of the largest committee: no smaller one settles
				// so.
				if input == Input::Holdout && fault != DataFault::Missing {
					Self::forfeit(claim, &record, reason)
				} else {
					Self::give_back(claim, &record, reason, None)
				}
			},
			Settlement::Undecided => Self::give_back(claim, &record, Reason::Undecided, None),
			Settlement::Incomplete => Self::forfeit(claim, &record, Reason::HoldoutWithheld),
		};
		let slash = ending.slash();
		Self::end_revealed(claim, record, &body, ending);
		Ok(slash)
	}

	/// Keeps a claim that is found true until those that were committed earlier have ended.
	pub(crate) fn wait(
		claim: ClaimId,
		mut record: ClaimOf<T>,
		measured: Scored,
		terms: &TermsOf<T>,
	) {
		let revealed = terms.reveals.map_or_else(
			|| record.committed_at.saturating_add(T::RevealWindow::get()),
			|reveals| reveals.until,
		);
		let begins = terms.sealed_until.unwrap_or(revealed);
		let settles_by = begins.saturating_add(T::Verification::longest(&terms.limits));
		record.status = Status::Measured { measured, settles_by };
		let (task, miner) = (record.task, record.miner.clone());
		Claims::<T>::insert(claim, record);
		Self::deposit_event(Event::ClaimMeasured { claim, task, miner, score: measured.score });
	}

	/// Ends a claim that is found true, as the first of those that are open in its task. Gives
	/// whether it is such a claim.
	pub(crate) fn take_turn(claim: ClaimId, record: ClaimOf<T>) -> bool {
		let (Status::Measured { measured, .. }, Some(revealed)) =
			(record.status.clone(), &record.revealed)
		else {
			return false;
		};
		let body = revealed.body.clone();
		let ending = match T::Tasks::terms(record.task) {
			Ok(terms) => Self::accept(claim, &record, &body, measured, &terms),
			Err(error) => {
				log::error!(target: LOG_TARGET, "task {} of {claim}: {error:?}", record.task);
				Self::give_back(claim, &record, Reason::Undecided, Some(measured))
			},
		};
		Self::end_revealed(claim, record, &body, ending);
		true
	}

	/// Ends a claim that was revealed. If it is not verified, its run is free.
	fn end_revealed(
		claim: ClaimId,
		record: ClaimOf<T>,
		body: &ClaimBody,
		ending: Ending<T::Balance>,
	) {
		if ending.stage() != Stage::Verified {
			Self::release_run(claim, record.task, body);
		}
		Self::end(claim, record, ending);
	}

	/// Compares what was measured with what was claimed; nothing if the claim is true.
	fn judge(
		claim: ClaimId,
		record: &ClaimOf<T>,
		body: &ClaimBody,
		measured: Scored,
		terms: &TermsOf<T>,
	) -> Option<Ending<T::Balance>> {
		let gain = |over| terms.metric.gain(measured.score, over);
		let (sealed, reached) = (terms.sealed_until.is_some(), gain(terms.threshold) >= 0);
		if sealed && !reached {
			// The miner could not know.
			Some(Self::give_back(claim, record, Reason::BelowThreshold, Some(measured)))
		} else if !sealed && gain(body.score) < record.tolerance.saturating_neg() {
			Some(Self::reject(claim, record, Some(measured), Reason::WorseThanClaimed))
		} else if !reached {
			Some(Self::reject(claim, record, Some(measured), Reason::BelowThreshold))
		} else {
			None
		}
	}

	/// A true claim: the bond goes back, and it is verified unless another was first (rule 1).
	fn accept(
		claim: ClaimId,
		record: &ClaimOf<T>,
		body: &ClaimBody,
		measured: Scored,
		terms: &TermsOf<T>,
	) -> Ending<T::Balance> {
		Self::unlock(claim, record);
		let task = record.task;
		let run = commitment::run(&body.program, &body.params, body.seed);
		if let Some(by) = Runs::<T>::get(task, run).filter(|holder| *holder < claim) {
			return Ending::Superseded { measured, by };
		}
		if let Some(of) = Models::<T>::get(task, measured.model_hash) {
			return Ending::Duplicate { measured, of };
		}
		Runs::<T>::insert(task, run, claim);
		Models::<T>::insert(task, measured.model_hash, claim);
		T::Stake::note(&record.miner, Deed::ClaimVerified);

		let board = Leaderboards::<T>::get(task);
		let improves = |least| {
			board.first().is_none_or(|best| terms.metric.gain(measured.score, best.score) >= least)
		};
		let (paid, unpaid) = match terms.min_improvement {
			Some(least) if improves(least) => {
				let paid = Self::paid(claim, T::Tasks::pay_bounty, record);
				(paid, paid.is_zero().then_some(Reason::NoBountyLeft))
			},
			Some(_) => (Zero::zero(), Some(Reason::NoImprovement)),
			None => (Zero::zero(), Some(Reason::PaidAtClose)),
		};
		let at = frame_system::Pallet::<T>::block_number();
		let miner = record.miner.clone();
		let entry = Entry { claim, miner, score: measured.score, paid, at };
		Self::rank(task, board, entry, terms);
		Ending::Verified { measured, paid, unpaid }
	}

	/// Whether a run can fail so only while it trains. Any other failure a sealed holdout can
	/// cause, which the miner did not have.
	const fn is_of_training(reason: FailReason) -> bool {
		matches!(
			reason,
			FailReason::BadProgram
				| FailReason::BadParams
				| FailReason::BadWant
				| FailReason::TooManySteps
				| FailReason::StepFailed
		)
	}

	/// A false claim: the bond is slashed.
	fn reject(
		claim: ClaimId,
		record: &ClaimOf<T>,
		measured: Option<Scored>,
		reason: Reason,
	) -> Ending<T::Balance> {
		let slash = Self::slash(claim, record, Offence::FalseClaim(claim));
		T::Stake::note(&record.miner, Deed::ClaimRejected);
		Ending::Rejected { measured, reason, slash }
	}

	/// A claim that is not the miner's fault: the bond goes back.
	fn give_back(
		claim: ClaimId,
		record: &ClaimOf<T>,
		reason: Reason,
		measured: Option<Scored>,
	) -> Ending<T::Balance> {
		Self::unlock(claim, record);
		Ending::Returned { reason, measured, paid: Zero::zero() }
	}

	/// A claim that cannot be scored: the bond goes back, and a sponsor that had sealed the holdout
	/// forfeits a part of its escrow.
	fn forfeit(claim: ClaimId, record: &ClaimOf<T>, reason: Reason) -> Ending<T::Balance> {
		Self::unlock(claim, record);
		let paid = Self::paid(claim, T::Tasks::pay_forfeit, record);
		Ending::Returned { reason, measured: None, paid }
	}

	fn unlock(claim: ClaimId, record: &ClaimOf<T>) {
		let lock = LockReason::Claim(claim);
		if let Err(error) = with_storage_layer(|| T::Stake::unlock(&record.miner, lock)) {
			log::error!(target: LOG_TARGET, "bond of {claim}: {error:?}");
		}
	}

	/// What a claim is paid by its task in one of the ways that there are.
	fn paid(
		claim: ClaimId,
		pay: fn(TaskId, &T::AccountId) -> Result<T::Balance, DispatchError>,
		record: &ClaimOf<T>,
	) -> T::Balance {
		with_storage_layer(|| pay(record.task, &record.miner))
			.inspect_err(|error| log::error!(target: LOG_TARGET, "pay of {claim}: {error:?}"))
			.unwrap_or_else(|_| Zero::zero())
	}

	/// Puts a claim in its place on the leaderboard, if it is good enough for one.
	fn rank(
		task: TaskId,
		mut board: BoundedVec<EntryOf<T>, T::MaxLeaders>,
		entry: EntryOf<T>,
		terms: &TermsOf<T>,
	) {
		let place = board.partition_point(|other| {
			let gain = terms.metric.gain(other.score, entry.score);
			gain > 0 || (gain == 0 && other.claim < entry.claim)
		});
		if board.force_insert_keep_left(place, entry).is_ok() {
			Leaderboards::<T>::insert(task, board);
		}
	}
}
