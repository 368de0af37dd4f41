//! The way in, the documentation of errors, and addresses where nothing is.

use super::render::{Answer, page, refusal, see_other};
use super::visitor::{Anyone, Visitor};
use crate::http::{AppState, refuse};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use perch_app::pages::{errors as errors_page, plain};
use perch_domain::Code;

pub(super) async fn home(_: Visitor) -> Response {
    see_other("/settings/embed")
}

pub(super) async fn errors(State(state): State<AppState>, anyone: Anyone) -> Response {
    page(&state, &anyone, Answer::ok("Error codes"), || {
        plain(errors_page())
    })
    .await
}

pub(super) async fn not_found(
    State(state): State<AppState>,
    anyone: Anyone,
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
