//! Changes parameters together, and only to values that fit each other.
//!
//! - [`Config`], [`Call`], [`Error`]
//! - [`Invariant`]: a relation between parameters. [`EnsureChecked`]: the key to
//!   [`pallet_parameters`].
//!
//! # Overview
//!
//! [`pallet_parameters`] keeps the tunable values of a runtime, and lets an origin set them one by
//! one. It cannot refuse a value: what is wrong with an unbonding period of a minute shows only
//! beside the other values. This pallet stands in front of it. [`Pallet::set`] takes a list of
//! changes, applies all of them through [`pallet_parameters`], and then asks every [`Invariant`] of
//! the runtime. If one does not hold, the call fails, and with it all of its changes.
//!
//! # Example
#![doc = docify::embed!("src/tests.rs", values_that_depend_on_each_other_change_together)]
//!
//! # Goals
//!
//! 1. *No way around.* The upstream pallet takes its calls only from [`Origin::Checked`], which
//!    nothing but [`Pallet::set`] takes on (and root, if the runtime lets it dispatch as any
//!    origin).
//! 2. *All or nothing.* A list that breaks an invariant leaves the state as it was.
//! 3. *Says why.* The error carries the place of the broken invariant in the metadata constant
//!    `Invariants`, where its name and meaning stand.
//!
//! # Low-level details
//!
//! An invariant sees the values that are in force at the end of the list, so their order in the
//! list does not matter, and two values whose relation allows no step between them can be changed.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects,
		clippy::as_conversions
	)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use alloc::{collections::BTreeSet, string::String, vec::Vec};
use frame_support::{pallet_prelude::*, traits::EnsureOriginWithArg};
use frame_system::pallet_prelude::*;

/// A relation that parameters must keep.
#[derive(Clone, Copy)]
pub struct Invariant {
	/// What it is called: words in lower case with underscores.
	pub name: &'static str,
	/// What must hold, and what breaks otherwise.
	pub meaning: &'static str,
	/// Whether it holds for the values in force.
	pub holds: fn() -> bool,
}

// FRAME's macros expand to code that does this. What is written by hand does not.
#[allow(clippy::as_conversions, clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Needs [`pallet_parameters::Config::AdminOrigin`] to be [`EnsureChecked`].
	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeOrigin: From<Origin>> + pallet_parameters::Config
	{
		/// Who may change parameters. The values govern everybody's money, so root or a council
		/// with a delay is sane.
		type UpdateOrigin: EnsureOrigin<<Self as frame_system::Config>::RuntimeOrigin>;

		/// All relations, 256 at the most. Their order is part of the public interface: add to its
		/// end.
		type Invariants: Get<&'static [Invariant]>;

		/// Most changes in one call. At least as many as one invariant has parameters, or values
		/// that depend on each other cannot be changed at all.
		#[pallet::constant]
		type MaxChanges: Get<u32>;

		/// Weights of the call.
		type WeightInfo: WeightInfo;
	}

	/// What [`pallet_parameters`] takes changes from.
	#[pallet::origin]
	#[derive(
		Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
	)]
	pub enum Origin {
		/// A list of changes whose result is checked.
		#[codec(index = 0)]
		Checked,
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The values would not fit each other. The number is the place of the broken relation in
		/// this pallet's constant `Invariants`, where its meaning stands. Nothing was changed; to
		/// change values that depend on each other, put them into one list.
		InvariantBroken(u8),
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// Name and meaning of each relation that parameters must keep.
		#[pallet::constant_name(Invariants)]
		fn invariants() -> Vec<(String, String)> {
			T::Invariants::get().iter().map(|i| (i.name.into(), i.meaning.into())).collect()
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let invariants = T::Invariants::get();
			assert!(invariants.len() <= 256, "an error has room for 256 places");
			let names = invariants.iter().map(|i| i.name).collect::<BTreeSet<_>>();
			assert_eq!(names.len(), invariants.len(), "two relations have the same name");
			assert_eq!(Self::check(), Ok(()), "the defaults do not fit each other");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Changes parameters.
		///
		/// - Origin: `UpdateOrigin`.
		/// - Applies all `changes`, each a parameter with its new value, or with none to go back to
		///   its default, and checks that all relations hold then. Otherwise nothing is changed.
		/// - Errors: `InvariantBroken`.
		/// - Events: `Parameters::Updated` for each change.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::set(
			u32::try_from(changes.len()).unwrap_or(u32::MAX),
		))]
		pub fn set(
			origin: OriginFor<T>,
			changes: BoundedVec<T::RuntimeParameters, T::MaxChanges>,
		) -> DispatchResult {
			T::UpdateOrigin::ensure_origin(origin)?;
			for change in changes {
				pallet_parameters::Pallet::<T>::set_parameter(Origin::Checked.into(), change)?;
			}
			Self::check()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Fails with the first relation that does not hold.
	fn check() -> DispatchResult {
		match T::Invariants::get().iter().position(|invariant| !(invariant.holds)()) {
			Some(place) => {
				Err(Error::<T>::InvariantBroken(place.try_into().unwrap_or(u8::MAX)).into())
			},
			None => Ok(()),
		}
	}
}

#[cfg(any(feature = "try-runtime", feature = "std"))]
impl<T: Config> Pallet<T> {
	/// 1. All relations hold.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		Self::check()
	}
}

/// Lets [`Pallet::set`], and nobody else, change any parameter. To be the `AdminOrigin` of
/// [`pallet_parameters`].
pub struct EnsureChecked;

impl<O, Key> EnsureOriginWithArg<O, Key> for EnsureChecked
where
	O: Into<Result<Origin, O>> + From<Origin>,
{
	type Success = ();

	fn try_origin(origin: O, _: &Key) -> Result<(), O> {
		origin.into().map(|Origin::Checked| ())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin(_: &Key) -> Result<O, ()> {
		Ok(Origin::Checked.into())
	}
}
