//! Reads Token Attributes from the service.

use super::fields;
use super::state::{ATTRIBUTES, AttributeFields, AttributesState, DroppedLine};
use crate::components::Paging;
use crate::sections::fields::value;
use crate::sections::list_edit::refreshed;
use crate::sections::list_part::{ListQuery, paged};
use crate::sections::reader::Reader;
use crate::sections::words::when;
use crate::wire::Fields;
use perch_domain::{Action, time};
use perch_service::{AttributeView, DroppedAttribute, Refusal, UsageByKey};

/// The section as it is stored.
pub async fn stored(reader: &mut Reader, query: &Fields) -> Result<AttributesState, Refusal> {
    let rows = rows(reader).await?;
    let (rows, paging) = paged(rows, &ListQuery::read(ATTRIBUTES, query), texts);
    with(reader, rows, paging).await
}

/// The section with the typed values.
pub async fn typed(reader: &mut Reader, fields: &Fields) -> Result<AttributesState, Refusal> {
    let all = rows(reader).await?;
    let rows = refreshed(fields::typed(fields), &all);
    let (_, paging) = paged(all, &ListQuery::read(ATTRIBUTES, fields), texts);
    Ok(AttributesState {
        sample: value(fields, "sample").replace("\r\n", "\n"),
        ..with(reader, rows, paging).await?
    })
}

async fn with(
    reader: &mut Reader,
    rows: Vec<AttributeFields>,
    paging: Paging,
) -> Result<AttributesState, Refusal> {
    Ok(AttributesState {
        may_edit: reader.acting.can(Action::EditAttributes),
        rows,
        paging,
        dropped: dropped(reader).await?,
        ..AttributesState::default()
    })
}

/// The texts of a row that the filter searches.
fn texts(row: &AttributeFields) -> String {
    format!("{} {}", row.name, row.description)
}

/// Every stored row. People who may edit also see which keys send the attribute.
pub async fn rows(reader: &mut Reader) -> Result<Vec<AttributeFields>, Refusal> {
    let now = reader.now_seconds();
    let report = if reader.acting.can(Action::EditAttributes) {
        Some(reader.attribute_report().await?)
    } else {
        None
    };
    let usage = report.as_ref().map_or(&[][..], |report| &report.usage);
    let row = |view: &AttributeView| {
        let name = &view.declaration.name;
        let by_keys = usage.iter().filter(|(of, _)| of == name);
        let row = AttributeFields {
            used: used(by_keys.map(|(_, usage)| usage), now),
            id: view.id.to_string(),
            version: view.version.to_string(),
            name: name.clone(),
            kind: view.declaration.kind.as_str().to_owned(),
            list: view.declaration.list,
            required: view.declaration.required,
            description: view.description.clone(),
            example: view.example.clone(),
            changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
            ..AttributeFields::default()
        };
        AttributeFields {
            was: row.values(),
            ..row
        }
    };
    Ok(reader.attributes().await?.iter().map(row).collect())
}

/// Which keys send an attribute, as part of a line.
fn used<'a>(usage: impl Iterator<Item = &'a UsageByKey>, now: i64) -> String {
    let usage: Vec<_> = usage.collect();
    let last = usage.iter().map(|used| used.last_at).max();
    match (usage.as_slice(), last) {
        ([], _) | (_, None) => String::new(),
        ([one], Some(last)) => format!("Sent by {}, last {}", one.key, time::relative(last, now)),
        (several, Some(last)) => format!(
            "Sent by {} keys, last {}",
            several.len(),
            time::relative(last, now)
        ),
    }
}

async fn dropped(reader: &mut Reader) -> Result<Vec<DroppedLine>, Refusal> {
    if !reader.acting.can(Action::EditAttributes) {
        return Ok(Vec::new());
    }
    let now = reader.now_seconds();
    let report = reader.attribute_report().await?;
    Ok(report
        .dropped
        .iter()
        .map(|dropped| dropped_line(dropped, now))
        .collect())
}

fn dropped_line(dropped: &DroppedAttribute, now: i64) -> DroppedLine {
    let by = &dropped.used_by;
    let tokens: i64 = by.iter().map(|used| used.tokens).sum();
    let keys: Vec<_> = by.iter().map(|used| used.key.as_str()).collect();
    let last = by.iter().map(|used| used.last_at).max().unwrap_or(now);
    let tokens = if tokens == 1 {
        "1 token".to_owned()
    } else {
        format!("{tokens} tokens")
    };
    DroppedLine {
        name: dropped.name.clone(),
        summary: format!(
            "left out of {tokens}, last {}, sent by {}",
            time::relative(last, now),
            keys.join(", ")
        ),
        error: dropped.fault.clone().unwrap_or_default(),
    }
}
