//! Create API Key. Without JavaScript the answer to the form is this page with the secret in it, once.

use super::sections;
use super::shell::Frame;
use crate::components::live;
use crate::islands::FormKind;
use crate::model::{NewKey, NewKeyState};
use leptos::prelude::*;

pub fn new_key(frame: &Frame, state: &NewKeyState, created: Option<NewKey>) -> AnyView {
    let inner = created.map_or_else(
        || live(FormKind::NewKey, sections::new_key(state)),
        sections::created,
    );
    let content = view! {
        <header class="page-header"><p class="crumb"><a href="/account#api-keys">"API Keys"</a></p><h1>"Create API Key"</h1></header>
        <div class="sections"><section class="card">{inner}</section></div>
    };
    frame.around(content.into_any())
}
