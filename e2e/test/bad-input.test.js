// What the chain says to input that is wrong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { u8aToHex } from '@polkadot/util';
import { AIT, account, ask, blocks, connect, find, put, send } from '../lib/client.js';
import { TASKS, commit, create, files, miner, reveal, units } from '../lib/market.js';
import { Network } from '../lib/nodes.js';

let network;
let api;
let task;
let key;
const alice = () => account('//Alice');
const claim = { seed: 3, score: units('0.95') };

before(async () => {
	network = await Network.development();
	api = await connect(network.nodes[0].url);
	task = await create(api, alice(), TASKS.breast_cancer);
	key = await miner(api, alice(), '//Alice//miner');
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
});

/** The call is refused with this name, by the pool or by a block. */
function refused(promise, name) {
	return assert.rejects(promise, { message: new RegExp(name) });
}

test('an unregistered miner cannot commit', async () => {
	const stranger = await miner(api, alice(), '//Alice//stranger', 0n);
	await refused(commit(api, stranger, task, claim), 'stake.NotRegistered');
});

test('a stake below the minimum is refused', async () => {
	const poor = await miner(api, alice(), '//Alice//poor', 0n);
	await refused(send(api, poor, api.tx.stake.register('Miner', AIT)), 'StakeTooSmall');
});

test('an unknown task takes no claim', async () => {
	await refused(commit(api, key, { ...task, id: 99 }, claim), 'tasks.TaskUnknown');
});

test('a task that was cancelled takes no claim', async () => {
	const gone = await create(api, alice(), TASKS.breast_cancer);
	await send(api, alice(), api.tx.tasks.cancel(gone.id));
	await refused(commit(api, key, gone, claim), 'tasks.TaskEnded');
});

test('a reveal needs the salt, the body and the author of its commitment', async () => {
	const committed = await commit(api, key, task, claim);
	const other = await miner(api, alice(), '//Alice//other');
	const wrong = `0x${'00'.repeat(32)}`;
	await refused(reveal(api, key, { ...committed, salt: wrong }), 'CommitmentMismatch');
	const better = { ...committed.body, score: units('0.96') };
	await refused(reveal(api, key, { ...committed, body: better }), 'CommitmentMismatch');
	await refused(reveal(api, other, committed), 'NotTheMiner');
	await send(api, key, api.tx.claims.withdraw(committed.claim));
	await refused(reveal(api, key, committed), 'ClaimEnded');
});

test('the same commitment cannot be made twice', async () => {
	const committed = await commit(api, key, task, claim);
	const stored = (await api.query.claims.claims(committed.claim)).unwrap();
	await refused(send(api, key, api.tx.claims.commit(task.id, stored.commitment)), 'DuplicateCommitment');
});

test('a program that is not on the chain cannot be claimed', async () => {
	const missing = { ...task, program: `0x${'11'.repeat(32)}` };
	const committed = await commit(api, key, missing, claim);
	await refused(reveal(api, key, committed), 'UnknownArtifact');
});

test('a score below the threshold is refused at its reveal', async () => {
	const committed = await commit(api, key, task, { ...claim, score: units('0.5') });
	await refused(reveal(api, key, committed), 'BelowThreshold');
});

test('a chunk must have its announced hash and size', async () => {
	const bytes = new Uint8Array(1000).fill(7);
	const hex = u8aToHex(bytes);
	const { holdout } = await files(task);
	const id = await put(api, alice(), bytes);
	await refused(send(api, alice(), api.tx.artifacts.upload(id, 0, hex)), 'AlreadyStored');
	const announced = api.tx.artifacts.announce(1000, [`0x${'22'.repeat(32)}`]);
	const events = await send(api, alice(), announced);
	const other = find(events, 'artifacts', 'Announced').id;
	await refused(send(api, alice(), api.tx.artifacts.upload(other, 0, hex)), 'WrongChunkHash');
	await refused(send(api, alice(), api.tx.artifacts.upload(other, 0, u8aToHex(holdout))), 'WrongChunkSize');
	await refused(send(api, alice(), api.tx.artifacts.upload(other, 1, hex)), 'NoSuchChunk');
});

test('a verdict by somebody who is on no committee never gets into a block', async () => {
	const call = api.tx.verification.commitVerdict(
		{ job: 0, round: 0, member: 0, hash: `0x${'33'.repeat(32)}` },
		`0x${'00'.repeat(64)}`,
	);
	await assert.rejects(send(api, key, call), /BadOrigin/);
});

test('more than ten claims an hour are refused, with the next block that allows one', async () => {
	const busy = await miner(api, alice(), '//Alice//busy', 1_900n * AIT);
	for (let seed = 0; seed < 10; seed++) await commit(api, busy, task, { ...claim, seed });
	await refused(commit(api, busy, task, { ...claim, seed: 10 }), 'RateLimited');
});

test('a claim that is not revealed in time loses its bond', async () => {
	const committed = await commit(api, key, task, { ...claim, seed: 50 });
	const { revealUntil } = (await api.query.claims.claims(committed.claim)).unwrap().status.asCommitted;
	const now = (await api.rpc.chain.getHeader()).number.toNumber();
	await blocks(api, revealUntil.toNumber() - now + 2);
	await refused(reveal(api, key, committed), 'ClaimEnded');
	const view = await ask(api, 'claims_explain', committed.claim);
	assert.equal(view.stage, 'expired');
});
