//! Renders the personas of the sandbox: a choice that fills the form, and the list of saved personas.

use super::state::{PersonaLine, SandboxState};
use crate::components::{Field, checkbox, choice, text_field};
use crate::wire::WireError;
use leptos::prelude::*;

/// The persona that fills the form.
pub fn choose(state: &SandboxState) -> Option<AnyView> {
    if state.personas.is_empty() {
        return None;
    }
    let named: Vec<(String, String)> = state
        .personas
        .iter()
        .map(|persona| {
            (
                persona.id.to_string(),
                if persona.owner.is_empty() {
                    persona.name.clone()
                } else {
                    format!("{} (by {})", persona.name, persona.owner)
                },
            )
        })
        .collect();
    let mut options = vec![("", "None")];
    options.extend(named.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    Some(
        view! {
            <div class="filter">
                {choice(Field::new("persona", "Persona", &state.persona, None), &options)}
                <button type="submit" class="button" id="persona-fill" name="intent" value="fill" data-busy="Filling in…">"Fill the form"</button>
            </div>
        }
        .into_any(),
    )
}

/// Saves the form as a persona, and edits saved personas.
pub fn keep(state: &SandboxState, problem: Option<&WireError>) -> AnyView {
    let share = state.may_share.then(|| {
        checkbox(
            "persona_shared",
            "yes",
            "Shared with the organization",
            state.persona_shared,
        )
    });
    let rows = state
        .personas
        .iter()
        .filter(|persona| persona.may_edit)
        .map(|persona| row(persona, state.may_share, problem))
        .collect_view();
    let is_invalid = problem.is_some_and(|problem| {
        problem
            .violations
            .iter()
            .any(|violation| violation.field.starts_with("persona"))
    });
    view! {
        <details class="part" open=is_invalid>
            <summary>"Save as persona"</summary>
            <div class="stack">
                <p class="meta">"A persona is a made-up viewer, such as Paris sales rep, to fill this form with one click. Colleagues with the console role Explorer make tokens as shared ones. The API key is never part of it."</p>
                <div class="filter" data-enter="">
                    {text_field(Field::new("persona_name", "Name of the persona", &state.persona_name, problem), "text", "off")}
                    {share}
                    <button type="submit" class="button" name="intent" value="persona-new" data-busy="Saving…">"Save as persona"</button>
                </div>
                <ul class="rows">{rows}</ul>
            </div>
        </details>
    }
    .into_any()
}

fn row(persona: &PersonaLine, may_share: bool, problem: Option<&WireError>) -> AnyView {
    let PersonaLine {
        id,
        name,
        shared,
        changed,
        ..
    } = persona.clone();
    let field = format!("personas.{id}.name");
    let share = (may_share || shared)
        .then(|| checkbox(&format!("personas.{id}.shared"), "yes", "Shared", shared));
    view! {
        <li>
            <fieldset class="row" data-enter="">
                <legend class="visually-hidden">{format!("Persona {name}")}</legend>
                {text_field(Field::new(&field, "Name", &name, problem), "text", "off")}
                <div class="row-end">
                    {share}
                    <button type="submit" class="button small" name="intent" value=format!("persona-save:{id}")>"Save name and sharing"</button>
                    <button type="submit" class="button small" name="intent" value=format!("persona-overwrite:{id}")>"Replace its values with the form above"</button>
                    <button type="submit" class="button small" name="intent" value=format!("persona-delete:{id}")>"Delete"<span class="visually-hidden">" "{name.clone()}</span></button>
                    <span class="meta"><bdi>{changed}</bdi></span>
                </div>
            </fieldset>
        </li>
    }
    .into_any()
}
