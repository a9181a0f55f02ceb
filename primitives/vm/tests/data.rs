//! Data that cannot be used, and what chunks and roots are made of.

mod common;

use assay_abi::{DType, Header};
use assay_primitives::{merkle, DataFault, Input, Metric, Outcome, TrainingJob, H256};
use assay_vm::{data::MAX_CHUNKS, Dataset};
use common::*;
use proptest::prelude::*;

fn fault(file: &[u8]) -> DataFault {
	Dataset::parse(file, Metric::Accuracy).unwrap_err()
}

#[test]
fn a_data_set_is_read_in_place() {
	let file = safetensors(&[
		("other", "BF16", "[1]", &[0, 0]),
		("y", "U8", "[3]", &[2, 0, 1]),
		("x", "F32", "[3,1,2]", &[7; 24]),
	]);
	let data = Dataset::parse(&file, Metric::Accuracy).unwrap();
	assert_eq!((data.rows(), data.features(), data.classes()), (3, 2, 3));
	assert_eq!((data.x_type(), data.y_type()), (DType::F32, DType::U8));
	assert_eq!(data.labels().collect::<Vec<_>>(), [2.0, 0.0, 1.0]);
	// As targets the same labels are no classes.
	assert_eq!(Dataset::parse(&file, Metric::Rmse).unwrap().classes(), 0);
}

#[test]
fn the_header_of_the_file_is_json() {
	let entry = r#"{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]}"#;
	let y = r#""y":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}"#;
	let is_read = |header: &str| Dataset::parse(&file(header, &[3, 4]), Metric::Accuracy).is_ok();
	for header in [
		format!(r#"{{"x":{entry},{y}}}"#),
		format!(r#" {{ "x" : {entry} , {y} }}   "#),
		format!(r#"{{"__metadata__":{{"format":"pt","a\"\\\u00e9":""}},"x":{entry},{y}}}"#),
		format!(r#"{{"__metadata__":{{}},"x":{entry},{y}}}"#),
	] {
		assert!(is_read(&header), "{header}");
	}
	for header in [
		String::new(),
		"{}".into(),
		"[]".into(),
		"null".into(),
		format!(r#"{{"x":{entry}}}"#),
		format!(r#"{{{y}}}"#),
		format!(r#"{{"x":{entry},{y}"#),
		format!(r#"{{"x":{entry},{y},}}"#),
		format!(r#"{{"x":{entry},{y}}}}}"#),
		format!(r#"{{"x":{entry},{y}}} x"#),
		format!(r#"{{"x":{entry},"x":{entry},{y}}}"#),
		format!(r#"{{"__metadata__":{{"a":1}},"x":{entry},{y}}}"#),
		format!(r#"{{"x\":{entry},{y}}}"#),
		format!(r#"{{"x":{entry},{y},"z":1}}"#),
		// The shape contradicts the place, or the place is outside of the file.
		format!(r#"{{"x":{{"dtype":"U8","shape":[2,1],"data_offsets":[0,1]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"F32","shape":[1,1],"data_offsets":[0,1]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[1,1],"data_offsets":[2,3]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[1,1],"data_offsets":[1,0]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[1,1],"data_offsets":[0]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[1,1]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[1,1],"data_offsets":[0,1],"a":1}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[01,1],"data_offsets":[0,1]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[1.0,1],"data_offsets":[0,1]}},{y}}}"#),
		format!(r#"{{"x":{{"dtype":"U8","shape":[-1,1],"data_offsets":[0,1]}},{y}}}"#),
		format!(
			r#"{{"x":{{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]}},{y}}}"#
		),
		format!(
			r#"{{"x":{{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}},{y}}}"#
		),
	] {
		assert_eq!(fault(&file(&header, &[3, 4])), DataFault::NotSafetensors, "{header}");
	}
}

#[test]
fn a_file_that_is_no_safetensors_is_a_fault() {
	for file in [
		&b""[..],
		b"1234567",
		b"\x89PNG\r\n\x1a\n and so on",
		&[0xff; 100],
		&9u64.to_le_bytes(),
		&[&(1u64 << 20).to_le_bytes()[..], &[b' '; 1 << 20]].concat(),
		// A header one byte too long.
		&[&((1u64 << 20) + 1).to_le_bytes()[..], &[b' '; (1 << 20) + 1]].concat(),
	] {
		assert_eq!(fault(file), DataFault::NotSafetensors);
	}
}

#[test]
fn nested_json_does_not_exhaust_the_stack() {
	let deep = format!(r#"{{"a":{}"#, r#"{"a":"#.repeat(170_000));
	assert_eq!(fault(&file(&deep, &[])), DataFault::NotSafetensors);
	let lists = format!(r#"{{"x":{{"shape":{}"#, "[".repeat(1_000_000));
	assert_eq!(fault(&file(&lists, &[])), DataFault::NotSafetensors);
}

#[test]
fn wrong_shapes_are_faults() {
	let shapes = |x: &str, y: &str, n: usize, m: usize| {
		fault(&safetensors(&[("x", "U8", x, &vec![0; n]), ("y", "U8", y, &vec![0; m])]))
	};
	assert_eq!(shapes("[4]", "[4]", 4, 4), DataFault::BadShape);
	assert_eq!(shapes("[]", "[]", 1, 1), DataFault::BadShape);
	assert_eq!(shapes("[2,2]", "[3]", 4, 3), DataFault::BadShape);
	assert_eq!(shapes("[2,2]", "[2,1]", 4, 2), DataFault::BadShape);
	assert_eq!(shapes("[2,0]", "[2]", 0, 2), DataFault::BadShape);
	assert_eq!(shapes("[4294967296,0]", "[2]", 0, 2), DataFault::BadShape);
}

#[test]
fn a_data_set_without_rows_is_a_fault() {
	let file = safetensors(&[("x", "U8", "[0,2]", &[]), ("y", "U8", "[0]", &[])]);
	assert_eq!(fault(&file), DataFault::Empty);
}

#[test]
fn wrong_types_are_faults() {
	let types = |x: &str, y: &str, xs: usize, ys: usize, metric| {
		let file = safetensors(&[("x", x, "[1,1]", &vec![0; xs]), ("y", y, "[1]", &vec![0; ys])]);
		Dataset::parse(&file, metric).err()
	};
	assert_eq!(types("F64", "U8", 8, 1, Metric::Accuracy), Some(DataFault::BadType));
	assert_eq!(types("U8", "I64", 1, 8, Metric::Accuracy), Some(DataFault::BadType));
	assert_eq!(types("U8", "F32", 1, 4, Metric::Accuracy), Some(DataFault::BadType));
	assert_eq!(types("U8", "F32", 1, 4, Metric::R2), None);
	assert_eq!(types("U8", "U8", 1, 1, Metric::R2), None);
	for target in [f32::NAN, f32::INFINITY] {
		let y = target.to_le_bytes();
		let file = safetensors(&[("x", "U8", "[1,1]", &[0]), ("y", "F32", "[1]", &y)]);
		assert_eq!(Dataset::parse(&file, Metric::Mae), Err(DataFault::BadType));
	}
}

/// What becomes of a good program with this data.
fn unavailable(
	change: impl FnOnce(&mut TrainingJob),
	train: &[u8],
	holdout: &[u8],
) -> (Input, DataFault) {
	let program = program(&[]);
	let mut job = job(&program, train, holdout);
	change(&mut job);
	let run = run_job(&job, &program, train, holdout);
	let Outcome::Unavailable { input, fault } = run.outcome else { panic!("{run:?}") };
	assert_eq!(run.detail, Some(fault.to_string()));
	assert!(run.trace.is_empty());
	(input, fault)
}

#[test]
fn faults_of_data_are_outcomes() {
	let (train, holdout) = (train(), holdout());
	assert_eq!(
		unavailable(|_| (), b"not a tensor", &holdout),
		(Input::Train, DataFault::NotSafetensors)
	);
	assert_eq!(
		unavailable(|_| (), &train, b"not a tensor"),
		(Input::Holdout, DataFault::NotSafetensors)
	);
	assert_eq!(
		unavailable(|job| job.train_root = H256::zero(), &train, &holdout),
		(Input::Train, DataFault::RootMismatch)
	);
	assert_eq!(
		unavailable(|job| job.chunk_rows = 4, &train, &holdout),
		(Input::Train, DataFault::RootMismatch)
	);
	assert_eq!(
		unavailable(|job| job.chunk_rows = 0, &train, &holdout),
		(Input::Train, DataFault::BadShape)
	);
	// Their tree would take more memory than a run has.
	let many = vec![9; MAX_CHUNKS as usize + 1];
	assert_eq!(
		unavailable(|job| job.chunk_rows = 1, &rows(&many), &holdout),
		(Input::Train, DataFault::BadShape)
	);
}

#[test]
fn the_holdout_must_fit_the_training_data() {
	let train = train();
	let holdout = |x_type: &str, shape: &str, x: &[u8], y: &[u8]| {
		let y_shape = format!("[{}]", y.len());
		let file = safetensors(&[("x", x_type, shape, x), ("y", "U8", &y_shape, y)]);
		unavailable(|_| (), &train, &file)
	};
	assert_eq!(holdout("U8", "[1,3]", &[1; 3], &[0]), (Input::Holdout, DataFault::BadShape));
	assert_eq!(holdout("F32", "[1,2]", &[0; 8], &[0]), (Input::Holdout, DataFault::BadType));
	// The training data has two classes.
	assert_eq!(holdout("U8", "[1,2]", &[1; 2], &[2]), (Input::Holdout, DataFault::BadType));
	let auc = |job: &mut TrainingJob| job.metric = Metric::RocAuc;
	assert_eq!(unavailable(auc, &train, &rows(&[1, 2])), (Input::Holdout, DataFault::BadType));
	assert_eq!(unavailable(auc, &rows(&[1, 2]), &train), (Input::Train, DataFault::BadType));
	let targets = safetensors(&[("x", "U8", "[1,2]", &[1; 2]), ("y", "F32", "[1]", &[0; 4])]);
	let regression = |job: &mut TrainingJob| {
		job.metric = Metric::Rmse;
		job.train_root = Dataset::parse(&train, job.metric).unwrap().root(CHUNK_ROWS);
	};
	assert_eq!(unavailable(regression, &train, &targets), (Input::Holdout, DataFault::BadType));
}

#[test]
fn chunks_are_whole_rows_and_then_their_labels() {
	let file = safetensors(&[
		("x", "U8", "[3,2]", &[1, 2, 3, 4, 5, 6]),
		("y", "F32", "[3]", &[[0; 4], [7; 4], [9; 4]].concat()),
	]);
	let data = Dataset::parse(&file, Metric::Rmse).unwrap();
	assert_eq!(data.chunk(2, 0).unwrap(), [1, 2, 3, 4, 0, 0, 0, 0, 7, 7, 7, 7]);
	assert_eq!(data.chunk(2, 1).unwrap(), [5, 6, 9, 9, 9, 9]);
	assert_eq!(data.chunk(2, 2), None);
	assert_eq!(data.chunk(2, u32::MAX), None);
	assert_eq!(data.chunk(u32::MAX, 0).unwrap().len(), 18);
	assert_eq!(data.chunk(0, 0), None);
	assert_eq!(data.features_of(2, 1), Some(&[5, 6][..]));
	for (chunk_rows, chunks) in [(0, 0), (1, 3), (2, 2), (3, 1), (u32::MAX, 1)] {
		let expected = Header {
			x_type: DType::U8,
			y_type: DType::F32,
			features: 2,
			classes: 0,
			rows: 3,
			chunk_rows,
			chunks,
			step_fuel: 5,
			file_bytes: 0,
		};
		assert_eq!(data.header(chunk_rows, 5), expected);
	}
}

#[test]
fn a_chunk_is_proved_on_its_own() {
	let file = train();
	let data = Dataset::parse(&file, Metric::Accuracy).unwrap();
	let leaves: Vec<H256> = core::iter::once(data.header(CHUNK_ROWS, 0).encode().to_vec())
		.chain((0..4).map(|index| data.chunk(CHUNK_ROWS, index).unwrap()))
		.map(|bytes| merkle::leaf(&bytes))
		.collect();
	let tree = merkle::Tree::new(leaves);
	assert_eq!(data.root(CHUNK_ROWS), tree.root());
	let proof = tree.prove(3).unwrap();
	let chunk = merkle::leaf(&data.chunk(CHUNK_ROWS, 2).unwrap());
	assert_eq!(proof.root(chunk), Some(data.root(CHUNK_ROWS)));
}

proptest! {
	#[test]
	fn no_file_is_too_strange(mut file in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..200) {
		let _ = Dataset::parse(&file, Metric::Accuracy);
		// The same with a length that fits.
		if let Some((length, rest)) = file.split_first_chunk_mut::<8>() {
			*length = (at.min(rest.len()) as u64).to_le_bytes();
		}
		let _ = Dataset::parse(&file, Metric::Mae);
	}

	#[test]
	fn a_damaged_file_is_read_or_refused(at in 0usize..200, value in any::<u8>()) {
		let mut file = train();
		let at = at % file.len();
		file[at] = value;
		if let Ok(data) = Dataset::parse(&file, Metric::Accuracy) {
			prop_assert_eq!(data.labels().count(), data.rows() as usize);
		}
	}

	#[test]
	fn every_byte_of_the_data_changes_the_root(at in 0usize..30, bit in 0u32..8) {
		let file = train();
		let root = Dataset::parse(&file, Metric::Accuracy).unwrap().root(CHUNK_ROWS);
		let mut other = file.clone();
		let at = file.len() - 30 + at;
		other[at] ^= 1 << bit;
		let other = Dataset::parse(&other, Metric::Accuracy).unwrap();
		prop_assert_ne!(other.root(CHUNK_ROWS), root);
	}

	#[test]
	fn the_length_of_chunks_changes_the_root(one in 1u32..20, other in 1u32..20) {
		let file = train();
		let data = Dataset::parse(&file, Metric::Accuracy).unwrap();
		prop_assert_eq!(data.root(one) == data.root(other), one == other);
	}
}
