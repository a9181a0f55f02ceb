// Nodes in network namespaces of their own, joined by a bridge. The process that uses this must be in
// a namespace of its own, too (`inNamespace`): nothing of it is seen outside, and all is gone with it.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';

const BRIDGE = 'bridge';
const PREFIX = '10.77.0';

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

/** How a command runs in a namespace of its own: as root, or as a user where the system lets users. */
export function inNamespace(command, ...args) {
	const ways = [['--net'], ['--user', '--map-root-user', '--net']];
	const way = ways.find((way) => spawnSync('unshare', [...way, 'ip', 'link', 'set', 'lo', 'up']).status === 0);
	return way && ['unshare', [...way, command, ...args]];
}

/** A bridge to which nodes are tied, and from which they are cut. */
export class Bridge {
	#places = new Map();

	constructor() {
		ip('link', 'set', 'lo', 'up');
		ip('link', 'add', BRIDGE, 'type', 'bridge');
		ip('address', 'add', `${PREFIX}.1/24`, 'dev', BRIDGE);
		ip('link', 'set', BRIDGE, 'up');
	}

	/** A place on the bridge for the node `name`, see `Network.local`. */
	place(name) {
		const number = this.#places.size + 1;
		const host = `${PREFIX}.${10 + number}`;
		const place = {
			host,
			args: ['--unsafe-rpc-external', '--rpc-cors', 'all', '--prometheus-external'],
			spawn: (program, args, options) => {
				// The program starts when its interface is there.
				const wait = 'read go && ip link set lo up && exec "$0" "$@"';
				const [, output, errors] = options.stdio;
				const child = spawn('unshare', ['--net', 'sh', '-c', wait, program, ...args], {
					...options,
					stdio: ['pipe', output, errors],
				});
				this.#tie(number, host, child.pid);
				child.stdin.end('go\n');
				place.pid = child.pid;
				return child;
			},
		};
		this.#places.set(name, place);
		return place;
	}

	#tie(number, host, pid) {
		const outer = `node${number}`;
		// The one of a node that was killed goes with its namespace, some time.
		spawnSync('ip', ['link', 'delete', outer]);
		// Until `unshare` has made its namespace, the process is in ours.
		const namespace = (of) => readlinkSync(`/proc/${of}/ns/net`);
		for (let wait = 0; wait < 100 && namespace(pid) === namespace('self'); wait++) spawnSync('sleep', ['0.05']);
		ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
		ip('link', 'set', outer, 'master', BRIDGE, 'up');
		this.#inside(pid, 'address', 'add', `${host}/24`, 'dev', 'eth0');
		// The same as before a restart: others remember it.
		this.#inside(pid, 'link', 'set', 'eth0', 'address', `02:00:00:00:00:0${number}`, 'up');
	}

	#inside(pid, ...args) {
		execFileSync('nsenter', ['--target', String(pid), '--net', 'ip', ...args]);
	}

	/** Lets no packet go between nodes of one group and nodes of the other. */
	cut(some, others) {
		this.#between(some, others, 'add');
	}

	/** Undoes `cut`. */
	heal(some, others) {
		this.#between(some, others, 'delete');
	}

	#between(some, others, what) {
		for (const [from, to] of [[some, others], [others, some]]) {
			for (const here of from.map((name) => this.#places.get(name))) {
				for (const there of to.map((name) => this.#places.get(name))) {
					this.#inside(here.pid, 'route', what, 'blackhole', `${there.host}/32`);
				}
			}
		}
	}
}
