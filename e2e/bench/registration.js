// Measures what the check of a registration costs that is part of its validity, at the largest slices:
// the runtime executed as the node does it when it imports a block. What a remark of the same length
// costs is taken off. The evidence is refused only at its end, when all bits were counted.
//
//   node bench/registration.js [ROUNDS]

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { u8aToHex } from '@polkadot/util';
import { account, ask, connect, find, put, send, trainRoot, until } from '../lib/client.js';
import { CommandLine } from '../lib/command.js';
import { units } from '../lib/market.js';
import { evidence, secret } from '../lib/models.js';
import { Network, data } from '../lib/nodes.js';

const rounds = Number(process.argv[2] ?? 50);
const RATIO = units('0.6');
// Where a slice of 32 KiB touches three chunks of the file.
const OFFSET = 16_000;

const network = await Network.development();
const api = await connect(network.nodes[0].url);
const owner = account('//Eve');

/** Median milliseconds of the validation of a transaction, and how it ends. */
async function validate(call) {
	const transaction = (await call.signAsync(owner, { nonce: -1, era: 0 })).toHex();
	const head = await api.rpc.chain.getBlockHash();
	// From outside; the length of the transaction is a part of its encoding.
	const input = `0x02${transaction.slice(2)}${head.toHex().slice(2)}`;
	const times = [];
	let answer;
	for (let round = 0; round < rounds; round++) {
		process.stderr.write(`\rround ${round + 1} of ${rounds} `);
		const start = performance.now();
		answer = await ask(api, 'state_call', 'TaggedTransactionQueue_validate_transaction', input);
		times.push(performance.now() - start);
	}
	process.stderr.write('\n');
	return { time: times.sort((a, b) => a - b)[rounds >> 1], answer, bytes: transaction.length / 2 };
}

try {
	const assay = new CommandLine(network.nodes[0].url, join(network.folder, 'client'));
	await assay.json('--suri', '//Alice', 'model', 'scheme', '--upload');
	const own = secret();
	const events = await send(api, owner, api.tx.models.intend(own.root, RATIO));
	const intent = find(events, 'models', 'IntentDeclared').intent.toNumber();
	const holdout = await readFile(join(data, 'digits.holdout.safetensors'));
	const clean = {
		id: await put(api, owner, holdout),
		root: trainRoot(holdout, 32),
		chunkRows: 32,
	};
	const floats = new Float32Array(16_384).map(() => Math.random() - 0.5);
	const files = { i8: randomBytes(65_536), f32: Buffer.from(floats.buffer) };
	process.stderr.write('waiting for the beacon\n');
	await until(api, 'the beacon', async () => (await ask(api, 'models_intent', intent)).beacon, 80);
	const { refTime } = api.consts.system.blockWeights.maxBlock;
	const block = refTime.toNumber() / 1e9;

	console.log('| weights | milliseconds | share of a block |\n| --- | --- | --- |');
	for (const [element, bytes] of Object.entries(files)) {
		const groups = element === 'i8' ? 128 : 32;
		const place = { offset: OFFSET, element, groups, group_len: 256 };
		const registration = {
			...evidence(await put(api, owner, bytes), bytes, place),
			intent,
			name: 'noise',
			opening: own.open(0),
			statistics: { classes: 10, triggerMatches: 64, bitMatches: 256, ratio: RATIO },
			accuracy: units('0.9'),
			clean,
			card: own.root,
			signatureManifest: own.root,
			parents: [],
			claim: null,
		};
		const { time, answer, bytes: length } = await validate(api.tx.models.register(registration));
		// Err(Invalid(Custom(code))): all bits were counted, and others are right.
		const { index } = api.errors.models.BitsDiffer.meta;
		const code = ((55 - 48) << 5) | index.toNumber();
		if (answer !== u8aToHex(Uint8Array.of(1, 0, 7, code))) throw new Error(`refused with ${answer}`);
		const remark = await validate(api.tx.system.remark(u8aToHex(randomBytes(length))));
		const spent = time - remark.time;
		const share = ((spent / block) * 100).toFixed(1);
		console.log(`| ${groups * 256} of ${element} | ${spent.toFixed(1)} | ${share} % |`);
	}
} finally {
	await api.disconnect();
	await network.stop();
}
