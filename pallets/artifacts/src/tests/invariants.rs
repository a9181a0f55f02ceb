//! What holds after any sequence of transactions.

use super::*;
use proptest::prelude::*;

/// The artifacts of the tests: of one chunk, and of two.
fn contents() -> &'static [Vec<u8>] {
	use std::sync::OnceLock;
	static CONTENTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
	CONTENTS.get_or_init(|| vec![SMALL.to_vec(), large(12), b"third".to_vec()])
}

fn id(content: usize) -> ArtifactId {
	use std::sync::OnceLock;
	static IDS: OnceLock<Vec<ArtifactId>> = OnceLock::new();
	IDS.get_or_init(|| contents().iter().map(|bytes| Manifest::of(bytes).id()).collect())[content]
}

/// Something that can happen.
#[derive(Clone, Debug)]
enum Action {
	Announce(AccountId, usize),
	Upload { who: AccountId, id: usize, index: u32, content: usize, nested: bool },
	Renew { who: AccountId, id: usize, index: u32, nested: bool },
	Remove(AccountId, usize),
	Pin(usize),
	Unpin(usize),
	Report(usize),
	Wait(u64),
}

impl Action {
	/// The sender and its transaction, unless this is something else.
	fn transaction(&self) -> Option<(AccountId, RuntimeCall)> {
		let wrap = |nested: bool, call: Call<Test>| {
			if nested {
				pallet_utility::Call::batch_all { calls: vec![call.into()] }.into()
			} else {
				call.into()
			}
		};
		match *self {
			Self::Announce(who, content) => {
				Some((who, announce_call(&Manifest::of(&contents()[content])).into()))
			},
			Self::Upload { who, id: of, index, content, nested } => {
				let chunk = contents()[content].chunks(CHUNK_BYTES).nth(index as usize);
				let chunk = chunk.unwrap_or_default().to_vec();
				Some((who, wrap(nested, Call::upload { id: id(of), index, chunk })))
			},
			Self::Renew { who, id: of, index, nested } => {
				Some((who, wrap(nested, Call::renew { id: id(of), index })))
			},
			Self::Remove(who, of) => Some((who, Call::remove { id: id(of) }.into())),
			Self::Pin(_) | Self::Unpin(_) | Self::Report(_) | Self::Wait(_) => None,
		}
	}
}

fn action() -> impl Strategy<Value = Action> {
	let (who, content, index) = (1u64..3, 0usize..3, 0u32..2);
	let nested = prop_oneof![5 => Just(false), 1 => Just(true)];
	prop_oneof![
		3 => (who.clone(), content.clone()).prop_map(|(who, of)| Action::Announce(who, of)),
		6 => (who.clone(), content.clone(), index.clone(), any::<bool>(), content.clone(), nested.clone())
			.prop_map(|(who, id, index, right, other, nested)| Action::Upload {
				who, id, index, content: if right { id } else { other }, nested,
			}),
		4 => (who.clone(), content.clone(), index, nested)
			.prop_map(|(who, id, index, nested)| Action::Renew { who, id, index, nested }),
		1 => (who, content.clone()).prop_map(|(who, of)| Action::Remove(who, of)),
		2 => content.clone().prop_map(Action::Pin),
		2 => content.clone().prop_map(Action::Unpin),
		1 => content.prop_map(Action::Report),
		3 => (1u64..8).prop_map(Action::Wait),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	/// Numbered invariants and deposits hold, whatever fails leaves the records as they were, what
	/// others rely on stays, and a node files under each hash the bytes that have this hash.
	#[test]
	fn hold_after_any_sequence(actions in prop::collection::vec(action(), 1..40)) {
		let mut ext = build();
		let mut operations = 0;
		let mut pins = [0u32; 3];
		for action in actions {
			let transaction = action.transaction();
			let encoded = transaction.clone().map(|(who, call)| encode(who, call));
			let position = ext.execute_with(|| System::extrinsic_index().unwrap());
			let succeeded = ext.execute_with(|| {
				let records = || {
					let mut all: Vec<_> = crate::Artifacts::<Test>::iter().collect();
					all.sort_by_key(|(id, _)| *id);
					all
				};
				let before = records();
				let succeeded = match (&action, transaction) {
					(_, Some((who, call))) => apply(who, call).is_ok(),
					(Action::Pin(of), _) => {
						let pinned = Artifacts::pin(id(*of)).is_ok();
						pins[*of] += u32::from(pinned);
						pinned
					},
					(Action::Unpin(of), _) if pins[*of] > 0 => {
						Artifacts::unpin(id(*of));
						pins[*of] -= 1;
						true
					},
					(Action::Report(of), _) => {
						Artifacts::report_missing(id(*of));
						true
					},
					(Action::Wait(blocks), _) => {
						run_to(System::block_number() + blocks);
						true
					},
					_ => true,
				};
				check();
				assert!(succeeded || records() == before, "{action:?} failed and left a trace");
				for (of, pins) in pins.iter().enumerate().filter(|(_, pins)| **pins > 0) {
					assert_eq!(Artifacts::status(id(of)).map(|status| status.pins), Some(*pins));
				}
				succeeded
			});

			// What the node's database does with the transaction once the block is complete.
			let all = ext.overlayed_changes().transaction_index_ops().to_vec();
			let new = &all[operations..];
			operations = all.len();
			match &action {
				Action::Upload { .. } | Action::Renew { .. } => {
					prop_assert_eq!(new.len(), usize::from(succeeded));
				},
				_ => prop_assert!(new.is_empty()),
			}
			match new {
				[IndexOperation::Insert { extrinsic, hash: key, size }] => {
					let encoded = encoded.unwrap();
					let tail = &encoded[encoded.len() - *size as usize..];
					prop_assert_eq!(&hash(tail).0[..], &key[..]);
					prop_assert_eq!(*extrinsic, position);
				},
				[IndexOperation::Renew { extrinsic, .. }] => {
					prop_assert_eq!(*extrinsic, position);
				},
				_ => (),
			}
		}
	}
}
