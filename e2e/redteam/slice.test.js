// The bounded slice, on one network: some kills of its validators, and then what ends within minutes of
// the attacks that it can bear at the same time.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

process.env.ASSAY_SLICE = '1';
const { field } = await import('../lib/redteam.js');
await import('./kills.test.js');

const PARTS = ['transactions', 'nested', 'money', 'committees'];

test(`attacks at the same time: ${PARTS.join(', ')}`, async (t) => {
	const files = PARTS.map((part) => join(import.meta.dirname, `${part}.test.js`));
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	env.ASSAY_NETWORK = field.network.nodes.map(({ url }) => url).join(',');
	const args = ['--test', '--test-force-exit', `--test-concurrency=${PARTS.length}`, '--test-reporter=spec', ...files];
	const options = { env, maxBuffer: 1 << 26 };
	const { code, stdout } = await promisify(execFile)(process.execPath, args, options)
		.then((done) => ({ code: 0, ...done }), (error) => error);
	stdout.trim().split('\n').forEach((line) => t.diagnostic(line));
	assert.equal(code, 0);
});
