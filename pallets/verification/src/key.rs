//! The session key with which a verifier signs its verdicts.

use sp_core::crypto::KeyTypeId;

/// Where the key lives in a keystore.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"asvr");

mod app {
	use sp_application_crypto::{app_crypto, sr25519};
	app_crypto!(sr25519, super::KEY_TYPE);
}

/// A verifier's public key.
pub type VerifierId = app::Public;

/// A signature by a [`VerifierId`].
pub type VerifierSignature = app::Signature;
