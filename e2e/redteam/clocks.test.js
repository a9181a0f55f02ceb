// Validators whose clocks are wrong. The time of a node is that of libfaketime, which follows a file.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { connect, finalised, until } from '../lib/client.js';
import { Network } from '../lib/nodes.js';
import { assertFinalEverywhere, attack, height, meshed } from '../lib/redteam.js';

const LIBRARY = [
	'/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
	'/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find(existsSync);
const SLOT = 3_000;

let folder;
let network;
let api;
let dave;
/** Sets the clock of Dave, by seconds from the right time. */
const turn = (seconds) => writeFile(join(folder, 'clock'), `${seconds < 0 ? '' : '+'}${seconds}\n`);

before(async () => {
	assert.ok(LIBRARY, 'needs the package faketime');
	folder = await mkdtemp(join(tmpdir(), 'assay-clock-'));
	await turn(0);
	const env = {
		LD_PRELOAD: LIBRARY,
		FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
		FAKETIME_CACHE_DURATION: '1',
		// Timers run on; only the time of day is wrong, as that of a real clock.
		FAKETIME_DONT_FAKE_MONOTONIC: '1',
	};
	network = await Network.local({ verifiers: { dave: [] }, places: { dave: { env } } });
	api = await connect(network.nodes[0].url);
	dave = await connect(network.nodes[3].url);
	await meshed(api);
});

after(async () => {
	await Promise.all([api, dave].map((client) => client?.disconnect()));
	await network?.stop();
	await rm(folder, { recursive: true, force: true });
});

/** The times that blocks state, from one on, in milliseconds. */
async function times(from) {
	const all = [];
	for (let number = from; number <= (await height(api)); number++) {
		const at = await api.at(await api.rpc.chain.getBlockHash(number));
		all.push((await at.query.timestamp.now()).toNumber());
	}
	return all;
}

for (const seconds of [2, -2, 20, -20, 3_600, -3_600]) {
	attack(`the clock of one validator of four is ${Math.abs(seconds)} s ${seconds < 0 ? 'late' : 'early'}`, 'the others make blocks and finality, never in a time to come, and it is back with them when the clock is right', async (t) => {
		const before = await height(api);
		const final = await finalised(api);
		await turn(seconds);
		await until(api, 'the three go on', async () => (await finalised(api)) > final + 8, 60);
		const stated = await times(before + 1);
		const now = Date.now();
		for (const [at, time] of stated.entries()) {
			// A slot is accepted from one that is half a second early at the most, besides the slot itself.
			assert.ok(time <= now + SLOT, `block ${before + 1 + at} is of ${new Date(time).toISOString()}`);
			if (at > 0) assert.ok(time > stated[at - 1]);
		}
		t.diagnostic(`${stated.length} blocks in ${((stated.at(-1) - stated[0]) / 1_000).toFixed(0)} s; Dave is at ${await height(dave)}, final ${await finalised(dave)}, the others at ${await height(api)}, final ${await finalised(api)}`);
		await turn(0);
		const tip = await height(api);
		await until(dave, 'Dave follows', async () => (await finalised(dave)) >= tip, 60);
		t.diagnostic(`back after ${(await height(api)) - tip} blocks`);
		await assertFinalEverywhere(network);
	});
}
