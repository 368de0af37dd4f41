//! What a change of declared attributes will break, said before it happens: which keys send the attribute, and since when.

use crate::attributes::AttributeEdit;
use crate::edits::counted;
use crate::perch::Perch;
use crate::{Acting, fault};
use perch_domain::attribute::Kind;
use perch_domain::{Action, Refusal, time};
use perch_store::{AttributeRow, KeyId, UseRow};

/// What a key sends.
#[derive(Clone, Debug)]
pub struct AttributeUse {
    pub key: String,
    pub tokens: i64,
    /// Unix seconds.
    pub last_at: i64,
}

/// An undeclared attribute that was dropped from tokens.
#[derive(Clone, Debug)]
pub struct DroppedAttribute {
    pub name: String,
    /// The type its last value would be declared with.
    pub kind: Option<Kind>,
    pub list: bool,
    /// Why it cannot be declared under this name.
    pub fault: Option<String>,
    pub used_by: Vec<AttributeUse>,
}

/// A change that tokens feel, in sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// `Remove region`.
    pub change: String,
    /// What follows, for whom.
    pub effect: String,
}

impl Perch {
    /// What saving these edits would break. Empty where nothing is removed, renamed, given another type or made required.
    pub async fn attribute_consequences(&self, acting: &Acting, edits: &[AttributeEdit]) -> Result<Vec<Consequence>, Refusal> {
        acting.may(Action::EditAttributes)?;
        let stored = self.store.attributes(acting.organization).await.map_err(fault::store)?;
        let uses = self.attribute_uses(acting).await?;
        let now = self.now_seconds();
        let of = |edit: &AttributeEdit| {
            let row = stored.iter().find(|row| Some(row.id) == edit.id && row.version == edit.version)?;
            let change = change(row, edit)?;
            let by_keys: Vec<_> = uses.iter().filter(|(name, _)| *name == row.declaration.name).map(|(_, used)| used).collect();
            Some(Consequence { effect: effect(&change, row, &by_keys, now), change })
        };
        Ok(edits.iter().filter_map(of).collect())
    }

    /// What keys send of the declared attributes: name and use, the latest first.
    pub async fn attribute_uses(&self, acting: &Acting) -> Result<Vec<(String, AttributeUse)>, Refusal> {
        acting.may(Action::SeeSettings)?;
        let (uses, names) = self.named_uses(acting).await?;
        Ok(uses.into_iter().filter(|row| !row.dropped).map(|row| (row.name.clone(), used(&row, &names))).collect())
    }

    /// Undeclared attributes that were dropped from tokens, the latest first; those that were declared since are left out.
    pub async fn dropped_attributes(&self, acting: &Acting) -> Result<Vec<DroppedAttribute>, Refusal> {
        acting.may(Action::SeeSettings)?;
        let declared = self.store.attributes(acting.organization).await.map_err(fault::store)?;
        let (uses, names) = self.named_uses(acting).await?;
        let mut dropped: Vec<DroppedAttribute> = Vec::new();
        for row in uses.iter().filter(|row| row.dropped && declared.iter().all(|known| known.declaration.name != row.name)) {
            let by_key = used(row, &names);
            match dropped.iter_mut().find(|known| known.name == row.name) {
                Some(known) => known.used_by.push(by_key),
                None => dropped.push(DroppedAttribute {
                    name: row.name.clone(),
                    kind: row.kind.split(' ').next().and_then(Kind::parse),
                    list: row.kind.ends_with(" list"),
                    fault: perch_domain::attribute::check_name(&row.name).err().map(|fault| fault.to_string()),
                    used_by: vec![by_key],
                }),
            }
        }
        Ok(dropped)
    }

    async fn named_uses(&self, acting: &Acting) -> Result<(Vec<UseRow>, Vec<(KeyId, String)>), Refusal> {
        let uses = self.uses(acting.organization).await?;
        let keys = self.store.keys(acting.organization, None).await.map_err(fault::store)?;
        Ok((uses, keys.into_iter().map(|row| (row.id, row.name)).collect()))
    }
}

fn used(row: &UseRow, names: &[(KeyId, String)]) -> AttributeUse {
    let key = names.iter().find(|(id, _)| *id == row.key_id).map_or_else(|| "a key".to_owned(), |(_, name)| name.clone());
    AttributeUse { key, tokens: row.tokens, last_at: row.last_at.div_euclid(1_000) }
}

/// The change in a few words, if tokens feel it.
fn change(row: &AttributeRow, edit: &AttributeEdit) -> Option<String> {
    let declared = &row.declaration;
    let name = edit.name.trim();
    let told = |kind: Kind, list: bool| format!("{}{}", kind.as_str(), if list { " list" } else { "" });
    if edit.remove {
        return Some(format!("Remove {}", declared.name));
    }
    if name != declared.name {
        return Some(format!("Rename {} to {name}", declared.name));
    }
    let kind = Kind::parse(&edit.kind)?;
    if (kind, edit.list) != (declared.kind, declared.list) {
        return Some(format!("Change {} from {} to {}", declared.name, told(declared.kind, declared.list), told(kind, edit.list)));
    }
    (edit.required && !declared.required).then(|| format!("Require {}", declared.name))
}

fn effect(change: &str, row: &AttributeRow, uses: &[&AttributeUse], now: i64) -> String {
    let name = &row.declaration.name;
    let requires = change.starts_with("Require ");
    match uses {
        [] if requires => format!("No key has sent {name} yet: every request without it will be refused."),
        [] => format!("No key has sent {name} since Perch counts; a backend that sends it will be refused."),
        uses => {
            let told = |used: &&AttributeUse| {
                format!(
                    "{} ({}, last {})",
                    used.key,
                    counted(usize::try_from(used.tokens).unwrap_or(usize::MAX), "token"),
                    time::relative(used.last_at, now)
                )
            };
            let keys = uses.iter().take(5).map(told).collect::<Vec<_>>().join(", ");
            let more = if uses.len() > 5 { format!(" and {} more", uses.len() - 5) } else { String::new() };
            let end = if requires {
                "Requests without it will be refused."
            } else {
                "Their requests will be refused until the backend is changed; tokens already issued keep what they carry."
            };
            format!("Sent by {keys}{more}. {end}")
        }
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
        let declaration = Declaration { name: "region".into(), kind: Kind::String, list: false, required: false };
        let row = AttributeRow {
            id: AttributeId(Uuid::nil()),
            declaration,
            description: String::new(),
            example: String::new(),
            version: 1,
            changed_at: 0,
            changed_by: String::new(),
        };
        let same = AttributeEdit { name: "region".into(), kind: "String".into(), ..AttributeEdit::default() };
        assert_eq!(change(&row, &same), None);
        assert_eq!(change(&row, &AttributeEdit { description: "Sales region".into(), ..same.clone() }), None);
        for (edit, told) in [
            (AttributeEdit { remove: true, ..same.clone() }, "Remove region"),
            (AttributeEdit { name: "area".into(), ..same.clone() }, "Rename region to area"),
            (AttributeEdit { kind: "Integer".into(), list: true, ..same.clone() }, "Change region from String to Integer list"),
            (AttributeEdit { required: true, ..same.clone() }, "Require region"),
        ] {
            assert_eq!(change(&row, &edit).as_deref(), Some(told));
        }
    }
}
