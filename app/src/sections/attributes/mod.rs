//! Token Attributes: what a token may say about its viewer.

pub mod fields;
mod read;
pub mod state;
mod submit;
mod view;

use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use super::server_function::server_function;
use crate::components::Outcome;
use crate::wire::Fields;
use leptos::prelude::AnyView;
use perch_service::Refusal;
use state::{ATTRIBUTES, AttributesState};

pub struct Attributes;

server_function!(save_attributes, "save-attributes", Attributes);

impl Section for Attributes {
    const ID: &'static str = ATTRIBUTES;
    type State = AttributesState;

    async fn read(reader: &mut Reader, query: &Fields) -> Result<AttributesState, Refusal> {
        read::stored(reader, query).await
    }

    async fn typed(reader: &mut Reader, fields: &Fields) -> Result<AttributesState, Refusal> {
        read::typed(reader, fields).await
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<AttributesState>, Refusal> {
        submit::submit(reader, fields).await
    }

    fn outcome(state: &mut AttributesState) -> Option<&mut Outcome> {
        Some(&mut state.outcome)
    }

    fn view(state: &AttributesState) -> AnyView {
        view::attributes(state)
    }
}
