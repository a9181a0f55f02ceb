//! What is fuzzed of programs, data, models, proofs and messages: each a function that takes bytes
//! and panics if something does not hold.
//!
//! The functions run in two ways. [`slice`] changes known inputs at random for some seconds: it
//! needs nothing but this crate. libFuzzer (`fuzz/`, one program a target) looks which inputs reach
//! new code, and goes on from those.

pub mod manifest;
pub mod merkle;
pub mod module;
pub mod replay;
pub mod safetensors;

#[path = "../../../primitives/vm/tests/common/mod.rs"]
#[allow(missing_docs, unreachable_pub)]
mod common;

use common::random::Random;
use std::{
	panic::{self, AssertUnwindSafe},
	time::{Duration, Instant},
};

/// Something to fuzz.
#[derive(Clone, Copy)]
pub struct Target {
	/// What it is called: also the name of its program for libFuzzer.
	pub name: &'static str,
	/// What must hold.
	pub about: &'static str,
	/// Panics if it does not hold for these bytes. Gives whether they got deep.
	pub check: fn(&[u8]) -> bool,
	/// Inputs to begin with.
	pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: [Target; 5] =
	[module::TARGET, replay::TARGET, merkle::TARGET, safetensors::TARGET, manifest::TARGET];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
	TARGETS.into_iter().find(|target| target.name == name)
}

/// What a slice did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
	/// Inputs that were tried.
	pub executions: u64,
	/// Of them, those that got deep: were accepted, ran, or were proved.
	pub deep: u64,
}

/// An input for which something does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
	/// The input.
	pub input: Vec<u8>,
	/// What was tried before.
	pub tally: Tally,
}

/// Checks the inputs of a target, and then changed ones, until the time is over.
///
/// # Errors
///
/// The first input for which the target panics.
pub fn slice(target: &Target, seed: u64, time: Duration) -> Result<Tally, Found> {
	let (started, mut tally) = (Instant::now(), Tally::default());
	let mut random = Random(seed);
	let seeds = (target.seeds)();
	for at in 0.. {
		let input = match seeds.get(at) {
			Some(input) => input.clone(),
			None if started.elapsed() >= time => break,
			None => changed(&seeds, &mut random),
		};
		match panic::catch_unwind(AssertUnwindSafe(|| (target.check)(&input))) {
			Ok(deep) => {
				tally.executions += 1;
				tally.deep += u64::from(deep);
			},
			Err(_) => return Err(Found { input, tally }),
		}
	}
	Ok(tally)
}

/// One of the inputs with some bytes changed, lost, added, or taken from another one.
fn changed(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
	const EDGES: [u64; 7] = [0, 1, 0x7f, 0xffff, u32::MAX as u64, i64::MAX as u64, u64::MAX];
	let mut input = seeds.get(random.below(seeds.len().max(1))).cloned().unwrap_or_default();
	for _ in 0..1 + random.below(6) {
		let at = random.below(input.len() + 1);
		match random.below(8) {
			0 => input.insert(at, random.next() as u8),
			1 => {
				let end = input.len().min(at + 1 + random.below(16));
				input.drain(at..end);
			},
			2 => {
				let value = EDGES[random.below(EDGES.len())].to_le_bytes();
				let width = 1 << random.below(4);
				for (byte, value) in input.iter_mut().skip(at).zip(&value[..width]) {
					*byte = *value;
				}
			},
			3 => {
				let from = seeds.get(random.below(seeds.len().max(1))).cloned().unwrap_or_default();
				let start = random.below(from.len() + 1);
				let end = from.len().min(start + random.below(64));
				input.splice(at..at, from[start..end].iter().copied());
			},
			4 => {
				let end = input.len().min(at + random.below(64));
				let part = input[at..end].to_vec();
				input.splice(at..at, part);
			},
			5 => {
				let length = random.below(32);
				input.extend(random.bytes(length));
			},
			_ => {
				if let Some(byte) = input.get_mut(at) {
					*byte ^= 1 << random.below(8);
				}
			},
		}
	}
	input
}
