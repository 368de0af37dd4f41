//! A mint request: from the bytes a backend sent to something that can be sealed, or to every fault at once.

use crate::attribute::{self, Declaration, Value};
use crate::claims::ViewerRole;
use crate::json::{Json, Kind};
use crate::permission::Permissions;
use crate::refusal::Faults;
use crate::text::nearest;
use crate::{Code, Refusal, ViolationCode, lifetime};
use std::borrow::Cow;

/// Bytes. Larger bodies are refused before they are read.
pub const LONGEST_BODY: usize = 16 * 1024;
const LONGEST_SUBJECT: usize = 256;
const LONGEST_CLUES: usize = 2_000;

/// A request that passed every rule.
#[derive(Clone, Debug)]
pub struct MintRequest {
    /// `user.distinctId`, the token's subject.
    pub subject: String,
    pub role: ViewerRole,
    /// In the order they were sent; names are declared and distinct.
    pub attributes: Vec<(String, Value)>,
    pub permissions: Permissions,
    pub context_clues: Option<String>,
    /// Seconds, within the bounds of the rules.
    pub lifetime: u32,
    /// Attributes that were sent, are not declared, and were left out instead of refused.
    pub dropped: Vec<Dropped>,
}

/// An undeclared attribute, and the type its value would be declared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub name: String,
    pub kind: Option<(attribute::Kind, bool)>,
}

/// What a request is held against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub declarations: &'a [Declaration],
    /// Seconds: the least of the key's and the organization's maximum.
    pub longest_lifetime: u32,
    /// Leaves undeclared attributes out instead of refusing them, unless they are near-misses of declared names.
    pub drop_undeclared: bool,
}

const TOP: [&str; 4] = ["user", "permissions", "aiContextClues", "expiresIn"];
const USER: [&str; 4] = ["distinctId", "role", "attributes", "aiContextClues"];

impl MintRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// `BODY_NOT_JSON`, or `REQUEST_INVALID` with every violation.
    pub fn parse(body: &[u8], rules: Rules<'_>) -> Result<Self, Refusal> {
        let json = Json::parse(body).ok_or(Code::BodyNotJson)?;
        let mut reader = Reader { faults: Faults::default(), rules, clues: None, dropped: Vec::new() };
        let request = reader.body(json);
        reader.faults.into_result()?;
        // Without a fault every part was read; the fallback only keeps this total.
        request.ok_or_else(|| Code::RequestInvalid.into())
    }
}

/// What `user` says.
struct User {
    subject: String,
    role: ViewerRole,
    attributes: Vec<(String, Value)>,
}

struct Reader<'a> {
    faults: Faults,
    rules: Rules<'a>,
    clues: Option<String>,
    dropped: Vec<Dropped>,
}

impl Reader<'_> {
    fn body(&mut self, json: Json<'_>) -> Option<MintRequest> {
        let [user, permissions, clues, expires_in] = self.fields("", json, TOP)?;
        let user = self.user(user);
        self.context_clues("aiContextClues", clues);
        let permissions = permissions.map_or(Permissions::WHEN_MISSING, |json| Permissions::parse(&mut self.faults, json));
        let lifetime = self.lifetime(expires_in);
        let User { subject, role, attributes } = user?;
        Some(MintRequest {
            subject,
            role,
            attributes,
            permissions,
            context_clues: self.clues.take(),
            lifetime,
            dropped: std::mem::take(&mut self.dropped),
        })
    }

    fn user(&mut self, json: Option<Json<'_>>) -> Option<User> {
        let Some(json) = json else {
            self.faults.add("user", ViolationCode::Required, "user is required: an object with distinctId and role.");
            return None;
        };
        let [subject, role, attributes, clues] = self.fields("user", json, USER)?;
        let subject = self.subject(subject);
        let role = self.role(role);
        let attributes = self.attributes(attributes);
        self.context_clues("user.aiContextClues", clues);
        Some(User { subject: subject?, role: role?, attributes: attributes? })
    }

    fn subject(&mut self, json: Option<Json<'_>>) -> Option<String> {
        let text = self.required_text("user.distinctId", json)?;
        let field = "user.distinctId";
        if text.is_empty() {
            self.faults.add(field, ViolationCode::Required, "user.distinctId must not be empty.");
        } else if text.chars().count() > LONGEST_SUBJECT {
            self.faults.add(field, ViolationCode::TooLong, format!("user.distinctId may have at most {LONGEST_SUBJECT} characters."));
        } else if text.chars().any(char::is_control) {
            self.faults.add(field, ViolationCode::InvalidValue, "user.distinctId must not hold control characters.");
        } else {
            return Some(text.into_owned());
        }
        None
    }

    fn role(&mut self, json: Option<Json<'_>>) -> Option<ViewerRole> {
        let text = self.required_text("user.role", json)?;
        let role = ViewerRole::parse(&text);
        if role.is_none() {
            let known: Vec<_> = ViewerRole::ALL.iter().map(|role| role.as_str()).collect();
            self.faults.add(
                "user.role",
                ViolationCode::UnknownRole,
                format!("There is no viewer role {:?}; use {}.", shown(&text), known.join(" or ")),
            );
        }
        role
    }

    fn attributes(&mut self, json: Option<Json<'_>>) -> Option<Vec<(String, Value)>> {
        let members = match json {
            None => Vec::new(),
            Some(json) => {
                if let Some(members) = json.members() {
                    members
                } else {
                    self.wrong_type("user.attributes", "an object", json);
                    return None;
                }
            }
        };
        if members.len() > attribute::MOST {
            self.faults.add(
                "user.attributes",
                ViolationCode::TooMany,
                format!("user.attributes may hold at most {} attributes, not {}.", attribute::MOST, members.len()),
            );
            return None;
        }
        let mut read: Vec<(String, Value)> = Vec::with_capacity(members.len());
        for (at, (name, value)) in members.iter().enumerate() {
            let path = format!("user.attributes.{}", shown(name));
            if members.iter().take(at).any(|(earlier, _)| earlier == name) {
                self.faults.add(path, ViolationCode::DuplicateField, format!("The attribute {:?} is given twice.", shown(name)));
            } else if name == "aiContextClues" {
                self.context_clues(&path, present(*value));
            } else if let Some(declaration) = self.rules.declarations.iter().find(|declared| declared.name == *name) {
                if value.kind() != Kind::Null
                    && let Some(value) = declaration.read(&mut self.faults, &path, *value)
                {
                    read.push((declaration.name.clone(), value));
                }
            } else {
                let near = nearest(name, self.rules.declarations.iter().map(|declared| declared.name.as_str()));
                if self.rules.drop_undeclared && near.is_none() {
                    self.dropped.push(Dropped { name: shown(name).into_owned(), kind: crate::sample::kind_of(*value) });
                    continue;
                }
                let hint = near.map_or_else(|| "Declare it under Settings > Embed & access.".to_owned(), |name| format!("Did you mean {name}?"));
                self.faults.add(path, ViolationCode::AttributeUnknown, format!("The attribute {:?} is not declared. {hint}", shown(name)));
            }
        }
        for declaration in self.rules.declarations.iter().filter(|declared| declared.required) {
            let sent = members.iter().any(|(name, value)| *name == declaration.name && value.kind() != Kind::Null);
            if !sent {
                self.faults.add(
                    format!("user.attributes.{}", declaration.name),
                    ViolationCode::AttributeMissing,
                    format!("The attribute {} is required.", declaration.name),
                );
            }
        }
        Some(read)
    }

    fn context_clues(&mut self, field: &str, json: Option<Json<'_>>) {
        let Some(json) = json else { return };
        if self.clues.is_some() {
            self.faults.add(field, ViolationCode::DuplicateField, "aiContextClues may be given in one place only.");
            return;
        }
        let Some(text) = self.text(field, json) else { return };
        if text.chars().count() > LONGEST_CLUES {
            self.faults.add(
                field,
                ViolationCode::TooLong,
                format!("aiContextClues may have at most {LONGEST_CLUES} characters, not {}.", text.chars().count()),
            );
        } else if text.contains('\0') {
            self.faults.add(field, ViolationCode::InvalidValue, "aiContextClues holds a character that cannot be stored.");
        }
        self.clues = Some(text.into_owned());
    }

    fn lifetime(&mut self, json: Option<Json<'_>>) -> u32 {
        let longest = self.rules.longest_lifetime;
        let Some(json) = json else { return lifetime::DEFAULT.min(longest) };
        let bounds = || format!("expiresIn must be between 60s and {}.", lifetime::print(longest));
        match lifetime::from_json(json) {
            None if matches!(json.kind(), Kind::Text) => {
                self.faults.add("expiresIn", ViolationCode::InvalidValue, "expiresIn must be written like 90s, 30m, 1h or 1d, or as whole seconds.");
            }
            None if matches!(json.kind(), Kind::Number) => self.faults.add("expiresIn", ViolationCode::LifetimeOutOfBounds, bounds()),
            None => self.wrong_type("expiresIn", "text such as 30m, or whole seconds", json),
            Some(seconds) => match u32::try_from(seconds) {
                Ok(seconds) if (lifetime::SHORTEST..=longest).contains(&seconds) => return seconds,
                _ => self.faults.add("expiresIn", ViolationCode::LifetimeOutOfBounds, bounds()),
            },
        }
        lifetime::DEFAULT
    }

    /// The members of an object by name; unknown and repeated ones are faults. `null` counts as absent.
    fn fields<'j, const N: usize>(&mut self, path: &str, json: Json<'j>, names: [&str; N]) -> Option<[Option<Json<'j>>; N]> {
        let Some(members) = json.members() else {
            self.wrong_type(path, "an object", json);
            return None;
        };
        let mut found = [None; N];
        let mut seen = [false; N];
        for (name, value) in members {
            let field = if path.is_empty() { shown(&name).into_owned() } else { format!("{path}.{}", shown(&name)) };
            match names.iter().zip(&mut found).zip(&mut seen).find(|((known, _), _)| **known == name) {
                Some((_, seen)) if *seen => self.faults.add(field.clone(), ViolationCode::DuplicateField, format!("{field} is given twice.")),
                Some(((_, slot), seen)) => {
                    *seen = true;
                    *slot = present(value);
                }
                None => {
                    let hint =
                        nearest(&name, names).map_or_else(|| format!("Known fields: {}.", names.join(", ")), |name| format!("Did you mean {name}?"));
                    self.faults.add(field.clone(), ViolationCode::UnknownField, format!("There is no field {field:?}. {hint}"));
                }
            }
        }
        Some(found)
    }

    fn required_text<'j>(&mut self, field: &str, json: Option<Json<'j>>) -> Option<Cow<'j, str>> {
        let Some(json) = json else {
            self.faults.add(field, ViolationCode::Required, format!("{field} is required."));
            return None;
        };
        self.text(field, json)
    }

    fn text<'j>(&mut self, field: &str, json: Json<'j>) -> Option<Cow<'j, str>> {
        let text = json.text();
        match (&text, json.kind()) {
            (Some(_), _) => {}
            (None, Kind::Text) => {
                self.faults.add(field, ViolationCode::InvalidValue, format!("{field} holds half a surrogate pair, which is no character."));
            }
            (None, _) => self.wrong_type(field, "text", json),
        }
        text
    }

    fn wrong_type(&mut self, field: &str, wanted: &str, json: Json<'_>) {
        let what = if field.is_empty() { "The body" } else { field };
        self.faults.add(field, ViolationCode::WrongType, format!("{what} must be {wanted}, not {}.", json.kind().as_str()));
    }
}

fn present(json: Json<'_>) -> Option<Json<'_>> {
    (json.kind() != Kind::Null).then_some(json)
}

/// A name a caller made up, short enough to repeat.
fn shown(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(64) {
        Some((end, _)) => Cow::Owned(format!("{}…", name.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::Kind as Type;

    fn declarations() -> Vec<Declaration> {
        let declare = |name: &str, kind, list, required| Declaration { name: name.into(), kind, list, required };
        vec![declare("region", Type::String, false, true), declare("tier", Type::Integer, false, false), declare("brands", Type::String, true, false)]
    }

    fn parse(body: &str) -> Result<MintRequest, Refusal> {
        MintRequest::parse(body.as_bytes(), Rules { declarations: &declarations(), longest_lifetime: lifetime::LONGEST, drop_undeclared: false })
    }

    fn faults(body: &str) -> Vec<String> {
        parse(body).unwrap_err().violations.into_iter().map(|v| format!("{} {}", v.field, v.code.as_str())).collect()
    }

    #[test]
    fn the_documented_body_passes() {
        let request = parse(
            r#"{"user":{"distinctId":"user-123","role":"explorer","attributes":{"region":"North","tier":3,"brands":["a","b"]}},
            "permissions":{"dashboard":["can_view"],"chart":"can_view","ai":["can_query"]},"aiContextClues":"Answer briefly.","expiresIn":"30m"}"#,
        )
        .unwrap();
        assert_eq!(request.subject, "user-123");
        assert_eq!(request.lifetime, 1_800);
        assert_eq!(request.attributes.len(), 3);
        assert!(request.permissions.ai_query);
        assert_eq!(request.context_clues.as_deref(), Some("Answer briefly."));
    }

    #[test]
    fn the_least_body_gets_the_defaults() {
        let request = parse(r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"region":"N","tier":null}}}"#).unwrap();
        assert_eq!((request.lifetime, request.permissions, request.attributes.len()), (3_600, Permissions::WHEN_MISSING, 1));
    }

    #[test]
    fn all_faults_are_named_at_once() {
        assert_eq!(
            faults(
                r#"{"user":{"distinctId":"","role":"maker","attributes":{"regoin":"N","tier":"3","brands":["a",2]},"x":1},"permission":{},"expiresIn":"5s","expiresIn":"1h"}"#
            ),
            [
                "permission UNKNOWN_FIELD",
                "expiresIn DUPLICATE_FIELD",
                "user.x UNKNOWN_FIELD",
                "user.distinctId REQUIRED",
                "user.role UNKNOWN_ROLE",
                "user.attributes.regoin ATTRIBUTE_UNKNOWN",
                "user.attributes.tier ATTRIBUTE_WRONG_TYPE",
                "user.attributes.brands[1] ATTRIBUTE_WRONG_TYPE",
                "user.attributes.region ATTRIBUTE_MISSING",
                "expiresIn LIFETIME_OUT_OF_BOUNDS",
            ]
        );
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        let refusal = parse(r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"regoin":"N"}}}"#).unwrap_err();
        assert!(refusal.violations[0].message.contains("Did you mean region?"), "{refusal:?}");
    }

    #[test]
    fn while_migrating_strangers_are_dropped_and_near_misses_are_not() {
        let rules = Rules { declarations: &declarations(), longest_lifetime: lifetime::LONGEST, drop_undeclared: true };
        let body = |attributes: &str| format!(r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N",{attributes}}}}}}}"#);
        let request = MintRequest::parse(body(r#""colour":"red","sizes":[1,2],"shop":{}"#).as_bytes(), rules).unwrap();
        let dropped: Vec<_> = request.dropped.iter().map(|dropped| (dropped.name.as_str(), dropped.kind)).collect();
        assert_eq!(dropped, [("colour", Some((Type::String, false))), ("sizes", Some((Type::Integer, true))), ("shop", None)]);
        assert_eq!(request.attributes.len(), 1, "nothing undeclared gets into a token");
        let refusal = MintRequest::parse(body(r#""teir":3,"colour":"red""#).as_bytes(), rules).unwrap_err();
        assert_eq!(refusal.violations[0].field, "user.attributes.teir");
    }

    #[test]
    fn every_shape_of_the_wrong_type() {
        assert_eq!(faults("[]"), [" WRONG_TYPE"]);
        assert_eq!(faults("null"), [" WRONG_TYPE"]);
        assert_eq!(faults("{}"), ["user REQUIRED"]);
        assert_eq!(faults(r#"{"user":"u"}"#), ["user WRONG_TYPE"]);
        assert_eq!(
            faults(r#"{"user":{"distinctId":1,"role":null,"attributes":[]}}"#),
            ["user.distinctId WRONG_TYPE", "user.role REQUIRED", "user.attributes WRONG_TYPE"]
        );
        assert_eq!(parse("{").unwrap_err().code, Code::BodyNotJson);
    }

    #[test]
    fn context_clues_live_in_one_place() {
        let body = |top: &str, user: &str, attributes: &str| {
            format!(r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N"{attributes}}}{user}}}{top}}}"#)
        };
        let clue = r#","aiContextClues":"c""#;
        for (top, user, attributes) in [(clue, "", ""), ("", clue, ""), ("", "", clue)] {
            assert_eq!(parse(&body(top, user, attributes)).unwrap().context_clues.as_deref(), Some("c"));
        }
        assert_eq!(faults(&body(clue, clue, "")), ["aiContextClues DUPLICATE_FIELD"]);
        assert_eq!(faults(&body(&format!(r#","aiContextClues":"{}""#, "x".repeat(2_001)), "", "")), ["aiContextClues TOO_LONG"]);
        assert!(parse(&body(&format!(r#","aiContextClues":"{}""#, "é".repeat(2_000)), "", "")).is_ok());
    }

    #[test]
    fn lifetimes_at_their_bounds() {
        let body = |value: &str| format!(r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N"}}}},"expiresIn":{value}}}"#);
        for (value, seconds) in [("60", 60), ("\"1d\"", 86_400), ("86400.0", 86_400)] {
            assert_eq!(parse(&body(value)).unwrap().lifetime, seconds);
        }
        for value in ["59", "86401", "-1", "1.5", "\"59s\"", "1e3"] {
            assert_eq!(faults(&body(value)), ["expiresIn LIFETIME_OUT_OF_BOUNDS"], "{value}");
        }
        assert_eq!(faults(&body("\"soon\"")), ["expiresIn INVALID_VALUE"]);
        assert_eq!(faults(&body("true")), ["expiresIn WRONG_TYPE"]);
    }

    #[test]
    fn limits_on_counts_and_names() {
        let many: Vec<_> = (0..65).map(|n| format!(r#""a{n}":1"#)).collect();
        assert_eq!(
            faults(&format!(r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{{}}}}}}}"#, many.join(","))),
            ["user.attributes TOO_MANY"]
        );
        let long = "n".repeat(500);
        let refusal = parse(&format!(r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N","{long}":1}}}}}}"#)).unwrap_err();
        assert!(refusal.violations[0].field.len() < 100);
    }
}
