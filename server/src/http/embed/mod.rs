//! For backends: tokens by API key.

mod generate_token;
mod introspect;
mod key_holder;

use super::AppState;
use axum::Router;
use axum::routing::{options, post};

pub(super) fn routes() -> Router<AppState> {
    let preflight = options(key_holder::preflight);
    Router::new()
        .route("/embed/generate-token", post(generate_token::handle).merge(preflight.clone()))
        .route("/api/generate-token", post(generate_token::handle).merge(preflight.clone()))
        .route("/embed/introspect", post(introspect::handle).merge(preflight))
}
