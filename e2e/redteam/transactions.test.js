// Attacks on transactions: their signatures, their bytes, and their use a second time.

import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { compactToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { Keyring } from '@polkadot/api';
import { AIT, account, blocks, send, until } from '../lib/client.js';
import {
	SMALL_ORDER, bare, framed, general, malleated, nextNonce, signed, submit, validity,
} from '../lib/forge.js';
import {
	accounts, assertSound, atMost, attack, field, money, onFourValidators, pending, purse,
} from '../lib/redteam.js';

onFourValidators('//Ferdie');

const api = () => field.api;
const alice = () => field.node('alice');
const transfer = (to, amount) => api().tx.balances.transferKeepAlive(to, amount);
const nonceOf = async (key) => (await api().query.system.account(key.address)).nonce.toNumber();

/** What an account has in all. */
async function wealth(address) {
	const { free, held } = await money(api(), address);
	return free + held;
}

/** Waits until the chain has used a nonce of an account. */
const used = (key, nonce) => until(api(), `nonce ${nonce}`, async () => (await nonceOf(key)) > nonce);

/** Every one of these bytes is refused by the pool. Gives the reasons with their number. */
async function allRefused(many, expected = /./) {
	const reasons = new Map();
	for (const bytes of many) {
		await assert.rejects(submit(alice(), bytes), ({ message }) => {
			assert.match(message, expected);
			const reason = message.replace(/^author_submitExtrinsic: /, '').replace(/\d{4,}|0x\w+/g, '…').slice(0, 100);
			reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
			return true;
		});
	}
	return reasons;
}

/** The chain goes on: nothing of the purse waits in the pool or is in a block, and blocks come. */
async function assertUnmoved(nonce) {
	assert.deepEqual(await pending(api(), alice(), purse()), []);
	await blocks(api(), 1);
	await Promise.all(field.network.nodes.map((node) => node.rpc('system_health')));
	assert.equal(await nonceOf(purse()), nonce);
}

attack('a transaction is sent again, to every node, before and after it is in a block', 'it counts once', async () => {
	const [to] = await accounts(api(), ['replay'], AIT);
	const before = await wealth(to.address);
	const nonce = await nextNonce(api(), purse());
	const bytes = signed(api(), purse(), transfer(to.address, AIT), { nonce });
	await submit(alice(), bytes);
	await assert.rejects(submit(alice(), bytes), /Already Imported|banned/i);
	await used(purse(), nonce);
	for (const node of field.network.nodes) {
		await assert.rejects(submit(node, bytes), /outdated|banned|Already Imported/i);
	}
	// Long enough for a node to have included it once more.
	await blocks(api(), 2);
	assert.equal(await wealth(to.address), before + AIT);
});

attack('one bit of a signed transaction is turned, at every byte', 'no such transaction is taken', async (t) => {
	const nonce = await nextNonce(api(), purse());
	const good = signed(api(), purse(), transfer(account('//Eve').address, AIT), { nonce });
	assert.equal(await validity(alice(), good), 'ok');
	const turned = Array.from(good, (_, at) => {
		const bytes = Uint8Array.from(good);
		bytes[at] ^= 1 << randomInt(8);
		return bytes;
	});
	for (const [reason, count] of await allRefused(turned)) t.diagnostic(`${count}: ${reason}`);
	await assertUnmoved(nonce);
});

attack('what was signed is put beside something else', 'the signature is bad', async () => {
	const nonce = await nextNonce(api(), purse());
	const call = transfer(account('//Eve').address, AIT);
	const other = new Uint8Array(32).fill(7);
	const { specVersion, transactionVersion } = api().runtimeVersion;
	const [spec, version] = [specVersion.toNumber(), transactionVersion.toNumber()];
	const eve = account('//Eve');
	for (const [what, options] of Object.entries({
		'another call': { signed: transfer(account('//Dave').address, 1n) },
		'another genesis': { genesis: other },
		'another era': { era: Uint8Array.of(0x05, 0x00), checkpoint: other },
		'another runtime': { version: [spec + 1, version] },
		'another format': { version: [spec, version + 1] },
		'somebody else': { account: eve.addressRaw },
		"somebody else's signature": { signature: (payload) => eve.sign(payload, { withType: true }) },
		'an empty signature': { signature: () => new Uint8Array(65).fill(0, 1).fill(1, 0, 1) },
		'a signature of another kind': { signature: (payload) => u8aConcat([0], purse().sign(payload)) },
		'a kind of signature that there is not': { signature: (payload) => u8aConcat([9], purse().sign(payload)) },
	})) {
		const bytes = signed(api(), purse(), call, { nonce, ...options });
		await assert.rejects(submit(alice(), bytes), /bad signature|Verification Error|decode/i, what);
	}
	// The same without any of it is fine.
	assert.equal(await validity(alice(), signed(api(), purse(), call, { nonce })), 'ok');
	for (const wrap of [bare, general]) {
		await assert.rejects(submit(alice(), wrap(call)), /Invalid|Unknown|1010|1011/i);
	}
});

attack('a signature is changed into another one of the same message', 'it is refused, or the transaction counts once all the same', async (t) => {
	const ring = new Keyring();
	const types = ['ed25519', 'sr25519', 'ecdsa'];
	const keys = types.map((type) => ring.addFromUri('//redteam//malleable', {}, type));
	const tos = await accounts(api(), types.map((type) => `malleable ${type}`), AIT);
	await send(api(), purse(), api().tx.utility.batchAll(keys.map((key) => transfer(u8aToHex(key.addressRaw), 2n * AIT))));
	const both = await Promise.all(types.map(async (type, at) => {
		const [key, call] = [keys[at], transfer(tos[at].address, AIT / 10n)];
		const { nonce } = await api().query.system.account(u8aToHex(key.addressRaw));
		let signature;
		const first = signed(api(), key, call, {
			nonce: nonce.toNumber(),
			signature: (payload) => (signature = key.sign(payload, { withType: true })),
		});
		const second = signed(api(), key, call, { nonce: nonce.toNumber(), signature: () => malleated(signature) });
		assert.notDeepEqual(first, second);
		const changed = await validity(alice(), second);
		t.diagnostic(`${type}: ${changed}`);
		// That of ECDSA is as good as the first: its hash is another one, its nonce is not.
		assert.equal(changed, type === 'ecdsa' ? 'ok' : 'BadProof');
		await Promise.allSettled([submit(alice(), first), submit(field.node('bob'), second)]);
		return [first, second];
	}));
	await until(api(), 'the transfers', async () => {
		const all = await Promise.all(tos.map(({ address }) => wealth(address)));
		return all.every((amount) => amount > AIT);
	});
	for (const bytes of both.flat()) await assert.rejects(submit(alice(), bytes));
	await blocks(api(), 2);
	for (const { address } of tos) assert.equal(await wealth(address), AIT + AIT / 10n);
});

attack('signatures that hold for every message are made for keys that nobody has', 'the zero account is refused, and no key that somebody has is reached', async (t) => {
	// s = 0 and R = the neutral point hold under a key of small order, whatever is signed.
	const neutral = { ed25519: u8aConcat([0], SMALL_ORDER[0], new Uint8Array(32)), sr25519: new Uint8Array(65).fill(1, 0, 1).fill(0x80, 64) };
	const victims = [new Uint8Array(32), purse().addressRaw, account('//Alice').addressRaw];
	await send(api(), purse(), api().tx.utility.batchAll(victims.map((victim) => transfer(u8aToHex(victim), AIT))));
	for (const victim of victims) {
		for (const signature of Object.values(neutral)) {
			const { nonce } = await api().query.system.account(u8aToHex(victim));
			const forged = signed(api(), null, transfer(purse().address, AIT / 2n), {
				nonce: nonce.toNumber(), account: victim, signature: () => signature,
			});
			const answer = await validity(alice(), forged);
			assert.ok(['BadProof', 'BadSigner'].includes(answer), `${u8aToHex(victim)}: ${answer}`);
			await assert.rejects(submit(alice(), forged), /Invalid|bad signature/i);
		}
	}
	for (const point of SMALL_ORDER) {
		const forged = signed(api(), null, transfer(purse().address, AIT), { nonce: 0, account: point, signature: () => neutral.ed25519 });
		t.diagnostic(`${u8aToHex(point).slice(0, 12)}…: ${await validity(alice(), forged)}`);
	}
});

attack('a transaction that never ends is kept, and sent again when its account was emptied and filled', 'it counts once', async () => {
	const [key, to] = await accounts(api(), ['phoenix', 'ashes'], AIT);
	const nonce = await nextNonce(api(), key);
	const bytes = signed(api(), key, transfer(to.address, AIT / 10n), { nonce });
	await submit(alice(), bytes);
	await used(key, nonce);
	await send(api(), key, api().tx.balances.transferAll(purse().address, false));
	assert.equal(await wealth(key.address), 0n);
	await send(api(), purse(), transfer(key.address, AIT));
	// Nodes that saw it refuse it for half an hour; what counts is what one says that did not.
	assert.equal(await validity(alice(), bytes), 'Stale');
}, { long: true, open: 'the nonce of an account that was emptied begins at 0 again' });

attack('transactions are cut short, made longer, or made up', 'none is taken', async (t) => {
	const nonce = await nextNonce(api(), purse());
	const call = transfer(account('//Eve').address, AIT);
	const good = signed(api(), purse(), call, { nonce });
	const body = good.slice(compactToU8a(good.length).length);
	const cut = Array.from(body, (_, at) => framed(body.slice(0, at)));
	const short = Array.from(good, (_, at) => good.slice(0, at));
	const longer = [1, 2, 64, 1000].map((more) => framed(body, randomBytes(more)));
	const random = Array.from({ length: atMost(100, 2_000) }, () => randomBytes(randomInt(1, 300)));
	const headed = random.map((bytes) => framed([[0x04, 0x84, 0x44, 0x45, 0x05, 0xc4][bytes[0] % 6]], bytes));
	// A length that says far more than there is.
	const greedy = [2 ** 30 - 1, 2 ** 32 - 1].map((length) => u8aConcat(compactToU8a(length), good));
	for (const [reason, count] of await allRefused([...cut, ...short, ...longer, ...random, ...headed, ...greedy])) {
		t.diagnostic(`${count}: ${reason}`);
	}
	await assertUnmoved(nonce);
	// What follows a whole transaction belongs to nothing: it is the same transaction, and counts once.
	const hash = await submit(alice(), u8aConcat(good, randomBytes(100)));
	await assert.rejects(submit(alice(), good), /Already Imported|banned/i, hash);
	await used(purse(), nonce);
});

attack('transactions are far too large', 'they are refused, and blocks come as before', async (t) => {
	const nonce = await nextNonce(api(), purse());
	for (const mib of [5, 6, 7]) {
		const call = u8aConcat(api().tx.system.remark('0x').method.toU8a().slice(0, 2), compactToU8a(mib << 20), new Uint8Array(mib << 20));
		const bytes = signed(api(), purse(), call, { nonce });
		await assert.rejects(submit(alice(), bytes), (error) => {
			t.diagnostic(`${mib} MiB: ${error.message.slice(0, 120)}`);
			return /exhaust|too large|limit|size/i.test(error.message);
		});
	}
	await assertUnmoved(nonce);
});

attack('calls are nested in each other without an end', 'the pool refuses to decode them, and the node lives', async (t) => {
	const nonce = await nextNonce(api(), purse());
	const innermost = transfer(account('//Eve').address, 1n).method.toU8a();
	const batch = api().tx.utility.batchAll([]).method.toU8a().slice(0, 2);
	const repeated = (head, depth) => u8aConcat(Buffer.alloc(depth * head.length, head), innermost);
	const nested = (depth) => repeated(u8aConcat(batch, [4]), depth);
	const derivative = api().tx.utility.asDerivative(0, api().tx.system.remark('0x')).method.toU8a().slice(0, 4);
	const derived = (depth) => repeated(derivative, depth);
	// A vector of calls whose length says a thousand million.
	const greedy = u8aConcat(batch, compactToU8a(2 ** 30 - 1), innermost);
	for (const depth of [300, 3_000, 100_000, 1_000_000]) {
		for (const call of [nested(depth), derived(depth)]) {
			const bytes = signed(api(), purse(), call, { nonce });
			await assert.rejects(submit(alice(), bytes), ({ message }) => /not expected|Verification Error|decode/i.test(message), `${depth}`);
		}
	}
	await assert.rejects(submit(alice(), signed(api(), purse(), greedy, { nonce })));
	for (const depth of [1, 10, 50, 100, 200, 250]) {
		t.diagnostic(`${depth} deep: ${await validity(alice(), signed(api(), purse(), nested(depth), { nonce })).catch((error) => error.message.slice(0, 100))}`);
	}
	await assertUnmoved(nonce);
});

attack('the time of a signature check is measured', 'a table, for people: nothing is asserted of times', async (t) => {
	const ring = new Keyring();
	const rounds = atMost(20, 200);
	const call = transfer(account('//Eve').address, 1n);
	const rows = [];
	const funded = ['ed25519', 'sr25519', 'ecdsa'].map((type) => ring.addFromUri('//redteam//timing', {}, type));
	await send(api(), purse(), api().tx.utility.batchAll(funded.map((key) => transfer(u8aToHex(key.addressRaw), AIT))));
	for (const key of funded) {
		const { type } = key;
		const good = (payload) => key.sign(payload, { withType: true });
		const kinds = {
			valid: good,
			'last byte differs': (payload) => good(payload).map((byte, at, all) => (at === 40 ? byte ^ 1 : byte)),
			'of another message': () => good(new Uint8Array(32)),
			'all zero': (payload) => good(payload).map((byte, at) => (at === 0 ? byte : 0)),
		};
		for (const [kind, signature] of Object.entries(kinds)) {
			const bytes = signed(api(), key, call, { nonce: 0, signature });
			const times = [];
			for (let round = 0; round < rounds; round++) {
				const start = performance.now();
				const answer = await validity(alice(), bytes);
				times.push(performance.now() - start);
				assert.equal(answer === 'ok', kind === 'valid', `${type}, ${kind}: ${answer}`);
			}
			times.sort((a, b) => a - b);
			const at = (share) => times[Math.floor(share * (times.length - 1))].toFixed(2);
			rows.push(`| ${type} | ${kind} | ${at(0)} | ${at(0.5)} | ${at(0.95)} |`);
		}
	}
	t.diagnostic('| key | signature | least ms | median ms | 95 % ms |');
	rows.forEach((row) => t.diagnostic(row));
});

attack('all of it together', 'every node has the same final chain, and nothing is lost', assertSound);
