//! The tester of Authorized Origins: would this site be let in?

use crate::model::TesterState;
use perch_service::{ActorContext, OriginOutcome, OriginVerdict, Perch, Refusal};

/// The tester's answer; blank where nothing was asked.
pub async fn answer(
    perch: &Perch,
    acting: &ActorContext,
    asked: &str,
) -> Result<TesterState, Refusal> {
    let mut state = TesterState {
        asked: asked.to_owned(),
        ..TesterState::default()
    };
    if asked.trim().is_empty() {
        return Ok(state);
    }
    state.answer = Some(match perch.settings.check_origin(acting, asked).await? {
        Err(fault) => (false, "This is no site.".to_owned(), fault.to_string()),
        Ok(OriginVerdict {
            asked,
            outcome:
                OriginOutcome::Listed {
                    entry,
                    label,
                    environment,
                },
        }) => {
            let label = if label.is_empty() {
                String::new()
            } else {
                format!(" ({label})")
            };
            let tokens = match environment {
                perch_service::Environment::Development => "Sandbox tokens work there too.",
                perch_service::Environment::Production => "Sandbox tokens are refused there.",
            };
            (
                true,
                format!("{asked} may embed."),
                format!(
                    "Decided by {entry}{label}, {}. {tokens}",
                    environment.title()
                ),
            )
        }
        Ok(OriginVerdict {
            asked,
            outcome:
                OriginOutcome::NotListed {
                    nearest,
                    list_is_empty,
                },
        }) => {
            let why = match nearest {
                Some((entry, miss)) => format!("Nearest is {entry}: {miss}."),
                None if list_is_empty => "The list is empty, so it admits nobody.".to_owned(),
                None => "No entry comes near it.".to_owned(),
            };
            (false, format!("{asked} may not embed."), why)
        }
    });
    Ok(state)
}
