//! Owners of models, and thieves.

use super::{Mark, World};
use crate::{
	random::Random,
	shape::{mutate, number},
	step::Step,
};
use assay_primitives::{file, File, Limits, Manifest, Score, H256};
use assay_runtime::{Runtime, RuntimeCall};
use assay_watermark::{
	evidence, key,
	projection::{is_set, signs, wanted, BITS},
	Element, Place, Secret, Slice, Statistics,
};
use codec::{DecodeAll, Encode};
use pallet_assay_models::{
	Alias, Beacons, Challenge, CleanData, Intents, Models, Name, Names, Parents, Registration,
	SchemeTerms, Stage,
};

type Call = pallet_assay_models::Call<Runtime>;

/// Where the weights are: after a few bytes that tell models apart.
const PLACE: Place = Place { offset: 8, element: Element::F32, groups: 2_048, group_len: 1 };
/// Sub-keys of an intent.
const SUB_KEYS: u32 = 16;
/// Most keys in one model: more weaken each other.
const MARKS: usize = 3;

impl World {
	pub(super) fn intend(&mut self, random: &mut Random) -> Option<Step> {
		let secret = Secret { bytes: random.hash(), sub_keys: SUB_KEYS };
		let root = secret.root();
		self.secrets.insert(root, secret);
		self.learn(root);
		let ratio = if random.chance(5) { number(random) as i64 } else { 700_000_000 };
		Some(Step::signed(self.somebody(random), Call::intend { root, ratio: Score(ratio) }))
	}

	/// The next key of an intent that was not opened, once there is a beacon.
	fn next_mark(&self, intent: u64, later: u32) -> Option<Mark> {
		let record = Intents::<Runtime>::get(intent)?;
		let secret = self.secrets.get(&record.root)?;
		let beacon = Beacons::<Runtime>::get(record.epoch)?.value?;
		let sub_key = (record.opened.trailing_ones() + later) % SUB_KEYS;
		let opening = secret.open(sub_key)?;
		let owner = &record.owner;
		let key = key::watermark(owner, intent, &record.root, sub_key, &opening.sub_key, &beacon);
		Some(Mark { intent, sub_key, key })
	}

	/// Marks a model with keys of one intent or of more, and stores it.
	pub(super) fn prepare_model(&mut self, random: &mut Random) -> Option<Step> {
		let intents: Vec<u64> = Intents::<Runtime>::iter_keys().collect();
		let mut marks = Vec::<Mark>::new();
		for _ in 0..1 + random.below(MARKS) {
			let mark = self.next_mark(random.pick(&intents)?, random.below(3) as u32)?;
			if marks.iter().all(|known| known.key != mark.key) {
				marks.push(mark);
			}
		}
		let bytes = marked(&marks, random.number());
		let id = Manifest::of(&bytes).id();
		self.marks.insert(id, marks);
		let who = self.somebody(random);
		Some(self.store(who, bytes, random))
	}

	/// What can be shown of a mark in a file.
	fn evidence(&self, bytes: &[u8], mark: &Mark) -> Option<(File, Slice, Statistics)> {
		let root = file::tree(bytes).root();
		let file =
			File { id: Manifest::of(bytes).id(), bytes: u32::try_from(bytes.len()).ok()?, root };
		let slice = Slice::cut(bytes, PLACE)?;
		let bit_matches = evidence::bit_matches(&slice, &file, &mark.key).ok()?;
		let ratio = Intents::<Runtime>::get(mark.intent)?.ratio;
		Some((file, slice, Statistics { classes: 10, trigger_matches: 60, bit_matches, ratio }))
	}

	pub(super) fn register_model(&mut self, random: &mut Random) -> Option<Step> {
		let stored = self.stored();
		let ready: Vec<_> = stored.iter().filter(|id| self.marks.contains_key(*id)).collect();
		let id = random.pick(&ready)?;
		let mark = random.pick(self.marks.get(id)?)?;
		let bytes = self.contents.get(id)?;
		let intent = Intents::<Runtime>::get(mark.intent)?;
		let (file, slice, statistics) = self.evidence(bytes, &mark)?;
		let verified: Vec<u64> = Models::<Runtime>::iter()
			.filter(|(_, model)| model.status.stage() == Stage::Verified || random.chance(5))
			.map(|(model, _)| model)
			.collect();
		let parents =
			(0..random.below(3)).filter_map(|_| random.pick(&verified)).collect::<Vec<_>>();
		let registration = Registration {
			intent: mark.intent,
			name: some_name(random),
			file,
			length: file::tree(bytes).prove(0)?,
			opening: self.secrets.get(&intent.root)?.open(mark.sub_key)?,
			slice,
			statistics,
			accuracy: Score(random.pick(&[Score::ONE, 900_000_000, 499_999_999])?),
			clean: CleanData { id: random.pick(&stored)?, root: random.hash(), chunk_rows: 64 },
			card: H256::zero(),
			signature_manifest: H256::zero(),
			parents: Parents::truncate_from(if random.chance(70) { Vec::new() } else { parents }),
			claim: random.chance(4).then(|| random.below(9) as u64),
		};
		let registration = changed(registration, random);
		let who = self.signer_or_other(&intent.owner, random)?;
		let call = Call::register { registration: Box::new(registration) };
		Some(Step::signed(who, call))
	}

	/// Contests a model that carries a mark of somebody else, or one that does not.
	pub(super) fn contest(&mut self, random: &mut Random) -> Option<Step> {
		let models: Vec<_> = Models::<Runtime>::iter()
			.filter(|(_, model)| {
				matches!(model.status.stage(), Stage::Verified | Stage::Revoked) || random.chance(5)
			})
			.collect();
		let (model, record) = random.pick(&models)?;
		let marks = self.marks.get(&record.artifact)?;
		let others: Vec<_> = marks
			.iter()
			.filter(|mark| mark.intent != record.intent || random.chance(10))
			.cloned()
			.collect();
		let mark = random.pick(&others)?;
		let intent = Intents::<Runtime>::get(mark.intent)?;
		let (_, slice, statistics) = self.evidence(self.contents.get(&record.artifact)?, &mark)?;
		let opening = self.secrets.get(&intent.root)?.open(mark.sub_key)?;
		let challenge = Challenge { model, intent: mark.intent, opening, slice, statistics };
		let challenge = changed(challenge, random);
		let who = self.signer_or_other(&intent.owner, random)?;
		Some(Step::signed(who, Call::contest { challenge: Box::new(challenge) }))
	}

	/// Aliases and owners of names.
	pub(super) fn name_model(&mut self, random: &mut Random) -> Option<Step> {
		let names: Vec<_> = Names::<Runtime>::iter()
			.map(|(name, record)| (name, record.owner, record.proposed))
			.collect();
		let (name, owner, proposed) = random.pick(&names)?;
		let who = self.signer_or_other(&owner, random)?;
		Some(match (random.below(3), proposed.and_then(|to| self.signer(&to))) {
			(0, Some(to)) => Step::signed(to, Call::transfer { name, new_owner: self.account(to) }),
			(0 | 1, _) => {
				let new_owner = self.account(self.anybody(random));
				Step::signed(who, Call::transfer { name, new_owner })
			},
			_ => {
				let alias = random.pick(&["best", "old", "x", "", "v1"])?.as_bytes().to_vec();
				let version = (!random.chance(20)).then(|| 1 + random.below(3) as u32);
				let alias = Alias::truncate_from(alias);
				Step::signed(who, Call::set_alias { name, alias, version })
			},
		})
	}

	/// Revokes or removes models, withdraws intents.
	pub(super) fn end_model(&mut self, random: &mut Random) -> Option<Step> {
		if random.chance(30) {
			let intents: Vec<_> =
				Intents::<Runtime>::iter().map(|(id, record)| (id, record.owner)).collect();
			let (intent, owner) = random.pick(&intents)?;
			let who = self.signer_or_other(&owner, random)?;
			return Some(Step::signed(who, Call::withdraw_intent { intent }));
		}
		let models: Vec<_> =
			Models::<Runtime>::iter().map(|(id, model)| (id, model.owner, model.name)).collect();
		let (model, owner, name) = random.pick(&models)?;
		if random.chance(50) {
			let owner = Names::<Runtime>::get(&name).map_or(owner, |name| name.owner);
			let who = self.signer_or_other(&owner, random)?;
			return Some(Step::signed(who, Call::revoke { model }));
		}
		let who = self.signer_or_other(&owner, random)?;
		Some(Step::signed(who, Call::remove { model }))
	}

	/// Governance chooses the program that verifies models.
	pub(super) fn set_scheme(&mut self, random: &mut Random) -> Option<Step> {
		let program = random.pick(&self.stored())?;
		let limits =
			Limits { total_fuel: 2_000_000_000, step_fuel: 1_000_000_000, ..evidence::LIMITS };
		let scheme = (!random.chance(5)).then_some(SchemeTerms { program, limits });
		Some(Step::sudo(RuntimeCall::from(Call::set_scheme { scheme })))
	}
}

/// Now and then the same with a changed byte or two, if that is still one.
fn changed<V: Encode + DecodeAll>(value: V, random: &mut Random) -> V {
	if !random.chance(8) {
		return value;
	}
	let mut bytes = value.encode();
	mutate(&mut bytes, random);
	V::decode_all(&mut bytes.as_slice()).unwrap_or(value)
}

fn some_name(random: &mut Random) -> Name {
	let name = random.pick(&["digits", "faces", "x", "a/b", ""]).unwrap_or_default();
	Name::truncate_from(name.as_bytes().to_vec())
}

/// A file that carries the bits of some keys: each weight is the sum of the signs that they ask
/// for.
fn marked(marks: &[Mark], number: u64) -> Vec<u8> {
	let mut weights = vec![0i16; PLACE.groups as usize];
	for Mark { key, .. } in marks {
		let wanted = wanted(key);
		for bit in 0..BITS {
			let wish = if is_set(&wanted, bit) { 1 } else { -1 };
			for (part, weights) in (0u32..).zip(weights.chunks_mut(256)) {
				let signs = signs(key, bit, part);
				for (weight, at) in weights.iter_mut().zip(0u32..) {
					*weight += if is_set(&signs, at) { -wish } else { wish };
				}
			}
		}
	}
	let weights = weights.iter().flat_map(|weight| f32::from(*weight).to_le_bytes());
	number.to_le_bytes().into_iter().chain(weights).collect()
}
