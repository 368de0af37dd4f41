//! What sections show: texts only. Times are put into words, ids are written out, nothing is left to compute.

use crate::wire::WireError;

/// A section's outcome as a person sees it after saving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub problem: Option<WireError>,
    /// What was done, such as `Saved 2 changes, 10:02 UTC.`
    pub done: Option<String>,
}

/// A row of Authorized Origins, as stored or as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginRow {
    pub id: String,
    pub version: String,
    pub origin: String,
    pub label: String,
    pub environment: String,
    pub removed: bool,
    /// Who changed it last, and when.
    pub changed: String,
}

/// A row of Token Attributes, as stored or as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeRow {
    pub id: String,
    pub version: String,
    pub name: String,
    pub kind: String,
    pub list: bool,
    pub required: bool,
    pub description: String,
    pub example: String,
    pub removed: bool,
    pub changed: String,
}

impl AttributeRow {
    /// A row to be filled in.
    pub fn blank() -> Self {
        Self { kind: "String".to_owned(), ..Self::default() }
    }
}

/// A declared attribute as the sandbox asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeField {
    pub name: String,
    pub kind: String,
    pub list: bool,
    pub required: bool,
    pub description: String,
    pub value: String,
}

/// What the sandbox form shows. The pasted key is never among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SandboxState {
    /// Id and name of the keys that can be chosen.
    pub keys: Vec<(String, String)>,
    pub chosen: String,
    pub distinct_id: String,
    pub role: String,
    pub attributes: Vec<AttributeField>,
    pub context_clues: String,
    /// `model.permission` of every box that is ticked.
    pub permissions: Vec<String>,
    pub lifetime: String,
    pub problem: Option<WireError>,
}

/// A sandbox token, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResult {
    pub token: String,
    pub token_id: String,
    pub expires_in: String,
    pub size: String,
    pub reading: Reading,
}

impl std::fmt::Debug for TokenResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResult").field("token_id", &self.token_id).finish_non_exhaustive()
    }
}

/// What a token says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub valid: bool,
    pub verdict: String,
    pub code: String,
    pub fix: String,
    pub claims: Option<TokenClaims>,
}

/// The claims of a token whose seal was verified, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenClaims {
    pub user: Vec<(String, String)>,
    pub attributes: Vec<(String, String)>,
    pub permissions: Vec<(String, String)>,
    pub expiration: Vec<(String, String)>,
}

/// A new API key, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKey {
    pub name: String,
    pub secret: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the form for a new key shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewKeyState {
    pub form_id: String,
    pub name: String,
    pub expires_on: String,
    pub scopes: Vec<String>,
    pub sandbox_shared: bool,
    pub problem: Option<WireError>,
}
