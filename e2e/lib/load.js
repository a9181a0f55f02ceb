// Nodes under load: a chain with many accounts, the load generator (`node/examples/load.rs`), and what
// the nodes say of themselves meanwhile.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { Network, bin } from './nodes.js';

const run = promisify(execFile);
const generator = join(bin, 'examples', 'load');
const output = { maxBuffer: 1 << 30 };

/** Units in one AIT, in a genesis: exact, as such numbers go. */
const AIT = 1e12;

/** Options of nodes that take so many transactions: the pool holds some blocks of them. */
export const POOL = ['--pool-limit', 60_000, '--pool-kbytes', 61_440];

/** The accounts that the generator sends from, and those that it sends to. */
export async function accounts(count) {
	const { stdout } = await run(generator, ['accounts', '--senders', String(count)], output);
	return JSON.parse(stdout);
}

/**
 * Starts the nodes `names` on a chain in which `senders` accounts can send transfers to as many
 * others, and commit to claims as miners if they are to be `miners`.
 */
export async function start(names, senders, { miners, options = [], verifiers, preset } = {}) {
	const folder = await mkdtemp(join(tmpdir(), 'assay-load-'));
	const chain = preset ?? (names.length === 1 ? 'dev' : 'local');
	try {
		const node = join(bin, 'assay-node');
		const { stdout: exported } = await run(node, ['export-chain-spec', '--chain', chain], output);
		const spec = JSON.parse(exported);
		const { senders: sending, receivers } = await accounts(senders);
		const { balances, stake } = spec.genesis.runtimeGenesis.patch;
		for (const account of sending) balances.balances.push([account, 2_000 * AIT]);
		for (const account of receivers) balances.balances.push([account, AIT]);
		if (miners) for (const account of sending) stake.stakers.push([account, 'miner', 1_000 * AIT]);
		const path = join(folder, 'chain.json');
		await writeFile(path, JSON.stringify(spec));
		const args = ['--chain', path, '--validator', '--unsafe-force-node-key-generation', ...options];
		return await Network.start(names, args, { verifiers });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Sends transactions to nodes; see `load run --help`. Gives what the generator saw; it must end well. */
export async function load(nodes, options) {
	const args = ['run', ...nodes.flatMap((node) => ['--url', node.url.replace('ws:', 'http:')])];
	for (const [name, value] of Object.entries(options)) {
		if (value !== undefined) args.push(`--${name}`, String(value));
	}
	const child = spawn(generator, args, { stdio: ['ignore', 'pipe', 'pipe'] });
	const [out, err] = [[], []];
	child.stdout.on('data', (data) => out.push(data));
	child.stderr.on('data', (data) => err.push(data));
	const code = await new Promise((done) => child.once('close', done));
	const [stdout, stderr] = [Buffer.concat(out).toString(), Buffer.concat(err).toString()];
	if (code !== 0) throw new Error(`the load failed: ${stderr}\n${stdout.slice(0, 500)}`);
	return JSON.parse(stdout);
}

/** The sum of a Prometheus metric over its labels, of those that have what `labels` say. */
export function metric(text, name, labels = '') {
	return text
		.split('\n')
		.filter((line) => line.startsWith(name) && ' {'.includes(line[name.length]) && line.includes(labels))
		.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Seconds that a process has computed (Linux, 100 ticks a second). */
async function cpuSeconds(pid) {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Takes note of a node's metrics and processor time each second until it is stopped. */
export class Watch {
	samples = [];

	constructor(node) {
		this.node = node;
		this.running = this.run();
	}

	async run() {
		while (!this.over) {
			const [text, cpu] = await Promise.all([this.node.metrics(), cpuSeconds(this.node.process.pid)]);
			this.samples.push({ at: Date.now(), text, cpu });
			await sleep(1_000);
		}
	}

	async stop() {
		this.over = true;
		await this.running;
	}

	/** What came to pass between two times: `grown(metric, labels)`, and seconds of processor and clock. */
	between(from, to) {
		const near = (time) =>
			this.samples.reduce((best, one) =>
				Math.abs(one.at - time) < Math.abs(best.at - time) ? one : best,
			);
		const [first, last] = [near(from), near(to)];
		return {
			seconds: (last.at - first.at) / 1_000,
			cpu: last.cpu - first.cpu,
			grown: (name, labels) => metric(last.text, name, labels) - metric(first.text, name, labels),
		};
	}
}

/** The blocks that a node has proposed, by hash: how long it took, in ms, and why it ended. */
export async function proposals(node) {
	const pattern = /Prepared block for proposing at \d+ \((\d+) ms\) hash: (0x[0-9a-f]{64});.*? end: (\w+)/g;
	// Its hash is another one with the seal of its author.
	const sealing = /Pre-sealed block for proposal at \d+\. Hash now (0x[0-9a-f]{64}), previously (0x[0-9a-f]{64})/g;
	const log = (await readFile(node.log, 'utf8')).replaceAll(/\x1b\[[0-9;]*m/g, '');
	const sealed = new Map([...log.matchAll(sealing)].map(([, now, before]) => [before, now]));
	return new Map(
		[...log.matchAll(pattern)].map(([, ms, hash, end]) => [sealed.get(hash) ?? hash, { ms: Number(ms), end }]),
	);
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
