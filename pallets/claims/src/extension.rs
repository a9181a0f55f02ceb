//! Refuses hopeless claims in the transaction pool.

use super::*;
use assay_traits::refusal;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::fmt;
use frame_support::{pallet_prelude::TransactionSource, traits::IsSubType};
use sp_runtime::{
	traits::{
		AsSystemOriginSigner, DispatchInfoOf, DispatchOriginOf, Implication, TransactionExtension,
		ValidateResult,
	},
	transaction_validity::{TransactionPriority, TransactionValidityError, ValidTransaction},
};

/// Priority of a reveal, above what tips buy. From the pool on everybody can read it, copy it, and
/// fill blocks until the copy is verified. Each claim, and so each bond, has room for one in a pool.
pub const REVEAL_PRIORITY: TransactionPriority = TransactionPriority::MAX / 4;

/// Checks stake, bond, task and rate limit of each `commit`, and claim, window, hash, score, run,
/// program and fee of each `reveal`, while the transaction is validated: a flood of what could only
/// fail dies in the pool, for free.
///
/// Reveals go before all that has a tip ([`REVEAL_PRIORITY`]). So none may be in a block that
/// fails, and could be sent again: whether the fee for the verification is there is looked at once
/// more when that of the transaction is taken, if this extension comes after the one that does so.
///
/// A transaction is refused with [`refusal`], which names the error. Calls inside of other calls (a
/// batch, a proxy) are not looked at; they are checked when they are executed, as every call is.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckClaim<T>(PhantomData<T>);

impl<T> CheckClaim<T> {
	/// The extension.
	#[must_use]
	pub const fn new() -> Self {
		Self(PhantomData)
	}
}

impl<T> Default for CheckClaim<T> {
	fn default() -> Self {
		Self::new()
	}
}

impl<T> fmt::Debug for CheckClaim<T> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("CheckClaim")
	}
}

impl<T: Config> CheckClaim<T> {
	fn check(miner: &T::AccountId, call: &Call<T>) -> DispatchResult {
		match call {
			Call::commit { task, commitment } => {
				Pallet::<T>::ensure_can_commit(miner, *task, *commitment).map(|_| ())
			},
			Call::reveal { claim, body, salt } => {
				Pallet::<T>::ensure_can_reveal(miner, *claim, body, salt).map(|_| ())
			},
			_ => Ok(()),
		}
	}
}

impl<T: Config + Send + Sync> TransactionExtension<T::RuntimeCall> for CheckClaim<T>
where
	T::RuntimeCall: IsSubType<Call<T>>,
	DispatchOriginOf<T::RuntimeCall>: AsSystemOriginSigner<T::AccountId>,
{
	const IDENTIFIER: &'static str = "CheckClaim";
	type Implicit = ();
	type Val = ();
	type Pre = ();

	// The call reads what the check reads, and then finds it in memory: its weight has both.
	fn weight(&self, _: &T::RuntimeCall) -> Weight {
		Weight::zero()
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
	) -> ValidateResult<(), T::RuntimeCall> {
		let mut valid = ValidTransaction::default();
		if let (Some(miner), Some(call)) = (origin.as_system_origin_signer(), call.is_sub_type()) {
			Self::check(miner, call).map_err(refusal)?;
			if let Call::reveal { claim, .. } = call {
				valid.priority = REVEAL_PRIORITY;
				valid.provides = Vec::from([("AssayReveal", claim).encode()]);
			}
		}
		Ok((valid, (), origin))
	}

	fn prepare(
		self,
		(): (),
		origin: &DispatchOriginOf<T::RuntimeCall>,
		call: &T::RuntimeCall,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: usize,
	) -> Result<(), TransactionValidityError> {
		if let (Some(miner), Some(Call::reveal { claim, .. })) =
			(origin.as_system_origin_signer(), call.is_sub_type())
		{
			Pallet::<T>::ensure_reveal_is_paid(miner, *claim).map_err(refusal)?;
		}
		Ok(())
	}
}
