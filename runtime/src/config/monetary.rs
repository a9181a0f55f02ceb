//! AIT, and what transactions cost.

use crate::{
	weights, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason,
	RuntimeHoldReason, System,
};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit},
		tokens::imbalance::OnUnbalanced,
		ConstU128, ConstU32, ConstU8, LinearStoragePrice, VariantCountOf,
	},
	weights::ConstantMultiplier,
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{FixedPointNumber, Perquintill};

/// One AIT.
pub const AIT: Balance = 1_000_000_000_000;
/// A thousandth of an AIT.
pub const MILLI_AIT: Balance = AIT / 1_000;
/// The least that an account can have.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_AIT;
/// Price of a byte of a transaction: a chunk of 2 MiB costs 2.1 AIT.
pub const BYTE_FEE: Balance = 1_000_000;
/// Price of a picosecond of computation: with it a transfer costs about 0.001 AIT.
pub const WEIGHT_FEE: Balance = 2;

/// Held for each record in the state, whatever its size.
pub const ITEM_DEPOSIT: Balance = 10 * MILLI_AIT;
/// Held for each byte of a record in the state.
pub const BYTE_DEPOSIT: Balance = MILLI_AIT / 10;
/// Held for each byte of an artifact, which stands in blocks and not in the state: 84 AIT for 16
/// MiB.
pub const ARTIFACT_BYTE_DEPOSIT: Balance = 5_000_000;

/// Deposits for records in the state.
pub type RecordPrice =
	LinearStoragePrice<ConstU128<ITEM_DEPOSIT>, ConstU128<BYTE_DEPOSIT>, Balance>;
/// Deposits for artifacts.
pub type ArtifactPrice =
	LinearStoragePrice<ConstU128<ITEM_DEPOSIT>, ConstU128<ARTIFACT_BYTE_DEPOSIT>, Balance>;

parameter_types! {
	/// How full blocks are when fees stay as they are.
	pub const TargetFullness: Perquintill = Perquintill::from_percent(25);
	/// How fast fees follow: by a full block, by less than 0.01 %.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
	/// Fees are never lower than on an idle chain …
	pub MinimumMultiplier: Multiplier = Multiplier::from_u32(1);
	/// … nor higher than a thousand times that.
	pub MaximumMultiplier: Multiplier = Multiplier::from_u32(1_000);
}

impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = Balance;
	type DoneSlashHandler = ();
	type DustRemoval = ();
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type MaxLocks = ConstU32<0>;
	type MaxReserves = ConstU32<0>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeEvent = RuntimeEvent;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = weights::pallet_balances::WeightInfo<Runtime>;
}

impl pallet_transaction_payment::Config for Runtime {
	type FeeMultiplierUpdate = TargetedFeeAdjustment<
		Runtime,
		TargetFullness,
		AdjustmentVariable,
		MinimumMultiplier,
		MaximumMultiplier,
	>;
	type LengthToFee = ConstantMultiplier<Balance, ConstU128<BYTE_FEE>>;
	type OnChargeTransaction = FungibleAdapter<Balances, ToAuthor>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_transaction_payment::WeightInfo<Runtime>;
	type WeightToFee = ConstantMultiplier<Balance, ConstU128<WEIGHT_FEE>>;
}

impl pallet_sudo::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_sudo::WeightInfo<Runtime>;
}

/// Fees and tips go to the author of the block.
pub struct ToAuthor;

impl OnUnbalanced<Credit<crate::AccountId, Balances>> for ToAuthor {
	fn on_nonzero_unbalanced(fee: Credit<crate::AccountId, Balances>) {
		// Without an author, or with one that cannot receive so little, the fee is burnt.
		if let Some(author) = super::consensus::author() {
			drop(Balances::resolve(&author, fee));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{genesis, Signature, TransactionPayment, UncheckedExtrinsic};
	use codec::Encode;
	use frame_support::dispatch::GetDispatchInfo;
	use frame_system::offchain::CreateAuthorizedTransaction;
	use sp_core::sr25519;
	use sp_keyring::Sr25519Keyring;

	/// What a call costs an account on an idle chain.
	fn fee(call: RuntimeCall) -> Balance {
		let extension =
			<Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::create_extension(
			);
		let transaction = UncheckedExtrinsic::new_signed(
			call,
			Sr25519Keyring::Alice.to_account_id().into(),
			Signature::Sr25519(sr25519::Signature::default()),
			extension,
		);
		let length = u32::try_from(transaction.encoded_size()).unwrap();
		genesis::tests::development().execute_with(|| {
			TransactionPayment::compute_fee(length, &transaction.get_dispatch_info(), 0)
		})
	}

	#[test]
	fn a_transfer_costs_about_a_thousandth() {
		let fee = fee(RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
			dest: Sr25519Keyring::Bob.to_account_id().into(),
			value: AIT,
		}));
		assert!((MILLI_AIT / 2..=2 * MILLI_AIT).contains(&fee), "{fee}");
	}

	#[test]
	fn a_chunk_costs_about_two() {
		let fee = fee(RuntimeCall::Artifacts(pallet_assay_artifacts::Call::upload {
			id: Default::default(),
			index: 0,
			chunk: vec![0; assay_primitives::artifact::CHUNK_BYTES],
		}));
		assert!((2 * AIT..=3 * AIT).contains(&fee), "{fee}");
	}

	#[test]
	fn fees_go_to_the_author_or_nowhere() {
		genesis::tests::development().execute_with(|| {
			let before = Balances::total_issuance();
			ToAuthor::on_unbalanced(Balances::issue(AIT));
			// No block is being made, so there is no author.
			assert_eq!(Balances::total_issuance(), before);
		});
	}
}
