//! What the parts of the document are put together with.

use serde_json::{Value, json};

pub(super) fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// The object with those of these members that there are.
pub(super) fn with<const N: usize>(
    mut object: Value,
    members: [(&str, Option<Value>); N],
) -> Value {
    if let Value::Object(object) = &mut object {
        object.extend(
            members
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
    }
    object
}
