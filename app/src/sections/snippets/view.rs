//! Renders the snippets as tabs that work without JavaScript. The page holds all of them, so that changing tabs loses nothing.

use super::texts::{BACKEND, Filling, PRODUCTION, Snippet, TRYING};
use crate::components::copy_button_of;
use leptos::prelude::*;

pub fn snippets(filling: &Filling) -> AnyView {
    let loopback = ["://127.", "://localhost", "://[::1]"]
        .iter()
        .any(|this_machine| filling.server.contains(this_machine));
    let warning = loopback.then(|| {
        view! { <p class="notice caution">"The address " <code>{filling.server.clone()}</code> " works on this machine only. Whoever runs this server sets PERCH_PUBLIC_URL to the address your visitors reach."</p> }
    });
    view! {
        {warning}
        {tabs("trying", "In your page, to try it with this token", &TRYING, filling)}
        {tabs("production", "In your page, for your viewers", &PRODUCTION, filling)}
        {pinned(filling)}
        {tabs("backend", "On your backend", &BACKEND, filling)}
    }
    .into_any()
}

/// The script of one version, for pages that must know exactly what they load.
fn pinned(filling: &Filling) -> Option<AnyView> {
    let script = filling.pinned_script()?;
    Some(
        view! {
            <details class="part">
                <summary>"Pin a version"</summary>
                <div class="stack">
                    <p class="meta">"The plain address brings corrections by itself. This one brings this version for ever, and the browser refuses any other content."</p>
                    <pre class="code" tabindex="0" aria-label="Pinned script"><code id="pinned-script">{script}</code></pre>
                    <div class="actions">{copy_button_of("pinned-script".to_owned())}</div>
                </div>
            </details>
        }
        .into_any(),
    )
}

fn tabs(
    group: &'static str,
    title: &'static str,
    snippets: &[Snippet],
    filling: &Filling,
) -> AnyView {
    let tab = |(at, snippet): (usize, &Snippet)| {
        let id = format!("snippet-{}", crate::field_id(snippet.file));
        let text = format!("{id}-text");
        let tested = match (snippet.tested, group) {
            (true, "backend") => "Our tests run it as it stands here.",
            (true, _) => "Our tests build it and open it on another site.",
            (false, _) => "Our tests do not run it: its tools cannot be installed where they run.",
        };
        view! {
            <input type="radio" class="visually-hidden" name=group id=id.clone() checked=at == 0 />
            <label for=id>{snippet.title}</label>
            <div class="panel">
                <pre class="code" tabindex="0" aria-label=format!("{} snippet", snippet.title)><code id=text.clone() inner_html=snippet.html(filling)></code></pre>
                <div class="actions">{copy_button_of(text)}<span class="meta">{tested}</span></div>
            </div>
        }
    };
    view! { <fieldset class="tabbed"><legend>{title}</legend>{snippets.iter().enumerate().map(tab).collect_view()}</fieldset> }.into_any()
}
