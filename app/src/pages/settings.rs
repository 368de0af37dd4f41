//! Settings > Embed & access: puts the sections in their places.

use super::shell::Frame;
use crate::components::filter;
use crate::sections::SettingsPage;
use crate::sections::attributes::state::{AttributeFields, AttributesState};
use crate::sections::attributes::{Attributes, SaveAttributes};
use crate::sections::first_steps::{FirstSteps, FirstStepsState};
use crate::sections::introspection::state::IntrospectionState;
use crate::sections::introspection::{IntrospectToken, Introspection};
use crate::sections::live::live;
use crate::sections::migration_mode::{MigrationMode, MigrationModeState};
use crate::sections::origins::state::{OriginFields, OriginsState};
use crate::sections::origins::tester::{OriginTester, OriginTesterState, TestSite};
use crate::sections::origins::{Origins, SaveOrigins, refused_sites};
use crate::sections::sandbox::state::SandboxState;
use crate::sections::sandbox::{GenerateSandboxToken, Sandbox};
use crate::sections::section::Section;
use crate::sections::snippets::{Filling, snippets};
use leptos::prelude::*;

/// What the page needs besides its sections.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The address at which visitors reach this installation.
    pub server: String,
    /// Version and hash of the newest released component script.
    pub pinned: Option<(String, String)>,
}

/// The links to the sections.
const CONTENTS: [(&str, &str); 5] = [
    ("origins", "Authorized Origins"),
    ("attributes", "Token Attributes"),
    ("sandbox", "Token Generation Sandbox"),
    ("snippets", "Embed snippets"),
    ("introspection", "Token Introspection"),
];

pub fn settings(frame: &Frame, page: &SettingsPage, installation: &Installation) -> AnyView {
    let links = CONTENTS
        .map(|(id, title)| view! { <li><a href=format!("#{id}")>{title}</a></li> })
        .collect_view();
    let filling = Filling {
        server: installation.server.clone(),
        token: page
            .sandbox
            .token
            .as_ref()
            .map(|token| token.token.clone())
            .unwrap_or_default(),
        tag: page.sandbox.embed.unwrap_or_default().tag(),
        pinned: installation.pinned.clone(),
        body: page.sandbox.request.body.clone(),
    };
    // The checklist comes first. The button that brings it back comes last.
    let steps = FirstSteps::view(&page.first_steps);
    let (first, last) = match page.first_steps {
        FirstStepsState::Shown(_) => (Some(steps), None),
        FirstStepsState::PutAway => (None, Some(steps)),
        FirstStepsState::Absent => (None, None),
    };
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
                {first}
                {origins(&page.origins, &page.tester)}
                {attributes(&page.attributes, &page.migration_mode)}
                {sandbox(&page.sandbox)}
                {embed_snippets(&filling)}
                {introspection(&page.introspection)}
                {last}
            </div>
            <nav class="contents" aria-labelledby="contents-title"><h2 id="contents-title">"On this page"</h2><ul>{links}</ul></nav>
        </div>
    };
    frame.around(content.into_any())
}

fn origins(state: &OriginsState, tester: &OriginTesterState) -> AnyView {
    let what = view! {
        <p>"The sites where components may render. A site, also called origin, is scheme, host and port, such as " <code>"https://app.example.com"</code> "; " <code>"https://*.example.com"</code> " stands for one level of subdomains. Sandbox tokens work on Development origins; Production origins refuse them."</p>
    };
    let limits = view! {
        <p class="meta">"This list protects your viewers from other sites’ pages. It cannot stop someone who took a token out of a browser; short lifetimes and few permissions do."</p>
    };
    let is_tested = !tester.site.is_empty();
    let tester = live::<OriginTester, TestSite>("/settings/embed#site-test", tester);
    if state.may_edit {
        let form = live::<Origins, SaveOrigins>("/settings/embed#origins", state);
        let body =
            view! { {what}{filter("origins", "Find a site", &state.paging)}{form}{tester}{limits} };
        return card("origins", "Authorized Origins", body.into_any());
    }
    let row = |row: &OriginFields| {
        let environment = if row.environment == "production" {
            "Production"
        } else {
            "Development"
        };
        view! { <li><code>{row.origin.clone()}</code> " " <bdi>{row.label.clone()}</bdi> " " <span class="state">{environment}</span></li> }
    };
    let rows = state.rows.iter().map(row).collect_view();
    let summary = match state.paging.total {
        0 => "None listed, so no site may embed. Admins can change that.".to_owned(),
        count => format!("{count} listed. Admins can change them."),
    };
    let refused = refused_sites::view(&state.refused_lately, false);
    folded(
        "origins",
        "Authorized Origins",
        summary,
        is_tested,
        view! { {what}<ul class="plain-list">{rows}</ul>{tester}{refused}{limits} }.into_any(),
    )
}

fn attributes(state: &AttributesState, migration_mode: &MigrationModeState) -> AnyView {
    let what = view! {
        <p>"What a token may say about its viewer. Every token has the two built in; the names of the others must match what your backend sends."</p>
        <dl class="built-in">
            <div><dt><code>"distinctId"</code></dt><dd>"String, required. How your application names the viewer."</dd></div>
            <div><dt><code>"role"</code></dt><dd>"String, required. The viewer role: explorer."</dd></div>
        </dl>
        <h4>"Custom Attributes"</h4>
    };
    if state.may_edit {
        let form = live::<Attributes, SaveAttributes>("/settings/embed#attributes", state);
        let body = view! { {what}{filter("attributes", "Find an attribute", &state.paging)}{form}{MigrationMode::view(migration_mode)} };
        return card("attributes", "Token Attributes", body.into_any());
    }
    let row = |row: &AttributeFields| {
        view! { <li><code>{row.name.clone()}</code> " " {row.kind.clone()} {row.list.then_some(" list")} {row.required.then_some(", required")} " " <bdi class="meta">{row.description.clone()}</bdi></li> }
    };
    let rows = state.rows.iter().map(row).collect_view();
    let summary = format!(
        "{} declared besides the built-in two. Admins can change them.",
        state.paging.total
    );
    folded(
        "attributes",
        "Token Attributes",
        summary,
        false,
        view! { {what}<ul class="plain-list">{rows}</ul> }.into_any(),
    )
}

fn card(id: &'static str, title: &'static str, body: AnyView) -> AnyView {
    let heading = format!("{id}-title");
    view! { <section class="card" id=id aria-labelledby=heading><h3 id=format!("{id}-title")>{title}</h3>{body}</section> }.into_any()
}

/// A section as one line that unfolds, for people who can only read it.
fn folded(
    id: &'static str,
    title: &'static str,
    summary: String,
    open: bool,
    body: AnyView,
) -> AnyView {
    let heading = format!("{id}-title");
    view! {
        <section class="card" id=id aria-labelledby=heading>
            <details class="folded" open=open>
                <summary><h3 id=format!("{id}-title")>{title}</h3>" "<span class="meta">{summary}</span></summary>
                <div class="stack">{body}</div>
            </details>
        </section>
    }
    .into_any()
}

fn sandbox(state: &SandboxState) -> AnyView {
    let key = (state.may_have_keys && state.keys.is_empty())
        .then(|| view! { <p>"No key yet? Create one among your " <a href="/account#api-keys">"API Keys"</a> "."</p> });
    let body = view! {
        <p>"Make a token to try an embed out. It is marked as a sandbox token and does not work on Production origins."</p>
        {key}
        {live::<Sandbox, GenerateSandboxToken>("/settings/embed#sandbox", state)}
    };
    card("sandbox", "Token Generation Sandbox", body.into_any())
}

fn embed_snippets(filling: &Filling) -> AnyView {
    let body = view! {
        <p>"What goes into your page and into your backend. Token and request are the sandbox’s; in production the backend fills the request from whoever is signed in."</p>
        {snippets(filling)}
    };
    card("snippets", "Embed snippets", body.into_any())
}

fn introspection(state: &IntrospectionState) -> AnyView {
    let body = view! {
        <p>"Paste a token of your organization to see what it says, and whether and why it is refused."</p>
        {live::<Introspection, IntrospectToken>("/settings/embed#introspection", state)}
    };
    card("introspection", "Token Introspection", body.into_any())
}
