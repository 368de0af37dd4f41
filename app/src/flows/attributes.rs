//! Token Attributes: rows are edited, added, taken from a sample, and saved together, after what that breaks was said.

use super::{Asked, Turn, paged};
use crate::forms;
use crate::model::{AttributeRow, AttributesState, Confirm, Outcome};
use crate::present;
use crate::wire::{Fields, WireError};
use perch_domain::{Code, sample};
use perch_service::{Acting, Perch, Refusal};

const LIST: &str = "attributes";

pub async fn stored(perch: &Perch, acting: &Acting, asked: &Asked) -> Result<AttributesState, Refusal> {
    let rows = present::attribute_rows(perch, acting).await?;
    let (rows, paging) = paged(rows, asked, |row| format!("{} {}", row.name, row.description));
    Ok(AttributesState { rows, paging, dropped: present::dropped_rows(perch, acting).await?, ..AttributesState::default() })
}

async fn typed(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<AttributesState, Refusal> {
    let all = present::attribute_rows(perch, acting).await?;
    let mut rows = forms::attributes::typed(fields);
    for row in &mut rows {
        let known = all.iter().find(|known| known.id == row.id);
        row.unsaved = row.removed
            || known.map_or(!row.name.trim().is_empty(), |known| {
                let told = |row: &AttributeRow| {
                    (row.name.clone(), row.kind.clone(), row.list, row.required, row.description.clone(), row.example.replace("\r\n", "\n"))
                };
                told(known) != told(row)
            });
        if let Some(known) = known {
            row.changed.clone_from(&known.changed);
            row.used.clone_from(&known.used);
        }
    }
    let (_, paging) = paged(all, &Asked::of(LIST, fields), |row| format!("{} {}", row.name, row.description));
    let sample = forms::value(fields, "sample").replace("\r\n", "\n");
    Ok(AttributesState { rows, paging, sample, dropped: present::dropped_rows(perch, acting).await?, ..AttributesState::default() })
}

pub async fn submit(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Turn<AttributesState>, Refusal> {
    let last = |state: &AttributesState| format!("attributes[{}].name", state.rows.len().saturating_sub(1));
    match forms::intent(fields) {
        ("add", name) => {
            let mut state = typed(perch, acting, fields).await?;
            state.rows.push(AttributeRow { name: name.to_owned(), unsaved: !name.is_empty(), ..AttributeRow::blank() });
            let focus = last(&state);
            Ok(Turn::show(state, focus))
        }
        ("declare", name) => {
            let mut state = typed(perch, acting, fields).await?;
            let dropped = perch.dropped_attributes(acting).await?.into_iter().find(|dropped| dropped.name == name);
            let kind = dropped.as_ref().and_then(|dropped| dropped.kind).map_or("String", perch_domain::attribute::Kind::as_str);
            let of_many = dropped.is_some_and(|dropped| dropped.list);
            state.rows.push(AttributeRow { name: name.to_owned(), kind: kind.to_owned(), list: of_many, unsaved: true, ..AttributeRow::default() });
            let focus = last(&state);
            Ok(Turn::show(state, focus))
        }
        ("keep", _) => Ok(Turn::show(typed(perch, acting, fields).await?, "attributes-feedback")),
        ("import", _) => import(perch, acting, fields).await,
        ("theirs", at) => {
            let mut state = typed(perch, acting, fields).await?;
            let all = present::attribute_rows(perch, acting).await?;
            let at: usize = at.parse().unwrap_or(usize::MAX);
            if let Some(row) = state.rows.get_mut(at) {
                *row = all.into_iter().find(|known| known.id == row.id).unwrap_or_else(AttributeRow::blank);
            }
            Ok(Turn::show(state, format!("attributes[{at}].name")))
        }
        _ => save(perch, acting, fields).await,
    }
}

async fn save(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Turn<AttributesState>, Refusal> {
    let edits = forms::attributes::edits(&forms::attributes::typed(fields));
    let consequences = perch.attribute_consequences(acting, &edits).await?;
    // What is confirmed is these very changes; others are asked about again.
    let asked: Vec<&str> = consequences.iter().map(|consequence| consequence.change.as_str()).collect();
    let asked = asked.join(", ");
    if !consequences.is_empty() && forms::value(fields, "confirmed") != asked {
        let mut state = typed(perch, acting, fields).await?;
        state.confirm = Some(Confirm {
            headline: "Tokens will feel this.".to_owned(),
            verb: if consequences.len() == 1 { format!("{asked} and save") } else { format!("Save these {} changes", consequences.len()) },
            consequences: consequences.iter().map(|consequence| (consequence.change.clone(), consequence.effect.clone())).collect(),
            field: ("confirmed", asked),
        });
        return Ok(Turn::show(state, "attributes-feedback"));
    }
    match perch.save_attributes(acting, &edits).await {
        Ok(changed) => {
            let mut state = stored(perch, acting, &Asked::of(LIST, fields)).await?;
            state.outcome.done = Some(present::saved(perch, acting, changed));
            Ok(Turn::saved(state, "attributes-feedback", changed))
        }
        Err(refusal) if refusal.code == Code::Conflict => {
            let mut state = typed(perch, acting, fields).await?;
            let all = present::attribute_rows(perch, acting).await?;
            for row in state.rows.iter_mut().filter(|row| row.unsaved && !row.id.is_empty()) {
                match all.iter().find(|known| known.id == row.id) {
                    Some(known) if known.version != row.version => {
                        let list = if known.list { " list" } else { "" };
                        let required = if known.required { ", required" } else { "" };
                        let example = if known.example.is_empty() { String::new() } else { format!(", example {}", known.example) };
                        let description = if known.description.is_empty() { String::new() } else { format!(", “{}”", known.description) };
                        row.theirs = Some(format!(
                            "Now stored: {}, {}{list}{required}{example}{description}. Changed {}.",
                            known.name, known.kind, known.changed
                        ));
                        row.version.clone_from(&known.version);
                    }
                    None => {
                        row.theirs = Some("Somebody removed it meanwhile. Saving declares it again.".to_owned());
                        (row.id, row.version) = (String::new(), String::new());
                    }
                    Some(_) => {}
                }
            }
            state.outcome.problem = Some(crate::api::wire_error(refusal, acting.request.id.clone()));
            Ok(Turn::conflict(state, "attributes-feedback"))
        }
        Err(refusal) => Err(refusal),
    }
}

/// Attributes of a sample become rows that are not saved yet; what cannot be declared is told.
async fn import(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Turn<AttributesState>, Refusal> {
    let mut state = typed(perch, acting, fields).await?;
    let Some(guesses) = sample::guess(&state.sample) else {
        let mut faults = perch_domain::refusal::Faults::default();
        faults.add(
            "sample",
            perch_domain::ViolationCode::InvalidValue,
            "This is no JSON object. Paste what your backend would send, braces included.",
        );
        return Err(faults.into_result().err().unwrap_or_else(|| Code::RequestInvalid.into()));
    };
    let mut added = 0;
    for guess in guesses {
        let known = state.rows.iter().find(|row| row.name == guess.name);
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
            (Ok((declared, _)), Some(known)) if known.kind == declared.kind.as_str() && known.list == declared.list => "Declared already.".to_owned(),
            (Ok((declared, _)), Some(known)) => {
                let list = |list: bool| if list { " list" } else { "" };
                format!("Declared as {}{}, but the sample has {}{}.", known.kind, list(known.list), declared.kind.as_str(), list(declared.list))
            }
            (Err(why), _) => why,
        };
        state.sampled.push((guess.name, told));
    }
    state.outcome.done = Some(match added {
        0 => "The sample holds nothing new.".to_owned(),
        1 => "1 attribute was added below. Check it, then save.".to_owned(),
        several => format!("{several} attributes were added below. Check them, then save."),
    });
    if added > 0 {
        state.sample.clear();
    }
    Ok(Turn::show(state, "attributes-feedback"))
}

pub async fn refused(perch: &Perch, acting: &Acting, fields: &Fields, problem: WireError) -> Result<AttributesState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    Ok(AttributesState { outcome: Outcome { problem: Some(problem), done: None }, ..state })
}
