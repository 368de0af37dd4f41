//! `GET /embed/embed.js`: the components, for every page of the world. A module is only run where its page may read it, so these
//! files, and nothing else here, are readable by all.

use crate::assets;
use crate::http::errors::refuse;
use axum::extract::{Path, Request};
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use perch_domain::Code;

/// The newest, looked at again after five minutes.
pub(crate) async fn newest(request: Request) -> Response {
    serve("embed/embed.js", "public, max-age=300", &request)
}

/// `/embed/<version>/embed.js`, a released version, which never changes; there is nothing else below.
pub(crate) async fn below(Path(rest): Path<String>, request: Request) -> Response {
    match rest.split_once('/') {
        Some((version, "embed.js"))
            if request.method() == Method::GET || request.method() == Method::HEAD =>
        {
            serve(
                &format!("embed/{version}/embed.js"),
                "public, max-age=31536000, immutable",
                &request,
            )
        }
        Some((_, "embed.js")) => {
            let mut refused = refuse(Code::MethodNotAllowed.into(), request.extensions());
            refused
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
            refused
        }
        _ => refuse(Code::NotFound.into(), request.extensions()),
    }
}

fn serve(path: &str, cache: &'static str, request: &Request) -> Response {
    let mut response = assets::serve(path, request.headers(), cache);
    if !response.status().is_success() {
        return refuse(Code::NotFound.into(), request.extensions());
    }
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    response
}
