//! Which calls were made, and how they ended.

use assay_runtime::RuntimeCall;
use comfy_table::{presets::NOTHING, CellAlignment, Table};
use frame_support::traits::GetCallMetadata;
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
};

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
	/// Its call succeeded.
	Ok,
	/// Its call failed, with this error.
	Failed(String),
	/// It was not valid, for this reason.
	Refused(String),
}

/// What happened to one call.
#[derive(Clone, Debug, Default)]
pub struct Count {
	/// Transactions with it that succeeded; for what root calls, those by sudo.
	pub ok: u64,
	/// Transactions with it that failed.
	pub failed: u64,
	/// Transactions with it that were not valid.
	pub refused: u64,
	/// How often it stood inside of other calls that were made.
	pub inside: u64,
	/// Ways in which it failed or was refused.
	pub reasons: BTreeSet<String>,
	/// Largest time that it took, in thousandths of what its weight allows.
	pub slowest: u64,
}

/// What happened to all calls.
#[derive(Clone, Debug)]
pub struct Coverage {
	calls: BTreeMap<(&'static str, &'static str), Count>,
}

impl Default for Coverage {
	/// All calls of the runtime, none of them made.
	fn default() -> Self {
		let calls = RuntimeCall::get_module_names().iter().flat_map(|pallet| {
			let calls = RuntimeCall::get_call_names(pallet).iter();
			calls.map(|call| ((*pallet, *call), Count::default()))
		});
		Self { calls: calls.collect() }
	}
}

impl Coverage {
	fn at(&mut self, call: &RuntimeCall) -> &mut Count {
		let name = call.get_call_metadata();
		self.calls.entry((name.pallet_name, name.function_name)).or_default()
	}

	/// Counts a transaction, and the time that it took in thousandths of what its weight allows.
	pub fn count(&mut self, call: &RuntimeCall, ended: &Ended, permille: u64) {
		let count = self.at(call);
		match ended {
			Ended::Ok => count.ok += 1,
			Ended::Failed(reason) => {
				count.failed += 1;
				count.reasons.insert(reason.clone());
			},
			Ended::Refused(reason) => {
				count.refused += 1;
				count.reasons.insert(reason.clone());
			},
		}
		count.slowest = count.slowest.max(permille);
	}

	/// Counts a call inside of another one that was made.
	pub fn count_inside(&mut self, call: &RuntimeCall) {
		self.at(call).inside += 1;
	}

	/// What happened to one call.
	#[must_use]
	pub fn of(&self, pallet: &str, call: &str) -> Count {
		self.calls.get(&(pallet, call)).cloned().unwrap_or_default()
	}

	/// Calls that never succeeded, neither on their own nor, perhaps, inside of others.
	#[must_use]
	pub fn never(&self) -> Vec<String> {
		let never = self.calls.iter().filter(|(_, count)| count.ok == 0);
		never.map(|((pallet, call), _)| format!("{pallet}::{call}")).collect()
	}

	/// Adds what was counted elsewhere.
	pub fn add(&mut self, other: Self) {
		for (name, count) in other.calls {
			let sum = self.calls.entry(name).or_default();
			sum.ok += count.ok;
			sum.failed += count.failed;
			sum.refused += count.refused;
			sum.inside += count.inside;
			sum.reasons.extend(count.reasons);
			sum.slowest = sum.slowest.max(count.slowest);
		}
	}
}

impl fmt::Display for Coverage {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut table = Table::new();
		table.load_style(NOTHING);
		table.set_header(["call", "ok", "failed", "refused", "inside", "reasons", "time/weight"]);
		for ((pallet, call), count) in &self.calls {
			table.add_row([
				format!("{pallet}::{call}"),
				count.ok.to_string(),
				count.failed.to_string(),
				count.refused.to_string(),
				count.inside.to_string(),
				count.reasons.len().to_string(),
				format!("{:.2}", count.slowest as f64 / 1_000.0),
			]);
		}
		for column in table.column_iter_mut().skip(1) {
			column.set_cell_alignment(CellAlignment::Right);
		}
		let reached = self.calls.values().filter(|count| count.ok > 0).count();
		writeln!(f, "{table}")?;
		writeln!(f, "{reached} of {} calls succeeded; these never did:", self.calls.len())?;
		write!(f, "  {}", self.never().join(", "))
	}
}
