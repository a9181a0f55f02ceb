// Four validators: a committee of three re-runs each claim, and one of the four may be gone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { u8aToHex } from '@polkadot/util';
import { account, ask, connect, finalised, send, until } from '../lib/client.js';
import { TASKS, commit, create, ended, measure, miner, reveal, units } from '../lib/market.js';
import { Network } from '../lib/nodes.js';

let network;
let api;
let task;
const alice = () => account('//Alice');

before(async () => {
	// Dave changes his keys, which a validator's node does not do for whoever asks.
	network = await Network.local({ places: { dave: { args: ['--rpc-methods', 'unsafe'] } } });
	api = await connect(network.nodes[0].url);
	await until(api, 'three peers', async () => (await api.rpc.system.health()).peers.toNumber() === 3);
	task = await create(api, alice(), TASKS.digits);
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
});

async function claim(name, seed, score) {
	const key = await miner(api, alice(), name);
	const measured = (await measure(task, seed)).score;
	const committed = await commit(api, key, task, { seed, score: units(score ?? measured) });
	const job = await reveal(api, key, committed);
	const committee = await until(api, 'the committee', async () => {
		const record = await api.query.verification.jobs(job);
		return record.isSome && record.unwrap().members.length > 0 && record.unwrap().members;
	});
	return { committed, committee, measured, view: await ended(api, committed.claim, 120) };
}

test('three of four validators agree on an honest claim', async () => {
	const { committee, view, measured } = await claim('//Alice//first', 1);
	assert.equal(committee.length, 3);
	assert.equal(new Set(committee.map((member) => member.account.toString())).size, 3);
	assert.equal(view.stage, 'verified');
	assert.equal(view.measured, measured);
});

test('and reject a false one', async () => {
	const { view } = await claim('//Alice//second', 2, '0.999');
	assert.equal(view.stage, 'rejected');
});

test('all nodes see the same leaderboard and finalise the same chain', async () => {
	const clients = await Promise.all(network.nodes.map((node) => connect(node.url)));
	try {
		const height = await finalised(clients[0]);
		const boards = await Promise.all(
			clients.map(async (client) => {
				await until(client, `block ${height} final`, async () => (await finalised(client)) >= height);
				return {
					hash: (await client.rpc.chain.getBlockHash(height)).toHex(),
					board: await ask(client, 'claims_leaderboard', task.id),
				};
			}),
		);
		for (const board of boards) assert.deepEqual(board, boards[0]);
		assert.equal(boards[0].board.length, 1);
	} finally {
		await Promise.all(clients.map((client) => client.disconnect()));
	}
});

test('with one validator killed, claims are still settled and blocks finalised', async () => {
	const dave = network.nodes[3];
	await dave.stop('SIGKILL');
	const before = await finalised(api);
	const { view } = await claim('//Alice//third', 3);
	assert.equal(view.stage, 'verified');
	await until(api, 'finality goes on', async () => (await finalised(api)) > before + 3, 60);

	await dave.start();
	const late = await connect(dave.url);
	try {
		const height = (await api.rpc.chain.getHeader()).number.toNumber();
		await until(late, 'the validator catches up', async () => (await finalised(late)) >= height, 60);
	} finally {
		await late.disconnect();
	}
});

test('a validator does nothing unsafe for whoever asks', async () => {
	const [node] = network.nodes;
	const key = `0x${Buffer.from('assay::verifier::address').toString('hex')}`;
	for (const [method, ...parameters] of [
		['offchain_localStorageGet', 'PERSISTENT', key],
		['offchain_localStorageSet', 'PERSISTENT', key, '0x00'],
		['author_rotateKeysWithOwner', u8aToHex(alice().publicKey)],
	]) {
		await assert.rejects(node.rpc(method, ...parameters), /RPC call is unsafe/);
	}
});

test('a validator changes its keys', async () => {
	const key = account('//Dave');
	const own = await connect(network.nodes[3].url);
	try {
		const { keys, proof } = await ask(own, 'author_rotateKeysWithOwner', u8aToHex(key.publicKey));
		await send(api, key, api.tx.session.setKeys(keys, proof));
		const babe = keys.slice(0, 66);
		const inForce = async () => (await api.query.babe.authorities()).some(([id]) => id.toHex() === babe);
		await until(api, 'the new keys are in force', inForce, 80);
		const author = async () =>
			(await own.derive.chain.getHeader(await own.rpc.chain.getFinalizedHead())).author?.toString();
		const changed = (await api.rpc.chain.getHeader()).number.toNumber();
		await until(
			api,
			'a final block signed with the new keys',
			async () => (await author()) === key.address && (await finalised(own)) > changed,
		);
	} finally {
		await own.disconnect();
	}
});
