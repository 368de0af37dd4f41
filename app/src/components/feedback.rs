//! How a submission went: a summary of faults that takes the focus and links to each field, or what was done.

use crate::field_id;
use crate::model::{Confirm, Outcome};
use crate::wire::WireError;
use leptos::prelude::*;

/// The place is always there, so that a screen reader hears it change and the browser can write a refusal into it.
pub fn feedback(section: &str, outcome: &Outcome) -> AnyView {
    feedback_or(section, outcome, None)
}

/// The same, or a question that has to be answered first.
pub fn feedback_or(section: &str, outcome: &Outcome, ask: Option<&Confirm>) -> AnyView {
    let problem = outcome.problem.as_ref().map(summary);
    let done = outcome
        .done
        .clone()
        .map(|done| view! { <p class="notice success">{done}</p> });
    view! {
        <div class="feedback" role="status" id=format!("{section}-feedback") tabindex="-1" data-feedback="">{problem}{done}{ask.map(super::confirm)}</div>
    }
    .into_any()
}

fn summary(problem: &WireError) -> AnyView {
    let faults = problem
        .violations
        .iter()
        .map(|violation| {
            let message = violation.message.clone();
            // A fault of the whole form has no field to go to.
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
            <ul>{faults}</ul>
            <p class="meta">{format!("Code {}, request {}", problem.code, problem.request_id)}</p>
        </div>
    }
    .into_any()
}
