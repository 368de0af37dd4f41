//! HTTP: one router, and around it what every answer has in common.

mod body;
mod embed;
mod errors;
mod front;
mod health;
mod openapi;
mod tally;

pub use body::{FORM_FIELDS, FORM_LIMIT, read_body};
pub use embed::{Connected, Most};
pub use errors::{error_response, refuse};
use front::request_id;
pub use front::{Front, answered_later};
pub use openapi::document as openapi_document;

use crate::assets::{self, AssetNames};
use crate::connections::Bounds;
use crate::console;
use crate::site::Site;
use axum::Router;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap};
use axum::response::Response;
use axum::routing::get;
use perch_domain::Code;
use perch_service::{Perch, RequestInfo};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tally::Tally;

/// What every handler may use. One count to raise for each layer that a request goes through.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Shared>);

/// What the clones share.
#[derive(Debug)]
pub struct Shared {
    pub perch: Perch,
    pub site: Arc<Site>,
    pub assets: AssetNames,
    pub connected: Connected,
    unavailable: Tally,
    /// Whether it was said that a proxy seems to stand before the server and is not trusted.
    told_of_proxy: AtomicBool,
}

impl std::ops::Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    pub fn new(perch: Perch, site: Site) -> Self {
        Self::bounded(
            perch,
            site,
            Connected::bounded(Most::of(Bounds::of_process().connections)),
        )
    }

    /// The same with other bounds for viewers who stay connected.
    pub fn bounded(perch: Perch, site: Site, connected: Connected) -> Self {
        perch.stand_at(site.public_url.clone());
        let changes = perch.config.changes();
        let shared = Arc::new(Shared {
            perch,
            site: Arc::new(site),
            assets: AssetNames::read(),
            connected,
            unavailable: Tally::default(),
            told_of_proxy: AtomicBool::new(false),
        });
        tokio::spawn(Connected::judge(Arc::downgrade(&shared), changes));
        Self(shared)
    }

    /// Where a request came from. A forwarding header while no proxy is trusted is told once, and noted for `doctor`.
    pub fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = front::peer(extensions)?;
        let told = self.site.trusts_a_proxy() || self.told_of_proxy.load(Ordering::Relaxed);
        if !told
            && headers.contains_key("x-forwarded-for")
            && !self.told_of_proxy.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                proxy = %peer,
                "requests carry X-Forwarded-For, but no proxy is trusted: everybody behind it counts as one address; set PERCH_TRUSTED_PROXIES"
            );
            self.perch.doctor.note_untrusted_proxy(peer);
        }
        Some(self.site.client_address(peer, headers))
    }

    /// What the audit log keeps of a request.
    pub fn request_info(&self, extensions: &Extensions, headers: &HeaderMap) -> RequestInfo {
        let own = headers
            .get("x-request-id")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        RequestInfo {
            id: request_id(extensions).to_string(),
            caller_id: own.chars().take(128).collect(),
            address: self
                .address(extensions, headers)
                .map(|address| address.to_string())
                .unwrap_or_default(),
        }
    }
}

/// Every route. Prefixes for machines answer unknown paths with JSON, the console with a page.
fn routes(state: AppState) -> Router {
    let machines = Router::new()
        .merge(embed::routes())
        .route("/openapi.json", get(openapi::serve))
        .route("/api/{*rest}", axum::routing::any(not_found));
    let files = Router::new()
        .route("/pkg/{file}", get(assets::package))
        .route("/favicon.svg", get(assets::favicon));
    Router::new()
        .merge(machines)
        .merge(files)
        .merge(health::routes())
        .merge(console::routes(&state))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state)
}

async fn not_found(request: Request) -> Response {
    refuse(Code::NotFound.into(), request.extensions())
}

async fn method_not_allowed(request: Request) -> Response {
    refuse(Code::MethodNotAllowed.into(), request.extensions())
}
