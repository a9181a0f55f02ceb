//! `assay claim status`: what a claim's status means.

use crate::{
	amount::Amount,
	chain::{api, view, At, Chain, ClaimViewOf, Deadline, Reason, Stage},
	commands::Context,
	output::pairs,
};
use anyhow::Result;
use assay_primitives::ClaimId;
use serde_json::{json, Value};

pub async fn run(context: &Context, claim: ClaimId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.best().await?;
	let found = chain.claim(&at, claim).await?;
	let due = match found.slash {
		Some(slash) => {
			let call = api::view_functions().stake().pending_slash(slash);
			view(&at, call).await?.and_then(|slash| slash.due)
		},
		None => None,
	};
	let mut value = json(&found);
	value["block"] = json!(at.block_number());
	value["slash_final_at"] = json!(due);
	value["what_to_do"] = json!(what_to_do(&found));
	context.output.show(&value, || text(&chain, &at, &found, due));
	Ok(())
}

/// All that is known of a claim, for machines.
pub fn json(view: &ClaimViewOf) -> Value {
	let reason =
		view.reason.as_ref().map(|reason| json!({ "code": code(reason), "text": because(reason) }));
	let next = match view.next {
		Deadline::Reveal { from, until, withdraw_until } => {
			json!({ "reveal": { "from": from, "until": until, "withdraw_until": withdraw_until } })
		},
		Deadline::Settle { by } => json!({ "settle": { "by": by } }),
		Deadline::Remove { from } => json!({ "remove": { "from": from } }),
	};
	json!({
		"claim": view.claim,
		"task": view.task,
		"miner": view.miner,
		"stage": stage(&view.stage),
		"reason": reason,
		"next": next,
		"claimed": view.claimed.as_deref(),
		"measured": view.measured.as_deref(),
		"tolerance": assay_primitives::Score(view.tolerance),
		"paid": Amount(view.paid),
		"bond": Amount(view.bond),
		"slash": view.slash,
		"program": view.program,
		"seed": view.seed,
		"job": view.job,
		"committed_at": view.committed_at,
		"revealed_at": view.revealed_at,
		"ended_at": view.ended_at,
	})
}

fn text(chain: &Chain, at: &At, view: &ClaimViewOf, due: Option<u32>) -> String {
	let now = at.block_number();
	let block = |block: u32| match u64::from(block).saturating_sub(now) {
		0 => format!("block {block}"),
		left => format!("block {block} ({})", chain.duration(at, left)),
	};
	let score = |score: Option<&assay_primitives::Score>| {
		score.map_or_else(|| "not known yet".into(), ToString::to_string)
	};
	let mut text = pairs([
		("claim", format!("{} in task {}", view.claim, view.task)),
		("miner", view.miner.to_string()),
		("status", sentence(view)),
		("claimed", score(view.claimed.as_deref())),
		("measured", score(view.measured.as_deref())),
		("bond", format!("{} AIT", Amount(view.bond))),
		("paid", format!("{} AIT", Amount(view.paid))),
		(
			"next",
			match view.next {
				Deadline::Reveal { from, until, .. } if u64::from(from) > now.saturating_add(1) => {
					format!("reveal from {} until {}", block(from), block(until))
				},
				Deadline::Reveal { until, .. } => format!("reveal until {}", block(until)),
				Deadline::Settle { by } => format!("verdict until {}", block(by)),
				Deadline::Remove { from } => {
					format!("the record can be removed from {} on", block(from))
				},
			},
		),
		("to do", what_to_do(view)),
	]);
	if let (Some(slash), Some(due)) = (view.slash, due) {
		text += &format!(
			"slash {slash} of the bond is final in {}; see assay stake slashes\n",
			block(due)
		);
	}
	text
}

/// The name of a stage, as in JSON.
pub fn stage(stage: &Stage) -> &'static str {
	match stage {
		Stage::Committed => "committed",
		Stage::Revealed => "revealed",
		Stage::Measured => "measured",
		Stage::Verified => "verified",
		Stage::Rejected => "rejected",
		Stage::Returned => "returned",
		Stage::Superseded => "superseded",
		Stage::Duplicate => "duplicate",
		Stage::Withdrawn => "withdrawn",
		Stage::Expired => "expired",
	}
}

/// Where a claim stands, and why.
pub fn sentence(view: &ClaimViewOf) -> String {
	let about = match &view.stage {
		Stage::Committed => "committed, not revealed".into(),
		Stage::Revealed => "being verified".into(),
		Stage::Measured => match &view.measured {
			Some(measured) => format!("found true: measured {}, not paid yet", **measured),
			None => "found true, not paid yet".into(),
		},
		Stage::Verified => match (&view.measured, view.paid) {
			(Some(measured), paid) if paid > 0 => {
				format!("verified: measured {}, paid {} AIT", **measured, Amount(paid))
			},
			(Some(measured), _) => format!("verified: measured {}, not paid", **measured),
			(None, _) => "verified".into(),
		},
		Stage::Rejected => format!("rejected: the bond of {} AIT is slashed", Amount(view.bond)),
		Stage::Returned if view.paid > 0 => {
			format!("returned: the bond went back, and {} AIT were paid", Amount(view.paid))
		},
		Stage::Returned => "returned: the bond went back".into(),
		Stage::Superseded => "true, but superseded: the bond went back".into(),
		Stage::Duplicate => "true, but a duplicate: the bond went back".into(),
		Stage::Withdrawn => "withdrawn: the bond went back".into(),
		Stage::Expired => format!("expired: the bond of {} AIT is slashed", Amount(view.bond)),
	};
	match (&view.reason, &view.claimed, &view.measured) {
		(Some(Reason::WorseThanClaimed), Some(claimed), Some(measured)) => {
			format!("{about}, because {} was claimed and {} measured", **claimed, **measured)
		},
		(Some(reason), ..) => format!("{about}, because {}", because(reason)),
		(None, ..) => about,
	}
}

/// The name of a reason, as in JSON.
fn code(reason: &Reason) -> &'static str {
	match reason {
		Reason::NoImprovement => "no_improvement",
		Reason::NoBountyLeft => "no_bounty_left",
		Reason::WorseThanClaimed => "worse_than_claimed",
		Reason::BelowThreshold => "below_threshold",
		Reason::RunFailed(_) => "run_failed",
		Reason::InputUnavailable { .. } => "input_unavailable",
		Reason::Undecided => "undecided",
		Reason::NotRevealed => "not_revealed",
		Reason::EarlierClaim(_) => "earlier_claim",
		Reason::SameModel(_) => "same_model",
		Reason::HoldoutWithheld => "holdout_withheld",
		Reason::PaidAtClose => "paid_at_close",
		Reason::NoShare => "no_share",
		Reason::EarlierOpen(_) => "earlier_open",
		Reason::KnownWrong => "known_wrong",
	}
}

fn because(reason: &Reason) -> String {
	match reason {
		Reason::NoImprovement => {
			"it does not improve enough on the best verified claim of the task".into()
		},
		Reason::NoBountyLeft => "every bounty of the task was paid before".into(),
		Reason::WorseThanClaimed => {
			"the measured score is worse than the claimed one by more than the tolerance".into()
		},
		Reason::BelowThreshold => "the measured score does not reach the threshold".into(),
		Reason::RunFailed(reason) => format!("the run failed: {}", **reason),
		Reason::InputUnavailable { input, fault } => {
			format!(
				"the committee could not use the {}: {}",
				format!("{:?}", **input).to_lowercase(),
				**fault
			)
		},
		Reason::Undecided => "the committees did not agree on an outcome".into(),
		Reason::NotRevealed => "it was not revealed in time".into(),
		Reason::EarlierClaim(claim) => format!("claim {claim} committed to the same run earlier"),
		Reason::SameModel(claim) => format!("claim {claim} brought the same model before"),
		Reason::HoldoutWithheld => "the sponsor did not publish the holdout".into(),
		Reason::PaidAtClose => "the shares of a contest are paid when the task is closed".into(),
		Reason::NoShare => "others were better when the contest was closed".into(),
		Reason::EarlierOpen(claim) => {
			format!("claim {claim}, which was committed earlier, is still open")
		},
		Reason::KnownWrong => "it was known to be wrong: an auditor had it sent".into(),
	}
}

fn what_to_do(view: &ClaimViewOf) -> String {
	let (claim, task) = (view.claim, view.task);
	match &view.stage {
		Stage::Committed => format!(
			"reveal it in time (assay claim reveal {claim}), or take it back (assay claim withdraw \
			 {claim}); otherwise its bond is lost"
		),
		Stage::Revealed | Stage::Measured => {
			format!("wait; to follow it: assay claim watch {claim}")
		},
		Stage::Verified => format!("nothing; to compare: assay leaderboard {task}"),
		Stage::Rejected => format!(
			"run the program as verifiers did: assay program run PROGRAM --task {task}, with the \
			 parameters and the seed of the claim"
		),
		Stage::Returned => match &view.reason {
			Some(Reason::BelowThreshold) => "claim a better model, if the task still takes claims",
			Some(Reason::HoldoutWithheld | Reason::KnownWrong) => "nothing",
			_ => "submit it again",
		}
		.into(),
		Stage::Superseded => "claim another run: other program, parameters or seed".into(),
		Stage::Duplicate => "claim another model".into(),
		Stage::Withdrawn => "nothing".into(),
		Stage::Expired => {
			"reveal in time: assay claim submit does, and assay claim reveal after a crash".into()
		},
	}
}
