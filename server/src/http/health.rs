//! Liveness and readiness probes.

use super::errors::refuse;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(crate) async fn healthz() -> Response {
    ok()
}

pub(crate) async fn readyz(State(state): State<Arc<AppState>>, request: Request) -> Response {
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
