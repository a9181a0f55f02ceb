// The chain as a light client sees it: from the chain specification alone, trusting no node.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import * as smoldot from 'smoldot';
import { AIT, account, connect, send, until } from '../lib/client.js';
import { Network, bin } from '../lib/nodes.js';

const run = promisify(execFile);
let network;
let api;
let client;
let chain;

before(async () => {
	network = await Network.development();
	const [node] = network.nodes;
	api = await connect(node.url);
	const { stdout } = await run(join(bin, 'assay-node'), ['export-chain-spec', '--chain', 'dev', '--raw'], {
		maxBuffer: 1 << 24,
	});
	const id = await node.rpc('system_localPeerId');
	const chainSpec = JSON.stringify({
		...JSON.parse(stdout),
		bootNodes: [`/ip4/127.0.0.1/tcp/${node.ports.ws}/ws/p2p/${id}`],
	});
	client = smoldot.start({ maxLogLevel: 1 });
	chain = await client.addChain({ chainSpec });
});

after(async () => {
	// Leaves timers behind, hence --test-force-exit.
	await client?.terminate();
	await api?.disconnect();
	await network?.stop();
});

/** One request to the light client. */
async function ask(method, ...params) {
	chain.sendJsonRpc(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
	const { result, error } = JSON.parse(await chain.nextJsonRpcResponse());
	if (error) throw new Error(`${method}: ${error.message}`);
	return result;
}

test('it follows what is final', async () => {
	const final = async () => {
		const hash = await ask('chain_getFinalizedHead');
		return { hash, number: Number((await ask('chain_getHeader', hash)).number) };
	};
	await until(api, 'the light client sees five final blocks', async () => (await final()).number >= 5);
	const { hash, number } = await final();
	assert.equal((await api.rpc.chain.getBlockHash(number)).toHex(), hash);
});

test('it reads state by proof, and calls the runtime', async () => {
	const key = account('//Bob');
	const events = await send(api, key, api.tx.stake.register('Miner', 500n * AIT));
	assert.ok(events.length > 0);
	const ledger = api.query.stake.ledgers.key(key.address);
	const expected = (await api.rpc.state.getStorage(ledger)).unwrap().toHex();
	await until(api, 'the light client sees the stake', async () => (await ask('state_getStorage', ledger)) === expected);
	const version = await ask('state_getRuntimeVersion');
	assert.equal(version.specName, 'assay');
	const queue = await ask('state_call', 'AssayApi_verification_queue', '0x');
	assert.equal(queue, '0x00');
});
