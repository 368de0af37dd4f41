//! Changing one's own password.

use super::current_user::CurrentUser;
use super::flash::{self, Place};
use super::form_body::FormBody;
use super::render::{Answer, frame, page, problem, refusal, see_other};
use super::session;
use super::sign_in::remember;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use perch_app::pages::{PasswordPage, password};
use perch_app::wire::WireError;
use perch_domain::Code;
use perch_service::{Continued, OwnPasswordForm, Refusal};
use std::sync::Arc;
use tower_sessions::Session;

const TITLE: &str = "Change password";
const DONE: &str = "Your password is changed. Your other sign-ins, sign-in links and known devices have ended; you stay signed in here.";

pub(crate) async fn show(State(state): State<Arc<AppState>>, user: CurrentUser) -> Response {
    show_page(&state, &user, Answer::ok(TITLE), None).await
}

pub(crate) async fn submit(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
    form: FormBody,
) -> Response {
    let typed = OwnPasswordForm {
        current: form.secret("current_password"),
        new: form.secret("new_password"),
    };
    match state
        .perch
        .people
        .change_own_password(&user.signed_in, typed, &user.anyone.request)
        .await
        .map_err(Refusal::from)
    {
        Ok(continued) => go_on(&state, &user, &session, &continued).await,
        Err(refused) => {
            let retry = refused.retry_after;
            let answer = Answer::after(TITLE, Some(&refused));
            let too_many = refused.code == Code::TooManyRequests;
            let mut shown = problem(refused, &user.anyone);
            if let (true, Some(seconds)) = (too_many, retry) {
                shown.message = format!("Too many attempts; try again in {seconds} seconds.");
            }
            let mut response = show_page(&state, &user, answer, Some(shown)).await;
            if let Some(seconds) = retry {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

/// The session of this browser went with all the others; it begins anew under another id.
async fn go_on(
    state: &AppState,
    user: &CurrentUser,
    session: &Session,
    continued: &Continued,
) -> Response {
    let now = state.perch.system.now();
    if let Err(error) = session::begin(session, &continued.signed_in, now).await {
        tracing::debug!(%error, "the session could not be written");
        return refusal(state, &user.anyone, TITLE, Code::Unavailable.into()).await;
    }
    flash::leave(session, Place::SignIns, DONE.to_owned(), now).await;
    let mut response = see_other("/account#devices");
    remember(state, &mut response, &continued.device);
    response
}

async fn show_page(
    state: &AppState,
    user: &CurrentUser,
    answer: Answer,
    problem: Option<WireError>,
) -> Response {
    let frame = frame(user, "/account/password", "account");
    page(state, &user.anyone, answer, move || {
        password(
            &frame,
            &PasswordPage {
                problem: problem.clone(),
            },
        )
    })
    .await
}
