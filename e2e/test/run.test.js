// The main job of the README, as it is typed there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const script = resolve(import.meta.dirname, '../../scripts/run');
const run = promisify(execFile);

for (const options of [['--exit'], ['--validators', '4', '--exit']]) {
	test(`scripts/run ${options.join(' ')}`, async () => {
		const { stdout } = await run(script, options, { maxBuffer: 1 << 24 });
		const table = stdout.slice(stdout.lastIndexOf('miner '));
		assert.match(table, /^honest .* 0\.975 +0\.975 +verified +- +100 +0 /m);
		assert.match(table, /^other .* 0\.999 +0\.9\d* +rejected +worse_than_claimed +0 +50\.7 /m);
	});
}

test('scripts/run models --exit', async () => {
	const { stdout } = await run(script, ['models', '--exit'], { maxBuffer: 1 << 24 });
	assert.match(stdout, /because Models\.(TooFew|Ratio)/);
	assert.match(stdout, /does not show in model/);
	const table = stdout.slice(stdout.lastIndexOf('who '));
	assert.match(table, /^owner +\d+ +digits +verified +0\.9/m);
	assert.match(table, /^thief +\d+ +mine +lost /m);
});

test('scripts/run says what it takes', async () => {
	const { code, stderr } = await run(script, ['--validators', '2', '--exit']).catch((e) => e);
	assert.equal(code, 2);
	assert.match(stderr, /1 or 4/);
});
