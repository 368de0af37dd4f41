//! Custom Attributes: rows to edit and add, saved together.

use crate::components::{Field, checkbox, choice, feedback, text_field};
use crate::model::{AttributeRow, Outcome};
use crate::wire::WireError;
use leptos::prelude::*;

const KINDS: [(&str, &str); 5] = [("String", "String"), ("Integer", "Integer"), ("Numeric", "Numeric"), ("Boolean", "Boolean"), ("Date", "Date")];

pub fn attributes(rows: &[AttributeRow], outcome: &Outcome) -> AnyView {
    let empty = rows.is_empty().then(|| {
        view! { <p class="meta">"None yet. Declare what your backend will send about a viewer, for example region as String; access rules build on it."</p> }
    });
    let rows = rows.iter().enumerate().map(|(at, stored)| row(at, stored, outcome.problem.as_ref())).collect_view();
    view! {
        <input type="hidden" name="form" value="attributes" />
        {feedback("attributes", outcome)}
        {empty}
        <ul class="rows">{rows}</ul>
        <div class="actions">
            <button type="submit" class="button primary" data-busy="Saving…">"Save changes"</button>
            <button type="submit" class="button" name="intent" value="add">"Add an attribute"</button>
        </div>
    }
    .into_any()
}

fn row(at: usize, row: &AttributeRow, problem: Option<&WireError>) -> AnyView {
    let name = |field: &str| format!("attributes[{at}].{field}");
    let stored = !row.id.is_empty();
    let legend = if stored { format!("Attribute {}", row.name) } else { "New attribute".to_owned() };
    let remove = stored.then(|| checkbox(&name("remove"), "yes", "Remove", row.removed));
    view! {
        <li>
            <fieldset class="row attribute">
                <legend class="visually-hidden">{legend}</legend>
                <input type="hidden" name=name("id") value=row.id.clone() />
                <input type="hidden" name=name("version") value=row.version.clone() />
                {text_field(Field::new(&name("name"), "Name", &row.name, problem).mono(), "text", "off")}
                {choice(Field::new(&name("type"), "Type", &row.kind, problem), &KINDS)}
                {text_field(Field::new(&name("example"), "Example", &row.example, problem), "text", "off")}
                {text_field(Field::new(&name("description"), "Description", &row.description, problem), "text", "off")}
                <div class="row-end">
                    {checkbox(&name("list"), "yes", "List of values", row.list)}
                    {checkbox(&name("required"), "yes", "Required", row.required)}
                    {remove}
                    <span class="meta">{row.changed.clone()}</span>
                </div>
            </fieldset>
        </li>
    }
    .into_any()
}
