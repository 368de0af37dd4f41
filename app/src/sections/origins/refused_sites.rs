//! Refused lately: the sites that presented a token of this organization and are not listed.

use super::state::{RefusedLately, RefusedSiteLine};
use crate::sections::reader::Reader;
use leptos::prelude::*;
use perch_domain::time;
use perch_service::{Refusal, RefusedSiteView};

pub async fn read(reader: &Reader) -> Result<RefusedLately, Refusal> {
    let now = reader.now_seconds();
    let refused = reader.perch.activity.refused_sites(&reader.acting).await?;
    Ok(RefusedLately {
        shown: refused
            .shown
            .into_iter()
            .map(|site| line(site, now))
            .collect(),
        more: refused.more,
    })
}

fn line(site: RefusedSiteView, now: i64) -> RefusedSiteLine {
    let viewers = if site.viewers == 1 {
        "1 viewer".to_owned()
    } else {
        format!("{} viewers", site.viewers)
    };
    let times = if site.refusals == 1 {
        "once".to_owned()
    } else {
        format!("{} times", site.refusals)
    };
    let nearest = site
        .nearest
        .map(|(entry, miss)| format!("Nearest listed: {entry}; {miss}."));
    let international = site.international.then(|| {
        "Browsers may show this name with other letters; xn-- is how it is really written."
            .to_owned()
    });
    RefusedSiteLine {
        summary: format!(
            "{viewers}, {times}, last {}",
            time::relative(site.last_at, now)
        ),
        notes: nearest.into_iter().chain(international).collect(),
        origin: site.origin,
    }
}

/// The list. For people who may edit, it is part of the form: an allowed site becomes a row, and no typed value is lost.
pub fn view(sites: &RefusedLately, may_edit: bool) -> AnyView {
    if sites.shown.is_empty() {
        return view! { <p class="meta" id="refused-lately">"Refused lately: none. A site that presents a token of yours and is not listed shows up here."</p> }.into_any();
    }
    let title = format!("Refused lately ({})", sites.shown.len() + sites.more);
    let more = (sites.more > 0).then(|| view! { <p class="meta">{format!("And {} more that were refused before these.", sites.more)}</p> });
    let row = |site: &RefusedSiteLine| {
        let notes = site
            .notes
            .iter()
            .map(|note| view! { <p class="meta"><bdi>{note.clone()}</bdi></p> })
            .collect_view();
        let allow = may_edit.then(|| {
            let intent = format!("add:{}", site.origin);
            view! { <button type="submit" class="button small" name="intent" value=intent>"Allow this origin"<span class="visually-hidden">" "{site.origin.clone()}</span></button> }
        });
        view! { <li class="refused"><div><code>{site.origin.clone()}</code>" "<span class="meta">{site.summary.clone()}</span>{notes}</div>{allow}</li> }
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
