//! DOM helpers. Event handlers call them; nothing here runs while rendering, and nothing here knows the console.

use crate::wire::Fields;
use leptos::prelude::{document, window};
use leptos::wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, FormData, HtmlDocument, HtmlElement, HtmlFormElement, HtmlInputElement,
    HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement, NodeList,
};

pub fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

pub fn element_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

pub fn ancestor(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok()?
}

pub fn all(selector: &str) -> Vec<Element> {
    document()
        .query_selector_all(selector)
        .map(elements)
        .unwrap_or_default()
}

pub fn within(element: &Element, selector: &str) -> Vec<Element> {
    element
        .query_selector_all(selector)
        .map(elements)
        .unwrap_or_default()
}

fn elements(list: NodeList) -> Vec<Element> {
    (0..list.length())
        .filter_map(|at| list.item(at)?.dyn_into().ok())
        .collect()
}

pub fn text_of(element: &Element) -> String {
    element.text_content().unwrap_or_default()
}

/// True if a control differs from the value that the server rendered.
pub fn is_changed(control: &Element) -> bool {
    if let Some(field) = control.dyn_ref::<HtmlInputElement>() {
        return match field.type_().as_str() {
            "checkbox" | "radio" => field.checked() != field.default_checked(),
            "hidden" => false,
            _ => field.value() != field.default_value(),
        };
    }
    if let Some(field) = control.dyn_ref::<HtmlTextAreaElement>() {
        return field.default_value().is_ok_and(|was| was != field.value());
    }
    control
        .dyn_ref::<HtmlSelectElement>()
        .is_some_and(|select| {
            let options = within(select.as_ref(), "option");
            let mut options = options
                .iter()
                .filter_map(|option| option.dyn_ref::<HtmlOptionElement>());
            // A `<select>` without a preselected option shows its first option.
            let marked = options.clone().any(HtmlOptionElement::default_selected);
            options.any(|option| option.selected() != option.default_selected())
                && (marked || select.selected_index() != 0)
        })
}

/// The named fields of a form, with their current values.
pub fn fields_of(form: &HtmlFormElement) -> Fields {
    let Ok(data) = FormData::new_with_form(form) else {
        return Fields::new();
    };
    let pairs = data
        .entries()
        .into_iter()
        .flatten()
        .map(|pair| js_sys::Array::from(&pair));
    pairs
        .filter_map(|pair| Some((pair.get(0).as_string()?, pair.get(1).as_string()?)))
        .collect()
}

/// [`fields_of`] without the controls that match a selector.
pub fn fields_but(form: &HtmlFormElement, selector: &str) -> Fields {
    let left_out: Vec<_> = within(form.as_ref(), selector)
        .iter()
        .filter_map(|field| field.get_attribute("name"))
        .collect();
    fields_of(form)
        .into_iter()
        .filter(|(name, _)| !left_out.contains(name))
        .collect()
}

/// Appends an element with a text. The text is never taken for markup.
pub fn child(parent: &Element, name: &str, text: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    parent.append_child(&element).ok()?;
    Some(element)
}

/// Moves the focus. An unknown id moves nothing.
pub fn focus(id: &str) {
    if let Some(element) = by_id::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Copies the element that a button names in `data-copy`, and reports the result beside the button. Selecting and copying also
/// works over plain http, where the clipboard API is absent.
pub fn copy(button: &Element) {
    let Some(target) = button
        .get_attribute("data-copy")
        .and_then(|id| by_id::<Element>(&id))
    else {
        return;
    };
    match target.dyn_ref::<HtmlTextAreaElement>() {
        Some(field) => field.select(),
        None => {
            if let Ok(Some(selection)) = window().get_selection() {
                let _ = selection.select_all_children(&target);
            }
        }
    }
    let copied = document()
        .dyn_into::<HtmlDocument>()
        .is_ok_and(|document| document.exec_command("copy").unwrap_or(false));
    if let Some(report) = button.next_element_sibling() {
        report.set_text_content(Some(if copied {
            "Copied"
        } else {
            "Press Ctrl+C or ⌘C to copy the selected text"
        }));
    }
}

/// Keeps Esc from closing a dialog: its secret is shown only once.
pub fn keep_dialog_open(event: web_sys::KeyboardEvent) {
    if event.key() == "Escape"
        && document()
            .query_selector("dialog[open]")
            .is_ok_and(|dialog| dialog.is_some())
    {
        event.prevent_default();
    }
}

/// The text of the field that an event is about.
pub fn value_of(event: &Event) -> Option<String> {
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
