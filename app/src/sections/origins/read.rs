//! Reads Authorized Origins from the service.

use super::fields;
use super::refused_sites;
use super::state::{ORIGINS, OriginFields, OriginsState};
use crate::components::{OriginFeedback, Paging};
use crate::sections::fields::value;
use crate::sections::list_edit::refreshed;
use crate::sections::list_part::{ListQuery, paged};
use crate::sections::reader::Reader;
use crate::sections::words::when;
use crate::wire::Fields;
use perch_domain::Action;
use perch_service::{Environment, OriginId, OriginReading, OriginView, Refusal};

/// The section as it is stored, with a blank row to fill in. The query may name an origin to add.
pub async fn stored(reader: &mut Reader, query: &Fields) -> Result<OriginsState, Refusal> {
    let rows = rows(reader).await?;
    if !reader.acting.can(Action::EditOrigins) {
        return Ok(OriginsState {
            paging: Paging {
                total: rows.len(),
                ..Paging::default()
            },
            rows,
            refused_lately: refused_sites::read(reader).await?,
            ..OriginsState::default()
        });
    }
    let (mut rows, paging) = paged(rows, &ListQuery::read(ORIGINS, query), texts);
    rows.push(OriginFields::unsaved(value(query, "add")));
    add_feedback(reader, &mut rows).await?;
    Ok(OriginsState {
        may_edit: true,
        rows,
        paging,
        refused_lately: refused_sites::read(reader).await?,
        ..OriginsState::default()
    })
}

/// The section with the typed values.
pub async fn typed(reader: &mut Reader, fields: &Fields) -> Result<OriginsState, Refusal> {
    let all = rows(reader).await?;
    let mut rows = refreshed(fields::typed(fields), &all);
    add_feedback(reader, &mut rows).await?;
    let (_, paging) = paged(all, &ListQuery::read(ORIGINS, fields), texts);
    Ok(OriginsState {
        may_edit: reader.acting.can(Action::EditOrigins),
        rows,
        paging,
        paste: value(fields, "paste").replace("\r\n", "\n"),
        refused_lately: refused_sites::read(reader).await?,
        ..OriginsState::default()
    })
}

/// The texts of a row that the filter searches.
fn texts(row: &OriginFields) -> String {
    format!("{} {}", row.origin, row.label)
}

/// Every stored row.
pub async fn rows(reader: &mut Reader) -> Result<Vec<OriginFields>, Refusal> {
    let now = reader.now_seconds();
    let row = |view: &OriginView| {
        let row = OriginFields {
            id: view.id.to_string(),
            version: view.version.to_string(),
            origin: view.origin.clone(),
            label: view.label.clone(),
            environment: view.environment.as_str().to_owned(),
            note: view.note.unwrap_or_default().to_owned(),
            seen: seen(view),
            changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
            ..OriginFields::default()
        };
        OriginFields {
            was: row.values(),
            ..row
        }
    };
    Ok(reader.origins().await?.iter().map(row).collect())
}

/// The most sites that are named under a wildcard.
const MAX_SEEN: usize = 5;

/// The sites that connected under a wildcard, so that a stranger is noticed; and advice where live tokens connect to a
/// Development origin.
fn seen(view: &OriginView) -> String {
    let mut sentences = Vec::new();
    if view.origin.contains('*') && !view.seen.is_empty() {
        let more = view.seen.len().saturating_sub(MAX_SEEN);
        let shown: Vec<_> = view.seen.iter().take(MAX_SEEN).cloned().collect();
        let and = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        sentences.push(format!("Connected from {}{and}.", shown.join(", ")));
    }
    if view.live && view.environment == Environment::Development {
        sentences.push(
            "Live tokens connect from here: as Production it would refuse sandbox tokens."
                .to_owned(),
        );
    }
    sentences.join(" ")
}

/// Adds feedback to every unsaved row.
pub async fn add_feedback(reader: &Reader, rows: &mut [OriginFields]) -> Result<(), Refusal> {
    let mut unsaved: Vec<_> = rows
        .iter_mut()
        .filter(|row| row.unsaved && !row.removed && !row.origin.trim().is_empty())
        .collect();
    if unsaved.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = unsaved
        .iter()
        .map(|row| (row.origin.as_str(), row.id.parse().ok().map(OriginId)))
        .collect();
    let settings = &reader.perch.settings;
    let readings = settings.read_origins(&reader.acting, &lines).await?;
    let feedback: Vec<_> = readings.iter().map(feedback_of).collect();
    for (row, feedback) in unsaved.iter_mut().zip(feedback) {
        row.feedback = Some(feedback);
    }
    Ok(())
}

/// Feedback about the text of one field: `value`, and `id` if the field edits an entry.
pub async fn describe(reader: &Reader, fields: &Fields) -> Result<Option<OriginFeedback>, Refusal> {
    let typed = value(fields, "value");
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let edited = value(fields, "id").parse().ok().map(OriginId);
    let settings = &reader.perch.settings;
    let readings = settings
        .read_origins(&reader.acting, &[(typed, edited)])
        .await?;
    Ok(readings.first().map(feedback_of))
}

/// What would be listed for a typed text, in sentences.
pub fn feedback_of(reading: &OriginReading) -> OriginFeedback {
    let origin = match &reading.result {
        Ok(origin) => origin,
        Err(error) => {
            return OriginFeedback {
                good: false,
                sentences: vec![error.clone()],
                add: None,
            };
        }
    };
    let mut sentences = Vec::new();
    if origin.listed {
        sentences.push(format!("{} is listed already.", origin.origin));
    } else if origin.origin != reading.typed {
        sentences.push(format!("Will be listed as {}.", origin.origin));
    }
    sentences.extend(
        origin
            .adjusted
            .iter()
            .map(|sentence| (*sentence).to_owned()),
    );
    if let Some(instead) = origin.instead {
        sentences.push(match instead.origin {
            Some(origin) => format!(
                "{} runs pages on {origin}, so that is the site that will ask.",
                instead.playground
            ),
            None => format!(
                "{} runs each project on a site of its own; take it from the address of the running page.",
                instead.playground
            ),
        });
    }
    OriginFeedback {
        good: !origin.listed,
        sentences,
        add: origin
            .instead
            .and_then(|instead| instead.origin)
            .map(str::to_owned),
    }
}
