// What docs/training-programs.md tells an author, done to the letter in an empty folder.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { CommandLine } from '../lib/command.js';
import { Network, data } from '../lib/nodes.js';

const run = promisify(execFile);
const checkout = resolve(import.meta.dirname, '../..');
let network;
let assay;
let folder;
let page;

before(async () => {
	network = await Network.development();
	folder = await mkdtemp(join(tmpdir(), 'assay-author-'));
	assay = new CommandLine(network.nodes[0].url, join(folder, 'data'));
	page = (await readFile(join(checkout, 'docs/training-programs.md'), 'utf8')).replaceAll('/path/to/assay', checkout);
});

after(async () => {
	await network?.stop();
	await rm(folder, { recursive: true, force: true });
});

/** Runs a command in the author's folder. */
function shell(command) {
	const { CARGO_TARGET_DIR: _, ...env } = process.env;
	return run('bash', ['-ec', command], { cwd: folder, env, maxBuffer: 1 << 24 });
}

test('the files of the page make a program that passes its own test and builds', async () => {
	const files = [...page.matchAll(/^`([\w./]+)`:\n\n```\w+\n(.*?)^```$/gms)];
	assert.deepEqual(files.map(([, name]) => name), ['Cargo.toml', 'build.rs', 'src/lib.rs', 'tests/digits.rs']);
	await copyFile(join(checkout, 'rust-toolchain.toml'), join(folder, 'rust-toolchain.toml'));
	for (const [, name, content] of files) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), content);
	}
	const [, commands] = page.match(/^## 3\. Build and test\n\n```sh\n(.*?)^```$/ms);
	await shell(commands);
});

test('and that the chain verifies and pays', async () => {
	const program = join(folder, 'target/wasm32v1-none/release/nearest_mean.wasm');
	await assay.json('program', 'check', program);
	const [{ task }] = await assay.json(
		'--suri', '//Bob', 'task', 'create', '--name', 'digits',
		'--train', join(data, 'digits.train.safetensors'), '--holdout', join(data, 'digits.holdout.safetensors'),
		'--metric', 'accuracy', '--threshold', 0.85, '--reward', 10, '--winners', 1,
	);
	await assay.json('--suri', '//Eve', 'miner', 'register', '--stake', 200);
	const [{ claim, measured }] = await assay.json(
		'--suri', '//Eve', 'claim', 'submit', '--task', task, '--program', program, '--params', 'shrink=2', '--watch',
	);
	const [status] = await assay.json('claim', 'status', claim);
	assert.deepEqual([status.stage, status.measured, status.paid], ['verified', measured, '10']);
});
