//! The service over HTTP.

use crate::{
	connections::Known,
	service::{Service, SubmitError},
};
use assay_primitives::{hash, service::JobState, TrainingJob, H256};
use assay_verifier::{Health, JobInfo};
use axum::{
	body::Bytes,
	extract::{DefaultBodyLimit, Path, Request, State},
	http::{header, StatusCode},
	middleware::{from_fn_with_state, Next},
	response::{IntoResponse, Response},
	routing::get,
	Json, Router,
};
use codec::{DecodeAll, Encode, MaxEncodedLen};
use std::sync::Arc;
use subtle::ConstantTimeEq;

type Refusal = (StatusCode, String);

/// The routes. All but `/health` ask for `token`.
pub fn router(service: Arc<Service>, token: &str) -> Router {
	Router::new()
		.route("/jobs", get(list).post(submit))
		.route("/jobs/{key}", get(state))
		.route("/metrics", get(metrics))
		.layer(DefaultBodyLimit::max(TrainingJob::max_encoded_len()))
		.layer(from_fn_with_state(hash(token.as_bytes()), authorize))
		.route("/health", get(health))
		.with_state(service)
}

/// Compares hashes, in constant time, so that the time taken says nothing about the token.
async fn authorize(State(expected): State<H256>, request: Request, next: Next) -> Response {
	let given = request
		.headers()
		.get(header::AUTHORIZATION)
		.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
		.map(hash)
		.unwrap_or_default();
	if given.0.ct_eq(&expected.0).into() {
		if let Some(connection) = request.extensions().get::<Known>() {
			connection.set();
		}
		return next.run(request).await;
	}
	let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
	let text = "wrong or no token; expected `Authorization: Bearer <content of the token file>`\n";
	(StatusCode::UNAUTHORIZED, challenge, text).into_response()
}

async fn submit(State(service): State<Arc<Service>>, body: Bytes) -> Result<Response, Refusal> {
	let job = TrainingJob::decode_all(&mut &body[..]).map_err(|error| {
		(StatusCode::BAD_REQUEST, format!("not a SCALE-encoded TrainingJob: {error}\n"))
	})?;
	let state = blocking(move || service.submit(job)).await?.map_err(|error| {
		let status = match error {
			SubmitError::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
			SubmitError::Disk(_) => StatusCode::INSUFFICIENT_STORAGE,
		};
		(status, format!("{error}\n"))
	})?;
	let status = match state {
		JobState::Done(_) => StatusCode::OK,
		_ => StatusCode::ACCEPTED,
	};
	Ok((status, scale(&state)).into_response())
}

async fn state(
	State(service): State<Arc<Service>>,
	Path(key): Path<String>,
) -> Result<Response, Refusal> {
	let mut hash = H256::zero();
	hex::decode_to_slice(key.strip_prefix("0x").unwrap_or(&key), &mut hash.0).map_err(|error| {
		(StatusCode::BAD_REQUEST, format!("not a job key, 32 bytes in hex: {error}\n"))
	})?;
	match blocking(move || service.state(&hash)).await? {
		Some(state) => Ok(scale(&state).into_response()),
		None => Err((StatusCode::NOT_FOUND, format!("no job {hash:?}; hand it over first\n"))),
	}
}

async fn list(State(service): State<Arc<Service>>) -> Result<Json<Vec<JobInfo>>, Refusal> {
	blocking(move || service.list()).await.map(Json)
}

async fn health(State(service): State<Arc<Service>>) -> Result<Json<Health>, Refusal> {
	blocking(move || service.health()).await.map(Json)
}

async fn metrics(State(service): State<Arc<Service>>) -> Result<Response, Refusal> {
	let text = blocking(move || service.metrics()).await?.map_err(internal)?;
	Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response())
}

/// The service waits for its disk, so it is not called on the thread that serves all connections.
async fn blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
	tokio::task::spawn_blocking(f).await.map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> Refusal {
	(StatusCode::INTERNAL_SERVER_ERROR, format!("a bug in the service: {error}\n"))
}

fn scale(state: &JobState) -> impl IntoResponse {
	([(header::CONTENT_TYPE, "application/octet-stream")], state.encode())
}
