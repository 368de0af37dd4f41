//! Asking once, in the words of the consequence.

use crate::model::Confirm;
use leptos::prelude::*;

/// Stands where the feedback stands, inside the form: going ahead sends the same fields again, with the answer.
pub fn confirm(confirm: &Confirm) -> AnyView {
    let Confirm {
        headline,
        consequences,
        stay,
        field: (name, value),
        verb,
    } = confirm.clone();
    let consequences = consequences
        .into_iter()
        .map(|(change, effect)| view! { <div><dt>{change}</dt><dd>{effect}</dd></div> })
        .collect_view();
    view! {
        <div class="notice caution ask">
            <strong>{headline}</strong>
            <dl>{consequences}</dl>
            <div class="actions">
                <button type="submit" class="button" name="intent" value="keep">{stay}</button>
                <button type="submit" class="button danger" name=name value=value data-busy="Saving…">{verb}</button>
            </div>
        </div>
    }
    .into_any()
}

/// The button that Enter in a field presses, before all others in the document; nobody sees it or tabs to it.
pub fn default_submit() -> AnyView {
    view! { <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true"></button> }.into_any()
}
