//! `POST /embed/revoke`: a backend ends tokens of its key before their time.

use super::answer::{is_json, json};
use super::key_holder::with_key;
use crate::http::body::read_body;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use perch_domain::mint_request::MAX_BODY_BYTES;
use perch_domain::revoke_request::RevokeRequest;
use perch_domain::{Action, Code, time};
use serde_json::json as value;
use std::sync::Arc;

pub(crate) async fn handle(State(state): State<Arc<AppState>>, request: Request) -> Response {
    with_key(&state, "POST /embed/revoke", Action::RevokeByKey, request, async |holder, parts, body| {
        if !is_json(&parts.headers) {
            return Err(Code::ContentTypeNotJson.into());
        }
        let body = read_body(&parts.headers, body, MAX_BODY_BYTES).await?;
        let info = state.request_info(&parts.extensions, &parts.headers);
        let revoked = match state.perch.tokens.revoke_by_key(&holder, &body, info).await? {
            RevokeRequest::Token(id) => value!({ "tokenId": id }),
            RevokeRequest::Viewer(subject) => value!({ "distinctId": subject }),
            RevokeRequest::All => value!({ "all": true }),
        };
        json(&value!({ "revoked": revoked, "revokedAt": time::rfc3339(state.perch.system.now().div_euclid(1_000)) }))
    })
    .await
}
