//! Tells the own call of a transaction from those inside of other calls.

use super::*;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::fmt;
use frame_support::{dispatch::PostDispatchInfo, traits::IsSubType};
use sp_runtime::{
	impl_tx_ext_default,
	traits::{
		DispatchInfoOf, DispatchOriginOf, Dispatchable, PostDispatchInfoOf, TransactionExtension,
	},
	transaction_validity::TransactionValidityError,
};

/// Admits an `upload` or a `renew` that is the own call of a transaction. Inside of other calls they
/// are refused, at the price of a look into the state: to find out there what the transaction is,
/// all of it would have to be decoded anew for each of thousands of calls in a batch.
///
/// A renewal is small, but whoever reads the body of its block (the pool, a peer that syncs) reads
/// the chunk with it. So it weighs [`Config::RenewalWeight`] more than its call takes: blocks have
/// room for a few, and each is paid for as the part of a block that it is.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct AdmitChunk<T>(PhantomData<T>);

impl<T> AdmitChunk<T> {
	/// The extension.
	#[must_use]
	pub const fn new() -> Self {
		Self(PhantomData)
	}
}

impl<T> Default for AdmitChunk<T> {
	fn default() -> Self {
		Self::new()
	}
}

impl<T> fmt::Debug for AdmitChunk<T> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("AdmitChunk")
	}
}

impl<T: Config + Send + Sync> TransactionExtension<T::RuntimeCall> for AdmitChunk<T>
where
	T::RuntimeCall: IsSubType<Call<T>> + Dispatchable<PostInfo = PostDispatchInfo>,
{
	const IDENTIFIER: &'static str = "AdmitChunk";
	type Implicit = ();
	type Val = ();
	/// Whether the call was admitted.
	type Pre = bool;

	fn weight(&self, call: &T::RuntimeCall) -> Weight {
		match call.is_sub_type() {
			Some(Call::upload { .. }) => T::DbWeight::get().reads_writes(1, 1),
			Some(Call::renew { .. }) => {
				T::DbWeight::get().reads_writes(1, 1).saturating_add(T::RenewalWeight::get())
			},
			_ => Weight::zero(),
		}
	}

	fn prepare(
		self,
		(): (),
		_: &DispatchOriginOf<T::RuntimeCall>,
		call: &T::RuntimeCall,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: usize,
	) -> Result<bool, TransactionValidityError> {
		let admits = matches!(call.is_sub_type(), Some(Call::upload { .. } | Call::renew { .. }));
		if admits {
			Admitted::<T>::put(());
		}
		Ok(admits)
	}

	fn post_dispatch_details(
		admitted: bool,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: &PostDispatchInfoOf<T::RuntimeCall>,
		_: usize,
		_: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		if admitted {
			Admitted::<T>::kill();
		}
		Ok(Weight::zero())
	}

	impl_tx_ext_default!(T::RuntimeCall; validate);
}
