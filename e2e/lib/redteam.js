// What the attacks have in common: four validators, and what must hold whatever was tried.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, connect, finalised, send, until } from './client.js';
import { Network } from './nodes.js';

/** Whether this is the bounded slice, or all of it. */
const bounded = Boolean(process.env.ASSAY_SLICE);

/** One of two values: that of the bounded slice, or that of all of it. */
export const atMost = (slice, all) => (bounded ? slice : all);

/**
 * An attack: what is tried, and what must come of it. `long` ones are not in the bounded slice. One
 * that is `open` succeeds, for the reason given: it is tried and told, and does not fail the suite.
 */
export function attack(what, defence, action, { long = false, open = false } = {}) {
	test(`${what}: ${defence}`, { skip: long && bounded && 'not in the bounded slice', todo: open }, action);
}

/** The validators, once they are there: their nodes, and a client of the first. */
export const field = {
	/** The node of a validator. */
	node: (name) => field.network.nodes.find((node) => node.name === name),
};

let payer;

/**
 * Has the attacks of the file run on four validators, all honest but Dave, whose node has no verifier:
 * what Dave says is up to the attacks. `uri` is of the account that pays for them. ASSAY_NETWORK names
 * validators of this kind that run already, by their four addresses.
 */
export function onFourValidators(uri) {
	payer = uri;
	before(async () => {
		const running = process.env.ASSAY_NETWORK?.split(',');
		field.network = running ? Network.running(running) : await Network.local({ verifiers: { dave: [] } });
		field.api = await connect(field.network.nodes[0].url);
		await meshed(field.api);
	});
	after(async () => {
		await field.api?.disconnect();
		await field.network?.stop();
	});
}

/** Waits until a node knows the three others. */
export const meshed = (api) =>
	until(api, 'three peers', async () => (await api.rpc.system.health()).peers.toNumber() === 3);

/** The number of the best block. */
export const height = async (api) => (await api.rpc.chain.getHeader()).number.toNumber();

/** Waits until all that was in a block is final: every node knows it then, and no fork undoes it. */
export async function settled(api) {
	const now = await height(api);
	await until(api, `block ${now} final`, async () => (await finalised(api)) >= now);
}

/** The account that pays for the attacks. */
export const purse = () => account(payer);

/** New accounts, each with that much. */
export async function accounts(api, names, amount) {
	const keys = names.map((name) => account(`//redteam//${name}`));
	const calls = keys.map((key) => api.tx.balances.transferKeepAlive(key.address, amount));
	for (let at = 0; at < calls.length; at += 100) {
		await send(api, purse(), api.tx.utility.batchAll(calls.slice(at, at + 100)));
	}
	return keys;
}

/** The transactions of an account that wait in a node's pool. */
export async function pending(api, node, key) {
	const all = await node.rpc('author_pendingExtrinsics');
	return all.map((bytes) => api.createType('Extrinsic', bytes)).filter((each) => each.isSigned && each.signer.eq(key.address));
}

/** What an account can spend, and what is held from it. */
export async function money(api, address) {
	const { data } = await api.query.system.account(address);
	return { free: data.free.toBigInt(), held: data.reserved.toBigInt() };
}

/** Fails unless all tokens are where the chain says, and stakes are what is held for them, at one block. */
export async function assertNothingLost(api) {
	const at = await api.at(await api.rpc.chain.getFinalizedHead());
	const entries = await at.query.system.account.entries();
	const sum = entries.reduce((sum, [, { data }]) => sum + data.free.toBigInt() + data.reserved.toBigInt(), 0n);
	assert.equal(sum, (await at.query.balances.totalIssuance()).toBigInt(), 'issuance is not the sum of the balances');
	const ledgers = await at.query.stake.ledgers.entries();
	for (const [key, ledger] of ledgers) {
		const { bonded, unbonding, slashing } = ledger.unwrap();
		const staked = unbonding.reduce((sum, { amount }) => sum + amount.toBigInt(), bonded.toBigInt() + slashing.toBigInt());
		const holds = await at.query.balances.holds(key.args[0]);
		const held = holds.filter(({ id }) => id.isStake).reduce((sum, { amount }) => sum + amount.toBigInt(), 0n);
		assert.equal(held, staked, `the stake of ${key.args[0]} is not what is held`);
	}
}

/** The final events from a block on, of the pallets that matter to money: `{ block, section, method, data }`. */
export async function eventsSince(api, from) {
	const all = [];
	const last = await finalised(api);
	for (let block = from; block <= last; block++) {
		const at = await api.at(await api.rpc.chain.getBlockHash(block));
		for (const { event } of await at.query.system.events()) {
			if (['stake', 'claims', 'verification', 'tasks'].includes(event.section)) {
				all.push({ block, section: event.section, method: event.method, data: event.data });
			}
		}
	}
	return all;
}

/** Fails if a verifier has given two verdicts of a kind for a job and round in the final blocks from one on. */
export async function assertOneVerdictEach(api, from = 1) {
	const given = new Set();
	const last = await finalised(api);
	for (let number = from; number <= last; number++) {
		const { block } = await api.rpc.chain.getBlock(await api.rpc.chain.getBlockHash(number));
		for (const { method } of block.extrinsics) {
			if (method.section !== 'verification' || method.method === 'settle') continue;
			const [first] = method.args;
			const seat = method.method === 'commitVerdict'
				? [first.job, first.round, first.member]
				: method.args.slice(0, 3);
			const verdict = `${method.method} ${seat.join(' ')}`;
			assert.ok(!given.has(verdict), `block ${number} has a second ${verdict}`);
			given.add(verdict);
		}
	}
	return given.size;
}

/** Fails unless all nodes make the same blocks final, close behind the best one. */
export async function assertFinalEverywhere(network, behind = 10) {
	const clients = await Promise.all(network.nodes.map((node) => connect(node.url)));
	try {
		const number = await height(clients[0]);
		const hashes = await Promise.all(
			clients.map(async (client) => {
				await until(client, `block ${number} final`, async () => (await finalised(client)) >= number, behind);
				return (await client.rpc.chain.getBlockHash(number)).toHex();
			}),
		);
		assert.equal(new Set(hashes).size, 1, `${hashes}`);
	} finally {
		await Promise.all(clients.map((client) => client.disconnect()));
	}
}

/** What must hold after every attack. */
export async function assertSound() {
	await assertFinalEverywhere(field.network);
	await assertNothingLost(field.api);
}
