//! A form that works as plain HTML and, once alive, sends the same fields to its server function. What comes back is the
//! section as the server renders it, or a refusal that is written beside the fields, which keep what was typed.
//!
//! The fields are the server's HTML and are not hydrated; that keeps the browser's share of the console small (see
//! `docs/decisions`).

use crate::api;
use crate::browser::{self, Form};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

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

    /// Where the server function of this form answers.
    const fn endpoint(self) -> &'static str {
        match self {
            Self::Origins => api::path_of::<api::SaveOrigins>(),
            Self::Tester => api::path_of::<api::TestSite>(),
            Self::Attributes => api::path_of::<api::SaveAttributes>(),
            Self::Sandbox => api::path_of::<api::GenerateSandboxToken>(),
            Self::Introspection => api::path_of::<api::IntrospectToken>(),
            Self::NewKey => api::path_of::<api::CreateApiKey>(),
        }
    }
}

#[island]
pub fn LiveForm(kind: FormKind, children: Children) -> impl IntoView {
    // Says when the browser took over, so that neither a test nor a stylesheet has to guess.
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let pending = StoredValue::new(false);
    let turn = StoredValue::new(0u32);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(form) = Form::of(&event) else { return };
        if pending.get_value() {
            return;
        }
        pending.set_value(true);
        let fields = form.fields(&event);
        let button = form.wait(&event);
        let sent = api::call(kind.endpoint(), fields);
        spawn_local(async move {
            let answer = sent.await;
            button.done();
            match &answer {
                Ok(section) => form.show(section),
                Err(problem) => match &problem.section {
                    Some(section) => form.show(section),
                    None => form.refuse(problem),
                },
            }
            // What was shown may be answered at once; the rest is another form's business.
            pending.set_value(false);
            if kind == FormKind::Attributes && answer.is_ok() {
                refresh_sandbox(turn).await;
            }
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

/// Shows the sandbox anew with what is typed in it, because it asks for what is declared. What is typed meanwhile is sent
/// again, and of two that are under way the later one counts.
async fn refresh_sandbox(turn: StoredValue<u32>) {
    let Some(form) = Form::of_kind("sandbox") else {
        return;
    };
    let own = turn.get_value().wrapping_add(1);
    turn.set_value(own);
    loop {
        let fields = form.fields_for("keep");
        let Ok(section) = api::call(FormKind::Sandbox.endpoint(), fields.clone()).await else {
            return;
        };
        if turn.get_value() != own {
            return;
        }
        if form.fields_for("keep") == fields {
            return form.show(&crate::wire::Section {
                focus: String::new(),
                ..section
            });
        }
    }
}
