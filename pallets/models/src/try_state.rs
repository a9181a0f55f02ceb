//! Invariants.

use super::*;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the pallet.
	///
	/// 1. Numbers were given out: all are below the next one.
	/// 2. [`ByRoot`] has one entry for each model that is pending, verified, revoked or lost, and
	///    [`ByArtifact`] one for each of them that is not pending.
	/// 3. A model has its details as long as it is pending or verified, and may have them if it is
	///    revoked.
	/// 4. The versions of a name are numbered from 1, and are the models of that name that were
	///    ever verified. Aliases differ, and name verified versions.
	/// 5. Each intent counts its pending and verified models and its open contests, whose sub-keys
	///    are opened and differ; it is listed for its owner, and a verified model has marked it.
	/// 6. There is a beacon record for each epoch with intents on record, and it counts them.
	/// 7. What is held for bonds is the sum of those of pending and verified models and of open
	///    contests, account by account.
	/// 8. An open contest is over a model that was verified, of somebody else, and is listed for
	///    it.
	/// 9. No call is admitted between transactions.
	/// 10. A name is reserved for as many pending models as have a deposit for it, all of which are
	///     of one owner.
	///
	/// # Errors
	///
	/// The number of the first invariant that does not hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		ensure!(!Admitted::<T>::get(), "models 9: a call is admitted outside of a transaction");
		Self::check_models()?;
		Self::check_names()?;
		Self::check_reserved()?;
		Self::check_intents()?;
		Self::check_contests()?;
		Self::check_bonds()
	}

	fn check_models() -> Result<(), sp_runtime::TryRuntimeError> {
		let (mut by_root, mut by_artifact) = (0usize, 0usize);
		for (model, record) in Models::<T>::iter() {
			ensure!(model < NextModel::<T>::get(), "models 1: a number was not given out");
			if let Some(Details { evidence, .. }) = &record.details {
				ensure!(
					ByRoot::<T>::get(evidence.file.root) == Some(model),
					"models 2: a model is not listed by its root"
				);
			}
			if !matches!(record.status.stage(), Stage::Rejected | Stage::Returned) {
				by_root = by_root.saturating_add(1);
			}
			if record.status.version().is_some() {
				by_artifact = by_artifact.saturating_add(1);
				ensure!(
					ByArtifact::<T>::get(record.artifact) == Some(model),
					"models 2: a model is not listed by its artifact"
				);
			}
			let stage = record.status.stage();
			let open = matches!(stage, Stage::Pending | Stage::Verified);
			ensure!(
				record.details.is_some() == open || stage == Stage::Revoked,
				"models 3: details are missing or extra"
			);
			if let Some(version) = record.status.version() {
				ensure!(
					Versions::<T>::get(&record.name, version) == Some(model),
					"models 4: a verified model is not listed"
				);
			}
		}
		ensure!(
			ByRoot::<T>::iter_keys().count() == by_root
				&& ByArtifact::<T>::iter_keys().count() == by_artifact,
			"models 2: an entry has no model"
		);
		Ok(())
	}

	fn check_names() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut all = 0usize;
		for (name, record) in Names::<T>::iter() {
			ensure!(record.versions > 0, "models 4: a name has no version");
			for version in 1..=record.versions {
				all = all.saturating_add(1);
				let model = Versions::<T>::get(&name, version)
					.and_then(Models::<T>::get)
					.ok_or("models 4: a version is missing")?;
				ensure!(
					model.name == name && model.status.version() == Some(version),
					"models 4: a version is another one"
				);
				let named = record.aliases.iter().any(|(_, of)| *of == version);
				ensure!(
					!named || model.status.stage() == Stage::Verified,
					"models 4: an alias names what is not verified"
				);
			}
			for (at, (alias, version)) in record.aliases.iter().enumerate() {
				let first = record.aliases.iter().position(|(other, _)| other == alias);
				ensure!(first == Some(at), "models 4: an alias is there twice");
				ensure!(
					(1..=record.versions).contains(version),
					"models 4: an alias names no version"
				);
			}
		}
		ensure!(Versions::<T>::iter_keys().count() == all, "models 4: a version has no name");
		Ok(())
	}

	fn check_reserved() -> Result<(), sp_runtime::TryRuntimeError> {
		use alloc::collections::BTreeMap;
		let mut pending = BTreeMap::<Name, Reservation<T::AccountId>>::new();
		for record in Models::<T>::iter_values() {
			if record.details.is_none_or(|details| details.name_deposit.is_none()) {
				continue;
			}
			ensure!(
				record.status.stage() == Stage::Pending,
				"models 10: a model that is not pending has a deposit for its name"
			);
			let owner = record.owner;
			let reservation = pending
				.entry(record.name)
				.or_insert_with(|| Reservation { owner: owner.clone(), pending: 0 });
			ensure!(
				reservation.owner == owner,
				"models 10: two owners have models pending under a name of nobody"
			);
			reservation.pending = reservation.pending.saturating_add(1);
		}
		let reserved: BTreeMap<_, _> = Reserved::<T>::iter().collect();
		ensure!(reserved == pending, "models 10: reserved names are not those of pending models");
		Ok(())
	}

	fn check_intents() -> Result<(), sp_runtime::TryRuntimeError> {
		use alloc::collections::{BTreeMap, BTreeSet};
		let mut keys = BTreeMap::<IntentId, (u32, u32, BTreeSet<u32>)>::new();
		for record in Models::<T>::iter_values() {
			if let Some(details) = record.details {
				let (models, _, opened) = keys.entry(record.intent).or_default();
				*models = models.saturating_add(1);
				ensure!(
					opened.insert(details.evidence.sub_key),
					"models 5: a sub-key was opened twice"
				);
				let marked = Intents::<T>::get(record.intent);
				ensure!(
					marked.is_some_and(|intent| {
						intent.owner == record.owner
							&& (intent.registered || record.status.stage() == Stage::Pending)
					}),
					"models 5: a model has another intent"
				);
			}
		}
		for record in Contests::<T>::iter_values() {
			let (_, contests, opened) = keys.entry(record.intent).or_default();
			*contests = contests.saturating_add(1);
			ensure!(opened.insert(record.sub_key), "models 5: a sub-key was opened twice");
		}
		let mut epochs = BTreeMap::<u64, u32>::new();
		let mut intents = 0usize;
		for (intent, record) in Intents::<T>::iter() {
			intents = intents.saturating_add(1);
			ensure!(intent < NextIntent::<T>::get(), "models 1: a number was not given out");
			let (models, contests, opened) = keys.remove(&intent).unwrap_or_default();
			ensure!(
				(record.models, record.contests) == (models, contests),
				"models 5: an intent counts what it does not have"
			);
			ensure!(
				opened.iter().all(|sub_key| record.opened & Self::bit(*sub_key) != 0),
				"models 5: a sub-key is used and not opened"
			);
			ensure!(
				IntentsOf::<T>::contains_key(&record.owner, intent),
				"models 5: an intent is not listed"
			);
			let count = epochs.entry(record.epoch).or_default();
			*count = count.saturating_add(1);
		}
		ensure!(keys.is_empty(), "models 5: an intent in use is gone");
		ensure!(
			IntentsOf::<T>::iter_keys().count() == intents,
			"models 5: a listed intent is gone"
		);
		let counted: BTreeMap<_, _> =
			Beacons::<T>::iter().map(|(epoch, beacon)| (epoch, beacon.intents)).collect();
		ensure!(counted == epochs, "models 6: beacons are not those of the intents");
		Ok(())
	}

	fn check_contests() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut open = 0usize;
		for (contest, record) in Contests::<T>::iter() {
			open = open.saturating_add(1);
			ensure!(contest < NextContest::<T>::get(), "models 1: a number was not given out");
			let model = Models::<T>::get(record.model).ok_or("models 8: a contest has no model")?;
			ensure!(
				model.status.version().is_some()
					&& OpenContests::<T>::contains_key(record.model, contest),
				"models 8: a contest is not listed, or its model was never verified"
			);
			ensure!(model.owner != record.contestant, "models 8: an owner contests its own model");
		}
		ensure!(
			OpenContests::<T>::iter_keys().count() == open,
			"models 8: a contest that is listed is not open"
		);
		Ok(())
	}

	fn check_bonds() -> Result<(), sp_runtime::TryRuntimeError> {
		let mut bonds = alloc::collections::BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let models = Models::<T>::iter_values()
			.filter_map(|record| Some((record.owner, record.details?.evidence.bond)));
		let contests = Contests::<T>::iter_values().map(|record| (record.contestant, record.bond));
		for (who, bond) in models.chain(contests) {
			let sum = bonds.entry(who).or_default();
			*sum = sum.saturating_add(bond);
		}
		for (who, sum) in bonds {
			let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &who);
			ensure!(held == sum, "models 7: held bonds are not those of models and contests");
		}
		Ok(())
	}
}
