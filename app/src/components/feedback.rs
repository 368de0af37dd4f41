//! How a form went: a summary of the violations that links to each field, or a sentence about what was done.

use super::confirm::{Confirm, confirm};
use crate::field_id;
use crate::wire::WireError;
use leptos::prelude::*;

/// How a form went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub problem: Option<WireError>,
    /// What was done, such as `Saved 2 changes, 10:02 UTC.`
    pub done: Option<String>,
}

impl Outcome {
    pub fn of(problem: Option<WireError>) -> Self {
        Self {
            problem,
            done: None,
        }
    }
}

/// The place of the feedback. It is always there, so that a screen reader hears it change and the browser can write a refusal
/// into it.
pub fn feedback(section: &str, outcome: &Outcome) -> AnyView {
    feedback_or(section, outcome, None)
}

/// The feedback, or a question that has to be answered first.
pub fn feedback_or(section: &str, outcome: &Outcome, ask: Option<&Confirm>) -> AnyView {
    let problem = outcome.problem.as_ref().map(summary);
    let done = outcome
        .done
        .clone()
        .map(|done| view! { <p class="notice success">{done}</p> });
    view! {
        <div class="feedback" role="status" id=format!("{section}-feedback") tabindex="-1" data-feedback="">{problem}{done}{ask.map(confirm)}</div>
    }
    .into_any()
}

fn summary(problem: &WireError) -> AnyView {
    let violations = problem
        .violations
        .iter()
        .map(|violation| {
            let message = violation.message.clone();
            // A violation of the whole form has no field to link to.
            if violation.field.is_empty() {
                view! { <li>{message}</li> }.into_any()
            } else {
                view! { <li><a href=format!("#{}", field_id(&violation.field))>{message}</a></li> }
                    .into_any()
            }
        })
        .collect_view();
    view! {
        <div class="notice danger">
            <strong>{problem.headline()}</strong>
            <ul>{violations}</ul>
            <p class="meta">{format!("Code {}, request {}", problem.code, problem.request_id)}</p>
        </div>
    }
    .into_any()
}
