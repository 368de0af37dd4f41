//! A sample of what a backend would send, turned into declarations: names as they stand, types from the values.

use crate::attribute::{self, Declaration, Kind};
use crate::json::{Json, Kind as JsonKind};
use crate::refusal::Violations;

/// One attribute of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    pub name: String,
    /// The declaration that its value passes and an example in the form a person types, or why there is none.
    pub found: Result<(Declaration, String), String>,
}

/// Reads a whole mint request, its `user`, or the attributes alone. `None` where the text is no JSON object.
pub fn guess(text: &str) -> Option<Vec<Guess>> {
    let mut json = Json::parse(text.trim().as_bytes())?;
    for step in ["user", "attributes"] {
        let inner = json
            .members()?
            .into_iter()
            .find(|(name, value)| name == step && value.kind() == JsonKind::Object);
        json = inner.map_or(json, |(_, inner)| inner);
    }
    let members = json.members()?;
    let mut guesses: Vec<Guess> = Vec::with_capacity(members.len());
    for (name, value) in members {
        // Far more than a token carries; beyond that it is no sample.
        if guesses.len() < 1_000
            && !attribute::RESERVED.contains(&&*name)
            && !guesses.iter().any(|earlier| earlier.name == name)
        {
            guesses.push(Guess {
                found: one(&name, value),
                name: name.into_owned(),
            });
        }
    }
    Some(guesses)
}

/// The type a value would be declared with, and whether it is a list; `None` for `null`, objects and mixed lists.
pub fn kind_of(json: Json<'_>) -> Option<(Kind, bool)> {
    if json.kind() != JsonKind::List {
        return single(json).map(|kind| (kind, false));
    }
    let kinds: Option<Vec<Kind>> = json.items()?.into_iter().map(single).collect();
    let kinds = kinds?;
    let first = *kinds.first()?;
    let joined = kinds
        .into_iter()
        .try_fold(first, |kind, next| match (kind, next) {
            (kind, next) if kind == next => Some(kind),
            (Kind::Integer | Kind::Numeric, Kind::Integer | Kind::Numeric) => Some(Kind::Numeric),
            (Kind::String | Kind::Date, Kind::String | Kind::Date) => Some(Kind::String),
            _ => None,
        });
    joined.map(|kind| (kind, true))
}

fn single(json: Json<'_>) -> Option<Kind> {
    match json.kind() {
        JsonKind::Text if json.text().is_some_and(|text| crate::time::is_date(&text)) => {
            Some(Kind::Date)
        }
        JsonKind::Text => Some(Kind::String),
        JsonKind::Boolean => Some(Kind::Boolean),
        JsonKind::Number => Some(
            if json.integer().is_some() && json.number().is_some_and(|text| !text.contains('.')) {
                Kind::Integer
            } else {
                Kind::Numeric
            },
        ),
        JsonKind::Null | JsonKind::List | JsonKind::Object => None,
    }
}

fn one(name: &str, json: Json<'_>) -> Result<(Declaration, String), String> {
    attribute::check_name(name).map_err(|fault| fault.to_string())?;
    let (kind, list) = kind_of(json).ok_or_else(|| {
        match json.kind() {
            JsonKind::Null => "null tells no type; give it a value.",
            JsonKind::Object => {
                "An attribute cannot be an object; send its parts as attributes of their own."
            }
            JsonKind::List => "A list needs at least one value, and all of one type.",
            _ => "No type fits this value.",
        }
        .to_owned()
    })?;
    let declaration = Declaration {
        name: name.to_owned(),
        kind,
        list,
        required: false,
    };
    let mut faults = Violations::default();
    declaration.read(&mut faults, name, json);
    if let Err(refusal) = faults.into_result() {
        return Err(refusal.message.into_owned());
    }
    let typed = |json: Json<'_>| {
        json.text().map_or_else(
            || {
                json.number().map_or_else(
                    || json.boolean().unwrap_or_default().to_string(),
                    str::to_owned,
                )
            },
            Into::into,
        )
    };
    let example = match json.items() {
        Some(items) => items.into_iter().map(typed).collect::<Vec<_>>().join("\n"),
        None => typed(json),
    };
    Ok((declaration, example))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> Vec<String> {
        let told = |guess: Guess| match guess.found {
            Ok((declared, example)) => {
                format!(
                    "{} {}{} {example:?}",
                    guess.name,
                    declared.kind.as_str(),
                    if declared.list { " list" } else { "" }
                )
            }
            Err(why) => format!("{}: {why}", guess.name),
        };
        guess(text).unwrap().into_iter().map(told).collect()
    }

    #[test]
    fn types_come_from_values() {
        let attributes = r#"{"region":"North","tier":3,"rate":1.5,"premium":true,"since":"2026-11-20","brands":["a","b"],"marks":[1,2.5],"mixed":[1,"a"],"none":null,"shop":{"id":1},"9x":1,"role":"x"}"#;
        let expected = [
            "region String \"North\"",
            "tier Integer \"3\"",
            "rate Numeric \"1.5\"",
            "premium Boolean \"true\"",
            "since Date \"2026-11-20\"",
            "brands String list \"a\\nb\"",
            "marks Numeric list \"1\\n2.5\"",
            "mixed: A list needs at least one value, and all of one type.",
            "none: null tells no type; give it a value.",
            "shop: An attribute cannot be an object; send its parts as attributes of their own.",
            "9x: Begin with a letter or an underscore, then letters, digits, underscores, points or hyphens.",
        ];
        assert_eq!(told(attributes), expected);
        assert_eq!(
            told(&format!(
                r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{attributes}}},"expiresIn":"1h"}}"#
            )),
            expected
        );
        assert_eq!(told(&format!(r#"{{"attributes":{attributes}}}"#)), expected);
        for no_object in ["", "[1]", "\"a\"", "{"] {
            assert_eq!(guess(no_object), None, "{no_object}");
        }
    }

    proptest! {
        /// What is offered as an example is what the form would send back as the very value.
        #[test]
        fn an_example_stands_for_its_value(items in prop::collection::vec(prop_oneof!["[a-z]{1,4}", "2026-0[1-9]-1[0-9]"], 1..4)) {
            let json = serde_json::json!({ "a": items }).to_string();
            let (declared, example) = guess(&json).unwrap().remove(0).found.unwrap();
            prop_assert_eq!(declared.form_value_to_json(&example), serde_json::json!(items).to_string());
        }
    }
}
