//! What follows from a verdict.

use super::*;
use assay_primitives::{DataFault, FailReason, Input, Outcome, Scored, SlashId};
use assay_traits::{OnSettled, Settlement};
use assay_watermark::{Refusal, Report};

/// What a verdict means for who opened the job.
enum Judgement {
	/// What was stated is true; with the measured accuracy.
	True(Score),
	/// It is not, by the fault of who stated it.
	False(Reason),
	/// There is no knowing, through nobody's fault.
	Unknown(Reason),
}

/// Compares a settlement with stated statistics (rule 3). The accuracy is for the caller to
/// compare.
fn judge(settlement: Settlement, stated: Statistics) -> Judgement {
	match settlement {
		Settlement::Agreed(Outcome::Scored(Scored { score, model_hash, .. })) => {
			if model_hash == Report::Measured(stated).hash() {
				Judgement::True(score)
			} else {
				let refusal = Report::refusal(&model_hash).map(Reason::Refused);
				Judgement::False(refusal.unwrap_or(Reason::StatisticsDiffer))
			}
		},
		// The program is the scheme's: that it cannot run is no fault of the owner.
		Settlement::Agreed(Outcome::Failed { reason: reason @ FailReason::BadProgram, .. }) => {
			Judgement::Unknown(Reason::RunFailed(reason))
		},
		Settlement::Agreed(Outcome::Failed { reason, .. }) => {
			Judgement::False(Reason::RunFailed(reason))
		},
		Settlement::Agreed(Outcome::Unavailable { input, fault }) => match (input, fault) {
			(Input::Program, _) | (_, DataFault::Missing) => {
				Judgement::Unknown(Reason::InputUnavailable { input, fault })
			},
			_ => Judgement::False(Reason::BadInput { input, fault }),
		},
		// What is verified of a model is known from the start: its jobs are never incomplete.
		Settlement::Undecided | Settlement::Incomplete => Judgement::Unknown(Reason::Undecided),
	}
}

impl<T: Config> OnSettled for Pallet<T> {
	fn on_settled(client: Client, settlement: Settlement) -> Option<SlashId> {
		let settled = match client {
			Client::Model(model) => Self::settle_model(model, settlement),
			Client::Contest(contest) => Self::settle_contest(contest, settlement),
			Client::Claim(_) | Client::Appeal(_) | Client::Audit(_) => return None,
		};
		if let Err(error) = settled {
			log::error!(target: LOG_TARGET, "settlement of {client:?}: {error:?}");
		}
		// Bonds of models are not in the ledger of stakes.
		None
	}

	fn weight(client: Client) -> Weight {
		if matches!(client, Client::Model(_) | Client::Contest(_)) {
			T::WeightInfo::on_settled()
		} else {
			Weight::zero()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Ends a pending model. Once it is known to be one, nothing fails (rule 4).
	fn settle_model(model: ModelId, settlement: Settlement) -> Result<(), Error<T>> {
		let mut record = Models::<T>::get(model).ok_or(Error::<T>::ModelUnknown)?;
		let (Status::Pending { .. }, Some(details)) = (&record.status, record.details.as_mut())
		else {
			return Err(Error::<T>::ModelNotPending);
		};
		let name_deposit = details.name_deposit.take();
		let Evidence { scheme, statistics, accuracy, tolerance, .. } = details.evidence;
		// However it ends: its deposit for the name says that it has reserved it.
		if name_deposit.is_some() {
			Self::unreserve(&record.name);
		}
		let least = accuracy.0.saturating_sub(tolerance.0);
		let mut judgement = judge(settlement, statistics);
		if let Judgement::True(measured) = judgement {
			if measured.0 < least {
				judgement = Judgement::False(Reason::LessAccurate { measured });
			}
		}
		let taken = |name: &RegisteredOf<T>| name.owner != record.owner;
		if matches!(judgement, Judgement::True(_))
			&& Names::<T>::get(&record.name).as_ref().is_some_and(taken)
		{
			judgement = Judgement::Unknown(Reason::NameTaken);
		}
		T::Artifacts::unpin(scheme);
		match judgement {
			Judgement::True(accuracy) => Self::verify(model, record, accuracy, name_deposit),
			Judgement::False(reason) => {
				Self::drop_deposit(&record.owner, name_deposit);
				Self::burn(&record.owner, Self::bond(&record));
				Self::end_pending(model, record, |at| Status::Rejected { reason, at });
			},
			Judgement::Unknown(reason) => {
				Self::drop_deposit(&record.owner, name_deposit);
				Self::release(&record.owner, Self::bond(&record));
				Self::end_pending(model, record, |at| Status::Returned { reason, at });
			},
		}
		Ok(())
	}

	/// Gives a true model its version. The name is its owner's or nobody's.
	fn verify(
		model: ModelId,
		mut record: ModelOf<T>,
		accuracy: Score,
		name_deposit: Option<T::Deposit>,
	) {
		let owner = record.owner.clone();
		let mut name = match (Names::<T>::get(&record.name), name_deposit) {
			(Some(name), unused) => {
				Self::drop_deposit(&owner, unused);
				name
			},
			(None, Some(deposit)) => Registered {
				owner: owner.clone(),
				proposed: None,
				versions: 0,
				aliases: BoundedVec::new(),
				deposit,
			},
			(None, None) => {
				defensive!("a name without an owner has a deposit, and names are not removed");
				Self::release(&owner, Self::bond(&record));
				let reason = Reason::NameTaken;
				return Self::end_pending(model, record, |at| Status::Returned { reason, at });
			},
		};
		name.versions = name.versions.saturating_add(1);
		let version = name.versions;
		Names::<T>::insert(&record.name, name);
		Versions::<T>::insert(&record.name, version, model);
		Intents::<T>::mutate_extant(record.intent, |intent| intent.registered = true);
		let at = frame_system::Pallet::<T>::block_number();
		record.status = Status::Verified { version, accuracy, at };
		let name = record.name.clone();
		ByArtifact::<T>::insert(record.artifact, model);
		Models::<T>::insert(model, record);
		Self::deposit_event(Event::ModelVerified { model, owner, name, version, accuracy });
	}

	/// Ends a model that was not verified: its artifact can be registered again.
	fn end_pending(
		model: ModelId,
		mut record: ModelOf<T>,
		status: impl FnOnce(BlockNumberFor<T>) -> Status<T::AccountId, BlockNumberFor<T>>,
	) {
		record.status = status(frame_system::Pallet::<T>::block_number());
		if let Some(Details { evidence, .. }) = &record.details {
			ByRoot::<T>::remove(evidence.file.root);
		}
		let (owner, name) = (record.owner.clone(), record.name.clone());
		let event = match &record.status {
			Status::Rejected { reason, .. } => {
				Event::ModelRejected { model, owner, name, reason: *reason }
			},
			Status::Returned { reason, .. } => {
				Event::ModelReturned { model, owner, name, reason: *reason }
			},
			other => {
				defensive!("a pending model ends in another way", other.stage());
				return;
			},
		};
		Self::retire(model, record);
		Self::deposit_event(event);
	}

	/// Ends an open contest, whatever comes.
	fn settle_contest(id: ContestId, settlement: Settlement) -> Result<(), Error<T>> {
		let contest = Contests::<T>::take(id).ok_or(Error::<T>::ContestUnknown)?;
		let Contest { model, contestant, bond, .. } = contest;
		T::Artifacts::unpin(contest.program);
		Self::drop_deposit(&contestant, Some(contest.deposit));
		Intents::<T>::mutate_extant(contest.intent, |intent| {
			intent.contests = intent.contests.saturating_sub(1);
		});
		OpenContests::<T>::remove(model, id);
		let returned = |reason| {
			Self::release(&contestant, bond);
			let contestant = contestant.clone();
			Self::deposit_event(Event::ContestReturned { contest: id, model, contestant, reason });
		};
		let Some((mut record, version)) = Models::<T>::get(model)
			.filter(|record| record.details.is_some())
			.and_then(|record| record.status.version().map(|version| (record, version)))
		else {
			returned(Reason::LostToAnother);
			return Ok(());
		};
		let owner = record.owner.clone();
		match judge(settlement, contest.statistics) {
			Judgement::True(_) => {
				let paid = Self::pay(&owner, &contestant, Self::bond(&record));
				Self::release(&contestant, bond);
				let at = frame_system::Pallet::<T>::block_number();
				record.status = Status::Lost { version, to: contestant.clone(), at };
				Self::drop_aliases(&record.name, version);
				Self::retire(model, record);
				let contest = id;
				Self::deposit_event(Event::ContestWon { contest, model, contestant, owner, paid });
			},
			// What the contestant has said, and said wrongly.
			Judgement::False(
				reason @ (Reason::StatisticsDiffer | Reason::Refused(Refusal::MarkElsewhere)),
			) => {
				let paid = Self::pay(&contestant, &owner, bond);
				Self::deposit_event(Event::ContestLost {
					contest: id,
					model,
					contestant,
					owner,
					reason,
					paid,
				});
			},
			// Model and data are the owner's: that the run fails on them is no fault of the
			// contestant.
			Judgement::Unknown(reason) | Judgement::False(reason) => returned(reason),
		}
		Ok(())
	}

	fn drop_deposit(who: &T::AccountId, deposit: Option<T::Deposit>) {
		let Some(deposit) = deposit else { return };
		if let Err(error) = with_storage_layer(|| deposit.drop(who)) {
			log::error!(target: LOG_TARGET, "a deposit of {who:?}: {error:?}");
		}
	}
}
