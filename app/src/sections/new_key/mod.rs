//! Create API Key. The section stands on a page of its own, outside the settings page.

pub mod fields;
pub mod state;
pub mod view;

use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use super::server_function::server_function;
use crate::components::Outcome;
use crate::wire::Fields;
use leptos::prelude::AnyView;
use perch_domain::{Action, Code};
use perch_service::Refusal;
use state::{NEW_KEY, NewKeySecret, NewKeyState};

pub struct NewKey;

server_function!(create_api_key, "create-api-key", NewKey);

impl Section for NewKey {
    const ID: &'static str = NEW_KEY;
    type State = NewKeyState;

    async fn read(reader: &mut Reader, _: &Fields) -> Result<NewKeyState, Refusal> {
        if !reader.acting.can(Action::CreateKey) {
            return Err(Code::RoleNotAllowed.into());
        }
        Ok(NewKeyState {
            form_id: reader.perch.system.new_id().to_string(),
            scopes: ["mint", "introspect", "revoke"].map(str::to_owned).to_vec(),
            ..NewKeyState::default()
        })
    }

    async fn typed(_: &mut Reader, fields: &Fields) -> Result<NewKeyState, Refusal> {
        Ok(fields::typed(fields))
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<NewKeyState>, Refusal> {
        let keys = &reader.perch.api_keys;
        let created = keys
            .create_key(&reader.acting, &fields::form(fields))
            .await?;
        let state = NewKeyState {
            created: Some(NewKeySecret {
                name: created.name.clone(),
                secret: created.text.expose().to_owned(),
            }),
            ..fields::typed(fields)
        };
        Ok(SectionUpdate::shown(state, NEW_KEY))
    }

    fn outcome(state: &mut NewKeyState) -> Option<&mut Outcome> {
        Some(&mut state.outcome)
    }

    fn view(state: &NewKeyState) -> AnyView {
        match state.created.clone() {
            Some(key) => view::created_dialog(key),
            None => view::form(state),
        }
    }
}
