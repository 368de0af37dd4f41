//! Unsaved rows: how many there are, and the names of unsaved attributes.

use crate::browser::{self, by_id};
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// Shows the number of unsaved rows beside the button.
pub fn show_count(form: &Element) {
    let Ok(Some(place)) = form.query_selector("[data-unsaved-count]") else {
        return;
    };
    let text = match rows(form).len() {
        0 => String::new(),
        1 => "1 change not saved yet".to_owned(),
        many => format!("{many} changes not saved yet"),
    };
    place.set_text_content(Some(&text));
}

/// The rows of a form that differ from the stored ones.
pub fn rows(form: &Element) -> Vec<Element> {
    let rows = browser::within(form, "[data-rows] > li");
    rows.into_iter()
        .filter(|row| {
            row.has_attribute("data-unsaved")
                || browser::within(row, "input, select, textarea")
                    .iter()
                    .any(browser::is_changed)
        })
        .collect()
}

/// The names of attributes that are typed and not saved. The sandbox mentions them.
pub fn attribute_names() -> String {
    let rows = by_id::<Element>("attributes")
        .map(|section| rows(&section))
        .unwrap_or_default();
    let stays = |row: &&Element| {
        !browser::within(row, "input[name$=\".remove\"]")
            .iter()
            .any(|field| {
                field
                    .dyn_ref::<HtmlInputElement>()
                    .is_some_and(HtmlInputElement::checked)
            })
    };
    let names = rows
        .iter()
        .filter(stays)
        .filter_map(|row| row.query_selector("input[name$=\".name\"]").ok()?);
    names
        .filter_map(|field| field.dyn_into::<HtmlInputElement>().ok())
        .map(|field| field.value())
        .filter(|name| !name.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
