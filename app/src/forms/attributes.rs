//! The form of Token Attributes.

use super::{field, has, rows, untouched};
use crate::model::AttributeRow;
use perch_service::AttributeEdit;

/// The rows as they were typed, to show them again.
pub fn typed(fields: &[(String, String)]) -> Vec<AttributeRow> {
    rows(fields, "attributes")
        .iter()
        .map(|row| AttributeRow {
            id: field(row, "id").to_owned(),
            version: field(row, "version").to_owned(),
            name: field(row, "name").to_owned(),
            kind: field(row, "type").to_owned(),
            list: has(row, "list"),
            required: has(row, "required"),
            description: field(row, "description").to_owned(),
            example: field(row, "example").replace("\r\n", "\n"),
            removed: has(row, "remove"),
            was: field(row, "was").to_owned(),
            ..AttributeRow::default()
        })
        .collect()
}

/// The rows as edits. One that nobody touched is none, whatever has become of it meanwhile; an id that cannot be read is no id,
/// and the row counts as new.
pub fn edits(rows: &[AttributeRow]) -> Vec<AttributeEdit> {
    let read = |row: AttributeRow| AttributeEdit {
        id: row.id.parse().ok().map(perch_service::AttributeId),
        version: row.version.parse().unwrap_or(0),
        name: row.name,
        kind: row.kind,
        list: row.list,
        required: row.required,
        description: row.description,
        example: row.example,
        remove: row.removed,
    };
    let edit = |row: &AttributeRow| {
        if untouched(&row.was, &row.values(), row.removed) {
            AttributeEdit::default()
        } else {
            read(row.clone())
        }
    };
    rows.iter().map(edit).collect()
}
