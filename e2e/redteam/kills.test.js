// Validators are killed at any moment while claims and transfers flow.

import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { u8aToHex } from '@polkadot/util';
import {
	AIT, account, ask, claimBody, commitment, connect, finalised, manifest, until,
} from '../lib/client.js';
import { signed, submit } from '../lib/forge.js';
import { QUICK, create, files, measure, units } from '../lib/market.js';
import {
	accounts, assertFinalEverywhere, assertNothingLost, assertOneVerdictEach, assertSound, atMost, attack, field,
	height, onFourValidators, purse, settled,
} from '../lib/redteam.js';

onFourValidators('//Bob//stash');

const KILLS = atMost(1, 20);
/** Blocks within which something must become final after a kill. */
const RESUMED = 10;
const salt = () => u8aToHex(randomBytes(32));

let clients;
/** The node that is away, if any. */
let away = null;

const present = () => field.network.nodes.filter((node) => node !== away);
/** A client whose node is there. */
const eye = () => clients.get(present()[0].name);

/**
 * An account whose transactions are numbered here and sent until the chain has them: to any node that is there,
 * again after a while, as who does not know what a killed node did with them.
 */
class Sender {
	constructor(key, nonce) {
		Object.assign(this, { key, nonce });
	}

	/** Gives when the chain has it. */
	async send(make, tries = 400) {
		const nonce = this.nonce++;
		const bytes = signed(field.api, this.key, make, { nonce });
		for (let wait = 0; wait < tries; wait++) {
			const nodes = present();
			if (wait % 20 === 0) await submit(nodes[randomInt(nodes.length)], bytes).catch(() => {});
			await sleep(500);
			const used = await eye().query.system.account(this.key.address).catch(() => null);
			if (used?.nonce.toNumber() > nonce) return;
		}
		throw new Error(`transaction ${nonce} of ${this.key.address} is lost`);
	}
}

/** Transfers, one after the other, until it is told to stop. Gives how many. */
async function pay(sender, to, running) {
	let count = 0;
	for (; running(); count++) await sender.send(field.api.tx.balances.transferKeepAlive(to, AIT / 100n));
	return count;
}

/** True claims, one after the other, until it is told to stop. Gives them. */
async function mine(sender, task, seed, running) {
	const claims = [];
	for (; running() && claims.length < 10; seed++) {
		const { score } = await measure(task, seed);
		const body = claimBody({ program: task.program, params: task.params, seed, score: units(score), traceRoot: salt(), traceSalt: salt() });
		const opening = salt();
		const hash = commitment(field.api, sender.key, task.id, body, opening);
		await sender.send(field.api.tx.claims.commit(task.id, hash));
		let claim;
		while (claim === undefined) {
			claim = await eye().query.claims.commitments(sender.key.address, hash).then((found) => found.unwrapOr(undefined)?.toNumber(), () => {});
			await sleep(300);
		}
		await sender.send(field.api.tx.claims.reveal(claim, body, opening));
		claims.push({ claim, score });
	}
	return claims;
}

attack(`validators are killed ${KILLS} times while claims and transfers flow`, 'finality is back within ten blocks each time; nothing is lost, paid twice or voted twice', async (t) => {
	const api = field.api;
	clients = new Map(await Promise.all(field.network.nodes.map(async (node) => [node.name, await connect(node.url)])));
	t.after(() => Promise.all([...clients.values()].map((client) => client.disconnect())));
	const from = await height(api);
	const task = await create(api, purse(), QUICK, { reward: { Bounty: { amount: AIT, winners: 1_000, minImprovement: 1 } } });
	const payers = await accounts(api, [0, 1, 2, 3].map((at) => `payer ${at}`), 100n * AIT);
	const keys = await accounts(api, [0, 1, 2].map((at) => `worker ${at}`), 2_000n * AIT);
	const till = account('//redteam//till').address;

	let over = false;
	const running = () => !over;
	const workers = keys.map((key) => new Sender(key, 0));
	await Promise.all(workers.map((worker) => worker.send(api.tx.stake.register('Miner', 1_500n * AIT))));
	const paying = Promise.all(payers.map((key) => pay(new Sender(key, 0), till, running)));
	const mining = Promise.all(workers.map((worker, at) => mine(worker, task, 1_000 * (at + 1), running)));
	const load = Promise.all([paying, mining]);
	// Told at the end; until then, a failure must not end the process.
	load.catch(() => {});

	try {
		for (let kill = 1; kill <= KILLS; kill++) {
			await sleep(randomInt(6_000));
			const victim = field.network.nodes[randomInt(field.network.nodes.length)];
			away = victim;
			const client = eye();
			const before = await height(client);
			await victim.stop('SIGKILL');
			const dead = performance.now();
			// Something that was not there at the kill becomes final without the victim.
			await until(client, `finality after kill ${kill} (${victim.name})`, async () => (await finalised(client)) > before, RESUMED);
			const took = (await height(client)) - before;
			const seconds = ((performance.now() - dead) / 1_000).toFixed(1);
			await sleep(randomInt(4_000));
			await victim.start();
			const own = clients.get(victim.name);
			while (!own.isConnected) await sleep(200);
			const tip = await height(client);
			await until(own, `${victim.name} follows`, async () => (await finalised(own)) >= tip, 40);
			away = null;
			t.diagnostic(`kill ${kill}: ${victim.name}; final again after ${took} blocks, ${seconds} s; back ${(await height(own)) - tip} blocks after its start`);
		}
	} finally {
		over = true;
	}
	const [counts, mined] = await load;
	while (!api.isConnected) await sleep(200);
	const claims = mined.flat();
	t.diagnostic(`${counts.reduce((a, b) => a + b)} transfers, ${claims.length} claims`);
	assert.ok(claims.length > 0);

	for (const { claim, score } of claims) {
		const view = await until(api, `claim ${claim} ends`, async () => {
			const view = await ask(api, 'claims_explain', claim);
			return !['committed', 'revealed', 'measured'].includes(view.stage) && view;
		}, 150);
		// Two of three members away in one round is no quorum: such a claim may go back, but never fall.
		assert.ok(['verified', 'returned'].includes(view.stage), JSON.stringify(view));
		if (view.stage === 'verified') assert.equal(view.measured, score);
		assert.equal(view.slash, null);
	}
	const verified = await Promise.all(claims.map(async ({ claim }) => (await ask(api, 'claims_explain', claim)).stage === 'verified'));
	t.diagnostic(`${verified.filter(Boolean).length} verified, ${verified.filter((is) => !is).length} returned`);

	// Each transfer counted once.
	const { data } = await api.query.system.account(till);
	assert.equal(data.free.toBigInt(), (AIT / 100n) * BigInt(counts.reduce((a, b) => a + b)));
	await settled(api);
	t.diagnostic(`${await assertOneVerdictEach(api, from)} verdicts, each once`);
	await assertFinalEverywhere(field.network);
	await Promise.all([...clients.values()].map(assertNothingLost));
	// No artifact was lost, on any node.
	for (const bytes of Object.values(await files(task))) {
		const { hashes } = manifest(api, bytes);
		for (const node of field.network.nodes) {
			assert.equal(await node.rpc('artifacts_chunk', hashes[0]), u8aToHex(bytes.subarray(0, 2 << 20)));
		}
	}
});

attack('kills, all of them', 'every node has the same final chain, and nothing is lost', assertSound);
