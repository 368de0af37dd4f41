//! Who calls with an API key. Refusals come in the promised order: the key first, so that a key used from a browser is
//! noted as exposed whatever else the request got wrong.

use super::browser::{Named, granted, is_browser, readable_by};
use crate::http::errors::error_response;
use crate::http::request_id::request_id;
use crate::state::AppState;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use perch_domain::{Action, Code};
use perch_service::{AuthenticatedKey, Refusal};
use std::future::Future;

/// Runs a route for backends: proves the key, refuses browsers and keys without the scope, and lets a refused page read why.
pub(super) async fn with_key<F: Future<Output = Result<Response, Refusal>>>(
    state: &AppState,
    name: &'static str,
    action: Action,
    request: Request,
    route: impl FnOnce(AuthenticatedKey, Parts, axum::body::Body) -> F,
) -> Response {
    let (parts, body) = request.into_parts();
    let id = request_id(&parts.extensions);
    let origin = asker(&parts.headers);
    let mut proved = None;
    let outcome = async {
        let address = state.address(&parts.extensions, &parts.headers);
        let text = key_text(&parts.headers).map_err(|refusal| {
            state
                .perch
                .api_keys
                .rate_limits
                .refuse_unproven(refusal, address)
        })?;
        let holder = state.perch.api_keys.authenticate_key(text, address).await?;
        proved = Some(holder.clone());
        if is_browser(&parts.headers) {
            let refused = state.perch.api_keys.refuse_from_browser(
                &holder,
                state.request_info(&parts.extensions, &parts.headers),
            );
            // Boxed: the exception must not weigh on every request's future.
            return Err(Box::pin(refused).await);
        }
        holder.may(action)?;
        state.perch.api_keys.count_request(&holder)?;
        route(holder, parts, body).await
    }
    .await;
    outcome.unwrap_or_else(|refusal| {
        state
            .perch
            .api_keys
            .record_refused_request(proved.as_ref(), name, id, &refusal);
        let mut response = error_response(&refusal, id);
        readable_by(origin, response.headers_mut());
        response
    })
}

/// The key of the request: from `x-api-key`, or as a bearer token. Two that differ are no key.
fn key_text(headers: &HeaderMap) -> Result<&str, Refusal> {
    let own = headers
        .get_all("x-api-key")
        .iter()
        .map(HeaderValue::as_bytes);
    let bearer = headers
        .get_all(header::AUTHORIZATION)
        .iter()
        .map(HeaderValue::as_bytes)
        .filter_map(|value| {
            let (scheme, rest) = value.split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(rest)
        });
    let mut sent = own.chain(bearer).map(<[u8]>::trim_ascii);
    let first = sent
        .next()
        .filter(|key| !key.is_empty())
        .ok_or(Code::ApiKeyMissing)?;
    if sent.any(|other| other != first) {
        return Err(Refusal::because(
            Code::ApiKeyMalformed,
            "Two different API keys were sent; send one.",
        ));
    }
    std::str::from_utf8(first).map_err(|_| Code::ApiKeyMalformed.into())
}

/// The page that called, so that it can read the refusal. Also one without an origin of its own: the key it holds has to be
/// noted as exposed, and the refusal tells it nothing else.
fn asker(headers: &HeaderMap) -> Option<HeaderValue> {
    match Named::read(headers) {
        Named::Site(_, sent) | Named::Unlistable(Some(sent)) => Some(sent),
        _ => headers
            .get(header::ORIGIN)
            .filter(|origin| *origin == "null")
            .cloned(),
    }
}

/// The preflight is granted, so that the refusal that follows can be read.
pub(crate) async fn preflight(headers: HeaderMap) -> Response {
    granted(
        asker(&headers),
        "POST",
        "authorization, content-type, x-api-key",
    )
}
