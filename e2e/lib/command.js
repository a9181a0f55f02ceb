// Runs the command line `assay` against a node, as a person types it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bin } from './nodes.js';

const run = promisify(execFile);

/** The command line of somebody who uses the node at `url` and keeps files in `folder`. */
export class CommandLine {
	constructor(url, folder) {
		this.env = { ...process.env, ASSAY_URL: url, ASSAY_DATA: folder };
	}

	/** Starts `assay`: a promise of both streams, whose `child` is the process. */
	start(...args) {
		return run(join(bin, 'assay'), args.map(String), { env: this.env });
	}

	/** Runs `assay`. Gives exit code and both streams. */
	async run(...args) {
		const { code = 0, stdout, stderr } = await this.start(...args).catch((error) => error);
		return { code, stdout, stderr };
	}

	/** Runs `assay --json`, which must succeed. Gives the objects that it prints. */
	async json(...args) {
		const { code, stdout, stderr } = await this.run('--json', ...args);
		assert.equal(code, 0, stderr);
		return stdout.trim().split('\n').map((line) => JSON.parse(line));
	}

	/** Runs `assay`, which must be refused with a text that says all of `words`. */
	async refused(args, ...words) {
		const { code, stderr } = await this.run(...args);
		assert.equal(code, 1, stderr);
		for (const word of words) assert.match(stderr, word);
	}
}
