//! The container: a safetensors file, read strictly.
//!
//! The file is the length of the header (`u64`, little-endian), the header (JSON), and the data.
//! The header is an object with an entry `{"dtype": …, "shape": […], "data_offsets": [begin, end]}`
//! for each tensor, and `"__metadata__"`, an object of strings. Offsets count from the start of the
//! data. The tensors fill the data without gaps, and no name comes twice.

use crate::{size, Error, MAX_HEADER_BYTES, MAX_PARAMETERS, MAX_TENSORS};
use alloc::{
	borrow::ToOwned,
	collections::BTreeMap,
	string::{String, ToString},
	vec::Vec,
};
use core::fmt;
use serde::{
	de::{Error as _, MapAccess, Visitor},
	Deserialize, Deserializer,
};

/// The metadata's entry with the graph.
pub const GRAPH: &str = "assay.graph";

/// Numbers of a tensor, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
	/// IEEE 754 binary32.
	F32(Vec<f32>),
	/// Signed bytes.
	I8(Vec<i8>),
}

impl Data {
	/// How many numbers.
	#[must_use]
	pub fn len(&self) -> usize {
		match self {
			Self::F32(values) => values.len(),
			Self::I8(values) => values.len(),
		}
	}

	/// Whether there are none.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// Little-endian.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		match self {
			Self::F32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
			Self::I8(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
		}
	}

	const fn dtype(&self) -> &'static str {
		match self {
			Self::F32(_) => "F32",
			Self::I8(_) => "I8",
		}
	}
}

/// A tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
	/// Its name in the file.
	pub name: String,
	/// Its dimensions.
	pub shape: Vec<u32>,
	/// Its numbers: as many as the product of the dimensions.
	pub data: Data,
}

/// What a file has.
pub(crate) struct File {
	pub graph: String,
	/// In the order of their bytes.
	pub tensors: Vec<Tensor>,
	/// Where the bytes of each tensor start, counted from the start of the file.
	pub offsets: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
	dtype: String,
	shape: Vec<u32>,
	data_offsets: [u32; 2],
}

#[derive(Default)]
struct Header {
	metadata: BTreeMap<String, String>,
	tensors: BTreeMap<String, Entry>,
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
	type Value = Header;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an object of tensors")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
		let mut header = Header::default();
		let mut described = false;
		while let Some(name) = map.next_key::<String>()? {
			let again = if name == "__metadata__" {
				let again = described;
				described = true;
				header.metadata = map.next_value::<Metadata>()?.0;
				again
			} else {
				if header.tensors.len() >= MAX_TENSORS {
					return Err(A::Error::custom("too many tensors"));
				}
				let entry = map.next_value()?;
				header.tensors.insert(name.clone(), entry).is_some()
			};
			if again {
				return Err(A::Error::custom(format_args!("{name} comes twice")));
			}
		}
		Ok(header)
	}
}

impl<'de> Deserialize<'de> for Header {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		deserializer.deserialize_map(HeaderVisitor)
	}
}

struct Metadata(BTreeMap<String, String>);

struct MetadataVisitor;

impl<'de> Visitor<'de> for MetadataVisitor {
	type Value = Metadata;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an object of strings")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
		let mut metadata = BTreeMap::new();
		while let Some((name, value)) = map.next_entry::<String, String>()? {
			if metadata.insert(name.clone(), value).is_some() {
				return Err(A::Error::custom(format_args!("{name} comes twice")));
			}
		}
		Ok(Metadata(metadata))
	}
}

impl<'de> Deserialize<'de> for Metadata {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		deserializer.deserialize_map(MetadataVisitor)
	}
}

/// Numbers in a tensor of this shape; `None` if they are more than a model may have.
pub(crate) fn numbers(shape: &[u32]) -> Option<u32> {
	let product = shape.iter().try_fold(1u32, |product, d| product.checked_mul(*d))?;
	(product <= MAX_PARAMETERS).then_some(product)
}

pub(crate) fn parse(file: &[u8]) -> Result<File, Error> {
	let (length, rest) = file.split_first_chunk::<8>().ok_or(Error::Truncated)?;
	let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| Error::HeaderTooLong)?;
	if length > MAX_HEADER_BYTES {
		return Err(Error::HeaderTooLong);
	}
	let (header, data) = rest.split_at_checked(length).ok_or(Error::Truncated)?;
	let mut header: Header =
		serde_json::from_slice(header).map_err(|error| Error::Header(error.to_string()))?;
	let graph = header.metadata.remove(GRAPH).ok_or(Error::NoGraph)?;
	let mut entries: Vec<_> = header.tensors.into_iter().collect();
	entries.sort_by_key(|(_, entry)| entry.data_offsets);

	let start = length.saturating_add(8);
	let (mut tensors, mut offsets) = (Vec::new(), Vec::new());
	let (mut at, mut all) = (0, 0u32);
	for (name, entry) in entries {
		let [begin, end] = entry.data_offsets;
		let count = numbers(&entry.shape).ok_or(Error::TooLarge("too many parameters"))?;
		all = all.saturating_add(count);
		if all > MAX_PARAMETERS {
			return Err(Error::TooLarge("too many parameters"));
		}
		let element = match entry.dtype.as_str() {
			"F32" => 4,
			"I8" => 1,
			_ => return Err(Error::Type { name, expected: "F32 or I8" }),
		};
		let bytes = data.get(size(begin)..size(end)).filter(|bytes| {
			begin == at && u32::try_from(bytes.len()).ok() == count.checked_mul(element)
		});
		let Some(bytes) = bytes else { return Err(Error::Offsets(name)) };
		at = end;
		let offset = start.checked_add(size(begin)).and_then(|offset| u32::try_from(offset).ok());
		offsets.push(offset.ok_or(Error::TooLarge("too many bytes"))?);
		let data = if element == 4 {
			let (words, _) = bytes.as_chunks::<4>();
			Data::F32(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
		} else {
			Data::I8(bytes.iter().map(|byte| i8::from_le_bytes([*byte])).collect())
		};
		tensors.push(Tensor { name, shape: entry.shape, data });
	}
	if size(at) != data.len() {
		return Err(Error::Trailing);
	}
	Ok(File { graph, tensors, offsets })
}

/// The file of these tensors, in their order. The header is padded with spaces to a multiple of
/// eight bytes, so that the first tensor is aligned.
pub(crate) fn write(graph: &str, tensors: &[Tensor]) -> Vec<u8> {
	let quoted = |text: &str| serde_json::Value::from(text).to_string();
	let mut header = String::from("{\"__metadata__\":{");
	header.push_str(&quoted(GRAPH));
	header.push(':');
	header.push_str(&quoted(graph));
	header.push('}');
	let mut data = Vec::new();
	for tensor in tensors {
		let begin = data.len();
		data.extend(tensor.data.to_bytes());
		header.push_str(&alloc::format!(
			",{}:{{\"dtype\":\"{}\",\"shape\":{:?},\"data_offsets\":[{begin},{}]}}",
			quoted(&tensor.name),
			tensor.data.dtype(),
			tensor.shape,
			data.len(),
		));
	}
	header.push('}');
	while !header.len().is_multiple_of(8) {
		header.push(' ');
	}
	let length = u64::try_from(header.len()).unwrap_or(u64::MAX);
	let mut bytes = length.to_le_bytes().to_vec();
	bytes.extend(header.into_bytes());
	bytes.extend(data);
	bytes
}

/// A tensor's name, for an error.
pub(crate) fn named(tensor: Option<&Tensor>) -> String {
	tensor.map_or_else(String::new, |tensor| tensor.name.to_owned())
}
