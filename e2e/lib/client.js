// What somebody who has only polkadot.js does: sends calls, watches events, computes hashes from
// docs/protocol.md and docs/vm.md. Shares no code with the chain.

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { BN, hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a, cryptoWaitReady } from '@polkadot/util-crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Units in one AIT. */
export const AIT = 10n ** 12n;

const CHUNK = 2 * 1024 * 1024;
/** Connects to a node. */
export async function connect(url) {
	await cryptoWaitReady();
	return ApiPromise.create({ provider: new WsProvider(url), noInitWarn: true });
}

/** What a method of the node answers that polkadot.js has no types for. */
export function ask(api, method, ...params) {
	return api._rpcCore.provider.send(method, params);
}

/** The key of a development account, such as `//Alice//miner`. */
export function account(uri) {
	return new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(uri);
}

/** The name of a dispatch error: `claims.TaskClosed`. */
export function errorName(api, error) {
	if (!error.isModule) return error.toString();
	const { section, name } = api.registry.findMetaError(error.asModule);
	return `${section}.${name}`;
}

/** The error behind the byte with which the pool refuses a claim: three bits for the pallet, five for its error. */
function refusal(api, error) {
	const code = error.message.match(/Custom error: (\d+)/)?.[1];
	if (code === undefined) return error;
	const { section, name } = api.registry.findMetaError({
		index: new BN(48 + (code >> 5)),
		error: new Uint8Array([code & 31, 0, 0, 0]),
	});
	return new Error(`${section}.${name}`, { cause: error });
}

/**
 * Sends a call and waits until it is in a block, or with `final` in one that no fork undoes. Gives its
 * events; throws the name of its error, or that the node went away, in which case nobody knows whether
 * the call gets into a block.
 */
export async function send(api, signer, call, options = {}) {
	for (let attempt = 0; ; attempt++) {
		try {
			return await sendOnce(api, signer, call, options);
		} catch (error) {
			// A pool that does not know the newest block yet names a nonce that is used, or looks at a fork that is gone.
			const behind = /^1014|Transaction is outdated|State already discarded/.test(error.message);
			if (!behind || options.nonce !== undefined || attempt === 5) throw error;
			await sleep(1_000);
		}
	}
}

async function sendOnce(api, signer, call, { final = false, ...options }) {
	let gone;
	try {
		return await new Promise((done, refuse) => {
			gone = () => refuse(new Error('the node went away'));
			api.once('disconnected', gone);
			call
				.signAndSend(signer, { nonce: -1, ...options }, ({ status, events, dispatchError }) => {
					if (final ? status.isFinalized : status.isInBlock) {
						if (dispatchError) refuse(new Error(errorName(api, dispatchError)));
						else done(events.map(({ event }) => event));
					} else if (status.isInvalid || status.isDropped || status.isUsurped) {
						refuse(new Error(`the transaction is ${status.type}`));
					}
				})
				.catch((error) => refuse(refusal(api, error)));
		});
	} finally {
		api.off('disconnected', gone);
	}
}

/** The one event `section.method` among `events`. */
export function find(events, section, method) {
	const event = events.find((e) => e.section === section && e.method === method);
	if (!event) {
		throw new Error(`no ${section}.${method} in ${events.map((e) => `${e.section}.${e.method}`)}`);
	}
	return event.data;
}

/** Waits until `test` gives something true, looking after each block. */
export async function until(api, what, test, blocks = 60) {
	const start = (await api.rpc.chain.getHeader()).number.toNumber();
	for (;;) {
		const result = await test();
		if (result) return result;
		const now = (await api.rpc.chain.getHeader()).number.toNumber();
		if (now > start + blocks) throw new Error(`not within ${blocks} blocks: ${what}`);
		await sleep(500);
	}
}

/** Waits for `count` more blocks. */
export async function blocks(api, count) {
	const start = (await api.rpc.chain.getHeader()).number.toNumber();
	await until(
		api,
		`${count} blocks`,
		async () => (await api.rpc.chain.getHeader()).number.toNumber() >= start + count,
		count + 20,
	);
}

/** The height up to which a node holds the chain final. */
export async function finalised(api) {
	return (await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead())).number.toNumber();
}

export const hash = (...parts) => blake2AsU8a(u8aConcat(...parts), 256);
export const u32 = (n) => new Uint8Array(new Uint32Array([n]).buffer);
export const u64 = (n) => new Uint8Array(new BigUint64Array([BigInt(n)]).buffer);

/** Chunks, hashes and id of an artifact. */
export function manifest(api, bytes) {
	const chunks = [];
	for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(bytes.subarray(at, at + CHUNK));
	const hashes = chunks.map((chunk) => u8aToHex(hash(chunk)));
	const encoded = u8aConcat(u64(bytes.length), api.createType('Vec<H256>', hashes).toU8a());
	return { id: u8aToHex(hash(encoded)), size: bytes.length, chunks, hashes };
}

/** Announces and uploads an artifact, unless the chain has it. Gives its id. */
export async function put(api, signer, bytes) {
	const { id, size, chunks, hashes } = manifest(api, bytes);
	const known = await ask(api, 'artifacts_manifest', id);
	if (known?.complete) return id;
	if (!known) await send(api, signer, api.tx.artifacts.announce(size, hashes));
	for (const [index, chunk] of chunks.entries()) {
		await send(api, signer, api.tx.artifacts.upload(id, index, u8aToHex(chunk)));
	}
	return id;
}

/** The tensors of a safetensors file: name to `{ dtype, shape, bytes }`. */
export function tensors(file) {
	const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
	const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
	const body = file.subarray(8 + length);
	return Object.fromEntries(
		Object.entries(header)
			.filter(([name]) => name !== '__metadata__')
			.map(([name, { dtype, shape, data_offsets: [from, to] }]) => [
				name,
				{ dtype, shape, bytes: body.subarray(from, to) },
			]),
	);
}

/** The Merkle tree over some data: its root, and the proof of each leaf. */
export function merkleTree(leaves) {
	const levels = [leaves.map((data) => hash([0], data))];
	while (levels.at(-1).length > 1) {
		const [below, above] = [levels.at(-1), []];
		for (let i = 0; i < below.length; i += 2) {
			above.push(i + 1 < below.length ? hash([1], below[i], below[i + 1]) : below[i]);
		}
		levels.push(above);
	}
	const prove = (index) => ({
		index,
		count: leaves.length,
		siblings: levels.flatMap((level, height) => {
			const sibling = level[(index >> height) ^ 1];
			return sibling ? [u8aToHex(sibling)] : [];
		}),
	});
	return { root: u8aToHex(hash([2], u32(leaves.length), levels.at(-1)[0])), prove };
}

/** The Merkle root of the chunks of a data set with byte labels, as a task declares it. */
export function trainRoot(file, chunkRows) {
	const { x, y } = tensors(file);
	const rows = x.shape[0];
	const rowBytes = x.bytes.length / rows;
	const classes = Math.max(...y.bytes) + 1;
	const features = x.shape.slice(1).reduce((a, b) => a * b, 1);
	const count = Math.ceil(rows / chunkRows);
	const types = { F32: 0, U8: 1 };
	const words = [types[x.dtype] | (types[y.dtype] << 16), features, classes, rows, chunkRows, count];
	const header = u8aConcat(stringToU8a('ASY1'), ...words.map(u32), u64(0), u32(0));
	const chunks = Array.from({ length: count }, (_, i) => {
		const [from, to] = [i * chunkRows, Math.min((i + 1) * chunkRows, rows)];
		return u8aConcat(x.bytes.subarray(from * rowBytes, to * rowBytes), y.bytes.subarray(from, to));
	});
	return merkleTree([header, ...chunks]).root;
}

/** The hash that commits `miner` to a claim. */
export function commitment(api, miner, task, body, salt) {
	const type = api.tx.claims.reveal.meta.args.find((arg) => arg.name.eq('body')).type;
	const encoded = api.createType(type.toString(), body).toU8a();
	return u8aToHex(
		hash(stringToU8a('assay/claim'), miner.publicKey, u64(task), encoded, hexToU8a(salt)),
	);
}

/** What a miner claims; the trace stays sealed by a salt of its own. */
export function claimBody({ program, params = '', seed, score, traceRoot, traceSalt }) {
	const sealed = u8aToHex(hash(stringToU8a('assay/trace'), hexToU8a(traceRoot), hexToU8a(traceSalt)));
	return { program, params: u8aToHex(stringToU8a(params)), seed, score, sealedTrace: sealed };
}
