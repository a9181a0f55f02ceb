//! What unmarked models reach with random keys, against what the binomial distribution says: writes
//! the picture of `docs/models.md`.
//!
//! `cargo run --release -p assay-marking --example random_keys -- <folder of the models> <picture.svg>`

use assay_marking::{
	chance::{binomial, chi_square, matches},
	Rng,
};
use assay_model::Model;
use std::fmt::Write;

const KEYS: u32 = 500;
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 200.0;

/// Counts of how often a statistic of 0 … `of` was seen, and its chances.
struct Histogram {
	title: String,
	counts: Vec<u32>,
	chances: Vec<f64>,
	/// The values that are drawn.
	shown: std::ops::Range<u32>,
	tick: usize,
}

impl Histogram {
	fn new(title: String, of: u32, p: f64, shown: std::ops::Range<u32>, tick: usize) -> Self {
		let chances = (0..=of).map(|k| binomial(of, k, p)).collect();
		Self { title, counts: vec![0; of as usize + 1], chances, shown, tick }
	}

	/// Bars for what was seen, dots for what is expected.
	fn draw(&self, left: f64, top: f64, svg: &mut String) -> std::fmt::Result {
		let shown = self.shown.start as usize..self.shown.end as usize;
		let most = self.counts[shown.clone()].iter().copied().max().unwrap_or(1);
		let expected = |k: usize| f64::from(KEYS) * self.chances[k];
		let most = shown.clone().map(expected).fold(f64::from(most), f64::max) * 1.05;
		let step = WIDTH / shown.len() as f64;
		let bottom = top + HEIGHT;
		writeln!(svg, "<text x='{left}' y='{:.0}' class='t'>{}</text>", top - 10.0, self.title)?;
		for (at, k) in shown.clone().enumerate() {
			let x = left + at as f64 * step;
			let high = f64::from(self.counts[k]) / most * HEIGHT;
			writeln!(
				svg,
				"<rect x='{:.1}' y='{:.1}' width='{:.1}' height='{high:.1}' class='b'/>",
				x + 0.1 * step,
				bottom - high,
				0.8 * step
			)?;
			let y = bottom - expected(k) / most * HEIGHT;
			let x = x + 0.5 * step;
			writeln!(svg, "<circle cx='{x:.1}' cy='{y:.1}' r='2.5' class='d'/>")?;
			if k % self.tick == 0 {
				let below = bottom + 15.0;
				writeln!(svg, "<text x='{x:.1}' y='{below:.0}' class='n'>{k}</text>")?;
			}
		}
		let right = left + WIDTH;
		writeln!(svg, "<path d='M{left} {bottom}H{right}' class='a'/>")
	}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
	let mut arguments = std::env::args().skip(1);
	let (Some(models), Some(picture)) = (arguments.next(), arguments.next()) else {
		return Err("expected the folder of the models, and the picture to write".into());
	};
	let mut svg = String::from(
		"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 820 580' font-family='sans-serif'>\n\
		<style>.b{fill:#9ec5e8}.d{fill:#b3261e}.t{font-size:14px;fill:#222}\
		.n{font-size:11px;fill:#444;text-anchor:middle}.a{stroke:#444;fill:none}</style>\n\
		<rect width='820' height='580' fill='#fff'/>\n",
	);
	println!("| model | statistic | mean | expected | largest | chi square | degrees of freedom |");
	println!("| --- | --- | --- | --- | --- | --- | --- |");
	for (row, name) in ["mlp", "cnn"].into_iter().enumerate() {
		let model = Model::parse(&std::fs::read(format!("{models}/{name}.unmarked.safetensors"))?)?;
		let mut rng = Rng::new(500);
		let title = |what| format!("{name}, not marked, {KEYS} keys: {what}");
		let mut triggers = Histogram::new(title("right triggers of 64"), 64, 0.1, 0..19, 2);
		let mut bits = Histogram::new(title("right bits of 256"), 256, 0.5, 100..157, 8);
		for _ in 0..KEYS {
			let (t, b) = matches(&model, &rng.key())?;
			triggers.counts[t as usize] += 1;
			bits.counts[b as usize] += 1;
		}
		for (column, histogram) in [&triggers, &bits].into_iter().enumerate() {
			let top = 45.0 + 275.0 * row as f64;
			histogram.draw(30.0 + 400.0 * column as f64, top, &mut svg)?;
			let mean = |weight: &dyn Fn(usize) -> f64| -> f64 {
				(0..histogram.counts.len()).map(|k| k as f64 * weight(k)).sum()
			};
			let (statistic, freedom) = chi_square(&histogram.counts, &histogram.chances);
			println!(
				"| {name} | {} | {:.2} | {:.2} | {} | {statistic:.1} | {freedom} |",
				["triggers", "bits"][column],
				mean(&|k| f64::from(histogram.counts[k]) / f64::from(KEYS)),
				mean(&|k| histogram.chances[k]),
				histogram.counts.iter().rposition(|count| *count > 0).unwrap_or(0),
			);
		}
	}
	svg.push_str("<rect x='30' y='552' width='12' height='12' class='b'/><text x='48' y='563' class='t'>measured</text>\n");
	svg.push_str("<circle cx='130' cy='558' r='3' class='d'/><text x='140' y='563' class='t'>binomial distribution</text>\n</svg>\n");
	std::fs::write(picture, svg)?;
	Ok(())
}
