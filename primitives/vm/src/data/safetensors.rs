//! A strict reader of the header of a safetensors file.
//!
//! The file is the length of the header (`u64`, little-endian), the header (JSON), and the data.
//! The header is an object with an entry `{"dtype": …, "shape": […], "data_offsets": [begin, end]}`
//! for each tensor, and perhaps `"__metadata__"`, an object of strings. Offsets count from the
//! start of the data. Nothing recurses, and each byte of the header is looked at once.

use super::{DType, MAX_HEADER_BYTES};
use alloc::vec::Vec;

/// A tensor.
pub(super) struct Tensor<'a> {
	/// `None`: none of those that a data set may have.
	pub dtype: Option<DType>,
	pub shape: Vec<u64>,
	pub bytes: &'a [u8],
}

/// The tensors `x` and `y`.
pub(super) fn parse(file: &[u8]) -> Option<[Tensor<'_>; 2]> {
	let (length, rest) = file.split_first_chunk::<8>()?;
	let length = u64::from_le_bytes(*length);
	if length > MAX_HEADER_BYTES {
		return None;
	}
	let (header, data) = rest.split_at_checked(usize::try_from(length).ok()?)?;
	let mut json = Json { rest: header };
	let (mut x, mut y) = (None, None);
	json.object(|json, name| {
		let slot = match name {
			b"__metadata__" => return json.object(|json, _| json.string().map(drop)),
			b"x" => Some(&mut x),
			b"y" => Some(&mut y),
			_ => None,
		};
		let tensor = json.tensor(data)?;
		match slot {
			// A second tensor of the same name makes the file ambiguous.
			Some(slot) => slot.replace(tensor).is_none().then_some(()),
			None => Some(()),
		}
	})?;
	json.space();
	json.rest.is_empty().then_some([x?, y?])
}

/// What is left of a JSON text. A method that fails leaves it anywhere.
struct Json<'a> {
	rest: &'a [u8],
}

impl<'a> Json<'a> {
	fn space(&mut self) {
		while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
			self.rest = rest;
		}
	}

	/// Whether the next token is this one, which is then consumed.
	fn token(&mut self, token: u8) -> bool {
		self.space();
		match self.rest.split_first() {
			Some((first, rest)) if *first == token => {
				self.rest = rest;
				true
			},
			_ => false,
		}
	}

	fn expect(&mut self, token: u8) -> Option<()> {
		self.token(token).then_some(())
	}

	/// A string as it is written: escapes are checked and kept.
	fn string(&mut self) -> Option<&'a [u8]> {
		self.expect(b'"')?;
		let start = self.rest;
		loop {
			match self.rest {
				[b'"', rest @ ..] => {
					let length = start.len().checked_sub(self.rest.len())?;
					self.rest = rest;
					let written = start.get(..length)?;
					return core::str::from_utf8(written).is_ok().then_some(written);
				},
				[b'\\', b'u', a, b, c, d, rest @ ..]
					if [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit) =>
				{
					self.rest = rest;
				},
				[b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => {
					self.rest = rest;
				},
				[b'\\' | 0..0x20, ..] | [] => return None,
				[_, rest @ ..] => self.rest = rest,
			}
		}
	}

	/// A number without sign, fraction or exponent.
	fn number(&mut self) -> Option<u64> {
		self.space();
		let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
		let (written, rest) = self.rest.split_at_checked(digits)?;
		if written.len() > 1 && written.first() == Some(&b'0') {
			return None;
		}
		self.rest = rest;
		core::str::from_utf8(written).ok()?.parse().ok()
	}

	fn numbers(&mut self) -> Option<Vec<u64>> {
		self.expect(b'[')?;
		let mut all = Vec::new();
		if self.token(b']') {
			return Some(all);
		}
		loop {
			all.push(self.number()?);
			if self.token(b']') {
				return Some(all);
			}
			self.expect(b',')?;
		}
	}

	/// An object; `entry` reads the value of each of its keys.
	fn object(&mut self, mut entry: impl FnMut(&mut Self, &'a [u8]) -> Option<()>) -> Option<()> {
		self.expect(b'{')?;
		if self.token(b'}') {
			return Some(());
		}
		loop {
			let key = self.string()?;
			self.expect(b':')?;
			entry(self, key)?;
			if self.token(b'}') {
				return Some(());
			}
			self.expect(b',')?;
		}
	}

	fn tensor<'d>(&mut self, data: &'d [u8]) -> Option<Tensor<'d>> {
		let (mut dtype, mut shape, mut offsets) = (None, None, None);
		self.object(|json, key| {
			let first = match key {
				b"dtype" => dtype.replace(json.string()?).is_none(),
				b"shape" => shape.replace(json.numbers()?).is_none(),
				b"data_offsets" => offsets.replace(json.numbers()?).is_none(),
				_ => false,
			};
			first.then_some(())
		})?;
		let dtype = match dtype? {
			b"F32" => Some(DType::F32),
			b"U8" => Some(DType::U8),
			_ => None,
		};
		let (shape, offsets) = (shape?, offsets?);
		let [begin, end] = *offsets.as_slice() else { return None };
		let bytes = data.get(usize::try_from(begin).ok()?..usize::try_from(end).ok()?)?;
		if let Some(dtype) = dtype {
			let element = u64::try_from(dtype.size()).ok()?;
			let expected = shape.iter().try_fold(element, |size, d| size.checked_mul(*d))?;
			if u64::try_from(bytes.len()).ok()? != expected {
				return None;
			}
		}
		Some(Tensor { dtype, shape, bytes })
	}
}
