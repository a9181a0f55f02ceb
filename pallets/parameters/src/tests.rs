use super::*;
use crate::mock::*;
use frame_support::{assert_noop, assert_ok, traits::Get};
use sp_runtime::{traits::BadOrigin, DispatchError, ModuleError};

fn set<const N: usize>(changes: [RuntimeParameters; N]) -> DispatchResult {
	AssayParameters::set(RuntimeOrigin::root(), changes.to_vec().try_into().unwrap())
}

fn values() -> (u32, u32) {
	(range::Low::get(), range::High::get())
}

#[docify::export]
#[test]
fn values_that_depend_on_each_other_change_together() {
	build_and_execute(|| {
		// The range is 1 to 2. Alone, a low end of 5 is past the high end.
		assert_noop!(set([low(5)]), Error::<Test>::InvariantBroken(1));
		// With the high end it can be set, in any order.
		assert_ok!(set([low(5), high(6)]));
		assert_eq!(values(), (5, 6));
	});
}

#[test]
fn each_change_is_announced() {
	build_and_execute(|| {
		assert_ok!(set([low(2), high(3)]));
		let updates = System::events()
			.into_iter()
			.filter(|record| {
				matches!(
					record.event,
					RuntimeEvent::Parameters(pallet_parameters::Event::Updated { .. })
				)
			})
			.count();
		assert_eq!(updates, 2);
	});
}

#[test]
fn a_parameter_goes_back_to_its_default() {
	build_and_execute(|| {
		assert_ok!(set([high(9)]));
		assert_ok!(set([high(None)]));
		assert_eq!(values(), (1, 2));
	});
}

#[test]
fn a_default_is_checked_too() {
	build_and_execute(|| {
		assert_ok!(set([low(5), high(6)]));
		assert_noop!(set([high(None)]), Error::<Test>::InvariantBroken(1));
	});
}

#[test]
fn nothing_of_a_bad_list_is_kept() {
	build_and_execute(|| {
		assert_noop!(set([high(7), low(0)]), Error::<Test>::InvariantBroken(0));
		assert_eq!(values(), (1, 2));
	});
}

#[test]
fn an_empty_list_is_fine() {
	build_and_execute(|| {
		assert_ok!(set([]));
	});
}

#[test]
fn only_the_update_origin_may() {
	build_and_execute(|| {
		let changes: BoundedVec<_, _> = vec![high(3)].try_into().unwrap();
		for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none(), Origin::Checked.into()] {
			assert_noop!(AssayParameters::set(origin, changes.clone()), BadOrigin);
		}
	});
}

#[test]
fn there_is_no_way_around() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::signed(1)] {
			assert_noop!(Parameters::set_parameter(origin, low(9)), BadOrigin);
		}
	});
}

#[test]
fn the_error_names_the_relation() {
	build_and_execute(|| {
		let Err(DispatchError::Module(ModuleError { error, message, .. })) = set([low(9)]) else {
			panic!("a relation is broken");
		};
		assert_eq!(message, Some("InvariantBroken"));
		let place = usize::from(error[1]);
		assert_eq!(Invariants::get()[place].name, "low_below_high");

		let constants = AssayParameters::pallet_constants_metadata();
		let names = constants.iter().find(|constant| constant.name == "Invariants").unwrap();
		let names = Vec::<(String, String)>::decode(&mut &names.value[..]).unwrap();
		assert_eq!(names[place].0, "low_below_high");
	});
}
