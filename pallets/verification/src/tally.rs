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

/// Counts the revealed verdicts by weight.
///
/// The quorum of half of the committee's weight keeps a member from deciding alone by silencing the
/// others.
pub fn tally<AccountId, Balance: Copy + Into<u128>>(
	members: &[Member<AccountId, Balance>],
) -> Tally {
	let mut drawn = 0u128;
	let mut revealed = 0u128;
	let mut counts: Vec<(Outcome, u128)> = Vec::new();
	for member in members {
		let weight = member.weight.into();
		drawn = drawn.saturating_add(weight);
		if let Verdict::Revealed(outcome) = member.verdict {
			revealed = revealed.saturating_add(weight);
			match counts.iter_mut().find(|(known, _)| *known == outcome) {
				Some((_, sum)) => *sum = sum.saturating_add(weight),
				None => counts.push((outcome, weight)),
			}
		}
	}
	if revealed.saturating_mul(2) <= drawn {
		return Tally::Split(None);
	}
	let Some((outcome, weight)) = counts.into_iter().max_by_key(|(_, weight)| *weight) else {
		return Tally::Split(None);
	};
	if weight.saturating_mul(3) > revealed.saturating_mul(2) {
		return Tally::Agreed(outcome);
	}
	let judges = !matches!(outcome, Outcome::Unavailable { .. });
	Tally::Split((judges && weight.saturating_mul(2) > drawn).then_some(outcome))
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
	fn equal_outcomes_add_up() {
		let three = [(1, Some(A)), (1, Some(B)), (1, Some(A)), (1, Some(A))];
		assert_eq!(tally(&members(&three)), Tally::Agreed(A));
	}
}
