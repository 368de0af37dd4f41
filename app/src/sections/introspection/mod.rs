//! Token Introspection: what a token says, and why it is refused.

mod read;
pub mod reports;
pub mod state;
mod submit;
pub mod token_report;
mod view;

use super::fields::value;
use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use super::server_function::server_function;
use crate::components::Outcome;
use crate::wire::Fields;
use leptos::prelude::AnyView;
use perch_service::Refusal;
use state::{INTROSPECTION, IntrospectionState};

pub struct Introspection;

server_function!(introspect_token, "introspect-token", Introspection);

impl Section for Introspection {
    const ID: &'static str = INTROSPECTION;
    type State = IntrospectionState;

    async fn read(reader: &mut Reader, query: &Fields) -> Result<IntrospectionState, Refusal> {
        read::stored(reader, value(query, "token")).await
    }

    async fn typed(reader: &mut Reader, fields: &Fields) -> Result<IntrospectionState, Refusal> {
        read::typed(reader, fields).await
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<IntrospectionState>, Refusal> {
        submit::submit(reader, fields).await
    }

    fn outcome(state: &mut IntrospectionState) -> Option<&mut Outcome> {
        Some(&mut state.outcome)
    }

    fn view(state: &IntrospectionState) -> AnyView {
        view::introspection(state)
    }
}
