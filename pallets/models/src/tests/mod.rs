//! One module a call, and one for each thing that happens without one.

mod contest;
mod extension;
mod intend;
mod invariants;
mod names;
mod register;
mod remove;
mod scheme;
mod settlement;
mod views;

use crate::{mock::*, Event, *};
use assay_primitives::{DataFault, FailReason, Input, Outcome};
use assay_traits::{refusal, OnSettled, Settlement};
use assay_watermark::{Refusal, Report};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect as _};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

fn assert_last_event(event: Event<Test>) {
	System::assert_last_event(event.into());
}

fn has_event(event: Event<Test>) -> bool {
	System::events().iter().any(|record| record.event == event.clone().into())
}

/// How a transaction is refused with an error.
fn refused(error: impl Into<DispatchError>) -> TransactionValidityError {
	refusal(error.into())
}
