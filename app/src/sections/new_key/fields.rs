//! Reads the form for a new API key.

use super::state::NewKeyState;
use crate::sections::fields::{ticked, value, values};
use perch_domain::access::Scopes;
use perch_service::NewKeyForm;

/// The form with the typed values.
pub fn typed(fields: &[(String, String)]) -> NewKeyState {
    NewKeyState {
        form_id: value(fields, "form_id").to_owned(),
        name: value(fields, "name").to_owned(),
        expires_on: value(fields, "expires_on").to_owned(),
        scopes: values(fields, "scopes")
            .into_iter()
            .map(str::to_owned)
            .collect(),
        sandbox_shared: ticked(fields, "sandbox_shared"),
        ..NewKeyState::default()
    }
}

/// The key that the form asks for.
pub fn form(fields: &[(String, String)]) -> NewKeyForm {
    let typed = typed(fields);
    NewKeyForm {
        form_id: typed.form_id.parse().ok(),
        scopes: Scopes::from_text(&typed.scopes.join(" ")),
        name: typed.name,
        expires_on: typed.expires_on,
        sandbox_shared: typed.sandbox_shared,
    }
}
