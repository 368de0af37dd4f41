//! Who visits: loaded once a request, and asked for by every page that needs somebody signed in.

use super::session;
use crate::http::errors::refuse;
use crate::state::AppState;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use perch_app::pages::{SignedInUser, Theme};
use perch_app::sections::reader::Reader;
use perch_domain::{Actor, Code, text};
use perch_service::{ActorContext, Perch, RequestInfo, SignedIn};
use std::sync::Arc;
use tower_sessions::Session;

/// Everybody: perhaps signed in, with a theme.
#[derive(Clone, Debug)]
pub(crate) struct MaybeUser {
    pub signed_in: Option<SignedIn>,
    pub theme: Theme,
    pub request: RequestInfo,
    /// The one nonce of this answer's content policy.
    pub nonce: String,
}

/// Somebody signed in. Holding one is the only way to a page of the console.
#[derive(Clone, Debug)]
pub(crate) struct CurrentUser {
    pub signed_in: SignedIn,
    pub anyone: MaybeUser,
}

impl MaybeUser {
    /// The person asking for something, where somebody is signed in.
    pub fn acting(&self) -> Option<ActorContext> {
        self.signed_in
            .as_ref()
            .map(|signed_in| signed_in.acting(Actor::Person(signed_in.role), self.request.clone()))
    }
}

impl CurrentUser {
    /// Reads for this person, for this request.
    pub fn reader(&self, perch: &Perch) -> Reader {
        Reader::new(perch.clone(), self.acting())
    }

    pub fn acting(&self) -> ActorContext {
        self.signed_in.acting(
            Actor::Person(self.signed_in.role),
            self.anyone.request.clone(),
        )
    }

    pub fn user(&self) -> SignedInUser {
        let signed_in = self.signed_in.clone();
        SignedInUser {
            initials: text::initials(&signed_in.name),
            name: signed_in.name,
            email: signed_in.email,
            role: signed_in.role.as_str(),
            organization: signed_in.organization_name,
        }
    }
}

/// Loads who visits. The session is asked for only where a cookie is sent.
pub(crate) async fn load(
    State(state): State<Arc<AppState>>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let info = state.request_info(request.extensions(), request.headers());
    let now = state.perch.system.now();
    let signed_in = match session::current(&session, now).await {
        Ok(None) => None,
        Ok(Some(sign_in)) => match state
            .perch
            .people
            .signed_in(sign_in.organization, sign_in.person)
            .await
        {
            Ok(signed_in) => sign_in.of(signed_in),
            Err(refusal) => return refuse(refusal.into(), request.extensions()),
        },
        Err(error) => {
            tracing::debug!(%error, "the session could not be read");
            return refuse(Code::Unavailable.into(), request.extensions());
        }
    };
    let private = signed_in.is_some();
    let theme = Theme::parse(cookie(request.headers(), "perch-theme").unwrap_or_default());
    let nonce = state.perch.system.new_nonce();
    request.extensions_mut().insert(MaybeUser {
        signed_in,
        theme,
        request: info,
        nonce: nonce.clone(),
    });
    let mut response = next.run(request).await;
    response
        .extensions_mut()
        .insert(super::content_policy::Nonce(nonce));
    if private {
        response.headers_mut().insert(
            header::CACHE_CONTROL,
            header::HeaderValue::from_static("no-store"),
        );
    }
    response
}

/// The value of a cookie of this request.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    cookies
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

impl FromRequestParts<Arc<AppState>> for MaybeUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<AppState>) -> Result<Self, Response> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| refuse(Code::Internal.into(), &parts.extensions))
    }
}

impl FromRequestParts<Arc<AppState>> for CurrentUser {
    type Rejection = Response;

    /// Nobody signed in: a redirect with an empty body, before anything is rendered.
    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, Response> {
        let anyone = MaybeUser::from_request_parts(parts, state).await?;
        if let Some(signed_in) = anyone.signed_in.clone() {
            Ok(Self { signed_in, anyone })
        } else {
            let back = if parts.method == Method::GET {
                parts.uri.path()
            } else {
                "/"
            };
            let to = format!(
                "/sign-in?next={}",
                form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>()
            );
            Err((
                StatusCode::SEE_OTHER,
                [
                    (header::LOCATION, to),
                    (header::CACHE_CONTROL, "no-store".to_owned()),
                ],
            )
                .into_response())
        }
    }
}
