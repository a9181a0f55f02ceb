//! Connections: so many at a time, and none that says nothing for long. Whoever is on this host can
//! make them, with or without the token, and must not keep the node's from being answered.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
	rt::{TokioIo, TokioTimer},
	service::TowerToHyperService,
};
use std::{collections::VecDeque, future::Future, pin::pin, time::Duration};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::watch,
	task::{AbortHandle, JoinSet},
};

/// Time for the head of a request, from the start of the connection or the end of the last answer.
const HEAD: Duration = Duration::from_secs(5);
/// Most open connections. Each of the node's takes milliseconds, so that those that are there for
/// longest are of no use to it: for one more the oldest is closed.
const MOST: usize = 64;
/// Pause after the kernel has refused a connection, as where there are no more files.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop`, then ends the requests that are open.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
	let mut stop = pin!(stop);
	let (stopping, stopped) = watch::channel(());
	let mut running = JoinSet::new();
	let mut open: VecDeque<AbortHandle> = VecDeque::new();
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
		open.retain(|connection| !connection.is_finished());
		if open.len() >= MOST {
			if let Some(oldest) = open.pop_front() {
				tracing::debug!("{MOST} connections are open; the oldest is closed");
				oldest.abort();
			}
		}
		open.push_back(running.spawn(connection(stream, router.clone(), stopped.clone())));
	}
	drop(listener);
	drop(stopping);
	while running.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<()>) {
	let mut builder = http1::Builder::new();
	builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
	let service = TowerToHyperService::new(router);
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
