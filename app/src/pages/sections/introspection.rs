//! Token Introspection: paste a token, read what it says.

use crate::components::{Field, feedback, reading as reading_view, text_area};
use crate::model::{Outcome, Reading};
use leptos::prelude::*;

/// `pasted` is shown again beside what it says.
pub fn introspection(pasted: &str, reading: Option<Reading>, outcome: &Outcome) -> AnyView {
    let reading = reading.map(|reading| view! { <div id="introspection-result" tabindex="-1">{reading_view(reading)}</div> });
    let field = Field::new("token", "JWT Token", pasted, outcome.problem.as_ref()).mono();
    view! {
        <input type="hidden" name="form" value="introspection" />
        {feedback("introspection", outcome)}
        {text_area(field.hint("Quotes, blanks and the word Bearer around it do no harm. The token is not stored."), "4")}
        <div class="actions"><button type="submit" class="button primary" data-busy="Reading…">"Introspect Token"</button></div>
        {reading}
    }
    .into_any()
}
