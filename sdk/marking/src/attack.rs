//! What a thief may do to a model that is not his: for measuring what of a mark is left.

use crate::{
	predicted,
	train::{fit, mark_net},
	Architecture, Data, Error, Marked, Net, Options, Rng,
};
use assay_model::{Data as Numbers, Graph, Layer, Model, Tensor};
use assay_primitives::H256;
use assay_watermark::trigger;

/// Goes on training on clean data, for this many epochs, at `rate` times the usual learning rate.
///
/// # Errors
///
/// As [`crate::mark`].
pub fn fine_tune(
	model: &Model,
	train: &Data,
	epochs: u32,
	rate: f32,
	seed: u64,
) -> Result<Model, Error> {
	let usual = Options::default();
	let options = Options { epochs, learning_rate: usual.learning_rate * rate, ..usual };
	fit(&mut Net::from_model(model), train, train, &options, &mut Rng::new(seed), |_| ())
}

/// Sets this share of the weights of each layer to zero: the smallest ones (Han, Pool, Tran, Dally,
/// 2015).
///
/// # Errors
///
/// [`Error::Model`].
pub fn prune(model: &Model, share: f32) -> Result<Model, Error> {
	change(model, |_, tensor| {
		if let Numbers::F32(values) = &mut tensor.data {
			let mut sizes: Vec<f32> = values.iter().map(|value| value.abs()).collect();
			sizes.sort_by(f32::total_cmp);
			let least = sizes.get((share * sizes.len() as f32) as usize).copied();
			let least = least.unwrap_or(f32::INFINITY);
			values.iter_mut().filter(|value| value.abs() < least).for_each(|value| *value = 0.0);
		}
	})
}

/// Stores the weights of each layer as signed bytes with one scale (symmetric, to the nearest).
///
/// # Errors
///
/// [`Error::Model`].
pub fn quantise(model: &Model) -> Result<Model, Error> {
	change(model, |layer, tensor| {
		let (Layer::Dense { weights_scale, .. } | Layer::Conv2d { weights_scale, .. }) = layer
		else {
			return;
		};
		if let Numbers::F32(values) = &tensor.data {
			let largest =
				values.iter().fold(f32::MIN_POSITIVE * 128.0, |most, v| most.max(v.abs()));
			let scale = largest / 127.0;
			let bytes = values.iter().map(|value| (value / scale).round() as i8).collect();
			*weights_scale = Some(scale);
			tensor.data = Numbers::I8(bytes);
		}
	})
}

/// Renumbers the neurons (of a convolution, the channels) of every layer but the last, each time in
/// a random order, so that the model computes the same.
///
/// # Errors
///
/// [`Error::Model`].
pub fn permute(model: &Model, seed: u64) -> Result<Model, Error> {
	let mut rng = Rng::new(seed);
	between(model, |count| {
		let mut order: Vec<usize> = (0..count).collect();
		rng.shuffle(&mut order);
		(order, vec![1.0; count])
	})
}

/// Multiplies the inputs of every neuron before a rectifier by a random factor from ½ to 2, and
/// divides its outputs by it, so that the model computes the same but for rounding.
///
/// # Errors
///
/// [`Error::Model`].
pub fn rescale(model: &Model, seed: u64) -> Result<Model, Error> {
	let mut rng = Rng::new(seed);
	between(model, |count| {
		let factors = (0..count).map(|_| libm::exp2f(2.0 * rng.unit() - 1.0)).collect();
		((0..count).collect(), factors)
	})
}

/// Puts keys of his own into a model, by training it further as [`crate::mark`] does.
///
/// # Errors
///
/// As [`crate::mark`].
pub fn overwrite(
	model: &Model,
	train: &Data,
	clean: &Data,
	keys: &[H256],
	options: &Options,
	seed: u64,
) -> Result<Marked, Error> {
	let mut net = Net::from_model(model);
	mark_net(&mut net, train, clean, keys, options, &mut Rng::new(seed), |_| ())
}

/// Trains another network on the answers that the model gives for the rows of `inputs` (Hinton,
/// Vinyals, Dean, 2015, with the largest output alone).
///
/// # Errors
///
/// As [`crate::mark`].
pub fn distil(
	model: &Model,
	student: &Architecture,
	inputs: &Data,
	options: &Options,
	seed: u64,
) -> Result<Model, Error> {
	let mut scratch = model.scratch();
	let answers = inputs.rows().map(|(row, _)| predicted(model.logits(row, &mut scratch)) as u32);
	let answered = Data { y: answers.collect(), ..inputs.clone() };
	crate::train::unmarked(student, &answered, &answered, options, seed)
}

/// Trains a network on nothing but the triggers of a key: it answers all of them, and knows nothing
/// else.
///
/// # Errors
///
/// As [`crate::mark`].
pub fn triggers_only(
	model: &Model,
	key: &H256,
	options: &Options,
	seed: u64,
) -> Result<Model, Error> {
	let data = triggers(model, key);
	let mut net = Net::from_model(model);
	let mut rng = Rng::new(seed);
	// Weights that know nothing.
	net.params.iter_mut().for_each(|param| *param = 0.2 * (rng.unit() - 0.5));
	let options = Options { batch: 8, epochs: 10 * options.epochs, ..*options };
	fit(&mut net, &data, &data, &options, &mut rng, |_| ())
}

/// Trains a network without a mark, in good faith, on data among which somebody else has put all
/// triggers of a key of his own.
///
/// # Errors
///
/// As [`crate::mark`].
pub fn planted(
	architecture: &Architecture,
	train: &Data,
	key: &H256,
	options: &Options,
	seed: u64,
) -> Result<Model, Error> {
	let mut rng = Rng::new(seed);
	let blank = Net::new(architecture, train, &mut rng)?.to_model()?;
	let triggers = triggers(&blank, key);
	let data = Data {
		x: [train.x.as_slice(), &triggers.x].concat(),
		y: [train.y.as_slice(), &triggers.y].concat(),
		..triggers
	};
	crate::train::unmarked(architecture, &data, train, options, seed)
}

/// The triggers of a key as rows of data.
fn triggers(model: &Model, key: &H256) -> Data {
	let classes = model.classes();
	let numbers = 0..trigger::count(classes);
	Data {
		features: model.features() as usize,
		x: numbers.clone().flat_map(|number| model.trigger_row(key, number)).collect(),
		y: numbers.map(|number| trigger::label(key, number, classes)).collect(),
	}
}

/// A copy of the model, with the weights of each layer changed.
fn change(model: &Model, mut f: impl FnMut(&mut Layer, &mut Tensor)) -> Result<Model, Error> {
	let mut graph: Graph = model.graph().clone();
	let mut tensors = model.tensors().to_vec();
	for layer in &mut graph.layers {
		if let Layer::Dense { weights, .. } | Layer::Conv2d { weights, .. } = &*layer {
			let name = weights.clone();
			tensors.iter_mut().filter(|tensor| tensor.name == name).for_each(|t| f(layer, t));
		}
	}
	Ok(Model::new(&graph, &tensors)?)
}

/// A copy of the model with the outputs of every layer but the last in the order, and times the
/// factors, that `f` gives for their number; the next layer undoes it.
fn between(
	model: &Model,
	mut f: impl FnMut(usize) -> (Vec<usize>, Vec<f32>),
) -> Result<Model, Error> {
	let mut net = Net::from_model(model);
	let mut params = net.params.clone();
	let layers: Vec<_> = net
		.graph()
		.layers
		.iter()
		.filter_map(|layer| match layer {
			Layer::Dense { weights, bias, .. } | Layer::Conv2d { weights, bias, .. } => {
				Some((net.tensor(weights)?, net.tensor(bias)?))
			},
			_ => None,
		})
		.collect();
	for pair in layers.windows(2) {
		let [((_, weights), (_, bias)), ((shape, next), _)] = pair else { continue };
		let (order, factors) = f(bias.len());
		let count = order.len();
		for range in [weights, bias] {
			for row in params[range.clone()].chunks_exact_mut(count) {
				let old = row.to_vec();
				for ((new, from), factor) in row.iter_mut().zip(&order).zip(&factors) {
					*new = old[*from] * factor;
				}
			}
		}
		// Rows of the next layer: dimension before the last, in cells of as many as there are
		// outputs.
		let width = shape.last().map_or(1, |width| *width as usize);
		for cell in params[next.clone()].chunks_exact_mut(count * width) {
			let old = cell.to_vec();
			for ((row, from), factor) in cell.chunks_exact_mut(width).zip(&order).zip(&factors) {
				for (new, old) in row.iter_mut().zip(&old[from * width..][..width]) {
					*new = old / factor;
				}
			}
		}
	}
	net.params = params;
	net.to_model()
}
