//! A refusal as an answer: the envelope every caller can rely on.

use super::request_id::request_id;
use axum::body::Body;
use axum::http::{Extensions, HeaderValue, StatusCode, header};
use axum::response::Response;
use perch_service::Refusal;
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    code: &'a str,
    message: &'a str,
    request_id: Uuid,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'a [Entry<'a>],
}

#[derive(Serialize)]
struct Entry<'a> {
    field: &'a str,
    code: &'a str,
    message: &'a str,
}

/// Answers the request these extensions belong to with a refusal.
pub fn refuse(refusal: Refusal, extensions: &Extensions) -> Response {
    error_response(&refusal, request_id(extensions))
}

/// A refusal as JSON with its real status.
pub fn error_response(refusal: &Refusal, request_id: Uuid) -> Response {
    let entries: Vec<_> = refusal
        .violations
        .iter()
        .map(|violation| Entry {
            field: &violation.field,
            code: violation.code.as_str(),
            message: &violation.message,
        })
        .collect();
    let envelope = Envelope {
        code: refusal.code.as_str(),
        message: &refusal.message,
        request_id,
        violations: &entries,
    };
    let mut response = Response::new(Body::from(
        serde_json::to_vec(&envelope).unwrap_or_default(),
    ));
    *response.status_mut() =
        StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if refusal.code.status() == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A refusal by something that does not know the request's id.
#[derive(Clone)]
pub(crate) struct DeferredRefusal(pub Refusal);

/// An answer that is completed with the request's id on its way out.
pub fn defer_refusal(refusal: Refusal) -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(DeferredRefusal(refusal));
    response
}
