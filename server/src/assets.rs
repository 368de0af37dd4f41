//! The browser files: inside the binary in a release, read from the disk while developing.

use crate::http::errors::refuse;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use perch_domain::Code;
use rust_embed::RustEmbed;

/// What `cargo xtask` bundled. Absent on a first `cargo check`, which is why that is allowed.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Site;

/// The names of the browser files; they carry a hash of their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetNames {
    /// `perch-<hash>`: the script and the WebAssembly file are called that.
    pub bundle: String,
    pub stylesheet: String,
    /// The newest released version of the component script, and the hash that pins it (SRI, section 3.5).
    pub pinned: Option<(String, String)>,
}

impl AssetNames {
    /// Reads the manifest the bundler wrote: one name a line.
    pub fn read() -> Self {
        let manifest = Site::get("manifest.txt")
            .map(|file| String::from_utf8_lossy(&file.data).into_owned())
            .unwrap_or_default();
        let mut lines = manifest.lines();
        let mut next = |fallback: &str| lines.next().unwrap_or(fallback).to_owned();
        let (bundle, stylesheet) = (next("perch"), next("perch.css"));
        let pinned = lines
            .last()
            .and_then(|line| line.split_once(' '))
            .map(|(version, hash)| (version.to_owned(), hash.to_owned()));
        Self {
            bundle,
            stylesheet,
            pinned,
        }
    }
}

/// `GET /pkg/{file}`: names carry a hash, so what is there never changes. A missing one is never a page: a
/// browser holding an old page must not take HTML for a script.
pub async fn package(Path(file): Path<String>, request: Request) -> Response {
    let found = serve(
        &format!("pkg/{file}"),
        request.headers(),
        "public, max-age=31536000, immutable",
    );
    if found.status().is_success() {
        found
    } else {
        refuse(Code::NotFound.into(), request.extensions())
    }
}

pub async fn favicon(headers: HeaderMap) -> Response {
    serve("favicon.svg", &headers, "public, max-age=86400")
}

pub fn serve(path: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    // A file is only found under its own name, and no name leads out of the folder.
    let Some(content_type) = content_type(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let packed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(name, _)| accepted.contains(name));
    let candidates = packed
        .map(|(name, ending)| (Some(name), ending))
        .chain([(None, "")]);
    for (encoding, ending) in candidates {
        let Some(file) = Site::get(&format!("{path}{ending}")) else {
            continue;
        };
        let mut response = Response::new(Body::from(file.data));
        let answer = response.headers_mut();
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        answer.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Some(encoding) = encoding {
            answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        return response;
    }
    StatusCode::NOT_FOUND.into_response()
}

fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "wasm" => Some("application/wasm"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
