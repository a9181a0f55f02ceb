//! Writes `src/table.rs`: smallest counts whose chance is at most 2⁻⁸, 2⁻¹⁶, … 2⁻¹²⁸, computed
//! exactly.
//!
//! ```text
//! cargo run --package assay-watermark --example tables > primitives/watermark/src/table.rs
//! ```

use assay_watermark::{
	projection,
	trigger::{self, MAX_CLASSES, MIN_CLASSES},
};
use num_bigint::BigUint;

/// Levels of chance: 2⁻⁸ to 2⁻¹²⁸.
const LEVELS: u32 = 16;

/// For each level the smallest `k` for which `n` trials, each with a chance of one in `c`, give `k`
/// or more hits with a chance of at most 2^(−8 · level): Σ_{i ≥ k} C(n, i) · (c − 1)^(n − i) of
/// c^n.
fn least(n: u32, c: u32) -> Vec<String> {
	let all = BigUint::from(c).pow(n);
	let (mut choose, mut tail) = (BigUint::from(1u32), BigUint::ZERO);
	// tails[m]: at most m misses, that is at least n − m hits. C(n, i) is C(n, n − i).
	let tails: Vec<_> = (0..=n)
		.map(|missed| {
			tail += &choose * BigUint::from(c - 1).pow(missed);
			choose = &choose * (n - missed) / (missed + 1);
			tail.clone()
		})
		.collect();
	let least = |level: u32| {
		let fits = tails.iter().take_while(|tail| (*tail << (8 * level)) <= all).count() as u32;
		(n + 1 - fits).to_string()
	};
	(1..=LEVELS).map(least).collect()
}

fn main() {
	println!("//! Smallest counts whose chance is at most 2⁻⁸, 2⁻¹⁶, … 2⁻¹²⁸. Made by `examples/tables.rs`.");
	println!();
	println!("/// Right bits of {} that are a chance of one half each.", projection::BITS);
	println!("pub const BITS: [u16; {LEVELS}] = [");
	println!("\t{},", least(projection::BITS, 2).join(", "));
	println!("];");
	println!();
	println!("/// Right triggers of a model with 2, 3, … 256 classes. One more than there are: not even all of them.");
	println!("#[rustfmt::skip]");
	println!("pub const TRIGGERS: [[u8; {LEVELS}]; {}] = [", MAX_CLASSES - MIN_CLASSES + 1);
	for classes in MIN_CLASSES..=MAX_CLASSES {
		println!("\t[{}],", least(trigger::count(classes), classes).join(", "));
	}
	println!("];");
}
