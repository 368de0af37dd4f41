//! Change password.

use super::shell::Frame;
use crate::components::{Field, Outcome, feedback, text_field};
use crate::wire::WireError;
use leptos::prelude::*;

/// What the page shows. A password is never shown again.
#[derive(Clone, Debug, Default)]
pub struct PasswordPage {
    pub problem: Option<WireError>,
}

pub fn password(frame: &Frame, page: &PasswordPage) -> AnyView {
    let problem = page.problem.as_ref();
    let outcome = Outcome::of(page.problem.clone());
    let new = Field::new("new_password", "New password", "", problem)
        .hint("At least 12 characters; a sentence works well.");
    let content = view! {
        <header class="page-header"><p class="crumb"><a href="/account#devices">"Account settings"</a></p><h1>"Change password"</h1></header>
        <div class="sections">
            <section class="card">
                <form method="post" action="/account/password" class="stack" novalidate>
                    {feedback("password", &outcome)}
                    <p>"Your sign-ins on other devices end, and so do sign-in links and the devices you are known on. You stay signed in here."</p>
                    // Tells password managers whose password it is.
                    <input type="email" name="email" value=frame.user.email.clone() autocomplete="username" readonly hidden />
                    {text_field(Field::new("current_password", "Current password", "", problem), "password", "current-password")}
                    {text_field(new, "password", "new-password")}
                    <div class="actions"><button type="submit" class="button primary">"Change password"</button></div>
                </form>
                <p class="meta">"Forgotten? Whoever runs the server can set a new one with "<code>"perch admin password"</code>"."</p>
            </section>
        </div>
    };
    frame.around(content.into_any())
}
