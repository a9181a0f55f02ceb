//! Models and contests: how they begin and end, and what is held for them.

use super::*;
use assay_traits::give_back;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(owner: T::AccountId, registration: Registration) -> DispatchResult {
		ensure!(Admitted::<T>::take(), Error::<T>::NotTopLevel);
		Self::enter_registration(&owner, &registration).map(|_| ())
	}

	pub(crate) fn do_contest(contestant: T::AccountId, challenge: Challenge) -> DispatchResult {
		ensure!(Admitted::<T>::take(), Error::<T>::NotTopLevel);
		Self::enter_challenge(&contestant, &challenge).map(|_| ())
	}

	/// Registers a model, all of it but the projection. Gives the key whose bits its weights must
	/// carry.
	pub(crate) fn enter_registration(
		owner: &T::AccountId,
		registration: &Registration,
	) -> Result<H256, DispatchError> {
		let Plan { opened, scheme, settles_by } = Self::plan_registration(owner, registration)?;
		let Registration { intent, name, file, slice, clean, .. } = registration;
		let model = NextModel::<T>::get();
		NextModel::<T>::put(model.checked_add(1).ok_or(ArithmeticError::Overflow)?);

		let bond = T::Bond::get();
		T::Currency::hold(&HoldReason::Bond.into(), owner, bond)?;
		let deposit = T::Deposit::new(owner, Self::model_footprint())?;
		let name_deposit = match Names::<T>::contains_key(name) {
			true => None,
			false => {
				Self::reserve(owner, name);
				Some(T::Deposit::new(owner, Self::name_footprint())?)
			},
		};
		T::Artifacts::pin(file.id)?;
		T::Artifacts::pin(clean.id)?;
		let Opened { intent: mut marked, sub_key, key } = opened;
		let params = SchemeParams { key: Key(key), place: slice.place };
		// A contest has more fuel, so that it never runs out where this did not.
		let terms = SchemeTerms { limits: registration_limits(scheme.limits), ..scheme };
		let client = Client::Model(model);
		let job = Self::open_job(client, (owner, None), &terms, &params, *file, *clean)?;
		marked.opened |= Self::bit(sub_key);
		marked.models = marked.models.saturating_add(1);
		let intended_at = marked.declared_at;
		Intents::<T>::insert(intent, marked);

		let evidence = Evidence {
			file: *file,
			sub_key,
			place: slice.place,
			statistics: registration.statistics,
			accuracy: registration.accuracy,
			tolerance: T::AccuracyTolerance::get(),
			clean: *clean,
			card: registration.card,
			signature_manifest: registration.signature_manifest,
			parents: registration.parents.clone(),
			claim: registration.claim,
			scheme: scheme.program,
			bond,
		};
		let (owner, name, artifact) = (owner.clone(), name.clone(), file.id);
		let record = Model {
			owner: owner.clone(),
			name: name.clone(),
			artifact,
			intent: *intent,
			intended_at,
			registered_at: frame_system::Pallet::<T>::block_number(),
			status: Status::Pending { settles_by },
			details: Some(Details { evidence, job, name_deposit }),
			deposit,
		};
		Models::<T>::insert(model, record);
		ByRoot::<T>::insert(file.root, model);
		let intent = *intent;
		Self::deposit_event(Event::ModelRegistered { model, owner, name, artifact, intent, job });
		Ok(key)
	}

	/// Contests a model, all of it but the projection. Gives the key whose bits its weights must
	/// carry, and the model's file.
	pub(crate) fn enter_challenge(
		contestant: &T::AccountId,
		challenge: &Challenge,
	) -> Result<(H256, File), DispatchError> {
		let Dispute { plan, owner, evidence } = Self::plan_challenge(contestant, challenge)?;
		let Plan { opened, scheme, settles_by } = plan;
		let Challenge { model, intent, slice, statistics, .. } = challenge;
		let contest = NextContest::<T>::get();
		NextContest::<T>::put(contest.checked_add(1).ok_or(ArithmeticError::Overflow)?);

		let bond = T::ContestBond::get();
		T::Currency::hold(&HoldReason::Bond.into(), contestant, bond)?;
		let deposit = T::Deposit::new(contestant, Self::contest_footprint())?;
		let Evidence { file, clean, .. } = evidence;
		let Opened { intent: mut marked, sub_key, key } = opened;
		let params = SchemeParams { key: Key(key), place: slice.place };
		let (client, parties) = (Client::Contest(contest), (contestant, Some(&owner)));
		let job = Self::open_job(client, parties, &scheme, &params, file, clean)?;
		marked.opened |= Self::bit(sub_key);
		marked.contests = marked.contests.saturating_add(1);
		Intents::<T>::insert(intent, marked);
		OpenContests::<T>::insert(model, contest, ());
		let (model, intent, contestant) = (*model, *intent, contestant.clone());
		let record = Contest {
			model,
			contestant: contestant.clone(),
			intent,
			sub_key,
			statistics: *statistics,
			bond,
			program: scheme.program,
			job,
			opened_at: frame_system::Pallet::<T>::block_number(),
			settles_by,
			deposit,
		};
		Contests::<T>::insert(contest, record);
		Self::deposit_event(Event::ContestOpened { contest, model, contestant, intent, job });
		Ok((key, file))
	}

	pub(crate) fn do_revoke(who: &T::AccountId, model: ModelId) -> DispatchResult {
		let mut record = Models::<T>::get(model).ok_or(Error::<T>::ModelUnknown)?;
		let Status::Verified { version, .. } = record.status else {
			return Err(Error::<T>::ModelNotVerified.into());
		};
		let name = Names::<T>::get(&record.name).ok_or(Error::<T>::NameUnknown)?;
		ensure!(name.owner == *who, Error::<T>::NotTheOwner);
		let at = frame_system::Pallet::<T>::block_number();
		record.status = Status::Revoked { version, at };
		let name = record.name.clone();
		Self::drop_aliases(&name, version);
		Models::<T>::insert(model, record);
		Self::deposit_event(Event::ModelRevoked { model, name, version });
		Ok(())
	}

	pub(crate) fn do_remove(owner: T::AccountId, model: ModelId) -> DispatchResult {
		let record = Models::<T>::get(model).ok_or(Error::<T>::ModelUnknown)?;
		ensure!(record.owner == owner, Error::<T>::NotTheOwner);
		match (&record.status, &record.details) {
			(Status::Rejected { .. } | Status::Returned { .. }, _) => {
				Models::<T>::remove(model);
				record.deposit.drop(&owner)?;
			},
			(Status::Revoked { at, .. }, Some(_)) => {
				let from = at.saturating_add(T::RevocationNotice::get());
				ensure!(frame_system::Pallet::<T>::block_number() >= from, Error::<T>::NoticeRuns);
				let open = OpenContests::<T>::iter_key_prefix(model).next();
				ensure!(open.is_none(), Error::<T>::AlreadyContested);
				Self::release(&owner, Self::bond(&record));
				Self::retire(model, record);
			},
			_ => return Err(Error::<T>::NotRemovable.into()),
		}
		Self::deposit_event(Event::ModelRemoved { model, owner });
		Ok(())
	}

	pub(crate) fn do_set_scheme(scheme: Option<SchemeTerms>) -> Result<(), Error<T>> {
		if let Some(SchemeTerms { limits, .. }) = scheme {
			ensure!(limits.are_within(&T::MaxLimits::get()), Error::<T>::SchemeTooLarge);
		}
		Scheme::<T>::set(scheme);
		Ok(())
	}

	/// Has the mark of a key measured on a file, by the largest committee: what is lost by it, a
	/// model first of all, is lost for good, without appeal. The parties are who pays, and who
	/// stands to lose if the payer is right.
	pub(crate) fn open_job(
		client: Client,
		(payer, opponent): (&T::AccountId, Option<&T::AccountId>),
		scheme: &SchemeTerms,
		params: &SchemeParams,
		file: assay_primitives::File,
		clean: CleanData,
	) -> Result<JobId, DispatchError> {
		T::Artifacts::pin(scheme.program)?;
		let job = TrainingJob {
			vm_version: VM_VERSION,
			program: scheme.program,
			params: params.to_params(),
			seed: 0,
			train: clean.id,
			train_root: clean.root,
			chunk_rows: clean.chunk_rows,
			holdout: clean.id,
			metric: Metric::Accuracy,
			file: Some(file),
			limits: scheme.limits,
		};
		let now = frame_system::Pallet::<T>::block_number();
		let value = BalanceOf::<T>::max_value();
		T::Verification::open(client, payer, opponent, now, job, value)
	}

	/// Drops the evidence of a model that has ended: gives back what was paid for it, and lets go
	/// of what it relied on. Stores the record.
	pub(crate) fn retire(model: ModelId, mut record: ModelOf<T>) {
		if let Some(Details { evidence, .. }) = record.details.take() {
			T::Artifacts::unpin(evidence.file.id);
			T::Artifacts::unpin(evidence.clean.id);
		}
		Intents::<T>::mutate_extant(record.intent, |intent| {
			intent.models = intent.models.saturating_sub(1);
		});
		let smaller = with_storage_layer(|| {
			record.deposit.clone().update(&record.owner, Self::retired_footprint())
		});
		match smaller {
			Ok(deposit) => record.deposit = deposit,
			Err(error) => log::error!(target: LOG_TARGET, "deposit of {model}: {error:?}"),
		}
		Models::<T>::insert(model, record);
	}

	/// The bond of a model that has its details.
	pub(crate) fn bond(record: &ModelOf<T>) -> BalanceOf<T> {
		record.details.as_ref().map_or_else(Zero::zero, |details| details.evidence.bond)
	}

	pub(crate) fn release(who: &T::AccountId, bond: BalanceOf<T>) {
		if !give_back::<_, T::Currency>(&HoldReason::Bond.into(), who, bond) {
			defensive!("a bond is held");
		}
	}

	pub(crate) fn burn(who: &T::AccountId, bond: BalanceOf<T>) {
		let (credit, missing) = T::Currency::slash(&HoldReason::Bond.into(), who, bond);
		if !missing.is_zero() {
			defensive!("a bond is held");
		}
		T::SlashHandler::on_unbalanced(credit);
	}

	/// Pays a bond to somebody else; burns it if that cannot be. Gives what was paid.
	pub(crate) fn pay(from: &T::AccountId, to: &T::AccountId, bond: BalanceOf<T>) -> BalanceOf<T> {
		T::Currency::transfer_on_hold(
			&HoldReason::Bond.into(),
			from,
			to,
			bond,
			Precision::BestEffort,
			Restriction::Free,
			Fortitude::Force,
		)
		.unwrap_or_else(|error| {
			log::error!(target: LOG_TARGET, "bond of {from:?}: {error:?}");
			Self::burn(from, bond);
			Zero::zero()
		})
	}

	/// A model with its index entries.
	pub(crate) fn model_footprint() -> Footprint {
		let bytes = [
			ModelOf::<T>::max_encoded_len(),
			<(H256, ModelId)>::max_encoded_len(),
			<(ArtifactId, ModelId)>::max_encoded_len(),
			<(Name, u32, ModelId)>::max_encoded_len(),
		];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}

	/// A model without its evidence.
	pub(crate) fn retired_footprint() -> Footprint {
		let whole = Self::model_footprint();
		let details = u64::try_from(DetailsOf::<T>::max_encoded_len()).unwrap_or(0);
		Footprint { size: whole.size.saturating_sub(details), ..whole }
	}

	/// A contest with its index entry.
	pub(crate) fn contest_footprint() -> Footprint {
		let bytes = [ContestOf::<T>::max_encoded_len(), <(ModelId, ContestId)>::max_encoded_len()];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}
}
