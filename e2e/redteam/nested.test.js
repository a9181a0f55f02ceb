// Calls inside of other calls: none of them is a way round a check, or free of charge.

import assert from 'node:assert/strict';
import { u8aToHex } from '@polkadot/util';
import { AIT, ask, blocks, commitment, errorName, find, manifest, put, send } from '../lib/client.js';
import { general, nextNonce, signed, submit, validity } from '../lib/forge.js';
import { QUICK, create } from '../lib/market.js';
import {
	accounts, assertSound, attack, field, money, onFourValidators, purse,
} from '../lib/redteam.js';

onFourValidators('//Eve//stash');

const api = () => field.api;
const alice = () => field.node('alice');
const PALLETS = ['stake', 'artifacts', 'tasks', 'claims', 'verification', 'models', 'audits', 'assayParameters', 'parameters'];

/**
 * Every way to make a call by another call. One that is missing here is told by a test. `key` makes them; `other` has it as a
 * deputy, and has signed what both must sign.
 */
const NESTS = {
	'multisig.asMulti': (call, { other, when, weight }) =>
		api().tx.multisig.asMulti(2, [other.address], when(call), call, weight(call)),
	'multisig.asMultiThreshold1': (call, { other }) => api().tx.multisig.asMultiThreshold1([other.address], call),
	'proxy.proxy': (call, { other }) => api().tx.proxy.proxy(other.address, null, call),
	'proxy.proxyAnnounced': (call, { key, other }) =>
		api().tx.proxy.proxyAnnounced(key.address, other.address, null, call),
	'scheduler.schedule': (call) => api().tx.scheduler.schedule(2 ** 31, null, 0, call),
	'scheduler.scheduleNamed': (call) => api().tx.scheduler.scheduleNamed(new Uint8Array(32), 2 ** 31, null, 0, call),
	'scheduler.scheduleAfter': (call) => api().tx.scheduler.scheduleAfter(1, null, 0, call),
	'scheduler.scheduleNamedAfter': (call) => api().tx.scheduler.scheduleNamedAfter(new Uint8Array(32), 1, null, 0, call),
	'utility.batch': (call) => api().tx.utility.batch([call]),
	'utility.batchAll': (call) => api().tx.utility.batchAll([call]),
	'utility.forceBatch': (call) => api().tx.utility.forceBatch([call]),
	'utility.asDerivative': (call) => api().tx.utility.asDerivative(0, call),
	'utility.dispatchAs': (call) => api().tx.utility.dispatchAs({ system: { Signed: purse().address } }, call),
	'utility.dispatchAsFallible': (call) => api().tx.utility.dispatchAsFallible({ system: 'Root' }, call),
	'utility.withWeight': (call) => api().tx.utility.withWeight(call, { refTime: 1, proofSize: 1 }),
	'utility.ifElse': (call) => api().tx.utility.ifElse(call, call),
	'sudo.sudo': (call) => api().tx.sudo.sudo(call),
	'sudo.sudoUncheckedWeight': (call) => api().tx.sudo.sudoUncheckedWeight(call, { refTime: 1, proofSize: 1 }),
	'sudo.sudoAs': (call) => api().tx.sudo.sudoAs(purse().address, call),
};

/** Calls with empty arguments: of nobody, for nothing, with number 0, of length 0. There is no empty parameter. */
function emptyCalls() {
	return PALLETS.flatMap((pallet) =>
		Object.values(api().tx[pallet]).map((make) => {
			const values = pallet === 'parameters'
				? [{ Claims: { MaxClaims: [null, 11] } }]
				: make.meta.args.map(({ type }) => api().createType(type.toString()));
			return [`${pallet}.${make.method}`, make(...values)];
		}),
	);
}


/** Sends many calls of one account at once. Gives, for each, its events and what it paid. */
async function sendAll(key, calls) {
	const first = await nextNonce(api(), key);
	return Promise.all(
		calls.map(async (call, at) => {
			const events = await new Promise((done, refuse) => {
				call.signAndSend(key, { nonce: first + at }, ({ status, events }) => {
					if (status.isInBlock) done(events.map(({ event }) => event));
					else if (status.isInvalid || status.isDropped || status.isUsurped) refuse(new Error(status.type));
				}).catch(refuse);
			});
			return { events, fee: find(events, 'transactionPayment', 'TransactionFeePaid').actualFee.toBigInt() };
		}),
	);
}

/** Events that tell what came of a call, and where. */
const RESULTS = {
	'multisig.MultisigExecuted': 'result',
	'proxy.ProxyExecuted': 'result',
	'sudo.Sudid': 'sudoResult',
	'sudo.SudoAsDone': 'sudoResult',
	'utility.DispatchedAs': 'result',
};

/** The errors among events, by name: of the transaction, or of a call in it. */
function errors(events) {
	return events.flatMap(({ section, method, data }) => {
		const name = `${section}.${method}`;
		if (name === 'system.ExtrinsicFailed') return [errorName(api(), data.dispatchError)];
		if (['utility.BatchInterrupted', 'utility.ItemFailed'].includes(name)) return [errorName(api(), data.error)];
		if (name === 'utility.IfElseFallbackCalled') return [errorName(api(), data.mainError)];
		const result = RESULTS[name];
		return result && data[result].isErr ? [errorName(api(), data[result].asErr)] : [];
	});
}

/**
 * Has one account sign all calls for which both are asked, and makes the other its deputy. Gives when it has signed a call, and
 * what the call weighs.
 */
async function allow(other, key) {
	const calls = emptyCalls().map(([, call]) => call);
	const weights = new Map();
	for (const call of calls) weights.set(call.method.hash.toHex(), (await call.paymentInfo(key.address)).weight);
	const weight = (call) => weights.get(call.method.hash.toHex());
	const approvals = calls.map((call) => api().tx.multisig.approveAsMulti(2, [key.address], null, call.method.hash, weight(call)));
	const results = await sendAll(other, [api().tx.proxy.addProxy(key.address, 'Any', 0), ...approvals]);
	for (const { events } of results) assert.deepEqual(errors(events), []);
	const open = await api().query.multisig.multisigs.entries();
	const times = new Map(open.map(([{ args }, operation]) => [args[1].toHex(), operation.unwrap().when]));
	return { when: (call) => times.get(call.method.hash.toHex()), weight };
}

attack('a call that takes calls was added to the chain', 'these attacks know it', () => {
	const nests = Object.entries(api().tx).flatMap(([pallet, calls]) =>
		Object.values(calls)
			.filter(({ meta }) => meta.args.some(({ type }) => /^(Vec<)?Call>?$/.test(type.toString())))
			.map(({ method }) => `${pallet}.${method}`),
	);
	assert.deepEqual(nests.sort(), Object.keys(NESTS).sort());
});

attack("each of Assay's calls is made inside of each call that takes calls", 'it fails as it would outside, changes nothing, and is paid for', async (t) => {
	const [key, other] = await accounts(api(), ['nester', 'other'], 1_000n * AIT);
	const parties = { key, other, ...(await allow(other, key)) };
	const before = await money(api(), key.address);
	const cases = Object.entries(NESTS).flatMap(([nest, wrap]) =>
		emptyCalls().flatMap(([name, call]) => {
			const made = { name: `${name} in ${nest}`, call: wrap(call, parties) };
			if (nest !== 'proxy.proxyAnnounced') return [made];
			// What is announced can be made in the same block.
			return [{ call: api().tx.proxy.announce(other.address, call.method.hash) }, made];
		}),
	);
	const results = await sendAll(key, cases.map(({ call }) => call));
	let paid = 0n;
	const reasons = new Map();
	for (const [at, { events, fee }] of results.entries()) {
		const { name } = cases[at];
		const [error] = errors(events);
		paid += fee;
		if (!name) {
			assert.equal(error, undefined);
			continue;
		}
		assert.ok(error, `${name} succeeded: ${events.map((e) => `${e.section}.${e.method}`)}`);
		assert.ok(fee > 0n, `${name} was free of charge`);
		const ours = events.filter(({ section }) => PALLETS.includes(section));
		assert.deepEqual(ours.map(({ section, method }) => `${section}.${method}`), [], name);
		// What the transaction extensions would have refused, or admit, has no effect in here.
		if (/^(multisig|proxy|utility)\.(?!dispatchAs|withWeight)/.test(name.split(' in ')[1])) {
			if (/^models\.(register|contest) /.test(name)) assert.equal(error, 'models.NotTopLevel', name);
			if (/^verification\.(commitVerdict|revealVerdict) /.test(name)) assert.equal(error, 'BadOrigin', name);
		} else {
			assert.ok(['BadOrigin', 'sudo.RequireSudo'].includes(error), `${name}: ${error}`);
		}
		reasons.set(error, (reasons.get(error) ?? 0) + 1);
	}
	for (const [error, count] of reasons) t.diagnostic(`${count}: ${error}`);
	const after = await money(api(), key.address);
	assert.deepEqual(after, { free: before.free - paid, held: before.held });
});

attack('twelve commitments are made in one batch', 'the rate limit lets ten in, and each locks its bond', async () => {
	const task = await create(api(), purse(), QUICK);
	const hash = (at) => u8aToHex(new Uint8Array(32).fill(at + 1).fill(task.id, 0, 1));
	const commits = Array.from({ length: 12 }, (_, at) => api().tx.claims.commit(task.id, hash(at)));
	const [key, whole, poor] = await accounts(api(), ['batcher', 'all or nothing', 'derived'], 2_000n * AIT);
	for (const miner of [key, whole]) await send(api(), miner, api().tx.stake.register('Miner', 1_000n * AIT));
	const batch = await send(api(), key, api().tx.utility.forceBatch(commits));
	const claims = batch.filter(({ method }) => method === 'ClaimCommitted').map(({ data }) => data.claim);
	assert.equal(claims.length, 10);
	assert.deepEqual(errors(batch), ['claims.RateLimited', 'claims.RateLimited']);
	const bonds = await Promise.all(claims.map(async (claim) => BigInt((await ask(api(), 'claims_explain', claim.toNumber())).bond)));
	assert.ok(bonds.every((bond) => bond > 50n * AIT), `${bonds}`);
	const ledger = (await api().query.stake.ledgers(key.address)).unwrap();
	assert.equal(ledger.locked.toBigInt(), bonds.reduce((sum, bond) => sum + bond, 0n));

	// All or nothing: nothing, and the limit has counted none of them.
	const others = commits.map((_, at) => api().tx.claims.commit(task.id, hash(at + 100)));
	await assert.rejects(send(api(), whole, api().tx.utility.batchAll(others)), /RateLimited/);
	assert.equal((await api().query.claims.recentCommits(whole.address)).length, 0);

	// Another account, made of this one, has no stake of its own.
	await assert.rejects(send(api(), key, api().tx.utility.asDerivative(1, others[0])), /NotRegistered/);
	await assert.rejects(send(api(), poor, api().tx.utility.batchAll([others[0]])), /NotRegistered/);
});

attack('a commitment and its reveal are put into one batch', 'the reveal is too early', async () => {
	const task = await create(api(), purse(), QUICK);
	const [key] = await accounts(api(), ['hasty'], 2_000n * AIT);
	await send(api(), key, api().tx.stake.register('Miner', 1_000n * AIT));
	const body = { program: task.program, params: '0x', seed: 1, score: 950_000_000, sealedTrace: u8aToHex(new Uint8Array(32)) };
	const salt = u8aToHex(new Uint8Array(32).fill(3));
	const hash = commitment(api(), key, task.id, body, salt);
	// The number of the claim is a guess, which another miner can spoil.
	for (let error; error !== 'claims.TooEarly'; ) {
		const next = (await api().query.claims.nextClaim()).toNumber();
		const call = api().tx.utility.batchAll([api().tx.claims.commit(task.id, hash), api().tx.claims.reveal(next, body, salt)]);
		error = await send(api(), key, call).then(() => 'nothing', ({ message }) => message);
		assert.match(error, /^claims\.(TooEarly|NotTheMiner|ClaimUnknown)$/);
	}
	assert.ok((await api().query.claims.commitments(key.address, hash)).isNone);
});

attack('a chunk of an artifact is uploaded in a batch, before or behind other calls', 'nothing is stored under its hash', async () => {
	const bytes = new Uint8Array(5_000).fill(9);
	const { id, size, hashes } = manifest(api(), bytes);
	await send(api(), purse(), api().tx.artifacts.announce(size, hashes));
	const upload = api().tx.artifacts.upload(id, 0, u8aToHex(bytes));
	const remark = api().tx.system.remark(u8aToHex(bytes));
	for (const calls of [[upload], [upload, remark], [remark, upload]]) {
		await assert.rejects(send(api(), purse(), api().tx.utility.batchAll(calls)), /artifacts\.NotTopLevel/);
	}
	assert.equal(await alice().rpc('artifacts_chunk', hashes[0]), null);
	await put(api(), purse(), bytes);
	assert.equal(await alice().rpc('artifacts_chunk', hashes[0]), u8aToHex(bytes));
});

attack('calls of accounts are sent as transactions that authorize themselves', 'the pool takes none', async () => {
	for (const [name, call] of emptyCalls()) {
		const answer = await validity(alice(), general(call));
		assert.notEqual(answer, 'ok', name);
		await assert.rejects(submit(alice(), general(call)), undefined, name);
	}
});

attack('verdicts are put into signed transactions', 'they fail, and are paid for, or are not taken', async () => {
	const nonce = await nextNonce(api(), purse());
	const call = api().tx.verification.commitVerdict(
		{ job: 0, round: 0, member: 0, hash: u8aToHex(new Uint8Array(32)) }, u8aToHex(new Uint8Array(64)),
	);
	const bytes = signed(api(), purse(), call, { nonce });
	const before = await money(api(), purse().address);
	await submit(alice(), bytes).then(
		async () => {
			await blocks(api(), 2);
			assert.ok((await money(api(), purse().address)).free < before.free);
		},
		({ message }) => assert.match(message, /Invalid|Custom/),
	);
});

attack('calls in calls, all of them', 'every node has the same final chain, and nothing is lost', assertSound);
