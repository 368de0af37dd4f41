//! Calls from viewers' pages: which origin a request names, who may read the answer. A preflight (Fetch, section 3.2.2) carries
//! no token, so nothing is known yet and every origin gets the same; the request that follows is decided by its token's
//! organization.

use crate::http::errors::refuse;
use crate::http::request_id::request_id;
use crate::state::AppState;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use perch_domain::Code;
use perch_domain::origin::Origin;
use perch_service::{BearerCredential, Call, Caller};

/// What the header `Origin` says (RFC 6454, section 7).
pub(super) enum Named {
    Nobody,
    /// As it was read, and as it was sent.
    Site(Origin, HeaderValue),
    /// `null`, several, or nothing that can be listed. Where some browser's page may have sent it, as it was sent: its refusal is
    /// to be read too.
    Unlistable(Option<HeaderValue>),
}

impl Named {
    pub fn read(headers: &HeaderMap) -> Self {
        let mut sent = headers.get_all(header::ORIGIN).iter();
        match (sent.next(), sent.next()) {
            (None, _) => Self::Nobody,
            (Some(one), None) => {
                let text = one.to_str().unwrap_or_default();
                Origin::from_header(text).map_or_else(
                    || Self::Unlistable(Origin::is_serialized(text).then(|| one.clone())),
                    |origin| Self::Site(origin, one.clone()),
                )
            }
            _ => Self::Unlistable(None),
        }
    }

    fn caller(self, nobody: Caller) -> (Caller, Option<HeaderValue>) {
        match self {
            Self::Nobody => (nobody, None),
            Self::Site(origin, sent) => (Caller::Site(origin), Some(sent)),
            Self::Unlistable(sent) => (Caller::Unlistable, sent),
        }
    }
}

/// A viewer's request on a route where nobody is `nobody`; and, if a page sent it, as whom that may read the answer.
pub(super) fn call<'a>(
    state: &AppState,
    headers: &'a HeaderMap,
    extensions: &Extensions,
    route: &'static str,
    nobody: Caller,
) -> (Call<'a>, Option<HeaderValue>) {
    let (caller, origin) = Named::read(headers).caller(nobody);
    let presented = BearerCredential::read(bearer(headers), || {
        (is_browser(headers), state.request_info(extensions, headers))
    });
    (
        Call {
            route,
            request_id: request_id(extensions),
            address: state.address(extensions, headers),
            caller,
            presented,
        },
        origin,
    )
}

/// Only browsers send these. Node's own fetch sends `Sec-Fetch-Mode`, so that one is no sign.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// The token of the request (RFC 6750, section 2.1); none where there are two.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, token) = sent.next()?.to_str().ok()?.split_at_checked(7)?;
    (scheme.eq_ignore_ascii_case("bearer ") && sent.next().is_none()).then_some(token.trim_ascii())
}

/// Lets the page of this origin read the answer: never `*`, never credentials.
pub(super) fn readable_by(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id, retry-after"),
        );
    }
}

/// Answers a preflight: the same for every origin of a page, and a refusal for what is none.
pub(crate) async fn preflight(request: Request) -> Response {
    let origin = match Named::read(request.headers()) {
        Named::Site(_, sent) | Named::Unlistable(Some(sent)) => Some(sent),
        Named::Nobody => return unread(refuse(Code::OriginMissing.into(), request.extensions())),
        Named::Unlistable(None) => {
            return unread(refuse(
                Code::OriginNotAuthorized.into(),
                request.extensions(),
            ));
        }
    };
    granted(origin, "GET, POST", "authorization")
}

fn unread(mut response: Response) -> Response {
    readable_by(None, response.headers_mut());
    response
}

/// A preflight that is granted.
pub(super) fn granted(
    origin: Option<HeaderValue>,
    methods: &'static str,
    allowed: &'static str,
) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    readable_by(origin, answer);
    answer.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(methods),
    );
    answer.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(allowed),
    );
    answer.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("600"),
    );
    response
}
