//! Around every request: its id, the hosts we serve, the headers every answer carries.

use super::{AppState, error_response, refuse};
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use perch_domain::Code;
use perch_service::Refusal;

/// Our id of a request; a caller's own is only noted beside it.
#[derive(Clone, Debug)]
struct RequestId(HeaderValue);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request these extensions belong to.
pub(super) fn request_id(extensions: &Extensions) -> String {
    extensions.get::<RequestId>().and_then(|id| id.0.to_str().ok()).unwrap_or_default().to_owned()
}

/// A refusal by something that does not know the request's id.
#[derive(Clone)]
struct Later(Refusal);

/// An answer that the layer around every request completes with the request's id.
pub fn answered_later(refusal: Refusal) -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Later(refusal));
    response
}

pub(super) async fn around(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let mut buffer = uuid::Uuid::encode_buffer();
    let id = HeaderValue::from_str(state.perch.fresh_id().as_hyphenated().encode_lower(&mut buffer)).unwrap_or(HeaderValue::from_static(""));
    request.extensions_mut().insert(RequestId(id.clone()));
    let callers_own = request.headers().get(REQUEST_ID).cloned();
    let mut response = if serves(&state, &request) { next.run(request).await } else { refuse(Code::HostNotServed.into(), request.extensions()) };
    if let Some(Later(refusal)) = response.extensions_mut().remove() {
        response = error_response(&refusal, id.to_str().unwrap_or_default());
    }
    if response.status().is_server_error() {
        tracing::error!(request_id = ?id, callers_own = ?callers_own, status = response.status().as_u16(), "answered");
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if state.site.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// A `Host` that is not ours is refused: a name somebody else points at this address must not read its answers (DNS
/// rebinding). Health checks come by address.
fn serves(state: &AppState, request: &Request) -> bool {
    let health = matches!(request.uri().path(), "/healthz" | "/readyz");
    health || one_host(request.headers()).is_some_and(|host| state.site.serves(host))
}

fn one_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then_some(host)
}
