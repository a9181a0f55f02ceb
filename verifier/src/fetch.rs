//! Artifacts by their address, from the nearest source that has them.
//!
//! Sources in order: the cache on disk, a folder, the node, an IPFS gateway. Nothing is taken on
//! trust: bytes are used only if they hash to what was asked for. A manifest can only come from the
//! node; its chunks come from the node or from the gateway.

use crate::{metrics::Metrics, store::Store};
use assay_primitives::{hash, ArtifactId, Manifest, H256};
use serde::{de::DeserializeOwned, Deserialize};
use std::{
	fs::File,
	io::{self, Read},
	path::PathBuf,
	sync::Arc,
	time::Duration,
};
use ureq::Agent;

/// Largest artifact that is fetched, in bytes: it is held in memory as a whole.
pub const MAX_ARTIFACT_BYTES: u64 = 256 * 1024 * 1024;
/// Most bytes read of one answer of the node: a chunk in hex, or a manifest, with its envelope.
const MAX_ANSWER_BYTES: u64 = 5 * 1024 * 1024;
/// Most bytes read of one block of the gateway: a chunk.
const MAX_BLOCK_BYTES: u64 = assay_primitives::artifact::CHUNK_BYTES as u64;
/// How long one request may take, connecting included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait before the second attempt; doubled for each further one.
const FIRST_DELAY: Duration = Duration::from_millis(500);

/// Where artifacts are looked for.
pub struct Sources {
	/// A folder with files named by the id in hex.
	pub folder: Option<PathBuf>,
	/// The node's JSON-RPC over HTTP.
	pub node: Option<String>,
	/// An IPFS gateway.
	pub gateway: Option<String>,
	/// How often all of them are asked before an artifact counts as missing. At least 1.
	pub attempts: u32,
}

/// Why an artifact cannot be had.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
	/// Every source that answered does not have it.
	#[error("artifact {0:?} is missing: no source has all of it")]
	Missing(ArtifactId),
	/// It is too large for this service.
	#[error("artifact {0:?} has {1} bytes; the service takes {MAX_ARTIFACT_BYTES} at the most")]
	TooLarge(ArtifactId, u64),
	/// The node could not be asked, so that nothing can be said about the artifact.
	#[error("artifact {0:?} cannot be looked up: {1}")]
	NoAnswer(ArtifactId, String),
}

/// A server, and the client for it.
struct Remote {
	url: String,
	agent: Agent,
}

impl Remote {
	/// The environment's proxy is used for the gateway only: the node is on this machine or near.
	fn new(url: String, proxied: bool) -> Self {
		let config = Agent::config_builder().timeout_global(Some(REQUEST_TIMEOUT));
		let config = if proxied { config } else { config.proxy(None) };
		Self { url: url.trim_end_matches('/').to_owned(), agent: config.build().into() }
	}
}

/// Gets artifacts.
pub struct Fetcher {
	cache: Store,
	folder: Option<PathBuf>,
	node: Option<Remote>,
	gateway: Option<Remote>,
	attempts: u32,
	metrics: Arc<Metrics>,
}

#[derive(Deserialize)]
struct RpcManifest {
	size: u64,
	chunks: Vec<H256>,
}

#[derive(Deserialize)]
struct RpcAnswer {
	#[serde(default)]
	result: serde_json::Value,
	error: Option<serde_json::Value>,
}

impl Fetcher {
	/// Keeps what it gets in `cache`.
	pub fn new(cache: Store, sources: Sources, metrics: Arc<Metrics>) -> Self {
		Self {
			cache,
			folder: sources.folder,
			node: sources.node.map(|url| Remote::new(url, false)),
			gateway: sources.gateway.map(|url| Remote::new(url, true)),
			attempts: sources.attempts,
			metrics,
		}
	}

	/// The bytes of the artifact `id`.
	pub fn get(&self, id: &ArtifactId) -> Result<Vec<u8>, FetchError> {
		if let Some(bytes) = self.cached(id) {
			self.metrics.cache_hits.with_label_values(&["artifact"]).inc();
			return Ok(bytes);
		}
		let mut delay = FIRST_DELAY;
		let mut attempt = 1;
		let bytes = loop {
			match self.look(id) {
				Ok(bytes) => break bytes,
				Err(error @ FetchError::TooLarge(..)) => return Err(error),
				Err(error) if attempt >= self.attempts => return Err(error),
				Err(error) => tracing::debug!(%error, attempt, "trying again"),
			}
			std::thread::sleep(delay);
			delay *= 2;
			attempt += 1;
		};
		if let Err(error) = self.cache.put(id, &bytes) {
			self.failed("cache", id, &error.to_string());
		}
		Ok(bytes)
	}

	fn failed(&self, source: &str, id: &H256, error: &str) {
		self.metrics.fetch_errors.with_label_values(&[source]).inc();
		tracing::warn!(source, %error, "cannot fetch {id:?}");
	}

	fn cached(&self, id: &ArtifactId) -> Option<Vec<u8>> {
		match self.cache.get(id) {
			Ok(Some(bytes)) if Manifest::of(&bytes).id() == *id => return Some(bytes),
			Ok(Some(_)) => {
				self.failed("cache", id, "the file was damaged; it is removed");
				if let Err(error) = self.cache.remove(id) {
					self.failed("cache", id, &error.to_string());
				}
			},
			Ok(None) => (),
			Err(error) => self.failed("cache", id, &error.to_string()),
		}
		None
	}

	/// One attempt over all sources but the cache.
	fn look(&self, id: &ArtifactId) -> Result<Vec<u8>, FetchError> {
		if let Some(bytes) = self.in_folder(id) {
			return Ok(bytes);
		}
		let node = self.node.as_ref().ok_or(FetchError::Missing(*id))?;
		let manifest = self.manifest(node, id)?;
		let mut bytes = Vec::new();
		for chunk in &manifest.chunks {
			bytes.extend(self.chunk(node, id, chunk)?);
		}
		// The chunks are the manifest's, but they may be cut at other places than they should be.
		if Manifest::of(&bytes) != manifest {
			self.failed("node", id, "the manifest does not describe its chunks");
			return Err(FetchError::Missing(*id));
		}
		Ok(bytes)
	}

	fn in_folder(&self, id: &ArtifactId) -> Option<Vec<u8>> {
		let read = |folder: &PathBuf| -> io::Result<Vec<u8>> {
			let mut bytes = Vec::new();
			let file = File::open(folder.join(hex::encode(id)))?;
			file.take(MAX_ARTIFACT_BYTES + 1).read_to_end(&mut bytes)?;
			Ok(bytes)
		};
		match read(self.folder.as_ref()?) {
			Ok(bytes) if Manifest::of(&bytes).id() == *id => return Some(bytes),
			Ok(_) => self.failed("folder", id, "the file of that name has other content"),
			Err(error) if error.kind() == io::ErrorKind::NotFound => (),
			Err(error) => self.failed("folder", id, &error.to_string()),
		}
		None
	}

	fn manifest(&self, node: &Remote, id: &ArtifactId) -> Result<Manifest, FetchError> {
		let answer = self.ask::<RpcManifest>(node, "artifacts_manifest", id, id)?;
		let RpcManifest { size, chunks } = answer.ok_or(FetchError::Missing(*id))?;
		let manifest = Manifest { size, chunks };
		if manifest.id() != *id {
			self.failed("node", id, "it answered with the manifest of something else");
			return Err(FetchError::Missing(*id));
		}
		if manifest.size > MAX_ARTIFACT_BYTES {
			return Err(FetchError::TooLarge(*id, manifest.size));
		}
		if Manifest::chunks_for(manifest.size) != manifest.chunks.len() as u64 {
			self.failed("node", id, "the manifest has the wrong number of chunks for its size");
			return Err(FetchError::Missing(*id));
		}
		Ok(manifest)
	}

	fn chunk(&self, node: &Remote, id: &ArtifactId, chunk: &H256) -> Result<Vec<u8>, FetchError> {
		let from_node = match self.ask::<String>(node, "artifacts_chunk", id, chunk) {
			Ok(Some(text)) => match hex::decode(text.trim_start_matches("0x")) {
				Ok(bytes) if hash(&bytes) == *chunk => return Ok(bytes),
				_ => {
					self.failed("node", chunk, "it answered with other bytes");
					FetchError::Missing(*id)
				},
			},
			Ok(None) => FetchError::Missing(*id),
			Err(error) => error,
		};
		self.gateway.as_ref().and_then(|gateway| self.block(gateway, chunk)).ok_or(from_node)
	}

	fn block(&self, gateway: &Remote, chunk: &H256) -> Option<Vec<u8>> {
		let get = || {
			let url = format!("{}/ipfs/{}?format=raw", gateway.url, cid(chunk));
			let answer = gateway.agent.get(url).call()?;
			// The reader fails when it has given as many as its limit.
			answer.into_body().into_with_config().limit(MAX_BLOCK_BYTES + 1).read_to_vec()
		};
		match get() {
			Ok(bytes) if hash(&bytes) == *chunk => return Some(bytes),
			Ok(_) => self.failed("gateway", chunk, "it answered with other bytes"),
			Err(error) => self.failed("gateway", chunk, &error.to_string()),
		}
		None
	}

	/// One JSON-RPC call with one hash as its parameter, on behalf of the artifact `id`.
	fn ask<T: DeserializeOwned>(
		&self,
		node: &Remote,
		method: &str,
		id: &ArtifactId,
		parameter: &H256,
	) -> Result<Option<T>, FetchError> {
		let call = || -> anyhow::Result<Option<T>> {
			let request = serde_json::json!({
				"jsonrpc": "2.0", "id": 1, "method": method, "params": [parameter],
			});
			let answer = node
				.agent
				.post(&node.url)
				.header("content-type", "application/json")
				.send(request.to_string())?;
			let bytes =
				answer.into_body().into_with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
			let answer: RpcAnswer = serde_json::from_slice(&bytes)?;
			if let Some(error) = answer.error {
				anyhow::bail!("it refused the call: {error}");
			}
			Ok(serde_json::from_value(answer.result)?)
		};
		call().map_err(|error| {
			let error = format!("{method} at {} failed: {error}", node.url);
			self.failed("node", id, &error);
			FetchError::NoAnswer(*id, error)
		})
	}
}

/// The IPFS name of a chunk: CID version 1, codec raw (0x55), multihash BLAKE2b-256 (0xb220), in
/// lower-case base 32.
fn cid(chunk: &H256) -> String {
	let mut bytes = vec![0x01, 0x55, 0xa0, 0xe4, 0x02, 0x20];
	bytes.extend_from_slice(chunk.as_bytes());
	format!("b{}", data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase())
}

#[cfg(test)]
mod tests {
	use super::*;
	use assay_primitives::artifact::CHUNK_BYTES;
	use std::{
		collections::HashMap,
		fs,
		io::{BufRead, BufReader, Write},
		net::TcpListener,
	};

	/// A server that answers `GET` by path and JSON-RPC by `method parameter`, else 404 or null.
	fn server(answers: HashMap<String, Vec<u8>>) -> String {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		let url = format!("http://{}/", listener.local_addr().unwrap());
		std::thread::spawn(move || {
			for stream in listener.incoming() {
				let mut stream = BufReader::new(stream.unwrap());
				let mut line = String::new();
				stream.read_line(&mut line).unwrap();
				let path = line.split(' ').nth(1).unwrap().to_owned();
				let mut length = 0;
				while line != "\r\n" {
					line.clear();
					stream.read_line(&mut line).unwrap();
					if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
						length = value.trim().parse().unwrap();
					}
				}
				let mut body = vec![0; length];
				stream.read_exact(&mut body).unwrap();
				let (status, answer) = if body.is_empty() {
					match answers.get(&path) {
						Some(bytes) => ("200 OK", bytes.clone()),
						None => ("404 Not Found", Vec::new()),
					}
				} else {
					let call: serde_json::Value = serde_json::from_slice(&body).unwrap();
					let key = format!(
						"{} {}",
						call["method"].as_str().unwrap(),
						call["params"][0].as_str().unwrap(),
					);
					let result = answers
						.get(&key)
						.map_or("null".into(), |bytes| String::from_utf8(bytes.clone()).unwrap());
					let id = &call["id"];
					let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
					("200 OK", text.into_bytes())
				};
				let stream = stream.get_mut();
				let head = format!(
					"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
					answer.len(),
				);
				stream.write_all(head.as_bytes()).unwrap();
				stream.write_all(&answer).unwrap();
			}
		});
		url
	}

	fn data() -> Vec<u8> {
		(0..CHUNK_BYTES + 1000).map(|i| (i % 251) as u8).collect()
	}

	fn manifest_answer(of: &Manifest, under: &ArtifactId) -> (String, Vec<u8>) {
		let json = serde_json::json!({ "size": of.size, "chunks": of.chunks, "complete": true });
		(format!("artifacts_manifest {under:?}"), json.to_string().into_bytes())
	}

	fn chunk_answer(bytes: &[u8], under: &H256) -> (String, Vec<u8>) {
		(format!("artifacts_chunk {under:?}"), format!("\"0x{}\"", hex::encode(bytes)).into_bytes())
	}

	struct Setting {
		_dir: tempfile::TempDir,
		folder: PathBuf,
		cache: PathBuf,
		fetcher: Fetcher,
	}

	fn setting(node: Option<String>, gateway: Option<String>) -> Setting {
		let dir = tempfile::tempdir().unwrap();
		let (folder, cache) = (dir.path().join("folder"), dir.path().join("cache"));
		fs::create_dir(&folder).unwrap();
		let sources = Sources { folder: Some(folder.clone()), node, gateway, attempts: 1 };
		let store = Store::open(cache.clone(), u64::MAX).unwrap();
		let fetcher = Fetcher::new(store, sources, Arc::new(Metrics::new().unwrap()));
		Setting { _dir: dir, folder, cache, fetcher }
	}

	impl Setting {
		fn errors(&self, source: &str) -> u64 {
			self.fetcher.metrics.fetch_errors.with_label_values(&[source]).get()
		}
	}

	#[test]
	fn chunks_are_named_as_ipfs_names_them() {
		// CIDv1 of the raw block "hello world" under blake2b-256, put together by hand from the
		// multiformats tables with Python's hashlib and base64.
		assert_eq!(
			cid(&hash(b"hello world")),
			"bafk2bzaceaswza5ss4iu2ia3galz6pyo6dfm5f4dmiw2lf2de22dmf4k533ba",
		);
	}

	#[test]
	fn a_file_in_the_folder_is_used_and_cached() {
		let setting = setting(None, None);
		let id = Manifest::of(b"bytes").id();
		assert_eq!(setting.fetcher.get(&id), Err(FetchError::Missing(id)));
		let file = setting.folder.join(hex::encode(id));
		fs::write(&file, b"bytes").unwrap();
		assert_eq!(setting.fetcher.get(&id), Ok(b"bytes".to_vec()));
		fs::remove_file(&file).unwrap();
		assert_eq!(setting.fetcher.get(&id), Ok(b"bytes".to_vec()));
		assert_eq!(setting.fetcher.metrics.cache_hits.with_label_values(&["artifact"]).get(), 1);
	}

	#[test]
	fn other_content_is_never_used() {
		let setting = setting(None, None);
		let id = Manifest::of(b"bytes").id();
		fs::write(setting.folder.join(hex::encode(id)), b"other").unwrap();
		fs::write(setting.cache.join(hex::encode(id)), b"other").unwrap();
		assert_eq!(setting.fetcher.get(&id), Err(FetchError::Missing(id)));
		assert_eq!((setting.errors("folder"), setting.errors("cache")), (1, 1));
		assert!(!setting.cache.join(hex::encode(id)).exists());
	}

	#[test]
	fn chunks_come_from_the_node_and_else_from_the_gateway() {
		let data = data();
		let manifest = Manifest::of(&data);
		let id = manifest.id();
		let node = server(HashMap::from([
			manifest_answer(&manifest, &id),
			chunk_answer(&data[..CHUNK_BYTES], &manifest.chunks[0]),
		]));
		let path = format!("/ipfs/{}?format=raw", cid(&manifest.chunks[1]));
		let gateway = server(HashMap::from([(path, data[CHUNK_BYTES..].to_vec())]));

		let alone = setting(Some(node.clone()), None);
		assert_eq!(alone.fetcher.get(&id), Err(FetchError::Missing(id)));
		let both = setting(Some(node), Some(gateway));
		assert!(both.fetcher.get(&id) == Ok(data));
	}

	#[test]
	fn a_lying_node_is_not_believed() {
		let data = data();
		let (manifest, other) = (Manifest::of(&data), Manifest::of(b"other"));
		let id = manifest.id();
		for answers in [
			HashMap::from([manifest_answer(&other, &id)]),
			HashMap::from([
				manifest_answer(&manifest, &id),
				chunk_answer(b"other", &manifest.chunks[0]),
			]),
		] {
			let setting = setting(Some(server(answers)), None);
			assert_eq!(setting.fetcher.get(&id), Err(FetchError::Missing(id)));
			assert_eq!(setting.errors("node"), 1);
		}
	}

	#[test]
	fn a_manifest_that_cuts_its_chunks_elsewhere_is_not_believed() {
		let parts = [&b"ab"[..], b"c"];
		let wrong = Manifest {
			size: CHUNK_BYTES as u64 + 1,
			chunks: parts.iter().map(|part| hash(part)).collect(),
		};
		let mut answers = HashMap::from([manifest_answer(&wrong, &wrong.id())]);
		answers.extend(parts.iter().map(|part| chunk_answer(part, &hash(part))));
		let setting = setting(Some(server(answers)), None);
		assert_eq!(setting.fetcher.get(&wrong.id()), Err(FetchError::Missing(wrong.id())));
		assert_eq!(setting.errors("node"), 1);
	}

	#[test]
	fn what_is_too_large_is_not_fetched() {
		let size = MAX_ARTIFACT_BYTES + 1;
		let chunks = vec![H256::zero(); Manifest::chunks_for(size) as usize];
		let manifest = Manifest { size, chunks };
		let id = manifest.id();
		let node = server(HashMap::from([manifest_answer(&manifest, &id)]));
		let setting = setting(Some(node), None);
		assert_eq!(setting.fetcher.get(&id), Err(FetchError::TooLarge(id, size)));
	}

	#[test]
	fn a_node_that_is_away_says_nothing_about_the_artifact() {
		let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
		let setting = setting(Some(format!("http://{unused}")), None);
		let id = Manifest::of(b"bytes").id();
		assert!(matches!(setting.fetcher.get(&id), Err(FetchError::NoAnswer(..))));
		assert_eq!(setting.errors("node"), 1);
	}
}
