//! The verifier program of the watermark scheme in the training VM: what it says of a model is what
//! native code measures.

use assay_model::{Data, Graph, Input, Layer, Mark, Measure, Model, Tensor};
use assay_primitives::{
	file, File, Manifest, Metric, Outcome, Scored, TrainingJob, H256, VM_VERSION,
};
use assay_vm::{run, Dataset, Inputs, Wasmi};
use assay_watermark::{evidence::LIMITS, Key, Place, Refusal, Report, SchemeParams};
use codec::DecodeAll;
use std::{fs, path::Path, process::Command, sync::OnceLock};

const KEY: H256 = H256::repeat_byte(5);
const CHUNK_ROWS: u32 = 32;

const PUBLISHED: &[u8] = include_bytes!("../../multi_factor/multi_factor_v1.wasm");

/// The program as it is built now.
fn built() -> &'static [u8] {
	static PROGRAM: OnceLock<Vec<u8>> = OnceLock::new();
	PROGRAM.get_or_init(|| {
		let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scheme");
		let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../scripts/programs");
		let status = Command::new(script).arg(&out).arg("multi_factor").status().unwrap();
		assert!(status.success(), "{script} failed: {status}");
		fs::read(out.join("multi_factor.wasm")).unwrap()
	})
}

/// Rows of the digits' holdout, which has 360.
const ROWS: usize = 360;

fn clean() -> Vec<u8> {
	clean_rows(ROWS)
}

/// The first rows of the digits' holdout.
fn clean_rows(rows: usize) -> Vec<u8> {
	let file = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/digits.holdout.safetensors"))
		.unwrap();
	// The file ends in 64 bytes of `x` a row and one of `y`.
	let data = &file[file.len() - ROWS * 65..];
	let (x, y) = (&data[..rows * 64], &data[ROWS * 64..][..rows]);
	let header = format!(
		r#"{{"x":{{"dtype":"U8","shape":[{rows},64],"data_offsets":[0,{}]}},"y":{{"dtype":"U8","shape":[{rows}],"data_offsets":[{},{}]}}}}"#,
		x.len(),
		x.len(),
		x.len() + y.len()
	);
	[&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), x, y].concat()
}

/// Weights between −scale and scale that only depend on the name.
fn tensor(name: &str, shape: &[u32], scale: f32) -> Tensor {
	let mut state = name.bytes().fold(1u32, |state, byte| state.wrapping_mul(31) + u32::from(byte));
	let count = shape.iter().product::<u32>();
	let values = (0..count).map(|_| {
		state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
		((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * scale
	});
	Tensor { name: name.into(), shape: shape.to_vec(), data: Data::F32(values.collect()) }
}

fn dense(name: &str) -> Layer {
	Layer::Dense {
		weights: format!("{name}.weights"),
		weights_scale: None,
		bias: format!("{name}.bias"),
	}
}

fn conv(name: &str) -> Layer {
	Layer::Conv2d {
		weights: format!("{name}.weights"),
		weights_scale: None,
		bias: format!("{name}.bias"),
		stride: 1,
		padding: 1,
	}
}

fn graph(layers: Vec<Layer>, shape: &[u32], tensor: &str, groups: u32) -> Graph {
	Graph {
		version: 1,
		input: Input { shape: shape.to_vec(), low: 0.0, high: 16.0, scale: 0.0625 },
		layers,
		mark: Mark { tensor: tensor.into(), groups },
	}
}

fn perceptron(scale: f32) -> Model {
	let layers = vec![dense("hidden"), Layer::Relu, dense("output"), Layer::Softmax];
	let tensors = vec![
		tensor("hidden.weights", &[64, 32], scale),
		tensor("hidden.bias", &[32], scale),
		tensor("output.weights", &[32, 10], scale),
		tensor("output.bias", &[10], scale),
	];
	Model::new(&graph(layers, &[64], "hidden.weights", 64), &tensors).unwrap()
}

fn convolution() -> Model {
	let layers = vec![
		conv("first"),
		Layer::Tanh,
		conv("second"),
		Layer::Relu,
		Layer::Flatten,
		dense("output"),
	];
	let tensors = vec![
		tensor("first.weights", &[3, 3, 1, 8], 0.5),
		tensor("first.bias", &[8], 0.5),
		tensor("second.weights", &[3, 3, 8, 8], 0.5),
		tensor("second.bias", &[8], 0.5),
		tensor("output.weights", &[512, 10], 0.5),
		tensor("output.bias", &[10], 0.5),
	];
	Model::new(&graph(layers, &[8, 8, 1], "second.weights", 72), &tensors).unwrap()
}

/// A model that answers with the class whose mean is nearest.
fn nearest_mean() -> Model {
	let data = assay_guest::local::Dataset::parse(&clean()).unwrap();
	let (mut sums, mut counts) = ([[0.0f32; 10]; 64], [0.0f32; 10]);
	for (row, label) in data.features().chunks(64).zip(data.labels()) {
		counts[label as usize] += 1.0;
		row.iter().zip(&mut sums).for_each(|(x, sum)| sum[label as usize] += x / 16.0);
	}
	let mut bias = vec![0.0; 10];
	let mut weights = Vec::new();
	for sum in &sums {
		for class in 0..10 {
			let mean = sum[class] / counts[class];
			bias[class] -= mean * mean / 2.0;
			weights.push(mean);
		}
	}
	let tensor = |name: &str, shape: &[u32], values| Tensor {
		name: name.into(),
		shape: shape.to_vec(),
		data: Data::F32(values),
	};
	let tensors =
		[tensor("output.weights", &[64, 10], weights), tensor("output.bias", &[10], bias)];
	let graph = graph(vec![dense("output"), Layer::Softmax], &[64], "output.weights", 64);
	Model::new(&graph, &tensors).unwrap()
}

/// What the program says of a file.
fn verify(program: &[u8], model: &[u8], place: Place) -> (Scored, Report) {
	verify_on(&clean(), program, model, place)
}

/// The same with other clean data.
fn verify_on(clean: &[u8], program: &[u8], model: &[u8], place: Place) -> (Scored, Report) {
	let metric = Metric::Accuracy;
	let job = TrainingJob {
		vm_version: VM_VERSION,
		program: Manifest::of(program).id(),
		params: SchemeParams { key: Key(KEY), place }.to_params(),
		seed: 0,
		train: Manifest::of(clean).id(),
		train_root: Dataset::parse(clean, metric).unwrap().root(CHUNK_ROWS),
		chunk_rows: CHUNK_ROWS,
		holdout: Manifest::of(clean).id(),
		metric,
		file: Some(File {
			id: Manifest::of(model).id(),
			bytes: model.len() as u32,
			root: file::tree(model).root(),
		}),
		limits: LIMITS,
	};
	let inputs = Inputs { program, train: clean, holdout: clean, file: model };
	let run = run(&Wasmi::default(), &job, &inputs, &mut |_| ()).unwrap();
	match run.outcome {
		Outcome::Scored(scored) => {
			let report = Report::decode_all(&mut &run.model[..]).unwrap();
			assert_eq!(scored.model_hash, report.hash());
			(scored, report)
		},
		other => panic!("{other:?}: {:?}", run.detail),
	}
}

#[test]
fn the_program_measures_what_native_code_measures() {
	let clean = clean();
	let data = assay_guest::local::Dataset::parse(&clean).unwrap();
	for (model, good) in [(nearest_mean(), true), (perceptron(0.5), false), (convolution(), false)]
	{
		let bytes = model.to_bytes();
		let (scored, report) = verify(built(), &bytes, model.place());
		assert_eq!(matches!(report, Report::Measured(_)), good, "{report:?}");
		let mut native = Measure::new(model, KEY, Model::parse(&bytes).unwrap().place()).unwrap();
		for (row, label) in data.features().chunks(64).zip(data.labels()) {
			native.clean_row(row, label as u32).unwrap();
		}
		assert_eq!(Some(scored.score), native.accuracy());
		assert_eq!(report, native.finish().map_or_else(Report::Refused, Report::Measured));
		println!(
			"{report:?}, accuracy {}, {} fuel, {} steps",
			scored.score, scored.fuel, scored.steps
		);
	}
}

#[test]
fn what_cannot_be_measured_is_refused_with_the_reason() {
	let good = perceptron(0.5);
	let place = good.place();
	let mut layers = good.graph().layers.clone();
	layers.insert(0, dense("first"));
	let narrow = [
		vec![tensor("first.weights", &[63, 64], 0.1), tensor("first.bias", &[64], 0.1)],
		good.tensors().to_vec(),
	]
	.concat();
	let narrow = Model::new(&graph(layers, &[63], "hidden.weights", 64), &narrow).unwrap();
	let flat = perceptron(0.0);
	// The file with some of its bytes replaced by as many others.
	let changed = |from: &[u8], to: &[u8]| {
		let mut bytes = good.to_bytes();
		let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
		bytes[at..at + to.len()].copy_from_slice(to);
		bytes
	};
	let mut infinite = good.to_bytes();
	infinite[place.offset as usize..][..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
	for (bytes, place, reason) in [
		(b"no model".to_vec(), place, Refusal::BadFile),
		(changed(b"assay.graph", b"other.graph"), place, Refusal::BadGraph),
		(changed(b"relu", b"gelu"), place, Refusal::UnsupportedOperation),
		(changed(b"output.bias", b"output.bia5"), place, Refusal::ShapeMismatch),
		(infinite, place, Refusal::NotFinite),
		(good.to_bytes(), Place { offset: place.offset + 4, ..place }, Refusal::MarkElsewhere),
		(good.to_bytes(), Place { groups: 0, ..place }, Refusal::MarkElsewhere),
		(narrow.to_bytes(), narrow.place(), Refusal::DataMismatch),
		(flat.to_bytes(), flat.place(), Refusal::NoMargin),
	] {
		assert_eq!(verify(built(), &bytes, place).1, Report::Refused(reason));
	}
	let model = nearest_mean();
	for (rows, enough) in [(99, false), (100, true)] {
		let (_, report) = verify_on(&clean_rows(rows), built(), &model.to_bytes(), model.place());
		let few = Report::Refused(Refusal::TooFewRows);
		assert_eq!(report != few, enough, "{rows} rows: {report:?}");
	}
}

/// The chain knows the program by its hash, so that one build is published. Builds of other
/// compilers and targets have other bytes, and must say the same.
#[test]
fn the_published_program_is_the_one_that_is_built() {
	for model in [nearest_mean(), convolution()] {
		let (bytes, place) = (model.to_bytes(), model.place());
		let (published, report) = verify(PUBLISHED, &bytes, place);
		let (now, same) = verify(built(), &bytes, place);
		assert_eq!((published.score, report), (now.score, same));
	}
}
