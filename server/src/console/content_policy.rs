//! What a console page may load, and who may show it: nothing from elsewhere, nobody in a frame.

use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// The nonce that the page's own scripts carry.
#[derive(Clone, Debug)]
pub(super) struct Nonce(pub String);

pub(crate) async fn apply(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let nonce = response
        .extensions_mut()
        .remove::<Nonce>()
        .map(|nonce| format!(" 'nonce-{}'", nonce.0))
        .unwrap_or_default();
    // 'self' for scripts because the preload of a module carries no nonce; WebAssembly needs its own word.
    // The sandbox's preview, and no other page, is shown in a frame.
    let frame = state
        .perch
        .tokens
        .preview()
        .map(|origin| format!("frame-src {origin}; "))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; {frame}form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Not no-referrer: with it, forms send Origin: null and could not be told from another site's.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
