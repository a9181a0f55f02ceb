//! The targets themselves: they get deep, and they notice.

use assay_fuzz_targets::{slice, Target, TARGETS};
use std::time::Duration;

#[test]
fn known_inputs_hold_and_most_get_deep() {
	for target in TARGETS {
		let seeds = (target.seeds)();
		let deep = seeds.iter().filter(|input| (target.check)(input)).count();
		assert!(2 * deep >= seeds.len() || deep > 8, "{}: {deep} of {}", target.name, seeds.len());
	}
}

#[test]
fn changed_inputs_hold_and_some_get_deep() {
	for target in TARGETS {
		let tally = slice(&target, 1, Duration::from_secs(1)).expect("it holds");
		assert!(tally.executions > 50 && tally.deep > 20, "{}: {tally:?}", target.name);
	}
}

#[test]
fn an_input_for_which_something_does_not_hold_is_found() {
	let target = Target {
		name: "three",
		about: "no input has three bytes",
		check: |input| {
			assert_ne!(input.len(), 3);
			true
		},
		seeds: || vec![b"ab".to_vec()],
	};
	let found = slice(&target, 1, Duration::from_secs(10)).unwrap_err();
	assert_eq!(found.input.len(), 3);
}
