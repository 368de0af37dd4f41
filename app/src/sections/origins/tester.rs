//! The tester of Authorized Origins: whether a site would be allowed.

use crate::components::{Field, Outcome, text_field};
use crate::sections::fields::value;
use crate::sections::reader::Reader;
use crate::sections::section::{Section, SectionUpdate};
use crate::sections::server_function::server_function;
use crate::wire::Fields;
use leptos::prelude::*;
use perch_service::{Environment, OriginOutcome, OriginVerdict, Refusal};

/// The field of the form, and the name in an address.
const FIELD: &str = "site-test";

pub struct OriginTester;

/// The tested site, and the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginTesterState {
    pub site: String,
    pub answer: Option<TesterAnswer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TesterAnswer {
    pub allowed: bool,
    pub sentence: String,
    pub reason: String,
}

server_function!(test_site, "test-site", OriginTester);

impl Section for OriginTester {
    const ID: &'static str = "tester";
    type State = OriginTesterState;

    async fn read(reader: &mut Reader, query: &Fields) -> Result<OriginTesterState, Refusal> {
        let site = value(query, FIELD).to_owned();
        let answer = if site.trim().is_empty() {
            None
        } else {
            Some(answer(reader, &site).await?)
        };
        Ok(OriginTesterState { site, answer })
    }

    async fn typed(reader: &mut Reader, fields: &Fields) -> Result<OriginTesterState, Refusal> {
        Self::read(reader, fields).await
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<OriginTesterState>, Refusal> {
        let state = Self::read(reader, fields).await?;
        Ok(SectionUpdate::shown(state, FIELD))
    }

    fn outcome(_: &mut OriginTesterState) -> Option<&mut Outcome> {
        None
    }

    fn view(state: &OriginTesterState) -> AnyView {
        let answer = state.answer.clone().map(|answer| {
            let class = if answer.allowed { "notice success" } else { "notice danger" };
            view! { <div class=class><strong><bdi>{answer.sentence}</bdi></strong><p><bdi>{answer.reason}</bdi></p></div> }
        });
        view! {
            <input type="hidden" name="form" value="tester" />
            <div class="filter">
                {text_field(Field::new(FIELD, "Would this site be allowed?", &state.site, None).mono(), "text", "off")}
                <button type="submit" class="button" data-busy="Testing…">"Test"</button>
            </div>
            <div class="feedback" role="status" id="tester-feedback" tabindex="-1" data-feedback="">{answer}</div>
        }
        .into_any()
    }
}

async fn answer(reader: &Reader, site: &str) -> Result<TesterAnswer, Refusal> {
    let settings = &reader.perch.settings;
    let OriginVerdict {
        asked: site,
        outcome,
    } = match settings.check_origin(&reader.acting, site).await? {
        Ok(verdict) => verdict,
        Err(error) => {
            return Ok(TesterAnswer {
                allowed: false,
                sentence: "This is no site.".to_owned(),
                reason: error.to_string(),
            });
        }
    };
    Ok(match outcome {
        OriginOutcome::Listed {
            entry,
            label,
            environment,
        } => {
            let label = if label.is_empty() {
                String::new()
            } else {
                format!(" ({label})")
            };
            let tokens = match environment {
                Environment::Development => "Sandbox tokens work there too.",
                Environment::Production => "Sandbox tokens are refused there.",
            };
            TesterAnswer {
                allowed: true,
                sentence: format!("{site} may embed."),
                reason: format!(
                    "Decided by {entry}{label}, {}. {tokens}",
                    environment.title()
                ),
            }
        }
        OriginOutcome::NotListed {
            nearest,
            list_is_empty,
        } => TesterAnswer {
            allowed: false,
            sentence: format!("{site} may not embed."),
            reason: match nearest {
                Some((entry, miss)) => format!("Nearest is {entry}: {miss}."),
                None if list_is_empty => "The list is empty, so it admits nobody.".to_owned(),
                None => "No entry comes near it.".to_owned(),
            },
        },
    })
}
