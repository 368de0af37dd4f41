//! What a page does by itself once it is alive: listeners on the document, which go on working when a section is shown anew.
//! Everything here is a convenience; the forms work without it.

use crate::api;
use crate::browser::{self, all, ancestor, by_id, element_of, text_of};
use crate::literal::literal;
use crate::wire::Fields;
use leptos::prelude::{GetValue, SetValue};
use leptos::prelude::{
    StoredValue, document, set_interval, set_timeout, window_event_listener_untyped,
};
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use std::time::Duration;
use web_sys::{
    Element, Event, HtmlElement, HtmlFormElement, HtmlIFrameElement, HtmlInputElement,
    HtmlSelectElement, HtmlTextAreaElement, KeyboardEvent, MessageEvent,
};

/// How long a person pauses before what they typed is looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// Starts listening. Called once, when the page has come alive.
pub fn start() {
    // The answer that came last is not the one that was asked for last.
    let asked = StoredValue::new(0u32);
    window_event_listener_untyped("click", |event| clicked(&event));
    window_event_listener_untyped("input", move |event| {
        changed(&event);
        // What is typed on is looked at when it comes to rest.
        let typed = value_of(&event);
        set_timeout(
            move || {
                if value_of(&event) == typed {
                    describe(&event, asked);
                }
            },
            PAUSE,
        );
    });
    window_event_listener_untyped("keydown", |event| entered(&event));
    window_event_listener_untyped("message", |event| {
        preview(&event);
    });
    window_event_listener_untyped("beforeunload", |event| {
        // A secret that is shown once is as unsaved as a row.
        if all("form").iter().any(|form| unsaved(form) > 0) || !all("dialog[open]").is_empty() {
            event.prevent_default();
        }
    });
    set_interval(count_down, Duration::from_secs(1));
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-alive", "");
    }
}

fn value_of(event: &Event) -> Option<String> {
    let target = element_of(event)?;
    target
        .dyn_ref::<HtmlInputElement>()
        .map(HtmlInputElement::value)
        .or_else(|| {
            target
                .dyn_ref::<HtmlTextAreaElement>()
                .map(HtmlTextAreaElement::value)
        })
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

/// One more row, from the template that stands beside the list.
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

/// Takes the token that was just made to the section that explains it.
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
    // A persona that is chosen is what the form shows.
    // With none chosen there is nothing to fill in, and no answer that could overtake the next choice.
    let fills = target.id() == "persona"
        && target
            .dyn_ref::<HtmlSelectElement>()
            .is_some_and(|select| !select.value().is_empty());
    if let Some(button) = by_id::<HtmlElement>("persona-fill").filter(|_| fills) {
        button.click();
    }
    if let Some(form) = ancestor(&target, "form") {
        count_unsaved(&form);
    }
}

/// A key is chosen or pasted, never both.
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

/// Enter in a field that has a button of its own presses that one.
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

/// Says beside the button how many rows are not saved yet.
pub fn count_unsaved(form: &Element) {
    let Ok(Some(place)) = form.query_selector("[data-unsaved-count]") else {
        return;
    };
    let text = match unsaved(form) {
        0 => String::new(),
        1 => "1 change not saved yet".to_owned(),
        many => format!("{many} changes not saved yet"),
    };
    place.set_text_content(Some(&text));
}

fn unsaved(form: &Element) -> usize {
    unsaved_rows(form).len()
}

/// The rows of a form that differ from what is stored.
fn unsaved_rows(form: &Element) -> Vec<Element> {
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

/// Names of attributes that are typed but not saved, for the sandbox to mention.
pub fn draft() -> String {
    let rows = by_id::<Element>("attributes")
        .map(|section| unsaved_rows(&section))
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

/// Asks what is to be said about what was typed, and says it.
fn describe(event: &Event, asked: StoredValue<u32>) {
    let Some(target) = element_of(event) else {
        return;
    };
    if target.has_attribute("data-describe") {
        // The place itself: rows may have other numbers by the time the answer comes.
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
            let said = api::call(api::path_of::<api::DescribeOrigin>(), fields).await;
            if let Ok(section) = said
                && value_of(&event) == typed
            {
                place.set_inner_html(&section.html);
            }
        });
    } else if let Some(form) = ancestor(&target, "form")
        && let Ok(Some(place)) = form.query_selector("[data-describe-form]")
        && let Ok(form) = form.dyn_into::<HtmlFormElement>()
    {
        // A secret has no business in what only previews.
        let fields = browser::fields_but(&form, "input[type=password], textarea[readonly]");
        let turn = asked.get_value().wrapping_add(1);
        asked.set_value(turn);
        spawn_local(async move {
            let said = api::call(api::path_of::<api::DescribeRequest>(), fields).await;
            if let Ok(section) = said
                && asked.get_value() == turn
            {
                place.set_inner_html(&section.html);
                fill_snippets();
            }
        });
    }
}

/// Puts the token, the request and the component into the snippets.
pub fn fill_snippets() {
    let token = by_id::<HtmlTextAreaElement>("sandbox-token").map(|field| field.value());
    let body = by_id::<Element>("request-body")
        .map(|place| text_of(&place))
        .unwrap_or_default();
    let tag = all("input[name=embed]:checked")
        .first()
        .and_then(|choice| choice.get_attribute("data-tag"));
    for place in all("[data-fill]") {
        let text = match place
            .get_attribute("data-fill")
            .unwrap_or_default()
            .as_str()
        {
            "token" => token.clone(),
            "tag" => tag.clone(),
            "body" => Some(literal(&body, false)),
            _ => Some(literal(&body, true)),
        };
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            place.set_text_content(Some(&text));
        }
    }
}

/// Hands the token that was just made to the preview, when that says that it is there. Only to its own origin: should anything
/// else be in the frame, it gets nothing.
fn preview(event: &Event) -> Option<()> {
    let event = event.dyn_ref::<MessageEvent>()?;
    let frame: HtmlIFrameElement = by_id("preview")?;
    let origin = frame.src().trim_end_matches('/').to_owned();
    let root = document().document_element()?;
    if event.origin() != origin {
        return None;
    }
    let token: HtmlTextAreaElement = by_id("sandbox-token")?;
    let text = format!(
        "{}\n{}\n{}",
        frame.get_attribute("data-tag")?,
        root.get_attribute("data-theme").unwrap_or_default(),
        token.value()
    );
    frame
        .content_window()?
        .post_message(&text.into(), &origin)
        .ok()
}

/// Lets every lifetime on the page run out by the second.
fn count_down() {
    // Whole seconds: texts of fractions would bring their own tables into the browser.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the seconds since 1970 fit"
    )]
    let now = (js_sys::Date::now() / 1_000.0) as i64;
    for place in all("[data-left]") {
        let attribute = |name: &str| {
            place
                .get_attribute(name)
                .and_then(|text| text.parse::<i64>().ok())
        };
        let ends = attribute("data-ends").unwrap_or_else(|| {
            let ends = now + attribute("data-left").unwrap_or_default();
            let _ = place.set_attribute("data-ends", &ends.to_string());
            ends
        });
        let left = ends - now;
        let text = match left {
            ..1 => "Expired".to_owned(),
            1..60 => format!("Expires in {left} s"),
            60..3_600 => format!("Expires in {} min {:02} s", left / 60, left % 60),
            _ => format!("Expires in {} h {:02} min", left / 3_600, left % 3_600 / 60),
        };
        place.set_text_content(Some(&text));
    }
}
