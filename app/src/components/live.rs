//! A form that comes alive, with the live part that its server function renders anew.

use crate::islands::{FormKind, LiveForm};
use leptos::prelude::*;

/// The form. `section` is what the live part shows now.
pub fn live(kind: FormKind, section: AnyView) -> AnyView {
    view! { <LiveForm kind=kind><div class="stack" data-live="">{section}</div></LiveForm> }
        .into_any()
}
