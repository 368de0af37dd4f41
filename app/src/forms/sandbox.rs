//! The form of the Token Generation Sandbox.

use super::{value, values};
use crate::model::SandboxState;
use perch_service::{SandboxForm, SandboxKey};

const ATTRIBUTE: &str = "user.attributes.";

/// Puts what was typed back into the form. The pasted key is left out: a secret is never shown again.
pub fn typed(fields: &[(String, String)], mut state: SandboxState) -> SandboxState {
    for attribute in &mut state.attributes {
        value(fields, &format!("{ATTRIBUTE}{}", attribute.name)).clone_into(&mut attribute.value);
    }
    SandboxState {
        chosen: value(fields, "key").to_owned(),
        distinct_id: value(fields, "distinctId").to_owned(),
        role: value(fields, "role").to_owned(),
        context_clues: value(fields, "aiContextClues").to_owned(),
        permissions: values(fields, "permissions").into_iter().map(str::to_owned).collect(),
        lifetime: value(fields, "expiresIn").to_owned(),
        ..state
    }
}

/// A key that was pasted counts before one that was chosen.
pub fn form(fields: &[(String, String)]) -> SandboxForm {
    let pasted = value(fields, "api_key");
    let chosen = value(fields, "key").parse().ok().filter(|_| pasted.trim().is_empty());
    SandboxForm {
        key: chosen.map_or_else(|| SandboxKey::Pasted(pasted.to_owned().into()), |id| SandboxKey::Chosen(perch_service::KeyId(id))),
        distinct_id: value(fields, "distinctId").to_owned(),
        role: value(fields, "role").to_owned(),
        attributes: fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(ATTRIBUTE)?.to_owned(), value.clone()))).collect(),
        context_clues: value(fields, "aiContextClues").to_owned(),
        permissions: values(fields, "permissions")
            .into_iter()
            .filter_map(|both| both.split_once('.'))
            .map(|(model, name)| (model.to_owned(), name.to_owned()))
            .collect(),
        lifetime: value(fields, "expiresIn").to_owned(),
    }
}
