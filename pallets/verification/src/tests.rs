use crate::{
	mock::{Verification, *},
	*,
};
use assay_primitives::{FailReason, Score, Scored};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{GetDispatchInfo, RawOrigin},
	traits::{fungible::InspectHold, Authorize},
};
use sp_core::Pair;

const CLIENT: Client = Client::Claim(5);
/// Not more than a committee of three stands for.
const VALUE: Balance = 150;
const SALT: H256 = H256::repeat_byte(42);
const MISSING: Outcome = Outcome::Unavailable { input: Input::Train, fault: DataFault::Missing };
const UNUSABLE: Outcome =
	Outcome::Unavailable { input: Input::Train, fault: DataFault::NotSafetensors };
const TRAP: Outcome = Outcome::Failed { reason: FailReason::Trap, trace_root: H256::zero() };

fn scored(score: i64) -> Outcome {
	Outcome::Scored(Scored {
		score: Score(score),
		trace_root: H256::repeat_byte(8),
		model_hash: H256::repeat_byte(9),
		fuel: 10,
		steps: 11,
	})
}

fn open() -> JobId {
	open_at(0)
}

fn open_at(not_before: u64) -> JobId {
	try_open(&MINER, not_before, VALUE).unwrap()
}

fn try_open(payer: &AccountId, not_before: u64, value: Balance) -> Result<JobId, DispatchError> {
	<Verification as assay_traits::Verification>::open(
		CLIENT,
		payer,
		None,
		not_before,
		spec(),
		value,
	)
}

/// Opens a job and goes on until its committee is drawn.
fn drawn() -> JobId {
	let job = open();
	run_to(System::block_number() + u64::from(DRAW_DELAY));
	job
}

/// Begins so many sessions with these validators.
fn begin_sessions(count: usize, validators: &[AccountId]) {
	for _ in 0..count {
		let keys: Vec<_> = validators.iter().map(|n| (n, key(*n))).collect();
		Verification::on_new_session(false, keys.clone().into_iter(), keys.into_iter());
	}
}

fn members(job: JobId) -> Vec<AccountId> {
	Jobs::<Test>::get(job).unwrap().members.iter().map(|m| m.account).collect()
}

fn spec_of(job: JobId) -> TrainingJob {
	Jobs::<Test>::get(job).unwrap().spec
}

fn commitment_of(job: JobId, seat: usize, outcome: Outcome) -> Commitment {
	let record = Jobs::<Test>::get(job).unwrap();
	let account = record.members[seat].account;
	let hash = commitment::verdict(&account, job, record.round, &outcome, &SALT);
	Commitment { job, round: record.round, member: seat as u32, hash }
}

fn commit_call(job: JobId, seat: usize, outcome: Outcome) -> Call<Test> {
	let commitment = commitment_of(job, seat, outcome);
	let account = Jobs::<Test>::get(job).unwrap().members[seat].account;
	let signature =
		pair(account).sign(&Verification::signed_payload(spec_of(job).key(), &commitment)).into();
	Call::commit_verdict { commitment, signature }
}

fn reveal_call(job: JobId, seat: usize, outcome: Outcome) -> Call<Test> {
	let round = Jobs::<Test>::get(job).unwrap().round;
	Call::reveal_verdict { job, round, member: seat as u32, outcome, salt: SALT }
}

fn validity(call: &Call<Test>) -> Result<ValidTransaction, TransactionValidityError> {
	call.authorize(TransactionSource::External).unwrap().map(|(valid, _)| valid)
}

/// Validates and dispatches as a block would.
fn apply(call: Call<Test>) {
	validity(&call).expect("the verdict is valid");
	assert!(call.get_dispatch_info().call_weight.ref_time() > 0);
	assert_ok!(frame_support::traits::UnfilteredDispatchable::dispatch_bypass_filter(
		RuntimeCall::from(call),
		RawOrigin::Authorized.into(),
	));
}

#[track_caller]
fn refused(call: Call<Test>, code: u8) {
	assert_eq!(validity(&call), Err(InvalidTransaction::Custom(code).into()));
	// A block author who includes it all the same changes nothing.
	let before = sp_io::storage::root(sp_core::storage::StateVersion::V1);
	let result = frame_support::traits::UnfilteredDispatchable::dispatch_bypass_filter(
		RuntimeCall::from(call),
		RawOrigin::Authorized.into(),
	);
	assert!(result.is_err());
	assert_eq!(sp_io::storage::root(sp_core::storage::StateVersion::V1), before);
}

/// All members commit to, then reveal, what `outcome` says for their seat.
fn vote(job: JobId, outcome: impl Fn(usize) -> Outcome) {
	let count = members(job).len();
	for seat in 0..count {
		apply(commit_call(job, seat, outcome(seat)));
	}
	for seat in 0..count {
		apply(reveal_call(job, seat, outcome(seat)));
	}
}

fn held() -> Balance {
	Balances::balance_on_hold(&HoldReason::Fee.into(), &MINER)
}

mod open {
	use super::*;

	#[test]
	fn escrows_a_fee_that_grows_with_fuel() {
		build_and_execute(4, || {
			open();
			// 90 and one started gigafuel at 10.
			assert_eq!(held(), 100);
			let mut large = spec();
			large.limits.total_fuel = 1_000_000_001;
			assert_eq!(Verification::fee_for(large.limits, VALUE), 110);
			// Of 151, three more members have a share.
			assert_eq!(Verification::fee_for(large.limits, VALUE + 1), 220);
		});
	}

	#[test]
	fn a_payer_without_the_fee_is_refused_and_nothing_changes() {
		build_and_execute(4, || {
			assert_noop!(try_open(&999, 0, VALUE), Error::<Test>::FeeNotCovered);
		});
	}
}

mod draw {
	use super::*;

	#[test]
	fn waits_as_long_as_the_client_says() {
		build_and_execute(5, || {
			let job = open_at(40);
			run_to(42);
			assert_eq!(Jobs::<Test>::get(job).unwrap().phase, Phase::Drawing { at: 43 });
			assert!(Draws::get().is_empty());
			run_to(43);
			assert_eq!(members(job).len(), 3);
		});
	}

	#[test]
	fn lets_the_client_complete_the_job_once_from_what_nobody_could_know() {
		build_and_execute(8, || {
			Random::set(None);
			DrawnSeed::set(77);
			let job = drawn();
			assert!(Draws::get().is_empty());
			let random = H256::repeat_byte(5);
			Random::set(Some(random));
			run_to(System::block_number() + 1);
			assert_eq!(Draws::get(), [(CLIENT, random)]);
			assert_eq!(Jobs::<Test>::get(job).unwrap().spec.seed, 77);
			// Nobody answers: a larger committee runs the same job.
			run_to(System::block_number() + 12);
			assert_eq!(Jobs::<Test>::get(job).unwrap().round, 1);
			assert_eq!(Draws::get().len(), 1);
		});
	}

	#[test]
	fn ends_a_job_that_stays_incomplete_and_asks_nobody() {
		build_and_execute(5, || {
			Complete::set(false);
			let job = drawn();
			assert!(Jobs::<Test>::get(job).is_none());
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Incomplete)]);
			assert_eq!(Balances::free_balance(MINER), 10_000);
			assert!(Slashes::get().is_empty() && Deeds::get().is_empty());
		});
	}

	#[test]
	fn asks_more_members_where_more_is_at_stake() {
		for (value, size) in [(0, 3), (150, 3), (151, 6), (450, 9), (500, 12), (Balance::MAX, 15)] {
			build_and_execute(20, || {
				let job = try_open(&MINER, 0, value).unwrap();
				run_to(4);
				assert_eq!(members(job).len(), size, "for {value}");
				// As much for each as in a committee of three, for 100.
				assert_eq!(held(), 100 * size as Balance / 3);
			});
		}
	}

	#[test]
	fn does_not_look_at_the_value_if_a_member_stands_for_none() {
		build_and_execute(20, || {
			ValuePerMember::set(0);
			assert_eq!(Verification::fee_for(spec().limits, Balance::MAX), 100);
		});
	}

	#[test]
	fn happens_some_blocks_after_the_opening() {
		build_and_execute(4, || {
			let job = open();
			run_to(3);
			assert!(matches!(Jobs::<Test>::get(job).unwrap().phase, Phase::Drawing { at: 4 }));
			run_to(4);
			let record = Jobs::<Test>::get(job).unwrap();
			assert_eq!(record.members.len(), 3);
			// Window of 5 and two blocks for 2 000 000 units of fuel at 1 000 000 a block.
			assert_eq!(record.phase, Phase::Committing { until: 4 + 5 + 2 });
		});
	}

	#[test]
	fn waits_for_a_block_with_randomness() {
		build_and_execute(4, || {
			Random::set(None);
			let job = open();
			run_to(9);
			assert!(members(job).is_empty());
			Random::set(Some(H256::repeat_byte(3)));
			run_to(10);
			assert_eq!(members(job).len(), 3);
		});
	}

	#[test]
	fn never_takes_the_payer_or_somebody_without_stake() {
		build_and_execute(3, || {
			Stakes::mutate(|all| all.remove(&2));
			Balances::force_set_balance(RuntimeOrigin::root(), 1, 10_000).unwrap();
			let job = try_open(&1, 0, VALUE).unwrap();
			run_to(4);
			assert_eq!(members(job), [3]);
		});
	}

	#[test]
	fn never_takes_who_has_taken_over_the_stake_of_the_payer() {
		build_and_execute(4, || {
			let job = open();
			Successors::mutate(|all| all.insert(MINER, 2));
			run_to(4);
			let mut drawn = members(job);
			drawn.sort_unstable();
			assert_eq!(drawn, [1, 3, 4]);
		});
	}

	#[test]
	fn never_takes_the_opponent() {
		build_and_execute(3, || {
			let contest = Client::Contest(5);
			let job = <Verification as assay_traits::Verification>::open(
				contest,
				&MINER,
				Some(&2),
				0,
				spec(),
				VALUE,
			)
			.unwrap();
			run_to(4);
			let mut drawn = members(job);
			drawn.sort_unstable();
			assert_eq!(drawn, [1, 3]);
		});
	}

	#[test]
	fn with_nobody_to_ask_the_job_is_undecided_and_the_fee_comes_back() {
		build_and_execute(0, || {
			drawn();
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
			assert_eq!(held(), 0);
			assert_eq!(Balances::free_balance(MINER), 10_000);
		});
	}
}

mod commit_verdict {
	use super::*;

	#[test]
	fn the_last_commitment_opens_the_reveals() {
		build_and_execute(4, || {
			let job = drawn();
			apply(commit_call(job, 0, TRAP));
			apply(commit_call(job, 1, TRAP));
			assert!(matches!(Jobs::<Test>::get(job).unwrap().phase, Phase::Committing { .. }));
			apply(commit_call(job, 2, TRAP));
			assert_eq!(Jobs::<Test>::get(job).unwrap().phase, Phase::Revealing { until: 4 + 4 });
		});
	}

	#[test]
	fn is_one_a_member_in_the_pool() {
		build_and_execute(4, || {
			let job = drawn();
			let first = validity(&commit_call(job, 0, TRAP)).unwrap();
			let other = validity(&commit_call(job, 0, MISSING)).unwrap();
			let second = validity(&commit_call(job, 1, TRAP)).unwrap();
			assert_eq!(first.provides, other.provides);
			assert_ne!(first.provides, second.provides);
			assert!(first.longevity <= 8);
		});
	}

	#[test]
	fn of_an_unknown_job_or_round_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			let Call::commit_verdict { commitment, signature } = commit_call(job, 0, TRAP) else {
				unreachable!()
			};
			for commitment in [
				Commitment { job: 77, ..commitment.clone() },
				Commitment { round: 1, ..commitment },
			] {
				let call = Call::commit_verdict { commitment, signature: signature.clone() };
				refused(call, refusal::JOB_UNKNOWN);
			}
		});
	}

	#[test]
	fn by_a_non_member_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			let Call::commit_verdict { commitment, signature } = commit_call(job, 0, TRAP) else {
				unreachable!()
			};
			let commitment = Commitment { member: 3, ..commitment };
			refused(Call::commit_verdict { commitment, signature }, refusal::NOT_A_MEMBER);
		});
	}

	#[test]
	fn with_anothers_key_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			let commitment = commitment_of(job, 0, TRAP);
			let other = members(job)[1];
			let signature = pair(other)
				.sign(&Verification::signed_payload(spec_of(job).key(), &commitment))
				.into();
			assert_eq!(
				validity(&Call::commit_verdict { commitment, signature }),
				Err(InvalidTransaction::BadProof.into())
			);
		});
	}

	#[test]
	fn signed_for_something_else_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			let Call::commit_verdict { signature, .. } = commit_call(job, 0, TRAP) else {
				unreachable!()
			};
			let commitment = commitment_of(job, 0, MISSING);
			assert_eq!(
				validity(&Call::commit_verdict { commitment, signature }),
				Err(InvalidTransaction::BadProof.into())
			);
		});
	}

	#[test]
	fn signed_for_another_run_under_the_same_number_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			let call = commit_call(job, 0, TRAP);
			// Another fork, on which the same verifier sits on a job of that number.
			Jobs::<Test>::mutate(job, |job| job.as_mut().unwrap().spec.seed += 1);
			assert_eq!(validity(&call), Err(InvalidTransaction::BadProof.into()));
			validity(&commit_call(job, 0, TRAP)).unwrap();
		});
	}

	#[test]
	fn twice_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			apply(commit_call(job, 0, TRAP));
			refused(commit_call(job, 0, TRAP), refusal::ALREADY_GIVEN);
			refused(commit_call(job, 0, MISSING), refusal::ALREADY_GIVEN);
		});
	}

	#[test]
	fn late_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			apply(commit_call(job, 0, TRAP));
			let late = commit_call(job, 1, TRAP);
			System::set_block_number(11);
			validity(&late).expect("the last block of the window");
			System::set_block_number(12);
			refused(late, refusal::WRONG_PHASE);
			run_to(13);
		});
	}

	#[test]
	fn needs_the_authorized_origin() {
		build_and_execute(4, || {
			let job = drawn();
			let call = RuntimeCall::from(commit_call(job, 0, TRAP));
			for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none(), RuntimeOrigin::root()] {
				assert_noop!(
					frame_support::traits::UnfilteredDispatchable::dispatch_bypass_filter(
						call.clone(),
						origin
					),
					DispatchError::BadOrigin
				);
			}
		});
	}
}

mod reveal_verdict {
	use super::*;

	#[test]
	fn needs_the_committed_outcome_and_salt() {
		build_and_execute(4, || {
			let job = drawn();
			for seat in 0..3 {
				apply(commit_call(job, seat, TRAP));
			}
			refused(reveal_call(job, 0, MISSING), refusal::COMMITMENT_MISMATCH);
			let Call::reveal_verdict { job, round, member, outcome, .. } =
				reveal_call(job, 0, TRAP)
			else {
				unreachable!()
			};
			let salt = H256::zero();
			let call = Call::reveal_verdict { job, round, member, outcome, salt };
			refused(call, refusal::COMMITMENT_MISMATCH);
			apply(reveal_call(job, 0, TRAP));
			refused(reveal_call(job, 0, TRAP), refusal::ALREADY_GIVEN);
		});
	}

	#[test]
	fn opens_nobody_elses_commitment() {
		build_and_execute(4, || {
			let job = drawn();
			// Seat 1 copies the hash of seat 0, and later its opening.
			let copied = Commitment { member: 1, ..commitment_of(job, 0, TRAP) };
			let thief = members(job)[1];
			let signature =
				pair(thief).sign(&Verification::signed_payload(spec_of(job).key(), &copied)).into();
			apply(commit_call(job, 0, TRAP));
			apply(Call::commit_verdict { commitment: copied, signature });
			apply(commit_call(job, 2, TRAP));
			refused(reveal_call(job, 1, TRAP), refusal::COMMITMENT_MISMATCH);
		});
	}

	#[test]
	fn before_commitments_are_closed_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			apply(commit_call(job, 0, TRAP));
			refused(reveal_call(job, 0, TRAP), refusal::WRONG_PHASE);
		});
	}

	#[test]
	fn by_somebody_who_did_not_commit_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			apply(commit_call(job, 0, TRAP));
			run_to(12);
			refused(reveal_call(job, 1, TRAP), refusal::WRONG_PHASE);
		});
	}

	#[test]
	fn late_is_refused() {
		build_and_execute(4, || {
			let job = drawn();
			for seat in 0..3 {
				apply(commit_call(job, seat, TRAP));
			}
			let late = reveal_call(job, 0, TRAP);
			System::set_block_number(9);
			refused(late, refusal::WRONG_PHASE);
		});
	}
}

mod settlement {
	use super::*;

	#[test]
	fn of_one_mind_pays_everybody() {
		build_and_execute(4, || {
			let job = drawn();
			let committee = members(job);
			vote(job, |_| scored(1));
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(scored(1)))]);
			for member in &committee {
				assert_eq!(Balances::free_balance(member), 1_033);
			}
			// 100 are three shares of 33; the rest goes back.
			assert_eq!(Balances::free_balance(MINER), 10_000 - 99);
			assert_eq!(Slashes::get(), []);
			assert_eq!(Deeds::get().len(), 3);
			assert_eq!(Verification::queue_length(), 0);
		});
	}

	#[test]
	fn what_the_payer_cannot_receive_is_burnt() {
		build_and_execute(4, || {
			let job = drawn();
			assert_ok!(Balances::transfer_keep_alive(RuntimeOrigin::signed(MINER), 1, 9_800));
			let issued = Balances::total_issuance();
			ExistentialDeposit::set(1_001);
			vote(job, |_| scored(1));
			// With the 100 that it had, which nothing keeps alive any more.
			assert_eq!(Balances::total_balance(&MINER), 0);
			assert_eq!(Balances::total_issuance(), issued - 101);
		});
	}

	#[test]
	fn slashes_who_was_outvoted() {
		build_and_execute(4, || {
			CommitteeSize::set(4);
			let job = drawn();
			let committee = members(job);
			vote(job, |seat| if seat == 2 { TRAP } else { scored(1) });
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(scored(1)))]);
			assert_eq!(Slashes::get(), [(committee[2], 100, 4, Offence::FalseVerdict(job))]);
			assert!(Deeds::get().contains(&(committee[2], Deed::VerdictWrong)));
			assert_eq!(Balances::free_balance(committee[2]), 1_000);
		});
	}

	#[test]
	fn counts_it_as_no_verdict_to_lack_an_input_that_others_had() {
		build_and_execute(4, || {
			CommitteeSize::set(4);
			let job = drawn();
			let committee = members(job);
			vote(job, |seat| if seat == 2 { MISSING } else { scored(1) });
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(scored(1)))]);
			assert_eq!(Slashes::get(), [(committee[2], 10, 4, Offence::VerdictWithheld(job))]);
			assert!(Deeds::get().contains(&(committee[2], Deed::VerdictMissed)));
			let ground = Ground { job, round: 0, said: Some(MISSING) };
			assert_eq!(Grounds::<Test>::get(0), Some(ground));
		});
	}

	#[test]
	fn on_a_missing_input_asks_the_largest_committee_and_then_gives_the_fee_back() {
		build_and_execute(20, || {
			let job = drawn();
			vote(job, |_| MISSING);
			assert_eq!(Jobs::<Test>::get(job).unwrap().round, 1);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			assert_eq!(members(job).len(), 15);
			// One says otherwise, and is not wrong.
			vote(job, |seat| if seat == 0 { scored(1) } else { MISSING });
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(MISSING))]);
			assert_eq!(Balances::free_balance(MINER), 10_000);
			assert_eq!(Slashes::get(), []);
		});
	}

	#[test]
	fn on_an_unusable_input_pays_who_looked_at_it() {
		build_and_execute(20, || {
			let job = drawn();
			vote(job, |_| UNUSABLE);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			let committee = members(job);
			vote(job, |_| UNUSABLE);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(UNUSABLE))]);
			// 100 are fifteen shares of 6; the rest goes back.
			assert!(committee.iter().all(|who| Balances::free_balance(who) == 1_006));
			assert_eq!(Balances::free_balance(MINER), 10_000 - 90);
		});
	}

	#[test]
	fn on_an_unusable_input_is_the_word_of_the_largest_committee_in_any_round() {
		build_and_execute(20, || {
			let job = drawn();
			// Nobody has a majority, and the next committee is not the largest.
			vote(job, |seat| [TRAP, scored(1), UNUSABLE][seat]);
			for size in [7, 15] {
				assert_eq!(Settlements::get(), []);
				run_to(System::block_number() + u64::from(DRAW_DELAY));
				assert_eq!(members(job).len(), size);
				vote(job, |_| UNUSABLE);
			}
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(UNUSABLE))]);
		});
	}

	#[test]
	fn on_an_unusable_input_slashes_who_said_what_a_run_of_it_gave() {
		build_and_execute(20, || {
			let job = drawn();
			let votes = |seat: usize| if seat.is_multiple_of(4) { scored(1) } else { UNUSABLE };
			vote(job, |_| UNUSABLE);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			let committee = members(job);
			vote(job, votes);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(UNUSABLE))]);
			let wrong = Offence::FalseVerdict(job);
			let slashes = Slashes::get();
			let slashed: Vec<_> = slashes.iter().map(|slash| (slash.0, slash.1, slash.3)).collect();
			let liars = [0, 4, 8, 12].map(|seat: usize| (committee[seat], 100, wrong));
			assert_eq!(slashed, liars);
			let ground = Ground { job, round: 1, said: Some(scored(1)) };
			assert_eq!(Grounds::<Test>::get(0), Some(ground));
		});
	}

	#[test]
	fn an_input_that_is_said_to_be_unusable_and_is_not_is_a_wrong_verdict() {
		build_and_execute(4, || {
			CommitteeSize::set(4);
			let job = drawn();
			let committee = members(job);
			vote(job, |seat| if seat == 2 { UNUSABLE } else { scored(1) });
			let wrong = Offence::FalseVerdict(job);
			assert_eq!(Slashes::get(), [(committee[2], 100, 4, wrong)]);
		});
	}

	#[test]
	fn reports_an_input_that_is_missing_and_none_that_is_unusable() {
		for (input, fault, reported) in [
			(Input::Program, DataFault::Missing, Some(spec().program)),
			(Input::Train, DataFault::Missing, Some(spec().train)),
			(Input::Holdout, DataFault::Missing, Some(spec().holdout)),
			(Input::File, DataFault::Missing, None),
			(Input::Train, DataFault::RootMismatch, None),
			(Input::Train, DataFault::NotSafetensors, None),
		] {
			build_and_execute(3, || {
				let job = drawn();
				vote(job, |_| Outcome::Unavailable { input, fault });
				assert_eq!(Missing::get(), Vec::from_iter(reported));
			});
		}
	}

	#[test]
	fn of_others_stands_who_have_what_the_first_committee_lacked() {
		build_and_execute(20, || {
			let job = drawn();
			vote(job, |_| MISSING);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			vote(job, |_| scored(1));
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(scored(1)))]);
			assert_eq!((Slashes::get(), Missing::get()), (vec![], vec![]));
		});
	}

	#[test]
	fn on_a_missing_input_is_final_where_everybody_was_asked() {
		build_and_execute(3, || {
			let job = drawn();
			vote(job, |_| MISSING);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(MISSING))]);
		});
	}

	#[test]
	fn slashes_who_withheld_a_commitment_or_a_reveal_that_half_delivered() {
		build_and_execute(4, || {
			CommitteeSize::set(4);
			let job = drawn();
			let committee = members(job);
			for seat in 0..3 {
				apply(commit_call(job, seat, TRAP));
			}
			assert_eq!(committee.len(), 4);
			// Seat 3 does not commit; commitments close after block 11. Seat 2 does not reveal.
			run_to(12);
			(0..2).for_each(|seat| apply(reveal_call(job, seat, TRAP)));
			run_to(17);
			let withheld = Offence::VerdictWithheld(job);
			let slashed = [2, 3].map(|seat: usize| (committee[seat], 10, 4, withheld));
			assert_eq!(Slashes::get(), slashed);

			// They weigh less now: the same four are asked again, and two are more than half.
			for (who, amount, ..) in slashed {
				Stakes::mutate(|all| *all.get_mut(&who).unwrap() -= amount);
			}
			run_to(20);
			let seats: Vec<_> =
				(0..4).filter(|seat| committee[..2].contains(&members(job)[*seat])).collect();
			seats.iter().for_each(|seat| apply(commit_call(job, *seat, TRAP)));
			run_to(28);
			seats.iter().for_each(|seat| apply(reveal_call(job, *seat, TRAP)));
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(TRAP))]);
		});
	}

	#[test]
	fn silence_where_few_delivered_is_nobodys_fault_but_a_commitment_is_to_be_revealed() {
		build_and_execute(4, || {
			CommitteeSize::set(4);
			let job = drawn();
			let committee = members(job);
			for seat in 0..2 {
				apply(commit_call(job, seat, TRAP));
			}
			run_to(12);
			// One of four made something up, or is the only one who was in time.
			apply(reveal_call(job, 0, TRAP));
			// Nobody is asked but these, in two more windows.
			run_to(50);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
			let withheld = Offence::VerdictWithheld(job);
			assert_eq!(Slashes::get(), [(committee[1], 10, 4, withheld)]);
			assert_eq!(Deeds::get(), [(committee[1], Deed::VerdictMissed)]);
		});
	}

	#[test]
	fn commitments_that_nobody_could_reveal_cost_nothing() {
		build_and_execute(3, || {
			let job = drawn();
			for seat in 0..3 {
				apply(commit_call(job, seat, scored(1)));
			}
			// No transaction gets into a block.
			run_to(System::block_number() + 60);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
			assert_eq!((Slashes::get(), Deeds::get()), (vec![], vec![]));
		});
	}

	#[test]
	fn without_any_commitment_ends_undecided_and_costs_nobody_but_who_asked() {
		build_and_execute(3, || {
			let job = drawn();
			let before = Balances::total_issuance();
			run_to(12);
			assert_eq!(Jobs::<Test>::get(job).unwrap().round, 1);
			run_to(50);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
			assert_eq!(Slashes::get(), []);
			assert_eq!(Deeds::get(), []);
			assert!(Jobs::<Test>::get(job).is_none());
			// The fee of 100 is burnt.
			assert_eq!((Balances::free_balance(MINER), held()), (9_900, 0));
			assert_eq!(Balances::total_issuance(), before - 100);
		});
	}

	/// Governance makes everything dearer.
	fn change_parameters() {
		BaseFee::set(1_000);
		FeePerGigafuel::set(500);
		FalseVerdictSlash::set(Perbill::from_percent(50));
		WithheldVerdictSlash::set(Perbill::from_percent(20));
	}

	#[test]
	fn goes_by_the_parameters_that_the_job_was_opened_under() {
		build_and_execute(4, || {
			CommitteeSize::set(4);
			let job = drawn();
			let committee = members(job);
			change_parameters();
			let votes = [TRAP, TRAP, TRAP, scored(1)];
			vote(job, |seat| votes[seat]);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(TRAP))]);
			let wrong = Offence::FalseVerdict(job);
			assert_eq!(Slashes::get(), [(committee[3], 100, 4, wrong)]);
			assert_eq!(held(), 0);
		});
	}

	#[test]
	fn burns_the_fee_for_which_the_job_was_opened() {
		build_and_execute(3, || {
			drawn();
			change_parameters();
			let before = Balances::total_issuance();
			run_to(50);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
			assert_eq!(before - Balances::total_issuance(), 100);
		});
	}

	#[test]
	fn without_majority_asks_larger_committees_twice() {
		build_and_execute(20, || {
			let job = drawn();
			let split = |seat: usize| if seat.is_multiple_of(2) { TRAP } else { scored(1) };
			vote(job, split);
			for (round, size) in [(1, 7), (2, 15)] {
				let record = Jobs::<Test>::get(job).unwrap();
				assert_eq!(record.round, round);
				run_to(System::block_number() + u64::from(DRAW_DELAY));
				assert_eq!(members(job).len(), size);
				vote(job, split);
			}
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
			assert_eq!(Balances::free_balance(MINER), 10_000);
			// One of three, three of seven and seven of fifteen blocked it, against the others: 1 %
			// at first, and 10 % of each who contradicts what two committees found.
			let contradicted = Offence::VerdictContradicted(job);
			let lost: Vec<_> =
				Slashes::get().iter().map(|(_, lost, _, why)| (*lost, *why)).collect();
			let expected = [&[10][..], &[100; 10]].concat();
			assert_eq!(
				lost,
				expected.into_iter().map(|lost| (lost, contradicted)).collect::<Vec<_>>()
			);
			assert_eq!(Deeds::get(), []);
			let slashes = |round| Cases::<Test>::get(job, round).unwrap().slashes;
			assert_eq!([0, 1, 2].map(slashes), [1, 3, 7]);
		});
	}

	#[test]
	fn without_majority_costs_more_where_it_holds_up_what_two_majorities_found() {
		build_and_execute(20, || {
			let job = drawn();
			let round = |votes: &dyn Fn(usize) -> Outcome| {
				let before = Slashes::get().len();
				vote(job, votes);
				run_to(System::block_number() + u64::from(DRAW_DELAY));
				Slashes::get().iter().skip(before).map(|(_, lost, ..)| *lost).collect::<Vec<_>>()
			};
			assert_eq!(round(&|seat| if seat == 0 { TRAP } else { scored(1) }), [10]);
			// The majority of seven finds something else than that of three.
			assert_eq!(round(&|seat| if seat < 4 { TRAP } else { scored(1) }), [10; 3]);
			// That of fifteen finds what that of seven had found: whatever is said against it.
			let fifteen = |seat| match seat {
				0..5 => scored(1),
				5 => MISSING,
				_ => TRAP,
			};
			assert_eq!(round(&fifteen), [100; 6]);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
		});
	}

	#[test]
	fn without_majority_gives_the_fee_back_where_most_have_said_something() {
		build_and_execute(20, || {
			let job = drawn();
			let issuance = Balances::total_issuance();
			for size in [3, 7, 15] {
				assert_eq!(members(job).len(), size);
				vote(job, |seat| scored(seat as i64));
				run_to(System::block_number() + u64::from(DRAW_DELAY));
			}
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Undecided)]);
			assert_eq!((Balances::free_balance(MINER), held()), (10_000, 0));
			assert_eq!(Balances::total_issuance(), issuance);
		});
	}

	#[test]
	fn without_majority_by_stake_costs_no_more_however_many_agree() {
		build_and_execute(20, || {
			CommitteeSize::set(4);
			let job = drawn();
			for _ in 0..2 {
				// One has most of the committee's stake.
				Jobs::<Test>::mutate(job, |job| job.as_mut().unwrap().members[0].weight = 100_000);
				let before = Slashes::get().len();
				vote(job, |seat| if seat == 0 { TRAP } else { scored(1) });
				let lost: Vec<_> =
					Slashes::get().iter().skip(before).map(|slash| slash.1).collect();
				assert_eq!(lost, [1_000]);
				run_to(System::block_number() + u64::from(DRAW_DELAY));
			}
		});
	}

	#[test]
	fn without_majority_judges_nobody_where_no_outcome_has_more_than_half() {
		build_and_execute(20, || {
			CommitteeSize::set(4);
			for votes in [[TRAP, TRAP, scored(1), scored(1)], [MISSING, MISSING, scored(1), TRAP]] {
				let job = drawn();
				vote(job, |seat| votes[seat]);
				assert_eq!(Jobs::<Test>::get(job).unwrap().round, 1);
			}
			CommitteeSize::set(5);
			let job = drawn();
			// Three of five lack the input: they contradict nobody.
			vote(job, |seat| if seat < 3 { MISSING } else { scored(1) });
			assert_eq!(Jobs::<Test>::get(job).unwrap().round, 1);
			assert_eq!((Slashes::get(), Cases::<Test>::iter().count()), (vec![], 0));
		});
	}

	#[test]
	fn without_majority_costs_whoever_lacked_an_input_against_more_than_half() {
		build_and_execute(20, || {
			let job = drawn();
			let committee = members(job);
			vote(job, |seat| if seat == 1 { MISSING } else { scored(1) });
			let contradicted = Offence::VerdictContradicted(job);
			assert_eq!(Slashes::get(), [(committee[1], 10, 4, contradicted)]);
		});
	}

	#[test]
	fn is_not_at_hand_because_a_member_has_left() {
		build_and_execute(4, || {
			let job = drawn();
			let committee = members(job);
			// Seat 0 lies and is no verifier any more: as many are left as sit there, but one of
			// them could still be asked.
			for seat in 0..3 {
				apply(commit_call(job, seat, if seat == 0 { TRAP } else { scored(1) }));
			}
			Stakes::mutate(|all| all.remove(&committee[0]));
			for seat in 0..3 {
				apply(reveal_call(job, seat, if seat == 0 { TRAP } else { scored(1) }));
			}
			assert_eq!(Settlements::get(), []);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			assert_eq!(members(job).len(), 3);
			assert!(!members(job).contains(&committee[0]));
			vote(job, |_| scored(1));
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(scored(1)))]);
		});
	}

	#[test]
	fn a_verdict_of_an_earlier_round_is_refused() {
		build_and_execute(20, || {
			let job = drawn();
			let old = commit_call(job, 0, TRAP);
			vote(job, |seat| if seat == 0 { TRAP } else { scored(seat as i64) });
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			refused(old, refusal::JOB_UNKNOWN);
		});
	}
}

mod appeals {
	use super::*;

	/// A job that `votes` settle in its first round, with its committee.
	fn settled(size: u32, votes: impl Fn(usize) -> Outcome) -> (JobId, Vec<AccountId>) {
		CommitteeSize::set(size);
		let job = drawn();
		let committee = members(job);
		vote(job, votes);
		assert!(Jobs::<Test>::get(job).is_none());
		(job, committee)
	}

	/// The re-run that `who` asks for, with its committee.
	fn rerun(slash: SlashId, who: AccountId) -> (JobId, Vec<AccountId>) {
		let job = Verification::rerun(slash, &who).unwrap().expect("there is something to re-run");
		run_to(System::block_number() + u64::from(DRAW_DELAY));
		(job, members(job))
	}

	/// Seat 2 is outvoted. Gives the job, its committee, and who sits there.
	fn outvoted() -> (JobId, Vec<AccountId>, AccountId) {
		let (job, committee) = settled(4, |seat| if seat == 2 { TRAP } else { scored(1) });
		let ground = Ground { job, round: 0, said: Some(TRAP) };
		assert_eq!(Grounds::<Test>::iter().collect::<Vec<_>>(), [(0, ground)]);
		let who = committee[2];
		(job, committee, who)
	}

	#[test]
	fn are_heard_by_three_times_as_many_others() {
		build_and_execute(20, || {
			let (_, earlier, who) = outvoted();
			let (_, committee) = rerun(0, who);
			assert_eq!(committee.len(), 12);
			assert!(earlier.iter().all(|member| !committee.contains(member)));
			// Three times the fee of 100, a fourth of which was for each.
			assert_eq!(Balances::balance_on_hold(&HoldReason::Fee.into(), &who), 300);
		});
	}

	#[test]
	fn are_heard_by_all_but_the_appellant_where_others_are_few() {
		build_and_execute(5, || {
			let (_, _, who) = outvoted();
			let (_, mut committee) = rerun(0, who);
			committee.sort_unstable();
			let all: Vec<_> = (1..=5).filter(|member| *member != who).collect();
			assert_eq!(committee, all);
		});
	}

	#[test]
	fn are_not_heard_by_the_committee_because_one_of_as_many_others_leaves() {
		build_and_execute(8, || {
			let (_, earlier, who) = outvoted();
			let mut others: Vec<_> = (1..=8).filter(|other| !earlier.contains(other)).collect();
			assert_eq!(others.len(), earlier.len());
			let leaves = others.pop().unwrap();
			Stakes::mutate(|stakes| stakes.remove(&leaves));
			let (_, mut committee) = rerun(0, who);
			committee.sort_unstable();
			assert_eq!(committee, others);
		});
	}

	/// Three of six verifiers sat; of the others, two are no longer active.
	fn with_one_of_the_others(then: impl FnOnce(AccountId, &[AccountId])) {
		build_and_execute(6, || {
			ClientSlashes::set(true);
			let (_, earlier) = settled(3, |_| TRAP);
			let mut others: Vec<_> = (1..=6).filter(|other| !earlier.contains(other)).collect();
			let left = others.pop().unwrap();
			Inactive::set(others);
			then(left, &earlier);
		});
	}

	#[test]
	fn are_not_left_to_one_because_others_who_cannot_be_drawn_are_counted() {
		with_one_of_the_others(|left, earlier| {
			begin_sessions(2, &[1, 2, 3, 4, 5, 6]);
			let (_, mut committee) = rerun(0, MINER);
			committee.sort_unstable();
			let mut expected = [earlier, &[left]].concat();
			expected.sort_unstable();
			assert_eq!(committee, expected);
		});
	}

	#[test]
	fn are_for_governance_where_two_or_one_of_as_many_others_are_left() {
		with_one_of_the_others(|_, _| {
			Verification::rerun(0, &MINER).unwrap().expect("there is something to re-run");
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			assert_eq!(Reruns::get(), [(0, Finding::Undecided)]);
		});
	}

	#[test]
	fn are_never_heard_by_the_payer_of_the_settled_job() {
		build_and_execute(5, || {
			CommitteeSize::set(4);
			Balances::force_set_balance(RuntimeOrigin::root(), 1, 10_000).unwrap();
			let job = try_open(&1, 0, VALUE).unwrap();
			run_to(4);
			let committee = members(job);
			vote(job, |seat| if seat == 2 { TRAP } else { scored(1) });
			let (_, drawn) = rerun(0, committee[2]);
			assert_eq!(drawn.len(), 3);
			assert!(!drawn.contains(&1));
		});
	}

	#[test]
	fn confirm_what_is_found_again() {
		build_and_execute(20, || {
			let (_, _, who) = outvoted();
			let slashes = Slashes::get();
			let (appeal, committee) = rerun(0, who);
			vote(appeal, |_| scored(1));
			assert_eq!(Reruns::get(), [(0, Finding::Confirmed)]);
			assert_eq!(Slashes::get(), slashes);
			// The winners share the fee: 300 are twelve shares of 25.
			assert!(committee.iter().all(|who| Balances::free_balance(who) == 1_025));
			assert_eq!(Balances::free_balance(who), 700);
			// The client of the settled job is told nothing.
			assert_eq!(Settlements::get().len(), 1);
		});
	}

	#[test]
	fn slash_those_who_prevailed_with_what_is_found_wrong_and_only_once() {
		build_and_execute(20, || {
			let (job, earlier, who) = outvoted();
			let (appeal, jury) = rerun(0, who);
			vote(appeal, |_| TRAP);
			assert_eq!(Reruns::get(), [(0, Finding::Refuted)]);
			let follows = Ground { job: appeal, round: 0, said: Some(scored(1)) };
			assert_eq!([1, 2, 3].map(Grounds::<Test>::get), [Some(follows); 3]);
			let offence = Offence::FalseVerdict(job);
			let wrong: Vec<_> =
				[0, 1, 3].map(|seat: usize| (earlier[seat], 100, 4, offence)).into();
			assert_eq!(Slashes::get()[1..], wrong);
			System::assert_has_event(
				Event::SettlementOverturned { job, stood: scored(1), found: TRAP }.into(),
			);

			// One of them appeals in turn, and nobody is slashed again.
			let (appeal, _) = rerun(1, earlier[0]);
			vote(appeal, |_| TRAP);
			assert_eq!(Reruns::get()[1], (1, Finding::Confirmed));
			assert_eq!(Slashes::get().len(), 4);
			let (appeal, _) = rerun(2, earlier[1]);
			vote(appeal, |_| scored(1));
			assert_eq!(Reruns::get()[2], (2, Finding::Refuted));
			// Nor the earlier committee, but those of the re-run that is found wrong.
			let lied: Vec<_> = Slashes::get()[4..].iter().map(|slash| slash.0).collect();
			assert_eq!(lied, jury);
		});
	}

	#[test]
	fn are_won_by_others_only_if_these_are_more_than_had_prevailed() {
		for (agree, finding) in [(3, Finding::Undecided), (4, Finding::Refuted)] {
			build_and_execute(7, || {
				ClientSlashes::set(true);
				let (job, _) = settled(3, |_| TRAP);
				let (appeal, committee) = rerun(0, MINER);
				assert_eq!(committee.len(), 4);
				vote(appeal, |seat| if seat < agree { scored(1) } else { TRAP });
				assert_eq!(Reruns::get(), [(0, finding)]);
				let offences: Vec<_> = Slashes::get()[1..].iter().map(|slash| slash.3).collect();
				match finding {
					// Who was alone is contradicted, not outvoted.
					Finding::Undecided => {
						assert_eq!(offences, [Offence::VerdictContradicted(appeal)]);
					},
					_ => assert_eq!(offences, [Offence::FalseVerdict(job); 3]),
				}
			});
		}
	}

	#[test]
	fn judge_nobody_by_few_who_do_not_outnumber_those_who_had_prevailed() {
		build_and_execute(13, || {
			ClientSlashes::set(true);
			settled(4, |_| TRAP);
			let (appeal, committee) = rerun(0, MINER);
			assert_eq!(committee.len(), 9);
			// Four of five are more than two thirds, and not half of the nine.
			let said = |seat| if seat < 4 { scored(1) } else { TRAP };
			(0..5).for_each(|seat| apply(commit_call(appeal, seat, said(seat))));
			run_to(System::block_number() + 10);
			(0..5).for_each(|seat| apply(reveal_call(appeal, seat, said(seat))));
			run_to(System::block_number() + 50);
			assert_eq!(Reruns::get(), [(0, Finding::Undecided)]);
			// That of the client, and nobody's for a verdict or for silence.
			assert_eq!(Slashes::get().len(), 1);
		});
	}

	#[test]
	fn are_won_by_more_than_half_of_those_who_were_asked() {
		for finders in [6, 7] {
			build_and_execute(16, || {
				ClientSlashes::set(true);
				settled(4, |_| TRAP);
				let (appeal, committee) = rerun(0, MINER);
				assert_eq!(committee.len(), 12);
				// The others are kept from it, or are at other runs.
				let said = |seat| if seat < finders { scored(1) } else { TRAP };
				(0..7).for_each(|seat| apply(commit_call(appeal, seat, said(seat))));
				run_to(System::block_number() + 10);
				(0..7).for_each(|seat| apply(reveal_call(appeal, seat, said(seat))));
				if finders == 6 {
					assert_eq!(Jobs::<Test>::get(appeal).unwrap().round, 1);
				} else {
					assert_eq!(Reruns::get(), [(0, Finding::Refuted)]);
				}
			});
		}
	}

	#[test]
	fn are_not_heard_by_who_has_taken_over_the_stake_of_one_who_sat() {
		build_and_execute(17, || {
			let (_, earlier, who) = outvoted();
			let mut others: Vec<_> = (1..=17).filter(|other| !earlier.contains(other)).collect();
			let heir = others.pop().unwrap();
			Successors::mutate(|all| all.insert(earlier[0], heir));
			let (_, mut committee) = rerun(0, who);
			committee.sort_unstable();
			assert_eq!(committee, others);
		});
	}

	#[test]
	fn are_won_by_no_more_if_those_who_had_prevailed_are_asked_again() {
		build_and_execute(3, || {
			ClientSlashes::set(true);
			settled(3, |_| TRAP);
			let (appeal, committee) = rerun(0, MINER);
			assert_eq!(committee.len(), 3);
			vote(appeal, |_| scored(1));
			assert_eq!(Reruns::get(), [(0, Finding::Refuted)]);
		});
	}

	#[test]
	fn help_no_verdict_that_was_wrong_as_well() {
		build_and_execute(20, || {
			let (_, _, who) = outvoted();
			let (appeal, _) = rerun(0, who);
			vote(appeal, |_| scored(7));
			assert_eq!(Reruns::get(), [(0, Finding::Confirmed)]);
			assert_eq!(Slashes::get().len(), 4);
		});
	}

	#[test]
	fn of_what_the_client_slashed_ask_whether_the_outcome_stands() {
		for (found, finding) in [
			(TRAP, Finding::Confirmed),
			(scored(1), Finding::Refuted),
			(MISSING, Finding::Undecided),
		] {
			build_and_execute(20, || {
				ClientSlashes::set(true);
				let (job, _) = settled(3, |_| TRAP);
				let ground = Ground { job, round: 0, said: None };
				assert_eq!(Grounds::<Test>::get(0), Some(ground));
				let (appeal, committee) = rerun(0, MINER);
				assert_eq!(committee.len(), 9);
				vote(appeal, |_| found);
				if found == MISSING {
					// Found by the largest committee.
					run_to(System::block_number() + u64::from(DRAW_DELAY));
					if Jobs::<Test>::contains_key(appeal) {
						vote(appeal, |_| found);
					}
				}
				assert_eq!(Reruns::get(), [(0, finding)]);
			});
		}
	}

	#[test]
	fn without_a_majority_decide_nothing() {
		build_and_execute(5, || {
			ClientSlashes::set(true);
			settled(3, |_| TRAP);
			let (appeal, _) = rerun(0, MINER);
			vote(appeal, |seat| if seat.is_multiple_of(2) { TRAP } else { scored(1) });
			assert_eq!(Reruns::get(), [(0, Finding::Undecided)]);
		});
	}

	#[test]
	fn of_a_split_are_heard_while_the_job_goes_on() {
		build_and_execute(20, || {
			let job = drawn();
			let earlier = members(job);
			// Two of three lie together; the third is contradicted.
			vote(job, |seat| if seat == 2 { scored(1) } else { TRAP });
			assert!(Jobs::<Test>::contains_key(job));
			let (appeal, committee) = rerun(0, earlier[2]);
			assert_eq!(committee.len(), 9);
			assert!(earlier.iter().all(|member| !committee.contains(member)));
			vote(appeal, |_| scored(1));
			assert_eq!(Reruns::get(), [(0, Finding::Refuted)]);
			let lies: Vec<_> = [0, 1].map(|seat: usize| earlier[seat]).into();
			let slashed: Vec<_> =
				Slashes::get()[1..].iter().map(|slash| (slash.0, slash.1)).collect();
			assert_eq!(slashed, [(lies[0], 100), (lies[1], 100)]);

			// The job itself is settled by its next committee.
			vote(job, |_| scored(1));
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(scored(1)))]);
			// An audit finds the same, and slashes nobody once more.
			<Verification as assay_traits::Audits>::audited(job, Some(scored(1)));
			assert_eq!(Slashes::get().len(), 3);
			assert_eq!(Cases::<Test>::get(job, 0).unwrap().slashes, 1);
			assert_eq!(Cases::<Test>::get(appeal, 0).unwrap().slashes, 2);
			assert!(Cases::<Test>::get(job, 1).is_none());
			for slash in 0..3 {
				Verification::slash_ended(slash);
			}
			assert_eq!(Cases::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn of_who_lacked_an_input_ask_whether_it_is_unusable() {
		for (said, found, finding) in [
			(MISSING, scored(1), Finding::Confirmed),
			// It may be gone since.
			(MISSING, MISSING, Finding::Undecided),
			(UNUSABLE, MISSING, Finding::Undecided),
			(UNUSABLE, scored(1), Finding::Confirmed),
		] {
			build_and_execute(20, || {
				let (_, committee) = settled(4, |seat| if seat == 2 { said } else { scored(1) });
				let (appeal, _) = rerun(0, committee[2]);
				vote(appeal, |_| found);
				if Jobs::<Test>::contains_key(appeal) {
					run_to(System::block_number() + u64::from(DRAW_DELAY));
					vote(appeal, |_| found);
				}
				assert_eq!(Reruns::get(), [(0, finding)]);
				assert_eq!(Slashes::get().len(), 1);
			});
		}
	}

	#[test]
	fn that_find_an_input_unusable_slash_those_who_said_what_a_run_of_it_gave() {
		build_and_execute(20, || {
			let (_, committee) = settled(4, |seat| if seat == 2 { UNUSABLE } else { scored(1) });
			let (appeal, _) = rerun(0, committee[2]);
			vote(appeal, |_| UNUSABLE);
			// Not as the word of twelve.
			assert_eq!(Reruns::get(), []);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			vote(appeal, |_| UNUSABLE);
			assert_eq!(Reruns::get(), [(0, Finding::Refuted)]);
			let mut slashed: Vec<_> =
				Slashes::get()[1..].iter().map(|slash| (slash.0, slash.1)).collect();
			slashed.sort_unstable();
			let mut liars: Vec<_> = [0, 1, 3].map(|seat: usize| (committee[seat], 100)).into();
			liars.sort_unstable();
			assert_eq!(slashed, liars);
		});
	}

	#[test]
	fn of_a_miner_are_won_if_nothing_could_be_run() {
		build_and_execute(20, || {
			ClientSlashes::set(true);
			settled(3, |_| TRAP);
			let (appeal, _) = rerun(0, MINER);
			vote(appeal, |_| UNUSABLE);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			vote(appeal, |_| UNUSABLE);
			assert_eq!(Reruns::get(), [(0, Finding::Refuted)]);
			assert_eq!(Slashes::get().len(), 1 + 3);
		});
	}

	#[test]
	fn of_a_withheld_verdict_re_run_nothing() {
		build_and_execute(3, || {
			let job = drawn();
			(0..2).for_each(|seat| apply(commit_call(job, seat, TRAP)));
			run_to(12);
			(0..2).for_each(|seat| apply(reveal_call(job, seat, TRAP)));
			assert!(Jobs::<Test>::get(job).is_none());
			assert_eq!(Slashes::get().len(), 1);
			assert_eq!(Verification::rerun(0, &Slashes::get()[0].0), Ok(None));
			assert_eq!(Grounds::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn keep_their_inputs_till_they_end_and_are_not_heard_without() {
		build_and_execute(20, || {
			let inputs = [spec().program, spec().train, spec().holdout];
			let (_, _, who) = outvoted();
			for gone in inputs {
				Gone::set(vec![gone]);
				assert_eq!(Verification::rerun(0, &who), Ok(None));
			}
			Gone::set(vec![]);
			// From the slash on, whoever owns them.
			assert_eq!(Pinned::get(), inputs);
			// What another committee could not get may be there all the same.
			Missing::set(inputs.to_vec());
			let (appeal, _) = rerun(0, who);
			assert_eq!(Pinned::get(), [inputs, inputs].concat());
			vote(appeal, |_| scored(1));
			assert_eq!(Pinned::get(), inputs);
			Verification::slash_ended(0);
			assert!(Pinned::get().is_empty());
		});
	}

	#[test]
	fn need_the_fee() {
		build_and_execute(20, || {
			let (_, _, who) = outvoted();
			Balances::force_set_balance(RuntimeOrigin::root(), who, 300).unwrap();
			assert_noop!(Verification::rerun(0, &who), Error::<Test>::FeeNotCovered);
		});
	}

	#[test]
	fn are_possible_while_the_slash_is_pending() {
		build_and_execute(20, || {
			ClientSlashes::set(true);
			let (job, committee) = settled(4, |seat| if seat == 2 { TRAP } else { scored(1) });
			// That of the verdict, and that of the client.
			assert_eq!(Cases::<Test>::get(job, 0).unwrap().slashes, 2);
			let (appeal, _) = rerun(1, MINER);
			Verification::slash_ended(1);
			assert_eq!(Verification::rerun(1, &MINER), Ok(None));
			// What was begun ends, and has nothing to say.
			vote(appeal, |_| TRAP);
			assert_eq!(Reruns::get(), []);
			Verification::slash_ended(0);
			run_to(System::block_number() + AUDIT_WINDOW + 1);
			assert!(Cases::<Test>::get(job, 0).is_none());
			assert_eq!(Verification::rerun(0, &committee[2]), Ok(None));
		});
	}
}

mod audits {
	use super::*;
	use assay_traits::{Audits, Settled};

	fn auditable(job: JobId) -> Option<Option<Outcome>> {
		<Verification as Audits>::settled(job).map(|settled| settled.outcome)
	}

	/// A job that the votes of each round settle, with its committees.
	fn settled(rounds: &[fn(usize) -> Outcome]) -> (JobId, Vec<Vec<AccountId>>) {
		let job = open();
		let committees = rounds.iter().map(|votes| {
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			let committee = members(job);
			vote(job, votes);
			committee
		});
		let committees = committees.collect();
		assert!(Jobs::<Test>::get(job).is_none());
		(job, committees)
	}

	/// Who was slashed for a verdict on a job, and how much, in order.
	fn slashed(job: JobId) -> Vec<(AccountId, Balance)> {
		let offences = [
			Offence::FalseVerdict(job),
			Offence::VerdictWithheld(job),
			Offence::VerdictContradicted(job),
		];
		let mut all: Vec<_> = Slashes::get()
			.into_iter()
			.filter(|(.., offence)| offences.contains(offence))
			.map(|(who, amount, ..)| (who, amount))
			.collect();
		all.sort_unstable();
		all
	}

	fn each(members: &[AccountId], amount: Balance) -> Vec<(AccountId, Balance)> {
		let mut all: Vec<_> = members.iter().map(|who| (*who, amount)).collect();
		all.sort_unstable();
		all
	}

	#[test]
	fn are_possible_for_a_while_and_once() {
		build_and_execute(20, || {
			let (job, _) = settled(&[|_| TRAP]);
			let settled = Settled { outcome: Some(TRAP), value: VALUE };
			assert_eq!(<Verification as Audits>::settled(job), Some(settled));
			run_to(System::block_number() + AUDIT_WINDOW);
			assert_eq!(auditable(job), Some(Some(TRAP)));
			Verification::audited(job, Some(TRAP));
			assert_eq!((auditable(job), Slashes::get()), (None, vec![]));

			let (late, _) = self::settled(&[|_| TRAP]);
			run_to(System::block_number() + AUDIT_WINDOW + 1);
			assert_eq!(auditable(late), None);
			assert_eq!(Cases::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn go_by_the_parameters_that_the_job_was_opened_under() {
		build_and_execute(20, || {
			let (job, committees) = settled(&[|_| TRAP]);
			FalseVerdictSlash::set(Perbill::from_percent(50));
			Verification::audited(job, Some(scored(1)));
			assert_eq!(slashed(job), each(&committees[0], 100));
		});
	}

	#[test]
	fn are_of_claims_only() {
		build_and_execute(20, || {
			type V = Verification;
			let open = <V as assay_traits::Verification>::open;
			let job = open(Client::Model(1), &MINER, None, 0, spec(), VALUE).unwrap();
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			vote(job, |_| TRAP);
			assert_eq!(auditable(job), None);
			assert_eq!(Cases::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn have_the_job_re_run_by_three_times_as_many_others() {
		build_and_execute(20, || {
			let (job, committees) = settled(&[|_| TRAP]);
			let auditor = MINER;
			let rerun = <Verification as Audits>::rerun(job, &auditor).unwrap();
			assert_eq!(auditable(job), None);
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			let larger = members(rerun);
			assert_eq!(larger.len(), 9);
			assert!(committees[0].iter().all(|member| !larger.contains(member)));
			// It is kept as long as that takes.
			run_to(System::block_number() + 2);
			vote(rerun, |_| scored(1));
			let settlement = Settlement::Agreed(scored(1));
			assert_eq!(Settlements::get().last(), Some(&(Client::Audit(job), settlement)));
			assert_eq!(slashed(job), each(&committees[0], 100));
			Verification::audited(job, Some(scored(1)));
			assert_eq!(slashed(job), each(&committees[0], 100));
			assert!(Cases::<Test>::get(job, 0).is_none());
		});
	}

	#[test]
	fn are_answered_for_by_who_re_runs_them() {
		build_and_execute(20, || {
			let (job, committees) = settled(&[|_| TRAP]);
			let rerun = <Verification as Audits>::rerun(job, &MINER).unwrap();
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			let ring = members(rerun);
			vote(rerun, |_| scored(1));
			Verification::audited(job, Some(scored(1)));
			let follows = Ground { job: rerun, round: 0, said: Some(scored(1)) };
			assert_eq!(Grounds::<Test>::get(0), Some(Ground { said: Some(TRAP), ..follows }));
			// One of those who were right appeals; none of the ring hears it.
			let who = Slashes::get()[0].0;
			assert!(committees[0].contains(&who));
			let appeal = <Verification as Appeals>::rerun(0, &who).unwrap().unwrap();
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			assert!(members(appeal).iter().all(|member| !ring.contains(member)));
			vote(appeal, |_| TRAP);
			assert_eq!(Reruns::get(), [(0, Finding::Refuted)]);
			let mut lied: Vec<_> = Slashes::get()[3..].iter().map(|slash| slash.0).collect();
			lied.sort_unstable();
			assert_eq!(each(&lied, 100), each(&ring, 100));
		});
	}

	#[test]
	fn do_not_go_by_what_an_appeal_has_overturned() {
		build_and_execute(20, || {
			ClientSlashes::set(true);
			let (job, _) = settled(&[|_| TRAP]);
			assert_eq!(auditable(job), Some(Some(TRAP)));
			let appeal = <Verification as Appeals>::rerun(0, &MINER).unwrap().unwrap();
			run_to(System::block_number() + u64::from(DRAW_DELAY));
			vote(appeal, |_| scored(1));
			assert_eq!(auditable(job), Some(None));
		});
	}

	#[test]
	fn judge_what_no_tally_has_judged() {
		build_and_execute(20, || {
			// Nobody is outvoted in the first round.
			let (job, committees) = settled(&[
				|seat| if seat == 1 { TRAP } else { scored(seat as i64 + 1) },
				|_| scored(1),
			]);
			assert_eq!(slashed(job), []);
			Verification::audited(job, Some(scored(1)));
			assert_eq!(slashed(job), each(&committees[0][1..], 100));
			assert_eq!(Ballots::<Test>::iter().count(), 0);
			let mut grounds: Vec<_> = Grounds::<Test>::iter().collect();
			grounds.sort_unstable_by_key(|(slash, _)| *slash);
			let said = [TRAP, scored(3)].map(|said| Ground { job, round: 1, said: Some(said) });
			assert_eq!(grounds, [(0, said[0]), (1, said[1])]);
		});
	}

	#[test]
	fn judge_who_said_that_an_input_is_missing() {
		build_and_execute(20, || {
			let (job, committees) = settled(&[|_| MISSING, |_| scored(1)]);
			Verification::audited(job, Some(scored(1)));
			assert_eq!(slashed(job), each(&committees[0], 10));
		});
	}

	#[test]
	fn judge_all_where_nothing_was_settled() {
		build_and_execute(3, || {
			let (job, committees) =
				settled(&[|seat| if seat == 0 { scored(1) } else { scored(seat as i64 + 5) }]);
			assert_eq!(auditable(job), Some(None));
			Verification::audited(job, Some(scored(1)));
			assert_eq!(slashed(job), each(&committees[0][1..], 100));
		});
	}

	#[test]
	fn judge_whom_a_split_has_left_and_nobody_twice() {
		build_and_execute(20, || {
			// Two of three lie together, and contradict the third.
			let split = |seat| if seat == 2 { scored(1) } else { TRAP };
			let (job, committees) = settled(&[split, |_| scored(1)]);
			let first = &committees[0];
			assert_eq!(slashed(job), [(first[2], 10)]);
			Verification::audited(job, Some(scored(1)));
			let mut all = each(&first[..2], 100);
			all.push((first[2], 10));
			all.sort_unstable();
			assert_eq!(slashed(job), all);
			let cases = [0, 1].map(|round| Cases::<Test>::get(job, round).map(|case| case.slashes));
			// The contradicted one answers to the first round, those who lied to the last one.
			assert_eq!(cases, [Some(1), Some(2)]);
		});
	}

	#[test]
	fn judge_a_split_that_has_settled_nothing() {
		for (found, wrong) in [(TRAP, 0), (scored(1), 2)] {
			build_and_execute(3, || {
				let split = |seat| if seat == 2 { scored(1) } else { TRAP };
				let (job, committees) = settled(&[split]);
				// Most of the committee is no verdict.
				assert_eq!(auditable(job), Some(None));
				Verification::audited(job, Some(found));
				let mut all = each(&committees[0][..wrong], 100);
				all.push((committees[0][2], 10));
				all.sort_unstable();
				assert_eq!(slashed(job), all);
			});
		}
	}

	#[test]
	fn of_which_nothing_is_known_judge_nobody() {
		build_and_execute(20, || {
			let (job, _) = settled(&[|seat| scored(seat as i64), |_| TRAP]);
			Verification::audited(job, None);
			assert_eq!((slashed(job), auditable(job)), (vec![], None));
			assert_eq!(Cases::<Test>::iter().count(), 0);
			assert_eq!(Ballots::<Test>::iter().count(), 0);
		});
	}
}

mod settle {
	use super::*;

	#[test]
	fn pushes_what_is_due_and_nothing_else() {
		build_and_execute(4, || {
			let job = open();
			let settle = |job| Verification::settle(RuntimeOrigin::signed(1), job);
			assert_noop!(settle(job), Error::<Test>::NotDue);
			assert_noop!(settle(9), Error::<Test>::JobUnknown);
			// Who may push a draw picks its block, and so its committee.
			System::set_block_number(4);
			assert_noop!(settle(job), Error::<Test>::NotDue);
			Verification::on_initialize(4);
			assert_noop!(settle(job), Error::<Test>::NotDue);
			System::set_block_number(12);
			assert_ok!(settle(job));
			assert_eq!(Jobs::<Test>::get(job).map(|job| job.round), Some(1));
		});
	}
}

mod deadlines {
	use super::*;

	#[test]
	fn weigh_what_is_done_at_them() {
		// What an audit's settlement weighs is no part of any claim's.
		build_and_execute(3, || {
			let job = open();
			run_to(u64::from(DRAW_DELAY));
			assert!(Verification::serve(job).ref_time() < AUDIT_WEIGHT);
			(0..3).for_each(|seat| apply(commit_call(job, seat, scored(1))));
			(0..2).for_each(|seat| apply(reveal_call(job, seat, scored(1))));
			let last = reveal_call(job, 2, scored(1));
			let declared = last.get_dispatch_info().call_weight;
			assert!(declared.ref_time() >= AUDIT_WEIGHT);
			let info = frame_support::traits::UnfilteredDispatchable::dispatch_bypass_filter(
				RuntimeCall::from(last),
				RawOrigin::Authorized.into(),
			);
			assert!(info.unwrap().actual_weight.unwrap().ref_time() < AUDIT_WEIGHT);
			assert_eq!(Verification::queue_length(), 0);
		});
	}

	#[test]
	fn weigh_what_the_ledger_does_when_an_appeal_ends() {
		build_and_execute(1, || {
			// Reads and writes weigh nothing here.
			assert_eq!(Verification::client_weight(Client::Appeal(0)), RERUN_WEIGHT);
		});
	}

	#[test]
	fn beyond_a_blocks_share_are_served_in_the_next() {
		build_and_execute(4, || {
			DeadlinesPerBlock::set(3);
			let jobs: Vec<_> = (0..5).map(|_| open()).collect();
			let drawn = || jobs.iter().filter(|job| !members(**job).is_empty()).count();
			run_to(4);
			assert!(drawn() < 5);
			run_to(10);
			assert_eq!(drawn(), 5);
		});
	}

	#[test]
	fn that_are_served_late_draw_by_the_block_in_which_they_were_due() {
		build_and_execute(4, || {
			DeadlinesPerBlock::set(2);
			for _ in 0..5 {
				open();
			}
			// What is known then decides, however long each of them has to wait.
			let due = H256::repeat_byte(4);
			run_to(3);
			Random::set(Some(due));
			run_to(4);
			assert!(Draws::get().len() < 5);
			assert_eq!(DrawsBy::<Test>::iter().collect::<Vec<_>>(), [(4, due)]);
			Random::set(Some(H256::repeat_byte(5)));
			run_to(10);
			assert_eq!(Draws::get(), vec![(CLIENT, due); 5]);
			assert_eq!(DrawsBy::<Test>::iter().count(), 0);
		});
	}

	#[test]
	fn the_longest_job_ends_in_time() {
		build_and_execute(20, || {
			let opened_at = System::block_number();
			let job = open();
			let longest = <Verification as assay_traits::Verification>::longest(&spec().limits);
			while Jobs::<Test>::get(job).is_some() {
				// One member of each committee commits as late as it can, and reveals nothing.
				let record = Jobs::<Test>::get(job).unwrap();
				if record.phase == (Phase::Committing { until: System::block_number() }) {
					apply(commit_call(job, 0, TRAP));
				}
				run_to(System::block_number() + 1);
			}
			assert!(System::block_number() <= opened_at + longest);
		});
	}
}

mod sessions {
	use super::*;

	#[test]
	fn a_new_session_changes_who_can_be_drawn_but_no_committee() {
		build_and_execute(4, || {
			let job = drawn();
			let committee = members(job);
			let next = [11u64, 12];
			Stakes::mutate(|all| all.extend([(11, 500), (12, 500)]));
			let old: Vec<_> = committee.iter().map(|n| (n, key(*n))).collect();
			let validators: Vec<_> = next.iter().map(|n| (n, key(*n))).collect();
			let session = |now: &[_], queued: &[_]| {
				let (now, queued) = (now.to_vec(), queued.to_vec());
				Verification::on_new_session(true, now.into_iter(), queued.into_iter());
			};
			session(&old, &validators);
			session(&validators, &validators);
			vote(job, |_| TRAP);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(TRAP))]);
			assert!(committee.iter().all(|member| *member <= 4));
			let second = drawn();
			assert!(members(second).iter().all(|member| next.contains(member)));
		});
	}

	#[test]
	fn who_adds_to_its_stake_is_drawn_by_it_in_the_session_after_the_next() {
		build_and_execute(3, || {
			let all: Vec<_> = [1u64, 2, 3].into();
			let session = || {
				let keys: Vec<_> = all.iter().map(|n| (n, key(*n))).collect();
				Verification::on_new_session(false, keys.clone().into_iter(), keys.into_iter());
			};
			let weights = || {
				let job = drawn();
				let members = Jobs::<Test>::get(job).unwrap().members;
				BTreeMap::from_iter(members.into_iter().map(|m| (m.account, m.weight)))
			};
			// What is taken away counts at once.
			Stakes::set([(1, 5_000), (2, 900), (3, 1_000), (4, 1_000)].into());
			assert_eq!(weights(), BTreeMap::from([(1, 1_000), (2, 900), (3, 1_000)]));
			session();
			assert_eq!(weights()[&1], 1_000);
			session();
			assert_eq!(weights(), BTreeMap::from([(1, 5_000), (2, 900), (3, 1_000)]));
		});
	}

	#[test]
	fn who_becomes_a_verifier_later_is_not_drawn_by_what_it_had_before() {
		build_and_execute(3, || {
			Inactive::set(vec![1]);
			begin_sessions(2, &[1, 2, 3]);
			Inactive::set(vec![]);
			let mut committee = members(drawn());
			committee.sort_unstable();
			assert_eq!(committee, [2, 3]);
		});
	}

	#[test]
	fn who_was_not_noted_is_not_drawn() {
		build_and_execute(3, || {
			Stakes::mutate(|all| all.insert(9, 1_000_000));
			let now: Vec<_> = [1u64, 9].into();
			let keys: Vec<_> = now.iter().map(|n| (n, key(*n))).collect();
			Verification::on_new_session(true, keys.clone().into_iter(), keys.into_iter());
			assert_eq!(members(drawn()), [1]);
		});
	}
}

mod invariants {
	use super::*;
	use proptest::prelude::*;

	#[derive(Clone, Debug)]
	enum Step {
		Open,
		Appeal { slash: usize },
		End { slash: usize },
		Commit { job: JobId, seat: usize, outcome: u8 },
		Reveal { job: JobId, seat: usize, outcome: u8 },
		Settle { job: JobId },
		Blocks(u64),
	}

	fn step() -> impl Strategy<Value = Step> {
		prop_oneof![
			Just(Step::Open),
			(0usize..6).prop_map(|slash| Step::Appeal { slash }),
			(0usize..6).prop_map(|slash| Step::End { slash }),
			(0u64..4, 0usize..5, 0u8..3).prop_map(|(job, seat, outcome)| Step::Commit {
				job,
				seat,
				outcome
			}),
			(0u64..4, 0usize..5, 0u8..3).prop_map(|(job, seat, outcome)| Step::Reveal {
				job,
				seat,
				outcome
			}),
			(0u64..4).prop_map(|job| Step::Settle { job }),
			(1u64..4).prop_map(Step::Blocks),
		]
	}

	fn outcome(n: u8) -> Outcome {
		[TRAP, scored(1), MISSING][usize::from(n)]
	}

	/// Dispatches a valid call; an invalid one never gets into a block.
	fn try_apply(call: Call<Test>) {
		if validity(&call).is_ok() {
			apply(call);
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]
		#[test]
		fn money_and_deadlines_hold_for_any_sequence(
			steps in prop::collection::vec(step(), 1..60),
		) {
			externalities(5).execute_with(|| {
				ClientSlashes::set(true);
				let issuance = Balances::total_issuance();
				let mut appeals = vec![];
				for step in steps {
					match step {
						Step::Open => { open(); },
						Step::Appeal { slash } => {
							let Some((who, ..)) = Slashes::get().get(slash).copied() else { continue };
							let slash = slash as SlashId;
							if let Ok(Some(job)) = Verification::rerun(slash, &who) {
								appeals.push((slash, Jobs::<Test>::get(job).unwrap().fee));
							}
						},
						Step::End { slash } => Verification::slash_ended(slash as SlashId),
						Step::Commit { job, seat, outcome: o }
							if Jobs::<Test>::get(job).is_some_and(|j| seat < j.members.len()) =>
						{
							try_apply(commit_call(job, seat, outcome(o)));
						},
						Step::Reveal { job, seat, outcome: o }
							if Jobs::<Test>::get(job).is_some_and(|j| seat < j.members.len()) =>
						{
							try_apply(reveal_call(job, seat, outcome(o)));
						},
						Step::Commit { .. } | Step::Reveal { .. } => {},
						Step::Settle { job } => {
							let _ = Verification::settle(RuntimeOrigin::signed(1), job);
						},
						Step::Blocks(n) => run_to(System::block_number() + n),
					}
					Verification::do_try_state().unwrap();
				}
				// Every job ends, and all of the money is where it was or with a winner.
				let longest = <Verification as assay_traits::Verification>::longest(&spec().limits);
				run_to(System::block_number() + longest + AUDIT_WINDOW + 5);
				prop_assert_eq!(Verification::queue_length(), 0);
				let settled = Settlements::get().len() + appeals.len();
				prop_assert_eq!(settled as u64, NextJob::<Test>::get());
				prop_assert!(Reruns::get()
					.iter()
					.all(|(slash, _)| appeals.iter().any(|(appealed, _)| appealed == slash)));
				let fees: Balance = (1..6).chain([MINER])
					.map(|who| Balances::balance_on_hold(&HoldReason::Fee.into(), &who))
					.sum();
				prop_assert_eq!(fees, 0);
				for slash in 0..Slashes::get().len() as SlashId {
					Verification::slash_ended(slash);
				}
				prop_assert_eq!(Cases::<Test>::iter().count(), 0);
				// But for the fees of jobs that nobody could finish.
				let burnt = issuance - Balances::total_issuance();
				let undecided = Settlements::get()
					.iter()
					.filter(|(_, settlement)| *settlement == Settlement::Undecided)
					.count();
				let reruns: Balance = appeals.iter().map(|(_, fee)| fee).sum();
				prop_assert!(burnt.is_multiple_of(100));
				prop_assert!(burnt <= undecided as Balance * 100 + reruns);
				Ok(())
			})?;
		}
	}
}

mod offchain_worker {
	use super::*;
	use assay_primitives::service::JobState;

	fn work(node: &mut Node) {
		node.ext.execute_with(|| Verification::offchain_worker(System::block_number()));
	}

	#[test]
	fn a_verdict_goes_from_service_to_settlement() {
		let mut node = Node::start();
		let job = node.ext.execute_with(drawn);

		expect(&node.http, &JobState::Running);
		work(&mut node);
		assert_eq!(sent(&node.pool), []);

		expect(&node.http, &JobState::Done(scored(3)));
		work(&mut node);
		let [commit] = sent(&node.pool).try_into().unwrap();
		node.ext.execute_with(|| apply(commit));

		work(&mut node);
		let [reveal] = sent(&node.pool).try_into().unwrap();
		node.ext.execute_with(|| {
			apply(reveal);
			assert_eq!(Settlements::get(), [(CLIENT, Settlement::Agreed(scored(3)))]);
			assert!(Jobs::<Test>::get(job).is_none());
		});
		work(&mut node);
		assert_eq!(sent(&node.pool), []);
	}

	#[test]
	fn a_verdict_is_the_same_after_a_restart_and_on_another_fork() {
		let mut node = Node::start();
		node.ext.execute_with(drawn);
		expect(&node.http, &JobState::Done(scored(3)));
		work(&mut node);
		let first = sent(&node.pool);
		assert_eq!(first.len(), 1);

		// The commitment never got into a block. Were the service asked again, the unexpected
		// request would fail the test.
		node.ext.execute_with(|| System::set_block_number(System::block_number() + 1));
		work(&mut node);
		let Call::commit_verdict { commitment: again, .. } = &sent(&node.pool)[0] else {
			panic!("a commitment is sent again")
		};
		let Call::commit_verdict { commitment: before, .. } = &first[0] else {
			panic!("a commitment was sent")
		};
		assert_eq!(again, before);
	}

	#[test]
	fn a_missing_input_is_voted_only_late() {
		let mut node = Node::start();
		node.ext.execute_with(drawn);
		expect(&node.http, &JobState::Done(MISSING));
		work(&mut node);
		assert_eq!(sent(&node.pool), []);
		// The window of 7 blocks ends with block 11.
		node.ext.execute_with(|| System::set_block_number(10));
		expect(&node.http, &JobState::Done(MISSING));
		work(&mut node);
		assert_eq!(sent(&node.pool).len(), 1);
	}

	#[test]
	fn a_broken_service_votes_nothing() {
		let mut node = Node::start();
		node.ext.execute_with(drawn);
		expect(&node.http, &JobState::Broken(b"disk full".to_vec()));
		work(&mut node);
		assert_eq!(sent(&node.pool), []);
	}

	#[test]
	fn seats_whose_window_is_over_keep_no_other_waiting() {
		let mut node = Node::start();
		let job = node.ext.execute_with(|| {
			let job = drawn();
			// Deadlines that are not served yet, of more jobs than are attended to after a block.
			let mut late = Jobs::<Test>::get(job).unwrap();
			late.phase = Phase::Committing { until: System::block_number() };
			for other in 1_000..1_200 {
				Jobs::<Test>::insert(other, &late);
				Assignments::<Test>::insert(&late.members[0].key, other, 0);
			}
			job
		});
		expect(&node.http, &JobState::Done(scored(3)));
		work(&mut node);
		let sent = sent(&node.pool);
		let [Call::commit_verdict { commitment, .. }] = &sent[..] else {
			panic!("one commitment is sent, not {sent:?}")
		};
		assert_eq!(commitment.job, job);
	}

	#[test]
	fn a_flood_of_jobs_keeps_no_verdict_from_being_revealed() {
		let mut node = Node::start();
		let job = node.ext.execute_with(drawn);
		expect(&node.http, &JobState::Done(scored(3)));
		work(&mut node);
		let [commit] = sent(&node.pool).try_into().unwrap();
		node.ext.execute_with(|| {
			let waiting = Jobs::<Test>::get(job).unwrap();
			apply(commit);
			// Seats of more jobs than are attended to after a block.
			for other in 1_000..1_200 {
				Jobs::<Test>::insert(other, &waiting);
				Assignments::<Test>::insert(&waiting.members[0].key, other, 0);
			}
		});
		(0..63).for_each(|_| expect(&node.http, &JobState::Running));
		work(&mut node);
		let sent = sent(&node.pool);
		assert!(
			matches!(sent[..], [Call::reveal_verdict { job: revealed, .. }] if revealed == job)
		);
	}

	#[test]
	fn a_node_without_seats_does_nothing_at_all() {
		let mut node = Node::start();
		node.ext.execute_with(|| {
			open();
		});
		// Any request would be unexpected, and fail.
		work(&mut node);
		assert_eq!(sent(&node.pool), []);
	}
}
