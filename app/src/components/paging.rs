//! Long lists: a filter, how many there are, and pages whose numbers are links.

use crate::model::Paging;
use leptos::prelude::*;

/// Lists shorter than this need no filter.
const LONG: usize = 10;

/// The filter, in a form of its own: it asks for the page anew.
pub fn filter(list: &'static str, label: &'static str, paging: &Paging) -> Option<AnyView> {
    if paging.total <= LONG {
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
