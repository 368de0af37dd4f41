//! The request body that a backend would send for what the sandbox form holds. The sandbox mints from this very text.

use crate::sandbox::personas::ViewerForm;
use perch_domain::attribute::Declaration;
use std::collections::HashMap;

/// The body, laid out for reading. What is typed for an undeclared name goes in as text, to be refused by its name.
pub(crate) fn request_body(declarations: &[Declaration], viewer: &ViewerForm) -> String {
    let attributes: Vec<_> = viewer
        .attributes
        .iter()
        .filter(|(_, typed)| !typed.trim().is_empty())
        .map(|(name, typed)| {
            let declared = declarations.iter().find(|declared| declared.name == *name);
            format!(
                "      {}: {}",
                json(name),
                declared.map_or_else(
                    || json(typed),
                    |declared| declared.form_value_to_json(typed)
                )
            )
        })
        .collect();
    let mut permissions: Vec<(&str, Vec<String>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (model, permission) in &viewer.permissions {
        let at = *places.entry(model).or_insert(permissions.len());
        match permissions.get_mut(at) {
            Some((_, granted)) => granted.push(json(permission)),
            None => permissions.push((model, vec![json(permission)])),
        }
    }
    let permissions: Vec<_> = permissions
        .iter()
        .map(|(model, granted)| format!("{}: [{}]", json(model), granted.join(", ")))
        .collect();
    let mut user = vec![
        format!("    \"distinctId\": {}", json(&viewer.distinct_id)),
        format!("    \"role\": {}", json(&viewer.role)),
    ];
    if !attributes.is_empty() {
        user.push(format!(
            "    \"attributes\": {{\n{}\n    }}",
            attributes.join(",\n")
        ));
    }
    let mut members = vec![
        format!("  \"user\": {{\n{}\n  }}", user.join(",\n")),
        format!("  \"permissions\": {{ {} }}", permissions.join(", ")).replace("{  }", "{}"),
    ];
    for (name, text) in [
        ("aiContextClues", &viewer.context_clues),
        ("expiresIn", &viewer.lifetime),
    ] {
        if !text.trim().is_empty() {
            members.push(format!("  \"{name}\": {}", json(text.trim())));
        }
    }
    format!("{{\n{}\n}}", members.join(",\n"))
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use perch_domain::attribute::Kind;

    #[test]
    fn the_body_reads_like_one_a_person_wrote() {
        let declared = [Declaration {
            name: "tier".into(),
            kind: Kind::Integer,
            list: false,
            required: false,
        }];
        let viewer = ViewerForm {
            distinct_id: "user-\"1\"".into(),
            role: "explorer".into(),
            attributes: vec![
                ("tier".into(), "3".into()),
                ("other".into(), "3".into()),
                ("empty".into(), " ".into()),
            ],
            permissions: vec![
                ("chart".into(), "can_view".into()),
                ("chart".into(), "can_edit".into()),
            ],
            lifetime: "1h".into(),
            ..ViewerForm::default()
        };
        assert_eq!(
            request_body(&declared, &viewer),
            r#"{
  "user": {
    "distinctId": "user-\"1\"",
    "role": "explorer",
    "attributes": {
      "tier": 3,
      "other": "3"
    }
  },
  "permissions": { "chart": ["can_view", "can_edit"] },
  "expiresIn": "1h"
}"#
        );
        assert!(request_body(&[], &ViewerForm::default()).contains("\"permissions\": {}"));
    }
}
