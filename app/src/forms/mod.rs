//! From a form's fields to what the service takes. One reading for the page's own POST and for the server function.

pub mod attributes;
pub mod new_key;
pub mod origins;
pub mod sandbox;

/// Most rows a list form may hold; what lies beyond is not read, so that no index chosen by a caller allocates memory.
pub const MAX_ROWS: usize = 1_000;

/// The value of a field; empty where it is absent.
pub fn value<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields
        .iter()
        .find(|(field, _)| field == name)
        .map_or("", |(_, value)| value)
}

/// Every value of a field that may be there several times.
pub fn values<'a>(fields: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    fields
        .iter()
        .filter(|(field, _)| field == name)
        .map(|(_, value)| value.as_str())
        .collect()
}

/// Whether a box was ticked.
pub fn ticked(fields: &[(String, String)], name: &str) -> bool {
    fields.iter().any(|(field, _)| field == name)
}

/// The button that was pressed, where a form has several: a verb, and what it is about.
pub fn intent(fields: &[(String, String)]) -> (&str, &str) {
    let pressed = value(fields, "intent");
    pressed.split_once(':').unwrap_or((pressed, ""))
}

/// The rows of `list[0].field`, `list[1].field`, …: the fields of each by name, up to the highest index.
fn rows<'a>(fields: &'a [(String, String)], list: &str) -> Vec<Vec<(&'a str, &'a str)>> {
    let mut rows: Vec<Vec<(&str, &str)>> = Vec::new();
    for (name, value) in fields {
        let Some((at, field)) = name
            .strip_prefix(list)
            .and_then(|rest| rest.strip_prefix('['))
            .and_then(|rest| rest.split_once("]."))
        else {
            continue;
        };
        let Some(at) = at.parse::<usize>().ok().filter(|at| *at < MAX_ROWS) else {
            continue;
        };
        if rows.len() <= at {
            rows.resize_with(at + 1, Vec::new);
        }
        if let Some(row) = rows.get_mut(at) {
            row.push((field, value));
        }
    }
    rows
}

/// Whether a row is as it was shown. Without what was shown, every row counts as touched.
pub fn untouched(was: &str, values: &str, removed: bool) -> bool {
    !removed && was == values
}

/// The value of a field in a row.
fn field<'a>(row: &[(&str, &'a str)], name: &str) -> &'a str {
    row.iter()
        .find(|(field, _)| *field == name)
        .map_or("", |(_, value)| value)
}

fn has(row: &[(&str, &str)], name: &str) -> bool {
    row.iter().any(|(field, _)| *field == name)
}
