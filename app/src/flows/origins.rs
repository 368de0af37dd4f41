//! Authorized Origins: rows are edited, added, pasted, and saved together.

use super::{Asked, Turn, paged};
use crate::forms;
use crate::model::{OriginRow, OriginsState, Outcome};
use crate::present;
use crate::wire::{Fields, WireError};
use perch_domain::Code;
use perch_service::{Acting, OriginId, Perch, Refusal};

const LIST: &str = "origins";

/// The section as it is stored, with a blank row to fill in.
pub async fn stored(perch: &Perch, acting: &Acting, asked: &Asked, add: &str) -> Result<OriginsState, Refusal> {
    let rows = present::origin_rows(perch, acting).await?;
    let (mut rows, paging) = paged(rows, asked, |row| format!("{} {}", row.origin, row.label));
    rows.push(OriginRow { origin: add.to_owned(), unsaved: !add.is_empty(), ..OriginRow::default() });
    let mut state = OriginsState { rows, paging, ..OriginsState::default() };
    speak(perch, acting, &mut state.rows).await?;
    Ok(state)
}

/// The section as it was typed.
async fn typed(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<OriginsState, Refusal> {
    let all = present::origin_rows(perch, acting).await?;
    let mut rows = forms::origins::typed(fields);
    for row in &mut rows {
        let known = all.iter().find(|known| known.id == row.id);
        row.unsaved = row.removed
            || known.map_or(!row.origin.trim().is_empty() || !row.label.trim().is_empty(), |known| {
                (&known.origin, &known.label, &known.environment) != (&row.origin, &row.label, &row.environment)
            });
        if let Some(known) = known {
            row.note.clone_from(&known.note);
            row.changed.clone_from(&known.changed);
        }
    }
    speak(perch, acting, &mut rows).await?;
    let (_, paging) = paged(all, &Asked::of(LIST, fields), |row| format!("{} {}", row.origin, row.label));
    Ok(OriginsState { rows, paging, paste: forms::value(fields, "paste").replace("\r\n", "\n"), ..OriginsState::default() })
}

/// Says of every unsaved row what would be listed.
async fn speak(perch: &Perch, acting: &Acting, rows: &mut [OriginRow]) -> Result<(), Refusal> {
    let mut unsaved: Vec<_> = rows.iter_mut().filter(|row| row.unsaved && !row.removed && !row.origin.trim().is_empty()).collect();
    if unsaved.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = unsaved.iter().map(|row| (row.origin.as_str(), row.id.parse().ok().map(OriginId))).collect();
    let said: Vec<_> = perch.read_sites(acting, &lines).await?.iter().map(present::site_said).collect();
    for (row, said) in unsaved.iter_mut().zip(said) {
        row.said = Some(said);
    }
    Ok(())
}

/// What is said about a text while it is typed.
pub async fn describe(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Option<crate::model::SiteSaid>, Refusal> {
    let typed = forms::value(fields, "value");
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let readings = perch.read_sites(acting, &[(typed, forms::value(fields, "id").parse().ok().map(OriginId))]).await?;
    Ok(readings.first().map(present::site_said))
}

pub async fn submit(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Turn<OriginsState>, Refusal> {
    let last = |state: &OriginsState| format!("origins[{}].origin", state.rows.len().saturating_sub(1));
    match forms::intent(fields) {
        ("add", origin) => {
            let mut state = typed(perch, acting, fields).await?;
            if !origin.is_empty() {
                state.rows.retain(|row| !row.id.is_empty() || row.unsaved);
            }
            state.rows.push(OriginRow { origin: origin.to_owned(), unsaved: !origin.is_empty(), ..OriginRow::default() });
            speak(perch, acting, &mut state.rows).await?;
            let focus = last(&state);
            Ok(Turn::show(state, focus))
        }
        ("paste", _) => paste(perch, acting, fields).await,
        ("theirs", at) => {
            let mut state = typed(perch, acting, fields).await?;
            let all = present::origin_rows(perch, acting).await?;
            let at: usize = at.parse().unwrap_or(usize::MAX);
            if let Some(row) = state.rows.get_mut(at) {
                *row = all.into_iter().find(|known| known.id == row.id).unwrap_or_default();
            }
            Ok(Turn::show(state, format!("origins[{at}].origin")))
        }
        _ => save(perch, acting, fields).await,
    }
}

async fn save(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Turn<OriginsState>, Refusal> {
    let edits = forms::origins::edits(&forms::origins::typed(fields));
    match perch.save_origins(acting, &edits).await {
        Ok(changed) => {
            let mut state = stored(perch, acting, &Asked::of(LIST, fields), "").await?;
            state.outcome.done = Some(present::saved(perch, acting, changed));
            Ok(Turn::saved(state, "origins-feedback", changed))
        }
        // Nothing is lost: the rows stay as they were typed, beside what they have become meanwhile.
        Err(refusal) if refusal.code == Code::Conflict => {
            let mut state = typed(perch, acting, fields).await?;
            let all = present::origin_rows(perch, acting).await?;
            for row in state.rows.iter_mut().filter(|row| row.unsaved && !row.id.is_empty()) {
                match all.iter().find(|known| known.id == row.id) {
                    Some(known) if known.version != row.version => {
                        let label = if known.label.is_empty() { String::new() } else { format!(", label {}", known.label) };
                        row.theirs = Some(format!("Now stored: {}{label}, {}. Changed {}.", known.origin, known.environment, known.changed));
                        row.version.clone_from(&known.version);
                    }
                    None => {
                        row.theirs = Some("Somebody removed it meanwhile. Saving adds it again.".to_owned());
                        (row.id, row.version) = (String::new(), String::new());
                    }
                    Some(_) => {}
                }
            }
            state.outcome.problem = Some(crate::api::wire_error(refusal, acting.request.id.clone()));
            Ok(Turn::conflict(state, "origins-feedback"))
        }
        Err(refusal) => Err(refusal),
    }
}

/// Good lines become rows that are not saved yet; the others stay where they can be corrected.
async fn paste(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Turn<OriginsState>, Refusal> {
    let mut state = typed(perch, acting, fields).await?;
    let pasted = std::mem::take(&mut state.paste);
    let present_already: Vec<String> = state.rows.iter().filter(|row| row.unsaved).map(|row| row.origin.clone()).collect();
    let mut kept = Vec::new();
    state.rows.retain(|row| !row.id.is_empty() || row.unsaved);
    let lines: Vec<_> = pasted.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| (line, None)).collect();
    for reading in perch.read_sites(acting, &lines).await? {
        let mut said = present::site_said(&reading);
        said.add = None;
        match &reading.result {
            Ok(form) if !form.listed && !present_already.contains(&form.origin) => {
                if said.sentences.is_empty() {
                    said.sentences.push("As it stands.".to_owned());
                }
                state.rows.push(OriginRow { origin: form.origin.clone(), unsaved: true, ..OriginRow::default() });
            }
            Ok(_) => {
                said.good = false;
                said.sentences = vec!["Listed already.".to_owned()];
            }
            Err(_) => kept.push(reading.typed.clone()),
        }
        state.pasted.push((reading.typed, said));
    }
    state.paste = kept.join("\n");
    state.rows.push(OriginRow::default());
    Ok(Turn::show(state, "paste-result"))
}

/// The section after a refusal.
pub async fn refused(perch: &Perch, acting: &Acting, fields: &Fields, problem: WireError) -> Result<OriginsState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    Ok(OriginsState { outcome: Outcome { problem: Some(problem), done: None }, ..state })
}
