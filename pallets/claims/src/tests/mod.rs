//! One module a call, and one for each thing that happens without one.

mod audit;
mod commit;
mod contest;
mod expiry;
mod extension;
mod invariants;
mod queue;
mod remove;
mod reveal;
mod sealed;
mod seeds;
mod settlement;
mod views;
mod withdraw;

use crate::{mock::*, Event, *};
use assay_primitives::{DataFault, FailReason, Input, Outcome};
use assay_traits::{Deed, Offence, Settlement};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect as _, InspectHold as _},
};
use sp_runtime::TokenError;

fn assert_last_event(event: Event<Test>) {
	System::assert_last_event(event.into());
}
