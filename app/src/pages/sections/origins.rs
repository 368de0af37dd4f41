//! Authorized Origins: rows to edit, one blank row to add, many to paste, saved together; and the tester.

use super::refused_sites;
use crate::components::{
    Field, checkbox, choice, default_submit, feedback_or, pages, site_said, text_area, text_field,
};
use crate::model::{OriginRow, OriginsState, TesterState};
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
        <template>{row("ROWNUMBER", &OriginRow::default(), None)}</template>
        {pages("origins", &state.paging)}
        <div class="actions">
            <button type="submit" class="button primary" data-busy="Saving…">"Save"</button>
            <button type="submit" class="button" name="intent" value="add" data-add="">"Add another origin"</button>
            <a class="button discard" href="/settings/embed?discarded=origins#origins">"Discard"</a>
            <span class="meta" data-unsaved-count="">{unsaved_text(state.rows.iter().filter(|row| row.unsaved).count())}</span>
        </div>
        {paste(state)}
        {refused_sites(&state.refused_lately, true)}
    }
    .into_any()
}

fn row(at: &str, row: &OriginRow, problem: Option<&WireError>) -> AnyView {
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
        .described("origin", row.said.as_ref());
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

/// How many rows are not saved yet; the browser writes it anew while they are edited.
pub(super) fn unsaved_text(count: usize) -> Option<String> {
    // Nothing, not an empty text: the stylesheet looks whether something stands there.
    match count {
        0 => None,
        1 => Some("1 change not saved yet".to_owned()),
        many => Some(format!("{many} changes not saved yet")),
    }
}

/// What somebody else made of a row meanwhile, and the way to take it over.
pub(super) fn theirs(at: &str, theirs: Option<&String>, stored: bool) -> Option<AnyView> {
    let take = stored.then(|| view! { <button type="submit" class="button small" name="intent" value=format!("theirs:{at}")>"Use theirs"</button> });
    theirs.map(|theirs| view! { <p class="notice caution theirs"><bdi>{theirs.clone()}</bdi>" Saving again keeps yours. "{take}</p> }.into_any())
}

fn paste(state: &OriginsState) -> AnyView {
    let line = |(typed, said): &(String, crate::model::SiteSaid)| {
        let word = if said.good { "Added" } else { "Not added" };
        view! { <li><code>{typed.clone()}</code> " " <strong>{word}</strong> " " {site_said(said)}</li> }
    };
    let result = (!state.pasted.is_empty()).then(|| {
        let added = state.pasted.iter().filter(|(_, said)| said.good).count();
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

/// The live part of the tester.
pub fn tester(state: &TesterState) -> AnyView {
    let answer = state.answer.clone().map(|(good, sentence, why)| {
        let class = if good { "notice success" } else { "notice danger" };
        view! { <div class=class><strong><bdi>{sentence}</bdi></strong><p><bdi>{why}</bdi></p></div> }
    });
    view! {
        <input type="hidden" name="form" value="tester" />
        <div class="filter">
            {text_field(Field::new("site-test", "Would this site be allowed?", &state.asked, None).mono(), "text", "off")}
            <button type="submit" class="button" data-busy="Testing…">"Test"</button>
        </div>
        <div class="feedback" role="status" id="tester-feedback" tabindex="-1" data-feedback="">{answer}</div>
    }
    .into_any()
}
