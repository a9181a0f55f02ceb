//! Claims, verification and artifacts over JSON-RPC.

use assay_runtime::{
	apis::AssayApi as RuntimeApi,
	opaque::Block,
	queries::{
		ArtifactId, ArtifactManifest, ClaimId, Explanation, Leader, QueuedJob, TaskId, H256,
	},
	Hash,
};
use jsonrpsee::{
	core::RpcResult,
	proc_macros::rpc,
	types::{ErrorObject, ErrorObjectOwned},
};
use sc_client_api::BlockBackend;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::Bytes;
use std::sync::Arc;

/// Code of an error that is not the caller's fault.
const FAILED: i32 = -32_000;

/// What a node answers about claims, jobs and artifacts. `at` is the hash of a block; without it,
/// the best block is asked. Amounts are decimal strings in units of 10⁻¹² AIT.
#[rpc(server)]
pub trait AssayApi {
	/// The best verified claims of a task, the best first.
	#[method(name = "claims_leaderboard", blocking)]
	fn leaderboard(&self, task: TaskId, at: Option<Hash>) -> RpcResult<Vec<Leader>>;

	/// Where a claim stands, why, and what happens next until when; null if there is none such.
	#[method(name = "claims_explain", blocking)]
	fn explain(&self, claim: ClaimId, at: Option<Hash>) -> RpcResult<Option<Explanation>>;

	/// The verification jobs in progress, the most urgent first, 1000 at the most.
	#[method(name = "verification_queue", blocking)]
	fn queue(&self, at: Option<Hash>) -> RpcResult<Vec<QueuedJob>>;

	/// What an artifact consists of; null if none such was announced.
	#[method(name = "artifacts_manifest", blocking)]
	fn manifest(&self, id: ArtifactId, at: Option<Hash>) -> RpcResult<Option<ArtifactManifest>>;

	/// The bytes of a chunk, in hex; null if this node does not have it (any more).
	#[method(name = "artifacts_chunk", blocking)]
	fn chunk(&self, hash: H256) -> RpcResult<Option<Bytes>>;
}

/// The methods over a client.
pub struct Assay<C>(Arc<C>);

impl<C> Assay<C> {
	/// The methods over `client`.
	pub const fn new(client: Arc<C>) -> Self {
		Self(client)
	}
}

impl<C> Assay<C>
where
	C: HeaderBackend<Block>,
{
	fn at(&self, at: Option<Hash>) -> Hash {
		at.unwrap_or_else(|| self.0.info().best_hash)
	}
}

impl<C> AssayApiServer for Assay<C>
where
	C: BlockBackend<Block>
		+ HeaderBackend<Block>
		+ ProvideRuntimeApi<Block>
		+ Send
		+ Sync
		+ 'static,
	C::Api: RuntimeApi<Block>,
{
	fn leaderboard(&self, task: TaskId, at: Option<Hash>) -> RpcResult<Vec<Leader>> {
		self.0.runtime_api().claims_leaderboard(self.at(at), task).map_err(failed)
	}

	fn explain(&self, claim: ClaimId, at: Option<Hash>) -> RpcResult<Option<Explanation>> {
		self.0.runtime_api().claims_explain(self.at(at), claim).map_err(failed)
	}

	fn queue(&self, at: Option<Hash>) -> RpcResult<Vec<QueuedJob>> {
		self.0.runtime_api().verification_queue(self.at(at)).map_err(failed)
	}

	fn manifest(&self, id: ArtifactId, at: Option<Hash>) -> RpcResult<Option<ArtifactManifest>> {
		self.0.runtime_api().artifacts_manifest(self.at(at), id).map_err(failed)
	}

	fn chunk(&self, hash: H256) -> RpcResult<Option<Bytes>> {
		let chunk = self.0.indexed_transaction(hash).map_err(|error| {
			ErrorObject::owned(FAILED, format!("the database failed: {error}"), None::<()>)
		})?;
		Ok(chunk.map(Bytes))
	}
}

/// Says why the runtime gave no answer.
fn failed(error: ApiError) -> ErrorObjectOwned {
	let message = match error {
		ApiError::UnknownBlock(reason) => format!(
			"expected the hash of a block whose state this node still has: {reason}; without a hash \
			 the best block is asked"
		),
		error => format!("the runtime gave no answer: {error}"),
	};
	ErrorObject::owned(FAILED, message, None::<()>)
}
