//! Makes the cheap part of the evidence a matter of the validity of blocks.

use super::*;
use assay_traits::refusal;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::fmt;
use frame_support::{
	dispatch::PostDispatchInfo, pallet_prelude::TransactionSource, traits::IsSubType,
};
use sp_runtime::{
	traits::{
		AsSystemOriginSigner, DispatchInfoOf, DispatchOriginOf, Dispatchable, Implication,
		PostDispatchInfoOf, TransactionExtension, ValidateResult,
	},
	transaction_validity::{InvalidTransaction, TransactionValidityError, ValidTransaction},
};

/// Checks each `register` and each `contest` while the transaction is validated: the intent, the
/// opened sub-key, names, artifacts, and in the end the projection over the proved weights (rule 1
/// of the [crate]). What fails is no valid transaction: a block that carries it is invalid for
/// every node. One with more than [`Config::MaxChecksPerBlock`] of them is, too.
///
/// Must come after the extension that takes the fee: then a call that the fee leaves too little for
/// is no valid transaction, either.
///
/// A transaction is refused with [`refusal`], which names the error, or with
/// `InvalidTransaction::ExhaustsResources`, which keeps it in the pool for the next block. The
/// calls do nothing unless this extension has admitted them, so they cannot be made inside of other
/// calls.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckModel<T>(PhantomData<T>);

impl<T> CheckModel<T> {
	/// The extension.
	#[must_use]
	pub const fn new() -> Self {
		Self(PhantomData)
	}
}

impl<T> Default for CheckModel<T> {
	fn default() -> Self {
		Self::new()
	}
}

impl<T> fmt::Debug for CheckModel<T> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("CheckModel")
	}
}

impl<T: Config> CheckModel<T> {
	/// Whether the call was one to check, and may be made.
	fn check(who: &T::AccountId, call: &Call<T>) -> Result<bool, TransactionValidityError> {
		let room = || match Checked::<T>::get() < T::MaxChecksPerBlock::get() {
			true => Ok(()),
			false => Err(InvalidTransaction::ExhaustsResources),
		};
		match call {
			Call::register { registration } => {
				room()?;
				Pallet::<T>::check_registration(who, registration).map_err(refusal)?;
			},
			Call::contest { challenge } => {
				room()?;
				Pallet::<T>::check_challenge(who, challenge).map_err(refusal)?;
			},
			_ => return Ok(false),
		}
		Ok(true)
	}
}

impl<T: Config + Send + Sync> TransactionExtension<T::RuntimeCall> for CheckModel<T>
where
	T::RuntimeCall: IsSubType<Call<T>> + Dispatchable<PostInfo = PostDispatchInfo>,
	DispatchOriginOf<T::RuntimeCall>: AsSystemOriginSigner<T::AccountId>,
{
	const IDENTIFIER: &'static str = "CheckModel";
	type Implicit = ();
	/// Whether the call was one to check.
	type Val = bool;
	/// Whether the call was admitted.
	type Pre = bool;

	fn weight(&self, call: &T::RuntimeCall) -> Weight {
		// Whether a name is reserved is read besides.
		let (slice, reads) = match call.is_sub_type() {
			Some(Call::register { registration }) => (&registration.slice, 1),
			Some(Call::contest { challenge }) => (&challenge.slice, 0),
			_ => return Weight::zero(),
		};
		T::WeightInfo::check_model(weights_in(&slice.place))
			.saturating_add(T::DbWeight::get().reads(reads))
	}

	fn validate(
		&self,
		origin: DispatchOriginOf<T::RuntimeCall>,
		call: &T::RuntimeCall,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: usize,
		(): (),
		_: &impl Implication,
		_: TransactionSource,
	) -> ValidateResult<bool, T::RuntimeCall> {
		let checked = match (origin.as_system_origin_signer(), call.is_sub_type()) {
			(Some(who), Some(call)) => Self::check(who, call)?,
			_ => false,
		};
		Ok((ValidTransaction::default(), checked, origin))
	}

	fn prepare(
		self,
		checked: bool,
		origin: &DispatchOriginOf<T::RuntimeCall>,
		call: &T::RuntimeCall,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: usize,
	) -> Result<bool, TransactionValidityError> {
		let (true, Some(who), Some(call)) =
			(checked, origin.as_system_origin_signer(), call.is_sub_type())
		else {
			return Ok(false);
		};
		// The fee is taken by now, if this extension comes after the one that does: what is left
		// may not be enough for bond and deposits.
		Pallet::<T>::ensure_succeeds(who, call).map_err(refusal)?;
		Pallet::<T>::admit();
		Ok(true)
	}

	fn post_dispatch_details(
		admitted: bool,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: &PostDispatchInfoOf<T::RuntimeCall>,
		_: usize,
		_: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		// A call that failed, or was never made, leaves it.
		if admitted {
			Admitted::<T>::kill();
		}
		Ok(Weight::zero())
	}
}
