//! What a command ends with.

use crate::run::RunError;
use perch_domain::Code;
use perch_service::Refusal;

/// What a command says when it is done: a line for people, a value for programs.
pub(super) struct Said {
    pub line: String,
    pub value: serde_json::Value,
}

pub(super) type Outcome = Result<Said, Box<dyn std::error::Error>>;

/// A refusal in one line, every fault in it.
pub(super) fn told(refusal: impl Into<Refusal>) -> Box<dyn std::error::Error> {
    let refusal = refusal.into();
    if refusal.violations.len() < 2 || refusal.code != Code::RequestInvalid {
        return RunError::Refused(refusal).into();
    }
    refusal
        .violations
        .iter()
        .map(|violation| violation.message.as_str())
        .collect::<Vec<_>>()
        .join(" ")
        .into()
}
