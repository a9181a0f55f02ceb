// The whole story through the command line, as a person types it.

import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '../lib/client.js';
import { CommandLine } from '../lib/command.js';
import { Network, data, programs } from '../lib/nodes.js';

let network;
let folder;
let assay;
let task;
const program = join(programs, 'logistic.wasm');

before(async () => {
	network = await Network.development();
	folder = await mkdtemp(join(tmpdir(), 'assay-cli-'));
	assay = new CommandLine(network.nodes[0].url, folder);
});

after(async () => {
	await network?.stop();
	await rm(folder, { recursive: true, force: true });
});

test('a miner registers with a key from a file', async () => {
	const key = join(folder, 'eve.key');
	await writeFile(key, '//Eve\n', { mode: 0o600 });
	const [{ stake }] = await assay.json('--key-file', key, 'miner', 'register', '--stake', 500);
	assert.equal(stake, '500');
	const [status] = await assay.json('--key-file', key, 'miner', 'status');
	assert.deepEqual([status.bonded, status.locked, status.roles], ['500', '0', ['miner']]);
});

test('a sponsor creates a task from files', async () => {
	const [created] = await assay.json(
		'--suri', '//Bob', 'task', 'create', '--name', 'breast cancer',
		'--train', join(data, 'breast_cancer.train.safetensors'),
		'--holdout', join(data, 'breast_cancer.holdout.safetensors'),
		'--metric', 'accuracy', '--threshold', 0.9, '--reward', 50, '--winners', 2,
	);
	task = created.task;
	assert.equal(created.escrow, '100');
	const [{ tasks }] = await assay.json('task', 'list');
	assert.deepEqual(tasks.map((t) => [t.task, t.name, t.open]), [[task, 'breast cancer', true]]);
	const [shown] = await assay.json('task', 'show', task);
	assert.equal(shown.train_root, created.train_root);
});

test('an artifact comes back as it was', async () => {
	const path = join(programs, 'mlp.wasm');
	const [{ artifact }] = await assay.json('--suri', '//Bob', 'artifact', 'put', path);
	const file = join(folder, 'back.wasm');
	await assay.json('artifact', 'get', artifact, '-o', file);
	assert.deepEqual(await readFile(file), await readFile(path));
	const [shown] = await assay.json('artifact', 'show', artifact);
	assert.equal(shown.complete, true);
});

/** The first block with such an event. */
async function blockOf(matches) {
	const api = await connect(network.nodes[0].url);
	try {
		const last = (await api.rpc.chain.getHeader()).number.toNumber();
		for (let block = 1; block <= last; block++) {
			const at = await api.at(await api.rpc.chain.getBlockHash(block));
			if ((await at.query.system.events()).some(({ event }) => matches(event))) return block;
		}
	} finally {
		await api.disconnect();
	}
}

test('a claim is followed from commitment to payment', async () => {
	const [submitted, ...stages] = await assay.json(
		'--suri', '//Eve', 'claim', 'submit', '--task', task, '--program', program, '--watch',
	);
	assert.equal(submitted.score, submitted.measured);
	const events = stages.map((s) => s.event);
	for (const name of ['committed', 'revealed', 'drawn', 'verified', 'final']) assert.ok(events.includes(name), `${events}`);
	const blocks = stages.map((s) => s.block);
	assert.deepEqual(blocks, [...blocks].sort((a, b) => a - b));
	const [status] = await assay.json('claim', 'status', submitted.claim);
	assert.deepEqual([status.stage, status.paid, status.measured], ['verified', '50', submitted.measured]);
	const [{ entries }] = await assay.json('leaderboard', task);
	assert.equal(entries[0].claim, submitted.claim);
	const [{ jobs }] = await assay.json('queue');
	assert.deepEqual(jobs, []);
	// Nobody could commit to the program before it was committed to.
	const announced = await blockOf(
		({ section, method, data }) =>
			section === 'artifacts' && method === 'Announced' && data.id.toHex() === submitted.program,
	);
	assert.ok(announced > submitted.committed_at, `${announced} ${submitted.committed_at}`);
	const { stdout } = await assay.run('leaderboard', task);
	assert.match(stdout, new RegExp(submitted.measured));
});

test('a claim that was interrupted is revealed from the file', async () => {
	const submission = assay.start(
		'--suri', '//Eve', 'claim', 'submit', '--task', task, '--program', program, '--params', 'l2=2',
	);
	// Killed as soon as its commitment is on disk, a moment before it is sent, or after.
	const seen = async () =>
		(await readdir(folder, { recursive: true })).some((name) => /commit|claim/i.test(name));
	while (!(await seen())) await new Promise((done) => setTimeout(done, 20));
	await new Promise((done) => setTimeout(done, 4_000));
	submission.child.kill('SIGKILL');
	await submission.catch(() => {});
	const [{ revealed }] = await assay.json('--suri', '//Eve', 'claim', 'reveal');
	assert.equal(revealed.length, 1);
});

test('what cannot work is refused with what is wrong and what to do', async () => {
	const submit = ['claim', 'submit', '--task', task, '--program', program];
	await assay.refused(['--suri', '//Ferdie', ...submit], /register/);
	await assay.refused(['--suri', '//Eve', 'claim', 'submit', '--task', 99, '--program', program], /99/);
	await assay.refused(['--suri', '//Eve', 'miner', 'register', '--stake', 5], /register/);
	await assay.refused(['--suri', '//nobody', 'miner', 'register', '--stake', 100], /100/);
	await assay.refused(['--url', 'ws://127.0.0.1:1', 'task', 'list'], /127\.0\.0\.1:1/, /node/);
	const open = join(folder, 'open.key');
	await writeFile(open, '//Eve\n');
	await chmod(open, 0o644);
	await assay.refused(['--key-file', open, 'miner', 'status'], /600/);
	const bad = join(folder, 'bad.key');
	await writeFile(bad, 'not a key at all\n', { mode: 0o600 });
	const { stderr } = await assay.run('--key-file', bad, 'miner', 'status');
	assert.match(stderr, /expected/);
	assert.doesNotMatch(stderr, /not a key at all/);
});
