//! What is shown: text and tables for people, or JSON lines.

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::json;
use std::{fmt::Display, time::Duration};

/// How results are shown.
#[derive(Clone, Copy)]
pub struct Output {
	/// One JSON object a line on standard output, instead of text.
	pub json: bool,
	/// No bars and spinners.
	pub still: bool,
}

impl Output {
	/// The same without bars and spinners: somebody else shows one.
	pub const fn still(self) -> Self {
		Self { still: true, ..self }
	}

	/// Shows a result on standard output.
	pub fn show(self, value: &impl Serialize, text: impl FnOnce() -> String) {
		if self.json {
			println!("{}", json!(value));
		} else {
			println!("{}", text().trim_end());
		}
	}

	/// Tells people what happens meanwhile, on standard error. Not in JSON.
	pub fn note(self, text: impl Display) {
		if !self.json {
			eprintln!("{text}");
		}
	}

	/// Warns on standard error.
	pub fn warn(self, text: impl Display) {
		if self.json {
			eprintln!("{}", json!({ "warning": text.to_string() }));
		} else {
			eprintln!("warning: {text}");
		}
	}

	/// A bar on a terminal, for `len` units of `unit`.
	pub fn bar(self, len: u64, unit: &str) -> ProgressBar {
		let style = ProgressStyle::with_template(&format!(
			"{{msg}} {{wide_bar}} {{pos}}/{{len}} {unit} {{eta}}"
		));
		self.start(ProgressBar::new(len), style.ok())
	}

	/// A spinner on a terminal, for what has no known end.
	pub fn spinner(self, message: impl Into<String>) -> ProgressBar {
		let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
		let spinner = self.start(ProgressBar::new_spinner(), style.ok());
		spinner.set_message(message.into());
		spinner
	}

	fn start(self, bar: ProgressBar, style: Option<ProgressStyle>) -> ProgressBar {
		if self.json || self.still {
			return ProgressBar::hidden();
		}
		if let Some(style) = style {
			bar.set_style(style);
		}
		bar.enable_steady_tick(Duration::from_millis(200));
		bar
	}
}

/// Lines of `name  value`.
pub fn pairs<const N: usize>(rows: [(&str, String); N]) -> String {
	let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
	rows.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

/// A table with a line of headings.
pub fn table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> String {
	let mut table = comfy_table::Table::new();
	table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY).set_header(headings);
	table.add_rows(rows);
	table.to_string()
}

/// A number with its thousands apart.
pub fn thousands(number: u64) -> String {
	let digits = number.to_string();
	let mut text = String::new();
	for (at, digit) in digits.char_indices() {
		if at > 0 && (digits.len() - at).is_multiple_of(3) {
			text.push(' ');
		}
		text.push(digit);
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn thousands_are_apart() {
		for (number, text) in [(0, "0"), (999, "999"), (1_000, "1 000"), (1_234_567, "1 234 567")] {
			assert_eq!(thousands(number), text);
		}
	}

	#[test]
	fn pairs_are_aligned() {
		assert_eq!(pairs([("a", "1".into()), ("bcd", "2".into())]), "a    1\nbcd  2\n");
	}
}
