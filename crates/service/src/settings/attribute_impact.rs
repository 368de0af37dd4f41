//! What a change of declared attributes will break, said before it happens: which keys send the attribute, and since when.

use crate::api_keys::manage::OrganizationKeys;
use crate::settings::Settings;
use crate::settings::attributes::{AttributeEdit, AttributeView};
use crate::{ActorContext, KeyState, error::Error};
use perch_domain::attribute::{Kind, parse_type_name, type_name};
use perch_domain::{Action, text, time};
use perch_store::{AttributeRow, AttributeUsageRow, KeyId, KeyRow};

/// What a key sends.
#[derive(Clone, Debug)]
pub struct UsageByKey {
    pub key: String,
    pub tokens: i64,
    /// Unix seconds.
    pub last_at: i64,
}

/// Which keys send which attributes.
#[derive(Clone, Debug, Default)]
pub struct AttributeReport {
    /// The declared attributes that are sent: name and use, the latest first.
    pub usage: Vec<(String, UsageByKey)>,
    /// Undeclared attributes that were dropped from tokens, the latest first.
    pub dropped: Vec<DroppedAttribute>,
}

/// An undeclared attribute that was dropped from tokens.
#[derive(Clone, Debug)]
pub struct DroppedAttribute {
    pub name: String,
    /// The type its last value would be declared with, and whether as a list.
    pub kind: Option<(Kind, bool)>,
    /// Why it cannot be declared under this name.
    pub fault: Option<String>,
    pub used_by: Vec<UsageByKey>,
}

/// A change that tokens feel, in sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeImpact {
    /// `Remove region`.
    pub change: String,
    /// What follows, for whom.
    pub effect: String,
}

impl Settings {
    /// What saving these edits would break. Empty where nothing is removed, renamed, given another type or made required.
    pub async fn attribute_impact(
        &self,
        acting: &ActorContext,
        edits: &[AttributeEdit],
    ) -> Result<Vec<AttributeImpact>, Error> {
        acting.may(Action::EditAttributes)?;
        let stored = self.store.attributes(acting.organization).await?;
        let keys = self.store.keys(acting.organization, None).await?;
        let (uses, names) = self.named_uses(acting, &keys).await?;
        let minting = keys
            .iter()
            .any(|row| row.minted > 0 && KeyState::of(row, self.system.now()) == KeyState::Active);
        let now = self.system.now_seconds();
        let of = |edit: &AttributeEdit| {
            // A new attribute that is required refuses what backends send today.
            if edit.id.is_none() && edit.required && !edit.remove && minting {
                let name = edit.name.trim();
                return Some(AttributeImpact {
                    change: ImpactKind::Require.told(name, name),
                    effect: ImpactKind::Require.effect(name, &[], now),
                });
            }
            let row = stored
                .iter()
                .find(|row| Some(row.id) == edit.id && row.version == edit.version)?;
            let (change, told) = change(row, edit)?;
            let name = &row.declaration.name;
            let by_keys: Vec<_> = uses
                .iter()
                .filter(|row| !row.dropped && row.name == *name)
                .map(|row| used(row, &names))
                .collect();
            Some(AttributeImpact {
                change: told,
                effect: change.effect(name, &by_keys, now),
            })
        };
        Ok(edits.iter().filter_map(of).collect())
    }

    /// What keys send of the attributes that are declared, and what was dropped of those that are not.
    pub async fn attribute_report(
        &self,
        acting: &ActorContext,
        declared: &[AttributeView],
        keys: &OrganizationKeys,
    ) -> Result<AttributeReport, Error> {
        acting.may(Action::EditAttributes)?;
        let (rows, names) = self.named_uses(acting, &keys.rows).await?;
        let usage = rows
            .iter()
            .filter(|row| !row.dropped)
            .map(|row| (row.name.clone(), used(row, &names)))
            .collect();
        let mut dropped: Vec<DroppedAttribute> = Vec::new();
        for row in rows.iter().filter(|row| {
            row.dropped
                && declared
                    .iter()
                    .all(|known| known.declaration.name != row.name)
        }) {
            let by_key = used(row, &names);
            match dropped.iter_mut().find(|known| known.name == row.name) {
                Some(known) => known.used_by.push(by_key),
                None => dropped.push(DroppedAttribute {
                    name: row.name.clone(),
                    kind: parse_type_name(&row.kind),
                    fault: perch_domain::attribute::check_name(&row.name)
                        .err()
                        .map(|fault| fault.to_string()),
                    used_by: vec![by_key],
                }),
            }
        }
        Ok(AttributeReport { usage, dropped })
    }

    /// What the keys that can still be used send, with their names.
    async fn named_uses(
        &self,
        acting: &ActorContext,
        keys: &[KeyRow],
    ) -> Result<(Vec<AttributeUsageRow>, Vec<(KeyId, String)>), Error> {
        let now = self.system.now();
        let names: Vec<_> = keys
            .iter()
            .filter(|row| KeyState::of(row, now) == KeyState::Active)
            .map(|row| (row.id, row.name.clone()))
            .collect();
        let mut uses = self.usage.of_organization(acting.organization).await?;
        uses.retain(|row| names.iter().any(|(id, _)| *id == row.key_id));
        Ok((uses, names))
    }
}

fn used(row: &AttributeUsageRow, names: &[(KeyId, String)]) -> UsageByKey {
    let key = names
        .iter()
        .find(|(id, _)| *id == row.key_id)
        .map_or_else(|| "a key".to_owned(), |(_, name)| name.clone());
    UsageByKey {
        key,
        tokens: row.tokens,
        last_at: row.last_at.div_euclid(1_000),
    }
}

/// A change that tokens feel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ImpactKind {
    Remove,
    Rename,
    Retype,
    Require,
}

/// The change, and the words for it; `None` where tokens feel nothing.
fn change(row: &AttributeRow, edit: &AttributeEdit) -> Option<(ImpactKind, String)> {
    let declared = &row.declaration;
    let name = edit.name.trim();
    if edit.remove {
        return Some((
            ImpactKind::Remove,
            ImpactKind::Remove.told(&declared.name, ""),
        ));
    }
    if name != declared.name {
        return Some((
            ImpactKind::Rename,
            ImpactKind::Rename.told(&declared.name, name),
        ));
    }
    let kind = Kind::parse(&edit.kind)?;
    if (kind, edit.list) != (declared.kind, declared.list) {
        let types = format!(
            "{} to {}",
            type_name(declared.kind, declared.list),
            type_name(kind, edit.list)
        );
        return Some((ImpactKind::Retype, ImpactKind::Retype.told(name, &types)));
    }
    (edit.required && !declared.required)
        .then(|| (ImpactKind::Require, ImpactKind::Require.told(name, "")))
}

impl ImpactKind {
    /// In a few words, which are also what is confirmed.
    fn told(self, name: &str, to: &str) -> String {
        match self {
            Self::Remove => format!("Remove {name}"),
            Self::Rename => format!("Rename {name} to {to}"),
            Self::Retype => format!("Change {name} from {to}"),
            Self::Require => format!("Require {name}"),
        }
    }

    /// What follows, for whom.
    fn effect(self, name: &str, uses: &[UsageByKey], now: i64) -> String {
        let end = match (self, uses) {
            (Self::Require, []) => {
                return format!(
                    "No active key has sent {name}: every request without it will be refused."
                );
            }
            (_, []) => {
                return format!(
                    "No active key has sent {name}; a backend that begins to will be refused."
                );
            }
            (Self::Require, _) => "Requests without it will be refused.",
            _ => {
                "Their requests will be refused until the backend is changed; tokens already issued keep what they carry."
            }
        };
        let told = |used: &UsageByKey| {
            let tokens = text::count(usize::try_from(used.tokens).unwrap_or(usize::MAX), "token");
            format!(
                "{} ({tokens}, last {})",
                used.key,
                time::relative(used.last_at, now)
            )
        };
        let keys = uses.iter().take(5).map(told).collect::<Vec<_>>().join(", ");
        let more = if uses.len() > 5 {
            format!(" and {} more", uses.len() - 5)
        } else {
            String::new()
        };
        format!("Sent by {keys}{more}. {end}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perch_domain::attribute::Declaration;
    use perch_store::AttributeId;
    use uuid::Uuid;

    #[test]
    fn changes_that_tokens_feel_are_told_and_others_are_not() {
        let declaration = Declaration {
            name: "region".into(),
            kind: Kind::String,
            list: false,
            required: false,
        };
        let row = AttributeRow {
            id: AttributeId(Uuid::nil()),
            declaration,
            description: String::new(),
            example: String::new(),
            version: 1,
            changed_at: 0,
            changed_by: String::new(),
        };
        let same = AttributeEdit {
            name: "region".into(),
            kind: "String".into(),
            ..AttributeEdit::default()
        };
        assert_eq!(change(&row, &same), None);
        assert_eq!(
            change(
                &row,
                &AttributeEdit {
                    description: "Sales region".into(),
                    ..same.clone()
                }
            ),
            None
        );
        for (edit, told) in [
            (
                AttributeEdit {
                    remove: true,
                    ..same.clone()
                },
                "Remove region",
            ),
            (
                AttributeEdit {
                    name: "area".into(),
                    ..same.clone()
                },
                "Rename region to area",
            ),
            (
                AttributeEdit {
                    kind: "Integer".into(),
                    list: true,
                    ..same.clone()
                },
                "Change region from String to Integer list",
            ),
            (
                AttributeEdit {
                    required: true,
                    ..same.clone()
                },
                "Require region",
            ),
        ] {
            assert_eq!(
                change(&row, &edit).map(|(_, told)| told).as_deref(),
                Some(told)
            );
        }
    }
}
