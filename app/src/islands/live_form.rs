//! A form that works as plain HTML and, once alive, sends the same fields to its server function. What comes back is the
//! section as the server renders it, or a refusal that is written beside the fields, which keep what was typed.
//!
//! The fields are the server's HTML and are not hydrated; that keeps the browser's share of the console small (see
//! `docs/decisions`).

use crate::api;
use crate::browser::{self, Form};
use crate::wire::{Fields, Section, WireError};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::pin::Pin;

/// Which form it is, and so where its fields go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FormKind {
    Origins,
    Tester,
    Attributes,
    Sandbox,
    Introspection,
    NewKey,
}

impl FormKind {
    /// The path that the plain form posts to.
    const fn action(self) -> &'static str {
        match self {
            Self::Origins => "/settings/embed#origins",
            Self::Tester => "/settings/embed#site-test",
            Self::Attributes => "/settings/embed#attributes",
            Self::Sandbox => "/settings/embed#sandbox",
            Self::Introspection => "/settings/embed#introspection",
            Self::NewKey => "/account/keys/new",
        }
    }

    fn send(self, fields: Fields) -> Pin<Box<dyn Future<Output = Result<Section, WireError>>>> {
        match self {
            Self::Origins => Box::pin(api::save_origins(fields)),
            Self::Tester => Box::pin(api::test_site(fields)),
            Self::Attributes => Box::pin(api::save_attributes(fields)),
            Self::Sandbox => Box::pin(api::generate_sandbox_token(fields)),
            Self::Introspection => Box::pin(api::introspect_token(fields)),
            Self::NewKey => Box::pin(api::create_api_key(fields)),
        }
    }
}

#[island]
pub fn LiveForm(kind: FormKind, children: Children) -> impl IntoView {
    // Says when the browser took over, so that neither a test nor a stylesheet has to guess.
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let pending = StoredValue::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(form) = Form::of(&event) else { return };
        if pending.get_value() {
            return;
        }
        pending.set_value(true);
        let fields = form.fields(&event);
        let button = form.wait(&event);
        let sent = kind.send(fields);
        spawn_local(async move {
            let answer = sent.await;
            button.done();
            match answer {
                Ok(section) => form.show(&section),
                // The sign-in ended: the page itself leads to the sign-in and back.
                Err(problem) if problem.code == "SIGN_IN_REQUIRED" => {
                    crate::behaviours::reload();
                }
                Err(WireError { section: Some(section), .. }) => form.show(&section),
                Err(problem) => form.refuse(&problem),
            }
            pending.set_value(false);
        });
    };
    view! {
        <form
            method="post" action=kind.action() novalidate data-ready=move || ready.get().then_some("")
            on:submit=submit on:keydown=browser::keep_dialog_open
        >
            {children()}
        </form>
    }
}
