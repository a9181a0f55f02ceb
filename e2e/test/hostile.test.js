// Programs made to be slow, deep, large or wrong, claimed on a chain: each claim ends as it should, and the chain goes on.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { account, connect, finalised, put, trainRoot, until } from '../lib/client.js';
import { TASKS, commit, create, ended, measure, miner, reveal, units } from '../lib/market.js';
import { Network, bin } from '../lib/nodes.js';

const MINERS = 8;
/** Those that only a check of the module refuses are many alike: one in so many is enough here. */
const ONE_IN = 6;
const CHUNK_ROWS = 3;
const LIMITS = { programBytes: 4 << 20, memoryPages: 16, steps: 100, stepFuel: 100_000_000, totalFuel: 100_000_000 };

let folder;
let network;
let api;
let corpus;
let task;
const sponsor = () => account('//Alice');
const read = (file) => readFile(join(folder, file));

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'assay-hostile-'));
	await promisify(execFile)(join(bin, 'examples', 'hostile'), [folder]);
	const all = JSON.parse(await read('corpus.json'));
	corpus = all.filter(({ ends }, at) => !['Scores', 'BadProgram'].includes(ends) || at % ONE_IN === 0);
	network = await Network.development();
	api = await connect(network.nodes[0].url);
	const train = await read('train.safetensors');
	task = await create(api, sponsor(), TASKS.digits, {
		name: 'hostile programs',
		train: await put(api, sponsor(), train),
		trainRoot: trainRoot(train, CHUNK_ROWS),
		chunkRows: CHUNK_ROWS,
		holdout: { Open: await put(api, sponsor(), await read('holdout.safetensors')) },
		threshold: 0,
		limits: LIMITS,
	});
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
	await rm(folder, { recursive: true, force: true });
});

/** Claims that a program reaches the score 0, which every run that is scored does. */
async function claim(key, { file }) {
	const program = await put(api, key, await read(file));
	const committed = await commit(api, key, { ...task, program, params: 'rate=0.5' }, { seed: 42, score: 0 });
	await reveal(api, key, committed);
	return ended(api, committed.claim, 400);
}

test('each hostile program ends in its outcome', async () => {
	const keys = [];
	for (let at = 0; at < MINERS; at++) keys.push(await miner(api, sponsor(), `//Alice//hostile//${at}`));
	const rest = [...corpus];
	const wrong = [];
	await Promise.all(keys.map(async (key) => {
		for (let one = rest.pop(); one; one = rest.pop()) {
			const view = await claim(key, one);
			// Many programs here train the same model, which is verified once.
			const right = one.ends === 'Scores'
				? ['verified', 'duplicate'].includes(view.stage)
				: view.stage === 'rejected' && snake(one.ends) === view.reason.run_failed;
			if (!right) wrong.push(`${one.name}: ${JSON.stringify(view)}, expected ${one.ends}`);
		}
	}));
	assert.deepEqual(wrong, []);
});

/** `OutOfFuel` as `out_of_fuel`. */
const snake = (name) => name.replace(/\B[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

test('and an honest claim after them is verified', async () => {
	const honest = await create(api, sponsor(), TASKS.breast_cancer);
	const key = await miner(api, sponsor(), '//Alice//honest');
	const { score, trace_root: traceRoot } = await measure(honest, 1);
	const committed = await commit(api, key, honest, { seed: 1, score: units(score), traceRoot });
	await reveal(api, key, committed);
	assert.equal((await ended(api, committed.claim)).stage, 'verified');
	const best = (await api.rpc.chain.getHeader()).number.toNumber();
	await until(api, 'what came of them is final', async () => (await finalised(api)) >= best);
});
