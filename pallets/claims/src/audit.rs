//! What follows from the audit of a verdict.

use super::*;
use assay_traits::{AuditedClaims, Deed, Judged};

impl<T: Config> AuditedClaims for Pallet<T> {
	type AccountId = T::AccountId;
	type Balance = T::Balance;
	type BlockNumber = BlockNumberFor<T>;

	fn judged(claim: ClaimId) -> Option<Judged<T::AccountId, T::Balance, BlockNumberFor<T>>> {
		let Claim { miner, commitment, committed_at, revealed, status, .. } =
			Claims::<T>::get(claim)?;
		let Status::Ended { ending, .. } = status else { return None };
		let job = revealed?.job;
		let (rejected, paid) = match ending {
			Ending::Rejected { .. } => (true, Zero::zero()),
			Ending::Verified { paid, .. } => (false, paid),
			_ => (false, Zero::zero()),
		};
		Some(Judged { miner, commitment, committed_at, job, rejected, paid })
	}

	fn retain(claim: ClaimId) -> bool {
		Self::keep(claim, Bounded::max_value());
		Claims::<T>::get(claim).is_some_and(|record| T::Tasks::claim_opened(record.task).is_ok())
	}

	fn release(claim: ClaimId) {
		let Some(record) = Claims::<T>::get(claim).defensive() else { return };
		let now = frame_system::Pallet::<T>::block_number();
		let counted_until = record.committed_at.saturating_add(T::RateWindow::get());
		Self::keep(claim, now.saturating_add(T::Retention::get()).max(counted_until));
		// It could not end while the claim was open again: if it is there, it counts the claim.
		if T::Tasks::terms(record.task).is_ok() {
			T::Tasks::claim_closed(record.task);
		}
	}

	fn revoke(claim: ClaimId, payer: &T::AccountId) {
		let Some(mut record) = Claims::<T>::get(claim).defensive() else { return };
		let (task, miner) = (record.task, record.miner.clone());
		let Status::Ended { ending, .. } = &mut record.status else {
			frame_support::defensive!("a claim that was audited has ended");
			return;
		};
		let measured = ending.measured();
		let kept = match ending {
			Ending::Verified { measured, paid, .. } => {
				let body = record.revealed.as_ref().map(|revealed| revealed.body.clone());
				Self::unlist(claim, task, measured.model_hash, body);
				T::Stake::retract(&miner, Deed::ClaimVerified);
				// A task that has ended takes nothing back.
				if !paid.is_zero() && T::Tasks::terms(task).is_ok() {
					let back = || T::Tasks::return_bounty(task, payer, *paid);
					if let Err(error) = with_storage_layer(back) {
						log::error!(target: LOG_TARGET, "bounty of {claim}: {error:?}");
					}
				}
				Zero::zero()
			},
			Ending::Rejected { slash, .. } => {
				// Governance can have been faster.
				let _ = slash.map(T::Stake::cancel_slash);
				T::Stake::retract(&miner, Deed::ClaimRejected);
				Zero::zero()
			},
			Ending::Returned { paid, .. } => *paid,
			_ => Zero::zero(),
		};
		let reason = Reason::KnownWrong;
		*ending = Ending::Returned { reason, measured, paid: kept };
		Claims::<T>::insert(claim, record);
		Self::deposit_event(Event::ClaimReturned { claim, task, miner, reason, paid: kept });
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_judged(job: JobId, rejected: bool) -> ClaimId {
		benchmarking::make_judged::<T>(job, rejected)
	}
}

impl<T: Config> Pallet<T> {
	/// Sets the last block in which the record of a claim that has ended is kept in any case.
	fn keep(claim: ClaimId, until: BlockNumberFor<T>) {
		Claims::<T>::mutate(claim, |record| {
			let status = record.as_mut().map(|record| &mut record.status);
			if let Some(Status::Ended { keep_until, .. }) = status {
				*keep_until = until;
			}
		});
	}
}
