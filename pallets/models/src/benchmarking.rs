//! What the calls and the rest cost.

use super::*;
use assay_primitives::{file, Manifest, Outcome, Scored};
use assay_traits::{OnSettled, Settlement};
use assay_watermark::{projection::MAX_BYTES, Element, Report, Secret};
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;

const RATIO: Score = Score(Score::ONE);
/// More than any profile asks for.
const STATISTICS: Statistics =
	Statistics { classes: 10, trigger_matches: 64, bit_matches: 256, ratio: RATIO };

fn secret(seed: u8) -> Secret {
	Secret { bytes: H256::repeat_byte(seed), sub_keys: key::MAX_SUB_KEYS }
}

/// An account that can pay for everything here.
fn rich<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str) -> T::AccountId {
	let who = account(name, 0, 0);
	let each = T::Verification::fee(&T::MaxLimits::get(), BalanceOf::<T>::max_value())
		.saturating_add(T::Bond::get())
		.saturating_add(T::ContestBond::get());
	T::Currency::set_balance(&who, each.saturating_mul(1_000u32.into()));
	who
}

/// A scheme whose program is stored.
fn scheme<T: Config>() {
	let program = T::Artifacts::make_available(7);
	Scheme::<T>::put(SchemeTerms { program, limits: T::MaxLimits::get() });
}

fn advance<T: Config>() {
	let now = frame_system::Pallet::<T>::block_number();
	frame_system::Pallet::<T>::set_block_number(now.saturating_add(1u32.into()));
}

/// An intent with its beacon.
fn ready<T: Config>(owner: &T::AccountId, seed: u8) -> Result<IntentId, DispatchError> {
	advance::<T>();
	let intent = NextIntent::<T>::get();
	Pallet::<T>::do_intend(owner.clone(), secret(seed).root(), RATIO)?;
	Beacons::<T>::mutate_extant(Pallet::<T>::epoch(), |beacon| {
		beacon.value = Some(H256::repeat_byte(1));
	});
	Ok(intent)
}

fn long_name() -> Name {
	Name::truncate_from(alloc::vec![b'n'; MAX_NAME as usize])
}

/// A registration of a file of its own, which is stored, with a slice of so many weights of a byte.
fn registration<T: Config>(
	intent: IntentId,
	seed: u8,
	sub_key: u32,
	weights: u32,
) -> Box<Registration> {
	let size = T::MaxModelBytes::get().min(1 << 20);
	// No two sums are the same, so the columns have to be sorted.
	let mut bytes: Vec<u8> =
		(0..size).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
	bytes[..4].copy_from_slice(&sub_key.to_le_bytes());
	bytes[4..5].copy_from_slice(&[seed]);
	let manifest = Manifest::of(&bytes);
	let tree = file::tree(&bytes);
	let id = T::Artifacts::make_stored(manifest);
	let file = assay_primitives::File { id, bytes: size, root: tree.root() };
	// From the middle of a chunk on: the most chunks.
	let offset = 8 * 1024;
	let place = Place { offset, element: Element::I8, groups: 1, group_len: weights };
	let data = Manifest::of(&[seed, sub_key as u8, 1]);
	Box::new(Registration {
		intent,
		name: long_name(),
		file,
		length: tree.prove(0).unwrap(),
		opening: secret(seed).open(sub_key).unwrap(),
		slice: Slice::cut(&bytes, place).unwrap(),
		statistics: STATISTICS,
		accuracy: Score(Score::ONE),
		clean: CleanData {
			id: T::Artifacts::make_stored(data),
			root: H256::zero(),
			chunk_rows: 64,
		},
		card: H256::zero(),
		signature_manifest: H256::zero(),
		parents: Parents::default(),
		claim: None,
	})
}

fn confirmed() -> Settlement {
	Settlement::Agreed(Outcome::Scored(Scored {
		score: Score(Score::ONE),
		trace_root: H256::zero(),
		model_hash: Report::Measured(STATISTICS).hash(),
		fuel: 1,
		steps: 1,
	}))
}

fn register<T: Config>(
	owner: &T::AccountId,
	registration: Registration,
) -> Result<ModelId, DispatchError> {
	let model = NextModel::<T>::get();
	Pallet::<T>::admit();
	Pallet::<T>::do_register(owner.clone(), registration)?;
	Ok(model)
}

/// A verified model.
fn verified<T: Config>(
	owner: &T::AccountId,
	intent: IntentId,
	seed: u8,
	sub_key: u32,
) -> Result<ModelId, DispatchError> {
	let model = register::<T>(owner, *registration::<T>(intent, seed, sub_key, 8))?;
	Pallet::<T>::on_settled(Client::Model(model), confirmed());
	Ok(model)
}

/// A registration with all parents that it can have.
fn with_parents<T: Config>(
	owner: &T::AccountId,
	weights: u32,
) -> Result<Box<Registration>, DispatchError> {
	let intent = ready::<T>(owner, 1)?;
	let parents = (0..MAX_PARENTS)
		.map(|sub_key| verified::<T>(owner, intent, 1, sub_key))
		.collect::<Result<Vec<_>, _>>()?;
	Ok(Box::new(Registration {
		parents: Parents::truncate_from(parents),
		..*registration::<T>(intent, 1, MAX_PARENTS, weights)
	}))
}

/// Calls a version by all aliases that there can be.
fn crowd<T: Config>(owner: &T::AccountId, version: u32) -> DispatchResult {
	(0..MAX_ALIASES).try_for_each(|n| {
		Pallet::<T>::do_set_alias(owner, long_name(), long_alias(n as u8), Some(version))
	})
}

fn long_alias(n: u8) -> Alias {
	let mut bytes = alloc::vec![b'a'; MAX_ALIAS as usize];
	bytes[0] = b'a' + n;
	Alias::truncate_from(bytes)
}

/// A model that somebody with an earlier intent can contest.
fn contestable<T: Config<Currency: Mutate<T::AccountId>>>(
) -> Result<(T::AccountId, Box<Challenge>), DispatchError> {
	let (owner, contestant) = (rich::<T>("owner"), rich::<T>("contestant"));
	scheme::<T>();
	let earlier = ready::<T>(&contestant, 2)?;
	let intent = ready::<T>(&owner, 1)?;
	let registration = registration::<T>(intent, 1, 0, 8);
	let slice = registration.slice.clone();
	let model = register::<T>(&owner, *registration)?;
	Pallet::<T>::on_settled(Client::Model(model), confirmed());
	crowd::<T>(&owner, 1)?;
	let opening = secret(2).open(15).ok_or("no such sub-key")?;
	let challenge = Challenge { model, intent: earlier, opening, slice, statistics: STATISTICS };
	Ok((contestant, Box::new(challenge)))
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn intend() {
		let owner = rich::<T>("owner");

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), H256::repeat_byte(1), RATIO);

		assert!(Intents::<T>::contains_key(0));
	}

	/// The first of its name, with all parents.
	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let owner = rich::<T>("owner");
		scheme::<T>();
		let registration = Registration {
			name: Name::truncate_from(alloc::vec![b'o'; MAX_NAME as usize]),
			..*with_parents::<T>(&owner, MAX_BYTES)?
		};
		Pallet::<T>::admit();

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), Box::new(registration));

		assert!(Models::<T>::contains_key(u64::from(MAX_PARENTS)));
		Ok(())
	}

	/// The last alias that there is room for.
	#[benchmark]
	fn set_alias() -> Result<(), BenchmarkError> {
		let owner = rich::<T>("owner");
		scheme::<T>();
		let intent = ready::<T>(&owner, 1)?;
		verified::<T>(&owner, intent, 1, 0)?;
		crowd::<T>(&owner, 1)?;
		let last = long_alias(0);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), long_name(), last.clone(), Some(1));

		let aliases = Names::<T>::get(long_name()).ok_or("no name")?.aliases;
		assert_eq!(aliases.last(), Some(&(last, 1)));
		Ok(())
	}

	/// The name is taken over.
	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let (owner, next) = (rich::<T>("owner"), rich::<T>("next"));
		scheme::<T>();
		let intent = ready::<T>(&owner, 1)?;
		verified::<T>(&owner, intent, 1, 0)?;
		crowd::<T>(&owner, 1)?;
		Pallet::<T>::do_transfer(owner, long_name(), next.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(next.clone()), long_name(), next.clone());

		assert_eq!(Names::<T>::get(long_name()).map(|name| name.owner), Some(next));
		Ok(())
	}

	/// A version with all aliases.
	#[benchmark]
	fn revoke() -> Result<(), BenchmarkError> {
		let owner = rich::<T>("owner");
		scheme::<T>();
		let intent = ready::<T>(&owner, 1)?;
		let model = verified::<T>(&owner, intent, 1, 0)?;
		crowd::<T>(&owner, 1)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), model);

		let record = Models::<T>::get(model).ok_or("no model")?;
		assert_eq!(record.status.stage(), Stage::Revoked);
		Ok(())
	}

	#[benchmark]
	fn contest() -> Result<(), BenchmarkError> {
		let (contestant, challenge) = contestable::<T>()?;
		Pallet::<T>::admit();

		#[extrinsic_call]
		_(RawOrigin::Signed(contestant), challenge);

		assert!(Contests::<T>::contains_key(0));
		Ok(())
	}

	#[benchmark]
	fn withdraw_intent() -> Result<(), BenchmarkError> {
		let owner = rich::<T>("owner");
		let intent = ready::<T>(&owner, 1)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), intent);

		assert!(!Intents::<T>::contains_key(intent));
		Ok(())
	}

	/// What is left of a revoked model, with its bond.
	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let owner = rich::<T>("owner");
		scheme::<T>();
		let intent = ready::<T>(&owner, 1)?;
		let model = verified::<T>(&owner, intent, 1, 0)?;
		Pallet::<T>::do_revoke(&owner, model)?;
		let now = frame_system::Pallet::<T>::block_number();
		frame_system::Pallet::<T>::set_block_number(now + T::RevocationNotice::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), model);

		assert!(Models::<T>::get(model).is_some_and(|record| record.details.is_none()));
		Ok(())
	}

	#[benchmark]
	fn set_scheme() -> Result<(), BenchmarkError> {
		let origin =
			T::SchemeOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let scheme = SchemeTerms { program: H256::zero(), limits: T::MaxLimits::get() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Some(scheme));

		assert_eq!(Scheme::<T>::get(), Some(scheme));
		Ok(())
	}

	/// The epoch is the same.
	#[benchmark]
	fn on_initialize() {
		let current = T::Epoch::get();
		Epochs::<T>::put(Turn { current, previous: None });

		#[block]
		{
			Pallet::<T>::turn_epoch();
			Checked::<T>::kill();
		}

		assert_eq!(Epochs::<T>::get(), Some(Turn { current, previous: None }));
	}

	/// An epoch begins, and there are intents that wait for their beacon.
	#[benchmark]
	fn turn_epoch() -> Result<(), BenchmarkError> {
		let current = T::Epoch::get();
		let (last, before) = (current + 2, current + 1);
		Epochs::<T>::put(Turn { current: last, previous: Some(before) });
		Beacons::<T>::insert(before, Beacon { value: None, intents: 1 });

		#[block]
		{
			Pallet::<T>::turn_epoch();
			Checked::<T>::kill();
		}

		assert_eq!(Epochs::<T>::get(), Some(Turn { current, previous: Some(last) }));
		assert!(Beacons::<T>::get(before).ok_or("no beacon")?.value.is_some());
		Ok(())
	}

	/// A contest is won over a version with all aliases.
	#[benchmark]
	fn on_settled() -> Result<(), BenchmarkError> {
		let (contestant, challenge) = contestable::<T>()?;
		let model = challenge.model;
		Pallet::<T>::admit();
		Pallet::<T>::do_contest(contestant, *challenge)?;

		#[block]
		{
			Pallet::<T>::on_settled(Client::Contest(0), confirmed());
		}

		let record = Models::<T>::get(model).ok_or("no model")?;
		assert_eq!(record.status.stage(), Stage::Lost);
		Ok(())
	}

	/// What the transaction extension does for a registration with all parents: it makes the call
	/// and takes that back, looks at a slice of `w` weights down to the last bit, of which too few
	/// are right, and admits it.
	#[benchmark]
	fn check_model(w: Linear<1, 32_768>) -> Result<(), BenchmarkError> {
		let owner = rich::<T>("owner");
		scheme::<T>();
		let registration = with_parents::<T>(&owner, w)?;
		// The parents were registered in earlier blocks.
		Checked::<T>::kill();
		let result;

		#[block]
		{
			let checked = Checked::<T>::get();
			result = Pallet::<T>::check_registration(&owner, &registration);
			assert!(checked < T::MaxChecksPerBlock::get());
			Pallet::<T>::admit();
			Admitted::<T>::kill();
		}

		assert_eq!(result, Err(Error::<T>::BitsDiffer.into()));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
