//! Settings > Embed & access.

use super::sections;
use super::shell::Frame;
use crate::components::{feedback, filter, live};
use crate::islands::FormKind;
use crate::model::{
    AttributeRow, AttributesState, FirstStep, IntrospectionState, MigrationState, OriginRow,
    OriginsState, Outcome, SandboxState, TesterState,
};
use crate::snippets::{Filling, tag};
use leptos::prelude::*;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct EmbedPage {
    /// Absent where the person put them away.
    pub first_steps: Option<Vec<FirstStep>>,
    pub origins: OriginsState,
    pub edits_origins: bool,
    pub tester: TesterState,
    pub attributes: AttributesState,
    pub edits_attributes: bool,
    pub migration: MigrationState,
    pub sandbox: SandboxState,
    pub may_have_keys: bool,
    pub introspection: IntrospectionState,
    /// The address visitors reach this installation at.
    pub server: String,
    /// Version and hash of the newest released component script.
    pub pinned: Option<(String, String)>,
}

const SECTIONS: [(&str, &str); 5] = [
    ("origins", "Authorized Origins"),
    ("attributes", "Token Attributes"),
    ("sandbox", "Token Generation Sandbox"),
    ("snippets", "Embed snippets"),
    ("introspection", "Token Introspection"),
];

pub fn embed(frame: &Frame, page: EmbedPage) -> AnyView {
    let links = SECTIONS
        .map(|(id, title)| view! { <li><a href=format!("#{id}")>{title}</a></li> })
        .collect_view();
    let filling = Filling {
        server: page.server,
        token: page
            .sandbox
            .token
            .as_ref()
            .map(|token| token.token.clone())
            .unwrap_or_default(),
        tag: tag(&page.sandbox.embed),
        pinned: page.pinned,
        body: page.sandbox.request.body.clone(),
    };
    let hidden = (page.first_steps.is_none() && page.edits_origins).then(|| {
        view! { <form method="post" action="/settings/embed" class="actions"><input type="hidden" name="form" value="first-steps" /><button type="submit" class="button small" name="intent" value="show">"Show the first steps"</button></form> }
    });
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
                {page.first_steps.map(first_steps)}
                {origins(&page.origins, page.edits_origins, &page.tester)}
                {attributes(&page.attributes, page.edits_attributes, &page.migration)}
                {sandbox(&page.sandbox, page.may_have_keys)}
                {snippets(&filling)}
                {introspection(&page.introspection)}
                {hidden}
            </div>
            <nav class="contents" aria-labelledby="contents-title"><h2 id="contents-title">"On this page"</h2><ul>{links}</ul></nav>
        </div>
    };
    frame.around(content.into_any())
}

fn first_steps(steps: Vec<FirstStep>) -> AnyView {
    let done = steps.iter().filter(|step| step.done).count();
    let title = if done == steps.len() {
        "All first steps are done".to_owned()
    } else {
        format!("First steps, {done} of {} done", steps.len())
    };
    let step = |step: FirstStep| {
        let (class, word) = if step.done {
            ("passed", "Done")
        } else {
            ("not-reached", "To do")
        };
        let title = if step.done {
            view! { {step.title} }.into_any()
        } else {
            view! { <a href=step.href>{step.title}</a> }.into_any()
        };
        view! { <li class=class><span class="word">{word}</span><div><p class="question">{title}</p><p class="evidence">{step.why}</p></div></li> }
    };
    view! {
        <section class="card" id="first-steps" aria-labelledby="first-steps-title">
            <div class="card-head">
                <h3 id="first-steps-title">{title}</h3>
                <form method="post" action="/settings/embed" class="actions"><input type="hidden" name="form" value="first-steps" /><button type="submit" class="button small" name="intent" value="hide">"Put away"</button></form>
            </div>
            <ol class="ladder">{steps.into_iter().map(step).collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn origins(state: &OriginsState, edits: bool, tester: &TesterState) -> AnyView {
    let what = view! {
        <p>"The sites where components may render. A site, also called origin, is scheme, host and port, such as " <code>"https://app.example.com"</code> "; " <code>"https://*.example.com"</code> " stands for one level of subdomains. Sandbox tokens work on Development origins; Production origins refuse them."</p>
    };
    let limits = view! {
        <p class="meta">"This list protects your viewers from other sites’ pages. It cannot stop someone who took a token out of a browser; short lifetimes and few permissions do."</p>
    };
    let asked = !tester.asked.is_empty();
    let tester = live(FormKind::Tester, sections::tester(tester));
    if edits {
        let form = live(FormKind::Origins, sections::origins(state));
        let body =
            view! { {what}{filter("origins", "Find a site", &state.paging)}{form}{tester}{limits} };
        return section("origins", "Authorized Origins", body.into_any());
    }
    let row = |row: &OriginRow| {
        let environment = if row.environment == "production" {
            "Production"
        } else {
            "Development"
        };
        view! { <li><code>{row.origin.clone()}</code> " " <bdi>{row.label.clone()}</bdi> " " <span class="state">{environment}</span></li> }
    };
    let rows = state.rows.iter().map(row).collect_view();
    let told = match state.paging.total {
        0 => "None listed, so no site may embed. Admins can change that.".to_owned(),
        count => format!("{count} listed. Admins can change them."),
    };
    let refused = sections::refused_sites(&state.refused_lately, false);
    folded(
        "origins",
        "Authorized Origins",
        told,
        asked,
        view! { {what}<ul class="plain-list">{rows}</ul>{tester}{refused}{limits} }.into_any(),
    )
}

fn attributes(state: &AttributesState, edits: bool, migration: &MigrationState) -> AnyView {
    let what = view! {
        <p>"What a token may say about its viewer. Every token has the two built in; the names of the others must match what your backend sends."</p>
        <dl class="built-in">
            <div><dt><code>"distinctId"</code></dt><dd>"String, required. How your application names the viewer."</dd></div>
            <div><dt><code>"role"</code></dt><dd>"String, required. The viewer role: explorer."</dd></div>
        </dl>
        <h4>"Custom Attributes"</h4>
    };
    if edits {
        let form = live(FormKind::Attributes, sections::attributes(state));
        let body = view! { {what}{filter("attributes", "Find an attribute", &state.paging)}{form}{migration_form(migration)} };
        return section("attributes", "Token Attributes", body.into_any());
    }
    let row = |row: &AttributeRow| {
        view! { <li><code>{row.name.clone()}</code> " " {row.kind.clone()} {row.list.then_some(" list")} {row.required.then_some(", required")} " " <bdi class="meta">{row.description.clone()}</bdi></li> }
    };
    let rows = state.rows.iter().map(row).collect_view();
    let told = format!(
        "{} declared besides the built-in two. Admins can change them.",
        state.paging.total
    );
    folded(
        "attributes",
        "Token Attributes",
        told,
        false,
        view! { {what}<ul class="plain-list">{rows}</ul> }.into_any(),
    )
}

fn section(id: &'static str, title: &'static str, body: AnyView) -> AnyView {
    let heading = format!("{id}-title");
    view! { <section class="card" id=id aria-labelledby=heading><h3 id=format!("{id}-title")>{title}</h3>{body}</section> }.into_any()
}

/// A section as one line, for those who can only read it.
fn folded(
    id: &'static str,
    title: &'static str,
    told: String,
    open: bool,
    body: AnyView,
) -> AnyView {
    let heading = format!("{id}-title");
    view! {
        <section class="card" id=id aria-labelledby=heading>
            <details class="folded" open=open>
                <summary><h3 id=format!("{id}-title")>{title}</h3>" "<span class="meta">{told}</span></summary>
                <div class="stack">{body}</div>
            </details>
        </section>
    }
    .into_any()
}

/// Migration mode: a plain form, because it is saved apart from the rows.
fn migration_form(state: &MigrationState) -> AnyView {
    let on = state.until.is_some();
    let told = match &state.until {
        Some(day) => format!("Migration mode is on until the end of {day}, UTC"),
        None => "Migration mode is off".to_owned(),
    };
    let stop = on.then(|| view! { <button type="submit" class="button" name="intent" value="stop">"Turn off migration mode"</button> });
    let outcome = Outcome {
        problem: state.problem.clone(),
        done: None,
    };
    view! {
        <details class="part" open=on || state.problem.is_some()>
            <summary>{told}</summary>
            <form method="post" action="/settings/embed#attributes" novalidate>
                <input type="hidden" name="form" value="migration" />
                {feedback("migration", &outcome)}
                <p class="meta">"Attributes that are not declared are refused by name. While a backend is being moved here, they can be left out of tokens and listed instead, until a day you choose. Names close to a declared one are refused all the same."</p>
                {crate::components::text_field(crate::components::Field::new("migration_until", "Leave out undeclared attributes until", &state.typed, state.problem.as_ref()), "date", "off")}
                <div class="actions">
                    <button type="submit" class="button" name="intent" value="start">{if on { "Change the day" } else { "Turn on migration mode" }}</button>
                    {stop}
                </div>
            </form>
        </details>
    }
    .into_any()
}

fn sandbox(state: &SandboxState, may_have_keys: bool) -> AnyView {
    let key = (may_have_keys && state.keys.is_empty())
        .then(|| view! { <p>"No key yet? Create one among your " <a href="/account#api-keys">"API Keys"</a> "."</p> });
    let body = view! {
        <p>"Make a token to try an embed out. It is marked as a sandbox token and does not work on Production origins."</p>
        {key}
        {live(FormKind::Sandbox, sections::sandbox(state))}
    };
    section("sandbox", "Token Generation Sandbox", body.into_any())
}

fn snippets(filling: &Filling) -> AnyView {
    let body = view! {
        <p>"What goes into your page and into your backend. Token and request are the sandbox’s; in production the backend fills the request from whoever is signed in."</p>
        {sections::snippets(filling)}
    };
    section("snippets", "Embed snippets", body.into_any())
}

fn introspection(state: &IntrospectionState) -> AnyView {
    let body = view! {
        <p>"Paste a token of your organization to see what it says, and whether and why it is refused."</p>
        {live(FormKind::Introspection, sections::introspection(state))}
    };
    section("introspection", "Token Introspection", body.into_any())
}
