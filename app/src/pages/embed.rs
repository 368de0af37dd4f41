//! Settings > Embed & access.

use super::sections;
use super::shell::Frame;
use crate::components::live;
use crate::islands::FormKind;
use crate::model::{AttributeRow, OriginRow, Outcome, Reading, SandboxState, TokenResult};
use leptos::prelude::*;

/// How the last plain form went, by section.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    pub origins: Outcome,
    pub attributes: Outcome,
    pub token: Option<TokenResult>,
    pub introspection: Outcome,
    pub pasted: String,
    pub reading: Option<Reading>,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct EmbedPage {
    pub origins: Vec<OriginRow>,
    pub edits_origins: bool,
    pub attributes: Vec<AttributeRow>,
    pub edits_attributes: bool,
    pub sandbox: SandboxState,
    pub may_have_keys: bool,
    pub outcomes: Outcomes,
}

const SECTIONS: [(&str, &str); 4] = [
    ("origins", "Authorized Origins"),
    ("attributes", "Token Attributes"),
    ("sandbox", "Token Generation Sandbox"),
    ("introspection", "Token Introspection"),
];

pub fn embed(frame: &Frame, page: EmbedPage) -> AnyView {
    let links = SECTIONS.map(|(id, title)| view! { <li><a href=format!("#{id}")>{title}</a></li> }).collect_view();
    let content = view! {
        <header class="page-header">
            <h1>"Settings"</h1>
            <nav aria-label="Settings"><ul class="tabs"><li><a href="/settings/embed" aria-current="page">"Embed & access"</a></li></ul></nav>
        </header>
        <div class="with-contents">
            <div class="sections">
                <div class="intro">
                    <h2>"Embed & access"</h2>
                    <p class="lead">"Decide which sites may embed, what is known about their viewers, and try out the tokens that carry it."</p>
                </div>
                {origins(page.origins, page.edits_origins, &page.outcomes.origins)}
                {attributes(page.attributes, page.edits_attributes, &page.outcomes.attributes)}
                {sandbox(&page.sandbox, page.may_have_keys, page.outcomes.token)}
                {introspection(&page.outcomes.pasted, page.outcomes.reading, &page.outcomes.introspection)}
            </div>
            <nav class="contents" aria-labelledby="contents-title"><h2 id="contents-title">"On this page"</h2><ul>{links}</ul></nav>
        </div>
    };
    frame.around(content.into_any())
}

fn origins(rows: Vec<OriginRow>, edits: bool, outcome: &Outcome) -> AnyView {
    let body = if edits { live(FormKind::Origins, sections::origins(&rows, outcome)) } else { read_origins(rows) };
    view! {
        <section class="card" id="origins" aria-labelledby="origins-title">
            <h3 id="origins-title">"Authorized Origins"</h3>
            <p>"The sites where components may render. A site is scheme, host and port, such as " <code>"https://app.example.com"</code> "; " <code>"https://*.example.com"</code> " stands for one level of subdomains. Sandbox tokens work on Development origins; Production origins refuse them."</p>
            {body}
            <p class="meta">"This list protects your viewers from other sites' pages. It cannot stop someone who took a token out of a browser; short lifetimes and few permissions do."</p>
        </section>
    }
    .into_any()
}

fn read_origins(rows: Vec<OriginRow>) -> AnyView {
    let count = rows.len();
    let rows = rows
        .into_iter()
        .map(|row| view! { <li><code>{row.origin}</code> " " <bdi>{row.label}</bdi> <span class="state">{if row.environment == "production" { "Production" } else { "Development" }}</span></li> })
        .collect_view();
    view! { <details><summary>{format!("{count} listed. Admins can change them.")}</summary><ul class="plain-list">{rows}</ul></details> }.into_any()
}

fn attributes(rows: Vec<AttributeRow>, edits: bool, outcome: &Outcome) -> AnyView {
    let body = if edits { live(FormKind::Attributes, sections::attributes(&rows, outcome)) } else { read_attributes(rows) };
    view! {
        <section class="card" id="attributes" aria-labelledby="attributes-title">
            <h3 id="attributes-title">"Token Attributes"</h3>
            <p>"What a token may say about its viewer. Every token has the two built in; the names of the others must match what your backend sends."</p>
            <dl class="built-in">
                <div><dt><code>"distinctId"</code></dt><dd>"String, required. How your application names the viewer."</dd></div>
                <div><dt><code>"role"</code></dt><dd>"String, required. The viewer role: explorer."</dd></div>
            </dl>
            <h4>"Custom Attributes"</h4>
            {body}
        </section>
    }
    .into_any()
}

fn read_attributes(rows: Vec<AttributeRow>) -> AnyView {
    let count = rows.len();
    let rows = rows
        .into_iter()
        .map(|row| view! { <li><code>{row.name}</code> " " {row.kind} {row.list.then_some(" list")} {row.required.then_some(", required")} " " <bdi class="meta">{row.description}</bdi></li> })
        .collect_view();
    view! { <details><summary>{format!("{count} declared. Admins can change them.")}</summary><ul class="plain-list">{rows}</ul></details> }
        .into_any()
}

fn sandbox(state: &SandboxState, may_have_keys: bool, token: Option<TokenResult>) -> AnyView {
    let key = match (may_have_keys, state.keys.is_empty()) {
        (true, true) => view! { <p>"No key yet? Create one among your " <a href="/account#api-keys">"API Keys"</a> "."</p> }.into_any(),
        (false, _) => view! { <p>"Ask a colleague with the console role Maker or Admin for an API key to paste."</p> }.into_any(),
        (true, false) => ().into_any(),
    };
    view! {
        <section class="card" id="sandbox" aria-labelledby="sandbox-title">
            <h3 id="sandbox-title">"Token Generation Sandbox"</h3>
            <p>"Make a token to try an embed out. It is marked as a sandbox token and does not work on Production origins."</p>
            {key}
            {live(FormKind::Sandbox, sections::sandbox(state, token))}
        </section>
    }
    .into_any()
}

fn introspection(pasted: &str, reading: Option<Reading>, outcome: &Outcome) -> AnyView {
    view! {
        <section class="card" id="introspection" aria-labelledby="introspection-title">
            <h3 id="introspection-title">"Token Introspection"</h3>
            <p>"Paste a token of your organization to see what it says, and whether and why it is refused."</p>
            {live(FormKind::Introspection, sections::introspection(pasted, reading, outcome))}
        </section>
    }
    .into_any()
}
