//! `POST /embed/generate-token` and its alias `/api/generate-token`.

use super::answer::{is_json, json};
use super::key_holder::with_key;
use crate::http::body::read_body;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use perch_domain::mint_request::MAX_BODY_BYTES;
use perch_domain::{Action, Code, lifetime, time};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    token: &'a str,
    expires_in: String,
    expires_at: String,
    token_id: Uuid,
}

pub(crate) async fn handle(State(state): State<Arc<AppState>>, request: Request) -> Response {
    with_key(
        &state,
        "POST /embed/generate-token",
        Action::Mint,
        request,
        async |holder, parts, body| {
            if !is_json(&parts.headers) {
                return Err(Code::ContentTypeNotJson.into());
            }
            let body = read_body(&parts.headers, body, MAX_BODY_BYTES).await?;
            let minted = state.perch.tokens.mint(&holder, &body).await?;
            let answer = Answer {
                token: &minted.token,
                expires_in: lifetime::print(minted.lifetime),
                expires_at: time::rfc3339(minted.expires_at),
                token_id: minted.token_id,
            };
            json(&answer)
        },
    )
    .await
}
