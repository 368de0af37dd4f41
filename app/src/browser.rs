//! The few things the island asks of the browser. Called from event handlers only, never while rendering.

use crate::field_id;
use crate::wire::{Fields, Section, WireError};
use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use web_sys::{
    Element, FormData, HtmlButtonElement, HtmlDialogElement, HtmlDocument, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement,
    SubmitEvent,
};

/// A form on the page. Its live part is the element marked `data-live`, its messages go to the one marked `data-feedback`.
#[derive(Clone)]
pub struct Form(HtmlFormElement);

/// A pressed button that says what is going on.
pub struct Waiting(Option<(HtmlButtonElement, String)>);

impl Waiting {
    pub fn done(self) {
        if let Some((button, label)) = self.0 {
            button.set_text_content(Some(&label));
            let _ = button.remove_attribute("aria-busy");
        }
    }
}

fn submitter(event: &SubmitEvent) -> Option<HtmlButtonElement> {
    event.submitter()?.dyn_into().ok()
}

fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

impl Form {
    pub fn of(event: &SubmitEvent) -> Option<Self> {
        event.target()?.dyn_into().ok().map(Self)
    }

    /// The named fields as they stand, and the button that was pressed.
    pub fn fields(&self, event: &SubmitEvent) -> Fields {
        let Ok(data) = FormData::new_with_form(&self.0) else { return Fields::new() };
        let pairs = data.entries().into_iter().flatten().map(|pair| js_sys::Array::from(&pair));
        let mut fields: Fields = pairs.filter_map(|pair| Some((pair.get(0).as_string()?, pair.get(1).as_string()?))).collect();
        fields.extend(submitter(event).map(|button| (button.name(), button.value())).filter(|(name, _)| !name.is_empty()));
        fields
    }

    /// Lets the pressed button say that something is going on.
    pub fn wait(&self, event: &SubmitEvent) -> Waiting {
        Waiting(submitter(event).and_then(|button| {
            let busy = button.get_attribute("data-busy")?;
            let label = button.text_content().unwrap_or_default();
            button.set_text_content(Some(&busy));
            let _ = button.set_attribute("aria-busy", "true");
            Some((button, label))
        }))
    }

    fn part(&self, selector: &str) -> Option<Element> {
        self.0.query_selector(selector).ok()?
    }

    /// Shows the section as the server rendered it. A secret that was pasted stays in its field: only the browser has it.
    pub fn show(&self, section: &Section) {
        let secret = |form: &Self| form.part("input[type=password]").and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let pasted = secret(self).map(|field| field.value());
        if let Some(live) = self.part("[data-live]") {
            live.set_inner_html(&section.html);
        }
        if let (Some(field), Some(pasted)) = (secret(self), pasted) {
            field.set_value(&pasted);
        }
        if let Some(dialog) = self.part("dialog").and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok()) {
            let _ = dialog.show_modal();
        }
        focus(&section.focus);
    }

    /// Writes a refusal beside the fields it names, and all of it in the summary, which takes the focus.
    pub fn refuse(&self, problem: &WireError) {
        self.forget_faults();
        let Some(feedback) = self.part("[data-feedback]") else { return };
        feedback.set_text_content(None);
        let Some(notice) = child(&feedback, "div", "") else { return };
        notice.set_class_name("notice danger");
        child(&notice, "strong", &problem.headline());
        let Some(list) = child(&notice, "ul", "") else { return };
        for violation in &problem.violations {
            let id = field_id(&violation.field);
            let Some(item) = child(&list, "li", "") else { continue };
            match element::<HtmlElement>(&id) {
                None => item.set_text_content(Some(&violation.message)),
                Some(field) => {
                    let _ = field.set_attribute("aria-invalid", "true");
                    if let Some(link) = child(&item, "a", &violation.message) {
                        let _ = link.set_attribute("href", &format!("#{id}"));
                    }
                }
            }
            if let Some(fault) = element::<HtmlElement>(&format!("{id}-fault")) {
                fault.set_text_content(Some(&violation.message));
            }
        }
        if let Some(meta) = child(&notice, "p", &format!("Code {}, request {}", problem.code, problem.request_id)) {
            meta.set_class_name("meta");
        }
        focus(&feedback.id());
    }

    fn forget_faults(&self) {
        while let Some(field) = self.part("[aria-invalid]") {
            let _ = field.remove_attribute("aria-invalid");
            if let Some(fault) = element::<HtmlElement>(&format!("{}-fault", field.id())) {
                fault.set_text_content(None);
            }
        }
    }
}

/// Appends an element with a text. Text only: what the server says about input is never taken for markup.
fn child(parent: &Element, name: &str, text: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    parent.append_child(&element).ok()?;
    Some(element)
}

fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Copies what the read-only field named by a button's `data-copy` holds, and says so beside it. Selecting and copying
/// works over plain http too, where the clipboard API is absent.
pub fn copy_on_click(event: web_sys::MouseEvent) {
    let button = event.target().and_then(|target| target.dyn_into::<Element>().ok()).and_then(|target| target.closest("[data-copy]").ok().flatten());
    let Some(button) = button else { return };
    let Some(field) = button.get_attribute("data-copy").and_then(|id| element::<HtmlTextAreaElement>(&id)) else { return };
    field.select();
    let copied = document().dyn_into::<HtmlDocument>().is_ok_and(|document| document.exec_command("copy").unwrap_or(false));
    if let Some(said) = button.next_element_sibling() {
        said.set_text_content(Some(if copied { "Copied" } else { "Press Ctrl+C or ⌘C to copy the selected text" }));
    }
}

/// A secret that is shown once must not vanish by a stray Esc.
pub fn keep_dialog_open(event: web_sys::KeyboardEvent) {
    if event.key() == "Escape" && document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some()) {
        event.prevent_default();
    }
}
