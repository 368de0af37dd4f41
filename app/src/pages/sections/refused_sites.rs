//! Refused lately: sites that presented a token of this organization and are not listed.

use crate::model::{RefusedLately, RefusedSite};
use leptos::prelude::*;

/// For who `edits` it is part of the form, so that a site that is allowed leaves this list when the form is saved, and nothing
/// that was typed is lost on the way.
pub fn refused_sites(sites: &RefusedLately, edits: bool) -> AnyView {
    if sites.shown.is_empty() {
        return view! { <p class="meta" id="refused-lately">"Refused lately: none. A site that presents a token of yours and is not listed shows up here."</p> }.into_any();
    }
    let title = format!("Refused lately ({})", sites.shown.len() + sites.more);
    let more = (sites.more > 0).then(|| view! { <p class="meta">{format!("And {} more that were refused before these.", sites.more)}</p> });
    let row = |site: &RefusedSite| {
        let notes = site
            .notes
            .iter()
            .map(|note| view! { <p class="meta"><bdi>{note.clone()}</bdi></p> })
            .collect_view();
        let allow = edits.then(|| {
            let intent = format!("add:{}", site.origin);
            view! { <button type="submit" class="button small" name="intent" value=intent>"Allow this origin"<span class="visually-hidden">" "{site.origin.clone()}</span></button> }
        });
        view! { <li class="refused"><div><code>{site.origin.clone()}</code>" "<span class="meta">{site.told.clone()}</span>{notes}</div>{allow}</li> }
    };
    view! {
        <details class="part" id="refused-lately" open>
            <summary>{title}</summary>
            <div class="stack">
                <p class="meta">"They presented a valid token and were turned away. Allow only what is yours: a copied page looks the same."</p>
                <ul class="plain-list">{sites.shown.iter().map(row).collect_view()}</ul>
                {more}
            </div>
        </details>
    }
    .into_any()
}
