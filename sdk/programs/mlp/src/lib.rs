//! A multilayer perceptron with one hidden layer, trained by stochastic gradient descent.
//!
//! One training chunk is one minibatch, and one step. An epoch visits all chunks, in an order that
//! is drawn anew for each epoch. Hidden units are rectified linear, the outputs are the
//! probabilities of the classes (softmax), the loss is their cross entropy.
//!
//! | parameter | default | meaning |
//! | --- | --- | --- |
//! | `epochs` | 60 | times that each training chunk is visited |
//! | `hidden` | 32 | hidden units |
//! | `lr` | 0.05 | learning rate |
//! | `momentum` | 0.9 | share of the last update that is added to the next (Polyak, 1964) |
//! | `scale` | 0.0625 | features are multiplied by it; 1/16 suits the pixels of the digits |
//!
//! The model has the tensors `hidden.weights` [features, hidden], `hidden.bias`, `output.weights`
//! [hidden, classes], `output.bias`, and `scale` [1].
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::{vec, vec::Vec};
use assay_guest::{
	math, Chunk, Error, Features, Header, Outputs, Params, Rng, Safetensors, Status, Trainer,
	Values, Want,
};
use core::mem;

/// What the parameters say.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
	epochs: u32,
	hidden: usize,
	lr: f32,
	momentum: f32,
	scale: f32,
}

/// Weights and biases between two layers, or numbers of the same shape.
struct Layer {
	/// [inputs, outputs], row-major.
	weights: Vec<f32>,
	bias: Vec<f32>,
}

impl Layer {
	fn zeros(inputs: usize, outputs: usize) -> Self {
		Self { weights: vec![0.0; inputs * outputs], bias: vec![0.0; outputs] }
	}

	/// Uniform weights, as wide as keeps the variance from layer to layer (Glorot and Bengio,
	/// 2010).
	fn random(inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
		let bound = math::sqrt(6.0 / (inputs + outputs) as f32);
		let mut layer = Self::zeros(inputs, outputs);
		for value in layer.weights.iter_mut().chain(&mut layer.bias) {
			*value = bound * (2.0 * rng.unit() - 1.0);
		}
		layer
	}

	/// `outputs = bias + inputs · weights`.
	fn forward(
		&self,
		inputs: impl ExactSizeIterator<Item = f32>,
		outputs: &mut [f32],
		terms: &mut Vec<Term>,
	) {
		outputs.copy_from_slice(&self.bias);
		let terms = collect(terms, inputs, outputs.len());
		add_terms(outputs, terms, &self.weights);
	}

	/// One update: `velocity = momentum · velocity - rate · gradient`, and that is added. The
	/// gradient is that of some rows, each given by its inputs and the gradient of its outputs.
	fn update(
		&mut self,
		velocity: &mut Self,
		inputs: impl Fn(usize, usize) -> f32,
		outputs: &[f32],
		terms: &mut Vec<Term>,
		descent: Descent,
	) {
		let width = self.bias.len();
		let rows = outputs.len() / width;
		let mut gradient = vec![0.0; width];
		let weights = self.weights.chunks_exact_mut(width);
		for (input, (values, velocity)) in
			weights.zip(velocity.weights.chunks_exact_mut(width)).enumerate()
		{
			gradient.fill(0.0);
			let terms = collect(terms, (0..rows).map(|row| inputs(row, input)), width);
			add_terms(&mut gradient, terms, outputs);
			descent.descend(values, velocity, &gradient);
		}
		gradient.fill(0.0);
		add_terms(&mut gradient, collect(terms, (0..rows).map(|_| 1.0), width), outputs);
		descent.descend(&mut self.bias, &mut velocity.bias, &gradient);
	}
}

/// How an update goes down its gradient.
#[derive(Clone, Copy)]
struct Descent {
	momentum: f32,
	rate: f32,
}

impl Descent {
	fn descend(self, values: &mut [f32], velocity: &mut [f32], gradient: &[f32]) {
		let one = |(value, (velocity, gradient)): (&mut f32, (&mut f32, &f32))| {
			*velocity = self.momentum * *velocity - self.rate * gradient;
			*value += *velocity;
		};
		let (values, last_values) = values.as_chunks_mut::<SIDE_BY_SIDE>();
		let (velocity, last_velocity) = velocity.as_chunks_mut::<SIDE_BY_SIDE>();
		let (gradient, last_gradient) = gradient.as_chunks::<SIDE_BY_SIDE>();
		for (values, (velocity, gradient)) in
			values.iter_mut().zip(velocity.iter_mut().zip(gradient))
		{
			values.iter_mut().zip(velocity.iter_mut().zip(gradient)).for_each(one);
		}
		last_values.iter_mut().zip(last_velocity.iter_mut().zip(last_gradient)).for_each(one);
	}
}

/// A term of a sum of rows.
#[derive(Clone, Copy, Default)]
struct Term {
	factor: f32,
	/// Where the row starts.
	start: usize,
}

/// The terms of a sum of rows of some width whose factor is not zero: most pixels, and about half
/// of the hidden units, are.
fn collect(
	terms: &mut Vec<Term>,
	factors: impl ExactSizeIterator<Item = f32>,
	width: usize,
) -> &[Term] {
	if terms.len() < factors.len() {
		terms.resize(factors.len(), Term::default());
	}
	let mut count = 0;
	for (row, factor) in factors.enumerate() {
		// Without a branch, which no processor could foresee.
		terms[count] = Term { factor, start: row * width };
		count += usize::from(factor != 0.0);
	}
	&terms[..count]
}

/// Numbers of a row that are summed at a time, in registers.
const SIDE_BY_SIDE: usize = 8;

/// `to += Σ factor · row`, in the order of the terms.
fn add_terms(to: &mut [f32], terms: &[Term], rows: &[f32]) {
	let (blocks, singles) = to.as_chunks_mut::<SIDE_BY_SIDE>();
	let first = blocks.len() * SIDE_BY_SIDE;
	for (to, column) in blocks.iter_mut().zip((0..).step_by(SIDE_BY_SIDE)) {
		add_columns(to, terms, &rows[column..]);
	}
	for (to, column) in singles.as_chunks_mut::<1>().0.iter_mut().zip(first..) {
		add_columns(to, terms, &rows[column..]);
	}
}

/// [`add_terms`], of the first columns.
fn add_columns<const N: usize>(to: &mut [f32; N], terms: &[Term], rows: &[f32]) {
	let mut sums = *to;
	for Term { factor, start } in terms {
		for (sum, value) in sums.iter_mut().zip(&rows[*start..][..N]) {
			*sum += factor * value;
		}
	}
	*to = sums;
}

/// What the rows of a chunk pass through, row-major. Zeros between two steps: what a step leaves as
/// it was need not be committed to again.
#[derive(Default)]
struct Activations {
	hidden: Vec<f32>,
	/// Gradient of the loss by them.
	back: Vec<f32>,
	/// Probabilities, and then the gradient by what they are of.
	outputs: Vec<f32>,
}

/// The training program.
pub struct Mlp {
	settings: Settings,
	rng: Rng,
	epochs_left: u32,
	/// Indices of the chunks that this epoch has yet to visit; the last is the next.
	queue: Vec<u32>,
	chunks: u32,
	hidden: Layer,
	output: Layer,
	hidden_velocity: Layer,
	output_velocity: Layer,
	activations: Activations,
}

impl Mlp {
	fn start_epoch(&mut self) {
		self.epochs_left -= 1;
		self.queue = (0..self.chunks).collect();
		self.rng.shuffle(&mut self.queue);
	}

	/// From features to hidden units and probabilities.
	fn forward(
		&self,
		row: Values<'_>,
		hidden: &mut [f32],
		outputs: &mut [f32],
		terms: &mut Vec<Term>,
	) {
		let scaled = (0..row.len()).map(|index| self.settings.scale * row.get(index));
		self.hidden.forward(scaled, hidden, terms);
		for value in hidden.iter_mut() {
			*value = value.max(0.0);
		}
		self.output.forward(hidden.iter().copied(), outputs, terms);
		math::softmax(outputs);
	}
}

impl Trainer for Mlp {
	type Settings = Settings;

	fn settings(params: &Params<'_>) -> Result<Settings, Error> {
		params.only(&["epochs", "hidden", "lr", "momentum", "scale"])?;
		let settings = Settings {
			epochs: params.get("epochs", 60)?,
			hidden: params.get("hidden", 32)?,
			lr: params.get("lr", 0.05)?,
			momentum: params.get("momentum", 0.9)?,
			scale: params.get("scale", 0.0625)?,
		};
		if settings.epochs == 0 || settings.hidden == 0 {
			return Err(Error("epochs and hidden must be at least 1"));
		}
		if !(settings.lr > 0.0 && settings.lr.is_finite()) {
			return Err(Error("lr must be a number above 0"));
		}
		if !(0.0..1.0).contains(&settings.momentum) {
			return Err(Error("momentum must be at least 0 and below 1"));
		}
		if !(settings.scale > 0.0 && settings.scale.is_finite()) {
			return Err(Error("scale must be a number above 0"));
		}
		Ok(settings)
	}

	fn new(settings: Settings, seed: u64, header: &Header) -> Result<Self, Error> {
		if header.classes == 0 {
			return Err(Error("the task has no classes"));
		}
		let (inputs, outputs) = (header.features as usize, header.classes as usize);
		let mut rng = Rng::new(seed);
		let mut mlp = Self {
			hidden: Layer::random(inputs, settings.hidden, &mut rng),
			output: Layer::random(settings.hidden, outputs, &mut rng),
			hidden_velocity: Layer::zeros(inputs, settings.hidden),
			output_velocity: Layer::zeros(settings.hidden, outputs),
			activations: Activations::default(),
			settings,
			rng,
			epochs_left: settings.epochs,
			queue: Vec::new(),
			chunks: header.chunks,
		};
		mlp.start_epoch();
		Ok(mlp)
	}

	fn want(&self) -> Want {
		self.queue.last().map_or(Want::Nothing, |index| Want::Chunk(*index))
	}

	fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error> {
		let (width, classes) = (self.hidden.bias.len(), self.output.bias.len());
		let mut terms = Vec::new();
		let mut a = mem::take(&mut self.activations);
		a.hidden.resize(chunk.rows() * width, 0.0);
		a.back.resize(chunk.rows() * width, 0.0);
		a.outputs.resize(chunk.rows() * classes, 0.0);
		for (row, ((hidden, back), outputs)) in a
			.hidden
			.chunks_exact_mut(width)
			.zip(a.back.chunks_exact_mut(width))
			.zip(a.outputs.chunks_exact_mut(classes))
			.enumerate()
		{
			self.forward(chunk.row(row), hidden, outputs, &mut terms);
			// The gradient of the cross entropy by the outputs before the softmax.
			outputs[chunk.class(row)] -= 1.0;
			let weights = self.output.weights.chunks_exact(classes);
			for ((back, hidden), weights) in back.iter_mut().zip(hidden).zip(weights) {
				// Units at zero pass no gradient on.
				if *hidden > 0.0 {
					*back = weights.iter().zip(&*outputs).map(|(w, g)| w * g).sum();
				}
			}
		}
		let rate = self.settings.lr / chunk.rows() as f32;
		let descent = Descent { momentum: self.settings.momentum, rate };
		let scale = self.settings.scale;
		let inputs = |row, index| scale * chunk.row(row).get(index);
		self.hidden.update(&mut self.hidden_velocity, inputs, &a.back, &mut terms, descent);
		let hidden = |row: usize, unit| a.hidden[row * width + unit];
		self.output.update(&mut self.output_velocity, hidden, &a.outputs, &mut terms, descent);
		for values in [&mut a.hidden, &mut a.back, &mut a.outputs] {
			values.fill(0.0);
		}
		self.activations = a;

		self.queue.pop();
		if !self.queue.is_empty() {
			return Ok(Status::Continue);
		}
		if self.epochs_left == 0 {
			return Ok(Status::Trained);
		}
		self.start_epoch();
		Ok(Status::Continue)
	}

	fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error> {
		let mut terms = Vec::new();
		let mut hidden = vec![0.0; self.hidden.bias.len()];
		for row in 0..features.rows() {
			self.forward(features.row(row), &mut hidden, outputs.row_mut(row), &mut terms);
		}
		Ok(())
	}

	fn model(&self) -> Vec<u8> {
		let (hidden, outputs) = (self.hidden.bias.len(), self.output.bias.len());
		let inputs = self.hidden.weights.len() / hidden;
		Safetensors::new()
			.f32("hidden.weights", &[inputs, hidden], &self.hidden.weights)
			.f32("hidden.bias", &[hidden], &self.hidden.bias)
			.f32("output.weights", &[hidden, outputs], &self.output.weights)
			.f32("output.bias", &[outputs], &self.output.bias)
			.f32("scale", &[1], &[self.settings.scale])
			.finish()
	}
}

assay_guest::export!(Mlp);
