//! `/_console/{endpoint}`: where islands call. A plain form has no business here.

use super::visitor::Anyone;
use crate::http::{AppState, FORM_LIMIT, read_body, refuse};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;
use perch_app::api::ConsoleContext;
use perch_domain::Code;

pub(super) async fn handle(State(state): State<AppState>, anyone: Anyone, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let known = server_fn::axum::server_fn_paths().any(|(path, method)| path == parts.uri.path() && method == Method::POST);
    let plain_form = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"));
    if !known || plain_form {
        return refuse(Code::NotFound.into(), &parts.extensions);
    }
    // Nobody signed in is told so before the body is read.
    let Some(acting) = anyone.acting() else { return refuse(Code::SignInRequired.into(), &parts.extensions) };
    let body = match read_body(&parts.headers, body, FORM_LIMIT).await {
        Ok(body) => body,
        Err(refused) => return refuse(refused, &parts.extensions),
    };
    let context = ConsoleContext { perch: state.perch.clone(), request_id: anyone.request.id.clone(), acting: Some(acting) };
    let request = Request::from_parts(parts, Body::from(body));
    leptos_axum::handle_server_fns_with_context(move || provide_context(context.clone()), request).await.into_response()
}
