//! What a committee's verdicts add up to.

use crate::{Member, Verdict};
use alloc::vec::Vec;
use assay_primitives::Outcome;

/// The result of counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
	/// This outcome has more than two thirds of the revealed weight, and more than half of the
	/// committee's weight was revealed.
	Agreed(Outcome),
	/// There is no such outcome. One, which is not [`Outcome::Unavailable`], may have more than half of
	/// the committee's weight.
	Split(Option<Outcome>),
}

/// Weights of a committee.
struct Count {
	/// Of all members.
	drawn: u128,
	/// Of those who revealed.
	revealed: u128,
	/// Of those who revealed each outcome.
	outcomes: Vec<(Outcome, u128)>,
}

fn count<AccountId, Balance: Copy + Into<u128>>(members: &[Member<AccountId, Balance>]) -> Count {
	let mut count = Count { drawn: 0, revealed: 0, outcomes: Vec::new() };
	for member in members {
		let weight = member.weight.into();
		count.drawn = count.drawn.saturating_add(weight);
		if let Verdict::Revealed(outcome) = member.verdict {
			count.revealed = count.revealed.saturating_add(weight);
			match count.outcomes.iter_mut().find(|(known, _)| *known == outcome) {
				Some((_, sum)) => *sum = sum.saturating_add(weight),
				None => count.outcomes.push((outcome, weight)),
			}
		}
	}
	count
}

fn is_of_a_run(outcome: &Outcome) -> bool {
	!matches!(outcome, Outcome::Unavailable { .. })
}

/// Counts the revealed verdicts by weight.
///
/// The quorum of half of the committee's weight keeps a member from deciding alone by silencing the
/// others.
pub fn tally<AccountId, Balance: Copy + Into<u128>>(
	members: &[Member<AccountId, Balance>],
) -> Tally {
	let Count { drawn, revealed, outcomes } = count(members);
	if revealed.saturating_mul(2) <= drawn {
		return Tally::Split(None);
	}
	let Some((outcome, weight)) = outcomes.into_iter().max_by_key(|(_, weight)| *weight) else {
		return Tally::Split(None);
	};
	if weight.saturating_mul(3) > revealed.saturating_mul(2) {
		return Tally::Agreed(outcome);
	}
	let judges = is_of_a_run(&outcome) && weight.saturating_mul(2) > drawn;
	Tally::Split(judges.then_some(outcome))
}

/// Whether the run could be done in time: an outcome of it stands, or members with at least half of the
/// committee's weight revealed one and the same.
///
/// With less, a few who made up an outcome could have everybody slashed who is still at a run that
/// takes longer than its window. Half, not more, so that two of four hold the others to their duty.
pub fn delivered<AccountId, Balance: Copy + Into<u128>>(
	members: &[Member<AccountId, Balance>],
) -> bool {
	if let Tally::Agreed(outcome) = tally(members) {
		return is_of_a_run(&outcome);
	}
	let Count { drawn, outcomes, .. } = count(members);
	let half = |weight: u128| weight > 0 && weight.saturating_mul(2) >= drawn;
	outcomes.iter().any(|(outcome, weight)| is_of_a_run(outcome) && half(*weight))
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

	#[test]
	fn exactly_two_thirds_is_not_enough() {
		assert_eq!(tally(&members(&[(2, Some(A)), (1, Some(B))])), Tally::Split(Some(A)));
		assert_eq!(tally(&members(&[(5, Some(A)), (2, Some(B))])), Tally::Agreed(A));
	}

	#[test]
	fn a_failure_with_another_trace_is_another_outcome() {
		assert_eq!(tally(&members(&[(1, Some(A)), (1, Some(C))])), Tally::Split(None));
		assert_eq!(tally(&members(&[(3, Some(A)), (1, Some(C))])), Tally::Agreed(A));
	}

	#[test]
	fn half_of_the_weight_is_no_quorum() {
		assert_eq!(tally(&members(&[(1, Some(A)), (1, None)])), Tally::Split(None));
		assert_eq!(tally(&members(&[(2, Some(A)), (1, None)])), Tally::Agreed(A));
		assert_eq!(tally(&members(&[])), Tally::Split(None));
	}

	#[test]
	fn more_than_half_of_the_committee_and_not_of_the_revealed_judges_a_split() {
		let split = |verdicts: &[_]| tally(&members(verdicts));
		assert_eq!(split(&[(5, Some(A)), (3, Some(B)), (1, None)]), Tally::Split(Some(A)));
		assert_eq!(split(&[(5, Some(A)), (4, Some(B)), (1, None)]), Tally::Split(None));
		assert_eq!(split(&[(1, Some(A)), (1, Some(B))]), Tally::Split(None));
		assert_eq!(split(&[(2, Some(MISSING)), (1, Some(B))]), Tally::Split(None));
		assert_eq!(split(&[(2, Some(A)), (1, Some(MISSING))]), Tally::Split(Some(A)));
	}

	#[test]
	fn a_run_is_delivered_by_half_of_the_committee_with_one_outcome() {
		let by = |verdicts: &[_]| delivered(&members(verdicts));
		assert!(by(&[(1, Some(A)), (1, Some(A)), (1, None), (1, None)]));
		assert!(!by(&[(1, Some(A)), (1, Some(C)), (1, None), (1, None)]));
		assert!(!by(&[(1, Some(A)), (1, Some(A)), (3, None)]));
		assert!(!by(&[(1, Some(MISSING)), (1, Some(MISSING)), (1, None)]));
		assert!(!by(&[(0, Some(A))]) && !by(&[]));
		// Four of nine are enough where one says otherwise, and it stands.
		assert!(by(&[(4, Some(A)), (1, Some(B)), (4, None)]));
		assert!(!by(&[(4, Some(MISSING)), (1, Some(B)), (4, None)]));
	}

	#[test]
	fn equal_outcomes_add_up() {
		let three = [(1, Some(A)), (1, Some(B)), (1, Some(A)), (1, Some(A))];
		assert_eq!(tally(&members(&three)), Tally::Agreed(A));
	}
}
