//! Authorized Origins: the sites where components may render.

pub mod fields;
pub mod read;
pub mod refused_sites;
pub mod state;
mod submit;
pub mod tester;
mod view;

use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use super::server_function::{context, refused, rendered, server_function};
use crate::components::{Outcome, origin_feedback};
use crate::wire::{Fields, RenderedSection, WireError};
use leptos::prelude::*;
use perch_service::Refusal;
use server_fn::codec::Json;
use state::{ORIGINS, OriginsState};

pub struct Origins;

server_function!(save_origins, "save-origins", Origins);

/// Feedback about the text of one field, while a person types.
#[server(prefix = "/_console", endpoint = "describe-origin", input = Json, output = Json)]
pub async fn describe_origin(fields: Fields) -> Result<RenderedSection, WireError> {
    let reader = context()?;
    let feedback = read::describe(&reader, &fields).await.map_err(refused)?;
    let view = feedback.map(|feedback| origin_feedback(&feedback));
    Ok(rendered(view.into_any(), ""))
}

impl Section for Origins {
    const ID: &'static str = ORIGINS;
    type State = OriginsState;

    async fn read(reader: &mut Reader, query: &Fields) -> Result<OriginsState, Refusal> {
        read::stored(reader, query).await
    }

    async fn typed(reader: &mut Reader, fields: &Fields) -> Result<OriginsState, Refusal> {
        read::typed(reader, fields).await
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<OriginsState>, Refusal> {
        submit::submit(reader, fields).await
    }

    fn outcome(state: &mut OriginsState) -> Option<&mut Outcome> {
        Some(&mut state.outcome)
    }

    fn view(state: &OriginsState) -> AnyView {
        view::origins(state)
    }
}
