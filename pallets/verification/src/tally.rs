//! What a committee's verdicts add up to.

use crate::{Member, Verdict};
use alloc::vec::Vec;
use assay_primitives::{DataFault, Outcome};

/// The result of counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
	/// More than two thirds of those who revealed said this, by members and by weight, and half of
	/// the members or more, with more than half of the committee's weight, revealed. For
	/// [`Outcome::Unavailable`] it takes more than two thirds of the whole committee.
	Agreed(Outcome),
	/// There is no such outcome. One, which is not [`Outcome::Unavailable`], may be that of most of
	/// the committee ([`Count::most`]).
	Split(Option<Outcome>),
}

/// A part of a committee.
#[derive(Clone, Copy, Default)]
struct Part {
	members: u128,
	/// Of their stakes.
	weight: u128,
}

impl Part {
	fn add(&mut self, weight: u128) {
		self.members = self.members.saturating_add(1);
		self.weight = self.weight.saturating_add(weight);
	}

	/// Whether it is more than `share.0 / share.1` of `whole`, by members and by weight: a unit of
	/// stake more does not let two outvote a third, nor do many small ones a large one.
	fn is_more_than(&self, share: (u128, u128), whole: Self) -> bool {
		let more =
			|part: u128, whole: u128| part.saturating_mul(share.1) > whole.saturating_mul(share.0);
		more(self.members, whole.members) && more(self.weight, whole.weight)
	}

	/// Whether it is half of the members of `whole` or more, and has a third of its weight.
	fn is_half(&self, whole: Self) -> bool {
		let members = self.members.saturating_mul(2) >= whole.members;
		members && self.weight > 0 && self.weight.saturating_mul(3) >= whole.weight
	}
}

/// What a committee says.
pub struct Count {
	/// All members.
	drawn: Part,
	/// Those who revealed.
	revealed: Part,
	/// Those who revealed each outcome.
	outcomes: Vec<(Outcome, Part)>,
}

impl Count {
	/// Counts the revealed verdicts.
	pub fn of<AccountId, Balance: Copy + Into<u128>>(
		members: &[Member<AccountId, Balance>],
	) -> Self {
		let mut count =
			Self { drawn: Part::default(), revealed: Part::default(), outcomes: Vec::new() };
		for member in members {
			let weight = member.weight.into();
			count.drawn.add(weight);
			if let Verdict::Revealed(outcome) = member.verdict {
				count.revealed.add(weight);
				match count.outcomes.iter_mut().find(|(known, _)| *known == outcome) {
					Some((_, part)) => part.add(weight),
					None => {
						let mut part = Part::default();
						part.add(weight);
						count.outcomes.push((outcome, part));
					},
				}
			}
		}
		count
	}

	/// What they add up to.
	///
	/// That an input cannot be used is the word of more than two thirds of all members: it takes no
	/// run to say so, and whoever is silent may be at one.
	///
	/// The quorum keeps a member from deciding alone where the others are silent, because the run
	/// takes longer than its window or they were silenced, whatever its stake. Silence makes weights
	/// less: so half of the members decide in the end where the others never answer.
	pub fn result(&self) -> Tally {
		let Self { drawn, revealed, ref outcomes } = *self;
		let half = revealed.members.saturating_mul(2) >= drawn.members;
		let quorum = half && revealed.weight.saturating_mul(2) > drawn.weight;
		let agreed = |(outcome, part): &&(Outcome, Part)| {
			let whole = if is_of_a_run(outcome) { revealed } else { drawn };
			part.is_more_than((2, 3), whole)
		};
		match outcomes.iter().find(agreed) {
			Some((outcome, _)) if quorum => Tally::Agreed(*outcome),
			_ => Tally::Split(self.most()),
		}
	}

	/// The outcome of a run that more than half of the committee revealed, by members and by weight.
	pub fn majority(&self) -> Option<Outcome> {
		let is_majority = |part: &Part| part.is_more_than((1, 2), self.drawn);
		self.of_runs().find(|(_, part)| is_majority(part)).map(|(outcome, _)| *outcome)
	}

	/// That of the majority, or the one that more than two thirds of the members revealed, whatever
	/// they weigh: nobody contradicts these for nothing because he has most of a committee's stake.
	pub fn most(&self) -> Option<Outcome> {
		let most = || self.of_runs().find(|(_, part)| self.are_most(part));
		self.majority().or_else(|| most().map(|(outcome, _)| *outcome))
	}

	/// Outcomes that need a run.
	fn of_runs(&self) -> impl Iterator<Item = &(Outcome, Part)> {
		self.outcomes.iter().filter(|(outcome, _)| is_of_a_run(outcome))
	}

	/// Whether the run could be done in time: an outcome of it is the `result`, or half of the members
	/// or more, with a third of the weight, revealed one and the same.
	///
	/// With less, a few who made up an outcome could have everybody slashed who is still at a run
	/// that takes longer than its window. Half, not more, so that two of four hold the others to
	/// their duty, who cannot buy their way out with a unit of stake.
	pub fn delivered(&self, result: &Tally) -> bool {
		match result {
			Tally::Agreed(outcome) => is_of_a_run(outcome),
			Tally::Split(_) => self.of_runs().any(|(_, part)| part.is_half(self.drawn)),
		}
	}

	/// Whether who is silent is late: the run was delivered, or more than two thirds of the members,
	/// whatever they weigh, revealed one outcome of it. Nobody is silent for nothing because he has
	/// most of a committee's stake.
	pub fn silence_is_late(&self, result: &Tally) -> bool {
		self.delivered(result) || self.of_runs().any(|(_, part)| self.are_most(part))
	}

	/// Whether a part is more than two thirds of the members.
	fn are_most(&self, part: &Part) -> bool {
		part.members.saturating_mul(3) > self.drawn.members.saturating_mul(2)
	}
}

/// Whether a run had this outcome: its inputs were there.
pub fn is_of_a_run(outcome: &Outcome) -> bool {
	!matches!(outcome, Outcome::Unavailable { .. })
}

/// Whether it says that an input was not found: of all outcomes the only one that can be another for
/// each.
pub fn is_missing(outcome: &Outcome) -> bool {
	matches!(outcome, Outcome::Unavailable { fault: DataFault::Missing, .. })
}

/// How a round is judged.
pub struct Judgement {
	/// What the committee says.
	pub result: Tally,
	/// Whether who is silent is late ([`Count::silence_is_late`]).
	pub late: bool,
	/// Whether it says that an input cannot be used, and others are asked, or could be.
	pub unsure: bool,
	/// Whether majorities of two committees found the same ([`Count::majority`]): who contradicts the
	/// second holds up what is true.
	pub held_up: bool,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::VerifierId;
	use assay_primitives::{DataFault, FailReason, Input, H256};
	use sp_core::crypto::UncheckedFrom;

	const MISSING: Outcome =
		Outcome::Unavailable { input: Input::Train, fault: DataFault::Missing };
	const A: Outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };
	const B: Outcome = Outcome::Failed { reason: FailReason::OutOfFuel, trace_root: H256::zero() };
	/// Made up: the reason of A, and another trace.
	const C: Outcome =
		Outcome::Failed { reason: FailReason::Trap, trace_root: H256::repeat_byte(1) };

	fn members(verdicts: &[(u128, Option<Outcome>)]) -> Vec<Member<u64, u128>> {
		let member = |(weight, verdict): &(u128, Option<Outcome>)| Member {
			account: 0,
			key: VerifierId::from(sp_core::sr25519::Public::unchecked_from([0; 32])),
			weight: *weight,
			verdict: verdict.map_or(Verdict::Awaited, Verdict::Revealed),
		};
		verdicts.iter().map(member).collect()
	}

	/// Counts members of equal weight: so many with each verdict.
	fn equals(verdicts: &[(usize, Option<Outcome>)]) -> Count {
		let each = |(count, verdict): &(usize, Option<Outcome>)| vec![(1, *verdict); *count];
		Count::of(&members(&verdicts.iter().flat_map(each).collect::<Vec<_>>()))
	}

	fn delivered(count: &Count) -> bool {
		count.delivered(&count.result())
	}

	fn tally(verdicts: &[(usize, Option<Outcome>)]) -> Tally {
		equals(verdicts).result()
	}

	#[test]
	fn exactly_two_thirds_is_not_enough() {
		assert_eq!(tally(&[(2, Some(A)), (1, Some(B))]), Tally::Split(Some(A)));
		assert_eq!(tally(&[(5, Some(A)), (2, Some(B))]), Tally::Agreed(A));
	}

	#[test]
	fn a_failure_with_another_trace_is_another_outcome() {
		assert_eq!(tally(&[(1, Some(A)), (1, Some(C))]), Tally::Split(None));
		assert_eq!(tally(&[(3, Some(A)), (1, Some(C))]), Tally::Agreed(A));
	}

	#[test]
	fn half_of_the_weight_is_no_quorum() {
		assert_eq!(tally(&[(1, Some(A)), (1, None)]), Tally::Split(None));
		assert_eq!(tally(&[(2, Some(A)), (1, None)]), Tally::Agreed(A));
		assert_eq!(tally(&[]), Tally::Split(None));
	}

	#[test]
	fn more_than_half_of_the_committee_and_not_of_the_revealed_judges_a_split() {
		assert_eq!(tally(&[(5, Some(A)), (3, Some(B)), (1, None)]), Tally::Split(Some(A)));
		assert_eq!(tally(&[(5, Some(A)), (4, Some(B)), (1, None)]), Tally::Split(None));
		assert_eq!(tally(&[(1, Some(A)), (1, Some(B))]), Tally::Split(None));
		assert_eq!(tally(&[(2, Some(MISSING)), (1, Some(B))]), Tally::Split(None));
		assert_eq!(tally(&[(2, Some(A)), (1, Some(MISSING))]), Tally::Split(Some(A)));
	}

	#[test]
	fn that_an_input_is_missing_takes_two_thirds_of_all() {
		assert_eq!(tally(&[(8, Some(MISSING)), (7, None)]), Tally::Split(None));
		assert_eq!(tally(&[(10, Some(MISSING)), (5, None)]), Tally::Split(None));
		assert_eq!(tally(&[(11, Some(MISSING)), (4, None)]), Tally::Agreed(MISSING));
		assert_eq!(tally(&[(8, Some(A)), (7, None)]), Tally::Agreed(A));
	}

	#[test]
	fn a_run_is_delivered_by_half_of_the_committee_with_one_outcome() {
		let by = |verdicts: &[_]| delivered(&equals(verdicts));
		assert!(by(&[(2, Some(A)), (2, None)]));
		assert!(!by(&[(1, Some(A)), (1, Some(C)), (2, None)]));
		assert!(!by(&[(2, Some(A)), (3, None)]));
		assert!(!by(&[(2, Some(MISSING)), (1, None)]));
		assert!(!by(&[]));
		// Four of nine are enough where one says otherwise, and it stands.
		assert!(by(&[(4, Some(A)), (1, Some(B)), (4, None)]));
		assert!(!by(&[(4, Some(MISSING)), (1, Some(B)), (4, None)]));
	}

	#[test]
	fn a_unit_of_stake_more_does_not_let_two_outvote_a_third() {
		for more in [1, 1_000, 1_000_000] {
			let count =
				Count::of(&members(&[(1_000 + more, Some(A)), (1_000, Some(A)), (1_000, Some(B))]));
			assert_eq!(count.result(), Tally::Split(Some(A)));
		}
	}

	#[test]
	fn many_small_stakes_do_not_outvote_a_large_one() {
		let small = [(1, Some(B)); 8];
		let count = Count::of(&members(&[&[(5, Some(A))][..], &small].concat()));
		assert_eq!((count.result(), delivered(&count)), (Tally::Split(Some(B)), true));
		// Nor is it silent for nothing; but that the run could be done in time is not said by so little.
		let late = |count: &Count| count.silence_is_late(&count.result());
		let count = Count::of(&members(&[&[(20, None)][..], &small].concat()));
		assert_eq!((count.result(), delivered(&count)), (Tally::Split(Some(B)), false));
		assert!(late(&count));
		let count = Count::of(&members(&[&[(20, None); 4][..], &small].concat()));
		assert_eq!((count.result(), late(&count)), (Tally::Split(None), false));
		// Half of the stake, or more: it keeps the others from deciding, and contradicts them.
		for stake in [8, 20] {
			let count = Count::of(&members(&[&[(stake, Some(A))][..], &small].concat()));
			assert_eq!(count.result(), Tally::Split(Some(B)));
		}
	}

	#[test]
	fn no_stake_lets_a_minority_decide_where_the_others_are_silent() {
		let by = |talk: &[_], silent: usize| {
			Count::of(&members(&[talk, &vec![(1_000, None); silent]].concat()))
		};
		for (talk, silent) in [(1, 2), (2, 3), (2, 4), (7, 8)] {
			let count = by(&vec![(1_000_000, Some(A)); talk], silent);
			assert_eq!((count.result(), delivered(&count)), (Tally::Split(None), false));
		}
		assert_eq!(by(&[(1_000_000, Some(A)); 2], 1).result(), Tally::Agreed(A));
	}

	#[test]
	fn two_of_four_hold_the_others_to_their_duty_and_decide_when_these_weigh_less() {
		let two = |silent| {
			Count::of(&members(&[(100, Some(A)), (100, Some(A)), (silent, None), (silent, None)]))
		};
		for silent in [100, 101] {
			assert_eq!((two(silent).result(), delivered(&two(silent))), (Tally::Split(None), true));
		}
		assert_eq!(two(99).result(), Tally::Agreed(A));
	}
}
