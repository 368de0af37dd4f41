//! Personas inside the sandbox's form: one to fill it from, and the ones that are kept.

use crate::components::{Field, checkbox, choice, text_field};
use crate::model::{PersonaRow, SandboxState};
use crate::wire::WireError;
use leptos::prelude::*;

/// Fills the form from a persona.
pub(super) fn choose(state: &SandboxState) -> Option<AnyView> {
    if state.personas.is_empty() {
        return None;
    }
    let named: Vec<(String, String)> = state
        .personas
        .iter()
        .map(|persona| {
            (
                persona.id.clone(),
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

/// Keeps what the form holds as a persona, and changes those that are kept.
pub(super) fn keep(state: &SandboxState, problem: Option<&WireError>) -> AnyView {
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
    let faulty = problem.is_some_and(|problem| {
        problem
            .violations
            .iter()
            .any(|violation| violation.field.starts_with("persona"))
    });
    view! {
        <details class="part" open=faulty>
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

fn row(persona: &PersonaRow, may_share: bool, problem: Option<&WireError>) -> AnyView {
    let PersonaRow {
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
