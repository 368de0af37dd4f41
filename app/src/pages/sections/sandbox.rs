//! Token Generation Sandbox: a form that is ready to send, and the token it makes.

use crate::components::{Field, checkbox, choice, feedback, text_area, text_field, token_result};
use crate::model::{AttributeField, Outcome, SandboxState, TokenResult};
use crate::wire::WireError;
use leptos::prelude::*;

type Problem<'a> = Option<&'a WireError>;

const LIFETIMES: [(&str, &str); 5] = [("5m", "5 minutes"), ("30m", "30 minutes"), ("1h", "1 hour"), ("8h", "8 hours"), ("1d", "1 day")];
/// Values and the words for them.
type Named = &'static [(&'static str, &'static str)];

const VIEW_AND_EDIT: Named = &[("can_view", "view"), ("can_edit", "edit")];
const PERMISSIONS: [(&str, &str, Named); 4] = [
    ("dashboard", "Dashboards", VIEW_AND_EDIT),
    ("chart", "Charts", VIEW_AND_EDIT),
    ("database", "Databases", VIEW_AND_EDIT),
    ("ai", "AI assistant", &[("can_query", "ask")]),
];

pub fn sandbox(state: &SandboxState, token: Option<TokenResult>) -> AnyView {
    let problem = state.problem.as_ref();
    let outcome = Outcome { problem: state.problem.clone(), done: None };
    let distinct_id = Field::new("distinctId", "distinctId", &state.distinct_id, problem).hint("How your application names the viewer.").mono();
    let clues = Field::new("aiContextClues", "aiContextClues", &state.context_clues, problem);
    view! {
        <input type="hidden" name="form" value="sandbox" />
        {feedback("sandbox", &outcome)}
        {key_fields(state, problem)}
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
        <div class="actions"><button type="submit" class="button primary" data-busy="Generating…">"Generate Token"</button></div>
        {token.map(token_result)}
    }
    .into_any()
}

fn key_fields(state: &SandboxState, problem: Problem<'_>) -> AnyView {
    let choose = (!state.keys.is_empty()).then(|| {
        let mut options = vec![("", "The key pasted beside this")];
        options.extend(state.keys.iter().map(|(id, name)| (id.as_str(), name.as_str())));
        choice(Field::new("key", "Key to use", &state.chosen, problem), &options)
    });
    let hint = if state.keys.is_empty() {
        "Used for this one token, then forgotten."
    } else {
        "Instead of choosing one. Used for this one token, then forgotten."
    };
    view! { <div class="pair">{choose}{text_field(Field::new("api_key", "API key", "", problem).hint(hint).mono(), "password", "off")}</div> }
        .into_any()
}

fn attribute_fields(attributes: &[AttributeField], problem: Problem<'_>) -> Option<AnyView> {
    if attributes.is_empty() {
        return None;
    }
    let fields = attributes.iter().map(|attribute| attribute_field(attribute, problem)).collect_view();
    Some(view! { <fieldset class="part"><legend>"Custom Attributes"</legend><div class="pair">{fields}</div></fieldset> }.into_any())
}

/// The control that fits the type.
fn attribute_field(attribute: &AttributeField, problem: Problem<'_>) -> AnyView {
    let AttributeField { name, kind, list, required, description, value } = attribute;
    let label = if *required { format!("{name} (required)") } else { name.clone() };
    let form = if kind == "Date" { ", such as 2026-11-20" } else { "" };
    let kind_text = if *list { format!("{kind}{form}, one a line") } else { format!("{kind}{form}") };
    let hint = if description.is_empty() { kind_text } else { format!("{description} ({kind_text})") };
    let path = format!("user.attributes.{name}");
    let field = Field::new(&path, &label, value, problem).hint(&hint);
    match (list, kind.as_str()) {
        (true, _) => text_area(field, "2"),
        (false, "Boolean") => choice(field, &[("", "Not set"), ("true", "true"), ("false", "false")]),
        (false, "Integer") => text_field(field.inputmode("numeric"), "text", "off"),
        (false, "Numeric") => text_field(field.inputmode("decimal"), "text", "off"),
        _ => text_field(field, "text", "off"),
    }
}

fn permission_fields(granted: &[String]) -> AnyView {
    let row = |(model, title, permissions): &(&str, &str, Named)| {
        let boxes = permissions
            .iter()
            .map(|(permission, verb)| {
                let value = format!("{model}.{permission}");
                checkbox("permissions", &value, &format!("{title}: {verb}"), granted.contains(&value))
            })
            .collect_view();
        view! { <div class="matrix-row">{boxes}</div> }
    };
    view! { <fieldset class="part"><legend>"Permissions"</legend><div class="matrix">{PERMISSIONS.iter().map(row).collect_view()}</div></fieldset> }
        .into_any()
}
