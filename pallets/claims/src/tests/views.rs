use super::*;

#[test]
fn a_claim_is_explained_at_each_stage() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		let committed = ClaimView {
			claim,
			task,
			miner: ALICE,
			stage: Stage::Committed,
			reason: None,
			next: Deadline::Reveal { from: 2, until: 11, withdraw_until: 11 },
			claimed: None,
			measured: None,
			tolerance: 1_000_000,
			paid: 0,
			bond: BOND,
			slash: None,
			program: None,
			seed: None,
			job: None,
			committed_at: 1,
			revealed_at: None,
			ended_at: None,
		};
		assert_eq!(view(claim), committed);

		run_to(5);
		assert_ok!(try_reveal(claim, &body(0)));
		let revealed = ClaimView {
			stage: Stage::Revealed,
			next: Deadline::Settle { by: 30 },
			claimed: Some(Score(950_000_000)),
			program: Some(program()),
			seed: Some(0),
			job: Some(0),
			revealed_at: Some(5),
			..committed
		};
		assert_eq!(view(claim), revealed);

		run_to(10);
		settle(claim, scored(951_000, 1));
		let verified = ClaimView {
			stage: Stage::Verified,
			next: Deadline::Remove { from: 26 },
			measured: Some(Score(951_000_000)),
			paid: BOUNTY,
			ended_at: Some(10),
			..revealed
		};
		assert_eq!(view(claim), verified);
	});
}

#[test]
fn every_ending_has_its_reason() {
	let measured = measured(950_000, 1);
	let failed = Reason::RunFailed(FailReason::Trap);
	for (ending, stage, reason, slash) in [
		(Ending::Verified { measured, paid: 1, unpaid: None }, Stage::Verified, None, None),
		(
			Ending::Rejected { measured: None, reason: failed, slash: Some(3) },
			Stage::Rejected,
			Some(failed),
			Some(3),
		),
		(
			Ending::Returned { reason: Reason::Undecided, measured: None, paid: 0 },
			Stage::Returned,
			Some(Reason::Undecided),
			None,
		),
		(
			Ending::Superseded { measured, by: 4 },
			Stage::Superseded,
			Some(Reason::EarlierClaim(4)),
			None,
		),
		(Ending::Duplicate { measured, of: 4 }, Stage::Duplicate, Some(Reason::SameModel(4)), None),
		(Ending::Withdrawn, Stage::Withdrawn, None, None),
		(Ending::Expired { slash: Some(3) }, Stage::Expired, Some(Reason::NotRevealed), Some(3)),
	] {
		assert_eq!((ending.stage(), ending.reason(), ending.slash()), (stage, reason, slash));
	}
}

#[test]
fn there_is_nothing_to_say_of_what_is_not() {
	build_and_execute(|_| {
		assert_eq!(AssayClaims::explain(0), None);
		assert!(AssayClaims::leaderboard(7).is_empty());
		assert_eq!(AssayClaims::next_commit_at(STRANGER), 1);
	});
}

#[test]
fn a_verified_model_is_that_of_its_miner() {
	build_and_execute(|task| {
		use assay_traits::Claims;
		let (verified, rejected) = (reveal(ALICE, task, &body(0)), reveal(BOB, task, &body(1)));
		assert_eq!(AssayClaims::verified_model(verified), None);
		settle(verified, scored(950_000, 7));
		settle(rejected, scored(900_000, 8));
		let model = H256::from_low_u64_be(7);
		assert_eq!(AssayClaims::verified_model(verified), Some((ALICE, model)));
		assert_eq!(AssayClaims::verified_model(rejected), None);
		assert_eq!(AssayClaims::verified_model(9), None);
	});
}

#[test]
fn json_is_readable_and_read_back() {
	build_and_execute(|task| {
		let claim = reveal(ALICE, task, &body(0));
		settle(claim, scored(948_000, 1));
		let json = serde_json::to_value(view(claim)).unwrap();
		assert_eq!(json["stage"], "rejected");
		assert_eq!(json["reason"], "worse_than_claimed");
		assert_eq!(json["claimed"], "0.95");
		assert_eq!(json["measured"], "0.948");
		assert_eq!(json["bond"], "150");
		assert_eq!(json["next"]["remove"]["from"], 22);
		assert_eq!(serde_json::from_value::<ViewOf<Test>>(json).unwrap(), view(claim));

		let other = reveal(BOB, task, &body(1));
		settle(other, scored(960_000, 2));
		let board = AssayClaims::leaderboard(task);
		let json = serde_json::to_value(&board).unwrap();
		assert_eq!(json[0]["score"], "0.96");
		assert_eq!(json[0]["paid"], "100");
		assert_eq!(serde_json::from_value::<Vec<EntryOf<Test>>>(json).unwrap(), board);
	});
}
