//! From a page to an answer.

use super::current_user::{CurrentUser, MaybeUser};
use crate::state::AppState;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::nonce::Nonce;
use leptos::prelude::{AnyView, provide_context};
use perch_app::pages::{Frame, Head, document, message, plain};
use perch_app::wire::{WireError, wire_error};
use perch_service::Refusal;

/// What is said about a page besides its content.
pub(super) struct Answer {
    pub title: String,
    pub status: StatusCode,
    /// Seconds after which another try makes sense.
    retry_after: Option<u32>,
}

impl Answer {
    pub fn ok(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            status: StatusCode::OK,
            retry_after: None,
        }
    }

    /// The page after a submission: with the status of what went wrong, if something did.
    pub fn after(title: &str, problem: Option<&Refusal>) -> Self {
        let status = problem
            .and_then(|refusal| StatusCode::from_u16(refusal.code.status()).ok())
            .unwrap_or(StatusCode::OK);
        Self {
            title: title.to_owned(),
            status,
            retry_after: problem.and_then(|refusal| refusal.retry_after),
        }
    }
}

/// Renders a document around what `body` makes.
pub(super) async fn page(
    state: &AppState,
    anyone: &MaybeUser,
    answer: Answer,
    body: impl Fn() -> AnyView + Clone + Send + Sync + 'static,
) -> Response {
    let head = Head {
        title: answer.title,
        failed: answer.status.is_client_error() || answer.status.is_server_error(),
        theme: anyone.theme,
        bundle: state.assets.bundle.clone(),
        stylesheet: state.assets.stylesheet.clone(),
    };
    let nonce = anyone.nonce.clone();
    let context = move || provide_context(Nonce::from_value(nonce.as_str()));
    let render =
        leptos_axum::render_app_async_with_context(context, move || document(head.clone(), body()));
    let mut response = render(Request::new(Body::empty())).await;
    *response.status_mut() = answer.status;
    if let Some(seconds) = answer.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The frame of the console around a page at this path.
pub(super) fn frame(user: &CurrentUser, path: &'static str, area: &'static str) -> Frame {
    Frame {
        user: user.user(),
        theme: user.anyone.theme,
        path,
        area,
    }
}

/// A refusal as a page of its own.
pub(super) async fn refusal(
    state: &AppState,
    anyone: &MaybeUser,
    title: &str,
    refusal: Refusal,
) -> Response {
    let answer = Answer::after(title, Some(&refusal));
    let fix = refusal.code.fix().to_owned();
    let problem = problem(refusal, anyone);
    let title = title.to_owned();
    page(state, anyone, answer, move || {
        plain(message(title.clone(), problem.clone(), fix.clone()))
    })
    .await
}

/// A refusal as a page shows it.
pub(super) fn problem(refusal: Refusal, anyone: &MaybeUser) -> WireError {
    wire_error(refusal, anyone.request.id.clone())
}

/// After a submission that worked: the browser asks for a page anew, so that reloading repeats nothing.
pub(super) fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}
