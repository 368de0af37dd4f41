//! Who calls with an API key. Refusals come in the promised order: the key first, so that a key used from a browser is
//! noted as exposed whatever else the request got wrong.

use crate::http::{AppState, refuse};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use perch_domain::Code;
use perch_service::{KeyHolder, Refusal};
use std::future::Future;

/// Runs a route for backends: proves the key, refuses browsers, and lets a refused page read why.
pub(super) async fn with_key<F: Future<Output = Result<Response, Refusal>>>(
    state: &AppState,
    request: Request,
    route: impl FnOnce(KeyHolder, Parts, axum::body::Body) -> F,
) -> Response {
    let (parts, body) = request.into_parts();
    let extensions = parts.extensions.clone();
    let origin = parts.headers.get(header::ORIGIN).cloned();
    let outcome = async {
        let holder = state.perch.prove_key(key_text(&parts.headers)?).await?;
        if is_browser(&parts.headers) {
            let refused = state.perch.refuse_from_browser(&holder, state.request_info(&parts.extensions, &parts.headers));
            // Boxed: the exception must not weigh on every request's future.
            return Err(Box::pin(refused).await);
        }
        route(holder, parts, body).await
    }
    .await;
    outcome.unwrap_or_else(|refusal| {
        let mut response = refuse(refusal, &extensions);
        readable_by(origin, response.headers_mut());
        response
    })
}

/// The key of the request: from `x-api-key`, or as a bearer token. Two that differ are no key.
fn key_text(headers: &HeaderMap) -> Result<&str, Refusal> {
    let own = headers.get_all("x-api-key").iter().map(HeaderValue::as_bytes);
    let bearer = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes).filter_map(|value| {
        let (scheme, rest) = value.split_at_checked(7)?;
        scheme.eq_ignore_ascii_case(b"bearer ").then_some(rest)
    });
    let mut sent = own.chain(bearer).map(<[u8]>::trim_ascii);
    let first = sent.next().filter(|key| !key.is_empty()).ok_or(Code::ApiKeyMissing)?;
    if sent.any(|other| other != first) {
        return Err(Refusal::because(Code::ApiKeyMalformed, "Two different API keys were sent; send one."));
    }
    std::str::from_utf8(first).map_err(|_| Code::ApiKeyMalformed.into())
}

/// Only browsers send these. Node's own fetch sends `Sec-Fetch-Mode`, so that one is no sign.
fn is_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// Lets the page that called read the refusal: its own origin, never `*`, never credentials.
fn readable_by(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id"));
    }
}

/// The preflight is granted, so that the refusal that follows can be read.
pub(super) async fn preflight(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    readable_by(headers.get(header::ORIGIN).cloned(), answer);
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type, x-api-key"));
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}
