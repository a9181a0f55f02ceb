//! The migration of the version that tests upgrade to: each record that something waits for is read
//! and written again, as by a migration that changes its form.

use crate::Runtime;
use frame_support::{storage::unhashed, traits::OnRuntimeUpgrade, weights::Weight};
#[cfg(feature = "try-runtime")]
use {alloc::vec::Vec, codec::Encode, frame_support::ensure, sp_runtime::TryRuntimeError};

/// Under this key stands how many records were rewritten, a `u64`.
pub const REWRITTEN: &[u8] = b":rehearsal";

/// Rewrites tasks, claims, jobs, models, stakes and pending slashes.
pub struct Rewrite;

/// Gives the records to a macro.
macro_rules! with_records {
	($what:ident) => {
		$what![
			pallet_assay_tasks::Tasks<Runtime>,
			pallet_assay_claims::Claims<Runtime>,
			pallet_assay_verification::Jobs<Runtime>,
			pallet_assay_models::Models<Runtime>,
			pallet_assay_stake::Ledgers<Runtime>,
			pallet_assay_stake::Slashes<Runtime>,
		]
	};
}

impl OnRuntimeUpgrade for Rewrite {
	fn on_runtime_upgrade() -> Weight {
		let mut records = 0u64;
		macro_rules! rewrite {
			($($map:ty),* $(,)?) => {
				$(<$map>::translate_values(|record| {
					records = records.saturating_add(1);
					Some(record)
				});)*
			};
		}
		with_records!(rewrite);
		unhashed::put(REWRITTEN, &records);
		let writes = records.saturating_add(1);
		<Runtime as frame_system::Config>::DbWeight::get().reads_writes(records, writes)
	}

	/// Gives all records.
	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Ok(Self::records())
	}

	/// No record is lost or changed.
	#[cfg(feature = "try-runtime")]
	fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
		ensure!(Self::records() == before, "a record is not what it was");
		Ok(())
	}
}

#[cfg(feature = "try-runtime")]
impl Rewrite {
	fn records() -> Vec<u8> {
		let mut records = Vec::new();
		macro_rules! read {
			($($map:ty),* $(,)?) => {
				$(<$map>::iter().collect::<Vec<_>>().encode_to(&mut records);)*
			};
		}
		with_records!(read);
		records
	}
}
