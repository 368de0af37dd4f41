//! Token Generation Sandbox: a form that is ready to send, the request a backend would send, and the token it makes.

use super::personas;
use crate::components::{
    Field, choice, copy_button, default_submit, feedback_or, text_area, text_field, token_result,
};
use crate::model::{AttributeField, RequestView, SandboxState};
use crate::present::PRESETS;
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
    let body = if state.prepared {
        prepared(state, problem)
    } else {
        free(state, problem)
    };
    view! {
        {default_submit()}
        <input type="hidden" name="form" value="sandbox" />
        {feedback_or("sandbox", &state.outcome, state.confirm.as_ref())}
        {body}
        {generate}
        {state.token.clone().map(|token| token_result(token, &state.draft, crate::snippets::tag(&state.embed)))}
    }
    .into_any()
}

/// For those who may fill in what they like.
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

/// For those who need a secret in hand to fill in what they like: colleagues prepared personas and keys.
fn prepared(state: &SandboxState, problem: Problem<'_>) -> AnyView {
    let shared: Vec<_> = state
        .personas
        .iter()
        .filter(|persona| persona.shared)
        .collect();
    let ready = !shared.is_empty() && !state.keys.is_empty();
    let way = if ready {
        let options: Vec<_> = shared
            .iter()
            .map(|persona| (persona.id.as_str(), persona.name.as_str()))
            .collect();
        let keys: Vec<_> = state
            .keys
            .iter()
            .map(|(id, name)| (id.as_str(), name.as_str()))
            .collect();
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
    // What was typed there must be seen again, and its faults with it.
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

fn key_fields(state: &SandboxState, problem: Problem<'_>) -> AnyView {
    let choose = (!state.keys.is_empty()).then(|| {
        let mut options = vec![("", "Paste a key instead")];
        options.extend(
            state
                .keys
                .iter()
                .map(|(id, name)| (id.as_str(), name.as_str())),
        );
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

/// What will be embedded: it sets the permissions and the component of the snippets.
fn embeds(state: &SandboxState) -> AnyView {
    let radio = |(name, title, permissions): (&'static str, &'static str, &[&str])| {
        let id = format!("embed-{name}");
        view! {
            <label class="check" for=id.clone()>
                <input type="radio" id=id.clone() name="embed" value=name checked=state.embed == name data-permissions=permissions.join(" ") data-tag=crate::snippets::tag(name) />
                <span>{title}</span>
            </label>
        }
    };
    view! {
        <fieldset class="part">
            <legend>"What will you embed?"</legend>
            <div class="matrix-row">{PRESETS.map(radio).collect_view()}</div>
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
                    {attribute_fields(&state.attributes, problem)}
                    {text_area(clues.hint("Optional: tone and context for the assistant. It never widens what the viewer sees."), "3")}
                </fieldset>
                {permission_fields(&state.permissions)}
                {choice(Field::new("expiresIn", "Lifetime", &state.lifetime, problem), &LIFETIMES)}
            </div>
            <div id="sandbox-request" data-describe-form="">{request(&state.request)}</div>
        </div>
    }
    .into_any()
}

/// The request a backend would send, and what it would be told.
pub fn request(view: &RequestView) -> AnyView {
    let faults = view
        .faults
        .iter()
        .map(|fault| view! { <li>{fault.clone()}</li> })
        .collect_view();
    let told = if view.faults.is_empty() {
        view! { <p class="meta">"A backend that sends this gets a token."</p> }.into_any()
    } else {
        view! { <div class="notice caution"><strong>"This would be refused."</strong><ul>{faults}</ul></div> }.into_any()
    };
    view! {
        <section class="part stack request" aria-labelledby="request-title">
            <div class="card-head"><h4 id="request-title">"Request your backend would send"</h4>{copy_button("request-body")}</div>
            <pre class="code" tabindex="0" aria-labelledby="request-title"><code id="request-body" data-body="">{view.body.clone()}</code></pre>
            {told}
        </section>
    }
    .into_any()
}

fn attribute_fields(attributes: &[AttributeField], problem: Problem<'_>) -> Option<AnyView> {
    if attributes.is_empty() {
        return None;
    }
    let fields = attributes
        .iter()
        .map(|attribute| attribute_field(attribute, problem))
        .collect_view();
    Some(view! { <fieldset class="part"><legend>"Custom Attributes"</legend><div class="pair">{fields}</div></fieldset> }.into_any())
}

/// The control that fits the type. Dates are text: a moment with its zone is a date too, and no date control holds one.
fn attribute_field(attribute: &AttributeField, problem: Problem<'_>) -> AnyView {
    let AttributeField {
        name,
        kind,
        list,
        required,
        description,
        value,
    } = attribute;
    let label = if *required {
        format!("{name} (required)")
    } else {
        name.clone()
    };
    let form = if kind == "Date" {
        ", such as 2026-11-20"
    } else {
        ""
    };
    let kind_text = if *list {
        format!("{kind}{form}, one a line")
    } else {
        format!("{kind}{form}")
    };
    let hint = if description.is_empty() {
        kind_text
    } else {
        format!("{description} ({kind_text})")
    };
    let path = format!("user.attributes.{name}");
    let field = Field::new(&path, &label, value, problem).hint(&hint);
    match (list, kind.as_str()) {
        (true, _) => text_area(field, "2"),
        (false, "Boolean") => {
            // A persona may hold what is no Boolean any more; it is shown, to be refused by name.
            let other = (!matches!(value.as_str(), "" | "true" | "false"))
                .then_some((value.as_str(), value.as_str()));
            let options: Vec<_> = [("", "Not set"), ("true", "true"), ("false", "false")]
                .into_iter()
                .chain(other)
                .collect();
            choice(field, &options)
        }
        (false, "Integer") => text_field(field.inputmode("numeric"), "text", "off"),
        (false, "Numeric") => text_field(field.inputmode("decimal"), "text", "off"),
        _ => text_field(field, "text", "off"),
    }
}

const VERBS: [(&str, &str); 3] = [
    ("can_view", "View"),
    ("can_edit", "Edit"),
    ("can_query", "Ask"),
];
const MODELS: [(&str, &str); 4] = [
    ("dashboard", "Dashboards"),
    ("chart", "Charts"),
    ("database", "Databases"),
    ("ai", "AI assistant"),
];

fn permission_fields(granted: &[String]) -> AnyView {
    let head = VERBS
        .map(|(_, title)| view! { <th scope="col">{title}</th> })
        .collect_view();
    let row = |(model, title): (&str, &'static str)| {
        let cell = |(permission, verb): (&str, &str)| {
            // The assistant can be asked; everything else can be viewed and edited.
            if (model == "ai") != (permission == "can_query") {
                return view! { <td></td> }.into_any();
            }
            let value = format!("{model}.{permission}");
            let label = format!("{title}: {}", verb.to_lowercase());
            let id = crate::field_id(&format!("permissions-{value}"));
            let checked = granted.contains(&value);
            view! { <td><input id=id type="checkbox" name="permissions" value=value.clone() checked=checked aria-label=label /></td> }.into_any()
        };
        view! { <tr><th scope="row">{title}</th>{VERBS.map(cell).collect_view()}</tr> }
    };
    view! {
        <fieldset class="part">
            <legend>"Permissions"</legend>
            <table class="matrix"><thead><tr><td></td>{head}</tr></thead><tbody>{MODELS.map(row).collect_view()}</tbody></table>
        </fieldset>
    }
    .into_any()
}
