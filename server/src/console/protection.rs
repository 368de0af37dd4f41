//! Forms and calls of other sites are refused here, before any handler of the console sees them.

use crate::http::errors::{defer_refusal, refuse};
use crate::public_address::is_loopback_origin;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, header};
use axum::middleware::Next;
use perch_domain::Code;
use std::sync::Arc;
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// On https, a page that came over plain http is another site, whatever its host: what changes something is refused. The layer
/// below compares hosts only. This machine by its own names has no https.
pub(crate) async fn same_scheme(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    if state.public_address.is_https() && !request.method().is_safe() && is_plain(request.headers())
    {
        return refuse(Code::CrossSite.into(), request.extensions());
    }
    next.run(request).await
}

fn is_plain(headers: &HeaderMap) -> bool {
    let origin = headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .unwrap_or_default();
    origin
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
        && !is_loopback_origin(origin)
}

/// Refuses forms and calls of other sites by `Sec-Fetch-Site` and `Origin` (RFC 6454); over plain http on a network, where
/// browsers send no `Sec-Fetch-*`, `Origin` against `Host` decides.
pub(crate) fn csrf(
    state: &AppState,
) -> CsrfLayer<impl FnMut(ProtectionError) -> Response<Body> + Clone + use<>> {
    let layer = CsrfLayer::new();
    // A public URL that is no origin was refused when the settings were read.
    let layer = match layer
        .clone()
        .add_trusted_origin(&state.public_address.public_url)
    {
        Ok(trusting) => trusting,
        Err(_) => layer,
    };
    layer.with_rejection_response(|_: ProtectionError| defer_refusal(Code::CrossSite.into()))
}
