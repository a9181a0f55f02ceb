//! What the service counts, for Prometheus.

use prometheus::{
	exponential_buckets, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts,
	Registry, TextEncoder,
};

/// The counters. All names start with `assay_verifier_`.
pub struct Metrics {
	registry: Registry,
	/// Jobs finished, by `outcome`: scored, failed, unavailable, broken.
	pub jobs: IntCounterVec,
	/// Jobs dropped, waiting or running, because nobody asked for them any more.
	pub dropped: IntCounter,
	/// Jobs waiting.
	pub queue: IntGauge,
	/// Jobs being run.
	pub running: IntGauge,
	/// Seconds that child processes ran.
	pub run_seconds: Histogram,
	/// Fuel used by scored runs.
	pub fuel: IntCounter,
	/// What did not have to be done again, by `cache`: result, artifact.
	pub cache_hits: IntCounterVec,
	/// Fetches that failed, by `source`: cache, folder, node, gateway.
	pub fetch_errors: IntCounterVec,
	/// Child processes that were killed, by `cause`: deadline and unwanted (by the service), signal
	/// (by anybody else, the kernel included).
	pub child_kills: IntCounterVec,
	/// Runs repeated on the reference engine, because the other one had failed.
	pub second_runs: IntCounter,
}

impl Metrics {
	/// All at zero.
	pub fn new() -> prometheus::Result<Self> {
		let registry = Registry::new_custom(Some("assay_verifier".into()), None)?;
		let vec = |name, help, label, values: &[&str]| {
			let counters = IntCounterVec::new(Opts::new(name, help), &[label])?;
			for value in values {
				counters.with_label_values(&[value]);
			}
			registry.register(Box::new(counters.clone()))?;
			prometheus::Result::Ok(counters)
		};
		let gauge = |name, help| {
			let gauge = IntGauge::new(name, help)?;
			registry.register(Box::new(gauge.clone()))?;
			prometheus::Result::Ok(gauge)
		};
		let jobs = vec(
			"jobs_total",
			"Jobs finished, by outcome.",
			"outcome",
			&["scored", "failed", "unavailable", "broken"],
		)?;
		let queue = gauge("queue_length", "Jobs waiting for a worker.")?;
		let running = gauge("running", "Jobs being run.")?;
		let run_seconds = Histogram::with_opts(
			HistogramOpts::new("run_seconds", "Wall-clock seconds that child processes ran.")
				// 50 ms to 27 minutes: the longest run allowed by default takes 10.
				.buckets(exponential_buckets(0.05, 2.0, 16)?),
		)?;
		registry.register(Box::new(run_seconds.clone()))?;
		let counter = |name, help| {
			let counter = IntCounter::new(name, help)?;
			registry.register(Box::new(counter.clone()))?;
			prometheus::Result::Ok(counter)
		};
		let dropped = counter(
			"dropped_total",
			"Jobs dropped before their end, because nobody asked for them any more.",
		)?;
		let fuel = counter("fuel_total", "Fuel used by scored runs.")?;
		let second_runs = counter(
			"second_runs_total",
			"Runs repeated on the reference engine, because the other one had failed.",
		)?;
		let cache_hits = vec(
			"cache_hits_total",
			"Jobs answered and artifacts read from disk.",
			"cache",
			&["result", "artifact"],
		)?;
		let fetch_errors = vec(
			"fetch_errors_total",
			"Failed fetches of artifacts, by source.",
			"source",
			&["cache", "folder", "node", "gateway"],
		)?;
		let child_kills = vec(
			"child_kills_total",
			"Child processes killed: by their deadline, as nobody wanted their job any more, or by a \
			 signal from elsewhere.",
			"cause",
			&["deadline", "unwanted", "signal"],
		)?;
		Ok(Self {
			registry,
			jobs,
			dropped,
			queue,
			running,
			run_seconds,
			fuel,
			cache_hits,
			fetch_errors,
			child_kills,
			second_runs,
		})
	}

	/// The text that Prometheus reads.
	pub fn text(&self) -> prometheus::Result<String> {
		TextEncoder::new().encode_to_string(&self.registry.gather())
	}
}
