//! Token attributes: what an organization declares, and the values a token may carry for them.

use crate::ViolationCode;
use crate::json::{Json, Kind as JsonKind};
use crate::refusal::Violations;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Names that mean something of their own in a request or a token.
pub const RESERVED: [&str; 5] = ["distinctId", "role", "permissions", "aiContextClues", "org"];
/// Most attributes one request may carry.
pub const MAX_ATTRIBUTES: usize = 64;
/// Most values in a list.
pub const MAX_LIST: usize = 200;
/// Most Unicode scalar values in a text.
pub const MAX_TEXT: usize = 1_024;

/// The type of an attribute's value, or of each value in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    String,
    Integer,
    Numeric,
    Boolean,
    Date,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::String,
        Self::Integer,
        Self::Numeric,
        Self::Boolean,
        Self::Date,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Integer => "Integer",
            Self::Numeric => "Numeric",
            Self::Boolean => "Boolean",
            Self::Date => "Date",
        }
    }

    /// What a value must look like, in a sentence after "must be".
    pub const fn form(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Integer => "a whole number",
            Self::Numeric => "a number",
            Self::Boolean => "true or false",
            Self::Date => "a date such as 2026-11-20 or 2026-11-20T10:30:00Z",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }
}

/// A type as people read it, such as `Integer list`.
pub fn type_name(kind: Kind, list: bool) -> String {
    format!("{}{}", kind.as_str(), if list { " list" } else { "" })
}

/// Reads [`type_name`] back.
pub fn parse_type_name(text: &str) -> Option<(Kind, bool)> {
    let (kind, list) = text
        .strip_suffix(" list")
        .map_or((text, false), |kind| (kind, true));
    Kind::parse(kind).map(|kind| (kind, list))
}

/// An attribute an organization declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub name: String,
    pub kind: Kind,
    pub list: bool,
    pub required: bool,
}

/// Why a name cannot be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("Enter a name.")]
    Empty,
    #[error("Use at most 64 characters.")]
    TooLong,
    #[error(
        "Begin with a letter or an underscore, then letters, digits, underscores, points or hyphens."
    )]
    Shape,
    #[error("This name has a meaning of its own in every token; choose another.")]
    Reserved,
}

/// Checks a name: `[A-Za-z_][A-Za-z0-9_.-]{0,63}`, case matters.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let mut bytes = name.bytes();
    let first = bytes.next().ok_or(NameError::Empty)?;
    if name.len() > 64 {
        return Err(NameError::TooLong);
    }
    let shaped = (first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    if !shaped {
        return Err(NameError::Shape);
    }
    if RESERVED.contains(&name) || name.starts_with("__") {
        return Err(NameError::Reserved);
    }
    Ok(())
}

/// A value that passed its declaration, in the form a token carries it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Value {
    Text(String),
    Integer(i64),
    /// A finite double, in the caller's own spelling.
    Numeric(Box<RawValue>),
    Boolean(bool),
    List(Vec<Value>),
}

impl Declaration {
    /// Reads a value as this attribute declares it; every fault is added under its path.
    pub fn read(&self, faults: &mut Violations, path: &str, json: Json<'_>) -> Option<Value> {
        if !self.list {
            return self.read_one(faults, path, json);
        }
        let Some(items) = json.items() else {
            faults.add(
                path,
                ViolationCode::AttributeWrongType,
                format!(
                    "{} must be a list, each value {}.",
                    self.name,
                    self.kind.form()
                ),
            );
            return None;
        };
        if items.len() > MAX_LIST {
            faults.add(
                path,
                ViolationCode::TooMany,
                format!(
                    "{} may hold at most {MAX_LIST} values, not {}.",
                    self.name,
                    items.len()
                ),
            );
            return None;
        }
        let read = items
            .iter()
            .enumerate()
            .map(|(at, item)| self.read_one(faults, &format!("{path}[{at}]"), *item));
        // Collected first, so that every item is looked at and every fault is named.
        let read: Vec<_> = read.collect();
        read.into_iter()
            .collect::<Option<Vec<_>>>()
            .map(Value::List)
    }

    fn read_one(&self, faults: &mut Violations, path: &str, json: Json<'_>) -> Option<Value> {
        let value = match (self.kind, json.kind()) {
            (Kind::String | Kind::Date, JsonKind::Text) => {
                return self.read_text(faults, path, json);
            }
            (Kind::Integer, JsonKind::Number) => json.integer().map(Value::Integer),
            (Kind::Numeric, JsonKind::Number) => numeric(json),
            (Kind::Boolean, _) => json.boolean().map(Value::Boolean),
            _ => None,
        };
        if value.is_none() {
            faults.add(
                path,
                ViolationCode::AttributeWrongType,
                format!(
                    "{} must be {}, not {}.",
                    self.name,
                    self.kind.form(),
                    told(json)
                ),
            );
        }
        value
    }

    fn read_text(&self, faults: &mut Violations, path: &str, json: Json<'_>) -> Option<Value> {
        let Some(text) = json.text().filter(|text| !text.contains('\0')) else {
            faults.add(
                path,
                ViolationCode::InvalidValue,
                format!("{} holds a character that cannot be stored.", self.name),
            );
            return None;
        };
        if text.chars().count() > MAX_TEXT {
            faults.add(
                path,
                ViolationCode::TooLong,
                format!("{} may have at most {MAX_TEXT} characters.", self.name),
            );
            return None;
        }
        if self.kind == Kind::Date && !crate::time::is_date(&text) {
            faults.add(
                path,
                ViolationCode::InvalidValue,
                format!("{} must be {}.", self.name, self.kind.form()),
            );
            return None;
        }
        Some(Value::Text(text.into_owned()))
    }

    /// The JSON that a value typed into a form stands for: text as it is, lists one value a line, the rest as written.
    pub fn form_value_to_json(&self, typed: &str) -> String {
        let one = |text: &str| match self.kind {
            Kind::String | Kind::Date => serde_json::Value::from(text).to_string(),
            // What is not JSON of that type becomes text, so that the same reading refuses it as the wrong type.
            Kind::Integer | Kind::Numeric | Kind::Boolean => {
                let bare = Json::parse(text.as_bytes())
                    .filter(|json| matches!(json.kind(), JsonKind::Number | JsonKind::Boolean));
                bare.map_or_else(
                    || serde_json::Value::from(text).to_string(),
                    |_| text.trim().to_owned(),
                )
            }
        };
        if self.list {
            // A text may begin or end with blanks; other values are told apart from them.
            let items: Vec<_> = typed
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| {
                    one(if self.kind == Kind::String {
                        line
                    } else {
                        line.trim()
                    })
                })
                .collect();
            format!("[{}]", items.join(","))
        } else if self.kind == Kind::String {
            one(typed)
        } else {
            one(typed.trim())
        }
    }
}

fn numeric(json: Json<'_>) -> Option<Value> {
    let text = json.number()?;
    text.parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())?;
    RawValue::from_string(text.to_owned())
        .ok()
        .map(Value::Numeric)
}

/// What was sent, told without repeating it: a number by its spelling (it may only be out of range), the rest by kind.
fn told(json: Json<'_>) -> String {
    json.number()
        .filter(|text| text.len() <= 32)
        .map_or_else(|| json.kind().as_str().to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, list: bool, json: &str) -> Result<String, Vec<String>> {
        let declaration = Declaration {
            name: "a".into(),
            kind,
            list,
            required: false,
        };
        let mut faults = Violations::default();
        let value = declaration.read(&mut faults, "a", Json::parse(json.as_bytes()).unwrap());
        match faults.into_result() {
            Ok(()) => Ok(serde_json::to_string(&value.unwrap()).unwrap()),
            Err(refusal) => Err(refusal
                .violations
                .iter()
                .map(|v| format!("{} {}", v.field, v.code.as_str()))
                .collect()),
        }
    }

    #[test]
    fn values_by_type() {
        let wrong = |()| Err(vec!["a ATTRIBUTE_WRONG_TYPE".to_owned()]);
        assert_eq!(
            read(Kind::String, false, r#""North""#),
            Ok(r#""North""#.into())
        );
        assert_eq!(read(Kind::String, false, "3"), wrong(()));
        assert_eq!(read(Kind::Integer, false, "3.0"), Ok("3".into()));
        assert_eq!(read(Kind::Integer, false, "3e0"), wrong(()));
        assert_eq!(read(Kind::Integer, false, "9223372036854775808"), wrong(()));
        assert_eq!(read(Kind::Numeric, false, "1e3"), Ok("1e3".into()));
        assert_eq!(read(Kind::Numeric, false, "1e999"), wrong(()));
        assert_eq!(read(Kind::Boolean, false, "true"), Ok("true".into()));
        assert_eq!(read(Kind::Boolean, false, r#""true""#), wrong(()));
        assert_eq!(
            read(Kind::Date, false, r#""2026-02-30""#),
            Err(vec!["a INVALID_VALUE".into()])
        );
        assert_eq!(
            read(Kind::String, false, r#""a\u0000""#),
            Err(vec!["a INVALID_VALUE".into()])
        );
        assert_eq!(
            read(Kind::String, true, r#"["x",3,"y",null]"#),
            Err(vec![
                "a[1] ATTRIBUTE_WRONG_TYPE".into(),
                "a[3] ATTRIBUTE_WRONG_TYPE".into()
            ])
        );
        assert_eq!(read(Kind::Integer, true, "[1,2.0]"), Ok("[1,2]".into()));
        assert_eq!(read(Kind::Integer, true, "1"), wrong(()));
    }

    #[test]
    fn names() {
        for good in ["region", "_x", "a.b-c_9", &"a".repeat(64)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("", NameError::Empty),
            ("9a", NameError::Shape),
            ("a b", NameError::Shape),
            ("é", NameError::Shape),
            ("role", NameError::Reserved),
            ("__x", NameError::Reserved),
            (&"a".repeat(65), NameError::TooLong),
        ] {
            assert_eq!(check_name(bad), Err(fault), "{bad}");
        }
    }

    #[test]
    fn what_a_form_holds_becomes_the_json_a_backend_would_send() {
        let form = |kind, list, typed: &str| {
            Declaration {
                name: "a".into(),
                kind,
                list,
                required: false,
            }
            .form_value_to_json(typed)
        };
        assert_eq!(form(Kind::String, false, "12"), r#""12""#);
        assert_eq!(form(Kind::Integer, false, " 12 "), "12");
        assert_eq!(form(Kind::Integer, false, "twelve"), r#""twelve""#);
        assert_eq!(form(Kind::String, true, "a\n\n b \n"), r#"["a"," b "]"#);
        assert_eq!(form(Kind::Boolean, true, "true\nfalse"), "[true,false]");
    }
}
