//! What an upgrade to this version changes in the state.
//!
//! The first block that is executed with new code runs [`SingleBlock`] before anything else, once:
//! migrations that are sure to fit into one block. docs/operations.md says how to write one, and
//! `runtime/fuzz` runs them on chains in use.

#[cfg(feature = "rehearsal")]
pub mod rehearsal;

/// The migrations of this version, in this order. Those of versions that no chain runs any longer
/// are removed.
pub type Unreleased = ();

/// What an upgrade runs.
#[cfg(not(feature = "rehearsal"))]
pub type SingleBlock = Unreleased;

/// What the upgrade of a rehearsal runs.
#[cfg(feature = "rehearsal")]
pub type SingleBlock = (Unreleased, rehearsal::Rewrite);

#[cfg(test)]
mod tests {
	use crate::{genesis, AllPalletsWithSystem, Runtime};
	use frame_support::traits::{
		GetStorageVersion, NoStorageVersionSet, PalletInfoAccess, PalletsInfoAccess, StorageVersion,
	};
	use frame_system::LastRuntimeUpgrade;

	/// A version, or none for a pallet that states none and must stay at 0.
	trait Stated {
		fn version(self) -> Option<StorageVersion>;
	}

	impl Stated for StorageVersion {
		fn version(self) -> Option<StorageVersion> {
			Some(self)
		}
	}

	impl Stated for NoStorageVersionSet {
		fn version(self) -> Option<StorageVersion> {
			None
		}
	}

	/// Name, version in the code, version on chain.
	type Versions = (&'static str, Option<StorageVersion>, StorageVersion);

	fn versions<P>() -> Versions
	where
		P: PalletInfoAccess + GetStorageVersion<InCodeStorageVersion: Stated>,
	{
		(P::name(), P::in_code_storage_version().version(), P::on_chain_storage_version())
	}

	/// Those of all pallets.
	fn all() -> Vec<Versions> {
		macro_rules! of {
			($($pallet:ident)*) => { vec![$(versions::<crate::$pallet>()),*] };
		}
		of![
			System Timestamp Migrations Babe Authorship Session Historical Offences Grandpa Balances
			TransactionPayment Parameters AssayParameters Preimage Scheduler Utility Multisig Proxy
			Stake Artifacts Tasks Claims Verification Models Audits Sudo
		]
	}

	#[test]
	fn a_chain_begins_with_the_versions_of_the_code() {
		for mut chain in [genesis::tests::development(), genesis::tests::local()] {
			chain.execute_with(|| {
				let versions = all();
				let named: Vec<_> = versions.iter().map(|(name, ..)| *name).collect();
				let pallets: Vec<_> =
					AllPalletsWithSystem::infos().iter().map(|info| info.name).collect();
				assert_eq!(named, pallets, "each pallet is looked at");
				for (name, in_code, on_chain) in versions {
					assert_eq!(in_code.unwrap_or_default(), on_chain, "{name}");
				}
				let last = LastRuntimeUpgrade::<Runtime>::get().unwrap();
				assert_eq!(last.spec_version.0, crate::VERSION.spec_version);
			});
		}
	}

	#[test]
	fn our_pallets_state_their_versions() {
		let ours = [
			"AssayParameters",
			"Stake",
			"Artifacts",
			"Tasks",
			"Claims",
			"Verification",
			"Models",
			"Audits",
		];
		genesis::tests::development().execute_with(|| {
			let stated = all().into_iter().filter(|(_, version, _)| version.is_some());
			let stated: Vec<_> = stated.map(|(name, ..)| name).collect();
			for name in ours {
				assert!(stated.contains(&name), "{name} has no #[pallet::storage_version]");
			}
		});
	}
}
