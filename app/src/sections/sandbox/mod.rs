//! The Token Generation Sandbox: makes a token to try an embed out.

pub mod embed_kind;
pub mod fields;
mod inputs;
mod personas;
mod read;
pub mod state;
mod submit;
mod token_result;
mod view;

use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use super::server_function::{context, refused, rendered, server_function};
use crate::components::Outcome;
use crate::wire::{Fields, RenderedSection, WireError};
use leptos::prelude::*;
use perch_service::Refusal;
use server_fn::codec::Json;
use state::{SANDBOX, SandboxState};

pub struct Sandbox;

server_function!(generate_sandbox_token, "generate-sandbox-token", Sandbox);

/// The request for the typed values, while a person types.
#[server(prefix = "/_console", endpoint = "describe-request", input = Json, output = Json)]
pub async fn describe_request(fields: Fields) -> Result<RenderedSection, WireError> {
    let mut reader = context()?;
    let request = read::typed_request(&mut reader, &fields)
        .await
        .map_err(refused)?;
    Ok(rendered(view::request(&request), ""))
}

impl Section for Sandbox {
    const ID: &'static str = SANDBOX;
    type State = SandboxState;

    async fn read(reader: &mut Reader, _: &Fields) -> Result<SandboxState, Refusal> {
        read::stored(reader).await
    }

    async fn typed(reader: &mut Reader, fields: &Fields) -> Result<SandboxState, Refusal> {
        read::typed(reader, fields).await
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<SandboxState>, Refusal> {
        submit::submit(reader, fields).await
    }

    fn outcome(state: &mut SandboxState) -> Option<&mut Outcome> {
        Some(&mut state.outcome)
    }

    fn view(state: &SandboxState) -> AnyView {
        view::sandbox(state)
    }
}
