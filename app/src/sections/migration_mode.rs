//! Migration mode: until a day, undeclared attributes are left out of tokens instead of refused.
//!
//! A plain form inside Token Attributes, because it is saved apart from the rows.

use super::fields::{intent, value};
use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use crate::components::{Field, Outcome, feedback, text_field};
use crate::wire::Fields;
use leptos::prelude::*;
use perch_domain::time;
use perch_service::Refusal;

/// The field with the day.
const FIELD: &str = "migration_until";

pub struct MigrationMode;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationModeState {
    /// The last day, while migration mode is on.
    pub until: Option<String>,
    pub typed: String,
    pub outcome: Outcome,
}

impl Section for MigrationMode {
    const ID: &'static str = "migration";
    type State = MigrationModeState;

    async fn read(reader: &mut Reader, _: &Fields) -> Result<MigrationModeState, Refusal> {
        reader.refresh().await?;
        let until = reader.perch.settings.migration_until(&reader.acting)?;
        let day = until.map(|until| {
            let end = time::rfc3339(until - 1);
            end.chars().take(10).collect::<String>()
        });
        Ok(MigrationModeState {
            typed: day.clone().unwrap_or_default(),
            until: day,
            outcome: Outcome::default(),
        })
    }

    async fn typed(reader: &mut Reader, fields: &Fields) -> Result<MigrationModeState, Refusal> {
        Ok(MigrationModeState {
            typed: value(fields, FIELD).to_owned(),
            ..Self::read(reader, fields).await?
        })
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<MigrationModeState>, Refusal> {
        let until = Some(value(fields, FIELD)).filter(|_| intent(fields).0 != "stop");
        let settings = &reader.perch.settings;
        settings.set_migration(&reader.acting, until).await?;
        reader.forget();
        Ok(SectionUpdate::Finished {
            address: "/settings/embed#attributes".to_owned(),
            done: None,
            focus: "",
        })
    }

    fn outcome(state: &mut MigrationModeState) -> Option<&mut Outcome> {
        Some(&mut state.outcome)
    }

    fn view(state: &MigrationModeState) -> AnyView {
        let on = state.until.is_some();
        let summary = match &state.until {
            Some(day) => format!("Migration mode is on until the end of {day}, UTC"),
            None => "Migration mode is off".to_owned(),
        };
        let stop = on.then(|| view! { <button type="submit" class="button" name="intent" value="stop">"Turn off migration mode"</button> });
        view! {
        <details class="part" open=on || state.outcome.problem.is_some()>
            <summary>{summary}</summary>
            <form method="post" action="/settings/embed#attributes" novalidate>
                <input type="hidden" name="form" value="migration" />
                {feedback("migration", &state.outcome)}
                <p class="meta">"Attributes that are not declared are refused by name. While a backend is being moved here, they can be left out of tokens and listed instead, until a day you choose. Names close to a declared one are refused all the same."</p>
                {text_field(Field::new("migration_until", "Leave out undeclared attributes until", &state.typed, state.outcome.problem.as_ref()), "date", "off")}
                <div class="actions">
                    <button type="submit" class="button" name="intent" value="start">{if on { "Change the day" } else { "Turn on migration mode" }}</button>
                    {stop}
                </div>
            </form>
        </details>
    }
    .into_any()
    }
}
