//! `POST /embed/introspect` (RFC 7662): whether one of a key's own tokens is active, and nothing else about any other.

use super::answer::{is_sent_as, json};
use super::key_holder::with_key;
use crate::http::body::read_body;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use perch_domain::mint_request::MAX_BODY_BYTES;
use perch_domain::{Action, Code, ViolationCode};
use perch_service::Refusal;
use std::sync::Arc;

pub(crate) async fn handle(State(state): State<Arc<AppState>>, request: Request) -> Response {
    with_key(
        &state,
        "POST /embed/introspect",
        Action::IntrospectByKey,
        request,
        async |holder, parts, body| {
            if !is_sent_as(&parts.headers, "application/x-www-form-urlencoded") {
                return Err(Refusal::because(
                    Code::ContentTypeNotJson,
                    "Send token=… as application/x-www-form-urlencoded (RFC 7662, section 2.1).",
                ));
            }
            let body = read_body(&parts.headers, body, MAX_BODY_BYTES).await?;
            let mut tokens = form_urlencoded::parse(&body)
                .filter(|(name, _)| name == "token")
                .map(|(_, value)| value);
            let token = tokens.next().ok_or_else(|| {
                Refusal::fault(
                    "token",
                    ViolationCode::Required,
                    "Send the token to introspect as token=…",
                )
            })?;
            if tokens.next().is_some() {
                return Err(Refusal::fault(
                    "token",
                    ViolationCode::DuplicateField,
                    "The token is given twice.",
                ));
            }
            match state.perch.tokens.introspect(&holder, &token).await? {
                Some(active) => json(&active),
                None => json(&serde_json::json!({ "active": false })),
            }
        },
    )
    .await
}
