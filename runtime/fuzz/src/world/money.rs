//! Payments.

use super::World;
use crate::{random::Random, shape::number, step::Step};
use assay_runtime::{config::monetary::EXISTENTIAL_DEPOSIT, Runtime};

type Call = pallet_balances::Call<Runtime>;

impl World {
	/// Pays somebody: often all there is, or what leaves next to nothing.
	pub(super) fn pay(&mut self, random: &mut Random) -> Option<Step> {
		let who = self.anybody(random);
		let free = frame_system::Account::<Runtime>::get(self.account(who)).data.free;
		let value = match random.below(8) {
			0 => free,
			1 => free.saturating_sub(EXISTENTIAL_DEPOSIT),
			2 => EXISTENTIAL_DEPOSIT - 1,
			3 => EXISTENTIAL_DEPOSIT,
			4 => number(random),
			_ => free / 10_000,
		};
		let to = self.account(self.anybody(random));
		let (from, dest) = (self.account(who).into(), to.into());
		Some(match random.below(12) {
			0..=3 => Step::signed(who, Call::transfer_allow_death { dest, value }),
			4..=6 => Step::signed(who, Call::transfer_keep_alive { dest, value }),
			7 if random.chance(20) => {
				Step::signed(who, Call::transfer_all { dest, keep_alive: random.chance(50) })
			},
			8 => Step::signed(who, Call::burn { value, keep_alive: random.chance(50) }),
			9 => Step::sudo(Call::force_transfer { source: from, dest, value }),
			10 if random.chance(10) => {
				Step::sudo(Call::force_set_balance { who: dest, new_free: value })
			},
			_ => Step::signed(who, Call::transfer_keep_alive { dest, value: free / 1_000 }),
		})
	}
}
