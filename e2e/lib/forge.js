// Transactions byte by byte, as no wallet makes them. Shares no code with the chain: the layout is
// that of docs/protocol.md and of Substrate's extrinsics, versions 4 (bare, signed) and 5 (general).

import { setTimeout as sleep } from 'node:timers/promises';
import { compactToU8a, hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { u32 } from './client.js';

const BARE = 0x04;
const SIGNED = 0x84;
const GENERAL = 0x45;
/** What the transaction extensions of an unsigned transaction encode to, after the version of their set. */
const EXTENSIONS = [0, /* immortal */ 0, /* nonce */ 0, /* tip */ 0, /* no metadata hash */ 0];

/** Bytes with their length before them, as transactions travel. */
export const framed = (...parts) => {
	const body = u8aConcat(...parts);
	return u8aConcat(compactToU8a(body.length), body);
};

const encoded = (call) => (call instanceof Uint8Array ? call : call.method.toU8a());

/** What is signed: the bytes, or their hash if they are many. */
const digest = (payload) => (payload.length > 256 ? blake2AsU8a(payload, 256) : payload);

/**
 * A signed transaction. What is signed can differ from what is said: `genesis`, `checkpoint` (the
 * hash of the block that `era` begins at), versions, and `signed` (another call). `signature` makes
 * the signature, its kind in front; `account` is whose it claims to be.
 */
export function signed(api, key, call, options) {
	const genesis = options.genesis ?? api.genesisHash.toU8a();
	const { specVersion, transactionVersion } = api.runtimeVersion;
	const {
		nonce,
		tip = 0,
		era = Uint8Array.of(0),
		checkpoint = genesis,
		version = [specVersion.toNumber(), transactionVersion.toNumber()],
		account = key.addressRaw,
		signature = (payload) => key.sign(payload, { withType: true }),
	} = options;
	const extra = u8aConcat(era, compactToU8a(nonce), compactToU8a(tip), [0]);
	const implicit = u8aConcat(...version.map(u32), genesis, checkpoint, [0]);
	const payload = u8aConcat(encoded(options.signed ?? call), extra, implicit);
	return framed([SIGNED, 0], account, signature(digest(payload)), extra, encoded(call));
}

/** A transaction that nobody signs, as off-chain workers send verdicts. */
export const general = (call) => framed([GENERAL], EXTENSIONS, encoded(call));

/** A transaction without anything but its call, as inherents are. */
export const bare = (call) => framed([BARE], encoded(call));

/** The nonce of an account's next transaction, pool included. */
export const nextNonce = async (api, key) =>
	(await api.rpc.system.accountNextIndex(key.address)).toNumber();

/**
 * Puts bytes into the pool of a node. Gives the transaction's hash; throws why it is refused. A pool
 * checks by its newest block, and can miss for a moment that this fork of the chain was given up.
 */
export async function submit(node, bytes) {
	const transaction = typeof bytes === 'string' ? bytes : u8aToHex(bytes);
	for (let tries = 0; ; tries++) {
		try {
			return await node.rpc('author_submitExtrinsic', transaction);
		} catch (error) {
			if (tries === 10 || !/State already discarded/.test(error.message)) throw error;
			await sleep(500);
		}
	}
}

/** Substrate's `InvalidTransaction`, of which polkadot.js does not know the last ones. */
const INVALID = [
	'Call', 'Payment', 'Future', 'Stale', 'BadProof', 'AncientBirthBlock', 'ExhaustsResources', 'Custom', 'BadMandatory',
	'MandatoryValidation', 'BadSigner', 'IndeterminateImplicit', 'UnknownOrigin',
];

/** Whether a transaction is valid on the best block: `ok`, or the name of what is wrong. Nothing is kept. */
export async function validity(node, bytes) {
	const best = await node.rpc('chain_getBlockHash');
	const source = Uint8Array.of(2); // From outside.
	const argument = u8aToHex(u8aConcat(source, bytes, hexToU8a(best)));
	const answer = await node.rpc('state_call', 'TaggedTransactionQueue_validate_transaction', argument, best);
	const [failed, unknown, reason] = hexToU8a(answer);
	if (!failed) return 'ok';
	return unknown ? 'Unknown' : INVALID[reason];
}

/** Order of the prime-order subgroup of Curve25519. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
/** Order of secp256k1. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const littleEndian = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const toLittleEndian = (number) => Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 255n));

/**
 * Another signature for the same message and key, where the scheme allows it: Ed25519 and Sr25519
 * with `s` increased by the order of the group, ECDSA with `s` negated. The kind is in front.
 */
export function malleated(signature) {
	const [kind, bytes] = [signature[0], signature.slice(1)];
	if (kind === 2) {
		const s = littleEndian(bytes.slice(32, 64).reverse());
		const flipped = toLittleEndian(N - s).reverse();
		return u8aConcat([2], bytes.slice(0, 32), flipped, [bytes[64] ^ 1]);
	}
	const mark = kind === 1 ? 0x80 : 0;
	const s = bytes.slice(32);
	s[31] &= ~mark;
	const other = toLittleEndian(littleEndian(s) + L);
	other[31] |= mark;
	return u8aConcat([kind], bytes.slice(0, 32), other);
}

/** Encodings of the eight points of small order on Curve25519 (RFC 7748, section 7), y with the sign of x. */
export const SMALL_ORDER = [
	'0100000000000000000000000000000000000000000000000000000000000000',
	'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	'0000000000000000000000000000000000000000000000000000000000000000',
	'0000000000000000000000000000000000000000000000000000000000000080',
	'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
	'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
	'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
	'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
].map((hex) => hexToU8a(`0x${hex}`));
