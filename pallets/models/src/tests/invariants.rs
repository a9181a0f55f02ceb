//! Whatever happens in whatever order: bonds, deposits, pins and issuance add up.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Action {
	Intend { who: AccountId, seed: u8 },
	Withdraw { nth: usize },
	Register { nth: usize, sub_key: u32, file: u64, other: bool },
	Contest { nth: usize, model: usize, sub_key: u32 },
	Settle { nth: usize, settlement: Verdict },
	Alias { nth: usize, word: u8, version: Option<u32> },
	Transfer { who: AccountId, name: u8, to: AccountId },
	Revoke { who: AccountId, nth: usize },
	Remove { nth: usize },
	Epoch,
	Block,
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
	Confirmed,
	Otherwise,
	Failed,
	Undecided,
}

fn action() -> impl Strategy<Value = Action> {
	let who = ALICE..=POOR;
	let nth = 0..8usize;
	prop_oneof![
		4 => (who.clone(), 0..3u8).prop_map(|(who, seed)| Action::Intend { who, seed }),
		1 => nth.clone().prop_map(|nth| Action::Withdraw { nth }),
		8 => (nth.clone(), 0..4u32, 0..2u64, any::<bool>())
			.prop_map(|(nth, sub_key, file, other)| Action::Register { nth, sub_key, file, other }),
		6 => (nth.clone(), nth.clone(), 0..4u32)
			.prop_map(|(nth, model, sub_key)| Action::Contest { nth, model, sub_key }),
		8 => (nth.clone(), prop_oneof![
			4 => Just(Verdict::Confirmed),
			1 => Just(Verdict::Otherwise),
			1 => Just(Verdict::Failed),
			1 => Just(Verdict::Undecided),
		])
			.prop_map(|(nth, settlement)| Action::Settle { nth, settlement }),
		2 => (nth.clone(), 0..3u8, prop::option::of(1..4u32))
			.prop_map(|(nth, word, version)| Action::Alias { nth, word, version }),
		2 => (who.clone(), 0..2u8, who.clone())
			.prop_map(|(who, name, to)| Action::Transfer { who, name, to }),
		1 => (who, nth.clone()).prop_map(|(who, nth)| Action::Revoke { who, nth }),
		1 => nth.prop_map(|nth| Action::Remove { nth }),
		6 => Just(Action::Epoch),
		3 => Just(Action::Block),
	]
}

/// The secret behind each intent, and the bytes behind each file.
#[derive(Default)]
struct Known {
	secrets: Vec<u8>,
	files: std::collections::BTreeMap<ArtifactId, Vec<u8>>,
}

fn digits(which: u8) -> Name {
	name(if which == 0 { "digits" } else { "letters" })
}

fn has_beacon(intent: IntentId) -> bool {
	AssayModels::intent(intent).is_some_and(|view| view.beacon.is_some())
}

fn apply(action: Action, known: &mut Known) {
	match action {
		Action::Intend { who, seed } => {
			let root = secret(seed).root();
			if AssayModels::intend(RuntimeOrigin::signed(who), root, RATIO).is_ok() {
				known.secrets.push(seed);
			}
		},
		Action::Withdraw { nth } => {
			let intent = nth as u64;
			let Some(record) = Intents::<Test>::get(intent) else { return };
			let _ = AssayModels::withdraw_intent(RuntimeOrigin::signed(record.owner), intent);
		},
		Action::Register { nth, sub_key, file, other } => {
			let intent = nth as u64;
			let Some(record) = Intents::<Test>::get(intent).filter(|_| has_beacon(intent)) else {
				return;
			};
			let secret = secret(known.secrets[nth]);
			// The marks of an earlier intent, if there is one, and one's own.
			let earlier = (0..intent).find(|earlier| has_beacon(*earlier)).map(|earlier| {
				key_of(earlier, &super::secret(known.secrets[earlier as usize]), sub_key)
			});
			let own = key_of(intent, &secret, sub_key);
			let keys: Vec<_> = earlier.into_iter().chain([own]).collect();
			let bytes = marked(&keys, file);
			let registration = Registration {
				name: digits(other.into()),
				..*registration(intent, &secret, sub_key, &bytes)
			};
			known.files.insert(registration.file.id, bytes);
			let _ = send(record.owner, register_call(&registration));
		},
		Action::Contest { nth, model, sub_key } => {
			let (intent, model) = (nth as u64, model as u64);
			let Some(record) = Intents::<Test>::get(intent).filter(|_| has_beacon(intent)) else {
				return;
			};
			let Some(contested) = Models::<Test>::get(model) else { return };
			let bytes = &known.files[&contested.artifact];
			let secret = secret(known.secrets[nth]);
			let challenge = challenge(model, intent, &secret, sub_key, bytes);
			let _ = send(record.owner, contest_call(&challenge));
		},
		Action::Settle { nth, settlement } => {
			let clients: Vec<_> = Jobs::iter_values().map(|(client, ..)| client).collect();
			let Some(client) = clients.get(nth % clients.len().max(1)) else { return };
			let stated = match client {
				Client::Model(model) => {
					Models::<Test>::get(model).unwrap().details.unwrap().evidence.statistics
				},
				Client::Contest(contest) => Contests::<Test>::get(contest).unwrap().statistics,
				_ => unreachable!("only models open jobs here"),
			};
			let settlement = match settlement {
				Verdict::Confirmed => confirmed(stated),
				Verdict::Otherwise => reported(&Report::Refused(Refusal::NoMargin), 0),
				Verdict::Failed => Settlement::Agreed(Outcome::Failed {
					reason: FailReason::Trap,
					trace_root: H256::zero(),
				}),
				Verdict::Undecided => Settlement::Undecided,
			};
			settle(*client, settlement);
		},
		Action::Alias { nth, word, version } => {
			let name = digits(nth as u8 % 2);
			let Some(record) = Names::<Test>::get(&name) else { return };
			let owner = RuntimeOrigin::signed(record.owner);
			let _ = AssayModels::set_alias(owner, name, alias(&format!("a{word}")), version);
		},
		Action::Transfer { who, name, to } => {
			let _ = AssayModels::transfer(RuntimeOrigin::signed(who), digits(name), to);
		},
		Action::Revoke { who, nth } => {
			let _ = AssayModels::revoke(RuntimeOrigin::signed(who), nth as u64);
		},
		Action::Remove { nth } => {
			let model = nth as u64;
			let Some(record) = Models::<Test>::get(model) else { return };
			let _ = AssayModels::remove(RuntimeOrigin::signed(record.owner), model);
		},
		Action::Epoch => next_epoch(),
		Action::Block => next_block(),
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn everything_adds_up(actions in prop::collection::vec(action(), 1..80)) {
		new_test_ext().execute_with(|| {
			use frame_support::traits::fungible::Mutate;
			assert_ok!(Balances::mint_into(&POOR, ENDOWED));
			IntentLife::set(8);
			let issued = Balances::total_issuance();
			let mut known = Known::default();
			for action in actions {
				apply(action, &mut known);
				check();
			}
			// What was slashed is with the treasury, the rest with who had it or won it.
			assert_eq!(Balances::total_issuance(), issued);

			// Once all jobs are settled and models revoked, nothing is held but deposits.
			while let Some((client, ..)) = Jobs::iter_values().next() {
				settle(client, Settlement::Undecided);
			}
			for (model, record) in Models::<Test>::iter() {
				if let Some(name) = Names::<Test>::get(&record.name) {
					let _ = AssayModels::revoke(RuntimeOrigin::signed(name.owner), model);
				}
			}
			check();
			for (model, record) in Models::<Test>::iter() {
				if record.details.is_some() {
					dismiss(record.owner, model);
				}
			}
			check();
			for who in [ALICE, BOB, CAROL, POOR] {
				assert_eq!(bonds(who), 0);
			}
			for (intent, record) in Intents::<Test>::iter() {
				let owner = RuntimeOrigin::signed(record.owner);
				assert!(AssayModels::withdraw_intent(owner, intent).is_ok());
			}
			check();
			assert_eq!(Beacons::<Test>::iter().count(), 0);
		});
	}
}
