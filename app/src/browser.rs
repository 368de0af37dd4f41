//! The few things the page asks of the browser. Called from event handlers only, never while rendering.

use crate::behaviours;
use crate::field_id;
use crate::wire::{Fields, Section, WireError};
use leptos::prelude::{document, window};
use leptos::wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, FormData, HtmlButtonElement, HtmlDialogElement, HtmlDocument, HtmlElement,
    HtmlFormElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement,
    NodeList, SubmitEvent,
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

/// Whether a control differs from what the server put into it.
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
            // A list of which the server chose none shows its first.
            let marked = options.clone().any(HtmlOptionElement::default_selected);
            options.any(|option| option.selected() != option.default_selected())
                && (marked || select.selected_index() != 0)
        })
}

/// The named fields of a form as they stand.
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

/// [`fields_of`] without the controls that a selector names.
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

impl Form {
    pub fn of(event: &SubmitEvent) -> Option<Self> {
        event.target()?.dyn_into().ok().map(Self)
    }

    /// The form in the section of this id.
    pub fn of_kind(section: &str) -> Option<Self> {
        let section = by_id::<Element>(section)?;
        section
            .query_selector("form")
            .ok()??
            .dyn_into()
            .ok()
            .map(Self)
    }

    /// The fields as if a button with this intent had been pressed, without secrets.
    pub fn fields_for(&self, intent: &str) -> Fields {
        let mut fields = fields_but(&self.0, "input[type=password]");
        fields.push(("intent".to_owned(), intent.to_owned()));
        fields
    }

    /// The fields, the button that was pressed, and for the sandbox what is typed elsewhere and not saved.
    pub fn fields(&self, event: &SubmitEvent) -> Fields {
        let mut fields = fields_of(&self.0);
        fields.extend(
            submitter(event)
                .map(|button| (button.name(), button.value()))
                .filter(|(name, _)| !name.is_empty()),
        );
        if self.part("[data-describe-form]").is_some() {
            fields.push(("draft".to_owned(), behaviours::draft()));
        }
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
        let secret = |form: &Self| {
            form.part("input[type=password]")
                .and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
        };
        let pasted = secret(self).map(|field| field.value());
        // What was unfolded stays so, as far as the new section does not say otherwise.
        let folded = |form: &Self| within(form.0.as_ref(), "details");
        let open: Vec<bool> = folded(self)
            .iter()
            .map(|details| details.has_attribute("open"))
            .collect();
        if let Some(live) = self.part("[data-live]") {
            live.set_inner_html(&section.html);
        }
        for (details, _) in folded(self).iter().zip(open).filter(|(_, open)| *open) {
            let _ = details.set_attribute("open", "");
        }
        if let (Some(field), Some(pasted)) = (secret(self), pasted) {
            field.set_value(&pasted);
        }
        if let Some(dialog) = self
            .part("dialog")
            .and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok())
        {
            let _ = dialog.show_modal();
        }
        title_says_error(
            self.part(".notice.danger")
                .is_some_and(|notice| ancestor(&notice, "[data-feedback]").is_some()),
        );
        behaviours::count_unsaved(self.0.as_ref());
        behaviours::fill_snippets();
        focus(&section.focus);
    }

    /// Writes a refusal beside the fields it names, and all of it in the summary, which takes the focus.
    pub fn refuse(&self, problem: &WireError) {
        self.forget_faults();
        let Some(feedback) = self.part("[data-feedback]") else {
            return;
        };
        feedback.set_text_content(None);
        let Some(notice) = child(&feedback, "div", "") else {
            return;
        };
        notice.set_class_name("notice danger");
        child(&notice, "strong", &problem.headline());
        let Some(list) = child(&notice, "ul", "") else {
            return;
        };
        for violation in &problem.violations {
            let id = field_id(&violation.field);
            let Some(item) = child(&list, "li", "") else {
                continue;
            };
            match by_id::<HtmlElement>(&id) {
                None => item.set_text_content(Some(&violation.message)),
                Some(field) => {
                    let _ = field.set_attribute("aria-invalid", "true");
                    // A link into something folded leads nowhere.
                    if let Some(folded) = ancestor(field.as_ref(), "details") {
                        let _ = folded.set_attribute("open", "");
                    }
                    if let Some(link) = child(&item, "a", &violation.message) {
                        let _ = link.set_attribute("href", &format!("#{id}"));
                    }
                }
            }
            if let Some(fault) = by_id::<HtmlElement>(&format!("{id}-fault")) {
                fault.set_text_content(Some(&violation.message));
            }
        }
        // The sign-in ended: what was typed stays, and the way back is beside it.
        if problem.code == "SIGN_IN_REQUIRED"
            && let Some(link) = child(
                &notice,
                "a",
                "Sign in in a new tab, then try again; what you typed is still here",
            )
        {
            let _ = link.set_attribute("href", "/sign-in");
            let _ = link.set_attribute("target", "_blank");
        }
        // A result that stands below is of another question.
        if let Some(result) = self.part("#introspection-result") {
            result.remove();
        }
        title_says_error(true);
        if let Some(meta) = child(
            &notice,
            "p",
            &format!("Code {}, request {}", problem.code, problem.request_id),
        ) {
            meta.set_class_name("meta");
        }
        focus(&feedback.id());
    }

    fn forget_faults(&self) {
        while let Some(field) = self.part("[aria-invalid]") {
            let _ = field.remove_attribute("aria-invalid");
            if let Some(fault) = by_id::<HtmlElement>(&format!("{}-fault", field.id())) {
                fault.set_text_content(None);
            }
        }
    }
}

/// The page's title says first whether the last submission failed.
fn title_says_error(failed: bool) {
    let title = document().title();
    let plain = title.strip_prefix("Error: ").unwrap_or(&title);
    document().set_title(&if failed {
        format!("Error: {plain}")
    } else {
        plain.to_owned()
    });
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

/// Moves the focus; nowhere where none is named.
fn focus(id: &str) {
    if let Some(element) = by_id::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Copies what the element named by a button's `data-copy` holds, and says so beside it. Selecting and copying works over
/// plain http too, where the clipboard API is absent.
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
    if let Some(said) = button.next_element_sibling() {
        said.set_text_content(Some(if copied {
            "Copied"
        } else {
            "Press Ctrl+C or ⌘C to copy the selected text"
        }));
    }
}

/// A secret that is shown once must not vanish by a stray Esc.
pub fn keep_dialog_open(event: web_sys::KeyboardEvent) {
    if event.key() == "Escape"
        && document()
            .query_selector("dialog[open]")
            .is_ok_and(|dialog| dialog.is_some())
    {
        event.prevent_default();
    }
}
