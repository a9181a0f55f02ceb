//! A runtime of balances and this pallet, with recording stand-ins for stake and clients.

use crate as pallet_assay_verification;
use crate::{
	worker::{ADDRESS_KEY, TOKEN_KEY},
	Call, Config, VerifierId, KEY_TYPE,
};
use assay_primitives::{
	service::JobState, ArtifactId, Limits, Manifest, Metric, SlashId, TrainingJob, H256,
};
use assay_traits::{
	Artifacts, Client, Deed, Finding, LockReason, Offence, OnSettled, Role, Settlement, Stake,
};
use codec::{Decode, Encode};
use frame_support::{
	derive_impl, ensure, parameter_types,
	traits::{ConstU32, ConstU64, Hooks, OneSessionHandler, Randomness},
	weights::Weight,
};
use frame_system::offchain::{
	CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase,
};
use sp_core::{
	offchain::{
		testing::{
			OffchainState, PendingRequest, PoolState, TestOffchainExt, TestTransactionPoolExt,
		},
		OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
	},
	sr25519, Pair,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{
	offchain::storage::StorageValueRef,
	traits::{BlakeTwo256, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult, Perbill,
};
use std::{collections::BTreeMap, sync::Arc};

pub type AccountId = u64;
pub type Balance = u128;
pub type TxExtension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = sp_runtime::testing::TestXt<RuntimeCall, TxExtension>;
type Block = sp_runtime::generic::Block<sp_runtime::generic::Header<u64, BlakeTwo256>, Extrinsic>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Verification: pallet_assay_verification,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type AccountData = pallet_balances::AccountData<Balance>;
	type Block = Block;
	type Hash = H256;
	type Hashing = BlakeTwo256;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ExistentialDeposit;
}

impl<Local> CreateTransactionBase<Local> for Test
where
	RuntimeCall: From<Local>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = Extrinsic;
}

impl<Local> CreateTransaction<Local> for Test
where
	RuntimeCall: From<Local>,
{
	type Extension = TxExtension;
	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl<Local> CreateAuthorizedTransaction<Local> for Test
where
	RuntimeCall: From<Local>,
{
	fn create_extension() -> TxExtension {
		TxExtension::new()
	}
}

parameter_types! {
	/// Stake of each verifier; nobody else has any.
	pub static Stakes: BTreeMap<AccountId, Balance> = BTreeMap::new();
	/// Who has a stake and is no active verifier.
	pub static Inactive: Vec<AccountId> = vec![];
	/// Accounts whose stake has passed to another.
	pub static Successors: BTreeMap<AccountId, AccountId> = BTreeMap::new();
	pub static Slashes: Vec<(AccountId, Balance, u64, Offence)> = vec![];
	/// Inputs that were reported.
	pub static Missing: Vec<ArtifactId> = vec![];
	/// Inputs that cannot be had any more.
	pub static Gone: Vec<ArtifactId> = vec![];
	/// Inputs that are kept for a re-run.
	pub static Pinned: Vec<ArtifactId> = vec![];
	pub static Reruns: Vec<(SlashId, Finding)> = vec![];
	/// Whether the client slashes somebody for what is settled.
	pub static ClientSlashes: bool = false;
	pub static Deeds: Vec<(AccountId, Deed)> = vec![];
	pub static Settlements: Vec<(Client, Settlement)> = vec![];
	/// Whether the client can complete its jobs when they are drawn.
	pub static Complete: bool = true;
	pub static Draws: Vec<(Client, H256)> = vec![];
	/// What the client completes its jobs with.
	pub static DrawnSeed: u64 = 7;
	pub static Random: Option<H256> = Some(H256::repeat_byte(1));
	pub static CommitteeSize: u32 = 3;
	pub static ValuePerMember: Balance = 50;
	pub static DeadlinesPerBlock: u32 = 10;
}

pub struct Ledger;

impl Stake for Ledger {
	type AccountId = AccountId;
	type Balance = Balance;
	type BlockNumber = u64;

	fn ensure_active(who: &AccountId, _role: Role) -> DispatchResult {
		ensure!(Stakes::get().contains_key(who), "no stake");
		ensure!(!Inactive::get().contains(who), "no verifier, or stake too small");
		Ok(())
	}
	fn bonded(who: &AccountId) -> Balance {
		Stakes::get().get(who).copied().unwrap_or_default()
	}
	fn free(who: &AccountId) -> Balance {
		Self::bonded(who)
	}
	fn lock(_: &AccountId, _: LockReason, _: Balance) -> DispatchResult {
		Ok(())
	}
	fn unlock(_: &AccountId, _: LockReason) -> DispatchResult {
		Ok(())
	}
	fn slash_lock(_: &AccountId, _: LockReason, _: Offence) -> Result<SlashId, DispatchError> {
		Err("verification locks nothing".into())
	}
	fn slash(
		who: &AccountId,
		amount: Balance,
		fault_at: u64,
		offence: Offence,
	) -> Result<SlashId, DispatchError> {
		Slashes::mutate(|all| {
			all.push((*who, amount, fault_at, offence));
			Ok(all.len() as SlashId - 1)
		})
	}
	fn answerable(who: &AccountId) -> AccountId {
		Successors::get().get(who).copied().unwrap_or(*who)
	}
	fn note(who: &AccountId, deed: Deed) {
		Deeds::mutate(|all| all.push((*who, deed)));
	}
	fn retract(_: &AccountId, _: Deed) {}
	fn cancel_slash(_: SlashId) -> DispatchResult {
		Err("verification cancels nothing".into())
	}
	fn on_rerun(slash: SlashId, finding: Finding) {
		Reruns::mutate(|all| all.push((slash, finding)));
	}
	fn on_rerun_weight() -> Weight {
		RERUN_WEIGHT
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn make_active(who: &AccountId, _: Role) {
		Stakes::mutate(|all| all.insert(*who, 1_000));
	}
}

/// What the settlement of an audit weighs: more than all else.
pub const AUDIT_WEIGHT: u64 = 1_000_000_000_000;

pub struct Listener;

impl OnSettled for Listener {
	fn on_draw(client: Client, job: &mut TrainingJob, random: H256) -> bool {
		Draws::mutate(|all| all.push((client, random)));
		job.seed = DrawnSeed::get();
		Complete::get()
	}
	fn on_settled(client: Client, settlement: Settlement) -> Option<SlashId> {
		Settlements::mutate(|all| all.push((client, settlement)));
		let Client::Claim(claim) = client else { return None };
		let offence = Offence::FalseClaim(claim);
		ClientSlashes::get()
			.then(|| Ledger::slash(&MINER, 50, System::block_number(), offence).ok())
			.flatten()
	}
	fn weight(client: Client) -> Weight {
		Weight::from_parts(if matches!(client, Client::Audit(_)) { AUDIT_WEIGHT } else { 1 }, 1)
	}
}

/// Inputs, all of which are there but those that are [`Gone`], or reported as [`Missing`].
pub struct Library;

impl Artifacts for Library {
	type BlockNumber = u64;

	fn ensure_available(id: ArtifactId, until: u64, _: u64) -> DispatchResult {
		ensure!(!Missing::get().contains(&id), "reported");
		Self::ensure_kept(id, until)
	}
	fn ensure_kept(id: ArtifactId, _: u64) -> DispatchResult {
		ensure!(!Gone::get().contains(&id), "gone");
		Ok(())
	}
	fn pin(id: ArtifactId) -> DispatchResult {
		Pinned::mutate(|all| all.push(id));
		Ok(())
	}
	fn unpin(id: ArtifactId) {
		Pinned::mutate(|all| {
			let at = all.iter().position(|pinned| *pinned == id).expect("it is pinned");
			all.remove(at);
		});
	}
	fn report_missing(id: ArtifactId) {
		Missing::mutate(|all| all.push(id));
	}
	fn manifest(_: ArtifactId) -> Option<Manifest> {
		None
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn make_available(seed: u32) -> ArtifactId {
		H256::from_low_u64_be(seed.into())
	}
	#[cfg(feature = "runtime-benchmarks")]
	fn make_stored(manifest: Manifest) -> ArtifactId {
		manifest.id()
	}
}

pub struct Beacon;

impl Randomness<Option<H256>, u64> for Beacon {
	fn random(_subject: &[u8]) -> (Option<H256>, u64) {
		(Random::get(), System::block_number().saturating_sub(1))
	}
}

parameter_types! {
	pub static ExistentialDeposit: Balance = 1;
	pub static BaseFee: Balance = 90;
	pub static FeePerGigafuel: Balance = 10;
	pub static FalseVerdictSlash: Perbill = Perbill::from_percent(10);
	pub static WithheldVerdictSlash: Perbill = Perbill::from_percent(1);
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Stake = Ledger;
	type Artifacts = Library;
	type Clients = Listener;
	type Randomness = Beacon;
	type DrawDelay = ConstU64<{ DRAW_DELAY as u64 }>;
	type CommitteeSize = CommitteeSize;
	type ValuePerMember = ValuePerMember;
	type CommitWindow = ConstU64<5>;
	type RevealWindow = ConstU64<4>;
	type AuditWindow = ConstU64<AUDIT_WINDOW>;
	type FuelPerBlock = ConstU64<1_000_000>;
	type BaseFee = BaseFee;
	type FeePerGigafuel = FeePerGigafuel;
	type FalseVerdictSlash = FalseVerdictSlash;
	type WithheldVerdictSlash = WithheldVerdictSlash;
	type MaxVerifiers = ConstU32<20>;
	type MaxCommittee = ConstU32<15>;
	type DeadlinesPerBlock = DeadlinesPerBlock;
	type WeightInfo = ();
}

/// The key pair of verifier `n`, whose account is `n`.
pub fn pair(n: AccountId) -> sr25519::Pair {
	sr25519::Pair::from_string(&format!("//Verifier{n}"), None).unwrap()
}

pub fn key(n: AccountId) -> VerifierId {
	pair(n).public().into()
}

pub const MINER: AccountId = 100;
pub const AUDIT_WINDOW: u64 = 20;
pub const DRAW_DELAY: u32 = 3;
/// Of what the ledger does when a re-run has ended.
pub const RERUN_WEIGHT: Weight = Weight::from_parts(7, 7);

/// A job of 2 000 000 units of fuel: two blocks for the run.
pub fn spec() -> TrainingJob {
	TrainingJob {
		vm_version: assay_primitives::VM_VERSION,
		program: H256::repeat_byte(1),
		params: Default::default(),
		seed: 7,
		train: H256::repeat_byte(2),
		train_root: H256::repeat_byte(3),
		chunk_rows: 32,
		holdout: H256::repeat_byte(4),
		metric: Metric::Accuracy,
		file: None,
		limits: Limits {
			program_bytes: 1,
			memory_pages: 1,
			steps: 1,
			step_fuel: 1_000_000,
			total_fuel: 2_000_000,
		},
	}
}

pub type Shared<T> = Arc<parking_lot::RwLock<T>>;

/// The node of verifier 1, who is the only one of its chain.
pub struct Node {
	pub ext: sp_io::TestExternalities,
	pub http: Shared<OffchainState>,
	pub pool: Shared<PoolState>,
}

impl Node {
	/// Starts it; its verifier service answers only what is [expected](expect).
	pub fn start() -> Self {
		let mut ext = externalities(1);
		let (offchain, http) = TestOffchainExt::new();
		let (pool_ext, pool) = TestTransactionPoolExt::new();
		let keystore = MemoryKeystore::new();
		keystore.sr25519_generate_new(KEY_TYPE, Some("//Verifier1")).unwrap();
		ext.register_extension(OffchainDbExt::new(offchain.clone()));
		ext.register_extension(OffchainWorkerExt::new(offchain));
		ext.register_extension(TransactionPoolExt::new(pool_ext));
		ext.register_extension(KeystoreExt::new(keystore));
		ext.execute_with(|| {
			StorageValueRef::persistent(ADDRESS_KEY).set(&b"127.0.0.1:4000".to_vec());
			StorageValueRef::persistent(TOKEN_KEY).set(&b"secret".to_vec());
		});
		Self { ext, http, pool }
	}
}

/// Has the verifier service be asked for the job, once, and answer.
pub fn expect(http: &Shared<OffchainState>, answer: &JobState) {
	expect_bytes(http, answer.encode());
}

/// The same with any answer.
pub fn expect_bytes(http: &Shared<OffchainState>, answer: Vec<u8>) {
	http.write().expect_request(PendingRequest {
		method: "POST".into(),
		uri: "http://127.0.0.1:4000/jobs".into(),
		headers: vec![
			("Authorization".into(), "Bearer secret".into()),
			("Content-Type".into(), "application/octet-stream".into()),
		],
		body: spec().encode(),
		response: Some(answer),
		sent: true,
		..Default::default()
	});
}

/// Takes the verdicts out of the pool.
pub fn sent(pool: &Shared<PoolState>) -> Vec<Call<Test>> {
	let verdict = |bytes: Vec<u8>| match Extrinsic::decode(&mut &bytes[..]).unwrap().function {
		RuntimeCall::Verification(call) => call,
		other => panic!("not a verdict: {other:?}"),
	};
	pool.write().transactions.drain(..).map(verdict).collect()
}

/// An empty chain at block 1 with verifiers `1..=verifiers`, each with a stake of 1 000, and a
/// miner with 10 000.
pub fn externalities(verifiers: u64) -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: (1..=verifiers).map(|n| (n, 1_000)).chain([(MINER, 10_000)]).collect(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut externalities = sp_io::TestExternalities::new(storage);
	externalities.execute_with(|| {
		Stakes::set((1..=verifiers).map(|n| (n, 1_000)).collect());
		Slashes::set(vec![]);
		Deeds::set(vec![]);
		Reruns::set(vec![]);
		Missing::set(vec![]);
		Gone::set(vec![]);
		Pinned::set(vec![]);
		ClientSlashes::set(false);
		Settlements::set(vec![]);
		Complete::set(true);
		Draws::set(vec![]);
		DrawnSeed::set(spec().seed);
		Random::set(Some(H256::repeat_byte(1)));
		CommitteeSize::set(3);
		ValuePerMember::set(50);
		DeadlinesPerBlock::set(10);
		Successors::set(BTreeMap::new());
		BaseFee::set(90);
		FeePerGigafuel::set(10);
		FalseVerdictSlash::set(Perbill::from_percent(10));
		WithheldVerdictSlash::set(Perbill::from_percent(1));
		System::set_block_number(1);
		let ids: Vec<_> = (1..=verifiers).collect();
		Verification::on_genesis_session(ids.iter().map(|n| (n, key(*n))));
	});
	externalities
}

/// An empty chain whose benchmarks can make keys.
#[cfg(feature = "runtime-benchmarks")]
pub fn benchmark_externalities() -> sp_io::TestExternalities {
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	let mut externalities = externalities(0);
	externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	externalities
}

/// Runs `test` on such a chain and checks the invariants afterwards.
pub fn build_and_execute(verifiers: u64, test: impl FnOnce()) {
	externalities(verifiers).execute_with(|| {
		test();
		Verification::do_try_state().unwrap();
	});
}

/// Goes to block `to`, serving deadlines, checking the invariants at each.
pub fn run_to(to: u64) {
	while System::block_number() < to {
		System::set_block_number(System::block_number() + 1);
		Verification::on_initialize(System::block_number());
		Verification::do_try_state().unwrap();
	}
}
