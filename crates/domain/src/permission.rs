//! What a token lets its viewer do.

use crate::ViolationCode;
use crate::json::{Json, Kind};
use crate::refusal::Violations;
use crate::text::nearest;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// Permissions on one of the models that can be viewed and edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    pub view: bool,
    pub edit: bool,
}

impl Level {
    pub const VIEW: Self = Self {
        view: true,
        edit: false,
    };

    fn names(self) -> &'static [&'static str] {
        match (self.view, self.edit) {
            (_, true) => &["can_view", "can_edit"],
            (true, false) => &["can_view"],
            (false, false) => &[],
        }
    }
}

/// Every permission a token can carry. The default grants nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    pub dashboard: Level,
    pub chart: Level,
    pub database: Level,
    pub ai_query: bool,
}

pub const MODELS: [&str; 4] = ["dashboard", "chart", "database", "ai"];

impl Permissions {
    /// What a request without `permissions` gets: viewing dashboards and charts.
    pub const WHEN_MISSING: Self = Self {
        dashboard: Level::VIEW,
        chart: Level::VIEW,
        database: Level {
            view: false,
            edit: false,
        },
        ai_query: false,
    };

    /// A bit for each permission, always the same one.
    pub fn bits(&self) -> u8 {
        let Self {
            dashboard,
            chart,
            database,
            ai_query,
        } = *self;
        let all = [
            dashboard.view,
            dashboard.edit,
            chart.view,
            chart.edit,
            database.view,
            database.edit,
            ai_query,
        ];
        all.into_iter()
            .fold(0, |bits, granted| bits << 1 | u8::from(granted))
    }

    /// The permissions of one model, what they imply written out.
    pub fn names(&self, model: &str) -> &'static [&'static str] {
        match model {
            "dashboard" => self.dashboard.names(),
            "chart" => self.chart.names(),
            "database" => self.database.names(),
            "ai" if self.ai_query => &["can_query"],
            _ => &[],
        }
    }

    /// Grants one permission; `false` where there is no such permission on that model.
    pub fn grant(&mut self, model: &str, permission: &str) -> bool {
        let level = match (model, permission) {
            ("ai", "can_query") => {
                self.ai_query = true;
                return true;
            }
            ("dashboard", _) => &mut self.dashboard,
            ("chart", _) => &mut self.chart,
            ("database", _) => &mut self.database,
            _ => return false,
        };
        match permission {
            "can_view" => level.view = true,
            "can_edit" => {
                *level = Level {
                    view: true,
                    edit: true,
                }
            }
            _ => return false,
        }
        true
    }

    /// Reads `permissions` of a mint request. Every fault is added under its path.
    pub(crate) fn parse(faults: &mut Violations, json: Json<'_>) -> Self {
        let mut granted = Self::default();
        let Some(members) = json.members() else {
            faults.add(
                "permissions",
                ViolationCode::WrongType,
                format!(
                    "permissions must be an object, not {}.",
                    json.kind().as_str()
                ),
            );
            return granted;
        };
        let mut seen: Vec<&str> = Vec::new();
        for (model, value) in &members {
            let path = format!("permissions.{model}");
            if seen.contains(&&**model) {
                faults.add(
                    path,
                    ViolationCode::DuplicateField,
                    format!("permissions.{model} is given twice."),
                );
                continue;
            }
            seen.push(model);
            if !MODELS.contains(&&**model) {
                let hint = nearest(model, MODELS).map_or_else(
                    || format!("Use one of {}.", MODELS.join(", ")),
                    |name| format!("Did you mean {name}?"),
                );
                faults.add(
                    path,
                    ViolationCode::UnknownPermission,
                    format!("There are no permissions on {model:?}. {hint}"),
                );
                continue;
            }
            let (values, list) = match value.kind() {
                Kind::List => (value.items().unwrap_or_default(), true),
                Kind::Text => (vec![*value], false),
                Kind::Null => continue,
                other => {
                    faults.add(
                        path,
                        ViolationCode::WrongType,
                        format!(
                            "permissions.{model} must be text or a list of texts, not {}.",
                            other.as_str()
                        ),
                    );
                    continue;
                }
            };
            for (at, value) in values.into_iter().enumerate() {
                let path = if list {
                    format!("{path}[{at}]")
                } else {
                    path.clone()
                };
                match value.text() {
                    None => faults.add(
                        path,
                        ViolationCode::WrongType,
                        format!("A permission must be text, not {}.", value.kind().as_str()),
                    ),
                    Some(name) if !granted.grant(model, &name) => {
                        let known = if model == "ai" {
                            "can_query"
                        } else {
                            "can_view or can_edit"
                        };
                        faults.add(
                            path,
                            ViolationCode::UnknownPermission,
                            format!("{model} has no permission {name:?}; use {known}."),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
        granted
    }
}

impl Serialize for Permissions {
    /// Always lists, what they imply written out; models without a permission are absent.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for model in MODELS {
            let names = self.names(model);
            if !names.is_empty() {
                map.serialize_entry(model, names)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Permissions {
    /// Reads a claim: only what this version can have written.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> serde::de::Visitor<'de> for Read {
            type Value = Permissions;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("permissions")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Permissions, A::Error> {
                use serde::de::Error;
                let mut granted = Permissions::default();
                while let Some((model, names)) = map.next_entry::<&str, Vec<&str>>()? {
                    if !granted.names(model).is_empty() {
                        return Err(A::Error::custom("duplicate model"));
                    }
                    for name in names {
                        if !granted.grant(model, name) {
                            return Err(A::Error::custom("unknown permission"));
                        }
                    }
                }
                Ok(granted)
            }
        }
        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (String, Vec<String>) {
        let mut faults = Violations::default();
        let permissions = Permissions::parse(&mut faults, Json::parse(text.as_bytes()).unwrap());
        let violations = faults
            .into_result()
            .err()
            .map(|refusal| refusal.violations)
            .unwrap_or_default();
        (
            serde_json::to_string(&permissions).unwrap(),
            violations
                .into_iter()
                .map(|v| format!("{} {}", v.field, v.code.as_str()))
                .collect(),
        )
    }

    #[test]
    fn text_or_list_and_what_it_implies() {
        assert_eq!(
            parse(r#"{"chart":"can_edit","ai":["can_query"]}"#).0,
            r#"{"chart":["can_view","can_edit"],"ai":["can_query"]}"#
        );
        assert_eq!(parse("{}").0, "{}");
        assert_eq!(
            serde_json::to_string(&Permissions::WHEN_MISSING).unwrap(),
            r#"{"dashboard":["can_view"],"chart":["can_view"]}"#
        );
    }

    #[test]
    fn every_fault_has_its_path() {
        let faults = parse(r#"{"dashbord":"can_view","chart":["can_view","can_fly",3],"ai":"can_view","database":7}"#).1;
        assert_eq!(
            faults,
            [
                "permissions.dashbord UNKNOWN_PERMISSION",
                "permissions.chart[1] UNKNOWN_PERMISSION",
                "permissions.chart[2] WRONG_TYPE",
                "permissions.ai UNKNOWN_PERMISSION",
                "permissions.database WRONG_TYPE",
            ]
        );
    }
}
