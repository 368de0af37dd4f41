//! Create API Key. Without JavaScript, the answer to the form is this page with the new key.

use super::shell::Frame;
use crate::sections::live::live;
use crate::sections::new_key::state::NewKeyState;
use crate::sections::new_key::{CreateApiKey, NewKey, view};
use leptos::prelude::*;

pub fn new_key(frame: &Frame, state: &NewKeyState) -> AnyView {
    let inner = match state.created.clone() {
        Some(key) => view::created(key),
        None => live::<NewKey, CreateApiKey>("/account/keys/new", state),
    };
    let content = view! {
        <header class="page-header"><p class="crumb"><a href="/account#api-keys">"API Keys"</a></p><h1>"Create API Key"</h1></header>
        <div class="sections"><section class="card">{inner}</section></div>
    };
    frame.around(content.into_any())
}
