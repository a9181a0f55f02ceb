// A chain whose code is replaced while claims, a model, slashes and an appeal are under way, on four
// validators, of whom Alice has the sudo key.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { AIT, account, ask, connect, finalised, find, hash, send, until } from '../lib/client.js';
import { CommandLine } from '../lib/command.js';
import { nextNonce, signed, submit, validity } from '../lib/forge.js';
import { QUICK, commit, create, ended, measure, miner, reveal, units } from '../lib/market.js';
import { Network, bin, data } from '../lib/nodes.js';
import { assertFinalEverywhere, assertNothingLost, assertOneVerdictEach, height, meshed } from '../lib/redteam.js';

const run = promisify(execFile);
/** The code of a later version, from scripts/rehearsal. */
const CODE = join(bin, 'wbuild', 'rehearsal', 'assay_runtime.wasm');
/** Its `spec_version`, and under which key it notes how many records its migration has rewritten. */
const LATER = 1_000_000;
const REWRITTEN = u8aToHex(Buffer.from(':rehearsal'));

const alice = () => account('//Alice');
const bob = () => account('//Bob');

let folder;
let network;
let api;
let assay;
let task;
/** The new code, and the code of the genesis. */
let code;
let old;
/** The block in which the code was replaced. */
let upgraded;
/** A transaction that was signed before. */
let stale;
/** What is under way, by what it waits for. */
const claims = {};
const slashes = {};
let model;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'assay-upgrade-'));
	const { stdout } = await run(join(bin, 'assay-node'), ['export-chain-spec', '--chain', 'local'], { maxBuffer: 1 << 28 });
	const nobody = /"sudo":\s*\{\s*"key":\s*null\s*\}/;
	assert.match(stdout, nobody);
	const chain = join(folder, 'chain.json');
	await writeFile(chain, stdout.replace(nobody, `"sudo": { "key": "${alice().address}" }`));
	network = await Network.local({ chain });
	api = await connect(network.nodes[0].url);
	await meshed(api);
	assay = new CommandLine(network.nodes[0].url, join(folder, 'client'));
	code = await readFile(CODE);
	old = hexToU8a(await network.nodes[0].rpc('state_getStorage', u8aToHex(Buffer.from(':code'))));
	task = await create(api, alice(), QUICK, { reward: { Bounty: { amount: AIT, winners: 10, minImprovement: 1 } } });
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
	await rm(folder, { recursive: true, force: true });
});

/** Makes a call as root. Throws the name of its error. */
async function sudo(call) {
	const { sudoResult } = find(await send(api, alice(), api.tx.sudo.sudo(call)), 'sudo', 'Sudid');
	if (sudoResult.isErr) {
		const { section, name } = api.registry.findMetaError(sudoResult.asErr.asModule);
		throw new Error(`${section}.${name}`);
	}
}

let miners = 0;

/** A miner of its own who is about to claim the score that it measured, or another one. */
async function claimant(score) {
	miners += 1;
	const key = await miner(api, alice(), `//Alice//upgrade ${miners}`);
	const { score: measured } = await measure(task, miners);
	return { key, measured, seed: miners, score: units(score ?? measured) };
}

const commits = async (claim) => Object.assign(claim, await commit(api, claim.key, task, claim));

async function reveals(claim) {
	claim.job = await reveal(api, claim.key, claim);
}

/** Signals the verifier service that a node has started, its only child. */
async function signalService(node, signal) {
	const threads = `/proc/${node.process.pid}/task`;
	const children = (await readdir(threads)).map((thread) => readFile(join(threads, thread, 'children'), 'utf8'));
	const pids = (await Promise.all(children)).join('').trim().split(' ');
	assert.equal(pids.length, 1, `${pids}`);
	process.kill(Number(pids[0]), signal);
}

const job = (at, number) => at.query.verification.jobs(number).then((record) => record.unwrap());

/** The version of a node's code after a block, the best one unless it is said otherwise. */
const specVersion = async (node, ...block) => (await node.rpc('state_getRuntimeVersion', ...block)).specVersion;

/** The slash of a rejected claim. */
async function slashOf({ claim }) {
	const view = await ended(api, claim, 120);
	assert.equal(view.stage, 'rejected', JSON.stringify(view));
	return view.slash;
}

test('code that is no later version of this runtime is refused', async () => {
	await assert.rejects(sudo(api.tx.system.setCode(u8aToHex(old))), /SpecVersionNeedsToIncrease/);
	await assert.rejects(sudo(api.tx.system.setCode('0x0061736d01000000')), /FailedToExtractRuntimeVersion/);
	const other = api.tx.system.applyAuthorizedUpgrade('0x00');
	await assert.rejects(send(api, bob(), other), /NothingAuthorized/);
	await sudo(api.tx.system.authorizeUpgrade(u8aToHex(hash(code))));
	await assert.rejects(send(api, bob(), other), /system.Unauthorized/);
});

test('the code is replaced while work of each kind is under way', async (t) => {
	// A model that is ready to be registered.
	const files = ['--clean', join(data, 'digits.holdout.safetensors')];
	const path = join(folder, 'digits.safetensors');
	const eve = ['--suri', '//Eve', 'model'];
	await assay.json('--suri', '//Alice', 'model', 'scheme', '--upload');
	const [{ intent }] = await assay.json(...eve, 'intend', '--sub-keys', 2, '--wait');
	await assay.json(...eve, 'mark', '--intent', intent, '--train', join(data, 'digits.train.safetensors'), ...files, '--output', path);
	for (const file of [path, files[1]]) await assay.json('--suri', '//Eve', 'artifact', 'put', file);

	// False claims that are found out, and claims to come.
	const liars = [await claimant('0.999'), await claimant('0.999')];
	for (const name of ['committed', 'revealed', 'drawn']) claims[name] = await claimant();
	claims.false = await claimant('0.999');
	for (const liar of liars) await commits(liar);
	await Promise.all(liars.map(reveals));
	[slashes.pending, slashes.appealed] = await Promise.all(liars.map(slashOf));

	// Of each committee, one or two members are paused. From here on, 20 blocks are left until the pending
	// slash is final, and for reveals.
	for (const node of network.nodes.slice(2)) await signalService(node, 'SIGSTOP');
	let modelJob;
	[[{ model, job: modelJob }]] = await Promise.all([
		assay.json(...eve, 'register', path, '--intent', intent, '--name', 'digits', '--index', 0, ...files),
		send(api, liars[1].key, api.tx.stake.appealSlash(slashes.appealed)),
		...Object.values(claims).map(commits),
	]);
	await Promise.all([claims.drawn, claims.false].map(reveals));
	const jobs = [claims.drawn.job, claims.false.job, modelJob];
	await until(api, 'a verdict of each committee', async () => {
		const records = await Promise.all(jobs.map((number) => job(api, number)));
		return records.every(({ members }) => members.some(({ verdict }) => verdict.isCommitted));
	});
	stale = signed(api, bob(), api.tx.system.remark('0x01'), { nonce: (await nextNonce(api, bob())) + 1 });
	await reveals(claims.revealed);
	await send(api, bob(), api.tx.system.applyAuthorizedUpgrade(u8aToHex(code)));
	// Where it got in on the chain that became final: the first block whose state has the new code.
	const [node] = network.nodes;
	const later = async (number) => (await specVersion(node, await node.rpc('chain_getBlockHash', number))) === LATER;
	await until(api, 'the upgrade is final', async () => later((upgraded = await finalised(api))));
	while (await later(upgraded - 1)) upgraded -= 1;
	// A client of polkadot.js that was there before mixes up types of both versions.
	await api.disconnect();
	api = await connect(node.url);

	const at = await api.at(await api.rpc.chain.getBlockHash(upgraded));
	t.diagnostic(`upgraded in block ${upgraded}; the job just opened is ${(await job(at, claims.revealed.job)).phase.type}`);
	for (const number of jobs) {
		const { phase, members } = await job(at, number);
		assert.equal(phase.isCommitting, true, phase.type);
		const verdicts = members.map(({ verdict }) => verdict.type);
		t.diagnostic(`job ${number}: ${verdicts}`);
		assert.ok(verdicts.includes('Committed') && verdicts.includes('Awaited'));
	}
	const statusOf = async ({ claim }) => (await at.query.claims.claims(claim)).unwrap().status.type;
	assert.equal(await statusOf(claims.committed), 'Committed');
	for (const name of ['revealed', 'drawn', 'false']) assert.equal(await statusOf(claims[name]), 'Revealed');
	assert.equal((await at.query.models.models(model)).unwrap().status.type, 'Pending');
	assert.equal((await at.query.stake.slashes(slashes.pending)).unwrap().appeal.isNone, true);
	assert.equal((await at.query.stake.slashes(slashes.appealed)).unwrap().appeal.unwrap().stage.isRunning, true);
});

test('the next block migrates every record, and each node tells the new version', async () => {
	const before = await api.rpc.chain.getBlockHash(upgraded);
	const at = await api.at(before);
	const { tasks, claims, verification, models, stake } = at.query;
	let records = 0;
	for (const map of [tasks.tasks, claims.claims, verification.jobs, models.models, stake.ledgers, stake.slashes]) {
		records += (await map.keys()).length;
	}
	for (const node of network.nodes) {
		assert.equal(await specVersion(node), LATER, node.name);
		const rewritten = (hash) => node.rpc('state_getStorage', REWRITTEN, hash);
		assert.equal(await rewritten(before.toHex()), null);
		const after = hexToU8a(await rewritten(await node.rpc('chain_getBlockHash', upgraded + 1)));
		assert.equal(new DataView(after.buffer, after.byteOffset).getBigUint64(0, true), BigInt(records));
	}
});

/** Why a node's pool does not take a transaction; it is asked again where it looks at a fork that is gone. */
async function refusal(node, bytes) {
	for (let attempt = 0; ; attempt++) {
		const answer = await submit(node, bytes).then(() => 'taken', ({ message }) => message);
		if (!/State already discarded/.test(answer) || attempt === 5) return answer;
		await sleep(1_000);
	}
}

test('what was signed for the old version is refused', async () => {
	const nonce = await nextNonce(api, bob());
	const anew = signed(api, bob(), api.tx.system.remark('0x01'), { nonce });
	for (const node of network.nodes) {
		assert.equal(await validity(node, stale), 'BadProof');
		// What the pool has found bad on one fork it bans.
		assert.match(await refusal(node, stale), /bad signature|temporarily banned/i);
		assert.equal(await validity(node, anew), 'ok');
	}
});

test('claims end as they should, and are paid', async () => {
	await reveals(claims.committed);
	for (const node of network.nodes.slice(2)) await signalService(node, 'SIGCONT');
	const views = [];
	for (const name of ['committed', 'revealed', 'drawn']) {
		const view = await ended(api, claims[name].claim, 120);
		assert.equal(view.stage, 'verified', `${name}: ${JSON.stringify(view)}`);
		assert.equal(view.measured, claims[name].measured);
		// One that is not as good as one before it is not paid.
		assert.equal(BigInt(view.paid), view.reason === 'no_improvement' ? 0n : AIT, JSON.stringify(view));
		views.push(view);
	}
	const [{ measured: best }] = views.toSorted((a, b) => Number(units(b.measured) - units(a.measured)));
	assert.ok(views.some(({ measured, paid }) => measured === best && BigInt(paid) === AIT), JSON.stringify(views));
	assert.ok(await slashOf(claims.false) !== null);
});

test('slashes become final, and the appeal is heard', async () => {
	for (const number of Object.values(slashes)) {
		await until(api, `slash ${number} final`, async () => (await api.query.stake.slashes(number)).isNone, 120);
	}
	const ends = [];
	const last = await height(api);
	for (let number = upgraded + 1; number <= last; number++) {
		const at = await api.at(await api.rpc.chain.getBlockHash(number));
		for (const { event } of await at.query.system.events()) if (event.section === 'stake') ends.push(event);
	}
	for (const number of Object.values(slashes)) {
		const final = ends.filter(({ method, data }) => method === 'SlashFinal' && data.slash.eq(number));
		assert.equal(final.length, 1, `slash ${number}: ${ends.map(({ method }) => method)}`);
	}
});

test('the model is verified', async () => {
	const view = await until(api, 'the verdict', async () => {
		const view = await ask(api, 'models_get', model);
		return view.stage !== 'pending' && view;
	}, 120);
	assert.equal(view.stage, 'verified', JSON.stringify(view));
});

test('and so are claims that are made afterwards, in the next session', async () => {
	const session = async () => (await api.query.session.currentIndex()).toNumber();
	const before = await session();
	await until(api, 'a new session', async () => (await session()) > before, 60);
	const late = await claimant();
	await commits(late);
	await reveals(late);
	assert.equal((await ended(api, late.claim, 120)).stage, 'verified');
});

test('all is final on all nodes, nothing is lost, and no verdict was given twice', async (t) => {
	await assertFinalEverywhere(network);
	await assertNothingLost(api);
	const verdicts = await assertOneVerdictEach(api);
	t.diagnostic(`${verdicts} verdicts, each once`);
	assert.ok(verdicts > 0);
});

test('a node that begins with the genesis follows through the upgrade', async () => {
	const dave = network.nodes[3];
	await dave.stop();
	await rm(join(network.folder, dave.name), { recursive: true });
	await dave.start();
	const own = await connect(dave.url);
	try {
		const last = await finalised(api);
		await until(own, `block ${last} final`, async () => (await finalised(own)) >= last, 200);
		assert.equal((await own.rpc.chain.getBlockHash(last)).toHex(), (await api.rpc.chain.getBlockHash(last)).toHex());
		assert.equal(await specVersion(dave), LATER);
	} finally {
		await own.disconnect();
	}
});
