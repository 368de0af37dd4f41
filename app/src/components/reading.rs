//! What a token says: the verdict first, then its four groups.

use crate::model::Reading;
use leptos::prelude::*;

pub fn reading(reading: Reading) -> AnyView {
    let Reading { valid, verdict, code, fix, claims } = reading;
    let class = if valid { "verdict success" } else { "verdict danger" };
    let sign = if valid { "Valid" } else { "Refused" };
    let claims = claims.map(|claims| {
        [
            ("User Information", claims.user, ""),
            ("Custom Attributes", claims.attributes, "None in this token."),
            ("Permissions", claims.permissions, "None: this token lets its viewer see nothing."),
            ("Expiration", claims.expiration, ""),
        ]
        .map(|(title, pairs, empty)| group(title, pairs, empty))
        .collect_view()
    });
    let fix = (!fix.is_empty()).then(|| view! { <p>{fix}</p> });
    let code =
        (!code.is_empty()).then(|| view! { <p class="meta">"Code " <a href=format!("/docs/errors#{code}")><code>{code.clone()}</code></a></p> });
    view! {
        <div class="reading">
            <div class=class><p class="sign">{sign}</p><p class="sentence">{verdict}</p>{fix}{code}</div>
            {claims}
        </div>
    }
    .into_any()
}

fn group(title: &'static str, pairs: Vec<(String, String)>, empty: &'static str) -> AnyView {
    let body = if pairs.is_empty() {
        view! { <p class="meta">{empty}</p> }.into_any()
    } else {
        let pairs = pairs.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div> }).collect_view();
        view! { <dl>{pairs}</dl> }.into_any()
    };
    view! { <section class="group"><h4>{title}</h4>{body}</section> }.into_any()
}
