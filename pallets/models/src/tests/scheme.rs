use super::*;
use sp_runtime::traits::BadOrigin;

fn set(limits: Limits) -> DispatchResult {
	let scheme = Some(SchemeTerms { program: H256::zero(), limits });
	AssayModels::set_scheme(RuntimeOrigin::root(), scheme)
}

#[test]
fn is_for_root() {
	build_and_execute(|| {
		let set = AssayModels::set_scheme(RuntimeOrigin::signed(ALICE), None);
		assert_eq!(set, Err(BadOrigin.into()));
		assert_ok!(AssayModels::set_scheme(RuntimeOrigin::root(), None));
		assert_last_event(Event::SchemeSet { scheme: None });
		assert_eq!(Scheme::<Test>::get(), None);
	});
}

#[test]
fn may_use_what_the_chain_allows() {
	build_and_execute(|| {
		assert_ok!(set(LIMITS));
		for bad in [
			Limits { program_bytes: LIMITS.program_bytes + 1, ..LIMITS },
			Limits { memory_pages: LIMITS.memory_pages + 1, ..LIMITS },
			Limits { steps: LIMITS.steps + 1, ..LIMITS },
			Limits { step_fuel: LIMITS.step_fuel + 1, ..LIMITS },
			Limits { total_fuel: LIMITS.total_fuel + 1, ..LIMITS },
			Limits { program_bytes: 0, ..LIMITS },
			Limits { total_fuel: 0, ..LIMITS },
		] {
			assert_noop!(set(bad), Error::<Test>::SchemeTooLarge);
		}
	});
}

#[test]
fn what_is_pending_keeps_its_program() {
	build_and_execute(|| {
		let secret = secret(1);
		let intent = ready(ALICE, &secret);
		let bytes = marked(&keys_of(intent, &secret), 0);
		let registration = registration(intent, &secret, 0, &bytes);
		let model = register(ALICE, &registration);
		assert_eq!(pins(program()), 1);
		assert_ok!(set(LIMITS));
		settle(Client::Model(model), confirmed(registration.statistics));
		assert_eq!(pins(program()), 0);
		assert_eq!(view(model).evidence.unwrap().scheme, program());
	});
}
