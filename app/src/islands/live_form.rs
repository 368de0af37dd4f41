//! A form that works as plain HTML and, once alive, sends the same fields to its server function.
//!
//! The answer is the section as the server renders it, or a refusal that is written beside the fields. The fields are HTML of
//! the server and are not hydrated, which keeps the WebAssembly small (see `docs/decisions`).

use super::form::{Form, Waiting};
use crate::browser;
use crate::client::{self, GENERATE_SANDBOX_TOKEN, SAVE_ATTRIBUTES};
use crate::wire::RenderedSection;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// `action` is the path of the plain POST, `endpoint` the path of the server function.
#[island]
pub fn LiveForm(action: String, endpoint: String, children: Children) -> impl IntoView {
    // Tells tests and stylesheets when the browser took over.
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let pending = StoredValue::new(false);
    let latest_refresh = StoredValue::new(0u32);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(form) = Form::of(&event) else { return };
        if pending.get_value() {
            return;
        }
        pending.set_value(true);
        let fields = form.fields(&event);
        let button = Waiting::of(&event);
        let endpoint = endpoint.clone();
        spawn_local(async move {
            let answer = client::call(&endpoint, fields).await;
            button.done();
            match &answer {
                Ok(section) => form.show(section),
                Err(problem) => match &problem.section {
                    Some(section) => form.show(section),
                    None => form.refuse(problem),
                },
            }
            // Allow the next submit now. Refreshing the sandbox does not concern this form.
            pending.set_value(false);
            if endpoint == SAVE_ATTRIBUTES && answer.is_ok() {
                refresh_sandbox(latest_refresh).await;
            }
        });
    };
    view! {
        <form
            method="post" action=action novalidate data-ready=move || ready.get().then_some("")
            on:submit=submit on:keydown=browser::keep_dialog_open
        >
            {children()}
        </form>
    }
}

/// Renders the sandbox again with its typed values, because its fields follow the declared attributes. If a person types
/// meanwhile, the values are sent again. Of two refreshes, the later one counts.
async fn refresh_sandbox(latest: StoredValue<u32>) {
    let Some(form) = Form::of_kind("sandbox") else {
        return;
    };
    let own = latest.get_value().wrapping_add(1);
    latest.set_value(own);
    loop {
        let fields = form.fields_for("keep");
        let Ok(section) = client::call(GENERATE_SANDBOX_TOKEN, fields.clone()).await else {
            return;
        };
        if latest.get_value() != own {
            return;
        }
        if form.fields_for("keep") == fields {
            return form.show(&RenderedSection {
                focus: String::new(),
                ..section
            });
        }
    }
}
