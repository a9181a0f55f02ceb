// Attacks by miners, sponsors and owners of accounts: copied commitments, withheld reveals and data,
// floods, races against slashes, and the smallest amounts.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { u8aToHex } from '@polkadot/util';
import {
	AIT, account, blocks, claimBody, commitment, find, manifest, put, send, until,
} from '../lib/client.js';
import { bare, nextNonce, signed, submit } from '../lib/forge.js';
import { QUICK, commit, create, ended, files, measure, reveal, units } from '../lib/market.js';
import {
	accounts, assertFinalEverywhere, assertSound, atMost, attack, eventsSince, field, height, money,
	onFourValidators, pending, purse, settled,
} from '../lib/redteam.js';

onFourValidators('//Ferdie//stash');

const DEPOSIT = AIT / 1_000n;
const api = () => field.api;
const any = (at) => field.network.nodes[at % field.network.nodes.length];
const hex = (bytes) => u8aToHex(bytes);

let shared;
/** The task that most of these attacks are about. */
const task = async () => (shared ??= await create(api(), purse(), QUICK));

/** New miners with a stake. */
async function miners(names, stake = 300n * AIT) {
	const keys = await accounts(api(), names, stake + 100n * AIT);
	await Promise.all(keys.map((key) => send(api(), key, api().tx.stake.register('Miner', stake))));
	return keys;
}

/** What a claim locks: the bond, and the fee of its verification. */
const bondOf = async (claim) => (await api().query.claims.claims(claim)).unwrap().bond.toBigInt();

const claimOf = async (key, hashed) => (await api().query.claims.commitments(key.address, hashed)).unwrapOr(null)?.toNumber() ?? null;

/** The transaction of a call, signed by hand, to be sent to any node. */
const made = async (key, call, options) => signed(api(), key, call, { nonce: await nextNonce(api(), key), ...options });

/** A true claim, made ready but not sent. */
async function prepared(key, seed) {
	const { id, program, params } = await task();
	const { score } = await measure(QUICK, seed);
	const body = claimBody({ program, params, seed, score: units(score), traceRoot: hex(randomBytes(32)), traceSalt: hex(randomBytes(32)) });
	const salt = hex(randomBytes(32));
	return { body, salt, score, hash: commitment(api(), key, id, body, salt) };
}

attack('a commitment is copied from the pool, and sent with a tip', 'the thief can open nothing, and the run is its first author\'s', async () => {
	const [honest, thief] = await miners(['copied', 'copier']);
	const { id } = await task();
	const own = await prepared(honest, 101);
	await submit(any(0), await made(honest, api().tx.claims.commit(id, own.hash)));
	// The thief's node is another one, and its transaction is worth more to an author.
	const stolen = await until(api(), 'the commitment in the pool', async () => {
		const [seen] = await pending(api(), any(1), honest);
		return seen?.method.args[1].toHex() ?? ((await claimOf(honest, own.hash)) !== null && own.hash);
	});
	await submit(any(1), await made(thief, api().tx.claims.commit(id, stolen), { tip: 10n * AIT })).catch(() => {});
	await until(api(), 'the commitment in a block', async () => (await claimOf(honest, own.hash)) !== null);
	await settled(api());
	const mine = { ...own, claim: await claimOf(honest, own.hash) };
	// Only its author can open it, whoever has a copy.
	await assert.rejects(reveal(api(), thief, mine), /NotTheMiner/);
	const copied = await claimOf(thief, own.hash);
	if (copied !== null) await assert.rejects(reveal(api(), thief, { ...own, claim: copied }), /CommitmentMismatch/);
	// The reveal is public before it is in a block: the thief claims the same run with what it reads there.
	const revealing = reveal(api(), honest, mine);
	const copy = { ...mine, salt: hex(randomBytes(32)) };
	copy.hash = commitment(api(), thief, id, mine.body, copy.salt);
	const committing = send(api(), thief, api().tx.claims.commit(id, copy.hash), { tip: 10n * AIT });
	const [, events] = await Promise.all([revealing, committing]);
	copy.claim = find(events, 'claims', 'ClaimCommitted').claim.toNumber();
	await settled(api());
	await assert.rejects(reveal(api(), thief, copy), /DuplicateRun/);
	const view = await ended(api(), mine.claim, 100);
	assert.deepEqual([view.stage, view.measured], ['verified', own.score]);
});

attack('somebody commits to the hash that another is about to commit to', 'the other\'s commitment counts all the same', async () => {
	const [honest, thief] = await miners(['hindered', 'hinderer']);
	const { id } = await task();
	const own = await prepared(honest, 102);
	await send(api(), thief, api().tx.claims.commit(id, own.hash));
	const { claim } = find(await send(api(), honest, api().tx.claims.commit(id, own.hash)), 'claims', 'ClaimCommitted');
	await settled(api());
	await reveal(api(), honest, { ...own, claim: claim.toNumber() });
	const view = await ended(api(), claim.toNumber(), 100);
	assert.deepEqual([view.stage, view.measured], ['verified', own.score]);
}, { long: true });

attack('one account sends sixty commitments at once', 'ten are taken; the others cost nothing and leave the pool', async () => {
	const [key] = await miners(['flooder'], 1_000n * AIT);
	const { id } = await task();
	const before = await money(api(), key.address);
	const first = await nextNonce(api(), key);
	const hashes = Array.from({ length: 60 }, () => hex(randomBytes(32)));
	const sent = hashes.map((hashed, at) => signed(api(), key, api().tx.claims.commit(id, hashed), { nonce: first + at }));
	await Promise.allSettled(sent.map((bytes, at) => submit(any(at), bytes)));
	const nonce = async () => (await api().query.system.account(key.address)).nonce.toNumber();
	await until(api(), 'ten commitments', async () => (await nonce()) >= first + 10);
	await blocks(api(), 4);
	assert.equal(await nonce(), first + 10);
	assert.equal((await api().query.claims.recentCommits(key.address)).length, 10);
	const bond = await bondOf(await claimOf(key, hashes[0]));
	assert.equal((await api().query.stake.ledgers(key.address)).unwrap().locked.toBigInt(), 10n * bond);
	const after = await money(api(), key.address);
	// Deposits are held, and ten fees were paid; nothing else is gone.
	const fees = before.free + before.held - after.free - after.held;
	assert.ok(fees > 0n && fees < AIT / 10n, `${fees}`);
	await until(api(), 'nothing of it in the pools', async () => {
		const waiting = await Promise.all(field.network.nodes.map((node) => pending(api(), node, key)));
		return waiting.flat().length === 0;
	}, 40);
}, { long: true });

attack('many accounts flood the chain at once, with stake and without', 'each has its ten and no more, and blocks become final as before', async (t) => {
	const [many, strangers] = [atMost(12, 60), atMost(20, 200)];
	const names = (name, count) => Array.from({ length: count }, (_, at) => `${name} ${at}`);
	const keys = await miners(names('crowd', many), 600n * AIT);
	const poor = await accounts(api(), names('stranger', strangers), AIT);
	const { id } = await task();
	const floods = keys.flatMap((key) => Array.from({ length: 12 }, (_, nonce) => ({ key, nonce: nonce + 1 })))
		.concat(poor.map((key) => ({ key, nonce: 0 })))
		.map(({ key, nonce }) => signed(api(), key, api().tx.claims.commit(id, hex(randomBytes(32))), { nonce }));
	const begin = await height(api());
	const results = await Promise.allSettled(floods.map((bytes, at) => submit(any(at), bytes)));
	t.diagnostic(`${results.filter(({ status }) => status === 'rejected').length} of ${floods.length} were refused at once`);
	const recent = async () => Promise.all(keys.map(async (key) => (await api().query.claims.recentCommits(key.address)).length));
	await until(api(), 'ten of each', async () => (await recent()).every((count) => count >= 10), 60);
	await blocks(api(), 3);
	assert.deepEqual(await recent(), keys.map(() => 10));
	for (const key of poor) assert.equal((await money(api(), key.address)).free, AIT, 'a stranger paid or got something');
	t.diagnostic(`${(await height(api())) - begin} blocks`);
	await assertFinalEverywhere(field.network);
});

attack('miners reveal nothing, and take out what they can at every block from the commitment to the end of the slash', 'each loses its bond, once, and nothing else', async (t) => {
	// 20 blocks for the reveal, 20 until the slash is final, and some for hooks and finality.
	const offsets = Array.from({ length: 45 }, (_, at) => at);
	const stake = 200n * AIT;
	const keys = await miners(offsets.map((at) => `racer ${at}`), stake);
	const { id } = await task();
	const from = await height(api());
	const wealth = async (key) => {
		const { free, held } = await money(api(), key.address);
		return free + held;
	};
	const before = await Promise.all(keys.map(wealth));
	const fees = keys.map(() => 0n);
	const paid = (at, events) => {
		fees[at] += find(events, 'transactionPayment', 'TransactionFeePaid').actualFee.toBigInt();
	};
	const bonds = await Promise.all(keys.map(async (key, at) => {
		const events = await send(api(), key, api().tx.claims.commit(id, hex(randomBytes(32))));
		paid(at, events);
		return bondOf(find(events, 'claims', 'ClaimCommitted').claim);
	}));
	const escapes = [
		...[200n, 150n, 100n, 50n, 1n].map((amount) => api().tx.stake.unbond(amount * AIT)),
		api().tx.stake.deregister(),
		api().tx.stake.withdrawUnbonded(),
		api().tx.balances.transferAll(purse().address, false),
	];
	const committed = await height(api());
	const gone = keys.map(() => 0n);
	await Promise.all(keys.map(async (key, at) => {
		await until(api(), `offset ${at}`, async () => (await height(api())) >= committed + at, offsets.length + 60);
		const events = await send(api(), key, api().tx.utility.forceBatch(escapes));
		paid(at, events);
		for (const { section, method, data } of events) {
			if (section === 'balances' && method === 'Transfer' && data.from.eq(key.address)) gone[at] += data.amount.toBigInt();
		}
	}));
	const final = async () => {
		const events = await eventsSince(api(), from);
		return events.filter(({ method, data }) => method === 'SlashFinal' && keys.some((key) => data.who.eq(key.address)));
	};
	await until(api(), 'all slashes final', async () => (await height(api())) >= committed + 48, 60);
	await until(api(), 'all slashes final', async () => (await final()).length >= keys.length, 60);
	const slashed = await final();
	for (const [at, key] of keys.entries()) {
		const own = slashed.filter(({ data }) => data.who.eq(key.address)).map(({ data }) => data.amount.toBigInt());
		assert.deepEqual(own, [bonds[at]], `offset ${at}`);
		assert.equal(before[at] - (await wealth(key)) - gone[at] - fees[at], bonds[at], `offset ${at}`);
	}
	t.diagnostic(`${keys.length} offsets`);
}, { long: true });

attack('amounts at the edge of the existential deposit', 'dust is burnt, what is staked keeps its account alive, and the sums are right', async () => {
	const issuance = async () => (await api().query.balances.totalIssuance()).toBigInt();
	const [dusty, staked, all] = await accounts(api(), ['dusty', 'staked', 'all in'], 200n * AIT);
	// Too little for an account, in any amount.
	for (const amount of [1n, DEPOSIT - 1n]) {
		const call = api().tx.balances.transferKeepAlive(account(`//redteam//nobody ${amount}`).address, amount);
		await assert.rejects(send(api(), dusty, call), /BelowMinimum|Token/);
	}
	// All but a bit less than the deposit goes: the rest is burnt.
	const before = await issuance();
	const { free } = await money(api(), dusty.address);
	const { partialFee } = await api().tx.balances.transferAllowDeath(purse().address, free).paymentInfo(dusty);
	const rest = DEPOSIT / 2n;
	const events = await send(api(), dusty, api().tx.balances.transferAllowDeath(purse().address, free - partialFee.toBigInt() - rest));
	const dust = events.find(({ section, method }) => section === 'balances' && method === 'DustLost');
	const burnt = dust.data.amount.toBigInt();
	assert.ok(burnt > 0n && burnt < DEPOSIT, `${burnt}`);
	await settled(api());
	assert.deepEqual(await money(api(), dusty.address), { free: 0n, held: 0n });
	await until(api(), 'issuance', async () => before - (await issuance()) >= burnt, 3);

	// A stake of everything leaves what keeps the account alive.
	const most = (await money(api(), all.address)).free;
	await assert.rejects(send(api(), all, api().tx.stake.register('Miner', most)), /Token|Balance|Funds|OnlyProvider/i);
	await send(api(), staked, api().tx.stake.register('Miner', 199n * AIT));
	await send(api(), staked, api().tx.balances.transferAll(purse().address, false));
	const left = await money(api(), staked.address);
	assert.equal(left.held, 199n * AIT);
	assert.ok(left.free >= 0n && left.free <= DEPOSIT, `${left.free}`);
	// It has nothing to pay with, so it does nothing, but its stake answers as before.
	await assert.rejects(send(api(), staked, api().tx.stake.unbond(AIT)), /pay|balance|1010|invalid/i);
	await send(api(), purse(), api().tx.balances.transferKeepAlive(staked.address, AIT));
	await send(api(), staked, api().tx.stake.unbond(99n * AIT));
});

attack('artifacts are tampered with', 'no chunk is stored that was not announced, and what is relied on stays', async () => {
	const [owner, other] = await accounts(api(), ['owner', 'tamperer'], 100n * AIT);
	const bytes = randomBytes(10_000);
	const { id, size, hashes } = manifest(api(), bytes);
	await send(api(), owner, api().tx.artifacts.announce(size, hashes));
	const flipped = Buffer.from(bytes);
	flipped[5_000] ^= 1;
	const upload = (index, content) => send(api(), other, api().tx.artifacts.upload(id, index, hex(content)));
	await assert.rejects(upload(0, flipped), /WrongChunkHash/);
	await assert.rejects(upload(0, bytes.subarray(1)), /WrongChunkSize/);
	await assert.rejects(upload(0, Buffer.concat([bytes, bytes])), /WrongChunkSize/);
	await assert.rejects(upload(7, bytes), /NoSuchChunk/);
	await assert.rejects(send(api(), other, api().tx.artifacts.announce(size, [...hashes, ...hashes])), /WrongChunkCount/);
	await assert.rejects(send(api(), other, api().tx.artifacts.announce(0, [])), /Empty/);
	// Nothing relies on what is not whole.
	await assert.rejects(create(api(), owner, QUICK, { holdout: { Open: id } }), /artifacts\.Incomplete/);
	await upload(0, bytes);
	await until(api(), 'the chunk on another node', async () => (await any(2).rpc('artifacts_chunk', hashes[0])) === hex(bytes));
	await assert.rejects(send(api(), other, api().tx.artifacts.remove(id)), /NotOwner/);
	const { train, holdout } = await files(QUICK);
	await task();
	for (const data of [train, holdout]) {
		const { id: used } = manifest(api(), data);
		const { owner: first } = (await api().query.artifacts.artifacts(used)).unwrap();
		const reason = first.eq(purse().address) ? /artifacts\.Pinned/ : /artifacts\.NotOwner/;
		await assert.rejects(send(api(), purse(), api().tx.artifacts.remove(used)), reason);
	}
}, { long: true });

attack('a sponsor says of its data what is not so, or withdraws it while a claim is open', 'the claim goes back, and nobody is punished', async () => {
	const from = await height(api());
	const [sponsor, miner] = await accounts(api(), ['false sponsor', 'misled'], 1_000n * AIT);
	await send(api(), miner, api().tx.stake.register('Miner', 300n * AIT));
	const false_ = await create(api(), sponsor, QUICK, {
		trainRoot: hex(randomBytes(32)), reward: { Bounty: { amount: AIT, winners: 1, minImprovement: 1 } },
	});
	const { score } = await measure(QUICK, 103);
	const committed = await commit(api(), miner, false_, { seed: 103, score: units(score) });
	await assert.rejects(send(api(), sponsor, api().tx.tasks.cancel(false_.id)), /ClaimsOpen/);
	await reveal(api(), miner, committed);
	await assert.rejects(send(api(), sponsor, api().tx.artifacts.remove(false_.program)), /Pinned|NotOwner/);
	const view = await ended(api(), committed.claim, 100);
	assert.equal(view.stage, 'returned', JSON.stringify(view));
	assert.equal(view.slash, null);
	const { bonded, locked } = (await api().query.stake.ledgers(miner.address)).unwrap();
	assert.deepEqual([bonded.toBigInt(), locked.toBigInt()], [300n * AIT, 0n]);
	const events = await eventsSince(api(), from);
	assert.ok(events.every(({ method, data }) => method !== 'SlashPending' || !data.offence.isFalseVerdict));
}, { long: true });

attack('proofs of offences and of keys are made up', 'nobody loses anything, and nobody gets the keys of another', async () => {
	const [key] = await accounts(api(), ['forger'], 100n * AIT);
	for (const pallet of ['babe', 'grandpa']) {
		for (const name of ['reportEquivocation', 'reportEquivocationUnsigned']) {
			const make = api().tx[pallet][name];
			const call = make(...make.meta.args.map(({ type }) => api().createType(type.toString())));
			await assert.rejects(submit(any(0), bare(call)), undefined, `${pallet}.${name}`);
			// Accounts report nothing: nodes do, and theirs are checked before they are in a block.
			await assert.rejects(send(api(), key, call), /CallFiltered|BadOrigin/, `${pallet}.${name}`);
		}
	}
	const theirs = (await api().query.session.nextKeys(account('//Bob').address)).unwrap();
	for (const proof of ['0x', hex(randomBytes(192)), hex(new Uint8Array(192))]) {
		await assert.rejects(send(api(), key, api().tx.session.setKeys(theirs, proof)), /session\.(InvalidProof|DuplicatedKey)/);
	}
	assert.deepEqual(await api().query.session.disabledValidators().then((all) => all.toJSON()), []);
	assert.ok((await api().query.session.nextKeys(key.address)).isNone);
}, { long: true });

attack('what miners and sponsors can do, all of it', 'every node has the same final chain, and nothing is lost', assertSound);
