// What the owner of a model computes, from docs/models.md. Shares no code with the chain.

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringToU8a, u8aToHex } from '@polkadot/util';
import { hash, merkleTree, u32, u64 } from './client.js';

const CHUNK = 16 * 1024;
const SUB_KEYS = 6;

/** A secret with its sub-keys: their root, and how to open one. */
export function secret() {
	const bytes = randomBytes(32);
	const subKeys = Array.from({ length: SUB_KEYS }, (_, index) =>
		hash(stringToU8a('assay/subkey'), bytes, u32(index)),
	);
	const { root, prove } = merkleTree(subKeys);
	const open = (index) => ({ subKey: u8aToHex(subKeys[index]), proof: prove(index) });
	return { bytes: u8aToHex(bytes), root, open };
}

/** Puts a secret where the command line looks for it. */
export async function keep(folder, genesis, owner, { bytes, root }) {
	const path = join(folder, 'marks', genesis);
	await mkdir(path, { recursive: true });
	const text = JSON.stringify({ owner, secret: bytes, sub_keys: SUB_KEYS, intent: null });
	await writeFile(join(path, `${root}.json`), text, { mode: 0o600 });
}

/** The same model as another file, with a remark in its metadata, and by how much its data moved. */
export function remarked(bytes, remark) {
	const length = Number(bytes.readBigUInt64LE());
	const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
	header.__metadata__.remark = remark;
	const text = Buffer.from(JSON.stringify(header));
	const file = Buffer.concat([u64(text.length), text, bytes.subarray(8 + length)]);
	return { file, moved: text.length - length };
}

/** A file as a job names it, with the proofs of its length and of the chunks that a place lies in. */
export function evidence(id, bytes, place) {
	const chunks = [];
	for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(bytes.subarray(at, at + CHUNK));
	const { root, prove } = merkleTree([u64(bytes.length), ...chunks]);
	const size = place.groups * place.group_len * { f32: 4, i8: 1 }[place.element];
	const first = Math.floor(place.offset / CHUNK);
	const last = Math.floor((place.offset + size - 1) / CHUNK);
	return {
		file: { id, bytes: bytes.length, root },
		length: prove(0),
		slice: {
			place: {
				offset: place.offset,
				element: place.element,
				groups: place.groups,
				groupLen: place.group_len,
			},
			chunks: chunks.slice(first, last + 1).map((chunk, i) => ({
				bytes: u8aToHex(chunk),
				proof: prove(first + i + 1),
			})),
		},
	};
}
