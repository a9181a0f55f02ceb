//! What a model computes: the JSON text in the metadata of its file.

use crate::Error;
use alloc::{
	string::{String, ToString},
	vec::Vec,
};
use serde::{Deserialize, Serialize};

/// The version of the format that this crate knows.
pub const VERSION: u32 = 1;

/// A graph: layers, each of which takes what the one before it gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graph {
	/// [`VERSION`].
	pub version: u32,
	/// What the first layer takes.
	pub input: Input,
	/// The layers.
	pub layers: Vec<Layer>,
	/// Where the mark is.
	pub mark: Mark,
}

/// The input of a graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
	/// `[n]`, or `[height, width, channels]`. A row of data is this in row-major order.
	pub shape: Vec<u32>,
	/// Least value of a feature as it is in the data.
	pub low: f32,
	/// Largest value of a feature as it is in the data.
	pub high: f32,
	/// The first layer takes features times this.
	pub scale: f32,
}

/// Where the mark is: the first whole groups of a tensor that fit
/// [`assay_watermark::projection::MAX_BYTES`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
	/// The weights of a layer.
	pub tensor: String,
	/// Number of equal groups that the tensor is cut into.
	pub groups: u32,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Layer {
	/// `bias + input · weights`.
	Dense {
		/// Tensor `[inputs, outputs]`, F32 or I8.
		weights: String,
		/// What the weights are to be multiplied by, if they are I8.
		weights_scale: Option<f32>,
		/// Tensor `[outputs]`, F32.
		bias: String,
	},
	/// A convolution (in fact a cross-correlation, as everywhere in the field) over
	/// `[height, width, channels]`.
	Conv2d {
		/// Tensor `[kernel height, kernel width, inputs, outputs]`, F32 or I8.
		weights: String,
		/// What the weights are to be multiplied by, if they are I8.
		weights_scale: Option<f32>,
		/// Tensor `[outputs]`, F32.
		bias: String,
		/// Step between positions, both ways.
		stride: u32,
		/// Rows and columns of zeros around the input.
		padding: u32,
	},
	/// Zero where the input is below zero, else the input.
	Relu,
	/// Hyperbolic tangent.
	Tanh,
	/// `[height, width, channels]` becomes `[n]`, in row-major order.
	Flatten,
	/// Probabilities. Only as the last layer.
	Softmax,
}

/// A layer as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
	op: String,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	weights: Option<String>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	weights_scale: Option<f32>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	bias: Option<String>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	stride: Option<u32>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	padding: Option<u32>,
}

impl Written {
	fn plain(op: &str) -> Self {
		Self {
			op: op.to_string(),
			weights: None,
			weights_scale: None,
			bias: None,
			stride: None,
			padding: None,
		}
	}
}

impl From<Layer> for Written {
	fn from(layer: Layer) -> Self {
		match layer {
			Layer::Dense { weights, weights_scale, bias } => Self {
				weights: Some(weights),
				weights_scale,
				bias: Some(bias),
				..Self::plain("dense")
			},
			Layer::Conv2d { weights, weights_scale, bias, stride, padding } => Self {
				weights: Some(weights),
				weights_scale,
				bias: Some(bias),
				stride: Some(stride),
				padding: Some(padding),
				..Self::plain("conv2d")
			},
			Layer::Relu => Self::plain("relu"),
			Layer::Tanh => Self::plain("tanh"),
			Layer::Flatten => Self::plain("flatten"),
			Layer::Softmax => Self::plain("softmax"),
		}
	}
}

impl TryFrom<Written> for Layer {
	type Error = &'static str;

	fn try_from(written: Written) -> Result<Self, Self::Error> {
		let Written { op, weights, weights_scale, bias, stride, padding } = written;
		match (op.as_str(), weights, weights_scale, bias, stride, padding) {
			("dense", Some(weights), weights_scale, Some(bias), None, None) => {
				Ok(Self::Dense { weights, weights_scale, bias })
			},
			("dense", ..) => Err("dense has weights, bias, and perhaps weights_scale"),
			("conv2d", Some(weights), weights_scale, Some(bias), stride, padding) => {
				Ok(Self::Conv2d {
					weights,
					weights_scale,
					bias,
					stride: stride.unwrap_or(1),
					padding: padding.unwrap_or(0),
				})
			},
			("conv2d", ..) => {
				Err("conv2d has weights, bias, and perhaps weights_scale, stride and padding")
			},
			("relu", None, None, None, None, None) => Ok(Self::Relu),
			("tanh", None, None, None, None, None) => Ok(Self::Tanh),
			("flatten", None, None, None, None, None) => Ok(Self::Flatten),
			("softmax", None, None, None, None, None) => Ok(Self::Softmax),
			_ => Err("relu, tanh, flatten and softmax have no options"),
		}
	}
}

/// The operations of a graph, whatever else it has.
#[derive(Deserialize)]
struct Operations {
	layers: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
	op: String,
}

const OPERATIONS: [&str; 6] = ["dense", "conv2d", "relu", "tanh", "flatten", "softmax"];

impl Graph {
	/// Reads a graph. Whether its tensors exist and fit, [`crate::Model`] finds out.
	///
	/// # Errors
	///
	/// [`Error::Operation`], [`Error::Graph`].
	pub fn parse(json: &str) -> Result<Self, Error> {
		let unreadable = |error: serde_json::Error| Error::Graph(error.to_string());
		// First the operations alone: one that is unknown may have options that are, too.
		let operations: Operations = serde_json::from_str(json).map_err(unreadable)?;
		for (layer, operation) in (1..).zip(operations.layers) {
			if !OPERATIONS.contains(&operation.op.as_str()) {
				return Err(Error::Operation { layer, name: operation.op });
			}
		}
		serde_json::from_str(json).map_err(unreadable)
	}
}
