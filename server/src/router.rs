//! The one place that names every route of the server. The preview, which is another host, has one page of its own.

use crate::assets;
use crate::console::{
    account, content_policy, current_user, embed, index, password, protection, server_functions,
    session, setup, sign_in, theme,
};
use crate::http::embed::session as embed_session;
use crate::http::embed::{browser, generate_token, introspect, key_holder, live, revoke, script};
use crate::http::errors::refuse;
use crate::http::{health, openapi};
use crate::state::AppState;
use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, get, options, post};
use perch_domain::Code;
use std::sync::Arc;

/// Every route. Prefixes for machines answer unknown paths with JSON, the console with a page.
pub fn routes(state: &Arc<AppState>) -> Router {
    let machines = Router::new()
        .merge(embed_routes())
        .route("/openapi.json", get(openapi::serve))
        .route("/api/{*rest}", any(not_found));
    let files = Router::new()
        .route("/pkg/{file}", get(assets::package))
        .route("/favicon.svg", get(assets::favicon));
    let probes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz));
    Router::new()
        .merge(machines)
        .merge(files)
        .merge(probes)
        .merge(console_routes(state))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state.clone())
}

/// The routes for backends and for viewers' pages.
fn embed_routes() -> Router<Arc<AppState>> {
    let by_key = options(key_holder::preflight);
    let by_viewer = options(browser::preflight);
    Router::new()
        .route(
            "/embed/generate-token",
            post(generate_token::handle).merge(by_key.clone()),
        )
        .route(
            "/api/generate-token",
            post(generate_token::handle).merge(by_key.clone()),
        )
        .route(
            "/embed/introspect",
            post(introspect::handle).merge(by_key.clone()),
        )
        .route("/embed/revoke", post(revoke::handle).merge(by_key))
        .route(
            "/embed/session",
            post(embed_session::session).merge(by_viewer.clone()),
        )
        .route("/embed/live", post(live::handle).merge(by_viewer.clone()))
        .route("/api/v1/me", get(embed_session::me).merge(by_viewer))
        .route("/embed/embed.js", get(script::newest))
        .route("/embed/{*rest}", any(script::below))
}

/// The console's routes and everything around them.
fn console_routes(state: &Arc<AppState>) -> Router<Arc<AppState>> {
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
        .layer(middleware::from_fn_with_state(
            state.clone(),
            current_user::load,
        ))
        .layer(session::layer(state))
        .layer(protection::csrf(state))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            protection::same_scheme,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            content_policy::apply,
        ))
}

async fn not_found(request: Request) -> Response {
    refuse(Code::NotFound.into(), request.extensions())
}

async fn method_not_allowed(request: Request) -> Response {
    refuse(Code::MethodNotAllowed.into(), request.extensions())
}
