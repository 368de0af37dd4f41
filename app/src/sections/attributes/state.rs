//! What Token Attributes shows.

use crate::components::{Confirm, Outcome, Paging};
use perch_domain::attribute::Kind;

/// The id of the section, of its list and of its form.
pub const ATTRIBUTES: &str = "attributes";

/// A row with the values of the form, as stored or as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a checkbox of the form"
)]
pub struct AttributeFields {
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
    /// Which keys send it, and when last.
    pub used: String,
    /// The values that were shown; empty for a new row.
    pub was: String,
    /// The row differs from the shown values.
    pub unsaved: bool,
    /// The stored row as a sentence, after a conflict.
    pub theirs: Option<String>,
}

impl AttributeFields {
    /// The values that a person can edit, as one text.
    pub fn values(&self) -> String {
        serde_json::json!([
            self.name,
            self.kind,
            self.list,
            self.required,
            self.description,
            self.example
        ])
        .to_string()
    }

    /// A row to fill in.
    pub fn blank() -> Self {
        Self {
            kind: Kind::String.as_str().to_owned(),
            ..Self::default()
        }
    }
}

/// An undeclared attribute that migration mode left out of tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DroppedLine {
    pub name: String,
    /// How many tokens, when last, and which keys.
    pub summary: String,
    /// Why it cannot be declared under this name; empty if it can.
    pub error: String,
}

/// The section. People who may not edit see the list only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributesState {
    pub may_edit: bool,
    pub rows: Vec<AttributeFields>,
    pub paging: Paging,
    pub dropped: Vec<DroppedLine>,
    /// The pasted sample.
    pub sample: String,
    /// The attributes of the sample that did not become rows, and why.
    pub sampled: Vec<(String, String)>,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}
