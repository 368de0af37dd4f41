//! Edits Authorized Origins: rows are added, pasted, and saved together.

use super::fields;
use super::read::{add_feedback, feedback_of, rows as stored_rows, typed};
use super::state::{ORIGINS, OriginFields, OriginsState};
use crate::components::{Confirm, OriginFeedback};
use crate::sections::fields::{MAX_ROWS, intent, value};
use crate::sections::list_edit::{editable_row, show_both, take_theirs};
use crate::sections::list_part::address_of;
use crate::sections::reader::Reader;
use crate::sections::section::SectionUpdate;
use crate::sections::words::saved;
use crate::wire::{Fields, wire_error};
use perch_domain::{Action, Code};
use perch_service::Refusal;

/// The most lines that are read at once.
const MAX_PASTED: usize = 500;

pub async fn submit(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<OriginsState>, Refusal> {
    let last =
        |state: &OriginsState| format!("origins[{}].origin", state.rows.len().saturating_sub(1));
    if !reader.acting.can(Action::EditOrigins) {
        return Err(Code::RoleNotAllowed.into());
    }
    match intent(fields) {
        ("add", origin) => {
            let mut state = typed(reader, fields).await?;
            if !origin.is_empty() {
                state.rows.retain(|row| !row.id.is_empty() || row.unsaved);
            }
            state.rows.push(OriginFields::unsaved(origin));
            add_feedback(reader, &mut state.rows).await?;
            let focus = last(&state);
            Ok(SectionUpdate::shown(state, focus))
        }
        ("keep", _) => Ok(SectionUpdate::shown(
            typed(reader, fields).await?,
            "origins-feedback",
        )),
        ("paste", _) => paste(reader, fields).await,
        ("theirs", at) => {
            let mut state = typed(reader, fields).await?;
            take_theirs(&mut state.rows, stored_rows(reader).await?, at);
            Ok(SectionUpdate::shown(state, format!("origins[{at}].origin")))
        }
        _ => save(reader, fields).await,
    }
}

async fn save(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<OriginsState>, Refusal> {
    let rows = fields::typed(fields);
    let edits = fields::edits(&rows);
    // The answer confirms exactly these removals.
    let removed: Vec<&str> = rows
        .iter()
        .filter(|row| row.removed && !row.id.is_empty())
        .map(|row| row.origin.as_str())
        .collect();
    let confirmed = removed.join(", ");
    if !removed.is_empty() && value(fields, "confirmed") != confirmed {
        let mut state = typed(reader, fields).await?;
        let effect = "Components there stop at once.".to_owned();
        state.confirm = Some(Confirm {
            stay: "Keep editing",
            headline: if removed.len() == 1 {
                "A site will be removed.".to_owned()
            } else {
                format!("{} sites will be removed.", removed.len())
            },
            consequences: removed
                .iter()
                .map(|origin| (format!("Remove {origin}"), effect.clone()))
                .collect(),
            verb: if removed.len() == 1 {
                "Remove and save".to_owned()
            } else {
                format!("Remove {} sites and save", removed.len())
            },
            field: ("confirmed", confirmed),
        });
        return Ok(SectionUpdate::shown(state, "origins-feedback"));
    }
    match reader
        .perch
        .settings
        .save_origins(&reader.acting, &edits)
        .await
    {
        Ok(changed) => {
            reader.forget();
            Ok(SectionUpdate::Finished {
                address: address_of(ORIGINS, fields),
                done: Some(saved(&reader.acting, changed, reader.now_seconds())),
                focus: "origins-feedback",
            })
        }
        // Nothing is lost: the typed rows stay, beside the stored ones.
        Err(refusal) if refusal.code() == Code::Conflict => {
            let mut state = typed(reader, fields).await?;
            show_both(&mut state.rows, &stored_rows(reader).await?);
            state.outcome.problem =
                Some(wire_error(refusal.into(), reader.acting.request.id.clone()));
            Ok(SectionUpdate::conflict(state, "origins-feedback"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Valid lines become unsaved rows. The others stay in the field, to be corrected.
async fn paste(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<OriginsState>, Refusal> {
    let mut state = typed(reader, fields).await?;
    let pasted = std::mem::take(&mut state.paste);
    let present_already: Vec<String> = state
        .rows
        .iter()
        .filter(|row| row.unsaved)
        .map(|row| row.origin.clone())
        .collect();
    let mut kept = Vec::new();
    state.rows.retain(|row| !row.id.is_empty() || row.unsaved);
    let lines: Vec<&str> = pasted
        .split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';'))
        .filter(|line| !line.is_empty())
        .collect();
    // Lines that do not fit into one form stay for the next one.
    let room = MAX_ROWS
        .saturating_sub(state.rows.len() + 1)
        .min(MAX_PASTED);
    let (lines, later) = lines.split_at(room.min(lines.len()));
    let lines: Vec<_> = lines.iter().map(|line| (*line, None)).collect();
    for reading in reader
        .perch
        .settings
        .read_origins(&reader.acting, &lines)
        .await?
    {
        let mut feedback = feedback_of(&reading);
        feedback.add = None;
        match &reading.result {
            Ok(form) if !form.listed && !present_already.contains(&form.origin) => {
                if feedback.sentences.is_empty() {
                    feedback.sentences.push("As it stands.".to_owned());
                }
                state.rows.push(OriginFields::unsaved(&form.origin));
            }
            Ok(_) => {
                feedback.good = false;
                feedback.sentences = vec!["Listed already.".to_owned()];
            }
            Err(_) => kept.push(reading.typed.clone()),
        }
        state.pasted.push((reading.typed, feedback));
    }
    if !later.is_empty() {
        let sentence = format!("{} more lines stay below; save these first.", later.len());
        state.pasted.push((
            "…".to_owned(),
            OriginFeedback {
                good: false,
                sentences: vec![sentence],
                add: None,
            },
        ));
    }
    kept.extend(later.iter().map(|line| (*line).to_owned()));
    state.paste = kept.join("\n");
    state.rows.push(OriginFields::default());
    Ok(SectionUpdate::shown(state, "paste-result"))
}

editable_row!(
    OriginFields {
        origin: String,
        label: String,
        environment: String
    },
    [note, seen],
    |row| row.origin.trim().is_empty() && row.label.trim().is_empty(),
    described
);

/// A stored row as a sentence.
fn described(row: &OriginFields) -> String {
    let label = if row.label.is_empty() {
        String::new()
    } else {
        format!(", label {}", row.label)
    };
    format!(
        "Now stored: {}{label}, {}. Changed {}.",
        row.origin, row.environment, row.changed
    )
}
