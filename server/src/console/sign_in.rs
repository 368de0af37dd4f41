//! Signing in and out.

use super::current_user::{MaybeUser, cookie};
use super::extract::{PathId, QueryParams};
use super::form_body::PublicFormBody;
use super::render::{Answer, page, problem, refusal, see_other};
use super::session;
use super::theme::local_path;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use perch_app::pages::{SignInPage, plain, sign_in, sign_in_link};
use perch_domain::Code;
use perch_service::Refusal;
use perch_service::{OneTimeSecret, SignInForm, SignedIn};
use std::sync::Arc;
use tower_sessions::Session;

const TITLE: &str = "Sign in";

pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    asked: QueryParams,
) -> Response {
    if anyone.signed_in.is_some() {
        return see_other(local_path(asked.value("next")));
    }
    let needs_setup = !state.perch.people.has_admin().await.unwrap_or(true);
    let form = SignInPage {
        next: asked.value("next").to_owned(),
        needs_setup,
        ..SignInPage::default()
    };
    page(&state, &anyone, Answer::ok(TITLE), move || {
        plain(sign_in(form.clone()))
    })
    .await
}

pub(crate) async fn submit(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    session: Session,
    headers: HeaderMap,
    PublicFormBody(form): PublicFormBody,
) -> Response {
    let device =
        cookie(&headers, &state.public_address.cookie_name("perch-device")).map(str::to_owned);
    let typed = SignInForm {
        email: form.value("email"),
        password: form.secret("password"),
        device,
    };
    let (email, next) = (form.value("email"), form.value("next"));
    // The password waits for its turn in one place, and nothing else of the form does.
    drop(form);
    let signed_in = state.perch.people.sign_in(typed, &anyone.request).await;
    match signed_in.map_err(Refusal::from) {
        Ok(signed_in) => {
            welcome(
                &state,
                &anyone,
                &session,
                &headers,
                signed_in,
                local_path(&next),
            )
            .await
        }
        Err(refused) => {
            let retry = refused.retry_after;
            let answer = Answer::after(TITLE, Some(&refused));
            let mut shown = problem(refused, &anyone);
            if let (Some(seconds), "TOO_MANY_REQUESTS") = (retry, shown.code.as_str()) {
                shown.message = format!("Too many attempts; try again in {seconds} seconds.");
            }
            let form = SignInPage {
                email,
                next,
                problem: Some(shown),
                needs_setup: false,
            };
            let mut response = page(&state, &anyone, answer, move || {
                plain(sign_in(form.clone()))
            })
            .await;
            if let Some(seconds) = retry {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

/// Begins the session of somebody whose password or link was good, and remembers the browser.
pub(super) async fn welcome(
    state: &AppState,
    anyone: &MaybeUser,
    session: &Session,
    headers: &HeaderMap,
    signed_in: SignedIn,
    to: &str,
) -> Response {
    let name = state.public_address.cookie_name("perch-device");
    let device = cookie(headers, &name).map(str::to_owned);
    let remembered = match state
        .perch
        .people
        .remember_device(&signed_in, device, &anyone.request)
        .await
    {
        Ok(device) => device,
        Err(refused) => return refusal(state, anyone, TITLE, refused.into()).await,
    };
    if let Err(error) = session::begin(session, &signed_in, state.perch.system.now()).await {
        tracing::debug!(%error, "the session could not be written");
        return refusal(state, anyone, TITLE, Code::Unavailable.into()).await;
    }
    let mut response = see_other(to);
    remember(state, &mut response, &remembered);
    response
}

/// Sets the device cookie.
pub(super) fn remember(state: &AppState, response: &mut Response, device: &OneTimeSecret) {
    let name = state.public_address.cookie_name("perch-device");
    let secure = if state.public_address.is_https() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{name}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}",
        device.0.as_str()
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

pub(crate) async fn show_link(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    PathId(secret): PathId,
) -> Response {
    match state.perch.people.check_sign_in_link(&secret).await {
        Err(refused) => refusal(&state, &anyone, TITLE, refused.into()).await,
        Ok(()) => {
            page(&state, &anyone, Answer::ok(TITLE), move || {
                plain(sign_in_link(format!("/sign-in/link/{secret}")))
            })
            .await
        }
    }
}

pub(crate) async fn use_link(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    session: Session,
    headers: HeaderMap,
    PathId(secret): PathId,
) -> Response {
    match state
        .perch
        .people
        .use_sign_in_link(&secret, &anyone.request)
        .await
    {
        Err(refused) => refusal(&state, &anyone, TITLE, refused.into()).await,
        Ok(signed_in) => welcome(&state, &anyone, &session, &headers, signed_in, "/account").await,
    }
}

pub(crate) async fn sign_out(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    session: Session,
) -> Response {
    if let Err(error) = session.flush().await {
        tracing::debug!(%error, "the session could not be ended");
        return refusal(&state, &anyone, "Sign out", Code::Unavailable.into()).await;
    }
    signed_out()
}

/// Back to the sign-in, leaving nothing of the console in the browser.
pub(super) fn signed_out() -> Response {
    let mut response = see_other("/sign-in");
    response.headers_mut().insert(
        "clear-site-data",
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    response
}
