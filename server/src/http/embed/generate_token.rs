//! `POST /embed/generate-token` and its alias `/api/generate-token`.

use super::key_holder::with_key;
use crate::http::{AppState, read_body};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use perch_domain::mint_request::LONGEST_BODY;
use perch_domain::{Code, lifetime, time};
use perch_service::Refusal;
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    token: &'a str,
    expires_in: String,
    expires_at: String,
    token_id: Uuid,
}

pub(super) async fn handle(State(state): State<AppState>, request: Request) -> Response {
    with_key(&state, request, async |holder, parts, body| {
        if !is_json(&parts.headers) {
            return Err(Code::ContentTypeNotJson.into());
        }
        let body = read_body(&parts.headers, body, LONGEST_BODY).await?;
        let minted = state.perch.mint(&holder, &body).await?;
        let answer = Answer {
            token: &minted.token,
            expires_in: lifetime::print(minted.lifetime),
            expires_at: time::rfc3339(minted.expires_at),
            token_id: minted.token_id,
        };
        json(&answer)
    })
    .await
}

/// `application/json`, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// An answer that nothing on the way may keep.
pub(super) fn json(answer: &impl Serialize) -> Result<Response, Refusal> {
    let text = serde_json::to_vec(answer).map_err(|_| Code::Internal)?;
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
