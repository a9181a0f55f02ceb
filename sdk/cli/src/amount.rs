//! Amounts of AIT as people write them.

use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Decimal places of AIT.
const PLACES: usize = 12;
/// Units in 1 AIT.
const ONE: u128 = 1_000_000_000_000;

/// An amount in units of 10⁻¹² AIT. As text, and in JSON, it is a decimal number of AIT: `100`,
/// `0.25`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub u128);

impl fmt::Display for Amount {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let digits = format!("{:012}", self.0 % ONE);
		match digits.trim_end_matches('0') {
			"" => f.pad(&format!("{}", self.0 / ONE)),
			digits => f.pad(&format!("{}.{digits}", self.0 / ONE)),
		}
	}
}

impl FromStr for Amount {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
		let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
		if !plain(whole) || !plain(part) {
			return Err("no amount of AIT; expected a decimal number such as 100 or 0.25".into());
		}
		if part.len() > PLACES {
			return Err("too many digits; AIT has twelve after the point".into());
		}
		format!("{whole}{part:0<12}")
			.parse()
			.map(Self)
			.map_err(|_| "too large; there is not that much AIT".into())
	}
}

impl Serialize for Amount {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn amounts_read_and_print_as_decimals() {
		for (text, units) in [
			("0", 0),
			("1", ONE),
			("100", 100 * ONE),
			("0.25", ONE / 4),
			("0.000000000001", 1),
			("12.5", 12 * ONE + ONE / 2),
		] {
			assert_eq!(text.parse(), Ok(Amount(units)), "{text}");
			assert_eq!(Amount(units).to_string(), text);
		}
		assert_eq!("1.50".parse(), Ok(Amount(ONE + ONE / 2)));
		assert_eq!(Amount(u128::MAX).to_string().parse(), Ok(Amount(u128::MAX)));
	}

	#[test]
	fn what_is_no_amount_is_refused_with_the_reason() {
		for (text, reason) in [
			("", "decimal number"),
			(".5", "decimal number"),
			("5.", "decimal number"),
			("-1", "decimal number"),
			("1e3", "decimal number"),
			("1 AIT", "decimal number"),
			("1,5", "decimal number"),
			("0.0000000000001", "twelve"),
			("999999999999999999999999999999", "too large"),
		] {
			let error = text.parse::<Amount>().unwrap_err();
			assert!(error.contains(reason), "{text}: {error}");
		}
	}
}
