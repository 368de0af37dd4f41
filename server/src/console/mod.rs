//! The console: pages, plain forms, server functions. Everything in here is behind the session, the rule against other
//! sites' forms, and headers that keep a page to itself.

mod account;
mod address;
mod content_policy;
mod embed;
mod fields;
mod flash;
mod index;
mod password;
mod render;
mod server_functions;
mod session;
mod session_store;
mod setup;
mod sign_in;
mod theme;
mod visitor;

pub use session_store::Sessions;

use crate::http::AppState;
use crate::site::is_loopback_origin;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, header};
use axum::middleware::{self, Next};
use axum::routing::{get, post};
use perch_domain::Code;
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// The console's routes and everything around them.
pub fn routes(state: &AppState) -> Router<AppState> {
    // Rendering spawns on this runtime; the second router of a test finds it set already.
    let _ = any_spawner::Executor::init_tokio();
    let pages = Router::new()
        .route("/", get(index::home))
        .route("/settings", get(index::home))
        .route("/settings/embed", get(embed::show).post(embed::submit))
        .route("/account", get(account::show))
        .route(
            "/account/password",
            get(password::show).post(password::submit),
        )
        .route(
            "/account/sign-out-everywhere",
            post(account::sign_out_everywhere),
        )
        .route(
            "/account/keys/new",
            get(account::new_key).post(account::create_key),
        )
        .route(
            "/account/keys/{id}/revoke",
            get(account::confirm_revocation).post(account::revoke_key),
        )
        .route(
            "/account/keys/{id}/end-tokens",
            get(account::confirm_ending).post(account::end_tokens),
        )
        .route(
            "/account/end-tokens",
            get(account::confirm_ending_all).post(account::end_all_tokens),
        )
        .route(
            "/account/keys/{id}/sandbox",
            post(account::share_key_with_sandbox),
        )
        .route("/setup/{secret}", get(setup::show).post(setup::submit))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route(
            "/sign-in/link/{secret}",
            get(sign_in::show_link).post(sign_in::use_link),
        )
        .route("/sign-out", post(sign_in::sign_out))
        .route("/theme", post(theme::choose))
        .route("/docs/errors", get(index::errors))
        .route("/_console/{endpoint}", post(server_functions::handle))
        .fallback(index::not_found);
    pages
        .layer(middleware::from_fn_with_state(state.clone(), visitor::load))
        .layer(session::layer(state))
        .layer(csrf(state))
        .layer(middleware::from_fn_with_state(state.clone(), same_scheme))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            content_policy::apply,
        ))
}

/// On https, a page that came over plain http is another site, whatever its host: what changes something is refused. The layer
/// below compares hosts only. This machine by its own names has no https.
async fn same_scheme(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    if state.site.is_https() && !request.method().is_safe() && is_plain(request.headers()) {
        return crate::http::refuse(Code::CrossSite.into(), request.extensions());
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
fn csrf(
    state: &AppState,
) -> CsrfLayer<impl FnMut(ProtectionError) -> Response<Body> + Clone + use<>> {
    let layer = CsrfLayer::new();
    // A public URL that is no origin was refused when the settings were read.
    let layer = match layer.clone().add_trusted_origin(&state.site.public_url) {
        Ok(trusting) => trusting,
        Err(_) => layer,
    };
    layer.with_rejection_response(|_: ProtectionError| {
        crate::http::answered_later(Code::CrossSite.into())
    })
}
