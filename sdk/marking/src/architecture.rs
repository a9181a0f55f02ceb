//! What a network looks like before it is trained.

use crate::{Data, Error};
use assay_model::{graph::VERSION, Graph, Input, Layer, Mark, MAX_PARAMETERS};
use serde::{Deserialize, Serialize};

/// A network to be trained, layer by layer. As JSON:
/// `{"layers": [{"op": "dense", "outputs": 256}, {"op": "relu"}, {"op": "dense"}]}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
	/// What the first layer takes. Left out, it is made from the data: `[features]`, from the least
	/// to the largest value, scaled to magnitudes of at most 1.
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
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
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
	// With braces: serde takes unknown fields of a variant without.
	/// [`Layer::Relu`].
	Relu {},
	/// [`Layer::Tanh`].
	Tanh {},
	/// [`Layer::Flatten`].
	Flatten {},
	/// [`Layer::Softmax`].
	Softmax {},
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
	/// - `cnn`: for square images of one channel: conv2d 7 × 7 with 64 outputs at every second
	///   place, relu, conv2d 3 × 3 with 16 outputs, relu, dense with 96 outputs, relu, dense.
	/// - `patches`: for larger ones: conv2d 7 × 7 with 128 outputs at every third place, relu,
	///   dense.
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
				layers: vec![Dense { outputs: Some(256) }, Relu {}, Dense { outputs: None }],
			}),
			"cnn" => Ok(Self {
				input: None,
				shape: Some(square(features)?),
				layers: vec![
					Conv2d { outputs: 64, kernel: 7, stride: 2, padding: 3 },
					Relu {},
					Conv2d { outputs: 16, kernel: 3, stride: 1, padding: 1 },
					Relu {},
					Flatten {},
					Dense { outputs: Some(96) },
					Relu {},
					Dense { outputs: None },
				],
			}),
			"patches" => Ok(Self {
				input: None,
				shape: Some(square(features)?),
				layers: vec![
					Conv2d { outputs: 128, kernel: 7, stride: 3, padding: 0 },
					Relu {},
					Flatten {},
					Dense { outputs: None },
				],
			}),
			_ => Err(Error::Architecture(format!(
				"there is no {name}; expected mlp, cnn, patches, or a file whose name ends with .json"
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
		if count(&input.shape)? as usize != data.features {
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
					count(&[inputs, outputs])?;
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
						let padded = padding.checked_mul(2)?.checked_add(size)?;
						padded.checked_sub(*kernel)?.checked_div(*stride)?.checked_add(1)
					};
					let (Some(height), Some(width)) = (out(height), out(width)) else {
						return Err(fail(
							"a kernel is larger than its input, a stride is zero, or a padding is too \
							 large",
						));
					};
					count(&[*kernel, *kernel, inputs, *outputs])?;
					let groups = count(&[*kernel, *kernel, inputs])?;
					mark.get_or_insert(Mark { tensor: weights.clone(), groups });
					tensors.push((weights.clone(), vec![*kernel, *kernel, inputs, *outputs]));
					tensors.push((bias.clone(), vec![*outputs]));
					shape = vec![height, width, *outputs];
					let (stride, padding) = (*stride, *padding);
					Layer::Conv2d { weights, weights_scale: None, bias, stride, padding }
				},
				Untrained::Relu {} => Layer::Relu,
				Untrained::Tanh {} => Layer::Tanh,
				Untrained::Flatten {} => {
					shape = vec![count(&shape)?];
					Layer::Flatten
				},
				Untrained::Softmax {} => Layer::Softmax,
			});
		}
		let mark = mark.ok_or_else(|| fail("no layer has weights"))?;
		Ok(Shape { graph: Graph { version: VERSION, input, layers, mark }, tensors })
	}
}

/// How many values something of these dimensions has.
fn count(shape: &[u32]) -> Result<u32, Error> {
	let all = shape.iter().try_fold(1u32, |all, size| all.checked_mul(*size));
	all.filter(|all| *all <= MAX_PARAMETERS).ok_or_else(|| {
		Error::Architecture(format!(
			"{shape:?} is too large; expected at most {MAX_PARAMETERS} values together"
		))
	})
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

#[cfg(test)]
mod tests {
	use super::*;

	/// Images of 8 x 8 of two classes.
	fn images() -> Data {
		Data { features: 64, x: vec![1.0; 128], y: vec![0, 1] }
	}

	fn refused(json: &str) -> String {
		match Architecture::from_json(json).and_then(|read| read.shape(&images())) {
			Err(Error::Architecture(why)) => why,
			other => panic!("{json}: {other:?}"),
		}
	}

	#[test]
	fn built_in_architectures_come_back_from_json() {
		for name in ["mlp", "cnn", "patches"] {
			let built_in = Architecture::named(name, 64).unwrap();
			let json = serde_json::to_string(&built_in).unwrap();
			assert_eq!(Architecture::from_json(&json), Ok(built_in));
		}
		assert!(matches!(
			Architecture::named("net.txt", 64),
			Err(Error::Architecture(why)) if why.contains(".json")
		));
	}

	#[test]
	fn unknown_fields_are_refused() {
		for layer in [
			r#"{"op": "dense", "ouputs": 256}"#,
			r#"{"op": "conv2d", "outputs": 1, "kernel": 1, "pad": 1}"#,
			r#"{"op": "relu", "slope": 0.1}"#,
			r#"{"op": "tanh", "outputs": 1}"#,
			r#"{"op": "flatten", "outputs": 1}"#,
			r#"{"op": "softmax", "axis": 1}"#,
		] {
			let why = refused(&format!(r#"{{"layers": [{layer}]}}"#));
			assert!(why.contains("unknown field"), "{why}");
		}
		let layers = r#"{"layers": [{"op": "dense"}], "shapes": [8, 8, 1]}"#;
		assert!(refused(layers).contains("unknown field"));
		assert!(refused(r#"{"layers": [{"op": "gelu"}]}"#).contains("unknown variant"));
	}

	#[test]
	fn what_is_too_large_is_refused() {
		let conv = |fields: &str| {
			format!(r#"{{"shape": [8, 8, 1], "layers": [{{"op": "conv2d", {fields}}}]}}"#)
		};
		for json in [
			// Products of 2^32, which would be taken for zero.
			conv(r#""outputs": 1, "kernel": 65536, "padding": 32768"#),
			conv(r#""outputs": 4294967295, "kernel": 7"#),
			conv(r#""outputs": 1, "kernel": 7, "padding": 2147483648"#),
			r#"{"layers": [{"op": "dense", "outputs": 4294967295}]}"#.into(),
			r#"{"shape": [4294967295, 4294967295, 64], "layers": [{"op": "relu"}]}"#.into(),
		] {
			let why = refused(&json);
			assert!(why.contains("too large"), "{json}: {why}");
		}
	}
}
