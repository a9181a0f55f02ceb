//! What is checked of evidence, before a transaction is in a block and in the call again.

use super::*;

/// An intent of which a sub-key was opened.
pub(crate) struct Opened<T: Config> {
	pub(crate) intent: IntentOf<T>,
	/// The sub-key's index.
	pub(crate) sub_key: u32,
	/// The watermark key that it leads to.
	pub(crate) key: H256,
}

/// What has to be known before something is verified.
pub(crate) struct Plan<T: Config> {
	pub(crate) opened: Opened<T>,
	pub(crate) scheme: SchemeTerms,
	pub(crate) settles_by: BlockNumberFor<T>,
}

/// What has to be known before a model is contested.
pub(crate) struct Dispute<T: Config> {
	pub(crate) plan: Plan<T>,
	/// Whose model it is.
	pub(crate) owner: T::AccountId,
	pub(crate) evidence: EvidenceOf<T>,
}

/// Weights that a slice has, as far as it costs something to look at them.
pub(crate) fn weights_in(place: &Place) -> u32 {
	// `Place::bytes` is the product of all three, if it does not fail.
	place.bytes().and_then(|bytes| bytes.checked_div(place.element.size())).unwrap_or(0)
}

/// What a change of the state would end in. Changes nothing.
fn rehearse<R>(change: impl FnOnce() -> Result<R, DispatchError>) -> Result<R, DispatchError> {
	with_transaction(|| TransactionOutcome::Rollback(change()))
}

/// What can be checked before a transaction is in a block.
impl<T: Config> Pallet<T> {
	/// All that makes a `register` valid: that it would succeed, and then, which is expensive, that
	/// the weights carry the bits.
	pub(crate) fn check_registration(
		owner: &T::AccountId,
		registration: &Registration,
	) -> DispatchResult {
		let key = rehearse(|| Self::enter_registration(owner, registration))?;
		let Registration { file, slice, statistics, .. } = registration;
		Ok(Self::ensure_bits(slice, file, &key, statistics)?)
	}

	/// All that makes a `contest` valid, as for a `register`.
	pub(crate) fn check_challenge(
		contestant: &T::AccountId,
		challenge: &Challenge,
	) -> DispatchResult {
		let (key, file) = rehearse(|| Self::enter_challenge(contestant, challenge))?;
		let Challenge { slice, statistics, .. } = challenge;
		Ok(Self::ensure_bits(slice, &file, &key, statistics)?)
	}

	/// Lets the call of the current transaction be made.
	pub(crate) fn admit() {
		Checked::<T>::mutate(|checked| *checked = checked.saturating_add(1));
		Admitted::<T>::put(true);
	}

	/// All checks of a registration but the projection.
	pub(crate) fn plan_registration(
		owner: &T::AccountId,
		registration: &Registration,
	) -> Result<Plan<T>, DispatchError> {
		let scheme = Scheme::<T>::get().ok_or(Error::<T>::NoScheme)?;
		let opened = Self::open(owner, registration.intent, &registration.opening)?;
		let Registration { name, file, statistics, accuracy, clean, .. } = registration;
		ensure!(is_name(name), Error::<T>::BadName);
		// Whoever owns it has the say, also where a model was registered under it before.
		let theirs = Names::<T>::get(name)
			.map(|name| name.owner)
			.or_else(|| Reserved::<T>::get(name).map(|reserved| reserved.owner));
		ensure!(theirs.is_none_or(|theirs| theirs == *owner), Error::<T>::NameTaken);
		ensure!(!ByRoot::<T>::contains_key(file.root), Error::<T>::DuplicateModel);

		let (now, settles_by) = Self::times(&scheme);
		let until = settles_by.max(now.saturating_add(T::Retention::get()));
		T::Artifacts::ensure_available(file.id, until, T::MaxModelBytes::get().into())?;
		T::Artifacts::ensure_available(clean.id, until, T::MaxDataBytes::get())?;
		Self::ensure_program(&scheme, settles_by)?;
		let manifest = T::Artifacts::manifest(file.id).ok_or(Error::<T>::LengthNotProved)?;
		ensure!(
			manifest.size == u64::from(file.bytes)
				&& evidence::length_is_proved(file, &registration.length),
			Error::<T>::LengthNotProved
		);

		ensure!(accuracy.0 <= Score::ONE, Error::<T>::AccuracyOutOfRange);
		ensure!(*accuracy >= T::MinAccuracy::get(), Error::<T>::AccuracyTooLow);
		T::Profile::get().check(statistics, opened.intent.ratio).map_err(Self::too_little)?;
		for parent in &registration.parents {
			let verified = |model: ModelOf<T>| model.status.stage() == Stage::Verified;
			let parent = Models::<T>::get(parent);
			ensure!(parent.is_some_and(verified), Error::<T>::ParentNotVerified);
		}
		if let Some(claim) = registration.claim {
			let trained = T::Claims::verified_model(claim);
			let own = |(miner, model): (T::AccountId, H256)| {
				miner == *owner && manifest.chunks == [model]
			};
			ensure!(trained.is_some_and(own), Error::<T>::ClaimUnrelated);
		}
		Self::ensure_bond(owner, T::Bond::get())?;
		Ok(Plan { opened, scheme, settles_by })
	}

	/// All checks of a contest but the projection.
	pub(crate) fn plan_challenge(
		contestant: &T::AccountId,
		challenge: &Challenge,
	) -> Result<Dispute<T>, DispatchError> {
		let scheme = Scheme::<T>::get().ok_or(Error::<T>::NoScheme)?;
		let model = Models::<T>::get(challenge.model).ok_or(Error::<T>::ModelUnknown)?;
		let (Stage::Verified | Stage::Revoked, Some(details)) =
			(model.status.stage(), model.details)
		else {
			return Err(Error::<T>::ModelNotVerified.into());
		};
		ensure!(model.owner != *contestant, Error::<T>::OwnModel);
		let opened = Self::open(contestant, challenge.intent, &challenge.opening)?;
		// Not when the *owner's* intent was declared: a thief can have an old one. Who marked first
		// needs no date, for no mark of the thief is in what it was stolen from.
		ensure!(opened.intent.declared_at < model.registered_at, Error::<T>::IntentNotEarlier);
		profile::beyond_chance(&challenge.statistics).map_err(Self::too_little)?;

		let (_, settles_by) = Self::times(&scheme);
		let Details { evidence, .. } = details;
		T::Artifacts::ensure_available(evidence.file.id, settles_by, u64::MAX)?;
		T::Artifacts::ensure_available(evidence.clean.id, settles_by, u64::MAX)?;
		Self::ensure_program(&scheme, settles_by)?;
		Self::ensure_bond(contestant, T::ContestBond::get())?;
		let plan = Plan { opened, scheme, settles_by };
		Ok(Dispute { plan, owner: model.owner, evidence })
	}

	/// The intent of `who` that a sub-key was opened of.
	fn open(
		who: &T::AccountId,
		number: IntentId,
		opening: &Opening,
	) -> Result<Opened<T>, Error<T>> {
		let intent = Intents::<T>::get(number).ok_or(Error::<T>::IntentUnknown)?;
		ensure!(intent.owner == *who, Error::<T>::NotTheOwner);
		let beacon = Self::beacon(&intent).ok_or(Error::<T>::IntentTooYoung)?;
		ensure!(!Self::has_expired(&intent), Error::<T>::IntentExpired);
		ensure!(opening.root() == Some(intent.root), Error::<T>::WrongOpening);
		let sub_key = opening.proof.index;
		ensure!(intent.opened & Self::bit(sub_key) == 0, Error::<T>::AlreadyOpened);
		let key = key::watermark(who, number, &intent.root, sub_key, &opening.sub_key, &beacon);
		Ok(Opened { intent, sub_key, key })
	}

	/// That the weights are those of the file, and carry as many bits of the key as stated.
	fn ensure_bits(
		slice: &Slice,
		file: &assay_primitives::File,
		key: &H256,
		stated: &Statistics,
	) -> Result<(), Error<T>> {
		// What is longer cannot be right, and would only cost time.
		let fits = slice.chunks.len() <= MAX_CHUNKS
			&& slice.chunks.iter().all(|chunk| chunk.bytes.len() <= CHUNK_BYTES);
		ensure!(fits, Error::<T>::SliceNotProved);
		let bits = evidence::bit_matches(slice, file, key).map_err(|fault| match fault {
			SliceFault::BadPlace => Error::<T>::BadPlace,
			SliceFault::NotProved => Error::<T>::SliceNotProved,
			SliceFault::NotFinite => Error::<T>::SliceNotFinite,
		})?;
		ensure!(bits == stated.bit_matches, Error::<T>::BitsDiffer);
		Ok(())
	}

	fn too_little(factor: Factor) -> Error<T> {
		match factor {
			Factor::Input => Error::<T>::TooFewTriggers,
			Factor::Feature => Error::<T>::TooFewBits,
			Factor::Ratio => Error::<T>::RatioOutOfBand,
			Factor::Classes => Error::<T>::ClassesOutOfRange,
		}
	}

	/// This block, and the one by which a job that is opened in it is settled.
	fn times(scheme: &SchemeTerms) -> (BlockNumberFor<T>, BlockNumberFor<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		(now, now.saturating_add(T::Verification::longest(&scheme.limits)))
	}

	fn ensure_program(scheme: &SchemeTerms, until: BlockNumberFor<T>) -> DispatchResult {
		let largest = u64::from(scheme.limits.program_bytes);
		T::Artifacts::ensure_available(scheme.program, until, largest)
	}

	fn ensure_bond(who: &T::AccountId, bond: BalanceOf<T>) -> Result<(), Error<T>> {
		let covered = T::Currency::can_hold(&HoldReason::Bond.into(), who, bond);
		ensure!(covered, Error::<T>::BondNotCovered);
		Ok(())
	}
}
