//! A form on the page, as an island uses it: its fields, its live part, and the place of its messages.

use crate::browser::{ancestor, by_id, child, fields_but, fields_of, focus, within};
use crate::field_id;
use crate::progressive_enhancement::{snippets, unsaved};
use crate::wire::{Fields, RenderedSection, WireError};
use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use web_sys::{
    Element, HtmlButtonElement, HtmlDialogElement, HtmlElement, HtmlFormElement, HtmlInputElement,
    SubmitEvent,
};

/// A form. Its live part has `data-live`, and the place of its messages has `data-feedback`.
#[derive(Clone)]
pub struct Form(HtmlFormElement);

/// A pressed button that shows what is going on.
pub struct Waiting(Option<(HtmlButtonElement, String)>);

impl Waiting {
    /// Lets the pressed button of a submit show that something is going on.
    pub fn of(event: &SubmitEvent) -> Self {
        Self(submitter(event).and_then(|button| {
            let busy = button.get_attribute("data-busy")?;
            let label = button.text_content().unwrap_or_default();
            button.set_text_content(Some(&busy));
            let _ = button.set_attribute("aria-busy", "true");
            Some((button, label))
        }))
    }

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

    /// The fields and the pressed button; for the sandbox also the unsaved attributes.
    pub fn fields(&self, event: &SubmitEvent) -> Fields {
        let mut fields = fields_of(&self.0);
        fields.extend(
            submitter(event)
                .map(|button| (button.name(), button.value()))
                .filter(|(name, _)| !name.is_empty()),
        );
        if self.part("[data-describe-form]").is_some() {
            fields.push(("draft".to_owned(), unsaved::attribute_names()));
        }
        fields
    }

    fn part(&self, selector: &str) -> Option<Element> {
        self.0.query_selector(selector).ok()?
    }

    /// Shows the section that the server rendered. A pasted secret stays in its field, because only the browser has it.
    pub fn show(&self, section: &RenderedSection) {
        let secret = |form: &Self| {
            form.part("input[type=password]")
                .and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
        };
        let pasted = secret(self).map(|field| field.value());
        // Open details stay open.
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
        unsaved::show_count(self.0.as_ref());
        snippets::fill();
        focus(&section.focus);
    }

    /// Writes a refusal beside the fields that it names, and into the summary, which takes the focus.
    pub fn refuse(&self, problem: &WireError) {
        self.clear_violations();
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
                    // A link cannot lead into closed details.
                    if let Some(folded) = ancestor(field.as_ref(), "details") {
                        let _ = folded.set_attribute("open", "");
                    }
                    if let Some(link) = child(&item, "a", &violation.message) {
                        let _ = link.set_attribute("href", &format!("#{id}"));
                    }
                }
            }
            if let Some(message) = by_id::<HtmlElement>(&format!("{id}-fault")) {
                message.set_text_content(Some(&violation.message));
            }
        }
        // The sign-in ended. The typed values stay, beside a link to sign in.
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
        // The result below belongs to a previous submission.
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

    fn clear_violations(&self) {
        while let Some(field) = self.part("[aria-invalid]") {
            let _ = field.remove_attribute("aria-invalid");
            if let Some(message) = by_id::<HtmlElement>(&format!("{}-fault", field.id())) {
                message.set_text_content(None);
            }
        }
    }
}

/// Begins the page's title with the result of the last submission.
fn title_says_error(failed: bool) {
    let title = document().title();
    let plain = title.strip_prefix("Error: ").unwrap_or(&title);
    document().set_title(&if failed {
        format!("Error: {plain}")
    } else {
        plain.to_owned()
    });
}
