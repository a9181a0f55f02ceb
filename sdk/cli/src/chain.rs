//! A node, and what it is asked and told.

use crate::{account, amount::Amount, output::Output};
use anyhow::{anyhow, bail, Context, Error, Result};
use assay_primitives::{ArtifactId, ClaimId, Limits, Manifest, TaskId, H256};
use codec::{Decode, Encode};
use serde::{de::DeserializeOwned, Deserialize};
use std::sync::Arc;
use subxt::{
	backend::LegacyBackend,
	client::{Blocks, OnlineClientAtBlock},
	config::SubstrateExtrinsicParamsBuilder as ParamsBuilder,
	error::{
		BackendError, ConstantError, DispatchError, ExtrinsicError, RpcError, StorageError,
		TokenError, TransactionEventsError, ViewFunctionError,
	},
	events::DecodeAsEvent,
	ext::{frame_decode::extrinsics::encode_call_data, scale_decode::DecodeAsType},
	extrinsics::ExtrinsicEvents,
	metadata::Metadata,
	rpcs::{client::RpcParams, rpc_params, RpcClient, UserError},
	transactions::{Payload, TransactionStatus},
	utils::{AccountId32, Static},
	view_functions::Payload as ViewPayload,
	OnlineClient, SubstrateConfig,
};
use subxt_signer::sr25519::Keypair;

/// What the runtime's metadata says that there is: calls, events, storage, view functions, types.
/// Types of `assay-primitives` stand for themselves.
#[allow(missing_docs, clippy::all)]
#[subxt::subxt(
	runtime_metadata_path = "metadata.scale",
	substitute_type(
		path = "assay_primitives::commitment::ClaimBody",
		with = "::subxt::utils::Static<::assay_primitives::commitment::ClaimBody>"
	),
	substitute_type(
		path = "assay_primitives::file::File",
		with = "::subxt::utils::Static<::assay_primitives::File>"
	),
	substitute_type(
		path = "assay_primitives::job::Limits",
		with = "::subxt::utils::Static<::assay_primitives::Limits>"
	),
	substitute_type(
		path = "assay_primitives::merkle::Proof",
		with = "::subxt::utils::Static<::assay_primitives::merkle::Proof>"
	),
	substitute_type(
		path = "assay_primitives::outcome::DataFault",
		with = "::subxt::utils::Static<::assay_primitives::DataFault>"
	),
	substitute_type(
		path = "assay_primitives::outcome::FailReason",
		with = "::subxt::utils::Static<::assay_primitives::FailReason>"
	),
	substitute_type(
		path = "assay_primitives::outcome::Input",
		with = "::subxt::utils::Static<::assay_primitives::Input>"
	),
	substitute_type(
		path = "assay_primitives::outcome::Outcome",
		with = "::subxt::utils::Static<::assay_primitives::Outcome>"
	),
	substitute_type(
		path = "assay_primitives::score::Metric",
		with = "::subxt::utils::Static<::assay_primitives::Metric>"
	),
	substitute_type(
		path = "assay_primitives::score::Score",
		with = "::subxt::utils::Static<::assay_primitives::Score>"
	),
	substitute_type(
		path = "assay_watermark::evidence::Slice",
		with = "::subxt::utils::Static<::assay_watermark::Slice>"
	),
	substitute_type(
		path = "assay_watermark::key::Opening",
		with = "::subxt::utils::Static<::assay_watermark::Opening>"
	),
	substitute_type(
		path = "assay_watermark::report::Refusal",
		with = "::subxt::utils::Static<::assay_watermark::Refusal>"
	),
	substitute_type(
		path = "assay_watermark::report::Statistics",
		with = "::subxt::utils::Static<::assay_watermark::Statistics>"
	)
)]
pub mod api {}

pub use api::runtime_types::{
	assay_traits::{Client, Offence, Role, SeedSource},
	pallet_assay_artifacts::types::Status as ArtifactStatus,
	pallet_assay_claims::types::{ClaimView, Deadline, Reason, Stage},
	pallet_assay_stake::types::Stage as AppealStage,
	pallet_assay_tasks::types::{Holdout, Reward, TaskSpec},
	pallet_assay_verification::types::{Phase, Verdict},
};

/// What is sent about models.
pub mod registration {
	use super::api::runtime_types::bounded_collections::bounded_vec::BoundedVec;
	pub use super::api::runtime_types::pallet_assay_models::types::{
		Challenge, CleanData, Registration,
	};
	use anyhow::{ensure, Result};
	use assay_primitives::ModelId;

	/// Most models that a model can be said to be trained from.
	const MAX_PARENTS: usize = 8;

	/// What a model was trained from.
	pub fn parents(models: &[ModelId]) -> Result<BoundedVec<ModelId>> {
		ensure!(
			models.len() <= MAX_PARENTS,
			"{} parents are named; expected {MAX_PARENTS} at the most",
			models.len()
		);
		Ok(BoundedVec(models.to_vec()))
	}
}

/// A name, or an alias, as the chain takes it.
pub fn name_bytes(
	name: &str,
) -> api::runtime_types::bounded_collections::bounded_vec::BoundedVec<u8> {
	api::runtime_types::bounded_collections::bounded_vec::BoundedVec(name.as_bytes().to_vec())
}

/// The chain at one of its blocks.
pub type At = OnlineClientAtBlock<SubstrateConfig>;
/// What is known of a claim.
pub type ClaimViewOf = ClaimView<AccountId32, u128, u32>;
/// The record of a task.
pub type TaskOf = api::tasks::storage::tasks::Output;
/// A job in progress.
pub type JobOf = api::verification::storage::jobs::Output;
/// What an account has at risk.
pub type LedgerOf = api::stake::storage::ledgers::Output;

/// A slash that is not final.
pub type SlashOf = api::stake::storage::slashes::Output;

/// Name that the runtime of every Assay chain gives itself.
const SPEC_NAME: &str = "assay";

/// Blocks from the birth of a transaction to the best block. The node's pool may not know the best
/// block yet, and refuses what is born in its future.
const AGE: u64 = 3;
/// Blocks from the birth of a transaction to its death.
const LIFE: u64 = 64;

/// A node of an Assay chain.
pub struct Chain {
	client: OnlineClient<SubstrateConfig>,
	rpc: RpcClient,
	url: String,
}

/// A transaction in a block.
pub struct Included {
	/// Number of the block.
	pub block: u64,
	/// What happened.
	events: ExtrinsicEvents<SubstrateConfig>,
}

impl Included {
	/// The event that the transaction must have had.
	pub fn event<E: DecodeAsEvent>(&self) -> Result<E> {
		let event = self.events.find_first::<E>().context("the transaction lacks its event")?;
		Ok(event?)
	}
}

/// Free money of an account.
pub struct Funds {
	/// What can be spent or held.
	pub spendable: Amount,
	/// What is held for stake, deposits, rewards and fees.
	pub held: Amount,
}

/// An artifact as a node describes it.
#[derive(Deserialize)]
pub struct StoredManifest {
	/// Size in bytes.
	pub size: u64,
	/// Hashes of the chunks.
	pub chunks: Vec<H256>,
	/// Whether all chunks were uploaded.
	pub complete: bool,
}

impl Chain {
	/// Connects to a node, and makes sure that it is one of an Assay chain.
	pub async fn connect(url: &str) -> Result<Self> {
		let rpc = RpcClient::from_insecure_url(url).await.map_err(|error| {
			anyhow!(cause(&error)).context(format!(
				"no node answers at {url}; expected one there: start one with \
				 `assay-node --dev --verifier`, or name another with --url"
			))
		})?;
		#[derive(Deserialize)]
		#[serde(rename_all = "camelCase")]
		struct Version {
			spec_name: String,
		}
		let version: Version = rpc
			.request("state_getRuntimeVersion", rpc_params![])
			.await
			.with_context(|| format!("{url} is no node of a Substrate chain"))?;
		if version.spec_name != SPEC_NAME {
			bail!(
				"the node at {url} belongs to the chain `{}`; expected `{SPEC_NAME}`: name another \
				 node with --url",
				version.spec_name
			);
		}
		let backend = Arc::new(LegacyBackend::builder().build(rpc.clone()));
		let client = OnlineClient::from_backend(backend)
			.await
			.with_context(|| format!("the node at {url} does not name its first block"))?;
		Ok(Self { client, rpc, url: url.into() })
	}

	/// Hash of the first block, which names the chain.
	pub fn genesis(&self) -> H256 {
		self.client.genesis_hash()
	}

	/// The chain at its best block.
	pub async fn best(&self) -> Result<At> {
		let hash: H256 = self.ask("chain_getBlockHash", rpc_params![]).await?;
		self.client.at_block(hash).await.map_err(|e| self.lost(e))
	}

	/// The chain at the block of this number, as the best block has it.
	pub async fn block(&self, number: u64) -> Result<At> {
		self.client.at_block(number).await.map_err(|e| self.lost(e))
	}

	/// The chain at its last finalized block.
	pub async fn finalized(&self) -> Result<At> {
		self.client.at_current_block().await.map_err(|e| self.lost(e))
	}

	/// The best blocks as they come.
	pub async fn blocks(&self) -> Result<Blocks<SubstrateConfig>> {
		self.client.stream_best_blocks().await.map_err(|e| self.lost(e))
	}

	/// The next best block.
	pub async fn next(&self, blocks: &mut Blocks<SubstrateConfig>) -> Result<At> {
		let block = blocks.next().await.ok_or_else(|| self.lost("the subscription ended"))?;
		block.map_err(|e| self.lost(e))?.at().await.map_err(|e| self.lost(e))
	}

	fn lost(&self, error: impl std::fmt::Display) -> Error {
		anyhow!("{error}")
			.context(format!("the node at {} gave no answer; try again when it is back", self.url))
	}

	/// What the node answers to a method of its JSON-RPC.
	pub async fn ask<T: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Result<T> {
		self.rpc.request(method, params).await.map_err(|error| match error {
			subxt::rpcs::Error::User(user) if user.code == METHOD_NOT_FOUND => {
				anyhow!("the node at {} has no method {method}", self.url).context(INCOMPATIBLE)
			},
			subxt::rpcs::Error::User(user) => anyhow!("{}", user.message)
				.context(format!("the node at {} refuses {method}", self.url)),
			subxt::rpcs::Error::Deserialization(error) => {
				anyhow!("the node at {} answers {method} in another form: {error}", self.url)
					.context(INCOMPATIBLE)
			},
			error => self.lost(error),
		})
	}

	/// What an artifact consists of, whose id is checked. Nothing if there is none such.
	pub async fn manifest(&self, id: &ArtifactId) -> Result<Option<StoredManifest>> {
		let stored: Option<StoredManifest> =
			self.ask("artifacts_manifest", rpc_params![id]).await?;
		if let Some(StoredManifest { size, chunks, .. }) = &stored {
			let manifest = Manifest { size: *size, chunks: chunks.clone() };
			if manifest.id() != *id {
				bail!("the node at {} gave another artifact than {id:?}: do not use it", self.url);
			}
		}
		Ok(stored)
	}

	/// The bytes of a chunk, whose hash is checked.
	pub async fn chunk(&self, hash: &H256) -> Result<Vec<u8>> {
		let hex: Option<String> = self.ask("artifacts_chunk", rpc_params![hash]).await?;
		let hex = hex.with_context(|| {
			format!(
				"the node at {} no longer has chunk {hash:?}; ask another node with --url, or its \
				 owner to upload it again",
				self.url
			)
		})?;
		let bytes = hex::decode(hex.trim_start_matches("0x")).context("a chunk is no hex")?;
		if assay_primitives::hash(&bytes) != *hash {
			bail!("the node at {} gave other bytes than those of chunk {hash:?}", self.url);
		}
		Ok(bytes)
	}

	/// Signs a call, submits it, and waits until it is in a block of the best chain. `needs` is
	/// what the call takes from the account's spendable money besides the fee of the transaction,
	/// as far as it is known.
	pub async fn submit(
		&self,
		output: Output,
		key: &Keypair,
		call: &impl Payload,
		needs: Amount,
	) -> Result<Included> {
		let what = format!("{}.{}", call.pallet_name().to_lowercase(), call.call_name());
		let spinner = output.spinner(format!("{what}: waiting for a block"));
		let result = self.try_submit(key, call, needs).await;
		spinner.finish_and_clear();
		result.with_context(|| format!("{what} was refused"))
	}

	async fn try_submit(
		&self,
		key: &Keypair,
		call: &impl Payload,
		needs: Amount,
	) -> Result<Included> {
		let at = self.best().await?;
		let who = account::of(key);
		let nonce = at.transactions().account_nonce(&who).await?;
		let birth = at.block_number().saturating_sub(AGE);
		let birth = self.block(birth).await?;
		if !is_known(birth.metadata_ref(), call)? {
			bail!(INCOMPATIBLE);
		}
		let signed = birth
			.transactions()
			.create_signed(call, key, ParamsBuilder::new().nonce(nonce).mortal(LIFE).build())
			.await
			.map_err(|error| self.refusal(&at, error))?;
		let fee = Amount(signed.partial_fee_estimate().await?);
		self.ensure_funds(&at, &who, Amount(needs.0.saturating_add(fee.0))).await?;

		let mut progress =
			signed.submit_and_watch().await.map_err(|error| self.refusal(&at, error))?;
		while let Some(status) = progress.next().await {
			match status.map_err(|e| self.lost(e))? {
				TransactionStatus::InBestBlock(block)
				| TransactionStatus::InFinalizedBlock(block) => {
					let events = match block.wait_for_success().await {
						Ok(events) => events,
						Err(TransactionEventsError::ExtrinsicFailed(error)) => {
							return Err(self.failure(&who, error).await)
						},
						Err(error) => return Err(error.into()),
					};
					let block = block.at().await?.block_number();
					return Ok(Included { block, events });
				},
				TransactionStatus::Error { message }
				| TransactionStatus::Invalid { message }
				| TransactionStatus::Dropped { message } => {
					bail!("the transaction left the pool ({message}); look at the state, then try again")
				},
				_ => {},
			}
		}
		bail!("the node no longer tells what becomes of the transaction; look at the state, then try again")
	}

	/// Why a transaction was not taken into the pool.
	fn refusal(&self, at: &At, error: ExtrinsicError) -> Error {
		let user = match &error {
			ExtrinsicError::IncompatibleCodegen
			| ExtrinsicError::PalletNameNotFound(_)
			| ExtrinsicError::CallNameNotFound { .. } => return anyhow!(INCOMPATIBLE),
			ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(
				RpcError::ClientError(subxt::rpcs::Error::User(user)),
			)) => user,
			_ => return self.lost(error),
		};
		let data = user.data.as_ref().map_or("", |data| data.get()).trim_matches('"');
		if let Some(code) = custom(user) {
			return explain_code(at.metadata_ref(), code)
				.map_or_else(|| anyhow!("the chain refuses the transaction: {data}"), Error::msg);
		}
		anyhow!(match user.code {
			1010 => format!("the transaction is not valid: {data}"),
			1014 => "another transaction of this account waits already; try again in the next \
			         block"
				.into(),
			1016 => "the node's pool is full; try again in a few blocks".into(),
			_ => format!("{} {data}", user.message),
		})
	}

	/// Why a call failed in its block.
	async fn failure(&self, who: &AccountId32, error: DispatchError) -> Error {
		match &error {
			DispatchError::Module(module) => match module.details() {
				Ok(details) => anyhow!(
					"{}.{}: {}",
					details.pallet.name(),
					details.variant.name,
					details.variant.docs.join(" ")
				),
				Err(_) => error.into(),
			},
			DispatchError::Token(
				TokenError::FundsUnavailable
				| TokenError::CannotCreateHold
				| TokenError::NotExpendable,
			) => {
				let funds = match self.best().await {
					Ok(at) => self.funds(&at, who).await,
					Err(error) => Err(error),
				};
				let there = funds.map_or_else(|_| "?".into(), |funds| funds.spendable.to_string());
				anyhow!(
					"insufficient balance: {who} has {there} AIT to spend, less than stake, deposits \
					 and fees of this call take together"
				)
			},
			_ => error.into(),
		}
	}

	/// Fails if an account cannot spend as much.
	pub async fn ensure_funds(&self, at: &At, who: &AccountId32, needs: Amount) -> Result<()> {
		let Funds { spendable, .. } = self.funds(at, who).await?;
		if spendable < needs {
			bail!(
				"insufficient balance: {who} has {spendable} AIT to spend; at least {needs} AIT are \
				 needed, fees included"
			);
		}
		Ok(())
	}

	/// What an account has.
	pub async fn funds(&self, at: &At, who: &AccountId32) -> Result<Funds> {
		let value = at.storage().fetch(api::storage().system().account(), (*who,)).await?;
		let account = value.decode()?.data;
		let least: u128 =
			at.constants().entry(api::constants().balances().existential_deposit())?;
		// Held money counts towards what must stay.
		let stays = account.frozen.saturating_sub(account.reserved).max(least);
		Ok(Funds {
			spendable: Amount(account.free.saturating_sub(stays)),
			held: Amount(account.reserved),
		})
	}

	/// The record of a task.
	pub async fn task(&self, at: &At, task: TaskId) -> Result<TaskOf> {
		let found = at.storage().try_fetch(api::storage().tasks().tasks(), (task,)).await?;
		if let Some(found) = found {
			return Ok(found.decode()?);
		}
		let next: TaskId =
			at.storage().fetch(api::storage().tasks().next_task(), ()).await?.decode()?;
		if task < next {
			bail!(
				"task {task} was cancelled or closed; `assay task list` shows those that are open"
			);
		}
		bail!("there is no task {task}; expected a number below {next}: see `assay task list`")
	}

	/// What is known of a claim.
	pub async fn claim(&self, at: &At, claim: ClaimId) -> Result<ClaimViewOf> {
		let view = view(at, api::view_functions().claims().explain(claim)).await?;
		if let Some(view) = view {
			return Ok(view);
		}
		let next: ClaimId =
			at.storage().fetch(api::storage().claims().next_claim(), ()).await?.decode()?;
		if claim < next {
			bail!("the record of claim {claim} was removed by its miner after the claim had ended");
		}
		bail!("there is no claim {claim}; expected a number below {next}")
	}

	/// The ledger of an account; nothing if it has nothing at risk.
	pub async fn ledger(&self, at: &At, who: &AccountId32) -> Result<Option<LedgerOf>> {
		let value = at.storage().try_fetch(api::storage().stake().ledgers(), (*who,)).await?;
		Ok(value.map(|value| value.decode()).transpose()?)
	}

	/// How an artifact is doing; nothing if there is none such.
	pub async fn artifact(
		&self,
		at: &At,
		id: &ArtifactId,
	) -> Result<Option<ArtifactStatus<AccountId32, u32>>> {
		view(at, api::view_functions().artifacts().status(*id)).await
	}

	/// What a run under some limits costs that verifiers do, and on which a value hangs.
	pub async fn verification_fee(
		&self,
		at: &At,
		limits: &Limits,
		value: Amount,
	) -> Result<Amount> {
		let call = api::view_functions().verification().fee_for(Static(*limits), value.0);
		Ok(Amount(view(at, call).await?))
	}

	/// What the verification of a model costs under some limits: the largest committee does it.
	pub async fn model_fee(&self, at: &At, limits: &Limits) -> Result<Amount> {
		self.verification_fee(at, limits, Amount(u128::MAX)).await
	}

	/// What the verification of a claim costs under some limits, if it can be paid that much.
	pub async fn claim_fee(&self, at: &At, limits: &Limits, reward: Amount) -> Result<Amount> {
		let bond: u128 = at.constants().entry(api::constants().claims().claim_bond())?;
		self.verification_fee(at, limits, Amount(bond.saturating_add(reward.0))).await
	}

	/// Number of blocks, and how long that is.
	pub fn duration(&self, at: &At, blocks: u64) -> String {
		let millis: u64 =
			at.constants().entry(api::constants().babe().expected_block_time()).unwrap_or(3_000);
		let seconds = blocks.saturating_mul(millis) / 1_000;
		let time = match seconds {
			0..=119 => format!("{seconds} s"),
			120..=7_199 => format!("{} min", seconds / 60),
			7_200..=172_799 => format!("{} h", seconds / 3_600),
			_ => format!("{} days", seconds / 86_400),
		};
		match blocks {
			1 => format!("1 block, {time}"),
			_ => format!("{blocks} blocks, {time}"),
		}
	}
}

/// Calls a view function. The runtime takes its arguments, and gives its answer, wrapped in bytes;
/// `ViewFunctionsClient::call` of subxt 0.51 expects them bare.
pub async fn view<P: ViewPayload>(at: &At, payload: P) -> Result<P::ReturnType> {
	const ID_BYTES: usize = 32;
	let views = at.view_functions();
	views.validate(&payload)?;
	let mut call = views.encode_args(&payload)?;
	let arguments = call.split_off(ID_BYTES).encode();
	let answer = views.call_raw(Some(&[call, arguments].concat())).await?;
	let name = || format!("{}.{}", payload.pallet_name(), payload.function_name());
	let Some((0, bytes)) = answer.split_first().map(|(status, rest)| (*status, rest)) else {
		bail!("the view function {} gave no answer", name());
	};
	let bytes = Vec::<u8>::decode(&mut &*bytes)?;
	let metadata = at.metadata_ref();
	let function = metadata
		.pallet_by_name(payload.pallet_name())
		.and_then(|pallet| pallet.view_function_by_name(payload.function_name()))
		.with_context(|| format!("there is no view function {}", name()))?;
	let (output, types) = (function.output_ty(), metadata.types());
	Ok(P::ReturnType::decode_as_type(&mut bytes.as_slice(), output, types)?)
}

/// Says so where an error means that the node's runtime is not the one that was expected.
pub fn explain(error: Error) -> Error {
	let differs = error.chain().any(|cause| {
		matches!(cause.downcast_ref(), Some(StorageError::IncompatibleCodegen))
			|| matches!(cause.downcast_ref(), Some(ViewFunctionError::IncompatibleCodegen))
			|| matches!(cause.downcast_ref(), Some(ConstantError::IncompatibleCodegen))
	});
	match differs {
		true => error.context(INCOMPATIBLE),
		false => error,
	}
}

/// What this command line was made for.
const METADATA: &[u8] = include_bytes!("../metadata.scale");

/// Whether metadata have the same bytes signed for a call as those that this command line knows.
/// They come from the node, which could otherwise have another call signed than the one that is
/// shown, or a tip in place of a nonce.
fn is_known(metadata: &Metadata, call: &impl Payload) -> Result<bool> {
	let known = Metadata::decode_from(METADATA)?;
	let bytes = |metadata: &Metadata| {
		let (pallet, name) = (call.pallet_name(), call.call_name());
		encode_call_data(pallet, name, call.call_data(), metadata, metadata.types()).ok()
	};
	let extensions = |metadata: &Metadata| -> Vec<String> {
		let all = metadata.extrinsic().transaction_extensions_to_use_for_encoding();
		all.map(|extension| extension.identifier().into()).collect()
	};
	let expected = bytes(&known);
	let same = expected == bytes(metadata) && extensions(&known) == extensions(metadata);
	Ok(same && expected.is_some())
}

/// The node's runtime is another one than this command line knows.
const INCOMPATIBLE: &str =
	"the node's runtime is not the one that this command line was made for; \
                            expected the same release of both";

/// The code by which JSON-RPC says that there is no such method.
const METHOD_NOT_FOUND: i32 = -32_601;

/// The code of a refusal by a transaction extension.
fn custom(error: &UserError) -> Option<u8> {
	let data = error.data.as_ref()?.get();
	data.trim_matches('"').strip_prefix("Custom error: ")?.parse().ok()
}

/// What a pallet says about the error that a byte names, as the chain's check of claims makes it:
/// three bits for one of the pallets from 48 to 55, five for its error.
fn explain_code(metadata: &Metadata, code: u8) -> Option<String> {
	let pallet = metadata.pallet_by_error_index(48 + (code >> 5))?;
	let variant = pallet.error_variant_by_index(code & 31)?;
	Some(format!("{}.{}: {}", pallet.name(), variant.name, variant.docs.join(" ")))
}

/// Why a connection failed, without what every such error says.
fn cause(error: &subxt::rpcs::Error) -> String {
	error.to_string().trim_start_matches("RPC error: client error: ").into()
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::ext::frame_metadata::{
		v16::RuntimeMetadataV16, RuntimeMetadata, RuntimeMetadataPrefixed,
	};

	fn with(change: impl FnOnce(&mut RuntimeMetadataV16)) -> Metadata {
		let mut metadata = RuntimeMetadataPrefixed::decode(&mut &*METADATA).unwrap();
		let RuntimeMetadata::V16(inner) = &mut metadata.1 else { panic!("another version") };
		change(inner);
		Metadata::decode_from(&metadata.encode()).unwrap()
	}

	#[test]
	fn nothing_else_is_signed_than_what_is_known() {
		let call = api::transactions().stake().cancel_rotation();
		let is_known = |metadata: &Metadata| is_known(metadata, &call).unwrap();
		assert!(is_known(&with(|_| ())));
		let pallets_change_places = |metadata: &mut RuntimeMetadataV16| {
			let at = |name| metadata.pallets.iter().position(|pallet| pallet.name == name).unwrap();
			let (stake, session) = (at("Stake"), at("Session"));
			let index = metadata.pallets[stake].index;
			metadata.pallets[stake].index = metadata.pallets[session].index;
			metadata.pallets[session].index = index;
		};
		assert!(!is_known(&with(pallets_change_places)));
		let tip_and_nonce_change_places = |metadata: &mut RuntimeMetadataV16| {
			let all = &mut metadata.extrinsic.transaction_extensions;
			let at = |name| all.iter().position(|extension| extension.identifier == name).unwrap();
			let (nonce, tip) = (at("CheckNonce"), at("ChargeTransactionPayment"));
			all.swap(nonce, tip);
		};
		assert!(!is_known(&with(tip_and_nonce_change_places)));
	}
}
