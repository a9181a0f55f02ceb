//! `assay model …`

mod check;
mod contest;
mod intend;
mod mark;
mod names;
mod register;
mod status;
mod view;

use super::Context;
use crate::{
	account,
	arguments::Model,
	chain::Chain,
	store::{MarkSecrets, Secrets, Store},
};
use anyhow::{bail, Context as _, Result};
use assay_primitives::{IntentId, ModelId, H256};
use assay_watermark::key;
use view::IntentView;

pub async fn run(context: &Context, command: Model) -> Result<()> {
	match command {
		Model::Intend { ratio, sub_keys, wait } => {
			intend::declare(context, ratio, sub_keys, wait).await
		},
		Model::Intents { account } => intend::list(context, account).await,
		Model::Withdraw { intent } => names::withdraw(context, intent).await,
		Model::Mark(options) => mark::run(context, *options).await,
		Model::Check(options) => check::run(context, options).await,
		Model::Register(options) => register::run(context, *options).await,
		Model::Status { model } => status::show(context, &model).await,
		Model::Watch { model } => status::watch(context, model).await,
		Model::List { name } => status::list(context, name).await,
		Model::Contest(options) => contest::run(context, options).await,
		Model::Name { name } => names::show(context, &name).await,
		Model::Alias { name, alias, version, remove: _ } => {
			names::alias(context, &name, &alias, version).await
		},
		Model::Transfer { name, to } => names::transfer(context, &name, to).await,
		Model::Revoke { model } => names::revoke(context, model).await,
		Model::Remove { model } => names::remove(context, model).await,
		Model::Scheme { upload } => check::scheme(context, upload).await,
	}
}

/// What this machine knows of an intent whose beacon is there.
struct Marks {
	intent: IntentView,
	secrets: MarkSecrets,
	beacon: H256,
}

impl Marks {
	/// Finds the secrets of an intent of the signing account.
	async fn find(
		context: &Context,
		chain: &Chain,
		store: &Store,
		number: IntentId,
	) -> Result<Self> {
		let intent = IntentView::get(chain, number).await?;
		let who = account::of(&context.key()?);
		if intent.owner != who {
			bail!("intent {number} belongs to {}; expected its key to sign", intent.owner);
		}
		let secrets = store
			.all::<MarkSecrets>(&chain.genesis())?
			.into_iter()
			.find(|secrets| secrets.owner == who && secrets.commitment() == intent.root)
			.with_context(|| {
				format!(
					"this machine does not have the secret of intent {number}; expected the data \
					 folder (--data-dir) that it was declared with"
				)
			})?;
		let Some(beacon) = intent.beacon else {
			bail!(
				"the key of intent {number} is not drawn yet; try again from epoch {} on (it is {} \
				 now)",
				intent.usable_from,
				intent.current_epoch
			);
		};
		if intent.expired {
			bail!("intent {number} has expired; expected another one: assay model intend");
		}
		Ok(Self { intent, secrets, beacon })
	}

	/// The watermark key of a sub-key.
	fn key(&self, index: u32) -> H256 {
		let sub_key = self.secrets.secret().sub_key(index);
		key::watermark(
			&self.intent.owner.0,
			self.intent.intent,
			&self.intent.root,
			index,
			&sub_key,
			&self.beacon,
		)
	}

	/// All watermark keys.
	fn keys(&self) -> Vec<H256> {
		(0..self.secrets.sub_keys).map(|index| self.key(index)).collect()
	}

	/// The sub-keys that can be opened: the one that is asked for, or all that were not opened.
	fn unopened(&self, asked: Option<u32>) -> Result<Vec<u32>> {
		let all = 0..self.secrets.sub_keys;
		let number = self.intent.intent;
		if let Some(index) = asked.filter(|index| !all.contains(index)) {
			bail!("there is no sub-key {index}; expected one below {}", all.end);
		}
		let wanted = |index: &u32| asked.is_none_or(|asked| asked == *index);
		let free: Vec<_> =
			all.filter(wanted).filter(|index| !self.intent.opened.contains(index)).collect();
		match (asked, free.is_empty()) {
			(Some(index), true) => bail!("sub-key {index} of intent {number} was opened before"),
			(None, true) => bail!("all sub-keys of intent {number} are opened"),
			_ => Ok(free),
		}
	}
}

/// Follows a model or a contest of it after a transaction.
async fn follow(context: &Context, chain: &Chain, model: ModelId, watch: bool) -> Result<()> {
	match watch {
		true => status::follow(context.output, chain, model).await,
		false => Ok(()),
	}
}
