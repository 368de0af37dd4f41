//! Generates a sandbox token, and keeps personas.

use super::embed_kind::EmbedKind;
use super::fields;
use super::read::{request, token as token_of, typed};
use super::state::SandboxState;
use crate::components::Confirm;
use crate::sections::fields::{intent, ticked, value};
use crate::sections::introspection::state::INTROSPECTION;
use crate::sections::reader::Reader;
use crate::sections::section::SectionUpdate;
use crate::wire::Fields;
use perch_domain::Code;
use perch_service::{PersonaForm, PersonaId, PersonaView, Refusal, ViewerForm};

pub async fn submit(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<SandboxState>, Refusal> {
    match intent(fields) {
        ("fill", _) => fill(reader, fields).await,
        ("keep", _) => Ok(SectionUpdate::shown(
            typed(reader, fields).await?,
            "sandbox-feedback",
        )),
        ("introspect", _) => Ok(SectionUpdate::HandedOver {
            state: typed(reader, fields).await?,
            to: INTROSPECTION,
            fields: vec![(
                "token".to_owned(),
                value(fields, "sandbox-token").to_owned(),
            )],
        }),
        ("preset", _) => {
            let mut state = typed(reader, fields).await?;
            let permissions = state.embed.map_or(&[][..], EmbedKind::permissions);
            state.permissions = permissions.iter().map(|text| (*text).to_owned()).collect();
            let viewer = ViewerForm {
                permissions: fields::permissions(permissions.iter().copied()),
                ..fields::viewer(fields)
            };
            state.request = request(reader, &viewer, fields::chosen(fields)).await?;
            Ok(SectionUpdate::shown(
                state,
                format!("embed-{}", value(fields, "embed")),
            ))
        }
        ("persona-new", _) => {
            let form = PersonaForm {
                id: None,
                name: value(fields, "persona_name").to_owned(),
                shared: ticked(fields, "persona_shared"),
                viewer: Some(fields::viewer(fields)),
            };
            let name = form.name.trim().to_owned();
            let id = reader
                .perch
                .sandbox
                .save_persona(&reader.acting, form)
                .await?;
            reader.forget();
            let state = SandboxState {
                persona: id.to_string(),
                persona_name: String::new(),
                persona_shared: false,
                ..typed(reader, fields).await?
            };
            Ok(done(state, format!("Saved the persona {name}.")))
        }
        (verb @ ("persona-save" | "persona-overwrite"), id) => {
            let (id, known) = persona(reader, id).await?;
            let form = PersonaForm {
                id: Some(id),
                name: value(fields, &format!("personas.{id}.name")).to_owned(),
                shared: ticked(fields, &format!("personas.{id}.shared")),
                viewer: (verb == "persona-overwrite").then(|| fields::viewer(fields)),
            };
            reader
                .perch
                .sandbox
                .save_persona(&reader.acting, form)
                .await?;
            reader.forget();
            Ok(done(
                typed(reader, fields).await?,
                format!("Saved the persona {}.", known.name),
            ))
        }
        ("persona-delete", id) => {
            let (id, known) = persona(reader, id).await?;
            let mut state = typed(reader, fields).await?;
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
            Ok(SectionUpdate::shown(state, "sandbox-feedback"))
        }
        ("persona-delete-sure", id) => {
            let (id, known) = persona(reader, id).await?;
            let sandbox = &reader.perch.sandbox;
            sandbox.delete_persona(&reader.acting, id).await?;
            reader.forget();
            Ok(done(
                typed(reader, fields).await?,
                format!("Deleted the persona {}.", known.name),
            ))
        }
        _ => {
            let minted = reader
                .perch
                .sandbox
                .generate_sandbox_token(&reader.acting, &fields::form(fields))
                .await?;
            reader.forget();
            let token = token_of(reader, minted.token).await?;
            let state = SandboxState {
                token,
                ..typed(reader, fields).await?
            };
            Ok(SectionUpdate::shown(state, "sandbox-result"))
        }
    }
}

/// The section after personas were changed, with a sentence about the change.
fn done(mut state: SandboxState, sentence: String) -> SectionUpdate<SandboxState> {
    state.outcome.done = Some(sentence);
    SectionUpdate::shown(state, "sandbox-feedback")
}

async fn persona(reader: &mut Reader, id: &str) -> Result<(PersonaId, PersonaView), Refusal> {
    let id = id
        .parse()
        .map(PersonaId)
        .map_err(|_| Refusal::from(Code::NotFound))?;
    let personas = reader.personas().await?;
    let known = personas.iter().find(|persona| persona.id == id);
    known
        .map(|known| (id, known.clone()))
        .ok_or_else(|| Code::NotFound.into())
}

/// Fills the form with the values of a persona. The key stays.
async fn fill(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<SandboxState>, Refusal> {
    let chosen = value(fields, "persona");
    let mut state = typed(reader, fields).await?;
    if chosen.is_empty() {
        return Ok(SectionUpdate::shown(state, "persona"));
    }
    let (id, known) = persona(reader, chosen).await?;
    let sandbox = &reader.perch.sandbox;
    let viewer = sandbox.persona_viewer(&reader.acting, id).await?;
    state = fields::filled(state, &viewer);
    state.request = request(reader, &viewer, fields::chosen(fields)).await?;
    state.outcome.done = Some(format!("The form is filled in as {}.", known.name));
    Ok(SectionUpdate::shown(state, "persona"))
}
