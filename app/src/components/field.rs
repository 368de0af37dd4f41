//! A labelled control with its hint and its fault. The field's name is the service's name for it.

use super::raw_text;
use crate::field_id;
use crate::wire::WireError;
use leptos::prelude::*;

/// What every control has.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a str,
    pub hint: &'a str,
    pub class: &'static str,
    /// Which keyboard a touch screen shows.
    pub inputmode: Option<&'static str>,
    /// Where its fault may be told.
    pub problem: Option<&'a WireError>,
}

impl<'a> Field<'a> {
    pub fn new(name: &'a str, label: &'a str, value: &'a str, problem: Option<&'a WireError>) -> Self {
        Self { name, label, value, hint: "", class: "", inputmode: None, problem }
    }

    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    pub fn inputmode(self, inputmode: &'static str) -> Self {
        Self { inputmode: Some(inputmode), ..self }
    }

    pub fn mono(self) -> Self {
        Self { class: "mono", ..self }
    }

    fn fault(&self) -> Option<String> {
        self.problem.and_then(|problem| problem.of(self.name))
    }

    fn described_by(&self) -> String {
        let id = field_id(self.name);
        if self.hint.is_empty() { format!("{id}-fault") } else { format!("{id}-hint {id}-fault") }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.fault().map(|_| "true")
    }

    fn around(&self, control: AnyView) -> AnyView {
        let id = field_id(self.name);
        let hint = (!self.hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{self.hint.to_owned()}</p> });
        view! {
            <div class="field">
                <label for=id.clone()>{self.label.to_owned()}</label>
                {control}
                {hint}
                <p class="fault" id=format!("{id}-fault")>{self.fault()}</p>
            </div>
        }
        .into_any()
    }
}

/// A line of text. `kind` and `autocomplete` as HTML has them.
pub fn text_field(field: Field<'_>, kind: &'static str, autocomplete: &'static str) -> AnyView {
    let control = view! {
        <input
            id=field_id(field.name) name=field.name.to_owned() type=kind value=field.value.to_owned() class=field.class autocomplete=autocomplete inputmode=field.inputmode
            spellcheck="false" aria-describedby=field.described_by() aria-invalid=field.invalid()
        />
    };
    field.around(control.into_any())
}

/// Several lines of text.
pub fn text_area(field: Field<'_>, rows: &'static str) -> AnyView {
    let control = view! {
        <textarea
            id=field_id(field.name) name=field.name.to_owned() rows=rows class=field.class autocomplete="off"
            spellcheck="false" aria-describedby=field.described_by() aria-invalid=field.invalid()
        >{raw_text(field.value)}</textarea>
    };
    field.around(control.into_any())
}

/// One of several: value and text of each.
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

/// Yes or no. Boxes of one name are told apart by their value.
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
