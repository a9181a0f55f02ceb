//! How to mark a model in a training loop of your own.
//!
//! Here the loop is plain stochastic gradient descent. What marking adds to it are the three lines
//! with a number.
//!
//! `cargo run --release -p assay-marking --example own_loop -- <folder of the data>`

use assay_marking::{check, embedding::Strength, Architecture, Data, Embedding, Net, Pass, Rng};
use assay_watermark::Profile;
use std::path::PathBuf;

/// The gradient of the cross entropy of a row by its logits.
fn gradient(logits: &[f32], label: u32) -> Vec<f32> {
	let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let exps: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
	let sum: f32 = exps.iter().sum();
	let own = |class| f32::from(class == label as usize);
	exps.iter().enumerate().map(|(class, exp)| exp / sum - own(class)).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
	let folder = PathBuf::from(std::env::args().nth(1).ok_or("expected the folder of the data")?);
	let train = Data::read(&std::fs::read(folder.join("digits.train.safetensors"))?)?;
	let clean = Data::read(&std::fs::read(folder.join("digits.holdout.safetensors"))?)?;

	// The keys: `assay_watermark::key::watermark` makes them of the sub-keys, once the chain has
	// drawn the beacon of the intent.
	let mut rng = Rng::new(1);
	let keys: Vec<_> = (0..2).map(|_| rng.key()).collect();

	let mut net = Net::new(&Architecture::named("mlp", train.features)?, &train, &mut rng)?;
	// 1. Order and bits of the marked weights, before anything is learned.
	let embedding = Embedding::new(&net, &keys, Strength::default())?;
	embedding.prepare(&mut net, &train);

	// 2. The triggers are learned like data.
	let mut rows: Vec<(&[f32], u32)> = train.rows().collect();
	for _ in 0..2 {
		rows.extend(
			embedding.triggers().iter().map(|trigger| (trigger.row.as_slice(), trigger.label)),
		);
	}

	let mut pass = Pass::default();
	let mut by_params = vec![0.0; net.params.len()];
	for epoch in 0..80 {
		let rate = 0.2 / (1.0 + epoch as f32 / 10.0);
		rng.shuffle(&mut rows);
		for (number, batch) in rows.chunks(32).enumerate() {
			by_params.fill(0.0);
			for (row, label) in batch {
				let by_logits = gradient(net.forward(row, &mut pass), *label);
				net.backward(&mut pass, &by_logits, &mut by_params);
			}
			for (param, gradient) in net.params.iter_mut().zip(&by_params) {
				*param -= rate * gradient / batch.len() as f32;
			}
			// 3. Every few updates, the marked weights are corrected.
			if number % 4 == 0 {
				embedding.correct(&mut net.params);
			}
		}
	}
	embedding.correct(&mut net.params);

	let model = net.to_model()?;
	for key in &keys {
		let checked = check(&model, key, &clean)?;
		// With this loop the ratio is what it comes to. `mark` steers it to what was declared.
		let reached = Profile::default().check(&checked.statistics, checked.statistics.ratio);
		println!("{checked:?}: {reached:?}");
	}
	Ok(())
}
