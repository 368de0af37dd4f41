//! Feedback of the server while a person types.

use super::snippets;
use crate::browser::{ancestor, by_id, element_of, fields_but, value_of};
use crate::client::{self, DESCRIBE_ORIGIN, DESCRIBE_REQUEST};
use crate::wire::Fields;
use leptos::prelude::{GetValue, SetValue, StoredValue};
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement, HtmlInputElement};

/// Asks the server for feedback about a typed value, and shows it.
pub fn describe(event: &Event, latest: StoredValue<u32>) {
    let Some(target) = element_of(event) else {
        return;
    };
    if target.has_attribute("data-describe") {
        // Keep the element: the row may have another number when the answer arrives.
        let Some(place) = by_id::<Element>(&format!("{}-said", target.id())) else {
            return;
        };
        let id = ancestor(&target, "li")
            .and_then(|row| row.query_selector("input[name$=\".id\"]").ok()?)
            .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let value = value_of(event).unwrap_or_default();
        let typed = Some(value.clone());
        let event = event.clone();
        let fields: Fields = vec![
            ("value".to_owned(), value),
            (
                "id".to_owned(),
                id.map(|field| field.value()).unwrap_or_default(),
            ),
        ];
        spawn_local(async move {
            let answer = client::call(DESCRIBE_ORIGIN, fields).await;
            if let Ok(section) = answer
                && value_of(&event) == typed
            {
                place.set_inner_html(&section.html);
            }
        });
    } else if let Some(form) = ancestor(&target, "form")
        && let Ok(Some(place)) = form.query_selector("[data-describe-form]")
        && let Ok(form) = form.dyn_into::<HtmlFormElement>()
    {
        // A preview needs no secret.
        let fields = fields_but(&form, "input[type=password], textarea[readonly]");
        let own = latest.get_value().wrapping_add(1);
        latest.set_value(own);
        spawn_local(async move {
            let answer = client::call(DESCRIBE_REQUEST, fields).await;
            if let Ok(section) = answer
                && latest.get_value() == own
            {
                place.set_inner_html(&section.html);
                snippets::fill();
            }
        });
    }
}
