//! The way in, the documentation of errors, and addresses where nothing is.

use super::current_user::{CurrentUser, MaybeUser};
use super::render::{Answer, page, refusal, see_other};
use crate::http::errors::refuse;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use perch_app::pages::{errors as errors_page, plain};
use perch_domain::Code;
use std::sync::Arc;

pub(crate) async fn home(_: CurrentUser) -> Response {
    see_other("/settings/embed")
}

pub(crate) async fn errors(State(state): State<Arc<AppState>>, anyone: MaybeUser) -> Response {
    page(&state, &anyone, Answer::ok("Error codes"), || {
        plain(errors_page())
    })
    .await
}

pub(crate) async fn not_found(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    request: Request,
) -> Response {
    if !wants_page(&request) {
        return refuse(Code::NotFound.into(), request.extensions());
    }
    refusal(&state, &anyone, "Not found", Code::NotFound.into()).await
}

fn wants_page(request: &Request) -> bool {
    request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}
