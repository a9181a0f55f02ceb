//! What follows from a verdict.

use super::*;
use assay_primitives::Outcome;
use assay_traits::{Deed, OnSettled, Settlement};

impl<T: Config> OnSettled for Pallet<T> {
	fn on_settled(client: Client, settlement: Settlement) -> Option<SlashId> {
		let Client::Claim(claim) = client else { return None };
		Self::do_settle(claim, settlement)
			.inspect_err(|error| {
				log::error!(target: LOG_TARGET, "settlement of {claim}: {error:?}");
			})
			.ok()
			.flatten()
	}

	fn weight() -> Weight {
		T::WeightInfo::on_settled()
	}
}

impl<T: Config> Pallet<T> {
	/// Ends a revealed claim. Once it is known to be one, nothing fails (rule 5). Gives the slash of
	/// its bond, if there is one.
	fn do_settle(claim: ClaimId, settlement: Settlement) -> Result<Option<SlashId>, Error<T>> {
		let record = Self::get(claim)?;
		let (Status::Revealed { .. }, Some(revealed)) = (&record.status, &record.revealed) else {
			return Err(Error::<T>::ClaimNotRevealed);
		};
		let body = revealed.body.clone();
		let task = record.task;
		let ending = match settlement {
			Settlement::Agreed(Outcome::Scored(measured)) => match T::Tasks::terms(task) {
				Ok(terms) => Self::judge(claim, &record, &body, measured, &terms),
				Err(error) => {
					log::error!(target: LOG_TARGET, "task {task} of {claim}: {error:?}");
					Self::give_back(claim, &record, Reason::Undecided)
				},
			},
			Settlement::Agreed(Outcome::Failed(reason)) => {
				Self::reject(claim, &record, None, Reason::RunFailed(reason))
			},
			Settlement::Agreed(Outcome::Unavailable { input, fault }) => {
				Self::give_back(claim, &record, Reason::InputUnavailable { input, fault })
			},
			Settlement::Undecided => Self::give_back(claim, &record, Reason::Undecided),
		};
		if ending.stage() != Stage::Verified {
			Self::release_run(claim, task, &body);
		}
		T::Artifacts::unpin(body.program);
		let slash = ending.slash();
		Self::end(claim, record, ending);
		Ok(slash)
	}

	/// Compares what was measured with what was claimed.
	fn judge(
		claim: ClaimId,
		record: &ClaimOf<T>,
		body: &ClaimBody,
		measured: Scored,
		terms: &TermsOf<T>,
	) -> Ending<T::Balance> {
		let gain = |over| terms.metric.gain(measured.score, over);
		if gain(body.score) < record.tolerance.saturating_neg() {
			Self::reject(claim, record, Some(measured), Reason::WorseThanClaimed)
		} else if gain(terms.threshold) < 0 {
			Self::reject(claim, record, Some(measured), Reason::BelowThreshold)
		} else {
			Self::accept(claim, record, body, measured, terms)
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
		// A later commitment of the same run can have been verified meanwhile.
		let verified = |holder: &ClaimId| {
			Claims::<T>::get(holder).is_some_and(|record| Self::verified(&record).is_some())
		};
		let holder = Runs::<T>::get(task, run).filter(verified);
		if let Some(of) = Models::<T>::get(task, measured.model_hash).or(holder) {
			return Ending::Duplicate { measured, of };
		}
		Runs::<T>::insert(task, run, claim);
		Models::<T>::insert(task, measured.model_hash, claim);
		T::Stake::note(&record.miner, Deed::ClaimVerified);

		let board = Leaderboards::<T>::get(task);
		let improves = board.first().is_none_or(|best| {
			terms.metric.gain(measured.score, best.score) >= terms.min_improvement
		});
		let (paid, unpaid) = if improves {
			let paid = Self::pay(claim, record);
			(paid, paid.is_zero().then_some(Reason::NoBountyLeft))
		} else {
			(Zero::zero(), Some(Reason::NoImprovement))
		};
		let at = frame_system::Pallet::<T>::block_number();
		let miner = record.miner.clone();
		let entry = Entry { claim, miner, score: measured.score, paid, at };
		Self::rank(task, board, entry, terms);
		Ending::Verified { measured, paid, unpaid }
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

	/// A claim without a verdict: the bond goes back.
	fn give_back(claim: ClaimId, record: &ClaimOf<T>, reason: Reason) -> Ending<T::Balance> {
		Self::unlock(claim, record);
		Ending::Returned { reason }
	}

	fn unlock(claim: ClaimId, record: &ClaimOf<T>) {
		let lock = LockReason::Claim(claim);
		if let Err(error) = with_storage_layer(|| T::Stake::unlock(&record.miner, lock)) {
			log::error!(target: LOG_TARGET, "bond of {claim}: {error:?}");
		}
	}

	fn pay(claim: ClaimId, record: &ClaimOf<T>) -> T::Balance {
		with_storage_layer(|| T::Tasks::pay_bounty(record.task, &record.miner))
			.inspect_err(|error| log::error!(target: LOG_TARGET, "bounty of {claim}: {error:?}"))
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
