// Measures, on a development chain, what passes between the reveal of a claim and its settlement,
// and how long the run itself takes on this machine.
//
//   node bench/settlement.js [CLAIMS]

import { account, connect } from '../lib/client.js';
import { TASKS, commit, create, ended, measure, miner, reveal, units } from '../lib/market.js';
import { Network } from '../lib/nodes.js';

const claims = Number(process.argv[2] ?? 3);
const seconds = (since) => (performance.now() - since) / 1000;

/** Median, and the range around it. */
function summary(values, digits) {
	const sorted = values.toSorted((a, b) => a - b);
	const text = (value) => value.toFixed(digits);
	return `${text(sorted[sorted.length >> 1])} (${text(sorted[0])} to ${text(sorted.at(-1))})`;
}

const network = await Network.development();
const api = await connect(network.nodes[0].url);
const alice = account('//Alice');
const rows = [];
try {
	for (const spec of Object.values(TASKS)) {
		const task = await create(api, alice, spec);
		const times = { run: [], blocks: [], wait: [] };
		for (let seed = 0; seed < claims; seed++) {
			process.stderr.write(`\r${task.name}: claim ${seed + 1} of ${claims} `);
			const key = await miner(api, alice, `//Alice//${task.name}${seed}`);
			const running = performance.now();
			const { score } = await measure(task, seed);
			const run = seconds(running);
			const committed = await commit(api, key, task, { seed, score: units(score) });
			await reveal(api, key, committed);
			const revealed = performance.now();
			const start = (await api.rpc.chain.getHeader()).number.toNumber();
			const view = await ended(api, committed.claim);
			times.run.push(run);
			times.wait.push(seconds(revealed) - run);
			times.blocks.push(view.ended_at - start);
		}
		rows.push({
			task: task.name,
			claims,
			'run, s': summary(times.run, 2),
			'reveal to settled, blocks': summary(times.blocks, 0),
			'reveal to settled less the run, s': summary(times.wait, 1),
		});
	}
} finally {
	await api.disconnect();
	await network.stop();
}
process.stderr.write('\n');
console.table(rows);
