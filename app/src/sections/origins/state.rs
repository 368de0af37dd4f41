//! What Authorized Origins shows.

use crate::components::{Confirm, OriginFeedback, Outcome, Paging};

/// The id of the section, of its list and of its form.
pub const ORIGINS: &str = "origins";

/// A row with the values of the form, as stored or as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginFields {
    pub id: String,
    pub version: String,
    pub origin: String,
    pub label: String,
    pub environment: String,
    pub removed: bool,
    /// The kind of site, in a word or two.
    pub note: String,
    /// The sites that connected, and what that suggests.
    pub seen: String,
    /// When it was changed last, and by whom.
    pub changed: String,
    /// The values that were shown, to recognize edited rows; empty for a new row.
    pub was: String,
    /// The row differs from the shown values.
    pub unsaved: bool,
    /// Feedback about the typed text.
    pub feedback: Option<OriginFeedback>,
    /// The stored row as a sentence, after a conflict.
    pub theirs: Option<String>,
}

impl OriginFields {
    /// The values that a person can edit, as one text.
    pub fn values(&self) -> String {
        serde_json::json!([self.origin, self.label, self.environment]).to_string()
    }

    /// An unsaved row, blank if there is no origin yet.
    pub fn unsaved(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            unsaved: !origin.is_empty(),
            ..Self::default()
        }
    }
}

/// The section. People who may not edit see the list only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginsState {
    pub may_edit: bool,
    pub rows: Vec<OriginFields>,
    pub paging: Paging,
    /// Pasted lines that did not become rows.
    pub paste: String,
    /// Every pasted line, and what became of it.
    pub pasted: Vec<(String, OriginFeedback)>,
    pub refused_lately: RefusedLately,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}

/// The sites that were refused lately: the latest, and the number of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedLately {
    pub shown: Vec<RefusedSiteLine>,
    pub more: usize,
}

/// A site that was refused lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedSiteLine {
    pub origin: String,
    /// How many viewers, how often, and when last.
    pub summary: String,
    /// The nearest listed entry, and a warning about international names.
    pub notes: Vec<String>,
}
