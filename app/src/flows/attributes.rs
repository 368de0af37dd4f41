//! Token Attributes: rows are edited, added, taken from a sample, and saved together, after what that breaks was said.

use super::shared::{refreshed, shared, show_both, take_theirs};
use super::{Asked, Turn, paged};
use crate::forms;
use crate::model::{AttributeRow, AttributesState, Confirm, Outcome};
use crate::present;
use crate::wire::{Fields, WireError};
use perch_domain::attribute::{Kind, type_name};
use perch_domain::{Action, Code, ViolationCode, attribute, sample};
use perch_service::{ActorContext, Perch, Refusal};

const LIST: &str = "attributes";

pub async fn stored(
    perch: &Perch,
    acting: &ActorContext,
    asked: &Asked,
) -> Result<AttributesState, Refusal> {
    let rows = present::attribute_rows(perch, acting).await?;
    let (rows, paging) = paged(rows, asked, |row| {
        format!("{} {}", row.name, row.description)
    });
    Ok(AttributesState {
        rows,
        paging,
        dropped: present::dropped_rows(perch, acting).await?,
        ..AttributesState::default()
    })
}

async fn typed(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<AttributesState, Refusal> {
    let all = present::attribute_rows(perch, acting).await?;
    let rows = refreshed(forms::attributes::typed(fields), &all);
    let (_, paging) = paged(all, &Asked::of(LIST, fields), |row| {
        format!("{} {}", row.name, row.description)
    });
    let sample = forms::value(fields, "sample").replace("\r\n", "\n");
    Ok(AttributesState {
        rows,
        paging,
        sample,
        dropped: present::dropped_rows(perch, acting).await?,
        ..AttributesState::default()
    })
}

pub async fn submit(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<AttributesState>, Refusal> {
    let end = |state: &AttributesState| {
        format!("attributes[{}].name", state.rows.len().saturating_sub(1))
    };
    if !acting.can(Action::EditAttributes) {
        return Err(Code::RoleNotAllowed.into());
    }
    match forms::intent(fields) {
        ("add", name) => {
            let mut state = typed(perch, acting, fields).await?;
            state.rows.push(AttributeRow {
                name: name.to_owned(),
                unsaved: !name.is_empty(),
                ..AttributeRow::blank()
            });
            let focus = end(&state);
            Ok(Turn::show(state, focus))
        }
        ("declare", name) => {
            let mut state = typed(perch, acting, fields).await?;
            let dropped = perch
                .settings
                .dropped_attributes(acting)
                .await?
                .into_iter()
                .find(|dropped| dropped.name == name);
            let (kind, list) = dropped
                .and_then(|dropped| dropped.kind)
                .unwrap_or((Kind::String, false));
            state.rows.push(AttributeRow {
                name: name.to_owned(),
                kind: kind.as_str().to_owned(),
                list,
                unsaved: true,
                ..AttributeRow::default()
            });
            let focus = end(&state);
            Ok(Turn::show(state, focus))
        }
        ("keep", _) => Ok(Turn::show(
            typed(perch, acting, fields).await?,
            "attributes-feedback",
        )),
        ("import", _) => import(perch, acting, fields).await,
        ("theirs", at) => {
            let mut state = typed(perch, acting, fields).await?;
            take_theirs(
                &mut state.rows,
                present::attribute_rows(perch, acting).await?,
                at,
            );
            Ok(Turn::show(state, format!("attributes[{at}].name")))
        }
        _ => save(perch, acting, fields).await,
    }
}

async fn save(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<AttributesState>, Refusal> {
    let edits = forms::attributes::edits(&forms::attributes::typed(fields));
    let consequences = perch.settings.attribute_impact(acting, &edits).await?;
    // What is confirmed is these very changes; others are asked about again.
    let asked: Vec<&str> = consequences
        .iter()
        .map(|consequence| consequence.change.as_str())
        .collect();
    let asked = asked.join(", ");
    if !consequences.is_empty() && forms::value(fields, "confirmed") != asked {
        let mut state = typed(perch, acting, fields).await?;
        state.confirm = Some(Confirm {
            stay: "Keep editing",
            headline: "This changes which requests get a token.".to_owned(),
            verb: if consequences.len() == 1 {
                format!("{asked} and save")
            } else {
                format!("Save these {} changes", consequences.len())
            },
            consequences: consequences
                .iter()
                .map(|consequence| (consequence.change.clone(), consequence.effect.clone()))
                .collect(),
            field: ("confirmed", asked),
        });
        return Ok(Turn::show(state, "attributes-feedback"));
    }
    match perch.settings.save_attributes(acting, &edits).await {
        Ok(changed) => {
            let mut state = stored(perch, acting, &Asked::of(LIST, fields)).await?;
            state.outcome.done = Some(present::saved(perch, acting, changed));
            Ok(Turn::saved(state, "attributes-feedback", changed))
        }
        Err(refusal) if refusal.code() == Code::Conflict => {
            let mut state = typed(perch, acting, fields).await?;
            show_both(
                &mut state.rows,
                &present::attribute_rows(perch, acting).await?,
            );
            state.outcome.problem = Some(crate::api::wire_error(
                refusal.into(),
                acting.request.id.clone(),
            ));
            Ok(Turn::conflict(state, "attributes-feedback"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Attributes of a sample become rows that are not saved yet; what cannot be declared is told.
async fn import(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<AttributesState>, Refusal> {
    let mut state = typed(perch, acting, fields).await?;
    let Some(guesses) = sample::guess(&state.sample) else {
        let told = "This is no JSON object. Paste what your backend would send, braces included.";
        return Err(Refusal::fault("sample", ViolationCode::InvalidValue, told));
    };
    let more = guesses.len().saturating_sub(attribute::MAX_ATTRIBUTES);
    // Also those on other pages of a long list.
    let stored = present::attribute_rows(perch, acting).await?;
    let mut added = 0;
    for guess in guesses.into_iter().take(attribute::MAX_ATTRIBUTES) {
        let known = state
            .rows
            .iter()
            .chain(&stored)
            .find(|row| row.name == guess.name);
        let told = match (guess.found, known) {
            (Ok((declared, example)), None) => {
                added += 1;
                state.rows.push(AttributeRow {
                    name: declared.name,
                    kind: declared.kind.as_str().to_owned(),
                    list: declared.list,
                    example,
                    unsaved: true,
                    ..AttributeRow::default()
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
        state.sampled.push((guess.name, told));
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
    Ok(Turn::show(state, "attributes-feedback"))
}

pub async fn refused(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
    problem: WireError,
) -> Result<AttributesState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    Ok(AttributesState {
        outcome: Outcome {
            problem: Some(problem),
            done: None,
        },
        ..state
    })
}

shared!(
    AttributeRow {
        name: String,
        kind: String,
        list: bool,
        required: bool,
        description: String,
        example: String
    },
    [used],
    |row| row.name.trim().is_empty(),
    told
);

/// What a row has become meanwhile.
fn told(row: &AttributeRow) -> String {
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
