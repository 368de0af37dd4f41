//! Renders the form of Token Attributes: rows to edit, dropped attributes, and a field for a sample.

use super::state::{AttributeFields, AttributesState, DroppedLine};
use crate::components::{
    Field, checkbox, choice, default_submit, feedback_or, pages, text_area, text_field,
};
use crate::sections::list_edit::{theirs, unsaved_text};
use crate::wire::WireError;
use leptos::prelude::*;

const KINDS: [(&str, &str); 5] = [
    ("String", "String"),
    ("Integer", "Integer"),
    ("Numeric", "Numeric"),
    ("Boolean", "Boolean"),
    ("Date", "Date"),
];

/// Names that many organizations need, offered while typing.
const COMMON: [&str; 12] = [
    "region",
    "country",
    "department",
    "team",
    "tenant_id",
    "customer_id",
    "store_ids",
    "brands",
    "plan",
    "tier",
    "locale",
    "premium",
];

pub fn attributes(state: &AttributesState) -> AnyView {
    let problem = state.outcome.problem.as_ref();
    let empty = (state.paging.total == 0 && state.rows.is_empty()).then(|| {
        view! { <p class="meta">"None yet. Declare what your backend will send about a viewer, for example region as String; access rules build on it."</p> }
    });
    let rows = state
        .rows
        .iter()
        .enumerate()
        .map(|(at, stored)| row(&at.to_string(), stored, problem))
        .collect_view();
    let offered = COMMON
        .iter()
        .filter(|name| state.rows.iter().all(|row| row.name != **name))
        .map(|name| view! { <option value=*name></option> })
        .collect_view();
    view! {
        {default_submit()}
        <input type="hidden" name="form" value="attributes" />
        {feedback_or("attributes", &state.outcome, state.confirm.as_ref())}
        {empty}
        <ul class="rows" data-rows="">{rows}</ul>
        <template>{row("ROWNUMBER", &AttributeFields::blank(), None)}</template>
        <datalist id="attribute-names">{offered}</datalist>
        {pages("attributes", &state.paging)}
        <div class="actions">
            <button type="submit" class="button primary" data-busy="Saving…">"Save changes"</button>
            <button type="submit" class="button" name="intent" value="add" data-add="">"Add an attribute"</button>
            <a class="button discard" href="/settings/embed?discarded=attributes#attributes">"Discard"</a>
            <span class="meta" data-unsaved-count="">{unsaved_text(state.rows.iter().filter(|row| row.unsaved).count())}</span>
        </div>
        {dropped(&state.dropped)}
        {import(state, problem)}
    }
    .into_any()
}

fn row(at: &str, row: &AttributeFields, problem: Option<&WireError>) -> AnyView {
    let name = |field: &str| format!("attributes[{at}].{field}");
    let stored = !row.id.is_empty();
    let legend = if stored {
        format!("Attribute {}", row.name)
    } else {
        "New attribute".to_owned()
    };
    let remove = stored.then(|| checkbox(&name("remove"), "yes", "Remove", row.removed));
    let used = (!row.used.is_empty())
        .then(|| view! { <span class="meta"><bdi>{row.used.clone()}</bdi></span> });
    let example_name = name("example");
    let example = Field::new(&example_name, "Example", &row.example, problem);
    let example = if row.list {
        text_area(example.hint("One a line"), "2")
    } else {
        text_field(example, "text", "off")
    };
    view! {
        <li data-unsaved=row.unsaved.then_some("")>
            <fieldset class="row attribute">
                <legend class="visually-hidden">{legend}</legend>
                <input type="hidden" name=name("id") value=row.id.clone() />
                <input type="hidden" name=name("version") value=row.version.clone() />
                <input type="hidden" name=name("was") value=row.was.clone() />
                {text_field(Field::new(&name("name"), "Name", &row.name, problem).mono().suggestions("attribute-names"), "text", "off")}
                {choice(Field::new(&name("type"), "Type", &row.kind, problem), &KINDS)}
                {example}
                {text_field(Field::new(&name("description"), "Description", &row.description, problem), "text", "off")}
                {theirs(at, row.theirs.as_ref(), stored)}
                <div class="row-end">
                    {checkbox(&name("list"), "yes", "List of values", row.list)}
                    {checkbox(&name("required"), "yes", "Required", row.required)}
                    {remove}
                    {used}
                    <span class="meta"><bdi>{row.changed.clone()}</bdi></span>
                </div>
            </fieldset>
        </li>
    }
    .into_any()
}

fn dropped(dropped: &[DroppedLine]) -> Option<AnyView> {
    if dropped.is_empty() {
        return None;
    }
    let row = |row: &DroppedLine| {
        let end = if row.error.is_empty() {
            view! { <button type="submit" class="button small" name="intent" value=format!("declare:{}", row.name)>"Declare"<span class="visually-hidden">" "{row.name.clone()}</span></button> }.into_any()
        } else {
            view! { <span class="meta">{format!("Cannot be declared under this name: {}", row.error)}</span> }.into_any()
        };
        view! { <li><code>{row.name.clone()}</code> " " <span class="meta"><bdi>{row.summary.clone()}</bdi>"."</span> " " {end}</li> }
    };
    Some(
        view! {
            <section class="part stack">
                <h5>"Sent but not declared"</h5>
                <p class="meta">"Migration mode left these out of tokens. Declare them, or have the backend stop sending them; afterwards they are refused."</p>
                <ul class="plain-list">{dropped.iter().map(row).collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn import(state: &AttributesState, problem: Option<&WireError>) -> AnyView {
    let left_out = state
        .sampled
        .iter()
        .map(|(name, reason)| view! { <li><code>{name.clone()}</code> " " {reason.clone()}</li> })
        .collect_view();
    let left_out = (!state.sampled.is_empty())
        .then(|| view! { <ul class="plain-list notice">{left_out}</ul> });
    let open = !state.sample.is_empty() || !state.sampled.is_empty();
    let field = Field::new(
        "sample",
        "A sample of what your backend would send",
        &state.sample,
        problem,
    );
    view! {
        <details class="part" open=open>
            <summary>"Import from a sample"</summary>
            <div class="stack">
                {left_out}
                {text_area(field.hint("JSON, such as {\"region\": \"North\", \"tier\": 3}, or a whole request. Types come from the values.").mono(), "5")}
                <div class="actions"><button type="submit" class="button" name="intent" value="import" data-busy="Reading…">"Add these attributes"</button></div>
            </div>
        </details>
    }
    .into_any()
}
