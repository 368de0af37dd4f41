//! What Token Introspection shows.

use super::token_report::{LookupReport, TokenReport};
use crate::components::{Confirm, Outcome};

/// The id of the section and of its form.
pub const INTROSPECTION: &str = "introspection";

/// The form, and what was found. A pasted token is shown again, a pasted API key is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntrospectionState {
    pub pasted: String,
    pub site: String,
    /// Sites to offer.
    pub sites: Vec<String>,
    pub report: Option<TokenReport>,
    pub lookup: Option<LookupReport>,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}
