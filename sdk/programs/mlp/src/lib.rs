//! A multilayer perceptron with one hidden layer, trained by stochastic gradient descent.
//!
//! One training chunk is one minibatch, and one step. An epoch visits all chunks, in an order that is
//! drawn anew for each epoch. Hidden units are rectified linear, the outputs are the probabilities of
//! the classes (softmax), the loss is their cross entropy.
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

	/// Uniform weights, as wide as keeps the variance from layer to layer (Glorot and Bengio, 2010).
	fn random(inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
		let bound = math::sqrt(6.0 / (inputs + outputs) as f32);
		let mut layer = Self::zeros(inputs, outputs);
		for value in layer.weights.iter_mut().chain(&mut layer.bias) {
			*value = bound * (2.0 * rng.unit() - 1.0);
		}
		layer
	}

	/// `outputs = bias + inputs · weights`.
	fn forward(&self, inputs: &[f32], outputs: &mut [f32]) {
		outputs.copy_from_slice(&self.bias);
		for (input, weights) in inputs.iter().zip(self.weights.chunks_exact(outputs.len())) {
			add_scaled(outputs, *input, weights);
		}
	}

	/// Adds the gradient of one row, given its inputs and the gradient of its outputs.
	fn accumulate(&mut self, inputs: &[f32], outputs: &[f32]) {
		add_scaled(&mut self.bias, 1.0, outputs);
		for (input, weights) in inputs.iter().zip(self.weights.chunks_exact_mut(outputs.len())) {
			add_scaled(weights, *input, outputs);
		}
	}

	/// One update: `velocity = momentum · velocity - rate · gradient`, and that is added.
	fn update(&mut self, velocity: &mut Self, gradient: &Self, momentum: f32, rate: f32) {
		for ((value, velocity), gradient) in self
			.weights
			.iter_mut()
			.chain(&mut self.bias)
			.zip(velocity.weights.iter_mut().chain(&mut velocity.bias))
			.zip(gradient.weights.iter().chain(&gradient.bias))
		{
			*velocity = momentum * *velocity - rate * gradient;
			*value += *velocity;
		}
	}
}

/// `to += factor · from`.
fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
	// Most pixels and about half of the hidden units are zero.
	if factor != 0.0 {
		for (to, from) in to.iter_mut().zip(from) {
			*to += factor * from;
		}
	}
}

/// What one row passes through.
struct Activations {
	inputs: Vec<f32>,
	hidden: Vec<f32>,
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
}

impl Mlp {
	fn start_epoch(&mut self) {
		self.epochs_left -= 1;
		self.queue = (0..self.chunks).collect();
		self.rng.shuffle(&mut self.queue);
	}

	fn activations(&self) -> Activations {
		let (hidden, outputs) = (self.hidden.bias.len(), self.output.bias.len());
		Activations {
			inputs: vec![0.0; self.hidden.weights.len() / hidden],
			hidden: vec![0.0; hidden],
			outputs: vec![0.0; outputs],
		}
	}

	/// From features to probabilities.
	fn forward(&self, row: Values<'_>, a: &mut Activations) {
		row.copy_to(&mut a.inputs);
		for value in &mut a.inputs {
			*value *= self.settings.scale;
		}
		self.hidden.forward(&a.inputs, &mut a.hidden);
		for value in &mut a.hidden {
			*value = value.max(0.0);
		}
		self.output.forward(&a.hidden, &mut a.outputs);
		math::softmax(&mut a.outputs);
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
		let mut a = self.activations();
		let mut hidden = Layer::zeros(a.inputs.len(), a.hidden.len());
		let mut output = Layer::zeros(a.hidden.len(), a.outputs.len());
		for row in 0..chunk.rows() {
			self.forward(chunk.row(row), &mut a);
			// The gradient of the cross entropy by the outputs before the softmax.
			a.outputs[chunk.class(row)] -= 1.0;
			output.accumulate(&a.hidden, &a.outputs);
			let weights = self.output.weights.chunks_exact(a.outputs.len());
			for (value, weights) in a.hidden.iter_mut().zip(weights) {
				// Units at zero pass no gradient on.
				if *value > 0.0 {
					*value = weights.iter().zip(&a.outputs).map(|(w, g)| w * g).sum();
				}
			}
			hidden.accumulate(&a.inputs, &a.hidden);
		}
		let rate = self.settings.lr / chunk.rows() as f32;
		let momentum = self.settings.momentum;
		self.hidden.update(&mut self.hidden_velocity, &hidden, momentum, rate);
		self.output.update(&mut self.output_velocity, &output, momentum, rate);

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
		let mut a = self.activations();
		for row in 0..features.rows() {
			self.forward(features.row(row), &mut a);
			outputs.row_mut(row).copy_from_slice(&a.outputs);
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
