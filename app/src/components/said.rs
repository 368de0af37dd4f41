//! What is said beside a field while it is typed.

use crate::model::SiteSaid;
use leptos::prelude::*;

/// What would be listed, or why not.
pub fn site_said(said: &SiteSaid) -> AnyView {
    let class = if said.good { "hint" } else { "fault" };
    let add = said.add.clone().map(|origin| {
        view! { <button type="submit" class="button small" name="intent" value=format!("add:{origin}")>{format!("Add {origin}")}</button> }
    });
    view! { <span class=class>{said.sentences.join(" ")}</span> {add} }.into_any()
}
