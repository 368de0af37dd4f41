//! `POST /embed/introspect` (RFC 7662): whether one of a key's own tokens is active, and nothing else about any other.

use super::json;
use super::key_holder::with_key;
use crate::http::{AppState, read_body};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use perch_domain::Code;
use perch_domain::mint_request::LONGEST_BODY;
use perch_service::Refusal;

pub(super) async fn handle(State(state): State<AppState>, request: Request) -> Response {
    with_key(&state, "POST /embed/introspect", request, async |holder, parts, body| {
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return Err(Refusal::because(Code::ContentTypeNotJson, "Send token=… as application/x-www-form-urlencoded (RFC 7662, section 2.1)."));
        }
        let body = read_body(&parts.headers, body, LONGEST_BODY).await?;
        let mut tokens = form_urlencoded::parse(&body).filter(|(name, _)| name == "token").map(|(_, value)| value);
        let token = tokens.next().unwrap_or_default();
        match state.perch.introspect(&holder, &token).await? {
            Some(active) => json(&active),
            None => json(&serde_json::json!({ "active": false })),
        }
    })
    .await
}
