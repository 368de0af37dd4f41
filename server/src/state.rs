//! What handlers share: the service, the public address, the names of the browser files, the live connections.
//!
//! Handlers and the edge import this file; it knows neither.

use crate::assets::AssetNames;
use crate::connections::Bounds;
use crate::http::request_id::{peer, request_id};
use crate::http::tally::Tally;
use crate::live_connections::{ConnectionLimits, LiveConnections};
use crate::public_address::PublicAddress;
use axum::http::{Extensions, HeaderMap};
use perch_service::{Perch, RequestInfo};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What every handler may use.
#[derive(Debug)]
pub struct AppState {
    pub perch: Perch,
    pub public_address: Arc<PublicAddress>,
    pub assets: AssetNames,
    pub connected: LiveConnections,
    pub(crate) unavailable: Tally,
    /// Whether it was said that a proxy seems to stand before the server and is not trusted.
    told_of_proxy: AtomicBool,
}

impl AppState {
    pub fn new(perch: Perch, site: PublicAddress) -> Arc<Self> {
        Self::bounded(
            perch,
            site,
            LiveConnections::bounded(ConnectionLimits::of(Bounds::of_process().connections)),
        )
    }

    /// The same with other bounds for viewers who stay connected.
    pub fn bounded(perch: Perch, site: PublicAddress, connected: LiveConnections) -> Arc<Self> {
        perch.stand_at(site.public_url.clone());
        let changes = perch.config.changes();
        tokio::spawn(
            connected
                .clone()
                .recheck_on_changes(Arc::downgrade(&perch.tokens), changes),
        );
        Arc::new(Self {
            perch,
            public_address: Arc::new(site),
            assets: AssetNames::read(),
            connected,
            unavailable: Tally::default(),
            told_of_proxy: AtomicBool::new(false),
        })
    }

    /// Where a request came from. A forwarding header while no proxy is trusted is told once, and noted for `doctor`.
    pub fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer(extensions)?;
        let told =
            self.public_address.trusts_a_proxy() || self.told_of_proxy.load(Ordering::Relaxed);
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
        Some(self.public_address.client_address(peer, headers))
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
