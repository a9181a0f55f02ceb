//! The Assay runtime.
//!
//! | where | what |
//! | --- | --- |
//! | [`config`] | how each pallet is configured, by concern, with its tests |
//! | [`apis`] | what a node can ask the runtime |
//! | [`queries`] | what clients are told of claims, jobs, artifacts and models |
//! | [`weights`] | what everything weighs |
//! | [`genesis`] | the presets `development` and `local_testnet` |
//! | [`migrations`] | what an upgrade changes in the state |
//! | [`Runtime`] | the pallets and their permanent indices |
//!
//! The feature `fast-runtime` shortens epochs and windows for tests and demonstrations; `rehearsal`
//! makes a later version of the same, to which tests upgrade a chain.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]
// All that is written here has documentation; what the macros of FRAME add to it has not.
#![allow(missing_docs)]
// What `frame_support::runtime` expands to needs more than the default of 128.
#![recursion_limit = "256"]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod config;
pub mod genesis;
pub mod migrations;
pub mod queries;
#[cfg(test)]
mod tests;
pub mod weights;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use config::{consensus::SessionKeys, system::time};
pub use pallet_assay_verification::worker;

/// Declares the version. Its numbers must be literals: they are also put beside the code.
macro_rules! version {
	($spec_version:tt) => {
		/// Which runtime this is. Each release increases `spec_version`, and `transaction_version`
		/// with it if a transaction is encoded otherwise.
		#[sp_version::runtime_version]
		pub const VERSION: RuntimeVersion = RuntimeVersion {
			spec_name: Cow::Borrowed("assay"),
			impl_name: Cow::Borrowed("assay"),
			authoring_version: 1,
			spec_version: $spec_version,
			impl_version: 1,
			apis: apis::RUNTIME_API_VERSIONS,
			transaction_version: 1,
			system_version: 1,
		};
	};
}
#[cfg(not(feature = "rehearsal"))]
version!(1);
// Later than every release.
#[cfg(feature = "rehearsal")]
version!(1_000_000);

/// Signatures of transactions: sr25519, ed25519 or ECDSA.
pub type Signature = MultiSignature;
/// Accounts: 32 bytes, SS58 prefix 42.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// How transactions name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// Amounts of AIT, in units of 10⁻¹² AIT.
pub type Balance = u128;
/// Block numbers.
pub type BlockNumber = u32;
/// Number of transactions that an account has sent.
pub type Nonce = u32;
/// BLAKE2b-256 of headers, transactions and state.
pub type Hash = sp_core::H256;
/// Milliseconds since the Unix epoch.
pub type Moment = u64;

/// Block headers.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// Blocks with decoded transactions.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// What a transaction carries beside its call.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	// A tuple of its own: twelve is the most that one takes. Encoded, it makes no difference. After
	// the fee: a registration must succeed with what is left.
	(
		pallet_assay_claims::CheckClaim<Runtime>,
		pallet_assay_models::CheckModel<Runtime>,
		pallet_assay_artifacts::AdmitChunk<Runtime>,
	),
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);
/// Transactions and inherents as they stand in blocks.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a signer signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Runs blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

/// Blocks as the node sees them, with transactions left encoded, so that a node does not depend on
/// the runtime's calls.
pub mod opaque {
	/// Blocks with opaque transactions.
	pub type Block = sp_runtime::generic::Block<super::Header, sp_runtime::OpaqueExtrinsic>;
}

/// The pallets. An index is permanent: it is in every encoded call, event and error. Ranges:
///
/// | indices | concern |
/// | --- | --- |
/// | 0 – 9 | system |
/// | 10 – 19 | consensus |
/// | 20 – 29 | money |
/// | 30 – 39 | parameters and governance |
/// | 40 – 49 | conveniences of accounts |
/// | 50 – 69 | Assay |
/// | 255 | sudo, with a key in the development genesis only |
#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	/// The Assay runtime.
	pub struct Runtime;

	// System.
	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Migrations = pallet_migrations;

	// Consensus. Babe stands before Session, because it tells Session when to end; Authorship
	// before Session, because its note of the author is what Session's handlers may ask for.
	#[runtime::pallet_index(10)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(11)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(12)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(13)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(14)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(15)]
	pub type Grandpa = pallet_grandpa;

	// Money.
	#[runtime::pallet_index(20)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(21)]
	pub type TransactionPayment = pallet_transaction_payment;

	// Parameters and governance.
	#[runtime::pallet_index(30)]
	pub type Parameters = pallet_parameters;
	#[runtime::pallet_index(31)]
	pub type AssayParameters = pallet_assay_parameters;
	#[runtime::pallet_index(32)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(33)]
	pub type Scheduler = pallet_scheduler;

	// Conveniences of accounts.
	#[runtime::pallet_index(40)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(41)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(42)]
	pub type Proxy = pallet_proxy;

	// Assay. The parameters of each pallet are the group of the same index.
	#[runtime::pallet_index(50)]
	pub type Stake = pallet_assay_stake;
	#[runtime::pallet_index(51)]
	pub type Artifacts = pallet_assay_artifacts;
	#[runtime::pallet_index(52)]
	pub type Tasks = pallet_assay_tasks;
	#[runtime::pallet_index(53)]
	pub type Claims = pallet_assay_claims;
	#[runtime::pallet_index(54)]
	pub type Verification = pallet_assay_verification;
	#[runtime::pallet_index(55)]
	pub type Models = pallet_assay_models;
	#[runtime::pallet_index(56)]
	pub type Audits = pallet_assay_audits;

	#[runtime::pallet_index(255)]
	pub type Sudo = pallet_sudo;
}
