// Claims that are known to be wrong: an auditor sends one, and it is caught; another auditor is wrong.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hexToU8a, stringToU8a, u8aToHex } from '@polkadot/util';
import { AIT, account, commitment, connect, claimBody, find, hash, manifest, merkleTree, send, until } from '../lib/client.js';
import { CommandLine } from '../lib/command.js';
import { QUICK, create, ended, measure, miner, reveal, units } from '../lib/market.js';
import { Network, programs } from '../lib/nodes.js';

let network;
let api;
let folder;
let assay;
let task;
const sponsor = () => account('//Alice');
const auditor = () => account('//Charlie');

before(async () => {
	network = await Network.development();
	api = await connect(network.nodes[0].url);
	folder = await mkdtemp(join(tmpdir(), 'assay-canary-'));
	assay = new CommandLine(network.nodes[0].url, folder);
	task = await create(api, sponsor(), QUICK, {
		reward: { Bounty: { amount: 50n * AIT, winners: 3, minImprovement: 1 } },
	});
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
	await rm(folder, { recursive: true, force: true });
});

const held = async (key) => (await api.query.system.account(key.address)).data.reserved.toBigInt();
const owned = async (key) => {
	const { free, reserved } = (await api.query.system.account(key.address)).data;
	return free.toBigInt() + reserved.toBigInt();
};

/** Events of a block. */
async function eventsIn(block) {
	const at = await api.at(await api.rpc.chain.getBlockHash(block));
	return (await at.query.system.events()).map(({ event }) => event);
}

test('governance appoints an auditor', async () => {
	const appoint = api.tx.audits.appoint(auditor().address, 3);
	await assert.rejects(send(api, auditor(), appoint), /BadOrigin/);
	const batch = ['--suri', '//Charlie', 'canary', 'open-batch'];
	await assay.refused(batch, /canary make/);
	const events = await send(api, sponsor(), api.tx.sudo.sudo(appoint));
	assert.equal(find(events, 'audits', 'AuditorAppointed').canaries.toNumber(), 3);
});

test('a canary that is caught costs its fee, and nothing else', async () => {
	const key = await miner(api, sponsor(), '//Alice//canary');
	// A program that nobody has seen: the usual one, with a custom section.
	const own = Buffer.concat([await readFile(join(programs, `${task.wasm}.wasm`)), Buffer.from('\x00\x05\x03own.')]);
	const program = join(folder, 'own.wasm');
	await writeFile(program, own);
	const [made] = await assay.json(
		'canary', 'make', '--task', task.id, '--program', program,
		'--params', task.params, '--seed', 77, '--miner', key.address,
	);
	assert.ok(units(made.score) > units(made.outcome.scored.score) + 1_000_000n, 'it is wrong');
	// Not before its batch.
	await assay.refused(['--suri', '//Alice//canary', 'canary', 'send'], /open-batch/);
	const before = await held(auditor());
	const [batch] = await assay.json('--suri', '//Charlie', 'canary', 'open-batch');
	assert.equal((await held(auditor())) - before, 200n * AIT);

	const owns = await owned(key);
	const [sent] = await assay.json('--suri', '//Alice//canary', 'canary', 'send');
	const { fee } = find(await eventsIn(sent.revealed_at), 'verification', 'JobOpened');
	// As that of any claim, its program is stored after the commitment: nothing tells a canary.
	const storedIn = async (block) => {
		const at = await api.at(await api.rpc.chain.getBlockHash(block));
		return (await at.query.artifacts.artifacts(manifest(api, own).id)).isSome;
	};
	assert.deepEqual([await storedIn(sent.committed_at), await storedIn(sent.revealed_at)], [false, true]);
	const view = await ended(api, sent.claim);
	assert.deepEqual([view.stage, view.reason], ['rejected', 'worse_than_claimed']);
	const [{ canaries }] = await assay.json('canary', 'status');
	assert.deepEqual(
		canaries.map(({ claim, batch, stage, sealed }) => [claim, batch, stage, sealed]),
		[[sent.claim, batch.batch, 'rejected', true]],
	);

	const [{ opened }] = await assay.json('--suri', '//Charlie', 'canary', 'open');
	assert.deepEqual(opened.map(({ claim, rerun }) => [claim, rerun]), [[sent.claim, null]]);
	const [status] = await assay.json('claim', 'status', sent.claim);
	assert.deepEqual([status.stage, status.reason.code], ['returned', 'known_wrong']);
	const ledger = (await api.query.stake.ledgers(key.address)).unwrap();
	assert.deepEqual(
		[ledger.bonded.toBigInt(), ledger.slashing.toBigInt(), ledger.reputation.claimsRejected.toNumber()],
		[1_000n * AIT, 0n, 0],
	);
	assert.equal(await held(auditor()), before);
	// The verifiers have earned the fee; the rest are fees of transactions.
	const lost = owns - (await owned(key));
	assert.ok(lost >= fee.toBigInt() && lost < fee.toBigInt() + AIT, `${lost}, ${fee}`);
});

test('an auditor that is wrong loses its deposit, and the claim stays what it is', async () => {
	const key = await miner(api, sponsor(), '//Alice//honest');
	const { score } = await measure(task, 5);
	const body = claimBody({
		program: task.program,
		params: task.params,
		seed: 5,
		score: units(score),
		traceRoot: u8aToHex(randomBytes(32)),
		traceSalt: u8aToHex(randomBytes(32)),
	});
	const salt = u8aToHex(randomBytes(32));
	const committed = commitment(api, key, task.id, body, salt);
	// Encoded as docs/protocol.md says.
	const [, , outcomeType] = api.tx.audits.openCanary.meta.args.map((arg) => arg.type.toString());
	const outcome = api.createType(outcomeType, {
		Scored: { score: 0, traceRoot: committed, modelHash: committed, fuel: 1, steps: 1 },
	});
	const leaf = hash(
		stringToU8a('assay/canary'), hexToU8a(committed), key.publicKey, outcome.toU8a(), hexToU8a(salt),
	);
	const tree = merkleTree([leaf]);
	const deposit = 200n * AIT;
	const events = await send(api, auditor(), api.tx.audits.openBatch(tree.root, 1, deposit));
	const { batch } = find(events, 'audits', 'BatchOpened');

	const claimed = await send(api, key, api.tx.claims.commit(task.id, committed));
	const claim = find(claimed, 'claims', 'ClaimCommitted').claim.toNumber();
	await reveal(api, key, { claim, body, salt });
	const view = await ended(api, claim);
	assert.equal(view.stage, 'verified', JSON.stringify(view));
	const open = api.tx.audits.openCanary(batch, claim, outcome, salt, tree.prove(0));
	await assert.rejects(send(api, key, open), /audits.NotTheAuditor/);
	const opened = find(await send(api, auditor(), open), 'audits', 'CanaryOpened');
	const job = opened.job.unwrap();
	const [{ jobs }] = await assay.json('queue');
	assert.ok(jobs.some((running) => running.job === job.toNumber()), 'it is re-run');

	await until(api, 'the re-run ends', async () => (await api.query.verification.jobs(job)).isNone);
	assert.equal(await held(auditor()), 0n);
	const [status] = await assay.json('claim', 'status', claim);
	assert.deepEqual([status.stage, status.paid], ['verified', '50']);
	const [{ entries }] = await assay.json('leaderboard', task.id);
	assert.deepEqual(entries.map((entry) => entry.claim), [claim]);
});
