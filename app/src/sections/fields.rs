//! Reads the fields of forms, for plain POSTs and server functions alike.

/// The most rows that a form of a list may hold. Further rows are not read, so that a caller cannot allocate memory by an index.
pub const MAX_ROWS: usize = 1_000;

/// The first value of a field; empty if the field is absent.
pub fn value<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields
        .iter()
        .find(|(field, _)| field == name)
        .map_or("", |(_, value)| value)
}

/// Every value of a field that may occur several times.
pub fn values<'a>(fields: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    fields
        .iter()
        .filter(|(field, _)| field == name)
        .map(|(_, value)| value.as_str())
        .collect()
}

/// True if a checkbox was ticked.
pub fn ticked(fields: &[(String, String)], name: &str) -> bool {
    fields.iter().any(|(field, _)| field == name)
}

/// The pressed button of a form with several buttons: the verb and its object.
pub fn intent(fields: &[(String, String)]) -> (&str, &str) {
    let pressed = value(fields, "intent");
    pressed.split_once(':').unwrap_or((pressed, ""))
}

/// The rows of `list[0].field`, `list[1].field`, …: the fields of each by name, up to the highest index.
pub(super) fn rows<'a>(fields: &'a [(String, String)], list: &str) -> Vec<Vec<(&'a str, &'a str)>> {
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

/// True if a row has the values that were shown. Without the shown values, every row counts as edited.
pub fn is_unedited(was: &str, values: &str, removed: bool) -> bool {
    !removed && was == values
}

/// The value of a field in a row.
pub(super) fn field<'a>(row: &[(&str, &'a str)], name: &str) -> &'a str {
    row.iter()
        .find(|(field, _)| *field == name)
        .map_or("", |(_, value)| value)
}

/// True if a row has a field, such as a ticked checkbox.
pub(super) fn has(row: &[(&str, &str)], name: &str) -> bool {
    row.iter().any(|(field, _)| *field == name)
}
