//! The guard of every server function: who acts, or the refusal.

use crate::field_id;
use crate::flows::Turn;
use crate::wire::{Section, WireError, WireViolation};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use perch_domain::Code;
use perch_service::{ActorContext, Perch, Refusal};

/// What the server provides to a console request: the service, the id of the request and, where somebody is signed in,
/// who acts.
#[derive(Clone)]
pub struct ConsoleContext {
    pub perch: Perch,
    pub request_id: String,
    pub acting: Option<ActorContext>,
}

/// The service and who acts. There is no other way to either inside a server function.
pub(super) fn acting() -> Result<(Perch, ActorContext), WireError> {
    let Some(context) = use_context::<ConsoleContext>() else {
        return Err(refused(Code::Internal.into()));
    };
    let acting = context
        .acting
        .ok_or_else(|| refused(Code::SignInRequired.into()))?;
    Ok((context.perch, acting))
}

/// A rendered section; `focus` is the field or element that takes the focus.
pub(super) fn section(view: AnyView, focus: &str) -> Section {
    Section {
        html: view.to_html(),
        focus: field_id(focus),
    }
}

/// A section after its form was sent; with a conflict it is a refusal that brings what has to be looked at.
pub(super) fn turned<S>(
    turn: &Turn<S>,
    view: impl Fn(&S) -> AnyView,
) -> Result<Section, WireError> {
    let section = section(view(&turn.state), &turn.focus);
    if turn.conflict {
        Err(WireError {
            section: Some(Box::new(section)),
            ..refused(Code::Conflict.into())
        })
    } else {
        Ok(section)
    }
}

/// The envelope of a refusal, and its real status.
pub(super) fn refused(refusal: Refusal) -> WireError {
    set_status(refusal.code.status());
    wire_error(
        refusal,
        use_context::<ConsoleContext>()
            .map(|context| context.request_id)
            .unwrap_or_default(),
    )
}

/// A refusal as pages and islands show it.
pub fn wire_error(refusal: Refusal, request_id: String) -> WireError {
    WireError {
        code: refusal.code.as_str().to_owned(),
        message: refusal.message.into_owned(),
        request_id,
        violations: refusal
            .violations
            .into_iter()
            .map(|violation| WireViolation {
                field: form_field(&violation.field),
                code: violation.code.as_str().to_owned(),
                message: violation.message,
            })
            .collect(),
        section: None,
    }
}

/// The form field of a path in a request body: lists are one field each, and the form has no `user.` before the viewer.
fn form_field(path: &str) -> String {
    match path {
        "user.distinctId" | "user.role" => path.trim_start_matches("user.").to_owned(),
        path if path.starts_with("user.attributes.") => {
            path.split('[').next().unwrap_or(path).to_owned()
        }
        path => path.to_owned(),
    }
}

/// Sets the status of the answer under way; without one (a page, a test) there is nothing to set.
pub fn set_status(status: u16) {
    let status =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}
