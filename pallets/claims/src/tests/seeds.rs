//! Seeds that the chain draws.

use super::*;

fn drawn() -> pallet_assay_tasks::SpecOf<Test> {
	pallet_assay_tasks::TaskSpec { seed: SeedSource::Chain, ..spec() }
}

#[test]
fn a_seed_is_drawn_when_the_claim_cannot_be_taken_back() {
	build_and_execute(|_| {
		let task = create(drawn());
		let claim = reveal(ALICE, task, &body(0));
		assert_eq!(view(claim).seed, None);
		assert_noop!(
			AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), claim),
			Error::<Test>::AlreadyRevealed
		);
		let random = H256::repeat_byte(6);
		let (complete, job) = draw(claim, random);
		assert!(complete);
		assert_eq!(job.seed, commitment::drawn_seed(&random, claim));
		assert_ne!(job.seed, 0);
		assert_eq!(view(claim).seed, Some(job.seed));
		settle(claim, scored(950_000, 1));
		assert_eq!(ending(claim).stage(), Stage::Verified);
	});
}

#[test]
fn a_miner_cannot_name_one() {
	build_and_execute(|_| {
		let task = create(drawn());
		let claim = commit(ALICE, task, &body(1));
		next_block();
		assert_noop!(try_reveal(claim, &body(1)), Error::<Test>::SeedIsDrawn);
		assert_ok!(AssayClaims::withdraw(RuntimeOrigin::signed(ALICE), claim));
	});
}

#[test]
fn a_program_is_not_tried_again_for_another_seed() {
	build_and_execute(|_| {
		let task = create(drawn());
		let claim = reveal(ALICE, task, &body(0));
		let again = commit(BOB, task, &body(0));
		next_block();
		assert_noop!(try_reveal(again, &body(0)), Error::<Test>::DuplicateRun);
		draw(claim, H256::repeat_byte(6));
		settle(claim, scored(950_000, 1));
		assert_noop!(try_reveal(again, &body(0)), Error::<Test>::DuplicateRun);
	});
}

#[test]
fn the_miner_stands_for_its_score_with_any_seed() {
	build_and_execute(|_| {
		let task = create(drawn());
		let claim = reveal(ALICE, task, &body(0));
		draw(claim, H256::repeat_byte(6));
		settle(claim, scored(948_999, 1));
		assert_eq!(ending(claim).reason(), Some(Reason::WorseThanClaimed));
		assert_eq!(Free::get(ALICE), STAKED - BOND);
	});
}
