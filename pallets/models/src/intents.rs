//! Intents, and the randomness that completes their keys.

use super::*;

impl<T: Config> Pallet<T> {
	/// The current epoch, as of the start of the block.
	pub(crate) fn epoch() -> u64 {
		Epochs::<T>::get().map_or_else(T::Epoch::get, |turn| turn.current)
	}

	/// Takes in the output of the block before. In the first block of an epoch, draws the beacon of
	/// the one before the last.
	pub(crate) fn turn_epoch() -> Weight {
		let mut mix = Mix::<T>::get();
		if let (Some(output), _) = T::Randomness::random(b"assay/beacon") {
			mix = assay_primitives::hash(&(mix, output).encode());
			Mix::<T>::put(mix);
		}
		let current = T::Epoch::get();
		let turn = Epochs::<T>::get();
		if turn.is_some_and(|turn| turn.current == current) {
			return T::WeightInfo::on_initialize();
		}
		// The block before was the last of `turn.current`, all of which is after the intents of
		// `turn.previous`.
		if let Some(epoch) = turn.and_then(|turn| turn.previous) {
			Beacons::<T>::mutate_extant(epoch, |record| {
				record.value = Some(mix);
				Self::deposit_event(Event::BeaconDrawn { epoch, beacon: mix });
			});
		}
		Epochs::<T>::put(Turn { current, previous: turn.map(|turn| turn.current) });
		T::WeightInfo::turn_epoch()
	}

	pub(crate) fn do_intend(owner: T::AccountId, root: H256, ratio: Score) -> DispatchResult {
		let most = Score::ONE.saturating_mul(1_000);
		ensure!((1..=most).contains(&ratio.0), Error::<T>::RatioOutOfRange);
		let intent = NextIntent::<T>::get();
		NextIntent::<T>::put(intent.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		let epoch = Self::epoch();
		let record = Intent {
			owner: owner.clone(),
			root,
			ratio,
			epoch,
			declared_at: frame_system::Pallet::<T>::block_number(),
			expires_after: epoch.saturating_add(T::IntentLife::get().into()),
			registered: false,
			opened: 0,
			models: 0,
			contests: 0,
			deposit: T::Deposit::new(&owner, Self::intent_footprint())?,
		};
		Intents::<T>::insert(intent, record);
		IntentsOf::<T>::insert(&owner, intent, ());
		Beacons::<T>::mutate(epoch, |beacon| {
			let beacon = beacon.get_or_insert_default();
			beacon.intents = beacon.intents.saturating_add(1);
		});
		Self::deposit_event(Event::IntentDeclared { intent, owner, root, ratio, epoch });
		Ok(())
	}

	pub(crate) fn do_withdraw_intent(owner: T::AccountId, intent: IntentId) -> DispatchResult {
		let record = Intents::<T>::get(intent).ok_or(Error::<T>::IntentUnknown)?;
		ensure!(record.owner == owner, Error::<T>::NotTheOwner);
		ensure!(record.models == 0 && record.contests == 0, Error::<T>::IntentInUse);
		Intents::<T>::remove(intent);
		IntentsOf::<T>::remove(&owner, intent);
		Beacons::<T>::mutate_exists(record.epoch, |beacon| {
			*beacon = beacon.take().and_then(|beacon| {
				let intents = beacon.intents.saturating_sub(1);
				(intents > 0).then_some(Beacon { intents, ..beacon })
			});
		});
		record.deposit.drop(&owner)?;
		Self::deposit_event(Event::IntentWithdrawn { intent, owner });
		Ok(())
	}

	pub(crate) fn beacon(intent: &IntentOf<T>) -> Option<H256> {
		Beacons::<T>::get(intent.epoch)?.value
	}

	pub(crate) fn has_expired(intent: &IntentOf<T>) -> bool {
		!intent.registered && Self::epoch() > intent.expires_after
	}

	/// The bit of a sub-key among those that were opened; none if it cannot be a sub-key.
	pub(crate) fn bit(sub_key: u32) -> u16 {
		1u16.checked_shl(sub_key).unwrap_or(0)
	}

	/// An intent with its index entry and its share in a beacon.
	pub(crate) fn intent_footprint() -> Footprint {
		let bytes = [
			IntentOf::<T>::max_encoded_len(),
			<(T::AccountId, IntentId)>::max_encoded_len(),
			<(u64, Beacon)>::max_encoded_len(),
		];
		Footprint::from_parts(1, bytes.into_iter().fold(0, usize::saturating_add))
	}
}
