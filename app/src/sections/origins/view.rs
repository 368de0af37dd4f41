//! Renders Authorized Origins: rows to edit, a blank row, and a field to paste many.

use super::refused_sites;
use super::state::{OriginFields, OriginsState};
use crate::components::{
    Field, OriginFeedback, checkbox, choice, default_submit, feedback_or, origin_feedback, pages,
    text_area, text_field,
};
use crate::sections::list_edit::{theirs, unsaved_text};
use crate::wire::WireError;
use leptos::prelude::*;

const ENVIRONMENTS: [(&str, &str); 2] =
    [("development", "Development"), ("production", "Production")];

pub fn origins(state: &OriginsState) -> AnyView {
    let empty = (state.paging.total == 0).then(|| view! { <p class="notice caution">"No site may embed yet: an empty list admits nobody."</p> });
    let problem = state.outcome.problem.as_ref();
    let rows = state
        .rows
        .iter()
        .enumerate()
        .map(|(at, stored)| row(&at.to_string(), stored, problem))
        .collect_view();
    view! {
        {default_submit()}
        <input type="hidden" name="form" value="origins" />
        {feedback_or("origins", &state.outcome, state.confirm.as_ref())}
        {empty}
        <ul class="rows" data-rows="">{rows}</ul>
        <template>{row("ROWNUMBER", &OriginFields::default(), None)}</template>
        {pages("origins", &state.paging)}
        <div class="actions">
            <button type="submit" class="button primary" data-busy="Saving…">"Save"</button>
            <button type="submit" class="button" name="intent" value="add" data-add="">"Add another origin"</button>
            <a class="button discard" href="/settings/embed?discarded=origins#origins">"Discard"</a>
            <span class="meta" data-unsaved-count="">{unsaved_text(state.rows.iter().filter(|row| row.unsaved).count())}</span>
        </div>
        {paste(state)}
        {refused_sites::view(&state.refused_lately, true)}
    }
    .into_any()
}

fn row(at: &str, row: &OriginFields, problem: Option<&WireError>) -> AnyView {
    let name = |field: &str| format!("origins[{at}].{field}");
    let stored = !row.id.is_empty();
    let legend = if stored {
        format!("Origin {}", row.origin)
    } else {
        "New origin".to_owned()
    };
    let note =
        (!row.note.is_empty()).then(|| view! { <span class="state">{row.note.clone()}</span> });
    let end = stored.then(|| {
        let remove = checkbox(&name("remove"), "yes", "Remove", row.removed);
        view! { <div class="row-end">{remove}{note}<span class="meta"><bdi>{row.changed.clone()}</bdi></span></div> }
    });
    let seen =
        (!row.seen.is_empty()).then(|| view! { <p class="meta row-seen">{row.seen.clone()}</p> });
    let theirs = theirs(at, row.theirs.as_ref(), stored);
    let hint = if stored {
        ""
    } else {
        "For example https://app.example.com"
    };
    let unsaved = row.unsaved.then_some("");
    let origin_name = name("origin");
    let origin = Field::new(&origin_name, "Origin", &row.origin, problem)
        .hint(hint)
        .mono()
        .described("origin", row.feedback.as_ref());
    let origin = text_field(origin, "text", "off");
    view! {
        <li data-unsaved=unsaved>
            <fieldset class="row origin">
                <legend class="visually-hidden">{legend}</legend>
                <input type="hidden" name=name("id") value=row.id.clone() />
                <input type="hidden" name=name("version") value=row.version.clone() />
                <input type="hidden" name=name("was") value=row.was.clone() />
                {origin}
                {text_field(Field::new(&name("label"), "Label", &row.label, problem), "text", "off")}
                {choice(Field::new(&name("environment"), "Environment", &row.environment, problem), &ENVIRONMENTS)}
                {theirs}
                {end}
                {seen}
            </fieldset>
        </li>
    }
    .into_any()
}

fn paste(state: &OriginsState) -> AnyView {
    let line = |(typed, feedback): &(String, OriginFeedback)| {
        let word = if feedback.good { "Added" } else { "Not added" };
        view! { <li><code>{typed.clone()}</code> " " <strong>{word}</strong> " " {origin_feedback(feedback)}</li> }
    };
    let result = (!state.pasted.is_empty()).then(|| {
        let added = state.pasted.iter().filter(|(_, feedback)| feedback.good).count();
        view! {
            <div id="paste-result" tabindex="-1" class="notice" role="status">
                <strong>{format!("{added} of {} lines became rows above. They count once you save.", state.pasted.len())}</strong>
                <ul class="plain-list">{state.pasted.iter().map(line).collect_view()}</ul>
            </div>
        }
    });
    let open = !state.pasted.is_empty() || !state.paste.is_empty();
    view! {
        <details class="part" open=open>
            <summary>"Paste many"</summary>
            <div class="stack">
                {result}
                {text_area(Field::new("paste", "One site a line", &state.paste, None).hint("Page addresses are fine; what they become is shown before you save.").mono(), "4")}
                <div class="actions"><button type="submit" class="button" name="intent" value="paste" data-busy="Reading…">"Add to the list"</button></div>
            </div>
        </details>
    }
    .into_any()
}
