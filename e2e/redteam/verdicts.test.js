// Verifiers who attack. Four validators with equal stake; committees have three members at first.
// Each test says what is tried, and what must come of it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { FakeVerifier, scored } from '../lib/attackers.js';
import { account, ask, connect, finalised, until } from '../lib/client.js';
import { QUICK, commit, create, ended, measure, miner, reveal, units } from '../lib/market.js';
import { Network } from '../lib/nodes.js';

// What the two who lie together say of every job: the score that the accomplice claims, and hashes that
// they agreed on. It changes so that the honest case can be tried, too.
let lie = null;
let charlie;
let dave;
let network;
let api;
let task;
const alice = () => account('//Alice');
const CLAIMED = '0.999';

before(async () => {
	charlie = await FakeVerifier.start(() => lie?.());
	dave = await FakeVerifier.start(() => lie?.());
	network = await Network.local({ verifiers: { charlie: charlie.args, dave: dave.args } });
	api = await connect(network.nodes[0].url);
	await until(api, 'three peers', async () => (await api.rpc.system.health()).peers.toNumber() === 3);
	task = await create(api, alice(), QUICK);
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
	await Promise.all([charlie, dave].map((fake) => fake?.stop()));
});

/** A claim, and what became of it. */
async function claim(name, seed, score) {
	const key = await miner(api, alice(), name);
	const { score: measured } = await measure(task, seed);
	const committed = await commit(api, key, task, { seed, score: units(score ?? measured) }, { final: true });
	await reveal(api, key, committed);
	return { key, measured, view: await ended(api, committed.claim, 200) };
}

/** Numbers of the slashes that honest verifiers face. */
async function slashes() {
	const all = await api.query.stake.slashes.entries();
	const honest = ['Alice', 'Bob'].map((name) => account(`//${name}`).address);
	return all
		.filter(([, record]) => honest.includes(record.unwrap().who.toString()))
		.map(([{ args: [slash] }]) => slash.toNumber());
}

const together = () => scored(units(CLAIMED), new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
const apart = () => scored(units(CLAIMED), randomBytes(32), randomBytes(32));

test('two lazy verifiers of four cannot keep an honest claim from being paid', async () => {
	// They never answer. A committee of three has one or two of them; a quorum takes more than half.
	lie = null;
	const { view, measured } = await claim('//Alice//honest among lazy', 1);
	assert.equal(view.stage, 'verified', JSON.stringify(view));
	assert.equal(view.measured, measured);
});

test('two of four who lie together are not believed: a false claim is not paid', async () => {
	lie = together;
	const { view } = await claim('//Alice//accomplice', 2, CLAIMED);
	// Two of three are not more than two thirds.
	assert.notEqual(view.stage, 'verified', JSON.stringify(view));
	assert.equal(view.paid, '0');
	const board = await ask(api, 'claims_leaderboard', task.id);
	assert.ok(board.every(({ score }) => score !== CLAIMED), JSON.stringify(board));
});

test('two of four who lie together cannot have an honest miner slashed', async () => {
	lie = together;
	const { view } = await claim('//Alice//honest among liars', 3);
	assert.ok(['verified', 'returned'].includes(view.stage), JSON.stringify(view));
	assert.equal(view.slash, null);
});

test('two who lie apart get no false claim paid, and no honest verifier slashed', async () => {
	lie = apart;
	const before = await slashes();
	const { view } = await claim('//Alice//false among liars', 4, CLAIMED);
	assert.notEqual(view.stage, 'verified', JSON.stringify(view));
	const since = (await slashes()).filter((slash) => !before.includes(slash));
	assert.deepEqual(since, [], 'an honest verifier was slashed');
});

test('blocks were final all the time, on every node', async () => {
	const clients = await Promise.all(network.nodes.map((node) => connect(node.url)));
	try {
		const height = await finalised(clients[0]);
		const hashes = await Promise.all(
			clients.map(async (client) => {
				await until(client, `block ${height} final`, async () => (await finalised(client)) >= height);
				return (await client.rpc.chain.getBlockHash(height)).toHex();
			}),
		);
		assert.equal(new Set(hashes).size, 1);
		const best = (await api.rpc.chain.getHeader()).number.toNumber();
		assert.ok(best - height < 10, `${best - height} blocks are not final`);
	} finally {
		await Promise.all(clients.map((client) => client.disconnect()));
	}
});
