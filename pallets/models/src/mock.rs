//! A runtime to test in: real balances; artifacts, claims, verification and epochs as small doubles
//! that keep their books in storage, so that a failed call undoes them, too. And models that carry
//! real marks.

use crate as pallet_assay_models;
use crate::*;
use assay_primitives::{file, hash, File, Manifest, Outcome, Scored};
use assay_traits::{OnSettled, Settlement};
use assay_watermark::{
	projection::{is_set, signs, wanted, BITS},
	Element, Report, Secret,
};
use frame_support::{
	assert_ok, construct_runtime, derive_impl,
	dispatch::GetDispatchInfo,
	parameter_types, storage_alias,
	traits::{
		fungible::{HoldConsideration, Inspect, InspectHold},
		tokens::imbalance::ResolveTo,
		ConstU64, LinearStoragePrice, VariantCountOf,
	},
};
use frame_system::{EnsureRoot, RunToBlockHooks};
use sp_runtime::{
	traits::DispatchTransaction,
	transaction_validity::{TransactionSource, TransactionValidityError},
	BuildStorage, TokenError,
};

pub type Block = frame_system::mocking::MockBlock<Test>;
pub type AccountId = u64;
pub type Balance = u64;

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		AssayModels: pallet_assay_models,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type ExistentialDeposit = ConstU64<10>;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

/// What is stored: until when, what, and how often pinned.
#[storage_alias]
pub type Stored = StorageMap<System, Blake2_128Concat, ArtifactId, (u64, Manifest, u32)>;

pub struct ArtifactsDouble;

impl Artifacts for ArtifactsDouble {
	type BlockNumber = u64;

	fn ensure_available(id: ArtifactId, until: u64, max_bytes: u64) -> DispatchResult {
		let (stays, manifest, _) = Stored::get(id).ok_or("artifact missing")?;
		ensure!(manifest.size <= max_bytes, "artifact too large");
		ensure!(stays >= until, "artifact expires");
		Ok(())
	}

	fn ensure_kept(id: ArtifactId, until: u64) -> DispatchResult {
		Self::ensure_available(id, until, u64::MAX)
	}

	fn pin(id: ArtifactId) -> DispatchResult {
		Stored::mutate(id, |stored| {
			let (_, _, pins) = stored.as_mut().ok_or("artifact missing")?;
			*pins += 1;
			Ok(())
		})
	}

	fn unpin(id: ArtifactId) {
		Stored::mutate(id, |stored| stored.as_mut().unwrap().2 -= 1);
	}

	fn report_missing(_: ArtifactId) {}

	fn manifest(id: ArtifactId) -> Option<Manifest> {
		Stored::get(id).map(|(_, manifest, _)| manifest)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_available(seed: u32) -> ArtifactId {
		Self::make_stored(Manifest { size: 1, chunks: vec![hash(&seed.to_le_bytes())] })
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn make_stored(manifest: Manifest) -> ArtifactId {
		let id = manifest.id();
		Stored::insert(id, (1_000_000, manifest, 0));
		id
	}
}

/// Verified claims: miner and model hash.
#[storage_alias]
pub type VerifiedClaims = StorageMap<System, Blake2_128Concat, u64, (AccountId, H256)>;

pub struct ClaimsDouble;

impl Claims for ClaimsDouble {
	type AccountId = AccountId;

	fn verified_model(claim: u64) -> Option<(AccountId, H256)> {
		VerifiedClaims::get(claim)
	}
}

/// Jobs that were opened and not settled.
#[storage_alias]
pub type Jobs = StorageMap<System, Blake2_128Concat, JobId, (Client, AccountId, TrainingJob)>;
#[storage_alias]
pub type NextJob = StorageValue<System, JobId, ValueQuery>;
/// Who else is not to judge the last job that was opened.
#[storage_alias]
pub type Opponent = StorageValue<System, AccountId>;
/// What hangs on that job.
#[storage_alias]
pub type Value = StorageValue<System, Balance, ValueQuery>;

pub const FEE: Balance = 50;
pub const LONGEST: u64 = 25;

pub struct VerificationDouble;

impl Verification for VerificationDouble {
	type AccountId = AccountId;
	type Balance = Balance;
	type BlockNumber = u64;

	fn fee(_: &Limits, _: Balance) -> Balance {
		FEE
	}

	fn ensure_payable(payer: &AccountId, _: &Limits, _: Balance) -> DispatchResult {
		ensure!(Balances::balance(payer) >= FEE, TokenError::FundsUnavailable);
		Ok(())
	}

	fn longest(_: &Limits) -> u64 {
		LONGEST
	}

	fn open(
		client: Client,
		payer: &AccountId,
		opponent: Option<&AccountId>,
		_: u64,
		job: TrainingJob,
		value: Balance,
	) -> Result<JobId, DispatchError> {
		Self::ensure_payable(payer, &job.limits, value)?;
		let id = NextJob::get();
		NextJob::put(id + 1);
		Jobs::insert(id, (client, *payer, job));
		Opponent::set(opponent.copied());
		Value::put(value);
		Ok(id)
	}
}

#[storage_alias]
pub type EpochNow = StorageValue<System, u64, ValueQuery>;

pub struct CurrentEpoch;

impl Get<u64> for CurrentEpoch {
	fn get() -> u64 {
		EpochNow::get()
	}
}

parameter_types! {
	/// What makes the outputs of one chain differ from those of another.
	pub static Seed: u64 = 0;
}

pub struct Outputs;

impl Randomness<Option<H256>, u64> for Outputs {
	fn random(subject: &[u8]) -> (Option<H256>, u64) {
		let parent = System::block_number() - 1;
		(Some(hash(&codec::Encode::encode(&(subject, parent, Seed::get())))), parent)
	}
}

pub const LIMITS: Limits = Limits {
	program_bytes: 1_000,
	memory_pages: 16,
	steps: 100,
	step_fuel: 1_000,
	total_fuel: 100_000,
};

pub const BOND: Balance = 500;
pub const CONTEST_BOND: Balance = 300;
pub const TREASURY: AccountId = 99;

parameter_types! {
	pub MaxLimits: Limits = LIMITS;
	pub const RecordHold: RuntimeHoldReason = RuntimeHoldReason::AssayModels(HoldReason::Deposit);
	pub const Treasury: AccountId = TREASURY;
	pub static TheProfile: Profile = Profile::default();
	pub static MinAccuracy: Score = Score(500_000_000);
	pub static AccuracyTolerance: Score = Score(1_000_000);
	pub static MaxModelBytes: u32 = 100_000;
	pub static IntentLife: u32 = 5;
	pub static MaxChecksPerBlock: u32 = 3;
}

impl Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SlashHandler = ResolveTo<Treasury, Balances>;
	type Deposit = HoldConsideration<
		AccountId,
		Balances,
		RecordHold,
		LinearStoragePrice<ConstU64<100>, ConstU64<1>, Balance>,
	>;
	type Artifacts = ArtifactsDouble;
	type Claims = ClaimsDouble;
	type Verification = VerificationDouble;
	type Epoch = CurrentEpoch;
	type Randomness = Outputs;
	type SchemeOrigin = EnsureRoot<AccountId>;
	type MaxLimits = MaxLimits;
	type Profile = TheProfile;
	type MinAccuracy = MinAccuracy;
	type AccuracyTolerance = AccuracyTolerance;
	type MaxModelBytes = MaxModelBytes;
	type MaxDataBytes = ConstU64<500>;
	type IntentLife = IntentLife;
	type RevocationNotice = ConstU64<5>;
	type Retention = ConstU64<40>;
	type Bond = ConstU64<BOND>;
	type ContestBond = ConstU64<CONTEST_BOND>;
	type MaxChecksPerBlock = MaxChecksPerBlock;
}

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const CAROL: AccountId = 3;
pub const POOR: AccountId = 4;
/// Has no account.
pub const NOBODY: AccountId = 5;
pub const ENDOWED: Balance = 1_000_000;

pub fn program() -> ArtifactId {
	Manifest::of(b"program").id()
}

pub fn clean() -> CleanData {
	CleanData { id: Manifest::of(b"data").id(), root: H256::repeat_byte(4), chunk_rows: 64 }
}

pub fn store(bytes: &[u8], until: u64) -> ArtifactId {
	let manifest = Manifest::of(bytes);
	let id = manifest.id();
	if !Stored::contains_key(id) {
		Stored::insert(id, (until, manifest, 0));
	}
	id
}

pub fn pins(id: ArtifactId) -> u32 {
	Stored::get(id).unwrap().2
}

/// The sub-keys of somebody.
pub fn secret(seed: u8) -> Secret {
	Secret { bytes: H256::repeat_byte(seed), sub_keys: 4 }
}

pub const RATIO: Score = Score(700_000_000);

pub fn intend(owner: AccountId, secret: &Secret) -> IntentId {
	let intent = NextIntent::<Test>::get();
	assert_ok!(AssayModels::intend(RuntimeOrigin::signed(owner), secret.root(), RATIO));
	intent
}

/// An intent with its beacon.
pub fn ready(owner: AccountId, secret: &Secret) -> IntentId {
	let intent = intend(owner, secret);
	next_epoch();
	next_epoch();
	intent
}

/// The watermark key of a sub-key.
pub fn key_of(intent: IntentId, secret: &Secret, sub_key: u32) -> H256 {
	let view = AssayModels::intent(intent).unwrap();
	let beacon = view.beacon.unwrap();
	key::watermark(&view.owner, view.intent, &view.root, sub_key, &secret.sub_key(sub_key), &beacon)
}

pub fn keys_of(intent: IntentId, secret: &Secret) -> Vec<H256> {
	(0..secret.sub_keys).map(|sub_key| key_of(intent, secret, sub_key)).collect()
}

/// Bytes of a model's file before its weights: with them, the slice lies in two chunks.
pub const HEADER: usize = 12_000;
/// Weights of a model.
pub const WEIGHTS: u32 = 2_048;

/// One column: the weights count in the order in which they stand.
pub const PLACE: Place =
	Place { offset: HEADER as u32, element: Element::F32, groups: WEIGHTS, group_len: 1 };

/// A model with the marks of some keys: each weight is the sum of the signs that its bits ask for,
/// so that every bit's sum is as large as the number of weights, up to what the others add by
/// chance.
pub fn marked(keys: &[H256], seed: u64) -> Vec<u8> {
	let mut weights = vec![0f32; WEIGHTS as usize];
	for key in keys {
		let wanted = wanted(key);
		for bit in 0..BITS {
			let wish = if is_set(&wanted, bit) { 1.0 } else { -1.0 };
			for (part, weights) in (0u32..).zip(weights.chunks_mut(256)) {
				let signs = signs(key, bit, part);
				for (weight, at) in weights.iter_mut().zip(0u32..) {
					*weight += if is_set(&signs, at) { -wish } else { wish };
				}
			}
		}
	}
	let mut bytes = vec![0; HEADER];
	bytes[..8].copy_from_slice(&seed.to_le_bytes());
	bytes.extend(weights.iter().flat_map(|weight| (weight / 1_024.0).to_le_bytes()));
	bytes
}

pub fn file_of(bytes: &[u8]) -> File {
	File { id: Manifest::of(bytes).id(), bytes: bytes.len() as u32, root: file::tree(bytes).root() }
}

/// What the verifier's program would find, were the bits all that there is.
pub fn statistics(bytes: &[u8], key: &H256) -> Statistics {
	let slice = Slice::cut(bytes, PLACE).unwrap();
	let bit_matches = evidence::bit_matches(&slice, &file_of(bytes), key).unwrap();
	Statistics { classes: 10, trigger_matches: 60, bit_matches, ratio: RATIO }
}

pub fn name(text: &str) -> Name {
	text.as_bytes().to_vec().try_into().unwrap()
}

pub fn alias(text: &str) -> Alias {
	text.as_bytes().to_vec().try_into().unwrap()
}

/// A true registration of a file, which is stored.
pub fn registration(
	intent: IntentId,
	secret: &Secret,
	sub_key: u32,
	bytes: &[u8],
) -> Box<Registration> {
	store(bytes, 1_000);
	Box::new(Registration {
		intent,
		name: name("digits"),
		file: file_of(bytes),
		length: file::tree(bytes).prove(0).unwrap(),
		opening: secret.open(sub_key).unwrap(),
		slice: Slice::cut(bytes, PLACE).unwrap(),
		statistics: statistics(bytes, &key_of(intent, secret, sub_key)),
		accuracy: Score(950_000_000),
		clean: clean(),
		card: H256::repeat_byte(5),
		signature_manifest: H256::repeat_byte(6),
		parents: Parents::default(),
		claim: None,
	})
}

/// A true challenge.
pub fn challenge(
	model: ModelId,
	intent: IntentId,
	secret: &Secret,
	sub_key: u32,
	bytes: &[u8],
) -> Box<Challenge> {
	Box::new(Challenge {
		model,
		intent,
		opening: secret.open(sub_key).unwrap(),
		slice: Slice::cut(bytes, PLACE).unwrap(),
		statistics: statistics(bytes, &key_of(intent, secret, sub_key)),
	})
}

/// Applies a transaction: the error says why it is no valid one, or why its call fails.
pub fn send(
	who: AccountId,
	call: crate::Call<Test>,
) -> Result<DispatchResult, TransactionValidityError> {
	let call = RuntimeCall::from(call);
	let info = call.get_dispatch_info();
	let origin = RuntimeOrigin::signed(who);
	let applied = CheckModel::<Test>::new().dispatch_transaction(origin, call, &info, 0, 0);
	assert!(!Admitted::<Test>::get());
	applied.map(|result| result.map(|_| ()).map_err(|failed| failed.error))
}

/// What the pool says to a transaction.
pub fn validate(who: AccountId, call: crate::Call<Test>) -> Result<(), TransactionValidityError> {
	let call = RuntimeCall::from(call);
	let info = call.get_dispatch_info();
	let (origin, source) = (RuntimeOrigin::signed(who), TransactionSource::External);
	CheckModel::<Test>::new().validate_only(origin, &call, &info, 0, source, 0).map(|_| ())
}

pub fn register_call(registration: &Registration) -> crate::Call<Test> {
	crate::Call::register { registration: Box::new(registration.clone()) }
}

pub fn contest_call(challenge: &Challenge) -> crate::Call<Test> {
	crate::Call::contest { challenge: Box::new(challenge.clone()) }
}

/// Registers in a block of its own.
pub fn register(owner: AccountId, registration: &Registration) -> ModelId {
	next_block();
	let model = NextModel::<Test>::get();
	assert_eq!(send(owner, register_call(registration)), Ok(Ok(())));
	model
}

/// Contests in a block of its own.
pub fn contest(contestant: AccountId, challenge: &Challenge) -> ContestId {
	next_block();
	let contest = NextContest::<Test>::get();
	assert_eq!(send(contestant, contest_call(challenge)), Ok(Ok(())));
	contest
}

/// An agreement on a report, and an accuracy in units of 10⁻³.
pub fn reported(report: &Report, accuracy: i64) -> Settlement {
	Settlement::Agreed(Outcome::Scored(Scored {
		score: Score(accuracy * 1_000_000),
		trace_root: H256::repeat_byte(8),
		model_hash: report.hash(),
		fuel: 1_000,
		steps: 10,
	}))
}

/// That the statistics are as stated.
pub fn confirmed(statistics: Statistics) -> Settlement {
	reported(&Report::Measured(statistics), 950)
}

/// Settles the job of a pending model or an open contest.
pub fn settle(client: Client, settlement: Settlement) {
	let job = Jobs::iter().find(|(_, (of, ..))| *of == client).expect("a job is open").0;
	Jobs::remove(job);
	AssayModels::on_settled(client, settlement);
}

/// A verified model with the marks of an intent.
pub fn verified(owner: AccountId, intent: IntentId, secret: &Secret, bytes: &[u8]) -> ModelId {
	let sub_key = free_key(intent);
	let registration = registration(intent, secret, sub_key, bytes);
	let model = register(owner, &registration);
	settle(Client::Model(model), confirmed(registration.statistics));
	assert_eq!(view(model).stage, Stage::Verified);
	model
}

/// Waits until a revoked model cannot be contested any more, and removes what is left of it.
pub fn dismiss(owner: AccountId, model: ModelId) {
	let from = view(model).removable_from.expect("it is revoked");
	System::set_block_number(from.max(System::block_number()));
	assert!(AssayModels::remove(RuntimeOrigin::signed(owner), model).is_ok());
}

/// The first sub-key that was not opened.
pub fn free_key(intent: IntentId) -> u32 {
	let opened = AssayModels::intent(intent).unwrap().opened;
	(0..).find(|sub_key| !opened.contains(sub_key)).unwrap()
}

pub fn view(model: ModelId) -> ModelViewOf<Test> {
	AssayModels::model(model).unwrap()
}

/// Burns all that is free but so much.
pub fn leave(who: AccountId, rest: Balance) {
	use frame_support::traits::{fungible::Mutate, tokens::Preservation};
	let amount = Balances::balance(&who) - rest;
	let (exact, polite) = (Precision::Exact, Fortitude::Polite);
	assert_ok!(Balances::burn_from(&who, amount, Preservation::Preserve, exact, polite));
}

pub fn bonds(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

pub fn deposits(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Deposit.into(), &who)
}

pub fn price(footprint: Footprint) -> Balance {
	100 + footprint.size
}

pub fn next_block() {
	run_to(System::block_number() + 1);
}

pub fn run_to(block: u64) {
	System::run_to_block_with::<AllPalletsWithSystem>(block, RunToBlockHooks::default());
}

/// Begins an epoch with the next block.
pub fn next_epoch() {
	EpochNow::mutate(|epoch| *epoch += 1);
	next_block();
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let rich = [ALICE, BOB, CAROL].map(|who| (who, ENDOWED));
	pallet_balances::GenesisConfig::<Test> {
		balances: rich.into_iter().chain([(POOR, 3_000), (TREASURY, 10)]).collect(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	pallet_assay_models::GenesisConfig::<Test> {
		scheme: Some(SchemeTerms { program: program(), limits: LIMITS }),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		store(b"program", 100_000);
		store(b"data", 100_000);
		run_to(1);
	});
	ext
}

/// Runs a test and checks the invariants after it.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		check();
	});
}

/// What must hold at any time, here and between the pallets.
pub fn check() {
	AssayModels::do_try_state().unwrap();

	// Every record has its deposit: all of it, or what is left of it.
	let mut due = std::collections::BTreeMap::<AccountId, Balance>::new();
	let mut owe = |who, footprint| *due.entry(who).or_default() += price(footprint);
	for record in Intents::<Test>::iter_values() {
		owe(record.owner, AssayModels::intent_footprint());
	}
	for record in Names::<Test>::iter_values() {
		owe(record.owner, AssayModels::name_footprint());
	}
	for record in Contests::<Test>::iter_values() {
		owe(record.contestant, AssayModels::contest_footprint());
	}
	for record in Models::<Test>::iter_values() {
		match record.details {
			Some(details) => {
				owe(record.owner, AssayModels::model_footprint());
				if details.name_deposit.is_some() {
					owe(record.owner, AssayModels::name_footprint());
				}
			},
			None => owe(record.owner, AssayModels::retired_footprint()),
		}
	}
	for who in [ALICE, BOB, CAROL, POOR] {
		assert_eq!(deposits(who), due.get(&who).copied().unwrap_or(0), "deposits of {who}");
	}

	// Every pending model and every open contest has a job, and nothing else has one.
	let pending = Models::<Test>::iter()
		.filter(|(_, record)| record.status.stage() == Stage::Pending)
		.map(|(model, _)| Client::Model(model));
	let open = Contests::<Test>::iter_keys().map(Client::Contest);
	let mut expected: Vec<_> = pending.chain(open).collect();
	let mut jobs: Vec<_> = Jobs::iter_values().map(|(client, ..)| client).collect();
	let order = |client: &Client| codec::Encode::encode(client);
	expected.sort_by_key(order);
	jobs.sort_by_key(order);
	assert_eq!(jobs, expected);

	// What is relied on is pinned, and nothing else is.
	let mut used = std::collections::BTreeMap::<ArtifactId, u32>::new();
	for details in Models::<Test>::iter_values().filter_map(|record| record.details) {
		*used.entry(details.evidence.file.id).or_default() += 1;
		*used.entry(details.evidence.clean.id).or_default() += 1;
	}
	*used.entry(program()).or_default() += jobs.len() as u32;
	for (id, (_, _, pins)) in Stored::iter() {
		assert_eq!(pins, used.get(&id).copied().unwrap_or(0), "pins of {id:?}");
	}
}
