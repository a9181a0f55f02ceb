// The node's subcommands, on the data of a chain that ran.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { stringToHex } from '@polkadot/util';
import { connect, finalised, until } from '../lib/client.js';
import { Network, bin } from '../lib/nodes.js';

const run = promisify(execFile);
let network;
let base;
let copy;
let file;

before(async () => {
	network = await Network.development();
	const [alice] = network.nodes;
	base = join(network.folder, alice.name);
	copy = join(network.folder, 'copy');
	file = join(network.folder, 'blocks');
	const api = await connect(alice.url);
	await until(api, 'four final blocks', async () => (await finalised(api)) >= 4);
	await api.disconnect();
	await alice.stop();
});

after(() => network?.stop());

/** Runs a subcommand. Gives what it prints. */
async function node(...args) {
	const { stdout } = await run(join(bin, 'assay-node'), args.map(String), { maxBuffer: 1 << 26 });
	return stdout;
}

/** Runs a subcommand on the development chain under `path`. Gives what it prints. */
const command = (name, path, ...args) => node(name, '--chain', 'dev', '--base-path', path, ...args);

const info = async (path) => JSON.parse(await command('chain-info', path));

test('blocks are exported, and imported elsewhere', async () => {
	const { finalized_number: last } = await info(base);
	assert.ok(last >= 4);
	await command('export-blocks', base, '--binary', '--from', 1, '--to', last, file);
	await command('import-blocks', copy, '--binary', file);
	const { best_number: best, best_hash: hash } = await info(copy);
	assert.equal(best, last);
	await command('check-block', base, last);
	assert.equal(hash, (await info(base)).finalized_hash);
});

test('a state is exported', async () => {
	const spec = JSON.parse(await command('export-state', base, 2));
	assert.ok(spec.genesis.raw.top[stringToHex(':code')].length > 100_000);
});

test('blocks that are not final can be taken back', async () => {
	const { best_number: before } = await info(copy);
	await command('revert', copy, 2);
	assert.equal((await info(copy)).best_number, before - 2);
});

test('a chain is purged', async () => {
	await command('purge-chain', copy, '-y');
	assert.equal((await info(copy)).best_number, 0);
});

test('keys and chain specifications are made', async () => {
	const { secretPhrase } = JSON.parse(await node('key', 'generate', '--output-type', 'json'));
	assert.equal(secretPhrase.split(' ').length, 12);
	const { id } = JSON.parse(await node('export-chain-spec', '--chain', 'local'));
	assert.equal(id, 'assay_local');
});
