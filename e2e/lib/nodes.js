// Starts and stops real nodes, each in a folder of its own, on free ports of loopback.

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const target = process.env.CARGO_TARGET_DIR ?? join(cache, 'assay', 'target');

/** Where the programs under test are. */
export const bin = join(target, 'release');
/** Where the training programs are. */
export const programs = join(target, 'programs');
/** Where the data are. */
export const data = resolve(import.meta.dirname, '../../sdk/programs/data');

/** A port that nobody listens on. */
async function freePort() {
	const server = createServer();
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address();
	await new Promise((done) => server.close(done));
	return port;
}

/** The validators of the chain `local`. */
const VALIDATORS = ['alice', 'bob', 'charlie', 'dave'];

/** Where a node runs unless it is said otherwise: here. `env` is added to its environment. */
const HERE = { host: '127.0.0.1', args: [], env: {}, spawn };

/**
 * One node with its verifier, or with another one that it is told of (`verifier`: its arguments), here
 * or in another place: on an address of its own, with more arguments, started in another way.
 */
export class Node {
	constructor(name, args, folder, ports, verifier = ['--verifier'], place = {}) {
		Object.assign(this, { name, args, folder, ports, verifier, place: { ...HERE, ...place } });
	}

	get url() {
		return `ws://${this.place.host}:${this.ports.rpc}`;
	}

	/** Where other nodes reach it. */
	get address() {
		return `/ip4/${this.place.host}/tcp/${this.ports.p2p}`;
	}

	get log() {
		return join(this.folder, `${this.name}.log`);
	}

	/** Starts the node, and waits until it answers. */
	async start() {
		const { rpc, ws, prometheus } = this.ports;
		const args = [
			...this.args,
			'--base-path', join(this.folder, this.name),
			'--rpc-port', rpc,
			'--listen-addr', this.address,
			'--listen-addr', `/ip4/${this.place.host}/tcp/${ws}/ws`,
			'--prometheus-port', prometheus,
			'--no-mdns',
			'--no-telemetry',
			...this.verifier,
			...this.place.args,
		];
		const output = createWriteStream(this.log, { flags: 'a' });
		await new Promise((done) => output.once('open', done));
		this.process = this.place.spawn(join(bin, 'assay-node'), args.map(String), {
			stdio: ['ignore', output, output],
			env: { ...process.env, ...this.place.env },
		});
		this.ended = new Promise((done) => this.process.once('exit', done));
		await this.answer('system_health');
	}

	/** Asks by HTTP until there is an answer. */
	async answer(method, seconds = 300) {
		for (const end = Date.now() + seconds * 1000; ; ) {
			if (this.process.exitCode !== null) {
				throw new Error(`${this.name} ended:\n${(await readFile(this.log, 'utf8')).slice(-2000)}`);
			}
			try {
				return await this.rpc(method);
			} catch (error) {
				if (Date.now() > end) throw new Error(`${this.name} does not answer`, { cause: error });
				await sleep(200);
			}
		}
	}

	/** One JSON-RPC request. */
	async rpc(method, ...params) {
		const response = await fetch(`http://${this.place.host}:${this.ports.rpc}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
		});
		const { result, error } = await response.json();
		if (error) throw new Error(`${method}: ${[error.message, error.data].filter(Boolean).join(': ')}`);
		return result;
	}

	/** The node's Prometheus metrics, as text. */
	async metrics() {
		return (await fetch(`http://${this.place.host}:${this.ports.prometheus}/metrics`)).text();
	}

	/** Ends the node and waits for it: `SIGTERM` as an operator does, or `SIGKILL`. */
	async stop(signal = 'SIGTERM') {
		this.process.kill(signal);
		await this.ended;
	}
}

/** A network that was started: its nodes, and how to end it. */
export class Network {
	nodes = [];

	static async start(names, chain, { verifiers = {}, places = {} } = {}) {
		const network = new Network();
		network.folder = await mkdtemp(join(tmpdir(), 'assay-e2e-'));
		try {
			let bootnode = [];
			for (const name of names) {
				const ports = {};
				for (const use of ['rpc', 'p2p', 'ws', 'prometheus']) ports[use] = await freePort();
				const args = [...chain, ...(chain[0] === '--dev' ? [] : [`--${name}`]), ...bootnode];
				const node = new Node(name, args, network.folder, ports, verifiers[name], places[name]);
				network.nodes.push(node);
				await node.start();
				if (network.nodes.length === 1) {
					const id = await node.rpc('system_localPeerId');
					bootnode = ['--bootnodes', `${node.address}/p2p/${id}`];
				}
			}
		} catch (error) {
			await network.stop();
			throw error;
		}
		return network;
	}

	/** Validators that somebody else has started, by their addresses: Alice, Bob, Charlie, Dave. */
	static running(urls) {
		const network = new Network();
		network.nodes = urls.map((url, at) => {
			const { hostname: host, port: rpc } = new URL(url);
			return new Node(VALIDATORS[at], [], null, { rpc }, [], { host });
		});
		return network;
	}

	/** One node that makes blocks alone. */
	static development() {
		return Network.start(['alice'], ['--dev']);
	}

	/**
	 * Four validators, of the chain `local` or another one of theirs. Some may have another verifier than
	 * their own (its arguments, by name), or run in another place (by name, too).
	 */
	static local({ chain = 'local', ...options } = {}) {
		const args = ['--chain', chain, '--validator', '--unsafe-force-node-key-generation'];
		return Network.start(VALIDATORS, args, options);
	}

	async stop() {
		await Promise.all(
			this.nodes.map(async (node) => {
				if (node.process && node.process.exitCode === null) await node.stop();
			}),
		);
		if (this.folder && !process.env.ASSAY_KEEP) await rm(this.folder, { recursive: true, force: true });
	}
}
