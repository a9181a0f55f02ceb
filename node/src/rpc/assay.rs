//! Claims, verification, artifacts and models over JSON-RPC.

use assay_runtime::{
	apis::AssayApi as RuntimeApi,
	opaque::Block,
	queries::{
		ArtifactId, ArtifactManifest, ClaimId, ContestId, ContestInfo, Explanation, IntentId,
		IntentInfo, Leader, ModelId, ModelInfo, NameInfo, QueuedJob, SchemeInfo, TaskId, H256,
	},
	AccountId, Hash,
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

/// What a node answers about claims, jobs, artifacts and models. `at` is the hash of a block;
/// without it, the best block is asked. Amounts are decimal strings in units of 10⁻¹² AIT.
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

	/// What is known of a model; null if there is no record of it.
	#[method(name = "models_get", blocking)]
	fn model(&self, model: ModelId, at: Option<Hash>) -> RpcResult<Option<ModelInfo>>;

	/// The model with these bytes, if it is pending, verified, revoked or lost; else null.
	#[method(name = "models_byArtifact", blocking)]
	fn model_of(&self, artifact: ArtifactId, at: Option<Hash>) -> RpcResult<Option<ModelInfo>>;

	/// The versions of a name, or all models; the newest first, 1000 at the most.
	#[method(name = "models_list", blocking)]
	fn models(&self, name: Option<String>, at: Option<Hash>) -> RpcResult<Vec<ModelInfo>>;

	/// The version of a name that is called so: a number, an alias, or `latest`, the highest
	/// version that is verified; null if there is none such.
	#[method(name = "models_resolve", blocking)]
	fn resolve(
		&self,
		name: String,
		which: String,
		at: Option<Hash>,
	) -> RpcResult<Option<ModelInfo>>;

	/// Owner, versions and aliases of a name; null if no model was verified under it.
	#[method(name = "models_name", blocking)]
	fn name(&self, name: String, at: Option<Hash>) -> RpcResult<Option<NameInfo>>;

	/// An intent, with its beacon once that is there; null if there is none such.
	#[method(name = "models_intent", blocking)]
	fn intent(&self, intent: IntentId, at: Option<Hash>) -> RpcResult<Option<IntentInfo>>;

	/// The intents of an account.
	#[method(name = "models_intents", blocking)]
	fn intents(&self, owner: AccountId, at: Option<Hash>) -> RpcResult<Vec<IntentInfo>>;

	/// A contest, as long as it is open; else null.
	#[method(name = "models_contest", blocking)]
	fn contest(&self, contest: ContestId, at: Option<Hash>) -> RpcResult<Option<ContestInfo>>;

	/// The program that verifies models, and what a registration needs; null if none can be made.
	#[method(name = "models_scheme", blocking)]
	fn scheme(&self, at: Option<Hash>) -> RpcResult<Option<SchemeInfo>>;
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

	fn model(&self, model: ModelId, at: Option<Hash>) -> RpcResult<Option<ModelInfo>> {
		self.0.runtime_api().models_get(self.at(at), model).map_err(failed)
	}

	fn model_of(&self, artifact: ArtifactId, at: Option<Hash>) -> RpcResult<Option<ModelInfo>> {
		self.0.runtime_api().models_by_artifact(self.at(at), artifact).map_err(failed)
	}

	fn models(&self, name: Option<String>, at: Option<Hash>) -> RpcResult<Vec<ModelInfo>> {
		let name = name.map(String::into_bytes);
		self.0.runtime_api().models_list(self.at(at), name).map_err(failed)
	}

	fn resolve(
		&self,
		name: String,
		which: String,
		at: Option<Hash>,
	) -> RpcResult<Option<ModelInfo>> {
		let (name, which) = (name.into_bytes(), which.into_bytes());
		self.0.runtime_api().models_resolve(self.at(at), name, which).map_err(failed)
	}

	fn name(&self, name: String, at: Option<Hash>) -> RpcResult<Option<NameInfo>> {
		self.0.runtime_api().models_name(self.at(at), name.into_bytes()).map_err(failed)
	}

	fn intent(&self, intent: IntentId, at: Option<Hash>) -> RpcResult<Option<IntentInfo>> {
		self.0.runtime_api().models_intent(self.at(at), intent).map_err(failed)
	}

	fn intents(&self, owner: AccountId, at: Option<Hash>) -> RpcResult<Vec<IntentInfo>> {
		self.0.runtime_api().models_intents(self.at(at), owner).map_err(failed)
	}

	fn contest(&self, contest: ContestId, at: Option<Hash>) -> RpcResult<Option<ContestInfo>> {
		self.0.runtime_api().models_contest(self.at(at), contest).map_err(failed)
	}

	fn scheme(&self, at: Option<Hash>) -> RpcResult<Option<SchemeInfo>> {
		self.0.runtime_api().models_scheme(self.at(at)).map_err(failed)
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
