//! Networks that can be trained: the operations of the format, forwards and backwards.

use crate::{architecture::Shape, Architecture, Data, Error, Rng};
use assay_model::{Data as Numbers, Graph, Layer, Model, Tensor};
use std::ops::Range;

/// A network. All parameters are in one vector, the tensors of the format one after the other.
#[derive(Clone, Debug)]
pub struct Net {
	graph: Graph,
	steps: Vec<Step>,
	/// Name, shape and place of each tensor.
	tensors: Vec<(String, Vec<u32>, Range<usize>)>,
	/// The parameters.
	pub params: Vec<f32>,
	features: usize,
	classes: usize,
}

#[derive(Clone, Debug)]
enum Step {
	Dense { weights: Range<usize>, bias: Range<usize> },
	Conv2d { weights: Range<usize>, bias: Range<usize>, sizes: Sizes },
	Relu,
	Tanh,
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
	height: usize,
	width: usize,
	channels: usize,
	kernel_height: usize,
	kernel_width: usize,
	out_height: usize,
	out_width: usize,
	out_channels: usize,
	stride: usize,
	padding: usize,
}

/// What a row passes through, and the gradients on the way back.
#[derive(Clone, Debug, Default)]
pub struct Pass {
	/// The input, and what each step gives.
	values: Vec<Vec<f32>>,
	/// The gradient of what the current step gives, and of what it takes.
	gradient: Vec<f32>,
	before: Vec<f32>,
}

impl Pass {
	/// The logits of the last row.
	#[must_use]
	pub fn logits(&self) -> &[f32] {
		self.values.last().map_or(&[], Vec::as_slice)
	}
}

impl Net {
	/// A network of this architecture with random weights.
	///
	/// # Errors
	///
	/// [`Error::Architecture`] if it does not suit the data, [`Error::Model`] if it is not within
	/// the format's limits.
	pub fn new(architecture: &Architecture, data: &Data, rng: &mut Rng) -> Result<Self, Error> {
		Self::random(&architecture.shape(data)?, rng)
	}

	/// A network of this shape with random weights, evenly spread as wide as keeps the variance
	/// from layer to layer (He, Zhang, Ren, Sun, 2015, for rectified units).
	fn random(shape: &Shape, rng: &mut Rng) -> Result<Self, Error> {
		let tensors = shape.tensors.iter().map(|(name, dims)| {
			let count = dims.iter().product::<u32>() as usize;
			let inputs: u32 = dims.split_last().map_or(1, |(_, inputs)| inputs.iter().product());
			let bound = if dims.len() == 1 { 0.0 } else { (6.0 / inputs as f32).sqrt() };
			Tensor {
				name: name.clone(),
				shape: dims.clone(),
				data: Numbers::F32((0..count).map(|_| bound * (2.0 * rng.unit() - 1.0)).collect()),
			}
		});
		Ok(Self::from_model(&Model::new(&shape.graph, &tensors.collect::<Vec<_>>())?))
	}

	/// The network of a model. Weights of bytes become floats.
	#[must_use]
	pub fn from_model(model: &Model) -> Self {
		let mut graph = model.graph().clone();
		let (mut params, mut tensors) = (Vec::new(), Vec::new());
		let mut scales = Vec::new();
		for layer in &mut graph.layers {
			if let Layer::Dense { weights, weights_scale, .. }
			| Layer::Conv2d { weights, weights_scale, .. } = layer
			{
				scales.push((weights.clone(), weights_scale.take().unwrap_or(1.0)));
			}
		}
		for tensor in model.tensors() {
			let start = params.len();
			let scale =
				scales.iter().find(|(name, _)| *name == tensor.name).map_or(1.0, |(_, s)| *s);
			match &tensor.data {
				Numbers::F32(values) => params.extend_from_slice(values),
				Numbers::I8(values) => params.extend(values.iter().map(|v| f32::from(*v) * scale)),
			}
			tensors.push((tensor.name.clone(), tensor.shape.clone(), start..params.len()));
		}
		let find = |name: &str| {
			let (_, shape, range) = tensors
				.iter()
				.find(|(of, ..)| of == name)
				.expect("a model has the tensors that its graph names");
			(shape.clone(), range.clone())
		};
		let mut shape = graph.input.shape.clone();
		let mut steps = Vec::new();
		for layer in &graph.layers {
			match layer {
				Layer::Dense { weights, bias, .. } => {
					let (dims, weights) = find(weights);
					shape = vec![dims[1]];
					steps.push(Step::Dense { weights, bias: find(bias).1 });
				},
				Layer::Conv2d { weights, bias, stride, padding, .. } => {
					let (dims, weights) = find(weights);
					let out = |size: u32, kernel: u32| (size + 2 * padding - kernel) / stride + 1;
					let given = vec![out(shape[0], dims[0]), out(shape[1], dims[1]), dims[3]];
					let sizes = Sizes {
						height: shape[0] as usize,
						width: shape[1] as usize,
						channels: shape[2] as usize,
						kernel_height: dims[0] as usize,
						kernel_width: dims[1] as usize,
						out_height: given[0] as usize,
						out_width: given[1] as usize,
						out_channels: given[2] as usize,
						stride: *stride as usize,
						padding: *padding as usize,
					};
					shape = given;
					steps.push(Step::Conv2d { weights, bias: find(bias).1, sizes });
				},
				Layer::Relu => steps.push(Step::Relu),
				Layer::Tanh => steps.push(Step::Tanh),
				Layer::Flatten => shape = vec![shape.iter().product()],
				Layer::Softmax => {},
			}
		}
		Self {
			features: model.features() as usize,
			classes: model.classes() as usize,
			graph,
			steps,
			tensors,
			params,
		}
	}

	/// The model that this is now.
	///
	/// # Errors
	///
	/// [`Error::Model`] if training has made a weight NaN, infinite or too large.
	pub fn to_model(&self) -> Result<Model, Error> {
		let tensors = self.tensors.iter().map(|(name, shape, range)| Tensor {
			name: name.clone(),
			shape: shape.clone(),
			data: Numbers::F32(self.params[range.clone()].to_vec()),
		});
		Ok(Model::new(&self.graph, &tensors.collect::<Vec<_>>())?)
	}

	/// What it computes.
	#[must_use]
	pub fn graph(&self) -> &Graph {
		&self.graph
	}

	/// Values in a row.
	#[must_use]
	pub fn features(&self) -> usize {
		self.features
	}

	/// Classes that it tells apart.
	#[must_use]
	pub fn classes(&self) -> usize {
		self.classes
	}

	/// Shape of a tensor, and where it is among the parameters.
	#[must_use]
	pub fn tensor(&self, name: &str) -> Option<(&[u32], Range<usize>)> {
		let (_, shape, range) = self.tensors.iter().find(|(of, ..)| of == name)?;
		Some((shape, range.clone()))
	}

	/// Where weights and biases of the first layer are.
	pub(crate) fn first(&self) -> Option<(Range<usize>, Range<usize>)> {
		match self.steps.first()? {
			Step::Dense { weights, bias } | Step::Conv2d { weights, bias, .. } => {
				Some((weights.clone(), bias.clone()))
			},
			Step::Relu | Step::Tanh => None,
		}
	}

	/// The mean of each output of the first layer (of a convolution, over all places too).
	pub(crate) fn first_means(&self, data: &Data) -> Vec<f32> {
		let outputs = self.first().map_or(0, |(_, bias)| bias.len());
		let mut means = vec![0.0; outputs];
		let mut pass = Pass::default();
		for (row, _) in data.rows() {
			self.forward(row, &mut pass);
			let values = pass.values.get(1).map_or(&[][..], Vec::as_slice);
			let share = outputs as f32 / (values.len() * data.len()) as f32;
			for place in values.chunks_exact(outputs.max(1)) {
				add(&mut means, share, place);
			}
		}
		means
	}

	/// Computes the logits of a row of features.
	pub fn forward<'p>(&self, row: &[f32], pass: &'p mut Pass) -> &'p [f32] {
		pass.values.resize_with(self.steps.len() + 1, Vec::new);
		pass.values[0].clear();
		pass.values[0].extend(row.iter().map(|value| value * self.graph.input.scale));
		for (at, step) in self.steps.iter().enumerate() {
			let (before, after) = pass.values.split_at_mut(at + 1);
			let (from, to) = (&before[at], &mut after[0]);
			to.clear();
			match step {
				Step::Dense { weights, bias } => {
					to.extend_from_slice(&self.params[bias.clone()]);
					products(to, from, &self.params[weights.clone()]);
				},
				Step::Conv2d { weights, bias, sizes } => {
					let (weights, bias) =
						(&self.params[weights.clone()], &self.params[bias.clone()]);
					for _ in 0..sizes.out_height * sizes.out_width {
						to.extend_from_slice(bias);
					}
					sizes.each(|out, from_at, weights_at| {
						let inputs = &from[from_at..][..sizes.channels];
						let cell = sizes.channels * sizes.out_channels;
						let outputs = &mut to[out..][..sizes.out_channels];
						products(outputs, inputs, &weights[weights_at..][..cell]);
					});
				},
				Step::Relu => {
					to.extend(from.iter().map(|value| if *value < 0.0 { 0.0 } else { *value }));
				},
				Step::Tanh => to.extend(from.iter().map(|value| libm::tanhf(*value))),
			}
		}
		pass.logits()
	}

	/// Adds the gradient of a loss by the parameters to `into`, given that by the logits of the
	/// last row that went [`forward`](Self::forward).
	pub fn backward(&self, pass: &mut Pass, by_logits: &[f32], into: &mut [f32]) {
		pass.gradient.clear();
		pass.gradient.extend_from_slice(by_logits);
		for (at, step) in self.steps.iter().enumerate().rev() {
			let (from, gradient, before) = (&pass.values[at], &mut pass.gradient, &mut pass.before);
			match step {
				Step::Dense { weights, bias } => {
					add(&mut into[bias.clone()], 1.0, gradient);
					outer(&mut into[weights.clone()], from, gradient);
					if at > 0 {
						before.clear();
						before.resize(from.len(), 0.0);
						back(before, gradient, &self.params[weights.clone()]);
						std::mem::swap(gradient, before);
					}
				},
				Step::Conv2d { weights, bias, sizes } => {
					let cell = sizes.channels * sizes.out_channels;
					for gradient in gradient.chunks_exact(sizes.out_channels) {
						add(&mut into[bias.clone()], 1.0, gradient);
					}
					let by_weights = &mut into[weights.clone()];
					sizes.each(|out, from_at, weights_at| {
						let inputs = &from[from_at..][..sizes.channels];
						let gradient = &gradient[out..][..sizes.out_channels];
						outer(&mut by_weights[weights_at..][..cell], inputs, gradient);
					});
					if at > 0 {
						before.clear();
						before.resize(from.len(), 0.0);
						let weights = &self.params[weights.clone()];
						sizes.each(|out, from_at, weights_at| {
							let gradient = &gradient[out..][..sizes.out_channels];
							let before = &mut before[from_at..][..sizes.channels];
							back(before, gradient, &weights[weights_at..][..cell]);
						});
						std::mem::swap(gradient, before);
					}
				},
				Step::Relu => {
					for (gradient, value) in gradient.iter_mut().zip(from) {
						if *value <= 0.0 {
							*gradient = 0.0;
						}
					}
				},
				Step::Tanh => {
					for (gradient, value) in gradient.iter_mut().zip(&pass.values[at + 1]) {
						*gradient *= 1.0 - value * value;
					}
				},
			}
		}
	}
}

impl Sizes {
	/// Calls with the positions of the outputs, the inputs and the weights of each cell of the
	/// kernel at each place, in the order of the format.
	fn each(&self, mut call: impl FnMut(usize, usize, usize)) {
		let cell = self.channels * self.out_channels;
		for out_y in 0..self.out_height {
			for out_x in 0..self.out_width {
				let out = (out_y * self.out_width + out_x) * self.out_channels;
				for y in 0..self.kernel_height {
					let Some(from_y) = (out_y * self.stride + y).checked_sub(self.padding) else {
						continue;
					};
					for x in 0..self.kernel_width {
						let Some(from_x) = (out_x * self.stride + x).checked_sub(self.padding)
						else {
							continue;
						};
						if from_y < self.height && from_x < self.width {
							let from = (from_y * self.width + from_x) * self.channels;
							call(out, from, (y * self.kernel_width + x) * cell);
						}
					}
				}
			}
		}
	}
}

/// `to += factor · from`.
pub(crate) fn add(to: &mut [f32], factor: f32, from: &[f32]) {
	for (to, from) in to.iter_mut().zip(from) {
		*to += factor * from;
	}
}

/// `outputs += inputs · weights`, one input after the other, as the format wants it.
fn products(outputs: &mut [f32], inputs: &[f32], weights: &[f32]) {
	for (input, weights) in inputs.iter().zip(weights.chunks_exact(outputs.len())) {
		if *input != 0.0 {
			add(outputs, *input, weights);
		}
	}
}

/// `weights += inputs ⊗ gradient`.
fn outer(weights: &mut [f32], inputs: &[f32], gradient: &[f32]) {
	for (input, weights) in inputs.iter().zip(weights.chunks_exact_mut(gradient.len())) {
		if *input != 0.0 {
			add(weights, *input, gradient);
		}
	}
}

/// `before += weights · gradient`.
fn back(before: &mut [f32], gradient: &[f32], weights: &[f32]) {
	for (before, weights) in before.iter_mut().zip(weights.chunks_exact(gradient.len())) {
		*before += dot(weights, gradient);
	}
}

/// A sum of products in eight lanes.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
	let (a_chunks, a_rest) = a.as_chunks::<8>();
	let (b_chunks, b_rest) = b.as_chunks::<8>();
	let mut lanes = [0f32; 8];
	for (a, b) in a_chunks.iter().zip(b_chunks) {
		for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
			*lane += a * b;
		}
	}
	let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
	lanes.iter().sum::<f32>() + rest
}
