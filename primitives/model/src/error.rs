//! What can be wrong with a file.

use alloc::{string::String, vec::Vec};
use assay_watermark::Refusal;
use core::fmt;

/// Why a file is no model of the format. Layers count from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
	/// The file ends before its header does.
	Truncated,
	/// The header is longer than [`crate::MAX_HEADER_BYTES`].
	HeaderTooLong,
	/// The header is no JSON of the kind that safetensors has; says where.
	Header(String),
	/// The bytes of this tensor are not in the file, overlap others, or leave a gap.
	Offsets(String),
	/// There are bytes after the last tensor.
	Trailing,
	/// The metadata has no entry `assay.graph`.
	NoGraph,
	/// The graph is no JSON of its kind; says where.
	Graph(String),
	/// The graph is of another version of the format.
	Version(u32),
	/// The graph's description of the input cannot be; says why.
	Input(&'static str),
	/// An option of a layer cannot be; says why.
	Option {
		/// The layer.
		layer: usize,
		/// Why.
		why: &'static str,
	},
	/// There is a layer after the softmax.
	SoftmaxNotLast,
	/// No layer uses this tensor.
	Unused(String),
	/// Two layers use this tensor, or one uses it twice.
	Shared(String),
	/// The mark cannot be there; says why.
	Mark(&'static str),
	/// The format does not know this operation.
	Operation {
		/// The layer.
		layer: usize,
		/// The operation.
		name: String,
	},
	/// The file does not have this tensor.
	Missing {
		/// The layer.
		layer: usize,
		/// The tensor.
		name: String,
	},
	/// A tensor is of a type that the format does not know, or that does not belong there.
	Type {
		/// The tensor.
		name: String,
		/// What is expected.
		expected: &'static str,
	},
	/// A tensor has another shape than its layer needs.
	Shape {
		/// The tensor.
		name: String,
		/// The shape that is needed.
		expected: Vec<u32>,
		/// The shape that it has.
		found: Vec<u32>,
	},
	/// A layer cannot take what the layer before it gives.
	LayerInput {
		/// The layer.
		layer: usize,
		/// Why.
		why: &'static str,
	},
	/// The last layer does not give one value for each of 2 to 256 classes.
	Classes,
	/// This tensor has a value that is NaN or infinite, or in the mark's place of 2¹⁵ or more.
	NotFinite(String),
	/// There is more of this than the format allows.
	TooLarge(&'static str),
}

impl fmt::Display for Error {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Truncated => f.write_str("the file ends before its header does"),
			Self::HeaderTooLong => write!(
				f,
				"the header is too long; expected at most {} bytes",
				crate::MAX_HEADER_BYTES
			),
			Self::Header(why) => write!(f, "the header is not that of a safetensors file: {why}"),
			Self::Offsets(name) => write!(
				f,
				"the bytes of tensor {name} are not in the file, overlap others, leave a gap, or are not as many as its shape and type say"
			),
			Self::Trailing => f.write_str("there are bytes after the last tensor"),
			Self::NoGraph => f.write_str("the metadata has no entry assay.graph"),
			Self::Graph(why) => write!(f, "the graph cannot be read: {why}"),
			Self::Version(version) => {
				write!(f, "the graph is of version {version} of the format; expected 1")
			},
			Self::Input(why) => write!(f, "the input of the graph: {why}"),
			Self::Option { layer, why } | Self::LayerInput { layer, why } => {
				write!(f, "layer {layer}: {why}")
			},
			Self::SoftmaxNotLast => f.write_str("a softmax can only be the last layer"),
			Self::Unused(name) => write!(f, "no layer uses the tensor {name}"),
			Self::Shared(name) => write!(f, "the tensor {name} is used more than once"),
			Self::Mark(why) => write!(f, "the mark: {why}"),
			Self::Operation { layer, name } => write!(
				f,
				"layer {layer} has the unknown operation {name}; expected dense, conv2d, relu, tanh, flatten or softmax"
			),
			Self::Missing { layer, name } => {
				write!(f, "layer {layer} names the tensor {name}, which the file does not have")
			},
			Self::Type { name, expected } => {
				write!(f, "the tensor {name} has another type; expected {expected}")
			},
			Self::Shape { name, expected, found } => {
				write!(f, "the tensor {name} has the shape {found:?}; expected {expected:?}")
			},
			Self::Classes => {
				f.write_str("the last layer must give one value for each of 2 to 256 classes")
			},
			Self::NotFinite(name) => write!(
				f,
				"the tensor {name} has a value that is NaN, infinite, or too large for a mark"
			),
			Self::TooLarge(what) => write!(f, "the model has {what}"),
		}
	}
}

impl core::error::Error for Error {}

impl From<Error> for Refusal {
	fn from(error: Error) -> Self {
		match error {
			Error::Truncated
			| Error::HeaderTooLong
			| Error::Header(_)
			| Error::Offsets(_)
			| Error::Trailing => Self::BadFile,
			Error::NoGraph
			| Error::Graph(_)
			| Error::Version(_)
			| Error::Input(_)
			| Error::Option { .. }
			| Error::SoftmaxNotLast
			| Error::Unused(_)
			| Error::Shared(_)
			| Error::Mark(_) => Self::BadGraph,
			Error::Operation { .. } => Self::UnsupportedOperation,
			Error::Missing { .. }
			| Error::Type { .. }
			| Error::Shape { .. }
			| Error::LayerInput { .. }
			| Error::Classes => Self::ShapeMismatch,
			Error::NotFinite(_) => Self::NotFinite,
			Error::TooLarge(_) => Self::TooLarge,
		}
	}
}
