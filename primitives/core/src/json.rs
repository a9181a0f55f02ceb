//! How values of the chain are written in JSON, for `#[serde(with = …)]`.

/// Amounts as decimal strings: JSON readers lose digits of large numbers.
pub mod amount {
	use alloc::string::String;
	use core::{fmt::Display, str::FromStr};
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	/// Writes one.
	///
	/// # Errors
	///
	/// Those of the writer.
	pub fn serialize<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
		to.collect_str(value)
	}

	/// Reads one.
	///
	/// # Errors
	///
	/// Those of the reader, and where the text is of another form.
	pub fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
		let text = String::deserialize(from)?;
		text.parse().map_err(|_| D::Error::custom("an amount is a whole number in a string"))
	}
}

/// Names as strings.
pub mod text {
	use alloc::{string::String, vec::Vec};
	use serde::{Deserialize, Deserializer, Serializer};

	/// Writes one.
	///
	/// # Errors
	///
	/// Those of the writer.
	pub fn serialize<S: Serializer>(value: &[u8], to: S) -> Result<S::Ok, S::Error> {
		to.serialize_str(&String::from_utf8_lossy(value))
	}

	/// Reads one.
	///
	/// # Errors
	///
	/// Those of the reader, and where the text is of another form.
	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
		Ok(String::deserialize(from)?.into_bytes())
	}
}

/// Lists of names as lists of strings.
pub mod texts {
	use alloc::{string::String, vec::Vec};
	use serde::{Deserialize, Deserializer, Serializer};

	/// Writes one.
	///
	/// # Errors
	///
	/// Those of the writer.
	pub fn serialize<S: Serializer>(values: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
		to.collect_seq(values.iter().map(|value| String::from_utf8_lossy(value)))
	}

	/// Reads one.
	///
	/// # Errors
	///
	/// Those of the reader, and where the text is of another form.
	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
		Ok(Vec::<String>::deserialize(from)?.into_iter().map(String::into_bytes).collect())
	}
}
