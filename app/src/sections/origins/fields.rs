//! Reads the form of Authorized Origins.

use super::state::{ORIGINS, OriginFields};
use crate::sections::fields::{field, has, is_unedited, rows};
use perch_service::{Environment, OriginEdit};

/// The rows with the typed values.
pub fn typed(fields: &[(String, String)]) -> Vec<OriginFields> {
    rows(fields, ORIGINS)
        .iter()
        .map(|row| OriginFields {
            id: field(row, "id").to_owned(),
            version: field(row, "version").to_owned(),
            origin: field(row, "origin").to_owned(),
            label: field(row, "label").to_owned(),
            environment: field(row, "environment").to_owned(),
            removed: has(row, "remove"),
            was: field(row, "was").to_owned(),
            ..OriginFields::default()
        })
        .collect()
}

/// The rows as edits. An unedited row becomes a blank edit, whatever is stored now. A row whose id cannot be read counts as new.
pub fn edits(rows: &[OriginFields]) -> Vec<OriginEdit> {
    let read = |row: OriginFields| OriginEdit {
        id: row.id.parse().ok().map(perch_service::OriginId),
        version: row.version.parse().unwrap_or(0),
        environment: Environment::parse(&row.environment).unwrap_or_default(),
        origin: row.origin,
        label: row.label,
        remove: row.removed,
    };
    let edit = |row: &OriginFields| {
        if is_unedited(&row.was, &row.values(), row.removed) {
            OriginEdit::default()
        } else {
            read(row.clone())
        }
    };
    rows.iter().map(edit).collect()
}
