// A validator whose verifier cannot get what a claim names: the claim goes back, and who announced the
// program answers for it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AIT, account, connect, find } from '../lib/client.js';
import { TASKS, commit, create, ended, miner, reveal, units } from '../lib/market.js';
import { Network, bin } from '../lib/nodes.js';

let folder;
let service;
let network;
let api;

/** Starts a verifier service whose only source is an empty folder. Gives its address, and its token's file. */
async function withoutSources() {
	folder = await mkdtemp(join(tmpdir(), 'assay-e2e-'));
	const [token, artifacts] = ['token', 'artifacts'].map((name) => join(folder, name));
	await mkdir(artifacts);
	await writeFile(token, 'a token of at least sixteen bytes', { mode: 0o600 });
	const args = [
		'serve', '--listen', '127.0.0.1:0', '--token-file', token, '--base-path', join(folder, 'base'),
		'--artifacts', artifacts, '--fetch-attempts', '2',
	];
	service = spawn(join(bin, 'assay-verifier'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const line = await new Promise((done, failed) => {
		service.stdout.once('data', done);
		service.once('exit', (code) => failed(new Error(`the service ended with ${code}`)));
	});
	return { address: JSON.parse(line).listening, token };
}

before(async () => {
	const { address, token } = await withoutSources();
	const verifier = ['--verifier-url', `http://${address}`, '--verifier-token-file', token];
	network = await Network.start(['alice'], ['--dev'], { verifiers: { alice: verifier } });
	api = await connect(network.nodes[0].url);
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
	service?.removeAllListeners('exit');
	service?.kill();
	if (folder) await rm(folder, { recursive: true, force: true });
});

test('a committee that lacks the program says so: nobody is slashed, and the program is reported', async () => {
	const task = await create(api, account('//Alice'), TASKS.digits);
	const key = await miner(api, account('//Alice'), '//Alice//miner');
	const free = async () => (await api.query.system.account(key.address)).data.free.toBigInt();
	const committed = await commit(api, key, task, { seed: 1, score: units('0.95') });
	const before = await free();
	const job = await reveal(api, key, committed);
	const view = await ended(api, committed.claim, 60);
	assert.equal(view.stage, 'returned', JSON.stringify(view));
	assert.equal(view.slash, null);
	// The fee of the job, half an AIT, came back; that of the transaction did not.
	const spent = before - (await free());
	assert.ok(spent > 0n && spent < AIT / 100n, `${spent}`);
	const slashes = await api.query.stake.slashes.entries();
	assert.deepEqual(slashes, []);
	assert.ok((await api.query.artifacts.artifacts(task.program)).unwrap().reported.isSome);
	const { settlement } = find(await settledIn(job), 'verification', 'JobSettled');
	assert.deepEqual(settlement.toHuman(), { Agreed: { Unavailable: { input: 'Program', fault: 'Missing' } } });
});

/** The events of the block in which a job was settled. */
async function settledIn(job) {
	for (let number = (await api.rpc.chain.getHeader()).number.toNumber(); number > 0; number--) {
		const at = await api.at(await api.rpc.chain.getBlockHash(number));
		const events = (await at.query.system.events()).map(({ event }) => event);
		const settled = events.some(({ method, data }) => method === 'JobSettled' && data.job.toNumber() === job);
		if (settled) return events;
	}
	throw new Error(`job ${job} was not settled`);
}
