//! Reads the form of Token Attributes.

use super::state::{ATTRIBUTES, AttributeFields};
use crate::sections::fields::{field, has, is_unedited, rows};
use perch_service::AttributeEdit;

/// The rows with the typed values.
pub fn typed(fields: &[(String, String)]) -> Vec<AttributeFields> {
    rows(fields, ATTRIBUTES)
        .iter()
        .map(|row| AttributeFields {
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
            ..AttributeFields::default()
        })
        .collect()
}

/// The rows as edits. An unedited row becomes a blank edit, whatever is stored now. A row whose id cannot be read counts as new.
pub fn edits(rows: &[AttributeFields]) -> Vec<AttributeEdit> {
    let read = |row: AttributeFields| AttributeEdit {
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
    let edit = |row: &AttributeFields| {
        if is_unedited(&row.was, &row.values(), row.removed) {
            AttributeEdit::default()
        } else {
            read(row.clone())
        }
    };
    rows.iter().map(edit).collect()
}
