//! First run. Opening the link uses nothing up; the form does, once.

use super::current_user::MaybeUser;
use super::extract::PathId;
use super::form_body::PublicFormBody;
use super::render::{Answer, page, problem, refusal, see_other};
use super::sign_in::welcome;
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use perch_app::pages::{SetupPage, plain, setup};
use perch_domain::Code;
use perch_service::Refusal;
use perch_service::SetupForm;
use std::sync::Arc;
use tower_sessions::Session;

const TITLE: &str = "Set up Perch";

pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    PathId(secret): PathId,
) -> Response {
    match state.perch.people.check_setup_link(&secret).await {
        // Whoever just used it comes back here with the browser's arrow: they have a place to be.
        Err(_) if anyone.signed_in.is_some() => see_other("/settings/embed"),
        Err(refused) => refusal(&state, &anyone, TITLE, refused.into()).await,
        Ok(()) => {
            let form = SetupPage {
                path: format!("/setup/{secret}"),
                ..SetupPage::default()
            };
            page(&state, &anyone, Answer::ok(TITLE), move || {
                plain(setup(form.clone()))
            })
            .await
        }
    }
}

pub(crate) async fn submit(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    session: Session,
    headers: HeaderMap,
    PathId(secret): PathId,
    PublicFormBody(form): PublicFormBody,
) -> Response {
    let typed = SetupForm {
        name: form.value("name"),
        organization: form.value("organization"),
        email: form.value("email"),
        password: form.secret("password"),
    };
    let shown = SetupPage {
        path: format!("/setup/{secret}"),
        name: typed.name.clone(),
        organization: typed.organization.clone(),
        email: typed.email.clone(),
        problem: None,
    };
    // The password waits for its turn in one place, and nothing else of the form does.
    drop(form);
    match state
        .perch
        .people
        .complete_setup(&secret, typed, anyone.request.clone())
        .await
        .map_err(Refusal::from)
    {
        Ok(signed_in) => {
            welcome(
                &state,
                &anyone,
                &session,
                &headers,
                signed_in,
                "/settings/embed",
            )
            .await
        }
        // What was typed stays, but a link that has ended has no form to show.
        Err(refused) if refused.code == Code::SetupLinkInvalid => {
            refusal(&state, &anyone, TITLE, refused).await
        }
        Err(refused) => {
            let answer = Answer::after(TITLE, Some(&refused));
            let shown = SetupPage {
                problem: Some(problem(refused, &anyone)),
                ..shown
            };
            page(&state, &anyone, answer, move || plain(setup(shown.clone()))).await
        }
    }
}
