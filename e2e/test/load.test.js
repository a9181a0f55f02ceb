// The load generator of `scripts/bench transactions`, on a small scale: what it sends is on the chain,
// once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AIT, connect } from '../lib/client.js';
import { accounts, load, start } from '../lib/load.js';

const SENDERS = 200;
const COUNT = 1_000;
const AMOUNT = AIT / 1_000n;

test('each transfer that is sent is in one final block, and moves its amount', { timeout: 180_000 }, async (t) => {
	const network = await start(['alice'], SENDERS);
	const api = await connect(network.nodes[0].url);
	t.after(async () => {
		await api.disconnect();
		await network.stop();
	});
	const { senders, receivers } = await accounts(SENDERS);
	const free = async (list) =>
		(await api.query.system.account.multi(list)).map(({ data }) => data.free.toBigInt());
	const issued = await api.query.balances.totalIssuance();
	const before = await free(receivers);

	const seen = await load(network.nodes, { senders: SENDERS, count: COUNT, ahead: 600, batch: 50 });
	assert.equal(seen.accepted, COUNT);
	assert.equal(seen.included, COUNT);
	assert.equal(seen.twice, 0);
	assert.deepEqual(seen.refused, {});

	const found = new Map();
	for (const { hash } of seen.blocks) {
		const { block } = await api.rpc.chain.getBlock(hash);
		for (const { hash } of block.extrinsics.filter(({ isSigned }) => isSigned)) {
			found.set(hash.toHex(), (found.get(hash.toHex()) ?? 0) + 1);
		}
	}
	assert.equal(found.size, COUNT);
	assert.ok([...found.values()].every((count) => count === 1));

	const nonces = await api.query.system.account.multi(senders);
	assert.ok(nonces.every(({ nonce }) => nonce.eqn(COUNT / SENDERS)));
	const each = AMOUNT * BigInt(COUNT / SENDERS);
	assert.deepEqual(await free(receivers), before.map((amount) => amount + each));
	// Fees go to the author of the block: nothing is made, and nothing is lost.
	assert.ok((await api.query.balances.totalIssuance()).eq(issued));
});
