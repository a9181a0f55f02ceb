// Attacks by one verifier of four whose key is in the attacker's hands. The three others are honest.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Puppet, scored } from '../lib/attackers.js';
import { AIT, account, send, until } from '../lib/client.js';
import { submit } from '../lib/forge.js';
import { QUICK, commit, create, ended, measure, reveal, units } from '../lib/market.js';
import {
	accounts, assertOneVerdictEach, assertSound, attack, eventsSince, field, height, onFourValidators, purse, settled,
} from '../lib/redteam.js';

onFourValidators('//Alice//stash');

const api = () => field.api;
const LIE = '0.999';
// Codes of `verification::refusal`.
const [JOB_UNKNOWN, MISMATCH] = [1, 5];

/**
 * The code with which a verdict is refused, as it must be: it may be too late for the reason that is expected, and
 * the pool has room for one of a seat.
 */
async function refusal(bytes, node = field.node('alice')) {
	const answer = await submit(node, bytes).then(() => 'taken', ({ message }) => message);
	assert.match(answer, /Custom error: \d|banned|Imported|too low/i);
	return Number(answer.match(/Custom error: (\d)/)?.[1]);
}

let task;
let claims = 0;

/** Opens claims, all true, each by a miner of its own. Gives them with their jobs. */
async function open(count) {
	task ??= await create(api(), purse(), QUICK, { reward: { Bounty: { amount: AIT, winners: 1_000, minImprovement: 1 } } });
	const numbers = Array.from({ length: count }, () => (claims += 1));
	const keys = await accounts(api(), numbers.map((number) => `claimant ${number}`), 400n * AIT);
	return Promise.all(
		numbers.map(async (seed, at) => {
			await send(api(), keys[at], api().tx.stake.register('Miner', 300n * AIT));
			const { score } = await measure(task, seed);
			const committed = await commit(api(), keys[at], task, { seed, score: units(score) });
			await settled(api());
			return { ...committed, score, job: await reveal(api(), keys[at], committed) };
		}),
	);
}

/** The reveals of a job that stand in the chain: outcome and salt. */
async function revealsOf(job, from) {
	const found = [];
	for (let number = await height(api()); number >= from; number--) {
		const { block } = await api().rpc.chain.getBlock(await api().rpc.chain.getBlockHash(number));
		for (const { method } of block.extrinsics) {
			if (method.section !== 'verification' || method.method !== 'revealVerdict') continue;
			if (method.args[0].toNumber() === job) found.push({ outcome: method.args[3].toU8a(), salt: method.args[4].toU8a() });
		}
	}
	return found;
}

/** What the attacker does with a seat, looked at again and again until the job is gone. */
const TACTICS = {
	/** Commits to a made-up hash, and says no more. */
	async withholds(dave, seat) {
		if (seat.verdict.isAwaited) await submit(field.node('alice'), dave.commitment(seat, randomBytes(32))).catch(() => {});
	},
	/** Takes over the commitment of another member, and opens it as that one does. */
	async copies(dave, seat, memory) {
		const other = seat.job.members.find(({ account, verdict }) => verdict.isCommitted && !account.eq(dave.key.address));
		if (seat.verdict.isAwaited && other) await submit(field.node('alice'), dave.commitment(seat, other.verdict.asCommitted.toU8a())).catch(() => {});
		if (!seat.verdict.isCommitted || memory.tried) return;
		for (const { outcome, salt } of await revealsOf(seat.id, memory.from)) {
			memory.tried ||= (await refusal(dave.reveal(seat, outcome, salt))) === MISMATCH;
		}
	},
	/** Signs two verdicts, tells one half of the nodes the one and the other half the other. */
	async equivocates(dave, seat, memory) {
		memory.rounds ??= new Map();
		if (!memory.rounds.has(seat.round)) {
			const verdicts = [1, 2].map((byte) => ({ outcome: scored(units(LIE), Uint8Array.from({ length: 32 }, () => byte), new Uint8Array(32)), salt: randomBytes(32) }));
			memory.rounds.set(seat.round, verdicts);
		}
		const verdicts = memory.rounds.get(seat.round);
		const hashes = verdicts.map(({ outcome, salt }) => dave.hash(seat, outcome, salt));
		if (seat.verdict.isAwaited) {
			await Promise.allSettled(['alice', 'bob'].map((name, at) => submit(field.node(name), dave.commitment(seat, hashes[at]))));
		} else if (seat.verdict.isCommitted) {
			const given = hashes.findIndex((hashed) => seat.verdict.asCommitted.eq(hashed));
			assert.ok(given >= 0);
			const other = 1 - given;
			await refusal(dave.commitment(seat, hashes[other]));
			if (!seat.job.phase.isRevealing) return;
			await refusal(dave.reveal(seat, verdicts[other].outcome, verdicts[other].salt));
			await submit(field.node('alice'), dave.reveal(seat, verdicts[given].outcome, verdicts[given].salt)).catch(() => {});
			memory.done = true;
		}
	},
	/** Says in every round that the claim reaches another score. */
	async lies(dave, seat, memory) {
		memory.salt ??= randomBytes(32);
		const outcome = scored(units(LIE), new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
		if (seat.verdict.isAwaited) await submit(field.node('bob'), dave.commitment(seat, dave.hash(seat, outcome, memory.salt))).catch(() => {});
		else if (seat.verdict.isCommitted && seat.job.phase.isRevealing) {
			await submit(field.node('bob'), dave.reveal(seat, outcome, memory.salt)).catch(() => {});
			memory.done = true;
		}
	},
	/** Lies, and leaves with its stake as soon as it has committed. */
	async flees(dave, seat, memory) {
		await TACTICS.lies(dave, seat, memory);
		if (seat.verdict.isCommitted && !memory.left) {
			memory.left = true;
			memory.weight = seat.job.members[seat.seat].weight.toBigInt();
			await send(api(), dave.key, api().tx.stake.deregister());
		}
	},
};

/**
 * Opens claims until the attacker had a seat for each of the tactics, and follows all of them to their
 * ends. Gives, by tactic, the job and what the attacker remembers of it.
 */
async function play(tactics, count) {
	const dave = new Puppet(api(), '//Dave');
	const left = [...tactics];
	const played = {};
	while (left.length > 0) {
		const from = await height(api());
		const opened = await open(count);
		const views = Promise.all(opened.map(({ claim }) => ended(api(), claim, 200)));
		let over = false;
		views.finally(() => (over = true)).catch(() => {});
		const roles = new Map();
		while (!over) {
			for (const seat of await dave.seats()) {
				if (!opened.some(({ job }) => job === seat.id)) continue;
				if (!roles.has(seat.id)) {
					const tactic = left.shift();
					roles.set(seat.id, { tactic, memory: { from } });
					if (tactic) played[tactic] = { job: seat.id, memory: roles.get(seat.id).memory };
				}
				const { tactic, memory } = roles.get(seat.id);
				if (tactic) await TACTICS[tactic](dave, seat, memory);
			}
			await sleep(700);
		}
		for (const [at, view] of (await views).entries()) {
			assert.equal(view.stage, 'verified', JSON.stringify(view));
			assert.equal(view.measured, opened[at].score);
		}
	}
	return played;
}

/** Waits until all that happened is final, and gives its events from a block on. */
async function history(from) {
	await settled(api());
	return eventsSince(api(), from);
}

attack('one verifier of three copies a verdict, withholds one, gives two, and lies', 'the claims are verified at their scores, and only it is punished, for each once', async (t) => {
	const from = await height(api());
	const played = await play(['lies', 'equivocates', 'copies', 'withholds'], 7);
	assert.ok(played.copies.memory.tried, 'a copied verdict was never opened');
	assert.ok(played.equivocates.memory.done && played.lies.memory.done);
	const slashes = (await history(from))
		.filter(({ method }) => method === 'SlashPending')
		.map(({ data: { who, offence, amount } }) => ({ who: who.toString(), kind: offence.type, job: offence.inner.toNumber(), amount: amount.toBigInt() }));
	const dave = account('//Dave').address;
	const of = (job) => slashes.filter((slash) => slash.job === job && slash.who === dave).map(({ kind }) => kind);
	// With as much stake as each of the two others it is contradicted first, and outvoted by all three then.
	const lied = [['FalseVerdict'], ['VerdictContradicted', 'FalseVerdict']].map(String);
	for (const { job } of [played.lies, played.equivocates]) assert.ok(lied.includes(String(of(job))), `${of(job)}`);
	assert.deepEqual(of(played.copies.job), ['VerdictWithheld']);
	assert.deepEqual(of(played.withholds.job), ['VerdictWithheld']);
	const verifiers = ['//Alice', '//Bob', '//Charlie'].map((uri) => account(uri).address);
	for (const { who, kind } of slashes) assert.ok(!verifiers.includes(who) || kind === 'VerdictWithheld', `${who}: ${kind}`);
	t.diagnostic(`${await assertOneVerdictEach(api(), from)} verdicts, each once`);
});

attack('verdicts of others are sent again, signed by others, for other seats, jobs, rounds and chains', 'the pool takes none', async (t) => {
	const from = Math.max(1, (await height(api())) - 60);
	const [{ job }] = await open(1);
	const dave = new Puppet(api(), '//Dave');
	const record = async () => (await api().query.verification.jobs(job)).unwrapOr(null);
	const drawn = await until(api(), 'the committee', async () => {
		const current = await record();
		return current?.members.length > 0 && current;
	});
	const alice = drawn.members.findIndex(({ account: who }) => who.eq(account('//Alice').address));
	const seat = { id: job, round: 0, seat: Math.max(alice, 0), job: drawn };
	const owner = drawn.members[seat.seat].account.toString();
	const others = ['//Alice', '//Bob', '//Charlie', '//Dave', '//Eve'].filter((uri) => account(uri).address !== owner);
	const made = randomBytes(32);
	for (const uri of others) {
		await assert.rejects(submit(field.node('alice'), dave.commitment(seat, made, { signer: account(uri) })), /bad signature|Custom/, uri);
	}
	const self = ['//Alice', '//Bob', '//Charlie', '//Dave'].find((uri) => account(uri).address === owner);
	const signer = account(self);
	await assert.rejects(submit(field.node('alice'), dave.commitment(seat, made, { signer, genesis: randomBytes(32) })), /bad signature|Custom/);
	// As on another fork, where the job of this number is another.
	await assert.rejects(submit(field.node('alice'), dave.commitment(seat, made, { signer, run: randomBytes(32) })), /bad signature|Custom/);
	for (const wrong of [{ id: job + 1_000 }, { round: 1 }, { seat: 3 }, { seat: 2 ** 32 - 1 }]) {
		await assert.rejects(submit(field.node('alice'), dave.commitment({ ...seat, ...wrong }, made, { signer })), /Custom error/);
	}
	await until(api(), 'the settlement', async () => !(await record()), 100);
	// All verdicts that ever stood in a block, byte by byte.
	let count = 0;
	for (let number = from; number <= (await height(api())); number++) {
		const { block } = await field.node('alice').rpc('chain_getBlock', await field.node('alice').rpc('chain_getBlockHash', number));
		for (const hex of block.extrinsics) {
			const decoded = api().createType('Extrinsic', hex);
			if (decoded.method.section !== 'verification') continue;
			count += 1;
			for (const node of field.network.nodes) {
				const code = await refusal(hex, node);
				assert.ok(Number.isNaN(code) || code === JOB_UNKNOWN, `${code}`);
			}
		}
	}
	t.diagnostic(`${count} verdicts were sent to four nodes again`);
	assert.ok(count > 0);
}, { long: true });

attack('a verifier commits to a lie and leaves with its stake at once', 'what it takes out is slashed as if it had stayed', async () => {
	const from = await height(api());
	const { flees } = await play(['flees'], 3);
	const events = await history(from);
	const pending = events.find(({ method, data }) => method === 'SlashPending' && data.offence.isVerdictContradicted && data.offence.asVerdictContradicted.toNumber() === flees.job);
	// Two of three are no majority of members, and it sits on no other committee.
	assert.equal(pending.data.amount.toBigInt(), flees.memory.weight / 100n);
	const dave = account('//Dave');
	const final = async () => (await eventsSince(api(), pending.block)).find(({ method, data }) => method === 'SlashFinal' && data.slash.eq(pending.data.slash));
	await until(api(), 'the slash is final', final, 60);
	// It is a verifier again: others need it.
	await send(api(), dave, api().tx.stake.register('Verifier', 10_000n * AIT));
}, { long: true });

attack('what one verifier can do, all of it', 'every node has the same final chain, and nothing is lost', assertSound);
