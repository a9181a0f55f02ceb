//! The verifier program of the watermark scheme `multi_factor_v1`.
//!
//! A job that verifies a model is a run of this program: the file is the model, training data and
//! holdout are the same clean data, and the parameters are [`assay_watermark::SchemeParams`]. It
//! "trains" by reading the model, answering the triggers of the key, and going once over the clean
//! data; it "predicts" with the model, so that the job's score is the model's accuracy on the clean
//! data; and the "model" that it leaves is the [`Report`] in SCALE.
//!
//! A model that cannot be measured is no failure of the program: the report says why.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::{vec, vec::Vec};
use assay_guest::{Chunk, Error, Features, Header, Outputs, Params, Status, Trainer, Want};
use assay_model::{Measure, Model};
use assay_primitives::H256;
use assay_watermark::{Element, Key, Place, Refusal, Report, SchemeParams};
use codec::Encode;

/// Triggers answered in one step.
const TRIGGERS_A_STEP: u32 = 16;

/// How far the program is.
enum Stage {
	/// The model's bytes come in.
	Reading(Vec<u8>),
	/// The model answers triggers, then the clean data, of which this chunk comes next.
	Measuring(Measure, u32),
	/// The report is final. There is nothing to predict with if the model was refused.
	Done(Option<Measure>, Report),
}

/// The program.
pub struct MultiFactor {
	params: SchemeParams,
	header: Header,
	stage: Stage,
}

impl MultiFactor {
	/// Starts to measure a model.
	fn start(&self, file: &[u8]) -> Result<Measure, Refusal> {
		let model = Model::parse(file)?;
		let Header { features, classes, .. } = self.header;
		if (model.features(), model.classes()) != (features, classes) {
			return Err(Refusal::DataMismatch);
		}
		Measure::new(model, self.params.key.0, self.params.place)
	}

	/// Goes on measuring.
	fn measure(
		&self,
		measure: &mut Measure,
		next: &mut u32,
		chunk: &Chunk<'_>,
	) -> Result<Status, Refusal> {
		if measure.triggers_left() > 0 {
			for _ in 0..TRIGGERS_A_STEP {
				measure.trigger()?;
			}
			return Ok(Status::Continue);
		}
		let mut row = vec![0.0; self.header.features as usize];
		for at in 0..chunk.rows() {
			chunk.row(at).copy_to(&mut row);
			measure.clean_row(&row, chunk.class(at) as u32)?;
		}
		*next += 1;
		Ok(if *next < self.header.chunks { Status::Continue } else { Status::Trained })
	}
}

impl Trainer for MultiFactor {
	type Settings = SchemeParams;

	fn settings(params: &Params<'_>) -> Result<SchemeParams, Error> {
		params.only(&["key", "offset", "element", "groups", "group_len"])?;
		Ok(SchemeParams {
			key: params.get("key", Key(H256::zero()))?,
			place: Place {
				offset: params.get("offset", 0)?,
				element: params.get("element", Element::F32)?,
				groups: params.get("groups", 0)?,
				group_len: params.get("group_len", 0)?,
			},
		})
	}

	fn new(params: SchemeParams, _: u64, header: &Header) -> Result<Self, Error> {
		if header.classes == 0 {
			return Err(Error("the clean data have no classes"));
		}
		if header.file_bytes == 0 {
			return Err(Error("the job names no model"));
		}
		let stage = Stage::Reading(Vec::with_capacity(header.file_bytes as usize));
		Ok(Self { params, header: *header, stage })
	}

	fn want(&self) -> Want {
		match &self.stage {
			Stage::Reading(file) => Want::File((file.len() / assay_guest::FILE_CHUNK) as u32),
			Stage::Measuring(measure, next) if measure.triggers_left() == 0 => Want::Chunk(*next),
			Stage::Measuring(..) | Stage::Done(..) => Want::Nothing,
		}
	}

	fn read(&mut self, bytes: &[u8]) -> Result<Status, Error> {
		let Stage::Reading(file) = &mut self.stage else {
			return Err(Error("the model was read already"));
		};
		file.extend_from_slice(bytes);
		if file.len() < self.header.file_bytes as usize {
			return Ok(Status::Continue);
		}
		let file = core::mem::take(file);
		let (stage, status) = match self.start(&file) {
			Ok(measure) => (Stage::Measuring(measure, 0), Status::Continue),
			Err(refusal) => (Stage::Done(None, Report::Refused(refusal)), Status::Trained),
		};
		self.stage = stage;
		Ok(status)
	}

	fn step(&mut self, chunk: Chunk<'_>) -> Result<Status, Error> {
		let stage = core::mem::replace(&mut self.stage, Stage::Reading(Vec::new()));
		let Stage::Measuring(mut measure, mut next) = stage else {
			return Err(Error("there is nothing to measure"));
		};
		let result = self.measure(&mut measure, &mut next, &chunk);
		let (stage, status) = match result {
			Ok(Status::Continue) => (Stage::Measuring(measure, next), Status::Continue),
			Ok(Status::Trained) => {
				let report = measure.finish().map_or_else(Report::Refused, Report::Measured);
				(Stage::Done(Some(measure), report), Status::Trained)
			},
			Err(refusal) => (Stage::Done(None, Report::Refused(refusal)), Status::Trained),
		};
		self.stage = stage;
		Ok(status)
	}

	fn predict(&self, features: Features<'_>, outputs: &mut Outputs) -> Result<(), Error> {
		// A model that was refused predicts zeros: its report says why it counts for nothing.
		let Stage::Done(Some(measure), _) = &self.stage else { return Ok(()) };
		let model = measure.model();
		let mut scratch = model.scratch();
		let mut row = vec![0.0; model.features() as usize];
		for at in 0..features.rows() {
			features.row(at).copy_to(&mut row);
			outputs.row_mut(at).copy_from_slice(model.logits(&row, &mut scratch));
		}
		Ok(())
	}

	fn model(&self) -> Vec<u8> {
		match &self.stage {
			Stage::Done(_, report) => report.encode(),
			Stage::Reading(_) | Stage::Measuring { .. } => Vec::new(),
		}
	}
}

assay_guest::export!(MultiFactor);
