//! Reads a mint request member by member and collects every violation on the way.

use super::{Dropped, MAX_CLUES, MAX_DISTINCT_ID, MintRequest, Rules};
use crate::attribute::{self, Value};
use crate::claims::ViewerRole;
use crate::json::{Json, Kind};
use crate::permission::Permissions;
use crate::refusal::Violations;
use crate::text::nearest;
use crate::{Refusal, ViolationCode, lifetime};
use std::borrow::Cow;

const TOP: [&str; 4] = ["user", "permissions", "aiContextClues", "expiresIn"];
const USER: [&str; 4] = ["distinctId", "role", "attributes", "aiContextClues"];

/// What `user` says.
struct User {
    subject: String,
    role: ViewerRole,
    attributes: Vec<(String, Value)>,
}

pub(super) struct Reader<'a> {
    faults: Violations,
    rules: Rules<'a>,
    clues: Option<String>,
    dropped: Vec<Dropped>,
}

impl<'a> Reader<'a> {
    pub fn new(rules: Rules<'a>) -> Self {
        Self {
            faults: Violations::default(),
            rules,
            clues: None,
            dropped: Vec::new(),
        }
    }

    pub fn into_result(self) -> Result<(), Refusal> {
        self.faults.into_result()
    }

    pub fn body(&mut self, json: Json<'_>) -> Option<MintRequest> {
        let [user, permissions, clues, expires_in] = self.fields("", json, TOP)?;
        let user = self.user(user);
        self.context_clues("aiContextClues", clues);
        let permissions = permissions.map_or(Permissions::WHEN_MISSING, |json| {
            Permissions::parse(&mut self.faults, json)
        });
        let lifetime = self.lifetime(expires_in);
        let User {
            subject,
            role,
            attributes,
        } = user?;
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
            self.faults.add(
                "user",
                ViolationCode::Required,
                "user is required: an object with distinctId and role.",
            );
            return None;
        };
        let [subject, role, attributes, clues] = self.fields("user", json, USER)?;
        let subject = self.subject(subject);
        let role = self.role(role);
        let attributes = self.attributes(attributes);
        self.context_clues("user.aiContextClues", clues);
        Some(User {
            subject: subject?,
            role: role?,
            attributes: attributes?,
        })
    }

    fn subject(&mut self, json: Option<Json<'_>>) -> Option<String> {
        let text = self.required_text("user.distinctId", json)?;
        let field = "user.distinctId";
        if text.is_empty() {
            self.faults.add(
                field,
                ViolationCode::Required,
                "user.distinctId must not be empty.",
            );
        } else if text.chars().count() > MAX_DISTINCT_ID {
            self.faults.add(
                field,
                ViolationCode::TooLong,
                format!("user.distinctId may have at most {MAX_DISTINCT_ID} characters."),
            );
        } else if text.chars().any(char::is_control) {
            self.faults.add(
                field,
                ViolationCode::InvalidValue,
                "user.distinctId must not hold control characters.",
            );
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
                format!(
                    "There is no viewer role {:?}; use {}.",
                    shown(&text),
                    known.join(" or ")
                ),
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
        if members.len() > attribute::MAX_ATTRIBUTES {
            self.faults.add(
                "user.attributes",
                ViolationCode::TooMany,
                format!(
                    "user.attributes may hold at most {} attributes, not {}.",
                    attribute::MAX_ATTRIBUTES,
                    members.len()
                ),
            );
            return None;
        }
        let mut read: Vec<(String, Value)> = Vec::with_capacity(members.len());
        for (at, (name, value)) in members.iter().enumerate() {
            let path = format!("user.attributes.{}", shown(name));
            if members.iter().take(at).any(|(earlier, _)| earlier == name) {
                self.faults.add(
                    path,
                    ViolationCode::DuplicateField,
                    format!("The attribute {:?} is given twice.", shown(name)),
                );
            } else if name == "aiContextClues" {
                self.context_clues(&path, present(*value));
            } else if let Some(declaration) = self
                .rules
                .declarations
                .iter()
                .find(|declared| declared.name == *name)
            {
                if value.kind() != Kind::Null
                    && let Some(value) = declaration.read(&mut self.faults, &path, *value)
                {
                    read.push((declaration.name.clone(), value));
                }
            } else {
                let near = nearest(
                    name,
                    self.rules
                        .declarations
                        .iter()
                        .map(|declared| declared.name.as_str()),
                );
                if self.rules.drop_undeclared && near.is_none() {
                    self.dropped.push(Dropped {
                        name: shown(name).into_owned(),
                        kind: crate::sample::kind_of(*value),
                    });
                    continue;
                }
                let hint = near.map_or_else(
                    || "Declare it under Settings > Embed & access.".to_owned(),
                    |name| format!("Did you mean {name}?"),
                );
                self.faults.add(
                    path,
                    ViolationCode::AttributeUnknown,
                    format!("The attribute {:?} is not declared. {hint}", shown(name)),
                );
            }
        }
        for declaration in self
            .rules
            .declarations
            .iter()
            .filter(|declared| declared.required)
        {
            let sent = members
                .iter()
                .any(|(name, value)| *name == declaration.name && value.kind() != Kind::Null);
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
            self.faults.add(
                field,
                ViolationCode::DuplicateField,
                "aiContextClues may be given in one place only.",
            );
            return;
        }
        let Some(text) = self.text(field, json) else {
            return;
        };
        if text.chars().count() > MAX_CLUES {
            self.faults.add(
                field,
                ViolationCode::TooLong,
                format!(
                    "aiContextClues may have at most {MAX_CLUES} characters, not {}.",
                    text.chars().count()
                ),
            );
        } else if text.contains('\0') {
            self.faults.add(
                field,
                ViolationCode::InvalidValue,
                "aiContextClues holds a character that cannot be stored.",
            );
        }
        self.clues = Some(text.into_owned());
    }

    fn lifetime(&mut self, json: Option<Json<'_>>) -> u32 {
        let longest = self.rules.longest_lifetime;
        let Some(json) = json else {
            return lifetime::DEFAULT.min(longest);
        };
        let bounds = || {
            format!(
                "expiresIn must be between 60s and {}.",
                lifetime::print(longest)
            )
        };
        match lifetime::from_json(json) {
            None if matches!(json.kind(), Kind::Text) => {
                self.faults.add(
                    "expiresIn",
                    ViolationCode::InvalidValue,
                    "expiresIn must be written like 90s, 30m, 1h or 1d, or as whole seconds.",
                );
            }
            None if matches!(json.kind(), Kind::Number) => {
                self.faults
                    .add("expiresIn", ViolationCode::LifetimeOutOfBounds, bounds());
            }
            None => self.wrong_type("expiresIn", "text such as 30m, or whole seconds", json),
            Some(seconds) => match u32::try_from(seconds) {
                Ok(seconds) if (lifetime::MIN..=longest).contains(&seconds) => return seconds,
                _ => self
                    .faults
                    .add("expiresIn", ViolationCode::LifetimeOutOfBounds, bounds()),
            },
        }
        lifetime::DEFAULT
    }

    /// The members of an object by name; unknown and repeated ones are faults. `null` counts as absent.
    fn fields<'j, const N: usize>(
        &mut self,
        path: &str,
        json: Json<'j>,
        names: [&str; N],
    ) -> Option<[Option<Json<'j>>; N]> {
        let Some(members) = json.members() else {
            self.wrong_type(path, "an object", json);
            return None;
        };
        let mut found = [None; N];
        let mut seen = [false; N];
        for (name, value) in members {
            let field = if path.is_empty() {
                shown(&name).into_owned()
            } else {
                format!("{path}.{}", shown(&name))
            };
            match names
                .iter()
                .zip(&mut found)
                .zip(&mut seen)
                .find(|((known, _), _)| **known == name)
            {
                Some((_, seen)) if *seen => self.faults.add(
                    field.clone(),
                    ViolationCode::DuplicateField,
                    format!("{field} is given twice."),
                ),
                Some(((_, slot), seen)) => {
                    *seen = true;
                    *slot = present(value);
                }
                None if self.faults.is_full() => {}
                None => {
                    let hint = nearest(&name, names).map_or_else(
                        || format!("Known fields: {}.", names.join(", ")),
                        |name| format!("Did you mean {name}?"),
                    );
                    self.faults.add(
                        field.clone(),
                        ViolationCode::UnknownField,
                        format!("There is no field {field:?}. {hint}"),
                    );
                }
            }
        }
        Some(found)
    }

    fn required_text<'j>(&mut self, field: &str, json: Option<Json<'j>>) -> Option<Cow<'j, str>> {
        let Some(json) = json else {
            self.faults.add(
                field,
                ViolationCode::Required,
                format!("{field} is required."),
            );
            return None;
        };
        self.text(field, json)
    }

    fn text<'j>(&mut self, field: &str, json: Json<'j>) -> Option<Cow<'j, str>> {
        let text = json.text();
        match (&text, json.kind()) {
            (Some(_), _) => {}
            (None, Kind::Text) => {
                self.faults.add(
                    field,
                    ViolationCode::InvalidValue,
                    format!("{field} holds half a surrogate pair, which is no character."),
                );
            }
            (None, _) => self.wrong_type(field, "text", json),
        }
        text
    }

    fn wrong_type(&mut self, field: &str, wanted: &str, json: Json<'_>) {
        let what = if field.is_empty() { "The body" } else { field };
        self.faults.add(
            field,
            ViolationCode::WrongType,
            format!("{what} must be {wanted}, not {}.", json.kind().as_str()),
        );
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
