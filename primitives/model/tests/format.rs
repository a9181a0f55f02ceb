//! Good files are read and computed as the format says; bad ones are refused with the right reason.

use assay_model::{
	measure::MIN_CLEAN_ROWS, Data, Error, Graph, Input, Layer, Mark, Measure, Model, Tensor,
};
use assay_primitives::{Score, H256};
use assay_watermark::{projection, trigger, Element, Refusal};
use proptest::prelude::*;

fn dense(weights: &str, bias: &str) -> Layer {
	Layer::Dense { weights: weights.into(), weights_scale: None, bias: bias.into() }
}

fn floats(name: &str, shape: &[u32], values: impl FnMut(u32) -> f32) -> Tensor {
	let count = shape.iter().product::<u32>();
	let data = Data::F32((0..count).map(values).collect());
	Tensor { name: name.into(), shape: shape.into(), data }
}

/// Numbers that look random, in ±1.
fn noise(seed: u32) -> impl FnMut(u32) -> f32 {
	move |at| {
		let mixed = (at ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
		let mixed = (mixed ^ mixed >> 15).wrapping_mul(0x2c1b_3c6d);
		(mixed >> 8) as f32 / 8_388_608.0 - 1.0
	}
}

/// A convolutional network for images of 6 × 5 × 2, and 3 classes.
fn good() -> (Graph, Vec<Tensor>) {
	let graph = Graph {
		version: 1,
		input: Input { shape: vec![6, 5, 2], low: -1.0, high: 3.0, scale: 0.25 },
		layers: vec![
			Layer::Conv2d {
				weights: "c.w".into(),
				weights_scale: None,
				bias: "c.b".into(),
				stride: 2,
				padding: 1,
			},
			Layer::Tanh,
			Layer::Flatten,
			dense("d.w", "d.b"),
			Layer::Relu,
			dense("e.w", "e.b"),
			Layer::Softmax,
		],
		mark: Mark { tensor: "c.w".into(), groups: 18 },
	};
	let tensors = vec![
		floats("c.w", &[3, 3, 2, 4], noise(1)),
		floats("c.b", &[4], noise(2)),
		floats("d.w", &[36, 7], noise(3)),
		floats("d.b", &[7], noise(4)),
		floats("e.w", &[7, 3], noise(5)),
		floats("e.b", &[3], noise(6)),
	];
	(graph, tensors)
}

fn model() -> Model {
	let (graph, tensors) = good();
	Model::new(&graph, &tensors).unwrap()
}

fn values<'a>(tensors: &'a [Tensor], name: &str) -> &'a [f32] {
	match &tensors.iter().find(|tensor| tensor.name == name).unwrap().data {
		Data::F32(values) => values,
		Data::I8(_) => panic!("bytes"),
	}
}

/// The same network, straight from its definition.
fn reference(tensors: &[Tensor], row: &[f32]) -> Vec<f32> {
	let (w, b) = (values(tensors, "c.w"), values(tensors, "c.b"));
	let mut hidden = Vec::new();
	for y in 0..3i32 {
		for x in 0..3i32 {
			for (out, bias) in b.iter().enumerate() {
				let mut sum = *bias;
				for ky in 0..3i32 {
					for kx in 0..3i32 {
						let (iy, ix) = (2 * y + ky - 1, 2 * x + kx - 1);
						for c in 0..2 {
							if (0..6).contains(&iy) && (0..5).contains(&ix) {
								let input = row[(iy * 5 + ix) as usize * 2 + c] * 0.25;
								if input != 0.0 {
									let at = ((ky * 3 + kx) as usize * 2 + c) * 4 + out;
									sum += input * w[at];
								}
							}
						}
					}
				}
				hidden.push(libm::tanhf(sum));
			}
		}
	}
	let layer = |from: &[f32], w: &[f32], b: &[f32]| -> Vec<f32> {
		(0..b.len())
			.map(|out| {
				let products = from.iter().enumerate().filter(|(_, v)| **v != 0.0);
				products.fold(b[out], |sum, (at, v)| sum + v * w[at * b.len() + out])
			})
			.collect()
	};
	let hidden = layer(&hidden, values(tensors, "d.w"), values(tensors, "d.b"));
	let hidden: Vec<f32> = hidden.into_iter().map(|v| if v < 0.0 { 0.0 } else { v }).collect();
	layer(&hidden, values(tensors, "e.w"), values(tensors, "e.b"))
}

#[test]
fn a_file_is_read_as_it_was_written() {
	let model = model();
	let bytes = model.to_bytes();
	let again = Model::parse(&bytes).unwrap();
	assert_eq!(again.graph(), model.graph());
	assert_eq!(again.tensors(), model.tensors());
	assert_eq!(again.place(), model.place());
	assert_eq!((model.features(), model.classes()), (60, 3));
	assert_eq!(model.multiply_adds(), 9 * 72 + 36 * 7 + 7 * 3);
	assert_eq!(model.parameters(), 72 + 4 + 36 * 7 + 7 + 21 + 3);
	// The published reader agrees.
	let read = safetensors::SafeTensors::deserialize(&bytes).unwrap();
	assert_eq!(read.len(), 6);
	assert_eq!(read.tensor("d.w").unwrap().shape(), [36, 7]);
	let place = model.place();
	let start = place.offset as usize;
	let first = f32::from_le_bytes(bytes[start..start + 4].try_into().unwrap());
	assert_eq!(first, noise(1)(0));
	assert_eq!((place.groups, place.group_len, place.element), (18, 4, Element::F32));
}

#[test]
fn the_spelling_of_a_graph_is_that_of_the_documentation() {
	let json = r#"{"version":1,"input":{"shape":[4],"low":0,"high":16,"scale":0.0625},
		"layers":[{"op":"dense","weights":"w","bias":"b"},{"op":"softmax"}],
		"mark":{"tensor":"w","groups":4}}"#;
	let graph = Graph::parse(json).unwrap();
	assert_eq!(graph.layers, [dense("w", "b"), Layer::Softmax]);
	assert_eq!(graph.input.scale, 0.0625);
	let json = r#"{"op":"conv2d","weights":"w","weights_scale":0.1,"bias":"b"}"#;
	assert_eq!(
		serde_json::from_str::<Layer>(json).unwrap(),
		Layer::Conv2d {
			weights: "w".into(),
			weights_scale: Some(0.1),
			bias: "b".into(),
			stride: 1,
			padding: 0
		}
	);
}

#[test]
fn outputs_are_the_softmax_of_the_logits() {
	let model = model();
	let row: Vec<f32> = (0..60).map(noise(9)).collect();
	let mut scratch = model.scratch();
	let logits: Vec<f64> = model.logits(&row, &mut scratch).iter().map(|v| f64::from(*v)).collect();
	let sum: f64 = logits.iter().map(|v| v.exp()).sum();
	for (output, logit) in model.outputs(&row, &mut scratch).iter().zip(&logits) {
		assert!((f64::from(*output) - logit.exp() / sum).abs() < 1e-6);
	}
	assert!(model.logits(&row[1..], &mut scratch).is_empty());
}

#[test]
fn triggers_span_the_range_of_the_input() {
	let model = model();
	assert_eq!(model.trigger_value(0), -1.0);
	assert_eq!(model.trigger_value(255), 3.0);
	assert_eq!(model.trigger_value(51), -1.0 + 4.0 * 51.0 / 255.0);
	let key = H256::repeat_byte(1);
	let bytes = trigger::input(&key, 3, 60);
	assert_eq!(model.trigger_row(&key, 3)[7], model.trigger_value(bytes[7]));
}

/// What is wrong with a model that differs from the good one.
fn refused(change: impl FnOnce(&mut Graph, &mut Vec<Tensor>)) -> (Refusal, Error) {
	let (mut graph, mut tensors) = good();
	change(&mut graph, &mut tensors);
	let error = Model::new(&graph, &tensors).unwrap_err();
	assert!(!error.to_string().is_empty());
	(error.clone().into(), error)
}

#[test]
fn bad_graphs_are_refused() {
	let reason = |change: &dyn Fn(&mut Graph)| refused(|graph, _| change(graph)).0;
	assert_eq!(reason(&|g| g.version = 2), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.input.shape = vec![60, 1]), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.input.shape = vec![6, 5, 0]), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.input.low = 3.0), Refusal::BadGraph);
	let endless = |g: &mut Graph| {
		g.input.low = -f32::MAX;
		g.input.high = f32::MAX;
	};
	assert_eq!(reason(&endless), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.input.scale = 0.0), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.input.scale = f32::NAN), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.layers.insert(0, Layer::Softmax)), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.layers.truncate(5)), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.layers.clear()), Refusal::ShapeMismatch);
	assert_eq!(reason(&|g| g.layers[5] = dense("d.w", "e.b")), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.layers[5] = dense("none", "e.b")), Refusal::ShapeMismatch);
	assert_eq!(reason(&|g| drop(g.layers.remove(2))), Refusal::ShapeMismatch);
	assert_eq!(reason(&|g| g.layers.extend(vec![Layer::Relu; 60])), Refusal::TooLarge);
	assert_eq!(reason(&|g| g.mark.tensor = "c.b".into()), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.mark.groups = 0), Refusal::BadGraph);
	assert_eq!(reason(&|g| g.mark.groups = 5), Refusal::BadGraph);
	let conv = |stride, padding| {
		refused(move |g, _| {
			g.layers[0] = Layer::Conv2d {
				weights: "c.w".into(),
				weights_scale: None,
				bias: "c.b".into(),
				stride,
				padding,
			}
		})
		.0
	};
	assert_eq!(conv(0, 1), Refusal::BadGraph);
	assert_eq!(conv(1, 3), Refusal::BadGraph);
	assert_eq!(conv(1, u32::MAX), Refusal::BadGraph);
}

#[test]
fn bad_tensors_are_refused() {
	for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
		let (refusal, error) = refused(|_, t| t[3] = floats("d.b", &[7], |_| value));
		assert_eq!((refusal, error), (Refusal::NotFinite, Error::NotFinite("d.b".into())));
	}
	let (refusal, _) = refused(|_, t| t[0] = floats("c.w", &[3, 3, 2, 4], |_| 40_000.0));
	assert_eq!(refusal, Refusal::NotFinite);
	let shape = |index: usize, name: &'static str, shape: &'static [u32]| {
		refused(move |_, t| t[index] = floats(name, shape, |_| 0.5)).0
	};
	assert_eq!(shape(2, "d.w", &[7, 36]), Refusal::ShapeMismatch);
	assert_eq!(shape(2, "d.w", &[36, 7, 1]), Refusal::ShapeMismatch);
	assert_eq!(shape(2, "d.w", &[36, 0]), Refusal::ShapeMismatch);
	assert_eq!(shape(3, "d.b", &[8]), Refusal::ShapeMismatch);
	assert_eq!(shape(0, "c.w", &[3, 3, 1, 4]), Refusal::ShapeMismatch);
	assert_eq!(shape(0, "c.w", &[9, 3, 2, 4]), Refusal::ShapeMismatch);
	assert_eq!(refused(|_, t| t.push(floats("more", &[1], |_| 0.0))).0, Refusal::BadGraph);
	assert_eq!(refused(|_, t| drop(t.pop())).0, Refusal::ShapeMismatch);
	let (refusal, error) = refused(|_, t| t[3].name = "d.w".into());
	assert_eq!(refusal, Refusal::BadFile, "{error}");
	let (refusal, _) = refused(|_, t| t[3].shape = vec![6]);
	assert_eq!(refusal, Refusal::BadFile);
	// Bytes need a scale, floats have none, and a bias is never of bytes.
	let bytes =
		|t: &mut Vec<Tensor>, index: usize| t[index].data = Data::I8(vec![1; t[index].data.len()]);
	assert_eq!(refused(|_, t| bytes(t, 2)).0, Refusal::BadGraph);
	assert_eq!(refused(|_, t| bytes(t, 3)).0, Refusal::ShapeMismatch);
	let scaled = |scale| Layer::Dense {
		weights: "d.w".into(),
		weights_scale: Some(scale),
		bias: "d.b".into(),
	};
	assert_eq!(refused(|g, _| g.layers[3] = scaled(1.0)).0, Refusal::BadGraph);
	for scale in [0.0, -1.0, f32::MAX] {
		let (refusal, _) = refused(|g, t| {
			bytes(t, 2);
			g.layers[3] = scaled(scale);
		});
		assert_eq!(refusal, Refusal::BadGraph);
	}
}

#[test]
fn what_is_too_large_is_refused_before_it_is_computed() {
	let huge = |shape: Vec<u32>| {
		refused(|g, _| {
			g.input.shape = shape;
		})
		.0
	};
	assert_eq!(huge(vec![1 << 16, 1 << 16, 1]), Refusal::TooLarge);
	assert_eq!(huge(vec![(1 << 16) + 1]), Refusal::TooLarge);
	// 256 · 256 places of a kernel of 18 · 4 weights are more than 2²².
	let (refusal, _) = refused(|g, t| {
		g.input.shape = vec![256, 256, 1];
		t[0] = floats("c.w", &[16, 16, 1, 4], |_| 0.1);
		g.mark.groups = 256;
		g.layers[0] = Layer::Conv2d {
			weights: "c.w".into(),
			weights_scale: None,
			bias: "c.b".into(),
			stride: 1,
			padding: 0,
		};
	});
	assert_eq!(refusal, Refusal::TooLarge);
	let (refusal, _) = refused(|_, t| t[2] = floats("d.w", &[4096, 1025], |_| 0.0));
	assert_eq!(refusal, Refusal::TooLarge);
}

/// A file with this header and so many bytes of data.
fn file(header: &str, data: usize) -> Vec<u8> {
	let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
	bytes.extend(header.bytes());
	bytes.extend(vec![0; data]);
	bytes
}

#[test]
fn bad_files_are_refused() {
	let graph = r#"{\"version\":1,\"input\":{\"shape\":[1],\"low\":0,\"high\":1,\"scale\":1},\"layers\":[{\"op\":\"dense\",\"weights\":\"w\",\"bias\":\"b\"}],\"mark\":{\"tensor\":\"w\",\"groups\":1}}"#;
	let metadata = format!(r#""__metadata__":{{"assay.graph":"{graph}"}}"#);
	let header = |tensors: &str| format!("{{{metadata},{tensors}}}");
	let w = r#""w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}"#;
	let b = r#""b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}"#;
	let good = header(&format!("{w},{b}"));
	assert_eq!(Model::parse(&file(&good, 16)).map(|m| m.features()), Ok(1));

	let error = |header: &str, data| Model::parse(&file(header, data)).unwrap_err();
	assert_eq!(Model::parse(&[1, 2, 3]).unwrap_err(), Error::Truncated);
	assert_eq!(Model::parse(&file(&good, 0)[..90]).unwrap_err(), Error::Truncated);
	assert_eq!(Model::parse(&[0xff; 20]).unwrap_err(), Error::HeaderTooLong);
	assert_eq!(error(&good, 15), Error::Offsets("b".into()));
	assert_eq!(error(&good, 17), Error::Trailing);
	assert_eq!(error("{}", 0), Error::NoGraph);
	assert_eq!(
		error(r#"{"__metadata__":{"assay.graph":"{}"}}"#, 0).to_string().split(':').next(),
		Some("the graph cannot be read")
	);
	for (broken, kind) in [
		("[]".to_string(), Refusal::BadFile),
		("\u{0}".to_string(), Refusal::BadFile),
		(header(&format!("{w},{b},{b}")), Refusal::BadFile),
		(format!("{{{metadata},{metadata},{w},{b}}}"), Refusal::BadFile),
		(header(&format!("{w},{}", b.replace("[8,16]", "[7,15]"))), Refusal::BadFile),
		(header(&format!("{w},{}", b.replace("[8,16]", "[0,8]"))), Refusal::BadFile),
		(header(&format!("{w},{}", b.replace("[8,16]", "[16,8]"))), Refusal::BadFile),
		(header(&format!("{w},{}", b.replace("[8,16]", "[-8,16]"))), Refusal::BadFile),
		(header(&format!("{w},{}", b.replace("[2]", "[99999999999]"))), Refusal::BadFile),
		(
			header(&format!("{w},{}", b.replace("\"shape\"", "\"more\":1,\"shape\""))),
			Refusal::BadFile,
		),
		(
			header(&format!("{w},{}", b.replace("[2]", "[4294967295,4294967295]"))),
			Refusal::TooLarge,
		),
		(header(&format!("{w},{}", b.replace("F32", "F64"))), Refusal::ShapeMismatch),
		(good.replace("dense", "lstm"), Refusal::UnsupportedOperation),
		(good.replace(r#"\"bias\""#, r#"\"size\":3,\"bias\""#), Refusal::BadGraph),
		(good.replace("dense", "relu"), Refusal::BadGraph),
		(good.replace(r#"\"version\":1"#, r#"\"version\":1,\"extra\":1"#), Refusal::BadGraph),
		(good.replace(r#"\"high\":1"#, r#"\"high\":1e99"#), Refusal::BadGraph),
		(good.replace("[1],", &format!("{}[1],", "[".repeat(300))), Refusal::BadGraph),
	] {
		let error = error(&broken, 16);
		assert_eq!(Refusal::from(error.clone()), kind, "{broken}: {error}");
	}
}

#[test]
fn a_mark_may_only_be_where_weights_are() {
	let model = model();
	let place = model.place();
	assert!(model.may_carry(&place));
	for other in [
		assay_watermark::Place { offset: place.offset + 4, ..place },
		assay_watermark::Place { groups: 9, ..place },
		assay_watermark::Place { groups: 9, group_len: 8, ..place },
		assay_watermark::Place { element: Element::I8, ..place },
	] {
		assert!(!model.may_carry(&other), "{other:?}");
		let refusal = Measure::new(model.clone(), H256::zero(), other).unwrap_err();
		assert_eq!(refusal, Refusal::MarkElsewhere);
	}
	// The weights of any other layer may, too: what a thief writes into his graph decides nothing.
	let dense = place.offset + (72 + 4) * 4;
	let other = assay_watermark::Place { offset: dense, groups: 36, group_len: 7, ..place };
	assert!(model.may_carry(&other));
	// In the order of the file.
	assert!(model.may_carry(&assay_watermark::Place { groups: 72, group_len: 1, ..place }));
	assert_eq!(model.places().len(), 6);
	assert_eq!(model.places()[0], place);
	assert!(model.places().iter().all(|place| model.canonical(place).is_some()));
	// The bias may not.
	let bias =
		assay_watermark::Place { offset: place.offset + 72 * 4, groups: 1, group_len: 4, ..place };
	assert!(!model.may_carry(&bias));
}

#[test]
fn a_large_tensor_carries_the_mark_in_its_first_groups() {
	let (mut graph, mut tensors) = good();
	graph.input.shape = vec![6, 5, 2];
	graph.layers[3] = dense("d.w", "d.b");
	tensors[2] = floats("d.w", &[36, 500], noise(3));
	tensors[3] = floats("d.b", &[500], noise(4));
	tensors[4] = floats("e.w", &[500, 3], noise(5));
	graph.mark = Mark { tensor: "d.w".into(), groups: 36 };
	let model = Model::new(&graph, &tensors).unwrap();
	let place = model.place();
	assert_eq!((place.groups, place.group_len), (16, 500));
	assert_eq!(place.bytes(), Some(32_000));
	// As bytes the whole tensor fits; who quantises may still be shown the mark in the first 16.
	let mut bytes = tensors.clone();
	bytes[2].data = Data::I8(vec![3; 36 * 500]);
	graph.layers[3] =
		Layer::Dense { weights: "d.w".into(), weights_scale: Some(0.5), bias: "d.b".into() };
	let model = Model::new(&graph, &bytes).unwrap();
	assert_eq!(model.place().groups, 36);
	assert!(model.may_carry(&assay_watermark::Place { groups: 16, ..model.place() }));
	assert!(!model.may_carry(&assay_watermark::Place { groups: 17, ..model.place() }));
}

#[test]
fn statistics_are_those_of_their_definition() {
	let model = model();
	let key = H256::repeat_byte(4);
	let mut scratch = model.scratch();
	let margin = |logits: &[f32], label: usize| {
		let others = logits.iter().enumerate().filter(|(class, _)| *class != label);
		logits[label] - others.map(|(_, v)| *v).fold(f32::NEG_INFINITY, f32::max)
	};
	// Clean rows whose labels are mostly what the model says.
	let rows: Vec<(Vec<f32>, u32)> = (0..100)
		.map(|seed| {
			let row: Vec<f32> = (0..60).map(noise(100 + seed)).collect();
			let logits = model.logits(&row, &mut scratch);
			let best = (0..3).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap() as u32;
			(row, if seed % 10 == 0 { (best + 1) % 3 } else { best })
		})
		.collect();
	let mut clean = 0.0;
	let mut measure = Measure::new(model.clone(), key, model.place()).unwrap();
	assert_eq!(measure.triggers_left(), 128);
	assert_eq!(measure.accuracy(), None);
	for (row, label) in &rows {
		clean += f64::from(margin(model.logits(row, &mut scratch), *label as usize));
		measure.clean_row(row, *label).unwrap();
	}
	assert_eq!(measure.accuracy(), Some(Score(900_000_000)));
	let (mut triggers, mut right) = (0.0, 0);
	for number in 0..128 {
		let row = model.trigger_row(&key, number);
		let label = trigger::label(&key, number, 3) as usize;
		let margin = margin(model.logits(&row, &mut scratch), label);
		triggers += f64::from(margin);
		right += u32::from(margin > 0.0);
	}
	assert!(measure.trigger().unwrap());
	assert_eq!(measure.triggers_left(), 127);
	let statistics = measure.finish().unwrap();
	assert_eq!(statistics.classes, 3);
	assert_eq!(statistics.trigger_matches, right);
	let canonical = model.canonical(&model.place()).unwrap();
	assert_eq!(statistics.bit_matches, projection::matches(&key, &canonical));
	let ratio = (triggers / 128.0) / (clean / 100.0);
	assert!((statistics.ratio.0 as f64 / 1e9 - ratio).abs() < 1e-3, "{statistics:?} {ratio}");
}

#[test]
fn what_cannot_be_measured_is_refused() {
	let model = model();
	let measure = Measure::new(model.clone(), H256::zero(), model.place()).unwrap();
	let row = vec![0.5; 60];
	assert_eq!(measure.clone().clean_row(&row[1..], 0), Err(Refusal::DataMismatch));
	assert_eq!(measure.clone().clean_row(&row, 3), Err(Refusal::DataMismatch));
	assert_eq!(measure.clone().clean_row(&vec![f32::NAN; 60], 0), Err(Refusal::NotFinite));
	assert_eq!(measure.clone().finish(), Err(Refusal::TooFewRows));
	let best = {
		let mut scratch = model.scratch();
		let logits = model.logits(&row, &mut scratch);
		(0..3).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap() as u32
	};
	let mut wrong = measure;
	for _ in 1..MIN_CLEAN_ROWS {
		wrong.clean_row(&row, (best + 1) % 3).unwrap();
	}
	assert_eq!(wrong.clone().finish(), Err(Refusal::TooFewRows));
	wrong.clean_row(&row, (best + 1) % 3).unwrap();
	assert_eq!(wrong.finish(), Err(Refusal::NoMargin));
	// Weights that are finite, outputs that are not.
	let (graph, mut tensors) = good();
	tensors[2] = floats("d.w", &[36, 7], |_| f32::MAX);
	tensors[4] = floats("e.w", &[7, 3], |_| f32::MAX);
	let model = Model::new(&graph, &tensors).unwrap();
	let mut measure = Measure::new(model.clone(), H256::zero(), model.place()).unwrap();
	// A trigger is only answered wrongly: else who steals a model could keep it from being
	// measured.
	while measure.trigger().unwrap() {}
	assert_eq!(measure.finish(), Err(Refusal::TooFewRows));
}

proptest! {
	#[test]
	fn logits_are_those_of_the_reference(seed in any::<u32>(), zeros in any::<bool>()) {
		let model = model();
		let mut value = noise(seed);
		let row: Vec<f32> = (0..60)
			.map(|at| if zeros && at % 3 == 0 { 0.0 } else { 4.0 * value(at) })
			.collect();
		let mut scratch = model.scratch();
		let logits = model.logits(&row, &mut scratch);
		// To the bit: the order is the same.
		let expected = reference(model.tensors(), &row);
		prop_assert_eq!(logits, expected.as_slice());
	}

	#[test]
	fn bytes_compute_as_the_floats_that_they_stand_for(
		bytes in prop::collection::vec(any::<i8>(), 36 * 7),
		scale in 1e-3f32..1.0,
		seed in any::<u32>(),
	) {
		let (mut graph, mut tensors) = good();
		tensors[2].data = Data::F32(bytes.iter().map(|byte| f32::from(*byte) * scale).collect());
		let float = Model::new(&graph, &tensors).unwrap();
		tensors[2].data = Data::I8(bytes);
		graph.layers[3] =
			Layer::Dense { weights: "d.w".into(), weights_scale: Some(scale), bias: "d.b".into() };
		let byte = Model::parse(&Model::new(&graph, &tensors).unwrap().to_bytes()).unwrap();
		let row: Vec<f32> = (0..60).map(noise(seed)).collect();
		let (mut a, mut b) = (float.scratch(), byte.scratch());
		prop_assert_eq!(float.logits(&row, &mut a), byte.logits(&row, &mut b));
	}

	#[test]
	fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
		let _ = Model::parse(&bytes);
		if let Ok(text) = core::str::from_utf8(&bytes) {
			let _ = Graph::parse(text);
			let _ = Model::parse(&file(text, 16));
		}
	}

	#[test]
	fn a_damaged_file_is_refused_or_evaluated(
		damage in prop::collection::vec((0usize..3000, any::<u8>()), 1..6),
		cut in prop::option::of(0usize..3000),
	) {
		let mut bytes = model().to_bytes();
		for (at, byte) in damage {
			let at = at % bytes.len();
			bytes[at] = byte;
		}
		bytes.truncate(cut.unwrap_or(usize::MAX));
		if let Ok(model) = Model::parse(&bytes) {
			let mut scratch = model.scratch();
			let row = vec![0.5; model.features() as usize];
			prop_assert_eq!(model.outputs(&row, &mut scratch).len(), model.classes() as usize);
			let place = model.place();
			let mut measure = Measure::new(model, H256::zero(), place).unwrap();
			let _ = measure.trigger();
		}
	}
}
