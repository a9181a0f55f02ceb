// Measures how many transactions nodes include in the long run, and where the time of a block goes.
//
//   node bench/transactions.js [transfers] [claims] [four]
//
// transfers  one node, transfers between accounts that exist
// claims     one node, commitments to claims in an open task
// four       four nodes, transfers, a quarter sent to each
//
// ASSAY_LOAD holds further options of `load run` ("--count 90000 --ahead 9000"), ASSAY_NODE of the nodes.

import { account, connect } from '../lib/client.js';
import { POOL, Watch, load, mean, proposals, start } from '../lib/load.js';
import { QUICK, create } from '../lib/market.js';

const SENDERS = 20_000;
/** The first blocks under load are not counted. */
const RAMP = 2;

const CASES = {
	transfers: { names: ['alice'], count: 120_000 },
	claims: { names: ['alice'], miners: true, count: 60_000 },
	four: { names: ['alice', 'bob', 'charlie', 'dave'], count: 60_000 },
};

/** Which of a node's tasks is what, by the names that the node gives them. The rest is called so. */
const PARTS = {
	'proposing blocks': /^basic-authorship-proposer$/,
	'storing own blocks': /^babe-proposer$/,
	"importing others' blocks": /^(basic-block-import-worker|import-queue)/,
	'validating transactions': /^transaction-pool-task/,
	'keeping the pool': /^(txpool-|transaction-pool)/,
	finality: /^grandpa-voter$/,
	network: /^(network|libp2p|syncing|.*-request-handler|bitswap|peer-store)/,
};

const words = (text = '') => text.split(' ').filter(Boolean);
const optionsOf = (text) => {
	const list = words(text);
	return Object.fromEntries(list.flatMap((word, at) => (at % 2 ? [] : [[word.slice(2), list[at + 1]]])));
};

/** Seconds that a node's tasks were busy between two samples, by part. */
function busy(sample, last) {
	const pattern = /^substrate_tasks_polling_duration_sum\{.*?task_name="([^"]+)".*\} /;
	const names = new Set(last.split('\n').flatMap((line) => line.match(pattern)?.[1] ?? []));
	const parts = Object.fromEntries([...Object.keys(PARTS), 'other tasks'].map((part) => [part, 0]));
	for (const name of names) {
		const part = Object.keys(PARTS).find((part) => PARTS[part].test(name)) ?? 'other tasks';
		parts[part] += sample.grown('substrate_tasks_polling_duration_sum', `task_name="${name}"`);
	}
	return parts;
}

async function measure(name, { names, miners, count }) {
	const options = [...POOL, ...words(process.env.ASSAY_NODE)];
	const network = await start(names, SENDERS, { miners, options });
	let api;
	try {
		api = await connect(network.nodes[0].url);
		const limit = api.consts.system.blockWeights.perClass.normal.maxTotal.unwrap().refTime.toNumber();
		const task = miners ? (await create(api, account('//Alice'), QUICK)).id : undefined;
		await api.disconnect();
		const watches = network.nodes.map((node) => new Watch(node));
		const seen = await load(network.nodes, {
			senders: SENDERS, count, task, ...optionsOf(process.env.ASSAY_LOAD),
		});
		await Promise.all(watches.map((watch) => watch.stop()));
		const loaded = seen.blocks.filter((block) => block.transactions > 0 && block.at <= seen.sent);
		const [first, ...blocks] = loaded.slice(RAMP);
		const last = blocks.at(-1);
		const seconds = (last.timestamp - first.timestamp) / 1_000;
		const transactions = blocks.reduce((sum, block) => sum + block.transactions, 0);
		const made = new Map((await Promise.all(network.nodes.map(proposals))).flatMap((map) => [...map]));
		const own = blocks.map((block) => made.get(block.hash)).filter(Boolean);
		const ends = own.reduce((sum, { end }) => ({ ...sum, [end]: (sum[end] ?? 0) + 1 }), {});
		const slots = Math.round((seconds * 1_000) / seen.slot);
		const of = (value, digits = 0) => value.toFixed(digits);

		console.log(`\n${name}: ${names.length} node(s), ${SENDERS} senders, ${seen.transaction_bytes} bytes each`);
		console.table({
			'transactions a second': of(transactions / seconds),
			'transactions a block': `${of(transactions / blocks.length)} (${Math.min(...blocks.map((b) => b.transactions))} to ${Math.max(...blocks.map((b) => b.transactions))})`,
			'blocks measured': blocks.length,
			'slots without a block': slots - blocks.length,
			'seconds a block': of(seconds / blocks.length, 2),
			'final block behind, blocks': `${of(mean(blocks.map((b) => b.behind)), 1)} (at most ${Math.max(...blocks.map((b) => b.behind))})`,
			'declared weight, ms a block': `${of(mean(blocks.map((b) => b.weight)) / 1e9)} (ordinary: ${of((100 * mean(blocks.map((b) => b.normal_weight))) / limit)} % of what they may take)`,
			'proposing, ms a block': `${of(mean(own.map(({ ms }) => ms)))} (at most ${Math.max(...own.map(({ ms }) => ms))})`,
			'proposing, µs a transaction': of((1_000 * own.reduce((sum, { ms }) => sum + ms, 0)) / transactions),
			'KiB a block': of(mean(blocks.map((b) => b.bytes)) / 1024),
			'blocks ended by': Object.entries(ends).map(([end, count]) => `${end} ${count}`).join(', '),
			'sent back by a full pool': seen.pool_full,
			refused: JSON.stringify(seen.refused),
			'signed a second, before': seen.signed_per_second,
		});
		console.log('Where the time goes, ms a block; a task that waits for a processor is busy, too:');
		console.table(Object.fromEntries(network.nodes.map((node, at) => {
			const sample = watches[at].between(first.at, last.at);
			const parts = busy(sample, watches[at].samples.at(-1).text);
			const each = (value) => Math.round((1_000 * value) / blocks.length);
			const row = Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, each(value)]));
			return [node.name, { ...row, 'processor time, all': each(sample.cpu) }];
		})));
	} finally {
		await network.stop();
	}
}

const chosen = process.argv.slice(2);
for (const [name, spec] of Object.entries(CASES)) {
	if (chosen.length === 0 || chosen.includes(name)) await measure(name, spec);
}
