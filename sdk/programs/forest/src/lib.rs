//! A random forest, fitted by the published crate [smartcore].
//!
//! The first steps gather the training chunks; the last one, which reads nothing, fits the whole
//! forest at once. Such a step needs more fuel and memory than the chain can replay: tasks allow
//! for it with larger limits.
//!
//! | parameter | default | meaning |
//! | --- | --- | --- |
//! | `trees` | 100 | trees in the forest |
//! | `depth` | 0 | largest depth of a tree; 0: as deep as it gets |
//! | `leaf` | 1 | least number of training rows in a leaf |
//! | `features` | 0 | features tried for each split; 0: the square root of their number |
//!
//! The outputs are the shares of the trees that vote for each class. The model has one entry a
//! node: `feature`, `threshold`, `left` (taken where the feature is at most the threshold), `right`
//! and `class`; a leaf has itself as `left` and `right`. `roots` lists the first node of each tree.
//!
//! smartcore needs `std`, and its random numbers depend on the width of `usize`: fitted on the
//! host, a forest of the same seed is another one than in the VM.
//!
//! [smartcore]: https://docs.rs/smartcore

use assay_guest::{
	Chunk, Error, Features, Header, Outputs, Params, Safetensors, Status, Trainer, Want,
};
use serde::Deserialize;
use smartcore::{
	ensemble::random_forest_classifier::{
		RandomForestClassifier, RandomForestClassifierParameters,
	},
	linalg::basic::matrix::DenseMatrix,
	tree::decision_tree_classifier::DecisionTreeClassifierParameters,
};

/// A forest as smartcore fits it.
pub type Fitted = RandomForestClassifier<f32, u32, DenseMatrix<f32>, Vec<u32>>;

/// What the parameters say.
#[derive(Clone, Debug)]
pub struct Settings(RandomForestClassifierParameters);

/// The training program.
pub struct Forest {
	settings: Settings,
	header: Header,
	/// The chunk that the next step reads.
	next: u32,
	x: Vec<f32>,
	y: Vec<u32>,
	trees: Trees,
}

/// All nodes of all trees, as parallel lists.
#[derive(Clone, Debug, Default)]
pub struct Trees {
	roots: Vec<u32>,
	feature: Vec<u32>,
	threshold: Vec<f64>,
	left: Vec<u32>,
	right: Vec<u32>,
	class: Vec<u32>,
}

/// smartcore keeps its trees to itself, but it serialises them. These are the fields that it
/// writes, in its order.
mod serialised {
	use super::*;

	#[derive(Deserialize)]
	pub struct Forest {
		pub trees: Option<Vec<Tree>>,
		pub classes: Option<Vec<u32>>,
		pub _samples: Option<Vec<Vec<bool>>>,
	}

	#[derive(Deserialize)]
	pub struct Tree {
		pub nodes: Vec<Node>,
		pub _parameters: Option<DecisionTreeClassifierParameters>,
		pub _num_classes: usize,
		pub _classes: Vec<u32>,
		pub _depth: u16,
		pub _num_features: usize,
	}

	#[derive(Deserialize)]
	pub struct Node {
		pub output: usize,
		pub _n_node_samples: usize,
		pub split_feature: usize,
		pub split_value: Option<f64>,
		pub _split_score: Option<f64>,
		pub true_child: Option<usize>,
		pub false_child: Option<usize>,
		pub _impurity: Option<f64>,
	}
}

impl Trees {
	/// Reads the trees out of a fitted forest.
	///
	/// # Errors
	/// If smartcore does not serialise what is expected here.
	pub fn of(fitted: &Fitted) -> Result<Self, Error> {
		let unexpected = Error("smartcore has serialised another kind of forest");
		let bytes = postcard::to_allocvec(fitted).map_err(|_| unexpected)?;
		let forest: serialised::Forest = postcard::from_bytes(&bytes).map_err(|_| unexpected)?;
		let classes = forest.classes.ok_or(unexpected)?;
		let mut trees = Self::default();
		for tree in forest.trees.ok_or(unexpected)? {
			let root = trees.class.len();
			trees.roots.push(root as u32);
			for (node, at) in tree.nodes.into_iter().zip(root..) {
				trees.feature.push(node.split_feature as u32);
				trees.threshold.push(node.split_value.unwrap_or(0.0));
				trees.left.push(node.true_child.map_or(at, |child| root + child) as u32);
				trees.right.push(node.false_child.map_or(at, |child| root + child) as u32);
				trees.class.push(*classes.get(node.output).ok_or(unexpected)?);
			}
		}
		Ok(trees)
	}

	/// Number of trees.
	#[must_use]
	pub fn len(&self) -> usize {
		self.roots.len()
	}

	/// Whether there are none.
	#[must_use]
	pub fn is_empty(&self) -> bool {
		self.roots.is_empty()
	}

	/// The class that each tree gives to a row.
	pub fn votes<'a>(&'a self, row: &'a [f32]) -> impl Iterator<Item = usize> + 'a {
		self.roots.iter().map(move |root| {
			let mut at = *root as usize;
			while self.left[at] as usize != at {
				let value = f64::from(row[self.feature[at] as usize]);
				let next = if value <= self.threshold[at] { &self.left } else { &self.right };
				at = next[at] as usize;
			}
			self.class[at] as usize
		})
	}
}

impl Trainer for Forest {
	type Settings = Settings;

	fn settings(params: &Params<'_>) -> Result<Settings, Error> {
		params.only(&["trees", "depth", "leaf", "features"])?;
		let mut settings = RandomForestClassifierParameters::default()
			.with_n_trees(params.get("trees", 100)?)
			.with_min_samples_leaf(params.get("leaf", 1)?);
		settings.max_depth = Some(params.get("depth", 0)?).filter(|depth| *depth > 0);
		settings.m = Some(params.get("features", 0)?).filter(|features| *features > 0);
		if settings.n_trees == 0 || settings.min_samples_leaf == 0 {
			return Err(Error("trees and leaf must be at least 1"));
		}
		Ok(Settings(settings))
	}

	fn new(settings: Settings, seed: u64, header: &Header) -> Result<Self, Error> {
		if header.classes == 0 {
			return Err(Error("the task has no classes"));
		}
		if settings.0.m.is_some_and(|m| m > header.features as usize) {
			return Err(Error("the task has fewer features than are to be tried for a split"));
		}
		Ok(Self {
			settings: Settings(settings.0.with_seed(seed)),
			header: *header,
			next: 0,
			x: Vec::with_capacity(header.rows as usize * header.features as usize),
			y: Vec::with_capacity(header.rows as usize),
			trees: Trees::default(),
		})
	}

	fn want(&self) -> Want {
		if self.next < self.header.chunks {
			Want::Chunk(self.next)
		} else {
			Want::Nothing
		}
	}

	fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error> {
		if self.next < self.header.chunks {
			for row in 0..chunk.rows() {
				self.x.extend(chunk.row(row).iter());
				self.y.push(chunk.class(row) as u32);
			}
			self.next += 1;
			return Ok(Status::Continue);
		}
		let (rows, features) = (self.y.len(), self.header.features as usize);
		let x = DenseMatrix::new(rows, features, core::mem::take(&mut self.x), false)
			.map_err(|_| Error("smartcore refuses the features"))?;
		let y = core::mem::take(&mut self.y);
		let fitted = Fitted::fit(&x, &y, self.settings.0.clone())
			.map_err(|_| Error("smartcore refuses to fit the forest"))?;
		self.trees = Trees::of(&fitted)?;
		Ok(Status::Trained)
	}

	fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error> {
		let mut inputs = vec![0.0; features.width()];
		let share = 1.0 / self.trees.len() as f32;
		for row in 0..features.rows() {
			features.row(row).copy_to(&mut inputs);
			let counts = outputs.row_mut(row);
			self.trees.votes(&inputs).for_each(|class| counts[class] += 1.0);
			counts.iter_mut().for_each(|count| *count *= share);
		}
		Ok(())
	}

	fn model(&self) -> Vec<u8> {
		let nodes = [self.trees.class.len()];
		Safetensors::new()
			.f64("threshold", &nodes, &self.trees.threshold)
			.u32("feature", &nodes, &self.trees.feature)
			.u32("left", &nodes, &self.trees.left)
			.u32("right", &nodes, &self.trees.right)
			.u32("class", &nodes, &self.trees.class)
			.u32("roots", &[self.trees.roots.len()], &self.trees.roots)
			.finish()
	}
}

assay_guest::export!(Forest);
