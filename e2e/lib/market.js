// A task on real data, and miners who claim something about it.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { u8aToHex } from '@polkadot/util';
import { AIT, account, ask, claimBody, commitment, find, put, send, trainRoot, until } from './client.js';
import { bin, data, programs } from './nodes.js';

const run = promisify(execFile);
const salt = () => u8aToHex(randomBytes(32));

/** The real tasks: data, program, parameters, and what a run may use. */
export const TASKS = {
	digits: {
		name: 'digits',
		wasm: 'mlp',
		params: 'epochs=60',
		threshold: '0.9',
		limits: {
			programBytes: 1_000_000,
			memoryPages: 16,
			steps: 10_000,
			stepFuel: 20_000_000,
			totalFuel: 20_000_000_000,
		},
	},
	breast_cancer: {
		name: 'breast_cancer',
		wasm: 'logistic',
		params: '',
		threshold: '0.9',
		limits: {
			programBytes: 1_000_000,
			memoryPages: 16,
			steps: 10_000,
			stepFuel: 20_000_000,
			totalFuel: 20_000_000_000,
		},
	},
};

/** A task whose runs end in a moment, and whose committees do not wait long for who is late. */
export const QUICK = {
	...TASKS.digits,
	params: 'epochs=10',
	limits: { ...TASKS.digits.limits, totalFuel: 3_000_000_000 },
};

const CHUNK_ROWS = 32;

/** A decimal score in units of 10⁻⁹. */
export function units(score) {
	const [whole, part = ''] = score.split('.');
	return BigInt(whole) * 10n ** 9n + BigInt(part.padEnd(9, '0'));
}

/** The bytes of the program, the training data and the holdout of a task. */
export async function files({ name, wasm: file }) {
	const [wasm, train, holdout] = await Promise.all([
		readFile(join(programs, `${file}.wasm`)),
		readFile(join(data, `${name}.train.safetensors`)),
		readFile(join(data, `${name}.holdout.safetensors`)),
	]);
	return { wasm, train, holdout };
}

/** Funds an account that has nothing, and registers it as a miner. */
export async function miner(api, sponsor, uri, stake = 1_000n * AIT) {
	const key = account(uri);
	await send(api, sponsor, api.tx.balances.transferKeepAlive(key.address, 2_000n * AIT));
	if (stake) await send(api, key, api.tx.stake.register('Miner', stake));
	return key;
}

/** Uploads data and program, and creates the task. Gives what claims need. */
export async function create(api, sponsor, task, changes = {}) {
	const { wasm, train, holdout } = await files(task);
	const program = await put(api, sponsor, wasm);
	const now = (await api.rpc.chain.getHeader()).number.toNumber();
	const spec = {
		name: task.name,
		train: await put(api, sponsor, train),
		trainRoot: trainRoot(train, CHUNK_ROWS),
		chunkRows: CHUNK_ROWS,
		holdout: { Open: await put(api, sponsor, holdout) },
		metric: 'Accuracy',
		threshold: units(task.threshold),
		tolerance: null,
		limits: task.limits,
		reward: { Bounty: { amount: 100n * AIT, winners: 3, minImprovement: 1 } },
		seed: 'Miner',
		deadline: now + 1_000,
		...changes,
	};
	const events = await send(api, sponsor, api.tx.tasks.create(spec));
	return { ...task, id: find(events, 'tasks', 'TaskCreated').task.toNumber(), program };
}

/** What an honest miner finds out on its own machine, with the command line. */
export async function measure(task, seed) {
	const { stdout } = await run(join(bin, 'assay'), [
		'--json', 'program', 'run', join(programs, `${task.wasm}.wasm`),
		'--train', join(data, `${task.name}.train.safetensors`),
		'--holdout', join(data, `${task.name}.holdout.safetensors`),
		'--metric', 'accuracy',
		'--chunk-rows', CHUNK_ROWS,
		'--seed', seed,
		'--params', task.params,
		'--memory-pages', task.limits.memoryPages,
		'--steps', task.limits.steps,
		'--step-fuel', task.limits.stepFuel,
		'--total-fuel', task.limits.totalFuel,
	].map(String));
	return JSON.parse(stdout).outcome.scored;
}

/** Commits to a claim. Gives what its reveal needs. */
export async function commit(api, key, task, { seed, score, traceRoot = salt() }, options = {}) {
	const { program, params } = task;
	const body = claimBody({ program, params, seed, score, traceRoot, traceSalt: salt() });
	const opening = salt();
	const events = await send(
		api,
		key,
		api.tx.claims.commit(task.id, commitment(api, key, task.id, body, opening)),
		options,
	);
	const committed = find(events, 'claims', 'ClaimCommitted');
	return { claim: committed.claim.toNumber(), body, salt: opening };
}

/** Reveals a claim in the block after its commitment or later. Gives the number of its job. */
export async function reveal(api, key, { claim, body, salt }) {
	const events = await send(api, key, api.tx.claims.reveal(claim, body, salt));
	return find(events, 'claims', 'ClaimRevealed').job.toNumber();
}

/** Waits until a claim has ended, and gives what the node explains of it. */
export function ended(api, claim, blocks) {
	return until(
		api,
		`claim ${claim} ends`,
		async () => {
			const view = await ask(api, 'claims_explain', claim);
			return !['committed', 'revealed', 'measured'].includes(view.stage) && view;
		},
		blocks,
	);
}
