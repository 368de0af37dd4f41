//! What the routes of the embed API share: JSON answers and media types.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use perch_domain::Code;
use perch_service::Refusal;
use serde::Serialize;

/// An answer that nothing on the way may keep.
pub(super) fn json(answer: &impl Serialize) -> Result<Response, Refusal> {
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
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    is_sent_as(headers, "application/json")
}

/// Whether the body has this media type, whatever its parameters.
pub(super) fn is_sent_as(headers: &HeaderMap, media_type: &str) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    content_type
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(media_type))
}
