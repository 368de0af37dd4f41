//! Around every request: its id, the hosts we serve, the headers every answer carries.

use crate::http::errors::{DeferredRefusal, defer_refusal, error_response, refuse};
use crate::http::request_id::{REQUEST_ID, RequestMeta};
use crate::state::AppState;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::FutureExt;
use perch_domain::Code;
use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::Service;
use uuid::Uuid;

/// Every route of one connection, and around them what every answer has in common. A service of its own rather than layers of
/// the router: the router boxes each of its layers again for every request.
#[derive(Clone, Debug)]
pub struct Edge {
    state: Arc<AppState>,
    routes: Router,
    peer: Option<IpAddr>,
}

impl Edge {
    pub fn new(state: Arc<AppState>, routes: Router) -> Self {
        Self {
            routes,
            state,
            peer: None,
        }
    }

    /// The same for a connection from there.
    #[must_use]
    pub fn to(&self, peer: IpAddr) -> Self {
        Self {
            peer: Some(peer),
            ..self.clone()
        }
    }

    async fn answer(mut self, mut request: Request) -> Response {
        let id = self.state.perch.system.new_id();
        request.extensions_mut().insert(RequestMeta {
            id,
            peer: self.peer,
        });
        let callers_own = request.headers().get(REQUEST_ID).cloned();
        let mut response = if !serves(&self.state, &request) {
            refuse(Code::HostNotServed.into(), request.extensions())
        } else if !is_text(request.uri().path()) {
            refuse(Code::NotFound.into(), request.extensions())
        } else {
            AssertUnwindSafe(self.routes.call(request))
                .catch_unwind()
                .await
                .map_or_else(panicked, |Ok(response)| response)
        };
        if let Some(DeferredRefusal(refusal)) = response.extensions_mut().remove() {
            response = error_response(&refusal, id);
        }
        let status = response.status();
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(request_id = %id, callers_own = ?callers_own, status = status.as_u16(), "answered");
        } else if status.is_server_error() {
            self.told_later(id, status);
        }
        let headers = response.headers_mut();
        let mut text = Uuid::encode_buffer();
        if let Ok(id) = HeaderValue::from_str(id.as_hyphenated().encode_lower(&mut text)) {
            headers.insert(REQUEST_ID, id);
        }
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if self.state.public_address.is_https() {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
        response
    }

    /// Where the server cannot answer now, many requests hear so, and a line for each would be a flood of its own.
    fn told_later(&self, id: Uuid, status: StatusCode) {
        tracing::debug!(request_id = %id, status = status.as_u16(), "answered");
        if let Some(answers) = self.state.unavailable.count(self.state.perch.system.now()) {
            tracing::warn!(answers, last_request_id = %id, status = status.as_u16(), "answered that it cannot be done right now");
        }
    }
}

impl Service<Request> for Edge {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().answer(request).map(Ok))
    }
}

/// A handler that panicked is a fault of ours: the caller gets the envelope, the log the reason.
fn panicked(reason: Box<dyn Any + Send>) -> Response {
    let text = reason
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| reason.downcast_ref::<&str>().copied());
    tracing::error!(reason = text.unwrap_or("unknown"), "a handler panicked");
    defer_refusal(Code::Internal.into())
}

/// A `Host` that is not ours is refused: a name somebody else points at this address must not read its answers (DNS
/// rebinding). Health checks come by address.
fn serves(state: &AppState, request: &Request) -> bool {
    let health = matches!(request.uri().path(), "/healthz" | "/readyz");
    health || one_host(request.headers()).is_some_and(|host| state.public_address.serves(host))
}

/// Whether what a path stands for (RFC 3986, section 2.1) is text. No address of ours is anything else, and a router that reads
/// its parts would refuse such a path in words of its own.
fn is_text(path: &str) -> bool {
    !path.contains('%')
        || percent_encoding::percent_decode_str(path)
            .decode_utf8()
            .is_ok()
}

fn one_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::public_address::PublicAddress;
    use axum::routing::get;
    use http_body_util::BodyExt;

    async fn broken() {
        panic!("for this test");
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_like_any_fault_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let variables = [(
            "PERCH_DATA_DIR".to_owned(),
            folder.path().join("data").display().to_string(),
        )]
        .into();
        let config = Config::from_variables(&variables).unwrap();
        let state = AppState::new(
            crate::run::open(&config, true).await.unwrap(),
            PublicAddress::new(&config, config.addr),
        );
        let mut edge = Edge {
            state,
            routes: Router::new().route("/", get(broken)),
            peer: None,
        };
        let response = edge
            .call(
                Request::get("/")
                    .header("host", "localhost")
                    .body(Body::empty())
                    .unwrap(),
            )
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let body: serde_json::Value =
            serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
        assert_eq!(
            (parts.status.as_u16(), &body["code"]),
            (500, &"INTERNAL".into())
        );
        assert_eq!(
            parts.headers["x-request-id"],
            body["requestId"].as_str().unwrap()
        );
        assert!(
            !body.to_string().contains("for this test"),
            "what is inside stays there: {body}"
        );
    }
}
