//! A checked model, and its evaluation.

use crate::{
	file::{self, named, numbers, File},
	graph::{Graph, Layer, VERSION},
	size, Data, Error, Tensor, MAX_FEATURES, MAX_LAYERS, MAX_MULTIPLY_ADDS, MAX_VALUES,
};
use alloc::{vec, vec::Vec};
use assay_primitives::H256;
use assay_watermark::{
	projection::{self, MAX_BYTES},
	trigger::{self, MAX_CLASSES, MIN_CLASSES},
	Element, Place,
};

/// A model that keeps all rules of the format.
#[derive(Clone, Debug)]
pub struct Model {
	graph: Graph,
	tensors: Vec<Tensor>,
	/// Where the bytes of each tensor start in the file.
	offsets: Vec<u32>,
	steps: Vec<Step>,
	softmax: bool,
	features: u32,
	classes: u32,
	multiply_adds: u32,
	/// Values between two layers, at the most.
	widest: usize,
	place: Place,
	/// Tensors that can carry a mark: their index and natural number of groups.
	carriers: Vec<(usize, u32)>,
}

/// A layer with all that it needs.
#[derive(Clone, Debug)]
enum Step {
	Dense { weights: Weights, bias: usize },
	Conv2d { weights: Weights, bias: usize, shape: Convolution },
	Relu,
	Tanh,
}

/// Weights as they are multiplied.
#[derive(Clone, Debug)]
enum Weights {
	/// Those of the tensor with this index.
	Stored(usize),
	/// Those of a tensor of bytes, times its scale.
	Scaled(Vec<f32>),
}

/// Sizes of a convolution.
#[derive(Clone, Copy, Debug)]
struct Convolution {
	height: usize,
	width: usize,
	channels: usize,
	kernel_width: usize,
	out_width: usize,
	out_height: usize,
	out_channels: usize,
	stride: usize,
	padding: usize,
}

/// Memory for the evaluation of one row.
#[derive(Clone, Debug)]
pub struct Scratch {
	from: Vec<f32>,
	to: Vec<f32>,
}

/// What is known while the layers are checked one after another.
struct Check<'a> {
	tensors: &'a [Tensor],
	used: Vec<bool>,
	/// What the layers so far give: `[n]` or `[height, width, channels]`.
	shape: Vec<u32>,
	multiply_adds: u32,
	carriers: Vec<(usize, u32)>,
}

impl Check<'_> {
	fn find(&mut self, layer: usize, name: &str) -> Result<usize, Error> {
		let missing = || Error::Missing { layer, name: name.into() };
		let index = self.tensors.iter().position(|t| t.name == name).ok_or_else(missing)?;
		let used = self.used.get_mut(index).ok_or_else(missing)?;
		if core::mem::replace(used, true) {
			return Err(Error::Shared(name.into()));
		}
		Ok(index)
	}

	/// The dimensions of weights of `N` dimensions, none of them zero; `needed` has 0 where any
	/// will do.
	fn weights<const N: usize>(
		&mut self,
		layer: usize,
		name: &str,
		scale: Option<f32>,
		needed: [u32; N],
	) -> Result<(Weights, usize, [u32; N]), Error> {
		let index = self.find(layer, name)?;
		let tensor = self.tensors.get(index);
		let found = tensor.map_or(&[][..], |tensor| tensor.shape.as_slice());
		let fits = |(found, needed): (&u32, &u32)| *found > 0 && (*needed == 0 || found == needed);
		let shape = <[u32; N]>::try_from(found)
			.ok()
			.filter(|found| found.iter().zip(&needed).all(fits))
			.ok_or_else(|| Error::Shape {
				name: name.into(),
				expected: needed.to_vec(),
				found: found.to_vec(),
			})?;
		let option = |why| Error::Option { layer, why };
		let weights = match (tensor.map(|tensor| &tensor.data), scale) {
			(Some(Data::I8(values)), Some(scale)) => {
				// So that the largest weight, 128 times the scale, is finite, and none is lost.
				if !(scale.is_normal() && scale > 0.0 && (scale * 128.0).is_finite()) {
					return Err(option("weights_scale must be a number above 0"));
				}
				Weights::Scaled(values.iter().map(|value| f32::from(*value) * scale).collect())
			},
			(Some(Data::I8(_)), None) => {
				return Err(option("weights of type I8 need a weights_scale"));
			},
			(_, Some(_)) => return Err(option("only weights of type I8 have a weights_scale")),
			(_, None) => Weights::Stored(index),
		};
		Ok((weights, index, shape))
	}

	fn bias(&mut self, layer: usize, name: &str, outputs: u32) -> Result<usize, Error> {
		let index = self.find(layer, name)?;
		match self.tensors.get(index) {
			Some(Tensor { shape, data: Data::F32(_), .. }) if *shape == [outputs] => Ok(index),
			Some(Tensor { data: Data::I8(_), .. }) => {
				Err(Error::Type { name: name.into(), expected: "F32" })
			},
			tensor => Err(Error::Shape {
				name: name.into(),
				expected: vec![outputs],
				found: tensor.map(|tensor| tensor.shape.clone()).unwrap_or_default(),
			}),
		}
	}

	/// Takes note of a layer with these outputs that multiplies each of its weights `times` times.
	fn gives(&mut self, shape: Vec<u32>, weights: &[u32], times: u32) -> Result<(), Error> {
		let values = numbers(&shape).filter(|values| *values <= MAX_VALUES);
		values.ok_or(Error::TooLarge("too many values between two layers"))?;
		self.shape = shape;
		let cost = numbers(weights).and_then(|weights| weights.checked_mul(times));
		self.multiply_adds = cost
			.and_then(|cost| cost.checked_add(self.multiply_adds))
			.filter(|all| *all <= MAX_MULTIPLY_ADDS)
			.ok_or(Error::TooLarge("too many multiplications for a row"))?;
		Ok(())
	}

	fn layer(&mut self, number: usize, layer: &Layer) -> Result<Option<Step>, Error> {
		match layer {
			Layer::Dense { weights, weights_scale, bias } => {
				let [inputs] = *self.shape.as_slice() else {
					let why = "dense takes one dimension; put a flatten before it";
					return Err(Error::LayerInput { layer: number, why });
				};
				let (weights, index, shape) =
					self.weights(number, weights, *weights_scale, [inputs, 0])?;
				let [_, outputs] = shape;
				let bias = self.bias(number, bias, outputs)?;
				self.carriers.push((index, inputs));
				self.gives(vec![outputs], &shape, 1)?;
				Ok(Some(Step::Dense { weights, bias }))
			},
			Layer::Conv2d { weights, weights_scale, bias, stride, padding } => {
				let [height, width, channels] = *self.shape.as_slice() else {
					let why = "conv2d takes height, width and channels";
					return Err(Error::LayerInput { layer: number, why });
				};
				let (weights, index, shape) =
					self.weights(number, weights, *weights_scale, [0, 0, channels, 0])?;
				let [kernel_height, kernel_width, _, outputs] = shape;
				let bias = self.bias(number, bias, outputs)?;
				if *stride == 0 {
					return Err(Error::Option { layer: number, why: "stride must be at least 1" });
				}
				if *padding >= kernel_height.min(kernel_width) {
					let why = "padding must be less than the size of the kernel";
					return Err(Error::Option { layer: number, why });
				}
				let positions = |size: u32, kernel: u32| {
					let padded = size.checked_add(padding.checked_mul(2)?)?;
					padded.checked_sub(kernel)?.checked_div(*stride)?.checked_add(1)
				};
				let out = positions(height, kernel_height).zip(positions(width, kernel_width));
				let (out_height, out_width) = out.ok_or(Error::LayerInput {
					layer: number,
					why: "the kernel is larger than its input",
				})?;
				self.carriers.push((
					index,
					kernel_height.saturating_mul(kernel_width).saturating_mul(channels),
				));
				let times = numbers(&[out_height, out_width]).unwrap_or(u32::MAX);
				self.gives(vec![out_height, out_width, outputs], &shape, times)?;
				let shape = Convolution {
					height: size(height),
					width: size(width),
					channels: size(channels),
					kernel_width: size(kernel_width),
					out_width: size(out_width),
					out_height: size(out_height),
					out_channels: size(outputs),
					stride: size(*stride),
					padding: size(*padding),
				};
				Ok(Some(Step::Conv2d { weights, bias, shape }))
			},
			Layer::Relu => Ok(Some(Step::Relu)),
			Layer::Tanh => Ok(Some(Step::Tanh)),
			Layer::Flatten => {
				self.shape = vec![numbers(&self.shape).unwrap_or(u32::MAX)];
				Ok(None)
			},
			Layer::Softmax => Ok(None),
		}
	}
}

/// The place of a tensor's first whole groups, as many as fit when each number takes `element`
/// bytes.
fn place(tensor: &Tensor, offset: u32, groups: u32, element: u32) -> Result<Place, Error> {
	let all = numbers(&tensor.shape).unwrap_or(0);
	if groups == 0 || !all.is_multiple_of(groups) {
		return Err(Error::Mark("the number of groups must divide the numbers of the tensor"));
	}
	let group_len = all.checked_div(groups).unwrap_or(0);
	let fit = MAX_BYTES.checked_div(group_len.saturating_mul(element)).unwrap_or(0).min(groups);
	if fit == 0 {
		return Err(Error::Mark("one group must not have more than 32 KiB"));
	}
	let element = match tensor.data {
		Data::F32(_) => Element::F32,
		Data::I8(_) => Element::I8,
	};
	Ok(Place { offset, element, groups: fit, group_len })
}

impl Model {
	/// Reads a file, and checks all of the format's rules.
	///
	/// # Errors
	///
	/// See [`Error`].
	pub fn parse(file: &[u8]) -> Result<Self, Error> {
		let File { graph, tensors, offsets } = file::parse(file)?;
		let graph = Graph::parse(&graph)?;
		Self::check(graph, tensors, offsets)
	}

	/// A model made of its parts, as if it had been written to a file and read again.
	///
	/// # Errors
	///
	/// See [`Error`].
	pub fn new(graph: &Graph, tensors: &[Tensor]) -> Result<Self, Error> {
		Self::parse(&file::write(&written(graph), tensors))
	}

	fn check(graph: Graph, tensors: Vec<Tensor>, offsets: Vec<u32>) -> Result<Self, Error> {
		if graph.version != VERSION {
			return Err(Error::Version(graph.version));
		}
		if graph.layers.len() > MAX_LAYERS {
			return Err(Error::TooLarge("too many layers"));
		}
		let input = &graph.input;
		if !matches!(input.shape.len(), 1 | 3) || input.shape.contains(&0) {
			return Err(Error::Input("the shape must be [n] or [height, width, channels]"));
		}
		let features = numbers(&input.shape).filter(|features| *features <= MAX_FEATURES);
		let features = features.ok_or(Error::TooLarge("too many features"))?;
		if !(input.low < input.high && (input.high - input.low).is_finite()) {
			return Err(Error::Input("low must be a number below high"));
		}
		if !(input.scale.is_normal() && input.scale > 0.0) {
			return Err(Error::Input("scale must be a number above 0"));
		}
		for tensor in &tensors {
			if let Data::F32(values) = &tensor.data {
				if !values.iter().all(|value| value.is_finite()) {
					return Err(Error::NotFinite(tensor.name.clone()));
				}
			}
		}

		let mut check = Check {
			tensors: &tensors,
			used: vec![false; tensors.len()],
			shape: input.shape.clone(),
			multiply_adds: 0,
			carriers: Vec::new(),
		};
		let mut steps = Vec::new();
		let mut softmax = false;
		let mut widest = features;
		for (number, layer) in (1..).zip(&graph.layers) {
			if softmax {
				return Err(Error::SoftmaxNotLast);
			}
			softmax = *layer == Layer::Softmax;
			steps.extend(check.layer(number, layer)?);
			widest = widest.max(numbers(&check.shape).unwrap_or(u32::MAX));
		}
		let classes = match *check.shape.as_slice() {
			[classes @ MIN_CLASSES..=MAX_CLASSES] => classes,
			_ => return Err(Error::Classes),
		};
		if let Some(unused) = check.used.iter().position(|used| !used) {
			return Err(Error::Unused(named(tensors.get(unused))));
		}
		let (multiply_adds, carriers) = (check.multiply_adds, check.carriers);

		let carrier = carriers.iter().find_map(|(index, _)| {
			let tensor = tensors.get(*index).filter(|t| t.name == graph.mark.tensor)?;
			Some((tensor, *offsets.get(*index)?))
		});
		let (tensor, offset) = carrier.ok_or(Error::Mark("no layer has weights of that name"))?;
		let element = if matches!(tensor.data, Data::F32(_)) { 4 } else { 1 };
		let place = place(tensor, offset, graph.mark.groups, element)?;
		let model = Self {
			steps,
			softmax,
			features,
			classes,
			multiply_adds,
			widest: size(widest),
			place,
			carriers,
			offsets,
			graph,
			tensors,
		};
		match model.canonical(&place) {
			Some(_) => Ok(model),
			None => Err(Error::NotFinite(model.graph.mark.tensor)),
		}
	}

	/// A file of this model. [`Self::place`] may be another in it, if the model was read from a
	/// file that another tool wrote.
	#[must_use]
	pub fn to_bytes(&self) -> Vec<u8> {
		file::write(&written(&self.graph), &self.tensors)
	}

	/// What it computes.
	#[must_use]
	pub fn graph(&self) -> &Graph {
		&self.graph
	}

	/// Its tensors, in the order of their bytes.
	#[must_use]
	pub fn tensors(&self) -> &[Tensor] {
		&self.tensors
	}

	/// Values in a row.
	#[must_use]
	pub fn features(&self) -> u32 {
		self.features
	}

	/// Classes that it tells apart, from 2 to 256.
	#[must_use]
	pub fn classes(&self) -> u32 {
		self.classes
	}

	/// Numbers in all of its tensors.
	#[must_use]
	pub fn parameters(&self) -> u32 {
		let all = self.tensors.iter().map(|tensor| numbers(&tensor.shape).unwrap_or(0));
		all.fold(0, u32::saturating_add)
	}

	/// Multiplications, each with an addition, that a row takes at the most.
	#[must_use]
	pub fn multiply_adds(&self) -> u32 {
		self.multiply_adds
	}

	/// Where the mark is, according to the graph.
	#[must_use]
	pub fn place(&self) -> Place {
		self.place
	}

	/// All places where somebody may claim that a mark is, that of the graph first. They are the
	/// first weights of a layer: as many of its natural groups, of which `in` belong to dense and
	/// `h · w · in` to conv2d, as fit [`MAX_BYTES`], as they are stored or as F32, because who
	/// quantises a model does not move its mark; and that in groups of one weight each, which keeps
	/// the order of the file: who does not permute neurons cannot have changed it.
	#[must_use]
	pub fn places(&self) -> Vec<Place> {
		let mut places = vec![self.place];
		for (index, natural) in &self.carriers {
			let Some((tensor, offset)) = self.tensors.get(*index).zip(self.offsets.get(*index))
			else {
				continue;
			};
			let marked = tensor.name == self.graph.mark.tensor;
			for groups in [Some(*natural), marked.then_some(self.graph.mark.groups)] {
				for element in [1, 4] {
					let grouped = groups.and_then(|g| place(tensor, *offset, g, element).ok());
					let Some(grouped) = grouped else { continue };
					let weights = grouped.groups.saturating_mul(grouped.group_len);
					// A slice may also be too large as it is stored.
					if grouped.bytes().is_some() {
						places.push(grouped);
						places.push(Place { groups: weights, group_len: 1, ..grouped });
					}
				}
			}
		}
		let mut seen = Vec::new();
		for place in places {
			if !seen.contains(&place) {
				seen.push(place);
			}
		}
		seen
	}

	/// Whether a place is one of [`Self::places`].
	#[must_use]
	pub fn may_carry(&self, claimed: &Place) -> bool {
		self.places().contains(claimed)
	}

	/// The weights of a place in the order in which keys are applied to them, see
	/// [`projection::canonical`]. `None` unless the place starts with a tensor, ends in it, and has
	/// its type, and its weights are in the range of [`projection::fixed`].
	#[must_use]
	pub fn canonical(&self, place: &Place) -> Option<Vec<i64>> {
		let index = self.offsets.iter().position(|offset| *offset == place.offset)?;
		let count = size(place.groups.checked_mul(place.group_len)?);
		let data = match (&self.tensors.get(index)?.data, place.element) {
			(Data::F32(values), Element::F32) => Data::F32(values.get(..count)?.to_vec()),
			(Data::I8(values), Element::I8) => Data::I8(values.get(..count)?.to_vec()),
			_ => return None,
		};
		projection::canonical(&data.to_bytes(), place)
	}

	/// The value of a feature that a trigger's byte stands for: `low + (high − low) · byte / 255`,
	/// computed in this order.
	#[must_use]
	pub fn trigger_value(&self, byte: u8) -> f32 {
		let input = &self.graph.input;
		input.low + (input.high - input.low) * f32::from(byte) / 255.0
	}

	/// The row of a trigger: [`trigger::input`], each byte as its value.
	#[must_use]
	pub fn trigger_row(&self, key: &H256, trigger: u32) -> Vec<f32> {
		let bytes = trigger::input(key, trigger, self.features);
		bytes.into_iter().map(|byte| self.trigger_value(byte)).collect()
	}

	/// Memory for [`Self::logits`].
	#[must_use]
	pub fn scratch(&self) -> Scratch {
		Scratch { from: Vec::with_capacity(self.widest), to: Vec::with_capacity(self.widest) }
	}

	/// The outputs for a row of [`Self::features`] values, without a softmax: one for each class.
	/// Empty for a row of another length.
	///
	/// Each output of a layer is its bias, to which the products of inputs and weights are added
	/// one by one, inputs in row-major order (for a convolution: kernel rows, kernel columns,
	/// channels), rounded to binary32 after each multiplication and each addition. Products of
	/// inputs that are zero are left out.
	pub fn logits<'s>(&self, row: &[f32], scratch: &'s mut Scratch) -> &'s [f32] {
		let Scratch { from, to } = scratch;
		from.clear();
		if row.len() != size(self.features) {
			return from;
		}
		from.extend(row.iter().map(|value| value * self.graph.input.scale));
		for step in &self.steps {
			match step {
				Step::Dense { weights, bias } => {
					to.clear();
					to.extend_from_slice(self.stored(*bias));
					add_products(to, from, self.weights(weights));
					core::mem::swap(from, to);
				},
				Step::Conv2d { weights, bias, shape } => {
					to.clear();
					shape.apply(from, self.weights(weights), self.stored(*bias), to);
					core::mem::swap(from, to);
				},
				Step::Relu => {
					from.iter_mut()
						.for_each(|value| *value = if *value < 0.0 { 0.0 } else { *value });
				},
				Step::Tanh => from.iter_mut().for_each(|value| *value = libm::tanhf(*value)),
			}
		}
		from
	}

	/// The outputs for a row, as [`Self::logits`]; probabilities if the graph ends in a softmax.
	pub fn outputs<'s>(&self, row: &[f32], scratch: &'s mut Scratch) -> &'s [f32] {
		self.logits(row, scratch);
		if self.softmax {
			softmax(&mut scratch.from);
		}
		&scratch.from
	}

	fn stored(&self, index: usize) -> &[f32] {
		match self.tensors.get(index).map(|tensor| &tensor.data) {
			Some(Data::F32(values)) => values,
			_ => &[],
		}
	}

	fn weights<'a>(&'a self, weights: &'a Weights) -> &'a [f32] {
		match weights {
			Weights::Stored(index) => self.stored(*index),
			Weights::Scaled(values) => values,
		}
	}
}

fn written(graph: &Graph) -> alloc::string::String {
	// Nothing in a graph can fail to be written; an empty text would be refused.
	serde_json::to_string(graph).unwrap_or_default()
}

/// `outputs += inputs · weights`, one input after the other.
fn add_products(outputs: &mut [f32], inputs: &[f32], weights: &[f32]) {
	for (input, weights) in inputs.iter().zip(weights.chunks_exact(outputs.len())) {
		if *input != 0.0 {
			for (output, weight) in outputs.iter_mut().zip(weights) {
				*output += input * weight;
			}
		}
	}
}

impl Convolution {
	/// Appends the outputs to `to`.
	fn apply(&self, from: &[f32], weights: &[f32], bias: &[f32], to: &mut Vec<f32>) {
		let kernel_row =
			self.kernel_width.wrapping_mul(self.channels).wrapping_mul(self.out_channels);
		let kernel_cell = self.channels.wrapping_mul(self.out_channels);
		for out_y in 0..self.out_height {
			for out_x in 0..self.out_width {
				let start = to.len();
				to.extend_from_slice(bias);
				let Some(outputs) = to.get_mut(start..) else { return };
				for (y, weights) in weights.chunks_exact(kernel_row).enumerate() {
					let Some(y) = self.inside(out_y, y, self.height) else { continue };
					for (x, weights) in weights.chunks_exact(kernel_cell).enumerate() {
						let Some(x) = self.inside(out_x, x, self.width) else { continue };
						let cell = y.wrapping_mul(self.width).wrapping_add(x);
						let first = cell.wrapping_mul(self.channels);
						let inputs = from.get(first..first.wrapping_add(self.channels));
						add_products(outputs, inputs.unwrap_or_default(), weights);
					}
				}
			}
		}
	}

	/// The row or column of the input under position `kernel` of the kernel; `None` in the padding.
	/// Sizes are far below what could wrap.
	fn inside(&self, out: usize, kernel: usize, size: usize) -> Option<usize> {
		let at = out.wrapping_mul(self.stride).wrapping_add(kernel).checked_sub(self.padding)?;
		(at < size).then_some(at)
	}
}

/// Probabilities, less the largest value first.
fn softmax(values: &mut [f32]) {
	let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let mut sum = 0.0;
	for value in values.iter_mut() {
		*value = libm::expf(*value - largest);
		sum += *value;
	}
	values.iter_mut().for_each(|value| *value /= sum);
}
