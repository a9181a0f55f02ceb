//! What a case can fail with.

use std::{
	cell::RefCell,
	fmt,
	panic::{self, AssertUnwindSafe},
	sync::Once,
};

/// Something that must hold and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
	/// What does not hold: the same text for the same defect.
	pub kind: String,
	/// How it showed.
	pub detail: String,
}

impl Failure {
	/// A failure.
	pub fn new(kind: impl Into<String>, detail: impl Into<String>) -> Self {
		Self { kind: kind.into(), detail: detail.into() }
	}
}

impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}: {}", self.kind, self.detail)
	}
}

impl std::error::Error for Failure {}

thread_local! {
	/// Where and with what the last panic was.
	static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
	/// What was logged as an error.
	static ERRORS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
	/// Whether panics are somebody's concern here.
	static GUARDED: RefCell<bool> = const { RefCell::new(false) };
}

/// Collects what the runtime logs as an error: impossible branches do, and settlements that fail.
struct Collector;

impl log::Log for Collector {
	fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
		let target = metadata.target();
		metadata.level() == log::Level::Error
			&& (target == "runtime::defensive" || target.starts_with("assay::"))
	}

	fn log(&self, record: &log::Record<'_>) {
		if self.enabled(record.metadata()) {
			let text = format!("{}: {}", record.target(), record.args());
			ERRORS.with_borrow_mut(|errors| errors.push(text));
		}
	}

	fn flush(&self) {}
}

/// Has panics and errors noted instead of shown.
fn install() {
	static ONCE: Once = Once::new();
	ONCE.call_once(|| {
		let shown = panic::take_hook();
		panic::set_hook(Box::new(move |info| {
			if !GUARDED.with_borrow(|guarded| *guarded) {
				return shown(info);
			}
			let at = info.location().map_or_else(|| "nowhere".into(), ToString::to_string);
			let payload = info.payload();
			let text = payload
				.downcast_ref::<&str>()
				.map(ToString::to_string)
				.or_else(|| payload.downcast_ref::<String>().cloned())
				.unwrap_or_default();
			PANIC.with_borrow_mut(|panic| *panic = Some((at, text)));
		}));
		// Another logger may be there: then only panics are seen.
		if log::set_logger(&Collector).is_ok() {
			log::set_max_level(log::LevelFilter::Error);
		}
	});
}

/// Does something of the runtime's.
///
/// # Errors
///
/// If it panics, or logs that something impossible has happened.
pub fn guarded<R>(subject: &str, act: impl FnOnce() -> R) -> Result<R, Failure> {
	install();
	ERRORS.with_borrow_mut(Vec::clear);
	GUARDED.set(true);
	let result = panic::catch_unwind(AssertUnwindSafe(act));
	GUARDED.set(false);
	let logged = ERRORS.with_borrow_mut(std::mem::take);
	match result {
		Err(_) => {
			let (at, text) = PANIC.take().unwrap_or_default();
			Err(Failure::new(format!("panic at {at}"), format!("{subject}: {text}")))
		},
		Ok(_) if !logged.is_empty() => {
			// Numbers differ from case to case.
			let kind: String = logged[0].chars().filter(|c| !c.is_ascii_digit()).collect();
			Err(Failure::new(format!("error logged: {kind}"), format!("{subject}: {logged:?}")))
		},
		Ok(result) => Ok(result),
	}
}
