//! Who signs, and how accounts are written.

use anyhow::{bail, Context, Result};
use std::{fs, path::Path};
use subxt::utils::AccountId32;
use subxt_signer::{sr25519::Keypair, SecretUri};

/// Name of the environment variable that may hold a secret URI.
pub const VARIABLE: &str = "ASSAY_SURI";

const EXPECTED: &str =
	"expected a mnemonic phrase, a seed of 32 bytes as 0x…, or a development key \
                        such as //Alice; derivations (//hard, /soft, ///password) may follow";

/// Where a key comes from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
	/// A file that holds a secret URI.
	File(&'a Path),
	/// A secret URI.
	Uri(&'a str),
}

/// Reads a key. No error tells anything of the secret.
pub fn load(source: Source<'_>) -> Result<Keypair> {
	match source {
		Source::Uri(uri) => parse(uri),
		Source::File(path) => {
			let file = path.display();
			ensure_private(path)?;
			let text = fs::read_to_string(path)
				.with_context(|| format!("the key file {file} cannot be read"))?;
			let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
			match (lines.next(), lines.next()) {
				(Some(uri), None) => {
					parse(uri).with_context(|| format!("the key file {file} holds no key"))
				},
				(None, _) => bail!("the key file {file} is empty; {EXPECTED}"),
				_ => bail!("the key file {file} has more than one line; {EXPECTED}"),
			}
		},
	}
}

fn parse(uri: &str) -> Result<Keypair> {
	let uri = uri.trim();
	// The signer takes an empty phrase for the development phrase: that is meant only with a
	// derivation, as in //Alice.
	let key = match uri.is_empty() || uri.starts_with("///") {
		true => None,
		false => uri.parse::<SecretUri>().ok().and_then(|uri| Keypair::from_uri(&uri).ok()),
	};
	key.with_context(|| format!("the secret URI is no key; {EXPECTED}"))
}

/// Fails if others can read or change a key file.
#[cfg(unix)]
fn ensure_private(path: &Path) -> Result<()> {
	use std::os::unix::fs::PermissionsExt;

	let file = path.display();
	let about =
		fs::metadata(path).with_context(|| format!("the key file {file} cannot be read"))?;
	if !about.is_file() {
		bail!("{file} is no file; expected a file with a secret URI in one line");
	}
	let mode = about.permissions().mode() & 0o777;
	if mode & 0o077 != 0 {
		bail!(
			"the key file {file} is open to others (mode {mode:o}); expected a file of its owner \
			 alone: chmod 600 {file}"
		);
	}
	Ok(())
}

#[cfg(not(unix))]
fn ensure_private(_: &Path) -> Result<()> {
	Ok(())
}

/// The account of a key.
pub fn of(key: &Keypair) -> AccountId32 {
	key.public_key().to_account_id()
}

/// Reads an account in SS58.
pub fn address(text: &str) -> Result<AccountId32, String> {
	text.parse().map_err(|_| {
		"no account; expected an SS58 address such as \
		 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
			.into()
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn file(content: &str, mode: u32) -> tempfile::NamedTempFile {
		use std::os::unix::fs::PermissionsExt;
		let file = tempfile::NamedTempFile::new().unwrap();
		fs::write(&file, content).unwrap();
		fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
		file
	}

	fn refused(source: Source<'_>) -> String {
		format!("{:#}", load(source).expect_err("it is no key"))
	}

	#[test]
	fn the_ways_to_write_alice_are_one_account() {
		let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
		let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice";
		for uri in ["//Alice", seed, phrase] {
			assert_eq!(of(&load(Source::Uri(uri)).unwrap()).to_string(), ALICE);
			let key = file(&format!("{uri}\n"), 0o600);
			assert_eq!(of(&load(Source::File(key.path())).unwrap()).to_string(), ALICE);
		}
		assert_eq!(address(ALICE).unwrap(), of(&load(Source::Uri("//Alice")).unwrap()));
	}

	#[test]
	fn what_is_no_key_is_refused_and_not_repeated() {
		for uri in ["", "///secret", "secret words", "0x1234", "bottom bottom bottom"] {
			let error = refused(Source::Uri(uri));
			assert!(error.contains("expected a mnemonic phrase"), "{error}");
			assert!(uri.is_empty() || !error.contains(uri), "{error}");
		}
	}

	#[test]
	fn bad_key_files_are_refused_with_the_reason() {
		let refused = |file: &tempfile::NamedTempFile| refused(Source::File(file.path()));
		assert!(refused(&file("//Alice", 0o644)).contains("chmod 600"));
		assert!(refused(&file("//Alice", 0o640)).contains("mode 640"));
		assert!(refused(&file("\n\n", 0o600)).contains("is empty"));
		assert!(refused(&file("//Alice\n//Bob\n", 0o600)).contains("more than one line"));
		let error = refused(&file("hidden words", 0o600));
		assert!(error.contains("holds no key") && !error.contains("hidden"), "{error}");
		let missing = load(Source::File(Path::new("/nowhere/key"))).err().unwrap();
		assert!(format!("{missing:#}").contains("/nowhere/key cannot be read"));
		let folder = tempfile::tempdir().unwrap();
		let error = load(Source::File(folder.path())).err().unwrap();
		assert!(format!("{error:#}").contains("no file"));
	}

	#[test]
	fn other_texts_are_no_addresses() {
		for text in ["", "alice", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"] {
			assert!(address(text).unwrap_err().contains("SS58"), "{text}");
		}
	}
}
