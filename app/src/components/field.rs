//! A labelled control with its hint and its violation. A field has the name that the service uses in violations.

use super::origin_feedback::{OriginFeedback, origin_feedback};
use super::raw_text::raw_text;
use crate::field_id;
use crate::wire::WireError;
use leptos::prelude::*;

/// The properties of every control.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a str,
    pub hint: &'a str,
    pub class: &'static str,
    /// The keyboard of a touch screen.
    pub inputmode: Option<&'static str>,
    /// The id of the list of suggestions.
    pub list: Option<&'static str>,
    /// The kind of feedback that the server gives while a person types, and the feedback for the current value.
    pub describe: Option<&'static str>,
    pub feedback: Option<&'a OriginFeedback>,
    /// The most characters, shown beside the current number.
    pub meter: Option<usize>,
    /// The refusal that may name this field.
    pub problem: Option<&'a WireError>,
}

impl<'a> Field<'a> {
    pub fn new(
        name: &'a str,
        label: &'a str,
        value: &'a str,
        problem: Option<&'a WireError>,
    ) -> Self {
        Self {
            name,
            label,
            value,
            hint: "",
            class: "",
            inputmode: None,
            list: None,
            describe: None,
            feedback: None,
            meter: None,
            problem,
        }
    }

    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    pub fn inputmode(self, inputmode: &'static str) -> Self {
        Self {
            inputmode: Some(inputmode),
            ..self
        }
    }

    pub fn suggestions(self, list: &'static str) -> Self {
        Self {
            list: Some(list),
            ..self
        }
    }

    pub fn described(self, by: &'static str, feedback: Option<&'a OriginFeedback>) -> Self {
        Self {
            describe: Some(by),
            feedback,
            ..self
        }
    }

    pub fn meter(self, max: usize) -> Self {
        Self {
            meter: Some(max),
            ..self
        }
    }

    pub fn mono(self) -> Self {
        Self {
            class: "mono",
            ..self
        }
    }

    fn violation(&self) -> Option<String> {
        self.problem.and_then(|problem| problem.of(self.name))
    }

    fn described_by(&self) -> String {
        let id = field_id(self.name);
        let named = [
            (!self.hint.is_empty(), "hint"),
            (self.describe.is_some(), "said"),
            (self.meter.is_some(), "meter"),
            (true, "fault"),
        ];
        named
            .iter()
            .filter(|(there, _)| *there)
            .map(|(_, part)| format!("{id}-{part}"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn invalid(&self) -> Option<&'static str> {
        self.violation().map(|_| "true")
    }

    fn around(&self, control: AnyView) -> AnyView {
        let id = field_id(self.name);
        let hint = (!self.hint.is_empty())
            .then(|| view! { <p class="hint" id=format!("{id}-hint")>{self.hint.to_owned()}</p> });
        let feedback =
            self.describe.is_some().then(|| view! { <div class="said" id=format!("{id}-said") aria-live="polite">{self.feedback.map(origin_feedback)}</div> });
        let meter = self
            .meter
            .map(|most| view! { <p class="hint" id=format!("{id}-meter")>{format!("{} of {most} characters", self.value.chars().count())}</p> });
        view! {
            <div class="field">
                <label for=id.clone()>{self.label.to_owned()}</label>
                {control}
                {hint}
                {meter}
                {feedback}
                <p class="fault" id=format!("{id}-fault")>{self.violation()}</p>
            </div>
        }
        .into_any()
    }
}

/// A line of text. `kind` and `autocomplete` are HTML's `type` and `autocomplete`.
pub fn text_field(field: Field<'_>, kind: &'static str, autocomplete: &'static str) -> AnyView {
    let control = view! {
        <input
            id=field_id(field.name) name=field.name.to_owned() type=kind value=field.value.to_owned() class=field.class autocomplete=autocomplete inputmode=field.inputmode list=field.list
            dir=direction(kind) data-describe=field.describe spellcheck="false" aria-describedby=field.described_by() aria-invalid=field.invalid()
        />
    };
    field.around(control.into_any())
}

/// The direction of text follows its content; passwords and dates have their own.
fn direction(kind: &str) -> Option<&'static str> {
    matches!(kind, "text" | "search").then_some("auto")
}

/// Several lines of text.
pub fn text_area(field: Field<'_>, rows: &'static str) -> AnyView {
    let control = view! {
        <textarea
            id=field_id(field.name) name=field.name.to_owned() rows=rows class=field.class autocomplete="off"
            dir="auto" data-meter=field.meter spellcheck="false" aria-describedby=field.described_by() aria-invalid=field.invalid()
        >{raw_text(field.value)}</textarea>
    };
    field.around(control.into_any())
}

/// A choice of one option. Each option has a value and a text.
pub fn choice(field: Field<'_>, options: &[(&str, &str)]) -> AnyView {
    let options = options
        .iter()
        .map(|(option, text)| view! { <option value=(*option).to_owned() selected=*option == field.value>{(*text).to_owned()}</option> })
        .collect_view();
    let control = view! {
        <select id=field_id(field.name) name=field.name.to_owned() aria-describedby=field.described_by() aria-invalid=field.invalid()>{options}</select>
    };
    field.around(control.into_any())
}

/// A checkbox. Boxes of one name differ by their value.
pub fn checkbox(name: &str, value: &str, label: &str, checked: bool) -> AnyView {
    let id = field_id(&format!("{name}-{value}"));
    view! {
        <label class="check" for=id.clone()>
            <input id=id.clone() type="checkbox" name=name.to_owned() value=value.to_owned() checked=checked />
            <span>{label.to_owned()}</span>
        </label>
    }
    .into_any()
}
