//! Authorized Origins: rows to edit, one blank row to add, saved together.

use crate::components::{Field, checkbox, choice, feedback, text_field};
use crate::model::{OriginRow, Outcome};
use crate::wire::WireError;
use leptos::prelude::*;

const ENVIRONMENTS: [(&str, &str); 2] = [("development", "Development"), ("production", "Production")];

pub fn origins(rows: &[OriginRow], outcome: &Outcome) -> AnyView {
    let none = !rows.iter().any(|row| !row.id.is_empty());
    let empty = none.then(|| view! { <p class="notice caution">"No site may embed yet: an empty list admits nobody."</p> });
    let rows = rows.iter().enumerate().map(|(at, stored)| row(at, stored, outcome.problem.as_ref())).collect_view();
    view! {
        <input type="hidden" name="form" value="origins" />
        {feedback("origins", outcome)}
        {empty}
        <ul class="rows">{rows}</ul>
        <div class="actions">
            <button type="submit" class="button primary" data-busy="Saving…">"Save"</button>
            <button type="submit" class="button" name="intent" value="add">"Add another origin"</button>
        </div>
    }
    .into_any()
}

fn row(at: usize, row: &OriginRow, problem: Option<&WireError>) -> AnyView {
    let name = |field: &str| format!("origins[{at}].{field}");
    let stored = !row.id.is_empty();
    let legend = if stored { format!("Origin {}", row.origin) } else { "New origin".to_owned() };
    let end = stored.then(|| {
        let remove = checkbox(&name("remove"), "yes", "Remove", row.removed);
        view! { <div class="row-end">{remove}<span class="meta">{row.changed.clone()}</span></div> }
    });
    let hint = if stored { "" } else { "For example https://app.example.com" };
    view! {
        <li>
            <fieldset class="row origin">
                <legend class="visually-hidden">{legend}</legend>
                <input type="hidden" name=name("id") value=row.id.clone() />
                <input type="hidden" name=name("version") value=row.version.clone() />
                {text_field(Field::new(&name("origin"), "Origin", &row.origin, problem).hint(hint).mono(), "text", "off")}
                {text_field(Field::new(&name("label"), "Label", &row.label, problem), "text", "off")}
                {choice(Field::new(&name("environment"), "Environment", &row.environment, problem), &ENVIRONMENTS)}
                {end}
            </fieldset>
        </li>
    }
    .into_any()
}
