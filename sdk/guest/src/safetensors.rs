//! Writes safetensors, the format of the trained model.

use alloc::{format, string::String, vec::Vec};

/// A safetensors file in the making: eight bytes of length, a JSON header, the tensors' bytes.
///
/// ```
/// let bytes = assay_guest::Safetensors::new()
///     .f32("weights", &[2, 2], &[1.0, 2.0, 3.0, 4.0])
///     .f32("bias", &[2], &[0.0, 0.5])
///     .finish();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Safetensors {
	header: String,
	data: Vec<u8>,
}

impl Safetensors {
	/// An empty file.
	#[must_use]
	pub fn new() -> Self {
		Self::default()
	}

	/// Adds a tensor of `f32`. `values` are in row-major order.
	///
	/// Panics if their number is not the product of `shape`, if `name` has characters other than
	/// letters, digits, `.`, `_` and `-`, or if there is a tensor of that name.
	#[must_use]
	pub fn f32(self, name: &str, shape: &[usize], values: &[f32]) -> Self {
		self.tensor(name, "F32", shape, values.iter().map(|v| v.to_le_bytes()))
	}

	/// Adds a tensor of `f64`, as [`f32`](Self::f32) does.
	#[must_use]
	pub fn f64(self, name: &str, shape: &[usize], values: &[f64]) -> Self {
		self.tensor(name, "F64", shape, values.iter().map(|v| v.to_le_bytes()))
	}

	/// Adds a tensor of `u8`, as [`f32`](Self::f32) does.
	#[must_use]
	pub fn u8(self, name: &str, shape: &[usize], values: &[u8]) -> Self {
		self.tensor(name, "U8", shape, values.iter().map(|v| v.to_le_bytes()))
	}

	/// Adds a tensor of `u32`, as [`f32`](Self::f32) does.
	#[must_use]
	pub fn u32(self, name: &str, shape: &[usize], values: &[u32]) -> Self {
		self.tensor(name, "U32", shape, values.iter().map(|v| v.to_le_bytes()))
	}

	fn tensor<const SIZE: usize>(
		mut self,
		name: &str,
		dtype: &str,
		shape: &[usize],
		values: impl ExactSizeIterator<Item = [u8; SIZE]>,
	) -> Self {
		let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
		assert!(
			!name.is_empty() && name.bytes().all(plain),
			"a name that JSON would have to escape"
		);
		assert!(!self.header.contains(&format!("\"{name}\":")), "a name for two tensors");
		assert_eq!(
			values.len(),
			shape.iter().product::<usize>(),
			"values that do not fill the shape"
		);
		let start = self.data.len();
		self.data.extend(values.flatten());
		let end = self.data.len();
		let comma = if self.header.is_empty() { "" } else { "," };
		self.header += &format!(
			"{comma}\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape:?},\"data_offsets\":[{start},{end}]}}"
		);
		self
	}

	/// The bytes of the file. The header is padded with spaces to a multiple of eight bytes, so
	/// that the first tensor is aligned.
	#[must_use]
	pub fn finish(self) -> Vec<u8> {
		let mut header = format!("{{{}}}", self.header);
		while header.len() % 8 != 0 {
			header.push(' ');
		}
		let mut bytes = Vec::with_capacity(8 + header.len() + self.data.len());
		bytes.extend((header.len() as u64).to_le_bytes());
		bytes.extend(header.bytes());
		bytes.extend(self.data);
		bytes
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ::safetensors::{Dtype, SafeTensors};

	#[test]
	fn the_published_reader_reads_it() {
		let bytes = Safetensors::new()
			.u8("a", &[3], &[1, 2, 3])
			.f32("layer.0-w", &[2, 1], &[0.5, -1.0])
			.f64("b", &[], &[2.5])
			.u32("none", &[0, 4], &[])
			.finish();
		let read = SafeTensors::deserialize(&bytes).unwrap();
		assert_eq!(read.len(), 4);
		let w = read.tensor("layer.0-w").unwrap();
		assert_eq!((w.dtype(), w.shape()), (Dtype::F32, &[2, 1][..]));
		assert_eq!(w.data(), [0.5f32.to_le_bytes(), (-1.0f32).to_le_bytes()].concat());
		assert_eq!(read.tensor("a").unwrap().data(), [1, 2, 3]);
		assert_eq!(read.tensor("b").unwrap().data(), 2.5f64.to_le_bytes());
		assert_eq!(read.tensor("none").unwrap().shape(), [0, 4]);
	}

	#[test]
	fn an_empty_file_is_valid() {
		assert!(SafeTensors::deserialize(&Safetensors::new().finish()).unwrap().is_empty());
	}

	#[test]
	#[should_panic = "fill the shape"]
	fn shapes_are_checked() {
		let _ = Safetensors::new().f32("w", &[2, 2], &[1.0]);
	}

	#[test]
	#[should_panic = "escape"]
	fn names_are_checked() {
		let _ = Safetensors::new().f32("a\"b", &[0], &[]);
	}

	#[test]
	#[should_panic = "two tensors"]
	fn names_are_unique() {
		let _ = Safetensors::new().f32("ab", &[0], &[]).u8("b", &[0], &[]).u8("ab", &[0], &[]);
	}
}
