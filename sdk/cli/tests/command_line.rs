//! The compiled command line, as people and scripts run it. Nothing here needs a node.

use assert_cmd::Command;
use predicates::{prelude::*, str::contains};
use serde_json::{json, Value};
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Where nobody listens.
const NOWHERE: &str = "ws://127.0.0.1:1";

/// A folder with programs and data, and the command line in it.
struct Bench {
	folder: TempDir,
}

impl Bench {
	fn new() -> Self {
		Self { folder: tempfile::tempdir().unwrap() }
	}

	fn path(&self, name: &str) -> PathBuf {
		self.folder.path().join(name)
	}

	fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
		let path = self.path(name);
		fs::write(&path, content).unwrap();
		path
	}

	fn program(&self, name: &str, text: &str) -> PathBuf {
		self.file(name, wat::parse_str(text).unwrap())
	}

	/// Training data and holdout in which the label is the only feature.
	fn data(&self) -> (PathBuf, PathBuf) {
		let labels: Vec<u8> = (0..40).map(|row| row % 2).collect();
		(
			self.file("train", safetensors(&labels, 1, &labels)),
			self.file("holdout", safetensors(&labels[..10], 1, &labels[..10])),
		)
	}

	fn run(&self, arguments: &[&str]) -> assert_cmd::assert::Assert {
		self.command(arguments).assert()
	}

	fn command(&self, arguments: &[&str]) -> Command {
		let mut command = Command::cargo_bin("assay").unwrap();
		command
			.args(arguments)
			.current_dir(self.folder.path())
			.env_remove("ASSAY_SURI")
			.env_remove("ASSAY_URL")
			.env("ASSAY_DATA", self.path("data"));
		command
	}

	/// `assay program run` on the data, with more arguments.
	fn train(&self, program: &Path, more: &[&str]) -> assert_cmd::assert::Assert {
		let (train, holdout) = self.data();
		let mut command = self.command(&["program", "run"]);
		command.arg(program).arg("--train").arg(train).arg("--holdout").arg(holdout);
		command.args(more).assert()
	}
}

/// A safetensors file: `x` of U8 [rows, features], `y` of U8 [rows].
fn safetensors(x: &[u8], features: usize, y: &[u8]) -> Vec<u8> {
	let rows = x.len() / features;
	let header = json!({
		"x": { "dtype": "U8", "shape": [rows, features], "data_offsets": [0, x.len()] },
		"y": { "dtype": "U8", "shape": [y.len()], "data_offsets": [x.len(), x.len() + y.len()] },
	})
	.to_string();
	let length = (header.len() as u64).to_le_bytes();
	[&length[..], header.as_bytes(), x, y].concat()
}

/// A program for guest ABI 1. Its transfer buffer has 4 KiB at 1024; it trains for three steps that
/// read nothing; `step` and `predict` have the given bodies.
fn guest(step: &str, predict: &str) -> String {
	format!(
		r#"(module
			(memory (export "memory") 1 2)
			(func (export "abi") (result i32) i32.const 1)
			(func (export "io") (result i64)
				(i64.or (i64.shl (i64.const 1024) (i64.const 32)) (i64.const 4096)))
			(func (export "init") (param i64 i32) (result i32) i32.const 0)
			(func (export "want") (result i64) i64.const -1)
			(func (export "step") (param i32) (result i32) {step})
			(func (export "predict") (param i32) (result i32)
				(local $row i32) (local $at i32) {predict})
			(func (export "model") (result i64) i64.const 16))"#
	)
}

/// Counts to three in memory.
const THREE_STEPS: &str =
	"(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
	(i32.ge_u (i32.load (i32.const 0)) (i32.const 3))";

/// For each row of one U8 feature, the scores of two classes: 1 − x and x. Rows are read from the
/// end, since outputs are larger than features.
const ECHO: &str = "(local.set $row (local.get 0))
	(block $done (loop $next
		(br_if $done (i32.eqz (local.get $row)))
		(local.set $row (i32.sub (local.get $row) (i32.const 1)))
		(local.set $at (i32.add (i32.const 1024) (i32.mul (local.get $row) (i32.const 8))))
		(f32.store offset=4 (local.get $at)
			(f32.convert_i32_u (i32.load8_u (i32.add (i32.const 1024) (local.get $row)))))
		(f32.store (local.get $at)
			(f32.sub (f32.const 1) (f32.load offset=4 (local.get $at))))
		(br $next)))
	(i32.mul (local.get 0) (i32.const 8))";

fn stdout_json(assert: assert_cmd::assert::Assert) -> Value {
	serde_json::from_slice(&assert.get_output().stdout).expect("standard output is one JSON object")
}

#[test]
fn a_good_program_is_accepted() {
	let bench = Bench::new();
	let program = bench.program("good.wasm", &guest(THREE_STEPS, ECHO));
	let path = program.to_str().unwrap();
	bench
		.run(&["program", "check", path])
		.success()
		.stdout(contains("accepted").and(contains("1 to 2 pages")));
	let value = stdout_json(bench.run(&["--json", "program", "check", path]).success());
	assert_eq!(value["functions"], 7);
	assert_eq!(value["memory_max"], 2);
	assert_eq!(value["replayable"], true);
	assert_eq!(value["program"].as_str().unwrap().len(), 66);
}

#[test]
fn bad_programs_are_refused_with_the_reason() {
	let bench = Bench::new();
	let good = guest(THREE_STEPS, ECHO);
	for (text, reason) in [
		(good.replace("(module", "(module (import \"env\" \"now\" (func))"), "imports env.now"),
		(good.replace("1 2)", "1)"), "no maximum"),
		(good.replace("1 2)", "1 17)"), "the task allows 16"),
		(good.replace("(export \"want\")", ""), "does not export `want`"),
		(
			good.replace(
				"(func (export \"step\") (param i32)",
				"(func (export \"step\") (param i64)",
			),
			"`step`",
		),
		(good.replace("(memory", "(start $s) (func $s) (memory"), "start function"),
	] {
		let program = bench.program("bad.wasm", &text);
		bench
			.run(&["program", "check", program.to_str().unwrap()])
			.code(1)
			.stdout("")
			.stderr(contains("is refused").and(contains(reason)));
		bench.train(&program, &[]).code(1).stderr(contains(reason));
	}
	let text = bench.file("text.wasm", "no module");
	bench
		.run(&["program", "check", text.to_str().unwrap()])
		.code(1)
		.stderr(contains("not WebAssembly"));
	let good = bench.program("good.wasm", &good);
	bench
		.run(&["program", "check", good.to_str().unwrap(), "--program-bytes", "10"])
		.code(1)
		.stderr(contains("the task allows 10"));
	bench
		.run(&["program", "check", "missing.wasm"])
		.code(1)
		.stderr(contains("missing.wasm cannot be read"));
}

#[test]
fn a_run_is_scored_and_repeats_to_the_byte() {
	let bench = Bench::new();
	let program = bench.program("good.wasm", &guest(THREE_STEPS, ECHO));
	bench
		.train(&program, &[])
		.success()
		.stdout(contains("scored").and(contains("accuracy")).and(contains("trace root")));

	let outcome = |more: &[&str]| {
		let more = [&["--json"], more].concat();
		let value = stdout_json(bench.train(&program, &more).success());
		value["outcome"]["scored"].clone()
	};
	let first = outcome(&[]);
	assert_eq!(first["score"], "1");
	assert_eq!(first["steps"], 3);
	assert!(first["fuel"].as_u64().unwrap() > 0);
	assert_eq!(outcome(&[]), first);
	for other in [["--seed", "2"], ["--params", "epochs=3"], ["--chunk-rows", "8"]] {
		assert_ne!(outcome(&other)["trace_root"], first["trace_root"], "{other:?}");
	}
}

#[test]
fn the_model_is_written_on_demand() {
	let bench = Bench::new();
	let program = bench.program("good.wasm", &guest(THREE_STEPS, ECHO));
	let model = bench.path("model");
	bench.train(&program, &["--model", model.to_str().unwrap()]).success();
	// `model` names 16 bytes from 0, the first of which count the steps.
	assert_eq!(fs::read(model).unwrap(), [[3, 0, 0, 0], [0; 4], [0; 4], [0; 4]].concat());
}

#[test]
fn failed_runs_say_why() {
	let bench = Bench::new();
	for (step, predict, code, reason) in [
		("unreachable", ECHO, "trap", "trapped"),
		("(loop (br 0)) i32.const 1", ECHO, "out_of_fuel", "out of fuel"),
		("i32.const 0", ECHO, "too_many_steps", "within 50 steps"),
		("i32.const -1", ECHO, "step_failed", "returned -1"),
		("i32.const 1", "i32.const 3", "bad_output", "multiple of 4"),
		("i32.const 1", "i32.const 8192", "bad_buffer", "8192 bytes"),
		(
			"i32.const 1",
			"(f32.store (i32.const 1024) (f32.div (f32.const 0) (f32.const 0))) i32.const 80",
			"bad_output",
			"NaN",
		),
	] {
		let program = bench.program("bad.wasm", &guest(step, predict));
		let assert = bench
			.train(&program, &["--json", "--steps", "50"])
			.code(1)
			.stderr(contains("the run failed").and(contains(reason)));
		assert_eq!(stdout_json(assert)["outcome"]["failed"]["reason"], code);
		bench.train(&program, &["--steps", "50"]).code(1).stdout(contains("failed"));
	}
	let wants = guest(THREE_STEPS, ECHO).replace("i64.const -1", "i64.const 99");
	let program = bench.program("wants.wasm", &wants);
	let assert = bench.train(&program, &["--json"]).code(1).stderr(contains("want() asked"));
	assert_eq!(stdout_json(assert)["outcome"]["failed"]["reason"], "bad_want");
}

#[test]
fn bad_data_is_refused_with_the_reason() {
	let bench = Bench::new();
	let program = bench.program("good.wasm", &guest(THREE_STEPS, ECHO));
	let good = bench.file("good", safetensors(&[0, 1, 0, 1], 1, &[0, 1, 0, 1]));
	let text = bench.file("text", "no tensors here");
	let empty = bench.file("empty", safetensors(&[], 1, &[]));
	let wide = bench.file("wide", safetensors(&[0, 1, 0, 1], 2, &[0, 1]));
	let ragged = bench.file("ragged", safetensors(&[0, 1, 0, 1], 1, &[0, 1]));
	let run = |train: &Path, holdout: &Path| {
		let mut command = bench.command(&["program", "run"]);
		command.arg(&program).arg("--train").arg(train).arg("--holdout").arg(holdout).assert()
	};
	run(&good, &good).success();
	run(&text, &good).code(1).stderr(contains("not a safetensors file"));
	run(&empty, &good).code(1).stderr(contains("no rows"));
	run(&ragged, &good).code(1).stderr(contains("wrong shape"));
	run(&good, &text).code(1).stderr(contains("holdout").and(contains("not a safetensors file")));
	run(&good, &wide).code(1).stderr(contains("holdout").and(contains("wrong shape")));
	run(&bench.path("missing"), &good)
		.code(1)
		.stderr(contains("the training data").and(contains("missing cannot be read")));
}

#[test]
fn wrong_usage_is_told_apart() {
	let bench = Bench::new();
	for arguments in [
		&["program", "run", "x.wasm"][..],
		&["program", "run", "x.wasm", "--train", "a", "--holdout", "b", "--metric", "speed"],
		&["program", "run", "x.wasm", "--train", "a", "--holdout", "b", "--chunk-rows", "0"],
		&["program", "check", "x.wasm", "--steps", "many"],
		&["miner", "register"],
		&["miner", "register", "--stake", "1e3"],
		&["miner", "status", "alice"],
		&["stake", "appeal", "first"],
		&["stake", "rotate-key", "alice"],
		&["artifact", "get", "0x12"],
		&["claim", "submit", "--task", "0", "--program", "x", "--no-run"],
		&["queue", "--suri", "//Alice", "--key-file", "key"],
		&["model", "intend", "--ratio", "0"],
		&["model", "intend", "--ratio", "-1"],
		&["model", "intend", "--sub-keys", "1"],
		&["model", "name", "digits:v1"],
		&["model", "alias", "digits", "v2", "--version", "2"],
		&["model", "alias", "digits", "production"],
		&["model", "register", "x", "--intent", "0", "--name", "a/b", "--clean", "y"],
		&[
			"model",
			"register",
			"x",
			"--intent",
			"0",
			"--name",
			"a",
			"--clean",
			"y",
			"--accuracy",
			"2",
		],
		&["nonsense"],
	] {
		bench.run(arguments).code(2).stdout("").stderr(contains("error"));
	}
	bench
		.run(&["program", "run", "x", "--train", "a", "--holdout", "b", "--metric", "speed"])
		.stderr(contains("balanced_accuracy"));
	bench.run(&["--help"]).success().stdout(contains("leaderboard"));
	bench.run(&["--version"]).success().stdout(contains("assay"));
}

#[test]
fn a_model_has_at_most_eight_parents() {
	let register = ["model", "register", "x", "--intent", "0", "--name", "a", "--clean", "y"];
	let register = [&register[..], &["--suri", "//Alice", "--url", NOWHERE]].concat();
	let bench = Bench::new();
	let with =
		|parents: usize| bench.run(&[&register[..], &["--parent", "1"].repeat(parents)].concat());
	with(8).code(1).stderr(contains("no node answers"));
	with(9).code(1).stderr(contains("9 parents are named; expected 8"));
}

#[test]
fn without_a_node_the_error_says_how_to_start_one() {
	let bench = Bench::new();
	let id = format!("0x{}", "00".repeat(32));
	for arguments in [
		&["queue"][..],
		&["leaderboard", "0"],
		&["task", "list"],
		&["task", "show", "0"],
		&["claim", "status", "0"],
		&["claim", "watch", "0"],
		&["artifact", "show", &id],
		&["miner", "status", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"],
		&["miner", "register", "--stake", "100", "--suri", "//Alice"],
		&["stake", "appeal", "0", "--suri", "//Alice"],
		&["stake", "cancel-rotation", "--suri", "//Alice"],
		&["claim", "submit", "--task", "0", "--program", "x", "--suri", "//Alice"],
		&["model", "name", "digits"],
		&["model", "withdraw", "0", "--suri", "//Alice"],
	] {
		bench
			.run(&[arguments, &["--url", NOWHERE]].concat())
			.code(1)
			.stdout("")
			.stderr(contains(NOWHERE).and(contains("assay-node --dev")));
	}
	let assert = bench.run(&["--json", "queue", "--url", NOWHERE]).code(1).stdout("");
	let error: Value = serde_json::from_slice(&assert.get_output().stderr).unwrap();
	assert!(error["error"].as_str().unwrap().contains("no node answers"), "{error}");
	assert!(error["causes"].is_array());
}

#[test]
fn what_is_no_url_is_refused() {
	Bench::new().run(&["queue", "--url", "nowhere"]).code(1).stderr(contains("nowhere"));
}

/// A node whose runtime has some name and no metadata, while it is not dropped.
struct OtherNode {
	url: String,
	_runtime: tokio::runtime::Runtime,
}

impl OtherNode {
	fn start(name: &'static str) -> Self {
		let runtime = tokio::runtime::Runtime::new().unwrap();
		let url = runtime.block_on(async {
			let mut module = jsonrpsee::RpcModule::new(());
			module
				.register_method(
					"state_getRuntimeVersion",
					move |_, _, _| json!({ "specName": name, "specVersion": 1 }),
				)
				.unwrap();
			let server = jsonrpsee::server::Server::builder().build("127.0.0.1:0").await.unwrap();
			let url = format!("ws://{}", server.local_addr().unwrap());
			tokio::spawn(server.start(module).stopped());
			url
		});
		Self { url, _runtime: runtime }
	}
}

#[test]
fn another_chain_is_refused() {
	let node = OtherNode::start("westend");
	Bench::new()
		.run(&["queue", "--url", &node.url])
		.code(1)
		.stderr(contains("`westend`").and(contains("expected `assay`")));
}

#[test]
fn what_a_node_says_does_nothing_to_a_terminal() {
	let node = OtherNode::start("\u{1b}]52;c;aGFybQ==\u{7}\u{1b}[2J");
	let refused = Bench::new().run(&["queue", "--url", &node.url]).code(1);
	let shown = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
	assert!(shown.contains("[2J"), "{shown}");
	assert!(!shown.chars().any(|character| character.is_control() && character != '\n'), "{shown}");
}

#[test]
fn a_node_that_does_not_answer_is_told() {
	let node = OtherNode::start("assay");
	Bench::new().run(&["queue", "--url", &node.url]).code(1).stderr(contains(&node.url));
}

#[test]
fn keys_are_asked_for_and_never_repeated() {
	let bench = Bench::new();
	let register = ["miner", "register", "--stake", "100", "--url", NOWHERE];
	bench.run(&register).code(1).stderr(contains("--key-file").and(contains("ASSAY_SURI")));
	bench.run(&["miner", "status"]).code(1).stderr(contains("SS58"));

	let secret = "correct horse battery staple";
	let refused = || contains("expected a mnemonic phrase").and(contains("horse").not());
	bench.run(&[&register[..], &["--suri", secret]].concat()).code(1).stderr(refused());
	bench.command(&register).env("ASSAY_SURI", secret).assert().code(1).stderr(refused());
	bench
		.command(&["--help"])
		.env("ASSAY_SURI", secret)
		.assert()
		.success()
		.stdout(contains("horse").not());

	let key = bench.file("key", secret);
	let with_file = [&register[..], &["--key-file", key.to_str().unwrap()]].concat();
	fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
	bench.run(&with_file).code(1).stderr(contains("chmod 600"));
	fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
	bench.run(&with_file).code(1).stderr(refused());

	// A good key gets as far as the node, wherever it comes from.
	let reached = contains("no node answers");
	fs::write(&key, "//Alice\n").unwrap();
	bench.run(&with_file).code(1).stderr(reached.clone());
	bench.run(&[&register[..], &["--suri", "//Alice"]].concat()).code(1).stderr(reached.clone());
	bench.command(&register).env("ASSAY_SURI", "//Alice").assert().code(1).stderr(reached);
}

#[test]
fn bytes_do_not_go_to_a_place_for_json() {
	let id = format!("0x{}", "00".repeat(32));
	Bench::new()
		.run(&["--json", "artifact", "get", &id, "--url", NOWHERE])
		.code(1)
		.stderr(contains("--output"));
}
