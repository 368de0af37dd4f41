//! Bodies of forms, and the lists and rows that are read from them.

use perch_app::sections::attributes::state::AttributeFields;
use perch_app::sections::fields::{MAX_ROWS, intent, ticked, value, values};
use perch_app::sections::origins::state::OriginFields;
use perch_app::sections::{attributes as attribute_form, new_key, origins as origin_form, sandbox};
use std::collections::HashMap;

type Fields = Vec<(String, String)>;
/// The names of a row's fields, and what was read of each.
type Columns<Row> = [(&'static str, fn(&Row) -> String)];

/// Accepted is what has rows of a list.
///
/// # Panics
/// If a field is lost between body and form.
pub fn form(input: &[u8]) -> bool {
    let fields = parsed(input);
    assert_eq!(
        fields.len(),
        input
            .split(|byte| *byte == b'&')
            .filter(|field| !field.is_empty())
            .count(),
        "a field was lost"
    );
    assert_eq!(
        parsed(encoded(&fields).as_bytes()),
        fields,
        "a field is read as another"
    );
    for (name, _) in fields.iter().take(16) {
        assert_eq!(
            Some(value(&fields, name)),
            values(&fields, name).first().copied()
        );
        assert!(ticked(&fields, name));
    }
    let (verb, object) = intent(&fields);
    assert!(
        value(&fields, "intent").starts_with(verb) && value(&fields, "intent").ends_with(object)
    );
    let rows = origins(&fields) + attributes(&fields);
    viewer(&fields);
    assert_eq!(
        new_key::fields::typed(&fields).scopes.len(),
        values(&fields, "scopes").len()
    );
    let _ = new_key::fields::form(&fields);
    rows > 0
}

fn parsed(body: &[u8]) -> Fields {
    form_urlencoded::parse(body).into_owned().collect()
}

fn encoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// The fields of a list by row and name: the first of each, as far as rows are read. None where a row is named in another way
/// than pages name it.
fn expected<'a>(
    fields: &'a [(String, String)],
    list: &str,
) -> Option<HashMap<(usize, &'a str), &'a str>> {
    let mut found = HashMap::new();
    for (name, value) in fields {
        let Some((index, field)) = name
            .strip_prefix(list)
            .and_then(|rest| rest.strip_prefix('['))
            .and_then(|rest| rest.split_once("]."))
        else {
            continue;
        };
        let Ok(row) = index.parse::<usize>() else {
            continue;
        };
        if row.to_string() != index {
            return None;
        }
        if row < MAX_ROWS {
            found.entry((row, field)).or_insert(value.as_str());
        }
    }
    Some(found)
}

/// Whether each row has what was sent for it, and nothing else.
fn rows<Row>(fields: &[(String, String)], list: &str, typed: &[Row], columns: &Columns<Row>) {
    assert!(typed.len() <= MAX_ROWS);
    let Some(expected) = expected(fields, list) else {
        return;
    };
    assert_eq!(
        typed.len(),
        expected.keys().map(|(row, _)| row + 1).max().unwrap_or(0)
    );
    for (row, typed) in typed.iter().enumerate() {
        for (name, column) in columns {
            let sent = expected.get(&(row, *name)).copied().unwrap_or_default();
            assert_eq!(
                column(typed),
                sent.replace("\r\n", "\n"),
                "{list}[{row}].{name}"
            );
        }
    }
}

fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn origins(fields: &[(String, String)]) -> usize {
    let typed = origin_form::fields::typed(fields);
    rows::<OriginFields>(
        fields,
        "origins",
        &typed,
        &[
            ("id", |row| plain(&row.id)),
            ("version", |row| plain(&row.version)),
            ("origin", |row| plain(&row.origin)),
            ("label", |row| plain(&row.label)),
            ("environment", |row| plain(&row.environment)),
            ("was", |row| plain(&row.was)),
        ],
    );
    let edits = origin_form::fields::edits(&typed);
    assert_eq!(edits.len(), typed.len());
    for (row, edit) in typed.iter().zip(&edits) {
        let touched = row.removed || row.was != row.values();
        assert!(
            !touched
                || (edit.origin == row.origin
                    && edit.label == row.label
                    && edit.remove == row.removed)
        );
    }
    typed.len()
}

fn attributes(fields: &[(String, String)]) -> usize {
    let typed = attribute_form::fields::typed(fields);
    rows::<AttributeFields>(
        fields,
        "attributes",
        &typed,
        &[
            ("id", |row| plain(&row.id)),
            ("version", |row| plain(&row.version)),
            ("name", |row| plain(&row.name)),
            ("type", |row| plain(&row.kind)),
            ("description", |row| plain(&row.description)),
            ("example", |row| row.example.clone()),
            ("was", |row| plain(&row.was)),
        ],
    );
    assert_eq!(attribute_form::fields::edits(&typed).len(), typed.len());
    typed.len()
}

fn viewer(fields: &[(String, String)]) {
    let viewer = sandbox::fields::viewer(fields);
    let named = |front: &str| {
        fields
            .iter()
            .filter(|(name, _)| name.starts_with(front))
            .count()
    };
    assert_eq!(viewer.attributes.len(), named("user.attributes."));
    assert_eq!(
        viewer.permissions.len(),
        values(fields, "permissions")
            .iter()
            .filter(|both| both.contains('.'))
            .count()
    );
    let again: Fields = viewer
        .attributes
        .iter()
        .map(|(name, value)| (format!("user.attributes.{name}"), value.clone()))
        .chain(
            viewer
                .permissions
                .iter()
                .map(|(model, name)| ("permissions".to_owned(), format!("{model}.{name}"))),
        )
        .chain([
            ("distinctId".to_owned(), viewer.distinct_id.clone()),
            ("role".to_owned(), viewer.role.clone()),
        ])
        .collect();
    let read = sandbox::fields::viewer(&again);
    assert_eq!(
        (read.permissions, read.distinct_id, read.role),
        (viewer.permissions, viewer.distinct_id, viewer.role)
    );
    assert_eq!(read.attributes.len(), viewer.attributes.len());
    let _ = sandbox::fields::form(fields);
}
