//! Renders the form for a new API key, and the new key.

use super::state::{NEW_KEY, NewKeySecret, NewKeyState};
use crate::components::{Field, checkbox, copy_button, feedback, read_only, text_field};
use leptos::prelude::*;

pub fn form(state: &NewKeyState) -> AnyView {
    let problem = state.outcome.problem.as_ref();
    let has = |scope: &str| state.scopes.iter().any(|held| held == scope);
    view! {
        <input type="hidden" name="form_id" value=state.form_id.clone() />
        {feedback(NEW_KEY, &state.outcome)}
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

/// The new key on a page of its own, for a plain form.
pub fn created(key: NewKeySecret) -> AnyView {
    view! {
        <h2 id="new-key-title">"Store your new API key"</h2>
        {secret(key)}
        <div class="actions"><a class="button primary" href="/account#api-keys">"I have stored it"</a></div>
    }
    .into_any()
}

/// The new key in a dialog that only its own button closes.
pub fn created_dialog(key: NewKeySecret) -> AnyView {
    view! { <dialog class="dialog" aria-labelledby="new-key-title" closedby="none">{created(key)}</dialog> }.into_any()
}

/// The key's text, and how to store it.
fn secret(key: NewKeySecret) -> AnyView {
    let line = format!("PERCH_API_KEY={}", key.secret);
    view! {
        <p>"This is the only time the key " <strong><bdi>{key.name}</bdi></strong> " is shown. Store it in a password manager or your backend's secret store."</p>
        {read_only("new-key", None, "API key", key.secret, "2")}
        {copy_button("new-key")}
        <p class="notice caution">"Never put it in a web page or an app: whoever reads it can make tokens for any viewer."</p>
        {read_only("new-key-env", None, "Line for your backend's .env file", line, "2")}
        {copy_button("new-key-env")}
    }
    .into_any()
}
