//! Training, with or without a mark.

use crate::{
	check,
	embedding::{Strength, Targets},
	predicted, Architecture, Checked, Data, Embedding, Error, Net, Pass, Rng,
};
use assay_model::Model;
use assay_primitives::{Score, H256};
use assay_watermark::{trigger, Profile};

/// How a model is trained and marked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
	/// Times that all training rows are visited, with a learning rate that falls to a twentieth.
	pub epochs: u32,
	/// Most further epochs, at that rate, until the mark is within [`Options::reached`].
	pub settling: u32,
	/// Rows in a minibatch.
	pub batch: usize,
	/// Triggers that are learned with each minibatch.
	pub triggers: usize,
	/// Weight of the triggers' loss; that of the data has 1.
	pub trigger_weight: f32,
	/// Learning rate of Adam (Kingma and Ba, 2015) at the beginning.
	pub learning_rate: f32,
	/// The declared margin ratio.
	pub ratio: Score,
	/// Updates between two corrections of the marked weights.
	pub correct_every: u32,
	/// How strong the mark in the weights is.
	pub strength: Strength,
	/// What a registration must reach. Training aims higher: at half the band, at half of the wrong
	/// triggers and bits.
	pub profile: Profile,
}

impl Default for Options {
	fn default() -> Self {
		Self {
			epochs: 40,
			settling: 40,
			batch: 32,
			triggers: 32,
			trigger_weight: 2.0,
			learning_rate: 4e-3,
			ratio: Score(Score::ONE / 10 * 6),
			correct_every: 4,
			strength: Strength::default(),
			profile: Profile::default(),
		}
	}
}

impl Options {
	/// Whether a model with these statistics would pass, with a reserve.
	#[must_use]
	pub fn reached(&self, checked: &Checked) -> bool {
		let half = |score: Score| Score(score.0 / 2);
		let stricter = Profile {
			tau_input: Score(Score::ONE - half(Score(Score::ONE - self.profile.tau_input.0)).0),
			tau_feat: half(self.profile.tau_feat),
			band: half(self.profile.band),
		};
		stricter.check(&checked.statistics, self.ratio).is_ok()
	}

	fn valid(&self) -> Result<(), Error> {
		if self.epochs == 0 || self.batch == 0 || self.triggers == 0 || self.correct_every == 0 {
			return Err(Error::Options(
				"epochs, batch, triggers and correct_every must be at least 1",
			));
		}
		let s = self.strength;
		if ![self.learning_rate, s.bits, s.order, s.rate].iter().all(|v| v.is_finite() && *v >= 0.0)
		{
			return Err(Error::Options("learning rate and strength must be numbers of at least 0"));
		}
		if self.ratio.0 <= 0 {
			return Err(Error::Options("the ratio must be above 0"));
		}
		Ok(())
	}
}

/// How far training is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
	/// Epochs that are over.
	pub epoch: u32,
	/// Epochs that there can be.
	pub of: u32,
	/// Mean loss on the training rows in this epoch.
	pub loss: f32,
	/// Accuracy on the clean data.
	pub accuracy: f32,
	/// Mean margin on the clean data.
	pub margin: f32,
	/// Share of right triggers, over all keys.
	pub triggers: f32,
}

/// A marked model.
#[derive(Clone, Debug)]
pub struct Marked {
	/// The model.
	pub model: Model,
	/// What it reaches with each key, in the order of the keys.
	pub checked: Vec<Checked>,
	/// Whether [`Options::reached`] holds for all of them.
	pub reached: bool,
}

/// Trains a model that carries all of the keys.
///
/// `clean` are the data that verifiers will measure margins and accuracy on. Nothing is learned
/// from it but how large its margins are.
///
/// # Errors
///
/// - [`Error::Architecture`], [`Error::Options`], [`Error::Data`]: these do not fit together.
/// - [`Error::Model`]: the architecture is not within the format's limits.
/// - [`Error::Refused`]: the trained model cannot be measured, for instance because it has no
///   margin on the clean data.
pub fn mark(
	architecture: &Architecture,
	train: &Data,
	clean: &Data,
	keys: &[H256],
	options: &Options,
	seed: u64,
	progress: impl FnMut(&Progress),
) -> Result<Marked, Error> {
	let mut rng = Rng::new(seed);
	let mut net = Net::new(architecture, train, &mut rng)?;
	mark_net(&mut net, train, clean, keys, options, &mut rng, progress)
}

/// As [`mark`], with a network that exists.
///
/// # Errors
///
/// As [`mark`].
pub fn mark_net(
	net: &mut Net,
	train: &Data,
	clean: &Data,
	keys: &[H256],
	options: &Options,
	rng: &mut Rng,
	mut progress: impl FnMut(&Progress),
) -> Result<Marked, Error> {
	options.valid()?;
	fits(net, train)?;
	fits(net, clean)?;
	let embedding = Embedding::new(net, keys, options.strength)?;
	embedding.prepare(net, train);
	let mut trainer = Trainer::new(net, options, Some(&embedding), rng);
	let mut last = None;
	for epoch in 0..options.epochs + options.settling {
		trainer.epoch(net, train, epoch);
		progress(&trainer.measure(net, clean, epoch));
		if epoch + 1 >= options.epochs {
			let marked = finished(net, clean, keys, options)?;
			let reached = marked.reached;
			last = Some(marked);
			if reached {
				break;
			}
		}
	}
	last.ok_or(Error::Options("epochs must be at least 1"))
}

fn finished(net: &Net, clean: &Data, keys: &[H256], options: &Options) -> Result<Marked, Error> {
	let model = net.to_model()?;
	let checked =
		keys.iter().map(|key| check(&model, key, clean)).collect::<Result<Vec<_>, _>>()?;
	let reached = checked.iter().all(|checked| options.reached(checked));
	Ok(Marked { model, checked, reached })
}

/// Trains a network without a mark, for [`Options::epochs`].
///
/// # Errors
///
/// As [`mark`].
pub fn fit(
	net: &mut Net,
	train: &Data,
	clean: &Data,
	options: &Options,
	rng: &mut Rng,
	mut progress: impl FnMut(&Progress),
) -> Result<Model, Error> {
	options.valid()?;
	fits(net, train)?;
	fits(net, clean)?;
	let mut trainer = Trainer::new(net, options, None, rng);
	for epoch in 0..options.epochs {
		trainer.epoch(net, train, epoch);
		progress(&trainer.measure(net, clean, epoch));
	}
	net.to_model()
}

/// A model that is trained from random weights without a mark.
///
/// # Errors
///
/// As [`mark`].
pub fn unmarked(
	architecture: &Architecture,
	train: &Data,
	clean: &Data,
	options: &Options,
	seed: u64,
) -> Result<Model, Error> {
	let mut rng = Rng::new(seed);
	let mut net = Net::new(architecture, train, &mut rng)?;
	fit(&mut net, train, clean, options, &mut rng, |_| ())
}

fn fits(net: &Net, data: &Data) -> Result<(), Error> {
	if data.is_empty() {
		return Err(Error::Data("there are no rows".into()));
	}
	if data.features != net.features() || data.classes() as usize > net.classes() {
		return Err(Error::Data("the rows have other features or classes than the model".into()));
	}
	Ok(())
}

/// Adam, with its moments.
struct Adam {
	first: Vec<f32>,
	second: Vec<f32>,
	updates: i32,
}

impl Adam {
	fn new(params: usize) -> Self {
		Self { first: vec![0.0; params], second: vec![0.0; params], updates: 0 }
	}

	fn update(&mut self, params: &mut [f32], gradient: &[f32], rate: f32) {
		self.updates += 1;
		let (b1, b2) = (0.9f32, 0.999f32);
		let rate = rate * (1.0 - libm::powf(b2, self.updates as f32)).sqrt()
			/ (1.0 - libm::powf(b1, self.updates as f32));
		for (((param, gradient), first), second) in
			params.iter_mut().zip(gradient).zip(&mut self.first).zip(&mut self.second)
		{
			*first = b1 * *first + (1.0 - b1) * gradient;
			*second = b2 * *second + (1.0 - b2) * gradient * gradient;
			*param -= rate * *first / (second.sqrt() + 1e-8);
		}
	}
}

struct Trainer<'a> {
	options: &'a Options,
	embedding: Option<&'a Embedding>,
	rng: &'a mut Rng,
	adam: Adam,
	gradient: Vec<f32>,
	pass: Pass,
	by_logits: Vec<f32>,
	targets: Targets,
	/// Triggers that this round has yet to visit.
	queue: Vec<usize>,
	updates: u32,
	loss: f32,
}

impl<'a> Trainer<'a> {
	fn new(
		net: &Net,
		options: &'a Options,
		embedding: Option<&'a Embedding>,
		rng: &'a mut Rng,
	) -> Self {
		let keys = embedding.map_or(0, |embedding| embedding.keys().len());
		Self {
			options,
			embedding,
			rng,
			adam: Adam::new(net.params.len()),
			gradient: vec![0.0; net.params.len()],
			pass: Pass::default(),
			by_logits: Vec::new(),
			targets: Targets::new(options.ratio, keys),
			queue: Vec::new(),
			updates: 0,
			loss: 0.0,
		}
	}

	fn epoch(&mut self, net: &mut Net, train: &Data, epoch: u32) {
		// From the whole rate to a twentieth, along a cosine.
		let done = (epoch as f32 / self.options.epochs as f32).min(1.0);
		let fall = 0.5 * (1.0 + libm::cosf(core::f32::consts::PI * done));
		let rate = self.options.learning_rate * (0.05 + 0.95 * fall);
		let mut order: Vec<usize> = (0..train.len()).collect();
		self.rng.shuffle(&mut order);
		self.loss = 0.0;
		for batch in order.chunks(self.options.batch) {
			self.gradient.fill(0.0);
			let share = 1.0 / batch.len() as f32;
			for row in batch {
				let logits = net.forward(train.row(*row), &mut self.pass);
				self.loss += cross_entropy(logits, train.y[*row], share, &mut self.by_logits);
				net.backward(&mut self.pass, &self.by_logits, &mut self.gradient);
			}
			if let Some(embedding) = self.embedding {
				self.learn_triggers(net, embedding);
			}
			self.adam.update(&mut net.params, &self.gradient, rate);
			self.updates += 1;
			if let Some(embedding) = self.embedding {
				if self.updates.is_multiple_of(self.options.correct_every) {
					embedding.correct(&mut net.params);
				}
			}
		}
		if let Some(embedding) = self.embedding {
			embedding.correct(&mut net.params);
		}
		self.loss /= train.len() as f32;
	}

	fn learn_triggers(&mut self, net: &Net, embedding: &Embedding) {
		let count = self.options.triggers;
		for _ in 0..count {
			if self.queue.is_empty() {
				self.queue = (0..embedding.triggers().len()).collect();
				self.rng.shuffle(&mut self.queue);
			}
			let Some(trigger) = self.queue.pop().and_then(|at| embedding.triggers().get(at)) else {
				return;
			};
			let logits = net.forward(&trigger.row, &mut self.pass);
			let target = self.targets.margin(trigger.key);
			toward(
				logits,
				trigger.label,
				target,
				self.options.trigger_weight / count as f32,
				&mut self.by_logits,
			);
			net.backward(&mut self.pass, &self.by_logits, &mut self.gradient);
		}
	}

	fn measure(&mut self, net: &Net, clean: &Data, epoch: u32) -> Progress {
		let (mut margin, mut right) = (0.0, 0u32);
		for (row, label) in clean.rows() {
			let logits = net.forward(row, &mut self.pass);
			margin += self::margin(logits, label as usize).0;
			right += u32::from(predicted(logits) == label as usize);
		}
		margin /= clean.len() as f32;
		let mut hits = 0;
		if let Some(embedding) = self.embedding {
			let mut sums = vec![0.0; embedding.keys().len()];
			for trigger in embedding.triggers() {
				let logits = net.forward(&trigger.row, &mut self.pass);
				let margin = self::margin(logits, trigger.label as usize).0;
				sums[trigger.key] += margin / trigger::count(net.classes() as u32) as f32;
				hits += usize::from(margin > 0.0);
			}
			self.targets.measured(margin, &sums);
		}
		let triggers = self.embedding.map_or(1, |embedding| embedding.triggers().len());
		Progress {
			epoch: epoch + 1,
			of: self.options.epochs + self.embedding.map_or(0, |_| self.options.settling),
			loss: self.loss,
			accuracy: right as f32 / clean.len() as f32,
			margin,
			triggers: hits as f32 / triggers as f32,
		}
	}
}

/// The loss of a row, and its gradient times `share`.
pub(crate) fn cross_entropy(
	logits: &[f32],
	label: u32,
	share: f32,
	gradient: &mut Vec<f32>,
) -> f32 {
	let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	gradient.clear();
	gradient.extend(logits.iter().map(|logit| libm::expf(logit - largest)));
	let sum: f32 = gradient.iter().sum();
	gradient.iter_mut().for_each(|value| *value *= share / sum);
	let own = label as usize;
	let loss = libm::logf(sum) + largest - logits[own];
	gradient[own] -= share;
	loss
}

/// The margin of a class, and the class that is the largest of the others.
pub(crate) fn margin(logits: &[f32], label: usize) -> (f32, usize) {
	let mut other = usize::from(label == 0);
	for (class, logit) in logits.iter().enumerate() {
		if class != label && *logit > logits[other] {
			other = class;
		}
	}
	(logits[label] - logits[other], other)
}

/// The gradient, times `share`, of a loss that is least where the margin is `target`: its square
/// distance from it, in units of the target, as far as one target away and linear beyond (Huber).
fn toward(logits: &[f32], label: u32, target: f32, share: f32, gradient: &mut Vec<f32>) {
	let label = label as usize;
	let (margin, other) = margin(logits, label);
	let slope = ((margin - target) / target).clamp(-1.0, 1.0) * share;
	gradient.clear();
	gradient.resize(logits.len(), 0.0);
	gradient[label] += slope;
	gradient[other] -= slope;
}
