//! `POST /embed/session` for components and `GET /api/v1/me` for everybody who holds a token: what it grants.

use super::answer::json;
use super::browser::{call, readable_by};
use crate::http::errors::refuse;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use perch_domain::permission::Permissions;
use perch_domain::time;
use perch_service::{Caller, EmbedSession, Refusal};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;
use uuid::fmt::Simple;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    user: User<'a>,
    organization: Organization<'a>,
    permissions: Permissions,
    expires_at: String,
    server_time: String,
    sandbox: bool,
    scope: Simple,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    distinct_id: &'a str,
    role: &'static str,
}

#[derive(Serialize)]
struct Organization<'a> {
    name: &'a str,
}

pub(crate) async fn session(State(state): State<Arc<AppState>>, request: Request) -> Response {
    answer(
        &state,
        request,
        "POST /embed/session",
        Caller::MissingOrigin,
    )
    .await
}

pub(crate) async fn me(State(state): State<Arc<AppState>>, request: Request) -> Response {
    answer(&state, request, "GET /api/v1/me", Caller::Backend).await
}

async fn answer(
    state: &AppState,
    request: Request,
    route: &'static str,
    nobody: Caller,
) -> Response {
    let (parts, _) = request.into_parts();
    let (call, origin) = call(state, &parts.headers, &parts.extensions, route, nobody);
    let told = state
        .perch
        .tokens
        .connect(&call, |session| json(&told(session)))
        .await
        .map_err(Refusal::from)
        .flatten();
    let mut response = told.unwrap_or_else(|refusal| refuse(refusal, &parts.extensions));
    readable_by(origin, response.headers_mut());
    response
}

/// Never an attribute, never a context clue: they are for the server's eyes.
fn told(session: EmbedSession<'_>) -> Answer<'_> {
    Answer {
        user: User {
            distinct_id: session.subject,
            role: session.role,
        },
        organization: Organization {
            name: session.organization,
        },
        permissions: session.permissions,
        expires_at: time::rfc3339(session.expires_at),
        server_time: time::rfc3339(session.server_time),
        sandbox: session.sandbox,
        scope: Uuid::from_bytes(session.scope).simple(),
    }
}
