//! The ladder: the checks a token goes through, in their order. The runtime stops at the first that fails; people are
//! shown all of them.

use crate::{Code, Refusal};

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    Shape,
    Key,
    Seal,
    KeyState,
    Time,
    Revocation,
    /// Whether the site it is used on may embed.
    Origin,
    /// Whether what it carries still fits what is declared. The token works either way; access rules may not.
    Attributes,
    /// Whether it grants anything. A token that grants nothing works, and shows nothing.
    Permissions,
}

impl Check {
    pub const ALL: [Self; 9] = [
        Self::Shape,
        Self::Key,
        Self::Seal,
        Self::KeyState,
        Self::Time,
        Self::Revocation,
        Self::Origin,
        Self::Attributes,
        Self::Permissions,
    ];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Key => "key",
            Self::Seal => "seal",
            Self::KeyState => "key-state",
            Self::Time => "time",
            Self::Revocation => "revocation",
            Self::Origin => "origin",
            Self::Attributes => "attributes",
            Self::Permissions => "permissions",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.as_str() == text)
    }

    /// The question it answers.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Shape => "Is it a whole token?",
            Self::Key => "Was it issued by a key of your organization?",
            Self::Seal => "Is it unchanged?",
            Self::KeyState => "Is the key still active?",
            Self::Time => "Is it within its time?",
            Self::Revocation => "Is it free of a revocation?",
            Self::Origin => "May the site use it?",
            Self::Attributes => "Do its attributes fit today’s declarations?",
            Self::Permissions => "Does it allow anything?",
        }
    }

    /// Whether failing here means that the token is refused.
    pub const fn refuses(self) -> bool {
        !matches!(self, Self::Attributes | Self::Permissions)
    }
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    Passed,
    Failed,
    NotReached,
    /// The site was not named, so it was not asked about.
    NotAsked,
}

impl CheckOutcome {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "Passed",
            Self::Failed => "Failed",
            Self::NotReached => "Not reached",
            Self::NotAsked => "Not asked",
        }
    }
}

/// The check that a token failed, and the code for the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedCheck(pub Check, pub Code);

impl From<FailedCheck> for Refusal {
    fn from(FailedCheck(_, code): FailedCheck) -> Self {
        code.into()
    }
}
