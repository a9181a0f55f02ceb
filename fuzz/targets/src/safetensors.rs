//! Data sets and models: files of strangers.

use crate::{
	common::{file, holdout, rows, safetensors, train},
	Target,
};
use assay_model::{Data, Graph, Input, Layer, Mark, Model, Tensor};
use assay_primitives::Metric;
use assay_vm::Dataset;

/// Files, as data for each metric and as models.
pub const TARGET: Target = Target {
	name: "safetensors",
	about: "a file is refused, or is read to the last byte and no further",
	check: checked,
	seeds,
};

fn checked(input: &[u8]) -> bool {
	let data = Metric::ALL.into_iter().filter(|metric| data(input, *metric)).count();
	model(input) || data > 0
}

/// Reads a data set chunk by chunk: all chunks together are all rows.
fn data(input: &[u8], metric: Metric) -> bool {
	let Ok(data) = Dataset::parse(input, metric) else { return false };
	assert!(data.rows() > 0 && data.features() > 0);
	assert_eq!(data.labels().count(), data.rows() as usize);
	let row = data.features() as usize * data.x_type().size() + data.y_type().size();
	assert!(row * data.rows() as usize <= input.len(), "more than there is");
	for rows in [1, 3, data.rows(), u32::MAX] {
		let header = data.header(rows, 1);
		let chunks: Vec<_> = (0..).map_while(|index| data.chunk(rows, index)).collect();
		assert_eq!(chunks.len(), header.chunks as usize);
		let read: usize = chunks.iter().map(Vec::len).sum();
		assert_eq!(read, row * data.rows() as usize, "chunks of {rows} rows");
		assert_eq!(data.root(rows), data.root(rows));
	}
	assert_eq!(data.chunk(0, 0), None);
	assert_eq!(data.header(0, 1).chunks, 0);
	// What it was trained on can measure a model, but for the one metric that needs both classes.
	let measured = data.check_holdout(&data, metric);
	assert!(measured.is_ok() || metric == Metric::RocAuc, "{measured:?}");
	true
}

/// Reads a model, evaluates it, and writes it again.
fn model(input: &[u8]) -> bool {
	let Ok(model) = Model::parse(input) else { return false };
	let again = Model::parse(&model.to_bytes()).expect("what was written can be read");
	assert_eq!(again.graph(), model.graph());
	// Bit for bit: a weight may be NaN.
	let bits = |model: &Model| -> Vec<Vec<u8>> {
		model.tensors().iter().map(|tensor| tensor.data.to_bytes()).collect()
	};
	assert_eq!(bits(&again), bits(&model));
	let mut scratch = model.scratch();
	let row = vec![0.5; model.features() as usize];
	assert_eq!(model.outputs(&row, &mut scratch).len(), model.classes() as usize);
	for place in model.places() {
		assert!(place.bytes().is_some(), "a place that nothing fits in");
		drop(model.canonical(&place));
	}
	true
}

fn seeds() -> Vec<Vec<u8>> {
	let floats: Vec<u8> = [0.5f32, -1.0, 2.0, 8.0].iter().flat_map(|v| v.to_le_bytes()).collect();
	let mut seeds = vec![
		train(),
		holdout(),
		rows(&[0, 255, 9]),
		safetensors(&[("x", "F32", "[2,2]", &floats), ("y", "F32", "[2]", &floats[..8])]),
		safetensors(&[("x", "F32", "[2,1,2]", &floats), ("y", "U8", "[2]", &[0, 1])]),
		safetensors(&[
			("z", "I64", "[]", &[0; 8]),
			("x", "U8", "[1,1]", &[3]),
			("y", "U8", "[1]", &[1]),
		]),
		file(r#"{"__metadata__":{"a":"\u00e9\n"},"x":{}}"#, &[]),
		file("{}", &[]),
	];
	let tensor =
		|name: &str, shape: &[u32], data| Tensor { name: name.into(), shape: shape.into(), data };
	let wave = |count: u32| Data::F32((0..count).map(|at| (at as f32).sin()).collect());
	let graph = Graph {
		version: 1,
		input: Input { shape: vec![3, 3, 1], low: 0.0, high: 1.0, scale: 1.0 },
		layers: vec![
			Layer::Conv2d {
				weights: "a".into(),
				weights_scale: None,
				bias: "b".into(),
				stride: 1,
				padding: 1,
			},
			Layer::Relu,
			Layer::Flatten,
			Layer::Dense { weights: "c".into(), weights_scale: Some(0.5), bias: "d".into() },
			Layer::Softmax,
		],
		mark: Mark { tensor: "a".into(), groups: 4 },
	};
	let tensors = [
		tensor("a", &[2, 2, 1, 2], wave(8)),
		tensor("b", &[2], wave(2)),
		tensor("c", &[32, 2], Data::I8((0..64).collect())),
		tensor("d", &[2], wave(2)),
	];
	let model = Model::new(&graph, &tensors).expect("it is a model");
	seeds.push(model.to_bytes());
	seeds
}
