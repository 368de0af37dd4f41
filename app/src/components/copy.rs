//! Read-only fields and the buttons that copy them.

use super::raw_text::raw_text;
use leptos::prelude::*;

/// A button that copies the element with the id `target`. It is hidden until the page is alive.
pub fn copy_button(target: &'static str) -> AnyView {
    copy_button_of(target.to_owned())
}

/// [`copy_button`] for an id that is built at run time.
pub fn copy_button_of(target: String) -> AnyView {
    view! { <span class="copy"><button type="button" class="button" data-copy=target>"Copy"</button><span role="status" class="meta"></span></span> }
        .into_any()
}

/// A field that shows a text to copy.
pub fn read_only(
    id: &'static str,
    name: Option<&'static str>,
    label: &'static str,
    value: String,
    rows: &'static str,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea id=id name=name class="mono" readonly rows=rows spellcheck="false">{raw_text(&value)}</textarea>
        </div>
    }
    .into_any()
}
