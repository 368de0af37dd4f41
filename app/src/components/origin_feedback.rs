//! Feedback beside the field of an origin, while a person types.

use leptos::prelude::*;

/// What would be listed for a typed text, or why nothing would.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginFeedback {
    pub good: bool,
    pub sentences: Vec<String>,
    /// The origin to add instead, if the site runs its pages on another one.
    pub add: Option<String>,
}

pub fn origin_feedback(feedback: &OriginFeedback) -> AnyView {
    let class = if feedback.good { "hint" } else { "fault" };
    let add = feedback.add.clone().map(|origin| {
        view! { <button type="submit" class="button small" name="intent" value=format!("add:{origin}")>{format!("Add {origin}")}</button> }
    });
    view! { <span class=class>{feedback.sentences.join(" ")}</span> {add} }.into_any()
}
