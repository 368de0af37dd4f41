//! Conveniences of a page that is alive: listeners on the document, which keep working when a section is rendered again.
//!
//! Every form works without them.

mod describe;
mod lifetimes;
mod preview;
pub mod snippets;
pub mod unsaved;

use crate::browser::{self, all, ancestor, by_id, element_of, value_of};
use leptos::prelude::{
    StoredValue, document, set_interval, set_timeout, window_event_listener_untyped,
};
use leptos::wasm_bindgen::JsCast;
use std::time::Duration;
use web_sys::{
    Element, Event, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement,
    HtmlTextAreaElement, KeyboardEvent,
};

/// How long a person pauses before the server gives feedback.
const PAUSE: Duration = Duration::from_millis(200);

/// Starts listening. Call this once, when the page has come alive.
pub fn start() {
    // Answers may arrive in another order than they were asked for.
    let latest = StoredValue::new(0u32);
    window_event_listener_untyped("click", |event| clicked(&event));
    window_event_listener_untyped("input", move |event| {
        changed(&event);
        let typed = value_of(&event);
        set_timeout(
            move || {
                if value_of(&event) == typed {
                    describe::describe(&event, latest);
                }
            },
            PAUSE,
        );
    });
    window_event_listener_untyped("keydown", |event| entered(&event));
    window_event_listener_untyped("message", |event| {
        preview::hand_over(&event);
    });
    window_event_listener_untyped("beforeunload", |event| {
        // A dialog shows a secret only once, so closing it would lose something too.
        if all("form")
            .iter()
            .any(|form| !unsaved::rows(form).is_empty())
            || !all("dialog[open]").is_empty()
        {
            event.prevent_default();
        }
    });
    set_interval(lifetimes::count_down, Duration::from_secs(1));
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-alive", "");
    }
}

fn clicked(event: &Event) {
    let Some(target) = element_of(event) else {
        return;
    };
    if let Some(button) = ancestor(&target, "[data-copy]") {
        browser::copy(&button);
    } else if let Some(button) = ancestor(&target, "[data-add]") {
        event.prevent_default();
        add_row(&button);
    } else if let Some(dialog) =
        ancestor(&target, "dialog[open] a").and_then(|link| ancestor(&link, "dialog"))
    {
        let _ = dialog.remove_attribute("open");
    } else if let Some(button) = ancestor(&target, "[data-introspect]") {
        event.prevent_default();
        introspect(&button);
    }
}

/// Adds a row from the template beside the list.
fn add_row(button: &Element) -> Option<()> {
    let form = ancestor(button, "form")?;
    let list = form.query_selector("[data-rows]").ok()??;
    let template = form.query_selector("template").ok()??;
    let row = template
        .inner_html()
        .replace("ROWNUMBER", &list.child_element_count().to_string());
    list.insert_adjacent_html("beforeend", &row).ok()?;
    let field = list
        .last_element_child()?
        .query_selector("input:not([type=hidden])")
        .ok()??;
    field.dyn_into::<HtmlElement>().ok()?.focus().ok()
}

/// Submits the new token to Token Introspection.
fn introspect(button: &Element) -> Option<()> {
    let token: HtmlTextAreaElement = by_id(&button.get_attribute("data-introspect")?)?;
    let field: HtmlTextAreaElement = by_id("token")?;
    field.set_value(&token.value());
    ancestor(field.as_ref(), "form")?
        .dyn_into::<HtmlFormElement>()
        .ok()?
        .request_submit()
        .ok()
}

fn changed(event: &Event) {
    let Some(target) = element_of(event) else {
        return;
    };
    if let (Some(most), Ok(field)) = (
        target.get_attribute("data-meter"),
        target.clone().dyn_into::<HtmlTextAreaElement>(),
    ) && let Some(meter) = by_id::<Element>(&format!("{}-meter", target.id()))
    {
        meter.set_text_content(Some(&format!(
            "{} of {most} characters",
            field.value().chars().count()
        )));
    }
    if let Some(granted) = target.get_attribute("data-permissions") {
        for field in all("input[name=permissions]") {
            if let Ok(field) = field.dyn_into::<HtmlInputElement>() {
                field.set_checked(granted.split(' ').any(|name| name == field.value()));
            }
        }
    }
    one_key(&target);
    // Choosing a persona fills the form. Choosing none sends nothing, so that no answer can overtake the next choice.
    let fills = target.id() == "persona"
        && target
            .dyn_ref::<HtmlSelectElement>()
            .is_some_and(|select| !select.value().is_empty());
    if let Some(button) = by_id::<HtmlElement>("persona-fill").filter(|_| fills) {
        button.click();
    }
    if let Some(form) = ancestor(&target, "form") {
        unsaved::show_count(&form);
    }
}

/// Clears the pasted key when a key is chosen, and the other way round.
fn one_key(target: &Element) {
    let (Some(choice), Some(paste)) = (
        by_id::<HtmlSelectElement>("key"),
        by_id::<HtmlInputElement>("api-key"),
    ) else {
        return;
    };
    match target.id().as_str() {
        "key" if !choice.value().is_empty() => paste.set_value(""),
        "api-key" if !paste.value().is_empty() => choice.set_value(""),
        _ => {}
    }
}

/// Lets Enter press the button that belongs to a field.
fn entered(event: &Event) {
    let enter = event
        .dyn_ref::<KeyboardEvent>()
        .is_some_and(|event| event.key() == "Enter");
    let Some(field) = element_of(event).filter(|field| {
        enter
            && field
                .dyn_ref::<HtmlInputElement>()
                .is_some_and(|field| field.type_() == "text")
    }) else {
        return;
    };
    let button = ancestor(&field, "[data-enter]")
        .and_then(|part| browser::within(&part, "button").into_iter().next());
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        event.prevent_default();
        button.click();
    }
}
