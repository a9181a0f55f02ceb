// The network falls apart and comes together again. Each node has a network namespace of its own, and
// so has this file: it runs itself in one.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Puppet, scored } from '../lib/attackers.js';
import { AIT, account, ask, connect, finalised, until } from '../lib/client.js';
import { nextNonce, signed, submit } from '../lib/forge.js';
import { QUICK, commit, create, measure, miner, reveal, units } from '../lib/market.js';
import { Bridge, inNamespace } from '../lib/namespaces.js';
import { Network } from '../lib/nodes.js';
import {
	assertFinalEverywhere, assertNothingLost, assertOneVerdictEach, attack, height, meshed, settled,
} from '../lib/redteam.js';

const NAMES = ['alice', 'bob', 'charlie', 'dave'];
/** Blocks within which finality must be back. */
const RESUMED = 10;

let bridge;
let network;
let clients;

function inside() {
	before(async () => {
		bridge = new Bridge();
		const places = Object.fromEntries(NAMES.map((name) => [name, bridge.place(name)]));
		network = await Network.local({ verifiers: { dave: [] }, places });
		clients = Object.fromEntries(await Promise.all(network.nodes.map(async (node) => [node.name, await connect(node.url)])));
		await Promise.all(Object.values(clients).map(meshed));
	});

	after(async () => {
		await Promise.all(Object.values(clients ?? {}).map((client) => client.disconnect()));
		await network?.stop();
	});

	const peers = (name) => clients[name].rpc.system.health().then(({ peers }) => peers.toNumber());
	const node = (name) => network.nodes.find((node) => node.name === name);
	/** What each node holds final. */
	const finals = () => Promise.all(NAMES.map(async (name) => [name, await finalised(clients[name])])).then(Object.fromEntries);

	/** Heals the network, and waits until finality is back everywhere. Gives the blocks that it took. */
	async function heal(some, others) {
		bridge.heal(some, others);
		const tip = Math.max(...(await Promise.all(NAMES.map((name) => height(clients[name])))));
		await Promise.all(NAMES.map((name) =>
			until(clients[name], `${name} has block ${tip} final`, async () => (await finalised(clients[name])) >= tip, 60)));
		return (await height(clients.alice)) - tip;
	}

	attack('one of four is cut off and comes back', 'the three go on, it stops at what was final, and follows within ten blocks', async (t) => {
		const [few, many] = [['dave'], ['alice', 'bob', 'charlie']];
		bridge.cut(few, many);
		const before = await finals();
		await until(clients.alice, 'the three go on', async () => (await finalised(clients.alice)) > before.alice + 8, 60);
		const apart = await finals();
		assert.ok(apart.dave <= before.dave + 3, `${apart.dave} after ${before.dave}`);
		const took = await heal(few, many);
		t.diagnostic(`final everywhere ${took} blocks after the network was whole`);
		assert.ok(took <= RESUMED, `${took}`);
		await assertFinalEverywhere(network);
	});

	attack('the network falls into two halves; an account pays twice, a verifier votes twice, miners claim', 'nothing becomes final apart; together, one payment and one verdict count, and every claim ends', async (t) => {
		const alice = account('//Alice');
		const task = await create(clients.alice, alice, QUICK);
		const claims = [];
		for (const seed of [1, 2, 3, 4]) {
			const key = await miner(clients.alice, alice, `//redteam//apart ${seed}`);
			const { score } = await measure(task, seed);
			const committed = await commit(clients.alice, key, task, { seed, score: units(score) });
			claims.push({ ...committed, score, key });
		}
		const halves = [['alice', 'bob'], ['charlie', 'dave']];
		const from = await finalised(clients.alice);
		await Promise.all(claims.map(({ key, ...committed }) => reveal(clients.alice, key, committed)));
		bridge.cut(...halves);
		const before = await finals();

		// The same nonce, to two accounts.
		const eve = account('//Eve');
		const nonce = await nextNonce(clients.alice, eve);
		const to = ['left', 'right'].map((name) => account(`//redteam//${name}`));
		const first = to.map((key) => signed(clients.alice, eve, clients.alice.tx.balances.transferKeepAlive(key.address, AIT), { nonce }));
		await Promise.all([submit(node('alice'), first[0]), submit(node('charlie'), first[1])]);

		// Dave's key votes in both halves, in each for something else.
		const puppets = [['alice', 1], ['charlie', 2]].map(([name, byte]) => ({ name, byte, dave: new Puppet(clients[name], '//Dave'), voted: new Map() }));
		const vote = async ({ name, byte, dave, voted }) => {
			for (const seat of await dave.seats()) {
				const at = `${seat.id} ${seat.round}`;
				if (!voted.has(at)) voted.set(at, { salt: randomBytes(32) });
				const { salt } = voted.get(at);
				const outcome = scored(units('0.999'), new Uint8Array(32).fill(byte), new Uint8Array(32));
				const bytes = seat.verdict.isAwaited
					? dave.commitment(seat, dave.hash(seat, outcome, salt))
					: seat.verdict.isCommitted && seat.job.phase.isRevealing && dave.reveal(seat, outcome, salt);
				if (bytes) await submit(node(name), bytes).catch(() => {});
			}
		};
		for (const end = Date.now() + 36_000; Date.now() < end; await sleep(700)) await Promise.all(puppets.map(vote));
		const apart = await finals();
		for (const name of NAMES) assert.ok(apart[name] <= before[name] + 3, `${name} made ${apart[name]} final after ${before[name]}`);
		t.diagnostic(`apart: blocks ${await height(clients.alice)} and ${await height(clients.charlie)}, final ${apart.alice} and ${apart.charlie}; Dave voted in ${puppets.map(({ voted }) => voted.size)} rounds`);
		const took = await heal(...halves);
		t.diagnostic(`final everywhere ${took} blocks after the network was whole`);
		assert.ok(took <= RESUMED, `${took}`);
		await assertFinalEverywhere(network);

		const gone = async (claim) => {
			const view = await ask(clients.alice, 'claims_explain', claim);
			return !['committed', 'revealed', 'measured'].includes(view.stage) && view;
		};
		for (const { claim, score } of claims) {
			const view = await until(clients.alice, `claim ${claim} ends`, async () => {
				await vote(puppets[0]);
				return gone(claim);
			}, 150);
			t.diagnostic(`claim ${claim}: ${view.stage}`);
			// Undecided at the worst: who was cut off could not vote.
			assert.ok(['verified', 'returned'].includes(view.stage), JSON.stringify(view));
			if (view.stage === 'verified') assert.equal(view.measured, score);
			assert.equal(view.slash, null);
		}
		const received = await Promise.all(to.map(async (key) => (await clients.bob.query.system.account(key.address)).data.free.toBigInt()));
		assert.equal(received[0] + received[1], AIT, `${received}`);
		await settled(clients.alice);
		t.diagnostic(`${await assertOneVerdictEach(clients.alice, from)} verdicts, each once`);
		await assertFinalEverywhere(network);
		await assertNothingLost(clients.alice);
	});
}

if (process.env.ASSAY_NAMESPACE) {
	inside();
} else {
	test('the network falls apart and comes together', async (t) => {
		const self = fileURLToPath(import.meta.url);
		const command = inNamespace(process.execPath, '--test', '--test-force-exit', '--test-reporter=spec', self);
		if (!command) return t.skip('needs network namespaces: root, or `unshare --user --net`, and `ip`');
		const { NODE_TEST_CONTEXT: _, ...env } = process.env;
		const options = { env: { ...env, ASSAY_NAMESPACE: '1' }, maxBuffer: 1 << 26 };
		const { code, stdout } = await promisify(execFile)(...command, options).then((done) => ({ code: 0, ...done }), (error) => error);
		stdout.trim().split('\n').forEach((line) => t.diagnostic(line));
		assert.equal(code, 0);
	});
}
