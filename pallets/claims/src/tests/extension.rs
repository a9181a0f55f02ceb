use super::*;
use assay_traits::refusal;
use frame_support::{
	dispatch::GetDispatchInfo,
	traits::{fungible::Mutate, PalletInfo},
};
use sp_runtime::{
	traits::{DispatchTransaction, TransactionExtension},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
	},
	TokenError,
};

fn validity(
	miner: AccountId,
	call: crate::Call<Test>,
) -> Result<ValidTransaction, TransactionValidityError> {
	let call = RuntimeCall::from(call);
	let info = call.get_dispatch_info();
	let origin = RuntimeOrigin::signed(miner);
	let extension = CheckClaim::<Test>::new();
	let source = TransactionSource::External;
	extension.validate_only(origin, &call, &info, 0, source, 0).map(|(valid, ..)| valid)
}

fn validate(miner: AccountId, call: crate::Call<Test>) -> Result<(), TransactionValidityError> {
	validity(miner, call).map(|_| ())
}

fn code(error: impl Into<DispatchError>) -> Result<(), TransactionValidityError> {
	Err(refusal(error.into()))
}

fn commit_call(task: TaskId, salt: u8) -> crate::Call<Test> {
	crate::Call::commit { task, commitment: H256::repeat_byte(salt) }
}

fn reveal_call(claim: ClaimId, body: ClaimBody) -> crate::Call<Test> {
	crate::Call::reveal { claim, body, salt: SALT }
}

#[test]
fn a_refusal_names_pallet_and_error() {
	let index = <Test as frame_system::Config>::PalletInfo::index::<AssayClaims>().unwrap() as u8;
	let place = Error::<Test>::RateLimited.encode()[0];
	let expected = InvalidTransaction::Custom(index << 5 | place);
	assert_eq!(code(Error::<Test>::RateLimited), Err(expected.into()));
}

#[test]
fn a_hopeless_commit_is_refused() {
	build_and_execute(|task| {
		assert_eq!(validate(STRANGER, commit_call(task, 1)), code("not an active miner"));
		let unknown = pallet_assay_tasks::Error::<Test>::TaskUnknown;
		assert_eq!(validate(ALICE, commit_call(7, 1)), code(unknown));
		for salt in 1..=3 {
			assert_eq!(validate(ALICE, commit_call(task, salt)), Ok(()));
			let commitment = H256::repeat_byte(salt);
			assert_ok!(AssayClaims::commit(RuntimeOrigin::signed(ALICE), task, commitment));
		}
		assert_eq!(validate(ALICE, commit_call(task, 4)), code(Error::<Test>::RateLimited));
		assert_ok!(AssayClaims::commit(RuntimeOrigin::signed(BOB), task, H256::repeat_byte(1)));
		assert_eq!(validate(BOB, commit_call(task, 1)), code(Error::<Test>::DuplicateCommitment));
		Free::insert(BOB, BOND - 1);
		assert_eq!(validate(BOB, commit_call(task, 4)), code(Error::<Test>::BondNotCovered));
	});
}

#[test]
fn a_reveal_is_not_kept_out_by_tips() {
	build_and_execute(|task| {
		let priority = |call| validity(ALICE, call).unwrap().priority;
		assert_eq!(priority(commit_call(task, 1)), 0);
		let claims = [0, 1].map(|seed| commit(ALICE, task, &body(seed)));
		next_block();
		assert_eq!(priority(crate::Call::withdraw { claim: claims[0] }), 0);
		// One of each claim: who has a bond does not fill the pool.
		let tags = [0, 1].map(|at| {
			let valid = validity(ALICE, reveal_call(claims[at], body(at as u64))).unwrap();
			assert_eq!(valid.priority, REVEAL_PRIORITY);
			valid.provides
		});
		assert_eq!(tags.each_ref().map(Vec::len), [1, 1]);
		assert_ne!(tags[0], tags[1]);
	});
}

#[test]
fn a_reveal_that_cannot_pay_for_its_verification_is_in_no_block() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		next_block();
		let call = RuntimeCall::from(reveal_call(claim, body(0)));
		let prepare = || {
			let (origin, info) = (RuntimeOrigin::signed(ALICE), call.get_dispatch_info());
			CheckClaim::<Test>::new().prepare((), &origin, &call, &info, 0)
		};
		Balances::set_balance(&ALICE, FEE);
		assert_eq!(validate(ALICE, reveal_call(claim, body(0))), Ok(()));
		assert_eq!(prepare(), Ok(()));
		// The fee of the transaction is taken in between.
		Balances::set_balance(&ALICE, FEE - 1);
		assert_eq!(prepare(), code(TokenError::FundsUnavailable));
		assert_eq!(
			validate(ALICE, reveal_call(claim, body(0))),
			code(TokenError::FundsUnavailable)
		);
	});
}

#[test]
fn a_hopeless_reveal_is_refused() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		assert_eq!(validate(ALICE, reveal_call(claim, body(0))), code(Error::<Test>::TooEarly));
		next_block();
		assert_eq!(validate(ALICE, reveal_call(claim, body(0))), Ok(()));
		assert_eq!(validate(BOB, reveal_call(claim, body(0))), code(Error::<Test>::NotTheMiner));
		assert_eq!(validate(ALICE, reveal_call(7, body(0))), code(Error::<Test>::ClaimUnknown));
		assert_eq!(
			validate(ALICE, reveal_call(claim, body(1))),
			code(Error::<Test>::CommitmentMismatch)
		);
		let low = ClaimBody { score: Score(899_999_999), ..body(1) };
		let bad = commit(BOB, task, &low);
		next_block();
		assert_eq!(validate(BOB, reveal_call(bad, low)), code(Error::<Test>::BelowThreshold));
		Stored::remove(program());
		assert_eq!(validate(ALICE, reveal_call(claim, body(0))), code("artifact missing"));
		store(program(), 1_000, 1_000);
		run_to(12);
		assert_eq!(
			validate(ALICE, reveal_call(claim, body(0))),
			code(Error::<Test>::RevealWindowOver)
		);
	});
}

#[test]
fn other_calls_pass_and_weigh_nothing() {
	build_and_execute(|task| {
		let claim = commit(ALICE, task, &body(0));
		let withdraw = crate::Call::withdraw { claim };
		assert_eq!(validate(STRANGER, withdraw.clone()), Ok(()));
		let extension = CheckClaim::<Test>::new();
		// What is checked weighs with its call.
		assert_eq!(extension.weight(&withdraw.into()), Weight::zero());
		assert_eq!(extension.weight(&commit_call(task, 1).into()), Weight::zero());
	});
}
