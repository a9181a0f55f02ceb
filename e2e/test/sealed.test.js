// Contests on a holdout that nobody has while models are made, with seeds that the chain draws.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { u8aToHex } from '@polkadot/util';
import { AIT, account, ask, connect, find, hash, put, send, until } from '../lib/client.js';
import { TASKS, commit, create, ended, files, measure, miner, reveal, units } from '../lib/market.js';
import { Network } from '../lib/nodes.js';

let network;
let api;
/** A contest whose sponsor publishes the holdout, and one whose sponsor does not. */
let honest;
let withheld;
const sponsor = () => account('//Alice');
const salt = randomBytes(32);
const POOL = 90n * AIT;

before(async () => {
	network = await Network.development();
	api = await connect(network.nodes[0].url);
	// Funded first, so that the deadline leaves the time to commit.
	const miners = [];
	for (const name of ['first', 'second']) miners.push(await miner(api, sponsor(), `//Alice//${name}`));
	honest = { ...(await contest(14)), miners };
	withheld = { ...(await contest(10)), miners: [miners[0]] };
	for (const task of [honest, withheld]) {
		task.claims = [];
		for (const [index, key] of task.miners.entries()) {
			const own = { ...task, params: `epochs=${20 + 20 * index}` };
			const claim = await commit(api, key, own, { seed: 0, score: units('0.9') });
			task.claims.push({ ...claim, key, params: own.params });
		}
	}
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
});

/** `H("assay/holdout" ‖ sponsor ‖ artifact ‖ salt)`, see docs/protocol.md. */
function sealed(artifact) {
	return hash(Buffer.from('assay/holdout'), sponsor().publicKey, artifact, salt);
}

/** Creates a contest that takes claims for so many blocks. */
async function contest(duration) {
	const { holdout } = await files(TASKS.digits);
	const artifact = await put(api, sponsor(), holdout);
	const now = (await api.rpc.chain.getHeader()).number.toNumber();
	const task = await create(api, sponsor(), TASKS.digits, {
		holdout: { Sealed: sealed(Buffer.from(artifact.slice(2), 'hex')) },
		reward: { Contest: { pool: POOL, shares: [2, 1] } },
		seed: 'Chain',
		deadline: now + duration + 4,
	});
	const record = (await api.query.tasks.tasks(task.id)).unwrap();
	return { ...task, artifact, record };
}

/** Waits until the chain is past `number`. */
function passed(number) {
	return until(
		api,
		`block ${number}`,
		async () => (await api.rpc.chain.getHeader()).number.toNumber() >= number.toNumber(),
		80,
	);
}

test('nobody reveals before the deadline, and nobody withdraws after it', async () => {
	const { key, claim, body, salt: opening } = honest.claims[0];
	await assert.rejects(reveal(api, key, { claim, body, salt: opening }), /claims.TooEarly/);
	const early = api.tx.tasks.revealHoldout(honest.id, honest.artifact, u8aToHex(salt));
	await assert.rejects(send(api, sponsor(), early), /tasks.RevealsOpen/);

	for (const task of [withheld, honest]) {
		await passed(task.record.spec.deadline);
		const late = api.tx.claims.withdraw(task.claims[0].claim);
		await assert.rejects(send(api, task.claims[0].key, late), /claims.TooLateToWithdraw/);
		for (const claim of task.claims) await reveal(api, claim.key, claim);
	}
});

test('the holdout that is published is the one that was committed to', async () => {
	await passed(honest.record.reveals.unwrap().until);
	const publish = (artifact, opening) =>
		send(api, sponsor(), api.tx.tasks.revealHoldout(honest.id, artifact, u8aToHex(opening)));
	await assert.rejects(publish(honest.artifact, randomBytes(32)), /tasks.HoldoutMismatch/);
	const other = honest.record.spec.train.toHex();
	await assert.rejects(publish(other, salt), /tasks.HoldoutMismatch/);
	const events = await publish(honest.artifact, salt);
	assert.equal(find(events, 'tasks', 'HoldoutPublished').holdout.toHex(), honest.artifact);
});

test('a sponsor that withholds it pays its escrow to the claimant', async () => {
	const view = await ended(api, withheld.claims[0].claim, 90);
	assert.equal(view.stage, 'returned');
	assert.equal(view.reason, 'holdout_withheld');
	assert.ok(BigInt(view.paid) > POOL, `the pool and a pledge: ${view.paid}`);
	assert.equal(BigInt(view.paid), withheld.record.escrow.toBigInt());
	const before = (await api.query.stake.ledgers(withheld.claims[0].key.address)).unwrap();
	assert.equal(before.locked.toBigInt() > 0n, true, 'only the other claim is still open');
});

test('the best claims share the pool, measured with the seeds that the chain drew', async () => {
	const views = [];
	for (const { claim, params } of honest.claims) {
		const view = await ended(api, claim, 90);
		assert.equal(view.stage, 'verified', JSON.stringify(view));
		assert.equal(view.reason, 'paid_at_close');
		assert.ok(view.seed > 0);
		const { score } = await measure({ ...honest, params }, view.seed);
		assert.equal(view.measured, score);
		views.push(view);
	}
	assert.notEqual(views[0].seed, views[1].seed);

	const events = await send(api, sponsor(), api.tx.tasks.close(honest.id));
	const shares = events.filter((e) => e.section === 'tasks' && e.method === 'SharePaid');
	assert.deepEqual(
		shares.map(({ data }) => data.amount.toBigInt()),
		[60n * AIT, 30n * AIT],
	);
	const [best, second] = await ask(api, 'claims_leaderboard', honest.id);
	assert.ok(units(best.score) >= units(second.score));
	assert.deepEqual([best.paid, second.paid].map(BigInt), [60n * AIT, 30n * AIT]);
	assert.deepEqual(
		shares.map(({ data }) => data.miner.toString()),
		[best.miner, second.miner],
	);
});
