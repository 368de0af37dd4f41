//! For backends: tokens by API key. For viewers' pages: the component script, and what a token grants.

mod browser;
mod connected;
mod generate_token;
mod introspect;
mod key_holder;
mod live;
mod revoke;
mod script;
mod session;

pub use connected::{Connected, Most};

use super::AppState;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::{any, get, options, post};
use perch_domain::Code;
use perch_service::Refusal;
use serde::Serialize;

pub(super) fn routes() -> Router<AppState> {
    let by_key = options(key_holder::preflight);
    let by_viewer = options(browser::preflight);
    Router::new()
        .route(
            "/embed/generate-token",
            post(generate_token::handle).merge(by_key.clone()),
        )
        .route(
            "/api/generate-token",
            post(generate_token::handle).merge(by_key.clone()),
        )
        .route(
            "/embed/introspect",
            post(introspect::handle).merge(by_key.clone()),
        )
        .route("/embed/revoke", post(revoke::handle).merge(by_key))
        .route(
            "/embed/session",
            post(session::session).merge(by_viewer.clone()),
        )
        .route("/embed/live", post(live::handle).merge(by_viewer.clone()))
        .route("/api/v1/me", get(session::me).merge(by_viewer))
        .route("/embed/embed.js", get(script::newest))
        .route("/embed/{*rest}", any(script::below))
}

/// An answer that nothing on the way may keep.
fn json(answer: &impl Serialize) -> Result<Response, Refusal> {
    let text = serde_json::to_vec(answer).map_err(|_| Code::Internal)?;
    let mut response = Response::new(Body::from(text));
    // Room for all that an answer carries, so that it is made once.
    *response.headers_mut() = HeaderMap::with_capacity(12);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `application/json`, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    is_sent_as(headers, "application/json")
}

/// Whether the body has this media type, whatever its parameters.
fn is_sent_as(headers: &HeaderMap, media_type: &str) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    content_type
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(media_type))
}
