//! What marking adds to a training loop: rows to learn, and a correction of the marked weights.

use crate::{
	net::{add, dot},
	real, Data, Error, Net,
};
use assay_model::Model;
use assay_primitives::{Score, H256};
use assay_watermark::{projection, trigger};
use std::ops::Range;

/// How strongly a mark is put into the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strength {
	/// What each bit's sum is brought to, over the root of the sum of squares of the weights: how
	/// many standard deviations it would be from zero if the key's signs were drawn now.
	pub bits: f32,
	/// Distance between neighbouring sums of columns, in standard deviations of a sum of random
	/// weights as large as those at the beginning.
	pub order: f32,
	/// Share of what is missing that one correction adds.
	pub rate: f32,
}

impl Default for Strength {
	fn default() -> Self {
		Self { bits: 1.0, order: 0.1, rate: 0.3 }
	}
}

/// A trigger of one of the keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
	/// Which key.
	pub key: usize,
	/// Features, in the range of the data.
	pub row: Vec<f32>,
	/// The class that the key wants.
	pub label: u32,
}

/// All keys of an owner, ready to be put into a network.
///
/// A training loop that marks does two things more than one that does not: it learns
/// [`triggers`](Self::triggers) besides its data, and it calls [`correct`](Self::correct) every few
/// updates.
#[derive(Clone, Debug)]
pub struct Embedding {
	keys: Vec<H256>,
	triggers: Vec<Trigger>,
	/// Where the marked weights are among the parameters.
	region: Range<usize>,
	/// Weights in a group.
	columns: usize,
	/// For each bit of each key, the signs of all weights, so that each sum should be positive.
	signs: Vec<f32>,
	/// Root mean square of random weights, before training.
	size: f32,
	strength: Strength,
}

impl Embedding {
	/// The keys' triggers and projections, for a network of this shape.
	///
	/// # Errors
	///
	/// [`Error::Model`] if the network is none of the format; [`Error::Options`] without keys.
	pub fn new(net: &Net, keys: &[H256], strength: Strength) -> Result<Self, Error> {
		if keys.is_empty() {
			return Err(Error::Options("there must be a key"));
		}
		let model = net.to_model()?;
		let place = model.place();
		let weights = (place.groups * place.group_len) as usize;
		let (shape, tensor) = net
			.tensor(&net.graph().mark.tensor)
			.expect("a model has the tensor that its mark is in");
		let region = tensor.start..tensor.start + weights;
		let inputs: u32 = shape.split_last().map_or(1, |(_, inputs)| inputs.iter().product());
		let mut signs = Vec::with_capacity(keys.len() * projection::BITS as usize * weights);
		for key in keys {
			let wanted = projection::wanted(key);
			for bit in 0..projection::BITS {
				let negative = !projection::is_set(&wanted, bit);
				for part in 0..weights.div_ceil(256) {
					let minus = projection::signs(key, bit, part as u32);
					let count = (weights - part * 256).min(256);
					signs.extend((0..count as u32).map(|at| {
						if projection::is_set(&minus, at) == negative {
							1.0
						} else {
							-1.0
						}
					}));
				}
			}
		}
		Ok(Self {
			triggers: triggers(&model, keys),
			keys: keys.to_vec(),
			columns: place.group_len as usize,
			signs,
			// As `Net::random` makes them.
			size: (2.0 / inputs as f32).sqrt(),
			region,
			strength,
		})
	}

	/// The keys.
	#[must_use]
	pub fn keys(&self) -> &[H256] {
		&self.keys
	}

	/// The triggers of all keys, one key after the other.
	#[must_use]
	pub fn triggers(&self) -> &[Trigger] {
		&self.triggers
	}

	/// Prepares a network for being marked: gives the marked weights the order and the bits that
	/// all keys want, and changes the biases so that, over these rows, the means of what the first
	/// layer gives remain. For a network whose mark is in another layer it does the former alone.
	pub fn prepare(&self, net: &mut Net, rows: &Data) {
		let before = net.first_means(rows);
		for _ in 0..20 {
			self.correct(&mut net.params);
		}
		let Some((weights, bias)) = net.first() else { return };
		if weights.start == self.region.start {
			let after = net.first_means(rows);
			for ((bias, after), before) in net.params[bias].iter_mut().zip(after).zip(before) {
				*bias -= after - before;
			}
		}
	}

	/// Moves the marked weights a step towards what all keys want.
	///
	/// The sums of the columns are moved towards even distances, ascending in the order of the
	/// file: so that this order is the canonical one, and remains it when weights change a little.
	/// Then the weights are moved towards each hyperplane on whose wrong side, or too near, they
	/// are (Kaczmarz, 1937, all at once), without changing the sums.
	pub fn correct(&self, params: &mut [f32]) {
		let weights = &mut params[self.region.clone()];
		let groups = (weights.len() / self.columns) as f32;
		let norm = dot(weights, weights).sqrt();
		let mut step = vec![0.0; weights.len()];
		for signs in self.signs.chunks_exact(weights.len()) {
			let missing = self.strength.bits * norm - dot(signs, weights);
			if missing > 0.0 {
				add(&mut step, missing / weights.len() as f32, signs);
			}
		}
		let (mut sums, mut change) = (vec![0.0; self.columns], vec![0.0; self.columns]);
		for (values, step) in
			weights.chunks_exact(self.columns).zip(step.chunks_exact(self.columns))
		{
			add(&mut sums, 1.0, values);
			add(&mut change, 1.0, step);
		}
		let middle = (self.columns - 1) as f32 / 2.0;
		let gap = self.strength.order * self.size * groups.sqrt();
		for (column, (sum, change)) in sums.iter().zip(&mut change).enumerate() {
			*change = ((column as f32 - middle) * gap - sum - *change) / groups;
		}
		for (weights, step) in
			weights.chunks_exact_mut(self.columns).zip(step.chunks_exact(self.columns))
		{
			add(weights, self.strength.rate, step);
			add(weights, self.strength.rate, &change);
		}
	}
}

/// The triggers of these keys, for a model.
pub(crate) fn triggers(model: &Model, keys: &[H256]) -> Vec<Trigger> {
	let classes = model.classes();
	let of = |(at, key)| {
		(0..trigger::count(classes)).map(move |number| Trigger {
			key: at,
			row: model.trigger_row(key, number),
			label: trigger::label(key, number, classes),
		})
	};
	keys.iter().enumerate().flat_map(of).collect()
}

/// What the triggers' margins should be for a declared ratio, key by key.
///
/// The ratio is one of means over the clean data, so the target follows the margin there; and each
/// key has a factor of its own, which is corrected by what its triggers reach.
#[derive(Clone, Debug)]
pub struct Targets {
	ratio: f32,
	clean: f32,
	factors: Vec<f32>,
}

impl Targets {
	/// For so many keys, before anything is measured.
	#[must_use]
	pub fn new(ratio: Score, keys: usize) -> Self {
		Self { ratio: real(ratio), clean: 1.0, factors: vec![1.0; keys] }
	}

	/// Takes note of the mean margin on clean data, and of that on each key's triggers.
	pub fn measured(&mut self, clean: f32, triggers: &[f32]) {
		self.clean = clean.max(0.5);
		for (factor, margin) in self.factors.iter_mut().zip(triggers) {
			let wanted = self.ratio * self.clean;
			*factor = (*factor + 0.5 * (wanted - margin) / wanted).clamp(0.5, 2.0);
		}
	}

	/// The margin that triggers of this key should have.
	#[must_use]
	pub fn margin(&self, key: usize) -> f32 {
		self.ratio * self.clean * self.factors[key]
	}
}
