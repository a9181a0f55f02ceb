// Verifiers that do not do their work: services that speak the protocol of the off-chain worker
// (primitives/core/src/service.rs), without running anything.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { u8aConcat } from '@polkadot/util';
import { u32, u64 } from './client.js';

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
