// A marked model, registered by somebody who talks to the chain with polkadot.js alone. Marking and
// measuring are the command line's.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { account, ask, connect, find, put, send, trainRoot, until } from '../lib/client.js';
import { CommandLine } from '../lib/command.js';
import { units } from '../lib/market.js';
import { evidence, keep, secret } from '../lib/models.js';
import { Network, data } from '../lib/nodes.js';

const CHUNK_ROWS = 32;
const RATIO = units('0.6');
const train = join(data, 'digits.train.safetensors');
const clean = join(data, 'digits.holdout.safetensors');
const owner = () => account('//Eve');
const thief = () => account('//Ferdie');

let network;
let api;
let assay;
let folder;
const own = secret();
const other = secret();
let intents;
let registration;

before(async () => {
	network = await Network.development();
	api = await connect(network.nodes[0].url);
	folder = join(network.folder, 'client');
	assay = new CommandLine(network.nodes[0].url, folder);
	await assay.json('--suri', '//Alice', 'model', 'scheme', '--upload');
});

after(async () => {
	await api?.disconnect();
	await network?.stop();
});

async function intend(key, mine) {
	await keep(folder, api.genesisHash.toHex(), key.address, mine);
	const events = await send(api, key, api.tx.models.intend(mine.root, RATIO));
	return find(events, 'models', 'IntentDeclared').intent.toNumber();
}

/** Registers with some parts replaced. */
const register = (key, changes = {}) =>
	send(api, key, api.tx.models.register({ ...registration, ...changes }));

const refused = (promise, name) => assert.rejects(promise, new RegExp(`models\\.${name}`));

test('an intent has no key at first, and cannot be used', async () => {
	intents = [await intend(owner(), own), await intend(thief(), other)];
	const view = await ask(api, 'models_intent', intents[0]);
	assert.equal(view.beacon, null);
	assert.equal(view.root, own.root);
	assert.equal(view.ratio, '0.6');
	await assay.refused(
		['--suri', '//Eve', 'model', 'check', clean, '--intent', intents[0], '--clean', clean],
		/not drawn yet/, /try again from epoch/,
	);
});

test('when the chain has drawn it, a marked model is registered and verified', async () => {
	await until(api, 'the beacon', async () => (await ask(api, 'models_intent', intents[1])).beacon, 80);
	const path = join(network.folder, 'digits.safetensors');
	await assay.json(
		'--suri', '//Eve', 'model', 'mark', '--intent', intents[0], '--train', train, '--clean', clean,
		'--output', path,
	);
	const [checked] = await assay.json(
		'--suri', '//Eve', 'model', 'check', path, '--intent', intents[0], '--clean', clean, '--index', 0,
	);
	assert.equal(checked.falls_short, null);
	const bytes = await readFile(path);
	const holdout = await readFile(clean);
	const { file, length, slice } = evidence(await put(api, owner(), bytes), bytes, checked.place);
	const { classes, trigger_matches, bit_matches, ratio } = checked.statistics;
	registration = {
		intent: intents[0],
		name: 'digits',
		file,
		length,
		opening: own.open(0),
		slice,
		statistics: {
			classes,
			triggerMatches: trigger_matches,
			bitMatches: bit_matches,
			ratio: units(ratio),
		},
		accuracy: units(checked.accuracy),
		clean: {
			id: await put(api, owner(), holdout),
			root: trainRoot(holdout, CHUNK_ROWS),
			chunkRows: CHUNK_ROWS,
		},
		card: other.root,
		signatureManifest: other.root,
		parents: [],
		claim: null,
	};
	const { statistics } = registration;
	const [chunk, ...chunks] = slice.chunks;
	const forged = `${chunk.bytes.slice(0, -2)}${chunk.bytes.endsWith('00') ? '01' : '00'}`;
	for (const [changes, error] of [
		[{ opening: own.open(1), intent: intents[1] }, 'NotTheOwner'],
		[{ opening: { ...own.open(0), subKey: other.root } }, 'WrongOpening'],
		[{ statistics: { ...statistics, bitMatches: bit_matches - 1 } }, 'BitsDiffer'],
		[{ slice: { ...slice, chunks: [{ ...chunk, bytes: forged }, ...chunks] } }, 'SliceNotProved'],
		[{ statistics: { ...statistics, triggerMatches: 57 } }, 'TooFewTriggers'],
		[{ statistics: { ...statistics, ratio: units('0.7') } }, 'RatioOutOfBand'],
		[{ name: '' }, 'BadName'],
		[{ parents: [7] }, 'ParentNotVerified'],
	]) {
		await refused(register(owner(), changes), error);
	}
	const events = await register(owner());
	const model = find(events, 'models', 'ModelRegistered').model.toNumber();
	await until(api, 'the verdict', async () => (await ask(api, 'models_get', model)).stage !== 'pending');
	const view = await ask(api, 'models_get', model);
	assert.deepEqual([view.stage, view.version, view.name], ['verified', 1, 'digits']);
	assert.equal(view.measured, checked.accuracy);
	assert.equal((await ask(api, 'models_byArtifact', file.id)).model, model);
});

test('nobody registers it again, its owner included', async () => {
	await refused(register(owner(), { opening: own.open(1) }), 'DuplicateModel');
	await refused(
		register(thief(), { intent: intents[1], opening: other.open(0), name: 'mine' }),
		'DuplicateModel',
	);
});

test('versions have aliases, and a name changes hands when both agree', async () => {
	await send(api, owner(), api.tx.models.setAlias('digits', 'production', 1));
	const resolve = (which) => ask(api, 'models_resolve', 'digits', which);
	assert.equal((await resolve('production')).version, 1);
	assert.equal((await resolve('latest')).version, 1);
	assert.equal(await resolve('2'), null);
	await assert.rejects(send(api, owner(), api.tx.models.setAlias('digits', 'x', 2)), /VersionUnknown/);
	await send(api, owner(), api.tx.models.transfer('digits', thief().address));
	await send(api, thief(), api.tx.models.transfer('digits', thief().address));
	assert.equal((await ask(api, 'models_name', 'digits')).owner, thief().address);
});
