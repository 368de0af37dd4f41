//! The form of the Token Generation Sandbox.

use super::{ticked, value, values};
use crate::model::SandboxState;
use perch_service::{KeyId, PersonaId, SandboxForm, SandboxKey, ViewerForm};

const ATTRIBUTE: &str = "user.attributes.";

/// Puts what was typed back into the form. The pasted key is left out: a secret is never shown again.
pub fn typed(fields: &[(String, String)], state: SandboxState) -> SandboxState {
    SandboxState {
        chosen: value(fields, "key").to_owned(),
        persona: value(fields, "persona").to_owned(),
        persona_name: value(fields, "persona_name").to_owned(),
        persona_shared: ticked(fields, "persona_shared"),
        draft: value(fields, "draft")
            .split(' ')
            .filter(|name| !name.is_empty())
            .take(5)
            .map(str::to_owned)
            .collect(),
        ..filled(state, &viewer(fields))
    }
}

/// The form filled in for a viewer.
pub fn filled(mut state: SandboxState, viewer: &ViewerForm) -> SandboxState {
    for attribute in &mut state.attributes {
        let typed = viewer
            .attributes
            .iter()
            .find(|(name, _)| *name == attribute.name);
        attribute.value = typed.map(|(_, value)| value.clone()).unwrap_or_default();
    }
    SandboxState {
        embed: viewer.embed.clone(),
        distinct_id: viewer.distinct_id.clone(),
        role: viewer.role.clone(),
        context_clues: viewer.context_clues.clone(),
        permissions: viewer
            .permissions
            .iter()
            .map(|(model, name)| format!("{model}.{name}"))
            .collect(),
        lifetime: viewer.lifetime.clone(),
        ..state
    }
}

/// The viewer a token is asked for.
pub fn viewer(fields: &[(String, String)]) -> ViewerForm {
    let both = |both: &str| {
        both.split_once('.')
            .map(|(model, name)| (model.to_owned(), name.to_owned()))
    };
    ViewerForm {
        embed: value(fields, "embed").to_owned(),
        distinct_id: value(fields, "distinctId").to_owned(),
        role: value(fields, "role").to_owned(),
        attributes: fields
            .iter()
            .filter_map(|(name, value)| {
                Some((
                    name.strip_prefix(ATTRIBUTE)?.to_owned(),
                    value.replace("\r\n", "\n"),
                ))
            })
            .collect(),
        context_clues: value(fields, "aiContextClues").replace("\r\n", "\n"),
        permissions: values(fields, "permissions")
            .into_iter()
            .filter_map(both)
            .collect(),
        lifetime: value(fields, "expiresIn").to_owned(),
    }
}

/// The key that was chosen. One that was pasted counts before it.
pub fn chosen(fields: &[(String, String)]) -> Option<KeyId> {
    let pasted = value(fields, "api_key");
    value(fields, "key")
        .parse()
        .ok()
        .filter(|_| pasted.trim().is_empty())
        .map(KeyId)
}

pub fn form(fields: &[(String, String)]) -> SandboxForm {
    SandboxForm {
        key: chosen(fields).map_or_else(
            || SandboxKey::Pasted(value(fields, "api_key").to_owned().into()),
            SandboxKey::Chosen,
        ),
        persona: value(fields, "persona").parse().ok().map(PersonaId),
        viewer: viewer(fields),
    }
}
