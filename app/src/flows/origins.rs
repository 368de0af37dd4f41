//! Authorized Origins: rows are edited, added, pasted, and saved together.

use super::shared::{refreshed, shared, show_both, take_theirs};
use super::{Asked, Turn, paged};
use crate::forms;
use crate::model::{Confirm, OriginRow, OriginsState, Outcome, SiteSaid};
use crate::present;
use crate::wire::{Fields, WireError};
use perch_domain::{Action, Code};
use perch_service::{ActorContext, OriginId, Perch, Refusal};

const LIST: &str = "origins";
/// Lines that are read at once.
const MAX_PASTED: usize = 500;

/// The section as it is stored, with a blank row to fill in.
pub async fn stored(
    perch: &Perch,
    acting: &ActorContext,
    asked: &Asked,
    add: &str,
) -> Result<OriginsState, Refusal> {
    let rows = present::origin_rows(perch, acting).await?;
    let (mut rows, paging) = paged(rows, asked, |row| format!("{} {}", row.origin, row.label));
    rows.push(OriginRow {
        origin: add.to_owned(),
        unsaved: !add.is_empty(),
        ..OriginRow::default()
    });
    let refused_lately = present::refused_sites(perch, acting).await?;
    let mut state = OriginsState {
        rows,
        paging,
        refused_lately,
        ..OriginsState::default()
    };
    speak(perch, acting, &mut state.rows).await?;
    Ok(state)
}

/// The section as it was typed.
async fn typed(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<OriginsState, Refusal> {
    let all = present::origin_rows(perch, acting).await?;
    let mut rows = refreshed(forms::origins::typed(fields), &all);
    speak(perch, acting, &mut rows).await?;
    let (_, paging) = paged(all, &Asked::of(LIST, fields), |row| {
        format!("{} {}", row.origin, row.label)
    });
    let paste = forms::value(fields, "paste").replace("\r\n", "\n");
    Ok(OriginsState {
        rows,
        paging,
        paste,
        refused_lately: present::refused_sites(perch, acting).await?,
        ..OriginsState::default()
    })
}

/// Says of every unsaved row what would be listed.
async fn speak(
    perch: &Perch,
    acting: &ActorContext,
    rows: &mut [OriginRow],
) -> Result<(), Refusal> {
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
    let said: Vec<_> = perch
        .settings
        .read_origins(acting, &lines)
        .await?
        .iter()
        .map(present::site_said)
        .collect();
    for (row, said) in unsaved.iter_mut().zip(said) {
        row.said = Some(said);
    }
    Ok(())
}

/// What is said about a text while it is typed.
pub async fn describe(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Option<crate::model::SiteSaid>, Refusal> {
    let typed = forms::value(fields, "value");
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let readings = perch
        .settings
        .read_origins(
            acting,
            &[(typed, forms::value(fields, "id").parse().ok().map(OriginId))],
        )
        .await?;
    Ok(readings.first().map(present::site_said))
}

pub async fn submit(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<OriginsState>, Refusal> {
    let last =
        |state: &OriginsState| format!("origins[{}].origin", state.rows.len().saturating_sub(1));
    if !acting.can(Action::EditOrigins) {
        return Err(Code::RoleNotAllowed.into());
    }
    match forms::intent(fields) {
        ("add", origin) => {
            let mut state = typed(perch, acting, fields).await?;
            if !origin.is_empty() {
                state.rows.retain(|row| !row.id.is_empty() || row.unsaved);
            }
            state.rows.push(OriginRow {
                origin: origin.to_owned(),
                unsaved: !origin.is_empty(),
                ..OriginRow::default()
            });
            speak(perch, acting, &mut state.rows).await?;
            let focus = last(&state);
            Ok(Turn::show(state, focus))
        }
        ("keep", _) => Ok(Turn::show(
            typed(perch, acting, fields).await?,
            "origins-feedback",
        )),
        ("paste", _) => paste(perch, acting, fields).await,
        ("theirs", at) => {
            let mut state = typed(perch, acting, fields).await?;
            take_theirs(
                &mut state.rows,
                present::origin_rows(perch, acting).await?,
                at,
            );
            Ok(Turn::show(state, format!("origins[{at}].origin")))
        }
        _ => save(perch, acting, fields).await,
    }
}

async fn save(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<OriginsState>, Refusal> {
    let rows = forms::origins::typed(fields);
    let edits = forms::origins::edits(&rows);
    // What is confirmed is these very removals.
    let removed: Vec<&str> = rows
        .iter()
        .filter(|row| row.removed && !row.id.is_empty())
        .map(|row| row.origin.as_str())
        .collect();
    let asked = removed.join(", ");
    if !removed.is_empty() && forms::value(fields, "confirmed") != asked {
        let mut state = typed(perch, acting, fields).await?;
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
            field: ("confirmed", asked),
        });
        return Ok(Turn::show(state, "origins-feedback"));
    }
    match perch.settings.save_origins(acting, &edits).await {
        Ok(changed) => {
            let mut state = stored(perch, acting, &Asked::of(LIST, fields), "").await?;
            state.outcome.done = Some(present::saved(perch, acting, changed));
            Ok(Turn::saved(state, "origins-feedback", changed))
        }
        // Nothing is lost: the rows stay as they were typed, beside what they have become meanwhile.
        Err(refusal) if refusal.code() == Code::Conflict => {
            let mut state = typed(perch, acting, fields).await?;
            show_both(&mut state.rows, &present::origin_rows(perch, acting).await?);
            state.outcome.problem = Some(crate::api::wire_error(
                refusal.into(),
                acting.request.id.clone(),
            ));
            Ok(Turn::conflict(state, "origins-feedback"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Good lines become rows that are not saved yet; the others stay where they can be corrected.
async fn paste(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<OriginsState>, Refusal> {
    let mut state = typed(perch, acting, fields).await?;
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
    // What does not fit into one form stays for the next.
    let room = forms::MAX_ROWS
        .saturating_sub(state.rows.len() + 1)
        .min(MAX_PASTED);
    let (lines, later) = lines.split_at(room.min(lines.len()));
    let lines: Vec<_> = lines.iter().map(|line| (*line, None)).collect();
    for reading in perch.settings.read_origins(acting, &lines).await? {
        let mut said = present::site_said(&reading);
        said.add = None;
        match &reading.result {
            Ok(form) if !form.listed && !present_already.contains(&form.origin) => {
                if said.sentences.is_empty() {
                    said.sentences.push("As it stands.".to_owned());
                }
                state.rows.push(OriginRow {
                    origin: form.origin.clone(),
                    unsaved: true,
                    ..OriginRow::default()
                });
            }
            Ok(_) => {
                said.good = false;
                said.sentences = vec!["Listed already.".to_owned()];
            }
            Err(_) => kept.push(reading.typed.clone()),
        }
        state.pasted.push((reading.typed, said));
    }
    if !later.is_empty() {
        let told = format!("{} more lines stay below; save these first.", later.len());
        state.pasted.push((
            "…".to_owned(),
            SiteSaid {
                good: false,
                sentences: vec![told],
                add: None,
            },
        ));
    }
    kept.extend(later.iter().map(|line| (*line).to_owned()));
    state.paste = kept.join("\n");
    state.rows.push(OriginRow::default());
    Ok(Turn::show(state, "paste-result"))
}

pub async fn refused(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
    problem: WireError,
) -> Result<OriginsState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    Ok(OriginsState {
        outcome: Outcome {
            problem: Some(problem),
            done: None,
        },
        ..state
    })
}

shared!(
    OriginRow {
        origin: String,
        label: String,
        environment: String
    },
    [note, seen],
    |row| row.origin.trim().is_empty() && row.label.trim().is_empty(),
    told
);

/// What a row has become meanwhile.
fn told(row: &OriginRow) -> String {
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
