// A node that is killed at any moment of a claim goes on where it was.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { account, ask, connect, manifest } from '../lib/client.js';
import { TASKS, commit, create, ended, files, measure, miner, reveal, units } from '../lib/market.js';
import { Network } from '../lib/nodes.js';

const KILLS = 10;
// A claim takes about 10 blocks of 3 s; kills fall anywhere into that.
const CLAIM_MS = 30_000;

let network;
let node;
let api;
let task;

before(async () => {
	network = await Network.development();
	[node] = network.nodes;
	api = await connect(node.url);
	task = await create(api, account('//Alice'), TASKS.digits);
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
});

async function killAndRestart() {
	await node.stop('SIGKILL');
	await node.start();
	while (!api.isConnected) await sleep(200);
}

/** Does something again until it succeeds: the node may have been killed meanwhile. */
async function insist(action) {
	for (let attempt = 0; ; attempt++) {
		try {
			return await action();
		} catch (error) {
			if (attempt === 5) throw error;
			await sleep(3_000);
			// A busy machine can take long to start the node again; `start` gives up after a minute.
			for (let wait = 0; !api.isConnected && wait < 300; wait++) await sleep(200);
		}
	}
}

test(`killed at ${KILLS} moments during claims: one verdict each, nothing lost or stuck`, async (t) => {
	const claims = [];
	for (let kill = 0; kill < KILLS; kill++) {
		// Each miner and seed is its own run; the moments spread over the life of a claim, with a
		// random part.
		const moment = Math.round(((kill + Math.random()) / KILLS) * CLAIM_MS);
		t.diagnostic(`kill ${kill + 1}: ${moment} ms after the commitment`);
		const key = await insist(() => miner(api, account('//Alice'), `//Alice//restart${kill}`));
		const { score } = await measure(task, kill);
		const committed = await insist(() => commit(api, key, task, { seed: kill, score: units(score) }));
		const killing = sleep(moment).then(killAndRestart);
		const revealing = insist(() => reveal(api, key, committed)).catch((error) => {
			// A reveal that got into a block, whose answer the kill swallowed.
			if (!/AlreadyRevealed|ClaimEnded/.test(error.message)) throw error;
		});
		await Promise.all([killing, revealing]);
		claims.push(committed.claim);
	}

	for (const claim of claims) {
		const view = await insist(() => ended(api, claim, 120));
		assert.equal(view.stage, 'verified', JSON.stringify(view));
	}

	// Each job, round and member has one commitment and one reveal on the chain.
	const verdicts = new Map();
	const best = (await api.rpc.chain.getHeader()).number.toNumber();
	for (let number = 1; number <= best; number++) {
		const { block } = await api.rpc.chain.getBlock(await api.rpc.chain.getBlockHash(number));
		for (const { method } of block.extrinsics) {
			if (method.section !== 'verification') continue;
			const [first] = method.args;
			const seat = method.method === 'commitVerdict'
				? [first.job, first.round, first.member]
				: method.args.slice(0, 3);
			const key = `${method.method} ${seat.join(' ')}`;
			verdicts.set(key, (verdicts.get(key) ?? 0) + 1);
		}
	}
	assert.equal(verdicts.size, 2 * claims.length);
	assert.deepEqual([...verdicts.values()], Array(2 * claims.length).fill(1));

	// No artifact was lost.
	const { wasm, train, holdout } = await files(task);
	for (const bytes of [wasm, train, holdout]) {
		const { id, hashes } = manifest(api, bytes);
		assert.equal((await ask(api, 'artifacts_manifest', id)).complete, true);
		assert.equal(await ask(api, 'artifacts_chunk', hashes[0]), `0x${bytes.toString('hex')}`);
	}
});
