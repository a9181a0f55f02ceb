// Verifiers that do not do their work: services that speak the protocol of the off-chain worker
// (primitives/core/src/service.rs) without running anything, and keys whose verdicts are made by hand.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { account, hash, u32, u64 } from './client.js';
import { general } from './forge.js';

/** An outcome in SCALE: a score in units of 10⁻⁹, and hashes that say where it comes from. */
export const scored = (score, trace, model) =>
	u8aConcat([0], u64(score), trace, model, u64(1_000_000), u32(100));

/** A service that answers each job with what `answer` says: an outcome, or nothing for "still running". */
export class FakeVerifier {
	jobs = 0;

	static async start(answer) {
		const fake = new FakeVerifier();
		fake.folder = await mkdtemp(join(tmpdir(), 'assay-redteam-'));
		fake.server = createServer((request, response) => {
			request.resume();
			request.on('end', () => {
				fake.jobs += 1;
				const outcome = answer();
				const state = outcome ? u8aConcat([2], outcome) : Uint8Array.of(1);
				response.writeHead(outcome ? 200 : 202, { 'content-type': 'application/octet-stream' });
				response.end(state);
			});
		});
		await new Promise((done) => fake.server.listen(0, '127.0.0.1', done));
		const token = join(fake.folder, 'token');
		await writeFile(token, 'a token that nobody looks at');
		const { port } = fake.server.address();
		fake.args = ['--verifier-url', `http://127.0.0.1:${port}`, '--verifier-token-file', token];
		return fake;
	}

	async stop() {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
		await rm(this.folder, { recursive: true, force: true });
	}
}

/** A validator whose verdicts are made by hand. Its node must have no verifier, or that one votes, too. */
export class Puppet {
	constructor(api, uri) {
		Object.assign(this, { api, key: account(uri) });
	}

	/** Its seats: jobs in progress on whose committees it sits, with its place on them. */
	async seats() {
		const entries = await this.api.query.verification.jobs.entries();
		return entries.flatMap(([{ args: [id] }, record]) => {
			// It may have gone between the list of jobs and their records.
			if (record.isNone) return [];
			const job = record.unwrap();
			const seat = job.members.findIndex(({ account }) => account.eq(this.key.address));
			return seat < 0 ? [] : [{ id: id.toNumber(), round: job.round.toNumber(), seat, job, verdict: job.members[seat].verdict }];
		});
	}

	/** The hash that commits it to an outcome (in SCALE). */
	hash({ id, round }, outcome, salt) {
		return hash(stringToU8a('assay/verdict'), this.key.publicKey, u64(id), [round], outcome, salt);
	}

	/** The transaction of a commitment. `signer` and `genesis` can be others than they should. */
	commitment(
		{ id, round, seat, job },
		hashed,
		{ signer = this.key, genesis = this.api.genesisHash.toU8a(), run = hash(job.spec.toU8a()) } = {},
	) {
		const commitment = { job: id, round, member: seat, hash: u8aToHex(hashed) };
		const encoded = u8aConcat(u64(id), [round], u32(seat), hashed);
		const signature = signer.sign(u8aConcat(stringToU8a('assay/commit_verdict'), genesis, run, encoded));
		return general(this.api.tx.verification.commitVerdict(commitment, u8aToHex(signature)));
	}

	/** The transaction of a reveal. */
	reveal({ id, round, seat }, outcome, salt) {
		const { args } = this.api.tx.verification.revealVerdict.meta;
		const type = args.find(({ name }) => name.eq('outcome')).type.toString();
		const decoded = this.api.createType(type, outcome);
		return general(this.api.tx.verification.revealVerdict(id, round, seat, decoded, u8aToHex(salt)));
	}
}
