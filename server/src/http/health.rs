//! For whoever watches: the process is up; the database answers.

use super::{AppState, refuse};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
}

async fn healthz() -> Response {
    ok()
}

async fn readyz(State(state): State<AppState>, request: Request) -> Response {
    match state.perch.config.ready().await {
        Ok(()) => ok(),
        Err(refusal) => refuse(refusal.into(), request.extensions()),
    }
}

fn ok() -> Response {
    (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        r#"{"ok":true}"#,
    )
        .into_response()
}
