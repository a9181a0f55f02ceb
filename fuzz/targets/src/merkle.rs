//! Merkle proofs, and the weights that are proved with them.

use crate::{common::random::Random, Target};
use assay_primitives::{
	file,
	merkle::{leaf, Proof, Tree},
	File, H256,
};
use assay_watermark::{evidence::length_is_proved, Element, Opening, Place, Slice};
use codec::{DecodeAll, Encode};

/// Encoded proofs, openings and slices of weights.
pub const TARGET: Target = Target {
	name: "merkle",
	about: "what is proved is in the tree, at its place, and nothing else is proved",
	check: checked,
	seeds,
};

/// Leaves of the tree.
const LEAVES: u32 = 21;
/// Bytes of the file.
const BYTES: usize = 2_500;

fn tree() -> Tree {
	Tree::new((0..LEAVES).map(|at| leaf(&at.to_le_bytes())).collect())
}

fn bytes() -> Vec<u8> {
	(0..BYTES as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// The first byte says what the others encode.
fn checked(input: &[u8]) -> bool {
	let Some((kind, rest)) = input.split_first() else { return false };
	match kind % 4 {
		0 => proof(rest),
		1 => slice(rest),
		2 => updates(rest),
		_ => Opening::decode_all(&mut &*rest).is_ok_and(|opening| opening.root().is_some()),
	}
}

/// A leaf with its proof: if it is proved, it is the one that there is.
fn proof(mut input: &[u8]) -> bool {
	let Ok((data, proof)) = <(u32, Proof)>::decode_all(&mut input) else { return false };
	let tree = tree();
	if proof.root(leaf(&data.to_le_bytes())) != Some(tree.root()) {
		return false;
	}
	assert_eq!(data, proof.index, "another leaf is proved");
	assert_eq!(tree.prove(data), Some(proof), "there are two proofs");
	true
}

/// Weights that are proved are those of the file.
fn slice(mut input: &[u8]) -> bool {
	let Ok((slice, length)) = <(Slice, Proof)>::decode_all(&mut input) else { return false };
	let bytes = bytes();
	let file = File { id: H256::zero(), bytes: BYTES as u32, root: file::tree(&bytes).root() };
	let other = File { bytes: u32::MAX, ..file };
	assert!(!length_is_proved(&other, &length), "another length is proved");
	let proved = length_is_proved(&file, &length);
	// Whatever the length, it ends.
	drop(slice.open(&other));
	let Ok(weights) = slice.open(&file) else { return false };
	let honest = Slice::cut(&bytes, slice.place).expect("the place is in the file");
	assert_eq!(slice, honest, "other weights are proved");
	assert_eq!(honest.open(&file), Ok(weights));
	proved
}

/// A tree that was changed leaf by leaf is the tree of the new leaves.
fn updates(input: &[u8]) -> bool {
	let Some((count, changes)) = input.split_first() else { return false };
	let mut leaves: Vec<H256> = (0..*count).map(|at| leaf(&[at])).collect();
	let mut tree = Tree::new(leaves.clone());
	let changes: Vec<(usize, H256)> =
		changes.chunks(2).map(|pair| (usize::from(pair[0]), leaf(pair))).collect();
	tree.update(changes.iter().copied());
	for (at, value) in changes {
		if let Some(slot) = leaves.get_mut(at) {
			*slot = value;
		}
	}
	assert_eq!(tree, Tree::new(leaves));
	for index in 0..u32::from(*count) {
		let proof = tree.prove(index).expect("there is such a leaf");
		assert_eq!(proof.root(tree.leaves()[index as usize]), Some(tree.root()));
	}
	*count > 0
}

fn seeds() -> Vec<Vec<u8>> {
	let with = |kind: u8, bytes: Vec<u8>| [vec![kind], bytes].concat();
	let (tree, bytes) = (tree(), bytes());
	let mut random = Random(1);
	let mut seeds: Vec<_> = (0..LEAVES)
		.map(|index| with(0, (index, tree.prove(index).expect("a leaf")).encode()))
		.collect();
	let length = file::tree(&bytes).prove(0).expect("a leaf");
	for element in [Element::F32, Element::I8] {
		for (offset, groups, group_len) in [(0, 1, 16), (8, 40, 4), (1_000, 300, 1), (2_436, 16, 1)]
		{
			let place = Place { offset, element, groups, group_len };
			let slice = Slice::cut(&bytes, place).expect("it is in the file");
			seeds.push(with(1, (slice, &length).encode()));
		}
	}
	let opening = Opening { sub_key: H256::repeat_byte(1), proof: tree.prove(3).expect("a leaf") };
	seeds.push(with(3, opening.encode()));
	seeds.extend((0..6).map(|at| with(2, random.bytes(1 + 9 * at))));
	seeds
}
