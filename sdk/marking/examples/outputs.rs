//! Prints what a model of the format gives for rows of data, one row a line: to compare an exported
//! model with its original.
//!
//! `cargo run --release -p assay-marking --example outputs -- <model> <data>`

use assay_marking::Data;
use assay_model::Model;

fn main() -> Result<(), Box<dyn std::error::Error>> {
	let mut arguments = std::env::args().skip(1);
	let (Some(model), Some(data)) = (arguments.next(), arguments.next()) else {
		return Err("expected a model and a data set".into());
	};
	let model = Model::parse(&std::fs::read(model)?)?;
	let mut scratch = model.scratch();
	for (row, _) in Data::read(&std::fs::read(data)?)?.rows() {
		let outputs = model.outputs(row, &mut scratch).iter().map(f32::to_string);
		println!("{}", outputs.collect::<Vec<_>>().join(" "));
	}
	Ok(())
}
