//! Audits of settled jobs of claims, by those who knew beforehand what they give.

use super::*;
use assay_traits::{Audits, Settled};

impl<AccountId, Balance, BlockNumber: PartialEq, MaxCommittee: Get<u32>>
	Case<AccountId, Balance, BlockNumber, MaxCommittee>
{
	/// Whether something can still come of it.
	pub fn is_needed(&self) -> bool {
		self.slashes > 0 || self.audit != Audit::Over
	}
}

impl<T: Config> Pallet<T> {
	/// Keeps the verdicts of a round on a claim that no tally has judged.
	pub(crate) fn keep_ballots(id: JobId, job: &JobOf<T>, unjudged: Vec<BallotOf<T>>) {
		if matches!(job.client, Client::Claim(_)) && !unjudged.is_empty() {
			// Nothing is cut off: there are at most as many as there are members.
			Ballots::<T>::insert(id, job.round, BoundedVec::truncate_from(unjudged));
		}
	}

	/// Begins the time in which a job can be audited that is being settled.
	pub(crate) fn open_window(
		id: JobId,
		client: Client,
		settlement: &Settlement,
	) -> Audit<BlockNumberFor<T>> {
		if !matches!(client, Client::Claim(_)) || matches!(settlement, Settlement::Incomplete) {
			return Audit::Over;
		}
		let now = frame_system::Pallet::<T>::block_number();
		let until = now.saturating_add(T::AuditWindow::get());
		Agenda::<T>::insert(until.saturating_add(One::one()), id, ());
		Audit::Open { until }
	}

	/// The last round of a job that can be audited, or is.
	pub(crate) fn audited_case(id: JobId) -> Option<(u8, CaseOf<T>)> {
		let case = |round| Some((round, Cases::<T>::get(id, round)?));
		(0..MAX_ROUNDS).filter_map(case).find(|(_, case)| case.audit != Audit::Over)
	}

	/// Nobody has audited a job in time.
	pub(crate) fn end_window(id: JobId) {
		let Some((round, case)) = Self::audited_case(id) else {
			defensive!("the agenda names a job that does not exist");
			return;
		};
		Self::end_audit(id, round, Self::close_window(id, case));
	}

	/// Takes the deadline of an audit from the agenda. The caller stores the case.
	fn close_window(id: JobId, mut case: CaseOf<T>) -> CaseOf<T> {
		if let Audit::Open { until } = case.audit {
			Agenda::<T>::remove(until.saturating_add(One::one()), id);
		}
		case.audit = Audit::Running;
		case
	}

	/// Forgets what was kept for an audit.
	fn end_audit(id: JobId, round: u8, mut case: CaseOf<T>) {
		(0..MAX_ROUNDS).for_each(|round| Ballots::<T>::remove(id, round));
		case.audit = Audit::Over;
		Cases::<T>::set(id, round, case.is_needed().then_some(case));
	}

	/// Forgets the ballots of a round that said what is slashed now.
	pub(crate) fn drop_ballots(id: JobId, round: u8, judged: &Outcome) {
		Ballots::<T>::mutate_exists(id, round, |ballots| {
			*ballots = ballots.take().and_then(|mut ballots| {
				ballots.retain(|ballot| ballot.said != *judged);
				(!ballots.is_empty()).then_some(ballots)
			});
		});
	}

	/// Slashes whoever was wrong about a job that is audited, now that it is known what it gives, and
	/// was not slashed for it: those who prevailed in any round, and those whose verdicts no tally
	/// has judged. Gives the slashes with those verdicts; the caller stores what they follow from.
	pub(crate) fn judge_audited(id: JobId, found: Outcome) -> Vec<(SlashId, Outcome)> {
		let mut slashes = Vec::new();
		let Some((_, Case { penalties, .. })) = Self::audited_case(id).defensive() else {
			return slashes;
		};
		for round in 0..MAX_ROUNDS {
			if let Some(mut case) = Cases::<T>::get(id, round) {
				if case.outcome.is_some_and(|stood| stood != found) && !case.overturned {
					slashes.extend(Self::overturn(id, round, &mut case, found));
					Cases::<T>::insert(id, round, case);
				}
			}
			let ballots = Ballots::<T>::take(id, round).unwrap_or_default();
			for Ballot { account, weight, drawn_at, said } in ballots {
				if said == found {
					T::Stake::note(&account, Deed::VerdictRight);
				} else {
					let slash =
						Self::slash_verdict(id, &account, weight, &penalties, drawn_at, &said);
					slashes.extend(slash.map(|slash| (slash, said)));
				}
			}
		}
		slashes
	}
}

impl<T: Config> Audits for Pallet<T> {
	type AccountId = T::AccountId;
	type Balance = BalanceOf<T>;

	fn settled(job: JobId) -> Option<Settled<BalanceOf<T>>> {
		let (_, case) = Self::audited_case(job)?;
		let now = frame_system::Pallet::<T>::block_number();
		// Later blocks may be served late.
		let open = matches!(case.audit, Audit::Open { until } if now <= until);
		// What an appeal has overturned is nobody's word any more.
		let outcome = case.outcome.filter(|_| case.decided && !case.overturned);
		open.then_some(Settled { outcome, value: case.value })
	}

	fn rerun(job: JobId, payer: &T::AccountId) -> Result<JobId, DispatchError> {
		let (round, case) = Self::audited_case(job).ok_or(Error::<T>::JobUnknown)?;
		Self::ensure_inputs(&case.spec)?;
		let case = Self::close_window(job, case);
		let rerun = Self::open_rerun(Client::Audit(job), payer, &case)?;
		Cases::<T>::insert(job, round, case);
		Ok(rerun)
	}

	fn audited(job: JobId, found: Option<Outcome>) {
		let slashes = found.map(|found| Self::judge_audited(job, found)).unwrap_or_default();
		let Some((last, case)) = Self::audited_case(job).defensive() else { return };
		let mut case = Self::close_window(job, case);
		// They follow from the last round, that they contradict or that decided nothing.
		for (slash, said) in slashes {
			Grounds::<T>::insert(slash, Ground { job, round: last, said: Some(said) });
			case.slashes.saturating_inc();
		}
		Self::pin_inputs(&mut case);
		Self::end_audit(job, last, case);
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_auditable(settled: Settled<BalanceOf<T>>) -> JobId {
		benchmarking::make_auditable::<T>(settled)
	}
}
