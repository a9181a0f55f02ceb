// Measures what a verifier service that is saturated by programs does to the blocks of the node beside
// it: the same load of transfers with no service, with one of as many workers as it has by default, and
// with one worker a processor, in turn. One node makes the blocks, another one imports them.
//
//   node bench/saturation.js [ROUNDS] [BLOCKS]

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, manifest, trainRoot } from '../lib/client.js';
import { POOL, Watch, load, mean, proposals, start } from '../lib/load.js';
import { TASKS, files } from '../lib/market.js';
import { bin } from '../lib/nodes.js';

const rounds = Number(process.argv[2] ?? 3);
const blocks = Number(process.argv[3] ?? 15);
const SENDERS = 2_000;
/** Transfers a second. */
const RATE = 300;
const TOKEN = 'a token of this benchmark alone';

/** Long runs on the digits, each another one: minutes of work for any worker. */
async function jobs(api, folder, count) {
	const task = TASKS.digits;
	const ids = {};
	for (const [name, bytes] of Object.entries(await files(task))) {
		ids[name] = manifest(api, bytes).id;
		await writeFile(join(folder, ids[name].slice(2)), bytes);
	}
	const { train } = await files(task);
	const { lookup } = api.registry;
	const portable = lookup.types.find(({ type }) => type.path.at(-1)?.eq('TrainingJob'));
	const definition = api.registry.createLookupType(portable.id);
	return Array.from({ length: count }, (_, seed) =>
		api
			.createType(definition, {
				vmVersion: 1,
				program: ids.wasm,
				params: 'epochs=60000',
				seed,
				train: ids.train,
				trainRoot: trainRoot(train, 32),
				chunkRows: 32,
				holdout: ids.holdout,
				metric: 'Accuracy',
				file: null,
				limits: {
					programBytes: 1_000_000,
					memoryPages: 16,
					steps: 100_000_000,
					stepFuel: 20_000_000,
					totalFuel: 100_000_000_000_000n,
				},
			})
			.toU8a(),
	);
}

/** A service in a folder of its own, with all that it can do at a time and more. */
async function saturate(workers, folder, work) {
	const base = await mkdtemp(join(folder, 'service-'));
	const token = join(folder, 'token');
	await writeFile(token, TOKEN, { mode: 0o600 });
	const args = ['serve', '--listen', '127.0.0.1:0', '--token-file', token, '--base-path', base];
	// Jobs are handed over once.
	args.push('--forget-after', 86_400);
	args.push('--artifacts', join(folder, 'artifacts'), ...(workers ? ['--workers', workers] : []));
	const child = spawn(join(bin, 'assay-verifier'), args.map(String), {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
	const url = `http://${JSON.parse(line).listening}`;
	const authorization = `Bearer ${TOKEN}`;
	for (const body of work) {
		const answer = await fetch(`${url}/jobs`, { method: 'POST', headers: { authorization }, body });
		if (answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`);
	}
	return {
		health: async () => (await fetch(`${url}/health`)).json(),
		stop: async () => {
			const ended = new Promise((done) => child.once('exit', done));
			child.kill('SIGKILL');
			await ended;
		},
	};
}

const folder = await mkdtemp(join(tmpdir(), 'assay-saturation-'));
const network = await start(['alice', 'bob'], SENDERS, {
	preset: 'dev',
	options: POOL,
	verifiers: { alice: [], bob: [] },
});
const cases = { 'no service': null, 'default workers': 0, 'a worker a processor': availableParallelism() };
const found = Object.fromEntries(Object.keys(cases).map((name) => [name, { proposing: [], importing: [], gaps: [], behind: [] }]));
try {
	await mkdir(join(folder, 'artifacts'));
	const api = await connect(network.nodes[0].url);
	const work = await jobs(api, join(folder, 'artifacts'), 50);
	await api.disconnect();
	const [author, importer] = network.nodes;
	const count = RATE * 3 * (blocks + 4);
	let first = 0;
	// What comes first is for the caches.
	const turns = ['no service', ...Array.from({ length: rounds }, () => Object.keys(cases)).flat()];
	for (const [turn, name] of turns.entries()) {
		const workers = cases[name];
		process.stderr.write(`\r${turn} of ${turns.length - 1}: ${name}        `);
		const service = workers === null ? null : await saturate(workers, folder, work);
		const watch = new Watch(importer);
		let seen;
		try {
			seen = await load([author], { senders: SENDERS, first, count, rate: RATE });
			const { running, queue } = (await service?.health()) ?? { running: 0, queue: 1 };
			const expected = workers === null ? 0 : workers || Math.max(1, availableParallelism() - 1);
			if (running !== expected || queue === 0) throw new Error(`${running} jobs run, ${queue} wait`);
		} finally {
			await service?.stop();
			await watch.stop();
		}
		first += count;
		if (turn === 0) continue;
		const made = await proposals(author);
		const measured = seen.blocks.filter(({ transactions }) => transactions > 0).slice(2, 2 + blocks);
		const sample = watch.between(measured[0].at, measured.at(-1).at);
		const metric = 'substrate_block_verification_and_import_time';
		const { proposing, importing, gaps, behind } = found[name];
		for (const { hash, transactions } of measured) proposing.push((1e3 * made.get(hash).ms) / transactions);
		importing.push((1e3 * sample.grown(`${metric}_sum`)) / sample.grown(`${metric}_count`));
		for (let at = 1; at < measured.length; at++) gaps.push((measured[at].at - measured[at - 1].at) / 1e3);
		behind.push(...measured.map((block) => block.behind));
	}
} finally {
	await network.stop();
	await rm(folder, { recursive: true, force: true });
}
process.stderr.write('\n');
const base = found['no service'];
const change = (values, before) => `${((100 * mean(values)) / mean(before) - 100).toFixed(1)} %`;
console.table(Object.entries(found).map(([name, { proposing, importing, gaps, behind }]) => ({
	'beside the node': name,
	'proposing, µs a transaction': mean(proposing).toFixed(1),
	'more': change(proposing, base.proposing),
	'importing, ms a block': mean(importing).toFixed(1),
	'more ': change(importing, base.importing),
	'seconds between blocks': `${mean(gaps).toFixed(2)} (at most ${Math.max(...gaps).toFixed(2)})`,
	'final block behind': mean(behind).toFixed(1),
})));
