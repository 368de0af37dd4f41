//! Long lists: a filter, the number of entries, and links to the pages.

use leptos::prelude::*;

/// The part of a long list that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    pub filter: String,
    /// From 1.
    pub page: usize,
    pub pages: usize,
    /// Entries that pass the filter.
    pub found: usize,
    /// All entries.
    pub total: usize,
}

/// The most entries that a list shows without a filter.
const MAX_UNFILTERED: usize = 10;

/// The filter, in a form of its own that loads the page again.
pub fn filter(list: &'static str, label: &'static str, paging: &Paging) -> Option<AnyView> {
    if paging.total <= MAX_UNFILTERED {
        return None;
    }
    let name = format!("{list}-filter");
    let count = if paging.filter.is_empty() {
        format!("{} in all", paging.total)
    } else {
        format!("{} of {}", paging.found, paging.total)
    };
    Some(
        view! {
            <form method="get" action=format!("/settings/embed#{list}") role="search" class="filter" aria-label=label>
                <div class="field"><label for=name.clone()>{label}</label><input id=name.clone() name=name.clone() type="search" value=paging.filter.clone() autocomplete="off" spellcheck="false" /></div>
                <button type="submit" class="button">"Filter"</button>
                <span class="meta">{count}</span>
            </form>
        }
        .into_any(),
    )
}

/// The pages as links, and the fields that keep a saved form on its page.
pub fn pages(list: &'static str, paging: &Paging) -> AnyView {
    let keep = view! {
        <input type="hidden" name=format!("{list}-filter") value=paging.filter.clone() />
        <input type="hidden" name=format!("{list}-page") value=paging.page.to_string() />
    };
    let links = (paging.pages > 1).then(|| {
        let filter: String = form_urlencoded::byte_serialize(paging.filter.as_bytes()).collect();
        let link = |page: usize| {
            let href = format!("/settings/embed?{list}-filter={filter}&{list}-page={page}#{list}");
            view! { <li><a href=href aria-current=(page == paging.page).then_some("page")><span class="visually-hidden">"Page "</span>{page}</a></li> }
        };
        view! { <nav aria-label=format!("Pages of {list}")><ul class="pages">{(1..=paging.pages).map(link).collect_view()}</ul></nav> }
    });
    view! { {keep}{links} }.into_any()
}
