//! A program written against the public interface, trained on the host.

use assay_guest::{
	local::{train, Dataset, Options},
	Chunk, Error, Features, Header, Outputs, Params, Safetensors, Status, Trainer, Want,
};

/// Classifies by the nearest mean of a class. `passes=0` never ends.
struct Centroids {
	passes: u32,
	header: Header,
	next: u32,
	sums: Vec<f32>,
	counts: Vec<f32>,
}

impl Trainer for Centroids {
	const BUFFER: usize = 64;
	type Settings = u32;

	fn settings(params: &Params<'_>) -> Result<u32, Error> {
		params.only(&["passes"])?;
		params.get("passes", 1)
	}

	fn new(passes: u32, _: u64, header: &Header) -> Result<Self, Error> {
		let (classes, features) = (header.classes as usize, header.features as usize);
		Ok(Self {
			passes,
			header: *header,
			next: 0,
			sums: vec![0.0; classes * features],
			counts: vec![0.0; classes],
		})
	}

	fn want(&self) -> Want {
		if self.passes == 9 {
			Want::Chunk(99)
		} else {
			Want::Chunk(self.next)
		}
	}

	fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error> {
		let features = self.header.features as usize;
		for row in 0..chunk.rows() {
			let class = chunk.class(row);
			self.counts[class] += 1.0;
			for (sum, value) in self.sums[class * features..].iter_mut().zip(chunk.row(row).iter())
			{
				*sum += value;
			}
		}
		self.next = (self.next + 1) % self.header.chunks;
		let done = self.next == 0 && self.passes == 1;
		Ok(if done { Status::Trained } else { Status::Continue })
	}

	fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error> {
		let width = features.width();
		for row in 0..features.rows() {
			for (class, output) in outputs.row_mut(row).iter_mut().enumerate() {
				let sums = &self.sums[class * width..][..width];
				*output = -sums
					.iter()
					.zip(features.row(row).iter())
					.map(|(sum, value)| (sum / self.counts[class] - value).powi(2))
					.sum::<f32>();
			}
		}
		Ok(())
	}

	fn model(&self) -> Vec<u8> {
		Safetensors::new().f32("sums", &[self.sums.len()], &self.sums).finish()
	}
}

assay_guest::export!(Centroids);

/// Six points around (0, 0), (10, 0) and (0, 10).
fn points() -> Dataset {
	let x = [1., 0., 9., 1., 0., 9., 0., 1., 10., 1., 2., 10.];
	file(&x, &[6, 2], &[0, 1, 2, 0, 1, 2])
}

fn file(x: &[f32], shape: &[usize], y: &[u8]) -> Dataset {
	let bytes = Safetensors::new().f32("x", shape, x).u8("y", &[y.len()], y).finish();
	Dataset::parse(&bytes).unwrap()
}

const OPTIONS: Options<'static> = Options { seed: 1, params: "", chunk_rows: 4, max_steps: 50 };

#[test]
fn a_program_learns_on_the_host() {
	let data = points();
	let mut trained = train::<Centroids>(&data, &OPTIONS).unwrap();
	assert_eq!(trained.steps(), 3, "the header and two chunks");
	assert_eq!(trained.accuracy(&data), Ok(1.0));
	let moved = file(&[0., 0., 9., 9.5, 9., 9.5], &[3, 2], &[0, 2, 1]);
	assert_eq!(trained.accuracy(&moved), Ok(2.0 / 3.0));
	let sums: Vec<u8> =
		[1.0f32, 1., 19., 2., 2., 19.].iter().flat_map(|v| v.to_le_bytes()).collect();
	assert!(trained.model().ends_with(&sums));
}

/// The message of a run that must fail.
fn message(data: &Dataset, options: &Options<'_>) -> String {
	match train::<Centroids>(data, options) {
		Ok(_) => panic!("the run must fail"),
		Err(failure) => failure.to_string(),
	}
}

#[test]
fn failures_say_what_is_wrong() {
	let data = points();
	for (options, expected) in [
		(Options { params: "pases=1", ..OPTIONS }, "unknown name"),
		(Options { params: "passes=0", ..OPTIONS }, "within 50 steps"),
		(Options { params: "passes=9", ..OPTIONS }, "step 2 wants 99 of kind 0"),
		(Options { chunk_rows: 0, ..OPTIONS }, "no rows"),
	] {
		let message = message(&data, &options);
		assert!(message.contains(expected), "{message:?} does not contain {expected:?}");
	}
	let large = file(&[0.0; 16], &[8, 2], &[0; 8]);
	let message = message(&large, &Options { chunk_rows: 8, ..OPTIONS });
	assert!(message.starts_with("72 bytes do not fit into the buffer of 64"), "{message:?}");
}

#[test]
fn predictions_need_the_same_features() {
	let mut trained = train::<Centroids>(&points(), &OPTIONS).unwrap();
	let other = file(&[0.0; 3], &[1, 3], &[0]);
	assert!(trained.predict(&other).unwrap_err().0.contains("type and number"));
	let nan = file(&[f32::NAN, 0.0], &[1, 2], &[0]);
	assert!(trained.predict(&nan).unwrap_err().0.contains("expected a finite number"));
}

#[test]
fn wrong_data_is_refused() {
	let refused = |bytes: &[u8]| Dataset::parse(bytes).unwrap_err().0;
	assert!(refused(b"not a file").contains("not safetensors"));
	let none = Safetensors::new();
	assert!(refused(&none.clone().finish()).contains("no tensor \"x\""));
	let x = none.f32("x", &[2, 1], &[0.0; 2]);
	assert!(refused(&x.clone().u32("y", &[2], &[0; 2]).finish()).contains("expected F32 or U8"));
	assert!(refused(&x.u8("y", &[3], &[0; 3]).finish()).contains("shape"));
	let flat = Safetensors::new().f32("x", &[2], &[0.0; 2]).u8("y", &[2], &[0; 2]).finish();
	assert!(refused(&flat).contains("expected rows and features"));
}
