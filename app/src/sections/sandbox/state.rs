//! What the Token Generation Sandbox shows.

use super::embed_kind::EmbedKind;
use crate::components::{Confirm, Outcome};
use crate::sections::introspection::token_report::TokenReport;
use perch_domain::attribute::Kind;
use perch_service::{KeyId, PersonaId};

/// The id of the section and of its form.
pub const SANDBOX: &str = "sandbox";

/// The section. A pasted key is never part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "two are permissions, one a checkbox"
)]
pub struct SandboxState {
    pub keys: Vec<KeyChoice>,
    /// The chosen key, as the form sends it.
    pub chosen: String,
    pub embed: Option<EmbedKind>,
    pub distinct_id: String,
    pub role: String,
    pub attributes: Vec<AttributeField>,
    pub context_clues: String,
    /// `model.permission` of every ticked checkbox.
    pub permissions: Vec<String>,
    pub lifetime: String,
    pub personas: Vec<PersonaLine>,
    /// The persona that filled the form, as the form sends it.
    pub persona: String,
    pub persona_name: String,
    pub persona_shared: bool,
    pub may_share: bool,
    pub may_have_keys: bool,
    /// Without a pasted key, this person can use shared personas only.
    pub only_shared_personas: bool,
    pub request: RequestState,
    /// Attributes that are typed in Token Attributes and not saved.
    pub unsaved_attributes: Vec<String>,
    pub token: Option<SandboxToken>,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}

/// A key that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChoice {
    pub id: KeyId,
    pub name: String,
}

/// A field for a declared attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeField {
    pub name: String,
    pub kind: Kind,
    pub list: bool,
    pub required: bool,
    pub description: String,
    pub value: String,
}

/// A persona in the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonaLine {
    pub id: PersonaId,
    pub name: String,
    pub shared: bool,
    /// The owner's name; empty if this person owns it.
    pub owner: String,
    pub may_edit: bool,
    pub changed: String,
}

/// The request that a backend would send, and why it would be refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestState {
    pub body: String,
    /// Empty if the backend would get a token.
    pub violations: Vec<String>,
}

/// A sandbox token. It is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct SandboxToken {
    pub token: String,
    pub token_id: String,
    pub expires_in: String,
    /// Seconds from now.
    pub seconds_left: i64,
    pub size: String,
    pub report: TokenReport,
    pub preview: TokenPreview,
}

impl std::fmt::Debug for SandboxToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxToken")
            .field("token_id", &self.token_id)
            .finish_non_exhaustive()
    }
}

/// Where the component can be seen with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPreview {
    /// In a frame on this origin.
    Frame(String),
    /// On a downloadable test page (a data URL), if no preview origin is configured.
    TestPage(String),
}
