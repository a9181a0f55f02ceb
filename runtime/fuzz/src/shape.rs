//! Random values of the runtime's types, and what is inside of encoded ones.
//!
//! Types are described to clients by metadata; the same description tells here how to make a value
//! of any call, also of one that nobody had in mind when this was written.

use crate::random::Random;
use assay_primitives::H256;
use assay_runtime::{AccountId, RuntimeCall};
use codec::{Compact, Decode, DecodeLimit, Encode};
use scale_info::{form::PortableForm, meta_type, PortableRegistry, Registry, Type, TypeDef};
use scale_info::{Field, TypeDefPrimitive as Primitive};

/// How deep values are made before the simplest are taken.
const MAX_DEPTH: u32 = 12;
/// Bytes of calls that are looked into.
const MAX_NESTING: u32 = 64;

/// Values that mean something to the chain.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
	/// Accounts.
	pub accounts: Vec<AccountId>,
	/// Ids, roots and commitments.
	pub hashes: Vec<H256>,
	/// Encoded calls.
	pub calls: Vec<Vec<u8>>,
}

/// The types of the runtime's calls.
pub struct Shape {
	types: PortableRegistry,
	call: u32,
}

impl Default for Shape {
	fn default() -> Self {
		let mut registry = Registry::new();
		let call = registry.register_type(&meta_type::<RuntimeCall>()).id;
		Self { types: registry.into(), call }
	}
}

impl Shape {
	fn resolve(&self, id: u32) -> Option<&Type<PortableForm>> {
		self.types.resolve(id)
	}

	/// A random call of a random pallet; nothing if the values made no sense.
	#[must_use]
	pub fn call(&self, random: &mut Random, dictionary: &Dictionary) -> Option<RuntimeCall> {
		let mut bytes = Vec::new();
		self.value(self.call, 0, random, dictionary, &mut bytes)?;
		decode(&bytes)
	}

	/// Appends a random value of a type.
	fn value(
		&self,
		id: u32,
		depth: u32,
		random: &mut Random,
		dictionary: &Dictionary,
		to: &mut Vec<u8>,
	) -> Option<()> {
		let ty = self.resolve(id)?;
		if id == self.call && depth > 0 {
			// Calls inside of calls: mostly some that have been made.
			if depth > MAX_DEPTH || random.chance(70) {
				to.extend(random.pick(&dictionary.calls)?);
				return Some(());
			}
		}
		match last(ty) {
			Some("AccountId32") => {
				let account = random.pick(&dictionary.accounts)?;
				account.encode_to(to);
				return Some(());
			},
			Some("H256") if random.chance(80) && !dictionary.hashes.is_empty() => {
				random.pick(&dictionary.hashes)?.encode_to(to);
				return Some(());
			},
			_ => {},
		}
		let each = |ids: Vec<u32>, to: &mut Vec<u8>, random: &mut Random| {
			ids.into_iter().try_for_each(|id| self.value(id, depth + 1, random, dictionary, to))
		};
		match &ty.type_def {
			TypeDef::Composite(of) => each(fields(&of.fields), to, random),
			TypeDef::Tuple(of) => each(of.fields.iter().map(|id| id.id).collect(), to, random),
			TypeDef::Array(of) => each((0..of.len).map(|_| of.type_param.id).collect(), to, random),
			TypeDef::Variant(of) => {
				let chosen = if depth > MAX_DEPTH {
					of.variants.iter().min_by_key(|variant| variant.fields.len())
				} else {
					of.variants.get(random.below(of.variants.len()))
				}?;
				// The first kind of address is the one that this chain resolves.
				let address = last(ty) == Some("MultiAddress");
				let chosen =
					if address && random.chance(95) { of.variants.first()? } else { chosen };
				to.push(chosen.index);
				each(fields(&chosen.fields), to, random)
			},
			TypeDef::Sequence(of) => {
				let most = if depth > MAX_DEPTH { 1 } else { 5 };
				let len = if self.is_byte(of.type_param.id) { 40 } else { most };
				let len = random.below(len);
				Compact(len as u32).encode_to(to);
				each((0..len).map(|_| of.type_param.id).collect(), to, random)
			},
			TypeDef::Compact(of) => {
				let bits = self.width(of.type_param.id)?;
				let value = number(random) & (u128::MAX >> (128 - bits));
				Compact(value).encode_to(to);
				Some(())
			},
			TypeDef::Primitive(primitive) => {
				let width = match primitive {
					Primitive::Bool => {
						to.push(random.below(2) as u8);
						return Some(());
					},
					Primitive::Str => {
						"text".encode_to(to);
						return Some(());
					},
					Primitive::Char => 4,
					other => bits(other)? / 8,
				};
				to.extend(
					number(random).to_le_bytes().into_iter().chain([0; 16]).take(width as usize),
				);
				Some(())
			},
			TypeDef::BitSequence(_) => None,
		}
	}

	fn is_byte(&self, id: u32) -> bool {
		let byte = TypeDef::Primitive(Primitive::U8);
		self.resolve(id).is_some_and(|ty| ty.type_def == byte)
	}

	/// Bits of the number that a compact one encodes.
	fn width(&self, id: u32) -> Option<u32> {
		match &self.resolve(id)?.type_def {
			TypeDef::Primitive(primitive) => bits(primitive).filter(|bits| *bits <= 128),
			TypeDef::Composite(of) => self.width(of.fields.first()?.ty.id),
			_ => None,
		}
	}

	/// All calls inside of a call, at any depth.
	#[must_use]
	pub fn inside(&self, call: &RuntimeCall) -> Vec<RuntimeCall> {
		let bytes = call.encode();
		let mut found = Vec::new();
		let complete = self.walk(self.call, &mut bytes.as_slice(), &mut found);
		debug_assert!(complete.is_some(), "a call is not of its type: {call:?}");
		// The first is the call itself, or rather the last: what is inside ends before.
		found.pop();
		found.iter().filter_map(|bytes| decode(bytes)).collect()
	}

	/// Passes an encoded value, and notes the calls in it.
	fn walk(&self, id: u32, from: &mut &[u8], found: &mut Vec<Vec<u8>>) -> Option<()> {
		let ty = self.resolve(id)?;
		let begin = *from;
		match &ty.type_def {
			TypeDef::Composite(of) => {
				of.fields.iter().try_for_each(|field| self.walk(field.ty.id, from, found))?;
			},
			TypeDef::Tuple(of) => {
				of.fields.iter().try_for_each(|field| self.walk(field.id, from, found))?;
			},
			TypeDef::Array(of) => {
				(0..of.len).try_for_each(|_| self.walk(of.type_param.id, from, found))?;
			},
			TypeDef::Variant(of) => {
				let index = u8::decode(from).ok()?;
				let variant = of.variants.iter().find(|variant| variant.index == index)?;
				variant.fields.iter().try_for_each(|field| self.walk(field.ty.id, from, found))?;
			},
			TypeDef::Sequence(of) => {
				let len = Compact::<u32>::decode(from).ok()?.0;
				if self.is_byte(of.type_param.id) {
					*from = from.get(len as usize..)?;
				} else {
					(0..len).try_for_each(|_| self.walk(of.type_param.id, from, found))?;
				}
			},
			TypeDef::Compact(_) => drop(Compact::<u128>::decode(from).ok()?),
			TypeDef::Primitive(Primitive::Bool) => *from = from.get(1..)?,
			TypeDef::Primitive(Primitive::Char) => *from = from.get(4..)?,
			TypeDef::Primitive(Primitive::Str) => drop(String::decode(from).ok()?),
			TypeDef::Primitive(primitive) => *from = from.get(bits(primitive)? as usize / 8..)?,
			TypeDef::BitSequence(_) => return None,
		}
		if id == self.call {
			found.push(begin.get(..begin.len() - from.len())?.to_vec());
		}
		Some(())
	}
}

/// The name of a type, without its module.
fn last(ty: &Type<PortableForm>) -> Option<&str> {
	ty.path.segments.last().map(AsRef::as_ref)
}

fn fields(fields: &[Field<PortableForm>]) -> Vec<u32> {
	fields.iter().map(|field| field.ty.id).collect()
}

/// Bits of a number.
const fn bits(primitive: &Primitive) -> Option<u32> {
	Some(match primitive {
		Primitive::U8 | Primitive::I8 => 8,
		Primitive::U16 | Primitive::I16 => 16,
		Primitive::U32 | Primitive::I32 => 32,
		Primitive::U64 | Primitive::I64 => 64,
		Primitive::U128 | Primitive::I128 => 128,
		Primitive::U256 | Primitive::I256 => 256,
		Primitive::Bool | Primitive::Char | Primitive::Str => return None,
	})
}

/// A call from its encoding, as a node decodes it.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<RuntimeCall> {
	RuntimeCall::decode_all_with_depth_limit(MAX_NESTING, &mut &*bytes).ok()
}

/// A number of a kind that matters: small, an amount, or at an end of its range.
pub fn number(random: &mut Random) -> u128 {
	const AIT: u128 = assay_runtime::config::monetary::AIT;
	let small = random.below(20) as u128;
	match random.below(12) {
		0..=5 => small,
		6 => u128::from(random.number()),
		7 => u128::MAX - small,
		8 => (1u128 << random.below(128)).wrapping_add(small).wrapping_sub(10),
		9 => AIT * small,
		10 => AIT / 1_000 * small,
		_ => AIT * u128::from(random.within(20, 12_000)),
	}
}

/// Something like a value: the same bytes with some of them changed, moved, lost or added.
pub fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
	for _ in 0..1 + random.below(4) {
		if bytes.is_empty() {
			return;
		}
		let at = random.below(bytes.len());
		match random.below(6) {
			0 => bytes[at] ^= 1 << random.below(8),
			1 => bytes[at] = random.number() as u8,
			2 => {
				bytes.remove(at);
			},
			3 => bytes.insert(at, random.number() as u8),
			4 => {
				let edge = [0, 1, u64::from(u32::MAX), u64::MAX, u64::MAX / 2];
				let value = random.pick(&edge).unwrap_or(0).to_le_bytes();
				let width = 1 << random.below(4);
				let end = bytes.len().min(at + width);
				let part = &mut bytes[at..end];
				part.copy_from_slice(&value[..part.len()]);
			},
			_ => {
				let from = random.below(bytes.len());
				bytes[at] = bytes[from];
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_runtime::Runtime;
	use sp_keyring::Sr25519Keyring::Alice;

	#[test]
	fn calls_inside_of_calls_are_found() {
		type Call = pallet_utility::Call<Runtime>;
		let remark = frame_system::Call::<Runtime>::remark { remark: vec![7; 70] };
		let remark = RuntimeCall::from(remark);
		let batch = Call::batch { calls: vec![remark.clone(), remark.clone()] };
		let batch = RuntimeCall::from(batch);
		let sudo = pallet_sudo::Call::<Runtime>::sudo { call: Box::new(batch.clone()) };
		let sudo = RuntimeCall::from(sudo);
		let shape = Shape::default();
		assert_eq!(shape.inside(&sudo), [remark.clone(), remark.clone(), batch]);
		assert!(shape.inside(&remark).is_empty());
	}

	#[test]
	fn every_call_weighs_something() {
		use frame_support::{dispatch::GetDispatchInfo, traits::GetCallMetadata};
		// What these weigh is what root says.
		const FREE: [(&str, &str); 2] =
			[("Sudo", "sudo_unchecked_weight"), ("Utility", "with_weight")];
		let (shape, mut random) = (Shape::default(), Random::new(1));
		let remark = frame_system::Call::<Runtime>::remark { remark: vec![] };
		let dictionary = Dictionary {
			accounts: vec![Alice.to_account_id()],
			hashes: vec![H256::zero()],
			calls: vec![RuntimeCall::from(remark).encode()],
		};
		let mut known: std::collections::BTreeSet<_> = RuntimeCall::get_module_names()
			.iter()
			.flat_map(|pallet| {
				RuntimeCall::get_call_names(pallet).iter().map(|call| (*pallet, *call))
			})
			.collect();
		sp_io::TestExternalities::default().execute_with(|| {
			for _ in 0..100_000 {
				let Some(call) = shape.call(&mut random, &dictionary) else { continue };
				let name = call.get_call_metadata();
				let name = (name.pallet_name, name.function_name);
				let weight = call.get_dispatch_info().call_weight.ref_time();
				// A microsecond.
				assert!(weight >= 1_000_000 || FREE.contains(&name), "{name:?}: {weight}");
				known.remove(&name);
			}
		});
		assert_eq!(known.into_iter().collect::<Vec<_>>(), []);
	}

	#[test]
	fn most_values_are_calls_of_all_pallets() {
		use frame_support::traits::GetCallMetadata;
		let (shape, mut random) = (Shape::default(), Random::new(1));
		let remark = frame_system::Call::<Runtime>::remark { remark: vec![] };
		let remark = RuntimeCall::from(remark);
		let dictionary = Dictionary {
			accounts: vec![Alice.to_account_id()],
			hashes: vec![H256::zero()],
			calls: vec![remark.encode()],
		};
		let calls: Vec<_> =
			(0..2_000).filter_map(|_| shape.call(&mut random, &dictionary)).collect();
		assert!(calls.len() > 1_500, "{}", calls.len());
		let pallets: std::collections::BTreeSet<_> =
			calls.iter().map(|call| call.get_call_metadata().pallet_name).collect();
		for pallet in RuntimeCall::get_module_names() {
			let callable = !RuntimeCall::get_call_names(pallet).is_empty();
			assert_eq!(pallets.contains(pallet), callable, "{pallet}");
		}
		// What is made can be looked into.
		calls.iter().for_each(|call| drop(shape.inside(call)));
	}
}
