// A marked model, registered by somebody who talks to the chain with polkadot.js alone. Marking and
// measuring are the command line's.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { account, ask, connect, find, put, send, trainRoot, until } from '../lib/client.js';
import { CommandLine } from '../lib/command.js';
import { units } from '../lib/market.js';
import { evidence, keep, remarked, secret } from '../lib/models.js';
import { Network, bin, data } from '../lib/nodes.js';

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
let model;
let place;
let measured;
const run = promisify(execFile);

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

/** What is known of a model once it is verified or not. */
async function verdict(number) {
	const done = async () => {
		const view = await ask(api, 'models_get', number);
		return view.stage !== 'pending' && view;
	};
	return until(api, `the verdict on model ${number}`, done, 120);
}

/** What was measured with a sub-key, as it is stated. */
function stated(subKey) {
	const { statistics, accuracy } = measured[subKey];
	const { classes, trigger_matches, bit_matches, ratio } = statistics;
	return {
		statistics: {
			classes,
			triggerMatches: trigger_matches,
			bitMatches: bit_matches,
			ratio: units(ratio),
		},
		accuracy: units(accuracy),
	};
}

/** What differs in the registration of the same weights as another file. */
async function copy(remark, subKey) {
	const { file: bytes, moved } = remarked(model, remark);
	const at = { ...place, offset: place.offset + moved };
	const parts = evidence(await put(api, owner(), bytes), bytes, at);
	return { ...parts, name: 'copies', opening: own.open(subKey), ...stated(subKey) };
}

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
	measured = await assay.json(
		'--suri', '//Eve', 'model', 'check', path, '--intent', intents[0], '--clean', clean,
	);
	assert.deepEqual(measured.map(({ falls_short }) => falls_short), Array(6).fill(null));
	const [checked] = measured;
	const bytes = await readFile(path);
	({ place } = checked);
	model = bytes;
	const holdout = await readFile(clean);
	const { file, length, slice } = evidence(await put(api, owner(), bytes), bytes, place);
	registration = {
		intent: intents[0],
		name: 'digits',
		file,
		length,
		opening: own.open(0),
		slice,
		...stated(0),
		clean: {
			id: await put(api, owner(), holdout),
			root: trainRoot(holdout, CHUNK_ROWS),
			chunkRows: CHUNK_ROWS,
		},
		card: other.root,
		signatureManifest: own.root,
		parents: [],
		claim: null,
	};
	const { statistics } = registration;
	const [chunk, ...chunks] = slice.chunks;
	const forged = `${chunk.bytes.slice(0, -2)}${chunk.bytes.endsWith('00') ? '01' : '00'}`;
	for (const [changes, error] of [
		[{ opening: own.open(1), intent: intents[1] }, 'NotTheOwner'],
		[{ opening: { ...own.open(0), subKey: other.root } }, 'WrongOpening'],
		[{ statistics: { ...statistics, bitMatches: statistics.bitMatches - 1 } }, 'BitsDiffer'],
		[{ slice: { ...slice, chunks: [{ ...chunk, bytes: forged }, ...chunks] } }, 'SliceNotProved'],
		[{ statistics: { ...statistics, triggerMatches: 57 } }, 'TooFewTriggers'],
		[{ statistics: { ...statistics, ratio: units('0.7') } }, 'RatioOutOfBand'],
		[{ name: '' }, 'BadName'],
		[{ parents: [7] }, 'ParentNotVerified'],
	]) {
		await refused(register(owner(), changes), error);
	}
	const events = await register(owner());
	const number = find(events, 'models', 'ModelRegistered').model.toNumber();
	const view = await verdict(number);
	assert.deepEqual([view.stage, view.version, view.name], ['verified', 1, 'digits']);
	assert.equal(view.measured, checked.accuracy);
	assert.deepEqual([view.evidence.card, view.evidence.signature_manifest], [other.root, own.root]);
	assert.equal((await ask(api, 'models_byArtifact', file.id)).model, number);
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
	assert.equal((await resolve('v1')).version, 1);
	assert.equal(await resolve('2'), null);
	await assert.rejects(send(api, owner(), api.tx.models.setAlias('digits', 'x', 2)), /VersionUnknown/);
	await send(api, owner(), api.tx.models.transfer('digits', thief().address));
	await send(api, thief(), api.tx.models.transfer('digits', thief().address));
	assert.equal((await ask(api, 'models_name', 'digits')).owner, thief().address);
});

test('an opened sub-key is evidence for no second model', async () => {
	await refused(register(owner(), await copy('replay', 0)), 'AlreadyOpened');
});

test('a flood of valid registrations finds room for four in a block', async () => {
	const copies = [];
	for (const subKey of [1, 2, 3, 4, 5]) copies.push(await copy(`copy ${subKey}`, subKey));
	const first = (await api.rpc.system.accountNextIndex(owner().address)).toNumber();
	const sent = copies.map((changes, at) => {
		const call = api.tx.models.register({ ...registration, ...changes });
		return send(api, owner(), call, { nonce: first + at });
	});
	const events = await Promise.all(sent);
	const views = await Promise.all(
		events.map((all) => verdict(find(all, 'models', 'ModelRegistered').model.toNumber())),
	);
	assert.deepEqual(views.map(({ stage }) => stage), Array(5).fill('verified'));
	const blocks = views.map((view) => view.registered_at);
	for (const block of blocks) assert.ok(blocks.filter((other) => other === block).length <= 4);
	assert.deepEqual(views.map(({ version }) => version).sort(), [1, 2, 3, 4, 5]);
});

test('a block whose author lets an invalid registration in is refused by other nodes', async () => {
	// The thief says that the owner's mark is that of its own key.
	const stolen = { intent: intents[1], name: 'stolen', opening: other.open(0) };
	const call = api.tx.models.register({ ...registration, ...(await copy('stolen', 0)), ...stolen });
	await refused(send(api, thief(), call), 'BitsDiffer');
	const { nonce } = await api.query.system.account(thief().address);
	const forgery = (await call.signAsync(thief(), { nonce, era: 0 })).toHex();

	const author = network.nodes[0];
	const height = (await api.rpc.chain.getHeader()).number.toNumber();
	await api.disconnect();
	await author.stop();
	const file = (name) => join(network.folder, name);
	const node = (command, folder, ...args) =>
		run(join(bin, 'assay-node'), [command, '--dev', '--base-path', file(folder), '--binary', ...args]);
	await node('export-blocks', author.name, '--to', height, file('blocks'));
	const seal = (name, ...transaction) =>
		run(join(bin, 'examples', 'reseal'), [file('blocks'), file(name), '//Alice', ...transaction]);
	await seal('resealed');
	await seal('forged', forgery);

	const { stderr } = await node('import-blocks', 'honest', file('resealed'));
	assert.match(stderr, new RegExp(`Imported ${height} blocks`));
	// Three bits for the pallet, five for its error: docs/protocol.md.
	const { index } = api.errors.models.BitsDiffer.meta;
	const reason = `failed due to Invalid\\(Custom\\(${((55 - 48) << 5) | index.toNumber()}\\)\\)`;
	await assert.rejects(node('import-blocks', 'other', file('forged')), ({ stderr }) => {
		assert.match(stderr, new RegExp(reason));
		assert.match(stderr, new RegExp(`Stopping after #${height - 1} blocks because of an error`));
		return true;
	});
});
