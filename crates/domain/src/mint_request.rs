//! A mint request: from the bytes a backend sent to something that can be sealed, or to every fault at once.

mod reader;

use crate::attribute::{self, Declaration, Value};
use crate::claims::ViewerRole;
use crate::json::Json;
use crate::permission::Permissions;
use crate::{Code, Refusal};
use reader::Reader;

/// Bytes. Larger bodies are refused before they are read.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
/// Characters of a `distinctId`.
pub const MAX_DISTINCT_ID: usize = 256;
/// Unicode scalar values.
pub const MAX_CLUES: usize = 2_000;

/// A request that passed every rule.
#[derive(Clone, Debug)]
pub struct MintRequest {
    /// `user.distinctId`, the token's subject.
    pub subject: String,
    pub role: ViewerRole,
    /// In the order they were sent; names are declared and distinct.
    pub attributes: Vec<(String, Value)>,
    pub permissions: Permissions,
    pub context_clues: Option<String>,
    /// Seconds, within the bounds of the rules.
    pub lifetime: u32,
    /// Attributes that were sent, are not declared, and were left out instead of refused.
    pub dropped: Vec<Dropped>,
}

/// An undeclared attribute, and the type its value would be declared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub name: String,
    pub kind: Option<(attribute::Kind, bool)>,
}

/// What a request is held against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub declarations: &'a [Declaration],
    /// Seconds: the least of the key's and the organization's maximum.
    pub longest_lifetime: u32,
    /// Leaves undeclared attributes out instead of refusing them, unless they are near-misses of declared names.
    pub drop_undeclared: bool,
}

impl MintRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// `BODY_NOT_JSON`, or `REQUEST_INVALID` with every violation.
    pub fn parse(body: &[u8], rules: Rules<'_>) -> Result<Self, Refusal> {
        let json = Json::parse(body).ok_or(Code::BodyNotJson)?;
        let mut reader = Reader::new(rules);
        let request = reader.body(json);
        reader.into_result()?;
        // Without a fault every part was read; the fallback only keeps this total.
        request.ok_or_else(|| Code::RequestInvalid.into())
    }
}

#[cfg(test)]
mod tests;
