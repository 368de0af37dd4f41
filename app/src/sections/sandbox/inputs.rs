//! Renders the fields of the sandbox that depend on declarations and permissions.

use super::state::AttributeField;
use crate::components::{Field, choice, text_area, text_field};
use crate::wire::WireError;
use leptos::prelude::*;
use perch_domain::attribute::Kind;

pub fn attribute_fields(
    attributes: &[AttributeField],
    problem: Option<&WireError>,
) -> Option<AnyView> {
    if attributes.is_empty() {
        return None;
    }
    let fields = attributes
        .iter()
        .map(|attribute| attribute_field(attribute, problem))
        .collect_view();
    Some(view! { <fieldset class="part"><legend>"Custom Attributes"</legend><div class="pair">{fields}</div></fieldset> }.into_any())
}

/// The control for the type. Dates are text, because no date control can hold a moment with its zone.
fn attribute_field(attribute: &AttributeField, problem: Option<&WireError>) -> AnyView {
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
    let form = if *kind == Kind::Date {
        ", such as 2026-11-20"
    } else {
        ""
    };
    let kind_text = if *list {
        format!("{}{form}, one a line", kind.as_str())
    } else {
        format!("{}{form}", kind.as_str())
    };
    let hint = if description.is_empty() {
        kind_text
    } else {
        format!("{description} ({kind_text})")
    };
    let path = format!("user.attributes.{name}");
    let field = Field::new(&path, &label, value, problem).hint(&hint);
    match (list, kind) {
        (true, _) => text_area(field, "2"),
        (false, Kind::Boolean) => {
            // A persona may hold another value, from before the type was changed. It is shown, and refused by name.
            let other = (!matches!(value.as_str(), "" | "true" | "false"))
                .then_some((value.as_str(), value.as_str()));
            let options: Vec<_> = [("", "Not set"), ("true", "true"), ("false", "false")]
                .into_iter()
                .chain(other)
                .collect();
            choice(field, &options)
        }
        (false, Kind::Integer) => text_field(field.inputmode("numeric"), "text", "off"),
        (false, Kind::Numeric) => text_field(field.inputmode("decimal"), "text", "off"),
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

pub fn permission_fields(granted: &[String]) -> AnyView {
    let head = VERBS
        .map(|(_, title)| view! { <th scope="col">{title}</th> })
        .collect_view();
    let row = |(model, title): (&str, &'static str)| {
        let cell = |(permission, verb): (&str, &str)| {
            // Only the assistant can be asked. Only the others can be viewed and edited.
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
