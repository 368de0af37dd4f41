//! The Token Generation Sandbox: a token is made; personas fill the form and are kept.

use super::Turn;
use crate::forms;
use crate::model::{Confirm, Outcome, SandboxState};
use crate::present;
use crate::wire::{Fields, WireError};
use perch_domain::Code;
use perch_service::{ActorContext, Perch, PersonaForm, PersonaId, PersonaView, Refusal};

pub use crate::present::sandbox as stored;

async fn typed(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<SandboxState, Refusal> {
    let mut state = forms::sandbox::typed(fields, present::sandbox(perch, acting).await?);
    state.request = present::request(
        perch,
        acting,
        &forms::sandbox::viewer(fields),
        forms::sandbox::chosen(fields),
    )
    .await?;
    // A token that was made a moment ago stays on the page.
    let made = forms::value(fields, "sandbox-token").trim();
    if !made.is_empty() {
        state.token = present::token_result(perch, acting, made.to_owned()).await?;
    }
    Ok(state)
}

/// The section as it was typed, where another one was submitted from it.
pub async fn kept(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<SandboxState, Refusal> {
    typed(perch, acting, fields).await
}

/// What a backend would send for what the form holds now.
pub async fn describe(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<crate::model::RequestView, Refusal> {
    present::request(
        perch,
        acting,
        &forms::sandbox::viewer(fields),
        forms::sandbox::chosen(fields),
    )
    .await
}

pub async fn submit(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<SandboxState>, Refusal> {
    match forms::intent(fields) {
        ("fill", _) => fill(perch, acting, fields).await,
        ("keep", _) => Ok(Turn::show(
            typed(perch, acting, fields).await?,
            "sandbox-feedback",
        )),
        ("preset", _) => {
            let mut state = typed(perch, acting, fields).await?;
            state.permissions = present::preset(&state.embed)
                .iter()
                .map(|granted| (*granted).to_owned())
                .collect();
            let viewer = perch_service::ViewerForm {
                permissions: present::split(&state.permissions),
                ..forms::sandbox::viewer(fields)
            };
            state.request =
                present::request(perch, acting, &viewer, forms::sandbox::chosen(fields)).await?;
            Ok(Turn::show(
                state,
                format!("embed-{}", forms::value(fields, "embed")),
            ))
        }
        ("persona-new", _) => {
            let form = PersonaForm {
                id: None,
                name: forms::value(fields, "persona_name").to_owned(),
                shared: forms::ticked(fields, "persona_shared"),
                viewer: Some(forms::sandbox::viewer(fields)),
            };
            let name = form.name.trim().to_owned();
            let id = perch.sandbox.save_persona(acting, form).await?;
            let state = SandboxState {
                persona: id.to_string(),
                persona_name: String::new(),
                persona_shared: false,
                ..typed(perch, acting, fields).await?
            };
            Ok(told(state, format!("Saved the persona {name}.")))
        }
        (verb @ ("persona-save" | "persona-overwrite"), id) => {
            let (id, known) = persona(perch, acting, id).await?;
            let form = PersonaForm {
                id: Some(id),
                name: forms::value(fields, &format!("personas.{id}.name")).to_owned(),
                shared: forms::ticked(fields, &format!("personas.{id}.shared")),
                viewer: (verb == "persona-overwrite").then(|| forms::sandbox::viewer(fields)),
            };
            perch.sandbox.save_persona(acting, form).await?;
            Ok(told(
                typed(perch, acting, fields).await?,
                format!("Saved the persona {}.", known.name),
            ))
        }
        ("persona-delete", id) => {
            let (id, known) = persona(perch, acting, id).await?;
            let mut state = typed(perch, acting, fields).await?;
            let effect = if known.shared {
                "Colleagues who use it lose it too."
            } else {
                "Nobody else uses it."
            };
            state.confirm = Some(Confirm {
                stay: "Keep editing",
                headline: "Tokens made as this persona live on until they expire.".to_owned(),
                consequences: vec![(format!("Delete {}", known.name), effect.to_owned())],
                field: ("intent", format!("persona-delete-sure:{id}")),
                verb: format!("Delete {}", known.name),
            });
            Ok(Turn::show(state, "sandbox-feedback"))
        }
        ("persona-delete-sure", id) => {
            let (id, known) = persona(perch, acting, id).await?;
            perch.sandbox.delete_persona(acting, id).await?;
            Ok(told(
                typed(perch, acting, fields).await?,
                format!("Deleted the persona {}.", known.name),
            ))
        }
        _ => {
            let minted = perch
                .sandbox
                .generate_sandbox_token(acting, &forms::sandbox::form(fields))
                .await?;
            let token = present::token_result(perch, acting, minted.token).await?;
            let state = SandboxState {
                token,
                ..typed(perch, acting, fields).await?
            };
            Ok(Turn::show(state, "sandbox-result"))
        }
    }
}

fn told(mut state: SandboxState, done: String) -> Turn<SandboxState> {
    state.outcome.done = Some(done);
    Turn::show(state, "sandbox-feedback")
}

async fn persona(
    perch: &Perch,
    acting: &ActorContext,
    id: &str,
) -> Result<(PersonaId, PersonaView), Refusal> {
    let id = id
        .parse()
        .map(PersonaId)
        .map_err(|_| Refusal::from(Code::NotFound))?;
    let known = perch
        .sandbox
        .personas(acting)
        .await?
        .into_iter()
        .find(|persona| persona.id == id);
    known
        .map(|known| (id, known))
        .ok_or_else(|| Code::NotFound.into())
}

/// The form as a persona has it; key and everything else stay.
async fn fill(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<SandboxState>, Refusal> {
    let chosen = forms::value(fields, "persona");
    let mut state = typed(perch, acting, fields).await?;
    if chosen.is_empty() {
        return Ok(Turn::show(state, "persona"));
    }
    let (id, known) = persona(perch, acting, chosen).await?;
    let viewer = perch.sandbox.persona_viewer(acting, id).await?;
    state = forms::sandbox::filled(state, &viewer);
    state.request =
        present::request(perch, acting, &viewer, forms::sandbox::chosen(fields)).await?;
    state.outcome.done = Some(format!("The form is filled in as {}.", known.name));
    Ok(Turn::show(state, "persona"))
}

pub async fn refused(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
    problem: WireError,
) -> Result<SandboxState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    Ok(SandboxState {
        outcome: Outcome {
            problem: Some(problem),
            done: None,
        },
        ..state
    })
}
