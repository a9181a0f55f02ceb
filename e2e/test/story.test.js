// The main job on one node, as a miner who has only polkadot.js does it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { AIT, account, ask, blocks, connect, finalised, find, send, until } from '../lib/client.js';
import { TASKS, commit, create, ended, files, measure, miner, reveal, units } from '../lib/market.js';
import { Network, bin } from '../lib/nodes.js';

const run = promisify(execFile);
let network;
let api;
let task;
const alice = () => account('//Alice');
const SEED = 1;

before(async () => {
	network = await Network.development();
	api = await connect(network.nodes[0].url);
	task = await create(api, alice(), TASKS.digits);
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
});

const free = async (key) => (await api.query.system.account(key.address)).data.free.toBigInt();

test('what was uploaded comes back by its hash', async () => {
	const { wasm } = await files(task);
	const { size, chunks, complete } = await ask(api, 'artifacts_manifest', task.program);
	assert.equal(complete, true);
	assert.equal(size, wasm.length);
	const chunk = await ask(api, 'artifacts_chunk', chunks[0]);
	assert.equal(chunk, `0x${wasm.toString('hex')}`);
	assert.equal(await ask(api, 'artifacts_manifest', chunks[0]), null);
});

test('an honest claim is verified and paid', async () => {
	const key = await miner(api, alice(), '//Alice//honest');
	const { score, trace_root: traceRoot } = await measure(task, SEED);
	const committed = await commit(api, key, task, { seed: SEED, score: units(score), traceRoot });
	const before = await free(key);
	const job = await reveal(api, key, committed);
	const view = await ended(api, committed.claim);

	assert.equal(view.stage, 'verified');
	assert.equal(view.measured, score);
	assert.equal(BigInt(view.paid), 100n * AIT);
	const earned = (await free(key)) - before;
	assert.ok(earned > 90n * AIT && earned < 100n * AIT, `bounty less fees: ${earned}`);
	assert.equal((await api.query.verification.jobs(job)).isNone, true);

	const [first] = await ask(api, 'claims_leaderboard', task.id);
	assert.equal(first.claim, committed.claim);
	assert.equal(first.miner, key.address);
	assert.equal(first.score, score);
});

test('an inflated claim is rejected, and its bond slashed: pending first, then final', async () => {
	const key = await miner(api, alice(), '//Alice//liar');
	const committed = await commit(api, key, task, { seed: 2, score: units('0.999') });
	await reveal(api, key, committed);
	const view = await ended(api, committed.claim);

	assert.equal(view.stage, 'rejected');
	assert.equal(view.reason, 'worse_than_claimed');
	assert.ok(units(view.measured) < units('0.999'));
	const held = async () => {
		const holds = await api.query.balances.holds(key.address);
		return holds.reduce((sum, hold) => sum + hold.amount.toBigInt(), 0n);
	};
	const before = await held();
	await until(api, 'the slash is final', async () => (await held()) < before, 60);
	assert.equal(before - (await held()), BigInt(view.bond));
});

test('the same run is not paid twice', async () => {
	const key = await miner(api, alice(), '//Alice//copycat');
	const { score } = await measure(task, SEED);
	const committed = await commit(api, key, task, { seed: SEED, score: units(score) });
	await assert.rejects(reveal(api, key, committed), /DuplicateRun/);
});

test('a program that fails is rejected with the reason', async () => {
	const key = await miner(api, alice(), '//Alice//hasty');
	const greedy = { ...task, params: 'epochs=1000000' };
	const committed = await commit(api, key, greedy, { seed: 1, score: units('0.95') });
	await reveal(api, key, committed);
	const view = await ended(api, committed.claim, 120);
	assert.equal(view.stage, 'rejected');
	assert.ok(view.reason.run_failed, JSON.stringify(view));
});

test('every block decodes in polkadot.js, verdicts included', async () => {
	const best = (await api.rpc.chain.getHeader()).number.toNumber();
	const seen = new Map();
	for (let number = 1; number <= best; number++) {
		const hash = await api.rpc.chain.getBlockHash(number);
		const { block } = await api.rpc.chain.getBlock(hash);
		for (const extrinsic of block.extrinsics) {
			const { section, method } = extrinsic.method;
			assert.notEqual(extrinsic.toHuman(), null);
			seen.set(`${section}.${method}`, (seen.get(`${section}.${method}`) ?? 0) + 1);
		}
		await (await api.at(hash)).query.system.events();
	}
	assert.ok(seen.get('verification.commitVerdict') >= 3);
	assert.equal(seen.get('verification.commitVerdict'), seen.get('verification.revealVerdict'));
	assert.equal(seen.get('timestamp.set'), best);
});

test('and in subxt', async () => {
	// It reads what is final.
	const best = (await api.rpc.chain.getHeader()).number.toNumber();
	await until(api, `block ${best} final`, async () => (await finalised(api)) >= best);
	const { stdout } = await run(join(bin, 'examples', 'decode'), [network.nodes[0].url]);
	const { blocks: count, calls, events } = JSON.parse(stdout);
	assert.equal(calls['Timestamp.set'], count);
	for (const name of ['Claims.reveal', 'Verification.commit_verdict', 'Verification.reveal_verdict']) {
		assert.ok(calls[name] >= 3, name);
	}
	assert.ok(events['Claims.ClaimVerified'] >= 1);
	assert.ok(events['Claims.ClaimRejected'] >= 2);
});

test('the node tells Prometheus about jobs and verdicts', async () => {
	// Counted when they are final.
	await until(
		api,
		'three jobs counted, and all settled',
		async () => {
			const metrics = await network.nodes[0].metrics();
			const value = (name) => Number(metrics.match(new RegExp(`^${name}{.*} (\\d+)$`, 'm'))?.[1]);
			return (
				value('assay_verification_jobs_total') >= 3 &&
				value('assay_verdicts_revealed_total') >= 3 &&
				value('assay_verification_queue') === 0
			);
		},
		20,
	);
});

test('blocks are finalised', async () => {
	const before = await finalised(api);
	await blocks(api, 4);
	assert.ok((await finalised(api)) > before);
});

test('a session later the committees still work', async () => {
	const session = async () => (await api.query.session.currentIndex()).toNumber();
	const before = await session();
	await until(api, 'a new session', async () => (await session()) > before, 60);
	const key = await miner(api, alice(), '//Alice//late');
	const { score } = await measure(task, 7);
	const committed = await commit(api, key, task, { seed: 7, score: units(score) });
	await reveal(api, key, committed);
	assert.equal((await ended(api, committed.claim)).stage, 'verified');
});

test('a sponsor gets back what is left', async () => {
	const sponsor = account('//Bob');
	const other = await create(api, sponsor, TASKS.breast_cancer);
	const before = await free(sponsor);
	const events = await send(api, sponsor, api.tx.tasks.cancel(other.id));
	find(events, 'tasks', 'TaskCancelled');
	assert.ok((await free(sponsor)) > before + 299n * AIT);
});
