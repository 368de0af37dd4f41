//! What a use case ends with when it does not end well, and the one place where it becomes what may be shown.
//!
//! Everything in this crate may import this file; it imports nothing of this crate.

use perch_domain::{Code, Refusal, ViolationCode};
use perch_jwe::{MasterKeyError, SealError};
use perch_store::StoreError;
use std::borrow::Cow;

/// Why a use case gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule refused the request. The refusal is the answer, as it is.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// The database failed. The store has logged the details.
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Something happened that must not happen. The text is for the log only.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }

    /// A refusal with a message of its own. See [`Refusal::because`].
    pub(crate) fn because(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Refusal::because(code, message))
    }

    /// A refusal of one field. See [`Refusal::fault`].
    pub(crate) fn fault(
        field: impl Into<String>,
        code: ViolationCode,
        message: impl Into<String>,
    ) -> Self {
        Self::Refused(Refusal::fault(field, code, message))
    }

    /// The code that the caller gets.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Store(StoreError::Inconsistent { .. })
            | Self::Seal(_)
            | Self::MasterKey(_)
            | Self::Internal(_) => Code::Internal,
            Self::Store(_) => Code::Unavailable,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(code.into())
    }
}

/// What the caller is told. Internal details go to the log and nowhere else.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal,
            Error::Store(StoreError::Unconfirmed) => Self::because(
                Code::Unavailable,
                "The database did not confirm in time whether this was saved. Look whether it was, or repeat it: repeating does no harm.",
            ),
            error => {
                let code = error.code();
                if code == Code::Internal {
                    tracing::error!(%error, "an invariant does not hold");
                }
                code.into()
            }
        }
    }
}
