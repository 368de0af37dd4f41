//! The form of Authorized Origins.

use super::{field, has, rows, untouched};
use crate::model::OriginRow;
use perch_service::{Environment, OriginEdit};

/// The rows as they were typed, to show them again.
pub fn typed(fields: &[(String, String)]) -> Vec<OriginRow> {
    rows(fields, "origins")
        .iter()
        .map(|row| OriginRow {
            id: field(row, "id").to_owned(),
            version: field(row, "version").to_owned(),
            origin: field(row, "origin").to_owned(),
            label: field(row, "label").to_owned(),
            environment: field(row, "environment").to_owned(),
            removed: has(row, "remove"),
            was: field(row, "was").to_owned(),
            ..OriginRow::default()
        })
        .collect()
}

/// The rows as edits. One that nobody touched is none, whatever has become of it meanwhile; an id that cannot be read is no id,
/// and the row counts as new.
pub fn edits(rows: &[OriginRow]) -> Vec<OriginEdit> {
    let read = |row: OriginRow| OriginEdit {
        id: row.id.parse().ok().map(perch_service::OriginId),
        version: row.version.parse().unwrap_or(0),
        environment: Environment::parse(&row.environment).unwrap_or_default(),
        origin: row.origin,
        label: row.label,
        remove: row.removed,
    };
    let edit = |row: &OriginRow| {
        if untouched(&row.was, &row.values(), row.removed) {
            OriginEdit::default()
        } else {
            read(row.clone())
        }
    };
    rows.iter().map(edit).collect()
}
