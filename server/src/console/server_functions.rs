//! `/_console/{endpoint}`: the server functions, which islands call. A plain form is refused.

use super::current_user::MaybeUser;
use crate::http::body::FORM_FIELDS;
use crate::http::body::FORM_LIMIT;
use crate::http::body::read_body;
use crate::http::errors::refuse;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;
use perch_app::sections::server_function::ConsoleContext;
use perch_domain::Code;
use perch_service::Refusal;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::sync::Arc;

pub(crate) async fn handle(
    State(state): State<Arc<AppState>>,
    anyone: MaybeUser,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let known = server_fn::axum::server_fn_paths()
        .any(|(path, method)| path == parts.uri.path() && method == Method::POST);
    let plain_form = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    if !known || plain_form {
        return refuse(Code::NotFound.into(), &parts.extensions);
    }
    // Without a sign-in, the body is not read.
    let Some(acting) = anyone.acting() else {
        return refuse(Code::SignInRequired.into(), &parts.extensions);
    };
    let body = match read_body(&parts.headers, body, FORM_LIMIT)
        .await
        .and_then(few_fields)
    {
        Ok(body) => body,
        Err(refused) => return refuse(refused, &parts.extensions),
    };
    let context = ConsoleContext {
        perch: state.perch.clone(),
        request_id: anyone.request.id.clone(),
        acting: Some(acting),
    };
    let request = Request::from_parts(parts, Body::from(body));
    leptos_axum::handle_server_fns_with_context(move || provide_context(context.clone()), request)
        .await
        .into_response()
}

/// The fields of a call. They are only counted, and take no memory.
#[derive(Deserialize)]
struct FieldCount {
    fields: Vec<IgnoredAny>,
}

/// The bytes of the shortest field in JSON, with its comma.
const MIN_FIELD_BYTES: usize = r#"["",""],"#.len();

/// The body, unless it holds more fields than a form of the console may have. The server function refuses a body that cannot be
/// read.
fn few_fields(body: Bytes) -> Result<Bytes, Refusal> {
    let may_be_many = body.len() / MIN_FIELD_BYTES >= FORM_FIELDS;
    let many = may_be_many
        && serde_json::from_slice::<FieldCount>(&body)
            .is_ok_and(|count| count.fields.len() > FORM_FIELDS);
    if many {
        Err(Refusal::because(
            Code::BodyTooLarge,
            format!("The form has more than {FORM_FIELDS} fields."),
        ))
    } else {
        Ok(body)
    }
}
