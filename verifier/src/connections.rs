//! Connections: so many at a time, and none that says nothing for long. Whoever is on this host can
//! make them, with or without the token, and must not keep the node's from being answered.

use axum::Router;
use hyper::{
	body::Incoming,
	server::conn::http1,
	service::{service_fn, Service},
	Request,
};
use hyper_util::{
	rt::{TokioIo, TokioTimer},
	service::TowerToHyperService,
};
use std::{
	collections::VecDeque,
	future::Future,
	pin::pin,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::Duration,
};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::watch,
	task::{yield_now, AbortHandle, JoinSet},
};

/// Time for the head of a request, from the start of the connection or the end of the last answer.
const HEAD: Duration = Duration::from_secs(5);
/// Most open connections. For one more the oldest is closed by which no token has come, or the
/// oldest of all.
const MOST: usize = 64;
/// Pause after the kernel has refused a connection, as where there are no more files.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether a request with the token has come by a connection. Each request carries that of its own.
#[derive(Clone, Default)]
pub struct Known(Arc<AtomicBool>);

impl Known {
	/// Notes that one has.
	pub fn set(&self) {
		self.0.store(true, Ordering::Relaxed);
	}

	fn get(&self) -> bool {
		self.0.load(Ordering::Relaxed)
	}
}

/// Serves until `stop`, then ends the requests that are open.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
	let mut stop = pin!(stop);
	let (stopping, stopped) = watch::channel(());
	let mut running = JoinSet::new();
	let mut open: VecDeque<(AbortHandle, Known)> = VecDeque::new();
	loop {
		let stream = tokio::select! {
			() = &mut stop => break,
			accepted = listener.accept() => match accepted {
				Ok((stream, _)) => stream,
				Err(error) => {
					tracing::warn!(%error, "a connection cannot be accepted");
					tokio::time::sleep(PAUSE).await;
					continue;
				},
			},
		};
		while running.try_join_next().is_some() {}
		open.retain(|(connection, _)| !connection.is_finished());
		if open.len() >= MOST {
			let stranger = open.iter().position(|(_, known)| !known.get());
			if let Some((oldest, _)) = open.remove(stranger.unwrap_or(0)) {
				tracing::debug!("{MOST} connections are open; the oldest is closed");
				oldest.abort();
			}
		}
		let known = Known::default();
		let task = connection(stream, router.clone(), known.clone(), stopped.clone());
		open.push_back((running.spawn(task), known));
		// Those that are open are heard before there is one more. A burst of others, which are all
		// accepted at once otherwise, would close the node's before it is looked at.
		yield_now().await;
	}
	drop(listener);
	drop(stopping);
	while running.join_next().await.is_some() {}
}

async fn connection(
	stream: TcpStream,
	router: Router,
	known: Known,
	mut stopped: watch::Receiver<()>,
) {
	let mut builder = http1::Builder::new();
	builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
	let routes = TowerToHyperService::new(router);
	let service = service_fn(move |mut request: Request<Incoming>| {
		request.extensions_mut().insert(known.clone());
		routes.call(request)
	});
	let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
	let ended = tokio::select! {
		ended = connection.as_mut() => ended,
		_ = stopped.changed() => {
			connection.as_mut().graceful_shutdown();
			connection.await
		},
	};
	if let Err(error) = ended {
		tracing::debug!(%error, "a connection was closed");
	}
}
