//! A chain that makes blocks as an author would, and checks what it makes.

use crate::{
	coverage::Ended,
	failure::{guarded, Failure},
	invariants,
	random::Random,
};
use assay_runtime::{
	config::system::time::SLOT_MILLIS, genesis, AccountId, Authorship, Babe, Block, Executive,
	Header, Runtime, RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin, Session, Signature,
	SignedPayload, System, TxExtension, UncheckedExtrinsic,
};
use codec::{Decode, Encode};
use frame_support::{
	dispatch::{DispatchInfo, GetDispatchInfo},
	genesis_builder_helper::build_state,
	storage::storage_prefix,
	weights::Weight,
};
use frame_system::{offchain::CreateAuthorizedTransaction, AccountInfo};
use pallet_balances::AccountData;
use pallet_multisig::WeightInfo as _;
use serde_json::Value;
use sp_consensus_babe::{
	digests::{PreDigest, PrimaryPreDigest, SecondaryPlainPreDigest, SecondaryVRFPreDigest},
	make_vrf_sign_data, BABE_ENGINE_ID,
};
use sp_core::{
	crypto::{Pair as _, VrfSecret},
	sr25519::Pair,
	Blake2Hasher,
};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	traits::{Block as _, Dispatchable, Header as _},
	Digest, DigestItem,
};
use sp_state_machine::{Backend, OverlayedChanges};
use std::{collections::BTreeMap, time::Duration};
#[cfg(feature = "try-runtime")]
use {
	assay_runtime::AllPalletsWithSystem,
	frame_support::traits::OnRuntimeUpgrade,
	frame_try_runtime::{TryStateSelect, UpgradeCheckSelect},
};

/// First slot of a chain.
const FIRST_SLOT: u64 = 1_000;
/// Accounts that have nothing to begin with.
const POOR: usize = 4;
/// One of so many blocks is executed once more, as another node does that imports it.
const IMPORTED: u64 = 4;
/// One of so many blocks is the first after an upgrade.
const UPGRADED: u64 = 16;
/// One of so many calls is dispatched once more to see the weight that it says it took.
const WEIGHED: u64 = 4;
/// Blocks by which what is due can be late: those at once in one block are bounded.
const LATE: u32 = 3;
/// Blocks for which it is waited that everything ends.
const LONGEST_REST: u32 = 1_000;
/// How often a transaction that was slower than its weight allows is run again.
const TRIES: u32 = 6;

/// Who signs: the known accounts, of which the first has the sudo key, and some without money.
#[derive(Clone)]
pub struct Signers(Vec<Pair>);

impl Default for Signers {
	fn default() -> Self {
		let known = Sr25519Keyring::well_known().map(Sr25519Keyring::pair);
		let poor = (0..POOR).map(|n| Pair::from_seed(&[n as u8 + 1; 32]));
		Self(known.chain(poor).collect())
	}
}

impl Signers {
	/// The accounts.
	#[must_use]
	pub fn accounts(&self) -> Vec<AccountId> {
		self.0.iter().map(|pair| pair.public().into()).collect()
	}

	/// The key of an account.
	#[must_use]
	pub fn pair(&self, who: usize) -> &Pair {
		&self.0[who % self.0.len()]
	}

	/// The key with this public half.
	#[must_use]
	pub fn of(&self, public: &[u8]) -> Option<&Pair> {
		self.0.iter().find(|pair| pair.public().0 == public)
	}
}

/// Changes of a state that is not committed: keys with their values, if any are left.
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A chain with, perhaps, a block in the making.
pub struct Chain {
	state: TestExternalities,
	signers: Signers,
	slot: u64,
	parent: Header,
	/// Session of the parent.
	session: u32,
	open: Option<(Header, Vec<UncheckedExtrinsic>)>,
	/// Decides what is checked only now and then.
	dice: Random,
}

impl Chain {
	/// The chain of four validators (`local_testnet`), of whom Alice has the sudo key.
	///
	/// # Errors
	///
	/// If the runtime does not know the preset, or cannot build it.
	pub fn new() -> Result<Self, Failure> {
		let bad = |detail: String| Failure::new("the genesis cannot be built", detail);
		let preset = genesis::preset(&"local_testnet".into())
			.ok_or_else(|| bad("the preset is unknown".into()))?;
		let mut config = serde_json::to_value(RuntimeGenesisConfig::default())
			.map_err(|error| bad(error.to_string()))?;
		merge(
			&mut config,
			serde_json::from_slice(&preset).map_err(|error| bad(error.to_string()))?,
		);
		config["sudo"]["key"] = Sr25519Keyring::Alice.to_account_id().to_string().into();
		let mut state = TestExternalities::default();
		let built = state.execute_with(|| {
			build_state::<RuntimeGenesisConfig>(config.to_string().into_bytes())?;
			Ok(System::block_hash(0))
		});
		let genesis = built.map_err(bad)?;
		state.commit_all().map_err(bad)?;
		// Its hash is not that of the genesis block as the chain knows it; nothing asks for that.
		let none = Default::default();
		let parent = Header::new(0, none, none, genesis, Digest::default());
		let (slot, dice) = (FIRST_SLOT, Random::new(0));
		Ok(Self { state, signers: Signers::default(), slot, parent, session: 0, open: None, dice })
	}

	/// Who can sign.
	#[must_use]
	pub const fn signers(&self) -> &Signers {
		&self.signers
	}

	/// Asks the state something.
	pub fn ask<R>(&mut self, question: impl FnOnce() -> R) -> R {
		self.state.execute_with(question)
	}

	/// Ends the block in the making, if there is one, checks what must hold, and begins the next,
	/// some slots later, now and then with an upgrade.
	///
	/// # Errors
	///
	/// What does not hold.
	pub fn next_block(&mut self, slots: u32) -> Result<(), Failure> {
		self.end_block()?;
		if self.dice.number().is_multiple_of(UPGRADED) {
			self.upgrade()?;
		}
		self.slot += u64::from(slots.max(1));
		let (slot, signers) = (self.slot, &self.signers);
		let number = self.parent.number + 1;
		let parent = if number == 1 { self.parent.parent_hash } else { self.parent.hash() };
		let state = &mut self.state;
		let header = guarded("the start of a block", || {
			state.execute_with(|| {
				let digest = Digest { logs: vec![pre_digest(slot, signers)] };
				let header =
					Header::new(number, Default::default(), Default::default(), parent, digest);
				Executive::initialize_block(&header);
				header
			})
		})?;
		self.open = Some((header, Vec::new()));
		self.check_weight()?;
		let now = slot * SLOT_MILLIS;
		let time = pallet_timestamp::Call::<Runtime>::set { now };
		let time = UncheckedExtrinsic::new_bare(time.into());
		match self.apply(time)?.0 {
			Ended::Ok => Ok(()),
			ended => Err(Failure::new("the time cannot be set", format!("{ended:?}"))),
		}
	}

	/// Ends the block in the making, if there is one, and checks what must hold.
	///
	/// # Errors
	///
	/// What does not hold.
	pub fn end_block(&mut self) -> Result<(), Failure> {
		let Some((opened, transactions)) = self.open.take() else { return Ok(()) };
		let state = &mut self.state;
		let header =
			guarded("the end of a block", || state.execute_with(Executive::finalize_block))?;
		debug_assert_eq!(opened.number, header.number);
		if self.dice.number().is_multiple_of(IMPORTED) {
			self.state.reset_overlay();
			let state = &mut self.state;
			let block = Block::new(header.clone(), transactions);
			guarded("the import of a block", || state.execute_with(|| import(block)))?;
		}
		self.state.commit_all().map_err(|error| Failure::new("the state is lost", error))?;
		self.parent = header;
		self.check_weight()?;
		self.session = self.ask(Session::current_index);
		self.ask(invariants::check)
	}

	/// Lets blocks pass in which nobody sends anything, until everything has ended that does so by
	/// itself. Gives how many; none if it takes too long to wait for.
	///
	/// # Errors
	///
	/// What does not hold: that all claims and jobs end by the block that was promised is among it.
	pub fn rest(&mut self) -> Result<u32, Failure> {
		self.end_block()?;
		match self.ask(invariants::ends_by) {
			Some(promised) if promised < self.parent.number.saturating_add(LONGEST_REST) => {
				self.rest_until(promised)
			},
			_ => Ok(0),
		}
	}

	/// The same, with all claims and jobs promised to end by some block.
	///
	/// # Errors
	///
	/// What does not hold.
	pub fn rest_until(&mut self, promised: u32) -> Result<u32, Failure> {
		let first = self.parent.number;
		// What is due is served in the blocks that follow.
		while self.parent.number < promised.saturating_add(LATE) {
			self.next_block(1)?;
			self.end_block()?;
			if self.ask(invariants::ends_by).is_none() {
				return Ok(self.parent.number - first);
			}
		}
		let detail = format!("it was to end by block {promised}");
		Err(Failure::new("a claim or a job does not end in time", detail))
	}

	/// Has the next block run what the first block after an upgrade runs.
	fn upgrade(&mut self) -> Result<(), Failure> {
		#[cfg(feature = "try-runtime")]
		self.try_upgrade::<()>()?;
		self.ask(frame_system::LastRuntimeUpgrade::<Runtime>::kill);
		self.state.commit_all().map_err(|error| Failure::new("the state is lost", error))
	}

	/// Tries what try-runtime tries of an upgrade, with a migration before those of the runtime:
	/// what each checks before and after itself, storage versions, that everything decodes,
	/// `try_state` of all pallets; and that it fits into a block. Leaves the state as it is.
	///
	/// # Errors
	///
	/// What does not hold.
	#[cfg(feature = "try-runtime")]
	pub fn try_upgrade<First: OnRuntimeUpgrade>(&mut self) -> Result<(), Failure> {
		#[allow(deprecated)]
		type Executive<First> = frame_executive::Executive<
			Runtime,
			Block,
			frame_system::ChainContext<Runtime>,
			Runtime,
			AllPalletsWithSystem,
			First,
		>;
		let all = UpgradeCheckSelect::All;
		let used = self.state.execute_with(|| Executive::<First>::try_runtime_upgrade(all));
		self.state.reset_overlay();
		let used = used.map_err(|error| {
			let error: &str = error.into();
			Failure::new("an upgrade fails", error)
		})?;
		let most = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
		if used.all_lte(most) {
			return Ok(());
		}
		Err(Failure::new("an upgrade does not fit into a block", format!("{used:?} of {most:?}")))
	}

	/// That no more was done than fits into a block. The first block of a session has a whole one
	/// more: `pallet_session` takes that, so that there is room for nothing else.
	fn check_weight(&mut self) -> Result<(), Failure> {
		let session = self.session;
		self.ask(|| {
			let mut most = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
			if Session::current_index() != session {
				most = most.saturating_add(most);
			}
			let used = System::block_weight().total();
			if used.all_lte(most) {
				return Ok(());
			}
			let detail = format!("block {}: {used:?} of {most:?}", System::block_number());
			Err(Failure::new("a block has more weight than a block can have", detail))
		})
	}

	/// A transaction that an account signs.
	///
	/// # Errors
	///
	/// If it cannot be signed.
	pub fn signed(
		&mut self,
		who: usize,
		call: RuntimeCall,
		tip: u128,
	) -> Result<UncheckedExtrinsic, Failure> {
		let pair = self.signers.pair(who);
		let account = AccountId::from(pair.public());
		self.state.execute_with(|| {
			let mut extension: TxExtension = <Runtime as CreateAuthorizedTransaction<
				frame_system::Call<Runtime>,
			>>::create_extension();
			extension.6 = frame_system::CheckNonce::from(System::account_nonce(&account));
			extension.8 = pallet_transaction_payment::ChargeTransactionPayment::from(tip);
			let payload = SignedPayload::new(call, extension)
				.map_err(|error| Failure::new("a call cannot be signed", format!("{error:?}")))?;
			let signature = Signature::Sr25519(payload.using_encoded(|bytes| pair.sign(bytes)));
			let (call, extension, _) = payload.deconstruct();
			Ok(UncheckedExtrinsic::new_signed(call, account.into(), signature, extension))
		})
	}

	/// A transaction that nobody signs.
	#[must_use]
	pub fn authorized(call: RuntimeCall) -> UncheckedExtrinsic {
		<Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::create_authorized_transaction(call)
	}

	/// Puts a transaction into the block in the making, as far as it is valid. Gives how it ended,
	/// and the time that it took in thousandths of what its weight allows.
	///
	/// # Errors
	///
	/// What does not hold.
	pub fn apply(&mut self, transaction: UncheckedExtrinsic) -> Result<(Ended, u64), Failure> {
		if self.open.is_none() {
			return Ok((Ended::Refused("there is no block".into()), 0));
		}
		let info = transaction.get_dispatch_info();
		self.weigh(&transaction, &info)?;
		let mut before = self.state.overlayed_changes().clone();
		let author = self.ask(Authorship::author);
		let signer = transaction.preamble.clone().to_signed().map(|(signer, ..)| signer);
		let state = &mut self.state;
		let subject = format!("a transaction of {:?}", name(&transaction.function));
		let (result, permille) =
			guarded(&subject, || state.execute_with(|| timed(&transaction, &info)))?;
		let ended = match result {
			Ok(Ok(())) => Ended::Ok,
			Ok(Err(error)) => {
				let (before, after) = (self.changes(&mut before), self.changes_now());
				let signer = signer.and_then(|signer| match signer {
					sp_runtime::MultiAddress::Id(id) => Some(id),
					_ => None,
				});
				let payers: Vec<_> = signer.into_iter().chain(author).collect();
				self.check_untouched(&subject, &before, &after, &payers)?;
				Ended::Failed(reason(error))
			},
			Err(error) => return Ok((Ended::Refused(format!("{error:?}")), permille)),
		};
		if let Some((_, transactions)) = &mut self.open {
			transactions.push(transaction);
		}
		Ok((ended, permille))
	}

	/// That a call does not say that it took more than it had declared. Weights that are too high
	/// are cut off before anybody sees them.
	fn weigh(
		&mut self,
		transaction: &UncheckedExtrinsic,
		info: &DispatchInfo,
	) -> Result<(), Failure> {
		let Some((sp_runtime::MultiAddress::Id(who), ..)) =
			transaction.preamble.clone().to_signed()
		else {
			return Ok(());
		};
		if !self.dice.number().is_multiple_of(WEIGHED) {
			return Ok(());
		}
		let call = transaction.function.clone();
		let most = info.call_weight.max(reported_upstream(&call));
		let subject = format!("{:?}", name(&call));
		let state = &mut self.state;
		let said = guarded(&subject, || {
			state.execute_with(|| {
				sp_io::storage::start_transaction();
				let result = call.dispatch(RuntimeOrigin::signed(who));
				sp_io::storage::rollback_transaction();
				result.unwrap_or_else(|error| error.post_info).actual_weight
			})
		})?;
		match said {
			Some(said) if !said.all_lte(most) => Err(Failure::new(
				format!("{subject} takes more weight than it declares"),
				format!("{said:?} of {most:?}"),
			)),
			_ => Ok(()),
		}
	}

	fn changes_now(&self) -> Changes {
		self.changes(&mut self.state.overlayed_changes().clone())
	}

	/// What is changed, without what is what it was.
	fn changes(&self, overlay: &mut OverlayedChanges<Blake2Hasher>) -> Changes {
		let all = overlay.changes_mut().map(|(key, value)| (key.clone(), value.value().cloned()));
		let backend = &self.state.backend;
		all.filter(|(key, value)| backend.storage(key).ok().as_ref() != Some(value)).collect()
	}

	/// That a failed call has left nothing behind: its signer has paid, its author was paid, and
	/// that is all.
	fn check_untouched(
		&mut self,
		subject: &str,
		before: &Changes,
		after: &Changes,
		payers: &[AccountId],
	) -> Result<(), Failure> {
		let scratch: Vec<Vec<u8>> = SCRATCH
			.iter()
			.map(|(pallet, item)| storage_prefix(pallet.as_bytes(), item.as_bytes()).to_vec())
			.chain([sp_core::storage::well_known_keys::EXTRINSIC_INDEX.to_vec()])
			.collect();
		let accounts: Vec<Vec<u8>> =
			payers.iter().map(frame_system::Account::<Runtime>::hashed_key_for).collect();
		for key in before.keys().chain(after.keys()) {
			let known = |changes: &Changes| match changes.get(key) {
				Some(value) => value.clone(),
				None => self.state.backend.storage(key).ok().flatten(),
			};
			let (before, after) = (known(before), known(after));
			if before == after || scratch.iter().any(|prefix| key.starts_with(prefix)) {
				continue;
			}
			if accounts.contains(key) && only_paid(before.as_deref(), after.as_deref()) {
				continue;
			}
			let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
			let detail = format!("0x{hex} was {before:?} and is {after:?}");
			return Err(Failure::new(format!("{subject} that failed has left something"), detail));
		}
		Ok(())
	}
}

/// What a call of an upstream pallet says it took, where that is known to be more than it declares:
/// `approve_as_multi` gives the weight of `as_multi`, without a call.
fn reported_upstream(call: &RuntimeCall) -> Weight {
	type Multisig = <Runtime as pallet_multisig::Config>::WeightInfo;
	match call {
		RuntimeCall::Multisig(pallet_multisig::Call::approve_as_multi {
			other_signatories,
			..
		}) => {
			let others = other_signatories.len() as u32;
			Multisig::as_multi_create(others, 0).max(Multisig::as_multi_approve(others, 0))
		},
		_ => Weight::zero(),
	}
}

/// Executes a block as another node does.
fn import(block: Block) {
	#[cfg(not(feature = "try-runtime"))]
	Executive::execute_block(block.into());
	#[cfg(feature = "try-runtime")]
	Executive::try_execute_block(block.into(), true, true, TryStateSelect::All)
		.expect("it is valid where it was made");
}

/// What every transaction changes. Total issuance is among it: a fee that no author can receive is
/// burnt. So is the number of models looked at in this block, which is gone at its end.
const SCRATCH: [(&str, &str); 13] = [
	("System", "AllExtrinsicsLen"),
	("System", "BlockSize"),
	("System", "BlockWeight"),
	("System", "EventCount"),
	("System", "Events"),
	("System", "EventTopics"),
	("System", "ExecutionPhase"),
	("System", "ExtrinsicCount"),
	("System", "ExtrinsicData"),
	("System", "ExtrinsicWeightReclaimed"),
	("System", "InherentsApplied"),
	("Balances", "TotalIssuance"),
	("Models", "Checked"),
];

/// Whether nothing but nonce and free balance of an account has changed, and the references that
/// follow from its free balance.
fn only_paid(before: Option<&[u8]>, after: Option<&[u8]>) -> bool {
	type Account = AccountInfo<u32, AccountData<u128>>;
	let decode =
		|bytes: Option<&[u8]>| bytes.and_then(|mut bytes| Account::decode(&mut bytes).ok());
	match (decode(before), decode(after)) {
		(Some(mut before), Some(after)) => {
			before.nonce = after.nonce;
			before.data.free = after.data.free;
			(before.consumers, before.providers) = (after.consumers, after.providers);
			before == after
		},
		// The fee was the last that it had, or the first that an author gets.
		_ => true,
	}
}

/// Applies a transaction, and gives the time that it took in thousandths of what its weight allows.
/// What seems slow is run again: the machine may have been busy.
fn timed(
	transaction: &UncheckedExtrinsic,
	info: &DispatchInfo,
) -> (sp_runtime::ApplyExtrinsicResult, u64) {
	let limits = <Runtime as frame_system::Config>::BlockWeights::get();
	let base = limits.get(info.class).base_extrinsic;
	let picoseconds = info.total_weight().saturating_add(base).ref_time().max(1);
	let mut least = u64::MAX;
	for attempt in 1.. {
		sp_io::storage::start_transaction();
		let started = worked();
		let result = Executive::apply_extrinsic(transaction.clone());
		let taken = worked().saturating_sub(started).as_nanos();
		let nanoseconds = u64::try_from(taken).unwrap_or(u64::MAX);
		least = least.min(nanoseconds.saturating_mul(1_000_000) / picoseconds);
		if least > 1_000 && result.is_ok() && attempt < TRIES {
			sp_io::storage::rollback_transaction();
			continue;
		}
		// As an author does: what is not valid leaves nothing.
		if result.is_err() {
			sp_io::storage::rollback_transaction();
			return (result, 0);
		}
		sp_io::storage::commit_transaction();
		return (result, least);
	}
	unreachable!("the last attempt returns")
}

/// For how long this thread has worked: what other programs take of the machine does not count.
fn worked() -> Duration {
	let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
	// SAFETY: the clock is written to a value that outlives the call.
	let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
	debug_assert_eq!(result, 0, "every Linux has this clock");
	let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
	Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The name of a call.
fn name(call: &RuntimeCall) -> String {
	use frame_support::traits::GetCallMetadata;
	let name = call.get_call_metadata();
	format!("{}::{}", name.pallet_name, name.function_name)
}

/// A short text for an error.
fn reason(error: sp_runtime::DispatchError) -> String {
	match error {
		sp_runtime::DispatchError::Module(error) => {
			format!("{}: {}", error.index, error.message.unwrap_or("?"))
		},
		error => format!("{error:?}"),
	}
}

/// What an author of a slot puts into its block: the lot of the slot, if the author's key is known.
fn pre_digest(slot: u64, signers: &Signers) -> DigestItem {
	let authorities = Babe::authorities();
	let disabled = Session::disabled_validators();
	let able: Vec<u32> =
		(0..authorities.len() as u32).filter(|index| !disabled.contains(index)).collect();
	let authority_index = able.get(slot as usize % able.len().max(1)).copied().unwrap_or(0);
	let pair = authorities
		.get(authority_index as usize)
		.and_then(|(author, _)| signers.of(author.as_ref()));
	let number = slot;
	let slot = slot.into();
	let signed = pair.map(|pair| {
		pair.vrf_sign(&make_vrf_sign_data(&Babe::randomness(), slot, Babe::epoch_index()))
	});
	let digest = match signed {
		Some(vrf_signature) if number.is_multiple_of(4) => {
			PreDigest::Primary(PrimaryPreDigest { authority_index, slot, vrf_signature })
		},
		Some(vrf_signature) => {
			PreDigest::SecondaryVRF(SecondaryVRFPreDigest { authority_index, slot, vrf_signature })
		},
		None => PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot }),
	};
	DigestItem::PreRuntime(BABE_ENGINE_ID, digest.encode())
}

/// Lays a JSON merge patch (RFC 7396) over a value.
fn merge(value: &mut Value, patch: Value) {
	match (value, patch) {
		(Value::Object(value), Value::Object(patch)) => {
			for (key, patch) in patch {
				merge(value.entry(key).or_insert(Value::Null), patch);
			}
		},
		(value, patch) => *value = patch,
	}
}
