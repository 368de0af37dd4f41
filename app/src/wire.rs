//! What travels between an island and the server: the fields of a form in one direction, a rendered section or a refusal in the
//! other.

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// The fields of a form, by name, in the order of the document.
pub type Fields = Vec<(String, String)>;

/// An invalid field of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireViolation {
    pub field: String,
    pub code: String,
    pub message: String,
}

/// A refusal of a server function. It has the members of a refusal of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    pub code: String,
    pub message: String,
    pub request_id: String,
    #[serde(default)]
    pub violations: Vec<WireViolation>,
    /// The section to show again, if messages beside the fields are not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<Box<RenderedSection>>,
}

impl WireError {
    /// The sentence above the violations.
    pub fn headline(&self) -> String {
        match (self.code.as_str(), self.violations.len()) {
            ("REQUEST_INVALID", 1) => "There is one thing to correct.".to_owned(),
            ("REQUEST_INVALID", count @ 2..) => format!("There are {count} things to correct."),
            _ => self.message.clone(),
        }
    }

    /// The violation of one field.
    pub fn of(&self, field: &str) -> Option<String> {
        self.violations
            .iter()
            .find(|violation| violation.field == field)
            .map(|violation| violation.message.clone())
    }
}

impl FromServerFnError for WireError {
    type Encoder = JsonEncoding;

    /// A failure of the framework: the server cannot be reached, or the body cannot be read.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let unreachable = matches!(
            error,
            ServerFnErrorErr::Request(_)
                | ServerFnErrorErr::Response(_)
                | ServerFnErrorErr::Deserialization(_)
        );
        let (code, message) = if unreachable && cfg!(not(feature = "ssr")) {
            (
                "SERVER_UNREACHABLE",
                "The server cannot be reached. What you typed is still here; try again.",
            )
        } else {
            (
                "REQUEST_INVALID",
                "This request is not one the console makes.",
            )
        };
        #[cfg(feature = "ssr")]
        set_status(422);
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: String::new(),
            violations: Vec::new(),
            section: None,
        }
    }
}

/// A section that the server rendered after its form was sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedSection {
    /// The new content of the section's live part.
    pub html: String,
    /// The id of the element that takes the focus.
    pub focus: String,
}

impl std::fmt::Debug for RenderedSection {
    /// The HTML may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RenderedSection")
            .field("focus", &self.focus)
            .finish_non_exhaustive()
    }
}

/// A refusal as pages and islands show it.
#[cfg(feature = "ssr")]
pub fn wire_error(refusal: perch_service::Refusal, request_id: String) -> WireError {
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

/// The form field for a path in a request body. A list is one field, and the form has no `user.` before the viewer's fields.
#[cfg(feature = "ssr")]
fn form_field(path: &str) -> String {
    match path {
        "user.distinctId" | "user.role" => path.trim_start_matches("user.").to_owned(),
        path if path.starts_with("user.attributes.") => {
            path.split('[').next().unwrap_or(path).to_owned()
        }
        path => path.to_owned(),
    }
}

/// Sets the status of the current answer. Without one (in a page or a test) nothing happens.
#[cfg(feature = "ssr")]
pub fn set_status(status: u16) {
    let status =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(options) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
        options.set_status(status);
    }
}
