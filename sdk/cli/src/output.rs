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
			println!("{}", harmless_lines(text().trim_end()));
		}
	}

	/// Tells people what happens meanwhile, on standard error. Not in JSON.
	pub fn note(self, text: impl Display) {
		if !self.json {
			eprintln!("{}", harmless_lines(&text.to_string()));
		}
	}

	/// Warns on standard error.
	pub fn warn(self, text: impl Display) {
		if self.json {
			eprintln!("{}", json!({ "warning": text.to_string() }));
		} else {
			eprintln!("warning: {}", harmless_lines(&text.to_string()));
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

/// Lines of `name  value`. The values are made [`harmless`].
pub fn pairs<const N: usize>(rows: [(&str, String); N]) -> String {
	let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
	rows.iter().map(|(name, value)| format!("{name:width$}  {}\n", harmless(value))).collect()
}

/// A table with a line of headings. Its cells are made [`harmless`].
pub fn table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> String {
	let mut table = comfy_table::Table::new();
	table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY).set_header(headings);
	table.add_rows(rows.into_iter().map(|row| row.map(|cell| harmless(&cell))));
	table.to_string()
}

/// A text without what would do more to a terminal than show it: whoever has chosen a name could
/// otherwise move the cursor, write lines of its own, or turn the direction of the text. Each such
/// character becomes U+FFFD.
pub fn harmless(text: &str) -> String {
	let harmful = |character: char| {
		character.is_control()
			// Separators of lines and paragraphs.
			|| matches!(character, '\u{2028}' | '\u{2029}')
			// Marks, embeddings, overrides and isolates of direction.
			|| matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}')
			|| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
	};
	text.chars().map(|character| if harmful(character) { '\u{fffd}' } else { character }).collect()
}

/// Lines, each of which is made [`harmless`].
pub fn harmless_lines(text: &str) -> String {
	text.split('\n').map(harmless).collect::<Vec<_>>().join("\n")
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

	#[test]
	fn names_do_nothing_to_a_terminal() {
		let name = "\u{1b}[2Ja\r\nb\u{7}\u{9b}2J\u{202e}c\u{2066}\u{2028}";
		assert_eq!(harmless(name), "�[2Ja��b��2J�c��");
		assert_eq!(harmless("Größe, 数字, «v2»"), "Größe, 数字, «v2»");
		for text in [pairs([("name", name.into())]), table(["name"], vec![[name.into()]])] {
			let shown: Vec<_> = text.lines().filter(|line| line.contains('c')).collect();
			assert_eq!(shown.len(), 1, "{text}");
			let bad = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
			assert!(!text.contains(bad), "{text:?}");
		}
	}
}
