//! Names, and what their versions are called.

use super::*;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_alias(
		owner: &T::AccountId,
		name: Name,
		alias: Alias,
		version: Option<u32>,
	) -> DispatchResult {
		let mut record = Names::<T>::get(&name).ok_or(Error::<T>::NameUnknown)?;
		ensure!(record.owner == *owner, Error::<T>::NotTheOwner);
		ensure!(is_alias(&alias), Error::<T>::BadAlias);
		let known = record.aliases.iter().position(|(known, _)| *known == alias);
		if let Some(at) = known {
			record.aliases.remove(at);
		}
		match version {
			None => ensure!(known.is_some(), Error::<T>::AliasUnknown),
			Some(version) => {
				let model = Versions::<T>::get(&name, version).ok_or(Error::<T>::VersionUnknown)?;
				let verified = |model: ModelOf<T>| model.status.stage() == Stage::Verified;
				ensure!(
					Models::<T>::get(model).is_some_and(verified),
					Error::<T>::ModelNotVerified
				);
				let entry = (alias.clone(), version);
				record.aliases.try_push(entry).map_err(|_| Error::<T>::TooManyAliases)?;
			},
		}
		Names::<T>::insert(&name, record);
		Self::deposit_event(Event::AliasSet { name, alias, version });
		Ok(())
	}

	pub(crate) fn do_transfer(
		who: T::AccountId,
		name: Name,
		new_owner: T::AccountId,
	) -> DispatchResult {
		let mut record = Names::<T>::get(&name).ok_or(Error::<T>::NameUnknown)?;
		if record.owner == who {
			let to = (new_owner != who).then_some(new_owner);
			if let Some(to) = &to {
				let exists = frame_system::Pallet::<T>::account_exists(to);
				ensure!(exists, Error::<T>::OwnerUnknown);
			}
			record.proposed.clone_from(&to);
			Names::<T>::insert(&name, record);
			Self::deposit_event(Event::TransferProposed { name, owner: who, to });
			return Ok(());
		}
		ensure!(new_owner == who, Error::<T>::NotTheOwner);
		ensure!(record.proposed.as_ref() == Some(&who), Error::<T>::NotProposed);
		let deposit = T::Deposit::new(&who, Self::name_footprint())?;
		let Registered { owner: from, deposit: old, versions, aliases, .. } = record;
		old.drop(&from)?;
		let record = Registered { owner: who.clone(), proposed: None, versions, aliases, deposit };
		Names::<T>::insert(&name, record);
		Self::deposit_event(Event::NameTransferred { name, from, to: who });
		Ok(())
	}

	/// Keeps a name that nobody owns for who registers a model under it. Nobody else does: that was
	/// checked.
	pub(crate) fn reserve(owner: &T::AccountId, name: &Name) {
		Reserved::<T>::mutate(name, |reserved| {
			let reservation =
				reserved.get_or_insert_with(|| Reservation { owner: owner.clone(), pending: 0 });
			reservation.pending = reservation.pending.saturating_add(1);
		});
	}

	/// Ends one [`Self::reserve`]: a model is pending no more.
	pub(crate) fn unreserve(name: &Name) {
		Reserved::<T>::mutate_exists(name, |reserved| match reserved.take() {
			Some(Reservation { owner, pending }) => {
				let pending = pending.saturating_sub(1);
				*reserved = (pending > 0).then_some(Reservation { owner, pending });
			},
			None => {
				defensive!("a name is reserved for a pending model");
			},
		});
	}

	pub(crate) fn drop_aliases(name: &Name, version: u32) {
		Names::<T>::mutate_extant(name, |record| {
			record.aliases.retain(|(alias, of)| {
				let keep = *of != version;
				if !keep {
					let (name, alias) = (name.clone(), alias.clone());
					Self::deposit_event(Event::AliasSet { name, alias, version: None });
				}
				keep
			});
		});
	}

	/// A name with all aliases.
	pub(crate) fn name_footprint() -> Footprint {
		let bytes = [RegisteredOf::<T>::max_encoded_len(), Name::max_encoded_len()];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}
}
