//! Reads the form of the Token Generation Sandbox.

use super::embed_kind::EmbedKind;
use super::state::SandboxState;
use crate::sections::fields::{ticked, value, values};
use perch_service::{KeyId, PersonaId, SandboxForm, SandboxKey, ViewerForm};

const ATTRIBUTE: &str = "user.attributes.";

/// Puts the typed values back into the form. A pasted key is a secret and is not shown again.
pub fn typed(fields: &[(String, String)], state: SandboxState) -> SandboxState {
    SandboxState {
        chosen: value(fields, "key").to_owned(),
        persona: value(fields, "persona").to_owned(),
        persona_name: value(fields, "persona_name").to_owned(),
        persona_shared: ticked(fields, "persona_shared"),
        unsaved_attributes: value(fields, "draft")
            .split(' ')
            .filter(|name| !name.is_empty())
            .take(5)
            .map(str::to_owned)
            .collect(),
        ..filled(state, &viewer(fields))
    }
}

/// Fills the form in for a viewer.
pub fn filled(mut state: SandboxState, viewer: &ViewerForm) -> SandboxState {
    for attribute in &mut state.attributes {
        let typed = viewer
            .attributes
            .iter()
            .find(|(name, _)| *name == attribute.name);
        attribute.value = typed.map(|(_, value)| value.clone()).unwrap_or_default();
    }
    SandboxState {
        embed: EmbedKind::parse(&viewer.embed),
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

/// The viewer whom the token is for.
pub fn viewer(fields: &[(String, String)]) -> ViewerForm {
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
        permissions: permissions(values(fields, "permissions")),
        lifetime: value(fields, "expiresIn").to_owned(),
    }
}

/// Splits each `model.permission` in two.
pub fn permissions<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<(String, String)> {
    texts
        .into_iter()
        .filter_map(|text| text.split_once('.'))
        .map(|(model, permission)| (model.to_owned(), permission.to_owned()))
        .collect()
}

/// The chosen key, unless a key was pasted.
pub fn chosen(fields: &[(String, String)]) -> Option<KeyId> {
    let pasted = value(fields, "api_key");
    value(fields, "key")
        .parse()
        .ok()
        .filter(|_| pasted.trim().is_empty())
        .map(KeyId)
}

/// The token that the form asks for.
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
