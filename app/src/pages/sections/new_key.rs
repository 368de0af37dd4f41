//! Create API Key: the form, and then the secret. Alive, the secret comes in a dialog that only its own button closes;
//! as a plain page it stands in the answer to the form.

use crate::components::{Field, checkbox, feedback, new_key as new_key_view, text_field};
use crate::model::{NewKey, NewKeyState, Outcome};
use leptos::prelude::*;

pub fn new_key(state: &NewKeyState) -> AnyView {
    let problem = state.problem.as_ref();
    let has = |scope: &str| state.scopes.iter().any(|held| held == scope);
    let outcome = Outcome {
        problem: state.problem.clone(),
        done: None,
    };
    view! {
        <input type="hidden" name="form_id" value=state.form_id.clone() />
        {feedback("new-key", &outcome)}
        {text_field(Field::new("name", "Name", &state.name, problem).hint("What uses it, for example Production backend."), "text", "off")}
        {text_field(Field::new("expires_on", "Expires on", &state.expires_on, problem).hint("Optional. The key works until the end of that day, UTC."), "date", "off")}
        <fieldset class="part">
            <legend>"The key may"</legend>
            {checkbox("scopes", "mint", "Generate tokens", has("mint"))}
            {checkbox("scopes", "introspect", "Introspect its own tokens", has("introspect"))}
            {checkbox("scopes", "revoke", "Revoke its own tokens", has("revoke"))}
        </fieldset>
        {checkbox("sandbox_shared", "yes", "May be used in the sandbox by others in the organization", state.sandbox_shared)}
        <div class="actions">
            <button type="submit" class="button primary" data-busy="Creating…">"Create API Key"</button>
            <a class="button" href="/account#api-keys">"Cancel"</a>
        </div>
    }
    .into_any()
}

/// The secret on a page of its own.
pub fn created(key: NewKey) -> AnyView {
    view! {
        <h2 id="new-key-title">"Store your new API key"</h2>
        {new_key_view(key)}
        <div class="actions"><a class="button primary" href="/account#api-keys">"I have stored it"</a></div>
    }
    .into_any()
}

/// The secret in a dialog: neither Esc nor a click beside it closes it.
pub fn created_dialog(key: NewKey) -> AnyView {
    view! { <dialog class="dialog" aria-labelledby="new-key-title" closedby="none">{created(key)}</dialog> }.into_any()
}
