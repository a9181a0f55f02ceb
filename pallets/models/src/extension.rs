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
/// is no valid transaction, either. In a block all is checked then, once.
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
	/// Whether the call is one to check. Fails if the block has no room for it.
	fn is_checked(call: &Call<T>) -> Result<bool, TransactionValidityError> {
		if !matches!(call, Call::register { .. } | Call::contest { .. }) {
			return Ok(false);
		}
		match Checked::<T>::get() < T::MaxChecksPerBlock::get() {
			true => Ok(true),
			false => Err(InvalidTransaction::ExhaustsResources.into()),
		}
	}

	/// Fails unless the call may be made.
	fn check(who: &T::AccountId, call: &Call<T>) -> Result<(), TransactionValidityError> {
		match call {
			Call::register { registration } => Pallet::<T>::check_registration(who, registration),
			Call::contest { challenge } => Pallet::<T>::check_challenge(who, challenge),
			_ => Ok(()),
		}
		.map_err(refusal)
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
		source: TransactionSource,
	) -> ValidateResult<bool, T::RuntimeCall> {
		let mut checked = false;
		if let (Some(who), Some(call)) = (origin.as_system_origin_signer(), call.is_sub_type()) {
			checked = Self::is_checked(call)?;
			// In a block that comes next, when the fee is taken: who cannot pay both must not cost
			// authors more than a look.
			if checked && source != TransactionSource::InBlock {
				Self::check(who, call)?;
			}
		}
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
		Self::check(who, call)?;
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
