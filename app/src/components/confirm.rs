//! A question that is asked once before something is done, with the consequences.

use leptos::prelude::*;

/// A question, and the buttons that answer it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirm {
    pub headline: String,
    /// Each change, and its effect.
    pub consequences: Vec<(String, String)>,
    /// The label of the button that does not go ahead.
    pub stay: &'static str,
    /// Name and value of the button that goes ahead, and its label.
    pub field: (&'static str, String),
    pub verb: String,
}

/// The question, in the place of the feedback inside the form. Going ahead sends the same fields again, with the answer.
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

/// The button that Enter in a field presses. It comes first in the form, and is neither visible nor focusable.
pub fn default_submit() -> AnyView {
    view! { <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true"></button> }.into_any()
}
