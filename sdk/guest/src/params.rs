//! Parameters as text: `epochs=20 hidden=32 lr=0.05`.

use crate::Error;
use core::str::FromStr;

/// The parameters of a claim: pairs `name=value`, separated by white space.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a>(&'a str);

impl<'a> Params<'a> {
	/// Reads the bytes of a claim's parameters.
	///
	/// # Errors
	/// If they are not UTF-8, if a part is not `name=value`, or if a name occurs twice.
	pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
		let text = core::str::from_utf8(bytes)
			.map_err(|_| Error("the parameters are not text (UTF-8)"))?;
		for (at, part) in text.split_ascii_whitespace().enumerate() {
			let (name, _) =
				part.split_once('=').ok_or(Error("a parameter is not of the form name=value"))?;
			if Self(text).pairs().take(at).any(|(earlier, _)| earlier == name) {
				return Err(Error("a parameter is given twice"));
			}
		}
		Ok(Self(text))
	}

	/// All pairs in order.
	pub fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
		self.0.split_ascii_whitespace().filter_map(|part| part.split_once('='))
	}

	/// The value of `name`, or `default` if it is not given.
	///
	/// # Errors
	/// If the value is given and cannot be read as a `T`.
	pub fn get<T: FromStr>(&self, name: &str, default: T) -> Result<T, Error> {
		match self.pairs().find(|(given, _)| *given == name) {
			Some((_, value)) => {
				value.parse().map_err(|_| Error("a parameter's value cannot be read"))
			},
			None => Ok(default),
		}
	}

	/// Refuses names other than the given ones, so that a misspelt one is noticed.
	///
	/// # Errors
	/// If a name is not in the list.
	pub fn only(&self, names: &[&str]) -> Result<(), Error> {
		if self.pairs().all(|(name, _)| names.contains(&name)) {
			Ok(())
		} else {
			Err(Error("a parameter has an unknown name"))
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn values_are_read_with_defaults() {
		let params = Params::parse(b" epochs=20\tlr=0.05\n ").unwrap();
		assert_eq!(params.get("epochs", 1u32), Ok(20));
		assert_eq!(params.get("lr", 0.0f32), Ok(0.05));
		assert_eq!(params.get("hidden", 32usize), Ok(32));
		assert!(params.get("lr", 1u32).is_err(), "0.05 is no whole number");
	}

	#[test]
	fn nothing_is_fine() {
		let params = Params::parse(b"").unwrap();
		assert_eq!(params.only(&[]), Ok(()));
		assert_eq!(params.get("epochs", 3u8), Ok(3));
	}

	#[test]
	fn unknown_names_are_noticed() {
		let params = Params::parse(b"epochs=20 lr=0.05").unwrap();
		assert_eq!(params.only(&["lr", "epochs", "hidden"]), Ok(()));
		assert!(params.only(&["lr"]).is_err());
	}
}
