//! The sandbox's preview: a page of its own on another host, where nothing but the token that is handed to it can help it. It
//! answers with that page and its script, whoever asks.

use crate::assets;
use crate::config::Config;
use crate::public_address::PublicAddress;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use perch_domain::origin::Origin;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Where the preview listens: where the settings say, or beside a console that is on this machine only, on the next port so that
/// a page that was opened before a restart finds it again, or on any.
pub fn addresses(config: &Config, site: &PublicAddress, bound: SocketAddr) -> Vec<SocketAddr> {
    let local = bound.ip().is_loopback() && site.is_loopback();
    match config.preview_addr {
        Some(addr) => vec![addr],
        None if local => [bound.port().checked_add(1), Some(0)]
            .into_iter()
            .flatten()
            .map(|port| SocketAddr::new(bound.ip(), port))
            .collect(),
        None => Vec::new(),
    }
}

/// How browsers reach it. Two ports of one host share their cookies, so this machine is called by its other name.
pub fn origin(config: &Config, site: &PublicAddress, bound: SocketAddr) -> Option<Origin> {
    let url = config
        .preview_url
        .clone()
        .unwrap_or_else(|| match bound.ip() {
            ip if !ip.is_loopback() => format!("http://{bound}"),
            _ if site.is_named("localhost") => format!("http://{bound}"),
            _ => format!("http://localhost:{}", bound.port()),
        });
    Origin::from_header(&url).filter(|origin| !site.is_named(origin.host()))
}

#[derive(Clone)]
struct Preview {
    origin: Arc<Origin>,
    site: Arc<PublicAddress>,
}

pub fn router(origin: Origin, site: Arc<PublicAddress>) -> Router {
    let preview = Preview {
        origin: Arc::new(origin),
        site,
    };
    Router::new()
        .route("/", get(page))
        .route("/preview.js", get(script))
        .layer(middleware::from_fn_with_state(preview.clone(), around))
        .with_state(preview)
}

async fn page(State(preview): State<Preview>) -> Html<String> {
    // An address that was read as an origin's holds nothing that HTML would take for markup.
    let server = &preview.site.public_url;
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Preview</title><link rel=\"icon\" href=\"data:,\">\
         <script type=\"module\" src=\"/preview.js\" data-server=\"{server}\"></script></head><body></body></html>"
    ))
}

async fn script(headers: HeaderMap) -> Response {
    assets::serve("embed/preview.js", &headers, "no-cache")
}

async fn around(State(preview): State<Preview>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    // By whatever name this machine is called, a loopback address is this machine.
    let ours = preview
        .origin
        .to_string()
        .ends_with(&format!("//{}", host.to_ascii_lowercase()));
    let local = host
        .rsplit_once(':')
        .is_some_and(|(name, _)| name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()));
    if !ours && !local {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "this host is not served here\n",
        )
            .into_response();
    }
    let mut response = next.run(request).await;
    let console = preview.site.console_origins().join(" ");
    let server = &preview.site.public_url;
    // A strict page on purpose: what works here works on a page that is careful.
    let policy = format!(
        "default-src 'none'; script-src 'self' {server}; connect-src {server}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {console}"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
