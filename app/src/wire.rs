//! What travels between the server and an island: the fields of a form one way, a rendered section or a refusal back.

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// The fields of a form, by name, in the order of the document.
pub type Fields = Vec<(String, String)>;

/// One fault of the input; `field` is the name of the form's field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireViolation {
    pub field: String,
    pub code: String,
    pub message: String,
}

/// Why a server function refused: the same envelope as the HTTP API's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    pub code: String,
    pub message: String,
    pub request_id: String,
    #[serde(default)]
    pub violations: Vec<WireViolation>,
    /// The section as it has to be looked at again, where beside the fields is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<Box<Section>>,
}

impl WireError {
    /// The sentence over the faults: each stands below it in its own words.
    pub fn headline(&self) -> String {
        match (self.code.as_str(), self.violations.len()) {
            ("REQUEST_INVALID", 1) => "There is one thing to correct.".to_owned(),
            ("REQUEST_INVALID", count @ 2..) => format!("There are {count} things to correct."),
            _ => self.message.clone(),
        }
    }

    /// What is wrong with one field.
    pub fn of(&self, field: &str) -> Option<String> {
        self.violations
            .iter()
            .find(|violation| violation.field == field)
            .map(|violation| violation.message.clone())
    }
}

impl FromServerFnError for WireError {
    type Encoder = JsonEncoding;

    /// The framework's own failures: on the way there (nobody answered) or a body that is not this function's.
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
        crate::api::set_status(422);
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: String::new(),
            violations: Vec::new(),
            section: None,
        }
    }
}

/// A section of a page, rendered anew after its form was sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What replaces the section's live part.
    pub html: String,
    /// Element that takes the focus.
    pub focus: String,
}

impl std::fmt::Debug for Section {
    /// The HTML may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Section")
            .field("focus", &self.focus)
            .finish_non_exhaustive()
    }
}
