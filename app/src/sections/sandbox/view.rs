//! Renders the sandbox: a form that is ready to send, the request of a backend, and the token.

use super::embed_kind::EmbedKind;
use super::state::{KeyChoice, RequestState, SandboxState};
use super::token_result::token_result;
use super::{inputs, personas};
use crate::components::{
    Field, choice, copy_button, default_submit, feedback_or, text_area, text_field,
};
use crate::wire::WireError;
use leptos::prelude::*;
use perch_domain::mint_request::MAX_CLUES;

type Problem<'a> = Option<&'a WireError>;

const LIFETIMES: [(&str, &str); 5] = [
    ("5m", "5 minutes"),
    ("30m", "30 minutes"),
    ("1h", "1 hour"),
    ("8h", "8 hours"),
    ("1d", "1 day"),
];

pub fn sandbox(state: &SandboxState) -> AnyView {
    let problem = state.outcome.problem.as_ref();
    let generate = view! { <div class="actions"><button type="submit" class="button primary" data-busy="Generating…">"Generate Token"</button></div> };
    let body = if state.only_shared_personas {
        shared_personas(state, problem)
    } else {
        free(state, problem)
    };
    view! {
        {default_submit()}
        <input type="hidden" name="form" value="sandbox" />
        {feedback_or("sandbox", &state.outcome, state.confirm.as_ref())}
        {body}
        {generate}
        {state.token.clone().map(|token| token_result(token, &state.unsaved_attributes, state.embed.unwrap_or_default()))}
    }
    .into_any()
}

/// For people who may fill in any values.
fn free(state: &SandboxState, problem: Problem<'_>) -> AnyView {
    view! {
        {key_fields(state, problem)}
        {personas::choose(state)}
        {embeds(state)}
        {viewer_fields(state, problem)}
        {personas::keep(state, problem)}
    }
    .into_any()
}

/// For people who need a pasted key to fill in any values. They use the personas and keys that colleagues shared.
fn shared_personas(state: &SandboxState, problem: Problem<'_>) -> AnyView {
    let shared: Vec<_> = state
        .personas
        .iter()
        .filter(|persona| persona.shared)
        .collect();
    let ready = !shared.is_empty() && !state.keys.is_empty();
    let way = if ready {
        let ids: Vec<_> = shared
            .iter()
            .map(|persona| persona.id.to_string())
            .collect();
        let options: Vec<_> = ids
            .iter()
            .zip(&shared)
            .map(|(id, persona)| (id.as_str(), persona.name.as_str()))
            .collect();
        let keys = key_options(&state.keys);
        let keys: Vec<_> = keys.iter().map(|(id, name)| (id.as_str(), *name)).collect();
        view! {
            <div class="pair">
                {choice(Field::new("persona", "Persona", &state.persona, problem).hint("The viewer your token is made for, prepared by a colleague."), &options)}
                {choice(Field::new("key", "Key to use", &state.chosen, problem), &keys)}
            </div>
        }
        .into_any()
    } else {
        view! { <p class="notice">"Ask a colleague with the console role Maker or Admin to share a persona and to open an API key for the sandbox. With a key in hand you need neither: paste it below."</p> }
            .into_any()
    };
    // The typed values and their violations must stay visible.
    let open = !ready
        || problem.is_some_and(|problem| {
            problem
                .violations
                .iter()
                .any(|violation| violation.field != "persona")
        });
    view! {
        {way}
        <details class="part" open=open>
            <summary>"Use an API key you were given"</summary>
            <div class="stack">
                {text_field(Field::new("api_key", "API key", "", problem).hint("With a key, the fields below count instead of the persona. Used for this one token, then forgotten.").mono(), "password", "off")}
                {embeds(state)}
                {viewer_fields(state, problem)}
            </div>
        </details>
    }
    .into_any()
}

/// The value and the text of each key.
fn key_options(keys: &[KeyChoice]) -> Vec<(String, &str)> {
    keys.iter()
        .map(|key| (key.id.to_string(), key.name.as_str()))
        .collect()
}

fn key_fields(state: &SandboxState, problem: Problem<'_>) -> AnyView {
    let choose = (!state.keys.is_empty()).then(|| {
        let mut options = vec![("", "Paste a key instead")];
        let keys = key_options(&state.keys);
        options.extend(keys.iter().map(|(id, name)| (id.as_str(), *name)));
        choice(
            Field::new("key", "Key to use", &state.chosen, problem),
            &options,
        )
    });
    let hint = if state.keys.is_empty() {
        "Used for this one token, then forgotten."
    } else {
        "Instead of choosing one. Used for this one token, then forgotten."
    };
    view! { <div class="pair">{choose}{text_field(Field::new("api_key", "API key", "", problem).hint(hint).mono(), "password", "off")}</div> }
        .into_any()
}

/// What will be embedded. The choice sets the permissions, and the component in the snippets.
fn embeds(state: &SandboxState) -> AnyView {
    let radio = |kind: EmbedKind| {
        let name = kind.as_str();
        let id = format!("embed-{name}");
        view! {
            <label class="check" for=id.clone()>
                <input type="radio" id=id.clone() name="embed" value=name checked=state.embed == Some(kind) data-permissions=kind.permissions().join(" ") data-tag=kind.tag() />
                <span>{kind.title()}</span>
            </label>
        }
    };
    view! {
        <fieldset class="part">
            <legend>"What will you embed?"</legend>
            <div class="matrix-row">{EmbedKind::ALL.map(radio).collect_view()}</div>
            <noscript><button type="submit" class="button small" name="intent" value="preset">"Set its permissions"</button></noscript>
        </fieldset>
    }
    .into_any()
}

fn viewer_fields(state: &SandboxState, problem: Problem<'_>) -> AnyView {
    let distinct_id = Field::new("distinctId", "distinctId", &state.distinct_id, problem)
        .hint("How your application names the viewer.")
        .mono();
    let clues = Field::new(
        "aiContextClues",
        "aiContextClues",
        &state.context_clues,
        problem,
    )
    .meter(MAX_CLUES);
    view! {
        <div class="beside">
            <div class="stack">
                <fieldset class="part">
                    <legend>"User Attributes"</legend>
                    <div class="pair">
                        {text_field(distinct_id, "text", "off")}
                        {choice(Field::new("role", "role", &state.role, problem).hint("The viewer role."), &[("explorer", "explorer")])}
                    </div>
                    {inputs::attribute_fields(&state.attributes, problem)}
                    {text_area(clues.hint("Optional: tone and context for the assistant. It never widens what the viewer sees."), "3")}
                </fieldset>
                {inputs::permission_fields(&state.permissions)}
                {choice(Field::new("expiresIn", "Lifetime", &state.lifetime, problem), &LIFETIMES)}
            </div>
            <div id="sandbox-request" data-describe-form="">{request(&state.request)}</div>
        </div>
    }
    .into_any()
}

/// The request that a backend would send, and why it would be refused.
pub fn request(state: &RequestState) -> AnyView {
    let violations = state
        .violations
        .iter()
        .map(|violation| view! { <li>{violation.clone()}</li> })
        .collect_view();
    let verdict = if state.violations.is_empty() {
        view! { <p class="meta">"A backend that sends this gets a token."</p> }.into_any()
    } else {
        view! { <div class="notice caution"><strong>"This would be refused."</strong><ul>{violations}</ul></div> }.into_any()
    };
    view! {
        <section class="part stack request" aria-labelledby="request-title">
            <div class="card-head"><h4 id="request-title">"Request your backend would send"</h4>{copy_button("request-body")}</div>
            <pre class="code" tabindex="0" aria-labelledby="request-title"><code id="request-body" data-body="">{state.body.clone()}</code></pre>
            {verdict}
        </section>
    }
    .into_any()
}
