//! A refusal: one code from the registry, a sentence, and every fault of the input at once.

use crate::code::{Code, ViolationCode};
use std::borrow::Cow;

/// One fault of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field, such as `user.attributes.brands[3]`; the whole body is the empty text.
    pub field: String,
    pub code: ViolationCode,
    pub message: String,
}

/// Why something was not done. Everything in it may be shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code:?}: {message}")]
pub struct Refusal {
    pub code: Code,
    pub message: Cow<'static, str>,
    pub violations: Vec<Violation>,
    /// Seconds after which another try makes sense (`Retry-After`).
    pub retry_after: Option<u32>,
}

/// Seconds after which a caller may try again when the server could not answer.
const RETRY_AFTER: u32 = 5;

impl Refusal {
    /// The code with its registered sentence.
    pub fn new(code: Code) -> Self {
        let retry_after = matches!(code, Code::Unavailable).then_some(RETRY_AFTER);
        Self {
            code,
            message: Cow::Borrowed(code.message()),
            violations: Vec::new(),
            retry_after,
        }
    }

    /// The code with a sentence for this case.
    pub fn because(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            ..Self::new(code)
        }
    }

    /// `REQUEST_INVALID` for a single fault, where nothing else of the input was looked at.
    pub fn fault(
        field: impl Into<String>,
        code: ViolationCode,
        message: impl Into<String>,
    ) -> Self {
        let violation = Violation {
            field: field.into(),
            code,
            message: message.into(),
        };
        Self {
            violations: vec![violation.clone()],
            ..Self::because(Code::RequestInvalid, violation.message)
        }
    }

    /// The code, and when another try makes sense.
    pub fn retry(code: Code, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(code)
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// Collects the faults of one input, so that all of them are named at once.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

/// Faults named in one answer. A body of 16 KiB can hold thousands; no one reads more than this.
const MAX_VIOLATIONS: usize = 100;

impl Violations {
    pub fn add(
        &mut self,
        field: impl Into<String>,
        code: ViolationCode,
        message: impl Into<String>,
    ) {
        if self.0.len() < MAX_VIOLATIONS {
            self.0.push(Violation {
                field: field.into(),
                code,
                message: message.into(),
            });
        }
    }

    /// Whether no more are named, so that looking for them is of no use.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MAX_VIOLATIONS
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `REQUEST_INVALID` with everything collected, or nothing to object to.
    pub fn into_result(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let message = match self.0.as_slice() {
            [one] => {
                return Err(Refusal::fault(
                    one.field.clone(),
                    one.code,
                    one.message.clone(),
                ));
            }
            several if several.len() == MAX_VIOLATIONS => Cow::Owned(format!(
                "More than {MAX_VIOLATIONS} fields need another value; these are the first."
            )),
            several => Cow::Owned(format!("{} fields need another value.", several.len())),
        };
        Err(Refusal {
            code: Code::RequestInvalid,
            message,
            violations: self.0,
            retry_after: None,
        })
    }
}
