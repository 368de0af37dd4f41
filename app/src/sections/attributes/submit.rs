//! Edits Token Attributes: rows are added, read from a sample, and saved together once their consequences were confirmed.

use super::fields;
use super::read::{rows as stored_rows, typed};
use super::state::{ATTRIBUTES, AttributeFields, AttributesState};
use crate::components::Confirm;
use crate::sections::fields::{intent, value};
use crate::sections::list_edit::{editable_row, show_both, take_theirs};
use crate::sections::list_part::address_of;
use crate::sections::reader::Reader;
use crate::sections::section::SectionUpdate;
use crate::sections::words::saved;
use crate::wire::{Fields, wire_error};
use perch_domain::attribute::{Kind, type_name};
use perch_domain::{Action, Code, ViolationCode, attribute, sample};
use perch_service::Refusal;

pub async fn submit(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<AttributesState>, Refusal> {
    let end = |state: &AttributesState| {
        format!("attributes[{}].name", state.rows.len().saturating_sub(1))
    };
    if !reader.acting.can(Action::EditAttributes) {
        return Err(Code::RoleNotAllowed.into());
    }
    match intent(fields) {
        ("add", name) => {
            let mut state = typed(reader, fields).await?;
            state.rows.push(AttributeFields {
                name: name.to_owned(),
                unsaved: !name.is_empty(),
                ..AttributeFields::blank()
            });
            let focus = end(&state);
            Ok(SectionUpdate::shown(state, focus))
        }
        ("declare", name) => {
            let mut state = typed(reader, fields).await?;
            let report = reader.attribute_report().await?;
            let (kind, list) = report
                .dropped
                .iter()
                .find(|dropped| dropped.name == name)
                .and_then(|dropped| dropped.kind)
                .unwrap_or((Kind::String, false));
            state.rows.push(AttributeFields {
                name: name.to_owned(),
                kind: kind.as_str().to_owned(),
                list,
                unsaved: true,
                ..AttributeFields::default()
            });
            let focus = end(&state);
            Ok(SectionUpdate::shown(state, focus))
        }
        ("keep", _) => Ok(SectionUpdate::shown(
            typed(reader, fields).await?,
            "attributes-feedback",
        )),
        ("import", _) => import(reader, fields).await,
        ("theirs", at) => {
            let mut state = typed(reader, fields).await?;
            take_theirs(&mut state.rows, stored_rows(reader).await?, at);
            Ok(SectionUpdate::shown(
                state,
                format!("attributes[{at}].name"),
            ))
        }
        _ => save(reader, fields).await,
    }
}

async fn save(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<AttributesState>, Refusal> {
    let edits = fields::edits(&fields::typed(fields));
    let consequences = reader
        .perch
        .settings
        .attribute_impact(&reader.acting, &edits)
        .await?;
    // The answer confirms exactly these changes.
    let impacts: Vec<&str> = consequences
        .iter()
        .map(|consequence| consequence.change.as_str())
        .collect();
    let confirmed = impacts.join(", ");
    if !consequences.is_empty() && value(fields, "confirmed") != confirmed {
        let mut state = typed(reader, fields).await?;
        state.confirm = Some(Confirm {
            stay: "Keep editing",
            headline: "This changes which requests get a token.".to_owned(),
            verb: if consequences.len() == 1 {
                format!("{confirmed} and save")
            } else {
                format!("Save these {} changes", consequences.len())
            },
            consequences: consequences
                .iter()
                .map(|consequence| (consequence.change.clone(), consequence.effect.clone()))
                .collect(),
            field: ("confirmed", confirmed),
        });
        return Ok(SectionUpdate::shown(state, "attributes-feedback"));
    }
    match reader
        .perch
        .settings
        .save_attributes(&reader.acting, &edits)
        .await
    {
        Ok(changed) => {
            reader.forget();
            Ok(SectionUpdate::Finished {
                address: address_of(ATTRIBUTES, fields),
                done: Some(saved(&reader.acting, changed, reader.now_seconds())),
                focus: "attributes-feedback",
            })
        }
        Err(refusal) if refusal.code() == Code::Conflict => {
            let mut state = typed(reader, fields).await?;
            show_both(&mut state.rows, &stored_rows(reader).await?);
            state.outcome.problem =
                Some(wire_error(refusal.into(), reader.acting.request.id.clone()));
            Ok(SectionUpdate::conflict(state, "attributes-feedback"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The attributes of a sample become unsaved rows. The others are listed with the reason.
async fn import(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<AttributesState>, Refusal> {
    let mut state = typed(reader, fields).await?;
    let Some(guesses) = sample::guess(&state.sample) else {
        let message =
            "This is no JSON object. Paste what your backend would send, braces included.";
        return Err(Refusal::fault(
            "sample",
            ViolationCode::InvalidValue,
            message,
        ));
    };
    let more = guesses.len().saturating_sub(attribute::MAX_ATTRIBUTES);
    // The rows on other pages of a long list count too.
    let stored = stored_rows(reader).await?;
    let mut added = 0;
    for guess in guesses.into_iter().take(attribute::MAX_ATTRIBUTES) {
        let known = state
            .rows
            .iter()
            .chain(&stored)
            .find(|row| row.name == guess.name);
        let reason = match (guess.found, known) {
            (Ok((declared, example)), None) => {
                added += 1;
                state.rows.push(AttributeFields {
                    name: declared.name,
                    kind: declared.kind.as_str().to_owned(),
                    list: declared.list,
                    example,
                    unsaved: true,
                    ..AttributeFields::default()
                });
                continue;
            }
            (Ok((declared, _)), Some(known))
                if known.kind == declared.kind.as_str() && known.list == declared.list =>
            {
                "Declared already.".to_owned()
            }
            (Ok((declared, _)), Some(known)) => {
                let list = if known.list { " list" } else { "" };
                format!(
                    "Declared as {}{list}, but the sample has {}.",
                    known.kind,
                    type_name(declared.kind, declared.list)
                )
            }
            (Err(why), _) => why,
        };
        state.sampled.push((guess.name, reason));
    }
    if more > 0 {
        state.sampled.push((
            "…".to_owned(),
            format!(
                "{more} more were not read: a token carries at most {} attributes.",
                attribute::MAX_ATTRIBUTES
            ),
        ));
    }
    let left = match state.sampled.len() {
        0 => String::new(),
        1 => " 1 was left out; the reason is under Import from a sample.".to_owned(),
        several => format!(" {several} were left out; the reasons are under Import from a sample."),
    };
    state.outcome.done = Some(match added {
        0 => format!("The sample holds nothing new.{left}"),
        1 => format!("1 attribute was added below. Check it, then save.{left}"),
        several => format!("{several} attributes were added below. Check them, then save.{left}"),
    });
    Ok(SectionUpdate::shown(state, "attributes-feedback"))
}

editable_row!(
    AttributeFields {
        name: String,
        kind: String,
        list: bool,
        required: bool,
        description: String,
        example: String
    },
    [used],
    |row| row.name.trim().is_empty(),
    described
);

/// A stored row as a sentence.
fn described(row: &AttributeFields) -> String {
    let list = if row.list { " list" } else { "" };
    let required = if row.required { ", required" } else { "" };
    let example = if row.example.is_empty() {
        String::new()
    } else {
        format!(", example {}", row.example)
    };
    let description = if row.description.is_empty() {
        String::new()
    } else {
        format!(", “{}”", row.description)
    };
    format!(
        "Now stored: {}, {}{list}{required}{example}{description}. Changed {}.",
        row.name, row.kind, row.changed
    )
}
