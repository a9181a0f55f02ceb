//! What a network looks like before it is trained.

use crate::{Data, Error};
use assay_model::{graph::VERSION, Graph, Input, Layer, Mark};
use serde::{Deserialize, Serialize};

/// A network to be trained, layer by layer. As JSON:
/// `{"layers": [{"op": "dense", "outputs": 256}, {"op": "relu"}, {"op": "dense"}]}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
	/// What the first layer takes. Left out, it is made from the data: `[features]`, from the least to
	/// the largest value, scaled to magnitudes of at most 1.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub input: Option<Input>,
	/// Height, width and channels of a row, for a convolution, if there is no `input`.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub shape: Option<Vec<u32>>,
	/// The layers.
	pub layers: Vec<Untrained>,
}

/// A layer without weights. The first one with weights carries the mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Untrained {
	/// [`Layer::Dense`].
	Dense {
		/// Outputs; left out, one for each class.
		#[serde(default, skip_serializing_if = "Option::is_none")]
		outputs: Option<u32>,
	},
	/// [`Layer::Conv2d`].
	Conv2d {
		/// Outputs at each place.
		outputs: u32,
		/// Height and width of the kernel.
		kernel: u32,
		/// Step between places.
		#[serde(default = "one")]
		stride: u32,
		/// Rows and columns of zeros around the input.
		#[serde(default)]
		padding: u32,
	},
	/// [`Layer::Relu`].
	Relu,
	/// [`Layer::Tanh`].
	Tanh,
	/// [`Layer::Flatten`].
	Flatten,
	/// [`Layer::Softmax`].
	Softmax,
}

fn one() -> u32 {
	1
}

/// A graph, and the tensors that it needs.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
	pub graph: Graph,
	/// Name and dimensions.
	pub tensors: Vec<(String, Vec<u32>)>,
}

impl Architecture {
	/// An architecture by its name, for data with so many features:
	///
	/// - `mlp`: dense with 256 outputs, relu, dense.
	/// - `cnn`: for square images of one channel: conv2d 7 × 7 with 64 outputs at every second place,
	///   relu, conv2d 3 × 3 with 16 outputs, relu, dense with 96 outputs, relu, dense.
	/// - `patches`: for larger ones: conv2d 7 × 7 with 128 outputs at every third place, relu, dense.
	///
	/// # Errors
	///
	/// [`Error::Architecture`] if there is none of that name, or the features are no square.
	pub fn named(name: &str, features: usize) -> Result<Self, Error> {
		use Untrained::{Conv2d, Dense, Flatten, Relu};
		match name {
			"mlp" => Ok(Self {
				input: None,
				shape: None,
				layers: vec![Dense { outputs: Some(256) }, Relu, Dense { outputs: None }],
			}),
			"cnn" => Ok(Self {
				input: None,
				shape: Some(square(features)?),
				layers: vec![
					Conv2d { outputs: 64, kernel: 7, stride: 2, padding: 3 },
					Relu,
					Conv2d { outputs: 16, kernel: 3, stride: 1, padding: 1 },
					Relu,
					Flatten,
					Dense { outputs: Some(96) },
					Relu,
					Dense { outputs: None },
				],
			}),
			"patches" => Ok(Self {
				input: None,
				shape: Some(square(features)?),
				layers: vec![
					Conv2d { outputs: 128, kernel: 7, stride: 3, padding: 0 },
					Relu,
					Flatten,
					Dense { outputs: None },
				],
			}),
			_ => Err(Error::Architecture(format!(
				"there is no {name}; expected mlp, cnn or patches"
			))),
		}
	}

	/// Reads JSON.
	///
	/// # Errors
	///
	/// [`Error::Architecture`].
	pub fn from_json(json: &str) -> Result<Self, Error> {
		serde_json::from_str(json).map_err(|error| Error::Architecture(error.to_string()))
	}

	/// The graph for this data. Whether sizes fit, the format's checks say afterwards.
	pub(crate) fn shape(&self, data: &Data) -> Result<Shape, Error> {
		let input = self.input.clone().unwrap_or_else(|| input(data, self.shape.clone()));
		if input.shape.iter().map(|d| *d as usize).product::<usize>() != data.features {
			return Err(Error::Architecture(format!(
				"the input is of {:?}, but a row has {} features",
				input.shape, data.features
			)));
		}
		let fail = |why: &str| Error::Architecture(why.into());
		let (mut layers, mut tensors) = (Vec::new(), Vec::new());
		let mut mark = None;
		let mut shape = input.shape.clone();
		for (number, layer) in (1..).zip(&self.layers) {
			let (weights, bias) = (format!("layer{number}.weights"), format!("layer{number}.bias"));
			layers.push(match layer {
				Untrained::Dense { outputs } => {
					let [inputs] = shape[..] else {
						return Err(fail("a dense layer needs a flatten before it"));
					};
					let outputs = outputs.unwrap_or(data.classes());
					mark.get_or_insert(Mark { tensor: weights.clone(), groups: inputs });
					tensors.push((weights.clone(), vec![inputs, outputs]));
					tensors.push((bias.clone(), vec![outputs]));
					shape = vec![outputs];
					Layer::Dense { weights, weights_scale: None, bias }
				},
				Untrained::Conv2d { outputs, kernel, stride, padding } => {
					let [height, width, inputs] = shape[..] else {
						return Err(fail("a convolution takes height, width and channels"));
					};
					let out = |size: u32| {
						let free = (size + 2 * padding).checked_sub(*kernel)?;
						Some(free.checked_div(*stride)? + 1)
					};
					let (Some(height), Some(width)) = (out(height), out(width)) else {
						return Err(fail("a kernel is larger than its input, or a stride is zero"));
					};
					let groups = kernel * kernel * inputs;
					mark.get_or_insert(Mark { tensor: weights.clone(), groups });
					tensors.push((weights.clone(), vec![*kernel, *kernel, inputs, *outputs]));
					tensors.push((bias.clone(), vec![*outputs]));
					shape = vec![height, width, *outputs];
					let (stride, padding) = (*stride, *padding);
					Layer::Conv2d { weights, weights_scale: None, bias, stride, padding }
				},
				Untrained::Relu => Layer::Relu,
				Untrained::Tanh => Layer::Tanh,
				Untrained::Flatten => {
					shape = vec![shape.iter().product()];
					Layer::Flatten
				},
				Untrained::Softmax => Layer::Softmax,
			});
		}
		let mark = mark.ok_or_else(|| fail("no layer has weights"))?;
		Ok(Shape { graph: Graph { version: VERSION, input, layers, mark }, tensors })
	}
}

/// The shape of square images of one channel with so many features.
fn square(features: usize) -> Result<Vec<u32>, Error> {
	let side = features.isqrt();
	if side * side != features || side < 7 {
		return Err(Error::Architecture(format!(
			"expected square images of at least 7 x 7, which {features} features are not"
		)));
	}
	Ok(vec![side as u32, side as u32, 1])
}

/// The input that suits a data set.
fn input(data: &Data, shape: Option<Vec<u32>>) -> Input {
	let low = data.x.iter().copied().fold(f32::INFINITY, f32::min);
	let high = data.x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let largest = low.abs().max(high.abs());
	Input {
		shape: shape.unwrap_or_else(|| vec![data.features as u32]),
		low,
		high,
		scale: if largest > 0.0 { 1.0 / largest } else { 1.0 },
	}
}
